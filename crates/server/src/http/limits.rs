//! How often one client address may ask.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::config::{Config, Limits};

/// Attempts to sign in that one address has per minute.
const SIGN_IN_PER_MINUTE: NonZeroU32 = NonZeroU32::new(20).expect("twenty is not zero");

/// The limits of all addresses.
pub(crate) struct Rates {
    requests: Option<DefaultKeyedRateLimiter<IpAddr>>,
    sign_in: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
}

impl Rates {
    /// Limits by configuration.
    pub(crate) fn new(limits: &Limits) -> Self {
        let per_second = NonZeroU32::new(limits.rate_per_second);
        let burst = NonZeroU32::new(limits.rate_burst).unwrap_or(NonZeroU32::MIN);
        Self {
            requests: per_second.map(|rate| RateLimiter::keyed(Quota::per_second(rate).allow_burst(burst))),
            sign_in: RateLimiter::keyed(Quota::per_minute(SIGN_IN_PER_MINUTE)),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a request. An error says how long to wait. Callers on this machine are not limited: they could do worse
    /// than ask often.
    pub(crate) fn request(&self, address: Option<IpAddr>) -> Result<(), Duration> {
        match (&self.requests, address.filter(|address| !address.is_loopback())) {
            (Some(limiter), Some(address)) => self.check(limiter, address),
            _ => Ok(()),
        }
    }

    /// Counts an attempt to sign in, from wherever it comes.
    pub(crate) fn sign_in(&self, address: Option<IpAddr>) -> Result<(), Duration> {
        self.check(&self.sign_in, address.unwrap_or(IpAddr::from([127, 0, 0, 1])))
    }

    fn check(&self, limiter: &DefaultKeyedRateLimiter<IpAddr>, address: IpAddr) -> Result<(), Duration> {
        limiter.check_key(&address).map_err(|refused| refused.wait_time_from(self.clock.now()))
    }

    /// Forgets addresses that have not asked for a while.
    pub(crate) fn forget_idle(&self) {
        if let Some(limiter) = &self.requests {
            limiter.retain_recent();
        }
        self.sign_in.retain_recent();
    }
}

/// The address of the client: that of the connection, or what a proxy we trust says in `X-Forwarded-For`.
pub(crate) fn client_address(extensions: &Extensions, headers: &HeaderMap, config: &Config) -> Option<IpAddr> {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_canonical())?;
    if !config.proxies.contains(&peer) {
        return Some(peer);
    }
    let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
    let mut hops: Vec<IpAddr> =
        forwarded.flat_map(|line| line.split(',')).filter_map(|hop| hop.trim().parse().ok()).collect();
    // The last hop that is not one of our proxies is the first that nobody could have made up.
    while let Some(hop) = hops.pop() {
        if !config.proxies.contains(&hop) {
            return Some(hop);
        }
    }
    Some(peer)
}
