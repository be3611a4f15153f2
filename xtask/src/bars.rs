//! `bars`: what the product measures about itself, against what it must reach.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::{first, journeys, process, web};

/// The bar on the first run of a clean clone, measured by `run` and not by the product.
pub(crate) const FIRST_RUN: &str = "build.first";
/// Minutes that two cores may be busy.
const FIRST_RUN_MIN: f64 = 8.0;
/// The area whose bars it belongs to.
const FIRST_RUN_AREA: &str = "engine";
/// The area that is measured in a browser.
const EDITOR: &str = "editor";

/// Builds for release, measures, prints a line for each bar. Whether none is short.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<bool> {
    let area = match arguments {
        [] => None,
        [flag, area] if flag == "--area" => Some(area.as_str()),
        _ => bail!("usage: cargo xtask bars [--area NAME]"),
    };
    // The program holds the page, so the page comes first.
    web::build(root)?;
    if area.is_none_or(|area| area == EDITOR) {
        web::install(&root.join("web"))?;
        journeys::browser().context("the editor is measured in Chromium")?;
    }
    process::run(process::cargo(root).args(["build", "--release", "--package", "tidemill"]))?;
    let results = root.join("target").join("bars.json");
    // What an earlier run left must not count for this one.
    if results.exists() {
        fs::remove_file(&results)?;
    }
    let mut bench = std::process::Command::new(root.join("target").join("release").join("tidemill"));
    bench.current_dir(root).args(["bench", "--bars"]);
    bench.args(area.iter().flat_map(|area| ["--area", area])).arg("--json").arg(&results);
    let ended_well = bench.status().context("cannot start target/release/tidemill")?.success();
    let mut report = read(&results)?;
    let bars = bars_of(&mut report)?;
    if area.is_none_or(|area| area == FIRST_RUN_AREA) {
        let bar = first_run(first::read(root)?.as_ref());
        println!("{}", line(&bar));
        bars.push(bar);
    }
    let short: Vec<&str> = bars.iter().filter(|bar| is_short(bar)).filter_map(|bar| bar["id"].as_str()).collect();
    println!("{} bars, short: {}", bars.len(), if short.is_empty() { "none".into() } else { short.join(", ") });
    let passed = ended_well && short.is_empty();
    fs::write(&results, format!("{report:#}\n"))?;
    Ok(passed)
}

/// What `tidemill bench --bars --json` writes: `{machine, bars: [{id, measured, unit, bar, at_least, floor, ok,
/// informative}]}`.
fn read(results: &Path) -> Result<Value> {
    let text = fs::read_to_string(results).with_context(|| format!("the run left no {}", results.display()))?;
    serde_json::from_str(&text).context("the results are no JSON")
}

fn bars_of(report: &mut Value) -> Result<&mut Vec<Value>> {
    match report.get_mut("bars").and_then(Value::as_array_mut) {
        Some(bars) if bars.is_empty() => bail!("no bar was measured: is the area's name right?"),
        Some(bars) => Ok(bars),
        None => bail!("the results hold no list `bars`"),
    }
}

/// Whether a bar counts and does not hold. One that does not say so does not hold.
fn is_short(bar: &Value) -> bool {
    bar["ok"] != true && bar["informative"] != true
}

fn first_run(record: Option<&Value>) -> Value {
    let number = |name: &str| record.and_then(|record| record[name].as_f64());
    let measured = number("cpu_s").map(|seconds| seconds / 60.0 / 2.0);
    let floor = match (number("wall_s"), number("cores")) {
        (Some(wall), Some(cores)) => format!("{:.1} min by the clock on {cores:.0} cores", wall / 60.0),
        _ => "type `cargo xtask run` in a clean clone".to_owned(),
    };
    json!({
        "id": FIRST_RUN,
        "measured": measured,
        "unit": "min of 2 cores",
        "bar": FIRST_RUN_MIN,
        "at_least": false,
        "floor": floor,
        "ok": measured.is_some_and(|minutes| minutes <= FIRST_RUN_MIN),
        "informative": false,
    })
}

/// A bar in the columns of `tidemill bench`.
fn line(bar: &Value) -> String {
    let text = |name: &str| bar[name].as_str().unwrap_or("-");
    let number = |name: &str| bar[name].as_f64().map_or_else(|| "none yet".to_owned(), |number| format!("{number:.1}"));
    let (measured, limit, verdict) = (number("measured"), number("bar"), if is_short(bar) { "short" } else { "ok" });
    format!("{:<32} {measured:>10} {:<14} ≤ {limit:<8} {:<46} {verdict}", text("id"), text("unit"), text("floor"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_run_is_short_when_slow_or_never_measured() {
        let bar = |record: Option<Value>| first_run(record.as_ref());
        let quick = bar(Some(json!({ "cpu_s": 959.0, "wall_s": 500.0, "cores": 2 })));
        let slow = bar(Some(json!({ "cpu_s": 961.0, "wall_s": 500.0, "cores": 2 })));
        assert_eq!((is_short(&quick), is_short(&slow), is_short(&bar(None))), (false, true, true));
        assert!(line(&quick).ends_with(" ok") && line(&bar(None)).ends_with(" short"));
    }

    #[test]
    fn results_that_measured_nothing_are_refused() {
        assert!(bars_of(&mut json!({ "bars": [] })).unwrap_err().to_string().contains("no bar"));
        assert!(bars_of(&mut json!([])).is_err());
        assert_eq!(bars_of(&mut json!({ "bars": [{ "id": "engine.chain" }] })).unwrap().len(), 1);
    }

    #[test]
    fn bar_that_counts_and_does_not_hold_is_short() {
        assert!(is_short(&json!({ "ok": false, "informative": false })));
        assert!(is_short(&json!({ "id": "engine.chain" })), "one without a verdict does not hold");
        assert!(!is_short(&json!({ "ok": false, "informative": true })));
    }
}
