//! Which nodes stand side by side: the scopes of a graph, and the edges of each as its nodes see them.

/// The containers of a graph and what is inside them.
pub(crate) struct Tree {
    /// The container around each node; no node is inside itself.
    pub(crate) parent: Vec<Option<u32>>,
    /// How many containers are around each node.
    pub(crate) depth: Vec<u32>,
    /// Those edges whose ends are there, in the order of the graph.
    pub(crate) edges: Vec<(u32, u32)>,
}

/// Nodes with the same parent.
pub(crate) struct Scope {
    /// The container around them; `None` at the top.
    pub(crate) owner: Option<u32>,
    /// The nodes by position in the graph, in its order.
    pub(crate) members: Vec<u32>,
    /// Edges between them as positions among `members`; one that ends further inside counts for the container.
    pub(crate) edges: Vec<(u32, u32)>,
}

impl Tree {
    /// The tree of nodes with these parents, and edges between them by their positions.
    pub(crate) fn new(mut parent: Vec<Option<u32>>, edges: Vec<(u32, u32)>) -> Self {
        let depth = depths(&mut parent);
        Self { parent, depth, edges }
    }

    /// All scopes with nodes in them, those deepest inside first.
    pub(crate) fn scopes(&self) -> Vec<Scope> {
        let scope_of = |node: u32| self.parent[node as usize].map_or(0, |parent| parent as usize + 1);
        let count = self.parent.len();
        let mut local = vec![0u32; count];
        let mut members: Vec<Vec<u32>> = vec![Vec::new(); count + 1];
        for node in 0..u32::try_from(count).unwrap_or(u32::MAX) {
            let inside = &mut members[scope_of(node)];
            local[node as usize] = u32::try_from(inside.len()).unwrap_or(u32::MAX);
            inside.push(node);
        }
        let mut edges: Vec<Vec<(u32, u32)>> = vec![Vec::new(); count + 1];
        for &(source, target) in &self.edges {
            if let Some((source, target)) = self.side_by_side(source, target) {
                edges[scope_of(source)].push((local[source as usize], local[target as usize]));
            }
        }
        let mut scopes: Vec<Scope> = (0u32..)
            .zip(members.into_iter().zip(edges))
            .filter(|(_, (members, _))| !members.is_empty())
            .map(|(at, (members, edges))| Scope { owner: at.checked_sub(1), members, edges })
            .collect();
        scopes.sort_by_key(|scope| std::cmp::Reverse(scope.owner.map_or(0, |owner| self.depth[owner as usize] + 1)));
        scopes
    }

    /// The two ends, or containers around them, that have the same parent; `None` if one end is inside the other.
    fn side_by_side(&self, source: u32, target: u32) -> Option<(u32, u32)> {
        let (mut source, mut target) = (source, target);
        let depth = |node: u32| self.depth[node as usize];
        let above = |node: u32| self.parent[node as usize];
        while depth(source) > depth(target) {
            source = above(source)?;
        }
        while depth(target) > depth(source) {
            target = above(target)?;
        }
        while source != target && above(source) != above(target) {
            (source, target) = (above(source)?, above(target)?);
        }
        (source != target).then_some((source, target))
    }
}

/// How many containers are around each node. A node inside itself is taken out to the top.
fn depths(parent: &mut [Option<u32>]) -> Vec<u32> {
    const UNKNOWN: u32 = u32::MAX;
    const ON_PATH: u32 = u32::MAX - 1;
    let mut depth = vec![UNKNOWN; parent.len()];
    let mut path = Vec::new();
    for node in 0..parent.len() {
        let mut at = node;
        let above = loop {
            match depth[at] {
                UNKNOWN => {}
                ON_PATH => {
                    // The last of the path has a parent that is inside it.
                    if let Some(&last) = path.last() {
                        let last: usize = last;
                        parent[last] = None;
                    }
                    break None;
                }
                known => break Some(known),
            }
            depth[at] = ON_PATH;
            path.push(at);
            match parent[at] {
                Some(above) => at = above as usize,
                None => break None,
            }
        };
        let mut next = above.map_or(0, |above| above + 1);
        while let Some(inside) = path.pop() {
            depth[inside] = next;
            next += 1;
        }
    }
    depth
}
