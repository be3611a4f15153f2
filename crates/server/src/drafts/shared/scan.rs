//! Looking over what strangers send before the library reads it.
//!
//! The library believes what an update says of its own sizes, and goes down into values that are nested as deep as they like: a few bytes
//! would make it set aside gigabytes, or overflow the stack, and either ends the process for everybody. So each update is
//! walked through first, with the library's own reader and without setting anything aside: what it says of itself must be
//! true, and it may hold only what an overlay is made of (docs/design/0007). Nor is that enough: what takes two bytes in an update takes up to
//! 200 in memory, so all that takes more there than here is counted.
//!
//! Nor is anything taken behind a hole: the library would keep what comes after it, and then not read what it had written.

use std::collections::HashSet;

use yrs::ClientID;
use yrs::encoding::read::{Cursor, Error, Read};
use yrs::updates::decoder::{Decoder, DecoderV1};

/// Items of one update: clients, blocks, values, and stretches that were deleted. A block takes some 200 bytes in memory, and as little as
/// two in an update.
pub(in crate::drafts) const ITEMS_MAX: u32 = 500_000;
/// Bytes of values that the library reads as JSON for which an item is counted.
const JSON_ITEM: usize = 8;
/// How deep a value may be nested. What an overlay is made of is not nested at all.
const DEPTH_MAX: u32 = 16;
/// Clocks end long before what their type could count: 32 bits.
const CLOCK_MAX: u32 = u32::MAX / 2;

/// What an update is, before anything is done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Looks {
    /// It may be given to the library, and has so many items.
    Whole(u32),
    /// Something between what is known of a client and what it says is missing.
    Holed,
    /// It has more items than an update may have.
    TooMany,
    /// It must not be read.
    Unsound,
}

/// Looks an update over. `known` says how far a client is known.
pub(super) fn look(update: &[u8], known: impl Fn(ClientID) -> u32) -> Looks {
    let mut walk = Walk::new(update, ITEMS_MAX);
    match walk.all(known) {
        Ok(false) => Looks::Whole(walk.items),
        Ok(true) => Looks::Holed,
        Err(_) if walk.items > walk.most => Looks::TooMany,
        Err(_) => Looks::Unsound,
    }
}

/// How many items an update has that was looked over before, or made here.
pub(super) fn items(update: &[u8]) -> usize {
    let mut walk = Walk::new(update, u32::MAX);
    // What cannot be read has as many as were found until then.
    walk.all(|_| u32::MAX).ok();
    walk.items as usize
}

/// Whether a state vector may be.
pub(super) fn is_vector(vector: &[u8]) -> bool {
    let mut walk = Walk::new(vector, ITEMS_MAX);
    walk.vector().is_ok()
}

/// A walk through what somebody sent.
struct Walk<'u> {
    decoder: DecoderV1<'u>,
    /// What it has come by, and how much of it there may be.
    items: u32,
    most: u32,
}

impl<'u> Walk<'u> {
    fn new(bytes: &'u [u8], most: u32) -> Self {
        Self { decoder: DecoderV1::new(Cursor::new(bytes)), items: 0, most }
    }

    fn count(&mut self, items: usize) -> Result<(), Error> {
        self.items = self.items.saturating_add(u32::try_from(items).unwrap_or(u32::MAX));
        if self.items > self.most { Err(Error::UnexpectedValue) } else { Ok(()) }
    }

    /// Reads all of an update, and answers whether some of it is behind a hole.
    fn all(&mut self, known: impl Fn(ClientID) -> u32) -> Result<bool, Error> {
        let holed = self.blocks(known)?;
        self.deletions()?;
        Ok(holed)
    }

    fn vector(&mut self) -> Result<(), Error> {
        for _ in 0..self.decoder.read_var::<u32>()? {
            self.count(1)?;
            self.decoder.read_var::<u64>()?;
            self.decoder.read_var::<u32>()?;
        }
        Ok(())
    }

    /// Reads all blocks, and answers whether some are behind a hole.
    fn blocks(&mut self, known: impl Fn(ClientID) -> u32) -> Result<bool, Error> {
        let mut holed = false;
        let mut seen = HashSet::new();
        for _ in 0..self.decoder.read_var::<u32>()? {
            self.count(1)?;
            let count: u32 = self.decoder.read_var()?;
            let client = self.decoder.read_client()?;
            // The library would lay what a client says twice on top of each other.
            if !seen.insert(client) {
                return Err(Error::UnexpectedValue);
            }
            let mut known = known(client);
            let mut clock: u32 = self.decoder.read_var()?;
            for _ in 0..count {
                self.count(1)?;
                let (length, is_there) = self.block()?;
                let next = end(clock, length)?;
                if is_there {
                    holed |= clock > known;
                    known = known.max(next);
                }
                clock = next;
            }
        }
        Ok(holed)
    }

    /// Reads a block, and answers its length, and whether it is more than a hole.
    fn block(&mut self) -> Result<(u32, bool), Error> {
        use yrs::block::{
            BLOCK_GC_REF_NUMBER as GC, BLOCK_SKIP_REF_NUMBER as SKIP, HAS_ORIGIN, HAS_PARENT_SUB, HAS_RIGHT_ORIGIN,
        };
        let info = self.decoder.read_info()?;
        if matches!(info, SKIP | GC) {
            return Ok((self.decoder.read_len()?, info == GC));
        }
        if info & HAS_ORIGIN != 0 {
            self.decoder.read_left_id()?;
        }
        if info & HAS_RIGHT_ORIGIN != 0 {
            self.decoder.read_right_id()?;
        }
        let mut is_entry = false;
        if info & (HAS_ORIGIN | HAS_RIGHT_ORIGIN) == 0 {
            // Nothing is inside of something that is not one of the document's own maps and texts.
            if !self.decoder.read_parent_info()? {
                return Err(Error::UnexpectedValue);
            }
            self.decoder.read_string()?;
            if info & HAS_PARENT_SUB != 0 {
                self.decoder.read_string()?;
                is_entry = true;
            }
        }
        // No key holds letters: they could be parted, and then not everybody would read the same.
        if is_entry && info & 0b1111 == yrs::block::BLOCK_ITEM_STRING_REF_NUMBER {
            return Err(Error::UnexpectedValue);
        }
        Ok((self.content(info)?, true))
    }

    /// Reads what a block holds, and answers how much it counts.
    fn content(&mut self, info: u8) -> Result<u32, Error> {
        use yrs::block::{
            BLOCK_ITEM_ANY_REF_NUMBER as ANY, BLOCK_ITEM_BINARY_REF_NUMBER as BINARY,
            BLOCK_ITEM_DELETED_REF_NUMBER as DELETED, BLOCK_ITEM_EMBED_REF_NUMBER as EMBED,
            BLOCK_ITEM_FORMAT_REF_NUMBER as FORMAT, BLOCK_ITEM_STRING_REF_NUMBER as STRING,
        };
        match info & 0b1111 {
            DELETED => return self.decoder.read_len(),
            BINARY => drop(self.decoder.read_buf()?),
            STRING => {
                let text = self.decoder.read_string()?;
                return u32::try_from(text.encode_utf16().count()).map_err(|_| Error::UnexpectedValue);
            }
            EMBED => self.json()?,
            FORMAT => {
                self.decoder.read_string()?;
                self.json()?;
            }
            ANY => {
                let count = self.decoder.read_len()?;
                for at in 0..count {
                    // The first one is counted with its block.
                    self.count(usize::from(at > 0))?;
                    self.value(DEPTH_MAX)?;
                }
                return Ok(count);
            }
            // Shared types inside of shared types, documents inside of documents, and what has not been written for long.
            _ => return Err(Error::UnexpectedValue),
        }
        Ok(1)
    }

    /// Passes over a value that the library reads as JSON.
    fn json(&mut self) -> Result<(), Error> {
        let bytes = self.decoder.read_string()?.len();
        self.count(bytes / JSON_ITEM)
    }

    /// Reads a value as `Any::decode` does.
    fn value(&mut self, depth: u32) -> Result<(), Error> {
        let deeper = || depth.checked_sub(1).ok_or(Error::UnexpectedValue);
        match self.decoder.read_u8()? {
            120 | 121 | 126 | 127 => {}
            125 => drop(self.decoder.read_var::<i64>()?),
            124 => drop(self.decoder.read_exact(4)?),
            122 | 123 => drop(self.decoder.read_exact(8)?),
            116 | 119 => drop(self.decoder.read_buf()?),
            118 => {
                let depth = deeper()?;
                for _ in 0..self.decoder.read_var::<usize>()? {
                    self.count(1)?;
                    self.decoder.read_buf()?;
                    self.value(depth)?;
                }
            }
            117 => {
                let depth = deeper()?;
                for _ in 0..self.decoder.read_var::<usize>()? {
                    self.count(1)?;
                    self.value(depth)?;
                }
            }
            _ => return Err(Error::UnexpectedValue),
        }
        Ok(())
    }

    fn deletions(&mut self) -> Result<(), Error> {
        for _ in 0..self.decoder.read_var::<u32>()? {
            self.count(1)?;
            self.decoder.read_var::<u64>()?;
            for _ in 0..self.decoder.read_var::<u32>()? {
                self.count(1)?;
                end(self.decoder.read_ds_clock()?, self.decoder.read_ds_len()?)?;
            }
        }
        Ok(())
    }
}

/// Where something ends that begins at a clock.
fn end(clock: u32, length: u32) -> Result<u32, Error> {
    clock.checked_add(length).filter(|end| *end <= CLOCK_MAX).ok_or(Error::UnexpectedValue)
}
