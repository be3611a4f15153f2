//! Example workflows that come with the program.

use std::borrow::Cow;

use model::{TenantId, Value, WorkflowId};
use rust_embed::RustEmbed;

use crate::App;
use crate::error::ApiError;
use crate::workflows::{self, Change, WORKFLOW};
use engine::{Source, Start};
use store::records::RecordQuery;

/// The files, with the inputs to try them with under `samples`; those with a `category` are templates.
#[derive(RustEmbed)]
#[folder = "../../examples"]
struct Files;

/// What the examples are expected to give, beside them: no workflow.
const EXPECTED: &str = "expected.json";

/// The names and texts of the workflows among the files, in the order of their names.
pub(crate) fn files() -> impl Iterator<Item = (Cow<'static, str>, Cow<'static, [u8]>)> {
    let names = Files::iter().filter(|name| name.ends_with(".json") && name != EXPECTED);
    names.filter_map(|name| Files::get(&name).map(|file| (name, file.data)))
}

/// Stores the examples in an empty store, and starts each once for each of its samples.
pub(crate) async fn install(app: &App) -> anyhow::Result<()> {
    let tenant = TenantId::DEFAULT;
    let any = RecordQuery { limit: 1, ..RecordQuery::all(&WORKFLOW, tenant) };
    if !app.records.list(any).await?.items.is_empty() {
        return Ok(());
    }
    // All are there before the first starts: some run others.
    let mut stored = Vec::new();
    for (name, text) in files() {
        // One that cannot run is told of; the server starts all the same.
        match install_one(app, &name, &text).await {
            Ok(example) => stored.push(example),
            Err(error) => tracing::warn!(%error, "an example was left out"),
        }
    }
    for (source, samples) in stored {
        for sample in samples {
            // Nobody waits for their ends: one may ask for a signal.
            if let Err(error) = app.engine.start(Start::new(source.clone(), sample)).await {
                tracing::warn!(%error, "an example was not started");
            }
        }
    }
    Ok(())
}

async fn install_one(app: &App, name: &str, text: &[u8]) -> anyhow::Result<(Source, Vec<Value>)> {
    let tenant = TenantId::DEFAULT;
    let told = |error: ApiError| anyhow::anyhow!("{name}: {}", error.detail());
    let document = model::json::read(text)?;
    let graph = workflows::checked(app, &document).map_err(told)?;
    let id = WorkflowId(app.ids.next());
    let workflow = Change::first(app, tenant, id, &graph).store(app).await.map_err(told)?;
    let samples = document.get("samples").and_then(Value::as_array).unwrap_or(&[]).to_vec();
    Ok((Source::Version { workflow: Some(id), version: workflow.kept.version }, samples))
}
