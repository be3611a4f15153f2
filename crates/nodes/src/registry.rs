//! All node types of this build, found by name or alias.

use std::collections::HashMap;

use arcstr::ArcStr;
use model::{Catalog, Node, NodeSpec, Problem, Role, Severity, Value};

use crate::check::Checker;
use crate::{
    Compile, Incoming, NodeType, Run, Services, code, data, frames, inference, inputs, logic, mock, network, people,
    show, state, triggers,
};

/// The node types of a build.
pub struct Registry {
    entries: Vec<Entry>,
    by_name: HashMap<&'static str, usize>,
}

struct Entry {
    kind: Box<dyn NodeType>,
    checker: Checker,
}

impl Registry {
    /// Every node type that the product ships, with services as they are by default.
    pub fn standard() -> Self {
        Self::with(&Services::default())
    }

    /// Every node type that the product ships.
    pub fn with(services: &Services) -> Self {
        Self::with_more(services, Vec::new())
    }

    /// Every node type that the product ships, and more after them.
    pub fn with_more(services: &Services, more: Vec<Box<dyn NodeType>>) -> Self {
        let mut types = triggers::types();
        types.extend(inputs::types());
        types.extend(logic::types());
        types.extend(people::types());
        types.extend(data::types());
        types.extend(state::types());
        types.extend(network::types(services));
        types.extend(code::types(services));
        types.extend(show::types());
        types.extend(frames::types());
        types.extend(mock::types());
        types.extend(more);
        Self::new(types)
    }

    /// A registry of some types. Of two with one name the first has it.
    ///
    /// # Panics
    /// If the schema of a type is not a JSON Schema.
    pub fn new(types: Vec<Box<dyn NodeType>>) -> Self {
        let mut entries = Vec::with_capacity(types.len());
        let mut by_name = HashMap::new();
        for kind in types {
            let at = entries.len();
            for name in std::iter::once(kind.spec().id).chain(kind.spec().aliases.iter().copied()) {
                by_name.entry(name).or_insert(at);
            }
            entries.push(Entry { checker: Checker::new(kind.spec()), kind });
        }
        Self { entries, by_name }
    }

    /// The types that a palette lists, in its order.
    pub fn listed(&self) -> impl Iterator<Item = &NodeSpec> {
        self.entries.iter().filter(|entry| entry.kind.is_listed()).map(|entry| entry.kind.spec())
    }

    /// Whether the parameters of a node of this type decide which output ports it has.
    pub fn has_dynamic_outputs(&self, name: &str) -> bool {
        self.entry(name).is_some_and(|entry| entry.kind.has_dynamic_outputs())
    }

    /// Makes a node ready to run.
    ///
    /// # Errors
    /// All that is wrong with its type or parameters.
    pub fn compile(&self, node: &Node, context: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let Some(entry) = self.entry(&node.kind) else {
            let message = format!("there is no node type {:?}", node.kind);
            return Err(vec![Problem::error("unknown_type", message).at_node(&node.id)]);
        };
        let mut problems = entry.checker.violations(node);
        match entry.kind.compile(node, context) {
            Ok(run) if problems.is_empty() => Ok(run),
            Ok(_) => Err(problems),
            Err(more) => {
                add_new(&mut problems, more);
                Err(problems)
            }
        }
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        let at = self.by_name.get(name).or_else(|| self.by_name.get(plain_name(name).as_str()))?;
        self.entries.get(*at)
    }
}

/// `textOpNode`, `no-op` and `Set Fields` as ids are written: `text_op`, `no_op`, `set_fields`.
fn plain_name(name: &str) -> String {
    let name = name.strip_suffix("Node").or_else(|| name.strip_suffix("_node")).unwrap_or(name);
    let mut plain = String::with_capacity(name.len() + 4);
    let mut lower_before = false;
    for letter in name.chars() {
        match letter {
            '-' | ' ' | '_' => {
                if !plain.ends_with('_') {
                    plain.push('_');
                }
                lower_before = false;
            }
            _ => {
                if letter.is_uppercase() && lower_before {
                    plain.push('_');
                }
                plain.extend(letter.to_lowercase());
                lower_before = letter.is_lowercase() || letter.is_ascii_digit();
            }
        }
    }
    plain
}

/// Adds problems, each place once: what a schema tells need not be told again in other words.
fn add_new(problems: &mut Vec<Problem>, more: Vec<Problem>) {
    for problem in more {
        let told = problem.code == "bad_parameter" && problems.iter().any(|known| known.path == problem.path);
        if !told && (problem.path.is_some() || problems.is_empty()) {
            problems.push(problem);
        }
    }
}

impl Catalog for Registry {
    fn spec(&self, name: &str) -> Option<&NodeSpec> {
        self.entry(name).map(|entry| entry.kind.spec())
    }

    fn outputs(&self, node: &Node) -> Vec<ArcStr> {
        self.entry(&node.kind).map(|entry| entry.kind.outputs(node)).unwrap_or_default()
    }

    fn inputs(&self, node: &Node) -> Vec<ArcStr> {
        self.entry(&node.kind).map(|entry| entry.kind.inputs(node)).unwrap_or_default()
    }

    fn infer(&self, data: &Value) -> Option<&'static str> {
        inference::infer(data)
    }

    fn check(&self, node: &Node) -> Vec<Problem> {
        let Some(entry) = self.entry(&node.kind) else { return Vec::new() };
        let mut problems = entry.checker.slips(node);
        if entry.kind.spec().role != Role::Frame {
            problems.extend(entry.kind.warnings(node));
        }
        let outputs = entry.kind.outputs(node);
        let context =
            Compile { incoming: &Incoming::default(), outputs: &outputs, has_children: false, is_batched: false };
        if let Err(found) = self.compile(node, &context) {
            problems.extend(found);
        }
        problems.sort_by_key(|problem| problem.severity == Severity::Warning);
        problems
    }

    fn names(&self) -> Vec<&'static str> {
        let specs = self.entries.iter().map(|entry| entry.kind.spec());
        specs.flat_map(|spec| std::iter::once(spec.id).chain(spec.aliases.iter().copied())).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use model::Graph;

    use super::*;
    use crate::testing::{check, json};

    fn graph_of(spec: &NodeSpec) -> Graph {
        let mut graph = Graph::from_value(&spec.example).unwrap_or_else(|error| panic!("{}: {error}", spec.id));
        graph.resolve_types(&Registry::standard());
        graph
    }

    #[test]
    fn every_type_describes_itself() {
        let registry = Registry::standard();
        let meta = jsonschema::draft202012::meta::validator();
        for spec in registry.entries.iter().map(|entry| entry.kind.spec()) {
            let id = spec.id;
            let schema: serde_json::Value = serde_json::to_value(&spec.schema).expect("JSON");
            let wrong: Vec<String> = meta.iter_errors(&schema).map(|error| error.to_string()).collect();
            assert!(wrong.is_empty(), "{id}: {wrong:?}");
            assert!(spec.schema.get("properties").is_some(), "{id} lists its parameters");
            for (key, property) in
                spec.schema.get("properties").and_then(Value::as_object).expect("an object").entries()
            {
                assert!(property.get("title").is_some(), "{id}.{key} has a title");
                let reserved = model::graph::RESERVED.contains(&key.as_str()) && !OWN.contains(&(id, key.as_str()));
                assert!(!reserved, "{id}.{key} is a key of every node");
            }
            assert!(plain_name(id) == id && !spec.name.is_empty() && spec.summary.len() > 15, "{id}");
            assert!(
                spec.icon.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
                "{id}"
            );
        }
    }

    /// Keys of every node to which a type gives a meaning of its own.
    const OWN: &[(&str, &str)] = &[
        ("http", "cache"),
        ("join", "timeout"),
        ("parallel", "timeout"),
        ("timeout", "timeout"),
        ("wait_for_signal", "timeout"),
    ];

    #[test]
    fn every_example_shows_its_type_and_compiles() {
        let registry = Registry::standard();
        for spec in registry.entries.iter().map(|entry| entry.kind.spec()) {
            let graph = graph_of(spec);
            assert!(graph.nodes.iter().any(|node| node.kind == spec.id), "{} shows itself", spec.id);
            let problems = model::validate::validate(&graph, &registry);
            let serious = problems.iter().filter(|problem| problem.code != "never_fires").collect::<Vec<_>>();
            assert!(serious.is_empty(), "{}: {serious:?}", spec.id);
            for node in &graph.nodes {
                let outputs = registry.outputs(node);
                let has_children = graph.nodes.iter().any(|other| other.parent.as_ref() == Some(&node.id));
                let context =
                    Compile { incoming: &Incoming::of(&graph), outputs: &outputs, has_children, is_batched: false };
                let compiled = registry.compile(node, &context);
                assert!(compiled.is_ok(), "{} in the example of {}", node.id, spec.id);
            }
        }
    }

    #[test]
    fn types_whose_parameters_name_their_ports_say_so() {
        let registry = Registry::standard();
        let data = r#"{"ports": ["y", "z"], "paths": ["p"], "error_output_path": "e", "cases": [{"when": 1, "output_path": "x"}]}"#;
        for spec in registry.entries.iter().map(|entry| entry.kind.spec()) {
            let node = |data: Value| {
                let entries =
                    vec![("id".into(), Value::from("n")), ("type".into(), spec.id.into()), ("data".into(), data)];
                let nodes = Value::array(vec![Value::object(entries)]);
                Graph::from_value(&Value::object(vec![("nodes".into(), nodes)])).expect("a graph").nodes.remove(0)
            };
            let (empty, named) = (node(json("{}")), node(json(data)));
            let of_spec: Vec<ArcStr> = spec.outputs.iter().map(|&port| port.into()).collect();
            assert_eq!(registry.outputs(&empty), of_spec, "{}: a spec names the ports of an empty node", spec.id);
            let differ = registry.outputs(&named) != of_spec;
            assert_eq!(registry.has_dynamic_outputs(spec.id), differ, "{}", spec.id);
        }
        assert!(registry.has_dynamic_outputs("switch") && registry.has_dynamic_outputs("mock"));
    }

    #[test]
    fn every_name_means_one_type() {
        let registry = Registry::standard();
        let names = registry.names();
        let distinct: HashSet<&str> = names.iter().copied().collect();
        assert_eq!(distinct.len(), names.len());
        for spec in registry.entries.iter().map(|entry| entry.kind.spec()) {
            for name in std::iter::once(spec.id).chain(spec.aliases.iter().copied()) {
                assert_eq!(registry.spec(name).map(|found| found.id), Some(spec.id), "{name}");
            }
        }
    }

    #[test]
    fn other_spellings_are_known() {
        let registry = Registry::standard();
        let names = [
            ("rangeNode", "range"),
            ("textInput", "text_input"),
            ("no-op", "no_op"),
            ("No Op", "no_op"),
            ("joinNode", "join"),
            ("splitNode", "split"),
            ("forEachNode", "for_each"),
            ("while-loop", "while_loop"),
            ("tryCatchNode", "try_catch"),
            ("parallelNode", "parallel"),
            ("retryNode", "retry"),
            ("timeoutNode", "timeout"),
            ("subWorkflow", "sub_workflow"),
            ("executeWorkflow", "sub_workflow"),
            ("delayNode", "delay"),
            ("Wait", "wait_for_signal"),
            ("barChartNode", "visualization"),
            ("DateTimeInputNode", "datetime_input"),
            ("condition_node", "condition"),
            ("StickyNote", "note"),
        ];
        for (name, id) in names {
            assert_eq!(registry.spec(name).map(|spec| spec.id), Some(id), "{name}");
        }
        assert!(registry.spec("").is_none() && registry.spec("nonsense").is_none() && registry.spec("Node").is_none());
    }

    #[test]
    fn types_are_inferred_from_parameters() {
        let registry = Registry::standard();
        let rows = [
            (r#"{"value": 1}"#, Some("number")),
            (r#"{"text": "a", "mode": "json"}"#, Some("text_input")),
            (r#"{"op": "add"}"#, Some("operation")),
            (r#"{"condition": "> 1"}"#, Some("condition")),
            (r#"{"expression": "item", "initial_value": 0}"#, Some("reduce")),
            (r#"{"expression": "item"}"#, Some("expression")),
            (r#"{"cases": []}"#, Some("switch")),
            (r#"{"join_strategy": "all", "timeout": "5s"}"#, Some("join")),
            (r#"{"paths": ["a"]}"#, Some("split")),
            (r#"{"duration": "1s"}"#, Some("delay")),
            (r#"{"max_attempts": 3}"#, Some("retry")),
            (r#"{"fallback_value": 0}"#, Some("try_catch")),
            (r#"{"timeout": "30s", "timeout_action": "error"}"#, Some("timeout")),
            (r#"{"var_name": "a"}"#, None),
            ("{}", None),
        ];
        for (data, kind) in rows {
            assert_eq!(registry.infer(&json(data)), kind, "{data}");
        }
    }

    #[test]
    fn all_problems_are_told_at_once_with_what_to_do() {
        let found = check("range", r#"{"start": "a", "end": [], "stepp": 2, "start ": 1, "mine": 3, "label": "x"}"#);
        let told: Vec<_> =
            found.iter().map(|problem| (problem.code, problem.path.as_deref().unwrap_or_default())).collect();
        assert_eq!(told, [("bad_parameter", "end"), ("bad_parameter", "start"), ("unknown_parameter", "stepp")]);
        assert_eq!(found[0].message, "expected a number, got []");
        assert_eq!(found[2].suggestion.as_deref(), Some("did you mean \"step\"?"));
        assert!(found.iter().all(|problem| problem.node.as_deref() == Some("it")));
        let found = check("join", r#"{"timeout": true, "retry": true}"#);
        assert_eq!((found.len(), found[0].message.as_str()), (1, "expected a number or a text, got true"));
        let found = check("webhook", r#"{"method": "PSOT", "Auth": "none"}"#);
        assert_eq!(found[0].suggestion.as_deref(), Some("did you mean \"POST\"?"));
        assert_eq!(found[1].suggestion.as_deref(), Some("did you mean \"auth\"?"));
    }
}
