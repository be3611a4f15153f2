//! What each address does: handler, its types, and what OpenAPI says of it, side by side.

pub(crate) mod backup;
pub(crate) mod bulk;
pub(crate) mod control;
pub(crate) mod dashboard;
pub(crate) mod docs;
pub(crate) mod drafts;
pub(crate) mod executions;
pub(crate) mod expressions;
pub(crate) mod files;
pub(crate) mod health;
pub(crate) mod hooks;
pub(crate) mod layout;
pub(crate) mod links;
pub(crate) mod node_types;
pub(crate) mod rooms;
pub(crate) mod saves;
pub(crate) mod schedules;
pub(crate) mod session;
pub(crate) mod start;
pub(crate) mod streams;
pub(crate) mod templates;
pub(crate) mod web;
pub(crate) mod workflow_bulk;
pub(crate) mod workflow_copies;
pub(crate) mod workflow_lists;
pub(crate) mod workflows;
