//! Figures for a dashboard.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use model::{Status, TenantId};
use serde::Serialize;
use store::journal::StatisticsQuery;
use store::records::{RecordQuery, Sort};
use utoipa::ToSchema;

use super::executions::{ExecutionItem, newest};
use crate::App;
use crate::auth::Tenant;
use crate::error::ApiError;
use crate::http::Paging;
use crate::workflows::WORKFLOW;

/// Counts and rates over all workflows and executions.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct DashboardStats {
    total_workflows: u64,
    /// Workflows whose triggers fire.
    active_workflows: u64,
    /// Executions that have not ended.
    running_executions: u64,
    /// Percentage of the executions that ended which succeeded, 0 to 100; none before the first.
    success_rate: Option<f64>,
    /// All executions.
    total: u64,
    running: u64,
    completed: u64,
    failed: u64,
    /// Mean duration of executions that ended.
    average_time_ms: Option<f64>,
}

/// The newest executions.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecentExecutions {
    items: Vec<ExecutionItem>,
}

/// The dashboard's figures under the key `dashboard-stats`, reused while somebody asks again within the time to live,
/// but only until something changed: counts on a dashboard must not lag behind the list beside them.
pub(crate) struct StatsCache {
    ttl: Duration,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    stats: Option<(DashboardStats, Instant, u64)>,
}

impl StatsCache {
    /// An empty cache.
    pub(crate) fn new(ttl: Duration) -> Self {
        Self { ttl, kept: Mutex::default() }
    }

    /// Drops the figures: a workflow came or went.
    pub(crate) fn forget(&self) {
        self.lock().stats = None;
    }

    /// Drops the figures: an execution began.
    pub(crate) fn changed(&self) {
        self.forget();
    }

    /// The figures if they are still those of `mark`, which counts what happened; asking again keeps them alive.
    fn get(&self, mark: u64) -> Option<DashboardStats> {
        let mut kept = self.lock();
        let (stats, used, of) = kept.stats.as_mut()?;
        if *of != mark || used.elapsed() > self.ttl {
            return None;
        }
        *used = Instant::now();
        Some(stats.clone())
    }

    fn put(&self, mark: u64, stats: &DashboardStats) {
        self.lock().stats = Some((stats.clone(), Instant::now(), mark));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts and rates over all workflows and executions.
#[utoipa::path(get, path = "/dashboard/stats", tag = "dashboard", responses((status = 200, body = DashboardStats)))]
pub(crate) async fn stats(State(app): State<App>, Tenant(tenant): Tenant) -> Result<Json<DashboardStats>, ApiError> {
    let engine = app.engine.stats();
    let mark = engine.ended ^ ((engine.in_flight as u64) << 40);
    if let Some(stats) = app.stats.get(mark) {
        return Ok(Json(stats));
    }
    let stats = count(&app, tenant).await?;
    app.stats.put(mark, &stats);
    Ok(Json(stats))
}

#[expect(clippy::cast_precision_loss, reason = "a percentage")]
async fn count(app: &App, tenant: TenantId) -> Result<DashboardStats, ApiError> {
    let workflows = |active: Option<bool>| RecordQuery {
        kind: &WORKFLOW,
        tenant,
        equals: active.map(|active| ("active", active.to_string())).into_iter().collect(),
        contains: None,
        sort: Sort { by: "created", descending: false },
        after: None,
        skip: 0,
        limit: 1,
    };
    let total_workflows = app.records.count(workflows(None)).await?;
    let active_workflows = app.records.count(workflows(Some(true))).await?;
    let query = StatisticsQuery { tenant, workflow: None, from_hour: None };
    let statistics = app.journal.statistics(query).await?;
    let sum = |which: fn(Status) -> bool| -> u64 {
        statistics.by_status.iter().filter(|(status, _)| which(*status)).map(|(_, count)| count).sum()
    };
    let running = sum(|status| !status.is_terminal());
    let completed = sum(|status| status == Status::Succeeded);
    let ended = sum(Status::is_terminal);
    Ok(DashboardStats {
        total_workflows,
        active_workflows,
        running_executions: running,
        success_rate: (ended > 0).then(|| (completed as f64 / ended as f64 * 10_000.0).round() / 100.0),
        total: running + ended,
        running,
        completed,
        failed: sum(|status| matches!(status, Status::Failed | Status::TimedOut | Status::Quarantined)),
        average_time_ms: (ended > 0).then_some(statistics.mean_ms),
    })
}

/// The newest executions.
#[utoipa::path(get, path = "/dashboard/recent-executions", tag = "dashboard",
    params(("limit" = Option<u64>, Query, description = "How many; 10 unless said")),
    responses((status = 200, body = RecentExecutions)))]
pub(crate) async fn recent(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    paging: Paging,
) -> Result<Json<RecentExecutions>, ApiError> {
    let limit = if paging.parameter("limit").is_some() { paging.limit } else { 10 };
    Ok(Json(RecentExecutions { items: newest(&app, tenant, limit).await? }))
}
