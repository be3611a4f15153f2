//! One attempt of one step: from its input to an outcome. Nothing here is journaled, so it can run on any thread.

use std::cell::OnceCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use model::event::Ports;
use model::execution::{Outcome, Produced};
use model::expression::Scope;
use model::value::MAX_DEPTH;
use model::{Execution, ExecutionId, NodeIndex, Value};
use nodes::{EffectKey, Step, StepError};

use crate::clock::Clock;
use crate::names::{StepNames, seed};
use crate::program::Program;

/// From this many items, or bytes of text, an input is not worked on in a shard's loop.
const LARGE_ITEMS: usize = 4_096;
const LARGE_TEXT: usize = 64 * 1024;

/// Bytes of one output, written out. A request's body of 64 MiB passes, whatever is in it.
pub(crate) const OUTPUT_MAX: u64 = 128 << 20;

/// Why a value cannot be an output, if it cannot.
pub(crate) fn too_large(output: &Value) -> Option<StepError> {
    let bytes = output.bytes();
    (bytes > OUTPUT_MAX).then(|| {
        let (has, most) = (bytes >> 20, OUTPUT_MAX >> 20);
        let message = format!("the output takes {has} MiB when it is written out; at most {most} are allowed");
        StepError::new("output_too_large", message)
    })
}

/// What an attempt looks at.
pub(crate) struct Attempt<'a> {
    pub(crate) id: ExecutionId,
    pub(crate) program: &'a Program,
    pub(crate) execution: &'a Execution,
    pub(crate) node: NodeIndex,
    pub(crate) input: &'a Value,
    pub(crate) env: &'a Value,
    /// When the execution was accepted and when the attempt begins, in µs since 1970.
    pub(crate) accepted_us: i64,
    pub(crate) began_us: i64,
}

impl Attempt<'_> {
    /// Whether a shard should leave it to the pool, so that its other executions need not wait.
    pub(crate) fn is_heavy(&self) -> bool {
        let Some(compiled) = self.program.step(self.node) else { return false };
        let large = match self.input {
            Value::Array(list) => list.items().len() >= LARGE_ITEMS,
            Value::Object(object) => object.len() >= LARGE_ITEMS,
            Value::String(text) => text.len() >= LARGE_TEXT,
            _ => false,
        };
        (large || !compiled.run.is_cheap()) && !self.execution.plan().nodes[self.node as usize].disabled
    }

    /// Makes the attempt, and answers its outcome and the time.
    pub(crate) fn make(&self, clock: &dyn Clock) -> (Outcome, i64) {
        let disabled = self.execution.plan().nodes[self.node as usize].disabled;
        let result = if disabled { Ok(Produced::first(self.input.clone())) } else { self.run() };
        let result = result.and_then(|produced| match too_large(&produced.output) {
            Some(error) => Err(error),
            None => Ok(produced),
        });
        let now = clock.now_us();
        let since = |time: i64| time.max(0).cast_unsigned();
        let outcome = Outcome {
            node: self.node,
            result: result.map_err(|error| (error.code, error.message)),
            disabled,
            attempts: 1,
            started_us: since(self.began_us - self.accepted_us),
            duration_us: since(now - self.began_us),
        };
        (outcome, now)
    }

    fn run(&self) -> Result<Produced, StepError> {
        let planned = &self.execution.plan().nodes[self.node as usize];
        if self.execution.is_join_short(self.node) {
            return Err(StepError::new("join_short", "fewer edges were satisfied than the join counts"));
        }
        if let (Some(pinned), true) = (&planned.pinned, self.execution.accepted().pinned) {
            return Ok(Produced::first(pinned.clone()));
        }
        let Some(compiled) = self.program.step(self.node) else {
            return Err(StepError::new("not_runnable", "this node cannot run"));
        };
        #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit 53 bits")]
        let now_ms = (self.began_us / 1_000) as f64;
        let Self { id, program, execution, node, input, env, .. } = *self;
        let names = StepNames { execution, program, node, id, env, now_ms, vars: OnceCell::new() };
        let scope = Scope { input, item: None, index: None, names: &names };
        let key = EffectKey { execution: id, node: &planned.id, path: &[] };
        let step =
            Step { scope, index: 0, attempt: 0, seed: seed(id, &planned.id, 0), state: &names, key, round: None };
        // A panic is a bug of the node type: it fails this step, and nothing beside it.
        let outcome = catch_unwind(AssertUnwindSafe(|| compiled.run.run(&step))).unwrap_or_else(|_| {
            Err(StepError::new("panicked", format!("the node type of {:?} has a bug: it panicked", planned.id)))
        })?;
        let depth = outcome.output.depth();
        if depth > MAX_DEPTH {
            let message = format!("the output nests {depth} levels deep; at most {MAX_DEPTH} are allowed");
            return Err(StepError::new("too_deep", message));
        }
        let ports = Ports::from_slice(&outcome.ports);
        Ok(Produced { output: outcome.output, ports, writes: outcome.writes })
    }
}
