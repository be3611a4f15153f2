//! Health and metrics.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::App;

/// How the server is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `healthy`, `degraded` (something is full or above its threshold), or `unhealthy`.
    status: &'static str,
    version: &'static str,
    uptime_seconds: u64,
    checks: Checks,
}

/// The checks, one by one.
#[derive(Serialize, ToSchema)]
pub(crate) struct Checks {
    database: Check,
    #[serde(rename = "workflow-executor")]
    executor: Check,
    #[serde(rename = "memory-usage")]
    memory: Check,
}

/// What one check found.
#[derive(Serialize, ToSchema)]
pub(crate) struct Check {
    /// `healthy`, `degraded` or `unhealthy`.
    status: &'static str,
    /// What was found, in words.
    detail: String,
}

impl Check {
    fn new(healthy: bool, otherwise: &'static str, detail: String) -> Self {
        Self { status: if healthy { "healthy" } else { otherwise }, detail }
    }
}

/// Answers as soon as the process runs.
#[utoipa::path(get, path = "/livez", operation_id = "get_liveness", tag = "health",
    responses((status = 200, description = "The process runs")))]
pub(crate) async fn livez() -> &'static str {
    "ok"
}

/// Whether the server can take work.
#[utoipa::path(get, path = "/readyz", operation_id = "get_readiness", tag = "health", responses(
    (status = 200, body = Health), (status = 503, body = Health, description = "Not now")
))]
pub(crate) async fn readyz(State(app): State<App>) -> Response {
    let health = examine(&app);
    let ready = health.checks.database.status == "healthy" && health.checks.executor.status == "healthy";
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(health)).into_response()
}

/// How the server is: database, workflow executor, memory.
#[utoipa::path(get, path = "/healthz", operation_id = "get_health", tag = "health", responses(
    (status = 200, body = Health), (status = 503, body = Health, description = "Unhealthy")
))]
pub(crate) async fn healthz(State(app): State<App>) -> Response {
    let health = examine(&app);
    let status = if health.status == "unhealthy" { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    (status, Json(health)).into_response()
}

fn examine(app: &App) -> Health {
    let (store, engine) = (app.journal.health(), app.engine.stats());
    let database = match &store.read_only {
        None => Check::new(true, "", format!("{} commits, {} entries wait", store.commits, store.queued)),
        Some(reason) => Check::new(false, "degraded", format!("writes are refused: {reason}")),
    };
    let stopping = *app.stopping().borrow();
    let executor = if stopping { "stopping".to_owned() } else { format!("{} executions in flight", engine.in_flight) };
    let executor = Check::new(!stopping, "unhealthy", executor);
    let limit = app.config.memory_alert_bytes;
    let memory = match resident_bytes() {
        Some(bytes) => Check::new(bytes <= limit, "degraded", format!("{} MB resident", bytes / 1_000_000)),
        None => Check::new(true, "", "not known on this system".to_owned()),
    };
    let worst = [&database, &executor, &memory].map(|check| check.status);
    let status = ["unhealthy", "degraded"].into_iter().find(|status| worst.contains(status)).unwrap_or("healthy");
    Health {
        status,
        version: env!("CARGO_PKG_VERSION"),
        uptime_seconds: app.started.elapsed().as_secs(),
        checks: Checks { database, executor, memory },
    }
}

/// Memory of this process that is in RAM.
pub(crate) fn resident_bytes() -> Option<u64> {
    const PAGE: u64 = 4_096;
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    pages.split_whitespace().nth(1)?.parse::<u64>().ok().map(|pages| pages * PAGE)
}

/// Metrics in the Prometheus text form.
#[utoipa::path(get, path = "/metrics", operation_id = "get_metrics", tag = "health", responses(
    (status = 200, content_type = "text/plain", body = String)
))]
pub(crate) async fn metrics(State(app): State<App>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], crate::metrics::render(&app)).into_response()
}
