//! JavaScript of workflows, run in locked-down processes of this same program.
//!
//! A [`Pool`] keeps one worker process per core, started at the first use and kept warm. Each call gets an engine of
//! its own that no call before it has touched: code sees its inputs and the language, and no file, network, clock,
//! environment or other call. A call that loops, fills the memory, crashes its worker or is dropped costs that worker
//! alone, and another takes its place.
//!
//! Whoever builds a program with a pool calls [`serve_if_asked`] first thing in `main`: the workers are that program.

mod inputs;
mod machine;
mod pool;
mod process;
mod sandbox;
mod self_test;
mod source;
mod wire;
mod worker;

pub use pool::{Answer, Pool, Request, Settings};
pub use self_test::{Attempt, self_test};
pub(crate) use source::Source;
pub use worker::serve_if_asked;
