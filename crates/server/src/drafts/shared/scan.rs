//! Looking over what strangers send before the library reads it.
//!
//! The library believes what an update says of its own sizes, and goes down into values that are nested as deep as they like: a few bytes
//! would make it set aside gigabytes, or overflow the stack, and either ends the process for everybody. So each update is
//! walked through first, with the library's own reader and without setting anything aside: what it says of itself must be
//! true, and it may hold only what an overlay is made of (docs/design/0007).
//!
//! Nor is anything taken behind a hole: the library would keep what comes after it, and then not read what it had written.

use std::collections::HashSet;

use yrs::ClientID;
use yrs::encoding::read::{Cursor, Error, Read};
use yrs::updates::decoder::{Decoder, DecoderV1};

/// Blocks of one update: each takes some 200 bytes in memory, and as little as four in an update.
pub(super) const BLOCKS_MAX: u32 = 1_000_000;
/// How deep a value may be nested. What an overlay is made of is not nested at all.
const DEPTH_MAX: u32 = 16;
/// Clocks end long before what their type could count: 32 bits.
const CLOCK_MAX: u32 = u32::MAX / 2;

/// What an update is, before anything is done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Looks {
    /// It may be given to the library.
    Whole,
    /// Something between what is known of a client and what it says is missing.
    Holed,
    /// It must not be read.
    Unsound,
}

/// Looks an update over. `known` says how far a client is known.
pub(super) fn look(update: &[u8], known: impl Fn(ClientID) -> u32) -> Looks {
    let mut decoder = DecoderV1::new(Cursor::new(update));
    match blocks(&mut decoder, known).and_then(|holed| deletions(&mut decoder).map(|()| holed)) {
        Ok(false) => Looks::Whole,
        Ok(true) => Looks::Holed,
        Err(_) => Looks::Unsound,
    }
}

/// Whether a state vector may be.
pub(super) fn is_vector(vector: &[u8]) -> bool {
    let mut decoder = DecoderV1::new(Cursor::new(vector));
    let mut pairs = || -> Result<(), Error> {
        for _ in 0..decoder.read_var::<u32>()? {
            decoder.read_var::<u64>()?;
            decoder.read_var::<u32>()?;
        }
        Ok(())
    };
    pairs().is_ok()
}

/// Reads all blocks, and answers whether some are behind a hole.
fn blocks(decoder: &mut DecoderV1<'_>, known: impl Fn(ClientID) -> u32) -> Result<bool, Error> {
    let (mut blocks, mut holed) = (0_u32, false);
    let mut seen = HashSet::new();
    for _ in 0..decoder.read_var::<u32>()? {
        let count: u32 = decoder.read_var()?;
        blocks = blocks.saturating_add(count);
        if blocks > BLOCKS_MAX {
            return Err(Error::UnexpectedValue);
        }
        let client = decoder.read_client()?;
        // The library would lay what a client says twice on top of each other.
        if !seen.insert(client) {
            return Err(Error::UnexpectedValue);
        }
        let mut known = known(client);
        let mut clock: u32 = decoder.read_var()?;
        for _ in 0..count {
            let (length, is_there) = block(decoder)?;
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

/// Where something ends that begins at a clock.
fn end(clock: u32, length: u32) -> Result<u32, Error> {
    clock.checked_add(length).filter(|end| *end <= CLOCK_MAX).ok_or(Error::UnexpectedValue)
}

/// Reads a block, and answers its length, and whether it is more than a hole.
fn block(decoder: &mut DecoderV1<'_>) -> Result<(u32, bool), Error> {
    use yrs::block::{
        BLOCK_GC_REF_NUMBER as GC, BLOCK_SKIP_REF_NUMBER as SKIP, HAS_ORIGIN, HAS_PARENT_SUB, HAS_RIGHT_ORIGIN,
    };
    let info = decoder.read_info()?;
    if matches!(info, SKIP | GC) {
        return Ok((decoder.read_len()?, info == GC));
    }
    if info & HAS_ORIGIN != 0 {
        decoder.read_left_id()?;
    }
    if info & HAS_RIGHT_ORIGIN != 0 {
        decoder.read_right_id()?;
    }
    let mut is_entry = false;
    if info & (HAS_ORIGIN | HAS_RIGHT_ORIGIN) == 0 {
        // Nothing is inside of something that is not one of the document's own maps and texts.
        if !decoder.read_parent_info()? {
            return Err(Error::UnexpectedValue);
        }
        decoder.read_string()?;
        if info & HAS_PARENT_SUB != 0 {
            decoder.read_string()?;
            is_entry = true;
        }
    }
    // No key holds letters: they could be parted, and then not everybody would read the same.
    if is_entry && info & 0b1111 == yrs::block::BLOCK_ITEM_STRING_REF_NUMBER {
        return Err(Error::UnexpectedValue);
    }
    Ok((content(decoder, info)?, true))
}

/// Reads what a block holds, and answers how much it counts.
fn content(decoder: &mut DecoderV1<'_>, info: u8) -> Result<u32, Error> {
    use yrs::block::{
        BLOCK_ITEM_ANY_REF_NUMBER as ANY, BLOCK_ITEM_BINARY_REF_NUMBER as BINARY,
        BLOCK_ITEM_DELETED_REF_NUMBER as DELETED, BLOCK_ITEM_EMBED_REF_NUMBER as EMBED,
        BLOCK_ITEM_FORMAT_REF_NUMBER as FORMAT, BLOCK_ITEM_STRING_REF_NUMBER as STRING,
    };
    match info & 0b1111 {
        DELETED => return decoder.read_len(),
        BINARY => drop(decoder.read_buf()?),
        STRING => {
            let text = decoder.read_string()?;
            return u32::try_from(text.encode_utf16().count()).map_err(|_| Error::UnexpectedValue);
        }
        EMBED => drop(decoder.read_string()?),
        FORMAT => {
            decoder.read_string()?;
            decoder.read_string()?;
        }
        ANY => {
            let count = decoder.read_len()?;
            for _ in 0..count {
                value(decoder, DEPTH_MAX)?;
            }
            return Ok(count);
        }
        // Shared types inside of shared types, documents inside of documents, and what has not been written for long.
        _ => return Err(Error::UnexpectedValue),
    }
    Ok(1)
}

/// Reads a value as `Any::decode` does.
fn value(decoder: &mut DecoderV1<'_>, depth: u32) -> Result<(), Error> {
    let deeper = || depth.checked_sub(1).ok_or(Error::UnexpectedValue);
    match decoder.read_u8()? {
        120 | 121 | 126 | 127 => {}
        125 => drop(decoder.read_var::<i64>()?),
        124 => drop(decoder.read_exact(4)?),
        122 | 123 => drop(decoder.read_exact(8)?),
        116 | 119 => drop(decoder.read_buf()?),
        118 => {
            let depth = deeper()?;
            for _ in 0..decoder.read_var::<usize>()? {
                decoder.read_buf()?;
                value(decoder, depth)?;
            }
        }
        117 => {
            let depth = deeper()?;
            for _ in 0..decoder.read_var::<usize>()? {
                value(decoder, depth)?;
            }
        }
        _ => return Err(Error::UnexpectedValue),
    }
    Ok(())
}

fn deletions(decoder: &mut DecoderV1<'_>) -> Result<(), Error> {
    for _ in 0..decoder.read_var::<u32>()? {
        decoder.read_var::<u64>()?;
        for _ in 0..decoder.read_var::<u32>()? {
            end(decoder.read_ds_clock()?, decoder.read_ds_len()?)?;
        }
    }
    Ok(())
}
