//! Bars of documents: files that two people changed, merged.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

use model::merge::{MadeFrom, merge};
use model::{Value, json};

use crate::report::Bar;
use crate::{Group, Options};

pub(crate) const GROUPS: &[Group] =
    &[Group { id: "documents.merge", measure: merges }, Group { id: "documents.check", measure: checks }];

/// The area.
pub(crate) const AREA: &str = "documents";

/// How many rows each side changes.
const CHANGES: usize = 500;
/// Graphs by their name, how many nodes they have, and what merging may take in ms.
const SIZES: [(&str, usize, f64); 2] = [("10k", 10_000, 50.0), ("100k", 100_000, 500.0)];

#[expect(clippy::unnecessary_wraps, reason = "one form for all groups")]
fn merges(options: &Options) -> anyhow::Result<Vec<Bar>> {
    let bar = |(name, nodes, limit): (&str, usize, f64)| {
        let step = nodes / CHANGES;
        let changed = |first: usize, who: &'static str| {
            file(nodes, |at| if at % step == first { Some((who, at / step % 10)) } else { None })
        };
        let texts = [file(nodes, |_| None), changed(0, "mine"), changed(step / 2, "theirs")];
        let (mut reading, mut merging) = (f64::MAX, f64::MAX);
        for _ in 0..options.rounds {
            let began = Instant::now();
            let [base, mine, theirs] = texts.each_ref().map(|text| read(text));
            reading = reading.min(ms_since(began));
            let began = Instant::now();
            let merged = black_box(merge(&base, &mine, &theirs));
            merging = merging.min(ms_since(began));
            assert!(merged.conflicts.is_empty(), "each changed nodes of its own");
        }
        let floor = format!("reading the three files {reading:.1} ms");
        Bar::at_most(&format!("documents.merge.{name}"), merging, "ms", limit, floor)
    };
    Ok(SIZES.into_iter().map(bar).collect())
}

/// Whether a change was made from the newest state: it is asked with each save.
#[expect(clippy::unnecessary_wraps, reason = "one form for all groups")]
fn checks(options: &Options) -> anyhow::Result<Vec<Bar>> {
    const CHECKS: u32 = 10_000_000;
    let mut best = f64::MAX;
    for _ in 0..options.rounds {
        let began = Instant::now();
        for at in 0..CHECKS {
            let known = if at % 2 == 0 { MadeFrom::Rev(u64::from(at)) } else { MadeFrom::At(i64::from(at)) };
            black_box(black_box(known).is_newest(black_box(7), black_box(9)));
        }
        best = best.min(began.elapsed().as_secs_f64() * 1e6 / f64::from(CHECKS));
    }
    Ok(vec![Bar::at_most("documents.check", best, "us", 1.0, format!("{CHECKS} checks"))])
}

fn ms_since(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e3
}

fn read(text: &str) -> Value {
    json::read(text.as_bytes()).expect("the graph is JSON")
}

/// A graph as the editor saves it: HTTP requests in a chain, each with an edge that has an id. `changed` says who changed a
/// node: of ten that somebody did, one is gone and one has another beside it.
fn file(nodes: usize, changed: impl Fn(usize) -> Option<(&'static str, usize)>) -> String {
    let mut text = String::from(r#"{"name":"bench","nodes":["#);
    for at in 0..nodes {
        let (who, what) = changed(at).unwrap_or(("b", 9));
        if what == 0 {
            continue;
        }
        node(&mut text, &format!("n{at}"), at, who);
        if what == 1 {
            node(&mut text, &format!("{who}{at}"), at, who);
        }
    }
    text.pop();
    text.push_str(r#"],"edges":["#);
    for at in 1..nodes {
        let comma = if at > 1 { "," } else { "" };
        write!(text, r#"{comma}{{"id":"e{at}","source":"n{}","target":"n{at}","sourceHandle":"out"}}"#, at - 1)
            .expect("a text grows");
    }
    text.push_str("]}");
    text
}

fn node(text: &mut String, id: &str, at: usize, who: &str) {
    let (x, y) = (at % 100 * 250, at / 100 * 120);
    write!(
        text,
        r#"{{"id":"{id}","type":"http_request","position":{{"x":{x},"y":{y}}},"data":{{"label":"Fetch {at}","method":"GET","url":"https://example.org/{who}/{at}","timeout":"30s"}}}},"#,
    )
    .expect("a text grows");
}
