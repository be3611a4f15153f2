//! The layers around the router: what happens to every request and every answer.

use std::any::Any;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::body::{Body, HttpBody as _};
use axum::extract::{MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

use super::limits::client_address;
use crate::App;
use crate::auth::{self, Identity};
use crate::error::ApiError;
use crate::router::Access;

/// Bytes from which answers are compressed.
const COMPRESS_FROM: u64 = 1_000;
/// What pages of ours may load: only what the server itself sends.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Marks an answer whose body a workflow made, so that it is left as it is.
#[derive(Clone, Copy)]
pub(crate) struct Foreign;

/// Marks an answer that goes out as it is: to whoever asks on this machine, packing takes longer than sending.
#[derive(Clone, Copy)]
pub(crate) struct Unpacked;

/// Whether a request comes from this machine, and no proxy says that it is for somebody else.
pub(crate) fn is_local(extensions: &Extensions, headers: &HeaderMap, app: &App) -> bool {
    let forwarded = ["x-forwarded-for", "forwarded", "via"].iter().any(|name| headers.contains_key(*name));
    !forwarded && client_address(extensions, headers, &app.config).is_some_and(|address| address.is_loopback())
}

/// What surrounds every request: its address is within its rate, its errors have one form, its answer has the headers
/// that secure it, and it is counted, measured, and logged when it is slow. One layer and not four, since each costs an
/// allocation or two.
pub(crate) async fn around(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request_id(request.headers());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let is_api = !matches!(method, Method::GET | Method::HEAD) || request.uri().path().starts_with("/api/");
    let address = client_address(request.extensions(), request.headers(), &app.config);
    let response = match app.rates.request(address) {
        Ok(()) => {
            request.extensions_mut().insert(app.clone());
            next.run(request).await
        }
        Err(wait) => too_often(wait).into_response(),
    };
    let mut response = in_one_form(response).await;
    secure(&mut response, is_api);
    let (took, status) = (started.elapsed(), response.status());
    let route = route.as_ref().map_or("other", MatchedPath::as_str);
    app.requests.count(route, &method, status, took);
    if took >= app.config.limits.slow {
        tracing::warn!(request = %text(&id), %method, route, status = status.as_u16(), ?took, "slow request");
    } else {
        tracing::debug!(request = %text(&id), %method, route, status = status.as_u16(), ?took, "request");
    }
    response.headers_mut().insert(HeaderName::from_static("x-request-id"), id);
    response
}

fn text(id: &HeaderValue) -> &str {
    id.to_str().unwrap_or("")
}

/// The caller's id for the request when it is short and plain, else one of ours.
fn request_id(headers: &HeaderMap) -> HeaderValue {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let given = headers.get("x-request-id").filter(|id| {
        id.len() <= 64 && id.as_bytes().iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
    });
    given.cloned().unwrap_or_else(|| {
        let id = (crate::app::now_ms().cast_unsigned() << 20) | (NEXT.fetch_add(1, Ordering::Relaxed) & 0xf_ffff);
        HeaderValue::from_str(&format!("{id:016x}")).unwrap_or(HeaderValue::from_static("0"))
    })
}

/// Turns a panic into an answer; the panic itself is logged.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
pub(crate) fn on_panic(panic: Box<dyn Any + Send>) -> Response {
    let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = said.unwrap_or("unknown"), "a request handler panicked");
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the server failed; its log says more").into_response()
}

/// Adds the headers that keep a browser from doing more than it should.
fn secure(response: &mut Response, is_api: bool) {
    let foreign = response.extensions().get::<Foreign>().is_some();
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
    // What a workflow answers may be a page, but never one that acts as ours.
    let policy =
        if foreign { "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:" } else { CONTENT_POLICY };
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    if is_api && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// Gives errors that other layers and extractors made the form that ours have.
async fn in_one_form(response: Response) -> Response {
    let status = response.status();
    let ours = response.extensions().get::<Foreign>().is_some()
        || response
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind == "application/problem+json" || kind == "application/json");
    if ours || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (parts, body) = response.into_parts();
    let said = match body.size_hint().upper() {
        Some(size) if size <= 1_024 => axum::body::to_bytes(body, 1_024).await.unwrap_or_default(),
        _ => bytes::Bytes::new(),
    };
    // What another layer says of a body's size does not say what to do.
    let said = if status == StatusCode::PAYLOAD_TOO_LARGE { bytes::Bytes::new() } else { said };
    let said = String::from_utf8_lossy(&said).trim().to_owned();
    let (code, fallback) = match status {
        StatusCode::NOT_FOUND => ("not_found", "there is nothing at this address"),
        StatusCode::METHOD_NOT_ALLOWED => ("method_not_allowed", "this address does not take that method"),
        StatusCode::PAYLOAD_TOO_LARGE => {
            ("body_too_large", "the body is too large; limits.body_bytes raises the limit")
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ("unsupported_media_type", "this form of body is not understood"),
        StatusCode::GATEWAY_TIMEOUT => ("timeout", "the request took too long and was given up"),
        _ if status.is_server_error() => ("internal", "the server failed; its log says more"),
        _ => ("bad_request", "the request is wrong"),
    };
    let error = ApiError::new(status, code, if said.is_empty() { fallback.to_owned() } else { said });
    let mut answer = error.into_response();
    if let Some(allow) = parts.headers.get(header::ALLOW) {
        answer.headers_mut().insert(header::ALLOW, allow.clone());
    }
    answer
}

/// The answer to somebody who asks too often.
pub(crate) fn too_often(wait: Duration) -> ApiError {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    ApiError::new(
        StatusCode::TOO_MANY_REQUESTS,
        "rate_limited",
        format!("too many requests from this address; try again in {seconds} s"),
    )
    .retry_after(seconds)
}

/// Lets in who may call a route. It stands right before each handler, told by the list of routes.
pub(crate) async fn guard(access: Access, request: Request, next: Next) -> Response {
    let Some(app) = request.extensions().get::<App>().cloned() else {
        return ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "no application").into_response();
    };
    let (parts, body) = request.into_parts();
    match admit(&app, access, &parts).await {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(error) => error.into_response(),
    }
}

async fn admit(app: &App, access: Access, request: &Parts) -> Result<(), ApiError> {
    // A socket can change things, too, and a browser lets every page open one anywhere.
    let changes = !matches!(request.method, Method::GET | Method::HEAD | Method::OPTIONS)
        || request.headers.contains_key(header::UPGRADE);
    if access == Access::Public {
        return if changes { same_origin(request, app) } else { Ok(()) };
    }
    match auth::identify(app, &request.headers).await? {
        None => Err(ApiError::new(
            StatusCode::UNAUTHORIZED,
            "not_signed_in",
            "open the link that `tidemill serve` prints, or send the token in <data>/api-token as Authorization: Bearer",
        )),
        Some(Identity::Token) => Ok(()),
        Some(Identity::Cookie) => {
            if changes {
                same_origin(request, app)
            } else {
                Ok(())
            }
        }
        Some(Identity::Open) => {
            // A page elsewhere must not reach us under a name of its own that leads to this machine.
            local_name(request)?;
            if changes { same_origin(request, app) } else { Ok(()) }
        }
    }
}

/// Refuses what a page of another origin sends: browsers say where a request comes from.
fn same_origin(request: &Parts, app: &App) -> Result<(), ApiError> {
    let get = |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok());
    let refuse = || {
        Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "foreign_origin",
            "a page of another origin may not change anything here",
        ))
    };
    if let Some(site) = get("sec-fetch-site")
        && !matches!(site, "same-origin" | "none")
    {
        return refuse();
    }
    let Some(origin) = get("origin") else { return Ok(()) };
    let proxied = client_is_proxied(request, app);
    let host = get("x-forwarded-host").filter(|_| proxied).or_else(|| get("host"));
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    if authority.is_some() && authority == host { Ok(()) } else { refuse() }
}

fn client_is_proxied(request: &Parts, app: &App) -> bool {
    let peer = request.extensions.get::<axum::extract::ConnectInfo<std::net::SocketAddr>>();
    peer.is_some_and(|peer| app.config.proxies.contains(&peer.0.ip().to_canonical()))
}

fn local_name(request: &Parts) -> Result<(), ApiError> {
    let host = request.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name).trim_matches(['[', ']']);
    let local = name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    if local || host == "::1" {
        return Ok(());
    }
    Err(ApiError::new(StatusCode::FORBIDDEN, "foreign_host", "without sign-in the server answers only to localhost"))
}

/// Which answers are compressed: from 1,000 bytes on, event streams too, but nothing that is packed already.
pub(crate) fn compressible() -> impl Predicate {
    SizeAbove::new(COMPRESS_FROM)
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::const_new("font/"))
        .and(NotForContentType::const_new("application/vnd.sqlite3"))
        // What is saved has a length to show how far it is, and is often packed.
        .and(|_: StatusCode, _: Version, headers: &HeaderMap, extensions: &Extensions| {
            !headers.contains_key(header::CONTENT_DISPOSITION) && extensions.get::<Unpacked>().is_none()
        })
}

/// Makes one kind of body of the kinds that layers make.
pub(crate) fn plain_body<B>(request: axum::http::Request<B>) -> Request
where
    B: axum::body::HttpBody<Data = bytes::Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    request.map(Body::new)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::io::Read as _;

    use axum::response::sse::{Event, Sse};
    use http_body_util::BodyExt as _;
    use tokio_stream::StreamExt as _;
    use tower::ServiceExt as _;
    use tower_http::compression::CompressionLayer;

    use super::*;

    /// One event, and then nothing for ever.
    async fn stalling() -> impl IntoResponse {
        let first = tokio_stream::once(Ok::<_, Infallible>(Event::default().data("first")));
        Sse::new(first.chain(tokio_stream::pending()))
    }

    #[tokio::test]
    async fn an_event_leaves_a_packed_stream_at_once() {
        let layer = CompressionLayer::new().compress_when(compressible());
        let router = axum::Router::new().route("/", axum::routing::get(stalling)).layer(layer);
        let request = Request::builder().uri("/").header("accept-encoding", "gzip").body(Body::empty());
        let response = router.oneshot(request.expect("a request")).await.expect("an answer");
        assert_eq!(response.headers()["content-encoding"], "gzip");
        let mut body = response.into_body();
        let mut packed = Vec::new();
        let reading = async {
            loop {
                let frame = body.frame().await.expect("more to come").expect("readable");
                packed.extend_from_slice(&frame.into_data().expect("data"));
                let mut unpacked = Vec::new();
                // The end of the pack is not there yet, but what was flushed is.
                flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut unpacked).ok();
                if unpacked == b"data: first\n\n" {
                    return;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), reading).await.expect("it does not wait for more");
    }
}
