//! Events to bytes.

use std::ops::Range;

use arcstr::ArcStr;

use super::write_snapshot::Shared;
use super::{LARGE_VALUE, VERSION, tag, value_tag};
use crate::event::{
    Accepted, Address, ChildEnded, ErrorInfo, Event, Finished, Path, Route, Signaled, StepFinished, StepRetried,
    StepWaiting,
};
use crate::json;
use crate::status::{Status, StepStatus};
use crate::value::{Object, Value};

/// From this many bytes on a segment keeps no room to grow.
const LARGE: usize = 1 << 20;
/// A text of fewer bytes is written, not looked for in what is known.
const PART_MIN: usize = 16;

/// A place in a segment that is being written.
#[derive(Clone, Debug)]
pub struct Mark {
    len: usize,
    events: u32,
    last: Last,
    shared: usize,
}

/// What numbers are written as distances from.
#[derive(Clone, Debug, Default)]
struct Last {
    node: u32,
    us: u64,
    path: Path,
}

impl Mark {
    /// Bytes written up to here.
    pub const fn bytes(&self) -> usize {
        self.len
    }
}

/// Writes one segment.
#[derive(Debug)]
pub struct SegmentWriter {
    pub(super) bytes: Vec<u8>,
    events: u32,
    last: Last,
    pub(super) shared: Shared,
    /// Where large values stand, and what was set apart, in order.
    large: Vec<Range<usize>>,
    /// Up to where it was set apart; how an execution was accepted never is.
    apart: usize,
}

impl Default for SegmentWriter {
    fn default() -> Self {
        let (last, shared) = (Last::default(), Shared::default());
        Self { bytes: vec![VERSION], events: 0, last, shared, large: Vec::new(), apart: 1 }
    }
}

impl SegmentWriter {
    /// Events written so far.
    pub const fn events(&self) -> u32 {
        self.events
    }

    /// Bytes written so far.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether no event was written.
    pub const fn is_empty(&self) -> bool {
        self.events == 0
    }

    /// The bytes; the writer is then empty again.
    pub fn take(&mut self) -> Vec<u8> {
        let mut bytes = std::mem::take(self).bytes;
        // It is kept until it is durable, and a large one may have grown to twice what it holds.
        if bytes.len() > LARGE {
            bytes.shrink_to_fit();
        }
        bytes
    }

    /// The bytes that others may have written alike and that are worth to be kept once: large values, and what was
    /// [set apart](Self::set_apart). In order, and no byte is in two of them.
    pub fn take_large(&mut self) -> Vec<Range<usize>> {
        std::mem::take(&mut self.large)
    }

    /// Sets apart what was written since the last time, if it is so many bytes: another execution begins with the same
    /// events. How this one was accepted is not among them.
    pub fn set_apart(&mut self, least: usize) {
        if self.bytes.len() - self.apart < least {
            return;
        }
        let first = self.large.partition_point(|large| large.start < self.apart);
        let ends = std::iter::once(self.apart).chain(self.large[first..].iter().map(|large| large.end));
        let begins = self.large[first..].iter().map(|large| large.start).chain([self.bytes.len()]);
        let between = ends.zip(begins).map(|(from, to)| from..to).filter(|range| range.len() >= LARGE_VALUE);
        let between: Vec<_> = between.collect();
        self.large.extend(between);
        self.large.sort_unstable_by_key(|large| large.start);
        self.apart = self.bytes.len();
    }

    /// Where it stands, to come back to.
    pub fn mark(&self) -> Mark {
        let (len, shared) = (self.bytes.len(), self.shared.len());
        Mark { len, events: self.events, last: self.last.clone(), shared }
    }

    /// Forgets what was written since.
    pub fn back_to(&mut self, mark: Mark) {
        let Mark { len, events, last, shared } = mark;
        self.shared.truncate(shared);
        self.bytes.truncate(len);
        self.bytes.shrink_to(len);
        self.large.retain(|large| large.end <= len);
        self.apart = self.apart.min(len);
        (self.events, self.last) = (events, last);
    }

    /// Writes an event. `known` is the value that the state before it implies, by
    /// [`Execution::implied`](crate::Execution::implied): mostly a step's input, and for the end the execution's output.
    pub fn push(&mut self, event: &Event, known: &Value) {
        self.events += 1;
        match event {
            Event::Accepted(accepted) if self.shared.is_snapshot => self.accepted_again(accepted),
            Event::Accepted(accepted) => self.accepted(accepted),
            Event::Restored(piece) => self.restored(piece),
            Event::StepFinished(step) => self.step(step, known),
            Event::StepSkipped(address) => self.aside(tag::SKIPPED, address),
            Event::StepCanceled(address) => self.aside(tag::CANCELED, address),
            Event::Finished(finished) => self.finished(finished, known),
            Event::StepStarted(started) => {
                self.place(tag::STARTED, &started.address, started.at_us);
                self.number(u64::from(started.attempt));
            }
            Event::StepRetried(retried) => self.retried(retried),
            Event::StepWaiting(waiting) => self.waiting(waiting),
            Event::ScopeOpened(opened) => {
                self.place(tag::OPENED, &opened.address, opened.at_us);
                self.value(&opened.items, known);
            }
            Event::RoundBegan(began) => {
                self.bytes.push(tag::ROUND);
                self.place_of(&began.address);
                self.number(u64::from(began.round));
            }
            Event::Batched(batched) => {
                self.moment(tag::BATCHED, batched.at_us);
                self.number(batched.inputs.len() as u64);
                batched.inputs.iter().for_each(|input| self.value(input, &Value::Null));
            }
            Event::Signaled(signaled) => self.signaled(signaled),
            Event::ChildEnded(ended) => self.child_ended(ended),
            Event::Paused(moment) => self.moment(tag::PAUSED, moment.at_us),
            Event::Resumed(moment) => self.moment(tag::RESUMED, moment.at_us),
            Event::Reopened(moment) => self.moment(tag::REOPENED, moment.at_us),
        }
    }

    fn moment(&mut self, tag: u8, at_us: u64) {
        self.bytes.push(tag);
        self.number(at_us);
    }

    fn place(&mut self, tag: u8, address: &Address, at_us: u64) {
        self.bytes.push(tag);
        self.place_of(address);
        self.number(at_us);
    }

    fn retried(&mut self, retried: &StepRetried) {
        self.place(tag::RETRIED, &retried.address, retried.at_us);
        self.number(u64::from(retried.attempt));
        self.error(Some(&retried.error));
        self.signed(retried.wake_ms);
    }

    fn waiting(&mut self, waiting: &StepWaiting) {
        self.place(tag::WAITING, &waiting.address, waiting.at_us);
        for time in [waiting.until_ms, waiting.deadline_ms] {
            self.bytes.push(u8::from(time.is_some()));
            time.into_iter().for_each(|time| self.signed(time));
        }
        self.bytes.push(u8::from(waiting.signal.is_some()));
        waiting.signal.iter().for_each(|signal| self.text(signal));
        self.bytes.push(u8::from(waiting.child.is_some()));
        waiting.child.iter().for_each(|child| self.number(child.0.cast_unsigned()));
    }

    fn signaled(&mut self, signaled: &Signaled) {
        self.moment(tag::SIGNALED, signaled.at_us);
        self.text(&signaled.name);
        self.value(&signaled.value, &Value::Null);
    }

    fn child_ended(&mut self, ended: &ChildEnded) {
        self.moment(tag::CHILD_ENDED, ended.at_us);
        self.number(ended.execution.0.cast_unsigned());
        self.bytes.push(ended.status.code());
        self.value(&ended.output, &Value::Null);
        self.error(ended.error.as_deref());
    }

    fn accepted(&mut self, accepted: &Accepted) {
        self.bytes.push(tag::ACCEPTED);
        self.acceptance(accepted);
        self.value(&accepted.input, &Value::Null);
        self.value(&accepted.trigger, &Value::Null);
        self.keep_together();
    }

    /// What was written up to here is this execution's own, large values aside.
    pub(super) const fn keep_together(&mut self) {
        self.apart = self.bytes.len();
    }

    /// All but its values.
    pub(super) fn acceptance(&mut self, accepted: &Accepted) {
        self.number(accepted.at_ms.max(0).cast_unsigned());
        self.number(accepted.start.map_or(0, |start| u64::from(start) + 1));
        let marks = [accepted.pinned, accepted.until.is_some(), accepted.begin_ms.is_some()];
        self.bytes.push((0..).zip(marks).map(|(bit, mark)| u8::from(mark) << bit).sum());
        accepted.until.iter().for_each(|until| self.number(u64::from(*until)));
        accepted.begin_ms.iter().for_each(|begin| self.number(begin.max(&0).cast_unsigned()));
    }

    fn step(&mut self, step: &StepFinished, known: &Value) {
        if let Some(earlier) = self.last.us.checked_sub(step.started_us).filter(|earlier| *earlier > 0) {
            self.bytes.push(tag::EARLIER);
            self.number(earlier);
            self.last.us = step.started_us;
        }
        let is_plain = step.status == StepStatus::Succeeded
            && step.attempts == 1
            && step.writes.is_empty()
            && step.items.is_none()
            && matches!(&step.route, Route::Ports(ports) if ports.as_slice() == [0]);
        match (is_plain, step.address.path.is_empty()) {
            (true, true) => {
                self.bytes.push(tag::STEP_PLAIN);
                self.address(&step.address, true);
            }
            (true, false) => {
                self.bytes.push(tag::STEP_PLAIN_IN);
                self.place_of(&step.address);
            }
            (false, _) => self.step_details(step, known),
        }
        self.number(step.started_us.saturating_sub(self.last.us));
        self.number(step.duration_us);
        self.last.us = step.started_us;
        if step.error.is_some() && step.status == StepStatus::Failed {
            self.bytes.push(value_tag::NULL);
        } else if is_alike(&step.output, known) {
            self.bytes.push(value_tag::SAME);
        } else {
            self.value(&step.output, known);
        }
    }

    fn step_details(&mut self, step: &StepFinished, known: &Value) {
        self.bytes.push(if step.items.is_some() { tag::STEP_ITEMS } else { tag::STEP });
        self.address(&step.address, false);
        self.bytes.push(match step.status {
            StepStatus::Succeeded => 0,
            StepStatus::Failed => 1,
            StepStatus::Disabled => 2,
            StepStatus::Skipped | StepStatus::Canceled => 3,
        });
        self.number(u64::from(step.attempts));
        self.route(&step.route);
        self.error(step.error.as_deref());
        self.number(step.writes.len() as u64);
        for (key, value) in &step.writes {
            self.text(key);
            self.value(value, &Value::Null);
        }
        if let Some(items) = &step.items {
            self.value(items, known);
        }
    }

    fn aside(&mut self, tag: u8, address: &Address) {
        self.bytes.push(tag);
        self.address(address, false);
    }

    fn finished(&mut self, finished: &Finished, output: &Value) {
        self.bytes.push(tag::FINISHED);
        self.bytes.push(finished.status.code());
        self.number(finished.at_us);
        self.error(finished.error.as_deref());
        let derived = finished.status == Status::Succeeded && finished.output == *output;
        if derived { self.bytes.push(value_tag::SAME) } else { self.value(&finished.output, &Value::Null) }
    }

    /// The node as its distance from the last one written, and the iterations unless the tag says there are none.
    fn address(&mut self, address: &Address, plain: bool) {
        self.signed(i64::from(address.node) - i64::from(self.last.node));
        self.last.node = address.node;
        if !plain {
            self.number(address.path.len() as u64);
            for &index in &address.path {
                self.number(u64::from(index));
            }
        }
    }

    /// The node, and the iterations as distances from those written last.
    pub(super) fn place_of(&mut self, address: &Address) {
        self.address(address, true);
        self.number(address.path.len() as u64);
        for (at, &index) in address.path.iter().enumerate() {
            let last = self.last.path.get(at).copied().unwrap_or(0);
            self.signed(i64::from(index) - i64::from(last));
        }
        self.last.path.clone_from(&address.path);
    }

    fn route(&mut self, route: &Route) {
        match route {
            Route::Nowhere => self.bytes.push(0),
            Route::Error => self.bytes.push(1),
            Route::Ports(ports) => {
                self.number(ports.len() as u64 + 2);
                for &port in ports {
                    self.number(u64::from(port));
                }
            }
        }
    }

    pub(super) fn error(&mut self, error: Option<&ErrorInfo>) {
        self.bytes.push(u8::from(error.is_some()));
        if let Some(error) = error {
            self.text(&error.code);
            self.text(&error.message);
            self.text(&error.node);
        }
    }

    fn value(&mut self, value: &Value, known: &Value) {
        match value {
            Value::Null => self.bytes.push(value_tag::NULL),
            Value::Bool(truth) => self.bytes.push(if *truth { value_tag::TRUE } else { value_tag::FALSE }),
            Value::Int(int) => {
                self.bytes.push(value_tag::INT);
                self.signed(*int);
            }
            value if value.same(known) => self.bytes.push(value_tag::SAME),
            Value::String(text) if text.len() < PART_MIN => {
                self.bytes.push(value_tag::TEXT);
                self.text(text);
            }
            Value::Object(object) => match known {
                Value::Object(known) if self.patch(object, known) => {}
                _ => self.part_or_whole(value, known),
            },
            Value::Float(_) | Value::Exact(_) => self.json(value),
            Value::String(_) | Value::Array(_) => self.part_or_whole(value, known),
        }
    }

    /// Writes where a value stands in the known one, if it is a part of it: what a step picks out is not written again.
    fn part_or_whole(&mut self, value: &Value, known: &Value) {
        let entries = known.as_object().map(Object::entries).unwrap_or_default();
        match (entries.iter().position(|(_, part)| part.same(value)), value) {
            (Some(at), _) => {
                self.bytes.push(value_tag::PART);
                self.number(at as u64);
            }
            (None, Value::String(text)) => {
                self.bytes.push(value_tag::TEXT);
                self.text(text);
            }
            (None, _) => self.json(value),
        }
    }

    /// Writes an object as what it changes in the known one; `false`, with nothing written, where that is not worth
    /// it or would not give the order of keys back.
    fn patch(&mut self, object: &Object, known: &Object) -> bool {
        let shared = known.entries().iter().filter(|(key, value)| object.get(key).is_some_and(|own| own.same(value)));
        if shared.count() * 2 < object.len().max(1) {
            return false;
        }
        let removed: Vec<usize> = known
            .entries()
            .iter()
            .enumerate()
            .filter(|(_, (key, _))| object.get(key).is_none())
            .map(|(at, _)| at)
            .collect();
        let set: Vec<&(ArcStr, Value)> = object
            .entries()
            .iter()
            .filter(|(key, value)| known.get(key).is_none_or(|known| !known.same(value)))
            .collect();
        let kept = known.keys().filter(|key| object.get(key).is_some());
        let added = set.iter().map(|(key, _)| key).filter(|key| known.get(key).is_none());
        if !kept.chain(added).eq(object.keys()) {
            return false;
        }
        self.bytes.push(value_tag::PATCH);
        self.number(removed.len() as u64);
        for at in removed {
            self.number(at as u64);
        }
        self.number(set.len() as u64);
        for (key, value) in set {
            match known.position(key) {
                Some(at) => self.number(at as u64 + 1),
                None => {
                    self.number(0);
                    self.text(key);
                }
            }
            self.value(value, known.get(key).unwrap_or(&Value::Null));
        }
        true
    }

    pub(super) fn json(&mut self, value: &Value) {
        self.bytes.push(value_tag::JSON);
        let start = self.bytes.len();
        json::write(value, &mut self.bytes);
        let length = self.bytes.len() - start;
        let mut prefix = [0u8; 10];
        let width = leb128(length as u64, &mut prefix);
        self.bytes.splice(start..start, prefix[..width].iter().copied());
        self.note_large(length);
    }

    /// Takes note of a value that begins there and ends here, unless there is a large one in it.
    pub(super) fn note_from(&mut self, from: usize) {
        if self.large.last().is_none_or(|large| large.end <= from) {
            self.note_large(self.bytes.len() - from);
        }
    }

    /// Takes note of a value that ends here.
    fn note_large(&mut self, length: usize) {
        if length >= LARGE_VALUE {
            self.large.push(self.bytes.len() - length..self.bytes.len());
        }
    }

    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
        self.note_large(text.len());
    }

    pub(super) fn number(&mut self, number: u64) {
        let mut buffer = [0u8; 10];
        let width = leb128(number, &mut buffer);
        self.bytes.extend_from_slice(&buffer[..width]);
    }

    pub(super) fn signed(&mut self, number: i64) {
        self.number(((number << 1) ^ (number >> 63)).cast_unsigned());
    }
}

/// Whether two values are one and the same, or lists of the same.
fn is_alike(value: &Value, known: &Value) -> bool {
    match (value, known) {
        (Value::Array(list), Value::Array(known)) => {
            let (list, known) = (list.items(), known.items());
            list.len() == known.len() && list.iter().zip(known).all(|(value, known)| value.same(known))
        }
        (Value::String(_) | Value::Object(_), _) => value.same(known),
        _ => false,
    }
}

fn leb128(mut number: u64, buffer: &mut [u8; 10]) -> usize {
    let mut width = 0;
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        buffer[width] = if number == 0 { low } else { low | 0x80 };
        width += 1;
        if number == 0 {
            return width;
        }
    }
}
