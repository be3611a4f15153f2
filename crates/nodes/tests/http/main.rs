//! The `http` node against a server on this machine: what it sends, how it reads answers, and when it fails.

mod files;
mod keeping;
mod paging;
mod server;

use model::{EffectClass, json};
use nodes::Registry;
use server::{Asked, Server, Try, answer, json_answer};

async fn echo() -> Server {
    Server::start(|_| json_answer("{}")).await
}

/// What one call sent.
async fn sent(step: &Try, data: &str) -> Asked {
    let server = echo().await;
    let line = step.line(&server.data(data)).await;
    assert_eq!(line, "{}", "{data}");
    server.only()
}

#[tokio::test]
async fn a_call_carries_what_its_parameters_say() {
    let step = Try {
        input: json::read(br#"{"id": 7, "tags": ["a b", "c&d"], "none": null}"#).expect("JSON"),
        ..Try::default()
    };
    let rows = [
        (r#"{"url": "URL"}"#, "GET /", "", ""),
        (r#"{"url": "URL/items/{{ input.id }}?a=1", "method": "DELETE"}"#, "DELETE /items/7?a=1", "", ""),
        (
            r#"{"url": "URL/?a=1", "query": {"id": "{{ input.id }}", "tag": "{{ input.tags }}", "left_out": "{{ input.none }}", "on": true}}"#,
            "GET /?a=1&id=7&tag=a+b&tag=c%26d&on=true",
            "",
            "",
        ),
        (
            r#"{"url": "URL", "query": [{"name": "a", "value": 1}, {"name": "a", "value": 2}, {"name": "b"}]}"#,
            "GET /?a=1&a=2",
            "",
            "",
        ),
        (
            r#"{"url": "URL", "method": "POST", "body": {"id": "{{ input.id }}"}}"#,
            "POST /",
            "application/json",
            r#"{"id":7}"#,
        ),
        (
            r#"{"url": "URL", "method": "PUT", "body": "{{ input.tags }}"}"#,
            "PUT /",
            "application/json",
            r#"["a b","c&d"]"#,
        ),
        (r#"{"url": "URL", "method": "POST", "body": " {\"a\": 1} "}"#, "POST /", "application/json", r#"{"a": 1}"#),
        (r#"{"url": "URL", "method": "POST", "body": "{a"}"#, "POST /", "application/json", r#""{a""#),
        (
            r#"{"url": "URL", "method": "POST", "body": "no {{ input.id }}", "body_type": "text"}"#,
            "POST /",
            "text/plain; charset=utf-8",
            "no 7",
        ),
        (
            r#"{"url": "URL", "method": "POST", "body": {"a": "{{ input.tags }}", "b": 1}, "body_type": "form"}"#,
            "POST /",
            "application/x-www-form-urlencoded",
            "a=a+b&a=c%26d&b=1",
        ),
        (r#"{"url": "URL", "method": "POST", "body": {"a": 1}, "body_type": "none"}"#, "POST /", "", ""),
        (
            r#"{"url": "URL", "method": "PATCH", "headers": {"Content-Type": "application/merge-patch+json"}, "body": {}}"#,
            "PATCH /",
            "application/merge-patch+json",
            "{}",
        ),
    ];
    for (data, line, kind, body) in rows {
        let asked = sent(&step, data).await;
        assert_eq!(
            (asked.line.as_str(), asked.header("content-type"), asked.body.as_str()),
            (line, kind, body),
            "{data}"
        );
    }
}

#[tokio::test]
async fn headers_and_credentials_are_sent() {
    let step = Try::default();
    for (data, name, value) in [
        (r#"{"url": "URL", "headers": {"X-A": "{{ 1 + 1 }}"}}"#, "x-a", "2"),
        (r#"{"url": "URL", "headers": [{"name": "X-A", "value": "b"}]}"#, "x-a", "b"),
        (r#"{"url": "URL", "headers": {"User-Agent": "mine"}}"#, "user-agent", "mine"),
        (
            r#"{"url": "URL", "headers": {"Transfer-Encoding": "chunked", "Proxy-Authorization": "x"}}"#,
            "proxy-authorization",
            "",
        ),
        (
            r#"{"url": "URL", "auth": "basic", "username": "ada", "password": "p:w"}"#,
            "authorization",
            "Basic YWRhOnA6dw==",
        ),
        (r#"{"url": "URL", "auth": "bearer", "token": "{{ 'a' + 'b' }}"}"#, "authorization", "Bearer ab"),
        (r#"{"url": "URL", "auth": "header", "header_value": "k"}"#, "x-api-key", "k"),
        (r#"{"url": "URL", "auth": "header", "header_name": "X-Key", "header_value": "k"}"#, "x-key", "k"),
    ] {
        assert_eq!(sent(&step, data).await.header(name), value, "{data}");
    }
}

#[tokio::test]
async fn writes_name_their_step() {
    let key = |asked: &Asked| (asked.header("idempotency-key").to_owned(), asked.header("tidemill-attempt").to_owned());
    let of = |attempt, node| Try { attempt, node, ..Try::default() };
    let own = |node: &str, attempt: &str| (format!("{}.{node}@2.5", model::ExecutionId(1)), attempt.to_owned());
    let post = r#"{"url": "URL", "method": "POST"}"#;
    assert_eq!(key(&sent(&of(0, "call"), post).await), own("call", "1"));
    assert_eq!(key(&sent(&of(2, "call"), post).await), own("call", "3"), "the key stays, the attempt counts");
    assert_eq!(key(&sent(&of(0, "é 1%"), post).await), own("%C3%A9%201%25", "1"));
    for method in ["PUT", "PATCH", "DELETE"] {
        let data = format!(r#"{{"url": "URL", "method": "{method}"}}"#);
        assert_eq!(key(&sent(&of(0, "call"), &data).await), own("call", "1"), "{method}");
    }
    let (none, theirs) =
        (r#"{"url": "URL"}"#, r#"{"url": "URL", "method": "POST", "headers": {"IDEMPOTENCY-KEY": "mine"}}"#);
    assert_eq!(key(&sent(&of(0, "call"), none).await), (String::new(), String::new()));
    assert_eq!(key(&sent(&of(0, "call"), theirs).await), ("mine".to_owned(), "1".to_owned()));
}

#[test]
fn methods_that_only_read_may_run_again() {
    let step = Try::default();
    for (method, effect) in [
        ("GET", EffectClass::Read),
        ("HEAD", EffectClass::Read),
        ("OPTIONS", EffectClass::Read),
        ("POST", EffectClass::Write),
        ("DELETE", EffectClass::Write),
        ("{{ input.method }}", EffectClass::Write),
    ] {
        assert_eq!(step.effect(&format!(r#"{{"url": "http://a", "method": "{method}"}}"#)), effect, "{method}");
    }
    assert_eq!(step.effect(r#"{"url": "http://a"}"#), EffectClass::Read);
}

#[tokio::test]
async fn an_answer_is_given_as_what_it_is() {
    let step = Try::default();
    let rows: &[(&str, &str, &[u8], &str)] = &[
        ("auto", "content-type: application/json; charset=utf-8\r\n", br#"{"a": [1.10]}"#, r#"{"a":[1.10]}"#),
        ("auto", "content-type: application/problem+json\r\n", b"[]", "[]"),
        ("auto", "content-type: application/json\r\n", b"{oops", r#""{oops""#),
        ("auto", "content-type: application/json\r\n", b"", "null"),
        ("auto", "content-type: text/html\r\n", b"[1]", r#""[1]""#),
        ("auto", "content-type: text/plain; charset=ISO-8859-1\r\n", b"\xe9", r#""é""#),
        ("auto", "", b"[1]", "[1]"),
        ("auto", "", b"[1", r#""[1""#),
        ("auto", "", b"words", r#""words""#),
        ("auto", "", b"\xff\x00", r#"{"base64":"/wA=","content_type":"","bytes":2}"#),
        ("auto", "content-type: image/png\r\n", b"[1]", r#"{"base64":"WzFd","content_type":"image/png","bytes":3}"#),
        ("json", "content-type: text/html\r\n", b"[1]", "[1]"),
        ("json", "", b"no", "! bad_response"),
        ("json", "", b"", "null"),
        ("text", "content-type: application/json\r\n", b"[1]", r#""[1]""#),
        ("text", "", b"", r#""""#),
        (
            "full",
            "content-type: application/json\r\nX-A: 1\r\nx-a: 2\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n",
            b"[1]",
            r#"{"status":200,"headers":{"connection":"close","content-type":"application/json","set-cookie":["a=1","b=2"],"x-a":"1, 2"},"body":[1]}"#,
        ),
    ];
    for &(response, headers, body, expected) in rows {
        let server = Server::start(move |_| answer("200 OK", headers, body)).await;
        let line = step.line(&server.data(&format!(r#"{{"url": "URL", "response": "{response}"}}"#))).await;
        assert_eq!(line, expected, "{response} {headers} {body:?}");
    }
    let large = format!("[{}1]", "1,".repeat(300_000));
    let expected = large.clone();
    let server = Server::start(move |_| json_answer(&large)).await;
    assert_eq!(step.line(&server.data(r#"{"url": "URL"}"#)).await, expected);
}

#[tokio::test]
async fn a_status_decides_whether_a_step_fails_and_may_try_again() {
    let step = Try::default();
    let date = "date: Sun, 06 Nov 1994 08:49:00 GMT\r\nretry-after: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    for (status, headers, is_final, wait) in [
        ("400 Bad Request", "", true, None),
        ("404 Not Found", "", true, None),
        ("408 Request Timeout", "", false, None),
        ("425 Too Early", "", false, None),
        ("429 Too Many Requests", "retry-after: 7\r\n", false, Some(7_000)),
        ("503 Service Unavailable", date, false, Some(37_000)),
        ("503 Service Unavailable", "retry-after: 99999999999999\r\n", false, Some(86_400_000)),
        ("500 Internal Server Error", "retry-after: soon\r\n", false, None),
    ] {
        let server = Server::start(move |_| answer(status, headers, "why\n\n it  failed")).await;
        let error = step.run(&server.data(r#"{"url": "URL/?key=CANARY"}"#)).await.expect_err(status);
        assert_eq!(
            (error.code.as_str(), error.is_final, error.retry_after_ms),
            ("http_status", is_final, wait),
            "{status}"
        );
        assert_eq!(error.message, format!("{} answered {status}: why it failed", server.address));
    }
    let server = Server::start(|_| answer("404 Not Found", "", "é".repeat(2_000))).await;
    let error = step.run(&server.data(r#"{"url": "URL"}"#)).await.expect_err("404");
    assert!(error.message.ends_with(&format!("Not Found: {}…", "é".repeat(300))), "{error}");
    for (ok, expected) in [
        ("[200, 404]", "null"),
        (r#""4xx""#, "null"),
        (r#"["2XX", "400-404"]"#, "null"),
        ("404", "null"),
        ("200", "! http_status"),
        ("[]", "! http_status"),
    ] {
        let server = Server::start(|_| answer("404 Not Found", "", "")).await;
        let data = server.data(&format!(r#"{{"url": "URL", "ok_statuses": {ok}}}"#));
        assert_eq!(step.line(&data).await, expected, "{ok}");
    }
}

#[tokio::test]
async fn redirects_are_followed_as_far_as_they_may() {
    let step = Try::default();
    for (more, expected) in [
        ("", "{}"),
        (r#", "max_redirects": 1"#, "! too_many_redirects"),
        (r#", "max_redirects": 2"#, "{}"),
        (r#", "follow_redirects": false"#, "null"),
    ] {
        let server = Server::start(|asked| match asked.line.as_str() {
            "GET /" => answer("302 Found", "location: /a\r\ncontent-type: text/plain\r\n", ""),
            "GET /a" => answer("302 Found", "location: /b\r\n", ""),
            _ => json_answer("{}"),
        })
        .await;
        assert_eq!(step.line(&server.data(&format!(r#"{{"url": "URL"{more}}}"#))).await, expected, "{more}");
    }
}

#[tokio::test]
async fn nothing_goes_out_before_all_is_read() {
    let (server, step) = (echo().await, Try::default());
    for (data, code) in [
        (r#"{"url": "URL", "headers": {"a": "{{ null.x }}"}}"#, "! TypeError"),
        (r#"{"url": "{{ input }}"}"#, "! bad_parameter"),
        (r#"{"url": "{{ 'example.com' }}"}"#, "! bad_url"),
        (r#"{"url": "URL", "headers": {"a b": "c"}}"#, "! bad_parameter"),
        (r#"{"url": "URL", "headers": {"a": "b\r\nc: d"}}"#, "! bad_parameter"),
        (r#"{"url": "URL", "query": {"a": {}}}"#, "! bad_parameter"),
        (r#"{"url": "URL", "query": "{{ 'a' }}"}"#, "! bad_parameter"),
        (r#"{"url": "URL", "method": "{{ 'TRACE' }}"}"#, "! bad_parameter"),
        (r#"{"url": "URL", "auth": "basic", "username": "a:b"}"#, "! bad_parameter"),
        (r#"{"url": "URL", "auth": "bearer", "token": "CANARY\nx"}"#, "! bad_parameter"),
    ] {
        let error = step.run(&server.data(data)).await.expect_err(data);
        assert_eq!(format!("! {}", error.code), code, "{data}: {error}");
        assert!(!error.message.contains("CANARY"), "{error}");
    }
    assert_eq!(server.asked(), []);
}

#[tokio::test]
async fn inside_is_out_of_reach_by_default() {
    let (server, step) = (echo().await, Try { registry: Registry::standard(), ..Try::default() });
    let error = step.run(&server.data(r#"{"url": "URL"}"#)).await.expect_err("nothing is allowed");
    assert_eq!((error.code.as_str(), error.is_final), ("blocked_address", true));
    assert_eq!(server.asked(), []);
}

#[tokio::test]
async fn the_time_of_the_step_is_that_of_its_call() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("an address");
    let address = listener.local_addr().expect("it is bound");
    let data = format!(r#"{{"url": "http://{address}/", "timeout": "50ms"}}"#);
    let data = json::read(data.as_bytes()).expect("JSON");
    let step = Try::default();
    assert_eq!(step.host(&data), Some(address.to_string()));
    let late = step.run(&data).await.expect_err("nobody answers");
    assert_eq!(late.message, format!("{address} gave no whole answer within 50ms: allow more time in timeout"));
}

#[test]
fn parameters_are_checked() {
    let step = Try::default();
    for (data, found) in [
        (r#"{}"#, &["bad_parameter url"][..]),
        (r#"{"url": "example.com/x"}"#, &["bad_parameter url"]),
        (r#"{"url": "http://[::1"}"#, &["bad_parameter url"]),
        (r#"{"url": "http://a", "method": "TRACE"}"#, &["bad_parameter method"]),
        (r#"{"url": "http://a", "auth": "basic"}"#, &["bad_parameter username"]),
        (r#"{"url": "http://a", "auth": "bearer", "token": ""}"#, &["bad_parameter token"]),
        (r#"{"url": "http://a", "auth": "header"}"#, &["bad_parameter header_value"]),
        (r#"{"url": "http://a", "ok_statuses": [200, "9xx"]}"#, &["bad_parameter ok_statuses[1]"]),
        (r#"{"url": "http://a", "pagination": "cursor", "response": "full"}"#, &["bad_parameter response"]),
        (r#"{"url": "http://a", "max_pages": 0}"#, &["bad_parameter max_pages"]),
        (r#"{"url": "{{ input }}", "timeout": "5s", "auth": "bearer", "token": "{{ input }}"}"#, &[]),
    ] {
        assert_eq!(step.problems(data), found, "{data}");
    }
}
