//! The rows of a file's lists, and which row of one file is which of another.
//!
//! Rows are told by their id. Those without one, edges by what they link, and those of which several have one id: first
//! those that say the same, then the rest in their order.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet, VecDeque};

use crate::fields::{escape_id, hash, same};
use crate::json;
use crate::value::Value;

/// The lists of a file.
pub(crate) const LISTS: [&str; 2] = ["nodes", "edges"];
/// How many rows are looked at in search of one that stood here.
const AHEAD: usize = 4;
const ENDS: [&str; 4] = ["source", "target", "sourceHandle", "targetHandle"];

/// A row of a list.
#[derive(Clone, Debug)]
pub(crate) struct Row<'v> {
    pub(crate) key: Key<'v>,
    pub(crate) value: Cow<'v, Value>,
}

/// What a row is found by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key<'v> {
    /// Its id; other editors number theirs.
    Id(Cow<'v, str>),
    /// What an edge without an id links.
    Ends(Box<Ends<'v>>),
    /// A row without an id.
    Nameless,
    /// The text of what is no row at all.
    Stray(String),
}

/// What an edge links, and where.
pub(crate) type Ends<'v> = [Option<Cow<'v, str>>; 4];

impl<'v> Row<'v> {
    fn new(value: &'v Value, is_edge: bool) -> Self {
        let key = match value.as_object() {
            None => Key::Stray(json::to_text(value)),
            Some(object) => match object.get("id").and_then(name_of) {
                Some(id) => Key::Id(id),
                None if is_edge => Key::Ends(Box::new(ends(value))),
                None => Key::Nameless,
            },
        };
        Self { key, value: Cow::Borrowed(value) }
    }

    /// Its id, if it has one.
    pub(crate) fn id(&self) -> Option<&str> {
        match &self.key {
            Key::Id(id) => Some(id),
            Key::Ends(_) | Key::Nameless | Key::Stray(_) => None,
        }
    }
}

/// What a value names, in place of an id.
pub(crate) fn name_of(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) if !text.is_empty() => Some(Cow::Borrowed(text)),
        Value::Int(number) => Some(Cow::Owned(number.to_string())),
        _ => None,
    }
}

/// What an edge links, and where.
pub(crate) fn ends(edge: &Value) -> Ends<'_> {
    ENDS.map(|key| edge.get(key).and_then(name_of))
}

/// The rows of a list; `None` where it is something else. A list that is not there has none.
pub(crate) fn rows<'v>(list: Option<&'v Value>, key: &str) -> Option<Vec<Row<'v>>> {
    match list {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::Array(items)) => Some(items.items().iter().map(|item| Row::new(item, key == "edges")).collect()),
        Some(_) => None,
    }
}

/// Which rows of two lists are the same row.
pub(crate) struct Pairs {
    /// For each row before, where it is after.
    pub(crate) after: Vec<Option<u32>>,
    /// For each row after, where it was before.
    pub(crate) before: Vec<Option<u32>>,
    /// For each row after, whether it says what it said before.
    pub(crate) same: Vec<bool>,
}

impl Pairs {
    pub(crate) fn of(before: &[Row<'_>], after: &[Row<'_>]) -> Self {
        let mut pairs =
            Self { after: vec![None; before.len()], before: vec![None; after.len()], same: vec![false; after.len()] };
        // Most rows are what they were, beside those that they were beside: nothing is looked up for them.
        pairs.join_unchanged(before, after);
        let mut piles: HashMap<&Key<'_>, [Pile; 2]> = HashMap::new();
        for (side, (rows, joined)) in [(before, &pairs.after), (after, &pairs.before)].into_iter().enumerate() {
            for (at, row) in (0_u32..).zip(rows).filter(|(at, _)| joined[*at as usize].is_none()) {
                piles.entry(&row.key).or_default()[side].push(at);
            }
        }
        for [old, new] in piles.values() {
            match (old.one(), new.one()) {
                (Some(old), Some(new)) => pairs.join(old, new, same_row(before, old, after, new)),
                _ if old.is_empty() || new.is_empty() => {}
                _ => pairs.join_piles((before, old), (after, new)),
            }
        }
        pairs
    }

    /// Joins what is the same in the same order, passing over what is not in one of the lists, as long as that is little.
    fn join_unchanged(&mut self, before: &[Row<'_>], after: &[Row<'_>]) {
        let (mut old, mut new) = (0, 0);
        while old < before.len() && new < after.len() {
            if before[old].key == after[new].key {
                let (was, is) = (position(old), position(new));
                if same_row(before, was, after, is) {
                    self.join(was, is, true);
                }
                (old, new) = (old + 1, new + 1);
                continue;
            }
            let ahead = 1..=AHEAD;
            let added = ahead.clone().find(|by| after.get(new + by).is_some_and(|row| row.key == before[old].key));
            let removed = ahead.clone().find(|by| before.get(old + by).is_some_and(|row| row.key == after[new].key));
            match (removed, added) {
                (Some(removed), added) if added.is_none_or(|added| removed <= added) => old += removed,
                (_, Some(added)) => new += added,
                _ => (old, new) = (old + 1, new + 1),
            }
        }
    }

    /// Whether both lists hold the same in the same order.
    pub(crate) fn is_unchanged(&self) -> bool {
        let in_place = (0_u32..).zip(&self.before).all(|(at, before)| *before == Some(at));
        self.after.len() == self.before.len() && in_place && self.same.iter().all(|same| *same)
    }

    fn join(&mut self, before: u32, after: u32, same: bool) {
        self.after[before as usize] = Some(after);
        self.before[after as usize] = Some(before);
        self.same[after as usize] = same;
    }

    /// Several rows of one key: first those that say the same, then the rest in their order.
    fn join_piles(&mut self, (before, old): (&[Row<'_>], &Pile), (after, new): (&[Row<'_>], &Pile)) {
        let mut known: HashMap<u64, VecDeque<u32>> = HashMap::new();
        for at in old.iter() {
            known.entry(hash(&before[at as usize].value)).or_default().push_back(at);
        }
        let mut rest = Vec::new();
        for at in new.iter() {
            let found = known.get_mut(&hash(&after[at as usize].value));
            let found = found.and_then(|equal| equal.pop_front_if(|front| same_row(before, *front, after, at)));
            match found {
                Some(found) => self.join(found, at, true),
                None => rest.push(at),
            }
        }
        let left: Vec<u32> = old.iter().filter(|at| self.after[*at as usize].is_none()).collect();
        for (old, new) in left.into_iter().zip(rest) {
            self.join(old, new, false);
        }
    }
}

/// A place in a list; lists of more rows than that fit no memory.
fn position(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn same_row(before: &[Row<'_>], old: u32, after: &[Row<'_>], new: u32) -> bool {
    same(&before[old as usize].value, &after[new as usize].value)
}

/// Where the rows of one key stand: nearly always one, which takes no memory of its own.
#[derive(Default)]
struct Pile {
    first: Option<u32>,
    more: Vec<u32>,
}

impl Pile {
    fn push(&mut self, at: u32) {
        match self.first {
            None => self.first = Some(at),
            Some(_) => self.more.push(at),
        }
    }

    fn one(&self) -> Option<u32> {
        self.first.filter(|_| self.more.is_empty())
    }

    const fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    fn iter(&self) -> impl Iterator<Item = u32> {
        self.first.iter().chain(&self.more).copied()
    }
}

/// What rows are called in paths: their id, or `#` and a number where they have none of their own.
pub(crate) struct Names<'r> {
    rows: &'r [Row<'r>],
    numbers: OnceCell<Vec<Option<u32>>>,
}

impl<'r> Names<'r> {
    pub(crate) const fn of(rows: &'r [Row<'r>]) -> Self {
        Self { rows, numbers: OnceCell::new() }
    }

    /// The name of a row. What is no row has the text that it is.
    pub(crate) fn name(&self, at: usize) -> String {
        let numbers = self.numbers.get_or_init(|| self.count());
        match (numbers[at], &self.rows[at].key) {
            (Some(number), _) => format!("#{number}"),
            (None, Key::Id(id)) => escape_id(id),
            (None, Key::Stray(text)) => escape_id(text),
            (None, Key::Ends(_) | Key::Nameless) => String::new(),
        }
    }

    /// The numbers of rows without an id, or with one that an earlier row has.
    fn count(&self) -> Vec<Option<u32>> {
        let (mut seen, mut next) = (HashSet::new(), 0..);
        let number = |row: &'r Row<'r>| match &row.key {
            Key::Stray(_) => None,
            Key::Id(id) if seen.insert(id) => None,
            Key::Id(_) | Key::Ends(_) | Key::Nameless => next.next(),
        };
        self.rows.iter().map(number).collect()
    }
}
