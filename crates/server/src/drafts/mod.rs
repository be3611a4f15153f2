//! Drafts: what a workflow is about to become. A draft need not run, only be a file with nodes and edges.
//!
//! A draft is a base, which is a text that stays as it is, and an overlay of what changed since, which several people
//! change at once (docs/design/0007). Everything that changes one goes through [`Held::commit`], or begins a new epoch with
//! another base. The store has its head, which lists read, and the log of its updates. A draft without changes is the
//! version itself, so every workflow has one.

mod branches;
mod change;
mod compare;
mod conflicts;
mod cut;
mod document;
mod entries;
mod log;
mod merging;
mod open;
mod presence;
mod publish;
pub(crate) mod room;
mod run;
pub(crate) mod save;
mod shared;
mod sweep;
mod wire;

use axum::http::StatusCode;
use bytes::Bytes;
use model::{TenantId, Value, VersionId, WorkflowId};
use serde::{Deserialize, Serialize};
use store::StoreError;
use store::records::{Expect, Kind, RecordWrite};

use crate::App;
use crate::app::now_ms;
use crate::error::ApiError;
use crate::workflows::{self, Lineage, MAIN, Workflow};

pub(crate) use branches::{restore, switch};
pub(crate) use compare::{Resolved, Side, compare};
pub(crate) use conflicts::{How, Listed, conflicts, settle};
use document::{Damaged, Document, List};
use entries::Difference;
use log::BaseText;
pub(crate) use merging::merge;
pub(crate) use open::Drafts;
use open::{Beginning, Held, Open};
pub(crate) use publish::{problems, publish};
pub(crate) use run::source;
pub(crate) use sweep::{Sweeps, sweep};

/// Heads of drafts.
static DRAFT: Kind = Kind { name: "draft", indexed: &[] };

/// An overlay is folded into a new base, once nobody is there, when it has more entries or bytes than these.
const ENTRIES_MAX: usize = 10_000;
const BYTES_MAX: usize = 1024 * 1024;
/// Whether a draft differs from what is published is found out exactly while its overlay has no more entries than these.
const EXACT_MAX: usize = 500;
/// From this size on a text is worked on off the threads that answer requests.
const LARGE: usize = 256 * 1024;

/// Which draft: that of a tenant's workflow.
type Whose = (TenantId, WorkflowId);

/// What is kept of a draft beside its file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Head {
    /// Counts its changes; a workflow whose file was never changed has 0.
    pub(crate) rev: u64,
    /// Counts its bases.
    #[serde(default)]
    pub(crate) epoch: u64,
    /// The version it was made from.
    pub(crate) base: VersionId,
    /// The branch it is on; none for `main`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) branch: Option<String>,
    /// The text that its overlay builds on, where that is not the version's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<i64>,
    /// Whether it differs from the workflow's version.
    pub(crate) changed: bool,
    /// When it changed, in ms since 1970.
    pub(crate) at_ms: i64,
}

/// A draft as it was read.
pub(crate) struct Shown {
    pub(crate) head: Head,
    /// The version that is published.
    pub(crate) version: VersionId,
    pub(crate) text: Bytes,
    /// Nodes and edges of the base that were taken out, where others have no name.
    pub(crate) gone: [Vec<serde_json::Value>; 2],
}

/// What a request says of the state it depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    /// Nothing.
    Any,
    /// The draft has this rev.
    Rev(u64),
    /// It said something that no draft has.
    Nothing,
}

impl Match {
    fn check(self, head: &Head) -> Result<(), ApiError> {
        if self == Self::Any || self == Self::Rev(head.rev) {
            return Ok(());
        }
        let detail = format!("the draft was changed by somebody else: its rev is {}", head.rev);
        Err(ApiError::new(StatusCode::PRECONDITION_FAILED, "draft_changed", detail).rev(head.rev))
    }
}

impl Head {
    /// The name of its branch.
    pub(crate) fn branch_name(&self) -> &str {
        self.branch.as_deref().unwrap_or(MAIN)
    }

    /// The text that its overlay builds on.
    fn text(&self) -> BaseText {
        self.text.map_or(BaseText::Version(self.base), BaseText::Own)
    }

    /// The head of the next rev.
    fn next(&self, changed: bool) -> Self {
        Self { rev: self.rev + 1, changed, at_ms: now_ms(), ..self.clone() }
    }

    /// The head of the next epoch, with a text of its own or that of its version.
    fn renewed(&self, base: VersionId, text: Option<i64>, published: VersionId) -> Self {
        let changed = text.is_some() || base != published;
        let branch = self.branch.clone();
        Self { rev: self.rev, epoch: self.epoch + 1, base, branch, text, changed, at_ms: now_ms() }
    }
}

impl Open {
    /// Whether the draft differs from what is published once its overlay has changed. `read` is the file, where it is known.
    fn differs(&self, read: Option<&Document>, published: VersionId) -> Result<bool, ApiError> {
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

    /// Refuses what would make an end of conflicts that nobody has settled.
    fn settled(&self) -> Result<(), ApiError> {
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
    fn is_overgrown(&self) -> bool {
        let size = self.shared.size();
        size.entries > ENTRIES_MAX || size.bytes > BYTES_MAX
    }
}

/// The draft of a workflow.
pub(crate) async fn read(app: &App, tenant: TenantId, id: WorkflowId) -> Result<Shown, ApiError> {
    let mut held = app.drafts.hold(app, tenant, id).await;
    let workflow = workflows::find(app, tenant, id).await?;
    let open = held.open(&workflow).await?;
    let (head, document) = (open.head.clone(), open.document().await?);
    drop(held);
    let size = document.base.text.len();
    let read = move || Ok((document.text()?, [document.gone(List::Nodes)?, document.gone(List::Edges)?]));
    let (text, gone) = off_thread(size, read).await?;
    Ok(Shown { head, version: workflow.kept.version, text, gone })
}

/// Which of these workflows have a draft that differs from them.
pub(crate) async fn changed(app: &App, tenant: TenantId, ids: Vec<i64>) -> Result<Vec<i64>, StoreError> {
    let heads = app.records.get_many(&DRAFT, tenant, ids).await?;
    let mut changed = Vec::new();
    for record in heads {
        if read_head(&record)?.changed {
            changed.push(record.id);
        }
    }
    Ok(changed)
}

/// Puts a whole file in place of a draft's.
pub(crate) async fn put(app: &App, (tenant, id): Whose, matches: Match, file: Value) -> Result<Head, ApiError> {
    for key in ["nodes", "edges"] {
        if file.get(key).and_then(Value::as_array).is_none() {
            let detail = format!("a draft is an object with the lists nodes and edges; {key} is not there or no list");
            return Err(change::unprocessable("invalid_shape", detail).at(format!("$.{key}")));
        }
    }
    let text = off_thread(usize::MAX, move || Ok(Bytes::from(model::json::to_text(&file)))).await?;
    change(app, (tenant, id), matches, move |_| Ok(Made::Whole(text))).await
}

/// Applies changes to a draft: all, or none.
pub(crate) async fn patch(app: &App, whose: Whose, matches: Match, body: Value) -> Result<Head, ApiError> {
    let most = app.config.limits.body_bytes;
    let make = move |before: &Document| {
        let after = change::apply(before, &body, most)?;
        Ok(match entries::difference(before, &after)? {
            Some(difference) => Made::Beside(difference, Box::new(after)),
            None => Made::Whole(after.text()?),
        })
    };
    change(app, whose, matches, make).await
}

/// What of a draft's overlay somebody lacks who has the state of a vector.
pub(crate) async fn since(
    app: &App,
    (tenant, id): Whose,
    epoch: u64,
    vector: &[u8],
) -> Result<(Head, Vec<u8>), ApiError> {
    let mut held = app.drafts.hold(app, tenant, id).await;
    let workflow = workflows::find(app, tenant, id).await?;
    let open = held.open(&workflow).await?;
    save::is_epoch(&open.head, epoch)?;
    let lacks = open
        .shared
        .since(vector)
        .map_err(|_| ApiError::bad_request("invalid_parameter", "since is no state vector of Yjs, in base64url"))?;
    Ok((open.head.clone(), lacks))
}

/// Gives a draft up: it is the published version again.
pub(crate) async fn give_up(app: &App, (tenant, id): Whose, matches: Match) -> Result<Head, ApiError> {
    let app = app.clone();
    detached(async move {
        let mut held = app.drafts.hold(&app, tenant, id).await;
        let workflow = workflows::find(&app, tenant, id).await?;
        let (before, _) = held.head(&workflow).await?;
        matches.check(&before)?;
        let published = workflow.kept.version;
        let (_, branch) = Lineage::beside(&app, tenant, published).await?;
        let head = Head { rev: before.rev + 1, branch, ..before.renewed(published, None, published) };
        held.begin(&workflow, &head, Beginning::default()).await?;
        Ok(head)
    })
    .await
}

/// What became of a draft's file.
enum Made {
    /// Another one of the same base.
    Beside(Difference, Box<Document>),
    /// A text.
    Whole(Bytes),
}

/// Changes a draft as `make` says. Whoever asked may go away meanwhile: what is stored is known in memory all the same.
async fn change(
    app: &App,
    (tenant, id): Whose,
    matches: Match,
    make: impl FnOnce(&Document) -> Result<Made, ApiError> + Send + 'static,
) -> Result<Head, ApiError> {
    let app = app.clone();
    detached(async move {
        let mut held = app.drafts.hold(&app, tenant, id).await;
        let workflow = workflows::find(&app, tenant, id).await?;
        let open = held.open(&workflow).await?;
        matches.check(&open.head)?;
        let (before, published) = (open.document().await?, workflow.kept.version);
        let size = before.base.text.len();
        match off_thread(size, move || make(&before)).await? {
            Made::Beside(difference, read) => {
                let update = open.shared.write(difference);
                let changed = open.differs(Some(&read), published)?;
                let head = open.head.next(changed);
                held.commit(head, update, true).await?;
                fold(&mut held, &workflow).await
            }
            Made::Whole(text) => {
                open.settled()?;
                let is_published = is_published(&app, (tenant, &open.head), published, &text).await?;
                let head = if is_published {
                    open.head.renewed(published, None, published)
                } else {
                    open.head.renewed(open.head.base, Some(app.ids.next()), published)
                };
                let head = Head { rev: head.rev + 1, ..head };
                held.begin(&workflow, &head, Beginning::of((!is_published).then_some(text))).await?;
                Ok(head)
            }
        }
    })
    .await
}

/// Folds the overlay of a draft into a new base if it has outgrown it, nobody is connected, and nothing is to be settled; answers the
/// head that it has then.
async fn fold(held: &mut Held, workflow: &Workflow) -> Result<Head, ApiError> {
    let shared = held.is_shared();
    let app = held.app().clone();
    let open = held.open(workflow).await?;
    if shared || !open.is_overgrown() || open.settled().is_err() {
        return Ok(open.head.clone());
    }
    let document = open.document().await?;
    let text = off_thread(document.base.text.len(), move || Ok(document.text()?)).await?;
    let head = open.head.renewed(open.head.base, Some(app.ids.next()), workflow.kept.version);
    held.begin(workflow, &head, Beginning::of(Some(text))).await?;
    Ok(head)
}

impl From<Damaged> for ApiError {
    fn from(_: Damaged) -> Self {
        StoreError::Corrupt("the text of a draft is not one that was stored".into()).into()
    }
}

/// The head of a draft that nobody has changed.
fn unchanged(published: VersionId) -> Head {
    Head { rev: 0, epoch: 0, base: published, branch: None, text: None, changed: false, at_ms: now_ms() }
}

fn read_head(record: &store::Record) -> Result<Head, StoreError> {
    serde_json::from_slice(&record.body)
        .map_err(|error| StoreError::Corrupt(format!("the draft of workflow {}: {error}", WorkflowId(record.id))))
}

fn head_write((tenant, id): (TenantId, WorkflowId), head: &Head, revision: u64) -> RecordWrite {
    let body = serde_json::to_vec(head).expect("texts and numbers have a JSON form");
    let expect = if revision == 0 { Expect::Absent } else { Expect::Revision(revision) };
    RecordWrite { kind: &DRAFT, tenant, id: id.0, expect, content: Some((Vec::new(), body.into())), now_ms: head.at_ms }
}

/// Writes that remove a draft together with its workflow.
pub(crate) async fn removal(app: &App, (tenant, id): Whose) -> Result<Vec<RecordWrite>, StoreError> {
    let now_ms = now_ms();
    let head = RecordWrite { kind: &DRAFT, tenant, id: id.0, expect: Expect::Any, content: None, now_ms };
    let mut writes = vec![head];
    writes.extend(log::removal(&*app.records, (tenant, id), now_ms).await?);
    Ok(writes)
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

/// Does work on so many bytes: here if they are few, else where it holds nobody up.
async fn off_thread<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    if bytes < LARGE {
        return work();
    }
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(failed()))
}

/// Goes on to the end also when the request is given up.
pub(crate) async fn detached<T: Send + 'static>(
    work: impl Future<Output = Result<T, ApiError>> + Send + 'static,
) -> Result<T, ApiError> {
    tokio::spawn(work).await.unwrap_or_else(|_| Err(failed()))
}

fn failed() -> ApiError {
    ApiError::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "the draft could not be read; the server's log says more",
    )
}
