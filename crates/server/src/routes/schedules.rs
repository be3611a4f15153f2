//! Schedules: when something would be due, without anything being scheduled.

use std::collections::HashMap;

use axum::Json;
use axum::extract::Query;
use jiff::Timestamp;
use nodes::cron::{Schedule, ScheduleError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Tenant;
use crate::error::{ApiError, ProblemBody};

/// Times that are told unless somebody says how many.
const COUNT: usize = 5;
/// The most times that are told.
const COUNT_MAX: usize = 100;

/// The next times of a schedule.
#[derive(Serialize, ToSchema)]
pub(crate) struct ScheduleTimes {
    /// Times in the zone of the schedule (RFC 3339); none if there are none, as for the 30th of February.
    times: Vec<String>,
    /// The zone.
    tz: String,
}

/// The next times of a cron expression.
#[utoipa::path(get, path = "/schedules/next", operation_id = "list_next_times", tag = "schedules", params(
    ("cron" = String, Query, description = "Five fields, or six with seconds before them, or a word like @daily"),
    ("tz" = Option<String>, Query, description = "A zone of the IANA database; UTC unless said"),
    ("count" = Option<u64>, Query, description = "How many times; 5 unless said, 100 at most"),
    ("after" = Option<String>, Query, description = "From when on (RFC 3339); now unless said"),
), responses(
    (status = 200, body = ScheduleTimes),
    (status = 400, body = ProblemBody, content_type = "application/problem+json",
        description = "`path` says which characters are wrong: `cron[2..4]`"),
))]
pub(crate) async fn next(
    Tenant(_tenant): Tenant,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Json<ScheduleTimes>, ApiError> {
    let said = |name: &str| query.get(name).map(String::as_str).filter(|text| !text.is_empty());
    let cron = said("cron").ok_or_else(|| ApiError::bad_request("missing_field", "cron is missing").at("cron"))?;
    let tz = said("tz").unwrap_or("UTC");
    let count = match said("count").map(str::parse) {
        None => COUNT,
        Some(Ok(count)) if (1..=COUNT_MAX).contains(&count) => count,
        Some(_) => {
            let detail = format!("count is a whole number from 1 to {COUNT_MAX}");
            return Err(ApiError::bad_request("invalid_parameter", detail).at("count"));
        }
    };
    let after = match said("after").map(str::parse) {
        None => Timestamp::now(),
        Some(Ok(after)) => after,
        Some(Err(error)) => {
            let error: jiff::Error = error;
            return Err(ApiError::bad_request("invalid_parameter", format!("after: {error}")).at("after"));
        }
    };
    let schedule = Schedule::new(cron, tz).map_err(refused)?;
    // A schedule that is rarely due takes a while to search.
    let searching = tokio::task::spawn_blocking(move || schedule.after(after, count));
    let times = searching.await.unwrap_or_default();
    let times = times.iter().map(|time| time.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()).collect();
    Ok(Json(ScheduleTimes { times, tz: tz.to_owned() }))
}

fn refused(error: ScheduleError) -> ApiError {
    let path = error.at.map_or("tz".to_owned(), |at| format!("cron[{}..{}]", at.start, at.end));
    ApiError::bad_request("invalid_schedule", error.message).at(path)
}
