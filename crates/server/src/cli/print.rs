//! The one place that prints. A reader that goes away (`| head`) is no error.

use std::io::{IsTerminal as _, Write as _};

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use model::Value;
use serde::Serialize;

/// Prints a line for people or programs.
pub(super) fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    drop(writeln!(out, "{text}").and_then(|()| out.flush()));
}

/// Prints a text that ends its own lines.
pub(super) fn text(text: &str) {
    let mut out = std::io::stdout().lock();
    drop(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
}

/// Prints why a command did not do what was asked.
pub(super) fn error(text: &str) {
    drop(writeln!(std::io::stderr().lock(), "error: {text}"));
}

/// Prints a remark beside the output.
pub(super) fn note(text: &str) {
    drop(writeln!(std::io::stderr().lock(), "{text}"));
}

/// Prints JSON for programs.
pub(super) fn json(content: &impl Serialize) {
    line(&serde_json::to_string_pretty(content).unwrap_or_default());
}

/// Prints a value, its numbers as they were written.
pub(super) fn value(value: &Value) {
    line(&model::json::to_pretty(value));
}

/// Whether somebody watches.
pub(super) fn is_watched() -> bool {
    std::io::stderr().is_terminal()
}

/// Prints rows in columns.
pub(super) fn table(header: &[&str], rows: Vec<Vec<String>>) {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_header(header);
    for row in rows {
        table.add_row(row);
    }
    for text in table.to_string().lines() {
        line(text.trim_end());
    }
}
