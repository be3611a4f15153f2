//! Claims in `docs/coverage.md` name a proof that exists.

use std::collections::BTreeSet;

use super::Finding;
use super::tree::{File, Language, Tree};
use crate::bars::FIRST_RUN;
use crate::coverage::{self, PARTS, Row};

const RULE: &str = "coverage";

/// Rows that are missing, doubled or unknown, and claims without a proof or a place.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let Some(table) = tree.get(coverage::PATH) else {
        return vec![Finding::new(coverage::PATH, 1, RULE, "the table is missing")];
    };
    let rows = coverage::parse(&table.text);
    let mut findings = completeness(&rows);
    let proofs = Proofs::of(tree);
    for row in &rows {
        let messages = match row.status.as_str() {
            "no" => Vec::new(),
            "done" | "partly" => claims(tree, &proofs, row),
            other => vec![format!("status `{other}`: done, partly or no")],
        };
        findings.extend(messages.into_iter().map(|text| at(row.line, format!("{}: {text}", row.id))));
    }
    findings
}

fn at(line: usize, message: String) -> Finding {
    Finding::new(coverage::PATH, line, RULE, message)
}

/// Each id once.
fn completeness(rows: &[Row]) -> Vec<Finding> {
    let wanted: Vec<String> =
        PARTS.iter().flat_map(|(part, count, _)| (1..=*count).map(move |number| format!("{part}-{number}"))).collect();
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    for row in rows {
        if !wanted.contains(&row.id) {
            findings.push(at(row.line, format!("{} is no row of the requirements", row.id)));
        } else if !seen.insert(row.id.as_str()) {
            findings.push(at(row.line, format!("{} stands here a second time", row.id)));
        }
    }
    let missing = wanted.iter().filter(|id| !seen.contains(id.as_str()));
    findings.extend(missing.map(|id| at(1, format!("{id} has no row"))));
    findings
}

/// What is wrong with a row that claims something.
fn claims(tree: &Tree, proofs: &Proofs, row: &Row) -> Vec<String> {
    let mut messages = Vec::new();
    let places = quoted(&row.places);
    if places.is_empty() {
        messages.push("name the place in backticks, such as `crates/store/src/feed.rs`".to_owned());
    }
    for place in places.iter().filter(|place| !tree.has(place)) {
        messages.push(format!("there is no {place}"));
    }
    let named = quoted(&row.proof);
    if named.is_empty() {
        messages.push("name a test or a bar in backticks".to_owned());
    }
    for proof in named.iter().filter(|proof| !proofs.has(proof)) {
        messages.push(format!("no test and no bar is called `{proof}`"));
    }
    messages
}

/// What stands between backticks.
pub(super) fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// Names of all tests and bars.
pub(super) struct Proofs {
    names: BTreeSet<String>,
}

impl Proofs {
    pub(super) fn of(tree: &Tree) -> Self {
        let mut names = BTreeSet::from([FIRST_RUN.to_owned()]);
        for file in tree.files() {
            match file.language {
                Language::Rust => {
                    names.extend(rust_tests(file));
                    names.extend(suite_tests(&file.source.code));
                }
                Language::Script => names.extend(script_tests(&file.text)),
                Language::Other => {}
            }
            if file.is_in("bench") {
                let ids = file.source.literals.iter().filter(|literal| is_bar(&literal.text));
                names.extend(ids.map(|literal| literal.text.clone()));
            }
        }
        Self { names }
    }

    /// A Rust test may be written with modules in front; a bar with several figures by what they have in common.
    pub(super) fn has(&self, name: &str) -> bool {
        let figure = format!("{name}.");
        self.names.contains(name)
            || self.names.contains(name.rsplit("::").next().unwrap_or_default())
            || (is_bar(name) && self.names.iter().any(|known| known.starts_with(&figure)))
    }
}

/// `engine.chain`, `engine.chain.p50`: words of small letters and digits.
fn is_bar(text: &str) -> bool {
    let is_part = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_';
    let starts = text.starts_with(|char: char| char.is_ascii_lowercase());
    starts && text.contains('.') && text.split('.').all(|part| !part.is_empty() && part.chars().all(is_part))
}

/// Functions under an attribute whose path ends in `test`.
fn rust_tests(file: &File) -> Vec<String> {
    let lines: Vec<&str> = file.source.code.lines().collect();
    let words = file.source.words();
    let mut names = Vec::new();
    for pair in words.windows(2) {
        let [keyword, name] = pair else { continue };
        let above = lines[..keyword.line - 1].iter().rev().map(|line| line.trim());
        let mut attributes = above.take_while(|line| line.is_empty() || line.starts_with("#[") || line.ends_with(")]"));
        if keyword.text == "fn" && attributes.any(is_test_attribute) {
            names.push(name.text.to_owned());
        }
    }
    names
}

/// Names in `on_every_store!(…)`, which makes a test of each for each store.
fn suite_tests(code: &str) -> Vec<String> {
    let lists = code.split("on_every_store!(").skip(1).filter_map(|rest| rest.split(')').next());
    let names = lists.flat_map(|list| list.split(',')).map(str::trim).filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

fn is_test_attribute(line: &str) -> bool {
    let path = line.strip_prefix("#[").and_then(|rest| rest.split(['(', ']']).next());
    path.is_some_and(|path| path.trim().split("::").last() == Some("test"))
}

/// Names in `test("…"` and `it("…"`.
fn script_tests(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for start in ["test(", "it("] {
        for (at, _) in text.match_indices(start) {
            let is_call = !text[..at].ends_with(|char: char| char.is_alphanumeric() || char == '_' || char == '.');
            let rest = text[at + start.len()..].trim_start();
            let quote = rest.chars().next().filter(|char| "\"'`".contains(*char));
            if let (true, Some(quote)) = (is_call, quote) {
                names.extend(rest[1..].split(quote).next().map(str::to_owned));
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A complete table with some rows replaced, and two files with proofs.
    fn findings(changed: &[(&str, &str)], extra: &str) -> Vec<String> {
        let mut text = String::new();
        for (part, count, _) in PARTS {
            for number in 1..=count {
                let id = format!("{part}-{number}");
                let replaced = changed.iter().find(|(row, _)| *row == id).map(|(_, line)| (*line).to_owned());
                text += &replaced.unwrap_or_else(|| format!("| {id} text | no | | |\n"));
            }
        }
        text += extra;
        let rust = "on_every_store!(\n    first,\n    second,\n);\n#[test]\nfn saves() {}\n#[cfg(test)]\nfn not_a_test() {}\n#[tokio::test(flavor = \"x\")]\nasync fn streams() {}";
        let tree = Tree::of(&[
            (coverage::PATH, &text),
            ("a.rs", rust),
            ("web/a.test.ts", "it(\"draws edges\", () => {});"),
            ("bench/src/lib.rs", "const A: &str = \"engine.chain.p50\";"),
        ]);
        check(&tree).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn accepts_a_table_whose_claims_have_proofs() {
        let done = "| R0-1 x | done | `a.rs`, `web` | `saves`, `a::streams`, `first`, `second`, `draws edges`, `engine.chain`, `engine.chain.p50`, `build.first` |\n";
        assert_eq!(findings(&[("R0-1", done)], ""), Vec::<String>::new());
    }

    #[test]
    fn rejects_claims_without_a_proof_or_a_place() {
        for (cells, want) in [
            ("done | `a.rs` | ", "R0-1: name a test or a bar in backticks"),
            ("partly | `a.rs` | `not_a_test`", "R0-1: no test and no bar is called `not_a_test`"),
            ("done | `a.rs` | `saves`, `engine.gone`", "R0-1: no test and no bar is called `engine.gone`"),
            ("done | `a.rs` | `engine.cha`", "R0-1: no test and no bar is called `engine.cha`"),
            ("done | | `saves`", "R0-1: name the place in backticks, such as `crates/store/src/feed.rs`"),
            ("done | `gone.rs` | `saves`", "R0-1: there is no gone.rs"),
            ("maybe | | ", "R0-1: status `maybe`: done, partly or no"),
        ] {
            assert_eq!(findings(&[("R0-1", &format!("| R0-1 x | {cells} |\n"))], ""), [want]);
        }
    }

    #[test]
    fn rejects_missing_doubled_and_unknown_rows() {
        assert_eq!(findings(&[("RN-100", "")], ""), ["RN-100 has no row"]);
        assert_eq!(findings(&[], "| R4-45 again | no | | |\n"), ["R4-45 stands here a second time"]);
        assert_eq!(findings(&[], "| R4-46 new | no | | |\n"), ["R4-46 is no row of the requirements"]);
    }
}
