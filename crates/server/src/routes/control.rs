//! Run control: what is asked of one execution from outside, and new executions that go on from a recorded one. Every
//! wish is durable before it is answered.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::{Accepted, Fork, Replay};
use model::{ExecutionId, Status, TenantId, Value};
use serde::Serialize;
use store::journal::Idempotency;
use utoipa::ToSchema;

use super::executions::parse_id;
use super::start::idempotency;
use crate::App;
use crate::auth::Tenant;
use crate::error::{ApiError, ProblemBody};
use crate::http::{Fields, JsonBody};

/// Bytes of a signal's name.
const NAME_MAX: usize = 256;

/// An execution that was asked for something, or that came of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Asked {
    id: String,
    /// Where it stood when that was recorded.
    status: &'static str,
}

type Answer = Result<(StatusCode, Json<Asked>), ApiError>;

pub(super) async fn asked(app: &App, tenant: TenantId, id: ExecutionId) -> Answer {
    let status = app.engine.row(tenant, id).await?.status.as_str();
    Ok((StatusCode::ACCEPTED, Json(Asked { id: id.to_string(), status })))
}

/// Cancels an execution. The wish is durable before the answer.
#[utoipa::path(post, path = "/executions/{id}/cancel", operation_id = "cancel_execution", tag = "executions",
    params(("id" = String, Path)), responses(
    (status = 202, body = Asked, description = "It will be canceled"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "It has ended"),
))]
pub(crate) async fn cancel(State(app): State<App>, Tenant(tenant): Tenant, Path(id): Path<String>) -> Answer {
    let id = parse_id(&id)?;
    app.engine.cancel(tenant, id).await?;
    asked(&app, tenant, id).await
}

/// Holds an execution: what is in flight ends, and no step begins until it is resumed.
#[utoipa::path(post, path = "/executions/{id}/pause", operation_id = "pause_execution", tag = "executions",
    params(("id" = String, Path)), responses(
    (status = 202, body = Asked, description = "It will be held"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "It has ended"),
))]
pub(crate) async fn pause(State(app): State<App>, Tenant(tenant): Tenant, Path(id): Path<String>) -> Answer {
    let id = parse_id(&id)?;
    app.engine.pause(tenant, id).await?;
    asked(&app, tenant, id).await
}

/// Lets a held execution go on. One that is not held stays as it is.
#[utoipa::path(post, path = "/executions/{id}/resume", operation_id = "resume_execution", tag = "executions",
    params(("id" = String, Path)), responses(
    (status = 202, body = Asked, description = "It will go on"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "It has ended"),
))]
pub(crate) async fn resume(State(app): State<App>, Tenant(tenant): Tenant, Path(id): Path<String>) -> Answer {
    let id = parse_id(&id)?;
    app.engine.resume(tenant, id).await?;
    asked(&app, tenant, id).await
}

/// Takes up an execution that did not succeed: it stays the same execution, what was recorded stays, and the steps that
/// failed run again with their keys.
#[utoipa::path(post, path = "/executions/{id}/retry", operation_id = "retry_execution", tag = "executions",
    params(("id" = String, Path)), responses(
    (status = 202, body = Asked, description = "It goes on"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "It succeeded, or has not ended"),
))]
pub(crate) async fn retry(State(app): State<App>, Tenant(tenant): Tenant, Path(id): Path<String>) -> Answer {
    app.takes_new()?;
    let id = parse_id(&id)?;
    app.engine.retry(tenant, id).await?;
    // Its row follows with its first commit.
    Ok((StatusCode::ACCEPTED, Json(Asked { id: id.to_string(), status: Status::Running.as_str() })))
}

/// Sends a signal to an execution, for a step that waits for it now or later. The body is its value.
#[utoipa::path(post, path = "/executions/{id}/signals/{name}", operation_id = "send_signal", tag = "executions",
    params(("id" = String, Path), ("name" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same signal with the same key counts once")),
    request_body(content = Object, description = "Any JSON; without a body it is {}"), responses(
    (status = 202, body = Asked, description = "It is recorded"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "It has ended"),
))]
pub(crate) async fn signal(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path(to): Path<(String, String)>,
    headers: HeaderMap,
    body: JsonBody,
) -> Answer {
    send_signal(&app, tenant, to, (&headers, body.value)).await
}

/// The same as `/executions/{id}/signals/{name}`.
#[utoipa::path(post, path = "/signals/{id}/{name}", operation_id = "send_signal_to", tag = "executions",
    params(("id" = String, Path), ("name" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body(content = Object, description = "Any JSON; without a body it is {}"), responses(
    (status = 202, body = Asked, description = "It is recorded"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "It has ended"),
))]
pub(crate) async fn signal_to(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path(to): Path<(String, String)>,
    headers: HeaderMap,
    body: JsonBody,
) -> Answer {
    send_signal(&app, tenant, to, (&headers, body.value)).await
}

async fn send_signal(
    app: &App,
    tenant: TenantId,
    (id, name): (String, String),
    (headers, value): (&HeaderMap, Value),
) -> Answer {
    let id = parse_id(&id)?;
    if name.is_empty() || name.len() > NAME_MAX {
        let detail = format!("the name of a signal has 1 to {NAME_MAX} bytes");
        return Err(ApiError::bad_request("invalid_parameter", detail));
    }
    let key = super::start::key(headers)?.map(str::to_owned);
    app.engine.signal(tenant, id, (name.into(), value), key).await?;
    asked(app, tenant, id).await
}

/// Where a fork leaves the execution that it comes from.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; the handler reads it field by field")]
pub(crate) struct ForkBody {
    /// Address of a step that ended: what was recorded before it is taken over.
    from: String,
    /// Its output instead of the recorded one; without it the step runs again.
    #[schema(value_type = Option<Object>)]
    output: Option<Value>,
    /// The same request with the same key starts one execution; also the header `Idempotency-Key`.
    idempotency_key: Option<String>,
}

/// What a replay runs.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; the handler reads it field by field")]
pub(crate) struct ReplayBody {
    /// The version to run; the same one if it is absent.
    version: Option<String>,
    /// Address of the first step to run anew; without it all steps run.
    from: Option<String>,
    /// The same request with the same key starts one execution; also the header `Idempotency-Key`.
    idempotency_key: Option<String>,
}

/// Starts a new execution from a step of this one, with the step's output edited or the step run again. Its calls have
/// keys of their own.
#[utoipa::path(post, path = "/executions/{id}/fork", operation_id = "fork_execution", tag = "executions",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body = ForkBody, responses(
    (status = 201, body = Asked, description = "The new execution is durable"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "No such execution, or no such step in it"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "The key was used by another request"),
))]
pub(crate) async fn fork(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response, ApiError> {
    app.takes_new()?;
    let fields = Fields::only(&body.value, &["from", "output", "idempotency_key"], "")?;
    let fork = Fork {
        from: fields.required("from")?.to_string(),
        output: fields.said("output").cloned(),
        idempotency: key_of("fork", &id, (&headers, &fields, &body))?,
    };
    Ok(born(&app.engine.fork(tenant, parse_id(&id)?, fork).await?))
}

/// Starts a new execution on the input of this one, on the same or another version.
#[utoipa::path(post, path = "/executions/{id}/replay", operation_id = "replay_execution", tag = "executions",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body = ReplayBody, responses(
    (status = 201, body = Asked, description = "The new execution is durable"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "No such execution, version or step"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "The key was used by another request"),
))]
pub(crate) async fn replay(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response, ApiError> {
    app.takes_new()?;
    let fields = Fields::only(&body.value, &["version", "from", "idempotency_key"], "")?;
    let version = fields.text("version")?;
    let version = version.map(|text| text.parse().map_err(|_| ApiError::not_found(format!("version {text}"))));
    let replay = Replay {
        version: version.transpose()?,
        from: fields.text("from")?.map(ToString::to_string),
        idempotency: key_of("replay", &id, (&headers, &fields, &body))?,
    };
    Ok(born(&app.engine.replay(tenant, parse_id(&id)?, replay).await?))
}

/// The caller's key. A request is the same one if it asks the same of the same execution.
fn key_of(
    what: &str,
    id: &str,
    (headers, fields, body): (&HeaderMap, &Fields<'_>, &JsonBody),
) -> Result<Option<Idempotency>, ApiError> {
    idempotency(headers, fields, &[what.as_bytes(), b" ", id.as_bytes(), b"\n", &body.bytes].concat())
}

fn born(accepted: &Accepted) -> Response {
    let id = accepted.execution.to_string();
    let at = format!("/api/v1/executions/{id}");
    let status = accepted.ended.as_ref().map_or(accepted.status, |ended| ended.status).as_str();
    (StatusCode::CREATED, [(header::LOCATION, at)], Json(Asked { id, status })).into_response()
}
