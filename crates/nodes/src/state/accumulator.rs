//! `accumulator`: gathers the inputs of its steps into one value.

use std::sync::LazyLock;

use model::{Node, NodeSpec, Problem, Value};

use super::kept;
use crate::description::{DATA, Description};
use crate::list::MAX_ITEMS;
use crate::params::{Params, kind};
use crate::{Compile, NodeType, Run, Step, StepError, number, text};

/// The longest text that gathers, in bytes.
const LONGEST: usize = 64 << 20;

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "accumulator",
        aliases: &[],
        name: "Accumulator",
        summary: "Adds each input to what came before in this execution, and gives the whole; accumulators of one name add together",
        icon: "archive",
        schema: r#"{"properties": {
            "accum_op": {"title": "Operation", "enum": ["sum", "product", "concat", "array", "count"], "default": "sum",
                "description": "sum and product take numbers, concat texts and numbers, array and count anything"},
            "initial_value": {"title": "First value", "description": "0, 1, an empty text or an empty list if it is absent"},
            "name": {"title": "Name", "type": "string", "default": "default"}
        }, "required": ["accum_op"]}"#,
        example: r#"[["n", "number", {"value": 5}], ["once", "accumulator", {"accum_op": "sum"}], ["twice", "accumulator", {"accum_op": "sum"}]]"#,
        ..DATA
    }
    .spec()
});

pub(super) struct Accumulator;

impl NodeType for Accumulator {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let (op, name) = (params.setting("accum_op", "sum"), params.setting("name", "default"));
        let initial = params.setting("initial_value", Value::Null);
        params.done(move |step: &Step<'_>| {
            let op = op.text(step)?;
            let key = arcstr::format!("accumulator/{}", name.text(step)?);
            let before = match step.state.get(&key) {
                Some(before) => before,
                None if initial.is_set() => initial.value(step)?,
                None => empty(&op),
            };
            Ok(kept(key, &add(&op, &before, step.input())?))
        })
    }
}

fn empty(op: &str) -> Value {
    match op {
        "product" => Value::Int(1),
        "concat" => Value::EMPTY,
        "array" => Value::array(Vec::new()),
        _ => Value::Int(0),
    }
}

fn add(op: &str, before: &Value, input: &Value) -> Result<Value, StepError> {
    let number = |value: &Value| {
        let message = || format!("{op} takes numbers, not {}", kind(value));
        value.as_f64().ok_or_else(|| StepError::new("not_a_number", message()))
    };
    match op {
        "sum" => number::value(number(before)? + number(input)?),
        "product" => number::value(number(before)? * number(input)?),
        "count" => number::value(number(before)? + 1.0),
        "concat" => match input {
            Value::Array(_) | Value::Object(_) => {
                Err(StepError::new("not_a_text", format!("concat takes texts, not {}", kind(input))))
            }
            _ => {
                let joined = format!("{}{}", text::of(before), text::of(input));
                if joined.len() > LONGEST {
                    return Err(StepError::new(
                        "text_too_long",
                        format!("at most {LONGEST} bytes of text are gathered"),
                    ));
                }
                Ok(Value::from(joined))
            }
        },
        "array" => {
            let before = before.as_array().ok_or_else(|| crate::list::not_a_list("the first value", before))?;
            if before.len() >= MAX_ITEMS {
                return Err(StepError::new("list_too_long", format!("at most {MAX_ITEMS} items are gathered")));
            }
            let mut items = before.to_vec();
            items.push(input.clone());
            Ok(Value::array(items))
        }
        _ => Err(StepError::new("bad_parameter", format!("there is no accum_op {op:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Try, json, problems, table};

    #[test]
    fn it_adds_to_what_came_before() {
        let after = |before: &str, op: &str, input: &str| {
            let state = [("accumulator/default".to_owned(), json(before))].into();
            let step = Try { state, ..Try::input(input) };
            let data = format!(r#"{{"accum_op": "{op}", "initial_value": 100}}"#);
            if let Ok(outcome) = step.run("accumulator", &data) {
                assert_eq!(outcome.writes[0].0, "accumulator/default");
                assert!(outcome.writes[0].1.same(&outcome.output));
            }
            step.line("accumulator", &data)
        };
        let rows = [
            ("3", "sum", "4", "7"),
            ("3", "product", "4", "12"),
            ("3", "count", "null", "4"),
            (r#""a""#, "concat", r#""b""#, r#""ab""#),
            (r#""a""#, "concat", "1", r#""a1""#),
            ("[1]", "array", "[2]", "[1,[2]]"),
            ("3", "sum", r#""4""#, "! not_a_number"),
            (r#""a""#, "concat", "{}", "! not_a_text"),
            ("3", "array", "1", "! not_a_list"),
        ];
        for (before, op, input, line) in rows {
            assert_eq!(after(before, op, input), line, "{op}");
        }
    }

    #[test]
    fn it_begins_with_its_first_value() {
        table(
            "accumulator",
            &[
                (r#"{"accum_op": "sum"}"#, "2", "2"),
                (r#"{"accum_op": "product"}"#, "2", "2"),
                (r#"{"accum_op": "concat"}"#, r#""a""#, r#""a""#),
                (r#"{"accum_op": "array"}"#, "2", "[2]"),
                (r#"{"accum_op": "count"}"#, "2", "1"),
                (r#"{"accum_op": "sum", "initial_value": 10}"#, "2", "12"),
            ],
        );
        assert_eq!(problems("accumulator", r#"{"accum_op": "mean"}"#), ["bad_parameter accum_op"]);
    }
}
