//! How heavy an overlay is.

/// What came since an overlay was weighed is weighed anew once it is this part of what is allowed: whoever stands at the limit
/// must not have all of it written down for each letter.
const PART: usize = 64;

/// About how many bytes an overlay has at most. What is written over and over adds to what came and hardly to what is there. To know
/// that one writes all of it down, so it is done only where what came since the last time may have made it too much.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weight {
    /// What there was when it was weighed.
    weighed: usize,
    /// What came since.
    since: usize,
}

impl Weight {
    /// Of an overlay whose updates have so many bytes.
    pub(super) const fn new(bytes: usize) -> Self {
        Self { weighed: 0, since: bytes }
    }

    /// An update of so many bytes came.
    pub(super) const fn add(&mut self, bytes: usize) {
        self.since = self.since.saturating_add(bytes);
    }

    /// How many bytes there are at most.
    pub(super) const fn bytes(self) -> usize {
        self.weighed.saturating_add(self.since)
    }

    /// Whether it is more than so many bytes.
    pub(super) fn is_beyond(&mut self, most: usize, exactly: impl FnOnce() -> usize) -> bool {
        if self.bytes() > most && self.since > most / PART {
            *self = Self { weighed: exactly(), since: 0 };
        }
        self.bytes() > most
    }

    /// How many more bytes there is room for, where so many are to come.
    pub(super) fn room(&mut self, most: usize, wanted: usize, exactly: impl FnOnce() -> usize) -> usize {
        self.is_beyond(most.saturating_sub(wanted), exactly);
        most.saturating_sub(self.bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overlay_is_weighed_only_once_it_may_be_too_heavy() {
        let (mut weight, mut weighed) = (Weight::new(0), 0);
        // One field that is changed again and again: its updates are many, and the overlay stays small.
        for _ in 0..1_000 {
            weight.add(100);
            assert!(!weight.is_beyond(10_000, || {
                weighed += 1;
                500
            }));
        }
        assert_eq!(weighed, 10);
        weight.add(20_000);
        assert!(weight.is_beyond(10_000, || 20_500), "it is too heavy");
        assert!(!Weight::new(10_000).is_beyond(10_000, || unreachable!("not to be weighed")));
    }

    #[test]
    fn what_was_written_over_makes_room_again() {
        let mut weight = Weight::new(9_990);
        assert_eq!(weight.room(10_000, 5, || unreachable!("there is room")), 10);
        assert_eq!(weight.room(10_000, 100, || 500), 9_500);
        assert_eq!(weight.room(10_000, 9_600, || unreachable!("it is known")), 9_500);
    }

    #[test]
    fn who_stands_at_the_limit_does_not_have_it_weighed_each_time() {
        let (mut weight, mut weighed) = (Weight::new(10_001), 0);
        for _ in 0..1_000 {
            weight.add(1);
            weight.room(10_000, 1, || {
                weighed += 1;
                9_999
            });
        }
        assert!((2..10).contains(&weighed), "{weighed}");
    }
}
