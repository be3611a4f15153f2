//! A small HTTP load: clients on keep-alive connections that send one request after the other.

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
    let mut stream = TcpStream::connect(&address).await?;
    stream.set_nodelay(true)?;
    let mut times = Vec::new();
    let mut buffer = vec![0u8; 16 * 1024];
    while Instant::now() < end {
        let began = Instant::now();
        stream.write_all(request.as_bytes()).await?;
        let mut filled = 0;
        loop {
            let read = stream.read(&mut buffer[filled..]).await?;
            filled += read;
            match answer_length(&buffer[..filled]) {
                Some(length) if filled >= length => break,
                _ if read == 0 => bail!("the server closed the connection"),
                _ => {}
            }
        }
        if !buffer.starts_with(b"HTTP/1.1 2") {
            bail!("answered {}", String::from_utf8_lossy(&buffer[..filled.min(300)]));
        }
        times.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    Ok(times)
}

/// Bytes of a whole answer, once its head has come.
fn answer_length(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&bytes[..head]).ok()?.to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:"))?.trim().parse::<usize>().ok()?;
    Some(head + length)
}
