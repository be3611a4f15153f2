//! Retention, backup and restore.

use bytes::Bytes;
use model::{ExecutionId, Status, VersionId};
use store::journal::{Claim, Idempotency, InboxMessage, ReadFrom, Retention, StatisticsQuery};
use store::records::{Expect, Kind, RecordWrite};
use store::sqlite::restore;
use store::{Append, Clock, SqliteOptions, SqliteStore, StoreError};

use crate::subject::{
    NOW_MS, Store, Subject, T1, append, append_one, ask, create, everything, id_at, on_every_store, progress,
};

on_every_store!(
    age_and_count_decide_what_goes,
    errors_may_be_kept,
    bytes_decide_what_goes,
    all_parts_go_with_an_execution,
    ad_hoc_versions_go_with_their_last_execution,
    a_backup_is_a_consistent_prefix,
);

async fn ids(store: &dyn Store) -> Vec<ExecutionId> {
    let page = ask(|| store::Journal::list(store, everything())).await.expect("a page");
    assert_eq!(page.total, Some((page.rows.len() as u64, true)), "statistics and rows differ");
    page.rows.iter().rev().map(|row| row.id).collect()
}

async fn retain(store: &dyn Store, retention: Retention) -> u64 {
    ask(|| store.retain(retention.clone())).await.expect("it goes").executions
}

fn hours(hours: std::ops::Range<i64>) -> Vec<ExecutionId> {
    hours.map(|hour| id_at(hour, 0)).collect()
}

async fn age_and_count_decide_what_goes(subject: Subject) {
    let store = &*subject.store;
    let status = |hour| if hour == 13 { Status::Running } else { Status::Succeeded };
    append(store, (10..40).map(|hour| create(id_at(hour, 0), status(hour))).collect()).await;
    let before_ms = Some(id_at(15, 0).millis());
    assert_eq!(retain(store, Retention { before_ms, ..Retention::default() }).await, 4);
    assert_eq!(ids(store).await, [vec![id_at(13, 0)], hours(15..40)].concat());
    assert_eq!(retain(store, Retention { max_count: Some(20), before_ms, ..Retention::default() }).await, 5);
    assert_eq!(ids(store).await, [vec![id_at(13, 0)], hours(20..40)].concat());
    assert_eq!(retain(store, Retention { max_count: Some(20), ..Retention::default() }).await, 0);
    assert_eq!(retain(store, Retention::default()).await, 0);
    let query = StatisticsQuery { tenant: T1, workflow: None, from_hour: None };
    let statistics = ask(|| store.statistics(query)).await.expect("statistics");
    assert_eq!(statistics.by_status.iter().map(|&(_, count)| count).sum::<u64>(), 21);
}

async fn errors_may_be_kept(subject: Subject) {
    let store = &*subject.store;
    let statuses = [Status::Succeeded, Status::Failed, Status::Canceled, Status::TimedOut, Status::Quarantined];
    append(store, (0..20).map(|n| create(id_at(10 + n, 0), statuses[n as usize % 5])).collect()).await;
    assert_eq!(retain(store, Retention { max_count: Some(0), keep_errors: true, ..Retention::default() }).await, 8);
    assert_eq!(ids(store).await.len(), 12);
    assert_eq!(retain(store, Retention { max_count: Some(0), ..Retention::default() }).await, 12);
    assert_eq!(ids(store).await.len(), 0);
}

async fn bytes_decide_what_goes(subject: Subject) {
    let store = &*subject.store;
    let large = |hour| Append { bytes: Bytes::from(vec![7; 20_000]), ..create(id_at(hour, 0), Status::Succeeded) };
    append(store, (0..1_400).map(large).collect()).await;
    let retained = ask(|| store.retain(Retention { max_bytes: Some(20_000_000), ..Retention::default() })).await;
    let retained = retained.expect("some go");
    assert!((400..1_000).contains(&retained.executions), "{retained:?}");
    assert!(retained.bytes > 7_000_000, "{retained:?}");
    let left = ask(|| store::Journal::list(store, everything())).await.expect("a page");
    assert_eq!(left.total, Some((1_400 - retained.executions, true)));
    assert_eq!(left.rows.first().map(|row| row.id), Some(id_at(1_399, 0)), "the newest went");
    if subject.is_sqlite() {
        let size = store.health().database_bytes;
        assert!(size < 40_000_000, "{size} bytes on disk");
    }
}

async fn all_parts_go_with_an_execution(subject: Subject) {
    let store = &*subject.store;
    let id = id_at(10, 0);
    let mut first = create(id, Status::Running);
    let key = Idempotency { key: "k".into(), body_hash: [1; 32] };
    first.create.as_mut().expect("it creates").idempotency = Some(key.clone());
    append_one(store, first.clone()).await.expect("it is new");
    let going = (Status::Running, Status::Running);
    append(store, (3..1_003).map(|seq| progress(id, seq, 1, going)).collect()).await;
    let message = InboxMessage {
        row: 0,
        execution: id,
        message_id: "m".into(),
        kind: "cancel".into(),
        bytes: Bytes::new(),
        joins: None,
    };
    ask(|| store.post(vec![message.clone()])).await.expect("it is new");
    append_one(store, progress(id, 1_003, 1, (Status::Running, Status::Succeeded))).await.expect("it ends");
    assert_eq!(retain(store, Retention { max_count: Some(0), ..Retention::default() }).await, 1);
    assert!(ask(|| store.read(id, ReadFrom::After(0), usize::MAX)).await.expect("segments").is_empty());
    assert!(ask(|| store.inbox(vec![id])).await.expect("messages").is_empty());
    append_one(store, first).await.expect("key and id are free");
    assert_eq!(ask(|| store.post(vec![message.clone()])).await, Ok(vec![true]));
}

static VERSION: Kind = Kind { name: "version", indexed: &["workflow", "hash"] };

fn version(id: i64, workflow: Option<&str>) -> RecordWrite {
    let fields = vec![workflow.map(str::to_owned), Some(format!("hash {id}"))];
    let content = Some((fields, Bytes::from_static(b"{}")));
    RecordWrite { kind: &VERSION, tenant: T1, id, expect: Expect::AbsentOrSame, content, now_ms: NOW_MS }
}

fn ad_hoc(hour: i64, of: i64) -> Append {
    let mut entry = Append { records: vec![version(of, None)], ..create(id_at(hour, 0), Status::Succeeded) };
    let new = entry.create.as_mut().expect("it creates");
    new.workflow = None;
    new.version = VersionId(of);
    entry
}

async fn ad_hoc_versions_go_with_their_last_execution(subject: Subject) {
    let store = &*subject.store;
    ask(|| store.put(version(70, Some("seven")))).await.expect("it is new");
    let entries = vec![ad_hoc(10, 1), ad_hoc(11, 2), ad_hoc(12, 1), create(id_at(9, 0), Status::Succeeded)];
    assert!(append(store, entries).await.iter().all(Result::is_ok));
    let exists = |id| async move { ask(|| store.get(&VERSION, T1, id)).await.expect("an answer").is_some() };
    assert_eq!(retain(store, Retention { max_count: Some(1), ..Retention::default() }).await, 3);
    assert!(exists(1).await, "its last execution is there");
    assert!(!exists(2).await, "nothing refers to it");
    assert!(exists(70).await, "it belongs to a workflow");
    append_one(store, ad_hoc(13, 2)).await.expect("it may come again");
    assert!(exists(2).await);
    assert_eq!(retain(store, Retention { max_count: Some(0), ..Retention::default() }).await, 2);
    assert!(!exists(1).await && !exists(2).await && exists(70).await);
}

async fn a_backup_is_a_consistent_prefix(subject: Subject) {
    let file = subject.dir.path().join("copy.db");
    if !subject.is_sqlite() {
        let answer = subject.store.backup(&file).await;
        assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
        return;
    }
    let store = subject.store.clone();
    append_one(&*store, create(id_at(10, 0), Status::Running)).await.expect("it is new");
    let writer = tokio::spawn({
        let store = store.clone();
        async move {
            for n in 1..400 {
                let entries = vec![create(id_at(10, n), Status::Succeeded), create(id_at(11, n), Status::Succeeded)];
                assert!(append(&*store, entries).await.iter().all(Result::is_ok));
            }
        }
    });
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    let bytes = store.backup(&file).await.expect("a backup");
    let made = std::fs::metadata(&file).expect("its file");
    assert_eq!(bytes, made.len());
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&made.permissions()) & 0o777, 0o600, "it holds secrets");
    assert!(matches!(store.backup(&file).await, Err(StoreError::Conflict(_))), "it overwrites");
    writer.await.expect("the writer ends");

    let dir = subject.dir.path().join("restored");
    restore(&file, &dir, &Clock::new(|| NOW_MS)).expect("it restores");
    assert!(matches!(restore(&file, &dir, &Clock::default()), Err(StoreError::Conflict(_))), "it overwrites");
    let missing = restore(&subject.dir.path().join("no.db"), &subject.dir.path().join("x"), &Clock::default());
    assert!(matches!(missing, Err(StoreError::NotFound(_))), "{missing:?}");
    let copy = SqliteStore::open(&dir, SqliteOptions::default()).expect("the copy");
    assert_eq!(copy.incarnation().await, Ok(NOW_MS));
    assert_eq!(copy.awaits_confirmation().await, Ok(true));
    copy.confirm_restore().await.expect("it is confirmed");
    assert_eq!(copy.awaits_confirmation().await, Ok(false));
    let copied = ids(&copy).await;
    let pairs = copied.iter().filter(|id| **id >= id_at(11, 0)).count();
    assert_eq!(copied.len(), 2 * pairs + 1, "half of a transaction was copied");
    for &id in &copied {
        assert_eq!(copy_segments(&copy, id).await, 1);
    }
    let open = ask(|| store::Journal::claim(&copy, Claim::Open { limit: 9, max_recoveries: 3 })).await.expect("rows");
    assert_eq!(open.iter().map(|row| row.id).collect::<Vec<_>>(), [id_at(10, 0)]);
}

async fn copy_segments(copy: &SqliteStore, id: ExecutionId) -> usize {
    ask(|| store::Journal::read(copy, id, ReadFrom::After(0), usize::MAX)).await.expect("segments").len()
}
