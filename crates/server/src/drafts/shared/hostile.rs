//! What strangers may send: rubbish, real updates that were damaged, sizes that are not true, and what one client says in the
//! name of another. Nothing of it may end the process, or leave a document that does not open.
//!
//! `PROPTEST_CASES` says how many are tried.

use bytes::Bytes;
use proptest::prelude::{Just, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::Index;
use yrs::encoding::write::Write as _;
use yrs::{MapPrelim, WriteTxn as _};

use super::super::weight::ITEMS_MAX as ITEMS;
use super::scan::look;
use super::*;

const BASE: &str = r#"{"nodes":[{"id":"a","data":{"code":"one two three"}},{"id":"b","type":"x"}],"edges":[{"id":"ab","source":"a","target":"b"}]}"#;

fn base() -> Base {
    Base::new(Bytes::from_static(BASE.as_bytes()))
}

/// What a client did, one update for each transaction: entries that were replaced, texts that grew and shrank.
fn session(client: u64, key: &str) -> Vec<Vec<u8>> {
    let doc = Doc::with_client_id(client);
    let (nodes, text) = (doc.get_or_insert_map("nodes"), doc.get_or_insert_text("nodes/a/data/code@00"));
    let mut updates = Vec::new();
    for step in 0..6_u32 {
        let mut txn = doc.transact_mut();
        match step {
            0 => drop(nodes.insert(&mut txn, format!("{key}/~added"), format!(r#"[1,{{"id":"{key}"}}]"#))),
            1 => text.insert(&mut txn, 0, "one 🌊 two"),
            2 => drop(nodes.insert(&mut txn, "b/type", "\"y\"")),
            3 => text.remove_range(&mut txn, 1, 4),
            4 => drop(nodes.insert(&mut txn, "a/~deleted", true)),
            _ => drop(nodes.remove(&mut txn, "b/type")),
        }
        updates.push(txn.encode_update_v1());
    }
    updates.push(doc.transact().encode_diff_v1(&StateVector::default()));
    updates
}

/// Real updates: of those who are here, and of somebody who says to be one of them.
fn real() -> Vec<Vec<u8>> {
    [session(1, "c"), session(2, "d"), session(1, "other"), session(900_000_000_000, "e")].concat()
}

/// How bytes are damaged.
#[derive(Clone, Debug)]
enum Damage {
    Flip(Index, u8),
    Cut(Index),
    Twice(Index, Index),
    Large(Index, u64),
    Mixed(Index, Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        (any::<Index>(), 0..8_u8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        any::<Index>().prop_map(Damage::Cut),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Damage::Twice(from, to)),
        (any::<Index>(), number()).prop_map(|(at, number)| Damage::Large(at, number)),
        (any::<Index>(), any::<Index>()).prop_map(|(other, at)| Damage::Mixed(other, at)),
    ]
}

fn damaged(mut update: Vec<u8>, damages: &[Damage], all: &[Vec<u8>]) -> Vec<u8> {
    for damage in damages {
        if update.is_empty() {
            break;
        }
        let place = |index: &Index| index.index(update.len());
        match damage {
            Damage::Flip(at, bit) => {
                let at = place(at);
                update[at] ^= 1 << bit;
            }
            Damage::Cut(at) => update.truncate(place(at)),
            Damage::Twice(from, to) => {
                let (from, to) = (place(from), place(to));
                let part = update[from.min(to)..from.max(to)].to_vec();
                update.splice(from..from, part);
            }
            Damage::Large(at, number) => {
                let (at, mut varint) = (place(at), Vec::new());
                varint.write_var(*number);
                update.splice(at..=at, varint);
            }
            Damage::Mixed(other, at) => {
                let (other, at) = (&all[other.index(all.len())], place(at));
                update.splice(at.., other.get(at..).unwrap_or_default().iter().copied());
            }
        }
    }
    update
}

/// A number as updates have them, small or beyond all sense.
fn number() -> impl Strategy<Value = u64> {
    let large = [127, 128, 1 << 16, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, 1 << 53, u64::MAX];
    prop_oneof![6 => 0..12_u64, 1 => prop::sample::select(large.to_vec())]
}

fn client() -> impl Strategy<Value = u64> {
    prop_oneof![8 => 1..6_u64, 1 => number()]
}

/// Blocks that are written as they should be, and refer to anything.
fn block() -> impl Strategy<Value = Vec<u8>> {
    let info =
        prop::sample::select(vec![0, 1, 4, 5, 6, 8, 10, 0x24, 0x28, 0x84, 0x88, 0xa8, 0x44, 0xc4, 0xc8, 7, 9, 2, 3]);
    let name = prop::sample::select(vec!["nodes", "edges", "file", "conflicts", "nodes/a/data/code@00", "x", ""]);
    let key = prop::sample::select(vec!["a/~deleted", "b/type", "c/~added", "a/data/code", "name", ""]);
    let value = prop::sample::select(vec!["\"y\"", "~nodes/a/data/code@00", "[1,{}]", "é🌊", ""]);
    (info, name, key, value, prop::collection::vec(number(), 6)).prop_map(|(info, name, key, value, numbers)| {
        let (mut out, mut numbers) = (vec![info], numbers.into_iter());
        let mut number = || numbers.next().unwrap_or_default();
        if matches!(info, 0 | 10) {
            out.write_var(number());
            return out;
        }
        for bit in [0x80, 0x40] {
            if info & bit != 0 {
                out.write_var(1 + number() % 4);
                out.write_var(number());
            }
        }
        if info & 0xc0 == 0 {
            out.write_var(1_u32);
            out.write_string(name);
            if info & 0x20 != 0 {
                out.write_string(key);
            }
        }
        match info & 0xf {
            1 => out.write_var(number()),
            6 => {
                out.write_string(key);
                out.write_string("true");
            }
            8 => {
                out.write_var(1_u32);
                out.write_u8(119);
                out.write_string(value);
            }
            _ => out.write_string(value),
        }
        out
    })
}

/// An update that is well formed but for what it says: clients, clocks and what they build on are any.
fn made() -> impl Strategy<Value = Vec<u8>> {
    // Mostly what goes on where a client is known to have ended, or begins with another.
    let clock = prop_oneof![4 => Just(0), 3 => Just(13), 1 => number()];
    let part = (client(), clock, prop::collection::vec(block(), 0..5));
    let gone = (number(), prop::collection::vec((number(), number()), 0..3));
    (prop::collection::vec(part, 0..4), prop::collection::vec(gone, 0..3)).prop_map(|(parts, gone)| {
        let mut out = Vec::new();
        out.write_var(parts.len());
        for (client, clock, blocks) in parts {
            out.write_var(blocks.len());
            out.write_var(client);
            out.write_var(clock);
            blocks.iter().for_each(|block| out.extend(block));
        }
        out.write_var(gone.len());
        for (client, ranges) in gone {
            out.write_var(client);
            out.write_var(ranges.len());
            for (clock, length) in ranges {
                out.write_var(clock);
                out.write_var(length);
            }
        }
        out
    })
}

fn anything() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        1 => prop::collection::vec(any::<u8>(), 0..300),
        3 => (any::<Index>(), prop::collection::vec(damage(), 0..4)).prop_map(|(which, damages)| {
            let all = real();
            damaged(all[which.index(all.len())].clone(), &damages, &all)
        }),
        3 => made(),
    ]
}

fn is_file(document: &Document) -> bool {
    let file = document.text().ok().and_then(|text| json::read(&text).ok());
    file.is_some_and(|file| file.get("nodes").is_some() && file.get("edges").is_some())
}

proptest! {
    #[test]
    fn whatever_comes_the_document_opens(updates in prop::collection::vec(anything(), 1..5)) {
        let base = base();
        let known = [session(1, "c"), session(2, "d")].map(|mut updates| updates.pop().expect("all of it"));
        let shared = Shared::load(known.iter().map(Vec::as_slice)).expect("an overlay");
        let mut stored = known.map(Bytes::from).to_vec();
        let mut before = shared.read(&base).expect("a document").text().ok();
        for update in &updates {
            let Ok(applied) = shared.apply(&[update], ITEMS) else {
                // The room goes on with what is stored, and whoever sent it is gone.
                let again = Shared::load(stored.iter().map(|update| &update[..])).expect("what is stored opens");
                prop_assert!(is_file(&again.read(&base).expect("a document")));
                return Ok(());
            };
            let after = shared.read(&base).expect("a document");
            prop_assert!(is_file(&after));
            let after = after.text().ok();
            if applied.update.is_empty() {
                prop_assert_eq!(&after, &before, "{:?}", applied.outcomes);
            } else {
                stored.push(applied.update);
            }
            // What builds on nonsense may be read otherwise the next time; it is a file all the same.
            let again = Shared::load(stored.iter().map(|update| &update[..])).expect("what is stored opens");
            prop_assert!(is_file(&again.read(&base).expect("a document")));
            before = after;
        }
    }

    #[test]
    fn whatever_vector_comes_there_is_an_answer(vector in prop_oneof![
        prop::collection::vec(any::<u8>(), 0..60),
        prop::collection::vec(number(), 0..9).prop_map(|numbers| {
            let mut out = Vec::new();
            numbers.iter().for_each(|number| out.write_var(*number));
            out
        }),
    ]) {
        let shared = Shared::load(session(1, "c").iter().map(Vec::as_slice)).expect("an overlay");
        if let Ok(lacks) = shared.since(&vector) {
            prop_assert!(matches!(look(&lacks, |_| u32::MAX), Looks::Whole(_)), "{lacks:?}");
        }
    }
}

/// An update of one client with one block.
fn one(info: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![1, 1, 7, 0, info, 1];
    out.write_string("nodes");
    out.write_string("a/x");
    out.extend(content);
    out.push(0);
    out
}

fn large(number: u64) -> Vec<u8> {
    let mut out = Vec::new();
    out.write_var(number);
    out
}

#[test]
fn what_is_small_in_an_update_and_large_in_memory_is_counted() {
    let (most, size) = (ITEMS_MAX as usize, u64::from(ITEMS_MAX) + 1);
    let clients = |from: u64| (from..from + size).flat_map(|client| [vec![0], large(client), vec![0]].concat());
    for (what, update) in [
        ("blocks", [vec![1], large(size), vec![7, 0], [0, 1].repeat(most + 1), vec![0]].concat()),
        ("values", one(0x28, &[large(size + 1), vec![126; most + 2]].concat())),
        ("values in a list", one(0x28, &[vec![1, 117], large(size), vec![126; most + 1]].concat())),
        ("values in an object", one(0x28, &[vec![1, 118], large(size), [0, 126].repeat(most + 1)].concat())),
        ("JSON", one(0x25, &[large(9 * size), b"[1,1,1,1,".repeat(most + 1)].concat())),
        ("clients", [large(size), clients(1).collect(), vec![0]].concat()),
        ("deletions", [vec![0, 1, 7], large(size), [0, 1].repeat(most + 1)].concat()),
        (
            "clients of deletions",
            [vec![0], large(size), (1..=size).flat_map(|client| [large(client), vec![0]].concat()).collect()].concat(),
        ),
    ] {
        let shared = Shared::new();
        assert_eq!(shared.apply(&[&update], usize::MAX).expect("it is whole").outcomes, [Outcome::TooLarge], "{what}");
        assert_eq!(shared.since(&[]).expect("a state"), [0, 0], "{what}");
    }
    let vector =
        |size: u64| [large(size), (1..=size).flat_map(|client| [large(client), vec![1]].concat()).collect()].concat();
    assert!(Shared::new().since(&vector(size - 1)).is_ok() && Shared::new().since(&vector(size)).is_err(), "a vector");
}

#[test]
fn no_more_is_taken_than_there_is_room_for() {
    let doc = Doc::new();
    let nodes = doc.get_or_insert_map("nodes");
    let set = |key: &str| {
        let mut txn = doc.transact_mut();
        nodes.insert(&mut txn, key, "1");
        txn.encode_update_v1()
    };
    let (first, second, third) = (set("a/x"), set("b/x"), set("c/x"));
    let shared = Shared::new();
    // Each is a client and a block.
    let applied = shared.apply(&[&first, &second, &third], 5).expect("it is whole");
    assert_eq!(applied.outcomes, [Outcome::Taken, Outcome::Taken, Outcome::NoRoom]);
    assert_eq!((shared.count(), shared.size().items), (2, 3));
    assert_eq!(shared.apply(&[&third], 2).expect("it is whole").outcomes, [Outcome::Taken]);
    assert_eq!(shared.apply(&[&[0, 0]], 0).expect("it is whole").outcomes, [Outcome::Taken], "who has nothing");
}

#[test]
fn sizes_that_are_not_true_and_endless_nesting_are_not_read() {
    assert!(matches!(look(&one(0x28, &[1, 119, 1, b'1']), |_| 0), Looks::Whole(_)), "an entry");
    let nested = |kind: &[u8], levels: usize| one(0x28, &[&[1], &kind.repeat(levels)[..], &[126]].concat());
    for (what, update) in [
        ("clients", [large(1 << 26), vec![0; 30]].concat()),
        ("blocks", [vec![1], large(1 << 31), vec![7, 0]].concat()),
        ("values", one(0x28, &large(1 << 26))),
        ("entries", one(0x28, &[vec![1, 118], large(1 << 26)].concat())),
        ("items", one(0x28, &[vec![1, 117], large(1 << 40)].concat())),
        ("texts", one(0x22, &large(1 << 30))),
        ("a clock", [vec![1, 1, 7], large((1 << 32) - 2), vec![0, 9, 0]].concat()),
        ("a deletion", [vec![0, 1, 7, 1], large(7), large((1 << 32) - 2)].concat()),
        ("arrays", nested(&[117, 1], 1_000_000)),
        ("objects", nested(&[118, 1, 0], 1_000_000)),
        ("a document in a document", one(0x29, &[1, b'x', 118, 0])),
    ] {
        let shared = Shared::new();
        assert_eq!(shared.apply(&[&update], ITEMS).expect("it is whole").outcomes, [Outcome::Malformed], "{what}");
        assert_eq!(shared.since(&[]).expect("a state"), [0, 0], "{what}");
    }
    assert!(Shared::new().since(&large(1 << 28)).is_err(), "a vector");
}

#[test]
fn nothing_is_taken_behind_a_hole() {
    let (there, shared) = (Doc::new(), Shared::new());
    let nodes = there.get_or_insert_map("nodes");
    let set = |key: &str| {
        let mut txn = there.transact_mut();
        nodes.insert(&mut txn, key, "1");
        txn.encode_update_v1()
    };
    // The second does not build on the first, which was lost, but its clock does.
    let (first, second) = (set("a/x"), set("b/x"));
    let applied = shared.apply(&[&second], ITEMS).expect("it is whole");
    assert_eq!((applied.outcomes, applied.update), (vec![Outcome::Incomplete], Bytes::new()));
    let applied = shared.apply(&[&first, &second], ITEMS).expect("it is whole");
    assert_eq!(applied.outcomes, [Outcome::Taken; 2]);
    Shared::load([&applied.update[..]]).expect("what is stored opens");
}

#[test]
fn shared_types_are_not_put_into_each_other() {
    let doc = Doc::new();
    let mut txn = doc.transact_mut();
    let nodes = txn.get_or_insert_map("nodes");
    let deep = nodes.insert(&mut txn, "a/x", MapPrelim::default());
    let only = txn.encode_update_v1();
    deep.insert(&mut txn, "in", true);
    let both = txn.encode_update_v1();
    drop(txn);
    for update in [only, both] {
        assert_eq!(Shared::new().apply(&[&update], ITEMS).expect("it is whole").outcomes, [Outcome::Malformed]);
    }
}

#[test]
fn what_a_page_has_overwritten_many_times_is_taken() {
    // Deleted entries of one key that follow each other are one block of several.
    let doc = Doc::new();
    let map = doc.get_or_insert_map("nodes");
    for step in 0..5 {
        map.insert(&mut doc.transact_mut(), "a/x", step.to_string());
    }
    let update = doc.transact().encode_diff_v1(&StateVector::default());
    let shared = Shared::new();
    assert_eq!(shared.apply(&[&update], ITEMS).expect("it is whole").outcomes, [Outcome::Taken]);
    assert_eq!(shared.count(), 1);
}
