//! `extract`: one field of the input, or some of them.

use std::sync::LazyLock;

use model::{Node, NodeSpec, Object, Problem, Value};

use crate::description::{DATA, Description};
use crate::params::{Params, kind};
use crate::path::Path;
use crate::{Compile, NodeType, Outcome, Run, Step, StepError};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "extract",
        aliases: &["get_field", "pick"],
        name: "Extract",
        summary: "Gives one field of an object, else `no_such_field`; or an object of some of its fields, those that it has",
        icon: "pipette",
        schema: r#"{"properties": {
            "field": {"title": "Field", "type": "string", "examples": ["user.email"],
                "description": "What is neither object nor list counts as {value: it}"},
            "fields": {"title": "Several fields", "type": "array", "items": {"type": "string"}, "description": "Instead of one"},
            "default": {"title": "Where it is missing", "description": "What to give instead of failing"}
        }}"#,
        example: r#"[["reply", "sample_data", {"data": {"status": 200, "body": {"user": {"email": "ada@example.org"}}}}],
            ["email", "extract", {"field": "body.user.email"}]]"#,
        ..DATA
    }
    .spec()
});

pub(super) struct Extract;

impl NodeType for Extract {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let default = params.setting("default", Value::Null);
        let has_default = node.get("default").is_some();
        let one = params.path("field");
        let several = params.raw("fields").and_then(Value::as_array).unwrap_or_default();
        let several: Vec<Path> = several.iter().filter_map(Value::as_str).map(Path::new).collect();
        if one.is_none() && several.is_empty() {
            params.bad_parameter("field", "the node names no field");
        }
        params.done(move |step: &Step<'_>| {
            let input = step.input();
            let Some(path) = &one else {
                let found = several.iter().filter_map(|path| Some((path.as_text().clone(), path.get(input)?.clone())));
                return match input {
                    Value::Object(_) | Value::Array(_) => Ok(Outcome::first(Object::from_last(found.collect()).into())),
                    other => Err(StepError::new(
                        "not_an_object",
                        format!("fields are taken of an object, not of {}", kind(other)),
                    )),
                };
            };
            let scalar = !matches!(input, Value::Object(_) | Value::Array(_));
            let found = if scalar && path.as_text() == "value" { Some(input) } else { path.get(input) };
            match found {
                Some(value) => Ok(Outcome::first(value.clone())),
                None if has_default => Ok(Outcome::first(default.value(step)?)),
                None => Err(missing(path, input)),
            }
        })
    }
}

/// Names what there is, for whoever mistyped.
fn missing(path: &Path, input: &Value) -> StepError {
    let Some(object) = input.as_object() else {
        return StepError::new("no_such_field", format!("there is no field {:?} in {}", path.as_text(), kind(input)));
    };
    let mut known: Vec<&str> = object.keys().take(10).map(|key| key.as_str()).collect();
    if object.len() > known.len() {
        known.push("…");
    }
    let message = format!("there is no field {:?}: the input has {}", path.as_text(), known.join(", "));
    StepError::new("no_such_field", message)
}

#[cfg(test)]
mod tests {
    use crate::testing::{Try, problems, table};

    #[test]
    fn fields_are_taken() {
        table(
            "extract",
            &[
                (r#"{"field": "a.b"}"#, r#"{"a":{"b":[1]}}"#, "[1]"),
                (r#"{"field": "a.b"}"#, r#"{"a.b":2}"#, "2"),
                (r#"{"field": "[1].n"}"#, r#"[0,{"n":3}]"#, "3"),
                (r#"{"field": "a"}"#, r#"{"a":null}"#, "null"),
                (r#"{"field": "b"}"#, r#"{"a":null}"#, "! no_such_field"),
                (r#"{"field": "b", "default": "{{ input.a }}"}"#, r#"{"a":7}"#, "7"),
                (r#"{"field": "b", "default": null}"#, "{}", "null"),
                (r#"{"field": "value"}"#, "25", "25"),
                (r#"{"field": "a"}"#, "25", "! no_such_field"),
                (r#"{"field": "a"}"#, "null", "! no_such_field"),
                (
                    r#"{"fields": ["c", "a", "x", "d.e"]}"#,
                    r#"{"a":1,"b":2,"c":3,"d":{"e":4}}"#,
                    r#"{"c":3,"a":1,"d.e":4}"#,
                ),
                (r#"{"fields": ["a"]}"#, "3", "! not_an_object"),
            ],
        );
        let error =
            Try::input(r#"{"alpha": 1, "beta": 2}"#).run("extract", r#"{"field": "alpa"}"#).expect_err("missing");
        assert_eq!(error.message, r#"there is no field "alpa": the input has alpha, beta"#);
        assert_eq!(problems("extract", "{}"), ["bad_parameter field"]);
    }
}
