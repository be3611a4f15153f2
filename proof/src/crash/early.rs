//! A planted fault: a journal that acknowledges what it is handed before anything is written.

use std::path::Path;
use std::sync::Arc;

use model::{ExecutionId, TenantId, WorkflowId};
use store::journal::{
    Claim, ExecutionPage, ExecutionQuery, ExecutionRow, Health, InboxMessage, ReadFrom, Retained, Retention, Segment,
    SeriesQuery, SharedJournal, Statistics, StatisticsQuery, WakeQuery, Woken,
};
use store::{Batch, BlobPart, BlobQuery, BlobWriter, BoxFuture, Journal, Result, Subscription};

/// A journal that answers too early.
pub(super) struct EarlyAck(pub(super) SharedJournal);

impl EarlyAck {
    pub(super) fn over(journal: SharedJournal) -> SharedJournal {
        Arc::new(Self(journal))
    }
}

impl Journal for EarlyAck {
    fn append(&self, batch: Batch) {
        let Batch { entries, done } = batch;
        done(entries.iter().map(|_| Ok(())).collect());
        self.0.append(Batch { entries, done: Box::new(drop) });
    }

    fn read(
        &self,
        tenant: TenantId,
        execution: ExecutionId,
        from: ReadFrom,
        max_bytes: usize,
    ) -> BoxFuture<'_, Result<Vec<Segment>>> {
        self.0.read(tenant, execution, from, max_bytes)
    }

    fn executions(&self, tenant: TenantId, ids: Vec<ExecutionId>) -> BoxFuture<'_, Result<Vec<ExecutionRow>>> {
        self.0.executions(tenant, ids)
    }

    fn list(&self, query: ExecutionQuery) -> BoxFuture<'_, Result<ExecutionPage>> {
        self.0.list(query)
    }

    fn statistics(&self, query: StatisticsQuery) -> BoxFuture<'_, Result<Statistics>> {
        self.0.statistics(query)
    }

    fn series(&self, query: SeriesQuery) -> BoxFuture<'_, Result<Vec<Statistics>>> {
        self.0.series(query)
    }

    fn newest(&self, tenant: TenantId, after: ExecutionId) -> BoxFuture<'_, Result<Vec<(WorkflowId, ExecutionId)>>> {
        self.0.newest(tenant, after)
    }

    fn subscribe(&self, tenant: TenantId, executions: Vec<ExecutionId>) -> Subscription {
        self.0.subscribe(tenant, executions)
    }

    fn claim(&self, claim: Claim) -> BoxFuture<'_, Result<Vec<ExecutionRow>>> {
        self.0.claim(claim)
    }

    fn post(&self, messages: Vec<InboxMessage>) -> BoxFuture<'_, Result<Vec<bool>>> {
        self.0.post(messages)
    }

    fn inbox(&self, executions: Vec<(TenantId, ExecutionId)>) -> BoxFuture<'_, Result<Vec<InboxMessage>>> {
        self.0.inbox(executions)
    }

    fn wake(&self, query: WakeQuery) -> BoxFuture<'_, Result<Woken>> {
        self.0.wake(query)
    }

    fn begin_blob(&self, tenant: TenantId, most: u64) -> Box<dyn BlobWriter> {
        self.0.begin_blob(tenant, most)
    }

    fn get_blob(&self, query: BlobQuery) -> BoxFuture<'_, Result<BlobPart>> {
        self.0.get_blob(query)
    }

    fn retain(&self, retention: Retention) -> BoxFuture<'_, Result<Retained>> {
        self.0.retain(retention)
    }

    fn backup(&self, to: &Path) -> BoxFuture<'_, Result<u64>> {
        self.0.backup(to)
    }

    fn health(&self) -> Health {
        self.0.health()
    }
}
