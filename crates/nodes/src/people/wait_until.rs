//! `wait_until`: waits for a date. The input passes on.

use std::sync::LazyLock;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned, civil};
use model::{Node, NodeSpec, Problem, Value};

use super::{PEOPLE, now_ms};
use crate::description::Description;
use crate::params::{Params, Setting};
use crate::{Compile, NodeType, Outcome, Run, Started, Step, StepError, Wait};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "wait_until",
        aliases: &["wait_until_date"],
        name: "Wait until",
        summary: "Waits until a date and time, and not at all where that is past; the input passes on",
        icon: "calendar-clock",
        schema: r#"{"properties": {
            "date": {"title": "Until", "type": ["string", "number"], "examples": ["2026-11-21T09:30:00Z", "2026-11-21", "{{ input.due }}"],
                "description": "A date, with or without time, in the form of ISO 8601, or a number of milliseconds since 1970"},
            "datetime": {"title": "Until", "type": ["string", "number"], "description": "Another name for date"},
            "zone": {"title": "Time zone", "type": "string", "default": "UTC", "examples": ["Europe/Amsterdam"],
                "description": "Of a date that names none itself"}
        }}"#,
        example: r#"[["order", "sample_data", {"data": {"due": "2026-01-01T09:00:00Z"}}],
            ["wait", "wait_until", {"date": "{{ input.due }}"}], ["remind", "no_op", {}]]"#,
        ..PEOPLE
    }
    .spec()
});

pub(super) struct WaitUntil;

struct Waits {
    date: Setting,
    zone: TimeZone,
}

impl NodeType for WaitUntil {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let key = if params.raw("date").is_none() && params.raw("datetime").is_some() { "datetime" } else { "date" };
        let date = params.setting(key, Value::Null);
        let zone = zone(&mut params);
        match date.constant() {
            _ if !date.is_set() => params.bad_parameter(key, "the date is missing"),
            Some(value) if zone.as_ref().is_some_and(|zone| moment(value, zone).is_none()) => {
                params.bad_parameter(key, "expected a date such as 2026-11-21T09:30:00Z, or milliseconds since 1970");
            }
            _ => {}
        }
        params.done_with(zone, |zone| Waits { date, zone })
    }
}

fn zone(params: &mut Params<'_>) -> Option<TimeZone> {
    params.fixed(&["zone"]);
    let name = params.word("zone").unwrap_or("UTC");
    let zone = TimeZone::get(name).ok();
    if zone.is_none() {
        params.bad_parameter("zone", format!("there is no time zone {name:?}: write one like Europe/Amsterdam"));
    }
    zone
}

/// A moment in ms since 1970.
fn moment(value: &Value, zone: &TimeZone) -> Option<i64> {
    let Value::String(text) = value else {
        let ms = value.as_f64().filter(|ms| ms.is_finite())?;
        #[expect(clippy::cast_possible_truncation, reason = "what is out of range is refused at once")]
        let ms = ms as i64;
        return Timestamp::from_millisecond(ms).ok().map(Timestamp::as_millisecond);
    };
    let text = text.trim();
    let named = || text.parse::<Zoned>().ok().map(|zoned| zoned.timestamp());
    let local = || text.parse::<civil::DateTime>().ok()?.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp());
    text.parse::<Timestamp>().ok().or_else(named).or_else(local).map(Timestamp::as_millisecond)
}

impl Run for Waits {
    fn start(&self, step: &Step<'_>) -> Result<Started, StepError> {
        let value = self.date.value(step)?;
        let until_ms = moment(&value, &self.zone).ok_or_else(|| {
            let message = format!("{} is not a date: 2026-11-21T09:30:00Z", model::json::to_text(&value));
            StepError::new("bad_date", message)
        })?;
        if until_ms <= now_ms(step) {
            return Ok(Started::Done(Outcome::first(step.input().clone())));
        }
        Ok(Started::Wait(Wait { until_ms: Some(until_ms), ..Wait::default() }))
    }
}

#[cfg(test)]
mod tests {
    use crate::Woken;
    use crate::testing::{Try, problems};

    /// 2024-01-01T00:00:00Z.
    const NEW_YEAR: i64 = 1_704_067_200_000;

    #[test]
    fn it_waits_for_the_date() {
        let rows = [
            (r#"{"date": "2024-01-01T00:00:00Z"}"#, 0),
            (r#"{"date": "2024-01-01T02:00:00+02:00"}"#, 0),
            (r#"{"date": "2024-01-01"}"#, 0),
            (r#"{"datetime": "2024-01-01T01:00"}"#, 3_600_000),
            (r#"{"date": "2024-01-01T02:00", "zone": "Europe/Amsterdam"}"#, 3_600_000),
            (r#"{"date": "2024-07-01T02:00", "zone": "Europe/Amsterdam"}"#, 182 * 86_400_000),
            (r#"{"date": "2024-01-01T02:00[Europe/Amsterdam]"}"#, 3_600_000),
            (r#"{"date": 1704067200001}"#, 1),
            (r#"{"date": "{{ input.due }}"}"#, 500),
            (r#"{"date": "{{ new Date(input.ms) }}"}"#, 7),
        ];
        let input = r#"{"due": "2024-01-01T00:00:00.5Z", "ms": 1704067200007}"#;
        for (data, after) in rows {
            assert_eq!(Try::input(input).wait("wait_until", data).until_ms, Some(NEW_YEAR + after), "{data}");
        }
    }

    #[test]
    fn what_is_past_does_not_wait() {
        let line = |now: i64| {
            #[expect(clippy::cast_precision_loss, reason = "a time of our days")]
            let step = Try { now: now as f64, ..Try::input("[1]") };
            match step.start("wait_until", r#"{"date": "2024-01-01"}"#).expect("it starts") {
                crate::Started::Done(outcome) => outcome.output.same(&step.input),
                _ => false,
            }
        };
        assert_eq!([line(NEW_YEAR - 1), line(NEW_YEAR), line(NEW_YEAR + 1)], [false, true, true]);
        let step = Try::input("[1]");
        let outcome = step.wake("wait_until", r#"{"date": "2024-01-01"}"#, Woken::Time).expect("it goes on");
        assert!(outcome.output.same(&step.input));
    }

    #[test]
    fn what_is_no_date_is_told() {
        assert_eq!(problems("wait_until", "{}"), ["bad_parameter date"]);
        for bad in [r#""soon""#, r#""2024-02-30""#, "true", "1e300", r#""""#] {
            assert_eq!(problems("wait_until", &format!(r#"{{"date": {bad}}}"#)), ["bad_parameter date"], "{bad}");
        }
        assert_eq!(problems("wait_until", r#"{"date": 0, "zone": "Nowhere/Town"}"#), ["bad_parameter zone"]);
        assert_eq!(problems("wait_until", r#"{"date": 0, "zone": "{{ input }}"}"#)[0], "bad_parameter zone");
        for input in ["null", r#""soon""#, "[]"] {
            assert_eq!(Try::input(input).line("wait_until", r#"{"date": "{{ input }}"}"#), "! bad_date", "{input}");
        }
    }
}
