//! `Object`, `Boolean`, and the methods of objects and booleans.

use super::builtin;
use super::convert;
use super::error::{Outcome, type_error};
use super::frame::{Call, Native};
use super::operand::{Any, Entries, View};
use super::path::{self, Key};

/// Methods of an object.
pub(super) const METHODS: &[(&str, Native)] = &[
    ("hasOwnProperty", |call| has_own(call, &call.this, 0)),
    ("toString", |call| Ok(call.this_text()?.into())),
    ("valueOf", |call| Ok(call.this.clone())),
];

/// Methods of a boolean.
pub(super) const BOOLEAN_METHODS: &[(&str, Native)] =
    &[("toString", |call| Ok(call.this_text()?.into())), ("valueOf", |call| Ok(call.this.clone()))];

/// `Object` and `Boolean`.
pub(super) const FUNCTIONS: &[(&str, Native)] = &[
    ("Boolean", |call| Ok(convert::truthy(&call.arg(0)).into())),
    ("Object.assign", assign),
    ("Object.entries", entries),
    ("Object.fromEntries", from_entries),
    ("Object.groupBy", group_by),
    ("Object.hasOwn", |call| has_own(call, &argument(call)?, 1)),
    ("Object.is", is),
    ("Object.keys", keys),
    ("Object.values", values),
];

/// The first argument, which is neither null nor `undefined`.
fn argument<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    match call.arg(0) {
        value if value.is_nullish() => Err(type_error(format!("{} is not an object", convert::shown(&value)))),
        value => Ok(value),
    }
}

fn has_own<'s>(call: &Call<'_, 's>, object: &Any<'s>, at: usize) -> Outcome<Any<'s>> {
    let key = Key::new(convert::to_key(&call.arg(at), call.budget())?);
    Ok(path::own(object, &key).is_some().into())
}

fn keys<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let entries = builtin::own_entries(&argument(call)?, call.budget())?;
    call.budget().list(entries.into_iter().map(|(key, _)| key.into()).collect())
}

fn values<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let entries = builtin::own_entries(&argument(call)?, call.budget())?;
    call.budget().list(entries.into_iter().map(|(_, value)| value).collect())
}

fn entries<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let entries = builtin::own_entries(&argument(call)?, call.budget())?;
    let pair = |(key, value): (arcstr::ArcStr, Any<'s>)| call.budget().list(vec![key.into(), value]);
    call.budget().list(entries.into_iter().map(pair).collect::<Outcome<_>>()?)
}

fn assign<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let target = argument(call)?;
    let is_list = target.items().is_some();
    let mut all = Entries::default();
    for value in std::iter::once(target).chain(call.rest(1)) {
        for (key, value) in builtin::own_entries(&value, call.budget())? {
            all.set(key, value);
        }
    }
    if is_list {
        let keyed = all.finish();
        return call.budget().list(keyed.into_iter().map(|(_, value)| value).collect());
    }
    call.budget().map(all)
}

fn from_entries<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let mut all = Entries::default();
    for pair in builtin::iterate(&argument(call)?, call.budget())? {
        if matches!(convert::type_of(&pair), "string" | "number" | "boolean" | "undefined") || pair.is_nullish() {
            return Err(type_error(format!("{} is not a pair [key, value]", convert::shown(&pair))));
        }
        let part = |at: &'static str| path::property(&pair, &Key::new(at.into()));
        all.set(convert::to_key(&part("0"), call.budget())?, part("1"));
    }
    call.budget().map(all)
}

fn group_by<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let items = builtin::iterate(&argument(call)?, call.budget())?;
    let callback = call.callback(1)?;
    let mut keyed = Vec::with_capacity(items.len());
    for (at, item) in items.into_iter().enumerate() {
        let key = callback.call(&[item.clone(), at.into()])?;
        keyed.push((convert::to_key(&key, call.budget())?, item));
    }
    grouped(call, keyed)
}

/// An object of lists: the values of each key, in order.
pub(super) fn grouped<'s>(call: &Call<'_, 's>, keyed: Vec<(arcstr::ArcStr, Any<'s>)>) -> Outcome<Any<'s>> {
    let mut order: Vec<(arcstr::ArcStr, Vec<Any<'s>>)> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for (key, item) in keyed {
        let place = *places.entry(key.clone()).or_insert_with(|| {
            order.push((key, Vec::new()));
            order.len() - 1
        });
        order[place].1.push(item);
    }
    let mut all = Entries::default();
    for (key, items) in order {
        all.set(key, call.budget().list(items)?);
    }
    call.budget().map(all)
}

fn is<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let (a, b) = (call.arg(0), call.arg(1));
    let same = match (a.view(), b.view()) {
        (View::Float(_) | View::Int(_) | View::Exact(_), View::Float(_) | View::Int(_) | View::Exact(_)) => {
            let (x, y) = (convert::to_number(&a), convert::to_number(&b));
            let signs = x != 0.0 || x.is_sign_negative() == y.is_sign_negative();
            convert::same_value_zero(&a, &b) && signs
        }
        _ => convert::strict_equal(&a, &b),
    };
    Ok(same.into())
}
