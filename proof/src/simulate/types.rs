//! The node types of the reference, as the product's model looks types up.

use arcstr::ArcStr;
use model::{Catalog, Category, EffectClass, Node, NodeSpec, Role, Value};

/// Node types that behave as the reference says.
#[derive(Debug)]
pub struct Types(Vec<NodeSpec>);

const TYPES: [(&str, Role, &[&str]); 19] = [
    ("trigger", Role::Trigger, &["out"]),
    ("webhook", Role::Trigger, &["out"]),
    ("manual", Role::Trigger, &["out"]),
    ("group", Role::Frame, &[]),
    ("note", Role::Frame, &[]),
    ("mock", Role::Step, &["out"]),
    ("number", Role::Step, &["out"]),
    ("no-op", Role::Step, &["out"]),
    ("condition", Role::Step, &["true", "false"]),
    ("switch", Role::Step, &["out"]),
    ("join", Role::Join, &["out"]),
    ("return", Role::Return, &["out"]),
    ("respond", Role::Respond, &["out"]),
    ("for_each", Role::Container, &["done", "loop"]),
    ("while_loop", Role::Container, &["done", "loop"]),
    ("try_catch", Role::Container, &["success", "error"]),
    ("parallel", Role::Container, &["out"]),
    ("retry", Role::Container, &["out"]),
    ("timeout", Role::Container, &["out"]),
];

impl Default for Types {
    fn default() -> Self {
        let spec = |&(id, role, outputs): &(&'static str, Role, &'static [&'static str])| NodeSpec {
            id,
            aliases: &[],
            name: id,
            category: Category::Other,
            summary: id,
            icon: "box",
            effect: EffectClass::Pure,
            role,
            inputs: &[],
            outputs,
            schema: Value::Null,
            example: Value::Null,
        };
        Self(TYPES.iter().map(spec).collect())
    }
}

impl Catalog for Types {
    fn spec(&self, name: &str) -> Option<&NodeSpec> {
        let name = if name.is_empty() { "no-op" } else { name };
        self.0.iter().find(|spec| spec.id == name)
    }

    fn outputs(&self, node: &Node) -> Vec<ArcStr> {
        let texts = |list: &[Value]| list.iter().filter_map(|item| item.as_text().cloned()).collect();
        match (&*node.kind, node.get("ports"), node.get("cases")) {
            ("mock", Some(Value::Array(ports)), _) => texts(ports.items()),
            ("switch", _, Some(Value::Array(cases))) => {
                cases.items().iter().filter_map(|case| case.get("output_path")?.as_text().cloned()).collect()
            }
            _ => self.spec(&node.kind).map_or(&[][..], |spec| spec.outputs).iter().map(|&port| port.into()).collect(),
        }
    }

    fn inputs(&self, node: &Node) -> Vec<ArcStr> {
        match node.get("in_ports") {
            Some(Value::Array(ports)) if node.kind == "mock" => {
                ports.items().iter().filter_map(|port| port.as_text().cloned()).collect()
            }
            _ => Vec::new(),
        }
    }

    fn infer(&self, _: &Value) -> Option<&'static str> {
        None
    }

    fn check(&self, _: &Node) -> Vec<model::Problem> {
        Vec::new()
    }

    fn names(&self) -> Vec<&'static str> {
        TYPES.iter().map(|(id, ..)| *id).collect()
    }
}
