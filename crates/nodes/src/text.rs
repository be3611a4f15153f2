//! Values as text, and the order of values.

use std::cmp::Ordering;

use arcstr::ArcStr;
use model::{Value, json};

/// A value as a template writes it: null is empty, a list or an object its JSON text.
pub(crate) fn of(value: &Value) -> ArcStr {
    match value {
        Value::Null => ArcStr::new(),
        Value::String(text) => text.clone(),
        other => json::to_text(other).into(),
    }
}

/// A text that two values share exactly if they are equal as JSON: keys sorted, numbers by value.
pub(crate) fn identity(value: &Value) -> String {
    let mut text = String::new();
    write_identity(value, &mut text);
    text
}

fn write_identity(value: &Value, out: &mut String) {
    match value {
        Value::Array(array) => {
            out.push('[');
            for item in array.items() {
                write_identity(item, out);
                out.push(',');
            }
            out.push(']');
        }
        Value::Object(object) => {
            let mut entries: Vec<_> = object.entries().iter().collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            out.push('{');
            for (key, value) in entries {
                write_identity(&Value::String(key.clone()), out);
                out.push(':');
                write_identity(value, out);
                out.push(',');
            }
            out.push('}');
        }
        number if number.is_number() => {
            let plain = number.as_i64().map(Value::Int).or_else(|| number.as_f64().and_then(Value::number));
            out.push_str(&json::to_text(plain.as_ref().unwrap_or(number)));
        }
        scalar => out.push_str(&json::to_text(scalar)),
    }
}

/// The order of two values: null, false, true, numbers, texts by code unit, then lists and objects, which are equal
/// among themselves.
pub(crate) fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::String(a), Value::String(b)) => a.encode_utf16().cmp(b.encode_utf16()),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (a, b) if a.is_number() && b.is_number() => {
            a.as_f64().unwrap_or(0.0).partial_cmp(&b.as_f64().unwrap_or(0.0)).unwrap_or(Ordering::Equal)
        }
        (a, b) => rank(a).cmp(&rank(b)),
    }
}

const fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Int(_) | Value::Float(_) | Value::Exact(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::json;

    #[test]
    fn values_have_an_order() {
        let sorted = ["null", "false", "true", "-1", "1.5", "2", "10", r#""""#, r#""B""#, r#""a""#, "[]", "{}"];
        for pair in sorted.windows(2) {
            assert_eq!(compare(&json(pair[0]), &json(pair[1])), Ordering::Less, "{pair:?}");
            assert_eq!(compare(&json(pair[1]), &json(pair[0])), Ordering::Greater, "{pair:?}");
        }
        assert_eq!(compare(&json("1.0"), &json("1")), Ordering::Equal);
    }

    #[test]
    fn equal_values_share_an_identity() {
        let same = [(r#"{"a":1,"b":[2.0]}"#, r#"{"b":[2],"a":1e0}"#), ("1.10", "1.1"), ("null", "null")];
        for (a, b) in same {
            assert_eq!(identity(&json(a)), identity(&json(b)));
        }
        let different =
            [("1", r#""1""#), ("[1,2]", "[12]"), ("{}", "[]"), (r#"{"a":1}"#, r#"{"a":2}"#), ("null", r#""""#)];
        for (a, b) in different {
            assert_ne!(identity(&json(a)), identity(&json(b)));
        }
    }
}
