//! A whole server in memory, called without a socket.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use serde_json::Value as Json;
use server::config::Layers;
use server::{App, Config, Opened, router};
use tower::ServiceExt as _;

use crate::counted::{Counted, Traffic};

/// The API token of every server that tests make.
pub(crate) const TOKEN: &str = "a-token-that-only-tests-know-0123456789";

/// A server.
pub(crate) struct Server {
    pub(crate) app: App,
    router: Router,
    config: Config,
    opened: Arc<Opened>,
}

/// What a server answered.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).expect("an answer is text")
    }

    pub(crate) fn json(&self) -> Json {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The JSON of an answer with this status.
    #[track_caller]
    pub(crate) fn ok(&self, status: u16) -> Json {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self.json()
    }

    /// The code of a problem with this status.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16) -> String {
        let body = self.ok(status);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(body["status"], status);
        assert!(body["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{body}");
        body["code"].as_str().expect("a code").to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }
}

/// A request under construction.
pub(crate) struct Call<'a> {
    server: &'a Server,
    builder: axum::http::request::Builder,
    body: Vec<u8>,
    signed_in: bool,
}

impl Call<'_> {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.builder = self.builder.header(name, value);
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Without the token that every other call sends.
    pub(crate) fn anonymous(mut self) -> Self {
        self.signed_in = false;
        self
    }

    pub(crate) async fn send(self) -> Answer {
        let mut builder = self.builder;
        if self.signed_in {
            builder = builder.header("authorization", format!("Bearer {TOKEN}"));
        }
        self.server.send(builder.body(Body::from(self.body)).expect("a request")).await
    }
}

impl Server {
    /// A server in memory with default settings.
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    /// A server in memory with these settings.
    pub(crate) async fn with(settings: &[(&'static str, &str)]) -> Self {
        let config = Self::config(settings);
        let opened = Arc::new(Opened::memory(&config).await.expect("a store"));
        Self::over(config, opened).await
    }

    /// A server in memory whose traffic with the store is counted.
    pub(crate) async fn counted() -> (Self, Arc<Traffic>) {
        let (config, traffic) = (Self::config(&[]), Arc::new(Traffic::default()));
        let mut opened = Opened::memory(&config).await.expect("a store");
        opened.records = Arc::new(Counted::new(opened.records, traffic.clone()));
        (Self::over(config, Arc::new(opened)).await, traffic)
    }

    fn config(settings: &[(&'static str, &str)]) -> Config {
        let mut flags = vec![("memory", "true".to_owned())];
        flags.extend(settings.iter().map(|(key, value)| (*key, (*value).to_owned())));
        let mut config = Config::new(&Layers::defaults(&flags).expect("settings")).expect("a configuration");
        // Workers are the product, which this program is not.
        config.js.program = Some(env!("CARGO_BIN_EXE_tidemill").into());
        config
    }

    /// Another server over the same store, which knows only what is in it.
    pub(crate) async fn another(&self) -> Self {
        Self::over(self.config.clone(), self.opened.clone()).await
    }

    async fn over(config: Config, opened: Arc<Opened>) -> Self {
        let app = App::new(config.clone(), &opened, TOKEN);
        app.load().await.expect("webhooks");
        Self { router: router(&app), app, config, opened }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("the router never fails");
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("a whole body").to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    pub(crate) fn call(&self, method: &str, path: &str) -> Call<'_> {
        let method: Method = method.parse().expect("a method");
        let builder = Request::builder().method(method).uri(path);
        Call { server: self, builder, body: Vec::new(), signed_in: true }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call("GET", path).send().await
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> Answer {
        self.call("POST", path).header("content-type", "application/json").body(body).send().await
    }

    /// Stores a graph and answers its id.
    pub(crate) async fn store(&self, graph: &str) -> String {
        let answer = self.post("/api/v1/workflows", graph).await.ok(201);
        answer["id"].as_str().expect("an id").to_owned()
    }

    /// Runs a workflow to its end and answers what came of it.
    pub(crate) async fn run(&self, id: &str, input: &str) -> Json {
        let body = format!(r#"{{"input": {input}, "wait": true}}"#);
        self.post(&format!("/api/v1/workflows/{id}/execute"), &body).await.ok(200)
    }

    /// Signs a browser in, and answers its cookie.
    pub(crate) async fn sign_in(&self) -> String {
        let link = self.app.sign_in_token().await.expect("a link");
        let call = self.call("POST", "/api/v1/session").anonymous().header("content-type", "application/json");
        let answer = call.body(serde_json::json!({ "token": link }).to_string()).send().await;
        let cookie = answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
        assert!(!cookie.is_empty(), "{}", answer.text());
        cookie
    }

    /// Serves on a real socket and answers its address.
    pub(crate) async fn listen(&self) -> String {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let service = self.router.clone().into_make_service_with_connect_info::<std::net::SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        format!("http://{address}")
    }
}

/// A graph that doubles its input.
pub(crate) const DOUBLE: &str = r#"{"name": "Double", "description": "twice", "tags": ["math"],
    "nodes": [{"id": "start", "type": "manual", "position": {"x": 0, "y": 0}, "data": {}},
              {"id": "twice", "type": "expression", "data": {"expression": "input * 2"}}],
    "edges": [{"id": "e", "source": "start", "target": "twice"}], "unknown": {"kept": [1.10, null]}}"#;
