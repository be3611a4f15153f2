//! Answers to GET that are kept in memory for a while, where a node says so (`cache`), and the door that looks there first.
//!
//! What is kept may be lost at any time, and is never more than so many bytes. Calls that sign in are kept only where
//! the node says that too: then who signs in is part of what tells answers apart.

use std::sync::Arc;
use std::time::{Duration, Instant};

use model::Value;
use moka::sync::Cache;
use reqwest::Method;
use reqwest::header::{self, HeaderMap};

use super::answer::Statuses;
use crate::net::{Net, Request, Response};
use crate::params::Params;
use crate::{StepError, duration};

/// Headers that say who calls.
const SIGNS_IN: &[&str] = &["authorization", "cookie", "proxy-authorization", "x-api-key"];

/// Answers by what was asked: method and address, headers.
pub(super) struct Answers(Cache<Vec<u8>, Kept>);

#[derive(Clone)]
struct Kept {
    response: Response,
    until: Instant,
}

impl Answers {
    /// A place for so many bytes.
    pub(super) fn new(bytes: u64) -> Self {
        let weigh = |asked: &Vec<u8>, kept: &Kept| {
            let headers: usize =
                kept.response.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
            u32::try_from(asked.len() + headers + kept.response.body.len() + 256).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(bytes).weigher(weigh).build())
    }

    fn get(&self, asked: &Vec<u8>) -> Option<Response> {
        let kept = self.0.get(asked)?;
        if Instant::now() < kept.until {
            return Some(kept.response);
        }
        self.0.invalidate(asked);
        None
    }
}

/// For how long a node's answers are kept, and whether also those of calls that sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Keeping {
    ttl: Duration,
    signed_in: bool,
}

impl Keeping {
    /// What the node says under `cache`: a duration, or `{ttl, signed_in}`.
    pub(super) fn new(params: &mut Params<'_>, method: Option<&str>) -> Option<Self> {
        let value = params.raw("cache")?;
        let (ttl, signed_in) = match value {
            Value::Object(_) => (value.get("ttl"), value.get("signed_in").and_then(Value::as_bool).unwrap_or(false)),
            other => (Some(other), false),
        };
        let ttl = ttl.and_then(duration::read).filter(|ttl| !ttl.is_zero());
        if ttl.is_none() {
            params.bad_parameter("cache", format!("how long answers are kept is {}", duration::WANTED));
        }
        if method.is_some_and(|method| method != "GET") {
            params.bad_parameter("cache", "only answers to GET are kept: leave cache out, or set method to GET");
        }
        let signs_in = params.word("auth").is_some_and(|auth| auth != "none");
        if signs_in && !signed_in {
            let message = "answers to calls that sign in are kept only where cache.signed_in is true";
            params.bad_parameter("cache", message);
        }
        Some(Self { ttl: ttl?, signed_in })
    }
}

/// A call whose answer may be kept.
pub(super) struct Asked {
    keeping: Keeping,
    key: Vec<u8>,
}

/// The way out of a node.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) net: Net,
    pub(super) answers: Arc<Answers>,
    pub(super) keeping: Option<Keeping>,
}

impl Door {
    /// Makes a call, unless its answer is kept. An answer with a status that is a failure is one.
    pub(super) async fn send(&self, request: Request, statuses: &Statuses) -> Result<Response, StepError> {
        let (kept, asked) = self.kept(&request);
        if let Some(response) = kept {
            return Ok(response);
        }
        let response = self.net.send(request).await?;
        statuses.check(&response)?;
        self.keep(asked, &response);
        Ok(response)
    }

    /// The kept answer to a call, if there is one; and where its answer is kept, if it may be.
    pub(super) fn kept(&self, request: &Request) -> (Option<Response>, Option<Asked>) {
        let asked = self
            .keeping
            .filter(|keeping| may_be_kept(request, *keeping))
            .map(|keeping| Asked { keeping, key: key(request) });
        (asked.as_ref().and_then(|asked| self.answers.get(&asked.key)), asked)
    }

    /// Keeps an answer, if it may be.
    pub(super) fn keep(&self, asked: Option<Asked>, response: &Response) {
        if let Some(Asked { keeping, key }) = asked
            && is_for_others(response)
        {
            let kept = Kept { response: response.clone(), until: Instant::now() + keeping.ttl };
            self.answers.0.insert(key, kept);
        }
    }
}

fn may_be_kept(request: &Request, keeping: Keeping) -> bool {
    let signs_in =
        || request.headers.iter().any(|(name, value)| value.is_sensitive() || SIGNS_IN.contains(&name.as_str()));
    request.method == Method::GET && request.body.is_none() && (keeping.signed_in || !signs_in())
}

/// Whether an answer is a good one, and its server does not say that it is for this caller alone.
fn is_for_others(response: &Response) -> bool {
    let refuses = |value: &header::HeaderValue| {
        let said = String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase();
        said.split(',').any(|word| word.trim() == "no-store")
    };
    let headers: &HeaderMap = &response.headers;
    response.status.is_success()
        && !headers.contains_key(header::SET_COOKIE)
        && !headers.get_all(header::CACHE_CONTROL).iter().any(refuses)
}

/// All that tells one call from another.
fn key(request: &Request) -> Vec<u8> {
    let mut key = format!("{} {}\n{:?}\n", request.method, request.url, request.redirects).into_bytes();
    let mut headers: Vec<_> = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    headers.sort_unstable();
    for (name, value) in headers {
        key.extend_from_slice(name.as_bytes());
        key.push(b':');
        key.extend_from_slice(value);
        key.push(b'\n');
    }
    key
}
