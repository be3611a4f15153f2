//! What the containers share. With nodes inside a container opens a scope for them, and the engine does the rest by the
//! parameters that the plan reads: a type here declares and checks those. Without any it is a step like others.

use model::{NodeSpec, Problem, Role, Value};

use crate::description::{Description, LOGIC};
use crate::params::Params;
use crate::{Compile, Outcome, Run, Started, Step, StepError};

/// A container whose value goes on by one port.
pub(super) const CONTAINER: Description = Description { role: Role::Container, ..LOGIC };

/// A container that begins with what the closure gives: the items to take one by one, or null.
pub(super) struct Opens<F>(pub(super) F);

impl<F> Run for Opens<F>
where
    F: Fn(&Step<'_>) -> Result<Value, StepError> + Send + Sync,
{
    fn start(&self, step: &Step<'_>) -> Result<Started, StepError> {
        (self.0)(step).map(Started::Open)
    }
}

/// What a container without conditions or items of its own compiles to.
pub(super) fn plain(params: Params<'_>, context: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
    if context.has_children {
        return params.done(Opens(|_: &Step<'_>| Ok(Value::Null)));
    }
    params.done(|step: &Step<'_>| Ok(Outcome::first(step.input().clone())))
}

/// A whole number from 1 on that the plan reads; what it must be is for the schema to tell.
pub(super) fn count(params: &mut Params<'_>, key: &str) -> Option<usize> {
    params.fixed(&[key]);
    params.raw(key).and_then(Value::as_i64).and_then(|count| usize::try_from(count).ok()).filter(|&count| count > 0)
}

/// The error of a loop that would go on though it may not.
pub(super) fn loop_limit(max: usize) -> StepError {
    let message = format!("the loop would go on after {max} rounds: raise max_iterations, or let it end before");
    StepError::new("loop_limit", message).finally()
}

/// What a description of a container needs besides its own words.
pub(super) type Spec = std::sync::LazyLock<NodeSpec>;
