//! The model: what a workflow is, and what an execution of it means. No clock, no I/O, no randomness.

pub mod expression;
pub mod json;
pub mod value;

pub use value::{Array, Object, Value};
