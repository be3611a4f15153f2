//! `mock`: a stand-in for a call, for trying out graphs. It gives a constant, counts, echoes, fails or chooses ports.

mod python;

use std::sync::LazyLock;

use arcstr::{ArcStr, literal};
use model::{Category, Node, NodeSpec, Problem, Value};

use crate::description::{DATA, Description};
use crate::list::MAX_ITEMS;
use crate::params::Params;
use crate::people::now_ms;
use crate::{Compile, NodeType, Outcome, Ports, Run, Started, Step, StepError, Wait};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "mock",
        aliases: &[],
        name: "Mock",
        category: Category::Other,
        summary: "Stands in for a call while a workflow is tried out: a constant, a count, an echo, a failure, a choice of ports",
        icon: "flask-conical",
        inputs: &[],
        schema: r#"{"properties": {
            "do": {"title": "Does", "default": "echo", "enum": ["const", "inc", "echo", "delay", "collect", "index", "list", "hash",
                "fail", "fail_until", "fail_at", "choose", "choose_until"],
                "description": "echo and delay pass the input on, delay after a while, collect gives all inputs by node, index the last index of the step's address, hash a number from 0 to 999 that differs with its inputs"},
            "value": {"title": "Value", "format": "json", "description": "Of const"},
            "by": {"title": "By", "anyOf": [{"type": "number"}, {"enum": ["attempt", "index"]}],
                "description": "What inc adds (1; what is no number counts as 0), or what fail_until counts (attempt)"},
            "n": {"title": "N", "type": "integer", "description": "Entries of list (3), tries before fail_until succeeds (1), the index of fail_at (0) and choose_until (2)"},
            "ms": {"title": "Milliseconds", "type": "integer", "minimum": 0, "default": 0, "description": "How long delay waits"},
            "salt": {"title": "Salt", "description": "Of hash"},
            "code": {"title": "Error code", "type": "string", "default": "mock_failed"},
            "choose": {"title": "Ports", "type": "array", "items": {"type": "string"}, "description": "What choose chooses; may be none"},
            "then": {"title": "Then", "type": "string", "default": "done", "description": "The port of choose_until from index n on"},
            "else": {"title": "Else", "type": "string", "default": "again", "description": "The port of choose_until before"},
            "ports": {"title": "Output ports", "type": "array", "items": {"type": "string"}, "uniqueItems": true},
            "in_ports": {"title": "Input ports", "type": "array", "items": {"type": "string"}, "uniqueItems": true}
        }}"#,
        example: r#"{"name": "Mock example", "nodes": [
            {"id": "start", "type": "manual", "position": {"x": 0, "y": 0}, "data": {}},
            {"id": "call", "type": "mock", "position": {"x": 240, "y": 0},
                "data": {"do": "const", "value": {"status": 200}, "ports": ["answered", "busy"]}},
            {"id": "status", "type": "expression", "position": {"x": 480, "y": 0}, "data": {"expression": "input.status"}},
            {"id": "later", "type": "no_op", "position": {"x": 480, "y": 120}, "data": {}}],
            "edges": [{"id": "e1", "source": "start", "target": "call"},
                {"id": "e2", "source": "call", "sourceHandle": "answered", "target": "status"},
                {"id": "e3", "source": "call", "sourceHandle": "busy", "target": "later"}]}"#,
        ..DATA
    }
    .spec()
});

/// The types of this file.
pub(crate) fn types() -> Vec<Box<dyn NodeType>> {
    vec![Box::new(Mock)]
}

struct Mock;

enum Act {
    Const(Value),
    Increment(Value),
    Echo,
    /// Waits so many ms, and echoes.
    Delay(i64),
    Collect,
    Index,
    List(usize),
    Hash(Value),
    Fail,
    /// Fails while the attempt, or the index, is below.
    FailUntil {
        below: i64,
        by_index: bool,
    },
    FailAt(i64),
    Choose(Ports),
    ChooseUntil {
        from: i64,
        then: u16,
        before: u16,
    },
}

impl NodeType for Mock {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn outputs(&self, node: &Node) -> Vec<ArcStr> {
        let ports = names(node, "ports");
        if ports.is_empty() { vec![literal!("out")] } else { ports }
    }

    fn has_dynamic_outputs(&self) -> bool {
        true
    }

    fn inputs(&self, node: &Node) -> Vec<ArcStr> {
        names(node, "in_ports")
    }

    fn compile(&self, node: &Node, context: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let act = act(&mut params, node, context.outputs);
        let code: ArcStr = params.word("code").unwrap_or("mock_failed").into();
        params.done(Mocked { act, code })
    }
}

struct Mocked {
    act: Act,
    code: ArcStr,
}

impl Run for Mocked {
    fn start(&self, step: &Step<'_>) -> Result<Started, StepError> {
        if let Act::Delay(ms @ 1..) = self.act {
            return Ok(Started::Wait(Wait { until_ms: Some(now_ms(step).saturating_add(ms)), ..Wait::default() }));
        }
        run(&self.act, &self.code, step).map(Started::Done)
    }
}

fn names(node: &Node, key: &str) -> Vec<ArcStr> {
    let list = node.get(key).and_then(Value::as_array).unwrap_or_default();
    list.iter().filter_map(Value::as_text).cloned().collect()
}

fn act(params: &mut Params<'_>, node: &Node, outputs: &[ArcStr]) -> Act {
    let n = |default: i64| node.get("n").and_then(Value::as_i64).unwrap_or(default);
    let value = |key: &str| node.get(key).cloned().unwrap_or_default();
    match params.word("do").unwrap_or("echo") {
        "const" => Act::Const(value("value")),
        "inc" => Act::Increment(params.raw("by").cloned().unwrap_or(Value::Int(1))),
        "delay" => {
            params.fixed(&["ms"]);
            Act::Delay(node.get("ms").and_then(Value::as_i64).unwrap_or(0))
        }
        "collect" => Act::Collect,
        "index" => Act::Index,
        "list" => {
            let count = usize::try_from(n(3)).unwrap_or(0);
            if count > MAX_ITEMS {
                params.bad_parameter("n", format!("a list has at most {MAX_ITEMS} entries"));
            }
            Act::List(count)
        }
        "hash" => Act::Hash(value("salt")),
        "fail" => Act::Fail,
        "fail_until" => Act::FailUntil { below: n(1), by_index: params.word("by") == Some("index") },
        "fail_at" => Act::FailAt(n(0)),
        "choose" => match params.raw("choose").and_then(Value::as_array) {
            Some(chosen) => {
                let port =
                    |(at, name): (usize, &Value)| port(params, outputs, &format!("choose[{at}]"), name.as_str()?);
                Act::Choose(chosen.iter().enumerate().filter_map(port).collect())
            }
            None => Act::Choose(Ports::from_slice(&[0])),
        },
        "choose_until" => {
            let mut at = |key: &str, default: &'static str| {
                let name = node.get(key).and_then(Value::as_str).unwrap_or(default);
                port(params, outputs, key, name).unwrap_or(0)
            };
            Act::ChooseUntil { from: n(2), then: at("then", "done"), before: at("else", "again") }
        }
        _ => Act::Echo,
    }
}

fn port(params: &mut Params<'_>, outputs: &[ArcStr], path: &str, name: &str) -> Option<u16> {
    let found = outputs.iter().position(|port| port == name).and_then(|at| u16::try_from(at).ok());
    if found.is_none() {
        params.bad_parameter(path, format!("ports does not declare the port {name:?}"));
    }
    found
}

fn run(act: &Act, code: &ArcStr, step: &Step<'_>) -> Result<Outcome, StepError> {
    let index = i64::from(step.index);
    let fail = |when: String| Err(StepError::new(code.clone(), format!("the mock fails {when}")));
    let output = match act {
        Act::Const(value) => value.clone(),
        Act::Increment(by) => python::add(step.input(), by),
        Act::Collect => step.inputs(),
        Act::Index => Value::Int(index),
        Act::List(count) => Value::array((0..*count).map(Value::from).collect()),
        Act::Hash(salt) => {
            let parts = Value::array(vec![step.input().clone(), step.inputs(), salt.clone()]);
            Value::Int(i64::from(python::crc32(python::dumps(&parts).as_bytes()) % 1000))
        }
        Act::Fail => return fail("always".into()),
        Act::FailUntil { below, by_index } => {
            let count = if *by_index { index } else { i64::from(step.attempt) };
            if count < *below {
                return fail(format!("{} more times", below - count));
            }
            step.input().clone()
        }
        Act::FailAt(at) if index == *at => return fail(format!("at index {at}")),
        Act::Choose(ports) => {
            return Ok(Outcome { output: step.input().clone(), ports: ports.clone(), ..Outcome::default() });
        }
        Act::ChooseUntil { from, then, before } => {
            return Ok(Outcome::port(step.input().clone(), if index >= *from { *then } else { *before }));
        }
        Act::FailAt(_) | Act::Echo | Act::Delay(_) => step.input().clone(),
    };
    Ok(Outcome::first(output))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Try, problems, table};
    use crate::{Wait, Woken};

    #[test]
    fn it_does_what_it_is_told() {
        table(
            "mock",
            &[
                ("{}", "3", "3"),
                (r#"{"do": "delay"}"#, "3", "3"),
                (r#"{"do": "const", "value": "{{ x }}"}"#, "3", r#""{{ x }}""#),
                (r#"{"do": "inc"}"#, "3", "4"),
                (r#"{"do": "inc", "by": 0.5}"#, "3", "3.5"),
                (r#"{"do": "inc"}"#, "true", "1"),
                (r#"{"do": "inc"}"#, "9223372036854775807", "9223372036854775808"),
                (r#"{"do": "list"}"#, "3", "[0,1,2]"),
                (r#"{"do": "list", "n": 0}"#, "3", "[]"),
                (r#"{"do": "index"}"#, "3", "0"),
                (r#"{"do": "fail"}"#, "3", "! mock_failed"),
                (r#"{"do": "fail", "code": "http_500"}"#, "3", "! http_500"),
                (r#"{"do": "fail_until"}"#, "3", "! mock_failed"),
                (r#"{"do": "fail_at"}"#, "3", "! mock_failed"),
                (r#"{"do": "fail_at", "n": 1}"#, "3", "3"),
                (r#"{"do": "choose", "choose": []}"#, "3", "3 []"),
                (r#"{"do": "choose", "ports": ["x", "y", "z"], "choose": ["z", "x"]}"#, "3", "3 [2, 0]"),
                (r#"{"do": "choose", "ports": ["x", "y"]}"#, "3", "3"),
                (r#"{"do": "choose_until", "ports": ["again", "done"]}"#, "3", "3"),
                (r#"{"do": "choose_until", "ports": ["again", "done"], "n": 0}"#, "3", "3 [1]"),
            ],
        );
    }

    #[test]
    fn it_waits_if_it_is_told_how_long() {
        let step = Try { now: 1_000.0, ..Try::input("[3]") };
        for (ms, until) in [(1, 1_001), (250, 1_250)] {
            let wait = step.wait("mock", &format!(r#"{{"do": "delay", "ms": {ms}}}"#));
            assert_eq!(wait, Wait { until_ms: Some(until), ..Wait::default() });
        }
        let outcome = step.wake("mock", r#"{"do": "delay", "ms": 250}"#, Woken::Time).expect("it goes on");
        assert!(outcome.output.same(&step.input));
        table("mock", &[(r#"{"do": "delay", "ms": 0}"#, "3", "3"), (r#"{"do": "echo", "ms": 9}"#, "3", "3")]);
        for bad in ["-1", "0.5", r#""1s""#, r#""{{ input }}""#] {
            assert_eq!(problems("mock", &format!(r#"{{"do": "delay", "ms": {bad}}}"#)), ["bad_parameter ms"], "{bad}");
        }
    }

    #[test]
    fn it_counts_attempts_and_indices() {
        let line = |data: &str, index: u32, attempt: u32| Try { index, attempt, ..Try::input("3") }.line("mock", data);
        let by_attempt = r#"{"do": "fail_until", "n": 2}"#;
        assert_eq!([line(by_attempt, 9, 1), line(by_attempt, 0, 2)], ["! mock_failed", "3"]);
        let by_index = r#"{"do": "fail_until", "n": 2, "by": "index"}"#;
        assert_eq!([line(by_index, 1, 9), line(by_index, 2, 0)], ["! mock_failed", "3"]);
        assert_eq!(line(r#"{"do": "index"}"#, 4, 0), "4");
        assert_eq!(line(r#"{"do": "choose_until", "n": 3, "then": "b", "else": "a", "ports": ["b", "a"]}"#, 3, 0), "3");
    }

    #[test]
    fn all_inputs_are_collected_and_hashed() {
        let step = Try::inputs(r#"{"a": 1, "b": "é\u0001😀"}"#);
        assert_eq!(step.line("mock", r#"{"do": "collect"}"#), model::json::to_text(&step.inputs));
        assert_eq!(step.line("mock", r#"{"do": "hash", "salt": 3}"#), "904");
        assert_eq!(Try::input("2").line("mock", r#"{"do": "hash"}"#), "528");
    }

    #[test]
    fn undeclared_ports_are_told() {
        assert_eq!(problems("mock", r#"{"do": "choose", "choose": ["x"]}"#), ["bad_parameter choose[0]"]);
        assert_eq!(problems("mock", r#"{"do": "choose_until"}"#), ["bad_parameter then", "bad_parameter else"]);
        assert_eq!(problems("mock", r#"{"do": "sleep"}"#), ["bad_parameter do"]);
    }
}
