//! Writing records: a table for each kind, made when the kind is first written.

use std::collections::HashMap;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params_from_iter};

use super::writer::{Fault, Tx};
use crate::records::{Expect, Kind, RecordWrite, conflict};

/// The kinds whose tables are known to be right, with their statements.
#[derive(Default)]
pub(super) struct Kinds {
    known: HashMap<&'static str, Sql>,
    /// Whether a table was made or changed since this was last set to false.
    pub(super) made: bool,
}

impl Kinds {
    /// Forgets what a rollback may have undone.
    pub(super) fn forget(&mut self) {
        self.known.clear();
    }
}

struct Sql {
    find: String,
    insert: String,
    update: String,
    delete: String,
}

impl Sql {
    fn new(kind: &Kind) -> Self {
        let table = kind.name;
        let columns: Vec<_> = kind.indexed.iter().map(|field| format!(", f_{field}")).collect();
        let places: Vec<_> = (0..kind.indexed.len()).map(|at| format!(", ?{}", at + 6)).collect();
        let sets: Vec<_> = kind.indexed.iter().enumerate().map(|(at, f)| format!(", f_{f} = ?{}", at + 6)).collect();
        Self {
            find: format!("SELECT revision FROM record_{table} WHERE tenant = ?1 AND id = ?2"),
            insert: format!(
                "INSERT INTO record_{table} (tenant, id, revision, created_ms, updated_ms, body{})
                 VALUES (?1, ?2, ?3, ?4, ?4, ?5{})",
                columns.concat(),
                places.concat()
            ),
            update: format!(
                "UPDATE record_{table} SET revision = ?3, updated_ms = ?4, body = ?5{} WHERE tenant = ?1 AND id = ?2",
                sets.concat()
            ),
            delete: format!("DELETE FROM record_{table} WHERE tenant = ?1 AND id = ?2"),
        }
    }
}

/// The columns that a kind's table has; none if there is no table.
pub(super) fn columns(conn: &Connection, kind: &Kind) -> rusqlite::Result<Vec<String>> {
    let mut find = conn.prepare_cached("SELECT name FROM pragma_table_info(?1)")?;
    find.query_map((format!("record_{}", kind.name),), |row| row.get(0))?.collect()
}

/// Whether a kind's table is there with every field.
pub(super) fn is_ready(conn: &Connection, kind: &Kind) -> rusqlite::Result<bool> {
    let columns = columns(conn, kind)?;
    let has = |field: &&str| columns.iter().any(|column| column.strip_prefix("f_") == Some(field));
    Ok(!columns.is_empty() && kind.indexed.iter().all(has))
}

impl Tx<'_> {
    /// Makes a kind's table, or adds the fields it lacks; records that were there have none of a new field.
    pub(super) fn make_kind(&mut self, kind: &'static Kind) -> Result<(), Fault> {
        if self.kinds.known.contains_key(kind.name) {
            return Ok(());
        }
        let table = kind.name;
        let columns = columns(self.conn, kind)?;
        if columns.is_empty() {
            self.kinds.made = true;
            self.conn.execute_batch(&format!(
                "CREATE TABLE record_{table} (
                     tenant INTEGER NOT NULL,
                     id INTEGER NOT NULL,
                     revision INTEGER NOT NULL,
                     created_ms INTEGER NOT NULL,
                     updated_ms INTEGER NOT NULL,
                     body BLOB NOT NULL,
                     PRIMARY KEY (tenant, id)
                 );
                 CREATE INDEX record_{table}_created ON record_{table} (tenant, created_ms, id);
                 CREATE INDEX record_{table}_updated ON record_{table} (tenant, updated_ms, id);"
            ))?;
        }
        for field in kind.indexed {
            if !columns.iter().any(|column| column.strip_prefix("f_") == Some(field)) {
                self.kinds.made = true;
                // The index's name cannot meet the two above: a field's has `f_` before it.
                self.conn.execute_batch(&format!(
                    "ALTER TABLE record_{table} ADD COLUMN f_{field} TEXT;
                     CREATE INDEX record_{table}_f_{field} ON record_{table} (tenant, coalesce(f_{field}, ''), id);"
                ))?;
            }
        }
        self.kinds.known.insert(kind.name, Sql::new(kind));
        Ok(())
    }

    /// Writes one record and answers its revision.
    pub(super) fn write_record(&mut self, write: &RecordWrite) -> Result<u64, Fault> {
        let conn = self.conn;
        let sql = self.kinds.known.get(write.kind.name).ok_or_else(|| Fault::Refused(unknown(write)))?;
        let key = (write.tenant.0, write.id);
        let found: Option<i64> = conn.prepare_cached(&sql.find)?.query_row(key, |row| row.get(0)).optional()?;
        let found = found.unwrap_or(0).cast_unsigned();
        match write.expect {
            Expect::Absent if found > 0 => return Err(Fault::Refused(conflict(write))),
            Expect::Revision(revision) if found != revision || found == 0 => {
                return Err(Fault::Refused(conflict(write)));
            }
            Expect::AbsentOrSame if found > 0 => return Ok(found),
            _ => {}
        }
        let revision = match &write.content {
            Some((fields, body)) => {
                let head = [
                    Value::from(write.tenant.0),
                    Value::from(write.id),
                    Value::from(found.cast_signed() + 1),
                    Value::from(write.now_ms),
                    Value::from(body.to_vec()),
                ];
                let fields = fields.iter().map(|field| field.clone().map_or(Value::Null, Value::from));
                let sql = if found == 0 { &sql.insert } else { &sql.update };
                conn.prepare_cached(sql)?.execute(params_from_iter(head.into_iter().chain(fields)))?;
                found + 1
            }
            None if found == 0 => return Ok(0),
            None => {
                conn.prepare_cached(&sql.delete)?.execute(key)?;
                0
            }
        };
        let mut log = conn
            .prepare_cached("INSERT OR REPLACE INTO change (tenant, kind, record, revision) VALUES (?1, ?2, ?3, ?4)")?;
        log.execute((key.0, write.kind.name, write.id, revision.cast_signed()))?;
        Ok(revision)
    }
}

fn unknown(write: &RecordWrite) -> crate::StoreError {
    crate::StoreError::Unavailable(format!("the table of {} is not there", write.kind.name))
}
