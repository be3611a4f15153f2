//! `text_operation`: a text in another case, several texts joined, or a text repeated.

use std::sync::LazyLock;

use model::{Node, NodeSpec, Problem, Value};

use crate::description::{DATA, Description};
use crate::node_type::Heavy;
use crate::operands::Operands;
use crate::params::{Params, Setting, kind};
use crate::{Compile, NodeType, Outcome, Run, Step, StepError, text};

/// The longest text that repeating makes, in bytes.
const LONGEST: usize = 64 << 20;

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "text_operation",
        aliases: &["text_op"],
        name: "Text operation",
        summary: "Changes the case of a text, joins texts in the order of their edges, or repeats one (64 MiB at most)",
        icon: "case-sensitive",
        schema: r#"{"properties": {
            "text_op": {"title": "Operation", "default": "uppercase",
                "enum": ["uppercase", "lowercase", "titlecase", "camelcase", "inversecase", "trim", "concat", "repeat"]},
            "separator": {"title": "Separator", "type": "string", "default": "", "description": "Between the texts of concat and repeat"},
            "repeat_n": {"title": "Times", "type": "integer", "minimum": 0, "default": 1, "description": "Of repeat"}
        }, "required": ["text_op"]}"#,
        example: r#"[["name", "text_input", {"text": "ada lovelace"}], ["title", "text_operation", {"text_op": "titlecase"}]]"#,
        ..DATA
    }
    .spec()
});

pub(super) struct TextOperation;

impl NodeType for TextOperation {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, context: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let op = params.setting("text_op", "uppercase");
        let (separator, times) = (params.setting("separator", ""), params.setting("repeat_n", 1i64));
        let operands = Operands::new(node, context);
        let repeats = params.word("text_op") == Some("repeat");
        let run = move |step: &Step<'_>| {
            let op = op.text(step)?;
            let mut values = operands.read(step);
            let output = match op.as_str() {
                "concat" => {
                    if let [Value::Array(list)] = values.as_slice() {
                        values = list.items().to_vec();
                    }
                    let texts = values.iter().map(scalar).collect::<Result<Vec<_>, _>>()?;
                    texts.join(separator.text(step)?.as_str())
                }
                "repeat" => repeated(&scalar(&first(&values))?, &separator.text(step)?, &times, step)?,
                op => in_case(op, &one_text(&first(&values))?)?,
            };
            Ok(Outcome::first(Value::from(output)))
        };
        if repeats { params.done(Heavy(run)) } else { params.done(run) }
    }
}

fn first(values: &[Value]) -> Value {
    values.first().cloned().unwrap_or_default()
}

fn not_a_text(value: &Value) -> StepError {
    StepError::new("not_a_text", format!("expected a text, got {}", kind(value)))
}

/// A text, or the text of a number, true, false or null.
fn scalar(value: &Value) -> Result<String, StepError> {
    match value {
        Value::Array(_) | Value::Object(_) => Err(not_a_text(value)),
        scalar => Ok(text::of(scalar).to_string()),
    }
}

fn one_text(value: &Value) -> Result<String, StepError> {
    value.as_str().map(str::to_owned).ok_or_else(|| not_a_text(value))
}

fn repeated(text: &str, separator: &str, times: &Setting, step: &Step<'_>) -> Result<String, StepError> {
    let times = times.count(step, 0)?;
    if text.len().saturating_add(separator.len()).saturating_mul(times) > LONGEST {
        return Err(StepError::new("text_too_long", format!("repeating makes at most {LONGEST} bytes of text")));
    }
    Ok(vec![text; times].join(separator))
}

fn in_case(op: &str, text: &str) -> Result<String, StepError> {
    Ok(match op {
        "uppercase" => text.to_uppercase(),
        "lowercase" => text.to_lowercase(),
        "titlecase" => capitalised(&text.to_lowercase()),
        "camelcase" => camel(text),
        "inversecase" => text.chars().flat_map(inverse).collect(),
        "trim" => text.trim().to_owned(),
        _ => return Err(StepError::new("bad_parameter", format!("there is no text operation {op:?}"))),
    })
}

/// Each word with a capital; an apostrophe does not begin a word.
fn capitalised(text: &str) -> String {
    let mut inside = false;
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if inside {
            out.push(letter);
        } else {
            out.extend(letter.to_uppercase());
        }
        inside = letter.is_alphanumeric() || (inside && matches!(letter, '\'' | '’'));
    }
    out
}

fn camel(text: &str) -> String {
    let mut words = text.split_whitespace().map(str::to_lowercase);
    let first = words.next().unwrap_or_default();
    words.fold(first, |out, word| out + &capitalised(&word))
}

fn inverse(letter: char) -> Vec<char> {
    if letter.is_uppercase() { letter.to_lowercase().collect() } else { letter.to_uppercase().collect() }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Try, problems, table};

    #[test]
    fn each_operation_makes_its_text() {
        let rows = [
            ("uppercase", "straße", "STRASSE"),
            ("lowercase", "ABC", "abc"),
            ("titlecase", "dON'T stop-me 2day", "Don't Stop-Me 2day"),
            ("camelcase", " hello big  World ", "helloBigWorld"),
            ("camelcase", "", ""),
            ("inversecase", "Hello É", "hELLO é"),
            ("trim", "  a ", "a"),
        ];
        for (op, input, output) in rows {
            table(
                "text_operation",
                &[(&format!(r#"{{"text_op": "{op}"}}"#), &format!("{input:?}"), &format!("{output:?}"))],
            );
        }
        table(
            "text_operation",
            &[
                (r#"{"text_op": "repeat", "repeat_n": 3, "separator": "-"}"#, r#""ab""#, r#""ab-ab-ab""#),
                (r#"{"text_op": "repeat", "repeat_n": 0}"#, r#""ab""#, r#""""#),
                (r#"{"text_op": "repeat", "repeat_n": 999999999}"#, r#""ab""#, "! text_too_long"),
                (r#"{"text_op": "concat", "separator": ", "}"#, r#"["a", 1, null, true]"#, r#""a, 1, , true""#),
                (r#"{"text_op": "concat"}"#, r#"[["a"]]"#, "! not_a_text"),
                (r#"{"text_op": "uppercase"}"#, "1", "! not_a_text"),
                (r#"{"text_op": "uppercase"}"#, "null", "! not_a_text"),
            ],
        );
        assert_eq!(
            problems("text_operation", r#"{"repeat_n": -1}"#),
            ["bad_parameter text_op", "bad_parameter repeat_n"]
        );
    }

    #[test]
    fn texts_are_joined_in_the_order_of_their_edges() {
        let step = Try::inputs(r#"{"1": "world", "2": "hello"}"#);
        assert_eq!(step.line("textOpNode", r#"{"text_op": "concat", "separator": " "}"#), r#""hello world""#);
    }
}
