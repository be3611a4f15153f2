//! The table of requirements: reading `docs/coverage.md` and counting it.

use std::path::Path;

use anyhow::{Context, Result, bail};

/// Where the table is.
pub(crate) const PATH: &str = "docs/coverage.md";

/// The parts of the table: prefix of their ids, number of rows, what they are about.
pub(crate) const PARTS: [(&str, usize, &str); 6] = [
    ("R0", 54, "saving while editing"),
    ("R1", 55, "tuning: database, API, page"),
    ("R2", 67, "large graphs, monitoring, caches"),
    ("R3", 56, "embedded engine on SQLite"),
    ("R4", 45, "server engine under load"),
    ("RN", 100, "node types"),
];

/// One row of the table.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) line: usize,
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) status: String,
    pub(crate) places: String,
    pub(crate) proof: String,
}

impl Row {
    /// The part that its id belongs to.
    fn part(&self) -> &str {
        self.id.split('-').next().unwrap_or_default()
    }
}

/// The rows of a table: lines whose first cell begins with an id.
pub(crate) fn parse(text: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let cells = cells(line);
        let Some((first, rest)) = cells.split_first() else { continue };
        let (id, text) = first.split_once(' ').unwrap_or((first, ""));
        if !is_id(id) {
            continue;
        }
        let cell = |at: usize| rest.get(at).cloned().unwrap_or_default();
        let (id, text) = (id.to_owned(), text.to_owned());
        rows.push(Row { line: index + 1, id, text, status: cell(0), places: cell(1), proof: cell(2) });
    }
    rows
}

/// `R0-1`, `RN-100`: R, a digit or N, a dash, a number.
fn is_id(word: &str) -> bool {
    let Some((part, number)) = word.split_once('-') else { return false };
    let known = part.strip_prefix('R').is_some_and(|rest| rest == "N" || rest.parse::<u8>().is_ok());
    known && number.parse::<u16>().is_ok()
}

/// The cells of a table's line; `\|` is a character.
fn cells(line: &str) -> Vec<String> {
    let Some(inner) = line.trim().strip_prefix('|').and_then(|rest| rest.strip_suffix('|')) else { return Vec::new() };
    let hidden = inner.replace("\\|", "\u{0}");
    hidden.split('|').map(|cell| cell.trim().replace('\u{0}', "|")).collect()
}

/// Prints how much is done, or the rows of one part, or one row. Rows of nobody are an error.
pub(crate) fn run(root: &Path, prefix: Option<&str>) -> Result<bool> {
    let text = std::fs::read_to_string(root.join(PATH)).with_context(|| format!("cannot read {PATH}"))?;
    let rows = parse(&text);
    let Some(prefix) = prefix else {
        print!("{}", summary(&rows));
        return Ok(true);
    };
    let chosen: Vec<&Row> = rows.iter().filter(|row| row.id == prefix || row.part() == prefix).collect();
    if chosen.is_empty() {
        bail!("no row `{prefix}`: give a part (R0 to R4, RN) or an id (R3-8)");
    }
    for row in chosen {
        println!("{:<7} {:<6}  {}", row.id, row.status, row.text);
        if !row.proof.is_empty() {
            println!("{:<15} {}  ({})", "", row.proof, row.places);
        }
    }
    Ok(true)
}

fn summary(rows: &[Row]) -> String {
    let line = |name: &str, chosen: &[&Row], about: &str| {
        let count = |status: &str| chosen.iter().filter(|row| row.status == status).count();
        let (all, done, partly, no) = (chosen.len(), count("done"), count("partly"), count("no"));
        format!("{name:<6}{all:>6}{done:>6}{partly:>8}{no:>6}  {about}\n")
    };
    let mut text = format!("{:<6}{:>6}{:>6}{:>8}{:>6}\n", "", "rows", "done", "partly", "no");
    for (name, _, about) in PARTS {
        text += &line(name, &rows.iter().filter(|row| row.part() == name).collect::<Vec<_>>(), about);
    }
    text + &line("all", &rows.iter().collect::<Vec<_>>(), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
| row | done, partly, no | where | proof |
|---|---|---|---|
| R0-1 saves a\\|b | done | `a.rs` | `saves` |
| RN-2 webhook | no | | |
";

    #[test]
    fn rows_are_read_with_their_cells() {
        let rows = parse(TABLE);
        let first = Row {
            line: 3,
            id: "R0-1".into(),
            text: "saves a|b".into(),
            status: "done".into(),
            places: "`a.rs`".into(),
            proof: "`saves`".into(),
        };
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0], first);
        assert_eq!((rows[1].id.as_str(), rows[1].status.as_str(), rows[1].proof.as_str()), ("RN-2", "no", ""));
    }

    #[test]
    fn summary_counts_by_part_and_in_all() {
        let text = summary(&parse(TABLE));
        let numbers = |name: &str| -> Vec<usize> {
            let line = text.lines().find(|line| line.starts_with(name)).unwrap();
            line.split_whitespace().skip(1).map_while(|word| word.parse().ok()).collect()
        };
        assert_eq!(numbers("R0"), [1, 1, 0, 0]);
        assert_eq!(numbers("RN"), [1, 0, 0, 1]);
        assert_eq!(numbers("all"), [2, 1, 0, 1]);
    }
}
