//! Dead files: modules that no crate contains, documents that nothing leads to, examples that nobody mentions.

use std::collections::BTreeSet;

use super::tree::{File, Language, Tree};
use super::{Finding, links};

const RULE: &str = "dead file";
/// Where a reader begins.
const DOORS: [&str; 4] = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];

/// Rust files that no `mod` line leads to.
pub(crate) fn modules(tree: &Tree) -> Vec<Finding> {
    let packages: Vec<&str> = tree
        .files()
        .iter()
        .filter_map(|file| file.path.strip_suffix("Cargo.toml"))
        .filter(|at| !at.is_empty())
        .collect();
    let mut open: Vec<String> = packages.iter().flat_map(|package| roots(tree, package)).collect();
    let roots: BTreeSet<String> = open.iter().cloned().collect();
    let mut reached = BTreeSet::new();
    while let Some(path) = open.pop() {
        let Some(file) = tree.get(&path) else { continue };
        if reached.insert(path) {
            open.extend(children(file, roots.contains(&file.path)));
        }
    }
    let inside = |file: &&File| packages.iter().any(|package| file.path.starts_with(package));
    let dead = tree.rust().filter(inside).filter(|file| !reached.contains(&file.path));
    dead.map(|file| Finding::new(&file.path, 1, RULE, "no `mod` line leads here")).collect()
}

/// Files that cargo compiles by themselves.
fn roots(tree: &Tree, package: &str) -> Vec<String> {
    let manifest = tree.get(&format!("{package}Cargo.toml")).map_or("", |file| &file.text);
    let named = manifest.lines().filter_map(|line| line.trim().strip_prefix("path")?.split('"').nth(1));
    let mut roots: Vec<String> =
        named.filter(|path| path.ends_with(".rs")).map(|path| format!("{package}{path}")).collect();
    for file in tree.rust() {
        let Some(rest) = file.path.strip_prefix(package) else { continue };
        let parts: Vec<&str> = rest.split('/').collect();
        let is_root = match parts[..] {
            ["src", file] => file == "lib.rs" || file == "main.rs",
            ["tests" | "benches" | "examples", _] | ["src", "bin", _] | ["build.rs"] => true,
            ["tests" | "benches" | "examples", _, file] | ["src", "bin", _, file] => file == "main.rs",
            _ => false,
        };
        if is_root {
            roots.push(file.path.clone());
        }
    }
    roots
}

/// Files that this one brings in: by `mod`, by `#[path]`, by `include!`.
fn children(file: &File, is_root: bool) -> Vec<String> {
    let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
    let stem = name.trim_end_matches(".rs");
    let inner = if is_root || stem == "mod" { folder.to_owned() } else { format!("{folder}/{stem}") };
    let mut found = Vec::new();
    let words = file.source.words();
    for pair in words.windows(2) {
        let [keyword, name] = pair else { continue };
        if keyword.text == "mod" && file.source.code[name.end()..].trim_start().starts_with(';') {
            found.push(format!("{inner}/{}.rs", name.text));
            found.push(format!("{inner}/{}/mod.rs", name.text));
        }
    }
    for literal in file.source.literals.iter().filter(|literal| literal.text.ends_with(".rs")) {
        let line = file.source.code.lines().nth(literal.line - 1).unwrap_or_default();
        if line.contains("#[path") || line.contains("include!(") {
            found.push(links::resolve(&file.path, &literal.text));
        }
    }
    found
}

/// Documents that no chain of links leads to from the first pages, and pictures that no page shows.
pub(crate) fn documents(tree: &Tree) -> Vec<Finding> {
    let mut open: Vec<String> = DOORS.iter().map(|door| (*door).to_owned()).collect();
    let mut reached = BTreeSet::new();
    while let Some(path) = open.pop() {
        let Some(file) = tree.get(&path) else { continue };
        if reached.insert(path) && file.path.ends_with(".md") {
            open.extend(links::targets(file).into_iter().map(|(_, target)| target));
        }
    }
    let documents = tree.files().iter().filter(|file| file.is_in("docs") && file.language == Language::Other);
    let dead = documents.filter(|file| !reached.contains(&file.path));
    dead.map(|file| Finding::new(&file.path, 1, RULE, "no link leads here from README, ARCHITECTURE or CONTRIBUTING"))
        .collect()
}

/// Examples that the list of examples does not mention.
pub(crate) fn examples(tree: &Tree) -> Vec<Finding> {
    let Some(list) = tree.get("examples/README.md") else { return Vec::new() };
    let mut findings = Vec::new();
    for file in tree.files() {
        let Some(name) = file.path.strip_prefix("examples/") else { continue };
        if name != "README.md" && !list.text.contains(name) {
            findings.push(Finding::new(&file.path, 1, RULE, "examples/README.md does not mention it"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(findings: &[Finding]) -> Vec<&str> {
        findings.iter().map(|finding| finding.path.as_str()).collect()
    }

    #[test]
    fn rejects_modules_that_nothing_contains() {
        let tree = Tree::of(&[
            ("a/Cargo.toml", "[[test]]\npath = \"proof/all.rs\""),
            ("a/src/lib.rs", "mod one;\npub mod two;\n// mod dead;\n#[path = \"odd.rs\"]\nmod three;"),
            ("a/src/one.rs", "mod deep;"),
            ("a/src/one/deep.rs", ""),
            ("a/src/two/mod.rs", "mod near;"),
            ("a/src/two/near.rs", ""),
            ("a/src/odd.rs", ""),
            ("a/src/dead.rs", "mod deep;"),
            ("a/src/deep.rs", ""),
            ("a/tests/api.rs", "mod shared;"),
            ("a/tests/shared/mod.rs", ""),
            ("a/proof/all.rs", ""),
        ]);
        assert_eq!(paths(&modules(&tree)), ["a/src/dead.rs", "a/src/deep.rs"]);
    }

    #[test]
    fn rejects_documents_that_nothing_leads_to() {
        let tree = Tree::of(&[
            ("README.md", "[a](docs/a.md)"),
            ("docs/a.md", "[b](design/b.md) ![c](images/c.png)"),
            ("docs/design/b.md", ""),
            ("docs/images/c.png", ""),
            ("docs/images/dead.png", ""),
            ("docs/dead.md", "[self](dead.md)"),
        ]);
        assert_eq!(paths(&documents(&tree)), ["docs/images/dead.png", "docs/dead.md"]);
    }

    #[test]
    fn rejects_examples_that_the_list_does_not_mention() {
        let tree =
            Tree::of(&[("examples/README.md", "`a.json` adds"), ("examples/a.json", ""), ("examples/b.json", "")]);
        assert_eq!(paths(&examples(&tree)), ["examples/b.json"]);
    }
}
