//! Appending, reading, the inbox and the feed.

use std::sync::Arc;

use bytes::Bytes;
use model::{ExecutionId, Status, VersionId};
use store::StoreError;
use store::journal::{Append, Idempotency, InboxMessage, ReadFrom, RowState};

use crate::subject::{
    Store, Subject, T1, T2, append, append_once, append_one, ask, create, id_at, on_every_store, progress, row,
};

on_every_store!(
    an_append_is_read_back,
    events_of_any_size_are_read_back,
    a_conflict_leaves_the_others_alone,
    malformed_entries_are_refused,
    a_key_starts_one_execution,
    messages_are_consumed_with_the_events,
    reading_stops_after_enough_bytes,
    the_feed_joins_the_journal_without_a_gap,
    a_slow_subscriber_is_told,
    large_batches_are_answered_whole,
);

async fn an_append_is_read_back(subject: Subject) {
    let store = &*subject.store;
    let id = id_at(10, 0);
    append_one(store, create(id, Status::Running)).await.expect("it is new");
    let mut ended = progress(id, 3, 2, (Status::Running, Status::Failed));
    ended.state.error = Some("timeout".into());
    append_one(store, ended.clone()).await.expect("it is next");

    let segments = ask(|| store.read(T1, id, ReadFrom::After(0), usize::MAX)).await.expect("segments");
    assert_eq!(segments.iter().map(|s| (s.seq_from, s.seq_to)).collect::<Vec<_>>(), [(1, 2), (3, 4)]);
    assert_eq!(segments[1].bytes, ended.bytes);
    let found = row(store, T1, id).await.expect("its row");
    assert_eq!((found.status, found.next_seq, found.duration_us), (Status::Failed, 5, 2_500));
    assert_eq!((found.error.as_deref(), found.trigger.as_str(), found.recover_count), (Some("timeout"), "manual", 0));
    assert_eq!(found.version, VersionId(70));
    assert!(row(store, T2, id).await.is_none(), "another tenant sees it");
    assert!(ask(|| store.read(T1, id_at(10, 1), ReadFrom::After(0), 100)).await.expect("no segments").is_empty());
}

async fn events_of_any_size_are_read_back(subject: Subject) {
    let store = &*subject.store;
    let (id, beside) = (id_at(10, 0), id_at(11, 0));
    // Around the size from which a store may write them in another way.
    let sizes = [(1 << 20) - 1, 1 << 20, 100, 3 << 20];
    let body = |at: usize| Bytes::from((0..sizes[at]).map(|n| (n * 31 + at) as u8).collect::<Vec<_>>());
    append_one(store, Append { bytes: body(1), ..create(id, Status::Running) }).await.expect("it is new");
    for (at, next) in [(2, 3), (3, 5), (0, 7)] {
        let entry = progress(id, next, 2, (Status::Running, Status::Running));
        append_one(store, Append { bytes: body(at), ..entry }).await.expect("it is next");
    }
    append_one(store, Append { bytes: body(3), ..create(beside, Status::Running) }).await.expect("it is new");
    let segments = ask(|| store.read(T1, id, ReadFrom::After(0), usize::MAX)).await.expect("segments");
    let read: Vec<_> = segments.iter().map(|segment| (segment.seq_from, segment.bytes.clone())).collect();
    assert!(read == [(1, body(1)), (3, body(2)), (5, body(3)), (7, body(0))], "lengths or bytes differ");
    let other = ask(|| store.read(T1, beside, ReadFrom::After(0), usize::MAX)).await.expect("segments");
    assert!(other.len() == 1 && other[0].bytes == body(3));
}

async fn a_conflict_leaves_the_others_alone(subject: Subject) {
    let store = &*subject.store;
    let (first, second) = (id_at(10, 0), id_at(10, 1));
    append_one(store, create(first, Status::Running)).await.expect("it is new");
    let going = (Status::Running, Status::Running);
    let entries = vec![
        progress(first, 4, 1, going),
        create(second, Status::Running),
        create(first, Status::Running),
        progress(first, 3, 1, (Status::Waiting, Status::Running)),
        progress(first, 3, 1, going),
        progress(second, 3, 1, going),
        progress(id_at(10, 5), 3, 1, going),
    ];
    let answers = append(store, entries).await;
    let conflict = |id: ExecutionId| Err(StoreError::Conflict(format!("execution {id}")));
    assert_eq!(answers[0], conflict(first), "a seq too far");
    assert_eq!(answers[1], Ok(()));
    assert_eq!(answers[2], conflict(first), "the id is taken");
    assert_eq!(answers[3], conflict(first), "another status");
    assert_eq!((&answers[4], &answers[5]), (&Ok(()), &Ok(())));
    assert_eq!(answers[6], conflict(id_at(10, 5)), "nothing to append to");
    assert_eq!(ask(|| store.read(T1, first, ReadFrom::After(0), usize::MAX)).await.expect("segments").len(), 2);
    assert_eq!(row(store, T1, first).await.expect("its row").next_seq, 4);
}

async fn malformed_entries_are_refused(subject: Subject) {
    let store = &*subject.store;
    let id = id_at(10, 0);
    let late = Append { seq_from: 2, seq_to: 3, ..create(id, Status::Running) };
    let backwards = Append { seq_to: u64::MAX, ..create(id, Status::Running) };
    let mut no_status = progress(id, 3, 1, (Status::Running, Status::Running));
    no_status.state.before = None;
    let answers = append(store, vec![late, backwards, no_status]).await;
    assert!(answers.iter().all(|answer| matches!(answer, Err(StoreError::Conflict(_)))), "{answers:?}");
    assert!(row(store, T1, id).await.is_none());

    let state = RowState { wake_at: Some(5), ..create(id, Status::Delayed).state };
    let empty = Append { seq_to: 0, bytes: Bytes::new(), state, ..create(id, Status::Delayed) };
    append_one(store, empty).await.expect("a row without events");
    assert_eq!(row(store, T1, id).await.map(|row| (row.next_seq, row.wake_at)), Some((1, Some(5))));
    append_one(store, progress(id, 1, 3, (Status::Delayed, Status::Running))).await.expect("its first events");
    assert_eq!(ask(|| store.read(T1, id, ReadFrom::After(0), 1)).await.expect("segments")[0].seq_to, 3);
}

fn keyed(id: ExecutionId, key: &str, body: u8) -> Append {
    let mut entry = create(id, Status::Succeeded);
    let new = entry.create.as_mut().expect("it creates");
    new.idempotency = Some(Idempotency { key: key.into(), body_hash: [body; 32] });
    entry
}

async fn a_key_starts_one_execution(subject: Subject) {
    let store = &*subject.store;
    let mut other_tenant = keyed(id_at(10, 3), "k", 1);
    other_tenant.create.as_mut().expect("it creates").tenant = T2;
    other_tenant.tenant = T2;
    let mut ad_hoc = keyed(id_at(10, 4), "k", 1);
    ad_hoc.create.as_mut().expect("it creates").workflow = None;
    let entries = vec![keyed(id_at(10, 0), "k", 1), keyed(id_at(10, 1), "k", 1), keyed(id_at(10, 2), "k", 2)];
    append_one(store, entries[0].clone()).await.expect("a new key");
    let answers = append(store, [entries, vec![other_tenant, ad_hoc]].concat()).await;
    let duplicate = |same_body| Err(StoreError::Duplicate { execution: id_at(10, 0), same_body });
    assert_eq!(answers, [duplicate(true), duplicate(true), duplicate(false), Ok(()), Ok(())]);
    assert!(row(store, T1, id_at(10, 1)).await.is_none(), "a duplicate leaves a row");
    // A key whose execution could not be made stays free.
    let taken = append_one(store, keyed(id_at(10, 0), "other", 1)).await;
    assert!(matches!(taken, Err(StoreError::Conflict(_))), "{taken:?}");
    append_one(store, keyed(id_at(10, 9), "other", 1)).await.expect("the key is free");
    let subject = subject.restart();
    let answer = append_one(&*subject.store, keyed(id_at(11, 0), "k", 1)).await;
    assert_eq!(answer, duplicate(true), "after a restart");
}

fn message(execution: ExecutionId, message_id: &str) -> InboxMessage {
    let bytes = Bytes::from(format!("body of {message_id}"));
    InboxMessage {
        row: 0,
        tenant: T1,
        execution,
        message_id: message_id.into(),
        kind: "cancel".into(),
        bytes,
        joins: None,
    }
}

async fn messages_are_consumed_with_the_events(subject: Subject) {
    let store = &*subject.store;
    let (id, other) = (id_at(10, 0), id_at(10, 1));
    append(store, vec![create(id, Status::Running), create(other, Status::Running)]).await;
    let messages = || vec![message(id, "a"), message(id, "b"), message(other, "a"), message(id, "a")];
    let new = ask(|| store.post(messages())).await;
    assert_eq!(new, Ok(vec![true, true, true, false]));
    let lost = ask(|| store.post(vec![message(id, "c"), message(id_at(10, 7), "c")])).await;
    assert_eq!(lost, Err(StoreError::NotFound(format!("execution {}", id_at(10, 7)))));

    let waiting = ask(|| store.inbox(vec![(T1, id)])).await.expect("messages");
    assert_eq!(waiting.iter().map(|m| m.message_id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!((waiting[0].bytes.as_ref(), waiting[0].kind.as_str()), (&b"body of a"[..], "cancel"));
    let going = (Status::Running, Status::Running);
    let wrong_seq = Append { consumed: vec![waiting[0].row], ..progress(id, 9, 1, going) };
    assert!(append_one(store, wrong_seq).await.is_err());
    assert_eq!(
        ask(|| store.inbox(vec![(T1, id), (T1, other)])).await.expect("messages").len(),
        3,
        "a refused append consumed one"
    );
    let foreign = Append { consumed: vec![waiting[0].row], ..progress(other, 3, 1, going) };
    assert!(matches!(append_one(store, foreign).await, Err(StoreError::Conflict(_))));
    assert_eq!(row(store, T1, other).await.expect("its row").next_seq, 3, "a refused append moved it");

    let good = Append { consumed: vec![waiting[0].row], ..progress(id, 3, 1, going) };
    append_one(store, good).await.expect("it is next");
    let again = Append { consumed: vec![waiting[0].row], ..progress(id, 4, 1, going) };
    assert!(matches!(append_one(store, again).await, Err(StoreError::Conflict(_))), "consumed twice");
    let left = ask(|| store.inbox(vec![(T1, id)])).await.expect("messages");
    assert_eq!(left.iter().map(|m| m.message_id.as_str()).collect::<Vec<_>>(), ["b"]);
    assert_eq!(ask(|| store.post(vec![message(id, "a")])).await, Ok(vec![false]), "its id stays known");
    let subject = subject.restart();
    assert_eq!(ask(|| subject.store.inbox(vec![(T1, id), (T1, other)])).await.expect("messages").len(), 2);
}

async fn reading_stops_after_enough_bytes(subject: Subject) {
    let store = &*subject.store;
    let id = id_at(10, 0);
    append_one(store, create(id, Status::Running)).await.expect("it is new");
    for n in 0..20 {
        let bytes = Bytes::from(vec![b'x'; 100]);
        let entry = Append { bytes, ..progress(id, 3 + 5 * n, 5, (Status::Running, Status::Running)) };
        append_one(store, entry).await.expect("it is next");
    }
    let seqs = |after, max| async move {
        let segments = ask(|| store.read(T1, id, ReadFrom::After(after), max)).await.expect("segments");
        segments.iter().map(|s| s.seq_from).collect::<Vec<_>>()
    };
    assert_eq!(seqs(0, 1).await, [1], "at least one");
    assert_eq!(seqs(2, 250).await, [3, 8]);
    assert_eq!(seqs(9, 250).await, [8, 13], "one that only ends after it");
    assert_eq!(seqs(101, 0).await, [98]);
    assert_eq!(seqs(102, 1_000).await, [0u64; 0]);
    assert_eq!(seqs(0, usize::MAX).await.len(), 21);
}

async fn the_feed_joins_the_journal_without_a_gap(subject: Subject) {
    let id = id_at(10, 0);
    let store = subject.store.clone();
    append_one(&*store, create(id, Status::Running)).await.expect("it is new");
    let writer = tokio::spawn({
        let store = store.clone();
        async move {
            for seq in 3..303 {
                append_one(&*store, progress(id, seq, 1, (Status::Running, Status::Running))).await.expect("next");
            }
        }
    });
    let mut readers = Vec::new();
    for n in 0..4 {
        let store = store.clone();
        readers.push(tokio::spawn(async move {
            tokio::time::sleep(std::time::Duration::from_millis(3 * n)).await;
            let mut feed = store.subscribe(T1, vec![id, id_at(10, 9)]);
            let mut seen = 0;
            for segment in ask(|| store.read(T1, id, ReadFrom::After(0), usize::MAX)).await.expect("segments") {
                assert_eq!(segment.seq_from, seen + 1);
                seen = segment.seq_to;
            }
            while seen < 302 {
                let segment = feed.next().await.expect("it keeps up");
                if segment.seq_to > seen {
                    assert_eq!(segment.seq_from, seen + 1, "a gap between journal and feed");
                    seen = segment.seq_to;
                }
            }
        }));
    }
    writer.await.expect("the writer ends");
    for reader in readers {
        tokio::time::timeout(std::time::Duration::from_secs(20), reader).await.expect("no hang").expect("no gap");
    }
}

async fn a_slow_subscriber_is_told(subject: Subject) {
    let limit = std::time::Duration::from_secs(60);
    tokio::time::timeout(limit, listen_slowly(subject)).await.expect("the feed is silent");
}

async fn listen_slowly(subject: Subject) {
    let store = &*subject.store;
    let (id, other) = (id_at(10, 0), id_at(10, 1));
    append(store, vec![create(id, Status::Running), create(other, Status::Running)]).await;
    let mut slow = store.subscribe(T1, vec![id, other]);
    let mut fast = store.subscribe(T1, vec![other]);
    let going = (Status::Running, Status::Running);
    for chunk in (3..1_203).collect::<Vec<_>>().chunks(100) {
        append(store, chunk.iter().map(|&seq| progress(id, seq, 1, going)).collect()).await;
    }
    append_one(store, progress(other, 3, 1, going)).await.expect("it is next");
    // What was committed just before may come too; whoever listens drops what the journal showed already.
    while fast.next().await.expect("it keeps up").seq_from != 3 {}
    let mut got = Vec::new();
    while let Ok(segment) = slow.next().await {
        if segment.seq_from > 1 {
            got.push((segment.execution, segment.seq_from));
        }
    }
    assert!(got.len() >= 1_000 && got.len() < 1_200, "{}", got.len());
    assert!(got.iter().enumerate().all(|(n, &seen)| seen == (id, n as u64 + 3)), "a gap before it was told");
}

async fn large_batches_are_answered_whole(subject: Subject) {
    let store: Arc<dyn Store> = subject.store.clone();
    let batches: Vec<_> = (0..8)
        .map(|batch| {
            let store = store.clone();
            let entries: Vec<_> = (0..900).map(|n| create(id_at(10, batch * 900 + n), Status::Succeeded)).collect();
            tokio::spawn(async move {
                if batch % 2 == 0 { append(&*store, entries).await } else { append_once(&*store, entries).await }
            })
        })
        .collect();
    let mut done = 0;
    for batch in batches {
        let answers = batch.await.expect("it is answered");
        assert_eq!(answers.len(), 900);
        done += answers.iter().filter(|answer| answer.is_ok()).count() as u64;
    }
    let page = ask(|| store::Journal::list(&*store, crate::subject::everything())).await.expect("a page");
    assert_eq!(page.total, Some((done, true)));
    assert!(done >= 3_600, "{done}");
}
