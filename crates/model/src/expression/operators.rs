//! Operators as closures over the code of their operands.

use std::cmp::Ordering;

use oxc_syntax::operator::{BinaryOperator, LogicalOperator, UnaryOperator};

use super::budget::Budget;
use super::convert::{loose_equal, quick, strict_equal, to_number, to_primitive, to_text, truthy, type_of};
use super::error::{Outcome, type_error};
use super::frame::{Code, Frame, code};
use super::operand::{Any, View};
use super::path::{self, Key};
use super::text::{Builder, Text};
use super::{convert, numbers};
use crate::Value;

/// Compiled code, or a value that is known already.
pub(super) enum Piece {
    Undefined,
    Number(f64),
    Value(Value),
    Code(Code),
}

impl Piece {
    pub(super) fn code(self) -> Code {
        match self {
            Self::Undefined => code(|_| Ok(Any::Undefined)),
            Self::Number(number) => code(move |_| Ok(Any::Number(number))),
            Self::Value(value) => code(move |_| Ok(Any::Own(value.clone()))),
            Self::Code(code) => code,
        }
    }

    /// The number of a constant that arithmetic sees as that.
    fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Value(value @ Value::Int(_)) => value.as_f64(),
            _ => None,
        }
    }
}

/// A binary operator; `None` for one that is not part of the language.
pub(super) fn binary(operator: BinaryOperator, left: Piece, right: Piece) -> Option<Code> {
    use BinaryOperator as Op;
    Some(match operator {
        Op::Addition => addition(left, right),
        Op::Subtraction => arithmetic(left, right, |a, b| a - b),
        Op::Multiplication => arithmetic(left, right, |a, b| a * b),
        Op::Division => arithmetic(left, right, |a, b| a / b),
        Op::Remainder => arithmetic(left, right, |a, b| a % b),
        Op::Exponential => arithmetic(left, right, power),
        Op::BitwiseAnd => bits(left, right, |a, b| a & b),
        Op::BitwiseOR => bits(left, right, |a, b| a | b),
        Op::BitwiseXOR => bits(left, right, |a, b| a ^ b),
        Op::ShiftLeft => bits(left, right, |a, b| a.wrapping_shl(b.cast_unsigned() & 31)),
        Op::ShiftRight => bits(left, right, |a, b| a.wrapping_shr(b.cast_unsigned() & 31)),
        Op::ShiftRightZeroFill => {
            arithmetic(left, right, |a, b| f64::from(numbers::to_uint32(a) >> (numbers::to_uint32(b) & 31)))
        }
        Op::LessThan => ordering(left, right, |a, b| a < b, Ordering::is_lt),
        Op::LessEqualThan => ordering(left, right, |a, b| a <= b, Ordering::is_le),
        Op::GreaterThan => ordering(left, right, |a, b| a > b, Ordering::is_gt),
        Op::GreaterEqualThan => ordering(left, right, |a, b| a >= b, Ordering::is_ge),
        Op::StrictEquality => strict(left, right, true),
        Op::StrictInequality => strict(left, right, false),
        Op::Equality => loose(left, right, true),
        Op::Inequality => loose(left, right, false),
        Op::In => {
            let (left, right) = (left.code(), right.code());
            code(move |frame| has(&left(frame)?, &right(frame)?, frame.budget))
        }
        Op::Instanceof => return None,
    })
}

/// JavaScript's `**`, which answers NaN for 1 to the power of infinity.
pub(super) fn power(base: f64, exponent: f64) -> f64 {
    if exponent.is_nan() || (base.abs() == 1.0 && exponent.is_infinite()) { f64::NAN } else { base.powf(exponent) }
}

fn addition(left: Piece, right: Piece) -> Code {
    if let Some(number) = right.number() {
        let left = left.code();
        return code(move |frame| {
            let value = left(frame)?;
            match quick(&value) {
                Some(a) => Ok(Any::Number(a + number)),
                None => add(value, Any::Number(number), frame.budget),
            }
        });
    }
    let (left, right) = (left.code(), right.code());
    code(move |frame| {
        let (a, b) = (left(frame)?, right(frame)?);
        match (quick(&a), quick(&b)) {
            (Some(a), Some(b)) => Ok(Any::Number(a + b)),
            _ => add(a, b, frame.budget),
        }
    })
}

/// `a + b`: the sum of numbers, or the texts one after the other if either is a text.
pub(super) fn add<'s>(a: Any<'s>, b: Any<'s>, budget: &Budget) -> Outcome<Any<'s>> {
    let (a, b) = (to_primitive(a, false, budget)?, to_primitive(b, false, budget)?);
    if !is_text(&a) && !is_text(&b) {
        return Ok(Any::Number(to_number(&a) + to_number(&b)));
    }
    let (a, b) = (to_text(&a, budget)?, to_text(&b, budget)?);
    Ok(concat(&[a, b], budget)?.into())
}

/// Texts one after the other.
pub(super) fn concat(parts: &[Text], budget: &Budget) -> Outcome<Text> {
    let bytes = parts.iter().map(Text::bytes).sum();
    budget.copy(bytes)?;
    let mut text = Builder::with_capacity(bytes);
    for part in parts {
        text.push(part);
    }
    Ok(text.finish())
}

fn is_text(value: &Any<'_>) -> bool {
    matches!(value.view(), View::Text(_) | View::Wide(_))
}

#[inline]
fn numeric<'s>(value: Any<'s>, budget: &Budget) -> Outcome<f64> {
    match quick(&value) {
        Some(number) => Ok(number),
        None => Ok(to_number(&to_primitive(value, true, budget)?)),
    }
}

fn arithmetic(left: Piece, right: Piece, apply: impl Fn(f64, f64) -> f64 + Copy + Send + Sync + 'static) -> Code {
    if let Some(number) = right.number() {
        let left = left.code();
        return code(move |frame| Ok(Any::Number(apply(numeric(left(frame)?, frame.budget)?, number))));
    }
    let (left, right) = (left.code(), right.code());
    code(move |frame| {
        let a = numeric(left(frame)?, frame.budget)?;
        Ok(Any::Number(apply(a, numeric(right(frame)?, frame.budget)?)))
    })
}

fn bits(left: Piece, right: Piece, apply: impl Fn(i32, i32) -> i32 + Copy + Send + Sync + 'static) -> Code {
    arithmetic(left, right, move |a, b| f64::from(apply(numbers::to_int32(a), numbers::to_int32(b))))
}

fn ordering(
    left: Piece,
    right: Piece,
    numbers: impl Fn(f64, f64) -> bool + Copy + Send + Sync + 'static,
    texts: impl Fn(Ordering) -> bool + Copy + Send + Sync + 'static,
) -> Code {
    let slow = move |a: Any<'_>, b: Any<'_>, budget: &Budget| -> Outcome<bool> {
        let (a, b) = (to_primitive(a, true, budget)?, to_primitive(b, true, budget)?);
        match (a.text(), b.text()) {
            (Some(a), Some(b)) => Ok(texts(a.cmp(&b))),
            _ => Ok(numbers(to_number(&a), to_number(&b))),
        }
    };
    if let Some(number) = right.number() {
        let left = left.code();
        return code(move |frame| {
            let value = left(frame)?;
            match quick(&value) {
                Some(a) => Ok(numbers(a, number).into()),
                None => slow(value, Any::Number(number), frame.budget).map(Any::from),
            }
        });
    }
    let (left, right) = (left.code(), right.code());
    code(move |frame| {
        let (a, b) = (left(frame)?, right(frame)?);
        match (quick(&a), quick(&b)) {
            (Some(a), Some(b)) => Ok(numbers(a, b).into()),
            _ => slow(a, b, frame.budget).map(Any::from),
        }
    })
}

fn strict(left: Piece, right: Piece, equal: bool) -> Code {
    // Most comparisons are with a text that is written in the expression.
    if let Piece::Value(Value::String(text)) = right {
        let left = left.code();
        return code(move |frame| {
            let same = match left(frame)? {
                Any::Ref(Value::String(other)) => *other == text,
                Any::Own(Value::String(other)) => other == text,
                _ => false,
            };
            Ok(Any::from(same == equal))
        });
    }
    let (left, right) = (left.code(), right.code());
    code(move |frame| Ok(Any::from(strict_equal(&left(frame)?, &right(frame)?) == equal)))
}

fn loose(left: Piece, right: Piece, equal: bool) -> Code {
    let (left, right) = (left.code(), right.code());
    code(move |frame| Ok(Any::from(loose_equal(&left(frame)?, &right(frame)?, frame.budget)? == equal)))
}

/// `key in object`: whether the object itself has the key.
fn has<'s>(key: &Any<'s>, object: &Any<'s>, budget: &Budget) -> Outcome<Any<'s>> {
    let key = Key::new(convert::to_key(key, budget)?);
    match object.view() {
        View::Object(_) | View::Map(_) | View::Array(_) | View::List(_) | View::Date(_) | View::Regex(_) => {
            Ok(path::own(object, &key).is_some().into())
        }
        _ => Err(type_error(format!("cannot look for a key in {}: it is not an object", convert::shown(object)))),
    }
}

/// A logical operator, which leaves out its right side where the left decides.
pub(super) fn logical(operator: LogicalOperator, left: Code, right: Code) -> Code {
    match operator {
        LogicalOperator::And => code(move |frame| {
            let value = left(frame)?;
            if truthy(&value) { right(frame) } else { Ok(value) }
        }),
        LogicalOperator::Or => code(move |frame| {
            let value = left(frame)?;
            if truthy(&value) { Ok(value) } else { right(frame) }
        }),
        LogicalOperator::Coalesce => code(move |frame| {
            let value = left(frame)?;
            if value.is_nullish() { right(frame) } else { Ok(value) }
        }),
    }
}

/// A unary operator; `None` for one that is not part of the language.
pub(super) fn unary(operator: UnaryOperator, argument: Piece) -> Option<Piece> {
    if let (UnaryOperator::UnaryNegation, Some(number)) = (operator, argument.number()) {
        return Some(Piece::Number(-number));
    }
    let argument = argument.code();
    let number = move |frame: &Frame<'_, '_>| numeric(argument(frame)?, frame.budget);
    Some(Piece::Code(match operator {
        UnaryOperator::UnaryNegation => code(move |frame| Ok(Any::Number(-number(frame)?))),
        UnaryOperator::UnaryPlus => code(move |frame| Ok(Any::Number(number(frame)?))),
        UnaryOperator::BitwiseNot => code(move |frame| Ok(Any::Number(f64::from(!numbers::to_int32(number(frame)?))))),
        _ => return None,
    }))
}

/// `!value`.
pub(super) fn not(argument: Code) -> Code {
    code(move |frame| Ok((!truthy(&argument(frame)?)).into()))
}

/// `typeof value`.
pub(super) fn kind(argument: Code) -> Code {
    code(move |frame| Ok(type_of(&argument(frame)?).into()))
}

/// `test ? yes : no`.
pub(super) fn conditional(test: Code, yes: Code, no: Code) -> Code {
    code(move |frame| if truthy(&test(frame)?) { yes(frame) } else { no(frame) })
}

/// A template: the texts between, each followed by the text of a value.
pub(super) fn template(texts: Vec<Text>, values: Vec<Code>) -> Code {
    code(move |frame| {
        let mut result = Builder::default();
        for (at, text) in texts.iter().enumerate() {
            result.push(text);
            if let Some(value) = values.get(at) {
                result.push(&to_text(&value(frame)?, frame.budget)?);
                frame.budget.fits(result.bytes())?;
            }
        }
        frame.budget.copy(result.bytes())?;
        Ok(result.finish().into())
    })
}
