//! `tidemill doctor`: is the data sound, and is there room for more?

use std::collections::HashSet;

use clap::Args;
use model::{ExecutionId, TenantId};
use serde::Serialize;
use store::journal::{ExecutionQuery, ReadFrom};

use super::{DataArgs, Exit, Settings, data, print};
use crate::App;
use crate::opened::held_by;
use crate::routes::executions::list_query;

/// Free space below which a disk is called short.
const FREE_MIN: u64 = 1 << 30;
/// Bytes of segments read at a time.
const READ_BYTES: usize = 4 << 20;

/// Flags of `doctor`.
#[derive(Args)]
pub(super) struct Doctor {
    #[command(flatten)]
    at: DataArgs,
}

/// What one check found.
#[derive(Serialize)]
struct Finding {
    check: &'static str,
    ok: bool,
    detail: String,
}

fn finding(check: &'static str, ok: bool, detail: impl Into<String>) -> Finding {
    Finding { check, ok, detail: detail.into() }
}

impl Doctor {
    pub(super) async fn run(self, settings: &Settings) -> anyhow::Result<Exit> {
        let config = settings.with_data(self.at.data.as_deref())?;
        let mut found = vec![finding("version", true, env!("CARGO_PKG_VERSION"))];
        found.push(free_space(&config.data));
        match data::open(&self.at, settings, "/healthz").await {
            Ok(app) => {
                found.push(finding("data directory", true, format!("{} is ours alone", config.data.display())));
                found.push(database(&app).await);
                found.push(journal(&app).await);
            }
            Err(error) => {
                let held = held_by(&config.data).is_some();
                let hint = if held { " (stop it to check the data itself)" } else { "" };
                found.push(finding("data directory", held, format!("{error:#}{hint}")));
            }
        }
        let sound = found.iter().all(|finding| finding.ok);
        if self.at.json {
            print::json(&serde_json::json!({"ok": sound, "checks": found}));
        } else {
            for Finding { check, ok, detail } in &found {
                print::line(&format!("{} {check}: {detail}", if *ok { "ok  " } else { "BAD " }));
            }
        }
        Ok(if sound { Exit::Done } else { Exit::Failed })
    }
}

fn free_space(path: &std::path::Path) -> Finding {
    let existing = path.ancestors().find(|path| path.exists()).unwrap_or(std::path::Path::new("."));
    match fs4::available_space(existing) {
        Ok(bytes) => finding("free disk", bytes >= FREE_MIN, format!("{} MB", bytes / 1_000_000)),
        Err(error) => finding("free disk", false, format!("cannot be read: {error}")),
    }
}

async fn database(app: &App) -> Finding {
    let Some(sqlite) = &app.sqlite else { return finding("database", true, "in memory") };
    match sqlite.check().await {
        Ok(()) => {
            finding("database", true, format!("{} bytes, all pages are sound", app.journal.health().database_bytes))
        }
        Err(error) => finding("database", false, format!("{error}; restore a backup")),
    }
}

/// Reads every journal: are its events all there, and has each step one result?
async fn journal(app: &App) -> Finding {
    let (mut executions, mut events, mut wrong) = (0u64, 0u64, Vec::new());
    let mut before = None;
    loop {
        let query = ExecutionQuery { before, limit: 1_000, ..list_query(TenantId::DEFAULT) };
        let page = match app.journal.list(query).await {
            Ok(page) => page,
            Err(error) => return finding("journal", false, error.to_string()),
        };
        for row in &page.rows {
            executions += 1;
            match examine(app, row.id, row.next_seq).await {
                Ok(count) => events += count,
                Err(error) => wrong.push(format!("execution {}: {error:#}", row.id)),
            }
        }
        before = page.rows.last().map(|row| row.id);
        if !page.more || before.is_none() {
            break;
        }
    }
    match wrong.first() {
        None => finding("journal", true, format!("{executions} executions, {events} events, none missing or doubled")),
        Some(first) => finding("journal", false, format!("{} executions are damaged, the first: {first}", wrong.len())),
    }
}

async fn examine(app: &App, id: ExecutionId, next_seq: u64) -> anyhow::Result<u64> {
    let mut last = 0;
    loop {
        let segments = app.journal.read(id, ReadFrom::After(last), READ_BYTES).await?;
        if segments.is_empty() {
            break;
        }
        for segment in segments {
            anyhow::ensure!(segment.seq_from == last + 1, "events {}..{} are missing", last + 1, segment.seq_from);
            last = segment.seq_to;
        }
    }
    anyhow::ensure!(last + 1 == next_seq, "the journal ends at {last}, the row expects {next_seq} next");
    let history = app.engine.history(TenantId::DEFAULT, id).await?;
    let mut seen = HashSet::new();
    for step in &history.steps {
        anyhow::ensure!(seen.insert(step.name.as_str()), "step {} has two results", step.name);
    }
    Ok(last)
}
