//! The shell around the engine: command line, configuration, HTTP, sign-in and the embedded web interface.
//!
//! Nothing here decides what an execution does, and nothing here speaks SQL.

mod app;
mod auth;
mod bulk;
pub mod cli;
pub mod config;
mod drafts;
mod error;
mod examples;
mod hooks;
mod http;
mod listing;
mod metrics;
mod newest;
mod opened;
mod preview;
mod published;
mod reports;
mod retention;
mod router;
mod routes;
mod serve;
mod workflows;

pub use app::App;
pub use config::Config;
pub use opened::Opened;
pub use router::{Access, Declared, declared, openapi_text, router};
