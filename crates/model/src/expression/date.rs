//! Dates: `Date` over UTC, its texts, and reading them.

use super::error::{Outcome, range_error};
use super::frame::{Call, Native};
use super::numbers::integer;
use super::operand::Any;
use super::{convert, numbers};

/// Methods of a date. Those without `UTC` in their name answer the same, since the time zone is UTC.
pub(super) const METHODS: &[(&str, Native)] = &[
    ("getDate", |call| part(call, |parts| parts.day)),
    ("getDay", |call| part(call, Parts::weekday)),
    ("getFullYear", |call| part(call, |parts| parts.year)),
    ("getHours", |call| part(call, |parts| parts.hour)),
    ("getMilliseconds", |call| part(call, |parts| parts.millisecond)),
    ("getMinutes", |call| part(call, |parts| parts.minute)),
    ("getMonth", |call| part(call, |parts| parts.month)),
    ("getSeconds", |call| part(call, |parts| parts.second)),
    ("getTime", |call| Ok(receiver(call).into())),
    ("getTimezoneOffset", |call| part(call, |_| 0)),
    ("getUTCDate", |call| part(call, |parts| parts.day)),
    ("getUTCDay", |call| part(call, Parts::weekday)),
    ("getUTCFullYear", |call| part(call, |parts| parts.year)),
    ("getUTCHours", |call| part(call, |parts| parts.hour)),
    ("getUTCMilliseconds", |call| part(call, |parts| parts.millisecond)),
    ("getUTCMinutes", |call| part(call, |parts| parts.minute)),
    ("getUTCMonth", |call| part(call, |parts| parts.month)),
    ("getUTCSeconds", |call| part(call, |parts| parts.second)),
    ("toDateString", |call| Ok(date_string(receiver(call)).into())),
    ("toISOString", to_iso_string),
    ("toJSON", |call| Ok(iso(receiver(call)).map_or(Any::NULL, Any::from))),
    ("toString", |call| Ok(to_string(receiver(call)).into())),
    ("toTimeString", |call| Ok(time_string(receiver(call)).into())),
    ("toUTCString", |call| Ok(utc_string(receiver(call)).into())),
    ("valueOf", |call| Ok(receiver(call).into())),
];

/// `Date`.
pub(super) const FUNCTIONS: &[(&str, Native)] = &[
    ("Date.UTC", |call| Ok(from_parts(call).into())),
    ("Date.parse", |call| Ok(parse(&call.text(0)?.plain()).into())),
];

const DAY: f64 = 86_400_000.0;
const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A moment in UTC. Months count from 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    pub(super) millisecond: i64,
    /// Days since 1970-01-01.
    pub(super) days: i64,
}

impl Parts {
    /// The parts of a time; `None` for an invalid date.
    #[expect(clippy::cast_possible_truncation, reason = "times are within 8.64e15")]
    pub(super) fn of(time: f64) -> Option<Self> {
        if time.is_nan() {
            return None;
        }
        let time = time as i64;
        let (days, rest) = (time.div_euclid(86_400_000), time.rem_euclid(86_400_000));
        // Civil calendar from days, in eras of 400 years that begin in March.
        let shifted = days + 719_468;
        let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let month = if march_month < 10 { march_month + 2 } else { march_month - 10 };
        Some(Self {
            year: year_of_era + era * 400 + i64::from(month < 2),
            month,
            day: day_of_year - (153 * march_month + 2) / 5 + 1,
            hour: rest / 3_600_000,
            minute: rest / 60_000 % 60,
            second: rest / 1_000 % 60,
            millisecond: rest % 1_000,
            days,
        })
    }

    fn weekday(self) -> i64 {
        (self.days + 4).rem_euclid(7)
    }

    pub(super) fn weekday_name(self) -> &'static str {
        name(&WEEKDAYS, self.weekday())
    }

    pub(super) fn month_name(self) -> &'static str {
        name(&MONTHS, self.month)
    }
}

fn name(names: &'static [&'static str], at: i64) -> &'static str {
    usize::try_from(at).ok().and_then(|at| names.get(at)).copied().unwrap_or_default()
}

/// Days from 1970-01-01 to a day of a month, which may lie outside of it; months count from 0.
fn days(year: f64, month: f64, day: f64) -> f64 {
    let year = year + (month / 12.0).floor();
    let month = month.rem_euclid(12.0);
    let (year, month_from_march) = if month < 2.0 { (year - 1.0, month + 10.0) } else { (year, month - 2.0) };
    let era = (year / 400.0).floor();
    let year_of_era = year - era * 400.0;
    let day_of_year = ((153.0 * month_from_march + 2.0) / 5.0).floor();
    let day_of_era = year_of_era * 365.0 + (year_of_era / 4.0).floor() - (year_of_era / 100.0).floor() + day_of_year;
    era * 146_097.0 + day_of_era - 719_468.0 + day - 1.0
}

/// A time within JavaScript's range, cut to milliseconds; else NaN.
pub(super) fn clip(time: f64) -> f64 {
    // Adding 0 makes -0 a plain 0.
    if time.abs() <= 8.64e15 { time.trunc() + 0.0 } else { f64::NAN }
}

/// A time from parts that may lie outside of their ranges: year, month, day, hours, minutes, seconds, milliseconds.
pub(super) fn time_of(parts: [f64; 7]) -> f64 {
    if parts.iter().any(|part| !part.is_finite()) {
        return f64::NAN;
    }
    let [year, month, day, hour, minute, second, millisecond] = parts.map(f64::trunc);
    clip(days(year, month, day) * DAY + hour * 3_600_000.0 + minute * 60_000.0 + second * 1_000.0 + millisecond)
}

fn from_parts(call: &Call<'_, '_>) -> f64 {
    let mut parts = [f64::NAN, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0];
    for (at, part) in parts.iter_mut().enumerate().take(call.args.len()) {
        *part = convert::to_number(&call.arg(at));
    }
    if (0.0..=99.0).contains(&integer(parts[0])) && !parts[0].is_nan() {
        parts[0] = 1900.0 + parts[0].trunc();
    }
    time_of(parts)
}

/// `new Date(…)`; without an argument it is the recorded instant of the attempt.
pub(super) fn construct<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    Ok(Any::Date(match call.args.len() {
        0 => clip(call.frame.scope.names.now()),
        1 => match call.arg(0) {
            Any::Date(time) => time,
            value => match convert::to_primitive(value, false, call.budget())? {
                value if convert::type_of(&value) == "string" => {
                    parse(&convert::to_text(&value, call.budget())?.plain())
                }
                value => clip(convert::to_number(&value)),
            },
        },
        _ => from_parts(call),
    }))
}

fn receiver(call: &Call<'_, '_>) -> f64 {
    convert::to_number(&call.this)
}

fn part<'s>(call: &Call<'_, 's>, part: impl Fn(Parts) -> i64) -> Outcome<Any<'s>> {
    Ok(Parts::of(receiver(call)).map_or(f64::NAN, |parts| convert::int_to_f64(part(parts))).into())
}

/// The text of a date in JSON: `2024-05-06T07:08:09.010Z`; `None` for an invalid one.
pub(super) fn iso(time: f64) -> Option<String> {
    let parts = Parts::of(time)?;
    let year = match parts.year {
        year @ 0..=9999 => format!("{year:04}"),
        year => format!("{}{:06}", if year < 0 { '-' } else { '+' }, year.abs()),
    };
    Some(format!(
        "{year}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        parts.month + 1,
        parts.day,
        parts.hour,
        parts.minute,
        parts.second,
        parts.millisecond
    ))
}

fn to_iso_string<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    iso(receiver(call)).map(Any::from).ok_or_else(|| range_error("an invalid date has no text"))
}

const INVALID: &str = "Invalid Date";

fn year_text(year: i64) -> String {
    if year < 0 { format!("-{:06}", -year) } else { format!("{year:04}") }
}

fn date_string(time: f64) -> String {
    Parts::of(time).map_or_else(
        || INVALID.into(),
        |parts| {
            let (weekday, month) = (&parts.weekday_name()[..3], &parts.month_name()[..3]);
            format!("{weekday} {month} {:02} {}", parts.day, year_text(parts.year))
        },
    )
}

fn time_string(time: f64) -> String {
    Parts::of(time).map_or_else(
        || INVALID.into(),
        |parts| {
            let Parts { hour, minute, second, .. } = parts;
            format!("{hour:02}:{minute:02}:{second:02} GMT+0000 (Coordinated Universal Time)")
        },
    )
}

/// The text of a date as `String(date)` answers it.
pub(super) fn to_string(time: f64) -> String {
    if time.is_nan() { INVALID.into() } else { format!("{} {}", date_string(time), time_string(time)) }
}

fn utc_string(time: f64) -> String {
    Parts::of(time).map_or_else(
        || INVALID.into(),
        |parts| {
            let (weekday, month) = (&parts.weekday_name()[..3], &parts.month_name()[..3]);
            let Parts { day, hour, minute, second, .. } = parts;
            format!("{weekday}, {day:02} {month} {} {hour:02}:{minute:02}:{second:02} GMT", year_text(parts.year))
        },
    )
}

/// The time of a text: ISO 8601 as JavaScript reads it, and a day with an English month; else NaN.
pub(super) fn parse(text: &str) -> f64 {
    let text = text.trim_matches(numbers::is_space);
    parse_iso(text).or_else(|| parse_words(text)).unwrap_or(f64::NAN)
}

/// Reads a text from left to right.
struct Reader<'a>(&'a str);

impl Reader<'_> {
    fn take(&mut self, c: char) -> bool {
        match self.0.strip_prefix(c) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    /// A number of so many digits.
    fn digits(&mut self, least: usize, most: usize) -> Option<f64> {
        let count = self.0.bytes().take(most).take_while(u8::is_ascii_digit).count();
        if count < least {
            return None;
        }
        let (digits, rest) = self.0.split_at(count);
        self.0 = rest;
        digits.parse().ok()
    }
}

fn parse_iso(text: &str) -> Option<f64> {
    let mut reader = Reader(text);
    let year = if reader.take('+') {
        reader.digits(6, 6)?
    } else if reader.take('-') {
        -reader.digits(6, 6).filter(|&year| year != 0.0)?
    } else {
        reader.digits(4, 4)?
    };
    let mut parts = [year, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0];
    if reader.take('-') {
        // Single digits are no ISO text, but people write them.
        parts[1] = reader.digits(1, 2).filter(|month| (1.0..=12.0).contains(month))? - 1.0;
        if reader.take('-') {
            parts[2] = reader.digits(1, 2).filter(|day| (1.0..=31.0).contains(day))?;
        }
    }
    let mut offset = 0.0;
    if reader.take('T') || reader.take('t') || reader.take(' ') {
        clock(&mut reader, &mut parts)?;
        reader.take(' ');
        offset = zone(&mut reader)?;
    }
    reader.0.is_empty().then(|| clip(time_of(parts) - offset * 60_000.0))
}

/// Hours, minutes, seconds and their fraction.
fn clock(reader: &mut Reader<'_>, parts: &mut [f64; 7]) -> Option<()> {
    parts[3] = reader.digits(1, 2)?;
    if !reader.take(':') {
        return None;
    }
    parts[4] = reader.digits(2, 2).filter(|&minute| minute < 60.0)?;
    if reader.take(':') {
        parts[5] = reader.digits(2, 2).filter(|&second| second < 60.0)?;
        if reader.take('.') || reader.take(',') {
            let before = reader.0;
            reader.digits(1, usize::MAX)?;
            let fraction: String =
                before[..before.len() - reader.0.len()].chars().chain("000".chars()).take(3).collect();
            parts[6] = fraction.parse().ok()?;
        }
    }
    let midnight = parts[3] == 24.0 && parts[4..] == [0.0, 0.0, 0.0];
    (parts[3] < 24.0 || midnight).then_some(())
}

/// An offset from UTC in minutes; none means UTC.
fn zone(reader: &mut Reader<'_>) -> Option<f64> {
    if reader.0.is_empty() || reader.take('Z') || reader.take('z') {
        return Some(0.0);
    }
    let sign = if reader.take('+') {
        1.0
    } else if reader.take('-') {
        -1.0
    } else {
        return None;
    };
    let hours = reader.digits(2, 2).filter(|&hours| hours < 24.0)?;
    reader.take(':');
    let minutes = if reader.0.is_empty() { 0.0 } else { reader.digits(2, 2).filter(|&minutes| minutes < 60.0)? };
    Some(sign * (hours * 60.0 + minutes))
}

/// `Tue, 15 Jan 2024 10:00:00 GMT`, `January 15, 2024`, `15 Jan 2024 10:00 +0200`, `Mon Jan 15 2024 10:00:00 GMT+0100`.
fn parse_words(text: &str) -> Option<f64> {
    let text = text.split('(').next().unwrap_or(text);
    let (mut day, mut month, mut year) = (None, None, None);
    let mut parts = [0.0; 7];
    let mut offset = 0.0;
    for word in text.split([' ', ',']).filter(|word| !word.is_empty()) {
        let lower = word.to_ascii_lowercase();
        if lower.contains(':') {
            let mut reader = Reader(&lower);
            clock(&mut reader, &mut parts)?;
            offset = zone(&mut reader)?;
        } else if let Some(rest) = lower.strip_prefix("gmt").or_else(|| lower.strip_prefix("utc")) {
            offset = zone(&mut Reader(rest))?;
        } else if lower == "z" {
            offset = 0.0;
        } else if lower.starts_with(['+', '-']) && year.is_some() {
            offset = zone(&mut Reader(&lower))?;
        } else if lower.bytes().all(|byte| byte.is_ascii_digit()) {
            let number: f64 = lower.parse().ok()?;
            match (day, year) {
                (None, _) if lower.len() <= 2 => day = Some(number),
                (_, None) if lower.len() >= 3 => year = Some(number),
                _ => return None,
            }
        } else {
            let begins =
                |name: &&str| lower.len() >= 3 && name.to_ascii_lowercase().starts_with(lower.trim_end_matches('.'));
            match MONTHS.iter().position(begins) {
                Some(at) if month.is_none() => month = Some(numbers::float(at)),
                Some(_) => return None,
                None => {
                    WEEKDAYS.iter().find(|name| begins(name))?;
                }
            }
        }
    }
    parts[0] = year?;
    parts[1] = month?;
    parts[2] = day.filter(|day| (1.0..=31.0).contains(day))?;
    Some(clip(time_of(parts) - offset * 60_000.0))
}
