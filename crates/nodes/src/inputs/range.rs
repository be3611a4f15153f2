//! `range`: a list of numbers.

use std::sync::LazyLock;

use model::{Node, NodeSpec, Problem, Value};

use crate::description::{DATA, Description};
use crate::list::MAX_ITEMS;
use crate::node_type::Heavy;
use crate::params::Params;
use crate::{Compile, NodeType, Outcome, Run, Step, StepError, number};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "range",
        aliases: &[],
        name: "Range",
        summary: "Gives the numbers from start to end, both among them; at most 10,000,000, else `range_too_long`",
        icon: "list-ordered",
        schema: r#"{"properties": {
            "start": {"title": "Start", "type": "number", "default": 0},
            "end": {"title": "End", "type": "number", "default": 10, "description": "The last number, if a step lands on it"},
            "step": {"title": "Step", "type": "number", "default": 1, "not": {"const": 0},
                "description": "Not 0; a step away from the end gives the error bad_range"}
        }}"#,
        example: r#"[["numbers", "range", {"start": 1, "end": 10, "step": 1}], ["double", "map", {"expression": "item * 2"}]]"#,
        ..DATA
    }
    .spec()
});

pub(super) struct Range;

impl NodeType for Range {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let (start, end) = (params.setting("start", 0i64), params.setting("end", 10i64));
        let by = params.setting("step", 1i64);
        let run = move |step: &Step<'_>| {
            let numbers = numbers(start.number(step)?, end.number(step)?, by.number(step)?)?;
            Ok(Outcome::first(Value::array(numbers)))
        };
        params.done(Heavy(run))
    }
}

/// Each number is computed from the start, so that steps like 0.1 do not add up their errors.
fn numbers(start: f64, end: f64, step: f64) -> Result<Vec<Value>, StepError> {
    let away = (step > 0.0 && start > end) || (step < 0.0 && start < end);
    if step == 0.0 || away {
        let message = format!("steps of {step} do not lead from {start} to {end}");
        return Err(StepError::new("bad_range", message));
    }
    let steps = ((end - start) / step + 1e-9).floor();
    #[expect(clippy::cast_precision_loss, reason = "a small number")]
    if steps >= MAX_ITEMS as f64 || !steps.is_finite() {
        return Err(StepError::new("range_too_long", format!("a range has at most {MAX_ITEMS} numbers")));
    }
    #[expect(clippy::cast_possible_truncation, reason = "at most MAX_ITEMS")]
    let last = steps as i32;
    (0..=last).map(|at| number::value(tidy(f64::from(at).mul_add(step, start)))).collect()
}

/// Takes off the last digits that only the computer's fractions leave: 0.30000000000000004 is 0.3.
fn tidy(number: f64) -> f64 {
    if number.fract() == 0.0 { number } else { format!("{number:.12e}").parse().unwrap_or(number) }
}

#[cfg(test)]
mod tests {
    use crate::testing::{problems, table};

    #[test]
    fn it_counts_to_the_end() {
        table(
            "range",
            &[
                ("{}", "null", "[0,1,2,3,4,5,6,7,8,9,10]"),
                (r#"{"start": 1, "end": 5, "step": 2}"#, "null", "[1,3,5]"),
                (r#"{"start": 1, "end": 4, "step": 2}"#, "null", "[1,3]"),
                (r#"{"start": 3, "end": 1, "step": -1}"#, "null", "[3,2,1]"),
                (r#"{"start": 2, "end": 2}"#, "null", "[2]"),
                (r#"{"start": 0, "end": 0.5, "step": 0.1}"#, "null", "[0,0.1,0.2,0.3,0.4,0.5]"),
                (r#"{"end": "{{ input.n }}"}"#, r#"{"n": 1}"#, "[0,1]"),
                (r#"{"end": "{{ input.n }}"}"#, r#"{"n": "1"}"#, "[0,1]"),
                (r#"{"end": "{{ input.n }}"}"#, r#"{"n": []}"#, "! bad_parameter"),
                (r#"{"start": 5, "end": 1}"#, "null", "! bad_range"),
                (r#"{"step": "{{ input }}"}"#, "0", "! bad_range"),
                (r#"{"end": 10000001}"#, "null", "! range_too_long"),
                (r#"{"end": 1e300}"#, "null", "! range_too_long"),
            ],
        );
        assert_eq!(problems("range", r#"{"end": "9", "step": 0}"#), ["bad_parameter end", "bad_parameter step"]);
    }
}
