//! What must not stay in the tree: unfinished work, silenced lints, tests that do not run, stray printing.

use super::Finding;
use super::source::is_word;
use super::tree::{File, Language, Tree};

// Spelled in two halves, so that this file does not break its own rule.
const MARKS: [&str; 2] = [concat!("FIX", "ME"), concat!("TO", "DO")];
const RUST: [&str; 5] = ["dbg!", "todo!", "unimplemented!", "#[ignore", "#![ignore"];
const SCRIPT: [&str; 7] =
    ["test.skip", "it.skip", "describe.skip", "test.only", "it.only", "describe.only", "debugger;"];
const SILENCED: [&str; 4] = ["eslint-disable", "@ts-ignore", "@ts-nocheck", "biome-ignore"];
const PRINTING: [&str; 4] = ["print!", "println!", "eprint!", "eprintln!"];
/// Rooms that answer with values and never write to the terminal.
const SILENT: [&str; 5] =
    ["crates/model/src", "crates/store/src", "crates/nodes/src", "crates/engine/src", "crates/canvas/src"];

/// Marks of unfinished work, and tests that are switched off.
pub(crate) fn unfinished(tree: &Tree) -> Vec<Finding> {
    let rule = "unfinished";
    let mut findings = Vec::new();
    for file in tree.files() {
        let macros: &[&str] = match file.language {
            Language::Rust => &RUST,
            Language::Script => &SCRIPT,
            Language::Other => &[],
        };
        for word in macros {
            findings.extend(file.source.lines_with(word).map(|line| Finding::new(&file.path, line, rule, found(word))));
        }
        if !is_written_by_us(file) {
            continue;
        }
        for mark in MARKS {
            for (index, _) in file.text.lines().enumerate().filter(|(_, line)| has_word(line, mark)) {
                let message = format!("{mark}: finish it, or write it into the tracker");
                findings.push(Finding::new(&file.path, index + 1, rule, message));
            }
        }
    }
    findings
}

/// Lints that are silenced without a reason, or for ever.
pub(crate) fn lints(tree: &Tree) -> Vec<Finding> {
    let rule = "silenced lint";
    let mut findings = Vec::new();
    for file in tree.files() {
        let mut add = |line: usize, message: &str| findings.push(Finding::new(&file.path, line, rule, message));
        match file.language {
            Language::Rust => {
                for line in file.source.lines_with("#[allow(").chain(file.source.lines_with("#![allow(")) {
                    add(line, "use #[expect(lint, reason = \"…\")]: it goes away when it is no longer needed");
                }
                for line in expects_without_reason(file) {
                    add(line, "say why: #[expect(lint, reason = \"…\")]");
                }
            }
            Language::Script => {
                for (index, line) in file.text.lines().enumerate() {
                    if SILENCED.iter().any(|mark| in_comment(line, mark)) {
                        add(index + 1, "write it so that the checker agrees, or use @ts-expect-error with a reason");
                    }
                }
            }
            Language::Other => {}
        }
    }
    findings
}

/// Whether a text stands behind the beginning of a comment: only there it speaks to a checker.
fn in_comment(line: &str, text: &str) -> bool {
    line.find(text).is_some_and(|at| line[..at].contains("//") || line[..at].contains("/*"))
}

fn expects_without_reason(file: &File) -> Vec<usize> {
    let code = &file.source.code;
    let starts = code.match_indices("#[expect(").chain(code.match_indices("#![expect("));
    let bare = starts.filter(|(at, _)| {
        let attribute = &code[*at..];
        let end = attribute.find(")]").unwrap_or(attribute.len());
        !attribute[..end].contains("reason")
    });
    bare.map(|(at, _)| code[..at].matches('\n').count() + 1).collect()
}

/// Writing to the terminal from rooms that only answer.
pub(crate) fn printing(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust().filter(|file| SILENT.iter().any(|folder| file.is_in(folder))) {
        for word in PRINTING {
            for line in file.source.lines_with(word).filter(|line| *line < file.source.tests_begin()) {
                let message = format!("{word}: only the command line prints; log with tracing, or answer a value");
                findings.push(Finding::new(&file.path, line, "printing", message));
            }
        }
    }
    findings
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word)
        .any(|(at, _)| !line[..at].ends_with(is_word) && !line[at + word.len()..].starts_with(is_word))
}

fn is_written_by_us(file: &File) -> bool {
    file.language != Language::Other || file.path.ends_with(".css") || file.path.ends_with(".html")
}

fn found(word: &str) -> String {
    let word = word.trim_end_matches(';');
    if word.contains("ignore") || word.contains("skip") || word.contains("only") {
        format!(
            "`{word}`: every test runs; a long one looks at TIDEMILL_LONG, one that needs a program says that it skips"
        )
    } else {
        format!("`{word}`: finish it before it is committed")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(rule: fn(&Tree) -> Vec<Finding>, path: &str, text: &str) -> usize {
        rule(&Tree::of(&[(path, text)])).len()
    }

    #[test]
    fn rejects_unfinished_work() {
        for text in ["dbg!(x);", "todo!()", "    unimplemented!()", "#[ignore = \"slow\"]\nfn a() {}"] {
            assert_eq!(count(unfinished, "a.rs", text), 1, "{text}");
        }
        assert_eq!(count(unfinished, "a.rs", &format!("// {}: later", MARKS[1])), 1);
        assert_eq!(count(unfinished, "a.test.ts", "test.skip(\"a\", f);\nit.only(\"b\", f);"), 2);
        assert_eq!(count(unfinished, "a.rs", "let text = \"dbg!\"; // todo!\nmy_dbg!(x);"), 0);
        assert_eq!(count(unfinished, "a.ts", "await.skip(1); commit.only(2);"), 0);
    }

    #[test]
    fn rejects_silenced_lints() {
        assert_eq!(count(lints, "a.rs", "#[allow(dead_code)]\nfn a() {}\n#![allow(unused)]"), 2);
        assert_eq!(count(lints, "a.rs", "#[expect(dead_code)]\nfn a() {}"), 1);
        assert_eq!(count(lints, "a.rs", "#[expect(\n    dead_code,\n    reason = \"why\"\n)]\nfn a() {}"), 0);
        assert_eq!(count(lints, "a.ts", "// @ts-ignore\nx(); /* eslint-disable */\ny(/@ts-ignore/);"), 2);
    }

    #[test]
    fn rejects_printing_from_rooms_that_answer() {
        assert_eq!(count(printing, "crates/model/src/a.rs", "println!(\"x\");\neprint!(\"y\");"), 2);
        assert_eq!(count(printing, "crates/model/tests/a.rs", "println!(\"x\");"), 0);
        assert_eq!(count(printing, "crates/server/src/cli/a.rs", "println!(\"x\");"), 0);
    }
}
