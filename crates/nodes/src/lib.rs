//! Node types: one file each, and the registry that lists them.

mod node_type;
mod registry;

pub use node_type::{Compile, NodeType, Outcome, Ports, Run, State, Step, StepError};
pub use registry::{Registry, context_values};
