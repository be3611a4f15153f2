//! The expression language against recorded answers of a JavaScript engine: the folder `shared/reference/expressions`
//! beside the repository. Without the folder these tests pass.

use std::path::PathBuf;

use model::expression::{Expression, Field, Name, Names, Scope};
use model::{Value, json};

/// The names of a row's `context`.
struct Context(Value);

impl Names for Context {
    fn get(&self, name: Name) -> Option<Value> {
        let key = match name {
            Name::Inputs => "inputs",
            Name::Nodes => "nodes",
            Name::Trigger => "trigger",
            Name::Vars => "vars",
            Name::Context => "context",
            Name::Const => "const",
            Name::Env => "env",
            Name::Execution => "execution",
            Name::Workflow => "workflow",
        };
        self.0.get(key).cloned()
    }

    fn node(&self, id: &str) -> Option<Value> {
        self.0.get("nodes")?.get(id)?.get("output").cloned()
    }

    fn node_labelled(&self, label: &str) -> Option<Value> {
        let nodes = self.0.get("nodes")?.as_object()?;
        let labelled = |node: &&Value| node.get("label").and_then(Value::as_str) == Some(label);
        nodes.entries().iter().map(|(_, node)| node).find(labelled)?.get("output").cloned()
    }

    fn now(&self) -> f64 {
        let Some(text) = self.0.get("now").and_then(Value::as_str) else { return 0.0 };
        let moment: jiff::Timestamp = text.parse().expect("the recorded instant is ISO text");
        moment.as_millisecond() as f64
    }
}

fn rows(file: &str) -> Vec<Value> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/expressions");
    let Ok(text) = std::fs::read_to_string(folder.join(file)) else { return Vec::new() };
    text.lines().map(|line| json::read(line.as_bytes()).expect("a row is JSON")).collect()
}

fn text<'v>(row: &'v Value, key: &str) -> &'v str {
    row.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// What an expression answers: a value, or the name of an error and its message.
fn answer(row: &Value) -> Result<Value, (String, String)> {
    let context = Context(row.get("context").cloned().unwrap_or_default());
    let null = Value::Null;
    let scope = Scope {
        input: context.0.get("input").unwrap_or(&null),
        item: context.0.get("item"),
        index: context.0.get("index").and_then(Value::as_i64),
        names: &context,
    };
    let source = text(row, "expr");
    let failed = |error: model::expression::EvalError| (error.code().to_owned(), error.message);
    let refused = |error: model::expression::CompileError| (format!("compile {}", error.construct), error.message);
    match text(row, "mode") {
        "condition" => {
            let compiled = Expression::condition(source).map_err(refused)?;
            compiled.test(&scope).map(Value::Bool).map_err(failed)
        }
        "field" => {
            let compiled = Field::compile(&Value::from(source)).map_err(|error| refused(error.error))?;
            compiled.evaluate(&scope).map_err(failed)
        }
        _ => Expression::compile(source).map_err(refused)?.evaluate(&scope).map_err(failed),
    }
}

/// Equality of two values, with numbers compared as f64 or as their text.
fn same(a: &Value, b: &Value, exact: bool) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => {
            a.items().len() == b.items().len() && a.items().iter().zip(b.items()).all(|(a, b)| same(a, b, exact))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.entries().iter().all(|(key, value)| b.get(key).is_some_and(|other| same(value, other, exact)))
        }
        (a, b) if a.is_number() && b.is_number() => {
            if exact {
                json::to_text(a) == json::to_text(b)
            } else {
                a.as_f64() == b.as_f64()
            }
        }
        (a, b) => a == b,
    }
}

/// The name of the error a row expects, if it expects one.
fn expected_error(expect: &Value) -> Option<&str> {
    expect.get("error").and_then(Value::as_str)
}

/// Checks each row of a file and lists all that disagree.
fn check(file: &str, expect: &str, exact: bool) {
    let rows = rows(file);
    let mut wrong = Vec::new();
    for row in &rows {
        let wanted = row.get(expect).expect("a row says what it expects");
        let got = answer(row);
        let fine = match (&got, expected_error(wanted)) {
            (Ok(value), None) => same(value, wanted, exact),
            (Err((name, message)), Some(error)) => {
                let mentions = wanted.get("mentions").and_then(Value::as_array).unwrap_or_default();
                name == error && mentions.iter().all(|part| message.contains(part.as_str().unwrap_or_default()))
            }
            _ => false,
        };
        if !fine {
            let got = match got {
                Ok(value) => json::to_text(&value),
                Err((name, message)) => format!("{name}: {message}"),
            };
            let (id, source) = (text(row, "id"), text(row, "expr"));
            wrong.push(format!("{id} {source}\n    wanted {}\n    got    {got}", json::to_text(wanted)));
        }
    }
    let count = wrong.len();
    assert!(wrong.is_empty(), "{count} of {} rows of {file} disagree:\n{}", rows.len(), wrong.join("\n"));
}

#[test]
fn cases_agree_with_javascript() {
    check("cases.jsonl", "expect", false);
}

#[test]
fn real_expressions_agree_with_javascript() {
    check("real.jsonl", "expect", false);
}

#[test]
fn deviations_are_those_required() {
    check("deviations.jsonl", "required", true);
}

#[test]
fn refused_when_compiled_and_the_construct_is_named() {
    let rows = rows("rejected.jsonl");
    let mut wrong = Vec::new();
    for row in &rows {
        let (source, construct) = (text(row, "expr"), text(row, "construct"));
        match Expression::compile(source) {
            Err(error) if error.construct == construct => {}
            Err(error) => wrong.push(format!("{source}: wanted {construct}, got {} ({error})", error.construct)),
            Ok(_) => wrong.push(format!("{source}: compiled, wanted {construct}")),
        }
    }
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn hostile_expressions_end_and_answer_data() {
    let rows = rows("hostile.jsonl");
    let mut wrong = Vec::new();
    for row in &rows {
        let got = answer(row);
        let source = text(row, "expr");
        let shown = match got {
            Ok(value) => json::to_text(&value),
            Err((_, message)) => message,
        };
        if ["[native code]", "function ", "=>"].iter().any(|trace| shown.contains(trace) && !source.contains(trace)) {
            wrong.push(format!("{source}: answers {shown}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}
