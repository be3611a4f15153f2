//! Edges of nodes that stay: whoever deletes a node deletes its edges too, and if the node stays since somebody else changed it,
//! they come back with it.

use std::collections::HashSet;

use super::list::List;
use crate::rows::{Pairs, name_of};
use crate::value::Value;

const LINKS: [&str; 2] = ["source", "target"];

/// Nodes that one side deleted and the other changed, so that they are in the merged file.
#[derive(Default)]
pub(super) struct Kept {
    /// Those that I deleted.
    pub(super) mine: Nodes,
    /// Those that they deleted.
    pub(super) theirs: Nodes,
    /// All nodes of the merged file; none where nothing is asked of them.
    all: HashSet<String>,
}

/// Their ids.
#[derive(Default)]
pub(super) struct Nodes(HashSet<String>);

impl Kept {
    pub(super) fn of(nodes: &List<'_>, merged: &Value) -> Self {
        let stayed = |deleted: &Pairs, other: &Pairs| {
            let changed = |base: usize| other.after[base].is_some_and(|at| !other.same[at as usize]);
            let rows = nodes.base.iter().enumerate();
            let rows = rows.filter(|(base, _)| deleted.after[*base].is_none() && changed(*base));
            Nodes(rows.filter_map(|(_, row)| row.id().map(str::to_owned)).collect())
        };
        let mine = stayed(&nodes.my_pairs, &nodes.their_pairs);
        let theirs = stayed(&nodes.their_pairs, &nodes.my_pairs);
        let mut all = HashSet::new();
        if !mine.0.is_empty() || !theirs.0.is_empty() {
            let rows = merged.as_array().unwrap_or_default();
            all.extend(rows.iter().filter_map(|row| Some(name_of(row.get("id")?)?.into_owned())));
        }
        Self { mine, theirs, all }
    }

    /// Whether an edge that the side deleted which deleted these nodes is there all the same: it links one of them, and both its
    /// ends are there.
    pub(super) fn has(&self, nodes: &Nodes, edge: &Value) -> bool {
        if nodes.0.is_empty() {
            return false;
        }
        let ends = LINKS.map(|key| edge.get(key).and_then(name_of));
        let is_in = |ids: &HashSet<String>, end: &Option<_>| end.as_deref().is_some_and(|end: &str| ids.contains(end));
        ends.iter().any(|end| is_in(&nodes.0, end)) && ends.iter().all(|end| is_in(&self.all, end))
    }

    /// Whether no edge comes back that theirs has.
    pub(super) fn is_nothing_of_mine(&self) -> bool {
        self.mine.0.is_empty()
    }
}
