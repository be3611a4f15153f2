//! What an append does to other executions: those it starts, and messages to those that are there.

use bytes::Bytes;
use model::{ExecutionId, Status, VersionId};
use store::StoreError;
use store::journal::{
    Append, Birth, Claim, Idempotency, InboxMessage, NewExecution, Origin, OriginKind, ReadFrom, RowState, WakeQuery,
};

use crate::subject::{Store, Subject, T1, append, append_one, ask, create, id_at, on_every_store, progress, row};

on_every_store!(
    a_child_is_born_with_its_parents_events,
    births_stand_or_fall_together,
    a_message_is_posted_with_the_senders_events,
    a_message_to_nobody_is_dropped,
    births_reach_the_feed,
    rows_tell_where_they_come_from,
);

fn child(parent: ExecutionId, id: ExecutionId) -> Birth {
    let create = create(id, Status::Queued);
    let new = NewExecution {
        origin: Some(Origin { execution: parent, kind: OriginKind::Child }),
        trigger: "parent",
        ..*create.create.expect("it creates")
    };
    let Append { execution, seq_to, bytes, state, .. } =
        Append { create: None, bytes: create.bytes, ..progress(id, 1, 2, (Status::Queued, Status::Queued)) };
    Birth {
        execution,
        new,
        seq_to,
        bytes,
        state: RowState { before: None, ..state },
        blobs: Vec::new(),
        large: Vec::new(),
    }
}

fn message(execution: ExecutionId, message_id: &str) -> InboxMessage {
    let bytes = Bytes::from_static(b"done");
    InboxMessage {
        row: 0,
        tenant: T1,
        execution,
        message_id: message_id.into(),
        kind: "child_finished".into(),
        bytes,
        joins: None,
    }
}

async fn due(store: &dyn Store) -> Vec<ExecutionId> {
    let woken = ask(|| store.wake(WakeQuery { now_ms: 5, limit: 9, ..WakeQuery::default() })).await.expect("rows");
    woken.rows.iter().map(|row| row.id).collect()
}

async fn a_child_is_born_with_its_parents_events(subject: Subject) {
    let (parent, first, second) = (id_at(10, 0), id_at(10, 1), id_at(10, 2));
    append_one(&*subject.store, create(parent, Status::Running)).await.expect("it is new");
    let body = ask(|| subject.store.put_blob(T1, Bytes::from_static(b"large"))).await.expect("it is kept");
    let with_body = Birth { blobs: vec![body], ..child(parent, first) };
    let mut delayed = child(parent, second);
    delayed.state = RowState { status: Status::Delayed, wake_at: Some(3), ..delayed.state };
    let waits = progress(parent, 3, 1, (Status::Running, Status::Waiting));
    append_one(&*subject.store, Append { births: vec![with_body, delayed], ..waits }).await.expect("all is new");
    let found = row(&*subject.store, T1, first).await.expect("its row");
    assert_eq!((found.status, found.next_seq, found.trigger.as_str()), (Status::Queued, 3, "parent"));
    assert_eq!(found.origin, Some(Origin { execution: parent, kind: OriginKind::Child }));
    let segments = ask(|| subject.store.read(T1, first, ReadFrom::After(0), usize::MAX)).await.expect("segments");
    assert_eq!(segments.iter().map(|s| (s.seq_from, s.seq_to)).collect::<Vec<_>>(), [(1, 2)]);
    assert_eq!(due(&*subject.store).await, [second], "it is released as it is born");
    let subject = subject.restart();
    let claimed = ask(|| subject.store.claim(Claim::Open { limit: 9, max_recoveries: 5 })).await.expect("rows");
    assert_eq!(claimed.iter().map(|row| row.id).collect::<Vec<_>>(), [first], "it is owned as it is born");
    let page = ask(|| store::Journal::list(&*subject.store, crate::subject::everything())).await.expect("a page");
    assert_eq!(page.total, Some((3, true)));
}

async fn births_stand_or_fall_together(subject: Subject) {
    let store = &*subject.store;
    let (parent, taken) = (id_at(10, 0), id_at(10, 1));
    let mut keyed = create(taken, Status::Running);
    let key = Idempotency { key: "k".into(), body_hash: [1; 32] };
    keyed.create.as_mut().expect("it creates").idempotency = Some(key.clone());
    append(store, vec![create(parent, Status::Running), keyed]).await;
    let next = || progress(parent, 3, 1, (Status::Running, Status::Running));
    let free = |n| child(parent, id_at(11, n));
    let with_key = |n| {
        let child = free(n);
        Birth { new: NewExecution { idempotency: Some(key.clone()), ..child.new }, ..child }
    };
    let duplicate = StoreError::Duplicate { execution: taken, same_body: true };
    let no_body = Birth { blobs: vec![[7; 32]], ..free(2) };
    let mut moved = free(2);
    moved.state.before = Some(Status::Running);
    let conflict = |id: ExecutionId| StoreError::Conflict(format!("execution {id}"));
    for (second, error) in [
        (child(parent, taken), conflict(taken)),
        (child(parent, id_at(11, 1)), conflict(id_at(11, 1))),
        (child(parent, parent), conflict(parent)),
        (with_key(2), duplicate),
        (no_body, StoreError::NotFound(format!("body {}", "07".repeat(32)))),
        (moved, conflict(id_at(11, 2))),
    ] {
        let entry = Append { births: vec![free(1), second], posts: vec![message(taken, "m")], ..next() };
        assert_eq!(append_one(store, entry).await, Err(error));
        assert!(row(store, T1, id_at(11, 1)).await.is_none(), "the first of two was born");
        assert_eq!(row(store, T1, parent).await.expect("its row").next_seq, 3, "the parent went on");
        assert!(ask(|| store.inbox(vec![(T1, taken)])).await.expect("messages").is_empty(), "a message went out");
    }
    let late = Append { births: vec![free(1)], ..progress(parent, 9, 1, (Status::Running, Status::Running)) };
    assert_eq!(append_one(store, late).await, Err(conflict(parent)));
    assert!(row(store, T1, id_at(11, 1)).await.is_none(), "it was born of nothing");
    append_one(store, Append { births: vec![free(1), free(2)], ..next() }).await.expect("all is free");
    let query = store::journal::StatisticsQuery { tenant: T1, workflow: None, from_hour: None };
    let counts = ask(|| store.statistics(query)).await.expect("statistics").by_status;
    let seen: Vec<_> = counts.into_iter().filter(|&(_, count)| count > 0).collect();
    assert_eq!(seen, [(Status::Queued, 2), (Status::Running, 2)]);
}

async fn a_message_is_posted_with_the_senders_events(subject: Subject) {
    let store = &*subject.store;
    let (parent, sender) = (id_at(10, 0), id_at(10, 1));
    append(store, vec![create(parent, Status::Waiting), create(sender, Status::Running)]).await;
    let ends = |seq| progress(sender, seq, 1, (Status::Running, Status::Succeeded));
    let refused = Append { posts: vec![message(parent, "child 1")], ..ends(9) };
    assert!(append_one(store, refused).await.is_err());
    assert!(ask(|| store.inbox(vec![(T1, parent)])).await.expect("messages").is_empty(), "a refused append sent one");
    let twice = vec![message(parent, "child 1"), message(parent, "child 1"), message(sender, "self")];
    append_one(store, Append { posts: twice, ..ends(3) }).await.expect("it is next");
    let inbox = ask(|| store.inbox(vec![(T1, parent), (T1, sender)])).await.expect("messages");
    let seen: Vec<_> = inbox.iter().map(|m| (m.execution, m.message_id.as_str(), m.kind.as_str())).collect();
    assert_eq!(seen, [(parent, "child 1", "child_finished"), (sender, "self", "child_finished")]);
    assert_eq!(inbox[0].bytes.as_ref(), b"done");
    assert_eq!(due(store).await, [parent]);
    assert_eq!(ask(|| store.post(vec![message(parent, "child 1")])).await, Ok(vec![false]), "its id is known");
}

async fn a_message_to_nobody_is_dropped(subject: Subject) {
    let store = &*subject.store;
    let (sender, born) = (id_at(10, 1), id_at(10, 2));
    let posts = vec![message(id_at(10, 9), "m"), message(born, "m")];
    let births = vec![child(sender, born)];
    append_one(store, Append { posts, births, ..create(sender, Status::Running) }).await.expect("it is new");
    let inbox = ask(|| store.inbox(vec![(T1, id_at(10, 9)), (T1, born)])).await.expect("messages");
    assert_eq!(inbox.iter().map(|m| m.execution).collect::<Vec<_>>(), [born], "one that is just born gets its own");
}

async fn births_reach_the_feed(subject: Subject) {
    let store = &*subject.store;
    let (parent, born) = (id_at(10, 1), id_at(10, 2));
    let mut feed = store.subscribe(T1, vec![parent, born]);
    let births = vec![child(parent, born)];
    append_one(store, Append { births, ..create(parent, Status::Running) }).await.expect("it is new");
    let mut seen = Vec::new();
    while seen.len() < 2 {
        seen.push(feed.next().await.expect("it keeps up").execution);
    }
    assert_eq!(seen, [parent, born]);
}

async fn rows_tell_where_they_come_from(subject: Subject) {
    let store = &*subject.store;
    for (n, kind) in (0..).zip(OriginKind::ALL) {
        let mut entry = create(id_at(10, n), Status::Running);
        let new = entry.create.as_mut().expect("it creates");
        new.origin = Some(Origin { execution: id_at(9, n), kind });
        new.priority = [-128, 0, 5, 127, 1][n as usize];
        new.flow_key = (n > 1).then(|| format!("customer {n}"));
        new.version = VersionId(1);
        append_one(store, entry).await.expect("it is new");
        let found = row(store, T1, id_at(10, n)).await.expect("its row");
        assert_eq!(found.origin, Some(Origin { execution: id_at(9, n), kind }));
        assert_eq!(found.priority, [-128, 0, 5, 127, 1][n as usize]);
        assert_eq!(found.flow_key, (n > 1).then(|| format!("customer {n}")));
    }
}
