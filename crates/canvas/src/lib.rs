//! Decisions about drawing large graphs, beginning with the layered layout: computed from the graph alone, no I/O.
