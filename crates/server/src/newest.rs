//! When each workflow last began an execution, for lists in that order: read once, then kept up to date by what is new.

use std::collections::HashMap;
use std::sync::Arc;

use model::{ExecutionId, TenantId, WorkflowId};
use store::StoreError;
use store::journal::first_id_at;
use tokio::sync::Mutex;

use crate::App;

/// Executions that are committed this much after others may have a smaller id, in ms.
const LATE_MS: i64 = 30_000;
/// Tenants whose answers are kept.
const TENANTS_MAX: usize = 100;

/// The newest execution of each workflow, by tenant.
#[derive(Default)]
pub(crate) struct Newest(Mutex<HashMap<TenantId, Arc<HashMap<WorkflowId, ExecutionId>>>>);

impl Newest {
    /// The newest execution of each workflow that has one. One that was deleted since may still be among them.
    ///
    /// # Errors
    /// The store cannot answer.
    pub(crate) async fn of(
        &self,
        app: &App,
        tenant: TenantId,
    ) -> Result<Arc<HashMap<WorkflowId, ExecutionId>>, StoreError> {
        // Whoever asks meanwhile waits for the same answer.
        let mut kept = self.0.lock().await;
        if kept.len() >= TENANTS_MAX && !kept.contains_key(&tenant) {
            kept.clear();
        }
        let known = kept.entry(tenant).or_default();
        let last = known.values().max().map_or(0, |last| last.millis());
        let after = ExecutionId(first_id_at((last - LATE_MS).max(0)).0 - 1);
        let found = app.journal.newest(tenant, after).await?;
        if found.iter().any(|(workflow, execution)| known.get(workflow) != Some(execution)) {
            Arc::make_mut(known).extend(found);
        }
        Ok(known.clone())
    }
}
