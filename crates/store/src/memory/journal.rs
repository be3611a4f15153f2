//! The memory store as a journal: what a batch does, and the calls of the trait.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use model::{ExecutionId, Status, TenantId, WorkflowId};

use super::{Execution, IdempotencyKey, MemoryStore, Shared, State};
use crate::blob::not_found;
use crate::journal::{
    Append, Batch, Birth, BlobHash, Claim, ExecutionPage, ExecutionQuery, ExecutionRow, Health, Idempotency,
    InboxMessage, Joins, Journal, NewExecution, ReadFrom, Retained, Retention, RowState, Segment, SeriesQuery,
    Statistics, StatisticsQuery, WakeQuery, Woken, is_at_rest, refused,
};
use crate::recent::Touch;
use crate::{BlobPart, BlobQuery, BlobWriter, BoxFuture, Result, StoreError, Subscription};

/// Applies a batch and answers it.
pub(super) fn apply(shared: &Shared, owner: u64, batch: Batch) {
    let mut committed = Vec::new();
    let answers = {
        let mut state = shared.lock();
        if state.owner == owner {
            state.commits += 1;
            state.now_ms = shared.clock.now_ms();
            let answers: Vec<_> = batch.entries.iter().map(|entry| state.append(owner, entry)).collect();
            for (entry, answer) in batch.entries.into_iter().zip(&answers) {
                if answer.is_ok() {
                    committed.extend(entry.into_segments());
                }
            }
            state.commit();
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

/// The idempotency key of an execution, and what is known under it.
fn key_of(id: ExecutionId, new: &NewExecution) -> Option<(IdempotencyKey, (ExecutionId, [u8; 32]))> {
    let idempotency = new.idempotency.as_ref()?;
    Some(((new.tenant, new.workflow, idempotency.key.clone()), (id, idempotency.body_hash)))
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
            return Err(not_found(hash));
        }
        self.check_births(entry)?;
        self.records.write_all(&entry.records)?;
        self.entries += 1;

        if let Some(new) = &entry.create {
            self.create(owner, entry.execution, new);
        }
        for row in &entry.consumed {
            self.inbox.remove(row);
        }
        let Append { tenant, execution: id, seq_from, seq_to, ref bytes, .. } = *entry;
        let bytes = bytes.clone();
        let segment = Segment { tenant, execution: id, seq_from, seq_to, bytes, snapshot: entry.is_snapshot() };
        self.advance(owner, segment, &entry.state, &entry.blobs);
        if entry.proven
            && let Some(execution) = self.executions.get_mut(&id)
        {
            execution.row.recover_count = 0;
        }
        for Birth { execution, new, seq_to, bytes, state, blobs, .. } in &entry.births {
            self.create(owner, *execution, new);
            let (seq_to, bytes) = (*seq_to, bytes.clone());
            let tenant = new.tenant;
            let segment = Segment { tenant, execution: *execution, seq_from: 1, seq_to, bytes, snapshot: false };
            self.advance(owner, segment, state, blobs);
        }
        self.lend(entry);
        self.rouse(id);
        for message in &entry.posts {
            if self.is_there(message.tenant, message.execution) {
                self.deliver(message.clone());
            }
        }
        Ok(())
    }

    /// Makes what was written one batch, for those who follow lists.
    fn commit(&mut self) {
        self.recent.commit(&mut self.touched);
    }

    /// Moves an execution on to what its newest events made of it.
    fn advance(&mut self, owner: u64, segment: Segment, state: &RowState, blobs: &[BlobHash]) {
        let now_ms = self.now_ms;
        let execution = self.executions.get_mut(&segment.execution).expect("it was just checked or inserted");
        if execution.row.status.is_terminal() && !state.status.is_terminal() {
            execution.row.recover_count = 0;
        }
        execution.owner = if is_at_rest(state.status) { 0 } else { owner };
        execution.row.next_seq = segment.seq_to + 1;
        execution.row.status = state.status;
        execution.ended_ms = state.status.is_terminal().then_some(now_ms);
        execution.row.wake_at = state.wake_at;
        execution.row.duration_us = state.duration_us;
        execution.row.error.clone_from(&state.error);
        execution.blobs.extend(blobs);
        self.touched.push(Touch::of(segment.execution));
        if segment.seq_to >= segment.seq_from {
            execution.segments.push(segment);
        }
    }

    /// Makes a released execution due if a message waits for it.
    fn rouse(&mut self, id: ExecutionId) {
        let Some(execution) = self.executions.get_mut(&id) else { return };
        let waits = || self.inbox.values().any(|message| message.execution == id);
        if execution.owner == 0 && is_at_rest(execution.row.status) && waits() {
            execution.row.wake_at = Some(0);
            self.touched.push(Touch::of(id));
        }
    }

    /// Stores a message to an execution that is there; answers whether it is new.
    fn deliver(&mut self, mut message: InboxMessage) -> bool {
        let id = message.execution;
        let joins = message.joins.take();
        let new = self.seen.insert((id, message.message_id.clone()));
        if new {
            self.inbox_rows += 1;
            self.inbox.insert(self.inbox_rows, InboxMessage { row: self.inbox_rows, ..message });
            let is_awaited = joins.as_ref().is_none_or(|joins| joins.is_last);
            joins.into_iter().for_each(|joins| self.join(id, *joins));
            if is_awaited {
                self.rouse(id);
            }
        }
        new
    }

    fn join(&mut self, id: ExecutionId, joins: Joins) {
        let key = joins.idempotency.map(|key| ((joins.tenant, joins.workflow, key.key), (id, key.body_hash)));
        self.idempotency.extend(key);
        if let Some(execution) = self.executions.get_mut(&id) {
            execution.blobs.extend(joins.blobs);
        }
    }

    fn check_births(&self, entry: &Append) -> Result<()> {
        let mut ids = HashSet::from([entry.execution]);
        let mut keys = HashMap::new();
        if let Some(new) = &entry.create {
            keys.extend(key_of(entry.execution, new));
        }
        for Birth { execution, new, blobs, .. } in &entry.births {
            // Nobody else has a key that was given just before.
            if let Some((key, (_, body_hash))) = key_of(*execution, new)
                && let Some((first, same)) = keys.insert(key, (*execution, body_hash))
            {
                return Err(StoreError::Duplicate { execution: first, same_body: same == body_hash });
            }
            self.check_create(*execution, new)?;
            if !ids.insert(*execution) {
                return Err(conflict(*execution));
            }
            if let Some(hash) = blobs.iter().find(|&&hash| !self.blobs.contains_key(&(new.tenant, hash))) {
                return Err(not_found(hash));
            }
        }
        Ok(())
    }

    fn check_create(&self, execution: ExecutionId, new: &NewExecution) -> Result<TenantId> {
        self.check_key((new.tenant, new.workflow), new.idempotency.as_ref())?;
        if self.executions.contains_key(&execution) { Err(conflict(execution)) } else { Ok(new.tenant) }
    }

    fn check_progress(&self, entry: &Append) -> Result<TenantId> {
        match self.executions.get(&entry.execution) {
            Some(Execution { row, .. })
                if row.tenant == entry.tenant
                    && row.next_seq == entry.seq_from
                    && Some(row.status) == entry.state.before =>
            {
                Ok(row.tenant)
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
        self.idempotency.extend(key_of(id, new));
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
            origin: new.origin,
            priority: new.priority,
            flow_key: new.flow_key.clone(),
        };
        self.executions
            .insert(id, Execution { row, owner, ended_ms: None, segments: Vec::new(), blobs: HashSet::new() });
        self.inherit(id, new);
    }

    fn is_there(&self, tenant: TenantId, execution: ExecutionId) -> bool {
        self.executions.get(&execution).is_some_and(|found| found.row.tenant == tenant)
    }

    fn post(&mut self, messages: Vec<InboxMessage>) -> Result<Vec<bool>> {
        if let Some(lost) = messages.iter().find(|message| !self.is_there(message.tenant, message.execution)) {
            return Err(StoreError::NotFound(format!("execution {}", lost.execution)));
        }
        for message in &messages {
            if let Some(joins) = &message.joins {
                self.check_join(message.execution, joins)?;
            }
        }
        Ok(messages.into_iter().map(|message| self.deliver(message)).collect())
    }

    fn check_join(&self, id: ExecutionId, joins: &Joins) -> Result<()> {
        self.check_key((joins.tenant, joins.workflow), joins.idempotency.as_ref())?;
        let row = self.executions.get(&id).map(|execution| &execution.row);
        if row.is_none_or(|row| row.tenant != joins.tenant || row.status != Status::Delayed) {
            return Err(conflict(id));
        }
        match joins.blobs.iter().find(|&&hash| !self.blobs.contains_key(&(joins.tenant, hash))) {
            Some(hash) => Err(not_found(hash)),
            None => Ok(()),
        }
    }

    fn check_key(
        &self,
        (tenant, workflow): (TenantId, Option<WorkflowId>),
        idempotency: Option<&Idempotency>,
    ) -> Result<()> {
        let Some(idempotency) = idempotency else { return Ok(()) };
        match self.idempotency.get(&(tenant, workflow, idempotency.key.clone())) {
            Some(&(first, body_hash)) => {
                Err(StoreError::Duplicate { execution: first, same_body: body_hash == idempotency.body_hash })
            }
            None => Ok(()),
        }
    }

    fn read(&self, whose: (TenantId, ExecutionId), from: ReadFrom, max_bytes: usize) -> Vec<Segment> {
        let found = self.executions.get(&whose.1).filter(|found| found.row.tenant == whose.0);
        let Some(found) = found else { return Vec::new() };
        let mut taken = 0;
        let from = match from {
            ReadFrom::After(after) => found.segments.partition_point(|segment| segment.seq_to <= after),
            ReadFrom::Snapshot(upto) => {
                found.segments.iter().rposition(|segment| segment.snapshot && segment.seq_from <= upto).unwrap_or(0)
            }
        };
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
        state.now_ms = self.shared.clock.now_ms();
        if state.owner != self.owner {
            return Err(fenced());
        }
        let answer = write(&mut state);
        state.commit();
        answer
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

    fn read(
        &self,
        tenant: TenantId,
        execution: ExecutionId,
        from: ReadFrom,
        max_bytes: usize,
    ) -> BoxFuture<'_, Result<Vec<Segment>>> {
        now(Ok(self.shared.lock().read((tenant, execution), from, max_bytes)))
    }

    fn executions(&self, tenant: TenantId, ids: Vec<ExecutionId>) -> BoxFuture<'_, Result<Vec<ExecutionRow>>> {
        let state = self.shared.lock();
        let found = ids.iter().filter_map(|id| state.executions.get(id)).map(|execution| &execution.row);
        now(Ok(found.filter(|row| row.tenant == tenant).cloned().collect()))
    }

    fn list(&self, query: ExecutionQuery) -> BoxFuture<'_, Result<ExecutionPage>> {
        now(self.shared.lock().page(&query))
    }

    fn statistics(&self, query: StatisticsQuery) -> BoxFuture<'_, Result<Statistics>> {
        now(Ok(self.shared.lock().statistics(query)))
    }

    fn series(&self, query: SeriesQuery) -> BoxFuture<'_, Result<Vec<Statistics>>> {
        now(Ok(self.shared.lock().series(&query)))
    }

    fn newest(&self, tenant: TenantId, after: ExecutionId) -> BoxFuture<'_, Result<Vec<(WorkflowId, ExecutionId)>>> {
        now(Ok(self.shared.lock().newest(tenant, after)))
    }

    fn subscribe(&self, tenant: TenantId, executions: Vec<ExecutionId>) -> Subscription {
        self.shared.feed.subscribe(tenant, executions)
    }

    fn claim(&self, claim: Claim) -> BoxFuture<'_, Result<Vec<ExecutionRow>>> {
        now(self.write(|state| Ok(state.claim(self.owner, claim))))
    }

    fn post(&self, messages: Vec<InboxMessage>) -> BoxFuture<'_, Result<Vec<bool>>> {
        now(self.write(|state| state.post(messages)))
    }

    fn inbox(&self, executions: Vec<(TenantId, ExecutionId)>) -> BoxFuture<'_, Result<Vec<InboxMessage>>> {
        let state = self.shared.lock();
        let waits = |message: &&InboxMessage| executions.contains(&(message.tenant, message.execution));
        now(Ok(state.inbox.values().filter(waits).cloned().collect()))
    }

    fn wake(&self, query: WakeQuery) -> BoxFuture<'_, Result<Woken>> {
        now(self.write(|state| Ok(state.wake(self.owner, &query))))
    }

    fn begin_blob(&self, tenant: TenantId, most: u64) -> Box<dyn BlobWriter> {
        Box::new(self.upload(tenant, most))
    }

    fn get_blob(&self, query: BlobQuery) -> BoxFuture<'_, Result<BlobPart>> {
        now(self.shared.lock().body(&query))
    }

    fn retain(&self, retention: Retention) -> BoxFuture<'_, Result<Retained>> {
        now(self.write(|state| Ok(state.retain(&retention))))
    }

    fn backup(&self, _to: &Path) -> BoxFuture<'_, Result<u64>> {
        now(Err(StoreError::Unavailable("what is only in memory has no file to copy".into())))
    }

    fn health(&self) -> Health {
        let state = self.shared.lock();
        Health { commits: state.commits, entries: state.entries, ..Health::default() }
    }
}
