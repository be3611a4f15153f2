//! `tidemill serve`: from configuration to a server that answers, and back to a clean end.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::TcpListener;

use crate::{App, Config, Opened, auth, bulk, examples, router};

/// Name of the file that says where the server of a data directory answers.
pub(crate) const ADDRESS_FILE: &str = "address";
/// Time between two rounds of tidying up.
const TIDY: Duration = Duration::from_secs(60);
/// Time that open connections get once the server stops.
const CONNECTIONS_END: Duration = Duration::from_secs(5);

/// What else a start does.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Extras {
    /// Puts example workflows into an empty store and runs them.
    pub examples: bool,
    /// Confirms that data from a backup is run nowhere else.
    pub confirm_restore: bool,
}

/// Runs the server until the process is asked to stop. `say` prints a line for people.
///
/// # Errors
/// The data directory or the address cannot be used.
pub(crate) async fn serve(config: Config, options: Extras, say: &dyn Fn(&str)) -> anyhow::Result<()> {
    let listener = TcpListener::bind(config.address).await.with_context(|| {
        format!("{} cannot be listened on; is another server there? --port chooses another port", config.address)
    })?;
    let address = listener.local_addr().context("the address of the listener")?;
    let opened = Opened::open(&config).await?;
    let token = if config.memory { auth::new_secret() } else { auth::api_token(&config.data)? };
    let (data, memory, drain) = (config.data.clone(), config.memory, config.executions.drain);
    let dev_no_auth = config.dev_no_auth;
    let app = App::new(config, &opened, &token);
    if options.confirm_restore
        && let Some(sqlite) = &app.sqlite
    {
        sqlite.confirm_restore().await.context("the restore could not be confirmed")?;
    }
    let fires = app.load().await.context("the webhooks could not be read")?;
    // What a backup thinks is running may run elsewhere too.
    let recovery = fires.then(|| tokio::spawn(recover(app.clone())));
    if fires {
        bulk::take_up(&app).await.context("what is asked of many executions could not be read")?;
    } else {
        tracing::warn!(
            "the data came from a backup: triggers are paused and open executions wait; --confirm-restore starts them"
        );
    }
    if options.examples {
        examples::install(&app).await.context("the examples could not be installed")?;
    }
    let url = url(address);
    if !memory {
        auth::write_private(&data.join(ADDRESS_FILE), &url).context("the data directory cannot be written")?;
    }
    let link = app.sign_in_token().await.context("the sign-in link could not be stored")?;
    let ready = if dev_no_auth { format!("{url}/") } else { format!("{url}/?token={link}") };
    say(&format!("Tidemill is ready at {ready}"));
    let tidying = tokio::spawn(tidy(app.clone()));
    let stop = Stop { recovery, drain };
    let result = answer(listener, &app, stop).await;
    tidying.abort();
    if result.is_err() {
        app.engine.drain(drain).await;
    }
    if !memory {
        drop(std::fs::remove_file(data.join(ADDRESS_FILE)));
    }
    tracing::info!("stopped");
    result
}

/// What ends when the server is asked to stop, and how long what is under way gets.
struct Stop {
    recovery: Option<tokio::task::JoinHandle<()>>,
    drain: Duration,
}

impl Stop {
    /// Lets what is under way end. Everything can be read meanwhile, and whoever wants to begin something is told to come
    /// again. A second signal ends it at once.
    async fn drain(self, app: &App) {
        tracing::info!(under_way = app.engine.stats().in_flight, limit = ?self.drain, "stopping");
        app.begin_stop();
        if let Some(recovery) = self.recovery {
            recovery.abort();
        }
        tokio::select! {
            () = app.engine.drain(self.drain) => {}
            () = signal() => {
                tracing::warn!("asked twice to stop: what is under way goes on at the next start");
                app.engine.leave().await;
            }
        }
        let left = app.engine.stats().in_flight;
        if left > 0 {
            tracing::warn!(left, "did not end in time and go on at the next start");
        }
    }
}

/// Answers requests until a signal comes and what is under way has ended, then lets open requests end.
async fn answer(listener: TcpListener, app: &App, on_stop: Stop) -> anyhow::Result<()> {
    let service = router(app).into_make_service_with_connect_info::<SocketAddr>();
    let (stop, stopping) = tokio::sync::oneshot::channel::<()>();
    let closing = app.clone();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move {
        signal().await;
        on_stop.drain(&closing).await;
        // Streams of events would stay open for ever.
        closing.close();
        stop.send(()).unwrap_or_default();
    });
    tokio::select! {
        result = server => result.context("the server failed"),
        () = async {
            drop(stopping.await);
            tokio::time::sleep(CONNECTIONS_END).await;
        } => Ok(()),
    }
}

async fn recover(app: App) {
    match app.engine.recover().await {
        Ok(found) if found == engine::Recovered::default() => {}
        Ok(found) => tracing::info!(found.adopted, found.quarantined, found.unreadable, "took over open executions"),
        Err(error) => tracing::error!(%error, "open executions could not be taken over"),
    }
}

async fn tidy(app: App) {
    let mut ticks = tokio::time::interval(TIDY);
    loop {
        ticks.tick().await;
        app.rates.forget_idle();
        match app.retain().await {
            Ok(gone) if gone.executions > 0 => {
                tracing::info!(gone.executions, gone.bytes, "retention removed executions")
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "retention could not be applied"),
        }
    }
}

/// Resolves when the process is asked to stop.
async fn signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let terminate = async {
            match signal(SignalKind::terminate()) {
                Ok(mut terminate) => drop(terminate.recv().await),
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            result = tokio::signal::ctrl_c() => drop(result),
            () = terminate => {}
        }
    }
    #[cfg(not(unix))]
    drop(tokio::signal::ctrl_c().await);
}

/// The address for a browser on this machine.
fn url(address: SocketAddr) -> String {
    let host = match address.ip() {
        ip if ip.is_unspecified() => "127.0.0.1".to_owned(),
        std::net::IpAddr::V6(ip) => format!("[{ip}]"),
        ip @ std::net::IpAddr::V4(_) => ip.to_string(),
    };
    format!("http://{host}:{}", address.port())
}
