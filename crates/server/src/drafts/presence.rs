//! Who is in a room and what they show of themselves, by the awareness protocol of Yjs: each client counts its states, and the one
//! with the higher clock stands.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;

use super::wire::{self, State};

/// Clients of a room.
pub(super) const CLIENTS_MAX: usize = 200;
/// Bytes of what one shows.
const STATE_MAX: usize = 16 * 1024;
/// What a client that is gone shows.
const GONE: &str = "null";

/// All states of a room.
#[derive(Default)]
pub(super) struct Presence {
    states: HashMap<u64, (State, u64)>,
    /// Whose state the others have not heard yet.
    changed: HashSet<u64>,
}

impl Presence {
    /// Takes what a member says. Answers what it has to hear: its own state as it is known here, where that is newer.
    pub(super) fn take(&mut self, member: u64, part: &[u8], is_here: impl Fn(u64) -> bool) -> Option<Bytes> {
        let mut stale = Vec::new();
        for state in wire::read_states(part, CLIENTS_MAX).ok()? {
            if state.json.len() > STATE_MAX {
                continue;
            }
            if !self.states.contains_key(&state.client) && self.states.len() >= CLIENTS_MAX && !self.make_room() {
                continue;
            }
            match self.states.get(&state.client) {
                // A name that another member uses is not taken from it.
                Some((_, owner)) if *owner != member && is_here(*owner) => continue,
                // Whoever comes back begins to count anew, and would be taken for somebody old: it hears its last clock.
                Some((known, _)) if known.json == GONE && state.json != GONE && state.clock <= known.clock => {
                    stale.push(known.clone());
                    continue;
                }
                Some((known, _)) if state.clock < known.clock => continue,
                Some((known, _)) if state.clock == known.clock && (known.json == GONE || state.json != GONE) => {
                    continue;
                }
                _ => {}
            }
            self.changed.insert(state.client);
            self.states.insert(state.client, (state, member));
        }
        (!stale.is_empty()).then(|| wire::awareness(stale.iter()))
    }

    /// Forgets somebody who is long gone.
    fn make_room(&mut self) -> bool {
        let gone = self.states.iter().find(|(_, (state, _))| state.json == GONE).map(|(client, _)| *client);
        gone.is_some_and(|client| self.states.remove(&client).is_some())
    }

    /// A member has left, and with it what it showed.
    pub(super) fn leave(&mut self, member: u64) {
        for (client, (state, owner)) in &mut self.states {
            if *owner == member && state.json != GONE {
                GONE.clone_into(&mut state.json);
                state.clock = state.clock.saturating_add(1);
                self.changed.insert(*client);
            }
        }
    }

    /// What everybody shows.
    pub(super) fn all(&self) -> Option<Bytes> {
        let here: Vec<&State> =
            self.states.values().map(|(state, _)| state).filter(|state| state.json != GONE).collect();
        (!here.is_empty()).then(|| wire::awareness(here.into_iter()))
    }

    pub(super) fn has_news(&self) -> bool {
        !self.changed.is_empty()
    }

    /// What changed since it was asked last.
    pub(super) fn news(&mut self) -> Option<Bytes> {
        let changed = std::mem::take(&mut self.changed);
        let states: Vec<&State> = changed.iter().filter_map(|client| Some(&self.states.get(client)?.0)).collect();
        (!states.is_empty()).then(|| wire::awareness(states.into_iter()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drafts::wire::Frame;

    fn states(frame: &Bytes) -> Vec<State> {
        let Some(Frame::Awareness(part)) = wire::read(frame) else { panic!("{frame:?}") };
        wire::read_states(&part, CLIENTS_MAX).expect("states")
    }

    fn said(client: u64, clock: u32, json: &str) -> Bytes {
        let state = State { client, clock, json: json.to_owned() };
        let Some(Frame::Awareness(part)) = wire::read(&wire::awareness(std::iter::once(&state))) else { panic!() };
        part
    }

    #[test]
    fn whoever_comes_back_is_told_how_far_it_had_counted() {
        let mut presence = Presence::default();
        assert!(presence.take(1, &said(7, 5, "{}"), |_| true).is_none());
        presence.leave(1);
        assert_eq!(states(&presence.news().expect("news"))[0].json, "null");
        let answer = presence.take(2, &said(7, 0, "{}"), |_| false).expect("an answer");
        assert_eq!(states(&answer), [State { client: 7, clock: 6, json: "null".into() }]);
        assert!(presence.take(2, &said(7, 7, "{}"), |_| false).is_none());
        assert_eq!(states(&presence.all().expect("somebody"))[0].clock, 7);
    }

    #[test]
    fn nobody_shows_themselves_as_somebody_else_or_too_much() {
        let mut presence = Presence::default();
        presence.take(1, &said(7, 1, "{\"name\":\"a\"}"), |_| true);
        presence.take(2, &said(7, 9, "{\"name\":\"b\"}"), |_| true);
        assert_eq!(states(&presence.all().expect("somebody"))[0].json, "{\"name\":\"a\"}");
        presence.take(2, &said(8, 1, &"x".repeat(STATE_MAX + 1)), |_| true);
        assert_eq!(states(&presence.all().expect("somebody")).len(), 1);
        for client in 100..400 {
            presence.take(2, &said(client, 1, "{}"), |_| true);
        }
        assert_eq!(states(&presence.all().expect("somebody")).len(), CLIENTS_MAX);
        presence.leave(2);
        presence.take(3, &said(900, 1, "{}"), |_| true);
        assert_eq!(states(&presence.all().expect("somebody")).len(), 2, "who is gone makes room");
    }
}
