//! Reading executions: rows, pages and statistics, on a reader's connection.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use model::{ExecutionId, Status, TenantId, VersionId, WorkflowId};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params_from_iter};

use super::rollup::{status, tally};
use crate::journal::{
    ExecutionPage, ExecutionQuery, ExecutionRow, InboxMessage, LIST_MAX, Origin, OriginKind, SeriesQuery, Statistics,
    StatisticsQuery, TOTAL_MAX,
};
use crate::recent::Recent;
use crate::rollup::{ALL_TIME, Tally, statistics as add_up};
use crate::{Result, StoreError};

/// The columns that [`row`] reads.
pub(super) const COLUMNS: &str = "id, tenant, workflow, version, trigger, status, next_seq, wake_at, duration_us, recover_count, error, origin, \
     origin_kind, priority, flow_key";

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
        origin: origin(row.get(11)?, row.get(12)?)?,
        priority: row.get(13)?,
        flow_key: row.get(14)?,
    })
}

fn origin(execution: Option<i64>, kind: Option<u8>) -> Result<Option<Origin>> {
    let (Some(execution), Some(code)) = (execution, kind) else { return Ok(None) };
    let unknown = || StoreError::Corrupt(format!("an execution has an origin of kind {code}"));
    let kind = OriginKind::from_code(code).ok_or_else(unknown)?;
    Ok(Some(Origin { execution: ExecutionId(execution), kind }))
}

fn by_id(conn: &Connection, id: i64) -> Result<Option<ExecutionRow>> {
    let mut find = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM execution WHERE id = ?1"))?;
    find.query_row((id,), |found| Ok(row(found))).optional()?.transpose()
}

/// The rows after an id, of all tenants.
pub(super) fn after(conn: &Connection, after: ExecutionId, limit: usize) -> Result<Vec<ExecutionRow>> {
    let sql = format!("SELECT {COLUMNS} FROM execution NOT INDEXED WHERE id > ?1 ORDER BY id LIMIT ?2");
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    conn.prepare_cached(&sql)?.query_map((after.0, limit), |found| Ok(row(found)))?.map(|found| found?).collect()
}

/// Rows by id.
pub(super) fn executions(conn: &Connection, tenant: TenantId, ids: &[ExecutionId]) -> Result<Vec<ExecutionRow>> {
    let mut rows = Vec::with_capacity(ids.len());
    for id in ids {
        rows.extend(by_id(conn, id.0)?.filter(|row| row.tenant == tenant));
    }
    Ok(rows)
}

/// A page of a list, or of what changed.
pub(super) fn page(conn: &Connection, query: &ExecutionQuery, recent: &Mutex<Recent>) -> Result<ExecutionPage> {
    let recent = || recent.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(cursor) = query.since else {
        // Before the rows are read: what is committed meanwhile is told again rather than not at all.
        let cursor = recent().now();
        return Ok(ExecutionPage { cursor, ..list(conn, query)? });
    };
    let since = recent().since(cursor)?;
    let mut page = since.page(query, |id| by_id(conn, id.0))?;
    if query.total {
        page.total = list(conn, &ExecutionQuery { limit: 0, ..query.clone() })?.total;
    }
    Ok(page)
}

/// A page: the walks over the index of each status are merged, so that any filter is fast at any depth.
fn list(conn: &Connection, query: &ExecutionQuery) -> Result<ExecutionPage> {
    let mut statuses = if query.statuses.is_empty() { Status::ALL.to_vec() } else { query.statuses.clone() };
    statuses.sort_unstable();
    statuses.dedup();
    // One state of the store for all of it: an execution that changes its status meanwhile is neither missed nor found twice.
    let conn = &*conn.unchecked_transaction()?;
    let counts = counts(conn, query)?;
    statuses.retain(|status| counts[usize::from(status.code())] > 0);
    let limit = query.limit.min(LIST_MAX);
    let mut page = ExecutionPage { total: query.total.then_some((0, true)), ..ExecutionPage::default() };
    if statuses.is_empty() {
        return Ok(page);
    }
    let walk = Walk::new(query, &statuses);
    if query.total {
        page.total = Some(if query.is_narrow() {
            walk.count(conn)?
        } else {
            (statuses.iter().map(|status| counts[usize::from(status.code())]).sum(), true)
        });
    }
    let ids = walk.ids(conn, query, limit + 1)?;
    page.more = ids.len() > limit;
    for &id in ids.iter().take(limit) {
        page.rows.extend(by_id(conn, id)?);
    }
    Ok(page)
}

/// The statement that finds a query's executions, newest first, and its first parameters; the last one is the id below
/// which it looks.
struct Walk {
    sql: String,
    filter: Vec<Value>,
    below: i64,
}

impl Walk {
    fn new(query: &ExecutionQuery, statuses: &[Status]) -> Self {
        let mut filter = vec![Value::from(query.tenant.0)];
        let mut terms = String::from("tenant = ?1");
        let mut add = |term: &str, value: Option<Value>| {
            if let Some(value) = value {
                filter.push(value);
                terms += &format!(" AND {term} ?{}", filter.len());
            }
        };
        add("workflow =", query.workflow.map(|workflow| Value::from(workflow.0)));
        add("origin =", query.origin.map(|origin| Value::from(origin.0)));
        add("flow_key =", query.flow_key.clone().map(Value::from));
        add("trigger =", query.trigger.clone().map(Value::from));
        add("id >=", query.from.map(|from| Value::from(from.0)));
        let below = filter.len() + 1;
        let index = match query {
            ExecutionQuery { origin: Some(_), .. } => "execution_origin",
            ExecutionQuery { flow_key: Some(_), .. } => "execution_flow",
            ExecutionQuery { workflow: Some(_), .. } => "execution_workflow",
            _ => "execution_tenant",
        };
        let walk = |status: String| {
            format!("SELECT id FROM execution INDEXED BY {index} WHERE {terms} AND {status} AND id < ?{below}")
        };
        let sql = if query.origin.is_some() {
            // One walk over the few that come from it.
            let codes: Vec<_> = statuses.iter().map(|status| status.code().to_string()).collect();
            walk(format!("status IN ({})", codes.join(", ")))
        } else {
            let walks: Vec<_> = statuses.iter().map(|status| walk(format!("status = {}", status.code()))).collect();
            walks.join(" UNION ALL ")
        };
        Self { sql, filter, below: query.to.map_or(i64::MAX, |to| to.0) }
    }

    fn parameters(&self, below: i64, last: &[usize]) -> Vec<Value> {
        let mut all = self.filter.clone();
        all.push(Value::from(below));
        all.extend(last.iter().map(|&number| Value::from(i64::try_from(number).unwrap_or(i64::MAX))));
        all
    }

    fn ids(&self, conn: &Connection, query: &ExecutionQuery, limit: usize) -> Result<Vec<i64>> {
        let at = self.filter.len() + 2;
        let sql = format!("{} ORDER BY id DESC LIMIT ?{at} OFFSET ?{}", self.sql, at + 1);
        let below = query.before.map_or(self.below, |before| before.0.min(self.below));
        let skip = usize::try_from(query.skip).unwrap_or(usize::MAX);
        let parameters = self.parameters(below, &[limit, skip]);
        let mut find = conn.prepare_cached(&sql)?;
        let ids = find.query_map(params_from_iter(parameters), |row| row.get(0))?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }

    /// How many there are, as far as is counted.
    fn count(&self, conn: &Connection) -> Result<(u64, bool)> {
        let sql = format!("SELECT count(*) FROM ({} LIMIT ?{})", self.sql, self.filter.len() + 2);
        let parameters = self.parameters(self.below, &[TOTAL_MAX + 1]);
        let count: i64 = conn.prepare_cached(&sql)?.query_row(params_from_iter(parameters), |row| row.get(0))?;
        let count = usize::try_from(count).unwrap_or(0);
        Ok((count.min(TOTAL_MAX) as u64, count <= TOTAL_MAX))
    }
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
        tallies.push((status(row.get(0)?)?, tally_of(row, 1)?));
    }
    Ok(add_up(tallies.into_iter()))
}

/// Counts and durations from hour to hour.
pub(super) fn series(conn: &Connection, query: &SeriesQuery) -> Result<Vec<Statistics>> {
    let mut places: Vec<Vec<(Status, Tally)>> = vec![Vec::new(); query.from_hours.len()];
    let Some(first) = query.from_hours.first() else { return Ok(Vec::new()) };
    let mut find = conn.prepare_cached(
        "SELECT hour, status, count, sum_us, sketch FROM execution_rollup WHERE tenant = ?1 AND hour >= ?2",
    )?;
    let mut rows = find.query((query.tenant.0, (*first).max(0)))?;
    while let Some(row) = rows.next()? {
        let Some(place) = query.place(row.get(0)?) else { continue };
        let (status, tally) = (status(row.get(1)?)?, tally_of(row, 2)?);
        // Rows of many workflows: one for each status is enough to keep.
        match places[place].iter_mut().find(|(known, _)| *known == status) {
            Some((_, known)) => known.merge(&tally),
            None => places[place].push((status, tally)),
        }
    }
    Ok(places.into_iter().map(|tallies| add_up(tallies.into_iter())).collect())
}

fn tally_of(row: &Row<'_>, at: usize) -> Result<Tally> {
    tally(row, at).map_err(|_| StoreError::Corrupt("a row of statistics cannot be read".into()))
}

/// The newest execution of each workflow that has one later than this. It walks the rows of all that are later.
pub(super) fn newest(
    conn: &Connection,
    tenant: TenantId,
    after: ExecutionId,
) -> Result<Vec<(WorkflowId, ExecutionId)>> {
    let mut find = conn.prepare_cached(
        "SELECT id, workflow FROM execution NOT INDEXED WHERE id > ?2 AND tenant = ?1 AND workflow IS NOT NULL ORDER BY id",
    )?;
    let mut rows = find.query((tenant.0, after.0))?;
    let mut newest = HashMap::new();
    while let Some(row) = rows.next()? {
        newest.insert(WorkflowId(row.get(1)?), ExecutionId(row.get(0)?));
    }
    Ok(newest.into_iter().collect())
}

/// Messages that wait.
pub(super) fn inbox(conn: &Connection, executions: &[(TenantId, ExecutionId)]) -> Result<Vec<InboxMessage>> {
    let mut find = conn.prepare_cached(
        "SELECT id, message_id, kind, bytes FROM inbox WHERE execution = ?1 AND consumed = 0
             AND EXISTS (SELECT 1 FROM execution WHERE execution.id = ?1 AND tenant = ?2) ORDER BY id",
    )?;
    let mut messages = Vec::new();
    for &(tenant, execution) in executions {
        let found = find.query_map((execution.0, tenant.0), |row| {
            let bytes: Vec<u8> = row.get(3)?;
            Ok(InboxMessage {
                row: row.get::<_, i64>(0)?.cast_unsigned(),
                tenant,
                execution,
                message_id: row.get(1)?,
                kind: row.get(2)?,
                bytes: bytes.into(),
                joins: None,
            })
        })?;
        messages.extend(found.collect::<rusqlite::Result<Vec<_>>>()?);
    }
    messages.sort_by_key(|message| message.row);
    messages.dedup_by_key(|message| message.row);
    Ok(messages)
}
