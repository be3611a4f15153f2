//! Live events over server-sent events: history first, then what is committed, of one execution or of several.

use std::collections::HashMap;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use engine::{EventStream, StreamEvent};
use futures_util::StreamExt as _;
use model::{ExecutionId, TenantId};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::executions::parse_id;
use crate::App;
use crate::auth::{self, Tenant};
use crate::error::{ApiError, ProblemBody};

/// Executions on one connection.
const EXECUTIONS_MAX: usize = 100;
/// Events that wait for a slow reader before the journal is read no further.
const WAITING_MAX: usize = 64;
/// Time between two comments that keep an idle connection open.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The events of an execution.
#[utoipa::path(get, path = "/executions/{id}/events", operation_id = "stream_events", tag = "executions", params(
    ("id" = String, Path),
    ("after" = Option<u64>, Query, description = "Only events after this seq"),
    ("Last-Event-ID" = Option<String>, Header, description = "<execution>:<seq> of the last event that was seen"),
), responses(
    (status = 200, content_type = "text/event-stream", body = String,
     description = "id is <execution>:<seq>, event is the type, data is JSON"),
    (status = 204, description = "It has ended and everything was seen"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn one(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    follow(&app, tenant, &[parse_id(&id)?], &seen(&query, &headers)?, headers).await
}

/// The events of several executions over one connection.
#[utoipa::path(get, path = "/executions/events", operation_id = "stream_events_of_several", tag = "executions",
    params(
    ("ids" = String, Query, description = "Executions, with commas between them; at most 100"),
    ("after" = Option<String>, Query, description = "<execution>:<seq> of the last events that were seen, with commas between them"),
    ("Last-Event-ID" = Option<String>, Header, description = "<execution>:<seq> of the last event that was seen"),
), responses(
    (status = 200, content_type = "text/event-stream", body = String),
    (status = 204, description = "All have ended and everything was seen"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn several(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let ids = query.get("ids").map(String::as_str).unwrap_or_default();
    let ids: Vec<ExecutionId> = ids.split(',').filter(|id| !id.is_empty()).map(parse_id).collect::<Result<_, _>>()?;
    if ids.is_empty() || ids.len() > EXECUTIONS_MAX {
        return Err(ApiError::bad_request(
            "invalid_parameter",
            format!("ids names 1 to {EXECUTIONS_MAX} executions, with commas between them"),
        ));
    }
    follow(&app, tenant, &ids, &seen(&query, &headers)?, headers).await
}

/// What the reader has seen: a seq of any execution (`?after=12`), or of some by name.
#[derive(Default)]
struct Seen {
    any: u64,
    by_execution: HashMap<ExecutionId, u64>,
}

impl Seen {
    fn of(&self, execution: ExecutionId) -> u64 {
        self.by_execution.get(&execution).copied().unwrap_or(self.any)
    }
}

fn seen(query: &HashMap<String, String>, headers: &HeaderMap) -> Result<Seen, ApiError> {
    let wrong = |text: &str| {
        ApiError::bad_request(
            "invalid_parameter",
            format!("after cannot be {text:?}: expected a seq, or <execution>:<seq>"),
        )
    };
    let mut seen = Seen::default();
    let mut take = |text: &str| {
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            match part.split_once(':') {
                None => seen.any = part.parse().map_err(|_| wrong(part))?,
                Some((id, seq)) => {
                    let id: ExecutionId = id.parse().map_err(|_| wrong(part))?;
                    let seq: u64 = seq.parse().map_err(|_| wrong(part))?;
                    let known = seen.by_execution.entry(id).or_default();
                    *known = seq.max(*known);
                }
            }
        }
        Ok::<(), ApiError>(())
    };
    take(query.get("after").map(String::as_str).unwrap_or_default())?;
    // A browser that reconnects by itself sends the header beside the query it began with.
    take(headers.get("last-event-id").and_then(|id| id.to_str().ok()).unwrap_or_default())?;
    Ok(seen)
}

/// Streams the events of executions to whoever sent these headers.
async fn follow(
    app: &App,
    tenant: TenantId,
    ids: &[ExecutionId],
    seen: &Seen,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let rows = app.journal.executions(tenant, ids.to_vec()).await?;
    if let Some(missing) = ids.iter().find(|id| !rows.iter().any(|row| row.id == **id)) {
        return Err(ApiError::not_found(format!("execution {missing}")));
    }
    if rows.iter().all(|row| row.status.is_terminal() && seen.of(row.id) + 1 >= row.next_seq) {
        // The one answer after which a browser does not connect again.
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let (sender, receiver) = mpsc::channel(WAITING_MAX);
    for row in rows {
        let events = app.engine.events(tenant, row.id, seen.of(row.id)).await?;
        tokio::spawn(forward(app.clone(), events, sender.clone()));
    }
    let alive = KeepAlive::new().interval(KEEP_ALIVE).text("");
    let whoever = app.clone();
    let events = ReceiverStream::new(receiver).take_until(async move { auth::gone(&whoever, &headers).await });
    let mut response = Sse::new(events).keep_alive(alive).into_response();
    let headers = response.headers_mut();
    headers.insert("cache-control", axum::http::HeaderValue::from_static("no-cache, no-transform"));
    headers.insert("x-accel-buffering", axum::http::HeaderValue::from_static("no"));
    Ok(response)
}

/// Hands the events of one execution to a connection until the execution ends, the reader goes, or the server stops.
async fn forward(app: App, mut events: EventStream, sender: mpsc::Sender<Result<Event, Infallible>>) {
    let mut closing = app.closing();
    loop {
        let next = tokio::select! {
            next = events.next() => next,
            () = sender.closed() => return,
            _ = closing.wait_for(|closing| *closing) => return,
        };
        match next {
            Ok(Some(event)) => {
                if sender.send(Ok(sse(&event))).await.is_err() {
                    return;
                }
            }
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(%error, "a stream of events ended early");
                return;
            }
        }
    }
}

fn sse(event: &StreamEvent) -> Event {
    Event::default().id(format!("{}:{}", event.execution, event.seq)).event(event.kind).data(&event.json)
}
