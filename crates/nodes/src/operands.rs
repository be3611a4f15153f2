//! Several inputs of one step, in the order of the edges that bring them.

use arcstr::ArcStr;
use model::{Node, Value};

use crate::{Compile, Step};

/// The sources of a node's edges, in the order of the file.
///
/// `inputs` is an object, and an object lists whole-number keys first; where order matters, as for a subtraction,
/// it is that of the edges.
pub(crate) struct Operands(Vec<ArcStr>);

impl Operands {
    pub(crate) fn new(node: &Node, context: &Compile<'_>) -> Self {
        Self(context.incoming.sources(&node.id).iter().map(|&source| source.clone()).collect())
    }

    /// The inputs in order: one value where one edge brought one.
    pub(crate) fn read(&self, step: &Step<'_>) -> Vec<Value> {
        let inputs = if self.0.len() < 2 { Value::Null } else { step.inputs() };
        let Some(inputs) = inputs.as_object().filter(|inputs| inputs.len() > 1) else {
            return vec![step.input().clone()];
        };
        let place = |key: &str| {
            let source = |source: &ArcStr| key == source || key.rsplit_once('#').is_some_and(|(id, _)| id == source);
            self.0.iter().position(source).unwrap_or(usize::MAX)
        };
        let mut entries: Vec<(usize, &Value)> =
            inputs.entries().iter().map(|(key, value)| (place(key), value)).collect();
        entries.sort_by_key(|(place, _)| *place);
        entries.into_iter().map(|(_, value)| value.clone()).collect()
    }
}
