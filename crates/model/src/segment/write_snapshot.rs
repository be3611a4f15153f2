//! The pieces of a snapshot to bytes. What several of them hold is written once and then named by its number.

use std::collections::HashMap;

use arcstr::ArcStr;

use super::write::SegmentWriter;
use super::{SHARED_FROM, tag, value_tag};
use crate::event::Accepted;
use crate::execution::{
    CompleteRestored, DEAD, FrameOf, FrameRestored, LiveEdges, Next, Restored, ScopeRestored, StepRestored, WaitKind,
    WaitRestored, WholeRestored, Woken,
};
use crate::value::Value;

/// Values that were written, and their numbers.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// Whether the whole segment is a snapshot.
    pub(super) is_snapshot: bool,
    numbers: HashMap<usize, u64>,
    /// Held, so that no other value takes the place of one that is named.
    held: Vec<Value>,
}

/// Where a value lies in memory, for those that are shared.
fn place(value: &Value) -> Option<usize> {
    match value {
        Value::String(text) if text.len() >= SHARED_FROM => Some(text.as_ptr().addr()),
        Value::Array(array) => Some(std::sync::Arc::as_ptr(array).addr()),
        Value::Object(object) => Some(std::sync::Arc::as_ptr(object).addr()),
        _ => None,
    }
}

impl Shared {
    pub(super) fn len(&self) -> usize {
        self.held.len()
    }

    /// Forgets what was written after the first so many.
    pub(super) fn truncate(&mut self, len: usize) {
        for value in self.held.drain(len..) {
            place(&value).and_then(|place| self.numbers.remove(&place));
        }
    }

    fn number(&self, value: &Value) -> Option<u64> {
        self.numbers.get(&place(value)?).copied()
    }

    fn note(&mut self, value: &Value) {
        if let Some(place) = place(value) {
            self.numbers.insert(place, self.held.len() as u64);
            self.held.push(value.clone());
        }
    }
}

impl SegmentWriter {
    /// A writer of a snapshot: its first event is how the execution was accepted.
    pub(super) fn of_snapshot() -> Self {
        let mut writer = Self::default();
        writer.shared.is_snapshot = true;
        writer
    }

    pub(super) fn accepted_again(&mut self, accepted: &Accepted) {
        self.bytes.push(tag::ACCEPTED_AGAIN);
        self.acceptance(accepted);
        self.value_once(&accepted.input);
        self.value_once(&accepted.trigger);
    }

    pub(super) fn restored(&mut self, piece: &Restored) {
        match piece {
            Restored::Whole(whole) => self.whole(whole),
            Restored::Frame(frame) => self.frame(frame),
            Restored::Step(step) => self.step_restored(step),
            Restored::Scope(scope) => self.scope(scope),
            Restored::Wait(wait) => self.wait(wait),
            Restored::Complete(complete) => self.complete(complete),
        }
    }

    fn whole(&mut self, whole: &WholeRestored) {
        self.bytes.push(tag::WHOLE);
        self.bytes.push(whole.status.code());
        let was_reopened = whole.reopened_us > 0;
        self.bytes.push(u8::from(whole.is_paused) | (u8::from(was_reopened) << 1));
        for number in [whole.resolved, whole.latest_us, whole.frames, u64::from(whole.generation)] {
            self.number(number);
        }
        if was_reopened {
            self.number(whole.reopened_us);
        }
        self.error(whole.failure.as_deref());
        self.number(whole.responses.len() as u64);
        for (node, path, value) in &whole.responses {
            self.number(u64::from(*node));
            self.path(path);
            self.value_once(value);
        }
        self.named_values(&whole.values);
        self.named_values(&whole.signals);
        self.number(whole.ended_children.len() as u64);
        for (_, woken) in &whole.ended_children {
            self.woken(woken);
        }
        self.keep_together();
    }

    fn named_values(&mut self, values: &[(ArcStr, Value)]) {
        self.number(values.len() as u64);
        for (name, value) in values {
            self.text(name);
            self.value_once(value);
        }
    }

    fn path(&mut self, path: &[u32]) {
        self.number(path.len() as u64);
        path.iter().for_each(|&index| self.number(u64::from(index)));
    }

    fn frame(&mut self, frame: &FrameRestored) {
        self.bytes.push(tag::FRAME);
        match frame.of {
            FrameOf::Execution => self.bytes.push(0),
            FrameOf::Container(node) => {
                self.bytes.push(1);
                self.number(u64::from(node));
            }
            FrameOf::Loop(header) => {
                self.bytes.push(2);
                self.number(u64::from(header));
            }
        }
        self.path(&frame.path);
        for number in [frame.generation, frame.pending, frame.busy] {
            self.number(number);
        }
        self.bytes.push(u8::from(frame.header_skipped) | u8::from(frame.is_last) << 1);
        self.value_once(&frame.value);
        self.number(frame.edges.len() as u64);
        let mut last = 0;
        for (order, seq, value) in &frame.edges {
            self.distance(*order, &mut last);
            // The number of the step, and whether a value follows; 0 where the edge is dead.
            self.number(if *seq == DEAD { 0 } else { seq << 1 | u64::from(value.is_some()) });
            value.iter().for_each(|value| self.value_once(value));
        }
        for edges in [&frame.back, &frame.carried, &frame.left] {
            self.live_edges(edges);
        }
        self.number(frame.loops.len() as u64);
        for own in &frame.loops {
            self.number(u64::from(own.header));
            self.live_edges(&own.left);
            self.bytes.push(u8::from(own.items.is_some()));
            own.items.iter().for_each(|items| self.value_once(items));
            self.values(&own.collected);
            self.number(own.taken);
        }
        self.number(frame.kept.len() as u64);
        for ((node, is_return), value) in &frame.kept {
            self.number(u64::from(*node) << 1 | u64::from(*is_return));
            self.value_once(value);
        }
    }

    fn distance(&mut self, order: u32, last: &mut i64) {
        self.signed(i64::from(order) - *last);
        *last = i64::from(order);
    }

    fn live_edges(&mut self, edges: &LiveEdges) {
        self.number(edges.len() as u64);
        let mut last = 0;
        for (order, live) in edges {
            self.distance(*order, &mut last);
            self.number(live.seq);
            self.value_once(&live.value);
        }
    }

    fn values(&mut self, values: &[Value]) {
        self.number(values.len() as u64);
        values.iter().for_each(|value| self.value_once(value));
    }

    fn step_restored(&mut self, step: &StepRestored) {
        self.bytes.push(tag::STEP_RESTORED);
        self.place_of(&step.address);
        self.bytes.push(step.phase.code() << 2 | u8::from(step.is_late) << 1 | u8::from(step.started));
        for number in [step.unresolved, step.satisfied, step.tries] {
            self.number(u64::from(number));
        }
        self.value_once(&step.output);
    }

    fn scope(&mut self, scope: &ScopeRestored) {
        self.bytes.push(tag::SCOPE);
        self.place_of(&scope.address);
        for number in [scope.began_us, u64::from(scope.begun), scope.ended, u64::from(scope.active)] {
            self.number(number);
        }
        self.value_once(&scope.items);
        self.values(&scope.values);
        self.value_once(&scope.value);
        match &scope.next {
            None => self.bytes.push(0),
            Some(Next::Test) => self.bytes.push(1),
            Some(Next::Round) => self.bytes.push(2),
            Some(Next::TimedOut) => self.bytes.push(3),
            Some(Next::Value(value)) => {
                self.bytes.push(4);
                self.value_once(value);
            }
            Some(Next::Failed(error)) => {
                self.bytes.push(5);
                self.error(Some(error));
            }
        }
    }

    fn wait(&mut self, wait: &WaitRestored) {
        self.bytes.push(tag::WAIT);
        self.place_of(&wait.address);
        self.bytes.push(u8::from(wait.due_ms.is_some()));
        wait.due_ms.iter().for_each(|due| self.signed(*due));
        match &wait.kind {
            WaitKind::Backoff => self.bytes.push(0),
            WaitKind::Deadline => self.bytes.push(1),
            WaitKind::Join => self.bytes.push(4),
            WaitKind::Step { signal, child, is_deadline } => {
                self.bytes.push(if *is_deadline { 3 } else { 2 });
                self.bytes.push(u8::from(signal.is_some()) | u8::from(child.is_some()) << 1);
                signal.iter().for_each(|signal| self.text(signal));
                child.iter().for_each(|child| self.number(child.0.cast_unsigned()));
            }
        }
    }

    fn complete(&mut self, complete: &CompleteRestored) {
        self.bytes.push(tag::COMPLETE);
        self.number(complete.to_record.len() as u64);
        complete.to_record.iter().for_each(|address| self.place_of(address));
        self.number(complete.woken.len() as u64);
        for (address, woken) in &complete.woken {
            self.place_of(address);
            self.woken(woken);
        }
    }

    fn woken(&mut self, woken: &Woken) {
        match woken {
            Woken::Time => self.bytes.push(0),
            Woken::TimedOut => self.bytes.push(1),
            Woken::Signal(value) => {
                self.bytes.push(2);
                self.value_once(value);
            }
            Woken::ChildEnded { execution, status, output, error } => {
                self.bytes.push(3);
                self.number(execution.0.cast_unsigned());
                self.bytes.push(status.code());
                self.value_once(output);
                self.error(error.as_deref());
            }
        }
    }

    /// Writes a value, or the number of one that was written before. Values nest no deeper than a walk may recurse.
    fn value_once(&mut self, value: &Value) {
        match value {
            Value::Null => self.bytes.push(value_tag::NULL),
            Value::Bool(truth) => self.bytes.push(if *truth { value_tag::TRUE } else { value_tag::FALSE }),
            Value::Int(int) => {
                self.bytes.push(value_tag::INT);
                self.signed(*int);
            }
            Value::Float(_) | Value::Exact(_) => self.json(value),
            Value::String(_) | Value::Array(_) | Value::Object(_) => {
                if let Some(number) = self.shared.number(value) {
                    self.bytes.push(value_tag::SHARED);
                    return self.number(number);
                }
                let from = self.len();
                self.whole_value(value);
                self.note_from(from);
                self.shared.note(value);
            }
        }
    }

    fn whole_value(&mut self, value: &Value) {
        match value {
            Value::Array(array) => {
                self.bytes.push(value_tag::LIST);
                self.values(array.items());
            }
            Value::Object(object) => {
                self.bytes.push(value_tag::ENTRIES);
                self.named_values(object.entries());
            }
            other => {
                self.bytes.push(value_tag::TEXT);
                self.text(other.as_str().unwrap_or_default());
            }
        }
    }
}
