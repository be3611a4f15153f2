//! Documents that follow from the code: OpenAPI, the settings, and the pages that show them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::harness::Server;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[tokio::test]
async fn openapi_is_what_is_written_down() {
    let server = Server::new().await;
    let answer = server.call("GET", "/api/openapi.json").anonymous().send().await;
    let now = answer.text().to_owned();
    let path = root().join("docs/openapi.json");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &now).expect("written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        now == written,
        "docs/openapi.json is not what the routes say; UPDATE=1 cargo test -p tidemill openapi writes it"
    );
    let document = answer.json();
    for path in ["/api/v1/workflows", "/api/v1/executions/{id}/events", "/hooks/{path}", "/healthz", "/metrics"] {
        assert!(document["paths"].get(path).is_some(), "{path}");
    }
    assert!(document["paths"]["/api/v1/workflows"]["get"]["security"].is_array());
    assert!(document["paths"]["/healthz"]["get"].get("security").is_none());
}

/// Clients that are made from the document call each operation by its name.
#[tokio::test]
async fn each_operation_has_a_name_of_its_own() {
    let server = Server::new().await;
    let document = server.call("GET", "/api/openapi.json").anonymous().send().await.json();
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let name = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no name"));
            names.entry(name.to_owned()).or_default().push(format!("{method} {path}"));
        }
    }
    assert!(names.len() > 50, "only {} operations", names.len());
    names.retain(|_, routes| routes.len() > 1);
    assert!(names.is_empty(), "operations that share a name: {names:#?}");
}

#[tokio::test]
async fn the_pages_of_the_api_need_nothing_from_elsewhere() {
    let server = Server::new().await;
    for path in ["/api/docs", "/api/docs/docs.js", "/api/docs/docs.css"] {
        let answer = server.call("GET", path).anonymous().send().await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(!answer.text().contains("http://") && !answer.text().contains("https://"), "{path}");
    }
    let page = server.call("GET", "/").anonymous().send().await;
    assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert_eq!(server.call("GET", "/workflows/some-id").anonymous().send().await.status, 200, "pages find their way");
    assert_eq!(server.call("GET", "/assets/none.js").anonymous().send().await.problem(404), "not_found");
}

#[test]
fn every_setting_is_documented() {
    let text = std::fs::read_to_string(root().join("docs/configuration.md")).expect("docs/configuration.md");
    for setting in server::config::SETTINGS {
        let row = text.lines().find(|line| line.starts_with(&format!("| `{}` |", setting.key)));
        let row = row.unwrap_or_else(|| panic!("{} has a row", setting.key));
        let default = if setting.default.is_empty() { "| |".to_owned() } else { format!("| `{}` |", setting.default) };
        assert!(row.contains(&default), "{row}");
        for name in setting.env {
            assert!(row.contains(name), "{row} names {name}");
        }
    }
}
