//! Reading a response whole, and never more of it than is allowed: neither as it comes nor unpacked.

use std::io::{self, Write};

use flate2::write::MultiGzDecoder;
use reqwest::header::{self, HeaderMap};
use reqwest::{Response, Url};

use super::failure::{self, bad_response, too_large};
use crate::StepError;

/// A buffer that takes so many bytes and no more.
struct Capped {
    bytes: Vec<u8>,
    most: usize,
    is_over: bool,
}

impl Write for Capped {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        if part.len() > self.most - self.bytes.len() {
            self.is_over = true;
            return Err(io::Error::other("too many bytes"));
        }
        self.bytes.extend_from_slice(part);
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

enum Sink {
    Plain(Capped),
    Gzip(Box<MultiGzDecoder<Capped>>),
}

impl Sink {
    fn of(headers: &HeaderMap, most: usize) -> Result<Self, StepError> {
        let capped = Capped { bytes: Vec::new(), most, is_over: false };
        let named = headers.get(header::CONTENT_ENCODING).map(header::HeaderValue::as_bytes).unwrap_or_default();
        let encoding = String::from_utf8_lossy(named).trim().to_ascii_lowercase();
        match encoding.as_str() {
            "" | "identity" => Ok(Self::Plain(capped)),
            "gzip" | "x-gzip" => Ok(Self::Gzip(Box::new(MultiGzDecoder::new(capped)))),
            other => Err(bad_response(format!("the response is packed as {other:?}, which nobody asked for"))),
        }
    }

    fn take(&mut self, part: &[u8]) -> Result<(), StepError> {
        let written = match self {
            Self::Plain(capped) => capped.write_all(part),
            Self::Gzip(decoder) => decoder.write_all(part),
        };
        written.map_err(|error| self.wrong(&error))
    }

    fn wrong(&self, error: &io::Error) -> StepError {
        let capped = match self {
            Self::Plain(capped) => capped,
            Self::Gzip(decoder) => decoder.get_ref(),
        };
        if capped.is_over { too_large(capped.most) } else { bad_response(format!("the response is no gzip: {error}")) }
    }

    fn finish(mut self) -> Result<Vec<u8>, StepError> {
        if let Self::Gzip(decoder) = &mut self
            && let Err(error) = decoder.try_finish()
        {
            return Err(self.wrong(&error));
        }
        Ok(match self {
            Self::Plain(capped) => capped.bytes,
            Self::Gzip(mut decoder) => std::mem::take(&mut decoder.get_mut().bytes),
        })
    }
}

/// The bytes of a response, unpacked.
pub(super) async fn read(mut response: Response, url: &Url, most: usize) -> Result<Vec<u8>, StepError> {
    if response.content_length().is_some_and(|length| length > most as u64) {
        return Err(too_large(most));
    }
    let mut sink = None;
    let mut come = 0usize;
    while let Some(part) = response.chunk().await.map_err(|error| failure::of(&error, url))? {
        come += part.len();
        if come > most {
            return Err(too_large(most));
        }
        let sink = match &mut sink {
            Some(sink) => sink,
            None => sink.insert(Sink::of(response.headers(), most)?),
        };
        sink.take(&part)?;
    }
    // Without a byte there is nothing to unpack, whatever the headers say: so is the answer to HEAD.
    sink.map_or_else(|| Ok(Vec::new()), Sink::finish)
}
