//! Rules in `docs/promises.md` name the tests that would fail if they were not so, and those tests exist.

use super::Finding;
use super::proofs::{Proofs, quoted};
use super::tree::Tree;

const PATH: &str = "docs/promises.md";
const RULE: &str = "promises";

/// Rows that name no test and do not say what is missing, and tests that are not there.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let Some(file) = tree.get(PATH) else { return vec![Finding::new(PATH, 1, RULE, "the table is missing")] };
    let proofs = Proofs::of(tree);
    let mut findings = Vec::new();
    for (line, cells) in rows(&file.text) {
        let mut tell = |message: String| findings.push(Finding::new(PATH, line, RULE, message));
        let [rule, tests, missing] = cells.as_slice() else {
            tell(format!("{} cells: the rule, its tests, what is missing", cells.len()));
            continue;
        };
        let named = quoted(tests);
        if named.is_empty() && missing.is_empty() {
            tell(format!("name a test of {rule:?}, or say what is missing"));
        }
        for name in named.into_iter().chain(quoted(missing)).filter(|name| !proofs.has(name)) {
            tell(format!("no test and no bar is called `{name}`"));
        }
    }
    findings
}

/// The rows of all tables, without their heads, by line.
fn rows(text: &str) -> Vec<(usize, Vec<&str>)> {
    let (mut rows, mut in_table) = (Vec::new(), false);
    for (line, text) in text.lines().enumerate() {
        let Some(cells) = text.strip_prefix('|').and_then(|rest| rest.strip_suffix('|')) else {
            in_table = false;
            continue;
        };
        if in_table {
            rows.push((line + 1, cells.split('|').map(str::trim).collect()));
        }
        in_table |= cells.starts_with("---");
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(rows: &str) -> Vec<String> {
        let text = format!("# Promises\n\n| rule | tests | missing |\n|---|---|---|\n{rows}\nAfter `it`.\n");
        let rust = "#[test]\nfn holds() {}\nfn helps() {}";
        check(&Tree::of(&[(PATH, &text), ("a.rs", rust)])).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn accepts_rules_with_a_test_or_what_is_missing() {
        assert_eq!(findings("| a | `holds` (*case*) | |\n| b | `holds` | a part |\n| c | | all |"), [""; 0]);
    }

    #[test]
    fn rejects_rules_without_either_and_tests_that_are_gone() {
        assert_eq!(findings("| a | none | |"), ["name a test of \"a\", or say what is missing"]);
        assert_eq!(findings("| a | `helps`, `holds` | |"), ["no test and no bar is called `helps`"]);
        assert_eq!(findings("| a | | all but `helped` |"), ["no test and no bar is called `helped`"]);
        assert_eq!(findings("| a | `holds` |"), ["2 cells: the rule, its tests, what is missing"]);
        assert_eq!(check(&Tree::of(&[("a.rs", "")])).len(), 1, "the page itself");
    }
}
