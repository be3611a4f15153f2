//! Rooms: what several people change at once, what is on disk when somebody is told so, and what nobody may send.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};
use tokio_tungstenite::tungstenite::Error;
use yrs::updates::decoder::Decode as _;
use yrs::{Any, Array as _, Doc, Map as _, MapPrelim, Text as _, Transact as _, Update, WriteTxn as _};

use crate::harness::Server;
use crate::room_client::{Person, dial, sync};

const LETTERS: &str = r#"{"name":"Letters","nodes":[{"id":"a","type":"manual","data":{}},{"id":"b","type":"number","data":{"value":1,"label":"one two"}}],"edges":[{"id":"ab","source":"a","target":"b"}]}"#;

async fn draft(server: &Server, id: &str) -> Json {
    server.get(&format!("/api/v1/workflows/{id}/draft")).await.ok(200)
}

async fn patch(server: &Server, id: &str, changes: Json) -> Json {
    let call = server.call("PATCH", &format!("/api/v1/workflows/{id}/draft")).header("if-match", "*");
    call.body(json!({ "changes": changes }).to_string()).send().await.ok(200)
}

#[tokio::test]
async fn what_one_changes_others_hear_and_the_store_has() {
    let server = Server::new().await;
    let (id, address) = (server.store(LETTERS).await, server.listen().await);
    let mut ada = Person::join(&address, &id, 0).await;
    let mut ben = Person::join(&address, &id, 0).await;
    ada.set("nodes", "b/data/value", "2").await;
    assert_eq!(ada.saved().await, 1);
    ben.until_entry("nodes", "b/data/value", "2").await;
    let shown = draft(&server, &id).await;
    assert_eq!(
        (&shown["rev"], &shown["graph"]["nodes"][1]["data"]["value"], &shown["changed"]),
        (&json!(1), &json!(2), &json!(true))
    );
    // What is acknowledged is in the store, which another server reads.
    ben.set("nodes", "c/~added", r#"[1,{"id":"c","type":"manual"}]"#).await;
    ben.set("edges", "ab/~deleted", true).await;
    let rev = ben.saved().await;
    let elsewhere = draft(&server.another().await, &id).await;
    assert_eq!((elsewhere["rev"].as_u64(), elsewhere["graph"]["nodes"][2]["id"].as_str()), (Some(rev), Some("c")));
    assert_eq!(elsewhere["graph"]["edges"], json!([]));
    // What has no socket is heard, too, and a change to the same again is none.
    patch(&server, &id, json!([{"node": "b", "set": {"data/label": "one three", "data/value": 7}}])).await;
    ada.until_entry("nodes", "b/data/value", "7").await;
    let mut eve = Person::join(&address, &id, 0).await;
    assert_eq!(eve.get("nodes", "b/data/value").as_deref(), Some("7"), "who comes late has it all");
    assert!(
        eve.get("nodes", "b/data/label").is_some_and(|text| text.starts_with("~nodes/b/data/label@")),
        "by letters"
    );
    ada.until(|heard| heard.saved.0 > rev).await;
    let rev = ada.heard.saved.0;
    let again = ada.write("nodes", "b/data/value", "7");
    eve.send(&again).await;
    eve.send(&again).await;
    assert_eq!(eve.saved().await, rev + 1, "twice the same is once");
}

#[tokio::test]
async fn an_epoch_ends_for_all_and_begins_with_what_they_had() {
    let server = Server::new().await;
    let (id, address) = (server.store(LETTERS).await, server.listen().await);
    let mut ada = Person::join(&address, &id, 0).await;
    ada.set("nodes", "b/data/value", "2").await;
    ada.set("comments", "c1", r#"{"node":"b","text":"why?"}"#).await;
    let rev = ada.saved().await;
    let published = server.post(&format!("/api/v1/workflows/{id}/versions"), "{}").await.ok(200);
    assert_eq!(published["rev"].as_u64(), Some(rev));
    ada.until(|heard| heard.closed.is_some()).await;
    assert_eq!((ada.heard.over, ada.heard.closed), (Some((1, rev)), Some(4409)));
    let shown = draft(&server, &id).await;
    assert_eq!(
        (&shown["epoch"], &shown["changed"], &shown["graph"]["nodes"][1]["data"]["value"]),
        (&json!(1), &json!(false), &json!(2))
    );
    let late = Person::with(&address, &format!("/api/v1/workflows/{id}/rooms/0?tidemill=1"), Doc::new()).await;
    assert_eq!(late.heard.closed, Some(4409), "the room of an epoch that is over");
    let mut ben = Person::join(&address, &id, 1).await;
    assert_eq!(ben.get("nodes", "b/data/value"), None, "it is in the base now");
    assert!(ben.get("comments", "c1").is_some(), "comments go on");
    ben.set("nodes", "b/data/value", "3").await;
    ben.saved().await;
    assert_eq!(draft(&server, &id).await["graph"]["nodes"][1]["data"]["value"], 3);
    // Giving it up, a whole file, and publishing beside it begin epochs as well.
    let call = server.call("DELETE", &format!("/api/v1/workflows/{id}/draft")).header("if-match", "*").send().await;
    call.ok(200);
    ben.until(|heard| heard.over.is_some_and(|(epoch, _)| epoch == 2)).await;
    let call = server.call("DELETE", &format!("/api/v1/workflows/{id}")).send().await;
    assert_eq!(call.status, 204);
    let gone = dial(&address, &format!("/api/v1/workflows/{id}/rooms/2"), &[]).await;
    assert!(matches!(gone, Err(Error::Http(_))), "there is no such workflow");
}

#[tokio::test]
async fn nothing_is_folded_or_published_while_a_conflict_is_open() {
    let server = Server::new().await;
    let (id, address) = (server.store(LETTERS).await, server.listen().await);
    let mut ada = Person::join(&address, &id, 0).await;
    ada.set("nodes", "b/data/value", "2").await;
    let entry = json!({"path": "nodes/b/data/value", "base": 1, "mine": 2, "theirs": 3, "by": "Ada", "at": 0});
    ada.set("conflicts", "nodes/b/data/value@1", entry.to_string().as_str()).await;
    ada.saved().await;
    let publish = async || server.post(&format!("/api/v1/workflows/{id}/versions"), "{}").await;
    assert_eq!(publish().await.problem(409), "conflicts_open");
    let put = server.call("PUT", &format!("/api/v1/workflows/{id}/draft")).header("if-match", "*").body(LETTERS);
    assert_eq!(put.send().await.problem(409), "conflicts_open");
    let mut chosen = entry;
    chosen["chosen"] = json!({"how": "theirs", "by": "Ada", "at": 1});
    ada.set("conflicts", "nodes/b/data/value@1", chosen.to_string().as_str()).await;
    ada.saved().await;
    publish().await.ok(200);
}

#[tokio::test]
async fn what_is_to_be_settled_is_a_change_of_the_draft() {
    let server = Server::new().await;
    let (id, address) = (server.store(LETTERS).await, server.listen().await);
    let mut ada = Person::join(&address, &id, 0).await;
    let mut entry = json!({"path": "nodes/b/data/value", "base": 0, "mine": 1, "theirs": 3, "by": "Ada", "at": 0});
    ada.set("conflicts", "nodes/b/data/value@1", entry.to_string().as_str()).await;
    let rev = ada.saved().await;
    assert_eq!(draft(&server, &id).await["changed"], true, "what stands is what is published, and nobody chose it");
    let publish = async || server.post(&format!("/api/v1/workflows/{id}/versions"), "{}").await;
    assert_eq!(publish().await.problem(409), "conflicts_open");
    // Somebody publishes beside it: it does not follow, and the conflict stays.
    let file = LETTERS.replace("Letters", "Others");
    let beside = server.call("PUT", &format!("/api/v1/workflows/{id}")).header("if-match", "1").body(file).send().await;
    assert_eq!(beside.ok(200)["draft_changed"], true);
    let kept = draft(&server, &id).await;
    assert_eq!((&kept["rev"], &kept["epoch"]), (&json!(rev), &json!(0)));
    let open = server.get(&format!("/api/v1/workflows/{id}/conflicts")).await.ok(200);
    assert_eq!((&open["open"], &open["items"][0]["theirs"]), (&json!(1), &json!(3)));
    // Nor does a batch of workflows say that there is nothing to publish.
    let batch = server.get(&format!("/api/v1/workflows/batch?ids={id}")).await.ok(200);
    assert_eq!(batch["items"][0]["draft_changed"], true, "{batch}");
    entry["chosen"] = json!({"how": "mine", "by": "Ada", "at": 1});
    ada.set("conflicts", "nodes/b/data/value@1", entry.to_string().as_str()).await;
    ada.saved().await;
    let settled = server.store(LETTERS).await;
    let mut ben = Person::join(&address, &settled, 0).await;
    ben.set("conflicts", "nodes/b/data/value@1", entry.to_string().as_str()).await;
    ben.saved().await;
    assert_eq!(draft(&server, &settled).await["changed"], false, "what was settled is no change");
}

#[tokio::test]
async fn who_is_there_is_shown_until_they_leave() {
    let server = Server::new().await;
    let (id, address) = (server.store(LETTERS).await, server.listen().await);
    let mut ada = Person::join(&address, &id, 0).await;
    ada.show(1, r#"{"user":{"name":"Ada"}}"#).await;
    let (me, mut ben) = (ada.doc.client_id().get(), Person::join(&address, &id, 0).await);
    ben.until(|heard| heard.states.iter().any(|(client, ..)| *client == me)).await;
    let doc = ada.cut();
    ben.until(|heard| heard.states.iter().any(|(client, _, json)| *client == me && json == "null")).await;
    // Whoever comes back counts from where it was, though it began anew.
    let mut ada = Person::with(&address, &format!("/api/v1/workflows/{id}/rooms/0?tidemill=1"), doc).await;
    ada.show(0, r#"{"user":{"name":"Ada"}}"#).await;
    ada.until(|heard| heard.states.iter().any(|(client, clock, json)| *client == me && *clock == 2 && json == "null"))
        .await;
    ada.show(3, r#"{"user":{"name":"Ada again"}}"#).await;
    ben.until(|heard| heard.states.iter().any(|(client, clock, _)| *client == me && *clock == 3)).await;
    assert!(ben.state_of(me).is_some_and(|json| json.contains("again")));
}

#[tokio::test]
async fn viewers_hear_and_change_nothing_and_one_session_has_one_socket() {
    let server = Server::new().await;
    let (id, address) = (server.store(LETTERS).await, server.listen().await);
    let path = |query: &str| format!("/api/v1/workflows/{id}/rooms/0?tidemill=1{query}");
    let mut viewer = Person::with(&address, &path("&view=1"), Doc::new()).await;
    let mut ada = Person::with(&address, &path("&session=s1"), Doc::new()).await;
    viewer.set("nodes", "b/data/value", "9").await;
    viewer.until(|heard| !heard.refused.is_empty()).await;
    assert_eq!(viewer.heard.refused[0].1, "read_only");
    ada.set("nodes", "b/data/label", "\"x\"").await;
    ada.saved().await;
    viewer.until_entry("nodes", "b/data/label", "\"x\"").await;
    assert_eq!(draft(&server, &id).await["graph"]["nodes"][1]["data"], json!({"value": 1, "label": "x"}));
    let mut again = Person::with(&address, &path("&session=s1"), Doc::new()).await;
    ada.until(|heard| heard.closed == Some(4408)).await;
    again.set("nodes", "b/data/label", "\"y\"").await;
    again.saved().await;
}

#[tokio::test]
async fn viewers_leave_places_for_those_who_edit() {
    let server = Server::new().await;
    let (id, address) = (server.store(LETTERS).await, server.listen().await);
    let path = format!("/api/v1/workflows/{id}/rooms/0?tidemill=1&view=1");
    let mut viewers = Vec::new();
    for _ in 0..150 {
        viewers.push(Person::with(&address, &path, Doc::new()).await);
    }
    let mut late = Person::with(&address, &path, Doc::new()).await;
    late.until(|heard| heard.closed == Some(1013)).await;
    let mut ada = Person::join(&address, &id, 0).await;
    ada.set("nodes", "b/data/value", "2").await;
    ada.saved().await;
    viewers[149].until_entry("nodes", "b/data/value", "2").await;
}

#[tokio::test]
async fn hostile_frames_end_at_most_their_own_socket() {
    let server = Server::with(&[("limits.body_bytes", "20000")]).await;
    let (id, address) = (server.store(LETTERS).await, server.listen().await);
    let path = format!("/api/v1/workflows/{id}/rooms/0?tidemill=1");
    let mut ada = Person::join(&address, &id, 0).await;
    ada.set("nodes", "b/data/value", "2").await;
    ada.saved().await;
    let mut eve = Person::with(&address, &path, Doc::new()).await;
    for frame in [
        vec![],
        vec![9],
        vec![0],
        vec![0, 2],
        vec![0, 2, 200],
        vec![1, 5, 1],
        vec![1, 1, 255],
        sync(0, &[255, 255, 255, 255, 15]),
    ] {
        eve.say(&frame).await;
    }
    let mut eve = Person::with(&address, &path, Doc::new()).await;
    for update in [&[255; 40][..], &[1, 255, 255, 255, 255, 15, 0, 0], &[0, 255, 255, 255, 255, 15], b"not an update"] {
        eve.send(update).await;
    }
    eve.until(|heard| heard.refused.len() == 4).await;
    assert!(eve.heard.refused.iter().all(|(_, code)| code == "malformed"), "{:?}", eve.heard.refused);
    // What is well formed and makes no sense is kept apart from the file.
    let mut txn = eve.doc.transact_mut();
    txn.get_or_insert_array("nodes").insert(&mut txn, 0, "x");
    txn.get_or_insert_text("edges").insert(&mut txn, 0, "x");
    let deep = Any::from([("deep".to_owned(), Any::Bool(true))].into_iter().collect::<HashMap<_, _>>());
    txn.get_or_insert_map("file").insert(&mut txn, "name", deep);
    let odd = txn.encode_update_v1();
    drop(txn);
    eve.send(&odd).await;
    eve.set("nodes", "__proto__/~added", "[1,{}]").await;
    eve.set("nodes", "b/data", "7").await;
    eve.set("conflicts", "x", 7).await;
    eve.saved().await;
    // Shared types inside of each other are no part of any document here, and could go down without end.
    let stranger = Doc::new();
    let mut txn = stranger.transact_mut();
    txn.get_or_insert_map("file").insert(&mut txn, "name", MapPrelim::from([("deep", Any::Bool(true))]));
    let nested = txn.encode_update_v1();
    drop(txn);
    // Nor does a value that is nested a million times end the process, or a size that is not true fill its memory.
    let mut endless = vec![1, 1, 7, 0, 8, 1, 5];
    endless.extend(b"nodes\x01");
    endless.extend([117, 1].repeat(9_000));
    for update in [&nested[..], &endless, &[255, 255, 255, 31, 1, 7, 0]] {
        eve.send(update).await;
    }
    eve.until(|heard| heard.refused.len() == 7).await;
    assert!(eve.heard.refused.iter().all(|(_, code)| code == "malformed"), "{:?}", eve.heard.refused);
    let shown = draft(&server, &id).await;
    assert_eq!(
        shown["graph"]["nodes"],
        json!([{"id": "a", "type": "manual", "data": {}}, {"id": "b", "type": "number", "data": 7}, {"id": "__proto__"}])
    );
    assert_eq!(shown["graph"]["name"], "Letters");
    server.get(&format!("/api/v1/workflows/{id}/draft/problems")).await.ok(200);
    // Too much at once, and too much in all.
    eve.set("nodes", "a/data/big", "x".repeat(12_000).as_str()).await;
    eve.saved().await;
    eve.set("nodes", "a/data/bigger", "x".repeat(12_000).as_str()).await;
    eve.until(|heard| heard.refused.len() == 8).await;
    assert_eq!(eve.heard.refused[7].1, "too_large");
    eve.send(&[0; 21_000]).await;
    eve.until(|heard| heard.closed.is_some()).await;
    assert_eq!(eve.heard.closed, Some(4413));
    ada.set("nodes", "b/data", "{}").await;
    ada.saved().await;
}

#[tokio::test]
async fn what_was_written_over_takes_up_no_room() {
    let server = Server::with(&[("limits.body_bytes", "20000")]).await;
    let (id, address) = (server.store(LETTERS).await, server.listen().await);
    let mut ada = Person::join(&address, &id, 0).await;
    let value = |round: u32| format!("\"{round:05000}\"");
    // Several times what there is room for, and never much of it at once: by the socket, and without one.
    for round in 0..20 {
        ada.set("nodes", "b/data/label", value(round).as_str()).await;
        ada.saved().await;
    }
    for round in 20..30 {
        let update = STANDARD.encode(ada.write("nodes", "b/data/label", value(round).as_str()));
        let body = json!({"id": id, "epoch": 0, "update": update});
        assert_eq!(server.post("/api/v1/workflows/auto-save", &body.to_string()).await.ok(200)["rev"], round + 1);
    }
    // What stands there does.
    for key in ["x", "y", "z"] {
        ada.set("nodes", &format!("a/data/{key}"), value(0).as_str()).await;
    }
    ada.until(|heard| heard.refused.len() == 1).await;
    assert_eq!(ada.heard.refused[0], (ada.sent, "too_large".to_owned()));
    let update = STANDARD.encode(ada.write("file", "big", value(0).as_str()));
    let body = json!({"id": id, "epoch": 0, "update": update}).to_string();
    assert_eq!(server.post("/api/v1/workflows/auto-save", &body).await.problem(413), "too_large");
    // A new epoch has room again.
    server.post(&format!("/api/v1/workflows/{id}/versions"), "{}").await.ok(200);
    let mut ben = Person::join(&address, &id, 1).await;
    ben.set("nodes", "a/data/z", value(1).as_str()).await;
    ben.saved().await;
}

#[tokio::test]
async fn an_update_of_more_items_than_there_may_be_is_refused() {
    let server = Server::new().await;
    let (id, address) = (server.store(LETTERS).await, server.listen().await);
    // Half a million blocks and one, of two bytes each.
    let many = [&[1, 0xa1, 0xc2, 0x1e, 7, 0][..], &[0, 1].repeat(500_001), &[0]].concat();
    let mut eve = Person::join(&address, &id, 0).await;
    eve.send(&many).await;
    eve.until(|heard| heard.refused.len() == 1).await;
    assert_eq!(eve.heard.refused[0], (eve.sent, "too_large".to_owned()));
    let body = json!({"id": id, "epoch": 0, "update": STANDARD.encode(&many)}).to_string();
    assert_eq!(server.post("/api/v1/workflows/auto-save", &body).await.problem(413), "too_large");
    eve.set("nodes", "b/data/value", "2").await;
    eve.saved().await;
}

#[tokio::test]
async fn an_update_that_lacks_its_beginning_is_asked_for_again() {
    let server = Server::new().await;
    let (id, address) = (server.store(LETTERS).await, server.listen().await);
    let mut ada = Person::join(&address, &id, 0).await;
    // The first one is lost on the way.
    ada.write("nodes", "b/data/value", "2");
    ada.set("nodes", "b/data/value", "3").await;
    ada.saved().await;
    assert_eq!(draft(&server.another().await, &id).await["graph"]["nodes"][1]["data"]["value"], 3);
}

#[tokio::test]
async fn who_does_not_have_the_beginning_either_is_not_asked_for_ever() {
    let server = Server::new().await;
    let (id, address) = (server.store(LETTERS).await, server.listen().await);
    let mut eve = Person::join(&address, &id, 0).await;
    let stranger = Doc::new();
    let set = |key: &str| {
        let mut txn = stranger.transact_mut();
        let map = txn.get_or_insert_map("nodes");
        map.insert(&mut txn, key, "1");
        txn.encode_update_v1()
    };
    set("a/x");
    let second = set("a/y");
    // It never had the first one: whatever it is asked, it answers with the second.
    let known = Update::decode_v1(&second).expect("an update");
    eve.doc.transact_mut().apply_update(known).expect("it fits");
    eve.send(&second).await;
    eve.until(|heard| heard.closed == Some(4422)).await;
    assert_eq!(draft(&server, &id).await["rev"], 0);
}

#[tokio::test]
async fn only_who_may_is_let_in() {
    let server = Server::new().await;
    let (id, address) = (server.store(LETTERS).await, server.listen().await);
    let path = format!("/api/v1/workflows/{id}/rooms/0");
    let status = async |headers: &[(&'static str, &str)]| match dial(&address, &path, headers).await {
        Ok(_) => 101,
        Err(Error::Http(response)) => response.status().as_u16(),
        Err(error) => panic!("{error}"),
    };
    let token = format!("Bearer {}", crate::harness::TOKEN);
    assert_eq!(status(&[]).await, 401);
    assert_eq!(status(&[("authorization", "Bearer wrong")]).await, 401);
    assert_eq!(status(&[("authorization", &token), ("x-tenant-id", "acme")]).await, 404);
    assert_eq!(status(&[("authorization", &token)]).await, 101);
    // A browser sends the cookie by itself, so that the page's origin must be ours.
    let cookie = server.sign_in().await;
    assert_eq!(status(&[("cookie", &cookie), ("origin", "https://elsewhere.example")]).await, 403);
    assert_eq!(status(&[("cookie", &cookie), ("origin", &address)]).await, 101);
    assert!(server.get(&path).await.status.is_client_error(), "no socket without an upgrade");
}

#[tokio::test]
async fn signing_out_ends_the_sockets_of_that_browser_at_once() {
    let server = Server::new().await;
    let (id, address) = (server.store(LETTERS).await, server.listen().await);
    let path = format!("/api/v1/workflows/{id}/rooms/0?tidemill=1");
    let (cookie, other) = (server.sign_in().await, server.sign_in().await);
    let browser = async |cookie: &str| {
        let mut person = Person::by(&address, &path, Doc::new(), &[("cookie", cookie), ("origin", &address)]).await;
        person.ask().await;
        person.until(|heard| heard.synced).await;
        person
    };
    let (mut ada, mut again, mut ben) = (browser(&cookie).await, browser(&cookie).await, browser(&other).await);
    let out = server.call("DELETE", "/api/v1/session").anonymous().header("cookie", &cookie).header("origin", &address);
    assert_eq!(out.header("host", address.trim_start_matches("http://")).send().await.status, 204);
    // Sockets are asked again by the clock too, but only after longer than anybody waits here.
    ada.until(|heard| heard.closed == Some(4401)).await;
    again.until(|heard| heard.closed == Some(4401)).await;
    ben.set("nodes", "b/data/value", "2").await;
    ben.saved().await;
}

#[tokio::test]
async fn rows_without_a_name_can_be_told_apart_once_some_are_gone() {
    let server = Server::new().await;
    let (id, address) = (server.store(LETTERS).await, server.listen().await);
    let file = r#"{"nodes":[{"id":"a"},{"id":"b"},{"id":"a"}],"edges":[{"source":"a"},{"id":"ab"},{"source":"b"}]}"#;
    let put = server.call("PUT", &format!("/api/v1/workflows/{id}/draft")).header("if-match", "*").body(file);
    put.send().await.ok(200);
    assert_eq!(draft(&server, &id).await.get("gone"), None);
    let mut ada = Person::join(&address, &id, 1).await;
    for key in ["#0/~deleted", "ab/~deleted"] {
        ada.set("edges", key, true).await;
    }
    ada.set("nodes", "#0/data/x", "1").await;
    ada.saved().await;
    let shown = draft(&server, &id).await;
    assert_eq!(
        (&shown["gone"], &shown["graph"]["edges"]),
        (&json!({"nodes": [], "edges": [0, "ab"]}), &json!([{"source": "b"}]))
    );
    assert_eq!(shown["graph"]["nodes"][2], json!({"id": "a", "data": {"x": 1}}), "the second of that id");
}
