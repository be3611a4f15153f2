//! Running executions: shards that own them, programs that versions are compiled to, and the histories they leave.

mod attempt;
mod begin;
mod calls;
mod clock;
mod control;
mod durable;
mod engine;
mod fork;
mod history;
mod limits;
mod listed;
mod messages;
mod names;
mod pace;
mod places;
mod pool;
mod program;
mod rest;
mod running;
mod shard;
mod snapshot;
mod start;
mod stream;
mod turns;
pub mod versions;

pub use begin::Submission;
pub use calls::CallLimits;
pub use clock::{Clock, SystemClock};
pub use engine::{BoxFuture, Engine, EngineStats, Options, Recovered, Workflows, body_hash};
pub use fork::{Fork, Replay};
pub use history::{History, StepView};
pub use listed::listed_error;
pub use program::{Extent, Program};
pub use start::{Accepted, Ended, EngineError, Reply, Source, Start};
pub use stream::{EventStream, StreamEvent, elided};
