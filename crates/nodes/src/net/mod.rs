//! The only door to the network: every outgoing call of the product goes through [`Net`], which refuses addresses
//! inside of the machine's own network unless the settings allow them.

mod address;
mod client;
mod place;
mod settings;

pub use client::Net;
pub use place::{Place, PlaceError};
pub use settings::Settings;
