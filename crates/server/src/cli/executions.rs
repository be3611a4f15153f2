//! `tidemill executions`: what a data directory remembers, asked of the server that holds it where one does.

use clap::{Args, Subcommand};
use model::{ExecutionId, Object, Status, TenantId, Value};
use store::journal::ExecutionQuery;

use super::client::Client;
use super::{DataArgs, Exit, Settings, control, data, print, tail};
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
    /// Follow an execution: one line per event, until it has ended
    Tail(tail::Tail),
    /// Cancel executions
    Cancel(control::Which),
    /// Stop starting steps of executions until they are resumed
    Pause(control::Which),
    /// Let paused executions go on
    Resume(control::Which),
    /// Reopen executions that ended badly; steps that succeeded do not run again
    Retry(control::Which),
    /// Start a new execution at a step of another, with what came before it
    Fork(control::Fork),
    /// Run an execution's input again, on the same version or another
    Replay(control::Replay),
    /// Send a signal to an execution that waits for it
    Signal(control::Signal),
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
            Command::Tail(tail) => tail.run(settings),
            Command::Cancel(which) => which.run("cancel", settings),
            Command::Pause(which) => which.run("pause", settings),
            Command::Resume(which) => which.run("resume", settings),
            Command::Retry(which) => which.run("retry", settings),
            Command::Fork(fork) => fork.run(settings),
            Command::Replay(replay) => replay.run(settings),
            Command::Signal(signal) => signal.run(settings),
            Command::Events { id, after, at } => {
                if let Some(client) = Client::find(&at, settings)? {
                    return tail::history(&client, &id, after);
                }
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
    let found = match Client::find(at, settings)? {
        Some(client) => client.get(&address(&query))?.get("items").cloned().unwrap_or_default(),
        None => {
            let app = data::open(at, settings, "/api/v1/executions").await?;
            let page = app.journal.list(query).await?;
            let found = items(&app, TenantId::DEFAULT, &page.rows).await.map_err(data::told)?;
            model::json::read(&serde_json::to_vec(&found)?)?
        }
    };
    if at.json {
        print::value(&Value::from(Object::new(vec![("items".into(), found)])));
        return Ok(Exit::Done);
    }
    let rows = found.as_array().unwrap_or_default().iter().map(|item| {
        let text = |path: &str| match path.split('/').try_fold(item, |value, key| value.get(key)) {
            Some(Value::String(text)) => text.to_string(),
            None | Some(Value::Null) => String::new(),
            Some(other) => model::json::to_text(other),
        };
        ["id", "workflow/name", "status", "trigger", "started_at", "duration_ms", "error/code"].map(text).to_vec()
    });
    print::table(&["ID", "WORKFLOW", "STATUS", "TRIGGER", "STARTED", "MS", "ERROR"], rows.collect());
    Ok(Exit::Done)
}

/// Where a server tells the same.
fn address(query: &ExecutionQuery) -> String {
    let mut address = format!("/api/v1/executions?limit={}", query.limit);
    if let Some(workflow) = query.workflow {
        address += &format!("&workflow={workflow}");
    }
    if !query.statuses.is_empty() {
        let words: Vec<&str> = query.statuses.iter().map(|status| status.as_str()).collect();
        address += &format!("&status={}", words.join(","));
    }
    address
}

async fn show(id: ExecutionId, at: &DataArgs, settings: &Settings) -> anyhow::Result<Exit> {
    if let Some(client) = Client::find(at, settings)? {
        return show_from(&client, id, at);
    }
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

/// The same as a server tells it.
fn show_from(client: &Client, id: ExecutionId, at: &DataArgs) -> anyhow::Result<Exit> {
    const REPORT: &[&str] = &["status", "output", "error", "duration_ms"];
    const STEP: &[&str] =
        &["address", "status", "input", "output", "ports", "attempts", "error", "started_at", "duration_ms"];
    let whole = client.get(&format!("/api/v1/executions/{id}"))?;
    let steps = client.get(&format!("/api/v1/executions/{id}/steps"))?;
    let steps = steps.get("items").and_then(Value::as_array).unwrap_or_default();
    let part = |from: &Value, key: &str| from.get(key).cloned().unwrap_or_default();
    let pick =
        |from: &Value, keys: &[&str]| -> Vec<_> { keys.iter().map(|&key| (key.into(), part(from, key))).collect() };
    if at.json {
        let mut entries = vec![("execution_id".into(), Value::from(id.to_string()))];
        entries.extend(pick(&whole, REPORT));
        entries.push((
            "steps".into(),
            steps.iter().map(|step| Value::object(pick(step, STEP))).collect::<Vec<_>>().into(),
        ));
        print::value(&Value::object(entries));
        return Ok(Exit::Done);
    }
    let word = |from: &Value, key: &str| part(from, key).as_str().unwrap_or_default().to_owned();
    print::line(&format!("{id}  {}  version {}", word(&whole, "status"), word(&whole, "version")));
    for step in steps {
        print::note(&format!("  {} {}{}", word(step, "address"), word(step, "status"), tail::details(step)));
    }
    for key in ["input", "output"] {
        print::line(&format!("{key}:"));
        print::value(&part(&whole, key));
    }
    if let Some(error) = whole.get("error").filter(|error| !error.is_null()) {
        print::line(&format!("error: {}", tail::failure(error)));
    }
    Ok(Exit::Done)
}
