//! Values as Python sees them: its JSON text, its sums, its checksum of a text.

use std::fmt::Write as _;

use model::Value;

/// `json.dumps(value, sort_keys=True)`.
pub(super) fn dumps(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Int(int) => out.push_str(&int.to_string()),
        Value::Float(float) => out.push_str(&float_text(*float)),
        Value::Exact(text) if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') => out.push_str(text),
        Value::Exact(text) => out.push_str(&float_text(text.parse().unwrap_or(f64::NAN))),
        Value::String(text) => write_text(text, out),
        Value::Array(array) => {
            out.push('[');
            for (at, item) in array.items().iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(object) => {
            let mut entries: Vec<_> = object.entries().iter().collect();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            out.push('{');
            for (at, (key, item)) in entries.into_iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                write_text(key, out);
                out.push_str(": ");
                write(item, out);
            }
            out.push('}');
        }
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(letter),
            _ => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}").expect("a text takes what is written");
                }
            }
        }
    }
    out.push('"');
}

/// `repr(float)`: the shortest digits that read back, with an exponent from 1e16 on and below 1e-4.
fn float_text(float: f64) -> String {
    if !float.is_finite() {
        return if float.is_nan() {
            "NaN".into()
        } else if float > 0.0 {
            "Infinity".into()
        } else {
            "-Infinity".into()
        };
    }
    let text = format!("{float:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if float == 0.0 || (-4..16).contains(&exponent) {
        return format!("{float:?}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// `(input if it is a number else 0) + by`.
pub(super) fn add(input: &Value, by: &Value) -> Value {
    let number = |value: &Value| if value.is_number() { value.clone() } else { Value::Int(0) };
    let (a, b) = (number(input), number(by));
    if let (Value::Int(a), Value::Int(b)) = (&a, &b)
        && let Some(sum) = a.checked_add(*b)
    {
        return Value::Int(sum);
    }
    Value::number(a.as_f64().unwrap_or(0.0) + b.as_f64().unwrap_or(0.0)).unwrap_or_default()
}

/// JavaScript's `Number(value)`.
pub(super) fn to_number(value: &Value) -> f64 {
    match value {
        Value::Null => 0.0,
        Value::Bool(truth) => f64::from(u8::from(*truth)),
        Value::String(text) if text.is_empty() => 0.0,
        Value::String(text) => text.trim().parse().unwrap_or(f64::NAN),
        Value::Object(_) => f64::NAN,
        Value::Array(array) => match array.items() {
            [] | [Value::Null] => 0.0,
            [Value::Bool(_)] => f64::NAN,
            [one] => to_number(one),
            _ => f64::NAN,
        },
        number => number.as_f64().unwrap_or(f64::NAN),
    }
}

/// CRC-32 as `zlib.crc32` has it.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc: u32, &byte| (0..8).fold(crc ^ u32::from(byte), step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_those_of_python() {
        let value =
            model::json::read("{\"b\":[1,2.5,1e16,1e-5,0.0001,\"é😀\\u007f\\n\"],\"a\":{}}".as_bytes()).expect("json");
        let text = r#"{"a": {}, "b": [1, 2.5, 1e+16, 1e-05, 0.0001, "\u00e9\ud83d\ude00\u007f\n"]}"#;
        assert_eq!(dumps(&value), text);
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }
}
