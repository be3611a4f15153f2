//! Node types.

use axum::Json;
use axum::extract::{Path, State};
use model::{Catalog as _, Category, EffectClass, NodeSpec, Value};
use nodes::Registry;
use serde::Serialize;
use utoipa::ToSchema;

use crate::App;
use crate::error::{ApiError, ProblemBody};

/// A node type.
#[derive(Serialize, ToSchema)]
pub(crate) struct NodeTypeItem {
    /// Its name in a workflow file.
    id: &'static str,
    /// Other spellings that workflow files use for it.
    aliases: &'static [&'static str],
    /// Its name for people.
    name: &'static str,
    #[schema(value_type = String)]
    category: Category,
    /// One line for people.
    summary: &'static str,
    /// Name of its icon in the lucide set.
    icon: &'static str,
    /// What running it does to the world: `pure`, `read` or `write`.
    #[schema(value_type = String)]
    effect: EffectClass,
    /// Input ports.
    inputs: &'static [&'static str],
    /// Output ports, the first one first.
    outputs: &'static [&'static str],
    /// Whether a node's parameters decide which output ports it has.
    dynamic_outputs: bool,
    /// JSON Schema of its parameters.
    #[schema(value_type = Object)]
    schema: Value,
    /// A small workflow that runs and shows it.
    #[schema(value_type = Object)]
    example: Value,
}

/// All node types.
#[derive(Serialize, ToSchema)]
pub(crate) struct NodeTypeList {
    items: Vec<NodeTypeItem>,
}

impl NodeTypeItem {
    /// What a type says of itself.
    pub(crate) fn new(spec: &NodeSpec, registry: &Registry) -> Self {
        Self {
            id: spec.id,
            aliases: spec.aliases,
            name: spec.name,
            category: spec.category,
            summary: spec.summary,
            icon: spec.icon,
            effect: spec.effect,
            inputs: spec.inputs,
            outputs: spec.outputs,
            dynamic_outputs: registry.has_dynamic_outputs(spec.id),
            schema: spec.schema.clone(),
            example: spec.example.clone(),
        }
    }
}

/// What all listed types say of themselves.
pub(crate) fn items(registry: &Registry) -> Vec<NodeTypeItem> {
    registry.listed().map(|spec| NodeTypeItem::new(spec, registry)).collect()
}

/// All node types with the schemas of their parameters.
#[utoipa::path(get, path = "/node-types", operation_id = "list_node_types", tag = "node types",
    responses((status = 200, body = NodeTypeList)))]
pub(crate) async fn list(State(app): State<App>) -> Json<NodeTypeList> {
    Json(NodeTypeList { items: items(&app.registry) })
}

/// One node type, by its name or one of its aliases.
#[utoipa::path(get, path = "/node-types/{id}", operation_id = "get_node_type", tag = "node types",
    params(("id" = String, Path)), responses(
    (status = 200, body = NodeTypeItem),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn get(State(app): State<App>, Path(id): Path<String>) -> Result<Json<NodeTypeItem>, ApiError> {
    let spec = app.registry.spec(&id).ok_or_else(|| ApiError::not_found(format!("node type {id}")))?;
    Ok(Json(NodeTypeItem::new(spec, &app.registry)))
}
