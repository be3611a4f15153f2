//! The name of a field inside an item: `price`, `user.address.city`, `tags[0]`.

use arcstr::ArcStr;
use model::Value;

/// A field's name. A key that is spelled just like it goes before what its dots and brackets mean.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    whole: ArcStr,
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    Key(ArcStr),
    /// A place in a list, from its end if negative; also the key of that spelling.
    Index(i64, ArcStr),
}

impl Path {
    pub(crate) fn new(whole: &str) -> Self {
        let parts = whole
            .split(['.', '['])
            .map(|part| part.strip_suffix(']').unwrap_or(part))
            .filter(|part| !part.is_empty())
            .map(|part| part.trim_matches(['"', '\'']))
            .map(|part| part.parse().map_or_else(|_| Part::Key(part.into()), |index| Part::Index(index, part.into())))
            .collect();
        Self { whole: whole.into(), parts }
    }

    /// As it is written.
    pub(crate) const fn as_text(&self) -> &ArcStr {
        &self.whole
    }

    /// The field's value, or `None` if it is not there.
    pub(crate) fn get<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        if let Some(found) = value.get(&self.whole) {
            return Some(found);
        }
        self.parts.iter().try_fold(value, |value, part| match (part, value) {
            (Part::Key(key) | Part::Index(_, key), Value::Object(object)) => object.get(key),
            (Part::Index(index, _), Value::Array(array)) => {
                let length = i64::try_from(array.items().len()).ok()?;
                let at = if *index < 0 { length + index } else { *index };
                array.items().get(usize::try_from(at).ok()?)
            }
            _ => None,
        })
    }
}

/// The field of an item, or the item itself where no field is named; null where it is not there.
pub(crate) fn field_or_item<'a>(path: Option<&Path>, item: &'a Value) -> &'a Value {
    static NULL: Value = Value::Null;
    path.map_or(item, |path| path.get(item).unwrap_or(&NULL))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::json;

    #[test]
    fn a_path_finds_what_it_names() {
        let value = json(r#"{"a": {"b": [1, {"c": 2}]}, "a.b": 3, "7": 4, "x y": 5}"#);
        let cases = [
            ("a.b[0]", Some("1")),
            ("a.b[1].c", Some("2")),
            ("a.b.1.c", Some("2")),
            ("a.b[-1].c", Some("2")),
            ("a['b'][0]", Some("1")),
            ("a.b", Some("3")),
            ("7", Some("4")),
            ("x y", Some("5")),
            ("a.b[2]", None),
            ("a.b[-3]", None),
            ("a.c", None),
        ];
        for (path, found) in cases {
            let got = Path::new(path).get(&value).map(model::json::to_text);
            assert_eq!(got.as_deref(), found, "{path}");
        }
    }
}
