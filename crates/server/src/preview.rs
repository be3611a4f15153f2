//! Small pictures of workflows, kept beside them, so that lists show them without reading a graph.

use std::collections::HashMap;

use canvas::Preview;
use model::{Catalog as _, Category, Graph, Node, TenantId, WorkflowId};
use nodes::Registry;
use serde::Serialize;
use serde_json::value::RawValue;
use store::StoreError;
use store::records::{Expect, Kind, RecordWrite};
use utoipa::ToSchema;

use crate::App;
use crate::app::now_ms;
use crate::error::ApiError;
use crate::workflows::{self, Workflow};

/// The picture of a workflow's current version; it has the id of the workflow.
pub(crate) static PREVIEW: Kind = Kind { name: "preview", indexed: &["version"] };

/// Nodes above which a graph is drawn off the threads that answer requests.
const LARGE: usize = 1_000;
/// Pictures that one list draws, of workflows that have none: those of an earlier version.
const DRAWN_MAX: usize = 50;

/// A small picture of a graph: at most 60 boxes and 80 lines, in whole numbers.
#[derive(Serialize, ToSchema)]
pub(crate) struct PreviewItem {
    /// From left to right.
    w: u32,
    /// From top to bottom.
    h: u32,
    /// Nodes, or nodes that stand close together: x, y, width, height and category, as node types name it.
    #[schema(value_type = Vec<(u32, u32, u32, u32, String)>)]
    boxes: Vec<(u32, u32, u32, u32, Category)>,
    /// Edges, from x and y to x and y.
    #[schema(value_type = Vec<(u32, u32, u32, u32)>)]
    lines: Vec<[u32; 4]>,
}

impl From<Preview> for PreviewItem {
    fn from(preview: Preview) -> Self {
        let Preview { width, height, boxes, lines } = preview;
        let boxes = boxes.iter().map(|one| (one.x, one.y, one.width, one.height, one.category)).collect();
        Self { w: width, h: height, boxes, lines }
    }
}

/// The picture of a graph as JSON.
pub(crate) fn draw(registry: &Registry, graph: &Graph) -> Box<RawValue> {
    let item = PreviewItem::from(canvas::preview(graph, &|node| category(registry, node)));
    serde_json::value::to_raw_value(&item).expect("numbers and words have a JSON form")
}

fn category(registry: &Registry, node: &Node) -> Category {
    let kind = if node.kind.is_empty() { registry.infer(&node.data).unwrap_or_default() } else { node.kind.as_str() };
    registry.spec(kind).map_or(Category::Other, |spec| spec.category)
}

/// The write that keeps the picture of a workflow whose current version has this graph.
pub(crate) async fn write(
    app: &App,
    tenant: TenantId,
    of: &Workflow,
    graph: &Graph,
) -> Result<RecordWrite, StoreError> {
    let drawn = draw_apart(app, graph).await?;
    Ok(keep(tenant, of, &drawn))
}

async fn draw_apart(app: &App, graph: &Graph) -> Result<Box<RawValue>, StoreError> {
    if graph.nodes.len() < LARGE {
        return Ok(draw(&app.registry, graph));
    }
    let (app, graph) = (app.clone(), graph.clone());
    let drawing = tokio::task::spawn_blocking(move || draw(&app.registry, &graph));
    drawing.await.map_err(|error| StoreError::Unavailable(error.to_string()))
}

fn keep(tenant: TenantId, of: &Workflow, drawn: &RawValue) -> RecordWrite {
    let fields = vec![Some(of.kept.version.to_string())];
    let content = Some((fields, drawn.get().as_bytes().to_vec().into()));
    RecordWrite { kind: &PREVIEW, tenant, id: of.id.0, expect: Expect::Any, content, now_ms: now_ms() }
}

/// The pictures of workflows. Of those that have none, some are drawn now, and kept.
///
/// # Errors
/// The store cannot answer.
pub(crate) async fn of(
    app: &App,
    tenant: TenantId,
    workflows: &[Workflow],
) -> Result<HashMap<WorkflowId, Box<RawValue>>, ApiError> {
    let ids = workflows.iter().map(|workflow| workflow.id.0).collect();
    let mut kept = HashMap::new();
    for record in app.records.get_many(&PREVIEW, tenant, ids).await? {
        let version = record.fields.into_iter().next().flatten().unwrap_or_default();
        kept.insert(WorkflowId(record.id), (version, record.body));
    }
    let (mut found, mut drawn) = (HashMap::with_capacity(kept.len()), Vec::new());
    for workflow in workflows {
        match kept.remove(&workflow.id) {
            Some((version, body)) if version == workflow.kept.version.to_string() => {
                let text = String::from_utf8(body.to_vec()).ok();
                let picture = text.and_then(|text| RawValue::from_string(text).ok());
                found.extend(picture.map(|picture| (workflow.id, picture)));
            }
            _ if drawn.len() < DRAWN_MAX => {
                let text = workflows::graph_text(app, tenant, workflow.kept.version).await?;
                let graph = model::json::read(text.as_bytes()).ok().and_then(|file| Graph::from_value(&file).ok());
                let Some(graph) = graph else { continue };
                let picture = draw_apart(app, &graph).await?;
                drawn.push(keep(tenant, workflow, &picture));
                found.insert(workflow.id, picture);
            }
            _ => {}
        }
    }
    if !drawn.is_empty() {
        app.records.batch(drawn).await?;
    }
    Ok(found)
}
