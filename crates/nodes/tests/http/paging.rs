//! Answers in pages: the items of all become one list.

use std::sync::Arc;
use std::sync::Mutex;

use crate::server::{Asked, Server, Try, answer, json_answer};

/// A server of the numbers 0 to 4 whose pages are told by `page`, `offset`, a cursor or a link.
async fn numbers() -> Server {
    Server::start(|asked| {
        let query: Vec<(&str, &str)> = asked
            .line
            .split_once('?')
            .map(|(_, query)| query.split('&').filter_map(|pair| pair.split_once('=')).collect())
            .unwrap_or_default();
        let number =
            |name: &str| query.iter().find(|(key, _)| *key == name).and_then(|(_, value)| value.parse::<usize>().ok());
        let size = number("per_page").or(number("limit")).unwrap_or(2);
        let from =
            number("offset").or(number("cursor")).unwrap_or_else(|| number("page").map_or(0, |page| (page - 1) * size));
        let items: Vec<String> = (from..(from + size).min(5)).map(|item| item.to_string()).collect();
        let (items, next) = (items.join(","), from + size);
        let cursor = if next < 5 { format!(r#", "meta": {{"next": {next}}}"#) } else { String::new() };
        let link =
            format!("link: <http://a/?x=<,>; rel=prev, </n?cursor={next}&a=,;>; title=\"x\"; rel=\"last next\"\r\n");
        let link = if next < 5 { link } else { "link: </>; rel=\"first\"\r\n".to_owned() };
        let body = format!(r#"{{"data": {{"rows": [{items}]}}{cursor}}}"#);
        answer("200 OK", &format!("content-type: application/json\r\n{link}"), body)
    })
    .await
}

#[tokio::test]
async fn every_kind_of_pages_is_walked_to_its_end() {
    let all = "[0,1,2,3,4]";
    for (more, expected, calls) in [
        (r#""pagination": "page_number""#, all, 4),
        (r#""pagination": "page_number", "page_size": 2"#, all, 3),
        (r#""pagination": "page_number", "page_size": 5"#, all, 2),
        (r#""pagination": "page_number", "first_page": 2"#, "[2,3,4]", 3),
        (r#""pagination": "page_number", "page_param": "offset", "first_page": 0, "max_pages": 2"#, "[0,1,1,2]", 2),
        (r#""pagination": "offset_limit""#, all, 4),
        (r#""pagination": "offset_limit", "page_size": 3"#, all, 2),
        (r#""pagination": "offset_limit", "page_size": 3, "size_param": "per_page""#, all, 2),
        (r#""pagination": "cursor", "cursor_path": "meta.next""#, all, 3),
        (r#""pagination": "cursor", "cursor_path": "meta.next", "max_pages": 2"#, "[0,1,2,3]", 2),
        (r#""pagination": "cursor", "cursor_path": "meta.none""#, "[0,1]", 1),
        (r#""pagination": "link_header""#, all, 3),
        (r#""pagination": "link_header", "max_pages": 1"#, "[0,1]", 1),
    ] {
        let server = numbers().await;
        let data = server.data(&format!(r#"{{"url": "URL/?keep=1", "items": "data.rows", {more}}}"#));
        assert_eq!(Try::default().line(&data).await, expected, "{more}");
        let asked = server.asked();
        assert_eq!(asked.len(), calls, "{more}");
        let kept = asked.iter().filter(|asked| asked.line.contains("keep=1")).count();
        assert_eq!(kept, if more.contains("link_header") { 1 } else { calls }, "{more}");
    }
}

#[tokio::test]
async fn a_page_is_itself_the_list_or_has_to_name_it() {
    let server = Server::start(|asked| json_answer(if asked.line.contains("page=1") { "[1]" } else { "[]" })).await;
    let data = r#"{"url": "URL", "pagination": "page_number"}"#;
    assert_eq!(Try::default().line(&server.data(data)).await, "[1]");
    let server = numbers().await;
    let error = Try::default().run(&server.data(data)).await.expect_err("an object");
    assert_eq!((error.code.as_str(), error.is_final), ("not_a_list", true));
    let broken = Server::start(|asked| match asked.line.contains("page=2") {
        true => answer("500 Internal Server Error", "", ""),
        false => json_answer("[1]"),
    });
    assert_eq!(Try::default().line(&broken.await.data(data)).await, "! http_status", "half of a list is no answer");
}

#[tokio::test]
async fn a_page_that_names_itself_is_the_last() {
    let server = Server::start(|_| json_answer(r#"{"items": [1], "next_cursor": "same"}"#)).await;
    let data = server.data(r#"{"url": "URL", "pagination": "cursor", "items": "items"}"#);
    assert_eq!(Try::default().line(&data).await, "[1,1]");
}

#[tokio::test]
async fn credentials_do_not_go_to_the_pages_of_another() {
    let other = Server::start(|_| json_answer(r#"{"items": [2]}"#)).await;
    let next = format!("http://{}/next", other.address);
    let body = format!(r#"{{"items": [1], "next_cursor": "{next}"}}"#);
    let first = Server::start(move |_| answer("200 OK", &format!("link: <{next}>; rel=next\r\n"), &body)).await;
    for kind in ["cursor", "link_header"] {
        let data = format!(
            r#"{{"url": "URL", "pagination": "{kind}", "items": "items", "auth": "bearer", "token": "CANARY", "headers": {{"x-key": "CANARY", "accept": "a/b"}}}}"#
        );
        assert_eq!(Try::default().line(&first.data(&data)).await, "[1,2]", "{kind}");
    }
    let carries = |asked: &Asked| asked.headers.values().any(|value| value.contains("CANARY"));
    assert!(first.asked().iter().all(carries));
    assert_eq!(other.asked().len(), 2);
    assert!(!other.asked().iter().any(carries) && other.asked()[0].header("accept") == "a/b");
}

#[tokio::test]
async fn each_page_that_writes_has_a_key_of_its_own() {
    let calls = Arc::new(Mutex::new(0));
    let server = Server::start(move |_| {
        let mut calls = calls.lock().expect("no panic");
        *calls += 1;
        json_answer(if *calls % 3 == 0 { "[]" } else { "[1]" })
    })
    .await;
    let keys = |from: usize| -> Vec<String> {
        server.asked()[from..].iter().map(|asked| asked.header("idempotency-key").to_owned()).collect()
    };
    let data = r#"{"url": "URL", "method": "POST", "pagination": "page_number", "headers": {HEADERS}}"#;
    assert_eq!(Try::default().line(&server.data(&data.replace("HEADERS", ""))).await, "[1,1]");
    let own = format!("{}.call@2.5", model::ExecutionId(1));
    assert_eq!(keys(0), [own.clone(), format!("{own}.p1"), format!("{own}.p2")]);
    let mine = server.data(&data.replace("HEADERS", r#""Idempotency-Key": "mine""#));
    assert_eq!(Try::default().line(&mine).await, "[1,1]");
    assert_eq!(keys(3), ["mine", "mine", "mine"]);
}
