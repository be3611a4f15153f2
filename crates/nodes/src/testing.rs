//! What tests of node types share: run one node once, or start, wake and ask it, and say what came of it.

use std::collections::HashMap;

use arcstr::ArcStr;
use model::expression::{Name, Names, Scope};
use model::{Catalog, ExecutionId, Graph, Problem, Severity, TenantId, Value, json};

use crate::{
    Compile, EffectKey, Incoming, Outcome, Registry, Round, Run, Started, State, Step, StepError, Wait, Woken,
};

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
    pub(crate) now: f64,
    pub(crate) has_children: bool,
    /// The items of a loop and how often it went on.
    pub(crate) round: Option<(Value, usize)>,
}

impl Default for Try {
    fn default() -> Self {
        let inputs = Value::object(Vec::new());
        Self {
            input: Value::Null,
            inputs,
            index: 0,
            attempt: 0,
            seed: 7,
            state: HashMap::new(),
            now: 0.0,
            has_children: false,
            round: None,
        }
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
        self.0.now
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

    /// Runs the first node of a graph whose other nodes are its sources, in the order of `inputs`, to its end.
    pub(crate) fn run(&self, kind: &str, data: &str) -> Result<Outcome, StepError> {
        match self.start(kind, data)? {
            Started::Done(outcome) => Ok(outcome),
            Started::Call(_) | Started::Wait(_) | Started::Open(_) => panic!("{kind} {data}: it does not end at once"),
        }
    }

    /// Starts that node, which may wait or open a scope as well.
    pub(crate) fn start(&self, kind: &str, data: &str) -> Result<Started, StepError> {
        self.with(kind, data, |run, step| run.start(step))
    }

    /// The wait that it starts.
    pub(crate) fn wait(&self, kind: &str, data: &str) -> Wait {
        match self.start(kind, data) {
            Ok(Started::Wait(wait)) => wait,
            Ok(_) => panic!("{kind} {data}: it does not wait"),
            Err(error) => panic!("{kind} {data}: {error}"),
        }
    }

    /// What it opens a scope with.
    pub(crate) fn open(&self, kind: &str, data: &str) -> Result<Value, StepError> {
        match self.start(kind, data)? {
            Started::Open(items) => Ok(items),
            Started::Done(_) | Started::Call(_) | Started::Wait(_) => panic!("{kind} {data}: it opens nothing"),
        }
    }

    /// What ends its wait.
    pub(crate) fn wake(&self, kind: &str, data: &str, woken: Woken) -> Result<Outcome, StepError> {
        self.with(kind, data, |run, step| run.wake(step, woken))
    }

    /// Whether it takes another round.
    pub(crate) fn goes_on(&self, kind: &str, data: &str) -> Result<bool, StepError> {
        self.with(kind, data, |run, step| run.goes_on(step))
    }

    fn with<T>(&self, kind: &str, data: &str, act: impl FnOnce(&dyn Run, &Step<'_>) -> T) -> T {
        let graph = self.graph(kind, data);
        let registry = Registry::standard();
        let node = &graph.nodes[0];
        let outputs = registry.outputs(node);
        let incoming = Incoming::of(&graph);
        let context =
            Compile { incoming: &incoming, outputs: &outputs, has_children: self.has_children, is_batched: false };
        let run = registry.compile(node, &context);
        let run = run.unwrap_or_else(|problems| panic!("{kind} {data}: {problems:?}"));
        let around = Around(self);
        let scope = Scope { input: &self.input, item: None, index: Some(i64::from(self.index)), names: &around };
        let key = EffectKey { execution: ExecutionId(1), node: "it", path: &[] };
        let Self { index, attempt, seed, .. } = *self;
        let round = self.round.as_ref().map(|(items, taken)| Round { items, taken: *taken });
        act(&*run, &Step { scope, index, attempt, seed, state: &around, tenant: TenantId::DEFAULT, key, round })
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
        line_of(self.run(kind, data))
    }
}

/// An attempt's result in one line.
pub(crate) fn line_of(result: Result<Outcome, StepError>) -> String {
    match result {
        Ok(outcome) if outcome.ports.as_slice() == [0] => json::to_text(&outcome.output),
        Ok(outcome) => format!("{} {:?}", json::to_text(&outcome.output), outcome.ports),
        Err(error) => format!("! {}", error.code),
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
