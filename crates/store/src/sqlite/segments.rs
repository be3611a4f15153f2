//! Reading the segments of an execution, on a reader's connection.

use bytes::Bytes;
use model::{ExecutionId, TenantId};
use rusqlite::Connection;

use super::parts;
use crate::Result;
use crate::journal::{ReadFrom, Segment};

/// The first segment of an execution, as far as it is asked for.
enum First {
    /// Reading begins with it.
    Wanted(Segment),
    /// It is there, and reading begins after it.
    Passed,
    /// It was deleted, or never written.
    Gone,
}

/// Segments from a place on.
pub(super) fn read(
    conn: &Connection,
    (tenant, execution): (TenantId, ExecutionId),
    from: ReadFrom,
    max_bytes: usize,
) -> Result<Vec<Segment>> {
    // The only way to segments, so that nobody reads another tenant's.
    let mut whose = conn.prepare_cached("SELECT 1 FROM execution WHERE id = ?1 AND tenant = ?2")?;
    if !whose.exists((execution.0, tenant.0))? {
        return Ok(Vec::new());
    }
    let after = match from {
        ReadFrom::After(after) => i64::try_from(after).unwrap_or(i64::MAX),
        ReadFrom::Snapshot(upto) => before_snapshot(conn, execution, i64::try_from(upto).unwrap_or(i64::MAX))?,
    };
    let mut found = Vec::new();
    let mut taken = 0;
    let begin = match first(conn, (tenant, execution), after)? {
        First::Wanted(segment) => {
            taken += segment.bytes.len().max(1);
            found.push(segment);
            0
        }
        First::Passed => 0,
        First::Gone => oldest_snapshot(conn, execution)?,
    };
    // The segment that holds `after` begins at or before it.
    let mut later = conn.prepare_cached(
        "SELECT seq_from, seq_to, bytes, snapshot FROM segment_later
         WHERE execution = ?1 AND seq_to > ?2 AND seq_from >= max(?3, coalesce(
             (SELECT max(seq_from) FROM segment_later WHERE execution = ?1 AND seq_from <= ?2), 0))
         ORDER BY seq_from",
    )?;
    let mut rows = later.query((execution.0, after, begin))?;
    let mut has_parts = None;
    while taken < max_bytes || found.is_empty() {
        let Some(row) = rows.next()? else { break };
        let own = row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?;
        // As long as the row is there, all is read as of one moment.
        let is_parted = match has_parts {
            Some(known) => known,
            None => *has_parts.insert(parts::any(conn, execution)?),
        };
        let left_out = if is_parted { parts::left_out(conn, execution, row.get(0)?)? } else { Vec::new() };
        taken += parts::size(own, &left_out).max(1);
        if taken > max_bytes && !found.is_empty() {
            break;
        }
        let bytes = Bytes::from(parts::whole(conn, own, &left_out)?);
        let (seq_from, seq_to) = (row.get::<_, i64>(0)?.cast_unsigned(), row.get::<_, i64>(1)?.cast_unsigned());
        found.push(Segment { tenant, execution, seq_from, seq_to, bytes, snapshot: row.get(3)? });
    }
    Ok(found)
}

fn first(conn: &Connection, (tenant, execution): (TenantId, ExecutionId), after: i64) -> Result<First> {
    let mut find =
        conn.prepare_cached("SELECT seq_to, iif(seq_to > ?2, bytes, NULL) FROM segment WHERE execution = ?1")?;
    let mut rows = find.query((execution.0, after))?;
    let Some(row) = rows.next()? else { return Ok(First::Gone) };
    let Some(own) = row.get_ref(1)?.as_blob_or_null().map_err(rusqlite::Error::from)? else {
        return Ok(First::Passed);
    };
    let seq_to = row.get::<_, i64>(0)?.cast_unsigned();
    let bytes = parts::whole(conn, own, &parts::left_out(conn, execution, 1)?)?;
    Ok(First::Wanted(Segment { tenant, execution, seq_from: 1, seq_to, bytes: bytes.into(), snapshot: false }))
}

/// Seq of the event before the newest snapshot that begins at or before `upto`; 0 without one.
fn before_snapshot(conn: &Connection, execution: ExecutionId, upto: i64) -> Result<i64> {
    let mut find = conn.prepare_cached(
        "SELECT max(seq_from) FROM segment_later INDEXED BY segment_snapshot
         WHERE execution = ?1 AND snapshot = 1 AND seq_from <= ?2",
    )?;
    let newest: Option<i64> = find.query_row((execution.0, upto), |row| row.get(0))?;
    Ok(newest.map_or(0, |seq| seq - 1))
}

/// Where the history of an execution begins whose first segment is gone.
fn oldest_snapshot(conn: &Connection, execution: ExecutionId) -> Result<i64> {
    let mut find = conn.prepare_cached(
        "SELECT min(seq_from) FROM segment_later INDEXED BY segment_snapshot WHERE execution = ?1 AND snapshot = 1",
    )?;
    Ok(find.query_row((execution.0,), |row| row.get::<_, Option<i64>>(0))?.unwrap_or(0))
}
