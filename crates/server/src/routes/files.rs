//! Files: bodies too large for a value, as they are saved from an execution and put for one.

use std::fmt::Write as _;
use std::ops::Range;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use model::file::{self, FileHash};
use model::{ExecutionId, File, TenantId};
use serde::Deserialize;
use store::journal::SharedJournal;
use store::{BLOB_CHUNK, BlobQuery};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::executions::parse_id;
use crate::App;
use crate::auth::Tenant;
use crate::error::{ApiError, ProblemBody};
use crate::http::layers::Foreign;

/// Chunks that wait to be sent.
const AHEAD: usize = 2;
/// What a file is if nobody says it.
const UNKNOWN: &str = "application/octet-stream";
/// Letters of a file's name.
const NAME: usize = 200;

/// How the file is to be saved, as its value says.
#[derive(Deserialize)]
pub(crate) struct SavedAs {
    name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// A file that an execution has, as bytes to save. It is never shown in place, whatever it is.
#[utoipa::path(get, path = "/executions/{id}/files/{hash}", operation_id = "download_file", tag = "executions",
    params(
    ("id" = String, Path), ("hash" = String, Path, description = "What stands under `$file` in its value"),
    ("name" = Option<String>, Query, description = "What it is saved as"),
    ("type" = Option<String>, Query, description = "Its media type"),
    ("range" = Option<String>, Header, description = "Some bytes of it: `bytes=0-99`"),
), responses(
    (status = 200, content_type = "application/octet-stream", body = Vec<u8>),
    (status = 206, content_type = "application/octet-stream", body = Vec<u8>, description = "The bytes that were asked for"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "The execution has no such file"),
    (status = 416, body = ProblemBody, content_type = "application/problem+json", description = "It has no such bytes"),
))]
pub(crate) async fn download(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    Path((id, hash)): Path<(String, String)>,
    Query(saved_as): Query<SavedAs>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let missing = || ApiError::not_found(format!("file {hash} of execution {id}"));
    let (execution, hash) = (parse_id(&id)?, file::hash_of(&hash).ok_or_else(missing)?);
    let query = BlobQuery { tenant, hash, of: Some(execution), offset: 0, length: 0 };
    // An answer in the words of the store would not say whose file it is.
    let size = match app.journal.get_blob(query).await {
        Ok(part) => part.size,
        Err(store::StoreError::NotFound(_)) => return Err(missing()),
        Err(error) => return Err(error.into()),
    };
    let asked = headers.get(header::RANGE).and_then(|range| range.to_str().ok());
    let range = match asked.map_or(Asked::All, |text| read_range(text, size)) {
        Asked::All => None,
        Asked::Part(range) => Some(range),
        Asked::Nothing => {
            let detail = format!("the file has {size} bytes, and none of those that were asked for");
            let refused = ApiError::new(StatusCode::RANGE_NOT_SATISFIABLE, "no_such_range", detail);
            return Ok(([(header::CONTENT_RANGE, format!("bytes */{size}"))], refused).into_response());
        }
    };
    let sent = range.clone().unwrap_or(0..size);
    let kind = saved_as.kind.filter(|kind| is_media_type(kind)).unwrap_or_else(|| UNKNOWN.to_owned());
    let known = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, disposition(saved_as.name.as_deref().unwrap_or_default())),
        (header::CONTENT_LENGTH, (sent.end - sent.start).to_string()),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (header::ETAG, format!("\"{}\"", file::hash_text(&hash))),
    ];
    let body = Body::from_stream(ReceiverStream::new(chunks(app.journal.clone(), (tenant, execution, hash), sent)));
    Ok(match range {
        None => (known, Extension(Foreign), body).into_response(),
        Some(Range { start, end }) => {
            let part = [(header::CONTENT_RANGE, format!("bytes {start}-{}/{size}", end - 1))];
            (StatusCode::PARTIAL_CONTENT, known, part, Extension(Foreign), body).into_response()
        }
    })
}

/// The bytes of a file, read as fast as they are taken.
fn chunks(
    journal: SharedJournal,
    (tenant, execution, hash): (TenantId, ExecutionId, FileHash),
    Range { start, end }: Range<u64>,
) -> mpsc::Receiver<store::Result<Bytes>> {
    let (give, take) = mpsc::channel(AHEAD);
    tokio::spawn(async move {
        let mut at = start;
        while at < end {
            let length = (end - at).min(BLOB_CHUNK as u64);
            let query = BlobQuery { tenant, hash, of: Some(execution), offset: at, length };
            let chunk = journal.get_blob(query).await.map(|part| part.bytes);
            let is_last = chunk.is_err();
            if give.send(chunk).await.is_err() || is_last {
                return;
            }
            at += length;
        }
    });
    take
}

/// Which bytes a caller asks for.
#[derive(Debug, PartialEq)]
enum Asked {
    All,
    Part(Range<u64>),
    Nothing,
}

/// Reads `bytes=0-99`, `bytes=100-` and `bytes=-5`. Several ranges, and what nobody understands, ask for all.
fn read_range(text: &str, size: u64) -> Asked {
    let Some((first, last)) = text.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Asked::All;
    };
    let range = match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(size),
        (Ok(first), Err(_)) if last.trim().is_empty() => first..size,
        (Err(_), Ok(count)) if first.trim().is_empty() => size.saturating_sub(count)..size,
        _ => return Asked::All,
    };
    if range.start < range.end { Asked::Part(range) } else { Asked::Nothing }
}

/// `attachment` under a name, which any system can keep: a name for old clients, and the whole one.
fn disposition(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|letter| !letter.is_control()).take(NAME).collect();
    if name.trim().is_empty() {
        return "attachment; filename=\"file\"".to_owned();
    }
    let plain = |letter: char| if letter.is_ascii() && !"\"\\%;".contains(letter) { letter } else { '_' };
    let ascii: String = name.chars().map(plain).collect();
    let mut whole = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            whole.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            write!(whole, "%{byte:02X}").unwrap_or_default();
        }
    }
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{whole}")
}

/// Whether a text is a media type, without parameters.
pub(super) fn is_media_type(kind: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    kind.len() <= 127 && kind.split_once('/').is_some_and(|(left, right)| is_word(left) && is_word(right))
}

/// Keeps a body that came as a whole. Whoever starts an execution with it names it among its files.
pub(super) async fn put(app: &App, tenant: TenantId, body: Bytes, kind: String) -> Result<File, ApiError> {
    let size = body.len() as u64;
    let hash = app.journal.put_blob(tenant, body).await?;
    Ok(File { hash, name: "".into(), media_type: kind.into(), size })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_browsers_write_them() {
        let rows = [
            ("bytes=0-99", Asked::Part(0..100)),
            ("bytes=990-2000", Asked::Part(990..1_000)),
            ("bytes=5-", Asked::Part(5..1_000)),
            ("bytes=-5", Asked::Part(995..1_000)),
            ("bytes=-5000", Asked::Part(0..1_000)),
            ("bytes=1000-", Asked::Nothing),
            ("bytes=-0", Asked::Nothing),
            ("bytes=9-5", Asked::All),
            ("bytes=0-1,4-5", Asked::All),
            ("pages=1-2", Asked::All),
        ];
        for (text, expected) in rows {
            assert_eq!(read_range(text, 1_000), expected, "{text}");
        }
    }

    #[test]
    fn a_name_cannot_leave_its_header() {
        assert_eq!(disposition(""), "attachment; filename=\"file\"");
        assert_eq!(disposition("a b.pdf"), "attachment; filename=\"a b.pdf\"; filename*=UTF-8''a%20b.pdf");
        assert_eq!(
            disposition("../\"x\r\n€.html"),
            "attachment; filename=\"_x_.html\"; filename*=UTF-8''%22x%E2%82%AC.html"
        );
        assert!(is_media_type("application/vnd.api+json") && !is_media_type("text/html; charset=x"));
        assert!(!is_media_type("text") && !is_media_type("a/b\r\nc"));
    }
}
