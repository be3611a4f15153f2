//! Saving drafts without a socket.

use std::collections::HashMap;
use std::time::Instant;

use arcstr::ArcStr;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use model::merge::MadeFrom;
use model::{Object, TenantId, Value, WorkflowId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::App;
use crate::app::time_text;
use crate::auth::Tenant;
use crate::drafts::save::{self, Saved, Saving};
use crate::drafts::{self, Head};
use crate::error::{ApiError, ProblemBody};
use crate::http::{Fields, JsonBody};
use crate::metrics;

/// Workflows that are saved with one request.
const BATCH_MAX: usize = 100;

/// What to save of a draft: one of `update`, `changes` and `graph`. A workflow file with `id` is saved as it is, too.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; the handler reads it field by field")]
pub(crate) struct AutoSave {
    /// The workflow.
    id: String,
    /// The epoch that `update` is for.
    epoch: Option<u64>,
    /// An update of Yjs (version 1) in base64.
    update: Option<String>,
    /// What the change was made from. In a file `metadata.version` and `metadata.updatedAt` say it, too.
    base: Option<SaveBase>,
    /// Parts of the file, as `PATCH …/draft` takes them.
    #[schema(value_type = Option<Vec<Object>>)]
    changes: Option<()>,
    /// The whole file.
    #[schema(value_type = Option<Object>)]
    graph: Option<()>,
}

/// What a change was made from: one of them.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; the handler reads it field by field")]
pub(crate) struct SaveBase {
    rev: Option<u64>,
    updated_at: Option<String>,
}

/// A draft that was saved.
#[derive(Serialize, ToSchema)]
pub(crate) struct AutoSaved {
    id: String,
    rev: u64,
    epoch: u64,
    updated_at: String,
    /// Whether changes of somebody else are in it, so that it is worth reading again.
    merged: bool,
    metadata: Metadata,
}

/// The rev and the time under the names that files have for them.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Metadata {
    version: u64,
    updated_at: String,
}

impl AutoSaved {
    fn new(id: WorkflowId, Saved { head, merged }: &Saved) -> Self {
        let updated_at = time_text(head.at_ms);
        let metadata = Metadata { version: head.rev, updated_at: updated_at.clone() };
        Self { id: id.to_string(), rev: head.rev, epoch: head.epoch, updated_at, merged: *merged, metadata }
    }
}

/// Saves the draft of a workflow: an update of Yjs, parts of it, or the whole file. What others changed meanwhile is merged by field.
#[utoipa::path(post, path = "/workflows/auto-save", operation_id = "auto_save", tag = "drafts",
    request_body = AutoSave, responses(
    (status = 200, body = AutoSaved),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json",
        description = "conflicts: nothing was saved, and conflicts lists what does not merge; base_gone: graph is what there is now; epoch_over: read it again"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "A change of what is not there"),
))]
pub(crate) async fn auto_save(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    body: JsonBody,
) -> Result<Json<AutoSaved>, ApiError> {
    let (id, saved) = one(&app, tenant, &body.value).await?;
    Ok(Json(AutoSaved::new(id, &saved)))
}

/// Several drafts to save.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; the handler reads it field by field")]
pub(crate) struct BatchSave {
    /// At most 100, each as for auto-save.
    workflows: Vec<AutoSave>,
}

/// What became of several drafts, in their order.
#[derive(Serialize, ToSchema)]
pub(crate) struct BatchSaved {
    results: Vec<BatchItem>,
}

/// What became of one.
#[derive(Serialize, ToSchema)]
pub(crate) struct BatchItem {
    /// The status that it would have been answered with alone.
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    saved: Option<AutoSaved>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemBody>,
}

/// Saves several drafts, each by itself: one that is refused does not keep the others from being saved.
#[utoipa::path(post, path = "/workflows/batch-save", operation_id = "batch_save", tag = "drafts",
    request_body = BatchSave, responses(
    (status = 200, body = BatchSaved),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn batch_save(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    body: JsonBody,
) -> Result<Json<BatchSaved>, ApiError> {
    let fields = Fields::only(&body.value, &["workflows"], "")?;
    let list = fields.get("workflows").and_then(Value::as_array);
    let list = list.filter(|list| list.len() <= BATCH_MAX).ok_or_else(|| {
        let detail = format!("workflows is a list of at most {BATCH_MAX} drafts to save");
        ApiError::bad_request("invalid_parameter", detail).at("$.workflows")
    })?;
    let mut results = Vec::with_capacity(list.len());
    for body in list {
        results.push(match one(&app, tenant, body).await {
            Ok((id, saved)) => BatchItem { status: 200, saved: Some(AutoSaved::new(id, &saved)), problem: None },
            Err(error) => BatchItem { status: error.status().as_u16(), saved: None, problem: Some(error.body()) },
        });
    }
    Ok(Json(BatchSaved { results }))
}

async fn one(app: &App, tenant: TenantId, body: &Value) -> Result<(WorkflowId, Saved), ApiError> {
    let began = Instant::now();
    let (id, saving) = saving_of(body)?;
    let saved = save::save(app, (tenant, id), saving).await;
    let ended = saved.as_ref().map_or_else(ApiError::code, |_| "saved");
    metrics::auto_save("request", ended, began.elapsed());
    Ok((id, saved?))
}

fn saving_of(body: &Value) -> Result<(WorkflowId, Saving), ApiError> {
    let is_file = body.get("nodes").is_some();
    let fields = if is_file {
        Fields::of(body)?
    } else {
        Fields::only(body, &["id", "epoch", "update", "base", "changes", "graph"], "")?
    };
    let id = fields.required("id")?;
    let id: WorkflowId = id.parse().map_err(|_| ApiError::not_found(format!("workflow {id}")))?;
    if is_file {
        let file = body.as_object().map(|file| file.without("id")).unwrap_or_else(|| Object::new(Vec::new()));
        let (base, file) = taken_base(&file)?;
        return Ok((id, Saving::Graph { base, file }));
    }
    let said = ["update", "changes", "graph"].map(|key| fields.get(key));
    match said {
        [Some(update), None, None] => {
            let wrong = |what: &str| ApiError::bad_request("wrong_kind", what.to_owned());
            let epoch = fields.get("epoch").and_then(Value::as_i64).and_then(|epoch| u64::try_from(epoch).ok());
            let epoch = epoch.ok_or_else(|| wrong("epoch is the epoch that update is for").at("$.epoch"))?;
            let bytes = update.as_str().and_then(|text| STANDARD.decode(text).ok());
            let update = bytes.ok_or_else(|| wrong("update is a text in base64").at("$.update"))?;
            Ok((id, Saving::Update { epoch, update }))
        }
        [None, Some(changes), None] => {
            let body = Value::object(vec![(ArcStr::from("changes"), changes.clone())]);
            Ok((id, Saving::Changes { base: said_base(&fields)?, body }))
        }
        [None, None, Some(graph)] => {
            if fields.get("base").is_some() {
                return Ok((id, Saving::Graph { base: said_base(&fields)?, file: graph.clone() }));
            }
            let file = graph
                .as_object()
                .ok_or_else(|| ApiError::bad_request("wrong_kind", "graph is a file").at("$.graph"))?;
            let (base, file) = taken_base(file)?;
            Ok((id, Saving::Graph { base, file }))
        }
        _ => Err(ApiError::bad_request("missing_field", "send one of update, changes and graph")),
    }
}

fn said_base(fields: &Fields<'_>) -> Result<MadeFrom, ApiError> {
    let base = fields.get("base");
    let rev = base.and_then(|base| base.get("rev"));
    let at = base.and_then(|base| base.get("updated_at"));
    base_of(rev, at).ok_or_else(|| {
        let detail =
            "base says what the change was made from: {\"rev\": 7} or {\"updated_at\": \"…\"}, as the draft was read";
        ApiError::bad_request("missing_base", detail).at("$.base")
    })
}

/// What a file says of its own state, and the file without that.
fn taken_base(file: &Object) -> Result<(MadeFrom, Value), ApiError> {
    let metadata = file.get("metadata").and_then(Value::as_object);
    let of = |key: &str| metadata.and_then(|metadata| metadata.get(key));
    let base = base_of(of("version"), of("updatedAt")).ok_or_else(|| {
        let detail = "base is missing, and the file has no metadata.version or metadata.updatedAt that says what it was made from";
        ApiError::bad_request("missing_base", detail).at("$.base")
    })?;
    let rest =
        metadata.map(|metadata| metadata.without("version").without("updatedAt")).filter(|rest| !rest.is_empty());
    let file = match rest {
        Some(rest) => file.with("metadata".into(), Value::from(rest)),
        None => file.without("metadata"),
    };
    Ok((base, Value::from(file)))
}

fn base_of(rev: Option<&Value>, at: Option<&Value>) -> Option<MadeFrom> {
    let rev = rev.and_then(|rev| rev.as_i64().or_else(|| rev.as_str()?.parse().ok()));
    if let Some(rev) = rev.and_then(|rev| u64::try_from(rev).ok()) {
        return Some(MadeFrom::Rev(rev));
    }
    let moment: jiff::Timestamp = at?.as_str()?.parse().ok()?;
    Some(MadeFrom::At(moment.as_millisecond()))
}

/// What of a draft's overlay somebody lacks.
#[derive(Serialize, ToSchema)]
pub(crate) struct DocumentState {
    rev: u64,
    epoch: u64,
    updated_at: String,
    /// An update of Yjs (version 1) in base64.
    state: String,
}

/// What has changed of the draft since its epoch began, as an update of Yjs; since a state vector, only what is missing to it. Of an
/// epoch that is over it tells who was not told how far their writing came.
#[utoipa::path(get, path = "/workflows/{id}/document", operation_id = "get_document", tag = "drafts",
    params(("id" = String, Path), ("epoch" = u64, Query, description = "The epoch that is at hand"),
        ("since" = Option<String>, Query, description = "A state vector of Yjs in base64url"),
        ("ended" = Option<bool>, Query,
            description = "true: also of an epoch that is over, as it ended; that is kept for 7 days at least. rev and updated_at are the draft's")),
    responses(
    (status = 200, body = DocumentState),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "epoch_over: the draft was folded since, or with ended, too long ago"),
))]
pub(crate) async fn document(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, ApiError> {
    let workflow: WorkflowId = id.parse().map_err(|_| ApiError::not_found(format!("workflow {id}")))?;
    let wrong = |detail: &str| ApiError::bad_request("invalid_parameter", detail.to_owned());
    let epoch = query.get("epoch").and_then(|epoch| epoch.parse().ok());
    let epoch = epoch.ok_or_else(|| wrong("epoch is the epoch of the draft, as it was read"))?;
    let since = query.get("since").map_or("", String::as_str).trim_end_matches('=');
    let since = URL_SAFE_NO_PAD.decode(since).map_err(|_| wrong("since is a state vector in base64url"))?;
    let ended = query.get("ended").is_some_and(|ended| matches!(&**ended, "true" | "1"));
    let named = drafts::Named { epoch, ended };
    let (head, state): (Head, Vec<u8>) = drafts::since(&app, (tenant, workflow), named, &since).await?;
    let (rev, epoch, updated_at) = (head.rev, head.epoch, time_text(head.at_ms));
    Ok(Json(DocumentState { rev, epoch, updated_at, state: STANDARD.encode(state) }).into_response())
}
