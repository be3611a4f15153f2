//! Ordering of lists: a stable merge sort that any comparison, also a contradictory one, leaves in some order.

use std::cmp::Ordering;

use super::arrays;
use super::budget::Budget;
use super::convert;
use super::error::{Outcome, type_error};
use super::frame::Call;
use super::operand::Any;
use super::text::Text;

/// `sort` and `toSorted`: by a callback, or by text; `undefined` comes last.
pub(super) fn sorted<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let no_order = call.function(0).is_none() && call.arg(0).is_undefined();
    let given = !(call.args.is_empty() || no_order);
    let callback = if given {
        Some(call.callback(0).map_err(|_| {
            type_error(format!("{} does not compare; write (a, b) => a - b", convert::shown(&call.arg(0))))
        })?)
    } else {
        None
    };
    let all = arrays::items(call)?;
    let (undefined, mut items): (Vec<_>, Vec<_>) = all.iter().partition(Any::is_undefined);
    match callback {
        Some(callback) => {
            merge_sort(&mut items, |a, b| {
                let order = convert::to_number(&callback.call(&[a.clone(), b.clone()])?);
                Ok(if order > 0.0 { Ordering::Greater } else { Ordering::Less })
            })?;
        }
        None => items = by_text(items, call.budget())?,
    }
    items.extend(undefined);
    call.budget().list(items)
}

fn by_text<'s>(items: Vec<Any<'s>>, budget: &Budget) -> Outcome<Vec<Any<'s>>> {
    let texts = items.into_iter().map(|item| Ok((convert::to_text(&item, budget)?, item)));
    let mut texts: Vec<(Text, Any<'s>)> = texts.collect::<Outcome<_>>()?;
    merge_sort(&mut texts, |(a, _), (b, _)| {
        budget.step(1)?;
        Ok(a.cmp(b))
    })?;
    Ok(texts.into_iter().map(|(_, item)| item).collect())
}

/// Sorts, keeping the order of what compares as equal or less.
pub(super) fn merge_sort<T: Clone>(
    items: &mut [T],
    mut compare: impl FnMut(&T, &T) -> Outcome<Ordering>,
) -> Outcome<()> {
    const RUN: usize = 6;
    for run in items.chunks_mut(RUN) {
        for end in 1..run.len() {
            let mut at = end;
            while at > 0 && compare(&run[at - 1], &run[at])? == Ordering::Greater {
                run.swap(at - 1, at);
                at -= 1;
            }
        }
    }
    let mut width = RUN;
    while width < items.len() {
        for pair in items.chunks_mut(2 * width) {
            if pair.len() > width && compare(&pair[width - 1], &pair[width])? == Ordering::Greater {
                merge(pair, width, &mut compare)?;
            }
        }
        width *= 2;
    }
    Ok(())
}

fn merge<T: Clone>(
    items: &mut [T],
    middle: usize,
    compare: &mut impl FnMut(&T, &T) -> Outcome<Ordering>,
) -> Outcome<()> {
    let left = items[..middle].to_vec();
    let (mut from_left, mut from_right) = (0, middle);
    for at in 0..items.len() {
        if from_left == left.len() {
            break;
        }
        let right = from_right < items.len() && compare(&left[from_left], &items[from_right])? == Ordering::Greater;
        if right {
            items[at] = items[from_right].clone();
            from_right += 1;
        } else {
            items[at] = left[from_left].clone();
            from_left += 1;
        }
    }
    Ok(())
}
