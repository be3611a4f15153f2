//! The crash harness: a process that is killed while it runs random workflows, and a check of what is left.
//!
//! The *victim* ([`victim`]) runs workflows and says what was acknowledged to it. The test kills it, at a random time
//! or at the n-th call of a system call, and keeps what it said ([`process`]). The *check* ([`check`]) opens the same
//! data, lets a recovery finish everything, and compares: nothing acknowledged is lost, nothing recorded happened
//! twice, nothing is stuck, nothing is wrong by the reference. [`power`] does it over a power cut.

mod cases;
mod check;
mod early;
mod power;
mod process;
mod victim;

pub use cases::{Cases, crash_case};
pub use check::{Check, Verdict};
pub use power::{Image, unsupported};
pub use process::{Kill, Ledger, Round, has_strace};
pub use victim::{Options, Sabotage, Sync, victim};
