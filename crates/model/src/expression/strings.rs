//! Methods of text.

use std::borrow::Cow;

use super::error::{EvalErrorName, Outcome, failure, range_error, type_error};
use super::frame::{Call, Native};
use super::numbers::{self, index};
use super::operand::Any;
use super::text::{Builder, Text};
use super::{budget, convert, operators};

/// Methods that take no regular expression.
pub(super) const METHODS: &[(&str, Native)] = &[
    ("at", at),
    ("charAt", char_at),
    ("charCodeAt", char_code_at),
    ("codePointAt", code_point_at),
    ("concat", concat),
    ("endsWith", ends_with),
    ("includes", |call| Ok(found(call)?.is_some().into())),
    ("indexOf", |call| Ok(found_index(find_from(call, &needle(call)?)?).into())),
    ("isWellFormed", |call| Ok(matches!(call.this_text()?, Text::Plain(_)).into())),
    ("lastIndexOf", last_index_of),
    ("localeCompare", |call| Ok(f64::from(call.this_text()?.cmp(&call.text(0)?) as i8).into())),
    ("normalize", normalize),
    ("padEnd", |call| pad(call, false)),
    ("padStart", |call| pad(call, true)),
    ("repeat", repeat),
    ("slice", slice),
    ("startsWith", starts_with),
    ("substr", substr),
    ("substring", substring),
    ("toLowerCase", |call| change(call, str::to_lowercase)),
    ("toString", |call| Ok(call.this.clone())),
    ("toUpperCase", |call| change(call, str::to_uppercase)),
    ("toWellFormed", |call| Ok(call.this_text()?.plain().into())),
    ("trim", |call| trim(call, Ends::Both)),
    ("trimEnd", |call| trim(call, Ends::End)),
    ("trimStart", |call| trim(call, Ends::Start)),
    ("valueOf", |call| Ok(call.this.clone())),
];

/// `String` and the functions about text.
pub(super) const FUNCTIONS: &[(&str, Native)] = &[
    ("String", |call| if call.args.is_empty() { Ok("".into()) } else { Ok(call.text(0)?.into()) }),
    ("String.fromCharCode", from_char_code),
    ("String.fromCodePoint", from_code_point),
    ("decodeURI", |call| decode(call, b";/?:@&=+$,#")),
    ("decodeURIComponent", |call| decode(call, b"")),
    ("encodeURI", |call| encode(call, b";/?:@&=+$,#-_.!~*'()")),
    ("encodeURIComponent", |call| encode(call, b"-_.!~*'()")),
];

/// The receiver, whose whole text a method reads.
fn receiver(call: &Call<'_, '_>) -> Outcome<Text> {
    let text = call.this_text()?;
    call.budget().copy(text.bytes())?;
    Ok(text)
}

fn at<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let text = receiver(call)?;
    let (at, length) = (call.integer(0), numbers::float(text.len()));
    let at = if at < 0.0 { at + length } else { at };
    let inside = at >= 0.0 && at < length;
    Ok(if inside { text.slice(index(at), index(at) + 1).into() } else { Any::Undefined })
}

/// The unit that an argument names, if the text has it.
fn unit_at(call: &Call<'_, '_>) -> Outcome<Option<(Text, usize)>> {
    let (text, at) = (receiver(call)?, call.integer(0));
    Ok((at >= 0.0 && at < numbers::float(text.len())).then_some((text, index(at))))
}

fn char_at<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    Ok(unit_at(call)?.map_or_else(|| "".into(), |(text, at)| text.slice(at, at + 1).into()))
}

fn char_code_at<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    Ok(unit_at(call)?.map_or(f64::NAN, |(text, at)| f64::from(text.units()[at])).into())
}

fn code_point_at<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    Ok(unit_at(call)?.map_or(Any::Undefined, |(text, at)| {
        let units = text.units();
        let first = char::decode_utf16(units[at..].iter().copied()).next();
        f64::from(match first {
            Some(Ok(c)) => u32::from(c),
            _ => units[at].into(),
        })
        .into()
    }))
}

fn concat<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let mut parts = vec![call.this_text()?];
    for at in 0..call.args.len() {
        parts.push(call.text(at)?);
    }
    Ok(operators::concat(&parts, call.budget())?.into())
}

/// What a method looks for, which is not a regular expression.
fn needle(call: &Call<'_, '_>) -> Outcome<Text> {
    match call.arg(0) {
        Any::Regex(regex) => {
            Err(type_error(format!("{regex} is a regular expression; use regex.test(text) or text.match(regex)")))
        }
        value => convert::to_text(&value, call.budget()),
    }
}

fn find_from(call: &Call<'_, '_>, needle: &Text) -> Outcome<Option<usize>> {
    let text = receiver(call)?;
    let from = index(call.integer(1).max(0.0)).min(text.len());
    Ok(text.find(needle, from))
}

fn found(call: &Call<'_, '_>) -> Outcome<Option<usize>> {
    find_from(call, &needle(call)?)
}

/// A place, or -1.
pub(super) fn found_index(at: Option<usize>) -> f64 {
    at.map_or(-1.0, numbers::float)
}

fn last_index_of<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let (text, needle) = (receiver(call)?, call.text(0)?);
    let until = call.number(1)?;
    let until = if until.is_nan() { usize::MAX } else { index(until.max(0.0)) };
    call.budget().step((needle.len() as u64).min(64) * text.len() as u64 / 16)?;
    Ok(found_index(text.rfind(&needle, until)).into())
}

fn starts_with<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let (text, needle) = (receiver(call)?, needle(call)?);
    let from = index(call.integer(1).max(0.0)).min(text.len());
    let end = from + needle.len();
    Ok((end <= text.len() && text.slice(from, end) == needle).into())
}

fn ends_with<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let (text, needle) = (receiver(call)?, needle(call)?);
    let end = match call.arg(1) {
        Any::Undefined => text.len(),
        value => index(numbers::integer(convert::to_number(&value)).max(0.0)).min(text.len()),
    };
    let start = end.checked_sub(needle.len());
    Ok(start.is_some_and(|start| text.slice(start, end) == needle).into())
}

fn slice<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let text = receiver(call)?;
    let length = text.len();
    let (start, end) = (call.place(0, length, 0), call.place(1, length, length));
    Ok(text.slice(start.min(end), end).into())
}

fn substring<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let text = receiver(call)?;
    let bound = |number: f64| index(numbers::integer(number).max(0.0)).min(text.len());
    let start = bound(call.number(0)?);
    let end = if call.arg(1).is_undefined() { text.len() } else { bound(call.number(1)?) };
    Ok(text.slice(start.min(end), start.max(end)).into())
}

fn substr<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let text = receiver(call)?;
    let start = call.place(0, text.len(), 0);
    let count = if call.arg(1).is_undefined() { f64::INFINITY } else { call.integer(1) };
    let end = start.saturating_add(index(count.max(0.0))).min(text.len());
    Ok(text.slice(start, end).into())
}

fn change<'s>(call: &Call<'_, 's>, change: impl Fn(&str) -> String) -> Outcome<Any<'s>> {
    Ok(match receiver(call)? {
        Text::Plain(text) => change(&text).into(),
        wide @ Text::Wide(_) => {
            let mut result = Builder::default();
            for part in wide.chars() {
                match part {
                    Text::Plain(text) => result.push_str(&change(&text)),
                    half @ Text::Wide(_) => result.push(&half),
                }
            }
            result.finish().into()
        }
    })
}

/// Which ends of a text lose their white space.
#[derive(Clone, Copy, PartialEq)]
enum Ends {
    Both,
    Start,
    End,
}

fn trim<'s>(call: &Call<'_, 's>, ends: Ends) -> Outcome<Any<'s>> {
    let text = receiver(call)?;
    let units = text.units();
    let is_space = |unit: &u16| char::from_u32(u32::from(*unit)).is_some_and(numbers::is_space);
    let start = if ends == Ends::End { 0 } else { units.iter().take_while(|unit| is_space(unit)).count() };
    let after =
        if ends == Ends::Start { 0 } else { units[start..].iter().rev().take_while(|unit| is_space(unit)).count() };
    Ok(if start + after == 0 { text.into() } else { text.slice(start, units.len() - after).into() })
}

fn repeat<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let (text, count) = (call.this_text()?, call.integer(0));
    if count < 0.0 || count.is_infinite() {
        return Err(range_error(format!("a text cannot be repeated {} times", numbers::text(count))));
    }
    if text.is_empty() {
        return Ok("".into());
    }
    let bytes = numbers::float(text.bytes()) * count;
    call.budget().copy(index(bytes))?;
    Ok(match &text {
        Text::Plain(text) => text.repeat(index(count)).into(),
        Text::Wide(units) => Text::of_units(units.repeat(index(count))).into(),
    })
}

fn pad<'s>(call: &Call<'_, 's>, start: bool) -> Outcome<Any<'s>> {
    let text = receiver(call)?;
    let length = call.integer(0);
    let filler = if call.arg(1).is_undefined() { Text::from(" ") } else { call.text(1)? };
    let missing = length - numbers::float(text.len());
    if missing <= 0.0 || filler.is_empty() {
        return Ok(text.into());
    }
    call.budget().copy(index(missing * 2.0).saturating_add(text.bytes()))?;
    let missing = index(missing);
    let units = filler.units();
    let padding = Text::of_units(units.iter().copied().cycle().take(missing).collect());
    let parts = if start { [padding, text] } else { [text, padding] };
    Ok(operators::concat(&parts, call.budget())?.into())
}

fn normalize<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    use icu_normalizer::{ComposingNormalizerBorrowed as Composing, DecomposingNormalizerBorrowed as Decomposing};
    let text = receiver(call)?;
    let form = if call.arg(0).is_undefined() { "NFC".into() } else { call.text(0)?.plain() };
    let Text::Plain(plain) = &text else { return Ok(text.into()) };
    if plain.is_ascii() && matches!(form.as_str(), "NFC" | "NFD" | "NFKC" | "NFKD") {
        return Ok(text.into());
    }
    call.budget().step(plain.len() as u64)?;
    let normal = match form.as_str() {
        "NFC" => Composing::new_nfc().normalize(plain),
        "NFD" => Decomposing::new_nfd().normalize(plain),
        "NFKC" => Composing::new_nfkc().normalize(plain),
        "NFKD" => Decomposing::new_nfkd().normalize(plain),
        other => return Err(range_error(format!("{other:?} is not a normal form: NFC, NFD, NFKC or NFKD"))),
    };
    call.budget().copy(normal.len())?;
    Ok(Cow::into_owned(normal).into())
}

fn from_char_code<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let unit = |value: &Any<'_>| (numbers::to_uint32(convert::to_number(value)) & 0xffff) as u16;
    Ok(Text::of_units(call.rest(0).iter().map(unit).collect()).into())
}

fn from_code_point<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let mut units = Vec::new();
    for value in call.rest(0) {
        let number = convert::to_number(&value);
        if number.fract() != 0.0 || !(0.0..=1_114_111.0).contains(&number) {
            return Err(range_error(format!("{} is not a code point", numbers::text(number))));
        }
        let point = numbers::to_uint32(number);
        match char::from_u32(point) {
            Some(c) => units.extend_from_slice(c.encode_utf16(&mut [0; 2])),
            None => units.push((point & 0xffff) as u16),
        }
    }
    Ok(Text::of_units(units).into())
}

fn encode<'s>(call: &Call<'_, 's>, kept: &[u8]) -> Outcome<Any<'s>> {
    let Text::Plain(text) = call.text(0)? else {
        return Err(failure(EvalErrorName::UriError, "half of a surrogate pair cannot be encoded"));
    };
    call.budget().copy(text.len())?;
    let mut result = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            result.push(char::from(byte));
        } else {
            result.push('%');
            for digit in [byte >> 4, byte & 15] {
                result.push(char::from(b"0123456789ABCDEF"[usize::from(digit)]));
            }
        }
    }
    if result.len() as u64 > budget::LARGEST {
        return Err(budget::exhausted("a text in it grows too large"));
    }
    call.budget().step(result.len() as u64 / 8)?;
    Ok(result.into())
}

fn decode<'s>(call: &Call<'_, 's>, kept: &[u8]) -> Outcome<Any<'s>> {
    let text = call.text(0)?.plain();
    call.budget().copy(text.len())?;
    call.budget().step(text.len() as u64 / 8)?;
    let malformed = || failure(EvalErrorName::UriError, "the text has a % that does not begin an encoded character");
    let mut bytes = text.as_bytes();
    let mut result: Vec<u8> = Vec::with_capacity(bytes.len());
    while let Some((&first, rest)) = bytes.split_first() {
        if first != b'%' {
            result.push(first);
            bytes = rest;
            continue;
        }
        let byte = hex(rest).ok_or_else(malformed)?;
        if byte.is_ascii() && kept.contains(&byte) {
            result.extend_from_slice(&bytes[..3]);
        } else {
            result.push(byte);
        }
        bytes = &rest[2..];
        // A character's bytes must all be encoded, and be one character.
        let length = match byte {
            0..=0x7f => 1,
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => return Err(malformed()),
        };
        for _ in 1..length {
            let next = bytes.strip_prefix(b"%").and_then(hex).ok_or_else(malformed)?;
            result.push(next);
            bytes = &bytes[3..];
        }
        if std::str::from_utf8(&result[result.len() - length..]).is_err() {
            return Err(malformed());
        }
    }
    String::from_utf8(result).map(Any::from).map_err(|_| malformed())
}

fn hex(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (high, low) = (digit(*digits.first()?)?, digit(*digits.get(1)?)?);
    u8::try_from(high * 16 + low).ok()
}
