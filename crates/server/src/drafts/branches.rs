//! Going back to a version, and from one branch to another. What of the draft is no version yet is kept as one first.

use axum::http::StatusCode;
use engine::versions::{self, Next};
use model::{VersionId, WorkflowId};
use store::records::{Expect, RecordWrite};
use store::{Record, StoreError};

use super::document::List;
use super::open::Beginning;
use super::{Asked, Head, Held, Match, Whose, detached, off_thread};
use crate::App;
use crate::app::now_ms;
use crate::error::ApiError;
use crate::workflows::{self, Lineage, MAIN, Workflow};

/// Makes the content of a version that of the draft: on the draft's own branch, or on a new one that begins there.
pub(crate) async fn restore(
    app: &App,
    whose: Whose,
    version: VersionId,
    branch: Option<String>,
    Asked { matches, by }: Asked,
) -> Result<Head, ApiError> {
    let app = app.clone();
    detached(async move {
        let mut held = app.drafts.hold(&app, whose.0, whose.1).await;
        let workflow = workflows::find(&app, whose.0, whose.1).await?;
        let (lineage, record) = Lineage::of(&app, whose, version).await?;
        let before = ready(&mut held, &workflow, matches).await?;
        if let Some(branch) = &branch {
            is_free(&app, whose, &before, branch).await?;
        }
        let label = format!("before restoring {}", name_of(&lineage, &record));
        let others = kept(&mut held, &workflow, (label, by)).await?;
        let published = workflow.kept.version;
        let is_own = version == before.base || version == published && lineage.branch == before.branch;
        let (head, text) = match branch {
            Some(branch) => (Head { branch: Some(branch), ..before.replaced(version, None, published) }, None),
            None if is_own => (before.replaced(version, None, published), None),
            None => {
                let missing = || StoreError::Corrupt(format!("the text of version {version} is missing"));
                let text = versions::text(&*app.records, whose.0, version).await?.ok_or_else(missing)?;
                (before.replaced(before.base, Some(app.ids.next()), published), Some(text))
            }
        };
        held.begin(&workflow, &head, Beginning { text, others, ..Beginning::default() }).await?;
        Ok(head)
    })
    .await
}

/// Takes the draft to the newest version of a branch, and to that branch.
pub(crate) async fn switch(app: &App, whose: Whose, branch: String, asked: Asked) -> Result<Head, ApiError> {
    let (app, Asked { matches, by }) = (app.clone(), asked);
    detached(async move {
        let mut held = app.drafts.hold(&app, whose.0, whose.1).await;
        let workflow = workflows::find(&app, whose.0, whose.1).await?;
        let before = ready(&mut held, &workflow, matches).await?;
        if before.branch_name() == branch {
            return Ok(before);
        }
        // What was only run may be a part of the graph.
        let newest = |lineage: Lineage, record: &Record| {
            (lineage.branch_name() == branch && lineage.is_kept()).then_some(VersionId(record.id))
        };
        let newest = Lineage::newest(&app, whose, newest).await?;
        let newest =
            newest.ok_or_else(|| ApiError::not_found(format!("a branch {branch:?} of workflow {}", whose.1)))?;
        let others = kept(&mut held, &workflow, (format!("before switching to {branch}"), by)).await?;
        let branch = Some(branch).filter(|branch| branch != MAIN);
        let head = Head { branch, ..before.replaced(newest, None, workflow.kept.version) };
        held.begin(&workflow, &head, Beginning { others, ..Beginning::default() }).await?;
        Ok(head)
    })
    .await
}

/// The head of a draft that may be replaced.
async fn ready(held: &mut Held, workflow: &Workflow, matches: Match) -> Result<Head, ApiError> {
    let open = held.open(workflow).await?;
    matches.check(&open.head)?;
    open.settled()?;
    Ok(open.head.clone())
}

/// Refuses the name of a branch that there is.
async fn is_free(app: &App, whose: Whose, head: &Head, branch: &str) -> Result<(), ApiError> {
    let is_known = branch == MAIN
        || branch == head.branch_name()
        || Lineage::newest(app, whose, |lineage, _| (lineage.branch_name() == branch).then_some(())).await?.is_some();
    if !is_known {
        return Ok(());
    }
    let detail = format!("there is a branch {branch:?} already; choose another name, or switch to it");
    Err(ApiError::new(StatusCode::CONFLICT, "branch_exists", detail))
}

/// What people call a version.
pub(super) fn name_of(lineage: &Lineage, record: &Record) -> String {
    lineage.label.clone().unwrap_or_else(|| VersionId(record.id).to_string())
}

/// Writes that keep a draft as a version, where its content is not that of the one that it was made from. It need not be able
/// to run, so it is kept as it is.
async fn kept(
    held: &mut Held,
    workflow: &Workflow,
    (label, by): (String, Option<String>),
) -> Result<Vec<RecordWrite>, ApiError> {
    let (app, whose) = (held.app().clone(), held.whose());
    let open = held.open(workflow).await?;
    let (head, document) = (open.head.clone(), open.document().await?);
    if head.text.is_none() && document.is_base() {
        return Ok(Vec::new());
    }
    let node_count = document.count(List::Nodes)?;
    let content = off_thread(document.base.text.len(), move || {
        let text = document.text()?;
        Ok((blake3::hash(&text), text))
    });
    let content = content.await?;
    let hash = content.0.to_hex().to_string();
    if hash == Lineage::find(&app, whose.0, head.base).await?.0.hash {
        return Ok(Vec::new());
    }
    let version = VersionId(app.ids.next());
    let (tenant, workflow): (_, WorkflowId) = whose;
    let next = Next { tenant, workflow, version, parent: Some(head.base), now_ms: now_ms() };
    let stored = versions::write_next(&*app.records, next, content).await?;
    let lineage =
        Lineage { parent: Some(head.base), label: Some(label), hash, node_count, branch: head.branch, auto: true, by };
    Ok(vec![stored, lineage.write(whose, version, Expect::Absent)])
}
