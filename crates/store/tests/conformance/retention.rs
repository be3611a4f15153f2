//! Retention, backup and restore.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use model::{ExecutionId, Status, TenantId, VersionId, WorkflowId};
use store::journal::{
    Claim, Idempotency, InboxMessage, Origin, OriginKind, ReadFrom, Retention, StatisticsQuery, WorkflowRetention,
};
use store::records::{Expect, Kind, RecordWrite};
use store::sqlite::restore;
use store::{Append, Clock, SqliteOptions, SqliteStore, StoreError};

use crate::subject::{
    NOW_MS, Store, Subject, T1, T2, append, append_one, ask, create, everything, id_at, on_every_store, progress, row,
};

on_every_store!(
    age_and_count_decide_what_goes,
    statuses_may_be_kept_whatever_else,
    a_workflow_says_which_statuses_are_kept,
    a_workflow_has_an_age_and_a_number_of_its_own,
    what_others_come_from_may_go,
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

async fn statuses_may_be_kept_whatever_else(subject: Subject) {
    let store = &*subject.store;
    append(store, (0..20).map(|n| create(id_at(10 + n, 0), Status::ENDED[n as usize % 5])).collect()).await;
    let none = Retention { max_count: Some(0), ..Retention::default() };
    let errors = Retention { always_keep: Status::ERRORS.to_vec(), ..none.clone() };
    assert_eq!(retain(store, errors).await, 8);
    assert_eq!(ids(store).await.len(), 12);
    let failed = Retention { always_keep: vec![Status::Failed], before_ms: Some(i64::MAX), ..none.clone() };
    assert_eq!(retain(store, failed).await, 8);
    assert_eq!(ids(store).await, [11, 16, 21, 26].map(|hour| id_at(hour, 0)));
    assert_eq!(retain(store, none).await, 4);
    assert_eq!(ids(store).await.len(), 0);
}

/// An execution of a tenant's workflow.
fn of(tenant: TenantId, workflow: Option<i64>, hour: i64, status: Status) -> Append {
    let mut entry = create(id_at(hour, 0), status);
    let new = entry.create.as_mut().expect("it creates");
    (new.tenant, new.workflow) = (tenant, workflow.map(WorkflowId));
    entry.tenant = tenant;
    entry
}

/// What workflow 7 of the first tenant says.
fn seven(keep: &[Status]) -> WorkflowRetention {
    let (before_ms, max_count) = (None, None);
    WorkflowRetention { tenant: T1, workflow: WorkflowId(7), keep: keep.to_vec(), before_ms, max_count }
}

async fn a_workflow_says_which_statuses_are_kept(subject: Subject) {
    let store = &*subject.store;
    let all = [&Status::ENDED[..], &[Status::Running, Status::Waiting]].concat();
    let entries = (0..).zip(&all).map(|(n, &status)| of(T1, Some(7), 10 + n, status));
    let beside = (0..).zip([(T1, Some(8)), (T1, None), (T2, Some(7))]);
    let beside = beside.map(|(n, (tenant, workflow))| of(tenant, workflow, 20 + n, Status::Succeeded));
    assert!(append(store, entries.chain(beside).collect()).await.iter().all(Result::is_ok));
    let says = |ended_before_ms| Retention {
        workflows: vec![seven(&[Status::Failed, Status::TimedOut])],
        ended_before_ms,
        ..Retention::default()
    };
    assert_eq!(retain(store, says(NOW_MS)).await, 0, "whoever waits can still read it");
    subject.now_ms.fetch_add(60_000, Ordering::SeqCst);
    let going = (Status::Running, Status::Succeeded);
    append_one(store, progress(id_at(15, 0), 3, 1, going)).await.expect("it ends now");
    assert_eq!(retain(store, says(NOW_MS + 1)).await, 3, "what ended long ago");
    let kept = [11, 13, 15, 16, 20, 21].map(|hour| id_at(hour, 0));
    assert_eq!(ids(store).await, kept);
    assert!(row(store, T2, id_at(22, 0)).await.is_some(), "it is of another tenant");
    assert_eq!(retain(store, says(NOW_MS + 60_001)).await, 1, "what ended later");
    let none = Retention { workflows: vec![seven(&[])], ended_before_ms: i64::MAX, ..Retention::default() };
    let none = Retention { always_keep: Status::ENDED.to_vec(), ..none };
    assert_eq!(retain(store, none).await, 2, "what the workflow says comes first");
    assert_eq!(ids(store).await, [16, 20, 21].map(|hour| id_at(hour, 0)));
}

async fn a_workflow_has_an_age_and_a_number_of_its_own(subject: Subject) {
    let store = &*subject.store;
    let status = |hour| Status::ENDED[hour as usize % 5];
    let both = |hour| [of(T1, Some(7), hour, status(hour)), of(T1, Some(8), 100 + hour, status(hour))];
    assert!(append(store, (10..30).flat_map(both).collect()).await.iter().all(Result::is_ok));
    append_one(store, of(T1, Some(7), 9, Status::Running)).await.expect("it is new");
    let before_ms = |hour| Some(id_at(hour, 0).millis());
    let seven = seven(&Status::ENDED);
    let with = |workflow, before_ms, max_count| Retention {
        workflows: vec![workflow],
        before_ms,
        max_count,
        ..Retention::default()
    };
    let older = WorkflowRetention { before_ms: before_ms(15), ..seven.clone() };
    assert_eq!(retain(store, with(older.clone(), before_ms(112), None)).await, 5 + 2, "each by its own");
    assert_eq!(ids(store).await[..2], [id_at(9, 0), id_at(15, 0)]);
    let fewer = WorkflowRetention { max_count: Some(12), ..older };
    assert_eq!(retain(store, with(fewer, None, Some(16))).await, 3 + 2, "counted apart");
    assert_eq!(ids(store).await, [vec![id_at(9, 0)], hours(18..30), hours(114..130)].concat());
    let tiny = WorkflowRetention { max_count: Some(2), ..seven };
    assert_eq!(retain(store, with(tiny.clone(), None, None)).await, 10);
    assert_eq!(retain(store, with(tiny, Some(i64::MAX), None)).await, 16 + 2, "it says nothing of age");
    assert_eq!(ids(store).await, [id_at(9, 0)]);
}

async fn what_others_come_from_may_go(subject: Subject) {
    let store = &*subject.store;
    let origin = id_at(10, 0);
    append_one(store, create(origin, Status::Succeeded)).await.expect("it is new");
    for (hour, kind) in (11..).zip([OriginKind::Child, OriginKind::Fork]) {
        let mut entry = of(T1, Some(7), hour, Status::Failed);
        entry.create.as_mut().expect("it creates").origin = Some(Origin { execution: origin, kind });
        append_one(store, entry).await.expect("it is new");
    }
    let errors =
        Retention { workflows: vec![seven(&Status::ERRORS)], ended_before_ms: i64::MAX, ..Retention::default() };
    assert_eq!(retain(store, errors).await, 1);
    assert_eq!(ids(store).await, hours(11..13));
    for hour in 11..13 {
        let id = id_at(hour, 0);
        let found = row(store, T1, id).await.expect("it stays");
        assert_eq!(found.origin.map(|origin| origin.execution), Some(origin), "it says where it came from");
        assert_eq!(ask(|| store.read(T1, id, ReadFrom::After(0), usize::MAX)).await.expect("segments").len(), 1);
        let again = progress(id, 3, 1, (Status::Failed, Status::Running));
        append_one(store, again).await.expect("it can be taken up");
    }
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
        tenant: T1,
        execution: id,
        message_id: "m".into(),
        kind: "cancel".into(),
        bytes: Bytes::new(),
        joins: None,
    };
    ask(|| store.post(vec![message.clone()])).await.expect("it is new");
    append_one(store, progress(id, 1_003, 1, (Status::Running, Status::Succeeded))).await.expect("it ends");
    assert_eq!(retain(store, Retention { max_count: Some(0), ..Retention::default() }).await, 1);
    assert!(ask(|| store.read(T1, id, ReadFrom::After(0), usize::MAX)).await.expect("segments").is_empty());
    assert!(ask(|| store.inbox(vec![(T1, id)])).await.expect("messages").is_empty());
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
    ask(|| store::Journal::read(copy, T1, id, ReadFrom::After(0), usize::MAX)).await.expect("segments").len()
}
