//! Example workflows that come with the program.

use model::{TenantId, Value, WorkflowId};

use crate::App;
use crate::error::ApiError;
use crate::workflows::{self, Change, WORKFLOW};
use engine::{Source, Start};
use store::records::{RecordQuery, Sort};

/// The files, with the inputs to try them with under `samples`.
const FILES: &[(&str, &str)] = &[
    ("hello.json", include_str!("../../../examples/hello.json")),
    ("order-triage.json", include_str!("../../../examples/order-triage.json")),
    ("sales-report.json", include_str!("../../../examples/sales-report.json")),
    ("data-cleaning.json", include_str!("../../../examples/data-cleaning.json")),
    ("grades.json", include_str!("../../../examples/grades.json")),
    ("enrichment.json", include_str!("../../../examples/enrichment.json")),
];

/// Stores the examples in an empty store, and runs each once for each of its samples.
pub(crate) async fn install(app: &App) -> anyhow::Result<()> {
    let tenant = TenantId::DEFAULT;
    let any = RecordQuery {
        kind: &WORKFLOW,
        tenant,
        equals: Vec::new(),
        contains: None,
        sort: Sort { by: "created", descending: false },
        after: None,
        skip: 0,
        limit: 1,
    };
    if !app.records.list(any).await?.items.is_empty() {
        return Ok(());
    }
    for (name, text) in FILES {
        // One that cannot run is told of; the server starts all the same.
        if let Err(error) = install_one(app, name, text).await {
            tracing::error!(%error, "an example was left out");
        }
    }
    Ok(())
}

async fn install_one(app: &App, name: &str, text: &str) -> anyhow::Result<()> {
    let tenant = TenantId::DEFAULT;
    let told = |error: ApiError| anyhow::anyhow!("{name}: {}", error.detail());
    let document = model::json::read(text.as_bytes())?;
    let graph = workflows::checked(app, &document).map_err(told)?;
    let id = WorkflowId(app.ids.next());
    let workflow = Change { tenant, id, graph: &graph, before: None }.store(app).await.map_err(told)?;
    let samples = document.get("samples").and_then(Value::as_array).unwrap_or(&[]).to_vec();
    for sample in samples {
        let source = Source::Version { workflow: Some(id), version: workflow.kept.version };
        app.engine.run(Start::new(source, sample)).await?;
    }
    Ok(())
}
