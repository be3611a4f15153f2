//! Records: expectations, batches, lists, changes, and writes inside an append.

use bytes::Bytes;
use model::{Status, TenantId};
use store::records::{Expect, Find, Kind, RecordQuery, RecordWrite, Sort};
use store::{Append, Record, StoreError};

use crate::subject::{
    NOW_MS, Store, Subject, T1, T2, append, append_one, ask, create, id_at, on_every_store, progress, row,
};

on_every_store!(
    a_record_is_written_read_and_deleted,
    expectations_are_kept,
    a_batch_is_all_or_nothing,
    lists_are_sorted_filtered_and_paged,
    fields_are_found_in_any_case,
    questions_that_make_no_sense_are_refused,
    records_are_found_by_several_filters,
    values_are_counted,
    changes_are_told_once_each,
    an_append_carries_records,
);

pub(crate) static NOTE: Kind = Kind { name: "note", indexed: &["name", "color"] };
static OTHER: Kind = Kind { name: "other_note", indexed: &[] };

pub(crate) fn write(id: i64, expect: Expect, name: Option<&str>, color: Option<&str>) -> RecordWrite {
    let fields = vec![name.map(str::to_owned), color.map(str::to_owned)];
    let body = Bytes::from(format!("body {id} {name:?}"));
    RecordWrite { kind: &NOTE, tenant: T1, id, expect, content: Some((fields, body)), now_ms: NOW_MS + id }
}

fn delete(id: i64, expect: Expect) -> RecordWrite {
    RecordWrite { content: None, ..write(id, expect, None, None) }
}

async fn put(store: &dyn Store, write: RecordWrite) -> store::Result<u64> {
    ask(|| store.put(write.clone())).await
}

async fn get(store: &dyn Store, tenant: TenantId, id: i64) -> Option<Record> {
    ask(|| store.get(&NOTE, tenant, id)).await.expect("an answer")
}

fn conflict(id: i64) -> StoreError {
    StoreError::Conflict(format!("note {id}"))
}

fn query() -> RecordQuery {
    RecordQuery {
        kind: &NOTE,
        tenant: T1,
        equals: Vec::new(),
        contains: None,
        sort: Sort { by: "created", descending: false },
        after: None,
        skip: 0,
        limit: 1_000,
    }
}

async fn a_record_is_written_read_and_deleted(subject: Subject) {
    let store = &*subject.store;
    assert_eq!(get(store, T1, 5).await, None);
    assert_eq!(put(store, write(5, Expect::Absent, Some("five"), None)).await, Ok(1));
    let mut changed = write(5, Expect::Revision(1), Some("FIVE"), Some(""));
    changed.now_ms += 50;
    assert_eq!(put(store, changed.clone()).await, Ok(2));
    let found = get(store, T1, 5).await.expect("it is there");
    let (fields, body) = changed.content.clone().expect("content");
    let expected = Record { id: 5, revision: 2, created_ms: NOW_MS + 5, updated_ms: NOW_MS + 55, fields, body };
    assert_eq!(found, expected);
    assert_eq!(get(store, T2, 5).await, None, "another tenant sees it");
    assert_eq!(ask(|| store.get(&OTHER, T1, 5)).await, Ok(None), "another kind has it");

    put(store, write(3, Expect::Any, None, None)).await.expect("it is new");
    let many = ask(|| store.get_many(&NOTE, T1, vec![5, 4, 3, 5])).await.expect("records");
    assert_eq!(many.iter().map(|record| record.id).collect::<Vec<_>>(), [5, 3, 5]);
    assert_eq!(many[1].fields, [None, None]);
    let subject = subject.restart();
    let store = &*subject.store;
    assert_eq!(get(store, T1, 5).await, Some(expected), "after a restart");
    assert_eq!(put(store, delete(5, Expect::Revision(2))).await, Ok(0));
    assert_eq!(get(store, T1, 5).await, None);
    assert_eq!(put(store, delete(5, Expect::Any)).await, Ok(0), "it is gone already");
}

async fn expectations_are_kept(subject: Subject) {
    let store = &*subject.store;
    assert_eq!(put(store, write(1, Expect::Revision(1), None, None)).await, Err(conflict(1)));
    assert_eq!(put(store, write(1, Expect::Revision(0), None, None)).await, Err(conflict(1)));
    assert_eq!(put(store, write(1, Expect::Absent, Some("a"), None)).await, Ok(1));
    assert_eq!(put(store, write(1, Expect::Absent, Some("b"), None)).await, Err(conflict(1)));
    assert_eq!(put(store, write(1, Expect::AbsentOrSame, Some("c"), None)).await, Ok(1));
    assert_eq!(put(store, write(1, Expect::Revision(2), Some("d"), None)).await, Err(conflict(1)));
    assert_eq!(get(store, T1, 1).await.expect("it is there").fields[0].as_deref(), Some("a"), "a refused write shows");
    assert_eq!(put(store, write(1, Expect::Any, Some("e"), None)).await, Ok(2));
    assert_eq!(put(store, delete(1, Expect::Revision(1))).await, Err(conflict(1)));
    assert_eq!(put(store, write(2, Expect::AbsentOrSame, Some("c"), None)).await, Ok(1));
}

async fn a_batch_is_all_or_nothing(subject: Subject) {
    let store = &*subject.store;
    put(store, write(1, Expect::Absent, Some("one"), None)).await.expect("it is new");
    let bad = vec![
        write(2, Expect::Absent, None, None),
        write(1, Expect::Revision(1), Some("changed"), None),
        RecordWrite { kind: &OTHER, content: Some((vec![], Bytes::new())), ..write(9, Expect::Absent, None, None) },
        delete(1, Expect::Revision(1)),
        write(3, Expect::Absent, None, None),
    ];
    assert_eq!(ask(|| store.batch(bad.clone())).await, Err(conflict(1)));
    assert_eq!(get(store, T1, 2).await, None);
    assert_eq!(get(store, T1, 1).await.expect("it is there").revision, 1);
    assert_eq!(ask(|| store.get(&OTHER, T1, 9)).await, Ok(None));
    assert_eq!(ask(|| store.changes(T1, 0, 10)).await.expect("changes").len(), 1, "what did not happen is told");
    // A kind whose table would have been made in a batch that failed.
    let good = vec![bad[0].clone(), bad[1].clone(), bad[2].clone(), delete(1, Expect::Revision(2)), bad[4].clone()];
    assert_eq!(ask(|| store.batch(good.clone())).await, Ok(vec![1, 2, 1, 0, 1]));
    assert_eq!(get(store, T1, 1).await, None);
    assert_eq!(ask(|| store.batch(Vec::new())).await, Ok(vec![]));
}

async fn page(store: &dyn Store, query: RecordQuery) -> (Vec<i64>, Option<(String, i64)>) {
    let page = ask(|| store::Records::list(store, query.clone())).await.expect("a page");
    (page.items.iter().map(|record| record.id).collect(), page.next)
}

async fn lists_are_sorted_filtered_and_paged(subject: Subject) {
    let store = &*subject.store;
    let names =
        [Some("delta"), None, Some("Alpha"), Some("alpha"), Some("ünder"), Some(""), Some("delta"), Some("zed")];
    let mut writes: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(n, name)| {
            let mut write = write(n as i64 + 1, Expect::Absent, *name, Some(["red", "blue"][n % 2]));
            write.now_ms = NOW_MS - (n as i64 * 5) % 7;
            write
        })
        .collect();
    writes.push(RecordWrite { tenant: T2, ..write(50, Expect::Absent, Some("delta"), None) });
    ask(|| store.batch(writes.clone())).await.expect("they are new");
    for (by, up) in [
        ("name", vec![2, 6, 3, 4, 1, 7, 8, 5]),
        ("created", vec![5, 2, 6, 3, 7, 4, 1, 8]),
        ("updated", vec![5, 2, 6, 3, 7, 4, 1, 8]),
        ("color", vec![2, 4, 6, 8, 1, 3, 5, 7]),
    ] {
        for descending in [false, true] {
            let sort = Sort { by, descending };
            let expected: Vec<_> = if descending { up.iter().rev().copied().collect() } else { up.clone() };
            assert_eq!(page(store, RecordQuery { sort, ..query() }).await, (expected.clone(), None), "{sort:?}");
            let mut seen = Vec::new();
            let mut after = None;
            loop {
                let (ids, next) = page(store, RecordQuery { sort, after, limit: 3, ..query() }).await;
                seen.extend(ids);
                after = next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(seen, expected, "{sort:?} by cursor");
            let (ids, next) = page(store, RecordQuery { sort, skip: 2, limit: 2, ..query() }).await;
            assert_eq!((ids, next.is_some()), (expected[2..4].to_vec(), true));
        }
    }
    let equals = vec![("name", "delta".to_owned())];
    assert_eq!(page(store, RecordQuery { equals: equals.clone(), ..query() }).await.0, [7, 1]);
    let both = vec![("name", "delta".to_owned()), ("color", "red".to_owned())];
    assert_eq!(page(store, RecordQuery { equals: both, limit: 1, ..query() }).await.0, [7]);
    let empty = RecordQuery { equals: vec![("name", String::new())], ..query() };
    assert_eq!(page(store, empty.clone()).await.0, [6], "an empty text is not nothing");
    let counts = [query(), RecordQuery { equals, skip: 9, limit: 0, ..query() }, RecordQuery { tenant: T2, ..query() }];
    for (query, expected) in counts.into_iter().zip([8, 2, 1]) {
        assert_eq!(ask(|| store.count(query.clone())).await, Ok(expected));
    }
}

async fn fields_are_found_in_any_case(subject: Subject) {
    let store = &*subject.store;
    for (n, name) in ["Grüße 100%", "grüsse", "a_b", "aXb", "GRÜSSE"].into_iter().enumerate() {
        put(store, write(n as i64 + 1, Expect::Absent, Some(name), None)).await.expect("it is new");
    }
    put(store, write(9, Expect::Absent, None, None)).await.expect("it is new");
    for (text, expected) in
        [("GRÜ", vec![1, 2, 5]), ("a_b", vec![3]), ("0%", vec![1]), ("", vec![1, 2, 3, 4, 5]), ("nowhere", vec![])]
    {
        let query = RecordQuery { contains: Some(("name", text.into())), ..query() };
        assert_eq!(page(store, query.clone()).await.0, expected, "{text:?}");
        assert_eq!(ask(|| store.count(query.clone())).await, Ok(expected.len() as u64));
        let paged = RecordQuery { skip: 1, limit: 1, ..query };
        assert_eq!(page(store, paged).await.0.first(), expected.get(1));
    }
}

async fn questions_that_make_no_sense_are_refused(subject: Subject) {
    let store = &*subject.store;
    put(store, write(1, Expect::Absent, Some("one"), None)).await.expect("it is new");
    for query in [
        RecordQuery { sort: Sort { by: "size", descending: false }, ..query() },
        RecordQuery { equals: vec![("size", "1".into())], ..query() },
        RecordQuery { contains: Some(("name = name --", "1".into())), ..query() },
        RecordQuery { after: Some(("yesterday".into(), 1)), ..query() },
    ] {
        let answer = ask(|| store::Records::list(store, query.clone())).await;
        assert!(matches!(answer, Err(StoreError::NotFound(_))), "{query:?} {answer:?}");
    }
}

async fn changes_are_told_once_each(subject: Subject) {
    let store = &*subject.store;
    for id in [1, 2, 3] {
        put(store, write(id, Expect::Absent, None, None)).await.expect("it is new");
    }
    put(store, RecordWrite { tenant: T2, ..write(4, Expect::Absent, None, None) }).await.expect("it is new");
    let told = |after, limit| async move {
        let changes = ask(|| store.changes(T1, after, limit)).await.expect("changes");
        assert!(changes.is_sorted_by_key(|change| change.position) && changes.iter().all(|c| c.kind == "note"));
        let last = changes.last().map_or(after, |change| change.position);
        (changes.iter().map(|change| (change.id, change.revision)).collect::<Vec<_>>(), last)
    };
    let (all, seen) = told(0, 100).await;
    assert_eq!(all, [(1, 1), (2, 1), (3, 1)]);
    put(store, write(1, Expect::Any, Some("new"), None)).await.expect("it is there");
    put(store, delete(2, Expect::Any)).await.expect("it is there");
    put(store, write(1, Expect::Any, Some("newer"), None)).await.expect("it is there");
    put(store, write(3, Expect::AbsentOrSame, Some("x"), None)).await.expect("it is the same");
    assert_eq!(told(seen, 100).await.0, [(2, 0), (1, 3)]);
    assert_eq!(told(0, 2).await.0, [(3, 1), (2, 0)]);
    let subject = subject.restart();
    assert!(ask(|| subject.store.changes(T1, seen + 100, 9)).await.expect("changes").is_empty());
    assert_eq!(ask(|| subject.store.changes(T2, 0, 9)).await.expect("changes").len(), 1);
}

async fn an_append_carries_records(subject: Subject) {
    let store = &*subject.store;
    let (id, other) = (id_at(10, 0), id_at(10, 1));
    let records = vec![write(1, Expect::Absent, Some("a"), None), write(2, Expect::AbsentOrSame, None, None)];
    append_one(store, Append { records: records.clone(), ..create(id, Status::Running) }).await.expect("new");
    assert_eq!(get(store, T1, 1).await.expect("it is there").fields[0].as_deref(), Some("a"));
    let third = write(3, Expect::Absent, None, None);
    let refused = Append { records: vec![third.clone(), records[0].clone()], ..create(other, Status::Running) };
    let late = Append { records: vec![third], ..progress(id, 9, 1, (Status::Running, Status::Running)) };
    let answers = append(store, vec![refused, late, create(id_at(10, 2), Status::Running)]).await;
    assert_eq!(answers, [Err(conflict(1)), Err(StoreError::Conflict(format!("execution {id}"))), Ok(())]);
    assert_eq!(get(store, T1, 3).await, None, "a refused append wrote a record");
    assert!(row(store, T1, other).await.is_none(), "a refused append wrote a row");
    assert!(ask(|| store.read(T1, other, store::journal::ReadFrom::After(0), 9)).await.expect("segments").is_empty());
    append_one(store, create(other, Status::Running)).await.expect("nothing is left of it");
}

/// Two hundred records whose fields say in words what their numbers are.
async fn many(store: &dyn Store) -> Vec<(i64, String, Option<String>)> {
    let colors = ["a", "a/b", "a/b/c", "ab", "", "A", "a/bc", "a0"];
    let rows: Vec<_> = (1..=200_i64)
        .map(|n| {
            let name = format!(
                "{} {} Number {n}",
                if n % 2 == 0 { "even" } else { "ODD" },
                ["x", "ÄÖ", "y z"][n as usize % 3]
            );
            (n, name, colors.get(n as usize % 9).map(|color| (*color).to_owned()))
        })
        .collect();
    let writes = rows.iter().map(|(n, name, color)| write(*n, Expect::Absent, Some(name), color.as_deref()));
    let mut writes: Vec<_> = writes.collect();
    for (at, write) in writes.iter_mut().enumerate() {
        write.now_ms = NOW_MS + (at as i64 * 37) % 50;
    }
    writes.push(RecordWrite { tenant: T2, ..write(900, Expect::Absent, Some("even x"), Some("a")) });
    writes.push(write(901, Expect::Absent, None, Some("a")));
    ask(|| store.batch(writes.clone())).await.expect("they are new");
    rows
}

async fn records_are_found_by_several_filters(subject: Subject) {
    let store = &*subject.store;
    let rows = many(store).await;
    let is_below = |color: &Option<String>, above: &str| {
        color.as_deref().is_some_and(|color| color == above || color.starts_with(&format!("{above}/")))
    };
    for contains in [vec![], vec![("name", "EVEN")], vec![("name", "äö"), ("name", "odd")], vec![("name", "number 1")]]
    {
        for below in [vec![], vec![("color", "a")], vec![("color", "a/b")], vec![("color", "")]] {
            for equals in [vec![], vec![("color", "a/b")], vec![("color", "")]] {
                let holds = |(_, name, color): &&(i64, String, Option<String>)| {
                    contains.iter().all(|(_, text)| name.to_lowercase().contains(&text.to_lowercase()))
                        && below.iter().all(|(_, above)| is_below(color, above))
                        && equals.iter().all(|(_, value)| color.as_deref() == Some(value))
                };
                let mut expected: Vec<i64> = rows.iter().filter(holds).map(|(id, _, _)| *id).collect();
                if contains.is_empty() && equals.is_empty() && (below.is_empty() || below[0].1 == "a") {
                    expected.push(901);
                }
                let own = |list: &[(&'static str, &str)]| list.iter().map(|(f, v)| (*f, (*v).to_owned())).collect();
                let find = Find {
                    contains: own(&contains),
                    below: own(&below),
                    equals: own(&equals),
                    total: true,
                    ..Find::all(&NOTE, T1)
                };
                check_found(store, &find, expected).await;
            }
        }
    }
    let wrong = Find { below: vec![("size", "a".into())], ..Find::all(&NOTE, T1) };
    assert!(matches!(ask(|| store.find(wrong.clone())).await, Err(StoreError::NotFound(_))));
}

/// What is found in every order, in one page and in several.
async fn check_found(store: &dyn Store, find: &Find, expected: Vec<i64>) {
    assert_eq!(ask(|| store.matching(find.clone())).await.as_ref(), Ok(&expected), "{find:?}");
    let whole = page(store, query()).await.0;
    for by in ["created", "updated", "name"] {
        for descending in [false, true] {
            let sort = Sort { by, descending };
            let order = if by == "created" && !descending {
                whole.clone()
            } else {
                page(store, RecordQuery { sort, ..query() }).await.0
            };
            let ordered: Vec<i64> = order.into_iter().filter(|id| expected.contains(id)).collect();
            let mut seen = Vec::new();
            let mut after = None;
            loop {
                let find = Find { sort, after: after.take(), limit: 70, ..find.clone() };
                let found = ask(|| store.find(find.clone())).await.expect("a page");
                assert_eq!(found.total, Some(expected.len() as u64));
                seen.extend(found.page.items.iter().map(|record| record.id));
                after = found.page.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(seen, ordered, "{sort:?} {find:?}");
            let skipped = Find { sort, skip: 3, limit: 2, total: false, ..find.clone() };
            let found = ask(|| store.find(skipped.clone())).await.expect("a page");
            let ids: Vec<i64> = found.page.items.iter().map(|record| record.id).collect();
            assert_eq!(ids, ordered.iter().copied().skip(3).take(2).collect::<Vec<_>>());
            assert_eq!((found.total, found.page.next.is_some()), (None, ordered.len() > 5));
        }
    }
}

async fn values_are_counted(subject: Subject) {
    let store = &*subject.store;
    let rows = many(store).await;
    let counts = ask(|| store.values(&NOTE, T1, "color")).await.expect("values");
    assert!(counts.is_sorted() && counts.len() == 8, "{counts:?}");
    for (value, count) in counts {
        let own = rows.iter().filter(|(_, _, color)| color.as_deref().unwrap_or_default() == value).count() as u64;
        assert_eq!(count, own + u64::from(value == "a"), "{value:?}");
    }
    assert!(matches!(ask(|| store.values(&NOTE, T1, "size")).await, Err(StoreError::NotFound(_))));
    assert_eq!(ask(|| store.values(&NOTE, T2, "name")).await, Ok(vec![("even x".to_owned(), 1)]));
}
