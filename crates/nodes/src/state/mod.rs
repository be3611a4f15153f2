//! Placeholder.
use crate::NodeType;
pub(crate) fn types() -> Vec<Box<dyn NodeType>> {
    Vec::new()
}
