//! Lengths of time in parameters: `"500ms"`, `"5s"`, `"1h30m"`, or a number of milliseconds.

use std::time::Duration;

use model::Value;

/// Units and their milliseconds. Longer names stand before those they begin with.
const UNITS: &[(&str, f64)] = &[("ms", 1.0), ("s", 1e3), ("m", 60e3), ("h", 3_600e3), ("d", 86_400e3)];
/// The longest time that has any use: a hundred years.
const MOST_MS: f64 = 100.0 * 366.0 * 86_400e3;

/// A length of time; none if the value is none, below 0, or beyond a hundred years.
pub(crate) fn read(value: &Value) -> Option<Duration> {
    let ms = match value {
        Value::String(text) => text_ms(text.trim())?,
        number => number.as_f64()?,
    };
    (0.0..=MOST_MS).contains(&ms).then(|| Duration::from_secs_f64(ms / 1e3))
}

fn text_ms(text: &str) -> Option<f64> {
    if let Ok(ms) = text.parse::<f64>() {
        return Some(ms);
    }
    let (mut rest, mut sum) = (text, 0.0);
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
        let count: f64 = rest[..end].parse().ok()?;
        let after = &rest[end..];
        let (unit, ms) = UNITS.iter().find(|(unit, _)| after.starts_with(unit))?;
        sum += count * ms;
        rest = after[unit.len()..].trim_start();
    }
    (!text.is_empty()).then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::json;

    #[test]
    fn durations_are_read() {
        for (text, ms) in [
            ("1500", Some(1500)),
            ("0", Some(0)),
            (r#""250""#, Some(250)),
            (r#""500ms""#, Some(500)),
            (r#""5s""#, Some(5_000)),
            (r#""1.5s""#, Some(1_500)),
            (r#""2m""#, Some(120_000)),
            (r#"" 1h30m ""#, Some(5_400_000)),
            (r#""1h 30m 5s 10ms""#, Some(5_405_010)),
            (r#""1d""#, Some(86_400_000)),
            ("-1", None),
            ("1e300", None),
            (r#""""#, None),
            (r#""5x""#, None),
            (r#""s""#, None),
            (r#""5s7""#, None),
            (r#""-5s""#, None),
            (r#""inf""#, None),
            ("null", None),
            ("[5]", None),
        ] {
            assert_eq!(read(&json(text)).map(|found| found.as_millis()), ms, "{text}");
        }
    }
}
