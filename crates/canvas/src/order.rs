//! The order of nodes within each layer: sweeps that put each between its neighbors, the best of which is kept.

use crate::layers::Layered;

const SWEEPS: usize = 8;

/// The nodes of each layer from top to bottom, with few crossings of edges.
pub(crate) fn columns(layered: &Layered) -> Vec<Vec<u32>> {
    let mut columns = first_order(layered);
    let mut position = vec![0u32; layered.layer.len()];
    number(&columns, &mut position);
    let mut best = columns.clone();
    let mut fewest = crossings(layered, &columns, &position);
    for sweep in 0..SWEEPS {
        if fewest == 0 {
            break;
        }
        if sweep % 2 == 0 {
            for column in columns.iter_mut().skip(1) {
                settle(column, &layered.before, &mut position);
            }
        } else {
            for column in columns.iter_mut().rev().skip(1) {
                settle(column, &layered.after, &mut position);
            }
        }
        let count = crossings(layered, &columns, &position);
        if count < fewest {
            fewest = count;
            best.clone_from(&columns);
        }
    }
    best
}

/// Nodes in the order in which a walk in depth finds them.
fn first_order(layered: &Layered) -> Vec<Vec<u32>> {
    let mut columns = vec![Vec::new(); layered.layers()];
    let mut seen = vec![false; layered.layer.len()];
    let mut starts: Vec<u32> = (0..u32::try_from(layered.layer.len()).unwrap_or(u32::MAX)).collect();
    starts.retain(|&node| layered.before[node as usize].is_empty());
    let mut stack: Vec<u32> = starts.into_iter().rev().collect();
    while let Some(node) = stack.pop() {
        if std::mem::replace(&mut seen[node as usize], true) {
            continue;
        }
        columns[layered.layer[node as usize] as usize].push(node);
        stack.extend(layered.after[node as usize].iter().rev());
    }
    columns
}

fn number(columns: &[Vec<u32>], position: &mut [u32]) {
    for column in columns {
        for (at, &node) in (0u32..).zip(column) {
            position[node as usize] = at;
        }
    }
}

/// Sorts a layer by the mean place of each node's neighbors in a layer that is settled.
fn settle(column: &mut Vec<u32>, neighbors: &[Vec<u32>], position: &mut [u32]) {
    let mean = |node: u32| {
        let around = &neighbors[node as usize];
        if around.is_empty() {
            return f64::from(position[node as usize]);
        }
        let sum: u64 = around.iter().map(|&other| u64::from(position[other as usize])).sum();
        #[expect(clippy::cast_precision_loss, reason = "sums of places are far below 2^53")]
        let mean = sum as f64 / around.len() as f64;
        mean
    };
    let mut keyed: Vec<(f64, u32)> = column.iter().map(|&node| (mean(node), node)).collect();
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
    column.clear();
    column.extend(keyed.into_iter().map(|(_, node)| node));
    for (at, &node) in (0u32..).zip(column.iter()) {
        position[node as usize] = at;
    }
}

/// How often edges between neighboring layers cross.
fn crossings(layered: &Layered, columns: &[Vec<u32>], position: &[u32]) -> u64 {
    let mut total = 0;
    for pair in columns.windows(2) {
        let [from, to] = pair else { continue };
        // Of two edges that begin in order, those cross that end in the other order: inversions, counted by a tree.
        let mut tree = vec![0u64; to.len() + 1];
        let mut before = 0;
        for &node in from {
            let mut ends: Vec<usize> =
                layered.after[node as usize].iter().map(|&end| position[end as usize] as usize).collect();
            ends.sort_unstable();
            for &end in &ends {
                total += before - sum(&tree, end + 1);
            }
            for end in ends {
                before += 1;
                add(&mut tree, end);
            }
        }
    }
    total
}

fn add(tree: &mut [u64], at: usize) {
    let mut at = at + 1;
    while at < tree.len() {
        tree[at] += 1;
        at += at & at.wrapping_neg();
    }
}

/// How many were added below `end`.
fn sum(tree: &[u64], end: usize) -> u64 {
    let (mut at, mut total) = (end, 0);
    while at > 0 {
        total += tree[at];
        at &= at - 1;
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(layered: &Layered, columns: &[Vec<u32>]) -> u64 {
        let mut position = vec![0; layered.layer.len()];
        number(columns, &mut position);
        crossings(layered, columns, &position)
    }

    #[test]
    fn crossings_are_counted() {
        let layered = Layered::new(5, &[(0, 3), (0, 4), (1, 3), (2, 3), (1, 4)]);
        // Of the pairs (0→4, 1→3), (0→4, 2→3), (1→4, 2→3).
        assert_eq!(count(&layered, &[vec![0, 1, 2], vec![3, 4]]), 3);
    }

    #[test]
    fn sweeps_untangle() {
        // Two chains whose middles the file names crosswise.
        let edges = [(0, 5), (1, 4), (2, 3), (3, 6), (4, 7), (5, 8), (6, 9), (7, 9), (8, 9), (10, 0), (10, 1), (10, 2)];
        let layered = Layered::new(11, &edges);
        let columns = columns(&layered);
        assert_eq!(count(&layered, &columns), 0);
    }
}
