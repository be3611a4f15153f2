//! The one form of a workflow file: keys in the order of the format, two spaces, short lists and objects on one line.
//!
//! What a file means stays: unknown keys, the order of nodes and edges, the order of keys in parameters, and the text of
//! each number.

use anyhow::{Context as _, bail};
use arcstr::ArcStr;
use model::{Object, Value};
use serde_yaml_ng::Value as Yaml;

/// Longest line that a list or an object shares.
const LINE: usize = 120;

const WORKFLOW: &[&str] = &["name", "description", "nodes", "edges", "viewport", "settings", "variables", "tags"];
const NODE: &[&str] = &["id", "type", "position", "parentId", "width", "height", "data"];
const EDGE: &[&str] = &["id", "source", "target", "sourceHandle", "targetHandle"];
const POSITION: &[&str] = &["x", "y"];
/// Keys that stand before a node's parameters, and those that stand behind them.
const BEFORE: &[&str] = &["label", "notes"];
const BEHIND: &[&str] = &["disabled", "retry", "timeout", "on_error", "cache", "pinned"];

/// Applies a change to each workflow of a file: the file itself, its `definition`, or those in `workflows`.
///
/// # Errors
/// The file holds no workflow, or the change refuses one.
pub(super) fn each_workflow(
    document: &Value,
    change: &mut dyn FnMut(&Value) -> anyhow::Result<Value>,
) -> anyhow::Result<Value> {
    let inside = |object: &Object, key: &str, value: Value| {
        let entries = object
            .entries()
            .iter()
            .map(|(known, old)| (known.clone(), if known == key { value.clone() } else { old.clone() }));
        Value::from(Object::new(entries.collect()))
    };
    match document {
        Value::Object(object) if object.get("nodes").is_none() => {
            if let Some(definition @ Value::Object(_)) = object.get("definition") {
                Ok(inside(object, "definition", change(definition)?))
            } else if let Some(list) = object.get("workflows").and_then(Value::as_array) {
                let changed = list.iter().map(change).collect::<anyhow::Result<_>>()?;
                Ok(inside(object, "workflows", Value::array(changed)))
            } else {
                bail!("it is no workflow: it has no nodes")
            }
        }
        Value::Object(_) => change(document),
        _ => bail!("it is no workflow: a workflow is an object with nodes and edges"),
    }
}

/// A workflow with its keys in order, and the names of the parts whose keys were not: `workflow`, `node <id>`, `edge <id>`.
pub(super) fn ordered(workflow: &Value) -> (Value, Vec<String>) {
    let mut moved = Vec::new();
    let Some(object) = workflow.as_object() else { return (workflow.clone(), moved) };
    let whole = sorted(object, WORKFLOW, &[]);
    if !same_order(object, &whole) {
        moved.push("workflow".to_owned());
    }
    let entries = whole.entries().iter().map(|(key, value)| {
        let list = value.as_array().unwrap_or_default();
        let value = match key.as_str() {
            "nodes" => Value::array(list.iter().map(|node| noted(node, "node", node_in_order, &mut moved)).collect()),
            "edges" => Value::array(list.iter().map(|edge| noted(edge, "edge", edge_in_order, &mut moved)).collect()),
            _ => value.clone(),
        };
        (key.clone(), value)
    });
    let entries = entries.collect();
    (Value::from(Object::new(entries)), moved)
}

fn noted(part: &Value, what: &str, order: fn(&Object) -> Value, moved: &mut Vec<String>) -> Value {
    let Some(object) = part.as_object() else { return part.clone() };
    let sorted = order(object);
    if model::json::to_text(&sorted) != model::json::to_text(part) {
        let id = object.get("id").map(model::json::to_text).unwrap_or_default();
        moved.push(format!("{what} {}", id.trim_matches('"')));
    }
    sorted
}

fn edge_in_order(edge: &Object) -> Value {
    Value::from(sorted(edge, EDGE, &[]))
}

fn node_in_order(node: &Object) -> Value {
    let entries = sorted(node, NODE, &[]);
    let entries = entries.entries().iter().map(|(key, value)| {
        let value = match (key.as_str(), value) {
            ("position", Value::Object(position)) => Value::from(sorted(position, POSITION, &[])),
            ("data", Value::Object(data)) => Value::from(sorted(data, BEFORE, BEHIND)),
            _ => value.clone(),
        };
        (key.clone(), value)
    });
    Value::from(Object::new(entries.collect()))
}

/// The entries with some keys first and some last, each in the order of these lists; the others keep theirs.
fn sorted(object: &Object, first: &[&str], last: &[&str]) -> Object {
    let place = |key: &ArcStr| {
        let at = |keys: &[&str]| keys.iter().position(|known| known == key);
        match (at(first), at(last)) {
            (Some(at), _) => (0, at),
            (None, None) => (1, 0),
            (None, Some(at)) => (2, at),
        }
    };
    let mut entries = object.entries().to_vec();
    entries.sort_by_key(|(key, _)| place(key));
    Object::new(entries)
}

fn same_order(one: &Object, other: &Object) -> bool {
    one.entries().iter().map(|(key, _)| key).eq(other.entries().iter().map(|(key, _)| key))
}

/// JSON as people read it, with a newline at its end.
pub(super) fn json_text(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, 0, &mut out);
    out.push('\n');
    out
}

/// Writes a value whose first line begins at `depth` levels and has `taken` bytes beside it.
fn write(value: &Value, depth: usize, taken: usize, out: &mut String) {
    let line = one_line(value, LINE.saturating_sub(depth * 2 + taken));
    match (value, line) {
        (_, Some(line)) => out.push_str(&line),
        (Value::Array(array), None) => {
            let items = array.items().iter().map(|item| (None, item));
            write_lines(('[', ']'), items, depth, out);
        }
        (Value::Object(object), None) => {
            let items = object.entries().iter().map(|(key, item)| (Some(key), item));
            write_lines(('{', '}'), items, depth, out);
        }
        (scalar, None) => out.push_str(&model::json::to_text(scalar)),
    }
}

fn write_lines<'a>(
    brackets: (char, char),
    items: impl ExactSizeIterator<Item = (Option<&'a ArcStr>, &'a Value)>,
    depth: usize,
    out: &mut String,
) {
    let indent = "  ".repeat(depth + 1);
    out.push(brackets.0);
    let last = items.len().saturating_sub(1);
    for (at, (key, item)) in items.enumerate() {
        out.push('\n');
        out.push_str(&indent);
        let key = key.map(|key| quoted(key) + ": ").unwrap_or_default();
        out.push_str(&key);
        write(item, depth + 1, key.len() + 1, out);
        if at < last {
            out.push(',');
        }
    }
    out.push('\n');
    out.push_str(&indent[2..]);
    out.push(brackets.1);
}

/// The value on one line, if that is no longer than `room` and no list or object of the graph's own.
fn one_line(value: &Value, room: usize) -> Option<String> {
    let mut out = String::new();
    push(value, room, &mut out).then_some(out)
}

/// Appends a value; false as soon as the line is too long.
fn push(value: &Value, room: usize, out: &mut String) -> bool {
    match value {
        Value::Array(array) => {
            out.push('[');
            for (at, item) in array.items().iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                if !push(item, room, out) {
                    return false;
                }
            }
            out.push(']');
        }
        Value::Object(object) => {
            out.push('{');
            for (at, (key, item)) in object.entries().iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                out.push_str(&quoted(key));
                out.push_str(": ");
                if !push(item, room, out) {
                    return false;
                }
            }
            out.push('}');
        }
        scalar => out.push_str(&model::json::to_text(scalar)),
    }
    out.len() <= room
}

fn quoted(text: &ArcStr) -> String {
    model::json::to_text(&Value::String(text.clone()))
}

/// YAML in block style.
///
/// # Errors
/// A number has no YAML form.
pub(super) fn yaml_text(value: &Value) -> anyhow::Result<String> {
    Ok(serde_yaml_ng::to_string(&to_yaml(value)?)?)
}

fn to_yaml(value: &Value) -> anyhow::Result<Yaml> {
    Ok(match value {
        Value::Null => Yaml::Null,
        Value::Bool(truth) => Yaml::Bool(*truth),
        Value::Int(int) => Yaml::Number((*int).into()),
        Value::Float(_) | Value::Exact(_) => {
            let number = value.as_f64().filter(|number| number.is_finite());
            Yaml::Number(number.with_context(|| format!("{} is too large", model::json::to_text(value)))?.into())
        }
        Value::String(text) => Yaml::String(text.to_string()),
        Value::Array(array) => Yaml::Sequence(array.items().iter().map(to_yaml).collect::<anyhow::Result<_>>()?),
        Value::Object(object) => {
            let entry = |(key, item): &(ArcStr, Value)| Ok((Yaml::String(key.to_string()), to_yaml(item)?));
            Yaml::Mapping(object.entries().iter().map(entry).collect::<anyhow::Result<_>>()?)
        }
    })
}

/// The line of the first comment in a YAML text, from 1: what stands behind a `#` that can go without a trace.
pub(super) fn yaml_comment(text: &str) -> Option<usize> {
    let read = |text: &str| serde_yaml_ng::from_str::<Yaml>(text).ok();
    let whole = read(text)?;
    let mut start = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let content = line.trim_end_matches(['\n', '\r']);
        for (at, _) in content.match_indices('#') {
            let opens = content[..at].chars().next_back().is_none_or(char::is_whitespace);
            if opens {
                let without = [&text[..start + at], &text[start + content.len()..]].concat();
                if read(&without).is_some_and(|rest| rest == whole) {
                    return Some(number + 1);
                }
            }
        }
        start += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Value {
        model::json::read(text.as_bytes()).expect("JSON")
    }

    #[test]
    fn keys_have_an_order_and_unknown_ones_keep_theirs() {
        let file = read(
            r#"{"zeta": 1, "edges": [{"target": "b", "source": "a", "id": "e", "animated": true}], "nodes": [
                {"data": {"pinned": 1, "b": 1, "a": 2, "retry": {"z": 1, "a": 2}, "label": "L"}, "selected": false, "id": "n"},
                {"id": "ok", "type": "x", "data": {}}], "alpha": 2, "name": "N"}"#,
        );
        let (sorted, moved) = ordered(&file);
        let expected = concat!(
            r#"{"name":"N","nodes":[{"id":"n","data":{"label":"L","b":1,"a":2,"retry":{"z":1,"a":2},"pinned":1},"selected":false},"#,
            r#"{"id":"ok","type":"x","data":{}}],"edges":[{"id":"e","source":"a","target":"b","animated":true}],"zeta":1,"alpha":2}"#
        );
        assert_eq!(model::json::to_text(&sorted), expected);
        assert_eq!(moved, ["workflow", "node n", "edge e"]);
        assert_eq!(ordered(&sorted), (sorted.clone(), Vec::new()));
    }

    #[test]
    fn lines_break_where_they_are_too_long() {
        let long = "x".repeat(100);
        let value = read(&format!(r#"{{"a": [1.10, {{"b": null}}], "{long}": ["{long}", []], "e": {{}}}}"#));
        let expected = format!(
            "{{\n  \"a\": [1.10, {{\"b\": null}}],\n  \"{long}\": [\n    \"{long}\",\n    []\n  ],\n  \"e\": {{}}\n}}\n"
        );
        assert_eq!(json_text(&value), expected);
        assert_eq!(json_text(&read(&expected)), expected);
        for line in json_text(&read(&format!("[{}]", vec!["[1,2]"; 60].join(",")))).lines() {
            assert!(line.len() <= LINE, "{line}");
        }
    }

    #[test]
    fn comments_are_told_from_texts() {
        assert_eq!(yaml_comment("a: 1\nb: 2 # why\n"), Some(2));
        assert_eq!(yaml_comment("# top\na: 1\n"), Some(1));
        assert_eq!(yaml_comment("a: 'x # y'\nb: |\n  # title\n  text # more\nc: x#y\n"), None);
    }

    #[test]
    fn yaml_comes_back_as_it_was() {
        let value = read(
            r##"{"a": "yes", "b": "1.0", "c": "two\nlines # x\n", "d": [1, 2.5, true, null, "~"], "e": {}, "1": "#"}"##,
        );
        let text = yaml_text(&value).expect("YAML");
        let tree: Yaml = serde_yaml_ng::from_str(&text).expect("YAML");
        assert_eq!(to_yaml(&value).expect("YAML"), tree, "{text}");
    }
}
