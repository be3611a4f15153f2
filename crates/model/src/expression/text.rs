//! Text as JavaScript counts it: in UTF-16 units. Nearly all text is kept as UTF-8; only one with half of a surrogate
//! pair in it is kept as units.

use std::borrow::Cow;
use std::sync::Arc;

use arcstr::ArcStr;

use super::operand::Any;
use crate::Value;

/// A text inside an evaluation.
#[derive(Clone, Debug)]
pub(super) enum Text {
    Plain(ArcStr),
    /// At least one unit is half of a surrogate pair.
    Wide(Arc<Vec<u16>>),
}

impl Text {
    pub(super) const EMPTY: Self = Self::Plain(ArcStr::new());

    /// The text of these units.
    pub(super) fn of_units(units: Vec<u16>) -> Self {
        match String::from_utf16(&units) {
            Ok(text) => Self::Plain(text.into()),
            Err(_) => Self::Wide(Arc::new(units)),
        }
    }

    /// The length in UTF-16 units.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Plain(text) => length(text),
            Self::Wide(units) => units.len(),
        }
    }

    /// The size in memory.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Plain(text) => text.len(),
            Self::Wide(units) => 2 * units.len(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes() == 0
    }

    pub(super) fn units(&self) -> Cow<'_, [u16]> {
        match self {
            Self::Plain(text) => Cow::Owned(text.encode_utf16().collect()),
            Self::Wide(units) => Cow::Borrowed(units),
        }
    }

    /// The text as UTF-8, each half of a surrogate pair replaced by U+FFFD.
    pub(super) fn plain(&self) -> ArcStr {
        match self {
            Self::Plain(text) => text.clone(),
            Self::Wide(units) => String::from_utf16_lossy(units).into(),
        }
    }

    /// The bytes of a text in which each byte is a unit.
    pub(super) fn ascii(&self) -> Option<&str> {
        match self {
            Self::Plain(text) if text.is_ascii() => Some(text),
            _ => None,
        }
    }

    /// The part between two units, `start ≤ end ≤ len`.
    pub(super) fn slice(&self, start: usize, end: usize) -> Self {
        match self.ascii() {
            Some(text) => Self::Plain(text[start..end].into()),
            None => Self::of_units(self.units()[start..end].to_vec()),
        }
    }

    /// Where a text begins at or after a unit.
    pub(super) fn find(&self, needle: &Self, from: usize) -> Option<usize> {
        if let (Some(text), Self::Plain(needle)) = (self.ascii(), needle) {
            return text.get(from..)?.find(needle.as_str()).map(|at| at + from);
        }
        let (units, needle) = (self.units(), needle.units());
        (from..=units.len().checked_sub(needle.len())?).find(|&at| units[at..].starts_with(&needle))
    }

    /// Where a text last begins at or before a unit.
    pub(super) fn rfind(&self, needle: &Self, until: usize) -> Option<usize> {
        let (units, needle) = (self.units(), needle.units());
        let last = units.len().checked_sub(needle.len())?;
        (0..=last.min(until)).rev().find(|&at| units[at..].starts_with(&needle))
    }

    /// The characters; half of a surrogate pair stands alone.
    pub(super) fn chars(&self) -> Vec<Self> {
        match self {
            Self::Plain(text) => text.chars().map(|c| Self::Plain(c.encode_utf8(&mut [0; 4]).into())).collect(),
            Self::Wide(units) => {
                let part = |c: Result<char, std::char::DecodeUtf16Error>| match c {
                    Ok(c) => Self::Plain(c.encode_utf8(&mut [0; 4]).into()),
                    Err(half) => Self::Wide(Arc::new(vec![half.unpaired_surrogate()])),
                };
                char::decode_utf16(units.iter().copied()).map(part).collect()
            }
        }
    }
}

impl From<Text> for Any<'_> {
    fn from(text: Text) -> Self {
        match text {
            Text::Plain(text) => Self::Own(Value::String(text)),
            Text::Wide(units) => Self::Wide(units),
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::Plain(text.into())
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Plain(a), Self::Plain(b)) => a == b,
            (Self::Wide(a), Self::Wide(b)) => a == b,
            // A text is wide only if it cannot be plain.
            _ => false,
        }
    }
}

impl Eq for Text {}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Order by UTF-16 units, as JavaScript compares.
impl Ord for Text {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        match (self, other) {
            (Self::Plain(a), Self::Plain(b)) => compare(a, b),
            _ => self.units().cmp(&other.units()),
        }
    }
}

/// The length of a text in UTF-16 units.
pub(super) fn length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// Order by UTF-16 units. It differs from the order of the bytes only where characters beyond U+FFFF meet others.
pub(super) fn compare(a: &str, b: &str) -> std::cmp::Ordering {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    match (a.as_bytes().get(same), b.as_bytes().get(same)) {
        (Some(&x), Some(&y)) if x >= 0xee || y >= 0xee => a.encode_utf16().cmp(b.encode_utf16()),
        (x, y) => x.cmp(&y),
    }
}

/// Builds a text from parts that may hold halves of surrogate pairs, two of which may meet and become a character.
#[derive(Default)]
pub(super) struct Builder {
    plain: String,
    wide: Option<Vec<u16>>,
}

impl Builder {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { plain: String::with_capacity(bytes), wide: None }
    }

    pub(super) fn push_str(&mut self, part: &str) {
        match &mut self.wide {
            None => self.plain.push_str(part),
            Some(units) => units.extend(part.encode_utf16()),
        }
    }

    pub(super) fn push(&mut self, part: &Text) {
        match part {
            Text::Plain(text) => self.push_str(text),
            Text::Wide(more) => {
                let plain = &mut self.plain;
                let units = self.wide.get_or_insert_with(|| std::mem::take(plain).encode_utf16().collect());
                units.extend_from_slice(more);
            }
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.plain.len() + self.wide.as_ref().map_or(0, |units| 2 * units.len())
    }

    pub(super) fn finish(self) -> Text {
        match self.wide {
            None => Text::Plain(self.plain.into()),
            Some(units) => Text::of_units(units),
        }
    }
}
