//! What the store keeps of a draft beside its head: the bases of its epochs, and the updates that came since each.
//!
//! Updates say what each rev changed, so the newest revs can be made again (docs/design/0007). Older ones of an epoch are
//! merged into one.

use bytes::Bytes;
use engine::versions;
use model::{TenantId, VersionId};
use serde::{Deserialize, Serialize};
use store::records::{Expect, Find, Kind, RecordQuery, RecordWrite};
use store::{Record, Records, StoreError};

use super::Whose;
use super::document::Base;
use super::shared::Shared;
use crate::App;

/// Texts of bases that are no versions.
static BASE: Kind = Kind { name: "draft_base", indexed: &["workflow"] };
/// What the revs of an epoch changed.
static UPDATE: Kind = Kind { name: "draft_update", indexed: &["workflow", "epoch"] };
/// Where epochs began.
static EPOCH: Kind = Kind { name: "draft_epoch", indexed: &["workflow"] };

/// Revs of an epoch that can be made again one by one, and how many more gather before they are merged.
const REVS: usize = 1_000;
const MORE: usize = 200;
/// How long the bases and updates of an epoch that is over are kept, in ms.
const OVER_MS: i64 = 7 * 24 * 60 * 60 * 1_000;

/// The text that an epoch builds on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum BaseText {
    /// That of a version.
    #[serde(rename = "version")]
    Version(VersionId),
    /// One of its own.
    #[serde(rename = "text")]
    Own(i64),
}

/// Where an epoch began.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Epoch {
    pub(super) epoch: u64,
    /// When, in ms since 1970.
    pub(super) at_ms: i64,
    /// The rev that its base is.
    pub(super) rev: u64,
    pub(super) base: BaseText,
}

/// An update in the store.
#[derive(Clone, Copy, Debug)]
pub(super) struct Logged {
    pub(super) id: i64,
    pub(super) rev: u64,
    pub(super) at_ms: i64,
}

/// An update with its bytes.
pub(super) struct Update {
    pub(super) logged: Logged,
    body: Bytes,
}

/// Bytes before the update in a record: its rev and when it was made.
const HEAD: usize = 16;

impl Update {
    pub(super) fn bytes(&self) -> &[u8] {
        self.body.get(HEAD..).unwrap_or_default()
    }

    fn read(record: &Record) -> Result<Self, StoreError> {
        let damaged = || StoreError::Corrupt(format!("update {} of a draft is too short", record.id));
        let number = |from: usize| Some(u64::from_le_bytes(record.body.get(from..from + 8)?.try_into().ok()?));
        let (rev, at) = number(0).zip(number(8)).ok_or_else(damaged)?;
        let logged = Logged { id: record.id, rev, at_ms: at.cast_signed() };
        Ok(Self { logged, body: record.body.clone() })
    }
}

/// The write of an update.
pub(super) fn update_write((tenant, workflow): Whose, epoch: u64, logged: Logged, update: &[u8]) -> RecordWrite {
    let body = [&logged.rev.to_le_bytes()[..], &logged.at_ms.to_le_bytes(), update].concat();
    let fields = vec![Some(workflow.to_string()), Some(epoch.to_string())];
    let content = Some((fields, body.into()));
    RecordWrite { kind: &UPDATE, tenant, id: logged.id, expect: Expect::Any, content, now_ms: logged.at_ms }
}

/// The write of where an epoch began.
pub(super) fn epoch_write(app: &App, (tenant, workflow): Whose, epoch: Epoch) -> RecordWrite {
    let body = serde_json::to_vec(&epoch).expect("numbers have a JSON form");
    let content = Some((vec![Some(workflow.to_string())], body.into()));
    RecordWrite { kind: &EPOCH, tenant, id: app.ids.next(), expect: Expect::Absent, content, now_ms: epoch.at_ms }
}

/// The write of a base's text.
pub(super) fn base_write((tenant, workflow): Whose, id: i64, text: Bytes, now_ms: i64) -> RecordWrite {
    let content = Some((vec![Some(workflow.to_string())], text));
    RecordWrite { kind: &BASE, tenant, id, expect: Expect::Absent, content, now_ms }
}

/// The text that an epoch builds on.
pub(super) async fn base(app: &App, tenant: TenantId, base: BaseText) -> Result<Option<Base>, StoreError> {
    let text = match base {
        BaseText::Version(version) => versions::text(&*app.records, tenant, version).await?,
        BaseText::Own(text) => app.records.get(&BASE, tenant, text).await?.map(|record| record.body),
    };
    Ok(text.map(Base::new))
}

/// The updates of an epoch, oldest first.
pub(super) async fn updates(app: &App, (tenant, workflow): Whose, epoch: u64) -> Result<Vec<Update>, StoreError> {
    let equals = vec![("workflow", workflow.to_string()), ("epoch", epoch.to_string())];
    let mut pages = RecordQuery { equals, ..RecordQuery::all(&UPDATE, tenant) }.pages(&*app.records);
    let mut found: Vec<Update> = Vec::new();
    while let Some(records) = pages.next().await? {
        for record in &records {
            found.push(Update::read(record)?);
        }
    }
    found.sort_unstable_by_key(|update| update.logged.rev);
    Ok(found)
}

/// Where the epochs of a draft began, as far as they are kept, oldest first.
pub(super) async fn epochs(app: &App, (tenant, workflow): Whose) -> Result<Vec<(i64, Epoch)>, StoreError> {
    let mut found: Vec<(i64, Epoch)> = Vec::new();
    let damaged = |error: serde_json::Error| StoreError::Corrupt(format!("an epoch of workflow {workflow}: {error}"));
    let equals = vec![("workflow", workflow.to_string())];
    let mut pages = RecordQuery { equals, ..RecordQuery::all(&EPOCH, tenant) }.pages(&*app.records);
    while let Some(records) = pages.next().await? {
        for record in &records {
            found.push((record.id, serde_json::from_slice(&record.body).map_err(damaged)?));
        }
    }
    found.sort_unstable_by_key(|(_, epoch)| epoch.epoch);
    Ok(found)
}

/// A draft as it was at a rev: its base and its overlay; none where that is not known any more.
pub(super) async fn at(app: &App, whose: Whose, rev: u64) -> Result<Option<(Base, Shared)>, StoreError> {
    let epochs = epochs(app, whose).await?;
    let Some((_, epoch)) = epochs.iter().rev().find(|(_, epoch)| epoch.rev <= rev) else { return Ok(None) };
    let Some(base) = base(app, whose.0, epoch.base).await? else { return Ok(None) };
    let mut updates = updates(app, whose, epoch.epoch).await?;
    // The first one may be many that were merged, and those before it are gone.
    let first = updates.first().map(|update| update.logged.rev);
    if first.is_some_and(|first| first > epoch.rev + 1 && rev < first && rev != epoch.rev) {
        return Ok(None);
    }
    updates.retain(|update| update.logged.rev <= rev);
    let damaged = |_| StoreError::Corrupt(format!("the draft of workflow {} cannot be read at rev {rev}", whose.1));
    Ok(Some((base, Shared::load(updates.iter().map(Update::bytes)).map_err(damaged)?)))
}

/// The updates of an epoch that is over; none where that is not kept any more.
pub(super) async fn ended(app: &App, whose: Whose, epoch: u64) -> Result<Option<Vec<Update>>, StoreError> {
    let updates = updates(app, whose, epoch).await?;
    // One in which nobody wrote has no updates, and one with which a workflow began has no record of its own.
    if updates.is_empty() && !epochs(app, whose).await?.iter().any(|(_, one)| one.epoch == epoch) {
        return Ok(None);
    }
    Ok(Some(updates))
}

/// The rev that was made at a moment.
pub(super) async fn rev_at(app: &App, whose: Whose, at_ms: i64) -> Result<Option<u64>, StoreError> {
    for (_, epoch) in epochs(app, whose).await?.iter().rev() {
        let updates = updates(app, whose, epoch.epoch).await?;
        if let Some(update) = updates.iter().rev().find(|update| update.logged.at_ms == at_ms) {
            return Ok(Some(update.logged.rev));
        }
        if epoch.at_ms == at_ms {
            return Ok(Some(epoch.rev));
        }
        if epoch.at_ms < at_ms {
            break;
        }
    }
    Ok(None)
}

/// Writes that merge the oldest updates of an epoch once too many have gathered, and what is left of the log then.
pub(super) async fn merged(
    app: &App,
    whose: Whose,
    epoch: u64,
    log: &[Logged],
) -> Result<Option<(Vec<RecordWrite>, Vec<Logged>)>, StoreError> {
    if log.len() <= REVS + MORE {
        return Ok(None);
    }
    let (old, rest) = log.split_at(log.len() - REVS);
    let Some(last) = old.last() else { return Ok(None) };
    let records = app.records.get_many(&UPDATE, whose.0, old.iter().map(|logged| logged.id).collect()).await?;
    let updates = records.iter().map(Update::read).collect::<Result<Vec<_>, _>>()?;
    let damaged = |_| StoreError::Corrupt(format!("the updates of the draft of workflow {} cannot be merged", whose.1));
    let shared = Shared::load(updates.iter().map(Update::bytes)).map_err(damaged)?;
    let state = shared.since(&[]).map_err(damaged)?;
    let mut writes: Vec<RecordWrite> =
        old.iter().map(|logged| removal_of(&UPDATE, whose.0, logged.id, last.at_ms)).collect();
    // The last of them stays, as all of them.
    writes.pop();
    writes.push(update_write(whose, epoch, *last, &state));
    let left = std::iter::once(*last).chain(rest.iter().copied()).collect();
    Ok(Some((writes, left)))
}

fn removal_of(kind: &'static Kind, tenant: TenantId, id: i64, now_ms: i64) -> RecordWrite {
    RecordWrite { kind, tenant, id, expect: Expect::Any, content: None, now_ms }
}

/// Writes that remove epochs that have been over for long. The newest revs stay all the same.
pub(super) async fn outlived(app: &App, whose: Whose, rev: u64, now_ms: i64) -> Result<Vec<RecordWrite>, StoreError> {
    let mut writes = Vec::new();
    let epochs = epochs(app, whose).await?;
    for pair in epochs.windows(2) {
        let [(id, epoch), (_, next)] = pair else { continue };
        if next.at_ms + OVER_MS > now_ms || next.rev + REVS as u64 > rev {
            break;
        }
        writes.push(removal_of(&EPOCH, whose.0, *id, now_ms));
        if let BaseText::Own(text) = epoch.base {
            writes.push(removal_of(&BASE, whose.0, text, now_ms));
        }
        let updates = updates(app, whose, epoch.epoch).await?;
        writes.extend(updates.iter().map(|update| removal_of(&UPDATE, whose.0, update.logged.id, now_ms)));
    }
    Ok(writes)
}

/// Writes that remove all of it.
pub(super) async fn removal(
    records: &dyn Records,
    (tenant, workflow): Whose,
    now_ms: i64,
) -> Result<Vec<RecordWrite>, StoreError> {
    let mut writes = Vec::new();
    for kind in [&BASE, &UPDATE, &EPOCH] {
        let find = Find { equals: vec![("workflow", workflow.to_string())], ..Find::all(kind, tenant) };
        let ids = records.matching(find).await?;
        writes.extend(ids.into_iter().map(|id| removal_of(kind, tenant, id, now_ms)));
    }
    Ok(writes)
}
