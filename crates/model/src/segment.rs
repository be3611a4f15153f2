//! Segments: the events of one execution as bytes, the unit of the journal.
//!
//! A segment is a version byte and then its events. What an event can share with the state before it is not written
//! again: a step that passes its input on is two bytes of value, one that sets fields is a patch of its input, the
//! final output is derived. So bytes can be read only along with the state that they lead on, which recovery needs
//! anyway. Numbers are LEB128; the format only grows: a reader knows every tag that was ever written.

use std::sync::Arc;

use arcstr::ArcStr;

use crate::event::{Accepted, Address, ErrorInfo, Event, Finished, Ports, Route, StepFinished};
use crate::execution::{Execution, IllegalTransition};
use crate::json;
use crate::plan::Plan;
use crate::status::{Status, StepStatus};
use crate::value::{Object, Value};

/// The version that this program writes.
const VERSION: u8 = 1;

mod tag {
    pub(super) const ACCEPTED: u8 = 1;
    /// A step that succeeded by its first port on the first try, outside of loops, without writes.
    pub(super) const STEP_PLAIN: u8 = 2;
    pub(super) const STEP: u8 = 3;
    pub(super) const SKIPPED: u8 = 4;
    pub(super) const CANCELED: u8 = 5;
    pub(super) const FINISHED: u8 = 6;
}

mod value_tag {
    pub(super) const NULL: u8 = 0;
    pub(super) const FALSE: u8 = 1;
    pub(super) const TRUE: u8 = 2;
    pub(super) const INT: u8 = 3;
    pub(super) const TEXT: u8 = 4;
    pub(super) const JSON: u8 = 5;
    /// The value it is compared with: a step's input, the execution's output.
    pub(super) const SAME: u8 = 6;
    /// The object it is compared with, with entries set and removed.
    pub(super) const PATCH: u8 = 7;
}

/// Bytes that are no segment, or do not fit the state they are read along with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SegmentError {
    /// The bytes end in the middle of an event.
    #[error("the segment ends in the middle of an event")]
    Truncated,
    /// A version, tag or text that this program does not know.
    #[error("the segment holds an unknown {0}; it was written by a newer version, or is damaged")]
    Unknown(&'static str),
    /// An event that cannot follow.
    #[error(transparent)]
    Illegal(#[from] IllegalTransition),
}

/// A place in a segment that is being written.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    len: usize,
    events: u32,
    last_node: u32,
    last_us: u64,
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
    bytes: Vec<u8>,
    events: u32,
    last_node: u32,
    last_us: u64,
}

impl Default for SegmentWriter {
    fn default() -> Self {
        Self { bytes: vec![VERSION], events: 0, last_node: 0, last_us: 0 }
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
        std::mem::take(self).bytes
    }

    /// Where it stands, to come back to.
    pub const fn mark(&self) -> Mark {
        Mark { len: self.bytes.len(), events: self.events, last_node: self.last_node, last_us: self.last_us }
    }

    /// Forgets what was written since.
    pub fn back_to(&mut self, mark: Mark) {
        let Mark { len, events, last_node, last_us } = mark;
        self.bytes.truncate(len);
        self.bytes.shrink_to(len);
        (self.events, self.last_node, self.last_us) = (events, last_node, last_us);
    }

    /// Writes an event. `known` is the value that the state before it implies: a step's input, and for the end the
    /// execution's output.
    pub fn push(&mut self, event: &Event, known: &Value) {
        self.events += 1;
        match event {
            Event::Accepted(accepted) => self.accepted(accepted),
            Event::StepFinished(step) => self.step(step, known),
            Event::StepSkipped(address) => self.aside(tag::SKIPPED, address),
            Event::StepCanceled(address) => self.aside(tag::CANCELED, address),
            Event::Finished(finished) => self.finished(finished, known),
        }
    }

    fn accepted(&mut self, accepted: &Accepted) {
        self.bytes.push(tag::ACCEPTED);
        self.number(accepted.at_ms.max(0).cast_unsigned());
        self.number(accepted.start.map_or(0, |start| u64::from(start) + 1));
        self.bytes.push(u8::from(accepted.pinned));
        self.value(&accepted.input, &Value::Null);
        self.value(&accepted.trigger, &Value::Null);
    }

    fn step(&mut self, step: &StepFinished, input: &Value) {
        let plain = step.status == StepStatus::Succeeded
            && step.attempts == 1
            && step.address.path.is_empty()
            && step.writes.is_empty()
            && matches!(&step.route, Route::Ports(ports) if ports.as_slice() == [0]);
        self.bytes.push(if plain { tag::STEP_PLAIN } else { tag::STEP });
        self.address(&step.address, plain);
        if !plain {
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
        }
        self.number(step.started_us.saturating_sub(self.last_us));
        self.number(step.duration_us);
        self.last_us = step.started_us.max(self.last_us);
        let derived = step.error.is_some();
        self.value(if derived { &Value::Null } else { &step.output }, input);
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
        self.signed(i64::from(address.node) - i64::from(self.last_node));
        self.last_node = address.node;
        if !plain {
            self.number(address.path.len() as u64);
            for &index in &address.path {
                self.number(u64::from(index));
            }
        }
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

    fn error(&mut self, error: Option<&ErrorInfo>) {
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
            Value::String(text) => {
                self.bytes.push(value_tag::TEXT);
                self.text(text);
            }
            Value::Object(object) => match known {
                Value::Object(known) if self.patch(object, known) => {}
                _ => self.json(value),
            },
            Value::Array(_) | Value::Float(_) | Value::Exact(_) => self.json(value),
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

    fn json(&mut self, value: &Value) {
        self.bytes.push(value_tag::JSON);
        let start = self.bytes.len();
        json::write(value, &mut self.bytes);
        let length = self.bytes.len() - start;
        let mut prefix = [0u8; 10];
        let width = leb128(length as u64, &mut prefix);
        self.bytes.splice(start..start, prefix[..width].iter().copied());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn number(&mut self, number: u64) {
        let mut buffer = [0u8; 10];
        let width = leb128(number, &mut buffer);
        self.bytes.extend_from_slice(&buffer[..width]);
    }

    fn signed(&mut self, number: i64) {
        self.number(((number << 1) ^ (number >> 63)).cast_unsigned());
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

/// Reads segments along with the state they lead on.
#[derive(Debug)]
pub struct SegmentReader<'a> {
    bytes: &'a [u8],
    at: usize,
    last_node: u32,
    last_us: u64,
}

impl<'a> SegmentReader<'a> {
    /// Begins a segment.
    ///
    /// # Errors
    /// A version that this program does not know.
    pub fn new(bytes: &'a [u8]) -> Result<Self, SegmentError> {
        match bytes.first() {
            Some(&VERSION) => Ok(Self { bytes, at: 1, last_node: 0, last_us: 0 }),
            Some(_) => Err(SegmentError::Unknown("version")),
            None => Err(SegmentError::Truncated),
        }
    }

    /// The next event, or `None` at the end. `state` is the execution after all events before; none before the first.
    ///
    /// # Errors
    /// The bytes are damaged, or do not fit the state.
    pub fn next(&mut self, state: Option<&Execution>) -> Result<Option<Event>, SegmentError> {
        if self.at == self.bytes.len() {
            return Ok(None);
        }
        let tag = self.byte()?;
        let event = match (tag, state) {
            (tag::ACCEPTED, _) => Event::Accepted(self.accepted()?),
            (tag::STEP_PLAIN | tag::STEP, Some(state)) => Event::StepFinished(self.step(tag, state)?),
            (tag::SKIPPED, _) => Event::StepSkipped(self.address(false)?),
            (tag::CANCELED, _) => Event::StepCanceled(self.address(false)?),
            (tag::FINISHED, Some(state)) => Event::Finished(self.finished(state)?),
            _ => return Err(SegmentError::Unknown("event")),
        };
        Ok(Some(event))
    }

    fn accepted(&mut self) -> Result<Accepted, SegmentError> {
        let at_ms = i64::try_from(self.number()?).map_err(|_| SegmentError::Unknown("time"))?;
        let start = self.number()?.checked_sub(1).map(u32::try_from).transpose();
        let start = start.map_err(|_| SegmentError::Unknown("node"))?;
        let pinned = self.byte()? != 0;
        let input = self.value(&Value::Null)?;
        let trigger = self.value(&Value::Null)?;
        Ok(Accepted { at_ms, start, input, trigger, pinned })
    }

    fn step(&mut self, tag: u8, state: &Execution) -> Result<StepFinished, SegmentError> {
        let plain = tag == tag::STEP_PLAIN;
        let address = self.address(plain)?;
        let mut step = StepFinished {
            address,
            status: StepStatus::Succeeded,
            output: Value::Null,
            route: Route::first(),
            error: None,
            attempts: 1,
            started_us: 0,
            duration_us: 0,
            writes: Vec::new(),
        };
        if !plain {
            self.step_details(&mut step)?;
        }
        step.started_us = self.last_us.saturating_add(self.number()?);
        self.last_us = step.started_us;
        step.duration_us = self.number()?;
        if step.address.node as usize >= state.plan().nodes.len() {
            return Err(SegmentError::Unknown("node"));
        }
        let input = state.input_of(step.address.node);
        step.output = self.value(&input)?;
        if let Some(error) = &step.error {
            step.output = error.to_value();
        }
        Ok(step)
    }

    fn step_details(&mut self, step: &mut StepFinished) -> Result<(), SegmentError> {
        step.status = match self.byte()? {
            0 => StepStatus::Succeeded,
            1 => StepStatus::Failed,
            2 => StepStatus::Disabled,
            _ => return Err(SegmentError::Unknown("status")),
        };
        step.attempts = self.small()?;
        step.route = match self.number()? {
            0 => Route::Nowhere,
            1 => Route::Error,
            count => {
                let mut ports = Ports::new();
                for _ in 2..count {
                    ports.push(u16::try_from(self.number()?).map_err(|_| SegmentError::Unknown("port"))?);
                }
                Route::Ports(ports)
            }
        };
        step.error = self.error()?;
        for _ in 0..self.number()? {
            let key = self.text()?.into();
            let value = self.value(&Value::Null)?;
            step.writes.push((key, value));
        }
        Ok(())
    }

    fn finished(&mut self, state: &Execution) -> Result<Finished, SegmentError> {
        let status = Status::from_code(self.byte()?).ok_or(SegmentError::Unknown("status"))?;
        let at_us = self.number()?;
        let error = self.error()?;
        let known = if status == Status::Succeeded { state.output() } else { Value::Null };
        let output = self.value(&known)?;
        Ok(Finished { at_us, status, output, error })
    }

    fn address(&mut self, plain: bool) -> Result<Address, SegmentError> {
        let node = i64::from(self.last_node) + self.signed()?;
        self.last_node = u32::try_from(node).map_err(|_| SegmentError::Unknown("node"))?;
        let mut address = Address::top(self.last_node);
        if !plain {
            for _ in 0..self.number()? {
                address.path.push(self.small()?);
            }
        }
        Ok(address)
    }

    fn error(&mut self) -> Result<Option<Box<ErrorInfo>>, SegmentError> {
        if self.byte()? == 0 {
            return Ok(None);
        }
        let (code, message) = (self.text()?.into(), self.text()?.into());
        Ok(Some(Box::new(ErrorInfo { code, message, node: self.text()?.into() })))
    }

    fn value(&mut self, known: &Value) -> Result<Value, SegmentError> {
        Ok(match self.byte()? {
            value_tag::NULL => Value::Null,
            value_tag::FALSE => Value::Bool(false),
            value_tag::TRUE => Value::Bool(true),
            value_tag::INT => Value::Int(self.signed()?),
            value_tag::TEXT => Value::from(self.text()?),
            value_tag::JSON => {
                let length = self.length()?;
                let text = self.bytes.get(self.at..self.at + length).ok_or(SegmentError::Truncated)?;
                self.at += length;
                let limits = json::Limits { depth: u32::MAX, ..json::Limits::JAVASCRIPT };
                json::read_with(text, limits).map_err(|_| SegmentError::Unknown("value"))?
            }
            value_tag::SAME => known.clone(),
            value_tag::PATCH => self.patch(known)?,
            _ => return Err(SegmentError::Unknown("value")),
        })
    }

    fn patch(&mut self, known: &Value) -> Result<Value, SegmentError> {
        let known = known.as_object().ok_or(SegmentError::Unknown("patch"))?;
        let mut entries: Vec<Option<(ArcStr, Value)>> = known.entries().iter().cloned().map(Some).collect();
        for _ in 0..self.number()? {
            let at = self.length()?;
            *entries.get_mut(at).ok_or(SegmentError::Unknown("patch"))? = None;
        }
        for _ in 0..self.number()? {
            match self.length()? {
                0 => {
                    let key = self.text()?.into();
                    let value = self.value(&Value::Null)?;
                    entries.push(Some((key, value)));
                }
                at => {
                    let (_, before) = known.entries().get(at - 1).ok_or(SegmentError::Unknown("patch"))?;
                    let value = self.value(before)?;
                    if let Some(Some(entry)) = entries.get_mut(at - 1) {
                        entry.1 = value;
                    }
                }
            }
        }
        Ok(Value::object(entries.into_iter().flatten().collect()))
    }

    fn text(&mut self) -> Result<&'a str, SegmentError> {
        let length = self.length()?;
        let text = self.bytes.get(self.at..self.at.saturating_add(length)).ok_or(SegmentError::Truncated)?;
        self.at += length;
        std::str::from_utf8(text).map_err(|_| SegmentError::Unknown("text"))
    }

    fn length(&mut self) -> Result<usize, SegmentError> {
        usize::try_from(self.number()?).ok().filter(|&length| length <= self.bytes.len()).ok_or(SegmentError::Truncated)
    }

    fn small(&mut self) -> Result<u32, SegmentError> {
        u32::try_from(self.number()?).map_err(|_| SegmentError::Unknown("number"))
    }

    fn byte(&mut self) -> Result<u8, SegmentError> {
        let byte = *self.bytes.get(self.at).ok_or(SegmentError::Truncated)?;
        self.at += 1;
        Ok(byte)
    }

    fn number(&mut self) -> Result<u64, SegmentError> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(SegmentError::Unknown("number"))
    }

    fn signed(&mut self) -> Result<i64, SegmentError> {
        let number = self.number()?;
        Ok((number >> 1).cast_signed() ^ -((number & 1).cast_signed()))
    }
}

/// Folds a segment into an execution, telling `each` event before it is applied. `state` is `None` before the first
/// segment; `plan` is asked for when the execution begins.
///
/// # Errors
/// Outside: the bytes are damaged, or an event cannot follow. Inside: what `plan` answered.
pub fn fold<E>(
    bytes: &[u8],
    state: &mut Option<Execution>,
    plan: impl Fn(&Accepted) -> Result<Arc<Plan>, E>,
    mut each: impl FnMut(&Event, Option<&Execution>),
) -> Result<Result<(), E>, SegmentError> {
    let mut reader = SegmentReader::new(bytes)?;
    while let Some(event) = reader.next(state.as_ref())? {
        each(&event, state.as_ref());
        match (&mut *state, event) {
            (None, Event::Accepted(accepted)) => match plan(&accepted) {
                Ok(plan) => *state = Some(Execution::begin(plan, accepted)),
                Err(error) => return Ok(Err(error)),
            },
            (Some(state), event) => state.apply(&event)?,
            (None, _) => return Err(SegmentError::Unknown("beginning")),
        }
    }
    Ok(Ok(()))
}
