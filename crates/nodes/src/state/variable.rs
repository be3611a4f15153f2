//! `variable`: sets a value by name, or gets it.

use std::sync::LazyLock;

use model::expression::Name;
use model::{Node, NodeSpec, Problem, Value};

use super::kept;
use crate::description::{DATA, Description};
use crate::params::Params;
use crate::{Compile, NodeType, Outcome, Run, Step, StepError};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "variable",
        aliases: &["var"],
        name: "Variable",
        summary: "Sets a variable of the execution to its input, or gets one; one that nothing has set is `no_such_variable`",
        icon: "variable",
        schema: r#"{"properties": {
            "var_name": {"title": "Name", "type": "string", "minLength": 1},
            "var_op": {"title": "Operation", "enum": ["set", "get"], "default": "get"},
            "value": {"title": "Value", "format": "json", "description": "What set sets; the input if it is absent"},
            "default": {"title": "Where it is not set", "description": "What get gives instead of failing"},
            "scope": {"title": "Lives", "enum": ["execution"], "default": "execution"}
        }, "required": ["var_name", "var_op"]}"#,
        example: r#"[["n", "number", {"value": 5}], ["keep", "variable", {"var_name": "n", "var_op": "set"}],
            ["other", "number", {"value": 1}], ["again", "variable", {"var_name": "n", "var_op": "get"}]]"#,
        ..DATA
    }
    .spec()
});

pub(super) struct Variable;

impl NodeType for Variable {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let (name, op) = (params.setting("var_name", ""), params.setting("var_op", "get"));
        let (value, default) = (params.setting("value", Value::Null), params.setting("default", Value::Null));
        let has_default = node.get("default").is_some();
        params.done(move |step: &Step<'_>| {
            let name = name.text(step)?;
            let key = arcstr::format!("variable/{name}");
            match op.text(step)?.as_str() {
                "set" if value.is_set() => Ok(kept(key, &value.value(step)?)),
                "set" => Ok(kept(key, step.input())),
                "get" => {
                    let of_graph = |from: Name| step.scope.names.get(from)?.get(&name).cloned();
                    let found =
                        step.state.get(&key).or_else(|| of_graph(Name::Vars)).or_else(|| of_graph(Name::Context));
                    match found {
                        Some(value) => Ok(Outcome::first(value)),
                        None if has_default => Ok(Outcome::first(default.value(step)?)),
                        None => {
                            Err(StepError::new("no_such_variable", format!("nothing has set the variable {name:?}")))
                        }
                    }
                }
                other => Err(StepError::new("bad_parameter", format!("var_op is set or get, not {other:?}"))),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Try, json, problems, table};

    #[test]
    fn a_variable_is_set_and_got() {
        let step = Try::input("[1]");
        let set = step.run("variable", r#"{"var_name": "a", "var_op": "set"}"#).expect("it runs");
        assert!(set.output.same(&step.input));
        assert_eq!(set.writes.len(), 1);
        assert_eq!(set.writes[0].0, "variable/a");
        assert!(set.writes[0].1.same(&step.input));
        let set = step
            .run("variable", r#"{"var_name": "a", "var_op": "set", "value": "{{ input[0] + 1 }}"}"#)
            .expect("it runs");
        assert_eq!(set.writes[0].1, json("2"));

        let step = Try { state: [("variable/a".to_owned(), json("null"))].into(), ..Try::input("9") };
        assert_eq!(step.line("variable", r#"{"var_name": "a", "var_op": "get", "default": 3}"#), "null");
        table(
            "variable",
            &[
                (r#"{"var_name": "b", "var_op": "get", "default": "{{ input }}"}"#, "9", "9"),
                (r#"{"var_name": "b", "var_op": "get"}"#, "9", "! no_such_variable"),
                (r#"{"var_name": "limit", "var_op": "get"}"#, "9", "5"),
            ],
        );
        let found = problems("variable", r#"{"var_op": "put", "scope": "world"}"#);
        assert_eq!(found, ["bad_parameter var_name", "bad_parameter scope", "bad_parameter var_op"]);
    }
}
