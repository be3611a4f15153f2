//! Calls of webhooks.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use engine::{Ended, Source, Start};
use model::{Status, TenantId, Value};

use super::files;
use super::start::ended;
use crate::App;
use crate::error::{ApiError, ProblemBody};
use crate::hooks::{Hook, Proof, Respond, normal};
use crate::http::layers::Foreign;
use crate::http::{read_bytes, read_json};

/// Headers that say who the caller is, and never reach the journal.
const SECRET_HEADERS: &[&str] = &["authorization", "cookie", "proxy-authorization", "x-api-key"];

/// Calls a webhook. Which workflow it starts, what it asks of the caller and when it answers stand in the workflow's
/// `webhook` node.
#[utoipa::path(method(get, post, put, patch, delete), path = "/hooks/{*path}", operation_id = "call_webhook",
    tag = "webhooks", params(("path" = String, Path)), responses(
    (status = 200, description = "The execution's output, or what its respond node says"),
    (status = 202, description = "The execution is durable"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 405, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn call(
    State(app): State<App>,
    Path(path): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    fires(&app)?;
    let (parts, body) = request.into_parts();
    let hook = find(&app, &path, &parts.method)?;
    let bytes = read_bytes(body, app.config.limits.body_bytes).await?;
    if !hook.proof.holds(&parts.headers, &bytes) {
        return Ok(not_proven(&hook));
    }
    let query = query(&parts.uri);
    let tenant = TenantId::DEFAULT;
    let (input, files) = match file_kind(&parts.headers, &bytes) {
        Some(kind) => {
            let file = files::put(&app, tenant, bytes, kind).await?;
            (file.to_value(), vec![file.hash])
        }
        None => (input(&parts.headers, &bytes, &query).await?, Vec::new()),
    };
    let start = Start {
        tenant,
        files,
        from: Some(hook.node.clone()),
        trigger: "webhook",
        context: context(&hook, &parts.method, &path, &parts.headers, query),
        ..Start::new(Source::Version { workflow: Some(hook.workflow), version: hook.version }, input)
    };
    answer(&app, &hook, start).await
}

/// Whether calls from outside count.
///
/// # Errors
/// The data came from a backup, and nobody said that it runs nowhere else.
pub(super) fn fires(app: &App) -> Result<(), ApiError> {
    if app.hooks.are_paused() {
        return Err(ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "triggers_paused",
            "this data came from a backup and triggers are paused; `tidemill serve --confirm-restore` starts them",
        ));
    }
    Ok(())
}

fn not_proven(hook: &Hook) -> Response {
    let detail = "the webhook's credentials are missing or wrong";
    let mut response = ApiError::new(StatusCode::UNAUTHORIZED, "not_proven", detail).into_response();
    if matches!(hook.proof, Proof::Basic { .. }) {
        let challenge = HeaderValue::from_static(r#"Basic realm="webhook", charset="UTF-8""#);
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

fn find(app: &App, path: &str, method: &Method) -> Result<Arc<Hook>, ApiError> {
    let hooks = app.hooks.at(&normal(path));
    if hooks.is_empty() {
        return Err(ApiError::not_found(format!("webhook {path}")));
    }
    hooks.into_iter().find(|hook| hook.takes(method.as_str())).ok_or_else(|| {
        ApiError::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            format!("webhook {path} does not take {method}"),
        )
    })
}

pub(super) fn query(uri: &Uri) -> Value {
    pairs(uri.query().unwrap_or_default())
}

/// `a=1&b=2&b=3` as an object; a name that comes more than once is a list.
fn pairs(text: &str) -> Value {
    if text.is_empty() {
        return Value::object(Vec::new());
    }
    let decoded = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(
        &Uri::builder().path_and_query(format!("/?{text}")).build().unwrap_or_default(),
    );
    let mut names: Vec<String> = Vec::new();
    let mut values: HashMap<String, Vec<Value>> = HashMap::new();
    for (name, value) in decoded.map(|query| query.0).unwrap_or_default() {
        let list = values.entry(name.clone()).or_default();
        if list.is_empty() {
            names.push(name);
        }
        list.push(Value::from(value));
    }
    let entry = |name: String| {
        let mut list = values.remove(&name).unwrap_or_default();
        let value = if list.len() == 1 { list.pop().unwrap_or_default() } else { Value::array(list) };
        (name.into(), value)
    };
    Value::object(names.into_iter().map(entry).collect())
}

/// The media type of a body, in small letters and without parameters.
fn kind_of(headers: &HeaderMap) -> String {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("application/json");
    kind.split(';').next().unwrap_or_default().trim().to_lowercase()
}

fn is_text(kind: &str) -> bool {
    kind.starts_with("text/") || kind == "application/xml" || kind.ends_with("+xml")
}

/// The media type of a body that is a file for the workflow: what is neither JSON, a form nor text. A form of parts is no
/// file, and nothing else that is understood.
fn file_kind(headers: &HeaderMap, bytes: &Bytes) -> Option<String> {
    let kind = kind_of(headers);
    let is_value = kind == "application/json" || kind.ends_with("+json") || is_text(&kind);
    let is_form = kind == "application/x-www-form-urlencoded" || kind.starts_with("multipart/");
    let is_file = !bytes.is_empty() && !is_value && !is_form && files::is_media_type(&kind);
    is_file.then_some(kind)
}

/// The input of the execution: the body by its type, chosen once; without a body the query.
pub(super) async fn input(headers: &HeaderMap, bytes: &Bytes, query: &Value) -> Result<Value, ApiError> {
    if bytes.is_empty() {
        return Ok(query.clone());
    }
    let kind = kind_of(headers);
    let text = || {
        String::from_utf8(bytes.to_vec()).map_err(|_| ApiError::bad_request("not_utf8", "the body is not UTF-8 text"))
    };
    match kind.as_str() {
        "application/json" => read_json(bytes).await,
        kind if kind.ends_with("+json") => read_json(bytes).await,
        // A brace cannot begin a form: it is JSON that was sent without its type, as `curl -d` does.
        "application/x-www-form-urlencoded" if bytes.starts_with(b"{") => read_json(bytes).await,
        "application/x-www-form-urlencoded" => Ok(pairs(&text()?)),
        kind if is_text(kind) => Ok(Value::from(text()?)),
        _ => Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            format!("this takes JSON, forms and text, not {kind}"),
        )),
    }
}

/// What expressions see as `trigger`.
fn context(hook: &Hook, method: &Method, path: &str, headers: &HeaderMap, query: Value) -> Value {
    let secret = |name: &str| SECRET_HEADERS.contains(&name) || hook.proof.header() == Some(name);
    let mut names: Vec<&HeaderName> = headers.keys().filter(|name| !secret(name.as_str())).collect();
    names.sort_by_key(|name| name.as_str());
    let header = |name: &HeaderName| {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        (name.as_str().into(), Value::from(values.collect::<Vec<_>>().join(", ")))
    };
    Value::object(vec![
        ("type".into(), Value::from("webhook")),
        ("method".into(), Value::from(method.as_str())),
        ("path".into(), Value::from(path)),
        ("headers".into(), Value::object(names.into_iter().map(header).collect())),
        ("query".into(), query),
    ])
}

async fn answer(app: &App, hook: &Hook, start: Start) -> Result<Response, ApiError> {
    let tenant = start.tenant;
    let accepted = app.engine.start(start).await?;
    let pending = || {
        let text = format!(r#"{{"execution_id":"{}","status":"{}"}}"#, accepted.execution, accepted.status.as_str());
        (StatusCode::ACCEPTED, [(header::CONTENT_TYPE, "application/json")], text).into_response()
    };
    if hook.respond == Respond::Immediately {
        return Ok(pending());
    }
    let Some(ended) = ended(app, tenant, &accepted, app.config.limits.wait_max).await? else { return Ok(pending()) };
    if ended.status != Status::Succeeded {
        return Err(failed(&ended));
    }
    let mut response = match hook.respond {
        Respond::ByNode => by_node(&ended.output),
        Respond::WhenFinished | Respond::Immediately => json(StatusCode::OK, &ended.output),
    };
    let id = HeaderValue::from_str(&ended.execution.to_string()).unwrap_or(HeaderValue::from_static(""));
    response.headers_mut().insert(HeaderName::from_static("x-execution-id"), id);
    response.extensions_mut().insert(Foreign);
    Ok(response)
}

fn failed(ended: &Ended) -> ApiError {
    let code = ended.error.as_ref().map_or("", |error| error.code.as_str());
    let detail = format!("execution {} ended as {} {code}", ended.execution, ended.status.as_str());
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "execution_failed", detail.trim_end())
}

fn json(status: StatusCode, value: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], model::json::to_text(value)).into_response()
}

/// What a `respond` node says: `{status?, headers?, body}` when it has a body, else its value as JSON.
fn by_node(output: &Value) -> Response {
    let known = ["status", "headers", "body"];
    let shaped = output
        .as_object()
        .is_some_and(|object| object.get("body").is_some() && object.keys().all(|key| known.contains(&key.as_str())));
    if !shaped {
        return json(StatusCode::OK, output);
    }
    let status = output.get("status").and_then(Value::as_i64).and_then(|status| u16::try_from(status).ok());
    let status = status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::OK);
    let mut response = match output.get("body") {
        Some(Value::String(text)) => {
            (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], Body::from(text.to_string()))
                .into_response()
        }
        Some(body) => json(status, body),
        None => status.into_response(),
    };
    let headers = output.get("headers").and_then(Value::as_object).map_or(&[][..], model::Object::entries);
    for (name, value) in headers {
        let name = name.parse::<HeaderName>().ok().filter(allowed);
        let value = value.as_str().and_then(|value| HeaderValue::from_str(value).ok());
        if let (Some(name), Some(value)) = (name, value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Headers that a workflow may set: none that acts for our own pages, and none that frames the answer.
fn allowed(name: &HeaderName) -> bool {
    let refused = [
        header::SET_COOKIE,
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
        header::CONNECTION,
        header::CONTENT_ENCODING,
        header::CONTENT_SECURITY_POLICY,
        header::STRICT_TRANSPORT_SECURITY,
    ];
    !refused.contains(name) && !name.as_str().starts_with("access-control-")
}
