//! Strongly connected regions of a set of nodes. Explicit stacks, no recursion.

use std::collections::HashMap;

use crate::event::NodeIndex;

/// Both ends of an edge.
pub(crate) type Arrow = (NodeIndex, NodeIndex);

/// The cyclic parts of a graph.
pub(crate) struct Components {
    /// Sets of nodes that lead to one another, and nodes that lead to themselves; each in ascending order, and in the
    /// order of their first nodes.
    pub(crate) regions: Vec<Vec<NodeIndex>>,
    /// Which region a node is in.
    pub(crate) region_of: HashMap<NodeIndex, usize>,
}

/// Finds the cyclic parts (Tarjan's algorithm). All ends of arrows are among the nodes.
pub(crate) fn components(nodes: &[NodeIndex], arrows: &[Arrow]) -> Components {
    let place: HashMap<NodeIndex, usize> = nodes.iter().zip(0..).map(|(&node, at)| (node, at)).collect();
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    for (from, to) in arrows {
        out[place[from]].push(place[to]);
    }
    let mut regions: Vec<Vec<NodeIndex>> = Vec::new();
    for part in parts(&out) {
        if part.len() > 1 || out[part[0]].contains(&part[0]) {
            let mut region: Vec<NodeIndex> = part.into_iter().map(|at| nodes[at]).collect();
            region.sort_unstable();
            regions.push(region);
        }
    }
    regions.sort_unstable();
    let members = regions.iter().enumerate();
    let region_of = members.flat_map(|(at, region)| region.iter().map(move |&node| (node, at))).collect();
    Components { regions, region_of }
}

const UNSEEN: usize = usize::MAX;

/// All strongly connected parts, single nodes too.
fn parts(out: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let (mut number, mut low) = (vec![UNSEEN; out.len()], vec![0; out.len()]);
    let mut is_open = vec![false; out.len()];
    let (mut next, mut open, mut found) = (0, Vec::new(), Vec::new());
    for root in 0..out.len() {
        let mut walk = if number[root] == UNSEEN { vec![(root, 0)] } else { Vec::new() };
        while let Some(&(at, edge)) = walk.last() {
            if edge == 0 {
                (number[at], low[at], is_open[at]) = (next, next, true);
                next += 1;
                open.push(at);
            }
            if let Some(&to) = out[at].get(edge) {
                if let Some(top) = walk.last_mut() {
                    top.1 += 1;
                }
                if number[to] == UNSEEN {
                    walk.push((to, 0));
                } else if is_open[to] {
                    low[at] = low[at].min(number[to]);
                }
                continue;
            }
            walk.pop();
            if let Some(&(before, _)) = walk.last() {
                low[before] = low[before].min(low[at]);
            }
            if low[at] == number[at] {
                let from = open.iter().rposition(|&other| other == at).unwrap_or(0);
                let part = open.split_off(from);
                part.iter().for_each(|&member| is_open[member] = false);
                found.push(part);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cycles_and_self_edges_are_found_and_nothing_else() {
        let arrows = [(1, 2), (2, 3), (3, 1), (3, 4), (4, 5), (5, 5), (6, 4), (7, 8), (8, 9), (9, 8)];
        let found = components(&[1, 2, 3, 4, 5, 6, 7, 8, 9], &arrows);
        assert_eq!(found.regions, [vec![1, 2, 3], vec![5], vec![8, 9]]);
        assert_eq!(
            (found.region_of.get(&2), found.region_of.get(&9), found.region_of.get(&4)),
            (Some(&0), Some(&2), None)
        );
    }

    #[test]
    fn a_long_cycle_needs_no_deep_stack() {
        let nodes: Vec<NodeIndex> = (0..100_000).collect();
        let mut arrows: Vec<Arrow> = (1..100_000).map(|node| (node - 1, node)).collect();
        assert!(components(&nodes, &arrows).regions.is_empty());
        arrows.push((99_999, 0));
        assert_eq!(components(&nodes, &arrows).regions, [nodes]);
    }
}
