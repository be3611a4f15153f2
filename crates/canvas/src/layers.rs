//! Gives each node of a connected part a layer: edges lead to a later one, but for those that close a cycle.

/// Edges that skip layers are drawn around the nodes between, at the cost of a bend in each layer; this many bends for
/// each node and edge are paid for, the shortest edges first.
const BENDS_PER_PART: usize = 2;
/// Bends that also a small graph may have.
const BENDS_AT_LEAST: usize = 1_000;

/// A part in layers. Nodes from `nodes` on are bends of edges that skip layers.
pub(crate) struct Layered {
    /// How many nodes are real.
    pub(crate) nodes: usize,
    /// The layer of each node.
    pub(crate) layer: Vec<u32>,
    /// Neighbors in the layer after, by node.
    pub(crate) after: Vec<Vec<u32>>,
    /// Neighbors in the layer before, by node.
    pub(crate) before: Vec<Vec<u32>>,
}

impl Layered {
    /// Puts nodes into layers.
    pub(crate) fn new(count: usize, edges: &[(u32, u32)]) -> Self {
        let edges = forward(count, edges);
        let mut layered = Self {
            nodes: count,
            layer: ranks(count, &edges),
            after: vec![Vec::new(); count],
            before: vec![Vec::new(); count],
        };
        layered.connect(edges);
        layered
    }

    /// How many layers there are.
    pub(crate) fn layers(&self) -> usize {
        self.layer.iter().max().map_or(0, |&last| last as usize + 1)
    }

    /// Whether a node is a bend of an edge.
    pub(crate) fn is_bend(&self, node: u32) -> bool {
        node as usize >= self.nodes
    }

    fn connect(&mut self, edges: Vec<(u32, u32)>) {
        let span = |layer: &[u32], (source, target): (u32, u32)| layer[target as usize] - layer[source as usize];
        let mut left = BENDS_AT_LEAST + BENDS_PER_PART * (self.nodes + edges.len());
        // Edges between neighbors keep the order of the file, which is the order of ports.
        let (short, mut long): (Vec<_>, Vec<_>) = edges.into_iter().partition(|&edge| span(&self.layer, edge) == 1);
        for (source, target) in short {
            self.join(source, target);
        }
        long.sort_by_key(|&edge| span(&self.layer, edge));
        for edge in long {
            let bends = span(&self.layer, edge) as usize - 1;
            let Some(rest) = left.checked_sub(bends) else { break };
            left = rest;
            let mut from = edge.0;
            for _ in 0..bends {
                let bend = u32::try_from(self.layer.len()).unwrap_or(u32::MAX);
                self.layer.push(self.layer[from as usize] + 1);
                self.after.push(Vec::new());
                self.before.push(Vec::new());
                self.join(from, bend);
                from = bend;
            }
            self.join(from, edge.1);
        }
    }

    fn join(&mut self, source: u32, target: u32) {
        self.after[source as usize].push(target);
        self.before[target as usize].push(source);
    }
}

/// Edges by where they begin.
fn outgoing(count: usize, edges: &[(u32, u32)]) -> Vec<Vec<u32>> {
    let mut next = vec![Vec::new(); count];
    for &(source, target) in edges {
        next[source as usize].push(target);
    }
    next
}

/// Edges without a cycle: those that close one, found by a walk in depth, are turned around.
fn forward(count: usize, edges: &[(u32, u32)]) -> Vec<(u32, u32)> {
    const ENTERED: u8 = 1;
    const LEFT: u8 = 2;
    let next = outgoing(count, edges);
    let mut entered_by = vec![false; count];
    for &(_, target) in edges {
        entered_by[target as usize] = true;
    }
    let all = 0..u32::try_from(count).unwrap_or(u32::MAX);
    let starts = all.clone().filter(|&node| !entered_by[node as usize]).chain(all);
    let mut state = vec![0u8; count];
    let mut found = Vec::with_capacity(edges.len());
    let mut stack: Vec<(u32, usize)> = Vec::new();
    for start in starts {
        if state[start as usize] != 0 {
            continue;
        }
        state[start as usize] = ENTERED;
        stack.push((start, 0));
        while let Some((node, at)) = stack.last_mut() {
            let Some(&target) = next[*node as usize].get(*at) else {
                state[*node as usize] = LEFT;
                stack.pop();
                continue;
            };
            *at += 1;
            let source = *node;
            match state[target as usize] {
                ENTERED if target == source => {}
                ENTERED => found.push((target, source)),
                LEFT => found.push((source, target)),
                _ => {
                    found.push((source, target));
                    state[target as usize] = ENTERED;
                    stack.push((target, 0));
                }
            }
        }
    }
    let mut seen = std::collections::HashSet::with_capacity(found.len());
    found.retain(|&edge| seen.insert(edge));
    found
}

/// The layer of each node: one after the last of those before it; what begins nothing earlier than it must.
fn ranks(count: usize, edges: &[(u32, u32)]) -> Vec<u32> {
    let next = outgoing(count, edges);
    let mut open = vec![0u32; count];
    for &(_, target) in edges {
        open[target as usize] += 1;
    }
    let sources: Vec<bool> = open.iter().map(|&open| open == 0).collect();
    let mut rank = vec![0u32; count];
    let mut ready: Vec<u32> =
        (0..u32::try_from(count).unwrap_or(u32::MAX)).filter(|&node| open[node as usize] == 0).collect();
    while let Some(node) = ready.pop() {
        for &target in &next[node as usize] {
            let target_at = target as usize;
            rank[target_at] = rank[target_at].max(rank[node as usize] + 1);
            open[target_at] -= 1;
            if open[target_at] == 0 {
                ready.push(target);
            }
        }
    }
    for (node, targets) in next.iter().enumerate().filter(|(node, _)| sources[*node]) {
        if let Some(first) = targets.iter().map(|&target| rank[target as usize]).min() {
            rank[node] = first - 1;
        }
    }
    rank
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cycle_is_cut_where_it_closes() {
        let layered = Layered::new(4, &[(0, 1), (1, 2), (2, 1), (2, 3), (3, 3)]);
        assert_eq!(layered.layer, [0, 1, 2, 3]);
        assert_eq!(layered.after[1], [2]);
    }

    #[test]
    fn a_long_edge_has_a_bend_in_each_layer_between() {
        let layered = Layered::new(4, &[(0, 1), (1, 2), (2, 3), (0, 3)]);
        assert_eq!((layered.layer.len(), layered.layers()), (6, 4));
        assert_eq!((layered.layer[4], layered.layer[5]), (1, 2));
        assert!(layered.is_bend(4) && !layered.is_bend(3));
    }

    #[test]
    fn what_feeds_a_late_node_stands_before_it() {
        let layered = Layered::new(4, &[(0, 1), (1, 2), (3, 2)]);
        assert_eq!(layered.layer, [0, 1, 2, 1]);
    }
}
