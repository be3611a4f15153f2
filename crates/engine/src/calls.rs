//! Calls: work that goes on outside of the shards, on the runtime's threads. So many go out of the process at a time, so
//! many to one host, and so many to the workers that run code; the others wait without having begun.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;

use arcstr::ArcStr;
use model::execution::{Failure, Outcome};
use model::{Address, ExecutionId};
use nodes::{Call, StepError};
use store::journal::Seq;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;

use crate::attempt::{checked, since};
use crate::clock::Clock;
use crate::durable::Durable;
use crate::shard::{Inbox, Message};
use crate::turns::{Turn, Turns};

/// How many calls are made at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallLimits {
    /// By this process.
    pub all: usize,
    /// To one host.
    pub per_host: usize,
    /// Of code, which stays inside of the machine: those that its workers are at, and their line.
    pub code: usize,
}

impl CallLimits {
    /// How many calls of code so many workers are given at a time: one each, and two more in line for each.
    pub const fn of_workers(workers: usize) -> usize {
        workers.saturating_mul(3)
    }
}

impl Default for CallLimits {
    fn default() -> Self {
        let workers = available_parallelism().map_or(2, usize::from);
        Self { all: 1_000, per_host: 64, code: Self::of_workers(workers) }
    }
}

/// Who came first to a call: what makes it, or who calls it off. One that is called off was never made.
#[derive(Debug, Default)]
pub(crate) struct First(AtomicBool);

impl First {
    /// Whether nobody came before.
    pub(crate) fn comes(&self) -> bool {
        !self.0.swap(true, Ordering::AcqRel)
    }
}

/// A call to make.
pub(crate) struct Order {
    pub(crate) execution: ExecutionId,
    pub(crate) address: Address,
    pub(crate) call: Call,
    /// Until the call begins it can be called off.
    pub(crate) first: Arc<First>,
    /// What has to be durable before it is made.
    pub(crate) after: Option<(Arc<Durable>, Seq)>,
    /// What it has to wait for, where its node shares what it calls.
    pub(crate) turn: Option<Turn>,
    /// Whether a worker of this machine runs it as code.
    pub(crate) is_code: bool,
    /// How long it may take once it is made.
    pub(crate) timeout: Option<Duration>,
    /// When the execution was accepted, in µs since 1970.
    pub(crate) accepted_us: i64,
    pub(crate) seed: u64,
    /// Where the outcome goes.
    pub(crate) inbox: Arc<Inbox>,
}

/// What makes calls.
pub(crate) struct Calls {
    runtime: Handle,
    clock: Arc<dyn Clock>,
    all: Arc<Semaphore>,
    code: Arc<Semaphore>,
    per_host: usize,
    hosts: Mutex<HashMap<ArcStr, Arc<Semaphore>>>,
    turns: Arc<Turns>,
}

impl Calls {
    pub(crate) fn new(runtime: Handle, clock: Arc<dyn Clock>, limits: CallLimits) -> Self {
        let [all, code] = [limits.all, limits.code].map(|most| Arc::new(Semaphore::new(most.max(1))));
        let (per_host, hosts, turns) = (limits.per_host.max(1), Mutex::default(), Arc::default());
        Self { runtime, clock, all, code, per_host, hosts, turns }
    }

    /// Makes a call when its turn comes, and sends what came of it. To abort the handle is to cancel the call.
    pub(crate) fn make(&self, order: Order) -> AbortHandle {
        let Order { execution, address, call: Call { host, work }, .. } = order;
        let Order { first, after, turn, is_code, timeout, accepted_us, seed, inbox, .. } = order;
        let code = is_code.then(|| self.code.clone());
        let limits = host.map(|host| (self.all.clone(), self.of_host(host)));
        let (clock, turns) = (self.clock.clone(), self.turns.clone());
        let mut told = Told { execution, address, accepted_us, seed, inbox, began_us: clock.now_us(), is_told: false };
        let task = async move {
            if let Some((durable, seq)) = after {
                durable.reaches(seq).await;
            }
            let mut place = None;
            if let Some(turn) = &turn {
                match turns.take(turn, &*clock).await {
                    Ok(taken) => place = Some(taken),
                    Err(refused) => return told.tell(Err(refused), clock.now_us()),
                }
            }
            let worker = match &code {
                Some(code) => Some(code.acquire().await),
                None => None,
            };
            let mut permits = None;
            if let Some((all, host)) = &limits {
                // The host first: who waits for a slow host keeps no room from the others.
                permits = Some((host.acquire().await, all.acquire().await));
            }
            if !first.comes() {
                return;
            }
            told.began_us = clock.now_us();
            let result = match timeout {
                None => work.await,
                Some(limit) => tokio::time::timeout(limit, work).await.unwrap_or_else(|_| Err(timed_out(limit))),
            };
            drop((permits, worker, place));
            told.tell(result, clock.now_us());
        };
        self.runtime.spawn(task).abort_handle()
    }

    fn of_host(&self, host: ArcStr) -> Arc<Semaphore> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() > HOSTS_MAX {
            hosts.retain(|_, host| Arc::strong_count(host) > 1);
        }
        hosts.entry(host).or_insert_with(|| Arc::new(Semaphore::new(self.per_host))).clone()
    }
}

/// Hosts remembered before those without a call are forgotten.
const HOSTS_MAX: usize = 4_096;

fn timed_out(limit: Duration) -> StepError {
    StepError::new("timeout", format!("the call took longer than its timeout of {} ms", limit.as_millis()))
}

/// Sees to it that a shard hears of every call that was not canceled, also of one that panicked.
struct Told {
    execution: ExecutionId,
    address: Address,
    accepted_us: i64,
    seed: u64,
    inbox: Arc<Inbox>,
    began_us: i64,
    is_told: bool,
}

impl Told {
    fn tell(&mut self, result: Result<nodes::Outcome, StepError>, now_us: i64) {
        self.is_told = true;
        let files = result.as_ref().map(|outcome| outcome.files.clone()).unwrap_or_default();
        let outcome = Outcome {
            address: self.address.clone(),
            result: checked(result),
            disabled: false,
            started_us: since(self.began_us, self.accepted_us),
            duration_us: since(now_us, self.began_us),
            seed: self.seed,
        };
        self.inbox.send(Message::Outcome { execution: self.execution, outcome: Box::new(outcome), files });
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        if !self.is_told && std::thread::panicking() {
            let failure = Failure::new("panicked", "the node type has a bug: it panicked during a call");
            let outcome = Outcome {
                address: self.address.clone(),
                result: Err(failure),
                disabled: false,
                started_us: since(self.began_us, self.accepted_us),
                duration_us: 0,
                seed: self.seed,
            };
            let files = Vec::new();
            self.inbox.send(Message::Outcome { execution: self.execution, outcome: Box::new(outcome), files });
        }
    }
}
