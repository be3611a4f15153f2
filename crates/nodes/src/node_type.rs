//! What a node type is: a spec that describes it, and a way to turn a node's parameters into something that runs.

use std::collections::HashMap;

use arcstr::ArcStr;
use model::expression::{EvalError, Scope};
use model::{Graph, Node, NodeSpec, Problem, Value};
use smallvec::SmallVec;

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
}

/// A compiled node: runs any number of steps, on any thread.
pub trait Run: Send + Sync {
    /// Runs one attempt of one step.
    ///
    /// # Errors
    /// The step failed; that is data for the journal.
    fn run(&self, step: &Step<'_>) -> Result<Outcome, StepError>;

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
}

impl Step<'_> {
    /// The step's input.
    pub fn input(&self) -> &Value {
        self.scope.input
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

/// What an attempt gave.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The step's output.
    pub output: Value,
    /// The ports it chose, as indices into the node's output ports.
    pub ports: Ports,
    /// Values of the execution's state that it sets.
    pub writes: Vec<(ArcStr, Value)>,
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
        Self { output, ports: Ports::from_slice(&[port]), writes: Vec::new() }
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
}

impl StepError {
    /// Builds an error.
    pub fn new(code: impl Into<ArcStr>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into() }
    }
}

impl From<EvalError> for StepError {
    fn from(error: EvalError) -> Self {
        Self::new(error.code(), error.message)
    }
}
