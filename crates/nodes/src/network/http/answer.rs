//! What an answer is for the workflow: a failure by its status, or a value.

use std::ops::RangeInclusive;

use arcstr::{ArcStr, literal};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use model::json::{self, Limits};
use model::{Object, Value};
use reqwest::StatusCode;
use reqwest::header::{self, HeaderMap, HeaderName};

use crate::StepError;
use crate::net::{self, Response, bad_response};
use crate::params::Params;

/// How many letters of a refused call's answer its error shows.
const SHOWN: usize = 300;
/// Larger texts are read away from the threads that drive connections.
const LARGE: usize = 256 << 10;
/// The longest wait that a server may ask for: a day.
const LONGEST_WAIT_MS: u64 = 86_400_000;

/// What of an answer is given, and as what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Auto,
    Json,
    Text,
    Full,
    File,
}

impl Shape {
    pub(super) fn new(params: &Params<'_>) -> Self {
        match params.word("response") {
            Some("json") => Self::Json,
            Some("text") => Self::Text,
            Some("full") => Self::Full,
            Some("file") => Self::File,
            _ => Self::Auto,
        }
    }
}

/// The statuses that are no failure.
pub(super) struct Statuses(Vec<RangeInclusive<u16>>);

impl Statuses {
    pub(super) fn new(params: &mut Params<'_>) -> Self {
        let Some(value) = params.raw("ok_statuses") else { return Self(vec![0..=399]) };
        let list = value.as_array().unwrap_or(std::slice::from_ref(value));
        let mut ranges = Vec::with_capacity(list.len());
        for (at, entry) in list.iter().enumerate() {
            match range(entry) {
                Some(range) => ranges.push(range),
                None => params.bad_parameter(
                    format!("ok_statuses[{at}]"),
                    "a status is a number from 100 to 599, 2xx or 200-299",
                ),
            }
        }
        Self(ranges)
    }

    pub(super) fn has(&self, status: StatusCode) -> bool {
        self.0.iter().any(|range| range.contains(&status.as_u16()))
    }

    /// Whether an answer is one; else why the step failed.
    pub(super) fn check(&self, response: &Response) -> Result<(), StepError> {
        if self.has(response.status) {
            return Ok(());
        }
        let (host, start) = (net::host_of(&response.url), start(response));
        let message = format!("{host} answered {}{start}", response.status);
        let error = StepError { retry_after_ms: retry_after(response), ..StepError::new("http_status", message) };
        let passes = matches!(response.status.as_u16(), 408 | 425 | 429) || response.status.is_server_error();
        Err(if passes { error } else { error.finally() })
    }
}

/// `404`, `"404"`, `"4xx"`, `"200-299"`.
fn range(value: &Value) -> Option<RangeInclusive<u16>> {
    let status = |text: &str| text.trim().parse::<u16>().ok().filter(|status| (100..=599).contains(status));
    let Some(text) = value.as_str() else {
        let status = status(&value.as_i64()?.to_string())?;
        return Some(status..=status);
    };
    if let Some(class) = text.trim().to_ascii_lowercase().strip_suffix("xx") {
        let first = class.parse::<u16>().ok().filter(|class| (1..=5).contains(class))? * 100;
        return Some(first..=first + 99);
    }
    match text.split_once('-') {
        Some((first, last)) => Some(status(first)?..=status(last)?).filter(|range| !range.is_empty()),
        None => status(text).map(|status| status..=status),
    }
}

/// The start of an answer that is text, for a message.
fn start(response: &Response) -> String {
    let shown = std::str::from_utf8(&response.body[..response.body.len().min(SHOWN * 4)]);
    let shown = match shown {
        Ok(text) => text,
        // The cut may be within a letter.
        Err(error) => std::str::from_utf8(&response.body[..error.valid_up_to()]).unwrap_or_default(),
    };
    let words = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(SHOWN) {
        Some((end, _)) => format!(": {}…", &words[..end]),
        None if words.is_empty() => String::new(),
        None => format!(": {words}"),
    }
}

/// How long the server asks to wait: seconds, or a date, which is taken against the server's own clock.
fn retry_after(response: &Response) -> Option<u64> {
    let text = |name: HeaderName| response.headers.get(name)?.to_str().ok().map(str::trim);
    let asked = text(header::RETRY_AFTER)?;
    let ms = match asked.parse::<u64>() {
        Ok(seconds) => seconds.saturating_mul(1000),
        Err(_) => {
            let date = |text: &str| rfc2822::DateTimeParser::new().parse_timestamp(text).ok();
            let now = text(header::DATE).and_then(date).unwrap_or_else(Timestamp::now);
            u64::try_from(date(asked)?.duration_since(now).as_millis()).unwrap_or(0)
        }
    };
    Some(ms.min(LONGEST_WAIT_MS))
}

/// The value of an answer.
pub(super) async fn value(response: Response, shape: Shape) -> Result<Value, StepError> {
    let Response { status, headers, body, .. } = response;
    let inner = if shape == Shape::Full { Shape::Auto } else { shape };
    let content = Content::of(&headers);
    let value = if body.len() > LARGE {
        let read = tokio::task::spawn_blocking(move || content.read(&body, inner));
        read.await.map_err(|error| bad_response(error.to_string()))??
    } else {
        content.read(&body, inner)?
    };
    Ok(if shape == Shape::Full { full(status, &headers, value) } else { value })
}

pub(super) fn full(status: StatusCode, headers: &HeaderMap, body: Value) -> Value {
    let of_name = |name: &HeaderName| {
        let all = headers.get_all(name).iter();
        let texts: Vec<String> = all.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect();
        let value = match name.as_str() {
            // Its values hold commas, so they cannot stand in one text.
            "set-cookie" => Value::array(texts.into_iter().map(Value::from).collect()),
            _ => Value::from(texts.join(", ")),
        };
        (ArcStr::from(name.as_str()), value)
    };
    let mut entries: Vec<(ArcStr, Value)> = headers.keys().map(of_name).collect();
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    let headers = Object::new(entries);
    Value::object(vec![
        (literal!("status"), Value::Int(i64::from(status.as_u16()))),
        (literal!("headers"), headers.into()),
        (literal!("body"), body),
    ])
}

/// What an answer says that it is.
pub(super) struct Content {
    /// `application/json`, in small letters; empty if it does not say.
    pub(super) kind: String,
    /// Whether its texts have one byte for each letter.
    is_latin: bool,
}

impl Content {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let said = headers.get(header::CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
        let said = said.unwrap_or_default().to_ascii_lowercase();
        let (kind, rest) = said.split_once(';').unwrap_or((&said, ""));
        let charset = rest.split(';').find_map(|part| part.trim().strip_prefix("charset="));
        let is_latin = matches!(charset.map(|name| name.trim_matches('"')), Some("iso-8859-1" | "latin1"));
        Self { kind: kind.trim().to_owned(), is_latin }
    }

    /// Whether it says what it is, and that this is neither JSON nor text.
    pub(super) fn is_binary(&self) -> bool {
        !self.kind.is_empty() && !self.is_json() && !self.is_text()
    }

    fn is_json(&self) -> bool {
        self.kind == "application/json" || self.kind == "text/json" || self.kind.ends_with("+json")
    }

    fn is_text(&self) -> bool {
        const WORDS: &[&str] =
            &["text/", "json", "xml", "yaml", "toml", "javascript", "ecmascript", "form-urlencoded", "graphql", "sql"];
        WORDS.iter().any(|word| self.kind.contains(word)) && !self.kind.contains("openxml")
    }

    fn read(&self, body: &Bytes, shape: Shape) -> Result<Value, StepError> {
        let parsed = || json::read_with(body, Limits::JAVASCRIPT);
        match shape {
            Shape::Text => Ok(self.text(body).into()),
            _ if body.is_empty() => Ok(Value::Null),
            Shape::Json => parsed().map_err(|error| bad_response(format!("the answer is no JSON: {error}")).finally()),
            Shape::Auto | Shape::Full | Shape::File => Ok(match std::str::from_utf8(body) {
                _ if self.is_json() => parsed().unwrap_or_else(|_| self.text(body).into()),
                _ if self.is_text() => self.text(body).into(),
                Ok(text) if self.kind.is_empty() && text.starts_with(['{', '[']) => {
                    parsed().unwrap_or_else(|_| text.into())
                }
                Ok(text) if self.kind.is_empty() => text.into(),
                _ => self.bytes(body),
            }),
        }
    }

    fn text(&self, body: &[u8]) -> String {
        if self.is_latin {
            return body.iter().copied().map(char::from).collect();
        }
        String::from_utf8_lossy(body).into_owned()
    }

    /// What is no text, as a value that JSON can hold.
    fn bytes(&self, body: &[u8]) -> Value {
        Value::object(vec![
            (literal!("base64"), STANDARD.encode(body).into()),
            (literal!("content_type"), self.kind.as_str().into()),
            (literal!("bytes"), body.len().into()),
        ])
    }
}
