//! How long files and functions may be.

use super::tree::{File, Language, Tree};
use super::{Finding, blocks};

const FILE_LINES: usize = 800;
const TEST_FILE_LINES: usize = 1000;
const ARCHITECTURE_LINES: usize = 250;
const FUNCTION_LINES: usize = 70;

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
    let mut findings = Vec::new();
    for file in tree.files() {
        let functions = match file.language {
            Language::Rust => blocks::rust(&file.source),
            Language::Script => blocks::script(&file.source),
            Language::Other => continue,
        };
        for function in functions.into_iter().filter(|function| function.length > FUNCTION_LINES) {
            let message =
                format!("`{}` has {} lines of code, at most {FUNCTION_LINES}", function.name, function.length);
            findings.push(Finding::new(&file.path, function.line, "function size", message));
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
}
