//! Bars of the editor: the served page in Chromium, moved by real mouse and wheel events. `bench/canvas` measures; this
//! holds what it wrote against the bars.

use serde_json::Value;

use crate::report::Bar;
use crate::script::Script;
use crate::{Group, Options};

pub(crate) const GROUPS: &[Group] = &[Group { id: AREA, measure }];

/// The area, and its only group: one browser at a time.
pub(crate) const AREA: &str = "editor";
/// The script.
pub(crate) const SCRIPT: Script = Script("bench/canvas/run.mjs");
const RUNS: u32 = 3;

/// A graph by its name, and what it may take: milliseconds until it answers, megabytes of JavaScript objects.
struct Size {
    name: &'static str,
    ready_ms: f64,
    heap_mb: f64,
}

const SIZES: [Size; 4] = [
    Size { name: "1k", ready_ms: 1_000.0, heap_mb: 25.0 },
    Size { name: "10k", ready_ms: 1_200.0, heap_mb: 45.0 },
    Size { name: "100k", ready_ms: 2_500.0, heap_mb: 130.0 },
    Size { name: "uneven", ready_ms: 2_500.0, heap_mb: 130.0 },
];

/// The graphs in which a run is watched.
const LIVE: [&str; 2] = ["10k", "100k"];
/// Changes that come in a second then, a little less where the sender itself is late.
const CHANGES: f64 = 490.0;

/// How often React may commit, for each second of a phase: a picture that moves is none of its concern. By the bar, the phase of the script and
/// what it may be.
const COMMITS: [(&str, &str, f64); 6] = [
    ("canvas.commits.drag", "drag", 16.0),
    ("canvas.commits.near_pan", "near_pan", 20.0),
    ("canvas.commits.zoom_out", "zoom_out", 6.0),
    ("canvas.commits.far_pan", "far_pan", 6.0),
    ("canvas.commits.zoom_in", "zoom_in", 6.0),
    ("canvas.commits.live", "live", 30.0),
];

/// What is done by keyboard, by the row of the script and the key in it.
const EDITS: [(&str, &str, &str, f64); 5] = [
    ("canvas.edit.undo", "delete 10k, undo", "undo", 200.0),
    ("canvas.edit.delete", "delete 10k, undo", "delete", 200.0),
    ("canvas.edit.select_all", "select 100k, paste", "select_all", 200.0),
    ("canvas.edit.paste", "select 100k, paste", "paste", 200.0),
    ("canvas.layout", "lay out 10k", "layout", 1_000.0),
];

fn measure(options: &Options) -> anyhow::Result<Vec<Bar>> {
    let runs = if options.quick { 1 } else { RUNS };
    Ok(bars_of(&SCRIPT.run(options, &[("--rounds", runs)])?))
}

/// All bars; for information only where the floor says that the machine is busy with something else.
fn bars_of(report: &Value) -> Vec<Bar> {
    let floor = floor_of(report);
    let mut bars: Vec<Bar> = SIZES.iter().flat_map(|size| of_size(report, size, &floor)).collect();
    bars.extend(of_page(report));
    bars.extend(LIVE.iter().flat_map(|name| of_run(&report["live"][name], name, &floor)));
    bars.extend(of_commits(&report["live"][LIVE[0]]));
    bars.extend(EDITS.map(|(id, row, key, limit)| of_edit(&report["edit"][row], id, key, limit)));
    if report["floor"]["quiet"] != true {
        bars = bars.into_iter().map(Bar::for_information).collect();
    }
    bars.extend(["1k", "10k", "100k"].into_iter().filter_map(|name| of_react_flow(report, name)));
    bars
}

fn floor_of(report: &Value) -> String {
    let fps = |kind: &str| report["floor"][kind]["fps"].as_f64().unwrap_or_default();
    format!("an empty page {:.0}, clearing a canvas {:.0} FPS", fps("dom"), fps("2d"))
}

/// A figure of a row that must be at most `bar`, or why there is none.
fn at_most(row: &Value, id: &str, path: &str, (unit, bar): (&str, f64), words: impl Into<String>) -> Bar {
    number(row, path)
        .map_or_else(|| Bar::missing(id, unit, bar, row), |value| Bar::at_most(id, value, unit, bar, words))
}

/// A figure of a row that must be at least `bar`, or why there is none.
fn at_least(row: &Value, id: &str, path: &str, (unit, bar): (&str, f64), words: impl Into<String>) -> Bar {
    let missing = || Bar { at_least: true, ..Bar::missing(id, unit, bar, row) };
    number(row, path).map_or_else(missing, |value| Bar::at_least(id, value, unit, bar, words))
}

/// Frames while a run changes nodes and edges and the view is moved, and whether all of it was shown.
fn of_run(row: &Value, name: &str, floor: &str) -> Vec<Bar> {
    let id = |figure: &str| format!("canvas.live.{figure}.{name}");
    let pace = number(row, "/per_second").unwrap_or_default();
    let wrong = number(row, "/wrong_cards").unwrap_or_default();
    let words = format!("{pace:.0} changes a second; {wrong:.0} cards say something else");
    let mut applied = at_least(row, &id("applied"), "/applied", ("% shown", 100.0), words);
    // What came more slowly is another bar.
    applied.ok &= pace >= CHANGES && wrong == 0.0;
    let busy = format!("main thread {:.1} ms a frame", number(row, "/main_ms").unwrap_or_default());
    vec![
        at_least(row, &id("fps"), "/fps", ("FPS", 55.0), phases(row)),
        at_most(row, &id("frame"), "/p95", ("ms p95", 20.0), busy),
        at_most(row, &id("near_pan"), "/phases/near_pan/p95", ("ms p95", 34.0), floor),
        at_most(row, &id("worst"), "/worst", ("ms", 100.0), floor),
        applied,
    ]
}

/// How often React commits, and whether it renders cards that stay as they are.
fn of_commits(row: &Value) -> Vec<Bar> {
    let bar = |&(id, phase, limit): &(&str, &str, f64)| {
        at_most(row, id, &format!("/commits/{phase}"), ("commits/s", limit), "of 60 frames a second")
    };
    let needless = "rendered while a run goes on, and the same as before";
    let mut bars: Vec<Bar> = COMMITS.iter().map(bar).collect();
    bars.push(at_most(row, "canvas.commits.needless", "/needless", ("cards", 0.0), needless));
    bars
}

/// Frames, drag, time and memory of one graph.
fn of_size(report: &Value, size: &Size, floor: &str) -> Vec<Bar> {
    let name = size.name;
    let row = &report["canvas"][name];
    let at_most = |id: &str, path: &str, unit: &str, bar: f64, words: String| {
        at_most(row, &format!("{id}.{name}"), path, (unit, bar), words)
    };
    let fps = at_least(row, &format!("canvas.fps.{name}"), "/fps", ("FPS", 55.0), phases(row));
    let mut drag = at_most("canvas.drag", "/drag/p95", "ms p95", 20.0, floor.to_owned());
    // A drag that picked nothing is quick.
    if row["ok"] == true && row.pointer("/drag/moved") != Some(&Value::Bool(true)) {
        drag.ok = false;
        "no node was seen to move".clone_into(&mut drag.floor);
    }
    let painted = format!("painted after {:.0} ms", number(row, "/painted").unwrap_or_default());
    let buffers = format!(
        "{:.1} MB before the script, {:.1} MB of buffers beside it",
        number(row, "/heap").unwrap_or_default(),
        number(row, "/buffers").unwrap_or_default()
    );
    let busy = format!("main thread {:.1} ms a frame", number(row, "/main_ms").unwrap_or_default());
    vec![
        fps,
        at_most("canvas.frame", "/p95", "ms p95", 20.0, busy),
        at_most("canvas.near_pan", "/phases/near_pan/p95", "ms p95", 34.0, floor.to_owned()),
        at_most("canvas.worst", "/worst", "ms", 100.0, floor.to_owned()),
        drag,
        at_most("canvas.tti", "/tti", "ms", size.ready_ms, painted),
        at_most("canvas.heap", "/heap_end", "MB", size.heap_mb, buffers),
    ]
}

/// What the page has and loads, at its most over all graphs.
fn of_page(report: &Value) -> [Bar; 2] {
    let rows = || SIZES.iter().map(|size| &report["canvas"][size.name]);
    let most = |path: &str| rows().map(|row| number(row, path)).collect::<Option<Vec<f64>>>().map(largest);
    let failed = || rows().find(|row| row["ok"] != true).unwrap_or(&Value::Null);
    let bar = |id: &str, path: &str, unit: &str, limit: f64, words: &str| {
        most(path)
            .map_or_else(|| Bar::missing(id, unit, limit, failed()), |most| Bar::at_most(id, most, unit, limit, words))
    };
    [
        bar("canvas.dom", "/dom", "elements", 6_500.0, "the most at any time, all graphs"),
        bar("canvas.first_load", "/script_kb", "KB gzip", 150.0, "JavaScript that came before the canvas painted"),
    ]
}

fn largest(all: Vec<f64>) -> f64 {
    all.into_iter().fold(0.0, f64::max)
}

fn of_edit(row: &Value, id: &str, key: &str, limit: f64) -> Bar {
    let Some(ms) = number(row, &format!("/{key}/ms")) else { return Bar::missing(id, "ms", limit, row) };
    let seen = row[key]["seen"] == true;
    let words = if seen { "from the key to the painted frame" } else { "the page did not say that it changed" };
    let mut bar = Bar::at_most(id, ms, "ms", limit, words);
    bar.ok &= seen;
    bar
}

/// React Flow with the same graph and script: what our figures stand beside, no bar of ours.
fn of_react_flow(report: &Value, name: &str) -> Option<Bar> {
    let row = report["react_flow"].get(name)?;
    let id = format!("canvas.react_flow.{name}");
    let words = match number(row, "/tti") {
        Some(ms) => format!("{:.1} s to interactive, {} elements", ms / 1_000.0, row["dom"]),
        None => format!("failed: {}", row["why"].as_str().unwrap_or("no reason")),
    };
    Some(Bar::at_least(&id, number(row, "/fps").unwrap_or_default(), "FPS", 0.0, words).for_information())
}

fn phases(row: &Value) -> String {
    let fps = |phase: &str| number(row, &format!("/phases/{phase}/fps")).unwrap_or_default();
    let [near, out, far, back] = ["near_pan", "zoom_out", "far_pan", "zoom_in"].map(fps);
    format!("near {near:.0}, out {out:.0}, far {far:.0}, in {back:.0}")
}

fn number(row: &Value, path: &str) -> Option<f64> {
    row.pointer(path).and_then(Value::as_f64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row() -> Value {
        json!({
            "ok": true, "fps": 58.2, "p95": 16.8, "worst": 50.0, "tti": 740.0, "painted": 600.0, "dom": 1200, "heap": 10.0,
            "heap_end": 12.0, "buffers": 3.0, "script_kb": 121.5, "main_ms": 7.0, "drag": { "p95": 16.7, "moved": true },
            "phases": { "near_pan": { "fps": 57.0, "p95": 33.3 } },
        })
    }

    fn run() -> Value {
        json!({
            "ok": true, "fps": 58.0, "p95": 17.0, "worst": 33.0, "main_ms": 9.0, "per_second": 499.8, "applied": 100.0,
            "wrong_cards": 0, "needless": 0, "phases": { "near_pan": { "fps": 57.0, "p95": 33.3 } },
            "commits": { "drag": 9.0, "near_pan": 12.0, "zoom_out": 1.0, "far_pan": 0.0, "zoom_in": 1.0, "live": 20.0 },
        })
    }

    fn report() -> Value {
        let edit = json!({ "ms": 90.0, "seen": true });
        json!({
            "floor": { "dom": { "fps": 60 }, "2d": { "fps": 60 }, "quiet": true },
            "canvas": { "1k": row(), "10k": row(), "100k": row(), "uneven": row() },
            "live": { "10k": run(), "100k": run() },
            "edit": {
                "delete 10k, undo": { "delete": edit, "undo": edit },
                "select 100k, paste": { "select_all": edit, "paste": edit },
                "lay out 10k": { "layout": edit },
            },
            "react_flow": { "1k": row(), "100k": { "ok": false, "why": "Timeout" } },
        })
    }

    fn short(report: &Value) -> Vec<String> {
        bars_of(report).into_iter().filter(|bar| !bar.ok && !bar.informative).map(|bar| bar.id).collect()
    }

    #[test]
    fn editor_that_reaches_its_bars_is_ok() {
        assert_eq!(short(&report()), Vec::<String>::new());
        let bars = bars_of(&report());
        assert_eq!(bars.len(), 4 * 7 + 2 + 2 * 5 + 7 + 5 + 2);
        assert!(bars.iter().any(|bar| bar.id == "canvas.react_flow.100k" && bar.floor == "failed: Timeout"));
    }

    #[test]
    fn each_figure_of_the_editor_that_is_short_is_told() {
        let cases: [(&str, Value, &str); 20] = [
            ("/canvas/1k/fps", json!(54.9), "canvas.fps.1k"),
            ("/canvas/10k/p95", json!(20.1), "canvas.frame.10k"),
            ("/canvas/100k/phases/near_pan/p95", json!(34.1), "canvas.near_pan.100k"),
            ("/canvas/uneven/worst", json!(100.1), "canvas.worst.uneven"),
            ("/canvas/1k/drag/p95", json!(20.1), "canvas.drag.1k"),
            ("/canvas/1k/drag/moved", json!(false), "canvas.drag.1k"),
            ("/canvas/10k/tti", json!(1200.1), "canvas.tti.10k"),
            ("/canvas/100k/heap_end", json!(130.1), "canvas.heap.100k"),
            ("/canvas/10k/dom", json!(6501), "canvas.dom"),
            ("/canvas/10k/script_kb", json!(150.1), "canvas.first_load"),
            ("/live/10k/fps", json!(54.9), "canvas.live.fps.10k"),
            ("/live/100k/p95", json!(20.1), "canvas.live.frame.100k"),
            ("/live/10k/phases/near_pan/p95", json!(34.1), "canvas.live.near_pan.10k"),
            ("/live/10k/applied", json!(99.9), "canvas.live.applied.10k"),
            ("/live/10k/per_second", json!(400.0), "canvas.live.applied.10k"),
            ("/live/100k/wrong_cards", json!(1), "canvas.live.applied.100k"),
            ("/live/10k/commits/far_pan", json!(6.1), "canvas.commits.far_pan"),
            ("/live/10k/needless", json!(1), "canvas.commits.needless"),
            ("/edit/delete 10k, undo/undo/ms", json!(200.1), "canvas.edit.undo"),
            ("/edit/lay out 10k/layout/seen", json!(false), "canvas.layout"),
        ];
        for (path, value, id) in cases {
            let mut report = report();
            *report.pointer_mut(path).unwrap() = value;
            assert_eq!(short(&report), [id], "{path}");
        }
    }

    #[test]
    fn editor_that_could_not_be_measured_is_short_and_says_why() {
        let mut report = report();
        report["canvas"]["100k"] = json!({ "ok": false, "why": "the page never said that it painted" });
        let bars = bars_of(&report);
        let fps = bars.iter().find(|bar| bar.id == "canvas.fps.100k").unwrap();
        assert!(!fps.ok && fps.floor.contains("never said"));
        assert_eq!(short(&report).len(), 7 + 2);
    }

    #[test]
    fn busy_machine_judges_nothing() {
        let mut report = report();
        report["floor"]["quiet"] = json!(false);
        report["canvas"]["1k"]["fps"] = json!(20.0);
        assert!(short(&report).is_empty());
        let bars = bars_of(&report);
        assert!(bars.iter().any(|bar| bar.to_string().ends_with("busy machine")));
    }
}
