//! What brings processes down is found, and nothing beside it is set aside: takeovers are counted after a crash only, and
//! those that were there several times follow one at a time.

use std::collections::HashSet;

use model::{ExecutionId, Status};
use store::journal::{Append, Claim, ExecutionRow, RowState, SUSPICIOUS, WakeQuery};

use crate::subject::{Store, Subject, T1, append, append_one, ask, create, id_at, on_every_store, progress, row};

on_every_store!(
    what_was_left_as_it_should_is_not_counted,
    suspects_follow_one_at_a_time,
    suspects_below_a_count_can_be_asked_for,
    what_waits_through_clean_ends_is_not_counted,
    what_goes_on_is_trusted_again,
    what_was_woken_may_be_a_suspect,
    only_culprits_are_set_aside,
);

const MAX: u32 = 5;

async fn open(store: &dyn Store) -> Vec<ExecutionRow> {
    ask(|| store.claim(Claim::Open { limit: 100, max_recoveries: MAX })).await.expect("rows")
}

async fn suspects(store: &dyn Store, limit: usize) -> Vec<ExecutionRow> {
    ask(|| store.claim(Claim::Suspects { limit, below: u32::MAX })).await.expect("rows")
}

async fn wake(store: &dyn Store, now_ms: i64) -> Vec<ExecutionRow> {
    let query = || WakeQuery { now_ms, executions: Vec::new(), limit: 100 };
    ask(|| store.wake(query())).await.expect("rows").rows
}

/// Ids and counts.
fn seen(rows: &[ExecutionRow]) -> Vec<(ExecutionId, u32)> {
    rows.iter().map(|row| (row.id, row.recover_count)).collect()
}

/// What shows that an execution goes on.
fn proof(row: &ExecutionRow) -> Append {
    Append { proven: true, ..progress(row.id, row.next_seq, 1, (row.status, Status::Running)) }
}

async fn what_was_left_as_it_should_is_not_counted(subject: Subject) {
    let runs = id_at(10, 0);
    let sleeps = create(id_at(10, 1), Status::Waiting);
    let sleeps = Append { state: RowState { wake_at: Some(10), ..sleeps.state.clone() }, ..sleeps };
    append(&*subject.store, vec![create(runs, Status::Running), sleeps]).await;
    let mut subject = subject;
    for _ in 0..2 * MAX {
        assert_eq!(wake(&*subject.store, 10).await.len(), 1);
        assert_eq!(ask(|| subject.store.claim(Claim::Leave)).await, Ok(Vec::new()));
        subject = subject.restart();
        assert_eq!(seen(&open(&*subject.store).await), [(runs, 0)]);
    }
    // The one after it did not say so.
    assert_eq!(seen(&wake(&*subject.store, 10).await), [(id_at(10, 1), 0)]);
    let subject = subject.restart();
    assert_eq!(seen(&open(&*subject.store).await), [(runs, 1)]);
    assert_eq!(seen(&wake(&*subject.store, 10).await), [(id_at(10, 1), 1)]);
}

/// Brings the process down until those that run are suspects.
async fn until_suspicious(mut subject: Subject, count: usize) -> Subject {
    for _ in 0..SUSPICIOUS {
        subject = subject.restart();
        assert_eq!(open(&*subject.store).await.len(), count);
    }
    subject.restart()
}

async fn suspects_follow_one_at_a_time(subject: Subject) {
    let [first, second, third, new] = [0, 1, 2, 3].map(|n| id_at(10, n));
    append(&*subject.store, [first, second, third].map(|id| create(id, Status::Running)).to_vec()).await;
    let subject = until_suspicious(subject, 3).await;
    append_one(&*subject.store, create(new, Status::Running)).await.expect("it is new");
    assert_eq!(open(&*subject.store).await, []);
    assert_eq!(seen(&suspects(&*subject.store, 1).await), [(first, 3)]);
    assert_eq!(seen(&suspects(&*subject.store, 1).await), [(second, 3)]);
    // What was not taken over is not counted, and comes first the next time.
    let subject = subject.restart();
    assert_eq!(seen(&open(&*subject.store).await), [(new, 1)]);
    assert_eq!(seen(&suspects(&*subject.store, 9).await), [(third, 3), (first, 4), (second, 4)]);
    assert_eq!(suspects(&*subject.store, 9).await, [], "they are owned");
    // Whoever leaves as it should counts nobody, however often they were counted before.
    let subject = subject.restart();
    assert_eq!(seen(&open(&*subject.store).await), [(new, 2)]);
    assert_eq!(suspects(&*subject.store, 9).await.len(), 3);
    ask(|| subject.store.claim(Claim::Leave)).await.expect("it leaves");
    let subject = subject.restart();
    assert_eq!(open(&*subject.store).await, []);
    assert_eq!(seen(&suspects(&*subject.store, 9).await), [(new, 2), (third, 4), (first, 5), (second, 5)]);
    let subject = subject.restart();
    let aside = open(&*subject.store).await;
    assert_eq!(aside.iter().filter(|row| row.status == Status::Quarantined).count(), 2, "{aside:?}");
}

async fn suspects_below_a_count_can_be_asked_for(subject: Subject) {
    let [first, second] = [0, 1].map(|n| id_at(10, n));
    append(&*subject.store, [first, second].map(|id| create(id, Status::Running)).to_vec()).await;
    let subject = until_suspicious(subject, 2).await;
    assert_eq!(seen(&suspects(&*subject.store, 1).await), [(first, 3)]);
    let subject = subject.restart();
    let below = async |below| ask(|| subject.store.claim(Claim::Suspects { limit: 9, below })).await.expect("rows");
    assert_eq!(seen(&below(3).await), [(second, 3)]);
    assert_eq!(below(3).await, []);
    assert_eq!(seen(&below(4).await), [(first, 4)]);
}

async fn what_waits_through_clean_ends_is_not_counted(subject: Subject) {
    let id = id_at(10, 0);
    append(&*subject.store, vec![create(id, Status::Running)]).await;
    let mut subject = until_suspicious(subject, 1).await;
    assert_eq!(seen(&suspects(&*subject.store, 1).await), [(id, 3)]);
    for _ in 0..3 {
        assert_eq!(ask(|| subject.store.claim(Claim::Leave)).await, Ok(Vec::new()));
        // In the next one it is not its turn.
        subject = subject.restart();
        assert_eq!(open(&*subject.store).await, []);
    }
    assert_eq!(seen(&suspects(&*subject.store, 1).await), [(id, 3)]);
}

async fn what_goes_on_is_trusted_again(subject: Subject) {
    let id = id_at(10, 0);
    append_one(&*subject.store, create(id, Status::Running)).await.expect("it is new");
    let subject = until_suspicious(subject, 1).await;
    let found = suspects(&*subject.store, 9).await.remove(0);
    assert_eq!(found.recover_count, 3);
    let started = progress(id, 3, 1, (Status::Running, Status::Running));
    append_one(&*subject.store, started).await.expect("it is next");
    assert_eq!(row(&*subject.store, T1, id).await.expect("its row").recover_count, 3, "it shows nothing");
    append_one(&*subject.store, proof(&ExecutionRow { next_seq: 4, ..found })).await.expect("it is next");
    assert_eq!(row(&*subject.store, T1, id).await.expect("its row").recover_count, 0);
    let subject = subject.restart();
    assert_eq!(seen(&open(&*subject.store).await), [(id, 1)], "no suspect");
}

async fn what_was_woken_may_be_a_suspect(subject: Subject) {
    let sleeps = |n| {
        let entry = create(id_at(10, n), Status::Waiting);
        Append { state: RowState { wake_at: Some(10), ..entry.state.clone() }, ..entry }
    };
    append(&*subject.store, vec![sleeps(0), sleeps(1)]).await;
    let mut subject = subject;
    for count in 0..SUSPICIOUS {
        assert_eq!(seen(&wake(&*subject.store, 10).await), [(id_at(10, 0), count), (id_at(10, 1), count)]);
        subject = subject.restart();
        assert_eq!(open(&*subject.store).await, []);
    }
    assert_eq!(wake(&*subject.store, 10).await.len(), 2, "they may be suspects the next time");
    let subject = subject.restart();
    assert_eq!(open(&*subject.store).await, []);
    assert_eq!(wake(&*subject.store, 10).await, [], "not at once");
    let found = suspects(&*subject.store, 1).await;
    assert_eq!((seen(&found), found[0].status), (vec![(id_at(10, 0), 3)], Status::Waiting));
    let rests = progress(found[0].id, 3, 0, (Status::Waiting, Status::Waiting));
    let state = RowState { wake_at: Some(10), ..rests.state.clone() };
    let rests = Append { bytes: bytes::Bytes::new(), proven: true, state, ..rests };
    append_one(&*subject.store, rests).await.expect("its row alone");
    assert_eq!(seen(&wake(&*subject.store, 10).await), [(id_at(10, 0), 0)], "it rested, and is trusted");
}

async fn only_culprits_are_set_aside(subject: Subject) {
    let culprits = HashSet::from([id_at(10, 3), id_at(10, 7)]);
    let all = (0..12).map(|n| create(id_at(10, n), Status::Running));
    append(&*subject.store, all.collect()).await;
    let (mut subject, mut aside, mut lives) = (subject, HashSet::new(), 0);
    loop {
        subject = subject.restart();
        lives += 1;
        assert!(lives < 40, "it never ends");
        let (poison, rows): (Vec<_>, Vec<_>) =
            open(&*subject.store).await.into_iter().partition(|row| row.status == Status::Quarantined);
        aside.extend(poison.iter().map(|row| row.id));
        // Nobody gets anywhere beside a culprit.
        if rows.iter().any(|row| culprits.contains(&row.id)) {
            continue;
        }
        for row in &rows {
            append_one(&*subject.store, proof(row)).await.expect("it is next");
        }
        loop {
            let Some(row) = suspects(&*subject.store, 1).await.pop() else {
                assert_eq!(aside, culprits);
                return;
            };
            if culprits.contains(&row.id) {
                break;
            }
            append_one(&*subject.store, proof(&row)).await.expect("it is next");
        }
    }
}
