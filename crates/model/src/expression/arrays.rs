//! Methods of lists.

use arcstr::ArcStr;

use super::convert::{self, same_value_zero, strict_equal, truthy};
use super::error::{Outcome, range_error, type_error};
use super::frame::{Call, Function, Native};
use super::numbers::{self, index};
use super::operand::{Any, Items};
use super::strings::found_index;
use super::text::Text;
use super::{builtin, sort};

/// Methods that do not order.
pub(super) const METHODS: &[(&str, Native)] = &[
    ("at", at),
    ("concat", concat),
    ("every", |call| Ok(search(call, false, |found| !found)?.is_none().into())),
    ("fill", fill),
    ("filter", filter),
    ("find", |call| Ok(search(call, false, |found| found)?.map(|(_, item)| item).unwrap_or_default())),
    ("findIndex", |call| Ok(found_index(search(call, false, |found| found)?.map(|(at, _)| at)).into())),
    ("findLast", |call| Ok(search(call, true, |found| found)?.map(|(_, item)| item).unwrap_or_default())),
    ("findLastIndex", |call| Ok(found_index(search(call, true, |found| found)?.map(|(at, _)| at)).into())),
    ("flat", flat),
    ("flatMap", flat_map),
    ("includes", includes),
    ("indexOf", index_of),
    ("join", join),
    ("keys", |call| call.budget().list((0..items(call)?.len()).map(Any::from).collect())),
    ("lastIndexOf", last_index_of),
    ("map", map),
    ("pop", |call| Ok(items(call)?.iter().next_back().unwrap_or_default())),
    ("reduce", |call| reduce(call, false)),
    ("reduceRight", |call| reduce(call, true)),
    ("reverse", reversed),
    ("shift", |call| Ok(items(call)?.get(0))),
    ("slice", slice),
    ("some", |call| Ok(search(call, false, |found| found)?.is_some().into())),
    ("toReversed", reversed),
    ("toSpliced", to_spliced),
    ("toString", |call| Ok(call.this_text()?.into())),
    ("values", |call| Ok(call.this.clone())),
    ("with", with),
];

/// Methods that order.
pub(super) const SORTING: &[(&str, Native)] = &[("sort", sort::sorted), ("toSorted", sort::sorted)];

/// `Array`.
pub(super) const FUNCTIONS: &[(&str, Native)] = &[
    ("Array.from", from),
    ("Array.isArray", |call| Ok(call.arg(0).items().is_some().into())),
    ("Array.of", |call| call.budget().list(call.rest(0))),
];

/// The receiver's elements, all of which a method looks at.
pub(super) fn items<'s>(call: &Call<'_, 's>) -> Outcome<Items<'s>> {
    let items = call.this.items().ok_or_else(|| type_error(format!("{} is not a list", convert::shown(&call.this))))?;
    call.budget().look(items.len())?;
    Ok(items)
}

/// Calls a callback as JavaScript does: with the element, its place and the list.
fn apply<'s>(call: &Call<'_, 's>, callback: Function<'_, 's>, item: Any<'s>, at: usize) -> Outcome<Any<'s>> {
    callback.call(&[item, at.into(), call.this.clone()])
}

fn at<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let Some(items) = call.this.items() else { return Ok(Any::Undefined) };
    let at = call.integer(0);
    let at = if at < 0.0 { at + numbers::float(items.len()) } else { at };
    Ok(if at < 0.0 { Any::Undefined } else { items.get(index(at)) })
}

fn concat<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let mut all = items(call)?.to_vec();
    for value in call.rest(0) {
        match value.items() {
            Some(items) => {
                call.budget().room(items.len(), size_of::<Any<'s>>())?;
                all.extend(items.iter());
            }
            None => all.push(value),
        }
    }
    call.budget().list(all)
}

fn map<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let (items, callback) = (items(call)?, call.callback(0)?);
    let mut mapped = Vec::with_capacity(items.len());
    let mut weight = 0;
    for (at, item) in items.iter().enumerate() {
        let value = apply(call, callback, item, at)?;
        weight += value.weight();
        grown(weight)?;
        mapped.push(value);
    }
    call.budget().list(mapped)
}

/// Refuses a list whose elements are too large together while it is being built.
fn grown(weight: u64) -> Outcome<()> {
    if weight > super::budget::LARGEST {
        return Err(super::budget::exhausted("a list in it grows too large"));
    }
    Ok(())
}

fn filter<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let (items, callback) = (items(call)?, call.callback(0)?);
    let mut kept = Vec::new();
    for (at, item) in items.iter().enumerate() {
        if truthy(&apply(call, callback, item.clone(), at)?) {
            kept.push(item);
        }
    }
    call.budget().list(kept)
}

/// The first or last element for which a callback answers what is wanted.
fn search<'s>(
    call: &Call<'_, 's>,
    backwards: bool,
    wanted: impl Fn(bool) -> bool,
) -> Outcome<Option<(usize, Any<'s>)>> {
    let items = call.this.items().unwrap_or(Items::Borrowed(&[]));
    let callback = call.callback(0)?;
    for step in 0..items.len() {
        let at = if backwards { items.len() - 1 - step } else { step };
        let item = items.get(at);
        if wanted(truthy(&apply(call, callback, item.clone(), at)?)) {
            return Ok(Some((at, item)));
        }
    }
    Ok(None)
}

fn reduce<'s>(call: &Call<'_, 's>, backwards: bool) -> Outcome<Any<'s>> {
    let (items, callback) = (items(call)?, call.callback(0)?);
    let mut places: Box<dyn Iterator<Item = usize>> =
        if backwards { Box::new((0..items.len()).rev()) } else { Box::new(0..items.len()) };
    let mut sum = if call.args.len() > 1 {
        call.arg(1)
    } else {
        match places.next() {
            Some(at) => items.get(at),
            None => return Err(type_error("reduce of an empty list needs an initial value")),
        }
    };
    for at in places {
        sum = callback.call(&[sum, items.get(at), at.into(), call.this.clone()])?;
    }
    Ok(sum)
}

fn flat<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let depth = if call.arg(0).is_undefined() { 1.0 } else { call.integer(0) };
    let mut result = Vec::new();
    flatten(call, &items(call)?, depth, &mut result)?;
    call.budget().list(result)
}

fn flatten<'s>(call: &Call<'_, 's>, items: &Items<'s>, depth: f64, result: &mut Vec<Any<'s>>) -> Outcome<()> {
    call.budget().room(items.len(), size_of::<Any<'s>>())?;
    call.budget().look(items.len())?;
    for item in items.iter() {
        match item.items() {
            Some(inner) if depth >= 1.0 => flatten(call, &inner, depth - 1.0, result)?,
            _ => result.push(item),
        }
    }
    Ok(())
}

fn flat_map<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let (items, callback) = (items(call)?, call.callback(0)?);
    let mut result = Vec::new();
    let mut weight = 0;
    for (at, item) in items.iter().enumerate() {
        let value = apply(call, callback, item, at)?;
        weight += value.weight();
        grown(weight)?;
        match value.items() {
            Some(inner) => {
                call.budget().room(inner.len(), size_of::<Any<'s>>())?;
                result.extend(inner.iter());
            }
            None => result.push(value),
        }
    }
    call.budget().list(result)
}

fn slice<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let items = items(call)?;
    let (start, end) = (call.place(0, items.len(), 0), call.place(1, items.len(), items.len()));
    call.budget().list((start..end).map(|at| items.get(at)).collect())
}

fn includes<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let (items, wanted) = (items(call)?, call.arg(0));
    let from = call.place(1, items.len(), 0);
    Ok((from..items.len()).any(|at| same_value_zero(&items.get(at), &wanted)).into())
}

fn index_of<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let (items, wanted) = (items(call)?, call.arg(0));
    let from = call.place(1, items.len(), 0);
    Ok(found_index((from..items.len()).find(|&at| strict_equal(&items.get(at), &wanted))).into())
}

fn last_index_of<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let (items, wanted) = (items(call)?, call.arg(0));
    let length = numbers::float(items.len());
    let until = if call.args.len() > 1 { call.integer(1) } else { length - 1.0 };
    let until = if until < 0.0 { until + length } else { until.min(length - 1.0) };
    if until < 0.0 {
        return Ok((-1.0).into());
    }
    Ok(found_index((0..=index(until)).rev().find(|&at| strict_equal(&items.get(at), &wanted))).into())
}

fn join<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let separator = if call.arg(0).is_undefined() { Text::from(",") } else { call.text(0)? };
    Ok(convert::join(&items(call)?, &separator, call.budget())?.into())
}

fn reversed<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let items = items(call)?;
    call.budget().list(items.iter().rev().collect())
}

fn fill<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let mut items = items(call)?.to_vec();
    let (start, end) = (call.place(1, items.len(), 0), call.place(2, items.len(), items.len()));
    if start < end {
        items[start..end].fill(call.arg(0));
    }
    call.budget().list(items)
}

fn with<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let mut items = items(call)?.to_vec();
    let (at, length) = (call.integer(0), numbers::float(items.len()));
    let place = if at < 0.0 { at + length } else { at };
    if place < 0.0 || place >= length {
        return Err(range_error(format!("a list of {length} has no place {}", numbers::text(at))));
    }
    items[index(place)] = call.arg(1);
    call.budget().list(items)
}

fn to_spliced<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let items = items(call)?;
    let start = call.place(0, items.len(), 0);
    let left = items.len() - start;
    let count = match call.args.len() {
        0 => 0,
        1 => left,
        _ => index(call.integer(1).max(0.0)).min(left),
    };
    let mut result: Vec<_> = (0..start).map(|at| items.get(at)).collect();
    result.extend(call.rest(2));
    result.extend((start + count..items.len()).map(|at| items.get(at)));
    call.budget().list(result)
}

/// `Array.from`: a list, a text, or an object with a length, and a callback for each element.
fn from<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let source = call.arg(0);
    if source.is_nullish() {
        return Err(type_error(format!("cannot make a list from {}", convert::shown(&source))));
    }
    let callback = match call.args.get(1) {
        None => None,
        Some(_) if call.function(1).is_none() && call.arg(1).is_undefined() => None,
        Some(_) => Some(call.callback(1)?),
    };
    let listed = source.items().is_some() || source.text().is_some();
    let mut values = if listed { builtin::iterate(&source, call.budget())? } else { from_length(call, &source)? };
    if let Some(callback) = callback {
        let mut weight = 0;
        for (at, value) in values.iter_mut().enumerate() {
            *value = callback.call(&[std::mem::take(value), at.into()])?;
            weight += value.weight();
            grown(weight)?;
        }
    }
    call.budget().list(values)
}

fn from_length<'s>(call: &Call<'_, 's>, source: &Any<'s>) -> Outcome<Vec<Any<'s>>> {
    let key = |text: ArcStr| super::path::Key::new(text);
    let length = super::path::property(source, &key(arcstr::literal!("length")));
    let length = numbers::integer(convert::to_number(&length)).max(0.0);
    if length > 4_294_967_295.0 {
        return Err(range_error(format!("a list cannot have {} elements", numbers::text(length))));
    }
    let length = index(length);
    call.budget().room(length, size_of::<Any<'s>>())?;
    call.budget().look(length)?;
    if source.entries().is_none_or(|entries| entries.len() < 2) {
        return Ok(vec![Any::Undefined; length]);
    }
    Ok((0..length).map(|at| super::path::property(source, &key(at.to_string().into()))).collect())
}
