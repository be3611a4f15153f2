//! The same wish to many executions.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::{ExecutionId, Status, Value, VersionId};
use serde::Serialize;
use store::journal::first_id_at;
use utoipa::ToSchema;

use super::executions::{first_at, statuses};
use crate::App;
use crate::app::{now_ms, time_text};
use crate::auth::Tenant;
use crate::bulk::{self, Action, Bulk, Filter};
use crate::error::{ApiError, ProblemBody};
use crate::http::{Fields, JsonBody};

/// What to ask, and of which executions.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; the handler reads it field by field")]
pub(crate) struct BulkBody {
    /// `cancel`, `pause`, `resume`, `retry` or `replay`.
    action: String,
    /// What a replay runs: a version of the workflow that the filter names. Each runs its own if it is absent.
    version: Option<String>,
    filter: BulkFilter,
}

/// Which executions: those that all of it holds for; nothing said is all that the action can be asked of.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; the handler reads it field by field")]
pub(crate) struct BulkFilter {
    /// One or several, with commas between them. A retry and a replay take `failed` and `timed_out` unless this says otherwise.
    status: Option<String>,
    /// Id of the workflow.
    workflow: Option<String>,
    /// What started them.
    trigger: Option<String>,
    /// Accepted at this time (RFC 3339) or later.
    from: Option<String>,
    /// Accepted before this time.
    to: Option<String>,
}

/// A bulk and how far it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct BulkItem {
    id: String,
    /// `cancel`, `pause`, `resume`, `retry` or `replay`.
    action: &'static str,
    /// `running` or `finished`.
    status: &'static str,
    /// Executions that the filter found when it was asked.
    total: u64,
    /// False when `total` stands for "more than that".
    total_exact: bool,
    /// Executions that were asked.
    done: u64,
    /// Those that had ended, or gone on, before they could be asked.
    passed_over: u64,
    created_at: String,
    finished_at: Option<String>,
}

impl From<&Bulk> for BulkItem {
    fn from(bulk: &Bulk) -> Self {
        Self {
            id: ExecutionId(bulk.id).to_string(),
            action: bulk.kept.action.as_str(),
            status: bulk.status(),
            total: bulk.kept.total,
            total_exact: bulk.kept.total_exact,
            done: bulk.kept.done,
            passed_over: bulk.kept.passed_over,
            created_at: time_text(bulk.created_ms),
            finished_at: bulk.is_finished.then(|| time_text(bulk.updated_ms)),
        }
    }
}

/// Asks the same of many executions. It is recorded before the answer, and worked off after it.
#[utoipa::path(post, path = "/executions/bulk", operation_id = "begin_bulk", tag = "executions",
    request_body = BulkBody, responses(
    (status = 202, body = BulkItem),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn begin(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    body: JsonBody,
) -> Result<Response, ApiError> {
    let fields = Fields::only(&body.value, &["action", "version", "filter"], "")?;
    let word = fields.required("action")?;
    let action = Action::ALL.iter().find(|(name, _)| *name == word.as_str()).map(|(_, action)| *action);
    let action = action.ok_or_else(|| {
        let all = Action::ALL.map(|(name, _)| name).join(", ");
        ApiError::bad_request("invalid_parameter", format!("action cannot be {word:?}: expected one of {all}"))
            .at("$.action")
    })?;
    let filter = fields.get("filter").ok_or_else(|| {
        ApiError::bad_request("missing_field", "filter is missing; {} stands for all executions").at("$.filter")
    })?;
    let filter = read_filter(filter, action)?;
    let version = fields.text("version")?.map(|text| version(text, action, &filter)).transpose()?;
    let bulk = bulk::begin(&app, tenant, (action, version), filter).await?;
    let item = BulkItem::from(&bulk);
    let at = format!("/api/v1/executions/bulk/{}", item.id);
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, at)], Json(item)).into_response())
}

/// The version that a replay runs, of the one workflow that is asked.
fn version(text: &str, action: Action, filter: &Filter) -> Result<VersionId, ApiError> {
    let refused = |detail: String| ApiError::bad_request("invalid_parameter", detail).at("$.version");
    if action != Action::Replay || filter.workflow.is_none() {
        return Err(refused("version goes with the action replay and a filter that names the workflow".into()));
    }
    text.parse().map_err(|error| refused(format!("version: {error}")))
}

fn read_filter(filter: &Value, action: Action) -> Result<Filter, ApiError> {
    let fields = Fields::only(filter, &["status", "workflow", "trigger", "from", "to"], "")?;
    let said = match fields.get("status") {
        Some(Value::Array(words)) => {
            let words: Vec<&str> = words.items().iter().map(|word| word.as_str().unwrap_or("?")).collect();
            statuses(&words.join(","))?
        }
        _ => fields.text("status")?.map(|words| statuses(words)).transpose()?.unwrap_or_default(),
    };
    let takes = action.statuses(&said);
    if takes.is_empty() {
        let (word, said) = (action.as_str(), said.iter().map(|status| status.as_str()).collect::<Vec<_>>().join(", "));
        let all = action.statuses(&Status::ALL).iter().map(|status| status.as_str()).collect::<Vec<_>>().join(", ");
        let detail = format!("{word} cannot be asked of what is {said}, only of what is {all}");
        return Err(ApiError::bad_request("invalid_parameter", detail).at("$.filter.status"));
    }
    let workflow = fields.text("workflow")?.map(|id| {
        let detail = |error| ApiError::bad_request("invalid_parameter", format!("workflow: {error}"));
        id.parse().map_err(detail)
    });
    let time = |name: &str| fields.text(name)?.map(|text| first_at(name, text)).transpose();
    // What is accepted from now on was not meant.
    let now = first_id_at(now_ms() + 1);
    Ok(Filter {
        statuses: takes,
        workflow: workflow.transpose()?,
        trigger: fields.text("trigger")?.map(ToString::to_string),
        from: time("from")?,
        to: time("to")?.map_or(now, |to| to.min(now)),
    })
}

/// How far a bulk is.
#[utoipa::path(get, path = "/executions/bulk/{id}", operation_id = "get_bulk", tag = "executions",
    params(("id" = String, Path)), responses(
    (status = 200, body = BulkItem),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn get(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path(id): Path<String>,
) -> Result<Json<BulkItem>, ApiError> {
    let missing = || ApiError::not_found(format!("bulk {id}"));
    // Ids of all kinds are written alike.
    let number: ExecutionId = id.parse().map_err(|_| missing())?;
    let bulk = Bulk::find(&app, tenant, number.0).await?.ok_or_else(missing)?;
    Ok(Json(BulkItem::from(&bulk)))
}
