//! Versions: immutable graphs, stored as records.
//!
//! A workflow has many versions that differ little. One is stored whole and compressed, those after it as what differs from
//! that one, until that is so much that another is stored whole. So each is read from two records at most, whatever their number.

mod packed;

use bytes::Bytes;
use model::{Graph, TenantId, Value, VersionId, WorkflowId, json};
use store::StoreError;
use store::records::{Expect, Kind, Record, RecordWrite, Records};

/// Versions of workflows, and ad-hoc graphs, whose `workflow` is not set.
pub static VERSION: Kind = Kind { name: "version", indexed: &["workflow", "hash"] };

/// Shorter texts are stored as they are: they would take no less of a page.
const SHORT: usize = 1024;
/// Longer texts are packed on a thread of their own.
const LONG: usize = 64 * 1024;
/// How much longer a text may well be than what is stored of it.
const PACKING: usize = 8;
/// A difference is at most one part of so many of a whole copy.
const PARTS: usize = 4;

/// A version of a workflow that is to be stored.
#[derive(Clone, Copy, Debug)]
pub struct Next {
    /// Whose it is.
    pub tenant: TenantId,
    /// Of which workflow.
    pub workflow: WorkflowId,
    /// Its id.
    pub version: VersionId,
    /// What it was made from.
    pub parent: Option<VersionId>,
    /// The time in ms since 1970.
    pub now_ms: i64,
}

/// The version of an ad-hoc graph: the same graph always has the same.
pub fn ad_hoc_id(hash: &blake3::Hash) -> VersionId {
    let mut first = [0u8; 8];
    first.copy_from_slice(&hash.as_bytes()[..8]);
    VersionId(i64::from_le_bytes(first) & i64::MAX)
}

/// The hash of a graph's text, and the text.
pub fn content(graph: &Graph) -> (blake3::Hash, Bytes) {
    let mut text = Vec::new();
    json::write(graph.document(), &mut text);
    (blake3::hash(&text), Bytes::from(text))
}

/// The write that stores a version as it is, unless it is there. Ad-hoc graphs are stored so: they are gone soon, and nothing
/// may refer to them.
pub fn write(
    tenant: TenantId,
    version: VersionId,
    workflow: Option<WorkflowId>,
    (hash, text): (blake3::Hash, Bytes),
    now_ms: i64,
) -> RecordWrite {
    let fields = vec![workflow.map(|workflow| workflow.to_string()), Some(hash.to_hex().to_string())];
    RecordWrite {
        kind: &VERSION,
        tenant,
        id: version.0,
        expect: Expect::AbsentOrSame,
        content: Some((fields, text)),
        now_ms,
    }
}

/// The write that stores a version of a workflow in as little as it takes, unless it is there.
///
/// # Errors
/// What it was made from could not be read.
pub async fn write_next(
    records: &dyn Records,
    next: Next,
    (hash, text): (blake3::Hash, Bytes),
) -> Result<RecordWrite, StoreError> {
    let Next { tenant, workflow, version, now_ms, .. } = next;
    let stored = if text.len() < SHORT {
        text
    } else {
        let copy = whole_copy(records, next).await?;
        off_thread(text.len(), move || pack(&text, copy.as_ref())).await?
    };
    Ok(write(tenant, version, Some(workflow), (hash, stored), now_ms))
}

/// The text of a stored version.
///
/// # Errors
/// `Corrupt` if it cannot be made from what is stored.
pub async fn text(records: &dyn Records, tenant: TenantId, version: VersionId) -> Result<Option<Bytes>, StoreError> {
    let Some(record) = records.get(&VERSION, tenant, version.0).await? else { return Ok(None) };
    let damaged = move || StoreError::Corrupt(format!("version {version}: its text cannot be read"));
    let copy = match packed::base_of(&record.body) {
        None => None,
        Some(id) => Some(records.get(&VERSION, tenant, id).await?.ok_or_else(damaged)?.body),
    };
    let size = copy.as_ref().unwrap_or(&record.body).len();
    let unpack = move || {
        let base = copy.as_ref().map_or_else(|| Some(Bytes::new()), whole)?;
        packed::unpack(&record.body, &base)
    };
    off_thread(size * PACKING, unpack).await?.ok_or_else(damaged).map(Some)
}

/// The graph of a stored version.
///
/// # Errors
/// `Corrupt` if its text is no graph.
pub fn graph_of(version: VersionId, text: &[u8]) -> Result<Graph, StoreError> {
    let damaged = |error: String| StoreError::Corrupt(format!("version {version}: {error}"));
    let limits = json::Limits { depth: u32::MAX, ..json::Limits::JAVASCRIPT };
    let document: Value = json::read_with(text, limits).map_err(|error| damaged(error.to_string()))?;
    Graph::from_value(&document).map_err(|error| damaged(error.to_string()))
}

/// The version that is stored whole and that the parent of a new one is, or refers to. Only those of the same workflow count:
/// others may be removed.
async fn whole_copy(records: &dyn Records, next: Next) -> Result<Option<Record>, StoreError> {
    let Some(parent) = next.parent else { return Ok(None) };
    let workflow = next.workflow.to_string();
    let mut found = records.get(&VERSION, next.tenant, parent.0).await?;
    if let Some(id) = found.as_ref().and_then(|record| packed::base_of(&record.body)) {
        found = records.get(&VERSION, next.tenant, id).await?;
    }
    let is_own = |record: &Record| record.fields.first().is_some_and(|own| own.as_ref() == Some(&workflow));
    Ok(found.filter(|record| record.id != next.version.0 && is_own(record)))
}

/// A text as what differs from a whole copy, or whole where that is too much.
fn pack(text: &Bytes, copy: Option<&Record>) -> Bytes {
    let base = copy.and_then(|copy| Some((copy, whole(&copy.body)?)));
    let difference = base.as_ref().and_then(|(copy, base)| packed::difference(text, (copy.id, base)));
    let (Some((copy, base)), Some(difference)) = (base, difference) else { return packed::compressed(text) };
    // A copy that is plain says nothing of how long this one would be.
    let is_packed = copy.body.len() < base.len();
    let own = if is_packed { None } else { Some(packed::compressed(text)) };
    if difference.len() * PARTS <= own.as_ref().unwrap_or(&copy.body).len() {
        return difference;
    }
    own.unwrap_or_else(|| packed::compressed(text))
}

/// The text of what refers to no other.
fn whole(stored: &Bytes) -> Option<Bytes> {
    if packed::base_of(stored).is_some() { None } else { packed::unpack(stored, &[]) }
}

/// Work on that many bytes: here, or where it keeps nobody waiting.
async fn off_thread<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    if bytes < LONG {
        return Ok(work());
    }
    tokio::task::spawn_blocking(work).await.map_err(|error| StoreError::Unavailable(error.to_string()))
}
