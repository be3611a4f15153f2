//! Where an execution or a step stands.

use serde::{Deserialize, Serialize};

/// Status of an execution. Only `reopened` leads out of a terminal one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Accepted, to begin later.
    Delayed,
    /// Accepted, waiting for capacity.
    Queued,
    /// Something is ready or in flight.
    Running,
    /// Nothing is ready or in flight: a timer, a signal or a child is awaited.
    Waiting,
    /// Held by a person.
    Paused,
    /// Ended well.
    Succeeded,
    /// Ended by a failure that nothing handled.
    Failed,
    /// Ended by a person or program.
    Canceled,
    /// Ended by its deadline.
    TimedOut,
    /// Set aside because taking it over failed too often.
    Quarantined,
}

impl Status {
    /// All, in the order in which an execution can go through them.
    pub const ALL: [Self; 10] = [
        Self::Delayed,
        Self::Queued,
        Self::Running,
        Self::Waiting,
        Self::Paused,
        Self::Succeeded,
        Self::Failed,
        Self::Canceled,
        Self::TimedOut,
        Self::Quarantined,
    ];

    /// Those in which an execution ends.
    pub const ENDED: [Self; 5] = [Self::Succeeded, Self::Failed, Self::Canceled, Self::TimedOut, Self::Quarantined];

    /// Those in which an execution ends that did not do what it was to, and that nobody ended.
    pub const ERRORS: [Self; 3] = [Self::Failed, Self::TimedOut, Self::Quarantined];

    /// Whether the execution has ended.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Canceled | Self::TimedOut | Self::Quarantined)
    }

    /// Whether an execution may go from this status to the next one.
    pub const fn leads_to(self, next: Self) -> bool {
        match self {
            Self::Delayed => {
                matches!(next, Self::Queued | Self::Running | Self::Paused | Self::Canceled | Self::TimedOut)
            }
            Self::Queued => matches!(next, Self::Running | Self::Canceled | Self::Quarantined),
            Self::Running => !matches!(next, Self::Delayed | Self::Queued | Self::Running),
            // What is held before its time sleeps on when it is let go.
            Self::Paused if matches!(next, Self::Delayed) => true,
            Self::Waiting | Self::Paused => {
                matches!(
                    next,
                    Self::Running | Self::Waiting | Self::Paused | Self::Canceled | Self::TimedOut | Self::Quarantined
                )
            }
            Self::Succeeded => false,
            Self::Failed | Self::Canceled | Self::TimedOut | Self::Quarantined => matches!(next, Self::Running),
        }
    }

    /// The word for it in JSON and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delayed => "delayed",
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Paused => "paused",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::TimedOut => "timed_out",
            Self::Quarantined => "quarantined",
        }
    }

    /// The status of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// A stable number for the store.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The status of a number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

/// Status of a step that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepStatus {
    /// Its node ran and gave an output.
    Succeeded,
    /// Its node failed; what follows depends on `on_error`.
    Failed,
    /// Every edge into it was dead.
    Skipped,
    /// Its node is disabled: the input went through.
    Disabled,
    /// Its result was no longer needed.
    Canceled,
}

impl StepStatus {
    /// The word for it in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Disabled => "disabled",
            Self::Canceled => "canceled",
        }
    }
}
