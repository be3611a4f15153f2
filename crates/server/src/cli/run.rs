//! `tidemill run` and `tidemill validate`: workflow files without a server.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use engine::{Ended, EngineError, History, Program, Source, Start, StepView};
use indicatif::{ProgressBar, ProgressStyle};
use model::{Graph, Problem, Severity, Status, StepStatus, TenantId, Value};
use nodes::Registry;
use serde::Serialize;

use super::{Exit, Settings, file, print};
use crate::error::GraphProblem;
use crate::routes::executions::Failure;
use crate::{Opened, workflows};

/// Flags of `run`.
#[derive(Args)]
pub(super) struct Run {
    /// The workflow: a JSON or YAML file, or - for standard input
    file: String,
    /// What the workflow gets: JSON, or @file
    #[arg(long, value_name = "JSON|@FILE")]
    input: Option<String>,
    /// The trigger or node to start at
    #[arg(long, value_name = "NODE")]
    start: Option<String>,
    /// Print status, output and every step as JSON
    #[arg(long)]
    json: bool,
    /// Keep the execution in this data directory; without it nothing is left
    #[arg(long, value_name = "DIR")]
    data: Option<String>,
}

/// What `run --json` prints.
#[derive(Serialize)]
struct Report {
    execution_id: String,
    status: &'static str,
    output: Value,
    error: Option<Failure>,
    duration_ms: f64,
    steps: Vec<StepReport>,
}

#[derive(Serialize)]
struct StepReport {
    address: String,
    status: &'static str,
    input: Value,
    output: Value,
    ports: Vec<String>,
    attempts: u32,
    error: Option<Failure>,
    started_at: Option<String>,
    duration_ms: Option<f64>,
}

impl Run {
    pub(super) async fn run(self, settings: &Settings) -> anyhow::Result<Exit> {
        let input = file::input(self.input.as_deref())?;
        let graph = match read_graph(&self.file) {
            Ok(Ok(graph)) => graph,
            Ok(Err(problem)) => return Ok(self.invalid(&[problem])),
            Err(error) if self.json => return Ok(self.invalid(&[unreadable(&self.file, &error)])),
            Err(error) => return Err(error),
        };
        let config = settings.with_data(self.data.as_deref())?;
        let opened = if self.data.is_some() { Opened::open(&config).await? } else { Opened::memory(&config).await? };
        opened.engine.begin_waking();
        let total = graph.nodes.len();
        let start = Start {
            from: self.start.as_deref().map(Into::into),
            trigger: "cli",
            ..Start::new(Source::AdHoc(graph), input)
        };
        let ended = match self.watch(&opened, start, total).await {
            Err(EngineError::Invalid(problems)) => return Ok(self.invalid(&problems)),
            ended => ended?,
        };
        let history = opened.engine.history(TenantId::DEFAULT, ended.execution).await?;
        opened.engine.drain(Duration::from_secs(1)).await;
        if self.json {
            print::json(&history_report(&history));
        } else {
            show(&ended, &history);
        }
        Ok(if ended.status == Status::Succeeded { Exit::Done } else { Exit::Failed })
    }

    fn invalid(&self, problems: &[Problem]) -> Exit {
        if self.json {
            let list: Vec<GraphProblem> = problems.iter().map(GraphProblem::from).collect();
            print::json(&serde_json::json!({"status": "invalid", "problems": list}));
        } else {
            tell(&self.file, problems);
        }
        Exit::Invalid
    }

    /// Runs to the end; a bar shows how far it is when somebody watches.
    async fn watch(&self, opened: &Opened, start: Start, total: usize) -> Result<Ended, EngineError> {
        if self.json || !print::is_watched() {
            return opened.engine.run(start).await;
        }
        let bar = ProgressBar::new(total as u64);
        let style = ProgressStyle::with_template("{spinner} {pos}/{len} steps {wide_bar} {elapsed}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let accepted = opened.engine.start(start).await?;
        if let Some(ended) = accepted.ended {
            bar.finish_and_clear();
            return Ok(ended);
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        let mut events = opened.engine.events(TenantId::DEFAULT, accepted.execution, 0).await?;
        while let Some(event) = events.next().await? {
            if event.kind.starts_with("step_") && event.kind != "step_started" {
                bar.inc(1);
            }
        }
        bar.finish_and_clear();
        opened.engine.wait(TenantId::DEFAULT, accepted.execution).await
    }
}

/// The graph of a file, or the problem that keeps it from being one.
fn read_graph(name: &str) -> anyhow::Result<Result<Graph, Problem>> {
    let document = file::read(name)?;
    Ok(Graph::from_value(&workflows::document(&document))
        .map_err(|error| Problem::error("invalid_shape", error.message.clone()).at_path(error.path)))
}

/// Why a file is not even a value, as a problem among others.
fn unreadable(name: &str, error: &anyhow::Error) -> Problem {
    let text = format!("{error:#}");
    let message = text.strip_prefix(&format!("{name}: ")).unwrap_or(&text);
    Problem::error("unreadable_file", message)
}

#[expect(clippy::cast_precision_loss, reason = "durations are far below 2^53 µs")]
fn milliseconds(us: u64) -> f64 {
    us as f64 / 1_000.0
}

/// An execution with its steps, as `--json` prints it.
pub(super) fn history_report(history: &History) -> impl Serialize + use<> {
    let mut steps: Vec<&StepView> = history.steps.iter().collect();
    // By node id, then by iteration as numbers: the order does not depend on which branch was faster.
    steps.sort_by(|a, b| (&a.node, &a.address.path).cmp(&(&b.node, &b.address.path)));
    Report {
        execution_id: history.row.id.to_string(),
        status: history.row.status.as_str(),
        output: history.output.clone(),
        error: history.error.as_ref().map(Failure::from),
        duration_ms: milliseconds(history.row.duration_us),
        steps: steps.into_iter().map(step_report).collect(),
    }
}

fn step_report(step: &StepView) -> StepReport {
    let ran = step.attempts > 0;
    StepReport {
        address: step.name.clone(),
        status: step.status.as_str(),
        input: step.input.clone(),
        output: step.output.clone(),
        ports: step.ports.iter().map(ToString::to_string).collect(),
        attempts: step.attempts,
        error: step.error.as_ref().map(Failure::from),
        started_at: ran.then(|| crate::app::instant_text(step.started_us)),
        duration_ms: ran.then(|| milliseconds(step.duration_us)),
    }
}

fn show(ended: &Ended, history: &History) {
    show_steps(&history.steps);
    print::note(&format!("{} in {:.2} ms", ended.status.as_str(), milliseconds(ended.duration_us)));
    if ended.status == Status::Succeeded {
        print::value(&ended.output);
    } else if let Some(error) = &ended.error {
        print::error(&told(error));
    }
}

/// An error in one line.
pub(super) fn told(error: &model::ErrorInfo) -> String {
    let model::ErrorInfo { code, message, node } = error;
    if node.is_empty() { format!("{code}: {message}") } else { format!("{code} at {node}: {message}") }
}

/// Prints a line for each step beside the output.
pub(super) fn show_steps(steps: &[StepView]) {
    for step in steps {
        let mark = match step.status {
            StepStatus::Succeeded => "✓",
            StepStatus::Failed => "✗",
            StepStatus::Skipped | StepStatus::Disabled => "–",
            StepStatus::Canceled => "○",
        };
        let port = if step.ports.is_empty() { String::new() } else { format!(" → {}", step.ports.join(", ")) };
        let took = if step.attempts > 0 { format!(" {:.2} ms", milliseconds(step.duration_us)) } else { String::new() };
        print::note(&format!("{mark} {} {}{took}{port}", step.name, step.status.as_str()));
        if let Some(error) = &step.error {
            print::note(&format!("  {}: {}", error.code, error.message));
        }
    }
}

/// Prints problems: code, place, message, and what to do.
fn tell(name: &str, problems: &[Problem]) {
    for problem in problems {
        let place = match (&problem.node, &problem.edge) {
            (Some(node), _) => format!(" node {node}"),
            (None, Some(edge)) => format!(" edge {edge}"),
            (None, None) => String::new(),
        };
        let path = problem.path.as_ref().map(|path| format!(" at {path}")).unwrap_or_default();
        let severity = match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        print::line(&format!("{name}: {severity}[{}]{place}{path}: {}", problem.code, problem.message));
        if let Some(suggestion) = &problem.suggestion {
            print::line(&format!("  {suggestion}"));
        }
    }
}

/// Flags of `validate`.
#[derive(Args)]
pub(super) struct Validate {
    /// Workflow files: JSON or YAML, or - for standard input
    #[arg(required = true)]
    files: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Checked {
    file: String,
    valid: bool,
    problems: Vec<GraphProblem>,
}

impl Validate {
    pub(super) fn run(self) -> Exit {
        let registry = Arc::new(Registry::standard());
        let mut checked = Vec::new();
        for name in &self.files {
            let (valid, problems) = check(name, &registry);
            if !self.json {
                tell(name, &problems);
                let nodes = if valid { "valid" } else { "not valid" };
                print::line(&format!("{name}: {nodes}"));
            }
            checked.push(Checked {
                file: name.clone(),
                valid,
                problems: problems.iter().map(GraphProblem::from).collect(),
            });
        }
        if self.json {
            print::json(&checked);
        }
        if checked.iter().all(|one| one.valid) { Exit::Done } else { Exit::Invalid }
    }
}

fn check(name: &str, registry: &Arc<Registry>) -> (bool, Vec<Problem>) {
    match read_graph(name) {
        Err(error) => (false, vec![unreadable(name, &error)]),
        Ok(Err(problem)) => (false, vec![problem]),
        Ok(Ok(graph)) => match Program::compile(graph, registry.clone()) {
            Ok(program) => (true, program.problems().to_vec()),
            Err(problems) => (false, problems),
        },
    }
}
