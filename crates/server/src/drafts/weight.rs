//! How heavy an overlay is.

/// What came since an overlay was weighed is weighed anew once it is this part of what is allowed: whoever stands at the limit
/// must not have all of it written down for each letter.
const PART: usize = 64;
/// Blocks that an item of an update makes at most: its own, and those that it parts.
const PARTED: usize = 3;
/// About how many bytes an item has in memory beside what it says.
const ITEM_BYTES: usize = 200;

/// Items that an overlay has at most: what makes a few bytes of an update hundreds in memory.
pub(super) const ITEMS_MAX: usize = 1_000_000;

/// How large an update is, or an overlay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) bytes: usize,
    pub(super) items: usize,
}

impl Size {
    /// What an overlay may have where its updates may have so many bytes.
    pub(super) const fn most(bytes: usize) -> Self {
        Self { bytes, items: ITEMS_MAX }
    }

    const fn plus(self, other: Self) -> Self {
        Self { bytes: self.bytes.saturating_add(other.bytes), items: self.items.saturating_add(other.items) }
    }

    const fn less(self, other: Self) -> Self {
        Self { bytes: self.bytes.saturating_sub(other.bytes), items: self.items.saturating_sub(other.items) }
    }

    const fn is_beyond(self, most: Self) -> bool {
        self.bytes > most.bytes || self.items > most.items
    }
}

/// How large an overlay is at most. What is written over and over adds to what came and hardly to what is there. To know that one
/// writes all of it down, so it is done only where what came since the last time may have made it too much.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Weight {
    /// What there was when it was weighed.
    weighed: Size,
    /// What came since.
    since: Size,
}

impl Weight {
    /// An update came.
    pub(super) const fn add(&mut self, update: Size) {
        let items = update.items.saturating_mul(PARTED);
        self.since = self.since.plus(Size { bytes: update.bytes, items });
    }

    /// What there is at most.
    const fn size(self) -> Size {
        self.weighed.plus(self.since)
    }

    /// How many bytes there are at most.
    pub(super) const fn bytes(self) -> usize {
        self.size().bytes
    }

    /// About how many bytes of memory that takes.
    pub(super) const fn memory(self) -> usize {
        let Size { bytes, items } = self.size();
        bytes.saturating_mul(2).saturating_add(items.saturating_mul(ITEM_BYTES))
    }

    /// Whether it is more than this.
    pub(super) fn is_beyond(&mut self, most: Size, exactly: impl FnOnce() -> Size) -> bool {
        let enough = Size { bytes: most.bytes / PART, items: most.items / PART };
        if self.size().is_beyond(most) && self.since.is_beyond(enough) {
            *self = Self { weighed: exactly(), since: Size::default() };
        }
        self.size().is_beyond(most)
    }

    /// How much more there is room for, where so much is to come.
    pub(super) fn room(&mut self, most: Size, wanted: Size, exactly: impl FnOnce() -> Size) -> Size {
        self.is_beyond(most.less(wanted), exactly);
        most.less(self.size())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: Size = Size { bytes: 10_000, items: 1_000 };

    const fn bytes(bytes: usize) -> Size {
        Size { bytes, items: 0 }
    }

    fn of(size: Size) -> Weight {
        let mut weight = Weight::default();
        weight.add(size);
        weight
    }

    #[test]
    fn an_overlay_is_weighed_only_once_it_may_be_too_heavy() {
        let (mut weight, mut weighed) = (of(bytes(0)), 0);
        // One field that is changed again and again: its updates are many, and the overlay stays small.
        for _ in 0..1_000 {
            weight.add(bytes(100));
            assert!(!weight.is_beyond(MOST, || {
                weighed += 1;
                bytes(500)
            }));
        }
        assert_eq!(weighed, 10);
        weight.add(bytes(20_000));
        assert!(weight.is_beyond(MOST, || bytes(20_500)), "it is too heavy");
        assert!(!of(bytes(10_000)).is_beyond(MOST, || unreachable!("not to be weighed")));
    }

    #[test]
    fn what_was_written_over_makes_room_again() {
        let mut weight = of(bytes(9_990));
        assert_eq!(weight.room(MOST, bytes(5), || unreachable!("there is room")).bytes, 10);
        assert_eq!(weight.room(MOST, bytes(100), || bytes(500)).bytes, 9_500);
        assert_eq!(weight.room(MOST, bytes(9_600), || unreachable!("it is known")).bytes, 9_500);
    }

    #[test]
    fn who_stands_at_the_limit_does_not_have_it_weighed_each_time() {
        let (mut weight, mut weighed) = (of(bytes(10_001)), 0);
        for _ in 0..1_000 {
            weight.add(bytes(1));
            weight.room(MOST, bytes(1), || {
                weighed += 1;
                bytes(9_999)
            });
        }
        assert!((2..10).contains(&weighed), "{weighed}");
    }

    #[test]
    fn small_items_weigh_more_than_their_bytes() {
        let items = |items: usize| Size { bytes: 4 * items, items };
        // Each may have parted two others.
        let mut weight = of(items(400));
        assert_eq!(weight.room(MOST, items(1), || items(450)).items, 550);
        weight.add(items(100));
        assert_eq!(weight.room(MOST, items(10), || unreachable!("there is room")).items, 250);
        assert!(of(items(1_001)).is_beyond(MOST, || items(1_001)));
        assert!(of(items(1_000)).memory() > 200_000);
    }
}
