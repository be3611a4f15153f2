//! One call and its answer, which is a value or, where it is large and no text, a file: then it goes to where files are
//! kept as it comes, and no more of it is in memory than a few pieces.

use std::sync::Arc;

use arcstr::ArcStr;
use bytes::Bytes;
use model::file::File;
use reqwest::Url;
use reqwest::header::{self, HeaderMap};

use super::Reading;
use super::answer::{self, Content, Shape};
use super::kept::Door;
use crate::files::{Files, Owner};
use crate::net::{Arriving, Limit, Request, Response};
use crate::{Outcome, StepError};

/// Bytes of an answer that is no text and still a value.
const VALUE: usize = 64 << 10;
/// Letters of a file's name.
const NAME: usize = 200;

/// A call of one step.
pub(super) struct Fetch {
    pub(super) door: Door,
    pub(super) files: Files,
    pub(super) owner: Owner,
    pub(super) reading: Arc<Reading>,
}

/// What came.
enum Answer {
    Whole(Response),
    File { answer: Head, file: File },
}

/// An answer without its body.
struct Head {
    status: reqwest::StatusCode,
    headers: HeaderMap,
}

impl Fetch {
    /// Makes the call.
    pub(super) async fn outcome(self, request: Request) -> Result<Outcome, StepError> {
        let shape = self.reading.shape;
        // What other nodes have kept is no file.
        let (kept, asked) = if shape == Shape::File { (None, None) } else { self.door.kept(&request) };
        if let Some(response) = kept {
            return answer::value(response, shape).await.map(Outcome::first);
        }
        let patience = self.door.net.patience(&request);
        match patience.of(self.answer(request)).await? {
            Answer::Whole(response) => {
                self.door.keep(asked, &response);
                answer::value(response, shape).await.map(Outcome::first)
            }
            Answer::File { answer: Head { status, headers }, file } => {
                let value = file.to_value();
                let output = if shape == Shape::Full { answer::full(status, &headers, value) } else { value };
                Ok(Outcome { files: vec![file.hash], ..Outcome::first(output) })
            }
        }
    }

    async fn answer(&self, request: Request) -> Result<Answer, StepError> {
        let mut answer = self.door.net.begin(request).await?;
        if !self.reading.statuses.has(answer.status) {
            let response = answer.whole(Vec::new()).await?;
            self.reading.statuses.check(&response)?;
            return Ok(Answer::Whole(response));
        }
        let content = Content::of(&answer.headers);
        let may_be_file = match self.reading.shape {
            Shape::File => true,
            Shape::Auto | Shape::Full => (content.is_binary() || content.kind.is_empty()) && self.files.is_there(),
            Shape::Json | Shape::Text => false,
        };
        if !may_be_file {
            return answer.whole(Vec::new()).await.map(Answer::Whole);
        }
        answer.body.limit(Limit::File(self.door.net.settings().file_bytes));
        let mut begun = Vec::new();
        if self.reading.shape != Shape::File {
            while begun.len() <= VALUE {
                match answer.body.next().await? {
                    Some(piece) => begun.extend_from_slice(&piece),
                    None => return answer.whole(begun).await.map(Answer::Whole),
                }
            }
            // Without a content type it is what it looks like.
            if content.kind.is_empty() && is_text(&begun) {
                let most = self.door.net.settings().response_bytes;
                answer.body.limit(Limit::Value(most));
                return answer.whole(begun).await.map(Answer::Whole);
            }
        }
        self.keep(answer, begun.into(), &content).await
    }

    /// Keeps a body as a file. If the call ends before it does, nothing of it is kept.
    async fn keep(&self, answer: Arriving, begun: Bytes, content: &Content) -> Result<Answer, StepError> {
        let Arriving { status, url, headers, mut body } = answer;
        let mut writer = self.files.create(self.owner, self.door.net.settings().file_bytes)?;
        if !begun.is_empty() {
            writer.write(begun).await?;
        }
        while let Some(piece) = body.next().await? {
            writer.write(piece).await?;
        }
        let (hash, size) = writer.finish().await?;
        let kind = if content.kind.is_empty() { "application/octet-stream" } else { &content.kind };
        let file = File { hash, name: name_of(&headers, &url), media_type: kind.into(), size };
        Ok(Answer::File { answer: Head { status, headers }, file })
    }
}

/// Whether the start of a body is text. The cut may be within a letter.
fn is_text(start: &[u8]) -> bool {
    match std::str::from_utf8(start) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    }
}

/// What an answer calls its body, else the last part of its address. No path, and nothing that a terminal would obey.
fn name_of(headers: &HeaderMap, url: &Url) -> ArcStr {
    let said = headers.get(header::CONTENT_DISPOSITION).map(|said| String::from_utf8_lossy(said.as_bytes()));
    let name = said.as_deref().and_then(named).unwrap_or_else(|| {
        let last = url.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or_default();
        decoded(last)
    });
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|letter| !letter.is_control()).take(NAME).collect();
    match clean.trim() {
        "." | ".." => ArcStr::new(),
        name => name.into(),
    }
}

/// The name in `attachment; filename="report.pdf"`, or in `filename*=UTF-8''report.pdf`, which goes before.
fn named(said: &str) -> Option<String> {
    let of = |key: &str| {
        said.split(';').find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.trim().eq_ignore_ascii_case(key).then(|| value.trim().trim_matches('"').to_owned())
        })
    };
    let extended = of("filename*").and_then(|value| Some(decoded(value.split_once("''")?.1)));
    extended.or_else(|| of("filename")).filter(|name| !name.is_empty())
}

/// A text in which `%20` stands for a space.
fn decoded(text: &str) -> String {
    // A form's plus is a space; here it is a plus.
    let query = format!("={}", text.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(query.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_harmless_names() {
        let url = |text| Url::parse(text).expect("an address");
        let rows = [
            ("", "https://a.example/b/report%20v+2.pdf?x=/y", "report v+2.pdf"),
            ("", "https://a.example/", ""),
            ("inline", "https://a.example/x.bin", "x.bin"),
            ("attachment; filename=\"a b.pdf\"", "https://a.example/x", "a b.pdf"),
            ("attachment; filename=plain.txt; filename*=UTF-8''%E2%82%AC.txt", "https://a.example/x", "€.txt"),
            ("attachment; filename=\"../../etc/passwd\"", "https://a.example/x", "passwd"),
            ("attachment; filename=\"..\"", "https://a.example/x", ""),
            ("attachment; filename*=UTF-8''a%0D%0Ab", "https://a.example/x", "ab"),
        ];
        for (said, address, expected) in rows {
            let mut headers = HeaderMap::new();
            if !said.is_empty() {
                headers.insert(header::CONTENT_DISPOSITION, said.parse().expect("a header"));
            }
            assert_eq!(name_of(&headers, &url(address)), expected, "{said} {address}");
        }
    }
}
