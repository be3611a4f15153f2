//! Taking over executions of an opening of the store that ended without finishing them, and released ones that are due.

use model::{ExecutionId, Status};
use rusqlite::OptionalExtension;

use super::lists::{COLUMNS, row};
use super::open;
use super::rollup::status;
use super::writer::{Fault, Tx};
use crate::journal::{Claim, ExecutionRow, SUSPICIOUS, WakeQuery, Woken, is_at_rest};
use crate::recent::Touch;

/// Released executions, as the index over them has them.
const RELEASED: &str = "execution INDEXED BY execution_rest WHERE lane + 0 <= 0 AND lane = 0";
/// Those that an earlier opening of the store woke, and then left as they were.
const WOKEN: &str = "execution INDEXED BY execution_rest WHERE lane + 0 <= 0 AND lane < 0 AND lane > ?1";
/// The number in the table `meta` that says which opening of the store left as it should, last.
const LEFT: &str = "left";
/// The status at which the walk of a claim begins; the one after it is the last.
const FIRST: u8 = Status::Queued.code();

/// How far the walk over executions with work in hand has come: by tenant, status and id. What lies behind it has an
/// owner.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClaimCursor {
    tenant: i64,
    status: u8,
    id: i64,
}

impl Default for ClaimCursor {
    fn default() -> Self {
        Self { tenant: 0, status: FIRST, id: 0 }
    }
}

impl Tx<'_> {
    /// Executions with no living owner, each counted before it is answered.
    pub(super) fn claim(&mut self, claim: Claim) -> Result<Vec<ExecutionRow>, Fault> {
        match claim {
            Claim::Open { limit, max_recoveries } => self.claim_open(limit, max_recoveries),
            Claim::Suspects { limit, below } => self.claim_suspects(limit, below),
            Claim::Leave => {
                let before = open::meta(self.conn, LEFT)?;
                self.conn.prepare_cached(&keep_apart())?.execute((self.lane, before))?;
                open::set_meta(self.conn, LEFT, self.lane)?;
                Ok(Vec::new())
            }
        }
    }

    fn claim_open(&mut self, limit: usize, max_recoveries: u32) -> Result<Vec<ExecutionRow>, Fault> {
        let left = open::meta(self.conn, LEFT)?;
        let mut claimed = self.release_again(limit, (max_recoveries, left))?;
        while claimed.len() < limit && self.find_tenant()? {
            let in_hand = |status: &Status| matches!(status, Status::Queued | Status::Running);
            let Some(status) = Status::from_code(self.claim.status).filter(in_hand) else {
                self.claim = ClaimCursor { tenant: self.claim.tenant + 1, ..ClaimCursor::default() };
                continue;
            };
            let found = self.ownerless(status, limit - claimed.len())?;
            match found.last() {
                Some(&Ownerless { id, .. }) => self.claim.id = id,
                None => self.claim = ClaimCursor { tenant: self.claim.tenant, status: self.claim.status + 1, id: 0 },
            }
            for one in found {
                if one.count >= max_recoveries && one.lane != left {
                    claimed.extend(self.quarantine(one.id, status)?);
                } else if one.count < SUSPICIOUS {
                    claimed.push(self.take_over(one, status, left)?);
                }
            }
        }
        Ok(claimed)
    }

    /// Those that may be what brings processes down, the least likely first.
    fn claim_suspects(&self, limit: usize, below: u32) -> Result<Vec<ExecutionRow>, Fault> {
        let left = open::meta(self.conn, LEFT)?;
        let mut find = self.conn.prepare_cached(&find_suspects())?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut found = Vec::new();
        for row in find.query_map((self.lane, limit, below), |row| Ok((ownerless(row)?, row.get(3)?)))? {
            found.push(row?);
        }
        found.into_iter().map(|(one, code)| self.take_over(one, status(code)?, left)).collect()
    }

    /// Moves the cursor to a tenant that exists.
    fn find_tenant(&mut self) -> Result<bool, Fault> {
        let mut find = self.conn.prepare_cached("SELECT min(tenant) FROM execution WHERE tenant >= ?1")?;
        let tenant: Option<i64> = find.query_row((self.claim.tenant,), |row| row.get(0))?;
        match tenant {
            Some(tenant) if tenant > self.claim.tenant => self.claim = ClaimCursor { tenant, ..ClaimCursor::default() },
            Some(_) => {}
            None => return Ok(false),
        }
        Ok(true)
    }

    fn ownerless(&self, status: Status, limit: usize) -> Result<Vec<Ownerless>, Fault> {
        let mut find = self.conn.prepare_cached(
            "SELECT id, lane, recover_count FROM execution INDEXED BY execution_tenant
             WHERE tenant = ?1 AND status = ?2 AND id > ?3 AND lane <> ?4 ORDER BY id LIMIT ?5",
        )?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let found = find.query_map((self.claim.tenant, status.code(), self.claim.id, self.lane, limit), ownerless)?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }

    /// Counts the takeover, except of one that was never begun, since it cannot have brought the process down, and of one
    /// whose process left as it should.
    fn take_over(&self, one: Ownerless, before: Status, left: i64) -> Result<ExecutionRow, Fault> {
        let is_counted = before != Status::Queued && one.lane.abs() != left;
        let lane = if is_at_rest(before) { -self.lane } else { self.lane };
        let mut take = self.conn.prepare_cached(&format!(
            "UPDATE execution SET lane = ?2, recover_count = recover_count + ?3 WHERE id = ?1 RETURNING {COLUMNS}"
        ))?;
        Ok(take.query_row((one.id, lane, is_counted), |found| Ok(row(found)))??)
    }

    /// Releases what was woken and then not touched before its process ended, counting it; answers some of those that
    /// were counted often enough, quarantined.
    fn release_again(&mut self, limit: usize, (max, left): (u32, i64)) -> Result<Vec<ExecutionRow>, Fault> {
        self.conn.prepare_cached(&release_woken())?.execute((-self.lane, max, -left))?;
        let mut find = self.conn.prepare_cached(&find_poison())?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let poison = find.query_map((-self.lane, max, -left, limit), |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut quarantined = Vec::new();
        for (id, before) in poison.collect::<rusqlite::Result<Vec<_>>>()? {
            quarantined.extend(self.quarantine(id, status(before)?)?);
        }
        Ok(quarantined)
    }

    fn quarantine(&mut self, id: i64, before: Status) -> Result<Option<ExecutionRow>, Fault> {
        let mut quarantine = self.conn.prepare_cached(&format!(
            "UPDATE execution SET lane = ?2, status = ?3, wake_at = NULL, ended_ms = ?4
             WHERE id = ?1 AND lane <> ?2 RETURNING {COLUMNS}"
        ))?;
        let parameters = (id, self.lane, Status::Quarantined.code(), self.now_ms);
        let Some(found) = quarantine.query_row(parameters, |found| Ok(row(found))).optional()? else { return Ok(None) };
        let found = found?;
        self.touched.push(Touch::of(ExecutionId(id)));
        let whose = (found.tenant.0, found.workflow.map(|workflow| workflow.0));
        self.moved(ExecutionId(id), whose, (before, 0), (Status::Quarantined, found.duration_us));
        Ok(Some(found))
    }

    /// Takes over released executions that are named or due.
    pub(super) fn wake(&self, query: &WakeQuery) -> Result<Woken, Fault> {
        let mut rows = Vec::new();
        let mut name = self.conn.prepare_cached(&format!(
            "UPDATE execution SET lane = ?1 WHERE id = ?2 AND lane = 0 RETURNING {COLUMNS}"
        ))?;
        for execution in &query.executions {
            rows.extend(name.query_row((-self.lane, execution.0), |found| Ok(row(found))).optional()?.transpose()?);
        }
        let mut due = self.conn.prepare_cached(&take_due())?;
        let limit = i64::try_from(query.limit).unwrap_or(i64::MAX);
        for found in due.query_map((-self.lane, query.now_ms, limit), |found| Ok(row(found)))? {
            rows.push(found??);
        }
        rows.sort_by_key(|row| (row.wake_at.unwrap_or(i64::MAX), row.id));
        let next_due = self.conn.prepare_cached(&find_next_due())?.query_row((), |row| row.get(0)).optional()?;
        Ok(Woken { rows, next_due })
    }
}

/// An execution whose process has ended.
#[derive(Clone, Copy, Debug)]
struct Ownerless {
    id: i64,
    lane: i64,
    count: u32,
}

fn ownerless(row: &rusqlite::Row<'_>) -> rusqlite::Result<Ownerless> {
    Ok(Ownerless { id: row.get(0)?, lane: row.get(1)?, count: row.get(2)? })
}

/// Those that are suspicious are left, to be taken over alone.
fn release_woken() -> String {
    format!(
        "UPDATE execution SET lane = 0, recover_count = recover_count + (lane <> ?3)
         WHERE (recover_count < ?2 OR lane = ?3) AND recover_count < {SUSPICIOUS} AND id IN (SELECT id FROM {WOKEN})"
    )
}

fn find_poison() -> String {
    format!("SELECT id, status FROM {WOKEN} AND recover_count >= ?2 AND lane <> ?3 LIMIT ?4")
}

/// The bound of the index is spelled as its condition is.
fn find_suspects() -> String {
    let open = Status::ALL.iter().filter(|status| !status.is_terminal()).map(|status| status.code().to_string());
    format!(
        "SELECT id, lane, recover_count, status FROM execution INDEXED BY execution_suspect
         WHERE recover_count >= {SUSPICIOUS} AND recover_count < ?3 AND lane NOT IN (0, ?1, -?1) AND status IN ({})
         ORDER BY recover_count, id LIMIT ?2",
        open.collect::<Vec<_>>().join(", ")
    )
}

/// Suspects that wait since an opening that left as it should: they have done no harm in this one either.
fn keep_apart() -> String {
    format!(
        "UPDATE execution SET lane = iif(lane < 0, -?1, ?1) WHERE id IN (SELECT id FROM execution
         INDEXED BY execution_suspect WHERE recover_count >= {SUSPICIOUS} AND lane IN (?2, -?2) AND lane <> 0)"
    )
}

fn take_due() -> String {
    format!(
        "UPDATE execution SET lane = ?1
         WHERE id IN (SELECT id FROM {RELEASED} AND wake_at <= ?2 ORDER BY wake_at, id LIMIT ?3) RETURNING {COLUMNS}"
    )
}

/// The bound passes over those that only a message wakes.
fn find_next_due() -> String {
    format!("SELECT wake_at FROM {RELEASED} AND wake_at >= {} ORDER BY wake_at LIMIT 1", i64::MIN)
}

#[cfg(test)]
mod tests {
    use rusqlite::{Connection, StatementStatus, params_from_iter};

    use super::super::open::MIGRATIONS;
    use super::*;

    /// A database with this many sleeping executions, half of which only a message wakes, and some that run.
    fn sleeping(rows: i64) -> Connection {
        let conn = Connection::open_in_memory().expect("a database");
        MIGRATIONS.iter().for_each(|step| conn.execute_batch(step).expect("a step"));
        conn.execute_batch(&format!(
            "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {rows})
             INSERT INTO execution (id, tenant, version, trigger, status, next_seq, lane, wake_at, duration_us,
                 recover_count)
             SELECT n, 1, 1, '', iif(n % 10 = 0, 2, 3), 2, iif(n % 10 = 0, 5, 0), iif(n % 2 = 0, NULL, n), 0, 0 FROM n"
        ))
        .expect("rows");
        conn
    }

    /// What a statement costs in steps of SQLite's machine, and the rows it gives.
    fn cost(conn: &Connection, sql: &str, parameters: &[i64]) -> (i32, usize) {
        let mut statement = conn.prepare(sql).expect("a statement");
        let mut rows = statement.query(params_from_iter(parameters)).expect("rows");
        let mut count = 0;
        while rows.next().expect("a row").is_some() {
            count += 1;
        }
        drop(rows);
        (statement.get_status(StatementStatus::VmStep), count)
    }

    #[test]
    fn the_numbers_in_the_statements_are_those_of_the_statuses() {
        let codes: Vec<_> = Status::ALL.iter().filter(|&&status| is_at_rest(status)).map(|s| s.code()).collect();
        assert_eq!(codes, [0, 3, 4], "in the second step of the schema");
        assert_eq!((FIRST, FIRST + 1), (Status::Queued.code(), Status::Running.code()));
        assert_eq!(SUSPICIOUS, 2, "in the third step of the schema");
    }

    #[test]
    fn suspects_cost_what_is_found() {
        let mut costs = Vec::new();
        for rows in [2_000, 100_000] {
            let conn = sleeping(rows);
            conn.execute_batch("UPDATE execution SET recover_count = 2 WHERE id IN (10, 20, 30)").expect("suspects");
            let (some, found) = cost(&conn, &find_suspects(), &[9, 2, 9]);
            assert_eq!(found, 2);
            conn.execute_batch("UPDATE execution SET recover_count = 0").expect("none");
            let (none, found) = cost(&conn, &find_suspects(), &[9, 2, 9]);
            assert_eq!(found, 0);
            costs.push([some, none]);
        }
        assert_eq!(costs[0], costs[1], "whatever else there is");
    }

    #[test]
    fn waking_costs_what_it_wakes() {
        let mut costs = Vec::new();
        for rows in [2_000, 100_000] {
            let conn = sleeping(rows);
            let (next, found) = cost(&conn, &find_next_due(), &[]);
            assert_eq!(found, 1);
            let (first, found) = cost(&conn, &take_due(), &[-9, rows, 256]);
            assert_eq!(found, 256);
            // Those that are taken are not passed over again.
            let (second, found) = cost(&conn, &take_due(), &[-9, rows, 256]);
            assert_eq!(found, 256);
            let (none, found) = cost(&conn, &take_due(), &[-9, 0, 256]);
            assert_eq!(found, 0);
            let (release, _) = cost(&conn, &release_woken(), &[-12, 5, 0]);
            let released = "SELECT id FROM execution WHERE recover_count = 1 AND lane = 0";
            assert_eq!(cost(&conn, released, &[]).1, 512);
            let (no_release, _) = cost(&conn, &release_woken(), &[-12, 5, 0]);
            costs.push([next, first, second, none, release, no_release]);
        }
        for (few, many) in costs[0].iter().zip(costs[1]) {
            assert!(many <= few + few / 10 + 10, "{costs:?}");
        }
        assert!([0, 3, 5].iter().all(|&nothing| costs[1][nothing] < 50), "{costs:?}");
    }
}
