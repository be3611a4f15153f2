//! What is kept of a draft beside its file: its rev, what it was made from, and when it changed.

use model::{TenantId, VersionId, WorkflowId};
use serde::{Deserialize, Serialize};
use store::StoreError;
use store::records::{Expect, Kind, RecordWrite};

use super::log::BaseText;
use crate::app::now_ms;
use crate::workflows::MAIN;

/// Heads of drafts.
pub(super) static DRAFT: Kind = Kind { name: "draft", indexed: &[] };

/// What is kept of a draft beside its file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Head {
    /// Counts its changes; a workflow whose file was never changed has 0.
    pub(crate) rev: u64,
    /// Counts its bases.
    #[serde(default)]
    pub(crate) epoch: u64,
    /// The version it was made from.
    pub(crate) base: VersionId,
    /// The branch it is on; none for `main`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) branch: Option<String>,
    /// The text that its overlay builds on, where that is not the version's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<i64>,
    /// Whether it differs from the workflow's version.
    pub(crate) changed: bool,
    /// When it changed, in ms since 1970.
    pub(crate) at_ms: i64,
}

impl Head {
    /// The head of a draft that nobody has changed.
    pub(super) const fn unchanged(published: VersionId, at_ms: i64) -> Self {
        Self { rev: 0, epoch: 0, base: published, branch: None, text: None, changed: false, at_ms }
    }

    /// The name of its branch.
    pub(crate) fn branch_name(&self) -> &str {
        self.branch.as_deref().unwrap_or(MAIN)
    }

    /// The text that its overlay builds on.
    pub(super) fn text(&self) -> BaseText {
        self.text.map_or(BaseText::Version(self.base), BaseText::Own)
    }

    /// The head of the next rev.
    pub(super) fn next(&self, changed: bool) -> Self {
        Self { rev: self.rev + 1, changed, at_ms: now_ms(), ..self.clone() }
    }

    /// The head of the next epoch that says the same, with a text of its own or that of its version.
    pub(super) fn renewed(&self, base: VersionId, text: Option<i64>, published: VersionId) -> Self {
        let changed = text.is_some() || base != published;
        let branch = self.branch.clone();
        Self { rev: self.rev, epoch: self.epoch + 1, base, branch, text, changed, at_ms: now_ms() }
    }

    /// The head of the next epoch that says something else.
    pub(super) fn replaced(&self, base: VersionId, text: Option<i64>, published: VersionId) -> Self {
        Self { rev: self.rev + 1, ..self.renewed(base, text, published) }
    }

    pub(super) fn read(record: &store::Record) -> Result<Self, StoreError> {
        serde_json::from_slice(&record.body)
            .map_err(|error| StoreError::Corrupt(format!("the draft of workflow {}: {error}", WorkflowId(record.id))))
    }

    /// Its write over a record with this revision, 0 where there is none.
    pub(super) fn write(&self, (tenant, id): (TenantId, WorkflowId), revision: u64) -> RecordWrite {
        let body = serde_json::to_vec(self).expect("texts and numbers have a JSON form");
        let expect = if revision == 0 { Expect::Absent } else { Expect::Revision(revision) };
        let content = Some((Vec::new(), body.into()));
        RecordWrite { kind: &DRAFT, tenant, id: id.0, expect, content, now_ms: self.at_ms }
    }
}
