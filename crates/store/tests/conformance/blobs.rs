//! Bodies too large for a segment.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use model::Status;
use store::journal::{Birth, BlobHash, Origin, OriginKind, Retention};
use store::{Append, BLOB_CHUNK, BLOB_MAX, Blob, BlobPart, BlobQuery, StoreError};

use crate::subject::{NOW_MS, Store, Subject, T1, T2, append_one, ask, create, id_at, on_every_store, progress, row};

on_every_store!(
    a_body_is_read_in_parts,
    unnamed_bodies_go_after_an_hour,
    a_reference_needs_its_body,
    a_body_comes_in_parts,
    several_bring_the_same_body_at_once,
    what_was_broken_off_is_no_body_and_goes,
    a_body_has_a_limit,
    only_who_refers_to_a_body_reads_it_by_its_name,
    bodies_are_lent_and_taken_over,
);

const HOUR: i64 = 3_600_000;

fn body(bytes: usize) -> Bytes {
    (0..bytes).map(|n| (n * 31 % 251) as u8).collect()
}

async fn read(store: &dyn Store, hash: BlobHash) -> store::Result<Bytes> {
    ask(|| store.get_blob(BlobQuery::whole(T1, hash))).await.map(|part| part.bytes)
}

/// Hands a body over in parts of a size, from the start again where the store refuses.
async fn bring(store: &dyn Store, body: &Bytes, step: usize) -> Blob {
    ask(|| async {
        let mut writer = store.begin_blob(T1, BLOB_MAX);
        for at in (0..body.len()).step_by(step) {
            writer.write(body.slice(at..body.len().min(at + step))).await?;
        }
        writer.finish().await
    })
    .await
    .expect("it is kept")
}

async fn put(store: &dyn Store, bytes: &Bytes) -> BlobHash {
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
            let query = BlobQuery { offset, length, ..BlobQuery::whole(T1, hash) };
            let BlobPart { bytes: found, size: whole } = ask(|| store.get_blob(query)).await.expect("it is there");
            assert_eq!(whole, size as u64);
            let from = (offset as usize).min(size);
            let to = offset.saturating_add(length).min(size as u64) as usize;
            assert!(found == bytes.slice(from..to.max(from)), "{size}: {offset}+{length}");
        }
        let elsewhere = ask(|| store.get_blob(BlobQuery::whole(T2, hash))).await;
        assert!(matches!(elsewhere, Err(StoreError::NotFound(_))), "another tenant reads it");
    }
    let bytes = body(700_000);
    let hash = put(store, &bytes).await;
    let subject = subject.restart();
    assert_eq!(read(&*subject.store, hash).await, Ok(bytes), "after a restart");
}

async fn unnamed_bodies_go_after_an_hour(subject: Subject) {
    let store = &*subject.store;
    let (named, unnamed, touched) = (body(600_000), body(500_000), body(5_000_000));
    let (named, unnamed, touched_hash) =
        (put(store, &named).await, put(store, &unnamed).await, put(store, &touched).await);
    let id = id_at(10, 0);
    append_one(store, Append { blobs: vec![named], ..create(id, Status::Succeeded) }).await.expect("it is new");
    let exists = |hash| async move { read(store, hash).await.is_ok() };
    subject.now_ms.store(NOW_MS + HOUR - 1, Ordering::SeqCst);
    put(store, &touched).await;
    ask(|| store.retain(Retention::default())).await.expect("nothing goes");
    assert!(exists(named).await && exists(unnamed).await && exists(touched_hash).await);

    subject.now_ms.store(NOW_MS + HOUR + 1, Ordering::SeqCst);
    let retained = ask(|| store.retain(Retention::default())).await.expect("one goes");
    assert_eq!((retained.executions, retained.bytes >= 400_000), (0, true), "{retained:?}");
    assert!(exists(named).await && !exists(unnamed).await && exists(touched_hash).await);
    assert_eq!(put(store, &body(500_000)).await, unnamed);
    assert_eq!(read(store, unnamed).await, Ok(body(500_000)), "it comes again whole");

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

async fn a_body_comes_in_parts(subject: Subject) {
    let store = &*subject.store;
    // Up to one chunk, several that get their name at once, and more than that.
    for (size, step) in
        [(0, 9), (7, 3), (BLOB_CHUNK, 100_000), (BLOB_CHUNK * 3 + 5, 70_001), (BLOB_CHUNK * 33, 1 << 20)]
    {
        let bytes = body(size);
        let blob = bring(store, &bytes, step).await;
        assert_eq!(blob, Blob { hash: *blake3::hash(&bytes).as_bytes(), size: size as u64 });
        assert_eq!(bring(store, &bytes, step + 1).await, blob, "it is there already");
        assert!(read(store, blob.hash).await == Ok(bytes.clone()), "{size} in parts of {step}");
    }
    let bytes = body(BLOB_CHUNK * 33);
    let subject = subject.restart();
    let hash = *blake3::hash(&bytes).as_bytes();
    assert!(read(&*subject.store, hash).await == Ok(bytes), "after a restart");
}

async fn several_bring_the_same_body_at_once(subject: Subject) {
    let store = &*subject.store;
    let bytes = body(BLOB_CHUNK * 40 + 1);
    let (first, second, third) = tokio::join!(
        bring(store, &bytes, BLOB_CHUNK),
        bring(store, &bytes, 300_000),
        bring(store, &bytes, bytes.len())
    );
    assert!(first == second && second == third);
    assert!(read(store, first.hash).await == Ok(bytes.clone()));
    let id = id_at(10, 0);
    append_one(store, Append { blobs: vec![first.hash], ..create(id, Status::Succeeded) }).await.expect("it is there");
    subject.now_ms.store(NOW_MS + 2 * HOUR, Ordering::SeqCst);
    ask(|| store.retain(Retention::default())).await.expect("what is left over goes");
    assert!(read(store, first.hash).await == Ok(bytes), "a chunk went with what was left over");
}

async fn what_was_broken_off_is_no_body_and_goes(subject: Subject) {
    let store = &*subject.store;
    let bytes = body(BLOB_CHUNK * 5 + 9);
    let hash = *blake3::hash(&bytes).as_bytes();
    let begin = || async {
        let mut writer = store.begin_blob(T1, BLOB_MAX);
        writer.write(bytes.slice(..BLOB_CHUNK * 3)).await.map(|()| writer)
    };
    let writer = ask(begin).await.expect("the first chunks are kept");
    let missing = read(store, hash).await;
    assert!(matches!(missing, Err(StoreError::NotFound(_))), "a part of it is read");
    drop(writer);

    // One that is being handed over when its store ends.
    let mut writer = ask(begin).await.expect("the first chunks are kept");
    let subject = subject.restart();
    let store = &*subject.store;
    let late = writer.write(bytes.slice(BLOB_CHUNK * 3..)).await;
    let late = if late.is_ok() { writer.finish().await.map(|_| ()) } else { late };
    assert!(late.is_err(), "a store that is gone took a body");
    assert!(read(store, hash).await.is_err());

    // Whatever is left of them goes after an hour, and gives its space back.
    subject.now_ms.store(NOW_MS + HOUR + 1, Ordering::SeqCst);
    let retained = ask(|| store.retain(Retention::default())).await.expect("they go");
    assert!(!subject.is_sqlite() || retained.bytes >= 5 * BLOB_CHUNK as u64, "{retained:?}");
    assert_eq!(bring(store, &bytes, 100_000).await.hash, hash);
    assert!(read(store, hash).await == Ok(bytes));
}

async fn a_body_has_a_limit(subject: Subject) {
    let store = &*subject.store;
    let most = 600_000;
    let exact = body(600_000);
    let kept = ask(|| async {
        let mut writer = store.begin_blob(T1, most);
        writer.write(exact.slice(..400_000)).await?;
        writer.write(exact.slice(400_000..)).await?;
        writer.finish().await
    });
    assert_eq!(kept.await.expect("it is just small enough").size, most);
    let over = ask(|| async {
        let mut writer = store.begin_blob(T1, most);
        writer.write(exact.clone()).await?;
        let refused = writer.write(Bytes::from_static(b"1")).await;
        // Who goes on after that has no body either.
        assert!(writer.finish().await.is_err(), "a part of it is a body");
        refused
    });
    let over = over.await;
    assert!(matches!(&over, Err(StoreError::TooLarge(why)) if why.contains("600000")), "{over:?}");
}

async fn only_who_refers_to_a_body_reads_it_by_its_name(subject: Subject) {
    let store = &*subject.store;
    let bytes = body(300_000);
    let hash = put(store, &bytes).await;
    let (owner, other) = (id_at(10, 0), id_at(10, 1));
    append_one(store, Append { blobs: vec![hash], ..create(owner, Status::Running) }).await.expect("it is new");
    append_one(store, create(other, Status::Running)).await.expect("it is new");
    let of = |id| async move { ask(|| store.get_blob(BlobQuery { of: Some(id), ..BlobQuery::whole(T1, hash) })).await };
    assert!(of(owner).await.is_ok_and(|part| part.bytes == bytes));
    assert!(matches!(of(other).await, Err(StoreError::NotFound(_))), "an execution without it reads it");
    assert!(matches!(of(id_at(10, 2)).await, Err(StoreError::NotFound(_))), "nobody reads it");
}

async fn bodies_are_lent_and_taken_over(subject: Subject) {
    let store = &*subject.store;
    let (lent, kept, foreign) = (put(store, &body(9)).await, put(store, &body(99)).await, put(store, &body(999)).await);
    let [parent, child, fork, told] = [0, 1, 2, 3].map(|n| id_at(10, n));
    append_one(store, create(told, Status::Waiting)).await.expect("it is new");
    let born = create(child, Status::Succeeded);
    let birth = Birth {
        execution: child,
        new: *born.create.expect("it creates"),
        seq_to: born.seq_to,
        bytes: born.bytes,
        state: born.state,
        blobs: Vec::new(),
        large: Vec::new(),
    };
    let nobody = id_at(10, 9);
    let lends = vec![(child, lent), (told, lent), (child, foreign), (nobody, lent)];
    let first = Append { blobs: vec![lent, kept], births: vec![birth], lends, ..create(parent, Status::Running) };
    append_one(store, first).await.expect("it is new");
    let has = |id, hash| async move {
        ask(|| store.get_blob(BlobQuery { of: Some(id), ..BlobQuery::whole(T1, hash) })).await.is_ok()
    };
    assert!(has(child, lent).await && has(told, lent).await);
    assert!(!has(child, kept).await, "more than what was lent");
    assert!(!has(child, foreign).await, "what the lender has not itself");

    let mut forked = create(fork, Status::Succeeded);
    let origin = Origin { execution: parent, kind: OriginKind::Fork };
    forked.create.as_mut().expect("it creates").origin = Some(origin);
    append_one(store, forked).await.expect("it is new");
    assert!(has(fork, lent).await && has(fork, kept).await && !has(fork, foreign).await);

    append_one(store, progress(parent, 3, 1, (Status::Running, Status::Failed))).await.expect("it ends");
    subject.now_ms.store(NOW_MS + HOUR + 1, Ordering::SeqCst);
    let oldest = Retention { max_count: Some(2), ..Retention::default() };
    ask(|| store.retain(oldest.clone())).await.expect("the first one goes");
    assert!(row(store, T1, parent).await.is_none() && row(store, T1, fork).await.is_some());
    assert!(has(fork, kept).await && has(told, lent).await, "they went with who lent them");
    assert!(read(store, foreign).await.is_err(), "nobody refers to it");
}
