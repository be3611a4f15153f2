//! Identities: 63-bit numbers that grow with time, written as 13 characters that sort like the numbers.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicI64, Ordering};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Crockford's base 32 in lower case: no letter that looks like a digit.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters of a written id.
const WIDTH: usize = 13;

/// A text that is no id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an id is 13 characters of 0-9 and a-z without i, l, o and u")]
pub struct InvalidId;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_id(self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                read_id(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id! {
    /// One run of one version.
    ExecutionId
}
id! {
    /// The named thing that a person edits.
    WorkflowId
}
id! {
    /// An immutable published graph.
    VersionId
}

/// Whose data it is. It stands in every key of the store; until accounts exist there is only [`TenantId::DEFAULT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TenantId(pub u32);

impl TenantId {
    /// The tenant `default`.
    pub const DEFAULT: Self = Self(1);
}

impl ExecutionId {
    /// The millisecond since 1970 in which [`next_id`] made this id.
    pub const fn millis(self) -> i64 {
        (self.0 >> SHIFT) + EPOCH_MS
    }
}

/// 2025-01-01T00:00:00Z, where ids begin to count.
const EPOCH_MS: i64 = 1_735_689_600_000;
/// Ids of one millisecond: 10 bits for the lane that makes them, 12 for their order in it.
const SHIFT: u32 = 22;
const COUNTER_BITS: u32 = 12;

/// The id after `last` in a lane (0..1024): it carries the clock's millisecond, and always grows, also when the
/// clock does not or more than 4,096 ids are made in one millisecond. Uniqueness over restores of a backup follows
/// from the clock.
pub fn next_id(last: i64, now_ms: i64, lane: u16) -> i64 {
    let lane = i64::from(lane & 0x3ff) << COUNTER_BITS;
    let from_clock = ((now_ms - EPOCH_MS).max(0) << SHIFT) | lane;
    if from_clock > last {
        return from_clock;
    }
    let counter = last & ((1 << COUNTER_BITS) - 1);
    let same_lane = lane_of(last) == lane_of(lane);
    if same_lane && counter < (1 << COUNTER_BITS) - 1 { last + 1 } else { after_millisecond_of(last) | lane }
}

/// Ids of one lane, for many threads: no two get the same, and each is above those given before.
#[derive(Debug)]
pub struct IdSequence {
    lane: u16,
    last: AtomicI64,
}

impl IdSequence {
    /// The ids of a lane (0..1024) after `last`.
    pub const fn after(last: i64, lane: u16) -> Self {
        Self { lane, last: AtomicI64::new(last) }
    }

    /// The next id, made by [`next_id`].
    pub fn next(&self, now_ms: i64) -> i64 {
        let next = |last| next_id(last, now_ms, self.lane);
        let given = self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(next(last)));
        // It is never refused, and answers the id before.
        next(given.unwrap_or_else(|last| last))
    }
}

/// A number after which [`next_id`] makes only ids later than the millisecond of `id`, in every lane.
pub const fn after_millisecond_of(id: i64) -> i64 {
    ((id >> SHIFT) + 1) << SHIFT
}

/// The lane that made an id.
const fn lane_of(id: i64) -> u16 {
    ((id >> COUNTER_BITS) & 0x3ff) as u16
}

fn write_id(id: i64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut text = [0u8; WIDTH];
    let mut rest = id.cast_unsigned();
    for place in text.iter_mut().rev() {
        *place = DIGITS[(rest & 31) as usize];
        rest >>= 5;
    }
    f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
}

fn read_id(text: &str) -> Result<i64, InvalidId> {
    if text.len() != WIDTH {
        return Err(InvalidId);
    }
    let mut id: u64 = 0;
    for byte in text.bytes() {
        let digit = DIGITS.iter().position(|&digit| digit == byte.to_ascii_lowercase()).ok_or(InvalidId)?;
        id = id.checked_mul(32).and_then(|id| id.checked_add(digit as u64)).ok_or(InvalidId)?;
    }
    i64::try_from(id).map_err(|_| InvalidId)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_gives_each_thread_ids_of_its_own() {
        let sequence = IdSequence::after(0, 7);
        let together = std::sync::Barrier::new(2);
        let take = || {
            together.wait();
            (0..100_000).map(|_| sequence.next(EPOCH_MS + 5)).collect::<Vec<_>>()
        };
        let (mine, others) = std::thread::scope(|scope| {
            let other = scope.spawn(take);
            (take(), other.join().expect("it does not panic"))
        });
        assert!(mine.is_sorted() && others.is_sorted(), "each sees them grow");
        let all: std::collections::HashSet<_> = mine.iter().chain(&others).copied().collect();
        assert_eq!(all.len(), 200_000, "no two are the same");
        assert!(all.iter().all(|&id| lane_of(id) == 7));
    }

    #[test]
    fn ids_sort_as_text_and_round_trip() {
        let mut last = 0;
        let mut texts = Vec::new();
        for step in 0..20_000 {
            let next = next_id(last, EPOCH_MS + 5 + step / 9_000, 3);
            assert!(next > last);
            last = next;
            texts.push(ExecutionId(next).to_string());
        }
        assert!(texts.is_sorted());
        assert_eq!(texts[77].parse::<ExecutionId>().expect("its own text").to_string(), texts[77]);
        assert_eq!(ExecutionId(next_id(0, EPOCH_MS + 5, 0)).millis(), EPOCH_MS + 5);
        for wrong in ["", "0", "zzzzzzzzzzzzz", "000000000000u", "0000000000000000"] {
            assert_eq!(wrong.parse::<ExecutionId>(), Err(InvalidId), "{wrong}");
        }
    }
}
