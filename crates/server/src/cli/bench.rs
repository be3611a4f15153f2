//! `tidemill bench`: this machine's figures beside those that other engines publish.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;

use super::{Exit, print};

/// Flags of `bench`.
#[derive(Args)]
pub(super) struct Bench {
    /// Fail if a figure is short of its bar
    #[arg(long)]
    bars: bool,
    /// Only this area (engine, expr, store) or this group (engine.webhook)
    #[arg(long)]
    area: Option<String>,
    /// Only the group of this very id, in this process
    #[arg(long, hide = true)]
    group: Option<String>,
    /// Write the figures to this file as JSON
    #[arg(long, value_name = "PATH")]
    json: Option<PathBuf>,
    /// A folder on the disk to measure
    #[arg(long, value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// Measure each for a short time only
    #[arg(long)]
    quick: bool,
    /// Only serve what the webhook is compared with
    #[arg(long, hide = true)]
    echo: bool,
}

impl Bench {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        if self.echo {
            return echo();
        }
        let options = bench::Options {
            area: self.area.clone(),
            group: self.group.clone(),
            folder: self.folder.clone(),
            program: std::env::current_exe().context("the path of this program is not known")?,
            quick: self.quick,
            seconds: if self.quick { 2 } else { 10 },
            rounds: if self.quick { 2 } else { 5 },
            long_seconds: if self.quick { 5 } else { 60 },
        };
        let report = bench::run(&options, |bar| print::line(&bar.to_string()))?;
        let headlines = report.headlines();
        let row = |line: &bench::Headline| {
            let ours = line.ours.map_or_else(|| "not measured".to_owned(), |figure| format!("{figure:.2}"));
            vec![line.row.to_owned(), line.what.to_owned(), line.theirs.to_owned(), ours]
        };
        print::line("");
        print::table(&["ROW", "WHAT", "PUBLISHED ELSEWHERE", "HERE"], headlines.iter().map(row).collect());
        if let Some(path) = &self.json {
            let text = serde_json::to_string_pretty(&report)? + "\n";
            std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))?;
        }
        Ok(if self.bars && !report.is_ok() { Exit::Failed } else { Exit::Done })
    }
}

/// Serves a bare echo until the process ends.
fn echo() -> anyhow::Result<Exit> {
    super::block_on(async {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        print::line(&format!("echo at http://{}/echo", listener.local_addr()?));
        bench::echo_server(listener).await?;
        Ok(Exit::Done)
    })
}
