//! `sort`: a list in order.

use std::cmp::Ordering;
use std::sync::LazyLock;

use model::{Node, NodeSpec, Problem, Value};

use crate::description::{DATA, Description};
use crate::list::{List, same_or_new};
use crate::params::{Params, Setting};
use crate::path::{Path, field_or_item};
use crate::{Compile, NodeType, Outcome, Run, Step, StepError, text};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "sort",
        aliases: &[],
        name: "Sort",
        summary: "Sorts a list by itself or by fields: null and missing first, then false, true, numbers, texts; equals keep their order",
        icon: "arrow-down-a-z",
        schema: r#"{"properties": {
            "field": {"title": "Field", "type": "string", "examples": ["price"], "description": "The items themselves if it is empty"},
            "order": {"title": "Order", "enum": ["asc", "desc"], "default": "asc"},
            "by": {"title": "Several fields", "type": "array", "description": "Instead of one field: the first decides, then the next", "items": {
                "type": "object", "required": ["field"], "properties": {
                    "field": {"title": "Field", "type": "string"}, "order": {"title": "Order", "enum": ["asc", "desc"], "default": "asc"}}}},
            "items": {"title": "Items", "format": "expression", "description": "The list, if it is not the input: {{ input.rows }}"}
        }}"#,
        example: r#"[["people", "sample_data", {"data": [{"name": "Bo", "age": 12}, {"name": "Ada", "age": 36}]}],
            ["oldest", "sort", {"field": "age", "order": "desc"}]]"#,
        ..DATA
    }
    .spec()
});

pub(super) struct Sort;

struct Key {
    path: Option<Path>,
    descending: bool,
}

impl NodeType for Sort {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let (list, order) = (List::new(&mut params), params.setting("order", "asc"));
        let by = params.raw("by").and_then(Value::as_array).unwrap_or_default().iter();
        let mut keys: Vec<Key> = by
            .filter_map(|key| {
                let descending = key.get("order").and_then(Value::as_str) == Some("desc");
                Some(Key { path: Some(Path::new(key.get("field")?.as_str()?)), descending })
            })
            .collect();
        let one = keys.is_empty();
        if one {
            keys.push(Key { path: params.path("field"), descending: false });
        }
        params.done(move |step: &Step<'_>| {
            let array = list.read(step)?;
            let down = one && descending(&order, step)?;
            let mut items = array.items().to_vec();
            items.sort_by(|a, b| {
                let ordered = compare(&keys, a, b);
                if down { ordered.reverse() } else { ordered }
            });
            Ok(Outcome::first(same_or_new(&array, items)))
        })
    }
}

fn descending(order: &Setting, step: &Step<'_>) -> Result<bool, StepError> {
    match order.text(step)?.to_lowercase().as_str() {
        "asc" => Ok(false),
        "desc" => Ok(true),
        other => Err(StepError::new("bad_parameter", format!("order is asc or desc, not {other:?}"))),
    }
}

fn compare(keys: &[Key], a: &Value, b: &Value) -> Ordering {
    keys.iter().fold(Ordering::Equal, |found, key| {
        found.then_with(|| {
            let ordered = text::compare(field_or_item(key.path.as_ref(), a), field_or_item(key.path.as_ref(), b));
            if key.descending { ordered.reverse() } else { ordered }
        })
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{problems, table};

    #[test]
    fn lists_come_in_order() {
        table(
            "sort",
            &[
                ("{}", r#"["b", 10, null, "a", 9, true, 1.5]"#, r#"[null,true,1.5,9,10,"a","b"]"#),
                (r#"{"order": "desc"}"#, "[1,3,2]", "[3,2,1]"),
                (r#"{"field": "n"}"#, r#"[{"n":2},{"n":1},{}]"#, r#"[{},{"n":1},{"n":2}]"#),
                (
                    r#"{"field": "a.n", "order": "desc"}"#,
                    r#"[{"a":{"n":1}},{"a":{"n":2}}]"#,
                    r#"[{"a":{"n":2}},{"a":{"n":1}}]"#,
                ),
                (
                    r#"{"field": "n", "order": "desc"}"#,
                    r#"[{"n":1,"i":0},{"n":1,"i":1}]"#,
                    r#"[{"n":1,"i":0},{"n":1,"i":1}]"#,
                ),
                (
                    r#"{"by": [{"field": "a"}, {"field": "b", "order": "desc"}]}"#,
                    r#"[{"a":2,"b":1},{"a":1,"b":1},{"a":1,"b":2}]"#,
                    r#"[{"a":1,"b":2},{"a":1,"b":1},{"a":2,"b":1}]"#,
                ),
                (r#"{"field": "", "order": "{{ 'DESC' }}"}"#, "[1,2]", "[2,1]"),
                ("{}", "[]", "[]"),
                ("{}", "5", "! not_a_list"),
                (r#"{"order": "{{ 1 }}"}"#, "[]", "! bad_parameter"),
            ],
        );
        assert_eq!(
            problems("sort", r#"{"by": [{"order": "up"}]}"#),
            ["bad_parameter by[0].field", "bad_parameter by[0].order"]
        );
    }
}
