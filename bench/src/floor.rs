//! Floors: the same work done by something bare, in the same run.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OpenFlags, params_from_iter};

/// Executions per transaction of the bare loop.
const PER_TRANSACTION: usize = 512;
/// Executions that are replayed at most.
const REPLAY_MAX: i64 = 150_000;

/// Executions per second that bare SQLite writes when it replays the rows that the engine wrote to `database`, with
/// their tables and indexes, synchronous=FULL, 512 executions per transaction.
pub(crate) fn bare_sqlite(database: &Path, folder: &Path) -> anyhow::Result<f64> {
    let rows = Rows::read(database)?;
    let path = folder.join("bare.db");
    let mut best: f64 = 0.0;
    for _ in 0..2 {
        for suffix in ["", "-wal", "-shm"] {
            drop(std::fs::remove_file(folder.join(format!("bare.db{suffix}"))));
        }
        best = best.max(rows.replay(&path)?);
    }
    Ok(best)
}

struct Rows {
    schema: Vec<String>,
    /// For each table its insert and, for each execution, the rows that belong to it.
    tables: Vec<(String, Vec<Vec<Vec<Sql>>>)>,
    executions: usize,
}

impl Rows {
    fn read(database: &Path) -> anyhow::Result<Self> {
        let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let list = "SELECT sql FROM sqlite_master WHERE tbl_name IN ('execution', 'segment') AND sql IS NOT NULL ORDER BY type DESC";
        let schema: Vec<String> =
            connection.prepare(list)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let ids: Vec<i64> = connection
            .prepare("SELECT id FROM execution ORDER BY id LIMIT ?1")?
            .query_map([REPLAY_MAX], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let tables = vec![
            Self::table(&connection, "execution", "id", &ids)?,
            Self::table(&connection, "segment", "execution", &ids)?,
        ];
        Ok(Self { schema, tables, executions: ids.len() })
    }

    fn table(
        connection: &Connection,
        name: &str,
        key: &str,
        ids: &[i64],
    ) -> anyhow::Result<(String, Vec<Vec<Vec<Sql>>>)> {
        let mut statement = connection.prepare(&format!("SELECT * FROM {name} WHERE {key} = ?1"))?;
        let columns = statement.column_count();
        let mut rows = Vec::with_capacity(ids.len());
        for id in ids {
            let own =
                statement.query_map([id], |row| (0..columns).map(|at| row.get(at)).collect::<Result<Vec<Sql>, _>>())?;
            rows.push(own.collect::<Result<Vec<_>, _>>()?);
        }
        let marks = vec!["?"; columns].join(", ");
        Ok((format!("INSERT INTO {name} VALUES ({marks})"), rows))
    }

    fn replay(&self, path: &Path) -> anyhow::Result<f64> {
        let mut connection = Connection::open(path)?;
        connection.execute_batch(
            "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;",
        )?;
        for statement in &self.schema {
            connection.execute_batch(statement).with_context(|| statement.clone())?;
        }
        let began = Instant::now();
        let mut at = 0;
        while at < self.executions {
            let end = (at + PER_TRANSACTION).min(self.executions);
            let transaction = connection.transaction()?;
            for (insert, rows) in &self.tables {
                let mut statement = transaction.prepare_cached(insert)?;
                for row in rows[at..end].iter().flatten() {
                    statement.execute(params_from_iter(row))?;
                }
            }
            transaction.commit()?;
            at = end;
        }
        #[expect(clippy::cast_precision_loss, reason = "a count of executions")]
        Ok(self.executions as f64 / began.elapsed().as_secs_f64())
    }
}

/// Times of appends of 512 bytes with `fdatasync` in ms, sorted.
pub(crate) fn appends(folder: &Path, count: usize) -> anyhow::Result<Vec<f64>> {
    let path = folder.join("append.bin");
    let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let began = Instant::now();
        file.write_all(&[7u8; 512])?;
        file.sync_data()?;
        times.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    drop(std::fs::remove_file(path));
    times.sort_by(f64::total_cmp);
    Ok(times)
}

/// The value below which this share of sorted figures lies.
pub(crate) fn percentile(sorted: &[f64], share: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a position"
    )]
    let at = ((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().unwrap_or(f64::NAN)
}
