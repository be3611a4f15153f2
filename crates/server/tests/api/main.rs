//! The API as callers see it: each file drives the router for one noun.

mod auth;
mod bad_input;
mod cli;
mod control;
mod dashboard;
mod documents;
mod events;
mod executions;
mod harness;
mod hooks;
mod serving;
mod workflows;
