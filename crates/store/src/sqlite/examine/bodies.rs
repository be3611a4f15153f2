//! Bodies: each that is referred to is there, and each that is whole has the bytes that its hash says.

use rusqlite::Connection;

use super::{Examination, Promise};
use crate::Result;
use crate::blob::hasher_of_part;

fn place(hash: &[u8]) -> String {
    match <[u8; 32]>::try_from(hash) {
        Ok(hash) => format!("body {}", blake3::Hash::from_bytes(hash)),
        Err(_) => format!("a body whose hash has {} bytes", hash.len()),
    }
}

pub(super) fn examine(conn: &Connection, found: &mut Examination) -> Result<()> {
    let mut lost = conn.prepare(
        "SELECT hash FROM (SELECT tenant, hash FROM blob_ref UNION SELECT tenant, hash FROM segment_part) AS named
         WHERE NOT EXISTS (SELECT 1 FROM blob_head
             WHERE blob_head.tenant = named.tenant AND blob_head.hash = named.hash AND complete = 1)",
    )?;
    let mut rows = lost.query(())?;
    while let Some(row) = rows.next()? {
        let hash: Vec<u8> = row.get(0)?;
        found.flaw(Promise::Bodies, place(&hash), "an execution refers to it, and it is not there");
    }
    let mut whole = conn.prepare("SELECT tenant, hash, size FROM blob_head WHERE complete = 1")?;
    let mut chunks = conn.prepare("SELECT n, bytes FROM blob WHERE tenant = ?1 AND hash = ?2 ORDER BY n")?;
    let mut parts = conn.prepare("SELECT 1 FROM segment_part WHERE tenant = ?1 AND hash = ?2")?;
    let mut rows = whole.query(())?;
    while let Some(row) = rows.next()? {
        let (tenant, hash, size): (u32, Vec<u8>, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        found.bodies += 1;
        let is_part = parts.exists((tenant, &hash))?;
        let mut hasher = if is_part { hasher_of_part() } else { blake3::Hasher::new() };
        let mut found_chunks = chunks.query((tenant, &hash))?;
        let (mut bytes, mut in_order, mut next) = (0, true, 0i64);
        while let Some(part) = found_chunks.next()? {
            in_order &= part.get::<_, i64>(0)? == next;
            next += 1;
            let part = part.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
            bytes += part.len() as u64;
            hasher.update(part);
        }
        if bytes != size.cast_unsigned() || !in_order {
            found.flaw(Promise::Bodies, place(&hash), format!("{bytes} of its {size} bytes are there"));
        } else if hasher.finalize().as_bytes()[..] != hash[..] {
            found.flaw(Promise::Bodies, place(&hash), "its bytes are not those that its hash names");
        }
    }
    Ok(())
}
