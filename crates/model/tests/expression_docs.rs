//! `docs/expressions.md` against the code: the methods it lists, the examples it gives, the differences it admits.

use std::collections::BTreeSet;
use std::path::PathBuf;

use model::expression::{Expression, NoNames, Scope, documented};
use model::{Value, json};
use rquickjs::{Context, Runtime};

fn page() -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/expressions.md");
    std::fs::read_to_string(path).expect("the documentation is part of the repository")
}

/// The text of a section, up to the next heading of its level.
fn section<'p>(page: &'p str, heading: &str) -> &'p str {
    let start = page.find(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("{heading} is missing")) + 1;
    let level = heading.split(' ').next().unwrap_or_default();
    let body = &page[start + heading.len()..];
    body.find(&format!("\n{level} ")).map_or(body, |end| &body[..end])
}

/// The input that the examples read: the only block of JSON.
fn input(page: &str) -> &str {
    let after = page.split("```json").nth(1).expect("an input for the examples");
    after.split("```").next().expect("the block ends")
}

/// The cells of a table's rows, without head and backticks.
fn table(section: &str) -> Vec<Vec<String>> {
    let cell = |text: &str| text.trim().trim_matches('`').replace('\u{1}', "|");
    section
        .lines()
        .filter(|line| line.starts_with('|'))
        .skip(2)
        .map(|line| line.replace("\\|", "\u{1}").trim_matches('|').split('|').map(cell).collect())
        .collect()
}

/// What ours answers, as JSON text.
fn ours(source: &str, input: &Value) -> String {
    let scope = Scope { input, item: None, index: None, names: &NoNames };
    let compiled = Expression::compile(source).unwrap_or_else(|error| panic!("{source}: {error}"));
    compiled.evaluate(&scope).map_or_else(|_| "throws".into(), |value| json::to_text(&value))
}

#[test]
fn lists_every_method_and_no_other() {
    let page = page();
    let methods = section(&page, "## Methods and functions");
    let code = documented();
    let kinds: BTreeSet<&str> = code.iter().map(|(kind, _)| *kind).collect();
    for kind in kinds {
        let ours: BTreeSet<&str> = code.iter().filter(|(of, _)| *of == kind).map(|(_, name)| *name).collect();
        let listed: BTreeSet<&str> = section(methods, &format!("### {kind}")).split('`').skip(1).step_by(2).collect();
        assert_eq!(listed, ours, "the names of {kind} in docs/expressions.md");
    }
}

#[test]
fn examples_answer_what_they_say() {
    let page = page();
    let input = json::read(input(&page).as_bytes()).expect("the input of the examples is JSON");
    let rows = table(section(&page, "## Our own functions"));
    assert!(rows.len() > 20, "the table of our own functions was not found");
    for row in rows {
        assert_eq!(ours(&row[1], &input), row[2], "{}", row[1]);
    }
}

#[test]
fn differences_are_as_listed() {
    let page = page();
    let text = input(&page);
    let input = json::read(text.as_bytes()).expect("the input of the examples is JSON");
    let runtime = Runtime::new().expect("a JavaScript runtime");
    let engine = Context::full(&runtime).expect("a JavaScript context");
    let rows = table(section(&page, "## Differences from JavaScript"));
    assert!(rows.len() > 15, "the table of differences was not found");
    for row in rows {
        let (source, theirs, here) = (&row[1], &row[2], &row[3]);
        assert_eq!(&ours(source, &input), here, "{source}, here");
        // An empty cell says that JavaScript's answer depends on the engine or the machine.
        if !theirs.is_empty() {
            let script = format!("((input) => JSON.stringify(({source}) ?? null))({text})");
            let answer: String = engine.with(|js| js.eval(script)).unwrap_or_else(|_| "throws".into());
            assert_eq!(&answer, theirs, "{source}, in JavaScript");
        }
    }
}
