//! Bars of drafts that many edit at once: `tidemill serve` as a process of its own, and editors on sockets as the page has them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use model::json;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use yrs::encoding::read::{Cursor, Read as _};
use yrs::encoding::write::Write as _;
use yrs::updates::decoder::Decode as _;
use yrs::{Any, Doc, Map as _, Observable as _, Out, Transact as _, TransactionMut, Update, WriteTxn as _};

use crate::floor::{appends, percentile};
use crate::report::Bar;
use crate::server_bars::Served;
use crate::{Group, Options};

pub(crate) const GROUPS: &[Group] = &[
    Group { id: "documents.save", measure: saves },
    Group { id: "documents.echo", measure: echo },
    Group { id: "documents.crowd", measure: crowd },
    Group { id: "documents.wire", measure: wire },
];

/// Drafts that are edited at once, and how often each is.
const DRAFTS: usize = 100;
const PER_SECOND: u64 = 5;
/// People in one draft, and how often each changes something.
const PEOPLE: usize = 50;
const EACH_PER_SECOND: u64 = 10;
/// Clock ticks of a second, as Linux counts the time of processes everywhere.
const TICKS: f64 = 100.0;

/// A draft of so many nodes: its id, and its epoch.
fn draft(served: &Served, nodes: usize) -> anyhow::Result<(String, i64)> {
    let node = |at: usize| {
        format!(
            r#"{{"id":"n{at}","type":"http","position":{{"x":{at},"y":{}}},"data":{{"url":"https://example.com/{at}","method":"GET"}}}}"#,
            at % 97
        )
    };
    let nodes: Vec<String> = (0..nodes).map(node).collect();
    let body = format!(r#"{{"name":"bench","nodes":[{}],"edges":[]}}"#, nodes.join(","));
    let made = served.call("POST", "/api/v1/workflows", r#"{"name":"bench","nodes":[],"edges":[]}"#)?;
    let made = json::read(made.as_bytes())?;
    let id = made.get("id").and_then(|id| id.as_str()).context("a workflow has an id")?.to_owned();
    let save = format!(r#"{{"id":"{id}","base":{{"rev":0}},"graph":{body}}}"#);
    let saved = served.call("POST", "/api/v1/workflows/auto-save", &save)?;
    let epoch = json::read(saved.as_bytes())?.get("epoch").and_then(model::Value::as_i64);
    Ok((id, epoch.context("a draft has an epoch")?))
}

/// Somebody who edits.
struct Editor {
    doc: Doc,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    sent: u64,
    kept: u64,
    synced: bool,
}

impl Editor {
    async fn join(address: &str, token: &str, id: &str, epoch: i64) -> anyhow::Result<Self> {
        let mut request =
            format!("ws://{address}/api/v1/workflows/{id}/rooms/{epoch}?tidemill=1").into_client_request()?;
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse()?);
        let (socket, _) = connect_async(request).await?;
        let mut editor = Self { doc: Doc::new(), socket, sent: 0, kept: 0, synced: false };
        editor.say(sync(0, &[0])).await?;
        while !editor.synced {
            editor.hear().await?;
        }
        Ok(editor)
    }

    async fn say(&mut self, frame: Vec<u8>) -> anyhow::Result<()> {
        Ok(self.socket.send(Message::binary(frame)).await?)
    }

    /// The frame that sets a field.
    fn set(&self, key: &str, value: &str) -> Vec<u8> {
        let mut txn = self.doc.transact_mut();
        let nodes = txn.get_or_insert_map("nodes");
        nodes.insert(&mut txn, key, value);
        sync(2, &txn.encode_update_v1())
    }

    async fn send(&mut self, frame: Vec<u8>) -> anyhow::Result<()> {
        self.sent += 1;
        self.say(frame).await
    }

    /// Reads a frame.
    async fn hear(&mut self) -> anyhow::Result<()> {
        let message = self.socket.next().await.context("the socket ended")??;
        let Message::Binary(frame) = message else {
            if matches!(message, Message::Close(_)) {
                bail!("the room closed: {message:?}");
            }
            return Ok(());
        };
        let mut cursor = Cursor::new(&frame);
        match cursor.read_var::<u8>()? {
            0 => {
                let (step, part) = (cursor.read_var::<u8>()?, cursor.read_buf()?);
                if step == 0 {
                    return Ok(());
                }
                self.doc.transact_mut().apply_update(Update::decode_v1(part)?)?;
                self.synced |= step == 1;
            }
            100 => {
                let _rev: u64 = cursor.read_var()?;
                self.kept = cursor.read_var()?;
            }
            _ => {}
        }
        Ok(())
    }
}

fn sync(step: u8, part: &[u8]) -> Vec<u8> {
    let mut frame = vec![0, step];
    frame.write_buf(part);
    frame
}

fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(work)
}

/// From sending a change to hearing that it is on disk.
fn saves(options: &Options) -> anyhow::Result<Vec<Bar>> {
    let folder = tempfile::Builder::new().prefix(".tidemill-bench-").tempdir_in(&options.folder)?;
    let served = Served::begin(options, folder.path())?;
    let ids = (0..DRAFTS).map(|_| draft(&served, 20)).collect::<anyhow::Result<Vec<_>>>()?;
    let mut times = block_on(async {
        let mut editors = JoinSet::new();
        for (at, (id, epoch)) in ids.into_iter().enumerate() {
            let editor = Editor::join(&served.address, &served.token, &id, epoch).await?;
            editors.spawn(edit_alone(editor, at, options.seconds));
        }
        let mut times = Vec::new();
        while let Some(ended) = editors.join_next().await {
            times.extend(ended??);
        }
        anyhow::Ok(times)
    })?;
    times.sort_by(f64::total_cmp);
    let syncs = appends(&options.folder, 500)?;
    let sync_p95 = percentile(&syncs, 0.95);
    let floor = format!("fdatasync p95 {sync_p95:.2} ms; p50 {:.2} ms, {} saves", percentile(&times, 0.5), times.len());
    Ok(vec![Bar::at_most(
        "documents.save.p95",
        percentile(&times, 0.95),
        "ms, 100 drafts at 5/s",
        10.0 + 3.0 * sync_p95,
        floor,
    )])
}

/// Edits, and answers how long each took to be on disk, in ms.
async fn edit_alone(mut editor: Editor, at: usize, seconds: u64) -> anyhow::Result<Vec<f64>> {
    let pause = Duration::from_millis(1_000 / PER_SECOND);
    let mut times = Vec::new();
    // Not all at the same moment.
    let mut next = tokio::time::Instant::now() + pause.mul_f64(at as f64 / DRAFTS as f64);
    for turn in 0..seconds * PER_SECOND {
        tokio::time::sleep_until(next).await;
        next += pause;
        let frame = editor.set(&format!("n{}/data/url", turn % 20), &format!("\"https://example.com/{turn}\""));
        let began = Instant::now();
        editor.send(frame).await?;
        while editor.kept < editor.sent {
            editor.hear().await?;
        }
        times.push(began.elapsed().as_secs_f64() * 1e3);
    }
    Ok(times)
}

/// From a change of one to the moment when the other has it.
fn echo(options: &Options) -> anyhow::Result<Vec<Bar>> {
    let folder = tempfile::Builder::new().prefix(".tidemill-bench-").tempdir_in(&options.folder)?;
    let served = Served::begin(options, folder.path())?;
    let (id, epoch) = draft(&served, 1_000)?;
    let mut times = block_on(async {
        let mut one = Editor::join(&served.address, &served.token, &id, epoch).await?;
        let mut other = Editor::join(&served.address, &served.token, &id, epoch).await?;
        let turns = options.seconds * 20;
        let listening = tokio::spawn(async move {
            let nodes = other.doc.get_or_insert_map("nodes");
            let mut heard = Vec::new();
            loop {
                other.hear().await?;
                let (txn, now) = (other.doc.transact(), Instant::now());
                let turn = nodes.get(&txn, "n7/data/turn").as_ref().and_then(text).and_then(|text| text.parse().ok());
                drop(txn);
                heard.extend(turn.map(|turn: u64| (turn, now)));
                if turn == Some(turns) {
                    return anyhow::Ok(heard);
                }
            }
        });
        let mut said = Vec::new();
        for turn in 0..=turns {
            let frame = one.set("n7/data/turn", &turn.to_string());
            said.push((turn, Instant::now()));
            one.send(frame).await?;
            while one.kept < one.sent {
                one.hear().await?;
            }
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
        let heard = listening.await??;
        // A change that another followed before it was heard counts with that one.
        let times = said.iter().filter_map(|(turn, at)| {
            let (_, first) = heard.iter().find(|(now, _)| now >= turn)?;
            Some(first.duration_since(*at).as_secs_f64() * 1e3)
        });
        anyhow::Ok(times.collect::<Vec<f64>>())
    })?;
    times.sort_by(f64::total_cmp);
    let floor = format!("p50 {:.2} ms, {} changes", percentile(&times, 0.5), times.len());
    Ok(vec![Bar::at_most("documents.echo.p95", percentile(&times, 0.95), "ms, to another editor", 50.0, floor)])
}

/// Many in one draft: what it costs the server, and how far behind anybody is.
fn crowd(options: &Options) -> anyhow::Result<Vec<Bar>> {
    let folder = tempfile::Builder::new().prefix(".tidemill-bench-").tempdir_in(&options.folder)?;
    let served = Served::begin(options, folder.path())?;
    let (id, epoch) = draft(&served, 1_000)?;
    let seconds = options.seconds.max(5);
    // When each change was sent, by its value.
    let sent: Arc<Mutex<HashMap<String, Instant>>> = Arc::default();
    let (mut behind, cpu) = block_on(async {
        let mut editors = JoinSet::new();
        let mut joined = Vec::new();
        for _ in 0..PEOPLE {
            joined.push(Editor::join(&served.address, &served.token, &id, epoch).await?);
        }
        let (before, began) = (cpu_seconds(served.child.id())?, Instant::now());
        for (at, editor) in joined.into_iter().enumerate() {
            editors.spawn(edit_among_many(editor, at, seconds, sent.clone()));
        }
        let mut behind = Vec::new();
        while let Some(ended) = editors.join_next().await {
            behind.push(ended??);
        }
        let cpu = (cpu_seconds(served.child.id())? - before) / began.elapsed().as_secs_f64();
        anyhow::Ok((behind, cpu))
    })?;
    behind.sort_by(f64::total_cmp);
    let floor = format!("{PEOPLE} people at {EACH_PER_SECOND} changes/s for {seconds} s");
    let worst = behind.last().copied().context("somebody edited")?;
    Ok(vec![
        Bar::at_most("documents.crowd.cpu", cpu * 100.0, "% of a core", 50.0, floor.clone()),
        Bar::at_most("documents.crowd.behind", worst, "ms, the worst of any change for anybody", 500.0, floor),
    ])
}

/// Edits among others, and answers how late the latest change of anybody came, in ms.
async fn edit_among_many(
    mut editor: Editor,
    at: usize,
    seconds: u64,
    sent: Arc<Mutex<HashMap<String, Instant>>>,
) -> anyhow::Result<f64> {
    let worst = Arc::new(Mutex::new(0.0_f64));
    let nodes = editor.doc.get_or_insert_map("nodes");
    let (known, late) = (sent.clone(), worst.clone());
    nodes.observe("late", move |txn: &TransactionMut<'_>, event: &yrs::types::map::MapEvent| {
        let sent = known.lock().unwrap_or_else(PoisonError::into_inner);
        for change in event.keys(txn).values() {
            let (yrs::types::EntryChange::Inserted(value) | yrs::types::EntryChange::Updated(_, value)) = change else {
                continue;
            };
            let Some(began) = text(value).and_then(|value| sent.get(value).copied()) else {
                continue;
            };
            let mut worst = late.lock().unwrap_or_else(PoisonError::into_inner);
            *worst = worst.max(began.elapsed().as_secs_f64() * 1e3);
        }
    });
    let pause = Duration::from_millis(1_000 / EACH_PER_SECOND);
    let mut next = tokio::time::Instant::now() + pause.mul_f64(at as f64 / PEOPLE as f64);
    for turn in 0..seconds * EACH_PER_SECOND {
        // Whoever waits hears meanwhile.
        while tokio::time::timeout_at(next, editor.hear()).await.is_ok_and(|heard| heard.is_ok()) {}
        next += pause;
        let value = format!("\"{at} {turn}\"");
        sent.lock().unwrap_or_else(PoisonError::into_inner).insert(value.clone(), Instant::now());
        let frame = editor.set(&format!("n{}/data/note{at}", (at * 7 + usize::try_from(turn)?) % 1_000), &value);
        editor.send(frame).await?;
    }
    let end = tokio::time::Instant::now() + Duration::from_secs(2);
    while tokio::time::timeout_at(end, editor.hear()).await.is_ok_and(|heard| heard.is_ok()) {}
    if editor.kept < editor.sent {
        bail!("editor {at} heard of {} of {} changes that they are safe", editor.kept, editor.sent);
    }
    let worst = *worst.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(worst)
}

/// The text of an entry.
fn text(value: &Out) -> Option<&str> {
    match value {
        Out::Any(Any::String(text)) => Some(text),
        _ => None,
    }
}

/// The time that a process has spent, in seconds.
fn cpu_seconds(process: u32) -> anyhow::Result<f64> {
    let stat =
        std::fs::read_to_string(format!("/proc/{process}/stat")).context("the time of a process is known on Linux")?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|ticks| ticks.parse::<f64>().ok()).context("a number");
    Ok((ticks(11)? + ticks(12)?) / TICKS)
}

/// What moving one node of many costs on the wire.
fn wire(options: &Options) -> anyhow::Result<Vec<Bar>> {
    let folder = tempfile::Builder::new().prefix(".tidemill-bench-").tempdir_in(&options.folder)?;
    let served = Served::begin(options, folder.path())?;
    let (id, epoch) = draft(&served, 10_000)?;
    let (bytes, heard) = block_on(async {
        let mut editor = Editor::join(&served.address, &served.token, &id, epoch).await?;
        let frame = editor.set("n5000/position", r#"{"x":-12345.5,"y":6789.25}"#);
        let bytes = frame.len();
        editor.send(frame).await?;
        while editor.kept < editor.sent {
            editor.hear().await?;
        }
        anyhow::Ok((bytes, editor.kept))
    })?;
    let floor = format!("{heard} frame was answered");
    Ok(vec![Bar::at_most("documents.wire.move", bytes as f64, "bytes, one of 10,000 nodes", 300.0, floor)])
}
