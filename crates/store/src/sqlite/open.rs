//! Opening a data directory: the lock, the connections and their settings, and the migrations.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::SqliteOptions;
use super::error::unavailable;
use crate::{Result, StoreError};

/// The database's file in the data directory.
pub(super) const FILE: &str = "tidemill.db";
/// The oldest SQLite without the bug that lost commits when one connection checkpoints while another writes.
const OLDEST_SQLITE: i32 = 3_051_003;
/// Marks a database as ours: `TdMl`.
const APPLICATION_ID: i32 = 0x5464_4d6c;
/// The steps from an empty database to the schema of this build; step `n` leads to version `n + 1`.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
    include_str!("schema/5.sql"),
];

/// The exclusive lock on a data directory, held while open.
pub(super) struct DirLock(#[expect(dead_code, reason = "closing the file gives the lock back")] File);

impl DirLock {
    pub(super) fn take(dir: &Path) -> Result<Self> {
        let path = dir.join("lock");
        let mut options = OpenOptions::new();
        let mut file = options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| unavailable(&path, &error))?;
        if fs4::FileExt::try_lock(&file).is_err() {
            let mut pid = String::new();
            // The pid only makes the message better.
            file.read_to_string(&mut pid).ok();
            let holder =
                if pid.trim().is_empty() { "another process".into() } else { format!("process {}", pid.trim()) };
            return Err(StoreError::Unavailable(format!(
                "{} is in use by {holder}; stop it, or choose another data directory",
                dir.display()
            )));
        }
        let written =
            file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", std::process::id()));
        // A full disk must not keep the store from being read.
        drop(written);
        Ok(Self(file))
    }
}

/// The path of the database in a data directory, which is made if needed.
pub(super) fn prepare_dir(dir: &Path) -> Result<PathBuf> {
    fs::create_dir_all(dir).map_err(|error| unavailable(dir, &error))?;
    Ok(dir.join(FILE))
}

/// The writer's connection, with the schema of this build.
pub(super) fn writer(path: &Path, options: &SqliteOptions) -> Result<Connection> {
    let version = rusqlite::version_number();
    assert!(version >= OLDEST_SQLITE, "SQLite {version} can lose commits: 3.51.3 or later must be linked");
    let new = !path.exists();
    let connection = Connection::open(path)?;
    connection.busy_timeout(options.busy_timeout)?;
    if new {
        connection.execute_batch("PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL;")?;
    }
    check_origin(&connection, path)?;
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", (), |row| row.get(0))?;
    connection.execute_batch(&format!(
        "PRAGMA synchronous = {};
         PRAGMA wal_autocheckpoint = 0;
         PRAGMA journal_size_limit = {};
         PRAGMA cache_size = -{};
         PRAGMA temp_store = MEMORY;
         PRAGMA mmap_size = 0;",
        options.synchronous.word(),
        super::checkpoint::SIZE_LIMIT,
        options.cache_kib,
    ))?;
    let synchronous: i64 = connection.query_row("PRAGMA synchronous", (), |row| row.get(0))?;
    if mode != "wal" || synchronous != options.synchronous.number() {
        return Err(StoreError::Unavailable(format!(
            "{}: journal_mode is {mode} and synchronous {synchronous}, not wal and {}",
            path.display(),
            options.synchronous.number()
        )));
    }
    migrate(&connection, path)?;
    connection.set_prepared_statement_cache_capacity(256);
    sync_dir(path.parent().unwrap_or_else(|| Path::new(".")))?;
    Ok(connection)
}

/// Refuses what is not ours, or is newer than this build, before anything is written.
fn check_origin(connection: &Connection, path: &Path) -> Result<()> {
    let application: i32 = connection.query_row("PRAGMA application_id", (), |row| row.get(0))?;
    let version = user_version(connection)?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))?;
    if application != APPLICATION_ID && tables > 0 {
        return Err(StoreError::Corrupt(format!("{} is a database of another program", path.display())));
    }
    if version > MIGRATIONS.len() {
        return Err(StoreError::Corrupt(format!(
            "{} has schema {version}, and this program knows {} at most; run the newer program that wrote it",
            path.display(),
            MIGRATIONS.len()
        )));
    }
    Ok(())
}

fn user_version(connection: &Connection) -> Result<usize> {
    let version: i64 = connection.query_row("PRAGMA user_version", (), |row| row.get(0))?;
    usize::try_from(version).map_err(|_| StoreError::Corrupt(format!("schema version {version}")))
}

/// Takes the steps that are missing, each in its own transaction.
fn migrate(connection: &Connection, path: &Path) -> Result<()> {
    for (step, sql) in MIGRATIONS.iter().enumerate().skip(user_version(connection)?) {
        tracing::info!(path = %path.display(), version = step + 1, "migrating the database");
        connection.execute_batch(&format!(
            "BEGIN IMMEDIATE;
             PRAGMA application_id = {APPLICATION_ID};
             {sql}
             PRAGMA user_version = {};
             COMMIT;",
            step + 1
        ))?;
    }
    Ok(())
}

/// A connection that cannot write.
pub(super) fn reader(path: &Path, options: &SqliteOptions) -> Result<Connection> {
    let connection = beside(path, options)?;
    connection.execute_batch(&format!("PRAGMA query_only = ON; PRAGMA mmap_size = {};", options.mmap_bytes))?;
    Ok(connection)
}

/// A connection that cannot write, to a store that has no writer.
pub(super) fn only_reader(path: &Path, options: &SqliteOptions) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(options.busy_timeout)?;
    check_origin(&connection, path)?;
    let version = user_version(&connection)?;
    if version < MIGRATIONS.len() {
        return Err(StoreError::Unavailable(format!(
            "{} has schema {version}, and this program reads {}; take the steps to it first",
            path.display(),
            MIGRATIONS.len()
        )));
    }
    connection.execute_batch(&format!(
        "PRAGMA cache_size = -{}; PRAGMA temp_store = MEMORY; PRAGMA query_only = ON;",
        options.reader_cache_kib
    ))?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// A connection beside the writer's, for checkpoints and backups. Like the writer's it maps nothing into memory:
/// whoever changes the file must not look at it through a map.
pub(super) fn beside(path: &Path, options: &SqliteOptions) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(options.busy_timeout)?;
    connection.execute_batch(&format!(
        "PRAGMA wal_autocheckpoint = 0;
         PRAGMA cache_size = -{};
         PRAGMA temp_store = MEMORY;
         PRAGMA mmap_size = 0;",
        options.reader_cache_kib
    ))?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Makes a directory's entries durable.
pub(super) fn sync_dir(dir: &Path) -> Result<()> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(|error| unavailable(dir, &error))
}

/// Reads a number of the table `meta`.
pub(super) fn meta(connection: &Connection, key: &str) -> Result<i64> {
    let mut statement = connection.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
    let mut rows = statement.query((key,))?;
    Ok(rows.next()?.map_or(Ok(0), |row| row.get(0))?)
}

/// Writes a number of the table `meta`.
pub(super) fn set_meta(connection: &Connection, key: &str, value: i64) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)")?;
    statement.execute((key, value))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Synchronous;
    use super::*;

    fn number(connection: &Connection, pragma: &str) -> i64 {
        connection.query_row(&format!("PRAGMA {pragma}"), (), |row| row.get(0)).expect("a number")
    }

    #[test]
    fn connections_are_set_up_as_asked() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let path = dir.path().join(FILE);
        let mmap_bytes = 268_435_456;
        let asked = SqliteOptions { synchronous: Synchronous::Normal, mmap_bytes, ..SqliteOptions::default() };
        let writer = writer(&path, &asked).expect("it is free");
        let mode: String = writer.query_row("PRAGMA journal_mode", (), |row| row.get(0)).expect("a mode");
        assert_eq!((mode.as_str(), number(&writer, "synchronous")), ("wal", Synchronous::Normal.number()));
        let checkpoints = beside(&path, &asked).expect("it opens");
        let reader = reader(&path, &asked).expect("it opens");
        for connection in [&writer, &checkpoints, &reader] {
            assert_eq!(number(connection, "temp_store"), 2, "in memory");
        }
        assert_eq!(number(&writer, "cache_size"), -i64::from(asked.cache_kib));
        // Only who reads looks through a map.
        assert_eq!((number(&writer, "mmap_size"), number(&checkpoints, "mmap_size")), (0, 0));
        assert_eq!(number(&reader, "mmap_size"), 268_435_456);
        assert_eq!(number(&reader, "query_only"), 1);
        reader.execute_batch("CREATE TABLE theirs (x)").expect_err("a reader cannot write");
        drop((writer, checkpoints, reader));
        let writer = super::writer(&path, &SqliteOptions::default()).expect("it is free");
        let synchronous = Synchronous::default();
        assert_eq!(synchronous, Synchronous::Full);
        assert_eq!(number(&writer, "synchronous"), synchronous.number());
    }
}
