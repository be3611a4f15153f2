//! Removing executions and bodies: what one transaction of retention does.

use std::time::{Duration, Instant};

use model::{ExecutionId, Status, TenantId};
use rusqlite::{Connection, OptionalExtension};

use super::parts::Gone;
use super::retain::{Going, Of};
use super::rollup::status;
use super::writer::{Fault, Tx};
use crate::Result;
use crate::journal::BlobHash;
use crate::recent::Touch;
use crate::records::{VERSION_KIND, WORKFLOW_FIELD};
use crate::rollup::{Cell, Change, hour_of};

/// How long one transaction may delete.
const STRETCH: Duration = Duration::from_millis(5);
/// Segments that are deleted at once.
const ROWS: usize = 200;
/// Executions that one transaction looks at.
pub(super) const LOOK_AT: usize = 500;

/// What one transaction of retention did.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Stretch {
    pub(super) removed: u64,
    /// Everything up to this id was looked at.
    pub(super) upto: i64,
    /// Nothing is left to look at.
    pub(super) end: bool,
}

/// Those whose turn it may be, oldest first.
const OF_ALL: &str = "SELECT id, tenant, workflow, version, status, duration_us FROM execution
     WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?3";
const OF_WORKFLOW: &str = "SELECT id, tenant, workflow, version, status, duration_us
     FROM execution INDEXED BY execution_workflow
     WHERE workflow = ?4 AND status = ?5 AND id > ?1 AND id < ?2 AND tenant = ?6 AND coalesce(ended_ms, 0) < ?7
     ORDER BY id LIMIT ?3";

/// An ended execution as retention sees it.
pub(super) struct Ended {
    id: i64,
    pub(super) tenant: u32,
    pub(super) workflow: Option<i64>,
    version: i64,
    pub(super) status: Status,
    duration_us: i64,
}

/// Executions that go, and the id up to which this looked if there may be more behind it.
fn look_at(conn: &Connection, going: &Going) -> Result<(Vec<Ended>, Option<i64>)> {
    let (after, below, most) = (going.after, going.below, LOOK_AT as i64);
    let mut find;
    let mut rows = match going.of {
        Of::All => {
            find = conn.prepare_cached(OF_ALL)?;
            find.query((after, below, most))?
        }
        Of::Workflow { tenant, workflow, status, ended_before_ms } => {
            find = conn.prepare_cached(OF_WORKFLOW)?;
            find.query((after, below, most, workflow.0, status.code(), tenant.0, ended_before_ms))?
        }
    };
    let (mut found, mut seen, mut last) = (Vec::new(), 0, after);
    while let Some(row) = rows.next()? {
        seen += 1;
        last = row.get(0)?;
        let ended = Ended {
            id: last,
            tenant: row.get(1)?,
            workflow: row.get(2)?,
            version: row.get(3)?,
            status: status(row.get(4)?)?,
            duration_us: row.get(5)?,
        };
        if ended.status.is_terminal() && !going.stays.keeps(&ended) {
            found.push(ended);
        }
    }
    Ok((found, (seen == LOOK_AT).then_some(last)))
}

/// The first execution that goes.
pub(super) fn first_to_go(conn: &Connection, mut going: Going) -> Result<Option<i64>> {
    loop {
        let (found, looked_at) = look_at(conn, &going)?;
        match (found.first(), looked_at) {
            (Some(first), _) => return Ok(Some(first.id)),
            (None, Some(last)) => going.after = last,
            (None, None) => return Ok(None),
        }
    }
}

impl Tx<'_> {
    pub(super) fn remove_some(&mut self, going: &Going) -> Result<Stretch, Fault> {
        let started = Instant::now();
        let mut stretch = Stretch { removed: 0, upto: going.after, end: false };
        let (found, looked_at) = look_at(self.conn, going)?;
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

    /// Removes segments, the last ones first; answers whether all are gone.
    fn remove_parts(&self, id: i64) -> Result<bool, Fault> {
        let mut later = self.conn.prepare_cached(
            "DELETE FROM segment_later WHERE id IN
                 (SELECT id FROM segment_later WHERE execution = ?1 ORDER BY seq_from DESC LIMIT ?2)",
        )?;
        if later.execute((id, ROWS as i64))? == ROWS {
            self.forget_parts(id, Gone::Newest)?;
            return Ok(false);
        }
        self.forget_parts(id, Gone::All)?;
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
        self.touched.push(Touch { execution: ExecutionId(execution.id), gone: Some(TenantId(execution.tenant)) });
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
    pub(super) fn remove_body(&self, tenant: u32, hash: &BlobHash, before_ms: i64) -> Result<bool, Fault> {
        let mut free = self.conn.prepare_cached(
            "UPDATE blob_head SET complete = 0 WHERE tenant = ?1 AND hash = ?2 AND put_ms < ?3 AND NOT EXISTS
                 (SELECT 1 FROM blob_ref WHERE blob_ref.tenant = ?1 AND blob_ref.hash = ?2)
                 AND NOT EXISTS (SELECT 1 FROM segment_part WHERE segment_part.tenant = ?1 AND segment_part.hash = ?2)
             RETURNING 1",
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
