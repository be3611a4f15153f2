//! The statistics' rows: changes of a transaction are added up in memory and written as few rows.

use std::collections::HashMap;

use model::Status;
use rusqlite::{Connection, OptionalExtension, Row};

use crate::rollup::{ALL_TIME, Cell, Change, Sketch, Tally};
use crate::{Result, StoreError};

/// Rows that are kept in memory to spare reading them again.
const KNOWN_MAX: usize = 4_096;

/// What the writer knows of the rows.
#[derive(Default)]
pub(super) struct Rollup {
    known: HashMap<Cell, Tally>,
    deltas: HashMap<Cell, Tally>,
    bytes: Vec<u8>,
}

impl Rollup {
    /// Writes the changes, each under its hour and under the whole history.
    pub(super) fn flush(&mut self, conn: &Connection, changes: &mut Vec<Change>) -> rusqlite::Result<()> {
        for change in changes.drain(..) {
            self.deltas.entry(change.cell).or_default().apply(&change);
        }
        let deltas = std::mem::take(&mut self.deltas);
        for (cell, delta) in deltas.iter().filter(|(_, delta)| **delta != Tally::default()) {
            self.add(conn, *cell, delta)?;
            self.add(conn, Cell { hour: ALL_TIME, ..*cell }, delta)?;
        }
        self.deltas = deltas;
        self.deltas.clear();
        Ok(())
    }

    fn add(&mut self, conn: &Connection, cell: Cell, delta: &Tally) -> rusqlite::Result<()> {
        let key = (cell.tenant, cell.hour, cell.workflow, cell.status.code());
        if !self.known.contains_key(&cell) {
            if self.known.len() >= KNOWN_MAX {
                self.known.clear();
            }
            let mut find = conn.prepare_cached(
                "SELECT count, sum_us, sketch FROM execution_rollup
                 WHERE tenant = ?1 AND hour = ?2 AND workflow = ?3 AND status = ?4 AND lane = 0",
            )?;
            let found = find.query_row(key, |row| tally(row, 0)).optional()?;
            self.known.insert(cell, found.unwrap_or_default());
        }
        let row = self.known.get_mut(&cell).expect("it was just put there");
        row.merge(delta);
        if row.count == 0 {
            let mut delete = conn.prepare_cached(
                "DELETE FROM execution_rollup
                 WHERE tenant = ?1 AND hour = ?2 AND workflow = ?3 AND status = ?4 AND lane = 0",
            )?;
            delete.execute(key)?;
            return Ok(());
        }
        row.sketch.encode(&mut self.bytes);
        let mut put = conn.prepare_cached(
            "INSERT INTO execution_rollup (tenant, hour, workflow, status, lane, count, sum_us, sketch)
             VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, ?7)
             ON CONFLICT DO UPDATE SET count = ?5, sum_us = ?6, sketch = ?7",
        )?;
        put.execute((key.0, key.1, key.2, key.3, row.count, row.sum_us, &self.bytes[..]))?;
        Ok(())
    }

    /// Forgets what a rollback has undone.
    pub(super) fn forget(&mut self) {
        self.known.clear();
        self.deltas.clear();
    }
}

/// The tally in three columns of a row.
pub(super) fn tally(row: &Row<'_>, at: usize) -> rusqlite::Result<Tally> {
    let sketch = Sketch::decode(row.get_ref(at + 2)?.as_blob()?).ok_or(rusqlite::Error::InvalidQuery)?;
    Ok(Tally { count: row.get(at)?, sum_us: row.get(at + 1)?, sketch })
}

/// The status of a number in the database.
pub(super) fn status(code: u8) -> Result<Status> {
    Status::from_code(code).ok_or_else(|| StoreError::Corrupt(format!("an execution has status {code}")))
}
