//! `parallel`, `retry`, `timeout`: containers that bound how many of the nodes inside run at a time, how often they
//! begin, and how long they take. Without nodes inside the input passes on.

use model::{Node, NodeSpec, Problem};

use super::container::{CONTAINER, Spec, plain};
use crate::description::Description;
use crate::params::Params;
use crate::{Compile, NodeType, Run};

static PARALLEL: Spec = Spec::new(|| {
    Description {
        id: "parallel",
        aliases: &[],
        name: "Parallel",
        summary: "Runs the branches inside it side by side and gives their values as an object by node; so many steps at a time",
        icon: "layers",
        schema: r#"{"properties": {
            "max_concurrency": {"title": "At a time", "type": "integer", "minimum": 1, "description": "Steps inside that run at once; no bound of its own if it is absent"},
            "timeout": {"title": "At most for", "type": ["string", "number"], "examples": ["30s"],
                "description": "A duration; what still runs then is canceled, and the step fails with timeout"}
        }}"#,
        example: r#"{"name": "Parallel example", "nodes": [
            {"id": "start", "type": "manual", "position": {"x": 0, "y": 60}, "data": {}},
            {"id": "both", "type": "parallel", "position": {"x": 240, "y": 0}, "width": 320, "height": 240, "data": {"max_concurrency": 2, "timeout": "30s"}},
            {"id": "stock", "type": "mock", "parentId": "both", "position": {"x": 40, "y": 40}, "data": {"do": "const", "value": 12}},
            {"id": "price", "type": "mock", "parentId": "both", "position": {"x": 40, "y": 140}, "data": {"do": "const", "value": 3}},
            {"id": "worth", "type": "expression", "position": {"x": 640, "y": 60}, "data": {"expression": "input.stock * input.price"}}],
            "edges": [{"id": "e1", "source": "start", "target": "both"}, {"id": "e2", "source": "both", "target": "worth"}]}"#,
        ..CONTAINER
    }
    .spec()
});

static RETRY: Spec = Spec::new(|| {
    Description {
        id: "retry",
        aliases: &[],
        name: "Retry",
        summary: "Begins the nodes inside it anew after a failure, with a growing delay between the tries",
        icon: "rotate-ccw",
        schema: r#"{"properties": {
            "max_attempts": {"title": "Tries", "type": "integer", "minimum": 1, "default": 3, "description": "In all, the first one too"},
            "backoff_strategy": {"title": "Delay", "enum": ["exponential", "linear", "constant"], "default": "exponential",
                "description": "exponential multiplies it each time, linear adds the first one, constant keeps it"},
            "initial_delay": {"title": "First delay", "type": ["string", "number"], "default": "1s", "description": "A duration"},
            "max_delay": {"title": "Longest delay", "type": ["string", "number"], "default": "1m", "description": "A duration"},
            "multiplier": {"title": "Multiplier", "type": "number", "minimum": 1, "default": 2, "description": "Of exponential"},
            "retry_on_errors": {"title": "Only on", "type": "array", "items": {"type": "string"}, "examples": [["http_503", "timeout"]],
                "description": "Codes of the errors to try again on; all if it is empty"}
        }}"#,
        example: r#"{"name": "Retry example", "nodes": [
            {"id": "start", "type": "manual", "position": {"x": 0, "y": 40}, "data": {}},
            {"id": "tries", "type": "retry", "position": {"x": 240, "y": 0}, "width": 320, "height": 160,
                "data": {"max_attempts": 3, "backoff_strategy": "exponential", "initial_delay": "100ms"}},
            {"id": "call", "type": "mock", "parentId": "tries", "position": {"x": 40, "y": 60}, "data": {"do": "fail_until", "n": 2, "by": "index"}},
            {"id": "end", "type": "no_op", "position": {"x": 640, "y": 40}, "data": {}}],
            "edges": [{"id": "e1", "source": "start", "target": "tries"}, {"id": "e2", "source": "tries", "target": "end"}]}"#,
        ..CONTAINER
    }
    .spec()
});

static TIMEOUT: Spec = Spec::new(|| {
    Description {
        id: "timeout",
        aliases: &["time_limit"],
        name: "Timeout",
        summary: "Ends the nodes inside it when their time is up: with an error, or with the values that are there",
        icon: "timer",
        schema: r#"{"properties": {
            "timeout": {"title": "At most for", "type": ["string", "number"], "examples": ["30s"], "description": "A duration; no bound if it is absent"},
            "timeout_action": {"title": "Then", "enum": ["error", "continue_with_partial"], "default": "error",
                "description": "error fails with timeout, continue_with_partial goes on with the values that are there"}
        }}"#,
        example: r#"{"name": "Timeout example", "nodes": [
            {"id": "start", "type": "manual", "position": {"x": 0, "y": 40}, "data": {}},
            {"id": "limit", "type": "timeout", "position": {"x": 240, "y": 0}, "width": 320, "height": 160, "data": {"timeout": "30s", "timeout_action": "error"}},
            {"id": "call", "type": "mock", "parentId": "limit", "position": {"x": 40, "y": 60}, "data": {"do": "const", "value": "in time"}},
            {"id": "end", "type": "no_op", "position": {"x": 640, "y": 40}, "data": {}}],
            "edges": [{"id": "e1", "source": "start", "target": "limit"}, {"id": "e2", "source": "limit", "target": "end"}]}"#,
        ..CONTAINER
    }
    .spec()
});

pub(super) fn types() -> Vec<Box<dyn NodeType>> {
    vec![
        Box::new(Bound {
            spec: &PARALLEL,
            check: |params| {
                params.fixed(&["max_concurrency"]);
                params.timeout("timeout");
            },
        }),
        Box::new(Bound { spec: &RETRY, check: check_retry }),
        Box::new(Bound {
            spec: &TIMEOUT,
            check: |params| {
                params.fixed(&["timeout_action"]);
                params.timeout("timeout");
            },
        }),
    ]
}

struct Bound {
    spec: &'static Spec,
    /// Tells what is wrong with the parameters beyond what the schema says.
    check: fn(&mut Params<'_>),
}

impl NodeType for Bound {
    fn spec(&self) -> &NodeSpec {
        self.spec
    }

    fn compile(&self, node: &Node, context: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        (self.check)(&mut params);
        plain(params, context)
    }
}

fn check_retry(params: &mut Params<'_>) {
    params.fixed(&["max_attempts", "backoff_strategy", "multiplier", "retry_on_errors"]);
    let (initial, max) = (params.duration("initial_delay"), params.duration("max_delay"));
    if let (Some(initial), Some(max)) = (initial, max)
        && initial > max
    {
        params.bad_parameter("max_delay", "the longest delay is shorter than the first");
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Try, json, problems};

    #[test]
    fn with_nodes_inside_they_open_and_without_any_the_input_passes() {
        for (kind, data) in [
            ("parallelNode", r#"{"max_concurrency": 10}"#),
            ("retryNode", r#"{"max_attempts": 3, "initial_delay": "1s", "retry_on_errors": ["timeout"]}"#),
            ("timeoutNode", r#"{"timeout": "30s", "timeout_action": "continue_with_partial"}"#),
        ] {
            let step = Try::input("[1]");
            let outcome = step.run(kind, data).expect("it passes");
            assert!(outcome.output.same(&step.input) && outcome.ports.as_slice() == [0], "{kind}");
            let inside = Try { has_children: true, ..step };
            assert_eq!(inside.open(kind, data).expect("it opens"), json("null"), "{kind}");
        }
    }

    #[test]
    fn bad_parameters_are_told() {
        let rows = [
            ("parallel", "max_concurrency", r#"0 1.5 "two" "{{n}}""#),
            ("parallel", "timeout", r#"0 -1 true "soon" "{{n}}""#),
            ("timeout", "timeout", r#"0 "0s" [] "5x" "{{n}}""#),
            ("timeout", "timeout_action", r#"3 "stop" "{{n}}""#),
            ("retry", "max_attempts", r#"0 2.5 "x" "{{n}}""#),
            ("retry", "backoff_strategy", r#""fast" "{{n}}""#),
            ("retry", "initial_delay", r#"-1 "later" {} "{{n}}""#),
            ("retry", "max_delay", r#"-1 "later" "{{n}}""#),
            ("retry", "multiplier", r#"0.5 "x" "{{n}}""#),
            ("retry", "retry_on_errors", r#""timeout" ["{{n}}"]"#),
        ];
        for (kind, key, values) in rows {
            for bad in values.split(' ') {
                let data = format!(r#"{{"{key}": {bad}}}"#);
                assert_eq!(problems(kind, &data), [format!("bad_parameter {key}")], "{kind} {data}");
            }
        }
        let shrinks = r#"{"initial_delay": "1m", "max_delay": "30s"}"#;
        assert_eq!(problems("retry", shrinks), ["bad_parameter max_delay"]);
        assert!(problems("retry", r#"{"initial_delay": 0, "max_delay": "0s", "multiplier": 1}"#).is_empty());
    }
}
