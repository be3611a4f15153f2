//! Loops: regions of each scope, their headers and tails, and regions again inside of them.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::plan::{Body, Edge, Plan};

/// One scope's nodes and edges while its bodies are found.
pub(super) struct ScopeGraph {
    nodes: BTreeSet<usize>,
    edges: Vec<usize>,
    roots: Vec<usize>,
    /// Fewest edges from a root.
    distance: HashMap<usize, usize>,
}

/// A region with its header and tail.
struct Found {
    region: BTreeSet<usize>,
    header: usize,
    tail: BTreeSet<usize>,
}

pub(super) fn compile_scope(plan: &mut Plan, scope: Option<usize>, starts: &[usize]) -> usize {
    let mut graph = ScopeGraph::new(plan, scope);
    graph.roots = if scope.is_none() { starts.to_vec() } else { graph.roots(plan) };
    graph.distance = distances(&graph.roots, graph.pairs(plan, &graph.edges));
    let nodes = graph.nodes.clone();
    let body = Body::new(None, nodes.clone(), None, nodes);
    graph.compile_body(plan, body, &HashSet::new())
}

impl Body {
    const fn new(
        parent: Option<usize>,
        nodes: BTreeSet<usize>,
        header: Option<usize>,
        region: BTreeSet<usize>,
    ) -> Self {
        Self { parent, nodes, header, region, plain: Vec::new(), regions: Vec::new(), leaving: Vec::new() }
    }
}

impl ScopeGraph {
    pub(super) fn new(plan: &Plan, scope: Option<usize>) -> Self {
        let nodes = (0..plan.nodes.len()).filter(|&id| plan.kept[id] && plan.nodes[id].scope == scope).collect();
        let edges = (0..plan.edges.len()).filter(|&at| plan.edges[at].scope == scope).collect();
        Self { nodes, edges, roots: Vec::new(), distance: HashMap::new() }
    }

    /// Where the scope begins: its nodes without incoming edge, and one node of each cycle that nothing leads to.
    pub(super) fn roots(&self, plan: &Plan) -> Vec<usize> {
        let led: HashSet<usize> = self.edges.iter().map(|&at| plan.edges[at].to).collect();
        let mut found: Vec<usize> = self.nodes.iter().copied().filter(|id| !led.contains(id)).collect();
        for region in components(plan, &self.nodes, &self.edges) {
            let enters = |edge: &Edge| region.contains(&edge.to) && !region.contains(&edge.source);
            if !self.edges.iter().any(|&at| enters(&plan.edges[at])) {
                let first = region.first().copied().expect("a region has nodes");
                found.push(only_loop_node(plan, &region).unwrap_or(first));
            }
        }
        found.sort_unstable();
        found
    }

    fn pairs(&self, plan: &Plan, edges: &[usize]) -> Vec<(usize, usize)> {
        debug_assert!(edges.len() <= self.edges.len(), "edges of this scope");
        edges.iter().map(|&at| (plan.edges[at].source, plan.edges[at].to)).collect()
    }

    /// Finds the loops of a body; `removed` are the back edges of this loop and of those around it.
    fn compile_body(&self, plan: &mut Plan, mut body: Body, removed: &HashSet<usize>) -> usize {
        let nodes = body.nodes.clone();
        let leaves = |edge: &Edge| nodes.contains(&edge.source) && !nodes.contains(&edge.to);
        body.leaving = self.edges.iter().copied().filter(|&at| leaves(&plan.edges[at])).collect();
        let within = |edge: &Edge| nodes.contains(&edge.source) && nodes.contains(&edge.to);
        let within = |&at: &usize| within(&plan.edges[at]) && !removed.contains(&at);
        let inside: Vec<usize> = self.edges.iter().copied().filter(within).collect();
        let find = |region: BTreeSet<usize>| Found {
            header: self.choose_header(plan, &region, &inside),
            tail: self.find_tail(plan, &region).intersection(&nodes).copied().collect(),
            region,
        };
        let found: Vec<Found> = components(plan, &nodes, &inside).into_iter().map(find).collect();
        let me = plan.bodies.len();
        plan.bodies.push(body);
        for loop_ in &found {
            // What lies in the tail of another loop is found again in there.
            if found.iter().any(|other| loop_.region.is_subset(&other.tail)) {
                continue;
            }
            let back = |edge: &Edge| loop_.region.contains(&edge.source) && edge.to == loop_.header;
            let mut removed = removed.clone();
            removed.extend(inside.iter().copied().filter(|&at| back(&plan.edges[at])));
            let nodes = loop_.region.union(&loop_.tail).copied().collect();
            let inner = Body::new(Some(me), nodes, Some(loop_.header), loop_.region.clone());
            let inner = self.compile_body(plan, inner, &removed);
            plan.bodies[me].regions.push(inner);
        }
        let below: BTreeSet<usize> =
            plan.bodies[me].regions.iter().flat_map(|&inner| plan.bodies[inner].nodes.iter().copied()).collect();
        let plain: Vec<usize> = nodes.difference(&below).copied().collect();
        for &id in &plain {
            plan.body_of[id] = me;
        }
        plan.bodies[me].plain = plain;
        me
    }

    /// Entries are nodes where the body around it leads into the region, or where the scope begins.
    fn choose_header(&self, plan: &Plan, region: &BTreeSet<usize>, inside: &[usize]) -> usize {
        let enters = |edge: &&Edge| region.contains(&edge.to) && !region.contains(&edge.source);
        let mut entries: BTreeSet<usize> =
            inside.iter().map(|&at| &plan.edges[at]).filter(enters).map(|edge| edge.to).collect();
        entries.extend(self.roots.iter().copied().filter(|root| region.contains(root)));
        let nearest = |&id: &usize| (self.distance.get(&id).copied().unwrap_or(usize::MAX), id);
        only_loop_node(plan, &entries)
            .unwrap_or_else(|| entries.iter().copied().min_by_key(nearest).expect("a region of a plan is entered"))
    }

    /// What side edges of a region lead to and nothing else does.
    fn find_tail(&self, plan: &Plan, region: &BTreeSet<usize>) -> BTreeSet<usize> {
        let side: HashSet<usize> = self
            .edges
            .iter()
            .copied()
            .filter(|&at| region.contains(&plan.edges[at].source) && !region.contains(&plan.edges[at].to))
            .filter(|&at| is_side(plan, at, region))
            .collect();
        let others: Vec<usize> = self.edges.iter().copied().filter(|at| !side.contains(at)).collect();
        let without = reach(&self.roots, self.pairs(plan, &others));
        let begins: Vec<usize> = side.iter().map(|&at| plan.edges[at].to).collect();
        let over = reach(&begins, self.pairs(plan, &self.edges));
        over.into_iter().filter(|id| !without.contains(id) && !region.contains(id)).collect()
    }
}

fn only_loop_node(plan: &Plan, nodes: &BTreeSet<usize>) -> Option<usize> {
    let mut loops = nodes.iter().copied().filter(|&id| plan.nodes[id].loop_port);
    loops.next().filter(|_| loops.next().is_none())
}

/// Its port also has an edge that stays inside; an unnamed edge goes with every port but `error`.
fn is_side(plan: &Plan, at: usize, region: &BTreeSet<usize>) -> bool {
    let edge = &plan.edges[at];
    plan.out[edge.source].iter().any(|&other_at| {
        let other = &plan.edges[other_at];
        let unnamed = other.port.is_empty() || edge.port.is_empty();
        let shares = unnamed && !plan.is_error_edge(other_at) && !plan.is_error_edge(at);
        region.contains(&other.to) && (other.port == edge.port || shares)
    })
}

/// The nodes that edges lead to from some nodes, those included.
pub(super) fn reach(starts: &[usize], edges: impl IntoIterator<Item = (usize, usize)>) -> HashSet<usize> {
    let out = by_source(edges);
    let (mut seen, mut open): (HashSet<usize>, _) = (starts.iter().copied().collect(), starts.to_vec());
    while let Some(id) = open.pop() {
        for &to in out.get(&id).into_iter().flatten() {
            if seen.insert(to) {
                open.push(to);
            }
        }
    }
    seen
}

fn distances(roots: &[usize], edges: Vec<(usize, usize)>) -> HashMap<usize, usize> {
    let out = by_source(edges);
    let mut far: HashMap<usize, usize> = roots.iter().map(|&root| (root, 0)).collect();
    let mut ring = roots.to_vec();
    while !ring.is_empty() {
        let mut following = Vec::new();
        for id in ring {
            for &to in out.get(&id).into_iter().flatten() {
                if !far.contains_key(&to) {
                    far.insert(to, far[&id] + 1);
                    following.push(to);
                }
            }
        }
        ring = following;
    }
    far
}

fn by_source(edges: impl IntoIterator<Item = (usize, usize)>) -> HashMap<usize, Vec<usize>> {
    let mut out: HashMap<usize, Vec<usize>> = HashMap::new();
    for (source, to) in edges {
        out.entry(source).or_default().push(to);
    }
    out
}

/// Strongly connected sets of two or more nodes, and nodes with an edge to themselves (Kosaraju, explicit stacks).
fn components(plan: &Plan, nodes: &BTreeSet<usize>, edges: &[usize]) -> Vec<BTreeSet<usize>> {
    let pairs = || edges.iter().map(|&at| (plan.edges[at].source, plan.edges[at].to));
    let (out, into) = (by_source(pairs()), by_source(pairs().map(|(source, to)| (to, source))));
    let none = Vec::new();
    let next = |map: &HashMap<usize, Vec<usize>>, id: usize| map.get(&id).unwrap_or(&none).clone();
    let mut by_id: Vec<usize> = nodes.iter().copied().collect();
    by_id.sort_by(|&a, &b| plan.nodes[a].id.cmp(&plan.nodes[b].id));
    let (mut order, mut seen) = (Vec::new(), HashSet::new());
    for root in by_id {
        if !seen.insert(root) {
            continue;
        }
        let mut stack = vec![(root, next(&out, root).into_iter())];
        while let Some((id, rest)) = stack.last_mut() {
            match rest.find(|to| !seen.contains(to)) {
                Some(to) => {
                    seen.insert(to);
                    stack.push((to, next(&out, to).into_iter()));
                }
                None => {
                    order.push(*id);
                    stack.pop();
                }
            }
        }
    }
    let (mut found, mut done) = (Vec::new(), HashSet::new());
    for &root in order.iter().rev() {
        if !done.insert(root) {
            continue;
        }
        let (mut part, mut open) = (BTreeSet::from([root]), vec![root]);
        while let Some(id) = open.pop() {
            for from in next(&into, id) {
                if done.insert(from) {
                    part.insert(from);
                    open.push(from);
                }
            }
        }
        if part.len() > 1 || next(&out, root).contains(&root) {
            found.push(part);
        }
    }
    found
}
