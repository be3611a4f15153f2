//! From a graph to a plan: nodes, edges, where it starts, what that reaches.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use arcstr::ArcStr;

use super::bodies;
use super::policy::{self, Container, LoopPort, Retry};
use super::{Join, OnError, Plan, PlanEdge, PlanError, PlanNode, Port, index};
use crate::catalog::{Catalog, Role};
use crate::event::NodeIndex;
use crate::graph::{Graph, Node};
use crate::regions::Arrow;
use crate::settings::Settings;
use crate::value::Value;

/// A graph on its way to a plan.
pub(super) struct Draft<'a> {
    graph: &'a Graph,
    pub(super) nodes: Vec<PlanNode>,
    roles: Vec<Role>,
    /// Id of each node's type; the name in the file where it is not known.
    kinds: Vec<&'a str>,
    pub(super) edges: Vec<PlanEdge>,
    /// The container around each node.
    pub(super) scope: Vec<Option<NodeIndex>>,
}

impl<'a> Draft<'a> {
    pub(super) fn read(graph: &'a Graph, catalog: &'a dyn Catalog) -> Result<Self, PlanError> {
        let count = graph.nodes.len();
        let (mut roles, mut kinds) = (Vec::with_capacity(count), Vec::with_capacity(count));
        let mut nodes: Vec<PlanNode> = Vec::with_capacity(count);
        for node in &graph.nodes {
            let spec = catalog.spec(&node.kind);
            let role = spec.map_or(Role::Step, |spec| spec.role);
            let kind = spec.map_or(node.kind.as_str(), |spec| spec.id);
            nodes.push(read_node(node, (role, kind), catalog));
            roles.push(role);
            kinds.push(kind);
        }
        let scope = scopes(graph, &roles);
        let mut has_children = vec![false; count];
        for (at, around) in scope.iter().enumerate() {
            if let Some(around) = around.filter(|_| roles[at] != Role::Frame) {
                has_children[around as usize] = true;
            }
        }
        for (at, node) in nodes.iter_mut().enumerate() {
            node.loop_port = if has_children[at] { None } else { LoopPort::read(kinds[at], &graph.nodes[at]) };
        }
        let edges = read_edges(graph, &nodes, (&roles, &kinds), &scope)?;
        Ok(Self { graph, nodes, roles, kinds, edges, scope })
    }

    pub(super) fn compile(mut self, start: Option<&str>, until: Option<&str>) -> Result<Plan, PlanError> {
        let leads = until.map(|until| self.leads_to(until)).transpose()?;
        let starts = self.starts(start, (until, leads.as_deref()))?;
        let mut reachable = self.reach(&starts);
        if let (Some(until), Some(leads)) = (until, leads) {
            self.leave_out(until, &leads, &mut reachable)?;
        }
        self.edges.retain(|edge| reachable[edge.source as usize] && reachable[edge.target as usize]);
        self.edges.sort_by_key(|edge| (edge.source, edge.order));
        for (node, reached) in self.nodes.iter_mut().zip(&reachable) {
            node.reachable = *reached;
        }
        let (incoming, outer) = self.index_edges();
        self.mark_keys(&incoming, |node| node.incoming.clone(), |edge| &mut edge.key);
        self.mark_keys(&outer, |node| node.outer.clone(), |edge| &mut edge.outer_key);
        for edge in &self.edges {
            let source = edge.source as usize;
            if edge.port == Port::Error && self.graph.nodes[source].get("on_error").is_none_or(is_unset) {
                self.nodes[source].on_error = OnError::Route;
            }
        }
        let mut responds = Vec::new();
        for at in (0..self.nodes.len()).filter(|&at| reachable[at]) {
            self.nodes[at].is_return = self.roles[at] == Role::Return;
            self.nodes[at].is_respond = self.roles[at] == Role::Respond;
            if self.nodes[at].is_respond {
                responds.push(index(at));
            }
        }
        let reached = reachable.iter().filter(|&&reached| reached).count();
        let mut plan = Plan {
            nodes: std::mem::take(&mut self.nodes),
            edges: std::mem::take(&mut self.edges),
            incoming,
            outer,
            bodies: Vec::new(),
            starts,
            reachable: reached,
            responds,
            concurrency: Settings::of(self.graph).concurrency,
            by_order: std::sync::OnceLock::new(),
        };
        for (node, body) in bodies::find(&mut plan, &self.scope) {
            let read = Container::read(self.kinds[node as usize], &self.graph.nodes[node as usize], body);
            plan.nodes[node as usize].container = read.map(Box::new);
        }
        Ok(plan)
    }

    /// Where it starts. Of a graph of which only what leads to a node is wanted, the rest is as if it were not there.
    fn starts(
        &self,
        start: Option<&str>,
        (until, leads): (Option<&str>, Option<&[bool]>),
    ) -> Result<Vec<NodeIndex>, PlanError> {
        let nothing = |text: String| Err(PlanError::NothingToStart(text));
        let runs = |at: usize| self.roles[at] != Role::Frame && self.scope[at].is_none();
        if let Some(id) = start {
            let found = self.nodes.iter().position(|node| node.id == id).filter(|&at| self.roles[at] != Role::Frame);
            let Some(at) = found else { return nothing(format!("there is no node {id:?} to start at")) };
            if !runs(at) {
                return nothing(format!("{id:?} stands in a container; start at the container"));
            }
            if self.roles[at] == Role::Trigger && self.nodes[at].disabled {
                return nothing(format!("the trigger {id:?} is disabled"));
            }
            return Ok(vec![index(at)]);
        }
        let wanted = |at: usize| runs(at) && leads.is_none_or(|leads| leads[at]);
        let is_trigger = |&at: &usize| wanted(at) && self.roles[at] == Role::Trigger;
        let triggers: Vec<usize> = (0..self.nodes.len()).filter(is_trigger).collect();
        if let Some(&first) = triggers.iter().find(|&&at| !self.nodes[at].disabled) {
            return Ok(vec![index(first)]);
        }
        if !triggers.is_empty() {
            return nothing(match until {
                None => "every trigger is disabled".into(),
                Some(until) => format!("every trigger that leads to {until:?} is disabled"),
            });
        }
        let top: Vec<NodeIndex> = (0..self.nodes.len()).filter(|&at| wanted(at)).map(index).collect();
        let is_top = |edge: &&PlanEdge| wanted(edge.source as usize) && wanted(edge.to as usize);
        let arrows: Vec<Arrow> = self.edges.iter().filter(is_top).map(|edge| (edge.source, edge.to)).collect();
        let roots = bodies::roots(&self.nodes, &top, &arrows);
        if roots.is_empty() { nothing("the graph has no node".into()) } else { Ok(roots) }
    }

    /// Which nodes of the top level lead to a node, or to what holds it.
    fn leads_to(&self, until: &str) -> Result<Vec<bool>, PlanError> {
        let found = self.nodes.iter().position(|node| node.id == until);
        let target = outermost(&self.scope, found.ok_or_else(|| nothing_leads_to(until))?);
        let mut sources: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for edge in self.edges.iter().filter(|edge| self.scope[edge.source as usize].is_none()) {
            sources[edge.to as usize].push(edge.source as usize);
        }
        let mut leads = vec![false; self.nodes.len()];
        let mut open = vec![target];
        while let Some(at) = open.pop() {
            if !std::mem::replace(&mut leads[at], true) {
                open.extend(&sources[at]);
            }
        }
        Ok(leads)
    }

    /// Leaves out what does not lead to a node.
    fn leave_out(&self, until: &str, leads: &[bool], reachable: &mut [bool]) -> Result<(), PlanError> {
        if !self.nodes.iter().zip(&*reachable).any(|(node, reached)| *reached && node.id == until) {
            return Err(nothing_leads_to(until));
        }
        for (at, reached) in reachable.iter_mut().enumerate() {
            *reached &= leads[outermost(&self.scope, at)];
        }
        Ok(())
    }

    /// The nodes that a start leads to, and all that stands in them.
    fn reach(&self, starts: &[NodeIndex]) -> Vec<bool> {
        let mut targets: Vec<Vec<NodeIndex>> = vec![Vec::new(); self.nodes.len()];
        for edge in &self.edges {
            targets[edge.source as usize].push(edge.to);
        }
        for (at, around) in self.scope.iter().enumerate() {
            if let Some(around) = around.filter(|_| self.roles[at] != Role::Frame) {
                targets[around as usize].push(index(at));
            }
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

    /// Fills in each node's ranges of edges, and answers the edges by their end, and those from outside by target.
    fn index_edges(&mut self) -> (Vec<u32>, Vec<u32>) {
        let count = self.nodes.len();
        let by = |end: fn(&PlanEdge) -> Option<NodeIndex>| {
            let mut list: Vec<u32> =
                (0..self.edges.len()).filter(|&at| end(&self.edges[at]).is_some()).map(index).collect();
            list.sort_by_key(|&edge| (end(&self.edges[edge as usize]), self.edges[edge as usize].order));
            let owners = list.iter().filter_map(|&edge| end(&self.edges[edge as usize]));
            let found = ranges(count, owners);
            (list, found)
        };
        let (incoming, entering) = by(|edge| Some(edge.to));
        let (outer, from_outside) = by(|edge| (edge.target != edge.to).then_some(edge.target));
        let outgoing = ranges(count, self.edges.iter().map(|edge| edge.source));
        let found = outgoing.into_iter().zip(entering).zip(from_outside);
        for (node, ((out, into), outside)) in self.nodes.iter_mut().zip(found) {
            (node.outgoing, node.incoming, node.outer) = (out, into, outside);
        }
        (incoming, outer)
    }

    /// Gives edges on a named port the key `source#port` where several come from one source to one end.
    fn mark_keys(&mut self, list: &[u32], of: fn(&PlanNode) -> Range<u32>, key: fn(&mut PlanEdge) -> &mut ArcStr) {
        for at in 0..self.nodes.len() {
            let Range { start, end } = of(&self.nodes[at]);
            let entering = &list[start as usize..end as usize];
            if entering.len() < 2 {
                continue;
            }
            let mut count: HashMap<NodeIndex, u32> = HashMap::with_capacity(entering.len());
            for &edge in entering {
                *count.entry(self.edges[edge as usize].source).or_default() += 1;
            }
            for &edge in entering {
                let edge = &mut self.edges[edge as usize];
                if count[&edge.source] > 1
                    && let Some(port) = port_name(edge.port, &self.nodes[edge.source as usize])
                {
                    let key = key(edge);
                    *key = arcstr::format!("{key}#{port}");
                }
            }
        }
    }
}

fn nothing_leads_to(until: &str) -> PlanError {
    PlanError::NothingToStart(format!("nothing that starts leads to {until:?}"))
}

/// The outermost container around a node, or the node itself.
pub(super) fn outermost(scope: &[Option<NodeIndex>], at: usize) -> usize {
    let mut at = at;
    while let Some(around) = scope[at] {
        at = around as usize;
    }
    at
}

fn is_unset(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("")
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

/// The nearest container around each node; groups are only frames.
pub(super) fn scopes(graph: &Graph, roles: &[Role]) -> Vec<Option<NodeIndex>> {
    let by_id: HashMap<&str, usize> =
        graph.nodes.iter().enumerate().rev().map(|(at, node)| (node.id.as_str(), at)).collect();
    let parent = |at: usize| by_id.get(graph.nodes[at].parent.as_deref()?).copied();
    let mut found: Vec<Option<NodeIndex>> = vec![None; graph.nodes.len()];
    for (at, scope) in found.iter_mut().enumerate() {
        let mut seen = HashSet::new();
        let mut around = parent(at);
        while let Some(outer) = around.filter(|&outer| seen.insert(outer)) {
            if roles[outer] == Role::Container {
                *scope = Some(index(outer));
                break;
            }
            around = parent(outer);
        }
    }
    found
}

fn read_node(node: &Node, (role, kind): (Role, &str), catalog: &dyn Catalog) -> PlanNode {
    let known = catalog.spec(&node.kind).is_some();
    let on_error = match node.get("on_error").and_then(Value::as_str) {
        Some("continue") => OnError::Continue,
        Some("route") => OnError::Route,
        _ => OnError::Fail,
    };
    let retry = node.get("retry").filter(|retry| retry.as_object().is_some()).map(|retry| Retry::read(retry, 1));
    PlanNode {
        id: node.id.clone(),
        disabled: node.is_disabled(),
        on_error,
        join: if role == Role::Join && !node.is_disabled() { join_of(node) } else { Join::All },
        pinned: node.get("pinned").filter(|pinned| !pinned.is_null()).cloned(),
        outputs: if known { catalog.outputs(node) } else { vec![arcstr::literal!("out")] },
        inputs: if known { catalog.inputs(node) } else { Vec::new() },
        retry: retry.filter(|retry| retry.max_attempts > 1 && role != Role::Container).map(Box::new),
        // Containers, joins and waits for signals see to their time themselves.
        timeout_ms: if role == Role::Container || matches!(kind, "join" | "wait_for_signal") {
            None
        } else {
            policy::timeout(node)
        },
        join_timeout_ms: if role == Role::Join && !node.is_disabled() { policy::timeout(node) } else { None },
        on_uncertain: policy::on_uncertain(node),
        max_iterations: policy::bound(node),
        ..PlanNode::default()
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

fn read_edges(
    graph: &Graph,
    nodes: &[PlanNode],
    (roles, kinds): (&[Role], &[&str]),
    scope: &[Option<NodeIndex>],
) -> Result<Vec<PlanEdge>, PlanError> {
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
        let port = match edge.source_handle.as_deref() {
            // The port on which a caught failure leaves is the one on which its own would.
            Some(handle) if kinds[source] == "try_catch" && is_catch(handle, &nodes[source]) => Port::Error,
            handle => source_port(handle, &nodes[source]),
        };
        let inputs = &nodes[target].inputs;
        let handle = edge.target_handle.as_deref();
        let in_port = inputs.iter().position(|input| Some(input.as_str()) == handle).unwrap_or(0);
        if !seen.insert((source, port, target, in_port)) {
            continue;
        }
        let Some(to) = end_in_scope(scope, source, target) else {
            let (source_id, target_id) = (edge.source.clone(), edge.target.clone());
            return Err(PlanError::EdgeLeavesContainer { order: index(order), source_id, target_id });
        };
        edges.push(PlanEdge {
            source: index(source),
            target: index(target),
            to: index(to),
            port,
            in_port: u16::try_from(in_port).unwrap_or(0),
            key: nodes[source].id.clone(),
            outer_key: nodes[source].id.clone(),
            order: index(order),
            home: 0,
            is_back: false,
            slot: 0,
            value: 0,
            is_own: true,
            is_near: true,
        });
    }
    Ok(edges)
}

/// The target, or the container around it that stands in the source's scope; none where there is no such, or it is the
/// source itself.
fn end_in_scope(scope: &[Option<NodeIndex>], source: usize, target: usize) -> Option<usize> {
    let mut to = target;
    while scope[to] != scope[source] {
        to = scope[to]? as usize;
    }
    (to != source || target == source).then_some(to)
}

/// Whether a handle of a `try_catch` is the one by which a caught failure leaves: `error`, or the name given to it.
fn is_catch(handle: &str, node: &PlanNode) -> bool {
    handle == "error" || node.outputs.get(1).is_some_and(|port| port == handle)
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
