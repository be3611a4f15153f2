//! Reading a response piece by piece, and never more of it than is allowed: neither as it comes nor unpacked.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use reqwest::header::{self, HeaderMap};
use reqwest::{Response, Url};

use super::failure::{self, Limit, bad_response, too_large};
use crate::StepError;

/// Bytes that are unpacked at once: what comes of them is a thousand times as much at most.
const UNPACKED: usize = 4 << 10;
/// Bytes of a piece that is worth handing on.
const PIECE: usize = 64 << 10;

/// A buffer that takes so many bytes in all and no more.
struct Capped {
    bytes: Vec<u8>,
    total: u64,
    most: u64,
    is_over: bool,
}

impl Write for Capped {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        if part.len() as u64 > self.most.saturating_sub(self.total) {
            self.is_over = true;
            return Err(io::Error::other("too many bytes"));
        }
        self.total += part.len() as u64;
        self.bytes.extend_from_slice(part);
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

enum Sink {
    Plain,
    Gzip(Box<MultiGzDecoder<Capped>>),
}

impl Sink {
    fn of(headers: &HeaderMap, limit: Limit) -> Result<Self, StepError> {
        let named = headers.get(header::CONTENT_ENCODING).map(header::HeaderValue::as_bytes).unwrap_or_default();
        let encoding = String::from_utf8_lossy(named).trim().to_ascii_lowercase();
        match encoding.as_str() {
            "" | "identity" => Ok(Self::Plain),
            "gzip" | "x-gzip" => {
                let capped = Capped { bytes: Vec::new(), total: 0, most: limit.bytes(), is_over: false };
                Ok(Self::Gzip(Box::new(MultiGzDecoder::new(capped))))
            }
            other => Err(bad_response(format!("the response is packed as {other:?}, which nobody asked for"))),
        }
    }
}

/// The bytes of a response as they come, unpacked.
pub(crate) struct Parts {
    response: Response,
    url: Url,
    limit: Limit,
    sink: Option<Sink>,
    /// Bytes that came so far, still packed.
    come: u64,
    /// What came and is not unpacked yet.
    packed: Bytes,
}

impl Parts {
    pub(super) fn new(response: Response, url: Url, limit: Limit) -> Self {
        Self { response, url, limit, sink: None, come: 0, packed: Bytes::new() }
    }

    /// Sets another limit, for all bytes from the first on.
    pub(crate) fn limit(&mut self, limit: Limit) {
        self.limit = limit;
        if let Some(Sink::Gzip(decoder)) = &mut self.sink {
            decoder.get_mut().most = limit.bytes();
        }
    }

    /// The next piece; none at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, StepError> {
        if self.come == 0 && self.response.content_length().is_some_and(|length| length > self.limit.bytes()) {
            return Err(too_large(self.limit));
        }
        loop {
            if let Some(piece) = self.unpack()? {
                return Ok(Some(piece));
            }
            let Some(part) = self.response.chunk().await.map_err(|error| failure::of(&error, &self.url))? else {
                return self.last();
            };
            self.come += part.len() as u64;
            if self.come > self.limit.bytes() {
                return Err(too_large(self.limit));
            }
            if self.sink.is_none() {
                self.sink = Some(Sink::of(self.response.headers(), self.limit)?);
            }
            self.packed = part;
        }
    }

    /// A piece of what came, if it gives one.
    fn unpack(&mut self) -> Result<Option<Bytes>, StepError> {
        let decoder = match &mut self.sink {
            Some(Sink::Gzip(decoder)) => decoder,
            Some(Sink::Plain) if !self.packed.is_empty() => return Ok(Some(std::mem::take(&mut self.packed))),
            Some(Sink::Plain) | None => return Ok(None),
        };
        while !self.packed.is_empty() && decoder.get_ref().bytes.len() < PIECE {
            let part = self.packed.split_to(self.packed.len().min(UNPACKED));
            if let Err(error) = decoder.write_all(&part) {
                return Err(wrong(decoder, &error, self.limit));
            }
        }
        // What was written may still be within the decoder.
        let bytes = std::mem::take(&mut decoder.get_mut().bytes);
        Ok((!bytes.is_empty()).then(|| bytes.into()))
    }

    fn last(&mut self) -> Result<Option<Bytes>, StepError> {
        // Without a byte there is nothing to unpack, whatever the headers say: so is the answer to HEAD.
        let Some(Sink::Gzip(decoder)) = &mut self.sink else { return Ok(None) };
        if let Err(error) = decoder.try_finish() {
            return Err(wrong(decoder, &error, self.limit));
        }
        let bytes = std::mem::take(&mut decoder.get_mut().bytes);
        self.sink = Some(Sink::Plain);
        Ok((!bytes.is_empty()).then(|| bytes.into()))
    }

    /// All that is left, in one piece.
    pub(crate) async fn rest(mut self, mut before: Vec<u8>) -> Result<Bytes, StepError> {
        while let Some(piece) = self.next().await? {
            before.extend_from_slice(&piece);
        }
        Ok(before.into())
    }
}

fn wrong(decoder: &MultiGzDecoder<Capped>, error: &io::Error, limit: Limit) -> StepError {
    if decoder.get_ref().is_over { too_large(limit) } else { bad_response(format!("the response is no gzip: {error}")) }
}
