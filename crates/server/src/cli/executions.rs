//! `tidemill executions`: what a data directory remembers.

use clap::{Args, Subcommand};
use model::{ExecutionId, Status, TenantId};
use store::journal::ExecutionQuery;

use super::{DataArgs, Exit, Settings, data, print};
use crate::routes::executions::{items, list_query};

/// Flags of `executions`.
#[derive(Args)]
pub(super) struct Executions {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List executions, newest first
    List {
        /// Only of this workflow
        #[arg(long, value_name = "ID")]
        workflow: Option<String>,
        /// Only with this status; may be given more than once
        #[arg(long)]
        status: Vec<String>,
        /// How many
        #[arg(long, default_value_t = 20)]
        limit: usize,
        #[command(flatten)]
        at: DataArgs,
    },
    /// Show an execution and its steps
    Show {
        /// The execution
        id: String,
        #[command(flatten)]
        at: DataArgs,
    },
    /// Print the events of an execution, one JSON object per line
    Events {
        /// The execution
        id: String,
        /// Only events after this seq
        #[arg(long, default_value_t = 0)]
        after: u64,
        #[command(flatten)]
        at: DataArgs,
    },
}

impl Executions {
    pub(super) async fn run(self, settings: &Settings) -> anyhow::Result<Exit> {
        match self.command {
            Command::List { workflow, status, limit, at } => {
                let query = ExecutionQuery {
                    workflow: workflow.as_deref().map(str::parse).transpose()?,
                    statuses: status.iter().map(|word| parse_status(word)).collect::<anyhow::Result<_>>()?,
                    limit: limit.clamp(1, 1_000),
                    ..list_query(TenantId::DEFAULT)
                };
                list(query, &at, settings).await
            }
            Command::Show { id, at } => show(id.parse()?, &at, settings).await,
            Command::Events { id, after, at } => {
                let app = data::open(&at, settings, &format!("/api/v1/executions/{id}/events")).await?;
                let mut events = app.engine.events(TenantId::DEFAULT, id.parse()?, after).await?;
                let row = app.engine.row(TenantId::DEFAULT, id.parse()?).await?;
                // What is open does not go on here, so that waiting for more would be for ever.
                let mut left = row.next_seq.saturating_sub(1).saturating_sub(after);
                while left > 0 {
                    let Some(event) = events.next().await? else { break };
                    print::line(&event.json);
                    left -= 1;
                }
                Ok(Exit::Done)
            }
        }
    }
}

fn parse_status(word: &str) -> anyhow::Result<Status> {
    let all = || Status::ALL.map(Status::as_str).join(", ");
    Status::parse(word).ok_or_else(|| anyhow::anyhow!("there is no status {word:?}; there are {}", all()))
}

async fn list(query: ExecutionQuery, at: &DataArgs, settings: &Settings) -> anyhow::Result<Exit> {
    let app = data::open(at, settings, "/api/v1/executions").await?;
    let page = app.journal.list(query).await?;
    let found = items(&app, TenantId::DEFAULT, &page.rows).await.map_err(data::told)?;
    if at.json {
        print::json(&serde_json::json!({ "items": found }));
        return Ok(Exit::Done);
    }
    let rows = found.iter().map(|item| {
        let item = serde_json::to_value(item).unwrap_or_default();
        let text = |pointer: &str| match item.pointer(pointer) {
            Some(serde_json::Value::String(text)) => text.clone(),
            None | Some(serde_json::Value::Null) => String::new(),
            Some(other) => other.to_string(),
        };
        ["/id", "/workflow/name", "/status", "/trigger", "/started_at", "/duration_ms", "/error/code"]
            .map(text)
            .to_vec()
    });
    print::table(&["ID", "WORKFLOW", "STATUS", "TRIGGER", "STARTED", "MS", "ERROR"], rows.collect());
    Ok(Exit::Done)
}

async fn show(id: ExecutionId, at: &DataArgs, settings: &Settings) -> anyhow::Result<Exit> {
    let app = data::open(at, settings, &format!("/api/v1/executions/{id}")).await?;
    let history = app.engine.history(TenantId::DEFAULT, id).await?;
    if at.json {
        print::json(&super::run::history_report(&history));
        return Ok(Exit::Done);
    }
    print::line(&format!("{id}  {}  version {}", history.row.status.as_str(), history.row.version));
    super::run::show_steps(&history.steps);
    print::line("input:");
    print::value(&history.input);
    print::line("output:");
    print::value(&history.output);
    if let Some(error) = &history.error {
        print::line(&format!("error: {}", super::run::told(error)));
    }
    Ok(Exit::Done)
}
