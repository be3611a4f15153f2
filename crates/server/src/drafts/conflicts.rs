//! What several people changed to different values, and choosing what stands, for those who have no editor at hand.

use axum::http::StatusCode;
use model::{Object, Value, json};

use super::document::{Damaged, Document, List, read_object};
use super::entries::{self, Field, slot_of, unescape};
use super::shared::is_open;
use super::{Head, Whose, detached, off_thread};
use crate::App;
use crate::app::now_ms;
use crate::error::ApiError;
use crate::workflows;

/// Who settled what a request settled.
const BY: &str = "API";

/// What is chosen.
#[derive(Clone, Debug)]
pub(crate) enum How {
    /// What stands in the entry as `mine`, or as `theirs`.
    Side(&'static str),
    /// A value; none takes the field, or the row, out.
    Value(Option<Value>),
}

/// The conflicts of a draft.
pub(crate) struct Listed {
    pub(crate) head: Head,
    /// How many are open, also of those that are not listed.
    pub(crate) open: usize,
    /// By their keys: those that are open first, then by time.
    pub(crate) entries: Vec<(String, Object)>,
}

/// The conflicts of a draft: those that are open, or all.
pub(crate) async fn conflicts(app: &App, whose: Whose, all: bool) -> Result<Listed, ApiError> {
    let mut held = app.drafts.hold(app, whose.0, whose.1).await;
    let workflow = workflows::find(app, whose.0, whose.1).await?;
    let open = held.open(&workflow).await?;
    let (head, mut entries) = (open.head.clone(), open.shared.conflicts());
    drop(held);
    let count = entries.iter().filter(|(_, entry)| is_open(entry)).count();
    entries.retain(|(_, entry)| all || is_open(entry));
    let at = |entry: &Object| entry.get("at").and_then(Value::as_i64).unwrap_or_default();
    entries.sort_by(|(one, a), (other, b)| (!is_open(a), at(a), one).cmp(&(!is_open(b), at(b), other)));
    Ok(Listed { head, open: count, entries })
}

/// Settles a conflict: the field, or the row, becomes what is chosen, and the entry says so. Answers how many are left.
pub(crate) async fn settle(app: &App, whose: Whose, key: String, how: How) -> Result<(Head, usize), ApiError> {
    let app = app.clone();
    detached(async move {
        let mut held = app.drafts.hold(&app, whose.0, whose.1).await;
        let workflow = workflows::find(&app, whose.0, whose.1).await?;
        let open = held.open(&workflow).await?;
        let entry = open.shared.conflicts().into_iter().find(|(other, _)| *other == key).map(|(_, entry)| entry);
        let entry = entry.ok_or_else(|| ApiError::not_found(format!("conflict {key}")))?;
        if !is_open(&entry) {
            let detail = "somebody settled this conflict already; change the field itself if it is to be another value";
            return Err(ApiError::new(StatusCode::CONFLICT, "settled", detail));
        }
        let now = open.document().await?;
        let work = move || {
            let after = chosen(&now, &entry, &how)?;
            let Some(mut difference) = entries::difference(&now, &after)? else { return Err(no_value()) };
            difference.conflicts.push((key, settled(&entry, &how)));
            Ok((difference, after))
        };
        let size = open.base.text.len();
        let (difference, after) = off_thread(size, work).await?;
        // This one was among them.
        let left = open.shared.open_conflicts().saturating_sub(1);
        let head = held.write(&workflow, difference, Some(&after)).await?;
        Ok((head, left))
    })
    .await
}

/// The entry with what was chosen.
fn settled(entry: &Object, how: &How) -> String {
    let how = match how {
        How::Side(side) => side,
        How::Value(_) => "value",
    };
    let chosen = [("how", Value::from(how)), ("by", Value::from(BY)), ("at", Value::from(now_ms()))];
    let chosen = Value::object(chosen.map(|(key, value)| (key.into(), value)).into());
    json::to_text(&Value::from(entry.with("chosen".into(), chosen)))
}

/// The file with the value that is chosen.
fn chosen(now: &Document, entry: &Object, how: &How) -> Result<Document, ApiError> {
    let value = match how {
        How::Side(side) => entry.get(side),
        How::Value(value) => value.as_ref(),
    };
    let path = entry.get("path").and_then(Value::as_str).unwrap_or_default();
    let mut after = now.clone();
    if let Some(key) = path.strip_prefix("file/") {
        let key = unescape(key).filter(|key| List::BOTH.iter().all(|list| list.key() != key)).ok_or_else(no_place)?;
        after.set_key(&key, value.map(text))?;
        return Ok(after);
    }
    let (list, name, field) = place(path).ok_or_else(no_place)?;
    let slot = row(now, list, name, (&field, entry))?;
    match (field, slot) {
        (Some(field), Some(slot)) => {
            let row = read_object(now.item(list, slot)?).ok_or_else(no_place)?;
            let row = field.lay(&row, value).ok_or_else(no_place)?;
            after.set_item(list, slot, text(&Value::from(row)))?;
        }
        // What is mine stood in the file all the time, until somebody took the row out.
        (Some(_), None) if matches!(how, How::Side("mine")) => {}
        (Some(_), None) => return Err(no_place()),
        (None, Some(slot)) => match value.filter(|value| !value.is_null()) {
            Some(value) => {
                let own = read_object(now.item(list, slot)?).and_then(|row| row.get("id").cloned());
                is_row(value, own.as_ref())?;
                after.set_item(list, slot, text(value))?;
            }
            None => remove(&mut after, list, slot)?,
        },
        (None, None) => {
            if let Some(value) = value.filter(|value| !value.is_null()) {
                let id = name.strip_prefix("~2").map(|rest| format!("#{rest}"));
                let id = unescape(id.as_deref().unwrap_or(name)).ok_or_else(no_place)?;
                is_row(value, Some(&Value::from(id)))?;
                after.add_item(list, text(value))?;
            }
        }
    }
    Ok(after)
}

/// Takes a row out. A node goes with its edges: a merge has kept them for it.
fn remove(file: &mut Document, list: List, slot: u32) -> Result<(), ApiError> {
    let row = read_object(file.item(list, slot)?);
    file.remove_item(list, slot)?;
    let id = row.as_ref().and_then(|row| row.get("id"));
    let Some(id) = id.filter(|_| matches!(list, List::Nodes)) else { return Ok(()) };
    for slot in file.slots(List::Edges)? {
        let edge = read_object(file.item(List::Edges, slot)?);
        let links = |key| edge.as_ref().is_some_and(|edge| edge.get(key) == Some(id));
        if links("source") || links("target") {
            file.remove_item(List::Edges, slot)?;
        }
    }
    Ok(())
}

/// A row stays the same one.
fn is_row(value: &Value, id: Option<&Value>) -> Result<(), ApiError> {
    if value.as_object().is_some() && value.get("id") == id { Ok(()) } else { Err(no_value()) }
}

fn text(value: &Value) -> Vec<u8> {
    json::to_text(value).into_bytes()
}

/// What a path names: `nodes/<row>/<field>`, without a field where it is about the whole row.
fn place(path: &str) -> Option<(List, &str, Option<Field>)> {
    let (list, rest) = path.split_once('/')?;
    let list = List::BOTH.into_iter().find(|known| known.key() == list)?;
    let (row, field) = rest.split_once('/')?;
    let field = if field.is_empty() { None } else { Some(Field::read(field)?) };
    Some((list, row, field))
}

/// Where a row stands. One without a name counts in the file that both sides were made from, and one with a number as its id
/// has another name in the overlay: these are told by what they say, if only one does.
fn row(
    now: &Document,
    list: List,
    name: &str,
    (field, entry): (&Option<Field>, &Object),
) -> Result<Option<u32>, Damaged> {
    if !name.starts_with('#')
        && let Some(slot) = slot_of(now, list, name)?
    {
        return Ok(Some(slot));
    }
    let unnamed = &now.base.items(list)?.unnamed;
    let mine = entry.get("mine");
    let says = |row: &Object| match field {
        _ if !name.starts_with('#') => row.get("id").and_then(Value::as_i64).is_some_and(|id| id.to_string() == name),
        Some(field) => field.of(row) == mine,
        None => mine.and_then(Value::as_object).is_some_and(|mine| mine == row),
    };
    let mut found = unnamed
        .iter()
        .copied()
        .filter(|slot| now.item(list, *slot).ok().and_then(read_object).is_some_and(|row| says(&row)));
    Ok(found.next().filter(|_| found.next().is_none()))
}

fn no_place() -> ApiError {
    let detail = "what this conflict is about is not in the draft any more; choose mine to settle it as it is";
    ApiError::new(StatusCode::CONFLICT, "row_gone", detail)
}

fn no_value() -> ApiError {
    let detail = "the conflict is about a whole row: value is an object with the row's id, or null to take it out";
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_value", detail).at("$.value")
}
