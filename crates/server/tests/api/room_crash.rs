//! A server that is killed while many edit: what somebody was told is safe is there afterwards, and what was not is sent again.

use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;
use yrs::Doc;

use crate::room_client::Person;
use crate::serving::{Caller, Process};

const PEOPLE: usize = 20;

/// Somebody who edits one field of their own as fast as it is saved, until the server is gone.
struct Editor {
    name: String,
    doc: Doc,
    /// The last value that was written.
    written: u64,
    /// The greatest that was told to be safe.
    safe: u64,
}

impl Editor {
    async fn edit(mut self, address: String, path: String, token: String) -> Self {
        let mut person = Person::known(&address, &path, self.doc.clone(), &token).await;
        person.ask().await;
        // Frames that were sent, and what had been written when they were.
        let mut sent: Vec<(u64, u64)> = Vec::new();
        while person.heard.closed.is_none() {
            let synced = person.heard.synced;
            if synced && person.sent < person.heard.saved.1 + 4 {
                self.written += 1;
                let (field, value) = (format!("b/data/{}", self.name), self.written.to_string());
                person.set("nodes", &field, value.as_str()).await;
                sent.push((person.sent, self.written));
            } else {
                person.read().await;
            }
            let kept = person.heard.saved.1;
            let safe = sent.iter().filter(|(frame, _)| *frame <= kept).map(|(_, value)| *value).max();
            self.safe = self.safe.max(safe.unwrap_or(0));
            sent.retain(|(frame, _)| *frame > kept);
        }
        self
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_has_all_that_it_acknowledged() {
    let rounds = std::env::var("TIDEMILL_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(3);
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = Process::start(folder.path(), &[]);
    let token = std::fs::read_to_string(folder.path().join("data/api-token")).expect("a token").trim().to_owned();
    let graph = r#"{"nodes":[{"id":"a","type":"manual"},{"id":"b","type":"number","data":{"value":1}}],"edges":[]}"#;
    let id = Caller::of(folder.path()).post(&server, "/api/v1/workflows", graph).await["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let path = format!("/api/v1/workflows/{id}/rooms/0?tidemill=1");
    let mut editors: Vec<Editor> =
        (0..PEOPLE).map(|at| Editor { name: format!("p{at}"), doc: Doc::new(), written: 0, safe: 0 }).collect();
    for round in 0..rounds {
        let mut tasks = JoinSet::new();
        for editor in editors.drain(..) {
            tasks.spawn(editor.edit(server.url(""), path.clone(), token.clone()));
        }
        tokio::time::sleep(Duration::from_millis(300 + 130 * (round % 5))).await;
        // It is killed without a word.
        drop(server);
        editors = tasks.join_all().await;
        server = Process::start(folder.path(), &[]);
        let mut eve = Person::known(&server.url(""), &path, Doc::new(), &token).await;
        eve.ask().await;
        eve.until(|heard| heard.synced).await;
        for editor in &editors {
            let field = format!("b/data/{}", editor.name);
            let there = eve.get("nodes", &field).and_then(|value| value.parse().ok()).unwrap_or(0);
            assert!(
                there >= editor.safe,
                "round {round}: {} was told of {}, {there} is there",
                editor.name,
                editor.safe
            );
            assert!(editor.safe > 0, "round {round}: {} edited nothing", editor.name);
        }
    }
    // Whoever comes back brings what nobody had told to be safe.
    for editor in &editors {
        let mut person = Person::known(&server.url(""), &path, editor.doc.clone(), &token).await;
        person.ask().await;
        person.until(|heard| heard.saved.1 >= 1).await;
    }
    let draft = Caller::of(folder.path()).get(&server, &format!("/api/v1/workflows/{id}/draft")).await;
    for editor in &editors {
        assert_eq!(draft["graph"]["nodes"][1]["data"][&editor.name], json!(editor.written), "{}", editor.name);
    }
}
