//! `stop`, `respond`, `return`: how an execution or the inside of a container ends.

use std::sync::LazyLock;

use model::{Node, NodeSpec, Problem, Role, Value};

use crate::description::{Description, LOGIC};
use crate::params::Params;
use crate::{Compile, NodeType, Outcome, Run, Step, StepError};

static STOP: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "stop",
        aliases: &["stop_with_error", "stop_and_error", "throw"],
        name: "Stop with error",
        summary: "Fails with an error of its own, which is handled like any other",
        icon: "octagon-x",
        schema: r#"{"properties": {
            "message": {"title": "Message", "type": "string", "default": "stopped by the workflow", "examples": ["no order {{ input.id }}"]},
            "code": {"title": "Code", "type": "string", "default": "stopped", "description": "The error's stable name"}
        }}"#,
        example: r#"{"name": "Stop with error example", "nodes": [
            {"id": "total", "type": "number", "position": {"x": 0, "y": 0}, "data": {"value": 40}},
            {"id": "negative", "type": "condition", "position": {"x": 240, "y": 0}, "data": {"condition": "< 0"}},
            {"id": "stop", "type": "stop", "position": {"x": 480, "y": 0}, "data": {"code": "bad_total", "message": "the total is {{ input }}"}}],
            "edges": [{"id": "e1", "source": "total", "target": "negative"},
                {"id": "e2", "source": "negative", "sourceHandle": "true", "target": "stop"}]}"#,
        ..LOGIC
    }
    .spec()
});

static RESPOND: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "respond",
        aliases: &["respond_to_webhook"],
        name: "Respond",
        summary: "Says what the execution's output is, wherever it stands; the steps after it still run",
        icon: "reply",
        role: Role::Respond,
        schema: r#"{"properties": {
            "value": {"title": "Value", "format": "json", "description": "The input if it is absent; texts in it may hold {{ }}"}
        }}"#,
        example: r#"[["start", "manual", {}], ["answer", "respond", {"value": {"echo": "{{ input }}"}}]]"#,
        ..LOGIC
    }
    .spec()
});

static RETURN: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "return",
        aliases: &[],
        name: "Return",
        summary: "Says what the value of its scope is: of the container around it, or of the workflow; nothing stops",
        icon: "corner-down-left",
        role: Role::Return,
        schema: r#"{"properties": {
            "value": {"title": "Value", "format": "json", "description": "The input if it is absent; texts in it may hold {{ }}"}
        }}"#,
        example: r#"[["n", "number", {"value": 20}], ["double", "expression", {"expression": "input * 2"}], ["result", "return", {}]]"#,
        ..LOGIC
    }
    .spec()
});

pub(super) fn types() -> Vec<Box<dyn NodeType>> {
    vec![Box::new(Stop), Box::new(Answer(&RESPOND)), Box::new(Answer(&RETURN))]
}

struct Stop;

impl NodeType for Stop {
    fn spec(&self) -> &NodeSpec {
        &STOP
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let message = params.setting("message", "stopped by the workflow");
        let code = params.setting("code", "stopped");
        params.done(move |step: &Step<'_>| {
            let code = code.text(step)?;
            Err(StepError::new(if code.is_empty() { "stopped".into() } else { code }, message.text(step)?.as_str()))
        })
    }
}

struct Answer(&'static LazyLock<NodeSpec>);

impl NodeType for Answer {
    fn spec(&self) -> &NodeSpec {
        self.0
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let value = params.setting("value", Value::Null);
        params.done(move |step: &Step<'_>| {
            Ok(Outcome::first(if value.is_set() { value.value(step)? } else { step.input().clone() }))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Try, table};

    #[test]
    fn stop_fails_with_its_words() {
        let error =
            Try::input("3").run("stop", r#"{"code": "low", "message": "only {{ input }}"}"#).expect_err("it fails");
        assert_eq!((error.code.as_str(), error.message.as_str()), ("low", "only 3"));
        table("stop", &[("{}", "1", "! stopped"), (r#"{"code": ""}"#, "1", "! stopped")]);
    }

    #[test]
    fn respond_and_return_give_their_value() {
        for kind in ["respond", "return"] {
            table(kind, &[("{}", "[1]", "[1]"), (r#"{"value": {"n": "{{ input }}"}}"#, "1", r#"{"n":1}"#)]);
            let step = Try::input("{}");
            assert!(step.run(kind, "{}").expect("it runs").output.same(&step.input));
        }
    }
}
