//! `sub_workflow`: runs another workflow as an execution of its own, and waits for its end or only for its begin.
//!
//! The engine starts the execution under the step's key, after the wait is durable: to start the step again starts no
//! second one, so the step itself does nothing to the world.

use std::sync::LazyLock;

use arcstr::literal;
use model::{Node, NodeSpec, Problem, Status, Value};

use crate::description::{Description, LOGIC};
use crate::params::{Params, Setting};
use crate::people::not_awaited;
use crate::{Child, Compile, NodeType, Outcome, Run, Started, Step, StepError, Wait, Woken};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "sub_workflow",
        aliases: &["subworkflow", "execute_workflow", "call_workflow"],
        name: "Run workflow",
        summary: "Runs another workflow as an execution of its own; its output is that one's output, or its id if it does not wait",
        icon: "workflow",
        schema: r#"{"properties": {
            "workflow": {"title": "Workflow", "type": "string", "minLength": 1, "examples": ["send-invoice"],
                "description": "Its id or name; the published version runs"},
            "input": {"title": "Input", "format": "json", "description": "The step's input if it is absent; texts in it may hold {{ }}"},
            "wait": {"title": "Wait for its end", "type": "boolean", "default": true,
                "description": "Off: goes on as soon as the execution is there, with {execution: its id}"}
        }, "required": ["workflow"]}"#,
        example: r#"[["order", "sample_data", {"data": {"id": 7}}],
            ["invoice", "sub_workflow", {"workflow": "send-invoice", "input": {"order": "{{ input.id }}"}}]]"#,
        ..LOGIC
    }
    .spec()
});

pub(super) struct SubWorkflow;

struct Runs {
    workflow: Setting,
    input: Setting,
    is_awaited: bool,
}

impl NodeType for SubWorkflow {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        params.fixed(&["wait"]);
        let is_awaited = params.raw("wait").and_then(Value::as_bool).unwrap_or(true);
        let (workflow, input) = (params.setting("workflow", Value::EMPTY), params.setting("input", Value::Null));
        params.done(Runs { workflow, input, is_awaited })
    }
}

impl Run for Runs {
    fn start(&self, step: &Step<'_>) -> Result<Started, StepError> {
        let workflow = self.workflow.text(step)?;
        if workflow.is_empty() {
            return Err(StepError::new("bad_parameter", "workflow is empty: it names the workflow to run"));
        }
        let input = if self.input.is_set() { self.input.value(step)? } else { step.input().clone() };
        let child = Child { workflow, input, is_awaited: self.is_awaited };
        Ok(Started::Wait(Wait { child: Some(child), ..Wait::default() }))
    }

    fn wake(&self, _: &Step<'_>, woken: Woken) -> Result<Outcome, StepError> {
        match woken {
            Woken::ChildStarted(execution) => {
                let id = Value::from(execution.to_string());
                Ok(Outcome::first(Value::object(vec![(literal!("execution"), id)])))
            }
            Woken::ChildEnded { status: Status::Succeeded, output, .. } => Ok(Outcome::first(output)),
            Woken::ChildEnded { execution, status, error, .. } => {
                let why = error.map(|(code, message)| format!(": {code}: {message}")).unwrap_or_default();
                let message = format!("the execution {execution} ended as {}{why}", status.as_str());
                Err(StepError::new("child_failed", message))
            }
            other @ (Woken::Time | Woken::Signal(_)) => Err(not_awaited(&other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use model::{ExecutionId, Status, Value};

    use crate::testing::{Try, json, line_of, problems};
    use crate::{Child, Wait, Woken};

    #[test]
    fn it_asks_for_an_execution() {
        let rows = [
            (r#"{"workflow": "bill"}"#, "bill", r#"{"id":7}"#, true),
            (r#"{"workflow": "bill", "wait": true, "input": null}"#, "bill", r#"{"id":7}"#, true),
            (r#"{"workflow": "bill", "wait": false, "input": [1]}"#, "bill", "[1]", false),
            (r#"{"workflow": "bill-{{ input.id }}", "input": {"n": "{{ input.id }}"}}"#, "bill-7", r#"{"n":7}"#, true),
        ];
        for (data, workflow, input, is_awaited) in rows {
            let child = Child { workflow: workflow.into(), input: json(input), is_awaited };
            let wait = Try::input(r#"{"id": 7}"#).wait("call_workflow", data);
            assert_eq!(wait, Wait { child: Some(child), ..Wait::default() }, "{data}");
        }
    }

    #[test]
    fn the_output_is_that_of_the_execution() {
        let wake = |woken: Woken| Try::input("3").wake("sub_workflow", r#"{"workflow": "bill"}"#, woken);
        let execution = ExecutionId(7);
        let ended = |status: Status, error: Option<(&str, &str)>| Woken::ChildEnded {
            execution,
            status,
            output: if status == Status::Succeeded { json("[1]") } else { Value::Null },
            error: error.map(|(code, message)| (code.into(), message.to_owned())),
        };
        assert_eq!(line_of(wake(ended(Status::Succeeded, None))), "[1]");
        assert_eq!(line_of(wake(Woken::ChildStarted(execution))), format!(r#"{{"execution":"{execution}"}}"#));
        let error = wake(ended(Status::Failed, Some(("http_503", "busy")))).expect_err("it fails");
        assert_eq!(error.code, "child_failed");
        assert_eq!(error.message, format!("the execution {execution} ended as failed: http_503: busy"));
        let error = wake(ended(Status::Canceled, None)).expect_err("it fails");
        assert_eq!(error.message, format!("the execution {execution} ended as canceled"));
        assert_eq!(line_of(wake(Woken::Time)), "! not_awaited");
    }

    #[test]
    fn bad_parameters_are_told() {
        assert_eq!(problems("sub_workflow", "{}"), ["bad_parameter workflow"]);
        assert_eq!(problems("sub_workflow", r#"{"workflow": ""}"#), ["bad_parameter workflow"]);
        assert_eq!(problems("sub_workflow", r#"{"workflow": 3}"#), ["bad_parameter workflow"]);
        for bad in [r#""yes""#, r#""{{ input }}""#] {
            let data = format!(r#"{{"workflow": "a", "wait": {bad}}}"#);
            assert_eq!(problems("sub_workflow", &data), ["bad_parameter wait"], "{bad}");
        }
        for input in ["null", r#""""#, "[]"] {
            let line = Try::input(input).line("sub_workflow", r#"{"workflow": "{{ input }}"}"#);
            assert_eq!(line, "! bad_parameter", "{input}");
        }
    }
}
