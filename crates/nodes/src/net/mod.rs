//! The only door to the network: every outgoing call of the product goes through [`Net`], which refuses addresses
//! inside of the machine's own network unless the settings allow them.
//!
//! A call is checked where it connects: a name is resolved once, and only those of its addresses that passed are
//! connected to; an address that the call names itself is checked before, and so is each place it is redirected to.
//! Proxies that the environment names are not used.

mod address;
mod body;
mod client;
mod connect;
mod failure;
mod guard;
mod place;
mod redirect;
mod settings;
#[cfg(test)]
mod tests;

pub use client::{Body, Net, Request, Response};
pub use place::{Place, PlaceError};
pub use settings::Settings;

pub(crate) use client::Arriving;
pub(crate) use failure::{Limit, bad_response, host_of, too_large};
pub(crate) use redirect::{drop_secrets, is_same_origin};
