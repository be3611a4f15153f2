//! What differs between two workflow files, to be shown: counts first, then row by row and field by field.

use serde::Serialize;

use crate::fields::{differing, differing_keys, escape, same_field};
use crate::rows::{LISTS, Names, Pairs, Row, rows};
use crate::value::Value;

/// The only field of a row that was moved and nothing else.
const POSITION: &str = "position";

/// What differs between two files.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Diff {
    /// How much of each there is, also of what [`Diff::limited`] left out.
    pub counts: Counts,
    /// Nodes: those that there were in their old order, then those that were added.
    pub nodes: Vec<RowDiff>,
    /// Edges, likewise.
    pub edges: Vec<RowDiff>,
    /// Keys of the file beside its lists.
    pub file: Vec<FieldDiff>,
    /// Whether the lists leave something out.
    pub more: bool,
}

/// How much differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Of the nodes.
    pub nodes: RowCounts,
    /// Of the edges.
    pub edges: RowCounts,
    /// Keys of the file.
    pub file: usize,
}

/// How many rows differ, each counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RowCounts {
    /// Only after.
    pub added: usize,
    /// Only before.
    pub removed: usize,
    /// In at least one field other than their place.
    pub changed: usize,
    /// In their place alone.
    pub moved: usize,
}

/// A row that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RowDiff {
    /// Its name in paths: its id, or `#` and a number; in the file after if it was added, in the file before otherwise.
    pub row: String,
    /// What became of it.
    #[serde(flatten)]
    pub change: Change,
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// It is new.
    Added {
        /// The whole row.
        after: Value,
    },
    /// It is gone.
    Removed {
        /// The whole row.
        before: Value,
    },
    /// Some of its fields are other ones.
    Changed {
        /// Which.
        fields: Vec<FieldDiff>,
    },
    /// It stands elsewhere, and nothing else about it changed.
    Moved {
        /// Where it stood; absent if it had no place.
        #[serde(skip_serializing_if = "Option::is_none")]
        before: Option<Value>,
        /// Where it stands; absent if it has no place any more.
        #[serde(skip_serializing_if = "Option::is_none")]
        after: Option<Value>,
    },
}

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldDiff {
    /// A key, or `data/<key>`, with `~` and `/` in keys as `~0` and `~1`.
    pub field: String,
    /// What it was; absent where it was not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What it is; absent where it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

impl FieldDiff {
    fn new(field: String, before: Option<&Value>, after: Option<&Value>) -> Self {
        Self { field, before: before.cloned(), after: after.cloned() }
    }
}

impl Diff {
    /// Compares two files. Rows are told by their id; the order in which they stand does not count.
    pub fn of(before: &Value, after: &Value) -> Self {
        let mut diff = Self::default();
        let (Some(old), Some(new)) = (before.as_object(), after.as_object()) else {
            if !same_field(Some(before), Some(after)) {
                diff.file.push(FieldDiff::new(String::new(), Some(before), Some(after)));
                diff.counts.file = 1;
            }
            return diff;
        };
        let lists = LISTS.map(|key| Some((rows(old.get(key), key)?, rows(new.get(key), key)?)));
        if let Some((old, new)) = &lists[0] {
            (diff.nodes, diff.counts.nodes) = compare(old, new);
        }
        if let Some((old, new)) = &lists[1] {
            (diff.edges, diff.counts.edges) = compare(old, new);
        }
        let is_list = |key: &str| LISTS.iter().zip(&lists).any(|(list, rows)| *list == key && rows.is_some());
        differing_keys(old, new, |key, before, after| {
            if !is_list(key) {
                diff.file.push(FieldDiff::new(escape(key), before, after));
            }
        });
        diff.counts.file = diff.file.len();
        diff
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.counts == Counts::default()
    }

    /// The same with at most so many nodes, edges and keys listed; the counts stay.
    #[must_use]
    pub fn limited(mut self, most: usize) -> Self {
        self.more |= self.nodes.len() > most || self.edges.len() > most || self.file.len() > most;
        self.nodes.truncate(most);
        self.edges.truncate(most);
        self.file.truncate(most);
        self
    }
}

fn compare(before: &[Row<'_>], after: &[Row<'_>]) -> (Vec<RowDiff>, RowCounts) {
    let pairs = Pairs::of(before, after);
    let (old_names, new_names) = (Names::of(before), Names::of(after));
    let (mut diffs, mut counts) = (Vec::new(), RowCounts::default());
    for (at, row) in before.iter().enumerate() {
        let change = match pairs.after[at].map(|after| after as usize) {
            Some(now) if pairs.same[now] => continue,
            Some(now) => match changed(row, &after[now]) {
                Some(change) => change,
                None => continue,
            },
            None => Change::Removed { before: row.value.clone().into_owned() },
        };
        diffs.push(RowDiff { row: old_names.name(at), change });
    }
    for (at, row) in after.iter().enumerate().filter(|(at, _)| pairs.before[*at].is_none()) {
        diffs
            .push(RowDiff { row: new_names.name(at), change: Change::Added { after: row.value.clone().into_owned() } });
    }
    for diff in &diffs {
        *match diff.change {
            Change::Added { .. } => &mut counts.added,
            Change::Removed { .. } => &mut counts.removed,
            Change::Changed { .. } => &mut counts.changed,
            Change::Moved { .. } => &mut counts.moved,
        } += 1;
    }
    (diffs, counts)
}

/// What is another in a row; nothing where only its id is spelled otherwise.
fn changed(before: &Row<'_>, after: &Row<'_>) -> Option<Change> {
    let mut fields = Vec::new();
    if let (Some(old), Some(new)) = (before.value.as_object(), after.value.as_object()) {
        differing(old, new, |field, old, new| {
            // `7` and `"7"` name the same row.
            if field != "id" || before.id().is_none() {
                fields.push(FieldDiff::new(field, old, new));
            }
        });
    }
    match &mut *fields {
        [] => None,
        [FieldDiff { field, before, after }] if field == POSITION => {
            Some(Change::Moved { before: before.take(), after: after.take() })
        }
        _ => Some(Change::Changed { fields }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn diff(before: &str, after: &str) -> Diff {
        let value = |text: &str| json::read(text.as_bytes()).expect("JSON");
        Diff::of(&value(before), &value(after))
    }

    const BEFORE: &str = r#"{"name":"N","nodes":[
        {"id":"a","position":{"x":1},"data":{"url":"u","n":1}},{"id":"b","position":{"x":2}},{"id":"c"},{"x":1},{"x":2}],
        "edges":[{"source":"a","target":"b"},{"id":7,"source":"b","target":"c"}]}"#;
    const AFTER: &str = r#"{"name":"M","tags":[],"nodes":[
        {"id":"d/1"},{"x":2},{"x":3},{"id":"a","position":{"x":5},"data":{"n":1,"key":true}},{"id":"b","position":{"x":9}}],
        "edges":[{"id":"7","source":"b","target":"c"},{"source":"a","target":"b","label":"L"}]}"#;

    #[test]
    fn tells_rows_and_fields_counts_first() {
        let text = serde_json::to_string(&diff(BEFORE, AFTER)).expect("JSON");
        let expected = concat!(
            r#"{"counts":{"nodes":{"added":1,"removed":1,"changed":2,"moved":1},"#,
            r#""edges":{"added":0,"removed":0,"changed":1,"moved":0},"file":2},"#,
            r#""nodes":[{"row":"a","kind":"changed","fields":[{"field":"position","before":{"x":1},"after":{"x":5}},"#,
            r#"{"field":"data/key","after":true},{"field":"data/url","before":"u"}]},"#,
            r#"{"row":"b","kind":"moved","before":{"x":2},"after":{"x":9}},{"row":"c","kind":"removed","before":{"id":"c"}},"#,
            r##"{"row":"#0","kind":"changed","fields":[{"field":"x","before":1,"after":3}]},"##,
            r#"{"row":"d~11","kind":"added","after":{"id":"d/1"}}],"#,
            r##""edges":[{"row":"#0","kind":"changed","fields":[{"field":"label","after":"L"}]}],"##,
            r#""file":[{"field":"name","before":"N","after":"M"},{"field":"tags","after":[]}],"more":false}"#,
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn long_lists_are_cut_and_counts_stay() {
        let rows: Vec<String> = (0..1_000).map(|at| format!(r#"{{"id":"n{at}"}}"#)).collect();
        let whole = diff(r#"{"nodes":[]}"#, &format!(r#"{{"nodes":[{}]}}"#, rows.join(",")));
        assert!(!whole.more && !whole.is_empty());
        let cut = whole.limited(10);
        assert_eq!((cut.counts.nodes.added, cut.nodes.len(), cut.more), (1_000, 10, true));
        assert_eq!(cut.nodes[9].row, "n9");
    }

    #[test]
    fn other_order_and_other_spelling_are_no_difference() {
        let before = r#"{"nodes":[{"id":"a","data":{"x":1,"y":1.10}},{"id":"b"}],"edges":null}"#;
        assert!(diff(before, r#"{"edges":[],"nodes":[{"id":"b"},{"data":{"y":1.1,"x":1},"id":"a"}]}"#).is_empty());
        assert!(diff(before, before).is_empty());
    }

    #[test]
    fn what_is_no_file_is_compared_as_it_is() {
        assert!(diff("7", "7").is_empty());
        assert_eq!(diff("7", "{}").counts.file, 1);
        let odd = diff(r#"{"nodes":{"a":1}}"#, r#"{"nodes":[5,"~x"],"edges":[5]}"#);
        assert_eq!((odd.file.len(), odd.nodes.len(), odd.edges[0].row.as_str()), (1, 0, "5"));
    }
}
