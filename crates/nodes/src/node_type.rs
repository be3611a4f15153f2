//! What a node type is: a spec that describes it, and a way to turn a node's parameters into something that runs.

use std::collections::HashMap;
use std::fmt;
use std::pin::Pin;

use arcstr::ArcStr;
use model::expression::{EvalError, Scope};
use model::file::FileHash;
use model::{EffectClass, ExecutionId, Graph, Node, NodeSpec, Problem, Status, TenantId, Value};
use smallvec::SmallVec;

use crate::files::Owner;

/// A node type. One file each; the registry lists them all.
pub trait NodeType: Send + Sync {
    /// What the type says of itself. Built once.
    fn spec(&self) -> &NodeSpec;

    /// The output ports of a node, the first one first.
    fn outputs(&self, node: &Node) -> Vec<ArcStr> {
        let _ = node;
        self.spec().outputs.iter().map(|&port| port.into()).collect()
    }

    /// Whether a node's parameters decide which output ports it has. A type with its own [`NodeType::outputs`] says so.
    fn has_dynamic_outputs(&self) -> bool {
        false
    }

    /// The input ports of a node.
    fn inputs(&self, node: &Node) -> Vec<ArcStr> {
        let _ = node;
        self.spec().inputs.iter().map(|&port| port.into()).collect()
    }

    /// Whether a palette shows it. Names that only old files use are known and not shown.
    fn is_listed(&self) -> bool {
        true
    }

    /// What a person should know about these parameters though they are right.
    fn warnings(&self, node: &Node) -> Vec<Problem> {
        let _ = node;
        Vec::new()
    }

    /// Reads a node's parameters once per version: expressions are parsed here, never in a run.
    ///
    /// # Errors
    /// All that is wrong with the parameters.
    fn compile(&self, node: &Node, context: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>>;
}

/// The sources of each node's edges in the order of the file: built once per graph, asked for each node.
#[derive(Debug, Default)]
pub struct Incoming<'a>(HashMap<&'a str, Vec<&'a ArcStr>>);

impl<'a> Incoming<'a> {
    /// The sources of all edges of a graph.
    pub fn of(graph: &'a Graph) -> Self {
        let mut by_target: HashMap<&str, Vec<&ArcStr>> = HashMap::new();
        for edge in &graph.edges {
            by_target.entry(&edge.target).or_default().push(&edge.source);
        }
        Self(by_target)
    }

    /// The sources of a node's edges; one with several edges stands there as often.
    pub fn sources(&self, node: &str) -> &[&'a ArcStr] {
        self.0.get(node).map(Vec::as_slice).unwrap_or_default()
    }
}

/// What a node may look at while it is compiled.
pub struct Compile<'a> {
    /// The nodes that lead to it and to the others.
    pub incoming: &'a Incoming<'a>,
    /// Its output ports, as [`NodeType::outputs`] gave them.
    pub outputs: &'a [ArcStr],
    /// Whether other nodes stand inside it: a container with some opens a scope for them.
    pub has_children: bool,
    /// Whether an execution consists of several starts, so that a trigger gets the list of their inputs.
    pub is_batched: bool,
}

/// A compiled node: runs any number of steps, on any thread.
pub trait Run: Send + Sync {
    /// Runs one attempt of a step that needs nothing but its input. A type whose steps call, wait or open a scope has
    /// [`Run::start`] instead.
    ///
    /// # Errors
    /// The step failed; that is data for the journal.
    fn run(&self, step: &Step<'_>) -> Result<Outcome, StepError> {
        let _ = step;
        Err(StepError::new("not_runnable", "this node type does not end at once"))
    }

    /// Whether a trigger takes what one start brings. Asked before the start becomes part of a batch, which it must not
    /// spoil for the others.
    ///
    /// # Errors
    /// Why not.
    fn takes(&self, input: &Value) -> Result<(), StepError> {
        let _ = input;
        Ok(())
    }

    /// Starts one attempt of one step. All expressions are read here, before anything goes out.
    ///
    /// # Errors
    /// The step failed before it did anything.
    fn start(&self, step: &Step<'_>) -> Result<Started, StepError> {
        self.run(step).map(Started::Done)
    }

    /// Ends a step that answered [`Started::Wait`].
    ///
    /// # Errors
    /// What it waited for did not come, or was not what it has to be.
    fn wake(&self, step: &Step<'_>, woken: Woken) -> Result<Outcome, StepError> {
        let _ = woken;
        Ok(Outcome::first(step.input().clone()))
    }

    /// Whether a container that tests before each round takes another; the round is [`Step::index`] and the value so
    /// far its input.
    ///
    /// # Errors
    /// The condition could not be read.
    fn goes_on(&self, step: &Step<'_>) -> Result<bool, StepError> {
        let _ = step;
        Ok(false)
    }

    /// What an attempt does to the world.
    fn effect(&self) -> EffectClass {
        EffectClass::Pure
    }

    /// Whether it is cheap enough to run in the shard's own loop when its input is small. Types whose work grows with
    /// more than their input say no.
    fn is_cheap(&self) -> bool {
        true
    }
}

/// Most types run as a closure over what was compiled.
impl<F> Run for F
where
    F: Fn(&Step<'_>) -> Result<Outcome, StepError> + Send + Sync,
{
    fn run(&self, step: &Step<'_>) -> Result<Outcome, StepError> {
        self(step)
    }
}

/// A node whose work may grow beyond its input: it does not run in the shard's own loop.
pub(crate) struct Heavy<F>(pub(crate) F);

impl<F: Run> Run for Heavy<F> {
    fn run(&self, step: &Step<'_>) -> Result<Outcome, StepError> {
        self.0.run(step)
    }

    fn is_cheap(&self) -> bool {
        false
    }
}

/// What a step gets to see.
pub struct Step<'a> {
    /// `input`, `item`, `index` and the other names, for expressions.
    pub scope: Scope<'a>,
    /// The last index of the step's address; 0 if it has none.
    pub index: u32,
    /// Which try this is, from 0.
    pub attempt: u32,
    /// Random bits that are the same whenever this attempt is made again: derived from execution, address, attempt.
    pub seed: u64,
    /// Values that live as long as the execution: accumulators, counters and variables.
    pub state: &'a dyn State,
    /// Whose execution it belongs to.
    pub tenant: TenantId,
    /// Names the step to the world.
    pub key: EffectKey<'a>,
    /// The rounds before, at the head of a loop; none in its first round.
    pub round: Option<Round<'a>>,
}

/// The idempotency key of a step's calls, `<execution>.<address>`: the same over attempts and crashes.
#[derive(Clone, Copy, Debug)]
pub struct EffectKey<'a> {
    /// The execution.
    pub execution: ExecutionId,
    /// The node's id.
    pub node: &'a str,
    /// The iterations around the step, outermost first.
    pub path: &'a [u32],
}

impl fmt::Display for EffectKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.execution, self.node)?;
        for (at, index) in self.path.iter().enumerate() {
            write!(f, "{}{index}", if at == 0 { '@' } else { '.' })?;
        }
        Ok(())
    }
}

/// What the head of a loop knows from the rounds before.
#[derive(Clone, Copy, Debug)]
pub struct Round<'a> {
    /// The items that [`Outcome::items`] gave in the first round; null if there are none.
    pub items: &'a Value,
    /// How often it chose to go on.
    pub taken: usize,
}

impl Step<'_> {
    /// The step's input.
    pub fn input(&self) -> &Value {
        self.scope.input
    }

    /// On whose behalf it handles files.
    pub(crate) const fn owner(&self) -> Owner {
        Owner { tenant: self.tenant, execution: self.key.execution }
    }

    /// The whole `inputs` object.
    pub fn inputs(&self) -> Value {
        self.scope.names.get(model::expression::Name::Inputs).unwrap_or_default()
    }
}

/// Named values of an execution (`counter/hits`, `variable/total`). What a step writes here is part of its recorded
/// result: [`Outcome::writes`].
pub trait State {
    /// The value under a key.
    fn get(&self, key: &str) -> Option<Value>;
}

/// How a step goes on once its node was started.
pub enum Started {
    /// It has ended.
    Done(Outcome),
    /// It ends when this call does.
    Call(Call),
    /// It ends when what it waits for comes; until then it takes no memory.
    Wait(Wait),
    /// A container: its children run now. The items to take one by one; null where there is no list to go through.
    Open(Value),
}

/// Work that goes on outside of the engine's threads. To drop it is to cancel it.
pub struct Call {
    /// The other end as `host:port`, of which only so many calls are made at a time; none for work inside the machine.
    pub host: Option<ArcStr>,
    /// The work. It is polled for the first time after the step's start is durable, where that has to be.
    pub work: Pin<Box<dyn Future<Output = Result<Outcome, StepError>> + Send>>,
}

/// What a step waits for; whatever comes first ends it by [`Run::wake`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wait {
    /// A time, in ms since 1970.
    pub until_ms: Option<i64>,
    /// A signal of this name.
    pub signal: Option<ArcStr>,
    /// An execution to start, and its end.
    pub child: Option<Child>,
}

/// An execution that a step starts.
#[derive(Clone, Debug, PartialEq)]
pub struct Child {
    /// Id or name of its workflow; the published version runs.
    pub workflow: ArcStr,
    /// Its input.
    pub input: Value,
    /// Whether the step waits for its end. One that does not wait is woken as soon as the execution is there.
    pub is_awaited: bool,
}

/// What ended a wait.
#[derive(Clone, Debug, PartialEq)]
pub enum Woken {
    /// The time came.
    Time,
    /// The signal came, with this value.
    Signal(Value),
    /// The execution that the step started is there; the step does not wait for its end.
    ChildStarted(ExecutionId),
    /// The execution that the step started has ended.
    ChildEnded {
        /// Which one.
        execution: ExecutionId,
        /// How it ended.
        status: Status,
        /// Its output; null unless it succeeded.
        output: Value,
        /// Code and message of what it failed of.
        error: Option<(ArcStr, String)>,
    },
}

/// What an attempt gave.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The step's output.
    pub output: Value,
    /// The ports it chose, as indices into the node's output ports.
    pub ports: Ports,
    /// Values of the execution's state that it sets.
    pub writes: Vec<(ArcStr, Value)>,
    /// The items of a loop, from its head in the first round: the rounds after get them as [`Round::items`].
    pub items: Option<Value>,
    /// Files that the attempt made. They are kept as long as the execution is, once this outcome is recorded.
    pub files: Vec<FileHash>,
}

/// Chosen ports.
pub type Ports = SmallVec<[u16; 4]>;

impl Outcome {
    /// An output that leaves by the first port.
    pub fn first(output: Value) -> Self {
        Self::port(output, 0)
    }

    /// An output that leaves by one port.
    pub fn port(output: Value, port: u16) -> Self {
        Self { output, ports: Ports::from_slice(&[port]), ..Self::default() }
    }
}

/// Why a step failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct StepError {
    /// A stable name: `not_finite`, `not_a_list`, `mock_failed` …
    pub code: ArcStr,
    /// What went wrong, where, and what to do.
    pub message: String,
    /// Whether a retry policy tries again at all.
    pub is_final: bool,
    /// The least time to the next attempt, in ms: what a server asked for.
    pub retry_after_ms: Option<u64>,
}

impl StepError {
    /// Builds an error that a retry policy may try again.
    pub fn new(code: impl Into<ArcStr>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), is_final: false, retry_after_ms: None }
    }

    /// The same, where another attempt could only fail again.
    #[must_use]
    pub fn finally(self) -> Self {
        Self { is_final: true, ..self }
    }
}

impl From<EvalError> for StepError {
    fn from(error: EvalError) -> Self {
        Self::new(error.code(), error.message)
    }
}
