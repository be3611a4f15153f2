//! The engine as the reference is asked: the same question, and the answer in the same words.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use engine::{Engine, EngineError, History, Options, Source, Start};
use model::{StepStatus, TenantId, Value};
use nodes::Registry;
use store::MemoryStore;

use crate::generate::Case;
use crate::reference::Order;
use crate::simulate::without_messages;

/// An engine over memory.
pub fn in_memory(options: Options) -> Engine {
    let store = Arc::new(MemoryStore::default());
    Engine::open(store.clone(), store, Arc::new(Registry::standard()), None, options)
}

/// A start of a case.
pub fn start_of(case: &Case) -> Start {
    let mut start = Start::new(Source::AdHoc(case.graph.clone()), case.input.clone());
    start.from = case.start.map(Into::into);
    start
}

/// What the engine made of a start.
#[derive(Debug)]
pub struct Told {
    /// `{status, output, error, steps}`, as the reference answers.
    pub answer: Value,
    /// The order in which steps ended.
    pub order: Order,
}

/// Runs a start to its end.
///
/// # Errors
/// The engine refused for another reason than the graph.
pub async fn told(engine: &Engine, start: Start) -> Result<Told> {
    let invalid = |codes: &str| Ok(Told { answer: invalid(codes), order: Order::File });
    let ended = match engine.run(start).await {
        Ok(ended) => ended,
        Err(EngineError::NothingToStart(_)) => return invalid("nothing_to_start"),
        Err(EngineError::Invalid(problems)) => {
            let errors = problems.iter().filter(|problem| problem.severity == model::Severity::Error);
            let codes: Vec<&str> = errors.map(|problem| problem.code).collect();
            return invalid(&codes.join(" "));
        }
        Err(error) => return Err(error).context("the engine refused a start"),
    };
    let history = engine.history(TenantId::DEFAULT, ended.execution).await?;
    let told = error_of(ended.error.as_ref());
    if history.output != ended.output || error_of(history.error.as_ref()) != told || history.row.status != ended.status
    {
        bail!("execution {} ended otherwise than its journal says", ended.execution);
    }
    Ok(Told { answer: told_by(&history), order: order_of(&history) })
}

/// The order in which the steps of a history ended.
pub fn order_of(history: &History) -> Order {
    Order::recorded(history.order.iter().map(String::as_str))
}

fn invalid(codes: &str) -> Value {
    Value::object(vec![
        ("status".into(), Value::from("invalid")),
        ("output".into(), Value::Null),
        ("error".into(), Value::object(vec![("code".into(), Value::from(codes))])),
        ("steps".into(), Value::array(Vec::new())),
    ])
}

/// A history in the words of the reference; canceled steps are left out, and messages of errors.
pub fn told_by(history: &History) -> Value {
    let mut steps: Vec<_> = history.steps.iter().filter(|step| step.status != StepStatus::Canceled).collect();
    steps.sort_by_key(|step| (step.node.clone(), step.address.path.clone()));
    let steps = steps.into_iter().map(|step| {
        Value::object(vec![
            ("address".into(), Value::from(step.name.as_str())),
            ("status".into(), Value::from(step.status.as_str())),
            ("input".into(), step.input.clone()),
            ("output".into(), step.output.clone()),
            ("ports".into(), Value::array(step.ports.iter().cloned().map(Value::from).collect())),
        ])
    });
    without_messages(&Value::object(vec![
        ("status".into(), Value::from(history.row.status.as_str())),
        ("output".into(), history.output.clone()),
        ("error".into(), error_of(history.error.as_ref())),
        ("steps".into(), Value::array(steps.collect())),
    ]))
}

fn error_of(error: Option<&model::ErrorInfo>) -> Value {
    let Some(error) = error else { return Value::Null };
    Value::object(vec![
        ("code".into(), Value::from(error.code.clone())),
        ("node".into(), Value::from(error.node.clone())),
    ])
}
