//! JSON text to [`Value`], in one pass without recursion.

use std::collections::HashSet;
use std::fmt;

use arcstr::ArcStr;

use crate::value::{MAX_DEPTH, Value};

/// What a reader accepts.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The deepest nesting of lists and objects.
    pub depth: u32,
    /// Whether a key may come twice in an object; then the last one counts, as in JavaScript.
    pub duplicate_keys: bool,
    /// Whether half of a surrogate pair is read as U+FFFD.
    pub lone_surrogates: bool,
}

impl Limits {
    /// What a person or another program sends us.
    pub const STRICT: Self = Self { depth: MAX_DEPTH, duplicate_keys: false, lone_surrogates: false };
    /// What `JSON.parse` takes in an expression.
    pub const JAVASCRIPT: Self = Self { depth: MAX_DEPTH, duplicate_keys: true, lone_surrogates: true };
}

/// Why a text is not a value: what is wrong, where in the text, and at which path in the value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at {path} (line {line}, column {column})")]
pub struct ReadError {
    /// The problem, as a lowercase fragment.
    pub reason: String,
    /// Where in the value: `$.nodes[3].data`.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in bytes, from 1.
    pub column: usize,
}

/// Reads a JSON text with [`Limits::STRICT`].
///
/// # Errors
/// The first thing that is not JSON, or that the limits refuse.
pub fn read(text: &[u8]) -> Result<Value, ReadError> {
    read_with(text, Limits::STRICT)
}

/// Reads a JSON text.
///
/// # Errors
/// The first thing that is not JSON, or that the limits refuse.
pub fn read_with(text: &[u8], limits: Limits) -> Result<Value, ReadError> {
    let mut reader = Reader { text, at: 0, limits, open: Vec::new(), keys: HashSet::new(), scratch: String::new() };
    reader.document().map_err(|reason| reader.error(reason))
}

/// A list or object whose end has not been read.
enum Open {
    Array(Vec<Value>),
    Object { entries: Vec<(ArcStr, Value)>, key: ArcStr },
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    limits: Limits,
    open: Vec<Open>,
    /// Keys seen in this text, so that a list of a thousand like objects holds each key once.
    keys: HashSet<ArcStr>,
    scratch: String,
}

type Reason = String;

/// What comes after a value has been put in its place.
enum Next {
    Value,
    Done(Value),
}

impl Reader<'_> {
    fn document(&mut self) -> Result<Value, Reason> {
        loop {
            self.space();
            let Some(value) = self.value()? else { continue };
            if let Next::Done(root) = self.place(value)? {
                self.space();
                return match self.text.get(self.at) {
                    None => Ok(root),
                    Some(_) => Err("text after the end of the value".into()),
                };
            }
        }
    }

    /// Reads a scalar or an empty list or object, or opens one and answers `None`.
    fn value(&mut self) -> Result<Option<Value>, Reason> {
        match self.text.get(self.at) {
            Some(b'"') => {
                self.at += 1;
                let text = self.string()?;
                Ok(Some(Value::String(text.into())))
            }
            Some(b'{') => self.open_object(),
            Some(b'[') => {
                self.at += 1;
                self.space();
                self.deeper()?;
                if self.text.get(self.at) == Some(&b']') {
                    self.at += 1;
                    return Ok(Some(Value::array(Vec::new())));
                }
                self.open.push(Open::Array(Vec::new()));
                Ok(None)
            }
            Some(b'-' | b'0'..=b'9') => self.number().map(Some),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            Some(_) if self.text[self.at..].starts_with(b"NaN") || self.text[self.at..].starts_with(b"Infinity") => {
                Err("NaN and Infinity are not JSON numbers".into())
            }
            Some(_) => Err("expected a value".into()),
            None => Err("the text ends where a value is expected".into()),
        }
    }

    fn open_object(&mut self) -> Result<Option<Value>, Reason> {
        self.at += 1;
        self.space();
        self.deeper()?;
        if self.text.get(self.at) == Some(&b'}') {
            self.at += 1;
            return Ok(Some(Value::object(Vec::new())));
        }
        let key = self.key()?;
        self.open.push(Open::Object { entries: Vec::new(), key });
        Ok(None)
    }

    fn deeper(&self) -> Result<(), Reason> {
        let limit = self.limits.depth;
        if self.open.len() >= limit as usize {
            return Err(format!("nested deeper than {limit} levels"));
        }
        Ok(())
    }

    /// Puts a finished value into the innermost open list or object, and closes those that end here.
    fn place(&mut self, mut value: Value) -> Result<Next, Reason> {
        loop {
            let Some(open) = self.open.last_mut() else { return Ok(Next::Done(value)) };
            match open {
                Open::Array(items) => items.push(value),
                Open::Object { entries, key } => entries.push((std::mem::take(key), value)),
            }
            self.space();
            let is_array = matches!(self.open.last(), Some(Open::Array(_)));
            match self.text.get(self.at) {
                Some(b',') => {
                    self.at += 1;
                    if !is_array {
                        self.space();
                        let following = self.key()?;
                        if let Some(Open::Object { key, .. }) = self.open.last_mut() {
                            *key = following;
                        }
                    }
                    return Ok(Next::Value);
                }
                Some(b']') if is_array => {}
                Some(b'}') if !is_array => {}
                Some(_) if is_array => return Err("expected , or ] in a list".into()),
                Some(_) => return Err("expected , or } in an object".into()),
                None => return Err("the text ends inside a list or object".into()),
            }
            self.at += 1;
            value = match self.open.pop().expect("the value was placed into it above") {
                Open::Array(items) => Value::array(items),
                Open::Object { entries, .. } => self.close_object(entries)?,
            };
        }
    }

    fn close_object(&self, entries: Vec<(ArcStr, Value)>) -> Result<Value, Reason> {
        let repeated = if entries.len() <= 8 {
            entries.iter().enumerate().find(|(at, (key, _))| entries[..*at].iter().any(|(other, _)| other == key))
        } else {
            let mut seen = HashSet::with_capacity(entries.len());
            entries.iter().enumerate().find(|(_, (key, _))| !seen.insert(key.as_str()))
        };
        match repeated {
            None => Ok(Value::object(entries)),
            Some(_) if self.limits.duplicate_keys => Ok(crate::Object::from_last(entries).into()),
            Some((_, (key, _))) => Err(format!("the key {key:?} comes twice in one object")),
        }
    }

    fn key(&mut self) -> Result<ArcStr, Reason> {
        if self.text.get(self.at) != Some(&b'"') {
            return Err("expected a key in double quotes".into());
        }
        self.at += 1;
        let start = self.at;
        let end = memchr(self.text, start);
        let plain = end.map(|end| &self.text[start..end]);
        let key = match plain.map(std::str::from_utf8) {
            Some(Ok(text)) => {
                self.at = start + text.len() + 1;
                match self.keys.get(text) {
                    Some(key) => key.clone(),
                    None => self.intern(text.into()),
                }
            }
            _ => {
                let text = self.string()?;
                let text = ArcStr::from(text);
                self.intern(text)
            }
        };
        self.space();
        if self.text.get(self.at) != Some(&b':') {
            return Err("expected : after a key".into());
        }
        self.at += 1;
        Ok(key)
    }

    fn intern(&mut self, key: ArcStr) -> ArcStr {
        if self.keys.len() < 4096 && key.len() <= 64 {
            self.keys.insert(key.clone());
        }
        key
    }

    /// Reads the rest of a string, whose opening quote has been read.
    fn string(&mut self) -> Result<&str, Reason> {
        let start = self.at;
        if let Some(end) = memchr(self.text, start) {
            self.at = end + 1;
            return std::str::from_utf8(&self.text[start..end]).map_err(|_| "text that is not UTF-8".into());
        }
        self.scratch.clear();
        loop {
            let plain = self.at;
            while self.text.get(self.at).is_some_and(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1f)) {
                self.at += 1;
            }
            let part = std::str::from_utf8(&self.text[plain..self.at]).map_err(|_| "text that is not UTF-8")?;
            self.scratch.push_str(part);
            match self.text.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(&self.scratch);
                }
                Some(b'\\') => {
                    self.at += 1;
                    let char = self.escape()?;
                    self.scratch.push(char);
                }
                Some(_) => return Err("a control character in a string must be escaped".into()),
                None => return Err("the text ends inside a string".into()),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Reason> {
        let letter = self.text.get(self.at).copied();
        self.at += 1;
        Ok(match letter {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return Err("unknown escape in a string".into()),
        })
    }

    fn unicode_escape(&mut self) -> Result<char, Reason> {
        let unit = self.hex4()?;
        if let Some(char) = char::from_u32(unit) {
            return Ok(char);
        }
        let after = self.at;
        if unit < 0xdc00 && self.text[self.at..].starts_with(b"\\u") {
            self.at += 2;
            let low = self.hex4()?;
            if (0xdc00..0xe000).contains(&low) {
                let code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = after;
        }
        if self.limits.lone_surrogates {
            return Ok(char::REPLACEMENT_CHARACTER);
        }
        Err(format!("half of a surrogate pair (\\u{unit:04x}) is not text"))
    }

    fn hex4(&mut self) -> Result<u32, Reason> {
        let digits = self.text.get(self.at..self.at + 4).and_then(|hex| std::str::from_utf8(hex).ok());
        let unit = digits.filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
        let unit = unit.and_then(|hex| u32::from_str_radix(hex, 16).ok()).ok_or("\\u needs four hexadecimal digits")?;
        self.at += 4;
        Ok(unit)
    }

    fn number(&mut self) -> Result<Value, Reason> {
        let start = self.at;
        if self.text[self.at] == b'-' {
            self.at += 1;
        }
        let whole = self.digits();
        if whole == 0 {
            return Err("a number needs a digit".into());
        }
        if whole > 1 && self.text[self.at - whole] == b'0' {
            return Err("a number does not begin with 0".into());
        }
        let mut integer = true;
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            integer = false;
            if self.digits() == 0 {
                return Err("a number needs a digit after the point".into());
            }
        }
        if matches!(self.text.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            integer = false;
            if matches!(self.text.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Err("a number needs a digit in its exponent".into());
            }
        }
        let text = std::str::from_utf8(&self.text[start..self.at]).map_err(|_| "text that is not UTF-8")?;
        Ok(number_of(text, integer))
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        self.at - start
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Option<Value>, Reason> {
        if self.text[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            return Ok(Some(value));
        }
        Err("expected a value".into())
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.text.get(self.at) {
            self.at += 1;
        }
    }

    fn error(&self, reason: Reason) -> ReadError {
        let before = &self.text[..self.at.min(self.text.len())];
        let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        ReadError { reason, path: Path(&self.open).to_string(), line, column: before.len() - line_start + 1 }
    }
}

/// Keeps a number's text unless a plain form prints the same.
fn number_of(text: &str, integer: bool) -> Value {
    if integer {
        if let Ok(int) = text.parse::<i64>()
            && text != "-0"
        {
            return Value::Int(int);
        }
    } else if let Ok(float) = text.parse::<f64>()
        && float.is_finite()
        && float.fract() != 0.0
        && ryu_js::Buffer::new().format_finite(float) == text
    {
        return Value::Float(float);
    }
    Value::Exact(text.into())
}

/// The position of the closing quote of a string that has no escape and no control character.
fn memchr(text: &[u8], start: usize) -> Option<usize> {
    let at = text[start..].iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))?;
    (text[start + at] == b'"').then_some(start + at)
}

/// Writes `$.nodes[3].data` for the lists and objects that are open.
struct Path<'a>(&'a [Open]);

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("$")?;
        let shown = self.0.len().min(32);
        for open in &self.0[..shown] {
            match open {
                Open::Array(items) => write!(f, "[{}]", items.len())?,
                Open::Object { key, .. } if is_word(key) => write!(f, ".{key}")?,
                Open::Object { key, .. } => write!(f, "[{key:?}]")?,
            }
        }
        if shown < self.0.len() { f.write_str("…") } else { Ok(()) }
    }
}

fn is_word(key: &str) -> bool {
    key.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '$')
        && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::to_text;

    fn same(text: &str) {
        assert_eq!(to_text(&read(text.as_bytes()).expect(text)), text);
    }

    fn refused(text: &str, reason: &str, path: &str) {
        let error = read(text.as_bytes()).expect_err(text);
        assert!(error.reason.contains(reason), "{text}: {error}");
        assert_eq!(error.path, path, "{text}");
    }

    #[test]
    fn numbers_keep_their_text() {
        for text in ["1", "-7", "1.10", "1.0", "1e2", "-0", "9007199254740993", "123456789012345678901234567890"] {
            same(text);
        }
        for text in ["1e400", "0.1000000000000000055", "-9223372036854775808", "18446744073709551615", "1E+2", "0.5"] {
            same(text);
        }
    }

    #[test]
    fn text_and_structure_round_trip() {
        same(r#"{"a":[1,{"b":"\u0000\"\\\n"}],"é":"😀","":{}}"#);
        same("[[],{},[[]],null,true,false]");
        assert_eq!(to_text(&read(br#" { "a" : "\ud83d\ude00\u0041\/" } "#).expect("legal")), r#"{"a":"😀A/"}"#);
    }

    #[test]
    fn refuses_with_reason_and_path() {
        refused(r#"{"a":[{"b":1,"b":2}]}"#, "\"b\" comes twice", "$.a[0]");
        refused(r#"{"a":["x","\ud800"]}"#, "surrogate", "$.a[1]");
        refused(r#"{"n":NaN}"#, "NaN", "$.n");
        refused(r#"{"key with space":[1,]}"#, "expected a value", "$[\"key with space\"][1]");
        refused("[1 2]", "expected , or ]", "$[1]");
        refused("01", "begin with 0", "$");
        refused("1 1", "after the end", "$");
        refused("\"a\u{1}\"", "control character", "$");
        let deep = "[".repeat(10_000);
        let error = read(deep.as_bytes()).expect_err("too deep");
        assert!(error.reason.contains("deeper than 500"), "{error}");
    }

    #[test]
    fn javascript_takes_the_last_of_two_keys() {
        let value = read_with(br#"{"a":1,"b":2,"a":3,"s":"\ud800"}"#, Limits::JAVASCRIPT).expect("legal");
        assert_eq!(to_text(&value), "{\"a\":3,\"b\":2,\"s\":\"\u{fffd}\"}");
    }
}
