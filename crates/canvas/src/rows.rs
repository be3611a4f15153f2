//! Folds what is far longer than high into rows, as a text is: nobody finds their way along a line of hundreds of nodes.

use crate::drawing::{ASPECT, Drawing};
use crate::layers::Layered;
use crate::layout::{Size, up};

/// What has fewer layers than these stays one line, as people know it.
const LAYERS_LEAST: usize = 48;
/// So many times longer than high it has to be: what has branches is high.
const RIBBON: f64 = 16.0;
/// More edges than these are not led from the end of a row to the beginning of the next one.
const CUT_MOST: usize = 2;
/// Where no cut is cheap in the last part of a row, the row goes on.
const LAST_PART: f64 = 0.75;
/// Between rows: edges lead back there.
const BETWEEN_ROWS: f64 = 88.0;

/// The drawing in rows that read from left to right, one below the other; unchanged where it is no ribbon, or nowhere
/// thin enough to be cut.
pub(crate) fn fold(layered: &Layered, drawing: Drawing, sizes: &[Size]) -> Drawing {
    let Size { width, height } = drawing.size;
    if layered.layers() < LAYERS_LEAST || width < RIBBON * height {
        return drawing;
    }
    let limit = (width * (height + BETWEEN_ROWS) * ASPECT).sqrt();
    let lefts = lefts(layered, &drawing);
    let begins = begins(&lefts, &crossings(layered), limit);
    let row_of = |node: usize| begins.partition_point(|&layer| layer <= layered.layer[node] as usize) - 1;
    let mut extents = vec![(f64::INFINITY, f64::NEG_INFINITY); begins.len()];
    for (node, (spot, size)) in drawing.spots.iter().zip(sizes).enumerate() {
        let (top, bottom) = &mut extents[row_of(node)];
        (*top, *bottom) = (top.min(spot.1), bottom.max(spot.1 + size.height));
    }
    let mut tops = Vec::with_capacity(begins.len());
    let mut y = 0.0;
    for (top, bottom) in &extents {
        tops.push(y - top);
        y = up(y + bottom - top + BETWEEN_ROWS);
    }
    let mut folded = Drawing { spots: drawing.spots, size: Size { width: 0.0, height: 0.0 } };
    for (node, (spot, size)) in folded.spots.iter_mut().zip(sizes).enumerate() {
        let row = row_of(node);
        *spot = (spot.0 - lefts[begins[row]], spot.1 + tops[row]);
        folded.size.width = folded.size.width.max(spot.0 + size.width);
        folded.size.height = folded.size.height.max(spot.1 + size.height);
    }
    folded
}

/// Where each layer begins.
fn lefts(layered: &Layered, drawing: &Drawing) -> Vec<f64> {
    let mut lefts = vec![0.0; layered.layers()];
    for (spot, &layer) in drawing.spots.iter().zip(&layered.layer) {
        lefts[layer as usize] = spot.0;
    }
    lefts
}

/// How many edges lead from before each layer into it or past it.
fn crossings(layered: &Layered) -> Vec<usize> {
    let mut crossings = vec![0; layered.layers()];
    for (targets, &layer) in layered.after.iter().zip(&layered.layer) {
        // Each leads to the next layer: those that skip some have bends there.
        if let Some(next) = crossings.get_mut(layer as usize + 1) {
            *next += targets.len();
        }
    }
    crossings
}

/// The layers that rows begin with: in the last part of a row where the fewest edges are cut, and as late as possible.
fn begins(lefts: &[f64], crossings: &[usize], limit: f64) -> Vec<usize> {
    let mut begins = vec![0];
    let (mut from, mut best): (f64, Option<usize>) = (0.0, None);
    for (layer, (&left, &crossing)) in lefts.iter().zip(crossings).enumerate() {
        if left - from > limit
            && let Some(at) = best.take()
        {
            begins.push(at);
            from = lefts[at];
        }
        let is_late = left - from > limit * LAST_PART;
        if is_late && crossing <= CUT_MOST && best.is_none_or(|at| crossing <= crossings[at]) {
            best = Some(layer);
        }
    }
    begins
}
