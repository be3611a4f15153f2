//! Copies of workflows: a second one beside the first, and files to keep elsewhere.

use std::collections::HashMap;

use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::{Graph, TenantId, Value, WorkflowId, json};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::ToSchema;

use super::workflow_bulk::{several, with};
use super::workflows::{WorkflowWhole, answer, parse_id};
use crate::App;
use crate::auth::Tenant;
use crate::error::{ApiError, ProblemBody};
use crate::http::{Fields, JsonBody};
use crate::workflows::{self, Change, Workflow};

/// Workflows that one file holds.
const EXPORTED_MAX: usize = 1_000;

/// How the copy is to be called.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; the handler reads it field by field")]
pub(crate) struct DuplicateBody {
    /// Its name; that of the first with "copy" behind it unless said.
    name: Option<String>,
}

/// Makes a second workflow of the current version of one. Its triggers do not fire until it is activated: both would.
#[utoipa::path(post, path = "/workflows/{id}/duplicate", operation_id = "duplicate_workflow", tag = "workflows",
    params(("id" = String, Path)),
    request_body = DuplicateBody, responses(
    (status = 201, body = WorkflowWhole, headers(("ETag", description = "The revision"))),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn duplicate(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path(id): Path<String>,
    body: JsonBody,
) -> Result<Response, ApiError> {
    let said = Fields::only(&body.value, &["name"], "")?.text("name")?.map(|name| name.trim().to_owned());
    let first = workflows::find(&app, tenant, parse_id(&id)?).await?;
    let name = said.filter(|name| !name.is_empty()).unwrap_or_else(|| format!("{} copy", first.name));
    let file = json::read(workflows::graph_text(&app, tenant, first.kept.version).await?.as_bytes())?;
    // What the workflow has from elsewhere than its file, the copy has from its own.
    let keys = [("name", name), ("description", first.kept.description.clone()), ("folder", first.folder.clone())];
    let said = |key: &str, text: &str| !text.is_empty() || file.get(key).is_some();
    let file = keys
        .into_iter()
        .filter(|(key, text)| said(key, text))
        .fold(file.clone(), |file, (key, text)| with(&file, key, Value::from(text.as_str())));
    let graph = Graph::from_value(&with(&file, "active", Value::from(false)))?;
    let id = WorkflowId(app.ids.next());
    let workflow = Change::first(&app, tenant, id, &graph).store(&app).await?;
    app.stats.forget();
    let response = answer(&app, tenant, workflow, None, json::to_text(graph.document())).await?;
    Ok((StatusCode::CREATED, [(header::LOCATION, format!("/api/v1/workflows/{id}"))], response).into_response())
}

/// The files of several workflows as one: `{"workflows": [file, …]}`, which `tidemill import` reads.
#[utoipa::path(get, path = "/workflows/export", operation_id = "export_workflows", tag = "workflows", params(
    ("ids" = String, Query, description = "Workflows, with commas between them; at most 1,000"),
), responses(
    (status = 200, body = Object, description = "The files, in the order of the ids"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "One of them is not there"),
))]
pub(crate) async fn export(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, ApiError> {
    let ids = query.get("ids").map(String::as_str).unwrap_or_default();
    let named: Vec<&str> = ids.split(',').map(str::trim).filter(|id| !id.is_empty()).collect();
    if named.is_empty() || named.len() > EXPORTED_MAX {
        let detail = format!("ids names 1 to {EXPORTED_MAX} workflows, with commas between them");
        return Err(ApiError::bad_request("invalid_parameter", detail));
    }
    let ids: Vec<i64> = named.iter().map(|id| Ok(parse_id(id)?.0)).collect::<Result<_, ApiError>>()?;
    let found = several(&app, tenant, ids.clone()).await?;
    if let Some(missing) = ids.iter().find(|id| !found.iter().any(|workflow| workflow.id.0 == **id)) {
        return Err(ApiError::not_found(format!("workflow {}", WorkflowId(*missing))));
    }
    // A file in memory at a time, and one on its way.
    let (parts, waiting) = mpsc::channel(1);
    tokio::spawn(async move {
        if let Err(error) = write(&app, tenant, &found, &parts).await {
            tracing::warn!(detail = error.detail(), "a file of workflows broke off");
            drop(parts.send(Err(std::io::Error::other("a workflow could not be read"))).await);
        }
    });
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"workflows.json\""),
    ];
    Ok((headers, Body::from_stream(ReceiverStream::new(waiting))).into_response())
}

type Part = Result<Bytes, std::io::Error>;

/// Writes the files until all are written, or nobody reads them any more.
async fn write(app: &App, tenant: TenantId, found: &[Workflow], to: &mpsc::Sender<Part>) -> Result<(), ApiError> {
    for (at, workflow) in found.iter().enumerate() {
        let text = workflows::graph_text(app, tenant, workflow.kept.version).await?;
        let before = if at == 0 { "{\"workflows\": [\n" } else { ",\n" };
        if to.send(Ok(Bytes::from(format!("{before}{text}")))).await.is_err() {
            return Ok(());
        }
    }
    drop(to.send(Ok(Bytes::from_static(b"\n]}\n"))).await);
    Ok(())
}
