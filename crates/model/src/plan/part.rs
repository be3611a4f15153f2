//! What of a graph a node needs: all that leads to it.

use std::collections::HashMap;

use super::read::scopes;
use crate::catalog::{Catalog, Role};
use crate::event::NodeIndex;
use crate::graph::Graph;

/// The graph with only what leads to a node. Of a container it has the whole, and the groups around what it has.
pub(super) fn leading_to(graph: &Graph, catalog: &dyn Catalog, id: &str) -> Option<Graph> {
    let role = |kind: &str| catalog.spec(kind).map_or(Role::Step, |spec| spec.role);
    let roles: Vec<Role> = graph.nodes.iter().map(|node| role(&node.kind)).collect();
    let outermost = outermost(&scopes(graph, &roles));
    let by_id: HashMap<&str, usize> =
        graph.nodes.iter().enumerate().rev().map(|(at, node)| (node.id.as_str(), at)).collect();
    let find = |id: &str| by_id.get(id).copied();
    let mut sources: Vec<Vec<usize>> = vec![Vec::new(); graph.nodes.len()];
    for edge in &graph.edges {
        if let (Some(source), Some(target)) = (find(&edge.source), find(&edge.target)) {
            sources[outermost[target]].push(outermost[source]);
        }
    }
    let mut leads = vec![false; graph.nodes.len()];
    let mut open = vec![outermost[find(id)?]];
    while let Some(at) = open.pop() {
        if !std::mem::replace(&mut leads[at], true) {
            open.extend(&sources[at]);
        }
    }
    let mut keep: Vec<bool> = outermost.iter().map(|&at| leads[at]).collect();
    for at in 0..keep.len() {
        let mut around = Some(at).filter(|_| keep[at]);
        while let Some(inside) = around {
            around = graph.nodes[inside].parent.as_deref().and_then(find).filter(|&parent| !keep[parent]);
            around.into_iter().for_each(|parent| keep[parent] = true);
        }
    }
    graph.only(&keep)
}

/// The outermost container around each node, or the node itself. A graph that cannot run may have containers inside of one
/// another: then one of them is it.
fn outermost(scope: &[Option<NodeIndex>]) -> Vec<usize> {
    let mut found: Vec<Option<usize>> = vec![None; scope.len()];
    let mut path = Vec::new();
    for node in 0..scope.len() {
        let mut at = node;
        let top = loop {
            if let Some(top) = found[at] {
                break top;
            }
            // Whoever comes by again is on this path.
            found[at] = Some(at);
            path.push(at);
            match scope[at] {
                Some(around) => at = around as usize,
                None => break at,
            }
        };
        path.drain(..).for_each(|inside| found[inside] = Some(top));
    }
    found.into_iter().flatten().collect()
}
