//! What the model must know of node types: their names, ports and parameters. The types themselves live elsewhere.

use arcstr::ArcStr;
use serde::Serialize;

use crate::graph::Node;
use crate::value::Value;

/// What a node type says of itself.
#[derive(Clone, Debug)]
pub struct NodeSpec {
    /// Its name in a workflow file: `set_fields`.
    pub id: &'static str,
    /// Other spellings that workflow files use for it.
    pub aliases: &'static [&'static str],
    /// Its name for people: `Set fields`.
    pub name: &'static str,
    /// Where the palette shows it.
    pub category: Category,
    /// One line for people.
    pub summary: &'static str,
    /// Name of its icon in the lucide set.
    pub icon: &'static str,
    /// What running it does to the world.
    pub effect: EffectClass,
    /// What part it plays in a graph.
    pub role: Role,
    /// Input ports; more than one makes `input` an object by port.
    pub inputs: &'static [&'static str],
    /// Output ports, the first one first. A type whose ports depend on its parameters names those of an empty node.
    pub outputs: &'static [&'static str],
    /// JSON Schema (2020-12) of its parameters.
    pub schema: Value,
    /// A small workflow that runs and shows it.
    pub example: Value,
}

impl NodeSpec {
    /// Whether its steps are calls, to the outside or to a process that runs code.
    pub fn calls(&self) -> bool {
        self.effect != EffectClass::Pure || self.category == Category::Code
    }
}

/// Where the palette shows a node type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Starts executions.
    Trigger,
    /// Chooses, joins, repeats.
    Logic,
    /// Makes and changes data.
    Data,
    /// Calls other systems.
    Network,
    /// Language models.
    Ai,
    /// Code.
    Code,
    /// Time and people.
    People,
    /// Files, databases, caches.
    Storage,
    /// Tests and things only drawn.
    Other,
}

/// What running a node does to the world: it decides what must be durable before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectClass {
    /// Nothing: it may run again, and ahead of the journal.
    Pure,
    /// It reads from outside: it may run again.
    Read,
    /// It changes something outside: its start is durable before it runs.
    Write,
}

/// What part a node type plays in a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Runs as a step.
    Step,
    /// Starts executions.
    Trigger,
    /// Waits for edges as its `join_strategy` says.
    Join,
    /// Its value is that of its scope.
    Return,
    /// Its value is the execution's output.
    Respond,
    /// Runs the nodes inside it; without any it may head a loop.
    Container,
    /// Only drawn.
    Frame,
}

/// Where the model looks up node types.
pub trait Catalog: Send + Sync {
    /// The type with this name or alias.
    fn spec(&self, name: &str) -> Option<&NodeSpec>;

    /// The output ports of a node, the first one first. Only called for known types.
    fn outputs(&self, node: &Node) -> Vec<ArcStr>;

    /// The input ports of a node; fewer than two mean that `input` has no ports. Only called for known types.
    fn inputs(&self, node: &Node) -> Vec<ArcStr>;

    /// The type that a node without one must be, by its parameters, as other engines infer it.
    fn infer(&self, data: &Value) -> Option<&'static str>;

    /// All that is wrong with a node's parameters.
    fn check(&self, node: &Node) -> Vec<crate::Problem>;

    /// Every name that a node may have as its type, for suggestions.
    fn names(&self) -> Vec<&'static str>;
}
