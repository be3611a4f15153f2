//! What an execution has to show after it was taken over from a process that died: something new in its journal. Those
//! that were there when several processes died are taken over apart from the others, so that it is seen which of them it was.

use std::time::Duration;

use model::Event;
use store::journal::{Claim, SUSPICIOUS};
use tokio::sync::mpsc;

use crate::engine::Engine;
use crate::rest::Rest;
use crate::start::EngineError;

/// Suspects taken over at a time: so many at first, and twice as many after each time that went well, up to a bound. Of many
/// that wait for something the last must not wait for all others; of few, one process more has to die to tell who it was.
const TOGETHER: usize = 64;
const TOGETHER_MAX: usize = 512;
/// How long the next suspects wait for those that record nothing new, where several are taken over together.
const PATIENCE: Duration = Duration::from_secs(3);
/// The same after one that is taken over alone: who brings processes down slowly must not be taken for the next one.
const PATIENCE_ALONE: Duration = Duration::from_secs(30);
/// How long to wait after the store could not answer.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Who waits until executions have shown that they go on, or have left this process: until the last of these is gone.
pub(crate) type Watcher = mpsc::Sender<()>;

/// Whether an execution is still to show that it goes on.
#[derive(Debug, Default)]
pub(crate) struct Trial {
    /// Whether its row counts that it was taken over.
    is_counted: bool,
    is_proven: bool,
    watcher: Option<Watcher>,
}

impl Trial {
    /// The trial of an execution that was taken over so often. One whose takeover was not counted has nothing to show.
    pub(crate) fn after(recover_count: u32, watcher: Option<Watcher>) -> Self {
        let is_counted = recover_count > 0;
        Self { is_counted, is_proven: false, watcher: watcher.filter(|_| is_counted) }
    }

    /// Takes note of an event. What any process that takes it over records again, and what comes from outside, shows
    /// nothing.
    pub(crate) const fn note(&mut self, event: &Event) {
        match event {
            Event::StepFinished(_)
            | Event::StepSkipped(_)
            | Event::StepCanceled(_)
            | Event::StepRetried(_)
            | Event::StepWaiting(_)
            | Event::ScopeOpened(_)
            | Event::RoundBegan(_)
            | Event::Finished(_) => self.prove(),
            Event::Accepted(_)
            | Event::StepStarted(_)
            | Event::Batched(_)
            | Event::Signaled(_)
            | Event::ChildEnded(_)
            | Event::Paused(_)
            | Event::Resumed(_)
            | Event::Reopened(_)
            | Event::Restored(_) => {}
        }
    }

    /// It goes on.
    pub(crate) const fn prove(&mut self) {
        self.is_proven = true;
    }

    /// Whether the next append is the first that shows it, so that its row need not count any more.
    pub(crate) const fn take_proof(&mut self) -> bool {
        let proves = self.is_counted && self.is_proven;
        self.is_counted = self.is_counted && !proves;
        proves
    }

    /// Tells who waits that what it shows is durable.
    pub(crate) fn end(&mut self) {
        self.watcher = None;
    }
}

/// Takes over suspects some at a time, and those that were there even then one after the other; each time when those before
/// have shown that they go on, or have left. The first wait for what was taken over with `others` watching: among these is
/// whatever brings processes down and has recorded something new since it last did, and nobody may be counted in its place.
pub(crate) async fn one_by_one(rest: Rest, mut others: mpsc::Receiver<()>) {
    drop(tokio::time::timeout(PATIENCE, others.recv()).await);
    let mut together = TOGETHER;
    loop {
        let Some(engine) = rest.engine().filter(|engine| !engine.is_draining()) else { return };
        let (watcher, mut shown) = mpsc::channel(1);
        match take_some(&engine, watcher, together).await {
            Ok(0) => return,
            Ok(taken) => {
                // Whoever waits for them must not keep the engine.
                drop(engine);
                let patience = if taken == 1 { PATIENCE_ALONE } else { PATIENCE };
                drop(tokio::time::timeout(patience, shown.recv()).await);
                together = TOGETHER_MAX.min(2 * together);
            }
            Err(error) => {
                tracing::warn!(%error, "executions that were there when processes died wait for the store");
                tokio::time::sleep(AGAIN_AFTER).await;
            }
        }
    }
}

/// Takes over the next ones, of which each has a watcher; answers how many.
async fn take_some(engine: &Engine, watcher: Watcher, together: usize) -> Result<usize, EngineError> {
    let some = Claim::Suspects { limit: together, below: SUSPICIOUS + 1 };
    let mut rows = engine.journal().claim(some).await?;
    if rows.is_empty() {
        rows = engine.journal().claim(Claim::Suspects { limit: 1, below: u32::MAX }).await?;
    }
    let Some(first) = rows.first() else { return Ok(0) };
    let count = rows.len();
    tracing::info!(execution = %first.id, count, "what may have ended processes goes on apart from the others");
    engine.adopt(rows, Some(watcher)).await?;
    Ok(count)
}
