//! Asking a running server on this machine: just enough HTTP for what the command line wants to know and to have done.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use model::Value;

use super::{DataArgs, Exit, Settings, print};
use crate::opened::held_by;

/// Time to wait for the next bytes of an answer; a backup is made before its first byte.
const PATIENCE: Duration = Duration::from_secs(600);

/// Time to wait for the next bytes of a stream of events: a comment comes every 15 s.
const STREAM_PATIENCE: Duration = Duration::from_secs(60);

/// The answer to a request.
pub(super) struct Answer {
    /// The HTTP status.
    pub(super) status: u16,
    /// What is left of the answer: its body.
    pub(super) body: BufReader<TcpStream>,
}

/// What is asked of a server.
#[derive(Clone, Copy, Default)]
struct Request<'a> {
    method: &'a str,
    path: &'a str,
    token: Option<&'a str>,
    /// Header lines beside those that every request has, each with its end.
    headers: &'a str,
    body: &'a str,
}

/// Sends `GET path` to a server at `http://host:port`.
///
/// # Errors
/// Nobody answers there.
pub(super) fn get(url: &str, path: &str, token: Option<&str>) -> anyhow::Result<Answer> {
    send(url, Request { method: "GET", path, token, ..Request::default() })
}

fn send(url: &str, request: Request<'_>) -> anyhow::Result<Answer> {
    let address = url.strip_prefix("http://").unwrap_or(url).trim_end_matches('/');
    let mut stream = TcpStream::connect(address).with_context(|| format!("no server answers at {url}"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let Request { method, path, headers, body, .. } = request;
    let token = request.token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    let length = if method == "GET" { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    // HTTP/1.0: the body ends where the connection does.
    write!(stream, "{method} {path} HTTP/1.0\r\nHost: {address}\r\n{token}{headers}{length}\r\n{body}")?;
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
    let Some(status) = status else { bail!("{url} does not speak HTTP") };
    loop {
        line.clear();
        if reader.read_line(&mut line)? <= 2 {
            return Ok(Answer { status, body: reader });
        }
    }
}

/// The server that holds a data directory.
pub(super) struct Client {
    url: String,
    token: String,
}

/// What a server does not do, and why.
#[derive(Debug)]
pub(super) struct Refused {
    /// The HTTP status.
    pub(super) status: u16,
    /// The stable name of the reason.
    pub(super) code: String,
    /// The reason in words.
    pub(super) detail: String,
}

impl Client {
    /// The server at `http://host:port`.
    pub(super) fn at(url: String, token: String) -> Self {
        Self { url, token }
    }

    /// The server that holds the data directory of a command; `None` if none runs there.
    ///
    /// # Errors
    /// Its token cannot be read.
    pub(super) fn find(at: &DataArgs, settings: &Settings) -> anyhow::Result<Option<Self>> {
        let config = settings.with_data(at.data.as_deref())?;
        // A server that was killed leaves its address behind.
        let answers =
            |url: &String| TcpStream::connect(url.trim_start_matches("http://").trim_end_matches('/')).is_ok();
        let Some(url) = held_by(&config.data).filter(answers) else { return Ok(None) };
        Ok(Some(Self { url, token: token(&config.data)? }))
    }

    /// The same where only a running server can do what is asked.
    ///
    /// # Errors
    /// None runs there.
    pub(super) fn need(at: &DataArgs, settings: &Settings) -> anyhow::Result<Self> {
        let found = Self::find(at, settings)?;
        let data = settings.with_data(at.data.as_deref())?.data;
        found.with_context(|| {
            format!("no server runs on {dir}; start it: tidemill serve --data {dir}", dir = data.display())
        })
    }

    /// Sends a request and reads its answer; `Null` where that has no body.
    ///
    /// # Errors
    /// The server is gone, or answers something else than JSON.
    pub(super) fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<Result<Value, Refused>> {
        let body = body.map(model::json::to_text).unwrap_or_default();
        let headers = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
        let mut answer = send(&self.url, Request { method, path, token: Some(&self.token), headers, body: &body })?;
        let mut text = Vec::new();
        answer.body.read_to_end(&mut text)?;
        if (200..300).contains(&answer.status) {
            let value = if text.is_empty() { Value::Null } else { model::json::read(&text)? };
            return Ok(Ok(value));
        }
        let problem = model::json::read(&text).unwrap_or_default();
        let word = |key: &str| problem.get(key).and_then(Value::as_str).map(str::to_owned);
        Ok(Err(Refused {
            status: answer.status,
            code: word("code").unwrap_or_else(|| "unknown".to_owned()),
            detail: word("detail").unwrap_or_else(|| format!("the server answered {}", answer.status)),
        }))
    }

    /// The same for what is not refused in practice.
    ///
    /// # Errors
    /// Also that the server refuses.
    pub(super) fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.ask("GET", path, None)?.map_err(|refused| anyhow::anyhow!("{}", refused.detail))
    }

    /// The same for what is sent.
    ///
    /// # Errors
    /// Also that the server refuses.
    pub(super) fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.ask("POST", path, Some(body))?.map_err(|refused| anyhow::anyhow!("{}", refused.detail))
    }

    /// Opens a stream of events behind the last that was seen.
    ///
    /// # Errors
    /// The server is gone.
    pub(super) fn stream(&self, path: &str, last: Option<&str>) -> anyhow::Result<Answer> {
        let last = last.map(|last| format!("Last-Event-ID: {last}\r\n")).unwrap_or_default();
        let headers = format!("Accept: text/event-stream\r\n{last}");
        let request = Request { method: "GET", path, token: Some(&self.token), headers: &headers, body: "" };
        let answer = send(&self.url, request)?;
        answer.body.get_ref().set_read_timeout(Some(STREAM_PATIENCE))?;
        Ok(answer)
    }
}

/// The token for the server of a data directory.
pub(super) fn token(data: &Path) -> anyhow::Result<String> {
    let path = data.join(crate::auth::TOKEN_FILE);
    let text = std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(text.trim().to_owned())
}

/// Asks the server of the configuration how it is.
pub(super) fn health(args: &DataArgs, settings: &Settings) -> anyhow::Result<Exit> {
    let config = settings.with_data(args.data.as_deref())?;
    let url = held_by(&config.data).unwrap_or_else(|| {
        let host =
            if config.address.ip().is_unspecified() { "127.0.0.1".to_owned() } else { config.address.ip().to_string() };
        format!("http://{host}:{}", config.address.port())
    });
    let Ok(mut answer) = get(&url, "/healthz", None) else {
        print::error(&format!("no server answers at {url}"));
        return Ok(Exit::Failed);
    };
    let mut text = String::new();
    answer.body.read_to_string(&mut text)?;
    let body: serde_json::Value = serde_json::from_str(&text).context("the answer is not JSON")?;
    if args.json {
        print::json(&body);
    } else {
        print::line(body["status"].as_str().unwrap_or("unknown"));
        for (name, check) in body["checks"].as_object().into_iter().flatten() {
            if check["status"] != "healthy" {
                print::line(&format!("  {name}: {}", check["detail"].as_str().unwrap_or_default()));
            }
        }
    }
    Ok(if answer.status == 200 { Exit::Done } else { Exit::Failed })
}
