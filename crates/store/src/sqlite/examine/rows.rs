//! Executions, their segments and owners, and what belongs to them.

use model::{ExecutionId, Status};
use rusqlite::{Connection, Row, Statement};

use super::{Examination, Promise};
use crate::Result;
use crate::journal::is_at_rest;

/// An execution as far as this looks at it.
struct Seen {
    id: ExecutionId,
    status: u8,
    next_seq: i64,
    lane: i64,
    wake_at: Option<i64>,
    /// The last event of its first segment.
    first: Option<i64>,
    /// Whether a message waits for it.
    has_message: bool,
}

impl Seen {
    fn from(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: ExecutionId(row.get(0)?),
            status: row.get(1)?,
            next_seq: row.get(2)?,
            lane: row.get(3)?,
            wake_at: row.get(4)?,
            first: row.get(5)?,
            has_message: row.get(6)?,
        })
    }

    fn place(&self) -> String {
        format!("execution {}", self.id)
    }
}

/// Looks at every execution. `newest_lane` is the number of openings of this store.
pub(super) fn executions(conn: &Connection, newest_lane: i64, found: &mut Examination) -> Result<()> {
    let mut all = conn.prepare(
        "SELECT id, status, next_seq, lane, wake_at, (SELECT seq_to FROM segment WHERE segment.execution = id),
             EXISTS (SELECT 1 FROM inbox WHERE inbox.execution = execution.id AND consumed = 0)
         FROM execution ORDER BY id",
    )?;
    let mut later =
        conn.prepare("SELECT seq_from, seq_to, snapshot FROM segment_later WHERE execution = ?1 ORDER BY seq_from")?;
    let mut rows = all.query(())?;
    while let Some(row) = rows.next()? {
        let seen = Seen::from(row)?;
        found.executions += 1;
        if let Some(wrong) = owner(&seen, newest_lane) {
            found.flaw(Promise::Owner, seen.place(), wrong);
        }
        match segments(&seen, &mut later)? {
            Ok(events) => found.events += events.cast_unsigned(),
            Err(wrong) => found.flaw(Promise::Segments, seen.place(), wrong),
        }
    }
    Ok(())
}

/// What is wrong with who owns an execution.
fn owner(seen: &Seen, newest_lane: i64) -> Option<String> {
    let Some(status) = Status::from_code(seen.status) else {
        return Some(format!("its status has the number {}, which stands for none", seen.status));
    };
    if status.is_terminal() {
        return None;
    }
    if seen.lane.abs() > newest_lane {
        return Some(format!("it belongs to opening {} of the store, and there were {newest_lane}", seen.lane.abs()));
    }
    let word = status.as_str();
    match (is_at_rest(status), seen.lane > 0) {
        (true, true) => Some(format!("it is {word} and not released: nothing wakes it")),
        (false, false) => Some(format!("it is {word} and nobody owns it")),
        (true, false) if seen.has_message && seen.lane == 0 && seen.wake_at != Some(0) => {
            Some(format!("it is {word}, a message waits for it, and it is not due"))
        }
        (true, false) if status == Status::Delayed && seen.wake_at.is_none() && !seen.has_message => {
            Some("it is delayed without a time to wake at".into())
        }
        _ => None,
    }
}

/// How many events an execution's segments hold, or what is wrong with them.
fn segments(seen: &Seen, later: &mut Statement<'_>) -> Result<Result<i64, String>> {
    let rows = later.query_map((seen.id.0,), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let mut rest: Vec<(i64, i64, bool)> = rows.collect::<rusqlite::Result<_>>()?;
    let begin = match seen.first {
        Some(_) => 1,
        None => match rest.iter().position(|&(.., snapshot)| snapshot) {
            Some(oldest) => {
                // What is older may be on its way out.
                rest.drain(..oldest);
                rest[0].0
            }
            None => 1,
        },
    };
    let mut next = seen.first.map_or(begin, |last| last + 1);
    for (from, to, _) in rest {
        if from > next {
            return Ok(Err(format!("events {next} to {} are missing", from - 1)));
        }
        if from < next || to < from {
            return Ok(Err(format!("the segment of events {from} to {to} follows event {}", next - 1)));
        }
        next = to + 1;
    }
    Ok(if next == seen.next_seq {
        Ok(next - begin)
    } else {
        Err(format!("its segments end with event {}, and its row expects {} next", next - 1, seen.next_seq))
    })
}

/// Looks for what belongs to no execution.
pub(super) fn strays(conn: &Connection, found: &mut Examination) -> Result<()> {
    for (what, table) in [
        ("a first segment", "segment"),
        ("a later segment", "segment_later"),
        ("a message", "inbox"),
        ("an idempotency key", "idempotency"),
        ("a reference to a body", "blob_ref"),
        ("a part of a segment", "segment_part"),
    ] {
        let mut find = conn.prepare(&format!(
            "SELECT DISTINCT execution FROM {table} WHERE execution NOT IN (SELECT id FROM execution)"
        ))?;
        let mut rows = find.query(())?;
        while let Some(row) = rows.next()? {
            let place = format!("execution {}", ExecutionId(row.get(0)?));
            found.flaw(Promise::Belonging, place, format!("{what} is kept for it, and it is not there"));
        }
    }
    Ok(())
}
