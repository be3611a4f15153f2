//! Triggers: where executions begin. As a step a trigger passes on what started the execution.

mod manual;
mod unfired;
mod webhook;

use crate::NodeType;

/// The types of this folder.
pub(crate) fn types() -> Vec<Box<dyn NodeType>> {
    let mut types: Vec<Box<dyn NodeType>> = vec![Box::new(manual::Manual), Box::new(webhook::Webhook)];
    types.extend(unfired::types());
    types
}
