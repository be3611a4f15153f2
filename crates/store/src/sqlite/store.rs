//! The store itself: its options, its threads, and how calls reach them.

use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rusqlite::Connection;

use super::checkpoint::Checkpoint;
use super::error::{Cause, cause};
use super::open::{self, DirLock};
use super::queue::{Asked, Caps, Queue, Weight, Work, closed};
use super::readers::Readers;
use super::writer::{self, Fault, Tx};
use crate::journal::Segment;
use crate::recent::Recent;
use crate::records::Kind;
use crate::{Clock, Feed, Result, StoreError};

/// When a commit counts as done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Synchronous {
    /// Once it is on the disk: what is acknowledged survives a power cut.
    #[default]
    Full,
    /// Once the system has it: a power cut may take the last commits with it.
    Normal,
}

impl Synchronous {
    pub(super) const fn word(self) -> &'static str {
        if cfg!(feature = "sabotage_sync_off") {
            return "OFF";
        }
        match self {
            Self::Full => "FULL",
            Self::Normal => "NORMAL",
        }
    }

    pub(super) const fn number(self) -> i64 {
        if cfg!(feature = "sabotage_sync_off") {
            return 0;
        }
        match self {
            Self::Full => 2,
            Self::Normal => 1,
        }
    }
}

/// What happens when the disk fails and the outcome of a commit is unknown.
#[derive(Clone)]
pub struct Fatal(Arc<dyn Fn(&str) + Send + Sync>);

impl Fatal {
    /// Calls this function with the reason. If it returns, the store refuses everything from then on.
    pub fn new(run: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(run))
    }

    pub(super) fn call(&self, reason: &str) {
        (self.0)(reason);
    }

    /// Refuses everything from then on, if the function returns.
    fn then_abandon(self, queue: Arc<Queue>) -> Self {
        Self::new(move |reason| {
            self.call(reason);
            queue.abandon();
        })
    }
}

impl Default for Fatal {
    /// Ends the process: the next one finds out what was committed.
    fn default() -> Self {
        Self::new(|reason| {
            tracing::error!(
                reason,
                "the disk failed; the process ends, so that the next one reads what is really there"
            );
            std::process::abort();
        })
    }
}

impl fmt::Debug for Fatal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fatal")
    }
}

/// Settings of a SQLite store.
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    /// When a commit counts as done.
    pub synchronous: Synchronous,
    /// Page cache of the writer, in KiB.
    pub cache_kib: u32,
    /// Page cache of each reader, in KiB.
    pub reader_cache_kib: u32,
    /// Bytes of the database that are mapped into memory; 0 maps none.
    pub mmap_bytes: u64,
    /// Threads that read.
    pub readers: usize,
    /// Entries and bytes of a usual transaction.
    pub group: (usize, usize),
    /// Entries and bytes of a transaction when more than the usual waits.
    pub deep_group: (usize, usize),
    /// Entries and bytes that may wait before `append` makes its caller wait.
    pub waiting: (usize, usize),
    /// Space on the disk that is left alone, so that reads and checkpoints go on while it is full; with `None` writes
    /// go on until SQLite finds no space.
    pub reserve_bytes: Option<u64>,
    /// How long a statement waits for another program that holds the database; the writer asks again without end.
    pub busy_timeout: Duration,
    /// The time, for the age of bodies and for when executions ended.
    pub clock: Clock,
    /// What happens when the disk fails.
    pub fatal: Fatal,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self {
            synchronous: Synchronous::Full,
            cache_kib: 12 << 10,
            reader_cache_kib: 4 << 10,
            mmap_bytes: 0,
            readers: 2,
            group: (512, 1 << 20),
            deep_group: (2_048, 4 << 20),
            waiting: (16_384, 32 << 20),
            reserve_bytes: Some(1 << 20),
            busy_timeout: Duration::from_secs(5),
            clock: Clock::default(),
            fatal: Fatal::default(),
        }
    }
}

/// Figures for health checks.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) commits: AtomicU64,
    pub(super) entries: AtomicU64,
    pub(super) last_commit_us: AtomicU64,
}

/// What the threads share.
pub(super) struct Shared {
    pub(super) dir: PathBuf,
    pub(super) queue: Arc<Queue>,
    pub(super) feed: Feed,
    pub(super) recent: Mutex<Recent>,
    pub(super) checkpoint: Checkpoint,
    pub(super) counters: Counters,
    pub(super) fatal: Fatal,
    pub(super) reserve_bytes: Option<u64>,
    pub(super) clock: Clock,
    /// Bodies that came in since the store was opened.
    pub(super) uploads: AtomicU64,
    read_only: Mutex<Option<String>>,
}

impl Shared {
    /// Runs a write inside the next transaction and answers after its commit.
    pub(super) async fn write<T, F>(&self, weight: Weight, run: F) -> Result<T>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
        T: Send + 'static,
    {
        let (work, answer) = Asked::work(run, weight);
        self.queue.push(work, false);
        answer.await.map_err(|_| closed())?
    }

    pub(super) fn read_only(&self) -> Option<String> {
        self.read_only.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_read_only(&self, reason: Option<String>) {
        *self.read_only.lock().unwrap_or_else(PoisonError::into_inner) = reason;
    }
}

/// Executions and records in one SQLite file. Dropping it writes what waits and closes the file.
pub struct SqliteStore {
    pub(super) shared: Arc<Shared>,
    pub(super) readers: Readers,
    pub(super) path: PathBuf,
    pub(super) options: SqliteOptions,
    kinds: Mutex<HashSet<&'static str>>,
    threads: Vec<JoinHandle<()>>,
    _lock: DirLock,
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.path).finish_non_exhaustive()
    }
}

impl SqliteStore {
    /// Opens the store in a data directory, or makes it; takes the steps to this build's schema.
    ///
    /// # Errors
    /// `Unavailable` when another process has the directory or it cannot be written, `Full` when the disk is full,
    /// `Corrupt` when the file is of another program or a newer one.
    pub fn open(dir: &Path, options: SqliteOptions) -> Result<Self> {
        let path = open::prepare_dir(dir)?;
        let lock = DirLock::take(dir)?;
        let writer = open::writer(&path, &options)?;
        let lane = begin_lane(&writer)?;
        let copier = open::beside(&path, &options)?;
        let connections: Result<Vec<_>> = (0..options.readers.max(1)).map(|_| open::reader(&path, &options)).collect();
        let caps = Caps { group: options.group, deep: options.deep_group, waiting: options.waiting };
        let queue = Arc::new(Queue::new(caps));
        let fatal = options.fatal.clone().then_abandon(queue.clone());
        let shared = Arc::new(Shared {
            dir: dir.to_owned(),
            queue,
            feed: Feed::default(),
            recent: Mutex::new(Recent::new(options.clock.now_ms(), lane)),
            checkpoint: Checkpoint::new(options.busy_timeout, fatal.clone()),
            counters: Counters::default(),
            fatal,
            reserve_bytes: options.reserve_bytes,
            clock: options.clock.clone(),
            uploads: AtomicU64::new(0),
            read_only: Mutex::default(),
        });
        let no_thread = |error: std::io::Error| StoreError::Unavailable(format!("no thread could be started: {error}"));
        let readers = Readers::start(connections?).map_err(no_thread)?;
        let threads = start(&shared, writer, copier, lane).map_err(no_thread)?;
        Ok(Self { shared, readers, path, options, kinds: Mutex::default(), threads, _lock: lock })
    }

    /// Opens the store in a data directory to look at it: whatever would change it is refused, and no step to this
    /// build's schema is taken. Nobody else can open it meanwhile.
    ///
    /// # Errors
    /// `NotFound` when there is no store; `Unavailable` when another process has the directory or the schema is older
    /// than this build's; `Corrupt` when the file is of another program or a newer one.
    pub fn open_read_only(dir: &Path, options: SqliteOptions) -> Result<Self> {
        let path = dir.join(open::FILE);
        if !path.is_file() {
            return Err(StoreError::NotFound(format!("the database {}", path.display())));
        }
        let lock = DirLock::take(dir)?;
        let connections: Result<Vec<_>> =
            (0..options.readers.max(1)).map(|_| open::only_reader(&path, &options)).collect();
        let caps = Caps { group: options.group, deep: options.deep_group, waiting: options.waiting };
        let queue = Arc::new(Queue::new(caps));
        queue.close();
        let fatal = options.fatal.clone();
        let shared = Arc::new(Shared {
            dir: dir.to_owned(),
            queue,
            feed: Feed::default(),
            recent: Mutex::new(Recent::new(options.clock.now_ms(), 0)),
            checkpoint: Checkpoint::new(options.busy_timeout, fatal.clone()),
            counters: Counters::default(),
            fatal,
            reserve_bytes: None,
            clock: options.clock.clone(),
            uploads: AtomicU64::new(0),
            read_only: Mutex::new(Some("it was opened to be looked at".into())),
        });
        let no_thread = |error: std::io::Error| StoreError::Unavailable(format!("no thread could be started: {error}"));
        let readers = Readers::start(connections?).map_err(no_thread)?;
        Ok(Self { shared, readers, path, options, kinds: Mutex::default(), threads: Vec::new(), _lock: lock })
    }

    /// Runs a write inside the next transaction and answers after its commit.
    pub(super) async fn write<T, F>(&self, weight: Weight, run: F) -> Result<T>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
        T: Send + 'static,
    {
        self.shared.write(weight, run).await
    }

    /// Runs something on the writer's connection between transactions.
    pub(super) async fn alone<T: Send + 'static>(
        &self,
        run: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T> {
        let (reply, answer) = tokio::sync::oneshot::channel();
        let fatal = self.shared.fatal.clone();
        let run = move |conn: &Connection| {
            let done = run(conn);
            if let Err(error) = &done
                && cause(error) == Cause::Io
            {
                fatal.call(&error.to_string());
            }
            // A caller that is gone is no reason to fail.
            drop(reply.send(done.map_err(StoreError::from)));
        };
        self.shared.queue.push(Work::Alone(Box::new(run)), false);
        answer.await.map_err(|_| closed())?
    }

    pub(super) fn knows(&self, kind: &Kind) -> bool {
        self.kinds.lock().unwrap_or_else(PoisonError::into_inner).contains(kind.name)
    }

    pub(super) fn learn(&self, kind: &Kind) {
        self.kinds.lock().unwrap_or_else(PoisonError::into_inner).insert(kind.name);
    }
}

/// Counts this opening of the store, so that executions of earlier ones are seen to have no owner.
fn begin_lane(conn: &Connection) -> Result<i64> {
    conn.execute_batch("BEGIN IMMEDIATE")?;
    let lane = open::meta(conn, "lane")? + 1;
    open::set_meta(conn, "lane", lane)?;
    if open::meta(conn, "incarnation")? == 0 {
        open::set_meta(conn, "incarnation", 1)?;
    }
    conn.execute_batch("COMMIT")?;
    Ok(lane)
}

fn start(
    shared: &Arc<Shared>,
    writer: Connection,
    copier: Connection,
    lane: i64,
) -> std::io::Result<Vec<JoinHandle<()>>> {
    let (fan_out, committed) = mpsc::channel::<Vec<Segment>>();
    let spawn = |name: &str, run: Box<dyn FnOnce() + Send>| thread::Builder::new().name(name.into()).spawn(run);
    let feed = shared.feed.clone();
    let for_writer = shared.clone();
    let for_copier = shared.clone();
    Ok(vec![
        spawn(
            "store-write",
            Box::new(move || {
                if let Err(error) = writer::run(&writer, lane, for_writer.clone(), fan_out) {
                    tracing::error!(%error, "the writer could not begin");
                    for_writer.queue.abandon();
                }
                for_writer.checkpoint.close();
            }),
        )?,
        spawn("store-copy", Box::new(move || for_copier.checkpoint.copy(&copier)))?,
        spawn("store-feed", Box::new(move || committed.iter().flatten().for_each(|segment| feed.publish(&segment))))?,
    ])
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.shared.queue.close();
        for thread in self.threads.drain(..) {
            // The last handle may be dropped by an answer, on the writer's own thread.
            if thread.thread().id() != thread::current().id() {
                drop(thread.join());
            }
        }
    }
}

impl SqliteStore {
    pub(super) fn counters(&self) -> (u64, u64, u64) {
        let Counters { commits, entries, last_commit_us } = &self.shared.counters;
        (commits.load(Ordering::Relaxed), entries.load(Ordering::Relaxed), last_commit_us.load(Ordering::Relaxed))
    }
}
