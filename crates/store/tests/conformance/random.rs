//! Random sequences of operations on a store and on the memory store: every answer is the same.

use std::fmt::Debug;

use bytes::Bytes;
use model::{ExecutionId, Status, WorkflowId};
use store::journal::{
    Append, Birth, Claim, ExecutionQuery, Idempotency, InboxMessage, LargePart, NewExecution, Origin, OriginKind,
    ReadFrom, Retention, RowState, StatisticsQuery, WakeQuery, WorkflowRetention,
};
use store::records::{Expect, RecordQuery, RecordWrite, Sort};
use store::{Journal, Records};

use crate::following::Follower;
use crate::records::{NOTE, write};
use crate::subject::{NOW_MS, Store, Subject, T1, T2, append, ask, create, everything, id_at, progress};

/// Seeds from here on are for the hostile store.
const HOSTILE_SEEDS: u64 = 1_000;

/// Splitmix64.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }
}

fn execution(random: &mut Random) -> ExecutionId {
    id_at(10 + random.below(4) as i64, random.below(10) as i64)
}

fn record_write(random: &mut Random) -> RecordWrite {
    let expect = match random.below(5) {
        0 => Expect::Absent,
        1 => Expect::AbsentOrSame,
        2 => Expect::Revision(random.below(3)),
        _ => Expect::Any,
    };
    let name = random.one_of(&[None, Some("a"), Some("B"), Some("b c")]);
    let mut write = write(random.below(6) as i64, expect, name, random.one_of(&[None, Some("")]));
    write.tenant = random.one_of(&[T1, T1, T2]);
    write.now_ms += random.below(50) as i64;
    if random.below(5) == 0 {
        write.content = None;
    }
    write
}

/// A segment of which parts are kept apart.
fn in_parts(random: &mut Random) -> (Bytes, Vec<LargePart>) {
    let (mut bytes, mut places) = (vec![b'x'; random.below(3) as usize], Vec::new());
    for _ in 0..=random.below(2) {
        let from = bytes.len();
        bytes.extend_from_slice(&body(random));
        places.push(from..bytes.len());
        bytes.extend(vec![b'y'; random.below(3) as usize]);
    }
    let large = LargePart::of(&bytes, places);
    (Bytes::from(bytes), large)
}

/// An entry that is often right: the row is asked for what comes next.
async fn entry(random: &mut Random, oracle: &dyn Store) -> Append {
    let id = execution(random);
    let mut row = ask(|| oracle.executions(T1, vec![id])).await.expect("rows").pop();
    if row.is_none() {
        row = ask(|| oracle.executions(T2, vec![id])).await.expect("rows").pop();
    }
    let status = random.one_of(&Status::ALL);
    let mut entry = match row {
        Some(row) if random.below(10) > 0 => {
            let off = u64::from(random.below(12) == 0);
            let next = progress(id, row.next_seq + off, 1 + random.below(3), (row.status, status));
            Append { tenant: if random.below(12) == 0 { T2 } else { row.tenant }, ..next }
        }
        _ => {
            let mut entry = create(id, status);
            let new = entry.create.as_mut().expect("it creates");
            new.tenant = random.one_of(&[T1, T2]);
            entry.tenant = if random.below(20) == 0 { T1 } else { new.tenant };
            new.workflow = random.one_of(&[None, Some(WorkflowId(7)), Some(WorkflowId(8))]);
            if random.below(3) == 0 {
                let body_hash = [random.below(2) as u8; 32];
                new.idempotency = Some(Idempotency { key: format!("k{}", random.below(5)), body_hash });
            }
            entry
        }
    };
    let wake_at = random.one_of(&[None, Some(100), Some(200)]);
    let error = random.one_of(&[None, Some("code")]).map(str::to_owned);
    entry.state = RowState { wake_at, duration_us: random.below(9_000), error, ..entry.state };
    if random.below(4) == 0 {
        entry.records = (0..=random.below(3)).map(|_| record_write(random)).collect();
    }
    if random.below(4) == 0 {
        let waiting = ask(|| oracle.inbox(vec![(entry.tenant, id), (T1, execution(random))])).await.expect("messages");
        entry.consumed = waiting.iter().take(2).map(|message| message.row).collect();
    }
    if random.below(3) == 0 {
        (entry.bytes, entry.large) = in_parts(random);
    }
    entry.snapshot = random.below(8) == 0;
    entry.proven = random.below(6) == 0;
    if random.below(4) == 0 {
        entry.births = (0..=random.below(2)).map(|_| birth(random, id)).collect();
    }
    if random.below(4) == 0 {
        entry.posts = (0..=random.below(2)).map(|_| message(random)).collect();
    }
    if random.below(6) == 0 {
        entry.blobs = vec![*blake3::hash(&body(random)).as_bytes()];
    }
    entry
}

fn birth(random: &mut Random, parent: ExecutionId) -> Birth {
    let Append { create: Some(new), seq_to, bytes, state, .. } = create(execution(random), Status::Queued) else {
        unreachable!("it creates")
    };
    let status = random.one_of(&[Status::Queued, Status::Running, Status::Delayed]);
    let origin = random.one_of(&[None, Some(Origin { execution: parent, kind: OriginKind::Fork })]);
    let new = NewExecution {
        tenant: random.one_of(&[T1, T2]),
        idempotency: (random.below(5) == 0).then(|| Idempotency { key: "k1".into(), body_hash: [0; 32] }),
        flow_key: random.one_of(&[None, Some("f")]).map(str::to_owned),
        origin,
        ..*new
    };
    let state = RowState { status, ..state };
    let (bytes, large) = if random.below(3) == 0 { in_parts(random) } else { (bytes, Vec::new()) };
    Birth { execution: execution(random), new, seq_to, bytes, large, state, blobs: Vec::new() }
}

fn message(random: &mut Random) -> InboxMessage {
    let (execution, message_id) = (execution(random), format!("m{}", random.below(4)));
    let tenant = random.one_of(&[T1, T1, T2]);
    InboxMessage { row: 0, tenant, execution, message_id, kind: "cancel".into(), bytes: body(random), joins: None }
}

fn body(random: &mut Random) -> Bytes {
    Bytes::from(format!("body {}", random.below(4)))
}

fn same<T: PartialEq + Debug>(seed: u64, step: u64, left: &T, right: &T) {
    assert_eq!(left, right, "seed {seed} step {step}");
}

fn retention(random: &mut Random) -> Retention {
    let mut before_ms = || (random.below(2) == 0).then(|| id_at(10 + random.below(4) as i64, 0).millis());
    let (of_all, of_one) = (before_ms(), before_ms());
    let mut statuses = || Status::ENDED.into_iter().filter(|_| random.below(2) == 0).collect();
    let (always_keep, keep) = (statuses(), statuses());
    let one = WorkflowRetention {
        tenant: random.one_of(&[T1, T2]),
        workflow: random.one_of(&[WorkflowId(7), WorkflowId(8)]),
        keep,
        before_ms: of_one,
        max_count: random.one_of(&[None, Some(1), Some(3)]),
    };
    Retention {
        workflows: if random.below(3) == 0 { vec![one] } else { Vec::new() },
        ended_before_ms: random.one_of(&[NOW_MS, NOW_MS + 1]),
        before_ms: of_all,
        max_count: Some(5 + random.below(20)),
        max_bytes: None,
        max_execution_bytes: random.one_of(&[None, Some(60), Some(200)]),
        always_keep,
    }
}

async fn one_step(random: &mut Random, (seed, step): (u64, u64), subject: &dyn Store, oracle: &dyn Store) {
    let whole = seed < HOSTILE_SEEDS;
    match random.below(15) {
        0..=6 => {
            let mut entries = Vec::new();
            for _ in 0..=random.below(6) {
                entries.push(entry(random, oracle).await);
            }
            let expected = append(oracle, entries.clone()).await;
            // Where entries are refused for the time being, only one after another keeps the order.
            let batch = if whole { entries.len() } else { 1 };
            let mut found = Vec::new();
            for part in entries.chunks(batch) {
                found.extend(append(subject, part.to_vec()).await);
            }
            same(seed, step, &found, &expected);
        }
        7 => {
            let writes: Vec<_> = (0..random.below(4)).map(|_| record_write(random)).collect();
            let expected = ask(|| oracle.batch(writes.clone())).await;
            same(seed, step, &ask(|| subject.batch(writes.clone())).await, &expected);
        }
        8 | 9 => {
            let messages: Vec<_> = (0..=random.below(3)).map(|_| message(random)).collect();
            let expected = ask(|| oracle.post(messages.clone())).await;
            same(seed, step, &ask(|| subject.post(messages.clone())).await, &expected);
        }
        10 | 11 => {
            let (tenant, bytes) = (random.one_of(&[T1, T2]), body(random));
            let expected = ask(|| oracle.put_blob(tenant, bytes.clone())).await;
            same(seed, step, &ask(|| subject.put_blob(tenant, bytes.clone())).await, &expected);
        }
        12 => {
            let retention = retention(random);
            let gone = |retained: store::journal::Retained| (retained.executions, retained.segments);
            let expected = ask(|| oracle.retain(retention.clone())).await.map(gone);
            let found = ask(|| subject.retain(retention.clone())).await.map(gone);
            same(seed, step, &found, &expected);
        }
        13 => {
            let executions: Vec<_> = (0..random.below(3)).map(|_| execution(random)).collect();
            let query = WakeQuery { now_ms: 150, executions, limit: random.below(9) as usize };
            let expected = ask(|| oracle.wake(query.clone())).await;
            same(seed, step, &ask(|| subject.wake(query.clone())).await, &expected);
        }
        _ => compare(random, (seed, step), subject, oracle).await,
    }
}

/// Everything that can be asked.
async fn compare(random: &mut Random, (seed, step): (u64, u64), subject: &dyn Store, oracle: &dyn Store) {
    let query = ExecutionQuery {
        tenant: random.one_of(&[T1, T2]),
        workflow: random.one_of(&[None, Some(WorkflowId(7))]),
        statuses: (0..random.below(4)).map(|_| random.one_of(&Status::ALL)).collect(),
        before: random.one_of(&[None, Some(id_at(12, 3))]),
        origin: (random.below(4) == 0).then(|| execution(random)),
        flow_key: random.one_of(&[None, None, Some("f")]).map(str::to_owned),
        trigger: random.one_of(&[None, Some("manual"), Some("other")]).map(str::to_owned),
        from: random.one_of(&[None, Some(id_at(11, 2))]),
        to: random.one_of(&[None, Some(id_at(13, 2))]),
        skip: random.below(3),
        limit: 1 + random.below(30) as usize,
        ..everything()
    };
    let pages =
        (ask(|| Journal::list(subject, query.clone())).await, ask(|| Journal::list(oracle, query.clone())).await);
    let (found, expected) = (pages.0.expect("a page"), pages.1.expect("a page"));
    same(seed, step, &(found.rows, found.more, found.total), &(expected.rows, expected.more, expected.total));

    let hours = random.one_of(&[None, Some(id_at(12, 0).millis() / 3_600_000)]);
    let statistics = StatisticsQuery { tenant: query.tenant, workflow: query.workflow, from_hour: hours };
    let found = ask(|| subject.statistics(statistics)).await.expect("statistics");
    let expected = ask(|| oracle.statistics(statistics)).await.expect("statistics");
    same(seed, step, &found.by_status, &expected.by_status);
    assert!((found.mean_ms - expected.mean_ms).abs() < 1e-6, "seed {seed} step {step}");
    for (near, exact) in found.percentiles_ms.iter().zip(expected.percentiles_ms) {
        assert!((near - exact).abs() <= exact * 0.1, "seed {seed} step {step}: {near} for {exact}");
    }
    for id in (10..14).flat_map(|hour| (0..10).map(move |n| id_at(hour, n))) {
        let from = random.one_of(&[ReadFrom::After, ReadFrom::Snapshot])(random.below(9));
        let max = random.one_of(&[1, 60, usize::MAX]);
        let expected = ask(|| oracle.read(query.tenant, id, from, max)).await;
        same(seed, step, &ask(|| subject.read(query.tenant, id, from, max)).await, &expected);
        let whose = vec![(query.tenant, id)];
        same(seed, step, &ask(|| subject.inbox(whose.clone())).await, &ask(|| oracle.inbox(whose.clone())).await);
    }
    let records = RecordQuery {
        kind: &NOTE,
        tenant: query.tenant,
        equals: if random.below(3) == 0 { vec![("name", "a".into())] } else { Vec::new() },
        contains: random.one_of(&[None, Some("b")]).map(|text| ("name", text.to_owned())),
        sort: Sort { by: random.one_of(&["created", "updated", "name"]), descending: random.below(2) == 0 },
        after: None,
        skip: random.below(2),
        limit: 1 + random.below(6) as usize,
    };
    let found = ask(|| Records::list(subject, records.clone())).await.expect("a page");
    let expected = ask(|| Records::list(oracle, records.clone())).await.expect("a page");
    same(seed, step, &(found.items, found.next), &(expected.items, expected.next));
    let told =
        |changes: Vec<store::records::Change>| changes.into_iter().map(|c| (c.id, c.revision)).collect::<Vec<_>>();
    let found = told(ask(|| subject.changes(query.tenant, 0, 99)).await.expect("changes"));
    same(seed, step, &found, &told(ask(|| oracle.changes(query.tenant, 0, 99)).await.expect("changes")));
}

async fn walk(seed: u64, steps: u64, mut subject: Subject) {
    let mut oracle = Subject::memory();
    let mut random = Random(seed);
    let mut follower = Follower::new(&*subject.store, everything()).await;
    for step in 0..steps {
        if random.below(40) == 0 {
            if random.below(4) == 0 {
                ask(|| subject.store.claim(Claim::Leave)).await.expect("it leaves");
                ask(|| oracle.store.claim(Claim::Leave)).await.expect("it leaves");
            }
            subject = subject.restart();
            oracle = oracle.restart();
            let open = Claim::Open { limit: 1_000, max_recoveries: random.below(6) as u32 };
            let mut found = ask(|| subject.store.claim(open)).await.expect("rows");
            let expected = ask(|| oracle.store.claim(open)).await.expect("rows");
            found.sort_by_key(|row| row.id);
            same(seed, step, &found, &expected);
            let suspects = Claim::Suspects { limit: random.below(4) as usize, below: 3 + random.below(3) as u32 };
            let found = ask(|| subject.store.claim(suspects)).await.expect("rows");
            same(seed, step, &found, &ask(|| oracle.store.claim(suspects)).await.expect("rows"));
            follower = Follower::new(&*subject.store, everything()).await;
        }
        one_step(&mut random, (seed, step), &*subject.store, &*oracle.store).await;
        if step % 16 == 0 {
            follower.follow(&*subject.store, 9).await;
            follower.knows_all(&*subject.store).await;
        }
    }
    compare(&mut random, (seed, steps), &*subject.store, &*oracle.store).await;
}

fn seeds() -> u64 {
    if std::env::var_os("TIDEMILL_LONG").is_some_and(|long| long == "1") { 400 } else { 12 }
}

#[tokio::test]
async fn sqlite_answers_as_memory_does() {
    for seed in 0..seeds() {
        walk(seed, 300, Subject::sqlite()).await;
    }
}

#[tokio::test]
async fn hostile_answers_as_memory_does() {
    for seed in 0..seeds() / 4 {
        walk(HOSTILE_SEEDS + seed, 150, Subject::hostile()).await;
    }
}
