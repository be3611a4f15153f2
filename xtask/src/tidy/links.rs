//! Links between documents lead somewhere.

use super::Finding;
use super::tree::{File, Tree};

/// Links of Markdown files to files that do not exist.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files().iter().filter(|file| file.path.ends_with(".md")) {
        for (line, target) in targets(file) {
            if !tree.has(&target) {
                findings.push(Finding::new(&file.path, line, "dead link", format!("there is no {target}")));
            }
        }
    }
    findings
}

/// Pages named in passing (`SOMETHING.md`) that this repository does not have.
pub(crate) fn mentions(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    // The rules speak of pages that samples do not have.
    for file in tree.files().iter().filter(|file| !file.is_in("xtask")) {
        for (index, line) in file.text.lines().enumerate() {
            for page in pages(line).filter(|page| !tree.has_named(page)) {
                let message = format!("{page} is no page of this repository: say here what it says");
                findings.push(Finding::new(&file.path, index + 1, "dead link", message));
            }
        }
    }
    findings
}

/// Names in capitals that end in `.md`.
fn pages(line: &str) -> impl Iterator<Item = &str> {
    let words = line.split(|char: char| !char.is_ascii_alphanumeric() && !"._-".contains(char));
    words.filter_map(|word| word.find(".md").map(|at| &word[..at + 3])).filter(|page| {
        let stem = &page[..page.len() - 3];
        stem.len() > 2 && stem.chars().all(|char| char.is_ascii_uppercase() || char == '_')
    })
}

/// Files of this repository that a Markdown file links to or shows, as paths from the root, with the line.
pub(crate) fn targets(file: &File) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut fenced = false;
    for (index, line) in file.text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            continue;
        }
        if fenced {
            continue;
        }
        // Every second piece between backticks is code.
        let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
        let links = prose.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
        let images = prose.split("src=\"").skip(1).filter_map(|rest| rest.split('"').next());
        for target in links.chain(images) {
            let path = target.split('#').next().unwrap_or_default();
            if !path.is_empty() && !path.contains(':') {
                found.push((index + 1, resolve(&file.path, path)));
            }
        }
    }
    found
}

/// A path as written in a file, from the root.
pub(crate) fn resolve(from: &str, target: &str) -> String {
    let mut parts: Vec<&str> = if target.starts_with('/') { Vec::new() } else { from.split('/').collect() };
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_pages_that_are_not_here() {
        let tree = Tree::of(&[("docs/GUIDE.md", ""), ("a.rs", "// see GUIDE.md, x.md\n// and PLAN.md.")]);
        let found = mentions(&tree);
        assert_eq!(found.iter().map(|finding| finding.line).collect::<Vec<_>>(), [2], "{found:?}");
    }

    #[test]
    fn rejects_links_that_lead_nowhere() {
        let text = "[a](design/a.md#part) [gone](gone.md) [out](https://x.y/z.md) [here](#x)\n`[code](no.md)`\n```\n[x](y.md)\n```\n<img src=\"images/b.png\">";
        let found = check(&Tree::of(&[("docs/index.md", text), ("docs/design/a.md", "[up](../index.md)")]));
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, ["there is no docs/gone.md", "there is no docs/images/b.png"]);
    }
}
