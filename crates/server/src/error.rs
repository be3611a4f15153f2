//! Errors as HTTP tells them: `application/problem+json` with a stable `code`. The only place that knows which error
//! is which status.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::EngineError;
use model::graph::GraphError;
use model::json::ReadError;
use model::merge::Conflict;
use model::{Problem, Value};
use serde::Serialize;
use serde_json::value::RawValue;
use store::StoreError;
use utoipa::ToSchema;

/// Why a request was not answered as asked.
#[derive(Debug)]
pub(crate) struct ApiError(Box<Refusal>);

#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    code: &'static str,
    detail: String,
    path: Option<String>,
    current: Option<String>,
    rev: Option<u64>,
    epoch: Option<u64>,
    retry_after: Option<u64>,
    problems: Vec<Problem>,
    conflicts: Vec<FieldConflict>,
    graph: Option<Box<RawValue>>,
}

/// The body of an error.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// A name for the kind of error, as a URI.
    #[serde(rename = "type")]
    kind: String,
    /// The status in words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// A stable name for the error.
    code: String,
    /// What is wrong, where, and what to do.
    detail: String,
    /// Where in the body: `$.nodes[3].data`.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// The revision that `If-Match` should have named.
    #[serde(skip_serializing_if = "Option::is_none")]
    current: Option<String>,
    /// The rev of the draft that `If-Match` should have named.
    #[serde(skip_serializing_if = "Option::is_none")]
    rev: Option<u64>,
    /// The epoch of the draft.
    #[serde(skip_serializing_if = "Option::is_none")]
    epoch: Option<u64>,
    /// What is wrong with the graph, one by one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<GraphProblem>,
    /// What two people changed to different values, one by one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conflicts: Vec<FieldConflict>,
    /// The file of the draft as it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    graph: Option<Box<RawValue>>,
}

/// A field that two people changed to different values. What is not there was not, or was taken out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldConflict {
    /// Where: `nodes/<id>/<field>`; the field is empty where one side took out the whole row.
    path: String,
    /// What it was before both.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    base: Option<Value>,
    /// What this request says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    mine: Option<Value>,
    /// What is there now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    theirs: Option<Value>,
    /// A text that has as much of both as fits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    merged: Option<Value>,
}

/// One thing that is wrong with a graph.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct GraphProblem {
    /// A stable name: `unknown_type`, `dangling_edge` …
    pub(crate) code: &'static str,
    /// `error` keeps the graph from running, `warning` does not.
    pub(crate) severity: &'static str,
    /// The node it is about.
    pub(crate) node: Option<String>,
    /// The edge it is about.
    pub(crate) edge: Option<String>,
    /// Where in the node's parameters.
    pub(crate) path: Option<String>,
    /// What is wrong, in words.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) suggestion: Option<String>,
}

impl From<&Problem> for GraphProblem {
    fn from(problem: &Problem) -> Self {
        Self {
            code: problem.code,
            severity: match problem.severity {
                model::Severity::Error => "error",
                model::Severity::Warning => "warning",
            },
            node: problem.node.as_ref().map(ToString::to_string),
            edge: problem.edge.as_ref().map(ToString::to_string),
            path: problem.path.clone(),
            message: problem.message.clone(),
            suggestion: problem.suggestion.clone(),
        }
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.0.code, self.0.detail)
    }
}

impl ApiError {
    /// The status that it is answered with.
    pub(crate) const fn status(&self) -> StatusCode {
        self.0.status
    }

    /// An error with a status, a stable code, and words.
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self(Box::new(Refusal {
            status,
            code,
            detail: detail.into(),
            path: None,
            current: None,
            rev: None,
            epoch: None,
            retry_after: None,
            problems: Vec::new(),
            conflicts: Vec::new(),
            graph: None,
        }))
    }

    /// The request itself is wrong.
    pub(crate) fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// What the request names is not there.
    pub(crate) fn not_found(what: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", format!("{what} was not found"))
    }

    /// Names the place in the body.
    #[must_use]
    pub(crate) fn at(mut self, path: impl Into<String>) -> Self {
        self.0.path = Some(path.into());
        self
    }

    /// Names the revision that is current.
    #[must_use]
    pub(crate) fn current(mut self, revision: impl Into<String>) -> Self {
        self.0.current = Some(revision.into());
        self
    }

    /// Names the rev of the draft that is current.
    #[must_use]
    pub(crate) fn rev(mut self, rev: u64) -> Self {
        self.0.rev = Some(rev);
        self.current(rev.to_string())
    }

    /// Names the epoch of the draft.
    #[must_use]
    pub(crate) fn epoch(mut self, epoch: u64) -> Self {
        self.0.epoch = Some(epoch);
        self
    }

    /// Names what two people changed to different values.
    #[must_use]
    pub(crate) fn conflicts(mut self, conflicts: &[Conflict]) -> Self {
        let one = |conflict: &Conflict| FieldConflict {
            path: conflict.path.clone(),
            base: conflict.base.clone(),
            mine: conflict.mine.clone(),
            theirs: conflict.theirs.clone(),
            merged: conflict.merged.clone(),
        };
        self.0.conflicts = conflicts.iter().map(one).collect();
        self
    }

    /// Hands on the file of the draft as it is now.
    #[must_use]
    pub(crate) fn graph(mut self, text: &[u8]) -> Self {
        self.0.graph = serde_json::from_slice(text).ok();
        self
    }

    /// Says after how many seconds it may work.
    #[must_use]
    pub(crate) fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// The graph cannot run.
    pub(crate) fn invalid_graph(problems: Vec<Problem>) -> Self {
        let detail = match problems.as_slice() {
            [] => "the graph cannot run".to_owned(),
            [one] => format!("the graph cannot run: {}", one.message),
            [first, rest @ ..] => format!("the graph cannot run: {} (and {} more)", first.message, rest.len()),
        };
        let mut error = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_graph", detail);
        error.0.problems = problems;
        error
    }

    /// The stable name.
    pub(crate) fn code(&self) -> &'static str {
        self.0.code
    }

    /// What is wrong, in words.
    pub(crate) fn detail(&self) -> &str {
        &self.0.detail
    }

    /// What is wrong with the graph, one by one.
    pub(crate) fn problems(&self) -> &[Problem] {
        &self.0.problems
    }

    /// The body that it is answered with.
    pub(crate) fn body(self) -> ProblemBody {
        let refusal = *self.0;
        ProblemBody {
            kind: format!("urn:tidemill:problem:{}", refusal.code),
            title: refusal.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: refusal.status.as_u16(),
            code: refusal.code.to_owned(),
            detail: refusal.detail,
            path: refusal.path,
            current: refusal.current,
            rev: refusal.rev,
            epoch: refusal.epoch,
            problems: refusal.problems.iter().map(GraphProblem::from).collect(),
            conflicts: refusal.conflicts,
            graph: refusal.graph,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if self.0.status.is_server_error() {
            tracing::warn!(code = self.0.code, detail = %self.0.detail, "request failed");
        }
        let (status, retry_after, current) = (self.0.status, self.0.retry_after, self.0.current.clone());
        let body = serde_json::to_vec(&self.body()).unwrap_or_default();
        let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(Ok(tag)) = current.map(|current| HeaderValue::from_str(&format!("\"{current}\""))) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        response
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let detail = error.to_string();
        match error {
            StoreError::Conflict(_) => Self::new(StatusCode::CONFLICT, "conflict", detail),
            StoreError::Duplicate { .. } => Self::new(StatusCode::CONFLICT, "idempotency_key_reused", detail),
            StoreError::NotFound(what) => Self::not_found(what),
            StoreError::Expired => {
                Self::new(StatusCode::GONE, "cursor_expired", format!("{detail}; read the list again"))
            }
            StoreError::Full(_) => Self::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "disk_full",
                format!("{detail}; free some space and try again, reading still works"),
            ),
            StoreError::TooLarge(_) => Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail),
            StoreError::Unavailable(_) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "store_unavailable", detail).retry_after(1)
            }
            StoreError::Corrupt(_) => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "store_corrupt",
                format!("{detail}; `tidemill doctor` says more"),
            ),
        }
    }
}

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        let detail = error.to_string();
        match error {
            EngineError::Invalid(problems) => Self::invalid_graph(problems),
            EngineError::NotFound(what) => Self::not_found(what),
            EngineError::KeyReused(_) => Self::new(StatusCode::CONFLICT, "idempotency_key_reused", detail),
            EngineError::HasEnded(_) => Self::new(StatusCode::CONFLICT, "has_ended", detail),
            EngineError::CannotRetry(..) => Self::new(StatusCode::CONFLICT, "cannot_retry", detail),
            EngineError::AlreadyOpen(_) => Self::new(StatusCode::CONFLICT, "already_open", detail),
            EngineError::TooOften { again_ms } => {
                let seconds = u64::try_from(again_ms).unwrap_or(0).div_ceil(1_000);
                Self::new(StatusCode::TOO_MANY_REQUESTS, "too_often", detail).retry_after(seconds)
            }
            EngineError::BadInput { .. } => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_input", detail),
            EngineError::BadLimits(_) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_limits", detail),
            EngineError::Busy => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "busy",
                "too many executions are waiting; try again in a moment",
            )
            .retry_after(1),
            EngineError::Draining => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "stopping", "the server is stopping").retry_after(5)
            }
            EngineError::Store(error) => error.into(),
            EngineError::NothingToStart(_) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "nothing_to_start", detail),
        }
    }
}

impl From<ReadError> for ApiError {
    fn from(error: ReadError) -> Self {
        Self::bad_request("invalid_json", error.to_string()).at(error.path)
    }
}

impl From<GraphError> for ApiError {
    fn from(error: GraphError) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_shape", error.to_string()).at(error.path)
    }
}
