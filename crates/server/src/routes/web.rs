//! The web interface, embedded in the program.

use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

use crate::error::ApiError;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Files;

/// Said instead of the web interface when this build has none.
const MISSING: &str = include_str!("../../assets/missing.html");

/// A file of the web interface; addresses that are none show its first page, which finds its way from there.
pub(crate) async fn file(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let ours = ["api/", "hooks/", "api"].iter().any(|prefix| path.starts_with(prefix));
    if ours || !matches!(method, Method::GET | Method::HEAD) {
        return ApiError::not_found(uri.path()).into_response();
    }
    if let Some(response) = embedded(path, &headers) {
        return response;
    }
    if path.rsplit('/').next().is_some_and(|name| name.contains('.')) {
        return ApiError::not_found(uri.path()).into_response();
    }
    embedded("index.html", &headers).unwrap_or_else(|| {
        let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
        (StatusCode::OK, headers, MISSING).into_response()
    })
}

fn embedded(path: &str, headers: &HeaderMap) -> Option<Response> {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let packed = [("br", "br"), ("gzip", "gz")].into_iter().find_map(|(encoding, ending)| {
        let wanted = accepted.split(',').any(|part| part.split(';').next().is_some_and(|name| name.trim() == encoding));
        wanted.then(|| Files::get(&format!("{path}.{ending}"))).flatten().map(|file| (file, Some(encoding)))
    });
    let (file, encoding) = packed.or_else(|| Some((Files::get(path)?, None)))?;
    let tag = format!("\"{}\"", blake3::Hash::from(file.metadata.sha256_hash()).to_hex());
    let base = [
        (header::ETAG, tag.clone()),
        (header::CACHE_CONTROL, caching(path).to_owned()),
        (header::VARY, "accept-encoding".to_owned()),
    ];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|seen| seen.as_bytes() == tag.as_bytes()) {
        return Some((StatusCode::NOT_MODIFIED, base).into_response());
    }
    let kind = [(header::CONTENT_TYPE, content_type(path))];
    let mut response = (base, kind, file.data.into_owned()).into_response();
    if let Some(encoding) = encoding {
        response.headers_mut().insert(header::CONTENT_ENCODING, axum::http::HeaderValue::from_static(encoding));
    }
    Some(response)
}

/// Names under `assets/` are of their content. All else is asked for anew each time: the first page and `worker.js` are how a
/// browser learns of a new version.
fn caching(path: &str) -> &'static str {
    if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_asks_each_time_for_what_leads_to_a_new_version() {
        for path in ["index.html", "worker.js", "first.js", "manifest.webmanifest"] {
            assert_eq!(caching(path), "no-cache", "{path}");
        }
        assert!(caching("assets/editor-Dx4kXJAl.js").ends_with("immutable"));
    }

    #[test]
    fn workers_and_manifests_have_the_types_that_browsers_insist_on() {
        assert_eq!(content_type("worker.js"), "text/javascript; charset=utf-8");
        assert_eq!(content_type("manifest.webmanifest"), "application/manifest+json");
        assert_eq!(content_type("icon-192.png"), "image/png");
    }
}
