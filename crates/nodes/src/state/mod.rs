//! State: values that live as long as an execution. What a step writes is part of its recorded result.
//!
//! Keys are `variable/<name>`, `counter/<name>` and `accumulator/<name>`. Counters and accumulators without a name share
//! the one called `default`, so that nodes of one graph can count together.

mod accumulator;
mod counter;
mod variable;

use arcstr::ArcStr;
use model::Value;

use crate::{NodeType, Outcome};

/// The types of this folder.
pub(crate) fn types() -> Vec<Box<dyn NodeType>> {
    vec![Box::new(variable::Variable), Box::new(counter::Counter), Box::new(accumulator::Accumulator)]
}

/// An output that is also what a key has from now on.
fn kept(key: ArcStr, value: &Value) -> Outcome {
    Outcome { writes: vec![(key, value.clone())], ..Outcome::first(value.clone()) }
}
