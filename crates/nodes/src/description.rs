//! How a node type describes itself in its file: plain words and JSON text, from which its spec is built once.

use arcstr::{ArcStr, literal};
use model::{Category, EffectClass, NodeSpec, Role, Value, json};

/// A node type's description. The texts are checked by tests: each schema is a schema, each example compiles.
pub(crate) struct Description {
    pub(crate) id: &'static str,
    pub(crate) aliases: &'static [&'static str],
    pub(crate) name: &'static str,
    pub(crate) category: Category,
    pub(crate) summary: &'static str,
    pub(crate) icon: &'static str,
    pub(crate) effect: EffectClass,
    pub(crate) role: Role,
    pub(crate) inputs: &'static [&'static str],
    pub(crate) outputs: &'static [&'static str],
    /// The members of the parameters' JSON Schema besides `type` and `title`: `{"properties": {…}, "required": […]}`.
    pub(crate) schema: &'static str,
    /// A workflow, or a chain of nodes as a list of `[id, type, parameters]`.
    pub(crate) example: &'static str,
}

/// A step that makes or changes data.
pub(crate) const DATA: Description = Description {
    id: "",
    aliases: &[],
    name: "",
    category: Category::Data,
    summary: "",
    icon: "box",
    effect: EffectClass::Pure,
    role: Role::Step,
    inputs: &["in"],
    outputs: &["out"],
    schema: "{}",
    example: "[]",
};

/// A step that decides where to go.
pub(crate) const LOGIC: Description = Description { category: Category::Logic, ..DATA };

impl Description {
    /// The spec of the type.
    pub(crate) fn spec(&self) -> NodeSpec {
        NodeSpec {
            id: self.id,
            aliases: self.aliases,
            name: self.name,
            category: self.category,
            summary: self.summary,
            icon: self.icon,
            effect: self.effect,
            role: self.role,
            inputs: self.inputs,
            outputs: self.outputs,
            schema: schema(self.name, &parse(self.schema)),
            example: example(self.name, parse(self.example)),
        }
    }
}

fn parse(text: &str) -> Value {
    json::read(text.as_bytes()).expect("descriptions are JSON: a test reads them all")
}

fn schema(title: &str, members: &Value) -> Value {
    let mut entries = vec![
        (literal!("$schema"), Value::from("https://json-schema.org/draft/2020-12/schema")),
        (literal!("title"), Value::from(title)),
        (literal!("type"), Value::from("object")),
    ];
    entries.extend(members.as_object().map(|members| members.entries().to_vec()).unwrap_or_default());
    Value::object(entries)
}

/// Writes out a chain as a workflow; a workflow stays as it is.
fn example(name: &str, text: Value) -> Value {
    let Some(chain) = text.as_array() else { return text };
    let ids: Vec<Value> = chain.iter().filter_map(|node| node.as_array()?.first().cloned()).collect();
    let nodes = chain.iter().zip(0i64..).filter_map(|(node, at)| {
        let [id, kind, data] = node.as_array()? else { return None };
        let position = object(vec![(literal!("x"), Value::Int(at * 240)), (literal!("y"), Value::Int(0))]);
        let entries = vec![
            (literal!("id"), id.clone()),
            (literal!("type"), kind.clone()),
            (literal!("position"), position),
            (literal!("data"), data.clone()),
        ];
        Some(object(entries))
    });
    let edges = ids.windows(2).zip(1i64..).map(|(ends, at)| {
        let entries = vec![
            (literal!("id"), Value::from(format!("e{at}"))),
            (literal!("source"), ends[0].clone()),
            (literal!("target"), ends[1].clone()),
        ];
        object(entries)
    });
    object(vec![
        (literal!("name"), Value::from(format!("{name} example"))),
        (literal!("nodes"), Value::array(nodes.collect())),
        (literal!("edges"), Value::array(edges.collect())),
    ])
}

fn object(entries: Vec<(ArcStr, Value)>) -> Value {
    Value::object(entries)
}
