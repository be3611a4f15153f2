//! The entries of an overlay (docs/design/0007): one for each field that somebody changed. From them and the base a file
//! is read, and a change of a file is written as entries.

use std::borrow::Cow;
use std::sync::Arc;

use model::{Object, Value, json};

use super::cut;
use super::document::{Base, Damaged, Document, Found, List, Text, read_object};

/// What an entry says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    /// The field is this JSON text.
    Json(Arc<str>),
    /// The field is taken out.
    Gone,
    /// Of a mark: whether it holds.
    Mark(bool),
}

/// An entry's key, `<row>/<field>`, and what it says. Letters of texts are in their place already.
pub(super) type Entry = (String, Cell);

/// The mark of a row that is taken out.
pub(super) const DELETED: &str = "~deleted";
/// The row of what was added, with its place.
pub(super) const ADDED: &str = "~added";

/// The greatest place that a number of JavaScript can say.
const PLACE_MAX: i64 = (1 << 53) - 1;

/// A field of a row: a key, or a key of its `data`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Field {
    Key(String),
    Data(String),
}

impl Field {
    /// Reads a field as it is written in changes and keys; `None` if it is none.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut keys = text.split('/').map(unescape);
        match (keys.next()??, keys.next(), keys.next()) {
            (key, None, _) => Some(Self::Key(key)),
            (key, Some(Some(inside)), None) if key == "data" => Some(Self::Data(inside)),
            _ => None,
        }
    }

    pub(super) fn write(&self) -> String {
        match self {
            Self::Key(key) => escape(key).into_owned(),
            Self::Data(key) => format!("data/{}", escape(key)),
        }
    }

    /// Its value in a row.
    pub(super) fn of<'o>(&self, row: &'o Object) -> Option<&'o Value> {
        match self {
            Self::Key(key) => row.get(key),
            Self::Data(key) => row.get("data")?.as_object()?.get(key),
        }
    }

    /// The row with this value in it, or without. `None` where there is no place for it: `data` is no object.
    pub(super) fn lay(&self, row: &Object, value: Option<&Value>) -> Option<Object> {
        let put = |object: &Object, key: &str, value: Option<&Value>| match value {
            Some(value) => object.with(key.into(), value.clone()),
            None => object.without(key),
        };
        match self {
            Self::Key(key) => Some(put(row, key, value)),
            Self::Data(key) => match row.get("data") {
                None | Some(Value::Null) if value.is_none() => Some(Object::new(row.entries().to_vec())),
                None | Some(Value::Null) => {
                    Some(row.with("data".into(), Value::from(put(&Object::new(Vec::new()), key, value))))
                }
                Some(Value::Object(data)) => Some(row.with("data".into(), Value::from(put(data, key, value)))),
                Some(_) => None,
            },
        }
    }
}

/// A part of a pointer (RFC 6901) as the key that it stands for.
pub(super) fn unescape(part: &str) -> Option<String> {
    let mut key = String::with_capacity(part.len());
    let mut chars = part.chars();
    while let Some(char) = chars.next() {
        key.push(match char {
            '~' => match chars.next()? {
                '0' => '~',
                '1' => '/',
                _ => return None,
            },
            char => char,
        });
    }
    Some(key)
}

fn escape(key: &str) -> Cow<'_, str> {
    if key.contains(['~', '/']) { key.replace('~', "~0").replace('/', "~1").into() } else { key.into() }
}

/// The name of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Row {
    Id(String),
    /// Where it stands among those of the base that have no name of their own.
    Unnamed(usize),
}

impl Row {
    fn read(name: &str) -> Option<Self> {
        if let Some(number) = name.strip_prefix('#') {
            let at = number.parse::<usize>().ok()?;
            // Each row has one name only.
            return (at.to_string() == number).then_some(Self::Unnamed(at));
        }
        if name.is_empty() {
            return None;
        }
        match name.strip_prefix("~2") {
            Some(rest) => Some(Self::Id(format!("#{}", unescape(rest)?))),
            None => unescape(name).map(Self::Id),
        }
    }

    fn of_id(id: &str) -> String {
        match id.strip_prefix('#') {
            Some(rest) => format!("~2{}", escape(rest)),
            None => escape(id).into_owned(),
        }
    }

    /// Where it stands in the base.
    fn slot(&self, base: &Base, list: List) -> Result<Option<u32>, Damaged> {
        let items = base.items(list)?;
        Ok(match self {
            Self::Id(id) => items.ids.get(id.as_str()).filter(|place| place.named).map(|place| place.first),
            Self::Unnamed(at) => items.unnamed.get(*at).copied(),
        })
    }
}

/// Where the row of a name stands in a file; `None` if there is none.
pub(super) fn slot_of(document: &Document, list: List, name: &str) -> Result<Option<u32>, Damaged> {
    let Some(row) = Row::read(name) else { return Ok(None) };
    let slot = match &row {
        Row::Id(id) => match document.find(list, id)? {
            Found::One(slot) => Some(slot),
            Found::Nothing | Found::Many => row.slot(&document.base, list)?,
        },
        Row::Unnamed(_) => row.slot(&document.base, list)?,
    };
    Ok(slot.filter(|slot| document.item(list, *slot).is_ok()))
}

/// The name of a row by its slot; `None` for one that was added without an id.
pub(super) fn name_of(document: &Document, list: List, slot: u32) -> Result<Option<String>, Damaged> {
    let items = document.base.items(list)?;
    if let Ok(at) = items.unnamed.binary_search(&slot) {
        return Ok(Some(format!("#{at}")));
    }
    let text = match items.spans.get(slot as usize) {
        Some(span) => span.of(&document.base.text),
        None => document.item(list, slot)?,
    };
    Ok(cut::name_of(text).map(|id| Row::of_id(&id)))
}

/// The file that a base and the entries of its overlay are. Entries that make no sense are passed over.
pub(super) fn read(base: &Base, rows: [(List, Vec<Entry>); 2], file: &[Entry]) -> Result<Document, Damaged> {
    let mut document = Document::of(base);
    for (list, mut entries) in rows {
        entries.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let mut news: Vec<(i64, String, Vec<u8>)> = Vec::new();
        for row in entries.chunk_by(|(one, _), (other, _)| row_of(one) == row_of(other)) {
            let Some(name) = row.first().and_then(|(key, _)| row_of(key)) else { continue };
            read_row(&mut document, list, name, row, &mut news)?;
        }
        news.sort_unstable();
        for (_, _, text) in news {
            document.add_item(list, text)?;
        }
    }
    let mut keys: Vec<&Entry> = file.iter().collect();
    keys.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    for (key, cell) in keys {
        let known = unescape(key).filter(|_| !key.contains('/'));
        let Some(key) = known.filter(|key| !matches!(key.as_str(), "nodes" | "edges")) else { continue };
        if let Some(value) = value_of(cell) {
            document.set_key(&key, value.map(|value| json::to_text(&value).into_bytes()))?;
        }
    }
    Ok(document)
}

pub(super) fn row_of(key: &str) -> Option<&str> {
    key.split_once('/').map(|(row, _)| row)
}

fn read_row(
    document: &mut Document,
    list: List,
    name: &str,
    entries: &[Entry],
    news: &mut Vec<(i64, String, Vec<u8>)>,
) -> Result<(), Damaged> {
    let Some(row) = Row::read(name) else { return Ok(()) };
    let slot = row.slot(&document.base, list)?;
    let cell = |field: &str| entries.iter().find(|(key, _)| key.get(name.len() + 1..) == Some(field)).map(|(_, c)| c);
    if cell(DELETED) == Some(&Cell::Mark(true)) {
        return slot.map_or(Ok(()), |slot| document.remove_item(list, slot));
    }
    let added = cell(ADDED).and_then(|cell| added_of(cell, &row));
    let start = match (&added, slot) {
        (Some((_, object)), _) => Object::new(object.entries().to_vec()),
        (None, Some(slot)) => match read_object(document.item(list, slot)?) {
            Some(object) => object,
            None => return Ok(()),
        },
        (None, None) => return Ok(()),
    };
    let mut now = start;
    for (key, cell) in entries {
        let field = key.get(name.len() + 1..).and_then(Field::read).filter(|field| *field != Field::Key("id".into()));
        if let (Some(field), Some(value)) = (field, value_of(cell))
            && let Some(laid) = field.lay(&now, value.as_ref())
        {
            now = laid;
        }
    }
    let mut text = Vec::new();
    json::write(&Value::from(now), &mut text);
    match slot {
        Some(slot) => document.set_item(list, slot, text),
        None => {
            news.push((added.map_or(0, |(place, _)| place), name.to_owned(), text));
            Ok(())
        }
    }
}

/// The value that an entry gives a field: none where it takes the field out; `None` where it says neither.
fn value_of(cell: &Cell) -> Option<Option<Value>> {
    match cell {
        Cell::Json(text) => read_json(text.as_bytes()).map(Some),
        Cell::Gone => Some(None),
        Cell::Mark(_) => None,
    }
}

fn read_json(text: &[u8]) -> Option<Value> {
    json::read_with(text, json::Limits { depth: u32::MAX, ..json::Limits::JAVASCRIPT }).ok()
}

/// The place and the row of what was added; the row has the id that its name says.
fn added_of(cell: &Cell, row: &Row) -> Option<(i64, Object)> {
    let Cell::Json(text) = cell else { return None };
    let value = read_json(text.as_bytes())?;
    let [place, object] = value.as_array()? else { return None };
    let place = place.as_i64().filter(|place| (0..=PLACE_MAX).contains(place))?;
    // What has no id of its own can only be in the base.
    let (object, Row::Id(id)) = (object.as_object()?, row) else { return None };
    if object.get("id").and_then(Value::as_str) == Some(id) {
        return Some((place, Object::new(object.entries().to_vec())));
    }
    let named = object.entries().iter().filter(|(key, _)| key.as_str() != "id").cloned();
    let id = ("id".into(), Value::from(id.as_str()));
    Some((place, Object::new(std::iter::once(id).chain(named).collect())))
}

/// What leads from one file to another, of the same base.
#[derive(Debug, Default)]
pub(super) struct Difference {
    pub(super) rows: Vec<(List, RowChange)>,
    pub(super) file: Vec<Entry>,
    /// Entries of `conflicts` that are written with it, as JSON texts by their keys.
    pub(super) conflicts: Vec<(String, String)>,
}

impl Difference {
    pub(super) const fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.file.is_empty() && self.conflicts.is_empty()
    }

    /// About how many entries say it.
    fn entries(&self) -> usize {
        let of = |change: &RowChange| match change {
            RowChange::Deleted(_) => 1,
            RowChange::Added(..) => 2,
            RowChange::Set(_, _, fields) => fields.len(),
        };
        self.rows.iter().map(|(_, change)| of(change)).sum::<usize>() + self.file.len()
    }
}

/// What became of a row, by its name.
#[derive(Debug)]
pub(super) enum RowChange {
    Deleted(String),
    Added(String, Object),
    /// What it is now, and the fields that differ.
    Set(String, Object, Vec<Changed>),
}

/// A field, what it was, and what it is.
pub(super) type Changed = (Field, Option<Value>, Option<Value>);

/// Entries that are written at once: what changes more is better said by another file.
const WRITTEN_MAX: usize = 250_000;

/// What leads from one file to another; `None` where entries cannot say it: an id changed, or something came that has none. Nor do they
/// say what would take too many.
pub(super) fn difference(before: &Document, after: &Document) -> Result<Option<Difference>, Damaged> {
    let mut found = Difference::default();
    for list in List::BOTH {
        let (old, new) = (before.changed(list), after.changed(list));
        let mut slots: Vec<u32> = old.items.keys().chain(new.items.keys()).copied().collect();
        slots.sort_unstable();
        slots.dedup();
        let count = u32::try_from(before.base.items(list)?.spans.len()).map_err(|_| Damaged)?;
        let added = (count..).zip(0..new.added.len()).map(|(slot, _)| slot);
        for slot in slots.into_iter().chain(added) {
            let (was, is) = (before.item(list, slot).ok(), after.item(list, slot).ok());
            if was == is {
                continue;
            }
            let name = name_of(if is.is_some() { after } else { before }, list, slot)?;
            let Some(change) = name.and_then(|name| row_change(name, was, is)) else { return Ok(None) };
            found.rows.push((list, change));
        }
    }
    let keys = before.overlay.file.iter().chain(&after.overlay.file).map(|(key, _)| key);
    let mut keys: Vec<&Text> = keys.collect();
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        let (was, is) = (before.key(key)?, after.key(key)?);
        if was != is {
            found.file.push((escape(key).into_owned(), cell_of(is)?));
        }
    }
    Ok(Some(found).filter(|found| found.entries() <= WRITTEN_MAX))
}

fn cell_of(text: Option<Vec<u8>>) -> Result<Cell, Damaged> {
    let Some(text) = text else { return Ok(Cell::Gone) };
    Ok(Cell::Json(String::from_utf8(text).map_err(|_| Damaged)?.into()))
}

fn row_change(name: String, was: Option<&[u8]>, is: Option<&[u8]>) -> Option<RowChange> {
    let Some(is) = is else { return Some(RowChange::Deleted(name)) };
    let after = read_object(is)?;
    let Some(was) = was else { return Some(RowChange::Added(name, after)) };
    let before = read_object(was)?;
    if before.get("id") != after.get("id") {
        return None;
    }
    let fields = differing(&before, &after);
    Some(RowChange::Set(name, after, fields))
}

/// The fields in which two rows differ.
pub(super) fn differing(before: &Object, after: &Object) -> Vec<Changed> {
    let data = || Field::Key("data".into());
    let mut fields: Vec<Field> = fields_of(after).chain(fields_of(before)).collect();
    if after.get("data").is_none() && before.get("data").is_some() {
        fields.push(data());
    }
    fields.sort_unstable();
    fields.dedup();
    let both = |field: Field| {
        let (was, is) = (field.of(before).cloned(), field.of(after).cloned());
        (was != is).then_some((field, was, is))
    };
    let mut found: Vec<_> = fields.into_iter().filter_map(both).collect();
    // Where `data` itself became another kind of value, that says it all.
    if found.iter().any(|(field, ..)| *field == data()) {
        found.retain(|(field, _, is)| matches!(field, Field::Key(_)) || is.is_some());
    }
    found
}

fn fields_of(row: &Object) -> impl Iterator<Item = Field> + '_ {
    row.entries().iter().filter(|(key, _)| key.as_str() != "id").flat_map(|(key, value)| match value.as_object() {
        Some(data) if key.as_str() == "data" && !data.entries().is_empty() => {
            data.entries().iter().map(|(key, _)| Field::Data(key.to_string())).collect()
        }
        _ => vec![Field::Key(key.to_string())],
    })
}
