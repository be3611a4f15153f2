//! The fields of a node, an edge or the file: what one change names, and what a merge compares.
//!
//! A field is a key of the row, or `data/<key>`; `~` and `/` inside keys are written `~0` and `~1` (RFC 6901).

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, LazyLock};

use arcstr::ArcStr;

use crate::json;
use crate::value::{Object, Value};

/// The key whose entries are fields of their own.
pub(crate) const DATA: &str = "data";

/// A key as it stands in the name of a field.
pub(crate) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// A row's id as it stands in a path: `#` begins the names of rows that have none.
pub(crate) fn escape_id(id: &str) -> String {
    let escaped = escape(id);
    match escaped.strip_prefix('#') {
        Some(rest) => format!("~2{rest}"),
        None => escaped,
    }
}

/// Each field of a row that differs, with its value before and after.
pub(crate) fn differing(before: &Object, after: &Object, mut each: impl FnMut(String, Option<&Value>, Option<&Value>)) {
    differing_keys(before, after, |key, old, new| match (key, members(old), members(new)) {
        (DATA, Some(old_data), Some(new_data)) if !old_data.is_empty() || !new_data.is_empty() => {
            differing_keys(old_data, new_data, |key, old, new| each(format!("{DATA}/{}", escape(key)), old, new));
        }
        _ => each(escape(key), old, new),
    });
}

/// Each key that differs, with its value before and after: those that are there in their order, then those that are gone.
pub(crate) fn differing_keys(
    before: &Object,
    after: &Object,
    mut each: impl FnMut(&str, Option<&Value>, Option<&Value>),
) {
    for (key, value) in after.entries() {
        let old = before.get(key);
        if !same_field(old, Some(value)) {
            each(key, old, Some(value));
        }
    }
    for (key, value) in before.entries().iter().filter(|(key, _)| after.get(key).is_none()) {
        each(key, Some(value), None);
    }
}

/// The entries of a field that holds fields: none where it is not there, `None` where it is no object.
pub(crate) fn members(data: Option<&Value>) -> Option<&Object> {
    match data {
        None => Some(&NOTHING),
        Some(data) => data.as_object(),
    }
}

static NOTHING: LazyLock<Object> = LazyLock::new(Object::default);

/// Whether a field is the same in two states.
pub(crate) fn same_field(a: Option<&Value>, b: Option<&Value>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => same(a, b),
        _ => false,
    }
}

/// Whether two values say the same: as JSON, whatever the order of keys. Unlike `==` it tells apart what is too large or too
/// exact for a 64-bit float; a number as JavaScript prints it is the same as any that reads as that one there, so that
/// `1.10` and long integers stay as they are when a file went through a browser.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => {
            let (left, right) = (a.items(), b.items());
            Arc::ptr_eq(a, b) || left.len() == right.len() && left.iter().zip(right).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => Arc::ptr_eq(a, b) || same_object(a, b),
        (Value::Exact(a), Value::Exact(b)) => a == b || is_rounded(a, b),
        (Value::Int(a), Value::Int(b)) => a == b,
        (a, b) if a.is_number() && b.is_number() => a.as_f64() == b.as_f64(),
        _ => a == b,
    }
}

/// Whether one of two numbers is what JavaScript would print for both.
fn is_rounded(a: &str, b: &str) -> bool {
    let (Ok(number), Ok(other)) = (a.parse::<f64>(), b.parse::<f64>()) else { return false };
    let mut buffer = ryu_js::Buffer::new();
    number.is_finite() && number == other && [a, b].contains(&json::number_text(number, &mut buffer))
}

fn same_object(a: &Object, b: &Object) -> bool {
    // Most have their keys in the same order: then nothing is looked up.
    let is_same = |((key, value), (place, other)): (&(ArcStr, Value), &(ArcStr, Value))| {
        if key == place { same(value, other) } else { b.get(key).is_some_and(|other| same(value, other)) }
    };
    a.len() == b.len() && a.entries().iter().zip(b.entries()).all(is_same)
}

/// A number that is equal for values that are the [`same`].
pub(crate) fn hash(value: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    match value {
        Value::Null => 0_u8.hash(&mut hasher),
        Value::Bool(truth) => truth.hash(&mut hasher),
        // Both zeros are one.
        Value::Int(_) | Value::Float(_) | Value::Exact(_) => {
            (value.as_f64().unwrap_or_default() + 0.0).to_bits().hash(&mut hasher);
        }
        Value::String(text) => text.hash(&mut hasher),
        Value::Array(array) => array.items().iter().for_each(|item| hash(item).hash(&mut hasher)),
        Value::Object(object) => {
            let entry = |(key, value): &(ArcStr, Value)| {
                let mut hasher = DefaultHasher::new();
                (key, hash(value)).hash(&mut hasher);
                hasher.finish()
            };
            object.entries().iter().map(entry).fold(1, u64::wrapping_add).hash(&mut hasher);
        }
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        json::read(text.as_bytes()).expect("JSON")
    }

    #[test]
    fn numbers_are_told_apart_where_a_browser_would_not_have_made_one_of_the_other() {
        for (a, b) in [
            ("1.10", "1.1"),
            ("12345678901234567890", "12345678901234567000"),
            ("0", "-0"),
            ("1e2", "100"),
            (r#"{"a":1,"b":[2]}"#, r#"{"b":[2.0],"a":1}"#),
        ] {
            assert!(same(&value(a), &value(b)) && same(&value(b), &value(a)), "{a} and {b}");
            assert_eq!(hash(&value(a)), hash(&value(b)), "{a} and {b}");
        }
        for (a, b) in [
            ("12345678901234567890", "12345678901234567891"),
            ("1e400", "1e500"),
            ("9007199254740993", "9007199254740992"),
            ("0", "false"),
            ("null", "{}"),
            ("[]", "{}"),
            (r#"{"a":1}"#, r#"{"b":1}"#),
            (r#"{"a":1}"#, r#"{"a":1,"b":1}"#),
            ("\"1\"", "1"),
        ] {
            assert!(!same(&value(a), &value(b)) && !same(&value(b), &value(a)), "{a} and {b}");
        }
    }

    #[test]
    fn differences_are_told_by_field() {
        let told = |before: &str, after: &str| {
            let (before, after) = (value(before), value(after));
            let mut told = Vec::new();
            let objects = (before.as_object().expect("an object"), after.as_object().expect("an object"));
            differing(objects.0, objects.1, |field, old, new| {
                told.push((field, old.map(json::to_text), new.map(json::to_text)));
            });
            told.into_iter().map(|(field, old, new)| format!("{field} {old:?} {new:?}")).collect::<Vec<_>>().join("; ")
        };
        assert_eq!(told(r#"{"a":1,"b":2}"#, r#"{"b":2,"a/~":3}"#), r#"a~1~0 None Some("3"); a Some("1") None"#);
        assert_eq!(
            told(r#"{"data":{"x":1,"y":2}}"#, r#"{"data":{"x":3,"z/":4}}"#),
            r#"data/x Some("1") Some("3"); data/z~1 None Some("4"); data/y Some("2") None"#
        );
        assert_eq!(told(r#"{"data":{"x":1}}"#, "{}"), r#"data/x Some("1") None"#);
        assert_eq!(told("{}", r#"{"data":{}}"#), r#"data None Some("{}")"#);
        assert_eq!(told(r#"{"data":{"x":1}}"#, r#"{"data":[1]}"#), r#"data Some("{\"x\":1}") Some("[1]")"#);
    }

    #[test]
    fn ids_in_paths_are_told_from_rows_without_one() {
        assert_eq!(["a/b~", "#1", "a#"].map(escape_id), ["a~1b~0", "~21", "a#"].map(str::to_owned));
    }
}
