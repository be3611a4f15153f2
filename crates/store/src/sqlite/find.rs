//! Finding records by several filters among very many: each filter is a walk over the index of its field, which has all
//! it needs, and no row is read but those of the page.

use std::cmp::Ordering;

use model::TenantId;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Params};

use super::records::{get_many, key, page as walk_page};
use crate::journal::LIST_MAX;
use crate::records::{Find, Found, Kind, Needle, Page, Place, RecordQuery, SortKey};
use crate::{Result, StoreError};

/// Up to so many matches are sorted; for more, the order's index is walked until the page is full.
const SORTED_MAX: usize = 2_000;

/// A page of those that match, and how many they are.
pub(super) fn page(conn: &Connection, find: &Find) -> Result<Found> {
    let query = find.unfiltered();
    let Some(ids) = filtered(conn, find)? else {
        let total = if find.total { Some(count(conn, find.kind, find.tenant)?) } else { None };
        return Ok(Found { page: walk_page(conn, &query, |_| true)?, total });
    };
    let total = find.total.then_some(ids.len() as u64);
    let page = if ids.len() <= SORTED_MAX {
        sorted(conn, &query, &ids)?
    } else {
        walk_page(conn, &query, |id| ids.binary_search(&id).is_ok())?
    };
    Ok(Found { page, total })
}

/// The ids of all that match, least first.
pub(super) fn ids(conn: &Connection, find: &Find) -> Result<Vec<i64>> {
    match filtered(conn, find)? {
        Some(ids) => Ok(ids),
        None => {
            let sql = format!("SELECT id FROM record_{} WHERE tenant = ? ORDER BY id", find.kind.name);
            collect(conn, &sql, (find.tenant.0,), |_| true)
        }
    }
}

/// How many records have each value of a field.
pub(super) fn values(
    conn: &Connection,
    kind: &'static Kind,
    tenant: TenantId,
    field: &str,
) -> Result<Vec<(String, u64)>> {
    let (table, field) = (kind.name, kind.indexed[kind.field(field)?]);
    // SQLite would read the rows to count them in groups; the index alone has them in order.
    let mut walk = conn.prepare_cached(&format!(
        "SELECT id, coalesce(f_{field}, '') FROM record_{table} INDEXED BY record_{table}_f_{field}
         WHERE tenant = ?1 ORDER BY coalesce(f_{field}, '')"
    ))?;
    let mut rows = walk.query((tenant.0,))?;
    let mut counts: Vec<(String, u64)> = Vec::new();
    while let Some(row) = rows.next()? {
        let value = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
        match counts.last_mut() {
            Some((last, count)) if last == value => *count += 1,
            _ => counts.push((value.to_owned(), 1)),
        }
    }
    Ok(counts)
}

fn count(conn: &Connection, kind: &Kind, tenant: TenantId) -> Result<u64> {
    let mut count = conn.prepare_cached(&format!("SELECT count(*) FROM record_{} WHERE tenant = ?1", kind.name))?;
    Ok(count.query_row((tenant.0,), |row| row.get::<_, i64>(0))?.cast_unsigned())
}

/// The ids that all filters leave, least first; `None` without filters.
fn filtered(conn: &Connection, find: &Find) -> Result<Option<Vec<i64>>> {
    let mut left: Option<Vec<i64>> = None;
    let mut keep = |found: Vec<i64>| {
        left = Some(match left.take() {
            None => found,
            Some(left) => both(&left, &found),
        });
    };
    for (field, value) in find.fields(&find.equals)? {
        keep(equal(conn, find, field, value)?);
    }
    for (field, above) in find.fields(&find.below)? {
        keep(below(conn, find, field, above)?);
    }
    let needles = find.needles()?;
    for field in 0..find.kind.indexed.len() {
        let of_field: Vec<&Needle> = needles.iter().filter(|needle| needle.field == field).collect();
        if !of_field.is_empty() {
            keep(containing(conn, find, field, &of_field)?);
        }
    }
    Ok(left)
}

/// The beginning of a question that the index of a field answers alone.
fn select(find: &Find, field: usize, what: &str) -> (String, String) {
    let (table, field) = (find.kind.name, find.kind.indexed[field]);
    let index = format!("record_{table}_f_{field}");
    let sql = format!("SELECT {what} FROM record_{table} INDEXED BY {index} WHERE tenant = ?1");
    (sql, format!("coalesce(f_{field}, '')"))
}

fn equal(conn: &Connection, find: &Find, field: usize, value: &str) -> Result<Vec<i64>> {
    let (mut sql, key) = select(find, field, "id");
    sql += &format!(" AND {key} = ?2");
    if value.is_empty() {
        // The index holds nothing and an empty text alike; only the row knows.
        sql += &format!(" AND f_{} IS NOT NULL", find.kind.indexed[field]);
    }
    collect(conn, &(sql + " ORDER BY id"), (find.tenant.0, value), |_| true)
}

fn below(conn: &Connection, find: &Find, field: usize, above: &str) -> Result<Vec<i64>> {
    let mut found = equal(conn, find, field, above)?;
    let (sql, key) = select(find, field, "id");
    // '0' comes right after '/'.
    let range = format!("{sql} AND {key} >= ?2 AND {key} < ?3");
    found.extend(collect(conn, &range, (find.tenant.0, format!("{above}/"), format!("{above}0")), |_| true)?);
    found.sort_unstable();
    Ok(found)
}

fn containing(conn: &Connection, find: &Find, field: usize, needles: &[&Needle]) -> Result<Vec<i64>> {
    let (table, name) = (find.kind.name, find.kind.indexed[field]);
    let needs_rows = needles.iter().all(|needle| needle.is_within(""));
    let (sql, _) = if needs_rows {
        (format!("SELECT id, f_{name} FROM record_{table} WHERE tenant = ?1"), String::new())
    } else {
        select(find, field, &format!("id, coalesce(f_{name}, '')"))
    };
    let mut found = collect(conn, &sql, (find.tenant.0,), |text| match text {
        ValueRef::Text(text) => {
            str::from_utf8(text).is_ok_and(|text| needles.iter().all(|needle| needle.is_within(text)))
        }
        _ => false,
    })?;
    found.sort_unstable();
    Ok(found)
}

/// The ids of a question's rows whose second column, if there is one, is as wished.
fn collect(
    conn: &Connection,
    sql: &str,
    parameters: impl Params,
    is: impl Fn(ValueRef<'_>) -> bool,
) -> Result<Vec<i64>> {
    let mut statement = conn.prepare_cached(sql)?;
    let has_text = statement.column_count() > 1;
    let mut rows = statement.query(parameters)?;
    let mut ids = Vec::new();
    while let Some(row) = rows.next()? {
        if !has_text || is(row.get_ref(1)?) {
            ids.push(row.get(0)?);
        }
    }
    Ok(ids)
}

/// What two lists in order have in common.
fn both(a: &[i64], b: &[i64]) -> Vec<i64> {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    let mut common = Vec::new();
    while let (Some(&&left), Some(&&right)) = (a.peek(), b.peek()) {
        match left.cmp(&right) {
            Ordering::Less => drop(a.next()),
            Ordering::Greater => drop(b.next()),
            Ordering::Equal => {
                common.push(left);
                a.next();
                b.next();
            }
        }
    }
    common
}

/// A page of few records, sorted here.
fn sorted(conn: &Connection, query: &RecordQuery, ids: &[i64]) -> Result<Page> {
    let sort = query.sort_key()?;
    let after = query.after_place(sort)?;
    let mut places = Vec::with_capacity(ids.len());
    let sql = format!("SELECT {} FROM record_{} WHERE tenant = ?1 AND id = ?2", key(query.kind, sort), query.kind.name);
    let mut find = conn.prepare_cached(&sql)?;
    for &id in ids {
        let place = find.query_row((query.tenant.0, id), |row| {
            Ok(match sort {
                SortKey::Field(_) => Place::Text(row.get(0)?),
                SortKey::Created | SortKey::Updated => Place::Time(row.get(0)?),
            })
        });
        places.extend(place.optional()?.map(|place| (place, id)));
    }
    let order = |left: Ordering| if query.sort.descending { left.reverse() } else { left };
    places.sort_unstable_by(|left, right| order(left.cmp(right)));
    let limit = query.limit.min(LIST_MAX);
    let skip = usize::try_from(query.skip).map_err(|_| StoreError::NotFound("a page so far off".into()))?;
    let later =
        |place: &&(Place, i64)| after.as_ref().is_none_or(|after| order((*place).cmp(after)) == Ordering::Greater);
    let page: Vec<&(Place, i64)> = places.iter().filter(later).skip(skip).take(limit + 1).collect();
    let ids: Vec<i64> = page.iter().take(limit).map(|(_, id)| *id).collect();
    let items = get_many(conn, query.kind, query.tenant, &ids)?;
    let next = items.last().filter(|_| page.len() > limit).map(|last| (sort.place(last).to_string(), last.id));
    Ok(Page { items, next })
}
