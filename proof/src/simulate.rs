//! The product's state machine alone, without engine or store: a graph run in a random order of completion, and the
//! segments it leaves, cut at random places.

mod live;
mod step;
mod types;

use std::sync::Arc;

use arcstr::ArcStr;
use model::{Event, Execution, Plan, Value};

use crate::generate::Case;
use crate::reference::Answer;

pub use types::Types;

/// How a case is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// As the reference knows it: steps begin and end.
    Plain,
    /// Steps also wait for times, signals and children, calls are recorded before they are made, people pause, cancel
    /// and take up again.
    Eventful,
    /// Eventful, and every state on the way is kept.
    Kept,
    /// Eventful, and now and then the state is lost and read back from a snapshot of it.
    Restored,
}

/// What a run left behind.
#[derive(Debug)]
pub struct Trace {
    /// The plan it followed.
    pub plan: Arc<Plan>,
    /// Its events.
    pub events: Vec<Event>,
    /// The state after each event, the first being that after `accepted`; of a run that keeps them only.
    pub states: Vec<Execution>,
    /// The events as segments, and how many each holds.
    pub segments: Vec<(Vec<u8>, usize)>,
    /// Addresses of steps in the order in which they ended; of containers, in which they began.
    pub recorded: Vec<String>,
    /// What came out.
    pub answer: Answer,
    /// Whether the reference knows all that happened: nobody took up a failed run again, and no step ended after a
    /// failure that nobody handles.
    pub is_plain: bool,
}

/// Runs a case on the state machine: any number of steps are in flight, and any of them ends next.
///
/// # Errors
/// The graph has no plan.
pub fn simulate(case: &Case, seed: u64, manner: Manner) -> Result<Trace, model::PlanError> {
    let plan = Arc::new(Plan::compile(&case.graph, &Types::default(), case.start)?);
    Ok(live::Live::begin(case, plan, seed, manner).run())
}

/// A value in which no error as data has a message: messages are for people, and nobody promises their words.
pub fn without_messages(value: &Value) -> Value {
    match value {
        Value::Array(array) => Value::array(array.items().iter().map(without_messages).collect()),
        Value::Object(object) => {
            let is_error = object.get("code").is_some() && object.get("node").is_some();
            let keep = |(key, _): &&(ArcStr, Value)| !(is_error && key == "message");
            let entries = object.entries().iter().filter(keep);
            Value::object(entries.map(|(key, value)| (key.clone(), without_messages(value))).collect())
        }
        scalar => scalar.clone(),
    }
}
