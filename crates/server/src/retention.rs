//! What is kept of ended executions: the configuration's word for all, and what workflows say of their own.
//!
//! A workflow's current version speaks for all its executions, also those of earlier versions. Ad-hoc graphs and workflows
//! that were deleted have nothing to say.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use model::settings::Retention;
use model::{TenantId, WorkflowId};
use store::StoreError;
use store::journal::{Retained, WorkflowRetention};
use store::records::RecordQuery;

use crate::app::now_ms;
use crate::workflows::{WORKFLOW, Workflow};
use crate::{App, drafts};

/// Milliseconds of a day.
const DAY_MS: u64 = 86_400_000;

/// The newest revision of a workflow that has spoken, and what it says.
type Said = (u64, Option<Retention>);

/// What workflows say themselves; those that say nothing are not in it.
#[derive(Debug, Default)]
pub(crate) struct Rules(RwLock<BTreeMap<(TenantId, WorkflowId), Said>>);

impl Rules {
    /// Keeps what a revision of a workflow says, unless a newer one has spoken. The last one says nothing: it is deleted.
    pub(crate) fn set(&self, whose: (TenantId, WorkflowId), revision: u64, says: Option<Retention>) {
        let mut rules = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let newest = rules.entry(whose).or_default();
        if newest.0 <= revision {
            *newest = (revision, says);
        }
    }

    fn at(&self, now_ms: i64) -> Vec<WorkflowRetention> {
        let rules = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let rule = |(&(tenant, workflow), says): (&(TenantId, WorkflowId), &Retention)| WorkflowRetention {
            tenant,
            workflow,
            keep: says.keep.clone(),
            before_ms: says.max_age_ms.map(|age| before(now_ms, age)),
            max_count: says.max_count.map(u64::from),
        };
        let said = rules.iter().filter_map(|(whose, (_, says))| Some((whose, says.as_ref()?)));
        said.map(rule).collect()
    }
}

fn before(now_ms: i64, age_ms: u64) -> i64 {
    now_ms.saturating_sub_unsigned(age_ms)
}

/// Reads what workflows say.
pub(crate) async fn load(app: &App) -> Result<(), StoreError> {
    let tenant = TenantId::DEFAULT;
    let mut pages = RecordQuery::all(&WORKFLOW, tenant).pages(&*app.records);
    while let Some(records) = pages.next().await? {
        for record in &records {
            let workflow = Workflow::from_record(record)?;
            app.kept.set((tenant, workflow.id), workflow.revision, workflow.kept.retention);
        }
    }
    Ok(())
}

impl App {
    /// Deletes what is no longer kept. The server does it every minute.
    ///
    /// # Errors
    /// The store cannot do it.
    pub async fn retain(&self) -> Result<Retained, StoreError> {
        let (says, now_ms) = (&self.config.retention, now_ms());
        let limit = |number: u64| (number > 0).then_some(number);
        let grace_ms = u64::try_from(says.grace.as_millis()).unwrap_or(u64::MAX);
        let retention = store::journal::Retention {
            workflows: self.kept.at(now_ms),
            // What ended within this millisecond is over, too.
            ended_before_ms: before(now_ms + 1, grace_ms),
            before_ms: limit(says.days).map(|days| before(now_ms, days.saturating_mul(DAY_MS))),
            max_count: limit(says.max_count),
            max_bytes: limit(says.max_bytes),
            max_execution_bytes: limit(says.max_execution_bytes),
            always_keep: says.always_keep.clone(),
        };
        let gone = self.journal.retain(retention).await?;
        match drafts::sweep(self).await {
            Ok(0) => {}
            Ok(versions) => tracing::info!(versions, "removed automatic versions that nothing refers to"),
            Err(error) => tracing::warn!(%error, "automatic versions could not be removed"),
        }
        Ok(gone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_revision_of_a_workflow_speaks() {
        let (rules, whose) = (Rules::default(), (TenantId::DEFAULT, WorkflowId(7)));
        let says = |max_count| Some(Retention { keep: Vec::new(), max_age_ms: None, max_count: Some(max_count) });
        let counts = || rules.at(0).iter().map(|rule| rule.max_count).collect::<Vec<_>>();
        rules.set(whose, 2, says(20));
        rules.set(whose, 1, says(10));
        assert_eq!(counts(), [Some(20)], "an older one comes late");
        rules.set(whose, 3, None);
        assert!(counts().is_empty());
        rules.set(whose, u64::MAX, None);
        rules.set(whose, 4, says(40));
        assert!(counts().is_empty(), "it is deleted");
    }
}
