//! Executions that an execution starts: by its steps, and by its failure. They are born in the same commit as the events
//! that say so.

use arcstr::literal;
use model::event::Finished;
use model::execution::{Failure, Outcome, Pause};
use model::{Address, ErrorInfo, Event, ExecutionId, File, Status, TenantId, Value};
use nodes::Child;
use store::journal::{self, OriginKind, Seq};

use super::Running;
use crate::clock::Clock;
use crate::lineage::Lineage;
use crate::messages::Wish;
use crate::program::Program;
use crate::start::Ended;

/// An execution that a step starts, to be looked up.
pub(crate) struct ToStart {
    pub(crate) tenant: TenantId,
    pub(crate) parent: ExecutionId,
    /// The step; none for the error workflow.
    pub(crate) address: Option<Address>,
    /// The address as people read it.
    pub(crate) step: String,
    pub(crate) child: Child,
    /// Where the execution stands that starts it.
    pub(crate) lineage: Lineage,
}

/// Whether a failure is told to the error workflow.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Told {
    /// Not yet, or there is nobody to tell.
    #[default]
    No,
    /// The workflow is to be looked up.
    Due(Status, Box<ErrorInfo>),
    /// The workflow is looked up.
    Asked,
    /// The workflow begins with the end, or cannot.
    Yes,
}

/// The input of an error workflow.
pub(crate) fn failure_told(execution: ExecutionId, status: Status, error: &Value, program: &Program) -> Value {
    let entries = [
        (literal!("id"), Value::from(execution.to_string())),
        (literal!("status"), Value::from(status.as_str())),
        (literal!("error"), error.get("error").cloned().unwrap_or_default()),
    ];
    let named = Value::object(vec![(literal!("name"), Value::from(program.graph().name()))]);
    Value::object(vec![(literal!("execution"), Value::object(entries.into())), (literal!("workflow"), named)])
}

impl Running {
    /// Steps that start another execution, since the last time this was asked.
    pub(crate) fn take_starts(&mut self) -> Vec<ToStart> {
        let starts = std::mem::take(&mut self.to_start);
        let error_workflow = self.take_error_told();
        let name = |address: &Address| address.text(&self.execution.plan().nodes[address.node as usize].id);
        let lineage = self.lineage();
        let start = |(address, child)| {
            let (tenant, parent, step) = (self.tenant, self.id, name(&address));
            ToStart { tenant, parent, step, address: Some(address), child, lineage }
        };
        starts.into_iter().map(start).chain(error_workflow).collect()
    }

    /// The error workflow to start, once.
    fn take_error_told(&mut self) -> Option<ToStart> {
        let workflow = self.program.settings().error_workflow.clone()?;
        if !matches!(self.errors, Told::Due(..)) {
            return None;
        }
        let Told::Due(status, error) = std::mem::replace(&mut self.errors, Told::Asked) else { return None };
        let input = failure_told(self.id, status, &error.to_value(), &self.program);
        let child = Child { workflow, input, is_awaited: false };
        Some(self.to_tell(child))
    }

    /// The start of an error workflow.
    pub(crate) fn to_tell(&self, child: Child) -> ToStart {
        let (tenant, parent, lineage) = (self.tenant, self.id, self.lineage());
        ToStart { tenant, parent, address: None, step: String::new(), child, lineage }
    }

    /// Where it stands below others.
    fn lineage(&self) -> Lineage {
        Lineage::of(self.origin, &self.execution.accepted().trigger)
    }

    /// Takes in the execution of the error workflow, which begins with the end of this one.
    pub(crate) fn take_error_workflow(&mut self, started: Result<Self, Failure>, now_us: i64) {
        if self.execution.status().is_terminal() || self.errors == Told::Yes {
            return;
        }
        self.errors = Told::Yes;
        match started {
            Err(failure) => {
                tracing::warn!(execution = %self.id, error = failure.message, "nobody is told of a failure");
            }
            Ok(mut child) => {
                self.records.append(&mut child.records);
                self.births.extend(child.take_birth(now_us));
                // Its birth is committed with the next event, which is the end.
                let seq = self.next_seq + Seq::from(self.writer.events());
                self.children.push((seq, child));
            }
        }
    }

    /// Takes in an execution that a step of this one starts, or why it cannot be started.
    pub(crate) fn take_child(&mut self, address: &Address, child: Result<Self, Failure>, around: (&dyn Clock, &Value)) {
        let (clock, env) = around;
        if self.execution.status().is_terminal() || !self.execution.is_in_flight(address) {
            return;
        }
        let now = clock.now_us();
        let input = self.execution.input_of(address);
        match child {
            Err(failure) => {
                let outcome =
                    self.attempt(address, &input, env, now).outcome(Ok(nodes::Outcome::default()), false, now);
                self.conclude(Outcome { result: Err(failure), ..outcome }, &input);
            }
            Ok(mut child) => {
                let id = child.id;
                let is_awaited = child.reports_to().is_some();
                self.records.append(&mut child.records);
                // Of the files in its input it gets those that this execution has.
                self.lends.extend(File::all_in(&child.execution.accepted().input).into_iter().map(|file| (id, file)));
                self.births.extend(child.take_birth(now));
                if is_awaited {
                    let pause = Pause { child: Some(id), ..Pause::default() };
                    let event = self.execution.waiting(address.clone(), self.since(now), pause);
                    self.record(&event);
                } else {
                    let woken = nodes::Woken::ChildStarted(id);
                    let (outcome, _) = self.attempt(address, &input, env, now).wake_by(woken, clock);
                    self.conclude(outcome, &input);
                }
                let seq = self.next_seq + Seq::from(self.writer.events()) - 1;
                self.children.push((seq, child));
            }
        }
    }

    /// The execution that waits for the end of this one.
    fn reports_to(&self) -> Option<ExecutionId> {
        let is_awaited = self.execution.accepted().trigger.get("awaited").and_then(Value::as_bool);
        let parent = self.origin.filter(|origin| origin.kind == OriginKind::Child)?;
        is_awaited.unwrap_or(false).then_some(parent.execution)
    }

    /// Its first append, to be committed with that of another.
    fn take_birth(&mut self, now_us: i64) -> Option<journal::Birth> {
        let append = self.take_append(now_us)?;
        self.durable = append.seq_to;
        Some(journal::Birth {
            execution: append.execution,
            new: *append.create?,
            seq_to: append.seq_to,
            bytes: append.bytes,
            large: append.large,
            state: append.state,
            blobs: append.blobs,
        })
    }

    /// Children whose birth is durable.
    pub(crate) fn take_born(&mut self) -> Vec<Self> {
        let durable = self.durable;
        self.children.extract_if(.., |(seq, _)| *seq <= durable).map(|(_, child)| child).collect()
    }

    /// Whether its failure is told to nobody: one led to it.
    pub(crate) fn is_told(&self) -> bool {
        self.lineage().is_told
    }

    /// Whether its end waits for the error workflow to be looked up. The workflow's executions have none themselves, nor
    /// have those that they start.
    pub(super) fn tells(&mut self, end: &Event) -> bool {
        if let Event::Finished(Finished { status, error: Some(error), .. }) = end
            && self.errors == Told::No
            && !self.is_told()
            && self.program.settings().error_workflow.is_some()
        {
            self.errors = Told::Due(*status, error.clone());
        }
        self.is_telling()
    }

    /// Whether nothing goes on until the error workflow was looked up.
    pub(super) const fn is_telling(&self) -> bool {
        matches!(self.errors, Told::Due(..) | Told::Asked)
    }

    /// Tells the execution that waits for the end of this one, and lends it the files that it is told of.
    pub(super) fn report(&mut self, now_us: i64) {
        let Some(parent) = self.reports_to() else { return };
        let Ended { execution, status, output, error, .. } = self.ended(self.since(now_us));
        let ended = model::event::ChildEnded { at_us: 0, execution, status, output, error: error.map(Box::new) };
        self.lends.extend(File::all_in(&ended.output).into_iter().map(|file| (parent, file)));
        self.posts.push(Wish::Child(Box::new(ended)).message((self.tenant, parent), format!("child {}", self.id)));
    }
}
