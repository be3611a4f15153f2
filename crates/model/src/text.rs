//! Texts that two people changed: merged by words where they changed different places.
//!
//! A text is cut into words, stretches of space, and single other characters. Each side is compared with the base. Changes in
//! different places are all taken, equal ones once; those that overlap or touch are for somebody to decide.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Two texts on top of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// All changes of both. Where they stand side by side it has both, theirs first in one place; where they overlap, mine.
    pub text: String,
    /// In how many places the changes overlap or touch: with any, `text` is a proposal and no more.
    pub overlaps: usize,
}

/// Merges what two people made of a text.
///
/// What it takes grows with the length of the texts: of texts that differ everywhere a coarser comparison is found in
/// place of the smallest one.
pub fn merge(base: &str, mine: &str, theirs: &str) -> Merged {
    let base: Vec<&str> = words(base).collect();
    let (mine, theirs) = (Side::new(&base, mine), Side::new(&base, theirs));
    let mut merged = Merged::default();
    let (mut at, mut my_next, mut their_next) = (0, 0, 0);
    while let Some(place) = first(&mine.changes[my_next..], &theirs.changes[their_next..]) {
        let (place, my_end, their_end) = widen(place, &mine.changes[my_next..], &theirs.changes[their_next..]);
        let my_own = &mine.changes[my_next..my_next + my_end];
        let their_own = &theirs.changes[their_next..their_next + their_end];
        merged.push(&base[at..place.start]);
        if their_own.is_empty() || mine.made(&place, my_own) == theirs.made(&place, their_own) {
            merged.push(mine.made(&place, my_own));
        } else if my_own.is_empty() {
            merged.push(theirs.made(&place, their_own));
        } else {
            merged.overlaps += 1;
            if my_own.iter().any(|change| their_own.iter().any(|other| change.overlaps(other))) {
                merged.push(mine.made(&place, my_own));
            } else {
                merged.push_both(&base[..place.end], place.start, (&mine, my_own), (&theirs, their_own));
            }
        }
        at = place.end;
        (my_next, their_next) = (my_next + my_end, their_next + their_end);
    }
    merged.push(&base[at..]);
    merged
}

impl Merged {
    fn push(&mut self, words: &[&str]) {
        self.text.extend(words.iter().copied());
    }

    /// Changes that stand side by side, in their order.
    fn push_both(&mut self, base: &[&str], mut at: usize, (mine, my_own): Made<'_>, (theirs, their_own): Made<'_>) {
        let their_own = their_own.iter().map(|change| (change, theirs));
        let mut all: Vec<(&Change, &Side<'_>)> = their_own.chain(my_own.iter().map(|change| (change, mine))).collect();
        all.sort_by_key(|(change, _)| (change.base.start, change.base.end));
        for (change, side) in all {
            self.push(&base[at..change.base.start]);
            self.push(&side.words[change.now.clone()]);
            at = change.base.end;
        }
        self.push(&base[at..]);
    }
}

/// A side with some of its changes.
type Made<'s> = (&'s Side<'s>, &'s [Change]);

/// Words of the base, and the words that are there now.
#[derive(Clone, Debug)]
struct Change {
    base: Range<usize>,
    now: Range<usize>,
}

impl Change {
    fn overlaps(&self, other: &Self) -> bool {
        self.base.start < other.base.end && other.base.start < self.base.end
    }
}

/// What one of the two made of it.
struct Side<'t> {
    words: Vec<&'t str>,
    /// What changed, by place; between two there is a word that did not.
    changes: Vec<Change>,
}

impl<'t> Side<'t> {
    fn new(base: &[&str], text: &'t str) -> Self {
        let words: Vec<&str> = words(text).collect();
        let mut changes: Vec<Change> = Vec::new();
        for op in capture_diff_slices(Algorithm::Myers, base, &words) {
            if matches!(op, DiffOp::Equal { .. }) {
                continue;
            }
            let change = Change { base: op.old_range(), now: op.new_range() };
            match changes.last_mut().filter(|last| last.base.end == change.base.start) {
                Some(last) => (last.base.end, last.now.end) = (change.base.end, change.now.end),
                None => changes.push(change),
            }
        }
        Self { words, changes }
    }

    /// What stands in a place of the base where these changes were made, and no others.
    fn made(&self, place: &Range<usize>, changes: &[Change]) -> &[&'t str] {
        let (Some(first), Some(last)) = (changes.first(), changes.last()) else { return &[] };
        let (before, after) = (first.base.start - place.start, place.end - last.base.end);
        &self.words[first.now.start - before..last.now.end + after]
    }
}

/// Where the next change is.
fn first(mine: &[Change], theirs: &[Change]) -> Option<Range<usize>> {
    let heads = [mine.first(), theirs.first()].into_iter().flatten();
    heads.map(|change| change.base.clone()).min_by_key(|place| (place.start, place.end))
}

/// The place with everything that overlaps or touches it, and how many changes of each side that are.
fn widen(mut place: Range<usize>, mine: &[Change], theirs: &[Change]) -> (Range<usize>, usize, usize) {
    let (mut my_end, mut their_end) = (0, 0);
    loop {
        let touches = |change: &&Change| change.base.start <= place.end;
        let (my_next, their_next) = (mine.get(my_end).filter(touches), theirs.get(their_end).filter(touches));
        let Some(next) = my_next.or(their_next) else { return (place, my_end, their_end) };
        place.end = place.end.max(next.base.end);
        if my_next.is_some() {
            my_end += 1;
        } else {
            their_end += 1;
        }
    }
}

/// Cuts a text into words, stretches of space within a line, and single other characters.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = Kind::of(rest.chars().next()?);
        let end = rest.char_indices().skip(1).find(|(_, char)| first == Kind::Other || Kind::of(*char) != first);
        let (word, after) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
        rest = after;
        Some(word)
    })
}

#[derive(PartialEq, Eq)]
enum Kind {
    Word,
    Space,
    Other,
}

impl Kind {
    fn of(char: char) -> Self {
        match char {
            '\n' => Self::Other,
            '_' => Self::Word,
            _ if char.is_alphanumeric() => Self::Word,
            _ if char.is_whitespace() => Self::Space,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(base: &str, mine: &str, theirs: &str) -> (String, usize) {
        let merged = merge(base, mine, theirs);
        (merged.text, merged.overlaps)
    }

    #[test]
    fn changes_in_different_places_are_all_taken() {
        for (base, mine, theirs, both) in [
            ("hello good world", "hi good world", "hello good moon", "hi good moon"),
            ("a\nb\nc\n", "A\nb\nc\n", "a\nb\nc\nd\n", "A\nb\nc\nd\n"),
            ("x = 1;", "x = 2;", "let x = 1;", "let x = 2;"),
            (
                "{{ input.a + input.b }}",
                "{{ input.c + input.b }}",
                "{{ input.a + input.d }}",
                "{{ input.c + input.d }}",
            ),
            ("one two three", "two three", "one two", "two"),
            ("größer als 🎉 x", "kleiner als 🎉 x", "größer als 🎉 ÿ", "kleiner als 🎉 ÿ"),
        ] {
            assert_eq!(merged(base, mine, theirs), (both.to_owned(), 0), "{base:?}");
            assert_eq!(merged(base, theirs, mine), (both.to_owned(), 0), "{base:?}");
        }
    }

    #[test]
    fn the_same_change_is_made_once() {
        assert_eq!(merged("a b c", "a x c", "a x c"), ("a x c".into(), 0));
        assert_eq!(merged("a b c", "a x c d", "a x c"), ("a x c d".into(), 0));
        assert_eq!(merged("", "new text", "new text"), ("new text".into(), 0));
    }

    #[test]
    fn where_both_changed_the_same_words_mine_is_proposed() {
        assert_eq!(merged("a b c d", "a x c D", "A y c d"), ("A x c D".into(), 1));
        assert_eq!(merged("keep this line", "keep", "keep this long line"), ("keep".into(), 1));
    }

    #[test]
    fn where_they_only_touch_both_are_proposed() {
        assert_eq!(merged("a", "a mine", "a theirs"), ("a theirs mine".into(), 1));
        assert_eq!(merged("a b", "a x", "a b too"), ("a x too".into(), 1));
        assert_eq!(merged("a+b", "x+b", "a-b"), ("x-b".into(), 1));
    }

    #[test]
    fn long_texts_that_share_nothing_are_compared_too() {
        let text = |seed: u64| {
            let mut state = seed;
            let mut next = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                format!("{} ", (state >> 33) % 5_000)
            };
            (0..50_000).map(|_| next()).collect::<String>()
        };
        let (base, mine, theirs) = (text(1), text(2), text(3));
        let merged = merge(&base, &mine, &theirs);
        assert!(merged.overlaps > 0);
        assert_eq!(merge(&base, &base, &theirs).text, theirs);
        assert_eq!(merge(&base, &mine, &base).text, mine);
    }
}
