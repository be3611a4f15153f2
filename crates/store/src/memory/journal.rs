//! The memory store as a journal: what a batch does, and the calls of the trait.

use std::collections::HashSet;
use std::path::Path;

use bytes::Bytes;
use model::{ExecutionId, Status, TenantId};

use super::{Execution, MemoryStore, Shared, State};
use crate::journal::{
    Append, Batch, BlobHash, ExecutionPage, ExecutionQuery, ExecutionRow, Health, InboxMessage, Journal, NewExecution,
    Retained, Retention, Segment, Seq, Statistics, StatisticsQuery, refused,
};
use crate::{BoxFuture, Result, StoreError, Subscription};

/// Applies a batch and answers it.
pub(super) fn apply(shared: &Shared, owner: u64, batch: Batch) {
    let mut committed = Vec::new();
    let answers = {
        let mut state = shared.lock();
        if state.owner == owner {
            state.commits += 1;
            let answers: Vec<_> = batch.entries.iter().map(|entry| state.append(owner, entry)).collect();
            for (entry, answer) in batch.entries.into_iter().zip(&answers) {
                if answer.is_ok() && entry.has_events() {
                    let Append { execution, seq_from, seq_to, bytes, .. } = entry;
                    committed.push(Segment { execution, seq_from, seq_to, bytes });
                }
            }
            answers
        } else {
            refused(batch.entries.len(), &fenced())
        }
    };
    (batch.done)(answers);
    if !shared.feed.is_idle() {
        committed.iter().for_each(|segment| shared.feed.publish(segment));
    }
}

pub(super) fn fenced() -> StoreError {
    StoreError::Unavailable("another process has taken the store over".into())
}

fn conflict(execution: ExecutionId) -> StoreError {
    StoreError::Conflict(format!("execution {execution}"))
}

impl State {
    fn append(&mut self, owner: u64, entry: &Append) -> Result<()> {
        entry.check()?;
        let tenant = match &entry.create {
            Some(new) => self.check_create(entry.execution, new)?,
            None => self.check_progress(entry)?,
        };
        self.check_consumed(entry)?;
        if let Some(hash) = entry.blobs.iter().find(|&&hash| !self.blobs.contains_key(&(tenant, hash))) {
            return Err(StoreError::NotFound(format!("body {}", blake3::Hash::from_bytes(*hash))));
        }
        self.records.write_all(&entry.records)?;
        self.entries += 1;

        if let Some(new) = &entry.create {
            self.create(owner, entry.execution, new);
        }
        for row in &entry.consumed {
            self.inbox.remove(row);
        }
        let execution = self.executions.get_mut(&entry.execution).expect("it was just checked or inserted");
        execution.row.next_seq = entry.seq_to + 1;
        execution.row.status = entry.state.status;
        execution.row.wake_at = entry.state.wake_at;
        execution.row.duration_us = entry.state.duration_us;
        execution.row.error.clone_from(&entry.state.error);
        execution.blobs.extend(&entry.blobs);
        if entry.has_events() {
            let Append { execution: id, seq_from, seq_to, ref bytes, .. } = *entry;
            execution.segments.push(Segment { execution: id, seq_from, seq_to, bytes: bytes.clone() });
        }
        Ok(())
    }

    fn check_create(&self, execution: ExecutionId, new: &NewExecution) -> Result<TenantId> {
        if let Some(idempotency) = &new.idempotency
            && let Some(&(first, body_hash)) =
                self.idempotency.get(&(new.tenant, new.workflow, idempotency.key.clone()))
        {
            return Err(StoreError::Duplicate { execution: first, same_body: body_hash == idempotency.body_hash });
        }
        if self.executions.contains_key(&execution) { Err(conflict(execution)) } else { Ok(new.tenant) }
    }

    fn check_progress(&self, entry: &Append) -> Result<TenantId> {
        match self.executions.get(&entry.execution) {
            Some(found) if found.row.next_seq == entry.seq_from && Some(found.row.status) == entry.state.before => {
                Ok(found.row.tenant)
            }
            _ => Err(conflict(entry.execution)),
        }
    }

    fn check_consumed(&self, entry: &Append) -> Result<()> {
        let mut rows = HashSet::new();
        for row in &entry.consumed {
            let waits = self.inbox.get(row).is_some_and(|message| message.execution == entry.execution);
            if !waits || !rows.insert(row) {
                return Err(StoreError::Conflict(format!("message {row} to execution {}", entry.execution)));
            }
        }
        Ok(())
    }

    fn create(&mut self, owner: u64, id: ExecutionId, new: &NewExecution) {
        if let Some(idempotency) = &new.idempotency {
            let key = (new.tenant, new.workflow, idempotency.key.clone());
            self.idempotency.insert(key, (id, idempotency.body_hash));
        }
        let row = ExecutionRow {
            id,
            tenant: new.tenant,
            workflow: new.workflow,
            version: new.version,
            trigger: new.trigger.into(),
            status: Status::Queued,
            next_seq: 1,
            wake_at: None,
            duration_us: 0,
            recover_count: 0,
            error: None,
        };
        self.executions.insert(id, Execution { row, owner, segments: Vec::new(), blobs: HashSet::new() });
    }

    fn post(&mut self, messages: Vec<InboxMessage>) -> Result<Vec<bool>> {
        if let Some(lost) = messages.iter().find(|message| !self.executions.contains_key(&message.execution)) {
            return Err(StoreError::NotFound(format!("execution {}", lost.execution)));
        }
        Ok(messages
            .into_iter()
            .map(|message| {
                let new = self.seen.insert((message.execution, message.message_id.clone()));
                if new {
                    self.inbox_rows += 1;
                    self.inbox.insert(self.inbox_rows, InboxMessage { row: self.inbox_rows, ..message });
                }
                new
            })
            .collect())
    }

    fn read(&self, execution: ExecutionId, after: Seq, max_bytes: usize) -> Vec<Segment> {
        let Some(found) = self.executions.get(&execution) else { return Vec::new() };
        let mut taken = 0;
        let from = found.segments.partition_point(|segment| segment.seq_to <= after);
        let fits = |segment: &&Segment| {
            let first = taken == 0;
            taken += segment.bytes.len().max(1);
            first || taken <= max_bytes
        };
        found.segments[from..].iter().take_while(fits).cloned().collect()
    }
}

impl MemoryStore {
    /// Runs a write if this handle still may.
    pub(super) fn write<T>(&self, write: impl FnOnce(&mut State) -> Result<T>) -> Result<T> {
        let mut state = self.shared.lock();
        if state.owner == self.owner { write(&mut state) } else { Err(fenced()) }
    }
}

pub(super) fn now<'a, T: Send + 'a>(answer: T) -> BoxFuture<'a, T> {
    Box::pin(std::future::ready(answer))
}

impl Journal for MemoryStore {
    fn append(&self, batch: Batch) {
        let batches = self.batches.as_ref().expect("only dropping takes it");
        if let Err(closed) = batches.send(batch) {
            let batch = closed.0;
            let answers = refused(batch.entries.len(), &StoreError::Unavailable("its thread has ended".into()));
            (batch.done)(answers);
        }
    }

    fn read(&self, execution: ExecutionId, after: Seq, max_bytes: usize) -> BoxFuture<'_, Result<Vec<Segment>>> {
        now(Ok(self.shared.lock().read(execution, after, max_bytes)))
    }

    fn executions(&self, tenant: TenantId, ids: Vec<ExecutionId>) -> BoxFuture<'_, Result<Vec<ExecutionRow>>> {
        let state = self.shared.lock();
        let found = ids.iter().filter_map(|id| state.executions.get(id)).map(|execution| &execution.row);
        now(Ok(found.filter(|row| row.tenant == tenant).cloned().collect()))
    }

    fn list(&self, query: ExecutionQuery) -> BoxFuture<'_, Result<ExecutionPage>> {
        now(Ok(self.shared.lock().list(&query)))
    }

    fn statistics(&self, query: StatisticsQuery) -> BoxFuture<'_, Result<Statistics>> {
        now(Ok(self.shared.lock().statistics(query)))
    }

    fn subscribe(&self, executions: Vec<ExecutionId>) -> Subscription {
        self.shared.feed.subscribe(executions)
    }

    fn claim(&self, limit: usize, max_recoveries: u32) -> BoxFuture<'_, Result<Vec<ExecutionRow>>> {
        now(self.write(|state| Ok(state.claim(self.owner, limit, max_recoveries))))
    }

    fn post(&self, messages: Vec<InboxMessage>) -> BoxFuture<'_, Result<Vec<bool>>> {
        now(self.write(|state| state.post(messages)))
    }

    fn inbox(&self, executions: Vec<ExecutionId>) -> BoxFuture<'_, Result<Vec<InboxMessage>>> {
        let state = self.shared.lock();
        now(Ok(state.inbox.values().filter(|message| executions.contains(&message.execution)).cloned().collect()))
    }

    fn due(&self, now_ms: i64, limit: usize) -> BoxFuture<'_, Result<Vec<ExecutionRow>>> {
        now(Ok(self.shared.lock().due(now_ms, limit)))
    }

    fn put_blob(&self, tenant: TenantId, body: Bytes) -> BoxFuture<'_, Result<BlobHash>> {
        let hash = *blake3::hash(&body).as_bytes();
        let at_ms = self.shared.clock.now_ms();
        now(self.write(|state| {
            state.blobs.insert((tenant, hash), (body, at_ms));
            Ok(hash)
        }))
    }

    fn get_blob(&self, tenant: TenantId, hash: BlobHash, offset: u64, length: u64) -> BoxFuture<'_, Result<Bytes>> {
        let state = self.shared.lock();
        now(match state.blobs.get(&(tenant, hash)) {
            None => Err(StoreError::NotFound(format!("body {}", blake3::Hash::from_bytes(hash)))),
            Some((body, _)) => {
                let at = |place: u64| usize::try_from(place).map_or(body.len(), |place| place.min(body.len()));
                Ok(body.slice(at(offset)..at(offset.saturating_add(length))))
            }
        })
    }

    fn retain(&self, retention: Retention) -> BoxFuture<'_, Result<Retained>> {
        let at_ms = self.shared.clock.now_ms();
        now(self.write(|state| Ok(state.retain(&retention, at_ms))))
    }

    fn backup(&self, _to: &Path) -> BoxFuture<'_, Result<u64>> {
        now(Err(StoreError::Unavailable("what is only in memory has no file to copy".into())))
    }

    fn health(&self) -> Health {
        let state = self.shared.lock();
        Health { commits: state.commits, entries: state.entries, ..Health::default() }
    }
}
