//! 100,000 random expressions against QuickJS.

mod expression_generator;

use expression_generator::{CONTEXT, Random, expression};
use model::expression::{Expression, Name, Names, Scope};
use model::{Value, json};
use rquickjs::{Context, Function, Runtime};

/// Evaluates an expression and maps the result to JSON as the boundary of the language does.
const HARNESS: &str = r#"
// V8 and SpiderMonkey name the time zone in this text, QuickJS does not.
const __text = Date.prototype.toString;
Date.prototype.toString = function () {
  return Number.isNaN(this.getTime()) ? "Invalid Date" : __text.call(this) + " (Coordinated Universal Time)";
};
globalThis.__run = (source, context) => {
  const fail = name => { const e = new Error(name); e.name = name; throw e; };
  const walk = v => {
    switch (typeof v) {
      case "string": return v.toWellFormed();
      case "boolean": return v;
      case "number": if (!Number.isFinite(v)) fail("not_finite"); return v === 0 ? 0 : v;
      case "undefined": return undefined;
      case "object": break;
      default: fail("not_json");
    }
    if (v === null) return null;
    if (Array.isArray(v)) return Array.from(v, x => walk(x) ?? null);
    if (v instanceof Date) return Number.isNaN(v.getTime()) ? fail("not_finite") : v.toISOString();
    if (v instanceof RegExp) fail("not_json");
    const out = {};
    for (const k of Object.keys(v)) { const y = walk(v[k]); if (y !== undefined) out[k] = y; }
    return out;
  };
  try {
    const names = JSON.parse(context);
    const keys = Object.keys(names);
    const run = new Function(...keys, `"use strict"; return (${source}\n);`);
    const value = walk(run(...keys.map(k => names[k])));
    return "=" + JSON.stringify(value === undefined ? null : value);
  } catch (e) {
    return "!" + e.name;
  }
};
"#;

struct Vars(Value);

impl Names for Vars {
    fn get(&self, name: Name) -> Option<Value> {
        (name == Name::Vars).then(|| self.0.clone())
    }

    fn node(&self, _: &str) -> Option<Value> {
        None
    }

    fn node_labelled(&self, _: &str) -> Option<Value> {
        None
    }

    fn now(&self) -> f64 {
        0.0
    }
}

/// What ours answers, in the form of the harness.
fn ours(source: &str, context: &Value) -> String {
    let vars = Vars(context.get("vars").cloned().unwrap_or_default());
    let input = context.get("input").expect("the context has an input");
    let index = context.get("index").and_then(Value::as_i64);
    let scope = Scope { input, item: context.get("item"), index, names: &vars };
    match Expression::compile(source) {
        Err(error) => format!("refused: {error}"),
        Ok(compiled) => match compiled.evaluate(&scope) {
            Ok(value) => format!("={}", json::to_text(&value)),
            Err(error) => format!("!{}", error.code()),
        },
    }
}

#[test]
fn random_expressions_agree_with_quickjs() {
    let count = 100_000;
    let context = json::read(CONTEXT.as_bytes()).expect("the context is JSON");
    let runtime = Runtime::new().expect("a JavaScript runtime");
    let engine = Context::full(&runtime).expect("a JavaScript context");
    let mut wrong = Vec::new();
    engine.with(|js| {
        js.eval::<(), _>(HARNESS).expect("the harness is JavaScript");
        let run: Function<'_> = js.globals().get("__run").expect("the harness defines it");
        for seed in 0..count {
            let source = expression(&mut Random(seed));
            let theirs: String = run.call((source.as_str(), CONTEXT)).expect("the harness catches errors");
            let ours = ours(&source, &context);
            if ours != theirs {
                wrong.push(format!("seed {seed}: {source}\n    javascript {theirs}\n    ours       {ours}"));
            }
        }
    });
    let shown = wrong.iter().take(60).cloned().collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{} of {count} expressions disagree:\n{shown}", wrong.len());
}
