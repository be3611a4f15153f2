//! Everything that is wrong with a graph, all at once.

use std::collections::{HashMap, HashSet};

use arcstr::ArcStr;

use crate::catalog::{Catalog, NodeSpec, Role};
use crate::event::NodeIndex;
use crate::graph::{Graph, Node};
use crate::plan::{ContainerKind, LoopPort, Plan, PlanError};
use crate::problem::Problem;
use crate::settings::{Settings, StepLimits};

/// Names that are at most this far from a known one are taken for a slip of the finger.
const NEAR: usize = 3;
/// So many names are compared for one graph, about a second's work: a graph may be wrong in 100,000 places.
const COMPARED: usize = 1_000_000;

/// All problems of a graph whose types are resolved, in the order of the file.
pub fn validate(graph: &Graph, catalog: &dyn Catalog) -> Vec<Problem> {
    let mut check = Check {
        graph,
        catalog,
        by_id: HashMap::new(),
        types: Guesses::default(),
        ids: Guesses::default(),
        problems: Vec::new(),
    };
    check.ids();
    check.types_and_parameters();
    check.parents();
    check.edges();
    check.shape();
    check.problems.extend(Settings::read(graph).1);
    check.problems
}

struct Check<'a> {
    graph: &'a Graph,
    catalog: &'a dyn Catalog,
    by_id: HashMap<&'a str, usize>,
    types: Guesses<'a>,
    ids: Guesses<'a>,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn ids(&mut self) {
        for (at, node) in self.graph.nodes.iter().enumerate() {
            if self.by_id.contains_key(node.id.as_str()) {
                let problem = Problem::error("duplicate_id", format!("two nodes have the id {:?}", node.id));
                self.problems.push(problem.at_node(&node.id).suggest("give one of them another id"));
            } else if node.id.is_empty() || node.id.contains(['@', '#']) {
                let problem = Problem::error("bad_id", "a node's id is not empty and has no @ or #");
                self.problems.push(problem.at_node(&node.id).suggest("rename the node's id"));
            }
            self.by_id.entry(node.id.as_str()).or_insert(at);
        }
        if self.graph.nodes.is_empty() {
            self.problems
                .push(Problem::error("empty_graph", "the graph has no node").suggest("add a trigger and a node"));
        }
    }

    fn types_and_parameters(&mut self) {
        for node in &self.graph.nodes {
            if self.catalog.spec(&node.kind).is_some() {
                self.problems.extend(self.catalog.check(node));
                self.reserved(node);
                continue;
            }
            let message = match node.kind.as_str() {
                "" => "the node has no type, and its parameters show none".to_owned(),
                kind => format!("there is no node type {kind:?}"),
            };
            let mut problem = Problem::error("unknown_type", message).at_node(&node.id);
            if let Some(near) = self.types.nearest(&node.kind, || self.catalog.names()) {
                problem = problem.suggest(format!("did you mean {near:?}?"));
            } else {
                problem = problem.suggest("list the node types with `tidemill node-types`");
            }
            self.problems.push(problem);
        }
    }

    /// The keys that every node may have beside its parameters.
    fn reserved(&mut self, node: &Node) {
        let on_error = node.get("on_error").filter(|value| !value.is_null());
        if on_error.is_some_and(|value| !matches!(value.as_str(), Some("fail" | "continue" | "route"))) {
            let problem = Problem::error("bad_parameter", "on_error is fail, continue or route");
            self.problems.push(problem.at_node(&node.id).at_path("on_error"));
        }
        if node.get("disabled").is_some_and(|value| !value.is_null() && value.as_bool().is_none()) {
            let problem = Problem::error("bad_parameter", "disabled is true or false");
            self.problems.push(problem.at_node(&node.id).at_path("disabled"));
        }
        if node.get("pinned").is_some_and(|pinned| !pinned.is_null()) {
            let problem = Problem::warning("pinned", "the pinned output counts only in runs started by hand");
            self.problems.push(problem.at_node(&node.id).at_path("pinned"));
        }
        let (limits, problems) = StepLimits::read(node);
        self.problems.extend(problems);
        if limits.is_some() && !self.catalog.spec(&node.kind).is_some_and(NodeSpec::calls) {
            let message = "limits count calls, and this node makes none: they change nothing";
            self.problems.push(Problem::warning("limits_unused", message).at_node(&node.id).at_path("limits"));
        }
    }

    fn parents(&mut self) {
        for node in &self.graph.nodes {
            let Some(parent) = &node.parent else { continue };
            let mut seen = HashSet::new();
            let mut around = Some(parent.as_str());
            while let Some(id) = around {
                let Some(&at) = self.by_id.get(id) else {
                    let problem = Problem::error("unknown_parent", format!("there is no node {id:?} to stand in"));
                    self.problems.push(problem.at_node(&node.id).suggest("remove parentId, or add that node"));
                    break;
                };
                if !seen.insert(id) {
                    let problem = Problem::error("parent_cycle", "the node stands inside of itself");
                    self.problems.push(problem.at_node(&node.id).suggest("remove parentId from one of the nodes"));
                    break;
                }
                around = self.graph.nodes[at].parent.as_deref();
            }
        }
    }

    fn edges(&mut self) {
        let mut ids = HashSet::new();
        for edge in &self.graph.edges {
            if !ids.insert(&edge.id) {
                let problem = Problem::warning("duplicate_edge_id", format!("two edges have the id {:?}", edge.id));
                self.problems.push(problem.at_edge(&edge.id));
            }
            for (end, id) in [("source", &edge.source), ("target", &edge.target)] {
                if !self.by_id.contains_key(id.as_str()) {
                    let message =
                        format!("the edge's {end} {id:?} is not a node of the graph, so the edge does not count");
                    let mut problem = Problem::warning("dangling_edge", message).at_edge(&edge.id);
                    let ids = || self.graph.nodes.iter().map(|node| node.id.as_str());
                    problem = match self.ids.nearest(id, ids) {
                        Some(near) => problem.suggest(format!("did you mean {near:?}?")),
                        None => problem.suggest("connect the edge to a node, or remove it"),
                    };
                    self.problems.push(problem);
                }
            }
            self.handles(edge);
        }
    }

    /// A handle that the type does not declare is legal and goes with any choice; rarely is it meant.
    fn handles(&mut self, edge: &crate::Edge) {
        let known = |id: &str| self.by_id.get(id).map(|&at| &self.graph.nodes[at]);
        let known = |id: &str| known(id).filter(|node| self.catalog.spec(&node.kind).is_some());
        if let (Some(handle), Some(source)) = (&edge.source_handle, known(&edge.source)) {
            let ports = self.catalog.outputs(source);
            if ports.len() > 1 && handle != "error" && !ports.contains(handle) {
                let message =
                    format!("{:?} has no output port {handle:?}, so the edge goes with any choice", source.id);
                let problem = Problem::warning("bad_port", message).at_edge(&edge.id).at_node(&source.id);
                self.problems.push(problem.suggest(format!("its ports are {}", list(&ports))));
            }
        }
        if let (Some(handle), Some(target)) = (&edge.target_handle, known(&edge.target)) {
            let ports = self.catalog.inputs(target);
            if ports.len() > 1 && !ports.contains(handle) {
                let message = format!("{:?} has no input port {handle:?}, so the edge enters by the first", target.id);
                let problem = Problem::warning("bad_port", message).at_edge(&edge.id).at_node(&target.id);
                self.problems.push(problem.suggest(format!("its ports are {}", list(&ports))));
            }
        }
    }

    /// What follows from the graph as a whole.
    fn shape(&mut self) {
        if !self.problems.is_empty() && self.problems.iter().any(|p| matches!(p.code, "duplicate_id" | "empty_graph")) {
            return;
        }
        let plan = match Plan::compile(self.graph, self.catalog, None) {
            Ok(plan) => plan,
            Err(PlanError::NothingToStart(message)) => {
                let problem = Problem::error("nothing_to_start", message);
                self.problems.push(problem.suggest("add a trigger, or enable the one there is"));
                return;
            }
            Err(error @ PlanError::EdgeLeavesContainer { order, .. }) => {
                let edge = &self.graph.edges[order as usize];
                let problem = Problem::error("edge_leaves_container", error.to_string()).at_edge(&edge.id);
                self.problems.push(problem.suggest("lead it from the container, or to a node inside the same one"));
                return;
            }
        };
        self.loops(&plan);
        self.unreachable(&plan);
        self.varying_inputs(&plan);
    }

    /// Nodes that no trigger leads to.
    fn unreachable(&mut self, plan: &Plan) {
        let mut reached: Vec<bool> = plan.nodes.iter().map(|node| node.reachable).collect();
        for (at, node) in self.graph.nodes.iter().enumerate() {
            let other_trigger = self.role(node) == Some(Role::Trigger) && !node.is_disabled() && !reached[at];
            if other_trigger && let Ok(other) = Plan::compile(self.graph, self.catalog, Some(&node.id)) {
                reached.iter_mut().zip(&other.nodes).for_each(|(reached, node)| *reached |= node.reachable);
            }
        }
        for (node, reached) in self.graph.nodes.iter().zip(reached) {
            let runs = !matches!(self.role(node), None | Some(Role::Frame | Role::Trigger));
            if runs && !reached {
                let problem = Problem::warning("unreachable", "no trigger leads to this node, so it never runs");
                self.problems.push(problem.at_node(&node.id).suggest("connect it, or disable or delete it"));
            }
        }
    }

    /// Nodes whose `input` is now one value and now an object of several, by the branches taken.
    fn varying_inputs(&mut self, plan: &Plan) {
        let varies = branch_shapes(plan);
        for (node, at) in plan.nodes.iter().zip(0u32..) {
            let several = plan.incoming(at).len() > 1 && node.inputs.len() < 2;
            let all = matches!(node.join, crate::plan::Join::All);
            if node.reachable && several && all && varies[at as usize] {
                let message = "depending on the branches taken, input is one value or an object of several";
                let problem = Problem::warning("input_shape_varies", message).at_node(&node.id);
                self.problems.push(problem.suggest("use inputs, or join the branches before"));
            }
        }
    }

    /// Loops without a bound of their own, and loop nodes that nothing comes back to.
    fn loops(&mut self, plan: &Plan) {
        let headers: HashSet<NodeIndex> = plan.headers().collect();
        for (at, node) in (0..).zip(&self.graph.nodes) {
            let planned = &plan.nodes[at as usize];
            let tests = planned.container.as_ref().is_some_and(|own| matches!(own.kind, ContainerKind::While { .. }));
            let goes_round = headers.contains(&at);
            let has_own_end = matches!(planned.loop_port, Some(LoopPort::ForEach { .. }));
            if (goes_round || tests) && !has_own_end && planned.max_iterations.is_none() {
                let message = "the loop that begins here ends with an error after 10,000 iterations";
                let problem = Problem::warning("loop_default_bound", message).at_node(&node.id);
                self.problems.push(problem.at_path("max_iterations").suggest("set max_iterations"));
            }
            if planned.reachable && planned.loop_port.is_some() && !headers.contains(&at) {
                let message = "nothing leads back to this loop, so it takes one step with the first item";
                let problem = Problem::warning("loop_not_closed", message).at_node(&node.id);
                self.problems.push(problem.suggest("lead its last node back to it, or put the nodes inside of it"));
            }
        }
    }

    fn role(&self, node: &Node) -> Option<Role> {
        self.catalog.spec(&node.kind).map(|spec| spec.role)
    }
}

/// For each node, whether the number of its satisfied edges can differ between runs in which it runs: some edge into
/// it depends on a choice that another edge into it does not share.
fn branch_shapes(plan: &Plan) -> Vec<bool> {
    let mut choices: Vec<Option<ArcStr>> = vec![None; plan.nodes.len()];
    let mut varies = vec![false; plan.nodes.len()];
    for at in order(plan) {
        let mut own: Option<ArcStr> = None;
        let mut kinds = HashSet::new();
        for &edge in plan.incoming(at) {
            let edge = &plan.edges[edge as usize];
            let source = &plan.nodes[edge.source as usize];
            let branches = source.outputs.len() > 1 || source.on_error == crate::plan::OnError::Route;
            let before = choices[edge.source as usize].clone();
            let choice = match edge.port {
                crate::plan::Port::Any if source.outputs.len() < 2 => before,
                _ if branches => {
                    Some(arcstr::format!("{}:{:?}:{}", edge.source, edge.port, before.unwrap_or_default()))
                }
                _ => before,
            };
            kinds.insert(choice.clone());
            own = choice;
        }
        varies[at as usize] = kinds.len() > 1;
        // What joins different choices is itself unconditional only if it cannot tell; take it as a choice of its own.
        choices[at as usize] =
            if kinds.len() > 1 && !kinds.contains(&None) { Some(arcstr::format!("join:{at}")) } else { own };
    }
    varies
}

/// The nodes in play, each after all that lead to it.
fn order(plan: &Plan) -> Vec<NodeIndex> {
    let ahead = |at: NodeIndex| plan.incoming(at).iter().filter(|&&edge| !plan.edges[edge as usize].is_back).count();
    let mut waiting: Vec<usize> = (0u32..).take(plan.nodes.len()).map(ahead).collect();
    // Where the scopes begin.
    let first = |at: &NodeIndex| plan.nodes[*at as usize].reachable && waiting[*at as usize] == 0;
    let mut order: Vec<NodeIndex> = (0u32..).take(plan.nodes.len()).filter(first).collect();
    let mut next = 0;
    while let Some(&at) = order.get(next) {
        next += 1;
        for edge in plan.edges[plan.outgoing(at)].iter().filter(|edge| !edge.is_back) {
            waiting[edge.to as usize] -= 1;
            if waiting[edge.to as usize] == 0 {
                order.push(edge.to);
            }
        }
    }
    order
}

/// What names that nothing has may have been meant to be.
struct Guesses<'a> {
    left: usize,
    /// A type that is not there is mostly not there many times.
    known: HashMap<&'a str, Option<&'a str>>,
}

impl Default for Guesses<'_> {
    fn default() -> Self {
        Self { left: COMPARED, known: HashMap::new() }
    }
}

impl<'a> Guesses<'a> {
    /// The one of `names` that is nearest to `name`, if one is near. None also once too many were compared.
    fn nearest<I: IntoIterator<Item = &'a str>>(
        &mut self,
        name: &'a str,
        names: impl FnOnce() -> I,
    ) -> Option<&'a str> {
        if name.is_empty() || name.len() > 64 || self.left == 0 {
            return None;
        }
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        let lower = name.to_lowercase();
        let mut best = None;
        for other in names() {
            if other.len().abs_diff(name.len()) > NEAR {
                continue;
            }
            if self.left == 0 {
                break;
            }
            self.left -= 1;
            let far = strsim::damerau_levenshtein(&lower, &other.to_lowercase());
            if far <= NEAR.min(other.len() / 2) && best.is_none_or(|found| (far, other) < found) {
                best = Some((far, other));
            }
        }
        let near = best.map(|(_, other)| other);
        self.known.insert(name, near);
        near
    }
}

fn list(ports: &[ArcStr]) -> String {
    ports.iter().map(|port| format!("{port:?}")).collect::<Vec<_>>().join(", ")
}
