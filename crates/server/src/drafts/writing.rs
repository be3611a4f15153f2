//! Changing a draft in the store: what every way to do it has in common.

use axum::http::StatusCode;
use bytes::Bytes;
use model::{TenantId, VersionId};

use super::document::Document;
use super::entries::Difference;
use super::open::{Beginning, Held, Open};
use super::shared::ITEMS_MAX as UPDATE_ITEMS_MAX;
use super::weight::Size;
use super::{Head, LARGE, off_thread};
use crate::App;
use crate::error::ApiError;
use crate::workflows::{Lineage, Workflow};

/// An overlay is folded into a new base, once nobody is there, when it has more entries or bytes than these.
const ENTRIES_MAX: usize = 10_000;
const BYTES_MAX: Size = Size { bytes: 1024 * 1024, items: usize::MAX };
/// Whether a draft differs from what is published is found out exactly while its overlay has no more entries than these.
const EXACT_MAX: usize = 500;

impl Held {
    /// Writes a change of the file as entries, and answers the head that the draft has then. `read` is the file with it, where it is
    /// known.
    pub(super) async fn write(
        &mut self,
        workflow: &Workflow,
        difference: Difference,
        read: Option<&Document>,
    ) -> Result<Head, ApiError> {
        let update = self.open(workflow).await?.shared.write(difference);
        self.keep(workflow, update.into(), read).await
    }

    /// Writes a change as entries where they can say it and there is room for them, else the file that it leads to as a new base.
    pub(super) async fn write_or_replace(
        &mut self,
        workflow: &Workflow,
        difference: Option<Difference>,
        (read, text): (Option<&Document>, impl FnOnce() -> Result<Bytes, ApiError>),
    ) -> Result<Head, ApiError> {
        let most = self.app().config.limits.body_bytes;
        let is_full = self.open(workflow).await?.is_full(most);
        match difference.filter(|_| !is_full) {
            Some(difference) => self.write(workflow, difference, read).await,
            None => self.replace(workflow, text()?, Vec::new()).await,
        }
    }

    /// Stores what an update of the overlay changed, of somebody without a socket, and answers the head that the draft has then.
    pub(super) async fn keep(
        &mut self,
        workflow: &Workflow,
        update: Bytes,
        read: Option<&Document>,
    ) -> Result<Head, ApiError> {
        let open = self.open(workflow).await?;
        let head = open.head.next(open.differs(read, workflow.kept.version)?);
        self.commit(head, update, true).await?;
        self.fold(workflow).await
    }

    /// Puts a whole file in place of the draft's, which is the base of a new epoch, with conflicts that are to be settled in it.
    pub(super) async fn replace(
        &mut self,
        workflow: &Workflow,
        text: Bytes,
        conflicts: Vec<(String, String)>,
    ) -> Result<Head, ApiError> {
        let (app, published) = (self.app().clone(), workflow.kept.version);
        let tenant = self.whose().0;
        let open = self.open(workflow).await?;
        open.settled()?;
        let before = open.head.clone();
        let is_published = is_published(&app, (tenant, &before), published, &text).await?;
        let (base, own) = if is_published { (published, None) } else { (before.base, Some(app.ids.next())) };
        let mut head = before.replaced(base, own, published);
        head.changed |= !conflicts.is_empty();
        let text = own.map(|_| text);
        self.begin(workflow, &head, Beginning { text, conflicts, ..Beginning::default() }).await?;
        Ok(head)
    }

    /// Folds the overlay into a new base if it has outgrown it, nobody is connected, and nothing is to be settled; answers the head
    /// that the draft has then.
    pub(super) async fn fold(&mut self, workflow: &Workflow) -> Result<Head, ApiError> {
        let shared = self.is_shared();
        let app = self.app().clone();
        let open = self.open(workflow).await?;
        if shared || !open.is_overgrown() || open.settled().is_err() {
            return Ok(open.head.clone());
        }
        let document = open.document().await?;
        let text = off_thread(document.base.text.len(), move || Ok(document.text()?)).await?;
        let head = open.head.renewed(open.head.base, Some(app.ids.next()), workflow.kept.version);
        self.begin(workflow, &head, Beginning::of(Some(text))).await?;
        Ok(head)
    }
}

impl Open {
    /// Whether the draft has anything once its overlay has changed that what is published has not: another file, or something that is
    /// to be settled. `read` is the file, where it is known.
    pub(super) fn differs(&self, read: Option<&Document>, published: VersionId) -> Result<bool, ApiError> {
        Ok(self.has_another_file(read, published)? || self.shared.open_conflicts() > 0)
    }

    fn has_another_file(&self, read: Option<&Document>, published: VersionId) -> Result<bool, ApiError> {
        if self.head.text.is_some() || self.head.base != published {
            return Ok(true);
        }
        if let Some(read) = read {
            return Ok(!read.is_base());
        }
        if self.base.text.len() > LARGE || self.shared.entries() > EXACT_MAX {
            return Ok(self.shared.changes_file());
        }
        let (base, shared) = (&self.base, &self.shared);
        Ok(!shared.read(base)?.is_base())
    }

    /// How much more it takes, where updates of so many bytes are to come. What was written over takes up no room.
    pub(super) fn room(&mut self, most: usize, wanted: usize) -> Size {
        let shared = &self.shared;
        // An item has a byte at least.
        let wanted = Size { bytes: wanted, items: wanted.min(UPDATE_ITEMS_MAX as usize) };
        self.weight.room(Size::most(most), wanted, || shared.size())
    }

    /// Whether it has so much that what is written next had better be the base of a new epoch.
    fn is_full(&mut self, most: usize) -> bool {
        let shared = &self.shared;
        self.weight.is_beyond(Size::most(most), || shared.size())
    }

    /// Refuses what would make an end of conflicts that nobody has settled.
    pub(super) fn settled(&self) -> Result<(), ApiError> {
        let open = self.shared.open_conflicts();
        if open == 0 {
            return Ok(());
        }
        let detail = format!(
            "{open} of the draft's fields were changed by several people to different values; choose what stands \
             first, in the editor or at GET /workflows/{{id}}/conflicts"
        );
        Err(ApiError::new(StatusCode::CONFLICT, "conflicts_open", detail))
    }

    /// Whether the overlay has outgrown what is read again each time.
    fn is_overgrown(&mut self) -> bool {
        let shared = &self.shared;
        shared.count() > ENTRIES_MAX || self.weight.is_beyond(BYTES_MAX, || shared.size())
    }
}

/// Whether a text is what is published, on the branch that the draft is on.
async fn is_published(
    app: &App,
    (tenant, head): (TenantId, &Head),
    published: VersionId,
    text: &Bytes,
) -> Result<bool, ApiError> {
    let lineage = Lineage::find(app, tenant, published).await?.0;
    Ok(lineage.branch == head.branch && lineage.hash == hash_of(text).await?)
}

async fn hash_of(text: &Bytes) -> Result<String, ApiError> {
    let text = text.clone();
    off_thread(text.len(), move || Ok(blake3::hash(&text).to_hex().to_string())).await
}
