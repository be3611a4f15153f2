//! The overlay of a draft as a document that several people change at once: a Yjs document, and what it says.

mod scan;

use std::collections::{BTreeMap, HashSet};
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bytes::Bytes;
use model::{Object, Value, json};
use yrs::encoding::read::Cursor;
use yrs::updates::decoder::{Decode as _, DecoderV1};
use yrs::updates::encoder::Encode as _;
use yrs::{
    Any, ClientID, Doc, GetString as _, Map as _, MapRef, OffsetKind, Options, Out, ReadTxn as _, StateVector,
    Text as _, TextRef, Transact as _, TransactionMut, Update, WriteTxn as _,
};

pub(super) use scan::ITEMS_MAX;
use scan::Looks;

use super::document::{Base, Damaged, Document, List, read_object};
use super::entries::{self, ADDED, Cell, Changed, DELETED, Difference, Entry, Field, RowChange};
use super::weight::Size;

/// Text with more characters than this is edited letter by letter.
const LETTERS_MIN: usize = 40;

/// An overlay.
pub(super) struct Shared {
    doc: Doc,
    nodes: MapRef,
    edges: MapRef,
    file: MapRef,
    conflicts: MapRef,
    comments: MapRef,
}

/// What became of updates that somebody sent.
pub(super) struct Applied {
    /// What they changed together, as one update; empty where nothing did.
    pub(super) update: Bytes,
    pub(super) outcomes: Vec<Outcome>,
}

/// What became of one update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Taken,
    /// Something that it builds on is not here: it was not taken.
    Incomplete,
    /// It has more items than an update may have.
    TooLarge,
    /// Together with what is there it would be too much.
    NoRoom,
    Malformed,
}

/// Applying updates broke the document, which must not be used any more.
#[derive(Debug)]
pub(super) struct Broken {
    /// Which of the updates did it.
    pub(super) by: usize,
}

impl Shared {
    pub(super) fn new() -> Self {
        let doc = Doc::with_options(Options { offset_kind: OffsetKind::Utf16, ..Options::default() });
        let map = |name: &str| doc.get_or_insert_map(name);
        let (nodes, edges, file) = (map("nodes"), map("edges"), map("file"));
        let (conflicts, comments) = (map("conflicts"), map("comments"));
        Self { doc, nodes, edges, file, conflicts, comments }
    }

    /// Reads what was stored.
    pub(super) fn load<'u>(updates: impl IntoIterator<Item = &'u [u8]>) -> Result<Self, Damaged> {
        let shared = Self::new();
        let mut txn = shared.doc.transact_mut();
        for update in updates {
            let update = Update::decode_v1(update).map_err(|_| Damaged)?;
            txn.apply_update(update).map_err(|_| Damaged)?;
        }
        let whole = !txn.has_missing_updates();
        drop(txn);
        whole.then_some(shared).ok_or(Damaged)
    }

    /// Takes updates in that have no more items together than there is room for, each by itself: what one lacks or has wrong does not
    /// concern the others.
    pub(super) fn apply(&self, updates: &[impl AsRef<[u8]>], mut room: usize) -> Result<Applied, Broken> {
        // Unwinding must not commit what is broken, so a transaction that panicked is never dropped.
        let mut txn = ManuallyDrop::new(self.doc.transact_mut());
        let mut outcomes = Vec::with_capacity(updates.len());
        for (by, update) in updates.iter().enumerate() {
            let take = AssertUnwindSafe(|| take(&mut txn, update.as_ref(), &mut room));
            let outcome = catch_unwind(take).ok().flatten();
            outcomes.push(outcome.ok_or(Broken { by })?);
        }
        let ending = AssertUnwindSafe(|| {
            let update = if txn.has_changes() { txn.encode_update_v1() } else { Vec::new() };
            ManuallyDrop::into_inner(txn).commit();
            Bytes::from(update)
        });
        let update = catch_unwind(ending).map_err(|_| Broken { by: updates.len() })?;
        Ok(Applied { update, outcomes })
    }

    /// Writes a change of the file as entries, and answers the update that says it.
    pub(super) fn write(&self, change: Difference) -> Vec<u8> {
        let mut txn = self.doc.transact_mut();
        let whole: HashSet<&str> = change.rows.iter().filter_map(|(_, change)| change.is_whole()).collect();
        let stale = if whole.is_empty() { BTreeMap::new() } else { self.fields_of(&txn, &whole) };
        let mut places = [None; 2];
        for (list, change) in &change.rows {
            let map = self.map(*list);
            match change {
                RowChange::Deleted(name) => drop(map.insert(&mut txn, format!("{name}/{DELETED}"), true)),
                RowChange::Added(name, row) => {
                    let place = &mut places[usize::from(*list == List::Edges)];
                    let next = place.get_or_insert_with(|| self.last_place(&txn, *list));
                    *next += 1;
                    let added = Value::from(vec![Value::from(*next), Value::from(Object::new(row.entries().to_vec()))]);
                    map.insert(&mut txn, format!("{name}/{ADDED}"), json::to_text(&added));
                    map.insert(&mut txn, format!("{name}/{DELETED}"), false);
                }
                RowChange::Set(name, _, fields) => {
                    for changed in fields {
                        set(&mut txn, map, &format!("{}/{name}", list.key()), name, changed);
                    }
                }
            }
            // What was written of such a row before would be laid on it again.
            if let Some((name, row)) = change.is_whole().zip(change.row()) {
                for key in stale.get(&(list.key(), name.to_owned())).into_iter().flatten() {
                    let Some(field) = key.get(name.len() + 1..).and_then(Field::read) else { continue };
                    map.insert(&mut txn, key.as_str(), any(field.of(row)));
                }
            }
        }
        for (key, cell) in change.file {
            let value = match cell {
                Cell::Json(text) => Any::String(text),
                _ => Any::Null,
            };
            self.file.insert(&mut txn, key, value);
        }
        for (key, entry) in change.conflicts {
            self.conflicts.insert(&mut txn, key, entry);
        }
        txn.encode_update_v1()
    }

    /// The file that it makes of a base.
    pub(super) fn read(&self, base: &Base) -> Result<Document, Damaged> {
        let txn = self.doc.transact();
        let of = |list: List| (list, entries_of(&txn, self.map(list), Some(list)));
        entries::read(base, List::BOTH.map(of), &entries_of(&txn, &self.file, None))
    }

    /// Whether anything of the file changed.
    pub(super) fn changes_file(&self) -> bool {
        let txn = self.doc.transact();
        [&self.nodes, &self.edges, &self.file].iter().any(|map| map.len(&txn) > 0)
    }

    /// How many entries there are.
    pub(super) fn count(&self) -> usize {
        let txn = self.doc.transact();
        let maps = [&self.nodes, &self.edges, &self.file, &self.conflicts, &self.comments];
        maps.iter().map(|map| map.len(&txn) as usize).sum()
    }

    /// How large it is as one update, which is made for that.
    pub(super) fn size(&self) -> Size {
        size_of(&self.doc.transact().encode_diff_v1(&StateVector::default()))
    }

    /// How many entries say something of the file.
    pub(super) fn entries(&self) -> usize {
        let txn = self.doc.transact();
        [&self.nodes, &self.edges, &self.file].iter().map(|map| map.len(&txn) as usize).sum()
    }

    /// The conflicts, settled or not, by their keys.
    pub(super) fn conflicts(&self) -> Vec<(String, Object)> {
        let txn = self.doc.transact();
        let entries = self.conflicts.iter(&txn).filter_map(|(key, value)| match value {
            Out::Any(Any::String(text)) => Some((key.to_owned(), read_object(text.as_bytes())?)),
            _ => None,
        });
        entries.collect()
    }

    /// How many conflicts nobody has settled.
    pub(super) fn open_conflicts(&self) -> usize {
        self.conflicts().iter().filter(|(_, entry)| is_open(entry)).count()
    }

    /// A new overlay with what goes on when a new epoch begins, and what is to be settled in it, and the update that says it.
    pub(super) fn renewed(&self, conflicts: &[(String, String)]) -> (Self, Vec<u8>) {
        let (next, txn) = (Self::new(), self.doc.transact());
        let mut into = next.doc.transact_mut();
        let mut comments: Vec<(&str, Any)> = self
            .comments
            .iter(&txn)
            .filter_map(|(key, value)| match value {
                Out::Any(value) => Some((key, value)),
                _ => None,
            })
            .collect();
        comments.sort_unstable_by_key(|(key, _)| *key);
        for (key, value) in comments {
            next.comments.insert(&mut into, key, value);
        }
        for (key, entry) in conflicts {
            next.conflicts.insert(&mut into, key.as_str(), entry.as_str());
        }
        let update = if into.has_changes() { into.encode_update_v1() } else { Vec::new() };
        drop(into);
        (next, update)
    }

    pub(super) fn state_vector(&self) -> Vec<u8> {
        self.doc.transact().state_vector().encode_v1()
    }

    /// The update with what somebody lacks who has the state of this vector.
    pub(super) fn since(&self, vector: &[u8]) -> Result<Vec<u8>, Damaged> {
        let vector = if vector.is_empty() {
            StateVector::default()
        } else if !scan::is_vector(vector) {
            return Err(Damaged);
        } else {
            catch_unwind(|| StateVector::decode_v1(vector)).ok().and_then(Result::ok).ok_or(Damaged)?
        };
        Ok(self.doc.transact().encode_diff_v1(&vector))
    }

    const fn map(&self, list: List) -> &MapRef {
        match list {
            List::Nodes => &self.nodes,
            List::Edges => &self.edges,
        }
    }

    /// Which fields of some rows have an entry.
    fn fields_of(
        &self,
        txn: &TransactionMut<'_>,
        rows: &HashSet<&str>,
    ) -> BTreeMap<(&'static str, String), Vec<String>> {
        let mut found: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for list in List::BOTH {
            for (key, _) in self.map(list).iter(txn) {
                if let Some(row) = entries::row_of(key).filter(|row| rows.contains(row)) {
                    found.entry((list.key(), row.to_owned())).or_default().push(key.to_owned());
                }
            }
        }
        found
    }

    /// The greatest place of what was added to a list.
    fn last_place(&self, txn: &TransactionMut<'_>, list: List) -> i64 {
        let added = self.map(list).iter(txn).filter(|(key, _)| key.ends_with(ADDED));
        let places = added.filter_map(|(_, value)| match value {
            Out::Any(Any::String(text)) => json::read(text.as_bytes()).ok()?.as_array()?.first()?.as_i64(),
            _ => None,
        });
        places.max().unwrap_or(0)
    }
}

/// How large an update is that was taken in, or made here.
pub(super) fn size_of(update: &[u8]) -> Size {
    Size { bytes: update.len(), items: scan::items(update) }
}

/// Whether nobody has settled a conflict.
pub(super) fn is_open(entry: &Object) -> bool {
    matches!(entry.get("chosen"), None | Some(Value::Null))
}

impl RowChange {
    /// The name of a row that is written whole, or whose parameters are.
    fn is_whole(&self) -> Option<&str> {
        match self {
            Self::Added(name, _) => Some(name),
            Self::Set(name, _, fields) if fields.iter().any(|(field, ..)| *field == Field::Key("data".into())) => {
                Some(name)
            }
            _ => None,
        }
    }

    const fn row(&self) -> Option<&Object> {
        match self {
            Self::Deleted(_) => None,
            Self::Added(_, row) | Self::Set(_, row, _) => Some(row),
        }
    }
}

/// Takes an update in if there is room for its items; none where that broke the document.
fn take(txn: &mut TransactionMut<'_>, update: &[u8], room: &mut usize) -> Option<Outcome> {
    let known = txn.state_vector();
    let left = match scan::look(update, |client| known.get(&client)) {
        Looks::Whole(items) => room.checked_sub(items as usize),
        Looks::Holed => return Some(Outcome::Incomplete),
        Looks::TooMany => return Some(Outcome::TooLarge),
        Looks::Unsound => return Some(Outcome::Malformed),
    };
    let Some(left) = left else { return Some(Outcome::NoRoom) };
    *room = left;
    let mut decoder = DecoderV1::new(Cursor::new(update));
    let Ok(update) = Update::decode(&mut decoder) else { return Some(Outcome::Malformed) };
    txn.apply_update(update).ok()?;
    if !txn.has_missing_updates() {
        return Some(Outcome::Taken);
    }
    txn.prune_pending();
    // Of what was taken all the same nothing may stand behind a hole.
    let before = txn.before_state();
    let is_whole = matches!(scan::look(&txn.encode_update_v1(), |client| before.get(&client)), Looks::Whole(_));
    is_whole.then_some(Outcome::Incomplete)
}

fn any(value: Option<&Value>) -> Any {
    value.map_or(Any::Null, |value| Any::String(json::to_text(value).into()))
}

/// Sets a field: a text by its letters, anything else whole.
fn set(txn: &mut TransactionMut<'_>, map: &MapRef, path: &str, row: &str, (field, was, is): &Changed) {
    let field = field.write();
    let key = format!("{row}/{field}");
    let path = format!("{path}/{field}@");
    let known = match map.get(txn, &key) {
        Some(Out::Any(Any::String(text))) => name_in(&text, &path).map(str::to_owned),
        _ => None,
    };
    if let (Some(Value::String(was)), Some(Value::String(is))) = (was, is) {
        if let Some(name) = known {
            let text = txn.get_or_insert_text(name);
            return splice(txn, &text, is);
        }
        if is_long(was) || is_long(is) {
            let (name, text) = begin(txn, &path, was);
            splice(txn, &text, is);
            map.insert(txn, key, format!("~{name}"));
            return;
        }
    }
    map.insert(txn, key, any(is.as_ref()));
}

/// The name of the text that an entry stands for, if it is one of that field.
fn name_in<'t>(entry: &'t str, path: &str) -> Option<&'t str> {
    let name = entry.strip_prefix('~')?;
    let hash = name.strip_prefix(path)?;
    let is_hash = hash.len() == 16 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    is_hash.then_some(name)
}

fn is_long(text: &str) -> bool {
    text.contains(char::is_whitespace) || text.contains("{{") || text.encode_utf16().nth(LETTERS_MIN).is_some()
}

/// What a text that began with a content is called, and the client that inserts it.
fn named(path: &str, content: &str) -> (String, u64) {
    let bytes = path.bytes().chain(content.bytes());
    // FNV-1a of 64 bits.
    let hash =
        bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    (format!("{path}{hash:016x}"), hash & ((1 << 53) - 1))
}

/// Begins a text: whoever begins it with the same content inserts the same letters.
fn begin(txn: &mut TransactionMut<'_>, path: &str, content: &str) -> (String, TextRef) {
    let (name, client) = named(path, content);
    let text = txn.get_or_insert_text(name.as_str());
    if !content.is_empty() {
        let options = Options { offset_kind: OffsetKind::Utf16, ..Options::with_client_id(ClientID::new(client)) };
        let first = Doc::with_options(options);
        let letters = first.get_or_insert_text(name.as_str());
        letters.insert(&mut first.transact_mut(), 0, content);
        let update = first.transact().encode_diff_v1(&StateVector::default());
        if let Ok(update) = Update::decode_v1(&update) {
            // What was made here is never malformed; letters that are there already stay once.
            txn.apply_update(update).ok();
        }
    }
    (name, text)
}

/// Makes a text another one by one cut and one insertion.
fn splice(txn: &mut TransactionMut<'_>, text: &TextRef, is: &str) {
    let was = text.get_string(txn);
    let begin = was.chars().zip(is.chars()).take_while(|(one, other)| one == other).map(|(char, _)| char);
    let (units, bytes) = begin.fold((0, 0), |(units, bytes), char| (units + char.len_utf16(), bytes + char.len_utf8()));
    let (was, is) = (&was[bytes..], &is[bytes..]);
    let end: usize = was
        .chars()
        .rev()
        .zip(is.chars().rev())
        .take_while(|(one, other)| one == other)
        .map(|(char, _)| char.len_utf8())
        .sum();
    let (cut, put) = (&was[..was.len() - end], &is[..is.len() - end]);
    let at = u32::try_from(units).unwrap_or(u32::MAX);
    if !cut.is_empty() {
        text.remove_range(txn, at, u32::try_from(cut.encode_utf16().count()).unwrap_or(u32::MAX));
    }
    if !put.is_empty() {
        text.insert(txn, at, put);
    }
}

/// What the entries of a map say. `list` is its name where fields may be texts by letters.
fn entries_of(txn: &yrs::Transaction<'_>, map: &MapRef, list: Option<List>) -> Vec<Entry> {
    let letters = |key: &str, text: &str| {
        let path = format!("{}/{key}@", list?.key());
        let name = name_in(text, &path)?;
        let letters = txn.get_text(name).map_or_else(String::new, |text| text.get_string(txn));
        Some(Cell::Json(Arc::from(json::to_text(&Value::from(letters)))))
    };
    let cell = |key: &str, value: Out| match value {
        Out::Any(Any::Null) => Some(Cell::Gone),
        Out::Any(Any::Bool(mark)) => Some(Cell::Mark(mark)),
        Out::Any(Any::String(text)) if text.starts_with('~') => letters(key, &text),
        Out::Any(Any::String(text)) => Some(Cell::Json(text)),
        _ => None,
    };
    map.iter(txn).filter_map(|(key, value)| Some((key.to_owned(), cell(key, value)?))).collect()
}

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;
