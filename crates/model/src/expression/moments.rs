//! Our own functions of dates, and `format`.

use super::convert;
use super::date::{self, Parts, clip, time_of};
use super::error::{Outcome, range_error, type_error};
use super::frame::Call;
use super::numbers;
use super::operand::Any;

/// The receiver as a time: a date, a number of milliseconds, or a text that is read as a date.
fn time(call: &Call<'_, '_>, value: &Any<'_>) -> Outcome<f64> {
    match value {
        Any::Date(time) => Ok(*time),
        other if other.text().is_some() => Ok(date::parse(&convert::to_text(other, call.budget())?.plain())),
        other => Ok(clip(convert::to_number(other))),
    }
}

/// A date from a text or from milliseconds.
pub(super) fn to_date<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    time(call, &call.this).map(Any::Date)
}

/// A unit of time: months that it has, or milliseconds.
enum Unit {
    Months(f64),
    Milliseconds(f64),
}

/// The unit that an argument names, in singular or plural, and its singular.
fn unit(call: &Call<'_, '_>, at: usize) -> Outcome<(&'static str, Unit)> {
    let name = call.text(at)?.plain();
    const MINUTE: f64 = 60_000.0;
    Ok(match name.strip_suffix('s').unwrap_or(&name) {
        "year" => ("year", Unit::Months(12.0)),
        "quarter" => ("quarter", Unit::Months(3.0)),
        "month" => ("month", Unit::Months(1.0)),
        "week" => ("week", Unit::Milliseconds(7.0 * 1440.0 * MINUTE)),
        "day" => ("day", Unit::Milliseconds(1440.0 * MINUTE)),
        "hour" => ("hour", Unit::Milliseconds(60.0 * MINUTE)),
        "minute" => ("minute", Unit::Milliseconds(MINUTE)),
        "second" => ("second", Unit::Milliseconds(1000.0)),
        "millisecond" => ("millisecond", Unit::Milliseconds(1.0)),
        other => {
            return Err(range_error(format!(
                "{other:?} is not a unit: year, quarter, month, week, day, hour, minute, second, millisecond"
            )));
        }
    })
}

fn numbers_of(parts: Parts) -> [f64; 7] {
    let Parts { year, month, day, hour, minute, second, millisecond, .. } = parts;
    [year, month, day, hour, minute, second, millisecond].map(convert::int_to_f64)
}

/// `date.plus(2, "days")`; a day that a month does not have becomes its last.
pub(super) fn plus<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let time = time(call, &call.this)?;
    let amount = call.number(0)?;
    let (_, unit) = unit(call, 1)?;
    Ok(Any::Date(match unit {
        Unit::Milliseconds(each) => clip(time + amount * each),
        Unit::Months(each) => Parts::of(time).map_or(f64::NAN, |parts| months_later(parts, amount * each)),
    }))
}

fn months_later(parts: Parts, months: f64) -> f64 {
    let mut numbers = numbers_of(parts);
    numbers[1] += months.trunc();
    let first = Parts::of(time_of([numbers[0], numbers[1] + 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]));
    let last_day = first.map_or(f64::NAN, |last| convert::int_to_f64(last.day));
    numbers[2] = numbers[2].min(last_day);
    time_of(numbers)
}

/// `later.diff(earlier, "days")`: how many whole units lie between.
pub(super) fn diff<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let (later, earlier) = (time(call, &call.this)?, time(call, &call.arg(0))?);
    if call.args.len() < 2 {
        return Ok((later - earlier).into());
    }
    let (_, unit) = unit(call, 1)?;
    Ok(match unit {
        Unit::Milliseconds(each) => ((later - earlier) / each).trunc().into(),
        Unit::Months(each) => {
            let (Some(a), Some(b)) = (Parts::of(later), Parts::of(earlier)) else { return Ok(f64::NAN.into()) };
            let mut months = convert::int_to_f64((a.year - b.year) * 12 + a.month - b.month);
            // A month that has not passed in full does not count.
            let reached = months_later(b, months);
            if months > 0.0 && reached > later {
                months -= 1.0;
            } else if months < 0.0 && reached < later {
                months += 1.0;
            }
            ((months / each).trunc() + 0.0).into()
        }
    })
}

/// The beginning of the unit that a date is in. Weeks begin on Monday.
fn beginning(time: f64, unit: &str) -> f64 {
    let Some(parts) = Parts::of(time) else { return f64::NAN };
    let mut numbers = numbers_of(parts);
    let kept = match unit {
        "year" => 1,
        "quarter" | "month" => 2,
        "week" | "day" => 3,
        "hour" => 4,
        "minute" => 5,
        "second" => 6,
        _ => 7,
    };
    for (at, number) in numbers.iter_mut().enumerate().skip(kept) {
        *number = if at == 2 { 1.0 } else { 0.0 };
    }
    match unit {
        "quarter" => numbers[1] -= numbers[1] % 3.0,
        "week" => numbers[2] -= convert::int_to_f64((parts.days + 3).rem_euclid(7)),
        _ => {}
    }
    time_of(numbers)
}

/// `date.startOf("month")`
pub(super) fn start_of<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let (name, _) = unit(call, 0)?;
    Ok(Any::Date(beginning(time(call, &call.this)?, name)))
}

/// `date.endOf("month")`: the last millisecond of it.
pub(super) fn end_of<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let (name, unit) = unit(call, 0)?;
    let start = beginning(time(call, &call.this)?, name);
    Ok(Any::Date(match unit {
        Unit::Milliseconds(each) => clip(start + each - 1.0),
        Unit::Months(each) => Parts::of(start).map_or(f64::NAN, |parts| months_later(parts, each) - 1.0),
    }))
}

/// `format(value, pattern)`: a number by `0,0.00`, a date by `yyyy-MM-dd HH:mm`.
pub(super) fn format<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let pattern = call.text(0)?.plain();
    if pattern.len() > 1000 {
        return Err(range_error("a format has at most 1,000 bytes"));
    }
    if let Some(number) = numbers::plain(&call.this) {
        return Ok(format_number(number, &pattern).into());
    }
    let time = time(call, &call.this)?;
    let zone = call.arg(1);
    let (time, offset) = if zone.is_undefined() { (time, 0) } else { in_zone(time, &call.text(1)?.plain())? };
    match Parts::of(time) {
        Some(parts) => Ok(format_date(parts, offset, &pattern).into()),
        None => Err(type_error(format!("{} is not a number or date to format", convert::shown(&call.this)))),
    }
}

/// A time moved to the wall clock of a zone, and the zone's offset in minutes.
#[expect(clippy::cast_possible_truncation, reason = "times are within 8.64e15")]
fn in_zone(time: f64, zone: &str) -> Outcome<(f64, i64)> {
    let unknown = |_| range_error(format!("{zone:?} is not a time zone, like Europe/Oslo"));
    let zone = jiff::tz::TimeZone::get(zone).map_err(unknown)?;
    if time.is_nan() {
        return Ok((time, 0));
    }
    let moment = jiff::Timestamp::from_millisecond(time as i64)
        .map_err(|_| range_error("dates in a zone are between the years -9999 and 9999"))?;
    let minutes = i64::from(zone.to_offset(moment).seconds()) / 60;
    Ok((time + convert::int_to_f64(minutes) * 60_000.0, minutes))
}

fn format_date(parts: Parts, offset: i64, pattern: &str) -> String {
    let mut text = String::new();
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        if c == '\'' {
            // Letters in quotes stand for themselves; two quotes are one.
            let inside = &rest[1..];
            let end = inside.find('\'').unwrap_or(inside.len());
            text.push_str(if end == 0 { "'" } else { &inside[..end] });
            rest = inside.get(end + 1..).unwrap_or_default();
            continue;
        }
        let run = rest.chars().take_while(|&other| other == c).count() * c.len_utf8();
        let (token, after) = rest.split_at(run);
        push_token(&mut text, parts, offset, token);
        rest = after;
    }
    text
}

fn push_token(text: &mut String, parts: Parts, offset: i64, token: &str) {
    use std::fmt::Write;
    let hour12 = (parts.hour + 11) % 12 + 1;
    let sign = if offset < 0 { '-' } else { '+' };
    let (hours, minutes) = (offset.abs() / 60, offset.abs() % 60);
    // Writing to a String cannot fail.
    let _ = match token {
        "yyyy" | "YYYY" => write!(text, "{:04}", parts.year),
        "yy" | "YY" => write!(text, "{:02}", parts.year.rem_euclid(100)),
        "MMMM" => write!(text, "{}", parts.month_name()),
        "MMM" => write!(text, "{}", &parts.month_name()[..3]),
        "MM" => write!(text, "{:02}", parts.month + 1),
        "M" => write!(text, "{}", parts.month + 1),
        "dd" | "DD" => write!(text, "{:02}", parts.day),
        "d" | "D" => write!(text, "{}", parts.day),
        "EEEE" => write!(text, "{}", parts.weekday_name()),
        "EEE" => write!(text, "{}", &parts.weekday_name()[..3]),
        "HH" => write!(text, "{:02}", parts.hour),
        "H" => write!(text, "{}", parts.hour),
        "hh" => write!(text, "{hour12:02}"),
        "h" => write!(text, "{hour12}"),
        "mm" => write!(text, "{:02}", parts.minute),
        "m" => write!(text, "{}", parts.minute),
        "ss" => write!(text, "{:02}", parts.second),
        "s" => write!(text, "{}", parts.second),
        "SSS" => write!(text, "{:03}", parts.millisecond),
        "a" => write!(text, "{}", if parts.hour < 12 { "AM" } else { "PM" }),
        "XXX" if offset == 0 => write!(text, "Z"),
        "XXX" | "ZZ" => write!(text, "{sign}{hours:02}:{minutes:02}"),
        other => write!(text, "{other}"),
    };
}

/// A number by a pattern: `0` shows a digit, `#` one that matters, `,` groups thousands; what stands around is kept.
fn format_number(number: f64, pattern: &str) -> String {
    let is_part = |c: char| matches!(c, '0' | '#' | ',' | '.');
    let start = pattern.find(is_part).unwrap_or(pattern.len());
    let end = pattern.rfind(is_part).map_or(pattern.len(), |at| at + 1).max(start);
    let (before, picture, after) = (&pattern[..start], &pattern[start..end], &pattern[end..]);
    if !number.is_finite() || picture.is_empty() {
        return format!("{before}{}{after}", numbers::text(number));
    }
    let number = if after.starts_with('%') { number * 100.0 } else { number };
    let (whole, fraction) = picture.split_once('.').unwrap_or((picture, ""));
    let shown = fraction.matches(['0', '#']).count().min(20);
    let needed = fraction.matches('0').count().min(shown);
    #[expect(clippy::cast_possible_truncation, reason = "at most 20")]
    let digits = if number.abs() < 1e21 {
        ryu_js::Buffer::new().format_to_fixed(number.abs(), shown as u8).to_owned()
    } else {
        return format!("{before}{}{after}", numbers::text(number));
    };
    let (integer, decimals) = digits.split_once('.').unwrap_or((&digits, ""));
    let kept = decimals.trim_end_matches('0').len().max(needed).min(decimals.len());
    let width = whole.matches('0').count();
    let mut integer = format!("{integer:0>width$}");
    if width == 0 && integer == "0" && kept > 0 {
        integer.clear();
    }
    let zero = integer.bytes().chain(decimals[..kept].bytes()).all(|digit| digit == b'0');
    let sign = if number < 0.0 && !zero { "-" } else { "" };
    let grouped = if whole.contains(',') { thousands(&integer) } else { integer };
    let point = if kept > 0 { "." } else { "" };
    format!("{sign}{before}{grouped}{point}{}{after}", &decimals[..kept])
}

fn thousands(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
