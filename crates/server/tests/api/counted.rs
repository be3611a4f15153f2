//! Records that count the bytes that are read and written, so that a test can say what makes something cheap.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use model::TenantId;
use store::records::{Change, Find, Found, Kind, Page, Record, RecordQuery, RecordWrite, Records};
use store::{BoxFuture, Result};

/// Bytes of bodies that went over to a store, and came from it.
#[derive(Default, Debug)]
pub(crate) struct Traffic {
    written: AtomicUsize,
    read: AtomicUsize,
}

impl Traffic {
    /// What was written and read since it was asked last.
    pub(crate) fn take(&self) -> (usize, usize) {
        (self.written.swap(0, Ordering::Relaxed), self.read.swap(0, Ordering::Relaxed))
    }

    fn write(&self, write: &RecordWrite) {
        let bytes = write.content.as_ref().map_or(0, |(_, body)| body.len());
        self.written.fetch_add(bytes, Ordering::Relaxed);
    }

    fn read<'r>(&self, records: impl IntoIterator<Item = &'r Record>) {
        let bytes: usize = records.into_iter().map(|record| record.body.len()).sum();
        self.read.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// A store whose traffic is counted.
pub(crate) struct Counted {
    inner: Arc<dyn Records>,
    traffic: Arc<Traffic>,
}

impl Counted {
    pub(crate) fn new(inner: Arc<dyn Records>, traffic: Arc<Traffic>) -> Self {
        Self { inner, traffic }
    }
}

impl Records for Counted {
    fn get(&self, kind: &'static Kind, tenant: TenantId, id: i64) -> BoxFuture<'_, Result<Option<Record>>> {
        Box::pin(async move {
            let record = self.inner.get(kind, tenant, id).await?;
            self.traffic.read(&record);
            Ok(record)
        })
    }

    fn get_many(&self, kind: &'static Kind, tenant: TenantId, ids: Vec<i64>) -> BoxFuture<'_, Result<Vec<Record>>> {
        Box::pin(async move {
            let records = self.inner.get_many(kind, tenant, ids).await?;
            self.traffic.read(&records);
            Ok(records)
        })
    }

    fn list(&self, query: RecordQuery) -> BoxFuture<'_, Result<Page>> {
        Box::pin(async move {
            let page = self.inner.list(query).await?;
            self.traffic.read(&page.items);
            Ok(page)
        })
    }

    fn count(&self, query: RecordQuery) -> BoxFuture<'_, Result<u64>> {
        self.inner.count(query)
    }

    fn find(&self, find: Find) -> BoxFuture<'_, Result<Found>> {
        Box::pin(async move {
            let found = self.inner.find(find).await?;
            self.traffic.read(&found.page.items);
            Ok(found)
        })
    }

    fn matching(&self, find: Find) -> BoxFuture<'_, Result<Vec<i64>>> {
        self.inner.matching(find)
    }

    fn values(
        &self,
        kind: &'static Kind,
        tenant: TenantId,
        field: &'static str,
    ) -> BoxFuture<'_, Result<Vec<(String, u64)>>> {
        self.inner.values(kind, tenant, field)
    }

    fn put(&self, write: RecordWrite) -> BoxFuture<'_, Result<u64>> {
        self.traffic.write(&write);
        self.inner.put(write)
    }

    fn batch(&self, writes: Vec<RecordWrite>) -> BoxFuture<'_, Result<Vec<u64>>> {
        writes.iter().for_each(|write| self.traffic.write(write));
        self.inner.batch(writes)
    }

    fn changes(&self, tenant: TenantId, after: u64, limit: usize) -> BoxFuture<'_, Result<Vec<Change>>> {
        self.inner.changes(tenant, after, limit)
    }
}
