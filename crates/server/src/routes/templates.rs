//! Templates: workflows that come with the program, to begin with one that works.

use std::sync::OnceLock;

use axum::Json;
use axum::extract::{Path, State};
use model::{Graph, Object, Value, json};
use nodes::Registry;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::error::{ApiError, ProblemBody};
use crate::preview::PreviewItem;
use crate::{App, examples, preview};

/// The tag that all examples have: it says nothing among templates.
const EVERY: &str = "example";

/// A template as the gallery shows it.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct TemplateItem {
    /// Its name in addresses.
    id: String,
    name: String,
    /// What it does, and what it needs.
    description: String,
    /// Where the gallery shows it.
    category: String,
    tags: Vec<String>,
    node_count: usize,
    #[schema(value_type = PreviewItem)]
    preview: Box<RawValue>,
}

/// A template with its graph.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct TemplateWhole {
    #[serde(flatten)]
    item: TemplateItem,
    /// The file to begin with: `{name, nodes, edges, …}`.
    #[schema(value_type = Object)]
    graph: Box<RawValue>,
    /// Inputs to try it with.
    #[schema(value_type = Vec<Object>)]
    samples: Vec<Value>,
}

/// All templates, by category and name.
#[derive(Serialize, ToSchema)]
pub(crate) struct TemplateList {
    items: Vec<TemplateItem>,
}

/// All templates; they are read once.
fn all(registry: &Registry) -> &'static [TemplateWhole] {
    static ALL: OnceLock<Vec<TemplateWhole>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut all: Vec<TemplateWhole> =
            examples::files().filter_map(|(name, text)| read(registry, &name, &text)).collect();
        all.sort_by(|a, b| (&a.item.category, &a.item.name).cmp(&(&b.item.category, &b.item.name)));
        all
    })
}

/// A template from its file; none if the file has no category.
fn read(registry: &Registry, file: &str, text: &[u8]) -> Option<TemplateWhole> {
    let document = json::read(text).ok()?;
    let word = |key: &str| document.get(key).and_then(Value::as_str).map(str::to_owned);
    let category = word("category")?;
    let list = |key: &str| document.get(key).and_then(Value::as_array).unwrap_or(&[]);
    let tags: Vec<&str> = list("tags").iter().filter_map(Value::as_str).filter(|tag| *tag != EVERY).collect();
    let graph = Graph::from_value(&to_begin_with(&document, &tags)).ok()?;
    Some(TemplateWhole {
        item: TemplateItem {
            id: file.trim_end_matches(".json").to_owned(),
            name: word("name")?,
            description: word("description")?,
            category,
            tags: tags.into_iter().map(str::to_owned).collect(),
            node_count: graph.nodes.len(),
            preview: preview::draw(registry, &graph),
        },
        graph: RawValue::from_string(json::to_text(graph.document())).ok()?,
        samples: list("samples").to_vec(),
    })
}

/// The file without what only examples say.
fn to_begin_with(document: &Value, tags: &[&str]) -> Value {
    let entries = document.as_object().map(Object::entries).unwrap_or_default();
    let kept = entries.iter().filter(|(key, _)| !["category", "samples"].contains(&key.as_str())).cloned();
    let kept = kept.map(|(key, value)| match key.as_str() {
        "tags" => (key, Value::array(tags.iter().map(|tag| Value::from(*tag)).collect())),
        _ => (key, value),
    });
    Value::object(kept.collect())
}

/// Workflows to begin with, each with a small picture.
#[utoipa::path(get, path = "/templates", operation_id = "list_templates", tag = "templates",
    responses((status = 200, body = TemplateList)))]
pub(crate) async fn list(State(app): State<App>) -> Json<TemplateList> {
    Json(TemplateList { items: all(&app.registry).iter().map(|template| template.item.clone()).collect() })
}

/// A workflow to begin with. Store its graph with `POST /workflows`.
#[utoipa::path(get, path = "/templates/{id}", operation_id = "get_template", tag = "templates",
    params(("id" = String, Path)), responses(
    (status = 200, body = TemplateWhole),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn get(State(app): State<App>, Path(id): Path<String>) -> Result<Json<TemplateWhole>, ApiError> {
    let found = all(&app.registry).iter().find(|template| template.item.id == id);
    found.cloned().map(Json).ok_or_else(|| ApiError::not_found(format!("template {id}")))
}
