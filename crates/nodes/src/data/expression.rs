//! `expression`: the value of one JavaScript expression.

use std::sync::LazyLock;

use model::{Node, NodeSpec, Problem};

use crate::description::{DATA, Description};
use crate::params::Params;
use crate::{Compile, NodeType, Outcome, Run, Step};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "expression",
        aliases: &["expr"],
        name: "Expression",
        summary: "Gives the value of a JavaScript expression",
        icon: "square-function",
        schema: r#"{"properties": {
            "expression": {"title": "Expression", "type": "string", "format": "expression", "minLength": 1,
                "examples": ["input.price * 1.2", "({total: input.items.length})"]}
        }, "required": ["expression"]}"#,
        example: r#"[["n", "number", {"value": 20}], ["double", "expression", {"expression": "input * 2"}]]"#,
        ..DATA
    }
    .spec()
});

pub(super) struct Expr;

impl NodeType for Expr {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let expression = params.expression("expression");
        params.done_with(expression, |expression| {
            move |step: &Step<'_>| Ok(Outcome::first(expression.evaluate(&step.scope)?))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Try, problems, table};

    #[test]
    fn it_gives_what_the_expression_says() {
        table(
            "expression",
            &[
                (r#"{"expression": "input.a + 1"}"#, r#"{"a":2}"#, "3"),
                (r#"{"expression": "{{ input.a }}"}"#, r#"{"a":2}"#, "2"),
                (r#"{"expression": "({b: input, c: [1]})"}"#, "2", r#"{"b":2,"c":[1]}"#),
                (r#"{"expression": "input.missing"}"#, "{}", "null"),
                (r#"{"expression": "input.a.b"}"#, "{}", "! TypeError"),
                (r#"{"expression": "1 / input"}"#, "0", "! not_finite"),
            ],
        );
        let step = Try::input("[1]");
        assert!(step.run("expression", r#"{"expression": "input"}"#).expect("it runs").output.same(&step.input));
        assert_eq!(problems("expression", r#"{"expression": "a b"}"#), ["bad_expression expression"]);
        assert_eq!(problems("expression", r#"{"expression": ""}"#), ["bad_parameter expression"]);
    }
}
