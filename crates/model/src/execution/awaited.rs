//! What the steps of an execution wait for, for people to see.

use arcstr::ArcStr;

use super::Execution;
use super::frame::WaitKind;
use crate::event::Address;
use crate::id::ExecutionId;

/// A step that waits, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// The step.
    pub address: Address,
    /// When the wait is over at the latest, in ms since 1970.
    pub until_ms: Option<i64>,
    /// The name of the signal that ends it.
    pub signal: Option<ArcStr>,
    /// The execution whose end ends it.
    pub child: Option<ExecutionId>,
    /// Whether it waits for its next attempt, after one that failed.
    pub is_retry: bool,
}

impl Execution {
    /// What its steps wait for, in no order; nothing once it has ended. The times of containers and joins are no waits.
    pub fn awaited(&self) -> Vec<Awaited> {
        if self.status.is_terminal() {
            return Vec::new();
        }
        let awaited = |(_, wait): (usize, &super::frame::Wait)| {
            let (signal, child, is_retry) = match &wait.kind {
                WaitKind::Backoff => (None, None, true),
                WaitKind::Step { signal, child, .. } => (signal.clone(), *child, false),
                WaitKind::Deadline | WaitKind::Join => return None,
            };
            Some(Awaited { address: self.address(wait.at), until_ms: wait.due_ms, signal, child, is_retry })
        };
        self.waits.iter().filter_map(awaited).collect()
    }
}
