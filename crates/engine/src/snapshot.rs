//! Snapshots: when an execution writes one, and what they mean to whoever reads a journal.

use model::segment::{self, SegmentWriter, fold};
use model::{Event, Execution, ExecutionId, TenantId};
use store::StoreError;
use store::journal::{ReadFrom, Segment, Seq};

use crate::engine::Engine;
use crate::history;
use crate::program::{Extent, Program};
use crate::start::EngineError;

/// How many times the bytes of the last snapshot follow it before the next one: writing them costs a share of the whole.
const APART: usize = 4;
/// A larger one is not written: a store takes segments of 256 MiB. The execution goes on from the one before.
const SNAPSHOT_MAX: usize = 192 << 20;

/// How far an execution's journal goes beyond its newest snapshot.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Beyond {
    bytes: usize,
    /// Bytes of that snapshot, or of the last that was too large.
    last: usize,
}

impl Beyond {
    /// What segments tell that were read from the newest snapshot on.
    pub(crate) fn of(segments: &[Segment]) -> Self {
        let bytes = |is_snapshot: bool| {
            segments.iter().filter(|found| found.snapshot == is_snapshot).map(|found| found.bytes.len()).sum()
        };
        Self { bytes: bytes(false), last: bytes(true) }
    }

    /// Counts what was appended.
    pub(crate) const fn note(&mut self, bytes: usize) {
        self.bytes += bytes;
    }

    /// Whether so much was appended that a snapshot is due; none before `least` bytes.
    pub(crate) const fn is_due(&self, least: usize) -> bool {
        self.bytes >= least && self.bytes / APART >= self.last
    }

    /// A snapshot as a segment; none where it is too large.
    pub(crate) fn write(&mut self, execution: &Execution) -> Option<SegmentWriter> {
        let written = segment::snapshot(execution);
        let bytes = written.len();
        *self = Self { bytes: if bytes > SNAPSHOT_MAX { self.bytes } else { 0 }, last: bytes };
        if bytes > SNAPSHOT_MAX {
            tracing::debug!(bytes, "a state is too large for a snapshot");
            return None;
        }
        Some(written)
    }
}

/// A journal as it is folded.
#[derive(Debug, Default)]
pub(crate) struct Folding {
    pub(crate) state: Option<Execution>,
    /// Seq of the last event folded.
    pub(crate) upto: Seq,
    /// Seq from which on nothing is missing: 1, or that of a snapshot before which the history was cut.
    pub(crate) from: Seq,
}

impl Folding {
    /// Folds a segment, telling each event with its seq and the state before it. A snapshot is told only where it begins
    /// the history: to the reader of what stands before it, it is nothing new.
    pub(crate) fn add(
        &mut self,
        program: &Program,
        segment: &Segment,
        mut each: impl FnMut(Seq, &Event, Option<&Execution>),
    ) -> Result<(), StoreError> {
        let damaged = |error: String| {
            let (from, to, id) = (segment.seq_from, segment.seq_to, segment.execution);
            StoreError::Corrupt(format!("events {from}..={to} of execution {id}: {error}"))
        };
        if segment.snapshot && segment.seq_from != self.upto + 1 {
            // What stood before is gone, also where it went while the journal was read.
            self.state = None;
        }
        if self.state.is_none() {
            self.from = segment.seq_from;
        }
        let mut seq = segment.seq_from;
        let plan = |extent| program.plan(extent).map_err(|error| damaged(error.to_string()));
        let mut next = |event: &Event, state: Option<&Execution>| {
            each(seq, event, state);
            seq += 1;
        };
        fold(&segment.bytes, &mut self.state, |accepted| plan(Extent::of(accepted)), &mut next)
            .map_err(|error| damaged(error.to_string()))??;
        if seq != segment.seq_from && seq != segment.seq_to + 1 {
            return Err(damaged(format!("it holds {} events", seq - segment.seq_from)));
        }
        self.upto = segment.seq_to;
        Ok(())
    }
}

impl Engine {
    /// Looks whether an execution can be read from each of its snapshots, and is then what its whole history tells.
    ///
    /// # Errors
    /// It cannot, or there is no such execution.
    pub async fn examine(&self, tenant: TenantId, execution: ExecutionId) -> Result<(), EngineError> {
        let row = self.row(tenant, execution).await?;
        let program = self.program(tenant, row.version).await?;
        let segments = history::segments(&**self.journal(), &row, ReadFrom::After(0)).await?;
        let snapshots: Vec<usize> = (0..segments.len()).filter(|&at| segments[at].snapshot).collect();
        let status_of = |segments: &[Segment]| -> Result<_, StoreError> {
            let folded = history::replay(&program, segments, |_, _, _| {})?;
            Ok(folded.state.map(|state| (state.status(), state.output())))
        };
        let mut next = segments.len();
        let mut expected = None;
        for &at in snapshots.iter().rev() {
            // From one snapshot to the next: each is to lead to where the one after it stands.
            let end = if next == segments.len() { next } else { next + 1 };
            let found = status_of(&segments[at..end])?;
            expected = expected.or_else(|| (next == segments.len()).then(|| found.clone()));
            next = at;
        }
        if let (Some(found), Some(&first)) = (expected, snapshots.first())
            && first > 0
            && status_of(&segments)? != found
        {
            let what = format!("execution {execution} is another one from its snapshot on than from its beginning");
            return Err(StoreError::Corrupt(what).into());
        }
        Ok(())
    }
}
