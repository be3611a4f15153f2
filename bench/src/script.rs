//! Scripts that measure the page in Chromium, and the figures that they leave.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::Options;

/// A script, from the folder of the source.
pub(crate) struct Script(pub(crate) &'static str);

impl Script {
    /// Whether the source is here: a program alone cannot measure its page.
    pub(crate) fn is_here(&self) -> bool {
        Path::new(self.0).is_file()
    }

    /// Runs it against the program, and reads what it wrote.
    pub(crate) fn run(&self, options: &Options, flags: &[(&str, u32)]) -> anyhow::Result<Value> {
        let script = self.0;
        if !self.is_here() {
            bail!("there is no {script} here: the page is measured from the folder of the source");
        }
        let folder = tempfile::tempdir()?;
        let told = folder.path().join("figures.json");
        let mut command = Command::new("node");
        command.arg(script).arg("--program").arg(&options.program).arg("--json").arg(&told);
        for (flag, value) in flags {
            command.args([flag, value.to_string().as_str()]);
        }
        // Its lines are for whoever waits; the bars go where bars go.
        command.stdout(Stdio::from(std::io::stderr()));
        let status = command.status().context("node cannot be started: install Node 20.19 or newer")?;
        if !status.success() {
            bail!("{script} could not measure: {status}");
        }
        let text = std::fs::read(&told).with_context(|| format!("{script} left no figures"))?;
        Ok(serde_json::from_slice(&text)?)
    }
}
