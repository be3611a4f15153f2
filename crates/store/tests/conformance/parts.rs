//! Large parts of segments: whoever reads gets them whole, they are kept once, and they go with the last segment that
//! has them.

use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use model::{ExecutionId, Status};
use store::journal::{Birth, LargePart, ReadFrom, Retained, Retention, Segment};
use store::{Append, StoreError};

use crate::subject::{Store, Subject, T1, append, append_one, ask, create, id_at, on_every_store, progress};

on_every_store!(
    segments_with_large_parts_are_whole,
    what_several_have_is_kept_once_and_goes_with_the_last,
    parts_go_with_the_beginning_of_a_history,
    parts_have_to_be_in_order,
);

const MIB: usize = 1 << 20;

/// A large text that is another one for each number.
fn large(n: usize) -> Vec<u8> {
    (0..2 * MIB + n).map(|at| ((at * 31 + n * 7) % 251) as u8).collect()
}

/// A segment with large texts and something else between them.
fn parted(own: &str, texts: &[usize]) -> (Bytes, Vec<LargePart>) {
    let (mut bytes, mut places) = (own.as_bytes().to_vec(), Vec::new());
    for &text in texts {
        let from = bytes.len();
        bytes.extend_from_slice(&large(text));
        places.push(from..bytes.len());
        bytes.extend_from_slice(own.as_bytes());
    }
    let parts = LargePart::of(&bytes, places);
    (Bytes::from(bytes), parts)
}

fn born(id: ExecutionId, own: &str, texts: &[usize]) -> Append {
    let (bytes, large) = parted(own, texts);
    Append { bytes, large, ..create(id, Status::Succeeded) }
}

async fn read(store: &dyn Store, id: ExecutionId, from: ReadFrom, max_bytes: usize) -> Vec<Segment> {
    ask(|| store.read(T1, id, from, max_bytes)).await.expect("segments")
}

async fn retain(store: &dyn Store, retention: Retention) -> Retained {
    ask(|| store.retain(retention.clone())).await.expect("it goes")
}

/// What a store takes on the disk; of one in memory nothing is asked.
async fn size(subject: &Subject) -> usize {
    static COPIES: AtomicUsize = AtomicUsize::new(0);
    if !subject.is_sqlite() {
        return 0;
    }
    let file = subject.dir.path().join(format!("copy-{}.db", COPIES.fetch_add(1, Ordering::Relaxed)));
    subject.store.backup(&file).await.expect("a copy") as usize
}

async fn segments_with_large_parts_are_whole(subject: Subject) {
    let store = &*subject.store;
    let (id, child) = (id_at(10, 0), id_at(10, 1));
    let (of_child, large) = parted("child", &[3]);
    let Append { create: Some(new), seq_to, state, .. } = create(child, Status::Queued) else { unreachable!() };
    let birth = Birth { execution: child, new: *new, seq_to, bytes: of_child.clone(), large, state, blobs: Vec::new() };
    let first = Append { births: vec![birth], ..born(id, "", &[1, 2, 1]) };
    let first = Append { state: create(id, Status::Running).state, ..first };
    let later = progress(id, 3, 1, (Status::Running, Status::Running));
    let (bytes, large) = parted("last", &[3, 1]);
    let last = Append { bytes, large, ..progress(id, 4, 2, (Status::Running, Status::Succeeded)) };
    let expected: Vec<_> = [&first, &later, &last].map(|entry| entry.bytes.clone()).to_vec();
    let mut feed = store.subscribe(T1, vec![id]);
    assert!(append(store, vec![first, later, last]).await.iter().all(Result::is_ok));
    for expected in &expected {
        assert!(feed.next().await.is_ok_and(|segment| segment.bytes == *expected), "the feed has it whole");
    }
    drop(feed);

    let subject = subject.restart();
    let store = &*subject.store;
    let all = read(store, id, ReadFrom::After(0), usize::MAX).await;
    assert!(all.iter().map(|segment| &segment.bytes).eq(&expected), "{:?} bytes", all.iter().map(|s| s.bytes.len()));
    assert!(read(store, child, ReadFrom::After(0), usize::MAX).await[0].bytes == of_child);
    let seqs = |segments: Vec<Segment>| segments.iter().map(|segment| segment.seq_from).collect::<Vec<_>>();
    assert_eq!(seqs(read(store, id, ReadFrom::After(0), 7 * MIB).await), [1, 3], "the last one has 4 MiB");
    assert_eq!(seqs(read(store, id, ReadFrom::After(2), 4 * MIB).await), [3]);
    assert_eq!(seqs(read(store, id, ReadFrom::After(3), 1).await), [4]);
}

async fn what_several_have_is_kept_once_and_goes_with_the_last(subject: Subject) {
    let store = &*subject.store;
    let [first, second, third] = [10, 11, 12].map(|hour| id_at(hour, 0));
    let everything = |before: i64| Retention { before_ms: Some(id_at(before, 0).millis()), ..Retention::default() };
    let empty = size(&subject).await;
    append_one(store, born(first, "first", &[1, 2])).await.expect("it is new");
    append(store, vec![born(second, "second", &[2, 1, 2]), born(third, "third", &[1])]).await;
    let grown = size(&subject).await - empty;
    assert!(!subject.is_sqlite() || (grown > 4 * MIB && grown < 5 * MIB), "{grown} bytes for two texts of 2 MiB");
    assert_eq!(retain(store, everything(12)).await.executions, 2);
    assert!(read(store, third, ReadFrom::After(0), usize::MAX).await[0].bytes == parted("third", &[1]).0);
    assert!(read(store, first, ReadFrom::After(0), usize::MAX).await.is_empty());
    let left = size(&subject).await - empty;
    assert!(!subject.is_sqlite() || (left > MIB && left < 3 * MIB), "{left} bytes are left for a text of 2 MiB");
    assert_eq!(retain(store, everything(13)).await.executions, 1);
    let left = size(&subject).await - empty;
    assert!(left < MIB, "{left} bytes are left, though nobody has to wait an hour");
    // What was collected is written anew.
    append_one(store, born(first, "again", &[1])).await.expect("it is new");
    assert!(read(store, first, ReadFrom::After(0), usize::MAX).await[0].bytes == parted("again", &[1]).0);
}

async fn parts_go_with_the_beginning_of_a_history(subject: Subject) {
    let store = &*subject.store;
    let id = id_at(10, 0);
    let first = Append { state: create(id, Status::Running).state, ..born(id, "first", &[1]) };
    let later = |seq: u64, text: usize| {
        let (bytes, large) = parted("later", &[text]);
        let state = (Status::Running, Status::Running);
        Append { bytes, large, snapshot: seq == 5, ..progress(id, seq, 1, state) }
    };
    let entries = vec![first, later(3, 2), later(4, 3), later(5, 3), later(6, 4)];
    assert!(append(store, entries).await.iter().all(Result::is_ok));
    let cut = |max: usize| Retention { max_execution_bytes: Some(max as u64), ..Retention::default() };
    assert_eq!(retain(store, cut(11 * MIB)).await.segments, 0, "it has 10 MiB, wherever they stand");
    let before = size(&subject).await;
    assert_eq!(retain(store, cut(9 * MIB)).await.segments, 3, "its parts count");
    let freed = before - size(&subject).await;
    assert!(!subject.is_sqlite() || (freed > 3 * MIB && freed < 5 * MIB), "{freed} bytes of texts 1 and 2, not of 3");
    let left = read(store, id, ReadFrom::After(0), usize::MAX).await;
    let expected = [parted("later", &[3]).0, parted("later", &[4]).0];
    assert!(left.iter().map(|segment| &segment.bytes).eq(&expected));
}

async fn parts_have_to_be_in_order(subject: Subject) {
    let (bytes, parts) = parted("x", &[1, 2]);
    let [first, second] = [parts[0].clone(), parts[1].clone()];
    let beyond = LargePart { at: second.at.start..bytes.len() + 1, ..second.clone() };
    let empty = LargePart { at: 5..5, ..second.clone() };
    for large in [vec![second, first.clone()], vec![first.clone(), first], vec![beyond], vec![empty]] {
        let entry = Append { bytes: bytes.clone(), large, ..create(id_at(10, 0), Status::Running) };
        let answer = crate::subject::append_once(&*subject.store, vec![entry]).await.remove(0);
        assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
    }
    assert!(read(&*subject.store, id_at(10, 0), ReadFrom::After(0), 1).await.is_empty(), "nothing was written");
}
