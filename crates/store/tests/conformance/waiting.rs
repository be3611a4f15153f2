//! Who owns an execution: claims after a crash, and released ones that wake for their time or a message.

use std::collections::HashSet;

use bytes::Bytes;
use model::{ExecutionId, Status};
use store::journal::{Append, Claim, ExecutionRow, Idempotency, InboxMessage, Joins, RowState, WakeQuery, Woken};
use store::{BlobQuery, StoreError};

use crate::subject::{Store, Subject, T1, T2, append, append_one, ask, create, id_at, on_every_store, progress, row};

on_every_store!(
    work_in_hand_is_claimed_once,
    what_fails_to_be_taken_over_is_quarantined,
    released_ones_wake_in_order_and_once,
    those_that_are_named_wake_early,
    a_message_wakes_whoever_rests,
    a_message_before_the_release_is_not_passed_over,
    a_release_with_the_last_message_consumed_rests,
    what_dies_between_waking_and_its_next_append_rests_again,
    what_kills_whoever_wakes_it_is_quarantined,
    a_restart_wakes_what_a_message_waits_for,
    a_herd_wakes_in_chunks,
    what_has_ended_may_run_again,
    a_start_joins_what_sleeps_and_nothing_else,
);

const LONG_AFTER: i64 = 1_000_000;

/// A new execution that waits until then.
fn asleep(id: ExecutionId, status: Status, wake_at: Option<i64>) -> Append {
    let entry = create(id, status);
    Append { state: RowState { wake_at, ..entry.state.clone() }, ..entry }
}

/// The release of an execution that runs.
fn release(id: ExecutionId, seq: u64, wake_at: Option<i64>) -> Append {
    let entry = progress(id, seq, 1, (Status::Running, Status::Waiting));
    Append { state: RowState { wake_at, ..entry.state.clone() }, ..entry }
}

fn message(execution: ExecutionId, message_id: &str) -> InboxMessage {
    InboxMessage {
        row: 0,
        tenant: T1,
        execution,
        message_id: message_id.into(),
        kind: "signal".into(),
        bytes: Bytes::new(),
        joins: None,
    }
}

async fn wake(store: &dyn Store, now_ms: i64, executions: &[ExecutionId], limit: usize) -> Woken {
    let query = || WakeQuery { now_ms, executions: executions.to_vec(), limit };
    ask(|| store.wake(query())).await.expect("rows")
}

async fn claim(store: &dyn Store, limit: usize, max_recoveries: u32) -> Vec<ExecutionRow> {
    ask(|| store.claim(Claim::Open { limit, max_recoveries })).await.expect("rows")
}

fn ids(rows: &[ExecutionRow]) -> Vec<ExecutionId> {
    rows.iter().map(|row| row.id).collect()
}

fn at(ns: &[i64]) -> Vec<ExecutionId> {
    ns.iter().map(|&n| id_at(10, n)).collect()
}

async fn work_in_hand_is_claimed_once(subject: Subject) {
    let open = [Status::Queued, Status::Running, Status::Waiting, Status::Delayed, Status::Paused];
    let mut entries = Vec::new();
    for n in 0..25 {
        let mut entry = create(id_at(10, n), open[n as usize % 5]);
        entry.tenant = if n % 2 == 0 { T1 } else { T2 };
        entry.create.as_mut().expect("it creates").tenant = entry.tenant;
        entries.push(entry);
    }
    entries.extend((25..30).map(|n| create(id_at(10, n), Status::Succeeded)));
    append(&*subject.store, entries).await;
    assert!(claim(&*subject.store, 100, 5).await.is_empty(), "its own are owned");

    let subject = subject.restart();
    let store = &*subject.store;
    append_one(store, create(id_at(11, 0), Status::Running)).await.expect("it is new");
    let mut claimed = Vec::new();
    loop {
        let rows = claim(store, 3, 5).await;
        assert!(rows.len() <= 3);
        if rows.is_empty() {
            break;
        }
        assert!(rows.iter().all(|row| row.recover_count == u32::from(row.status != Status::Queued)));
        claimed.extend(ids(&rows));
    }
    let all: HashSet<_> = claimed.iter().copied().collect();
    assert_eq!((claimed.len(), all), (10, (0..25).filter(|n| n % 5 < 2).map(|n| id_at(10, n)).collect()));
    let found = row(store, T1, id_at(10, 0)).await.expect("its row");
    assert_eq!((found.recover_count, found.status), (0, Status::Queued), "it was never begun");
    append_one(store, progress(id_at(10, 0), 3, 1, (Status::Queued, Status::Running))).await.expect("it goes on");
}

async fn a_start_joins_what_sleeps_and_nothing_else(subject: Subject) {
    let store = &*subject.store;
    let (asleep_id, runs) = (id_at(10, 0), id_at(10, 1));
    append(store, vec![asleep(asleep_id, Status::Delayed, Some(50)), create(runs, Status::Running)]).await;
    let hash = ask(|| store.put_blob(T1, Bytes::from(vec![7; 70_000]))).await.expect("room");
    let key = |key: &str, body| Idempotency { key: key.into(), body_hash: [body; 32] };
    let start = |to, id: &str, joins: Joins| InboxMessage { joins: Some(Box::new(joins)), ..message(to, id) };
    let joins = |key| Joins { tenant: T1, workflow: None, idempotency: key, blobs: vec![hash], is_last: false };
    let post = async |message: InboxMessage| ask(|| store.post(vec![message.clone()])).await;

    assert_eq!(post(start(asleep_id, "one", joins(Some(key("a", 1))))).await, Ok(vec![true]));
    assert_eq!(wake(store, 49, &[], 9).await.rows, [], "it is not due for that");
    let part = ask(|| store.get_blob(BlobQuery { of: Some(asleep_id), ..BlobQuery::whole(T1, hash) })).await;
    assert_eq!(part.expect("it refers to it").size, 70_000);
    // The key leads to it, for starts that join and for others.
    let duplicate = |same_body| Err(StoreError::Duplicate { execution: asleep_id, same_body });
    assert_eq!(post(start(asleep_id, "two", joins(Some(key("a", 1))))).await, duplicate(true));
    assert_eq!(post(start(runs, "two", joins(Some(key("a", 2))))).await, duplicate(false));
    let mut other = create(id_at(10, 2), Status::Running);
    let new = other.create.as_mut().expect("it creates");
    (new.workflow, new.idempotency) = (None, Some(key("a", 1)));
    assert_eq!(append_one(store, other).await, duplicate(true).map(drop));

    let refused = |to: ExecutionId| Err(StoreError::Conflict(format!("execution {to}")));
    assert_eq!(post(start(runs, "three", joins(Some(key("b", 1))))).await, refused(runs));
    let of_other = Joins { tenant: T2, ..joins(None) };
    assert_eq!(post(start(asleep_id, "four", of_other)).await, refused(asleep_id));
    let unknown = Joins { blobs: vec![[9; 32]], ..joins(Some(key("b", 1))) };
    assert!(matches!(post(start(asleep_id, "five", unknown)).await, Err(StoreError::NotFound(_))));
    assert_eq!(
        post(start(asleep_id, "six", joins(Some(key("b", 1))))).await,
        Ok(vec![true]),
        "what was refused left nothing"
    );

    assert_eq!(wake(store, 49, &[], 9).await.rows, []);
    let last = Joins { is_last: true, ..joins(None) };
    assert_eq!(post(start(asleep_id, "last", last)).await, Ok(vec![true]));
    let woken = wake(store, 49, &[], 9).await.rows.remove(0);
    let waiting = ask(|| store.inbox(vec![(T1, asleep_id)])).await.expect("messages");
    assert_eq!(waiting.iter().map(|message| &*message.message_id).collect::<Vec<_>>(), ["one", "six", "last"]);
    let begins = progress(asleep_id, woken.next_seq, 1, (Status::Delayed, Status::Running));
    append_one(store, begins).await.expect("it is owned");
    assert_eq!(post(start(asleep_id, "seven", joins(None))).await, refused(asleep_id), "it has begun");
}

async fn what_fails_to_be_taken_over_is_quarantined(subject: Subject) {
    let poison = id_at(10, 0);
    append_one(&*subject.store, asleep(poison, Status::Running, Some(7))).await.expect("it is new");
    let mut subject = subject;
    for count in 1..=2 {
        subject = subject.restart();
        let rows = claim(&*subject.store, 9, 2).await;
        assert_eq!((rows[0].recover_count, rows[0].status), (count, Status::Running));
    }
    subject = subject.restart();
    let rows = claim(&*subject.store, 9, 2).await;
    assert_eq!((rows[0].recover_count, rows[0].status, rows[0].wake_at), (2, Status::Quarantined, None));
    let subject = subject.restart();
    assert!(claim(&*subject.store, 9, 2).await.is_empty(), "it stays aside");
    assert_eq!(wake(&*subject.store, LONG_AFTER, &[poison], 9).await, Woken::default());
}

async fn released_ones_wake_in_order_and_once(subject: Subject) {
    let store = &*subject.store;
    let times = [Some(300), None, Some(100), Some(200), Some(200), Some(900), Some(50), Some(60)];
    let statuses = [
        Status::Waiting,
        Status::Waiting,
        Status::Paused,
        Status::Delayed,
        Status::Waiting,
        Status::Waiting,
        Status::Running,
        Status::Succeeded,
    ];
    for (n, (wake_at, status)) in times.into_iter().zip(statuses).enumerate() {
        append_one(store, asleep(id_at(10, n as i64), status, wake_at)).await.expect("it is new");
    }
    assert_eq!(wake(store, 99, &[], 10).await, Woken { rows: Vec::new(), next_due: Some(100) });
    let woken = wake(store, 300, &[], 2).await;
    assert_eq!((ids(&woken.rows), woken.next_due), (at(&[2, 3]), Some(200)), "more are due");
    assert_eq!((woken.rows[0].status, woken.rows[0].wake_at), (Status::Paused, Some(100)), "nothing else changes");
    assert_eq!(row(store, T1, id_at(10, 2)).await.as_ref(), Some(&woken.rows[0]));
    let woken = wake(store, 300, &[], 10).await;
    assert_eq!((ids(&woken.rows), woken.next_due), (at(&[4, 0]), Some(900)), "what is owned is not answered again");
    assert_eq!(wake(store, 300, &at(&[2, 3, 4, 0, 6, 7, 99]), 10).await.rows, []);
    // It goes back to rest, without an event, and wakes again.
    let again = progress(id_at(10, 2), 3, 0, (Status::Paused, Status::Paused));
    let state = RowState { wake_at: Some(250), ..again.state.clone() };
    append_one(store, Append { bytes: Bytes::new(), state, ..again }).await.expect("its row alone");
    assert_eq!(ids(&wake(store, 300, &[], 10).await.rows), at(&[2]));
    // One that goes on is out of the line whatever its row says.
    append_one(store, progress(id_at(10, 0), 3, 1, (Status::Waiting, Status::Running))).await.expect("it goes on");
    assert_eq!(wake(store, 800, &[], 10).await, Woken { rows: Vec::new(), next_due: Some(900) });
    assert!(row(store, T1, id_at(10, 0)).await.is_some_and(|row| row.recover_count == 0), "waking is no recovery");
}

async fn those_that_are_named_wake_early(subject: Subject) {
    let store = &*subject.store;
    for (n, wake_at) in [Some(500), None, Some(400), Some(1)].into_iter().enumerate() {
        append_one(store, asleep(id_at(10, n as i64), Status::Waiting, wake_at)).await.expect("it is new");
    }
    let woken = wake(store, 0, &at(&[1, 0, 9]), 0).await;
    assert_eq!((ids(&woken.rows), woken.next_due), (at(&[0, 1]), Some(1)));
    let woken = wake(store, 1, &at(&[3, 0]), 1).await;
    assert_eq!((ids(&woken.rows), woken.next_due), (at(&[3]), Some(400)), "due and named is answered once");
}

async fn a_message_wakes_whoever_rests(subject: Subject) {
    let store = &*subject.store;
    let entries = vec![
        asleep(id_at(10, 0), Status::Waiting, None),
        asleep(id_at(10, 1), Status::Waiting, Some(900)),
        asleep(id_at(10, 2), Status::Running, None),
        asleep(id_at(10, 3), Status::Failed, None),
        asleep(id_at(10, 4), Status::Waiting, None),
    ];
    append(store, entries).await;
    let messages = || (0..4).map(|n| message(id_at(10, n), "m")).collect();
    assert_eq!(ask(|| store.post(messages())).await, Ok(vec![true; 4]));
    let woken = wake(store, 5, &[], 10).await;
    assert_eq!((ids(&woken.rows), woken.next_due), (at(&[0, 1]), None), "only those at rest");
    // A second post of the same message wakes nobody.
    let waiting = ask(|| store.inbox(vec![(T1, id_at(10, 0))])).await.expect("messages");
    let consumed = vec![waiting[0].row];
    let rests = progress(id_at(10, 0), 3, 1, (Status::Waiting, Status::Waiting));
    append_one(store, Append { consumed, ..rests }).await.expect("it rests again");
    assert_eq!(ask(|| store.post(vec![message(id_at(10, 0), "m")])).await, Ok(vec![false]));
    assert_eq!(wake(store, LONG_AFTER, &[], 10).await, Woken::default());
}

async fn a_message_before_the_release_is_not_passed_over(subject: Subject) {
    let store = &*subject.store;
    let id = id_at(10, 0);
    append_one(store, create(id, Status::Running)).await.expect("it is new");
    ask(|| store.post(vec![message(id, "m")])).await.expect("it is new");
    append_one(store, release(id, 3, Some(900))).await.expect("it did not know");
    let woken = wake(store, 5, &[], 10).await;
    assert_eq!((ids(&woken.rows), woken.rows[0].wake_at), (vec![id], Some(0)));
    // Whoever rests again without having consumed it is due again.
    append_one(store, progress(id, 4, 1, (Status::Waiting, Status::Paused))).await.expect("it rests");
    assert_eq!(ids(&wake(store, 5, &[], 10).await.rows), [id]);
}

async fn a_release_with_the_last_message_consumed_rests(subject: Subject) {
    let store = &*subject.store;
    let id = id_at(10, 0);
    append_one(store, create(id, Status::Running)).await.expect("it is new");
    ask(|| store.post(vec![message(id, "a"), message(id, "b")])).await.expect("they are new");
    let rows: Vec<_> = ask(|| store.inbox(vec![(T1, id)])).await.expect("messages").iter().map(|m| m.row).collect();
    let entry = Append { consumed: rows[..1].to_vec(), ..release(id, 3, Some(900)) };
    append_one(store, entry).await.expect("it rests");
    assert_eq!(ids(&wake(store, 5, &[], 10).await.rows), [id], "one is left");
    let rests = progress(id, 4, 1, (Status::Waiting, Status::Waiting));
    append_one(store, Append { consumed: rows[1..].to_vec(), ..rests }).await.expect("it rests");
    assert_eq!(wake(store, 5, &[], 10).await, Woken::default());
}

async fn what_dies_between_waking_and_its_next_append_rests_again(subject: Subject) {
    let entries = vec![
        asleep(id_at(10, 0), Status::Waiting, Some(10)),
        asleep(id_at(10, 1), Status::Waiting, None),
        asleep(id_at(10, 2), Status::Waiting, None),
        asleep(id_at(10, 3), Status::Paused, Some(900)),
    ];
    append(&*subject.store, entries).await;
    ask(|| subject.store.post(vec![message(id_at(10, 1), "m")])).await.expect("it is new");
    assert_eq!(ids(&wake(&*subject.store, 10, &at(&[2]), 9).await.rows), at(&[1, 0, 2]));

    let subject = subject.restart();
    let store = &*subject.store;
    assert_eq!(claim(store, 1, 5).await, [], "they have no work in hand");
    let woken = wake(store, 10, &[], 9).await;
    assert_eq!((ids(&woken.rows), woken.next_due), (at(&[1, 0]), Some(900)), "still due");
    assert!(woken.rows.iter().all(|row| row.recover_count == 1), "it may be what ended the process");
    let named = wake(store, 10, &at(&[2, 3]), 9).await.rows;
    assert_eq!(named.iter().map(|row| row.recover_count).collect::<Vec<_>>(), [0, 1], "one was not woken before");
    assert_eq!(claim(store, 9, 5).await, []);
}

async fn what_kills_whoever_wakes_it_is_quarantined(subject: Subject) {
    let (poison, other) = (id_at(10, 0), id_at(10, 1));
    let entries = vec![asleep(poison, Status::Waiting, Some(10)), asleep(other, Status::Waiting, Some(900))];
    append(&*subject.store, entries).await;
    let mut subject = subject;
    for _ in 0..2 {
        assert_eq!(ids(&wake(&*subject.store, 10, &[], 9).await.rows), [poison]);
        subject = subject.restart();
        assert_eq!(claim(&*subject.store, 9, 2).await, []);
    }
    assert_eq!(ids(&wake(&*subject.store, 10, &[], 9).await.rows), [poison]);
    let subject = subject.restart();
    let rows = claim(&*subject.store, 9, 2).await;
    assert_eq!((ids(&rows), rows[0].status), (vec![poison], Status::Quarantined));
    assert_eq!(wake(&*subject.store, 10, &[poison], 9).await, Woken { rows: Vec::new(), next_due: Some(900) });
    let query = store::journal::StatisticsQuery { tenant: T1, workflow: None, from_hour: None };
    let counts = ask(|| subject.store.statistics(query)).await.expect("statistics").by_status;
    let seen: Vec<_> = counts.into_iter().filter(|&(_, count)| count > 0).collect();
    assert_eq!(seen, [(Status::Waiting, 1), (Status::Quarantined, 1)]);
}

async fn a_restart_wakes_what_a_message_waits_for(subject: Subject) {
    append_one(&*subject.store, asleep(id_at(10, 0), Status::Waiting, None)).await.expect("it is new");
    append_one(&*subject.store, asleep(id_at(10, 1), Status::Waiting, None)).await.expect("it is new");
    ask(|| subject.store.post(vec![message(id_at(10, 0), "m")])).await.expect("it is new");
    let subject = subject.restart();
    assert_eq!(claim(&*subject.store, 9, 5).await, []);
    let woken = wake(&*subject.store, 1, &[], 9).await;
    assert_eq!((ids(&woken.rows), woken.rows[0].recover_count), (at(&[0]), 0));
}

async fn a_herd_wakes_in_chunks(subject: Subject) {
    let store = &*subject.store;
    let all = 1_000;
    let entries = (0..all).map(|n| asleep(id_at(10, n), Status::Waiting, Some(n % 7))).collect();
    assert!(append(store, entries).await.iter().all(Result::is_ok));
    let mut seen = HashSet::new();
    loop {
        let woken = wake(store, 10, &[], 256).await;
        assert!(woken.rows.len() <= 256);
        assert!(woken.rows.is_sorted_by_key(|row| (row.wake_at, row.id)));
        assert!(woken.rows.iter().all(|row| seen.insert(row.id)), "one was answered twice");
        let left = seen.len() < all as usize;
        assert_eq!(woken.next_due.is_some(), left);
        if !left {
            break;
        }
        assert_eq!(woken.rows.len(), 256);
    }
}

async fn what_has_ended_may_run_again(subject: Subject) {
    let ended = [Status::Failed, Status::TimedOut, Status::Canceled, Status::Quarantined];
    let entries = (0..).zip(ended).map(|(n, status)| create(id_at(10, n), status)).collect();
    append(&*subject.store, entries).await;
    let poison = id_at(10, 9);
    append_one(&*subject.store, create(poison, Status::Running)).await.expect("it is new");
    let subject = subject.restart();
    assert_eq!(claim(&*subject.store, 9, 1).await[0].recover_count, 1);
    let subject = subject.restart();
    assert_eq!(claim(&*subject.store, 9, 1).await[0].status, Status::Quarantined);
    for (n, status) in (0..).zip(ended) {
        let reopened = progress(id_at(10, n), 3, 1, (status, Status::Running));
        append_one(&*subject.store, reopened).await.expect("it is next");
    }
    append_one(&*subject.store, progress(poison, 3, 1, (Status::Quarantined, Status::Running))).await.expect("next");
    let query = store::journal::StatisticsQuery { tenant: T1, workflow: None, from_hour: None };
    let statistics = ask(|| subject.store.statistics(query)).await.expect("statistics");
    let seen: Vec<_> = statistics.by_status.into_iter().filter(|&(_, count)| count > 0).collect();
    assert_eq!((seen, statistics.mean_ms), (vec![(Status::Running, 5)], 0.0));
    assert_eq!(claim(&*subject.store, 9, 1).await, [], "whoever reopens it owns it");
    let subject = subject.restart();
    let rows = claim(&*subject.store, 9, 1).await;
    assert_eq!(rows.len(), 5);
    assert!(rows.iter().all(|row| (row.status, row.recover_count) == (Status::Running, 1)), "{rows:?}");
}
