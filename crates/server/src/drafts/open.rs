//! Drafts in memory: one at a time works on each, and those used last stay, as far as there is room.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use model::{TenantId, VersionId, WorkflowId};
use store::StoreError;
use store::records::RecordWrite;
use tokio::sync::OwnedMutexGuard;

use super::document::{Base, Document};
use super::log::{self, BaseText, Epoch, Logged};
use super::room::{Handle, Told};
use super::shared::{self, Shared};
use super::weight::Weight;
use super::{DRAFT, Head, Whose, off_thread};
use crate::App;
use crate::error::ApiError;
use crate::workflows::{Lineage, Workflow};

/// Bytes of drafts that are kept in memory.
const KEPT_MAX: usize = 256 * 1024 * 1024;

/// All drafts that are in memory.
#[derive(Default)]
pub(crate) struct Drafts {
    slots: Mutex<HashMap<Whose, Arc<Slot>>>,
    clock: AtomicU64,
}

/// The place of a draft in memory.
#[derive(Default)]
pub(super) struct Slot {
    open: Arc<tokio::sync::Mutex<Option<Open>>>,
    bytes: AtomicUsize,
    used: AtomicU64,
    /// The room of those who are connected.
    pub(super) room: Mutex<Option<Handle>>,
}

/// A draft in memory.
pub(crate) struct Open {
    pub(super) head: Head,
    /// The revision of the head's record; 0 while there is none.
    pub(super) revision: u64,
    pub(super) base: Base,
    pub(super) shared: Arc<Shared>,
    /// The file, since somebody asked for it.
    read: Option<Arc<Document>>,
    log: Vec<Logged>,
    pub(super) weight: Weight,
}

/// A draft that nobody else works on meanwhile.
pub(crate) struct Held {
    app: App,
    whose: Whose,
    open: OwnedMutexGuard<Option<Open>>,
    slot: Arc<Slot>,
    /// What the room is told once an epoch has begun with what is stored beside.
    following: Option<Told>,
}

/// What an epoch begins with.
#[derive(Default)]
pub(super) struct Beginning {
    /// Its text, where that is not a version's.
    pub(super) text: Option<Bytes>,
    /// What is to be settled in it, by key.
    pub(super) conflicts: Vec<(String, String)>,
    /// What is written with it.
    pub(super) others: Vec<RecordWrite>,
}

impl Beginning {
    /// With a text.
    pub(super) fn of(text: Option<Bytes>) -> Self {
        Self { text, ..Self::default() }
    }
}

impl Drafts {
    /// Waits until nobody works on a draft.
    pub(crate) async fn hold(&self, app: &App, tenant: TenantId, id: WorkflowId) -> Held {
        let whose = (tenant, id);
        let slot = self.slot(whose);
        let open = slot.open.clone().lock_owned().await;
        Held { app: app.clone(), whose, open, slot, following: None }
    }

    pub(super) fn slot(&self, whose: Whose) -> Arc<Slot> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).entry(whose).or_default().clone()
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
    pub(super) async fn open(&mut self, workflow: &Workflow) -> Result<&mut Open, StoreError> {
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

    /// Stores what an update changed, as the next rev that `head` says. Everybody who is connected hears of it, unless the room
    /// itself stores it.
    pub(super) async fn commit(&mut self, head: Head, update: Bytes, tell: bool) -> Result<(), StoreError> {
        let Some(mut open) = self.open.take() else { return Ok(()) };
        let logged = Logged { id: self.app.ids.next(), rev: head.rev, at_ms: head.at_ms };
        let mut writes = vec![head.write(self.whose, open.revision)];
        if open.log.is_empty() && head.epoch == 0 {
            writes.push(log::epoch_write(&self.app, self.whose, open.began(head.at_ms)));
        }
        writes.push(log::update_write(self.whose, head.epoch, logged, &update));
        let stored = async {
            open.log.push(logged);
            if let Some((more, left)) = log::merged(&self.app, self.whose, head.epoch, &open.log).await? {
                // Its own update is not in the store yet, so it is never among those that are merged.
                writes.extend(more);
                open.log = left;
            }
            self.app.records.batch(writes).await
        };
        // Until it is known what is stored, nothing is known.
        let revisions = match stored.await {
            Ok(revisions) => revisions,
            Err(error) => {
                self.tell(Told::Failed);
                return Err(error);
            }
        };
        open.revision = revisions.first().copied().unwrap_or_default();
        open.weight.add(shared::size_of(&update));
        open.read = None;
        if tell {
            self.tell(Told::Changed { rev: head.rev, at_ms: head.at_ms, update });
        }
        open.head = head;
        *self.open = Some(open);
        Ok(())
    }

    /// Writes with which an epoch begins: the head says on what.
    pub(super) async fn epoch_writes(
        &mut self,
        workflow: &Workflow,
        head: &Head,
        beginning: Beginning,
    ) -> Result<Vec<RecordWrite>, StoreError> {
        let Beginning { text, conflicts, others } = beginning;
        let (app, whose) = (self.app.clone(), self.whose);
        let open = self.open(workflow).await?;
        let mut writes = vec![head.write(whose, open.revision)];
        writes.extend(others);
        if open.log.is_empty() && open.head.epoch == 0 {
            writes.push(log::epoch_write(&app, whose, open.began(head.at_ms)));
        }
        let epoch = Epoch { epoch: head.epoch, rev: head.rev, base: head.text(), at_ms: head.at_ms };
        writes.push(log::epoch_write(&app, whose, epoch));
        if let (Some(text), BaseText::Own(id)) = (text, head.text()) {
            writes.push(log::base_write(whose, id, text, head.at_ms));
        }
        let (_, carried) = open.shared.renewed(&conflicts);
        if !carried.is_empty() {
            let logged = Logged { id: app.ids.next(), rev: head.rev, at_ms: head.at_ms };
            writes.push(log::update_write(whose, head.epoch, logged, &carried));
        }
        writes.extend(log::outlived(&app, whose, head.rev, head.at_ms).await?);
        Ok(writes)
    }

    /// Begins an epoch.
    pub(super) async fn begin(
        &mut self,
        workflow: &Workflow,
        head: &Head,
        beginning: Beginning,
    ) -> Result<(), StoreError> {
        let writes = self.epoch_writes(workflow, head, beginning).await?;
        self.forget();
        let stored = self.app.records.batch(writes).await;
        self.tell(if stored.is_ok() { Told::Over { epoch: head.epoch, rev: head.rev } } else { Told::Failed });
        stored.map(drop)
    }

    /// Writes with which a draft without changes follows to a version that is published now. One that has changes, or is on
    /// another branch, stays as it is: its base is then an old version. Answers whether it stays, too.
    pub(crate) async fn follow(
        &mut self,
        before: &Workflow,
        version: VersionId,
    ) -> Result<(Vec<RecordWrite>, bool), StoreError> {
        let (head, revision) = self.head(before).await?;
        if head.changed {
            return Ok((Vec::new(), true));
        }
        let (_, branch) = Lineage::beside(&self.app, self.whose.0, before.kept.version).await?;
        if revision != 0 && head.branch != branch {
            self.forget();
            return Ok((vec![Head { changed: true, ..head }.write(self.whose, revision)], true));
        }
        let next = Head { branch, ..head.replaced(version, None, version) };
        let writes = if revision == 0 {
            vec![next.write(self.whose, revision)]
        } else {
            self.epoch_writes(before, &next, Beginning::default()).await?
        };
        self.following = Some(Told::Over { epoch: next.epoch, rev: next.rev });
        self.forget();
        Ok((writes, false))
    }

    /// Tells whoever is connected how storing those writes ended.
    pub(crate) fn followed(&mut self, stored: bool) {
        if let Some(told) = self.following.take() {
            self.tell(if stored { told } else { Told::Failed });
        }
    }

    pub(super) const fn app(&self) -> &App {
        &self.app
    }

    pub(super) const fn whose(&self) -> Whose {
        self.whose
    }

    /// Reads it anew the next time.
    pub(crate) fn forget(&mut self) {
        *self.open = None;
    }

    /// The workflow is gone.
    pub(crate) fn removed(&mut self) {
        self.forget();
        self.tell(Told::Gone);
    }

    /// Tells the room, if there is one.
    pub(super) fn tell(&self, told: Told) {
        if let Some(room) = &*self.slot.room.lock().unwrap_or_else(PoisonError::into_inner) {
            room.tell(told);
        }
    }

    /// Whether somebody is connected.
    pub(super) fn is_shared(&self) -> bool {
        self.slot.room.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

impl Open {
    /// The file.
    pub(super) async fn document(&mut self) -> Result<Arc<Document>, ApiError> {
        if let Some(read) = &self.read {
            return Ok(read.clone());
        }
        let (base, shared) = (self.base.clone(), self.shared.clone());
        let size = base.text.len() + self.weight.bytes();
        let read = Arc::new(off_thread(size, move || Ok(shared.read(&base)?)).await?);
        self.read = Some(read.clone());
        Ok(read)
    }

    /// Where the first epoch of a draft began: nothing is stored of it until something changes.
    fn began(&self, at_ms: i64) -> Epoch {
        Epoch { epoch: self.head.epoch, rev: self.head.rev, base: self.head.text(), at_ms }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let of = |open: &Open| {
            let read = open.read.as_ref().map_or(0, |read| read.overlay.bytes());
            open.base.bytes() + open.weight.memory() + read
        };
        let bytes = self.open.as_ref().map_or(0, of);
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
        Some(record) => (Head::read(&record)?, record.revision),
        None => (Head::unchanged(workflow.kept.version, workflow.updated_ms), 0),
    })
}

async fn load(app: &App, whose: Whose, workflow: &Workflow) -> Result<Open, StoreError> {
    let (head, revision) = load_head(app, whose, workflow).await?;
    let missing = || StoreError::Corrupt(format!("the text of the draft of workflow {} is missing", whose.1));
    let base = log::base(app, whose.0, head.text()).await?.ok_or_else(missing)?;
    let updates = if revision == 0 { Vec::new() } else { log::updates(app, whose, head.epoch).await? };
    let damaged = |_| StoreError::Corrupt(format!("the changes of the draft of workflow {} cannot be read", whose.1));
    let shared = Shared::load(updates.iter().map(log::Update::bytes)).map_err(damaged)?;
    let mut weight = Weight::default();
    updates.iter().for_each(|update| weight.add(shared::size_of(update.bytes())));
    let log = updates.iter().map(|update| update.logged).collect();
    Ok(Open { head, revision, base, shared: Arc::new(shared), read: None, log, weight })
}
