//! The other system of a demonstration: it books what it is called for, once for each key, and takes its time to answer.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Json;
use axum::routing::post;
use serde_json::json;
use tokio::net::TcpListener;

/// What a ledger has to tell.
#[derive(Clone, Debug)]
pub(super) enum News {
    /// A call came in.
    Called(Call),
    /// It is answered; nobody says whether the answer arrived.
    Answered { step: String },
}

/// A call as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// The step, as the address names it.
    pub(super) step: String,
    /// Its idempotency key.
    pub(super) key: String,
    /// Which try of the step it is, by its own words.
    pub(super) attempt: String,
    /// Whether the key was booked before; then nothing is booked again.
    pub(super) is_known: bool,
}

#[derive(Clone)]
struct Ledger {
    /// The number of the entry that each key has.
    booked: Arc<Mutex<HashMap<String, usize>>>,
    slow: Duration,
    news: Sender<News>,
}

/// Serves a ledger for as long as the runtime lives, and answers its address.
///
/// # Errors
/// No port is free.
pub(super) async fn serve(slow: Duration, news: Sender<News>) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let ledger = Ledger { booked: Arc::default(), slow, news };
    let router = axum::Router::new().route("/{step}", post(book)).with_state(ledger);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

async fn book(State(ledger): State<Ledger>, Path(step): Path<String>, headers: HeaderMap) -> Json<serde_json::Value> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let (key, attempt) = (header("idempotency-key"), header("tidemill-attempt"));
    let (entry, is_known) = ledger.book(&key);
    // Whoever listened may have gone: the calls of this one go on all the same.
    drop(ledger.news.send(News::Called(Call { step: step.clone(), key, attempt, is_known })));
    tokio::time::sleep(ledger.slow).await;
    drop(ledger.news.send(News::Answered { step: step.clone() }));
    Json(json!({"step": step, "entry": entry, "booked_before": is_known}))
}

impl Ledger {
    /// The number of a key's entry, and whether it was there before.
    fn book(&self, key: &str) -> (usize, bool) {
        let mut booked = self.booked.lock().unwrap_or_else(PoisonError::into_inner);
        let next = booked.len() + 1;
        match booked.get(key) {
            Some(&entry) => (entry, true),
            None => {
                booked.insert(key.to_owned(), next);
                (next, false)
            }
        }
    }
}
