//! Opening a data directory: the store, and the engine over it.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use engine::{CallLimits, Engine, Options};
use model::{ExecutionId, TenantId, Value};
use nodes::net::Net;
use nodes::{Registry, Services};
use store::journal::SharedJournal;
use store::sqlite::Synchronous;
use store::{MemoryStore, Records, SqliteOptions, SqliteStore, StoreError};

use crate::Config;
use crate::published::Published;
use crate::routes::executions::list_query;

/// A store with the engine that runs over it.
pub struct Opened {
    /// The engine.
    pub engine: Engine,
    /// The journal of executions.
    pub journal: SharedJournal,
    /// The records beside it.
    pub records: Arc<dyn Records>,
    /// The node types.
    pub registry: Arc<Registry>,
    /// The store itself when it is SQLite, for what only it can do.
    pub sqlite: Option<Arc<SqliteStore>>,
}

impl Opened {
    /// Opens what the configuration names: the data directory, or memory.
    ///
    /// # Errors
    /// The directory cannot be used: another process holds it, it is newer than this program, or the disk refuses.
    pub async fn open(config: &Config) -> anyhow::Result<Self> {
        if config.memory {
            return Self::memory(config).await;
        }
        let sqlite = &config.sqlite;
        let options = SqliteOptions {
            synchronous: if sqlite.full_sync { Synchronous::Full } else { Synchronous::Normal },
            mmap_bytes: sqlite.mmap_bytes,
            ..SqliteOptions::default()
        };
        let data = config.data.clone();
        create_private(&data)?;
        let store = tokio::task::spawn_blocking(move || SqliteStore::open(&data, options)).await?;
        let store = Arc::new(store.with_context(|| format!("{} cannot be opened", config.data.display()))?);
        let opened = Self::over(store.clone(), store.clone(), config).await?;
        Ok(Self { sqlite: Some(store), ..opened })
    }

    /// Opens an empty store in memory.
    ///
    /// # Errors
    /// None in practice.
    pub async fn memory(config: &Config) -> anyhow::Result<Self> {
        let store = Arc::new(MemoryStore::default());
        Self::over(store.clone(), store, config).await
    }

    /// Starts the engine over a store.
    ///
    /// # Errors
    /// The store cannot say which executions it has.
    pub async fn over(journal: SharedJournal, records: Arc<dyn Records>, config: &Config) -> anyhow::Result<Self> {
        let newest = newest(&journal).await.context("the newest execution could not be read")?;
        let services = Services::default()
            .with_net(Net::new(config.calls.net.clone()))
            .with_js(nodes::js::Pool::new(config.js.clone()))
            .with_files(engine::files_of(journal.clone()));
        let registry = Arc::new(Registry::with(&services));
        let defaults = Options::default();
        let options = Options {
            shards: if config.executions.shards == 0 { defaults.shards } else { config.executions.shards },
            max_concurrent: config.executions.max_concurrent,
            timeout: config.executions.timeout,
            calls: CallLimits {
                all: config.calls.max,
                per_host: config.calls.per_host,
                code: CallLimits::of_workers(config.js.workers),
            },
            // A look at a data directory runs nothing; `App::load` says when it does.
            wakes: false,
            workflows: Some(Arc::new(Published::of(records.clone()))),
            env: environment(&config.expression_env),
            ..defaults
        };
        let engine = Engine::open(journal.clone(), records.clone(), registry.clone(), newest, options);
        Ok(Self { engine, journal, records, registry, sqlite: None })
    }
}

async fn newest(journal: &SharedJournal) -> Result<Option<ExecutionId>, store::StoreError> {
    let query = store::journal::ExecutionQuery { limit: 1, ..list_query(TenantId::DEFAULT) };
    Ok(journal.list(query).await?.rows.first().map(|row| row.id))
}

/// The environment variables that expressions may read.
fn environment(names: &[String]) -> Value {
    let entry = |name: &String| Some((name.as_str().into(), Value::from(std::env::var(name).ok()?)));
    Value::object(names.iter().filter_map(entry).collect())
}

/// Whether a server holds a data directory now: its address if it left one.
pub(crate) fn held_by(data: &Path) -> Option<String> {
    let text = std::fs::read_to_string(data.join(crate::serve::ADDRESS_FILE)).ok()?;
    let address = text.trim().to_owned();
    (!address.is_empty()).then_some(address)
}

/// Makes a data directory that only its owner may enter, unless it is there.
///
/// # Errors
/// The disk refuses, or a file has that name.
pub(crate) fn create_private(path: &Path) -> anyhow::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).with_context(|| format!("{} cannot be made", path.display()))
}

/// Makes a data directory from a backup.
///
/// # Errors
/// The file is no backup, or the directory holds data.
pub(crate) async fn restore(file: &Path, config: &Config) -> anyhow::Result<()> {
    let (from, to) = (file.to_owned(), config.data.clone());
    let data = config.data.display();
    create_private(&config.data)?;
    let made =
        tokio::task::spawn_blocking(move || store::sqlite::restore(&from, &to, &store::Clock::default())).await?;
    made.map_err(|error| match error {
        StoreError::Conflict(_) => anyhow::anyhow!("{data} holds data already; --data names a directory to make"),
        StoreError::Corrupt(_) => {
            anyhow::Error::new(error).context(format!("{} is no backup to restore", file.display()))
        }
        other => other.into(),
    })
}
