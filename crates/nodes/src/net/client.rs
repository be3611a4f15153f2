//! The handle that calls other machines, and what it is asked and answers.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, StatusCode, Url};
use rustls::crypto::{CryptoProvider, ring};
use rustls::{ClientConfig, RootCertStore};
use tokio::runtime;
use tokio_stream::wrappers::ReceiverStream;

use super::body::Parts;
use super::connect::{Lookup, Resolver, System};
use super::failure::Limit;
use super::guard::Reach;
use super::{Settings, failure, redirect};
use crate::StepError;
use crate::files::Outgoing;

/// For how many runtimes connections are kept.
const RUNTIMES: usize = 8;
/// The most headers of a response.
const HEADERS: usize = 200;
/// Headers that belong to the connection and not to the call: what is set here is left out.
const OF_CONNECTION: &[&str] = &[
    "connection",
    "content-length",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// The way to other machines: cheap to clone, usable from any runtime, built when it is first used.
#[derive(Clone)]
pub struct Net(Arc<Inner>);

struct Inner {
    settings: Arc<Settings>,
    lookup: Arc<dyn Lookup>,
    tls: OnceLock<ClientConfig>,
    /// Connections live in the runtime that made them, so each has its own clients; the last used ones stay.
    clients: Mutex<VecDeque<(runtime::Id, Clients)>>,
}

#[derive(Clone)]
struct Clients {
    outside: Client,
    anywhere: Client,
}

/// A call.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its method.
    pub method: Method,
    /// Where it goes.
    pub url: Url,
    /// What it says besides.
    pub headers: HeaderMap,
    /// What it carries.
    pub body: Option<Body>,
    /// How many redirects it follows, no more than the settings say; with none the redirect is the answer.
    pub redirects: Option<usize>,
    /// How long it may take in all; without it as long as the settings say.
    pub timeout: Option<Duration>,
}

impl Request {
    /// A call without headers and body that follows redirects.
    pub fn new(method: Method, url: Url) -> Self {
        Self { method, url, headers: HeaderMap::new(), body: None, redirects: Some(usize::MAX), timeout: None }
    }
}

/// What a call carries.
#[derive(Clone, Debug)]
pub struct Body(Carried);

#[derive(Clone, Debug)]
enum Carried {
    Bytes(Bytes),
    File(Outgoing),
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self(Carried::Bytes(bytes))
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}

impl From<Outgoing> for Body {
    fn from(file: Outgoing) -> Self {
        Self(Carried::File(file))
    }
}

impl Body {
    /// Puts it into a call; a file is read from its start, as fast as it is sent.
    fn give(self, call: &mut reqwest::Request) {
        let body = match self.0 {
            Carried::Bytes(bytes) => bytes.into(),
            Carried::File(file) => {
                call.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(file.size));
                reqwest::Body::wrap_stream(ReceiverStream::new(file.pieces()))
            }
        };
        *call.body_mut() = Some(body);
    }
}

/// An answer whose body comes piece by piece.
pub(crate) struct Arriving {
    pub(crate) status: StatusCode,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Parts,
}

impl Arriving {
    /// The answer with all of its body, of which some bytes have come before.
    pub(crate) async fn whole(self, before: Vec<u8>) -> Result<Response, StepError> {
        let Self { status, url, headers, body } = self;
        Ok(Response { status, url, headers, body: body.rest(before).await? })
    }
}

/// How long a call may take.
pub(crate) struct Patience {
    url: Url,
    limit: Duration,
}

impl Patience {
    /// Breaks off what takes longer.
    pub(crate) async fn of<T>(&self, work: impl Future<Output = Result<T, StepError>>) -> Result<T, StepError> {
        tokio::time::timeout(self.limit, work).await.unwrap_or_else(|_| Err(failure::late(&self.url, self.limit)))
    }
}

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// Its status.
    pub status: StatusCode,
    /// Who gave it, after redirects.
    pub url: Url,
    /// What it says besides.
    pub headers: HeaderMap,
    /// What it carries, unpacked.
    pub body: Bytes,
}

impl Default for Net {
    fn default() -> Self {
        Self::new(Settings::default())
    }
}

impl Net {
    /// A door with these bounds.
    pub fn new(settings: Settings) -> Self {
        Self::with_lookup(settings, Arc::new(System))
    }

    pub(super) fn with_lookup(settings: Settings, lookup: Arc<dyn Lookup>) -> Self {
        // Whatever else makes a client in this process finds a provider. The first one stays: that is no error.
        if CryptoProvider::get_default().is_none() {
            let _ = ring::default_provider().install_default();
        }
        let (settings, clients) = (Arc::new(settings), Mutex::default());
        Self(Arc::new(Inner { settings, lookup, tls: OnceLock::new(), clients }))
    }

    /// Its bounds.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Makes a call and reads its answer whole, whatever its status.
    ///
    /// # Errors
    /// `bad_url`, `blocked_address`, `dns_failed`, `connect_failed`, `tls_failed`, `connection_lost`, `timeout`,
    /// `too_many_redirects`, `response_too_large`, `bad_response`.
    ///
    /// # Panics
    /// Outside of a tokio runtime with its drivers for I/O and time.
    pub async fn send(&self, request: Request) -> Result<Response, StepError> {
        let patience = self.patience(&request);
        patience.of(async { self.begin(request).await?.whole(Vec::new()).await }).await
    }

    /// How long a call may take, from its first byte to the last of its answer.
    pub(crate) fn patience(&self, request: &Request) -> Patience {
        Patience { url: request.url.clone(), limit: request.timeout.unwrap_or(self.0.settings.total_timeout) }
    }

    /// Makes a call and answers before the body has come; it counts as a value. The same errors as [`Net::send`] but
    /// `timeout`, which is for [`Net::patience`] to tell.
    pub(crate) async fn begin(&self, request: Request) -> Result<Arriving, StepError> {
        let (answer, url) = self.open(request).await?;
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        headers.remove(header::CONTENT_ENCODING);
        headers.remove(header::CONTENT_LENGTH);
        let body = Parts::new(answer, url.clone(), Limit::Value(self.0.settings.response_bytes));
        Ok(Arriving { status, url, headers, body })
    }

    /// Makes a call, following redirects; what answers, and from where. The body has not been read.
    async fn open(&self, mut request: Request) -> Result<(reqwest::Response, Url), StepError> {
        let clients = self.clients();
        for name in OF_CONNECTION {
            request.headers.remove(*name);
        }
        request.headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        let most = request.redirects.map(|redirects| redirects.min(self.0.settings.redirects));
        let mut followed = 0;
        loop {
            let client = match self.0.settings.reach(&request.url)? {
                Reach::Outside => &clients.outside,
                Reach::Anywhere => &clients.anywhere,
            };
            let mut call = reqwest::Request::new(request.method.clone(), request.url.clone());
            *call.headers_mut() = request.headers.clone();
            if let Some(body) = request.body.clone() {
                body.give(&mut call);
            }
            let answer = client.execute(call).await.map_err(|error| failure::of(&error, &request.url))?;
            let Some(most) = most else { return Ok((answer, request.url)) };
            if !redirect::follow(&mut request, answer.status(), answer.headers())? {
                return Ok((answer, request.url));
            }
            followed += 1;
            if followed > most {
                let message = format!("the call was redirected more than {most} times: check its address");
                return Err(StepError::new("too_many_redirects", message).finally());
            }
        }
    }

    fn clients(&self) -> Clients {
        let runtime = runtime::Handle::current().id();
        let mut kept = self.0.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, clients)) = kept.iter().find(|(id, _)| *id == runtime) {
            return clients.clone();
        }
        let clients = Clients { outside: self.client(Reach::Outside), anywhere: self.client(Reach::Anywhere) };
        kept.push_back((runtime, clients.clone()));
        if kept.len() > RUNTIMES {
            kept.pop_front();
        }
        clients
    }

    fn client(&self, reach: Reach) -> Client {
        let (settings, lookup) = (self.0.settings.clone(), self.0.lookup.clone());
        let tls = self.0.tls.get_or_init(tls).clone();
        let builder = Client::builder()
            .tls_backend_preconfigured(tls)
            .connect_timeout(settings.connect_timeout)
            .dns_resolver(Resolver { lookup, settings, reach });
        let builder = builder.no_proxy().redirect(Policy::none()).referer(false).retry(reqwest::retry::never());
        let builder = builder.http1_only().http1_max_headers(HEADERS).user_agent(AGENT);
        builder.build().expect("nothing in it depends on the machine")
    }
}

const AGENT: &str = concat!("tidemill/", env!("CARGO_PKG_VERSION"));

fn tls() -> ClientConfig {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().expect("ring has the ciphers of both versions");
    builder.with_root_certificates(roots).with_no_client_auth()
}
