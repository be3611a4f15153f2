//! The product's bars: every claim about speed or memory, measured beside a floor of the same run.
//!
//! A bar compares with something fixed that is measured on the same machine in the same minute (bare SQLite that
//! writes the same rows, a bare axum server, an append with `fdatasync`), because machines differ and are noisy.

mod document_bars;
mod due_bars;
mod editor_bars;
mod effects_bars;
mod engine_bars;
mod expression_bars;
mod floor;
mod graphs;
mod js;
mod list_bars;
mod load;
mod machine;
mod page_bars;
mod recover_bars;
mod report;
mod room_bars;
mod script;
mod server_bars;
mod store_bars;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

pub use load::echo_server;
pub use machine::Machine;
pub use report::{Bar, Headline, Report};

/// What to measure, and with what.
#[derive(Clone, Debug)]
pub struct Options {
    /// Only bars of this area, or the group of this id: `engine`, `expr`, `engine.webhook`, `editor`, `documents`.
    /// Expressions and the store are part of the engine.
    pub area: Option<String>,
    /// Only the group of this very id, in this process.
    pub group: Option<String>,
    /// A folder on the disk that is to be measured; files are made in it and removed.
    pub folder: PathBuf,
    /// The program `tidemill`, for the bars of the served product.
    pub program: PathBuf,
    /// Seconds for the sustained bars; 10 unless a quick look is wanted.
    pub seconds: u64,
    /// How often what is compared with a floor is measured, in turns with it; the best of each counts, since whatever
    /// else the machine does only ever takes time away. 5 unless a quick look is wanted.
    pub rounds: u32,
    /// Whether a quick look is wanted.
    pub quick: bool,
    /// Seconds of `engine.long_run`; 60 unless a quick look is wanted.
    pub long_seconds: u64,
}

/// Bars that are measured together.
#[derive(Clone, Copy)]
pub(crate) struct Group {
    id: &'static str,
    measure: fn(&Options) -> anyhow::Result<Vec<Bar>>,
}

impl Group {
    fn is_in(&self, wanted: &str) -> bool {
        let is_below = |id: &str| id.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        wanted == self.area() || is_below(self.id)
    }

    /// The area it is measured with: what the engine does with steps that call and wait is one of its own.
    fn area(&self) -> &'static str {
        let first = self.id.split('.').next().unwrap_or_default();
        match first {
            document_bars::AREA => document_bars::AREA,
            editor_bars::AREA => editor_bars::AREA,
            "effects" | "loops" | "js" | "recover" => "effects",
            _ => "engine",
        }
    }
}

fn is_of(groups: &[Group], id: &str) -> bool {
    groups.iter().any(|group| group.id == id)
}

fn groups() -> Vec<Group> {
    [
        expression_bars::GROUPS,
        engine_bars::GROUPS,
        server_bars::GROUPS,
        store_bars::GROUPS,
        effects_bars::GROUPS,
        due_bars::GROUPS,
        recover_bars::GROUPS,
        js::GROUPS,
        editor_bars::GROUPS,
        list_bars::GROUPS,
        document_bars::GROUPS,
        room_bars::GROUPS,
        page_bars::GROUPS,
    ]
    .concat()
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
    let mut wanted = groups();
    match &options.group {
        Some(id) => wanted.retain(|group| group.id == id),
        None => wanted.retain(|group| match &options.area {
            Some(wanted) => group.is_in(wanted),
            // Whoever has the program only measures all but its page.
            None => match group.id {
                editor_bars::AREA => editor_bars::SCRIPT.is_here(),
                id => !is_of(page_bars::GROUPS, id) || page_bars::SCRIPT.is_here(),
            },
        }),
    }
    for group in &wanted {
        let bars = if options.group.is_some() { (group.measure)(options)? } else { apart(group, options)? };
        add(&mut report, bars);
    }
    Ok(report)
}

/// Measures a group in a process of its own: what others left in memory would count as its own.
fn apart(group: &Group, options: &Options) -> anyhow::Result<Vec<Bar>> {
    let folder = tempfile::tempdir()?;
    let told = folder.path().join("report.json");
    let mut command = Command::new(&options.program);
    command.args(["bench", "--group", group.id, "--folder"]).arg(&options.folder).arg("--json").arg(&told);
    if options.quick {
        command.arg("--quick");
    }
    let status = command.stdout(Stdio::null()).status().with_context(|| format!("measuring {}", group.id))?;
    if !status.success() {
        bail!("{} could not be measured: {status}", group.id);
    }
    let text = std::fs::read(&told).with_context(|| format!("the figures of {}", group.id))?;
    Ok(serde_json::from_value(serde_json::from_slice::<serde_json::Value>(&text)?["bars"].take())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_selects_its_groups_and_the_engine_selects_all() {
        let ids = |wanted: &str| {
            groups().iter().filter(|group| group.is_in(wanted)).map(|group| group.id).collect::<Vec<_>>()
        };
        let areas = ["engine", "effects", "editor", "documents"];
        assert_eq!(areas.map(|area| ids(area).len()).iter().sum::<usize>(), groups().len());
        assert_eq!(ids("editor"), ["editor"]);
        assert_eq!(ids("expr"), ["expr"]);
        assert_eq!(ids("engine.chain"), ["engine.chain"]);
        assert!(ids("engine.cha").is_empty(), "half a name is none");
    }
}
