//! Reading executions: segments, rows, pages and statistics, on a reader's connection.

use model::{ExecutionId, Status, TenantId, VersionId, WorkflowId};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params_from_iter};

use super::rollup::{status, tally};
use crate::journal::{
    ExecutionPage, ExecutionQuery, ExecutionRow, InboxMessage, LIST_MAX, Segment, Seq, Statistics, StatisticsQuery,
};
use crate::rollup::{ALL_TIME, statistics as add_up};
use crate::{Result, StoreError};

/// The columns that [`row`] reads.
pub(super) const COLUMNS: &str =
    "id, tenant, workflow, version, trigger, status, next_seq, wake_at, duration_us, recover_count, error";

/// An execution from its columns.
pub(super) fn row(row: &Row<'_>) -> Result<ExecutionRow> {
    Ok(ExecutionRow {
        id: ExecutionId(row.get(0)?),
        tenant: TenantId(row.get(1)?),
        workflow: row.get::<_, Option<i64>>(2)?.map(WorkflowId),
        version: VersionId(row.get(3)?),
        trigger: row.get(4)?,
        status: status(row.get(5)?)?,
        next_seq: row.get::<_, i64>(6)?.cast_unsigned(),
        wake_at: row.get(7)?,
        duration_us: row.get::<_, i64>(8)?.cast_unsigned(),
        recover_count: row.get(9)?,
        error: row.get(10)?,
    })
}

/// Segments with events after `after`.
pub(super) fn segments(
    conn: &Connection,
    execution: ExecutionId,
    after: Seq,
    max_bytes: usize,
) -> Result<Vec<Segment>> {
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let mut found = Vec::new();
    let mut taken = 0;
    let mut first = conn.prepare_cached("SELECT seq_to, bytes FROM segment WHERE execution = ?1 AND seq_to > ?2")?;
    let segment = first
        .query_row((execution.0, after), |row| {
            let bytes: Vec<u8> = row.get(1)?;
            Ok(Segment { execution, seq_from: 1, seq_to: row.get::<_, i64>(0)?.cast_unsigned(), bytes: bytes.into() })
        })
        .optional()?;
    found.extend(segment.inspect(|segment| taken += segment.bytes.len().max(1)));
    // The segment that holds `after` begins at or before it.
    let mut later = conn.prepare_cached(
        "SELECT seq_from, seq_to, bytes FROM segment_later
         WHERE execution = ?1 AND seq_to > ?2 AND seq_from >= coalesce(
             (SELECT max(seq_from) FROM segment_later WHERE execution = ?1 AND seq_from <= ?2), 0)
         ORDER BY seq_from",
    )?;
    let mut rows = later.query((execution.0, after))?;
    while taken < max_bytes || found.is_empty() {
        let Some(row) = rows.next()? else { break };
        let bytes = row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?;
        taken += bytes.len().max(1);
        if taken > max_bytes && !found.is_empty() {
            break;
        }
        let bytes = bytes::Bytes::copy_from_slice(bytes);
        let (seq_from, seq_to) = (row.get::<_, i64>(0)?.cast_unsigned(), row.get::<_, i64>(1)?.cast_unsigned());
        found.push(Segment { execution, seq_from, seq_to, bytes });
    }
    Ok(found)
}

fn by_id(conn: &Connection, id: i64) -> Result<Option<ExecutionRow>> {
    let mut find = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM execution WHERE id = ?1"))?;
    find.query_row((id,), |found| Ok(row(found))).optional()?.transpose()
}

/// Rows by id.
pub(super) fn executions(conn: &Connection, tenant: TenantId, ids: &[ExecutionId]) -> Result<Vec<ExecutionRow>> {
    let mut rows = Vec::with_capacity(ids.len());
    for id in ids {
        rows.extend(by_id(conn, id.0)?.filter(|row| row.tenant == tenant));
    }
    Ok(rows)
}

/// A page: the walks over the index of each status are merged, so that any filter is fast at any depth.
pub(super) fn list(conn: &Connection, query: &ExecutionQuery) -> Result<ExecutionPage> {
    let mut statuses = if query.statuses.is_empty() { Status::ALL.to_vec() } else { query.statuses.clone() };
    statuses.sort_unstable();
    statuses.dedup();
    let counts = counts(conn, query)?;
    statuses.retain(|status| counts[usize::from(status.code())] > 0);
    let total = query.total.then(|| statuses.iter().map(|status| counts[usize::from(status.code())]).sum::<u64>());
    let limit = query.limit.min(LIST_MAX);
    let mut page = ExecutionPage { total: total.map(|total| (total, true)), ..ExecutionPage::default() };
    if statuses.is_empty() {
        return Ok(page);
    }
    let (index, filter) = match query.workflow {
        None => ("execution_tenant", "tenant = ?1 AND ?2 IS NULL"),
        Some(_) => ("execution_workflow", "workflow = ?2 AND tenant = ?1"),
    };
    let walks: Vec<_> = statuses
        .iter()
        .map(|status| {
            let code = status.code();
            format!("SELECT id FROM execution INDEXED BY {index} WHERE {filter} AND status = {code} AND id < ?3")
        })
        .collect();
    let sql = format!("{} ORDER BY id DESC LIMIT ?4 OFFSET ?5", walks.join(" UNION ALL "));
    let before = query.before.map_or(i64::MAX, |before| before.0);
    let parameters = [
        Value::from(query.tenant.0),
        query.workflow.map_or(Value::Null, |workflow| Value::from(workflow.0)),
        Value::from(before),
        Value::from(i64::try_from(limit + 1).unwrap_or(i64::MAX)),
        Value::from(i64::try_from(query.skip).unwrap_or(i64::MAX)),
    ];
    let mut walk = conn.prepare_cached(&sql)?;
    let ids: Vec<i64> =
        walk.query_map(params_from_iter(parameters), |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    page.more = ids.len() > limit;
    for &id in ids.iter().take(limit) {
        page.rows.extend(by_id(conn, id)?);
    }
    Ok(page)
}

/// How many executions there are by status, of a tenant or one of its workflows.
fn counts(conn: &Connection, query: &ExecutionQuery) -> Result<[u64; Status::ALL.len()]> {
    let filter = if query.workflow.is_some() { "workflow = ?3" } else { "?3 IS NULL" };
    let mut find = conn.prepare_cached(&format!(
        "SELECT status, sum(count) FROM execution_rollup WHERE tenant = ?1 AND hour = ?2 AND {filter} GROUP BY status"
    ))?;
    let mut rows = find.query((query.tenant.0, ALL_TIME, query.workflow.map(|workflow| workflow.0)))?;
    let mut counts = [0; Status::ALL.len()];
    while let Some(row) = rows.next()? {
        let code = status(row.get(0)?)?.code();
        counts[usize::from(code)] = row.get::<_, i64>(1)?.max(0).cast_unsigned();
    }
    Ok(counts)
}

/// Counts and durations.
pub(super) fn statistics(conn: &Connection, query: StatisticsQuery) -> Result<Statistics> {
    let hours = if query.from_hour.is_some() { "hour >= ?2" } else { "hour = ?2" };
    let filter = if query.workflow.is_some() { "workflow = ?3" } else { "?3 IS NULL" };
    let from = query.from_hour.map_or(ALL_TIME, |hour| hour.max(0));
    let mut find = conn.prepare_cached(&format!(
        "SELECT status, count, sum_us, sketch FROM execution_rollup WHERE tenant = ?1 AND {hours} AND {filter}"
    ))?;
    let mut rows = find.query((query.tenant.0, from, query.workflow.map(|workflow| workflow.0)))?;
    let mut tallies = Vec::new();
    while let Some(row) = rows.next()? {
        let tally = tally(row, 1).map_err(|_| StoreError::Corrupt("a row of statistics cannot be read".into()))?;
        tallies.push((status(row.get(0)?)?, tally));
    }
    Ok(add_up(tallies.into_iter()))
}

/// Open executions whose time has come.
pub(super) fn due(conn: &Connection, now_ms: i64, limit: usize) -> Result<Vec<ExecutionRow>> {
    let mut find = conn.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM execution INDEXED BY execution_wake
         WHERE wake_at IS NOT NULL AND wake_at <= ?1 AND status < {} ORDER BY wake_at, id LIMIT ?2",
        Status::Succeeded.code()
    ))?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    find.query_map((now_ms, limit), |found| Ok(row(found)))?.map(|found| found?).collect()
}

/// Messages that wait.
pub(super) fn inbox(conn: &Connection, executions: &[ExecutionId]) -> Result<Vec<InboxMessage>> {
    let mut find = conn.prepare_cached(
        "SELECT id, message_id, kind, bytes FROM inbox WHERE execution = ?1 AND consumed = 0 ORDER BY id",
    )?;
    let mut messages = Vec::new();
    for &execution in executions {
        let found = find.query_map((execution.0,), |row| {
            let bytes: Vec<u8> = row.get(3)?;
            Ok(InboxMessage {
                row: row.get::<_, i64>(0)?.cast_unsigned(),
                execution,
                message_id: row.get(1)?,
                kind: row.get(2)?,
                bytes: bytes.into(),
            })
        })?;
        messages.extend(found.collect::<rusqlite::Result<Vec<_>>>()?);
    }
    messages.sort_by_key(|message| message.row);
    messages.dedup_by_key(|message| message.row);
    Ok(messages)
}
