//! Drafts of workflows: the file that an editor works on.

use std::collections::HashMap;
use std::convert::Infallible;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use model::{Severity, Value, VersionId, WorkflowId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::App;
use crate::app::time_text;
use crate::auth::Tenant;
use crate::drafts::{self, Head, Match, Shown};
use crate::error::{ApiError, GraphProblem, ProblemBody};
use crate::http::{Fields, GraphBody, JsonBody, layers};

use super::versions::{VersionItem, asked};

/// Problems that one answer tells.
const PROBLEMS_MAX: usize = 1_000;

/// A draft.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the answer; it is written around a text that is not read")]
pub(crate) struct DraftWhole {
    /// Counts its changes, and never goes back; also the `ETag`.
    rev: u64,
    /// Counts its bases: the room of those who are connected is that of an epoch.
    epoch: u64,
    /// The version it was made from.
    base: String,
    /// The branch it is on; `main` unless it was taken to another.
    branch: String,
    /// The version that is published. It is another one than `base` where somebody published beside the draft.
    version: String,
    /// Whether it differs from what is published, or has conflicts that nobody has settled.
    changed: bool,
    updated_at: String,
    /// Rows of the base that were taken out, where others have no id of their own: by id, or by number among those.
    #[schema(value_type = Option<GoneRows>)]
    gone: (),
    /// The file as it was sent: `{name, nodes, edges, …}`. It is there unless `graph=false` was asked.
    #[schema(value_type = Object)]
    graph: (),
}

/// Rows that were taken out.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the answer; it is written around a text that is not read")]
pub(crate) struct GoneRows {
    nodes: Vec<GoneRow>,
    edges: Vec<GoneRow>,
}

/// A row that was taken out.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes the answer; it is written around a text that is not read")]
pub(crate) enum GoneRow {
    /// Its id.
    Id(String),
    /// Its number among those that have none.
    Number(u64),
}

/// A draft that was stored.
#[derive(Serialize, ToSchema)]
pub(crate) struct DraftSaved {
    /// What the next change names as `If-Match`; also the `ETag`.
    rev: u64,
    updated_at: String,
}

/// Changes of a draft.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; the handler reads it field by field")]
pub(crate) struct DraftChanges {
    /// Applied in this order: all, or none.
    changes: Vec<DraftChange>,
}

/// One change: of a node, of an edge, or of the file around them.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; the handler reads it field by field")]
pub(crate) struct DraftChange {
    /// The id of the node; `#<index>` for one that has none, counted before the first change.
    node: Option<String>,
    /// The id of the edge; `#<index>` for one that has none.
    edge: Option<String>,
    /// `true` for keys of the file beside `nodes` and `edges`.
    file: Option<bool>,
    /// Values by field: a key (`position`), or `data/<key>`; in a key `/` is written `~1` and `~` is `~0`.
    #[schema(value_type = Option<Object>)]
    set: Option<()>,
    /// Fields to take out.
    unset: Option<Vec<String>>,
    /// The whole node or edge, put at the end.
    #[schema(value_type = Option<Object>)]
    added: Option<()>,
    /// `true` takes it out.
    removed: Option<bool>,
}

impl DraftSaved {
    fn answer(head: &Head) -> Response {
        let body = Self { rev: head.rev, updated_at: time_text(head.at_ms) };
        ([(header::ETAG, tag(head))], Json(body)).into_response()
    }
}

/// The draft of a workflow: what an editor shows. Without one it is the graph of the current version.
#[utoipa::path(get, path = "/workflows/{id}/draft", operation_id = "get_draft", tag = "drafts",
    params(("id" = String, Path),
        ("graph" = Option<bool>, Query, description = "false: without graph and gone, which is quick; never 304"),
        ("If-None-Match" = Option<String>, Header, description = "The rev whose file is known")),
    responses(
    (status = 200, body = DraftWhole, headers(("ETag", description = "The rev"))),
    (status = 304, description = "The file is that of the rev that If-None-Match names. What it is based on, and what is published, may be others"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn get(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path(id): Path<String>,
    Parts { uri, headers, extensions, .. }: Parts,
) -> Result<Response, ApiError> {
    let id = parse_id(&id)?;
    let query = Query::<HashMap<String, String>>::try_from_uri(&uri).ok();
    if query.and_then(|Query(mut query)| query.remove("graph")).is_some_and(|graph| matches!(&*graph, "false" | "0")) {
        let (head, version) = drafts::about(&app, tenant, id).await?;
        return Ok(answer(&head, Body::from(format!("{{{}}}", about(&head, version)))));
    }
    if headers.contains_key(header::IF_NONE_MATCH) {
        let (head, _) = drafts::about(&app, tenant, id).await?;
        if is_known(&headers, head.rev) {
            return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag(&head))]).into_response());
        }
    }
    let Shown { head, version, text, gone } = drafts::read(&app, tenant, id).await?;
    let before = format!(r#"{{{},{}"graph":"#, about(&head, version), gone_text(&gone));
    // The text is handed on as it is stored: it was checked when it came in.
    let parts = [Bytes::from(before), text, Bytes::from_static(b"}")].map(Ok::<_, Infallible>);
    let mut response = answer(&head, Body::from_stream(tokio_stream::iter(parts)));
    if layers::is_local(&extensions, &headers, &app) {
        response.extensions_mut().insert(layers::Unpacked);
    }
    Ok(response)
}

fn answer(head: &Head, body: Body) -> Response {
    ([(header::CONTENT_TYPE, "application/json".to_owned()), (header::ETAG, tag(head))], body).into_response()
}

fn tag(head: &Head) -> String {
    format!("\"{}\"", head.rev)
}

/// Whether a request says that it has the file of this rev.
fn is_known(headers: &HeaderMap, rev: u64) -> bool {
    let lines = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    let mut tags = lines.flat_map(|line| line.split(',')).map(|tag| tag.trim().trim_start_matches("W/"));
    tags.any(|tag| tag == "*" || tag.trim_matches('"').parse() == Ok(rev))
}

/// The part of an answer that says what stands beside the file.
fn about(head: &Head, version: VersionId) -> String {
    format!(
        r#""rev":{},"epoch":{},"base":"{}","branch":{},"version":"{version}","changed":{},"updated_at":"{}""#,
        head.rev,
        head.epoch,
        head.base,
        model::json::to_text(&Value::from(head.branch_name())),
        head.changed,
        time_text(head.at_ms)
    )
}

/// The part of an answer that says which rows were taken out; nothing where nobody needs to know.
fn gone_text([nodes, edges]: &[Vec<serde_json::Value>; 2]) -> String {
    if nodes.is_empty() && edges.is_empty() {
        return String::new();
    }
    format!(r#""gone":{},"#, serde_json::json!({ "nodes": nodes, "edges": edges }))
}

/// Puts a whole file in place of the draft. It need not be able to run.
#[utoipa::path(put, path = "/workflows/{id}/draft", operation_id = "put_draft", tag = "drafts",
    params(("id" = String, Path), ("If-Match" = String, Header, description = "The rev that was changed, or *")),
    request_body(content = Object, description = "The file: an object with the lists nodes and edges"), responses(
    (status = 200, body = DraftSaved, headers(("ETag", description = "The new rev"))),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 412, body = ProblemBody, content_type = "application/problem+json", description = "Somebody else was first"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "It has no list of nodes or edges"),
    (status = 428, body = ProblemBody, content_type = "application/problem+json", description = "If-Match is missing"),
))]
pub(crate) async fn put(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: GraphBody,
) -> Result<Response, ApiError> {
    let whose = (tenant, parse_id(&id)?);
    let head = drafts::put(&app, whose, required(&headers)?, body.value).await?;
    Ok(DraftSaved::answer(&head))
}

/// Changes parts of the draft: all of the changes, or none.
#[utoipa::path(patch, path = "/workflows/{id}/draft", operation_id = "change_draft", tag = "drafts",
    params(("id" = String, Path), ("If-Match" = String, Header, description = "The rev that was changed, or *")),
    request_body = DraftChanges, responses(
    (status = 200, body = DraftSaved, headers(("ETag", description = "The new rev"))),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 412, body = ProblemBody, content_type = "application/problem+json", description = "Somebody else was first"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "A change of what is not there, or of an id that several have"),
    (status = 428, body = ProblemBody, content_type = "application/problem+json", description = "If-Match is missing"),
))]
pub(crate) async fn patch(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response, ApiError> {
    let whose = (tenant, parse_id(&id)?);
    let head = drafts::patch(&app, whose, required(&headers)?, body.value).await?;
    Ok(DraftSaved::answer(&head))
}

/// Gives the draft up: it is what is published again.
#[utoipa::path(delete, path = "/workflows/{id}/draft", operation_id = "discard_draft", tag = "drafts",
    params(("id" = String, Path), ("If-Match" = String, Header, description = "The rev that was seen, or *")), responses(
    (status = 200, body = DraftSaved, headers(("ETag", description = "The new rev"))),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 412, body = ProblemBody, content_type = "application/problem+json", description = "Somebody else was first"),
    (status = 428, body = ProblemBody, content_type = "application/problem+json", description = "If-Match is missing"),
))]
pub(crate) async fn delete(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let head = drafts::give_up(&app, (tenant, parse_id(&id)?), required(&headers)?).await?;
    Ok(DraftSaved::answer(&head))
}

/// What is wrong with a draft.
#[derive(Serialize, ToSchema)]
pub(crate) struct DraftProblems {
    /// The rev that has them.
    rev: u64,
    /// At most 1,000, errors first.
    problems: Vec<GraphProblem>,
    /// How many there are that keep it from running, also those that are not told.
    errors: usize,
    /// How many there are that are only doubtful, also those that are not told.
    warnings: usize,
    /// How many more there are than are told.
    more: usize,
}

/// Everything that is wrong with the draft, as far as it can be read.
#[utoipa::path(get, path = "/workflows/{id}/draft/problems", operation_id = "list_draft_problems", tag = "drafts",
    params(("id" = String, Path)), responses(
    (status = 200, body = DraftProblems),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn problems(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path(id): Path<String>,
) -> Result<Json<DraftProblems>, ApiError> {
    let (rev, found) = drafts::problems(&app, tenant, parse_id(&id)?).await?;
    // What keeps it from running is told first.
    let of = |severity| found.iter().filter(move |problem| problem.severity == severity);
    let sorted = of(Severity::Error).chain(of(Severity::Warning));
    let problems: Vec<GraphProblem> = sorted.take(PROBLEMS_MAX).map(GraphProblem::from).collect();
    let (errors, more) = (of(Severity::Error).count(), found.len() - problems.len());
    Ok(Json(DraftProblems { rev, problems, errors, warnings: found.len() - errors, more }))
}

/// What to publish a draft with.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; the handler reads it field by field")]
pub(crate) struct PublishBody {
    /// A name for the version.
    label: Option<String>,
    /// The version that somebody published beside the draft, and that is to be replaced.
    over: Option<String>,
    /// Who publishes it, as they call themselves, in at most 100 letters.
    by: Option<String>,
}

/// A version that is what triggers run now.
#[derive(Serialize, ToSchema)]
pub(crate) struct PublishedVersion {
    #[serde(flatten)]
    version: VersionItem,
    /// The rev of the draft, which is as it was.
    rev: u64,
}

/// Publishes the draft: makes a version of it, which is then what triggers run.
#[utoipa::path(post, path = "/workflows/{id}/versions", operation_id = "publish_draft", tag = "drafts",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "The rev that was seen")),
    request_body = PublishBody, responses(
    (status = 200, body = PublishedVersion, description = "The version; the current one where the draft has no changes"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "Somebody published beside the draft"),
    (status = 412, body = ProblemBody, content_type = "application/problem+json", description = "The draft was changed by somebody else"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "The draft cannot run"),
))]
pub(crate) async fn publish(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Json<PublishedVersion>, ApiError> {
    let fields = Fields::only(&body.value, &["label", "over", "by"], "")?;
    let label = fields.text("label")?.map(ToString::to_string);
    let over = fields.text("over")?.map(|over| {
        let wrong = |error| ApiError::bad_request("invalid_parameter", format!("over: {error}")).at("$.over");
        over.parse::<VersionId>().map_err(wrong)
    });
    let (asked, whose) = (asked(&headers, &fields)?, (tenant, parse_id(&id)?));
    let published = drafts::publish(&app, whose, asked, (label, over.transpose()?)).await?;
    let version = VersionItem::new(published.lineage, &published.record, true);
    Ok(Json(PublishedVersion { version, rev: published.rev }))
}

/// The rev that a request names, or 428.
fn required(headers: &HeaderMap) -> Result<Match, ApiError> {
    said(headers).ok_or_else(|| {
        let detail = "send the rev of the draft that was changed as If-Match, so that nobody's work is overwritten";
        ApiError::new(StatusCode::PRECONDITION_REQUIRED, "precondition_required", detail)
    })
}

/// What a request says in `If-Match`, if it says something.
pub(super) fn said(headers: &HeaderMap) -> Option<Match> {
    let tag = headers.get(header::IF_MATCH)?.to_str().unwrap_or("").trim();
    let named = tag.trim_start_matches("W/").trim_matches('"');
    Some(if named == "*" { Match::Any } else { named.parse().map_or(Match::Nothing, Match::Rev) })
}

fn parse_id(id: &str) -> Result<WorkflowId, ApiError> {
    id.parse().map_err(|_| ApiError::not_found(format!("workflow {id}")))
}
