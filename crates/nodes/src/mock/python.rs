//! Numbers and JSON text as Python has them: the behaviours of mocks are defined by a Python program, to the letter.

use std::fmt::Write as _;

use model::Value;

/// `a + b`, where what is no number counts as 0; whole numbers are exact.
pub(super) fn add(a: &Value, b: &Value) -> Value {
    if let (Some(a), Some(b)) = (whole(a), whole(b)) {
        let sum = a.saturating_add(b);
        return i64::try_from(sum).map_or_else(|_| Value::Exact(sum.to_string().into()), Value::Int);
    }
    let sum = a.as_f64().unwrap_or(0.0) + b.as_f64().unwrap_or(0.0);
    Value::number(sum).unwrap_or_default()
}

fn whole(value: &Value) -> Option<i128> {
    match value {
        Value::Int(int) => Some(i128::from(*int)),
        Value::Float(_) => None,
        Value::Exact(text) => text.parse().ok(),
        _ => Some(0),
    }
}

/// `json.dumps(value, sort_keys=True)`, of errors without their message.
pub(super) fn dumps(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Int(int) => out.push_str(&int.to_string()),
        Value::Float(float) => out.push_str(&repr(*float)),
        Value::Exact(text) => out.push_str(&exact(text)),
        Value::String(text) => quote(text, out),
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
            // The reference's errors have no words for people, and nobody promises the words of ours.
            if object.get("code").is_some() && object.get("node").is_some() {
                entries.retain(|(key, _)| key != "message");
            }
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            out.push('{');
            for (at, (key, item)) in entries.into_iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                quote(key, out);
                out.push_str(": ");
                write(item, out);
            }
            out.push('}');
        }
    }
}

/// A number that is kept as it was written: Python reads it as `int` or `float` by its form.
fn exact(text: &str) -> String {
    if text.contains(['.', 'e', 'E']) {
        return text.parse().map_or_else(|_| text.to_owned(), repr);
    }
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// `repr(float)`: the shortest digits that give the number again, with an exponent below 1e-4 and from 1e16 on.
fn repr(float: f64) -> String {
    if !float.is_finite() {
        return if float > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let scientific = format!("{float:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if float != 0.0 && !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    let plain = format!("{float}");
    if plain.contains('.') { plain } else { plain + ".0" }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for unit in text.encode_utf16() {
        match char::from_u32(u32::from(unit)) {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some('\u{8}') => out.push_str("\\b"),
            Some('\u{c}') => out.push_str("\\f"),
            Some(letter @ ' '..='~') => out.push(letter),
            // Writing to a String cannot fail.
            _ => write!(out, "\\u{unit:04x}").unwrap_or_default(),
        }
    }
    out.push('"');
}

/// The CRC-32 of zip files.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::json;

    #[test]
    fn the_text_is_pythons() {
        let cases = [
            (
                r#"{"b": [1, 2.5, null], "a": {"é": "x\n\u007f"}}"#,
                r#"{"a": {"\u00e9": "x\n\u007f"}, "b": [1, 2.5, null]}"#,
            ),
            ("1.0", "1.0"),
            ("1e2", "100.0"),
            ("1e16", "1e+16"),
            ("123456789012345680.5", "1.2345678901234568e+17"),
            ("0.00001", "1e-05"),
            ("0.0001", "0.0001"),
            ("-0", "0"),
            ("-0.0", "-0.0"),
            ("1e400", "Infinity"),
            ("123456789012345678901", "123456789012345678901"),
            (r#""😀""#, r#""\ud83d\ude00""#),
        ];
        for (value, text) in cases {
            assert_eq!(dumps(&json(value)), text, "{value}");
        }
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }
}
