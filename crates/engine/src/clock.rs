//! Time, passed in: tests bring their own.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Where the engine reads the time.
pub trait Clock: Send + Sync {
    /// µs since 1970; never less than before.
    fn now_us(&self) -> i64;
}

/// The machine's clock, read once and then counted on by the monotonic one, so that a step of the wall clock neither
/// turns time back nor spoils a duration.
#[derive(Debug)]
pub struct SystemClock {
    began: Instant,
    began_us: i64,
}

impl Default for SystemClock {
    fn default() -> Self {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { began: Instant::now(), began_us: i64::try_from(since_1970.as_micros()).unwrap_or(i64::MAX) }
    }
}

impl Clock for SystemClock {
    fn now_us(&self) -> i64 {
        let elapsed = i64::try_from(self.began.elapsed().as_micros()).unwrap_or(i64::MAX);
        self.began_us.saturating_add(elapsed)
    }
}
