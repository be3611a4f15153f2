//! What every request shares.

use std::ops::Deref;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use engine::{Engine, EngineError};
use metrics_exporter_prometheus::PrometheusHandle;
use model::id::IdSequence;
use nodes::Registry;
use store::journal::SharedJournal;
use store::{Records, SqliteStore};
use tokio::sync::watch;

use crate::auth::Auth;
use crate::config::Config;
use crate::drafts::{Drafts, Sweeps};
use crate::error::ApiError;
use crate::hooks::Hooks;
use crate::http::limits::Rates;
use crate::newest::Newest;
use crate::reports::Reports;
use crate::retention::Rules;
use crate::routes::dashboard::StatsCache;
use crate::{Opened, metrics};

/// A cheap handle to everything that a request may need.
#[derive(Clone)]
pub struct App {
    shared: Arc<Shared>,
}

/// The parts of an [`App`].
pub struct Shared {
    pub(crate) config: Config,
    pub(crate) engine: Engine,
    pub(crate) journal: SharedJournal,
    pub(crate) records: Arc<dyn Records>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) auth: Auth,
    pub(crate) hooks: Hooks,
    pub(crate) kept: Rules,
    pub(crate) drafts: Drafts,
    pub(crate) sweeps: Sweeps,
    pub(crate) reports: Reports,
    pub(crate) rates: Rates,
    pub(crate) stats: StatsCache,
    pub(crate) newest: Newest,
    pub(crate) ids: Ids,
    pub(crate) metrics: PrometheusHandle,
    pub(crate) requests: metrics::Requests,
    pub(crate) sqlite: Option<Arc<SqliteStore>>,
    pub(crate) started: Instant,
    stopping: watch::Sender<bool>,
    closing: watch::Sender<bool>,
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.shared
    }
}

impl App {
    /// Puts the parts together. `api_token` is the secret that API clients send.
    pub fn new(config: Config, opened: &Opened, api_token: &str) -> Self {
        let auth = Auth::new(api_token, config.dev_no_auth);
        let shared = Shared {
            rates: Rates::new(&config.limits),
            stats: StatsCache::new(config.dashboard_ttl),
            newest: Newest::default(),
            engine: opened.engine.clone(),
            journal: opened.journal.clone(),
            records: opened.records.clone(),
            registry: opened.registry.clone(),
            auth,
            hooks: Hooks::default(),
            kept: Rules::default(),
            drafts: Drafts::default(),
            sweeps: Sweeps::default(),
            reports: Reports::default(),
            ids: Ids(IdSequence::after(0, LANE)),
            metrics: metrics::handle(),
            requests: metrics::Requests::default(),
            sqlite: opened.sqlite.clone(),
            started: Instant::now(),
            stopping: watch::Sender::new(false),
            closing: watch::Sender::new(false),
            config,
        };
        Self { shared: Arc::new(shared) }
    }

    /// Reads what is kept in memory of the store: what workflows keep, and which paths webhooks have; and executions wake by themselves from then
    /// on. Data that came from a backup has no webhooks, and nothing wakes in it, until somebody confirms that nobody
    /// else runs it: then `false` is answered.
    ///
    /// # Errors
    /// The store cannot answer.
    pub async fn load(&self) -> Result<bool, store::StoreError> {
        crate::listing::fill_in(self).await?;
        crate::retention::load(self).await?;
        if let Some(sqlite) = &self.sqlite
            && sqlite.awaits_confirmation().await?
        {
            self.hooks.pause();
            return Ok(false);
        }
        crate::hooks::load(self).await?;
        self.engine.begin_waking();
        Ok(true)
    }

    /// Makes the one-time secret of a sign-in link; an earlier one is void.
    ///
    /// # Errors
    /// The store cannot keep it.
    pub async fn sign_in_token(&self) -> Result<String, store::StoreError> {
        crate::auth::new_link(self).await
    }

    /// Takes nothing new from now on; what is under way goes on, and everything can still be read.
    pub fn begin_stop(&self) {
        self.shared.stopping.send_replace(true);
    }

    /// Tells when nothing new is taken any more.
    pub(crate) fn stopping(&self) -> watch::Receiver<bool> {
        self.shared.stopping.subscribe()
    }

    /// Refuses what would begin something while the server stops.
    ///
    /// # Errors
    /// It stops.
    pub(crate) fn takes_new(&self) -> Result<(), ApiError> {
        if *self.shared.stopping.borrow() { Err(EngineError::Draining.into()) } else { Ok(()) }
    }

    /// Ends streams that would otherwise never end, so that the server can stop.
    pub fn close(&self) {
        self.shared.closing.send_replace(true);
    }

    /// Tells when connections are to end.
    pub(crate) fn closing(&self) -> watch::Receiver<bool> {
        self.shared.closing.subscribe()
    }
}

/// The lane of the server's ids: executions have the lanes below.
const LANE: u16 = 1023;

/// Makes ids for the records of the server.
pub(crate) struct Ids(IdSequence);

impl Ids {
    /// The next id.
    pub(crate) fn next(&self) -> i64 {
        self.0.next(now_ms())
    }
}

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// A moment in ms since 1970 as RFC 3339 text with milliseconds: when a record changed.
pub(crate) fn time_text(ms: i64) -> String {
    let moment = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
    format!("{moment:.3}")
}

/// A moment in µs since 1970 as RFC 3339 text with microseconds: when something happened in an execution.
pub(crate) fn instant_text(us: i64) -> String {
    let moment = jiff::Timestamp::from_microsecond(us).unwrap_or_default();
    format!("{moment:.6}")
}
