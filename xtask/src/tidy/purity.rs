//! What stays in its room: SQL in the store, clock and randomness and I/O outside the model.

use super::Finding;
use super::tree::Tree;

/// Where SQL is at home, or is spoken about.
const SQL_ROOMS: [&str; 3] = ["crates/store", "bench", "xtask"];
const STATEMENTS: [&str; 8] = [
    "SELECT ",
    "INSERT INTO ",
    "INSERT OR ",
    "DELETE FROM ",
    "CREATE TABLE ",
    "CREATE INDEX ",
    "ALTER TABLE ",
    "PRAGMA ",
];
/// Rooms whose answers depend on their arguments alone.
const PURE_ROOMS: [&str; 2] = ["crates/model/src", "crates/canvas/src"];
const IMPURE: [&str; 12] = [
    "SystemTime::now",
    "Instant::now",
    "Zoned::now",
    "Timestamp::now",
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "rand::",
    "RandomState",
    "thread_rng",
];

/// SQL outside the store. Tests may look into a database file from outside.
pub(crate) fn sql(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust().filter(|file| !file.is_test() && !SQL_ROOMS.iter().any(|room| file.is_in(room))) {
        let code = file.source.literals.iter().filter(|literal| literal.line < file.source.tests_begin());
        for literal in code.filter(|literal| is_statement(&literal.text)) {
            let message = "SQL lives in crates/store: give Journal or Records a method instead";
            findings.push(Finding::new(&file.path, literal.line, "sql", message));
        }
    }
    findings
}

fn is_statement(text: &str) -> bool {
    let text = text.trim_start_matches(|char: char| char.is_whitespace() || char == '\\');
    let update = text.starts_with("UPDATE ") && text.contains(" SET ");
    update || STATEMENTS.iter().any(|start| text.starts_with(start))
}

/// A clock, randomness or I/O in a room that is pure.
pub(crate) fn clock(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust().filter(|file| PURE_ROOMS.iter().any(|room| file.is_in(room))) {
        for needle in IMPURE {
            for line in file.source.lines_with(needle).filter(|line| *line < file.source.tests_begin()) {
                let message = format!("`{needle}` in a pure room: time, randomness and bytes are passed in");
                findings.push(Finding::new(&file.path, line, "purity", message));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_sql_outside_the_store() {
        let of = |path: &str, text: &str| sql(&Tree::of(&[(path, text)])).len();
        for text in
            ["q(\"SELECT id FROM a\")", "q(r#\"\n  UPDATE a SET b = 1\"#)", "q(\"DELETE FROM a\")", "q(\"PRAGMA x\")"]
        {
            assert_eq!(of("crates/engine/src/a.rs", text), 1, "{text}");
            assert_eq!(of("crates/store/src/a.rs", text), 0, "{text}");
        }
        assert_eq!(of("crates/engine/src/a.rs", "q(\"Select a node\"); // SELECT 1\nlet a = \"UPDATE it\";"), 0);
    }

    #[test]
    fn rejects_a_clock_in_the_model() {
        let of = |path: &str, text: &str| clock(&Tree::of(&[(path, text)])).len();
        assert_eq!(of("crates/model/src/a.rs", "let a = SystemTime::now();\nlet b = std::time::Instant::now();"), 2);
        assert_eq!(of("crates/model/src/a.rs", "use super::Operand; use operand::text;"), 0);
        assert_eq!(of("crates/model/src/a.rs", "#[cfg(test)]\nmod tests { use std::fs; }"), 0);
        assert_eq!(of("crates/model/src/a.rs", "// Instant::now\nlet a = Duration::ZERO;"), 0);
        assert_eq!(of("crates/engine/src/a.rs", "let a = Instant::now();"), 0);
    }
}
