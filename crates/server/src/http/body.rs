//! Request bodies: JSON read by the model's own reader, which keeps numbers exact and names the path of what it refuses.

use arcstr::ArcStr;
use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use model::{Object, Value};

use crate::App;
use crate::error::ApiError;

/// From this size on a body is parsed off the threads that answer requests.
const LARGE: usize = 256 * 1024;

/// A JSON body; an empty one is an empty object.
pub(crate) struct JsonBody {
    /// What it says.
    pub(crate) value: Value,
    /// The body as it came, unpacked.
    pub(crate) bytes: Bytes,
}

impl FromRequest<App> for JsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        let bytes = read_bytes(request.into_body(), app.config.limits.body_bytes).await?;
        let value = read_json(&bytes).await?;
        Ok(Self { value, bytes })
    }
}

/// All bytes of a body, or 413.
pub(crate) async fn read_bytes(body: Body, limit: usize) -> Result<Bytes, ApiError> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if is_length_limit(error.as_ref()) => Err(too_large(limit)),
        Err(error) => Err(ApiError::bad_request("unreadable_body", format!("the body could not be read: {error}"))),
    }
}

/// The answer to a body above the limit.
pub(crate) fn too_large(limit: usize) -> ApiError {
    ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "body_too_large",
        format!("the body is larger than {limit} bytes, as sent or unpacked; limits.body_bytes raises the limit"),
    )
}

fn is_length_limit(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<LengthLimitError>() {
            return true;
        }
        next = error.source();
    }
    false
}

/// Reads JSON; nothing at all is an empty object.
pub(crate) async fn read_json(bytes: &Bytes) -> Result<Value, ApiError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::object(Vec::new()));
    }
    if bytes.len() < LARGE {
        return Ok(model::json::read(bytes)?);
    }
    let bytes = bytes.clone();
    let read = tokio::task::spawn_blocking(move || model::json::read(&bytes)).await;
    Ok(read.map_err(|_| ApiError::bad_request("invalid_json", "the body could not be read"))??)
}

/// The fields of a body that is an object, each checked when it is asked for.
pub(crate) struct Fields<'a> {
    object: &'a Object,
}

impl<'a> Fields<'a> {
    /// The fields of a body, all of which must be among these names.
    pub(crate) fn only(value: &'a Value, names: &[&str], hint: &str) -> Result<Self, ApiError> {
        let fields = Self::of(value)?;
        match fields.object.keys().find(|key| !names.contains(&key.as_str())) {
            None => Ok(fields),
            Some(key) => Err(ApiError::bad_request(
                "unknown_field",
                format!("{key} is not a field here; there are {}{hint}", names.join(", ")),
            )
            .at(format!("$.{key}"))),
        }
    }

    /// The fields of a body.
    pub(crate) fn of(value: &'a Value) -> Result<Self, ApiError> {
        let object = value.as_object().ok_or_else(|| wrong("$", "an object", value))?;
        Ok(Self { object })
    }

    /// A field that is not null.
    pub(crate) fn get(&self, key: &str) -> Option<&'a Value> {
        self.object.get(key).filter(|value| !value.is_null())
    }

    /// A field as it was said, null too.
    pub(crate) fn said(&self, key: &str) -> Option<&'a Value> {
        self.object.get(key)
    }

    /// A text.
    pub(crate) fn text(&self, key: &str) -> Result<Option<&'a ArcStr>, ApiError> {
        self.get(key)
            .map(|value| value.as_text().ok_or_else(|| wrong(&format!("$.{key}"), "a text", value)))
            .transpose()
    }

    /// A text that must be there.
    pub(crate) fn required(&self, key: &str) -> Result<&'a ArcStr, ApiError> {
        self.text(key)?
            .ok_or_else(|| ApiError::bad_request("missing_field", format!("{key} is missing")).at(format!("$.{key}")))
    }
}

fn wrong(path: &str, expected: &str, value: &Value) -> ApiError {
    ApiError::bad_request("wrong_kind", format!("expected {expected} at {path}, this is {}", value.kind())).at(path)
}
