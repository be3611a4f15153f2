//! Data: nodes that make values from values.

mod expression;

use crate::NodeType;

/// The types of this folder.
pub(crate) fn types() -> Vec<Box<dyn NodeType>> {
    vec![Box::new(expression::Expr)]
}
