//! Turns of calls: nodes whose settings bound how many of their calls are under way at a time, or in a time, over all
//! executions of a workflow in this process. Who waits for its turn has not begun; a pace is not kept over a restart.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arcstr::ArcStr;
use model::settings::RateLimit;
use nodes::StepError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::clock::Clock;
use crate::pace::Pace;

/// Lines remembered before those that nobody uses are forgotten.
const LINES_MAX: usize = 10_000;

/// What a call has to wait for.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    /// Whose line it stands in: the node and the key, after the workflow once that is known.
    pub(crate) line: ArcStr,
    /// Calls of the line under way at a time.
    pub(crate) concurrency: Option<usize>,
    /// Calls of the line in a time.
    pub(crate) rate_limit: Option<RateLimit>,
}

struct Line {
    places: Arc<Semaphore>,
    pace: Mutex<Pace>,
}

impl Line {
    fn is_used(&self, concurrency: usize, now_ms: i64) -> bool {
        self.places.available_permits() < concurrency
            || self.pace.lock().unwrap_or_else(PoisonError::into_inner).is_used(now_ms)
    }
}

/// The lines of a process, by their name and their bound: with another bound a line begins anew.
#[derive(Default)]
pub(crate) struct Turns {
    lines: Mutex<HashMap<(ArcStr, usize), Arc<Line>>>,
}

impl Turns {
    /// Waits until it is a call's turn. What is answered keeps its place.
    ///
    /// # Errors
    /// The pace is used up, and calls beyond it are refused.
    pub(crate) async fn take(&self, turn: &Turn, clock: &dyn Clock) -> Result<OwnedSemaphorePermit, StepError> {
        let line = self.line(turn, clock.now_us() / 1_000);
        let place = line.places.clone().acquire_owned().await.expect("the places of a line are never closed");
        let Some(limit) = turn.rate_limit else { return Ok(place) };
        let now_ms = clock.now_us() / 1_000;
        let next = line.pace.lock().unwrap_or_else(PoisonError::into_inner).next(limit, now_ms);
        match next {
            Ok(None) => {}
            Ok(Some(at_ms)) => tokio::time::sleep(Duration::from_millis((at_ms - now_ms).unsigned_abs())).await,
            Err(again_ms) => {
                let message = format!("the node makes no more than {} calls in {} ms", limit.limit, limit.per_ms);
                let again = Some(again_ms.unsigned_abs());
                return Err(StepError { retry_after_ms: again, ..StepError::new("rate_limited", message) });
            }
        }
        Ok(place)
    }

    fn line(&self, turn: &Turn, now_ms: i64) -> Arc<Line> {
        let concurrency = turn.concurrency.unwrap_or(Semaphore::MAX_PERMITS);
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() >= LINES_MAX {
            lines.retain(|(_, most), line| Arc::strong_count(line) > 1 || line.is_used(*most, now_ms));
        }
        let new = || Arc::new(Line { places: Arc::new(Semaphore::new(concurrency)), pace: Mutex::default() });
        lines.entry((turn.line.clone(), concurrency)).or_insert_with(new).clone()
    }
}
