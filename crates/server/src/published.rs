//! Which version of a workflow runs when a step of another one names it: the one that is published.

use std::sync::Arc;

use arcstr::ArcStr;
use engine::{BoxFuture, Source, Workflows};
use model::{TenantId, WorkflowId};
use store::records::RecordQuery;
use store::{Records, StoreError};

use crate::workflows::{WORKFLOW, Workflow};

/// Finds workflows in the records, each time anew: what is published next runs next.
pub(crate) struct Published {
    records: Arc<dyn Records>,
}

impl Published {
    /// Looks in these records.
    pub(crate) fn of(records: Arc<dyn Records>) -> Self {
        Self { records }
    }

    /// The workflow with this id, else the oldest with this name, of a tenant.
    async fn find(&self, tenant: TenantId, named: ArcStr) -> Result<Option<Source>, StoreError> {
        let by_id = match named.parse::<WorkflowId>() {
            Ok(id) => self.records.get(&WORKFLOW, tenant, id.0).await?,
            Err(_) => None,
        };
        let record = match by_id {
            Some(record) => Some(record),
            None => self.records.list(by_name(tenant, &named)).await?.items.pop(),
        };
        let source =
            |workflow: Workflow| Source::Version { workflow: Some(workflow.id), version: workflow.kept.version };
        Ok(record.as_ref().map(Workflow::from_record).transpose()?.map(source))
    }
}

fn by_name(tenant: TenantId, name: &str) -> RecordQuery {
    RecordQuery { equals: vec![("name", name.to_owned())], limit: 1, ..RecordQuery::all(&WORKFLOW, tenant) }
}

impl Workflows for Published {
    fn published(&self, tenant: TenantId, workflow: ArcStr) -> BoxFuture<'_, Result<Option<Source>, StoreError>> {
        Box::pin(self.find(tenant, workflow))
    }
}
