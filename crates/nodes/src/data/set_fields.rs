//! `set_fields`: an object with some of its fields set, renamed by setting, or removed.

use std::sync::LazyLock;

use arcstr::ArcStr;
use model::expression::{Field, Scope};
use model::{Node, NodeSpec, Problem, Value};

use crate::description::{DATA, Description};
use crate::list::{at_item, scope_of};
use crate::params::{Params, Setting, kind};
use crate::{Compile, NodeType, Outcome, Run, Step, StepError};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "set_fields",
        aliases: &["set", "edit_fields"],
        name: "Set fields",
        summary: "Sets and removes fields of an object; of a list, in each of its objects; what is neither is `not_an_object`",
        icon: "pencil",
        schema: r#"{"properties": {
            "fields": {"title": "Fields", "type": ["object", "array"], "format": "fields", "default": {},
                "items": {"type": "object", "required": ["name"], "properties": {
                    "name": {"title": "Name", "type": "string", "minLength": 1}, "value": {"title": "Value"}}},
                "description": "Names and values; `a.b` sets a field inside of a. Of a list `input` and `item` are the object worked on"},
            "remove": {"title": "Remove", "type": "array", "items": {"type": "string"}, "default": []},
            "include_input": {"title": "Keep the other fields", "type": "boolean", "default": true},
            "dot_notation": {"title": "Dots lead inside", "type": "boolean", "default": true}
        }}"#,
        example: r#"[["order", "sample_data", {"data": {"net": 100, "draft": true}}],
            ["priced", "set_fields", {"fields": {"gross": "{{ input.net * 1.2 }}", "meta.by": "shop"}, "remove": ["draft"]}]]"#,
        ..DATA
    }
    .spec()
});

pub(super) struct SetFields;

impl NodeType for SetFields {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let dots = params.raw("dot_notation").and_then(Value::as_bool).unwrap_or(true);
        let path = |name: &str| -> Vec<ArcStr> {
            if dots { name.split('.').map(ArcStr::from).collect() } else { vec![name.into()] }
        };
        let mut fields = Vec::new();
        for (at, name, value) in named(params.raw("fields")) {
            if let Some(field) = params.field(&at, value) {
                fields.push((path(name), field));
            }
        }
        let removed = params.raw("remove").and_then(Value::as_array).unwrap_or_default();
        let removed = removed.iter().filter_map(Value::as_str).map(path).collect();
        let change = Change { fields, removed, include: params.setting("include_input", true) };
        params.done(move |step: &Step<'_>| change.run(step))
    }
}

/// The fields of either form: where it stands, name, value.
fn named(fields: Option<&Value>) -> Vec<(String, &str, &Value)> {
    static NULL: Value = Value::Null;
    match fields {
        Some(Value::Object(object)) => {
            let entries = object.entries().iter();
            entries.map(|(name, value)| (format!("fields.{name}"), name.as_str(), value)).collect()
        }
        Some(Value::Array(array)) => {
            let entry =
                |(at, entry): (usize, &'_ Value)| (format!("fields[{at}].value"), at, entry.get("name").is_some());
            let items = array.items();
            let kept = items.iter().enumerate().map(entry).filter(|(_, _, has_name)| *has_name);
            kept.filter_map(|(path, at, _)| {
                Some((path, items[at].get("name")?.as_str()?, items[at].get("value").unwrap_or(&NULL)))
            })
            .collect()
        }
        _ => Vec::new(),
    }
}

struct Change {
    fields: Vec<(Vec<ArcStr>, Field)>,
    removed: Vec<Vec<ArcStr>>,
    include: Setting,
}

impl Change {
    fn run(&self, step: &Step<'_>) -> Result<Outcome, StepError> {
        let include = self.include.flag(step)?;
        let output = match step.input() {
            Value::Array(array) => {
                let each = |(index, item): (usize, &Value)| {
                    self.apply(item, &scope_of(step, item, index), include).map_err(at_item(index))
                };
                Value::array(array.items().iter().enumerate().map(each).collect::<Result<_, _>>()?)
            }
            input => self.apply(input, &step.scope, include)?,
        };
        Ok(Outcome::first(output))
    }

    /// The object with the changes, in the order of its keys; the same one if nothing changes.
    fn apply(&self, before: &Value, scope: &Scope<'_>, include: bool) -> Result<Value, StepError> {
        let mut entries = match before {
            Value::Object(object) if include => object.entries().to_vec(),
            Value::Null => Vec::new(),
            _ if !include => Vec::new(),
            other => {
                let message = format!("fields are set in an object or a list of objects, not in {}", kind(other));
                return Err(StepError::new("not_an_object", message));
            }
        };
        let mut changed = !include || before.is_null();
        for (path, field) in &self.fields {
            changed |= set(&mut entries, path, field.evaluate(scope)?);
        }
        for path in &self.removed {
            changed |= remove(&mut entries, path);
        }
        Ok(if changed { Value::object(entries) } else { before.clone() })
    }
}

type Entries = Vec<(ArcStr, Value)>;

/// Sets a value at a path; objects on the way are made where there are none. Answers whether anything changed.
fn set(entries: &mut Entries, path: &[ArcStr], value: Value) -> bool {
    let [key, rest @ ..] = path else { return false };
    let at = entries.iter().position(|(other, _)| other == key);
    let value = match (rest.is_empty(), at) {
        (true, _) => value,
        (false, at) => {
            let inside = at.and_then(|at| entries[at].1.as_object());
            let mut inside = inside.map(|object| object.entries().to_vec()).unwrap_or_default();
            set(&mut inside, rest, value);
            Value::object(inside)
        }
    };
    match at {
        Some(at) => {
            let changed = !entries[at].1.same(&value);
            entries[at].1 = value;
            changed
        }
        None => {
            entries.push((key.clone(), value));
            true
        }
    }
}

fn remove(entries: &mut Entries, path: &[ArcStr]) -> bool {
    let [key, rest @ ..] = path else { return false };
    let Some(at) = entries.iter().position(|(other, _)| other == key) else { return false };
    if rest.is_empty() {
        entries.remove(at);
        return true;
    }
    let Some(object) = entries[at].1.as_object() else { return false };
    let mut inside = object.entries().to_vec();
    let changed = remove(&mut inside, rest);
    if changed {
        entries[at].1 = Value::object(inside);
    }
    changed
}

#[cfg(test)]
mod tests {
    use crate::testing::{Try, problems, table};

    #[test]
    fn fields_are_set_in_place() {
        table(
            "set_fields",
            &[
                (
                    r#"{"fields": {"b": 9, "d": "{{ input.a + 1 }}"}}"#,
                    r#"{"a":1,"b":2,"c":3}"#,
                    r#"{"a":1,"b":9,"c":3,"d":2}"#,
                ),
                (r#"{"fields": [{"name": "a", "value": "x{{ input.a }}"}]}"#, r#"{"a":1}"#, r#"{"a":"x1"}"#),
                (
                    r#"{"fields": {"a.b.c": 1, "a.x": 2}}"#,
                    r#"{"a":{"x":0,"y":0}}"#,
                    r#"{"a":{"x":2,"y":0,"b":{"c":1}}}"#,
                ),
                (r#"{"fields": {"a.b": 1}, "dot_notation": false}"#, "{}", r#"{"a.b":1}"#),
                (r#"{"fields": {"a.b": 1}}"#, r#"{"a":5}"#, r#"{"a":{"b":1}}"#),
                (r#"{"fields": {"n": "{{ input.n * 2 }}"}, "include_input": false}"#, r#"{"n":2,"m":1}"#, r#"{"n":4}"#),
                (r#"{"fields": {"n": "{{ input }}"}, "include_input": false}"#, "7", r#"{"n":7}"#),
                (r#"{"remove": ["a", "b.c", "z.z"]}"#, r#"{"a":1,"b":{"c":1,"d":2}}"#, r#"{"b":{"d":2}}"#),
                (
                    r#"{"fields": {"n": "{{ index }}", "m": "{{ item.m + 1 }}"}}"#,
                    r#"[{"m":1},{"m":2}]"#,
                    r#"[{"m":2,"n":0},{"m":3,"n":1}]"#,
                ),
                (r#"{"fields": {"a": 1}}"#, "null", r#"{"a":1}"#),
                (r#"{"fields": {"a": null}}"#, "{}", r#"{"a":null}"#),
                (r#"{"fields": {"a": 1}}"#, "3", "! not_an_object"),
                (r#"{"fields": {"a": 1}}"#, "[3]", "! not_an_object"),
                (r#"{"fields": {"a": "{{ input.b.c }}"}}"#, "{}", "! TypeError"),
            ],
        );
    }

    #[test]
    fn what_does_not_change_is_shared() {
        let step = Try::input(r#"{"big": [1, 2], "n": 1}"#);
        let output = step.run("set", r#"{"fields": {"n": 2}}"#).expect("it runs").output;
        assert!(output.get("big").expect("kept").same(step.input.get("big").expect("given")));
        assert!(step.run("set", r#"{"fields": {"n": 1}}"#).expect("it runs").output.same(&step.input));
    }

    #[test]
    fn wrong_fields_are_told() {
        assert_eq!(problems("set_fields", r#"{"fields": {"a": {"b": "{{ 1 + }}"}}}"#), ["bad_expression fields.a.b"]);
        assert_eq!(problems("set_fields", r#"{"fields": [{"value": 1}]}"#), ["bad_parameter fields[0].name"]);
    }
}
