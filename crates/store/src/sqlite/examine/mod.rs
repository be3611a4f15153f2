//! Examining a whole store without changing it: does everything in it fit together?

mod bodies;
mod rows;
mod sums;

use model::ExecutionId;
use rusqlite::Connection;

use super::{SqliteStore, lists, open};
use crate::Result;
use crate::journal::ExecutionRow;

/// Findings that are kept; a store with more of them has one cause or is past repair.
const FLAWS_MAX: usize = 1_000;
/// Lines that SQLite gives about its pages, at most.
const PAGE_LINES: u32 = 20;

/// A promise about a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Promise {
    /// SQLite can read every page and index.
    Pages,
    /// Each execution's segments follow one another without a gap, from its first event or a snapshot on.
    Segments,
    /// Whatever has not ended has an owner or is released, and what is released wakes.
    Owner,
    /// Messages, keys and segments belong to an execution that is there.
    Belonging,
    /// Bodies that are referred to are there, whole and unchanged.
    Bodies,
    /// The statistics are those of the executions that are there.
    Statistics,
}

impl Promise {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Pages, Self::Segments, Self::Owner, Self::Belonging, Self::Bodies, Self::Statistics];

    /// Its name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pages => "pages",
            Self::Segments => "segments",
            Self::Owner => "owner",
            Self::Belonging => "belonging",
            Self::Bodies => "bodies",
            Self::Statistics => "statistics",
        }
    }

    /// What to do where it is broken.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Pages => "check the disk and restore a backup",
            Self::Segments | Self::Bodies => "restore a backup from before; without one this execution is lost",
            Self::Owner => "start the execution again: this one will not go on by itself",
            Self::Belonging => "nothing is lost by it: what it belongs to is gone already",
            Self::Statistics => {
                "figures and totals of lists are wrong, no execution is; restore a backup if they matter"
            }
        }
    }
}

/// A place where a promise is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Which one.
    pub promise: Promise,
    /// Where: `execution 0…`, `body 0…` and the like.
    pub place: String,
    /// What is there instead.
    pub detail: String,
}

/// What an examination found.
#[derive(Clone, Debug, Default)]
pub struct Examination {
    /// Executions that were looked at.
    pub executions: u64,
    /// Events that their segments hold.
    pub events: u64,
    /// Bodies that were read.
    pub bodies: u64,
    /// What is wrong, at most 1,000 of it.
    pub flaws: Vec<Flaw>,
    /// How much more is wrong.
    pub more: u64,
}

impl Examination {
    fn flaw(&mut self, promise: Promise, place: String, detail: impl Into<String>) {
        if self.flaws.len() < FLAWS_MAX {
            self.flaws.push(Flaw { promise, place, detail: detail.into() });
        } else {
            self.more += 1;
        }
    }
}

impl SqliteStore {
    /// Reads everything, and says what does not fit together. It takes as long as reading the file takes.
    ///
    /// # Errors
    /// The database cannot be read at all.
    pub async fn examine(&self) -> Result<Examination> {
        self.readers.run(examine).await
    }

    /// The executions after one, of whatever tenant, in the order of their ids. Unlike a list it relies on no index and
    /// no statistics.
    ///
    /// # Errors
    /// What reading can meet.
    pub async fn walk(&self, after: ExecutionId, limit: usize) -> Result<Vec<ExecutionRow>> {
        self.readers.run(move |conn| lists::after(conn, after, limit)).await
    }
}

fn examine(conn: &Connection) -> Result<Examination> {
    let mut found = Examination::default();
    conn.execute_batch("BEGIN")?;
    let done = all(conn, &mut found);
    conn.execute_batch("ROLLBACK")?;
    match done {
        // Damage was found already: what cannot be read because of it is no news.
        Err(_) if !found.flaws.is_empty() => {}
        done => done?,
    }
    Ok(found)
}

fn all(conn: &Connection, found: &mut Examination) -> Result<()> {
    pages(conn, found)?;
    rows::executions(conn, open::meta(conn, "lane")?, found)?;
    rows::strays(conn, found)?;
    bodies::examine(conn, found)?;
    sums::examine(conn, found)
}

fn pages(conn: &Connection, found: &mut Examination) -> Result<()> {
    let mut check = conn.prepare(&format!("PRAGMA integrity_check({PAGE_LINES})"))?;
    let mut lines = check.query(())?;
    while let Some(line) = lines.next()? {
        let line: String = line.get(0)?;
        if line != "ok" {
            found.flaw(Promise::Pages, "the database".into(), line);
        }
    }
    Ok(())
}
