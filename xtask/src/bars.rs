//! `bars`: what the product measures about itself, against what it must reach.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::{first, process};

/// The bar on the first run of a clean clone, measured by `run` and not by the product.
pub(crate) const FIRST_RUN: &str = "build.first";
/// Eight minutes of two cores.
const FIRST_RUN_CPU_S: f64 = 8.0 * 60.0 * 2.0;
/// The area whose bars it belongs to.
const FIRST_RUN_AREA: &str = "engine";

/// Builds for release, measures, prints a line for each bar. Whether none is short.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<bool> {
    let area = match arguments {
        [] => None,
        [flag, area] if flag == "--area" => Some(area.as_str()),
        _ => bail!("usage: cargo xtask bars [--area NAME]"),
    };
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
    let mut bars = read(&results)?;
    if area.is_none_or(|area| area == FIRST_RUN_AREA) {
        let bar = first_run(first::read(root)?.as_ref());
        println!("{}", line(&bar));
        bars.push(bar);
    }
    let short: Vec<&str> =
        bars.iter().filter(|bar| bar["status"] != "ok").filter_map(|bar| bar["id"].as_str()).collect();
    println!("{} bars, short: {}", bars.len(), if short.is_empty() { "none".into() } else { short.join(", ") });
    let passed = ended_well && short.is_empty();
    fs::write(&results, format!("{:#}\n", Value::Array(bars)))?;
    Ok(passed)
}

/// The list that `tidemill bench --bars --json` writes: `[{id, measured, bar, floor, status: ok or short}]`.
fn read(results: &Path) -> Result<Vec<Value>> {
    let text = fs::read_to_string(results).with_context(|| format!("the run left no {}", results.display()))?;
    let bars: Vec<Value> = serde_json::from_str(&text).context("the results are no list of bars")?;
    if bars.is_empty() {
        bail!("no bar was measured: is the area's name right?");
    }
    Ok(bars)
}

fn first_run(record: Option<&Value>) -> Value {
    let bar = format!("≤ {FIRST_RUN_CPU_S:.0} s of CPU (8 min of 2 cores)");
    let number = |name: &str| record.and_then(|record| record[name].as_f64());
    let (measured, ok) = match (number("cpu_s"), number("wall_s"), number("cores")) {
        (Some(cpu), Some(wall), Some(cores)) => {
            (format!("{cpu:.0} s of CPU, {wall:.0} s on {cores:.0} cores"), cpu <= FIRST_RUN_CPU_S)
        }
        _ => ("not measured: type `cargo xtask run` in a clean clone".to_owned(), false),
    };
    json!({ "id": FIRST_RUN, "measured": measured, "bar": bar, "floor": null, "status": if ok { "ok" } else { "short" } })
}

fn line(bar: &Value) -> String {
    let text = |name: &str| bar[name].as_str().unwrap_or("-").to_owned();
    format!("{:<20} {}  bar {}  floor {}  {}", text("id"), text("measured"), text("bar"), text("floor"), text("status"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_run_is_short_when_slow_or_never_measured() {
        let status = |record: Option<Value>| first_run(record.as_ref())["status"].clone();
        assert_eq!(status(Some(json!({ "cpu_s": 959.0, "wall_s": 500.0, "cores": 2 }))), "ok");
        assert_eq!(status(Some(json!({ "cpu_s": 961.0, "wall_s": 500.0, "cores": 2 }))), "short");
        assert_eq!(status(None), "short");
    }

    #[test]
    fn results_that_measured_nothing_are_refused() {
        let file = std::env::temp_dir().join(format!("tidemill-xtask-bars-{}.json", std::process::id()));
        fs::write(&file, "[]").unwrap();
        assert!(read(&file).unwrap_err().to_string().contains("no bar"));
        fs::write(&file, "[{\"id\": \"engine.chain\"}]").unwrap();
        assert_eq!(read(&file).unwrap().len(), 1);
        fs::remove_file(&file).unwrap();
    }
}
