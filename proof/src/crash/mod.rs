//! The crash harness: a process that is killed while it runs random workflows, and a check of what is left.
//!
//! The *victim* ([`victim`]) runs workflows and says what was acknowledged to it. The test kills it, at a random time
//! or at the n-th call of a system call, and keeps what it said ([`process`]). The *check* ([`check`]) opens the same
//! data, lets a recovery finish everything, and compares: nothing acknowledged is lost, nothing recorded happened
//! twice, nothing is stuck, nothing is wrong by the reference. [`power`] does it over a power cut.
//!
//! Victims that have effects call a *ledger* ([`calls`]) that is never killed; the *audit* ([`audit`]) holds what it was
//! told against the journal.

mod audit;
mod calls;
mod cases;
mod check;
mod early;
mod effects;
mod poison;
mod power;
mod process;
mod victim;

pub use audit::{Audit, Findings};
pub use calls::{CallLedger, Counts};
pub use cases::{Cases, crash_case};
pub use check::{Check, Verdict};
pub use effects::{EffectCase, effect_case};
pub use power::{Image, unsupported};
pub use process::{Kill, Ledger, Round, has_strace};
pub use victim::{Options, Sabotage, Sync, victim};
