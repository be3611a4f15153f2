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
    /// Whether it differs from the workflow's version, or has conflicts that nobody has settled.
    pub(crate) changed: bool,
    /// When it changed, in ms since 1970. No two heads of a draft have the same: whoever saves may name the state that they know
    /// by it.
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
        Self { rev: self.rev + 1, changed, at_ms: self.later(), ..self.clone() }
    }

    /// The head of the next epoch that says the same, with a text of its own or that of its version.
    pub(super) fn renewed(&self, base: VersionId, text: Option<i64>, published: VersionId) -> Self {
        let changed = text.is_some() || base != published;
        let branch = self.branch.clone();
        Self { rev: self.rev, epoch: self.epoch + 1, base, branch, text, changed, at_ms: self.later() }
    }

    /// The head of the next epoch that says something else.
    pub(super) fn replaced(&self, base: VersionId, text: Option<i64>, published: VersionId) -> Self {
        Self { rev: self.rev + 1, ..self.renewed(base, text, published) }
    }

    /// Now, and after what was before: two changes may come in one millisecond, and clocks are set back.
    fn later(&self) -> i64 {
        now_ms().max(self.at_ms.saturating_add(1))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_head_is_later_than_the_one_before() {
        // As if the clock had been set back by an hour, and as if all came in one millisecond.
        let mut head = Head::unchanged(VersionId(1), now_ms() + 3_600_000);
        let after: [fn(&Head) -> Head; 3] = [
            |head| head.next(true),
            |head| head.renewed(VersionId(2), None, VersionId(2)),
            |head| head.replaced(VersionId(2), Some(3), VersionId(2)),
        ];
        for after in after {
            let next = after(&head);
            assert!(next.at_ms > head.at_ms, "{next:?} after {head:?}");
            head = next;
        }
        let behind = Head::unchanged(VersionId(1), 0).next(true);
        assert!(behind.at_ms > now_ms() - 60_000, "it is the time, where that is later");
    }
}
