//! Bodies too large for a segment: how they are asked for, and how they come in, piece by piece, in bounded memory.

use bytes::{Bytes, BytesMut};
use model::{ExecutionId, TenantId};

use crate::journal::BlobHash;
use crate::{BoxFuture, Result, StoreError};

/// Bytes of a chunk: what a body takes of memory while it comes in or goes out.
pub const BLOB_CHUNK: usize = 256 << 10;
/// Largest body in bytes.
pub const BLOB_MAX: u64 = 1 << 30;

/// A whole body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blob {
    /// Its name.
    pub hash: BlobHash,
    /// Its bytes.
    pub size: u64,
}

/// Which bytes of which body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlobQuery {
    /// Whose.
    pub tenant: TenantId,
    /// Its name.
    pub hash: BlobHash,
    /// Only if this execution refers to it.
    pub of: Option<ExecutionId>,
    /// The first byte.
    pub offset: u64,
    /// How many, fewer at its end.
    pub length: u64,
}

impl BlobQuery {
    /// All bytes of a body, whoever refers to it.
    pub const fn whole(tenant: TenantId, hash: BlobHash) -> Self {
        Self { tenant, hash, of: None, offset: 0, length: u64::MAX }
    }
}

/// Some bytes of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobPart {
    /// The bytes.
    pub bytes: Bytes,
    /// How many the body has in all.
    pub size: u64,
}

/// A body that comes in. Nothing of it can be read before it is finished. One that is dropped, whose process ends, or of
/// which a call failed or was not waited for, leaves only chunks under a name of their own, which are collected after an
/// hour.
pub trait BlobWriter: Send {
    /// Takes the next bytes and answers when their whole chunks are durable: who waits for that holds no more than it
    /// hands over. `TooLarge` beyond the limit.
    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, Result<()>>;

    /// Ends the body and answers when it is durable under its hash. One that is there already is kept once.
    fn finish(self: Box<Self>) -> BoxFuture<'static, Result<Blob>>;
}

/// The name of a body that is a part of segments: no file has it, whatever its bytes are.
pub(crate) fn hash_of_part(bytes: &[u8]) -> BlobHash {
    *hasher_of_part().update(bytes).finalize().as_bytes()
}

pub(crate) fn hasher_of_part() -> blake3::Hasher {
    blake3::Hasher::new_derive_key("tidemill part of a segment")
}

pub(crate) fn not_found(hash: &BlobHash) -> StoreError {
    StoreError::NotFound(format!("body {}", blake3::Hash::from_bytes(*hash)))
}

/// A body's bytes as they come, counted, hashed and cut into chunks.
#[derive(Debug)]
pub(crate) struct Cutter {
    hasher: blake3::Hasher,
    rest: BytesMut,
    size: u64,
    most: u64,
    /// Whether a write was begun and has not ended: then bytes of it may be missing.
    is_open: bool,
}

impl Cutter {
    /// A body of at most so many bytes, and never more than [`BLOB_MAX`].
    pub(crate) fn new(most: u64) -> Self {
        let (hasher, rest) = (blake3::Hasher::new(), BytesMut::new());
        Self { hasher, rest, size: 0, most: most.min(BLOB_MAX), is_open: false }
    }

    /// Begins to take bytes.
    pub(crate) fn open(&mut self, bytes: &Bytes) -> Result<()> {
        self.check()?;
        self.is_open = true;
        if bytes.len() as u64 > self.most - self.size {
            return Err(StoreError::TooLarge(format!("it has more than {} bytes", self.most)));
        }
        Ok(())
    }

    /// Takes bytes up to the end of a chunk; answers the chunk once it is full.
    pub(crate) fn cut(&mut self, bytes: &mut Bytes) -> Option<Bytes> {
        let taken = bytes.split_to(bytes.len().min(BLOB_CHUNK - self.rest.len()));
        self.hasher.update(&taken);
        self.size += taken.len() as u64;
        if taken.len() == BLOB_CHUNK {
            return Some(taken);
        }
        self.rest.extend_from_slice(&taken);
        (self.rest.len() == BLOB_CHUNK).then(|| self.rest.split().freeze())
    }

    /// The bytes that were handed over have been taken.
    pub(crate) const fn close(&mut self) {
        self.is_open = false;
    }

    /// Whether all bytes were taken so far.
    pub(crate) fn check(&self) -> Result<()> {
        if self.is_open {
            return Err(StoreError::Unavailable("the body was broken off: hand it over again from its start".into()));
        }
        Ok(())
    }

    /// The last bytes, which are no whole chunk, and what the body is.
    pub(crate) fn end(&mut self) -> Result<(Bytes, Blob)> {
        self.check()?;
        let blob = Blob { hash: *self.hasher.finalize().as_bytes(), size: self.size };
        Ok((self.rest.split().freeze(), blob))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_body_is_larger_than_the_limit_whatever_is_asked() {
        let mut cutter = Cutter::new(u64::MAX);
        cutter.size = BLOB_MAX - 1;
        cutter.open(&Bytes::from_static(b"1")).expect("it fits exactly");
        cutter.close();
        let refused = cutter.open(&Bytes::from_static(b"22"));
        assert!(matches!(refused, Err(StoreError::TooLarge(_))), "{refused:?}");
        assert!(cutter.end().is_err(), "what was refused is no body");
    }

    #[test]
    fn chunks_are_the_same_however_the_bytes_come() {
        let body: Bytes = (0..BLOB_CHUNK * 2 + 7).map(|n| (n % 251) as u8).collect();
        let chunks = |step: usize| {
            let (mut cutter, mut chunks) = (Cutter::new(BLOB_MAX), Vec::new());
            for mut part in body.chunks(step).map(Bytes::copy_from_slice) {
                cutter.open(&part).expect("it is small");
                while !part.is_empty() {
                    chunks.extend(cutter.cut(&mut part));
                }
                cutter.close();
            }
            let (rest, blob) = cutter.end().expect("it is whole");
            chunks.push(rest);
            (chunks, blob)
        };
        let (whole, blob) = chunks(body.len());
        assert_eq!(whole.iter().map(Bytes::len).collect::<Vec<_>>(), [BLOB_CHUNK, BLOB_CHUNK, 7]);
        assert_eq!(blob, Blob { hash: *blake3::hash(&body).as_bytes(), size: body.len() as u64 });
        for step in [1_000, BLOB_CHUNK - 1, BLOB_CHUNK, BLOB_CHUNK + 1] {
            assert!(chunks(step) == (whole.clone(), blob), "{step} bytes at a time");
        }
    }
}
