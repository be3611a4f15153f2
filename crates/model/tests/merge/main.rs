//! Merging files: cases that are told apart by name, and what holds for any three files.

mod cases;
mod files;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use files::{any_file, any_value, edits};
use model::diff::Diff;
use model::merge::{Merged, merge};
use model::{Graph, Value, json};
use proptest::prelude::*;

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Words that stand in one place only: `m17` and the like, and numbers of seven digits.
fn markers(text: &str) -> BTreeSet<&str> {
    let words = text.split(|char: char| !char.is_ascii_alphanumeric());
    words.filter(|word| word.len() > 1 && word[1..].bytes().all(|byte| byte.is_ascii_digit())).collect()
}

/// All that a merge tells, as text.
fn told(merged: &Merged) -> String {
    let mut text = json::to_text(&merged.file);
    write!(text, " {}", serde_json::to_string(&merged.conflicts).expect("JSON")).expect("a text");
    text
}

proptest! {
    #![proptest_config(config(2_000))]

    #[test]
    fn nothing_is_lost_unseen((base, mine, theirs) in edits()) {
        let merged = merge(&base, &mine, &theirs);
        let texts = [&base, &mine, &theirs].map(json::to_text);
        let [base, mine, theirs] = texts.each_ref().map(|text| markers(text));
        let told = told(&merged);
        let told = markers(&told);
        for (name, side) in [("mine", &mine), ("theirs", &theirs)] {
            for marker in side.difference(&base) {
                prop_assert!(told.contains(marker), "{marker} of {name} is gone");
            }
        }
        for marker in mine.intersection(&theirs) {
            prop_assert!(told.contains(marker), "{marker}, which both kept, is gone");
        }
    }

    #[test]
    fn what_one_side_did_not_do_is_no_conflict((base, mine, theirs) in edits()) {
        for side in [&mine, &theirs] {
            for merged in [merge(&base, &base, side), merge(&base, side, &base), merge(&base, side, side)] {
                prop_assert_eq!(&merged.file, side);
                prop_assert!(merged.conflicts.is_empty() && merged.renamed.is_empty());
            }
        }
    }

    #[test]
    fn the_same_is_told_from_either_side((base, mine, theirs) in edits()) {
        let paths = |merged: &Merged| merged.conflicts.iter().map(|it| it.path.clone()).collect::<BTreeSet<_>>();
        prop_assert_eq!(paths(&merge(&base, &mine, &theirs)), paths(&merge(&base, &theirs, &mine)));
    }

    #[test]
    fn a_difference_is_told_if_and_only_if_there_is_one((base, mine, _) in edits()) {
        let diff = Diff::of(&base, &mine);
        prop_assert!(diff.is_empty() || base != mine);
        let text = serde_json::to_string(&diff).expect("JSON");
        let (before, after) = (json::to_text(&base), json::to_text(&mine));
        let (before, after) = (markers(&before), markers(&after));
        let told = markers(&text);
        prop_assert!(before.symmetric_difference(&after).all(|marker| told.contains(marker)));
    }

    #[test]
    fn any_shapes_merge(base in any_file(), mine in any_file(), theirs in any_file()) {
        let merged = merge(&base, &mine, &theirs);
        Graph::lenient(&merged.file);
        prop_assert!(json::read(json::to_text(&merged.file).as_bytes()).is_ok());
        for (merged, side) in [
            (merge(&base, &base, &theirs), &theirs),
            (merge(&base, &mine, &base), &mine),
            (merge(&base, &mine, &mine), &mine),
        ] {
            prop_assert_eq!(&merged.file, side);
            prop_assert!(merged.conflicts.is_empty());
        }
        prop_assert!(Diff::of(&base, &base).is_empty());
        Diff::of(&base, &mine);
    }

    #[test]
    fn any_values_merge(base in any_value(), mine in any_value(), theirs in any_value()) {
        merge(&base, &mine, &theirs);
        Diff::of(&base, &mine);
    }

    #[test]
    fn texts_merge_to_what_both_wrote(
        base in "[a-c ]{0,12}", mine in "[a-d ]{0,12}", theirs in "[a-c e\n🎉]{0,12}",
    ) {
        prop_assert_eq!(&model::text::merge(&base, &base, &theirs).text, &theirs);
        prop_assert_eq!(&model::text::merge(&base, &mine, &base).text, &mine);
        prop_assert_eq!(&model::text::merge(&base, &mine, &mine).text, &mine);
        let (one, other) = (model::text::merge(&base, &mine, &theirs), model::text::merge(&base, &theirs, &mine));
        prop_assert_eq!(one.overlaps, other.overlaps);
        if one.overlaps == 0 {
            prop_assert_eq!(one.text, other.text);
        }
    }
}

/// A file of that many nodes in a chain; `changed` says what some of them say.
fn long(count: usize, changed: impl Fn(usize) -> Option<String>) -> Value {
    let mut text = String::from(r#"{"nodes":["#);
    for at in 0..count {
        let comma = if at > 0 { "," } else { "" };
        let url = changed(at).unwrap_or_else(|| format!("https://example.org/{at}"));
        write!(text, r#"{comma}{{"id":"n{at}","type":"http","data":{{"url":"{url}"}}}}"#).expect("a text");
    }
    text.push_str(r#"],"edges":["#);
    for at in 1..count {
        let comma = if at > 1 { "," } else { "" };
        write!(text, r#"{comma}{{"source":"n{}","target":"n{at}"}}"#, at - 1).expect("a text");
    }
    text.push_str("]}");
    json::read(text.as_bytes()).expect("JSON")
}

#[test]
fn a_hundred_thousand_rows_merge() {
    let base = long(100_000, |_| None);
    let mine = long(100_000, |at| (at % 200 == 0).then(|| "mine".to_owned()));
    let theirs = long(100_001, |at| (at % 300 == 0).then(|| "theirs".to_owned()));
    let merged = merge(&base, &mine, &theirs);
    assert_eq!(merged.conflicts.len(), 100_000_usize.div_ceil(600));
    let nodes = merged.file.get("nodes").and_then(Value::as_array).expect("nodes");
    let url = |node: &Value| node.get("data").and_then(|data| data.get("url")?.as_text().cloned());
    let of = |wanted: &str| nodes.iter().filter(|node| url(node).is_some_and(|url| url == wanted)).count();
    assert_eq!((nodes.len(), of("mine")), (100_001, 500));
    assert_eq!(of("theirs"), 100_001_usize.div_ceil(300) - 167);
}

#[test]
fn rows_that_nothing_tells_apart_do_not_take_forever() {
    let list = |text: &str, count: usize| vec![text; count].join(",");
    let file = |more: usize| {
        let (same, stray) = (list(r#"{"id":"a","x":1}"#, 20_000), list("7", 20_000));
        let own: Vec<String> = (0..20_000).map(|at| format!(r#"{{"x":{}}}"#, at * more)).collect();
        let text = format!(r#"{{"nodes":[{same},{stray},{}]}}"#, own.join(","));
        json::read(text.as_bytes()).expect("JSON")
    };
    let (base, mine, theirs) = (file(1), file(2), file(3));
    let merged = merge(&base, &mine, &theirs);
    assert_eq!(merged.file.get("nodes").and_then(Value::as_array).map(<[Value]>::len), Some(60_000));
    // What both added under one id gets as many ids of its own.
    let added: Vec<String> = (0..20_000).map(|at| format!(r#"{{"id":"n{at}","parentId":"n{}"}}"#, at + 1)).collect();
    let of = |top: &str| format!(r#"{{"nodes":[{},{{"id":"n20000","x":"{top}"}}]}}"#, added.join(","));
    let [mine, theirs] = ["mine", "theirs"].map(|top| json::read(of(top).as_bytes()).expect("JSON"));
    let apart = merge(&json::read(b"{}").expect("JSON"), &mine, &theirs);
    assert_eq!((apart.renamed.len(), apart.conflicts.len()), (20_001, 0), "what stands inside of what is two is two");
}
