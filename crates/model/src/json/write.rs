//! [`Value`] to JSON text.

use crate::value::Value;

/// The JSON text of a value, without spaces.
pub fn to_text(value: &Value) -> String {
    let mut text = Vec::new();
    write(value, &mut text);
    String::from_utf8(text).unwrap_or_default()
}

/// The JSON text of a value on several lines, indented by two spaces.
pub fn to_pretty(value: &Value) -> String {
    let mut text = Vec::new();
    write_pretty(value, &mut text, 0);
    String::from_utf8(text).unwrap_or_default()
}

/// Appends the JSON text of a value, without spaces.
pub fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Array(array) => {
            out.push(b'[');
            for (at, item) in array.items().iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write(item, out);
            }
            out.push(b']');
        }
        Value::Object(object) => {
            out.push(b'{');
            for (at, (key, item)) in object.entries().iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write_string(key, out);
                out.push(b':');
                write(item, out);
            }
            out.push(b'}');
        }
        scalar => write_scalar(scalar, out),
    }
}

fn write_scalar(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Int(int) => write_int(*int, out),
        Value::Float(float) => out.extend_from_slice(number_text(*float, &mut ryu_js::Buffer::new()).as_bytes()),
        Value::Exact(text) => out.extend_from_slice(text.as_bytes()),
        Value::String(text) => write_string(text, out),
    }
}

fn write_int(int: i64, out: &mut Vec<u8>) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = int.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if int < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

/// The text JavaScript prints for a finite number; `-0` is `0`.
pub fn number_text(number: f64, buffer: &mut ryu_js::Buffer) -> &str {
    if number == 0.0 { "0" } else { buffer.format_finite(number) }
}

/// Appends a string in quotes, escaping as `JSON.stringify` does.
pub(crate) fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut plain = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.extend_from_slice(&bytes[plain..at]);
        plain = at + 1;
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0c => out.extend_from_slice(b"\\f"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            _ => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
        }
    }
    out.extend_from_slice(&bytes[plain..]);
    out.push(b'"');
}

fn write_pretty(value: &Value, out: &mut Vec<u8>, depth: usize) {
    let line = |out: &mut Vec<u8>, depth: usize| {
        out.push(b'\n');
        out.resize(out.len() + 2 * depth, b' ');
    };
    match value {
        Value::Array(array) if !array.items().is_empty() => {
            out.push(b'[');
            for (at, item) in array.items().iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                line(out, depth + 1);
                write_pretty(item, out, depth + 1);
            }
            line(out, depth);
            out.push(b']');
        }
        Value::Object(object) if !object.is_empty() => {
            out.push(b'{');
            for (at, (key, item)) in object.entries().iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                line(out, depth + 1);
                write_string(key, out);
                out.extend_from_slice(b": ");
                write_pretty(item, out, depth + 1);
            }
            line(out, depth);
            out.push(b'}');
        }
        other => write(other, out),
    }
}
