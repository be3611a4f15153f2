//! The `Records` trait: small typed things with a revision (workflows, versions, settings, sign-in tokens).
//!
//! A type declares its kind, its scope and its indexed fields in one place, [`Kind`]; a store derives its table and
//! indexes from that.

use bytes::Bytes;
use model::TenantId;

use crate::{BoxFuture, Result};

/// What a store must know of a kind of record.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Name in lower case: part of the table's name.
    pub name: &'static str,
    /// Fields that lists filter, search and sort by; each gets a column and an index with the tenant before it.
    pub indexed: &'static [&'static str],
}

/// A stored record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its id, unique in tenant and kind; grows with time.
    pub id: i64,
    /// Counts its changes, from 1.
    pub revision: u64,
    /// When it was made, in ms since 1970.
    pub created_ms: i64,
    /// When it last changed, in ms since 1970.
    pub updated_ms: i64,
    /// The indexed fields, in the order of [`Kind::indexed`].
    pub fields: Vec<Option<String>>,
    /// Its content, opaque to the store.
    pub body: Bytes,
}

/// A change to one record.
#[derive(Clone, Debug)]
pub struct RecordWrite {
    /// Its kind.
    pub kind: &'static Kind,
    /// Whose it is.
    pub tenant: TenantId,
    /// Which one.
    pub id: i64,
    /// What is expected to be there.
    pub expect: Expect,
    /// The new fields and body, or `None` to delete.
    pub content: Option<(Vec<Option<String>>, Bytes)>,
    /// The time of the change in ms since 1970.
    pub now_ms: i64,
}

/// The state a write depends on; anything else answers `Conflict`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// No such record. `Absent` writes of a record that is there answer `Conflict`.
    Absent,
    /// The record with this revision.
    Revision(u64),
    /// Nothing: insert or overwrite.
    Any,
    /// Insert, or leave as it is what is there (for content-addressed records).
    AbsentOrSame,
}

/// Which records to list.
#[derive(Clone, Debug)]
pub struct RecordQuery {
    /// Of which kind.
    pub kind: &'static Kind,
    /// Whose.
    pub tenant: TenantId,
    /// Only those where these indexed fields have these values.
    pub equals: Vec<(&'static str, String)>,
    /// Only those where this indexed field contains this text, in any case.
    pub contains: Option<(&'static str, String)>,
    /// Order.
    pub sort: Sort,
    /// Only what comes after this one in the order: the value of the sort key as [`Page::next`] gave it, and the id.
    pub after: Option<(String, i64)>,
    /// Rows to pass over.
    pub skip: u64,
    /// Rows to answer, at most 1,000.
    pub limit: usize,
}

/// Order of a list; ties by id in the same direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// `created`, `updated`, or an indexed field.
    pub by: &'static str,
    /// Greatest first.
    pub descending: bool,
}

/// A page of records.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The records, in order.
    pub items: Vec<Record>,
    /// Where the next page begins, if there is one.
    pub next: Option<(String, i64)>,
}

/// A change as [`Records::changes`] tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Position among all changes.
    pub position: u64,
    /// Name of the kind.
    pub kind: String,
    /// Which one.
    pub id: i64,
    /// Its revision after the change; 0 when deleted.
    pub revision: u64,
}

/// A durable backend for records.
pub trait Records: Send + Sync {
    /// One record.
    fn get(&self, kind: &'static Kind, tenant: TenantId, id: i64) -> BoxFuture<'_, Result<Option<Record>>>;

    /// Several records in the order asked; unknown ids are left out.
    fn get_many(&self, kind: &'static Kind, tenant: TenantId, ids: Vec<i64>) -> BoxFuture<'_, Result<Vec<Record>>>;

    /// A page.
    fn list(&self, query: RecordQuery) -> BoxFuture<'_, Result<Page>>;

    /// How many there are; paging is ignored.
    fn count(&self, query: RecordQuery) -> BoxFuture<'_, Result<u64>>;

    /// Writes one record and answers its new revision (0 when deleted).
    fn put(&self, write: RecordWrite) -> BoxFuture<'_, Result<u64>>;

    /// Writes several in one transaction: all, or none with the first error.
    fn batch(&self, writes: Vec<RecordWrite>) -> BoxFuture<'_, Result<Vec<u64>>>;

    /// Changes of a tenant after a position, oldest first.
    fn changes(&self, tenant: TenantId, after: u64, limit: usize) -> BoxFuture<'_, Result<Vec<Change>>>;
}
