//! Whole graphs: the example of each type runs, and the graphs of shared test data, where they are at hand, have no
//! parameter that is refused.

use std::collections::HashMap;
use std::path::Path;

use arcstr::ArcStr;
use model::expression::{Name, Names, Scope};
use model::{Catalog, EffectClass, ExecutionId, Graph, Node, Role, Severity, Status, TenantId, Value, json};
use nodes::{
    Child, Compile, EffectKey, Incoming, Registry, Services, Started, State, Step, StepError, Wait, Woken,
    context_values, js,
};

/// What a walk over a graph remembers: enough for acyclic graphs whose nodes stand after their sources.
#[derive(Default)]
struct Walk {
    outputs: HashMap<ArcStr, (Value, Vec<ArcStr>)>,
    state: HashMap<ArcStr, Value>,
    context: Value,
    constants: Value,
    inputs: Value,
}

impl Names for Walk {
    fn get(&self, name: Name) -> Option<Value> {
        match name {
            Name::Inputs => Some(self.inputs.clone()),
            Name::Context => Some(self.context.clone()),
            Name::Const => Some(self.constants.clone()),
            _ => None,
        }
    }

    fn node(&self, id: &str) -> Option<Value> {
        self.outputs.get(id).map(|(output, _)| output.clone())
    }

    fn node_labelled(&self, _: &str) -> Option<Value> {
        None
    }

    fn now(&self) -> f64 {
        0.0
    }
}

impl State for Walk {
    fn get(&self, key: &str) -> Option<Value> {
        self.state.get(key).cloned()
    }
}

/// Runs a graph's nodes in the order of the file; the output of the last one that ran.
fn run(graph: &Graph, registry: &Registry) -> Result<Value, StepError> {
    let (context, constants) = context_values(graph);
    let mut walk = Walk { context, constants, ..Walk::default() };
    let incoming = Incoming::of(graph);
    let mut last = Value::Null;
    for node in &graph.nodes {
        let Some(given) = given(graph, node, &walk) else { continue };
        if registry.spec(&node.kind).is_none_or(|spec| spec.role == Role::Frame) {
            continue;
        }
        let outputs = registry.outputs(node);
        let context = Compile { incoming: &incoming, outputs: &outputs, has_children: false, is_batched: false };
        let compiled = registry.compile(node, &context);
        let compiled = compiled.unwrap_or_else(|problems| panic!("{}: {problems:?}", node.id));
        walk.inputs = Value::object(given.clone());
        let input = if let [(_, one)] = given.as_slice() { one.clone() } else { walk.inputs.clone() };
        let input = if given.is_empty() { Value::Null } else { input };
        let scope = Scope { input: &input, item: None, index: None, names: &walk };
        let key = EffectKey { execution: ExecutionId(1), node: &node.id, path: &[] };
        let step =
            Step { scope, index: 0, attempt: 0, seed: 1, state: &walk, tenant: TenantId::DEFAULT, key, round: None };
        let outcome = match compiled.start(&step)? {
            Started::Done(outcome) => outcome,
            Started::Wait(wait) => compiled.wake(&step, what_comes(wait))?,
            // Without a host it is one that stays on this machine.
            Started::Call(call) if call.host.is_none() => runtime().block_on(call.work)?,
            Started::Call(_) | Started::Open(_) => panic!("{}: it does not end here", node.id),
        };
        let ports = outcome.ports.iter().map(|&port| outputs[usize::from(port)].clone()).collect();
        last = outcome.output.clone();
        walk.state.extend(outcome.writes);
        walk.outputs.insert(node.id.clone(), (outcome.output, ports));
    }
    Ok(last)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// What ends a wait: the execution that was asked for gives its input back, and every signal is an approval.
fn what_comes(wait: Wait) -> Woken {
    if let Some(Child { input, .. }) = wait.child {
        let execution = ExecutionId(2);
        return Woken::ChildEnded { execution, status: Status::Succeeded, output: input, error: None };
    }
    match wait.signal {
        Some(_) => Woken::Signal(json::read(br#"{"approved": true}"#).expect("it is JSON")),
        None => Woken::Time,
    }
}

/// What comes over a node's edges, or `None` if it has edges and nothing comes.
fn given(graph: &Graph, node: &Node, walk: &Walk) -> Option<Vec<(ArcStr, Value)>> {
    let edges: Vec<_> = graph.edges.iter().filter(|edge| edge.target == node.id).collect();
    let come = edges.iter().filter_map(|edge| {
        let (output, ports) = walk.outputs.get(&edge.source)?;
        let open = edge.source_handle.as_ref().is_none_or(|handle| ports.contains(handle));
        (open && !ports.is_empty()).then(|| (edge.source.clone(), output.clone()))
    });
    let come: Vec<_> = come.collect();
    (edges.is_empty() || !come.is_empty()).then_some(come)
}

fn has_children(graph: &Graph, node: &Node) -> bool {
    graph.nodes.iter().any(|other| other.parent.as_ref() == Some(&node.id))
}

fn is_container(registry: &Registry, node: &Node) -> bool {
    registry.spec(&node.kind).is_some_and(|spec| spec.role == Role::Container)
}

/// Those of types that reach out lead to places which are not there.
#[test]
fn every_example_runs() {
    let program = Some(env!("CARGO_BIN_EXE_js-worker").into());
    let pool = js::Pool::new(js::Settings { program, ..js::Settings::default() });
    let registry = Registry::with(&Services::default().with_js(pool));
    let expected = HashMap::from([
        ("operation", "6"),
        ("set_fields", r#"{"net":100,"gross":120,"meta":{"by":"shop"}}"#),
        ("context_variable", "120"),
        ("reduce", "10"),
        ("counter", "2"),
        ("accumulator", "10"),
        ("variable", "5"),
        ("merge", r#"[{"id":1,"name":"Ada","age":36}]"#),
        ("group_by", r#"{"NL":6,"DE":7}"#),
        ("mock", "200"),
        ("switch", r#""not found""#),
        ("condition", r#""welcome""#),
        ("text_operation", r#""Ada Lovelace""#),
        ("split", "2"),
        ("sub_workflow", r#"{"order":7}"#),
        ("delay", "null"),
        ("wait_until", r#"{"due":"2026-01-01T09:00:00Z"}"#),
        ("wait_for_signal", r#"{"approved":true}"#),
    ]);
    let mut compared = 0;
    for id in registry.listed().filter(|spec| spec.effect == EffectClass::Pure).map(|spec| spec.id) {
        let spec = registry.spec(id).expect("it is listed");
        let mut graph = Graph::from_value(&spec.example).unwrap_or_else(|error| panic!("{id}: {error}"));
        graph.resolve_types(&registry);
        if graph.nodes.iter().any(|node| has_children(&graph, node) && is_container(&registry, node)) {
            // Opened by the engine, which runs these examples in its own tests.
            continue;
        }
        let output = run(&graph, &registry).unwrap_or_else(|error| panic!("{id}: {error}"));
        if let Some(expected) = expected.get(id) {
            assert_eq!(&json::to_text(&output), expected, "{id}");
            compared += 1;
        }
    }
    assert_eq!(compared, expected.len());
}

/// The graphs of a folder of shared test data; none where it is absent.
fn shared(folder: &str) -> Vec<(String, Value)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(folder);
    let files = std::fs::read_dir(root).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    let names = files.map(|path| (path.to_string_lossy().into_owned(), path));
    let graphs = names.filter(|(name, _)| name.ends_with(".json") && !name.ends_with(".expected.json"));
    let read = |path| json::read(&std::fs::read(path).expect("the file is there")).expect("it is JSON");
    graphs.map(|(name, path)| (name, read(path))).collect()
}

#[test]
fn graphs_of_others_have_no_refused_parameter() {
    let registry = Registry::standard();
    let thaiyyal = shared("data/thaiyyal");
    let fixtures = shared("reference/fixtures").into_iter();
    let fixtures = fixtures.filter_map(|(name, file)| Some((name, file.get("graph")?.clone())));
    for (name, file) in thaiyyal.into_iter().chain(fixtures) {
        let mut graph = Graph::from_value(&file).unwrap_or_else(|error| panic!("{name}: {error}"));
        graph.resolve_types(&registry);
        for node in &graph.nodes {
            let refused: Vec<_> =
                registry.check(node).into_iter().filter(|problem| problem.severity == Severity::Error).collect();
            assert!(refused.is_empty(), "{name}: {refused:?}");
        }
    }
}

#[test]
fn thaiyyals_graphs_carry_its_values() {
    let registry = Registry::standard();
    for (name, file) in shared("data/thaiyyal") {
        let expected = std::fs::read(name.replace(".json", ".expected.json")).expect("each graph has its answer");
        let expected = json::read(&expected).expect("it is JSON");
        let mut graph = Graph::from_value(&file).unwrap_or_else(|error| panic!("{name}: {error}"));
        graph.resolve_types(&registry);
        let output = run(&graph, &registry).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut end = expected.get("final_output").expect("an answer");
        // Branch nodes and `extract` there wrap the value that passes, one around the other.
        while ["path", "output_path", "field"].iter().any(|key| end.get(key).is_some()) {
            end = end.get("value").expect("the value");
        }
        assert_eq!(&output, end, "{name}");
    }
}
