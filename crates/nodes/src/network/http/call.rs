//! What a step calls with: its address, headers and body, all read before anything goes out.

use std::fmt::Write as _;

use arcstr::ArcStr;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use model::file::File;
use model::{Value, json};
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};

use super::address;
use crate::net::Request;
use crate::params::{Params, Setting, kind};
use crate::{EffectKey, Step, StepError, text};

/// Names the step to the other system.
pub(super) const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const ATTEMPT: HeaderName = HeaderName::from_static("tidemill-attempt");
const FORM: &str = "application/x-www-form-urlencoded";

/// The parameters that a call is made of.
pub(super) struct Parts {
    method: Setting,
    url: Setting,
    query: Setting,
    headers: Setting,
    body: Setting,
    body_type: Setting,
    auth: Auth,
}

/// What a call carries.
enum Sent {
    /// Bytes and their content type.
    Bytes(Bytes, &'static str),
    File(File),
}

enum Auth {
    None,
    Basic { username: Setting, password: Setting },
    Bearer { token: Setting },
    Header { name: Setting, value: Setting },
}

/// Whether a call of this method may be made again at will.
pub(super) fn only_reads(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS")
}

fn bad(message: impl Into<String>) -> StepError {
    StepError::new("bad_parameter", message)
}

impl Parts {
    pub(super) fn new(params: &mut Params<'_>) -> Self {
        let url = params.setting("url", Value::Null);
        if let Some(Value::String(text)) = url.constant()
            && let Err(message) = address(text)
        {
            params.bad_parameter("url", message);
        }
        Self {
            method: params.setting("method", "GET"),
            url,
            query: params.setting("query", Value::Null),
            headers: params.setting("headers", Value::Null),
            body: params.setting("body", Value::Null),
            body_type: params.setting("body_type", "json"),
            auth: Auth::new(params),
        }
    }

    /// The method, where it is the same for each step.
    pub(super) fn constant_method(&self) -> Option<&str> {
        self.method.constant().and_then(Value::as_str)
    }

    /// The whole call, and the file that it carries if its body is one.
    pub(super) fn request(&self, step: &Step<'_>) -> Result<(Request, Option<File>), StepError> {
        let name = self.method.text(step)?;
        let method = METHODS.iter().find(|method| method.as_str() == name.as_str());
        let method = method.ok_or_else(|| bad(format!("there is no method {name:?}")))?.clone();
        let url = address(&self.url.text(step)?).map_err(|message| StepError::new("bad_url", message).finally())?;
        let mut request = Request::new(method, url);
        append_query(&mut request.url, &pairs("query", &self.query.value(step)?)?);
        for (name, value) in pairs("headers", &self.headers.value(step)?)? {
            let (name, value) = header("headers", &name, &value)?;
            request.headers.append(name, value);
        }
        let mut file = None;
        match self.body(step)? {
            None => {}
            Some(Sent::Bytes(body, kind)) => {
                request.headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static(kind));
                request.body = Some(body.into());
            }
            Some(Sent::File(sent)) => {
                let kind = HeaderValue::from_str(&sent.media_type).ok().filter(|kind| !kind.is_empty());
                let kind = kind.unwrap_or(HeaderValue::from_static("application/octet-stream"));
                request.headers.entry(header::CONTENT_TYPE).or_insert(kind);
                file = Some(sent);
            }
        }
        self.auth.apply(step, &mut request.headers)?;
        if !only_reads(request.method.as_str()) {
            name_step(step, &mut request.headers);
        }
        Ok((request, file))
    }

    fn body(&self, step: &Step<'_>) -> Result<Option<Sent>, StepError> {
        let kind = self.body_type.text(step)?;
        if kind == "none" || !self.body.is_set() {
            return Ok(None);
        }
        let value = self.body.value(step)?;
        if let Some(file) = File::of(&value) {
            return Ok(Some(Sent::File(file)));
        }
        let (body, kind) = match kind.as_str() {
            "json" => (json_body(&value), "application/json"),
            "text" => (Bytes::copy_from_slice(text::of(&value).as_bytes()), "text/plain; charset=utf-8"),
            "form" if value.as_str().is_some() => (Bytes::copy_from_slice(text::of(&value).as_bytes()), FORM),
            "form" => {
                let mut form = url::form_urlencoded::Serializer::new(String::new());
                form.extend_pairs(pairs("body", &value)?);
                (form.finish().into(), FORM)
            }
            other => return Err(bad(format!("there is no body_type {other:?}"))),
        };
        Ok(Some(Sent::Bytes(body, kind)))
    }
}

const METHODS: [Method; 7] =
    [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD, Method::OPTIONS];

/// A value as JSON. An object or list that was written as a text is meant as what it says.
fn json_body(value: &Value) -> Bytes {
    let written = value.as_str().map(str::trim).filter(|text| text.starts_with(['{', '[']));
    match written.filter(|text| json::read(text.as_bytes()).is_ok()) {
        Some(text) => Bytes::copy_from_slice(text.as_bytes()),
        None => json::to_text(value).into(),
    }
}

/// Adds to the query that an address has.
pub(super) fn append_query(url: &mut Url, pairs: &[(ArcStr, ArcStr)]) {
    if !pairs.is_empty() {
        url.query_pairs_mut().extend_pairs(pairs);
    }
}

/// Sets a name of the query that an address has, whatever it was before.
pub(super) fn set_query(url: &mut Url, name: &str, value: &str) {
    let kept: Vec<(String, String)> =
        url.query_pairs().filter(|(key, _)| key != name).map(|(key, value)| (key.into(), value.into())).collect();
    url.query_pairs_mut().clear().extend_pairs(kept).append_pair(name, value);
}

/// Names and values of an object, or of a list of objects with `name` and `value`. Null is left out, a list
/// of values is its name several times.
fn pairs(what: &str, value: &Value) -> Result<Vec<(ArcStr, ArcStr)>, StepError> {
    let mut found = Vec::new();
    let mut add = |name: &ArcStr, value: &Value| -> Result<(), StepError> {
        let values = value.as_array().unwrap_or(std::slice::from_ref(value));
        for value in values.iter().filter(|value| !value.is_null()) {
            if matches!(value, Value::Array(_) | Value::Object(_)) {
                return Err(bad(format!("{what}: {name} is {}, not a text", kind(value))));
            }
            found.push((name.clone(), text::of(value)));
        }
        Ok(())
    };
    match value {
        Value::Null => {}
        Value::Object(object) => object.entries().iter().try_for_each(|(name, value)| add(name, value))?,
        Value::Array(list) => {
            for (at, entry) in list.items().iter().enumerate() {
                let name = entry.get("name").and_then(Value::as_text);
                let name = name.ok_or_else(|| bad(format!("{what}: entry {at} has no name")))?;
                add(name, entry.get("value").unwrap_or(&Value::Null))?;
            }
        }
        other => return Err(bad(format!("{what} is an object or a list of names and values, not {}", kind(other)))),
    }
    Ok(found)
}

/// A header. What is wrong is told without its value, which may be a secret.
fn header(what: &str, name: &str, value: &str) -> Result<(HeaderName, HeaderValue), StepError> {
    let wrong = |part: &str| bad(format!("{what}: {part} of {name:?} has a letter that headers cannot have"));
    let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong("the name"))?;
    let value = HeaderValue::from_bytes(value.trim().as_bytes()).map_err(|_| wrong("the value"))?;
    Ok((parsed, value))
}

impl Auth {
    fn new(params: &mut Params<'_>) -> Self {
        let kind = params.word("auth").unwrap_or("none");
        let needed: &[&str] = match kind {
            "basic" => &["username"],
            "bearer" => &["token"],
            "header" => &["header_value"],
            _ => &[],
        };
        for &key in needed {
            if params.raw(key).is_none_or(|value| value.as_str() == Some("")) {
                params.bad_parameter(key, format!("auth is {kind}, which needs {key}"));
            }
        }
        if kind.contains("{{") {
            params.bad_parameter("auth", "this is fixed text: an expression in it is not evaluated");
        }
        match kind {
            "basic" => {
                Self::Basic { username: params.setting("username", ""), password: params.setting("password", "") }
            }
            "bearer" => Self::Bearer { token: params.setting("token", "") },
            "header" => Self::Header {
                name: params.setting("header_name", "x-api-key"),
                value: params.setting("header_value", ""),
            },
            _ => Self::None,
        }
    }

    fn apply(&self, step: &Step<'_>, headers: &mut HeaderMap) -> Result<(), StepError> {
        let (name, value) = match self {
            Self::None => return Ok(()),
            Self::Basic { username, password } => {
                let (username, password) = (username.text(step)?, password.text(step)?);
                if username.contains(':') {
                    return Err(bad("username has no colon: what follows one would be taken for the password"));
                }
                ("authorization".into(), format!("Basic {}", STANDARD.encode(format!("{username}:{password}"))))
            }
            Self::Bearer { token } => ("authorization".into(), format!("Bearer {}", token.text(step)?.trim())),
            Self::Header { name, value } => (name.text(step)?, value.text(step)?.to_string()),
        };
        let (name, mut value) = header("auth", &name, &value)?;
        value.set_sensitive(true);
        headers.insert(name, value);
        Ok(())
    }
}

/// Lets the other system know a call that it has seen before.
fn name_step(step: &Step<'_>, headers: &mut HeaderMap) {
    headers.entry(KEY).or_insert_with(|| key(step.key));
    headers.entry(ATTEMPT).or_insert_with(|| HeaderValue::from(u64::from(step.attempt) + 1));
}

/// The step's key in the letters that any header may have. What had to be written otherwise stays distinct.
pub(super) fn key(key: EffectKey<'_>) -> HeaderValue {
    let mut written = String::new();
    for byte in key.to_string().bytes() {
        if byte.is_ascii_graphic() && byte != b'%' {
            written.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            write!(written, "%{byte:02X}").unwrap_or_default();
        }
    }
    HeaderValue::from_str(&written).expect("letters that can be seen are what headers take")
}
