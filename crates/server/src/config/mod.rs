//! Configuration: flags, then environment, then a file, then defaults. Every value knows where it came from.

mod file;
mod layers;
mod settings;

pub use layers::{ConfigError, Layers, Origin, Resolved};
pub use settings::{Kind, SETTINGS, Setting};

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use model::Status;

/// What the server runs with.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address it listens on.
    pub address: SocketAddr,
    /// The data directory.
    pub data: PathBuf,
    /// Whether everything is kept in memory and gone at the end.
    pub memory: bool,
    /// Whether the API answers anybody; only on a loopback address.
    pub dev_no_auth: bool,
    /// What an empty log filter shows: `info`, or `tidemill=debug,info`.
    pub log: String,
    /// Whether log lines are JSON.
    pub log_json: bool,
    /// Addresses of reverse proxies whose `X-Forwarded-For` counts.
    pub proxies: Vec<IpAddr>,
    /// Names of environment variables that expressions may read.
    pub expression_env: Vec<String>,
    /// What requests may cost.
    pub limits: Limits,
    /// How executions run.
    pub executions: Executions,
    /// What calls to other machines may do.
    pub calls: Calls,
    /// How JavaScript runs.
    pub js: nodes::js::Settings,
    /// How long the dashboard's figures may be reused while somebody looks.
    pub dashboard_ttl: Duration,
    /// Memory from which health is degraded.
    pub memory_alert_bytes: u64,
    /// How the page draws graphs where a device has not chosen otherwise.
    pub rendering: Rendering,
    /// When the page saves what is edited.
    pub documents: Documents,
    /// The SQLite store.
    pub sqlite: Sqlite,
    /// What is kept of ended executions.
    pub retention: Retention,
    /// What is kept of automatic versions.
    pub versions: Versions,
}

/// How the page draws graphs.
#[derive(Clone, Copy, Debug)]
pub struct Rendering {
    /// Whether only what is in view is drawn.
    pub virtual_scrolling: bool,
    /// Zoom below which nodes are flat.
    pub lod_threshold_low: f64,
    /// Zoom from which nodes show all.
    pub lod_threshold_medium: f64,
    /// Nodes in view before detail is lowered.
    pub max_visible_nodes: u64,
}

/// When the page saves what is edited, in ms.
#[derive(Clone, Copy, Debug)]
pub struct Documents {
    /// Quiet time before it saves without a socket.
    pub debounce_ms: u64,
    /// Time within which a change is on the device.
    pub local_ms: u64,
    /// Time after which it saves at the latest.
    pub server_ms: u64,
    /// Tries of a save that failed before it waits longer.
    pub retries: u64,
    /// Time between those tries.
    pub retry_ms: u64,
}

/// What requests may cost.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a body, both as it travels and unpacked.
    pub body_bytes: usize,
    /// Requests per second and client address; 0 for no limit.
    pub rate_per_second: u32,
    /// Requests that may come at once.
    pub rate_burst: u32,
    /// Time until a request is given up.
    pub timeout: Duration,
    /// Time from which a request is logged as slow.
    pub slow: Duration,
    /// Time that a caller may wait for an execution to end.
    pub wait_max: Duration,
}

/// How executions run.
#[derive(Clone, Debug)]
pub struct Executions {
    /// Executions under way at a time, over all shards.
    pub max_concurrent: usize,
    /// How long one may run; none: for ever.
    pub timeout: Option<Duration>,
    /// Shards; 0 for one per core.
    pub shards: usize,
    /// Time that running executions get when the server stops.
    pub drain: Duration,
}

/// What calls to other machines may do.
#[derive(Clone, Debug)]
pub struct Calls {
    /// Calls of this process at a time.
    pub max: usize,
    /// Calls to one host at a time.
    pub per_host: usize,
    /// Where they may go, and what they may take.
    pub net: nodes::net::Settings,
}

/// The SQLite store.
#[derive(Clone, Debug)]
pub struct Sqlite {
    /// Whether an acknowledged write survives a power cut.
    pub full_sync: bool,
    /// Bytes of the database that readers map into memory.
    pub mmap_bytes: u64,
}

/// What is kept of ended executions. Zero means no limit.
#[derive(Clone, Debug)]
pub struct Retention {
    /// Days.
    pub days: u64,
    /// Number of executions.
    pub max_count: u64,
    /// Bytes of database.
    pub max_bytes: u64,
    /// Bytes of the history of one execution.
    pub max_execution_bytes: u64,
    /// Statuses whose executions stay whatever their age, number and bytes.
    pub always_keep: Vec<Status>,
    /// How long executions stay at least that their workflow does not keep.
    pub grace: Duration,
}

/// What is kept of automatic versions that nothing refers to. Zero means all of them.
#[derive(Clone, Copy, Debug)]
pub struct Versions {
    /// Days.
    pub auto_days: u64,
    /// Number of a workflow.
    pub auto_count: u64,
}

impl Config {
    /// Reads the typed values out of resolved layers.
    ///
    /// # Errors
    /// A combination that is refused: serving without sign-in beyond this machine.
    pub fn new(layers: &Layers) -> Result<Self, ConfigError> {
        let host: IpAddr = layers.parsed("host")?;
        let address = SocketAddr::new(host, layers.parsed("port")?);
        let dev_no_auth = layers.switch("dev_no_auth");
        if dev_no_auth && !host.is_loopback() {
            return Err(ConfigError::new(
                "dev_no_auth is refused while host is not a loopback address: anybody on the network could run \
                 workflows; remove one of the two",
            ));
        }
        Ok(Self {
            address,
            data: PathBuf::from(layers.text("data")),
            memory: layers.switch("memory"),
            dev_no_auth,
            log: layers.text("log.level").to_owned(),
            log_json: layers.text("log.format") == "json",
            proxies: layers.list("proxies"),
            expression_env: layers.list("expressions.env"),
            limits: Limits {
                body_bytes: layers.parsed("limits.body_bytes")?,
                rate_per_second: layers.parsed("limits.rate_per_second")?,
                rate_burst: layers.parsed("limits.rate_burst")?,
                timeout: layers.seconds("limits.timeout_seconds")?,
                slow: Duration::from_millis(layers.parsed("limits.slow_ms")?),
                wait_max: layers.seconds("limits.wait_seconds")?,
            },
            executions: Executions {
                max_concurrent: layers.parsed("executions.max_concurrent")?,
                timeout: Some(layers.parsed::<f64>("executions.timeout_minutes")?)
                    .filter(|&minutes| minutes > 0.0)
                    .map(|minutes| Duration::from_secs_f64(minutes * 60.0)),
                shards: layers.parsed("executions.shards")?,
                drain: layers.seconds("executions.drain_seconds")?,
            },
            calls: Calls::new(layers)?,
            js: javascript(layers)?,
            dashboard_ttl: Duration::from_secs_f64(layers.parsed::<f64>("cache.expiry_minutes")? * 60.0),
            memory_alert_bytes: megabytes(layers.parsed("alerts.memory_mb")?),
            rendering: Rendering {
                virtual_scrolling: layers.switch("rendering.virtual_scrolling"),
                lod_threshold_low: layers.parsed("rendering.lod_threshold_low")?,
                lod_threshold_medium: layers.parsed("rendering.lod_threshold_medium")?,
                max_visible_nodes: layers.parsed("rendering.max_visible_nodes")?,
            },
            documents: Documents {
                debounce_ms: layers.parsed("documents.debounce_ms")?,
                local_ms: layers.parsed("documents.local_ms")?,
                server_ms: layers.parsed("documents.server_ms")?,
                retries: layers.parsed("documents.retries")?,
                retry_ms: layers.parsed("documents.retry_ms")?,
            },
            sqlite: Sqlite {
                full_sync: layers.text("sqlite.synchronous") == "full",
                mmap_bytes: layers.parsed("sqlite.mmap_bytes")?,
            },
            retention: Retention {
                days: layers.parsed("retention.days")?,
                max_count: layers.parsed("retention.max_count")?,
                max_bytes: layers.parsed("retention.max_bytes")?,
                max_execution_bytes: layers.parsed("retention.max_execution_bytes")?,
                always_keep: settings::ended(layers.text("retention.always_keep")).unwrap_or_default(),
                grace: layers.seconds("retention.grace_seconds")?,
            },
            versions: Versions {
                auto_days: layers.parsed("versions.auto_days")?,
                auto_count: layers.parsed("versions.auto_count")?,
            },
        })
    }
}

impl Calls {
    fn new(layers: &Layers) -> Result<Self, ConfigError> {
        let net = nodes::net::Settings {
            allowed_private: layers.list("calls.allowed_private"),
            connect_timeout: layers.seconds("calls.connect_seconds")?,
            total_timeout: layers.seconds("calls.timeout_seconds")?,
            response_bytes: layers.parsed("calls.response_bytes")?,
            file_bytes: layers.parsed("calls.file_bytes")?,
            redirects: layers.parsed("calls.redirects")?,
            cache_bytes: layers.parsed("calls.cache_bytes")?,
        };
        Ok(Self { max: layers.parsed("calls.max")?, per_host: layers.parsed("calls.per_host")?, net })
    }
}

fn javascript(layers: &Layers) -> Result<nodes::js::Settings, ConfigError> {
    let defaults = nodes::js::Settings::default();
    let workers = layers.parsed("js.workers")?;
    Ok(nodes::js::Settings {
        workers: if workers == 0 { defaults.workers } else { workers },
        timeout_ms: layers.parsed("js.timeout_ms")?,
        memory_bytes: layers.parsed("js.memory_bytes")?,
        output_bytes: layers.parsed("js.output_bytes")?,
        allow_unsandboxed: layers.switch("js.allow_unsandboxed"),
        ..defaults
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the limits of the setting")]
fn megabytes(megabytes: f64) -> u64 {
    (megabytes * 1_048_576.0) as u64
}
