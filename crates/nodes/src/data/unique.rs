//! `unique` and `compact`: a list without what it need not have.

use std::collections::HashSet;
use std::sync::LazyLock;

use model::{Node, NodeSpec, Problem, Value};

use crate::description::{DATA, Description};
use crate::list::{List, same_or_new};
use crate::params::Params;
use crate::{Compile, NodeType, Outcome, Run, Step, text};

static UNIQUE: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "unique",
        aliases: &["distinct", "remove_duplicates"],
        name: "Unique",
        summary: "Keeps the first of equal items, or of items with an equal field; items without the field are all kept",
        icon: "fingerprint",
        schema: r#"{"properties": {
            "field": {"title": "Field", "type": "string", "examples": ["id"], "description": "The whole item if it is empty. Numbers are equal by value, objects whatever the order of their keys"},
            "items": {"title": "Items", "format": "expression", "description": "The list, if it is not the input: {{ input.rows }}"}
        }}"#,
        example: r#"[["words", "sample_data", {"data": ["a", "b", "a"]}], ["once", "unique", {}]]"#,
        ..DATA
    }
    .spec()
});

static COMPACT: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "compact",
        aliases: &[],
        name: "Compact",
        summary: "Leaves out the nulls of a list, on demand also empty texts, lists and objects; 0 and false stay",
        icon: "fold-vertical",
        schema: r#"{"properties": {
            "remove_empty": {"title": "Also what is empty", "type": "boolean", "default": false},
            "items": {"title": "Items", "format": "expression", "description": "The list, if it is not the input: {{ input.rows }}"}
        }}"#,
        example: r#"[["words", "sample_data", {"data": ["a", null, ""]}], ["some", "compact", {"remove_empty": true}]]"#,
        ..DATA
    }
    .spec()
});

pub(super) fn types() -> Vec<Box<dyn NodeType>> {
    vec![Box::new(Unique), Box::new(Compact)]
}

struct Unique;

impl NodeType for Unique {
    fn spec(&self) -> &NodeSpec {
        &UNIQUE
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let (list, field) = (List::new(&mut params), params.path("field"));
        params.done(move |step: &Step<'_>| {
            let array = list.read(step)?;
            let mut seen = HashSet::new();
            let first = |item: &&Value| {
                let part = match &field {
                    None => Some(*item),
                    Some(path) if matches!(item, Value::Object(_) | Value::Array(_)) => path.get(item),
                    Some(_) => Some(*item),
                };
                part.is_none_or(|part| seen.insert(text::identity(part)))
            };
            let kept: Vec<Value> = array.items().iter().filter(first).cloned().collect();
            Ok(Outcome::first(same_or_new(&array, kept)))
        })
    }
}

struct Compact;

impl NodeType for Compact {
    fn spec(&self) -> &NodeSpec {
        &COMPACT
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let (list, empty) = (List::new(&mut params), params.setting("remove_empty", false));
        params.done(move |step: &Step<'_>| {
            let (array, also_empty) = (list.read(step)?, empty.flag(step)?);
            let kept = array.items().iter().filter(|item| match item {
                Value::Null => false,
                Value::String(text) => !(also_empty && text.is_empty()),
                Value::Array(list) => !(also_empty && list.items().is_empty()),
                Value::Object(object) => !(also_empty && object.is_empty()),
                _ => true,
            });
            Ok(Outcome::first(same_or_new(&array, kept.cloned().collect())))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Try, table};

    #[test]
    fn the_first_of_equals_stays() {
        table(
            "unique",
            &[
                ("{}", r#"[1,1.0,"1",null,null,{"a":1,"b":2},{"b":2,"a":1}]"#, r#"[1,"1",null,{"a":1,"b":2}]"#),
                (
                    r#"{"field": "id"}"#,
                    r#"[{"id":1,"n":1},{"id":1,"n":2},{"n":3},{"n":4},5,5]"#,
                    r#"[{"id":1,"n":1},{"n":3},{"n":4},5]"#,
                ),
                (r#"{"field": "id"}"#, r#"[{"id":null},{"id":null}]"#, r#"[{"id":null}]"#),
                ("{}", "[]", "[]"),
                ("{}", "1", "! not_a_list"),
            ],
        );
        let step = Try::input("[1, 2]");
        assert!(step.run("unique", "{}").expect("it runs").output.same(&step.input));
    }

    #[test]
    fn what_is_null_or_empty_goes() {
        table(
            "compact",
            &[
                ("{}", r#"[0,null,"",false,[],{}]"#, r#"[0,"",false,[],{}]"#),
                (r#"{"remove_empty": true}"#, r#"[0,null,"",false,[],{},[null]]"#, "[0,false,[null]]"),
                ("{}", "[null]", "[]"),
                ("{}", "null", "! not_a_list"),
            ],
        );
    }
}
