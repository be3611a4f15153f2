//! Webhooks: which path starts which workflow, and what it asks of its callers.
//!
//! The index is kept in memory and holds only the current versions of active workflows: a public address runs what was
//! published and nothing else.

mod proof;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use arcstr::ArcStr;
use engine::versions;
use model::{Graph, Node, TenantId, Value, VersionId, WorkflowId};
use store::StoreError;
use store::records::RecordQuery;

use crate::App;
use crate::workflows::{WORKFLOW, Workflow};

pub(crate) use proof::Proof;

/// Names of the node type; each contains the first.
const WEBHOOK: &[&str] = &["webhook", "webhook_trigger"];

/// A webhook of a workflow.
#[derive(Debug)]
pub(crate) struct Hook {
    pub(crate) workflow: WorkflowId,
    pub(crate) version: VersionId,
    /// The trigger node.
    pub(crate) node: ArcStr,
    /// Methods in capitals; empty for any.
    pub(crate) methods: Vec<String>,
    /// What callers must prove.
    pub(crate) proof: Proof,
    /// When the caller is answered.
    pub(crate) respond: Respond,
}

/// When a caller of a webhook is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Respond {
    /// As soon as the execution is durable.
    Immediately,
    /// When it has ended, with its output.
    WhenFinished,
    /// When it has ended, with what its `respond` node says.
    ByNode,
}

impl Hook {
    /// Whether it takes a method.
    pub(crate) fn takes(&self, method: &str) -> bool {
        self.methods.is_empty()
            || self.methods.iter().any(|known| known == method)
            || (method == "HEAD" && self.takes("GET"))
    }

    fn of(workflow: WorkflowId, version: VersionId, node: &Node) -> Option<(String, Self)> {
        if !WEBHOOK.contains(&node.kind.as_str()) || node.is_disabled() {
            return None;
        }
        let path = normal(node.get("path").and_then(Value::as_str).unwrap_or_default());
        let path = if path.is_empty() { workflow.to_string() } else { path };
        let respond = match node.get("respond").or_else(|| node.get("response_mode")).and_then(Value::as_str) {
            Some("immediately") => Respond::Immediately,
            Some("by_node") => Respond::ByNode,
            _ => Respond::WhenFinished,
        };
        let hook =
            Self { workflow, version, node: node.id.clone(), methods: methods(node), proof: Proof::of(node), respond };
        Some((path, hook))
    }
}

fn methods(node: &Node) -> Vec<String> {
    let said = match node.get("method").or_else(|| node.get("methods")) {
        Some(Value::String(one)) => vec![one.to_uppercase()],
        Some(Value::Array(list)) => list.items().iter().filter_map(Value::as_str).map(str::to_uppercase).collect(),
        _ => vec!["POST".to_owned()],
    };
    if said.iter().any(|method| method == "ANY" || method == "*") { Vec::new() } else { said }
}

/// A path without slashes at its ends.
pub(crate) fn normal(path: &str) -> String {
    path.trim().trim_matches('/').to_owned()
}

/// All webhooks by path. Of several workflows with the same path and method the oldest is called.
#[derive(Debug, Default)]
pub(crate) struct Hooks {
    by_path: RwLock<HashMap<String, Vec<Arc<Hook>>>>,
    paused: AtomicBool,
}

impl Hooks {
    /// Answers no calls in this process.
    pub(crate) fn pause(&self) {
        self.paused.store(true, Ordering::Relaxed);
    }

    /// Whether calls are answered.
    pub(crate) fn are_paused(&self) -> bool {
        self.paused.load(Ordering::Relaxed)
    }

    /// Replaces the webhooks of a workflow; without a graph it has none.
    pub(crate) fn set(&self, workflow: WorkflowId, version: VersionId, graph: Option<&Graph>) {
        let nodes = graph.map_or(&[][..], |graph| &graph.nodes);
        let new: Vec<(String, Hook)> = nodes.iter().filter_map(|node| Hook::of(workflow, version, node)).collect();
        let mut by_path = self.by_path.write().unwrap_or_else(PoisonError::into_inner);
        by_path.retain(|_, hooks| {
            hooks.retain(|hook| hook.workflow != workflow);
            !hooks.is_empty()
        });
        for (path, hook) in new {
            let hooks = by_path.entry(path).or_default();
            hooks.push(Arc::new(hook));
            hooks.sort_by_key(|hook| hook.workflow);
        }
    }

    /// Drops the webhooks of a workflow.
    pub(crate) fn remove(&self, workflow: WorkflowId) {
        self.set(workflow, VersionId::default(), None);
    }

    /// The webhooks at a path.
    pub(crate) fn at(&self, path: &str) -> Vec<Arc<Hook>> {
        let by_path = self.by_path.read().unwrap_or_else(PoisonError::into_inner);
        by_path.get(path).cloned().unwrap_or_default()
    }
}

/// Reads the webhooks of all active workflows.
pub(crate) async fn load(app: &App) -> Result<(), StoreError> {
    let tenant = TenantId::DEFAULT;
    let active = RecordQuery { equals: vec![("active", "true".to_owned())], ..RecordQuery::all(&WORKFLOW, tenant) };
    let mut pages = active.pages(&*app.records);
    while let Some(records) = pages.next().await? {
        for record in &records {
            let workflow = Workflow::from_record(record)?;
            let version = workflow.kept.version;
            let text = versions::text(&*app.records, tenant, version).await?;
            // Only graphs that name the type are worth parsing.
            if let Some(text) = text.filter(|text| contains(text, WEBHOOK[0].as_bytes())) {
                app.hooks.set(workflow.id, version, Some(&versions::graph_of(version, &text)?));
            }
        }
    }
    Ok(())
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window == word)
}
