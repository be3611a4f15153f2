//! `delay`: waits for a span of time. The input passes on.

use std::sync::LazyLock;
use std::time::Duration;

use model::{Node, NodeSpec, Problem, Value};

use super::{PEOPLE, now_ms};
use crate::description::Description;
use crate::params::Params;
use crate::{Compile, NodeType, Outcome, Run, Started, Step, StepError, Wait, duration};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "delay",
        aliases: &["sleep"],
        name: "Delay",
        summary: "Waits for a span of time, seconds or months; the input passes on",
        icon: "hourglass",
        schema: r#"{"properties": {
            "duration": {"title": "For", "type": ["string", "number"], "examples": ["5s", "1h30m", 500, "{{ input.seconds * 1000 }}"],
                "description": "A duration, or a number of milliseconds; nothing and less than nothing do not wait"}
        }, "required": ["duration"]}"#,
        example: r#"[["start", "manual", {}], ["pause", "delay", {"duration": "5s"}], ["go_on", "no_op", {}]]"#,
        ..PEOPLE
    }
    .spec()
});

pub(super) struct Delay;

/// Waits for what the closure says.
struct Waits<F>(F);

impl NodeType for Delay {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let setting = params.setting("duration", Value::Null);
        if setting.constant().is_some_and(|value| !value.is_null() && span(value).is_none()) {
            params.bad_parameter("duration", format!("expected {}", duration::WANTED));
        }
        params.done(Waits(move |step: &Step<'_>| {
            let value = setting.value(step)?;
            span(&value).ok_or_else(|| setting.wrong(duration::WANTED, &value))
        }))
    }
}

/// A duration; what is negative is none at all, since it may come of a sum.
fn span(value: &Value) -> Option<Duration> {
    let is_past = match value {
        Value::String(text) => {
            text.trim().strip_prefix('-').is_some_and(|rest| model::duration::read_text(rest).is_some())
        }
        other => other.as_f64().is_some_and(|ms| ms < 0.0),
    };
    if is_past { Some(Duration::ZERO) } else { duration::read(value) }
}

impl<F> Run for Waits<F>
where
    F: Fn(&Step<'_>) -> Result<Duration, StepError> + Send + Sync,
{
    fn start(&self, step: &Step<'_>) -> Result<Started, StepError> {
        let ms = i64::try_from((self.0)(step)?.as_millis()).unwrap_or(i64::MAX);
        if ms == 0 {
            return Ok(Started::Done(Outcome::first(step.input().clone())));
        }
        Ok(Started::Wait(Wait { until_ms: Some(now_ms(step).saturating_add(ms)), ..Wait::default() }))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Try, problems};
    use crate::{Wait, Woken};

    const NOW: f64 = 1_700_000_000_000.0;

    #[test]
    fn it_waits_from_the_begin_of_the_attempt() {
        let rows = [
            (r#"{"duration": "1s"}"#, "null", 1_000),
            (r#"{"duration": "1h30m"}"#, "null", 5_400_000),
            (r#"{"duration": 250}"#, "null", 250),
            (r#"{"duration": "{{ input.seconds * 1000 }}"}"#, r#"{"seconds":3}"#, 3_000),
            (r#"{"duration": "{{ input }}m"}"#, "2", 120_000),
        ];
        for (data, input, ms) in rows {
            let wait = Try { now: NOW, ..Try::input(input) }.wait("delayNode", data);
            assert_eq!(wait, Wait { until_ms: Some(1_700_000_000_000 + ms), ..Wait::default() }, "{data}");
        }
    }

    #[test]
    fn the_input_passes_when_the_time_comes() {
        let step = Try::input("[1]");
        let outcome = step.wake("delay", r#"{"duration": "1s"}"#, Woken::Time).expect("it goes on");
        assert!(outcome.output.same(&step.input) && outcome.ports.as_slice() == [0]);
    }

    #[test]
    fn nothing_does_not_wait() {
        for data in ["0", r#""0s""#, "-5", r#""-5s""#, r#""{{ -1 }}""#, r#""{{ input.ms - 100 }}""#, "0.4"] {
            let line = Try::input(r#"{"ms":1}"#).line("delay", &format!(r#"{{"duration": {data}}}"#));
            assert_eq!(line, r#"{"ms":1}"#, "{data}");
        }
    }

    #[test]
    fn what_is_no_duration_is_told() {
        for bad in [r#""soon""#, "true", "[]", r#""""#, "1e300", r#""-soon""#] {
            assert_eq!(problems("delay", &format!(r#"{{"duration": {bad}}}"#)), ["bad_parameter duration"], "{bad}");
        }
        assert_eq!(problems("delay", "{}"), ["bad_parameter duration"]);
        let open = r#"{"duration": "{{ input }}"}"#;
        for input in ["null", r#""soon""#, "{}", "1e300"] {
            assert_eq!(Try::input(input).line("delay", open), "! bad_parameter", "{input}");
        }
    }
}
