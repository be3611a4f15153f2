//! `tidy`: the rules of the house, checked by a machine. A rule that is not executable decays.
//!
//! Each rule is one function from the tree to what breaks it, with tests that show it bites.

mod blocks;
mod directions;
mod headers;
mod links;
mod names;
mod paths;
mod promises;
mod proofs;
mod purity;
mod reach;
mod size;
mod source;
mod tree;
mod words;

use std::path::Path;
use std::time::Instant;

use anyhow::Result;

use tree::Tree;

/// One line of one file that breaks a rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    path: String,
    line: usize,
    rule: &'static str,
    message: String,
}

impl Finding {
    fn new(path: &str, line: usize, rule: &'static str, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, rule, message: message.into() }
    }
}

type Rule = fn(&Tree) -> Vec<Finding>;

const RULES: [Rule; 18] = [
    directions::check,
    size::files,
    size::functions,
    names::check,
    words::unfinished,
    words::lints,
    words::printing,
    purity::sql,
    purity::clock,
    headers::check,
    reach::modules,
    reach::documents,
    reach::examples,
    links::check,
    links::mentions,
    paths::check,
    proofs::check,
    promises::check,
];

/// Checks the tree and prints what breaks a rule. Whether nothing does.
pub(crate) fn run(root: &Path) -> Result<bool> {
    let begun = Instant::now();
    let tree = Tree::read(root)?;
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(&tree)).collect();
    findings.sort();
    for Finding { path, line, rule, message } in &findings {
        println!("{path}:{line}: {rule}: {message}");
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!("tidy: {} files, {} rules, {} findings, {seconds:.2} s", tree.files().len(), RULES.len(), findings.len());
    Ok(findings.is_empty())
}
