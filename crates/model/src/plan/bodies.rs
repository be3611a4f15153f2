//! Bodies: the regions of each scope with their headers and tails, and regions again inside of them; then what each
//! edge means to them. Explicit stacks, no recursion.

use std::collections::{HashMap, HashSet};

use super::{Body, BodyIndex, BodyOf, Plan, PlanNode, Port, index};
use crate::event::NodeIndex;
use crate::regions::{self, Arrow};

/// Finds the bodies of a plan whose edges are sorted and indexed, and answers the containers with the bodies inside.
pub(super) fn find(plan: &mut Plan, scope_of: &[Option<NodeIndex>]) -> Vec<(NodeIndex, BodyIndex)> {
    let mut members: HashMap<Option<NodeIndex>, Vec<NodeIndex>> = HashMap::new();
    for (at, node) in plan.nodes.iter().enumerate().filter(|(_, node)| node.reachable) {
        debug_assert!(node.body == 0, "no body is known yet");
        members.entry(scope_of[at]).or_default().push(index(at));
    }
    let top = members.remove(&None).unwrap_or_default();
    let (nodes, edges) = (plan.nodes.len(), plan.edges.len());
    let mut finder =
        Finder { distance: vec![u32::MAX; nodes], removed: vec![false; edges], tails: HashMap::new(), plan };
    finder.scope(None, &top);
    // The bodies of a container stand after that of the container, so that every chain can be read off its parent's.
    let mut containers: Vec<(NodeIndex, BodyIndex)> = Vec::new();
    let mut open: Vec<NodeIndex> = top;
    open.reverse();
    while let Some(node) = open.pop() {
        if let Some(inside) = members.remove(&Some(node)) {
            containers.push((node, finder.scope(Some(node), &inside)));
            open.extend(inside.iter().rev());
        }
    }
    let Finder { plan, tails, .. } = finder;
    place_edges(plan);
    mark_edges(plan);
    mark_sinks(plan, &tails);
    containers
}

/// Where a scope begins: its nodes without incoming edge, and one node of each cycle that nothing leads to.
/// `arrows` are the ends of the scope's edges.
pub(super) fn roots(nodes: &[PlanNode], scope: &[NodeIndex], arrows: &[Arrow]) -> Vec<NodeIndex> {
    let led: HashSet<NodeIndex> = arrows.iter().map(|&(_, to)| to).collect();
    let mut found: Vec<NodeIndex> = scope.iter().copied().filter(|node| !led.contains(node)).collect();
    if found.len() == scope.len() {
        return found;
    }
    let components = regions::components(scope, arrows);
    let mut entered = vec![false; components.regions.len()];
    for &(from, to) in arrows {
        if let Some(&region) = components.region_of.get(&to)
            && components.region_of.get(&from) != Some(&region)
        {
            entered[region] = true;
        }
    }
    for (region, _) in components.regions.iter().zip(entered).filter(|(_, entered)| !entered) {
        found.extend(only_loop_node(nodes, region).or_else(|| region.iter().min().copied()));
    }
    found.sort_unstable();
    found
}

fn only_loop_node(nodes: &[PlanNode], among: &[NodeIndex]) -> Option<NodeIndex> {
    let mut loops = among.iter().copied().filter(|&node| nodes[node as usize].loop_port.is_some());
    loops.next().filter(|_| loops.next().is_none())
}

/// A region with its header and tail.
struct Found {
    region: Vec<NodeIndex>,
    header: NodeIndex,
    tail: Vec<NodeIndex>,
}

struct Finder<'p> {
    plan: &'p mut Plan,
    /// Fewest edges from where the node's scope begins.
    distance: Vec<u32>,
    /// Back edges of the loops found so far.
    removed: Vec<bool>,
    /// Tails of the loops found so far.
    tails: Tails,
}

/// Nodes that belong to each iteration of a loop and not to its region.
type Tails = HashMap<BodyIndex, HashSet<NodeIndex>>;

impl Plan {
    fn in_play(&self) -> Vec<NodeIndex> {
        (0..).zip(&self.nodes).filter(|(_, node)| node.reachable).map(|(at, _)| at).collect()
    }
}

impl Finder<'_> {
    /// Adds the bodies of a scope, and answers the outermost.
    fn scope(&mut self, container: Option<NodeIndex>, nodes: &[NodeIndex]) -> BodyIndex {
        let roots: HashSet<NodeIndex> = match container {
            None => self.plan.starts.iter().copied().collect(),
            Some(_) => roots(&self.plan.nodes, nodes, &self.arrows_of(nodes)).into_iter().collect(),
        };
        self.measure(&roots);
        let first = index(self.plan.bodies.len());
        let of = container.map_or(BodyOf::Execution, BodyOf::Container);
        let parent = container.map(|container| self.plan.node(container).body);
        self.add(of, parent, nodes);
        let mut open: Vec<(BodyIndex, Vec<NodeIndex>)> = vec![(first, nodes.to_vec())];
        while let Some((body, nodes)) = open.pop() {
            let inner = self.loops_in(body, &nodes, &roots);
            let from = open.len();
            for Found { region, header, tail } in inner {
                for &node in &region {
                    let back = self.plan.outgoing(node).filter(|&edge| self.plan.edges[edge].to == header);
                    back.for_each(|edge| self.removed[edge] = true);
                }
                let mut inside = region;
                inside.extend(&tail);
                inside.sort_unstable();
                let slot = index(self.plan.bodies[body as usize].regions.len());
                let at = self.add(BodyOf::Region { header, slot }, Some(body), &inside);
                self.tails.insert(at, tail.into_iter().collect());
                self.plan.bodies[body as usize].regions.push(at);
                open.push((at, inside));
            }
            open[from..].reverse();
            let plan = &mut *self.plan;
            for node in nodes {
                if plan.node(node).body != body {
                    continue;
                }
                plan.nodes[node as usize].slot = index(plan.bodies[body as usize].nodes.len());
                plan.bodies[body as usize].nodes.push(node);
            }
        }
        first
    }

    fn arrows_of(&self, nodes: &[NodeIndex]) -> Vec<Arrow> {
        let edges = nodes.iter().flat_map(|&node| &self.plan.edges[self.plan.outgoing(node)]);
        edges.map(|edge| (edge.source, edge.to)).collect()
    }

    fn add(&mut self, of: BodyOf, parent: Option<BodyIndex>, nodes: &[NodeIndex]) -> BodyIndex {
        let at = index(self.plan.bodies.len());
        let mut body = Body { of, parent, scope: at, ..Body::default() };
        if let Some(parent) = parent {
            let around = self.plan.body(parent);
            body.chain.clone_from(&around.chain);
            if matches!(of, BodyOf::Region { .. }) {
                (body.scope, body.depth) = (around.scope, around.depth + 1);
            }
        }
        body.chain.push(at);
        self.plan.bodies.push(body);
        for &node in nodes {
            self.plan.nodes[node as usize].body = at;
        }
        at
    }

    fn measure(&mut self, roots: &HashSet<NodeIndex>) {
        let mut ring: Vec<NodeIndex> = roots.iter().copied().collect();
        ring.iter().for_each(|&root| self.distance[root as usize] = 0);
        let mut far = 0;
        while !ring.is_empty() {
            far += 1;
            let mut following = Vec::new();
            for node in ring {
                for edge in &self.plan.edges[self.plan.outgoing(node)] {
                    let distance = &mut self.distance[edge.to as usize];
                    if *distance == u32::MAX {
                        *distance = far;
                        following.push(edge.to);
                    }
                }
            }
            ring = following;
        }
    }

    /// The loops directly in a body: one that lies in the tail of another is found again in there.
    fn loops_in(&self, body: BodyIndex, nodes: &[NodeIndex], roots: &HashSet<NodeIndex>) -> Vec<Found> {
        let here = |node: NodeIndex| self.plan.node(node).body == body;
        let mut arrows = Vec::new();
        for &node in nodes {
            for at in self.plan.outgoing(node) {
                let to = self.plan.edges[at].to;
                if here(to) && !self.removed[at] {
                    arrows.push((node, to));
                }
            }
        }
        let components = regions::components(nodes, &arrows);
        let mut entries: Vec<Vec<NodeIndex>> = vec![Vec::new(); components.regions.len()];
        for &(from, to) in &arrows {
            if let Some(&region) = components.region_of.get(&to)
                && components.region_of.get(&from) != Some(&region)
            {
                entries[region].push(to);
            }
        }
        let mut found: Vec<Found> = Vec::new();
        for (region, mut entries) in components.regions.into_iter().zip(entries) {
            entries.extend(region.iter().copied().filter(|node| roots.contains(node)));
            entries.sort_unstable();
            entries.dedup();
            let nearest = || entries.iter().copied().min_by_key(|&node| (self.distance[node as usize], node));
            let header = only_loop_node(&self.plan.nodes, &entries).or_else(nearest);
            let header = header.unwrap_or(region[0]);
            let mut tail = self.tail(&region, roots);
            tail.retain(|&node| here(node));
            found.push(Found { region, header, tail });
        }
        let mut tails_of: HashMap<NodeIndex, Vec<usize>> = HashMap::new();
        for (at, found) in found.iter().enumerate() {
            found.tail.iter().for_each(|&node| tails_of.entry(node).or_default().push(at));
        }
        let lies_in_tail = |region: &[NodeIndex]| {
            let tails = |node: &NodeIndex| tails_of.get(node).map(Vec::as_slice).unwrap_or_default();
            tails(&region[0]).iter().any(|tail| region.iter().all(|node| tails(node).contains(tail)))
        };
        let outside: Vec<bool> = found.iter().map(|found| !lies_in_tail(&found.region)).collect();
        let mut outside = outside.into_iter();
        found.retain(|_| outside.next().unwrap_or(true));
        found
    }

    /// Nodes of the scope that only side edges of a region lead to.
    fn tail(&self, region: &[NodeIndex], roots: &HashSet<NodeIndex>) -> Vec<NodeIndex> {
        let plan = &*self.plan;
        let in_region: HashSet<NodeIndex> = region.iter().copied().collect();
        let mut side: HashSet<usize> = HashSet::new();
        for &node in region {
            for at in plan.outgoing(node) {
                if !in_region.contains(&plan.edges[at].to) && is_side(plan, at, &in_region) {
                    side.insert(at);
                }
            }
        }
        if side.is_empty() {
            return Vec::new();
        }
        let mut reached: HashSet<NodeIndex> = HashSet::new();
        let mut open: Vec<NodeIndex> = side.iter().map(|&at| plan.edges[at].to).collect();
        while let Some(node) = open.pop() {
            if reached.insert(node) {
                open.extend(plan.edges[plan.outgoing(node)].iter().map(|edge| edge.to));
            }
        }
        // What else leads to them: everything that is not reached by side edges is reached without them, and so is the
        // region, which they leave.
        let led = |&&node: &&NodeIndex| {
            let comes = |edge: u32| {
                let source = plan.edge(edge).source;
                !side.contains(&(edge as usize)) && (!reached.contains(&source) || in_region.contains(&source))
            };
            roots.contains(&node) || in_region.contains(&node) || plan.incoming(node).iter().any(|&edge| comes(edge))
        };
        let mut open: Vec<NodeIndex> = reached.iter().filter(led).copied().collect();
        while let Some(node) = open.pop() {
            if reached.remove(&node) {
                let others = plan.outgoing(node).filter(|at| !side.contains(at));
                open.extend(others.map(|at| plan.edges[at].to));
            }
        }
        let mut tail: Vec<NodeIndex> = reached.into_iter().collect();
        tail.sort_unstable();
        tail
    }
}

/// Whether an edge that leaves a region shares its port with one that stays inside; an unnamed edge goes with every
/// port but `error`.
fn is_side(plan: &Plan, edge: usize, region: &HashSet<NodeIndex>) -> bool {
    let port = plan.edges[edge].port;
    plan.edges[plan.outgoing(plan.edges[edge].source)].iter().filter(|other| region.contains(&other.to)).any(|other| {
        let unnamed = other.port == Port::Any || port == Port::Any;
        other.port == port || (unnamed && other.port != Port::Error && port != Port::Error)
    })
}

/// Gives each edge its home, its places there, and the bodies it leaves.
fn place_edges(plan: &mut Plan) {
    for at in 0..plan.edges.len() {
        let (source, to) = (plan.edges[at].source, plan.edges[at].to);
        let (mut home, mut other) = (plan.node(source).body, plan.node(to).body);
        let own = home;
        while home != other {
            if plan.body(home).depth >= plan.body(other).depth {
                plan.bodies[home as usize].leaving.push(index(at));
                home = plan.body(home).parent.expect("a scope holds both ends of its edges");
            } else {
                other = plan.body(other).parent.expect("a scope holds both ends of its edges");
            }
        }
        let is_back = plan.header(home) == Some(to);
        let body = &mut plan.bodies[home as usize];
        let edge = &mut plan.edges[at];
        (edge.home, edge.is_back) = (home, is_back);
        if is_back {
            continue;
        }
        edge.slot = body.edges;
        body.edges += 1;
        edge.value = if own == home {
            plan.nodes[source as usize].slot
        } else {
            body.imports += 1;
            index(body.nodes.len()) + body.imports - 1
        };
    }
}

/// Says of each edge whether it gives its end an input and can decide that it runs.
fn mark_edges(plan: &mut Plan) {
    for node in plan.in_play() {
        let body = plan.node(node).body;
        let local: Vec<u32> = plan.incoming(node).iter().copied().filter(|&edge| !plan.edge(edge).is_back).collect();
        let direct = local.iter().any(|&edge| plan.edge(edge).target == node);
        let own = |edge: u32| !direct || plan.edge(edge).target == node;
        let near = local.iter().filter(|&&edge| own(edge)).map(|&edge| plan.depth(plan.edge(edge))).min();
        let flags: Vec<(u32, bool, bool)> = local
            .iter()
            .map(|&edge| (edge, own(edge), own(edge) && Some(plan.depth(plan.edge(edge))) == near))
            .collect();
        let at_home = local.iter().filter(|&&edge| plan.edge(edge).home == body).count();
        let place = &mut plan.nodes[node as usize];
        place.at_home = index(at_home);
        place.has_far = flags.iter().any(|&(_, own, near)| own && !near);
        if at_home < local.len() {
            plan.bodies[body as usize].fed.push(node);
        }
        if local.is_empty() {
            plan.bodies[body as usize].firsts.push(node);
        }
        for (edge, own, near) in flags {
            (plan.edges[edge as usize].is_own, plan.edges[edge as usize].is_near) = (own, near);
        }
    }
}

/// Finds the nodes whose value is their scope's: those without outgoing edge, `error` aside; in a region that no edge
/// leaves also those with only back edges.
fn mark_sinks(plan: &mut Plan, tails: &Tails) {
    let outermost = outermost_regions(plan, tails);
    let mut is_left = vec![false; plan.bodies.len()];
    for edge in plan.edges.iter().filter(|edge| edge.port != Port::Error) {
        if let Some(region) = outermost[edge.source as usize]
            && outermost[edge.to as usize] != Some(region)
        {
            is_left[region as usize] = true;
        }
    }
    for node in plan.in_play() {
        let left = outermost[node as usize].is_some_and(|region| is_left[region as usize]);
        let mut ordinary = plan.edges[plan.outgoing(node)].iter().filter(|edge| edge.port != Port::Error);
        let is_sink = ordinary.all(|edge| edge.is_back && !left);
        let is_return = plan.node(node).is_return;
        plan.nodes[node as usize].is_sink = is_sink;
        let scope = plan.body(plan.node(node).body).scope;
        let scope = &mut plan.bodies[scope as usize];
        if is_sink {
            scope.sinks.push(node);
        }
        if is_return {
            scope.returns.push(node);
        }
    }
}

/// For each node the outermost region that holds it, tails aside.
fn outermost_regions(plan: &Plan, tails: &Tails) -> Vec<Option<BodyIndex>> {
    let mut outermost: Vec<Option<BodyIndex>> = vec![None; plan.nodes.len()];
    for (at, node) in plan.nodes.iter().enumerate().filter(|(_, node)| node.reachable) {
        let mut body = node.body;
        while plan.header(body).is_some() {
            if !tails.get(&body).is_some_and(|tail| tail.contains(&index(at))) {
                outermost[at] = Some(body);
            }
            body = plan.body(body).parent.expect("a loop lies in a body");
        }
    }
    outermost
}
