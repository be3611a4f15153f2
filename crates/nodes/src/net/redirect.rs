//! Where a response sends a call to, and what the call may carry there.

use reqwest::header::{self, HeaderMap, HeaderName};
use reqwest::{Method, StatusCode, Url};

use super::Request;
use super::guard::bad_url;
use crate::StepError;

/// Headers that say nothing about who calls. Only these go to another origin: any other may be a key.
const HARMLESS: &[&str] = &[
    "accept",
    "accept-encoding",
    "accept-language",
    "content-encoding",
    "content-language",
    "content-type",
    "idempotency-key",
    "range",
    "tidemill-attempt",
    "user-agent",
];

/// Headers about a body; they go where it goes.
const OF_BODY: &[&str] = &["content-encoding", "content-language", "content-type"];

/// Whether two addresses are of one scheme, host and port.
pub(crate) fn is_same_origin(a: &Url, b: &Url) -> bool {
    a.origin() == b.origin()
}

/// Leaves only headers that may go to an origin the call was not made for.
pub(crate) fn drop_secrets(headers: &mut HeaderMap) {
    let secret: Vec<HeaderName> = headers.keys().filter(|name| !HARMLESS.contains(&name.as_str())).cloned().collect();
    for name in secret {
        headers.remove(name);
    }
}

/// Turns a call into the one that a response asks for. False if the response asks for none: it is the answer.
pub(super) fn follow(request: &mut Request, status: StatusCode, answer: &HeaderMap) -> Result<bool, StepError> {
    let Some(location) = answer.get(header::LOCATION).filter(|_| is_redirect(status)) else { return Ok(false) };
    let location = std::str::from_utf8(location.as_bytes()).ok().and_then(|text| request.url.join(text).ok());
    let to = location.ok_or_else(|| bad_url("a redirect leads to what is no address"))?;
    if !is_same_origin(&request.url, &to) {
        drop_secrets(&mut request.headers);
    }
    request.url = to;
    if becomes_get(status, &request.method) {
        request.method = Method::GET;
        request.body = None;
        for name in OF_BODY {
            request.headers.remove(*name);
        }
    }
    Ok(true)
}

const fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// What browsers do: 303 asks for the answer elsewhere; 301 and 302 mean that too, after a POST.
fn becomes_get(status: StatusCode, method: &Method) -> bool {
    match status.as_u16() {
        303 => method != Method::GET && method != Method::HEAD,
        301 | 302 => method == Method::POST,
        _ => false,
    }
}
