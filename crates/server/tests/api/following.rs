//! Following the list of executions: what changed since an answer.

use serde_json::Value as Json;

use crate::harness::{DOUBLE, Server};

/// Waits for a signal, then ends.
const WAITS: &str = r#"{"nodes": [{"id": "go", "type": "wait_for_signal", "data": {"signal": "go"}}], "edges": []}"#;

fn ids(list: &Json) -> Vec<&str> {
    list["items"].as_array().expect("items").iter().map(|item| item["id"].as_str().expect("an id")).collect()
}

fn text<'a>(of: &'a Json, key: &str) -> &'a str {
    of[key].as_str().unwrap_or_else(|| panic!("{key} in {of}"))
}

#[tokio::test]
async fn a_list_is_followed_by_what_it_answered() {
    let server = Server::with(&[("retention.max_count", "1")]).await;
    let (double, waits) = (server.store(DOUBLE).await, server.store(WAITS).await);
    let started = server.post(&format!("/api/v1/workflows/{waits}/execute"), "{}").await.ok(202);
    let sleeper = text(&started, "execution_id");
    let status = |id: &str| {
        let path = format!("/api/v1/executions/{id}");
        let server = &server;
        async move { text(&server.get(&path).await.ok(200), "status").to_owned() }
    };
    while status(sleeper).await != "waiting" {
        tokio::task::yield_now().await;
    }
    let list = server.get("/api/v1/executions").await.ok(200);
    assert_eq!((ids(&list), list.get("gone"), list.get("more")), (vec![sleeper], None, None));
    let open = server.get("/api/v1/executions?status=running,waiting").await.ok(200);
    let changes = |filter: &str, since: &str| {
        let path = format!("/api/v1/executions?since={since}{filter}");
        let server = &server;
        async move { server.get(&path).await.ok(200) }
    };
    let nothing = changes("", text(&list, "since")).await;
    assert_eq!(
        (ids(&nothing), &nothing["gone"], &nothing["more"]),
        (vec![], &Json::from(Vec::<Json>::new()), &Json::from(false))
    );
    assert_eq!(nothing["since"], list["since"]);

    let first = text(&server.run(&double, "1").await, "execution_id").to_owned();
    let second = text(&server.run(&double, "2").await, "execution_id").to_owned();
    server.post(&format!("/api/v1/executions/{sleeper}/signals/go"), "1").await.ok(202);
    while status(sleeper).await != "succeeded" {
        tokio::task::yield_now().await;
    }
    let changed = changes("&total=true", text(&list, "since")).await;
    assert_eq!((ids(&changed), &changed["total"]), (vec![&*second, &*first, sleeper], &Json::from(3)));
    assert!(changed["items"].as_array().expect("items").iter().all(|item| item["status"] == "succeeded"));
    assert!(changed["next_cursor"].is_null(), "the cursor of pages is another one");
    let left = changes("&status=running,waiting", text(&open, "since")).await;
    assert!(ids(&left).is_empty() && left["gone"].as_array().expect("ids").contains(&Json::from(sleeper)), "{left}");

    assert_eq!(server.app.retain().await.expect("it can").executions, 2);
    let deleted = changes("", text(&changed, "since")).await;
    assert_eq!((ids(&deleted), &deleted["gone"]), (vec![], &serde_json::json!([sleeper, first])));
}

#[tokio::test]
async fn a_cursor_that_is_no_longer_known_is_told() {
    let server = Server::new().await;
    let list = server.get("/api/v1/executions").await.ok(200);
    let other = Server::new().await;
    other.run(&other.store(DOUBLE).await, "1").await;
    let here = text(&list, "since");
    let (opening, _) = here.rsplit_once('.').expect("three parts");
    for expired in [format!("1{here}"), format!("{opening}.ffff")] {
        let answer = server.get(&format!("/api/v1/executions?since={expired}")).await;
        assert_eq!(answer.problem(410), "cursor_expired");
    }
    assert_eq!(server.get("/api/v1/executions?since=x").await.problem(400), "invalid_parameter");
    for mixed in ["page=2", "skip=3", "cursor=0000000000001"] {
        let answer = server.get(&format!("/api/v1/executions?since={here}&{mixed}")).await;
        assert_eq!(answer.problem(400), "invalid_parameter", "{mixed}");
    }
}
