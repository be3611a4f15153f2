//! Steering executions of a running server: cancel, pause, resume, retry, fork, replay, signal.

use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use indicatif::ProgressBar;
use model::Value;

use super::client::{Client, Refused};
use super::{DataArgs, Exit, Settings, file, print};

/// Time between two questions how far a request about many executions is.
const POLL: Duration = Duration::from_millis(200);

/// Which executions, by id or by what they have in common.
#[derive(Args)]
pub(super) struct Which {
    /// The executions
    ids: Vec<String>,
    /// All with this status, or one of several with commas between them
    #[arg(long, conflicts_with = "ids")]
    status: Option<String>,
    /// All of this workflow
    #[arg(long, value_name = "ID", conflicts_with = "ids")]
    workflow: Option<String>,
    /// All that this started: manual, webhook, api …
    #[arg(long, conflicts_with = "ids")]
    trigger: Option<String>,
    /// All that started at this instant or later: 2026-11-21T09:00:00Z
    #[arg(long, value_name = "INSTANT", conflicts_with = "ids")]
    from: Option<String>,
    /// All that started before this instant
    #[arg(long, value_name = "INSTANT", conflicts_with = "ids")]
    to: Option<String>,
    #[command(flatten)]
    at: DataArgs,
}

/// Flags of `executions fork`.
#[derive(Args)]
pub(super) struct Fork {
    /// The execution to start from
    id: String,
    /// The step to begin with: node, or node@iteration
    #[arg(long, value_name = "ADDRESS")]
    from: String,
    /// Take this as the step's output instead of running it: JSON, or @file
    #[arg(long, value_name = "JSON|@FILE")]
    output: Option<String>,
    #[command(flatten)]
    at: DataArgs,
}

/// Flags of `executions replay`.
#[derive(Args)]
pub(super) struct Replay {
    /// The execution whose input runs again
    id: String,
    /// The version to run [default: that of the execution]
    #[arg(long, value_name = "ID")]
    version: Option<String>,
    /// The step to begin with; what came before it is taken over
    #[arg(long, value_name = "ADDRESS")]
    from: Option<String>,
    #[command(flatten)]
    at: DataArgs,
}

/// Flags of `executions signal`.
#[derive(Args)]
pub(super) struct Signal {
    /// The execution
    id: String,
    /// The name of the signal
    name: String,
    /// What the step that waits gives on: JSON, or @file [default: {}]
    #[arg(long, value_name = "JSON|@FILE")]
    value: Option<String>,
    #[command(flatten)]
    at: DataArgs,
}

/// An object of the parts that are given.
fn object(parts: &[(&'static str, Option<Value>)]) -> Value {
    let given = parts.iter().filter_map(|(key, value)| Some(((*key).into(), value.clone()?)));
    Value::object(given.collect())
}

fn text(text: Option<&String>) -> Option<Value> {
    text.map(|text| Value::from(text.as_str()))
}

impl Which {
    pub(super) fn run(&self, action: &'static str, settings: &Settings) -> anyhow::Result<Exit> {
        let filter = object(&[
            ("status", text(self.status.as_ref())),
            ("workflow", text(self.workflow.as_ref())),
            ("trigger", text(self.trigger.as_ref())),
            ("from", text(self.from.as_ref())),
            ("to", text(self.to.as_ref())),
        ]);
        let is_filtered = filter.as_object().is_some_and(|filter| !filter.entries().is_empty());
        if self.ids.is_empty() && !is_filtered {
            bail!("name executions to {action}, or say which: --status, --workflow, --trigger, --from, --to");
        }
        let client = Client::need(&self.at, settings)?;
        if is_filtered { self.many(&client, action, filter) } else { self.each(&client, action) }
    }

    fn each(&self, client: &Client, action: &str) -> anyhow::Result<Exit> {
        let mut exit = Exit::Done;
        let mut told = Vec::new();
        for id in &self.ids {
            let mut entries = vec![("id", text(Some(id)))];
            match client.ask("POST", &format!("/api/v1/executions/{}/{action}", encoded(id)), None)? {
                Ok(answer) => {
                    let status = answer.get("status").cloned();
                    if !self.at.json {
                        let status = status.as_ref().and_then(Value::as_str);
                        print::line(&format!("{id}  {}", status.unwrap_or("accepted")));
                    }
                    entries.push(("status", status));
                }
                Err(refused) => {
                    exit = Exit::Failed;
                    if !self.at.json {
                        print::error(&refused.detail);
                    }
                    entries.push(("error", Some(refused.to_value())));
                }
            }
            told.push(object(&entries));
        }
        if self.at.json {
            print::value(&object(&[("items", Some(Value::array(told)))]));
        }
        Ok(exit)
    }

    /// Asks for all at once, and watches how far it is.
    fn many(&self, client: &Client, action: &str, filter: Value) -> anyhow::Result<Exit> {
        let body = object(&[("action", Some(Value::from(action))), ("filter", Some(filter))]);
        let begun = match client.ask("POST", "/api/v1/executions/bulk", Some(&body))? {
            Ok(begun) => begun,
            Err(refused) => return Ok(refused.tell(self.at.json)),
        };
        let id = begun.get("id").and_then(Value::as_str).context("the server named no request to follow")?;
        let path = format!("/api/v1/executions/bulk/{}", encoded(id));
        let count = |from: &Value, key: &str| from.get(key).and_then(Value::as_i64).and_then(|n| u64::try_from(n).ok());
        let total = count(&begun, "total").unwrap_or(0);
        let bar = if self.at.json || !print::is_watched() { ProgressBar::hidden() } else { ProgressBar::new(total) };
        let progress = loop {
            let progress = client.get(&path)?;
            bar.set_position(count(&progress, "done").unwrap_or(0));
            if progress.get("status").and_then(Value::as_str) == Some("finished") {
                break progress;
            }
            std::thread::sleep(POLL);
        };
        bar.finish_and_clear();
        if self.at.json {
            print::value(&progress);
            return Ok(Exit::Done);
        }
        print::line(&format!("{action}: {} of {total}", count(&progress, "done").unwrap_or(0)));
        match count(&progress, "passed_over") {
            None | Some(0) => {}
            Some(passed) => print::note(&format!("{passed} had ended, or gone on, before they could be asked")),
        }
        Ok(Exit::Done)
    }
}

impl Fork {
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Exit> {
        let output = self.output.as_deref().map(|given| file::value("--output", given)).transpose()?;
        let body = object(&[("from", text(Some(&self.from))), ("output", output)]);
        begin(&Client::need(&self.at, settings)?, &self.id, ("fork", &body), self.at.json)
    }
}

impl Replay {
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Exit> {
        let body = object(&[("version", text(self.version.as_ref())), ("from", text(self.from.as_ref()))]);
        begin(&Client::need(&self.at, settings)?, &self.id, ("replay", &body), self.at.json)
    }
}

/// Asks for a new execution and tells its id.
fn begin(client: &Client, id: &str, (action, body): (&str, &Value), json: bool) -> anyhow::Result<Exit> {
    match client.ask("POST", &format!("/api/v1/executions/{}/{action}", encoded(id)), Some(body))? {
        Ok(begun) if json => print::value(&begun),
        Ok(begun) => print::line(begun.get("id").and_then(Value::as_str).context("the server named no execution")?),
        Err(refused) => return Ok(refused.tell(json)),
    }
    Ok(Exit::Done)
}

impl Signal {
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Exit> {
        let empty = || Ok(Value::object(Vec::new()));
        let value = self.value.as_deref().map_or_else(empty, |given| file::value("--value", given))?;
        let client = Client::need(&self.at, settings)?;
        let path = format!("/api/v1/executions/{}/signals/{}", encoded(&self.id), encoded(&self.name));
        match client.ask("POST", &path, Some(&value))? {
            Ok(answer) if self.at.json => print::value(&answer),
            Ok(_) => print::line(&format!("{}  {} sent", self.id, self.name)),
            Err(refused) => return Ok(refused.tell(self.at.json)),
        }
        Ok(Exit::Done)
    }
}

impl Refused {
    fn to_value(&self) -> Value {
        let word = |word: &str| Some(Value::from(word));
        object(&[
            ("status", Some(Value::Int(i64::from(self.status)))),
            ("code", word(&self.code)),
            ("detail", word(&self.detail)),
        ])
    }

    fn tell(&self, json: bool) -> Exit {
        if json {
            print::value(&object(&[("error", Some(self.to_value()))]));
        } else {
            print::error(&self.detail);
        }
        Exit::Failed
    }
}

/// A text as one part of a path.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |path, byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => path + &char::from(byte).to_string(),
        _ => path + &format!("%{byte:02X}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_path_stays_one() {
        assert_eq!(encoded("paid/7 ü?"), "paid%2F7%20%C3%BC%3F");
        assert_eq!(encoded("a-b_c.d~9"), "a-b_c.d~9");
    }
}
