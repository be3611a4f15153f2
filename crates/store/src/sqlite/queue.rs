//! The writer's queue: bounded in entries and bytes, taken in groups that become one transaction each.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::writer::{Fault, Tx};
use crate::journal::{Batch, refused};
use crate::{Result, StoreError};

/// What waits for the writer.
pub(super) enum Work {
    /// Appends, with the bytes of their segments.
    Append(Batch, usize),
    /// Any other write, inside the group's transaction.
    Call(Box<dyn Call>),
    /// What must run between transactions.
    Alone(Box<dyn FnOnce(&Connection) + Send>),
}

impl Work {
    /// Refuses it, when nothing of it was written.
    pub(super) fn refuse(self, error: &StoreError) {
        match self {
            Self::Append(batch, _) => (batch.done)(refused(batch.entries.len(), error)),
            Self::Call(call) => call.refuse(error.clone()),
            // Its reply channel closes, which its caller reads as a refusal.
            Self::Alone(_) => {}
        }
    }

    fn entries(&self) -> usize {
        match self {
            Self::Append(batch, _) => batch.entries.len().max(1),
            Self::Call(_) | Self::Alone(_) => 1,
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Append(_, bytes) => *bytes,
            Self::Call(call) => call.bytes(),
            Self::Alone(_) => 0,
        }
    }
}

/// A write with an answer of its own.
pub(super) trait Call: Send {
    /// Does it. May be called again after a rollback.
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), Fault>;
    /// Keeps an error as the answer.
    fn fail(&mut self, error: StoreError);
    /// Sends the answer, after the commit.
    fn answer(self: Box<Self>);
    /// Answers that it was not done.
    fn refuse(self: Box<Self>, error: StoreError);
    /// Bytes it will write.
    fn bytes(&self) -> usize;
    /// Whether it makes room, and so is tried on a full disk.
    fn frees(&self) -> bool;
}

/// What a call weighs.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Weight {
    pub(super) bytes: usize,
    pub(super) frees: bool,
}

/// A closure as a [`Call`].
pub(super) struct Asked<T, F> {
    run: F,
    value: Option<Result<T>>,
    reply: oneshot::Sender<Result<T>>,
    weight: Weight,
}

impl<T, F> Asked<T, F>
where
    F: FnMut(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
    T: Send + 'static,
{
    pub(super) fn work(run: F, weight: Weight) -> (Work, oneshot::Receiver<Result<T>>) {
        let (reply, answer) = oneshot::channel();
        (Work::Call(Box::new(Self { run, value: None, reply, weight })), answer)
    }
}

impl<T, F> Call for Asked<T, F>
where
    F: FnMut(&mut Tx<'_>) -> Result<T, Fault> + Send,
    T: Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        self.value = Some(Ok((self.run)(tx)?));
        Ok(())
    }

    fn fail(&mut self, error: StoreError) {
        self.value = Some(Err(error));
    }

    fn answer(self: Box<Self>) {
        let value = self.value.unwrap_or_else(|| Err(StoreError::Unavailable("it was not run".into())));
        // Whoever asked may be gone; what was asked is done all the same.
        drop(self.reply.send(value));
    }

    fn refuse(self: Box<Self>, error: StoreError) {
        drop(self.reply.send(Err(error)));
    }

    fn bytes(&self) -> usize {
        self.weight.bytes
    }

    fn frees(&self) -> bool {
        self.weight.frees
    }
}

/// How much is taken and kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caps {
    /// Entries and bytes of a usual group.
    pub(super) group: (usize, usize),
    /// Entries and bytes of a group when more than the usual waits.
    pub(super) deep: (usize, usize),
    /// Entries and bytes that may wait before `push` makes its caller wait.
    pub(super) waiting: (usize, usize),
}

/// Where writes wait.
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    filled: Condvar,
    drained: Condvar,
    caps: Caps,
}

#[derive(Default)]
struct Waiting {
    work: VecDeque<Work>,
    entries: usize,
    bytes: usize,
    closed: bool,
}

impl Waiting {
    const fn exceeds(&self, (entries, bytes): (usize, usize)) -> bool {
        self.entries > entries || self.bytes > bytes
    }
}

impl Queue {
    pub(super) fn new(caps: Caps) -> Self {
        Self { waiting: Mutex::default(), filled: Condvar::new(), drained: Condvar::new(), caps }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds work. With `wait`, blocks while too much waits already.
    pub(super) fn push(&self, work: Work, wait: bool) {
        let mut waiting = self.lock();
        while wait && !waiting.closed && waiting.exceeds(self.caps.waiting) {
            waiting = self.drained.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        if waiting.closed {
            drop(waiting);
            work.refuse(&closed());
            return;
        }
        waiting.entries += work.entries();
        waiting.bytes += work.bytes();
        waiting.work.push_back(work);
        let first = waiting.work.len() == 1;
        drop(waiting);
        if first {
            self.filled.notify_one();
        }
    }

    /// The next group, and the bytes in it; `None` once the queue is closed and empty.
    pub(super) fn take(&self, group: &mut Vec<Work>) -> Option<usize> {
        let mut waiting = self.lock();
        while waiting.work.is_empty() {
            if waiting.closed {
                return None;
            }
            waiting = self.filled.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        let (max_entries, max_bytes) = if waiting.exceeds(self.caps.group) { self.caps.deep } else { self.caps.group };
        let (mut entries, mut bytes) = (0, 0);
        while let Some(next) = waiting.work.front() {
            let alone = matches!(next, Work::Alone(_));
            let fits = entries + next.entries() <= max_entries && bytes + next.bytes() <= max_bytes && !alone;
            if !fits && !group.is_empty() {
                break;
            }
            entries += next.entries();
            bytes += next.bytes();
            group.extend(waiting.work.pop_front());
            if alone {
                break;
            }
        }
        let was_full = waiting.exceeds(self.caps.waiting);
        waiting.entries -= entries;
        waiting.bytes -= bytes;
        drop(waiting);
        if was_full {
            self.drained.notify_all();
        }
        Some(bytes)
    }

    /// Entries that wait.
    pub(super) fn len(&self) -> usize {
        self.lock().entries
    }

    /// Whether nothing more is taken.
    pub(super) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// Takes nothing more; what waits is still written.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_all();
        self.drained.notify_all();
    }

    /// Takes nothing more, and refuses what waits.
    pub(super) fn abandon(&self) {
        self.close();
        let left: Vec<Work> = {
            let mut waiting = self.lock();
            waiting.entries = 0;
            waiting.bytes = 0;
            waiting.work.drain(..).collect()
        };
        left.into_iter().for_each(|work| work.refuse(&closed()));
    }
}

pub(super) fn closed() -> StoreError {
    StoreError::Unavailable("it is closed".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAPS: Caps = Caps { group: (4, 1_000), deep: (8, 1_000), waiting: (100, 100_000) };

    /// The groups in which writes of so many bytes are taken that all wait already.
    fn groups(writes: &[usize]) -> Vec<usize> {
        let queue = Queue::new(CAPS);
        for &bytes in writes {
            let nothing = |_: &mut Tx<'_>| -> Result<(), Fault> { Ok(()) };
            queue.push(Asked::work(nothing, Weight { bytes, frees: false }).0, true);
        }
        let mut taken = Vec::new();
        while queue.len() > 0 {
            let mut group = Vec::new();
            queue.take(&mut group).expect("it is open");
            taken.push(group.len());
        }
        taken
    }

    #[test]
    fn groups_keep_to_their_caps() {
        assert_eq!(groups(&[1; 4]), [4]);
        assert_eq!(groups(&[600; 3]), [1, 1, 1], "by bytes");
        assert_eq!(groups(&[1; 11]), [8, 3], "by entries; more at once while more waits");
        assert_eq!(groups(&[5_000, 1]), [1, 1], "one that is larger goes alone");
    }
}
