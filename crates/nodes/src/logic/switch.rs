//! `switch`: one of several ways, the first whose case holds. The input passes on.

use std::sync::LazyLock;

use arcstr::{ArcStr, literal};
use model::{Node, NodeSpec, Problem, Value};

use crate::description::{Description, LOGIC};
use crate::params::{Condition, Params};
use crate::{Compile, NodeType, Outcome, Run, Step};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "switch",
        aliases: &[],
        name: "Switch",
        summary: "Passes its input on by the port of the first case that holds; without one by none",
        icon: "signpost",
        schema: r#"{"properties": {
            "cases": {"title": "Cases", "type": "array", "default": [], "items": {"type": "object", "properties": {
                "when": {"title": "When", "type": ["string", "boolean", "number"], "format": "condition",
                    "description": "A condition such as `>= 18` or `input.kind == 'a'`; a number is compared with the input"},
                "output_path": {"title": "Port", "type": "string", "description": "`matched` if it is empty, `default` for the default"},
                "is_default": {"title": "Otherwise", "type": "boolean", "default": false, "description": "Holds always; it stands last"}}}}
        }}"#,
        example: r#"{"name": "Switch example", "nodes": [
            {"id": "status", "type": "number", "position": {"x": 0, "y": 0}, "data": {"value": 404}},
            {"id": "route", "type": "switch", "position": {"x": 240, "y": 0}, "data": {"cases": [
                {"when": "< 400", "output_path": "ok"}, {"when": "input == 404", "output_path": "missing"},
                {"is_default": true, "output_path": "failed"}]}},
            {"id": "ok", "type": "text_input", "position": {"x": 480, "y": 0}, "data": {"text": "fine"}},
            {"id": "missing", "type": "text_input", "position": {"x": 480, "y": 120}, "data": {"text": "not found"}},
            {"id": "failed", "type": "text_input", "position": {"x": 480, "y": 240}, "data": {"text": "broken"}}],
            "edges": [{"id": "e1", "source": "status", "target": "route"},
                {"id": "e2", "source": "route", "sourceHandle": "ok", "target": "ok"},
                {"id": "e3", "source": "route", "sourceHandle": "missing", "target": "missing"},
                {"id": "e4", "source": "route", "sourceHandle": "failed", "target": "failed"}]}"#,
        ..LOGIC
    }
    .spec()
});

pub(super) struct Switch;

enum When {
    Condition(Condition),
    Equals(Value),
}

impl NodeType for Switch {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    /// The ports of its cases, each once.
    fn outputs(&self, node: &Node) -> Vec<ArcStr> {
        let mut ports: Vec<ArcStr> = Vec::new();
        for port in cases(node).iter().map(port) {
            if !ports.contains(&port) {
                ports.push(port);
            }
        }
        if ports.is_empty() { vec![literal!("out")] } else { ports }
    }

    fn has_dynamic_outputs(&self) -> bool {
        true
    }

    fn warnings(&self, node: &Node) -> Vec<Problem> {
        let cases = cases(node);
        let default = cases.iter().position(is_default);
        match default.filter(|at| at + 1 < cases.len()) {
            Some(at) => {
                let message = format!("the cases after cases[{at}] never hold, since it always does");
                let problem = Problem::warning("unreachable_case", message).at_node(&node.id);
                vec![problem.at_path(format!("cases[{at}]")).suggest("move the default to the end")]
            }
            None => Vec::new(),
        }
    }

    fn compile(&self, node: &Node, context: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let mut ways: Vec<(When, u16)> = Vec::new();
        for (at, case) in cases(node).iter().enumerate() {
            let port = port(case);
            let port = context.outputs.iter().position(|known| *known == port);
            let when = compile_case(&mut params, &format!("cases[{at}].when"), case);
            if let (Some(when), Some(port)) = (when, port.and_then(|port| u16::try_from(port).ok())) {
                ways.push((when, port));
            }
        }
        params.done(move |step: &Step<'_>| {
            for (when, port) in &ways {
                let holds = match when {
                    When::Condition(condition) => condition.holds(&step.scope)?,
                    When::Equals(value) => step.input() == value,
                };
                if holds {
                    return Ok(Outcome::port(step.input().clone(), *port));
                }
            }
            Ok(Outcome { output: step.input().clone(), ..Outcome::default() })
        })
    }
}

fn compile_case(params: &mut Params<'_>, path: &str, case: &Value) -> Option<When> {
    if is_default(case) {
        return Some(When::Condition(Condition::Always(true)));
    }
    match case.get("when") {
        None | Some(Value::Null) => {
            params.bad_parameter(path, "the case has no condition");
            None
        }
        Some(number) if number.is_number() => Some(When::Equals(number.clone())),
        Some(when) => {
            let plain = when.as_str().is_some_and(is_word);
            let found = params.condition_at(path, when).map(When::Condition);
            if found.is_none() && plain {
                params.suggest(format!(
                    "to compare with the text, write == {when:?}",
                    when = when.as_str().unwrap_or("")
                ));
            }
            found
        }
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_alphanumeric() || " _-/".contains(letter))
}

fn is_default(case: &Value) -> bool {
    case.get("is_default").and_then(Value::as_bool).unwrap_or(false)
}

fn cases(node: &Node) -> &[Value] {
    node.get("cases").and_then(Value::as_array).unwrap_or_default()
}

fn port(case: &Value) -> ArcStr {
    match case.get("output_path").and_then(Value::as_text).filter(|port| !port.is_empty()) {
        Some(port) => port.clone(),
        None if is_default(case) => literal!("default"),
        None => literal!("matched"),
    }
}

#[cfg(test)]
mod tests {
    use crate::Registry;
    use crate::testing::{check, json, problems, table};
    use model::{Catalog, Graph};

    const CASES: &str = r#"{"cases": [{"when": "> 10", "output_path": "big"}, {"when": 7, "output_path": "seven"},
        {"when": "input.kind == 'a'", "output_path": "big"}, {"when": "default", "is_default": true, "output_path": "rest"}]}"#;

    #[test]
    fn the_first_case_that_holds_decides() {
        let rest = r#"{"kind":"b"} [2]"#;
        table(
            "switch",
            &[(CASES, "11", "11"), (CASES, "7.0", "7.0 [1]"), (CASES, r#"{"kind":"a"}"#, r#"{"kind":"a"}"#)],
        );
        table("switch", &[(CASES, r#"{"kind":"b"}"#, rest), ("{}", "1", "1 []")]);
        table("switch", &[(r#"{"cases": [{"when": false}, {"when": "< 0"}]}"#, "1", "1 []")]);
    }

    #[test]
    fn each_port_is_listed_once() {
        let ports = |data: &str| {
            let graph =
                Graph::from_value(&json(&format!(r#"{{"nodes": [{{"id": "s", "type": "switch", "data": {data}}}]}}"#)));
            Registry::standard().outputs(&graph.expect("a graph").nodes[0])
        };
        assert_eq!(ports(CASES), ["big", "seven", "rest"]);
        assert_eq!(ports("{}"), ["out"]);
        assert_eq!(ports(r#"{"cases": [{"when": "1"}, {"is_default": true}]}"#), ["matched", "default"]);
    }

    #[test]
    fn cases_that_make_no_sense_are_told() {
        assert_eq!(
            problems("switch", r#"{"cases": [{"output_path": "a"}, {"when": "a ="}]}"#),
            ["bad_parameter cases[0].when", "bad_expression cases[1].when"]
        );
        let found = check("switch", r#"{"cases": [{"when": "admin", "output_path": "a"}]}"#);
        assert_eq!(found[0].suggestion.as_deref(), Some(r#"to compare with the text, write == "admin""#));
        let found = check("switch", r#"{"cases": [{"is_default": true}, {"when": "> 1"}]}"#);
        assert_eq!((found.len(), found[0].code), (1, "unreachable_case"));
    }
}
