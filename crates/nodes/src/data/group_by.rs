//! `group_by` and `aggregate`: what the items of a list come to, by group or all together.

use std::collections::HashMap;
use std::sync::LazyLock;

use arcstr::ArcStr;
use model::{Node, NodeSpec, Object, Problem, Value};

use crate::description::{DATA, Description};
use crate::list::List;
use crate::params::Params;
use crate::path::{Path, field_or_item};
use crate::{Compile, NodeType, Outcome, Run, Step, StepError, number, text};

static GROUP_BY: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "group_by",
        aliases: &[],
        name: "Group by",
        summary: "Gives an object with an entry for each value of a field: how many items have it, what they come to, or the items",
        icon: "boxes",
        schema: r#"{"properties": {
            "field": {"title": "Field", "type": "string", "minLength": 1, "examples": ["country"],
                "description": "Items without it, or with null, are under \"null\"; items that are no objects under themselves"},
            "aggregate": {"title": "Gives", "enum": ["count", "sum", "avg", "min", "max", "values", "first", "last"], "default": "count",
                "description": "values gives the items. sum, avg, min and max leave out what is no number; of none they give 0 or null"},
            "value_field": {"title": "Of the field", "type": "string", "description": "What is added up or compared; the items themselves if it is empty"},
            "items": {"title": "Items", "format": "expression", "description": "The list, if it is not the input: {{ input.rows }}"}
        }, "required": ["field"]}"#,
        example: r#"[["orders", "sample_data", {"data": [{"country": "NL", "total": 5}, {"country": "DE", "total": 7}, {"country": "NL", "total": 1}]}],
            ["totals", "group_by", {"field": "country", "aggregate": "sum", "value_field": "total"}]]"#,
        ..DATA
    }
    .spec()
});

static AGGREGATE: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "aggregate",
        aliases: &["summarize"],
        name: "Aggregate",
        summary: "Gives what all items of a list come to: one value, or an object of several",
        icon: "chart-no-axes-column",
        schema: r#"{"properties": {
            "aggregate": {"title": "Gives", "enum": ["count", "sum", "avg", "min", "max", "values", "first", "last"], "default": "count",
                "description": "values gives the list of the field's values. sum, avg, min and max leave out what is no number; of none they give 0 or null"},
            "field": {"title": "Of the field", "type": "string", "description": "The items themselves if it is empty"},
            "fields": {"title": "Several values", "type": "array", "description": "Instead of one value: an object of them", "items": {
                "type": "object", "required": ["aggregate"], "properties": {
                    "aggregate": {"title": "Gives", "enum": ["count", "sum", "avg", "min", "max", "values", "first", "last"]},
                    "field": {"title": "Of the field", "type": "string"},
                    "name": {"title": "Name", "type": "string", "description": "sum_total, if it is empty, of the field total"}}}},
            "items": {"title": "Items", "format": "expression", "description": "The list, if it is not the input: {{ input.rows }}"}
        }}"#,
        example: r#"[["orders", "sample_data", {"data": [{"total": 5}, {"total": 7}]}],
            ["all", "aggregate", {"fields": [{"aggregate": "count", "name": "orders"}, {"aggregate": "sum", "field": "total"}]}]]"#,
        ..DATA
    }
    .spec()
});

pub(super) fn types() -> Vec<Box<dyn NodeType>> {
    vec![Box::new(GroupBy), Box::new(Aggregate)]
}

/// What values come to.
fn fold(aggregate: &str, values: &[&Value]) -> Result<Value, StepError> {
    let numbers = || values.iter().filter_map(|value| value.as_f64());
    let either = |pick: fn(f64, f64) -> f64| numbers().reduce(pick).map_or(Ok(Value::Null), number::value);
    match aggregate {
        "count" => Ok(Value::from(values.len())),
        "sum" => number::value(numbers().sum()),
        "avg" => match numbers().count() {
            0 => Ok(Value::Null),
            #[expect(clippy::cast_precision_loss, reason = "a count of items")]
            count => number::value(numbers().sum::<f64>() / count as f64),
        },
        "min" => either(f64::min),
        "max" => either(f64::max),
        "values" => Ok(Value::array(values.iter().map(|&value| value.clone()).collect())),
        "first" => Ok(values.first().map(|&value| value.clone()).unwrap_or_default()),
        "last" => Ok(values.last().map(|&value| value.clone()).unwrap_or_default()),
        _ => Err(StepError::new("bad_parameter", format!("there is no aggregate {aggregate:?}"))),
    }
}

struct GroupBy;

impl NodeType for GroupBy {
    fn spec(&self) -> &NodeSpec {
        &GROUP_BY
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let (list, aggregate) = (List::new(&mut params), params.setting("aggregate", "count"));
        let (field, of) = (params.path("field"), params.path("value_field"));
        params.done(move |step: &Step<'_>| {
            let aggregate = aggregate.text(step)?;
            let array = list.read(step)?;
            let mut places: HashMap<ArcStr, usize> = HashMap::new();
            let mut groups: Vec<(ArcStr, Vec<&Value>)> = Vec::new();
            for item in array.items() {
                let key = key_of(field.as_ref(), item);
                let at = *places.entry(key.clone()).or_insert_with(|| {
                    groups.push((key, Vec::new()));
                    groups.len() - 1
                });
                // Items, as against what they come to, are given whole.
                let whole = matches!(aggregate.as_str(), "count" | "values" | "first" | "last");
                groups[at].1.push(if whole && of.is_none() { item } else { field_or_item(of.as_ref(), item) });
            }
            let folded = groups.into_iter().map(|(key, values)| Ok((key, fold(&aggregate, &values)?)));
            Ok(Outcome::first(Value::object(folded.collect::<Result<_, StepError>>()?)))
        })
    }
}

fn key_of(field: Option<&Path>, item: &Value) -> ArcStr {
    let scalar = !matches!(item, Value::Object(_) | Value::Array(_));
    match field_or_item(field.filter(|_| !scalar), item) {
        Value::Null => arcstr::literal!("null"),
        value => text::of(value),
    }
}

struct Aggregate;

impl NodeType for Aggregate {
    fn spec(&self) -> &NodeSpec {
        &AGGREGATE
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let (list, aggregate) = (List::new(&mut params), params.setting("aggregate", "count"));
        let field = params.path("field");
        let several: Option<Vec<Named>> =
            params.raw("fields").and_then(Value::as_array).map(|list| list.iter().filter_map(Named::read).collect());
        params.done(move |step: &Step<'_>| {
            let array = list.read(step)?;
            let of = |aggregate: &str, field: Option<&Path>| {
                let values: Vec<&Value> = array.items().iter().map(|item| field_or_item(field, item)).collect();
                fold(aggregate, &values)
            };
            let output = match &several {
                Some(several) => {
                    let entries =
                        several.iter().map(|one| Ok((one.name.clone(), of(&one.aggregate, one.field.as_ref())?)));
                    Value::from(Object::from_last(entries.collect::<Result<_, StepError>>()?))
                }
                None => of(&aggregate.text(step)?, field.as_ref())?,
            };
            Ok(Outcome::first(output))
        })
    }
}

/// One of several values.
struct Named {
    name: ArcStr,
    aggregate: ArcStr,
    field: Option<Path>,
}

impl Named {
    fn read(entry: &Value) -> Option<Self> {
        let word = |key: &str| entry.get(key).and_then(Value::as_text).filter(|word| !word.is_empty());
        let aggregate = word("aggregate")?.clone();
        let field = word("field").map(|field| Path::new(field));
        let name = match (word("name"), &field) {
            (Some(name), _) => name.clone(),
            (None, Some(field)) => arcstr::format!("{aggregate}_{}", field.as_text()),
            (None, None) => aggregate.clone(),
        };
        Some(Self { name, aggregate, field })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{problems, table};

    const ITEMS: &str = r#"[{"c":"b","n":1},{"c":"a","n":4},{"c":"b","n":2.5},{"n":"x"},{"c":null}]"#;

    #[test]
    fn groups_come_to_something() {
        table(
            "group_by",
            &[
                (r#"{"field": "c"}"#, ITEMS, r#"{"b":2,"a":1,"null":2}"#),
                (r#"{"field": "c", "aggregate": "sum", "value_field": "n"}"#, ITEMS, r#"{"b":3.5,"a":4,"null":0}"#),
                (r#"{"field": "c", "aggregate": "avg", "value_field": "n"}"#, ITEMS, r#"{"b":1.75,"a":4,"null":null}"#),
                (r#"{"field": "c", "aggregate": "min", "value_field": "n"}"#, ITEMS, r#"{"b":1,"a":4,"null":null}"#),
                (r#"{"field": "c", "aggregate": "max", "value_field": "n"}"#, ITEMS, r#"{"b":2.5,"a":4,"null":null}"#),
                (
                    r#"{"field": "c", "aggregate": "values", "value_field": "n"}"#,
                    ITEMS,
                    r#"{"b":[1,2.5],"a":[4],"null":["x",null]}"#,
                ),
                (
                    r#"{"field": "c", "aggregate": "first"}"#,
                    ITEMS,
                    r#"{"b":{"c":"b","n":1},"a":{"c":"a","n":4},"null":{"n":"x"}}"#,
                ),
                (
                    r#"{"field": "c", "aggregate": "values"}"#,
                    r#"[{"c":2},{"c":10},{"c":2}]"#,
                    r#"{"2":[{"c":2},{"c":2}],"10":[{"c":10}]}"#,
                ),
                (r#"{"field": "c"}"#, r#"["x","y","x",1]"#, r#"{"1":1,"x":2,"y":1}"#),
                (r#"{"field": "c"}"#, "[]", "{}"),
                (r#"{"field": "c"}"#, "{}", "! not_a_list"),
            ],
        );
        assert_eq!(
            problems("group_by", r#"{"aggregate": "median"}"#),
            ["bad_parameter field", "bad_parameter aggregate"]
        );
    }

    #[test]
    fn a_list_comes_to_something() {
        table(
            "aggregate",
            &[
                ("{}", ITEMS, "5"),
                (r#"{"aggregate": "sum", "field": "n"}"#, ITEMS, "7.5"),
                (r#"{"aggregate": "max"}"#, "[3,9,\"10\"]", "9"),
                (r#"{"aggregate": "values", "field": "n"}"#, ITEMS, r#"[1,4,2.5,"x",null]"#),
                (r#"{"aggregate": "avg"}"#, "[]", "null"),
                (r#"{"aggregate": "last"}"#, "[]", "null"),
                (
                    r#"{"fields": [{"aggregate": "count", "name": "all"}, {"aggregate": "sum", "field": "n"}, {"aggregate": "min"}]}"#,
                    r#"[{"n":1},{"n":2}]"#,
                    r#"{"all":2,"sum_n":3,"min":null}"#,
                ),
                (r#"{"aggregate": "sum"}"#, "[1e308,1e308]", "! not_finite"),
                ("{}", "null", "! not_a_list"),
            ],
        );
    }
}
