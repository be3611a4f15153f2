//! The memory store's records: one map, sorted anew for every list.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};

use model::TenantId;

use super::MemoryStore;
use super::journal::now;
use crate::journal::LIST_MAX;
use crate::records::{
    Change, Expect, Find, Found, Kind, Page, Record, RecordQuery, RecordWrite, Records, VERSION_KIND, WORKFLOW_FIELD,
    conflict, is_below,
};
use crate::{BoxFuture, Result};

type Key = (&'static str, TenantId, i64);

/// Records of every kind, and the latest change of each.
#[derive(Debug, Default)]
pub(super) struct RecordTable {
    records: BTreeMap<Key, Record>,
    kinds: HashMap<&'static str, &'static Kind>,
    changes: BTreeMap<u64, (TenantId, Change)>,
    latest: HashMap<Key, u64>,
    position: u64,
}

impl RecordTable {
    /// All writes, or none with the first error.
    pub(super) fn write_all(&mut self, writes: &[RecordWrite]) -> Result<Vec<u64>> {
        let mut before = Vec::with_capacity(writes.len());
        let mut revisions = Vec::with_capacity(writes.len());
        for write in writes {
            let key = (write.kind.name, write.tenant, write.id);
            let old = self.records.get(&key).cloned();
            match self.write(key, write, old.as_ref()) {
                Ok(revision) => revisions.push(revision),
                Err(error) => {
                    self.put_back(before);
                    return Err(error);
                }
            }
            before.push((key, old));
        }
        // Only what stays is a change that others hear of.
        for (write, (key, old)) in writes.iter().zip(&before) {
            let revision = self.records.get(key).map_or(0, |record| record.revision);
            if old.as_ref().map_or(0, |record| record.revision) != revision {
                self.log(*key, write, revision);
            }
        }
        Ok(revisions)
    }

    fn write(&mut self, key: Key, write: &RecordWrite, old: Option<&Record>) -> Result<u64> {
        write.check();
        self.kinds.insert(write.kind.name, write.kind);
        let found = old.map_or(0, |record| record.revision);
        match write.expect {
            Expect::Absent if found > 0 => return Err(conflict(write)),
            Expect::Revision(revision) if found != revision || found == 0 => return Err(conflict(write)),
            Expect::AbsentOrSame if found > 0 => return Ok(found),
            _ => {}
        }
        let Some((fields, body)) = &write.content else {
            self.records.remove(&key);
            return Ok(0);
        };
        let record = Record {
            id: write.id,
            revision: found + 1,
            created_ms: old.map_or(write.now_ms, |record| record.created_ms),
            updated_ms: write.now_ms,
            fields: fields.clone(),
            body: body.clone(),
        };
        self.records.insert(key, record);
        Ok(found + 1)
    }

    fn put_back(&mut self, before: Vec<(Key, Option<Record>)>) {
        for (key, old) in before.into_iter().rev() {
            match old {
                Some(record) => self.records.insert(key, record),
                None => self.records.remove(&key),
            };
        }
    }

    fn log(&mut self, key: Key, write: &RecordWrite, revision: u64) {
        self.forget_change(key);
        self.position += 1;
        let change = Change { position: self.position, kind: write.kind.name.into(), id: write.id, revision };
        self.changes.insert(self.position, (write.tenant, change));
        self.latest.insert(key, self.position);
    }

    fn forget_change(&mut self, key: Key) {
        if let Some(position) = self.latest.remove(&key) {
            self.changes.remove(&position);
        }
    }

    /// Removes the version of an ad-hoc graph that nothing refers to any more.
    pub(super) fn remove_ad_hoc_version(&mut self, tenant: TenantId, id: i64) {
        let Some(kind) = self.kinds.get(VERSION_KIND) else { return };
        let Some(field) = kind.indexed.iter().position(|&name| name == WORKFLOW_FIELD) else { return };
        let key = (VERSION_KIND, tenant, id);
        if self.records.get(&key).is_some_and(|record| record.fields[field].is_none()) {
            self.records.remove(&key);
            self.forget_change(key);
        }
    }

    fn get(&self, kind: &'static Kind, tenant: TenantId, id: i64) -> Option<&Record> {
        self.records.get(&(kind.name, tenant, id))
    }

    fn matching<'a>(&'a self, query: &'a RecordQuery) -> Result<impl Iterator<Item = &'a Record> + 'a> {
        let equals = query.equal_fields()?;
        let contains = query.contained_field()?;
        let range = (query.kind.name, query.tenant, i64::MIN)..=(query.kind.name, query.tenant, i64::MAX);
        Ok(self.records.range(range).map(|(_, record)| record).filter(move |record| {
            equals.iter().all(|&(field, value)| record.fields[field].as_deref() == Some(value))
                && contains.as_ref().is_none_or(|needle| needle.is_in(record.fields[needle.field].as_deref()))
        }))
    }

    fn list(&self, query: &RecordQuery) -> Result<Page> {
        self.page(query, |_| true)
    }

    fn page(&self, query: &RecordQuery, only: impl Fn(&Record) -> bool) -> Result<Page> {
        let sort = query.sort_key()?;
        let after = query.after_place(sort)?;
        let order = |left: Ordering| if query.sort.descending { left.reverse() } else { left };
        let mut found: Vec<_> = self
            .matching(query)?
            .filter(|record| only(record))
            .map(|record| ((sort.place(record), record.id), record))
            .collect();
        found.sort_by(|(left, _), (right, _)| order(left.cmp(right)));
        let limit = query.limit.min(LIST_MAX);
        let mut items = found
            .into_iter()
            .filter(|(place, _)| after.as_ref().is_none_or(|after| order(place.cmp(after)) == Ordering::Greater))
            .skip(usize::try_from(query.skip).unwrap_or(usize::MAX));
        let mut page =
            Page { items: items.by_ref().take(limit).map(|(_, record)| record.clone()).collect(), next: None };
        if items.next().is_some() {
            page.next = page.items.last().map(|last| (sort.place(last).to_string(), last.id));
        }
        Ok(page)
    }
}

impl RecordTable {
    fn of_kind(&self, kind: &'static Kind, tenant: TenantId) -> impl Iterator<Item = &Record> {
        let range = (kind.name, tenant, i64::MIN)..=(kind.name, tenant, i64::MAX);
        self.records.range(range).map(|(_, record)| record)
    }

    fn ids(&self, find: &Find) -> Result<Vec<i64>> {
        let (equals, below, needles) = (find.fields(&find.equals)?, find.fields(&find.below)?, find.needles()?);
        let matches = |record: &&Record| {
            let field = |at: usize| record.fields[at].as_deref();
            equals.iter().all(|&(at, value)| field(at) == Some(value))
                && below.iter().all(|&(at, above)| field(at).is_some_and(|path| is_below(path, above)))
                && needles.iter().all(|needle| needle.is_in(field(needle.field)))
        };
        Ok(self.of_kind(find.kind, find.tenant).filter(matches).map(|record| record.id).collect())
    }

    fn find(&self, find: &Find) -> Result<Found> {
        let ids: HashSet<i64> = self.ids(find)?.into_iter().collect();
        let total = find.total.then_some(ids.len() as u64);
        let page = self.page(&find.unfiltered(), |record| ids.contains(&record.id))?;
        Ok(Found { page, total })
    }

    fn values(&self, kind: &'static Kind, tenant: TenantId, field: &str) -> Result<Vec<(String, u64)>> {
        let at = kind.field(field)?;
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for record in self.of_kind(kind, tenant) {
            *counts.entry(record.fields[at].clone().unwrap_or_default()).or_default() += 1;
        }
        Ok(counts.into_iter().collect())
    }
}

impl Records for MemoryStore {
    fn get(&self, kind: &'static Kind, tenant: TenantId, id: i64) -> BoxFuture<'_, Result<Option<Record>>> {
        now(Ok(self.shared.lock().records.get(kind, tenant, id).cloned()))
    }

    fn get_many(&self, kind: &'static Kind, tenant: TenantId, ids: Vec<i64>) -> BoxFuture<'_, Result<Vec<Record>>> {
        let state = self.shared.lock();
        now(Ok(ids.iter().filter_map(|&id| state.records.get(kind, tenant, id)).cloned().collect()))
    }

    fn list(&self, query: RecordQuery) -> BoxFuture<'_, Result<Page>> {
        now(self.shared.lock().records.list(&query))
    }

    fn count(&self, query: RecordQuery) -> BoxFuture<'_, Result<u64>> {
        now(self.shared.lock().records.matching(&query).map(|found| found.count() as u64))
    }

    fn find(&self, find: Find) -> BoxFuture<'_, Result<Found>> {
        now(self.shared.lock().records.find(&find))
    }

    fn matching(&self, find: Find) -> BoxFuture<'_, Result<Vec<i64>>> {
        now(self.shared.lock().records.ids(&find))
    }

    fn values(
        &self,
        kind: &'static Kind,
        tenant: TenantId,
        field: &'static str,
    ) -> BoxFuture<'_, Result<Vec<(String, u64)>>> {
        now(self.shared.lock().records.values(kind, tenant, field))
    }

    fn put(&self, write: RecordWrite) -> BoxFuture<'_, Result<u64>> {
        now(self.write(|state| state.records.write_all(&[write]).map(|revisions| revisions[0])))
    }

    fn batch(&self, writes: Vec<RecordWrite>) -> BoxFuture<'_, Result<Vec<u64>>> {
        now(self.write(|state| state.records.write_all(&writes)))
    }

    fn changes(&self, tenant: TenantId, after: u64, limit: usize) -> BoxFuture<'_, Result<Vec<Change>>> {
        let state = self.shared.lock();
        let later = state.records.changes.range(after + 1..).map(|(_, change)| change);
        now(Ok(later.filter(|(of, _)| *of == tenant).take(limit).map(|(_, change)| change.clone()).collect()))
    }
}
