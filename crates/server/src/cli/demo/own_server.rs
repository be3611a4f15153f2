//! A server that a demonstration starts, kills and starts again: the same program, the same data, the same port.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use crate::cli::client::{Client, token};

/// A running server. It is killed when it is dropped.
pub(super) struct OwnServer {
    child: Child,
    data: PathBuf,
    port: u16,
    url: String,
    /// The secret of its sign-in link.
    link: String,
    /// From its start until it was ready.
    pub(super) took: Duration,
}

impl OwnServer {
    /// Starts a server on a data directory, at a port of this machine that was free a moment ago.
    ///
    /// # Errors
    /// It does not start: another server holds the data, say.
    pub(super) fn start(data: &Path) -> anyhow::Result<Self> {
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        Self::start_at(data.to_owned(), port)
    }

    fn start_at(data: PathBuf, port: u16) -> anyhow::Result<Self> {
        let began = Instant::now();
        let mut command = Command::new(std::env::current_exe().context("the path of this program is not known")?);
        // What is set up for other servers of this machine is not for this one.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TIDEMILL_")) {
            command.env_remove(name);
        }
        let mut child = command
            .current_dir(&data)
            .args(["serve", "--host", "127.0.0.1", "--port", &port.to_string(), "--data"])
            .arg(&data)
            // The other system of the demonstration is on this machine.
            .args(["--set", "calls.allowed_private=127.0.0.1", "--set", "log.level=error"])
            .stdout(Stdio::piped())
            .spawn()
            .context("the server does not start")?;
        let ready = ready_line(&mut child);
        match ready {
            Ok((url, link)) => Ok(Self { child, data, port, url, link, took: began.elapsed() }),
            Err(error) => {
                drop(child.kill());
                drop(child.wait());
                Err(error)
            }
        }
    }

    /// Kills it as a power cut would: it gets no chance to say or write anything.
    ///
    /// # Errors
    /// The system refuses.
    pub(super) fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill().context("the server cannot be killed")?;
        self.child.wait()?;
        Ok(())
    }

    /// Starts it again where it was. It was killed before.
    ///
    /// # Errors
    /// It does not start.
    pub(super) fn again(&self) -> anyhow::Result<Self> {
        Self::start_at(self.data.clone(), self.port)
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it ends by itself, as it does when it is interrupted together with this process.
    pub(super) fn wait(&mut self) {
        drop(self.child.wait());
    }

    /// A client of it.
    ///
    /// # Errors
    /// Its token cannot be read.
    pub(super) fn client(&self) -> anyhow::Result<Client> {
        Ok(Client::at(self.url.clone(), token(&self.data)?))
    }

    /// A link to one of its pages that signs a browser in, once.
    pub(super) fn page(&self, path: &str) -> String {
        format!("{}{path}?token={}", self.url, self.link)
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The address and the secret in the line that a server prints when it is ready.
fn ready_line(child: &mut Child) -> anyhow::Result<(String, String)> {
    let output = child.stdout.take().context("the server has an output")?;
    let mut lines = BufReader::new(output).lines();
    while let Some(Ok(line)) = lines.next() {
        let found = line.split_once("http://").and_then(|(_, rest)| rest.split_once("/?token="));
        if let Some((address, link)) = found {
            let (url, link) = (format!("http://{address}"), link.trim().to_owned());
            // The pipe is read on, or the server would one day wait for room in it.
            std::thread::spawn(move || lines.for_each(drop));
            return Ok((url, link));
        }
    }
    bail!("the server ended before it was ready; its reason is above")
}
