//! Answers that become files, and files that are sent.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use model::file::FileHash;
use model::{ExecutionId, File, TenantId, Value};
use nodes::net::{Net, Settings};
use nodes::{FileStore, FileWriter, Files, Later, Owner, Registry, Services, StepError};

use crate::server::{Server, Try, answer};

/// Files in memory, each named by its number, and what became of them.
#[derive(Default)]
struct Kept {
    files: Mutex<HashMap<FileHash, Bytes>>,
    begun: AtomicUsize,
    largest: AtomicUsize,
    /// Whether what comes in is never taken.
    is_stuck: bool,
}

struct Coming(Arc<Kept>, Vec<u8>);

struct Store(Arc<Kept>);

const OWNER: Owner = Owner { tenant: TenantId::DEFAULT, execution: ExecutionId(1) };

impl FileStore for Store {
    fn create(&self, owner: Owner, _: u64) -> Box<dyn FileWriter> {
        assert_eq!(owner, OWNER);
        self.0.begun.fetch_add(1, Ordering::SeqCst);
        Box::new(Coming(self.0.clone(), Vec::new()))
    }

    fn read(&self, owner: Owner, hash: FileHash, offset: u64, length: u64) -> Later<'_, (Bytes, u64)> {
        assert_eq!(owner, OWNER);
        let found = self.0.files.lock().expect("no panic").get(&hash).cloned();
        Box::pin(async move {
            let bytes = found.ok_or_else(|| StepError::new("file_not_found", "it is not there"))?;
            let at = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(bytes.len());
            Ok((bytes.slice(at(offset)..at(offset.saturating_add(length))), bytes.len() as u64))
        })
    }
}

impl FileWriter for Coming {
    fn write(&mut self, bytes: Bytes) -> Later<'_, ()> {
        Box::pin(async move {
            if self.0.is_stuck {
                std::future::pending::<()>().await;
            }
            self.0.largest.fetch_max(bytes.len(), Ordering::SeqCst);
            self.1.extend_from_slice(&bytes);
            Ok(())
        })
    }

    fn finish(self: Box<Self>) -> Later<'static, (FileHash, u64)> {
        let Self(kept, bytes) = *self;
        let mut files = kept.files.lock().expect("no panic");
        let hash = [u8::try_from(files.len() + 1).expect("a few"); 32];
        let size = bytes.len() as u64;
        files.insert(hash, bytes.into());
        drop(files);
        Box::pin(std::future::ready(Ok((hash, size))))
    }
}

impl Kept {
    fn count(&self) -> usize {
        self.files.lock().expect("no panic").len()
    }

    fn only(&self) -> Bytes {
        let files = self.files.lock().expect("no panic");
        assert_eq!(files.len(), 1);
        files.values().next().cloned().expect("one")
    }
}

fn step(kept: &Arc<Kept>, settings: &Settings) -> Try {
    let allowed_private = vec!["127.0.0.1".parse().expect("an address")];
    let files = Files::new(Arc::new(Store(kept.clone())));
    let services =
        Services::default().with_net(Net::new(Settings { allowed_private, ..settings.clone() })).with_files(files);
    Try { registry: Registry::with(&services), ..Try::default() }
}

/// Bytes that are no text.
fn binary(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|n| (n * 7 % 253) as u8 | 0x80).collect()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// What a node makes of an answer: the output, and the bytes of its file if it has one.
async fn made(data: &str, headers: &'static str, body: Vec<u8>) -> (Value, Option<Bytes>) {
    let kept = Arc::new(Kept::default());
    let server = Server::start(move |_| answer("200 OK", headers, &body)).await;
    let output = step(&kept, &Settings::default()).run(&server.data(data)).await.expect("it succeeds");
    (output, (kept.count() > 0).then(|| kept.only()))
}

const AUTO: &str = r#"{"url": "URL/data/report.bin"}"#;
const OCTETS: &str = "content-type: application/octet-stream\r\n";

#[tokio::test]
async fn a_large_answer_that_is_no_text_becomes_a_file() {
    let large = binary(65_537);
    for headers in [OCTETS, "content-type: application/pdf; x=y\r\n", ""] {
        let (output, bytes) = made(AUTO, headers, large.clone()).await;
        assert!(bytes.is_some_and(|bytes| bytes == large), "{headers}");
        let file = File::of(&output).expect("a file");
        let kind = if headers.contains("pdf") { "application/pdf" } else { "application/octet-stream" };
        let told = (file.hash, file.name.as_str(), file.media_type.as_str(), file.size);
        assert_eq!(told, ([1; 32], "report.bin", kind, 65_537), "{headers}");
    }
    let (output, bytes) = made(AUTO, OCTETS, binary(65_536)).await;
    assert!(bytes.is_none() && output.get("base64").is_some(), "a small one is a value");

    let text = "words ".repeat(20_000);
    for headers in ["content-type: text/csv\r\n", ""] {
        let (output, bytes) = made(AUTO, headers, text.clone().into()).await;
        assert!(bytes.is_none() && output.as_str() == Some(text.as_str()), "{headers}: a text is a value of any size");
    }
    let list = format!("[{}1]", "1,".repeat(50_000));
    let (output, bytes) = made(AUTO, "content-type: application/json\r\n", list.clone().into()).await;
    assert!(bytes.is_none() && output.as_array().is_some_and(|list| list.len() == 50_001));

    let file = r#"{"url": "URL/list", "response": "file"}"#;
    let named = "content-type: application/json\r\ncontent-disposition: attachment; filename=\"all.json\"\r\n";
    let (output, bytes) = made(file, named, b"[1, 2]".to_vec()).await;
    assert_eq!(bytes.as_deref(), Some(&b"[1, 2]"[..]), "whatever it is");
    let file = File::of(&output).expect("a file");
    assert_eq!((file.name.as_str(), file.media_type.as_str(), file.size), ("all.json", "application/json", 6));

    let full = r#"{"url": "URL", "response": "full"}"#;
    let (output, bytes) = made(full, OCTETS, large.clone()).await;
    assert_eq!(output.get("status").and_then(Value::as_i64), Some(200));
    assert!(bytes.is_some() && output.get("body").and_then(File::of).is_some());
}

#[tokio::test]
async fn a_packed_answer_is_unpacked_in_pieces() {
    let zeros = vec![0u8; 64 << 20];
    let body = packed(&zeros);
    assert!(body.len() < 100_000, "it is small as it comes");
    let kept = Arc::new(Kept::default());
    let headers = "content-type: application/octet-stream\r\ncontent-encoding: gzip\r\n";
    let server = Server::start(move |_| answer("200 OK", headers, &body)).await;
    let settings = Settings { response_bytes: 1_000, ..Settings::default() };
    let output = step(&kept, &settings).run(&server.data(AUTO)).await.expect("it succeeds");
    assert_eq!(File::of(&output).expect("a file").size, 64 << 20);
    assert!(kept.only() == zeros);
    let largest = kept.largest.load(Ordering::SeqCst);
    assert!(largest < 5 << 20, "{largest} bytes were in memory at once");
}

#[tokio::test]
async fn an_answer_that_ends_early_leaves_no_file() {
    let body = binary(300_000);
    let cut = body.clone();
    let broken = Server::start(move |_| {
        let mut whole = answer("200 OK", OCTETS, &cut);
        whole.truncate(200_000);
        whole
    })
    .await;
    let kept = Arc::new(Kept::default());
    assert_eq!(step(&kept, &Settings::default()).line(&broken.data(AUTO)).await, "! connection_lost");
    assert_eq!((kept.begun.load(Ordering::SeqCst), kept.count()), (1, 0));

    // One that is not taken as fast as it comes runs out of time in the middle.
    let whole = body.clone();
    let server = Server::start(move |_| answer("200 OK", OCTETS, &whole)).await;
    let stuck = Arc::new(Kept { is_stuck: true, ..Kept::default() });
    let data = r#"{"url": "URL", "timeout": "300ms"}"#;
    assert_eq!(step(&stuck, &Settings::default()).line(&server.data(data)).await, "! timeout");
    assert_eq!((stuck.begun.load(Ordering::SeqCst), stuck.count()), (1, 0));

    let refused = Server::start(move |_| answer("404 Not Found", OCTETS, &body)).await;
    assert_eq!(step(&kept, &Settings::default()).line(&refused.data(AUTO)).await, "! http_status");
    assert_eq!(kept.begun.load(Ordering::SeqCst), 1, "what says why is no file");
}

#[tokio::test]
async fn both_limits_say_what_to_do() {
    let settings = || Settings { response_bytes: 70_000, file_bytes: 90_000, ..Settings::default() };
    let rows = [
        ("auto", "text/plain", 80_000, "set response to file"),
        ("text", "application/pdf", 80_000, "set response to file"),
        ("auto", "application/pdf", 80_000, ""),
        ("file", "text/plain", 80_000, ""),
        ("file", "text/plain", 90_000, ""),
        ("file", "text/plain", 90_001, "calls.file_bytes"),
        ("full", "application/pdf", 90_001, "calls.file_bytes"),
    ];
    for (shape, kind, size, says) in rows {
        // With the length said before, and found out only while it comes.
        for is_said in [true, false] {
            let head = if is_said { format!("content-length: {size}\r\n") } else { String::new() };
            let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: {kind}\r\n{head}\r\n");
            let body = [head.into_bytes(), vec![b'a'; size]].concat();
            let server = Server::start(move |_| body.clone()).await;
            let kept = Arc::new(Kept::default());
            let data = server.data(&format!(r#"{{"url": "URL", "response": "{shape}"}}"#));
            let result = step(&kept, &settings()).run(&data).await;
            match result {
                Ok(_) => assert_eq!((says, kept.count()), ("", 1), "{shape} {kind} {size}"),
                Err(error) => {
                    assert_eq!((error.code.as_str(), error.is_final), ("response_too_large", true));
                    assert!(!says.is_empty() && error.message.contains(says), "{shape} {kind} {size}: {error}");
                    assert_eq!(kept.count(), 0);
                }
            }
        }
    }
}

#[tokio::test]
async fn a_file_is_sent_as_its_bytes() {
    let kept = Arc::new(Kept::default());
    let bytes = "0123456789".repeat(60_000);
    kept.files.lock().expect("no panic").insert([9; 32], bytes.clone().into());
    let file = File { hash: [9; 32], name: "a.txt".into(), media_type: "text/csv".into(), size: 3 };
    let mut step = step(&kept, &Settings::default());
    step.input = file.to_value();
    // It is sent again where a redirect says so.
    let server = Server::start(|asked| match asked.line.as_str() {
        "PUT /" => answer("307 Temporary Redirect", "location: /there\r\n", ""),
        _ => answer("204 No Content", "", ""),
    })
    .await;
    let data = r#"{"url": "URL", "method": "PUT", "body": "{{ input }}"}"#;
    assert_eq!(step.line(&server.data(data)).await, "null");
    let asked = server.asked();
    assert_eq!(asked.iter().map(|asked| asked.line.as_str()).collect::<Vec<_>>(), ["PUT /", "PUT /there"]);
    for asked in &asked {
        assert_eq!(asked.header("content-length"), "600000", "what is there counts, not what the value says");
        assert_eq!((asked.header("content-type"), asked.header("transfer-encoding")), ("text/csv", ""));
        assert!(asked.body == bytes);
    }
    // Within another value it is told of, not sent.
    let server = Server::start(|_| answer("204 No Content", "", "")).await;
    step.line(&server.data(r#"{"url": "URL", "method": "POST", "body": {"file": "{{ input }}"}}"#)).await;
    assert!(server.only().body.starts_with(r#"{"file":{"$file":"0909"#));
    // One that the execution has not is not looked for elsewhere, and nothing goes out.
    step.input = File { hash: [8; 32], ..file }.to_value();
    let server = Server::start(|_| answer("204 No Content", "", "")).await;
    assert_eq!(step.line(&server.data(data)).await, "! file_not_found");
    assert!(server.asked().is_empty());
}
