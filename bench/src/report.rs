//! Bars and how they are printed.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::machine::Machine;

/// One bar: what was measured, what it is held against, and whether it holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Bar {
    /// Its id: `engine.chain`, with a dotted suffix where a bar has several figures.
    pub id: String,
    /// What was measured.
    pub measured: f64,
    /// Its unit.
    pub unit: String,
    /// The bar itself.
    pub bar: f64,
    /// Whether more is better.
    pub at_least: bool,
    /// The floor measured in the same run, in words.
    pub floor: String,
    /// Whether the bar holds.
    pub ok: bool,
    /// Whether it is told but does not count: absolute figures that only a quiet machine can show.
    pub informative: bool,
}

impl Bar {
    /// A figure that must be at most `bar`.
    pub fn at_most(id: &str, measured: f64, unit: &str, bar: f64, floor: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            measured,
            unit: unit.into(),
            bar,
            at_least: false,
            floor: floor.into(),
            ok: measured <= bar,
            informative: false,
        }
    }

    /// A figure that must be at least `bar`.
    pub fn at_least(id: &str, measured: f64, unit: &str, bar: f64, floor: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            measured,
            unit: unit.into(),
            bar,
            at_least: true,
            floor: floor.into(),
            ok: measured >= bar,
            informative: false,
        }
    }

    /// A bar that does not hold, because its figure could not be taken; the row of the script says why.
    pub(crate) fn missing(id: &str, unit: &str, bar: f64, row: &Value) -> Self {
        let why = row["why"].as_str().unwrap_or("not measured");
        Self { ok: false, ..Self::at_most(id, 0.0, unit, bar, format!("failed: {why}")) }
    }

    /// The same figure, told for information.
    #[must_use]
    pub fn for_information(mut self) -> Self {
        self.informative = true;
        self
    }
}

impl fmt::Display for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.at_least { "≥" } else { "≤" };
        let verdict = match (self.ok, self.informative) {
            (true, _) => "ok",
            (false, true) => "busy machine",
            (false, false) => "short",
        };
        let (measured, bar) = (figure(self.measured), figure(self.bar));
        write!(f, "{:<32} {measured:>10} {:<14} {sign} {bar:<8} {:<46} {verdict}", self.id, self.unit, self.floor)
    }
}

/// A number with three or four digits that mean something.
fn figure(number: f64) -> String {
    match number.abs() {
        size if size >= 1_000.0 => format!("{number:.0}"),
        size if size >= 10.0 => format!("{number:.1}"),
        _ => format!("{number:.3}"),
    }
}

/// All bars of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// What it was measured on.
    pub machine: Machine,
    /// The bars, in the order in which they were measured.
    pub bars: Vec<Bar>,
}

impl Report {
    pub(crate) const fn new(machine: Machine) -> Self {
        Self { machine, bars: Vec::new() }
    }

    /// Whether every bar that counts holds.
    pub fn is_ok(&self) -> bool {
        self.bars.iter().all(|bar| bar.ok || bar.informative)
    }

    /// The figures that other engines print, beside ours from this run.
    pub fn headlines(&self) -> Vec<Headline> {
        let of = |id: &str| self.bars.iter().find(|bar| bar.id == id).map(|bar| bar.measured);
        vec![
            Headline {
                row: "R3-1",
                what: "sustained steps/s",
                theirs: "856.90",
                ours: of("engine.sustained.1000.rate").map(|rate| rate * 10.0),
            },
            Headline { row: "R3-2", what: "1,000 steps, ms", theirs: "1167", ours: of("engine.chain.p50") },
            Headline {
                row: "R3-3",
                what: "growth over 10,000 steps, MB",
                theirs: "<50",
                ours: of("engine.memory.growth"),
            },
            Headline {
                row: "R3-5",
                what: "executions at once",
                theirs: "100+",
                ours: of("engine.memory.at_once").map(|_| 10_000.0),
            },
        ]
    }
}

/// A published figure of another engine, and ours.
#[derive(Clone, Debug, Serialize)]
pub struct Headline {
    /// The requirement it comes from.
    pub row: &'static str,
    /// What it is.
    pub what: &'static str,
    /// What the other engine publishes.
    pub theirs: &'static str,
    /// What this run measured.
    pub ours: Option<f64>,
}
