//! Lists of workflows, and the tags and folders that they are found by.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Query, State};
use model::TenantId;
use serde::Serialize;
use store::records::{Find, Page, Sort};
use utoipa::ToSchema;

use super::workflows::{WorkflowItem, WorkflowPage, last_execution, read_cursor, write_cursor};
use crate::App;
use crate::auth::Tenant;
use crate::drafts;
use crate::error::{ApiError, ProblemBody};
use crate::http::Paging;
use crate::listing::{self, Filter};
use crate::preview;
use crate::workflows::{WORKFLOW, Workflow};

/// Tags that a list can ask for at once.
const TAGS_MAX: usize = 20;

/// A name and how many workflows have it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Counted {
    name: String,
    count: u64,
}

/// Names with counts, in order.
#[derive(Serialize, ToSchema)]
pub(crate) struct CountedList {
    items: Vec<Counted>,
}

/// What a list is ordered by.
enum Order {
    /// A field of the records.
    Record(Sort),
    /// The newest execution of each.
    LastExecution { descending: bool },
}

/// A page as the store gave it, with the count of all.
struct Listed {
    page: Page,
    total: Option<u64>,
}

/// Lists workflows.
#[utoipa::path(get, path = "/workflows", operation_id = "list_workflows", tag = "workflows", params(
    ("page" = Option<u64>, Query), ("pageSize" = Option<u64>, Query),
    ("skip" = Option<u64>, Query), ("limit" = Option<u64>, Query), ("cursor" = Option<String>, Query),
    ("q" = Option<String>, Query, description = "Only those with all of these words in their name, tags or description"),
    ("tag" = Option<Vec<String>>, Query, description = "Only those with this tag; several ask for all of them"),
    ("folder" = Option<String>, Query, description = "Only those in this folder or below it; / for those in none"),
    ("active" = Option<bool>, Query, description = "Only those whose triggers fire, or do not"),
    ("sort" = Option<String>, Query,
        description = "updated_at, created_at, name or last_execution; a prefix - turns it around"),
    ("preview" = Option<bool>, Query, description = "Whether to add a small picture of each"),
    ("total" = Option<bool>, Query, description = "Whether to count all"),
), responses((status = 200, body = WorkflowPage), (status = 400, body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn list(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    paging: Paging,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<WorkflowPage>, ApiError> {
    let filter = filter(&paging, &pairs)?;
    let pictures = paging.parsed("preview")?.unwrap_or(false);
    let find = Find {
        after: paging.cursor().map(read_cursor).transpose()?,
        skip: paging.skip(),
        limit: paging.limit,
        total: paging.total,
        ..filter.find(tenant)
    };
    let Listed { page, total } = match order(&paging)? {
        Order::Record(sort) => {
            let found = app.records.find(Find { sort, ..find }).await?;
            Listed { page: found.page, total: found.total }
        }
        Order::LastExecution { descending } => by_last_execution(&app, tenant, find, descending).await?,
    };
    let drafts = drafts::changed(&app, tenant, page.items.iter().map(|record| record.id).collect()).await?;
    let workflows = page.items.iter().map(Workflow::from_record).collect::<Result<Vec<_>, _>>()?;
    let mut drawn =
        if pictures { preview::of(&app, tenant, &workflows).await? } else { std::collections::HashMap::new() };
    let mut items = Vec::with_capacity(workflows.len());
    for workflow in workflows {
        let (picture, has_draft) = (drawn.remove(&workflow.id), drafts.contains(&workflow.id.0));
        let last = last_execution(&app, tenant, workflow.id).await?;
        let mut item = WorkflowItem::new(workflow, last, has_draft);
        item.preview = picture;
        items.push(item);
    }
    Ok(Json(WorkflowPage {
        items,
        page: paging.page(),
        page_size: paging.page().map(|_| paging.limit),
        total,
        next_cursor: page.next.map(|(key, id)| write_cursor(&key, id)),
    }))
}

fn filter(paging: &Paging, pairs: &[(String, String)]) -> Result<Filter, ApiError> {
    let tags: Vec<String> =
        pairs.iter().filter(|(name, tag)| name == "tag" && !tag.is_empty()).map(|(_, tag)| tag.clone()).collect();
    if tags.len() > TAGS_MAX {
        let detail = format!("a list asks for at most {TAGS_MAX} tags, these are {}", tags.len());
        return Err(ApiError::bad_request("invalid_parameter", detail));
    }
    Ok(Filter {
        q: paging.parameter("q").unwrap_or_default().to_owned(),
        tags,
        folder: paging.parameter("folder").map(str::to_owned),
        active: paging.parsed("active")?,
    })
}

fn order(paging: &Paging) -> Result<Order, ApiError> {
    let sort = paging.parameter("sort").unwrap_or("-updated_at");
    let (descending, by) = sort.strip_prefix('-').map_or((false, sort), |by| (true, by));
    let by = match by {
        "updated_at" => "updated",
        "created_at" => "created",
        "name" => "name",
        "last_execution" => return Ok(Order::LastExecution { descending }),
        other => {
            let detail = format!(
                "sort cannot be {other:?}: expected updated_at, created_at, name or last_execution, with - before it for \
                 descending"
            );
            return Err(ApiError::bad_request("invalid_parameter", detail));
        }
    };
    Ok(Order::Record(Sort { by, descending }))
}

/// Those that match in the order of their newest executions; one that never ran is before all others.
async fn by_last_execution(app: &App, tenant: TenantId, find: Find, descending: bool) -> Result<Listed, ApiError> {
    let newest = app.newest.of(app, tenant).await?;
    let place = |id: i64| (newest.get(&model::WorkflowId(id)).map_or(0, |execution| execution.0), id);
    let mut places: Vec<(i64, i64)> = app.records.matching(find.clone()).await?.into_iter().map(place).collect();
    let total = find.total.then_some(places.len() as u64);
    let after = match &find.after {
        None => None,
        Some((text, id)) => {
            let bad =
                |_| ApiError::bad_request("invalid_parameter", "cursor is not one that a list in this order answered");
            Some((text.parse().map_err(bad)?, *id))
        }
    };
    if descending {
        places.sort_unstable_by_key(|&place| Reverse(place));
    } else {
        places.sort_unstable();
    }
    let begins = after.map_or(0, |after: (i64, i64)| {
        places.partition_point(|&place| if descending { place >= after } else { place <= after })
    });
    let rest = places.iter().skip(begins).skip(usize::try_from(find.skip).unwrap_or(usize::MAX));
    let some: Vec<&(i64, i64)> = rest.take(find.limit + 1).collect();
    let ids = some.iter().take(find.limit).map(|(_, id)| *id).collect();
    let items = app.records.get_many(&WORKFLOW, tenant, ids).await?;
    let last = some.get(find.limit - 1).filter(|_| some.len() > find.limit);
    let next = last.map(|(execution, id)| (execution.to_string(), *id));
    Ok(Listed { page: Page { items, next }, total })
}

/// The tags of all workflows, with how many have each, most first.
#[utoipa::path(get, path = "/workflows/tags", operation_id = "list_tags", tag = "workflows",
    responses((status = 200, body = CountedList)))]
pub(crate) async fn tags(State(app): State<App>, Tenant(tenant): Tenant) -> Result<Json<CountedList>, ApiError> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for (lines, count) in app.records.values(&WORKFLOW, tenant, "tags").await? {
        let mut tags: Vec<&str> = listing::tags_of(&lines).collect();
        tags.sort_unstable();
        tags.dedup();
        for tag in tags {
            match counts.get_mut(tag) {
                Some(known) => *known += count,
                None => drop(counts.insert(tag.to_owned(), count)),
            }
        }
    }
    let mut items: Vec<Counted> = counts.into_iter().map(|(name, count)| Counted { name, count }).collect();
    items.sort_by_key(|item| Reverse(item.count));
    Ok(Json(CountedList { items }))
}

/// The folders of all workflows, those above others first, with how many are in each or below it.
#[utoipa::path(get, path = "/workflows/folders", operation_id = "list_folders", tag = "workflows",
    responses((status = 200, body = CountedList)))]
pub(crate) async fn folders(State(app): State<App>, Tenant(tenant): Tenant) -> Result<Json<CountedList>, ApiError> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for (path, count) in app.records.values(&WORKFLOW, tenant, "folder").await? {
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        for end in ends.filter(|end| *end > 0) {
            *counts.entry(path[..end].to_owned()).or_default() += count;
        }
    }
    Ok(Json(CountedList { items: counts.into_iter().map(|(name, count)| Counted { name, count }).collect() }))
}
