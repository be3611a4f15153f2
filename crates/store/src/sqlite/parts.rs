//! Large parts of segments: they are bodies, and a segment's row has the bytes between them. Nobody else knows of it:
//! who reads a segment gets all of its bytes. A part is a reference to its body, written and deleted with the segment,
//! so that such a body goes as soon as the last segment that has it is gone.

use std::borrow::Cow;

use model::ExecutionId;
use rusqlite::{Connection, OptionalExtension};

use super::writer::{Fault, Tx};
use crate::blob::{BLOB_CHUNK, Blob};
use crate::journal::{BlobHash, LargePart, SEGMENT_MAX};
use crate::{Result, StoreError};

/// The bytes of a segment that stand in its row.
pub(super) fn own<'a>(bytes: &'a [u8], parts: &[LargePart]) -> Cow<'a, [u8]> {
    let Some(last) = parts.last() else { return Cow::Borrowed(bytes) };
    let mut own = Vec::with_capacity(bytes.len() - parts.iter().map(|part| part.at.len()).sum::<usize>());
    let mut from = 0;
    for part in parts {
        own.extend_from_slice(&bytes[from..part.at.start]);
        from = part.at.end;
    }
    own.extend_from_slice(&bytes[last.at.end..]);
    Cow::Owned(own)
}

impl Tx<'_> {
    /// Keeps the large parts of a segment.
    pub(super) fn keep_parts(
        &self,
        (execution, seq_from): (i64, i64),
        bytes: &[u8],
        parts: &[LargePart],
    ) -> Result<(), Fault> {
        if parts.is_empty() {
            return Ok(());
        }
        let mut whose = self.conn.prepare_cached("SELECT tenant FROM execution WHERE id = ?1")?;
        let tenant: u32 = whose.query_row((execution,), |row| row.get(0))?;
        let mut insert = self.conn.prepare_cached(
            "INSERT INTO segment_part (execution, seq_from, at, tenant, hash, size) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        for LargePart { at, hash } in parts {
            self.keep_body(tenant, hash, &bytes[at.clone()])?;
            insert.execute((execution, seq_from, at.start as i64, tenant, &hash[..], at.len() as i64))?;
        }
        Ok(())
    }

    /// Stores a body unless it is there. Nobody puts it first and refers to it later: it needs no time in between.
    fn keep_body(&self, tenant: u32, hash: &BlobHash, bytes: &[u8]) -> Result<(), Fault> {
        let mut find = self.conn.prepare_cached("SELECT complete FROM blob_head WHERE tenant = ?1 AND hash = ?2")?;
        let found: Option<bool> = find.query_row((tenant, &hash[..]), |row| row.get(0)).optional()?;
        if found == Some(true) {
            return Ok(());
        }
        if found.is_none() {
            let mut begin = self.conn.prepare_cached(
                "INSERT INTO blob_head (tenant, hash, size, put_ms, complete) VALUES (?1, ?2, ?3, 0, 0)",
            )?;
            begin.execute((tenant, &hash[..], bytes.len() as i64))?;
        }
        let tenant = model::TenantId(tenant);
        for (n, chunk) in bytes.chunks(BLOB_CHUNK).enumerate() {
            self.put_chunk(tenant, hash, n as u64, chunk)?;
        }
        let blob = Blob { hash: *hash, size: bytes.len() as u64 };
        self.end_body(tenant, &blob, bytes.len().div_ceil(BLOB_CHUNK) as u64)
    }

    /// Forgets the parts of segments before or after which an execution has no segments but the first.
    pub(super) fn forget_parts(&self, execution: i64, gone: Gone) -> Result<(), Fault> {
        let sql = match gone {
            Gone::Oldest => {
                "DELETE FROM segment_part WHERE execution = ?1
                     AND seq_from < (SELECT min(seq_from) FROM segment_later WHERE execution = ?1)"
            }
            Gone::Newest => {
                "DELETE FROM segment_part WHERE execution = ?1 AND seq_from > coalesce(
                     (SELECT max(seq_from) FROM segment_later WHERE execution = ?1), 1)"
            }
            Gone::All => "DELETE FROM segment_part WHERE execution = ?1",
        };
        self.conn.prepare_cached(sql)?.execute((execution,))?;
        Ok(())
    }
}

/// Which segments of an execution are gone.
#[derive(Clone, Copy, Debug)]
pub(super) enum Gone {
    /// The first and those before the oldest that is left.
    Oldest,
    /// Those after the newest that is left.
    Newest,
    /// All.
    All,
}

/// A large part as its segment's row leaves it out.
pub(super) struct LeftOut {
    at: usize,
    size: usize,
    tenant: u32,
    hash: BlobHash,
}

/// Whether any segment of an execution has large parts.
pub(super) fn any(conn: &Connection, execution: ExecutionId) -> Result<bool> {
    Ok(conn.prepare_cached("SELECT 1 FROM segment_part WHERE execution = ?1 LIMIT 1")?.exists((execution.0,))?)
}

/// What a segment's row leaves out.
pub(super) fn left_out(conn: &Connection, execution: ExecutionId, seq_from: i64) -> Result<Vec<LeftOut>> {
    let mut find = conn.prepare_cached(
        "SELECT at, size, tenant, hash FROM segment_part WHERE execution = ?1 AND seq_from = ?2 ORDER BY at",
    )?;
    let number = |number: i64| usize::try_from(number).unwrap_or(0);
    let found = find.query_map((execution.0, seq_from), |row| {
        let (at, size) = (number(row.get(0)?), number(row.get(1)?));
        Ok(LeftOut { at, size, tenant: row.get(2)?, hash: row.get(3)? })
    })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// Bytes of a segment, with what its row leaves out.
pub(super) fn size(own: &[u8], parts: &[LeftOut]) -> usize {
    own.len() + parts.iter().map(|part| part.size).sum::<usize>()
}

/// A segment's bytes, with what its row leaves out back in its place.
pub(super) fn whole(conn: &Connection, own: &[u8], parts: &[LeftOut]) -> Result<Vec<u8>> {
    let mut whole = Vec::with_capacity(size(own, parts).min(SEGMENT_MAX));
    let mut rest = own;
    for part in parts {
        let before = part.at.checked_sub(whole.len()).and_then(|length| rest.split_at_checked(length));
        let (before, after) = before.ok_or_else(|| lost(part))?;
        whole.extend_from_slice(before);
        rest = after;
        put_back(conn, part, &mut whole)?;
    }
    whole.extend_from_slice(rest);
    Ok(whole)
}

fn put_back(conn: &Connection, part: &LeftOut, whole: &mut Vec<u8>) -> Result<()> {
    let begin = whole.len();
    let mut chunks = conn.prepare_cached("SELECT bytes FROM blob WHERE tenant = ?1 AND hash = ?2 ORDER BY n")?;
    let mut rows = chunks.query((part.tenant, &part.hash[..]))?;
    while let Some(row) = rows.next()? {
        whole.extend_from_slice(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?);
    }
    if whole.len() - begin == part.size { Ok(()) } else { Err(lost(part)) }
}

fn lost(part: &LeftOut) -> StoreError {
    let hash = blake3::Hash::from_bytes(part.hash);
    StoreError::Corrupt(format!("body {hash}, a part of a segment, is not whole or not in its place"))
}
