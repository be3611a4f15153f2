//! A place for every node of a graph: left to right in layers, containers around what stands inside them.
//!
//! The same graph gets the same places on every machine. Nodes of one scope never overlap, places are multiples of
//! [`GRID`], children count from the corner of their parent, and the time is near linear in nodes and edges; nothing
//! recurses, however deep containers nest.

use std::collections::HashMap;

use model::{Graph, Object, Value};

use crate::drawing::{self, Drawing};
use crate::missing;
use crate::tree::Tree;

/// Every place is a multiple of this many pixels.
pub(crate) const GRID: f64 = 4.0;

/// How large a node is drawn that does not say it itself.
pub(crate) const NODE: Size = Size { width: 208.0, height: 60.0 };

/// Room that a container leaves around what is inside it; above there is its title.
const INSIDE: Inside = Inside { left: 32.0, top: 56.0, right: 32.0, bottom: 32.0 };

struct Inside {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

/// Width and height in pixels at zoom 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// From left to right.
    pub width: f64,
    /// From top to bottom.
    pub height: f64,
}

/// Where a node goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Its left edge, from the left of its parent.
    pub x: f64,
    /// Its upper edge, from the top of its parent.
    pub y: f64,
    /// How large a container has to be for what is inside it; `None` for every other node.
    pub size: Option<Size>,
}

/// Which places that a file has already are left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// None: everything is placed anew.
    Nothing,
    /// All: only nodes without a place get one.
    Placed,
}

/// What is known of a node's box.
#[derive(Clone, Copy, Debug, Default)]
pub struct Given {
    /// Its place, from the corner of its parent.
    pub at: Option<(f64, f64)>,
    /// How wide it is drawn; as wide as most nodes unless it is set.
    pub width: Option<f64>,
    /// How high it is drawn; as high as most nodes unless it is set.
    pub height: Option<f64>,
    /// The position of the node around it.
    pub parent: Option<u32>,
}

impl Given {
    fn of(node: &Value, parent: Option<u32>) -> Self {
        let number = |from: Option<&Value>, key: &str| {
            from.and_then(|from| from.get(key)).and_then(Value::as_f64).filter(|number| number.is_finite())
        };
        let position = node.get("position");
        let extent = |key| number(Some(node), key).filter(|&extent| extent > 0.0 && extent < 1e6);
        let at = number(position, "x").zip(number(position, "y"));
        Self { at, width: extent("width"), height: extent("height"), parent }
    }
}

/// Finds a place for each node, in the order of [`Graph::nodes`].
pub fn layout(graph: &Graph, keep: Keep) -> Vec<Place> {
    let (given, edges) = boxes_of(graph);
    arrange(&given, edges, keep)
}

/// The nodes of a graph as boxes, and its edges between them by their positions.
pub(crate) fn boxes_of(graph: &Graph) -> (Vec<Given>, Vec<(u32, u32)>) {
    let nodes = graph.document().get("nodes").and_then(Value::as_array).unwrap_or(&[]);
    let ids: HashMap<&str, u32> = (0u32..).zip(&graph.nodes).map(|(at, node)| (node.id.as_str(), at)).collect();
    let find = |id: &str| ids.get(id).copied();
    let parents = graph.nodes.iter().map(|node| node.parent.as_deref().and_then(find));
    let given = nodes.iter().zip(parents).map(|(node, parent)| Given::of(node, parent)).collect();
    let edges = graph.edges.iter().filter_map(|edge| Some((find(&edge.source)?, find(&edge.target)?)));
    (given, edges.collect())
}

/// Finds a place for each of some boxes with edges between them, in their order. Edges and parents are positions among
/// the boxes; those of others do not count.
pub fn arrange(given: &[Given], mut edges: Vec<(u32, u32)>, keep: Keep) -> Vec<Place> {
    let is_there = |at: u32| (at as usize) < given.len();
    edges.retain(|&(source, target)| is_there(source) && is_there(target));
    let parents = given.iter().map(|given| given.parent.filter(|&parent| is_there(parent))).collect();
    let tree = Tree::new(parents, edges);
    let mut sizes: Vec<Size> = given
        .iter()
        .map(|given| Size { width: given.width.unwrap_or(NODE.width), height: given.height.unwrap_or(NODE.height) })
        .collect();
    let mut places = vec![Place { x: 0.0, y: 0.0, size: None }; given.len()];
    // Deepest scopes first: a container is as large as what is inside it says.
    for scope in tree.scopes() {
        let inner: Vec<Size> = scope.members.iter().map(|&member| sizes[member as usize]).collect();
        let known: Vec<Option<(f64, f64)>> = scope.members.iter().map(|&member| given[member as usize].at).collect();
        let some_known = keep == Keep::Placed && known.iter().any(Option::is_some);
        let drawing =
            if some_known { missing::fill(&inner, &scope.edges, &known) } else { drawing::draw(&inner, &scope.edges) };
        let corner = if scope.owner.is_some() && !some_known { (INSIDE.left, INSIDE.top) } else { (0.0, 0.0) };
        for (&member, spot) in scope.members.iter().zip(&drawing.spots) {
            let place = &mut places[member as usize];
            (place.x, place.y) = (spot.0 + corner.0, spot.1 + corner.1);
        }
        if let Some(owner) = scope.owner {
            let size = around(&drawing, &inner, corner);
            let own = if keep == Keep::Placed { given[owner as usize] } else { Given::default() };
            let size = Size {
                width: own.width.map_or(size.width, |width| width.max(size.width)),
                height: own.height.map_or(size.height, |height| height.max(size.height)),
            };
            sizes[owner as usize] = size;
            places[owner as usize].size = Some(size);
        }
    }
    places
}

/// How large a container is around what is drawn inside it.
fn around(drawing: &Drawing, sizes: &[Size], corner: (f64, f64)) -> Size {
    let (mut right, mut bottom) = (NODE.width, NODE.height);
    for (spot, size) in drawing.spots.iter().zip(sizes) {
        right = right.max(spot.0 + corner.0 + size.width + INSIDE.right);
        bottom = bottom.max(spot.1 + corner.1 + size.height + INSIDE.bottom);
    }
    Size { width: up(right), height: up(bottom) }
}

/// The next multiple of [`GRID`].
pub(crate) fn up(extent: f64) -> f64 {
    (extent / GRID).ceil() * GRID
}

/// The nearest multiple of [`GRID`].
pub(crate) fn snap(place: f64) -> f64 {
    // Half goes up on both sides of zero, so that a distance in whole cells stays what it is.
    (place / GRID + 0.5).floor() * GRID
}

/// The document with these places in its nodes; every other key stays as it is.
pub fn placed(document: &Value, places: &[Place]) -> Value {
    let Some(object) = document.as_object() else { return document.clone() };
    let nodes = document.get("nodes").and_then(Value::as_array).unwrap_or(&[]);
    let nodes = nodes.iter().zip(places).map(|(node, place)| place_node(node, place)).collect();
    Value::from(with(object, "nodes", Value::array(nodes)))
}

fn place_node(node: &Value, place: &Place) -> Value {
    let Some(object) = node.as_object() else { return node.clone() };
    let number = |number: f64| Value::number(number).unwrap_or_default();
    let empty = Object::new(Vec::new());
    let at = with(object.get("position").and_then(Value::as_object).unwrap_or(&empty), "x", number(place.x));
    let mut object = with(object, "position", Value::from(with(&at, "y", number(place.y))));
    if let Some(size) = place.size {
        object = with(&object, "width", number(size.width));
        object = with(&object, "height", number(size.height));
    }
    Value::from(object)
}

/// The object with a key set: in its place if it is there, else at the end. A value that is equal stays as it was written.
fn with(object: &Object, key: &'static str, value: Value) -> Object {
    let mut entries = object.entries().to_vec();
    match entries.iter_mut().find(|(known, _)| known == key) {
        Some(entry) if entry.1 == value => {}
        Some(entry) => entry.1 = value,
        None => entries.push((key.into(), value)),
    }
    Object::new(entries)
}
