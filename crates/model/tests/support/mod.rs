//! A small catalog for tests of the model, so that they need no node types of the product.

use arcstr::ArcStr;
use model::{Catalog, Category, EffectClass, Graph, Node, NodeSpec, Problem, Role, Value, json};

/// Types of the tests: `start`, `step`, `branch` (ports true, false), `two` (inputs left, right), `join`, `return`,
/// `respond`, the containers and `group`.
pub(crate) struct TestCatalog {
    specs: Vec<NodeSpec>,
}

impl Default for TestCatalog {
    fn default() -> Self {
        let type_of = |id, role, inputs, outputs| NodeSpec {
            id,
            aliases: if id == "step" { &["stepNode"] } else { &[] },
            name: id,
            category: Category::Logic,
            summary: "a type of the tests",
            icon: "circle",
            effect: EffectClass::Pure,
            role,
            inputs,
            outputs,
            schema: Value::Null,
            example: Value::Null,
        };
        Self {
            specs: vec![
                type_of("start", Role::Trigger, &[], &["out"]),
                type_of("step", Role::Step, &["in"], &["out"]),
                type_of("branch", Role::Step, &["in"], &["true", "false"]),
                type_of("two", Role::Step, &["left", "right"], &["out"]),
                type_of("join", Role::Join, &["in"], &["out"]),
                type_of("return", Role::Return, &["in"], &["out"]),
                type_of("respond", Role::Respond, &["in"], &["out"]),
                type_of("while_loop", Role::Container, &["in"], &["done", "loop"]),
                type_of("for_each", Role::Container, &["in"], &["done", "loop"]),
                type_of("try_catch", Role::Container, &["in"], &["success", "error"]),
                type_of("parallel", Role::Container, &["in"], &["out"]),
                type_of("retry", Role::Container, &["in"], &["out"]),
                type_of("timeout", Role::Container, &["in"], &["out"]),
                type_of("group", Role::Frame, &[], &[]),
            ],
        }
    }
}

impl Catalog for TestCatalog {
    fn spec(&self, name: &str) -> Option<&NodeSpec> {
        self.specs.iter().find(|spec| spec.id == name || spec.aliases.contains(&name))
    }

    fn outputs(&self, node: &Node) -> Vec<ArcStr> {
        self.spec(&node.kind).map(|spec| spec.outputs.iter().map(|&port| port.into()).collect()).unwrap_or_default()
    }

    fn inputs(&self, node: &Node) -> Vec<ArcStr> {
        self.spec(&node.kind).map(|spec| spec.inputs.iter().map(|&port| port.into()).collect()).unwrap_or_default()
    }

    fn infer(&self, data: &Value) -> Option<&'static str> {
        data.get("step").map(|_| "step")
    }

    fn check(&self, node: &Node) -> Vec<Problem> {
        match node.get("wrong") {
            Some(_) => vec![Problem::error("bad_parameter", "wrong is never right").at_node(&node.id).at_path("wrong")],
            None => Vec::new(),
        }
    }

    fn names(&self) -> Vec<&'static str> {
        self.specs.iter().map(|spec| spec.id).collect()
    }
}

/// A graph in short: nodes as `id:type` or `id@parent:type`, each with `{data}` if it has any, edges as `source>target`, `source.port>target` or `source>target.port`.
pub(crate) fn graph(nodes: &str, edges: &str) -> Graph {
    let node = |text: &str| {
        let (id, kind) = text.split_once(':').expect("id:type");
        let (kind, data) =
            kind.split_once('{').map_or((kind, "{}".to_owned()), |(kind, data)| (kind, format!("{{{data}")));
        let (id, parent) = id.split_once('@').unwrap_or((id, ""));
        let parent = if parent.is_empty() { String::new() } else { format!(r#","parentId":"{parent}""#) };
        format!(r#"{{"id":"{id}","type":"{kind}","data":{data}{parent}}}"#)
    };
    let edge = |text: &str| {
        let (source, target) = text.split_once('>').expect("source>target");
        let end = |text: &str| match text.split_once('.') {
            Some((id, port)) => (id.to_owned(), format!(r#""{port}""#)),
            None => (text.to_owned(), "null".to_owned()),
        };
        let ((source, out), (target, into)) = (end(source), end(target));
        format!(
            r#"{{"id":"{text}","source":"{source}","target":"{target}","sourceHandle":{out},"targetHandle":{into}}}"#
        )
    };
    let nodes: Vec<String> = nodes.split_whitespace().map(node).collect();
    let edges: Vec<String> = edges.split_whitespace().map(edge).collect();
    let text = format!(r#"{{"nodes":[{}],"edges":[{}]}}"#, nodes.join(","), edges.join(","));
    Graph::from_value(&json::read(text.as_bytes()).expect("JSON")).expect("a graph")
}
