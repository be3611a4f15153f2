//! A graph compiled for one way of starting it: dense indices, no names and no maps left.
//!
//! A plan holds only what is reachable from where it starts. Nodes keep their position in the file as their index, so
//! a journal can name them by number.

use std::collections::{HashMap, HashSet, VecDeque};
use std::ops::Range;

use arcstr::ArcStr;

use crate::catalog::{Catalog, Role};
use crate::event::NodeIndex;
use crate::graph::{Graph, Node};
use crate::value::Value;

/// A compiled graph.
#[derive(Debug)]
pub struct Plan {
    /// One for each node of the file, in its order.
    pub nodes: Vec<PlanNode>,
    /// The edges in play, ordered by source and then as in the file.
    pub edges: Vec<PlanEdge>,
    /// Positions in `edges`, ordered by target and then as in the file.
    incoming: Vec<u32>,
    /// Where it starts, in the order of the file.
    pub starts: Vec<NodeIndex>,
    /// How many nodes are in play.
    pub reachable: usize,
    /// Nodes in play whose value is that of the scope if no `return` ran.
    pub sinks: Vec<NodeIndex>,
    /// Nodes in play of the type `return`.
    pub returns: Vec<NodeIndex>,
    /// Nodes in play of the type `respond`.
    pub responds: Vec<NodeIndex>,
}

/// A node of a plan.
#[derive(Debug, Default)]
pub struct PlanNode {
    /// Its id in the file.
    pub id: ArcStr,
    /// Whether it is in play.
    pub reachable: bool,
    /// Whether its input passes instead of it running.
    pub disabled: bool,
    /// What it does with a failure.
    pub on_error: OnError,
    /// When it runs.
    pub join: Join,
    /// A fixed output for runs by hand.
    pub pinned: Option<Value>,
    /// Its output ports.
    pub outputs: Vec<ArcStr>,
    /// Its input ports; fewer than two mean that its input has no ports.
    pub inputs: Vec<ArcStr>,
    outgoing: Range<u32>,
    incoming: Range<u32>,
}

/// An edge of a plan.
#[derive(Debug, PartialEq, Eq)]
pub struct PlanEdge {
    /// Where it begins.
    pub source: NodeIndex,
    /// Where it ends.
    pub target: NodeIndex,
    /// Which choices satisfy it.
    pub port: Port,
    /// The input port it ends at.
    pub in_port: u16,
    /// Its key in `inputs`: the source's id, with `#port` where two edges come from one source.
    pub key: ArcStr,
    /// Its place in the file.
    pub order: u32,
}

/// The port that an edge begins at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Port {
    /// A declared port.
    Named(u16),
    /// No port, or one the type does not declare: it goes with any choice.
    Any,
    /// The `error` port that every node has.
    Error,
}

/// What a node does with a failure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnError {
    /// The execution fails.
    #[default]
    Fail,
    /// The error goes on as data, by the first port.
    Continue,
    /// The error leaves by the `error` port.
    Route,
}

/// When a node with several edges runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Join {
    /// When all are resolved.
    #[default]
    All,
    /// At the first satisfied one.
    Any,
    /// At the first satisfied one; what leads only here is canceled.
    First,
    /// When so many are satisfied.
    Count(u32),
}

/// Why a graph has no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// It has no node that could start, or not the one asked for.
    #[error("{0}")]
    NothingToStart(String),
    /// It has a cycle or a container, which this version does not run.
    #[error("node {node:?} {reason}")]
    Unsupported {
        /// The node.
        node: ArcStr,
        /// Why, as the rest of a sentence.
        reason: &'static str,
    },
}

impl Plan {
    /// Compiles a graph. `start` names the trigger or node to start at; without it the first trigger that is not
    /// disabled starts, or, where there is none, every node without an incoming edge.
    ///
    /// # Errors
    /// There is nothing to start, or a part of the graph cannot run.
    pub fn compile(graph: &Graph, catalog: &dyn Catalog, start: Option<&str>) -> Result<Self, PlanError> {
        Draft::read(graph, catalog).compile(start)
    }

    /// The edges that leave a node.
    pub fn outgoing(&self, node: NodeIndex) -> Range<usize> {
        let Range { start, end } = self.nodes[node as usize].outgoing;
        start as usize..end as usize
    }

    /// The edges that enter a node, in the order of the file.
    pub fn incoming(&self, node: NodeIndex) -> &[u32] {
        let Range { start, end } = self.nodes[node as usize].incoming;
        &self.incoming[start as usize..end as usize]
    }
}

/// A graph on its way to a plan.
struct Draft<'a> {
    graph: &'a Graph,
    nodes: Vec<PlanNode>,
    roles: Vec<Role>,
    edges: Vec<PlanEdge>,
}

impl<'a> Draft<'a> {
    fn read(graph: &'a Graph, catalog: &dyn Catalog) -> Self {
        let mut roles = Vec::with_capacity(graph.nodes.len());
        let mut nodes: Vec<PlanNode> = Vec::with_capacity(graph.nodes.len());
        for node in &graph.nodes {
            let role = catalog.spec(&node.kind).map_or(Role::Step, |spec| spec.role);
            roles.push(role);
            nodes.push(read_node(node, role, catalog));
        }
        let edges = read_edges(graph, &nodes, &roles);
        Self { graph, nodes, roles, edges }
    }

    fn compile(mut self, start: Option<&str>) -> Result<Plan, PlanError> {
        let starts = self.starts(start)?;
        let reachable = self.reach(&starts);
        self.edges.retain(|edge| reachable[edge.source as usize]);
        self.edges.sort_by_key(|edge| (edge.source, edge.order));
        for (node, reached) in self.nodes.iter_mut().zip(&reachable) {
            node.reachable = *reached;
        }
        let incoming = self.index_edges();
        self.mark_keys(&incoming);
        self.refuse_unsupported(&starts, &incoming)?;
        let mut sink = reachable.clone();
        for edge in &self.edges {
            let source = edge.source as usize;
            if edge.port != Port::Error {
                sink[source] = false;
            } else if self.graph.nodes[source].get("on_error").is_none_or(Value::is_null) {
                self.nodes[source].on_error = OnError::Route;
            }
        }
        let with_role = |role: Role| {
            let nodes = reachable.iter().zip(&self.roles).enumerate();
            nodes.filter(move |(_, (reached, own))| **reached && **own == role).map(|(at, _)| index(at)).collect()
        };
        let returns: Vec<NodeIndex> = with_role(Role::Return);
        let responds: Vec<NodeIndex> = with_role(Role::Respond);
        let sinks: Vec<NodeIndex> = (0..sink.len()).filter(|&at| sink[at]).map(index).collect();
        let reachable = reachable.iter().filter(|&&reached| reached).count();
        let Self { nodes, edges, .. } = self;
        Ok(Plan { nodes, edges, incoming, starts, reachable, sinks, returns, responds })
    }

    fn starts(&self, start: Option<&str>) -> Result<Vec<NodeIndex>, PlanError> {
        let nothing = |text: String| Err(PlanError::NothingToStart(text));
        let runs = |at: usize| self.roles[at] != Role::Frame;
        if let Some(id) = start {
            let Some(at) = self.nodes.iter().position(|node| node.id == id).filter(|&at| runs(at)) else {
                return nothing(format!("there is no node {id:?} to start at"));
            };
            if self.roles[at] == Role::Trigger && self.nodes[at].disabled {
                return nothing(format!("the trigger {id:?} is disabled"));
            }
            return Ok(vec![index(at)]);
        }
        let triggers: Vec<usize> = (0..self.nodes.len()).filter(|&at| self.roles[at] == Role::Trigger).collect();
        if let Some(&first) = triggers.iter().find(|&&at| !self.nodes[at].disabled) {
            return Ok(vec![index(first)]);
        }
        if !triggers.is_empty() {
            return nothing("every trigger is disabled".into());
        }
        let targets: HashSet<NodeIndex> = self.edges.iter().map(|edge| edge.target).collect();
        let roots: Vec<NodeIndex> =
            (0..self.nodes.len()).filter(|&at| runs(at)).map(index).filter(|at| !targets.contains(at)).collect();
        if roots.is_empty() && self.nodes.iter().enumerate().any(|(at, _)| runs(at)) {
            let node = self.nodes.iter().enumerate().find(|(at, _)| runs(*at)).map(|(_, node)| node.id.clone());
            return Err(unsupported(node.unwrap_or_default(), CYCLE));
        }
        if roots.is_empty() { nothing("the graph has no node".into()) } else { Ok(roots) }
    }

    fn reach(&self, starts: &[NodeIndex]) -> Vec<bool> {
        let mut targets: Vec<Vec<NodeIndex>> = vec![Vec::new(); self.nodes.len()];
        for edge in &self.edges {
            targets[edge.source as usize].push(edge.target);
        }
        let mut reached = vec![false; self.nodes.len()];
        let mut open: Vec<NodeIndex> = starts.to_vec();
        while let Some(node) = open.pop() {
            if !std::mem::replace(&mut reached[node as usize], true) {
                open.extend(&targets[node as usize]);
            }
        }
        reached
    }

    /// Fills in each node's ranges of edges, and answers the edges by target.
    fn index_edges(&mut self) -> Vec<u32> {
        let mut incoming: Vec<u32> = (0..self.edges.len()).map(index).collect();
        incoming.sort_by_key(|&edge| (self.edges[edge as usize].target, self.edges[edge as usize].order));
        let outgoing = ranges(self.nodes.len(), self.edges.iter().map(|edge| edge.source));
        let entering = ranges(self.nodes.len(), incoming.iter().map(|&edge| self.edges[edge as usize].target));
        for ((node, out), into) in self.nodes.iter_mut().zip(outgoing).zip(entering) {
            node.outgoing = out;
            node.incoming = into;
        }
        incoming
    }

    /// Gives edges on a named port the key `source#port` where several come from one source to one target.
    fn mark_keys(&mut self, incoming: &[u32]) {
        for at in 0..self.nodes.len() {
            let Range { start, end } = self.nodes[at].incoming.clone();
            let entering = &incoming[start as usize..end as usize];
            let mut count: HashMap<NodeIndex, u32> = HashMap::with_capacity(entering.len());
            for &edge in entering {
                *count.entry(self.edges[edge as usize].source).or_default() += 1;
            }
            for &edge in entering {
                let edge = &mut self.edges[edge as usize];
                if count[&edge.source] > 1
                    && let Some(port) = port_name(edge.port, &self.nodes[edge.source as usize])
                {
                    edge.key = arcstr::format!("{}#{port}", edge.key);
                }
            }
        }
    }

    /// Finds a cycle by taking away nodes that wait for nothing, and containers by their role.
    fn refuse_unsupported(&self, starts: &[NodeIndex], incoming: &[u32]) -> Result<(), PlanError> {
        let parents: HashSet<&str> = self.graph.nodes.iter().filter_map(|node| node.parent.as_deref()).collect();
        let mut waiting: Vec<u32> = self.nodes.iter().map(|node| node.incoming.end - node.incoming.start).collect();
        debug_assert_eq!(waiting.iter().sum::<u32>() as usize, incoming.len());
        for (at, node) in self.nodes.iter().enumerate().filter(|(_, node)| node.reachable) {
            if self.roles[at] == Role::Container && parents.contains(node.id.as_str()) {
                return Err(unsupported(node.id.clone(), CONTAINER));
            }
        }
        let mut free: VecDeque<NodeIndex> = starts.iter().copied().filter(|&at| waiting[at as usize] == 0).collect();
        let mut left = self.nodes.iter().filter(|node| node.reachable).count();
        while let Some(at) = free.pop_front() {
            left -= 1;
            let Range { start, end } = self.nodes[at as usize].outgoing.clone();
            for edge in &self.edges[start as usize..end as usize] {
                waiting[edge.target as usize] -= 1;
                if waiting[edge.target as usize] == 0 {
                    free.push_back(edge.target);
                }
            }
        }
        if left == 0 {
            return Ok(());
        }
        let stuck = self.nodes.iter().zip(&waiting).find(|(node, waiting)| node.reachable && **waiting > 0);
        Err(unsupported(stuck.map(|(node, _)| node.id.clone()).unwrap_or_default(), CYCLE))
    }
}

const CYCLE: &str = "is part of a cycle, and this version runs graphs without cycles";
const CONTAINER: &str = "is a container, and this version runs graphs without containers";

fn unsupported(node: ArcStr, reason: &'static str) -> PlanError {
    PlanError::Unsupported { node, reason }
}

fn index(at: usize) -> NodeIndex {
    NodeIndex::try_from(at).expect("a graph has fewer than 2^32 nodes and edges")
}

/// The range of positions that each of `count` owners has in a list of owners in ascending order.
fn ranges(count: usize, owners: impl Iterator<Item = NodeIndex>) -> Vec<Range<u32>> {
    let mut ends = vec![0u32; count + 1];
    for owner in owners {
        ends[owner as usize + 1] += 1;
    }
    for at in 0..count {
        ends[at + 1] += ends[at];
    }
    ends.windows(2).map(|pair| pair[0]..pair[1]).collect()
}

fn read_node(node: &Node, role: Role, catalog: &dyn Catalog) -> PlanNode {
    let known = catalog.spec(&node.kind).is_some();
    let on_error = match node.get("on_error").and_then(Value::as_str) {
        Some("continue") => OnError::Continue,
        Some("route") => OnError::Route,
        _ => OnError::Fail,
    };
    PlanNode {
        id: node.id.clone(),
        reachable: false,
        disabled: node.is_disabled(),
        on_error,
        join: if role == Role::Join && !node.is_disabled() { join_of(node) } else { Join::All },
        pinned: node.get("pinned").filter(|pinned| !pinned.is_null()).cloned(),
        outputs: if known { catalog.outputs(node) } else { vec![arcstr::literal!("out")] },
        inputs: if known { catalog.inputs(node) } else { Vec::new() },
        outgoing: 0..0,
        incoming: 0..0,
    }
}

fn join_of(node: &Node) -> Join {
    let strategy = node.get("join_strategy");
    let count = strategy.and_then(Value::as_i64).or_else(|| strategy?.as_str()?.parse().ok());
    match strategy.and_then(Value::as_str) {
        Some("any") => Join::Any,
        Some("first") => Join::First,
        _ => match count.and_then(|count| u32::try_from(count).ok()) {
            Some(count) if count > 0 => Join::Count(count),
            _ => Join::All,
        },
    }
}

fn read_edges(graph: &Graph, nodes: &[PlanNode], roles: &[Role]) -> Vec<PlanEdge> {
    let by_id: HashMap<&str, usize> = nodes.iter().enumerate().rev().map(|(at, node)| (node.id.as_str(), at)).collect();
    let mut seen = HashSet::with_capacity(graph.edges.len());
    let mut edges = Vec::with_capacity(graph.edges.len());
    for (order, edge) in graph.edges.iter().enumerate() {
        let (Some(&source), Some(&target)) = (by_id.get(edge.source.as_str()), by_id.get(edge.target.as_str())) else {
            continue;
        };
        if roles[source] == Role::Frame || roles[target] == Role::Frame {
            continue;
        }
        let port = source_port(edge.source_handle.as_deref(), &nodes[source]);
        let inputs = &nodes[target].inputs;
        let handle = edge.target_handle.as_deref();
        let in_port = inputs.iter().position(|input| Some(input.as_str()) == handle).unwrap_or(0);
        if seen.insert((source, port, target, in_port)) {
            edges.push(PlanEdge {
                source: index(source),
                target: index(target),
                port,
                in_port: u16::try_from(in_port).unwrap_or(0),
                key: nodes[source].id.clone(),
                order: index(order),
            });
        }
    }
    edges
}

fn source_port(handle: Option<&str>, node: &PlanNode) -> Port {
    let Some(handle) = handle else { return Port::Any };
    match node.outputs.iter().position(|port| port == handle).map(u16::try_from) {
        Some(Ok(at)) => Port::Named(at),
        _ if handle == "error" => Port::Error,
        _ => Port::Any,
    }
}

fn port_name(port: Port, node: &PlanNode) -> Option<&str> {
    match port {
        Port::Named(at) => node.outputs.get(usize::from(at)).map(ArcStr::as_str),
        Port::Error => Some("error"),
        Port::Any => None,
    }
}
