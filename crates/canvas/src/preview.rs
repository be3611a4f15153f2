//! A small picture of a graph: few boxes and few lines, in whole numbers, so that a list of workflows can show each of
//! them without reading a graph.
//!
//! A graph with few nodes is drawn as it is, containers behind what is inside them. Of a larger one, the nodes that
//! stand close together become one box. The same graph gives the same picture, in time linear in nodes and edges.

use std::collections::HashMap;

use model::{Category, Graph, Node};

use crate::layout::{Given, Keep, NODE, Place, arrange, boxes_of};
use crate::tree::Tree;

/// The longer side of a picture; a graph that is smaller is not made larger.
const SIDE: f64 = 400.0;
/// The most boxes of a picture.
const BOXES: usize = 60;
/// The most lines of a picture.
const LINES: usize = 80;
/// Numbers of cells to gather nodes in: the first that leaves few enough boxes is taken.
const CELLS: [usize; 12] = [144, 120, 96, 80, 64, 56, 48, 36, 24, 12, 4, 1];
/// Places beyond this are drawn as if they were here.
const FAR: f64 = 1e7;

/// A small picture of a graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// From left to right.
    pub width: u32,
    /// From top to bottom.
    pub height: u32,
    /// Nodes, or groups of nodes that stand close together; what is inside something comes after it.
    pub boxes: Vec<PreviewBox>,
    /// Edges, from x and y to x and y.
    pub lines: Vec<[u32; 4]>,
}

/// A box of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PreviewBox {
    /// Its left edge.
    pub x: u32,
    /// Its upper edge.
    pub y: u32,
    /// How wide it is, at least 1.
    pub width: u32,
    /// How high it is, at least 1.
    pub height: u32,
    /// What most of its nodes are.
    pub category: Category,
}

/// Edges of an area in pixels at zoom 1.
#[derive(Clone, Copy)]
struct Area {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Area {
    const NOTHING: Self =
        Self { left: f64::INFINITY, top: f64::INFINITY, right: f64::NEG_INFINITY, bottom: f64::NEG_INFINITY };

    fn with(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }
}

/// What is drawn: areas, what each is, and for every node the area that stands for it.
struct Shown {
    areas: Vec<(Area, Category)>,
    area_of: Vec<Option<usize>>,
}

/// The picture of a graph; nodes without a place are laid out. `category` says what a node is.
pub fn preview(graph: &Graph, category: &dyn Fn(&Node) -> Category) -> Preview {
    let (given, edges) = boxes_of(graph);
    let places = arrange(&given, edges.clone(), Keep::Placed);
    let tree = Tree::new(given.iter().map(|given| given.parent).collect(), edges);
    let areas = areas(&given, &places, &tree);
    let whole = areas.iter().copied().fold(Area::NOTHING, Area::with);
    if areas.is_empty() {
        return Preview { width: 0, height: 0, boxes: Vec::new(), lines: Vec::new() };
    }
    let categories: Vec<Category> = graph.nodes.iter().map(category).collect();
    let shown = if areas.len() <= BOXES { every(&tree, &areas, &categories) } else { few(&tree, &areas, &categories) };
    let scale = (SIDE / (whole.right - whole.left).max(whole.bottom - whole.top)).min(1.0);
    let x = |at: f64| whole_number((at - whole.left) * scale);
    let y = |at: f64| whole_number((at - whole.top) * scale);
    let boxes = shown.areas.iter().map(|(area, category)| {
        let (left, top) = (x(area.left), y(area.top));
        let (width, height) = ((x(area.right) - left).max(1), (y(area.bottom) - top).max(1));
        PreviewBox { x: left, y: top, width, height, category: *category }
    });
    let lines = lines(&tree, &shown.area_of).into_iter().map(|(from, to)| {
        let (from, to) = (shown.areas[from].0, shown.areas[to].0);
        let middle = |area: Area| y(f64::midpoint(area.top, area.bottom));
        [x(from.right), middle(from), x(to.left), middle(to)]
    });
    Preview {
        width: x(whole.right).max(1),
        height: y(whole.bottom).max(1),
        boxes: boxes.collect(),
        lines: lines.collect(),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to SIDE")]
fn whole_number(at: f64) -> u32 {
    at.round() as u32
}

/// Where each node is, counted from one corner for all.
fn areas(given: &[Given], places: &[Place], tree: &Tree) -> Vec<Area> {
    let mut areas = vec![Area { left: 0.0, top: 0.0, right: 0.0, bottom: 0.0 }; places.len()];
    for at in outermost_first(tree) {
        let place = &places[at];
        let corner =
            tree.parent[at].map(|parent| areas[parent as usize]).map_or((0.0, 0.0), |area| (area.left, area.top));
        let given = given[at];
        let (width, height) = match place.size {
            Some(size) => (size.width, size.height),
            None => (given.width.unwrap_or(NODE.width), given.height.unwrap_or(NODE.height)),
        };
        let (left, top) = ((corner.0 + place.x).clamp(-FAR, FAR), (corner.1 + place.y).clamp(-FAR, FAR));
        areas[at] = Area { left, top, right: left + width, bottom: top + height };
    }
    areas
}

fn outermost_first(tree: &Tree) -> Vec<usize> {
    let mut order: Vec<usize> = (0..tree.depth.len()).collect();
    order.sort_by_key(|&at| tree.depth[at]);
    order
}

/// All nodes, those around others first.
fn every(tree: &Tree, areas: &[Area], categories: &[Category]) -> Shown {
    let order = outermost_first(tree);
    let mut area_of = vec![None; areas.len()];
    for (place, &at) in order.iter().enumerate() {
        area_of[at] = Some(place);
    }
    Shown { areas: order.iter().map(|&at| (areas[at], categories[at])).collect(), area_of }
}

/// Nodes with nothing inside them, gathered where they stand close together.
fn few(tree: &Tree, areas: &[Area], categories: &[Category]) -> Shown {
    let mut is_leaf = vec![true; areas.len()];
    for parent in tree.parent.iter().flatten() {
        is_leaf[*parent as usize] = false;
    }
    let leaves: Vec<usize> = (0..areas.len()).filter(|&at| is_leaf[at]).collect();
    let groups =
        if leaves.len() <= BOXES { leaves.iter().map(|&at| vec![at]).collect() } else { gather(&leaves, areas) };
    let mut shown = Shown { areas: Vec::with_capacity(groups.len()), area_of: vec![None; areas.len()] };
    for group in groups {
        for &at in &group {
            shown.area_of[at] = Some(shown.areas.len());
        }
        let area = group.iter().map(|&at| areas[at]).fold(Area::NOTHING, Area::with);
        shown.areas.push((area, most(group.iter().map(|&at| categories[at]))));
    }
    shown
}

/// The nodes of each cell of a grid that is as fine as the number of boxes allows.
fn gather(leaves: &[usize], areas: &[Area]) -> Vec<Vec<usize>> {
    let whole = leaves.iter().map(|&at| areas[at]).fold(Area::NOTHING, Area::with);
    let (width, height) = ((whole.right - whole.left).max(1.0), (whole.bottom - whole.top).max(1.0));
    for cells in CELLS {
        let groups = grid(
            cells,
            (width, height),
            leaves.iter().map(|&at| {
                let area = areas[at];
                let x = f64::midpoint(area.left, area.right) - whole.left;
                (at, x / width, (f64::midpoint(area.top, area.bottom) - whole.top) / height)
            }),
        );
        if groups.len() <= BOXES {
            return groups;
        }
    }
    vec![leaves.to_vec()]
}

/// The occupied cells of a grid of about so many cells over an area of that shape; nodes come with their place in it, 0 to 1.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "1 to the number of cells"
)]
fn grid(cells: usize, shape: (f64, f64), nodes: impl Iterator<Item = (usize, f64, f64)>) -> Vec<Vec<usize>> {
    let columns = (cells as f64 * shape.0 / shape.1).sqrt().round().clamp(1.0, cells as f64);
    let rows = (cells as f64 / columns).floor().max(1.0);
    let mut found = vec![Vec::new(); columns as usize * rows as usize];
    for (at, x, y) in nodes {
        let column = (x * columns).floor().clamp(0.0, columns - 1.0);
        let row = (y * rows).floor().clamp(0.0, rows - 1.0);
        found[row as usize * columns as usize + column as usize].push(at);
    }
    found.retain(|group: &Vec<usize>| !group.is_empty());
    found
}

/// The category that most have; of several, the first.
fn most(categories: impl Iterator<Item = Category>) -> Category {
    let mut counts: Vec<(Category, usize)> = Vec::new();
    for category in categories {
        match counts.iter_mut().find(|(known, _)| *known == category) {
            Some((_, count)) => *count += 1,
            None => counts.push((category, 1)),
        }
    }
    let first = counts.iter().rev().max_by_key(|(_, count)| *count);
    first.map_or(Category::Other, |(category, _)| *category)
}

/// The pairs of boxes that most edges lead between.
fn lines(tree: &Tree, area_of: &[Option<usize>]) -> Vec<(usize, usize)> {
    let mut counts: HashMap<(usize, usize), usize> = HashMap::new();
    let mut pairs = Vec::new();
    for &(source, target) in &tree.edges {
        let (Some(from), Some(to)) = (area_of[source as usize], area_of[target as usize]) else { continue };
        if from != to {
            let count = counts.entry((from, to)).or_default();
            *count += 1;
            if *count == 1 {
                pairs.push((from, to));
            }
        }
    }
    if pairs.len() > LINES {
        pairs.sort_by_key(|pair| std::cmp::Reverse(counts[pair]));
        pairs.truncate(LINES);
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(json: &str) -> Preview {
        let document = model::json::read(json.as_bytes()).expect("JSON");
        let graph = Graph::from_value(&document).expect("a graph");
        preview(&graph, &|node| if node.kind == "manual" { Category::Trigger } else { Category::Data })
    }

    fn boxes(preview: &Preview) -> Vec<(u32, u32, u32, u32)> {
        preview.boxes.iter().map(|one| (one.x, one.y, one.width, one.height)).collect()
    }

    #[test]
    fn a_small_graph_is_drawn_as_it_is() {
        let drawn = picture(
            r#"{"nodes": [{"id": "a", "type": "manual", "position": {"x": -100, "y": 0}, "width": 50, "height": 20},
                {"id": "b", "type": "set", "position": {"x": 0, "y": 100}, "width": 100, "height": 40}],
                "edges": [{"source": "a", "target": "b"}, {"source": "a", "target": "gone"}]}"#,
        );
        assert_eq!((drawn.width, drawn.height), (200, 140), "nothing is made larger");
        assert_eq!(boxes(&drawn), [(0, 0, 50, 20), (100, 100, 100, 40)]);
        assert_eq!(drawn.boxes[0].category, Category::Trigger);
        assert_eq!(drawn.lines, [[50, 10, 100, 120]], "from the right of one to the left of the other");
        assert_eq!(picture(r#"{"nodes": [], "edges": []}"#).boxes, []);
    }

    #[test]
    fn what_is_inside_comes_after_what_is_around_it() {
        let drawn = picture(
            r#"{"nodes": [{"id": "in", "type": "set", "parentId": "around", "position": {"x": 40, "y": 60}},
                {"id": "around", "type": "group", "position": {"x": 1000, "y": 0}, "width": 400, "height": 200}],
                "edges": []}"#,
        );
        assert_eq!(boxes(&drawn), [(0, 0, 400, 200), (40, 60, 208, 60)]);
    }

    #[test]
    fn a_graph_without_places_is_laid_out() {
        let drawn = picture(
            r#"{"nodes": [{"id": "a", "type": "set"}, {"id": "b", "type": "set", "position": {"x": null, "y": 1e400}}],
                "edges": [{"source": "a", "target": "b"}]}"#,
        );
        let [a, b] = boxes(&drawn)[..] else { panic!("{drawn:?}") };
        assert!(a.0 + a.2 < b.0, "one stands left of the other: {drawn:?}");
        assert!(drawn.width <= 400 && drawn.height <= 400);
    }

    #[test]
    fn a_large_graph_has_few_boxes_and_few_lines() {
        for count in [61, 1_000, 20_000] {
            let nodes: Vec<String> = (0..count)
                .map(|at| {
                    let (x, y) = (at % 141 * 300, at / 141 * 100);
                    let kind = if at == 0 { "manual" } else { "set" };
                    format!(r#"{{"id": "n{at}", "type": "{kind}", "position": {{"x": {x}, "y": {y}}}}}"#)
                })
                .collect();
            let edges: Vec<String> = (0..count * 2)
                .map(|at| format!(r#"{{"source": "n{}", "target": "n{}"}}"#, at % count, at * 7 % count))
                .collect();
            let drawn = picture(&format!(r#"{{"nodes": [{}], "edges": [{}]}}"#, nodes.join(","), edges.join(",")));
            assert!((10..=BOXES).contains(&drawn.boxes.len()), "{count}: {}", drawn.boxes.len());
            assert!((10..=LINES).contains(&drawn.lines.len()), "{count}: {}", drawn.lines.len());
            for one in &drawn.boxes {
                assert!(one.x + one.width <= drawn.width + 1 && one.y + one.height <= drawn.height + 1, "{one:?}");
            }
            assert!(drawn.width.max(drawn.height) == 400, "{drawn:?}");
        }
    }

    #[test]
    fn places_without_measure_are_drawn_all_the_same() {
        let drawn = picture(
            r#"{"nodes": [{"id": "a", "type": "set", "position": {"x": 1e300, "y": -1e300}, "parentId": "b"},
                {"id": "b", "type": "set", "position": {"x": 0, "y": 0}, "parentId": "a"},
                {"id": "c", "type": "set", "position": {"x": 10, "y": 10}, "parentId": "nowhere"}], "edges": []}"#,
        );
        assert_eq!(drawn.boxes.len(), 3);
        assert!(drawn.boxes.iter().all(|one| one.x <= 400 && one.y <= 400 && one.width >= 1), "{drawn:?}");
    }
}
