//! What pages report of themselves, and what comes of it.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use model::Value;
use utoipa::ToSchema;

use crate::App;
use crate::auth::Tenant;
use crate::error::{ApiError, ProblemBody};
use crate::http::{Fields, JsonBody};
use crate::reports::{DocumentFigures, How, Report, SaveOutcome};

/// Reports of one request.
const REPORTS_MAX: usize = 500;
/// Nothing takes longer than a day.
const MS_MAX: f64 = 86_400_000.0;

/// Reports of a page.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; the handler reads it field by field")]
pub(crate) struct ReportsBody {
    /// At most 500.
    reports: Vec<ReportBody>,
}

/// One report: its kind, and what belongs to that.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; the handler reads it field by field")]
pub(crate) struct ReportBody {
    /// `save`, `kept` (on the device), `conflicts` or `size`.
    kind: String,
    /// Of a save: `saved`, `local`, `conflict`, `refused` or `failed`.
    outcome: Option<String>,
    /// How long it took; of settled conflicts from the moment they were found, all of them together.
    ms: Option<f64>,
    /// Bytes that travelled.
    bytes: Option<u64>,
    /// Conflicts that were found.
    found: Option<u64>,
    /// Conflicts that somebody settled.
    settled: Option<u64>,
    /// How they were settled: `mine`, `theirs`, `fields` or `merged`.
    how: Option<String>,
    /// Bytes of an open document.
    document: Option<u64>,
    /// Bytes of the page's memory.
    memory: Option<u64>,
}

/// Takes what a page reports of saving.
#[utoipa::path(post, path = "/reports", operation_id = "report", tag = "performance", request_body = ReportsBody, responses(
    (status = 204, description = "Counted"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn take(
    State(app): State<App>,
    Tenant(_tenant): Tenant,
    body: JsonBody,
) -> Result<StatusCode, ApiError> {
    let fields = Fields::only(&body.value, &["reports"], "")?;
    let list = fields.get("reports").and_then(Value::as_array).filter(|list| list.len() <= REPORTS_MAX);
    let list = list.ok_or_else(|| {
        let detail = format!("reports is a list of at most {REPORTS_MAX} reports");
        ApiError::bad_request("invalid_parameter", detail).at("$.reports")
    })?;
    let wrong = |at: usize| {
        let detail = "a report is of the kind save (outcome, ms, bytes), kept (ms), conflicts (found, settled, how, ms) or size (document, memory)";
        ApiError::bad_request("invalid_report", detail).at(format!("$.reports[{at}]"))
    };
    let reports = list.iter().enumerate().map(|(at, report)| read(report).ok_or_else(|| wrong(at)));
    for report in reports.collect::<Result<Vec<Report>, _>>()? {
        app.reports.take(report);
    }
    Ok(StatusCode::NO_CONTENT)
}

fn read(report: &Value) -> Option<Report> {
    let whole = |key: &str| report.get(key).map_or(Some(0), |value| u64::try_from(value.as_i64()?).ok());
    let ms = || match report.get("ms") {
        None => Some(0.0),
        Some(ms) => ms.as_f64().filter(|ms| (0.0..=MS_MAX).contains(ms)),
    };
    Some(match report.get("kind")?.as_str()? {
        "save" => {
            let outcome = SaveOutcome::parse(report.get("outcome")?.as_str()?)?;
            Report::Save { outcome, ms: ms()?, bytes: whole("bytes")? }
        }
        "kept" => Report::Kept { ms: ms()? },
        "conflicts" => {
            let how = match report.get("how") {
                None => None,
                Some(how) => Some(How::parse(how.as_str()?)?),
            };
            Report::Conflicts { found: whole("found")?, settled: whole("settled")?, how, ms: ms()? }
        }
        "size" => Report::Size { document: whole("document")?, memory: whole("memory")? },
        _ => return None,
    })
}

/// How saving goes, as pages reported it: success, durations, conflicts, memory, and a score.
#[utoipa::path(get, path = "/performance/documents", operation_id = "document_figures", tag = "performance",
    params(("minutes" = Option<usize>, Query, description = "Of the last so many minutes: 60, at most 1,440")),
    responses((status = 200, body = DocumentFigures)))]
pub(crate) async fn documents(
    State(app): State<App>,
    Tenant(_tenant): Tenant,
    Query(query): Query<HashMap<String, String>>,
) -> Json<DocumentFigures> {
    let minutes = query.get("minutes").and_then(|minutes| minutes.parse().ok()).unwrap_or(60);
    Json(app.reports.figures(std::cmp::Ord::clamp(minutes, 1, 1_440)))
}
