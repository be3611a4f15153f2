//! The live tail: committed segments reach whoever asked for their execution.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use model::ExecutionId;
use tokio::sync::mpsc;

use crate::Segment;

/// Segments that may wait for one subscriber before it is told that it lags.
const WAITING_MAX: usize = 1024;

/// The subscriber was too slow and missed segments: read the journal from the last seq seen, and subscribe again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the subscriber was too slow")]
pub struct Lagged;

/// Where committed segments are published. Cheap when nobody listens.
#[derive(Clone, Debug, Default)]
pub struct Feed {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    listening: AtomicUsize,
    subscribers: Mutex<Subscribers>,
}

#[derive(Debug, Default)]
struct Subscribers {
    next: u64,
    by_execution: HashMap<ExecutionId, Vec<(u64, mpsc::Sender<Segment>)>>,
}

impl Feed {
    /// Whether anybody listens at all, to spare the work of publishing.
    pub fn is_idle(&self) -> bool {
        self.shared.listening.load(Ordering::Acquire) == 0
    }

    /// Hands a committed segment to its subscribers.
    pub fn publish(&self, segment: &Segment) {
        let mut subscribers = self.shared.subscribers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(senders) = subscribers.by_execution.get_mut(&segment.execution) {
            // A full channel is dropped: its receiver then ends with `Lagged`.
            senders.retain(|(_, sender)| sender.try_send(segment.clone()).is_ok());
        }
    }

    /// Segments of these executions that are committed from now on.
    pub fn subscribe(&self, executions: Vec<ExecutionId>) -> Subscription {
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        let mut subscribers = self.shared.subscribers.lock().unwrap_or_else(PoisonError::into_inner);
        subscribers.next += 1;
        let id = subscribers.next;
        for &execution in &executions {
            subscribers.by_execution.entry(execution).or_default().push((id, sender.clone()));
        }
        self.shared.listening.fetch_add(1, Ordering::Release);
        Subscription { id, executions, receiver, shared: self.shared.clone() }
    }
}

/// A live tail of some executions; it ends when dropped.
#[derive(Debug)]
pub struct Subscription {
    id: u64,
    executions: Vec<ExecutionId>,
    receiver: mpsc::Receiver<Segment>,
    shared: Arc<Shared>,
}

impl Subscription {
    /// The next committed segment. Safe to cancel.
    ///
    /// # Errors
    /// [`Lagged`] when segments were missed.
    pub async fn next(&mut self) -> Result<Segment, Lagged> {
        self.receiver.recv().await.ok_or(Lagged)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut subscribers = self.shared.subscribers.lock().unwrap_or_else(PoisonError::into_inner);
        for execution in &self.executions {
            if let Some(senders) = subscribers.by_execution.get_mut(execution) {
                senders.retain(|(id, _)| *id != self.id);
                if senders.is_empty() {
                    subscribers.by_execution.remove(execution);
                }
            }
        }
        self.shared.listening.fetch_sub(1, Ordering::Release);
    }
}
