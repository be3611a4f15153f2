//! Versions of workflows: what they are, what differs between them, and taking the draft to one of them.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use model::diff::{FieldDiff, RowCounts, RowDiff};
use model::{TenantId, VersionId, WorkflowId};
use serde::Serialize;
use serde_json::value::RawValue;
use store::records::{Expect, RecordQuery, Sort};
use store::{Record, StoreError};
use utoipa::ToSchema;

use super::drafts::said;
use super::workflows::{parse_id, read_cursor, write_cursor};
use crate::App;
use crate::app::time_text;
use crate::auth::Tenant;
use crate::drafts::{self, Asked, Head, Match, Resolved, Side};
use crate::error::{ApiError, ProblemBody};
use crate::http::{Fields, JsonBody, Paging};
use crate::workflows::{self, LINEAGE, Lineage};

/// Letters of a branch's name, and of a version's label.
const BRANCH_MAX: usize = 100;
const LABEL_MAX: usize = 200;
/// Letters of what somebody calls themselves.
const BY_MAX: usize = 100;
/// Rows of each kind that a comparison tells, unless it is said how many, and at most.
const ROWS: usize = 1_000;
const ROWS_MAX: usize = 10_000;

/// A version of a workflow.
#[derive(Serialize, ToSchema)]
pub(crate) struct VersionItem {
    id: String,
    /// The version it was made from.
    parent: Option<String>,
    /// The branch it is on; `main` is where workflows begin.
    branch: String,
    created_at: String,
    /// Who made it, as they called themselves: whoever published it, or restored or switched where it is what the draft was before.
    /// None where nobody said.
    by: Option<String>,
    label: Option<String>,
    /// BLAKE3 of its graph.
    hash: String,
    node_count: usize,
    /// Whether it was made of a draft, to run it or to keep it, and not by publishing. It is never what triggers run.
    auto: bool,
    /// Whether it is what triggers run now.
    published: bool,
}

/// Versions, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct VersionPage {
    items: Vec<VersionItem>,
    next_cursor: Option<String>,
}

/// A version with its graph.
#[derive(Serialize, ToSchema)]
pub(crate) struct VersionWhole {
    #[serde(flatten)]
    item: VersionItem,
    /// The file: `{name, nodes, edges, …}`. That of an automatic version need not be able to run.
    #[schema(value_type = Object)]
    graph: Box<RawValue>,
}

impl VersionItem {
    pub(crate) fn new(lineage: Lineage, record: &Record, published: bool) -> Self {
        Self {
            id: VersionId(record.id).to_string(),
            parent: lineage.parent.map(|parent| parent.to_string()),
            branch: lineage.branch_name().to_owned(),
            created_at: time_text(record.created_ms),
            by: lineage.by,
            label: lineage.label,
            hash: lineage.hash,
            node_count: lineage.node_count,
            auto: lineage.auto,
            published,
        }
    }
}

/// The versions of a workflow, newest first.
#[utoipa::path(get, path = "/workflows/{id}/versions", operation_id = "list_versions", tag = "workflows", params(
    ("id" = String, Path), ("cursor" = Option<String>, Query), ("limit" = Option<u64>, Query),
), responses(
    (status = 200, body = VersionPage), (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path(id): Path<String>,
    paging: Paging,
) -> Result<Json<VersionPage>, ApiError> {
    let workflow = workflows::find(&app, tenant, parse_id(&id)?).await?;
    let query = RecordQuery {
        equals: vec![("workflow", workflow.id.to_string())],
        sort: Sort { by: "created", descending: true },
        after: paging.cursor().map(read_cursor).transpose()?,
        skip: paging.skip(),
        limit: paging.limit,
        ..RecordQuery::all(&LINEAGE, tenant)
    };
    let page = app.records.list(query).await?;
    let published = workflow.kept.version.0;
    let item = |record: &Record| Ok(VersionItem::new(Lineage::from_record(record)?, record, record.id == published));
    let items = page.items.iter().map(item).collect::<Result<_, StoreError>>()?;
    Ok(Json(VersionPage { items, next_cursor: page.next.map(|(key, id)| write_cursor(&key, id)) }))
}

/// A version with its graph.
#[utoipa::path(get, path = "/workflows/{id}/versions/{version}", operation_id = "get_version", tag = "workflows",
    params(("id" = String, Path), ("version" = String, Path)), responses(
    (status = 200, body = VersionWhole),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn get(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path((id, version)): Path<(String, String)>,
) -> Result<Json<VersionWhole>, ApiError> {
    let (whose, version) = named(tenant, &id, &version)?;
    let workflow = workflows::find(&app, tenant, whose.1).await?;
    let (lineage, record) = Lineage::of(&app, whose, version).await?;
    let item = VersionItem::new(lineage, &record, workflow.kept.version == version);
    let graph = RawValue::from_string(workflows::graph_text(&app, tenant, version).await?)
        .map_err(|error| StoreError::Corrupt(format!("the graph of version {version}: {error}")))?;
    Ok(Json(VersionWhole { item, graph }))
}

/// What to call a version.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; the handler reads it field by field")]
pub(crate) struct LabelBody {
    /// At most 200 letters; `null` takes it away.
    label: Option<String>,
}

/// Gives a version a label, or takes it away.
#[utoipa::path(patch, path = "/workflows/{id}/versions/{version}", operation_id = "label_version", tag = "workflows",
    params(("id" = String, Path), ("version" = String, Path)), request_body = LabelBody, responses(
    (status = 200, body = VersionItem),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn label(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path((id, version)): Path<(String, String)>,
    body: JsonBody,
) -> Result<Json<VersionItem>, ApiError> {
    let (whose, version) = named(tenant, &id, &version)?;
    let fields = Fields::only(&body.value, &["label"], "")?;
    if fields.said("label").is_none() {
        let detail = "label is missing: a text, or null to take it away";
        return Err(ApiError::bad_request("missing_field", detail).at("$.label"));
    }
    let label = fields.text("label")?.map(|label| label.trim().to_owned()).filter(|label| !label.is_empty());
    if label.as_ref().is_some_and(|label| label.chars().count() > LABEL_MAX) {
        let detail = format!("label has at most {LABEL_MAX} letters");
        return Err(ApiError::bad_request("invalid_parameter", detail).at("$.label"));
    }
    let workflow = workflows::find(&app, tenant, whose.1).await?;
    let (mut lineage, mut record) = Lineage::of(&app, whose, version).await?;
    if lineage.label != label {
        lineage.label = label;
        record.revision = app.records.put(lineage.write(whose, version, Expect::Revision(record.revision))).await?;
    }
    Ok(Json(VersionItem::new(lineage, &record, workflow.kept.version == version)))
}

/// Where a draft stands now.
#[derive(Serialize, ToSchema)]
pub(crate) struct DraftStands {
    /// What the next change names as `If-Match`.
    rev: u64,
    epoch: u64,
    /// The version it was made from.
    base: String,
    branch: String,
    /// Whether it differs from what is published.
    changed: bool,
    updated_at: String,
}

impl DraftStands {
    fn answer(head: &Head) -> Response {
        let body = Self {
            rev: head.rev,
            epoch: head.epoch,
            base: head.base.to_string(),
            branch: head.branch_name().to_owned(),
            changed: head.changed,
            updated_at: time_text(head.at_ms),
        };
        ([(axum::http::header::ETAG, format!("\"{}\"", head.rev))], Json(body)).into_response()
    }
}

/// How to restore a version.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; the handler reads it field by field")]
pub(crate) struct RestoreBody {
    /// The name of a new branch that begins at the version, of 1 to 100 letters; without it the draft stays on its own.
    branch: Option<String>,
    /// Who asks, as they call themselves, in at most 100 letters: what is kept of the draft tells it.
    by: Option<String>,
}

/// Makes the content of a version that of the draft. What of the draft is no version yet is kept as one first.
#[utoipa::path(post, path = "/workflows/{id}/versions/{version}/restore", operation_id = "restore_version", tag = "drafts",
    params(("id" = String, Path), ("version" = String, Path),
        ("If-Match" = Option<String>, Header, description = "The rev of the draft that was seen")),
    request_body = RestoreBody, responses(
    (status = 200, body = DraftStands, headers(("ETag", description = "The new rev"))),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json",
        description = "branch_exists: choose another name; conflicts_open: settle them first"),
    (status = 412, body = ProblemBody, content_type = "application/problem+json", description = "The draft was changed by somebody else"),
))]
pub(crate) async fn restore(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path((id, version)): Path<(String, String)>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response, ApiError> {
    let (whose, version) = named(tenant, &id, &version)?;
    let fields = Fields::only(&body.value, &["branch", "by"], "")?;
    let branch = fields.text("branch")?.map(|branch| branch_of(branch)).transpose()?;
    let asked = asked(&headers, &fields)?;
    Ok(DraftStands::answer(&drafts::restore(&app, whose, version, branch, asked).await?))
}

/// Which branch to go to.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; the handler reads it field by field")]
pub(crate) struct SwitchBody {
    /// Its name; `main` is where workflows begin.
    branch: String,
    /// Who asks, as they call themselves, in at most 100 letters: what is kept of the draft tells it.
    by: Option<String>,
}

/// Takes the draft to the newest version of another branch. What of the draft is no version yet is kept as one first.
#[utoipa::path(post, path = "/workflows/{id}/branches/switch", operation_id = "switch_branch", tag = "drafts",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "The rev of the draft that was seen")),
    request_body = SwitchBody, responses(
    (status = 200, body = DraftStands, headers(("ETag", description = "The new rev"))),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "conflicts_open: settle them first"),
    (status = 412, body = ProblemBody, content_type = "application/problem+json", description = "The draft was changed by somebody else"),
))]
pub(crate) async fn switch(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response, ApiError> {
    let fields = Fields::only(&body.value, &["branch", "by"], "")?;
    let branch = branch_of(fields.required("branch")?)?;
    let asked = asked(&headers, &fields)?;
    Ok(DraftStands::answer(&drafts::switch(&app, (tenant, parse_id(&id)?), branch, asked).await?))
}

/// A version that was merged into the draft.
#[derive(Serialize, ToSchema)]
pub(crate) struct MergedVersion {
    rev: u64,
    epoch: u64,
    /// How many fields did not merge: mine stands in them until somebody chooses.
    conflicts: usize,
}

/// Merges a version into the draft by field. What does not merge is a conflict of the draft, to be settled there.
#[utoipa::path(post, path = "/workflows/{id}/versions/{version}/merge", operation_id = "merge_version", tag = "drafts",
    params(("id" = String, Path), ("version" = String, Path),
        ("If-Match" = Option<String>, Header, description = "The rev of the draft that was seen")), responses(
    (status = 200, body = MergedVersion),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json",
        description = "conflicts_open: settle them first; unrelated: no version is an ancestor of both"),
    (status = 412, body = ProblemBody, content_type = "application/problem+json", description = "The draft was changed by somebody else"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn merge(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path((id, version)): Path<(String, String)>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Json<MergedVersion>, ApiError> {
    let (whose, version) = named(tenant, &id, &version)?;
    Fields::only(&body.value, &[], "")?;
    let brought = drafts::merge(&app, whose, version, said(&headers).unwrap_or(Match::Any)).await?;
    Ok(Json(MergedVersion { rev: brought.head.rev, epoch: brought.head.epoch, conflicts: brought.conflicts }))
}

/// What a side of a comparison was when it was read: one of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct ComparedSide {
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rev: Option<u64>,
}

impl From<Resolved> for ComparedSide {
    fn from(side: Resolved) -> Self {
        match side {
            Resolved::Version(version) => Self { version: Some(version.to_string()), rev: None },
            Resolved::Rev(rev) => Self { version: None, rev: Some(rev) },
        }
    }
}

/// What differs between two states of a workflow.
#[derive(Serialize, ToSchema)]
pub(crate) struct Differences {
    from: ComparedSide,
    to: ComparedSide,
    /// How much there is in all, also of what is not listed.
    counts: DiffCounts,
    /// Nodes that differ: `{row, kind: "added" | "removed" | "changed" | "moved", before?, after?, fields?: [{field, before?, after?}]}`.
    #[schema(value_type = Vec<Object>)]
    nodes: Vec<RowDiff>,
    /// Edges, likewise.
    #[schema(value_type = Vec<Object>)]
    edges: Vec<RowDiff>,
    /// Keys of the file beside its lists: `{field, before?, after?}`.
    #[schema(value_type = Vec<Object>)]
    file: Vec<FieldDiff>,
    /// Whether the lists leave something out.
    more: bool,
}

/// How much differs.
#[derive(Serialize, ToSchema)]
pub(crate) struct DiffCounts {
    nodes: DiffRows,
    edges: DiffRows,
    /// Keys of the file.
    file: usize,
}

/// How many rows differ, each counted once.
#[derive(Serialize, ToSchema)]
pub(crate) struct DiffRows {
    added: usize,
    removed: usize,
    changed: usize,
    /// In their place alone.
    moved: usize,
}

impl From<RowCounts> for DiffRows {
    fn from(RowCounts { added, removed, changed, moved }: RowCounts) -> Self {
        Self { added, removed, changed, moved }
    }
}

/// What differs between two states of a workflow: its draft, what is published, versions, and earlier revs of the draft.
#[utoipa::path(get, path = "/workflows/{id}/diff", operation_id = "compare_versions", tag = "workflows", params(
    ("id" = String, Path),
    ("from" = Option<String>, Query, description = "draft, published, the id of a version, or rev:<n>; published unless it is said"),
    ("to" = Option<String>, Query, description = "The same; draft unless it is said"),
    ("limit" = Option<u64>, Query, description = "Rows of each kind that are listed: 1 to 10,000, 1,000 unless it is said"),
), responses(
    (status = 200, body = Differences),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json",
        description = "base_gone: that rev cannot be made again; graph is what there is now"),
))]
pub(crate) async fn diff(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Json<Differences>, ApiError> {
    let whose = (tenant, parse_id(&id)?);
    let from = side("from", query.get("from").map_or("published", String::as_str))?;
    let to = side("to", query.get("to").map_or("draft", String::as_str))?;
    let limit = query.get("limit").map_or(Some(ROWS), |limit| limit.parse().ok());
    let limit = limit.filter(|limit| (1..=ROWS_MAX).contains(limit)).ok_or_else(|| {
        ApiError::bad_request("invalid_parameter", format!("limit is a whole number from 1 to {ROWS_MAX}"))
    })?;
    let compared = drafts::compare(&app, whose, [from, to], limit).await?;
    let diff = compared.diff;
    Ok(Json(Differences {
        from: compared.from.into(),
        to: compared.to.into(),
        counts: DiffCounts { nodes: diff.counts.nodes.into(), edges: diff.counts.edges.into(), file: diff.counts.file },
        nodes: diff.nodes,
        edges: diff.edges,
        file: diff.file,
        more: diff.more,
    }))
}

fn side(name: &str, text: &str) -> Result<Side, ApiError> {
    let wrong = || {
        let detail = format!("{name} is draft, published, the id of a version, or rev: and the number of a rev");
        ApiError::bad_request("invalid_parameter", detail)
    };
    match text {
        "draft" => Ok(Side::Draft),
        "published" => Ok(Side::Published),
        _ => match text.strip_prefix("rev:") {
            Some(rev) => rev.parse().map(Side::Rev).map_err(|_| wrong()),
            None => text.parse().map(Side::Version).map_err(|_| wrong()),
        },
    }
}

/// The draft that a request saw, and who it says that it comes from.
pub(super) fn asked(headers: &HeaderMap, fields: &Fields<'_>) -> Result<Asked, ApiError> {
    let by = fields.text("by")?.map(|by| by.trim()).filter(|by| !by.is_empty());
    if by.is_some_and(|by| by.chars().count() > BY_MAX) {
        let detail = format!("by has at most {BY_MAX} letters");
        return Err(ApiError::bad_request("invalid_parameter", detail).at("$.by"));
    }
    Ok(Asked { matches: said(headers).unwrap_or(Match::Any), by: by.map(str::to_owned) })
}

fn branch_of(name: &str) -> Result<String, ApiError> {
    let name = name.trim();
    if (1..=BRANCH_MAX).contains(&name.chars().count()) {
        return Ok(name.to_owned());
    }
    let detail = format!("branch is a name of 1 to {BRANCH_MAX} letters");
    Err(ApiError::bad_request("invalid_parameter", detail).at("$.branch"))
}

fn named(tenant: TenantId, id: &str, version: &str) -> Result<((TenantId, WorkflowId), VersionId), ApiError> {
    let named = version.parse().map_err(|_| ApiError::not_found(format!("version {version}")))?;
    Ok(((tenant, parse_id(id)?), named))
}
