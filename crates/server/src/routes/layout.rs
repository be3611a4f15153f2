//! Places for the nodes of a graph, found for whoever draws it.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use canvas::{Given, Keep, Place};
use model::graph::{MAX_EDGES, MAX_NODES};
use model::{Object, Value};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Tenant;
use crate::error::{ApiError, ProblemBody};
use crate::http::{Fields, JsonBody};

/// No node is drawn larger.
const EXTENT_MAX: f64 = 1_000_000.0;
/// What stands further out than this has no place to be kept.
const PLACE_MAX: f64 = 1_000_000_000.0;

/// A graph as far as its drawing depends on it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; the handler reads it field by field")]
pub(crate) struct LayoutBody {
    nodes: Vec<LayoutNode>,
    /// Source and target of each edge, as positions among the nodes.
    edges: Vec<[u32; 2]>,
    /// Whether nodes with a place keep it, so that only the others get one.
    keep: Option<bool>,
}

/// A box to place.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; the handler reads it field by field")]
pub(crate) struct LayoutNode {
    /// Its width; that of most nodes unless it is set.
    w: Option<f64>,
    /// Its height.
    h: Option<f64>,
    /// The position of the container around it.
    parent: Option<u32>,
    /// Where it is, from the corner of its parent.
    x: Option<f64>,
    y: Option<f64>,
}

/// Where everything goes.
#[derive(Serialize, ToSchema)]
pub(crate) struct Layout {
    /// For each node `[x, y]` from the corner of its parent; for a container `[x, y, w, h]`.
    places: Vec<Vec<f64>>,
}

/// Finds a place for each node: in layers from left to right, containers around what stands in them.
#[utoipa::path(post, path = "/layout", operation_id = "lay_out_graph", tag = "workflows",
    request_body = LayoutBody, responses(
    (status = 200, body = Layout),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "It is no graph; path says where"),
))]
pub(crate) async fn layout(Tenant(_tenant): Tenant, body: JsonBody) -> Result<Response, ApiError> {
    let work = tokio::task::spawn_blocking(move || {
        let (given, edges, keep) = read(&body.value)?;
        Ok::<_, ApiError>(write(&canvas::arrange(&given, edges, keep)))
    });
    let text = work.await.map_err(|_| {
        ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the graph could not be laid out")
    })??;
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}

type Asked = (Vec<Given>, Vec<(u32, u32)>, Keep);

fn read(body: &Value) -> Result<Asked, ApiError> {
    let fields = Fields::only(body, &["nodes", "edges", "keep"], "")?;
    let list = |key: &str, max: usize| {
        let list = fields.get(key).and_then(Value::as_array);
        let list = list.ok_or_else(|| refuse(format!("{key} is a list"), format!("$.{key}")))?;
        let detail = || format!("at most {max} {key} are laid out, these are {}", list.len());
        if list.len() > max { Err(refuse(detail(), format!("$.{key}"))) } else { Ok(list) }
    };
    let (nodes, edges) = (list("nodes", MAX_NODES)?, list("edges", MAX_EDGES)?);
    let given = nodes.iter().enumerate().map(|(at, node)| read_node(node, at, nodes.len()));
    let given: Vec<Given> = given.collect::<Result<_, _>>()?;
    if let Some(at) = inside_itself(&given) {
        return Err(ApiError::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "parent_cycle",
            format!("node {at} stands inside of itself; leave out the parent of one of those around it"),
        )
        .at(format!("$.nodes[{at}].parent")));
    }
    let edges = edges.iter().enumerate().map(|(at, edge)| read_edge(edge, at, nodes.len()));
    let keep = match fields.get("keep") {
        None | Some(Value::Bool(false)) => Keep::Nothing,
        Some(Value::Bool(true)) => Keep::Placed,
        Some(_) => return Err(refuse("keep is true or false".into(), "$.keep".into())),
    };
    Ok((given, edges.collect::<Result<_, _>>()?, keep))
}

fn read_node(node: &Value, at: usize, count: usize) -> Result<Given, ApiError> {
    let path = |key: &str| format!("$.nodes[{at}]{key}");
    let object = node.as_object().ok_or_else(|| refuse("a node is an object".into(), path("")))?;
    let said = |key: &str| object.get(key).filter(|value| !value.is_null());
    let extent = |key: &str| match said(key).map(Value::as_f64) {
        None => Ok(None),
        Some(Some(extent)) if (0.0..=EXTENT_MAX).contains(&extent) => Ok(Some(extent)),
        Some(_) => Err(refuse(format!("{key} is a number from 0 to {EXTENT_MAX}"), path(&format!(".{key}")))),
    };
    let parent = match said("parent") {
        None => None,
        Some(parent) => Some(position(parent, count, || path(".parent"))?),
    };
    let at = place(object, "x").zip(place(object, "y"));
    Ok(Given { at, width: extent("w")?, height: extent("h")?, parent })
}

/// A coordinate. One that nobody could look at, or that is no number, is none, as in a file.
fn place(object: &Object, key: &str) -> Option<f64> {
    object.get(key).and_then(Value::as_f64).filter(|place| place.abs() <= PLACE_MAX)
}

fn read_edge(edge: &Value, at: usize, count: usize) -> Result<(u32, u32), ApiError> {
    let path = || format!("$.edges[{at}]");
    match edge.as_array() {
        Some([source, target]) => Ok((position(source, count, path)?, position(target, count, path)?)),
        _ => Err(refuse("an edge is a list of two: the positions of its source and its target".into(), path())),
    }
}

fn position(value: &Value, count: usize, path: impl Fn() -> String) -> Result<u32, ApiError> {
    let found = value.as_i64().and_then(|at| u32::try_from(at).ok()).filter(|&at| (at as usize) < count);
    found.ok_or_else(|| {
        let said = model::json::to_text(value);
        let said: String = said.chars().take(40).collect();
        refuse(format!("{said} is not the position of one of the {count} nodes"), path())
    })
}

/// A node that stands inside of itself, if there is one.
fn inside_itself(given: &[Given]) -> Option<usize> {
    const LEFT: usize = usize::MAX;
    // By which walk a node was reached; nodes whose way to the top is known are left for good.
    let mut seen = vec![0; given.len()];
    for start in 0..given.len() {
        let mut at = Some(start);
        while let Some(node) = at.filter(|&node| seen[node] == 0) {
            seen[node] = start + 1;
            at = given[node].parent.map(|parent| parent as usize);
        }
        if let Some(node) = at.filter(|&node| seen[node] == start + 1) {
            return Some(node);
        }
        let mut at = Some(start);
        while let Some(node) = at.filter(|&node| seen[node] != LEFT) {
            seen[node] = LEFT;
            at = given[node].parent.map(|parent| parent as usize);
        }
    }
    None
}

fn write(places: &[Place]) -> Vec<u8> {
    let number = |number: f64| Value::number(number).unwrap_or_default();
    let place = |place: &Place| {
        let mut numbers = vec![number(place.x), number(place.y)];
        numbers.extend(place.size.into_iter().flat_map(|size| [number(size.width), number(size.height)]));
        Value::array(numbers)
    };
    let places = Value::array(places.iter().map(place).collect());
    let mut text = Vec::new();
    model::json::write(&Value::object(vec![("places".into(), places)]), &mut text);
    text
}

fn refuse(detail: String, path: String) -> ApiError {
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_shape", detail).at(path)
}
