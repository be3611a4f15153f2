//! Figures for a dashboard.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, civil};
use model::{Status, TenantId};
use serde::Serialize;
use store::Cache;
use store::cache::{CacheOptions, CacheStats, Cached};
use store::journal::{SeriesQuery, Statistics, StatisticsQuery};
use store::records::Find;
use utoipa::ToSchema;

use super::executions::{ExecutionItem, newest};
use crate::App;
use crate::app::{now_ms, time_text};
use crate::auth::Tenant;
use crate::error::{ApiError, ProblemBody};
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
/// Milliseconds of an hour.
const HOUR_MS: i64 = 3_600_000;
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
#[utoipa::path(get, path = "/dashboard/stats", operation_id = "get_dashboard_stats", tag = "dashboard",
    responses((status = 200, body = DashboardStats)))]
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
    let workflows = async |active: Option<bool>| -> Result<u64, ApiError> {
        let equals = active.map(|active| ("active", active.to_string())).into_iter().collect();
        let find = Find { equals, total: true, limit: 1, ..Find::all(&WORKFLOW, tenant) };
        Ok(app.records.find(find).await?.total.unwrap_or_default())
    };
    let (total_workflows, active_workflows) = (workflows(None).await?, workflows(Some(true)).await?);
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
        failed: sum(is_failure),
        average_time_ms: (ended > 0).then_some(statistics.mean_ms),
    })
}

/// The newest executions.
#[utoipa::path(get, path = "/dashboard/recent-executions", operation_id = "list_recent_executions", tag = "dashboard",
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

/// What an hour or a day was like.
#[derive(Serialize, ToSchema)]
pub(crate) struct HistoryItem {
    /// When it begins.
    from: String,
    /// Executions that were accepted in it.
    total: u64,
    /// Those that have not ended.
    running: u64,
    succeeded: u64,
    /// Those that failed, ran out of time or were set aside.
    failed: u64,
    canceled: u64,
    /// Durations of those that ended; none before the first.
    mean_ms: Option<f64>,
    /// Estimated within 10 %, as the two that follow.
    p50_ms: Option<f64>,
    p95_ms: Option<f64>,
    p99_ms: Option<f64>,
}

/// Counts and durations over time, oldest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct History {
    /// `day` or `month`.
    range: &'static str,
    tz: String,
    items: Vec<HistoryItem>,
}

/// Executions of the last 24 hours, hour by hour, or of the last 30 days, day by day.
#[utoipa::path(get, path = "/dashboard/history", operation_id = "get_dashboard_history", tag = "dashboard", params(
    ("range" = Option<String>, Query, description = "day (24 hours, unless said) or month (30 days)"),
    ("tz" = Option<String>, Query, description = "The zone in which days begin; UTC unless said"),
), responses(
    (status = 200, body = History),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn history(
    State(app): State<App>,
    Tenant(tenant): Tenant,
    paging: Paging,
) -> Result<Json<History>, ApiError> {
    let name = paging.parameter("tz").unwrap_or("UTC");
    let zone = TimeZone::get(name)
        .map_err(|_| ApiError::bad_request("invalid_parameter", format!("there is no time zone {name:?}")))?;
    let (range, starts) = match paging.parameter("range").unwrap_or("day") {
        "day" => ("day", hours(now_ms())),
        "month" => ("month", days(now_ms(), &zone)),
        other => {
            let detail = format!("range cannot be {other:?}: expected day or month");
            return Err(ApiError::bad_request("invalid_parameter", detail));
        }
    };
    let query = SeriesQuery { tenant, from_hours: starts.clone() };
    let series = app.journal.series(query).await?;
    let items = starts.iter().zip(&series).map(|(hour, statistics)| item(*hour, statistics)).collect();
    Ok(Json(History { range, tz: name.to_owned(), items }))
}

/// The last 24 hours, the present one last, in hours since 1970.
fn hours(now_ms: i64) -> Vec<i64> {
    let last = now_ms.div_euclid(HOUR_MS);
    (last - 23..=last).collect()
}

/// The first full hours of the last 30 days, today last: what is counted is counted by the hour.
fn days(now_ms: i64, zone: &TimeZone) -> Vec<i64> {
    let today = Timestamp::from_millisecond(now_ms).unwrap_or_default().to_zoned(zone.clone()).date();
    let begins = |back: i32| {
        let day = today.checked_sub(Span::new().days(back)).ok()?;
        let first = zone.to_zoned(day.to_datetime(civil::Time::midnight())).ok()?.timestamp().as_millisecond();
        // The hour in which a day begins counts for the day before where it began before the day.
        Some(first.div_euclid(HOUR_MS) + i64::from(first.rem_euclid(HOUR_MS) > 0))
    };
    (0..30).rev().filter_map(begins).collect()
}

fn item(hour: i64, statistics: &Statistics) -> HistoryItem {
    let sum = |which: fn(Status) -> bool| -> u64 {
        statistics.by_status.iter().filter(|(status, _)| which(*status)).map(|(_, count)| count).sum()
    };
    let (running, ended) = (sum(|status| !status.is_terminal()), sum(Status::is_terminal));
    let [p50, p95, p99] = statistics.percentiles_ms.map(|ms| (ended > 0).then_some(ms));
    HistoryItem {
        from: time_text(hour * HOUR_MS),
        total: running + ended,
        running,
        succeeded: sum(|status| status == Status::Succeeded),
        failed: sum(is_failure),
        canceled: sum(|status| status == Status::Canceled),
        mean_ms: (ended > 0).then_some(statistics.mean_ms),
        p50_ms: p50,
        p95_ms: p95,
        p99_ms: p99,
    }
}

const fn is_failure(status: Status) -> bool {
    matches!(status, Status::Failed | Status::TimedOut | Status::Quarantined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_in_their_zone_and_hours_follow_each_other() {
        // 2026-10-26T12:30:00Z: the day before had 25 hours in Berlin.
        let now_ms = 1_793_017_800_000;
        let hours = hours(now_ms);
        assert_eq!((hours.len(), hours[23]), (24, now_ms / HOUR_MS));
        assert!(hours.windows(2).all(|pair| pair[1] - pair[0] == 1));
        let berlin = days(now_ms, &TimeZone::get("Europe/Berlin").expect("a zone"));
        let lengths: Vec<i64> = berlin.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert_eq!((berlin.len(), lengths[28], lengths[27]), (30, 25, 24));
        assert_eq!(time_text(berlin[29] * HOUR_MS), "2026-10-25T23:00:00.000Z");
        let kolkata = days(now_ms, &TimeZone::get("Asia/Kolkata").expect("a zone"));
        assert_eq!(time_text(kolkata[29] * HOUR_MS), "2026-10-25T19:00:00.000Z", "the first full hour of the day");
    }

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
