//! `transform`: the same data in another shape.

use std::sync::LazyLock;

use arcstr::ArcStr;
use model::{Node, NodeSpec, Object, Problem, Value};

use crate::description::{DATA, Description};
use crate::operands::Operands;
use crate::params::{Params, kind};
use crate::{Compile, NodeType, Outcome, Run, Step, StepError, text};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "transform",
        aliases: &[],
        name: "Transform",
        summary: "Gives a list or an object in another shape; what it cannot be made of fails with `wrong_shape`",
        icon: "shapes",
        schema: r#"{"properties": {
            "transform_type": {"title": "Into", "enum": ["to_array", "to_object", "flatten", "keys", "values", "entries"], "default": "to_array",
                "description": "to_array: the inputs as a list, a single list as it is. to_object: from [key, value] pairs, {key, value} objects, or keys and values in turn. flatten: lists inside of lists, however deep, as one"}
        }, "required": ["transform_type"]}"#,
        example: r#"[["nested", "sample_data", {"data": [1, [2, [3]]]}], ["flat", "transform", {"transform_type": "flatten"}]]"#,
        ..DATA
    }
    .spec()
});

pub(super) struct Transform;

impl NodeType for Transform {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, context: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let into = params.setting("transform_type", "to_array");
        let operands = Operands::new(node, context);
        params.done(move |step: &Step<'_>| {
            let input = step.input();
            let output = match into.text(step)?.as_str() {
                "to_array" => match operands.read(step).as_slice() {
                    [list @ Value::Array(_)] => list.clone(),
                    values => Value::array(values.to_vec()),
                },
                "to_object" => to_object(list(input)?)?,
                "flatten" => {
                    let mut flat = Vec::new();
                    flatten(list(input)?, &mut flat);
                    Value::array(flat)
                }
                "keys" => Value::array(object(input)?.keys().cloned().map(Value::String).collect()),
                "values" => Value::array(object(input)?.entries().iter().map(|(_, value)| value.clone()).collect()),
                "entries" => Value::array(object(input)?.entries().iter().map(pair).collect()),
                other => return Err(StepError::new("bad_parameter", format!("there is no transform {other:?}"))),
            };
            Ok(Outcome::first(output))
        })
    }
}

fn pair((key, value): &(ArcStr, Value)) -> Value {
    Value::array(vec![Value::String(key.clone()), value.clone()])
}

fn wrong(wanted: &str, value: &Value) -> StepError {
    StepError::new("wrong_shape", format!("expected {wanted}, got {}", kind(value)))
}

fn list(value: &Value) -> Result<&[Value], StepError> {
    value.as_array().ok_or_else(|| wrong("a list", value))
}

fn object(value: &Value) -> Result<&Object, StepError> {
    value.as_object().ok_or_else(|| wrong("an object", value))
}

/// Values nest at most [`model::value::MAX_DEPTH`] deep, so this may recurse.
fn flatten(items: &[Value], flat: &mut Vec<Value>) {
    for item in items {
        match item {
            Value::Array(inner) => flatten(inner.items(), flat),
            other => flat.push(other.clone()),
        }
    }
}

fn to_object(items: &[Value]) -> Result<Value, StepError> {
    let key = |value: &Value| match value {
        Value::Array(_) | Value::Object(_) | Value::Null => Err(wrong("a text as key", value)),
        scalar => Ok(text::of(scalar)),
    };
    let from_pair = |item: &Value| match item.as_array() {
        Some([name, value]) => Some((name.clone(), value.clone())),
        _ => Some((item.get("key")?.clone(), item.get("value")?.clone())),
    };
    let pairs: Option<Vec<(Value, Value)>> = items.iter().map(from_pair).collect();
    let pairs = match pairs {
        Some(pairs) => pairs,
        None if items.len().is_multiple_of(2) => items.chunks(2).map(|two| (two[0].clone(), two[1].clone())).collect(),
        None => return Err(StepError::new("wrong_shape", "the list has a key without a value")),
    };
    let entries = pairs.into_iter().map(|(name, value)| Ok((key(&name)?, value)));
    Ok(Value::from(Object::from_last(entries.collect::<Result<_, StepError>>()?)))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Try, problems, table};

    #[test]
    fn shapes_change() {
        let into = |into: &str, input: &str| {
            Try::input(input).line("transform", &format!(r#"{{"transform_type": "{into}"}}"#))
        };
        let rows = [
            ("to_array", "[1]", "[1]"),
            ("to_array", "1", "[1]"),
            ("to_object", r#"["a",1,"b",2]"#, r#"{"a":1,"b":2}"#),
            ("to_object", r#"[["a",1],["b",2],["a",3]]"#, r#"{"a":3,"b":2}"#),
            ("to_object", r#"[{"key":"a","value":1}]"#, r#"{"a":1}"#),
            ("to_object", r#"["a"]"#, "! wrong_shape"),
            ("to_object", r#"[[],1]"#, "! wrong_shape"),
            ("to_object", "[]", "{}"),
            ("flatten", "[1,[2,[3,[]]],null]", "[1,2,3,null]"),
            ("flatten", "{}", "! wrong_shape"),
            ("keys", r#"{"b":1,"a":2,"1":3}"#, r#"["1","b","a"]"#),
            ("values", r#"{"b":1,"a":2}"#, "[1,2]"),
            ("entries", r#"{"b":1}"#, r#"[["b",1]]"#),
            ("keys", "[1]", "! wrong_shape"),
        ];
        for (kind, input, output) in rows {
            assert_eq!(into(kind, input), output, "{kind} of {input}");
        }
        assert_eq!(
            Try::inputs(r#"{"1": "a", "2": "b"}"#).line("transform", r#"{"transform_type": "to_array"}"#),
            r#"["b","a"]"#
        );
        table("transform", &[(r#"{"transform_type": "{{ 'x' }}"}"#, "1", "! bad_parameter")]);
        assert_eq!(problems("transform", "{}"), ["bad_parameter transform_type"]);
    }
}
