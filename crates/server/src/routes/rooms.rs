//! Sockets: a draft that several people change at once.

use std::collections::HashMap;
use std::pin::pin;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use model::WorkflowId;
use tokio::time::{Instant, interval_at};

use crate::App;
use crate::auth::{self, Tenant};
use crate::drafts::room::{self, Manner, Seat, close};
use crate::error::{ApiError, ProblemBody};

/// How often a socket is asked whether it is there.
const ASKED: Duration = Duration::from_secs(25);
/// Bytes of a socket that were written and not sent.
const UNSENT_MAX: usize = 64 * 1024 * 1024;
/// Characters of a session's name.
const SESSION_MAX: usize = 64;

/// A request for a socket, and what proves who asks.
pub(crate) struct Asked {
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
}

impl FromRequestParts<App> for Asked {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let upgrade = WebSocketUpgrade::from_request_parts(parts, app).await;
        Ok(Self { headers: parts.headers.clone(), upgrade: upgrade.map_err(IntoResponse::into_response)? })
    }
}

/// A socket to the draft of a workflow, by the y-protocols: what others change, and who is there.
#[utoipa::path(get, path = "/workflows/{id}/rooms/{epoch}", operation_id = "join_room", tag = "drafts",
    params(("id" = String, Path), ("epoch" = u64, Path, description = "The epoch of the draft"),
        ("tidemill" = Option<String>, Query, description = "1: also hear what is saved"),
        ("session" = Option<String>, Query, description = "A later socket of the same ends this one"),
        ("view" = Option<String>, Query, description = "1: only look on")),
    responses(
    (status = 101, description = "The y-protocols, one message in each binary frame"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json", description = "It is no request for a socket"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn join(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path((id, epoch)): Path<(String, u64)>,
    Query(query): Query<HashMap<String, String>>,
    socket: Asked,
) -> Result<Response, ApiError> {
    let Asked { headers, upgrade } = socket;
    let id: WorkflowId = id.parse().map_err(|_| ApiError::not_found(format!("workflow {id}")))?;
    crate::workflows::find(&app, tenant, id).await?;
    let is = |key: &str| query.get(key).is_some_and(|value| value == "1");
    let session = query.get("session").filter(|session| session.len() <= SESSION_MAX).cloned();
    let manner = Manner { ours: is("tidemill"), views: is("view"), session };
    let most = app.config.limits.body_bytes;
    let upgrade = upgrade.max_message_size(most).max_frame_size(most).max_write_buffer_size(UNSENT_MAX);
    Ok(upgrade.on_upgrade(async move |mut socket| match room::join(&app, (tenant, id), epoch, manner).await {
        Ok(seat) => serve(&app, &headers, socket, seat).await,
        Err(code) => end(&mut socket, code).await,
    }))
}

async fn serve(app: &App, headers: &HeaderMap, mut socket: WebSocket, mut seat: Seat) {
    let mut asked = interval_at(Instant::now() + ASKED, ASKED);
    let mut gone = pin!(auth::gone(app, headers));
    let mut heard = true;
    let code = loop {
        tokio::select! {
            frame = seat.hears.recv() => match frame {
                Some(frame) => {
                    if socket.send(Message::Binary(frame)).await.is_err() {
                        break None;
                    }
                }
                None => break Some(seat.code()),
            },
            message = socket.recv() => {
                heard = true;
                match message {
                    Some(Ok(Message::Binary(frame))) => {
                        if !seat.say(&frame).await {
                            break Some(seat.code());
                        }
                    }
                    Some(Ok(Message::Text(_) | Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Err(error)) if is_too_large(&error) => break Some(close::TOO_LARGE),
                    Some(Ok(Message::Close(_)) | Err(_)) | None => break None,
                }
            }
            () = &mut gone => break Some(close::SIGNED_OUT),
            _ = asked.tick() => {
                if !heard {
                    break None;
                }
                heard = false;
                if socket.send(Message::Ping(Bytes::new())).await.is_err() {
                    break None;
                }
            }
        }
    };
    if let Some(code) = code {
        end(&mut socket, code).await;
    }
    seat.leave().await;
}

/// The library that reads frames tells it only in words.
fn is_too_large(error: &axum::Error) -> bool {
    error.to_string().contains("too long")
}

async fn end(socket: &mut WebSocket, code: u16) {
    let reason = match code {
        close::GOING_AWAY => "the server stops",
        close::TOO_MUCH => "too slow, or too many at once",
        close::SIGNED_OUT => "signed out",
        close::NO_WORKFLOW => "there is no such workflow",
        close::REPLACED => "another socket of this session took over",
        close::OVER => "the document was folded: read it again",
        close::TOO_LARGE => "a frame was too large",
        close::MALFORMED => "what was sent is no update",
        _ => "the room failed; try again",
    };
    let frame = CloseFrame { code, reason: reason.into() };
    // Whoever is gone need not hear why.
    socket.send(Message::Close(Some(frame))).await.ok();
}
