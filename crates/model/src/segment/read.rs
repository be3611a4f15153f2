//! Bytes to events.

use arcstr::ArcStr;

use super::{SegmentError, VERSION, tag, value_tag};
use crate::event::{
    Accepted, Address, Batched, ChildEnded, ErrorInfo, Event, Finished, Moment, Path, Ports, RoundBegan, Route,
    ScopeOpened, Signaled, StepFinished, StepRetried, StepStarted, StepWaiting,
};
use crate::execution::Execution;
use crate::id::ExecutionId;
use crate::json;
use crate::status::{Status, StepStatus};
use crate::value::Value;

/// Reads segments along with the state they lead on.
#[derive(Debug)]
pub struct SegmentReader<'a> {
    bytes: &'a [u8],
    at: usize,
    last_node: u32,
    last_us: u64,
    last_path: Path,
    /// Values that a snapshot may refer to, in the order in which they were read.
    pub(super) shared: Vec<Value>,
}

impl<'a> SegmentReader<'a> {
    /// Begins a segment.
    ///
    /// # Errors
    /// A version that this program does not know.
    pub fn new(bytes: &'a [u8]) -> Result<Self, SegmentError> {
        match bytes.first() {
            Some(&VERSION) => {
                let (last_path, shared) = (Path::new(), Vec::new());
                Ok(Self { bytes, at: 1, last_node: 0, last_us: 0, last_path, shared })
            }
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
        let mut tag = self.byte()?;
        if tag == tag::EARLIER {
            let earlier = self.number()?;
            self.last_us = self.last_us.checked_sub(earlier).ok_or(SegmentError::Unknown("time"))?;
            tag = self.byte()?;
        }
        let event = match (tag, state) {
            (tag::ACCEPTED, _) => {
                let accepted = self.acceptance()?;
                let input = self.value(&Value::Null)?;
                Event::Accepted(Accepted { input, trigger: self.value(&Value::Null)?, ..accepted })
            }
            (tag::ACCEPTED_AGAIN, _) => {
                let accepted = self.acceptance()?;
                let input = self.shared()?;
                Event::Accepted(Accepted { input, trigger: self.shared()?, ..accepted })
            }
            (tag::WHOLE..=tag::COMPLETE, _) => Event::Restored(Box::new(self.restored(tag)?)),
            (tag::STEP_PLAIN | tag::STEP | tag::STEP_PLAIN_IN | tag::STEP_ITEMS, Some(state)) => {
                Event::StepFinished(self.step(tag, state)?)
            }
            (tag::SKIPPED, _) => Event::StepSkipped(self.address(false)?),
            (tag::CANCELED, _) => Event::StepCanceled(self.address(false)?),
            (tag::FINISHED, Some(state)) => Event::Finished(self.finished(state)?),
            (tag::STARTED, _) => {
                let (address, at_us) = self.place()?;
                Event::StepStarted(StepStarted { address, at_us, attempt: self.small()? })
            }
            (tag::RETRIED, _) => Event::StepRetried(self.retried()?),
            (tag::WAITING, _) => Event::StepWaiting(self.waiting()?),
            (tag::OPENED, Some(state)) => {
                let (address, at_us) = self.place()?;
                let known = state.input_of(&address);
                Event::ScopeOpened(ScopeOpened { address, at_us, items: self.value(&known)? })
            }
            (tag::ROUND, _) => Event::RoundBegan(RoundBegan { address: self.place_of()?, round: self.small()? }),
            (tag::BATCHED, _) => {
                let at_us = self.number()?;
                let inputs = (0..self.small()?).map(|_| self.value(&Value::Null)).collect::<Result<_, _>>()?;
                Event::Batched(Batched { at_us, inputs })
            }
            (tag::SIGNALED, _) => {
                let (at_us, name) = (self.number()?, self.text()?.into());
                Event::Signaled(Signaled { at_us, name, value: self.value(&Value::Null)? })
            }
            (tag::CHILD_ENDED, _) => Event::ChildEnded(self.child_ended()?),
            (tag::PAUSED, _) => Event::Paused(Moment { at_us: self.number()? }),
            (tag::RESUMED, _) => Event::Resumed(Moment { at_us: self.number()? }),
            (tag::REOPENED, _) => Event::Reopened(Moment { at_us: self.number()? }),
            _ => return Err(SegmentError::Unknown("event")),
        };
        Ok(Some(event))
    }

    /// How it was accepted, without values.
    fn acceptance(&mut self) -> Result<Accepted, SegmentError> {
        let at_ms = i64::try_from(self.number()?).map_err(|_| SegmentError::Unknown("time"))?;
        let start = self.number()?.checked_sub(1).map(u32::try_from).transpose();
        let start = start.map_err(|_| SegmentError::Unknown("node"))?;
        let flags = self.byte()?;
        let pinned = flags & 1 > 0;
        let until = if flags & 2 > 0 { Some(self.small()?) } else { None };
        let begin_ms = if flags & 4 > 0 { Some(self.number()?) } else { None };
        let begin_ms = begin_ms.map(i64::try_from).transpose().map_err(|_| SegmentError::Unknown("time"))?;
        Ok(Accepted { at_ms, start, input: Value::Null, trigger: Value::Null, pinned, until, begin_ms })
    }

    fn place(&mut self) -> Result<(Address, u64), SegmentError> {
        Ok((self.place_of()?, self.number()?))
    }

    fn retried(&mut self) -> Result<StepRetried, SegmentError> {
        let (address, at_us) = self.place()?;
        let attempt = self.small()?;
        let error = self.error()?.ok_or(SegmentError::Unknown("error"))?;
        Ok(StepRetried { address, attempt, error, at_us, wake_ms: self.signed()? })
    }

    fn waiting(&mut self) -> Result<StepWaiting, SegmentError> {
        let (address, at_us) = self.place()?;
        let until_ms = if self.byte()? == 0 { None } else { Some(self.signed()?) };
        let deadline_ms = if self.byte()? == 0 { None } else { Some(self.signed()?) };
        let signal = if self.byte()? == 0 { None } else { Some(self.text()?.into()) };
        let child = if self.byte()? == 0 { None } else { Some(self.execution_id()?) };
        Ok(StepWaiting { address, at_us, until_ms, deadline_ms, signal, child })
    }

    fn child_ended(&mut self) -> Result<ChildEnded, SegmentError> {
        let (at_us, execution) = (self.number()?, self.execution_id()?);
        let status = Status::from_code(self.byte()?).ok_or(SegmentError::Unknown("status"))?;
        let output = self.value(&Value::Null)?;
        Ok(ChildEnded { at_us, execution, status, output, error: self.error()? })
    }

    pub(super) fn execution_id(&mut self) -> Result<ExecutionId, SegmentError> {
        i64::try_from(self.number()?).map(ExecutionId).map_err(|_| SegmentError::Unknown("execution"))
    }

    fn step(&mut self, tag: u8, state: &Execution) -> Result<StepFinished, SegmentError> {
        let address = match tag {
            tag::STEP_PLAIN => self.address(true)?,
            tag::STEP_PLAIN_IN => self.place_of()?,
            _ => self.address(false)?,
        };
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
            items: None,
        };
        if matches!(tag, tag::STEP | tag::STEP_ITEMS) {
            self.step_details(&mut step)?;
        }
        if step.address.node as usize >= state.plan().nodes.len() {
            return Err(SegmentError::Unknown("node"));
        }
        if tag == tag::STEP_ITEMS {
            step.items = Some(self.value(&state.input_of(&step.address))?);
        }
        step.started_us = self.last_us.saturating_add(self.number()?);
        self.last_us = step.started_us;
        step.duration_us = self.number()?;
        let known = state.implied_output(&step.address, &step.route, step.items.is_some());
        step.output = self.value(&known)?;
        if let Some(error) = step.error.as_ref().filter(|_| step.status == StepStatus::Failed) {
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

    pub(super) fn place_of(&mut self) -> Result<Address, SegmentError> {
        let mut address = self.address(true)?;
        for at in 0..self.length()? {
            let last = self.last_path.get(at).copied().unwrap_or(0);
            let index = i64::from(last) + self.signed()?;
            address.path.push(u32::try_from(index).map_err(|_| SegmentError::Unknown("iteration"))?);
        }
        self.last_path.clone_from(&address.path);
        Ok(address)
    }

    pub(super) fn error(&mut self) -> Result<Option<Box<ErrorInfo>>, SegmentError> {
        if self.byte()? == 0 {
            return Ok(None);
        }
        let (code, message) = (self.text()?.into(), self.text()?.into());
        Ok(Some(Box::new(ErrorInfo { code, message, node: self.text()?.into() })))
    }

    pub(super) fn value(&mut self, known: &Value) -> Result<Value, SegmentError> {
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
            value_tag::PART => {
                let at = self.place_in_known()?;
                let part = known.as_object().and_then(|known| known.entries().get(at));
                part.map(|(_, part)| part.clone()).ok_or(SegmentError::Unknown("part"))?
            }
            _ => return Err(SegmentError::Unknown("value")),
        })
    }

    fn patch(&mut self, known: &Value) -> Result<Value, SegmentError> {
        let known = known.as_object().ok_or(SegmentError::Unknown("patch"))?;
        let mut entries: Vec<Option<(ArcStr, Value)>> = known.entries().iter().cloned().map(Some).collect();
        for _ in 0..self.number()? {
            let at = self.place_in_known()?;
            *entries.get_mut(at).ok_or(SegmentError::Unknown("patch"))? = None;
        }
        for _ in 0..self.number()? {
            match self.place_in_known()? {
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

    pub(super) fn text(&mut self) -> Result<&'a str, SegmentError> {
        let length = self.length()?;
        let text = self.bytes.get(self.at..self.at.saturating_add(length)).ok_or(SegmentError::Truncated)?;
        self.at += length;
        std::str::from_utf8(text).map_err(|_| SegmentError::Unknown("text"))
    }

    pub(super) fn length(&mut self) -> Result<usize, SegmentError> {
        usize::try_from(self.number()?).ok().filter(|&length| length <= self.bytes.len()).ok_or(SegmentError::Truncated)
    }

    /// A place among the entries of what is known, which may have more of them than the segment has bytes.
    fn place_in_known(&mut self) -> Result<usize, SegmentError> {
        usize::try_from(self.number()?).map_err(|_| SegmentError::Unknown("place"))
    }

    pub(super) fn small(&mut self) -> Result<u32, SegmentError> {
        u32::try_from(self.number()?).map_err(|_| SegmentError::Unknown("number"))
    }

    /// The next byte, which is read again.
    pub(super) fn peek(&self) -> Result<u8, SegmentError> {
        self.bytes.get(self.at).copied().ok_or(SegmentError::Truncated)
    }

    pub(super) fn byte(&mut self) -> Result<u8, SegmentError> {
        let byte = *self.bytes.get(self.at).ok_or(SegmentError::Truncated)?;
        self.at += 1;
        Ok(byte)
    }

    pub(super) fn number(&mut self) -> Result<u64, SegmentError> {
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

    pub(super) fn signed(&mut self) -> Result<i64, SegmentError> {
        let number = self.number()?;
        Ok((number >> 1).cast_signed() ^ -((number & 1).cast_signed()))
    }
}
