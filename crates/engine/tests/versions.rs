//! Versions: what they take on disk, and that they come back to the letter.

use std::fmt::Write as _;

use bytes::Bytes;
use engine::versions::{self, Next, VERSION};
use model::{TenantId, VersionId, WorkflowId};
use store::{MemoryStore, Records, StoreError};

const TENANT: TenantId = TenantId::DEFAULT;
const WORKFLOW: WorkflowId = WorkflowId(1);

/// A file of that many nodes, as it is after so many changes of one node each.
fn file(nodes: usize, changes: usize) -> Bytes {
    let mut text = String::from(r#"{"name":"kept","nodes":["#);
    for at in 0..nodes {
        let comma = if at > 0 { "," } else { "" };
        // No text that a packer could guess from the one before.
        let key = &blake3::hash(&at.to_le_bytes()).to_hex()[..16];
        let changed = (0..changes).rfind(|change| change * 97 % nodes == at);
        let place = (at % 100 * 250, at / 100 * 120);
        write!(
            text,
            r#"{comma}{{"id":"n{at}","type":"http_request","position":{{"x":{},"y":{}}},"data":{{"url":"https://example.org/{key}","note":"{changed:?}"}}}}"#,
            place.0, place.1
        )
        .expect("a text grows");
    }
    text.push_str(r#"],"edges":[]}"#);
    text.into()
}

const fn next(version: i64, parent: Option<i64>) -> Next {
    let parent = match parent {
        Some(parent) => Some(VersionId(parent)),
        None => None,
    };
    Next { tenant: TENANT, workflow: WORKFLOW, version: VersionId(version), parent, now_ms: 0 }
}

/// Stores a version; answers how many bytes it takes.
async fn put(store: &MemoryStore, next: Next, text: &Bytes) -> usize {
    let content = (blake3::hash(text), text.clone());
    store.put(versions::write_next(store, next, content).await.expect("a write")).await.expect("it is stored");
    stored(store, next.version.0).await.len()
}

async fn stored(store: &MemoryStore, version: i64) -> Bytes {
    store.get(&VERSION, TENANT, version).await.expect("an answer").expect("a version").body
}

async fn text(store: &MemoryStore, version: i64) -> Result<Option<Bytes>, StoreError> {
    versions::text(store, TENANT, VersionId(version)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_versions_take_less_than_three_copies() {
    let store = MemoryStore::default();
    let first = file(10_000, 0);
    let whole = put(&store, next(1, None), &first).await;
    assert!(whole * 3 < first.len(), "{whole} of {} bytes", first.len());
    let mut all = whole;
    for change in 1..100_usize {
        let version = 1 + i64::try_from(change).expect("few");
        all += put(&store, next(version, Some(version - 1)), &file(10_000, change)).await;
    }
    assert!(all < 3 * whole, "{all} bytes for 100 versions, {whole} for the first");
    for change in [0_usize, 1, 50, 99] {
        let version = 1 + i64::try_from(change).expect("few");
        assert_eq!(text(&store, version).await, Ok(Some(file(10_000, change))), "version {version}");
    }
    assert_eq!(text(&store, 500).await, Ok(None));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_differs_much_is_stored_whole_and_later_versions_refer_to_that() {
    let store = MemoryStore::default();
    let (first, other) = (file(1_000, 0), Bytes::from(file(1_000, 0).iter().rev().copied().collect::<Vec<u8>>()));
    let whole = put(&store, next(1, None), &first).await;
    assert!(put(&store, next(2, Some(1)), &file(1_000, 3)).await * 4 <= whole, "a few changes");
    let again = put(&store, next(3, Some(2)), &other).await;
    assert!(again * 4 > whole, "another text is stored whole");
    assert!(put(&store, next(4, Some(3)), &other).await * 4 <= again, "the same as the version before");
    for (version, expected) in [(1, &first), (2, &file(1_000, 3)), (3, &other), (4, &other)] {
        assert_eq!(text(&store, version).await.expect("a text").as_ref(), Some(expected), "version {version}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_of_older_builds_are_read_and_built_on() {
    let store = MemoryStore::default();
    let (old, new) = (file(1_000, 0), file(1_000, 1));
    let plain = versions::write(TENANT, VersionId(1), Some(WORKFLOW), (blake3::hash(&old), old.clone()), 0);
    store.put(plain).await.expect("it is stored");
    assert_eq!(stored(&store, 1).await, old, "as older builds stored it");
    assert!(put(&store, next(2, Some(1)), &new).await * 20 < old.len());
    assert_eq!((text(&store, 1).await, text(&store, 2).await), (Ok(Some(old)), Ok(Some(new))));
    let short = Bytes::from_static(br#"{"nodes":[]}"#);
    put(&store, next(3, Some(2)), &short).await;
    assert_eq!(stored(&store, 3).await, short, "short texts stay as they are");
    assert!(put(&store, next(4, Some(3)), &file(1_000, 2)).await < 30_000, "also after a short one");
    assert_eq!(text(&store, 4).await, Ok(Some(file(1_000, 2))));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_refers_to_what_may_be_removed() {
    let store = MemoryStore::default();
    let file = file(1_000, 0);
    let content = || (blake3::hash(&file), file.clone());
    for (version, workflow) in [(1, None), (2, Some(WorkflowId(2)))] {
        store.put(versions::write(TENANT, VersionId(version), workflow, content(), 0)).await.expect("it is stored");
    }
    let own = put(&store, next(3, None), &file).await;
    for (version, parent) in [(4, 1), (5, 2), (6, 6), (7, 100)] {
        assert_eq!(put(&store, next(version, Some(parent)), &file).await, own, "made from {parent}");
    }
    assert!(put(&store, next(8, Some(3)), &file).await * 20 < own, "made from one of its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_is_gone_is_told() {
    let store = MemoryStore::default();
    put(&store, next(1, None), &file(1_000, 0)).await;
    put(&store, next(2, Some(1)), &file(1_000, 1)).await;
    let mut gone = versions::write(TENANT, VersionId(1), None, (blake3::hash(b""), Bytes::new()), 0);
    (gone.expect, gone.content) = (store::records::Expect::Any, None);
    store.put(gone).await.expect("it is deleted");
    assert!(matches!(text(&store, 2).await, Err(StoreError::Corrupt(_))));
}
