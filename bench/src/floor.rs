//! Floors: the same work done by something bare, in the same run.

use std::fs::OpenOptions;
use std::io::Write;
use std::ops::Range;
use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use model::Status;
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OpenFlags, params_from_iter};

/// Executions per transaction of the bare loop.
const PER_TRANSACTION: usize = 512;
/// Executions that are replayed at most.
const REPLAY_MAX: i64 = 150_000;

/// How the bare loop writes an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Commits {
    /// All its rows at once, as they are in the end.
    One,
    /// Its row and first segment as it is accepted; in another transaction how it ended, and its second segment.
    Two,
}

/// Executions per second that bare SQLite writes when it replays the rows that the engine wrote to `database`, with
/// their tables and indexes, synchronous=FULL, 512 executions per transaction.
pub(crate) fn bare_sqlite(database: &Path, folder: &Path, commits: Commits) -> anyhow::Result<f64> {
    let rows = Rows::read(database)?;
    let path = folder.join("bare.db");
    rows.replay(&path, commits)
}

/// What the engine wrote, by execution.
struct Rows {
    schema: Vec<String>,
    execution: Table,
    first_segment: Table,
    later_segment: Table,
    executions: usize,
}

struct Table {
    insert: String,
    columns: Vec<String>,
    /// For each execution the rows that belong to it.
    rows: Vec<Vec<Vec<Sql>>>,
}

impl Table {
    fn read(connection: &Connection, name: &str, key: &str, ids: &[i64]) -> anyhow::Result<Self> {
        let mut statement = connection.prepare(&format!("SELECT * FROM {name} WHERE {key} = ?1"))?;
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let mut rows = Vec::with_capacity(ids.len());
        for id in ids {
            let own = statement
                .query_map([id], |row| (0..columns.len()).map(|at| row.get(at)).collect::<Result<Vec<Sql>, _>>())?;
            rows.push(own.collect::<Result<Vec<_>, _>>()?);
        }
        let marks = vec!["?"; columns.len()].join(", ");
        Ok(Self { insert: format!("INSERT INTO {name} VALUES ({marks})"), columns, rows })
    }

    fn column(&self, name: &str) -> anyhow::Result<usize> {
        self.columns.iter().position(|column| column == name).with_context(|| format!("there is no column {name}"))
    }

    fn write(&self, connection: &Connection, executions: Range<usize>) -> rusqlite::Result<()> {
        let mut statement = connection.prepare_cached(&self.insert)?;
        for row in self.rows[executions].iter().flatten() {
            statement.execute(params_from_iter(row))?;
        }
        Ok(())
    }
}

impl Rows {
    fn read(database: &Path) -> anyhow::Result<Self> {
        let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let list = "SELECT sql FROM sqlite_master
            WHERE tbl_name IN ('execution', 'segment', 'segment_later') AND sql IS NOT NULL ORDER BY type DESC";
        let schema: Vec<String> =
            connection.prepare(list)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let ids: Vec<i64> = connection
            .prepare("SELECT id FROM execution ORDER BY id LIMIT ?1")?
            .query_map([REPLAY_MAX], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        Ok(Self {
            schema,
            execution: Table::read(&connection, "execution", "id", &ids)?,
            first_segment: Table::read(&connection, "segment", "execution", &ids)?,
            later_segment: Table::read(&connection, "segment_later", "execution", &ids)?,
            executions: ids.len(),
        })
    }

    fn replay(&self, path: &Path, commits: Commits) -> anyhow::Result<f64> {
        let connection = Connection::open(path)?;
        connection.execute_batch(
            "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;",
        )?;
        for statement in &self.schema {
            connection.execute_batch(statement).with_context(|| statement.clone())?;
        }
        let accepted = self.as_accepted()?;
        let began = Instant::now();
        let mut at = 0;
        while at < self.executions {
            let group = at..(at + PER_TRANSACTION).min(self.executions);
            at = group.end;
            connection.execute_batch("BEGIN IMMEDIATE")?;
            if commits == Commits::Two {
                accepted.write(&connection, group.clone())?;
                self.first_segment.write(&connection, group.clone())?;
                connection.execute_batch("COMMIT; BEGIN IMMEDIATE")?;
                self.end(&connection, group.clone())?;
            } else {
                self.execution.write(&connection, group.clone())?;
                self.first_segment.write(&connection, group.clone())?;
            }
            self.later_segment.write(&connection, group)?;
            connection.execute_batch("COMMIT")?;
        }
        #[expect(clippy::cast_precision_loss, reason = "a count of executions")]
        Ok(self.executions as f64 / began.elapsed().as_secs_f64())
    }

    /// The rows of executions before they ended.
    fn as_accepted(&self) -> anyhow::Result<Table> {
        let [status, next_seq, duration] =
            ["status", "next_seq", "duration_us"].map(|name| self.execution.column(name));
        let (status, next_seq, duration) = (status?, next_seq?, duration?);
        let mut rows = self.execution.rows.clone();
        for row in rows.iter_mut().flatten() {
            row[status] = Sql::Integer(i64::from(Status::Running.code()));
            row[next_seq] = Sql::Integer(2);
            row[duration] = Sql::Integer(0);
        }
        Ok(Table { insert: self.execution.insert.clone(), columns: self.execution.columns.clone(), rows })
    }

    /// Says of executions how they ended, as the engine's writer does.
    fn end(&self, connection: &Connection, executions: Range<usize>) -> anyhow::Result<()> {
        let [id, status, next_seq, duration] =
            ["id", "status", "next_seq", "duration_us"].map(|name| self.execution.column(name));
        let (id, status, next_seq, duration) = (id?, status?, next_seq?, duration?);
        let mut update = connection.prepare_cached(
            "UPDATE execution SET status = ?1, next_seq = ?2, duration_us = ?3
             WHERE id = ?4 AND next_seq = 2 AND status = ?5",
        )?;
        let running = Sql::Integer(i64::from(Status::Running.code()));
        for row in self.execution.rows[executions].iter().flatten() {
            update.execute([&row[status], &row[next_seq], &row[duration], &row[id], &running])?;
        }
        Ok(())
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
