//! Which names an expression reads, known without evaluating it.

use std::collections::BTreeSet;

use super::Name;

/// What an expression or a field reads from its scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct References {
    /// Ids of nodes that are named: `nodes.fetch`, `node["fetch"]`.
    pub nodes: BTreeSet<String>,
    /// Labels of nodes that are named: `$('Fetch orders')`.
    pub labels: BTreeSet<String>,
    /// Whether nodes are read in a way that does not name them: `nodes[input.id]`, `Object.keys(nodes)`.
    pub all_nodes: bool,
    /// Whether `input` or `$json` is read.
    pub input: bool,
    /// Whether `item` is read.
    pub item: bool,
    /// Whether `index` is read.
    pub index: bool,
    /// Whether the time is read: `now`, `new Date()`.
    pub now: bool,
    names: u16,
}

impl References {
    /// Whether a name is read.
    pub const fn reads(&self, name: Name) -> bool {
        self.names & (1 << name as u16) != 0
    }

    pub(super) fn add(&mut self, name: Name) {
        self.names |= 1 << name as u16;
    }

    /// Adds what another expression reads.
    pub(super) fn merge(&mut self, other: &Self) {
        self.nodes.extend(other.nodes.iter().cloned());
        self.labels.extend(other.labels.iter().cloned());
        self.all_nodes |= other.all_nodes;
        self.input |= other.input;
        self.item |= other.item;
        self.index |= other.index;
        self.now |= other.now;
        self.names |= other.names;
    }
}
