//! Following a list: whoever read it once and asks for what changed since has what it would read now.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use model::{ExecutionId, Status, WorkflowId};
use store::journal::{ExecutionPage, ExecutionQuery, InboxMessage, Retention, RowState};
use store::{Append, ExecutionRow, Journal, ListCursor, StoreError};

use crate::subject::{
    Store, Subject, T1, T2, append, append_one, ask, create, everything, id_at, on_every_store, progress, row,
};

on_every_store!(
    changes_are_told_with_what_the_rows_are_now,
    what_leaves_a_filter_or_the_store_is_gone,
    whatever_changes_a_row_is_told,
    parts_of_many_changes_miss_none,
    nothing_is_missed_while_others_write,
    a_cursor_ends_with_the_opening,
);

async fn list(store: &dyn Store, query: &ExecutionQuery) -> ExecutionPage {
    ask(|| Journal::list(store, query.clone())).await.expect("a page")
}

/// What somebody knows who read a list once and follows it.
pub(crate) struct Follower {
    filter: ExecutionQuery,
    cursor: ListCursor,
    rows: BTreeMap<ExecutionId, ExecutionRow>,
}

impl Follower {
    pub(crate) async fn new(store: &dyn Store, filter: ExecutionQuery) -> Self {
        let page = list(store, &filter).await;
        assert!(!page.more && page.gone.is_empty());
        let rows = page.rows.into_iter().map(|row| (row.id, row)).collect();
        Self { filter, cursor: page.cursor, rows }
    }

    /// Asks until nothing more has changed; answers how often.
    pub(crate) async fn follow(&mut self, store: &dyn Store, limit: usize) -> usize {
        for times in 1.. {
            let query = ExecutionQuery { since: Some(self.cursor), limit, ..self.filter.clone() };
            let page = list(store, &query).await;
            page.gone.iter().for_each(|id| drop(self.rows.remove(id)));
            self.rows.extend(page.rows.into_iter().map(|row| (row.id, row)));
            assert!(self.cursor != page.cursor || !page.more, "it goes on");
            self.cursor = page.cursor;
            if !page.more {
                return times;
            }
        }
        unreachable!("there is an end")
    }

    pub(crate) async fn knows_all(&self, store: &dyn Store) {
        let now = list(store, &self.filter).await;
        assert!(!now.more);
        assert_eq!(self.rows.values().rev().collect::<Vec<_>>(), now.rows.iter().collect::<Vec<_>>());
    }
}

async fn since(store: &dyn Store, filter: &ExecutionQuery, cursor: ListCursor) -> (Vec<ExecutionId>, Vec<ExecutionId>) {
    let page = list(store, &ExecutionQuery { since: Some(cursor), ..filter.clone() }).await;
    (page.rows.iter().map(|row| row.id).collect(), page.gone)
}

fn id(n: i64) -> ExecutionId {
    id_at(10, n)
}

async fn changes_are_told_with_what_the_rows_are_now(subject: Subject) {
    let store = &*subject.store;
    append(store, (0..5).map(|n| create(id(n), Status::Running)).collect()).await;
    let page = list(store, &everything()).await;
    let start = page.cursor;
    assert_eq!(since(store, &everything(), start).await, (vec![], vec![]), "nothing changed");
    assert_eq!(list(store, &everything()).await.cursor, start, "so it is the same place");
    append_one(store, progress(id(3), 3, 1, (Status::Running, Status::Running))).await.expect("it is next");
    append_one(store, create(id(7), Status::Queued)).await.expect("it is new");
    append_one(store, progress(id(3), 4, 1, (Status::Running, Status::Succeeded))).await.expect("it is next");
    let mut foreign = create(id(8), Status::Running);
    foreign.create.as_mut().expect("it creates").tenant = T2;
    foreign.tenant = T2;
    append_one(store, foreign).await.expect("it is new");
    let refused = append_one(store, progress(id(1), 9, 1, (Status::Running, Status::Failed))).await;
    assert!(refused.is_err());
    let changed = list(store, &ExecutionQuery { since: Some(start), ..everything() }).await;
    let now: Vec<_> = changed.rows.iter().map(|row| (row.id, row.status, row.next_seq)).collect();
    let expected = [(id(7), Status::Queued, 3), (id(3), Status::Succeeded, 5)];
    let others: Vec<_> = now.iter().filter(|(other, ..)| *other != id(1)).copied().collect();
    assert_eq!((others, changed.gone, changed.total), (expected.to_vec(), vec![], Some((6, true))));
    assert_eq!(since(store, &everything(), changed.cursor).await, (vec![], vec![]));
    assert_eq!(since(store, &ExecutionQuery { tenant: T2, ..everything() }, start).await, (vec![id(8)], vec![]));
}

async fn what_leaves_a_filter_or_the_store_is_gone(subject: Subject) {
    let store = &*subject.store;
    append(store, (0..4).map(|n| create(id(n), Status::Running)).collect()).await;
    let mut other = create(id(5), Status::Running);
    other.create.as_mut().expect("it creates").workflow = Some(WorkflowId(8));
    append_one(store, other).await.expect("it is new");
    let seven = Some(WorkflowId(7));
    let running = ExecutionQuery { workflow: seven, statuses: vec![Status::Running], ..everything() };
    let start = list(store, &running).await.cursor;
    for n in [1, 2, 5] {
        append_one(store, progress(id(n), 3, 1, (Status::Running, Status::Succeeded))).await.expect("it is next");
    }
    append_one(store, create(id(6), Status::Running)).await.expect("it is new");
    assert_eq!(since(store, &running, start).await, (vec![id(6)], vec![id(1), id(2)]), "5 is of another workflow");
    let of_one = ExecutionQuery { workflow: seven, ..everything() };
    assert_eq!(since(store, &of_one, start).await, (vec![id(6), id(2), id(1)], vec![]));
    let retention = Retention { max_count: Some(1), ..Retention::default() };
    assert_eq!(ask(|| store.retain(retention.clone())).await.expect("they go").executions, 2);
    assert_eq!(since(store, &everything(), start).await, (vec![id(6), id(5)], vec![id(1), id(2)]));
    let foreign = ExecutionQuery { tenant: T2, ..everything() };
    assert_eq!(since(store, &foreign, start).await, (vec![], vec![]), "another tenant learns no id");
}

async fn whatever_changes_a_row_is_told(subject: Subject) {
    let store = &*subject.store;
    let asleep = |n, status| {
        let entry = create(id(n), status);
        Append { state: RowState { wake_at: Some(900), ..entry.state.clone() }, ..entry }
    };
    let entries = vec![asleep(1, Status::Delayed), asleep(2, Status::Waiting), create(id(3), Status::Running)];
    append(store, entries).await;
    let start = list(store, &everything()).await.cursor;
    let message = InboxMessage {
        row: 0,
        tenant: T1,
        execution: id(1),
        message_id: "m".into(),
        kind: "signal".into(),
        bytes: bytes::Bytes::new(),
        joins: None,
    };
    ask(|| store.post(vec![message.clone()])).await.expect("it is new");
    assert_eq!(since(store, &everything(), start).await.0, [id(1)], "it is due");
    let to_the_other = InboxMessage { execution: id(2), ..message };
    let sends = Append { posts: vec![to_the_other], ..progress(id(3), 3, 1, (Status::Running, Status::Running)) };
    append_one(store, sends).await.expect("it is next");
    assert_eq!(since(store, &everything(), start).await.0, [id(3), id(2), id(1)]);
    assert_eq!(row(store, T1, id(2)).await.and_then(|row| row.wake_at), Some(0));

    let subject = subject.restart();
    let store = &*subject.store;
    let start = list(store, &everything()).await.cursor;
    let poison = store::journal::Claim::Open { limit: 9, max_recoveries: 0 };
    assert_eq!(ask(|| store.claim(poison)).await.expect("rows").len(), 1);
    let quarantined = list(store, &ExecutionQuery { since: Some(start), ..everything() }).await.rows;
    assert_eq!(quarantined.iter().map(|row| (row.id, row.status)).collect::<Vec<_>>(), [(id(3), Status::Quarantined)]);
}

async fn parts_of_many_changes_miss_none(subject: Subject) {
    let store = &*subject.store;
    let mut all = Follower::new(store, everything()).await;
    let succeeded = ExecutionQuery { statuses: vec![Status::Succeeded], ..everything() };
    let mut some = Follower::new(store, succeeded).await;
    for part in 0..45 {
        let entries = (0..20).map(|n| create(id(20 * part + n), Status::ENDED[n as usize % 5])).collect();
        assert!(append(store, entries).await.iter().all(Result::is_ok));
    }
    let times = all.follow(store, 50).await;
    assert!((10..=18).contains(&times), "a limit of 50, and batches of at most 20: {times} answers");
    all.knows_all(store).await;
    some.follow(store, 7).await;
    some.knows_all(store).await;
    assert_eq!((all.rows.len(), some.rows.len()), (900, 180));
}

async fn nothing_is_missed_while_others_write(subject: Subject) {
    let store = subject.store.clone();
    let done = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..3)
        .map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                for n in 0..80 {
                    let id = id_at(10 + writer, n);
                    let statuses = [Status::Running, Status::Waiting, Status::Running, Status::ENDED[n as usize % 5]];
                    append_one(&*store, create(id, statuses[0])).await.expect("it is new");
                    for at in 1..=(n as usize % 4) {
                        let entry = progress(id, 2 + at as u64, 1, (statuses[at - 1], statuses[at]));
                        append_one(&*store, entry).await.expect("it is next");
                    }
                }
            })
        })
        .collect();
    let cleaner = tokio::spawn({
        let (store, done) = (store.clone(), done.clone());
        async move {
            while !done.load(Ordering::SeqCst) {
                let retention = Retention { max_count: Some(20), ..Retention::default() };
                ask(|| store.retain(retention.clone())).await.expect("some go");
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
        }
    });
    let open = ExecutionQuery { statuses: vec![Status::Running, Status::Waiting], ..everything() };
    let mut followers = [Follower::new(&*store, everything()).await, Follower::new(&*store, open).await];
    while !writers.iter().all(tokio::task::JoinHandle::is_finished) {
        for follower in &mut followers {
            follower.follow(&*store, 5).await;
        }
        tokio::task::yield_now().await;
    }
    done.store(true, Ordering::SeqCst);
    cleaner.await.expect("it ends");
    for writer in writers {
        writer.await.expect("it ends");
    }
    for follower in &mut followers {
        follower.follow(&*store, 5).await;
        follower.knows_all(&*store).await;
    }
    assert!(followers[0].rows.len() > followers[1].rows.len() && followers[1].rows.len() > 60);
}

async fn a_cursor_ends_with_the_opening(subject: Subject) {
    append_one(&*subject.store, create(id(1), Status::Running)).await.expect("it is new");
    let cursor = list(&*subject.store, &everything()).await.cursor;
    let subject = subject.restart();
    let store = &*subject.store;
    let query = ExecutionQuery { since: Some(cursor), ..everything() };
    assert_eq!(ask(|| Journal::list(store, query.clone())).await.err(), Some(StoreError::Expired));
    let again = list(store, &everything()).await;
    assert_eq!((again.rows.len(), since(store, &everything(), again.cursor).await.0.len()), (1, 0));
}
