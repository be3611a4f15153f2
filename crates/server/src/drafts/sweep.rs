//! Removing automatic versions that nothing refers to any more: those that were made in order to run a draft, and have no label.
//!
//! What refers to one is an execution, the draft, or another version that was made from it. What is stored of a version refers
//! to one that it comes from, so nothing is removed that the text of another is made of.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use engine::versions::VERSION;
use model::{TenantId, VersionId, WorkflowId};
use store::StoreError;
use store::journal::{ExecutionQuery, first_id_at};
use store::records::{Expect, RecordQuery, RecordWrite};

use super::{DRAFT, Head, Whose, log};
use crate::App;
use crate::app::now_ms;
use crate::error::ApiError;
use crate::workflows::{self, LINEAGE, Lineage, WORKFLOW};

/// Executions read at a time.
const CHUNK: usize = 1_000;
/// Looking takes at most one part of so many of the time, once it takes longer than `SHORT`.
const PARTS: u32 = 100;
const SHORT: Duration = Duration::from_millis(100);
const DAY_MS: u64 = 86_400_000;

/// When it is time to look again.
#[derive(Default)]
pub(crate) struct Sweeps(Mutex<Option<Instant>>);

impl Sweeps {
    fn is_due(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_none_or(|due| due <= Instant::now())
    }

    fn ended(&self, took: Duration) {
        let due = (took > SHORT).then(|| Instant::now() + took * PARTS);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = due;
    }
}

/// A version that may go.
#[derive(Clone, Copy)]
struct Candidate {
    version: VersionId,
    created_ms: i64,
    revision: u64,
}

/// Removes what has outlived the configuration's word; answers how many versions went.
pub(crate) async fn sweep(app: &App) -> Result<usize, ApiError> {
    let says = &app.config.versions;
    if says.auto_days == 0 && says.auto_count == 0 || !app.sweeps.is_due() {
        return Ok(0);
    }
    let began = Instant::now();
    let (tenant, mut gone) = (TenantId::DEFAULT, 0);
    let mut pages = RecordQuery::all(&WORKFLOW, tenant).pages(&*app.records);
    while let Some(records) = pages.next().await? {
        for record in records {
            gone += one(app, (tenant, WorkflowId(record.id))).await?;
        }
    }
    app.sweeps.ended(began.elapsed());
    Ok(gone)
}

/// Removes those of one workflow.
async fn one(app: &App, whose: Whose) -> Result<usize, ApiError> {
    let mut unused = candidates(app, whose).await?;
    let looked_ms = now_ms();
    strike_used(app, whose, &mut unused, i64::MIN).await?;
    if unused.is_empty() {
        return Ok(0);
    }
    // From here on nobody changes the draft. What happened since is looked at once more.
    let _held = app.drafts.hold(app, whose.0, whose.1).await;
    if matches!(workflows::find(app, whose.0, whose.1).await, Err(error) if error.code() == "not_found") {
        return Ok(0);
    }
    let still: HashSet<VersionId> = candidates(app, whose).await?.iter().map(|one| one.version).collect();
    unused.retain(|one| still.contains(&one.version));
    strike_used(app, whose, &mut unused, looked_ms).await?;
    let removal = |kind, id: VersionId, expect| RecordWrite {
        kind,
        tenant: whose.0,
        id: id.0,
        expect,
        content: None,
        now_ms: now_ms(),
    };
    let mut writes = Vec::with_capacity(unused.len() * 2);
    for one in &unused {
        // Whoever gave it a label meanwhile keeps all of them for now.
        writes.push(removal(&LINEAGE, one.version, Expect::Revision(one.revision)));
        writes.push(removal(&VERSION, one.version, Expect::Any));
    }
    app.records.batch(writes).await?;
    for one in &unused {
        app.engine.forget(whose.0, one.version);
    }
    Ok(unused.len())
}

/// The automatic versions of a workflow that are too old or too many, and that neither its draft nor another version refers to.
async fn candidates(app: &App, whose: Whose) -> Result<Vec<Candidate>, ApiError> {
    let says = &app.config.versions;
    let before_ms = now_ms().saturating_sub_unsigned(says.auto_days.saturating_mul(DAY_MS));
    let (mut found, mut referred, mut count) = (Vec::new(), referred_by_draft(app, whose).await?, 0);
    let look = |lineage: Lineage, record: &store::Record| {
        referred.extend(lineage.parent);
        if !lineage.is_kept() {
            count += 1;
            let is_old = says.auto_days > 0 && record.created_ms < before_ms;
            if is_old || says.auto_count > 0 && count > says.auto_count {
                let version = VersionId(record.id);
                found.push(Candidate { version, created_ms: record.created_ms, revision: record.revision });
            }
        }
        None::<()>
    };
    Lineage::newest(app, whose, look).await?;
    found.retain(|one| !referred.contains(&one.version));
    Ok(found)
}

/// What the draft, and the states that it can still be taken back to, are made from.
async fn referred_by_draft(app: &App, whose: Whose) -> Result<HashSet<VersionId>, StoreError> {
    let mut referred = HashSet::new();
    if let Some(record) = app.records.get(&DRAFT, whose.0, whose.1.0).await? {
        referred.insert(Head::read(&record)?.base);
    }
    for (_, epoch) in log::epochs(app, whose).await? {
        if let log::BaseText::Version(version) = epoch.base {
            referred.insert(version);
        }
    }
    Ok(referred)
}

/// Takes out those that executions refer to which began at a time or later. None is older than the version it runs.
async fn strike_used(app: &App, whose: Whose, unused: &mut Vec<Candidate>, from_ms: i64) -> Result<(), StoreError> {
    let Some(oldest) = unused.iter().map(|one| one.created_ms).min() else { return Ok(()) };
    let mut query = ExecutionQuery {
        workflow: Some(whose.1),
        // Ids may be a little ahead or behind of the time.
        from: Some(first_id_at(oldest.max(from_ms).saturating_sub(60_000))),
        limit: CHUNK,
        ..ExecutionQuery::newest(whose.0)
    };
    while !unused.is_empty() {
        let page = app.journal.list(query.clone()).await?;
        let used: HashSet<VersionId> = page.rows.iter().map(|row| row.version).collect();
        unused.retain(|one| !used.contains(&one.version));
        match page.rows.last().filter(|_| page.more) {
            Some(last) => query.before = Some(last.id),
            None => break,
        }
    }
    Ok(())
}
