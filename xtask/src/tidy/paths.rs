//! No path of one machine in the tree.

use super::source::is_word;
use super::{Finding, tree::Tree};

// Spelled in two halves, so that this file does not break its own rule.
const FOLDERS: [&str; 4] =
    [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/")];

/// Absolute paths of somebody's machine.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files() {
        for (index, line) in file.text.lines().enumerate() {
            if let Some(folder) = FOLDERS.iter().find(|folder| has_path(line, folder)) {
                let message = format!("`{folder}` is a path of one machine: use one relative to the repository");
                findings.push(Finding::new(&file.path, index + 1, "path", message));
            }
        }
    }
    findings
}

/// Whether the folder stands at the beginning of a path: not inside a relative path or an address.
fn has_path(line: &str, folder: &str) -> bool {
    line.match_indices(folder)
        .any(|(at, _)| !line[..at].ends_with(|char: char| is_word(char) || "./-}]>~*".contains(char)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_paths_of_one_machine() {
        let of = |text: &str| check(&Tree::of(&[("a.md", text)])).len();
        for folder in FOLDERS {
            assert_eq!(of(&format!("see {folder}x")), 1, "{folder}");
            assert_eq!(of(&format!("\"{folder}x\"")), 1, "{folder}");
            assert_eq!(of(&format!("https://example.com{folder}x and ..{folder}x")), 0, "{folder}");
        }
    }
}
