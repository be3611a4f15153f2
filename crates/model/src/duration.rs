//! Spans of time as people write them in parameters: `"500ms"`, `"1h30m"`, or a number of milliseconds. One reader for
//! the plan and for all node types, so that a text means the same everywhere.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};

use crate::value::Value;

/// The longest span that counts: a hundred years of 365 days. What is longer is a slip, and sums of times stay small.
pub const MAX: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Reads a span of time.
///
/// A number is milliseconds, and so is a text that is only a number. Other texts have units, also in words and several
/// of them, or are of the form of ISO 8601: `"500ms"`, `"5s"`, `"1.5h"`, `"1h30m"`, `"2 minutes"`, `"1 day"`, `"PT5S"`.
/// A day has 24 hours. `None` for what is none of these, for what is negative and for what is longer than [`MAX`].
pub fn read(value: &Value) -> Option<Duration> {
    match value {
        Value::String(text) => read_text(text),
        other => of_ms(other.as_f64()?),
    }
}

/// The same in whole milliseconds.
pub fn read_ms(value: &Value) -> Option<u64> {
    u64::try_from(read(value)?.as_millis()).ok()
}

/// Reads a text like [`read`].
pub fn read_text(text: &str) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return of_ms(text.parse().ok()?);
    }
    let span: Span = text.parse().ok()?;
    let exact = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    Duration::try_from(exact).ok().filter(|duration| *duration <= MAX)
}

fn of_ms(ms: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(ms / 1000.0).ok().filter(|duration| *duration <= MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn ms(text: &str) -> Option<u64> {
        read_ms(&json::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}")))
    }

    #[test]
    fn spans_are_read_as_people_write_them() {
        let rows = [
            ("0", 0),
            ("250", 250),
            ("1.5", 1),
            (r#""250""#, 250),
            (r#"" 500ms ""#, 500),
            (r#""0s""#, 0),
            (r#""5s""#, 5_000),
            (r#""2m""#, 120_000),
            (r#""1.5h""#, 5_400_000),
            (r#""1h30m""#, 5_400_000),
            (r#""1h 30m 10s""#, 5_410_000),
            (r#""1m30.5s""#, 90_500),
            (r#""2 minutes""#, 120_000),
            (r#""10 sec""#, 10_000),
            (r#""1d""#, 86_400_000),
            (r#""2 weeks""#, 1_209_600_000),
            (r#""PT5S""#, 5_000),
            (r#""P1DT1H""#, 90_000_000),
        ];
        for (text, expected) in rows {
            assert_eq!(ms(text), Some(expected), "{text}");
        }
        assert_eq!(read_text("500us"), Some(Duration::from_micros(500)));
    }

    #[test]
    fn what_is_no_span_is_none() {
        let rows = [
            "null",
            "true",
            "-1",
            "1e300",
            "[1]",
            "{}",
            r#""""#,
            r#"" ""#,
            r#""s""#,
            r#""5x""#,
            r#""-5s""#,
            r#""5s ago""#,
            r#""1..5""#,
            r#""1 month""#,
            r#""1y""#,
            r#""101000 days""#,
            r#""5s5s""#,
            r#""soon""#,
            r#""{{ input }}""#,
        ];
        for text in rows {
            assert_eq!(ms(text), None, "{text}");
        }
        assert_eq!(ms(r#""36500 days""#), Some(3_153_600_000_000));
        assert_eq!(ms(r#""36500 days 1s""#), None);
    }
}
