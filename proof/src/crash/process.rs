//! A victim's life, its end, and what it said before.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use model::ExecutionId;

const SIGKILL: i32 = 9;

/// How a victim ends.
#[derive(Clone, Copy, Debug)]
pub enum Kill {
    /// After a time.
    After(Duration),
    /// As it makes a system call for the n-th time: one thread's n-th call of it.
    At {
        /// The system call, or several with commas between.
        call: &'static str,
        /// Which one, from 1.
        nth: usize,
    },
    /// By itself, if something it runs brings it down.
    Itself,
    /// By itself: from its n-th call on, a system call fails, with `EIO` as on a broken device or `ENOSPC` as on a full one.
    Broken {
        /// What it answers.
        error: &'static str,
        /// The system call.
        call: &'static str,
        /// Which one, from 1.
        nth: usize,
    },
    /// After a time, while no call that makes data durable does anything.
    AfterWithoutSync(Duration),
    /// After a time, while every write of data is slow: what does not wait for it is far ahead.
    AfterSlowly(Duration),
}

/// One victim to run.
#[derive(Clone, Debug)]
pub struct Round<'a> {
    /// The victim's program.
    pub program: &'a Path,
    /// Its data directory.
    pub data: PathBuf,
    /// More arguments.
    pub arguments: Vec<String>,
    /// How it ends.
    pub kill: Kill,
}

/// What a victim said.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Executions whose acceptance was acknowledged, with their case, and which of the victim's starts it was.
    pub accepted: Vec<(ExecutionId, u64, u64)>,
    /// Executions whose end was acknowledged.
    pub ended: Vec<ExecutionId>,
    /// Executions whose signal was acknowledged.
    pub signaled: Vec<ExecutionId>,
    /// Executions that it took over when it began.
    pub adopted: usize,
    /// Executions that it set aside or could not read when it began.
    pub dropped: usize,
    /// After how long it served; what was open is taken over from then on.
    pub served: Option<Duration>,
    /// Whether it got as far as starting workflows.
    pub ready: bool,
    /// Whether it was killed, and did not end by itself.
    pub killed: bool,
    /// What it complained of when it gave up.
    pub gave_up: Option<String>,
}

/// Whether system calls can be traced here.
pub fn has_strace() -> bool {
    let probe = Command::new("strace").args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync", "true"]).output();
    probe.is_ok_and(|output| output.status.success())
}

impl Round<'_> {
    /// Runs the victim to its end.
    ///
    /// # Errors
    /// It could not be started, or ended in another way than by being killed or by itself.
    pub fn run(&self) -> Result<Ledger> {
        let mut child =
            self.command().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().context("the victim starts")?;
        let out = child.stdout.take().context("its output")?;
        let mut errors = child.stderr.take().context("its errors")?;
        let began = Instant::now();
        let said = std::thread::spawn(move || listen(out, began));
        let complaints = std::thread::spawn(move || {
            let mut text = String::new();
            errors.read_to_string(&mut text).map(|_| text)
        });
        let (Kill::After(life) | Kill::AfterWithoutSync(life) | Kill::AfterSlowly(life)) = self.kill else {
            return self.finish(child, said, complaints);
        };
        std::thread::sleep(life);
        if !matches!(self.kill, Kill::After(_)) {
            // Under a tracer it is the victim that is killed; the tracer then ends by itself.
            kill_children(child.id())?;
        } else {
            child.kill()?;
        }
        self.finish(child, said, complaints)
    }

    fn finish(&self, mut child: Child, said: Said, complaints: Complaints) -> Result<Ledger> {
        let status = child.wait()?;
        let mut ledger = said.join().map_err(|_| anyhow::anyhow!("reading the victim's output"))??;
        let complaints = complaints.join().map_err(|_| anyhow::anyhow!("reading the victim's errors"))??;
        ledger.killed = status.signal() == Some(SIGKILL);
        if ledger.killed || status.success() {
            return Ok(ledger);
        }
        if !matches!(self.kill, Kill::Broken { .. } | Kill::Itself) {
            bail!("the victim ended with {status}: {complaints}");
        }
        ledger.gave_up = Some(complaints);
        Ok(ledger)
    }

    fn command(&self) -> Command {
        let inject = match self.kill {
            Kill::After(_) | Kill::Itself => None,
            Kill::At { call, nth } => Some(format!("inject={call}:signal=KILL:when={nth}")),
            Kill::Broken { error, call, nth } => Some(format!("inject={call}:error={error}:when={nth}+")),
            Kill::AfterSlowly(_) => Some("inject=pwrite64:delay_enter=8000".into()),
            Kill::AfterWithoutSync(_) => Some("inject=fdatasync,fsync,sync_file_range:retval=0".into()),
        };
        let mut command = match inject {
            None => Command::new(self.program),
            Some(inject) => {
                let mut command = Command::new("strace");
                command.args(["-f", "-qq", "-o", "/dev/null"]);
                command.args(["-e", "trace=fdatasync,fsync,sync_file_range,pwrite64", "-e", &inject]);
                command.arg(self.program);
                command
            }
        };
        command.arg("--data").arg(&self.data).args(&self.arguments);
        command
    }
}

/// Kills the children of a process of ours.
fn kill_children(parent: u32) -> Result<()> {
    let children = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"))?;
    for child in children.split_whitespace() {
        Command::new("kill").args(["-KILL", child]).status()?;
    }
    Ok(())
}

type Said = std::thread::JoinHandle<Result<Ledger>>;
type Complaints = std::thread::JoinHandle<std::io::Result<String>>;

fn listen(out: impl Read, began: Instant) -> Result<Ledger> {
    let mut ledger = Ledger::default();
    let mut out = BufReader::new(out);
    let mut line = String::new();
    // A line without its end was being said when the victim died: it does not count.
    while out.read_line(&mut line)? > 0 && line.ends_with('\n') {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["pid", _] => {}
            ["serves"] => ledger.served = Some(began.elapsed()),
            ["ready", adopted, quarantined, unreadable] => {
                ledger.ready = true;
                ledger.adopted = adopted.parse()?;
                ledger.dropped = quarantined.parse::<usize>()? + unreadable.parse::<usize>()?;
            }
            ["accepted", execution, seed, turn] => {
                ledger.accepted.push((execution.parse()?, seed.parse()?, turn.parse()?));
            }
            ["signaled", execution] => ledger.signaled.push(execution.parse()?),
            ["ended", execution, _] => ledger.ended.push(execution.parse()?),
            _ => bail!("the victim said {line:?}"),
        }
        line.clear();
    }
    Ok(ledger)
}
