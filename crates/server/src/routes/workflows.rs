//! Workflows and their versions.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::{Graph, TenantId, VersionId, WorkflowId};
use serde::Serialize;
use serde_json::value::RawValue;
use store::StoreError;
use store::journal::ExecutionQuery;
use utoipa::ToSchema;

use super::executions::{LastExecution, list_query};
use crate::App;
use crate::app::time_text;
use crate::auth::Tenant;
use crate::drafts;
use crate::error::{ApiError, GraphProblem, ProblemBody};
use crate::http::GraphBody;
use crate::preview::PreviewItem;
use crate::workflows::{self, Change, Lineage, WORKFLOW, Workflow};

/// Workflows that one request may read.
const BATCH_MAX: usize = 100;

/// A workflow as lists show it.
#[derive(Serialize, ToSchema)]
pub(crate) struct WorkflowItem {
    id: String,
    name: String,
    description: String,
    tags: Vec<String>,
    /// The path of its folder, `Sales/Europe`; empty at the top.
    folder: String,
    /// Whether its triggers fire.
    active: bool,
    node_count: usize,
    edge_count: usize,
    created_at: String,
    updated_at: String,
    /// Counts its changes; `If-Match` names it.
    rev: u64,
    /// Its current version.
    version: String,
    /// Whether it has a draft that differs from that version.
    draft_changed: bool,
    last_execution: Option<LastExecution>,
    /// A small picture of it, where the list was asked for pictures.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<PreviewItem>)]
    pub(super) preview: Option<Box<RawValue>>,
}

/// A page of workflows.
#[derive(Serialize, ToSchema)]
pub(crate) struct WorkflowPage {
    pub(super) items: Vec<WorkflowItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) page: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) page_size: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) total: Option<u64>,
    pub(super) next_cursor: Option<String>,
}

/// A workflow with its graph.
#[derive(Serialize, ToSchema)]
pub(crate) struct WorkflowWhole {
    #[serde(flatten)]
    item: WorkflowItem,
    /// The file as it was sent: `{name, nodes, edges, …}`.
    #[schema(value_type = Object)]
    graph: Box<RawValue>,
}

/// Several workflows with their graphs.
#[derive(Serialize, ToSchema)]
pub(crate) struct WorkflowBatch {
    /// Those that there are, in the order in which they were named.
    items: Vec<WorkflowWhole>,
    /// Ids that no workflow has.
    missing: Vec<String>,
}

/// What is wrong with a graph.
#[derive(Serialize, ToSchema)]
pub(crate) struct Validation {
    /// Whether it can run.
    valid: bool,
    problems: Vec<GraphProblem>,
}

impl WorkflowItem {
    pub(super) fn new(workflow: Workflow, last_execution: Option<LastExecution>, draft_changed: bool) -> Self {
        Self {
            id: workflow.id.to_string(),
            name: workflow.name,
            description: workflow.kept.description,
            tags: workflow.kept.tags,
            folder: workflow.folder,
            active: workflow.active,
            node_count: workflow.kept.node_count,
            edge_count: workflow.kept.edge_count,
            created_at: time_text(workflow.created_ms),
            updated_at: time_text(workflow.updated_ms),
            rev: workflow.revision,
            version: workflow.kept.version.to_string(),
            draft_changed,
            last_execution,
            preview: None,
        }
    }
}

impl WorkflowWhole {
    fn new(item: WorkflowItem, graph: String) -> Result<Self, StoreError> {
        let graph = RawValue::from_string(graph)
            .map_err(|error| StoreError::Corrupt(format!("the graph of workflow {}: {error}", item.id)))?;
        Ok(Self { item, graph })
    }
}

pub(super) fn write_cursor(key: &str, id: i64) -> String {
    URL_SAFE_NO_PAD.encode(format!("{id} {key}"))
}

pub(super) fn read_cursor(cursor: &str) -> Result<(String, i64), ApiError> {
    let parse = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        let (id, key) = text.split_once(' ')?;
        Some((key.to_owned(), id.parse().ok()?))
    };
    parse().ok_or_else(|| ApiError::bad_request("invalid_parameter", "cursor is not one that a list answered"))
}

pub(super) async fn last_execution(
    app: &App,
    tenant: TenantId,
    id: WorkflowId,
) -> Result<Option<LastExecution>, ApiError> {
    let query = ExecutionQuery { workflow: Some(id), limit: 1, ..list_query(tenant) };
    Ok(app.journal.list(query).await?.rows.first().map(LastExecution::from))
}

async fn whole(app: &App, tenant: TenantId, workflow: Workflow) -> Result<Response, ApiError> {
    let text = workflows::graph_text(app, tenant, workflow.kept.version).await?;
    let last = last_execution(app, tenant, workflow.id).await?;
    answer(app, tenant, workflow, last, text).await
}

pub(super) async fn answer(
    app: &App,
    tenant: TenantId,
    workflow: Workflow,
    last: Option<LastExecution>,
    graph: String,
) -> Result<Response, ApiError> {
    let tag = format!("\"{}\"", workflow.revision);
    let draft_changed = !drafts::changed(app, tenant, vec![workflow.id.0]).await?.is_empty();
    let body = WorkflowWhole::new(WorkflowItem::new(workflow, last, draft_changed), graph)?;
    Ok(([(header::ETAG, tag)], Json(body)).into_response())
}

/// Makes a workflow: the body is its graph, or `{name, definition: {nodes, edges}}`.
#[utoipa::path(post, path = "/workflows", operation_id = "create_workflow", tag = "workflows",
    request_body(content = Object, description = "The graph"), responses(
    (status = 201, body = WorkflowWhole, headers(("ETag", description = "The revision"))),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "The graph cannot run"),
))]
pub(crate) async fn create(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    body: GraphBody,
) -> Result<Response, ApiError> {
    let (app, graph) = compiled(app, body).await?;
    let id = WorkflowId(app.ids.next());
    let workflow = Change::first(&app, tenant, id, &graph).store(&app).await?;
    app.stats.forget();
    let location = format!("/api/v1/workflows/{id}");
    let response = answer(&app, tenant, workflow, None, model::json::to_text(graph.document())).await?;
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], response).into_response())
}

/// Checks a graph off the threads that answer requests: compiling a large one takes a while.
async fn compiled(app: App, body: GraphBody) -> Result<(App, Graph), ApiError> {
    const LARGE: usize = 64 * 1024;
    if body.bytes.len() < LARGE {
        let graph = workflows::checked(&app, &body.value)?;
        return Ok((app, graph));
    }
    let work = tokio::task::spawn_blocking(move || workflows::checked(&app, &body.value).map(|graph| (app, graph)));
    work.await
        .map_err(|_| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the graph could not be read"))?
}

/// A workflow with its graph.
#[utoipa::path(get, path = "/workflows/{id}", operation_id = "get_workflow", tag = "workflows",
    params(("id" = String, Path)), responses(
    (status = 200, body = WorkflowWhole, headers(("ETag", description = "The revision"))),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn get(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let workflow = workflows::find(&app, tenant, parse_id(&id)?).await?;
    whole(&app, tenant, workflow).await
}

/// Several workflows by their ids.
#[utoipa::path(get, path = "/workflows/batch", operation_id = "get_workflows", tag = "workflows", params(
    ("ids" = String, Query, description = "Workflows, with commas between them; at most 100"),
), responses(
    (status = 200, body = WorkflowBatch),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn batch(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Json<WorkflowBatch>, ApiError> {
    let ids = query.get("ids").map(String::as_str).unwrap_or_default();
    let named: Vec<&str> = ids.split(',').map(str::trim).filter(|id| !id.is_empty()).collect();
    if named.is_empty() || named.len() > BATCH_MAX {
        let detail = format!("ids names 1 to {BATCH_MAX} workflows, with commas between them");
        return Err(ApiError::bad_request("invalid_parameter", detail));
    }
    let ids: Vec<i64> = named.iter().filter_map(|name| name.parse::<WorkflowId>().ok()).map(|id| id.0).collect();
    let drafts = drafts::changed(&app, tenant, ids.clone()).await?;
    let mut found = HashMap::new();
    for record in app.records.get_many(&WORKFLOW, tenant, ids).await? {
        found.insert(record.id, Workflow::from_record(&record)?);
    }
    let (mut items, mut missing) = (Vec::with_capacity(found.len()), Vec::new());
    for name in named {
        match name.parse::<WorkflowId>().ok().and_then(|id| found.get(&id.0)).cloned() {
            None => missing.push(name.to_owned()),
            Some(workflow) => {
                let text = workflows::graph_text(&app, tenant, workflow.kept.version).await?;
                let last = last_execution(&app, tenant, workflow.id).await?;
                let draft_changed = drafts.contains(&workflow.id.0);
                items.push(WorkflowWhole::new(WorkflowItem::new(workflow, last, draft_changed), text)?);
            }
        }
    }
    Ok(Json(WorkflowBatch { items, missing }))
}

/// Changes a workflow: makes a version whose parent is the one that `If-Match` names.
#[utoipa::path(put, path = "/workflows/{id}", operation_id = "put_workflow", tag = "workflows",
    params(("id" = String, Path), ("If-Match" = String, Header, description = "The revision that was changed: its ETag")),
    request_body(content = Object, description = "The graph"), responses(
    (status = 200, body = WorkflowWhole, headers(("ETag", description = "The new revision"))),
    (status = 412, body = ProblemBody, content_type = "application/problem+json", description = "Somebody else was first"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "The graph cannot run"),
    (status = 428, body = ProblemBody, content_type = "application/problem+json", description = "If-Match is missing"),
))]
pub(crate) async fn put(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: GraphBody,
) -> Result<Response, ApiError> {
    let before = workflows::find(&app, tenant, parse_id(&id)?).await?;
    let tag = match headers.get(header::IF_MATCH) {
        None => {
            return Err(ApiError::new(
                StatusCode::PRECONDITION_REQUIRED,
                "if_match_required",
                "send the revision that was changed as If-Match, so that nobody's work is overwritten",
            )
            .current(before.revision.to_string()));
        }
        Some(tag) => tag.to_str().unwrap_or("").to_owned(),
    };
    check_tag(&tag, &before)?;
    let (app, graph) = compiled(app, body).await?;
    let (to, id) = (app.clone(), before.id);
    let (workflow, graph) = drafts::detached(async move {
        let mut held = to.drafts.hold(&to, tenant, id).await;
        // Somebody may have been first meanwhile; from here on nobody is.
        let before = workflows::find(&to, tenant, id).await?;
        check_tag(&tag, &before)?;
        let version = VersionId(to.ids.next());
        let (others, _) = held.follow(&before, version).await?;
        let from = Some(Lineage::beside(&to, tenant, before.kept.version).await?);
        let change =
            Change { tenant, id, graph: &graph, before: Some(&before), version, from, label: None, by: None, others };
        let stored = change.store(&to).await;
        held.followed(stored.is_ok());
        Ok((stored?, graph))
    })
    .await?;
    app.stats.forget();
    let last = last_execution(&app, tenant, workflow.id).await?;
    answer(&app, tenant, workflow, last, model::json::to_text(graph.document())).await
}

fn check_tag(tag: &str, workflow: &Workflow) -> Result<(), ApiError> {
    let named = tag.trim().trim_start_matches("W/").trim_matches('"');
    if named == "*" || named == workflow.revision.to_string() { Ok(()) } else { Err(stale(workflow)) }
}

fn stale(workflow: &Workflow) -> ApiError {
    ApiError::new(
        StatusCode::PRECONDITION_FAILED,
        "stale_revision",
        format!("workflow {} was changed by somebody else: its revision is {}", workflow.id, workflow.revision),
    )
    .current(workflow.revision.to_string())
}

/// Deletes a workflow. Its executions stay, and so do the versions they refer to.
#[utoipa::path(delete, path = "/workflows/{id}", operation_id = "delete_workflow", tag = "workflows",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header)), responses(
    (status = 204, description = "Deleted"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 412, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn delete(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, ApiError> {
    let workflow = workflows::find(&app, tenant, parse_id(&id)?).await?;
    if let Some(tag) = headers.get(header::IF_MATCH) {
        check_tag(tag.to_str().unwrap_or(""), &workflow)?;
    }
    workflows::remove(&app, tenant, &workflow).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Everything that is wrong with a graph. Nothing is stored and nothing runs.
#[utoipa::path(post, path = "/workflows/validate", operation_id = "validate_graph", tag = "workflows",
    request_body(content = Object, description = "The graph"), responses(
    (status = 200, body = Validation), (status = 400, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn validate(
    State(app): State<App>,
    Tenant(_tenant): Tenant,
    body: GraphBody,
) -> Result<Json<Validation>, ApiError> {
    let work = tokio::task::spawn_blocking(move || {
        let graph = Graph::from_value(&workflows::document(&body.value))?;
        Ok::<_, ApiError>(match app.engine.compile(graph) {
            Ok(program) => (true, program.problems().iter().map(GraphProblem::from).collect()),
            Err(problems) => (false, problems.iter().map(GraphProblem::from).collect()),
        })
    });
    let (valid, problems) = work
        .await
        .map_err(|_| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the graph could not be read"))??;
    Ok(Json(Validation { valid, problems }))
}

pub(super) fn parse_id(id: &str) -> Result<WorkflowId, ApiError> {
    id.parse().map_err(|_| ApiError::not_found(format!("workflow {id}")))
}
