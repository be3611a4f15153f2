//! Keeping the write-ahead log short without stalling commits.
//!
//! A second connection copies most of the log into the database; under load it never catches up, so the writer copies
//! the small rest itself, and its next commit begins the log anew.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::Fatal;
use super::error::{Cause, cause};

/// The log's file is cut to this size in bytes when it begins anew.
pub(super) const SIZE_LIMIT: u64 = 64 << 20;
/// Bytes of a page.
pub(super) const PAGE_BYTES: u64 = 4_096;
/// Frames of the log, each a page, from which the second connection copies: 16 MiB.
const BEGIN_FRAMES: u64 = 4_096;
/// Frames from which the writer waits for readers, so that the log begins anew: 64 MiB.
const INSIST_FRAMES: u64 = 16_384;
/// Frames that the writer may be left to copy.
const REST_FRAMES: u64 = 512;
/// Rounds of the second connection before it leaves the rest to the writer.
const ROUNDS: usize = 4;
/// How long the writer waits for readers, at most, and how long it then lets them be.
const INSIST_FOR: Duration = Duration::from_millis(250);
const INSIST_AGAIN: Duration = Duration::from_secs(2);

const IDLE: u8 = 0;
const COPYING: u8 = 1;
const REST: u8 = 2;

/// What writer and copier tell each other.
pub(super) struct Checkpoint {
    stage: AtomicU8,
    /// Readers must not be waited for: a backup holds a snapshot for as long as it takes.
    pub(super) held: AtomicBool,
    frames: AtomicU64,
    wanted: Mutex<(bool, bool)>,
    changed: Condvar,
    insist_at: Mutex<Option<Instant>>,
    busy_timeout: Duration,
    fatal: Fatal,
}

/// Frames in the log and frames already copied.
#[derive(Clone, Copy, Debug)]
struct Log {
    frames: u64,
    copied: u64,
}

impl Checkpoint {
    pub(super) fn new(busy_timeout: Duration, fatal: Fatal) -> Self {
        Self {
            stage: AtomicU8::new(IDLE),
            held: AtomicBool::new(false),
            frames: AtomicU64::new(0),
            wanted: Mutex::default(),
            changed: Condvar::new(),
            insist_at: Mutex::default(),
            busy_timeout,
            fatal,
        }
    }

    /// Bytes of the log that are in use.
    pub(super) fn wal_bytes(&self) -> u64 {
        self.frames.load(Ordering::Relaxed) * PAGE_BYTES
    }

    /// What the writer does after each commit.
    pub(super) fn after_commit(&self, conn: &Connection) {
        if self.stage.load(Ordering::Acquire) == REST {
            checkpoint(conn, "PASSIVE", &self.fatal);
            self.stage.store(IDLE, Ordering::Release);
        }
        let Some(log) = checkpoint(conn, "NOOP", &self.fatal) else { return };
        self.frames.store(log.frames, Ordering::Relaxed);
        if log.frames >= INSIST_FRAMES && log.copied < log.frames && !self.held.load(Ordering::Acquire) {
            self.insist(conn, log);
        }
        let begin = log.frames >= BEGIN_FRAMES && log.copied < log.frames;
        if begin && self.stage.compare_exchange(IDLE, COPYING, Ordering::AcqRel, Ordering::Acquire).is_ok() {
            self.wanted.lock().unwrap_or_else(PoisonError::into_inner).0 = true;
            self.changed.notify_one();
        }
    }

    /// Waits for readers, a little, so that the whole log is copied.
    fn insist(&self, conn: &Connection, log: Log) {
        let mut at = self.insist_at.lock().unwrap_or_else(PoisonError::into_inner);
        if at.is_some_and(|at| Instant::now() < at) || self.stage.load(Ordering::Acquire) == COPYING {
            return;
        }
        let waited = conn
            .busy_timeout(INSIST_FOR)
            .map(|()| checkpoint(conn, "RESTART", &self.fatal))
            .and_then(|log| conn.busy_timeout(self.busy_timeout).map(|()| log));
        if !matches!(waited, Ok(Some(log)) if log.copied >= log.frames) {
            tracing::warn!(frames = log.frames, "a reader keeps the write-ahead log from being emptied");
            *at = Some(Instant::now() + INSIST_AGAIN);
        }
    }

    /// The second connection's thread.
    pub(super) fn copy(&self, conn: &Connection) {
        loop {
            {
                let mut wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
                while !wanted.0 {
                    if wanted.1 {
                        return;
                    }
                    wanted = self.changed.wait(wanted).unwrap_or_else(PoisonError::into_inner);
                }
                wanted.0 = false;
            }
            for _ in 0..ROUNDS {
                match checkpoint(conn, "PASSIVE", &self.fatal) {
                    Some(log) if log.frames.saturating_sub(log.copied) > REST_FRAMES => {}
                    _ => break,
                }
            }
            self.stage.store(REST, Ordering::Release);
        }
    }

    /// Ends the second connection's thread.
    pub(super) fn close(&self) {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
        self.changed.notify_all();
    }
}

fn checkpoint(conn: &Connection, mode: &str, fatal: &Fatal) -> Option<Log> {
    let asked = conn.prepare_cached(&format!("PRAGMA wal_checkpoint({mode})")).and_then(|mut statement| {
        statement.query_row((), |row| {
            let number = |at| Ok::<_, rusqlite::Error>(row.get::<_, i64>(at)?.max(0).cast_unsigned());
            Ok(Log { frames: number(1)?, copied: number(2)? })
        })
    });
    match asked {
        Ok(log) => return Some(log),
        // A sync that failed once may lie when it is asked again.
        Err(error) if cause(&error) == Cause::Io => fatal.call(&error.to_string()),
        // What is committed is in the log, so nothing is lost; the next commit asks again.
        Err(error) => tracing::warn!(%error, mode, "a checkpoint failed"),
    }
    None
}
