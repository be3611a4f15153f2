//! The plan: the nodes that a start reaches, the edges among them, and the bodies they run in.

use std::collections::{BTreeSet, HashMap, HashSet};

use arcstr::ArcStr;
use model::{Graph, Value};

use super::region::{self, ScopeGraph};

const CONTAINERS: [&str; 6] = ["for_each", "while_loop", "try_catch", "parallel", "retry", "timeout"];
const LOOP_TYPES: [&str; 2] = ["for_each", "while_loop"];
const TRIGGERS: [&str; 5] = ["trigger", "webhook", "schedule", "manual", "form"];
const FRAMES: [&str; 3] = ["group", "note", "sticky_note"];

/// A node, by its place in the file.
pub(super) struct Node {
    pub(super) id: ArcStr,
    pub(super) kind: ArcStr,
    pub(super) data: Value,
    /// The container around it.
    pub(super) scope: Option<usize>,
    /// Whether it has children.
    pub(super) container: bool,
    /// Declared output ports, the first one first.
    pub(super) ports: Vec<ArcStr>,
    /// Declared input ports.
    pub(super) in_ports: Vec<ArcStr>,
    /// A loop type without children: ports `done` and `loop`.
    pub(super) loop_port: bool,
}

/// An edge. It belongs to the scope of its source; in there it leads to `to`: its target, or the container around it.
pub(super) struct Edge {
    pub(super) source: usize,
    pub(super) port: ArcStr,
    pub(super) target: usize,
    pub(super) in_port: ArcStr,
    pub(super) scope: Option<usize>,
    pub(super) to: usize,
    /// The innermost body that holds `source` and `to`.
    pub(super) home: usize,
}

/// What runs once per iteration: a scope, or the region and tail of a loop.
pub(super) struct Body {
    pub(super) parent: Option<usize>,
    pub(super) nodes: BTreeSet<usize>,
    pub(super) header: Option<usize>,
    /// `nodes` without the tail.
    pub(super) region: BTreeSet<usize>,
    /// Nodes directly here, in the file's order.
    pub(super) plain: Vec<usize>,
    /// Inner loops.
    pub(super) regions: Vec<usize>,
    /// Edges that leave it, resolved when the loop ends; a scope has none.
    pub(super) leaving: Vec<usize>,
}

/// Everything that is known before the first step.
pub(super) struct Plan {
    pub(super) nodes: Vec<Node>,
    /// Whether a node is reachable.
    pub(super) kept: Vec<bool>,
    pub(super) edges: Vec<Edge>,
    pub(super) out: Vec<Vec<usize>>,
    pub(super) into: Vec<Vec<usize>>,
    pub(super) bodies: Vec<Body>,
    /// The body of each scope.
    pub(super) scopes: HashMap<Option<usize>, usize>,
    pub(super) sinks: HashSet<usize>,
    /// The innermost body that a node stands in.
    pub(super) body_of: Vec<usize>,
}

/// The code of what makes a graph unable to run.
pub(super) type Invalid = &'static str;

impl Plan {
    pub(super) fn new(graph: &Graph, start: Option<&str>) -> Result<Self, Invalid> {
        let nodes = read_nodes(graph);
        let count = nodes.len();
        let mut plan = Self {
            nodes,
            kept: vec![true; count],
            edges: Vec::new(),
            out: vec![Vec::new(); count],
            into: vec![Vec::new(); count],
            bodies: Vec::new(),
            scopes: HashMap::new(),
            sinks: HashSet::new(),
            body_of: vec![0; count],
        };
        plan.edges = plan.read_edges(graph)?;
        plan.list_edges();
        let starts = plan.start_nodes(start)?;
        plan.keep_reachable(&starts);
        let containers = (0..count).filter(|&id| plan.kept[id] && plan.nodes[id].container).map(Some);
        for scope in std::iter::once(None).chain(containers.collect::<Vec<_>>()) {
            let body = region::compile_scope(&mut plan, scope, &starts);
            plan.scopes.insert(scope, body);
        }
        for at in 0..plan.edges.len() {
            plan.edges[at].home = plan.home_of(&plan.edges[at]);
        }
        plan.sinks = (0..count).filter(|&id| plan.kept[id] && plan.is_sink(id)).collect();
        Ok(plan)
    }

    /// An edge that leads to the header of its own body.
    pub(super) fn is_back(&self, edge: usize) -> bool {
        let edge = &self.edges[edge];
        self.bodies[edge.home].header == Some(edge.to)
    }

    /// An edge on the `error` port that every node has, unless its parameters make an ordinary port of that name.
    pub(super) fn is_error_edge(&self, edge: usize) -> bool {
        let (source, port) = (&self.nodes[self.edges[edge].source], &self.edges[edge].port);
        port == "error" && (source.kind == "try_catch" || !source.ports.iter().any(|port| port == "error"))
    }

    /// The join strategy of a node that is a join and not disabled; `all` for every other.
    pub(super) fn strategy(&self, id: usize) -> Strategy {
        let node = &self.nodes[id];
        if node.kind != "join" || disabled(&node.data) {
            return Strategy::All;
        }
        match node.data.get("join_strategy") {
            Some(Value::Int(count)) => Strategy::Count(usize::try_from(*count).unwrap_or(0)),
            Some(Value::String(word)) if word == "any" => Strategy::Any,
            Some(Value::String(word)) if word == "first" => Strategy::First,
            _ => Strategy::All,
        }
    }

    fn read_edges(&self, graph: &Graph) -> Result<Vec<Edge>, Invalid> {
        let index: HashMap<&str, usize> = self.nodes.iter().enumerate().map(|(at, node)| (&*node.id, at)).collect();
        let (mut edges, mut seen) = (Vec::new(), HashSet::new());
        for raw in &graph.edges {
            let (Some(&source), Some(&target)) = (index.get(&*raw.source), index.get(&*raw.target)) else { continue };
            let declared = |handle: &&ArcStr| *handle == "error" || self.nodes[source].ports.contains(handle);
            let port = raw.source_handle.as_ref().filter(declared).cloned().unwrap_or_default();
            let in_ports = &self.nodes[target].in_ports;
            let handle = raw.target_handle.as_ref().filter(|handle| in_ports.contains(handle));
            let in_port = handle.or_else(|| in_ports.first()).cloned().unwrap_or_default();
            if !seen.insert((source, port.clone(), target, in_port.clone())) {
                continue;
            }
            let scope = self.nodes[source].scope;
            let mut to = Some(target);
            while let Some(id) = to.filter(|&id| self.nodes[id].scope != scope) {
                to = self.nodes[id].scope;
            }
            let to = to.filter(|&to| to != source || target == source).ok_or("edge_leaves_container")?;
            edges.push(Edge { source, port, target, in_port, scope, to, home: 0 });
        }
        Ok(edges)
    }

    fn list_edges(&mut self) {
        for list in self.out.iter_mut().chain(&mut self.into) {
            list.clear();
        }
        for (at, edge) in self.edges.iter().enumerate() {
            self.out[edge.source].push(at);
            self.into[edge.to].push(at);
            if edge.target != edge.to {
                self.into[edge.target].push(at);
            }
        }
    }

    fn start_nodes(&self, start: Option<&str>) -> Result<Vec<usize>, Invalid> {
        let is_trigger = |&id: &usize| TRIGGERS.contains(&&*self.nodes[id].kind);
        let is_live = |&id: &usize| !disabled(&self.nodes[id].data);
        let top: Vec<usize> = (0..self.nodes.len()).filter(|&id| self.nodes[id].scope.is_none()).collect();
        if let Some(start) = start {
            let found = top.iter().copied().find(|&id| self.nodes[id].id == start);
            return match found.filter(|id| !is_trigger(id) || is_live(id)) {
                Some(id) => Ok(vec![id]),
                None => Err("nothing_to_start"),
            };
        }
        let triggers: Vec<usize> = top.iter().copied().filter(is_trigger).collect();
        if let Some(first) = triggers.iter().copied().find(is_live) {
            return Ok(vec![first]);
        }
        if !triggers.is_empty() {
            return Err("nothing_to_start");
        }
        Ok(ScopeGraph::new(self, None).roots(self))
    }

    fn keep_reachable(&mut self, starts: &[usize]) {
        let top = region::reach(
            starts,
            self.edges.iter().filter(|edge| edge.scope.is_none()).map(|edge| (edge.source, edge.to)),
        );
        self.kept = (0..self.nodes.len()).map(|id| top.contains(&self.outermost(id))).collect();
        let kept = std::mem::take(&mut self.kept);
        self.edges.retain(|edge| kept[edge.source] && kept[edge.target]);
        self.kept = kept;
        self.list_edges();
    }

    fn outermost(&self, mut id: usize) -> usize {
        while let Some(scope) = self.nodes[id].scope {
            id = scope;
        }
        id
    }

    fn home_of(&self, edge: &Edge) -> usize {
        let mut home = self.body_of[edge.source];
        while !self.bodies[home].nodes.contains(&edge.to) {
            home = self.bodies[home].parent.expect("a scope holds both ends of its edges");
        }
        home
    }

    /// No outgoing edge, those on `error` aside; in a region that no edge leaves, only back edges.
    fn is_sink(&self, id: usize) -> bool {
        let empty = BTreeSet::new();
        let (mut region, mut body) = (&empty, &self.bodies[self.body_of[id]]);
        while body.header.is_some() {
            if body.region.contains(&id) {
                region = &body.region;
            }
            body = &self.bodies[body.parent.expect("a loop lies in a body")];
        }
        let left = (0..self.edges.len()).any(|at| {
            let edge = &self.edges[at];
            region.contains(&edge.source) && !region.contains(&edge.to) && !self.is_error_edge(at)
        });
        let mut ordinary = self.out[id].iter().filter(|&&at| !self.is_error_edge(at));
        ordinary.all(|&at| self.is_back(at) && !left)
    }
}

/// How many satisfied edges a node waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Strategy {
    All,
    Any,
    First,
    Count(usize),
}

pub(super) fn disabled(data: &Value) -> bool {
    data.get("disabled").and_then(Value::as_bool).unwrap_or(false)
}

fn read_nodes(graph: &Graph) -> Vec<Node> {
    let parents: HashMap<&str, &model::Node> = graph.nodes.iter().map(|node| (&*node.id, node)).collect();
    let run: Vec<&model::Node> = graph.nodes.iter().filter(|node| !FRAMES.contains(&&*node.kind)).collect();
    let index: HashMap<&str, usize> = run.iter().enumerate().map(|(at, node)| (&*node.id, at)).collect();
    let scopes: Vec<Option<usize>> = run.iter().map(|node| scope_of(node, &parents, &index)).collect();
    let parents: HashSet<usize> = scopes.iter().flatten().copied().collect();
    let read = |(at, node): (usize, &&model::Node)| {
        let kind = if node.kind.is_empty() { arcstr::literal!("no-op") } else { node.kind.clone() };
        let container = parents.contains(&at);
        Node {
            id: node.id.clone(),
            ports: ports(&kind, &node.data),
            in_ports: if kind == "mock" { texts(node.data.get("in_ports")) } else { Vec::new() },
            loop_port: LOOP_TYPES.contains(&&*kind) && !container,
            kind,
            data: node.data.clone(),
            scope: scopes[at],
            container,
        }
    };
    run.iter().enumerate().map(read).collect()
}

/// The nearest container around a node; groups are only frames.
fn scope_of(node: &model::Node, nodes: &HashMap<&str, &model::Node>, index: &HashMap<&str, usize>) -> Option<usize> {
    let (mut parent, mut seen) = (node.parent.clone(), HashSet::new());
    while let Some(id) = parent.filter(|id| !seen.contains(id)) {
        let around = nodes.get(&*id);
        if around.is_some_and(|around| CONTAINERS.contains(&&*around.kind)) {
            return index.get(&*id).copied();
        }
        parent = around.and_then(|around| around.parent.clone());
        seen.insert(id);
    }
    None
}

fn ports(kind: &str, data: &Value) -> Vec<ArcStr> {
    let named = |names: &[&str]| names.iter().map(|&name| ArcStr::from(name)).collect();
    match kind {
        "condition" => named(&["true", "false"]),
        "try_catch" => named(&["success", "error"]),
        "for_each" | "while_loop" => named(&["done", "loop"]),
        "switch" => {
            let cases = data.get("cases").and_then(Value::as_array).unwrap_or_default();
            let paths = cases.iter().filter_map(|case| case.get("output_path")?.as_text().cloned());
            let paths: Vec<ArcStr> = paths.collect();
            if paths.is_empty() { named(&["out"]) } else { paths }
        }
        "mock" if data.get("ports").is_some() => texts(data.get("ports")),
        _ => named(&["out"]),
    }
}

/// The texts of a list.
pub(super) fn texts(list: Option<&Value>) -> Vec<ArcStr> {
    let items = list.and_then(Value::as_array).unwrap_or_default();
    items.iter().filter_map(|item| item.as_text().cloned()).collect()
}
