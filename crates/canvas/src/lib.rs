//! Decisions about drawing large graphs, beginning with the layered layout: computed from the graph alone, no I/O.

mod coordinates;
mod drawing;
mod layers;
mod layout;
mod missing;
mod order;
mod preview;
mod rows;
mod tree;

pub use layout::{Given, Keep, Place, Size, arrange, layout, placed};
pub use preview::{Preview, PreviewBox, preview};
