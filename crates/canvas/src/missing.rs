//! Places for the nodes of a scope that have none, beside those that have: what is placed is never moved.

use std::collections::HashMap;

use crate::drawing::{Drawing, draw_part, parts};
use crate::layout::{Size, snap, up};

/// Room to what stands beside.
const GAP: f64 = 88.0;
/// Room to what stands above.
const BELOW: f64 = 36.0;
/// Edge of the squares by which neighbors are found.
const CELL: f64 = 256.0;
/// After so many steps down a place is looked for below everything.
const STEPS: usize = 64;

/// Draws the nodes that have no place in connected parts, each right of what leads to it, and free of all others.
pub(crate) fn fill(sizes: &[Size], edges: &[(u32, u32)], known: &[Option<(f64, f64)>]) -> Drawing {
    let mut spots: Vec<(f64, f64)> = known.iter().map(|known| known.unwrap_or_default()).collect();
    let mut taken = Taken::default();
    for ((spot, size), known) in spots.iter().zip(sizes).zip(known) {
        if known.is_some() {
            taken.add(Area { x: spot.0, y: spot.1, width: size.width, height: size.height });
        }
    }
    let is_known = |node: u32| known[node as usize].is_some();
    let among: Vec<(u32, u32)> =
        edges.iter().copied().filter(|&(source, target)| !is_known(source) && !is_known(target)).collect();
    let parts = parts(sizes.len(), &among);
    let mut part_of = vec![0; sizes.len()];
    for (at, part) in parts.iter().enumerate() {
        for &node in &part.nodes {
            part_of[node as usize] = at;
        }
    }
    let mut anchors = vec![Anchor::default(); parts.len()];
    for &(source, target) in edges {
        match (is_known(source), is_known(target)) {
            (true, false) => anchors[part_of[target as usize]].after(spots[source as usize], sizes[source as usize]),
            (false, true) => anchors[part_of[source as usize]].before(spots[target as usize]),
            _ => {}
        }
    }
    for (part, anchor) in parts.iter().zip(&anchors).filter(|(part, _)| !is_known(part.nodes[0])) {
        let drawing = draw_part(part, sizes);
        let (x, y) = anchor.corner(drawing.size, &taken);
        let area = taken.free(Area { x, y, width: drawing.size.width, height: drawing.size.height });
        for (&node, spot) in part.nodes.iter().zip(&drawing.spots) {
            spots[node as usize] = (area.x + spot.0, area.y + spot.1);
        }
        taken.add(area);
    }
    let size = Size { width: taken.right, height: taken.bottom };
    Drawing { spots, size }
}

/// What a part is tied to.
#[derive(Clone, Default)]
struct Anchor {
    right: Option<f64>,
    left: Option<f64>,
    tops: f64,
    count: f64,
}

impl Anchor {
    fn after(&mut self, spot: (f64, f64), size: Size) {
        let right = spot.0 + size.width;
        self.right = Some(self.right.map_or(right, |known| known.max(right)));
        self.tops += spot.1;
        self.count += 1.0;
    }

    fn before(&mut self, spot: (f64, f64)) {
        self.left = Some(self.left.map_or(spot.0, |known| known.min(spot.0)));
        self.tops += spot.1;
        self.count += 1.0;
    }

    fn corner(&self, size: Size, taken: &Taken) -> (f64, f64) {
        let y = if self.count > 0.0 { snap(self.tops / self.count) } else { up(taken.bottom + GAP) };
        let x = match (self.right, self.left) {
            (Some(right), _) => up(right + GAP),
            (None, Some(left)) => snap(left - GAP - size.width),
            (None, None) => snap(taken.left.unwrap_or(0.0)),
        };
        (x, y)
    }
}

#[derive(Clone, Copy)]
struct Area {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

/// Areas that are in use.
#[derive(Default)]
struct Taken {
    cells: HashMap<(i64, i64), Vec<Area>>,
    left: Option<f64>,
    right: f64,
    bottom: f64,
}

impl Taken {
    fn add(&mut self, area: Area) {
        for cell in cells(area) {
            self.cells.entry(cell).or_default().push(area);
        }
        self.left = Some(self.left.map_or(area.x, |left| left.min(area.x)));
        self.right = self.right.max(area.x + area.width);
        self.bottom = self.bottom.max(area.y + area.height);
    }

    /// The area, moved down until nothing is in its way.
    fn free(&self, mut area: Area) -> Area {
        for _ in 0..STEPS {
            let Some(below) = self.in_the_way(area) else { return area };
            area.y = up(below + BELOW);
        }
        area.y = up(self.bottom + BELOW);
        area
    }

    /// The lower edge of something that overlaps, or nearly does.
    fn in_the_way(&self, area: Area) -> Option<f64> {
        let mut found: Option<f64> = None;
        for cell in cells(area) {
            for other in self.cells.get(&cell).into_iter().flatten() {
                let apart = area.x + area.width <= other.x
                    || other.x + other.width <= area.x
                    || area.y + area.height <= other.y
                    || other.y + other.height <= area.y;
                if !apart {
                    let lower = other.y + other.height;
                    found = Some(found.map_or(lower, |known| known.max(lower)));
                }
            }
        }
        found
    }
}

/// The squares that an area touches.
fn cells(area: Area) -> impl Iterator<Item = (i64, i64)> {
    #[expect(clippy::cast_possible_truncation, reason = "beyond the largest number all squares are one")]
    let cell = |place: f64| (place / CELL).floor() as i64;
    // No canvas is larger; a file that says so gets one square instead of all.
    let end = |from: i64, to: i64| if to - from > 100_000 { from } else { to };
    let (left, top) = (cell(area.x), cell(area.y));
    let (right, bottom) = (end(left, cell(area.x + area.width)), end(top, cell(area.y + area.height)));
    (left..=right).flat_map(move |x| (top..=bottom).map(move |y| (x, y)))
}
