//! Node types: one file each, and the registry that lists them.
//!
//! A type never opens a socket by itself, reads a clock or keeps anything between steps: what it needs comes with the
//! [`Step`], what it wants kept goes with the [`Outcome`], and what it calls it calls through [`net`].

mod check;
mod code;
pub mod cron;
mod data;
mod description;
mod duration;
mod files;
mod frames;
mod inference;
mod inputs;
pub mod js;
mod list;
mod logic;
mod mock;
pub mod net;
mod network;
mod node_type;
mod number;
mod operands;
mod params;
mod path;
mod people;
mod registry;
mod services;
mod show;
mod state;
mod text;
mod triggers;

#[cfg(test)]
mod testing;

pub use files::{FileStore, FileWriter, Files, Later, Owner};
pub use inputs::context_values;
pub use node_type::{
    Call, Child, Compile, EffectKey, Incoming, NodeType, Outcome, Ports, Round, Run, Started, State, Step, StepError,
    Wait, Woken,
};
pub use people::webhook_signal;
pub use registry::Registry;
pub use services::Services;
