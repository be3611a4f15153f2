//! Records in SQLite: reads go to the pool once the kind's table is known to be there.

use model::TenantId;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params_from_iter};

use super::SqliteStore;
use super::find;
use super::queue::Weight;
use super::record_writes::is_ready;
use crate::journal::LIST_MAX;
use crate::records::{Change, Find, Found, Kind, Page, Place, Record, RecordQuery, RecordWrite, Records, SortKey};
use crate::{BoxFuture, Result};

impl SqliteStore {
    /// Sees to it that a kind has its table.
    async fn ready(&self, kind: &'static Kind) -> Result<()> {
        if self.knows(kind) {
            return Ok(());
        }
        if !self.readers.run(move |conn| Ok(is_ready(conn, kind)?)).await? {
            self.write(Weight::default(), move |tx| tx.make_kind(kind)).await?;
        }
        self.learn(kind);
        Ok(())
    }

    async fn write_all(&self, writes: Vec<RecordWrite>) -> Result<Vec<u64>> {
        let bytes = writes.iter().map(bytes_of).sum();
        writes.iter().for_each(RecordWrite::check);
        let run = move |tx: &mut super::writer::Tx<'_>| {
            for write in &writes {
                tx.make_kind(write.kind)?;
            }
            writes.iter().map(|write| tx.write_record(write)).collect()
        };
        self.write(Weight { bytes, frees: false }, run).await
    }
}

/// Bytes a write adds.
pub(super) fn bytes_of(write: &RecordWrite) -> usize {
    write.content.as_ref().map_or(0, |(_, body)| body.len()) + 256
}

fn columns(kind: &Kind) -> String {
    let fields: Vec<_> = kind.indexed.iter().map(|field| format!(", f_{field}")).collect();
    format!("id, revision, created_ms, updated_ms, body{}", fields.concat())
}

fn record(row: &Row<'_>, fields: usize) -> rusqlite::Result<Record> {
    Ok(Record {
        id: row.get(0)?,
        revision: row.get::<_, i64>(1)?.cast_unsigned(),
        created_ms: row.get(2)?,
        updated_ms: row.get(3)?,
        body: row.get::<_, Vec<u8>>(4)?.into(),
        fields: (0..fields).map(|at| row.get(5 + at)).collect::<rusqlite::Result<_>>()?,
    })
}

fn get(conn: &Connection, kind: &Kind, tenant: TenantId, id: i64) -> Result<Option<Record>> {
    let sql = format!("SELECT {} FROM record_{} WHERE tenant = ?1 AND id = ?2", columns(kind), kind.name);
    let mut find = conn.prepare_cached(&sql)?;
    Ok(find.query_row((tenant.0, id), |row| record(row, kind.indexed.len())).optional()?)
}

pub(super) fn get_many(conn: &Connection, kind: &Kind, tenant: TenantId, ids: &[i64]) -> Result<Vec<Record>> {
    let mut records = Vec::with_capacity(ids.len());
    for &id in ids {
        records.extend(get(conn, kind, tenant, id)?);
    }
    Ok(records)
}

/// The ids of a query's records in order, with the field that must contain a text; bodies are read only for those
/// that are answered.
struct Walk {
    sql: String,
    parameters: Vec<Value>,
}

fn walk(query: &RecordQuery, ordered: bool) -> Result<Walk> {
    let fields = query.kind.indexed;
    let contained = query.contained_field()?.map_or("NULL".to_owned(), |needle| format!("f_{}", fields[needle.field]));
    let mut sql = format!("SELECT id, {contained} FROM record_{} WHERE tenant = ?", query.kind.name);
    let mut parameters = vec![Value::from(query.tenant.0)];
    for (field, value) in query.equal_fields()? {
        let field = fields[field];
        // As the index has it; an empty field equals no text.
        sql += &format!(" AND coalesce(f_{field}, '') = ? AND f_{field} IS NOT NULL");
        parameters.push(Value::from(value.to_owned()));
    }
    if ordered {
        let sort = query.sort_key()?;
        let key = key(query.kind, sort);
        let (direction, later) = if query.sort.descending { ("DESC", "<") } else { ("ASC", ">") };
        if let Some((place, id)) = query.after_place(sort)? {
            let place = match place {
                Place::Time(ms) => Value::from(ms),
                Place::Text(text) => Value::from(text),
            };
            sql += &format!(" AND {key} {later}= ? AND ({key} {later} ? OR id {later} ?)");
            parameters.extend([place.clone(), place, Value::from(id)]);
        }
        sql += &format!(" ORDER BY {key} {direction}, id {direction}");
    }
    Ok(Walk { sql, parameters })
}

/// What a list is ordered by, as the index of it has it.
pub(super) fn key(kind: &Kind, sort: SortKey) -> String {
    match sort {
        SortKey::Created => "created_ms".to_owned(),
        SortKey::Updated => "updated_ms".to_owned(),
        SortKey::Field(at) => format!("coalesce(f_{}, '')", kind.indexed[at]),
    }
}

/// Walks matching ids until `visit` answers false.
fn each(conn: &Connection, query: &RecordQuery, ordered: bool, mut visit: impl FnMut(i64) -> bool) -> Result<()> {
    let needle = query.contained_field()?;
    let Walk { sql, parameters } = walk(query, ordered)?;
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(parameters))?;
    while let Some(row) = rows.next()? {
        if let Some(needle) = &needle {
            let text: Option<String> = row.get(1)?;
            if !needle.is_in(text.as_deref()) {
                continue;
            }
        }
        if !visit(row.get(0)?) {
            break;
        }
    }
    Ok(())
}

fn list(conn: &Connection, query: &RecordQuery) -> Result<Page> {
    page(conn, query, |_| true)
}

/// A page of those that are also meant by `only`.
pub(super) fn page(conn: &Connection, query: &RecordQuery, only: impl Fn(i64) -> bool) -> Result<Page> {
    let limit = query.limit.min(LIST_MAX);
    let mut skip = query.skip;
    let mut ids = Vec::new();
    each(conn, query, true, |id| {
        if !only(id) {
            return true;
        }
        if skip > 0 {
            skip -= 1;
        } else {
            ids.push(id);
        }
        ids.len() <= limit
    })?;
    let more = ids.len() > limit;
    ids.truncate(limit);
    let sort = query.sort_key()?;
    let items = get_many(conn, query.kind, query.tenant, &ids)?;
    let next = items.last().filter(|_| more).map(|last| (sort.place(last).to_string(), last.id));
    Ok(Page { items, next })
}

fn count(conn: &Connection, query: &RecordQuery) -> Result<u64> {
    let mut count = 0;
    each(conn, query, false, |_| {
        count += 1;
        true
    })?;
    Ok(count)
}

fn changes(conn: &Connection, tenant: TenantId, after: u64, limit: usize) -> Result<Vec<Change>> {
    let mut find = conn.prepare_cached(
        "SELECT position, kind, record, revision FROM change WHERE position > ?2 AND tenant = ?1
         ORDER BY position LIMIT ?3",
    )?;
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let found = find.query_map((tenant.0, after, i64::try_from(limit).unwrap_or(i64::MAX)), |row| {
        Ok(Change {
            position: row.get::<_, i64>(0)?.cast_unsigned(),
            kind: row.get(1)?,
            id: row.get(2)?,
            revision: row.get::<_, i64>(3)?.cast_unsigned(),
        })
    })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

impl Records for SqliteStore {
    fn get(&self, kind: &'static Kind, tenant: TenantId, id: i64) -> BoxFuture<'_, Result<Option<Record>>> {
        Box::pin(async move {
            self.ready(kind).await?;
            self.readers.run(move |conn| get(conn, kind, tenant, id)).await
        })
    }

    fn get_many(&self, kind: &'static Kind, tenant: TenantId, ids: Vec<i64>) -> BoxFuture<'_, Result<Vec<Record>>> {
        Box::pin(async move {
            self.ready(kind).await?;
            self.readers.run(move |conn| get_many(conn, kind, tenant, &ids)).await
        })
    }

    fn list(&self, query: RecordQuery) -> BoxFuture<'_, Result<Page>> {
        Box::pin(async move {
            self.ready(query.kind).await?;
            self.readers.run(move |conn| list(conn, &query)).await
        })
    }

    fn count(&self, query: RecordQuery) -> BoxFuture<'_, Result<u64>> {
        Box::pin(async move {
            self.ready(query.kind).await?;
            self.readers.run(move |conn| count(conn, &query)).await
        })
    }

    fn find(&self, find: Find) -> BoxFuture<'_, Result<Found>> {
        Box::pin(async move {
            self.ready(find.kind).await?;
            self.readers.run(move |conn| find::page(conn, &find)).await
        })
    }

    fn matching(&self, find: Find) -> BoxFuture<'_, Result<Vec<i64>>> {
        Box::pin(async move {
            self.ready(find.kind).await?;
            self.readers.run(move |conn| find::ids(conn, &find)).await
        })
    }

    fn values(
        &self,
        kind: &'static Kind,
        tenant: TenantId,
        field: &'static str,
    ) -> BoxFuture<'_, Result<Vec<(String, u64)>>> {
        Box::pin(async move {
            self.ready(kind).await?;
            self.readers.run(move |conn| find::values(conn, kind, tenant, field)).await
        })
    }

    fn put(&self, write: RecordWrite) -> BoxFuture<'_, Result<u64>> {
        Box::pin(async move { Ok(self.write_all(vec![write]).await?.into_iter().sum()) })
    }

    fn batch(&self, writes: Vec<RecordWrite>) -> BoxFuture<'_, Result<Vec<u64>>> {
        Box::pin(self.write_all(writes))
    }

    fn changes(&self, tenant: TenantId, after: u64, limit: usize) -> BoxFuture<'_, Result<Vec<Change>>> {
        Box::pin(self.readers.run(move |conn| changes(conn, tenant, after, limit)))
    }
}
