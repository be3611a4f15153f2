//! Bytes to the pieces of a snapshot.

use arcstr::ArcStr;

use super::read::SegmentReader;
use super::{SHARED_FROM, SegmentError, tag, value_tag};
use crate::event::Path;
use crate::execution::{
    CompleteRestored, DEAD, FrameOf, FrameRestored, Live, LiveEdges, LoopRestored, Next, Phase, Restored,
    ScopeRestored, StepRestored, WaitKind, WaitRestored, WholeRestored, Woken,
};
use crate::status::Status;
use crate::value::{MAX_DEPTH, Value};

/// Values may nest a little deeper in a state than steps may give them: containers gather them.
const DEPTH: u32 = MAX_DEPTH + 100;

type Read<T> = Result<T, SegmentError>;

impl SegmentReader<'_> {
    pub(super) fn restored(&mut self, tag: u8) -> Read<Restored> {
        Ok(match tag {
            tag::WHOLE => Restored::Whole(self.whole()?),
            tag::FRAME => Restored::Frame(self.frame()?),
            tag::STEP_RESTORED => Restored::Step(self.step_restored()?),
            tag::SCOPE => Restored::Scope(self.scope()?),
            tag::WAIT => Restored::Wait(self.wait()?),
            _ => Restored::Complete(self.complete()?),
        })
    }

    /// As many as the bytes say, which cannot be more than there are bytes.
    fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let count = self.length()?;
        let mut list = Vec::new();
        for _ in 0..count {
            list.push(one(self)?);
        }
        Ok(list)
    }

    fn status(&mut self) -> Read<Status> {
        Status::from_code(self.byte()?).ok_or(SegmentError::Unknown("status"))
    }

    fn whole(&mut self) -> Read<WholeRestored> {
        let (status, marks) = (self.status()?, self.byte()?);
        let (is_paused, was_reopened) = (marks & 1 > 0, marks & 2 > 0);
        let (resolved, latest_us) = (self.number()?, self.number()?);
        let (frames, generation) = (self.number()?, self.small()?);
        // Older snapshots do not say when.
        let reopened_us = if was_reopened { self.number()? } else { 0 };
        let failure = self.error()?;
        let responses = self.list(|from| Ok((from.small()?, from.path()?, from.shared()?)))?;
        let (values, signals) = (self.named_values(DEPTH)?, self.named_values(DEPTH)?);
        let ended_children = self.list(|from| match from.woken()? {
            Woken::ChildEnded { execution, status, output, error } => {
                Ok((execution, Woken::ChildEnded { execution, status, output, error }))
            }
            _ => Err(SegmentError::Unknown("end of a child")),
        })?;
        Ok(WholeRestored {
            status,
            resolved,
            latest_us,
            frames,
            is_paused,
            generation,
            reopened_us,
            failure,
            responses,
            values,
            signals,
            ended_children,
        })
    }

    fn path(&mut self) -> Read<Path> {
        Ok(self.list(Self::small)?.into())
    }

    fn frame(&mut self) -> Read<FrameRestored> {
        let of = match self.byte()? {
            0 => FrameOf::Execution,
            1 => FrameOf::Container(self.small()?),
            2 => FrameOf::Loop(self.small()?),
            _ => return Err(SegmentError::Unknown("frame")),
        };
        let path = self.path()?;
        let (generation, pending, busy) = (self.number()?, self.number()?, self.number()?);
        let flags = self.byte()?;
        let value = self.shared()?;
        let mut last = 0;
        let edges = self.list(|from| {
            let (order, told) = (from.order(&mut last)?, from.number()?);
            let value = if told & 1 > 0 { Some(from.shared()?) } else { None };
            Ok((order, if told == 0 { DEAD } else { told >> 1 }, value))
        })?;
        let (back, carried, left) = (self.live_edges()?, self.live_edges()?, self.live_edges()?);
        let loops = self.list(Self::loop_restored)?;
        let kept = self.list(|from| {
            let told = from.number()?;
            let node = u32::try_from(told >> 1).map_err(|_| SegmentError::Unknown("node"))?;
            Ok(((node, told & 1 > 0), from.shared()?))
        })?;
        let (header_skipped, is_last) = (flags & 1 > 0, flags & 2 > 0);
        Ok(FrameRestored {
            of,
            path,
            generation,
            value,
            pending,
            busy,
            header_skipped,
            is_last,
            edges,
            back,
            carried,
            left,
            loops,
            kept,
        })
    }

    fn loop_restored(&mut self) -> Read<LoopRestored> {
        let (header, left) = (self.small()?, self.live_edges()?);
        let items = if self.byte()? > 0 { Some(self.shared()?) } else { None };
        Ok(LoopRestored { header, left, items, collected: self.list(Self::shared)?, taken: self.number()? })
    }

    fn order(&mut self, last: &mut i64) -> Read<u32> {
        *last = last.checked_add(self.signed()?).ok_or(SegmentError::Unknown("edge"))?;
        u32::try_from(*last).map_err(|_| SegmentError::Unknown("edge"))
    }

    fn live_edges(&mut self) -> Read<LiveEdges> {
        let mut last = 0;
        self.list(|from| Ok((from.order(&mut last)?, Live { seq: from.number()?, value: from.shared()? })))
    }

    fn step_restored(&mut self) -> Read<StepRestored> {
        let address = self.place_of()?;
        let told = self.byte()?;
        let phase = Phase::from_code(told >> 2).ok_or(SegmentError::Unknown("phase"))?;
        let (unresolved, satisfied, tries) = (self.small()?, self.small()?, self.small()?);
        let (started, is_late, output) = (told & 1 > 0, told & 2 > 0, self.shared()?);
        Ok(StepRestored { address, phase, unresolved, satisfied, tries, started, is_late, output })
    }

    fn scope(&mut self) -> Read<ScopeRestored> {
        let address = self.place_of()?;
        let (began_us, begun, ended, active) = (self.number()?, self.small()?, self.number()?, self.small()?);
        let (items, values, value) = (self.shared()?, self.list(Self::shared)?, self.shared()?);
        let next = match self.byte()? {
            0 => None,
            1 => Some(Next::Test),
            2 => Some(Next::Round),
            3 => Some(Next::TimedOut),
            4 => Some(Next::Value(self.shared()?)),
            5 => Some(Next::Failed(self.error()?.ok_or(SegmentError::Unknown("error"))?)),
            _ => return Err(SegmentError::Unknown("state of a container")),
        };
        Ok(ScopeRestored { address, began_us, items, begun, ended, values, value, next, active })
    }

    fn wait(&mut self) -> Read<WaitRestored> {
        let address = self.place_of()?;
        let due_ms = if self.byte()? == 0 { None } else { Some(self.signed()?) };
        let kind = match self.byte()? {
            0 => WaitKind::Backoff,
            1 => WaitKind::Deadline,
            4 => WaitKind::Join,
            told @ (2 | 3) => {
                let flags = self.byte()?;
                let signal = if flags & 1 > 0 { Some(self.text()?.into()) } else { None };
                let child = if flags & 2 > 0 { Some(self.execution_id()?) } else { None };
                WaitKind::Step { signal, child, is_deadline: told == 3 }
            }
            _ => return Err(SegmentError::Unknown("wait")),
        };
        Ok(WaitRestored { address, kind, due_ms })
    }

    fn complete(&mut self) -> Read<CompleteRestored> {
        let to_record = self.list(Self::place_of)?;
        Ok(CompleteRestored { to_record, woken: self.list(|from| Ok((from.place_of()?, from.woken()?)))? })
    }

    fn woken(&mut self) -> Read<Woken> {
        Ok(match self.byte()? {
            0 => Woken::Time,
            1 => Woken::TimedOut,
            2 => Woken::Signal(self.shared()?),
            3 => {
                let (execution, status) = (self.execution_id()?, self.status()?);
                Woken::ChildEnded { execution, status, output: self.shared()?, error: self.error()? }
            }
            _ => return Err(SegmentError::Unknown("end of a wait")),
        })
    }

    /// A value that stands here, or stood further up.
    pub(super) fn shared(&mut self) -> Read<Value> {
        self.shared_within(DEPTH)
    }

    fn shared_within(&mut self, depth: u32) -> Read<Value> {
        let value = match self.peek()? {
            value_tag::SHARED => {
                self.byte()?;
                let number = usize::try_from(self.number()?).unwrap_or(usize::MAX);
                let found = self.shared.get(number).filter(|value| value.depth() <= depth).cloned();
                return found.ok_or(SegmentError::Unknown("shared value"));
            }
            value_tag::LIST | value_tag::ENTRIES if depth == 0 => return Err(SegmentError::Unknown("depth")),
            value_tag::LIST => {
                self.byte()?;
                Value::array(self.list(|from| from.shared_within(depth - 1))?)
            }
            value_tag::ENTRIES => {
                self.byte()?;
                Value::object(self.named_values(depth - 1)?)
            }
            value_tag::SAME | value_tag::PATCH => return Err(SegmentError::Unknown("value")),
            _ => self.value(&Value::Null)?,
        };
        let is_shared = match &value {
            Value::String(text) => text.len() >= SHARED_FROM,
            other => matches!(other, Value::Array(_) | Value::Object(_)),
        };
        if is_shared {
            self.shared.push(value.clone());
        }
        Ok(value)
    }

    fn named_values(&mut self, depth: u32) -> Read<Vec<(ArcStr, Value)>> {
        self.list(|from| Ok((from.text()?.into(), from.shared_within(depth)?)))
    }
}
