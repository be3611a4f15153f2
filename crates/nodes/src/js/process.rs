//! One worker process as the pool holds it: started, greeted, asked, and killed when it is dropped.

use std::io;
use std::process::Stdio;
use std::sync::mpsc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::Settings;
use super::wire::Reply;
use super::worker::{ASKED, UNSANDBOXED};

/// What a reply may have besides the output: its head and the log.
const BESIDE_OUTPUT: usize = 1 << 20;

/// The longest greeting: why a worker cannot serve.
const GREETING: usize = 4_096;

/// A worker that waits for a call or is at one. To drop it is to kill it.
#[derive(Debug)]
pub(super) struct Worker {
    /// Its drop kills the process.
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
    reply_bytes: usize,
}

/// Why a call did not come back from a worker.
pub(super) enum Lost {
    /// It was gone before it got the call.
    Before,
    /// It went away with the call.
    During,
    /// It sent more than it may.
    TooLarge,
}

impl Worker {
    /// The id of the process, until it has ended.
    pub(super) fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Reads why a new worker cannot serve, if it cannot.
    pub(super) async fn greeting(&mut self) -> io::Result<Option<String>> {
        let length = self.length().await?;
        if length > GREETING {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut text = vec![0; length];
        self.output.read_exact(&mut text).await?;
        Ok((length > 0).then(|| String::from_utf8_lossy(&text).into_owned()))
    }

    /// Sends a call and waits for its end.
    pub(super) async fn ask(&mut self, frame: &[u8]) -> Result<Reply, Lost> {
        let sent = self.input.write(frame).await.map_err(|_| Lost::Before)?;
        self.input.write_all(&frame[sent..]).await.map_err(|_| Lost::During)?;
        let length = self.length().await.map_err(|_| Lost::During)?;
        if length > self.reply_bytes {
            return Err(Lost::TooLarge);
        }
        // Grows with what comes, not with what was promised.
        let mut frame = Vec::with_capacity(length.min(1 << 20));
        let wanted = u64::try_from(length).unwrap_or(u64::MAX);
        let read = (&mut self.output).take(wanted).read_to_end(&mut frame).await.map_err(|_| Lost::During)?;
        if read < length {
            return Err(Lost::During);
        }
        Reply::read(&frame).ok_or(Lost::During)
    }

    async fn length(&mut self) -> io::Result<usize> {
        let mut length = [0; 4];
        self.output.read_exact(&mut length).await?;
        Ok(usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX))
    }
}

/// The command that starts a worker: without environment, folder or terminal.
pub(super) fn command(settings: &Settings) -> io::Result<std::process::Command> {
    let program = match &settings.program {
        Some(program) => program.clone(),
        // The program itself, also when its file has been replaced by a newer one.
        None if cfg!(target_os = "linux") => "/proc/self/exe".into(),
        None => std::env::current_exe()?,
    };
    let mut command = std::process::Command::new(program);
    command.args([ASKED, &settings.memory_bytes.to_string(), &settings.output_bytes.to_string()]);
    // A zone that is written out, so that no file of zones is looked for.
    command.env_clear().env("TZ", "UTC0").current_dir("/").stderr(Stdio::null());
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt as _;
        // A Ctrl-C in the terminal is for the server, which lets calls end.
        command.process_group(0);
    }
    Ok(command)
}

type Asked = (Handle, oneshot::Sender<io::Result<Worker>>);

/// Starts workers, all from one thread: they are killed when the thread that started them ends, and this one lives as
/// long as the pool.
#[derive(Debug)]
pub(super) struct Starter(mpsc::Sender<Asked>);

impl Starter {
    pub(super) fn new(settings: &Settings) -> io::Result<Self> {
        let (sender, receiver) = mpsc::channel::<Asked>();
        let settings = settings.clone();
        std::thread::Builder::new().name("js-starter".to_owned()).spawn(move || {
            for (runtime, answer) in receiver {
                let _inside = runtime.enter();
                let _ = answer.send(start(&settings));
            }
        })?;
        Ok(Self(sender))
    }

    /// A new worker, not greeted yet.
    pub(super) async fn start(&self) -> io::Result<Worker> {
        let (answer, worker) = oneshot::channel();
        let gone = || io::Error::other("the thread that starts workers is gone");
        self.0.send((Handle::current(), answer)).map_err(|_| gone())?;
        worker.await.map_err(|_| gone())?
    }
}

fn start(settings: &Settings) -> io::Result<Worker> {
    let mut command = tokio::process::Command::from(command(settings)?);
    if settings.allow_unsandboxed {
        command.arg(UNSANDBOXED);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn()?;
    let missing = || io::Error::other("a worker without pipes");
    let (input, output) = (child.stdin.take().ok_or_else(missing)?, child.stdout.take().ok_or_else(missing)?);
    Ok(Worker { child, input, output, reply_bytes: settings.output_bytes.saturating_add(BESIDE_OUTPUT) })
}
