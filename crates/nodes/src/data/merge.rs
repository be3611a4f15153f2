//! `merge`: the lists of several nodes as one, one after the other, by a key, or item by item.

use std::collections::HashMap;
use std::sync::LazyLock;

use arcstr::ArcStr;
use model::{Node, NodeSpec, Object, Problem, Value};

use crate::description::{DATA, Description};
use crate::operands::Operands;
use crate::params::{Params, kind};
use crate::path::Path;
use crate::{Compile, NodeType, Outcome, Run, Step, StepError, text};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "merge",
        aliases: &[],
        name: "Merge",
        summary: "Makes one list of the inputs, in the order of their edges; what is no list counts as a list of one, null as none",
        icon: "git-merge",
        schema: r#"{"properties": {
            "mode": {"title": "How", "enum": ["append", "by_key", "by_position"], "default": "append",
                "description": "One after the other; objects with an equal key as one object; the objects at each place as one. Later fields win"},
            "key": {"title": "Key", "type": "string", "examples": ["id"], "description": "Of by_key. Items without it stand alone"}
        }}"#,
        example: r#"{"name": "Merge example", "nodes": [
            {"id": "names", "type": "sample_data", "position": {"x": 0, "y": 0}, "data": {"data": [{"id": 1, "name": "Ada"}]}},
            {"id": "ages", "type": "sample_data", "position": {"x": 0, "y": 120}, "data": {"data": [{"id": 1, "age": 36}]}},
            {"id": "people", "type": "merge", "position": {"x": 240, "y": 60}, "data": {"mode": "by_key", "key": "id"}}],
            "edges": [{"id": "e1", "source": "names", "target": "people"}, {"id": "e2", "source": "ages", "target": "people"}]}"#,
        ..DATA
    }
    .spec()
});

pub(super) struct Merge;

impl NodeType for Merge {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, context: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let (mode, key) = (params.setting("mode", "append"), params.path("key"));
        if params.word("mode") == Some("by_key") && key.is_none() {
            params.bad_parameter("key", "by_key needs the key that objects are merged by");
        }
        let operands = Operands::new(node, context);
        params.done(move |step: &Step<'_>| {
            let given = operands.read(step);
            let output = match (mode.text(step)?.as_str(), given.as_slice()) {
                ("append", [list @ Value::Array(_)]) => list.clone(),
                ("append", _) => Value::array(given.iter().flat_map(items).collect()),
                ("by_key", _) => by_key(&given, key.as_ref())?,
                ("by_position", _) => by_position(&given)?,
                (mode, _) => return Err(StepError::new("bad_parameter", format!("there is no mode {mode:?}"))),
            };
            Ok(Outcome::first(output))
        })
    }
}

fn items(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(array) => array.items().to_vec(),
        Value::Null => Vec::new(),
        single => vec![single.clone()],
    }
}

type Entries = Vec<(ArcStr, Value)>;

fn entries(item: &Value) -> Result<&[(ArcStr, Value)], StepError> {
    let message = || format!("objects are merged, not {}", kind(item));
    item.as_object().map(Object::entries).ok_or_else(|| StepError::new("not_an_object", message()))
}

fn object(entries: Entries) -> Value {
    Value::from(Object::from_last(entries))
}

fn by_key(given: &[Value], key: Option<&Path>) -> Result<Value, StepError> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut merged: Vec<Entries> = Vec::new();
    for item in given.iter().flat_map(items) {
        let part = key.and_then(|key| key.get(&item)).filter(|part| !part.is_null()).map(text::identity);
        let new = merged.len();
        let at = part.map_or(new, |part| *places.entry(part).or_insert(new));
        if at == new {
            merged.push(Vec::new());
        }
        merged[at].extend_from_slice(entries(&item)?);
    }
    Ok(Value::array(merged.into_iter().map(object).collect()))
}

fn by_position(given: &[Value]) -> Result<Value, StepError> {
    let mut merged: Vec<Entries> = Vec::new();
    for list in given.iter().map(items) {
        for (at, item) in list.iter().enumerate() {
            if at == merged.len() {
                merged.push(Vec::new());
            }
            merged[at].extend_from_slice(entries(item)?);
        }
    }
    Ok(Value::array(merged.into_iter().map(object).collect()))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Try, problems};

    #[test]
    fn inputs_become_one_list() {
        // The edges of the test come in the order b, a.
        let line = |inputs: &str, data: &str| Try::inputs(inputs).line("merge", data);
        assert_eq!(line(r#"{"a": [1, 2], "b": [3]}"#, "{}"), "[3,1,2]");
        assert_eq!(line(r#"{"a": null, "b": {"x": 1}}"#, "{}"), r#"[{"x":1}]"#);
        let by_key = r#"{"mode": "by_key", "key": "id"}"#;
        let inputs =
            r#"{"a": [{"id": 2, "n": 0}, {"m": 1}, {"id": 3}], "b": [{"id": 1}, {"id": 2.0, "n": 9, "k": 1}]}"#;
        assert_eq!(line(inputs, by_key), r#"[{"id":1},{"id":2,"n":0,"k":1},{"m":1},{"id":3}]"#);
        let by_position = r#"{"mode": "by_position"}"#;
        assert_eq!(line(r#"{"a": [{"x": 1}, {"x": 2}], "b": [{"y": 3}]}"#, by_position), r#"[{"y":3,"x":1},{"x":2}]"#);
        assert_eq!(line(r#"{"a": [1], "b": [{}]}"#, by_position), "! not_an_object");
        assert_eq!(Try::input("[1]").line("merge", "{}"), "[1]");
        assert_eq!(problems("merge", r#"{"mode": "by_key"}"#), ["bad_parameter key"]);
    }
}
