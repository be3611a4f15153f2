//! Opening a data directory: the store, and the engine over it.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use engine::{Engine, Options};
use model::{ExecutionId, TenantId, Value};
use nodes::Registry;
use store::journal::SharedJournal;
use store::{MemoryStore, Records};

use crate::Config;
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
        anyhow::bail!("the SQLite store is not there yet: {}", config.data.display())
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
        let registry = Arc::new(Registry::standard());
        let defaults = Options::default();
        let options = Options {
            shards: if config.executions.shards == 0 { defaults.shards } else { config.executions.shards },
            env: environment(&config.expression_env),
            ..defaults
        };
        let engine = Engine::open(journal.clone(), records.clone(), registry.clone(), newest, options);
        Ok(Self { engine, journal, records, registry })
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

/// Makes a data directory from a backup.
///
/// # Errors
/// The file is no backup, or the directory holds data.
pub(crate) async fn restore(file: &Path, config: &Config) -> anyhow::Result<()> {
    anyhow::bail!("the SQLite store is not there yet: {} {}", file.display(), config.data.display())
}

/// Checks the pages of the database.
///
/// # Errors
/// What is wrong with it.
pub(crate) async fn integrity(config: &Config) -> anyhow::Result<()> {
    anyhow::bail!("the SQLite store is not there yet: {}", config.data.display())
}
