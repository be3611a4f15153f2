//! `counter`: counts over the steps of an execution.

use std::sync::LazyLock;

use model::{Node, NodeSpec, Problem, Value};

use super::kept;
use crate::description::{DATA, Description};
use crate::params::Params;
use crate::{Compile, NodeType, Outcome, Run, Step, StepError, number};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "counter",
        aliases: &[],
        name: "Counter",
        summary: "Counts up or down, starts again, or gives the count; counters of one name count together",
        icon: "tally-5",
        schema: r#"{"properties": {
            "counter_op": {"title": "Operation", "enum": ["increment", "decrement", "reset", "get"], "default": "increment"},
            "delta": {"title": "By", "type": "number", "default": 1},
            "initial_value": {"title": "First count", "type": "number", "default": 0, "description": "Where counting begins, and where reset goes back to"},
            "name": {"title": "Name", "type": "string", "default": "default"}
        }, "required": ["counter_op"]}"#,
        example: r#"[["start", "manual", {}], ["one", "counter", {"counter_op": "increment"}], ["two", "counter", {"counter_op": "increment"}]]"#,
        ..DATA
    }
    .spec()
});

pub(super) struct Counter;

impl NodeType for Counter {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let (op, delta) = (params.setting("counter_op", "increment"), params.setting("delta", 1i64));
        let (initial, name) = (params.setting("initial_value", 0i64), params.setting("name", "default"));
        params.done(move |step: &Step<'_>| {
            let key = arcstr::format!("counter/{}", name.text(step)?);
            let first = initial.number(step)?;
            let count = step.state.get(&key).as_ref().and_then(Value::as_f64).unwrap_or(first);
            let count = match op.text(step)?.as_str() {
                "increment" => count + delta.number(step)?,
                "decrement" => count - delta.number(step)?,
                "reset" => first,
                "get" => return Ok(Outcome::first(number::value(count)?)),
                other => return Err(StepError::new("bad_parameter", format!("there is no counter_op {other:?}"))),
            };
            Ok(kept(key, &number::value(count)?))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Try, json, problems};

    #[test]
    fn it_counts() {
        let at = |count: Option<&str>, data: &str| {
            let state = count.map(|count| ("counter/default".to_owned(), json(count))).into_iter().collect();
            let outcome = Try { state, ..Try::default() }.run("counter", data).expect("it runs");
            let writes: Vec<String> =
                outcome.writes.iter().map(|(key, value)| format!("{key}={}", model::json::to_text(value))).collect();
            (model::json::to_text(&outcome.output), writes.join(" "))
        };
        let is = |output: &str, writes: &str| (output.to_owned(), writes.to_owned());
        assert_eq!(at(None, r#"{"counter_op": "increment"}"#), is("1", "counter/default=1"));
        assert_eq!(at(Some("4"), r#"{"counter_op": "increment", "delta": 0.5}"#), is("4.5", "counter/default=4.5"));
        assert_eq!(at(Some("4"), r#"{"counter_op": "decrement", "initial_value": 9}"#), is("3", "counter/default=3"));
        assert_eq!(at(Some("4"), r#"{"counter_op": "reset", "initial_value": 9}"#), is("9", "counter/default=9"));
        assert_eq!(at(Some("4"), r#"{"counter_op": "get"}"#), is("4", ""));
        assert_eq!(at(Some("4"), r#"{"counter_op": "get", "name": "other"}"#), is("0", ""));
        assert_eq!(problems("counter", r#"{"delta": "1"}"#), ["bad_parameter counter_op", "bad_parameter delta"]);
    }
}
