//! The memory store's executions: lists, counts, claims and retention, each by looking at every row.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Range;

use model::{ExecutionId, Status, TenantId, WorkflowId};

use super::{Execution, State};
use crate::BLOB_GRACE_MS;
use crate::Result;
use crate::journal::{
    Claim, ExecutionPage, ExecutionQuery, ExecutionRow, LIST_MAX, Retained, Retention, SUSPICIOUS, Segment,
    SeriesQuery, Statistics, StatisticsQuery, TOTAL_MAX, WakeQuery, Woken, WorkflowRetention, is_at_rest,
};
use crate::recent::Touch;
use crate::rollup::hour_of;

impl Execution {
    /// Removes the segments before a snapshot, so that at most `max` bytes are left if a snapshot allows it.
    fn trim(&mut self, max: u64, retained: &mut Retained) {
        let bytes = |segments: &[Segment]| segments.iter().map(|segment| segment.bytes.len() as u64).sum::<u64>();
        if bytes(&self.segments) <= max {
            return;
        }
        let snapshots = (1..self.segments.len()).filter(|&at| self.segments[at].snapshot);
        let (fits, newest) = (|&at: &usize| bytes(&self.segments[at..]) <= max, snapshots.clone().next_back());
        let Some(at) = snapshots.clone().find(fits).or(newest) else { return };
        retained.segments += at as u64;
        retained.bytes += bytes(&self.segments[..at]);
        self.segments.drain(..at);
    }

    /// Whether it waits to be taken over by this handle.
    fn is_ownerless(&self, owner: u64) -> bool {
        let rests = is_at_rest(self.row.status) && self.owner == 0;
        self.owner != owner && !self.row.status.is_terminal() && !rests
    }

    /// Counts that it is taken over, unless it was never begun or left by this handle as it should.
    fn count(&mut self, left: u64) {
        self.row.recover_count += u32::from(self.row.status != Status::Queued && self.owner != left);
    }
}

fn is_of(row: &ExecutionRow, of: &WorkflowRetention) -> bool {
    row.tenant == of.tenant && row.workflow == Some(of.workflow)
}

fn is_older(execution: &Execution, before_ms: i64) -> bool {
    execution.row.id.millis() < before_ms
}

fn most(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

impl State {
    /// A page of a list, or of what changed.
    pub(super) fn page(&self, query: &ExecutionQuery) -> Result<ExecutionPage> {
        let Some(cursor) = query.since else { return Ok(self.list(query)) };
        let found = |id| self.executions.get(&id).map(|execution| execution.row.clone());
        let page = self.recent.since(cursor)?.page(query, |id| Ok(found(id)))?;
        Ok(ExecutionPage { total: self.list(query).total, ..page })
    }

    fn list(&self, query: &ExecutionQuery) -> ExecutionPage {
        let all = || self.executions.values().rev().map(|execution| &execution.row).filter(|row| query.wants(row));
        let total = query.total.then(|| {
            let count = all().count();
            let counted = if query.is_narrow() { count.min(TOTAL_MAX) } else { count };
            (counted as u64, counted == count)
        });
        let limit = query.limit.min(LIST_MAX);
        let skip = usize::try_from(query.skip).unwrap_or(usize::MAX);
        let mut rows: Vec<_> = all()
            .filter(|row| query.before.is_none_or(|before| row.id < before))
            .skip(skip)
            .take(limit + 1)
            .cloned()
            .collect();
        let more = rows.len() > limit;
        rows.truncate(limit);
        ExecutionPage { rows, more, total, cursor: self.recent.now(), gone: Vec::new() }
    }

    pub(super) fn statistics(&self, query: StatisticsQuery) -> Statistics {
        let rows: Vec<_> = self
            .executions
            .values()
            .map(|execution| &execution.row)
            .filter(|row| row.tenant == query.tenant)
            .filter(|row| query.workflow.is_none_or(|workflow| row.workflow == Some(workflow)))
            .filter(|row| query.from_hour.is_none_or(|hour| hour_of(row.id) >= hour))
            .collect();
        tell(&rows)
    }

    pub(super) fn series(&self, query: &SeriesQuery) -> Vec<Statistics> {
        let mut places = vec![Vec::new(); query.from_hours.len()];
        for row in self.executions.values().map(|execution| &execution.row).filter(|row| row.tenant == query.tenant) {
            if let Some(place) = query.place(hour_of(row.id)) {
                places[place].push(row);
            }
        }
        places.iter().map(|rows| tell(rows)).collect()
    }

    pub(super) fn newest(&self, tenant: TenantId, after: ExecutionId) -> Vec<(WorkflowId, ExecutionId)> {
        let mut newest: BTreeMap<WorkflowId, ExecutionId> = BTreeMap::new();
        for row in self.executions.values().map(|execution| &execution.row) {
            if let Some(workflow) = row.workflow.filter(|_| row.tenant == tenant && row.id > after) {
                let known = newest.entry(workflow).or_insert(row.id);
                *known = row.id.max(*known);
            }
        }
        newest.into_iter().collect()
    }

    pub(super) fn claim(&mut self, owner: u64, claim: Claim) -> Vec<ExecutionRow> {
        match claim {
            Claim::Open { limit, max_recoveries } => self.claim_open(owner, limit, max_recoveries),
            Claim::Suspects { limit, below } => self.claim_suspects(owner, limit, SUSPICIOUS..below),
            Claim::Leave => {
                let before = std::mem::replace(&mut self.left, owner);
                // Suspects that wait since then have done no harm in this opening either.
                let waits =
                    |one: &&mut Execution| before != 0 && one.owner == before && one.row.recover_count >= SUSPICIOUS;
                self.executions.values_mut().filter(waits).for_each(|one| one.owner = owner);
                Vec::new()
            }
        }
    }

    fn claim_open(&mut self, owner: u64, limit: usize, max_recoveries: u32) -> Vec<ExecutionRow> {
        let (left, now_ms) = (self.left, self.now_ms);
        let mut claimed = Vec::new();
        for execution in self.executions.values_mut().filter(|execution| execution.is_ownerless(owner)) {
            let (status, count) = (execution.row.status, execution.row.recover_count);
            if claimed.len() == limit {
                break;
            }
            if count >= max_recoveries && execution.owner != left {
                execution.owner = owner;
                execution.row.status = Status::Quarantined;
                execution.ended_ms = Some(now_ms);
                self.touched.push(Touch::of(execution.row.id));
                execution.row.wake_at = None;
            } else if count >= SUSPICIOUS {
                continue;
            } else {
                execution.count(left);
                if is_at_rest(status) {
                    execution.owner = 0;
                    continue;
                }
                execution.owner = owner;
            }
            claimed.push(execution.row.clone());
        }
        claimed
    }

    fn claim_suspects(&mut self, owner: u64, limit: usize, counts: Range<u32>) -> Vec<ExecutionRow> {
        let left = self.left;
        let mut suspects: Vec<_> = self
            .executions
            .values_mut()
            .filter(|execution| execution.is_ownerless(owner) && counts.contains(&execution.row.recover_count))
            .collect();
        suspects.sort_by_key(|execution| (execution.row.recover_count, execution.row.id));
        let take = |execution: &mut Execution| {
            execution.count(left);
            execution.owner = owner;
            execution.row.clone()
        };
        suspects.into_iter().take(limit).map(take).collect()
    }

    pub(super) fn wake(&mut self, owner: u64, query: &WakeQuery) -> Woken {
        let mut released: Vec<_> = self
            .executions
            .values_mut()
            .filter(|execution| execution.owner == 0 && is_at_rest(execution.row.status))
            .collect();
        released.sort_by_key(|execution| (execution.row.wake_at.unwrap_or(i64::MAX), execution.row.id));
        let mut left = query.limit;
        let mut woken = Woken::default();
        for execution in released {
            let named = query.executions.contains(&execution.row.id);
            let due = left > 0 && execution.row.wake_at.is_some_and(|at| at <= query.now_ms);
            if named || due {
                left -= usize::from(!named);
                execution.owner = owner;
                woken.rows.push(execution.row.clone());
            } else if woken.next_due.is_none() {
                woken.next_due = execution.row.wake_at;
            }
        }
        woken
    }

    pub(super) fn retain(&mut self, retention: &Retention) -> Retained {
        let mut retained = Retained::default();
        for of in &retention.workflows {
            self.retain_of_workflow(of, retention.ended_before_ms, &mut retained);
        }
        let decides = |row: &ExecutionRow, decides: fn(&WorkflowRetention) -> bool| {
            retention.workflows.iter().any(|of| is_of(row, of) && decides(of))
        };
        let spared = |row: &ExecutionRow| retention.always_keep.contains(&row.status);
        if let Some(before) = retention.before_ms {
            let goes = |one: &Execution| {
                is_older(one, before) && !spared(&one.row) && !decides(&one.row, |of| of.before_ms.is_some())
            };
            self.remove_oldest(goes, usize::MAX, &mut retained);
        }
        if let Some(max) = retention.max_count {
            let counts = |one: &Execution| !decides(&one.row, |of| of.max_count.is_some());
            let over = self.ended().filter(|one| counts(one)).count().saturating_sub(most(max));
            self.remove_oldest(|one| counts(one) && !spared(&one.row), over, &mut retained);
        }
        while retention.max_bytes.is_some_and(|max| self.bytes() > max) {
            if self.remove_oldest(|one| !spared(&one.row), 1, &mut retained) == 0 {
                break;
            }
        }
        if let Some(max) = retention.max_execution_bytes {
            for execution in self.executions.values_mut() {
                execution.trim(max, &mut retained);
            }
        }
        self.collect_blobs(&mut retained);
        retained
    }

    fn retain_of_workflow(&mut self, of: &WorkflowRetention, ended_before_ms: i64, retained: &mut Retained) {
        let unkept = |one: &Execution| {
            let is_over = one.ended_ms.is_none_or(|ended_ms| ended_ms < ended_before_ms);
            is_of(&one.row, of) && !of.keep.contains(&one.row.status) && is_over
        };
        self.remove_oldest(unkept, usize::MAX, retained);
        if let Some(before) = of.before_ms {
            self.remove_oldest(|one| is_of(&one.row, of) && is_older(one, before), usize::MAX, retained);
        }
        if let Some(max) = of.max_count {
            let over = self.ended().filter(|one| is_of(&one.row, of)).count().saturating_sub(most(max));
            self.remove_oldest(|one| is_of(&one.row, of), over, retained);
        }
    }

    fn ended(&self) -> impl Iterator<Item = &Execution> {
        self.executions.values().filter(|execution| execution.row.status.is_terminal())
    }

    /// Removes the oldest of those that ended and go, not more than so many; answers how many.
    fn remove_oldest(&mut self, goes: impl Fn(&Execution) -> bool, most: usize, retained: &mut Retained) -> usize {
        let going: Vec<_> = self.ended().filter(|one| goes(one)).take(most).map(|one| one.row.id).collect();
        going.iter().for_each(|&id| self.remove(id, retained));
        going.len()
    }

    /// Bytes of segments and bodies.
    fn bytes(&self) -> u64 {
        let segments = self.executions.values().flat_map(|execution| &execution.segments).map(|s| s.bytes.len());
        let blobs = self.blobs.values().map(|(body, _)| body.len());
        segments.chain(blobs).sum::<usize>() as u64
    }

    fn remove(&mut self, id: ExecutionId, retained: &mut Retained) {
        let Some(execution) = self.executions.remove(&id) else { return };
        retained.executions += 1;
        retained.bytes += execution.segments.iter().map(|segment| segment.bytes.len() as u64).sum::<u64>();
        self.idempotency.retain(|_, (execution, _)| *execution != id);
        self.inbox.retain(|_, message| message.execution != id);
        self.seen.retain(|(execution, _)| *execution != id);
        let row = execution.row;
        self.touched.push(Touch { execution: id, gone: Some(row.tenant) });
        if row.workflow.is_none() && !self.executions.values().any(|other| other.row.version == row.version) {
            self.records.remove_ad_hoc_version(row.tenant, row.version.0);
        }
    }

    fn collect_blobs(&mut self, retained: &mut Retained) {
        let now_ms = self.now_ms;
        let named: HashSet<_> = self
            .executions
            .values()
            .flat_map(|execution| execution.blobs.iter().map(|&hash| (execution.row.tenant, hash)))
            .collect();
        let unnamed: BTreeSet<_> = self
            .blobs
            .iter()
            .filter(|(key, (_, at_ms))| !named.contains(*key) && *at_ms < now_ms - BLOB_GRACE_MS)
            .map(|(&key, _)| key)
            .collect();
        for key in unnamed {
            retained.bytes += self.blobs.remove(&key).map_or(0, |(body, _)| body.len() as u64);
        }
    }
}

/// Counts and durations of these.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures for people"
)]
fn tell(rows: &[&ExecutionRow]) -> Statistics {
    let count = |status: Status| rows.iter().filter(|row| row.status == status).count() as u64;
    let mut ended: Vec<u64> = rows.iter().filter(|row| row.status.is_terminal()).map(|row| row.duration_us).collect();
    ended.sort_unstable();
    let rank = |share: f64| ((share * ended.len() as f64).ceil() as usize).max(1) - 1;
    let sum: u64 = ended.iter().sum();
    Statistics {
        by_status: Status::ALL.iter().map(|&status| (status, count(status))).collect(),
        mean_ms: if ended.is_empty() { 0.0 } else { sum as f64 / ended.len() as f64 / 1_000.0 },
        percentiles_ms: [0.5, 0.95, 0.99].map(|share| ended.get(rank(share)).map_or(0.0, |&us| us as f64 / 1_000.0)),
    }
}
