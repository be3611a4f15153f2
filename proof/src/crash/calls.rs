//! The ledger of calls: a small server on the loopback that is never killed. It writes every call down, durably, before
//! it answers; it takes its time, sometimes refuses, and sometimes hangs up. What it answers is what the reference's
//! `mock` would, so the answers of whole workflows are known.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use model::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

use crate::random::Random;
use crate::reference::{Call, act};

/// A call is no longer refused or hung up on from this attempt on, so that a step with as many attempts succeeds.
pub(super) const WELCOME: u32 = 4;
/// How long to wait until the connections of a dead process are gone.
const PATIENCE: Duration = Duration::from_secs(10);

/// The ledger and its server, which ends with it.
#[derive(Debug)]
pub struct CallLedger {
    shared: Arc<Shared>,
    address: SocketAddr,
    runtime: Option<Runtime>,
}

/// One call.
#[derive(Clone, Debug)]
pub struct Entry {
    /// In which life of a caller it came; see [`CallLedger::next_life`].
    pub life: usize,
    /// What the caller says is the step's key; only calls that change something have one.
    pub key: Option<String>,
    /// The execution, by the body.
    pub execution: String,
    /// The attempt, from 1; 0 where there is no key.
    pub attempt: u32,
    /// The body.
    pub body: Value,
    /// Its hash.
    pub hash: [u8; 32],
}

/// Counts of a ledger.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Calls.
    pub calls: usize,
    /// Calls that were refused or hung up on.
    pub refused: usize,
    /// Calls whose caller was gone before they were answered.
    pub cut: usize,
    /// The most calls under way at a time.
    pub at_once: usize,
}

#[derive(Debug)]
struct Shared {
    book: Mutex<Book>,
}

#[derive(Debug)]
struct Book {
    file: File,
    random: Random,
    entries: Vec<Entry>,
    /// How often each read came.
    reads: HashMap<String, u32>,
    counts: Counts,
    life: usize,
    under_way: usize,
    connections: usize,
}

/// What becomes of a call.
enum Reply {
    Answer(u16, String),
    HangUp,
}

struct Request {
    reads: bool,
    fails: bool,
    key: Option<String>,
    attempt: u32,
    body: Vec<u8>,
}

impl CallLedger {
    /// Begins to serve; the ledger is written to a file.
    ///
    /// # Errors
    /// There is no port, or the file cannot be made.
    pub fn begin(file: &Path, seed: u64) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let book = Book {
            file: File::create(file)?,
            random: Random::new(seed ^ 0xca11),
            entries: Vec::new(),
            reads: HashMap::new(),
            counts: Counts::default(),
            life: 0,
            under_way: 0,
            connections: 0,
        };
        let shared = Arc::new(Shared { book: Mutex::new(book) });
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let address = listener.local_addr()?;
        let own = shared.clone();
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = own.clone();
                shared.book().connections += 1;
                tokio::spawn(async move {
                    // A caller that is gone, or says what is no call, is not served further.
                    drop(serve(&shared, stream).await);
                    shared.book().connections -= 1;
                });
            }
        });
        Ok(Self { shared, address, runtime: Some(runtime) })
    }

    /// Where it serves.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Says that the caller has ended: calls that come from now on are of the next life. Waits until its connections are
    /// gone, so that none of its calls is taken for one of the next.
    ///
    /// # Errors
    /// A connection stays.
    pub fn next_life(&self) -> Result<()> {
        let began = Instant::now();
        loop {
            let mut book = self.shared.book();
            if book.connections == 0 {
                book.life += 1;
                return Ok(());
            }
            drop(book);
            if began.elapsed() > PATIENCE {
                bail!("a caller that has ended is still connected");
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// How many calls it has.
    pub fn len(&self) -> usize {
        self.shared.book().entries.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The calls from the n-th on.
    pub fn from(&self, at: usize) -> Vec<Entry> {
        self.shared.book().entries[at..].to_vec()
    }

    /// Its counts.
    pub fn counts(&self) -> Counts {
        let book = self.shared.book();
        Counts { calls: book.entries.len(), ..book.counts }
    }
}

impl Drop for CallLedger {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Shared {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    /// Writes a call down; answers what becomes of it, and after how long.
    fn take(&mut self, request: &Request) -> Result<(Reply, Duration)> {
        let body = json::read(&request.body).context("the body of a call")?;
        let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (execution, node) = (text("execution"), text("node"));
        let hash = engine::body_hash(&body);
        let (key, attempt, life) = (request.key.clone(), request.attempt, self.life);
        let key_text = key.as_deref().unwrap_or("-");
        let hash_text: String = hash[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        let millis = std::time::UNIX_EPOCH.elapsed()?.as_millis();
        let line = format!("{millis} {life} {execution} {node} {key_text} {attempt} {hash_text}\n");
        self.file.write_all(line.as_bytes())?;
        self.file.sync_data()?;
        let before = if request.reads {
            let count = self.reads.entry(format!("{execution} {node} {hash_text}")).or_default();
            *count += 1;
            *count
        } else {
            attempt
        };
        let answer = answer(&body)?;
        self.entries.push(Entry { life, key, execution, attempt, body, hash });
        let may_refuse = before < WELCOME;
        let reply = match self.random.below(100) {
            _ if request.fails => Reply::Answer(500, String::new()),
            0..10 if may_refuse => Reply::Answer(503, String::new()),
            10..13 if may_refuse => Reply::HangUp,
            _ => Reply::Answer(200, answer),
        };
        let is_slow = self.random.chance(8);
        let ms = if is_slow { 40 + self.random.below(60) } else { self.random.below(12) };
        self.under_way += 1;
        self.counts.at_once = self.counts.at_once.max(self.under_way);
        self.counts.refused += usize::from(!matches!(reply, Reply::Answer(200, _)));
        Ok((reply, Duration::from_millis(ms as u64)))
    }
}

/// What the node that stands in for the call would give.
fn answer(body: &Value) -> Result<String> {
    let part = |key: &str| body.get(key).unwrap_or(&Value::Null);
    let index = part("index").as_i64().and_then(|index| usize::try_from(index).ok()).unwrap_or(0);
    let ports = [arcstr::literal!("out")];
    let (data, input, inputs) = (part("do"), part("input"), part("inputs"));
    let call = Call { kind: "mock", data, ports: &ports, input, inputs, index, attempt: 0 };
    match act(&call) {
        Ok((_, output)) => Ok(json::to_text(&output)),
        Err(code) => bail!("a call that stands in for {code}"),
    }
}

async fn serve(shared: &Shared, stream: TcpStream) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream).await? {
        let (reply, delay) = shared.book().take(&request)?;
        tokio::time::sleep(delay).await;
        let is_gone = !matches!(stream.get_ref().try_read(&mut [0]), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock);
        {
            let mut book = shared.book();
            book.under_way -= 1;
            book.counts.cut += usize::from(is_gone);
        }
        let (false, Reply::Answer(status, body)) = (is_gone, reply) else { return Ok(()) };
        let head = format!(
            "HTTP/1.1 {status} Told\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).await?;
    }
    Ok(())
}

async fn read(stream: &mut BufReader<TcpStream>) -> Result<Option<Request>> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    let (method, path) = line.split_once(' ').context("a request line")?;
    let mut request =
        Request { reads: method == "GET", fails: path.starts_with("/fail"), key: None, attempt: 0, body: Vec::new() };
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => request.body.resize(value.trim().parse()?, 0),
            "idempotency-key" => request.key = Some(value.trim().to_owned()),
            "tidemill-attempt" => request.attempt = value.trim().parse()?,
            _ => {}
        }
    }
    stream.read_exact(&mut request.body).await?;
    Ok(Some(request))
}
