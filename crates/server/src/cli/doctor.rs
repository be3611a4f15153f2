//! `tidemill doctor`: is the data sound, and is there room for more? It changes nothing.
//!
//! Each finding says what is wrong, where, and what to do about it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use clap::Args;
use model::{ExecutionId, StepStatus};
use serde::Serialize;
use store::sqlite::{Examination, Promise};
use store::{ExecutionRow, SqliteOptions, SqliteStore};

use super::{DataArgs, Exit, Settings, print};
use crate::opened::held_by;
use crate::{Config, Opened};

/// Free space below which a disk is called short.
const FREE_MIN: u64 = 1 << 30;
/// Executions whose events are read at a time.
const CHUNK: usize = 500;
/// Findings of one check that are shown.
const SHOWN: usize = 20;

/// Flags of `doctor`.
#[derive(Args)]
pub(super) struct Doctor {
    #[command(flatten)]
    at: DataArgs,
}

/// Something that is wrong.
#[derive(Debug, Serialize)]
struct Finding {
    what: String,
    #[serde(rename = "where")]
    place: String,
    remedy: &'static str,
}

/// What one check found: nothing, or where its promise is broken.
#[derive(Debug, Serialize)]
struct Check {
    check: &'static str,
    ok: bool,
    detail: String,
    findings: Vec<Finding>,
}

impl Check {
    fn good(check: &'static str, detail: impl Into<String>) -> Self {
        Self { check, ok: true, detail: detail.into(), findings: Vec::new() }
    }

    fn bad(check: &'static str, findings: Vec<Finding>) -> Self {
        let detail = match findings.len() {
            1 => "1 finding".into(),
            count => format!("{count} findings"),
        };
        Self { check, ok: findings.is_empty(), detail, findings }
    }

    fn one_bad(check: &'static str, place: &Path, what: String, remedy: &'static str) -> Self {
        Self::bad(check, vec![Finding { what, place: place.display().to_string(), remedy }])
    }

    fn print(&self) {
        let Self { check, ok, detail, findings } = self;
        print::line(&format!("{} {check}: {detail}", if *ok { "ok  " } else { "BAD " }));
        for Finding { what, place, remedy } in findings.iter().take(SHOWN) {
            print::line(&format!("       {place}: {what}\n         -> {remedy}"));
        }
        if findings.len() > SHOWN {
            print::line(&format!("       and {} more; --json shows them", findings.len() - SHOWN));
        }
    }
}

impl Doctor {
    pub(super) async fn run(self, settings: &Settings) -> anyhow::Result<Exit> {
        let config = settings.with_data(self.at.data.as_deref())?;
        let mut checks =
            vec![Check::good("version", env!("CARGO_PKG_VERSION")), free_space(&config.data), sandbox(&config)];
        if config.memory {
            checks.push(Check::good("data directory", "none: everything is in memory"));
        } else {
            match (open(&config).await, held_by(&config.data)) {
                (Ok(sqlite), _) => {
                    let detail = format!("{} is held by nobody else", config.data.display());
                    checks.push(Check::good("data directory", detail));
                    checks.extend(store(&sqlite, &config.data).await);
                    checks.push(steps(&sqlite, &config).await);
                }
                (Err(_), Some(url)) => {
                    let detail = format!("a server at {url} holds it; stop that to check the data itself");
                    checks.push(Check::good("data directory", detail));
                }
                (Err(error), None) => {
                    let remedy =
                        "--data names another directory; `tidemill migrate` takes an older one to this version";
                    checks.push(Check::one_bad("data directory", &config.data, format!("{error:#}"), remedy));
                }
            }
        }
        let sound = checks.iter().all(|check| check.ok);
        if self.at.json {
            print::json(&serde_json::json!({"ok": sound, "checks": checks}));
        } else {
            checks.iter().for_each(Check::print);
        }
        Ok(if sound { Exit::Done } else { Exit::Failed })
    }
}

fn free_space(path: &Path) -> Check {
    let existing = path.ancestors().find(|path| path.exists()).unwrap_or(Path::new("."));
    let remedy = "make room, or move the data directory to a larger disk: writes are refused once it is full";
    match fs4::available_space(existing) {
        Ok(bytes) if bytes >= FREE_MIN => Check::good("free disk", format!("{} MB", bytes / 1_000_000)),
        Ok(bytes) => Check::one_bad("free disk", existing, format!("{} MB are left", bytes / 1_000_000), remedy),
        Err(error) => {
            Check::one_bad("free disk", existing, format!("it cannot be asked for its space: {error}"), remedy)
        }
    }
}

/// Whether the process of JavaScript nodes is kept from everything: it tries.
fn sandbox(config: &Config) -> Check {
    const CHECK: &str = "javascript sandbox";
    const REMEDY: &str = "run where the kernel has seccomp; else JavaScript nodes refuse, unless js.allow_unsandboxed \
                          trusts whoever writes workflows with this machine";
    let place = Path::new("the process of JavaScript nodes");
    let attempts = match nodes::js::self_test(&config.js) {
        Ok(attempts) if !attempts.is_empty() => attempts,
        Ok(_) => return Check::one_bad(CHECK, place, "it ended without a word".into(), REMEDY),
        Err(error) => return Check::one_bad(CHECK, place, format!("it cannot be started: {error}"), REMEDY),
    };
    let done = attempts.iter().filter(|attempt| !attempt.is_denied);
    let findings: Vec<_> = done
        .map(|attempt| Finding {
            what: format!("it could {}", attempt.what),
            place: place.display().to_string(),
            remedy: REMEDY,
        })
        .collect();
    if findings.is_empty() {
        Check::good(CHECK, format!("{} attempts to break out, all denied", attempts.len()))
    } else {
        Check::bad(CHECK, findings)
    }
}

async fn open(config: &Config) -> anyhow::Result<Arc<SqliteStore>> {
    let data = config.data.clone();
    let open = move || SqliteStore::open_read_only(&data, SqliteOptions::default());
    Ok(Arc::new(tokio::task::spawn_blocking(open).await??))
}

/// What the store can check itself: a check for each of its promises.
async fn store(sqlite: &SqliteStore, data: &Path) -> Vec<Check> {
    let Examination { executions, events, bodies, flaws, more } = match sqlite.examine().await {
        Ok(found) => found,
        Err(error) => {
            let remedy = Promise::Pages.remedy();
            return vec![Check::one_bad("pages", data, format!("the database cannot be read: {error}"), remedy)];
        }
    };
    if more > 0 {
        tracing::warn!(more, "there are more findings than are kept");
    }
    let check = |promise: Promise| {
        let of_it = flaws.iter().filter(|flaw| flaw.promise == promise);
        let findings: Vec<_> = of_it
            .map(|flaw| Finding { what: flaw.detail.clone(), place: flaw.place.clone(), remedy: promise.remedy() })
            .collect();
        let good = match promise {
            Promise::Pages => "all pages and indexes are sound".to_owned(),
            Promise::Segments => format!("{executions} executions, {events} events, none missing or doubled"),
            Promise::Owner => "whatever is open goes on or wakes".into(),
            Promise::Belonging => "nothing is left of what is gone".into(),
            Promise::Bodies => format!("{bodies} bodies are whole"),
            Promise::Statistics => "they are those of a recount".into(),
        };
        if findings.is_empty() { Check::good(promise.as_str(), good) } else { Check::bad(promise.as_str(), findings) }
    };
    Promise::ALL.map(check).into()
}

/// Reads every journal event by event: can each be folded, and has each step one result?
async fn steps(sqlite: &Arc<SqliteStore>, config: &Config) -> Check {
    const REMEDY: &str = "restore a backup from before; without one this execution is lost";
    let opened = match Opened::over(sqlite.clone(), sqlite.clone(), config).await {
        Ok(opened) => opened,
        Err(error) => return Check::one_bad("steps", &config.data, format!("{error:#}"), REMEDY),
    };
    let (mut count, mut findings) = (0, Vec::new());
    let mut after = ExecutionId(0);
    loop {
        let rows = match sqlite.walk(after, CHUNK).await {
            Ok(rows) => rows,
            Err(error) => {
                let place = "the table of executions".into();
                findings.push(Finding { what: error.to_string(), place, remedy: REMEDY });
                break;
            }
        };
        let Some(last) = rows.last() else { break };
        after = last.id;
        for row in &rows {
            match examine(&opened, row).await {
                Ok(steps) => count += steps,
                Err(error) => {
                    let (what, place) = (format!("{error:#}"), format!("execution {}", row.id));
                    findings.push(Finding { what, place, remedy: REMEDY });
                }
            }
        }
    }
    if findings.is_empty() {
        Check::good("steps", format!("{count} steps, one result each"))
    } else {
        Check::bad("steps", findings)
    }
}

/// How many steps an execution has recorded.
async fn examine(opened: &Opened, row: &ExecutionRow) -> anyhow::Result<usize> {
    if row.next_seq == 1 {
        return Ok(0);
    }
    let history = opened.engine.history(row.tenant, row.id).await?;
    let mut seen = HashMap::new();
    for step in &history.steps {
        // What failed runs again when a person takes the execution up.
        let before = seen.insert(step.name.as_str(), step.status);
        anyhow::ensure!(before.is_none_or(|it| it == StepStatus::Failed), "step {} has two results", step.name);
    }
    opened.engine.examine(row.tenant, row.id).await?;
    Ok(history.steps.len())
}
