//! The same change to many workflows: by their ids, or by what a list finds. Each is a change of its own, with a version
//! of its own, so that one that cannot be changed keeps no other from it; a request does a bounded part and says where to go on.

use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use model::{Graph, Object, TenantId, Value, VersionId, WorkflowId, json};
use serde::Serialize;
use tokio::task::JoinSet;
use utoipa::ToSchema;

use crate::App;
use crate::auth::Tenant;
use crate::drafts;
use crate::error::{ApiError, ProblemBody};
use crate::http::{Fields, JsonBody};
use crate::listing::{self, Filter};
use crate::workflows::{self, Change, Lineage, WORKFLOW, Workflow};

/// Ids that one request may name.
const IDS_MAX: usize = 1_000;
/// Workflows that one request works on.
const WORKED_MAX: usize = 500;
/// Workflows that are worked on at once: together they share commits.
const CHUNK: usize = 25;
/// After this time no further ones are begun.
const TIME_MAX: Duration = Duration::from_secs(2);
/// Tags that can be given or taken at once.
const TAGS_MAX: usize = 20;
/// Characters of a tag.
const TAG_CHARS: usize = 100;

/// What to do, and with which workflows.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; the handler reads it field by field")]
pub(crate) struct WorkflowBulkBody {
    /// `activate`, `deactivate`, `delete`, `tag`, `untag` or `move`.
    action: String,
    /// Which workflows, at most 1,000; either this or `filter`.
    ids: Option<Vec<String>>,
    filter: Option<WorkflowBulkFilter>,
    /// The tags to give or to take, with `tag` and `untag`.
    tags: Option<Vec<String>>,
    /// The folder to move to, with `move`; an empty one is the top.
    folder: Option<String>,
    /// Where an earlier request ended: its `next`.
    after: Option<String>,
}

/// Which workflows: those that all of it holds for, as for lists; `{}` stands for all.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; the handler reads it field by field")]
pub(crate) struct WorkflowBulkFilter {
    /// Words in their names, tags or descriptions.
    q: Option<String>,
    /// Tags that they have.
    tags: Option<Vec<String>>,
    /// Their folder, or one above it; `/` for none.
    folder: Option<String>,
    /// Whether their triggers fire.
    active: Option<bool>,
}

/// What was done.
#[derive(Serialize, ToSchema)]
pub(crate) struct WorkflowBulkAnswer {
    /// Workflows that were meant, those of earlier requests too.
    matched: usize,
    /// Those that were changed now.
    done: Vec<String>,
    /// Those that were as asked before.
    unchanged: usize,
    /// Those that could not be changed, and why.
    failed: Vec<NotDone>,
    /// Where to go on, as `after` of the same request, until it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A workflow that was not changed.
#[derive(Serialize, ToSchema)]
pub(crate) struct NotDone {
    id: String,
    /// The code that the same change to this workflow alone would answer.
    code: &'static str,
    /// Why, in words.
    detail: String,
}

/// What is asked of each.
#[derive(Clone, Debug)]
enum Action {
    Activate(bool),
    Delete,
    Tag(Vec<String>),
    Untag(Vec<String>),
    Move(String),
}

/// What became of one.
enum Outcome {
    Done,
    Unchanged,
}

/// Changes many workflows in the same way, a bounded part of them in each request.
#[utoipa::path(post, path = "/workflows/bulk", operation_id = "change_workflows", tag = "workflows",
    request_body = WorkflowBulkBody, responses(
    (status = 200, body = WorkflowBulkAnswer),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn change(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    body: JsonBody,
) -> Result<Json<WorkflowBulkAnswer>, ApiError> {
    let fields = Fields::only(&body.value, &["action", "ids", "filter", "tags", "folder", "after"], "")?;
    let action = action(&fields)?;
    let ids = meant(&app, tenant, &fields).await?;
    let after = fields.text("after")?.map(|text| id_of(text, "$.after")).transpose()?;
    let rest = after.map_or(0, |after| ids.partition_point(|&id| id <= after));
    let mut answer =
        WorkflowBulkAnswer { matched: ids.len(), done: Vec::new(), unchanged: 0, failed: Vec::new(), next: None };
    let begun = Instant::now();
    let mut worked = rest;
    for chunk in ids[rest..].chunks(CHUNK) {
        if worked - rest >= WORKED_MAX || begun.elapsed() > TIME_MAX {
            break;
        }
        work(&app, tenant, chunk, &action, &mut answer).await;
        worked += chunk.len();
    }
    answer.next = (worked < ids.len()).then(|| WorkflowId(ids[worked - 1]).to_string());
    app.stats.forget();
    Ok(Json(answer))
}

fn action(fields: &Fields<'_>) -> Result<Action, ApiError> {
    let word = fields.required("action")?;
    let belongs = |key: &str, with: &[&str]| match fields.get(key) {
        Some(_) if !with.contains(&word.as_str()) => {
            let detail = format!("{key} goes with the action {}", with.join(" or "));
            Err(ApiError::bad_request("invalid_parameter", detail).at(format!("$.{key}")))
        }
        _ => Ok(()),
    };
    belongs("tags", &["tag", "untag"])?;
    belongs("folder", &["move"])?;
    let given = || match tags(fields.get("tags"))? {
        tags if tags.is_empty() => {
            Err(ApiError::bad_request("missing_field", "tags is missing: name one at least").at("$.tags"))
        }
        tags => Ok(tags),
    };
    Ok(match word.as_str() {
        "activate" => Action::Activate(true),
        "deactivate" => Action::Activate(false),
        "delete" => Action::Delete,
        "tag" => Action::Tag(given()?),
        "untag" => Action::Untag(given()?),
        "move" => Action::Move(listing::folder(fields.required("folder")?)),
        other => {
            let all = "activate, deactivate, delete, tag, untag, move";
            let detail = format!("action cannot be {other:?}: expected one of {all}");
            return Err(ApiError::bad_request("invalid_parameter", detail).at("$.action"));
        }
    })
}

fn tags(list: Option<&Value>) -> Result<Vec<String>, ApiError> {
    let refused = |detail: String| ApiError::bad_request("invalid_parameter", detail).at("$.tags");
    let Some(list) = list else { return Ok(Vec::new()) };
    let list = list.as_array().ok_or_else(|| refused("tags is a list of texts".into()))?;
    if list.len() > TAGS_MAX {
        return Err(refused(format!("there are at most {TAGS_MAX} tags in one request, these are {}", list.len())));
    }
    let tag = |tag: &Value| match tag.as_str().map(str::trim) {
        Some(tag) if !tag.is_empty() && tag.chars().count() <= TAG_CHARS => Ok(tag.to_owned()),
        _ => Err(refused(format!("a tag is a text of 1 to {TAG_CHARS} characters"))),
    };
    list.iter().map(tag).collect()
}

/// The ids of the workflows that are meant, least first.
async fn meant(app: &App, tenant: TenantId, fields: &Fields<'_>) -> Result<Vec<i64>, ApiError> {
    match (fields.get("ids"), fields.get("filter")) {
        (Some(ids), None) => {
            let refused = |detail: String| ApiError::bad_request("invalid_parameter", detail).at("$.ids");
            let list = ids.as_array().ok_or_else(|| refused("ids is a list of workflows".into()))?;
            if list.is_empty() || list.len() > IDS_MAX {
                return Err(refused(format!("ids names 1 to {IDS_MAX} workflows")));
            }
            let id = |(at, id): (usize, &Value)| id_of(id.as_str().unwrap_or_default(), &format!("$.ids[{at}]"));
            let mut ids = list.iter().enumerate().map(id).collect::<Result<Vec<_>, _>>()?;
            ids.sort_unstable();
            ids.dedup();
            Ok(ids)
        }
        (None, Some(filter)) => {
            let fields = Fields::only(filter, &["q", "tags", "folder", "active"], "")?;
            let active = fields.get("active").map(|active| {
                let wrong = || ApiError::bad_request("wrong_kind", "active is true or false").at("$.filter.active");
                active.as_bool().ok_or_else(wrong)
            });
            let filter = Filter {
                q: fields.text("q")?.map(ToString::to_string).unwrap_or_default(),
                tags: tags(fields.get("tags"))?,
                folder: fields.text("folder")?.map(ToString::to_string),
                active: active.transpose()?,
            };
            Ok(app.records.matching(filter.find(tenant)).await?)
        }
        _ => {
            let detail = "say which workflows: either ids or filter; the filter {} stands for all";
            Err(ApiError::bad_request("missing_field", detail).at("$.ids"))
        }
    }
}

fn id_of(text: &str, path: &str) -> Result<i64, ApiError> {
    let id: Result<WorkflowId, _> = text.parse();
    id.map(|id| id.0).map_err(|error| ApiError::bad_request("invalid_parameter", format!("{text:?}: {error}")).at(path))
}

/// Works on some of them at once.
async fn work(app: &App, tenant: TenantId, ids: &[i64], action: &Action, answer: &mut WorkflowBulkAnswer) {
    let mut working: JoinSet<(i64, Result<Outcome, ApiError>)> = JoinSet::new();
    for &id in ids {
        let (app, action) = (app.clone(), action.clone());
        // What is begun ends also when the request is given up.
        working.spawn(async move {
            let working = async move { one(&app, tenant, WorkflowId(id), &action).await };
            (id, drafts::detached(working).await)
        });
    }
    let mut outcomes = Vec::with_capacity(ids.len());
    while let Some(worked) = working.join_next().await {
        // A panic is told in the log; what became of that workflow is not known here.
        outcomes.extend(worked.ok());
    }
    outcomes.sort_unstable_by_key(|(id, _)| *id);
    for (id, outcome) in outcomes {
        let id = WorkflowId(id).to_string();
        match outcome {
            Ok(Outcome::Done) => answer.done.push(id),
            Ok(Outcome::Unchanged) => answer.unchanged += 1,
            Err(error) => answer.failed.push(NotDone { id, code: error.code(), detail: error.detail().to_owned() }),
        }
    }
}

/// Does to one what is asked. A draft of it that differs gets the same change, so that publishing it takes nothing back.
async fn one(app: &App, tenant: TenantId, id: WorkflowId, action: &Action) -> Result<Outcome, ApiError> {
    if matches!(action, Action::Delete) {
        workflows::remove(app, tenant, &workflows::find(app, tenant, id).await?).await?;
        return Ok(Outcome::Done);
    }
    let mut held = app.drafts.hold(app, tenant, id).await;
    // From here on nobody else changes it.
    let workflow = workflows::find(app, tenant, id).await?;
    let Some((key, value)) = action.key(&workflow) else { return Ok(Outcome::Unchanged) };
    let text = workflows::graph_text(app, tenant, workflow.kept.version).await?;
    let graph = Graph::from_value(&with(&json::read(text.as_bytes())?, key, value.clone()))?;
    let version = VersionId(app.ids.next());
    let (others, has_draft) = held.follow(&workflow, version).await?;
    let from = Some(Lineage::beside(app, tenant, workflow.kept.version).await?);
    let change =
        Change { tenant, id, graph: &graph, before: Some(&workflow), version, from, label: None, by: None, others };
    change.store(app).await?;
    drop(held);
    if has_draft {
        let set = Value::object(vec![
            ("file".into(), Value::from(true)),
            ("set".into(), Value::object(vec![(key.into(), value)])),
        ]);
        let changes = Value::object(vec![("changes".into(), Value::array(vec![set]))]);
        drafts::patch(app, (tenant, id), drafts::Match::Any, changes).await?;
    }
    Ok(Outcome::Done)
}

impl Action {
    /// The key of the file that changes, and its new value; `None` if the workflow is as asked.
    fn key(&self, workflow: &Workflow) -> Option<(&'static str, Value)> {
        let own = &workflow.kept.tags;
        match self {
            Self::Delete => None,
            Self::Activate(active) => (workflow.active != *active).then(|| ("active", Value::from(*active))),
            Self::Move(folder) => (workflow.folder != *folder).then(|| ("folder", Value::from(folder.as_str()))),
            Self::Tag(tags) => {
                let new = tags.iter().filter(|tag| !own.contains(tag));
                let all: Vec<&String> = own.iter().chain(new).collect();
                (all.len() > own.len()).then(|| ("tags", texts(&all)))
            }
            Self::Untag(tags) => {
                let left: Vec<&String> = own.iter().filter(|tag| !tags.contains(tag)).collect();
                (left.len() < own.len()).then(|| ("tags", texts(&left)))
            }
        }
    }
}

fn texts(tags: &[&String]) -> Value {
    Value::array(tags.iter().map(|tag| Value::from(tag.as_str())).collect())
}

/// The file with a key set: in its place if it is there, else at the end.
pub(super) fn with(file: &Value, key: &'static str, value: Value) -> Value {
    let mut entries = file.as_object().map(Object::entries).unwrap_or_default().to_vec();
    match entries.iter_mut().find(|(known, _)| known == key) {
        Some(entry) => entry.1 = value,
        None => entries.push((key.into(), value)),
    }
    Value::from(Object::new(entries))
}

/// All workflows that there are of these ids.
pub(super) async fn several(app: &App, tenant: TenantId, ids: Vec<i64>) -> Result<Vec<Workflow>, ApiError> {
    let records = app.records.get_many(&WORKFLOW, tenant, ids).await?;
    Ok(records.iter().map(Workflow::from_record).collect::<Result<_, _>>()?)
}
