//! `wait_for_signal`: waits until somebody or something sends the execution a signal of a name, or calls the link of the
//! waiting step, or until a time is up.

use std::sync::LazyLock;

use arcstr::ArcStr;
use model::{Node, NodeSpec, Problem, Value};

use super::{PEOPLE, not_awaited, now_ms};
use crate::description::Description;
use crate::params::{Params, Setting};
use crate::{Compile, NodeType, Outcome, Run, Started, Step, StepError, Wait, Woken, duration};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "wait_for_signal",
        aliases: &["wait_signal", "wait"],
        name: "Wait for signal",
        summary: "Waits until the execution is sent a signal, or the link of the step is called; the value is its output; what comes too late leaves by `timeout`",
        icon: "bell",
        outputs: &["received", "timeout"],
        schema: r#"{"properties": {
            "by": {"title": "Ended by", "enum": ["signal", "webhook"], "default": "signal",
                "description": "A signal, sent by who may steer the execution; or a call of the link that the waiting step has, by whoever knows it, once"},
            "signal": {"title": "Signal", "type": "string", "examples": ["approval", "paid-{{ input.id }}"],
                "description": "Of signal: its name; the node's id if it is absent"},
            "timeout": {"title": "At most for", "type": ["string", "number"], "examples": ["3d", "{{ input.hours }}h"],
                "description": "A duration; it waits for ever if it is absent"},
            "on_timeout": {"title": "Then", "enum": ["route", "fail", "continue"], "default": "route",
                "description": "The input leaves by timeout, the step fails with signal_timeout, or the input leaves by received"}
        }}"#,
        example: r#"{"name": "Wait for signal example", "nodes": [
            {"id": "order", "type": "sample_data", "position": {"x": 0, "y": 0}, "data": {"data": {"id": 7}}},
            {"id": "approval", "type": "wait_for_signal", "position": {"x": 240, "y": 0}, "data": {"signal": "approval", "timeout": "3d"}},
            {"id": "approved", "type": "condition", "position": {"x": 480, "y": 0}, "data": {"condition": "input.approved"}},
            {"id": "ship", "type": "no_op", "position": {"x": 720, "y": 0}, "data": {}},
            {"id": "remind", "type": "no_op", "position": {"x": 480, "y": 120}, "data": {}}],
            "edges": [{"id": "e1", "source": "order", "target": "approval"},
                {"id": "e2", "source": "approval", "sourceHandle": "received", "target": "approved"},
                {"id": "e3", "source": "approved", "sourceHandle": "true", "target": "ship"},
                {"id": "e4", "source": "approval", "sourceHandle": "timeout", "target": "remind"}]}"#,
        ..PEOPLE
    }
    .spec()
});

pub(super) struct Signal;

/// What becomes of the step when the time is up.
#[derive(Clone, Copy)]
enum Late {
    Route,
    Fail,
    Continue,
}

struct Waits {
    by_link: bool,
    signal: Setting,
    timeout: Setting,
    late: Late,
}

impl NodeType for Signal {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        params.fixed(&["on_timeout", "by"]);
        let (signal, timeout) = (params.setting("signal", Value::EMPTY), params.setting("timeout", Value::Null));
        if let Some(value) = timeout.constant()
            && !value.is_null()
        {
            params.timeout("timeout");
        }
        let late = match params.word("on_timeout") {
            Some("fail") => Late::Fail,
            Some("continue") => Late::Continue,
            _ => Late::Route,
        };
        let by_link = params.word("by") == Some("webhook");
        params.done(Waits { by_link, signal, timeout, late })
    }
}

impl Waits {
    /// When the time is up; none for a step that waits for ever.
    fn until_ms(&self, step: &Step<'_>) -> Result<Option<i64>, StepError> {
        let value = self.timeout.value(step)?;
        if value.is_null() {
            return Ok(None);
        }
        let timeout = duration::read(&value).ok_or_else(|| self.timeout.wrong(duration::WANTED, &value))?;
        let ms = i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX);
        Ok(Some(now_ms(step).saturating_add(ms)))
    }
}

impl Run for Waits {
    fn start(&self, step: &Step<'_>) -> Result<Started, StepError> {
        let signal = if self.by_link {
            let key = step.key.to_string();
            let (_, address) = key.split_once('.').expect("a key is an execution, a dot and an address");
            webhook_signal(address).into()
        } else {
            let named = self.signal.text(step)?;
            if named.is_empty() { ArcStr::from(step.key.node) } else { named }
        };
        Ok(Started::Wait(Wait { until_ms: self.until_ms(step)?, signal: Some(signal), child: None }))
    }

    fn wake(&self, step: &Step<'_>, woken: Woken) -> Result<Outcome, StepError> {
        match (woken, self.late) {
            (Woken::Signal(value), _) => Ok(Outcome::port(value, RECEIVED)),
            (Woken::Time, Late::Route) => Ok(Outcome::port(step.input().clone(), TIMEOUT)),
            (Woken::Time, Late::Continue) => Ok(Outcome::port(step.input().clone(), RECEIVED)),
            (Woken::Time, Late::Fail) => {
                let message = "no signal came in time: send one earlier, or give it more time";
                Err(StepError::new("signal_timeout", message))
            }
            (other, _) => Err(not_awaited(&other)),
        }
    }
}

/// The signal that the link of a waiting step sends: each step has its own, also in each iteration.
pub fn webhook_signal(address: &str) -> String {
    format!("webhook/{address}")
}

const RECEIVED: u16 = 0;
const TIMEOUT: u16 = 1;

#[cfg(test)]
mod tests {
    use crate::testing::{Try, json, line_of, problems};
    use crate::{Wait, Woken};

    #[test]
    fn it_waits_for_a_signal_and_a_time() {
        let wait = |data: &str| Try { now: 1_000.0, ..Try::input(r#"{"id": 7, "hours": 2}"#) }.wait("wait", data);
        let of = |signal: &str, until_ms| Wait { until_ms, signal: Some(signal.into()), child: None };
        assert_eq!(wait("{}"), of("it", None));
        assert_eq!(wait(r#"{"signal": "approval", "timeout": "5s"}"#), of("approval", Some(6_000)));
        assert_eq!(
            wait(r#"{"signal": "paid-{{ input.id }}", "timeout": "{{ input.hours }}h"}"#),
            of("paid-7", Some(7_201_000))
        );
        assert_eq!(wait(r#"{"signal": "{{ input.id }}", "timeout": "{{ input.none }}"}"#), of("7", None));
        assert_eq!(wait(r#"{"by": "webhook", "timeout": "5s"}"#), of("webhook/it", Some(6_000)));
    }

    #[test]
    fn what_comes_first_decides() {
        let line = |data: &str, woken: Woken| line_of(Try::input("3").wake("wait_for_signal", data, woken));
        let value = || Woken::Signal(json(r#"{"approved":true}"#));
        for late in ["route", "fail", "continue"] {
            assert_eq!(line(&format!(r#"{{"on_timeout": "{late}"}}"#), value()), r#"{"approved":true}"#);
        }
        assert_eq!(line("{}", Woken::Signal(json("null"))), "null");
        assert_eq!(line("{}", Woken::Time), "3 [1]");
        assert_eq!(line(r#"{"on_timeout": "fail"}"#, Woken::Time), "! signal_timeout");
        assert_eq!(line(r#"{"on_timeout": "continue"}"#, Woken::Time), "3");
        assert_eq!(line("{}", Woken::ChildStarted(model::ExecutionId(1))), "! not_awaited");
    }

    #[test]
    fn bad_parameters_are_told() {
        let rows = [("signal", "3"), ("timeout", r#""soon""#), ("timeout", "0"), ("timeout", "true")];
        for (key, bad) in rows.into_iter().chain([
            ("on_timeout", r#""stop""#),
            ("on_timeout", r#""{{ input }}""#),
            ("by", r#""mail""#),
        ]) {
            let data = format!(r#"{{"{key}": {bad}}}"#);
            assert_eq!(problems("wait_for_signal", &data), [format!("bad_parameter {key}")], "{data}");
        }
        let open = r#"{"timeout": "{{ input }}"}"#;
        assert_eq!(Try::input(r#""soon""#).line("wait_for_signal", open), "! bad_parameter");
        assert_eq!(Try::input("[]").line("wait", r#"{"signal": "{{ input }}"}"#), "! bad_parameter");
    }
}
