//! An independent interpreter of the execution semantics, slow and plain, against which the engine is judged.
//!
//! It takes a graph as data and shares no code with the product's plan or state machine. A run is a set of *frames*,
//! one per iteration of a *body* (a scope, or the region and tail of a loop). Each turn lists the steps that can run
//! and takes one of them: the first in the file, or any by a seed, so that a seed stands for one order of completion.
//! It knows no time: no timeout, no cancel, no pinned output, no cache.

mod behave;
mod frame;
mod owner;
mod plan;
mod python;
mod region;
mod run;

use std::collections::HashMap;
use std::fmt;

use arcstr::ArcStr;
pub use behave::{Call, Tried, act, holds};
use model::{Graph, Value};

use crate::random::Mersenne;
use plan::Plan;
use run::{Draw, Run};

/// What an execution of a graph gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// `succeeded`, `failed`, or `invalid` for a graph that cannot run.
    pub status: &'static str,
    /// Its output; null unless it succeeded.
    pub output: Value,
    /// Why it failed.
    pub error: Option<Failure>,
    /// Whether every order of completion gives this answer: no join of kind any, first or N is in the plan, and no
    /// failure left the step where it happened.
    pub order_free: bool,
    /// Steps that ended, by node id and then by indices as numbers; canceled and never started ones are left out.
    pub steps: Vec<Step>,
}

/// Why a step or an execution failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Its code.
    pub code: ArcStr,
    /// Address of the step it happened in; none for a graph that cannot run.
    pub node: Option<String>,
}

/// A step that ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// `node` or `node@i.j`.
    pub address: String,
    /// `succeeded`, `failed`, `skipped` or `disabled`.
    pub status: &'static str,
    /// Its input.
    pub input: Value,
    /// Its output, or `{error}`.
    pub output: Value,
    /// Ports it chose.
    pub ports: Vec<ArcStr>,
}

/// The order in which steps that can run do run.
#[derive(Clone, Debug)]
pub enum Order {
    /// The first by frame, and in it by the file.
    File,
    /// Any: what Python's `random.Random(seed).choice` takes.
    Seed(u32),
    /// That of another run: steps in the order in which it recorded their ends, by address. A step that it did not
    /// record comes last.
    Recorded(HashMap<String, usize>),
}

impl Order {
    /// The order of a run that recorded these addresses.
    pub fn recorded<'a>(addresses: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Recorded(addresses.into_iter().enumerate().map(|(at, address)| (address.to_owned(), at)).collect())
    }
}

/// What is asked: a graph, and how it is started.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The graph.
    pub graph: &'a Graph,
    /// The execution's input.
    pub input: &'a Value,
    /// The trigger or node to start at; without one, what a run takes by itself.
    pub start: Option<&'a str>,
}

impl<'a> Question<'a> {
    /// A graph started by itself.
    pub const fn new(graph: &'a Graph, input: &'a Value) -> Self {
        Self { graph, input, start: None }
    }

    /// The answer in one order of completion.
    pub fn answer(&self, order: &Order) -> Answer {
        let draw = match order {
            Order::File => Draw::First,
            Order::Seed(seed) => Draw::Random(Mersenne::new(*seed)),
            Order::Recorded(places) => Draw::Recorded(places.clone()),
        };
        match Plan::new(self.graph, self.start) {
            Ok(plan) => Run::new(&plan, self, draw).answer(),
            Err(code) => Answer {
                status: "invalid",
                output: Value::Null,
                error: Some(Failure { code: code.into(), node: None }),
                order_free: true,
                steps: Vec::new(),
            },
        }
    }
}

impl Failure {
    /// `{code, node}`.
    pub fn to_value(&self) -> Value {
        let mut entries = vec![("code".into(), Value::from(self.code.clone()))];
        if let Some(node) = &self.node {
            entries.push(("node".into(), Value::from(node.as_str())));
        }
        Value::object(entries)
    }
}

impl Step {
    /// `{address, status, input, output, ports}`.
    pub fn to_value(&self) -> Value {
        Value::object(vec![
            ("address".into(), Value::from(self.address.as_str())),
            ("status".into(), Value::from(self.status)),
            ("input".into(), self.input.clone()),
            ("output".into(), self.output.clone()),
            ("ports".into(), Value::array(self.ports.iter().cloned().map(Value::from).collect())),
        ])
    }
}

impl Answer {
    /// `{status, output, error, steps}`, as fixtures have it.
    pub fn to_value(&self) -> Value {
        Value::object(vec![
            ("status".into(), Value::from(self.status)),
            ("output".into(), self.output.clone()),
            ("error".into(), self.error.as_ref().map_or(Value::Null, Failure::to_value)),
            ("steps".into(), Value::array(self.steps.iter().map(Step::to_value).collect())),
        ])
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&model::json::to_text(&self.to_value()))
    }
}
