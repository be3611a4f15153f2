//! How long a first `cargo xtask run` takes, from a clean clone until the server is ready: bar `build.first`.
//!
//! The chain cargo → xtask → server is one process (each replaces the one before), so its own times in `/proc` hold
//! everything since the command was typed. A watcher beside it passes the server's output on and looks at those times
//! when the ready line comes. Only a clean build is recorded, and only where `/proc` exists.

use std::fs;
use std::io::{BufRead, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::process;

/// The hidden command that runs the watcher.
pub(crate) const COMMAND: &str = "watch-first-run";
/// Kernel ticks per second in `/proc`, the same on every Linux.
const TICKS: f64 = 100.0;

/// Where the record lies.
pub(crate) fn record(root: &Path) -> PathBuf {
    root.join("target").join("first-run.json")
}

/// The record, if a clean run was measured here.
pub(crate) fn read(root: &Path) -> Result<Option<Value>> {
    let text = process::read_if_there(&record(root))?;
    text.map(|text| serde_json::from_str(&text).context("target/first-run.json is not JSON")).transpose()
}

/// Whether nothing of the server has been compiled yet in this tree.
pub(crate) fn is_clean(root: &Path) -> bool {
    let Ok(built) = fs::read_dir(root.join("target").join("fast").join("deps")) else { return true };
    !built.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libtokio-"))
}

/// Starts the watcher and makes it the standard output of `server`.
pub(crate) fn attach(root: &Path, server: &mut Command) -> Result<()> {
    let mut watcher = Command::new(std::env::current_exe()?);
    watcher.args([COMMAND, &std::process::id().to_string()]).current_dir(root);
    // Its own process group: Ctrl-C reaches the server alone, and what that prints while it stops is still shown.
    let mut watcher = watcher.process_group(0).stdin(Stdio::piped()).spawn().context("cannot start the watcher")?;
    server.stdout(watcher.stdin.take().context("the watcher has no standard input")?);
    Ok(())
}

/// The watcher: passes lines on until there are no more, and records the times of the ready line.
pub(crate) fn watch(root: &Path, arguments: &[String]) -> Result<()> {
    let server = arguments.first().context("the watcher is started by `run`")?;
    let mut recorded = false;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        println!("{line}");
        std::io::stdout().flush()?;
        if !recorded && is_ready_line(&line) {
            recorded = true;
            if let Some(times) = times(server) {
                fs::write(record(root), format!("{:#}\n", times.to_json()))?;
                println!("{}", times.sentence());
            }
        }
    }
    Ok(())
}

/// The line with which the server says that it answers: the one with its address.
fn is_ready_line(line: &str) -> bool {
    line.contains("ready at http")
}

struct Times {
    wall_s: f64,
    cpu_s: f64,
    cores: usize,
}

impl Times {
    fn to_json(&self) -> Value {
        json!({ "wall_s": self.wall_s.round(), "cpu_s": self.cpu_s.round(), "cores": self.cores })
    }

    fn sentence(&self) -> String {
        format!("first run: ready after {:.0} s ({:.0} s of CPU time on {} cores)", self.wall_s, self.cpu_s, self.cores)
    }
}

fn times(server: &str) -> Option<Times> {
    let stat = fs::read_to_string(format!("/proc/{server}/stat")).ok()?;
    let uptime = fs::read_to_string("/proc/uptime").ok()?;
    let (cpu_s, started_s) = parse_stat(&stat)?;
    let now_s: f64 = uptime.split_whitespace().next()?.parse().ok()?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Some(Times { wall_s: now_s - started_s, cpu_s, cores })
}

/// CPU seconds of a process and its awaited children, and when it began (seconds after boot).
fn parse_stat(stat: &str) -> Option<(f64, f64)> {
    // The second field is the program's name in brackets and may hold anything: count from behind it.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |field: usize| fields.get(field - 3)?.parse::<f64>().ok();
    Some(((ticks(14)? + ticks(15)? + ticks(16)? + ticks(17)?) / TICKS, ticks(22)? / TICKS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_behind_a_name_with_brackets_and_spaces() {
        let stat = "7 (a) b) S 1 1 1 0 -1 0 0 0 0 0 100 20 3000 400 20 0 1 0 5000 0 0";
        assert_eq!(parse_stat(stat), Some((35.2, 50.0)));
        assert_eq!(parse_stat("7 (a) S 1"), None);
    }

    #[test]
    fn ready_line_is_the_one_with_the_address() {
        assert!(is_ready_line("Tidemill is ready at http://127.0.0.1:8080/?token=x"));
        assert!(!is_ready_line("http://127.0.0.1:8080 is taken"));
    }
}
