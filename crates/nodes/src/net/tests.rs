//! What calls reach and what they carry, against servers on this machine's own addresses.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, COOKIE, HeaderValue};
use reqwest::{Method, Url};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::connect::{Found, Lookup};
use super::{Net, Request, Settings};
use crate::StepError;

/// A server that says to each call what its path is mapped to, and remembers what it was asked.
struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers are raw HTTP; a path without one is answered with 404.
    async fn start(ip: &str, answers: &[(&str, String)]) -> Self {
        let listener = TcpListener::bind((ip, 0)).await.expect("an address of this machine");
        let address = listener.local_addr().expect("it is bound");
        let answers: HashMap<String, String> =
            answers.iter().map(|(path, answer)| ((*path).to_owned(), answer.clone())).collect();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = asked.clone();
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let text = head_and_body(&mut socket).await;
                let path = text.split([' ', '?']).nth(1).unwrap_or_default().to_owned();
                seen.lock().expect("no panic").push(text);
                let missing = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned();
                let answer = answers.get(&path).unwrap_or(&missing);
                let _ = socket.write_all(answer.as_bytes()).await;
                if answer.is_empty() {
                    // A server that never answers.
                    std::mem::forget(socket);
                }
            }
        });
        Self { address, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no panic").clone()
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

async fn head_and_body(socket: &mut tokio::net::TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut part = [0u8; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
            if body.len() >= length {
                return String::from_utf8_lossy(&bytes).into_owned();
            }
        }
        match socket.read(&mut part).await {
            Ok(count) if count > 0 => bytes.extend_from_slice(&part[..count]),
            _ => return String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

fn moved(status: u16, to: &str) -> String {
    format!("HTTP/1.1 {status} Moved\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
}

fn allowing(places: &[&str]) -> Settings {
    let allowed_private = places.iter().map(|place| place.parse().unwrap_or_else(|error| panic!("{error}"))).collect();
    Settings { allowed_private, ..Settings::default() }
}

fn get(url: &str) -> Request {
    Request::new(Method::GET, Url::parse(url).unwrap_or_else(|error| panic!("{url}: {error}")))
}

async fn text(net: &Net, url: &str) -> Result<String, StepError> {
    let response = net.send(get(url)).await?;
    Ok(format!("{} {}", response.status.as_u16(), String::from_utf8_lossy(&response.body)))
}

async fn code(net: &Net, url: &str) -> String {
    text(net, url).await.unwrap_or_else(|error| error.code.to_string())
}

/// Names with fixed lists of answers: each question takes the next, the last one stays.
struct Names {
    answers: HashMap<&'static str, Vec<Vec<IpAddr>>>,
    questions: AtomicUsize,
}

impl Names {
    fn new(answers: &[(&'static str, &[&[&str]])]) -> Arc<Self> {
        let parse = |address: &&str| address.parse().unwrap_or_else(|error| panic!("{address}: {error}"));
        let lists = |lists: &[&[&str]]| lists.iter().map(|list| list.iter().map(parse).collect()).collect();
        let answers = answers.iter().map(|(name, all)| (*name, lists(all))).collect();
        Arc::new(Self { answers, questions: AtomicUsize::new(0) })
    }
}

impl Lookup for Names {
    fn lookup(&self, name: &str) -> Found {
        let at = self.questions.fetch_add(1, Ordering::Relaxed);
        let answer = self.answers.get(name).and_then(|all| all.get(at).or(all.last())).cloned();
        Box::pin(async move { answer.ok_or_else(|| io::Error::other("no such name")) })
    }
}

#[tokio::test]
async fn no_spelling_of_an_inside_address_gets_through() {
    let server = Server::start("127.0.0.1", &[("/", ok("inside"))]).await;
    let port = server.address.port();
    let net = Net::with_lookup(
        Settings::default(),
        Names::new(&[("localhost", &[&["127.0.0.1", "::1"]]), ("localhost.", &[&["127.0.0.1"]])]),
    );
    for host in [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "127.0.0.1.",
        "0",
        "0.0.0.0",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "0x7f.0.0.0x1",
        "%31%32%37.0.0.1",
        "127%2e0%2e0%2e1",
        "127。0。0。1",
        "127．0．0．1",
        "①②⑦.0.0.1",
        "１２７.0.0.1",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "loc%61lhost",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "0xa9fea9fe",
        "100.64.0.1",
        "192.0.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "[fc00::1]",
        "[fd00::1]",
        "[fe80::1]",
        "[::ffff:169.254.169.254]",
        "[::ffff:a9fe:a9fe]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:a9fe:a9fe::1]",
        "[ff02::1]",
    ] {
        assert_eq!(code(&net, &format!("http://{host}:{port}/")).await, "blocked_address", "{host}");
    }
    let error = text(&net, "https://169.254.169.254/latest").await.expect_err("it is inside");
    assert!(error.is_final, "to try again changes nothing");
    assert_eq!(
        error.message,
        "169.254.169.254 leads to 169.254.169.254, which is the local link, where clouds keep credentials: calls to addresses inside are refused; if this one is meant, add it to allowed_private in the settings"
    );
    assert_eq!(server.asked(), [""; 0], "nothing reached it");
}

#[tokio::test]
async fn only_plain_addresses_of_the_web_are_called() {
    let net = Net::new(allowing(&["127.0.0.1"]));
    for url in [
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "ftp://127.0.0.1/",
        "unix:/run/x.sock",
        "data:,x",
        "ws://127.0.0.1/",
        "http://user@127.0.0.1/",
        "http://a:b@127.0.0.1/",
        "http://example.com@127.0.0.1/",
        "http://127.0.0.1:0/",
    ] {
        let error = text(&net, url).await.expect_err(url);
        assert_eq!((error.code.as_str(), error.is_final), ("bad_url", true), "{url}");
        let (scheme, plain) = (url.split_once(':').expect("a scheme").0, url.starts_with("http:"));
        let told = format!("{scheme}: is no address to call: only http and https are");
        assert_eq!(error.message == told, !plain, "{error}");
    }
}

#[tokio::test]
async fn a_name_that_leads_inside_is_blocked_when_it_connects() {
    let (good, bad) = (Server::start("127.0.0.2", &[("/", ok("good"))]).await, Server::start("127.0.0.1", &[]).await);
    let (good_port, bad_port) = (good.address.port(), bad.address.port());
    // The first answer may be reached, the second may not: a name that is bound anew between check and connection.
    let names = Names::new(&[("rebind.test", &[&["127.0.0.2"], &["127.0.0.1"]])]);
    let net = Net::with_lookup(allowing(&["127.0.0.2"]), names.clone());
    assert_eq!(code(&net, &format!("http://rebind.test:{good_port}/")).await, "200 good");
    assert_eq!(names.questions.load(Ordering::Relaxed), 1, "what was checked is what was connected to");
    assert_eq!(code(&net, &format!("http://rebind.test:{bad_port}/")).await, "blocked_address");
    assert_eq!(names.questions.load(Ordering::Relaxed), 2);
    let names = Names::new(&[("both.test", &[&["127.0.0.1", "::1", "10.0.0.1", "127.0.0.2"]]), ("none.test", &[&[]])]);
    let net = Net::with_lookup(allowing(&["127.0.0.2"]), names);
    assert_eq!(
        code(&net, &format!("http://both.test:{good_port}/")).await,
        "200 good",
        "only the allowed one is tried"
    );
    assert_eq!(code(&net, "http://none.test/").await, "dns_failed");
    assert_eq!(code(&net, "http://unknown.test/").await, "dns_failed");
    assert_eq!(bad.asked(), [""; 0]);
}

#[tokio::test]
async fn the_settings_allow_places() {
    let server = Server::start("127.0.0.1", &[("/", ok("inside"))]).await;
    let port = server.address.port();
    let at = |text: &str| text.replace("PORT", &port.to_string());
    let other = port.wrapping_add(1).max(1);
    for (allowed, host, reached) in [
        ("127.0.0.1", "127.0.0.1", true),
        ("127.0.0.0/8", "127.0.0.1", true),
        ("127.0.0.0/8", "named.test", true),
        ("127.0.0.1:PORT", "127.0.0.1", true),
        ("127.0.0.1:PORT", "named.test", false),
        ("named.test", "named.test", true),
        ("named.test", "NAMED.test", true),
        ("named.test:PORT", "named.test", true),
        ("named.test", "127.0.0.1", false),
        ("other.test", "named.test", false),
        ("10.0.0.0/8", "127.0.0.1", false),
        ("127.0.0.1", "[::ffff:127.0.0.1]", true),
    ] {
        let names = Names::new(&[("named.test", &[&["127.0.0.1"]])]);
        let net = Net::with_lookup(allowing(&[&at(allowed)]), names.clone());
        let expected = if reached { "200 inside" } else { "blocked_address" };
        assert_eq!(code(&net, &format!("http://{host}:{port}/")).await, expected, "{allowed} and {host}");
        let net = Net::with_lookup(allowing(&[&allowed.replace("PORT", &other.to_string())]), names);
        let expected = if reached && !allowed.contains("PORT") { "200 inside" } else { "blocked_address" };
        assert_eq!(code(&net, &format!("http://{host}:{port}/")).await, expected, "{allowed} and {host}, other port");
    }
}

#[tokio::test]
async fn redirects_are_checked_at_each_hop() {
    let inside = Server::start("127.0.0.1", &[("/", ok("inside"))]).await;
    let port = inside.address.port();
    let targets = [
        (inside.url("/"), "blocked_address"),
        (format!("http://2130706433:{port}/"), "blocked_address"),
        (format!("//[::ffff:127.0.0.1]:{port}/"), "blocked_address"),
        (format!("http://inside.test:{port}/"), "blocked_address"),
        ("http://169.254.169.254/latest/meta-data".to_owned(), "blocked_address"),
        ("file:///etc/passwd".to_owned(), "bad_url"),
        ("gopher://127.0.0.2/".to_owned(), "bad_url"),
        ("http://a:b@127.0.0.2/".to_owned(), "bad_url"),
        ("http://[".to_owned(), "bad_url"),
        ("/there".to_owned(), "200 there"),
        ("/loop".to_owned(), "too_many_redirects"),
    ];
    for status in [301, 302, 303, 307, 308] {
        for (to, expected) in &targets {
            let answers = [("/", moved(status, to)), ("/there", ok("there")), ("/loop", moved(status, "/loop"))];
            let outside = Server::start("127.0.0.2", &answers).await;
            let names = Names::new(&[("inside.test", &[&["127.0.0.1"]])]);
            let net = Net::with_lookup(allowing(&["127.0.0.2"]), names);
            assert_eq!(&code(&net, &outside.url("/")).await, expected, "{status} {to}");
            let hops = match *expected {
                "too_many_redirects" => 11,
                "200 there" => 2,
                _ => 1,
            };
            assert_eq!(outside.asked().len(), hops, "{status} {to}");
        }
    }
    assert_eq!(inside.asked(), [""; 0]);
}

#[tokio::test]
async fn credentials_stay_with_their_origin() {
    let other = Server::start("127.0.0.1", &[("/", ok("other"))]).await;
    let answers = [("/away", moved(307, &other.url("/"))), ("/stay", moved(307, "/end")), ("/end", ok("end"))];
    let first = Server::start("127.0.0.1", &answers).await;
    let net = Net::new(allowing(&["127.0.0.1"]));
    for path in ["/away", "/stay"] {
        let mut request = get(&first.url(path));
        for (name, value) in [
            (AUTHORIZATION.as_str(), "Bearer CANARY"),
            (COOKIE.as_str(), "CANARY"),
            ("x-api-key", "CANARY"),
            ("accept", "a/b"),
        ] {
            request.headers.insert(reqwest::header::HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        net.send(request).await.expect("an answer");
    }
    let count = |asked: &str| asked.matches("CANARY").count();
    assert_eq!(first.asked().iter().map(|asked| count(asked)).collect::<Vec<_>>(), [3, 3, 3]);
    assert_eq!(other.asked().iter().map(|asked| count(asked)).collect::<Vec<_>>(), [0]);
    assert!(other.asked()[0].contains("accept: a/b") && !other.asked()[0].contains("referer"));
}

#[tokio::test]
async fn a_redirect_changes_the_method_as_browsers_do() {
    let net = Net::new(allowing(&["127.0.0.1"]));
    for (status, method, then) in [
        (301, Method::POST, "GET"),
        (302, Method::POST, "GET"),
        (303, Method::POST, "GET"),
        (307, Method::POST, "POST"),
        (308, Method::POST, "POST"),
        (301, Method::PUT, "PUT"),
        (302, Method::DELETE, "DELETE"),
        (303, Method::PUT, "GET"),
        (303, Method::HEAD, "HEAD"),
    ] {
        let server = Server::start("127.0.0.1", &[("/", moved(status, "/end")), ("/end", ok(""))]).await;
        let mut request = get(&server.url("/"));
        request.method = method;
        request.body = Some("CARGO".into());
        request.headers.insert("content-type", HeaderValue::from_static("text/plain"));
        net.send(request).await.expect("an answer");
        let asked = &server.asked()[1];
        let carries = then != "GET";
        assert!(asked.starts_with(&format!("{then} /end")), "{status} {asked}");
        assert_eq!((asked.ends_with("CARGO"), asked.contains("content-type")), (carries, carries), "{status} {asked}");
    }
}

#[tokio::test]
async fn a_redirect_is_the_answer_where_none_is_followed() {
    let server = Server::start("127.0.0.1", &[("/", moved(302, "/end")), ("/end", ok("end"))]).await;
    let net = Net::new(allowing(&["127.0.0.1"]));
    let with = |redirects| Request { redirects, ..get(&server.url("/")) };
    assert_eq!(net.send(with(None)).await.expect("an answer").status, 302);
    assert_eq!(net.send(with(Some(0))).await.expect_err("one too many").code, "too_many_redirects");
    assert_eq!(net.send(with(Some(1))).await.expect("an answer").url.path(), "/end");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// Answers one call with these headers and bytes.
async fn answering(head: &str, body: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("an address");
    let url = format!("http://{}/", listener.local_addr().expect("it is bound"));
    let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n{head}\r\n");
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.expect("a call");
        head_and_body(&mut socket).await;
        let _ = socket.write_all(head.as_bytes()).await;
        let _ = socket.write_all(&body).await;
    });
    url
}

#[tokio::test]
async fn a_response_is_bounded_as_it_comes_and_unpacked() {
    let net = Net::new(Settings { response_bytes: 10_000, ..allowing(&["127.0.0.1"]) });
    let packed = "content-encoding: gzip\r\n";
    let empty_members = gzip(b"").repeat(2_000);
    let two = [gzip(b"one "), gzip(b"two")].concat();
    let cut = gzip(b"some words that are long enough")[..20].to_vec();
    let rows = [
        ("", vec![b'x'; 10_000], 10_000, ""),
        ("", vec![b'x'; 10_001], 0, "response_too_large"),
        ("content-length: 10001\r\n", Vec::new(), 0, "response_too_large"),
        (packed, gzip(&[b'x'; 10_000]), 10_000, ""),
        (packed, gzip(&[b'x'; 10_001]), 0, "response_too_large"),
        (packed, gzip(&vec![0; 100 << 20]), 0, "response_too_large"),
        (packed, empty_members, 0, "response_too_large"),
        (packed, two, 7, ""),
        (packed, cut, 0, "bad_response"),
        (packed, b"no gzip".to_vec(), 0, "bad_response"),
        (packed, Vec::new(), 0, ""),
        ("content-encoding: br\r\n", b"x".to_vec(), 0, "bad_response"),
        ("content-length: 9\r\n", b"short".to_vec(), 0, "connection_lost"),
    ];
    for (at, (head, body, length, failed)) in rows.into_iter().enumerate() {
        let url = answering(head, body).await;
        match net.send(get(&url)).await {
            Ok(response) => assert_eq!((response.body.len(), ""), (length, failed), "row {at}"),
            Err(error) => assert_eq!(error.code, failed, "row {at}: {error}"),
        }
    }
}

#[tokio::test]
async fn failures_say_which_they_are() {
    let net = Net::new(allowing(&["127.0.0.1"]));
    let silent = Server::start("127.0.0.1", &[("/", String::new())]).await;
    let request = Request { timeout: Some(Duration::from_millis(50)), ..get(&silent.url("/?key=CANARY")) };
    let late = net.send(request).await.expect_err("it never answers");
    assert_eq!((late.code.as_str(), late.is_final), ("timeout", false));
    assert!(late.message.contains("within 50ms"), "{late}");
    let closed = TcpListener::bind("127.0.0.1:0").await.expect("an address").local_addr().expect("it is bound");
    let refused = text(&net, &format!("http://{closed}/?key=CANARY")).await.expect_err("nobody listens");
    assert_eq!(refused.code, "connect_failed", "{refused}");
    let plain = TcpListener::bind("127.0.0.1:0").await.expect("an address");
    let address = plain.local_addr().expect("it is bound");
    tokio::spawn(async move {
        let (mut socket, _) = plain.accept().await.expect("a call");
        let _ = socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        head_and_body(&mut socket).await;
    });
    let tls = text(&net, &format!("https://{address}/?key=CANARY")).await.expect_err("it speaks no TLS");
    assert_eq!(tls.code, "tls_failed", "{tls}");
    let garbled = answering("no header at all\r\n", Vec::new()).await;
    let lost = text(&net, &garbled).await.expect_err("no HTTP");
    assert_eq!(lost.code, "connection_lost", "{lost}");
    for error in [late, refused, tls, lost] {
        assert!(!error.message.contains("CANARY"), "{error}");
    }
}

/// A server whose connections stay open for more calls.
async fn keeping() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("an address");
    let url = format!("http://{}/", listener.local_addr().expect("it is bound"));
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                while !head_and_body(&mut socket).await.is_empty() {
                    let _ = socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi").await;
                }
            });
        }
    });
    url
}

#[test]
fn one_door_serves_many_runtimes() {
    let net = Net::new(Settings { total_timeout: Duration::from_secs(5), ..allowing(&["127.0.0.1"]) });
    let serving = tokio::runtime::Runtime::new().expect("a runtime");
    let url = serving.block_on(keeping());
    // Those before stay, with their connections, and nobody drives them.
    let mut idle = Vec::new();
    for _ in 0..12 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        assert_eq!(runtime.block_on(code(&net, &url)), "200 hi");
        idle.push(runtime);
    }
}

#[test]
fn proxies_of_the_environment_are_not_used() {
    const CHILD: &str = "TIDEMILL_TEST_TARGET";
    if let Ok(target) = std::env::var(CHILD) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let net = Net::new(allowing(&["127.0.0.1"]));
        assert_eq!(runtime.block_on(code(&net, &target)), "200 direct");
        return;
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let proxy = runtime.block_on(Server::start("127.0.0.1", &[]));
    let server = runtime.block_on(Server::start("127.0.0.1", &[("/", ok("direct"))]));
    let mut child = std::process::Command::new(std::env::current_exe().expect("this test"));
    child.args(["--exact", "net::tests::proxies_of_the_environment_are_not_used"]).env(CHILD, server.url("/"));
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        child.env(name, proxy.url(""));
    }
    let output = child.env_remove("NO_PROXY").env_remove("no_proxy").output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!((server.asked().len(), proxy.asked().len()), (1, 0));
}
