//! The list of all settings: name, kind, default, and the other names that the environment and files have for it.

use model::Status;

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// Its name in a TOML file, with dots between tables; `TIDEMILL_` and the name in capitals is its variable.
    pub key: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// Its value when nobody says otherwise.
    pub default: &'static str,
    /// Environment variables that set it besides its own.
    pub env: &'static [&'static str],
    /// How JSON files of other engines name it, without regard to case and to what stands before.
    pub json: Option<&'static str>,
    /// One line for people.
    pub summary: &'static str,
}

/// What values a setting takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Any text.
    Text,
    /// An IP address.
    Address,
    /// A whole number within limits.
    Whole(u64, u64),
    /// A number within limits.
    Number(f64, f64),
    /// `true` or `false`.
    Switch,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Texts with commas between them; a list in a file.
    List,
    /// IP addresses with commas between them; a list in a file.
    Addresses,
    /// Hosts, addresses and ranges of addresses with commas between them; a list in a file.
    Places,
    /// Statuses in which executions end, with commas between them, `errors` for all that are failures; a list in a file.
    Ended,
}

/// The statuses of a value of the kind [`Kind::Ended`], or the word that is none.
pub(super) fn ended(text: &str) -> Result<Vec<Status>, &str> {
    let mut statuses = Vec::new();
    for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        match Status::parse(word).filter(|status| status.is_terminal()) {
            Some(status) => statuses.push(status),
            None if word == "errors" => statuses.extend(Status::ERRORS),
            None => return Err(word),
        }
    }
    Ok(statuses)
}

impl Setting {
    /// The environment variable made from its name.
    pub fn variable(&self) -> String {
        format!("TIDEMILL_{}", self.key.replace('.', "_").to_uppercase())
    }
}

const fn setting(key: &'static str, kind: Kind, default: &'static str, summary: &'static str) -> Setting {
    Setting { key, kind, default, env: &[], json: None, summary }
}

impl Setting {
    const fn env(self, names: &'static [&'static str]) -> Self {
        Self { env: names, ..self }
    }

    const fn json(self, name: &'static str) -> Self {
        Self { json: Some(name), ..self }
    }
}

const ANY: u64 = i64::MAX as u64;

/// All settings, in the order in which they are shown.
pub static SETTINGS: &[Setting] = &[
    setting("host", Kind::Address, "127.0.0.1", "Address to listen on"),
    setting("port", Kind::Whole(0, 65_535), "8080", "Port to listen on; 0 lets the system choose").env(&["PORT"]),
    setting("data", Kind::Text, "./tidemill-data", "Data directory"),
    setting("memory", Kind::Switch, "false", "Keep everything in memory: nothing is left at the end"),
    setting("dev_no_auth", Kind::Switch, "false", "Answer anybody without sign-in; refused beyond loopback"),
    setting("log.level", Kind::Text, "info", "What is logged: error, warn, info, debug, trace, or a filter")
        .json("Logging.LogLevel.Default"),
    setting("log.format", Kind::Choice(&["text", "json"]), "text", "Form of log lines"),
    setting("proxies", Kind::Addresses, "", "Reverse proxies whose X-Forwarded-For and X-Forwarded-Proto count"),
    setting("expressions.env", Kind::List, "", "Environment variables that expressions may read as env.NAME"),
    setting("limits.body_bytes", Kind::Whole(1_024, 1 << 30), "67108864", "Bytes of a request body, also unpacked"),
    setting(
        "limits.rate_per_second",
        Kind::Whole(0, 1_000_000),
        "1000",
        "Requests per second and remote address; 0: any",
    ),
    setting("limits.rate_burst", Kind::Whole(1, 1_000_000), "2000", "Requests of one remote address at once"),
    setting("limits.timeout_seconds", Kind::Number(0.1, 3_600.0), "90", "Time until a request is given up"),
    setting(
        "limits.wait_seconds",
        Kind::Number(0.0, 3_600.0),
        "60",
        "Time that a request waits for an execution to end",
    ),
    setting("limits.slow_ms", Kind::Whole(0, ANY), "1000", "Time from which a request is logged as slow"),
    setting(
        "executions.max_concurrent",
        Kind::Whole(1, 1_000_000),
        "50",
        "Executions under way at a time; others wait",
    )
    .json("MaxConcurrentExecutions"),
    setting("executions.timeout_minutes", Kind::Number(0.0, 1e6), "30", "Time an execution may run; 0: no limit")
        .json("ExecutionTimeoutMinutes"),
    setting("executions.shards", Kind::Whole(0, 1_024), "0", "Loops that run executions; 0: one per core"),
    setting("executions.drain_seconds", Kind::Number(0.0, 3_600.0), "10", "Time for running executions at the end"),
    setting("calls.max", Kind::Whole(1, 1_000_000), "1000", "Calls to other machines at a time; others wait"),
    setting("calls.per_host", Kind::Whole(1, 1_000_000), "64", "Of those, calls to one host"),
    setting("calls.allowed_private", Kind::Places, "", "Places inside that may be called: hosts, addresses, ranges"),
    setting("calls.connect_seconds", Kind::Number(0.1, 3_600.0), "10", "Time until a connection is there"),
    setting("calls.timeout_seconds", Kind::Number(0.1, 86_400.0), "60", "Time of a call whose node sets none"),
    setting("calls.response_bytes", Kind::Whole(1_024, 1 << 30), "67108864", "Bytes of an answer, also unpacked"),
    setting("calls.file_bytes", Kind::Whole(1_024, 1 << 30), "1073741824", "Bytes of an answer that is kept as a file"),
    setting("calls.redirects", Kind::Whole(0, 100), "10", "Redirects that a call follows"),
    setting(
        "calls.cache_bytes",
        Kind::Whole(0, 1 << 40),
        "33554432",
        "Bytes of answers kept for nodes that ask for it",
    ),
    setting("js.workers", Kind::Whole(0, 1_024), "0", "Processes that run JavaScript; 0: one per core"),
    setting("js.timeout_ms", Kind::Whole(1, 86_400_000), "10000", "Time of a JavaScript step whose node sets none"),
    setting("js.memory_bytes", Kind::Whole(1 << 20, 1 << 32), "67108864", "Bytes of memory of a JavaScript step"),
    setting("js.output_bytes", Kind::Whole(1_024, 1 << 30), "67108864", "Bytes of its output as JSON text"),
    setting("js.allow_unsandboxed", Kind::Switch, "false", "Run JavaScript also where its process cannot be locked in"),
    setting("cache.expiry_minutes", Kind::Number(0.0, 1e6), "5", "Time that dashboard figures are reused, sliding")
        .json("CacheExpiryMinutes"),
    setting("cache.memory_max_size", Kind::Whole(0, ANY), "1000", "Entries of the memory cache")
        .env(&["CACHE_MEMORY_MAX_SIZE"]),
    setting("cache.disk_max_size_mb", Kind::Whole(0, ANY), "100", "Megabytes of the disk cache")
        .env(&["CACHE_DISK_MAX_SIZE_MB"]),
    setting("cache.default_ttl_seconds", Kind::Whole(0, ANY), "300", "Life of a cache entry that names none")
        .env(&["CACHE_DEFAULT_TTL_SECONDS"]),
    setting("monitoring.interval_seconds", Kind::Number(0.1, 86_400.0), "1.0", "Time between two measurements")
        .env(&["PERFORMANCE_MONITORING_INTERVAL"]),
    setting("alerts.cpu_percent", Kind::Number(0.0, 100.0), "80", "Processor use that raises an alert")
        .env(&["PERFORMANCE_ALERT_THRESHOLDS_CPU"]),
    setting("alerts.memory_mb", Kind::Number(0.0, 1e9), "1024", "Memory in megabytes that raises an alert")
        .env(&["PERFORMANCE_ALERT_THRESHOLDS_MEMORY"]),
    setting("rendering.virtual_scrolling", Kind::Switch, "true", "Draw only what is in view")
        .env(&["RENDERING_VIRTUAL_SCROLLING_ENABLED"]),
    setting("rendering.lod_threshold_low", Kind::Number(0.0, 10.0), "0.3", "Zoom below which nodes are flat")
        .env(&["RENDERING_LOD_THRESHOLD_LOW"]),
    setting("rendering.lod_threshold_medium", Kind::Number(0.0, 10.0), "0.7", "Zoom from which nodes show all")
        .env(&["RENDERING_LOD_THRESHOLD_MEDIUM"]),
    setting("rendering.max_visible_nodes", Kind::Whole(1, ANY), "1000", "Nodes in view before detail is lowered")
        .env(&["RENDERING_MAX_VISIBLE_NODES"]),
    setting(
        "documents.debounce_ms",
        Kind::Whole(0, 600_000),
        "2000",
        "Quiet time before a page without a socket saves",
    )
    .env(&["DOCUMENTS_DEBOUNCE_MS"]),
    setting("documents.local_ms", Kind::Whole(0, 60_000), "1000", "Time within which a change is on the device")
        .env(&["DOCUMENTS_LOCAL_MS"]),
    setting(
        "documents.server_ms",
        Kind::Whole(1_000, 3_600_000),
        "30000",
        "Time after which a page saves at the latest",
    )
    .env(&["DOCUMENTS_SERVER_MS"]),
    setting("documents.retries", Kind::Whole(0, 100), "3", "Tries of a save that failed before it waits longer")
        .env(&["DOCUMENTS_RETRIES"]),
    setting("documents.retry_ms", Kind::Whole(10, 600_000), "1000", "Time between those tries")
        .env(&["DOCUMENTS_RETRY_MS"]),
    setting("sqlite.synchronous", Kind::Choice(&["full", "normal"]), "full", "full survives a power cut"),
    setting("sqlite.mmap_bytes", Kind::Whole(0, ANY), "0", "Bytes of the database that readers map into memory"),
    setting("retention.days", Kind::Whole(0, 1_000_000), "0", "Days that ended executions are kept; 0: for ever"),
    setting("retention.max_count", Kind::Whole(0, ANY), "0", "Ended executions that are kept; 0: all"),
    setting("retention.max_bytes", Kind::Whole(0, ANY), "0", "Bytes of database above which the oldest go; 0: any"),
    setting(
        "retention.max_execution_bytes",
        Kind::Whole(0, ANY),
        "268435456",
        "Bytes of one execution's history above which the oldest of it goes; 0: any",
    ),
    setting("retention.always_keep", Kind::Ended, "", "Statuses that stay whatever their age and number, or `errors`"),
    setting(
        "retention.grace_seconds",
        Kind::Number(0.0, 1e9),
        "60",
        "Time that an execution can still be read that its workflow does not keep",
    ),
    setting(
        "versions.auto_days",
        Kind::Whole(0, 1_000_000),
        "0",
        "Days that versions made to run a draft are kept; 0: for ever",
    ),
    setting(
        "versions.auto_count",
        Kind::Whole(0, ANY),
        "0",
        "Versions made to run a draft that a workflow keeps; 0: all",
    ),
];
