//! Drafts: what a workflow is about to become. A draft need not run, only be a file with nodes and edges.
//!
//! Three records belong to one, all with the id of its workflow: the head, which lists read; what changed since its
//! text, which each change writes anew; and the text, which is that of its version until the changes outgrow it and
//! are folded in. A draft without changes is the version itself, so every workflow has one.

mod change;
mod cut;
mod document;
mod open;
mod publish;
mod run;

use axum::http::StatusCode;
use bytes::Bytes;
use model::{TenantId, Value, VersionId, WorkflowId};
use serde::{Deserialize, Serialize};
use store::StoreError;
use store::records::{Expect, Kind, RecordWrite};

use crate::App;
use crate::app::now_ms;
use crate::error::ApiError;
use crate::workflows::{self, Lineage};

use document::Document;
pub(crate) use open::Drafts;
pub(crate) use publish::{problems, publish};
pub(crate) use run::source;

/// Heads of drafts.
static DRAFT: Kind = Kind { name: "draft", indexed: &[] };
/// Texts of drafts that are not those of their versions.
static TEXT: Kind = Kind { name: "draft_text", indexed: &[] };
/// What changed since a draft's text.
static CHANGES: Kind = Kind { name: "draft_changes", indexed: &[] };

/// Changes are folded into the text when they have more bytes than this, or than an eighth of a small text.
const CHANGES_MAX: usize = 256 * 1024;
const CHANGES_MIN: usize = 16 * 1024;
/// From this size on a text is worked on off the threads that answer requests.
const LARGE: usize = 256 * 1024;

/// What is kept of a draft beside its file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Head {
    /// Counts its changes; a workflow whose file was never changed has 0.
    pub(crate) rev: u64,
    /// The version it was made from.
    pub(crate) base: VersionId,
    /// Whether it has a text of its own.
    own_text: bool,
    /// Whether it differs from the workflow's version.
    pub(crate) changed: bool,
    /// When it changed, in ms since 1970.
    pub(crate) at_ms: i64,
}

/// A draft in memory.
#[derive(Clone)]
pub(crate) struct Open {
    head: Head,
    /// The revision of the head's record; 0 while there is none.
    revision: u64,
    document: Document,
}

/// A draft as it was read.
pub(crate) struct Shown {
    pub(crate) head: Head,
    /// The version that is published.
    pub(crate) version: VersionId,
    pub(crate) text: Bytes,
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

impl Open {
    /// The next state of a draft whose file became another.
    fn next(&self, document: Document, own_text: bool, published: VersionId) -> Self {
        let mut head = Head { rev: self.head.rev + 1, own_text, at_ms: now_ms(), ..self.head.clone() };
        head.changed = own_text || !document.is_base() || head.base != published;
        Self { head, revision: self.revision, document }
    }

    /// The same as the published version, whose text is the document's.
    fn given_up(&self, document: Document, published: VersionId) -> Self {
        let head = Head { rev: self.head.rev + 1, base: published, own_text: false, changed: false, at_ms: now_ms() };
        Self { head, revision: self.revision, document }
    }
}

/// The draft of a workflow.
pub(crate) async fn read(app: &App, tenant: TenantId, id: WorkflowId) -> Result<Shown, ApiError> {
    let mut held = app.drafts.hold(app, tenant, id).await;
    let workflow = workflows::find(app, tenant, id).await?;
    let open = held.open(&workflow).await?.clone();
    drop(held);
    let size = open.document.base.text.len();
    let text = off_thread(size, move || Ok(open.document.text()?)).await?;
    Ok(Shown { head: open.head, version: workflow.kept.version, text })
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
pub(crate) async fn put(
    app: &App,
    (tenant, id): (TenantId, WorkflowId),
    matches: Match,
    file: Value,
) -> Result<Head, ApiError> {
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
pub(crate) async fn patch(
    app: &App,
    whose: (TenantId, WorkflowId),
    matches: Match,
    body: Value,
) -> Result<Head, ApiError> {
    let most = app.config.limits.body_bytes;
    let make = move |before: &Document| {
        let document = change::apply(before, &body, most)?;
        let room = (document.base.text.len() / 8).clamp(CHANGES_MIN, CHANGES_MAX);
        if document.overlay.bytes() <= room {
            return Ok(Made::Beside(Box::new(document)));
        }
        Ok(Made::Whole(document.text()?))
    };
    change(app, whose, matches, make).await
}

/// Gives a draft up: it is the published version again.
pub(crate) async fn give_up(app: &App, (tenant, id): (TenantId, WorkflowId), matches: Match) -> Result<Head, ApiError> {
    let app = app.clone();
    detached(async move {
        let mut held = app.drafts.hold(&app, tenant, id).await;
        let workflow = workflows::find(&app, tenant, id).await?;
        let (before, revision) = held.head(&workflow).await?;
        matches.check(&before)?;
        let head = Head { rev: before.rev + 1, ..unchanged(workflow.kept.version) };
        let write = head_write((tenant, id), &head, revision);
        app.records.batch(with_no_text((tenant, id), write)).await?;
        held.forget();
        Ok(head)
    })
    .await
}

/// What became of a draft's file.
enum Made {
    /// Changes beside the text that it has.
    Beside(Box<Document>),
    /// A text.
    Whole(Bytes),
}

/// Changes a draft as `make` says. Whoever asked may go away meanwhile: what is stored is known in memory all the same.
async fn change(
    app: &App,
    (tenant, id): (TenantId, WorkflowId),
    matches: Match,
    make: impl FnOnce(&Document) -> Result<Made, ApiError> + Send + 'static,
) -> Result<Head, ApiError> {
    let app = app.clone();
    detached(async move {
        let mut held = app.drafts.hold(&app, tenant, id).await;
        let workflow = workflows::find(&app, tenant, id).await?;
        let open = held.open(&workflow).await?.clone();
        matches.check(&open.head)?;
        let (size, before) = (open.document.base.text.len(), open.document.clone());
        let published = workflow.kept.version;
        let (next, text) = match off_thread(size, move || make(&before)).await? {
            Made::Beside(document) => (open.next(*document, open.head.own_text, published), None),
            Made::Whole(text) => {
                let is_published = hash_of(&text).await? == Lineage::find(&app, tenant, published).await?.0.hash;
                let document = Document::new(text.clone());
                if is_published {
                    (open.given_up(document, published), Some(None))
                } else {
                    (open.next(document, true, published), Some(Some(text)))
                }
            }
        };
        let head = next.head.clone();
        held.store(next, text).await?;
        Ok(head)
    })
    .await
}

/// The head of a draft that nobody has changed.
fn unchanged(published: VersionId) -> Head {
    Head { rev: 0, base: published, own_text: false, changed: false, at_ms: now_ms() }
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

fn part_write(kind: &'static Kind, (tenant, id): (TenantId, WorkflowId), body: Option<Bytes>) -> RecordWrite {
    let content = body.map(|body| (Vec::new(), body));
    RecordWrite { kind, tenant, id: id.0, expect: Expect::Any, content, now_ms: now_ms() }
}

/// The write of a head whose file is its version's.
fn with_no_text(whose: (TenantId, WorkflowId), head: RecordWrite) -> Vec<RecordWrite> {
    vec![head, part_write(&CHANGES, whose, None), part_write(&TEXT, whose, None)]
}

/// Writes that remove a draft together with its workflow.
pub(crate) fn removal((tenant, id): (TenantId, WorkflowId)) -> Vec<RecordWrite> {
    [&DRAFT, &CHANGES, &TEXT].map(|kind| part_write(kind, (tenant, id), None)).into()
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
