//! One attempt of one step: from its input to an outcome, or to what the outcome is waited for. Nothing here is journaled,
//! so it can run on any thread.

use std::cell::OnceCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use arcstr::ArcStr;
use model::event::Ports;
use model::execution::{Failure, Outcome, Produced, Woken};
use model::expression::Scope;
use model::plan::OnUncertain;
use model::value::MAX_DEPTH;
use model::{Address, EffectClass, Execution, ExecutionId, TenantId, Value};
use nodes::{Call, EffectKey, Round, Started, Step, StepError, Wait};

use crate::clock::Clock;
use crate::limits::text_of_key;
use crate::names::{StepNames, seed};
use crate::program::{Compiled, Program};
use crate::turns::Turn;

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
    pub(crate) tenant: TenantId,
    pub(crate) program: &'a Program,
    pub(crate) execution: &'a Execution,
    pub(crate) address: &'a Address,
    pub(crate) input: &'a Value,
    pub(crate) env: &'a Value,
    /// When the execution was accepted and when the attempt begins, in µs since 1970.
    pub(crate) accepted_us: i64,
    pub(crate) began_us: i64,
}

/// What came of an attempt.
pub(crate) enum Made {
    /// It has ended.
    Outcome(Outcome),
    /// It ends when this call does, whose turn it may have to await.
    Call(Call, Option<Turn>),
    /// It ends when what it waits for comes.
    Wait(Wait),
    /// A container that begins with these items.
    Open(Value),
    /// Somebody has to say what became of its call, by this signal.
    Ask(ArcStr),
}

/// What somebody said of a call that may have been made.
pub(crate) enum Decision {
    /// It is made again.
    Again,
    /// It counts as this.
    Outcome(Outcome),
    /// The answer says nothing of it.
    Unclear,
}

/// What stands before the step's address in the name of the signal that says what became of its call.
const ASKED: &str = "uncertain:";

impl Attempt<'_> {
    /// Whether a shard should leave it to the pool, so that its other executions need not wait.
    pub(crate) fn is_heavy(&self) -> bool {
        let planned = &self.execution.plan().nodes[self.address.node as usize];
        let Some(compiled) = self.program.step(self.address.node) else { return false };
        let large = match self.input {
            Value::Array(list) => list.items().len() >= LARGE_ITEMS,
            Value::Object(object) => object.len() >= LARGE_ITEMS,
            Value::String(text) => text.len() >= LARGE_TEXT,
            _ => false,
        };
        // A container, and the head of a loop, look at no more of their input than that it is a list.
        let looks_inside = planned.container.is_none() && planned.loop_port.is_none();
        ((large && looks_inside) || !compiled.run.is_cheap()) && !planned.disabled
    }

    /// The outcome of an attempt that was begun before and whose call may have been made, where it is not made again.
    pub(crate) fn doubtful(&self, now_us: i64) -> Option<Made> {
        let planned = &self.execution.plan().nodes[self.address.node as usize];
        if !self.execution.is_uncertain(self.address) {
            return None;
        }
        match planned.on_uncertain {
            OnUncertain::Retry => None,
            OnUncertain::Fail => Some(Made::Outcome(self.uncertain(now_us))),
            OnUncertain::Ask => Some(Made::Ask(Self::asked(&self.address.text(&planned.id)))),
        }
    }

    /// The signal that says what became of a step's call.
    pub(crate) fn asked(step: &str) -> ArcStr {
        format!("{ASKED}{step}").into()
    }

    fn uncertain(&self, now_us: i64) -> Outcome {
        let message =
            "the process ended while the call was under way, so it may have been made: look there, then retry";
        self.outcome(Err(StepError::new("uncertain", message).finally()), false, now_us)
    }

    /// What somebody decided of a call that may have been made.
    pub(crate) fn decided(&self, answer: &Value, now_us: i64) -> Decision {
        match answer.get("decision").unwrap_or(answer).as_str() {
            Some("retry") => Decision::Again,
            Some("fail") => Decision::Outcome(self.uncertain(now_us)),
            Some("use") => {
                let output = answer.get("output").cloned().unwrap_or_default();
                Decision::Outcome(self.outcome(Ok(nodes::Outcome::first(output)), false, now_us))
            }
            _ => Decision::Unclear,
        }
    }

    /// Whether what ended its wait is somebody's answer about a call that may have been made.
    pub(crate) fn was_asked(&self) -> bool {
        let planned = &self.execution.plan().nodes[self.address.node as usize];
        let is_write = |compiled: &Compiled| compiled.run.effect() == EffectClass::Write;
        // A node that calls something waits for nothing else.
        planned.on_uncertain == OnUncertain::Ask && self.program.step(self.address.node).is_some_and(is_write)
    }

    /// Makes the attempt; answers what came of it and the time.
    pub(crate) fn make(&self, clock: &dyn Clock) -> (Made, i64) {
        let disabled = self.execution.plan().nodes[self.address.node as usize].disabled;
        let started = match self.loop_limit() {
            Some(error) => Err(error),
            None if disabled => Ok(Started::Done(first(self.input))),
            None => self.start(),
        };
        let now = clock.now_us();
        let made = match started {
            Ok(Started::Call(call)) => match self.turn() {
                Ok(turn) => Made::Call(call, turn),
                Err(error) => Made::Outcome(self.outcome(Err(error), disabled, now)),
            },
            Ok(Started::Wait(wait)) => Made::Wait(wait),
            Ok(Started::Open(items)) => Made::Open(items),
            Ok(Started::Done(outcome)) => Made::Outcome(self.outcome(Ok(outcome), disabled, now)),
            Err(error) => Made::Outcome(self.outcome(Err(error), disabled, now)),
        };
        (made, now)
    }

    /// Ends a step's wait; answers the outcome and the time.
    pub(crate) fn wake(&self, woken: Woken, clock: &dyn Clock) -> (Outcome, i64) {
        let woken = match woken {
            Woken::TimedOut => {
                let error = StepError::new("timeout", "what the step waited for did not come within its timeout");
                return (self.outcome(Err(error), false, clock.now_us()), clock.now_us());
            }
            Woken::Time => nodes::Woken::Time,
            Woken::Signal(value) => nodes::Woken::Signal(value),
            Woken::ChildEnded { execution, status, output, error } => {
                let error = error.map(|error| (error.code, error.message));
                nodes::Woken::ChildEnded { execution, status, output, error }
            }
        };
        self.wake_by(woken, clock)
    }

    /// The same by what a node type knows.
    pub(crate) fn wake_by(&self, woken: nodes::Woken, clock: &dyn Clock) -> (Outcome, i64) {
        let result = match self.program.step(self.address.node) {
            Some(compiled) => self.guarded(|step| compiled.run.wake(step, woken)),
            None => Err(not_runnable()),
        };
        let now = clock.now_us();
        (self.outcome(result, false, now), now)
    }

    /// Asks a container whether it takes another round; the input is the value so far.
    pub(crate) fn goes_on(&self, clock: &dyn Clock) -> (Outcome, bool, i64) {
        let result = match self.program.step(self.address.node) {
            Some(compiled) => self.guarded(|step| compiled.run.goes_on(step)),
            None => Err(not_runnable()),
        };
        let now = clock.now_us();
        let goes_on = matches!(result, Ok(true));
        (self.outcome(result.map(|_| first(&Value::Null)), false, now), goes_on, now)
    }

    /// The outcome of what a call, a wait or a start gave.
    pub(crate) fn outcome(&self, result: Result<nodes::Outcome, StepError>, disabled: bool, now_us: i64) -> Outcome {
        Outcome {
            address: self.address.clone(),
            result: checked(result),
            disabled,
            started_us: since(self.began_us, self.accepted_us),
            duration_us: since(now_us, self.began_us),
            seed: self.seed(),
        }
    }

    fn seed(&self) -> u64 {
        let node = &self.execution.plan().nodes[self.address.node as usize].id;
        seed(self.id, (node, &self.address.path), self.execution.tries(self.address))
    }

    fn start(&self) -> Result<Started, StepError> {
        let planned = &self.execution.plan().nodes[self.address.node as usize];
        if self.execution.is_join_late(self.address) {
            let message = "the time that the join waits for its branches was up before they had come";
            return Err(StepError::new("join_timeout", message).finally());
        }
        if self.execution.is_join_short(self.address) {
            return Err(StepError::new("join_short", "fewer edges were satisfied than the join counts").finally());
        }
        if let (Some(pinned), true) = (&planned.pinned, self.execution.accepted().pinned) {
            return Ok(Started::Done(first(pinned)));
        }
        let Some(compiled) = self.program.step(self.address.node) else { return Err(not_runnable()) };
        self.guarded(|step| compiled.run.start(step))
    }

    /// What the step's call has to wait for, where its node shares what it calls.
    fn turn(&self) -> Result<Option<Turn>, StepError> {
        let Some(limits) = self.program.step(self.address.node).and_then(|step| step.limits.as_ref()) else {
            return Ok(None);
        };
        let key = limits.key.as_ref().map(|key| self.guarded(|step| Ok(key.evaluate(&step.scope)?))).transpose()?;
        let key = key.and_then(text_of_key).unwrap_or_default();
        let node = &self.execution.plan().nodes[self.address.node as usize].id;
        let line = ArcStr::from(format!("{node}/{key}"));
        Ok(Some(Turn { line, concurrency: limits.concurrency, rate_limit: limits.rate_limit }))
    }

    /// A loop that goes round more often than it may.
    fn loop_limit(&self) -> Option<StepError> {
        let most = self.execution.iterations_left(self.address)?;
        (most == 0).then(|| {
            let bound = self.execution.iterations_max(self.address);
            let message = format!("the loop goes on after {bound} iterations: set max_iterations at its first node");
            StepError::new("loop_limit", message).finally()
        })
    }

    /// Looks at the step; a panic is a bug of the node type, which fails this step and nothing beside it.
    fn guarded<T>(&self, look: impl FnOnce(&Step<'_>) -> Result<T, StepError>) -> Result<T, StepError> {
        let Self { id, tenant, program, execution, address, input, env, .. } = *self;
        let node = &execution.plan().nodes[address.node as usize].id;
        #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit 53 bits")]
        let now_ms = (self.began_us / 1_000) as f64;
        let round_to_test = execution.round_to_test(address);
        let index = round_to_test.map_or_else(|| address.index(), |(_, round)| round);
        let names = StepNames { execution, program, address, id, env, now_ms, vars: OnceCell::new() };
        let step = Step {
            scope: Scope { input, item: None, index: Some(i64::from(index)), names: &names },
            index,
            attempt: execution.tries(address),
            seed: self.seed(),
            state: &names,
            tenant,
            key: EffectKey { execution: id, node, path: &address.path },
            round: execution.rounds_before(address).map(|(items, taken)| Round { items, taken }),
        };
        catch_unwind(AssertUnwindSafe(|| look(&step))).unwrap_or_else(|_| {
            Err(StepError::new("panicked", format!("the node type of {node:?} has a bug: it panicked")))
        })
    }
}

/// What a node gave, or why it failed, as the state machine takes it; an output that nobody could carry is a failure.
pub(crate) fn checked(result: Result<nodes::Outcome, StepError>) -> Result<Produced, Failure> {
    let checked = result.and_then(|outcome| {
        let depth = outcome.output.depth();
        if depth > MAX_DEPTH {
            let message = format!("the output nests {depth} levels deep; at most {MAX_DEPTH} are allowed");
            return Err(StepError::new("too_deep", message));
        }
        match too_large(&outcome.output) {
            Some(error) => Err(error),
            None => Ok(outcome),
        }
    });
    match checked {
        Ok(nodes::Outcome { output, ports, writes, items, files: _ }) => {
            Ok(Produced { output, ports: Ports::from_slice(&ports), writes, items })
        }
        Err(StepError { code, message, is_final, retry_after_ms }) => {
            Err(Failure { code, message, is_final, retry_after_ms })
        }
    }
}

/// µs from one time to a later one.
pub(crate) fn since(now_us: i64, began_us: i64) -> u64 {
    (now_us - began_us).max(0).cast_unsigned()
}

fn first(value: &Value) -> nodes::Outcome {
    nodes::Outcome::first(value.clone())
}

fn not_runnable() -> StepError {
    StepError::new("not_runnable", "this node cannot run").finally()
}
