//! The node type: how a step becomes a call.

use model::expression::{Name, Names, Scope};
use model::{EffectClass, ExecutionId, Graph, TenantId, Value};
use nodes::{Compile, EffectKey, Incoming, Registry, Services, Started, State, Step};

use crate::{line, pool, value};

struct Around;

impl Names for Around {
    fn get(&self, name: Name) -> Option<Value> {
        match name {
            Name::Inputs => Some(value(r#"{"a": 1}"#)),
            Name::Vars => Some(value(r#"{"limit": 5}"#)),
            Name::Env => panic!("code never asks for these"),
            _ => None,
        }
    }

    fn node(&self, _: &str) -> Option<Value> {
        None
    }

    fn node_labelled(&self, _: &str) -> Option<Value> {
        None
    }

    fn now(&self) -> f64 {
        1_500.0
    }
}

impl State for Around {
    fn get(&self, _: &str) -> Option<Value> {
        None
    }
}

async fn step(data: &str) -> String {
    let registry = Registry::with(&Services::default().with_js(pool()));
    let graph = Graph::from_value(&value(&format!(r#"{{"nodes": [{{"id": "it", "type": "code", "data": {data}}}]}}"#)));
    let graph = graph.expect("a graph");
    let outputs = ["out".into()];
    let context = Compile { incoming: &Incoming::default(), outputs: &outputs, has_children: false, is_batched: false };
    let run = registry.compile(&graph.nodes[0], &context).unwrap_or_else(|problems| panic!("{problems:?}"));
    assert_eq!((run.effect(), run.is_cheap()), (EffectClass::Pure, true));
    let input = value("[1, 2]");
    let scope = Scope { input: &input, item: None, index: Some(3), names: &Around };
    let key = EffectKey { execution: ExecutionId(1), node: "it", path: &[3] };
    let step =
        Step { scope, index: 3, attempt: 0, seed: 9, state: &Around, tenant: TenantId::DEFAULT, key, round: None };
    let Ok(Started::Call(call)) = run.start(&step) else { panic!("a call") };
    assert_eq!(call.host, None);
    line(call.work.await.map(|outcome| outcome.output))
}

#[tokio::test]
async fn a_step_passes_its_names_its_time_and_its_limit() {
    let got = step(
        r#"{"code": "return [input, inputs, index, vars, Date.now(), typeof trigger, typeof secrets, typeof env]"}"#,
    )
    .await;
    assert_eq!(got, r#"[[1,2],{"a":1},3,{"limit":5},1500,"undefined","undefined","undefined"]"#);
    assert_eq!(step(r#"{"code": "return \\u0069nput[0]"}"#).await, "1", "a name with an escape");
    let got = step(r#"{"code": "while (true) {}", "timeout": "50ms"}"#).await;
    assert_eq!(got, "! js_timeout: the code took longer than 50 ms");
    let got = step(r#"{"code": "console.log('saw', input); throw new Error('no')"}"#).await;
    assert_eq!(got, "! js_error: Error: no (line 1, column 38)\nconsole:\nsaw [1,2]");
    let got = step(r#"{"code": "console.log('x'.repeat(9000) + 'end'); null.a"}"#).await;
    assert!(got.len() < 4_400 && got.ends_with("xend") && got.contains("\nconsole:\n…x"), "{got}");
}
