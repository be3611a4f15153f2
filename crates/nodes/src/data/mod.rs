//! Data: nodes that make values from values.

mod expression;
mod extract;
mod find;
mod flat_map;
mod group_by;
mod map;
mod merge;
mod operation;
mod reduce;
mod set_fields;
mod slice;
mod sort;
mod text_operation;
mod transform;
mod unique;
mod zip;

use crate::NodeType;

/// The types of this folder.
pub(crate) fn types() -> Vec<Box<dyn NodeType>> {
    let mut types: Vec<Box<dyn NodeType>> = vec![
        Box::new(set_fields::SetFields),
        Box::new(expression::Expr),
        Box::new(operation::Operation),
        Box::new(text_operation::TextOperation),
        Box::new(map::Map),
        Box::new(reduce::Reduce),
        Box::new(sort::Sort),
        Box::new(flat_map::FlatMap),
        Box::new(merge::Merge),
        Box::new(extract::Extract),
        Box::new(transform::Transform),
    ];
    types.extend(find::types());
    types.extend(slice::types());
    types.extend(group_by::types());
    types.extend(unique::types());
    types.extend(zip::types());
    types
}
