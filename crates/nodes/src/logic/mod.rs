//! Logic: nodes that choose where to go on, wait for several branches, hold others inside, or say how an
//! execution ends.

mod bounds;
mod condition;
mod container;
mod ends;
mod filter;
mod for_each;
mod join;
mod no_op;
mod rules;
mod split;
mod sub_workflow;
mod switch;
mod try_catch;
mod while_loop;

use crate::NodeType;

/// The types of this folder.
pub(crate) fn types() -> Vec<Box<dyn NodeType>> {
    let mut types: Vec<Box<dyn NodeType>> = vec![
        Box::new(condition::If),
        Box::new(switch::Switch),
        Box::new(filter::Filter),
        Box::new(join::Join),
        Box::new(split::Split),
        Box::new(for_each::ForEach),
        Box::new(while_loop::While),
        Box::new(try_catch::TryCatch),
        Box::new(no_op::NoOp),
    ];
    types.extend(bounds::types());
    types.push(Box::new(sub_workflow::SubWorkflow));
    types.extend(ends::types());
    types
}
