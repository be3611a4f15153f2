//! Starting executions: of a workflow, or of a graph that is not saved.

use std::time::Duration;

use arcstr::ArcStr;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::{Accepted, Ended, Source, Start};
use model::{Graph, Object, TenantId, Value};
use serde::Serialize;
use store::journal::Idempotency;
use utoipa::ToSchema;

use super::executions::Failure;
use crate::App;
use crate::auth::Tenant;
use crate::drafts;
use crate::error::{ApiError, ProblemBody};
use crate::http::{Fields, GraphBody, JsonBody};
use crate::workflows;

/// Fields of a request to run a workflow.
const EXECUTE_FIELDS: &[&str] =
    &["input", "start", "from", "until", "to", "draft", "priority", "delay", "wait", "idempotency_key", "pinned"];

/// What to run a workflow with.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; the handler reads it field by field")]
pub(crate) struct ExecuteBody {
    /// The input of the execution.
    #[schema(value_type = Option<Object>)]
    input: Option<Value>,
    /// The trigger or node to start at.
    start: Option<String>,
    /// The same as `start`.
    from: Option<String>,
    /// The node it goes no further than: only what leads to it runs, and it.
    until: Option<String>,
    /// The same as `until`.
    to: Option<String>,
    /// Whether to run the draft, as a version that is made of it for that.
    draft: Option<bool>,
    /// Its turn among those that wait for capacity, -128 to 127: higher is earlier, 0 is usual.
    priority: Option<i8>,
    /// How long it sleeps before it begins: "10m", or milliseconds.
    #[schema(value_type = Option<Object>)]
    delay: Option<Value>,
    /// Whether to answer when the execution has ended, or for how many milliseconds to wait for that.
    #[schema(value_type = Option<Object>)]
    wait: Option<Value>,
    /// The same request with the same key starts one execution; also the header `Idempotency-Key`.
    idempotency_key: Option<String>,
    /// Whether pinned outputs count.
    pinned: Option<bool>,
}

/// An execution that is durable.
#[derive(Serialize, ToSchema)]
pub(crate) struct Started {
    execution_id: String,
    status: &'static str,
}

/// An execution that has ended.
#[derive(Serialize, ToSchema)]
pub(crate) struct Finished {
    execution_id: String,
    status: &'static str,
    #[schema(value_type = Object)]
    output: Value,
    error: Option<Failure>,
    duration_ms: f64,
}

/// What came of an ad-hoc graph.
#[derive(Serialize, ToSchema)]
pub(crate) struct GraphResult {
    execution_id: String,
    status: &'static str,
    #[schema(value_type = Object)]
    output: Value,
    /// The same as `output`.
    #[schema(value_type = Object)]
    final_output: Value,
    /// The output of each node that ran, by its id.
    #[schema(value_type = Object)]
    node_results: Value,
    error: Option<Failure>,
    /// What went wrong in words, one for each failed step.
    errors: Vec<String>,
}

impl From<Ended> for Finished {
    fn from(ended: Ended) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "durations are far below 2^53 µs")]
        let duration_ms = ended.duration_us as f64 / 1_000.0;
        Self {
            execution_id: ended.execution.to_string(),
            status: ended.status.as_str(),
            output: ended.output,
            error: ended.error.as_ref().map(Failure::from),
            duration_ms,
        }
    }
}

/// Runs the current version of a workflow, or its draft.
#[utoipa::path(post, path = "/workflows/{id}/execute", operation_id = "execute_workflow", tag = "executions",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = ExecuteBody, responses(
    (status = 200, body = Finished, description = "It has ended"),
    (status = 202, body = Started, description = "It is durable and will run"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "The key was used by another request"),
    (status = 429, body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, body = ProblemBody, content_type = "application/problem+json", description = "The server is stopping; Retry-After says when to ask again"),
))]
pub(crate) async fn execute(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response, ApiError> {
    let id = id.parse().map_err(|_| ApiError::not_found(format!("workflow {id}")))?;
    let workflow = workflows::find(&app, tenant, id).await?;
    let fields = Fields::only(&body.value, EXECUTE_FIELDS, "; what the workflow gets goes under input")?;
    let (from, until) = (one_of(&fields, "start", "from")?, one_of(&fields, "until", "to")?);
    let source = match fields.get("draft") {
        None | Some(Value::Bool(false)) => Source::Version { workflow: Some(id), version: workflow.kept.version },
        Some(Value::Bool(true)) => drafts::source(&app, (tenant, id), until.as_deref()).await?,
        Some(_) => return Err(ApiError::bad_request("wrong_kind", "draft is true or false").at("$.draft")),
    };
    let start = Start {
        tenant,
        from,
        until,
        priority: priority(&fields)?,
        delay: delay(&fields)?,
        trigger: "manual",
        idempotency: idempotency(&headers, &fields, &body.bytes)?,
        pinned: fields.get("pinned").and_then(Value::as_bool).unwrap_or(false),
        ..Start::new(source, input(&fields))
    };
    let wait = wait_time(&app, fields.get("wait"))?;
    let Some(wait) = wait else {
        return Ok(started(&app.engine.start(start).await?));
    };
    let accepted = app.engine.start(start).await?;
    Ok(match ended(&app, tenant, &accepted, wait).await? {
        Some(ended) => Json(Finished::from(ended)).into_response(),
        None => started(&accepted),
    })
}

fn started(accepted: &Accepted) -> Response {
    let ended = accepted.ended.as_ref().map_or(accepted.status, |ended| ended.status);
    let body = Started { execution_id: accepted.execution.to_string(), status: ended.as_str() };
    (StatusCode::ACCEPTED, Json(body)).into_response()
}

/// How it ended, or `None` when that takes longer than the caller waits, or than the server still runs.
pub(crate) async fn ended(
    app: &App,
    tenant: TenantId,
    accepted: &Accepted,
    wait: Duration,
) -> Result<Option<Ended>, ApiError> {
    if let Some(ended) = &accepted.ended {
        return Ok(Some(ended.clone()));
    }
    let mut closing = app.closing();
    tokio::select! {
        ended = app.engine.wait(tenant, accepted.execution) => Ok(Some(ended?)),
        () = tokio::time::sleep(wait) => Ok(None),
        _ = closing.wait_for(|closing| *closing) => Ok(None),
    }
}

/// A node, under either of two names.
fn one_of(fields: &Fields<'_>, name: &str, other: &str) -> Result<Option<ArcStr>, ApiError> {
    match (fields.text(name)?, fields.text(other)?) {
        (Some(one), Some(another)) if one != another => {
            let detail = format!("{name} and {other} name different nodes; give one of them");
            Err(ApiError::bad_request("invalid_parameter", detail).at(format!("$.{other}")))
        }
        (one, another) => Ok(one.or(another).cloned()),
    }
}

fn priority(fields: &Fields<'_>) -> Result<i8, ApiError> {
    let Some(said) = fields.get("priority") else { return Ok(0) };
    said.as_i64().and_then(|number| i8::try_from(number).ok()).ok_or_else(|| {
        ApiError::bad_request("wrong_kind", "priority is a whole number from -128 to 127").at("$.priority")
    })
}

fn delay(fields: &Fields<'_>) -> Result<Option<Duration>, ApiError> {
    let Some(said) = fields.get("delay") else { return Ok(None) };
    let delay = model::duration::read(said);
    let wanted = || ApiError::bad_request("wrong_kind", "delay is a span of time, like \"10m\"").at("$.delay");
    delay.map(Some).ok_or_else(wanted)
}

fn wait_time(app: &App, wait: Option<&Value>) -> Result<Option<Duration>, ApiError> {
    let max = app.config.limits.wait_max;
    match wait {
        None | Some(Value::Bool(false)) => Ok(None),
        Some(Value::Bool(true)) => Ok(Some(max)),
        Some(value) => {
            match value.as_i64().map(u64::try_from) {
                Some(Ok(ms)) => Ok(Some(Duration::from_millis(ms).min(max))),
                _ => Err(ApiError::bad_request("wrong_kind", "wait is true, false, or a number of milliseconds")
                    .at("$.wait")),
            }
        }
    }
}

/// The caller's key from the header or the body, with the hash of what it asks for.
pub(crate) fn idempotency(
    headers: &HeaderMap,
    fields: &Fields<'_>,
    body: &[u8],
) -> Result<Option<Idempotency>, ApiError> {
    let said = fields.text("idempotency_key")?.map(|key| key.as_str());
    let key = match key(headers)? {
        Some(key) => Some(key),
        None => said.map(checked_key).transpose()?,
    };
    Ok(key.map(|key| Idempotency { key: key.to_owned(), body_hash: *blake3::hash(body).as_bytes() }))
}

/// The caller's key from the header.
pub(crate) fn key(headers: &HeaderMap) -> Result<Option<&str>, ApiError> {
    headers.get("idempotency-key").and_then(|key| key.to_str().ok()).map(checked_key).transpose()
}

fn checked_key(key: &str) -> Result<&str, ApiError> {
    const KEY_MAX: usize = 256;
    if key.is_empty() || key.len() > KEY_MAX {
        return Err(ApiError::bad_request("invalid_key", format!("an idempotency key has 1 to {KEY_MAX} bytes")));
    }
    Ok(key)
}

/// Runs a graph that is not saved, and answers when it has ended.
#[utoipa::path(post, path = "/workflows/execute", operation_id = "execute_graph", tag = "executions",
    request_body(content = Object, description = "{nodes, edges, input?}"), responses(
    (status = 200, body = GraphResult),
    (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "The graph cannot run"),
))]
pub(crate) async fn execute_graph(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    headers: HeaderMap,
    body: GraphBody,
) -> Result<Response, ApiError> {
    run_graph(&app, tenant, &headers, body).await
}

/// The same as `/workflows/execute`.
#[utoipa::path(post, path = "/workflow/execute", operation_id = "execute_graph_too", tag = "executions",
    request_body(content = Object, description = "{nodes, edges, input?}"), responses(
    (status = 200, body = GraphResult),
    (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "The graph cannot run"),
))]
pub(crate) async fn execute_one(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    headers: HeaderMap,
    body: GraphBody,
) -> Result<Response, ApiError> {
    run_graph(&app, tenant, &headers, body).await
}

async fn run_graph(app: &App, tenant: TenantId, headers: &HeaderMap, body: GraphBody) -> Result<Response, ApiError> {
    const REQUEST_ONLY: &[&str] =
        &["input", "start", "from", "until", "priority", "delay", "idempotency_key", "pinned"];
    let document = workflows::document(&body.value);
    let fields = Fields::of(&document)?;
    let graph = fields_without(&document, REQUEST_ONLY);
    let graph = tokio::task::spawn_blocking(move || Graph::from_value(&graph)).await;
    let graph = graph.map_err(|_| ApiError::bad_request("invalid_shape", "the graph could not be read"))??;
    let start = Start {
        tenant,
        from: one_of(&fields, "start", "from")?,
        until: fields.text("until")?.cloned(),
        priority: priority(&fields)?,
        delay: delay(&fields)?,
        trigger: "api",
        idempotency: idempotency(headers, &fields, &body.bytes)?,
        pinned: fields.get("pinned").and_then(Value::as_bool).unwrap_or(false),
        ..Start::new(Source::AdHoc(graph), input(&fields))
    };
    let accepted = app.engine.start(start).await?;
    let Some(ended) = ended(app, tenant, &accepted, app.config.limits.wait_max).await? else {
        return Ok(started(&accepted));
    };
    let history = app.engine.history(tenant, ended.execution).await?;
    let ran = history.steps.iter().filter(|step| step.attempts > 0);
    let results = ran.map(|step| (step.node.clone(), step.output.clone())).collect();
    let failed = history.steps.iter().filter_map(|step| step.error.as_ref());
    let errors = failed.map(|error| format!("{}: {}", error.node, error.message)).collect();
    Ok(Json(GraphResult {
        execution_id: ended.execution.to_string(),
        status: ended.status.as_str(),
        output: ended.output.clone(),
        final_output: ended.output,
        node_results: Value::from(Object::from_last(results)),
        error: ended.error.as_ref().map(Failure::from),
        errors,
    })
    .into_response())
}

/// What the execution gets; nothing said is an empty object, as on the command line.
fn input(fields: &Fields<'_>) -> Value {
    fields.said("input").cloned().unwrap_or_else(|| Value::object(Vec::new()))
}

/// The graph without what belongs to the request, so that another input is the same version.
fn fields_without(document: &Value, names: &[&str]) -> Value {
    document.as_object().map_or(Value::Null, |object| {
        let kept = object.entries().iter().filter(|(key, _)| !names.contains(&key.as_str())).cloned();
        Value::object(kept.collect())
    })
}
