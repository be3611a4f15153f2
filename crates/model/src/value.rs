//! The JSON value that flows through every step.
//!
//! A [`Value`] is 16 bytes and cheap to share: text, lists and objects are reference-counted and never change once
//! built. A number that is only moved keeps the text it arrived with ([`Value::Exact`]). Lists and objects know how
//! deep they nest and how large they are, so that nothing in the product recurses further than [`MAX_DEPTH`], and a value
//! that holds another a million times is known for what it is before it is written out.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use arcstr::ArcStr;

/// The deepest nesting of lists and objects that a value may have.
///
/// Readers, expressions and steps refuse what is deeper, which is why walking a value may recurse.
pub const MAX_DEPTH: u32 = 500;

/// From this many entries on an object finds its keys by an index instead of by walking.
const INDEX_FROM: usize = 16;

/// Bytes of the brackets around a list or an object, and of the punctuation around a key.
const BRACKETS: u64 = 2;
const PUNCTUATION: u64 = 3;

/// A JSON value.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number that fits 64 bits and was written in its shortest form.
    Int(i64),
    /// A finite number whose text is what JavaScript prints for it.
    Float(f64),
    /// A number kept as it was written, since neither of the other forms prints the same text (`1.10`, `1e400`).
    Exact(ArcStr),
    /// Text.
    String(ArcStr),
    /// A list.
    Array(Arc<Array>),
    /// An object.
    Object(Arc<Object>),
}

impl Value {
    /// The empty text.
    pub const EMPTY: Self = Self::String(ArcStr::new());

    /// Builds a text.
    pub fn string(text: impl Into<ArcStr>) -> Self {
        Self::String(text.into())
    }

    /// Builds a list.
    pub fn array(items: Vec<Self>) -> Self {
        Self::Array(Arc::new(Array::new(items)))
    }

    /// Builds an object from entries whose keys are distinct.
    pub fn object(entries: Vec<(ArcStr, Self)>) -> Self {
        Self::Object(Arc::new(Object::new(entries)))
    }

    /// Builds a number in the form that prints as JavaScript prints it; a whole number within 2^53 becomes an
    /// [`Value::Int`]. NaN and infinity have no JSON form.
    pub fn number(number: f64) -> Option<Self> {
        const SAFE: f64 = 9_007_199_254_740_992.0;
        if number.fract() == 0.0 && number.abs() <= SAFE {
            #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
            return Some(Self::Int(number as i64));
        }
        number.is_finite().then_some(Self::Float(number))
    }

    /// The member of an object, or `None` for a missing key or another kind of value.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(object) => object.get(key),
            _ => None,
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The shared text of a string.
    pub fn as_text(&self) -> Option<&ArcStr> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list.
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(array) => Some(array.items()),
            _ => None,
        }
    }

    /// The object itself.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The truth of a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    /// A number as the nearest `f64`; beyond its range, infinity.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "the nearest number is what is asked for")]
            Self::Int(int) => Some(*int as f64),
            Self::Float(float) => Some(*float),
            Self::Exact(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// A whole number that fits 64 bits, however it was written (`3`, `3.0`, `3e0`).
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(int) => Some(*int),
            Self::Float(_) | Self::Exact(_) => {
                let number = self.as_f64()?;
                match Self::number(number) {
                    Some(Self::Int(int)) => Some(int),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Whether this is `null`.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether this is a number.
    pub const fn is_number(&self) -> bool {
        matches!(self, Self::Int(_) | Self::Float(_) | Self::Exact(_))
    }

    /// The word JSON Schema has for this kind of value.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Int(_) | Self::Float(_) | Self::Exact(_) => "number",
            Self::String(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }

    /// How many lists and objects stand inside one another: 0 for a scalar, 1 for `[]`.
    pub fn depth(&self) -> u32 {
        match self {
            Self::Array(array) => array.depth,
            Self::Object(object) => object.depth,
            _ => 0,
        }
    }

    /// About how many bytes it takes when all of it is written out, also what it holds many times in one place of
    /// memory. No more than its JSON text has, but for fractions, which count 8. Known without looking inside.
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Null | Self::Bool(_) => 4,
            Self::Int(int) => u64::from(65 - int.unsigned_abs().leading_zeros()).div_ceil(7),
            Self::Float(_) => 8,
            Self::Exact(text) => text.len() as u64,
            Self::String(text) => text.len() as u64 + 2,
            Self::Array(array) => array.bytes,
            Self::Object(object) => object.bytes,
        }
    }

    /// Whether both are the same shared value, without looking inside: equal scalars, or the very same text, list or
    /// object in memory.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (Self::Exact(a), Self::Exact(b)) | (Self::String(a), Self::String(b)) => ArcStr::ptr_eq(a, b),
            (Self::Array(a), Self::Array(b)) => Arc::ptr_eq(a, b),
            (Self::Object(a), Self::Object(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

/// Equality of JSON: numbers by value (whole numbers exactly), objects without regard to order.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::String(a), Self::String(b)) => a == b,
            (Self::Array(a), Self::Array(b)) => Arc::ptr_eq(a, b) || a.items == b.items,
            (Self::Object(a), Self::Object(b)) => Arc::ptr_eq(a, b) || **a == **b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Exact(a), Self::Exact(b)) if a == b => true,
            (a, b) if a.is_number() && b.is_number() => match (a.as_i64(), b.as_i64()) {
                (Some(a), Some(b)) => a == b,
                (None, None) => a.as_f64() == b.as_f64(),
                _ => false,
            },
            _ => false,
        }
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<i64> for Value {
    fn from(int: i64) -> Self {
        Self::Int(int)
    }
}

impl From<usize> for Value {
    fn from(count: usize) -> Self {
        i64::try_from(count).map_or(Self::Null, Self::Int)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text.into())
    }
}

impl From<ArcStr> for Value {
    fn from(text: ArcStr) -> Self {
        Self::String(text)
    }
}

impl From<Vec<Self>> for Value {
    fn from(items: Vec<Self>) -> Self {
        Self::array(items)
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(Arc::new(object))
    }
}

/// The items of a list, with the depth they nest to.
#[derive(Debug, Default)]
pub struct Array {
    items: Vec<Value>,
    depth: u32,
    bytes: u64,
}

impl Array {
    /// Builds a list.
    pub fn new(items: Vec<Value>) -> Self {
        let (mut depth, mut bytes) = (0, BRACKETS);
        for item in &items {
            depth = depth.max(item.depth());
            bytes = item.bytes().saturating_add(bytes);
        }
        Self { items, depth: depth + 1, bytes }
    }

    /// The items in order.
    pub fn items(&self) -> &[Value] {
        &self.items
    }
}

/// The entries of an object in JavaScript's order: whole-number keys ascending, then the others as they were added.
#[derive(Debug, Default)]
pub struct Object {
    entries: Vec<(ArcStr, Value)>,
    index: OnceLock<Index>,
    depth: u32,
    bytes: u64,
}

type Index = HashMap<Key, u32>;

impl Object {
    /// Builds an object from entries whose keys are distinct.
    pub fn new(mut entries: Vec<(ArcStr, Value)>) -> Self {
        if entries.iter().any(|(key, _)| integer_key(key).is_some()) {
            entries.sort_by_key(|(key, _)| integer_key(key).unwrap_or(u64::MAX));
        }
        let (mut depth, mut bytes) = (0, BRACKETS);
        for (key, value) in &entries {
            depth = depth.max(value.depth());
            bytes = value.bytes().saturating_add(key.len() as u64 + PUNCTUATION).saturating_add(bytes);
        }
        Self { entries, index: OnceLock::new(), depth: depth + 1, bytes }
    }

    /// Builds an object from entries of which the last with a key counts, at the place of the first.
    pub fn from_last(entries: Vec<(ArcStr, Value)>) -> Self {
        let mut seen: HashMap<ArcStr, usize> = HashMap::with_capacity(entries.len());
        let mut kept: Vec<(ArcStr, Value)> = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            if let Some(&at) = seen.get(&key) {
                kept[at].1 = value;
            } else {
                seen.insert(key.clone(), kept.len());
                kept.push((key, value));
            }
        }
        Self::new(kept)
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.position(key).map(|at| &self.entries[at].1)
    }

    /// Where a key stands among the entries.
    pub fn position(&self, key: &str) -> Option<usize> {
        if self.entries.len() < INDEX_FROM {
            return self.entries.iter().position(|(other, _)| other == key);
        }
        let index = self
            .index
            .get_or_init(|| (0u32..).zip(&self.entries).map(|(at, (key, _))| (Key(key.clone()), at)).collect());
        index.get(key).map(|&at| at as usize)
    }

    /// The entries in order.
    pub fn entries(&self) -> &[(ArcStr, Value)] {
        &self.entries
    }

    /// The keys in order.
    pub fn keys(&self) -> impl Iterator<Item = &ArcStr> {
        self.entries.iter().map(|(key, _)| key)
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// This object with one entry set: in place if the key is there, else at the end.
    #[must_use]
    pub fn with(&self, key: ArcStr, value: Value) -> Self {
        let mut entries = self.entries.clone();
        match self.position(&key) {
            Some(at) => entries[at].1 = value,
            None => entries.push((key, value)),
        }
        Self::new(entries)
    }

    /// This object without one key.
    #[must_use]
    pub fn without(&self, key: &str) -> Self {
        Self::new(self.entries.iter().filter(|(other, _)| other != key).cloned().collect())
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.entries.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}

/// A key that JavaScript lists before the others: a whole number below 2^32 - 1 in its shortest form.
pub(crate) fn integer_key(key: &str) -> Option<u64> {
    let bytes = key.as_bytes();
    let shortest = matches!(bytes, [b'0'] | [b'1'..=b'9', ..]);
    if !shortest || bytes.len() > 10 || !bytes.iter().all(u8::is_ascii_digit) {
        return None;
    }
    key.parse().ok().filter(|&number| number < u64::from(u32::MAX))
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Key(ArcStr);

impl Borrow<str> for Key {
    fn borrow(&self) -> &str {
        &self.0
    }
}
