//! How an execution that gathered starts begins: first nothing may join it any more, then it takes in what joined.

use model::event::Batched;
use model::{Event, Value, json};

use super::Running;

/// Whether starts may still join.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Joining {
    /// As its status says.
    #[default]
    May,
    /// The next append ends it.
    Stops,
    /// The append that ends it is on its way; what joined before is not all known.
    Ends,
    /// All that joined is in the inbox.
    Ended,
}

impl Running {
    /// Records the starts that became part of it.
    pub(super) fn record_gathered(&mut self, now_us: i64) {
        if !self.gathered.is_empty() && !self.status().is_terminal() {
            if !self.execution.takes_starts() {
                // The store takes none any more once it has begun: this message is none of ours.
                tracing::error!(execution = %self.id, starts = self.gathered.len(), "starts came after it had begun");
                return self.gathered.clear();
            }
            let inputs = std::mem::take(&mut self.gathered);
            self.record(&Event::Batched(Batched { at_us: self.since(now_us), inputs }));
        }
    }

    /// Whether it waits until nothing joins it any more. Its row stops saying that it sleeps; once that is durable its
    /// inbox holds all that ever joins.
    pub(super) fn stops_joining(&mut self) -> bool {
        let slept = self.begins_ms.take().is_some();
        if slept && self.program.settings().batching().is_some() {
            self.joining = Joining::Stops;
        }
        matches!(self.joining, Joining::Stops | Joining::Ends)
    }

    /// Whether this append says that nothing joins any more, whatever else it says.
    pub(super) fn ends_joining(&mut self) -> bool {
        let stops = self.joining == Joining::Stops;
        if stops {
            self.joining = Joining::Ends;
        }
        stops
    }

    /// Starts that it consists of, and the bytes of their inputs.
    pub(crate) fn starts(&self) -> (usize, usize) {
        let input = &self.execution.accepted().input;
        (input.as_array().map_or(1, <[Value]>::len), json::to_text(input).len())
    }

    /// Whether it runs as every start does, from the beginning to the end, with nothing pinned.
    pub(crate) fn is_whole(&self) -> bool {
        let accepted = self.execution.accepted();
        accepted.start.is_none() && accepted.until.is_none() && !accepted.pinned && self.origin.is_none()
    }

    /// All that joined it was delivered.
    pub(crate) const fn all_joined(&mut self) {
        self.joining = Joining::Ended;
    }
}
