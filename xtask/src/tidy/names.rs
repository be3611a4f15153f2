//! Words that name nothing: not used for files, modules, types and functions.

use super::Finding;
use super::source::Word;
use super::tree::{File, Language, Tree};

const RULE: &str = "name";

/// Words and what to say instead.
const FORBIDDEN: [(&str, &str); 12] = [
    ("job", "execution or step"),
    ("task", "step"),
    ("flow", "workflow"),
    ("instance", "execution, or the thing itself"),
    ("manager", "what it owns"),
    ("service", "what it does"),
    ("helper", "what it does"),
    ("util", "what it does"),
    ("utils", "what it does"),
    ("common", "the thing that is shared"),
    ("core", "what it owns"),
    ("misc", "several files"),
];

/// Names of others, spelled as they spell them.
const FOREIGN: [&str; 1] = ["react_flow"];

/// Keywords in front of a name, by language.
const RUST: [&str; 9] = ["fn", "struct", "enum", "trait", "mod", "union", "const", "static", "type"];
const SCRIPT: [&str; 7] = ["function", "class", "interface", "enum", "type", "const", "let"];

/// Forbidden words in names of files, modules, types and functions.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    tree.files().iter().flat_map(|file| path(file).into_iter().chain(definitions(file))).collect()
}

fn path(file: &File) -> Option<Finding> {
    let (word, instead) = file.path.split('/').find_map(forbidden)?;
    let message = format!("`{word}` in a path says nothing; say {instead}");
    Some(Finding::new(&file.path, 1, RULE, message))
}

fn definitions(file: &File) -> Vec<Finding> {
    let keywords: &[&str] = match file.language {
        Language::Rust => &RUST,
        Language::Script => &SCRIPT,
        Language::Other => return Vec::new(),
    };
    let words = file.source.words();
    let mut findings = Vec::new();
    for pair in words.windows(2) {
        let [keyword, name] = pair else { continue };
        if !keywords.contains(&keyword.text) || !counts(&file.source.code, keyword, name) {
            continue;
        }
        if let Some((word, instead)) = forbidden(name.text) {
            let message = format!("`{}` contains `{word}`; say {instead}", name.text);
            findings.push(Finding::new(&file.path, name.line, RULE, message));
        }
    }
    findings
}

/// Whether these two words define a name: a variable only at the edge of the file, and no `type` inside an `impl`,
/// where a trait of others may have chosen it.
fn counts(code: &str, keyword: &Word<'_>, name: &Word<'_>) -> bool {
    let adjacent = code[keyword.end()..name.start].trim().is_empty();
    let outermost = keyword.column == 0 || code[..keyword.start].ends_with("export ");
    adjacent && (outermost || !["type", "const", "let"].contains(&keyword.text))
}

/// The forbidden word in a name of any spelling, and what to say instead.
fn forbidden(name: &str) -> Option<(&'static str, &'static str)> {
    let mut snake = snake(name);
    for foreign in FOREIGN {
        snake = snake.replace(foreign, "");
    }
    snake.split('_').find_map(|part| FORBIDDEN.into_iter().find(|(word, _)| *word == part))
}

/// `HTTPServer2`, `http-server` and `httpServer` in small letters with `_` between words.
fn snake(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut snake = String::with_capacity(name.len() + 4);
    for (index, &char) in chars.iter().enumerate() {
        if !char.is_alphanumeric() {
            snake.push('_');
            continue;
        }
        let before = index.checked_sub(1).map(|at| chars[at]);
        let starts = char.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_numeric()
                    || (before.is_uppercase() && chars.get(index + 1).is_some_and(|next| next.is_lowercase()))
            });
        if starts {
            snake.push('_');
        }
        snake.extend(char.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        check(&Tree::of(&[(path, text)])).len()
    }

    #[test]
    fn rejects_forbidden_words_in_definitions() {
        for text in
            ["fn run_task() {}", "struct JobQueue;", "mod common;", "enum HTTPService { A }", "trait FlowStep {}"]
        {
            assert_eq!(count("a.rs", text), 1, "{text}");
        }
        for text in ["export function taskList() {}", "export const useFlow = 1;", "interface Manager {}"] {
            assert_eq!(count("a.ts", text), 1, "{text}");
        }
    }

    #[test]
    fn rejects_forbidden_words_in_paths() {
        assert_eq!(count("crates/model/src/string_util.rs", ""), 1);
        assert_eq!(count("web/src/utils/x.ts", ""), 1);
        assert_eq!(count("web/src/TaskList.tsx", ""), 1);
    }

    #[test]
    fn accepts_uses_comments_and_longer_words() {
        for text in [
            "// a task of tokio\nfn overflow() { tokio::task::spawn_blocking(run); }",
            "struct Workflow; fn scores() {} fn import_react_flow() {}",
            "impl Layer for A { type Service = B; }",
            "fn cores() { let instance = 1; }",
        ] {
            assert_eq!(count("a.rs", text), 0, "{text}");
        }
        assert_eq!(count("web/src/workflow-list.tsx", "function a() { const task = 1; }"), 0);
    }
}
