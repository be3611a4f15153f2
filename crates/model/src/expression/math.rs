//! `Math`.

use super::convert::to_number;
use super::error::Outcome;
use super::frame::{Call, Native};
use super::numbers;
use super::operand::Any;
use super::operators::power;

/// The functions of `Math` whose answer depends on their arguments alone.
pub(super) const FUNCTIONS: &[(&str, Native)] = &[
    ("Math.abs", |call| one(call, f64::abs)),
    ("Math.acos", |call| one(call, f64::acos)),
    ("Math.acosh", |call| one(call, f64::acosh)),
    ("Math.asin", |call| one(call, f64::asin)),
    ("Math.asinh", |call| one(call, |x| if x == 0.0 || x.is_infinite() { x } else { x.asinh() })),
    ("Math.atan", |call| one(call, f64::atan)),
    ("Math.atan2", |call| Ok(call.number(0)?.atan2(call.number(1)?).into())),
    ("Math.atanh", |call| one(call, f64::atanh)),
    ("Math.cbrt", |call| one(call, f64::cbrt)),
    ("Math.ceil", |call| one(call, f64::ceil)),
    ("Math.clz32", |call| one(call, |x| f64::from(numbers::to_uint32(x).leading_zeros()))),
    ("Math.cos", |call| one(call, f64::cos)),
    ("Math.cosh", |call| one(call, f64::cosh)),
    ("Math.exp", |call| one(call, f64::exp)),
    ("Math.expm1", |call| one(call, f64::exp_m1)),
    ("Math.floor", |call| one(call, f64::floor)),
    ("Math.fround", |call| one(call, fround)),
    ("Math.hypot", hypot),
    ("Math.imul", imul),
    ("Math.log", |call| one(call, f64::ln)),
    ("Math.log10", |call| one(call, f64::log10)),
    ("Math.log1p", |call| one(call, f64::ln_1p)),
    ("Math.log2", |call| one(call, f64::log2)),
    ("Math.max", |call| Ok(numbers_of(call).into_iter().fold(f64::NEG_INFINITY, max).into())),
    ("Math.min", |call| Ok((-numbers_of(call).into_iter().map(|x| -x).fold(f64::NEG_INFINITY, max)).into())),
    ("Math.pow", |call| Ok(power(call.number(0)?, call.number(1)?).into())),
    ("Math.round", |call| one(call, round)),
    ("Math.sign", |call| one(call, |x| if x == 0.0 || x.is_nan() { x } else { x.signum() })),
    ("Math.sin", |call| one(call, f64::sin)),
    ("Math.sinh", |call| one(call, f64::sinh)),
    ("Math.sqrt", |call| one(call, f64::sqrt)),
    ("Math.tan", |call| one(call, f64::tan)),
    ("Math.tanh", |call| one(call, f64::tanh)),
    ("Math.trunc", |call| one(call, f64::trunc)),
];

/// Constants of `Math`.
pub(super) const CONSTANTS: &[(&str, f64)] = &[
    ("Math.E", std::f64::consts::E),
    ("Math.LN10", std::f64::consts::LN_10),
    ("Math.LN2", std::f64::consts::LN_2),
    ("Math.LOG10E", std::f64::consts::LOG10_E),
    ("Math.LOG2E", std::f64::consts::LOG2_E),
    ("Math.PI", std::f64::consts::PI),
    ("Math.SQRT1_2", std::f64::consts::FRAC_1_SQRT_2),
    ("Math.SQRT2", std::f64::consts::SQRT_2),
];

fn one<'s>(call: &Call<'_, 's>, apply: impl Fn(f64) -> f64) -> Outcome<Any<'s>> {
    Ok(apply(call.number(0)?).into())
}

fn numbers_of(call: &Call<'_, '_>) -> Vec<f64> {
    call.rest(0).iter().map(to_number).collect()
}

/// The larger number; NaN wins, and 0 is larger than -0.
fn max(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else if a == 0.0 && b == 0.0 {
        if a.is_sign_positive() { a } else { b }
    } else {
        a.max(b)
    }
}

/// The nearest integer, a half rounded up.
pub(super) fn round(number: f64) -> f64 {
    let floor = number.floor();
    let rounded = if number - floor >= 0.5 { floor + 1.0 } else { floor };
    if rounded == 0.0 { rounded.copysign(number) } else { rounded }
}

#[expect(clippy::cast_possible_truncation, reason = "the nearest 32-bit number is what is asked for")]
fn fround(number: f64) -> f64 {
    f64::from(number as f32)
}

fn hypot<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let numbers = numbers_of(call);
    if numbers.iter().any(|x| x.is_infinite()) {
        return Ok(f64::INFINITY.into());
    }
    let largest = numbers.iter().copied().map(f64::abs).fold(0.0, max);
    if largest == 0.0 || largest.is_nan() {
        return Ok(largest.into());
    }
    let sum: f64 = numbers.iter().map(|x| (x / largest).powi(2)).sum();
    Ok((sum.sqrt() * largest).into())
}

fn imul<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let (a, b) = (numbers::to_int32(call.number(0)?), numbers::to_int32(call.number(1)?));
    Ok(f64::from(a.wrapping_mul(b)).into())
}
