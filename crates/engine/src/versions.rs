//! Versions: immutable graphs, stored as records.

use bytes::Bytes;
use model::{Graph, TenantId, Value, VersionId, WorkflowId, json};
use store::StoreError;
use store::records::{Expect, Kind, Record, RecordWrite};

/// Versions of workflows, and ad-hoc graphs, whose `workflow` is not set.
pub static VERSION: Kind = Kind { name: "version", indexed: &["workflow", "hash"] };

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

/// The write that stores a version, unless it is there.
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

/// The graph of a stored version.
///
/// # Errors
/// `Corrupt` if its text is no graph.
pub fn graph_of(record: &Record) -> Result<Graph, StoreError> {
    let damaged = |error: String| StoreError::Corrupt(format!("version {}: {error}", VersionId(record.id)));
    let limits = json::Limits { depth: u32::MAX, ..json::Limits::JAVASCRIPT };
    let document: Value = json::read_with(&record.body, limits).map_err(|error| damaged(error.to_string()))?;
    Graph::from_value(&document).map_err(|error| damaged(error.to_string()))
}
