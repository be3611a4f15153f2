//! Saving a draft without a socket: an update of Yjs, parts of the file, or the whole file, each on top of what it was
//! made from (docs/design/0007, "Without a socket").

use axum::http::StatusCode;
use model::merge::{self, MadeFrom};
use model::{Object, Value, json};

use super::document::{Damaged, Document, Found, List, read_object};
use super::log;
use super::shared::{Broken, Outcome};
use super::{Difference, Head, Held, LARGE, NO_ROOM, TOO_LARGE, Whose, change, cut, detached, entries, off_thread};
use crate::App;
use crate::error::ApiError;
use crate::workflows::{self, Workflow};

/// What is saved.
pub(crate) enum Saving {
    /// An update of Yjs, for an epoch.
    Update {
        epoch: u64,
        update: Vec<u8>,
    },
    /// Changes in the language of `PATCH`, or a whole file, and what they were made from.
    Changes {
        base: MadeFrom,
        body: Value,
    },
    Graph {
        base: MadeFrom,
        file: Value,
    },
}

/// A draft that was saved.
pub(crate) struct Saved {
    pub(crate) head: Head,
    /// Whether somebody else's changes are in it, too.
    pub(crate) merged: bool,
}

/// Saves a draft. Whoever asked may go away meanwhile.
pub(crate) async fn save(app: &App, whose: Whose, saving: Saving) -> Result<Saved, ApiError> {
    let app = app.clone();
    detached(async move {
        let mut held = app.drafts.hold(&app, whose.0, whose.1).await;
        let workflow = workflows::find(&app, whose.0, whose.1).await?;
        match saving {
            Saving::Update { epoch, update } => save_update(&mut held, &workflow, epoch, update).await,
            Saving::Changes { base, body } => {
                let most = app.config.limits.body_bytes;
                save_file(&mut held, &workflow, base, move |before| {
                    Ok(Mine::Document(Box::new(change::apply(before, &body, most)?)))
                })
                .await
            }
            Saving::Graph { base, file } => save_file(&mut held, &workflow, base, move |_| Ok(Mine::File(file))).await,
        }
    })
    .await
}

async fn save_update(held: &mut Held, workflow: &Workflow, epoch: u64, update: Vec<u8>) -> Result<Saved, ApiError> {
    let most = held.app().config.limits.body_bytes;
    let open = held.open(workflow).await?;
    is_epoch(&open.head, epoch)?;
    let room = open.room(most, update.len());
    if update.len() > room.bytes {
        return Err(too_large(NO_ROOM));
    }
    let malformed = || {
        let detail = "update is no update of Yjs (version 1), or one that builds on another that is not here";
        ApiError::bad_request("malformed_update", detail).at("$.update")
    };
    let applied = match open.shared.apply(&[&update], room.items) {
        Ok(applied) => match applied.outcomes[..] {
            [Outcome::Taken] => applied,
            [Outcome::TooLarge] => return Err(too_large(TOO_LARGE)),
            [Outcome::NoRoom] => return Err(too_large(NO_ROOM)),
            _ => return Err(malformed()),
        },
        Err(Broken { .. }) => {
            // Nobody has heard of more than what is stored, so nobody else has to know.
            held.forget();
            return Err(malformed());
        }
    };
    if applied.update.is_empty() {
        return Ok(Saved { head: open.head.clone(), merged: false });
    }
    Ok(Saved { head: held.keep(workflow, applied.update, None).await?, merged: false })
}

fn too_large(detail: &str) -> ApiError {
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
}

/// Refuses what was made for another epoch.
pub(super) fn is_epoch(head: &Head, epoch: u64) -> Result<(), ApiError> {
    if head.epoch == epoch { Ok(()) } else { Err(epoch_over(head)) }
}

/// What is said of an epoch that is not the newest.
pub(super) fn epoch_over(head: &Head) -> ApiError {
    let detail = format!("the draft was folded since: its epoch is {}; read it again", head.epoch);
    ApiError::new(StatusCode::CONFLICT, "epoch_over", detail).rev(head.rev).epoch(head.epoch)
}

/// What somebody made of a file.
enum Mine {
    Document(Box<Document>),
    File(Value),
}

async fn save_file(
    held: &mut Held,
    workflow: &Workflow,
    base: MadeFrom,
    make: impl FnOnce(&Document) -> Result<Mine, ApiError> + Send + 'static,
) -> Result<Saved, ApiError> {
    let most = held.app().config.limits.body_bytes;
    let open = held.open(workflow).await?;
    let head = open.head.clone();
    let now = open.document().await?;
    let size = now.base.text.len().max(LARGE);
    let newest = base.is_newest(head.rev, head.at_ms);
    let before = if newest { None } else { Some(at(held, head.rev, base).await?) };
    let made = off_thread(size, move || {
        let Some(before) = before else {
            return Ok(match make(&now)? {
                Mine::Document(after) => (entries::difference(&now, &after)?, after.text()?),
                Mine::File(file) => difference_to(&now, &file)?,
            });
        };
        let mine = match make(&before)? {
            Mine::Document(document) => file_of(&document)?,
            Mine::File(file) => file,
        };
        let merged = merge::merge(&file_of(&before)?, &mine, &file_of(&now)?);
        if !merged.conflicts.is_empty() {
            metrics::counter!("document_conflicts_total", "via" => "request").increment(merged.conflicts.len() as u64);
            return Err(in_conflict(&merged.conflicts).rev(head.rev));
        }
        difference_to(&now, &merged.file)
    });
    let (difference, text) = made.await?;
    if text.len() > most {
        return Err(crate::http::too_large(most));
    }
    let head = store(held, workflow, difference, text).await?;
    Ok(Saved { head, merged: !newest })
}

/// Stores a file: as entries where they can say it, else as a new base.
async fn store(
    held: &mut Held,
    workflow: &Workflow,
    difference: Option<Difference>,
    text: bytes::Bytes,
) -> Result<Head, ApiError> {
    if difference.as_ref().is_some_and(Difference::is_empty) {
        return Ok(held.open(workflow).await?.head.clone());
    }
    held.write_or_replace(workflow, difference, (None, || Ok(text))).await
}

/// The file as it was at an earlier state, or 409.
pub(super) async fn at(held: &mut Held, newest: u64, base: MadeFrom) -> Result<Document, ApiError> {
    let (app, whose) = (&held.app().clone(), held.whose());
    let rev = match base {
        MadeFrom::Rev(rev) => Some(rev),
        MadeFrom::At(at_ms) => log::rev_at(app, whose, at_ms).await?,
    };
    let found = match rev {
        Some(rev) if rev <= newest => log::at(app, whose, rev).await?,
        _ => None,
    };
    match found {
        Some((base, shared)) => off_thread(base.text.len(), move || Ok(shared.read(&base)?)).await,
        None => Err(base_gone(held).await?),
    }
}

/// The base is not known any more: here is what there is now.
async fn base_gone(held: &mut Held) -> Result<ApiError, ApiError> {
    let (app, whose) = (held.app().clone(), held.whose());
    let workflow = workflows::find(&app, whose.0, whose.1).await?;
    let open = held.open(&workflow).await?;
    let (rev, document) = (open.head.rev, open.document().await?);
    let text = off_thread(document.base.text.len(), move || Ok(document.text()?)).await?;
    let detail = format!(
        "the state that this was made from cannot be made again; look at graph, which is the draft at rev {rev}, and \
         make the change to that"
    );
    Ok(ApiError::new(StatusCode::CONFLICT, "base_gone", detail).rev(rev).graph(&text))
}

fn in_conflict(conflicts: &[merge::Conflict]) -> ApiError {
    let first = conflicts.first().map_or("", |conflict| conflict.path.as_str());
    let detail = format!(
        "somebody else changed {first} and {} more to other values; nothing was saved: choose a value for each of \
         conflicts, and save with the newest rev as base",
        conflicts.len().saturating_sub(1)
    );
    ApiError::new(StatusCode::CONFLICT, "conflicts", detail).conflicts(conflicts)
}

pub(super) fn file_of(document: &Document) -> Result<Value, Damaged> {
    file_of_text(&document.text()?)
}

pub(super) fn file_of_text(text: &[u8]) -> Result<Value, Damaged> {
    read(text).ok_or(Damaged)
}

fn read(text: &[u8]) -> Option<Value> {
    json::read_with(text, json::Limits { depth: u32::MAX, ..json::Limits::JAVASCRIPT }).ok()
}

/// What leads from a document to a file, if entries can say it, and the text of the file.
fn difference_to(now: &Document, file: &Value) -> Result<(Option<Difference>, bytes::Bytes), ApiError> {
    for key in ["nodes", "edges"] {
        if file.get(key).and_then(Value::as_array).is_none() {
            let detail = format!("a draft is an object with the lists nodes and edges; {key} is not there or no list");
            return Err(change::unprocessable("invalid_shape", detail).at(format!("$.graph.{key}")));
        }
    }
    Ok(leading_to(now, file)?)
}

/// The same, whatever the file is.
pub(super) fn leading_to(now: &Document, file: &Value) -> Result<(Option<Difference>, bytes::Bytes), Damaged> {
    if let Some(after) = document_of(now, file)? {
        let text = after.text()?;
        return Ok((entries::difference(now, &after)?, text));
    }
    Ok((None, json::to_text(file).into_bytes().into()))
}

/// A file as a document of the same base; `None` where its order, or what has no name, is another.
fn document_of(now: &Document, file: &Value) -> Result<Option<Document>, Damaged> {
    let Some(object) = file.as_object() else { return Ok(None) };
    let mut after = now.clone();
    for list in List::BOTH {
        let rows = file.get(list.key()).and_then(Value::as_array).unwrap_or_default();
        if !set_rows(now, &mut after, list, rows)? {
            return Ok(None);
        }
    }
    let is_list = |key: &str| matches!(key, "nodes" | "edges");
    for (key, value) in object.entries().iter().filter(|(key, _)| !is_list(key)) {
        let known = now.key(key)?.and_then(|text| read(&text));
        if known.as_ref() != Some(value) {
            after.set_key(key, Some(json::to_text(value).into_bytes()))?;
        }
    }
    for key in now.keys()? {
        if !is_list(&key) && object.get(&key).is_none() {
            after.set_key(&key, None)?;
        }
    }
    Ok(file_of(&after).ok().filter(|read| read == file).map(|_| after))
}

/// Makes a list hold these rows; `false` where several have one id.
fn set_rows(now: &Document, after: &mut Document, list: List, rows: &[Value]) -> Result<bool, Damaged> {
    let mut seen = std::collections::HashSet::new();
    for row in rows {
        let Some(id) = row.get("id").and_then(Value::as_str).filter(|id| !id.is_empty()) else { continue };
        let text = || json::to_text(row).into_bytes();
        match now.find(list, id)? {
            Found::Many => return Ok(false),
            Found::Nothing => {
                if after.find(list, id)? != Found::Nothing {
                    return Ok(false);
                }
                after.add_item(list, text())?;
            }
            Found::One(slot) => {
                if !seen.insert(slot) {
                    return Ok(false);
                }
                let same = |known: &Object| row.as_object().is_some_and(|row| row == known);
                if !read_object(now.item(list, slot)?).as_ref().is_some_and(same) {
                    after.set_item(list, slot, text())?;
                }
            }
        }
    }
    for slot in now.slots(list)? {
        if !seen.contains(&slot) && cut::name_of(now.item(list, slot)?).is_some() {
            after.remove_item(list, slot)?;
        }
    }
    Ok(true)
}
