//! The memory store's bodies: each in one piece.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use model::{ExecutionId, TenantId};

use super::journal::{fenced, now};
use super::{MemoryStore, Shared, State};
use crate::blob::{Blob, BlobPart, BlobQuery, BlobWriter, Cutter, not_found};
use crate::journal::{Append, BlobHash, NewExecution};
use crate::{BoxFuture, Result};

/// A body that comes in.
pub(super) struct Upload {
    shared: Arc<Shared>,
    owner: u64,
    tenant: TenantId,
    cutter: Cutter,
    chunks: BytesMut,
}

impl MemoryStore {
    pub(super) fn upload(&self, tenant: TenantId, most: u64) -> Upload {
        let shared = self.shared.clone();
        Upload { shared, owner: self.owner, tenant, cutter: Cutter::new(most), chunks: BytesMut::new() }
    }
}

impl Upload {
    fn take(&mut self, mut bytes: Bytes) -> Result<()> {
        self.cutter.open(&bytes)?;
        while !bytes.is_empty() {
            if let Some(chunk) = self.cutter.cut(&mut bytes) {
                self.chunks.extend_from_slice(&chunk);
            }
        }
        self.cutter.close();
        Ok(())
    }

    fn end(mut self) -> Result<Blob> {
        let (rest, blob) = self.cutter.end()?;
        self.chunks.extend_from_slice(&rest);
        let at_ms = self.shared.clock.now_ms();
        let mut state = self.shared.lock();
        if state.owner != self.owner {
            return Err(fenced());
        }
        state.blobs.insert((self.tenant, blob.hash), (self.chunks.freeze(), at_ms));
        Ok(blob)
    }
}

impl BlobWriter for Upload {
    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, Result<()>> {
        now(self.take(bytes))
    }

    fn finish(self: Box<Self>) -> BoxFuture<'static, Result<Blob>> {
        now(self.end())
    }
}

impl State {
    pub(super) fn body(&self, query: &BlobQuery) -> Result<BlobPart> {
        let BlobQuery { tenant, hash, of, offset, length } = *query;
        let refers = |id: &ExecutionId| self.executions.get(id).is_some_and(|found| found.blobs.contains(&hash));
        let found = self.blobs.get(&(tenant, hash)).filter(|_| of.as_ref().is_none_or(refers));
        let (body, _) = found.ok_or_else(|| not_found(&hash))?;
        let at = |place: u64| usize::try_from(place).map_or(body.len(), |place| place.min(body.len()));
        let bytes = body.slice(at(offset)..at(offset.saturating_add(length)));
        Ok(BlobPart { bytes, size: body.len() as u64 })
    }

    /// Lets a new execution refer to what it takes over with the history of another.
    pub(super) fn inherit(&mut self, id: ExecutionId, new: &NewExecution) {
        let Some(origin) = new.origin.filter(|origin| origin.kind.takes_over()) else { return };
        let other = self.executions.get(&origin.execution).filter(|other| other.row.tenant == new.tenant);
        let blobs = other.map(|other| other.blobs.clone()).unwrap_or_default();
        if let Some(execution) = self.executions.get_mut(&id) {
            execution.blobs.extend(blobs);
        }
    }

    /// Lets others refer to bodies of an execution.
    pub(super) fn lend(&mut self, entry: &Append) {
        for (to, hash) in &entry.lends {
            let Some(own) = self.executions.get(&entry.execution) else { return };
            let (tenant, has): (TenantId, bool) = (own.row.tenant, own.blobs.contains::<BlobHash>(hash));
            if let Some(other) = self.executions.get_mut(to).filter(|other| has && other.row.tenant == tenant) {
                other.blobs.insert(*hash);
            }
        }
    }
}
