//! `operation`: arithmetic on the numbers that come in.

use std::sync::LazyLock;

use model::{Node, NodeSpec, Problem, Value};

use crate::description::{DATA, Description};
use crate::operands::Operands;
use crate::params::{Params, kind};
use crate::{Compile, NodeType, Outcome, Run, Step, StepError, number};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "operation",
        aliases: &["math", "math_op"],
        name: "Operation",
        summary: "Adds, subtracts, multiplies or divides its inputs in the order of their edges, or the numbers of one list",
        icon: "calculator",
        schema: r#"{"properties": {
            "op": {"title": "Operation", "enum": ["add", "subtract", "multiply", "divide", "modulo", "power"], "default": "add"},
            "operand": {"title": "Operand", "type": "number", "description": "The second number, where one edge brings the first"}
        }, "required": ["op"]}"#,
        example: r#"{"name": "Operation example", "nodes": [
            {"id": "a", "type": "number", "position": {"x": 0, "y": 0}, "data": {"value": 10}},
            {"id": "b", "type": "number", "position": {"x": 0, "y": 120}, "data": {"value": 4}},
            {"id": "difference", "type": "operation", "position": {"x": 240, "y": 60}, "data": {"op": "subtract"}}],
            "edges": [{"id": "e1", "source": "a", "target": "difference"}, {"id": "e2", "source": "b", "target": "difference"}]}"#,
        ..DATA
    }
    .spec()
});

pub(super) struct Operation;

impl NodeType for Operation {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, context: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let (op, operand) = (params.setting("op", "add"), params.setting("operand", Value::Null));
        let operands = Operands::new(node, context);
        params.done(move |step: &Step<'_>| {
            let mut values = operands.read(step);
            if let [Value::Array(list)] = values.as_slice() {
                values = list.items().to_vec();
            }
            if operand.is_set() {
                values.push(operand.value(step)?);
            }
            if values.len() < 2 {
                let message = "an operation takes two numbers: connect two nodes, give a list, or set operand";
                return Err(StepError::new("too_few_operands", message));
            }
            let op = op.text(step)?;
            let mut numbers = values.iter().map(read);
            let first = numbers.next().unwrap_or(Ok(0.0))?;
            let result = numbers.try_fold(first, |left, right| apply(&op, left, right?))?;
            Ok(Outcome::first(number::value(result)?))
        })
    }
}

fn read(value: &Value) -> Result<f64, StepError> {
    let message = || format!("an operation takes numbers, not {}", kind(value));
    value.as_f64().ok_or_else(|| StepError::new("not_a_number", message()))
}

fn apply(op: &str, left: f64, right: f64) -> Result<f64, StepError> {
    if matches!(op, "divide" | "modulo") && right == 0.0 {
        return Err(StepError::new("division_by_zero", format!("{left} cannot be divided by 0")));
    }
    match op {
        "add" => Ok(left + right),
        "subtract" => Ok(left - right),
        "multiply" => Ok(left * right),
        "divide" => Ok(left / right),
        "modulo" => Ok(left % right),
        "power" => Ok(left.powf(right)),
        _ => Err(StepError::new("bad_parameter", format!("there is no operation {op:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Try, problems, table};

    #[test]
    fn it_calculates() {
        table(
            "operation",
            &[
                (r#"{"op": "add"}"#, "[1, 2, 3.5]", "6.5"),
                (r#"{"op": "power", "operand": 10}"#, "2", "1024"),
                (r#"{"op": "modulo", "operand": "{{ 1 + 2 }}"}"#, "-4", "-1"),
                (r#"{"op": "divide", "operand": 0}"#, "1", "! division_by_zero"),
                (r#"{"op": "multiply", "operand": 1e300}"#, "1e300", "! not_finite"),
                (r#"{"op": "add", "operand": 1}"#, r#""1""#, "! not_a_number"),
                (r#"{"op": "add"}"#, "1", "! too_few_operands"),
                (r#"{"op": "add"}"#, "[]", "! too_few_operands"),
                (r#"{"op": "{{ 'sub' + 'tract' }}"}"#, "[5, 3]", "2"),
            ],
        );
        assert_eq!(problems("operation", r#"{"op": "plus"}"#), ["bad_parameter op"]);
    }

    #[test]
    fn operands_stand_in_the_order_of_their_edges() {
        // The edges of the test come in the order 20, 10; an object lists 10 first.
        assert_eq!(Try::inputs(r#"{"10": 3, "20": 10}"#).line("operation", r#"{"op": "subtract"}"#), "7");
        assert_eq!(Try::inputs(r#"{"b": 4, "a": 12}"#).line("operation", r#"{"op": "divide"}"#), "3");
    }
}
