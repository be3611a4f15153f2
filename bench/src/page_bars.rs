//! Bars of documents in the page: saving on the device, opening, memory, code and requests, in Chromium. `bench/documents`
//! measures; this holds what it wrote against the bars.

use serde_json::Value;

use crate::report::Bar;
use crate::script::Script;
use crate::{Group, Options};

pub(crate) const GROUPS: &[Group] = &[Group { id: "documents.page", measure }];

/// The script.
pub(crate) const SCRIPT: Script = Script("bench/documents/run.mjs");
const RUNS: u32 = 3;

/// A figure that must be at most something: its bar, the row and key of the script, the unit, the most, and what it means.
struct Most {
    id: &'static str,
    row: &'static str,
    key: &'static str,
    unit: &'static str,
    bar: f64,
    words: &'static str,
    /// Whether a busy machine takes from it.
    is_time: bool,
}

const MOST: [Most; 5] = [
    Most {
        id: "documents.page.save",
        row: "save",
        key: "p95",
        unit: "ms p95",
        bar: 5.0,
        words: "until a worker that follows finds it in IndexedDB",
        is_time: true,
    },
    Most {
        id: "documents.page.heap",
        row: "open_10k",
        key: "heap",
        unit: "MB",
        bar: 30.0,
        words: "the whole page with 10,000 nodes",
        is_time: false,
    },
    Most {
        id: "documents.page.code",
        row: "bytes",
        key: "kb",
        unit: "KB gzip",
        bar: 20.0,
        words: "saving, beyond Yjs and y-protocols",
        is_time: false,
    },
    Most {
        id: "documents.page.leak",
        row: "leaks",
        key: "kb_a_visit",
        unit: "KB a visit",
        bar: 50.0,
        words: "what opening and closing leaves",
        is_time: false,
    },
    Most {
        id: "documents.page.conflicts",
        row: "conflicts",
        key: "busy_ms",
        unit: "ms",
        bar: 1_000.0,
        words: "main thread, 10,000 changes met 500 of somebody else",
        is_time: true,
    },
];

/// Opening a graph, beyond what opening an empty one takes.
const OPENING: [(&str, &str, f64); 2] =
    [("documents.page.open.10k", "open_10k", 300.0), ("documents.page.open.100k", "open_100k", 2_000.0)];
/// Nodes of somebody else's that the page has to tell of.
const CONFLICTS: f64 = 500.0;

fn measure(options: &Options) -> anyhow::Result<Vec<Bar>> {
    let (runs, seconds, visits) = if options.quick { (1, 20, 20) } else { (RUNS, 60, 50) };
    let flags = [("--rounds", runs), ("--seconds", seconds), ("--visits", visits)];
    Ok(bars_of(&SCRIPT.run(options, &flags)?))
}

/// All bars; times are for information only where the floor says that the machine is busy with something else.
fn bars_of(report: &Value) -> Vec<Bar> {
    let is_quiet = report["floor"]["quiet"] == true;
    let judged = |bar: Bar, is_time: bool| if is_time && !is_quiet { bar.for_information() } else { bar };
    let mut bars: Vec<Bar> = MOST.iter().map(|most| judged(at_most(report, most), most.is_time)).collect();
    bars.extend(OPENING.map(|(id, row, limit)| judged(opening(report, id, row, limit), true)));
    bars.push(fewer("documents.page.requests", 90.0, &report["requests"], |row| {
        format!("{} requests for {} changes without a socket", row["requests"], row["changes"])
    }));
    bars.push(fewer("documents.page.renders", 60.0, &report["renders"], |row| {
        format!("{} components an edit of {} that are there", row["an_edit"], row["mounted"])
    }));
    bars
}

fn at_most(report: &Value, most: &Most) -> Bar {
    let row = &report[most.row];
    let Some(value) = row[most.key].as_f64() else { return Bar::missing(most.id, most.unit, most.bar, row) };
    let mut bar = Bar::at_most(most.id, value, most.unit, most.bar, most.words);
    if let Some(floor) = row["floor_p95"].as_f64() {
        bar.floor = format!("{}; a bare write p95 {floor:.1} ms", most.words);
    }
    // What was not found was quick to merge.
    if let Some(found) = row["found"].as_f64().filter(|found| *found < CONFLICTS) {
        bar.ok = false;
        bar.floor = format!("only {found:.0} of {CONFLICTS:.0} conflicts were told");
    }
    bar
}

fn opening(report: &Value, id: &str, row: &str, limit: f64) -> Bar {
    let live = |row: &str| report[row]["live_ms"].as_f64();
    let (Some(value), Some(empty)) = (live(row), live("open_empty")) else {
        return Bar::missing(id, "ms", limit, &report[row]);
    };
    let words = format!("from the draft's last byte until it is live, beyond {empty:.0} ms of an empty one");
    Bar::at_most(id, (value - empty).max(0.0), "ms", limit, words)
}

fn fewer(id: &str, limit: f64, row: &Value, words: fn(&Value) -> String) -> Bar {
    let unit = "% fewer";
    match row["fewer"].as_f64() {
        Some(fewer) => Bar::at_least(id, fewer, unit, limit, words(row)),
        None => Bar { at_least: true, ..Bar::missing(id, unit, limit, row) },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn report() -> Value {
        json!({
            "floor": { "quiet": true },
            "save": { "ok": true, "p95": 3.0, "floor_p95": 2.0 },
            "bytes": { "ok": true, "kb": 16.0 },
            "open_empty": { "ok": true, "live_ms": 300.0 },
            "open_10k": { "ok": true, "live_ms": 500.0, "heap": 10.0 },
            "open_100k": { "ok": true, "live_ms": 1500.0 },
            "leaks": { "ok": true, "kb_a_visit": 5.0 },
            "conflicts": { "ok": true, "found": 500, "busy_ms": 400.0 },
            "renders": { "ok": true, "mounted": 400, "an_edit": 20.0, "fewer": 95.0 },
            "requests": { "ok": true, "changes": 600, "requests": 12, "fewer": 98.0 },
        })
    }

    fn short(report: &Value) -> Vec<String> {
        bars_of(report).into_iter().filter(|bar| !bar.ok && !bar.informative).map(|bar| bar.id).collect()
    }

    #[test]
    fn page_that_reaches_its_document_bars_is_ok() {
        assert_eq!(short(&report()), Vec::<String>::new());
        assert_eq!(bars_of(&report()).len(), MOST.len() + OPENING.len() + 2);
    }

    #[test]
    fn each_figure_of_a_document_that_is_short_is_told() {
        let cases: [(&str, Value, &str); 10] = [
            ("/save/p95", json!(5.1), "documents.page.save"),
            ("/open_10k/heap", json!(30.1), "documents.page.heap"),
            ("/bytes/kb", json!(20.1), "documents.page.code"),
            ("/leaks/kb_a_visit", json!(50.1), "documents.page.leak"),
            ("/conflicts/busy_ms", json!(1000.1), "documents.page.conflicts"),
            ("/conflicts/found", json!(499), "documents.page.conflicts"),
            ("/open_10k/live_ms", json!(600.1), "documents.page.open.10k"),
            ("/open_100k/live_ms", json!(2300.1), "documents.page.open.100k"),
            ("/requests/fewer", json!(89.9), "documents.page.requests"),
            ("/renders/fewer", json!(59.9), "documents.page.renders"),
        ];
        for (path, value, id) in cases {
            let mut report = report();
            *report.pointer_mut(path).unwrap() = value;
            assert_eq!(short(&report), [id], "{path}");
        }
    }

    #[test]
    fn row_that_failed_is_short_and_a_busy_machine_judges_no_times() {
        let mut report = report();
        report["floor"]["quiet"] = json!(false);
        report["save"]["p95"] = json!(50.0);
        report["open_10k"]["live_ms"] = json!(5_000.0);
        assert_eq!(short(&report), Vec::<String>::new());
        report["leaks"] = json!({ "ok": false, "why": "Timeout" });
        let bars = bars_of(&report);
        assert!(bars.iter().any(|bar| bar.id == "documents.page.leak" && bar.floor == "failed: Timeout"));
        assert_eq!(short(&report), ["documents.page.leak"]);
    }
}
