//! The hot path: what one append does inside the writer's transaction.

use model::{ExecutionId, Status};
use rusqlite::blob::ZeroBlob;
use rusqlite::{Connection, OptionalExtension, Statement, ToSql, params};

use super::parts;
use super::writer::{Fault, Tx};
use crate::StoreError;
use crate::journal::{Append, BlobHash, Idempotency, InboxMessage, LargePart, NewExecution, RowState, Seq, is_at_rest};
use crate::recent::Touch;
use crate::rollup::{Cell, Change, hour_of};

/// The events of a segment from so many bytes on are written into their place: what is bound is copied by the driver and
/// again by SQLite.
const IN_PLACE: usize = 1 << 20;

/// The statements of the hot path, prepared once.
pub(super) struct Hot<'c> {
    create: Statement<'c>,
    progress: Statement<'c>,
    change_status: Statement<'c>,
    first_segment: Statement<'c>,
    later_segment: Statement<'c>,
}

impl<'c> Hot<'c> {
    pub(super) fn prepare(conn: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            create: conn.prepare(
                "INSERT OR IGNORE INTO execution (id, tenant, workflow, version, trigger, status, next_seq, lane,
                     wake_at, duration_us, recover_count, error, origin, origin_kind, priority, flow_key, ended_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, ?11, ?12, ?13, ?14, ?15, ?16)",
            )?,
            // A status that stays is no column of the UPDATE, so its indexes are left alone.
            progress: conn.prepare(
                "UPDATE execution SET next_seq = ?4, wake_at = ?5, duration_us = ?6, error = ?7, lane = ?8
                 WHERE id = ?1 AND next_seq = ?2 AND status = ?3 AND tenant = ?9",
            )?,
            change_status: conn.prepare(
                "UPDATE execution SET next_seq = ?4, wake_at = ?5, duration_us = ?6, error = ?7, lane = ?8, status = ?9,
                     ended_ms = ?10
                 WHERE id = ?1 AND next_seq = ?2 AND status = ?3 AND tenant = ?11 RETURNING tenant, workflow",
            )?,
            first_segment: conn.prepare("INSERT INTO segment (execution, seq_to, bytes) VALUES (?1, ?2, ?3)")?,
            later_segment: conn.prepare(
                "INSERT INTO segment_later (execution, seq_from, seq_to, bytes, snapshot) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?,
        })
    }
}

impl Append {
    /// Whether it writes more than the rows of its own execution, so that its place among others matters.
    pub(super) fn touches_others(&self) -> bool {
        self.may_fail_late()
            || !self.posts.is_empty()
            || !self.lends.is_empty()
            || self.create.as_ref().is_some_and(|new| new.idempotency.is_some())
    }

    /// Whether it may still be refused after something of it was written.
    pub(super) fn may_fail_late(&self) -> bool {
        !(self.consumed.is_empty() && self.blobs.is_empty() && self.records.is_empty() && self.births.is_empty())
    }
}

/// A row to insert.
struct NewRow<'a> {
    id: ExecutionId,
    new: &'a NewExecution,
    next_seq: Seq,
    state: &'a RowState,
}

fn conflict(execution: ExecutionId) -> Fault {
    Fault::Refused(StoreError::Conflict(format!("execution {execution}")))
}

/// Inserts a row of a segment whose events are the column `bytes`.
fn insert_events(
    conn: &Connection,
    table: &str,
    events: &[u8],
    row: impl FnOnce(&dyn ToSql) -> rusqlite::Result<usize>,
) -> rusqlite::Result<()> {
    if events.len() < IN_PLACE {
        return row(&events).map(drop);
    }
    row(&ZeroBlob(events.len() as u64))?;
    conn.blob_open("main", table, "bytes", conn.last_insert_rowid(), false)?.write_all_at(events, 0)
}

impl Tx<'_> {
    /// Applies one entry. When [`Append::may_fail_late`], a refusal leaves its beginnings to be undone.
    pub(super) fn append(&mut self, entry: &Append) -> Result<(), Fault> {
        entry.check()?;
        match &entry.create {
            Some(new) => {
                self.create(&NewRow { id: entry.execution, new, next_seq: entry.seq_to + 1, state: &entry.state })?;
            }
            None => self.progress(entry)?,
        }
        if entry.proven {
            let mut trust = self.conn.prepare_cached("UPDATE execution SET recover_count = 0 WHERE id = ?1")?;
            trust.execute((entry.execution.0,))?;
        }
        if entry.has_events() {
            let (id, from, to) = (entry.execution.0, entry.seq_from.cast_signed(), entry.seq_to.cast_signed());
            if from == 1 {
                self.first_segment((id, to), &entry.bytes, &entry.large)?;
            } else {
                let own = parts::own(&entry.bytes, &entry.large);
                let insert = &mut self.hot.later_segment;
                let row = |events: &dyn ToSql| insert.execute(params![id, from, to, events, entry.snapshot]);
                insert_events(self.conn, "segment_later", &own, row)?;
                self.keep_parts((id, from), &entry.bytes, &entry.large)?;
            }
        }
        if entry.may_fail_late() {
            self.consume(entry)?;
            self.refer(entry.execution, &entry.blobs)?;
            self.bear(entry)?;
            for write in &entry.records {
                self.make_kind(write.kind)?;
                self.write_record(write)?;
            }
        }
        self.lend(entry)?;
        if is_at_rest(entry.state.status) && entry.create.is_none() {
            self.rouse(entry.execution)?;
        }
        for message in &entry.posts {
            self.deliver(message)?;
        }
        Ok(())
    }

    fn first_segment(
        &mut self,
        (execution, seq_to): (i64, i64),
        events: &[u8],
        large: &[LargePart],
    ) -> Result<(), Fault> {
        let own = parts::own(events, large);
        let insert = &mut self.hot.first_segment;
        let row = |events: &dyn ToSql| insert.execute(params![execution, seq_to, events]);
        insert_events(self.conn, "segment", &own, row)?;
        self.keep_parts((execution, 1), events, large)
    }

    /// Inserts the executions that an entry starts.
    fn bear(&mut self, entry: &Append) -> Result<(), Fault> {
        for birth in &entry.births {
            let (id, seq_to) = (birth.execution, birth.seq_to);
            self.create(&NewRow { id, new: &birth.new, next_seq: seq_to + 1, state: &birth.state })?;
            if seq_to > 0 {
                self.first_segment((id.0, seq_to.cast_signed()), &birth.bytes, &birth.large)?;
            }
            self.refer(id, &birth.blobs)?;
        }
        Ok(())
    }

    /// Makes a released execution due if a message waits for it.
    fn rouse(&mut self, execution: ExecutionId) -> Result<(), Fault> {
        let mut rouse = self.conn.prepare_cached(
            "UPDATE execution SET wake_at = 0 WHERE id = ?1 AND lane = 0
                 AND EXISTS (SELECT 1 FROM inbox WHERE execution = ?1 AND consumed = 0)",
        )?;
        if rouse.execute((execution.0,))? > 0 {
            self.touched.push(Touch::of(execution));
        }
        Ok(())
    }

    /// Stores a message; answers whether it is new, and `None` if its receiver is not there.
    pub(super) fn deliver(&mut self, message: &InboxMessage) -> Result<Option<bool>, Fault> {
        let InboxMessage { tenant, execution, message_id, kind, bytes, .. } = message;
        let mut whose = self.conn.prepare_cached("SELECT 1 FROM execution WHERE id = ?1 AND tenant = ?2")?;
        if !whose.exists((execution.0, tenant.0))? {
            return Ok(None);
        }
        let mut known = self.conn.prepare_cached("SELECT 1 FROM inbox WHERE execution = ?1 AND message_id = ?2")?;
        let is_new = !known.exists((execution.0, message_id))?;
        if is_new {
            let mut insert = self
                .conn
                .prepare_cached("INSERT INTO inbox (execution, message_id, kind, bytes) VALUES (?1, ?2, ?3, ?4)")?;
            insert.execute((execution.0, message_id, kind, &bytes[..]))?;
            if message.joins.as_ref().is_none_or(|joins| joins.is_last) {
                self.rouse(*execution)?;
            }
        }
        Ok(Some(is_new))
    }

    /// Who owns an execution with this status.
    const fn owner(&self, status: Status) -> i64 {
        if is_at_rest(status) { 0 } else { self.lane }
    }

    /// Refuses a caller's key of a tenant's workflow that was used before.
    pub(super) fn check_key(&self, (tenant, workflow): (u32, i64), key: Option<&Idempotency>) -> Result<(), Fault> {
        let Some(Idempotency { key, body_hash }) = key else { return Ok(()) };
        let mut find = self.conn.prepare_cached(
            "SELECT execution, body_hash FROM idempotency WHERE tenant = ?1 AND workflow = ?2 AND key = ?3",
        )?;
        let first = find.query_row((tenant, workflow, key), |row| {
            let same_body = row.get_ref(1)?.as_blob()? == body_hash;
            Ok(StoreError::Duplicate { execution: ExecutionId(row.get(0)?), same_body })
        });
        first.optional()?.map_or(Ok(()), |duplicate| Err(Fault::Refused(duplicate)))
    }

    /// Keeps a caller's key, which leads to this execution from then on.
    pub(super) fn keep_key(
        &self,
        (tenant, workflow): (u32, i64),
        execution: ExecutionId,
        key: Option<&Idempotency>,
    ) -> Result<(), Fault> {
        let Some(Idempotency { key, body_hash }) = key else { return Ok(()) };
        let mut insert = self.conn.prepare_cached(
            "INSERT INTO idempotency (tenant, workflow, key, execution, body_hash) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        insert.execute((tenant, workflow, key, execution.0, body_hash))?;
        Ok(())
    }

    /// When an execution ended that has this status now.
    fn ended_ms(&self, status: Status) -> Option<i64> {
        status.is_terminal().then_some(self.now_ms)
    }

    fn create(&mut self, &NewRow { id, new, next_seq, state }: &NewRow<'_>) -> Result<(), Fault> {
        let workflow = new.workflow.map(|workflow| workflow.0);
        self.check_key((new.tenant.0, workflow.unwrap_or(0)), new.idempotency.as_ref())?;
        let &RowState { status, wake_at, duration_us, ref error, .. } = state;
        let inserted = self.hot.create.execute((
            id.0,
            new.tenant.0,
            workflow,
            new.version.0,
            new.trigger,
            status.code(),
            next_seq.cast_signed(),
            self.owner(status),
            wake_at,
            duration_us.cast_signed(),
            error.as_deref(),
            new.origin.map(|origin| origin.execution.0),
            new.origin.map(|origin| origin.kind.code()),
            new.priority,
            new.flow_key.as_deref(),
            self.ended_ms(status),
        ))?;
        if inserted == 0 {
            return Err(conflict(id));
        }
        self.keep_key((new.tenant.0, workflow.unwrap_or(0)), id, new.idempotency.as_ref())?;
        self.touched.push(Touch::of(id));
        let cell = Cell { tenant: new.tenant.0, workflow: workflow.unwrap_or(0), hour: hour_of(id), status };
        self.changes.push(Change { cell, duration_us, by: 1 });
        if let Some(origin) = new.origin.filter(|origin| origin.kind.takes_over()) {
            let mut inherit = self.conn.prepare_cached(
                "INSERT OR IGNORE INTO blob_ref (tenant, hash, execution)
                 SELECT tenant, hash, ?3 FROM blob_ref WHERE execution = ?2 AND tenant = ?1",
            )?;
            inherit.execute((new.tenant.0, origin.execution.0, id.0))?;
        }
        Ok(())
    }

    /// Lets others refer to bodies of an execution.
    fn lend(&self, entry: &Append) -> Result<(), Fault> {
        for (to, hash) in &entry.lends {
            let mut lend = self.conn.prepare_cached(
                "INSERT OR IGNORE INTO blob_ref (tenant, hash, execution)
                 SELECT blob_ref.tenant, hash, execution.id FROM blob_ref JOIN execution
                     ON execution.id = ?3 AND execution.tenant = blob_ref.tenant
                 WHERE blob_ref.execution = ?1 AND hash = ?2",
            )?;
            lend.execute((entry.execution.0, &hash[..], to.0))?;
        }
        Ok(())
    }

    fn progress(&mut self, entry: &Append) -> Result<(), Fault> {
        let RowState { before: Some(before), status, wake_at, duration_us, ref error } = entry.state else {
            return Err(conflict(entry.execution));
        };
        // One that is refused is looked at in vain, which harms nobody.
        self.touched.push(Touch::of(entry.execution));
        let id = entry.execution.0;
        let (from, next) = (entry.seq_from.cast_signed(), entry.seq_to.cast_signed() + 1);
        let duration = duration_us.cast_signed();
        let owner = self.owner(status);
        if before == status && !status.is_terminal() {
            let parameters =
                (id, from, before.code(), next, wake_at, duration, error.as_deref(), owner, entry.tenant.0);
            let changed = self.hot.progress.execute(parameters)?;
            return if changed == 1 { Ok(()) } else { Err(conflict(entry.execution)) };
        }
        let counted = if before.is_terminal() { self.duration_of(entry.execution)? } else { 0 };
        let ended_ms = self.ended_ms(status);
        let tenant = entry.tenant.0;
        let (before_code, after_code, error) = (before.code(), status.code(), error.as_deref());
        let parameters = (id, from, before_code, next, wake_at, duration, error, owner, after_code, ended_ms, tenant);
        let whose = self.hot.change_status.query_row(parameters, |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((tenant, workflow)) = whose else { return Err(conflict(entry.execution)) };
        if before.is_terminal() && !status.is_terminal() {
            // It begins anew, so earlier takeovers are no reason to set it aside.
            self.conn.prepare_cached("UPDATE execution SET recover_count = 0 WHERE id = ?1")?.execute((id,))?;
        }
        self.moved(entry.execution, (tenant, workflow), (before, counted), (status, duration_us));
        Ok(())
    }

    /// Tells the statistics that an execution went from one status and duration to another.
    pub(super) fn moved(
        &mut self,
        execution: ExecutionId,
        (tenant, workflow): (u32, Option<i64>),
        before: (Status, u64),
        after: (Status, u64),
    ) {
        let cell = |status| Cell { tenant, workflow: workflow.unwrap_or(0), hour: hour_of(execution), status };
        self.changes.push(Change { cell: cell(before.0), duration_us: before.1, by: -1 });
        self.changes.push(Change { cell: cell(after.0), duration_us: after.1, by: 1 });
    }

    fn duration_of(&self, execution: ExecutionId) -> Result<u64, Fault> {
        let mut find = self.conn.prepare_cached("SELECT duration_us FROM execution WHERE id = ?1")?;
        let duration: Option<i64> = find.query_row((execution.0,), |row| row.get(0)).optional()?;
        Ok(duration.unwrap_or(0).cast_unsigned())
    }

    fn consume(&self, entry: &Append) -> Result<(), Fault> {
        for row in &entry.consumed {
            let mut consume = self.conn.prepare_cached(
                "UPDATE inbox SET consumed = 1, bytes = x'' WHERE id = ?1 AND execution = ?2 AND consumed = 0",
            )?;
            if consume.execute((row.cast_signed(), entry.execution.0))? != 1 {
                let message = format!("message {row} to execution {}", entry.execution);
                return Err(Fault::Refused(StoreError::Conflict(message)));
            }
        }
        Ok(())
    }

    pub(super) fn refer(&self, execution: ExecutionId, blobs: &[BlobHash]) -> Result<(), Fault> {
        for hash in blobs {
            let mut refer = self.conn.prepare_cached(
                "INSERT OR REPLACE INTO blob_ref (tenant, hash, execution)
                 SELECT execution.tenant, blob_head.hash, execution.id FROM execution JOIN blob_head
                     ON blob_head.tenant = execution.tenant AND blob_head.hash = ?2 AND blob_head.complete = 1
                 WHERE execution.id = ?1",
            )?;
            if refer.execute((execution.0, &hash[..]))? != 1 {
                let body = format!("body {}", blake3::Hash::from_bytes(*hash));
                return Err(Fault::Refused(StoreError::NotFound(body)));
            }
        }
        Ok(())
    }
}
