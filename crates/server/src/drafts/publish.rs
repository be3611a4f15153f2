//! From a draft to a version: what is wrong with it, and making it what runs.

use axum::http::StatusCode;
use bytes::Bytes;
use engine::{Engine, Program};
use model::{Graph, Problem, TenantId, VersionId, WorkflowId, json};
use store::records::Expect;

use super::open::Beginning;
use super::room::Told;
use super::{Asked, Shown, detached, off_thread};
use crate::App;
use crate::error::ApiError;
use crate::workflows::{self, Change, Lineage};

/// A version that is what triggers run now.
pub(crate) struct Published {
    pub(crate) lineage: Lineage,
    pub(crate) record: store::Record,
    /// The rev of the draft, which publishing does not change.
    pub(crate) rev: u64,
}

/// A draft as a graph, as far as it is one.
pub(super) struct Read {
    pub(super) graph: Graph,
    /// What is of another shape than a graph's, so that it is not in the graph.
    pub(super) misshapen: Vec<Problem>,
}

impl Read {
    pub(super) fn of(text: &Bytes) -> Result<Self, ApiError> {
        let limits = json::Limits { depth: u32::MAX, ..json::Limits::JAVASCRIPT };
        let (graph, misshapen) = Graph::lenient(&json::read_with(text, limits)?);
        Ok(Self { graph, misshapen })
    }

    /// The graph made ready to run, or all that keeps it from running.
    pub(super) fn compile(&self, engine: &Engine) -> Result<Program, Vec<Problem>> {
        match engine.compile(self.graph.clone()) {
            Ok(program) if self.misshapen.is_empty() => Ok(program),
            Ok(program) => Err([&self.misshapen[..], program.problems()].concat()),
            Err(problems) => Err([self.misshapen.clone(), problems].concat()),
        }
    }
}

/// Everything that is wrong with a draft, and its rev.
pub(crate) async fn problems(app: &App, tenant: TenantId, id: WorkflowId) -> Result<(u64, Vec<Problem>), ApiError> {
    let Shown { head, text, .. } = super::read(app, tenant, id).await?;
    let engine = app.engine.clone();
    let found = off_thread(text.len(), move || {
        Ok(match Read::of(&text)?.compile(&engine) {
            Ok(program) => program.problems().to_vec(),
            Err(problems) => problems,
        })
    });
    Ok((head.rev, found.await?))
}

/// Makes a version of a draft, which is then what triggers run. A draft without changes is that version already. `over`
/// names the version that was published beside the draft and that this one is to replace.
pub(crate) async fn publish(
    app: &App,
    (tenant, id): (TenantId, WorkflowId),
    Asked { matches, by }: Asked,
    (label, over): (Option<String>, Option<VersionId>),
) -> Result<Published, ApiError> {
    let app = app.clone();
    detached(async move {
        let mut held = app.drafts.hold(&app, tenant, id).await;
        let workflow = workflows::find(&app, tenant, id).await?;
        let open = held.open(&workflow).await?;
        matches.check(&open.head)?;
        let (rev, current) = (open.head.rev, workflow.kept.version);
        let from = Some((open.head.base, open.head.branch.clone()));
        if !open.head.changed {
            let (mut lineage, mut record) = Lineage::find(&app, tenant, current).await?;
            if label.is_some() && label != lineage.label {
                lineage.label = label;
                let write = lineage.write((tenant, id), current, Expect::Revision(record.revision));
                record.revision = app.records.put(write).await?;
            }
            return Ok(Published { lineage, record, rev });
        }
        if open.head.base != current && over != Some(current) {
            return Err(published_beside(current));
        }
        open.settled()?;
        let (document, engine) = (open.document().await?, app.engine.clone());
        let size = document.base.text.len();
        let graph = off_thread(size, move || {
            let read = Read::of(&document.text()?)?;
            // A workflow without nodes may be kept all the same.
            if !read.graph.nodes.is_empty() || !read.misshapen.is_empty() {
                read.compile(&engine).map_err(ApiError::invalid_graph)?;
            }
            Ok(read.graph)
        })
        .await?;
        let version = VersionId(app.ids.next());
        let head = open.head.renewed(version, None, version);
        let others = held.epoch_writes(&workflow, &head, Beginning::default()).await?;
        held.forget();
        let change = Change { tenant, id, graph: &graph, before: Some(&workflow), version, from, label, by, others };
        if let Err(error) = change.store(&app).await {
            held.tell(Told::Failed);
            return Err(error);
        }
        held.tell(Told::Over { epoch: head.epoch, rev });
        app.stats.forget();
        let (lineage, record) = Lineage::find(&app, tenant, version).await?;
        Ok(Published { lineage, record, rev })
    })
    .await
}

fn published_beside(current: VersionId) -> ApiError {
    let detail = format!(
        "version {current} was published since the draft was made; look at it, and name it as over to publish the draft \
         in its place"
    );
    ApiError::new(StatusCode::CONFLICT, "version_changed", detail)
}
