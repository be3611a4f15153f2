//! `http`: calls another system and gives its answer, or the items of all its pages.

mod answer;
mod call;
mod fetch;
mod kept;
mod pages;

use std::pin::Pin;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use model::{Category, EffectClass, Node, NodeSpec, Problem, Value};
use reqwest::Url;

use crate::description::{DATA, Description};
use crate::files::Files;
use crate::net::{self, Net};
use crate::params::{Params, Setting};
use crate::{Call, Compile, NodeType, Outcome, Run, Services, Started, Step, StepError, duration};
use answer::{Shape, Statuses};
use call::Parts;
use fetch::Fetch;
use kept::{Answers, Door, Keeping};
use pages::Paging;

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "http",
        aliases: &["http_request"],
        name: "HTTP request",
        category: Category::Network,
        effect: EffectClass::Write,
        summary: "Calls an address and gives the answer; with pagination, the items of all pages as one list",
        icon: "globe",
        schema: SCHEMA,
        example: r#"[["city", "text_input", {"text": "Utrecht"}],
            ["weather", "http", {"method": "GET", "url": "https://api.example.com/weather", "query": {"city": "{{ input }}"}}]]"#,
        ..DATA
    }
    .spec()
});

const SCHEMA: &str = r#"{"properties": {
    "method": {"title": "Method", "enum": ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"], "default": "GET",
        "description": "All but GET, HEAD and OPTIONS carry an Idempotency-Key, which is the same over attempts, and a Tidemill-Attempt, from 1"},
    "url": {"title": "Address", "type": "string", "minLength": 1, "examples": ["https://api.example.com/orders"],
        "description": "With http:// or https://; addresses inside of the server's own network are refused unless its settings allow them"},
    "query": {"title": "Query", "type": ["object", "array", "string"], "format": "fields", "default": {},
        "items": {"type": "object", "required": ["name"], "properties": {"name": {"title": "Name", "type": "string"}, "value": {"title": "Value"}}},
        "description": "Names and values that the address gets after its ?; a list gives the name several times, null leaves it out"},
    "headers": {"title": "Headers", "type": ["object", "array", "string"], "format": "fields", "default": {},
        "items": {"type": "object", "required": ["name"], "properties": {"name": {"title": "Name", "type": "string"}, "value": {"title": "Value"}}}},
    "body": {"title": "Body", "description": "Any value; absent, none is sent. A file is sent as its bytes"},
    "body_type": {"title": "Body as", "enum": ["json", "form", "text", "none"], "default": "json",
        "description": "With json a text that holds a JSON object or list is sent as it is"},
    "auth": {"title": "Sign in with", "enum": ["none", "basic", "bearer", "header"], "default": "none",
        "description": "Nothing; a name and a password; a token; a header of its own"},
    "username": {"title": "Name", "type": "string", "description": "Of basic"},
    "password": {"title": "Password", "type": "string", "format": "password", "description": "Of basic"},
    "token": {"title": "Token", "type": "string", "format": "password", "description": "Of bearer"},
    "header_name": {"title": "Header", "type": "string", "default": "x-api-key", "description": "Of header"},
    "header_value": {"title": "Value of the header", "type": "string", "format": "password", "description": "Of header"},
    "response": {"title": "Answer as", "enum": ["auto", "json", "text", "full", "file"], "default": "auto",
        "description": "By its content type; JSON; text; an object of status, headers and body; a file. With auto and full, what is neither JSON nor text is an object of base64, content_type and bytes up to 64 KiB, and a file above"},
    "ok_statuses": {"title": "Statuses that are no failure", "type": ["array", "integer", "string"], "items": {"type": ["integer", "string"]},
        "examples": [[200, 404], ["2xx", "404"], "200-299"], "description": "By default those below 400"},
    "cache": {"title": "Keep answers for", "type": ["object", "string", "number"], "examples": ["5m", {"ttl": "1h", "signed_in": true}],
        "properties": {"ttl": {"title": "For", "type": ["string", "number"]}, "signed_in": {"title": "Also of calls that sign in", "type": "boolean", "default": false}},
        "description": "Answers to GET are kept in memory for this long, and the same call is not made again meanwhile; those of calls that sign in only where signed_in is true"},
    "follow_redirects": {"title": "Follow redirects", "type": "boolean", "default": true},
    "max_redirects": {"title": "Most redirects", "type": "integer", "minimum": 0, "default": 10},
    "pagination": {"title": "Pages", "enum": ["none", "page_number", "offset_limit", "cursor", "link_header"], "default": "none",
        "description": "How the next page is asked for: not at all; by its number; by the number of items before it; by what the page before says in its body; by what it says in its Link header"},
    "items": {"title": "Field of the items", "type": "string", "examples": ["data", "result.items"],
        "description": "Of pages: where in a page its list is; the page itself if it is empty"},
    "max_pages": {"title": "Most pages", "type": "integer", "minimum": 1, "default": 100, "description": "Of pages: where it ends at the latest"},
    "page_size": {"title": "Items of a page", "type": "integer", "minimum": 1,
        "description": "Of page_number and offset_limit: how many are asked for; a page with fewer is the last. Without it an empty page is"},
    "size_param": {"title": "Parameter of the size", "type": "string", "examples": ["limit", "per_page"],
        "description": "Of page_number and offset_limit: limit for offset_limit, per_page for page_number by default"},
    "page_param": {"title": "Parameter of the page", "type": "string", "default": "page", "description": "Of page_number"},
    "first_page": {"title": "Number of the first page", "type": "integer", "default": 1, "description": "Of page_number"},
    "offset_param": {"title": "Parameter of the offset", "type": "string", "default": "offset", "description": "Of offset_limit"},
    "cursor_param": {"title": "Parameter of the cursor", "type": "string", "default": "cursor", "description": "Of cursor"},
    "cursor_path": {"title": "Field of the cursor", "type": "string", "default": "next_cursor",
        "description": "Of cursor: where a page names the next one: a cursor, or a whole address. Without it a page is the last"}
}, "required": ["url"]}"#;

pub(super) struct Http {
    net: Net,
    files: Files,
    answers: Arc<Answers>,
}

impl Http {
    pub(super) fn new(services: &Services) -> Self {
        let Services { net, files, .. } = services.clone();
        let answers = Arc::new(Answers::new(net.settings().cache_bytes));
        Self { net, files, answers }
    }
}

impl NodeType for Http {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let parts = Parts::new(&mut params);
        let timeout = params.setting("timeout", Value::Null);
        let (follow, max_redirects) =
            (params.setting("follow_redirects", true), params.setting("max_redirects", 10i64));
        let reading = Arc::new(Reading { statuses: Statuses::new(&mut params), shape: Shape::new(&params) });
        let paging = Paging::new(&mut params, reading.shape);
        let keeping = Keeping::new(&mut params, parts.constant_method());
        let door = Door { net: self.net.clone(), answers: self.answers.clone(), keeping };
        let files = self.files.clone();
        params.done(Ready { door, files, parts, timeout, follow, max_redirects, reading, paging })
    }
}

/// How an answer is read.
struct Reading {
    statuses: Statuses,
    shape: Shape,
}

/// A node that is ready to call.
struct Ready {
    door: Door,
    files: Files,
    parts: Parts,
    timeout: Setting,
    follow: Setting,
    max_redirects: Setting,
    reading: Arc<Reading>,
    paging: Paging,
}

impl Ready {
    /// How long one call may take: as long as the step, where that has a limit. The limit itself is not this type's.
    fn timeout(&self, step: &Step<'_>) -> Result<Option<Duration>, StepError> {
        Ok(duration::read(&self.timeout.value(step)?).filter(|time| !time.is_zero()))
    }

    fn redirects(&self, step: &Step<'_>) -> Result<Option<usize>, StepError> {
        let most = self.max_redirects.count(step, 0)?;
        Ok(self.follow.flag(step)?.then_some(most))
    }
}

impl Run for Ready {
    fn start(&self, step: &Step<'_>) -> Result<Started, StepError> {
        let (mut request, sent) = self.parts.request(step)?;
        request.timeout = self.timeout(step)?;
        request.redirects = self.redirects(step)?;
        let host = Some(net::host_of(&request.url).into());
        let (door, reading) = (self.door.clone(), self.reading.clone());
        let (files, owner) = (self.files.clone(), step.owner());
        let walk = self.paging.walk(step)?;
        let work: Work = Box::pin(async move {
            if let Some(file) = sent {
                request.body = Some(files.open(owner, &file).await?.into());
            }
            // What the call itself needs is there once it is made: many wait for their turn before.
            match walk {
                Some(walk) => Box::pin(walk.run(&door, request, &reading.statuses)).await.map(Outcome::first),
                None => Box::pin(Fetch { door, files, owner, reading }.outcome(request)).await,
            }
        });
        Ok(Started::Call(Call { host, work }))
    }

    fn effect(&self) -> EffectClass {
        let reads = self.parts.constant_method().is_some_and(call::only_reads);
        if reads { EffectClass::Read } else { EffectClass::Write }
    }
}

type Work = Pin<Box<dyn Future<Output = Result<Outcome, StepError>> + Send>>;

/// An address of a call.
fn address(text: &str) -> Result<Url, String> {
    let trimmed = text.trim();
    Url::parse(trimmed).map_err(|error| match error {
        url::ParseError::RelativeUrlWithoutBase => "an address begins with https:// or http://".to_owned(),
        error => format!("this is no address: {error}"),
    })
}
