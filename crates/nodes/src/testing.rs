//! What tests of node types share: run one node once, and say what came of it.

use std::collections::HashMap;

use arcstr::ArcStr;
use model::expression::{Name, Names, Scope};
use model::{Catalog, ExecutionId, Graph, Problem, Severity, Value, json};

use crate::{Compile, EffectKey, Incoming, Outcome, Registry, State, Step, StepError};

/// Reads JSON.
pub(crate) fn json(text: &str) -> Value {
    json::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A step to try a node with.
pub(crate) struct Try {
    pub(crate) input: Value,
    pub(crate) inputs: Value,
    pub(crate) index: u32,
    pub(crate) attempt: u32,
    pub(crate) seed: u64,
    pub(crate) state: HashMap<String, Value>,
}

impl Default for Try {
    fn default() -> Self {
        let inputs = Value::object(Vec::new());
        Self { input: Value::Null, inputs, index: 0, attempt: 0, seed: 7, state: HashMap::new() }
    }
}

struct Around<'a>(&'a Try);

impl Names for Around<'_> {
    fn get(&self, name: Name) -> Option<Value> {
        match name {
            Name::Inputs => Some(self.0.inputs.clone()),
            Name::Vars => Some(json(r#"{"limit": 5}"#)),
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
        0.0
    }
}

impl State for Around<'_> {
    fn get(&self, key: &str) -> Option<Value> {
        self.0.state.get(key).cloned()
    }
}

impl Try {
    pub(crate) fn input(text: &str) -> Self {
        Self { input: json(text), ..Self::default() }
    }

    /// Several inputs by the ids of their sources.
    pub(crate) fn inputs(text: &str) -> Self {
        Self { input: json(text), inputs: json(text), ..Self::default() }
    }

    /// Runs the first node of a graph whose other nodes are its sources, in the order of `inputs`.
    pub(crate) fn run(&self, kind: &str, data: &str) -> Result<Outcome, StepError> {
        let graph = self.graph(kind, data);
        let registry = Registry::standard();
        let node = &graph.nodes[0];
        let outputs = registry.outputs(node);
        let run = registry.compile(node, &Compile { incoming: &Incoming::of(&graph), outputs: &outputs });
        let run = run.unwrap_or_else(|problems| panic!("{kind} {data}: {problems:?}"));
        let around = Around(self);
        let scope = Scope { input: &self.input, item: None, index: Some(i64::from(self.index)), names: &around };
        let key = EffectKey { execution: ExecutionId(1), node: "it", path: &[] };
        let Self { index, attempt, seed, .. } = *self;
        run.run(&Step { scope, index, attempt, seed, state: &around, key, round: None })
    }

    fn graph(&self, kind: &str, data: &str) -> Graph {
        let sources: Vec<&ArcStr> = self.inputs.as_object().map(|inputs| inputs.keys().collect()).unwrap_or_default();
        // Backwards, so that the order of edges is not that of the keys.
        let edges: Vec<String> =
            sources.iter().rev().map(|id| format!(r#"{{"source": "{id}", "target": "it"}}"#)).collect();
        let nodes = format!(r#"{{"id": "it", "type": "{kind}", "data": {data}}}"#);
        Graph::from_value(&json(&format!(r#"{{"nodes": [{nodes}], "edges": [{}]}}"#, edges.join(","))))
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// What came of it in one line: the output and the ports that are not the first alone, or the error's code.
    pub(crate) fn line(&self, kind: &str, data: &str) -> String {
        match self.run(kind, data) {
            Ok(outcome) if outcome.ports.as_slice() == [0] => json::to_text(&outcome.output),
            Ok(outcome) => format!("{} {:?}", json::to_text(&outcome.output), outcome.ports),
            Err(error) => format!("! {}", error.code),
        }
    }
}

/// Compares what came of many inputs: `(parameters, input, line)`.
pub(crate) fn table(kind: &str, rows: &[(&str, &str, &str)]) {
    for (data, input, line) in rows {
        assert_eq!(&Try::input(input).line(kind, data), line, "{kind} {data} with {input}");
    }
}

/// The problems of a node's parameters, `code path` each, errors only.
pub(crate) fn problems(kind: &str, data: &str) -> Vec<String> {
    let found = check(kind, data);
    let errors = found.into_iter().filter(|problem| problem.severity == Severity::Error);
    errors.map(|problem| format!("{} {}", problem.code, problem.path.unwrap_or_default())).collect()
}

/// All problems of a node's parameters.
pub(crate) fn check(kind: &str, data: &str) -> Vec<Problem> {
    let graph = Try::default().graph(kind, data);
    Registry::standard().check(&graph.nodes[0])
}
