//! `reduce`: one value from a list, item by item.

use std::sync::LazyLock;

use model::expression::{CompileError, Expression, Scope};
use model::{Node, NodeSpec, Problem};

use crate::description::{DATA, Description};
use crate::list::{List, at_item, scope_of};
use crate::params::{Params, bare};
use crate::{Compile, NodeType, Outcome, Run, Step, StepError};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "reduce",
        aliases: &["fold"],
        name: "Reduce",
        summary: "Makes one value of a list: an expression takes the value so far and the next item; of no items, the first value",
        icon: "sigma",
        schema: r#"{"properties": {
            "expression": {"title": "Expression", "type": "string", "format": "expression", "minLength": 1, "examples": ["accumulator + item.price"],
                "description": "`accumulator` (also `acc` and `input`) is the value so far, `item` the item, `index` its place"},
            "initial_value": {"title": "First value", "default": 0, "format": "json"},
            "items": {"title": "Items", "format": "expression", "description": "The list, if it is not the input: {{ input.rows }}"}
        }, "required": ["expression"]}"#,
        example: r#"[["numbers", "range", {"start": 1, "end": 4}], ["sum", "reduce", {"expression": "accumulator + item", "initial_value": 0}]]"#,
        ..DATA
    }
    .spec()
});

pub(super) struct Reduce;

impl NodeType for Reduce {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let (list, initial) = (List::new(&mut params), params.setting("initial_value", 0i64));
        let expression = params.word("expression").and_then(|source| match compile(bare(source)) {
            Ok(expression) => Some(expression),
            Err(error) => {
                params.bad_expression("expression", &error);
                None
            }
        });
        params.done_with(expression, |expression| {
            move |step: &Step<'_>| {
                let array = list.read(step)?;
                let mut value = initial.value(step)?;
                for (index, item) in array.items().iter().enumerate() {
                    let scope = Scope { input: &value, ..scope_of(step, item, index) };
                    let next = expression.evaluate(&scope).map_err(StepError::from);
                    value = next.map_err(at_item(index))?;
                }
                Ok(Outcome::first(value))
            }
        })
    }
}

/// Compiles with the value so far as `input`; an expression that calls it `accumulator` or `acc` gets it by that name.
fn compile(source: &str) -> Result<Expression, CompileError> {
    let plain = Expression::compile(source);
    let named = |name: &str| Expression::compile(&format!("[input].map(({name}) => (\n{source}\n))[0]"));
    let named =
        ["accumulator", "acc"].into_iter().filter(|name| source.contains(name)).find_map(|name| named(name).ok());
    plain.or_else(|error| named.ok_or(error))
}

#[cfg(test)]
mod tests {
    use crate::testing::{problems, table};

    #[test]
    fn a_list_becomes_one_value() {
        table(
            "reduce",
            &[
                (r#"{"expression": "accumulator + item"}"#, "[1,2,3]", "6"),
                (r#"{"expression": "{{ acc * item }}", "initial_value": 1}"#, "[2,3]", "6"),
                (r#"{"expression": "input + item * index"}"#, "[5,6,7]", "20"),
                (
                    r#"{"expression": "({...accumulator, [item]: index})", "initial_value": {}}"#,
                    r#"["a","b"]"#,
                    r#"{"a":0,"b":1}"#,
                ),
                (
                    r#"{"expression": "accumulator.concat([item.n]) // all", "initial_value": []}"#,
                    r#"[{"n":1}]"#,
                    "[1]",
                ),
                (r#"{"expression": "accumulator", "initial_value": "{{ input.length }}"}"#, "[]", "0"),
                (r#"{"expression": "accumulator"}"#, "3", "! not_a_list"),
                (r#"{"expression": "accumulator.a.b"}"#, "[1]", "! TypeError"),
            ],
        );
        assert_eq!(problems("reduce", r#"{"expression": "total + item"}"#), ["bad_expression expression"]);
    }
}
