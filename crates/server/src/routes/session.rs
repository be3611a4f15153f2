//! Signing in and out.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, extract::FromRequest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::App;
use crate::auth::{self, COOKIE, SESSION_SECONDS};
use crate::config::{Documents, Rendering};
use crate::error::{ApiError, ProblemBody};
use crate::http::layers::too_often;
use crate::http::limits::client_address;
use crate::http::{Fields, JsonBody};

/// Whether the caller is signed in, and what the page goes by.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionState {
    rendering: RenderingState,
    documents: DocumentsState,
    signed_in: bool,
    /// The tenant that the caller works in.
    tenant: Option<&'static str>,
}

/// How graphs are drawn where a device has not chosen otherwise.
#[derive(Serialize, ToSchema)]
pub(crate) struct RenderingState {
    /// Zoom below which nodes are flat.
    lod_threshold_low: f64,
    /// Zoom from which nodes show all.
    lod_threshold_medium: f64,
    /// Nodes in view before detail is lowered.
    max_visible_nodes: u64,
    /// Whether only what is in view is drawn.
    virtual_scrolling: bool,
}

/// When the page saves what is edited, in ms.
#[derive(Serialize, ToSchema)]
pub(crate) struct DocumentsState {
    /// Quiet time before it saves without a socket.
    debounce_ms: u64,
    /// Time within which a change is on the device.
    local_ms: u64,
    /// Time after which it saves at the latest.
    server_ms: u64,
    /// Tries of a save that failed before it waits longer.
    retries: u64,
    /// Time between those tries.
    retry_ms: u64,
}

/// The secret of a sign-in link, or the API token.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "describes the body; the handler reads it field by field")]
pub(crate) struct SignIn {
    token: String,
}

fn state(app: &App, signed_in: bool) -> SessionState {
    let Rendering { virtual_scrolling, lod_threshold_low, lod_threshold_medium, max_visible_nodes } =
        app.config.rendering;
    let rendering = RenderingState { lod_threshold_low, lod_threshold_medium, max_visible_nodes, virtual_scrolling };
    let Documents { debounce_ms, local_ms, server_ms, retries, retry_ms } = app.config.documents;
    let documents = DocumentsState { debounce_ms, local_ms, server_ms, retries, retry_ms };
    SessionState { rendering, documents, signed_in, tenant: signed_in.then_some("default") }
}

/// Whether the caller is signed in.
#[utoipa::path(get, path = "/session", operation_id = "get_session", tag = "session",
    responses((status = 200, body = SessionState)))]
pub(crate) async fn show(State(app): State<App>, headers: HeaderMap) -> Result<Json<SessionState>, ApiError> {
    Ok(Json(state(&app, auth::identify(&app, &headers).await?.is_some())))
}

/// Exchanges the secret of a link for a session cookie. A link works once.
#[utoipa::path(post, path = "/session", operation_id = "sign_in", tag = "session", request_body = SignIn, responses(
    (status = 200, body = SessionState, description = "Signed in; the cookie is set"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 429, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn sign_in(State(app): State<App>, request: Request) -> Result<Response, ApiError> {
    let address = client_address(request.extensions(), request.headers(), &app.config);
    app.rates.sign_in(address).map_err(too_often)?;
    let secure = is_secure(request.headers(), &app);
    let body = JsonBody::from_request(request, &app).await?;
    let token = Fields::of(&body.value)?.required("token")?;
    let Some(secret) = auth::sign_in(&app, token).await? else {
        return Err(ApiError::new(
            StatusCode::UNAUTHORIZED,
            "invalid_token",
            "this link was used or replaced; restart `tidemill serve` for a new one, or sign in with the token in \
             <data>/api-token",
        ));
    };
    let cookie = format!("{COOKIE}={secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age={SESSION_SECONDS}{secure}");
    with_cookie(Json(state(&app, true)).into_response(), &cookie)
}

/// Ends the caller's session.
#[utoipa::path(delete, path = "/session", operation_id = "sign_out", tag = "session",
    responses((status = 204, description = "Signed out")))]
pub(crate) async fn sign_out(State(app): State<App>, headers: HeaderMap) -> Result<Response, ApiError> {
    auth::sign_out(&app, &headers).await?;
    let cookie = format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    with_cookie(StatusCode::NO_CONTENT.into_response(), &cookie)
}

/// `; Secure` when a proxy says that the browser came over HTTPS.
fn is_secure(headers: &HeaderMap, app: &App) -> &'static str {
    let https = headers.get("x-forwarded-proto").is_some_and(|scheme| scheme == "https");
    if https && !app.config.proxies.is_empty() { "; Secure" } else { "" }
}

fn with_cookie(mut response: Response, cookie: &str) -> Result<Response, ApiError> {
    let value = HeaderValue::from_str(cookie).map_err(|_| ApiError::bad_request("bad_request", "no cookie"))?;
    response.headers_mut().insert(header::SET_COOKIE, value);
    Ok(response)
}
