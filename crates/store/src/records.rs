//! The `Records` trait: small typed things with a revision (workflows, versions, settings, sign-in tokens).
//!
//! A type declares its kind, its scope and its indexed fields in one place, [`Kind`]; a store derives its table and
//! indexes from that.

use std::fmt;

use bytes::Bytes;
use model::TenantId;

use crate::{BoxFuture, Result, StoreError};

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

/// Which records to find: a list with more filters, all of which must hold, and the count beside the page.
#[derive(Clone, Debug)]
pub struct Find {
    /// Of which kind.
    pub kind: &'static Kind,
    /// Whose.
    pub tenant: TenantId,
    /// Indexed fields that have these values.
    pub equals: Vec<(&'static str, String)>,
    /// Indexed fields that are these paths, or paths below them: `a` holds for `a` and `a/b`, not for `ab`.
    pub below: Vec<(&'static str, String)>,
    /// Indexed fields that contain these texts, in any case.
    pub contains: Vec<(&'static str, String)>,
    /// Order.
    pub sort: Sort,
    /// Only what comes after this one in the order: the value of the sort key as [`Page::next`] gave it, and the id.
    pub after: Option<(String, i64)>,
    /// Rows to pass over.
    pub skip: u64,
    /// Rows to answer, at most 1,000.
    pub limit: usize,
    /// Whether to count all that match.
    pub total: bool,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The page.
    pub page: Page,
    /// How many match, where that was asked.
    pub total: Option<u64>,
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

    /// A page of those that match, and how many they are. Reads no body but those of the page.
    fn find(&self, find: Find) -> BoxFuture<'_, Result<Found>>;

    /// The ids of all that match, least first; order and paging are ignored. Reads no body.
    fn matching(&self, find: Find) -> BoxFuture<'_, Result<Vec<i64>>>;

    /// The values of an indexed field and how many records have each, in order; an empty field counts as an empty text.
    fn values(
        &self,
        kind: &'static Kind,
        tenant: TenantId,
        field: &'static str,
    ) -> BoxFuture<'_, Result<Vec<(String, u64)>>>;

    /// Writes one record and answers its new revision (0 when deleted).
    fn put(&self, write: RecordWrite) -> BoxFuture<'_, Result<u64>>;

    /// Writes several in one transaction: all, or none with the first error.
    fn batch(&self, writes: Vec<RecordWrite>) -> BoxFuture<'_, Result<Vec<u64>>>;

    /// Changes of a tenant after a position, oldest first. Each record stands there once, with its latest change, so
    /// the log never outgrows the records.
    fn changes(&self, tenant: TenantId, after: u64, limit: usize) -> BoxFuture<'_, Result<Vec<Change>>>;
}

/// The kind of which retention removes records that belong to ad-hoc graphs.
pub(crate) const VERSION_KIND: &str = "version";
/// The field of that kind that is empty for ad-hoc graphs.
pub(crate) const WORKFLOW_FIELD: &str = "workflow";

pub(crate) fn conflict(write: &RecordWrite) -> StoreError {
    StoreError::Conflict(format!("{} {}", write.kind.name, write.id))
}

impl Kind {
    /// Where a field stands in [`Record::fields`].
    pub(crate) fn field(&self, name: &str) -> Result<usize> {
        let at = self.indexed.iter().position(|&field| field == name);
        at.ok_or_else(|| StoreError::NotFound(format!("field {name} of {}", self.name)))
    }
}

impl RecordWrite {
    /// A write that does not fit its kind is a bug of the caller.
    pub(crate) fn check(&self) {
        let plain = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        assert!(plain(self.kind.name) && self.kind.indexed.iter().all(|name| plain(name)), "{:?}", self.kind);
        if let Some((fields, _)) = &self.content {
            assert_eq!(fields.len(), self.kind.indexed.len(), "fields of {}", self.kind.name);
        }
    }
}

/// What a list is ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortKey {
    Created,
    Updated,
    Field(usize),
}

/// A value of the sort key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Time(i64),
    Text(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time(ms) => ms.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

impl SortKey {
    /// Where a record stands; an empty field before every text.
    pub(crate) fn place(self, record: &Record) -> Place {
        match self {
            Self::Created => Place::Time(record.created_ms),
            Self::Updated => Place::Time(record.updated_ms),
            Self::Field(at) => Place::Text(record.fields[at].clone().unwrap_or_default()),
        }
    }
}

/// A text to be found in a field, in any case.
#[derive(Clone, Debug)]
pub(crate) struct Needle {
    pub(crate) field: usize,
    text: String,
}

impl Needle {
    pub(crate) fn is_in(&self, value: Option<&str>) -> bool {
        value.is_some_and(|value| self.is_within(value))
    }

    pub(crate) fn is_within(&self, value: &str) -> bool {
        // Most texts that are searched are in lower case already.
        value.contains(&self.text) || (!is_lower(value) && value.to_lowercase().contains(&self.text))
    }
}

fn is_lower(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase())
}

impl Find {
    /// All of a kind, in the order in which they were made.
    pub fn all(kind: &'static Kind, tenant: TenantId) -> Self {
        let sort = Sort { by: "created", descending: false };
        let (equals, below, contains) = (Vec::new(), Vec::new(), Vec::new());
        Self { kind, tenant, equals, below, contains, sort, after: None, skip: 0, limit: 1_000, total: false }
    }

    /// The same order and page without filters.
    pub(crate) fn unfiltered(&self) -> RecordQuery {
        RecordQuery {
            kind: self.kind,
            tenant: self.tenant,
            equals: Vec::new(),
            contains: None,
            sort: self.sort,
            after: self.after.clone(),
            skip: self.skip,
            limit: self.limit,
        }
    }

    pub(crate) fn needles(&self) -> Result<Vec<Needle>> {
        let needle = |(name, text): &(&'static str, String)| {
            Ok(Needle { field: self.kind.field(name)?, text: text.to_lowercase() })
        };
        self.contains.iter().map(needle).collect()
    }

    /// Fields and the texts that go with them.
    pub(crate) fn fields<'a>(&self, named: &'a [(&'static str, String)]) -> Result<Vec<(usize, &'a str)>> {
        named.iter().map(|(name, value)| Ok((self.kind.field(name)?, value.as_str()))).collect()
    }
}

/// Whether a path is another one, or below it.
pub(crate) fn is_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl RecordQuery {
    /// All of a kind, in the order in which they were made, on pages as long as may be.
    pub fn all(kind: &'static Kind, tenant: TenantId) -> Self {
        Find::all(kind, tenant).unfiltered()
    }

    pub(crate) fn equal_fields(&self) -> Result<Vec<(usize, &str)>> {
        self.equals.iter().map(|(name, value)| Ok((self.kind.field(name)?, value.as_str()))).collect()
    }

    pub(crate) fn contained_field(&self) -> Result<Option<Needle>> {
        let Some((name, text)) = &self.contains else { return Ok(None) };
        Ok(Some(Needle { field: self.kind.field(name)?, text: text.to_lowercase() }))
    }

    pub(crate) fn sort_key(&self) -> Result<SortKey> {
        match self.sort.by {
            "created" => Ok(SortKey::Created),
            "updated" => Ok(SortKey::Updated),
            name => self.kind.field(name).map(SortKey::Field),
        }
    }

    /// The place in the order after which the page begins.
    pub(crate) fn after_place(&self, sort: SortKey) -> Result<Option<(Place, i64)>> {
        let Some((text, id)) = &self.after else { return Ok(None) };
        let place = match sort {
            SortKey::Field(_) => Place::Text(text.clone()),
            SortKey::Created | SortKey::Updated => {
                Place::Time(text.parse().map_err(|_| StoreError::NotFound(format!("the place {text:?} in the list")))?)
            }
        };
        Ok(Some((place, *id)))
    }
}
