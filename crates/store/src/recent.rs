//! What changed lately: whoever has read a list of executions asks for what changed since, instead of reading it again.
//!
//! Each committed batch that changed a row has a number, and the ids of what it changed stay in memory until many others
//! came after them. Nothing of it is stored: a cursor is good for the opening of the store that gave it.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::str::FromStr;

use model::{ExecutionId, TenantId};

use crate::journal::{ExecutionPage, ExecutionQuery, ExecutionRow, LIST_MAX};
use crate::{Result, StoreError};

/// Changes that are remembered: about 3 MB.
const KEPT: usize = 131_072;
/// Changes that one answer looks at, and those of the batch in which it comes to so many.
const LOOK_AT: usize = 4_096;

/// A place in what is committed: which opening of the store, whose lane, and the number of the batch. Its text is for
/// callers to keep, and says nothing to them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListCursor {
    opened_ms: i64,
    lane: i64,
    batch: u64,
}

impl fmt::Display for ListCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}.{:x}.{:x}", self.opened_ms, self.lane, self.batch)
    }
}

/// The text is none that a cursor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not one that a list answered")]
pub struct NoCursor;

impl FromStr for ListCursor {
    type Err = NoCursor;

    fn from_str(text: &str) -> Result<Self, NoCursor> {
        let mut parts = text.split('.').map(|part| u64::from_str_radix(part, 16).map_err(|_| NoCursor));
        let mut part = || parts.next().unwrap_or(Err(NoCursor));
        let cursor = Self { opened_ms: part()?.cast_signed(), lane: part()?.cast_signed(), batch: part()? };
        if parts.next().is_none() { Ok(cursor) } else { Err(NoCursor) }
    }
}

/// A row that was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Touch {
    pub(crate) execution: ExecutionId,
    /// Whose it was, if it was deleted.
    pub(crate) gone: Option<TenantId>,
}

impl Touch {
    pub(crate) const fn of(execution: ExecutionId) -> Self {
        Self { execution, gone: None }
    }
}

/// The changes of the last batches, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    last: ListCursor,
    /// Of batches up to this one changes are missing.
    floor: u64,
    changes: VecDeque<(u64, Touch)>,
}

/// Changes since a cursor, in whole batches.
#[derive(Debug)]
pub(crate) struct Since {
    changes: Vec<(u64, Touch)>,
    /// The place behind them.
    end: ListCursor,
    /// Whether others follow.
    more: bool,
}

impl Recent {
    /// Nothing has changed yet since this opening of the store.
    pub(crate) fn new(opened_ms: i64, lane: i64) -> Self {
        Self { last: ListCursor { opened_ms, lane, batch: 0 }, ..Self::default() }
    }

    /// Takes in what a batch changed; to be called after its commit and before anybody is told of it.
    pub(crate) fn commit(&mut self, touched: &mut Vec<Touch>) {
        if touched.is_empty() {
            return;
        }
        touched.dedup();
        self.last.batch += 1;
        let batch = self.last.batch;
        self.changes.extend(touched.drain(..).map(|touch| (batch, touch)));
        while self.changes.len() > KEPT {
            self.floor = self.changes.pop_front().map_or(self.floor, |(batch, _)| batch);
        }
    }

    /// The place behind all that is committed. Whoever reads rows after asking misses nothing by it.
    pub(crate) const fn now(&self) -> ListCursor {
        self.last
    }

    /// What changed since.
    ///
    /// # Errors
    /// `Expired` if that is no longer known.
    pub(crate) fn since(&self, cursor: ListCursor) -> Result<Since> {
        let same_opening = (cursor.opened_ms, cursor.lane) == (self.last.opened_ms, self.last.lane);
        if !same_opening || !(self.floor..=self.last.batch).contains(&cursor.batch) {
            return Err(StoreError::Expired);
        }
        let first = self.changes.partition_point(|(batch, _)| *batch <= cursor.batch);
        let last = self.changes.get(first + LOOK_AT).map_or(u64::MAX, |(batch, _)| *batch);
        let changes: Vec<_> = self.changes.range(first..).take_while(|(batch, _)| *batch <= last).copied().collect();
        let more = first + changes.len() < self.changes.len();
        let end = match changes.last() {
            Some(&(batch, _)) if more => ListCursor { batch, ..self.last },
            _ => self.last,
        };
        Ok(Since { changes, end, more })
    }
}

impl Since {
    /// The page of what is asked for, with what the rows are now. It ends with a batch, so it may be longer than asked.
    pub(crate) fn page(
        self,
        query: &ExecutionQuery,
        mut find: impl FnMut(ExecutionId) -> Result<Option<ExecutionRow>>,
    ) -> Result<ExecutionPage> {
        let limit = query.limit.clamp(1, LIST_MAX);
        let mut page = ExecutionPage { cursor: self.end, more: self.more, ..ExecutionPage::default() };
        let mut seen = HashSet::new();
        let mut before = 0;
        for (batch, Touch { execution, gone }) in self.changes {
            if batch != before && page.rows.len() + page.gone.len() >= limit {
                page.cursor.batch = before;
                page.more = true;
                break;
            }
            before = batch;
            if seen.contains(&execution) {
                continue;
            }
            match find(execution)?.filter(|row| row.tenant == query.tenant) {
                Some(row) if query.wants(&row) => page.rows.push(row),
                Some(row) if query.may_want(&row) => page.gone.push(execution),
                Some(_) => {}
                None if gone == Some(query.tenant) => page.gone.push(execution),
                // It is another tenant's, or that it was deleted comes later.
                None => continue,
            }
            seen.insert(execution);
        }
        page.rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.id));
        page.gone.sort_unstable();
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touches(ids: std::ops::Range<i64>) -> Vec<Touch> {
        ids.map(|id| Touch::of(ExecutionId(id))).collect()
    }

    fn ids(since: &Since) -> Vec<i64> {
        since.changes.iter().map(|(_, touch)| touch.execution.0).collect()
    }

    #[test]
    fn what_is_forgotten_is_not_passed_over() {
        let mut recent = Recent::new(7, 3);
        let start = recent.now();
        recent.commit(&mut touches(0..10));
        let first = recent.now();
        recent.commit(&mut Vec::new());
        assert_eq!(recent.now(), first, "nothing changed");
        assert_eq!(ids(&recent.since(start).expect("it is known")), (0..10).collect::<Vec<_>>());
        recent.commit(&mut touches(10..KEPT as i64));
        assert!(recent.since(start).is_ok(), "all is kept");
        recent.commit(&mut touches(0..1));
        assert_eq!(recent.since(start).expect_err("one is missing"), StoreError::Expired);
        assert!(recent.since(first).is_ok(), "it saw the one that is missing");
        recent.commit(&mut touches(0..10));
        assert_eq!(recent.since(first).expect_err("some are missing"), StoreError::Expired);
        let later = ListCursor { batch: recent.now().batch + 1, ..first };
        for foreign in [later, ListCursor { lane: 4, ..recent.now() }, ListCursor { opened_ms: 8, ..recent.now() }] {
            assert_eq!(recent.since(foreign).expect_err("it is of another opening"), StoreError::Expired);
        }
        let now = recent.since(recent.now()).expect("it is known");
        assert!(now.changes.is_empty() && !now.more && now.end == recent.now());
    }

    #[test]
    fn answers_end_with_a_batch() {
        let mut recent = Recent::new(7, 3);
        let mut at = recent.now();
        for n in 0..100 {
            recent.commit(&mut touches(100 * n..100 * (n + 1)));
        }
        let mut seen = Vec::new();
        loop {
            let since = recent.since(at).expect("it is known");
            assert_eq!(since.changes.len() % 100, 0, "batches are whole");
            assert!(since.changes.len() < LOOK_AT + 100);
            seen.extend(ids(&since));
            at = since.end;
            if !since.more {
                break;
            }
        }
        assert_eq!(seen, (0..10_000).collect::<Vec<_>>());
        assert_eq!(at, recent.now());
    }

    #[test]
    fn cursors_are_read_as_they_are_written() {
        let cursor = ListCursor { opened_ms: 1_748_736_000_000, lane: 12, batch: u64::MAX };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for wrong in ["", "1.2", "1.2.3.4", "1.2.x", "0bc1234567890"] {
            assert_eq!(wrong.parse::<ListCursor>(), Err(NoCursor), "{wrong}");
        }
    }
}
