//! `manual`: started by a person or a program, with an input that may have to fit a JSON Schema.

use std::sync::LazyLock;

use jsonschema::Validator;
use model::{Category, Node, NodeSpec, Problem, Role, Value};

use crate::check;
use crate::description::{DATA, Description};
use crate::params::Params;
use crate::{Compile, NodeType, Outcome, Run, Step, StepError};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "manual",
        aliases: &["manual_trigger", "trigger", "start"],
        name: "Manual",
        category: Category::Trigger,
        summary: "Starts when a person or a program says so; with a schema the input has to fit it, else `bad_input`",
        icon: "play",
        role: Role::Trigger,
        inputs: &[],
        schema: r#"{"properties": {
            "schema": {"title": "Input schema", "type": ["object", "boolean"], "format": "json-schema",
                "description": "JSON Schema of the input; the form for starting by hand is built from it"}
        }}"#,
        example: r#"[["start", "manual", {"schema": {"type": ["object", "null"], "properties": {"name": {"type": "string"}}}}],
            ["greeting", "expression", {"expression": "`hello ${input?.name ?? 'world'}`"}]]"#,
        ..DATA
    }
    .spec()
});

pub(super) struct Manual;

impl NodeType for Manual {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, context: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let schema = params.raw("schema").filter(|schema| matches!(schema, Value::Object(_) | Value::Bool(_)));
        let validator = schema.and_then(|schema| {
            let compiled = check::compile(schema);
            compiled.map_err(|error| params.bad_parameter("schema", format!("not a JSON Schema: {error}"))).ok()
        });
        params.done(Checked { validator, is_batched: context.is_batched })
    }
}

/// Passes on what fits.
struct Checked {
    validator: Option<Validator>,
    is_batched: bool,
}

impl Run for Checked {
    fn run(&self, step: &Step<'_>) -> Result<Outcome, StepError> {
        let input = step.input();
        match input.as_array() {
            Some(starts) if self.is_batched => starts.iter().try_for_each(|start| self.takes(start))?,
            _ => self.takes(input)?,
        }
        Ok(Outcome::first(input.clone()))
    }

    fn takes(&self, input: &Value) -> Result<(), StepError> {
        let Some(validator) = &self.validator else { return Ok(()) };
        match check::complaints(validator, input).as_slice() {
            [] => Ok(()),
            wrong => Err(StepError::new("bad_input", format!("the input does not fit: {}", wrong.join("; ")))),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Try, problems, table};

    #[test]
    fn the_input_passes_if_it_fits() {
        let schema = r#"{"schema": {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}}"#;
        table("manual", &[("{}", "null", "null"), ("{}", r#"{"a":1}"#, r#"{"a":1}"#)]);
        table("manual", &[(schema, r#"{"n":1}"#, r#"{"n":1}"#), (schema, "null", "! bad_input")]);
        let error = Try::input(r#"{"n":"x"}"#).run("start", schema).expect_err("the input does not fit");
        assert_eq!(error.message, r#"the input does not fit: n: expected a whole number, got "x""#);
    }

    #[test]
    fn a_schema_that_is_none_is_told() {
        assert_eq!(problems("manual", r#"{"schema": {"type": "nonsense"}}"#), ["bad_parameter schema"]);
        assert_eq!(problems("manual", r#"{"schema": 3}"#), ["bad_parameter schema"]);
    }
}
