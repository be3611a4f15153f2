//! The product's bars: every claim about speed or memory, measured beside a floor of the same run.
//!
//! A bar compares with something fixed that is measured on the same machine in the same minute (bare SQLite that
//! writes the same rows, a bare axum server, an append with `fdatasync`), because machines differ and are noisy.

mod engine_bars;
mod expression_bars;
mod floor;
mod graphs;
mod load;
mod machine;
mod report;
mod server_bars;
mod store_bars;

use std::path::PathBuf;

pub use load::echo_server;
pub use machine::Machine;
pub use report::{Bar, Headline, Report};

/// What to measure, and with what.
#[derive(Clone, Debug)]
pub struct Options {
    /// Only bars whose id begins with this area: `engine`, `expr`, `store`.
    pub area: Option<String>,
    /// A folder on the disk that is to be measured; files are made in it and removed.
    pub folder: PathBuf,
    /// The program `tidemill`, for the bars of the served product.
    pub program: PathBuf,
    /// Seconds for the sustained bars; 10 unless a quick look is wanted.
    pub seconds: u64,
    /// Seconds of `engine.long_run`; 60 unless a quick look is wanted.
    pub long_seconds: u64,
}

/// Measures the bars of an area, calling `each` as soon as one is known.
///
/// # Errors
/// Something could not be set up; a bar that is short is not an error.
pub fn run(options: &Options, mut each: impl FnMut(&Bar)) -> anyhow::Result<Report> {
    let mut report = Report::new(Machine::read());
    let mut add = |report: &mut Report, bars: Vec<Bar>| {
        for bar in bars {
            each(&bar);
            report.bars.push(bar);
        }
    };
    let wants =
        |area: &str| options.area.as_deref().is_none_or(|wanted| area.starts_with(wanted) || wanted.starts_with(area));
    // Expressions and the store are part of the engine.
    let engine = wants("engine");
    if engine || wants("expr") {
        add(&mut report, expression_bars::all());
    }
    if engine {
        for bars in engine_bars::all() {
            add(&mut report, bars(options)?);
        }
        for bars in server_bars::all() {
            add(&mut report, bars(options)?);
        }
    }
    if engine || wants("store") {
        add(&mut report, store_bars::all(options)?);
    }
    Ok(report)
}
