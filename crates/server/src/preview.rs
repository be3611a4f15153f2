//! Small pictures of workflows.

use canvas::Preview;
use model::{Catalog as _, Category, Graph, Node};
use nodes::Registry;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

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
