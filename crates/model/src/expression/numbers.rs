//! Numbers: their text, reading them, and the methods of `Number`.

use std::cmp::Ordering;

use arcstr::ArcStr;

use super::convert;
use super::error::{Outcome, range_error};
use super::frame::{Call, Native};
use super::operand::{Any, View};

/// Methods of a number.
pub(super) const METHODS: &[(&str, Native)] = &[
    ("toFixed", to_fixed),
    ("toPrecision", to_precision),
    ("toExponential", to_exponential),
    ("toString", to_string),
    ("valueOf", |call| Ok(call.this.clone())),
];

/// `Number` and the functions about numbers.
pub(super) const FUNCTIONS: &[(&str, Native)] = &[
    ("Number", |call| Ok(if call.args.is_empty() { 0.0.into() } else { call.number(0)?.into() })),
    ("Number.isFinite", |call| Ok(plain(&call.arg(0)).is_some_and(f64::is_finite).into())),
    ("Number.isInteger", |call| Ok(plain(&call.arg(0)).is_some_and(is_integer).into())),
    ("Number.isNaN", |call| Ok(plain(&call.arg(0)).is_some_and(f64::is_nan).into())),
    ("Number.isSafeInteger", |call| Ok(plain(&call.arg(0)).is_some_and(|n| is_integer(n) && n.abs() <= SAFE).into())),
    ("Number.parseFloat", parse_float),
    ("Number.parseInt", parse_int),
    ("isFinite", |call| Ok(call.number(0)?.is_finite().into())),
    ("isNaN", |call| Ok(call.number(0)?.is_nan().into())),
    ("parseFloat", parse_float),
    ("parseInt", parse_int),
];

/// Constants of `Number`.
pub(super) const CONSTANTS: &[(&str, f64)] = &[
    ("Number.EPSILON", f64::EPSILON),
    ("Number.MAX_SAFE_INTEGER", SAFE),
    ("Number.MAX_VALUE", f64::MAX),
    ("Number.MIN_SAFE_INTEGER", -SAFE),
    ("Number.MIN_VALUE", 5e-324),
    ("Number.NEGATIVE_INFINITY", f64::NEG_INFINITY),
    ("Number.NaN", f64::NAN),
    ("Number.POSITIVE_INFINITY", f64::INFINITY),
];

const SAFE: f64 = 9_007_199_254_740_991.0;

/// The number, if the value is one.
pub(super) fn plain(value: &Any<'_>) -> Option<f64> {
    match value.view() {
        View::Int(_) | View::Float(_) | View::Exact(_) => Some(convert::to_number(value)),
        _ => None,
    }
}

fn is_integer(number: f64) -> bool {
    number.is_finite() && number.fract() == 0.0
}

/// The text JavaScript prints for a number.
pub(super) fn text(number: f64) -> String {
    if number == 0.0 { "0".into() } else { ryu_js::Buffer::new().format(number).to_owned() }
}

/// The number of a JSON text that is kept as written.
pub(super) fn exact_value(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}

/// Converted to text, an integer keeps all its digits; other numbers are as JavaScript prints them.
pub(super) fn exact_text(text: &str) -> ArcStr {
    match digits(text) {
        Some(_) if text != "-0" => text.into(),
        _ => self::text(exact_value(text)).into(),
    }
}

/// The digits of an integer, without sign.
fn digits(text: &str) -> Option<&str> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(digits)
}

/// Equality of two numbers; integers compare exactly. Values of other kinds are not equal.
pub(super) fn equal(a: View<'_, '_>, b: View<'_, '_>) -> bool {
    let (a, b) = (Exactly::of(a), Exactly::of(b));
    match (a, b) {
        (Some(Exactly::Int(a)), Some(Exactly::Int(b))) => a == b,
        (Some(Exactly::Float(a)), Some(Exactly::Float(b))) => a == b,
        (Some(Exactly::Long(a)), Some(Exactly::Long(b))) => a == b,
        _ => false,
    }
}

/// A number by its exact value: each value has one form.
enum Exactly {
    Int(i128),
    /// An integer beyond 128 bits.
    Long(String),
    /// Not an integer.
    Float(f64),
}

impl Exactly {
    fn of(view: View<'_, '_>) -> Option<Self> {
        Some(match view {
            View::Int(int) => Self::Int(int.into()),
            View::Float(number) => Self::of_float(number),
            View::Exact(text) => match digits(text) {
                Some(_) => text.parse().map_or_else(|_| Self::Long(text.into()), Self::Int),
                None => Self::of_float(exact_value(text)),
            },
            _ => return None,
        })
    }

    #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^127")]
    fn of_float(number: f64) -> Self {
        if !is_integer(number) {
            Self::Float(number)
        } else if number.abs() < 1.7e38 {
            Self::Int(number as i128)
        } else {
            Self::Long(format!("{number:.0}"))
        }
    }
}

/// A number cut to an integer; NaN is 0, infinity stays.
pub(super) fn integer(number: f64) -> f64 {
    if number.is_nan() { 0.0 } else { number.trunc() }
}

/// A number as a place in something of a length: negative counts from the end, and it is kept within.
pub(super) fn place(number: f64, length: usize) -> usize {
    let (number, end) = (integer(number), float(length));
    index(if number < 0.0 { (end + number).max(0.0) } else { number.min(end) })
}

#[expect(clippy::cast_precision_loss, reason = "lengths stay far below 2^53")]
pub(super) const fn float(length: usize) -> f64 {
    length as f64
}

/// A number that is known to be a length or place.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, which is what is meant")]
pub(super) const fn index(number: f64) -> usize {
    number as usize
}

/// The 32 bits that JavaScript's bitwise operators see.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the low 32 bits are what is meant")]
pub(super) fn to_uint32(number: f64) -> u32 {
    if !number.is_finite() {
        return 0;
    }
    const RANGE: f64 = 4_294_967_296.0;
    (number.trunc() % RANGE + RANGE) as u64 as u32
}

pub(super) fn to_int32(number: f64) -> i32 {
    to_uint32(number).cast_signed()
}

/// White space of JavaScript.
pub(super) fn is_space(c: char) -> bool {
    c == '\u{feff}' || (c.is_whitespace() && c != '\u{85}')
}

/// The number a text stands for as a whole, as `Number(text)` answers it.
pub(super) fn parse(text: &str) -> f64 {
    let text = text.trim_matches(is_space);
    match text.as_bytes() {
        [] => 0.0,
        [b'0', b'x' | b'X', ..] => radix_value(&text[2..], 16),
        [b'0', b'o' | b'O', ..] => radix_value(&text[2..], 8),
        [b'0', b'b' | b'B', ..] => radix_value(&text[2..], 2),
        _ if decimal_prefix(text) == text.len() => decimal_value(text),
        _ => f64::NAN,
    }
}

fn radix_value(digits: &str, radix: u32) -> f64 {
    let whole = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
    if whole { accumulate(digits, radix) } else { f64::NAN }
}

/// The number of digits in a base. Where the base is a power of two it is the nearest one; else digits are taken in
/// groups, as V8 does, with an error beyond 2^53.
fn accumulate(digits: &str, radix: u32) -> f64 {
    let digits = digits.chars().filter_map(|c| c.to_digit(radix));
    if radix.is_power_of_two() { binary(digits, radix.trailing_zeros()) } else { grouped(digits, radix) }
}

#[expect(clippy::cast_precision_loss, reason = "the conversion rounds to the nearest number, which is what is meant")]
fn binary(digits: impl Iterator<Item = u32>, bits: u32) -> f64 {
    let (mut leading, mut dropped) = (0_u64, 0_i32);
    for digit in digits {
        for bit in (0..bits).rev().map(|bit| u64::from(digit >> bit & 1)) {
            if leading >> 62 == 0 {
                leading = leading << 1 | bit;
            } else {
                // A bit that is set anywhere below decides a tie.
                leading |= bit;
                dropped += 1;
            }
        }
    }
    leading as f64 * 2_f64.powi(dropped)
}

fn grouped(digits: impl Iterator<Item = u32>, radix: u32) -> f64 {
    const LARGEST: u32 = u32::MAX / 36;
    let (mut sum, mut part, mut multiplier) = (0.0, 0_u32, 1_u32);
    for digit in digits {
        if multiplier > LARGEST / radix {
            sum = sum * f64::from(multiplier) + f64::from(part);
            (part, multiplier) = (0, 1);
        }
        part = part * radix + digit;
        multiplier *= radix;
    }
    sum * f64::from(multiplier) + f64::from(part)
}

fn decimal_value(text: &str) -> f64 {
    match text.trim_start_matches(['+', '-']) {
        "Infinity" if text.starts_with('-') => f64::NEG_INFINITY,
        "Infinity" => f64::INFINITY,
        _ => text.parse().unwrap_or(f64::NAN),
    }
}

/// How many bytes at the start of a text are a decimal number.
fn decimal_prefix(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from.min(bytes.len())..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let sign = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    if text[sign..].starts_with("Infinity") {
        return sign + 8;
    }
    let whole = digits(sign);
    let mut end = sign + whole;
    let mut fraction = 0;
    if bytes.get(end) == Some(&b'.') {
        fraction = digits(end + 1);
        if whole + fraction > 0 {
            end += 1 + fraction;
        }
    }
    if whole + fraction == 0 {
        return 0;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    end
}

fn parse_float<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let text = call.text(0)?.plain();
    let text = text.trim_start_matches(is_space);
    let end = decimal_prefix(text);
    Ok(if end == 0 { f64::NAN } else { decimal_value(&text[..end]) }.into())
}

fn parse_int<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let text = call.text(0)?.plain();
    let text = text.trim_start_matches(is_space);
    let negative = text.starts_with('-');
    let mut text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mut radix = to_int32(call.number(1)?);
    if matches!(radix, 0 | 16)
        && let Some(rest) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))
    {
        (text, radix) = (rest, 16);
    }
    let radix = match u32::try_from(radix) {
        Ok(0) => 10,
        Ok(radix @ 2..=36) => radix,
        _ => return Ok(f64::NAN.into()),
    };
    let end = text.find(|c: char| !c.is_digit(radix)).unwrap_or(text.len());
    let number = match &text[..end] {
        "" => f64::NAN,
        digits if radix == 10 => digits.parse().unwrap_or(f64::NAN),
        digits => accumulate(digits, radix),
    };
    Ok(if negative { -number } else { number }.into())
}

/// The receiver of a number's method.
fn receiver(call: &Call<'_, '_>) -> f64 {
    convert::to_number(&call.this)
}

/// An argument that counts digits, between bounds.
fn count(call: &Call<'_, '_>, least: f64, most: f64) -> Outcome<usize> {
    let count = call.integer(0);
    if (least..=most).contains(&count) {
        return Ok(index(count));
    }
    Err(range_error(format!("the number of digits must be between {least} and {most}, not {}", text(count))))
}

fn to_fixed<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let (number, digits) = (receiver(call), count(call, 0.0, 100.0)?);
    if !number.is_finite() || number.abs() >= 1e21 {
        return Ok(text(number).into());
    }
    #[expect(clippy::cast_possible_truncation, reason = "at most 100")]
    let fixed = ryu_js::Buffer::new().format_to_fixed(number, digits as u8).to_owned();
    Ok(fixed.into())
}

/// The leading decimal digits of a finite number other than 0, rounded half up in its exact value, and the exponent
/// of the first.
fn decimals(number: f64, count: usize) -> (String, i32) {
    // No f64 has more than 767 digits, so this is its exact value.
    let exact = format!("{:.770e}", number.abs());
    let (mantissa, exponent) = exact.split_once('e').unwrap_or((&exact, "0"));
    let mut exponent: i32 = exponent.parse().unwrap_or(0);
    let mut digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
    let up = digits.get(count).is_some_and(|&digit| digit >= b'5');
    digits.truncate(count);
    if up {
        match digits.iter().rposition(|&digit| digit < b'9') {
            Some(at) => {
                digits[at] += 1;
                digits[at + 1..].fill(b'0');
            }
            None => {
                digits.fill(b'0');
                digits[0] = b'1';
                exponent += 1;
            }
        }
    }
    (String::from_utf8(digits).unwrap_or_default(), exponent)
}

fn scientific(digits: &str, exponent: i32) -> String {
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{first}{point}{rest}e{sign}{}", exponent.abs())
}

fn sign(number: f64) -> &'static str {
    if number < 0.0 { "-" } else { "" }
}

fn to_precision<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let number = receiver(call);
    if call.arg(0).is_undefined() || !number.is_finite() {
        return Ok(text(number).into());
    }
    let count = count(call, 1.0, 100.0)?;
    let (digits, exponent) = if number == 0.0 { ("0".repeat(count), 0) } else { decimals(number, count) };
    let width = i32::try_from(count).unwrap_or(i32::MAX);
    let body = if exponent < -6 || exponent >= width {
        scientific(&digits, exponent)
    } else if exponent < 0 {
        format!("0.{}{digits}", "0".repeat(index(f64::from(-1 - exponent))))
    } else {
        match digits.split_at(index(f64::from(exponent + 1))) {
            (whole, "") => whole.to_owned(),
            (whole, fraction) => format!("{whole}.{fraction}"),
        }
    };
    Ok(format!("{}{body}", sign(number)).into())
}

fn to_exponential<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let number = receiver(call);
    if !number.is_finite() {
        return Ok(text(number).into());
    }
    let (digits, exponent) = if call.arg(0).is_undefined() {
        // As many digits as tell this number from all others.
        let shortest = format!("{:e}", number.abs());
        let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
        (mantissa.replace('.', ""), exponent.parse().unwrap_or(0))
    } else {
        let count = count(call, 0.0, 100.0)? + 1;
        if number == 0.0 { ("0".repeat(count), 0) } else { decimals(number, count) }
    };
    Ok(format!("{}{}", sign(number), scientific(&digits, exponent)).into())
}

fn to_string<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    if call.arg(0).is_undefined() {
        return Ok(call.this_text()?.into());
    }
    let radix = call.integer(0);
    if !(2.0..=36.0).contains(&radix) {
        return Err(range_error(format!("the base must be between 2 and 36, not {}", text(radix))));
    }
    if radix == 10.0 {
        return Ok(call.this_text()?.into());
    }
    Ok(in_radix(receiver(call), radix).into())
}

/// From here on the last digits of a number in another base mean nothing.
const UNKNOWN_DIGITS: f64 = 36_028_797_018_963_968.0;

/// A number in another base: the fewest digits of the fraction that tell it from its neighbours.
fn in_radix(number: f64, radix: f64) -> String {
    if !number.is_finite() {
        return text(number);
    }
    let magnitude = number.abs();
    let (mut whole, mut fraction) = (magnitude.floor(), magnitude.fract());
    let mut precision = (0.5 * (magnitude.next_up() - magnitude)).max(0.0_f64.next_up());
    let mut digits: Vec<u32> = Vec::new();
    while fraction >= precision {
        fraction *= radix;
        precision *= radix;
        let digit = to_uint32(fraction);
        digits.push(digit);
        fraction -= f64::from(digit);
        let up = match fraction.total_cmp(&0.5) {
            Ordering::Greater => true,
            Ordering::Equal => digit % 2 == 1,
            Ordering::Less => false,
        };
        if up && fraction + precision > 1.0 {
            while digits.last().is_some_and(|&digit| f64::from(digit + 1) == radix) {
                digits.pop();
            }
            match digits.last_mut() {
                Some(last) => *last += 1,
                None => whole += 1.0,
            }
            break;
        }
    }
    let digit = |digit: u32| char::from_digit(digit, to_uint32(radix)).unwrap_or('0');
    let mut front = Vec::new();
    // Digits that an f64 does not know are zeros.
    while whole >= UNKNOWN_DIGITS {
        whole /= radix;
        front.push('0');
    }
    loop {
        front.push(digit(to_uint32(whole % radix)));
        whole = ((whole - whole % radix) / radix).floor();
        if whole <= 0.0 {
            break;
        }
    }
    let mut text: String = sign(number).to_owned();
    text.extend(front.iter().rev());
    if !digits.is_empty() {
        text.push('.');
        text.extend(digits.into_iter().map(digit));
    }
    text
}
