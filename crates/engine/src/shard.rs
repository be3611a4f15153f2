//! A shard: one thread that owns its executions. No lock stands around their state; all that reaches them is a message.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use model::execution::{Failure, Outcome};
use model::file::FileHash;
use model::{Address, ExecutionId, Status, Value};
use store::journal::SharedJournal;
use store::{Append, Batch, StoreError};

use crate::attempt::Made;
use crate::begin::Door;
use crate::calls::Calls;
use crate::clock::Clock;
use crate::durable::Durable;
use crate::limits::Gates;
use crate::messages::Delivery;
use crate::places::{Place, Places};
use crate::pool::{PoolHandle, Work};
use crate::rest::Rest;
use crate::running::{Joining, Running, Slice, SliceLimits};
use crate::start::{EngineError, Reply};

/// How long a shard stays with one execution before it turns to the next.
const SLICE: SliceLimits = SliceLimits { steps: 256, us: 2_000 };
/// Entries that a shard gathers before it hands them to the writer, so that both work at the same time.
const HAND_OVER: usize = 128;
/// Appends of one execution that may be under way; beyond it the execution waits for the store.
const AHEAD_MAX: usize = 16;
/// How long to wait before sending again what a full disk refused.
const RESEND_AFTER_US: i64 = 1_000_000;

/// What reaches a shard.
pub(crate) enum Message {
    /// An execution after what was run of it where it was asked for.
    Begin(Box<Running>, Slice),
    Adopt(Box<Running>),
    /// An execution that stood in line for its key has a place.
    Place(ExecutionId),
    /// What lies in an execution's inbox.
    Deliver {
        execution: ExecutionId,
        deliveries: Vec<Delivery>,
        /// Whether this is all that ever joins it.
        is_all: bool,
    },
    /// Tell how it ends; the reply is dropped if the execution is not here.
    Wait(ExecutionId, Reply),
    /// What the store answered to entries of these executions, in the order of their hand-over.
    Appended(Vec<(ExecutionId, Result<(), StoreError>)>),
    /// What came of a call.
    Outcome {
        execution: ExecutionId,
        outcome: Box<Outcome>,
        /// The files that it made.
        files: Vec<FileHash>,
    },
    /// What the pool made of a step.
    Made {
        execution: ExecutionId,
        address: Address,
        made: Box<Made>,
    },
    /// The execution that a step starts, or why it cannot.
    Child {
        execution: ExecutionId,
        /// The step; none for the error workflow.
        address: Option<Address>,
        child: Box<Result<Running, Failure>>,
    },
    Stop,
}

impl Message {
    /// Whom it is for; none where it is for several or for the shard.
    fn execution(&self) -> Option<ExecutionId> {
        match self {
            Self::Begin(running, _) | Self::Adopt(running) => Some(running.id),
            Self::Place(execution)
            | Self::Wait(execution, _)
            | Self::Deliver { execution, .. }
            | Self::Outcome { execution, .. }
            | Self::Made { execution, .. }
            | Self::Child { execution, .. } => Some(*execution),
            Self::Appended(_) | Self::Stop => None,
        }
    }
}

/// A shard's mailbox.
#[derive(Default)]
pub(crate) struct Inbox {
    messages: Mutex<Vec<Message>>,
    arrived: Condvar,
}

impl Inbox {
    pub(crate) fn send(&self, message: Message) {
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        messages.push(message);
        let first = messages.len() == 1;
        drop(messages);
        // The shard takes all there are: it was told of the others with the first.
        if first {
            self.arrived.notify_one();
        }
    }

    /// All messages; waits for the first one up to `patience`.
    fn take(&self, patience: Duration, into: &mut Vec<Message>) {
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        if messages.is_empty() && !patience.is_zero() {
            let waited = self.arrived.wait_timeout_while(messages, patience, |messages| messages.is_empty());
            messages = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        std::mem::swap(&mut *messages, into);
    }
}

/// Numbers that others may read while a shard runs.
#[derive(Debug, Default)]
pub(crate) struct Gauges {
    /// Executions handed to the shard that have not ended.
    pub(crate) in_flight: AtomicUsize,
    /// Steps recorded since start.
    pub(crate) events: AtomicU64,
    /// Executions that ended since start.
    pub(crate) ended: AtomicU64,
    /// Whether no place is free.
    full: AtomicBool,
}

impl Gauges {
    /// Whether who comes now waits in line.
    pub(crate) fn is_full(&self) -> bool {
        self.full.load(Ordering::Relaxed)
    }

    /// Counts an execution that is no longer under way here.
    pub(crate) fn left(&self) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
        self.ended.fetch_add(1, Ordering::Relaxed);
    }
}

/// What a shard works with.
#[derive(Clone)]
pub(crate) struct Tools {
    pub(crate) journal: SharedJournal,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) env: Value,
    /// Whether acceptance is committed before the first step runs.
    pub(crate) accept_first: bool,
    /// Bytes between two snapshots of an execution, at least.
    pub(crate) snapshot_bytes: usize,
    /// How long an execution may run.
    pub(crate) timeout_us: i64,
    pub(crate) pool: PoolHandle,
    pub(crate) calls: Arc<Calls>,
    pub(crate) gates: Arc<Gates>,
    /// What wakes executions that rest, starts children, and knows the other shards.
    pub(crate) rest: Rest,
}

/// The loop's own state.
pub(crate) struct Shard {
    inbox: Arc<Inbox>,
    gauges: Arc<Gauges>,
    tools: Tools,
    running: HashMap<ExecutionId, Running>,
    /// Executions with something ready.
    turns: VecDeque<ExecutionId>,
    /// Executions whose entries were refused for want of room, and when to send again.
    stalled: VecDeque<(i64, ExecutionId)>,
    entries: Vec<Append>,
    /// What calls of each entry's execution wait for, if there are any.
    gates: Vec<Option<Arc<Durable>>>,
    /// When executions in memory have something to do by themselves, in ms since 1970.
    alarms: BinaryHeap<Reverse<(i64, ExecutionId)>>,
    /// Steps that found the pool full.
    overflow: VecDeque<Work>,
    places: Places,
    stopping: bool,
}

impl Shard {
    /// The shard behind a door, with so many places.
    pub(crate) fn new(door: &Door, tools: Tools, places: usize) -> Self {
        door.gauges.full.store(places == 0, Ordering::Relaxed);
        Self {
            inbox: door.inbox.clone(),
            gauges: door.gauges.clone(),
            tools,
            running: HashMap::new(),
            turns: VecDeque::new(),
            stalled: VecDeque::new(),
            entries: Vec::new(),
            gates: Vec::new(),
            alarms: BinaryHeap::new(),
            overflow: VecDeque::new(),
            places: Places::new(places),
            stopping: false,
        }
    }

    /// Runs until it is stopped. What has not ended by then goes on from its journal when the store is opened again.
    pub(crate) fn run(mut self) {
        let mut messages = Vec::new();
        while !self.stopping {
            self.inbox.take(self.patience(), &mut messages);
            for message in messages.drain(..) {
                match message.execution() {
                    Some(execution) => self.guarded(execution, |shard| shard.take_in(message)),
                    None => self.take_in(message),
                }
            }
            self.ring();
            for _ in 0..self.turns.len() {
                if let Some(execution) = self.turns.pop_front() {
                    self.guarded(execution, |shard| shard.turn(execution));
                }
            }
            self.offer_again();
            self.resend();
            self.hand_over();
        }
    }

    /// Does something for an execution. A panic is a bug, which must not stop the others: it leaves this process, and goes
    /// on at the next start as after a crash.
    fn guarded(&mut self, execution: ExecutionId, work: impl FnOnce(&mut Self)) {
        if catch_unwind(AssertUnwindSafe(|| work(self))).is_err() {
            self.give_up(execution, &StoreError::Unavailable("it brought down what runs it".into()));
        }
    }

    fn patience(&self) -> Duration {
        if !self.turns.is_empty() {
            return Duration::ZERO;
        }
        let usual = match (self.overflow.is_empty(), self.stalled.is_empty()) {
            (false, _) => Duration::from_millis(1),
            (true, false) => Duration::from_millis(100),
            (true, true) => Duration::from_secs(60),
        };
        let Some(Reverse((at_ms, _))) = self.alarms.peek() else { return usual };
        let left_us = at_ms.saturating_mul(1_000).saturating_sub(self.tools.clock.now_us());
        usual.min(Duration::from_micros(left_us.max(0).cast_unsigned()))
    }

    /// Gives a turn to executions whose time has come.
    fn ring(&mut self) {
        if self.alarms.is_empty() {
            return;
        }
        let now_ms = self.tools.clock.now_us() / 1_000;
        while let Some(&Reverse((at_ms, execution))) = self.alarms.peek() {
            if at_ms > now_ms {
                return;
            }
            self.alarms.pop();
            self.turns.push_back(execution);
        }
    }

    fn take_in(&mut self, message: Message) {
        match message {
            Message::Begin(running, slice) => {
                let execution = running.id;
                self.running.insert(execution, *running);
                self.after_slice(execution, slice);
            }
            Message::Adopt(running) => {
                self.turns.push_back(running.id);
                self.running.insert(running.id, *running);
            }
            Message::Place(execution) => self.take_place(execution),
            Message::Deliver { execution, deliveries, is_all } => self.deliver(execution, (deliveries, is_all)),
            Message::Wait(execution, reply) => {
                if let Some(running) = self.running.get_mut(&execution) {
                    running.replies.push(reply);
                }
            }
            Message::Appended(answers) => {
                for (execution, answer) in answers {
                    self.guarded(execution, |shard| shard.acknowledged(execution, answer));
                }
            }
            Message::Outcome { execution, outcome, files } => {
                if let Some(running) = self.running.get_mut(&execution) {
                    running.take_outcome(*outcome, files);
                    self.turns.push_back(execution);
                }
            }
            Message::Made { execution, address, made } => {
                if let Some(running) = self.running.get_mut(&execution) {
                    running.take_from_pool(address, *made, self.tools.clock.now_us());
                    self.turns.push_back(execution);
                }
            }
            Message::Child { execution, address, child } => {
                if let Some(running) = self.running.get_mut(&execution) {
                    match address {
                        Some(address) => running.take_child(&address, *child, (&*self.tools.clock, &self.tools.env)),
                        None => running.take_error_workflow(*child, self.tools.clock.now_us()),
                    }
                    self.turns.push_back(execution);
                }
            }
            Message::Stop => self.stopping = true,
        }
    }

    fn deliver(&mut self, execution: ExecutionId, (deliveries, is_all): (Vec<Delivery>, bool)) {
        match self.running.get_mut(&execution) {
            Some(running) if !running.released => {
                let now = self.tools.clock.now_us();
                deliveries.into_iter().for_each(|delivery| running.receive(delivery, now));
                if is_all {
                    running.all_joined();
                }
                self.turns.push_back(execution);
            }
            // It rests, or is about to: the store knows that something lies in its inbox.
            _ => self.tools.rest.look(),
        }
    }

    fn turn(&mut self, execution: ExecutionId) {
        let Some(running) = self.running.get_mut(&execution) else { return };
        if running.released
            || running.status().is_terminal()
            || running.unacknowledged.len() >= AHEAD_MAX
            || running.stalled
        {
            return;
        }
        if !running.canceled && !self.has_place(execution) {
            return;
        }
        let Some(running) = self.running.get_mut(&execution) else { return };
        let slice = running.run_slice(SLICE, &*self.tools.clock, &self.tools.env);
        self.after_slice(execution, slice);
    }

    fn after_slice(&mut self, execution: ExecutionId, slice: Slice) {
        if slice == Slice::Ended {
            self.pass_on(execution);
            let place = self.running.get_mut(&execution).map(|running| std::mem::take(&mut running.place));
            return self.vacate(place.unwrap_or_default());
        }
        let busy = slice == Slice::More || self.running.get(&execution).is_some_and(|running| !running.is_idle());
        if busy && !self.has_place(execution) {
            return self.pass_on(execution);
        }
        if slice == Slice::More {
            self.turns.push_back(execution);
        }
        if slice == Slice::Waiting {
            self.wait(execution);
        }
        self.pass_on(execution);
        let Some(running) = self.running.get_mut(&execution) else { return };
        self.overflow.extend(running.take_heavy(&self.tools.env, &self.inbox));
        running.make_calls(&self.tools.calls, &self.inbox);
        for start in running.take_starts() {
            self.tools.rest.start_child(start, self.inbox.clone());
        }
        self.offer_again();
    }

    /// What becomes of an execution that has nothing to do now: it leaves its place, and sleeps, outside of memory if it
    /// sleeps long.
    fn wait(&mut self, execution: ExecutionId) {
        let now = self.tools.clock.now_us();
        let Some(running) = self.running.get_mut(&execution) else { return };
        if running.should_rest(now) {
            let append = running.take_release(now);
            running.unacknowledged.push_back(append.clone());
            running.outstanding += 1;
            self.gauges.events.fetch_add(append.seq_to + 1 - append.seq_from, Ordering::Relaxed);
            self.push(append, None);
        } else if let Some(at_ms) = running.wake_at() {
            self.alarms.push(Reverse((at_ms, execution)));
        }
        let Some(running) = self.running.get_mut(&execution) else { return };
        if running.is_idle() && running.place == Place::Taken {
            running.stop_clock(now);
            running.place = Place::Outside;
            self.vacate(Place::Taken);
        }
    }

    /// An execution's turn among those that share its key has come.
    fn take_place(&mut self, execution: ExecutionId) {
        let running = self.running.get_mut(&execution).filter(|running| !running.released);
        if let Some(ticket) = running.and_then(|running| running.ticket.as_mut()) {
            ticket.place = Place::Taken;
            self.after_slice(execution, Slice::More);
        }
    }

    /// Gives back an execution's place among those that share its key.
    fn leave_gate(&self, running: &mut Running) {
        if let Some(ticket) = running.ticket.as_mut() {
            self.tools.gates.give_back(ticket, running.id);
            ticket.place = Place::Outside;
        }
    }

    /// Whether an execution has a place among those that share its key, and one of this shard; it takes them if they are
    /// free, else it waits in line.
    fn has_place(&mut self, execution: ExecutionId) -> bool {
        let Some(running) = self.running.get_mut(&execution) else { return false };
        let turn = (execution, running.priority);
        if let Some(ticket) = running.ticket.as_mut() {
            if ticket.place == Place::Outside {
                ticket.place = self.tools.gates.ask(ticket, turn, &self.inbox);
            }
            if ticket.place == Place::InLine {
                running.stop_clock(self.tools.clock.now_us());
                return false;
            }
        }
        if running.place == Place::Outside {
            running.place = self.places.ask(execution, running.priority);
            self.gauges.full.store(!self.places.has_room(), Ordering::Relaxed);
            if running.place == Place::InLine {
                running.stop_clock(self.tools.clock.now_us());
            }
        }
        running.place == Place::Taken
    }

    /// Gives a place that an execution leaves to the first in line.
    fn vacate(&mut self, place: Place) {
        if place != Place::Taken {
            return;
        }
        self.places.give_back();
        while let Some(execution) = self.places.next() {
            match self.running.get_mut(&execution) {
                Some(running) if running.place == Place::InLine && !running.status().is_terminal() => {
                    running.place = Place::Taken;
                    self.after_slice(execution, Slice::More);
                }
                // It was canceled while it waited.
                Some(_) | None => self.places.give_back(),
            }
        }
        self.gauges.full.store(!self.places.has_room(), Ordering::Relaxed);
    }

    /// Hands steps to the pool while it has room.
    fn offer_again(&mut self) {
        while let Some(work) = self.overflow.pop_front() {
            if let Err(work) = self.tools.pool.offer(work) {
                self.overflow.push_front(*work);
                return;
            }
        }
    }

    /// Hands over what an execution recorded since the last time.
    fn pass_on(&mut self, execution: ExecutionId) {
        let now = self.tools.clock.now_us();
        let Some(running) = self.running.get_mut(&execution) else { return };
        let own = running.take_append(now);
        let snapshot = running.take_snapshot(self.tools.snapshot_bytes, now);
        let appends: Vec<Append> = own.into_iter().chain(snapshot).collect();
        running.unacknowledged.extend(appends.iter().cloned());
        running.outstanding += appends.len();
        let gate = running.gate();
        for append in appends {
            let events = if append.snapshot { 0 } else { append.seq_to + 1 - append.seq_from };
            self.gauges.events.fetch_add(events, Ordering::Relaxed);
            self.push(append, gate.clone());
        }
    }

    fn push(&mut self, append: Append, gate: Option<Arc<Durable>>) {
        self.entries.push(append);
        self.gates.push(gate);
        if self.entries.len() >= HAND_OVER {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        if self.entries.is_empty() {
            return;
        }
        let entries = std::mem::take(&mut self.entries);
        let gates = std::mem::take(&mut self.gates);
        let owners: Vec<_> = entries.iter().map(|entry| (entry.execution, entry.seq_to)).zip(gates).collect();
        let inbox = self.inbox.clone();
        let done = Box::new(move |answers: Vec<store::Result<()>>| {
            let answered = owners.into_iter().zip(answers).map(|(((execution, seq), gate), answer)| {
                if let (Some(gate), Ok(())) = (gate, &answer) {
                    gate.advance(seq);
                }
                (execution, answer)
            });
            inbox.send(Message::Appended(answered.collect()));
        });
        self.tools.journal.append(Batch { entries, done });
    }

    fn acknowledged(&mut self, execution: ExecutionId, answer: Result<(), StoreError>) {
        let Some(running) = self.running.get_mut(&execution) else { return };
        running.outstanding -= 1;
        match answer {
            Ok(()) => self.durable(execution),
            Err(error) => {
                let first = running.unacknowledged.front().is_some_and(|append| append.create.is_some());
                let may_pass = matches!(error, StoreError::Full(_) | StoreError::Unavailable(_));
                if first || (!may_pass && !running.stalled) {
                    self.give_up(execution, &error);
                } else {
                    running.stalled = true;
                    if running.outstanding == 0 {
                        let again = self.tools.clock.now_us() + RESEND_AFTER_US;
                        self.stalled.push_back((again, execution));
                    }
                }
            }
        }
    }

    fn durable(&mut self, execution: ExecutionId) {
        let Some(running) = self.running.get_mut(&execution) else { return };
        let Some(append) = running.unacknowledged.pop_front() else { return };
        let status = append.state.status;
        let told = running.acknowledge(&append);
        if append.proven {
            running.trial.end();
        }
        told.into_iter().for_each(|(tenant, other)| self.tools.rest.deliver(tenant, other));
        if running.joining == Joining::Ends && matches!(status, Status::Running | Status::Queued) {
            self.tools.rest.deliver_all(running.tenant, execution, self.inbox.clone());
        }
        for child in running.take_born() {
            self.tools.rest.adopt_child(child);
        }
        if status.is_terminal() {
            let ended = running.ended(append.state.duration_us);
            if let Some(running) = self.leave(execution) {
                running.replies.into_iter().for_each(|reply| reply.end(&ended));
            }
            return;
        }
        let (accepted, waiting) = std::mem::take(&mut running.replies)
            .into_iter()
            .partition::<Vec<_>, _>(|reply| matches!(reply, Reply::Accepted(_)));
        running.replies = waiting;
        accepted.into_iter().for_each(|reply| reply.accept(execution, status));
        if running.released {
            if running.unacknowledged.is_empty() {
                // Whoever waits for its end looks at the journal from now on.
                if let Some(mut running) = self.running.remove(&execution) {
                    self.leave_gate(&mut running);
                }
                self.gauges.in_flight.fetch_sub(1, Ordering::Relaxed);
                self.tools.rest.look_at(append.state.wake_at);
            }
            return;
        }
        if !running.status().is_terminal() {
            self.turns.push_back(execution);
        }
    }

    /// Forgets an execution that cannot go on here: it was never accepted, or somebody else owns it.
    fn give_up(&mut self, execution: ExecutionId, error: &StoreError) {
        if !matches!(error, StoreError::Duplicate { .. } | StoreError::Full(_)) {
            tracing::error!(%execution, %error, "an execution left this process");
        }
        if let Some(mut running) = self.leave(execution) {
            running.abort_calls();
            running.replies.into_iter().for_each(|reply| reply.fail(EngineError::from(error.clone())));
        }
    }

    fn leave(&mut self, execution: ExecutionId) -> Option<Running> {
        let mut running = self.running.remove(&execution)?;
        self.leave_gate(&mut running);
        if let Some(ticket) = &running.ticket {
            self.tools.gates.ended(&ticket.gate, execution);
        }
        self.gauges.left();
        self.vacate(running.place);
        Some(running)
    }

    /// Sends again what was refused for want of room.
    fn resend(&mut self) {
        while let Some(&(at, execution)) = self.stalled.front() {
            if at > self.tools.clock.now_us() {
                return;
            }
            self.stalled.pop_front();
            let Some(running) = self.running.get_mut(&execution) else { continue };
            running.stalled = false;
            let again: Vec<Append> = running.unacknowledged.iter().cloned().collect();
            running.outstanding += again.len();
            let gate = running.gate();
            for append in again {
                self.push(append, gate.clone());
            }
        }
    }
}
