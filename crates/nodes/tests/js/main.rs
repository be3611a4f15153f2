//! The pool of JavaScript workers: what code sees and does not see, how calls end, and what becomes of their workers.

mod escapes;
mod limits;
mod node;
mod walls;

use std::path::PathBuf;
use std::time::Duration;

use model::{Value, json};
use nodes::StepError;
use nodes::js::{Pool, Request, Settings};

fn settings() -> Settings {
    Settings { workers: 2, program: Some(PathBuf::from(env!("CARGO_BIN_EXE_js-worker"))), ..Settings::default() }
}

fn pool() -> Pool {
    Pool::new(settings())
}

fn value(text: &str) -> Value {
    json::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A call of code on an input.
fn request(code: &str, input: &str) -> Request {
    Request { names: vec![("input", value(input))], ..Request::new(code) }
}

/// What came of it in one line.
fn line(result: Result<Value, StepError>) -> String {
    match result {
        Ok(value) => json::to_text(&value),
        Err(error) => format!("! {}: {}", error.code, error.message),
    }
}

async fn run(pool: &Pool, code: &str, input: &str) -> String {
    // A bound that only a hang reaches.
    let request = request(code, input);
    let call = pool.call(&request);
    line(tokio::time::timeout(Duration::from_secs(60), call).await.unwrap_or_else(|_| panic!("hangs: {code}")))
}

#[tokio::test]
async fn code_gives_what_it_returns() {
    let pool = pool();
    let rows = [
        ("return input.a + 1", r#"{"a": 2}"#, "3"),
        ("input.a + 1;", r#"{"a": 2}"#, "3"),
        ("({ b: input.a })", r#"{"a": [1, "ä\n😀"]}"#, r#"{"b":[1,"ä\n😀"]}"#),
        ("let s = 0; for (const n of input) s += n; return s", "[1, 2, 3.5]", "6.5"),
        ("const input = 5; return input", "1", "5"),
        ("const item = 1, index = 2; return item + index", "1", "3"),
        ("return", "1", "null"),
        ("undefined", "1", "null"),
        (
            "return {a: undefined, b: NaN, c: [undefined], d: new Date(0)}",
            "1",
            r#"{"b":null,"c":[null],"d":"1970-01-01T00:00:00.000Z"}"#,
        ),
        ("return [...input].map(x => x.toUpperCase()).join('-')", r#""ab""#, r#""A-B""#),
        ("return input.map(n => n ** 2)", "[1, 2]", "[1,4]"),
        ("const a = await Promise.resolve(input); return a", "7", "7"),
        ("return Promise.all([1, 2].map(async x => x * input))", "2", "[2,4]"),
        ("class A { #x = 3; get x() { return this.#x } } return new A().x", "0", "3"),
        ("return /(?<y>\\d{4})/u.exec(input).groups.y", r#""in 2024""#, r#""2024""#),
        ("return new Map([[1, new Set([2])]]).get(1).has(2)", "0", "true"),
        ("return 10n ** 20n + ''", "0", r#""100000000000000000000""#),
        (
            "return structuredClone",
            "0",
            "! js_error: ReferenceError: structuredClone is not defined (line 1, column 8)",
        ),
        ("return input.a.b", "{}", "! js_error: TypeError: cannot read property 'b' of undefined (line 1, column 8)"),
        ("\n\n  throw new RangeError('too far')", "0", "! js_error: RangeError: too far (line 3, column 13)"),
        ("throw {a: 1}", "0", r#"! js_error: thrown: {"a":1}"#),
        ("throw 'x'", "0", r#"! js_error: thrown: "x""#),
        ("await Promise.reject(new TypeError('no'))", "0", "! js_error: TypeError: no (line 1, column 26)"),
        ("await new Promise(() => {})", "0", "! js_error: Error: the code waits for a promise that nothing settles"),
        ("return 1n", "0", "! js_error: TypeError: BigInt are forbidden in JSON.stringify"),
        ("const a = {}; a.a = a; return a", "0", "! js_error: TypeError: circular reference"),
        ("return )", "0", "! js_error: SyntaxError: unexpected token in expression: ')' (line 1, column 8)"),
    ];
    for (code, input, expected) in rows {
        let got = run(&pool, code, input).await;
        assert!(got.starts_with(expected), "{code}\n  got {got}\n  not {expected}");
    }
}

#[tokio::test]
async fn time_and_chance_are_those_of_the_attempt() {
    let pool = pool();
    let code = "return [Math.random(), Math.random(), Date.now(), new Date().toISOString(), +new Date(5), typeof Date(), \
                new Date() instanceof Date, new Date(0).constructor === Date, Date.UTC(1970, 0, 2), new Date(2020, 0, 1).toISOString()]";
    let at = |seed, now_ms| Request { seed, now_ms, ..Request::new(code) };
    let first = line(pool.call(&at(7, 86_400_000.0)).await);
    for _ in 0..4 {
        assert_eq!(line(pool.call(&at(7, 86_400_000.0)).await), first, "the same attempt draws the same");
    }
    assert!(
        first.ends_with(
            r#",86400000,"1970-01-02T00:00:00.000Z",5,"string",true,true,86400000,"2020-01-01T00:00:00.000Z"]"#
        ),
        "{first}"
    );
    assert_ne!(line(pool.call(&at(7 + (1 << 40), 86_400_000.0)).await), first, "all bits of the seed count");
    let many = "let low = 0, seen = new Set(); for (let i = 0; i < 10000; i++) { const x = Math.random(); \
                if (!(x >= 0 && x < 1)) return 'outside'; if (x < 0.5) low++; seen.add(x) } return [low > 4700 && low < 5300, seen.size > 9990]";
    assert_eq!(run(&pool, many, "0").await, "[true,true]");
}

#[tokio::test]
async fn inputs_are_frozen_and_names_are_passed() {
    let pool = pool();
    for code in ["input.a = 1", "input.list.push(1)", "delete input.list", "input.list[0].b = 2"] {
        let got = run(&pool, code, r#"{"list": [{"b": 1}]}"#).await;
        assert!(got.starts_with("! js_error: TypeError: "), "{code}: {got}");
    }
    let names = ["input", "inputs", "item", "index", "vars", "trigger", "execution", "workflow"];
    let request = Request {
        names: names.iter().map(|&name| (name, Value::from(name))).collect(),
        ..Request::new("return [input, inputs, item, index, vars, trigger, execution, workflow]")
    };
    assert_eq!(line(pool.call(&request).await), format!("[\"{}\"]", names.join("\",\"")));
    let got = line(pool.call(&Request::new("return [typeof inputs, typeof index]")).await);
    assert_eq!(got, r#"["undefined","undefined"]"#);
    let own = run(&pool, "return [Object.keys(input), input.__proto__, ({}).x]", r#"{"__proto__": {"x": 1}}"#).await;
    assert_eq!(own, r#"[["__proto__"],{"x":1},null]"#);
}

#[tokio::test]
async fn the_console_is_collected_up_to_a_limit() {
    let pool = pool();
    let answer = pool.run(&Request::new("console.log('a', {b: [1]}, undefined); console.error(2n); return 1")).await;
    assert_eq!(answer.log, "a {\"b\":[1]} undefined\n2");
    let answer = pool.run(&Request::new("console.log('before'); throw new Error('x')")).await;
    assert_eq!((answer.log.as_str(), answer.result.is_err()), ("before", true));
    let answer = pool.run(&Request::new("for (let i = 0; i < 100000; i++) console.log('some words'); return 1")).await;
    assert!(answer.result.is_ok() && answer.log.len() < 70_000, "{}", answer.log.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_calls_at_once_give_the_right_answers() {
    let pool = pool();
    let code = "let sum = 0; for (const n of input.list) sum += n; return {id: input.id, sum, text: input.text}";
    let calls: Vec<_> = (0..1_000u32)
        .map(|id| {
            let pool = pool.clone();
            tokio::spawn(async move {
                let count = id.wrapping_mul(2_654_435_761) >> 24;
                let list: Vec<String> = (0..count).map(|n| (n * id).to_string()).collect();
                let text = "é".repeat(usize::try_from(id % 97).unwrap_or(0) * if id % 50 == 0 { 3_000 } else { 1 });
                let input = format!(r#"{{"id":{id},"list":[{}],"text":"{text}"}}"#, list.join(","));
                let sum: u64 = (0..u64::from(count)).map(|n| n * u64::from(id)).sum();
                assert_eq!(run(&pool, code, &input).await, format!(r#"{{"id":{id},"sum":{sum},"text":"{text}"}}"#));
            })
        })
        .collect();
    for call in calls {
        call.await.expect("a right answer");
    }
    assert!(pool.idle_workers().len() <= 2, "no more workers than the settings say");
}
