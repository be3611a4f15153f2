//! Running a draft: as a version of its own, which is made for that and is never what triggers run.

use std::sync::Arc;

use bytes::Bytes;
use engine::versions::{self, Next};
use engine::{Engine, EngineError, Program, Source};
use model::{Graph, Plan, TenantId, VersionId, WorkflowId};
use store::records::Expect;

use super::publish::Read;
use super::{Shown, off_thread};
use crate::App;
use crate::app::now_ms;
use crate::error::ApiError;
use crate::workflows::Lineage;

/// What to run of a draft. The same content is always the same version. Where only what leads to a node is to run, the
/// rest need not be able to.
pub(crate) async fn source(
    app: &App,
    (tenant, id): (TenantId, WorkflowId),
    to: Option<&str>,
) -> Result<Source, ApiError> {
    let Shown { head, version, text, .. } = super::read(app, tenant, id).await?;
    if !head.changed {
        return Ok(Source::Version { workflow: Some(id), version });
    }
    let hashed = text.clone();
    let hash = off_thread(text.len(), move || Ok(blake3::hash(&hashed))).await?;
    let made = version_of(id, &hash);
    match app.engine.program(tenant, made).await {
        Ok(_) => return Ok(Source::Version { workflow: Some(id), version: made }),
        Err(EngineError::NotFound(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let (engine, to, size) = (app.engine.clone(), to.map(str::to_owned), text.len());
    let ready = off_thread(size, move || compile(&engine, &text, to.as_deref())).await?;
    let version = version_of(id, &ready.hash);
    let next = Next { tenant, workflow: id, version, parent: Some(head.base), now_ms: now_ms() };
    let stored = versions::write_next(&*app.records, next, (ready.hash, ready.text)).await?;
    let lineage = Lineage {
        parent: Some(head.base),
        label: None,
        hash: ready.hash.to_hex().to_string(),
        node_count: ready.program.graph().nodes.len(),
        branch: head.branch,
        auto: true,
        // Nobody means to keep it, and whoever runs the same next finds it here.
        by: None,
    };
    let records = vec![stored, lineage.write((tenant, id), version, Expect::AbsentOrSame)];
    Ok(Source::Compiled { workflow: Some(id), version, program: Arc::new(ready.program), records })
}

/// A graph that can run.
struct Ready {
    program: Program,
    hash: blake3::Hash,
    text: Bytes,
}

fn compile(engine: &Engine, text: &Bytes, to: Option<&str>) -> Result<Ready, ApiError> {
    let read = Read::of(text)?;
    let problems = match read.compile(engine) {
        Ok(program) => return Ok(ready(program, &read.graph)),
        Err(problems) => problems,
    };
    let mut typed = read.graph;
    typed.resolve_types(&**engine.registry());
    let part = to.and_then(|to| Plan::leading_to(&typed, &**engine.registry(), to));
    let Some(part) = part else { return Err(ApiError::invalid_graph(problems)) };
    let program = engine.compile(part.clone()).map_err(ApiError::invalid_graph)?;
    Ok(ready(program, &part))
}

fn ready(program: Program, graph: &Graph) -> Ready {
    let (hash, text) = versions::content(graph);
    Ready { program, hash, text }
}

/// The version that a content of a workflow's draft has.
fn version_of(id: WorkflowId, hash: &blake3::Hash) -> VersionId {
    let whole = [&id.0.to_le_bytes()[..], hash.as_bytes()].concat();
    versions::ad_hoc_id(&blake3::hash(&whole))
}
