//! Cycles: the strongly connected regions of a graph, and the node at the head of each. Explicit stacks, no recursion.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::catalog::{Catalog, Role};
use crate::graph::Graph;
use crate::validate::arrows;

/// An edge between positions of nodes.
pub(crate) type Arrow = (usize, usize);

/// Types that have a `loop` port when nothing stands inside them.
const LOOP_TYPES: [&str; 2] = ["for_each", "while_loop"];

/// The header of every region, outer ones before those inside.
///
/// A header is an entry of its region, a node to which an edge leads from outside: the only one with a `loop` port,
/// else the one with the fewest edges to a start, else the first in the file. Edges into the header are taken away, and
/// what is still cyclic is a region inside.
pub(crate) fn headers(graph: &Graph, catalog: &dyn Catalog) -> Vec<usize> {
    let all = arrows(graph);
    let starts = starts(graph, catalog, &all);
    let distance = distances(graph.nodes.len(), &starts, &all);
    let parents: HashSet<&str> = graph.nodes.iter().filter_map(|node| node.parent.as_deref()).collect();
    let has_loop_port = |at: usize| {
        LOOP_TYPES.contains(&graph.nodes[at].kind.as_str()) && !parents.contains(graph.nodes[at].id.as_str())
    };
    let mut found = Vec::new();
    let mut open = vec![all];
    while let Some(within) = open.pop() {
        for region in cyclic(&within) {
            let enters = |&&(from, to): &&Arrow| region.contains(&to) && !region.contains(&from);
            let mut entries: HashSet<usize> = within.iter().filter(enters).map(|&(_, to)| to).collect();
            entries.extend(starts.iter().filter(|start| region.contains(start)));
            if entries.is_empty() {
                entries.clone_from(&region);
            }
            let loops: Vec<usize> = entries.iter().copied().filter(|&at| has_loop_port(at)).collect();
            let nearest = entries.iter().copied().min_by_key(|&at| (distance[at], at));
            let header = if let [only] = loops.as_slice() { Some(*only) } else { nearest };
            let Some(header) = header else { continue };
            found.push(header);
            let inside = |&(from, to): &Arrow| region.contains(&from) && region.contains(&to) && to != header;
            // Arrows out of the header stay: they are how the body is entered.
            open.push(within.iter().copied().filter(inside).collect());
        }
    }
    found
}

fn starts(graph: &Graph, catalog: &dyn Catalog, arrows: &[Arrow]) -> Vec<usize> {
    let role = |at: usize| catalog.spec(&graph.nodes[at].kind).map(|spec| spec.role);
    let triggers: Vec<usize> = (0..graph.nodes.len()).filter(|&at| role(at) == Some(Role::Trigger)).collect();
    if !triggers.is_empty() {
        return triggers;
    }
    let targets: HashSet<usize> = arrows.iter().map(|&(_, to)| to).collect();
    (0..graph.nodes.len()).filter(|at| !targets.contains(at)).collect()
}

fn distances(count: usize, starts: &[usize], arrows: &[Arrow]) -> Vec<usize> {
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); count];
    arrows.iter().for_each(|&(from, to)| out[from].push(to));
    let mut far = vec![usize::MAX; count];
    let mut ring: VecDeque<usize> = starts.iter().copied().collect();
    starts.iter().for_each(|&start| far[start] = 0);
    while let Some(at) = ring.pop_front() {
        for &to in &out[at] {
            if far[to] == usize::MAX {
                far[to] = far[at] + 1;
                ring.push_back(to);
            }
        }
    }
    far
}

/// Sets of nodes that lead to one another, and nodes that lead to themselves (Kosaraju's two passes).
fn cyclic(arrows: &[Arrow]) -> Vec<HashSet<usize>> {
    let mut out: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut into: HashMap<usize, Vec<usize>> = HashMap::new();
    for &(from, to) in arrows {
        out.entry(from).or_default().push(to);
        into.entry(to).or_default().push(from);
    }
    let mut nodes: Vec<usize> = out.keys().copied().collect();
    nodes.sort_unstable();
    let mut done = HashSet::new();
    let mut regions = Vec::new();
    for root in finish_order(&nodes, &out).into_iter().rev() {
        if !done.insert(root) {
            continue;
        }
        let (mut region, mut open) = (HashSet::from([root]), vec![root]);
        while let Some(at) = open.pop() {
            for &from in into.get(&at).into_iter().flatten() {
                if done.insert(from) {
                    region.insert(from);
                    open.push(from);
                }
            }
        }
        if region.len() > 1 || out.get(&root).is_some_and(|to| to.contains(&root)) {
            regions.push(region);
        }
    }
    regions
}

/// Nodes in the order in which a depth-first walk leaves them.
fn finish_order(nodes: &[usize], out: &HashMap<usize, Vec<usize>>) -> Vec<usize> {
    let mut seen = HashSet::new();
    let mut order = Vec::new();
    for &root in nodes {
        if !seen.insert(root) {
            continue;
        }
        let mut stack = vec![(root, 0)];
        while let Some((at, next)) = stack.last_mut() {
            match out.get(at).and_then(|to| to.get(*next)) {
                Some(&to) => {
                    *next += 1;
                    if seen.insert(to) {
                        stack.push((to, 0));
                    }
                }
                None => {
                    order.push(*at);
                    stack.pop();
                }
            }
        }
    }
    order
}
