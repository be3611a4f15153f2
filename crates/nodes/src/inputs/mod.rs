//! Inputs: values that stand in the graph itself.

mod constant;
mod context;
mod date;
mod range;
mod sample_data;

use crate::NodeType;

pub use context::context_values;

/// The types of this folder.
pub(crate) fn types() -> Vec<Box<dyn NodeType>> {
    let mut types = constant::types();
    types.extend(date::types());
    types.push(Box::new(range::Range));
    types.extend(context::types());
    types.push(Box::new(sample_data::SampleData));
    types
}
