//! Bodies too large for a segment: chunks in the same database, each written in a transaction of its own, so that a
//! large one holds nobody up.
//!
//! While a body comes in its hash is not known, so its chunks stand under a name of their own. At the end they get the
//! hash, a few in each transaction; only the last of them says that the body is whole, and until then nobody sees it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::{Bytes, BytesMut};
use model::TenantId;
use rusqlite::{Connection, OptionalExtension};

use super::SqliteStore;
use super::queue::Weight;
use super::store::Shared;
use super::writer::{Fault, Tx};
use crate::blob::{BLOB_CHUNK, Blob, BlobPart, BlobQuery, BlobWriter, Cutter, not_found};
use crate::journal::BlobHash;
use crate::{BoxFuture, Clock, Result, StoreError};

/// Chunks that get their name in one transaction.
const RENAMED: u64 = 16;

/// A body that comes in.
pub(super) struct Upload {
    shared: Arc<Shared>,
    clock: Clock,
    tenant: TenantId,
    cutter: Cutter,
    /// What its chunks are called until they have their hash, once there is one.
    name: Option<BlobHash>,
    chunks: u64,
}

impl SqliteStore {
    pub(super) fn upload(&self, tenant: TenantId, most: u64) -> Upload {
        let (shared, clock) = (self.shared.clone(), self.shared.clock.clone());
        Upload { shared, clock, tenant, cutter: Cutter::new(most), name: None, chunks: 0 }
    }

    pub(super) async fn get_body(&self, query: BlobQuery) -> Result<BlobPart> {
        self.readers.run(move |conn| read(conn, &query)).await
    }
}

impl Upload {
    async fn put(&mut self, chunk: Bytes) -> Result<()> {
        let number = self.shared.uploads.fetch_add(u64::from(self.name.is_none()), Ordering::Relaxed);
        let (tenant, name, n, now_ms) = (self.tenant, self.name, self.chunks, self.clock.now_ms());
        self.chunks += 1;
        let weight = Weight { bytes: chunk.len(), frees: false };
        let put = move |tx: &mut Tx<'_>| {
            let name = name.unwrap_or_else(|| tx.name_of_upload(number));
            tx.hold_upload(tenant, &name, n, now_ms)?;
            tx.put_chunk(tenant, &name, n, &chunk)?;
            Ok(name)
        };
        self.name = Some(self.shared.write(weight, put).await?);
        Ok(())
    }

    async fn end(mut self) -> Result<Blob> {
        let (rest, blob) = self.cutter.end()?;
        if self.name.is_some() && !rest.is_empty() {
            self.put(rest.clone()).await?;
        }
        let (tenant, now_ms) = (self.tenant, self.clock.now_ms());
        let Some(name) = self.name else {
            let weight = Weight { bytes: rest.len(), frees: false };
            self.shared.write(weight, move |tx| tx.put_small(tenant, blob, &rest, now_ms)).await?;
            return Ok(blob);
        };
        let mut first = 0;
        let chunks = self.chunks;
        while !self
            .shared
            .write(Weight::default(), move |tx| tx.rename(tenant, &name, (blob, chunks), (first, now_ms)))
            .await?
        {
            first += RENAMED;
        }
        Ok(blob)
    }
}

impl BlobWriter for Upload {
    fn write(&mut self, mut bytes: Bytes) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            self.cutter.open(&bytes)?;
            while !bytes.is_empty() {
                if let Some(chunk) = self.cutter.cut(&mut bytes) {
                    self.put(chunk).await?;
                }
            }
            self.cutter.close();
            Ok(())
        })
    }

    fn finish(self: Box<Self>) -> BoxFuture<'static, Result<Blob>> {
        Box::pin(self.end())
    }
}

impl Tx<'_> {
    /// What an upload's chunks are called: no other one of this store, at any time, and no body.
    fn name_of_upload(&self, number: u64) -> BlobHash {
        let mut hasher = blake3::Hasher::new_derive_key("tidemill chunks of a body that comes in");
        hasher.update(&self.lane.to_le_bytes()).update(&number.to_le_bytes());
        *hasher.finalize().as_bytes()
    }

    /// Begins an upload with its first chunk, and sees to it that the chunks before a later one are there.
    fn hold_upload(&self, tenant: TenantId, name: &BlobHash, n: u64, now_ms: i64) -> Result<(), Fault> {
        if n == 0 {
            self.begin_body(tenant, &Blob { hash: *name, size: 0 }, now_ms)?;
            return Ok(());
        }
        let mut hold = self.conn.prepare_cached("UPDATE blob_head SET put_ms = ?3 WHERE tenant = ?1 AND hash = ?2")?;
        if hold.execute((tenant.0, &name[..], now_ms))? == 1 { Ok(()) } else { Err(lost().into()) }
    }

    /// A body of one chunk at most.
    fn put_small(&self, tenant: TenantId, blob: Blob, bytes: &Bytes, now_ms: i64) -> Result<(), Fault> {
        if self.begin_body(tenant, &blob, now_ms)? {
            return Ok(());
        }
        if !bytes.is_empty() {
            self.put_chunk(tenant, &blob.hash, 0, bytes)?;
        }
        self.end_body(tenant, &blob, u64::from(!bytes.is_empty()))
    }

    /// Gives some chunks of an upload their hash; with the last ones the body is whole. Answers whether it is.
    fn rename(
        &self,
        tenant: TenantId,
        name: &BlobHash,
        (blob, chunks): (Blob, u64),
        (first, now_ms): (u64, i64),
    ) -> Result<bool, Fault> {
        if self.begin_body(tenant, &blob, now_ms)? {
            self.drop_upload(tenant, name)?;
            return Ok(true);
        }
        // A row whose length stays the same is changed in place: its bytes are not written again. What another upload of
        // the same body has put there is the same.
        let mut rename = self.conn.prepare_cached(
            "UPDATE OR IGNORE blob SET hash = ?3 WHERE tenant = ?1 AND hash = ?2 AND n >= ?4 AND n < ?5",
        )?;
        let last = first + RENAMED;
        rename.execute((tenant.0, &name[..], &blob.hash[..], first.cast_signed(), last.cast_signed()))?;
        if last < chunks {
            return Ok(false);
        }
        self.end_body(tenant, &blob, chunks)?;
        self.drop_upload(tenant, name)?;
        Ok(true)
    }

    /// Leaves what is left of an upload to be collected at the next occasion.
    fn drop_upload(&self, tenant: TenantId, name: &BlobHash) -> Result<(), Fault> {
        let mut forget = self.conn.prepare_cached("UPDATE blob_head SET put_ms = 0 WHERE tenant = ?1 AND hash = ?2")?;
        forget.execute((tenant.0, &name[..]))?;
        let mut remove = self.conn.prepare_cached(
            "DELETE FROM blob_head WHERE tenant = ?1 AND hash = ?2
                 AND NOT EXISTS (SELECT 1 FROM blob WHERE blob.tenant = ?1 AND blob.hash = ?2)",
        )?;
        remove.execute((tenant.0, &name[..]))?;
        Ok(())
    }

    /// Whether the body is there already; otherwise it is begun. Either way its hour begins anew.
    fn begin_body(&self, tenant: TenantId, blob: &Blob, now_ms: i64) -> Result<bool, Fault> {
        let mut begin = self.conn.prepare_cached(
            "INSERT INTO blob_head (tenant, hash, size, put_ms, complete) VALUES (?1, ?2, ?3, ?4, 0)
             ON CONFLICT DO UPDATE SET put_ms = ?4 RETURNING complete",
        )?;
        let row = (tenant.0, &blob.hash[..], blob.size.cast_signed(), now_ms);
        Ok(begin.query_row(row, |row| row.get(0))?)
    }

    pub(super) fn put_chunk(&self, tenant: TenantId, name: &BlobHash, n: u64, chunk: &[u8]) -> Result<(), Fault> {
        let mut put =
            self.conn.prepare_cached("INSERT OR IGNORE INTO blob (tenant, hash, n, bytes) VALUES (?1, ?2, ?3, ?4)")?;
        put.execute((tenant.0, &name[..], n.cast_signed(), chunk))?;
        Ok(())
    }

    /// Says that a body is whole, if it is.
    pub(super) fn end_body(&self, tenant: TenantId, blob: &Blob, chunks: u64) -> Result<(), Fault> {
        let mut count = self.conn.prepare_cached("SELECT count(*) FROM blob WHERE tenant = ?1 AND hash = ?2")?;
        let found: i64 = count.query_row((tenant.0, &blob.hash[..]), |row| row.get(0))?;
        if found.cast_unsigned() != chunks {
            return Err(lost().into());
        }
        let mut end = self.conn.prepare_cached("UPDATE blob_head SET complete = 1 WHERE tenant = ?1 AND hash = ?2")?;
        end.execute((tenant.0, &blob.hash[..]))?;
        Ok(())
    }
}

/// Chunks of an upload were collected: it stood still for an hour.
fn lost() -> StoreError {
    StoreError::Unavailable("chunks of the body are gone: hand it over again from its start".into())
}

fn read(conn: &Connection, query: &BlobQuery) -> Result<BlobPart> {
    let BlobQuery { tenant, ref hash, of, offset, length } = *query;
    let mut head = conn.prepare_cached(
        "SELECT size FROM blob_head WHERE tenant = ?1 AND hash = ?2 AND complete = 1 AND (?3 IS NULL OR EXISTS
             (SELECT 1 FROM blob_ref WHERE blob_ref.tenant = ?1 AND blob_ref.hash = ?2 AND execution = ?3))",
    )?;
    let of = of.map(|execution| execution.0);
    let size: Option<i64> = head.query_row((tenant.0, &hash[..], of), |row| row.get(0)).optional()?;
    let size = size.ok_or_else(|| not_found(hash))?.cast_unsigned();
    let from = offset.min(size);
    let to = offset.saturating_add(length).min(size);
    let mut bytes = BytesMut::with_capacity(usize::try_from(to - from).unwrap_or(0));
    let chunk = BLOB_CHUNK as u64;
    let mut get = conn.prepare_cached(
        "SELECT n, bytes FROM blob WHERE tenant = ?1 AND hash = ?2 AND n BETWEEN ?3 AND ?4 ORDER BY n",
    )?;
    if from < to {
        let (first, last) = ((from / chunk).cast_signed(), ((to - 1) / chunk).cast_signed());
        let mut rows = get.query((tenant.0, &hash[..], first, last))?;
        while let Some(row) = rows.next()? {
            let at = row.get::<_, i64>(0)?.cast_unsigned() * chunk;
            let part = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
            let place = |place: u64| usize::try_from(place.saturating_sub(at)).unwrap_or(usize::MAX).min(part.len());
            bytes.extend_from_slice(&part[place(from)..place(to)]);
        }
    }
    if bytes.len() as u64 == to - from {
        Ok(BlobPart { bytes: bytes.freeze(), size })
    } else {
        Err(StoreError::Corrupt(format!("body {} lacks chunks", blake3::Hash::from_bytes(*hash))))
    }
}
