//! The live tail: committed segments reach whoever asked for their execution.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use model::{ExecutionId, TenantId};
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

/// An execution, and the tenant who may hear of it.
type Whose = (TenantId, ExecutionId);

#[derive(Debug, Default)]
struct Subscribers {
    next: u64,
    by_execution: HashMap<Whose, Vec<(u64, mpsc::Sender<Segment>)>>,
    executions: HashMap<u64, Vec<Whose>>,
}

impl Subscribers {
    /// Forgets a subscriber; its channel ends, since nobody else holds a sender.
    fn remove(&mut self, id: u64) {
        for execution in self.executions.remove(&id).unwrap_or_default() {
            if let Some(senders) = self.by_execution.get_mut(&execution) {
                senders.retain(|(other, _)| *other != id);
                if senders.is_empty() {
                    self.by_execution.remove(&execution);
                }
            }
        }
    }
}

impl Feed {
    /// Whether anybody listens at all, to spare the work of publishing. To be asked after the commit: who subscribes
    /// later than that finds the segment in the journal.
    pub fn is_idle(&self) -> bool {
        self.shared.listening.load(Ordering::SeqCst) == 0
    }

    /// Hands a committed segment to its subscribers.
    pub fn publish(&self, segment: &Segment) {
        let mut subscribers = self.shared.subscribers.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(senders) = subscribers.by_execution.get(&(segment.tenant, segment.execution)) else { return };
        let slow: Vec<u64> =
            senders.iter().filter(|(_, sender)| sender.try_send(segment.clone()).is_err()).map(|&(id, _)| id).collect();
        // A subscriber whose channel is full gets nothing more of any execution, and ends with `Lagged`.
        for id in slow {
            subscribers.remove(id);
        }
    }

    /// Segments of these executions of a tenant that are committed from now on.
    pub fn subscribe(&self, tenant: TenantId, executions: Vec<ExecutionId>) -> Subscription {
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        let mut subscribers = self.shared.subscribers.lock().unwrap_or_else(PoisonError::into_inner);
        subscribers.next += 1;
        let id = subscribers.next;
        let executions: Vec<_> = executions.into_iter().map(|execution| (tenant, execution)).collect();
        for &execution in &executions {
            subscribers.by_execution.entry(execution).or_default().push((id, sender.clone()));
        }
        subscribers.executions.insert(id, executions);
        self.shared.listening.fetch_add(1, Ordering::SeqCst);
        Subscription { id, receiver, shared: self.shared.clone() }
    }
}

/// A live tail of some executions; it ends when dropped.
#[derive(Debug)]
pub struct Subscription {
    id: u64,
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
        subscribers.remove(self.id);
        self.shared.listening.fetch_sub(1, Ordering::SeqCst);
    }
}
