//! Evaluations end, and sources do not exhaust the stack.

use model::expression::{CompileError, EvalErrorName, Expression, Field, NoNames, Scope};
use model::{Value, json};

/// What a source answers, its input being null.
fn evaluate(source: &str) -> Result<Value, EvalErrorName> {
    let scope = Scope { input: &Value::Null, item: None, index: None, names: &NoNames };
    let compiled = Expression::compile(source).unwrap_or_else(|error| panic!("{source:.60}: {error}"));
    compiled.evaluate(&scope).map_err(|error| error.name)
}

#[test]
fn sources_of_any_nesting_are_compiled_or_refused_on_a_small_stack() {
    let shapes: &[(&str, &str)] = &[
        ("(", ")"),
        ("[", "]"),
        ("{a:", "}"),
        ("!", ""),
        ("- ", ""),
        ("typeof ", ""),
        ("void ", ""),
        ("1 ? 2 : ", ""),
        ("2 ** ", ""),
        ("1 + ", ""),
        ("1 && ", ""),
        ("1 ?? ", ""),
        ("x => ", ""),
        ("[1].map(x => ", ")"),
        ("`${", "}`"),
        ("input?.[", "]"),
        ("...", ""),
        ("new ", ""),
        ("await ", ""),
        ("a = ", ""),
        ("async () => ", ""),
        ("({", "})"),
        ("1 /", ""),
        ("/(", "/"),
        ("class extends ", ""),
        ("function(){", "}"),
    ];
    let run = move || {
        for (open, close) in shapes {
            for count in [10, 100, 150, 190, 250, 1_000, 10_000] {
                let source = format!("{}1{}", open.repeat(count), close.repeat(count));
                let scope = Scope { input: &Value::Null, item: None, index: None, names: &NoNames };
                if let Ok(compiled) = Expression::compile(&source) {
                    let _ = compiled.evaluate(&scope);
                }
            }
        }
        let tail = format!("input{}", ".a".repeat(20_000));
        let _: Result<Expression, CompileError> = Expression::compile(&tail);
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(run).expect("a thread");
    thread.join().expect("no source exhausts the stack");
}

#[test]
fn an_exhausted_budget_is_an_error_of_its_own() {
    for source in [
        "Array.from({length: 1e5}).map((_, i, a) => a.map(() => i).length).length",
        "Array.from({length: 40}).reduce(s => s + s, 'x').length",
        "Array.from({length: 40}).reduce(o => ({a: o, b: o}), {})",
        "Array.from({length: 600}).reduce(o => [o], [])",
        "'a'.repeat(1e9)",
        "[...'a'.repeat(2e7)].length",
        // Each search looks at all the text that is left, and takes one letter of it.
        "'A'.repeat(1e6).replace(/.*[^A-Z]|[A-Z]/g, 'x').length",
        "'A'.repeat(1e6).match(/A.*B|A/g).length",
        "'ab'.repeat(1e6).split(/a.*c|a/).length",
    ] {
        assert_eq!(evaluate(source), Err(EvalErrorName::Budget), "{source}");
    }
}

#[test]
fn work_of_an_ordinary_size_is_within_the_budget() {
    for (source, answer) in [
        ("Array.from({length: 1e5}, (_, i) => i).reduce((a, b) => a + b)", "4999950000"),
        ("Array.from({length: 20000}, (_, i) => i).reduce((text, n) => text + n + '\\n', '').length", "108890"),
        ("Array.from({length: 1e5}, (_, i) => (i * 7919) % 1e5).sort((a, b) => a - b)[99999]", "99999"),
        ("'a b '.repeat(1e5).replace(/\\s+/g, '-').length", "400000"),
        ("'a b '.repeat(1e5).replaceAll(' ', '--').length", "600000"),
        ("Array.from({length: 1000}, () => 'a b c '.repeat(170).replace(/\\s+/g, '-').length)[0]", "1020"),
        ("'word, '.repeat(1e5).split(/,\\s*/).length", "100001"),
        ("Object.keys(Object.fromEntries(Array.from({length: 1e5}, (_, i) => ['k' + i, i]))).length", "100000"),
        ("Array.from({length: 1500}).reduce((all, _, i) => ({...all, ['k' + i]: i}), {}).k1499", "1499"),
        ("JSON.parse(JSON.stringify(Array.from({length: 1e5}, (_, i) => ({i})))).length", "100000"),
    ] {
        let got = evaluate(source).map(|value| json::to_text(&value));
        assert_eq!(got.as_deref(), Ok(answer), "{source}");
    }
}

#[test]
fn a_field_names_the_place_of_its_error() {
    let value = json::read(br#"{"headers":[{"value":"x"},{"value":"a {{ input.x = 1 }}"}]}"#).expect("JSON");
    let error = Field::compile(&value).expect_err("an assignment");
    assert_eq!(error.path, "$.headers[1].value");
    assert_eq!(error.error.construct, "assignment");
    assert_eq!(error.error.offset, 5);
}

#[test]
fn a_field_without_expressions_is_the_value_itself() {
    let value = json::read(br#"{"a":["x {{ y","}}"],"b":1.10}"#).expect("JSON");
    let field = Field::compile(&value).expect("no expression");
    assert!(field.constant().is_some_and(|constant| constant.same(&value)));
    let mixed = json::read(br#"{"a":"{{ 1 + 1 }}","b":{"c":"n {{ 2 }}","d":[true]}}"#).expect("JSON");
    let field = Field::compile(&mixed).expect("expressions");
    assert!(field.constant().is_none());
    let scope = Scope { input: &Value::Null, item: None, index: None, names: &NoNames };
    let answer = field.evaluate(&scope).expect("no failure");
    assert_eq!(json::to_text(&answer), r#"{"a":2,"b":{"c":"n 2","d":[true]}}"#);
}

#[test]
fn references_are_what_is_read() {
    use model::expression::Name;
    let source = "nodes.a.output.x + node['b'].output + $('Fetch it').item.json.y + env.HOME + index + $node.c.json";
    let references = Expression::compile(source).expect("legal").references().clone();
    assert_eq!(references.nodes.iter().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(references.labels.iter().collect::<Vec<_>>(), ["Fetch it", "c"]);
    assert!(references.reads(Name::Env) && references.index);
    assert!(!references.reads(Name::Workflow) && !references.now && !references.input && !references.all_nodes);
    let whole = Expression::compile("Object.keys(nodes).length + new Date().getTime() + workflow.name").expect("legal");
    assert!(whole.references().all_nodes && whole.references().now && whole.references().reads(Name::Workflow));
}

#[test]
fn errors_point_into_the_source_as_written() {
    for (source, construct, offset) in [
        ("  >= input.a + unknown", "global", 15),
        ("{{ unknown > 1 }}", "global", 3),
        ("input.a + unknown", "global", 10),
    ] {
        let error = Expression::condition(source).expect_err(source);
        assert_eq!((error.construct.as_str(), error.offset), (construct, offset), "{source}: {error}");
    }
    let error = Expression::compile("input.list.toUppercase()").expect_err("no such method");
    assert_eq!(error.suggestion.as_deref(), Some("did you mean toUpperCase()?"));
}

#[test]
fn secrets_are_refused_where_a_field_is_not_for_them() {
    for source in ["secrets.key", "[1].map(x => secrets)", "typeof secrets", "{ ...secrets }"] {
        let error = Expression::compile(source).expect_err(source);
        assert_eq!(error.construct, "secrets", "{source}: {error}");
    }
    let field = json::read(br#"{"headers":["Bearer {{ secrets.key }}"]}"#).expect("JSON");
    assert_eq!(Field::compile(&field).expect_err("a secret").path, "$.headers[0]");
    assert!(Expression::compile("input.secrets").is_ok(), "a key of that name is no secret");
}
