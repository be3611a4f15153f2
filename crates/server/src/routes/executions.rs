//! Executions: starting them, listing them, and what happened in them.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use engine::History;
use model::execution::Awaited;
use model::{ExecutionId, Object, Status, TenantId, Value, WorkflowId};
use serde::Serialize;
use store::ExecutionRow;
use store::journal::{ExecutionQuery, first_id_at};
use utoipa::ToSchema;

use crate::App;
use crate::app::instant_text;
use crate::auth::Tenant;
use crate::error::{ApiError, ProblemBody};
use crate::http::Paging;
use crate::workflows::{WORKFLOW, Workflow};

use super::links;

pub(crate) use super::start::{
    __path_execute, __path_execute_graph, __path_execute_one, execute, execute_graph, execute_one,
};

/// The newest execution of a workflow.
#[derive(Serialize, ToSchema)]
pub(crate) struct LastExecution {
    id: String,
    status: &'static str,
    started_at: String,
    duration_ms: Option<f64>,
}

impl From<&ExecutionRow> for LastExecution {
    fn from(row: &ExecutionRow) -> Self {
        Self {
            id: row.id.to_string(),
            status: row.status.as_str(),
            started_at: instant_text(row.id.millis() * 1_000),
            duration_ms: duration_ms(row),
        }
    }
}

/// A workflow by id and name; the name is empty when the workflow was deleted.
#[derive(Serialize, ToSchema)]
pub(crate) struct WorkflowName {
    id: String,
    name: String,
}

/// Why something failed.
#[derive(Serialize, ToSchema)]
pub(crate) struct Failure {
    /// A stable name: `not_finite`, `join_short` …
    pub(crate) code: String,
    /// What went wrong; lists give its first 300 bytes.
    pub(crate) message: String,
    /// Address of the step.
    pub(crate) node: Option<String>,
}

impl From<&model::ErrorInfo> for Failure {
    fn from(error: &model::ErrorInfo) -> Self {
        let node = (!error.node.is_empty()).then(|| error.node.to_string());
        Self { code: error.code.to_string(), message: error.message.clone(), node }
    }
}

/// An execution as lists show it.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExecutionItem {
    id: String,
    /// None for an ad-hoc graph.
    workflow: Option<WorkflowName>,
    version: String,
    /// `delayed`, `queued`, `running`, `waiting`, `paused`, `succeeded`, `failed`, `canceled`, `timed_out` or
    /// `quarantined`.
    status: &'static str,
    /// What started it: `manual`, `webhook`, `api` …
    trigger: String,
    started_at: String,
    finished_at: Option<String>,
    /// How long it took; none while it is open.
    duration_ms: Option<f64>,
    error: Option<Failure>,
    /// The execution that it comes from.
    origin: Option<OriginItem>,
}

/// Where an execution comes from. The other one may be gone by now.
#[derive(Serialize, ToSchema)]
pub(crate) struct OriginItem {
    execution: String,
    /// `child`, `fork`, `replay` or `retry`.
    kind: &'static str,
}

/// A step that waits.
#[derive(Serialize, ToSchema)]
pub(crate) struct WaitingStep {
    address: String,
    node: String,
    /// When the wait is over at the latest.
    until: Option<String>,
    /// The signal that ends it.
    signal: Option<String>,
    /// The path that ends it when it is called, once, by whoever knows it.
    resume_url: Option<String>,
    /// The execution whose end ends it.
    child: Option<String>,
    /// Whether it waits for its next attempt, after one that failed.
    retry: bool,
}

/// A page of executions, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExecutionPage {
    pub(crate) items: Vec<ExecutionItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page_size: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
    /// False when `total` stands for "more than that".
    #[serde(skip_serializing_if = "Option::is_none")]
    total_exact: Option<bool>,
    next_cursor: Option<String>,
    /// What `since` takes, to learn what changes from here on. Of several pages of a list that of the first one.
    since: String,
    /// Of a page of changes: whether there are more of them at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    more: Option<bool>,
    /// Of a page of changes: executions that were deleted, or whose status is none of those asked for any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    gone: Option<Vec<String>>,
}

/// An execution with its data.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExecutionWhole {
    #[serde(flatten)]
    item: ExecutionItem,
    #[schema(value_type = Object)]
    input: Value,
    #[schema(value_type = Object)]
    output: Value,
    /// The graph that ran: `{nodes, edges}`.
    #[schema(value_type = Object)]
    graph: Value,
    /// The steps that wait, and for what.
    waiting: Vec<WaitingStep>,
    /// Seq from which on its history is whole: 1 unless its beginning went since it grew too long.
    history_from: u64,
}

/// A step that has ended.
#[derive(Serialize, ToSchema)]
pub(crate) struct StepItem {
    /// `node`, or `node@i.j` inside loops.
    address: String,
    node: String,
    /// The node's type.
    #[serde(rename = "type")]
    kind: String,
    label: String,
    /// `succeeded`, `failed`, `skipped`, `disabled` or `canceled`.
    status: &'static str,
    #[schema(value_type = Object)]
    input: Value,
    #[schema(value_type = Object)]
    output: Value,
    /// The ports it chose.
    ports: Vec<String>,
    /// Tries in all; 0 if it did not run.
    attempts: u32,
    error: Option<Failure>,
    started_at: Option<String>,
    duration_ms: Option<f64>,
    /// Whether the history of this step is gone, and with it its ports and times.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    compacted: bool,
}

/// The steps of an execution, in the order in which they ended.
#[derive(Serialize, ToSchema)]
pub(crate) struct StepList {
    items: Vec<StepItem>,
}

#[expect(clippy::cast_precision_loss, reason = "durations are far below 2^53 µs")]
fn duration_ms(row: &ExecutionRow) -> Option<f64> {
    row.status.is_terminal().then(|| row.duration_us as f64 / 1_000.0)
}

/// An empty query: the newest 20 of a tenant.
pub(crate) const fn list_query(tenant: TenantId) -> ExecutionQuery {
    ExecutionQuery::newest(tenant)
}

/// Rows as lists show them, with the names of their workflows.
pub(crate) async fn items(app: &App, tenant: TenantId, rows: &[ExecutionRow]) -> Result<Vec<ExecutionItem>, ApiError> {
    let mut ids: Vec<i64> = rows.iter().filter_map(|row| row.workflow).map(|id| id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let records = if ids.is_empty() { Vec::new() } else { app.records.get_many(&WORKFLOW, tenant, ids).await? };
    let names = records.iter().map(Workflow::from_record).collect::<Result<Vec<_>, _>>()?;
    let name_of =
        |id: WorkflowId| names.iter().find(|workflow| workflow.id == id).map(|workflow| workflow.name.clone());
    Ok(rows.iter().map(|row| item(row, name_of)).collect())
}

fn item(row: &ExecutionRow, name_of: impl Fn(WorkflowId) -> Option<String>) -> ExecutionItem {
    let started = row.id.millis() * 1_000;
    let ended = started.saturating_add_unsigned(row.duration_us);
    ExecutionItem {
        id: row.id.to_string(),
        workflow: row.workflow.map(|id| WorkflowName { id: id.to_string(), name: name_of(id).unwrap_or_default() }),
        version: row.version.to_string(),
        status: row.status.as_str(),
        trigger: row.trigger.clone(),
        started_at: instant_text(started),
        finished_at: row.status.is_terminal().then(|| instant_text(ended)),
        duration_ms: duration_ms(row),
        error: engine::listed_error(row).as_ref().map(Failure::from),
        origin: row
            .origin
            .map(|origin| OriginItem { execution: origin.execution.to_string(), kind: origin.kind.as_str() }),
    }
}

/// Lists executions, newest first; or, with `since`, those that changed after another answer.
#[utoipa::path(get, path = "/executions", operation_id = "list_executions", tag = "executions", params(
    ("page" = Option<u64>, Query), ("pageSize" = Option<u64>, Query),
    ("skip" = Option<u64>, Query), ("limit" = Option<u64>, Query), ("cursor" = Option<String>, Query),
    ("workflow" = Option<String>, Query, description = "Only of this workflow"),
    ("status" = Option<String>, Query, description = "Only with one of these statuses, with commas between them"),
    ("trigger" = Option<String>, Query, description = "Only those that this started"),
    ("origin" = Option<String>, Query, description = "Only those that come from this execution"),
    ("from" = Option<String>, Query, description = "Only those accepted at this time (RFC 3339) or later"),
    ("to" = Option<String>, Query, description = "Only those accepted before this time"),
    ("since" = Option<String>, Query, description = "Only what changed after the answer that gave this"),
    ("total" = Option<bool>, Query, description = "Whether to count all"),
), responses(
    (status = 200, body = ExecutionPage),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 410, body = ProblemBody, content_type = "application/problem+json", description = "Read the list again"),
))]
pub(crate) async fn list(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    paging: Paging,
) -> Result<Json<ExecutionPage>, ApiError> {
    let before = paging.cursor().map(str::parse::<ExecutionId>).transpose();
    let before =
        before.map_err(|_| ApiError::bad_request("invalid_parameter", "cursor is not one that a list answered"))?;
    let since = paging.parsed("since")?;
    if since.is_some() && (before.is_some() || paging.skip() > 0 || paging.page().is_some()) {
        let detail = "since answers all that changed and takes no page, skip or cursor";
        return Err(ApiError::bad_request("invalid_parameter", detail));
    }
    let page = app
        .journal
        .list(ExecutionQuery {
            workflow: paging.parsed("workflow")?,
            statuses: paging.parameter("status").map(statuses).transpose()?.unwrap_or_default(),
            trigger: paging.parameter("trigger").map(str::to_owned),
            origin: paging.parsed("origin")?,
            from: paging.parameter("from").map(|text| first_at("from", text)).transpose()?,
            to: paging.parameter("to").map(|text| first_at("to", text)).transpose()?,
            before,
            since,
            skip: paging.skip(),
            limit: paging.limit,
            total: paging.total,
            ..list_query(tenant)
        })
        .await?;
    let last = page.rows.last().filter(|_| page.more && since.is_none()).map(|row| row.id.to_string());
    Ok(Json(ExecutionPage {
        items: items(&app, tenant, &page.rows).await?,
        page: paging.page(),
        page_size: paging.page().map(|_| paging.limit),
        total: page.total.map(|(count, _)| count),
        total_exact: page.total.map(|(_, exact)| exact),
        next_cursor: last,
        since: page.cursor.to_string(),
        more: since.map(|_| page.more),
        gone: since.map(|_| page.gone.iter().map(ToString::to_string).collect()),
    }))
}

/// The first id of a time.
pub(crate) fn first_at(name: &str, text: &str) -> Result<ExecutionId, ApiError> {
    let time: jiff::Timestamp = text.parse().map_err(|_| {
        let detail = format!("{name} cannot be {text:?}: expected a time such as 2026-01-31T00:00:00Z");
        ApiError::bad_request("invalid_parameter", detail)
    })?;
    Ok(first_id_at(time.as_millisecond()))
}

/// Statuses with commas between them.
pub(crate) fn statuses(words: &str) -> Result<Vec<Status>, ApiError> {
    let parse = |word: &str| {
        Status::parse(word.trim()).ok_or_else(|| {
            let all = Status::ALL.map(Status::as_str).join(", ");
            ApiError::bad_request("invalid_parameter", format!("status cannot be {word:?}: expected one of {all}"))
        })
    };
    words.split(',').filter(|word| !word.trim().is_empty()).map(parse).collect()
}

/// The newest executions: a list for a dashboard.
pub(crate) async fn newest(app: &App, tenant: TenantId, limit: usize) -> Result<Vec<ExecutionItem>, ApiError> {
    let page = app.journal.list(ExecutionQuery { limit, ..list_query(tenant) }).await?;
    items(app, tenant, &page.rows).await
}

/// An execution with its input, output and graph.
#[utoipa::path(get, path = "/executions/{id}", operation_id = "get_execution", tag = "executions",
    params(("id" = String, Path)), responses(
    (status = 200, body = ExecutionWhole),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn get(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path(id): Path<String>,
) -> Result<Json<ExecutionWhole>, ApiError> {
    let history = app.engine.history(tenant, parse_id(&id)?).await?;
    let mut found = items(&app, tenant, std::slice::from_ref(&history.row)).await?;
    let mut item = found.pop().ok_or_else(|| ApiError::not_found(format!("execution {id}")))?;
    if let Some(error) = &history.error {
        item.error = Some(Failure::from(error));
    }
    let document = history.program.graph().document();
    let part = |key: &str| document.get(key).cloned().unwrap_or_else(|| Value::array(Vec::new()));
    let graph = Object::new(vec![("nodes".into(), part("nodes")), ("edges".into(), part("edges"))]);
    let waiting = waiting(&app, tenant, &history);
    let History { input, output, from_seq: history_from, .. } = history;
    Ok(Json(ExecutionWhole { item, input, output, graph: Value::from(graph), waiting, history_from }))
}

fn waiting(app: &App, tenant: TenantId, history: &History) -> Vec<WaitingStep> {
    let nodes = &history.program.graph().nodes;
    let step = |awaited: &Awaited| {
        let node = &nodes.get(awaited.address.node as usize)?.id;
        let address = awaited.address.text(node);
        let has_link = awaited.signal.as_deref() == Some(nodes::webhook_signal(&address).as_str());
        Some(WaitingStep {
            resume_url: has_link.then(|| links::path(app, tenant, history.row.id, &address)),
            address,
            node: node.to_string(),
            until: awaited.until_ms.map(|ms| instant_text(ms.saturating_mul(1_000))),
            signal: awaited.signal.as_ref().map(ToString::to_string),
            child: awaited.child.map(|child| child.to_string()),
            retry: awaited.is_retry,
        })
    };
    history.waiting.iter().filter_map(step).collect()
}

/// The steps of an execution that have ended.
#[utoipa::path(get, path = "/executions/{id}/steps", operation_id = "list_steps", tag = "executions",
    params(("id" = String, Path)), responses(
    (status = 200, body = StepList),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn steps(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path(id): Path<String>,
) -> Result<Json<StepList>, ApiError> {
    let history = app.engine.history(tenant, parse_id(&id)?).await?;
    let graph = history.program.graph();
    let items = history.steps.into_iter().map(|step| {
        let node = graph.nodes.get(step.address.node as usize);
        let ran = step.attempts > 0 && !step.compacted;
        #[expect(clippy::cast_precision_loss, reason = "durations are far below 2^53 µs")]
        let took = step.duration_us as f64 / 1_000.0;
        StepItem {
            address: step.name,
            node: step.node.to_string(),
            kind: node.map(|node| node.kind.to_string()).unwrap_or_default(),
            label: node.map(|node| node.label().to_owned()).unwrap_or_default(),
            status: step.status.as_str(),
            input: step.input,
            output: step.output,
            ports: step.ports.iter().map(ToString::to_string).collect(),
            attempts: step.attempts,
            error: step.error.as_ref().map(Failure::from),
            started_at: ran.then(|| instant_text(step.started_us)),
            duration_ms: ran.then_some(took),
            compacted: step.compacted,
        }
    });
    Ok(Json(StepList { items: items.collect() }))
}

/// A whole value that an event gave only the beginning of: `input`, `output`, or `steps/<address>/input|output`.
#[utoipa::path(get, path = "/executions/{id}/values/{*reference}", operation_id = "get_value", tag = "executions",
    params(("id" = String, Path), ("reference" = String, Path, description = "The `ref` of the elided value")), responses(
    (status = 200, description = "The value as JSON", body = Object),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn value(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path((id, reference)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let history = app.engine.history(tenant, parse_id(&id)?).await?;
    let missing = || ApiError::not_found(format!("value {reference} of execution {id}"));
    let value = match reference.as_str() {
        "input" => history.input,
        "output" => history.output,
        other => {
            let (address, end) =
                other.strip_prefix("steps/").and_then(|rest| rest.rsplit_once('/')).ok_or_else(missing)?;
            let step = history.steps.into_iter().find(|step| step.name == address).ok_or_else(missing)?;
            match end {
                "input" => step.input,
                "output" => step.output,
                _ => return Err(missing()),
            }
        }
    };
    let pretty = headers.get(header::ACCEPT).is_some_and(|accept| accept == "text/plain");
    let text = if pretty { model::json::to_pretty(&value) } else { model::json::to_text(&value) };
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}

/// Reads an id of an execution; anything else is not found.
pub(crate) fn parse_id(id: &str) -> Result<ExecutionId, ApiError> {
    id.parse().map_err(|_| ApiError::not_found(format!("execution {id}")))
}
