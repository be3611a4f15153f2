//! The one `Event`: decided by the state machine, stored in segments, streamed to browsers.

use arcstr::ArcStr;
use serde::Serialize;
use smallvec::SmallVec;

use crate::execution::Restored;
use crate::id::ExecutionId;
use crate::status::{Status, StepStatus};
use crate::value::Value;

/// Position of a node in its version's file: stable, since a version never changes.
pub type NodeIndex = u32;

/// Ports that a step chose, as positions among its node's output ports.
pub type Ports = SmallVec<[u16; 4]>;

/// The iterations around a step, outermost first.
pub type Path = SmallVec<[u32; 2]>;

/// Which step: a node, and one index for each iterating container and region around it, outermost first.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    /// The node.
    pub node: NodeIndex,
    /// The iterations; empty outside of loops.
    pub path: Path,
}

impl Address {
    /// A step outside of loops.
    pub fn top(node: NodeIndex) -> Self {
        Self { node, path: SmallVec::new() }
    }

    /// The last index; 0 outside of loops.
    pub fn index(&self) -> u32 {
        self.path.last().copied().unwrap_or(0)
    }

    /// The address as people read it: `fetch@3.0`.
    pub fn text(&self, id: &str) -> String {
        let mut text = id.to_owned();
        for (at, index) in self.path.iter().enumerate() {
            text.push(if at == 0 { '@' } else { '.' });
            text.push_str(&index.to_string());
        }
        text
    }
}

/// Why a step or an execution failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorInfo {
    /// A stable name: `not_finite`, `join_short` …
    pub code: ArcStr,
    /// What went wrong, where, and what to do.
    pub message: String,
    /// Address of the step.
    pub node: ArcStr,
}

impl ErrorInfo {
    /// The error as the data that flows along an `error` port: `{error: {code, message, node}}`.
    pub fn to_value(&self) -> Value {
        let error = Value::object(vec![
            (arcstr::literal!("code"), Value::String(self.code.clone())),
            (arcstr::literal!("message"), Value::from(self.message.as_str())),
            (arcstr::literal!("node"), Value::String(self.node.clone())),
        ]);
        Value::object(vec![(arcstr::literal!("error"), error)])
    }
}

/// What happened in an execution.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// It was accepted. Always the first event.
    Accepted(Accepted),
    /// A step ended with a result.
    StepFinished(StepFinished),
    /// Every edge into a step was dead.
    StepSkipped(Address),
    /// A step is no longer needed.
    StepCanceled(Address),
    /// It ended. Always the last event, unless it is reopened.
    Finished(Finished),
    /// A call that changes something outside is about to be made.
    StepStarted(StepStarted),
    /// An attempt failed, or the inside of a `retry` container, and another follows.
    StepRetried(StepRetried),
    /// A step waits.
    StepWaiting(StepWaiting),
    /// What stands inside of a container begins.
    ScopeOpened(ScopeOpened),
    /// A container begins its inside once more.
    RoundBegan(RoundBegan),
    /// More starts became part of it before it began.
    Batched(Batched),
    /// A signal arrived.
    Signaled(Signaled),
    /// An execution that a step of this one waits for has ended.
    ChildEnded(ChildEnded),
    /// It holds: no step begins until it is resumed.
    Paused(Moment),
    /// It goes on.
    Resumed(Moment),
    /// It goes on after its end: steps whose failure nobody handled run again.
    Reopened(Moment),
    /// A piece of the state, in a snapshot.
    Restored(Box<Restored>),
}

/// When something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// In µs since the execution was accepted.
    pub at_us: u64,
}

/// The start of a call, durable before it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepStarted {
    /// Which step.
    pub address: Address,
    /// Which attempt, from 0.
    pub attempt: u32,
    /// When, in µs since the execution was accepted.
    pub at_us: u64,
}

/// A failure that is tried again.
#[derive(Clone, Debug, PartialEq)]
pub struct StepRetried {
    /// Which step.
    pub address: Address,
    /// The attempt that failed, from 0.
    pub attempt: u32,
    /// Why it failed.
    pub error: Box<ErrorInfo>,
    /// When, in µs since the execution was accepted.
    pub at_us: u64,
    /// When the next attempt begins, in ms since 1970.
    pub wake_ms: i64,
}

/// A step that waits.
#[derive(Clone, Debug, PartialEq)]
pub struct StepWaiting {
    /// Which step.
    pub address: Address,
    /// Since when, in µs since the execution was accepted.
    pub at_us: u64,
    /// When the wait is over, in ms since 1970.
    pub until_ms: Option<i64>,
    /// When it fails with `timeout` instead, in ms since 1970.
    pub deadline_ms: Option<i64>,
    /// The name of the signal that ends it.
    pub signal: Option<ArcStr>,
    /// The execution whose end ends it.
    pub child: Option<ExecutionId>,
}

/// The beginning of what stands inside of a container.
#[derive(Clone, Debug, PartialEq)]
pub struct ScopeOpened {
    /// The container.
    pub address: Address,
    /// When, in µs since the execution was accepted.
    pub at_us: u64,
    /// The items that it takes one by one; null where there is no list.
    pub items: Value,
}

/// The beginning of a round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundBegan {
    /// The container.
    pub address: Address,
    /// Which round, from 0.
    pub round: u32,
}

/// Starts that became part of one that sleeps: its input is a list, and theirs are added.
#[derive(Clone, Debug, PartialEq)]
pub struct Batched {
    /// When, in µs since the execution was accepted.
    pub at_us: u64,
    /// Their inputs, in the order in which they came.
    pub inputs: Vec<Value>,
}

/// A signal that arrived.
#[derive(Clone, Debug, PartialEq)]
pub struct Signaled {
    /// When, in µs since the execution was accepted.
    pub at_us: u64,
    /// Its name.
    pub name: ArcStr,
    /// What came with it.
    pub value: Value,
}

/// The end of an execution that a step started.
#[derive(Clone, Debug, PartialEq)]
pub struct ChildEnded {
    /// When it was heard of, in µs since the execution was accepted.
    pub at_us: u64,
    /// Which one.
    pub execution: ExecutionId,
    /// How it ended.
    pub status: Status,
    /// Its output; null unless it succeeded.
    pub output: Value,
    /// Why it did not succeed.
    pub error: Option<Box<ErrorInfo>>,
}

/// How an execution began.
#[derive(Clone, Debug, PartialEq)]
pub struct Accepted {
    /// When, in ms since 1970.
    pub at_ms: i64,
    /// The trigger or node it starts at; `None` leaves the choice to the plan.
    pub start: Option<NodeIndex>,
    /// Its input.
    pub input: Value,
    /// What expressions see as `trigger`: headers, query, the person who pressed the button.
    pub trigger: Value,
    /// Whether pinned outputs count, as in runs started by hand from the editor.
    pub pinned: bool,
    /// The node it goes no further than; what does not lead there is left out.
    pub until: Option<NodeIndex>,
    /// When it may begin, in ms since 1970; at once unless it is set.
    pub begin_ms: Option<i64>,
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq)]
pub struct StepFinished {
    /// Which step.
    pub address: Address,
    /// `Succeeded`, `Failed` or `Disabled`.
    pub status: StepStatus,
    /// Its output; the error as data if it failed.
    pub output: Value,
    /// What it chose.
    pub route: Route,
    /// Why it failed.
    pub error: Option<Box<ErrorInfo>>,
    /// Tries in all.
    pub attempts: u32,
    /// When the last attempt began, in µs since the execution was accepted.
    pub started_us: u64,
    /// How long the last attempt took, in µs.
    pub duration_us: u64,
    /// Values of the execution's state that it set.
    pub writes: Vec<(ArcStr, Value)>,
    /// The items that the head of a loop goes through, from its first round.
    pub items: Option<Value>,
}

/// Where a finished step's output goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// To the edges on these ports, and to unnamed edges if there is any.
    Ports(Ports),
    /// To the edges on `error` only.
    Error,
    /// Nowhere: nobody handles the failure.
    Nowhere,
}

impl Route {
    /// The route by a node's first port.
    pub fn first() -> Self {
        Self::Ports(Ports::from_slice(&[0]))
    }
}

/// How an execution ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    /// When, in µs since it was accepted.
    pub at_us: u64,
    /// A terminal status.
    pub status: Status,
    /// Its output; null unless it succeeded.
    pub output: Value,
    /// Why it did not succeed.
    pub error: Option<Box<ErrorInfo>>,
}

impl Event {
    /// Its name in JSON.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Accepted(_) => "accepted",
            Self::StepFinished(_) => "step_finished",
            Self::StepSkipped(_) => "step_skipped",
            Self::StepCanceled(_) => "step_canceled",
            Self::Finished(_) => "finished",
            Self::StepStarted(_) => "step_started",
            Self::StepRetried(_) => "step_retried",
            Self::StepWaiting(_) => "step_waiting",
            Self::ScopeOpened(_) => "scope_opened",
            Self::RoundBegan(_) => "round_began",
            Self::Batched(_) => "batched",
            Self::Signaled(_) => "signaled",
            Self::ChildEnded(_) => "child_ended",
            Self::Paused(_) => "paused",
            Self::Resumed(_) => "resumed",
            Self::Reopened(_) => "reopened",
            Self::Restored(piece) => piece.name(),
        }
    }
}
