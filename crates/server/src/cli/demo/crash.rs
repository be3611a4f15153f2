//! `tidemill demo crash`: five slow steps that each call another system; the server is killed in the third and started
//! again, and what the other system saw is held against what was promised.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use model::Value;
use serde::Serialize;

use super::ledger::{self, Call, News};
use super::own_server::OwnServer;
use crate::cli::{Exit, print};

const STEPS: usize = 5;
/// The step in which the server is killed.
const KILLED_IN: &str = "step-3";
/// Time without news from the other system after which something is wrong, beside what a step takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Flags of `demo crash`.
#[derive(Args)]
pub(in crate::cli) struct Crash {
    /// Data directory for the server [default: a new one, removed at the end]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Seconds that each step takes
    #[arg(long, value_name = "SECONDS", default_value_t = 2.0)]
    slow: f64,
    /// Open the page of the execution in a browser
    #[arg(long)]
    open: bool,
    /// Leave the server running at the end, until Ctrl-C
    #[arg(long)]
    stay: bool,
    /// Print what happened as JSON
    #[arg(long)]
    json: bool,
}

/// What a step came to: by the other system's book, and by the journal.
#[derive(Debug, Default, Serialize, PartialEq, Eq)]
struct StepSeen {
    calls: usize,
    /// Different keys among the calls.
    keys: Vec<String>,
    /// Entries booked.
    booked: usize,
    /// Status in the journal.
    status: String,
}

/// What happened.
#[derive(Debug, Serialize)]
struct Report {
    execution: String,
    status: String,
    killed_in: &'static str,
    restart_ms: u128,
    steps: BTreeMap<String, StepSeen>,
    /// Whether everything promised was kept.
    kept: bool,
}

impl Crash {
    pub(in crate::cli) fn run(self) -> anyhow::Result<Exit> {
        if !(0.01..=3_600.0).contains(&self.slow) {
            bail!("--slow takes seconds from 0.01 to 3600, not {}", self.slow);
        }
        let own = NewFolder::unless(self.data.is_some())?;
        let data = self.data.clone().or_else(|| own.as_ref().map(|own| own.0.clone())).context("a data directory")?;
        std::fs::create_dir_all(&data).with_context(|| format!("{} cannot be made", data.display()))?;
        let data = data.canonicalize()?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let (tell, news) = channel();
        let ledger = runtime.block_on(ledger::serve(Duration::from_secs_f64(self.slow), tell))?;
        let server = OwnServer::start(&data)?;
        self.say(&format!("Another system keeps a ledger at http://{ledger}: each call takes {} s.", self.slow));
        self.say(&format!("A server runs as process {}, its data in {}.", server.id(), data.display()));
        let execution = begin(&server, &format!("http://{ledger}"))?;
        let page = server.page(&format!("/executions/{execution}"));
        self.say(&format!("Watch it: {page}\n"));
        if self.open && !open(&page) {
            print::note("no browser could be opened; open the link above");
        }
        let (mut server, calls) = self.watch(server, &news)?;
        let report = report(&server, &execution, &calls)?;
        self.tell(&report);
        if self.stay {
            self.say("\nThe server stays until Ctrl-C.");
            // Interrupted from a keyboard, the server is too and ends in good order.
            drop(runtime.block_on(tokio::signal::ctrl_c()));
            server.wait();
        }
        Ok(if report.kept { Exit::Done } else { Exit::Failed })
    }

    fn say(&self, text: &str) {
        if !self.json {
            print::line(text);
        }
    }

    /// Follows the calls to the last answer; kills the server in the middle of the third and starts it again.
    fn watch(&self, mut server: OwnServer, news: &Receiver<News>) -> anyhow::Result<(OwnServer, Vec<Call>)> {
        let patience = PATIENCE + Duration::from_secs_f64(self.slow);
        let mut calls: Vec<Call> = Vec::new();
        let mut killed = false;
        loop {
            match news.recv_timeout(patience).context("the ledger hears nothing more: the execution does not go on")? {
                News::Called(call) => {
                    let again = calls.iter().any(|other| other.step == call.step);
                    let times = if again { "called AGAIN" } else { "called" };
                    let booked = if call.is_known { "the same key: booked already" } else { "booked" };
                    self.say(&format!(
                        "  {}  {times}, attempt {}, key {}: {booked}",
                        call.step, call.attempt, call.key
                    ));
                    let is_time = call.step == KILLED_IN && !killed;
                    calls.push(call);
                    if is_time {
                        killed = true;
                        std::thread::sleep(Duration::from_secs_f64(self.slow / 2.0));
                        server = self.crash(server)?;
                    }
                }
                News::Answered { step } if step == format!("step-{STEPS}") => return Ok((server, calls)),
                News::Answered { .. } => {}
            }
        }
    }

    fn crash(&self, mut server: OwnServer) -> anyhow::Result<OwnServer> {
        server.kill()?;
        self.say(&format!("\n  process {} killed (SIGKILL) while {KILLED_IN} was under way", server.id()));
        let again = server.again()?;
        self.say(&format!("  started again as process {}, ready after {} ms\n", again.id(), again.took.as_millis()));
        Ok(again)
    }

    fn tell(&self, report: &Report) {
        if self.json {
            print::json(report);
            return;
        }
        print::line(&format!("\nExecution {} {}.", report.execution, report.status));
        let rows = report.steps.iter().map(|(step, seen)| {
            vec![
                step.clone(),
                seen.status.clone(),
                seen.calls.to_string(),
                seen.keys.len().to_string(),
                seen.booked.to_string(),
            ]
        });
        print::table(&["STEP", "STATUS", "CALLS", "KEYS", "BOOKED"], rows.collect());
        if report.kept {
            print::line(
                "\nWhat was recorded ran once. What was under way ran again with its key, and was booked once.",
            );
        } else {
            print::error("a promise was not kept: see the table");
        }
    }
}

/// Stores the workflow and starts it.
fn begin(server: &OwnServer, ledger: &str) -> anyhow::Result<String> {
    let client = server.client()?;
    let workflow = client.post("/api/v1/workflows", &model::json::read(graph(ledger).as_bytes())?)?;
    let id = workflow.get("id").and_then(Value::as_str).context("the workflow has an id")?;
    let started = client.post(&format!("/api/v1/workflows/{id}/execute"), &model::json::read(b"{}")?)?;
    let execution = started.get("execution_id").and_then(Value::as_str).context("the execution has an id")?;
    Ok(execution.to_owned())
}

/// Five calls in a row.
fn graph(ledger: &str) -> String {
    let (mut nodes, mut edges) =
        (vec![r#"{"id":"start","type":"manual","data":{"label":"Start"}}"#.to_owned()], vec![]);
    let mut before = "start".to_owned();
    for number in 1..=STEPS {
        let id = format!("step-{number}");
        nodes.push(format!(
            r#"{{"id":"{id}","type":"http","data":{{"label":"Step {number}","method":"POST","url":"{ledger}/{id}","timeout":"1h","body":"{{{{ {{ step: {number} }} }}}}"}}}}"#
        ));
        edges.push(format!(r#"{{"source":"{before}","target":"{id}"}}"#));
        before = id;
    }
    format!(r#"{{"name":"Survives a crash","nodes":[{}],"edges":[{}]}}"#, nodes.join(","), edges.join(","))
}

/// Holds what the ledger saw and what the journal says against the promise.
fn report(server: &OwnServer, execution: &str, calls: &[Call]) -> anyhow::Result<Report> {
    let client = server.client()?;
    let path = format!("/api/v1/executions/{execution}");
    let mut whole = client.get(&path)?;
    // The last answer is on its way; a demonstration that waits in vain says so.
    let mut tries = 0;
    while whole.get("finished_at").is_none_or(Value::is_null) && tries < 600 {
        std::thread::sleep(Duration::from_millis(50));
        whole = client.get(&path)?;
        tries += 1;
    }
    let steps = client.get(&format!("{path}/steps"))?;
    let mut seen: BTreeMap<String, StepSeen> = BTreeMap::new();
    for step in steps.get("items").and_then(Value::as_array).unwrap_or_default() {
        let word = |key: &str| step.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        if word("address") != "start" {
            seen.insert(word("address"), StepSeen { status: word("status"), ..StepSeen::default() });
        }
    }
    for call in calls {
        let step = seen.entry(call.step.clone()).or_default();
        step.calls += 1;
        step.booked += usize::from(!call.is_known);
        if !step.keys.contains(&call.key) {
            step.keys.push(call.key.clone());
        }
    }
    let status = whole.get("status").and_then(Value::as_str).unwrap_or("unknown").to_owned();
    let kept =
        status == "succeeded" && seen.len() == STEPS && seen.iter().all(|(step, seen)| is_as_promised(step, seen));
    Ok(Report {
        execution: execution.to_owned(),
        status,
        killed_in: KILLED_IN,
        restart_ms: server.took.as_millis(),
        steps: seen,
        kept,
    })
}

fn is_as_promised(step: &str, seen: &StepSeen) -> bool {
    let calls = if step == KILLED_IN { 2 } else { 1 };
    seen.status == "succeeded" && seen.calls == calls && seen.keys.len() == 1 && seen.booked == 1
}

/// Opens a link in the browser of this machine's desktop.
fn open(link: &str) -> bool {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let quiet = std::process::Stdio::null;
    std::process::Command::new(program).arg(link).stdout(quiet()).stderr(quiet()).spawn().is_ok()
}

/// A new folder for the time of a demonstration.
struct NewFolder(PathBuf);

impl NewFolder {
    fn unless(given: bool) -> anyhow::Result<Option<Self>> {
        if given {
            return Ok(None);
        }
        let path = std::env::temp_dir().join(format!("tidemill-demo-{}", &crate::auth::new_secret()[..12]));
        std::fs::create_dir(&path).with_context(|| format!("{} cannot be made", path.display()))?;
        Ok(Some(Self(path)))
    }
}

impl Drop for NewFolder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
