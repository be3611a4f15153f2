//! Texts of versions as they are stored: plain, compressed, or as what differs from the text of another version.
//!
//! A plain text is JSON and begins with a brace; the others begin with a byte that no JSON begins with. A difference is a frame
//! of zstd that refers to the other text as if it stood before it, so that it comes out to the letter whatever changed.

use bytes::Bytes;
use zstd::zstd_safe::{CParameter, DCtx, DParameter};

/// First bytes of what is not plain.
const COMPRESSED: u8 = 1;
const DIFFERENCE: u8 = 2;
/// Bytes of the length of the text, and of the id of the version that a difference refers to.
const LENGTH: usize = 4;
const BASE: usize = 8;
/// How hard zstd tries: 3 is its own choice, and faster than the disk.
const LEVEL: i32 = 3;
/// What zstd looks back at, in powers of two: the least that it takes, and the most that every reader allows.
const WINDOW: std::ops::RangeInclusive<u32> = 10..=27;

/// The version that a stored text refers to, if it is a difference.
pub(super) fn base_of(stored: &[u8]) -> Option<i64> {
    let rest = stored.strip_prefix(&[DIFFERENCE])?.get(LENGTH..)?;
    rest.first_chunk::<BASE>().map(|id| i64::from_le_bytes(*id))
}

/// The text of what was stored, with the text that it refers to; `None` if it is damaged.
pub(super) fn unpack(stored: &Bytes, base: &[u8]) -> Option<Bytes> {
    let (base, rest) = match *stored.first()? {
        COMPRESSED => (&[][..], &stored[1..]),
        DIFFERENCE => (base, &stored[1..]),
        _ => return Some(stored.clone()),
    };
    let (length, rest) = rest.split_first_chunk::<LENGTH>()?;
    let frame = if stored[0] == DIFFERENCE { rest.get(BASE..)? } else { rest };
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let mut context = DCtx::try_create()?;
    context.set_parameter(DParameter::WindowLogMax(*WINDOW.end())).ok()?;
    context.ref_prefix(base).ok()?;
    let mut text = Vec::with_capacity(length);
    context.decompress(&mut text, frame).ok()?;
    (text.len() == length).then(|| text.into())
}

/// A text, compressed; plain where that is no longer, or too long for it.
pub(super) fn compressed(text: &Bytes) -> Bytes {
    let packed = head(COMPRESSED, text).and_then(|head| frame(head, text, &[]));
    packed.filter(|packed| packed.len() < text.len()).unwrap_or_else(|| text.clone())
}

/// What a text differs in from the text of a version.
pub(super) fn difference(text: &Bytes, (id, base): (i64, &[u8])) -> Option<Bytes> {
    // Beyond the window nothing of the base would be found again.
    if (text.len() + base.len()) >> WINDOW.end() > 0 {
        return None;
    }
    let mut head = head(DIFFERENCE, text)?;
    head.extend_from_slice(&id.to_le_bytes());
    frame(head, text, base)
}

fn head(kind: u8, text: &[u8]) -> Option<Vec<u8>> {
    let mut head = vec![kind];
    head.extend_from_slice(&u32::try_from(text.len()).ok()?.to_le_bytes());
    Some(head)
}

fn frame(mut head: Vec<u8>, text: &[u8], base: &[u8]) -> Option<Bytes> {
    let window = usize::BITS - (text.len() + base.len()).leading_zeros();
    let window = window.clamp(*WINDOW.start(), *WINDOW.end());
    let mut compressor = zstd::bulk::Compressor::new(LEVEL).ok()?;
    compressor.set_parameter(CParameter::WindowLog(window)).ok()?;
    // Another base than the one it was made with is damage, and not another text.
    compressor.set_parameter(CParameter::ChecksumFlag(true)).ok()?;
    if !base.is_empty() {
        compressor.set_parameter(CParameter::EnableLongDistanceMatching(true)).ok()?;
        compressor.context_mut().ref_prefix(base).ok()?;
    }
    head.extend_from_slice(&compressor.compress(text).ok()?);
    Some(head.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text of words that compress little.
    fn text(words: u64, seed: u64) -> Bytes {
        let word = |at: u64| blake3::hash(&(at + seed).to_le_bytes()).to_hex()[..12].to_owned();
        (0..words).map(|at| word(at) + ",").collect::<String>().into()
    }

    #[test]
    fn a_text_comes_back_to_the_letter() {
        for (base, now) in [
            (text(10, 0), text(20, 5)),
            (text(100_000, 0), text(100_000, 3)),
            (text(0, 0), text(9, 0)),
            (text(9, 0), Bytes::from_static(b"{}")),
        ] {
            let packed = compressed(&now);
            assert_eq!((base_of(&packed), unpack(&packed, b"")), (None, Some(now.clone())));
            let packed = difference(&now, (-7, &base)).expect("a difference");
            assert_eq!((base_of(&packed), unpack(&packed, &base)), (Some(-7), Some(now.clone())));
        }
        let (base, now) = (text(100_000, 0), text(100_000, 3));
        let packed = difference(&now, (1, &base)).expect("a difference");
        assert!(packed.len() < 2_000, "three words of 100,000 take {} bytes", packed.len());
    }

    #[test]
    fn plain_texts_are_read_as_they_are() {
        for plain in ["{}", r#"{"nodes":[]}"#, " {}"] {
            let plain = Bytes::from_static(plain.as_bytes());
            assert_eq!((base_of(&plain), unpack(&plain, b"")), (None, Some(plain.clone())));
        }
        assert_eq!(compressed(&Bytes::from_static(b"{}")), "{}", "nothing is gained");
    }

    #[test]
    fn damage_is_told() {
        let (base, now) = (text(1_000, 0), text(1_000, 3));
        let packed = difference(&now, (1, &base)).expect("a difference");
        assert_eq!(unpack(&packed, &text(1_000, 1)), None, "another base");
        assert_eq!(unpack(&packed, b""), None, "no base");
        for end in 0..packed.len().min(40) {
            assert_eq!(unpack(&packed.slice(..end), &base), None, "only {end} bytes");
        }
        let mut longer = packed.to_vec();
        longer[1] ^= 1;
        assert_eq!(unpack(&longer.into(), &base), None, "another length");
    }
}
