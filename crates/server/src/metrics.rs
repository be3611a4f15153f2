//! Metrics in the Prometheus text form. One recorder serves the process, however many apps tests build in it.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use axum::http::{Method, StatusCode};
use metrics::{Counter, Histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::App;

/// Upper ends of the buckets of request times, in seconds.
const BUCKETS: &[f64] = &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// The handle that renders what was measured.
pub(crate) fn handle() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(install).clone()
}

fn install() -> PrometheusHandle {
    let durations = [
        "request_duration_seconds",
        "auto_save_duration",
        "client_save_duration_seconds",
        "client_local_save_duration_seconds",
    ];
    let builder = durations.into_iter().fold(PrometheusBuilder::new(), |builder, name| {
        builder.set_buckets_for_metric(Matcher::Full(name.to_owned()), BUCKETS).unwrap_or_default()
    });
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    // Refused only when another recorder is there already; then ours stays empty.
    if metrics::set_global_recorder(recorder).is_err() {
        tracing::warn!("another metrics recorder is installed");
    }
    describe();
    handle
}

fn describe() {
    metrics::describe_counter!("requests_total", "HTTP requests by route, method and status");
    metrics::describe_histogram!("request_duration_seconds", metrics::Unit::Seconds, "Time until the answer began");
    metrics::describe_gauge!("executions_in_flight", "Executions in memory that have not ended");
    metrics::describe_counter!("executions_ended_total", "Executions that ended since start");
    metrics::describe_counter!("events_total", "Events recorded since start: steps, beginnings and ends");
    metrics::describe_gauge!("store_queue_length", "Entries that wait for the writer");
    metrics::describe_counter!("commits_total", "Commits of the store since start");
    metrics::describe_counter!("commit_entries_total", "Entries committed since start");
    metrics::describe_gauge!("commit_last_seconds", metrics::Unit::Seconds, "Time of the last commit");
    metrics::describe_gauge!("wal_bytes", metrics::Unit::Bytes, "Size of the write-ahead log");
    metrics::describe_gauge!("database_bytes", metrics::Unit::Bytes, "Size of the database");
    metrics::describe_counter!("cache_hits_total", "Questions that a cache answered");
    metrics::describe_counter!("cache_misses_total", "Questions that a cache could not answer");
    metrics::describe_histogram!(
        "auto_save_duration",
        metrics::Unit::Seconds,
        "Time until a save of a draft was on disk"
    );
    metrics::describe_counter!("auto_saves_total", "Saves of drafts by the way they came and how they ended");
    metrics::describe_counter!("document_conflicts_total", "Fields that did not merge, by where that was found");
    metrics::describe_gauge!("rooms_open", "Drafts that somebody is connected to");
    metrics::describe_gauge!("room_members", "Sockets in rooms");
    metrics::describe_counter!("client_saves_total", "Saves that pages reported, by outcome");
    metrics::describe_histogram!(
        "client_save_duration_seconds",
        metrics::Unit::Seconds,
        "Time of saves as pages saw it"
    );
    metrics::describe_histogram!(
        "client_local_save_duration_seconds",
        metrics::Unit::Seconds,
        "Time until a change was on the device"
    );
    metrics::describe_counter!("client_save_bytes_total", "Bytes that pages sent to save");
    metrics::describe_counter!("client_conflicts_total", "Conflicts that pages found and people settled");
    metrics::describe_gauge!("process_resident_memory_bytes", metrics::Unit::Bytes, "Memory of the process in RAM");
    metrics::describe_gauge!("uptime_seconds", metrics::Unit::Seconds, "Time since start");
}

/// Counts requests. What it counts in is kept by route, since finding it by its labels anew costs more than the counting.
#[derive(Default)]
pub(crate) struct Requests {
    routes: RwLock<HashMap<String, Arc<Route>>>,
}

/// What is counted of a route. Routes are few, and so are the answers of one.
struct Route {
    took: Histogram,
    answers: RwLock<Vec<(&'static str, StatusCode, Counter)>>,
}

impl Requests {
    /// Counts a request.
    pub(crate) fn count(&self, route: &str, method: &Method, status: StatusCode, took: Duration) {
        let known = self.routes.read().unwrap_or_else(PoisonError::into_inner).get(route).cloned();
        let known = known.unwrap_or_else(|| {
            let mut routes = self.routes.write().unwrap_or_else(PoisonError::into_inner);
            routes.entry(route.to_owned()).or_insert_with(|| Arc::new(Route::new(route))).clone()
        });
        known.took.record(took.as_secs_f64());
        known.count(route, name_of(method), status);
    }
}

impl Route {
    fn new(route: &str) -> Self {
        let took = metrics::histogram!("request_duration_seconds", "route" => route.to_owned());
        Self { took, answers: RwLock::default() }
    }

    fn count(&self, route: &str, method: &'static str, status: StatusCode) {
        let same = |answer: &&(&'static str, StatusCode, Counter)| answer.0 == method && answer.1 == status;
        if let Some((.., counter)) = self.answers.read().unwrap_or_else(PoisonError::into_inner).iter().find(same) {
            return counter.increment(1);
        }
        let labels = [("route", route.to_owned()), ("method", method.into()), ("status", status.as_u16().to_string())];
        let counter = metrics::counter!("requests_total", &labels);
        counter.increment(1);
        // Two at once may both add it: the recorder counts them in one place all the same.
        self.answers.write().unwrap_or_else(PoisonError::into_inner).push((method, status, counter));
    }
}

/// The method as a label. Callers may make up methods, and must not make up labels.
fn name_of(method: &Method) -> &'static str {
    let known = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD, Method::OPTIONS];
    let names = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    known.iter().zip(names).find(|(known, _)| *known == method).map_or("other", |(_, name)| name)
}

/// Counts a save of a draft.
pub(crate) fn auto_save(via: &'static str, ended: &'static str, took: Duration) {
    metrics::histogram!("auto_save_duration", "via" => via).record(took.as_secs_f64());
    metrics::counter!("auto_saves_total", "via" => via, "outcome" => ended).increment(1);
}

/// Everything measured so far, with the gauges as they stand now.
#[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
pub(crate) fn render(app: &App) -> String {
    let (engine, store) = (app.engine.stats(), app.journal.health());
    metrics::gauge!("executions_in_flight").set(engine.in_flight as f64);
    metrics::counter!("executions_ended_total").absolute(engine.ended);
    metrics::counter!("events_total").absolute(engine.events);
    metrics::gauge!("store_queue_length").set(store.queued as f64);
    metrics::counter!("commits_total").absolute(store.commits);
    metrics::counter!("commit_entries_total").absolute(store.entries);
    metrics::gauge!("commit_last_seconds").set(store.last_commit_us as f64 / 1e6);
    metrics::gauge!("wal_bytes").set(store.wal_bytes as f64);
    metrics::gauge!("database_bytes").set(store.database_bytes as f64);
    let cache = app.stats.figures();
    metrics::counter!("cache_hits_total", "cache" => "dashboard").absolute(cache.hits);
    metrics::counter!("cache_misses_total", "cache" => "dashboard").absolute(cache.misses);
    if let Some(bytes) = crate::routes::health::resident_bytes() {
        metrics::gauge!("process_resident_memory_bytes").set(bytes as f64);
    }
    metrics::gauge!("uptime_seconds").set(app.started.elapsed().as_secs_f64());
    app.metrics.run_upkeep();
    app.metrics.render()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_that_somebody_made_up_is_no_label_of_its_own() {
        assert_eq!(name_of(&Method::PATCH), "PATCH");
        assert_eq!(name_of(&Method::from_bytes(b"MADEUP").expect("a method")), "other");
    }

    #[test]
    fn requests_are_counted_by_route_method_and_status() {
        let handle = handle();
        let requests = Requests::default();
        for status in [StatusCode::OK, StatusCode::OK, StatusCode::NOT_FOUND] {
            requests.count("/counted", &Method::GET, status, Duration::from_millis(3));
        }
        let text = handle.render();
        assert!(text.contains(r#"requests_total{route="/counted",method="GET",status="200"} 2"#), "{text}");
        assert!(text.contains(r#"requests_total{route="/counted",method="GET",status="404"} 1"#), "{text}");
        assert!(text.contains(r#"request_duration_seconds_count{route="/counted"} 3"#), "{text}");
    }
}
