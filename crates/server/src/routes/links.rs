//! Links of waiting steps: whoever knows one ends the wait, once. Nothing is stored for them: a link holds a proof that
//! only this server can make.

use std::fmt::Write as _;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use model::{ExecutionId, TenantId};

use super::control::{Asked, asked};
use super::executions::parse_id;
use super::hooks;
use crate::App;
use crate::error::{ApiError, ProblemBody};
use crate::http::read_bytes;

/// The path of the link that a waiting step has.
pub(crate) fn path(app: &App, tenant: TenantId, execution: ExecutionId, address: &str) -> String {
    format!("/hooks/waiting/{execution}/{}/{}", segment(address), app.auth.link(tenant, execution, address))
}

/// A text as one segment of a path.
fn segment(text: &str) -> String {
    let mut written = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~@".contains(&byte) {
            written.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            write!(written, "%{byte:02X}").unwrap_or_default();
        }
    }
    written
}

/// Calls the link of a waiting step: the body, or without one the query, is the step's output. A link works once.
#[utoipa::path(method(get, post), path = "/hooks/waiting/{id}/{step}/{token}", operation_id = "call_waiting_link",
    tag = "webhooks", params(("id" = String, Path), ("step" = String, Path, description = "Its address"), ("token" = String, Path)), responses(
    (status = 202, body = Asked, description = "It is recorded, and the execution goes on"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "There is no such link"),
    (status = 410, body = ProblemBody, content_type = "application/problem+json", description = "The link was used, or came too late"),
))]
pub(crate) async fn call(
    State(app): State<App>,
    Path((id, step, token)): Path<(String, String, String)>,
    request: Request,
) -> Result<(StatusCode, Json<Asked>), ApiError> {
    let (tenant, execution) = (TenantId::DEFAULT, parse_id(&id)?);
    // Before anything is looked up: who has no link learns nothing and costs nothing.
    if !app.auth.is_link(tenant, execution, &step, &token) {
        return Err(ApiError::not_found("link".to_owned()));
    }
    hooks::fires(&app)?;
    let history = app.engine.history(tenant, execution).await?;
    let signal = nodes::webhook_signal(&step);
    let waits = history.waiting.iter().any(|awaited| awaited.signal.as_deref() == Some(signal.as_str()));
    let has_ended =
        history.row.status.is_terminal() || history.steps.iter().any(|ended| ended.address.text(&ended.node) == step);
    if has_ended && !waits {
        let detail = "the step no longer waits: the link was used, or came too late";
        return Err(ApiError::new(StatusCode::GONE, "link_used", detail));
    }
    let (parts, body) = request.into_parts();
    let bytes = read_bytes(body, app.config.limits.body_bytes).await?;
    let value = hooks::input(&parts.headers, &bytes, &hooks::query(&parts.uri)).await?;
    app.engine.signal(tenant, execution, (signal.into(), value), Some(format!("link {step}"))).await?;
    asked(&app, tenant, execution).await
}
