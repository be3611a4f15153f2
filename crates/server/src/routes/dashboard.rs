//! Figures for a dashboard.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use model::{Status, TenantId};
use serde::Serialize;
use store::Cache;
use store::cache::{CacheOptions, CacheStats, Cached};
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
    kept: Cache<(&'static str, TenantId), Figures>,
}

/// Figures, and the count of what had happened when they were made.
#[derive(Clone)]
struct Figures {
    stats: DashboardStats,
    mark: u64,
}

/// Name of the figures in the cache.
const KEY: &str = "dashboard-stats";
/// Tag of everything that counts workflows.
const WORKFLOWS: &str = "workflows";
/// Tenants whose figures are kept.
const TENANTS_MAX: u64 = 1_000;

impl StatsCache {
    /// An empty cache.
    pub(crate) fn new(ttl: Duration) -> Self {
        Self { kept: Cache::new(CacheOptions { max_weight: TENANTS_MAX, ttl }) }
    }

    /// Drops the figures: a workflow came, went or changed.
    pub(crate) fn forget(&self) {
        self.kept.invalidate_tag(WORKFLOWS);
    }

    /// Hits and misses since start.
    pub(crate) fn figures(&self) -> CacheStats {
        self.kept.stats()
    }

    /// The figures if they are still those of `mark`; asking keeps them alive.
    fn get(&self, tenant: TenantId, mark: u64) -> Option<DashboardStats> {
        let figures = self.kept.get(&(KEY, tenant)).filter(|figures| figures.mark == mark)?;
        self.put(tenant, figures.clone());
        Some(figures.stats)
    }

    fn put(&self, tenant: TenantId, figures: Figures) {
        self.kept.insert((KEY, tenant), &[WORKFLOWS], Cached { value: figures, weight: 1, ttl: None });
    }
}

/// Counts and rates over all workflows and executions.
#[utoipa::path(get, path = "/dashboard/stats", tag = "dashboard", responses((status = 200, body = DashboardStats)))]
pub(crate) async fn stats(State(app): State<App>, Tenant(tenant): Tenant) -> Result<Json<DashboardStats>, ApiError> {
    let engine = app.engine.stats();
    let mark = engine.ended ^ ((engine.in_flight as u64) << 40);
    if let Some(stats) = app.stats.get(tenant, mark) {
        return Ok(Json(stats));
    }
    let stats = count(&app, tenant).await?;
    app.stats.put(tenant, Figures { stats: stats.clone(), mark });
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_reused_until_something_changes() {
        let stats = DashboardStats {
            total_workflows: 2,
            active_workflows: 1,
            running_executions: 0,
            success_rate: Some(75.0),
            total: 4,
            running: 0,
            completed: 3,
            failed: 1,
            average_time_ms: Some(0.5),
        };
        let cache = StatsCache::new(Duration::from_secs(300));
        let total = |tenant, mark| cache.get(TenantId(tenant), mark).map(|stats| stats.total);
        assert_eq!(total(1, 7), None);
        cache.put(TenantId(1), Figures { stats, mark: 7 });
        assert_eq!((total(1, 7), total(1, 7)), (Some(4), Some(4)));
        assert_eq!(total(1, 8), None, "an execution ended meanwhile");
        assert_eq!(total(2, 7), None, "these are of another tenant");
        assert_eq!(total(1, 7), Some(4));
        cache.forget();
        assert_eq!(total(1, 7), None, "a workflow came or went");
    }
}
