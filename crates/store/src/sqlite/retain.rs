//! Retention: what goes, goes in transactions of a few milliseconds, oldest first, and its pages return to the disk.

use std::collections::HashSet;
use std::sync::Arc;

use model::{Status, TenantId, WorkflowId};
use rusqlite::{Connection, OptionalExtension};

use super::SqliteStore;
use super::checkpoint::PAGE_BYTES;
use super::queue::Weight;
use super::remove::{Ended, LOOK_AT, first_to_go};
use crate::journal::{BlobHash, Retained, Retention, WorkflowRetention, first_id_at};
use crate::rollup::ALL_TIME;
use crate::{BLOB_GRACE_MS, Result};

/// Pages given back at once.
const PAGES: i64 = 1_000;
/// Bodies that are looked at in one read.
const BODIES: i64 = 200;

/// Retention removes things also while the disk is full.
const FREES: Weight = Weight { bytes: 0, frees: true };

/// Which ended executions go.
#[derive(Clone, Debug)]
pub(super) struct Going {
    pub(super) of: Of,
    pub(super) after: i64,
    /// Those with smaller ids.
    pub(super) below: i64,
    /// Not more than this many.
    pub(super) most: u64,
    pub(super) stays: Arc<Stays>,
}

/// Among which executions those that go are looked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Of {
    /// All there are.
    All,
    /// Those of a workflow with one status.
    Workflow {
        tenant: TenantId,
        workflow: WorkflowId,
        status: Status,
        /// Only those that ended before this time.
        ended_before_ms: i64,
    },
}

/// What stays among those that are looked at.
#[derive(Debug, Default)]
pub(super) struct Stays {
    statuses: Vec<Status>,
    workflows: HashSet<(TenantId, WorkflowId)>,
}

impl Stays {
    /// What a retention always keeps, and the workflows that decide about this themselves.
    fn of(retention: &Retention, decides: impl Fn(&WorkflowRetention) -> bool) -> Self {
        let decide = retention.workflows.iter().filter(|of| decides(of));
        Self { statuses: retention.always_keep.clone(), workflows: decide.map(|of| (of.tenant, of.workflow)).collect() }
    }

    pub(super) fn keeps(&self, ended: &Ended) -> bool {
        let decides = |id| self.workflows.contains(&(TenantId(ended.tenant), WorkflowId(id)));
        self.statuses.contains(&ended.status) || ended.workflow.is_some_and(decides)
    }
}

impl SqliteStore {
    pub(super) async fn retain_all(&self, retention: Retention) -> Result<Retained> {
        let before = self.alone(|conn| Ok(pages(conn)?.0)).await?;
        let mut retained = Retained::default();
        for of in &retention.workflows {
            retained.executions += self.retain_of_workflow(of, retention.ended_before_ms).await?;
        }
        let all = Going { of: Of::All, after: 0, below: i64::MAX, most: u64::MAX, stays: Arc::default() };
        if let Some(before_ms) = retention.before_ms {
            let stays = Arc::new(Stays::of(&retention, |of| of.before_ms.is_some()));
            retained.executions += self.remove(Going { below: first_id_at(before_ms).0, stays, ..all.clone() }).await?;
        }
        if let Some(max) = retention.max_count {
            let stays = Arc::new(Stays::of(&retention, |of| of.max_count.is_some()));
            let counted = stays.clone();
            let ended = self.readers.run(move |conn| ended_beside(conn, &counted)).await?;
            retained.executions += self.remove(Going { most: ended.saturating_sub(max), stays, ..all.clone() }).await?;
        }
        if let Some(max) = retention.max_execution_bytes {
            retained.segments = self.trim_histories(max).await?;
        }
        self.collect_bodies().await?;
        if let Some(max) = retention.max_bytes {
            let stays = Arc::new(Stays::of(&retention, |_| false));
            while self.alone(used_bytes).await? > max {
                let some = Going { most: LOOK_AT as u64, stays: stays.clone(), ..all.clone() };
                let removed = self.remove(some).await?;
                retained.executions += removed;
                if removed == 0 {
                    break;
                }
                self.collect_bodies().await?;
            }
        }
        while self.alone(give_back).await? {}
        let after = self.alone(|conn| Ok(pages(conn)?.0)).await?;
        retained.bytes = before.saturating_sub(after) * PAGE_BYTES;
        Ok(retained)
    }

    /// Applies what a workflow says itself: statuses, age, number.
    async fn retain_of_workflow(&self, of: &WorkflowRetention, ended_before_ms: i64) -> Result<u64> {
        let &WorkflowRetention { tenant, workflow, .. } = of;
        let mut removed = 0;
        let going = |status, below, ended_before_ms| {
            let of = Of::Workflow { tenant, workflow, status, ended_before_ms };
            Going { of, after: 0, below, most: u64::MAX, stays: Arc::default() }
        };
        for status in Status::ENDED.into_iter().filter(|status| !of.keep.contains(status)) {
            // Whatever was accepted since cannot have ended before.
            let below = first_id_at(ended_before_ms).0;
            removed += self.remove(going(status, below, ended_before_ms)).await?;
        }
        let by_age = of.before_ms.map(|before_ms| first_id_at(before_ms).0);
        let by_count = match of.max_count {
            Some(max) => self.readers.run(move |conn| first_within(conn, (tenant, workflow), max)).await?,
            None => None,
        };
        if let Some(below) = by_age.max(by_count) {
            for status in Status::ENDED {
                removed += self.remove(going(status, below, i64::MAX)).await?;
            }
        }
        Ok(removed)
    }

    async fn remove(&self, mut going: Going) -> Result<u64> {
        let mut removed = 0;
        while going.most > 0 {
            // What stays is passed over by a reader: the writer has others to serve.
            let from = going.clone();
            let Some(first) = self.readers.run(move |conn| first_to_go(conn, from)).await? else { break };
            going.after = first - 1;
            let some = going.clone();
            let stretch = self.write(FREES, move |tx| tx.remove_some(&some)).await?;
            removed += stretch.removed;
            going.most -= stretch.removed;
            going.after = stretch.upto;
            if stretch.end {
                break;
            }
        }
        Ok(removed)
    }

    /// Removes bodies that nothing refers to and nobody put within the hour.
    async fn collect_bodies(&self) -> Result<()> {
        let before_ms = self.shared.clock.now_ms() - BLOB_GRACE_MS;
        let mut after = (0, Vec::new());
        loop {
            let from = after.clone();
            let found = self.readers.run(move |conn| unnamed(conn, &from, before_ms)).await?;
            let Some(last) = found.last() else { return Ok(()) };
            after = (last.0, last.1.to_vec());
            for (tenant, hash) in found {
                while !self.write(FREES, move |tx| tx.remove_body(tenant, &hash, before_ms)).await? {}
            }
        }
    }
}

/// How many executions have ended, but for those of workflows that stay.
fn ended_beside(conn: &Connection, stays: &Stays) -> Result<u64> {
    let mut find =
        conn.prepare_cached("SELECT coalesce(sum(count), 0) FROM execution_rollup WHERE hour = ?1 AND status >= ?2")?;
    let count: i64 = find.query_row((ALL_TIME, Status::Succeeded.code()), |row| row.get(0))?;
    let mut beside = count.max(0).cast_unsigned();
    for &whose in &stays.workflows {
        beside = beside.saturating_sub(ended_of(conn, whose)?);
    }
    Ok(beside)
}

/// How many executions of a workflow have ended.
fn ended_of(conn: &Connection, (tenant, workflow): (TenantId, WorkflowId)) -> Result<u64> {
    let mut find = conn.prepare_cached(
        "SELECT coalesce(sum(count), 0) FROM execution_rollup
         WHERE tenant = ?1 AND hour = ?2 AND workflow = ?3 AND status >= ?4",
    )?;
    let count: i64 = find.query_row((tenant.0, ALL_TIME, workflow.0, Status::Succeeded.code()), |row| row.get(0))?;
    Ok(count.max(0).cast_unsigned())
}

/// The id below which ended executions of a workflow go so that this many are left, if some go.
fn first_within(conn: &Connection, whose: (TenantId, WorkflowId), max: u64) -> Result<Option<i64>> {
    if ended_of(conn, whose)? <= max {
        return Ok(None);
    }
    let walk = |status: Status| {
        let code = status.code();
        format!(
            "SELECT id FROM execution INDEXED BY execution_workflow WHERE workflow = ?1 AND status = {code} AND tenant = ?2"
        )
    };
    let walks = Status::ENDED.map(walk).join(" UNION ALL ");
    let mut find = conn.prepare_cached(&format!("{walks} ORDER BY id DESC LIMIT 1 OFFSET ?3"))?;
    let skip = i64::try_from(max).unwrap_or(i64::MAX);
    let newest_to_go: Option<i64> = find.query_row((whose.1.0, whose.0.0, skip), |row| row.get(0)).optional()?;
    Ok(newest_to_go.map(|id| id + 1))
}

/// Pages of the database, and those of them that are free.
fn pages(conn: &Connection) -> rusqlite::Result<(u64, u64)> {
    let number = |pragma: &str| conn.query_row(pragma, (), |row| row.get::<_, i64>(0));
    Ok((number("PRAGMA page_count")?.cast_unsigned(), number("PRAGMA freelist_count")?.cast_unsigned()))
}

fn used_bytes(conn: &Connection) -> rusqlite::Result<u64> {
    let (all, free) = pages(conn)?;
    Ok((all - free) * PAGE_BYTES)
}

/// Gives some free pages back; answers whether there are more.
fn give_back(conn: &Connection) -> rusqlite::Result<bool> {
    let mut vacuum = conn.prepare(&format!("PRAGMA incremental_vacuum({PAGES})"))?;
    // Each row is one page: only a walk to the end frees them all.
    let mut rows = vacuum.query(())?;
    while rows.next()?.is_some() {}
    Ok(pages(conn)?.1 > 0)
}

fn unnamed(conn: &Connection, after: &(u32, Vec<u8>), before_ms: i64) -> Result<Vec<(u32, BlobHash)>> {
    let mut find = conn.prepare_cached(
        "SELECT tenant, hash FROM blob_head WHERE (tenant, hash) > (?1, ?2) AND put_ms < ?3 AND NOT EXISTS
             (SELECT 1 FROM blob_ref WHERE blob_ref.tenant = blob_head.tenant AND blob_ref.hash = blob_head.hash)
             AND NOT EXISTS (SELECT 1 FROM segment_part
                 WHERE segment_part.tenant = blob_head.tenant AND segment_part.hash = blob_head.hash)
         ORDER BY tenant, hash LIMIT ?4",
    )?;
    let found = find.query_map((after.0, &after.1, before_ms, BODIES), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}
