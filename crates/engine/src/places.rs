//! Places: how many executions of a shard may be under way at a time. The others wait in line, the most urgent first
//! and then in the order in which they came; that they were accepted is durable before anybody is told so.
//!
//! An execution that ends in its first slice needs no place: it never comes this far.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use model::ExecutionId;

/// A shard has at least so many places, so that chance cannot leave it without one that another shard has to spare.
const SHARE_MIN: usize = 8;

/// Whether an execution has a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Place {
    /// It needs none, or has not asked for one yet.
    #[default]
    Outside,
    /// It waits for one.
    InLine,
    /// It has one.
    Taken,
}

/// The places of a shard.
pub(crate) struct Places {
    free: usize,
    /// Priority, then who came first.
    line: BinaryHeap<(i8, Reverse<u64>, ExecutionId)>,
    asked: u64,
}

impl Places {
    /// So many places.
    pub(crate) const fn new(count: usize) -> Self {
        Self { free: count, line: BinaryHeap::new(), asked: 0 }
    }

    /// Shares `count` places among at most `shards` shards.
    pub(crate) fn share(count: usize, shards: usize) -> Vec<usize> {
        let shards = (count / SHARE_MIN).clamp(1, shards.max(1));
        (0..shards).map(|shard| count / shards + usize::from(shard < count % shards)).collect()
    }

    /// Whether who comes now would get a place.
    pub(crate) fn has_room(&self) -> bool {
        self.free > 0 && self.line.is_empty()
    }

    /// Takes a place for an execution, or puts it in line.
    pub(crate) fn ask(&mut self, execution: ExecutionId, priority: i8) -> Place {
        if self.has_room() {
            self.free -= 1;
            Place::Taken
        } else {
            self.asked += 1;
            self.line.push((priority, Reverse(self.asked), execution));
            Place::InLine
        }
    }

    /// Gives a place back.
    pub(crate) const fn give_back(&mut self) {
        self.free += 1;
    }

    /// Takes a place for the first in line, if there is one.
    pub(crate) fn next(&mut self) -> Option<ExecutionId> {
        let next = if self.free > 0 { self.line.pop() } else { None };
        self.free -= usize::from(next.is_some());
        next.map(|(.., execution)| execution)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_are_the_whole() {
        for (count, shards, expected) in [
            (50, 2, vec![25, 25]),
            (1, 8, vec![1]),
            (17, 8, vec![9, 8]),
            (19, 1, vec![19]),
            (1_000, 3, vec![334, 333, 333]),
        ] {
            assert_eq!(Places::share(count, shards), expected, "{count} over {shards}");
        }
    }

    #[test]
    fn who_waits_longest_is_next_unless_another_is_more_urgent() {
        let mut places = Places::new(1);
        let ask = |places: &mut Places, id| places.ask(ExecutionId(id), 0);
        assert_eq!([1, 2, 3].map(|id| ask(&mut places, id)), [Place::Taken, Place::InLine, Place::InLine]);
        assert_eq!(places.next(), None);
        places.give_back();
        assert_eq!(ask(&mut places, 4), Place::InLine, "nobody passes those in line");
        assert_eq!(places.ask(ExecutionId(5), 1), Place::InLine);
        assert_eq!(places.next(), Some(ExecutionId(5)));
        places.give_back();
        assert_eq!(places.next(), Some(ExecutionId(2)));
        assert_eq!(places.next(), None);
    }
}
