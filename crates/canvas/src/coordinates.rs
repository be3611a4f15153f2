//! Pixels for nodes whose layer and order are known: each as near to its neighbors as the order allows.

use crate::drawing::Drawing;
use crate::layers::Layered;
use crate::layout::{Size, snap, up};

/// Between layers, where edges turn.
const BETWEEN_LAYERS: f64 = 88.0;
/// Between nodes of a layer.
const BETWEEN_NODES: f64 = 36.0;
/// Between an edge that passes and what it passes.
const BESIDE_BEND: f64 = 20.0;
const SWEEPS: usize = 10;

/// Turns layers and orders into places.
pub(crate) fn place(layered: &Layered, columns: &[Vec<u32>], sizes: &[Size]) -> Drawing {
    let size = |node: u32| sizes.get(node as usize).copied().unwrap_or(Size { width: 0.0, height: 0.0 });
    let height = |node: u32| up(size(node).height);
    let mut center = vec![0.0; layered.layer.len()];
    let offsets: Vec<Vec<f64>> = columns.iter().map(|column| offsets(layered, column, height)).collect();
    for (column, offsets) in columns.iter().zip(&offsets) {
        let middle = offsets.last().copied().unwrap_or(0.0) / 2.0;
        for (&node, offset) in column.iter().zip(offsets) {
            center[node as usize] = offset - middle;
        }
    }
    for sweep in 0..SWEEPS {
        let last = sweep + 1 == SWEEPS;
        let down = sweep % 2 == 0;
        for at in 0..columns.len() {
            let at = if down { at } else { columns.len() - 1 - at };
            let wanted = |node: u32| {
                let (before, after) = (&layered.before[node as usize], &layered.after[node as usize]);
                let one_side: &[&Vec<u32>] = if down { &[before] } else { &[after] };
                let sides: &[&Vec<u32>] = if last { &[before, after] } else { one_side };
                mean(sides, &center).unwrap_or(center[node as usize])
            };
            let wishes: Vec<f64> = columns[at].iter().map(|&node| wanted(node)).collect();
            let weights: Vec<f64> =
                columns[at].iter().map(|&node| if layered.is_bend(node) { 2.0 } else { 1.0 }).collect();
            let found = apart(&wishes, &weights, &offsets[at]);
            for (&node, place) in columns[at].iter().zip(found) {
                center[node as usize] = place;
            }
        }
    }
    let mut spots = vec![(0.0, 0.0); layered.nodes];
    let mut x = 0.0;
    let mut whole = Size { width: 0.0, height: 0.0 };
    for column in columns {
        let mut widest = 0.0f64;
        for &node in column.iter().filter(|&&node| !layered.is_bend(node)) {
            spots[node as usize] = (x, snap(center[node as usize] - height(node) / 2.0));
            widest = widest.max(size(node).width);
        }
        whole.width = x + widest;
        x = up(x + widest + BETWEEN_LAYERS);
    }
    let top = spots.iter().map(|spot| spot.1).fold(f64::INFINITY, f64::min);
    for (spot, size) in spots.iter_mut().zip(sizes) {
        spot.1 -= top;
        whole.height = whole.height.max(spot.1 + size.height);
    }
    Drawing { spots, size: whole }
}

/// How far below the first of its layer the middle of each node is at least.
fn offsets(layered: &Layered, column: &[u32], height: impl Fn(u32) -> f64) -> Vec<f64> {
    let mut offset = 0.0;
    let mut offsets = Vec::with_capacity(column.len());
    for (at, &node) in column.iter().enumerate() {
        if let Some(&above) = at.checked_sub(1).and_then(|above| column.get(above)) {
            let bend = layered.is_bend(node) || layered.is_bend(above);
            let between = if bend { BESIDE_BEND } else { BETWEEN_NODES };
            offset += f64::midpoint(height(above), height(node)) + between;
        }
        offsets.push(offset);
    }
    offsets
}

fn mean(sides: &[&Vec<u32>], center: &[f64]) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0.0);
    for &node in sides.iter().copied().flatten() {
        sum += center[node as usize];
        count += 1.0;
    }
    (count > 0.0).then(|| sum / count)
}

/// The places nearest to the wishes (by weighted squares) at which each is as far below the one above it as the offsets
/// say: neighbors that are too close are drawn together and share the mean of what they wish.
fn apart(wishes: &[f64], weights: &[f64], offsets: &[f64]) -> Vec<f64> {
    struct Block {
        sum: f64,
        weight: f64,
        len: usize,
    }
    let mut blocks: Vec<Block> = Vec::with_capacity(wishes.len());
    for ((wish, &weight), offset) in wishes.iter().zip(weights).zip(offsets) {
        let mut block = Block { sum: (wish - offset) * weight, weight, len: 1 };
        while let Some(above) = blocks.pop_if(|above| above.sum / above.weight > block.sum / block.weight) {
            block.sum += above.sum;
            block.weight += above.weight;
            block.len += above.len;
        }
        blocks.push(block);
    }
    let bases = blocks.iter().flat_map(|block| std::iter::repeat_n(block.sum / block.weight, block.len));
    bases.zip(offsets).map(|(base, offset)| base + offset).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_are_granted_where_there_is_room() {
        assert_eq!(apart(&[0.0, 50.0, 55.0], &[1.0; 3], &[0.0, 10.0, 20.0]), [0.0, 47.5, 57.5]);
        assert_eq!(apart(&[5.0, 0.0], &[1.0; 2], &[0.0, 10.0]), [-2.5, 7.5]);
    }
}
