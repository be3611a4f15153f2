//! Bodies too large for a segment.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use model::Status;
use store::journal::Retention;
use store::{Append, StoreError};

use crate::subject::{NOW_MS, Store, Subject, T1, T2, append_one, ask, create, id_at, on_every_store, row};

on_every_store!(a_body_is_read_in_parts, unnamed_bodies_go_after_an_hour, a_reference_needs_its_body);

fn body(bytes: usize) -> Bytes {
    (0..bytes).map(|n| (n * 31 % 251) as u8).collect()
}

async fn put(store: &dyn Store, bytes: &Bytes) -> store::journal::BlobHash {
    ask(|| store.put_blob(T1, bytes.clone())).await.expect("it is kept")
}

async fn a_body_is_read_in_parts(subject: Subject) {
    let store = &*subject.store;
    for size in [0, 1, 256 << 10, (256 << 10) + 1, 1_000_000] {
        let bytes = body(size);
        let hash = put(store, &bytes).await;
        assert_eq!(hash, *blake3::hash(&bytes).as_bytes());
        assert_eq!(put(store, &bytes).await, hash, "it is there already");
        for (offset, length) in [
            (0, u64::MAX),
            (0, 0),
            (1, 5),
            (262_143, 2),
            (262_144, 262_144),
            (999_999, 9),
            (2_000_000, 9),
            (u64::MAX, 1),
        ] {
            let found = ask(|| store.get_blob(T1, hash, offset, length)).await.expect("it is there");
            let from = (offset as usize).min(size);
            let to = offset.saturating_add(length).min(size as u64) as usize;
            assert!(found == bytes.slice(from..to.max(from)), "{size}: {offset}+{length}");
        }
        let elsewhere = ask(|| store.get_blob(T2, hash, 0, 1)).await;
        assert!(matches!(elsewhere, Err(StoreError::NotFound(_))), "another tenant reads it");
    }
    let bytes = body(700_000);
    let hash = put(store, &bytes).await;
    let subject = subject.restart();
    assert_eq!(ask(|| subject.store.get_blob(T1, hash, 0, u64::MAX)).await, Ok(bytes), "after a restart");
}

async fn unnamed_bodies_go_after_an_hour(subject: Subject) {
    let store = &*subject.store;
    let hour = 3_600_000;
    let (named, unnamed, touched) = (body(600_000), body(500_000), body(5_000_000));
    let (named, unnamed, touched_hash) =
        (put(store, &named).await, put(store, &unnamed).await, put(store, &touched).await);
    let id = id_at(10, 0);
    append_one(store, Append { blobs: vec![named], ..create(id, Status::Succeeded) }).await.expect("it is new");
    let exists = |hash| async move { ask(|| store.get_blob(T1, hash, 0, 1)).await.is_ok() };
    subject.now_ms.store(NOW_MS + hour - 1, Ordering::SeqCst);
    put(store, &touched).await;
    ask(|| store.retain(Retention::default())).await.expect("nothing goes");
    assert!(exists(named).await && exists(unnamed).await && exists(touched_hash).await);

    subject.now_ms.store(NOW_MS + hour + 1, Ordering::SeqCst);
    let retained = ask(|| store.retain(Retention::default())).await.expect("one goes");
    assert_eq!((retained.executions, retained.bytes >= 400_000), (0, true), "{retained:?}");
    assert!(exists(named).await && !exists(unnamed).await && exists(touched_hash).await);
    assert_eq!(put(store, &body(500_000)).await, unnamed);
    assert_eq!(ask(|| store.get_blob(T1, unnamed, 0, u64::MAX)).await, Ok(body(500_000)), "it comes again whole");

    let all = Retention { max_count: Some(0), ..Retention::default() };
    let retained = ask(|| store.retain(all.clone())).await.expect("the execution goes");
    assert_eq!(retained.executions, 1);
    assert!(!exists(named).await, "its body outlives it");
}

async fn a_reference_needs_its_body(subject: Subject) {
    let store = &*subject.store;
    let id = id_at(10, 0);
    let hash = *blake3::hash(b"never put").as_bytes();
    let answer = append_one(store, Append { blobs: vec![hash], ..create(id, Status::Running) }).await;
    assert!(matches!(answer, Err(StoreError::NotFound(_))), "{answer:?}");
    assert!(row(store, T1, id).await.is_none());
    let theirs = ask(|| store.put_blob(T2, Bytes::from_static(b"never put"))).await.expect("it is kept");
    assert_eq!(theirs, hash);
    let answer = append_one(store, Append { blobs: vec![hash], ..create(id, Status::Running) }).await;
    assert!(matches!(answer, Err(StoreError::NotFound(_))), "it names another tenant's body");
    put(store, &Bytes::from_static(b"never put")).await;
    append_one(store, Append { blobs: vec![hash, hash], ..create(id, Status::Running) })
        .await
        .expect("now it is there");
}
