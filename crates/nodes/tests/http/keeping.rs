//! Answers that a node keeps: which calls are made again, and which are not.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::server::{Server, Try, answer};

/// Answers each call with its number; what the path asks for comes as a header.
async fn counting() -> Server {
    let calls = AtomicUsize::new(0);
    Server::start(move |asked| {
        let number = calls.fetch_add(1, Ordering::Relaxed) + 1;
        let (status, headers) = match asked.line.as_str() {
            "GET /secret" => ("200 OK", "cache-control: private, no-store\r\n"),
            "GET /cookie" => ("200 OK", "set-cookie: a=b\r\n"),
            "GET /gone" => ("404 Not Found", ""),
            _ => ("200 OK", ""),
        };
        answer(status, headers, number.to_string())
    })
    .await
}

/// What calls with these parameters give, one after the other.
async fn lines(step: &Try, all: &[&str]) -> String {
    let server = counting().await;
    let mut lines = Vec::new();
    for data in all {
        lines.push(step.line(&server.data(data)).await);
    }
    lines.join(" ")
}

#[tokio::test]
async fn the_same_call_is_made_once_while_its_answer_is_kept() {
    let kept = r#"{"url": "URL/a", "cache": "1h"}"#;
    assert_eq!(lines(&Try::default(), &[kept, kept, kept]).await, r#""1" "1" "1""#);
    let as_object = r#"{"url": "URL/a", "cache": {"ttl": 3600000}}"#;
    assert_eq!(lines(&Try::default(), &[kept, as_object]).await, r#""1" "1""#);
    // Without cache it is made; with another address, query or header it is another.
    let others = [
        kept,
        r#"{"url": "URL/a"}"#,
        r#"{"url": "URL/b", "cache": "1h"}"#,
        r#"{"url": "URL/a", "query": {"q": 1}, "cache": "1h"}"#,
        r#"{"url": "URL/a", "headers": {"accept-language": "nl"}, "cache": "1h"}"#,
        kept,
    ];
    assert_eq!(lines(&Try::default(), &others).await, r#""1" "2" "3" "4" "5" "1""#);
}

#[tokio::test]
async fn what_is_old_or_for_one_caller_alone_is_asked_again() {
    let (short, step) = (r#"{"url": "URL/a", "cache": "1ms"}"#, Try::default());
    let server = counting().await;
    assert_eq!(step.line(&server.data(short)).await, r#""1""#);
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    assert_eq!(step.line(&server.data(short)).await, r#""2""#);
    for path in ["secret", "cookie"] {
        let data = format!(r#"{{"url": "URL/{path}", "cache": "1h"}}"#);
        assert_eq!(lines(&Try::default(), &[&data, &data]).await, r#""1" "2""#, "{path}");
    }
    let gone = r#"{"url": "URL/gone", "cache": "1h", "ok_statuses": [404]}"#;
    assert_eq!(lines(&Try::default(), &[gone, gone]).await, r#""1" "2""#, "a failure is not kept");
    let computed = r#"{"url": "URL/a", "method": "{{ 'POST' }}", "cache": "1h"}"#;
    assert_eq!(lines(&Try::default(), &[computed, computed]).await, r#""1" "2""#, "a write is made each time");
}

#[tokio::test]
async fn who_signs_in_gets_answers_of_their_own() {
    let by_header = r#"{"url": "URL/a", "headers": {"Authorization": "Bearer a"}, "cache": "1h"}"#;
    assert_eq!(lines(&Try::default(), &[by_header, by_header]).await, r#""1" "2""#, "nobody asked to keep it");
    let of = |token: &str| {
        let auth = r#""auth": "bearer", "cache": {"ttl": "1h", "signed_in": true}"#;
        format!(r#"{{"url": "URL/a", {auth}, "token": "{token}"}}"#)
    };
    let (a, b) = (of("a"), of("b"));
    assert_eq!(lines(&Try::default(), &[&a, &b, &a, &b]).await, r#""1" "2" "1" "2""#);
}

#[test]
fn a_cache_that_could_not_work_is_told() {
    let rows = [
        r#"{"url": "https://a.example", "cache": "soon"}"#,
        r#"{"url": "https://a.example", "cache": {"signed_in": true}}"#,
        r#"{"url": "https://a.example", "cache": "1h", "method": "POST"}"#,
        r#"{"url": "https://a.example", "cache": "1h", "auth": "bearer", "token": "t"}"#,
    ];
    for data in rows {
        assert_eq!(Try::default().problems(data), ["bad_parameter cache"], "{data}");
    }
    assert!(Try::default().problems(r#"{"url": "https://a.example", "cache": "1h"}"#).is_empty());
}
