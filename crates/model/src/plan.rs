//! A graph compiled for one way of starting it: dense indices, no names and no maps left.
//!
//! A plan holds only what is reachable from where it starts. Nodes keep their position in the file as their index, so
//! a journal can name them by number.
//!
//! What runs once per iteration is a [`Body`]: the nodes of a scope (the top level, or the inside of a container), or
//! the region and tail of a loop. A loop is one unit of the body around it. Every edge has a home, the innermost body
//! that holds both of its ends; for the bodies between its source and its home it is a leaving edge, for those between
//! its home and its end it is a constant, or leads to a header.

mod bodies;
mod part;
mod policy;
mod read;

use std::ops::Range;
use std::sync::OnceLock;

use arcstr::ArcStr;
use smallvec::SmallVec;

use crate::catalog::{Catalog, Role};
use crate::event::NodeIndex;
use crate::graph::{Graph, Node};
use crate::value::Value;

pub use policy::{Backoff, Container, ContainerKind, LoopPort, OnUncertain, Retry};

/// Position of a body in [`Plan::bodies`].
pub type BodyIndex = u32;

/// Iterations of a loop that sets no bound of its own.
pub const MAX_ITERATIONS: u64 = 10_000;

/// A compiled graph.
#[derive(Debug)]
pub struct Plan {
    /// One for each node of the file, in its order.
    pub nodes: Vec<PlanNode>,
    /// The edges in play, ordered by source and then as in the file.
    pub edges: Vec<PlanEdge>,
    /// Positions in `edges` by the end as their scope sees it, then as in the file.
    incoming: Vec<u32>,
    /// Positions in `edges` of those that come from outside of their target's scope, by target, then as in the file.
    outer: Vec<u32>,
    /// What runs once per iteration; the top level is the first, and each stands after the one around it.
    pub bodies: Vec<Body>,
    /// Where it starts, in the order of the file.
    pub starts: Vec<NodeIndex>,
    /// How many nodes are in play.
    pub reachable: usize,
    /// Nodes in play of the type `respond`, wherever they stand.
    pub responds: Vec<NodeIndex>,
    /// Steps under way at a time; any number if it is not set.
    pub concurrency: Option<u32>,
    /// Positions in `edges` by their place in the file, once somebody asks.
    by_order: OnceLock<Vec<Option<u32>>>,
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
    /// What it does with the nodes inside it, if it has any.
    pub container: Option<Box<Container>>,
    /// What it does as the head of a loop, if it has a `loop` port.
    pub loop_port: Option<LoopPort>,
    /// How often a failed step is tried again.
    pub retry: Option<Box<Retry>>,
    /// How long one attempt, or the inside of a container, may take, in ms.
    pub timeout_ms: Option<u64>,
    /// How long a join waits from its first satisfied edge on, in ms.
    pub join_timeout_ms: Option<u64>,
    /// What becomes of a call that was under way when the process ended.
    pub on_uncertain: OnUncertain,
    /// Iterations of the loop that it heads.
    pub max_iterations: Option<u64>,
    /// The innermost body it stands in.
    pub body: BodyIndex,
    /// Its place among the nodes of that body.
    pub slot: u32,
    /// Whether its value is one of its scope's if no `return` ran.
    pub is_sink: bool,
    /// Whether it is of the type `return`.
    pub is_return: bool,
    /// Whether it is of the type `respond`.
    pub is_respond: bool,
    /// Edges that end here and are at home in its own body, back edges aside.
    pub(crate) at_home: u32,
    /// Whether an edge that may decide alone comes from further out than those that decide otherwise.
    pub(crate) has_far: bool,
    outgoing: Range<u32>,
    incoming: Range<u32>,
    outer: Range<u32>,
}

/// An edge of a plan.
#[derive(Debug, PartialEq, Eq)]
pub struct PlanEdge {
    /// Where it begins.
    pub source: NodeIndex,
    /// Where it ends.
    pub target: NodeIndex,
    /// Its end as the scope of its source sees it: the target, or the container around it.
    pub to: NodeIndex,
    /// Which choices satisfy it.
    pub port: Port,
    /// The input port it ends at.
    pub in_port: u16,
    /// Its key in `inputs`: the source's id, with `#port` where two edges come from one source.
    pub key: ArcStr,
    /// The same for a target that it reaches from outside of its container.
    pub outer_key: ArcStr,
    /// Its place in the file.
    pub order: u32,
    /// The innermost body that holds both ends.
    pub home: BodyIndex,
    /// Whether it leads to the header of its home.
    pub is_back: bool,
    /// Its place among the edges at home in that body; back edges have none.
    pub(crate) slot: u32,
    /// Where its value stands among those of its home.
    pub(crate) value: u32,
    /// Whether it gives its end an input, unlike an edge to a child beside edges to the container itself.
    pub(crate) is_own: bool,
    /// Whether it can make its end run, unlike a constant.
    pub(crate) is_near: bool,
}

/// What runs once per iteration.
#[derive(Debug, Default)]
pub struct Body {
    /// What it belongs to.
    pub of: BodyOf,
    /// The body around it: of a region in the same scope, of a scope the body that its container stands in.
    pub parent: Option<BodyIndex>,
    /// The scope it lies in; a scope lies in itself.
    pub scope: BodyIndex,
    /// The bodies around it from the top level on, and itself.
    pub chain: SmallVec<[BodyIndex; 4]>,
    /// Regions around it within its scope.
    pub(crate) depth: u32,
    /// Nodes that stand directly in it, in the order of the file.
    pub nodes: Vec<NodeIndex>,
    /// Loops that stand directly in it.
    pub regions: Vec<BodyIndex>,
    /// Edges that leave it, in ascending order.
    pub(crate) leaving: Vec<u32>,
    /// How many edges are at home in it, back edges aside.
    pub(crate) edges: u32,
    /// How many of their values come from further inside.
    pub(crate) imports: u32,
    /// Nodes of it with an edge from further out in their scope.
    pub(crate) fed: Vec<NodeIndex>,
    /// Nodes that run as soon as it begins for the first time: they have no edge, back edges aside.
    pub(crate) firsts: Vec<NodeIndex>,
    /// Of a scope: the nodes whose value is its own if no `return` ran, also those in its loops.
    pub sinks: Vec<NodeIndex>,
    /// Of a scope: its nodes of the type `return`, also those in its loops.
    pub returns: Vec<NodeIndex>,
}

/// What a body belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BodyOf {
    /// The top level.
    #[default]
    Execution,
    /// The inside of a container.
    Container(NodeIndex),
    /// A loop: its header, and its place among the regions of the body around it.
    Region {
        /// The one entry.
        header: NodeIndex,
        /// Its place.
        slot: u32,
    },
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
    /// The scope fails.
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
    /// An edge leads from the inside of a container to the outside, or between a container and what stands in it.
    #[error("the edge from {source_id:?} to {target_id:?} leaves a container")]
    EdgeLeavesContainer {
        /// Its place in the file.
        order: u32,
        /// Where it begins.
        source_id: ArcStr,
        /// Where it ends.
        target_id: ArcStr,
    },
}

impl Plan {
    /// Compiles a graph. `start` names the trigger or node to start at; without it the first trigger that is not
    /// disabled starts, or, where there is none, every node without an incoming edge, and one of each cycle that
    /// nothing leads to.
    ///
    /// # Errors
    /// There is nothing to start, or an edge leaves a container.
    pub fn compile(graph: &Graph, catalog: &dyn Catalog, start: Option<&str>) -> Result<Self, PlanError> {
        Self::compile_until(graph, catalog, start, None)
    }

    /// The same, with only what leads to a node. One inside of a container stands for the whole container. Without a start
    /// named, the first trigger that leads to it and is not disabled starts.
    ///
    /// # Errors
    /// Also where the start does not lead to the node.
    pub fn compile_until(
        graph: &Graph,
        catalog: &dyn Catalog,
        start: Option<&str>,
        until: Option<&str>,
    ) -> Result<Self, PlanError> {
        read::Draft::read(graph, catalog)?.compile(start, until)
    }

    /// The graph with only what leads to a node: what it takes to run it where the rest of the graph cannot run. `None` if
    /// there is no such node.
    pub fn leading_to(graph: &Graph, catalog: &dyn Catalog, id: &str) -> Option<Graph> {
        part::leading_to(graph, catalog, id)
    }

    /// The nearest container around each node of a graph, if there is one; groups are only frames.
    pub fn scopes(graph: &Graph, catalog: &dyn Catalog) -> Vec<Option<NodeIndex>> {
        let role = |node: &Node| catalog.spec(&node.kind).map_or(Role::Step, |spec| spec.role);
        read::scopes(graph, &graph.nodes.iter().map(role).collect::<Vec<Role>>())
    }

    /// Whether an edge takes what fails at a node.
    pub(crate) fn has_error_edge(&self, node: NodeIndex) -> bool {
        self.edges[self.outgoing(node)].iter().any(|edge| edge.port == Port::Error)
    }

    /// The edges that leave a node.
    pub fn outgoing(&self, node: NodeIndex) -> Range<usize> {
        let Range { start, end } = self.nodes[node as usize].outgoing;
        start as usize..end as usize
    }

    /// The edges that enter a node, or something inside of it, from its own scope, in the order of the file.
    pub fn incoming(&self, node: NodeIndex) -> &[u32] {
        let Range { start, end } = self.nodes[node as usize].incoming;
        &self.incoming[start as usize..end as usize]
    }

    /// The edges that enter a node from outside of its container, in the order of the file: constants.
    pub fn outer(&self, node: NodeIndex) -> &[u32] {
        let Range { start, end } = self.nodes[node as usize].outer;
        &self.outer[start as usize..end as usize]
    }

    /// The position of the edge with this place in the file, if it is in play.
    pub(crate) fn edge_of(&self, order: u32) -> Option<u32> {
        let by_order = self.by_order.get_or_init(|| {
            let count = self.edges.iter().map(|edge| edge.order as usize + 1).max().unwrap_or(0);
            let mut by_order = vec![None; count];
            for (at, edge) in (0..).zip(&self.edges) {
                by_order[edge.order as usize] = Some(at);
            }
            by_order
        });
        by_order.get(order as usize).copied().flatten()
    }

    /// The edge at a position.
    pub(crate) fn edge(&self, at: u32) -> &PlanEdge {
        &self.edges[at as usize]
    }

    /// The body at a position.
    pub(crate) fn body(&self, at: BodyIndex) -> &Body {
        &self.bodies[at as usize]
    }

    /// The node at a position.
    pub(crate) fn node(&self, at: NodeIndex) -> &PlanNode {
        &self.nodes[at as usize]
    }

    /// How many regions lie between a node and the home of an edge that ends at it.
    pub(crate) fn depth(&self, edge: &PlanEdge) -> u32 {
        self.body(self.node(edge.to).body).depth - self.body(edge.home).depth
    }

    /// The header of a body, if it is a loop.
    pub(crate) fn header(&self, body: BodyIndex) -> Option<NodeIndex> {
        match self.body(body).of {
            BodyOf::Region { header, .. } => Some(header),
            BodyOf::Execution | BodyOf::Container(_) => None,
        }
    }

    /// The headers of all loops.
    pub fn headers(&self) -> impl Iterator<Item = NodeIndex> {
        (0..).take(self.bodies.len()).filter_map(|body| self.header(body))
    }
}

fn index(at: usize) -> u32 {
    u32::try_from(at).expect("a graph has fewer than 2^32 nodes and edges")
}
