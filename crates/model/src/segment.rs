//! Segments: the events of one execution as bytes, the unit of the journal.
//!
//! A segment is a version byte and then its events. What an event can share with the state before it is not written
//! again: a step that passes its input on is two bytes of value, one that sets fields is a patch of its input, the
//! final output is derived. So bytes can be read only along with the state that they lead on, which recovery needs
//! anyway. Numbers are LEB128; the format only grows: a reader knows every tag that was ever written.
//!
//! A snapshot stands alone: what it holds in several places is written once, however deep it stands.

mod read;
mod read_snapshot;
mod write;
mod write_snapshot;

use std::sync::Arc;

use crate::event::{Accepted, Event};
use crate::execution::{Execution, IllegalTransition};
use crate::plan::Plan;
use crate::value::Value;

pub use read::SegmentReader;
pub use write::{Mark, SegmentWriter};

/// The version that this program writes.
const VERSION: u8 = 1;

mod tag {
    pub(super) const ACCEPTED: u8 = 1;
    /// A step that succeeded by its first port on the first try, outside of loops, without writes.
    pub(super) const STEP_PLAIN: u8 = 2;
    pub(super) const STEP: u8 = 3;
    pub(super) const SKIPPED: u8 = 4;
    pub(super) const CANCELED: u8 = 5;
    pub(super) const FINISHED: u8 = 6;
    /// A plain step inside of loops: the iterations follow the node.
    pub(super) const STEP_PLAIN_IN: u8 = 7;
    /// A step with the items of a loop before its output.
    pub(super) const STEP_ITEMS: u8 = 8;
    pub(super) const STARTED: u8 = 9;
    pub(super) const RETRIED: u8 = 10;
    pub(super) const WAITING: u8 = 11;
    pub(super) const OPENED: u8 = 12;
    pub(super) const ROUND: u8 = 13;
    pub(super) const SIGNALED: u8 = 14;
    pub(super) const CHILD_ENDED: u8 = 15;
    pub(super) const PAUSED: u8 = 16;
    pub(super) const RESUMED: u8 = 17;
    pub(super) const REOPENED: u8 = 18;
    /// Not an event: the step that follows began by so much earlier than the last one written.
    pub(super) const EARLIER: u8 = 19;
    /// How the execution was accepted, at the beginning of a snapshot.
    pub(super) const ACCEPTED_AGAIN: u8 = 20;
    pub(super) const WHOLE: u8 = 21;
    pub(super) const FRAME: u8 = 22;
    pub(super) const STEP_RESTORED: u8 = 23;
    pub(super) const SCOPE: u8 = 24;
    pub(super) const WAIT: u8 = 25;
    pub(super) const COMPLETE: u8 = 26;
    pub(super) const BATCHED: u8 = 27;
}

mod value_tag {
    pub(super) const NULL: u8 = 0;
    pub(super) const FALSE: u8 = 1;
    pub(super) const TRUE: u8 = 2;
    pub(super) const INT: u8 = 3;
    pub(super) const TEXT: u8 = 4;
    pub(super) const JSON: u8 = 5;
    /// The value it is compared with: a step's input, the execution's output.
    pub(super) const SAME: u8 = 6;
    /// The object it is compared with, with entries set and removed.
    pub(super) const PATCH: u8 = 7;
    /// In a snapshot, one that stands further up: its number among those.
    pub(super) const SHARED: u8 = 8;
    /// In a snapshot, a list and an object that may hold shared values.
    pub(super) const LIST: u8 = 9;
    pub(super) const ENTRIES: u8 = 10;
    /// An entry of the object it is compared with, by its place.
    pub(super) const PART: u8 = 11;
}

/// From so many bytes on a value is large: the same bytes elsewhere may be kept only once.
pub const LARGE_VALUE: usize = 64 << 10;

/// Of many events, so many bytes are set apart at a time.
pub const PIECE: usize = 256 << 10;

/// Texts from this many bytes on are written once in a snapshot, as all lists and objects are.
const SHARED_FROM: usize = 8;

/// Whether a segment is a snapshot: its events alone lead to the state.
pub fn is_snapshot(bytes: &[u8]) -> bool {
    bytes.starts_with(&[VERSION, tag::ACCEPTED_AGAIN])
}

/// A snapshot of an execution as a segment. What it shares with other snapshots is set apart.
pub fn snapshot(execution: &Execution) -> SegmentWriter {
    let mut writer = SegmentWriter::of_snapshot();
    for event in execution.snapshot() {
        writer.push(&event, &Value::Null);
        writer.set_apart(PIECE);
    }
    writer.set_apart(LARGE_VALUE);
    writer
}

/// Bytes that are no segment, or do not fit the state they are read along with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SegmentError {
    /// The bytes end in the middle of an event.
    #[error("the segment ends in the middle of an event")]
    Truncated,
    /// A version, tag or text that this program does not know.
    #[error("the segment holds an unknown {0}; it was written by a newer version, or is damaged")]
    Unknown(&'static str),
    /// An event that cannot follow.
    #[error(transparent)]
    Illegal(#[from] IllegalTransition),
}

/// Folds a segment into an execution, telling `each` event before it is applied. `state` is `None` before the first
/// segment; `plan` is asked for when the execution begins. A snapshot tells nothing new where a state is known.
///
/// # Errors
/// Outside: the bytes are damaged, or an event cannot follow. Inside: what `plan` answered.
pub fn fold<E>(
    bytes: &[u8],
    state: &mut Option<Execution>,
    plan: impl Fn(&Accepted) -> Result<Arc<Plan>, E>,
    mut each: impl FnMut(&Event, Option<&Execution>),
) -> Result<Result<(), E>, SegmentError> {
    if state.is_some() && is_snapshot(bytes) {
        return Ok(Ok(()));
    }
    let mut reader = SegmentReader::new(bytes)?;
    while let Some(event) = reader.next(state.as_ref())? {
        each(&event, state.as_ref());
        match (&mut *state, event) {
            (None, Event::Accepted(accepted)) => match plan(&accepted) {
                Ok(plan) => *state = Some(Execution::begin(plan, accepted)),
                Err(error) => return Ok(Err(error)),
            },
            (Some(state), event) => state.apply(&event)?,
            (None, _) => return Err(SegmentError::Unknown("beginning")),
        }
    }
    Ok(Ok(()))
}
