//! Walking through the page in a browser: against a stand-in for the server, and through the editor of the real program.

use std::env;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{process, web};

/// Names that a Chromium goes by.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
/// How many are walked beside each other: each waits most of its time.
const AT_ONCE: &str = "3";

/// Sees to it that there is a Chromium: installs Debian's where that is possible without asking.
pub(crate) fn browser() -> Result<()> {
    if env::var_os("CHROMIUM").is_some() || NAMES.into_iter().any(|one| process::find(one).is_some()) {
        return Ok(());
    }
    println!("installing chromium");
    process::install("chromium")
        .context("there is no Chromium: run `apt-get install chromium` as root, or name one in CHROMIUM")
}

/// Walks all of them, or the short form. The page and the program have been built; what is walked is the built page.
pub(crate) fn walk(root: &Path, is_long: bool) -> Result<()> {
    let folder = root.join("web");
    web::install(&folder)?;
    process::run(process::cargo(root).args(["build", "--profile", "fast", "--package", "tidemill"]))?;
    let program = root.join("target").join("fast").join("tidemill");
    let mut failed = Vec::new();
    for (script, more) in [("e2e/journeys.mjs", None), ("e2e/editor.mjs", Some(&program))] {
        let mut command = Command::new("node");
        command.current_dir(&folder).args([script, "--at-once", AT_ONCE]);
        command.args((!is_long).then_some("--short"));
        if let Some(program) = more {
            command.args(["--page", "dist", "--program"]).arg(program);
        }
        let status = command.status().context("cannot start node")?;
        if !status.success() {
            failed.push(script);
        }
    }
    if failed.is_empty() { Ok(()) } else { bail!("journeys came short: {}", failed.join(", ")) }
}
