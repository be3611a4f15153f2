//! Running executions: shards that own them, programs that versions are compiled to, and the histories they leave.

mod attempt;
mod begin;
mod clock;
mod engine;
mod history;
mod listed;
mod names;
mod places;
mod pool;
mod program;
mod running;
mod shard;
mod start;
mod stream;
pub mod versions;

pub use begin::Submission;
pub use clock::{Clock, SystemClock};
pub use engine::{Engine, EngineStats, Options, Recovered, body_hash};
pub use history::{History, StepView};
pub use listed::listed_error;
pub use program::Program;
pub use start::{Accepted, Ended, EngineError, Reply, Source, Start};
pub use stream::{EventStream, StreamEvent, elided};
