//! Another tenant's execution is not there, whoever knows its id.

use bytes::Bytes;
use model::{ExecutionId, Status, TenantId};
use store::journal::{InboxMessage, ReadFrom};
use store::{Append, StoreError};

use crate::subject::{Store, Subject, T1, T2, append_one, ask, create, id_at, on_every_store, progress, row};

on_every_store!(
    nobody_reads_another_tenants_journal,
    nobody_writes_to_another_tenants_execution,
    nobody_hears_another_tenants_events,
);

const GOING: (Status, Status) = (Status::Running, Status::Running);

fn ours() -> ExecutionId {
    id_at(10, 1)
}

fn theirs() -> ExecutionId {
    id_at(10, 2)
}

/// An execution of each tenant, with two segments.
async fn two(store: &dyn Store) {
    for (tenant, id) in [(T1, ours()), (T2, theirs())] {
        let mut first = Append { tenant, ..create(id, Status::Running) };
        first.create.as_mut().expect("it creates").tenant = tenant;
        append_one(store, first).await.expect("it is new");
        append_one(store, Append { tenant, snapshot: true, ..progress(id, 3, 1, GOING) }).await.expect("it is next");
    }
}

fn message(tenant: TenantId, execution: ExecutionId) -> InboxMessage {
    let (message_id, kind, bytes) = ("m".into(), "signal".into(), Bytes::new());
    InboxMessage { row: 0, tenant, execution, message_id, kind, bytes, joins: None }
}

async fn nobody_reads_another_tenants_journal(subject: Subject) {
    let store = &*subject.store;
    two(store).await;
    for (tenant, id, segments) in [(T1, ours(), 2), (T2, theirs(), 2), (T2, ours(), 0), (T1, theirs(), 0)] {
        let read = |from| ask(move || store.read(tenant, id, from, usize::MAX));
        assert_eq!(read(ReadFrom::After(0)).await.expect("an answer").len(), segments, "{tenant:?} {id}");
        assert_eq!(read(ReadFrom::Snapshot(u64::MAX)).await.expect("an answer").len(), segments / 2, "{tenant:?} {id}");
        assert_eq!(row(store, tenant, id).await.is_some(), segments > 0);
    }
    ask(|| store.post(vec![message(T1, ours())])).await.expect("it is new");
    let inbox = |whose| ask(move || store.inbox(vec![whose]));
    assert!(inbox((T2, ours())).await.expect("an answer").is_empty());
    let waiting = inbox((T1, ours())).await.expect("messages");
    assert_eq!(waiting.iter().map(|found| (found.tenant, found.execution)).collect::<Vec<_>>(), [(T1, ours())]);
}

async fn nobody_writes_to_another_tenants_execution(subject: Subject) {
    let store = &*subject.store;
    two(store).await;
    let refused = ask(|| store.post(vec![message(T1, ours()), message(T1, theirs())])).await;
    assert!(matches!(refused, Err(StoreError::NotFound(_))), "{refused:?}");
    let sends = Append { posts: vec![message(T1, theirs())], ..progress(ours(), 4, 1, GOING) };
    append_one(store, sends).await.expect("what it sends is dropped");
    for whose in [(T1, ours()), (T2, theirs())] {
        assert!(ask(|| store.inbox(vec![whose])).await.expect("an answer").is_empty(), "{whose:?} got a message");
    }
    let before = row(store, T2, theirs()).await;
    for status in [Status::Running, Status::Succeeded] {
        let foreign = progress(theirs(), 4, 1, (Status::Running, status));
        assert!(matches!(append_one(store, foreign).await, Err(StoreError::Conflict(_))), "{status:?}");
    }
    let torn = Append { tenant: T2, ..create(id_at(10, 3), Status::Running) };
    assert!(matches!(append_one(store, torn).await, Err(StoreError::Conflict(_))), "of two tenants at once");
    assert_eq!(row(store, T2, theirs()).await, before);
    let own = Append { tenant: T2, ..progress(theirs(), 4, 1, GOING) };
    append_one(store, own).await.expect("its owner goes on");
}

async fn nobody_hears_another_tenants_events(subject: Subject) {
    let store = &*subject.store;
    two(store).await;
    let mut live = store.subscribe(T1, vec![theirs(), ours()]);
    let theirs = Append { tenant: T2, ..progress(theirs(), 4, 1, GOING) };
    append_one(store, theirs).await.expect("it is next");
    append_one(store, progress(ours(), 4, 1, GOING)).await.expect("it is next");
    let heard = live.next().await.expect("it is in time");
    assert_eq!((heard.tenant, heard.execution), (T1, ours()), "theirs came first and was not told");
}
