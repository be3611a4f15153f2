//! Who may call what: every route, the sign-in link, the cookie, origins, rates.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use server::{Access, declared};

use crate::harness::{DOUBLE, Server};

#[tokio::test]
async fn every_route_refuses_strangers_unless_it_says_otherwise() {
    let server = Server::new().await;
    let routes = declared();
    assert!(routes.len() > 30, "the list is whole: {}", routes.len());
    let mut refused = 0;
    for route in &routes {
        let path = route
            .path
            .replace("{id}", "0000000000000")
            .replace("{name}", "go")
            .replace("{*reference}", "input")
            .replace("{step}", "gate")
            .replace("{token}", "guessed")
            .replace("{*path}", "none");
        for prefix in ["/api/v1", "/api"] {
            let answer = server.call(route.method, &format!("{prefix}{path}")).anonymous().body("{}").send().await;
            let status = answer.status.as_u16();
            match route.access {
                Access::Session => {
                    assert_eq!(status, 401, "{} {path}", route.method);
                    assert_eq!(answer.problem(401), "not_signed_in");
                    refused += 1;
                }
                Access::Public => {
                    assert!(status == 200 || status == 204 || status == 400, "{} {path}: {status}", route.method)
                }
                Access::Hook => assert_eq!(status, 404, "{} {path}", route.method),
            }
        }
    }
    assert!(refused > 40, "most routes are closed: {refused}");
    let public: Vec<String> = routes
        .iter()
        .filter(|route| route.access == Access::Public)
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    assert_eq!(
        public,
        ["GET /livez", "GET /readyz", "GET /healthz", "GET /session", "POST /session", "DELETE /session"]
    );
}

async fn sign_in(server: &Server, token: &str) -> crate::harness::Answer {
    let body = format!(r#"{{"token": "{token}"}}"#);
    server.call("POST", "/api/v1/session").anonymous().body(body).send().await
}

#[tokio::test]
async fn a_link_works_once_and_gives_a_session() {
    let server = Server::new().await;
    let token = server.app.sign_in_token().await.expect("a link");
    assert_eq!(sign_in(&server, "wrong").await.problem(401), "invalid_token");
    let signed = sign_in(&server, &token).await;
    assert_eq!(signed.ok(200)["tenant"], "default");
    let cookie = signed.header("set-cookie").to_owned();
    for part in ["tidemill_session=", "HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert_eq!(sign_in(&server, &token).await.problem(401), "invalid_token", "a link works once");
    let cookie = cookie.split(';').next().expect("a pair").to_owned();
    let ask =
        |method: &'static str, path: &'static str| server.call(method, path).anonymous().header("cookie", &cookie);
    assert_eq!(ask("GET", "/api/v1/workflows").send().await.status, 200);
    let session = ask("GET", "/api/v1/session").send().await.ok(200);
    assert_eq!(session["signed_in"], true);
    assert_eq!(session["rendering"]["max_visible_nodes"], 1000, "what the page draws by");
    assert_eq!(ask("DELETE", "/api/v1/session").send().await.status, 204);
    assert_eq!(ask("GET", "/api/v1/workflows").send().await.status, 401, "the session ended on the server");
    let second = server.app.sign_in_token().await.expect("a link");
    let third = server.app.sign_in_token().await.expect("a link");
    assert_eq!(sign_in(&server, &second).await.status, 401, "a newer link voids the older");
    assert_eq!(sign_in(&server, &third).await.status, 200);
}

#[tokio::test]
async fn pages_of_other_origins_change_nothing() {
    let server = Server::new().await;
    let token = server.app.sign_in_token().await.expect("a link");
    let signed = sign_in(&server, &token).await;
    let cookie = signed.header("set-cookie").split(';').next().expect("a pair").to_owned();
    let post = |name: &'static str, value: &'static str| {
        let call = server
            .call("POST", "/api/v1/workflows")
            .anonymous()
            .header("cookie", &cookie)
            .header("host", "127.0.0.1:8080");
        call.header(name, value).body(DOUBLE).send()
    };
    assert_eq!(post("origin", "http://127.0.0.1:8080").await.status, 201);
    assert_eq!(post("sec-fetch-site", "same-origin").await.status, 201);
    for (name, value) in [
        ("origin", "http://evil.example"),
        ("origin", "null"),
        ("origin", "http://127.0.0.1:9090"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        assert_eq!(post(name, value).await.problem(403), "foreign_origin", "{name}: {value}");
    }
    assert_eq!(server.get("/api/v1/workflows?total=true").await.ok(200)["total"], 2);
    let login = server
        .call("POST", "/api/v1/session")
        .anonymous()
        .header("sec-fetch-site", "cross-site")
        .body("{}")
        .send()
        .await;
    assert_eq!(login.problem(403), "foreign_origin");
}

#[tokio::test]
async fn without_sign_in_only_local_names_are_answered() {
    let server = Server::with(&[("dev_no_auth", "true")]).await;
    let ask = |host: &'static str| server.call("GET", "/api/v1/workflows").anonymous().header("host", host).send();
    for host in ["localhost:8080", "127.0.0.1:8080", "[::1]:8080"] {
        assert_eq!(ask(host).await.status, 200, "{host}");
    }
    assert_eq!(ask("rebound.example:8080").await.problem(403), "foreign_host");
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let server = Server::with(&[("limits.rate_per_second", "1"), ("limits.rate_burst", "3")]).await;
    let ask = |address: [u8; 4]| {
        let peer = SocketAddr::from((address, 4000));
        server
            .send(Request::builder().uri("/livez").extension(ConnectInfo(peer)).body(Body::empty()).expect("a request"))
    };
    for _ in 0..3 {
        assert_eq!(ask([192, 0, 2, 1]).await.status, 200);
    }
    let refused = ask([192, 0, 2, 1]).await;
    assert_eq!((refused.problem(429).as_str(), refused.header("retry-after")), ("rate_limited", "1"));
    assert_eq!(ask([192, 0, 2, 2]).await.status, 200, "other addresses have limits of their own");
    for _ in 0..20 {
        assert_eq!(ask([127, 0, 0, 1]).await.status, 200);
    }
    let mut last = 0;
    for _ in 0..25 {
        last = sign_in(&server, "guess").await.status.as_u16();
    }
    assert_eq!(last, 429, "secrets cannot be tried at will");
}

#[tokio::test]
async fn a_trusted_proxy_names_the_client_and_nobody_else_does() {
    let settings = [("limits.rate_per_second", "1"), ("limits.rate_burst", "1"), ("proxies", "192.0.2.9")];
    let server = Server::with(&settings).await;
    let ask = async |peer: [u8; 4], forwarded: &str| {
        let request = Request::builder().uri("/livez").header("x-forwarded-for", forwarded);
        let peer = ConnectInfo(SocketAddr::from((peer, 4000)));
        server.send(request.extension(peer).body(Body::empty()).expect("a request")).await.status.as_u16()
    };
    let (proxy, stranger) = ([192, 0, 2, 9], [192, 0, 2, 8]);
    assert_eq!(ask(proxy, "198.51.100.1").await, 200);
    assert_eq!(ask(proxy, "203.0.113.7, 198.51.100.1").await, 429, "what the client itself says does not count");
    assert_eq!(ask(proxy, "198.51.100.2").await, 200, "another client behind the same proxy");
    assert_eq!(ask(stranger, "198.51.100.3").await, 200);
    assert_eq!(ask(stranger, "198.51.100.4").await, 429, "a stranger cannot take another name");

    let signed_in = async |server: &Server| {
        let body = format!(r#"{{"token": "{}"}}"#, server.app.sign_in_token().await.expect("a link"));
        let call = server.call("POST", "/api/v1/session").anonymous().header("x-forwarded-proto", "https");
        call.body(body).send().await.header("set-cookie").contains("Secure")
    };
    assert!(signed_in(&Server::with(&[("proxies", "192.0.2.9")]).await).await, "the proxy speaks HTTPS");
    assert!(!signed_in(&Server::new().await).await, "without a proxy the header says nothing");
}
