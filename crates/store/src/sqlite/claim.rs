//! Taking over executions of an opening of the store that ended without finishing them.

use model::{ExecutionId, Status};
use rusqlite::OptionalExtension;

use super::lists::{COLUMNS, row};
use super::writer::{Fault, Tx};
use crate::journal::ExecutionRow;

/// How far the walk over open executions has come: by tenant, status and id. What lies behind it has an owner.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ClaimCursor {
    tenant: i64,
    status: u8,
    id: i64,
}

impl Tx<'_> {
    /// Up to `limit` ownerless executions, each counted before it is answered.
    pub(super) fn claim(&mut self, limit: usize, max_recoveries: u32) -> Result<Vec<ExecutionRow>, Fault> {
        let mut claimed = Vec::new();
        while claimed.len() < limit && self.find_tenant()? {
            let open = Status::from_code(self.claim.status).filter(|status| !status.is_terminal());
            let Some(status) = open else {
                self.claim = ClaimCursor { tenant: self.claim.tenant + 1, status: 0, id: 0 };
                continue;
            };
            let found = self.ownerless(status, limit - claimed.len())?;
            match found.last() {
                Some(&last) => self.claim.id = last,
                None => self.claim = ClaimCursor { tenant: self.claim.tenant, status: self.claim.status + 1, id: 0 },
            }
            for id in found {
                claimed.extend(self.take_over(id, status, max_recoveries)?);
            }
        }
        Ok(claimed)
    }

    /// Moves the cursor to a tenant that exists.
    fn find_tenant(&mut self) -> Result<bool, Fault> {
        let mut find = self.conn.prepare_cached("SELECT min(tenant) FROM execution WHERE tenant >= ?1")?;
        let tenant: Option<i64> = find.query_row((self.claim.tenant,), |row| row.get(0))?;
        match tenant {
            Some(tenant) if tenant > self.claim.tenant => self.claim = ClaimCursor { tenant, status: 0, id: 0 },
            Some(_) => {}
            None => return Ok(false),
        }
        Ok(true)
    }

    fn ownerless(&self, status: Status, limit: usize) -> Result<Vec<i64>, Fault> {
        let mut find = self.conn.prepare_cached(
            "SELECT id FROM execution INDEXED BY execution_tenant
             WHERE tenant = ?1 AND status = ?2 AND id > ?3 AND lane <> ?4 ORDER BY id LIMIT ?5",
        )?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let ids =
            find.query_map((self.claim.tenant, status.code(), self.claim.id, self.lane, limit), |row| row.get(0))?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }

    /// Counts the takeover, except of one that was never begun: it cannot have brought the process down.
    fn take_over(&mut self, id: i64, before: Status, max_recoveries: u32) -> Result<Option<ExecutionRow>, Fault> {
        let mut count = self.conn.prepare_cached(&format!(
            "UPDATE execution SET lane = ?2, recover_count = recover_count + (status <> ?4)
             WHERE id = ?1 AND lane <> ?2 AND recover_count < ?3 RETURNING {COLUMNS}"
        ))?;
        let counted = count
            .query_row((id, self.lane, max_recoveries, Status::Queued.code()), |found| Ok(row(found)))
            .optional()?;
        if let Some(found) = counted {
            return Ok(Some(found?));
        }
        let mut quarantine = self.conn.prepare_cached(&format!(
            "UPDATE execution SET lane = ?2, status = ?3, wake_at = NULL WHERE id = ?1 AND lane <> ?2 RETURNING {COLUMNS}"
        ))?;
        let parameters = (id, self.lane, Status::Quarantined.code());
        let Some(found) = quarantine.query_row(parameters, |found| Ok(row(found))).optional()? else { return Ok(None) };
        let found = found?;
        let whose = (found.tenant.0, found.workflow.map(|workflow| workflow.0));
        self.moved(ExecutionId(id), whose, (before, 0), (Status::Quarantined, found.duration_us));
        Ok(Some(found))
    }
}
