//! Schedules as cron writes them: five fields, or six with seconds before them, in a time zone.
//!
//! Names of days and months, lists, ranges, steps, `L`, `W`, `#` and words like `@daily` are understood. Where both a day of
//! the month and a day of the week are said, either is enough. Where clocks are set forward, what falls into the gap
//! runs right after it; where they are set back, a fixed time runs once.

use std::error::Error;
use std::fmt;
use std::ops::Range;

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// Characters of an expression.
const LONGEST: usize = 200;

/// The fields of an expression with seconds, and what each may be.
const FIELDS: [(&str, &str); 6] = [
    ("second", "0 to 59"),
    ("minute", "0 to 59"),
    ("hour", "0 to 23"),
    ("day of the month", "1 to 31, or L for the last"),
    ("month", "1 to 12, or JAN to DEC"),
    ("day of the week", "0 to 7, or SUN to SAT"),
];

/// When something is due again and again.
#[derive(Clone, Debug)]
pub struct Schedule {
    cron: Cron,
    zone: TimeZone,
}

/// Why an expression or a zone says no schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleError {
    /// What is wrong, in words.
    pub message: String,
    /// Which characters of the expression are wrong; `None` when it is the zone.
    pub at: Option<Range<usize>>,
}

impl fmt::Display for ScheduleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message.fmt(f)
    }
}

impl Error for ScheduleError {}

impl Schedule {
    /// Reads an expression and the name of a zone of the IANA database.
    ///
    /// # Errors
    /// The expression or the zone cannot be read.
    pub fn new(expression: &str, zone: &str) -> Result<Self, ScheduleError> {
        let unknown = |_| ScheduleError {
            message: format!("there is no time zone {zone:?}; names are like Europe/Berlin, or UTC"),
            at: None,
        };
        Ok(Self { cron: read(expression)?, zone: TimeZone::get(zone).map_err(unknown)? })
    }

    /// The next times after a moment, at most `count`; fewer if there are no more, as for the 30th of February.
    pub fn after(&self, moment: Timestamp, count: usize) -> Vec<Zoned> {
        let mut times: Vec<Zoned> = Vec::new();
        let mut last = moment.to_zoned(self.zone.clone());
        while times.len() < count {
            let Ok(next) = self.cron.find_next_occurrence(&last, false) else { break };
            // Time must go on, whatever the library finds.
            if next.timestamp() <= last.timestamp() {
                break;
            }
            times.push(next.clone());
            last = next;
        }
        times
    }
}

fn parser() -> CronParser {
    CronParser::builder().seconds(Seconds::Optional).year(Year::Disallowed).build()
}

fn read(expression: &str) -> Result<Cron, ScheduleError> {
    let length = expression.chars().count();
    let wrong = |message: String, at: Range<usize>| ScheduleError { message, at: Some(at) };
    if length > LONGEST {
        return Err(wrong(format!("an expression has at most {LONGEST} characters, this one has {length}"), 0..length));
    }
    let fields = fields(expression);
    let first = fields.first().map_or("", |(_, text)| text);
    if first.starts_with('@') {
        let known = "@yearly, @monthly, @weekly, @daily, @hourly";
        let refused =
            |_| wrong(format!("{expression:?} is no schedule: expected one of {known}, or five fields"), 0..length);
        return parser().parse(expression).map_err(refused);
    }
    if !(5..=6).contains(&fields.len()) {
        let message = format!(
            "there are 5 fields (minute, hour, day of the month, month, day of the week), or 6 with the second before them; this has {}",
            fields.len()
        );
        return Err(wrong(message, 0..length));
    }
    for ((at, text), place) in fields.iter().zip(6 - fields.len()..) {
        let alone: Vec<&str> = (0..FIELDS.len()).map(|of| if of == place { text } else { "*" }).collect();
        if parser().parse(&alone.join(" ")).is_err() {
            let (name, values) = FIELDS[place];
            let message = format!(
                "{text:?} is no {name}: expected * or {values}, also as a list (1,2), a range (1-5) or in steps (*/2)"
            );
            return Err(wrong(message, *at..*at + text.chars().count()));
        }
    }
    parser().parse(expression).map_err(|error| wrong(error.to_string(), 0..length))
}

/// The fields of an expression, each with the character that it begins at.
fn fields(expression: &str) -> Vec<(usize, &str)> {
    let mut fields = Vec::new();
    let mut at = 0;
    for part in expression.split(char::is_whitespace) {
        if !part.is_empty() {
            fields.push((at, part));
        }
        at += part.chars().count() + 1;
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(expression: &str, zone: &str, after: &str) -> Vec<String> {
        let schedule = Schedule::new(expression, zone).unwrap_or_else(|error| panic!("{expression}: {error}"));
        let after: Timestamp = after.parse().expect("a moment");
        schedule.after(after, 3).iter().map(|time| time.strftime("%a %Y-%m-%dT%H:%M:%S%:z").to_string()).collect()
    }

    #[test]
    fn schedules_say_their_next_times() {
        let after = "2026-11-20T10:00:00Z";
        for (expression, expected) in [
            (
                "0 9 * * 1-5",
                ["Mon 2026-11-23T09:00:00+00:00", "Tue 2026-11-24T09:00:00+00:00", "Wed 2026-11-25T09:00:00+00:00"],
            ),
            (
                "*/30 * * * * *",
                ["Fri 2026-11-20T10:00:30+00:00", "Fri 2026-11-20T10:01:00+00:00", "Fri 2026-11-20T10:01:30+00:00"],
            ),
            (
                "0 0 13 * FRI",
                ["Fri 2026-11-27T00:00:00+00:00", "Fri 2026-12-04T00:00:00+00:00", "Fri 2026-12-11T00:00:00+00:00"],
            ),
            (
                "0 0 L * *",
                ["Mon 2026-11-30T00:00:00+00:00", "Thu 2026-12-31T00:00:00+00:00", "Sun 2027-01-31T00:00:00+00:00"],
            ),
            (
                "@daily",
                ["Sat 2026-11-21T00:00:00+00:00", "Sun 2026-11-22T00:00:00+00:00", "Mon 2026-11-23T00:00:00+00:00"],
            ),
        ] {
            assert_eq!(times(expression, "UTC", after), expected, "{expression}");
        }
        assert_eq!(times("0 0 30 2 *", "UTC", after), [""; 0], "there is no such day");
    }

    #[test]
    fn clocks_that_are_set_lose_no_time_and_repeat_none() {
        assert_eq!(
            times("30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z"),
            ["Sat 2026-03-28T02:30:00+01:00", "Sun 2026-03-29T03:00:00+02:00", "Mon 2026-03-30T02:30:00+02:00"]
        );
        assert_eq!(
            times("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z"),
            ["Sun 2026-10-25T02:30:00+02:00", "Mon 2026-10-26T02:30:00+01:00", "Tue 2026-10-27T02:30:00+01:00"]
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (expression, at, says) in [
            ("0 25 * * *", 2..4, "\"25\" is no hour"),
            ("0 9 * * MONDAY-", 8..15, "is no day of the week"),
            ("  61 * * * * *", 2..4, "\"61\" is no second"),
            ("0 9 32 * *", 4..6, "is no day of the month"),
            ("* * * *", 0..7, "this has 4"),
            ("* * * * * * *", 0..13, "this has 7"),
            ("", 0..0, "this has 0"),
            ("@often", 0..6, "@daily"),
            ("ü * * * *", 0..1, "is no minute"),
        ] {
            let error = Schedule::new(expression, "UTC").expect_err(expression);
            assert!(error.message.contains(says), "{expression}: {error}");
            assert_eq!(error.at, Some(at), "{expression}: {error}");
        }
        let zone = Schedule::new("* * * * *", "Mars/Olympus").expect_err("no such zone");
        assert!(zone.at.is_none() && zone.message.contains("Mars/Olympus"));
        assert!(Schedule::new(&"1,".repeat(200), "UTC").expect_err("long").message.contains("at most 200"));
    }
}
