//! `tidemill executions tail`: the events of an execution as they happen.

use std::io::BufRead;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use model::Value;

use super::client::{Answer, Client};
use super::{DataArgs, Exit, Settings, print};

/// First wait for a server that went away; each further one is twice as long, up to the last.
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LAST_WAIT: Duration = Duration::from_secs(4);
/// Connections without an event between them before the server is given up: about a minute.
const TRIES: u32 = 18;

/// Flags of `executions tail`.
#[derive(Args)]
pub(super) struct Tail {
    /// The execution
    id: String,
    /// Only events after this seq
    #[arg(long, default_value_t = 0)]
    after: u64,
    /// Data directory of the server [default: ./tidemill-data]
    #[arg(long, value_name = "DIR")]
    data: Option<String>,
    /// Print each event as JSON on a line
    #[arg(long)]
    json: bool,
}

/// An event as the stream carries it.
#[derive(Default)]
struct Event {
    id: String,
    data: String,
}

impl Tail {
    pub(super) fn run(self, settings: &Settings) -> anyhow::Result<Exit> {
        let at = DataArgs { data: self.data.clone(), json: self.json };
        let mut client = Client::need(&at, settings)?;
        let path = path(&self.id, self.after);
        let (mut last, mut ended) = (None, None);
        let (mut tries, mut wait) = (0, FIRST_WAIT);
        loop {
            match client.stream(&path, last.as_deref()) {
                Ok(answer) if answer.status == 204 => return self.exit(&client, ended),
                Ok(answer) if answer.status == 200 => {
                    let seen = last.clone();
                    read(answer, &mut |event| {
                        let value = model::json::read(event.data.as_bytes()).unwrap_or_default();
                        ended = end(&value);
                        print::line(&if self.json { event.data } else { line(&value) });
                        last = Some(event.id);
                    });
                    if last != seen {
                        (tries, wait) = (0, FIRST_WAIT);
                    }
                    // A stream ends behind the end, or because the server does.
                    if ended.is_some() {
                        return self.exit(&client, ended);
                    }
                }
                Ok(answer) if answer.status < 500 => {
                    bail!("the server answered {}: there is no execution {}", answer.status, self.id)
                }
                Ok(_) | Err(_) => {}
            }
            tries += 1;
            if tries > TRIES {
                bail!("the server went away; ask again: tidemill executions tail {}", self.id);
            }
            if tries == 1 {
                print::note("the connection ended; trying again");
            }
            std::thread::sleep(wait);
            wait = (wait * 2).min(LAST_WAIT);
            // One that starts again may have another port.
            client = Client::find(&at, settings)?.unwrap_or(client);
        }
    }

    /// How the command ends: well, if the execution did.
    fn exit(&self, client: &Client, ended: Option<String>) -> anyhow::Result<Exit> {
        let status = match ended {
            Some(status) => status,
            None => {
                let whole = client.get(&format!("/api/v1/executions/{}", self.id))?;
                whole.get("status").and_then(Value::as_str).context("the execution has no status")?.to_owned()
            }
        };
        Ok(if status == "succeeded" { Exit::Done } else { Exit::Failed })
    }
}

fn path(id: &str, after: u64) -> String {
    format!("/api/v1/executions/{id}/events?after={after}")
}

/// Prints the events that there are, each as JSON on a line.
pub(super) fn history(client: &Client, id: &str, after: u64) -> anyhow::Result<Exit> {
    let whole = client.get(&format!("/api/v1/executions/{id}"))?;
    let has_ended = whole.get("finished_at").is_some_and(|at| !at.is_null());
    if !has_ended {
        bail!("{id} has not ended; follow it: tidemill executions tail {id} --json");
    }
    let answer = client.stream(&path(id, after), None)?;
    if answer.status == 200 {
        read(answer, &mut |event| print::line(&event.data));
    }
    Ok(Exit::Done)
}

/// Hands over each event of a stream until it ends or breaks off.
fn read(answer: Answer, each: &mut dyn FnMut(Event)) {
    let mut event = Event::default();
    // What came of a line that broke off is not an event.
    for line in answer.body.lines().map_while(Result::ok) {
        match line.split_once(':') {
            Some(("id", value)) => event.id = value.trim().to_owned(),
            Some(("data", value)) => event.data.push_str(value.strip_prefix(' ').unwrap_or(value)),
            None if line.is_empty() => {
                let event = std::mem::take(&mut event);
                if !event.data.is_empty() {
                    each(event);
                }
            }
            _ => {}
        }
    }
}

/// The status of an event that ends its execution.
fn end(event: &Value) -> Option<String> {
    let ends = event.get("type").and_then(Value::as_str) == Some("finished");
    event.get("status").and_then(Value::as_str).filter(|_| ends).map(str::to_owned)
}

/// An event in one line: seq, type, step, and what came of it.
fn line(event: &Value) -> String {
    let word = |key: &str| event.get(key).and_then(Value::as_str).unwrap_or_default();
    let seq = event.get("seq").map(model::json::to_text).unwrap_or_default();
    let status = if word("status").is_empty() { String::new() } else { format!(" {}", word("status")) };
    let address = if word("address").is_empty() { String::new() } else { format!(" {}", word("address")) };
    format!("{seq:>5} {:<14}{address}{status}{}", word("type"), details(event))
}

/// What a step or an event says beside its name: ports, tries, time, error.
pub(super) fn details(from: &Value) -> String {
    let mut text = String::new();
    let ports: Vec<&str> =
        from.get("ports").and_then(Value::as_array).unwrap_or_default().iter().filter_map(Value::as_str).collect();
    if !ports.is_empty() {
        text += &format!(" → {}", ports.join(", "));
    }
    if let Some(attempts) = from.get("attempts").and_then(Value::as_i64).filter(|&attempts| attempts > 1) {
        text += &format!(", attempt {attempts}");
    }
    if let Some(took) = from.get("duration_ms").filter(|took| took.is_number()) {
        text += &format!(", {} ms", model::json::to_text(took));
    }
    if let Some(error) = from.get("error").filter(|error| !error.is_null()) {
        text += &format!("  {}", failure(error));
    }
    text
}

/// An error in one line.
pub(super) fn failure(error: &Value) -> String {
    let word = |key: &str| error.get(key).and_then(Value::as_str).unwrap_or_default();
    let node = if word("node").is_empty() { String::new() } else { format!(" at {}", word("node")) };
    format!("{}{node}: {}", word("code"), word("message"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_a_line() {
        let event = r#"{"execution":"e","seq":12,"type":"step_finished","address":"call@3","status":"failed","ports":["error"],
            "attempts":3,"duration_ms":1.5,"error":{"code":"http_503","message":"busy","node":"call@3"}}"#;
        let value = model::json::read(event.as_bytes()).expect("JSON");
        assert_eq!(
            line(&value),
            "   12 step_finished  call@3 failed → error, attempt 3, 1.5 ms  http_503 at call@3: busy"
        );
        assert_eq!(end(&value), None);
        let done = model::json::read(br#"{"seq":13,"type":"finished","status":"failed"}"#).expect("JSON");
        assert_eq!((line(&done).as_str(), end(&done).as_deref()), ("   13 finished       failed", Some("failed")));
    }
}
