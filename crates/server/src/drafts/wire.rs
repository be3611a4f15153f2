//! Frames of a room's sockets: the y-protocols, and what more our own page hears (docs/design/0007). Numbers and texts
//! are those of lib0.

use bytes::Bytes;
use yrs::encoding::read::{Cursor, Error, Read as _};
use yrs::encoding::write::Write as _;

const SYNC: u8 = 0;
const AWARENESS: u8 = 1;
const ASK_AWARENESS: u8 = 3;
const SAVED: u8 = 100;
const OVER: u8 = 101;
const REFUSED: u8 = 102;

const STEP_1: u8 = 0;
const STEP_2: u8 = 1;
const UPDATE: u8 = 2;

/// What a socket says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// It has the state of this vector, and asks for the rest.
    Step1(Bytes),
    /// What the server asked for.
    Step2(Bytes),
    Update(Bytes),
    Awareness(Bytes),
    AskAwareness,
}

impl Frame {
    /// The update in it.
    pub(super) const fn update(&self) -> Option<&Bytes> {
        match self {
            Self::Step2(update) | Self::Update(update) => Some(update),
            Self::Step1(_) | Self::Awareness(_) | Self::AskAwareness => None,
        }
    }
}

/// Reads a frame; `None` if it is none.
pub(super) fn read(frame: &Bytes) -> Option<Frame> {
    let mut cursor = Cursor::new(frame);
    let inside = |cursor: &mut Cursor<'_>| -> Option<Bytes> {
        let part = cursor.read_buf().ok()?;
        Some(frame.slice_ref(part))
    };
    match cursor.read_var::<u8>().ok()? {
        SYNC => match cursor.read_var::<u8>().ok()? {
            STEP_1 => inside(&mut cursor).map(Frame::Step1),
            STEP_2 => inside(&mut cursor).map(Frame::Step2),
            UPDATE => inside(&mut cursor).map(Frame::Update),
            _ => None,
        },
        AWARENESS => inside(&mut cursor).map(Frame::Awareness),
        ASK_AWARENESS => Some(Frame::AskAwareness),
        _ => None,
    }
}

fn sync(step: u8, part: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(part.len() + 8);
    out.write_var(SYNC);
    out.write_var(step);
    out.write_buf(part);
    out.into()
}

pub(super) fn step_1(vector: &[u8]) -> Bytes {
    sync(STEP_1, vector)
}

pub(super) fn step_2(update: &[u8]) -> Bytes {
    sync(STEP_2, update)
}

pub(super) fn update(update: &[u8]) -> Bytes {
    sync(UPDATE, update)
}

pub(super) fn saved(rev: u64, count: u64, at_ms: i64) -> Bytes {
    let mut out = Vec::new();
    out.write_var(SAVED);
    out.write_var(rev);
    out.write_var(count);
    out.write_var(at_ms.cast_unsigned());
    out.into()
}

pub(super) fn over(epoch: u64, rev: u64) -> Bytes {
    let mut out = Vec::new();
    out.write_var(OVER);
    out.write_var(epoch);
    out.write_var(rev);
    out.into()
}

pub(super) fn refused(count: u64, code: &str, detail: &str) -> Bytes {
    let mut out = Vec::new();
    out.write_var(REFUSED);
    out.write_var(count);
    out.write_string(code);
    out.write_string(detail);
    out.into()
}

/// What somebody shows of themselves: JSON, or `null` once they are gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub(super) client: u64,
    pub(super) clock: u32,
    pub(super) json: String,
}

/// Reads states of awareness, at most so many.
pub(super) fn read_states(part: &[u8], most: usize) -> Result<Vec<State>, Error> {
    let mut cursor = Cursor::new(part);
    let count: u32 = cursor.read_var()?;
    if count as usize > most {
        return Err(Error::UnexpectedValue);
    }
    let mut states = Vec::new();
    for _ in 0..count {
        let (client, clock) = (cursor.read_var()?, cursor.read_var()?);
        states.push(State { client, clock, json: cursor.read_string()?.to_owned() });
    }
    Ok(states)
}

pub(super) fn awareness<'s>(states: impl ExactSizeIterator<Item = &'s State>) -> Bytes {
    let mut part = Vec::new();
    part.write_var(u32::try_from(states.len()).unwrap_or(u32::MAX));
    for state in states {
        part.write_var(state.client);
        part.write_var(state.clock);
        part.write_string(&state.json);
    }
    let mut out = Vec::with_capacity(part.len() + 8);
    out.write_var(AWARENESS);
    out.write_buf(&part);
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_those_of_the_y_protocols() {
        // As y-protocols 1.0.7 writes them.
        assert_eq!(&step_1(&[0])[..], [0, 0, 1, 0]);
        assert_eq!(&step_2(&[0, 0])[..], [0, 1, 2, 0, 0]);
        assert_eq!(read(&update(b"xyz")), Some(Frame::Update(Bytes::from_static(b"xyz"))));
        assert_eq!(read(&Bytes::from_static(&[3])), Some(Frame::AskAwareness));
        let state = State { client: 300, clock: 2, json: "{\"a\":1}".into() };
        let frame = awareness(std::iter::once(&state));
        assert_eq!(&frame[..], [1, 12, 1, 0xac, 2, 2, 7, b'{', b'"', b'a', b'"', b':', b'1', b'}']);
        let Some(Frame::Awareness(part)) = read(&frame) else { panic!("{frame:?}") };
        assert_eq!(read_states(&part, 1).expect("states"), [state]);
        assert!(read_states(&part, 0).is_err(), "more than may be");
    }

    #[test]
    fn what_is_cut_off_or_unknown_is_no_frame() {
        for frame in [&[][..], &[0], &[0, 9, 0], &[0, 0], &[0, 2, 5, 1], &[2, 0], &[1, 200, 1], &[255; 12]] {
            assert_eq!(read(&Bytes::copy_from_slice(frame)), None, "{frame:?}");
        }
    }
}
