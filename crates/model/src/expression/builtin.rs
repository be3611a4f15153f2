//! The tables of methods, functions and constants, and what several of them need.

use std::collections::HashMap;
use std::sync::LazyLock;

use arcstr::ArcStr;

use super::budget::Budget;
use super::error::{Outcome, type_error};
use super::frame::Native;
use super::operand::{Any, View};
use super::{arrays, convert, date, json, matching, math, numbers, objects, ours, strings};

/// A method by the kind of value it is called on.
#[derive(Clone, Copy, Default)]
pub(super) struct Methods {
    string: Option<Native>,
    array: Option<Native>,
    number: Option<Native>,
    boolean: Option<Native>,
    object: Option<Native>,
    date: Option<Native>,
    regex: Option<Native>,
}

impl Methods {
    pub(super) fn of(&self, value: &Any<'_>) -> Option<Native> {
        match value.view() {
            View::Undefined | View::Null => None,
            View::Bool(_) => self.boolean,
            View::Int(_) | View::Float(_) | View::Exact(_) => self.number,
            View::Text(_) | View::Wide(_) => self.string,
            View::Array(_) | View::List(_) => self.array,
            View::Object(_) | View::Map(_) => self.object,
            View::Date(_) => self.date,
            View::Regex(_) => self.regex,
        }
    }
}

type Table = &'static [(&'static str, Native)];

/// Which table goes into which kind; the order is that of the documentation.
const KINDS: [(&str, &[Table]); 7] = [
    ("string", &[strings::METHODS, matching::STRING_METHODS, ours::STRING]),
    ("array", &[arrays::METHODS, arrays::SORTING, ours::ARRAY]),
    ("number", &[numbers::METHODS, ours::NUMBER]),
    ("boolean", &[objects::BOOLEAN_METHODS]),
    ("object", &[objects::METHODS, ours::OBJECT]),
    ("date", &[date::METHODS, ours::DATE]),
    ("regex", &[matching::REGEX_METHODS]),
];

const FUNCTIONS: [Table; 7] = [
    numbers::FUNCTIONS,
    math::FUNCTIONS,
    json::FUNCTIONS,
    objects::FUNCTIONS,
    arrays::FUNCTIONS,
    strings::FUNCTIONS,
    date::FUNCTIONS,
];

static BY_NAME: LazyLock<HashMap<&'static str, Methods>> = LazyLock::new(|| {
    let mut all: HashMap<&'static str, Methods> = HashMap::new();
    for (kind, tables) in KINDS {
        for &(name, run) in tables.iter().copied().flatten() {
            let methods = all.entry(name).or_default();
            let place = match kind {
                "string" => &mut methods.string,
                "array" => &mut methods.array,
                "number" => &mut methods.number,
                "boolean" => &mut methods.boolean,
                "object" => &mut methods.object,
                "date" => &mut methods.date,
                _ => &mut methods.regex,
            };
            *place = Some(run);
        }
    }
    all
});

static FUNCTION: LazyLock<HashMap<&'static str, Native>> =
    LazyLock::new(|| FUNCTIONS.into_iter().flatten().copied().collect());

static OURS: LazyLock<HashMap<&'static str, Native>> = LazyLock::new(|| {
    let tables = [ours::ARRAY, ours::STRING, ours::NUMBER, ours::OBJECT, ours::DATE];
    tables.into_iter().flatten().copied().collect()
});

static CONSTANT: LazyLock<HashMap<&'static str, f64>> =
    LazyLock::new(|| numbers::CONSTANTS.iter().chain(math::CONSTANTS).copied().collect());

/// The methods of a name, on whatever kinds of value.
pub(super) fn methods(name: &str) -> Option<&'static Methods> {
    BY_NAME.get(name)
}

/// A function by its whole name: `Math.max`, `parseInt`.
pub(super) fn function(name: &str) -> Option<Native> {
    FUNCTION.get(name).copied()
}

/// One of our own functions, which takes its receiver as the first argument: `sum(input.list)`.
pub(super) fn ours(name: &str) -> Option<Native> {
    OURS.get(name).copied()
}

/// A constant by its whole name: `Math.PI`.
pub(super) fn constant(name: &str) -> Option<f64> {
    CONSTANT.get(name).copied()
}

/// Names that hold functions and have no other use.
pub(super) const NAMESPACES: [&str; 8] = ["Math", "JSON", "Object", "Array", "Number", "String", "Date", "Boolean"];

/// The name in a list that is nearest to one that does not exist.
pub(super) fn nearest(name: &str, namespace: Option<&str>) -> Option<&'static str> {
    let lower = name.to_lowercase();
    let near = |candidate: &&'static str| strsim::damerau_levenshtein(&candidate.to_lowercase(), &lower) <= 2;
    let distance = |candidate: &&'static str| strsim::damerau_levenshtein(&candidate.to_lowercase(), &lower);
    match namespace {
        None => BY_NAME.keys().copied().filter(near).min_by_key(|name| (distance(name), *name)),
        Some(namespace) => {
            let inside = FUNCTION.keys().filter_map(|full| full.strip_prefix(namespace)?.strip_prefix('.'));
            inside.filter(near).min_by_key(|name| (distance(name), *name))
        }
    }
}

/// All methods and functions as the documentation lists them: the kind or `function`, and the name.
pub(super) fn documented() -> Vec<(&'static str, &'static str)> {
    let methods =
        KINDS.iter().flat_map(|(kind, tables)| tables.iter().copied().flatten().map(|(name, _)| (*kind, *name)));
    let functions = FUNCTIONS.iter().copied().flatten().map(|(name, _)| ("function", *name));
    let constants = numbers::CONSTANTS.iter().chain(math::CONSTANTS).map(|(name, _)| ("constant", *name));
    methods.chain(functions).chain(constants).collect()
}

/// The values that spreading or destructuring a list takes from a value.
pub(super) fn iterate<'s>(value: &Any<'s>, budget: &Budget) -> Outcome<Vec<Any<'s>>> {
    if let Some(items) = value.items() {
        budget.room(items.len(), size_of::<Any<'s>>())?;
        budget.look(items.len())?;
        return Ok(items.to_vec());
    }
    if let Some(text) = value.text() {
        budget.room(text.len(), 2 * size_of::<Any<'s>>())?;
        budget.look(text.len())?;
        return Ok(text.chars().into_iter().map(Any::from).collect());
    }
    Err(type_error(format!("{} is not a list", convert::shown(value))))
}

/// The entries that `Object.entries` and object spread take from a value.
pub(super) fn own_entries<'s>(value: &Any<'s>, budget: &Budget) -> Outcome<Vec<(ArcStr, Any<'s>)>> {
    if let Some(entries) = value.entries() {
        budget.look(entries.len())?;
        return Ok(entries);
    }
    if let Some(text) = value.text() {
        budget.room(text.len(), 4 * size_of::<Any<'s>>())?;
        budget.look(text.len())?;
        let unit = |at: usize| (ArcStr::from(at.to_string()), text.slice(at, at + 1).into());
        return match text.ascii() {
            Some(_) => Ok((0..text.len()).map(unit).collect()),
            None => {
                budget.step((text.len() as u64).pow(2) / 16)?;
                Ok((0..text.len()).map(unit).collect())
            }
        };
    }
    let Some(items) = value.items() else { return Ok(Vec::new()) };
    budget.room(items.len(), 2 * size_of::<Any<'s>>())?;
    budget.look(items.len())?;
    let mut entries: Vec<_> = items.iter().enumerate().map(|(at, item)| (at.to_string().into(), item)).collect();
    if let Any::List(list) = value
        && let Some(found) = &list.found
    {
        entries.push((arcstr::literal!("index"), found.index.into()));
        entries.push((arcstr::literal!("input"), found.input.clone()));
        entries.push((arcstr::literal!("groups"), found.groups.clone()));
    }
    Ok(entries)
}
