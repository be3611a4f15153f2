//! A backup of a running server.

use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use tokio::io::AsyncReadExt as _;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::App;
use crate::auth::Tenant;
use crate::error::{ApiError, ProblemBody};

/// Bytes read and sent at once.
const CHUNK: usize = 256 * 1024;

/// One consistent file of everything, made while the server runs.
#[utoipa::path(get, path = "/backup", operation_id = "download_backup", tag = "operations", responses(
    (status = 200, content_type = "application/vnd.sqlite3", body = Vec<u8>),
    (status = 507, body = ProblemBody, content_type = "application/problem+json", description = "No space for it"),
))]
pub(crate) async fn download(State(app): State<App>, Tenant(_tenant): Tenant) -> Result<Response, ApiError> {
    if app.config.memory {
        return Err(ApiError::new(StatusCode::CONFLICT, "nothing_stored", "this server keeps everything in memory"));
    }
    let path = app.config.data.join(format!("backup-{}.partial", app.ids.next()));
    let size = app.journal.backup(&path).await?;
    let mut file = tokio::fs::File::open(&path).await.map_err(|error| unreadable(&error))?;
    // An open file stays readable without a name, and leaves nothing behind when the caller goes away.
    tokio::fs::remove_file(&path).await.map_err(|error| unreadable(&error))?;
    let (sender, receiver) = mpsc::channel::<std::io::Result<Bytes>>(2);
    tokio::spawn(async move {
        loop {
            let mut chunk = vec![0; CHUNK];
            let read = file.read(&mut chunk).await;
            let end = matches!(read, Ok(0) | Err(_));
            let chunk = read.map(|length| {
                chunk.truncate(length);
                Bytes::from(chunk)
            });
            if (!matches!(&chunk, Ok(chunk) if chunk.is_empty()) && sender.send(chunk).await.is_err()) || end {
                return;
            }
        }
    });
    let headers = [
        (header::CONTENT_TYPE, "application/vnd.sqlite3".to_owned()),
        (header::CONTENT_LENGTH, size.to_string()),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"tidemill-backup.db\"".to_owned()),
    ];
    Ok((headers, Body::from_stream(ReceiverStream::new(receiver))).into_response())
}

fn unreadable(error: &std::io::Error) -> ApiError {
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "backup_failed", format!("the backup could not be read: {error}"))
}
