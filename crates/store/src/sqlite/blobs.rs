//! Bodies too large for a segment: chunks in the same database, each written in a transaction of its own, so that a
//! large one holds nobody up.

use bytes::{Bytes, BytesMut};
use model::TenantId;
use rusqlite::{Connection, OptionalExtension};

use super::SqliteStore;
use super::queue::Weight;
use super::writer::{Fault, Tx};
use crate::journal::BlobHash;
use crate::{Result, StoreError};

/// Bytes of a chunk.
pub(super) const CHUNK: usize = 256 << 10;
/// Largest body in bytes.
const BODY_MAX: usize = 1 << 30;

impl SqliteStore {
    pub(super) async fn put_body(&self, tenant: TenantId, body: Bytes) -> Result<BlobHash> {
        if body.len() > BODY_MAX {
            let text = format!("a body of {} bytes is over the limit of {BODY_MAX}", body.len());
            return Err(StoreError::Unavailable(text));
        }
        let now_ms = self.clock.now_ms();
        let hash = if body.len() > CHUNK {
            let body = body.clone();
            self.readers.run(move |_| Ok(*blake3::hash(&body).as_bytes())).await?
        } else {
            *blake3::hash(&body).as_bytes()
        };
        let size = body.len();
        if self.write(Weight::default(), move |tx| tx.begin_body(tenant, &hash, size, now_ms)).await? {
            return Ok(hash);
        }
        for (n, at) in (0..size).step_by(CHUNK).enumerate() {
            let chunk = body.slice(at..size.min(at + CHUNK));
            let weight = Weight { bytes: chunk.len(), frees: false };
            self.write(weight, move |tx| tx.put_chunk(tenant, &hash, n, &chunk)).await?;
        }
        self.write(Weight::default(), move |tx| tx.end_body(tenant, &hash)).await?;
        Ok(hash)
    }

    pub(super) async fn get_body(&self, tenant: TenantId, hash: BlobHash, offset: u64, length: u64) -> Result<Bytes> {
        self.readers.run(move |conn| read(conn, tenant, &hash, offset, length)).await
    }
}

impl Tx<'_> {
    /// Whether the body is there already; otherwise it is begun. Either way its hour begins anew.
    fn begin_body(&self, tenant: TenantId, hash: &BlobHash, size: usize, now_ms: i64) -> Result<bool, Fault> {
        let mut begin = self.conn.prepare_cached(
            "INSERT INTO blob_head (tenant, hash, size, put_ms, complete) VALUES (?1, ?2, ?3, ?4, 0)
             ON CONFLICT DO UPDATE SET put_ms = ?4 RETURNING complete",
        )?;
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        Ok(begin.query_row((tenant.0, &hash[..], size, now_ms), |row| row.get(0))?)
    }

    fn put_chunk(&self, tenant: TenantId, hash: &BlobHash, n: usize, chunk: &Bytes) -> Result<(), Fault> {
        let mut put =
            self.conn.prepare_cached("INSERT OR IGNORE INTO blob (tenant, hash, n, bytes) VALUES (?1, ?2, ?3, ?4)")?;
        put.execute((tenant.0, &hash[..], i64::try_from(n).unwrap_or(i64::MAX), &chunk[..]))?;
        Ok(())
    }

    fn end_body(&self, tenant: TenantId, hash: &BlobHash) -> Result<(), Fault> {
        let mut end = self.conn.prepare_cached("UPDATE blob_head SET complete = 1 WHERE tenant = ?1 AND hash = ?2")?;
        end.execute((tenant.0, &hash[..]))?;
        Ok(())
    }
}

fn read(conn: &Connection, tenant: TenantId, hash: &BlobHash, offset: u64, length: u64) -> Result<Bytes> {
    let mut head =
        conn.prepare_cached("SELECT size FROM blob_head WHERE tenant = ?1 AND hash = ?2 AND complete = 1")?;
    let size: Option<i64> = head.query_row((tenant.0, &hash[..]), |row| row.get(0)).optional()?;
    let name = || format!("body {}", blake3::Hash::from_bytes(*hash));
    let size = size.ok_or_else(|| StoreError::NotFound(name()))?.cast_unsigned();
    let from = offset.min(size);
    let to = offset.saturating_add(length).min(size);
    let mut bytes = BytesMut::with_capacity(usize::try_from(to - from).unwrap_or(0));
    let chunk = CHUNK as u64;
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
        Ok(bytes.freeze())
    } else {
        Err(StoreError::Corrupt(format!("{} lacks chunks", name())))
    }
}
