//! What loops and containers collect is an output in the making: it is looked at while it grows, so that one without end
//! ends its execution before it takes all memory.

use model::event::StepFinished;
use model::{Event, Execution, Value};

use crate::attempt::OUTPUT_MAX;

/// Bytes that an execution hands to its journal between two looks. What it collects grows no faster.
const LOOK_EVERY: u64 = OUTPUT_MAX / 4;

/// Whether an execution has collected more than an output may take.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    /// Bytes handed over since the last look.
    unseen: u64,
    pub(crate) is_over: bool,
}

impl Collected {
    /// Takes note of bytes handed to the journal.
    pub(crate) fn note(&mut self, bytes: usize, execution: &Execution) {
        self.unseen += bytes as u64;
        if self.unseen >= LOOK_EVERY {
            self.unseen = 0;
            self.is_over |= execution.collects_more_than(OUTPUT_MAX);
        }
    }

    /// Whether a container may end like this.
    pub(crate) fn admits(&mut self, event: &Event) -> bool {
        if let Event::StepFinished(StepFinished { output: Value::Array(list), .. }) = event {
            let mut bytes = 0;
            self.is_over |= list.items().iter().any(|item| {
                bytes += item.bytes();
                bytes > OUTPUT_MAX
            });
        }
        !self.is_over
    }
}

/// What somebody is told whose loop collects too much.
pub(crate) fn told() -> String {
    let most = OUTPUT_MAX >> 20;
    format!(
        "what its loops collect takes more than {most} MiB when it is written out: set collect to false, or end them earlier"
    )
}
