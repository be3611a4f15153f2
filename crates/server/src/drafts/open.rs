//! Drafts in memory: one at a time works on each, and those used last stay, as far as there is room.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use engine::versions::VERSION;
use model::{TenantId, VersionId, WorkflowId};
use store::StoreError;
use store::records::RecordWrite;
use tokio::sync::OwnedMutexGuard;

use super::document::{Document, Overlay};
use super::{CHANGES, DRAFT, Head, Open, TEXT, head_write, part_write, read_head, unchanged};
use crate::App;
use crate::workflows::Workflow;

/// Bytes of drafts that are kept in memory.
const KEPT_MAX: usize = 256 * 1024 * 1024;

type Whose = (TenantId, WorkflowId);

/// All drafts that are in memory.
#[derive(Default)]
pub(crate) struct Drafts {
    slots: Mutex<HashMap<Whose, Arc<Slot>>>,
    clock: AtomicU64,
}

#[derive(Default)]
struct Slot {
    open: Arc<tokio::sync::Mutex<Option<Open>>>,
    bytes: AtomicUsize,
    used: AtomicU64,
}

/// A draft that nobody else works on meanwhile.
pub(crate) struct Held {
    app: App,
    whose: Whose,
    open: OwnedMutexGuard<Option<Open>>,
    slot: Arc<Slot>,
}

impl Drafts {
    /// Waits until nobody works on a draft.
    pub(crate) async fn hold(&self, app: &App, tenant: TenantId, id: WorkflowId) -> Held {
        let whose = (tenant, id);
        let slot = self.slots.lock().unwrap_or_else(PoisonError::into_inner).entry(whose).or_default().clone();
        let open = slot.open.clone().lock_owned().await;
        Held { app: app.clone(), whose, open, slot }
    }

    /// Lets go of what has not been used for longest, once it is too much, and of what holds nothing.
    fn trim(&self) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody comes to hold one while the map is locked.
        slots.retain(|_, slot| slot.bytes.load(Ordering::Relaxed) > 0 || Arc::strong_count(slot) > 1);
        let mut bytes: usize = slots.values().map(|slot| slot.bytes.load(Ordering::Relaxed)).sum();
        while bytes > KEPT_MAX {
            let idle = slots.iter().filter(|(_, slot)| Arc::strong_count(slot) == 1);
            let oldest = idle.min_by_key(|(_, slot)| slot.used.load(Ordering::Relaxed));
            let Some(oldest) = oldest.map(|(whose, _)| *whose) else { return };
            bytes -= slots.remove(&oldest).map_or(0, |slot| slot.bytes.load(Ordering::Relaxed));
        }
    }
}

impl Held {
    /// The draft.
    pub(super) async fn open(&mut self, workflow: &Workflow) -> Result<&Open, StoreError> {
        let open = match self.open.take() {
            Some(open) => open,
            None => load(&self.app, self.whose, workflow).await?,
        };
        Ok(self.open.insert(open))
    }

    /// Its head, and the revision of its record.
    pub(super) async fn head(&self, workflow: &Workflow) -> Result<(Head, u64), StoreError> {
        match &*self.open {
            Some(open) => Ok((open.head.clone(), open.revision)),
            None => load_head(&self.app, self.whose, workflow).await,
        }
    }

    /// Stores the next state, with another text or without one of its own if that is said.
    pub(super) async fn store(&mut self, mut next: Open, text: Option<Option<Bytes>>) -> Result<(), StoreError> {
        let overlay = &next.document.overlay;
        let changes = (!next.document.is_base()).then(|| Bytes::from(overlay.write()));
        let mut writes =
            vec![head_write(self.whose, &next.head, next.revision), part_write(&CHANGES, self.whose, changes)];
        writes.extend(text.map(|text| part_write(&TEXT, self.whose, text)));
        // Until it is known what is stored, nothing is known.
        *self.open = None;
        let revisions = self.app.records.batch(writes).await?;
        next.revision = revisions.first().copied().unwrap_or_default();
        *self.open = Some(next);
        Ok(())
    }

    /// Writes with which a draft without changes follows to a version that is published now. One that has changes stays
    /// as it is: its base is then an old version.
    pub(crate) async fn follow(
        &mut self,
        before: &Workflow,
        version: VersionId,
    ) -> Result<Vec<RecordWrite>, StoreError> {
        let (head, revision) = self.head(before).await?;
        if head.changed {
            return Ok(Vec::new());
        }
        self.forget();
        let head = Head { rev: head.rev + 1, ..unchanged(version) };
        Ok(vec![head_write(self.whose, &head, revision)])
    }

    /// Reads it anew the next time.
    pub(crate) fn forget(&mut self) {
        *self.open = None;
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let bytes = self.open.as_ref().map_or(0, |open| open.document.base.bytes() + open.document.overlay.bytes());
        self.slot.bytes.store(bytes, Ordering::Relaxed);
        let used = self.app.drafts.clock.fetch_add(1, Ordering::Relaxed);
        self.slot.used.store(used, Ordering::Relaxed);
        self.slot = Arc::default();
        self.app.drafts.trim();
    }
}

async fn load_head(app: &App, (tenant, id): Whose, workflow: &Workflow) -> Result<(Head, u64), StoreError> {
    let record = app.records.get(&DRAFT, tenant, id.0).await?;
    Ok(match record {
        Some(record) => (read_head(&record)?, record.revision),
        None => (Head { at_ms: workflow.updated_ms, ..unchanged(workflow.kept.version) }, 0),
    })
}

async fn load(app: &App, (tenant, id): Whose, workflow: &Workflow) -> Result<Open, StoreError> {
    let (head, revision) = load_head(app, (tenant, id), workflow).await?;
    let missing = || StoreError::Corrupt(format!("the text of the draft of workflow {id} is missing"));
    let (kind, from) = if head.own_text { (&TEXT, id.0) } else { (&VERSION, head.base.0) };
    let text = app.records.get(kind, tenant, from).await?.ok_or_else(missing)?.body;
    let mut document = Document::new(text);
    if let Some(changes) = app.records.get(&CHANGES, tenant, id.0).await? {
        let base = document.base.clone();
        let read = tokio::task::spawn_blocking(move || Overlay::read(&changes.body, &base)).await;
        let damaged = || StoreError::Corrupt(format!("the changes of the draft of workflow {id} cannot be read"));
        document.overlay = read.ok().and_then(Result::ok).ok_or_else(damaged)?;
    }
    Ok(Open { head, revision, document })
}
