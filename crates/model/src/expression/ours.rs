//! Our own functions. Each can be called as a method, `input.list.sum()`, or with its receiver as the first argument,
//! `sum(input.list)`.

use std::cmp::Ordering;
use std::collections::HashSet;

use arcstr::ArcStr;

use super::convert;
use super::error::{Outcome, range_error, type_error};
use super::frame::{Call, Native};
use super::operand::{Any, Entries, Items, View};
use super::path::{self, Key};
use super::{arrays, builtin, json, math, moments, numbers, objects, sort};

/// Functions of lists.
pub(super) const ARRAY: &[(&str, Native)] = &[
    ("avg", avg),
    ("chunk", chunk),
    ("compact", compact),
    ("count", count),
    ("first", |call| Ok(list(call)?.get(0))),
    ("groupBy", group_by),
    ("isEmpty", is_empty),
    ("keyBy", key_by),
    ("last", |call| Ok(list(call)?.iter().next_back().unwrap_or_default())),
    ("max", |call| extreme(call, Ordering::Greater)),
    ("min", |call| extreme(call, Ordering::Less)),
    ("pluck", |call| call.budget().list(picked(call)?.into_iter().map(|(picked, _)| picked).collect())),
    ("sortBy", sort_by),
    ("sum", |call| Ok(amounts(call)?.iter().sum::<f64>().into())),
    ("unique", unique),
];

/// Functions of text.
pub(super) const STRING: &[(&str, Native)] = &[
    ("format", moments::format),
    ("isEmpty", is_empty),
    ("lower", |call| Ok(call.this_text()?.plain().to_lowercase().into())),
    ("parseJson", |call| json::parse_text(&call.this_text()?.plain(), call.budget())),
    ("title", title),
    ("toDate", moments::to_date),
    ("toNumber", to_number),
    ("upper", |call| Ok(call.this_text()?.plain().to_uppercase().into())),
];

/// Functions of numbers.
pub(super) const NUMBER: &[(&str, Native)] =
    &[("format", moments::format), ("round", round), ("toDate", moments::to_date), ("toNumber", to_number)];

/// Functions of objects.
pub(super) const OBJECT: &[(&str, Native)] =
    &[("isEmpty", is_empty), ("omit", |call| chosen(call, false)), ("pick", |call| chosen(call, true))];

/// Functions of dates.
pub(super) const DATE: &[(&str, Native)] = &[
    ("endOf", moments::end_of),
    ("diff", moments::diff),
    ("format", moments::format),
    ("plus", moments::plus),
    ("startOf", moments::start_of),
    ("toDate", moments::to_date),
    ("toNumber", to_number),
];

/// The receiver's elements; null and `undefined` are an empty list.
fn list<'s>(call: &Call<'_, 's>) -> Outcome<Items<'s>> {
    if call.this.is_nullish() { Ok(Items::Borrowed(&[])) } else { arrays::items(call) }
}

/// Each element with what the first argument picks from it: a key, a callback, or nothing for the element itself.
fn picked<'s>(call: &Call<'_, 's>) -> Outcome<Vec<(Any<'s>, Any<'s>)>> {
    let items = list(call)?;
    call.budget().room(items.len(), 2 * size_of::<Any<'s>>())?;
    if let Some(callback) = call.function(0) {
        let pick = |(at, item): (usize, Any<'s>)| Ok((callback.call(&[item.clone(), at.into()])?, item));
        return items.iter().enumerate().map(pick).collect();
    }
    let key = match call.arg(0) {
        Any::Undefined => return Ok(items.iter().map(|item| (item.clone(), item)).collect()),
        key => Key::new(convert::to_key(&key, call.budget())?),
    };
    let pick = |item: Any<'s>| {
        let part = if item.is_nullish() { Any::Undefined } else { path::property(&item, &key) };
        (part, item)
    };
    Ok(items.iter().map(pick).collect())
}

/// The numbers of a list, or of a key of its elements; what is null, `undefined` or empty does not count.
fn amounts(call: &Call<'_, '_>) -> Outcome<Vec<f64>> {
    let present = |value: &Any<'_>| !value.is_nullish() && value.text().is_none_or(|text| !text.is_empty());
    Ok(picked(call)?.iter().map(|(picked, _)| picked).filter(|value| present(value)).map(convert::to_number).collect())
}

fn avg<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let amounts = amounts(call)?;
    let average = amounts.iter().sum::<f64>() / numbers::float(amounts.len());
    Ok(if amounts.is_empty() { Any::NULL } else { average.into() })
}

/// The element whose number, text or picked part is the smallest or largest; null for none.
fn extreme<'s>(call: &Call<'_, 's>, wanted: Ordering) -> Outcome<Any<'s>> {
    let mut best: Option<Any<'s>> = None;
    for (picked, _) in picked(call)? {
        if picked.is_nullish() {
            continue;
        }
        let better = match &best {
            Some(best) => compare(&picked, best) == wanted,
            None => true,
        };
        if better {
            best = Some(picked);
        }
    }
    Ok(best.unwrap_or(Any::NULL))
}

/// Order of values of one kind: texts by units, others by their numbers; null and `undefined` come last.
fn compare(a: &Any<'_>, b: &Any<'_>) -> Ordering {
    match (a.is_nullish(), b.is_nullish()) {
        (false, false) => match (a.text(), b.text()) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => convert::to_number(a).partial_cmp(&convert::to_number(b)).unwrap_or(Ordering::Equal),
        },
        (a, b) => a.cmp(&b),
    }
}

fn sort_by<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let mut keyed = picked(call)?;
    let backwards = call.arg(1).text().is_some_and(|text| text.plain() == "desc");
    sort::merge_sort(&mut keyed, |(a, _), (b, _)| {
        call.budget().step(2)?;
        let order = compare(a, b);
        let last = a.is_nullish() || b.is_nullish();
        Ok(if backwards && !last { order.reverse() } else { order })
    })?;
    call.budget().list(keyed.into_iter().map(|(_, item)| item).collect())
}

fn count<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    if call.args.is_empty() {
        return Ok(list(call)?.len().into());
    }
    Ok(picked(call)?.iter().filter(|(picked, _)| convert::truthy(picked)).count().into())
}

fn chunk<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let size = call.integer(0);
    if size < 1.0 {
        return Err(range_error("chunk takes a size of at least 1"));
    }
    let items = list(call)?.to_vec();
    let chunks = items.chunks(numbers::index(size)).map(|chunk| call.budget().list(chunk.to_vec()));
    call.budget().list(chunks.collect::<Outcome<_>>()?)
}

fn compact<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    call.budget().list(list(call)?.iter().filter(convert::truthy).collect())
}

/// A text that tells values apart: equal JSON has the same.
fn identity(value: &Any<'_>) -> Outcome<String> {
    Ok(match value.view() {
        View::Undefined => "undefined".into(),
        View::Float(number) => numbers::text(number),
        View::Date(time) => format!("date {time}"),
        _ => crate::json::to_text(&json::leave(value.clone())?),
    })
}

fn unique<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let mut seen = HashSet::new();
    let mut kept = Vec::new();
    for (picked, item) in picked(call)? {
        let identity = identity(&picked)?;
        call.budget().step(4 + identity.len() as u64 / 8)?;
        call.budget().room(1, identity.len())?;
        if seen.insert(identity) {
            kept.push(item);
        }
    }
    call.budget().list(kept)
}

fn keyed<'s>(call: &Call<'_, 's>) -> Outcome<Vec<(ArcStr, Any<'s>)>> {
    if call.args.is_empty() {
        return Err(type_error("groupBy and keyBy take a key or a callback: groupBy('city')"));
    }
    picked(call)?.into_iter().map(|(picked, item)| Ok((convert::to_key(&picked, call.budget())?, item))).collect()
}

fn group_by<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    objects::grouped(call, keyed(call)?)
}

fn key_by<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let mut entries = Entries::default();
    for (key, item) in keyed(call)? {
        entries.set(key, item);
    }
    call.budget().map(entries)
}

fn is_empty<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let this = &call.this;
    let empty = match this.view() {
        View::Undefined | View::Null => true,
        View::Object(object) => object.is_empty(),
        View::Map(map) => map.entries.is_empty(),
        View::Text(text) => text.is_empty(),
        _ => this.items().is_some_and(|items| items.len() == 0),
    };
    Ok(empty.into())
}

/// The number of a value; null for what is none.
fn to_number<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let blank = call.this.is_nullish() || call.this.text().is_some_and(|text| text.plain().trim().is_empty());
    let number = convert::to_number(&call.this);
    Ok(if blank || number.is_nan() { Any::NULL } else { number.into() })
}

fn round<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let digits = call.integer(0).clamp(-15.0, 15.0);
    let number = convert::to_number(&call.this);
    if digits == 0.0 {
        return Ok(math::round(number).into());
    }
    // Through decimal text, so that 1.005 rounds by the digits that people see.
    let text = numbers::text(number);
    let shifted =
        if text.contains('e') { number * 10_f64.powf(digits) } else { numbers::parse(&format!("{text}e{digits}")) };
    let rounded = math::round(shifted);
    let text = numbers::text(rounded);
    Ok(if text.contains('e') { number } else { numbers::parse(&format!("{text}e{}", -digits)) }.into())
}

/// Each word with a large first letter.
fn title<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let text = call.this_text()?.plain();
    call.budget().copy(text.len())?;
    let mut result = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        if inside {
            result.extend(c.to_lowercase());
        } else {
            result.extend(c.to_uppercase());
        }
        inside = c.is_alphanumeric() || (inside && matches!(c, '\'' | '’'));
    }
    Ok(result.into())
}

fn chosen<'s>(call: &Call<'_, 's>, pick: bool) -> Outcome<Any<'s>> {
    let mut keys = Vec::new();
    for value in call.rest(0) {
        match value.items() {
            Some(items) => {
                for item in items.iter() {
                    keys.push(convert::to_key(&item, call.budget())?);
                }
            }
            None => keys.push(convert::to_key(&value, call.budget())?),
        }
    }
    let mut entries = Entries::default();
    for (key, value) in builtin::own_entries(&call.this, call.budget())? {
        call.budget().look(keys.len())?;
        if keys.contains(&key) == pick {
            entries.set(key, value);
        }
    }
    call.budget().map(entries)
}
