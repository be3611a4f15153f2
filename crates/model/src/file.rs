//! Files: bodies too large for a value. A value names one; its bytes are kept beside the journal.
//!
//! In JSON a file is `{"$file": "<hash>", "name": "report.pdf", "type": "application/pdf", "size": 5242880}`: the hash is
//! the BLAKE3 of its bytes in 64 hexadecimal digits, the name is left out where nobody gave one. It is an ordinary object
//! otherwise: it goes through steps and expressions as any value does.

use std::fmt::Write as _;

use arcstr::{ArcStr, literal};

use crate::Value;

/// The key that makes an object a file.
pub const FILE_KEY: &str = "$file";

/// BLAKE3 of a file's bytes.
pub type FileHash = [u8; 32];

/// What a value says of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Which bytes.
    pub hash: FileHash,
    /// What people call it; empty if it has no name.
    pub name: ArcStr,
    /// Its media type; empty if nobody knows.
    pub media_type: ArcStr,
    /// Its bytes.
    pub size: u64,
}

impl File {
    /// The file that a value names, if it names one.
    pub fn of(value: &Value) -> Option<Self> {
        let text = |key| value.get(key).and_then(Value::as_text).cloned().unwrap_or_default();
        let size = value.get("size").and_then(Value::as_i64).and_then(|size| u64::try_from(size).ok());
        let hash = hash_of(value.get(FILE_KEY)?.as_str()?)?;
        Some(Self { hash, name: text("name"), media_type: text("type"), size: size.unwrap_or(0) })
    }

    /// The value that names it.
    pub fn to_value(&self) -> Value {
        let mut entries = vec![(literal!("$file"), Value::from(hash_text(&self.hash)))];
        if !self.name.is_empty() {
            entries.push((literal!("name"), Value::String(self.name.clone())));
        }
        entries.push((literal!("type"), Value::String(self.media_type.clone())));
        entries.push((literal!("size"), Value::Int(i64::try_from(self.size).unwrap_or(i64::MAX))));
        Value::object(entries)
    }

    /// The hashes of all files that stand anywhere in a value, each once.
    pub fn all_in(value: &Value) -> Vec<FileHash> {
        let (mut found, mut left) = (Vec::new(), vec![value]);
        while let Some(value) = left.pop() {
            match value {
                Value::Array(list) => left.extend(list.items()),
                Value::Object(object) => {
                    let hash = value.get(FILE_KEY).and_then(Value::as_str).and_then(hash_of);
                    found.extend(hash.filter(|hash| !found.contains(hash)));
                    left.extend(object.entries().iter().map(|(_, value)| value));
                }
                _ => {}
            }
        }
        found
    }
}

/// A hash as it is written: 64 digits.
pub fn hash_text(hash: &FileHash) -> String {
    let mut text = String::with_capacity(64);
    for byte in hash {
        // Writing to a String cannot fail.
        write!(text, "{byte:02x}").unwrap_or_default();
    }
    text
}

/// Reads a hash as it is written.
pub fn hash_of(text: &str) -> Option<FileHash> {
    let digit = |byte: u8| char::from(byte).to_digit(16).filter(|_| !byte.is_ascii_uppercase());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != 32 || !rest.is_empty() {
        return None;
    }
    let mut hash = [0; 32];
    for (byte, &[high, low]) in hash.iter_mut().zip(pairs) {
        *byte = u8::try_from(digit(high)? << 4 | digit(low)?).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn value(text: &str) -> Value {
        json::read(text.as_bytes()).expect("JSON")
    }

    #[test]
    fn a_file_is_what_its_value_says() {
        let hash = "0123456789abcdef".repeat(4);
        let text = format!(r#"{{"$file":"{hash}","name":"a b.pdf","type":"application/pdf","size":70000}}"#);
        let file = File::of(&value(&text)).expect("a file");
        assert_eq!((file.name.as_str(), file.media_type.as_str(), file.size), ("a b.pdf", "application/pdf", 70_000));
        assert_eq!(json::to_text(&file.to_value()), text);
        assert_eq!(hash_text(&file.hash), hash);
        for other in ["", "0", "0123456789ABCDEF", "zz"] {
            let other = value(&format!(r#"{{"$file":"{}"}}"#, other.repeat(4)));
            assert_eq!(File::of(&other), None, "{other:?}");
        }
        assert_eq!(File::of(&value(r#"{"file":"x"}"#)), None);
        assert_eq!(File::of(&value("[1]")), None);
    }

    #[test]
    fn files_are_found_wherever_they_stand() {
        let (a, b) = ("a".repeat(64), "b".repeat(64));
        let text =
            format!(r#"{{"x":[1,{{"$file":"{a}","size":1}},[{{"$file":"{a}"}}]],"y":{{"z":{{"$file":"{b}"}}}}}}"#);
        let mut found = File::all_in(&value(&text));
        found.sort_unstable();
        assert_eq!(found, [[0xaa; 32], [0xbb; 32]]);
        assert!(File::all_in(&value(r#"{"$file": "short", "list": [null, "$file"]}"#)).is_empty());
    }
}
