//! `try_catch`: a failure inside it is data. Without nodes inside it looks at errors that have become data already.

use arcstr::{ArcStr, literal};
use model::{Node, NodeSpec, Problem, Value};

use super::container::{CONTAINER, Spec, plain};
use crate::description::Description;
use crate::params::Params;
use crate::{Compile, NodeType, Outcome, Run, Step, StepError};

static SPEC: Spec = Spec::new(|| {
    Description {
        id: "try_catch",
        aliases: &["try"],
        name: "Try",
        summary: "Catches a failure of the nodes inside it: it leaves by `error`, or goes on as a fallback value or as data where no edge leads from there",
        icon: "shield-check",
        outputs: &["success", "error"],
        schema: r#"{"properties": {
            "fallback_value": {"title": "Fallback value", "format": "json",
                "description": "What goes on instead of the error, where no edge takes that; fixed data"},
            "continue_on_error": {"title": "Go on", "type": "boolean", "default": true,
                "description": "Off: a failure that no edge takes is not caught"},
            "error_output_path": {"title": "Port of errors", "type": "string", "minLength": 1, "default": "error"}
        }}"#,
        example: r#"{"name": "Try example", "nodes": [
            {"id": "start", "type": "manual", "position": {"x": 0, "y": 40}, "data": {}},
            {"id": "try", "type": "try_catch", "position": {"x": 240, "y": 0}, "width": 320, "height": 160, "data": {}},
            {"id": "call", "type": "mock", "parentId": "try", "position": {"x": 40, "y": 60}, "data": {"do": "fail", "code": "http_503"}},
            {"id": "went_well", "type": "no_op", "position": {"x": 640, "y": 0}, "data": {}},
            {"id": "went_wrong", "type": "expression", "position": {"x": 640, "y": 120}, "data": {"expression": "input.error.code"}}],
            "edges": [{"id": "e1", "source": "start", "target": "try"},
                {"id": "e2", "source": "try", "sourceHandle": "success", "target": "went_well"},
                {"id": "e3", "source": "try", "sourceHandle": "error", "target": "went_wrong"}]}"#,
        ..CONTAINER
    }
    .spec()
});

pub(super) struct TryCatch;

impl NodeType for TryCatch {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    /// What went well, and the port of errors under the name that the node gives it.
    fn outputs(&self, node: &Node) -> Vec<ArcStr> {
        let named = node.get("error_output_path").and_then(Value::as_text).filter(|port| !port.is_empty());
        vec![literal!("success"), named.cloned().unwrap_or(literal!("error"))]
    }

    fn has_dynamic_outputs(&self) -> bool {
        true
    }

    fn compile(&self, node: &Node, context: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        params.fixed(&["fallback_value", "continue_on_error", "error_output_path"]);
        if params.word("error_output_path") == Some("success") {
            params.bad_parameter("error_output_path", "success is the port of what went well");
        }
        if context.has_children {
            return plain(params, context);
        }
        let fallback = params.raw("fallback_value").cloned();
        let goes_on = params.raw("continue_on_error").and_then(Value::as_bool).unwrap_or(true);
        params.done(move |step: &Step<'_>| match (error_in(step.input()), &fallback) {
            (Some(error), _) if !goes_on => Err(again(error)),
            (Some(_), Some(fallback)) => Ok(Outcome::first(fallback.clone())),
            _ => Ok(Outcome::first(step.input().clone())),
        })
    }
}

/// The error of a step that failed and went on: `{error: …}`.
fn error_in(value: &Value) -> Option<&Value> {
    value.get("error").filter(|error| !error.is_null())
}

/// Fails with an error that was data.
fn again(error: &Value) -> StepError {
    let text = |key: &str| error.get(key).and_then(Value::as_str);
    let message = text("message").or_else(|| error.as_str()).unwrap_or("the step before failed");
    StepError::new(text("code").unwrap_or("caught_error"), message)
}

#[cfg(test)]
mod tests {
    use crate::Registry;
    use crate::testing::{Try, json, problems, table};
    use model::{Catalog, Graph};

    #[test]
    fn with_nodes_inside_it_opens() {
        let inside = Try { has_children: true, ..Try::input("3") };
        let opened = inside.open("tryCatchNode", r#"{"fallback_value": 0, "continue_on_error": false}"#);
        assert_eq!(opened.expect("it opens"), json("null"));
    }

    #[test]
    fn without_nodes_inside_it_looks_at_errors_that_are_data() {
        let error = r#"{"error":{"code":"http_503","message":"busy"}}"#;
        let stops = r#"{"continue_on_error": false, "fallback_value": 0}"#;
        table(
            "try_catch",
            &[
                ("{}", "3", "3"),
                ("{}", error, error),
                (r#"{"fallback_value": [0]}"#, "3", "3"),
                (r#"{"fallback_value": [0]}"#, error, "[0]"),
                (r#"{"fallback_value": [0]}"#, r#"{"error":null}"#, r#"{"error":null}"#),
                (stops, error, "! http_503"),
                (stops, r#"{"error":"busy"}"#, "! caught_error"),
                (stops, r#"{"rows":1}"#, r#"{"rows":1}"#),
            ],
        );
        let failed = Try::input(error).run("try_catch", stops).expect_err("it fails");
        assert_eq!(failed.message, "busy");
    }

    #[test]
    fn the_port_of_errors_may_have_a_name() {
        let ports = |data: &str| {
            let graph = json(&format!(r#"{{"nodes": [{{"id": "t", "type": "try_catch", "data": {data}}}]}}"#));
            Registry::standard().outputs(&Graph::from_value(&graph).expect("a graph").nodes[0])
        };
        assert_eq!(ports("{}"), ["success", "error"]);
        assert_eq!(ports(r#"{"error_output_path": "failed"}"#), ["success", "failed"]);
    }

    #[test]
    fn bad_parameters_are_told() {
        let rows = [
            (r#"{"error_output_path": "success"}"#, "error_output_path"),
            (r#"{"error_output_path": 3}"#, "error_output_path"),
            (r#"{"continue_on_error": "yes"}"#, "continue_on_error"),
            (r#"{"continue_on_error": "{{ input }}"}"#, "continue_on_error"),
            (r#"{"fallback_value": {"n": ["{{ input }}"]}}"#, "fallback_value"),
        ];
        for (data, key) in rows {
            assert_eq!(problems("try_catch", data), [format!("bad_parameter {key}")], "{data}");
        }
    }
}
