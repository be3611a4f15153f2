//! Whether a call may go where its address says, before and after its host's name is resolved.

use std::net::IpAddr;

use reqwest::Url;
use url::Host;

use super::{Settings, address};
use crate::StepError;

/// How far a call may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// To addresses outside, and to ranges that the settings allow.
    Outside,
    /// To any address: the settings allow this host by its name.
    Anywhere,
}

/// An address that a call must not reach.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{host} leads to {address}, which is {what}: calls to addresses inside are refused; if this one is meant, add it to allowed_private in the settings"
)]
pub(super) struct Blocked {
    host: String,
    address: IpAddr,
    what: &'static str,
}

impl From<Blocked> for StepError {
    fn from(blocked: Blocked) -> Self {
        Self::new("blocked_address", blocked.to_string()).finally()
    }
}

/// A call's address that cannot be one.
pub(super) fn bad_url(message: impl Into<String>) -> StepError {
    StepError::new("bad_url", message).finally()
}

impl Settings {
    /// How far a call to this address may reach. The address was parsed as browsers do, so whatever spelling an IP
    /// address had, it is one here.
    pub(super) fn reach(&self, url: &Url) -> Result<Reach, StepError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(bad_url(format!("{}: is no address to call: only http and https are", url.scheme())));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad_url("the address holds a name or password before an @: set auth instead"));
        }
        let port = url.port_or_known_default().filter(|&port| port > 0).ok_or_else(|| bad_url("there is no port 0"))?;
        let address: IpAddr = match url.host() {
            Some(Host::Ipv4(address)) => address.into(),
            Some(Host::Ipv6(address)) => address.into(),
            Some(Host::Domain(name)) if self.allowed_private.iter().any(|place| place.names(name, port)) => {
                return Ok(Reach::Anywhere);
            }
            Some(Host::Domain(_)) => return Ok(Reach::Outside),
            None => return Err(bad_url("the address names no host")),
        };
        if !self.allowed_private.iter().any(|place| place.holds_at(address, port)) {
            let host = url.host_str().unwrap_or_default();
            self.passes(host, address)?;
        }
        Ok(Reach::Outside)
    }

    /// Whether an address that a host's name led to may be connected to.
    pub(super) fn passes(&self, host: &str, address: IpAddr) -> Result<(), Blocked> {
        match address::inside(address) {
            Some(what) if !self.allowed_private.iter().any(|place| place.holds(address)) => {
                Err(Blocked { host: host.to_owned(), address, what })
            }
            Some(_) | None => Ok(()),
        }
    }
}
