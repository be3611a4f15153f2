//! Three-way merge of workflow files by field: what two people made of one file, as one file.
//!
//! A field is a key of a row, or `data/<key>`. What one side changed is taken. Where both changed a field to different values
//! mine stands, texts that changed in different places are merged, and whatever is not in the file is told as a [`Conflict`].
//! A deletion never wins over an edit, and two rows that were added under one id both stay. Files may hold anything: rows
//! without ids, with ids used twice, and what is no row at all.

mod apart;
mod kept;
mod list;

use arcstr::ArcStr;
use serde::Serialize;

use crate::fields::{DATA, escape, members, same_field};
use crate::rows::LISTS;
use crate::text;
use crate::value::{Object, Value};
use kept::Kept;
use list::List;

/// From this many characters on a text is merged by its words; shorter ones are only if they look like a text.
const LONG: usize = 41;

/// The state of a document that a change was made from, as whoever made it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MadeFrom {
    /// Its rev: how often it had changed.
    Rev(u64),
    /// When it had last changed, in ms since 1970.
    At(i64),
}

impl MadeFrom {
    /// Whether that is the newest state, so that nothing is to be merged: one comparison, however large the document is.
    pub const fn is_newest(self, rev: u64, at_ms: i64) -> bool {
        match self {
            Self::Rev(known) => known == rev,
            Self::At(known) => known == at_ms,
        }
    }
}

/// What came of a merge.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// The file: rows in the order of theirs, then what only mine has.
    pub file: Value,
    /// Where both changed the same, in the order of the file.
    pub conflicts: Vec<Conflict>,
    /// Rows of mine that have another id, since both added one under theirs.
    pub renamed: Vec<Renamed>,
}

/// Two changes that do not agree. Mine is in the file; where one side deleted a row, what the other made of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Conflict {
    /// `nodes/<row>/<field>`, `edges/<row>/<field>` or `file/<key>`; no field where one side deleted the row.
    pub path: String,
    /// What it was; absent where it was not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<Value>,
    /// What I made of it; absent where I took it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mine: Option<Value>,
    /// What they made of it; absent where they took it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theirs: Option<Value>,
    /// Of two texts: as much of both as goes into one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged: Option<Value>,
}

/// A row of mine that got another id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Renamed {
    /// `nodes` or `edges`.
    pub list: &'static str,
    /// The id that theirs has now.
    pub from: ArcStr,
    /// The id that mine has now.
    pub to: ArcStr,
}

/// Merges what I made of a file and what they made of it. The time it takes grows with the files, not with their product.
pub fn merge(base: &Value, mine: &Value, theirs: &Value) -> Merged {
    let mut merging = Merging::default();
    let sides = Sides { base: Some(base), mine: Some(mine), theirs: Some(theirs) };
    let file = match (base.as_object(), mine.as_object(), theirs.as_object()) {
        (Some(base), Some(mine), Some(theirs)) => {
            merging.file(Sides { base: Some(base), mine: Some(mine), theirs: Some(theirs) })
        }
        _ => merging.field(sides, || "file".to_owned()).unwrap_or_default(),
    };
    Merged { file, conflicts: merging.conflicts, renamed: merging.renamed }
}

/// One thing in the three files; absent where a file does not have it.
#[derive(Debug)]
struct Sides<'v, T = Value> {
    base: Option<&'v T>,
    mine: Option<&'v T>,
    theirs: Option<&'v T>,
}

impl<T> Clone for Sides<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Sides<'_, T> {}

impl<'v, T> Sides<'v, T> {
    fn map<U>(self, part: impl Fn(Option<&'v T>) -> Option<&'v U>) -> Sides<'v, U> {
        Sides { base: part(self.base), mine: part(self.mine), theirs: part(self.theirs) }
    }
}

/// A merge under way.
#[derive(Default)]
struct Merging {
    conflicts: Vec<Conflict>,
    renamed: Vec<Renamed>,
}

impl Merging {
    fn file(&mut self, file: Sides<'_, Object>) -> Value {
        let lists = LISTS.map(|key| List::of(key, file.map(|object| object?.get(key))));
        let [mut nodes, mut edges] = lists;
        let renames = nodes.as_mut().map(|nodes| apart::nodes(nodes, edges.as_ref())).unwrap_or_default();
        if let Some(edges) = &mut edges {
            apart::edges(edges, &renames);
        }
        let merged = nodes.as_ref().map(|list| self.list(list, &Kept::default()));
        let kept = nodes.as_ref().zip(merged.as_ref()).map(|(list, merged)| Kept::of(list, merged)).unwrap_or_default();
        let (nodes, edges) = (merged, edges.map(|list| self.list(&list, &kept)));
        let merged = entries(file, |key, sides| match (key.as_str(), &nodes, &edges) {
            ("nodes", Some(rows), _) | ("edges", _, Some(rows)) => list_of(sides, rows),
            _ => self.field(sides, || format!("file/{}", escape(key))),
        });
        Value::object(merged)
    }

    /// A row that each side has and each changed.
    fn row(&mut self, row: Sides<'_, Object>, is_named: bool, path: impl Fn(&str) -> String) -> Value {
        let merged = entries(row, |key, sides| match key.as_str() {
            // It names the row, and is the same for all.
            "id" if is_named => sides.theirs.cloned(),
            DATA => self.data(sides, &path),
            _ => self.field(sides, || path(&escape(key))),
        });
        Value::object(merged)
    }

    /// The field whose entries are fields of their own, as long as it is an object everywhere.
    fn data(&mut self, sides: Sides<'_>, path: &impl Fn(&str) -> String) -> Option<Value> {
        let (Some(base), Some(mine), Some(theirs)) = (members(sides.base), members(sides.mine), members(sides.theirs))
        else {
            return self.field(sides, || path(DATA));
        };
        let objects = Sides { base: Some(base), mine: Some(mine), theirs: Some(theirs) };
        let merged = entries(objects, |key, sides| self.field(sides, || path(&format!("{DATA}/{}", escape(key)))));
        let had = if sides.mine.is_some() == sides.base.is_some() { sides.theirs } else { sides.mine };
        (!merged.is_empty() || had.is_some()).then(|| Value::object(merged))
    }

    /// One field. Where both changed it mine stands, and the conflict is told.
    fn field(&mut self, sides: Sides<'_>, path: impl FnOnce() -> String) -> Option<Value> {
        let Sides { base, mine, theirs } = sides;
        if same_field(mine, theirs) || same_field(base, mine) {
            return theirs.cloned();
        }
        if same_field(base, theirs) {
            return mine.cloned();
        }
        let text = merged_text(sides);
        if let Some(text) = text.as_ref().filter(|text| text.overlaps == 0) {
            return Some(Value::from(text.text.as_str()));
        }
        let merged = text.map(|text| Value::from(text.text));
        self.tell(path(), sides, merged);
        mine.cloned()
    }

    /// The rows of a list, merged.
    fn list(&mut self, list: &List<'_>, kept: &Kept) -> Value {
        self.renamed.extend(list.renamed.iter().cloned());
        Value::array(list.merge(kept, self))
    }

    fn tell(&mut self, path: String, Sides { base, mine, theirs }: Sides<'_>, merged: Option<Value>) {
        let [base, mine, theirs] = [base, mine, theirs].map(Option::<&Value>::cloned);
        self.conflicts.push(Conflict { path, base, mine, theirs, merged });
    }
}

/// The entries of an object in the order of theirs, then those that only mine has. Keys that both took out are gone.
fn entries(
    objects: Sides<'_, Object>,
    mut merge: impl FnMut(&ArcStr, Sides<'_>) -> Option<Value>,
) -> Vec<(ArcStr, Value)> {
    let has = |key: &str| objects.theirs.is_some_and(|theirs| theirs.get(key).is_some());
    let only_mine = objects.mine.iter().flat_map(|mine| mine.keys()).filter(|key| !has(key));
    let all = objects.theirs.iter().flat_map(|theirs| theirs.keys()).chain(only_mine);
    all.filter_map(|key| Some((key.clone(), merge(key, objects.map(|object| object?.get(key)))?))).collect()
}

/// A list of merged rows; as it is said to be where there are none.
fn list_of(sides: Sides<'_>, rows: &Value) -> Option<Value> {
    let said = if same_field(sides.base, sides.mine) { sides.theirs } else { sides.mine };
    let is_list = said.is_some_and(|said| said.as_array().is_some());
    let is_empty = rows.as_array().is_some_and(<[Value]>::is_empty);
    if is_empty && !is_list { said.cloned() } else { Some(rows.clone()) }
}

/// The texts of a field as one, if that is what they are.
fn merged_text(sides: Sides<'_>) -> Option<text::Merged> {
    let [base, mine, theirs] = [sides.base, sides.mine, sides.theirs].map(|side| side.and_then(Value::as_str));
    let (base, mine, theirs) = (base?, mine?, theirs?);
    [base, mine, theirs].into_iter().any(is_text).then(|| text::merge(base, mine, theirs))
}

/// Whether it is read as a text: a method or a mode is not, and half of one with half of another is neither.
fn is_text(text: &str) -> bool {
    text.contains(char::is_whitespace) || text.contains("{{") || text.chars().nth(LONG - 1).is_some()
}
