//! `find` and `partition`: items of a list by a condition.

use std::sync::LazyLock;

use arcstr::literal;
use model::{Node, NodeSpec, Problem, Value};

use crate::description::{DATA, Description};
use crate::list::{List, at_item, scope_of};
use crate::params::Params;
use crate::{Compile, NodeType, Outcome, Run, Step};

static FIND: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "find",
        aliases: &[],
        name: "Find",
        summary: "Gives the first item for which the condition holds, else null; or its place, else -1",
        icon: "search",
        schema: r#"{"properties": {
            "condition": {"title": "Condition", "type": ["string", "boolean"], "format": "condition", "examples": ["item.id == 7"],
                "description": "`item` (also `input`) is the item, `index` its place. An item for which it fails, fails the step"},
            "return_index": {"title": "Give its place", "type": "boolean", "default": false},
            "items": {"title": "Items", "format": "expression", "description": "The list, if it is not the input: {{ input.rows }}"}
        }, "required": ["condition"]}"#,
        example: r#"[["numbers", "range", {"start": 1, "end": 10}], ["first", "find", {"condition": "item % 4 == 0"}]]"#,
        ..DATA
    }
    .spec()
});

static PARTITION: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "partition",
        aliases: &[],
        name: "Partition",
        summary: "Parts a list in two: {passed, failed}, the items for which the condition holds and the others",
        icon: "columns-2",
        schema: r#"{"properties": {
            "condition": {"title": "Condition", "type": ["string", "boolean"], "format": "condition", "examples": ["item.paid"],
                "description": "`item` (also `input`) is the item, `index` its place. An item for which it fails, fails the step"},
            "items": {"title": "Items", "format": "expression", "description": "The list, if it is not the input: {{ input.rows }}"}
        }, "required": ["condition"]}"#,
        example: r#"[["numbers", "range", {"start": 1, "end": 6}], ["even", "partition", {"condition": "item % 2 == 0"}]]"#,
        ..DATA
    }
    .spec()
});

pub(super) fn types() -> Vec<Box<dyn NodeType>> {
    vec![Box::new(Find), Box::new(Partition)]
}

struct Find;

impl NodeType for Find {
    fn spec(&self) -> &NodeSpec {
        &FIND
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let (list, place) = (List::new(&mut params), params.setting("return_index", false));
        let condition = params.condition("condition");
        params.done_with(condition, |condition| {
            move |step: &Step<'_>| {
                let array = list.read(step)?;
                let mut found = None;
                for (index, item) in array.items().iter().enumerate() {
                    if condition.holds(&scope_of(step, item, index)).map_err(at_item(index))? {
                        found = Some((index, item));
                        break;
                    }
                }
                Ok(Outcome::first(if place.flag(step)? {
                    found.map_or(Value::Int(-1), |(index, _)| Value::from(index))
                } else {
                    found.map(|(_, item)| item.clone()).unwrap_or_default()
                }))
            }
        })
    }
}

struct Partition;

impl NodeType for Partition {
    fn spec(&self) -> &NodeSpec {
        &PARTITION
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let (list, condition) = (List::new(&mut params), params.condition("condition"));
        params.done_with(condition, |condition| {
            move |step: &Step<'_>| {
                let (mut passed, mut failed) = (Vec::new(), Vec::new());
                for (index, item) in list.read(step)?.items().iter().enumerate() {
                    let holds = condition.holds(&scope_of(step, item, index)).map_err(at_item(index))?;
                    if holds { &mut passed } else { &mut failed }.push(item.clone());
                }
                let parts = [(literal!("passed"), passed), (literal!("failed"), failed)];
                Ok(Outcome::first(Value::object(parts.map(|(name, items)| (name, Value::array(items))).to_vec())))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Try, problems, table};

    #[test]
    fn the_first_that_holds_is_found() {
        let place = r#"{"condition": "> 1", "return_index": true}"#;
        table(
            "find",
            &[
                (r#"{"condition": "item.id == 2"}"#, r#"[{"id":1},{"id":2,"x":1},{"id":2}]"#, r#"{"id":2,"x":1}"#),
                (r#"{"condition": "> 5"}"#, "[1]", "null"),
                (place, "[1,2,3]", "1"),
                (place, "[]", "-1"),
                (r#"{"condition": "index == 1"}"#, "[7,8]", "8"),
                (place, "null", "! not_a_list"),
                (r#"{"condition": "item.a.b"}"#, "[{}]", "! TypeError"),
            ],
        );
        let step = Try::input("[[1]]");
        let found = step.run("find", r#"{"condition": true}"#).expect("it runs").output;
        assert!(found.same(&step.input.as_array().expect("a list")[0]));
        assert_eq!(
            problems("find", r#"{"return_index": "yes"}"#),
            ["bad_parameter condition", "bad_parameter return_index"]
        );
    }

    #[test]
    fn a_list_is_parted_in_two() {
        table(
            "partition",
            &[
                (r#"{"condition": "> 1"}"#, "[1,2,3]", r#"{"passed":[2,3],"failed":[1]}"#),
                (r#"{"condition": "> 1"}"#, "[]", r#"{"passed":[],"failed":[]}"#),
                (r#"{"condition": "> 1"}"#, "{}", "! not_a_list"),
            ],
        );
    }
}
