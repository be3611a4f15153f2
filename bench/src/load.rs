//! A small HTTP load: clients on keep-alive connections that send one request after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What a load measured.
#[derive(Clone, Debug)]
pub(crate) struct Load {
    /// Requests answered with 2xx per second.
    pub(crate) rate: f64,
    /// Times of all requests in ms, sorted.
    pub(crate) times: Vec<f64>,
}

/// A server that answers every POST to `/echo` with its own body: what axum does without an engine behind it; and every
/// GET of `/slow` after a second.
///
/// # Errors
/// The listener fails.
pub async fn echo_server(listener: TcpListener) -> anyhow::Result<()> {
    let slow = || async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        "1"
    };
    let router = axum::Router::new()
        .route("/echo", axum::routing::post(|body: String| async move { body }))
        .route("/slow", axum::routing::get(slow));
    axum::serve(listener, router).await?;
    Ok(())
}

/// Sends `body` from `clients` connections for a time.
pub(crate) fn post(address: &str, path: &str, body: &str, clients: usize, time: Duration) -> anyhow::Result<Load> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    runtime.block_on(async {
        let began = Instant::now();
        let end = began + time;
        let clients: Vec<_> =
            (0..clients).map(|_| tokio::spawn(client(address.to_owned(), request.clone(), end))).collect();
        let mut times = Vec::new();
        for client in clients {
            times.extend(client.await??);
        }
        #[expect(clippy::cast_precision_loss, reason = "a count of requests")]
        let rate = times.len() as f64 / began.elapsed().as_secs_f64();
        times.sort_by(f64::total_cmp);
        Ok(Load { rate, times })
    })
}

/// Sends the same POST so many times from so many connections.
pub(crate) fn post_many(address: &str, head: &str, body: &str, clients: usize, count: usize) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let request = format!(
        "POST {head}host: {address}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    runtime.block_on(async {
        let left = Arc::new(AtomicUsize::new(count));
        let clients: Vec<_> = (0..clients)
            .map(|_| {
                let (address, request, left) = (address.to_owned(), request.clone(), left.clone());
                tokio::spawn(async move {
                    let mut connection = Connection::open(&address).await?;
                    let take = |left: usize| left.checked_sub(1);
                    while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok() {
                        connection.send(&request).await?;
                    }
                    anyhow::Ok(())
                })
            })
            .collect();
        for client in clients {
            client.await??;
        }
        Ok(())
    })
}

/// Sends requests at a steady rate, in turns, each on a connection of its own, until `is_over` says so; answers the
/// time of each in ms from when it was due, whatever became of those before it. What is not answered in 30 s fails.
pub(crate) fn probe(
    address: &str,
    requests: &[String],
    every: Duration,
    is_over: &dyn Fn() -> bool,
) -> anyhow::Result<Vec<Vec<f64>>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let mut under_way = Vec::new();
        let mut turns = requests.iter().enumerate().cycle();
        let mut ticks = tokio::time::interval(every);
        while !is_over() {
            let due = ticks.tick().await;
            let Some((which, request)) = turns.next() else { break };
            let (address, request) = (address.to_owned(), request.clone());
            under_way.push(tokio::spawn(async move {
                let answered = async { Connection::open(&address).await?.send(&request).await };
                tokio::time::timeout(Duration::from_secs(30), answered).await.context("no answer in 30 s")??;
                anyhow::Ok((which, due.elapsed().as_secs_f64() * 1_000.0))
            }));
        }
        let mut times = vec![Vec::new(); requests.len()];
        for probe in under_way {
            let (which, took) = probe.await??;
            times[which].push(took);
        }
        Ok(times)
    })
}

/// One request on a connection of its own; answers status and body.
pub(crate) fn call(
    address: &str,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> anyhow::Result<(u16, String)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut stream = TcpStream::connect(address).await?;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\n{headers}content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split_whitespace().nth(1).and_then(|code| code.parse().ok()).context("no HTTP answer")?;
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default();
        Ok((status, body))
    })
}

async fn client(address: String, request: String, end: Instant) -> anyhow::Result<Vec<f64>> {
    let mut connection = Connection::open(&address).await?;
    let mut times = Vec::new();
    while Instant::now() < end {
        let began = Instant::now();
        connection.send(&request).await?;
        times.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    Ok(times)
}

/// A connection that sends one request after the other.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 64 * 1024] })
    }

    /// Sends a request and reads its answer, which must be a 2xx.
    async fn send(&mut self, request: &str) -> anyhow::Result<()> {
        self.stream.write_all(request.as_bytes()).await?;
        let mut filled = 0;
        loop {
            if filled == self.buffer.len() {
                self.buffer.resize(2 * filled, 0);
            }
            let read = self.stream.read(&mut self.buffer[filled..]).await?;
            filled += read;
            match answer_length(&self.buffer[..filled]) {
                Some(length) if filled >= length => break,
                _ if read == 0 => bail!("the server closed the connection"),
                _ => {}
            }
        }
        if !self.buffer.starts_with(b"HTTP/1.1 2") {
            bail!("answered {}", String::from_utf8_lossy(&self.buffer[..filled.min(300)]));
        }
        Ok(())
    }
}

/// Bytes of a whole answer, once its head has come.
fn answer_length(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&bytes[..head]).ok()?.to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:"))?.trim().parse::<usize>().ok()?;
    Some(head + length)
}
