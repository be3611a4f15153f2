//! Retention: what goes, goes in transactions of a few milliseconds, oldest first, and its pages return to the disk.

use std::time::{Duration, Instant};

use model::{ExecutionId, Status, TenantId};
use rusqlite::{Connection, OptionalExtension};

use super::SqliteStore;
use super::checkpoint::PAGE_BYTES;
use super::queue::Weight;
use super::rollup::status;
use super::writer::{Fault, Tx};
use crate::journal::{BlobHash, Retained, Retention, first_id_at, is_error};
use crate::records::{VERSION_KIND, WORKFLOW_FIELD};
use crate::rollup::{ALL_TIME, Cell, Change, hour_of};
use crate::{BLOB_GRACE_MS, Result};

/// How long one transaction may delete.
const STRETCH: Duration = Duration::from_millis(5);
/// Segments that are deleted at once.
const ROWS: usize = 200;
/// Executions that one transaction looks at.
const LOOK_AT: usize = 500;
/// Pages given back at once.
const PAGES: i64 = 1_000;
/// Bodies that are looked at in one read.
const BODIES: i64 = 200;

/// Retention removes things also while the disk is full.
const FREES: Weight = Weight { bytes: 0, frees: true };

/// What one transaction of retention did.
#[derive(Clone, Copy, Debug, Default)]
struct Stretch {
    removed: u64,
    /// Everything up to this id was looked at.
    upto: i64,
    /// Nothing is left to look at.
    end: bool,
}

/// Which ended executions go.
#[derive(Clone, Copy, Debug)]
struct Going {
    after: i64,
    /// Those with smaller ids.
    below: i64,
    /// Not more than this many.
    most: u64,
    keep_errors: bool,
}

impl SqliteStore {
    pub(super) async fn retain_all(&self, retention: Retention) -> Result<Retained> {
        let before = self.alone(|conn| Ok(pages(conn)?.0)).await?;
        let mut retained = Retained::default();
        let keep_errors = retention.keep_errors;
        if let Some(before_ms) = retention.before_ms {
            let going = Going { after: 0, below: first_id_at(before_ms).0, most: u64::MAX, keep_errors };
            retained.executions += self.remove(going).await?;
        }
        if let Some(max) = retention.max_count {
            let ended = self.readers.run(ended).await?;
            let going = Going { after: 0, below: i64::MAX, most: ended.saturating_sub(max), keep_errors };
            retained.executions += self.remove(going).await?;
        }
        if let Some(max) = retention.max_execution_bytes {
            retained.segments = self.trim_histories(max).await?;
        }
        self.collect_bodies().await?;
        if let Some(max) = retention.max_bytes {
            while self.alone(used_bytes).await? > max {
                let most = LOOK_AT as u64;
                let removed = self.remove(Going { after: 0, below: i64::MAX, most, keep_errors }).await?;
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

    async fn remove(&self, mut going: Going) -> Result<u64> {
        let mut removed = 0;
        while going.most > 0 {
            let stretch = self.write(FREES, move |tx| tx.remove_some(going)).await?;
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
        let before_ms = self.clock.now_ms() - BLOB_GRACE_MS;
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

fn ended(conn: &Connection) -> Result<u64> {
    let mut find =
        conn.prepare_cached("SELECT coalesce(sum(count), 0) FROM execution_rollup WHERE hour = ?1 AND status >= ?2")?;
    let count: i64 = find.query_row((ALL_TIME, Status::Succeeded.code()), |row| row.get(0))?;
    Ok(count.max(0).cast_unsigned())
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
         ORDER BY tenant, hash LIMIT ?4",
    )?;
    let found = find.query_map((after.0, &after.1, before_ms, BODIES), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// An ended execution as retention sees it.
struct Ended {
    id: i64,
    tenant: u32,
    workflow: Option<i64>,
    version: i64,
    status: Status,
    duration_us: i64,
}

impl Tx<'_> {
    fn remove_some(&mut self, going: Going) -> Result<Stretch, Fault> {
        let started = Instant::now();
        let mut stretch = Stretch { removed: 0, upto: going.after, end: false };
        let (found, looked_at) = self.look_at(going)?;
        for execution in found {
            if stretch.removed == going.most || started.elapsed() > STRETCH || !self.remove_parts(execution.id)? {
                // The rest is for the next transaction.
                return Ok(stretch);
            }
            stretch.upto = execution.id;
            stretch.removed += 1;
            self.remove_row(&execution)?;
        }
        match looked_at {
            Some(last) => stretch.upto = last,
            None => stretch.end = true,
        }
        Ok(stretch)
    }

    /// Executions that go, and the id up to which this looked if there may be more behind it.
    fn look_at(&self, going: Going) -> Result<(Vec<Ended>, Option<i64>), Fault> {
        let mut find = self.conn.prepare_cached(
            "SELECT id, tenant, workflow, version, status, duration_us FROM execution
             WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?3",
        )?;
        let mut rows = find.query((going.after, going.below, LOOK_AT as i64))?;
        let (mut found, mut seen, mut last) = (Vec::new(), 0, going.after);
        while let Some(row) = rows.next()? {
            seen += 1;
            last = row.get(0)?;
            let status = status(row.get(4)?)?;
            if status.is_terminal() && !(going.keep_errors && is_error(status)) {
                found.push(Ended {
                    id: last,
                    tenant: row.get(1)?,
                    workflow: row.get(2)?,
                    version: row.get(3)?,
                    status,
                    duration_us: row.get(5)?,
                });
            }
        }
        Ok((found, (seen == LOOK_AT).then_some(last)))
    }

    /// Removes segments, the last ones first; answers whether all are gone.
    fn remove_parts(&self, id: i64) -> Result<bool, Fault> {
        let mut later = self.conn.prepare_cached(
            "DELETE FROM segment_later WHERE id IN
                 (SELECT id FROM segment_later WHERE execution = ?1 ORDER BY seq_from DESC LIMIT ?2)",
        )?;
        if later.execute((id, ROWS as i64))? == ROWS {
            return Ok(false);
        }
        for sql in [
            "DELETE FROM segment WHERE execution = ?1",
            "DELETE FROM inbox WHERE execution = ?1",
            "DELETE FROM idempotency WHERE execution = ?1",
            "DELETE FROM blob_ref WHERE execution = ?1",
        ] {
            self.conn.prepare_cached(sql)?.execute((id,))?;
        }
        Ok(true)
    }

    fn remove_row(&mut self, execution: &Ended) -> Result<(), Fault> {
        self.conn.prepare_cached("DELETE FROM execution WHERE id = ?1")?.execute((execution.id,))?;
        let cell = Cell {
            tenant: execution.tenant,
            workflow: execution.workflow.unwrap_or(0),
            hour: hour_of(ExecutionId(execution.id)),
            status: execution.status,
        };
        self.changes.push(Change { cell, duration_us: execution.duration_us.cast_unsigned(), by: -1 });
        if execution.workflow.is_none() {
            self.remove_ad_hoc_version(TenantId(execution.tenant), execution.version)?;
        }
        Ok(())
    }

    /// Removes the version of an ad-hoc graph once nothing refers to it.
    fn remove_ad_hoc_version(&self, tenant: TenantId, version: i64) -> Result<(), Fault> {
        let mut used =
            self.conn.prepare_cached("SELECT 1 FROM execution WHERE version = ?1 AND workflow IS NULL LIMIT 1")?;
        if used.exists((version,))? {
            return Ok(());
        }
        let field = format!("f_{WORKFLOW_FIELD}");
        let mut columns = self.conn.prepare_cached("SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2")?;
        if !columns.exists((format!("record_{VERSION_KIND}"), &field))? {
            return Ok(());
        }
        let removed = self
            .conn
            .prepare_cached(&format!(
                "DELETE FROM record_{VERSION_KIND} WHERE tenant = ?1 AND id = ?2 AND {field} IS NULL"
            ))?
            .execute((tenant.0, version))?;
        if removed > 0 {
            self.conn
                .prepare_cached("DELETE FROM change WHERE tenant = ?1 AND kind = ?2 AND record = ?3")?
                .execute((tenant.0, VERSION_KIND, version))?;
        }
        Ok(())
    }

    /// Removes some chunks of a body; answers whether nothing is left to do.
    fn remove_body(&self, tenant: u32, hash: &BlobHash, before_ms: i64) -> Result<bool, Fault> {
        let mut free = self.conn.prepare_cached(
            "UPDATE blob_head SET complete = 0 WHERE tenant = ?1 AND hash = ?2 AND put_ms < ?3 AND NOT EXISTS
                 (SELECT 1 FROM blob_ref WHERE blob_ref.tenant = ?1 AND blob_ref.hash = ?2) RETURNING 1",
        )?;
        let free: Option<i64> = free.query_row((tenant, &hash[..], before_ms), |row| row.get(0)).optional()?;
        if free.is_none() {
            return Ok(true);
        }
        let mut chunks = self.conn.prepare_cached(
            "DELETE FROM blob WHERE id IN (SELECT id FROM blob WHERE tenant = ?1 AND hash = ?2 LIMIT 16)",
        )?;
        if chunks.execute((tenant, &hash[..]))? == 16 {
            return Ok(false);
        }
        self.conn
            .prepare_cached("DELETE FROM blob_head WHERE tenant = ?1 AND hash = ?2")?
            .execute((tenant, &hash[..]))?;
        Ok(true)
    }
}
