//! What it takes to start an execution, and what comes back.

use std::sync::Arc;
use std::time::Duration;

use arcstr::ArcStr;
use model::file::FileHash;
use model::{ErrorInfo, ExecutionId, Graph, PlanError, Problem, Status, TenantId, Value, VersionId, WorkflowId};
use store::StoreError;
use store::journal::{Idempotency, Origin};
use store::records::RecordWrite;
use tokio::sync::oneshot;

use crate::program::Program;

/// A request to start an execution.
#[derive(Clone, Debug)]
pub struct Start {
    /// Whose execution it will be.
    pub tenant: TenantId,
    /// What to run.
    pub source: Source,
    /// The trigger or node to start at; without it the graph's first trigger that is not disabled.
    pub from: Option<ArcStr>,
    /// The node it goes no further than.
    pub until: Option<ArcStr>,
    /// The execution's input.
    pub input: Value,
    /// What starts it: `manual`, `webhook`, `api`, `cli` …
    pub trigger: &'static str,
    /// What expressions see as `trigger`: headers, query …
    pub context: Value,
    /// The caller's key: the same request with the same key starts nothing twice.
    pub idempotency: Option<Idempotency>,
    /// Whether pinned outputs count.
    pub pinned: bool,
    /// The execution that it comes from.
    pub origin: Option<Origin>,
    /// Its turn among those that wait for capacity: higher is earlier, 0 is usual.
    pub priority: i8,
    /// What it shares a limit with; the workflow's settings say it unless it is set.
    pub flow_key: Option<String>,
    /// How long it sleeps before it begins.
    pub delay: Option<Duration>,
    /// Files that its input holds and that were put for it. A file that is only named in the input is none it has.
    pub files: Vec<FileHash>,
}

impl Start {
    /// A start by hand with an input.
    pub const fn new(source: Source, input: Value) -> Self {
        Self {
            tenant: TenantId::DEFAULT,
            source,
            from: None,
            until: None,
            input,
            trigger: "manual",
            context: Value::Null,
            idempotency: None,
            pinned: false,
            origin: None,
            priority: 0,
            flow_key: None,
            delay: None,
            files: Vec::new(),
        }
    }
}

/// What to run.
#[derive(Clone, Debug)]
pub enum Source {
    /// A stored version.
    Version {
        /// The workflow it belongs to.
        workflow: Option<WorkflowId>,
        /// The version.
        version: VersionId,
    },
    /// A version that is stored together with the acceptance, if it is not stored already.
    Compiled {
        /// The workflow it belongs to.
        workflow: Option<WorkflowId>,
        /// The version.
        version: VersionId,
        /// Its graph, compiled.
        program: Arc<Program>,
        /// The version's record, and what is written beside it.
        records: Vec<RecordWrite>,
    },
    /// A graph that is not saved. It is stored as a version without workflow, by its content.
    AdHoc(Graph),
}

/// An execution that is durable.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// Its id.
    pub execution: ExecutionId,
    /// Where it stands.
    pub status: Status,
    /// How it ended, if the commit that accepted it also ended it.
    pub ended: Option<Ended>,
}

/// An execution that has ended, durably.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Its id.
    pub execution: ExecutionId,
    /// A terminal status.
    pub status: Status,
    /// Its output; null unless it succeeded.
    pub output: Value,
    /// Why it did not succeed.
    pub error: Option<ErrorInfo>,
    /// From acceptance to the end, in µs.
    pub duration_us: u64,
}

/// Why the engine did not do what it was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EngineError {
    /// The graph cannot run.
    #[error("the graph has {} that keep it from running", count(.0))]
    Invalid(Vec<Problem>),
    /// There is nothing to start.
    #[error("{0}")]
    NothingToStart(String),
    /// What a start brings is not what the trigger takes.
    #[error("{why}; change the input, or the schema of the trigger {trigger:?}")]
    BadInput {
        /// Id of the trigger.
        trigger: ArcStr,
        /// What is wrong with it.
        why: String,
    },
    /// It is not there.
    #[error("{0} was not found")]
    NotFound(String),
    /// The idempotency key was used by another request.
    #[error("the idempotency key was used for execution {0} with another body")]
    KeyReused(ExecutionId),
    /// It cannot be done to an execution that has ended.
    #[error("execution {0} has ended already")]
    HasEnded(ExecutionId),
    /// It cannot be done to an execution that has not ended, or that succeeded.
    #[error("execution {0} is {status}: only what failed, was canceled, ran out of time or was set aside can be taken up again", status = .1.as_str())]
    CannotRetry(ExecutionId, Status),
    /// Another execution with the same key is open, and the workflow allows one.
    #[error("execution {0} of this workflow is open, and settings.limits.singleton allows one at a time")]
    AlreadyOpen(ExecutionId),
    /// The workflow is started more often than its settings allow.
    #[error("this workflow is started more often than settings.limits.rate_limit allows")]
    TooOften {
        /// When to try again, in ms from now.
        again_ms: i64,
    },
    /// The settings of the workflow cannot be applied to this start.
    #[error("the limits of this workflow cannot be applied: {0}")]
    BadLimits(String),
    /// Too many executions are in flight: try again later.
    #[error("too many executions are in flight; try again in a moment")]
    Busy,
    /// The engine is stopping.
    #[error("the server is stopping")]
    Draining,
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn count(problems: &[Problem]) -> String {
    let errors = problems.iter().filter(|problem| problem.severity == model::Severity::Error).count();
    if errors == 1 { "1 problem".into() } else { format!("{errors} problems") }
}

impl From<PlanError> for EngineError {
    fn from(error: PlanError) -> Self {
        Self::NothingToStart(error.to_string())
    }
}

/// Who is told, and of what. It does not matter if they are gone.
pub enum Reply {
    /// The execution is durable.
    Accepted(oneshot::Sender<Result<Accepted, EngineError>>),
    /// The execution has ended, durably.
    Ended(oneshot::Sender<Result<Ended, EngineError>>),
}

impl Reply {
    pub(crate) fn fail(self, error: EngineError) {
        match self {
            Self::Accepted(tell) => drop(tell.send(Err(error))),
            Self::Ended(tell) => drop(tell.send(Err(error))),
        }
    }

    pub(crate) fn end(self, ended: &Ended) {
        match self {
            Self::Accepted(tell) => {
                let Ended { execution, status, .. } = *ended;
                drop(tell.send(Ok(Accepted { execution, status, ended: Some(ended.clone()) })));
            }
            Self::Ended(tell) => drop(tell.send(Ok(ended.clone()))),
        }
    }

    /// Tells who waits for no more than that it is durable.
    pub(crate) fn accept(self, execution: ExecutionId, status: Status) {
        if let Self::Accepted(tell) = self {
            drop(tell.send(Ok(Accepted { execution, status, ended: None })));
        }
    }
}
