//! Conversions between kinds of value, and the equalities built on them, as JavaScript defines them.

use arcstr::ArcStr;

use super::budget::Budget;
use super::error::Outcome;
use super::numbers;
use super::operand::{Any, Items, View};
use super::text::{Builder, Text};
use super::{EvalError, date};
use crate::Value;

/// Truth in a condition.
pub(super) fn truthy(value: &Any<'_>) -> bool {
    match value.view() {
        View::Undefined | View::Null => false,
        View::Bool(truth) => truth,
        View::Int(int) => int != 0,
        View::Float(number) => number != 0.0 && !number.is_nan(),
        View::Exact(text) => numbers::exact_value(text) != 0.0,
        View::Text(text) => !text.is_empty(),
        _ => true,
    }
}

pub(super) fn type_of(value: &Any<'_>) -> &'static str {
    match value.view() {
        View::Undefined => "undefined",
        View::Bool(_) => "boolean",
        View::Int(_) | View::Float(_) | View::Exact(_) => "number",
        View::Text(_) | View::Wide(_) => "string",
        _ => "object",
    }
}

/// The number of a value that is one in a common form.
#[inline]
pub(super) fn quick(value: &Any<'_>) -> Option<f64> {
    match value {
        Any::Number(number) => Some(*number),
        Any::Ref(Value::Int(int)) | Any::Own(Value::Int(int)) => Some(int_to_f64(*int)),
        Any::Ref(Value::Float(float)) => Some(*float),
        _ => None,
    }
}

/// The number of a value, as unary `+` answers it.
#[inline]
pub(super) fn to_number(value: &Any<'_>) -> f64 {
    match value {
        Any::Number(number) | Any::Date(number) => *number,
        Any::Ref(Value::Int(int)) | Any::Own(Value::Int(int)) => int_to_f64(*int),
        Any::Ref(Value::Float(float)) | Any::Own(Value::Float(float)) => *float,
        other => convert_to_number(other),
    }
}

#[expect(clippy::cast_precision_loss, reason = "JavaScript's numbers are f64")]
pub(super) const fn int_to_f64(int: i64) -> f64 {
    int as f64
}

fn convert_to_number(value: &Any<'_>) -> f64 {
    match value.view() {
        View::Undefined | View::Wide(_) | View::Object(_) | View::Map(_) | View::Regex(_) => f64::NAN,
        View::Null => 0.0,
        View::Bool(truth) => f64::from(u8::from(truth)),
        View::Int(int) => int_to_f64(int),
        View::Float(number) | View::Date(number) => number,
        View::Exact(text) => numbers::exact_value(text),
        View::Text(text) => numbers::parse(text),
        View::Array(_) | View::List(_) => match value.items() {
            Some(items) if items.len() == 0 => 0.0,
            Some(items) if items.len() == 1 => match items.get(0) {
                // The text of these is not that of their number.
                Any::Own(Value::Bool(_)) | Any::Ref(Value::Bool(_)) => f64::NAN,
                only if only.is_nullish() => 0.0,
                Any::Date(_) => f64::NAN,
                only => convert_to_number(&only),
            },
            _ => f64::NAN,
        },
    }
}

/// The text of a value, as `String(value)` answers it.
pub(super) fn to_text(value: &Any<'_>, budget: &Budget) -> Outcome<Text> {
    Ok(Text::Plain(match value.view() {
        View::Text(text) => text.clone(),
        View::Wide(units) => return Ok(Text::Wide(std::sync::Arc::new(units.to_vec()))),
        View::Undefined => arcstr::literal!("undefined"),
        View::Null => arcstr::literal!("null"),
        View::Bool(true) => arcstr::literal!("true"),
        View::Bool(false) => arcstr::literal!("false"),
        View::Object(_) | View::Map(_) => arcstr::literal!("[object Object]"),
        View::Int(int) => int.to_string().into(),
        View::Float(number) => numbers::text(number).into(),
        View::Exact(text) => numbers::exact_text(text),
        View::Date(time) => date::to_string(time).into(),
        View::Regex(regex) => regex.to_string().into(),
        View::Array(_) | View::List(_) => {
            let items = value.items().unwrap_or(Items::Borrowed(&[]));
            return join(&items, &Text::from(","), budget);
        }
    }))
}

/// The texts of elements with a separator between them; null and `undefined` are empty.
pub(super) fn join(items: &Items<'_>, separator: &Text, budget: &Budget) -> Outcome<Text> {
    let mut text = Builder::default();
    budget.look(items.len())?;
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            text.push(separator);
        }
        if !item.is_nullish() {
            text.push(&to_text(&item, budget)?);
        }
        budget.fits(text.bytes())?;
    }
    budget.copy(text.bytes())?;
    Ok(text.finish())
}

/// The key that `value[key]` looks up.
pub(super) fn to_key(value: &Any<'_>, budget: &Budget) -> Outcome<ArcStr> {
    Ok(to_text(value, budget)?.plain())
}

/// What a list, object, date or regular expression is in arithmetic: its text; a date where numbers are asked for is
/// its time. Other values are themselves.
pub(super) fn to_primitive<'s>(value: Any<'s>, numeric: bool, budget: &Budget) -> Outcome<Any<'s>> {
    Ok(match value.view() {
        View::Date(time) if numeric => Any::Number(time),
        View::Array(_) | View::Object(_) | View::List(_) | View::Map(_) | View::Date(_) | View::Regex(_) => {
            to_text(&value, budget)?.into()
        }
        _ => value,
    })
}

/// Whether two values are the very same: `===`, where integers compare exactly.
pub(super) fn strict_equal(a: &Any<'_>, b: &Any<'_>) -> bool {
    match (a.view(), b.view()) {
        (View::Undefined, View::Undefined) | (View::Null, View::Null) => true,
        (View::Bool(a), View::Bool(b)) => a == b,
        (View::Int(a), View::Int(b)) => a == b,
        (View::Float(a), View::Float(b)) => a == b,
        (View::Text(a), View::Text(b)) => a == b,
        (View::Wide(a), View::Wide(b)) => a == b,
        (View::Array(a), View::Array(b)) => std::ptr::eq(a, b),
        (View::Object(a), View::Object(b)) => std::ptr::eq(a, b),
        (View::List(a), View::List(b)) => std::ptr::eq(a, b),
        (View::Map(a), View::Map(b)) => std::ptr::eq(a, b),
        (View::Regex(a), View::Regex(b)) => std::ptr::eq(a, b),
        (a, b) => numbers::equal(a, b),
    }
}

/// `==`: like `===`, but null equals `undefined`, and values of different kinds are converted first.
pub(super) fn loose_equal<'s>(a: &Any<'s>, b: &Any<'s>, budget: &Budget) -> Outcome<bool> {
    if a.is_nullish() || b.is_nullish() {
        return Ok(a.is_nullish() && b.is_nullish());
    }
    match (type_of(a), type_of(b)) {
        (x, y) if x == y => Ok(strict_equal(a, b)),
        ("object", _) => loose_equal(&to_primitive(a.clone(), false, budget)?, b, budget),
        (_, "object") => loose_equal(a, &to_primitive(b.clone(), false, budget)?, budget),
        _ => Ok(to_number(a) == to_number(b)),
    }
}

/// Equality of `includes`: `===`, but NaN equals itself.
pub(super) fn same_value_zero(a: &Any<'_>, b: &Any<'_>) -> bool {
    match (a.view(), b.view()) {
        (View::Float(a), View::Float(b)) if a.is_nan() && b.is_nan() => true,
        _ => strict_equal(a, b),
    }
}

/// A value as an error message shows it, cut short.
pub(super) fn shown(value: &Any<'_>) -> String {
    let text = match value.view() {
        View::Array(_) | View::List(_) => return "a list".into(),
        View::Object(_) | View::Map(_) => return "an object".into(),
        View::Text(text) => format!("{text:?}"),
        _ => match to_text(value, &Budget::default()) {
            Ok(text) => text.plain().to_string(),
            Err(error) => EvalError::clone(&error).message,
        },
    };
    if text.chars().count() > 40 { text.chars().take(39).chain(['…']).collect() } else { text }
}
