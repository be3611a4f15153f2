//! `map`: a list with something made from each of its items.

use std::sync::LazyLock;

use model::expression::Expression;
use model::{Node, NodeSpec, Problem, Value};

use crate::description::{DATA, Description};
use crate::list::{List, at_item, same_or_new, scope_of};
use crate::params::Params;
use crate::path::Path;
use crate::{Compile, NodeType, Outcome, Run, Step, StepError};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "map",
        aliases: &[],
        name: "Map",
        summary: "Makes a list from a list, by an expression for each item or by one of its fields (null where it has none)",
        icon: "list-restart",
        schema: r#"{"properties": {
            "expression": {"title": "Expression", "type": "string", "format": "expression", "examples": ["item * 2", "({id: item.id, at: index})"],
                "description": "`item` (also `input`) is the item, `index` its place. An item for which it fails, fails the step"},
            "field": {"title": "Field", "type": "string", "examples": ["user.name"], "description": "Instead of an expression"},
            "items": {"title": "Items", "format": "expression", "description": "The list, if it is not the input: {{ input.rows }}"}
        }}"#,
        example: r#"[["numbers", "range", {"start": 1, "end": 10, "step": 1}], ["double", "map", {"expression": "item * 2"}]]"#,
        ..DATA
    }
    .spec()
});

pub(super) struct Map;

/// What is made of an item.
pub(super) enum Make {
    Field(Path),
    Expression(Box<Expression>),
}

impl Make {
    /// From the parameters `expression` and `field`; the field goes first, as in files of other editors.
    pub(super) fn compile(params: &mut Params<'_>) -> Option<Self> {
        match params.path("field") {
            Some(path) => Some(Self::Field(path)),
            None => params.expression("expression").map(|expression| Self::Expression(Box::new(expression))),
        }
    }

    pub(super) fn make(&self, step: &Step<'_>, item: &Value, index: usize) -> Result<Value, StepError> {
        match self {
            Self::Field(path) => Ok(path.get(item).cloned().unwrap_or_default()),
            Self::Expression(expression) => {
                let made = expression.evaluate(&scope_of(step, item, index)).map_err(StepError::from);
                made.map_err(at_item(index))
            }
        }
    }
}

impl NodeType for Map {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let (list, make) = (List::new(&mut params), Make::compile(&mut params));
        if params.word("expression").is_none() && params.word("field").is_none() {
            params.bad_parameter("expression", "the node has neither an expression nor a field");
        }
        params.done_with(make, |make| {
            move |step: &Step<'_>| {
                let array = list.read(step)?;
                let items = array.items().iter().enumerate();
                let made = items.map(|(index, item)| make.make(step, item, index)).collect::<Result<Vec<_>, _>>()?;
                Ok(Outcome::first(same_or_new(&array, made)))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Try, problems, table};

    #[test]
    fn something_is_made_of_each_item() {
        table(
            "map",
            &[
                (r#"{"expression": "item * 2"}"#, "[1,2]", "[2,4]"),
                (r#"{"expression": "input + index"}"#, "[1,2]", "[1,3]"),
                (r#"{"expression": "{{ $json.a }}"}"#, r#"[{"a":1},{}]"#, "[1,null]"),
                (r#"{"field": "a.b"}"#, r#"[{"a":{"b":1}},3]"#, "[1,null]"),
                (r#"{"field": "a", "expression": ""}"#, r#"[{"a":1}]"#, "[1]"),
                (r#"{"expression": "item"}"#, "[]", "[]"),
                (r#"{"expression": "item"}"#, "null", "! not_a_list"),
                (r#"{"expression": "item"}"#, r#"{"rows":[1]}"#, "! not_a_list"),
                (r#"{"expression": "item", "items": "{{ input.rows }}"}"#, r#"{"rows":[1]}"#, "[1]"),
                (r#"{"expression": "item", "items": "{{ input.row }}"}"#, r#"{"rows":[1]}"#, "! not_a_list"),
                (r#"{"expression": "item.a.b"}"#, "[{}]", "! TypeError"),
            ],
        );
    }

    #[test]
    fn errors_say_where_and_what_to_do() {
        let error = Try::input(r#"{"rows":[1]}"#).run("map", r#"{"field": "a"}"#).expect_err("no list");
        assert_eq!(error.message, "the input is an object, not a list: set items to {{ input.rows }}");
        let error = Try::input(r#"[{"a":{}},{}]"#).run("mapNode", r#"{"expression": "item.a.b"}"#).expect_err("no a");
        assert!(error.message.starts_with("item 1: "), "{error}");
        assert_eq!(problems("map", "{}"), ["bad_parameter expression"]);
        assert_eq!(problems("map", r#"{"expression": "item ="}"#), ["bad_expression expression"]);
    }
}
