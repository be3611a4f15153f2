//! The budget of one evaluation: steps bound its time, bytes its memory, and no value nests too deep.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use super::error::{EvalErrorName, Outcome, failure};
use super::operand::{Any, Entries, Found, List, Map};
use crate::value::MAX_DEPTH;

/// Steps of one evaluation. Calling a callback is eight, an element that a method looks at is one, and so are 128 bytes
/// copied.
const STEPS: u64 = 32_000_000;

/// The largest text, list or object, in bytes, what it holds included.
pub(super) const LARGEST: u64 = 32 << 20;

/// Bytes of all lists and objects that one evaluation builds.
const BUILT: u64 = 256 << 20;

/// What an evaluation has left.
pub(super) struct Budget {
    steps: Cell<u64>,
    bytes: Cell<u64>,
}

impl Default for Budget {
    fn default() -> Self {
        Self { steps: Cell::new(STEPS), bytes: Cell::new(BUILT) }
    }
}

impl Budget {
    /// Takes steps.
    #[inline]
    pub(super) fn step(&self, steps: u64) -> Outcome<()> {
        match self.steps.get().checked_sub(steps) {
            Some(left) => {
                self.steps.set(left);
                Ok(())
            }
            None => Err(exhausted("it takes too many steps")),
        }
    }

    /// Takes the steps of looking at this many elements.
    pub(super) fn look(&self, elements: usize) -> Outcome<()> {
        self.step(elements as u64)
    }

    /// Takes the steps of copying this many bytes, and refuses a text that is too large.
    #[inline]
    pub(super) fn copy(&self, bytes: usize) -> Outcome<()> {
        self.fits(bytes)?;
        self.step(bytes as u64 / 128)
    }

    /// Refuses a text that has grown too large while it is being built.
    #[inline]
    pub(super) fn fits(&self, bytes: usize) -> Outcome<()> {
        if bytes as u64 > LARGEST { Err(exhausted("a text in it grows too large")) } else { Ok(()) }
    }

    /// Takes the bytes of a list or object before it is built.
    pub(super) fn room(&self, elements: usize, each: usize) -> Outcome<()> {
        let bytes = elements as u64 * each as u64;
        match self.bytes.get().checked_sub(bytes) {
            Some(left) if bytes <= LARGEST => {
                self.bytes.set(left);
                Ok(())
            }
            _ => Err(exhausted("a list or object in it grows too large")),
        }
    }

    /// A new list.
    pub(super) fn list<'s>(&self, items: Vec<Any<'s>>) -> Outcome<Any<'s>> {
        self.list_found(items, None)
    }

    /// A new list that is the answer of a match.
    pub(super) fn list_found<'s>(&self, items: Vec<Any<'s>>, found: Option<Box<Found<'s>>>) -> Outcome<Any<'s>> {
        self.room(items.len(), size_of::<Any<'s>>())?;
        self.look(items.len())?;
        let (depth, weight) = measure(items.iter(), size_of::<Any<'s>>())?;
        Ok(Any::List(Rc::new(List { items, depth, weight, found })))
    }

    /// A new object.
    pub(super) fn map<'s>(&self, entries: Entries<'s>) -> Outcome<Any<'s>> {
        let each = size_of::<(arcstr::ArcStr, Any<'s>)>();
        self.room(entries.len(), each)?;
        self.look(entries.len())?;
        let entries = entries.finish();
        let (depth, weight) = measure(entries.iter().map(|(_, value)| value), each)?;
        Ok(Any::Map(Rc::new(Map { entries, index: OnceCell::new(), depth, weight })))
    }
}

fn measure<'v, 's: 'v>(parts: impl Iterator<Item = &'v Any<'s>>, each: usize) -> Outcome<(u32, u64)> {
    let (mut depth, mut weight) = (0, each as u64);
    for part in parts {
        depth = depth.max(part.depth());
        weight += each as u64 + part.weight();
    }
    if depth >= MAX_DEPTH {
        return Err(exhausted(&format!("a value in it nests deeper than {MAX_DEPTH} levels")));
    }
    if weight > LARGEST {
        return Err(exhausted("a list or object in it grows too large"));
    }
    Ok((depth + 1, weight))
}

#[cold]
pub(super) fn exhausted(why: &str) -> Box<super::EvalError> {
    failure(
        EvalErrorName::Budget,
        format!("this expression is stopped: {why}; do the work in several nodes or in a javascript node"),
    )
}
