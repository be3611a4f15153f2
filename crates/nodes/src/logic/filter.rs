//! `filter`: keeps the items of a list for which a condition holds, or lets a single value pass only if it does.

use std::sync::LazyLock;

use model::{Node, NodeSpec, Problem};

use crate::description::{Description, LOGIC};
use crate::list::{List, at_item, same_or_new, scope_of};
use crate::params::Params;
use crate::{Compile, NodeType, Outcome, Ports, Run, Step};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "filter",
        aliases: &[],
        name: "Filter",
        summary: "Keeps the items of a list for which the condition holds; a single value passes if it holds, else nothing goes on",
        icon: "filter",
        schema: r#"{"properties": {
            "condition": {"title": "Keep if", "type": ["string", "boolean"], "format": "condition", "examples": ["item.age >= 18", "> 3"],
                "description": "`item` (also `input`) is the item, `index` its place. An item for which it fails, fails the step"},
            "items": {"title": "Items", "format": "expression", "description": "The list, if it is not the input: {{ input.rows }}"}
        }, "required": ["condition"]}"#,
        example: r#"[["people", "sample_data", {"data": [{"name": "Ada", "age": 36}, {"name": "Bo", "age": 12}]}],
            ["adults", "filter", {"condition": "item.age >= 18"}]]"#,
        ..LOGIC
    }
    .spec()
});

pub(super) struct Filter;

impl NodeType for Filter {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let (list, condition) = (List::new(&mut params), params.condition("condition"));
        params.done_with(condition, |condition| {
            move |step: &Step<'_>| {
                let array = match list.find(step)? {
                    Ok(array) => array,
                    Err(value) => {
                        let passes = condition.holds(&scope_of(step, &value, 0))?;
                        let ports = if passes { Ports::from_slice(&[0]) } else { Ports::new() };
                        return Ok(Outcome { output: value, ports, ..Outcome::default() });
                    }
                };
                let mut kept = Vec::new();
                for (index, item) in array.items().iter().enumerate() {
                    if condition.holds(&scope_of(step, item, index)).map_err(at_item(index))? {
                        kept.push(item.clone());
                    }
                }
                Ok(Outcome::first(same_or_new(&array, kept)))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Try, problems, table};

    #[test]
    fn it_keeps_what_holds() {
        table(
            "filter",
            &[
                (r#"{"condition": "> 2"}"#, "[1,2,3,4]", "[3,4]"),
                (r#"{"condition": "item.age >= 18"}"#, r#"[{"age":36},{"age":12},{}]"#, r#"[{"age":36}]"#),
                (r#"{"condition": "index % 2 == 0"}"#, "[7,8,9]", "[7,9]"),
                (r#"{"condition": "item <= vars.limit"}"#, "[4,6]", "[4]"),
                (r#"{"condition": "> 2"}"#, "[]", "[]"),
                (r#"{"condition": "> 2"}"#, "3", "3"),
                (r#"{"condition": "> 2"}"#, "1", "1 []"),
                (r#"{"condition": "input.ok"}"#, r#"{"ok":true}"#, r#"{"ok":true}"#),
                (r#"{"condition": "item"}"#, "null", "null []"),
                (r#"{"condition": "item.a.b"}"#, "[{}]", "! TypeError"),
                (r#"{"condition": "> 1", "items": "{{ input.rows }}"}"#, r#"{"rows":[1,2]}"#, "[2]"),
            ],
        );
        assert_eq!(problems("filter", "{}"), ["bad_parameter condition"]);
    }

    #[test]
    fn a_list_of_which_all_is_kept_is_the_same() {
        let step = Try::input("[1, 2]");
        let outcome = step.run("filter", r#"{"condition": "> 0"}"#).expect("it runs");
        assert!(outcome.output.same(&step.input));
    }
}
