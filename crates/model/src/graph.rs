//! The workflow file: nodes and edges in React Flow's own shape, read without loss.
//!
//! What the product knows is typed; every other key is kept beside it and written back in its place.

use std::collections::HashSet;

use arcstr::ArcStr;

use crate::catalog::Catalog;
use crate::problem::Problem;
use crate::value::{Object, Value};

/// Keys of `node.data` that are not parameters of the node's type.
pub const RESERVED: &[&str] =
    &["label", "notes", "disabled", "retry", "timeout", "on_error", "cache", "pinned", "limits"];

/// A workflow's graph.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    /// Its nodes, in the order of the file.
    pub nodes: Vec<Node>,
    /// Its edges, in the order of the file.
    pub edges: Vec<Edge>,
    /// The whole file as it was read; `nodes` and `edges` in it are what the fields above were made from.
    document: Value,
}

/// A node of a graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Unique in the graph.
    pub id: ArcStr,
    /// Name of its type as the file has it; empty when the file has none.
    pub kind: ArcStr,
    /// The container or group around it.
    pub parent: Option<ArcStr>,
    /// Its type's parameters and the keys of [`RESERVED`].
    pub data: Value,
}

/// An edge of a graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Its id; `source->target` when the file has none.
    pub id: ArcStr,
    /// Where it begins.
    pub source: ArcStr,
    /// Where it ends.
    pub target: ArcStr,
    /// The output port it begins at.
    pub source_handle: Option<ArcStr>,
    /// The input port it ends at.
    pub target_handle: Option<ArcStr>,
}

/// Why a value is not a graph.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} at {path}")]
pub struct GraphError {
    /// What is wrong, as a lowercase fragment.
    pub message: String,
    /// Where: `nodes[3].id`.
    pub path: String,
}

/// The most nodes that a graph may have.
pub const MAX_NODES: usize = 250_000;
/// The most edges that a graph may have.
pub const MAX_EDGES: usize = 1_000_000;

impl Graph {
    /// Reads a graph from a workflow file. Whether it makes sense is for validation to say.
    ///
    /// # Errors
    /// The first thing that is not of the right shape: `nodes` and `edges` are lists, ids are texts.
    pub fn from_value(document: &Value) -> Result<Self, GraphError> {
        if document.as_object().is_none() {
            return Err(error("a workflow is an object with nodes and edges", "$"));
        }
        let list = |key: &str, required: bool| match document.get(key) {
            Some(Value::Array(items)) => Ok(items.items().to_vec()),
            None | Some(Value::Null) if !required => Ok(Vec::new()),
            _ => Err(error("expected a list", key)),
        };
        let (nodes, edges) = (list("nodes", true)?, list("edges", false)?);
        limit(nodes.len(), MAX_NODES, "nodes")?;
        limit(edges.len(), MAX_EDGES, "edges")?;
        let nodes = nodes.iter().enumerate().map(|(at, node)| Node::from_value(node, at)).collect::<Result<_, _>>()?;
        let edges = edges.iter().enumerate().map(|(at, edge)| Edge::from_value(edge, at)).collect::<Result<_, _>>()?;
        Ok(Self { nodes, edges, document: document.clone() })
    }

    /// Reads what can be read, and tells what cannot: a node or an edge that is not of the right shape is left out.
    pub fn lenient(document: &Value) -> (Self, Vec<Problem>) {
        let mut graph = Self { document: document.clone(), ..Self::default() };
        let mut problems = Vec::new();
        let mut list = |key: &'static str, required: bool| match document.get(key) {
            Some(Value::Array(items)) => items.items().to_vec(),
            None | Some(Value::Null) if !required => Vec::new(),
            _ => {
                problems.push(shape_problem(&error("expected a list", key), None));
                Vec::new()
            }
        };
        let (nodes, edges) = (list("nodes", true), list("edges", false));
        for (at, value) in nodes.iter().enumerate() {
            match Node::from_value(value, at) {
                Ok(node) => graph.nodes.push(node),
                Err(error) => {
                    let problem = shape_problem(&error, None);
                    problems.push(match named(value) {
                        Some(id) => problem.at_node(&id),
                        None => problem,
                    });
                }
            }
        }
        for (at, value) in edges.iter().enumerate() {
            match Edge::from_value(value, at) {
                Ok(edge) => graph.edges.push(edge),
                Err(error) => problems.push(shape_problem(&error, named(value))),
            }
        }
        for (count, max, what) in [(graph.nodes.len(), MAX_NODES, "nodes"), (graph.edges.len(), MAX_EDGES, "edges")] {
            if let Err(error) = limit(count, max, what) {
                problems.push(shape_problem(&error, None));
            }
        }
        (graph, problems)
    }

    /// The graph with only some of its nodes, by position, and the edges between them.
    pub(crate) fn only(&self, keep: &[bool]) -> Option<Self> {
        let object = self.document.as_object()?;
        let kept = self.nodes.iter().zip(keep).filter(|(_, keep)| **keep);
        let ids: HashSet<&str> = kept.map(|(node, _)| node.id.as_str()).collect();
        let items = |key: &str| object.get(key).and_then(Value::as_array).unwrap_or(&[]).iter();
        // What was left out when the graph was read has no position.
        let mut keep = keep.iter();
        let nodes = items("nodes").filter(|value| Node::from_value(value, 0).is_ok() && keep.next() == Some(&true));
        let between = |edge: Edge| ids.contains(edge.source.as_str()) && ids.contains(edge.target.as_str());
        let edges = items("edges").filter(|value| Edge::from_value(value, 0).is_ok_and(between));
        let object = object.with("nodes".into(), Value::array(nodes.cloned().collect()));
        Self::from_value(&Value::from(object.with("edges".into(), Value::array(edges.cloned().collect())))).ok()
    }

    /// Gives every node the name of its type that the catalog knows it by: aliases are followed, and a node without a
    /// type gets the one its parameters show. The document stays as it is.
    pub fn resolve_types(&mut self, catalog: &dyn Catalog) {
        for node in &mut self.nodes {
            if node.kind.is_empty()
                && let Some(kind) = catalog.infer(&node.data)
            {
                node.kind = kind.into();
            } else if let Some(spec) = catalog.spec(&node.kind)
                && node.kind != spec.id
            {
                node.kind = spec.id.into();
            }
        }
    }

    /// The whole file, with every key that came with it.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// A key of the file beside `nodes` and `edges`: `name`, `settings`, `variables` …
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.document.get(key)
    }

    /// The workflow's name, or an empty text.
    pub fn name(&self) -> &str {
        self.get("name").and_then(Value::as_str).unwrap_or("")
    }
}

fn limit(count: usize, max: usize, what: &str) -> Result<(), GraphError> {
    if count > max {
        return Err(error(&format!("a graph has at most {max} {what}, this one has {count}"), what));
    }
    Ok(())
}

impl Node {
    fn from_value(value: &Value, at: usize) -> Result<Self, GraphError> {
        let path = format!("nodes[{at}]");
        let object = value.as_object().ok_or_else(|| error("a node is an object", &path))?;
        let data = match object.get("data") {
            None | Some(Value::Null) => Value::object(Vec::new()),
            Some(data @ Value::Object(_)) => data.clone(),
            Some(_) => return Err(error("data is an object", &format!("{path}.data"))),
        };
        Ok(Self {
            id: text(object, "id", &path)?.ok_or_else(|| error("a node needs an id", &path))?,
            kind: text(object, "type", &path)?.unwrap_or_default(),
            parent: text(object, "parentId", &path)?.or(text(object, "parentNode", &path)?),
            data,
        })
    }

    /// A parameter, or a reserved key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.data.get(key)
    }

    /// Whether the node lets its input pass instead of running.
    pub fn is_disabled(&self) -> bool {
        self.get("disabled").and_then(Value::as_bool).unwrap_or(false)
    }

    /// What people call it: its label, or its id.
    pub fn label(&self) -> &str {
        self.get("label").and_then(Value::as_str).unwrap_or(&self.id)
    }
}

impl Edge {
    fn from_value(value: &Value, at: usize) -> Result<Self, GraphError> {
        let path = format!("edges[{at}]");
        let object = value.as_object().ok_or_else(|| error("an edge is an object", &path))?;
        let end = |key: &str| text(object, key, &path)?.ok_or_else(|| error(&format!("an edge needs a {key}"), &path));
        let (source, target) = (end("source")?, end("target")?);
        let id = text(object, "id", &path)?.unwrap_or_else(|| arcstr::format!("{source}->{target}"));
        let handle = |key: &str| Ok(text(object, key, &path)?.filter(|handle| !handle.is_empty()));
        Ok(Self { id, source, target, source_handle: handle("sourceHandle")?, target_handle: handle("targetHandle")? })
    }
}

/// A text, or a whole number as its text: other editors number their nodes.
fn text(object: &Object, key: &str, path: &str) -> Result<Option<ArcStr>, GraphError> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Int(number)) => Ok(Some(arcstr::format!("{number}"))),
        Some(_) => Err(error(&format!("{key} is a text"), &format!("{path}.{key}"))),
    }
}

fn shape_problem(error: &GraphError, edge: Option<ArcStr>) -> Problem {
    let problem = Problem::error("invalid_shape", error.message.clone()).at_path(error.path.clone());
    match edge {
        Some(edge) => problem.at_edge(&edge),
        None => problem,
    }
}

/// The id of a node or an edge that is of another shape than it should be.
fn named(value: &Value) -> Option<ArcStr> {
    text(value.as_object()?, "id", "").ok()?
}

fn error(message: &str, path: &str) -> GraphError {
    GraphError { message: message.into(), path: path.into() }
}
