//! Resolving the names of hosts: what comes out is all that is ever connected to.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::Settings;
use super::guard::Reach;

/// Addresses of a name, as they come.
pub(super) type Found = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Where addresses of names come from.
pub(super) trait Lookup: Send + Sync {
    /// The addresses of a name.
    fn lookup(&self, name: &str) -> Found;
}

/// The machine's own resolver.
pub(super) struct System;

impl Lookup for System {
    fn lookup(&self, name: &str) -> Found {
        let name = name.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// A name without an address.
#[derive(Debug, thiserror::Error)]
#[error("{name} has no address ({reason}): check the host's name")]
pub(super) struct Unresolved {
    name: String,
    reason: String,
}

/// Resolves names to the addresses that may be connected to.
pub(super) struct Resolver {
    pub(super) lookup: Arc<dyn Lookup>,
    pub(super) settings: Arc<Settings>,
    pub(super) reach: Reach,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (found, settings, reach) = (self.lookup.lookup(name.as_str()), self.settings.clone(), self.reach);
        Box::pin(async move {
            let name = name.as_str();
            let unresolved = |reason: String| Unresolved { name: name.to_owned(), reason };
            let found = found.await.map_err(|error| unresolved(error.to_string()))?;
            let mut blocked = None;
            let mut passed = Vec::with_capacity(found.len());
            for address in found {
                match settings.passes(name, address) {
                    Err(error) if reach == Reach::Outside => blocked = Some(error),
                    Ok(()) | Err(_) => passed.push(SocketAddr::new(address, 0)),
                }
            }
            match blocked {
                Some(blocked) if passed.is_empty() => Err(blocked.into()),
                None if passed.is_empty() => Err(unresolved("an empty answer".to_owned()).into()),
                Some(_) | None => Ok(Box::new(passed.into_iter()) as Addrs),
            }
        })
    }
}
