//! How long files and functions may be.

use super::tree::{File, Language, Tree};
use super::{Finding, blocks};

const FILE_LINES: usize = 800;
const TEST_FILE_LINES: usize = 1000;
const ARCHITECTURE_LINES: usize = 250;
const FUNCTION_LINES: usize = 70;

/// Functions that were too long when the rule came, with the most they may have. Numbers only go down; an entry that
/// is not needed any more is a finding too.
const RATCHET: [(&str, &str, usize); 0] = [];

/// Files that are too long to be read in one sitting. Data, snapshots and generated files are exempt.
pub(crate) fn files(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files() {
        let Some(limit) = limit(file) else { continue };
        let lines = file.text.lines().count();
        if lines > limit {
            let message = format!("{lines} lines, at most {limit}: split it by what it owns");
            findings.push(Finding::new(&file.path, limit + 1, "file size", message));
        }
    }
    findings
}

fn limit(file: &File) -> Option<usize> {
    let ending = file.path.rsplit('.').next().unwrap_or_default();
    let written = file.language != Language::Other || ["md", "css", "html", "toml", "yml", "yaml"].contains(&ending);
    let generated = file.text.lines().take(5).any(|line| line.contains("@generated"));
    if !written || generated || file.is_in("examples") {
        return None;
    }
    Some(match file.path.as_str() {
        "ARCHITECTURE.md" => ARCHITECTURE_LINES,
        _ if file.is_test() => TEST_FILE_LINES,
        _ => FILE_LINES,
    })
}

/// Functions that do more than one thing, going by their length.
pub(crate) fn functions(tree: &Tree) -> Vec<Finding> {
    judge(tree, &RATCHET)
}

fn judge(tree: &Tree, ratchet: &[(&str, &str, usize)]) -> Vec<Finding> {
    let rule = "function size";
    let mut findings = Vec::new();
    for file in tree.files() {
        let functions = match file.language {
            Language::Rust => blocks::rust(&file.source),
            Language::Script => blocks::script(&file.source),
            Language::Other => continue,
        };
        let entries = ratchet.iter().filter(|(path, _, _)| *path == file.path);
        let allowed = |name: &str| entries.clone().find(|(_, known, _)| *known == name).map(|(_, _, most)| *most);
        for one in &functions {
            let limit = allowed(&one.name).unwrap_or(FUNCTION_LINES);
            if one.length > limit {
                let message = format!("`{}` has {} lines of code, at most {limit}", one.name, one.length);
                findings.push(Finding::new(&file.path, one.line, rule, message));
            }
        }
        for (_, name, _) in entries.clone() {
            if !functions.iter().any(|one| one.name == *name && one.length > FUNCTION_LINES) {
                let message =
                    format!("`{name}` is short enough now: take it off the ratchet in xtask/src/tidy/size.rs");
                findings.push(Finding::new(&file.path, 1, rule, message));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_a_file_of_801_lines_and_a_test_of_1001() {
        let of = |path: &str, lines: usize| files(&Tree::of(&[(path, &"\n".repeat(lines))])).len();
        assert_eq!((of("a/src/b.rs", 800), of("a/src/b.rs", 801)), (0, 1));
        assert_eq!((of("a/tests/b.rs", 1000), of("a/tests/b.rs", 1001)), (0, 1));
        assert_eq!((of("ARCHITECTURE.md", 250), of("ARCHITECTURE.md", 251)), (0, 1));
        assert_eq!((of("Cargo.lock", 9000), of("a/tests/snapshots/x.snap", 9000)), (0, 0));
    }

    #[test]
    fn rejects_a_function_of_71_lines_in_both_languages() {
        let of = |path: &str, head: &str, lines: usize| {
            functions(&Tree::of(&[(path, &format!("{head} {{\n{}}}\n", "    a();\n".repeat(lines)))])).len()
        };
        assert_eq!((of("a.rs", "fn long()", 70), of("a.rs", "fn long()", 71)), (0, 1));
        assert_eq!((of("a.ts", "function long()", 70), of("a.ts", "const long = () =>", 71)), (0, 1));
    }

    #[test]
    fn ratchet_allows_what_was_and_goes_away_when_it_is_not_needed() {
        let of = |lines: usize| {
            let text = format!("fn long() {{\n{}}}\n", "    a();\n".repeat(lines));
            judge(&Tree::of(&[("a.rs", &text)]), &[("a.rs", "long", 75)]).len()
        };
        assert_eq!((of(75), of(76), of(70)), (0, 1, 1));
    }
}
