//! Each Rust file opens by saying what it owns.

use super::{Finding, tree::Tree};

/// Files that do not begin with `//!` and a sentence.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust() {
        let first = file.text.lines().next().unwrap_or_default();
        let sentence = first.strip_prefix("//!").unwrap_or_default().trim();
        if sentence.len() < 4 || sentence == "Placeholder." {
            let message = "the first line is `//!` and a sentence: what this file owns and promises";
            findings.push(Finding::new(&file.path, 1, "header", message));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_a_file_that_does_not_say_what_it_owns() {
        let of = |text: &str| check(&Tree::of(&[("a.rs", text)])).len();
        assert_eq!((of(""), of("use std;\n//! Late."), of("//!\nmod a;"), of("//! Placeholder.")), (1, 1, 1, 1));
        assert_eq!(of("//! Values that flow through a workflow.\n"), 0);
    }
}
