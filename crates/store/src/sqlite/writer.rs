//! The one thread that writes. Each group of waiting work is one transaction; answers go out after its COMMIT.
//!
//! An entry that is refused leaves nothing and harms no other. A full disk refuses the group and everything after it
//! until there is space; a disk that fails leaves the outcome unknown, and the process ends.

use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, Statement};

use super::Shared;
use super::apply::Hot;
use super::claim::ClaimCursor;
use super::error::{Cause, cause};
use super::queue::Work;
use super::record_writes::Kinds;
use super::rollup::Rollup;
use crate::journal::{Append, Batch, Segment};
use crate::recent::Touch;
use crate::rollup::Change;
use crate::{Result, StoreError};

/// How long writes are refused after the disk was full, before one is tried again.
const PROBE_AFTER: Duration = Duration::from_secs(1);
/// Bytes on disk for one byte of a segment, at most: its page in the log and in the database, and the indexes'.
const SPREAD: u64 = 4;

/// Why one piece of work was not done.
#[derive(Debug)]
pub(super) enum Fault {
    /// The store says no.
    Refused(StoreError),
    /// SQLite failed.
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Refused(error)
    }
}

/// Why a whole transaction was not done.
#[derive(Debug)]
enum Trouble {
    Full(String),
    Fatal(String),
    /// Some statement failed: each piece of work must be tried alone.
    Statement(StoreError),
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        match cause(&error) {
            Cause::Full => Self::Full(error.to_string()),
            Cause::Io => Self::Fatal(error.to_string()),
            Cause::Corrupt | Cause::Other => Self::Statement(error.into()),
        }
    }
}

/// What a write inside the transaction works with.
pub(super) struct Tx<'c> {
    pub(super) conn: &'c Connection,
    pub(super) hot: Hot<'c>,
    /// Which opening of the store this is.
    pub(super) lane: i64,
    /// When the transaction began, in ms since 1970.
    pub(super) now_ms: i64,
    /// What the statistics must learn before the commit.
    pub(super) changes: Vec<Change>,
    /// Rows that were changed.
    pub(super) touched: Vec<Touch>,
    pub(super) kinds: Kinds,
    pub(super) claim: ClaimCursor,
    rollup: Rollup,
}

/// The writer's state between groups.
struct Writer<'c> {
    tx: Tx<'c>,
    begin: Statement<'c>,
    commit: Statement<'c>,
    shared: Arc<Shared>,
    fan_out: mpsc::Sender<Vec<Segment>>,
    probe_at: Option<Instant>,
}

/// Runs until the queue is closed and empty.
pub(super) fn run(
    conn: &Connection,
    lane: i64,
    shared: Arc<Shared>,
    fan_out: mpsc::Sender<Vec<Segment>>,
) -> Result<()> {
    let tx = Tx {
        conn,
        hot: Hot::prepare(conn)?,
        lane,
        now_ms: 0,
        changes: Vec::new(),
        touched: Vec::new(),
        kinds: Kinds::default(),
        claim: ClaimCursor::default(),
        rollup: Rollup::default(),
    };
    let begin = conn.prepare("BEGIN IMMEDIATE")?;
    let commit = conn.prepare("COMMIT")?;
    let mut writer = Writer { tx, begin, commit, shared, fan_out, probe_at: None };
    let mut group = Vec::new();
    while let Some(bytes) = writer.shared.queue.take(&mut group) {
        if matches!(group.as_slice(), [Work::Alone(_)]) {
            for work in group.drain(..) {
                if let Work::Alone(run) = work {
                    run(conn);
                }
            }
        } else {
            writer.process(&mut group, bytes);
        }
        group.clear();
    }
    Ok(())
}

impl Writer<'_> {
    fn process(&mut self, group: &mut Vec<Work>, bytes: usize) {
        if let Some(reason) = self.lacks_space(group, bytes) {
            refuse_all(group, &StoreError::Full(reason));
            return;
        }
        let started = Instant::now();
        let mut answers = Vec::with_capacity(group.len());
        let mut outcome = self.attempt(group, &mut answers, false);
        if let Err(Trouble::Statement(error)) = &outcome {
            tracing::warn!(%error, "a write failed; each of its transaction is tried alone");
            self.roll_back();
            answers.clear();
            outcome = self.attempt(group, &mut answers, true);
        }
        match outcome {
            Ok(()) => self.committed(group, answers, started),
            Err(Trouble::Full(reason)) => {
                self.roll_back();
                self.set_full(&reason);
                refuse_all(group, &StoreError::Full(reason));
            }
            Err(Trouble::Statement(error)) => {
                self.roll_back();
                refuse_all(group, &error);
            }
            Err(Trouble::Fatal(reason)) => {
                // Nobody learns an outcome that is not known.
                self.shared.fatal.call(&reason);
                group.clear();
            }
        }
    }

    /// Why the disk is too full for this group, if it is.
    fn lacks_space(&mut self, group: &[Work], bytes: usize) -> Option<String> {
        if group.iter().any(|work| matches!(work, Work::Call(call) if call.frees())) {
            return None;
        }
        let now = Instant::now();
        if self.probe_at.is_some_and(|at| now < at) {
            return self.shared.read_only();
        }
        let reserve = self.shared.reserve_bytes?;
        let free = fs4::available_space(&self.shared.dir).unwrap_or(u64::MAX);
        if free >= reserve + SPREAD * bytes as u64 {
            return None;
        }
        let reason = format!("{} bytes are left in {}", free, self.shared.dir.display());
        self.set_full(&reason);
        Some(reason)
    }

    fn set_full(&mut self, reason: &str) {
        if self.probe_at.is_none() {
            tracing::error!(reason, "the disk is full: writes are refused, reads go on");
        }
        self.probe_at = Some(Instant::now() + PROBE_AFTER);
        self.shared.set_read_only(Some(reason.to_owned()));
    }

    /// One transaction over the group. `careful` undoes each piece of work that fails for itself.
    fn attempt(
        &mut self,
        group: &mut Vec<Work>,
        answers: &mut Vec<Vec<Result<()>>>,
        careful: bool,
    ) -> Result<(), Trouble> {
        self.begin_immediate()?;
        self.tx.now_ms = self.shared.clock.now_ms();
        let mut rest = 0;
        while rest < group.len() {
            let appends = group[rest..].iter().take_while(|work| matches!(work, Work::Append(..))).count();
            self.appends(&group[rest..rest + appends], answers, careful)?;
            rest += appends;
            if let Some(Work::Call(call)) = group.get_mut(rest)
                && let Err(error) = self.guarded(careful, |tx| call.run(tx))?
            {
                call.fail(error);
            }
            if rest < group.len() {
                answers.push(Vec::new());
                rest += 1;
            }
        }
        let Tx { conn, rollup, changes, .. } = &mut self.tx;
        rollup.flush(conn, changes)?;
        if cfg!(feature = "sabotage_ack_before_commit") {
            self.answer(group, std::mem::take(answers));
        }
        self.commit.execute(())?;
        Ok(())
    }

    /// Applies batches, as far as nobody can tell in the order of their executions' ids, so that rows go to the ends of
    /// their tables: SQLite then fills pages one after the other, and writes fewer.
    fn appends(&mut self, works: &[Work], answers: &mut Vec<Vec<Result<()>>>, careful: bool) -> Result<(), Trouble> {
        let first = answers.len();
        let mut order = Vec::new();
        for (batch, work) in works.iter().enumerate() {
            let Work::Append(Batch { entries, .. }, _) = work else { continue };
            order.extend(entries.iter().enumerate().map(|(place, entry)| (batch, place, entry)));
            answers.push(vec![Ok(()); entries.len()]);
        }
        for alike in order.split_mut(|(_, _, entry)| entry.touches_others()) {
            alike.sort_by_key(|(_, _, entry)| entry.execution);
        }
        for (batch, place, entry) in order {
            answers[first + batch][place] = self.entry(entry, careful)?;
        }
        Ok(())
    }

    /// `BEGIN IMMEDIATE`, however long another program holds the database.
    fn begin_immediate(&mut self) -> Result<(), Trouble> {
        loop {
            match self.begin.execute(()) {
                Ok(_) => return Ok(()),
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                    tracing::warn!(dir = %self.shared.dir.display(), "another program holds the database; waiting");
                    if self.shared.queue.is_closed() {
                        return Err(error.into());
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn entry(&mut self, entry: &Append, careful: bool) -> Result<Result<()>, Trouble> {
        if careful || entry.may_fail_late() {
            return self.guarded(careful, |tx| tx.append(entry));
        }
        match self.tx.append(entry) {
            Ok(()) => Ok(Ok(())),
            Err(Fault::Refused(error)) => Ok(Err(error)),
            Err(Fault::Sqlite(error)) => Err(error.into()),
        }
    }

    /// Runs something so that it leaves nothing if it fails.
    fn guarded(
        &mut self,
        careful: bool,
        run: impl FnOnce(&mut Tx<'_>) -> Result<(), Fault>,
    ) -> Result<Result<()>, Trouble> {
        let conn = self.tx.conn;
        let before = (self.tx.changes.len(), self.tx.touched.len());
        self.tx.kinds.made = false;
        conn.prepare_cached("SAVEPOINT one")?.execute(())?;
        let refusal = match run(&mut self.tx) {
            Ok(()) => {
                conn.prepare_cached("RELEASE one")?.execute(())?;
                return Ok(Ok(()));
            }
            Err(Fault::Refused(error)) => error,
            Err(Fault::Sqlite(error)) => match Trouble::from(error) {
                Trouble::Statement(error) if careful => {
                    tracing::error!(%error, "a write was refused");
                    error
                }
                trouble => return Err(trouble),
            },
        };
        conn.prepare_cached("ROLLBACK TO one")?.execute(())?;
        conn.prepare_cached("RELEASE one")?.execute(())?;
        self.tx.changes.truncate(before.0);
        self.tx.touched.truncate(before.1);
        if self.tx.kinds.made {
            self.tx.kinds.forget();
        }
        Ok(Err(refusal))
    }

    /// Ends a transaction that failed. SQLite may have rolled it back already.
    fn roll_back(&mut self) {
        if !self.tx.conn.is_autocommit()
            && let Err(error) = self.tx.conn.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "rolling back failed");
        }
        self.tx.changes.clear();
        self.tx.touched.clear();
        self.tx.rollup.forget();
        self.tx.kinds.forget();
        self.tx.claim = ClaimCursor::default();
    }

    fn committed(&mut self, group: &mut Vec<Work>, answers: Vec<Vec<Result<()>>>, started: Instant) {
        if self.probe_at.take().is_some() {
            tracing::info!("there is space again: writes are accepted");
            self.shared.set_read_only(None);
        }
        let entries: usize = answers.iter().map(|answer| answer.len().max(1)).sum();
        let health = &self.shared.counters;
        health.commits.fetch_add(1, Ordering::Relaxed);
        health.entries.fetch_add(entries as u64, Ordering::Relaxed);
        let took = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        health.last_commit_us.store(took, Ordering::Relaxed);
        self.shared.recent.lock().unwrap_or_else(PoisonError::into_inner).commit(&mut self.tx.touched);
        self.answer(group, answers);
        self.shared.checkpoint.after_commit(self.tx.conn);
    }

    fn answer(&self, group: &mut Vec<Work>, answers: Vec<Vec<Result<()>>>) {
        let listening = !self.shared.feed.is_idle();
        let mut segments = Vec::new();
        for (work, answer) in group.drain(..).zip(answers) {
            match work {
                Work::Append(Batch { entries, done }, _) => {
                    if listening {
                        let committed = entries.into_iter().zip(&answer).filter(|(_, answer)| answer.is_ok());
                        segments.extend(committed.flat_map(|(entry, _)| entry.into_segments()));
                    }
                    done(answer);
                }
                Work::Call(call) => call.answer(),
                Work::Alone(_) => {}
            }
        }
        if !segments.is_empty() {
            // Its thread ends after this one.
            drop(self.fan_out.send(segments));
        }
    }
}

fn refuse_all(group: &mut Vec<Work>, error: &StoreError) {
    group.drain(..).for_each(|work| work.refuse(error));
}
