//! Executions that rest: they take no memory until their time or a message comes. One task looks for those that are due,
//! takes them over and hands them to their shards.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use arcstr::literal;
use model::execution::Failure;
use model::{ExecutionId, TenantId, Value};
use store::journal::WakeQuery;
use tokio::runtime::Handle;
use tokio::sync::Notify;

use crate::control::Unborn;
use crate::engine::{Engine, Shared};
use crate::lineage::Lineage;
use crate::messages::Delivery;
use crate::running::{Running, ToStart};
use crate::shard::{Inbox, Message};

/// Executions woken at a time.
const WAKE_CHUNK: usize = 256;
/// How often the store is asked although nothing is known to be due: for what another process left.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How long to wait after the store could not answer.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// What shards ask of executions outside of them.
#[derive(Clone)]
pub(crate) struct Rest {
    engine: Arc<OnceLock<Weak<Shared>>>,
    runtime: Handle,
    arrived: Arc<Notify>,
    /// When to look next, in ms since 1970.
    next_ms: Arc<AtomicI64>,
    looks: Arc<AtomicBool>,
}

impl Rest {
    pub(crate) fn new(runtime: Handle) -> Self {
        let next_ms = Arc::new(AtomicI64::new(i64::MAX));
        Self { engine: Arc::default(), runtime, arrived: Arc::default(), next_ms, looks: Arc::default() }
    }

    /// Tells it of its engine.
    pub(crate) fn know(&self, engine: &Arc<Shared>) {
        drop(self.engine.set(Arc::downgrade(engine)));
    }

    pub(crate) const fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// Begins to look, unless it does already.
    pub(crate) fn begin(&self) {
        if !self.looks.swap(true, Ordering::Relaxed) {
            self.runtime.spawn(self.clone().keep_looking());
        }
    }

    pub(crate) fn engine(&self) -> Option<Engine> {
        Some(Engine { shared: self.engine.get()?.upgrade()? })
    }

    /// Looks for what is due now.
    pub(crate) fn look(&self) {
        self.look_at(Some(0));
    }

    /// Looks for what is due at a time, in ms since 1970.
    pub(crate) fn look_at(&self, at_ms: Option<i64>) {
        let Some(at_ms) = at_ms else { return };
        if self.next_ms.fetch_min(at_ms, Ordering::AcqRel) > at_ms {
            self.arrived.notify_one();
        }
    }

    /// Sees to it that an execution hears of what lies in its inbox.
    pub(crate) fn deliver(&self, tenant: TenantId, execution: ExecutionId) {
        if let Some(engine) = self.engine() {
            self.runtime.spawn(async move {
                if let Err(error) = engine.deliver(tenant, execution).await {
                    tracing::warn!(%execution, %error, "a message waits until the execution is looked at next");
                }
            });
        }
    }

    /// Delivers all that joined an execution, which nothing can join any more.
    pub(crate) fn deliver_all(&self, tenant: TenantId, execution: ExecutionId, inbox: Arc<Inbox>) {
        let Some(engine) = self.engine() else { return };
        self.runtime.spawn(async move {
            let whose = || vec![(tenant, execution)];
            match engine.insist(|| async { Ok(engine.journal().inbox(whose()).await?) }).await {
                Ok(messages) => {
                    let deliveries = messages.iter().map(Delivery::read).collect();
                    inbox.send(Message::Deliver { execution, deliveries, is_all: true });
                }
                Err(error) => tracing::error!(%execution, %error, "what joined an execution is read at the next start"),
            }
        });
    }

    /// Hands over a child whose birth is durable.
    pub(crate) fn adopt_child(&self, child: Running) {
        if let Some(engine) = self.engine() {
            engine.hand_over(Box::new(child));
        }
    }

    /// Looks up what a step wants to start, and sends it back.
    pub(crate) fn start_child(&self, start: ToStart, inbox: Arc<Inbox>) {
        let Some(engine) = self.engine() else { return };
        let (parent, address) = (start.parent, start.address.clone());
        self.runtime.spawn(async move {
            let child = match engine.birth_of_child(start).await {
                Ok(running) => Ok(running),
                Err(Unborn::Limit(failure)) => Err(failure),
                Err(Unborn::Other(error)) => Err(Failure::new(literal!("child_not_started"), error.to_string())),
            };
            inbox.send(Message::Child { execution: parent, address, child: Box::new(child) });
        });
    }

    async fn keep_looking(self) {
        loop {
            // An engine that stops leaves what comes due to the next one.
            let Some(engine) = self.engine().filter(|engine| !engine.is_draining()) else { return };
            engine.have_room().await;
            let now_ms = engine.now_ms();
            // What is told from here on counts for the next look.
            self.next_ms.store(i64::MAX, Ordering::Release);
            let query = WakeQuery { now_ms, executions: Vec::new(), limit: WAKE_CHUNK };
            let patience = match engine.journal().wake(query).await {
                Ok(woken) => {
                    let is_full = woken.rows.len() >= WAKE_CHUNK;
                    engine.adopt_woken(woken.rows).await;
                    if let Some(next) = woken.next_due {
                        self.next_ms.fetch_min(next, Ordering::AcqRel);
                    }
                    if is_full { Duration::ZERO } else { LOOK_EVERY }
                }
                Err(error) => {
                    tracing::warn!(%error, "executions that are due wait for the store");
                    AGAIN_AFTER
                }
            };
            drop(engine);
            self.sleep(patience, now_ms).await;
        }
    }

    /// Sleeps until the next time, as far as it is known, or somebody tells of an earlier one.
    async fn sleep(&self, patience: Duration, now_ms: i64) {
        loop {
            let left = self.next_ms.load(Ordering::Acquire).saturating_sub(now_ms);
            let left = Duration::from_millis(left.max(0).cast_unsigned());
            if left.min(patience).is_zero() {
                return;
            }
            tokio::select! {
                () = self.arrived.notified() => if self.next_ms.load(Ordering::Acquire) <= now_ms { return },
                () = tokio::time::sleep(left.min(patience)) => return,
            }
        }
    }
}

/// What a child sees as `trigger`.
pub(crate) fn trigger_of_child(parent: ExecutionId, step: &str, is_awaited: bool, lineage: Lineage) -> Value {
    Value::object(vec![
        (literal!("execution"), Value::from(parent.to_string())),
        (literal!("step"), Value::from(step)),
        (literal!("awaited"), Value::Bool(is_awaited)),
        (literal!("depth"), Value::Int(lineage.depth.into())),
        (literal!("waiting"), Value::Int(lineage.waiting.into())),
        (literal!("told"), Value::Bool(lineage.is_told)),
    ])
}
