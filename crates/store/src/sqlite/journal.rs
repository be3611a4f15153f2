//! The SQLite store as a journal: each call goes to the writer or to the readers.

use std::path::Path;

use model::{ExecutionId, Status, TenantId, WorkflowId};

use super::SqliteStore;
use super::lists;
use super::queue::{Weight, Work};
use super::records::bytes_of;
use super::segments;
use super::writer::{Fault, Tx};
use crate::journal::{
    Append, Batch, Claim, ExecutionPage, ExecutionQuery, ExecutionRow, Health, InboxMessage, Joins, Journal, ReadFrom,
    Retained, Retention, Segment, SeriesQuery, Statistics, StatisticsQuery, WakeQuery, Woken,
};
use crate::{BlobPart, BlobQuery, BlobWriter, BoxFuture, Result, StoreError, Subscription};

/// Bytes of an entry beside its segment: the row and its indexes.
const ROW_BYTES: usize = 160;

fn weight(entry: &Append) -> usize {
    entry.bytes.len()
        + ROW_BYTES
        + entry.records.iter().map(bytes_of).sum::<usize>()
        + entry.births.iter().map(|birth| birth.bytes.len() + ROW_BYTES).sum::<usize>()
        + bytes_of_messages(&entry.posts)
}

fn bytes_of_messages(messages: &[InboxMessage]) -> usize {
    messages.iter().map(|message| message.bytes.len() + ROW_BYTES).sum()
}

impl Journal for SqliteStore {
    fn append(&self, batch: Batch) {
        for write in batch.entries.iter().flat_map(|entry| &entry.records) {
            write.check();
        }
        let bytes = batch.entries.iter().map(weight).sum();
        self.shared.queue.push(Work::Append(batch, bytes), true);
    }

    fn read(
        &self,
        tenant: TenantId,
        execution: ExecutionId,
        from: ReadFrom,
        max_bytes: usize,
    ) -> BoxFuture<'_, Result<Vec<Segment>>> {
        Box::pin(self.readers.run(move |conn| segments::read(conn, (tenant, execution), from, max_bytes)))
    }

    fn executions(&self, tenant: TenantId, ids: Vec<ExecutionId>) -> BoxFuture<'_, Result<Vec<ExecutionRow>>> {
        Box::pin(self.readers.run(move |conn| lists::executions(conn, tenant, &ids)))
    }

    fn list(&self, query: ExecutionQuery) -> BoxFuture<'_, Result<ExecutionPage>> {
        let shared = self.shared.clone();
        Box::pin(self.readers.run(move |conn| lists::page(conn, &query, &shared.recent)))
    }

    fn statistics(&self, query: StatisticsQuery) -> BoxFuture<'_, Result<Statistics>> {
        Box::pin(self.readers.run(move |conn| lists::statistics(conn, query)))
    }

    fn series(&self, query: SeriesQuery) -> BoxFuture<'_, Result<Vec<Statistics>>> {
        Box::pin(self.readers.run(move |conn| lists::series(conn, &query)))
    }

    fn newest(&self, tenant: TenantId, after: ExecutionId) -> BoxFuture<'_, Result<Vec<(WorkflowId, ExecutionId)>>> {
        Box::pin(self.readers.run(move |conn| lists::newest(conn, tenant, after)))
    }

    fn subscribe(&self, tenant: TenantId, executions: Vec<ExecutionId>) -> Subscription {
        self.shared.feed.subscribe(tenant, executions)
    }

    fn claim(&self, claim: Claim) -> BoxFuture<'_, Result<Vec<ExecutionRow>>> {
        Box::pin(self.write(Weight::default(), move |tx| tx.claim(claim)))
    }

    fn post(&self, messages: Vec<InboxMessage>) -> BoxFuture<'_, Result<Vec<bool>>> {
        let bytes = bytes_of_messages(&messages);
        Box::pin(self.write(Weight { bytes, frees: false }, move |tx| tx.post(&messages)))
    }

    fn inbox(&self, executions: Vec<(TenantId, ExecutionId)>) -> BoxFuture<'_, Result<Vec<InboxMessage>>> {
        Box::pin(self.readers.run(move |conn| lists::inbox(conn, &executions)))
    }

    fn wake(&self, query: WakeQuery) -> BoxFuture<'_, Result<Woken>> {
        Box::pin(self.write(Weight::default(), move |tx| tx.wake(&query)))
    }

    fn begin_blob(&self, tenant: TenantId, most: u64) -> Box<dyn BlobWriter> {
        Box::new(self.upload(tenant, most))
    }

    fn get_blob(&self, query: BlobQuery) -> BoxFuture<'_, Result<BlobPart>> {
        Box::pin(self.get_body(query))
    }

    fn retain(&self, retention: Retention) -> BoxFuture<'_, Result<Retained>> {
        Box::pin(self.retain_all(retention))
    }

    fn backup(&self, to: &Path) -> BoxFuture<'_, Result<u64>> {
        let to = to.to_owned();
        Box::pin(self.backup_to(to))
    }

    fn health(&self) -> Health {
        let (commits, entries, last_commit_us) = self.counters();
        Health {
            read_only: self.shared.read_only(),
            queued: self.shared.queue.len(),
            commits,
            entries,
            last_commit_us,
            wal_bytes: self.shared.checkpoint.wal_bytes(),
            database_bytes: std::fs::metadata(&self.path).map_or(0, |file| file.len()),
        }
    }
}

impl Tx<'_> {
    /// Lets a start become part of an execution that has not begun, or refuses it.
    fn join(&self, execution: ExecutionId, joins: &Joins) -> Result<(), Fault> {
        let owner = (joins.tenant.0, joins.workflow.map_or(0, |workflow| workflow.0));
        self.check_key(owner, joins.idempotency.as_ref())?;
        let mut find =
            self.conn.prepare_cached("SELECT 1 FROM execution WHERE id = ?1 AND tenant = ?2 AND status = ?3")?;
        if !find.exists((execution.0, joins.tenant.0, Status::Delayed.code()))? {
            return Err(Fault::Refused(StoreError::Conflict(format!("execution {execution}"))));
        }
        self.keep_key(owner, execution, joins.idempotency.as_ref())?;
        self.refer(execution, &joins.blobs)
    }

    /// Stores messages; answers which of them are new.
    fn post(&mut self, messages: &[InboxMessage]) -> Result<Vec<bool>, Fault> {
        let mut new = Vec::with_capacity(messages.len());
        for message in messages {
            let lost = || StoreError::NotFound(format!("execution {}", message.execution));
            if let Some(joins) = &message.joins {
                self.join(message.execution, joins)?;
            }
            new.push(self.deliver(message)?.ok_or_else(lost)?);
        }
        Ok(new)
    }
}
