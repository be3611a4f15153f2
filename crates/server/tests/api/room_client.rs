//! Somebody who is connected to a draft by a socket: what the page does, with as little as it takes.

use std::time::Duration;

use futures_util::SinkExt as _;
use tokio::net::TcpStream;
use tokio_stream::StreamExt as _;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use yrs::encoding::read::{Cursor, Read as _};
use yrs::encoding::write::Write as _;
use yrs::updates::decoder::Decode as _;
use yrs::updates::encoder::Encode as _;
use yrs::{Any, Doc, Map as _, Out, ReadTxn as _, StateVector, Transact as _, Update, WriteTxn as _};

use crate::harness::TOKEN;

/// Longer than anything takes here.
const PATIENCE: Duration = Duration::from_secs(20);

/// Somebody with a document of their own.
pub(crate) struct Person {
    pub(crate) doc: Doc,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Sync frames that were sent.
    pub(crate) sent: u64,
    pub(crate) heard: Heard,
}

/// What somebody heard.
#[derive(Default, Debug)]
pub(crate) struct Heard {
    /// Rev and count of the newest answer.
    pub(crate) saved: (u64, u64),
    pub(crate) over: Option<(u64, u64)>,
    pub(crate) refused: Vec<(u64, String)>,
    /// What others show, newest last: client, clock, JSON.
    pub(crate) states: Vec<(u64, u32, String)>,
    /// The server's whole answer to what was asked has come.
    pub(crate) synced: bool,
    /// Updates of others.
    pub(crate) updates: usize,
    pub(crate) closed: Option<u16>,
}

impl Person {
    /// Connects as the page does.
    pub(crate) async fn join(address: &str, workflow: &str, epoch: u64) -> Self {
        Self::with(address, &format!("/api/v1/workflows/{workflow}/rooms/{epoch}?tidemill=1"), Doc::new()).await
    }

    /// Connects to a path with a document, and waits for what the server has.
    pub(crate) async fn with(address: &str, path: &str, doc: Doc) -> Self {
        let mut person = Self::open(address, path, doc).await;
        person.ask().await;
        person.until(|heard| heard.synced || heard.closed.is_some()).await;
        person
    }

    /// Connects, and says nothing.
    pub(crate) async fn open(address: &str, path: &str, doc: Doc) -> Self {
        Self::known(address, path, doc, TOKEN).await
    }

    /// Connects as whoever has this token.
    pub(crate) async fn known(address: &str, path: &str, doc: Doc, token: &str) -> Self {
        Self::by(address, path, doc, &[("authorization", &format!("Bearer {token}"))]).await
    }

    /// Connects as these headers say.
    pub(crate) async fn by(address: &str, path: &str, doc: Doc, headers: &[(&'static str, &str)]) -> Self {
        let socket = dial(address, path, headers).await.expect("a socket");
        Self { doc, socket, sent: 0, heard: Heard::default() }
    }

    /// Asks for all that the document lacks.
    pub(crate) async fn ask(&mut self) {
        let vector = self.doc.transact().state_vector().encode_v1();
        self.say(&sync(0, &vector)).await;
    }

    pub(crate) async fn say(&mut self, frame: &[u8]) {
        // Whoever was cut off finds out by reading.
        self.socket.send(Message::binary(frame.to_vec())).await.ok();
    }

    /// Sends an update as it is.
    pub(crate) async fn send(&mut self, update: &[u8]) {
        self.sent += 1;
        self.say(&sync(2, update)).await;
    }

    /// Writes an entry, and sends what that changed.
    pub(crate) async fn set(&mut self, map: &str, key: &str, value: impl Into<Any>) {
        let update = self.write(map, key, value);
        self.send(&update).await;
    }

    /// Writes an entry without sending it.
    pub(crate) fn write(&self, map: &str, key: &str, value: impl Into<Any>) -> Vec<u8> {
        let mut txn = self.doc.transact_mut();
        let map = txn.get_or_insert_map(map);
        map.insert(&mut txn, key, value.into());
        txn.encode_update_v1()
    }

    /// The text of an entry.
    pub(crate) fn get(&self, map: &str, key: &str) -> Option<String> {
        let txn = self.doc.transact();
        match txn.get_map(map)?.get(&txn, key)? {
            Out::Any(Any::String(text)) => Some(text.to_string()),
            Out::Any(other) => Some(format!("{other:?}")),
            _ => None,
        }
    }

    /// Shows a state.
    pub(crate) async fn show(&mut self, clock: u32, json: &str) {
        let mut part = Vec::new();
        part.write_var(1_u32);
        part.write_var(self.doc.client_id().get());
        part.write_var(clock);
        part.write_string(json);
        let mut frame = vec![1];
        frame.write_buf(&part);
        self.say(&frame).await;
    }

    /// Waits until everything that was sent is on disk.
    pub(crate) async fn saved(&mut self) -> u64 {
        let sent = self.sent;
        self.until(|heard| heard.saved.1 >= sent).await;
        self.heard.saved.0
    }

    /// Reads until something has been heard.
    #[track_caller]
    pub(crate) fn until(&mut self, mut enough: impl FnMut(&Heard) -> bool) -> impl Future<Output = ()> {
        let from = std::panic::Location::caller();
        async move {
            let reading = async {
                while !enough(&self.heard) && self.heard.closed.is_none() {
                    self.read().await;
                }
            };
            let done = tokio::time::timeout(PATIENCE, reading).await.is_ok();
            assert!(done && enough(&self.heard), "{from}: {:?}", self.heard);
        }
    }

    /// Reads until an entry says this.
    pub(crate) async fn until_entry(&mut self, map: &str, key: &str, value: &str) {
        let reading = async {
            while self.get(map, key).as_deref() != Some(value) {
                assert!(self.heard.closed.is_none(), "{:?}", self.heard);
                self.read().await;
            }
        };
        let done = tokio::time::timeout(PATIENCE, reading).await.is_ok();
        assert!(done, "{key}: {:?}", self.get(map, key));
    }

    /// Reads the next frame.
    pub(crate) async fn read(&mut self) {
        match self.socket.next().await {
            Some(Ok(Message::Binary(frame))) => {
                let answer = self.hear(&frame);
                if let Some(answer) = answer {
                    self.sent += 1;
                    self.say(&answer).await;
                }
            }
            Some(Ok(Message::Close(frame))) => self.heard.closed = Some(frame.map_or(1005, |frame| frame.code.into())),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => drop(self.heard.closed.get_or_insert(1006)),
        }
    }

    fn hear(&mut self, frame: &[u8]) -> Option<Vec<u8>> {
        let mut cursor = Cursor::new(frame);
        match cursor.read_var::<u8>().expect("a type") {
            0 => match (cursor.read_var::<u8>().expect("a step"), cursor.read_buf().expect("a part")) {
                (0, vector) => {
                    let vector = StateVector::decode_v1(vector).expect("a vector");
                    return Some(sync(1, &self.doc.transact().encode_diff_v1(&vector)));
                }
                (step, update) => {
                    self.heard.synced |= step == 1;
                    self.heard.updates += usize::from(step == 2);
                    let update = Update::decode_v1(update).expect("an update");
                    self.doc.transact_mut().apply_update(update).expect("it fits");
                }
            },
            1 => {
                let part = cursor.read_buf().expect("a part").to_vec();
                let mut cursor = Cursor::new(&part);
                for _ in 0..cursor.read_var::<u32>().expect("a count") {
                    let (client, clock) = (cursor.read_var().expect("a client"), cursor.read_var().expect("a clock"));
                    self.heard.states.push((client, clock, cursor.read_string().expect("JSON").to_owned()));
                }
            }
            100 => self.heard.saved = (cursor.read_var().expect("a rev"), cursor.read_var().expect("a count")),
            101 => self.heard.over = cursor.read_var().ok().zip(cursor.read_var().ok()),
            102 => {
                let count = cursor.read_var().expect("a count");
                self.heard.refused.push((count, cursor.read_string().expect("a code").to_owned()));
            }
            other => panic!("a frame of type {other}"),
        }
        None
    }

    /// The newest state that others have heard of a client.
    pub(crate) fn state_of(&self, client: u64) -> Option<&str> {
        self.heard.states.iter().rev().find(|(one, ..)| *one == client).map(|(_, _, json)| json.as_str())
    }

    /// Goes away without a word.
    pub(crate) fn cut(self) -> Doc {
        self.doc
    }
}

/// Asks for a socket.
pub(crate) async fn dial(
    address: &str,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Result<WebSocketStream<MaybeTlsStream<TcpStream>>, Error> {
    let mut request = format!("{}{path}", address.replace("http://", "ws://")).into_client_request()?;
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().expect("a header"));
    }
    Ok(connect_async(request).await?.0)
}

/// A sync frame.
pub(crate) fn sync(step: u8, part: &[u8]) -> Vec<u8> {
    let mut frame = vec![0, step];
    frame.write_buf(part);
    frame
}
