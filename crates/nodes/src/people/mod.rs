//! Time and people: steps that wait. A waiting step is a record with a time or a name; it takes no memory.

mod delay;
mod signal;
mod wait_until;

use crate::description::{DATA, Description};
use crate::{NodeType, Step, StepError, Woken};

pub use signal::webhook_signal;

/// A step that waits.
const PEOPLE: Description = Description { category: model::Category::People, ..DATA };

/// The types of this folder.
pub(crate) fn types() -> Vec<Box<dyn NodeType>> {
    vec![Box::new(delay::Delay), Box::new(wait_until::WaitUntil), Box::new(signal::Signal)]
}

/// The attempt's begin in ms since 1970.
pub(crate) fn now_ms(step: &Step<'_>) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "times are whole ms far inside of the range")]
    let now = step.scope.names.now() as i64;
    now
}

/// The error of a step that was woken by what it does not wait for.
pub(crate) fn not_awaited(woken: &Woken) -> StepError {
    let what = match woken {
        Woken::Time => "a time",
        Woken::Signal(_) => "a signal",
        Woken::ChildStarted(_) | Woken::ChildEnded { .. } => "an execution",
    };
    StepError::new("not_awaited", format!("the step does not wait for {what}"))
}
