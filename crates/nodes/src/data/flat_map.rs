//! `flat_map`: the lists that the items hold, or that an expression makes of them, as one list.

use std::sync::LazyLock;

use model::{Node, NodeSpec, Problem, Value};

use super::map::Make;
use crate::description::{DATA, Description};
use crate::list::{List, MAX_ITEMS};
use crate::params::Params;
use crate::{Compile, NodeType, Outcome, Run, Step, StepError};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "flat_map",
        aliases: &["flatmap", "split_out"],
        name: "Flat map",
        summary: "Joins the lists of all items into one list; what is no list counts as one item, null and missing as none",
        icon: "unfold-vertical",
        schema: r#"{"properties": {
            "field": {"title": "Field", "type": "string", "examples": ["lines"], "description": "Where each item has its list; the item itself if it is empty"},
            "expression": {"title": "Expression", "type": "string", "format": "expression", "examples": ["item.tags.map(t => t.name)"],
                "description": "Instead of a field: `item` (also `input`) is the item, `index` its place"},
            "items": {"title": "Items", "format": "expression", "description": "The list, if it is not the input: {{ input.rows }}"}
        }}"#,
        example: r#"[["orders", "sample_data", {"data": [{"lines": [1, 2]}, {"lines": [3]}]}], ["lines", "flat_map", {"field": "lines"}]]"#,
        ..DATA
    }
    .spec()
});

pub(super) struct FlatMap;

impl NodeType for FlatMap {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let (list, make) = (List::new(&mut params), Make::compile(&mut params));
        params.done(move |step: &Step<'_>| {
            let mut flat: Vec<Value> = Vec::new();
            for (index, item) in list.read(step)?.items().iter().enumerate() {
                let made = match &make {
                    Some(make) => make.make(step, item, index)?,
                    None => item.clone(),
                };
                match made {
                    Value::Array(inner) => flat.extend_from_slice(inner.items()),
                    Value::Null => {}
                    single => flat.push(single),
                }
                if flat.len() > MAX_ITEMS {
                    return Err(StepError::new(
                        "list_too_long",
                        format!("a list made here has at most {MAX_ITEMS} items"),
                    ));
                }
            }
            Ok(Outcome::first(Value::array(flat)))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::table;

    #[test]
    fn lists_become_one() {
        table(
            "flat_map",
            &[
                ("{}", "[[1,[2]],3,null,[]]", "[1,[2],3]"),
                (r#"{"field": "."}"#, "[[1],[2]]", "[1,2]"),
                (r#"{"field": "a.b"}"#, r#"[{"a":{"b":[1,2]}},{"a":{"b":3}},{},4]"#, "[1,2,3]"),
                (r#"{"expression": "[item, index]"}"#, "[7,8]", "[7,0,8,1]"),
                ("{}", "[]", "[]"),
                ("{}", "null", "! not_a_list"),
            ],
        );
    }
}
