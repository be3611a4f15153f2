//! `context_variable` and `context_constant`: values that the expressions of a whole graph read by name. They stand in
//! the graph and run in no execution.

use std::sync::LazyLock;

use arcstr::ArcStr;
use model::{Graph, Node, NodeSpec, Object, Problem, Role, Value};

use crate::description::{DATA, Description};
use crate::params::{Params, kind};
use crate::{Compile, NodeType, Outcome, Run, Step, number, text};

const SCHEMA: &str = r#"{"properties": {
    "context_values": {"title": "Values", "type": "array", "items": {"type": "object", "required": ["name"],
        "properties": {
            "name": {"title": "Name", "type": "string", "minLength": 1},
            "value": {"title": "Value"},
            "type": {"title": "Type", "enum": ["string", "number", "boolean", "time_string", "epoch_second", "epoch_ms", "null", "json", ""],
                "description": "What the value is made into; without one it stays as it is"}
        }}},
    "context_name": {"title": "Name", "type": "string", "deprecated": true, "description": "For one value, instead of the list"},
    "context_value": {"title": "Value", "deprecated": true, "description": "For one value, instead of the list"}
}}"#;

static VARIABLE: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "context_variable",
        aliases: &[],
        name: "Context variable",
        summary: "Gives names to values that every expression of the graph reads as context.<name>; it is no step",
        icon: "variable",
        role: Role::Frame,
        inputs: &[],
        outputs: &[],
        schema: SCHEMA,
        example: r#"{"name": "Context variable example", "nodes": [
            {"id": "rates", "type": "context_variable", "position": {"x": 0, "y": 120},
                "data": {"context_values": [{"name": "vat", "value": "0.2", "type": "number"}]}},
            {"id": "net", "type": "number", "position": {"x": 0, "y": 0}, "data": {"value": 100}},
            {"id": "gross", "type": "expression", "position": {"x": 240, "y": 0}, "data": {"expression": "input * (1 + context.vat)"}}],
            "edges": [{"id": "e1", "source": "net", "target": "gross"}]}"#,
        ..DATA
    }
    .spec()
});

static CONSTANT: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "context_constant",
        aliases: &[],
        name: "Context constant",
        summary: "Gives names to values that every expression of the graph reads as const.<name>; it is no step",
        icon: "lock",
        role: Role::Frame,
        inputs: &[],
        outputs: &[],
        schema: SCHEMA,
        example: r#"{"name": "Context constant example", "nodes": [
            {"id": "limits", "type": "context_constant", "position": {"x": 0, "y": 120},
                "data": {"context_values": [{"name": "max", "value": 50, "type": "number"}]}},
            {"id": "count", "type": "number", "position": {"x": 0, "y": 0}, "data": {"value": 70}},
            {"id": "few", "type": "condition", "position": {"x": 240, "y": 0}, "data": {"condition": "input <= const.max"}}],
            "edges": [{"id": "e1", "source": "count", "target": "few"}]}"#,
        ..DATA
    }
    .spec()
});

pub(super) fn types() -> Vec<Box<dyn NodeType>> {
    vec![Box::new(Context(&VARIABLE)), Box::new(Context(&CONSTANT))]
}

struct Context(&'static LazyLock<NodeSpec>);

impl NodeType for Context {
    fn spec(&self) -> &NodeSpec {
        self.0
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        for (at, entry) in listed(node).iter().enumerate() {
            if let Err(message) = typed(entry) {
                params.bad_parameter(format!("context_values[{at}].value"), message);
            }
        }
        params.done(|step: &Step<'_>| Ok(Outcome::first(step.input().clone())))
    }
}

/// What `context` and `const` are in the expressions of a graph whose types are resolved: the values of its context
/// nodes by name. Of two values with one name the last in the file counts; a value that its type cannot be made from
/// is left out, which validation tells. Disabled nodes give none.
pub fn context_values(graph: &Graph) -> (Value, Value) {
    let of = |id: &str| {
        let nodes = graph.nodes.iter().filter(|node| node.kind == id && !node.is_disabled());
        Value::from(Object::from_last(nodes.flat_map(entries).collect()))
    };
    (of(VARIABLE.id), of(CONSTANT.id))
}

fn entries(node: &Node) -> Vec<(ArcStr, Value)> {
    let name = |entry: &Value, key: &str| entry.get(key).and_then(Value::as_text).cloned();
    let list = listed(node).iter().filter_map(|entry| Some((name(entry, "name")?, typed(entry).ok()?)));
    let mut found: Vec<(ArcStr, Value)> = list.collect();
    if let (true, Some(name)) = (found.is_empty(), name(&node.data, "context_name")) {
        found.push((name, node.get("context_value").cloned().unwrap_or_default()));
    }
    found
}

fn listed(node: &Node) -> &[Value] {
    node.get("context_values").and_then(Value::as_array).unwrap_or_default()
}

/// The value of an entry, made into its type.
fn typed(entry: &Value) -> Result<Value, String> {
    let value = entry.get("value").unwrap_or(&Value::Null);
    let wrong = |wanted: &str| format!("{} ({}) is not {wanted}", model::json::to_text(value), kind(value));
    let number = || number::read(value).ok_or_else(|| wrong("a number"));
    match entry.get("type").and_then(Value::as_str).unwrap_or_default() {
        "string" => Ok(text::of(value).into()),
        "number" if value.is_number() => Ok(value.clone()),
        "number" => Value::number(number()?).ok_or_else(|| wrong("a number")),
        "boolean" => boolean(value).map(Value::Bool).ok_or_else(|| wrong("true or false")),
        "time_string" => {
            let time = value.as_str().filter(|text| text.parse::<jiff::Timestamp>().is_ok());
            time.map(|_| value.clone()).ok_or_else(|| wrong("a time such as 2026-11-21T09:30:00Z"))
        }
        "epoch_second" => instant(number()? * 1000.0).ok_or_else(|| wrong("a time")),
        "epoch_ms" => instant(number()?).ok_or_else(|| wrong("a time")),
        "null" => Ok(Value::Null),
        _ => Ok(value.clone()),
    }
}

fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) => match text.to_lowercase().as_str() {
            "true" | "t" | "1" => Some(true),
            "false" | "f" | "0" => Some(false),
            _ => None,
        },
        other => other.as_f64().map(|number| number != 0.0),
    }
}

/// The text of an instant, in UTC.
fn instant(millis: f64) -> Option<Value> {
    let millis = Value::number(millis.trunc())?.as_i64()?;
    Some(Value::from(jiff::Timestamp::from_millisecond(millis).ok()?.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{json, problems};

    #[test]
    fn a_graph_has_the_values_of_its_context_nodes() {
        let graph = r#"{"nodes": [
            {"id": "1", "type": "context_variable", "data": {"context_values": [
                {"name": "a", "value": "1.5", "type": "number"}, {"name": "b", "value": 0, "type": "boolean"},
                {"name": "c", "value": 3, "type": "string"}, {"name": "d", "value": [1]},
                {"name": "e", "value": 1700000000, "type": "epoch_second"}, {"name": "f", "value": "x", "type": "number"},
                {"name": "g", "value": "x", "type": "null"}, {"name": "h", "value": "1500", "type": "epoch_ms"}]}},
            {"id": "2", "type": "context_variable", "data": {"context_name": "a", "context_value": 2}},
            {"id": "3", "type": "context_variable", "data": {"disabled": true, "context_name": "a", "context_value": 3}},
            {"id": "4", "type": "context_constant", "data": {"context_values": [{"name": "k", "value": "v", "type": "string"}]}}
        ]}"#;
        let (context, constants) = context_values(&Graph::from_value(&json(graph)).expect("a graph"));
        assert_eq!(
            model::json::to_text(&context),
            r#"{"a":2,"b":false,"c":"3","d":[1],"e":"2023-11-14T22:13:20Z","g":null,"h":"1970-01-01T00:00:01.5Z"}"#
        );
        assert_eq!(model::json::to_text(&constants), r#"{"k":"v"}"#);
        let (none, _) = context_values(&Graph::default());
        assert_eq!(model::json::to_text(&none), "{}");
    }

    #[test]
    fn values_that_do_not_fit_are_told() {
        let data = r#"{"context_values": [{"name": "a", "value": "x", "type": "number"}, {"name": "", "value": 1}]}"#;
        let found = problems("context_constant", data);
        assert_eq!(found, ["bad_parameter context_values[1].name", "bad_parameter context_values[0].value"]);
        let data = r#"{"context_values": [{"name": "a", "value": "2026-11-21", "type": "time_string"}]}"#;
        assert_eq!(problems("context_variable", data), ["bad_parameter context_values[0].value"]);
    }
}
