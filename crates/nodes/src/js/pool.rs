//! The pool of workers and the calls that wait for one.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;

use arcstr::ArcStr;
use model::{Value, json};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::inputs;
use super::process::{Lost, Starter, Worker};
use super::wire::{self, Ending};
use crate::StepError;

/// How long after its time a call is given for the engine to notice by itself. Some builtins never do.
const GRACE: Duration = Duration::from_millis(500);

/// How long a new worker may take to be ready: long, for machines that are busy.
const START: Duration = Duration::from_secs(20);

/// How a pool's workers are.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How many run at once; the number of cores unless set.
    pub workers: usize,
    /// How long a call may take where it does not say, in ms; 10,000 unless set.
    pub timeout_ms: u32,
    /// The memory of a call, in bytes; 64 MiB unless set.
    pub memory_bytes: usize,
    /// The longest output of a call as JSON text, in bytes; 128 MiB unless set.
    pub output_bytes: usize,
    /// Whether code runs in workers that could not be locked in. Only for machines whose users are all trusted.
    pub allow_unsandboxed: bool,
    /// The program of the workers; this one unless set. It has to call [`super::serve_if_asked`].
    pub program: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            workers: available_parallelism().map_or(2, usize::from),
            timeout_ms: 10_000,
            memory_bytes: 64 << 20,
            output_bytes: 128 << 20,
            allow_unsandboxed: false,
            program: None,
        }
    }
}

/// One call of some code.
#[derive(Clone, Debug)]
pub struct Request {
    /// The text of a function of the names, as [`Request::new`] makes it.
    pub code: ArcStr,
    /// The names that the code sees, and their values. A name without a value is `undefined`.
    pub names: Vec<(&'static str, Value)>,
    /// What random numbers are drawn from.
    pub seed: u64,
    /// The time that the code sees, in ms since 1970.
    pub now_ms: f64,
    /// How long it may take, in ms; as the settings say unless set.
    pub timeout_ms: Option<u32>,
}

impl Request {
    /// A call of code: the body of a function, or one expression. It has no names and draws from 0.
    pub fn new(code: &str) -> Self {
        let code = super::Source::read(code).function().clone();
        Self { code, names: Vec::new(), seed: 0, now_ms: 0.0, timeout_ms: None }
    }
}

/// What came of a call.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What the code returned, or why it did not.
    pub result: Result<Value, StepError>,
    /// What it wrote to the console, at most 64 Ki characters.
    pub log: String,
}

/// A handle of the pool. All clones share the workers, which end with the last one.
#[derive(Clone, Debug)]
pub struct Pool(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    settings: Settings,
    /// One permit for each worker, given in the order of asking.
    turns: Semaphore,
    /// The worker used last is on top: its memory is warm.
    idle: Mutex<Vec<Worker>>,
    starter: OnceLock<Starter>,
}

impl Default for Pool {
    fn default() -> Self {
        Self::new(Settings::default())
    }
}

impl Pool {
    /// A pool, which starts nothing before the first call.
    pub fn new(settings: Settings) -> Self {
        let turns = Semaphore::new(settings.workers.max(1));
        Self(Arc::new(Shared { settings, turns, idle: Mutex::default(), starter: OnceLock::new() }))
    }

    /// Runs code once; needs a tokio runtime with time and I/O. To drop the future kills the worker that is at it.
    ///
    /// # Errors
    /// `js_error` (it threw), `js_timeout`, `js_out_of_memory`, `output_too_large`, `js_crashed`, and
    /// `sandbox_unavailable` where no worker can be locked in.
    pub async fn call(&self, request: &Request) -> Result<Value, StepError> {
        self.run(request).await.result
    }

    /// Runs code once, as [`Pool::call`], and gives what it wrote to the console too.
    pub async fn run(&self, request: &Request) -> Answer {
        match self.reply(request).await {
            Ok(reply) => Answer { result: self.read(&reply, request), log: reply.log },
            Err(error) => Answer { result: Err(error), log: String::new() },
        }
    }

    /// The ids of the worker processes that wait for a call.
    pub fn idle_workers(&self) -> Vec<u32> {
        self.idle().iter().filter_map(Worker::id).collect()
    }

    async fn reply(&self, request: &Request) -> Result<wire::Reply, StepError> {
        let timeout_ms = request.timeout_ms.unwrap_or(self.0.settings.timeout_ms);
        let _turn = self.0.turns.acquire().await.expect("the turns of a pool are never closed");
        let frame = self.frame(request, timeout_ms)?;
        loop {
            let mut worker = match self.pop() {
                Some(worker) => worker,
                None => self.start().await?,
            };
            let patience = Duration::from_millis(timeout_ms.into()) + GRACE;
            match timeout(patience, worker.ask(&frame)).await {
                Ok(Ok(reply)) => {
                    if !reply.is_spent {
                        self.idle().push(worker);
                    }
                    return Ok(reply);
                }
                // It ended while nobody used it: the call has not begun.
                Ok(Err(Lost::Before)) => {}
                Ok(Err(Lost::During)) => {
                    return Err(StepError::new("js_crashed", "the process that ran the code ended; others go on"));
                }
                Ok(Err(Lost::TooLarge)) => return Err(self.too_large()),
                Err(_) => return Err(timed_out(timeout_ms)),
            }
        }
    }

    fn frame(&self, request: &Request, timeout_ms: u32) -> Result<Vec<u8>, StepError> {
        let mut frame = wire::open(timeout_ms, request.seed, request.now_ms, &request.code);
        let before = frame.len();
        inputs::write(&request.names, &mut frame);
        let bytes = frame.len() - before;
        if bytes > self.0.settings.memory_bytes || !wire::close(&mut frame) {
            let message = format!("the inputs are {bytes} bytes, more than the memory of a call");
            return Err(StepError::new("js_out_of_memory", message).finally());
        }
        Ok(frame)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Worker>> {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pop(&self) -> Option<Worker> {
        self.idle().pop()
    }

    async fn start(&self) -> Result<Worker, StepError> {
        let failed =
            |error: std::io::Error| StepError::new("js_crashed", format!("no worker could be started: {error}"));
        let starter = match self.0.starter.get() {
            Some(starter) => starter,
            None => {
                let new = Starter::new(&self.0.settings).map_err(failed)?;
                self.0.starter.get_or_init(|| new)
            }
        };
        let mut worker = starter.start().await.map_err(failed)?;
        match timeout(START, worker.greeting()).await {
            Ok(Ok(None)) => Ok(worker),
            Ok(Ok(Some(why))) => {
                let message = format!("JavaScript does not run here, since its worker cannot be locked in: {why}");
                Err(StepError::new("sandbox_unavailable", message).finally())
            }
            Ok(Err(error)) => Err(failed(error)),
            Err(_) => Err(failed(std::io::ErrorKind::TimedOut.into())),
        }
    }

    fn read(&self, reply: &wire::Reply, request: &Request) -> Result<Value, StepError> {
        let text = || String::from_utf8_lossy(&reply.body);
        match reply.ending {
            Ending::Returned => json::read_with(&reply.body, json::Limits::JAVASCRIPT)
                .map_err(|error| StepError::new("js_error", format!("what the code returned is not a value: {error}"))),
            Ending::Threw => Err(StepError::new("js_error", text())),
            Ending::Timeout => Err(timed_out(request.timeout_ms.unwrap_or(self.0.settings.timeout_ms))),
            Ending::OutOfMemory => {
                let most = self.0.settings.memory_bytes;
                Err(StepError::new("js_out_of_memory", format!("the code needs more than its {most} bytes of memory")))
            }
            Ending::TooLarge => Err(self.too_large()),
        }
    }

    fn too_large(&self) -> StepError {
        let most = self.0.settings.output_bytes;
        StepError::new("output_too_large", format!("the code returned more than {most} bytes"))
    }
}

fn timed_out(timeout_ms: u32) -> StepError {
    StepError::new("js_timeout", format!("the code took longer than {timeout_ms} ms"))
}
