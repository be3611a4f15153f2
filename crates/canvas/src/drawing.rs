//! Draws the nodes of one scope: each connected part in layers, the parts side by side and below one another.

use crate::coordinates;
use crate::layers::Layered;
use crate::layout::{Size, up};
use crate::{order, rows};

/// Room between parts that no edge connects.
const BETWEEN_PARTS: f64 = 64.0;
/// How much wider than high the whole is to be.
pub(crate) const ASPECT: f64 = 1.6;

/// Places of nodes, from the upper left corner.
pub(crate) struct Drawing {
    /// Left and upper edge of each node.
    pub(crate) spots: Vec<(f64, f64)>,
    /// What all of them take up.
    pub(crate) size: Size,
}

/// Draws nodes of these sizes with edges between them.
pub(crate) fn draw(sizes: &[Size], edges: &[(u32, u32)]) -> Drawing {
    let parts = parts(sizes.len(), edges);
    let drawings: Vec<Drawing> = parts.iter().map(|part| draw_part(part, sizes)).collect();
    let area: f64 =
        drawings.iter().map(|part| (part.size.width + BETWEEN_PARTS) * (part.size.height + BETWEEN_PARTS)).sum();
    let widest = drawings.iter().map(|part| part.size.width).fold(0.0, f64::max);
    let limit = widest.max((area * ASPECT).sqrt());
    let mut whole = Drawing { spots: vec![(0.0, 0.0); sizes.len()], size: Size { width: 0.0, height: 0.0 } };
    let (mut x, mut y, mut row) = (0.0, 0.0, 0.0f64);
    for (part, drawing) in parts.iter().zip(&drawings) {
        if x > 0.0 && x + drawing.size.width > limit {
            (x, y, row) = (0.0, up(y + row + BETWEEN_PARTS), 0.0);
        }
        for (&node, spot) in part.nodes.iter().zip(&drawing.spots) {
            whole.spots[node as usize] = (x + spot.0, y + spot.1);
        }
        row = row.max(drawing.size.height);
        whole.size.width = whole.size.width.max(x + drawing.size.width);
        whole.size.height = y + row;
        x = up(x + drawing.size.width + BETWEEN_PARTS);
    }
    whole
}

/// Nodes that edges connect, whatever their direction.
pub(crate) struct Part {
    /// The nodes, in their order.
    pub(crate) nodes: Vec<u32>,
    /// Edges as positions among them.
    edges: Vec<(u32, u32)>,
}

/// Draws one part in layers, and what is very long in rows of them.
pub(crate) fn draw_part(part: &Part, sizes: &[Size]) -> Drawing {
    let sizes: Vec<Size> = part.nodes.iter().map(|&node| sizes[node as usize]).collect();
    let layered = Layered::new(sizes.len(), &part.edges);
    let columns = order::columns(&layered);
    let drawing = coordinates::place(&layered, &columns, &sizes);
    rows::fold(&layered, drawing, &sizes)
}

/// The connected parts, in the order of their first nodes.
pub(crate) fn parts(count: usize, edges: &[(u32, u32)]) -> Vec<Part> {
    let mut leader: Vec<u32> = (0..u32::try_from(count).unwrap_or(u32::MAX)).collect();
    for &(source, target) in edges {
        let (one, other) = (find(&mut leader, source), find(&mut leader, target));
        // The smaller leads, so that a part stands where its first node does.
        leader[one.max(other) as usize] = one.min(other);
    }
    let mut part_of = vec![0usize; count];
    let mut local = vec![0u32; count];
    let mut parts: Vec<Part> = Vec::new();
    for node in 0..count {
        let at = u32::try_from(node).unwrap_or(u32::MAX);
        let first = find(&mut leader, at) as usize;
        if first == node {
            part_of[node] = parts.len();
            parts.push(Part { nodes: Vec::new(), edges: Vec::new() });
        }
        part_of[node] = part_of[first];
        let part = &mut parts[part_of[node]];
        local[node] = u32::try_from(part.nodes.len()).unwrap_or(u32::MAX);
        part.nodes.push(at);
    }
    for &(source, target) in edges {
        let ends = (local[source as usize], local[target as usize]);
        parts[part_of[source as usize]].edges.push(ends);
    }
    parts
}

fn find(leader: &mut [u32], node: u32) -> u32 {
    let mut at = node;
    while leader[at as usize] != at {
        // Halves the way for the next search.
        leader[at as usize] = leader[leader[at as usize] as usize];
        at = leader[at as usize];
    }
    at
}
