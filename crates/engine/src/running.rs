//! One execution in a shard's hands: it runs ahead in memory and gathers the segment that will be appended.

mod append;
mod batch;
mod calls;
mod children;
mod heavy;
mod snapshot;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use arcstr::{ArcStr, literal};
use model::event::Moment;
use model::execution::{Effect, Failure, Outcome, Pause, Woken};
use model::file::FileHash;
use model::segment::{LARGE_VALUE, PIECE, SegmentWriter};
use model::{Address, Event, Execution, ExecutionId, Status, TenantId, Value, VersionId, WorkflowId};
use nodes::Child;
use store::Append;
use store::journal::{self, InboxMessage, NewExecution, Origin, Seq};
use store::records::RecordWrite;

use crate::attempt::{Attempt, Decision, Made, too_large};
use crate::clock::Clock;
use crate::collected::{self, Collected};
use crate::durable::Durable;
use crate::limits::Ticket;
use crate::messages::{Delivery, Wish};
use crate::places::Place;
use crate::program::Program;
use crate::snapshot::Beyond;
use crate::start::{EngineError, Reply};
use crate::trial::Trial;

pub(crate) use batch::Joining;
use calls::{InFlight, ToCall};
use children::Told;
pub(crate) use children::{ToStart, failure_told};

/// Bytes and events at which a segment is handed over.
const SEGMENT_BYTES: usize = 256 * 1024;
const SEGMENT_EVENTS: u32 = 1_024;
/// Bytes of one event, as it is written: the store takes segments of 256 MiB. Only text of control characters, and
/// fractions with many digits, take so much more than they are counted for as an output.
const WRITTEN_MAX: usize = 192 << 20;
/// An execution that sleeps shorter than this stays in memory, in ms.
const NAP_MS: i64 = 1_000;

/// An execution that a shard owns.
pub(crate) struct Running {
    pub(crate) id: ExecutionId,
    pub(crate) tenant: TenantId,
    workflow: Option<WorkflowId>,
    version: VersionId,
    pub(crate) program: Arc<Program>,
    execution: Execution,
    accepted_us: i64,
    writer: SegmentWriter,
    next_seq: Seq,
    pub(crate) beyond_snapshot: Beyond,
    /// Seq of the last event known to be durable.
    durable: Seq,
    /// Status of the row as the last append left it; `None` before the first.
    row_status: Option<Status>,
    create: Option<Box<NewExecution>>,
    origin: Option<Origin>,
    records: Vec<RecordWrite>,
    consumed: Vec<u64>,
    /// Files that the next append refers to, and those that it lets other executions refer to.
    files: Vec<FileHash>,
    lends: Vec<(ExecutionId, FileHash)>,
    /// Inbox rows that were taken in.
    taken_in: HashSet<u64>,
    births: Vec<journal::Birth>,
    posts: Vec<InboxMessage>,
    /// Executions that this one started, to be handed over when their birth is durable.
    children: Vec<(Seq, Self)>,
    /// Appends handed over and not yet acknowledged, to be sent again when the store had no room.
    pub(crate) unacknowledged: VecDeque<Append>,
    /// Entries that the store has not answered yet.
    pub(crate) outstanding: usize,
    /// Whether entries were refused and are sent again later.
    pub(crate) stalled: bool,
    pub(crate) replies: Vec<Reply>,
    pub(crate) canceled: bool,
    /// Why it is canceled, if that was said.
    canceled_why: Option<ArcStr>,
    /// Its last append released it: it is no longer owned here.
    pub(crate) released: bool,
    pub(crate) place: Place,
    /// Its part in a limit that it shares.
    pub(crate) ticket: Option<Ticket>,
    /// Its turn among those that wait: higher is earlier.
    pub(crate) priority: i8,
    /// What its loops collect.
    collected: Collected,
    /// What it has to show after it was taken over.
    pub(crate) trial: Trial,
    /// When it may begin, in ms since 1970, until then.
    begins_ms: Option<i64>,
    /// Inputs of starts that became part of it, to be recorded.
    gathered: Vec<Value>,
    pub(crate) joining: Joining,
    /// How long it may run; counted from its first slice here.
    time_left_us: i64,
    /// How long it may run in all.
    allowed_us: i64,
    /// When its time is up, once it runs.
    deadline_us: Option<i64>,
    /// Steps for the pool, and those that take a core: there, or as code in a process of their own.
    heavy: Vec<(Address, Value)>,
    computing: HashSet<Address>,
    /// Calls to order when all before them is handed over, and those that are ordered. They are made when it is durable.
    to_call: VecDeque<ToCall>,
    calls: HashMap<Address, InFlight>,
    /// What calls wait for that are ordered.
    gate: Option<Arc<Durable>>,
    /// Steps that start another execution, which has to be looked up.
    to_start: Vec<(Address, Child)>,
    /// Whether its failure is told to the error workflow.
    errors: Told,
    /// When it has to have ended by the clock on the wall, in µs since 1970.
    wall_us: i64,
    /// When calls that change something are no longer waited for, once the execution is about to end.
    last_calls_us: Option<i64>,
}

/// How much of an execution is run at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SliceLimits {
    /// Steps.
    pub(crate) steps: u32,
    /// µs; the step that passes them is still finished.
    pub(crate) us: i64,
}

/// What came of a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slice {
    /// It goes on later.
    More,
    /// Nothing until an outcome arrives.
    Waiting,
    /// It has ended in memory.
    Ended,
}

/// What an execution is made from.
pub(crate) struct Birth {
    pub(crate) id: ExecutionId,
    pub(crate) program: Arc<Program>,
    pub(crate) execution: Execution,
    pub(crate) create: Box<NewExecution>,
    pub(crate) records: Vec<RecordWrite>,
    /// Files that its input holds.
    pub(crate) files: Vec<FileHash>,
    pub(crate) replies: Vec<Reply>,
}

/// An execution as its row and journal tell it.
pub(crate) struct Found {
    pub(crate) id: ExecutionId,
    pub(crate) tenant: TenantId,
    pub(crate) workflow: Option<WorkflowId>,
    pub(crate) version: VersionId,
    pub(crate) program: Arc<Program>,
    pub(crate) execution: Execution,
    pub(crate) next_seq: Seq,
    pub(crate) status: Status,
    pub(crate) origin: Option<Origin>,
    pub(crate) priority: i8,
    pub(crate) flow_key: Option<String>,
}

impl Running {
    /// An execution that nobody has heard of yet.
    pub(crate) fn new(birth: Birth) -> Self {
        let Birth { id, program, execution, create, records, files, replies } = birth;
        let accepted = Event::Accepted(execution.accepted().clone());
        let NewExecution { tenant, workflow, version, origin, priority, ref flow_key, .. } = *create;
        let (next_seq, status, flow_key) = (1, Status::Running, flow_key.clone());
        let found =
            Found { id, tenant, workflow, version, program, execution, next_seq, status, origin, priority, flow_key };
        let mut running = Self::recovered(found);
        running.writer.push(&accepted, &Value::Null);
        (running.row_status, running.create) = (None, Some(create));
        (running.records, running.files, running.replies) = (records, files, replies);
        running
    }

    /// An execution as its journal left it.
    pub(crate) fn recovered(found: Found) -> Self {
        let Found { id, tenant, workflow, version, program, execution, .. } = found;
        let Found { next_seq, status, origin, priority, flow_key, .. } = found;
        let accepted_us = execution.accepted().at_ms.saturating_mul(1_000);
        let begins_ms = execution.accepted().begin_ms.filter(|_| matches!(status, Status::Delayed | Status::Paused));
        let deadline_us = program.settings().deadline_ms.map(|ms| ms.saturating_mul(1_000));
        Self {
            id,
            tenant,
            workflow,
            version,
            ticket: Ticket::of(tenant, flow_key.as_deref(), &program),
            priority,
            wall_us: deadline_us.map_or(i64::MAX, |deadline| {
                // Who takes it up again gives it the whole time again.
                accepted_us.saturating_add_unsigned(execution.reopened_us()).saturating_add_unsigned(deadline)
            }),
            program,
            accepted_us,
            execution,
            writer: SegmentWriter::default(),
            next_seq,
            beyond_snapshot: Beyond::default(),
            durable: next_seq - 1,
            row_status: Some(status),
            create: None,
            origin,
            records: Vec::new(),
            consumed: Vec::new(),
            files: Vec::new(),
            lends: Vec::new(),
            taken_in: HashSet::new(),
            births: Vec::new(),
            posts: Vec::new(),
            children: Vec::new(),
            unacknowledged: VecDeque::new(),
            outstanding: 0,
            stalled: false,
            replies: Vec::new(),
            canceled: false,
            canceled_why: None,
            released: false,
            place: Place::default(),
            begins_ms,
            gathered: Vec::new(),
            joining: Joining::default(),
            collected: Collected::default(),
            trial: Trial::default(),
            time_left_us: i64::MAX,
            allowed_us: i64::MAX,
            deadline_us: None,
            heavy: Vec::new(),
            computing: HashSet::new(),
            to_call: VecDeque::new(),
            calls: HashMap::new(),
            gate: None,
            to_start: Vec::new(),
            errors: Told::No,
            last_calls_us: None,
        }
    }

    /// Says how long it may run in all, and how long it has.
    pub(crate) const fn allow(&mut self, allowed_us: i64, used_us: i64) {
        self.allowed_us = allowed_us;
        self.time_left_us = allowed_us.saturating_sub(used_us);
    }

    /// How long it has run, rests aside. Without a limit nobody counts, and it is the time since its acceptance.
    fn active_us(&self, now_us: i64) -> u64 {
        if self.allowed_us == i64::MAX {
            return self.since(now_us);
        }
        let left = self.deadline_us.map_or(self.time_left_us, |deadline| deadline.saturating_sub(now_us));
        self.allowed_us.saturating_sub(left).max(0).cast_unsigned()
    }

    pub(crate) const fn status(&self) -> Status {
        self.execution.status()
    }

    /// Bytes that the next append will carry.
    pub(crate) fn bytes(&self) -> usize {
        self.writer.len()
    }

    /// When something happens by itself, in ms since 1970.
    pub(crate) fn wake_at(&self) -> Option<i64> {
        match self.last_calls_us {
            // What is being ended waits for its last calls, whatever else would have come.
            Some(until_us) => (!self.calls.is_empty()).then_some(until_us / 1_000 + 1),
            None => [self.execution.wake_at(), self.wall_ms(), self.begins_ms].into_iter().flatten().min(),
        }
    }

    /// When it has to have ended, in ms since 1970.
    fn wall_ms(&self) -> Option<i64> {
        (self.wall_us < i64::MAX).then(|| self.wall_us / 1_000 + 1)
    }

    /// Whether nothing of it needs a core: it waits, or its calls do.
    pub(crate) fn is_idle(&self) -> bool {
        self.heavy.is_empty() && self.computing.is_empty()
    }

    /// Takes up an execution that has ended. One that was set aside, which no event tells, ends first with these words.
    pub(crate) fn reopen(&mut self, now_us: i64, set_aside: &str) {
        if !self.status().is_terminal() {
            let why = (literal!("quarantined"), set_aside.to_owned());
            self.record(&self.execution.breaking_off(self.since(now_us), Status::Quarantined, why));
        }
        let event = self.execution.reopening(self.since(now_us));
        self.record(&event);
        if let Some(deadline_ms) = self.program.settings().deadline_ms {
            self.wall_us = now_us.saturating_add_unsigned(deadline_ms.saturating_mul(1_000));
        }
    }

    /// Takes over an event of another execution.
    ///
    /// # Errors
    /// It cannot follow here.
    pub(crate) fn take_over(&mut self, event: &Event) -> Result<(), EngineError> {
        let known = self.execution.implied(event);
        let mark = self.writer.mark();
        self.writer.push(event, &known);
        self.execution.apply(event).map_err(|error| {
            self.writer.back_to(mark);
            EngineError::NotFound(format!("a way to that step in this version ({error})"))
        })?;
        self.writer.set_apart(PIECE);
        Ok(())
    }

    /// All that was recorded before is taken over: what follows is its own.
    pub(crate) fn end_take_over(&mut self) {
        self.writer.set_apart(LARGE_VALUE);
    }

    /// Goes as far as what another execution recorded leads; the other steps are left to run.
    pub(crate) fn seed(&mut self, recorded: impl Fn(&Execution, &Address) -> Option<Event>) {
        let mut left: Vec<Address> = Vec::new();
        loop {
            let event = match self.execution.effect(i64::MIN) {
                Effect::Record(event) => event,
                Effect::Run(address) => match recorded(&self.execution, &address) {
                    Some(event) => event,
                    None => {
                        left.push(address);
                        continue;
                    }
                },
                Effect::Test(address) => match recorded(&self.execution, &address) {
                    Some(event) => event,
                    None => break,
                },
                Effect::Conclude(address) => self.execution.concluding(address, 0, 0),
                Effect::Wake(address, _) => {
                    left.push(address);
                    continue;
                }
                Effect::End | Effect::Wait => break,
            };
            if let Err(error) = self.take_over(&event) {
                tracing::debug!(execution = %self.id, %error, "what was recorded is not taken further over");
                break;
            }
        }
        left.iter().for_each(|address| self.execution.give_back(address));
        self.end_take_over();
    }

    // Messages -------------------------------------------------------------------------------------------------------

    /// Takes in a message from the inbox, once.
    pub(crate) fn receive(&mut self, delivery: Delivery, now_us: i64) {
        let Delivery { row, wish } = delivery;
        if self.status().is_terminal() || !self.taken_in.insert(row) {
            return;
        }
        self.consumed.push(row);
        let moment = Moment { at_us: self.since(now_us) };
        let event = match wish {
            None => return,
            Some(Wish::Cancel(why)) => {
                (self.canceled, self.canceled_why) = (true, why);
                return;
            }
            Some(Wish::Pause) if self.execution.is_paused() => return,
            Some(Wish::Resume) if !self.execution.is_paused() => return,
            Some(Wish::Pause) => Event::Paused(moment),
            Some(Wish::Resume) => Event::Resumed(moment),
            Some(Wish::Signal(mut signaled)) => {
                signaled.at_us = moment.at_us;
                Event::Signaled(signaled)
            }
            Some(Wish::Start { input, is_last }) => {
                self.gathered.push(input);
                self.begins_ms = self.begins_ms.map(|begins| if is_last { 0 } else { begins });
                return;
            }
            Some(Wish::Child(mut ended)) => {
                ended.at_us = moment.at_us;
                Event::ChildEnded(*ended)
            }
        };
        self.record(&event);
    }

    // Slices ---------------------------------------------------------------------------------------------------------

    /// Runs until the end, the slice is over, or a segment is full.
    pub(crate) fn run_slice(&mut self, limits: SliceLimits, clock: &dyn Clock, env: &Value) -> Slice {
        let began = clock.now_us();
        let mut now = began;
        let deadline = *self.deadline_us.get_or_insert(began.saturating_add(self.time_left_us));
        self.record_gathered(began);
        for _ in 0..limits.steps {
            if self.status().is_terminal() {
                return Slice::Ended;
            }
            if let Some(slice) = self.break_off(now, deadline) {
                return slice;
            }
            if self.begins_ms.is_some_and(|begins| now / 1_000 < begins) {
                return Slice::Waiting;
            }
            if self.stops_joining() {
                return Slice::Waiting;
            }
            match self.execution.effect(now / 1_000) {
                Effect::Record(event) => self.record(&event),
                Effect::Run(address) => now = self.run_step(address, now, clock, env),
                Effect::Test(address) => now = self.test_round(&address, now, clock, env),
                Effect::Wake(address, woken) => now = self.wake_step(&address, woken, (now, clock, env)),
                Effect::Conclude(address) => {
                    let event = self.execution.concluding(address, self.since(now), self.id.0.cast_unsigned());
                    if self.collected.admits(&event) {
                        self.record(&event);
                    }
                }
                Effect::End => return self.end(now),
                Effect::Wait => return Slice::Waiting,
            }
            if now - began > limits.us || self.is_segment_full() {
                break;
            }
        }
        Slice::More
    }

    /// What an execution does that is canceled, out of time or failed: nothing new begins, and what can be broken off is.
    fn break_off(&mut self, now: i64, deadline: i64) -> Option<Slice> {
        let is_late = now >= deadline || now >= self.wall_us;
        if !(self.canceled || is_late || self.collected.is_over || self.execution.failure().is_some()) {
            return None;
        }
        if !self.let_go_of_calls(now) {
            return Some(Slice::Waiting);
        }
        if self.canceled {
            let why = self.canceled_why.take().map(|code| {
                let message = format!("it was canceled: {code}");
                (code, message)
            });
            let event = self.execution.canceling(self.since(now), why);
            self.record(&event);
            return Some(Slice::Ended);
        }
        if self.collected.is_over && self.execution.failure().is_none() {
            let why = (literal!("output_too_large"), collected::told());
            let event = self.execution.breaking_off(self.since(now), Status::Failed, why);
            return Some(self.end_by(&event));
        }
        is_late.then(|| self.time_out(now))
    }

    /// Ends it as its state says; an output that is too large for a step is too large for the whole, too.
    fn end(&mut self, now_us: i64) -> Slice {
        let mut event = self.execution.ending(self.since(now_us));
        if let Event::Finished(finished) = &event
            && let Some(error) = too_large(&finished.output)
        {
            event = self.execution.breaking_off(self.since(now_us), Status::Failed, (error.code, error.message));
        }
        self.end_by(&event)
    }

    /// Records the end, once whoever has to hear of a failure begins with it.
    fn end_by(&mut self, event: &Event) -> Slice {
        if self.tells(event) {
            return Slice::Waiting;
        }
        self.record(event);
        Slice::Ended
    }

    fn time_out(&mut self, now_us: i64) -> Slice {
        let why = if now_us >= self.wall_us {
            (literal!("deadline"), "its time is up: the workflow sets settings.deadline".to_owned())
        } else {
            (literal!("timed_out"), "its time is up: executions may run for executions.timeout_minutes".to_owned())
        };
        let event = self.execution.breaking_off(self.since(now_us), Status::TimedOut, why);
        self.end_by(&event)
    }

    fn is_segment_full(&self) -> bool {
        self.writer.len() >= SEGMENT_BYTES || self.writer.events() >= SEGMENT_EVENTS
    }

    fn since(&self, now_us: i64) -> u64 {
        (now_us - self.accepted_us).max(0).cast_unsigned()
    }

    // Steps ----------------------------------------------------------------------------------------------------------

    fn attempt<'a>(&'a self, address: &'a Address, input: &'a Value, env: &'a Value, began_us: i64) -> Attempt<'a> {
        let Self { id, tenant, program, execution, accepted_us, .. } = self;
        let (id, tenant, accepted_us) = (*id, *tenant, *accepted_us);
        Attempt { id, tenant, program, execution, address, input, env, accepted_us, began_us }
    }

    /// Starts a step here, or leaves it to the pool; answers the time.
    fn run_step(&mut self, address: Address, began_us: i64, clock: &dyn Clock, env: &Value) -> i64 {
        let input = self.execution.input_of(&address);
        let attempt = self.attempt(&address, &input, env, began_us);
        if let Some(made) = attempt.doubtful(began_us) {
            self.take_made(address, made, &input, began_us);
            return began_us;
        }
        if attempt.is_heavy() {
            self.heavy.push((address, input));
            return began_us;
        }
        let (made, now) = attempt.make(clock);
        self.take_made(address, made, &input, now);
        now
    }

    /// Takes in what came of the start of a step.
    fn take_made(&mut self, address: Address, made: Made, input: &Value, now: i64) {
        match made {
            Made::Outcome(outcome) => self.conclude(outcome, input),
            Made::Open(items) => {
                let event = self.execution.opening(address, self.since(now), items);
                self.record(&event);
            }
            Made::Ask(signal) => {
                let pause = Pause { signal: Some(signal), has_time: true, ..Pause::default() };
                let event = self.execution.waiting(address, self.since(now), pause);
                self.record(&event);
            }
            Made::Call(call, turn) => self.begin_call(address, (call, turn), now),
            Made::Wait(nodes::Wait { child: Some(child), .. }) => self.to_start.push((address, child)),
            Made::Wait(nodes::Wait { until_ms, signal, child: None }) => {
                let pause = Pause { until_ms, signal, ..Pause::default() };
                let event = self.execution.waiting(address, self.since(now), pause);
                self.record(&event);
            }
        }
    }

    fn test_round(&mut self, address: &Address, began_us: i64, clock: &dyn Clock, env: &Value) -> i64 {
        let value = self.execution.round_to_test(address).map(|(value, _)| value.clone()).unwrap_or_default();
        let (outcome, goes_on, now) = self.attempt(address, &value, env, began_us).goes_on(clock);
        let event = self.execution.decide_round(outcome, goes_on);
        self.record(&event);
        now
    }

    fn wake_step(&mut self, address: &Address, woken: Woken, around: (i64, &dyn Clock, &Value)) -> i64 {
        let (began_us, clock, env) = around;
        let input = self.execution.input_of(address);
        let attempt = self.attempt(address, &input, env, began_us);
        if let (Woken::Signal(answer), true) = (&woken, attempt.was_asked()) {
            match attempt.decided(answer, began_us) {
                Decision::Outcome(outcome) => self.conclude(outcome, &input),
                Decision::Again => {
                    let (made, now) = attempt.make(clock);
                    self.take_made(address.clone(), made, &input, now);
                }
                Decision::Unclear => self.ask_again(address, began_us),
            }
            return began_us;
        }
        let (outcome, now) = attempt.wake(woken, clock);
        self.conclude(outcome, &input);
        now
    }

    /// Asks once more what became of a call.
    fn ask_again(&mut self, address: &Address, now_us: i64) {
        let node = &self.execution.plan().nodes[address.node as usize].id;
        let signal = Attempt::asked(&address.text(node));
        self.take_made(address.clone(), Made::Ask(signal), &Value::Null, now_us);
    }

    /// Takes in the outcome of a call, and the files that it made: they are referred to from the same append.
    pub(crate) fn take_outcome(&mut self, outcome: Outcome, files: Vec<FileHash>) {
        self.calls.remove(&outcome.address);
        self.computing.remove(&outcome.address);
        if !self.execution.status().is_terminal() && self.execution.is_in_flight(&outcome.address) {
            self.files.extend(files);
            let input = self.execution.input_of(&outcome.address);
            self.conclude(outcome, &input);
        }
    }

    fn conclude(&mut self, outcome: Outcome, input: &Value) {
        let (address, disabled) = (outcome.address.clone(), outcome.disabled);
        let (started_us, duration_us, seed) = (outcome.started_us, outcome.duration_us, outcome.seed);
        let event = self.execution.decide(outcome);
        let mark = self.writer.mark();
        let is_head = self.execution.plan().nodes[address.node as usize].loop_port.is_some();
        let known = if is_head { self.execution.implied(&event) } else { input.clone() };
        self.writer.push(&event, &known);
        let written = self.writer.len() - mark.bytes();
        if written <= WRITTEN_MAX {
            return self.apply(&event);
        }
        self.writer.back_to(mark);
        let message = format!("the output takes {} MiB in the journal", written >> 20);
        let result = Err(Failure::new("output_too_large", message));
        let outcome = Outcome { address, result, disabled, started_us, duration_us, seed };
        let event = self.execution.decide(outcome);
        self.record(&event);
    }

    /// Stops the clock while it waits in line, for calls, or sleeps.
    pub(crate) fn stop_clock(&mut self, now_us: i64) {
        if let Some(deadline) = self.deadline_us.take() {
            self.time_left_us = deadline.saturating_sub(now_us);
        }
    }

    // Journal --------------------------------------------------------------------------------------------------------

    fn record(&mut self, event: &Event) {
        let known = self.execution.implied(event);
        self.writer.push(event, &known);
        self.apply(event);
    }

    fn apply(&mut self, event: &Event) {
        // An event that the state machine itself asked for cannot be refused by it.
        self.execution.apply(event).expect("the state asked for this event");
        self.trial.note(event);
        for address in self.execution.take_dropped() {
            if let Some(call) = self.calls.remove(&address) {
                call.abort.abort();
            }
            self.to_call.retain(|order| order.address != address);
            self.heavy.retain(|(heavy, _)| *heavy != address);
            self.computing.remove(&address);
        }
    }
}
