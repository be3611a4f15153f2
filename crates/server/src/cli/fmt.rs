//! `tidemill fmt` and `tidemill layout`: change workflow files in place.

use anyhow::{Context as _, bail, ensure};
use canvas::{Keep, layout, placed};
use clap::Args;
use model::{Graph, Value};
use serde::Serialize;

use super::{Exit, canonical, file, print};

/// Flags of `fmt`.
#[derive(Args)]
pub(super) struct Fmt {
    /// Workflow files: JSON or YAML; - reads standard input and writes standard output
    #[arg(required = true)]
    files: Vec<String>,
    /// Change nothing; end with 1 if a file is not in its one form
    #[arg(long)]
    check: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Flags of `layout`.
#[derive(Args)]
pub(super) struct Layout {
    /// Workflow files: JSON or YAML; - reads standard input and writes standard output
    #[arg(required = true)]
    files: Vec<String>,
    /// Leave nodes where they are and place only those that have no position
    #[arg(long)]
    only_missing: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What became of a file.
#[derive(Serialize)]
struct Told {
    file: String,
    changed: bool,
    /// What changed, in words.
    changes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// What a file is to become.
struct Changed {
    text: String,
    changes: Vec<String>,
}

impl Fmt {
    pub(super) fn run(&self) -> Exit {
        let told: Vec<Told> =
            self.files.iter().map(|name| each(name, !self.check, &mut |file| format(name, file))).collect();
        let differs = told.iter().any(|one| one.changed);
        let verb = if self.check { "is not formatted" } else { "formatted" };
        match report(&self.files, &told, verb, self.json) {
            Exit::Done if self.check && differs => Exit::Failed,
            exit => exit,
        }
    }
}

impl Layout {
    pub(super) fn run(&self) -> Exit {
        let keep = if self.only_missing { Keep::Placed } else { Keep::Nothing };
        let told: Vec<Told> =
            self.files.iter().map(|name| each(name, true, &mut |file| place(name, file, keep))).collect();
        report(&self.files, &told, "laid out", self.json)
    }
}

/// Reads a file, and writes it back if it is to change.
fn each(name: &str, write: bool, change: &mut dyn FnMut(&File) -> anyhow::Result<Changed>) -> Told {
    let mut told = Told { file: name.to_owned(), changed: false, changes: Vec::new(), error: None };
    let result = File::read(name).and_then(|file| {
        let changed = change(&file)?;
        told.changed = changed.text != file.text;
        if told.changed {
            told.changes = changed.changes;
        }
        match (name, write) {
            ("-", true) => print::text(&changed.text),
            (_, true) if told.changed => file::replace(name, &changed.text)?,
            _ => {}
        }
        Ok(())
    });
    told.error = result.err().map(|error| format!("{error:#}"));
    told
}

/// A file as it was read.
struct File {
    text: String,
    document: Value,
}

impl File {
    fn read(name: &str) -> anyhow::Result<Self> {
        let text = file::read_text(name)?;
        let document = file::parse(name, &text)?;
        let text = String::from_utf8(text).context("it is not UTF-8")?;
        Ok(Self { text, document })
    }
}

/// The text of a document in the language of its file.
fn written(name: &str, file: &File, document: &Value) -> anyhow::Result<String> {
    if !file::is_yaml(name) {
        return Ok(canonical::json_text(document));
    }
    let text = canonical::yaml_text(document)?;
    if text != file.text
        && let Some(line) = canonical::yaml_comment(&file.text)
    {
        bail!("line {line} has a comment, which would be lost; move it to notes or description of what it is about");
    }
    Ok(text)
}

fn format(name: &str, file: &File) -> anyhow::Result<Changed> {
    let mut moved = Vec::new();
    let document = canonical::each_workflow(&file.document, &mut |workflow| {
        let (sorted, parts) = canonical::ordered(workflow);
        moved.extend(parts);
        Ok(sorted)
    })?;
    ensure!(document == file.document, "formatting would change what it means, which is a bug; nothing is written");
    let text = written(name, file, &document)?;
    let mut changes = Vec::new();
    if !moved.is_empty() {
        changes.push(format!("order of keys in {}", listed(&moved)));
    }
    if written(name, file, &file.document)? != file.text {
        changes.push("spaces and lines".to_owned());
    }
    ensure!(
        file::parse(name, text.as_bytes())? == file.document,
        "it would not read back the same; nothing is written"
    );
    Ok(Changed { text, changes })
}

/// The first few, and how many more.
fn listed(parts: &[String]) -> String {
    const SHOWN: usize = 5;
    let more = parts.len().saturating_sub(SHOWN);
    let shown = parts[..parts.len() - more].join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}

fn place(name: &str, file: &File, keep: Keep) -> anyhow::Result<Changed> {
    let (mut moved, mut total) = (0, 0);
    let document = canonical::each_workflow(&file.document, &mut |workflow| {
        let graph = Graph::from_value(workflow)?;
        let changed = placed(workflow, &layout(&graph, keep));
        let nodes = |document: &Value| document.get("nodes").and_then(Value::as_array).unwrap_or_default().to_vec();
        let (before, after) = (nodes(workflow), nodes(&changed));
        total += after.len();
        moved += before.iter().zip(&after).filter(|(before, after)| before != after).count();
        Ok(canonical::ordered(&changed).0)
    })?;
    if moved == 0 {
        return Ok(Changed { text: file.text.clone(), changes: Vec::new() });
    }
    let text = written(name, file, &document)?;
    Ok(Changed { text, changes: vec![format!("places of {moved} of {total} nodes")] })
}

fn report(names: &[String], told: &[Told], verb: &str, as_json: bool) -> Exit {
    if as_json && !names.iter().any(|name| name == "-") {
        print::json(&told);
    } else {
        for one in told {
            match &one.error {
                Some(error) => print::error(&format!("{}: {error}", one.file)),
                // Standard output may be the file itself.
                None if one.changed => print::note(&format!("{} {verb}: {}", one.file, one.changes.join("; "))),
                None => {}
            }
        }
    }
    if told.iter().any(|one| one.error.is_some()) { Exit::Invalid } else { Exit::Done }
}
