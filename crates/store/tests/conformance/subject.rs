//! The stores under test, and short ways to ask them.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use model::{ExecutionId, Status, TenantId, VersionId, WorkflowId};
use store::hostile::{HostileStore, Hostility};
use store::journal::{Append, Batch, ExecutionQuery, ExecutionRow, NewExecution, RowState};
use store::{Clock, Journal, MemoryStore, Records, Result, SqliteOptions, SqliteStore, StoreError};
use tempfile::TempDir;

/// 2025-06-01, where the tests' clock stands at first.
pub(crate) const NOW_MS: i64 = 1_748_736_000_000;
/// 2025-01-01, where ids begin to count.
pub(crate) const EPOCH_MS: i64 = 1_735_689_600_000;

/// Both traits at once.
pub(crate) trait Store: Journal + Records {}

impl<T: Journal + Records> Store for T {}

enum Kind {
    Memory(Arc<MemoryStore>),
    Hostile(Arc<MemoryStore>),
    Sqlite,
}

/// A store and what it stands on.
pub(crate) struct Subject {
    kind: Kind,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) now_ms: Arc<AtomicI64>,
    pub(crate) dir: Arc<TempDir>,
}

fn clock(now_ms: &Arc<AtomicI64>) -> Clock {
    let now_ms = now_ms.clone();
    Clock::new(move || now_ms.load(Ordering::SeqCst))
}

fn hostile(inner: &Arc<MemoryStore>) -> Arc<dyn Store> {
    let hostility = Hostility { seed: 11, refuse_one_in: 9, delay_us: 300 };
    Arc::new(HostileStore::new(inner.clone(), hostility))
}

fn open(dir: &TempDir, now_ms: &Arc<AtomicI64>) -> Arc<dyn Store> {
    let options = SqliteOptions { clock: clock(now_ms), ..SqliteOptions::default() };
    Arc::new(SqliteStore::open(dir.path(), options).expect("a free directory"))
}

impl Subject {
    pub(crate) fn memory() -> Self {
        let (now_ms, dir) = ground();
        let store = Arc::new(MemoryStore::new(clock(&now_ms)));
        Self { kind: Kind::Memory(store.clone()), store, now_ms, dir }
    }

    pub(crate) fn hostile() -> Self {
        let (now_ms, dir) = ground();
        let inner = Arc::new(MemoryStore::new(clock(&now_ms)));
        let store = hostile(&inner);
        Self { kind: Kind::Hostile(inner), store, now_ms, dir }
    }

    pub(crate) fn sqlite() -> Self {
        let (now_ms, dir) = ground();
        let store = open(&dir, &now_ms);
        Self { kind: Kind::Sqlite, store, now_ms, dir }
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self.kind, Kind::Sqlite)
    }

    /// The store as the next process has it after this one ended.
    pub(crate) fn restart(self) -> Self {
        let Self { kind, store, now_ms, dir } = self;
        if matches!(kind, Kind::Sqlite) {
            assert_eq!(Arc::strong_count(&store), 1, "the test still holds the store");
        }
        drop(store);
        match kind {
            Kind::Memory(old) => {
                let new = Arc::new(old.restart());
                Self { kind: Kind::Memory(new.clone()), store: new, now_ms, dir }
            }
            Kind::Hostile(old) => {
                let new = Arc::new(old.restart());
                let store = hostile(&new);
                Self { kind: Kind::Hostile(new), store, now_ms, dir }
            }
            Kind::Sqlite => {
                let store = open(&dir, &now_ms);
                Self { kind, store, now_ms, dir }
            }
        }
    }
}

fn ground() -> (Arc<AtomicI64>, Arc<TempDir>) {
    (Arc::new(AtomicI64::new(NOW_MS)), Arc::new(tempfile::tempdir().expect("a temporary directory")))
}

/// Runs a test of the suite on every store.
macro_rules! on_every_store {
    ($($test:ident),* $(,)?) => {
        mod memory {
            $(#[tokio::test] async fn $test() { super::$test($crate::subject::Subject::memory()).await; })*
        }
        mod hostile {
            $(#[tokio::test] async fn $test() { super::$test($crate::subject::Subject::hostile()).await; })*
        }
        mod sqlite {
            $(#[tokio::test] async fn $test() { super::$test($crate::subject::Subject::sqlite()).await; })*
        }
    };
}
pub(crate) use on_every_store;

/// Asks again while the answer is `Unavailable`, which promises that nothing happened.
pub(crate) async fn ask<T, F: Future<Output = Result<T>>>(mut call: impl FnMut() -> F) -> Result<T> {
    for _ in 0..2_000 {
        match call().await {
            Err(StoreError::Unavailable(_)) => {}
            answer => return answer,
        }
    }
    panic!("the store never answers")
}

/// Hands one batch over and waits for its answers.
pub(crate) async fn append_once(store: &dyn Store, entries: Vec<Append>) -> Vec<Result<()>> {
    let (reply, answer) = tokio::sync::oneshot::channel();
    store.append(Batch { entries, done: Box::new(move |answers| drop(reply.send(answers))) });
    answer.await.expect("every batch is answered")
}

/// Hands a batch over; entries that are refused for the time being come again, in order.
pub(crate) async fn append(store: &dyn Store, entries: Vec<Append>) -> Vec<Result<()>> {
    let mut answers = vec![Ok(()); entries.len()];
    let mut left: Vec<usize> = (0..entries.len()).collect();
    while !left.is_empty() {
        let found = append_once(store, left.iter().map(|&at| entries[at].clone()).collect()).await;
        assert_eq!(found.len(), left.len(), "an answer for each entry");
        let mut again = Vec::new();
        // What follows a refused entry of the same execution is only refused because of it.
        for (&at, answer) in left.iter().zip(&found) {
            let waits = again.iter().any(|&other: &usize| entries[other].execution == entries[at].execution);
            if matches!(answer, Err(StoreError::Unavailable(_))) || (waits && answer.is_err()) {
                again.push(at);
            } else {
                answers[at] = answer.clone();
            }
        }
        left = again;
    }
    answers
}

/// Hands one entry over.
pub(crate) async fn append_one(store: &dyn Store, entry: Append) -> Result<()> {
    append(store, vec![entry]).await.remove(0)
}

pub(crate) const T1: TenantId = TenantId(1);
pub(crate) const T2: TenantId = TenantId(2);

/// The `n`th id of an hour after the clock's epoch.
pub(crate) fn id_at(hour: i64, n: i64) -> ExecutionId {
    ExecutionId(((hour * 3_600_000) << 22) + n + 1)
}

/// The first events of a new execution of workflow 7.
pub(crate) fn create(execution: ExecutionId, status: Status) -> Append {
    Append {
        tenant: T1,
        execution,
        create: Some(Box::new(NewExecution {
            tenant: T1,
            workflow: Some(WorkflowId(7)),
            version: VersionId(70),
            trigger: "manual",
            idempotency: None,
            origin: None,
            priority: 0,
            flow_key: None,
        })),
        seq_from: 1,
        seq_to: 2,
        bytes: Bytes::from(format!("events 1-2 of {execution}")),
        state: RowState { before: None, status, wake_at: None, duration_us: 1_500, error: None },
        consumed: Vec::new(),
        blobs: Vec::new(),
        lends: Vec::new(),
        large: Vec::new(),
        records: Vec::new(),
        births: Vec::new(),
        posts: Vec::new(),
        snapshot: false,
        proven: false,
    }
}

/// The next `events` events of an execution, of which `seq_from` is the first.
pub(crate) fn progress(
    execution: ExecutionId,
    seq_from: u64,
    events: u64,
    (before, status): (Status, Status),
) -> Append {
    Append {
        create: None,
        seq_from,
        seq_to: seq_from + events - 1,
        bytes: Bytes::from(format!("events from {seq_from} of {execution}")),
        state: RowState { before: Some(before), status, wake_at: None, duration_us: 2_500, error: None },
        ..create(execution, status)
    }
}

/// One execution's row.
pub(crate) async fn row(store: &dyn Store, tenant: TenantId, execution: ExecutionId) -> Option<ExecutionRow> {
    ask(|| store.executions(tenant, vec![execution])).await.expect("rows").pop()
}

/// A query for everything of the first tenant.
pub(crate) fn everything() -> ExecutionQuery {
    ExecutionQuery { limit: 1_000, total: true, ..ExecutionQuery::newest(T1) }
}
