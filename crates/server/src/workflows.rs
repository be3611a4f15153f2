//! Workflows as records: the named thing, and beside each of its versions the place in their tree.
//!
//! The graph of a version is the engine's record; here stands what lists show, so that no list reads a graph.

use engine::versions::{self, Next};
use model::settings::{Retention, Settings};
use model::{Graph, Object, TenantId, Value, VersionId, WorkflowId};
use serde::{Deserialize, Serialize};
use store::records::{Expect, Kind, RecordQuery, RecordWrite, Sort};
use store::{Record, StoreError};

use crate::app::now_ms;
use crate::error::ApiError;
use crate::preview::{self, PREVIEW};
use crate::{App, drafts, listing};

/// A workflow: what lists find it by, and what they show of it.
pub(crate) static WORKFLOW: Kind = Kind { name: "workflow", indexed: listing::FIELDS };
/// A version's place in the tree of its workflow; it has the id of the version.
pub(crate) static LINEAGE: Kind = Kind { name: "lineage", indexed: &["workflow"] };

/// The branch that every workflow begins with.
pub(crate) const MAIN: &str = "main";

/// What is kept of a workflow.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// What people wrote about it.
    pub(crate) description: String,
    /// Words to find it by.
    pub(crate) tags: Vec<String>,
    /// Its current version.
    pub(crate) version: VersionId,
    /// Nodes of the current version.
    pub(crate) node_count: usize,
    /// Edges of the current version.
    pub(crate) edge_count: usize,
    /// What its current version says is kept of its executions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) retention: Option<Retention>,
}

/// What is kept beside a version.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Lineage {
    /// The version it was made from.
    pub(crate) parent: Option<VersionId>,
    /// A name that people gave it.
    pub(crate) label: Option<String>,
    /// BLAKE3 of its graph.
    pub(crate) hash: String,
    /// Its nodes.
    pub(crate) node_count: usize,
    /// The branch it is on; none for `main`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) branch: Option<String>,
    /// Whether it was made of a draft, to run it or to keep it, and not by publishing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) auto: bool,
    /// Who made it, as they call themselves; none where nobody said, as in all of before this was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<String>,
}

/// A workflow as it was read.
#[derive(Clone, Debug)]
pub(crate) struct Workflow {
    /// Its id.
    pub(crate) id: WorkflowId,
    /// Its name.
    pub(crate) name: String,
    /// Whether its triggers fire.
    pub(crate) active: bool,
    /// The path of the folder it is in; empty at the top.
    pub(crate) folder: String,
    /// What else is kept of it.
    pub(crate) kept: Kept,
    /// Counts its changes, from 1.
    pub(crate) revision: u64,
    /// When it was made, in ms since 1970.
    pub(crate) created_ms: i64,
    /// When it changed, in ms since 1970.
    pub(crate) updated_ms: i64,
}

impl Workflow {
    /// Reads a record.
    pub(crate) fn from_record(record: &Record) -> Result<Self, StoreError> {
        let kept = serde_json::from_slice(&record.body)
            .map_err(|error| StoreError::Corrupt(format!("workflow {}: {error}", WorkflowId(record.id))))?;
        let field = |at: usize| record.fields.get(at).and_then(Option::as_deref);
        Ok(Self {
            id: WorkflowId(record.id),
            name: field(0).unwrap_or_default().to_owned(),
            active: field(1) == Some("true"),
            folder: field(2).unwrap_or_default().to_owned(),
            kept,
            revision: record.revision,
            created_ms: record.created_ms,
            updated_ms: record.updated_ms,
        })
    }
}

/// A body as the graph it holds: either the graph itself, or `{name, definition: {nodes, edges}}`.
pub(crate) fn document(body: &Value) -> Value {
    let (Some(outer), Some(Value::Object(inner))) = (body.as_object(), body.get("definition")) else {
        return body.clone();
    };
    if outer.get("nodes").is_some() {
        return body.clone();
    }
    let outside = outer.entries().iter().filter(|(key, _)| key != "definition").cloned();
    Value::from(Object::from_last(inner.entries().iter().cloned().chain(outside).collect()))
}

/// The graph of a body, compiled once to see that it can run. A graph without nodes may be kept all the same.
pub(crate) fn checked(app: &App, body: &Value) -> Result<Graph, ApiError> {
    let document = document(body);
    let document = match document.get("nodes") {
        None if document.as_object().is_some() => with(&document, "nodes", Value::array(Vec::new())),
        _ => document,
    };
    let graph = Graph::from_value(&document)?;
    if !graph.nodes.is_empty() {
        app.engine.compile(graph.clone()).map_err(ApiError::invalid_graph)?;
    }
    Ok(graph)
}

fn with(document: &Value, key: &'static str, value: Value) -> Value {
    document.as_object().map_or(Value::Null, |object| Value::from(object.with(key.into(), value)))
}

/// Writes that make a workflow or change it to a new version. The workflow's record comes last.
pub(crate) struct Change<'a> {
    /// Whose.
    pub(crate) tenant: TenantId,
    /// Which workflow.
    pub(crate) id: WorkflowId,
    /// The new graph.
    pub(crate) graph: &'a Graph,
    /// What it was before; none for a new one.
    pub(crate) before: Option<&'a Workflow>,
    /// The id of the new version.
    pub(crate) version: VersionId,
    /// What the version is made from, and on which branch it is.
    pub(crate) from: Option<(VersionId, Option<String>)>,
    /// A name for the version; that of the file unless it is set.
    pub(crate) label: Option<String>,
    /// Who makes it, as they call themselves.
    pub(crate) by: Option<String>,
    /// What is written with it.
    pub(crate) others: Vec<RecordWrite>,
}

impl<'a> Change<'a> {
    /// What makes a new workflow.
    pub(crate) fn first(app: &App, tenant: TenantId, id: WorkflowId, graph: &'a Graph) -> Self {
        let version = VersionId(app.ids.next());
        Self { tenant, id, graph, before: None, version, from: None, label: None, by: None, others: Vec::new() }
    }
}

impl Change<'_> {
    /// Stores the version and the workflow in one transaction.
    pub(crate) async fn store(self, app: &App) -> Result<Workflow, ApiError> {
        let (tenant, now_ms) = (self.tenant, now_ms());
        let content = versions::content(self.graph);
        let hash = content.0.to_hex().to_string();
        let version = self.version;
        let (parent, branch) = self.from.clone().unzip();
        let next = Next { tenant, workflow: self.id, version, parent, now_ms };
        let stored = versions::write_next(&*app.records, next, content).await?;
        let lineage = Lineage {
            parent,
            label: self.label.clone().or_else(|| Some(self.graph.get("label")?.as_str()?.to_owned())),
            hash,
            node_count: self.graph.nodes.len(),
            branch: branch.flatten(),
            auto: false,
            by: self.by.clone(),
        };
        let name = self.name();
        let kept = Kept {
            description: self.text("description", |before| &before.kept.description),
            tags: tags(self.graph),
            version,
            node_count: self.graph.nodes.len(),
            edge_count: self.graph.edges.len(),
            retention: Settings::of(self.graph).retention,
        };
        let active = self.graph.get("active").and_then(Value::as_bool).unwrap_or(true);
        let folder = listing::folder_of(self.graph);
        let write = |kind, id, expect, fields, body: Vec<u8>| RecordWrite {
            kind,
            tenant,
            id,
            expect,
            content: Some((fields, body.into())),
            now_ms,
        };
        let expect = self.before.map_or(Expect::Absent, |before| Expect::Revision(before.revision));
        let fields = listing::fields(&name, active, &folder, &kept);
        let content_of = body(&kept);
        let mut workflow = Workflow {
            id: self.id,
            name,
            active,
            folder,
            kept,
            revision: 1,
            created_ms: self.before.map_or(now_ms, |before| before.created_ms),
            updated_ms: now_ms,
        };
        let mut writes = self.others.clone();
        writes.extend([
            preview::write(app, tenant, &workflow, self.graph).await?,
            stored,
            lineage.write((tenant, self.id), version, Expect::Absent),
            write(&WORKFLOW, self.id.0, expect, fields, content_of),
        ]);
        let (to, id, says) = (app.clone(), self.id, workflow.kept.retention.clone());
        // Whoever asked may go away meanwhile: what is deleted follows what is stored all the same.
        let storing = tokio::spawn(async move {
            let revisions = to.records.batch(writes).await?;
            to.kept.set((tenant, id), revisions.last().copied().unwrap_or(1), says);
            Ok(revisions)
        });
        let revisions: Vec<u64> =
            storing.await.unwrap_or_else(|error| Err(StoreError::Unavailable(error.to_string())))?;
        app.hooks.set(self.id, version, active.then_some(self.graph));
        workflow.revision = revisions.last().copied().unwrap_or(1);
        Ok(workflow)
    }

    fn name(&self) -> String {
        let name = self.text("name", |before| &before.name);
        if name.trim().is_empty() { "Untitled workflow".to_owned() } else { name }
    }

    /// A text of the graph's file, or what it was before when the file has none.
    fn text(&self, key: &str, before: impl Fn(&Workflow) -> &str) -> String {
        let said = self.graph.get(key).and_then(Value::as_str);
        said.or_else(|| self.before.map(before)).unwrap_or_default().to_owned()
    }
}

fn body(content: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(content).expect("texts and numbers have a JSON form")
}

fn tags(graph: &Graph) -> Vec<String> {
    let list = graph.get("tags").and_then(Value::as_array).unwrap_or(&[]);
    // Some editors write tags as objects with a name.
    list.iter().filter_map(|tag| tag.as_str().or_else(|| tag.get("name")?.as_str())).map(str::to_owned).collect()
}

/// Deletes a workflow as it was read; `conflict` if it changed since.
pub(crate) async fn remove(app: &App, tenant: TenantId, workflow: &Workflow) -> Result<(), ApiError> {
    let write = |kind, expect| RecordWrite { kind, tenant, id: workflow.id.0, expect, content: None, now_ms: now_ms() };
    let (app, id) = (app.clone(), workflow.id);
    let last = [write(&PREVIEW, Expect::Any), write(&WORKFLOW, Expect::Revision(workflow.revision))];
    // Whoever asked may go away meanwhile: what is known of it in memory follows all the same.
    let deleting = tokio::spawn(async move {
        let mut held = app.drafts.hold(&app, tenant, id).await;
        let mut writes = drafts::removal(&app, (tenant, id)).await?;
        writes.extend(last);
        app.records.batch(writes).await?;
        held.removed();
        app.hooks.remove(id);
        app.kept.set((tenant, id), u64::MAX, None);
        app.stats.forget();
        Ok::<(), StoreError>(())
    });
    Ok(deleting.await.unwrap_or_else(|error| Err(StoreError::Unavailable(error.to_string())))?)
}

/// A workflow of a tenant, or 404.
pub(crate) async fn find(app: &App, tenant: TenantId, id: WorkflowId) -> Result<Workflow, ApiError> {
    let record = app.records.get(&WORKFLOW, tenant, id.0).await?;
    Ok(Workflow::from_record(&record.ok_or_else(|| ApiError::not_found(format!("workflow {id}")))?)?)
}

impl Lineage {
    /// That of a version, and its record.
    pub(crate) async fn find(app: &App, tenant: TenantId, version: VersionId) -> Result<(Self, Record), StoreError> {
        let missing = || StoreError::Corrupt(format!("version {version}: its place among the versions is missing"));
        let record = app.records.get(&LINEAGE, tenant, version.0).await?.ok_or_else(missing)?;
        Ok((Self::from_record(&record)?, record))
    }

    /// That of a version of a workflow, and its record, or 404.
    pub(crate) async fn of(
        app: &App,
        (tenant, workflow): (TenantId, WorkflowId),
        version: VersionId,
    ) -> Result<(Self, Record), ApiError> {
        let own = Some(workflow.to_string());
        let record = app.records.get(&LINEAGE, tenant, version.0).await?;
        let record = record.filter(|record| record.fields.first() == Some(&own));
        let record = record.ok_or_else(|| ApiError::not_found(format!("version {version} of workflow {workflow}")))?;
        Ok((Self::from_record(&record)?, record))
    }

    /// What a version that is made beside the draft is made from: the one that is published, on its branch.
    pub(crate) async fn beside(
        app: &App,
        tenant: TenantId,
        published: VersionId,
    ) -> Result<(VersionId, Option<String>), StoreError> {
        Ok((published, Self::find(app, tenant, published).await?.0.branch))
    }

    /// Looks through the versions of a workflow, newest first, until something is found.
    pub(crate) async fn newest<T>(
        app: &App,
        (tenant, workflow): (TenantId, WorkflowId),
        mut find: impl FnMut(Self, &Record) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        let (equals, sort) = (vec![("workflow", workflow.to_string())], Sort { by: "created", descending: true });
        let query = RecordQuery { equals, sort, ..RecordQuery::all(&LINEAGE, tenant) };
        let mut pages = query.pages(&*app.records);
        while let Some(records) = pages.next().await? {
            for record in &records {
                if let Some(found) = find(Self::from_record(record)?, record) {
                    return Ok(Some(found));
                }
            }
        }
        Ok(None)
    }

    /// The name of its branch.
    pub(crate) fn branch_name(&self) -> &str {
        self.branch.as_deref().unwrap_or(MAIN)
    }

    /// Whether somebody made it, and not only the server in order to run a draft.
    pub(crate) const fn is_kept(&self) -> bool {
        !self.auto || self.label.is_some()
    }

    /// Reads a record.
    pub(crate) fn from_record(record: &Record) -> Result<Self, StoreError> {
        serde_json::from_slice(&record.body)
            .map_err(|error| StoreError::Corrupt(format!("version {}: {error}", VersionId(record.id))))
    }

    /// The write that stores it beside a version of a workflow.
    pub(crate) fn write(
        &self,
        (tenant, workflow): (TenantId, WorkflowId),
        version: VersionId,
        expect: Expect,
    ) -> RecordWrite {
        let content = Some((vec![Some(workflow.to_string())], body(self).into()));
        RecordWrite { kind: &LINEAGE, tenant, id: version.0, expect, content, now_ms: now_ms() }
    }
}

/// The text of a version's graph.
pub(crate) async fn graph_text(app: &App, tenant: TenantId, version: VersionId) -> Result<String, ApiError> {
    let text = versions::text(&*app.records, tenant, version).await?;
    let text = text.ok_or_else(|| ApiError::not_found(format!("version {version}")))?;
    Ok(String::from_utf8(text.into()).map_err(|error| StoreError::Corrupt(format!("version {version}: {error}")))?)
}
