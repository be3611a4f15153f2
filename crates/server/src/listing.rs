//! What lists find workflows by: fields beside each of them, made from its file, so that no list reads a graph.

use std::time::Instant;

use model::{Graph, TenantId, Value};
use store::StoreError;
use store::records::{Expect, Find, Kind, RecordQuery, RecordWrite, Sort};

use crate::App;
use crate::workflows::{Kept, WORKFLOW, Workflow};

/// Fields of a workflow: its name, whether its triggers fire, its folder, its tags each on a line of its own, and the text
/// that searches look into.
pub(crate) const FIELDS: &[&str] = &["name", "active", "folder", "tags", "text"];

/// Bytes of the text that searches look into: an entry of its index has room for it.
const TEXT_MAX: usize = 900;
/// Words of a search that count.
const WORDS_MAX: usize = 10;
/// Bytes of a folder's path.
const FOLDER_MAX: usize = 400;
/// Workflows read at a time when the server starts.
const CHUNK: usize = 500;

/// The fields of a workflow in the order of [`FIELDS`].
pub(crate) fn fields(name: &str, active: bool, folder: &str, kept: &Kept) -> Vec<Option<String>> {
    let text = text(&[name, &kept.tags.join("\n"), &kept.description]);
    [name.to_owned(), active.to_string(), folder.to_owned(), lines(&kept.tags), text].map(Some).to_vec()
}

/// Tags as one text, in which each stands between two ends of lines.
fn lines(tags: &[String]) -> String {
    let lines = tags.iter().map(|tag| tag.replace('\n', " ") + "\n");
    if tags.is_empty() { String::new() } else { format!("\n{}", lines.collect::<String>()) }
}

/// The tags of a field.
pub(crate) fn tags_of(lines: &str) -> impl Iterator<Item = &str> {
    lines.split('\n').filter(|tag| !tag.is_empty())
}

/// What [`lines`] contains if this is one of the tags.
pub(crate) fn line(tag: &str) -> String {
    format!("\n{}\n", tag.replace('\n', " "))
}

/// These texts in lower case, one after the other, as far as there is room.
fn text(parts: &[&str]) -> String {
    let mut text = String::new();
    for part in parts {
        // Lower case is rarely longer; what is cut here need not be turned.
        let part: String = part.chars().take(TEXT_MAX).collect();
        text.push_str(&part.to_lowercase());
        text.push('\n');
    }
    cut(&text, TEXT_MAX).to_owned()
}

fn cut(text: &str, max: usize) -> &str {
    let end = (0..=max.min(text.len())).rev().find(|&end| text.is_char_boundary(end));
    &text[..end.unwrap_or(0)]
}

/// A folder's path as it is kept: names with a slash between them and none around; nothing for the top.
pub(crate) fn folder(path: &str) -> String {
    let names = path.split('/').map(|name| name.trim()).filter(|name| !name.is_empty());
    let path = names.map(|name| name.replace(char::is_control, " ")).collect::<Vec<_>>().join("/");
    cut(&path, FOLDER_MAX).trim_end_matches('/').to_owned()
}

/// The folder that a file names.
pub(crate) fn folder_of(graph: &Graph) -> String {
    graph.get("folder").and_then(Value::as_str).map(folder).unwrap_or_default()
}

/// Which workflows are meant: those that all of it holds for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    /// Words that are in its name, its tags or its description, in any case.
    pub(crate) q: String,
    /// Tags that it has.
    pub(crate) tags: Vec<String>,
    /// The folder that it is in, or one below it; `/` for none.
    pub(crate) folder: Option<String>,
    /// Whether its triggers fire.
    pub(crate) active: Option<bool>,
}

impl Filter {
    /// The question to the store, in the order in which workflows were made.
    pub(crate) fn find(&self, tenant: TenantId) -> Find {
        let mut find = Find::all(&WORKFLOW, tenant);
        let words = self.q.split_whitespace().take(WORDS_MAX).map(|word| ("text", word.to_owned()));
        find.contains = words.chain(self.tags.iter().map(|tag| ("tags", line(tag)))).collect();
        find.equals.extend(self.active.map(|active| ("active", active.to_string())));
        match self.folder.as_deref().map(folder) {
            None => {}
            Some(top) if top.is_empty() => find.equals.push(("folder", String::new())),
            Some(path) => find.below.push(("folder", path)),
        }
        find
    }
}

/// Gives workflows of an earlier version the fields that they lack.
///
/// # Errors
/// The store cannot answer.
pub(crate) async fn fill_in(app: &App) -> Result<(), StoreError> {
    let (tenant, begun) = (TenantId::DEFAULT, Instant::now());
    let mut filled = 0;
    loop {
        let page = app.records.list(without_text(&WORKFLOW, tenant)).await?;
        let mut writes = Vec::new();
        for record in page.items.iter().filter(|record| record.fields.last().is_none_or(Option::is_none)) {
            let workflow = Workflow::from_record(record)?;
            let fields = fields(&workflow.name, workflow.active, &workflow.folder, &workflow.kept);
            writes.push(RecordWrite {
                kind: &WORKFLOW,
                tenant,
                id: record.id,
                expect: Expect::Revision(record.revision),
                content: Some((fields, record.body.clone())),
                now_ms: record.updated_ms,
            });
        }
        if writes.is_empty() {
            break;
        }
        filled += app.records.batch(writes).await?.len();
    }
    if filled > 0 {
        tracing::info!(workflows = filled, took = ?begun.elapsed(), "workflows can be searched from now on");
    }
    Ok(())
}

/// Workflows by their text: those that have none come first.
fn without_text(kind: &'static Kind, tenant: TenantId) -> RecordQuery {
    RecordQuery { sort: Sort { by: "text", descending: false }, limit: CHUNK, ..RecordQuery::all(kind, tenant) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Layers;
    use crate::{Config, Opened};

    #[test]
    fn folders_have_one_form() {
        for (path, expected) in [
            ("Sales/Europe", "Sales/Europe"),
            (" /Sales // Europe/ ", "Sales/Europe"),
            ("/", ""),
            ("", ""),
            ("a\nb", "a b"),
            (&"x/".repeat(1_000), "x/".repeat(200).trim_end_matches('/')),
        ] {
            assert_eq!(folder(path), expected, "{path:?}");
        }
    }

    #[test]
    fn a_text_has_a_bound_and_ends_between_characters() {
        let long = text(&["Name", &"Ü".repeat(5_000)]);
        assert!(long.starts_with("name\nüüü") && long.len() <= TEXT_MAX && long.len() > TEXT_MAX - 2);
        assert_eq!(text(&["A", "", "B c"]), "a\n\nb c\n");
    }

    #[tokio::test]
    async fn workflows_of_an_earlier_version_are_found_after_a_start() {
        let config = Config::new(&Layers::defaults(&[("memory", "true".to_owned())]).expect("settings"))
            .expect("a configuration");
        let opened = Opened::memory(&config).await.expect("a store");
        let app = App::new(config, &opened, "a-token-that-only-tests-know-0123456789");
        let tenant = TenantId::DEFAULT;
        let body = r#"{"description": "Sends MAIL", "tags": ["a", "b"], "version": "0000000000001", "node_count": 1, "edge_count": 0}"#;
        let write = |id: i64| RecordWrite {
            kind: &WORKFLOW,
            tenant,
            id,
            expect: Expect::Absent,
            content: Some((vec![Some(format!("Old {id}")), Some("true".into()), None, None, None], body.into())),
            now_ms: 1_000 + id,
        };
        app.records.batch((1..=1_203).map(write).collect()).await.expect("they are new");
        let find = |q: &str, tag: &str| {
            let tags = if tag.is_empty() { Vec::new() } else { vec![tag.to_owned()] };
            app.records.matching(Filter { q: q.to_owned(), tags, ..Filter::default() }.find(tenant))
        };
        assert!(find("mail", "").await.expect("an answer").is_empty());
        fill_in(&app).await.expect("it can be written");
        assert_eq!(find("mail old", "b").await.expect("an answer").len(), 1_203);
        assert_eq!(find("1203", "").await, Ok(vec![1_203]));
        let record = app.records.get(&WORKFLOW, tenant, 7).await.expect("an answer").expect("it is there");
        assert_eq!(
            (record.updated_ms, record.fields[2].as_deref()),
            (1_007, Some("")),
            "it was not changed by anybody"
        );
        fill_in(&app).await.expect("it can be read");
        let again = app.records.get(&WORKFLOW, tenant, 7).await.expect("an answer").expect("it is there");
        assert_eq!(again.revision, record.revision, "once is enough");
    }

    #[test]
    fn tags_are_lines() {
        let tags = ["Sales".to_owned(), "two\nlines".to_owned()];
        let field = lines(&tags);
        assert!(field.contains(&line("Sales")) && field.contains(&line("two\nlines")));
        assert!(!field.contains(&line("Sale")) && !field.contains(&line("lines")));
        assert_eq!(tags_of(&field).collect::<Vec<_>>(), ["Sales", "two lines"]);
        assert_eq!((lines(&[]), tags_of("").count()), (String::new(), 0));
    }
}
