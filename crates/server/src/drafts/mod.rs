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
mod gathering;
mod head;
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
mod weight;
mod wire;
mod writing;

use axum::http::StatusCode;
use bytes::Bytes;
use model::{TenantId, Value, VersionId, WorkflowId};
use store::StoreError;
use store::records::{Expect, RecordWrite};

use crate::App;
use crate::app::now_ms;
use crate::error::ApiError;
use crate::workflows::{self, Lineage};

pub(crate) use branches::{restore, switch};
pub(crate) use compare::{Resolved, Side, compare};
pub(crate) use conflicts::{How, Listed, conflicts, settle};
use document::{Damaged, Document, List};
use entries::Difference;
use head::DRAFT;
pub(crate) use head::Head;
pub(crate) use merging::merge;
pub(crate) use open::Drafts;
use open::{Beginning, Held};
pub(crate) use publish::{problems, publish};
pub(crate) use run::source;
use shared::Shared;
pub(crate) use sweep::{Sweeps, sweep};

/// From this size on a text is worked on off the threads that answer requests.
const LARGE: usize = 256 * 1024;

/// What is said where an overlay takes no more.
const NO_ROOM: &str = "the changes of this draft have no room any more; publish it, and they will";

/// What is said of an update that has more items than any may have.
const TOO_LARGE: &str = "the update has more than 500,000 changes; send them in parts";

/// Which draft: that of a tenant's workflow.
type Whose = (TenantId, WorkflowId);

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

/// What a request says beside what it wants.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The state it depends on.
    pub(crate) matches: Match,
    /// Who asks, as they call themselves.
    pub(crate) by: Option<String>,
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

/// The head of a workflow's draft, and the version that is published.
pub(crate) async fn about(app: &App, tenant: TenantId, id: WorkflowId) -> Result<(Head, VersionId), ApiError> {
    let held = app.drafts.hold(app, tenant, id).await;
    let workflow = workflows::find(app, tenant, id).await?;
    let (head, _) = held.head(&workflow).await?;
    Ok((head, workflow.kept.version))
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
        if Head::read(&record)?.changed {
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

/// An epoch of a draft, as somebody names it.
#[derive(Clone, Copy)]
pub(crate) struct Named {
    pub(crate) epoch: u64,
    /// Whether it may be over.
    pub(crate) ended: bool,
}

/// What of a draft's overlay somebody lacks who has the state of a vector; of an epoch that is over, of what it ended with.
pub(crate) async fn since(
    app: &App,
    whose: Whose,
    Named { epoch, ended }: Named,
    vector: &[u8],
) -> Result<(Head, Vec<u8>), ApiError> {
    let mut held = app.drafts.hold(app, whose.0, whose.1).await;
    let workflow = workflows::find(app, whose.0, whose.1).await?;
    // Who asks for the newest one reads its head once, with all of it.
    let head = if ended { Some(held.head(&workflow).await?.0) } else { None };
    if let Some(head) = head.filter(|head| epoch < head.epoch) {
        // Nobody changes it any more, so nobody has to wait for this.
        drop(held);
        let Some(updates) = log::ended(app, whose, epoch).await? else { return Err(save::epoch_over(&head)) };
        let vector = vector.to_vec();
        let size = updates.iter().map(|update| update.bytes().len()).sum();
        let damaged = move |_| {
            let detail = format!("epoch {epoch} of the draft of workflow {} cannot be read", whose.1);
            ApiError::from(StoreError::Corrupt(detail))
        };
        let work = move || lacking(&Shared::load(updates.iter().map(log::Update::bytes)).map_err(damaged)?, &vector);
        return Ok((Head { epoch, ..head }, off_thread(size, work).await?));
    }
    let open = held.open(&workflow).await?;
    save::is_epoch(&open.head, epoch)?;
    Ok((open.head.clone(), lacking(&open.shared, vector)?))
}

/// What an overlay has beyond a state vector.
fn lacking(shared: &Shared, vector: &[u8]) -> Result<Vec<u8>, ApiError> {
    let wrong = "since is no state vector of Yjs, in base64url";
    shared.since(vector).map_err(|_| ApiError::bad_request("invalid_parameter", wrong))
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
        let head = Head { branch, ..before.replaced(published, None, published) };
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
        let before = open.document().await?;
        let size = before.base.text.len();
        match off_thread(size, move || make(&before)).await? {
            Made::Beside(difference, read) => {
                let read = &*read;
                held.write_or_replace(&workflow, Some(difference), (Some(read), || Ok(read.text()?))).await
            }
            Made::Whole(text) => held.replace(&workflow, text, Vec::new()).await,
        }
    })
    .await
}

impl From<Damaged> for ApiError {
    fn from(_: Damaged) -> Self {
        StoreError::Corrupt("the text of a draft is not one that was stored".into()).into()
    }
}

/// Writes that remove a draft together with its workflow.
pub(crate) async fn removal(app: &App, (tenant, id): Whose) -> Result<Vec<RecordWrite>, StoreError> {
    let now_ms = now_ms();
    let head = RecordWrite { kind: &DRAFT, tenant, id: id.0, expect: Expect::Any, content: None, now_ms };
    let mut writes = vec![head];
    writes.extend(log::removal(&*app.records, (tenant, id), now_ms).await?);
    Ok(writes)
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
