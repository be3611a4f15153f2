//! Limits that executions of one key share: executions under way, starts in a time, and what waits for them.
//!
//! What is counted here is what this process has under way; which executions of a key are open is looked up in the journal
//! the first time that somebody asks. A start that has to wait for a time is durable at once and sleeps in the journal;
//! one that waits for another to end stands in line in memory.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use arcstr::ArcStr;
use model::expression::{Field, Name, Names, Scope};
use model::settings::{Limits, Singleton};
use model::{ExecutionId, Status, TenantId, Value, json};
use store::journal::{ExecutionQuery, ExecutionRow};
use tokio::sync::oneshot;

use crate::begin::Submission;
use crate::engine::Engine;
use crate::pace::Pace;
use crate::places::Place;
use crate::program::Program;
use crate::shard::{Inbox, Message};
use crate::start::{EngineError, Reply};

/// Keys of more bytes are told apart by their hash.
const KEY_MAX: usize = 200;
/// Gates remembered before those that hold nothing are forgotten.
const GATES_MAX: usize = 10_000;
/// Open executions of a key that are looked up.
const OPEN_MAX: usize = 1_000;

/// Whose limit, and for which key.
pub(crate) type GateName = (TenantId, ArcStr);

/// An execution's part in a limit.
#[derive(Clone, Debug)]
pub(crate) struct Ticket {
    pub(crate) gate: GateName,
    /// Executions under way at a time.
    concurrency: Option<usize>,
    pub(crate) place: Place,
}

impl Ticket {
    /// The part of an execution that shares a limit, by its row and the settings of its workflow.
    pub(crate) fn of(tenant: TenantId, key: Option<&str>, program: &Program) -> Option<Self> {
        let concurrency = program.settings().limits.as_ref().and_then(|limits| limits.concurrency);
        Some(Self { gate: (tenant, ArcStr::from(key?)), concurrency, place: Place::Outside })
    }
}

/// What is known of the executions with one key.
#[derive(Default)]
struct Gate {
    /// Whether the journal was asked which executions are open.
    is_known: bool,
    /// Open executions, and the caller's key that each was started with, as far as it is known.
    open: HashMap<ExecutionId, Option<String>>,
    /// Executions that have a place.
    taken: HashSet<ExecutionId>,
    line: BinaryHeap<InLine>,
    /// Executions that gave up their place in the line.
    left: HashSet<ExecutionId>,
    /// Of starts.
    pace: Pace,
    /// The start that waits for a later one, and until when.
    debounced: Option<(ExecutionId, i64)>,
}

struct InLine {
    /// Priority, then who came first.
    turn: (i8, Reverse<u64>),
    execution: ExecutionId,
    inbox: Arc<Inbox>,
}

impl PartialEq for InLine {
    fn eq(&self, other: &Self) -> bool {
        self.turn == other.turn
    }
}

impl Eq for InLine {}

impl PartialOrd for InLine {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for InLine {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.turn.cmp(&other.turn)
    }
}

/// All gates of a process.
#[derive(Default)]
pub(crate) struct Gates {
    gates: Mutex<(HashMap<GateName, Gate>, u64)>,
}

/// What a start is allowed.
#[derive(Debug, Default)]
pub(crate) struct Admitted {
    /// When it may begin, in ms since 1970, if that is later.
    pub(crate) wake_ms: Option<i64>,
    /// Executions whose place it takes.
    pub(crate) replaces: Vec<ExecutionId>,
}

impl Gates {
    fn with<T>(&self, name: &GateName, act: impl FnOnce(&mut Gate, &mut u64) -> T) -> T {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        let (gates, order) = &mut *gates;
        if !gates.contains_key(name) {
            gates.insert(name.clone(), Gate::default());
        }
        let gate = gates.get_mut(name).expect("it was inserted");
        act(gate, order)
    }

    fn is_known(&self, name: &GateName) -> bool {
        self.with(name, |gate, _| gate.is_known)
    }

    /// Forgets gates that hold nothing, when there are many.
    fn tidy(&self, now_ms: i64) {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        if gates.0.len() >= GATES_MAX {
            gates.0.retain(|_, gate| gate.holds_something(now_ms));
        }
    }

    /// The executions that are open, as far as this process knows.
    fn open(&self, name: &GateName) -> Vec<ExecutionId> {
        self.with(name, |gate, _| gate.open.keys().copied().collect())
    }

    fn know(&self, name: &GateName, rows: &[ExecutionRow]) {
        self.with(name, |gate, _| {
            gate.is_known = true;
            for row in rows {
                gate.open.entry(row.id).or_insert(None);
                if row.status == Status::Delayed && gate.debounced.is_none() {
                    gate.debounced = row.wake_at.map(|wake| (row.id, wake));
                }
            }
        });
    }

    /// Lets a start in, now or later, or refuses it.
    pub(crate) fn admit(
        &self,
        name: &GateName,
        limits: &Limits,
        (execution, key): (ExecutionId, Option<&str>),
        now_ms: i64,
    ) -> Result<Admitted, EngineError> {
        self.tidy(now_ms);
        self.with(name, |gate, _| {
            let mut admitted = Admitted::default();
            // The same request again is answered by the journal, and changes nothing here. Where places are all that is
            // shared nothing could change, and many may be open.
            let changes = limits.singleton.is_some() || limits.rate_limit.is_some() || limits.debounce_ms.is_some();
            if changes && key.is_some() && gate.open.values().any(|other| other.as_deref() == key) {
                return Ok(admitted);
            }
            match limits.singleton {
                Some(Singleton::Refuse) => {
                    if let Some(other) = gate.open.keys().next() {
                        return Err(EngineError::AlreadyOpen(*other));
                    }
                }
                Some(Singleton::Replace) => admitted.replaces.extend(gate.open.keys()),
                None => {}
            }
            if let Some(limit) = limits.rate_limit {
                let next = gate.pace.next(limit, now_ms);
                admitted.wake_ms = next.map_err(|again_ms| EngineError::TooOften { again_ms })?;
            }
            if let Some(wait) = limits.debounce_ms {
                let until = now_ms.saturating_add_unsigned(wait);
                if let Some((before, due)) = gate.debounced.replace((execution, until))
                    && due > now_ms
                    && gate.open.contains_key(&before)
                {
                    admitted.replaces.push(before);
                }
                admitted.wake_ms = admitted.wake_ms.max(Some(until));
            }
            admitted.replaces.sort_unstable();
            admitted.replaces.dedup();
            gate.open.insert(execution, key.map(str::to_owned));
            Ok(admitted)
        })
    }

    /// Takes back that a start was let in: it is a request that was answered before, or nothing of it is durable.
    pub(crate) fn withdraw(&self, name: &GateName, execution: ExecutionId, replaced: &[ExecutionId]) {
        self.with(name, |gate, _| {
            gate.open.remove(&execution);
            if let Some((_, until)) = gate.debounced.filter(|(debounced, _)| *debounced == execution) {
                gate.debounced = replaced.iter().max().map(|before| (*before, until));
            }
        });
    }

    /// Takes a place for an execution, or puts it in line.
    pub(crate) fn ask(&self, ticket: &Ticket, (execution, priority): (ExecutionId, i8), inbox: &Arc<Inbox>) -> Place {
        let Some(most) = ticket.concurrency else { return Place::Taken };
        self.with(&ticket.gate, |gate, order| {
            if gate.taken.len() < most {
                gate.taken.insert(execution);
                return Place::Taken;
            }
            *order += 1;
            gate.left.remove(&execution);
            gate.line.push(InLine { turn: (priority, Reverse(*order)), execution, inbox: inbox.clone() });
            Place::InLine
        })
    }

    /// Gives a place back, or one in the line; whoever is next hears of it.
    pub(crate) fn give_back(&self, ticket: &Ticket, execution: ExecutionId) {
        let Some(most) = ticket.concurrency else { return };
        self.with(&ticket.gate, |gate, _| {
            if !gate.taken.remove(&execution) && ticket.place == Place::InLine {
                gate.left.insert(execution);
            }
            while gate.taken.len() < most
                && let Some(next) = gate.line.pop()
            {
                if !gate.left.remove(&next.execution) {
                    gate.taken.insert(next.execution);
                    next.inbox.send(Message::Place(next.execution));
                }
            }
        });
    }

    /// Forgets an execution that has ended.
    pub(crate) fn ended(&self, name: &GateName, execution: ExecutionId) {
        self.with(name, |gate, _| {
            gate.open.remove(&execution);
        });
    }
}

impl Gate {
    fn holds_something(&self, now_ms: i64) -> bool {
        !self.open.is_empty() || !self.taken.is_empty() || !self.line.is_empty() || self.pace.is_used(now_ms)
    }
}

impl Engine {
    /// What sees to the others of a start's key once it is known whether the start is durable: those whose place it takes
    /// are canceled then and not before, for it may be a request that was answered already.
    pub(crate) fn follow_limits(
        &self,
        submission: &Submission,
        execution: ExecutionId,
        replaces: Vec<ExecutionId>,
    ) -> Option<Reply> {
        submission.program.settings().limits.as_ref()?;
        let name = (submission.tenant, ArcStr::from(submission.flow_key.as_deref()?));
        let (tell, told) = oneshot::channel();
        let engine = self.clone();
        self.runtime().spawn(async move {
            match told.await {
                Ok(Ok(_)) => engine.replace(name.0, replaces),
                Ok(Err(_)) => engine.gates().withdraw(&name, execution, &replaces),
                // The process ends.
                Err(_) => {}
            }
        });
        Some(Reply::Accepted(tell))
    }

    /// Finds out which limit a start shares, and what is open of it.
    pub(crate) async fn look_up_limits(&self, submission: &mut Submission) -> Result<(), EngineError> {
        let program = submission.program.clone();
        let Some(limits) = program.settings().limits.as_ref() else { return Ok(()) };
        if let (0, Some(priority)) = (submission.priority, &limits.priority) {
            let priority =
                evaluated(priority, submission, self.now_ms())?.as_i64().and_then(|number| i8::try_from(number).ok());
            let wanted = || EngineError::BadLimits("settings.limits.priority gives no number from -128 to 127".into());
            submission.priority = priority.ok_or_else(wanted)?;
        }
        if submission.flow_key.is_none() {
            let key = limits.key.as_ref().map(|key| evaluated(key, submission, self.now_ms())).transpose()?;
            submission.flow_key = Some(key_text(submission, key));
        }
        let name = (submission.tenant, ArcStr::from(submission.flow_key.as_deref().unwrap_or_default()));
        let gates = self.gates();
        if limits.singleton.is_none() && limits.debounce_ms.is_none() {
            return Ok(());
        }
        if !gates.is_known(&name) {
            let open = Status::ALL.into_iter().filter(|status| !status.is_terminal()).collect();
            let mut query = ExecutionQuery::newest(name.0);
            (query.flow_key, query.statuses, query.limit) = (submission.flow_key.clone(), open, OPEN_MAX);
            gates.know(&name, &self.journal().list(query).await?.rows);
        }
        // One that ended while it was looked up, or in another process, is open no longer.
        let open = gates.open(&name);
        if !open.is_empty() {
            let rows = self.journal().executions(name.0, open).await?;
            let ended = rows.iter().filter(|row| row.status.is_terminal());
            ended.for_each(|row| gates.ended(&name, row.id));
        }
        Ok(())
    }
}

/// A setting of a start.
fn evaluated(field: &Field, submission: &Submission, now_ms: i64) -> Result<Value, EngineError> {
    let names = StartNames { submission, now_ms };
    let scope = Scope { input: &submission.input, item: None, index: None, names: &names };
    field.evaluate(&scope).map_err(|error| EngineError::BadLimits(error.to_string()))
}

/// The text of a key, which tells apart what shares a limit; none where nothing is told apart.
pub(crate) fn text_of_key(key: Value) -> Option<String> {
    let text = match key {
        Value::Null => return None,
        Value::String(text) => text.to_string(),
        value => json::to_text(&value),
    };
    Some(if text.len() <= KEY_MAX { text } else { format!("#{}", blake3::hash(text.as_bytes())) })
}

/// What executions of a workflow with this value count together by.
fn key_text(submission: &Submission, key: Option<Value>) -> String {
    let of = submission.workflow.map_or_else(|| submission.version.to_string(), |workflow| workflow.to_string());
    match key.and_then(text_of_key) {
        None => of,
        Some(key) => format!("{of}:{key}"),
    }
}

/// What an expression can read before anything ran.
struct StartNames<'a> {
    submission: &'a Submission,
    now_ms: i64,
}

impl Names for StartNames<'_> {
    fn get(&self, name: Name) -> Option<Value> {
        match name {
            Name::Trigger => Some(self.submission.context.clone()),
            Name::Vars => Some(self.submission.program.vars().clone()),
            Name::Context => Some(self.submission.program.context().clone()),
            Name::Const => Some(self.submission.program.constants().clone()),
            _ => None,
        }
    }

    fn node(&self, _: &str) -> Option<Value> {
        None
    }

    fn node_labelled(&self, _: &str) -> Option<Value> {
        None
    }

    fn now(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit 53 bits")]
        let now = self.now_ms as f64;
        now
    }
}
