//! The API as callers see it: each file drives the router for one noun.

mod auth;
mod bad_input;
mod bodies;
mod cli;
mod control;
mod dashboard;
mod demo;
mod documents;
mod drafts;
mod events;
mod example_calls;
mod examples;
mod executions;
mod files;
mod following;
mod harness;
mod hooks;
mod layout;
mod links;
mod publishing;
mod retention;
mod serving;
mod steering;
mod stopping;
mod templates;
mod workflows;
