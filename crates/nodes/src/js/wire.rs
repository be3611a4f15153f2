//! What goes over the pipes between a pool and its workers: frames of a length and that many bytes.
//!
//! A worker may be in the hands of the code that it ran. What comes from it is read with limits and believed in
//! nothing but its length.

/// A request to run code once.
#[derive(Debug)]
pub(super) struct Ask<'a> {
    /// How long it may take, in ms.
    pub(super) timeout_ms: u32,
    /// What random numbers are drawn from.
    pub(super) seed: u64,
    /// The time, in ms since 1970.
    pub(super) now_ms: f64,
    /// The text of a function.
    pub(super) code: &'a str,
    /// The names that the code sees and their values, as [`super::inputs`] writes them.
    pub(super) names: &'a [u8],
}

/// The bytes of a request before its code.
const HEAD: usize = 24;

/// Begins a frame of a request; its names follow, then [`close`].
pub(super) fn open(timeout_ms: u32, seed: u64, now_ms: f64, code: &str) -> Vec<u8> {
    let mut frame = Vec::with_capacity(4 + HEAD + code.len() + 1_024);
    frame.extend([0; 4]);
    frame.extend(timeout_ms.to_le_bytes());
    frame.extend(seed.to_le_bytes());
    frame.extend(now_ms.to_le_bytes());
    frame.extend(u32::try_from(code.len()).unwrap_or(u32::MAX).to_le_bytes());
    frame.extend(code.as_bytes());
    frame
}

/// Writes a frame's length into its first bytes; whether it is short enough to be sent.
pub(super) fn close(frame: &mut [u8]) -> bool {
    let Ok(length) = u32::try_from(frame.len() - 4) else { return false };
    frame[..4].copy_from_slice(&length.to_le_bytes());
    true
}

impl<'a> Ask<'a> {
    /// Reads a request without its length.
    pub(super) fn read(frame: &'a [u8]) -> Option<Self> {
        let (head, rest) = frame.split_at_checked(HEAD)?;
        let length = usize::try_from(u32::from_le_bytes(head[20..24].try_into().ok()?)).ok()?;
        let (code, names) = rest.split_at_checked(length)?;
        Some(Self {
            timeout_ms: u32::from_le_bytes(head[..4].try_into().ok()?),
            seed: u64::from_le_bytes(head[4..12].try_into().ok()?),
            now_ms: f64::from_le_bytes(head[12..20].try_into().ok()?),
            code: std::str::from_utf8(code).ok()?,
            names,
        })
    }
}

/// How a call ended in the worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The body is the JSON text of what the code returned.
    Returned = 0,
    /// The code threw; the body says what.
    Threw = 1,
    /// Its time was over.
    Timeout = 2,
    /// It took more memory than it may.
    OutOfMemory = 3,
    /// It returned more than it may.
    TooLarge = 4,
}

/// The answer of a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) ending: Ending,
    /// Whether the worker takes no more calls.
    pub(super) is_spent: bool,
    /// What the code wrote to the console.
    pub(super) log: String,
    pub(super) body: Vec<u8>,
}

/// The bytes of a reply before its log.
const REPLY_HEAD: usize = 6;

impl Reply {
    /// The whole frame.
    pub(super) fn frame(&self) -> Vec<u8> {
        let mut frame = Vec::with_capacity(4 + REPLY_HEAD + self.log.len() + self.body.len());
        frame.extend([0; 4]);
        frame.push(self.ending as u8);
        frame.push(u8::from(self.is_spent));
        frame.extend(u32::try_from(self.log.len()).unwrap_or(0).to_le_bytes());
        frame.extend(self.log.as_bytes());
        frame.extend(&self.body);
        close(&mut frame);
        frame
    }

    /// Reads a reply without its length.
    pub(super) fn read(frame: &[u8]) -> Option<Self> {
        let (head, rest) = frame.split_at_checked(REPLY_HEAD)?;
        let ending = match head[0] {
            0 => Ending::Returned,
            1 => Ending::Threw,
            2 => Ending::Timeout,
            3 => Ending::OutOfMemory,
            4 => Ending::TooLarge,
            _ => return None,
        };
        let length = usize::try_from(u32::from_le_bytes(head[2..6].try_into().ok()?)).ok()?;
        let (log, body) = rest.split_at_checked(length)?;
        let log = String::from_utf8_lossy(log).into_owned();
        Some(Self { ending, is_spent: head[1] != 0, log, body: body.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut frame = open(250, u64::MAX - 1, 1.5, "return 'ä'");
        frame.extend(b"{}");
        assert!(close(&mut frame));
        assert_eq!(usize::try_from(u32::from_le_bytes(frame[..4].try_into().expect("four"))), Ok(frame.len() - 4));
        let ask = Ask::read(&frame[4..]).expect("a request");
        assert_eq!((ask.timeout_ms, ask.seed, ask.code, ask.names), (250, u64::MAX - 1, "return 'ä'", &b"{}"[..]));
        assert!((ask.now_ms - 1.5).abs() < f64::EPSILON);
        let reply =
            Reply { ending: Ending::Threw, is_spent: true, log: "a\nb".to_owned(), body: b"TypeError".to_vec() };
        assert_eq!(Reply::read(&reply.frame()[4..]), Some(reply));
    }

    #[test]
    fn nonsense_is_no_frame() {
        assert!(Ask::read(b"short").is_none());
        assert!(Reply::read(&[9, 0, 0, 0, 0, 0]).is_none(), "an unknown ending");
        assert!(Reply::read(&[0, 0, 255, 255, 255, 255, 1]).is_none(), "a log longer than the frame");
        let mut frame = open(1, 1, 1.0, "x");
        frame.truncate(frame.len() - 1);
        assert!(Ask::read(&frame[4..]).is_none(), "code longer than the frame");
    }
}
