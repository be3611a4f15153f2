//! Logic: nodes that choose where to go on, wait for several branches, or say how an execution ends.

mod condition;
mod ends;
mod filter;
mod join;
mod no_op;
mod rules;
mod switch;

use crate::NodeType;

/// The types of this folder.
pub(crate) fn types() -> Vec<Box<dyn NodeType>> {
    let mut types: Vec<Box<dyn NodeType>> = vec![
        Box::new(condition::If),
        Box::new(switch::Switch),
        Box::new(filter::Filter),
        Box::new(join::Join),
        Box::new(no_op::NoOp),
    ];
    types.extend(ends::types());
    types
}
