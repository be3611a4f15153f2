//! What several people changed to different values, and choosing what stands.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use model::{Object, Value};
use serde::Serialize;
use utoipa::ToSchema;

use super::workflows::parse_id;
use crate::App;
use crate::auth::Tenant;
use crate::drafts::{self, How, Listed};
use crate::error::{ApiError, ProblemBody};
use crate::http::{Fields, JsonBody};

/// Conflicts that one answer lists.
const LISTED_MAX: usize = 1_000;

/// A field, or a row, that several people changed to different values. What is not there was not, or was taken out.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConflictItem {
    /// What settles it is sent to.
    key: String,
    /// Where: `nodes/<id>/<field>`; the field is empty where one side took out the whole row.
    path: String,
    /// What it was before both.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    base: Option<Value>,
    /// What stands in the draft until somebody chooses.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    mine: Option<Value>,
    /// What the other side made of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    theirs: Option<Value>,
    /// A text that has as much of both as fits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    merged: Option<Value>,
    /// Who brought it about.
    #[schema(value_type = Option<String>)]
    by: Option<Value>,
    /// When, in ms since 1970.
    #[schema(value_type = Option<i64>)]
    at: Option<Value>,
    /// How it was settled: `{how, by, at}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    chosen: Option<Value>,
}

impl ConflictItem {
    fn new(key: String, entry: &Object) -> Self {
        let of = |field: &str| entry.get(field).cloned();
        let path = entry.get("path").and_then(Value::as_str).unwrap_or_default().to_owned();
        let chosen = of("chosen").filter(|chosen| !chosen.is_null());
        let [base, mine, theirs, merged, by, at] = ["base", "mine", "theirs", "merged", "by", "at"].map(of);
        Self { key, path, base, mine, theirs, merged, by, at, chosen }
    }
}

/// The conflicts of a draft.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConflictList {
    rev: u64,
    epoch: u64,
    /// How many are open.
    open: usize,
    /// At most 1,000, those that are open first.
    items: Vec<ConflictItem>,
    /// How many more there are than are listed.
    more: usize,
}

/// What several people changed to different values in the draft, and nobody has settled.
#[utoipa::path(get, path = "/workflows/{id}/conflicts", operation_id = "list_conflicts", tag = "drafts", params(
    ("id" = String, Path), ("all" = Option<bool>, Query, description = "true: also those that are settled"),
), responses(
    (status = 200, body = ConflictList),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Json<ConflictList>, ApiError> {
    let all = query.get("all").is_some_and(|all| all == "true" || all == "1");
    let Listed { head, open, entries } = drafts::conflicts(&app, (tenant, parse_id(&id)?), all).await?;
    let more = entries.len().saturating_sub(LISTED_MAX);
    let items = entries.into_iter().take(LISTED_MAX).map(|(key, entry)| ConflictItem::new(key, &entry)).collect();
    Ok(Json(ConflictList { rev: head.rev, epoch: head.epoch, open, items, more }))
}

/// What is chosen.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; the handler reads it field by field")]
pub(crate) struct SettleBody {
    /// `mine`, `theirs`, or `value`.
    how: String,
    /// The value, with `how: "value"`; without one the field, or the row, is taken out.
    #[schema(value_type = Option<Object>)]
    value: Option<()>,
}

/// A conflict that was settled.
#[derive(Serialize, ToSchema)]
pub(crate) struct Settled {
    rev: u64,
    epoch: u64,
    /// How many are still open.
    conflicts: usize,
}

/// Settles a conflict: the field becomes what is chosen, and the entry says who chose.
#[utoipa::path(post, path = "/workflows/{id}/conflicts/{key}", operation_id = "settle_conflict", tag = "drafts",
    params(("id" = String, Path), ("key" = String, Path, description = "The key, with its slashes as %2F")),
    request_body = SettleBody, responses(
    (status = 200, body = Settled),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json",
        description = "settled: somebody chose already; row_gone: it is not in the draft any more"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "No value for a whole row"),
))]
pub(crate) async fn settle(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path((id, key)): Path<(String, String)>,
    body: JsonBody,
) -> Result<Json<Settled>, ApiError> {
    let fields = Fields::only(&body.value, &["how", "value"], "")?;
    let value = fields.said("value");
    let how = match (fields.required("how")?.as_str(), value) {
        ("mine", None) => How::Side("mine"),
        ("theirs", None) => How::Side("theirs"),
        ("value", value) => How::Value(value.cloned()),
        ("mine" | "theirs", Some(_)) => {
            return Err(ApiError::bad_request("invalid_parameter", "value is for how: \"value\"").at("$.value"));
        }
        _ => {
            return Err(ApiError::bad_request("invalid_parameter", "how is mine, theirs, or value").at("$.how"));
        }
    };
    let (head, conflicts) = drafts::settle(&app, (tenant, parse_id(&id)?), key, how).await?;
    Ok(Json(Settled { rev: head.rev, epoch: head.epoch, conflicts }))
}
