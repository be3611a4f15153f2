//! The values inside an evaluation: JSON that is borrowed or shared, and what only JavaScript has.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use arcstr::ArcStr;

use super::pattern::Regex;
use super::text::Text;
use crate::value::{Array, Object, Value, integer_key};

/// One value of an evaluation. `'s` is the life of the scope, whose JSON is read in place.
#[derive(Clone, Debug, Default)]
pub(super) enum Any<'s> {
    #[default]
    Undefined,
    /// JSON of the scope.
    Ref(&'s Value),
    /// JSON that the evaluation shares: literals, texts it made, values of names.
    Own(Value),
    /// A number that was computed; it may be NaN, infinite or -0.
    Number(f64),
    /// A text with half of a surrogate pair in it.
    Wide(Arc<Vec<u16>>),
    /// A list that the evaluation built.
    List(Rc<List<'s>>),
    /// An object that the evaluation built.
    Map(Rc<Map<'s>>),
    /// A date, in milliseconds since 1970; NaN is an invalid one.
    Date(f64),
    Regex(Arc<Regex>),
}

/// [`Any`] without the difference between borrowed, shared and built.
#[derive(Clone, Copy)]
pub(super) enum View<'v, 's> {
    Undefined,
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// A JSON number whose text matters, see [`Value::Exact`].
    Exact(&'v str),
    Text(&'v ArcStr),
    Wide(&'v [u16]),
    Array(&'v Array),
    Object(&'v Object),
    List(&'v List<'s>),
    Map(&'v Map<'s>),
    Date(f64),
    Regex(&'v Regex),
}

impl<'s> Any<'s> {
    pub(super) const NULL: Self = Self::Own(Value::Null);

    pub(super) fn view(&self) -> View<'_, 's> {
        match self {
            Self::Undefined => View::Undefined,
            Self::Ref(value) => View::of(value),
            Self::Own(value) => View::of(value),
            Self::Number(number) => View::Float(*number),
            Self::Wide(units) => View::Wide(units),
            Self::List(list) => View::List(list),
            Self::Map(map) => View::Map(map),
            Self::Date(time) => View::Date(*time),
            Self::Regex(regex) => View::Regex(regex),
        }
    }

    /// The JSON value behind this, if it is nothing but that.
    pub(super) fn json(&self) -> Option<&Value> {
        match self {
            Self::Ref(value) => Some(value),
            Self::Own(value) => Some(value),
            _ => None,
        }
    }

    pub(super) fn is_nullish(&self) -> bool {
        matches!(self, Self::Undefined | Self::Ref(Value::Null) | Self::Own(Value::Null))
    }

    pub(super) fn is_undefined(&self) -> bool {
        matches!(self, Self::Undefined)
    }

    /// The same value without a borrow from a shorter life.
    pub(super) fn shared<'t>(found: Self) -> Any<'t> {
        match found {
            Any::Undefined | Any::List(_) | Any::Map(_) => Any::Undefined,
            Any::Ref(value) => Any::Own(value.clone()),
            Any::Own(value) => Any::Own(value),
            Any::Number(number) => Any::Number(number),
            Any::Wide(units) => Any::Wide(units),
            Any::Date(time) => Any::Date(time),
            Any::Regex(regex) => Any::Regex(regex),
        }
    }

    /// The elements, if this is a list.
    pub(super) fn items(&self) -> Option<Items<'s>> {
        match self {
            Self::Ref(Value::Array(array)) => Some(Items::Borrowed(array.items())),
            Self::Own(Value::Array(array)) => Some(Items::Shared(array.clone())),
            Self::List(list) => Some(Items::List(list.clone())),
            _ => None,
        }
    }

    /// The text, if this is one.
    pub(super) fn text(&self) -> Option<Text> {
        match self.view() {
            View::Text(text) => Some(Text::Plain(text.clone())),
            View::Wide(units) => Some(Text::Wide(Arc::new(units.to_vec()))),
            _ => None,
        }
    }

    /// The entries, if this is an object (not a list).
    pub(super) fn entries(&self) -> Option<Vec<(ArcStr, Self)>> {
        match self {
            Self::Ref(Value::Object(object)) => {
                Some(object.entries().iter().map(|(key, value)| (key.clone(), Any::Ref(value))).collect())
            }
            Self::Own(Value::Object(object)) => {
                Some(object.entries().iter().map(|(key, value)| (key.clone(), Any::Own(value.clone()))).collect())
            }
            Self::Map(map) => Some(map.entries.clone()),
            _ => None,
        }
    }

    /// The weight of a value towards the size of what holds it, in bytes; JSON of the scope weighs nothing.
    pub(super) fn weight(&self) -> u64 {
        match self {
            Self::Own(Value::String(text)) => text.len() as u64,
            Self::Wide(units) => 2 * units.len() as u64,
            Self::List(list) => list.weight,
            Self::Map(map) => map.weight,
            _ => 0,
        }
    }

    pub(super) fn depth(&self) -> u32 {
        match self {
            Self::Ref(value) => value.depth(),
            Self::Own(value) => value.depth(),
            Self::List(list) => list.depth,
            Self::Map(map) => map.depth,
            _ => 0,
        }
    }
}

impl<'v> View<'v, '_> {
    fn of(value: &'v Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(truth) => Self::Bool(*truth),
            Value::Int(int) => Self::Int(*int),
            Value::Float(float) => Self::Float(*float),
            Value::Exact(text) => Self::Exact(text),
            Value::String(text) => Self::Text(text),
            Value::Array(array) => Self::Array(array),
            Value::Object(object) => Self::Object(object),
        }
    }
}

impl From<bool> for Any<'_> {
    fn from(truth: bool) -> Self {
        Self::Own(Value::Bool(truth))
    }
}

impl From<f64> for Any<'_> {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<usize> for Any<'_> {
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    fn from(count: usize) -> Self {
        Self::Number(count as f64)
    }
}

impl From<&str> for Any<'_> {
    fn from(text: &str) -> Self {
        Self::Own(Value::from(text))
    }
}

impl From<String> for Any<'_> {
    fn from(text: String) -> Self {
        Self::Own(Value::from(text))
    }
}

impl From<ArcStr> for Any<'_> {
    fn from(text: ArcStr) -> Self {
        Self::Own(Value::String(text))
    }
}

/// A list that the evaluation built. Made by [`Budget::list`](super::budget::Budget::list).
#[derive(Debug)]
pub(super) struct List<'s> {
    pub(super) items: Vec<Any<'s>>,
    pub(super) depth: u32,
    pub(super) weight: u64,
    /// What `match` adds to the list it answers: `index`, `input` and `groups`.
    pub(super) found: Option<Box<Found<'s>>>,
}

/// The properties of a match beside its captures.
#[derive(Clone, Debug)]
pub(super) struct Found<'s> {
    pub(super) index: f64,
    pub(super) input: Any<'s>,
    pub(super) groups: Any<'s>,
}

/// An object that the evaluation built. Made by [`Budget::map`](super::budget::Budget::map).
#[derive(Debug)]
pub(super) struct Map<'s> {
    pub(super) entries: Vec<(ArcStr, Any<'s>)>,
    pub(super) index: OnceCell<HashMap<ArcStr, usize>>,
    pub(super) depth: u32,
    pub(super) weight: u64,
}

/// From this many entries on a built object finds its keys by an index.
const INDEX_FROM: usize = 16;

impl<'s> Map<'s> {
    pub(super) fn get(&self, key: &str) -> Option<&Any<'s>> {
        if self.entries.len() < INDEX_FROM {
            return self.entries.iter().find(|(other, _)| other == key).map(|(_, value)| value);
        }
        let index = self
            .index
            .get_or_init(|| self.entries.iter().enumerate().map(|(at, (key, _))| (key.clone(), at)).collect());
        index.get(key).map(|&at| &self.entries[at].1)
    }
}

/// Collects the entries of an object: the last value of a key counts, at the place of its first.
#[derive(Default)]
pub(super) struct Entries<'s> {
    entries: Vec<(ArcStr, Any<'s>)>,
    index: HashMap<ArcStr, usize>,
}

impl<'s> Entries<'s> {
    pub(super) fn set(&mut self, key: ArcStr, value: Any<'s>) {
        match self.position(&key) {
            Some(at) => self.entries[at].1 = value,
            None => {
                if self.entries.len() >= INDEX_FROM {
                    self.index.insert(key.clone(), self.entries.len());
                }
                self.entries.push((key, value));
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    fn position(&mut self, key: &str) -> Option<usize> {
        if self.entries.len() < INDEX_FROM {
            return self.entries.iter().position(|(other, _)| other == key);
        }
        if self.index.is_empty() {
            self.index = self.entries.iter().enumerate().map(|(at, (key, _))| (key.clone(), at)).collect();
        }
        self.index.get(key).copied()
    }

    /// The entries in JavaScript's order: whole-number keys ascending, then the others as they were added.
    pub(super) fn finish(mut self) -> Vec<(ArcStr, Any<'s>)> {
        if self.entries.iter().any(|(key, _)| integer_key(key).is_some()) {
            self.entries.sort_by_key(|(key, _)| integer_key(key).unwrap_or(u64::MAX));
        }
        self.entries
    }
}

/// The elements of any list.
#[derive(Clone)]
pub(super) enum Items<'s> {
    Borrowed(&'s [Value]),
    Shared(Arc<Array>),
    List(Rc<List<'s>>),
}

impl<'s> Items<'s> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Borrowed(items) => items.len(),
            Self::Shared(array) => array.items().len(),
            Self::List(list) => list.items.len(),
        }
    }

    /// The element at a place; `undefined` beyond the end.
    pub(super) fn get(&self, at: usize) -> Any<'s> {
        match self {
            Self::Borrowed(items) => items.get(at).map(Any::Ref),
            Self::Shared(array) => array.items().get(at).cloned().map(Any::Own),
            Self::List(list) => list.items.get(at).cloned(),
        }
        .unwrap_or_default()
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = Any<'s>> + ExactSizeIterator + '_ {
        (0..self.len()).map(|at| self.get(at))
    }

    pub(super) fn to_vec(&self) -> Vec<Any<'s>> {
        self.iter().collect()
    }
}
