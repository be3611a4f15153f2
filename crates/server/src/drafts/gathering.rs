//! What of a room's news goes out when. The first change after a quiet time is told at once; what comes right after it goes
//! together, so that those who are many do not hear of each letter by itself.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::wire;

/// Changes go out together at most this often, and so does what people show of themselves.
const TOGETHER: Duration = Duration::from_millis(50);
/// Where only so many are in a room, changes go out sooner: there is little to send, and they are waited for.
const FEW: usize = 8;
const SOON: Duration = Duration::from_millis(10);

/// Changes that not everybody has heard, and when something went out last.
#[derive(Default)]
pub(super) struct Gathering {
    /// Each with who sent it, where that was one.
    updates: Vec<(Option<u64>, Bytes)>,
    told: Option<Instant>,
    shown: Option<Instant>,
}

/// What is to be sent.
pub(super) struct Told {
    pub(super) frame: Bytes,
    /// Who made all of it, and need not hear it.
    pub(super) by: Option<u64>,
}

impl Gathering {
    pub(super) fn add(&mut self, from: Option<u64>, update: Bytes) {
        self.updates.push((from, update));
    }

    /// When something is to go out in a room with so many; `shows` says whether somebody shows something new.
    pub(super) fn due(&self, members: usize, shows: bool) -> Option<Instant> {
        let changes = (!self.updates.is_empty()).then(|| after(self.told, gap(members)));
        let states = shows.then(|| after(self.shown, TOGETHER));
        changes.into_iter().chain(states).min()
    }

    /// The changes that are due now; with `all`, also those that would wait.
    pub(super) fn changes(&mut self, now: Instant, members: usize, all: bool) -> Option<Told> {
        if self.updates.is_empty() || !all && after(self.told, gap(members)) > now {
            return None;
        }
        let updates = std::mem::take(&mut self.updates);
        self.told = Some(now);
        let first = updates.first().and_then(|(from, _)| *from);
        let by = first.filter(|first| updates.iter().all(|(from, _)| from.as_ref() == Some(first)));
        let frame = match &updates[..] {
            [(_, one)] => wire::update(one),
            // Ours all of them: merging does not fail.
            several => wire::update(&yrs::merge_updates_v1(several.iter().map(|(_, update)| update)).ok()?),
        };
        Some(Told { frame, by })
    }

    /// Whether what people show may go out now.
    pub(super) fn shows(&mut self, now: Instant, all: bool) -> bool {
        let may = all || after(self.shown, TOGETHER) <= now;
        if may {
            self.shown = Some(now);
        }
        may
    }
}

const fn gap(members: usize) -> Duration {
    if members > FEW { TOGETHER } else { SOON }
}

/// A gap after something; long ago where there was nothing before.
fn after(last: Option<Instant>, gap: Duration) -> Instant {
    last.map_or_else(|| Instant::now() - gap, |last| last + gap)
}

#[cfg(test)]
mod tests {
    use super::*;
    use yrs::{Doc, Map as _, Transact as _};

    /// Changes of one person, one after another.
    fn changes(count: usize) -> Vec<Bytes> {
        let doc = Doc::new();
        let map = doc.get_or_insert_map("nodes");
        let change = |at: usize| {
            let mut txn = doc.transact_mut();
            map.insert(&mut txn, format!("a/{at}"), "1");
            txn.encode_update_v1().into()
        };
        (0..count).map(change).collect()
    }

    /// Lets changes come at moments (ms, who), and answers when something went out, and how many it was of.
    fn play(members: usize, come: &[(u64, u64)]) -> Vec<(u64, usize)> {
        let (began, mut gathering, mut out) = (Instant::now(), Gathering::default(), Vec::new());
        let mut come = come.iter().zip(changes(come.len())).peekable();
        for ms in 0..3_000 {
            let now = began + Duration::from_millis(ms);
            while let Some(((_, from), update)) = come.next_if(|((at, _), _)| *at <= ms) {
                gathering.add(Some(*from), update);
            }
            let waiting = gathering.updates.len();
            let is_due = gathering.due(members, false).is_some_and(|due| due <= now);
            let told = gathering.changes(now, members, false);
            assert_eq!(told.is_some(), is_due, "at {ms} ms");
            out.extend(told.map(|_| (ms, waiting)));
        }
        out
    }

    #[test]
    fn the_first_change_of_a_burst_is_told_at_once_and_the_others_together() {
        // Three in a row, then one after a quiet time.
        let burst = [(100, 1), (101, 1), (120, 1), (1_000, 1)];
        assert_eq!(play(50, &burst), [(100, 1), (150, 2), (1_000, 1)]);
        assert_eq!(play(3, &burst), [(100, 1), (110, 1), (120, 1), (1_000, 1)]);
    }

    #[test]
    fn one_who_types_among_few_waits_for_nothing() {
        let typed: Vec<(u64, u64)> = (0..20).map(|at| (at * 100, 1)).collect();
        let expected: Vec<(u64, usize)> = typed.iter().map(|(ms, _)| (*ms, 1)).collect();
        assert_eq!(play(8, &typed), expected);
    }

    #[test]
    fn fifty_who_change_something_ten_times_a_second_are_heard_twenty_times() {
        let mut all: Vec<(u64, u64)> = (0..500).map(|at| (at * 2, at % 50)).collect();
        all.sort_unstable();
        let out = play(50, &all);
        assert_eq!((out.len(), out.iter().map(|(_, count)| count).sum::<usize>()), (21, 500), "{out:?}");
    }

    #[test]
    fn what_people_show_does_not_hold_up_what_they_change() {
        let (mut gathering, now) = (Gathering::default(), Instant::now());
        assert!(gathering.due(50, true).is_some_and(|due| due <= now));
        assert!(gathering.shows(now, false) && !gathering.shows(now, false));
        gathering.add(Some(7), changes(1).remove(0));
        assert!(gathering.due(50, true).is_some_and(|due| due <= now), "the change, not what is shown");
        assert_eq!(gathering.changes(now, 50, false).expect("a change").by, Some(7));
        assert_eq!(gathering.due(50, true), Some(now + TOGETHER));
        for from in [7, 8] {
            gathering.add(Some(from), changes(1).remove(0));
        }
        assert!(gathering.changes(now, 50, false).is_none());
        assert_eq!(gathering.changes(now, 50, true).expect("all, at the end").by, None, "of two people");
    }
}
