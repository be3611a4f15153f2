//! Snapshots: where reading begins, and what goes from a long history.

use bytes::Bytes;
use model::{ExecutionId, Status};
use store::Append;
use store::journal::{ReadFrom, Retention, Segment};

use crate::subject::{Store, Subject, T1, append, append_one, ask, create, id_at, on_every_store, progress};

on_every_store!(
    reading_begins_at_a_snapshot,
    a_long_history_is_cut_at_a_snapshot,
    the_newest_snapshot_stays_however_large,
    a_history_without_snapshots_stays,
    a_cut_history_goes_with_its_execution,
    a_snapshot_reaches_the_feed,
);

/// Appends segments of one event and this many bytes each, from seq 3 on; those in `snapshots` are marked.
async fn lengthen(store: &dyn Store, id: ExecutionId, upto: u64, (bytes, snapshots): (usize, &[u64])) {
    let entry = |seq| Append {
        bytes: Bytes::from(vec![b'x'; bytes]),
        snapshot: snapshots.contains(&seq),
        ..progress(id, seq, 1, (Status::Running, Status::Running))
    };
    assert!(append(store, (3..=upto).map(entry).collect()).await.iter().all(Result::is_ok));
}

async fn begin(store: &dyn Store, id: ExecutionId) {
    append_one(store, Append { snapshot: true, ..create(id, Status::Running) }).await.expect("it is new");
}

async fn read(store: &dyn Store, id: ExecutionId, from: ReadFrom) -> Vec<Segment> {
    ask(|| store.read(T1, id, from, usize::MAX)).await.expect("segments")
}

async fn seqs(store: &dyn Store, id: ExecutionId, from: ReadFrom) -> Vec<u64> {
    read(store, id, from).await.iter().map(|segment| segment.seq_from).collect()
}

async fn retain(store: &dyn Store, max: u64) -> u64 {
    let retention = Retention { max_execution_bytes: Some(max), ..Retention::default() };
    ask(|| store.retain(retention.clone())).await.expect("it goes").segments
}

async fn reading_begins_at_a_snapshot(subject: Subject) {
    let store = &*subject.store;
    let id = id_at(10, 0);
    begin(store, id).await;
    lengthen(store, id, 20, (10, &[8, 15])).await;
    let all = read(store, id, ReadFrom::After(0)).await;
    let marked: Vec<_> = all.iter().filter(|segment| segment.snapshot).map(|segment| segment.seq_from).collect();
    assert_eq!((all.len(), marked), (19, vec![8, 15]), "the first segment needs no mark");
    assert_eq!(seqs(store, id, ReadFrom::Snapshot(u64::MAX)).await, (15..=20).collect::<Vec<_>>());
    assert_eq!(seqs(store, id, ReadFrom::Snapshot(15)).await, (15..=20).collect::<Vec<_>>());
    assert_eq!(seqs(store, id, ReadFrom::Snapshot(14)).await, (8..=20).collect::<Vec<_>>());
    assert_eq!(seqs(store, id, ReadFrom::Snapshot(7)).await[..2], [1, 3], "none is older");
    assert_eq!(seqs(store, id, ReadFrom::After(17)).await, [18, 19, 20]);
    let some = ask(|| store.read(T1, id, ReadFrom::Snapshot(9), 25)).await.expect("segments");
    assert_eq!(some.iter().map(|s| s.seq_from).collect::<Vec<_>>(), [8, 9]);
}

async fn a_long_history_is_cut_at_a_snapshot(subject: Subject) {
    let (long, short) = (id_at(10, 0), id_at(10, 1));
    begin(&*subject.store, long).await;
    begin(&*subject.store, short).await;
    lengthen(&*subject.store, long, 900, (100, &[50, 300, 500, 800])).await;
    lengthen(&*subject.store, short, 60, (100, &[50])).await;
    assert_eq!(retain(&*subject.store, 1_000_000).await, 0, "it is not over the limit");
    // From 300 on there would be 60,100 bytes, from 500 on 40,100.
    assert_eq!(retain(&*subject.store, 45_000).await, 498);
    assert_eq!(retain(&*subject.store, 45_000).await, 0, "it is done");
    let subject = subject.restart();
    let store = &*subject.store;
    let kept: Vec<_> = (500..=900).collect();
    for from in [ReadFrom::After(0), ReadFrom::After(77), ReadFrom::After(499), ReadFrom::Snapshot(400)] {
        assert_eq!(seqs(store, long, from).await, kept, "{from:?}");
    }
    assert!(read(store, long, ReadFrom::After(0)).await[0].snapshot, "the history begins with a state");
    assert_eq!(seqs(store, long, ReadFrom::After(600)).await, (601..=900).collect::<Vec<_>>());
    assert_eq!(seqs(store, long, ReadFrom::Snapshot(u64::MAX)).await, (800..=900).collect::<Vec<_>>());
    assert_eq!(seqs(store, short, ReadFrom::After(0)).await.len(), 59, "another one was cut");
    append_one(store, progress(long, 901, 1, (Status::Running, Status::Succeeded))).await.expect("it goes on");
}

async fn the_newest_snapshot_stays_however_large(subject: Subject) {
    let store = &*subject.store;
    let id = id_at(10, 0);
    begin(store, id).await;
    lengthen(store, id, 40, (1_000, &[10, 30])).await;
    assert_eq!(retain(store, 500).await, 28);
    assert_eq!(retain(store, 500).await, 0);
    assert_eq!(seqs(store, id, ReadFrom::After(0)).await, (30..=40).collect::<Vec<_>>());
}

async fn a_history_without_snapshots_stays(subject: Subject) {
    let store = &*subject.store;
    let id = id_at(10, 0);
    begin(store, id).await;
    lengthen(store, id, 40, (1_000, &[])).await;
    assert_eq!(retain(store, 500).await, 0);
    assert_eq!(seqs(store, id, ReadFrom::Snapshot(20)).await.len(), 39);
}

async fn a_cut_history_goes_with_its_execution(subject: Subject) {
    let store = &*subject.store;
    let id = id_at(10, 0);
    begin(store, id).await;
    lengthen(store, id, 40, (1_000, &[10])).await;
    append_one(store, progress(id, 41, 1, (Status::Running, Status::Succeeded))).await.expect("it ends");
    assert_eq!(retain(store, 500).await, 8);
    let retention = Retention { max_count: Some(0), ..Retention::default() };
    assert_eq!(ask(|| store.retain(retention.clone())).await.expect("it goes").executions, 1);
    assert!(read(store, id, ReadFrom::After(0)).await.is_empty());
}

async fn a_snapshot_reaches_the_feed(subject: Subject) {
    let store = &*subject.store;
    let id = id_at(10, 0);
    let mut feed = store.subscribe(T1, vec![id]);
    begin(store, id).await;
    lengthen(store, id, 4, (10, &[4])).await;
    let mut seen = Vec::new();
    while seen.len() < 3 {
        let segment = feed.next().await.expect("it keeps up");
        seen.push((segment.seq_from, segment.snapshot));
    }
    assert_eq!(seen, [(1, false), (3, false), (4, true)]);
}
