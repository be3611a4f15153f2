//! Long histories: what lies before a snapshot goes, oldest first, once an execution has more bytes than it may.

use rusqlite::{Connection, OptionalExtension};

use super::SqliteStore;
use super::parts::Gone;
use super::queue::Weight;
use super::writer::{Fault, Tx};
use crate::Result;

/// Segments that one transaction deletes.
const ROWS: usize = 200;
/// Executions with snapshots that are looked at in one read.
const LOOK_AT: i64 = 50;

/// Where the history of an execution is to begin.
#[derive(Clone, Copy, Debug)]
struct Cut {
    execution: i64,
    /// Seq of a snapshot.
    begin: i64,
}

impl SqliteStore {
    /// Trims every execution with snapshots to about `max` bytes; answers how many segments went.
    pub(super) async fn trim_histories(&self, max: u64) -> Result<u64> {
        let (mut after, mut removed) = (0, 0);
        loop {
            let (cuts, last) = self.readers.run(move |conn| cuts(conn, after, max)).await?;
            for cut in cuts {
                while let Some(gone) = self.write(FREES, move |tx| tx.trim(cut)).await? {
                    removed += gone;
                }
            }
            let Some(last) = last else { return Ok(removed) };
            after = last;
        }
    }
}

/// It removes things also while the disk is full.
const FREES: Weight = Weight { bytes: 0, frees: true };

/// What is to be cut among the next executions, and the last one that was looked at if there may be more.
fn cuts(conn: &Connection, after: i64, max: u64) -> Result<(Vec<Cut>, Option<i64>)> {
    let mut find = conn.prepare_cached(
        "SELECT DISTINCT execution FROM segment_later INDEXED BY segment_snapshot
         WHERE snapshot = 1 AND execution > ?1 ORDER BY execution LIMIT ?2",
    )?;
    let found = find.query_map((after, LOOK_AT), |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
    let mut cuts = Vec::new();
    for &execution in &found {
        cuts.extend(cut(conn, execution, max)?);
    }
    Ok((cuts, found.last().copied()))
}

/// The oldest snapshot from which on at most `max` bytes are left, else the newest one.
fn cut(conn: &Connection, execution: i64, max: u64) -> Result<Option<Cut>> {
    let mut newest_first = conn.prepare_cached(
        "SELECT seq_from, length(bytes) + (SELECT coalesce(sum(size), 0) FROM segment_part
             WHERE segment_part.execution = ?1 AND segment_part.seq_from = segment_later.seq_from), snapshot
         FROM segment_later WHERE execution = ?1 ORDER BY seq_from DESC",
    )?;
    let mut rows = newest_first.query((execution,))?;
    let (mut bytes, mut begin, mut settled, mut oldest) = (0u64, None, false, None);
    while let Some(row) = rows.next()? {
        oldest = Some(row.get(0)?);
        bytes += row.get::<_, i64>(1)?.cast_unsigned();
        settled |= bytes > max && begin.is_some();
        if !settled && row.get::<_, bool>(2)? {
            begin = oldest;
            settled = bytes > max;
        }
    }
    let mut first = conn.prepare_cached(
        "SELECT length(bytes) + (SELECT coalesce(sum(size), 0) FROM segment_part
             WHERE segment_part.execution = ?1 AND seq_from = 1) FROM segment WHERE execution = ?1",
    )?;
    let first: Option<i64> = first.query_row((execution,), |row| row.get(0)).optional()?;
    bytes += first.unwrap_or(0).cast_unsigned();
    let leaves_more = first.is_some() || begin != oldest;
    Ok(begin.filter(|_| bytes > max && leaves_more).map(|begin| Cut { execution, begin }))
}

impl Tx<'_> {
    /// Removes some segments; `None` once nothing is left to remove. The first segment goes first: from then on the
    /// history begins at the oldest snapshot that is there, at each moment in between too.
    fn trim(&self, cut: Cut) -> Result<Option<u64>, Fault> {
        let mut first = self.conn.prepare_cached("DELETE FROM segment WHERE execution = ?1")?;
        let mut later = self.conn.prepare_cached(
            "DELETE FROM segment_later WHERE id IN
                 (SELECT id FROM segment_later WHERE execution = ?1 AND seq_from < ?2 ORDER BY seq_from LIMIT ?3)",
        )?;
        let gone = first.execute((cut.execution,))? + later.execute((cut.execution, cut.begin, ROWS as i64))?;
        self.forget_parts(cut.execution, Gone::Oldest)?;
        Ok((gone > 0).then_some(gone as u64))
    }
}
