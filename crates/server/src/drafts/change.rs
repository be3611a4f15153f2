//! Changes of a draft as a request says them, applied to its file: all of them, or none.

use axum::http::StatusCode;
use model::graph::{MAX_EDGES, MAX_NODES};
use model::{Object, Value, json};

use super::document::{Document, Found, List, read_object};
use super::entries::{Field, unescape};
use crate::error::ApiError;
use crate::http::Fields;

/// Applies the changes of a request to a document.
pub(super) fn apply(document: &Document, body: &Value, most: usize) -> Result<Document, ApiError> {
    let fields = Fields::only(body, &["changes"], "")?;
    let changes = fields.get("changes").ok_or_else(|| {
        ApiError::bad_request("missing_field", "changes is missing: a list of what changed").at("$.changes")
    })?;
    let changes = changes.as_array().ok_or_else(|| wrong_kind("$.changes", "a list", changes))?;
    // Places of items are those before the first change.
    let mut apply = Apply { before: document, now: document.clone(), at: String::new() };
    for (at, change) in changes.iter().enumerate() {
        apply.at = format!("$.changes[{at}]");
        apply.one(change)?;
    }
    let now = apply.now;
    for (list, most) in [(List::Nodes, MAX_NODES), (List::Edges, MAX_EDGES)] {
        let count = now.count(list)?;
        if count > most && count > document.count(list)? {
            let detail = format!("a graph has at most {most} {}, with these changes it has {count}", list.key());
            return Err(unprocessable("invalid_shape", detail).at("$.changes"));
        }
    }
    if now.base.text.len() + now.overlay.bytes() > most.max(document.base.text.len() + document.overlay.bytes()) {
        return Err(crate::http::too_large(most));
    }
    Ok(now)
}

struct Apply<'a> {
    before: &'a Document,
    now: Document,
    /// Where the change at hand stands in the request.
    at: String,
}

/// What a change sets, with the values, and what it takes out.
type SetAndUnset<'c> = (Vec<(&'c str, &'c Value)>, Vec<&'c str>);

impl Apply<'_> {
    fn one(&mut self, change: &Value) -> Result<(), ApiError> {
        let object = change.as_object().ok_or_else(|| wrong_kind(&self.at, "an object", change))?;
        let known = ["node", "edge", "file", "set", "unset", "added", "removed"];
        if let Some(key) = object.keys().find(|key| !known.contains(&key.as_str())) {
            let detail = format!("{key} is not a field of a change; there are {}", known.join(", "));
            return Err(ApiError::bad_request("unknown_field", detail).at(format!("{}.{key}", self.at)));
        }
        match (object.get("node"), object.get("edge"), object.get("file")) {
            (Some(id), None, None) => self.item(List::Nodes, id, object),
            (None, Some(id), None) => self.item(List::Edges, id, object),
            (None, None, Some(Value::Bool(true))) => self.file(object),
            _ => Err(self.refuse("a change names one node, one edge, or has file: true")),
        }
    }

    fn item(&mut self, list: List, id: &Value, change: &Object) -> Result<(), ApiError> {
        let name = singular(list);
        let at = format!("{}.{name}", self.at);
        let id = id.as_text().ok_or_else(|| wrong_kind(&at, "a text", id))?;
        let edits = change.get("set").is_some() || change.get("unset").is_some();
        match (edits, change.get("added"), change.get("removed")) {
            (false, Some(added), None) => self.add(list, id, added),
            (false, None, Some(Value::Bool(true))) => {
                let slot = self.slot(list, id)?;
                Ok(self.now.remove_item(list, slot)?)
            }
            (true, None, None) => self.edit(list, id, change),
            _ => Err(self.refuse(&format!(
                "a change of {a} {name} has set and unset, or added, or removed: true",
                a = article(list)
            ))),
        }
    }

    fn add(&mut self, list: List, id: &str, added: &Value) -> Result<(), ApiError> {
        let (name, at) = (singular(list), format!("{}.added", self.at));
        let object = added.as_object().ok_or_else(|| wrong_kind(&at, "an object", added))?;
        let own = id_of(object);
        if own.as_deref() != Some(id) && !(own.is_none() && id.starts_with('#')) {
            let own = own.map_or("no id".to_owned(), |own| format!("the id {own:?}"));
            let detail = format!("the {name} that is added has {own}, and the change names {id:?}");
            return Err(unprocessable("invalid_change", detail).at(at));
        }
        if own.is_some() {
            self.free(list, id)?;
        }
        let mut text = Vec::new();
        json::write(added, &mut text);
        Ok(self.now.add_item(list, text)?)
    }

    /// Refuses an id that another item has.
    fn free(&self, list: List, id: &str) -> Result<(), ApiError> {
        if self.now.find(list, id)? == Found::Nothing {
            return Ok(());
        }
        let name = singular(list);
        let code = if list == List::Nodes { "node_exists" } else { "edge_exists" };
        Err(unprocessable(code, format!("the draft has {} {name} {id:?} already", article(list))).at(self.at.clone()))
    }

    fn slot(&self, list: List, id: &str) -> Result<u32, ApiError> {
        let name = singular(list);
        let at = format!("{}.{name}", self.at);
        match self.now.find(list, id)? {
            Found::One(slot) => return Ok(slot),
            Found::Many => {
                let code = if list == List::Nodes { "ambiguous_node" } else { "ambiguous_edge" };
                let detail = format!(
                    "several {} have the id {id:?}; send the whole file with PUT to tell them apart",
                    list.key()
                );
                return Err(unprocessable(code, detail).at(at));
            }
            Found::Nothing => {}
        }
        let index = id.strip_prefix('#').and_then(|index| index.parse::<usize>().ok());
        if let Some(slot) = index.map(|index| self.before.slot_at(list, index)).transpose()?.flatten()
            // One that is gone by now has no text any more.
            && let Ok(text) = self.now.item(list, slot)
            && super::cut::id_of(text).is_none()
        {
            return Ok(slot);
        }
        let code = if list == List::Nodes { "no_such_node" } else { "no_such_edge" };
        Err(unprocessable(code, format!("the draft has no {name} {id:?}; nothing was changed")).at(at))
    }

    fn edit(&mut self, list: List, id: &str, change: &Object) -> Result<(), ApiError> {
        let slot = self.slot(list, id)?;
        let before = read_object(self.now.item(list, slot)?).ok_or_else(|| {
            let detail = format!(
                "the {} {id:?} is no object, so it has no fields; send the whole file with PUT",
                singular(list)
            );
            unprocessable("invalid_change", detail).at(self.at.clone())
        })?;
        let (set, unset) = self.fields(change)?;
        let mut now = None;
        for (field, value) in set {
            now = Some(self.set(now.as_ref().unwrap_or(&before), field, Some(value))?);
        }
        for field in unset {
            now = Some(self.set(now.as_ref().unwrap_or(&before), field, None)?);
        }
        let Some(now) = now else { return Ok(()) };
        if let Some(id) = id_of(&now).filter(|id| Some(id) != id_of(&before).as_ref()) {
            self.free(list, &id)?;
        }
        let mut text = Vec::new();
        json::write(&Value::from(now), &mut text);
        Ok(self.now.set_item(list, slot, text)?)
    }

    /// What a change sets, and what it takes out.
    fn fields<'c>(&self, change: &'c Object) -> Result<SetAndUnset<'c>, ApiError> {
        let set = match change.get("set") {
            None => Vec::new(),
            Some(set) => {
                let object =
                    set.as_object().ok_or_else(|| wrong_kind(&format!("{}.set", self.at), "an object", set))?;
                object.entries().iter().map(|(key, value)| (key.as_str(), value)).collect()
            }
        };
        let Some(unset) = change.get("unset") else { return Ok((set, Vec::new())) };
        let at = format!("{}.unset", self.at);
        let list = unset.as_array().ok_or_else(|| wrong_kind(&at, "a list", unset))?;
        let text = |field: &'c Value| field.as_str().ok_or_else(|| wrong_kind(&at, "a list of texts", field));
        Ok((set, list.iter().map(text).collect::<Result<_, _>>()?))
    }

    /// The object with a field set, or taken out: a key of its own, or `data/<key>`.
    fn set(&self, object: &Object, field: &str, value: Option<&Value>) -> Result<Object, ApiError> {
        let read = Field::read(field).ok_or_else(|| {
            let detail =
                format!("{field:?} is no field: one is a key, or data/ and a key; in a key / is ~1 and ~ is ~0");
            unprocessable("invalid_change", detail).at(self.at.clone())
        })?;
        read.lay(object, value).ok_or_else(|| {
            let kind = object.get("data").map_or("nothing", Value::kind);
            let detail = format!("data is {kind} and no object, so {field} cannot be set in it");
            unprocessable("invalid_change", detail).at(self.at.clone())
        })
    }

    fn file(&mut self, change: &Object) -> Result<(), ApiError> {
        if change.get("added").is_some() || change.get("removed").is_some() {
            return Err(self.refuse("a change of the file has set and unset"));
        }
        let (set, unset) = self.fields(change)?;
        let set = set.into_iter().map(|(field, value)| (field, Some(value)));
        for (field, value) in set.chain(unset.into_iter().map(|field| (field, None))) {
            let key = unescape(field).filter(|_| !field.contains('/'));
            let key = key.filter(|key| !matches!(key.as_str(), "nodes" | "edges")).ok_or_else(|| {
                let detail =
                    format!("{field:?} is no key of the file beside nodes and edges; in a key / is ~1 and ~ is ~0");
                unprocessable("invalid_change", detail).at(self.at.clone())
            })?;
            let text = value.map(|value| json::to_text(value).into_bytes());
            self.now.set_key(&key, text)?;
        }
        Ok(())
    }

    fn refuse(&self, detail: &str) -> ApiError {
        unprocessable("invalid_change", detail).at(self.at.clone())
    }
}

const fn singular(list: List) -> &'static str {
    match list {
        List::Nodes => "node",
        List::Edges => "edge",
    }
}

const fn article(list: List) -> &'static str {
    match list {
        List::Nodes => "a",
        List::Edges => "an",
    }
}

fn id_of(object: &Object) -> Option<String> {
    match object.get("id")? {
        Value::String(text) => Some(text.to_string()),
        Value::Int(number) => Some(number.to_string()),
        _ => None,
    }
}

pub(super) fn unprocessable(code: &'static str, detail: impl Into<String>) -> ApiError {
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
}

fn wrong_kind(at: &str, expected: &str, value: &Value) -> ApiError {
    ApiError::bad_request("wrong_kind", format!("expected {expected} at {at}, this is {}", value.kind())).at(at)
}
