//! Whether the walls of a worker hold on this machine: a worker tries what is forbidden and says what came of it.

use std::io::Write as _;
use std::net::{TcpStream, UdpSocket};
use std::process::{Command, Stdio};

use super::Settings;
use super::process::command;
use super::worker::SELF_TEST;

/// Something that a worker tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// What it tried: `open a file`, `connect` …
    pub what: String,
    /// Whether it was kept from it.
    pub is_denied: bool,
    /// How the attempt ended, in the words of the system.
    pub told: String,
}

/// Starts a worker that tries what is forbidden. Blocks until it has ended.
///
/// # Errors
/// No worker could be started.
pub fn self_test(settings: &Settings) -> std::io::Result<Vec<Attempt>> {
    let mut command: Command = command(settings)?;
    let output = command.arg(SELF_TEST).stdin(Stdio::piped()).stdout(Stdio::piped()).output()?;
    let report = String::from_utf8_lossy(&output.stdout);
    Ok(report.lines().filter_map(attempt).collect())
}

fn attempt(line: &str) -> Option<Attempt> {
    let mut parts = line.splitn(3, '\t');
    let (what, ending) = (parts.next()?.to_owned(), parts.next()?);
    Some(Attempt { what, is_denied: ending == "denied", told: parts.next().unwrap_or_default().to_owned() })
}

/// In the worker: tries all, one line each.
pub(super) fn attempts(locked: Result<(), String>) -> String {
    let mut report = String::new();
    let mut tell = |what: &str, result: Result<(), String>| {
        let (ending, told) = match result {
            Ok(()) => ("done", String::new()),
            Err(told) => ("denied", told),
        };
        report.push_str(&format!("{what}\t{ending}\t{}\n", told.replace(['\n', '\t'], " ")));
    };
    tell("go unlocked", locked.map_or(Ok(()), |()| Err("it is locked in".to_owned())));
    tell("open a file", std::fs::File::open("/etc/passwd").map(drop).map_err(text));
    tell("make a file", std::fs::File::create("/tmp/tidemill-self-test").map(drop).map_err(text));
    tell("list a folder", std::fs::read_dir("/").map(drop).map_err(text));
    tell("read its own memory map", std::fs::read("/proc/self/maps").map(drop).map_err(text));
    tell("connect", TcpStream::connect("127.0.0.1:9").map(drop).map_err(text));
    tell("open a socket", UdpSocket::bind("127.0.0.1:0").map(drop).map_err(text));
    tell("start a program", Command::new("/bin/true").spawn().map(drop).map_err(text));
    tell("start a thread", std::thread::Builder::new().spawn(|| ()).map(drop).map_err(text));
    tell("write to the error stream", std::io::stderr().write_all(b"x").map_err(text));
    #[cfg(target_os = "linux")]
    {
        use nix::sys::{ptrace, signal};
        tell("trace", ptrace::traceme().map_err(text));
        tell("signal its parent", signal::kill(nix::unistd::getppid(), None).map_err(text));
    }
    let environment: Vec<String> = std::env::vars().map(|(name, _)| name).filter(|name| name != "TZ").collect();
    let empty = environment.is_empty();
    tell("see the environment", if empty { Err("it is empty".to_owned()) } else { Ok(()) });
    report
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
