//! A store for tests that behaves as badly as a store may: slow, refusing at random, answering late and in bursts.
//!
//! It wraps a [`MemoryStore`] and keeps every promise of the traits, so whatever breaks over it relies on something
//! that is not promised. The same seed gives the same refusals for the same calls.

use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use bytes::Bytes;
use model::{ExecutionId, TenantId, WorkflowId};

use crate::journal::{
    Append, Batch, Claim, ExecutionPage, ExecutionQuery, ExecutionRow, Health, InboxMessage, Journal, ReadFrom,
    Retained, Retention, Segment, SeriesQuery, Statistics, StatisticsQuery, WakeQuery, Woken, refused,
};
use crate::records::{Change, Find, Found, Kind, Page, Record, RecordQuery, RecordWrite, Records};
use crate::{Blob, BlobPart, BlobQuery, BlobWriter, BoxFuture, MemoryStore, Result, StoreError, Subscription};

/// How badly a [`HostileStore`] behaves.
#[derive(Clone, Copy, Debug)]
pub struct Hostility {
    /// Where the random decisions begin.
    pub seed: u64,
    /// One in so many calls, batches and entries is refused; 0 for none.
    pub refuse_one_in: u64,
    /// Longest delay of a call or a batch, in µs.
    pub delay_us: u64,
}

type Held = (Box<dyn FnOnce(Vec<Result<()>>) + Send>, Vec<Result<()>>);

/// A memory store behind a bad connection.
#[derive(Debug)]
pub struct HostileStore {
    inner: Arc<MemoryStore>,
    hostility: Hostility,
    random: Arc<Mutex<Random>>,
    batches: Option<mpsc::SyncSender<Batch>>,
    thread: Option<JoinHandle<()>>,
}

/// Splitmix64: small, and the same everywhere.
#[derive(Debug)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn one_in(&mut self, times: u64) -> bool {
        times > 0 && self.next().is_multiple_of(times)
    }

    fn delay(&mut self, hostility: Hostility) -> Duration {
        Duration::from_micros(if hostility.delay_us == 0 { 0 } else { self.next() % hostility.delay_us })
    }
}

fn refusal() -> StoreError {
    StoreError::Unavailable("it is hostile".into())
}

impl HostileStore {
    /// A hostile way to a memory store.
    pub fn new(inner: Arc<MemoryStore>, hostility: Hostility) -> Self {
        let (batches, waiting) = mpsc::sync_channel(64);
        let to = inner.clone();
        let thread = thread::Builder::new()
            .name("store-hostile".into())
            .spawn(move || work(&to, hostility, &waiting))
            .expect("the system has a thread left at start");
        let random = Arc::new(Mutex::new(Random(!hostility.seed)));
        Self { inner, hostility, random, batches: Some(batches), thread: Some(thread) }
    }

    async fn obstruct(&self) -> Result<()> {
        obstruct(&self.random, self.hostility).await
    }
}

/// Waits a while, and may refuse.
async fn obstruct(random: &Mutex<Random>, hostility: Hostility) -> Result<()> {
    let (delay, refuse) = {
        let mut random = random.lock().unwrap_or_else(PoisonError::into_inner);
        (random.delay(hostility), random.one_in(hostility.refuse_one_in))
    };
    tokio::time::sleep(delay).await;
    if refuse { Err(refusal()) } else { Ok(()) }
}

/// A body on a bad connection: once a call was refused, all are.
struct Upload {
    inner: Box<dyn BlobWriter>,
    hostility: Hostility,
    random: Arc<Mutex<Random>>,
    is_refused: bool,
}

impl Upload {
    async fn obstruct(&mut self) -> Result<()> {
        if !self.is_refused {
            self.is_refused = obstruct(&self.random, self.hostility).await.is_err();
        }
        if self.is_refused { Err(refusal()) } else { Ok(()) }
    }
}

impl BlobWriter for Upload {
    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            self.obstruct().await?;
            self.inner.write(bytes).await
        })
    }

    fn finish(mut self: Box<Self>) -> BoxFuture<'static, Result<Blob>> {
        Box::pin(async move {
            self.obstruct().await?;
            self.inner.finish().await
        })
    }
}

/// Applies batches one after another and answers them late, several at once.
fn work(inner: &MemoryStore, hostility: Hostility, waiting: &mpsc::Receiver<Batch>) {
    let mut random = Random(hostility.seed);
    let mut held: Vec<Held> = Vec::new();
    loop {
        let idle = Duration::from_micros(hostility.delay_us / 2 + 1);
        match waiting.recv_timeout(idle) {
            Ok(batch) => {
                thread::sleep(random.delay(hostility));
                held.push(pass(inner, hostility, &mut random, batch));
                if random.one_in(3) {
                    release(&mut held);
                }
            }
            Err(RecvTimeoutError::Timeout) => release(&mut held),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    release(&mut held);
}

fn release(held: &mut Vec<Held>) {
    held.drain(..).for_each(|(done, answers)| done(answers));
}

/// Refuses a batch or some of its entries, and passes the rest on in parts of odd sizes.
fn pass(inner: &MemoryStore, hostility: Hostility, random: &mut Random, batch: Batch) -> Held {
    let Batch { entries, done } = batch;
    if random.one_in(hostility.refuse_one_in) {
        return (done, refused(entries.len(), &refusal()));
    }
    let mut answers: Vec<Result<()>> = Vec::with_capacity(entries.len());
    let mut part: Vec<Append> = Vec::new();
    let mut places = Vec::new();
    for entry in entries {
        if random.one_in(hostility.refuse_one_in) {
            answers.push(Err(refusal()));
            continue;
        }
        places.push(answers.len());
        answers.push(Ok(()));
        part.push(entry);
        if random.one_in(4) {
            commit(inner, &mut part, &mut places, &mut answers);
        }
    }
    commit(inner, &mut part, &mut places, &mut answers);
    (done, answers)
}

fn commit(inner: &MemoryStore, part: &mut Vec<Append>, places: &mut Vec<usize>, answers: &mut [Result<()>]) {
    let (reply, answered) = mpsc::channel();
    let done = Box::new(move |found| drop(reply.send(found)));
    inner.append(Batch { entries: std::mem::take(part), done });
    let found = answered.recv().unwrap_or_else(|_| refused(places.len(), &refusal()));
    for (place, answer) in places.drain(..).zip(found) {
        answers[place] = answer;
    }
}

impl Drop for HostileStore {
    fn drop(&mut self) {
        self.batches = None;
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            // A panic in a caller's answer has been reported by the thread itself.
            drop(thread.join());
        }
    }
}

/// Obstructs a call, then passes it on.
macro_rules! pass_on {
    ($self:ident . $call:ident ( $($argument:expr),* )) => {
        Box::pin(async move {
            $self.obstruct().await?;
            $self.inner.$call($($argument),*).await
        })
    };
}

impl Journal for HostileStore {
    fn append(&self, batch: Batch) {
        let batches = self.batches.as_ref().expect("only dropping takes it");
        if let Err(closed) = batches.send(batch) {
            let answers = refused(closed.0.entries.len(), &refusal());
            (closed.0.done)(answers);
        }
    }

    fn read(
        &self,
        tenant: TenantId,
        execution: ExecutionId,
        from: ReadFrom,
        max_bytes: usize,
    ) -> BoxFuture<'_, Result<Vec<Segment>>> {
        pass_on!(self.read(tenant, execution, from, max_bytes))
    }

    fn executions(&self, tenant: TenantId, ids: Vec<ExecutionId>) -> BoxFuture<'_, Result<Vec<ExecutionRow>>> {
        pass_on!(self.executions(tenant, ids))
    }

    fn list(&self, query: ExecutionQuery) -> BoxFuture<'_, Result<ExecutionPage>> {
        Box::pin(async move {
            self.obstruct().await?;
            Journal::list(&*self.inner, query).await
        })
    }

    fn statistics(&self, query: StatisticsQuery) -> BoxFuture<'_, Result<Statistics>> {
        pass_on!(self.statistics(query))
    }

    fn series(&self, query: SeriesQuery) -> BoxFuture<'_, Result<Vec<Statistics>>> {
        pass_on!(self.series(query))
    }

    fn newest(&self, tenant: TenantId, after: ExecutionId) -> BoxFuture<'_, Result<Vec<(WorkflowId, ExecutionId)>>> {
        pass_on!(self.newest(tenant, after))
    }

    fn subscribe(&self, tenant: TenantId, executions: Vec<ExecutionId>) -> Subscription {
        self.inner.subscribe(tenant, executions)
    }

    fn claim(&self, claim: Claim) -> BoxFuture<'_, Result<Vec<ExecutionRow>>> {
        pass_on!(self.claim(claim))
    }

    fn post(&self, messages: Vec<InboxMessage>) -> BoxFuture<'_, Result<Vec<bool>>> {
        pass_on!(self.post(messages))
    }

    fn inbox(&self, executions: Vec<(TenantId, ExecutionId)>) -> BoxFuture<'_, Result<Vec<InboxMessage>>> {
        pass_on!(self.inbox(executions))
    }

    fn wake(&self, query: WakeQuery) -> BoxFuture<'_, Result<Woken>> {
        pass_on!(self.wake(query))
    }

    fn begin_blob(&self, tenant: TenantId, most: u64) -> Box<dyn BlobWriter> {
        let (hostility, random) = (self.hostility, self.random.clone());
        Box::new(Upload { inner: self.inner.begin_blob(tenant, most), hostility, random, is_refused: false })
    }

    fn get_blob(&self, query: BlobQuery) -> BoxFuture<'_, Result<BlobPart>> {
        pass_on!(self.get_blob(query))
    }

    fn retain(&self, retention: Retention) -> BoxFuture<'_, Result<Retained>> {
        pass_on!(self.retain(retention))
    }

    fn backup(&self, to: &Path) -> BoxFuture<'_, Result<u64>> {
        self.inner.backup(to)
    }

    fn health(&self) -> Health {
        self.inner.health()
    }
}

impl Records for HostileStore {
    fn get(&self, kind: &'static Kind, tenant: TenantId, id: i64) -> BoxFuture<'_, Result<Option<Record>>> {
        pass_on!(self.get(kind, tenant, id))
    }

    fn get_many(&self, kind: &'static Kind, tenant: TenantId, ids: Vec<i64>) -> BoxFuture<'_, Result<Vec<Record>>> {
        pass_on!(self.get_many(kind, tenant, ids))
    }

    fn list(&self, query: RecordQuery) -> BoxFuture<'_, Result<Page>> {
        Box::pin(async move {
            self.obstruct().await?;
            Records::list(&*self.inner, query).await
        })
    }

    fn count(&self, query: RecordQuery) -> BoxFuture<'_, Result<u64>> {
        pass_on!(self.count(query))
    }

    fn find(&self, find: Find) -> BoxFuture<'_, Result<Found>> {
        pass_on!(self.find(find))
    }

    fn matching(&self, find: Find) -> BoxFuture<'_, Result<Vec<i64>>> {
        pass_on!(self.matching(find))
    }

    fn values(
        &self,
        kind: &'static Kind,
        tenant: TenantId,
        field: &'static str,
    ) -> BoxFuture<'_, Result<Vec<(String, u64)>>> {
        pass_on!(self.values(kind, tenant, field))
    }

    fn put(&self, write: RecordWrite) -> BoxFuture<'_, Result<u64>> {
        pass_on!(self.put(write))
    }

    fn batch(&self, writes: Vec<RecordWrite>) -> BoxFuture<'_, Result<Vec<u64>>> {
        pass_on!(self.batch(writes))
    }

    fn changes(&self, tenant: TenantId, after: u64, limit: usize) -> BoxFuture<'_, Result<Vec<Change>>> {
        pass_on!(self.changes(tenant, after, limit))
    }
}
