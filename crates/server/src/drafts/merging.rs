//! Merging a version into the draft, for instance the newest of another branch. What does not merge is written as conflicts of
//! the overlay, with what does, so that it is settled in the editor or by requests.

use std::collections::{HashMap, HashSet};

use engine::versions;
use model::merge::{self, Conflict};
use model::{Object, Value, VersionId, json};
use store::{Record, StoreError};

use super::entries::Difference;
use super::{Head, Match, Whose, branches, detached, off_thread, save};
use crate::App;
use crate::app::now_ms;
use crate::error::ApiError;
use crate::workflows::{self, Lineage};

/// A version that is in the draft now.
pub(crate) struct Brought {
    pub(crate) head: Head,
    /// How many fields did not merge.
    pub(crate) conflicts: usize,
}

/// Merges a version into the draft: their nearest common ancestor is what both knew, and the draft is mine.
pub(crate) async fn merge(app: &App, whose: Whose, version: VersionId, matches: Match) -> Result<Brought, ApiError> {
    let app = app.clone();
    detached(async move {
        let most = app.config.limits.body_bytes;
        let mut held = app.drafts.hold(&app, whose.0, whose.1).await;
        let workflow = workflows::find(&app, whose.0, whose.1).await?;
        let (lineage, record) = Lineage::of(&app, whose, version).await?;
        let open = held.open(&workflow).await?;
        matches.check(&open.head)?;
        let (head, now) = (open.head.clone(), open.document().await?);
        let base = ancestor(&app, whose, head.base, version).await?;
        let [base, theirs] = [text(&app, whose, base).await?, text(&app, whose, version).await?];
        let by = format!("merge of {}", called(&head, &lineage, &record));
        let making = app.clone();
        let made = off_thread(usize::MAX, move || {
            let mine = save::file_of(&now)?;
            let merged = merge::merge(&save::file_of_text(&base)?, &mine, &save::file_of_text(&theirs)?);
            let (difference, text) = save::leading_to(&now, &in_order_of(&mine, merged.file))?;
            let conflicts = merged.conflicts.iter().map(|conflict| entry(conflict, &by, making.ids.next()));
            Ok((difference, text, conflicts.collect::<Vec<_>>()))
        });
        let (difference, text, conflicts) = made.await?;
        if text.len() > most {
            return Err(crate::http::too_large(most));
        }
        let count = conflicts.len();
        metrics::counter!("document_conflicts_total", "via" => "merge").increment(count as u64);
        let head = match difference {
            Some(difference) => {
                let difference = Difference { conflicts, ..difference };
                if difference.is_empty() {
                    return Ok(Brought { head, conflicts: 0 });
                }
                held.write(&workflow, difference, None).await?
            }
            None => held.replace(&workflow, text, conflicts).await?,
        };
        Ok(Brought { head, conflicts: count })
    })
    .await
}

/// The nearest version that both were made from. Each has one parent, so both ways are walked a step at a time until one comes to
/// where the other has been.
async fn ancestor(app: &App, whose: Whose, mine: VersionId, theirs: VersionId) -> Result<VersionId, ApiError> {
    let mut ways = [Some(mine), Some(theirs)];
    let mut seen = [HashSet::new(), HashSet::new()];
    while ways.iter().any(Option::is_some) {
        for side in [0, 1] {
            let Some(version) = ways[side] else { continue };
            if seen[1 - side].contains(&version) {
                return Ok(version);
            }
            // No version is its own ancestor; a damaged store must not keep this going for ever.
            let is_new = seen[side].insert(version);
            ways[side] = match Lineage::of(app, whose, version).await {
                Ok((lineage, _)) if is_new => lineage.parent,
                Ok(_) => None,
                Err(error) if error.code() == "not_found" => None,
                Err(error) => return Err(error),
            };
        }
    }
    let detail = format!("version {theirs} and the draft have no version that both were made from");
    Err(ApiError::new(axum::http::StatusCode::CONFLICT, "unrelated", detail))
}

async fn text(app: &App, whose: Whose, version: VersionId) -> Result<bytes::Bytes, StoreError> {
    let text = versions::text(&*app.records, whose.0, version).await?;
    text.ok_or_else(|| StoreError::Corrupt(format!("the text of version {version} is missing")))
}

/// What people call what was merged: another branch, or a version of the draft's own.
fn called(head: &Head, lineage: &Lineage, record: &Record) -> String {
    if lineage.branch == head.branch { branches::name_of(lineage, record) } else { lineage.branch_name().to_owned() }
}

/// The entry of a conflict, and its key.
fn entry(conflict: &Conflict, by: &str, random: i64) -> (String, String) {
    let Conflict { path, base, mine, theirs, merged } = conflict;
    let values = [("base", base), ("mine", mine), ("theirs", theirs), ("merged", merged)];
    let values = values.into_iter().filter_map(|(key, value)| Some((key.into(), value.clone()?)));
    let entry = std::iter::once(("path".into(), Value::from(path.as_str())))
        .chain(values)
        .chain([("by".into(), Value::from(by)), ("at".into(), Value::from(now_ms()))]);
    (format!("{path}@{random:x}"), json::to_text(&Value::object(entry.collect())))
}

/// A file with its rows in the order of another, and what only it has behind those: their order says nothing, and entries
/// cannot say another one.
fn in_order_of(other: &Value, file: Value) -> Value {
    let Some(object) = file.as_object() else { return file };
    let mut ordered = Object::new(object.entries().to_vec());
    for key in ["nodes", "edges"] {
        let (Some(rows), Some(others)) = (list(object.get(key)), list(other.get(key))) else { continue };
        let id = |row: &Value| row.get("id").and_then(Value::as_str).map(str::to_owned);
        let places: HashMap<String, usize> =
            others.iter().enumerate().filter_map(|(at, row)| Some((id(row)?, at))).collect();
        // What has no name, or one that others have, stays where it is.
        let names: HashSet<String> = rows.iter().filter_map(id).collect();
        if names.len() < rows.len() || places.len() < others.len() {
            continue;
        }
        let mut rows = rows.to_vec();
        rows.sort_by_key(|row| id(row).and_then(|id| places.get(&id).copied()).unwrap_or(usize::MAX));
        ordered = ordered.with(key.into(), Value::array(rows));
    }
    Value::from(ordered)
}

fn list(value: Option<&Value>) -> Option<&[Value]> {
    value.and_then(Value::as_array)
}
