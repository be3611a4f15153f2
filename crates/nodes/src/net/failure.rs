//! What failed calls are in a step's words. No message holds the whole address of a call: its query may hold secrets.

use std::error::Error;
use std::io;
use std::time::Duration;

use reqwest::Url;

use super::connect::Unresolved;
use super::guard::{Blocked, bad_url};
use crate::StepError;

/// A call's host and port, as messages name them.
pub(crate) fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// What an error of the client is for the step.
pub(super) fn of(error: &reqwest::Error, url: &Url) -> StepError {
    let host = host_of(url);
    if let Some(blocked) = find::<Blocked>(error) {
        return blocked.clone().into();
    }
    if let Some(unresolved) = find::<Unresolved>(error) {
        return StepError::new("dns_failed", unresolved.to_string());
    }
    if let Some(tls) = find::<rustls::Error>(error) {
        let message = format!("no encrypted connection to {host}: {tls}; check its certificate, or http for https");
        return StepError::new("tls_failed", message);
    }
    if error.is_timeout() {
        return StepError::new("timeout", format!("{host} took no connection in time"));
    }
    let last = last(error);
    if error.is_connect() {
        let message = format!("no connection to {host}: {last}; check that it runs and listens there");
        return StepError::new("connect_failed", message);
    }
    if error.is_builder() {
        return bad_url(format!("the call to {host} cannot be written: {last}"));
    }
    StepError::new("connection_lost", format!("the connection to {host} broke: {last}"))
}

/// A call that took too long.
pub(super) fn late(url: &Url, limit: Duration) -> StepError {
    let message = format!("{} gave no whole answer within {limit:?}: allow more time in timeout", host_of(url));
    StepError::new("timeout", message)
}

/// How many bytes of a response are read, and as what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// As a value.
    Value(usize),
    /// As a file.
    File(u64),
}

impl Limit {
    pub(super) const fn bytes(self) -> u64 {
        match self {
            Self::Value(most) => most as u64,
            Self::File(most) => most,
        }
    }
}

/// A response with more bytes than are allowed.
pub(crate) fn too_large(limit: Limit) -> StepError {
    let message = match limit {
        Limit::Value(most) => format!(
            "the response has more than {most} bytes: ask for less, set response to file, which keeps it as a file, or \
             raise calls.response_bytes in the settings"
        ),
        Limit::File(most) => format!(
            "the response has more than {most} bytes, and a file has no more: ask for less, or raise calls.file_bytes in \
             the settings if that is below 1 GiB"
        ),
    };
    StepError::new("response_too_large", message).finally()
}

/// A response that is not what it says it is.
pub(crate) fn bad_response(message: impl Into<String>) -> StepError {
    StepError::new("bad_response", message)
}

/// The error's causes, from the outermost. What an `io::Error` wraps counts too: it is none of its sources.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner as &(dyn Error + 'static)),
        None => error.source(),
    })
}

fn find<T: Error + 'static>(error: &reqwest::Error) -> Option<&T> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

/// The innermost cause, which says most.
fn last(error: &reqwest::Error) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}
