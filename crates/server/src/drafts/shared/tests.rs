//! The overlay against the cases that the page's tests read too, against itself, and against strangers.

use proptest::prelude::{Just, Strategy, prop, prop_assert_eq, prop_oneof, proptest};
use serde_json::Value as Json;

use super::super::weight::ITEMS_MAX as ITEMS;
use super::*;

fn fixture(name: &str) -> Json {
    let path = format!("{}/../../web/src/graph/overlay/fixtures/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).expect("a fixture")).expect("JSON")
}

fn value(text: &str) -> Value {
    json::read_with(text.as_bytes(), json::Limits { depth: u32::MAX, ..json::Limits::JAVASCRIPT }).expect("JSON")
}

fn base_of(text: &str) -> Base {
    Base::new(Bytes::from(json::to_text(&value(text))))
}

fn file_of(document: &Document) -> Value {
    value(std::str::from_utf8(&document.text().expect("a text")).expect("UTF-8"))
}

/// The entries of a case, as somebody else would write them.
fn overlay(entries: &Json, texts: &Json) -> Shared {
    let shared = Shared::new();
    let mut txn = shared.doc.transact_mut();
    for (map, entries) in entries.as_object().into_iter().flatten() {
        let map = txn.get_or_insert_map(map.as_str());
        for (key, value) in entries.as_object().expect("entries") {
            let value = match value {
                Json::String(text) => Any::String(text.as_str().into()),
                Json::Bool(mark) => Any::Bool(*mark),
                Json::Null => Any::Null,
                Json::Number(number) => Any::from(number.as_f64().expect("a number")),
                other => Any::from_json(&other.to_string()).expect("JSON"),
            };
            map.insert(&mut txn, key.as_str(), value);
        }
    }
    for (name, content) in texts.as_object().into_iter().flatten() {
        let text = txn.get_or_insert_text(name.as_str());
        text.insert(&mut txn, 0, content.as_str().expect("a text"));
    }
    drop(txn);
    shared
}

#[test]
fn what_the_page_reads_is_read_here_too() {
    let cases = fixture("reading");
    for case in cases["cases"].as_array().expect("cases") {
        let shared = overlay(&case["entries"], &case["texts"]);
        // As it comes from somebody else: the kinds of the top-level types are not known yet.
        let known = Shared::load([&shared.since(&[]).expect("a state")[..]]).expect("an overlay");
        let document = known.read(&base_of(&case["base"].to_string())).expect("a document");
        let expected = match &case["expected_text"] {
            Json::String(text) => text.clone(),
            _ => case["expected"].to_string(),
        };
        let (read, expected) = (file_of(&document), value(&expected));
        assert_eq!(read, expected, "{}: {}", case["name"], json::to_text(&read));
        // The cases were sorted by their reading, so the order of keys is another one; each digit is there.
        let letters = |value: &Value| {
            let mut letters = json::to_text(value).into_bytes();
            letters.sort_unstable();
            letters
        };
        assert_eq!(letters(&read), letters(&expected), "{}", case["name"]);
    }
}

#[test]
fn texts_begin_alike_here_and_on_the_page() {
    let letters = fixture("letters");
    for begun in letters["begun"].as_array().expect("cases") {
        let path = format!(
            "{}/{}/{}@",
            begun["list"].as_str().expect("a list"),
            begun["row"].as_str().expect("a row"),
            begun["field"].as_str().expect("a field")
        );
        let (name, client) = named(&path, begun["content"].as_str().expect("a text"));
        assert_eq!((Some(name.as_str()), Some(client)), (begun["name"].as_str(), begun["client"].as_u64()));
    }
    for case in letters["by_letters"].as_array().expect("cases") {
        let is = is_long(case["before"].as_str().expect("a text")) || is_long(case["after"].as_str().expect("a text"));
        assert_eq!(Some(is), case["is"].as_bool(), "{case}");
    }
}

#[test]
fn two_who_change_one_text_both_keep_their_letters() {
    let base = base_of(r#"{"nodes":[{"id":"a","data":{"code":"one two 🌊 three"}}],"edges":[]}"#);
    let change = |code: &str| {
        let shared = Shared::new();
        let before = shared.read(&base).expect("a document");
        let mut after = before.clone();
        let row = format!(r#"{{"id":"a","data":{{"code":"{code}"}}}}"#);
        after.set_item(List::Nodes, 0, row.into_bytes()).expect("a row");
        shared.write(entries::difference(&before, &after).expect("a document").expect("a difference"))
    };
    let both = [change("one two 🌊 THREE"), change("ONE two 🌊 three")];
    let shared = Shared::new();
    let applied = shared.apply(&both, ITEMS).expect("it is whole");
    assert_eq!(applied.outcomes, [Outcome::Taken; 2]);
    let document = shared.read(&base).expect("a document");
    assert_eq!(
        document.text().expect("a text"),
        r#"{"nodes":[{"id":"a","data":{"code":"ONE two 🌊 THREE"}}],"edges":[]}"#
    );
    assert!(shared.apply(&both, ITEMS).expect("it is whole").update.is_empty(), "what is known changes nothing");
}

#[test]
fn an_update_that_lacks_what_it_builds_on_waits_for_nothing() {
    let (here, there) = (Shared::new(), Shared::new());
    let set = |shared: &Shared, value: &str| {
        let mut txn = shared.doc.transact_mut();
        shared.nodes.insert(&mut txn, "a/label", value);
        txn.encode_update_v1()
    };
    let first = set(&there, "\"1\"");
    let second = set(&there, "\"2\"");
    assert_eq!(here.apply(&[&second], ITEMS).expect("it is whole").outcomes, [Outcome::Incomplete]);
    assert!(here.since(&[]).expect("a state")[..] == [0, 0], "nothing of it is kept");
    assert_eq!(
        here.apply(&[&b"\xff\xff\xff"[..], &first, &second], ITEMS).expect("it is whole").outcomes,
        [Outcome::Malformed, Outcome::Taken, Outcome::Taken]
    );
    assert_eq!(here.since(&[]).expect("a state"), there.since(&[]).expect("a state"));
}

#[test]
fn comments_outlive_an_epoch_and_settled_conflicts_hold_up_nothing() {
    let shared = Shared::new();
    let mut txn = shared.doc.transact_mut();
    shared.comments.insert(&mut txn, "c1", r#"{"text":"why?"}"#);
    shared.conflicts.insert(&mut txn, "nodes/a/label@1", r#"{"path":"nodes/a/label","mine":1,"theirs":2}"#);
    shared.conflicts.insert(&mut txn, "nodes/a/label@2", r#"{"path":"nodes/a/label","chosen":{"how":"mine"}}"#);
    shared.conflicts.insert(&mut txn, "odd", "not JSON");
    drop(txn);
    assert_eq!(shared.open_conflicts(), 1);
    let (next, update) = shared.renewed(&[]);
    assert_eq!((next.open_conflicts(), next.count(), next.changes_file()), (0, 1, false));
    assert_eq!(Shared::load([&update[..]]).expect("an overlay").count(), 1);
}

/// A file of a few nodes and edges, some of them without names, and what somebody may make of it.
fn row() -> impl Strategy<Value = String> {
    let id = prop_oneof![Just("\"a\""), Just("\"b\""), Just("\"c/d\""), Just("\"#0\""), Just("7"), Just("")];
    let data = prop_oneof![
        Just(""),
        Just("{}"),
        Just("7"),
        Just("null"),
        Just(r#"{"x":1}"#),
        Just(r#"{"x":2,"y":"one two"}"#),
        Just(r#"{"y":"one {{two}}"}"#)
    ];
    (id, data, 0..3).prop_map(|(id, data, width)| {
        let id = if id.is_empty() { String::new() } else { format!(r#""id":{id},"#) };
        let data = if data.is_empty() { String::new() } else { format!(r#""data":{data},"#) };
        format!(r#"{{{id}{data}"width":{width}}}"#)
    })
}

fn rows() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(prop_oneof![9 => row(), 1 => Just("3".to_owned())], 0..6)
}

/// What to do with a document: of which list, which row, and what becomes of it.
type Step = (bool, prop::sample::Index, Option<String>);

proptest! {
    #[test]
    fn what_is_written_is_read_again(nodes in rows(), edges in rows(), steps in prop::collection::vec(
        (prop::bool::ANY, proptest::arbitrary::any::<prop::sample::Index>(), prop::option::of(row())), 1..12))
    {
        let base = base_of(&format!(r#"{{"nodes":[{}],"edges":[{}]}}"#, nodes.join(","), edges.join(",")));
        let shared = Shared::new();
        let mut before = Document::of(&base);
        for step in &steps {
            let Some(after) = stepped(&before, step) else { continue };
            // Where an id changes the file begins anew.
            let Some(difference) = entries::difference(&before, &after).expect("a document") else { continue };
            shared.write(difference);
            let read = shared.read(&base).expect("a document");
            prop_assert_eq!(rows_of(&read), rows_of(&after));
            let again = Shared::load([&shared.since(&[]).expect("a state")[..]]).expect("an overlay");
            prop_assert_eq!(again.read(&base).expect("a document").text().ok(), read.text().ok());
            before = read;
        }
    }
}

/// A row with its keys in order: what came to it stands last, wherever it stood.
fn sorted(row: &Value) -> String {
    serde_json::from_str::<Json>(&json::to_text(row)).expect("JSON").to_string()
}

/// The rows of a file, in an order of their own: what comes back under the name of a row of the base has that one's place.
fn rows_of(document: &Document) -> Vec<Vec<String>> {
    let file = file_of(document);
    let list = |list: List| {
        let mut rows: Vec<String> =
            file.get(list.key()).and_then(Value::as_array).unwrap_or_default().iter().map(sorted).collect();
        rows.sort_unstable();
        rows
    };
    List::BOTH.map(list).into()
}

fn stepped(before: &Document, (is_node, index, row): &Step) -> Option<Document> {
    let list = if *is_node { List::Nodes } else { List::Edges };
    let mut after = before.clone();
    let count = before.count(list).expect("a document");
    let text = row.as_ref().map(|row| json::to_text(&value(row)).into_bytes());
    let at = index.index(count + 1);
    let Some(slot) = before.slot_at(list, at).expect("a document") else {
        let text = text.filter(|text| {
            super::super::cut::name_of(text)
                .is_some_and(|id| before.find(list, &id).expect("a document") == super::super::document::Found::Nothing)
        })?;
        after.add_item(list, text).ok()?;
        return Some(after);
    };
    match text {
        None => after.remove_item(list, slot).ok()?,
        Some(text) => after.set_item(list, slot, text).ok()?,
    }
    Some(after)
}
