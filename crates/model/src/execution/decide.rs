//! From what came of an attempt to the event that is recorded of it.

use arcstr::ArcStr;

use super::Execution;
use super::frame::Next;
use crate::event::{
    Address, ErrorInfo, Event, Finished, Moment, Ports, RoundBegan, Route, ScopeOpened, StepFinished, StepRetried,
    StepStarted, StepWaiting,
};
use crate::id::ExecutionId;
use crate::plan::{ContainerKind, LoopPort, OnError};
use crate::status::{Status, StepStatus};
use crate::value::Value;

/// What an attempt gave, for [`Execution::decide`].
#[derive(Debug)]
pub struct Outcome {
    /// The step.
    pub address: Address,
    /// What it produced, or why it failed.
    pub result: Result<Produced, Failure>,
    /// Whether the node was disabled and its input passed.
    pub disabled: bool,
    /// When the attempt began, in µs since acceptance.
    pub started_us: u64,
    /// How long it took in µs.
    pub duration_us: u64,
    /// Random bits that spread the next attempts of steps that failed together.
    pub seed: u64,
}

/// What a step that went well produced.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Produced {
    /// Its output.
    pub output: Value,
    /// The ports it chose.
    pub ports: Ports,
    /// Values of the execution's state that it set.
    pub writes: Vec<(ArcStr, Value)>,
    /// The items of the loop that it heads, in its first round.
    pub items: Option<Value>,
}

impl Produced {
    /// An output that leaves by the first port.
    pub fn first(output: Value) -> Self {
        Self { output, ports: Ports::from_slice(&[0]), ..Self::default() }
    }
}

/// Why an attempt failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    /// A stable name.
    pub code: ArcStr,
    /// What went wrong, where, and what to do.
    pub message: String,
    /// Whether another attempt could only fail again.
    pub is_final: bool,
    /// The least time to the next attempt, in ms.
    pub retry_after_ms: Option<u64>,
}

impl Failure {
    /// A failure that a retry policy may try again.
    pub fn new(code: impl Into<ArcStr>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), ..Self::default() }
    }
}

/// What a step waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pause {
    /// A time, in ms since 1970.
    pub until_ms: Option<i64>,
    /// A signal of this name.
    pub signal: Option<ArcStr>,
    /// The end of this execution.
    pub child: Option<ExecutionId>,
    /// Whether the node's timeout does not end it: it is a person who is asked.
    pub has_time: bool,
}

impl Execution {
    /// The event that an attempt's outcome leads to, by the node's retry policy and `on_error`.
    pub fn decide(&self, outcome: Outcome) -> Event {
        let Outcome { address, result, disabled, started_us, duration_us, seed } = outcome;
        let node = self.plan.node(address.node);
        let tries = self.tries(&address);
        let finished = |status, output, route, error| StepFinished {
            address: address.clone(),
            status,
            output,
            route,
            error,
            attempts: tries + 1,
            started_us,
            duration_us,
            writes: Vec::new(),
            items: None,
        };
        match result {
            Ok(Produced { output, ports, writes, items }) => {
                let status = if disabled { StepStatus::Disabled } else { StepStatus::Succeeded };
                let gathers = matches!(node.loop_port, Some(LoopPort::ForEach { .. }));
                let is_done = gathers && !disabled && ports.as_slice() == [0];
                let output = if is_done { self.done_value(&address) } else { output };
                Event::StepFinished(StepFinished {
                    writes,
                    items,
                    ..finished(status, output, Route::Ports(ports), None)
                })
            }
            Err(Failure { code, message, is_final, retry_after_ms }) => {
                let error = Box::new(ErrorInfo { code, message, node: address.text(&node.id).into() });
                let policy = node.retry.as_ref().filter(|retry| !is_final && retry.goes_on(tries, &error.code));
                if let Some(retry) = policy.filter(|_| error.code != "loop_limit") {
                    let at_us = started_us.saturating_add(duration_us);
                    let delay = retry.delay_ms(tries, seed).max(retry_after_ms.unwrap_or(0).min(retry.max_ms));
                    let wake_ms = self.ms_at(at_us).saturating_add_unsigned(delay);
                    return Event::StepRetried(StepRetried { address, attempt: tries, error, at_us, wake_ms });
                }
                let route = self.route_of_failure(&address);
                Event::StepFinished(finished(StepStatus::Failed, error.to_value(), route, Some(error)))
            }
        }
    }

    /// What the head of a `for_each` loop gives when it is done: the values that came back.
    fn done_value(&self, address: &Address) -> Value {
        match self.plan.node(address.node).loop_port {
            Some(LoopPort::ForEach { collect: true }) => {
                self.locate(address).map(|at| self.collected(at)).unwrap_or_default()
            }
            _ => Value::Null,
        }
    }

    fn route_of_failure(&self, address: &Address) -> Route {
        match self.plan.node(address.node).on_error {
            OnError::Fail => Route::Nowhere,
            OnError::Continue => Route::first(),
            OnError::Route => Route::Error,
        }
    }

    /// A time in µs since acceptance as ms since 1970.
    pub(super) fn ms_at(&self, at_us: u64) -> i64 {
        self.accepted.at_ms.saturating_add_unsigned(at_us / 1_000)
    }

    /// The event before a call that changes something.
    pub fn starting(&self, address: Address, at_us: u64) -> Event {
        let attempt = self.tries(&address);
        Event::StepStarted(StepStarted { address, attempt, at_us })
    }

    /// Whether this attempt of a step was started before, and what came of the call is not known.
    pub fn is_uncertain(&self, address: &Address) -> bool {
        self.locate(address).is_some_and(|at| !self.state(at).phase.is_linked() && self.state(at).link > 0)
    }

    /// The event of a step that waits.
    pub fn waiting(&self, address: Address, at_us: u64, pause: Pause) -> Event {
        let Pause { until_ms, signal, child, has_time } = pause;
        let timeout = self.plan.node(address.node).timeout_ms.filter(|_| !has_time);
        let deadline_ms = timeout.map(|timeout| self.ms_at(at_us).saturating_add_unsigned(timeout));
        Event::StepWaiting(StepWaiting { address, at_us, until_ms, deadline_ms, signal, child })
    }

    /// The event of a container that begins, with the items that it takes one by one.
    pub fn opening(&self, address: Address, at_us: u64, items: Value) -> Event {
        Event::ScopeOpened(ScopeOpened { address, at_us, items })
    }

    /// The event of a container that took another round or did not: by its test, and by the most it may take.
    pub fn decide_round(&self, outcome: Outcome, goes_on: bool) -> Event {
        let found = self.locate(&outcome.address).and_then(|at| self.scope_at(at));
        let Some(scope) = found.filter(|_| outcome.result.is_ok()) else { return self.decide(outcome) };
        let own = &self.scopes[scope];
        if !goes_on {
            return self.decide(Outcome { result: Ok(Produced::first(own.value.clone())), ..outcome });
        }
        let ContainerKind::While { max_iterations } = self.planned(scope).kind else { return self.decide(outcome) };
        if u64::from(own.begun) < max_iterations {
            return Event::RoundBegan(RoundBegan { address: outcome.address, round: own.begun });
        }
        let message = format!("the condition still holds after {max_iterations} rounds: set max_iterations higher");
        self.decide(Outcome { result: Err(Failure::new("loop_limit", message)), ..outcome })
    }

    pub(super) fn round_of_scope(&self, scope: u32, address: Address) -> Event {
        Event::RoundBegan(RoundBegan { address, round: self.scopes[scope as usize].begun })
    }

    /// The event of a container whose inside has ended, one way or the other, when [`Execution::effect`] asked for it.
    /// `seed` spreads the next tries of containers that failed together.
    pub fn concluding(&self, address: Address, at_us: u64, seed: u64) -> Event {
        let scope = self.locate(&address).and_then(|at| self.scope_at(at));
        let scope = scope.expect("the state asked for this container's end");
        let began_us = self.scopes[scope].began_us;
        let started_us = began_us.min(at_us);
        let event = |result: Result<(Value, Route), Box<ErrorInfo>>| {
            let (status, output, route, error) = match result {
                Ok((output, route)) => (StepStatus::Succeeded, output, route, None),
                Err(error) => (StepStatus::Failed, error.to_value(), self.route_of_failure(&address), Some(error)),
            };
            let (address, attempts, duration_us) = (address.clone(), 1, at_us - started_us);
            let (writes, items) = (Vec::new(), None);
            Event::StepFinished(StepFinished {
                address,
                status,
                output,
                route,
                error,
                attempts,
                started_us,
                duration_us,
                writes,
                items,
            })
        };
        let kind = &self.planned(scope).kind;
        match (self.scopes[scope].next.clone(), kind) {
            (Some(Next::Failed(error)), ContainerKind::Retry(retry)) if self.tries_again(scope, retry, &error) => {
                let attempt = self.scopes[scope].begun - 1;
                let wake_ms = self.ms_at(at_us).saturating_add_unsigned(retry.delay_ms(attempt, seed));
                Event::StepRetried(StepRetried { address, attempt, error, at_us, wake_ms })
            }
            (Some(Next::Failed(error)), ContainerKind::TryCatch { fallback, always })
                if self.failure.is_none() && (*always || self.plan.has_error_edge(address.node)) =>
            {
                let is_caught = self.plan.has_error_edge(address.node);
                let output = if is_caught { None } else { fallback.clone() }.unwrap_or_else(|| error.to_value());
                event(Ok((output, if is_caught { Route::Error } else { Route::first() })))
            }
            (Some(Next::Failed(error)), _) => event(Err(error)),
            (Some(Next::TimedOut), ContainerKind::Timeout { keeps_partial: true }) => {
                let round = self.scopes[scope].rounds.values().next();
                let partial = round.map(|&round| self.value_of(round)).unwrap_or_default();
                event(Ok((partial, Route::first())))
            }
            (Some(Next::TimedOut), _) => {
                let message = "what stands inside took longer than its timeout".to_owned();
                let node = address.text(&self.plan.node(address.node).id).into();
                event(Err(Box::new(ErrorInfo { code: arcstr::literal!("timeout"), message, node })))
            }
            (Some(Next::Value(value)), _) => event(Ok((value, Route::first()))),
            (Some(Next::Test | Next::Round) | None, _) => unreachable!("the container has not ended"),
        }
    }

    fn tries_again(&self, scope: usize, retry: &crate::plan::Retry, error: &ErrorInfo) -> bool {
        self.failure.is_none() && retry.goes_on(self.scopes[scope].begun - 1, &error.code)
    }

    /// The event with which it ends, when [`Execution::effect`] asked for it.
    pub fn ending(&self, at_us: u64) -> Event {
        let (status, output) = match &self.failure {
            Some(_) => (Status::Failed, Value::Null),
            None => (Status::Succeeded, self.output()),
        };
        Event::Finished(Finished { at_us, status, output, error: self.failure.clone() })
    }

    /// The event with which it ends at somebody's word, and why, if that is known.
    pub fn canceling(&self, at_us: u64, why: Option<(ArcStr, String)>) -> Event {
        let error = why.map(|(code, message)| Box::new(ErrorInfo { code, message, node: ArcStr::new() }));
        Event::Finished(Finished { at_us, status: Status::Canceled, output: Value::Null, error })
    }

    /// The event with which it ends by its own fault though no step failed: its time is up, or its output is too large.
    pub fn breaking_off(&self, at_us: u64, status: Status, (code, message): (ArcStr, String)) -> Event {
        let error = Some(Box::new(ErrorInfo { code, message, node: ArcStr::new() }));
        Event::Finished(Finished { at_us, status, output: Value::Null, error })
    }

    /// The event with which it goes on after its end.
    pub fn reopening(&self, at_us: u64) -> Event {
        Event::Reopened(Moment { at_us })
    }
}
