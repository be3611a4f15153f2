//! Asking a running server on this machine: just enough HTTP for a health check and a backup.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};

use super::{DataArgs, Exit, Settings, print};
use crate::opened::held_by;

/// Time to wait for the next bytes of an answer; a backup is made before its first byte.
const PATIENCE: Duration = Duration::from_secs(600);

/// The answer to a request.
pub(super) struct Answer {
    /// The HTTP status.
    pub(super) status: u16,
    /// What is left of the answer: its body.
    pub(super) body: BufReader<TcpStream>,
}

/// Sends `GET path` to a server at `http://host:port`.
///
/// # Errors
/// Nobody answers there.
pub(super) fn get(url: &str, path: &str, token: Option<&str>) -> anyhow::Result<Answer> {
    let address = url.strip_prefix("http://").unwrap_or(url).trim_end_matches('/');
    let mut stream = TcpStream::connect(address).with_context(|| format!("no server answers at {url}"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let token = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    // HTTP/1.0: the body ends where the connection does.
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n{token}\r\n")?;
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
