//! Who is calling: one-time links, sessions in a cookie, the API token, and the tenant of a request.
//!
//! Secrets are stored as hashes only. Until accounts exist there is one tenant, and whoever is signed in may do
//! everything in it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use model::{ExecutionId, TenantId};
use rand::TryRng as _;
use rand::rngs::SysRng;
use store::records::{Expect, Kind, RecordQuery, RecordWrite};
use store::{Record, StoreError};
use tokio::sync::watch;
use tokio::time::{Instant, interval_at};

use crate::App;
use crate::app::now_ms;
use crate::error::ApiError;

/// The cookie of a session.
pub(crate) const COOKIE: &str = "tidemill_session";
/// How long a session lasts, in seconds.
pub(crate) const SESSION_SECONDS: i64 = 30 * 24 * 60 * 60;
/// How often it is looked whether a session that is in use is over.
const ASKED: Duration = Duration::from_secs(25);
/// Bytes of the secret in a link.
const LINK_BYTES: usize = 18;
/// Sessions kept in memory; beyond them the store is asked.
const REMEMBERED_MAX: usize = 10_000;

/// Signed-in browsers. The body is the time of expiry in ms since 1970.
pub(crate) static SESSION: Kind = Kind { name: "session", indexed: &["hash"] };
/// The secret of a sign-in link that nobody has used.
pub(crate) static SIGN_IN: Kind = Kind { name: "sign_in", indexed: &["hash"] };

/// Checks who is calling.
pub(crate) struct Auth {
    api_token: blake3::Hash,
    /// Makes the links of waiting steps.
    links: [u8; 32],
    open: bool,
    sessions: Mutex<HashMap<String, i64>>,
    /// Counts the sessions that were ended.
    ended: watch::Sender<u64>,
}

impl Auth {
    /// Accepts this API token; `open` accepts everybody.
    pub(crate) fn new(api_token: &str, open: bool) -> Self {
        let links = blake3::derive_key("tidemill: links of waiting steps", api_token.as_bytes());
        let (sessions, ended) = (Mutex::default(), watch::Sender::new(0));
        Self { api_token: blake3::hash(api_token.as_bytes()), links, open, sessions, ended }
    }

    /// Whether everybody is let in.
    pub(crate) const fn is_open(&self) -> bool {
        self.open
    }

    /// Whether this is the API token, in constant time.
    pub(crate) fn is_api_token(&self, secret: &str) -> bool {
        blake3::hash(secret.as_bytes()) == self.api_token
    }

    /// The secret in the link of a waiting step: nobody can make it who does not have the API token.
    pub(crate) fn link(&self, tenant: TenantId, execution: ExecutionId, address: &str) -> String {
        URL_SAFE_NO_PAD.encode(&self.link_hash(tenant, execution, address).as_bytes()[..LINK_BYTES])
    }

    /// Whether this is the secret of that link, in constant time.
    pub(crate) fn is_link(&self, tenant: TenantId, execution: ExecutionId, address: &str, secret: &str) -> bool {
        let expected = self.link(tenant, execution, address);
        blake3::hash(secret.as_bytes()) == blake3::hash(expected.as_bytes())
    }

    fn link_hash(&self, tenant: TenantId, execution: ExecutionId, address: &str) -> blake3::Hash {
        blake3::keyed_hash(&self.links, format!("{}/{execution}/{address}", tenant.0).as_bytes())
    }

    fn remembered(&self, hash: &str) -> Option<i64> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner).get(hash).copied()
    }

    /// Keeps a session in memory that was read when so many had been ended. Of one that was ended meanwhile nothing is known here.
    fn remember(&self, hash: String, expires: i64, ended: u64) {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if *self.ended.borrow() != ended {
            return;
        }
        if sessions.len() >= REMEMBERED_MAX {
            sessions.clear();
        }
        sessions.insert(hash, expires);
    }

    fn forget(&self, hash: &str) {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.remove(hash);
        self.ended.send_modify(|ended| *ended += 1);
    }

    /// Tells when a session was ended: whoever is connected has to show again who they are.
    fn ended(&self) -> watch::Receiver<u64> {
        self.ended.subscribe()
    }
}

/// How a caller proved who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    /// By the cookie that a browser sends by itself, so that the origin of the request must be checked.
    Cookie,
    /// By a token that only the caller itself can send.
    Token,
    /// Nobody needs to prove anything.
    Open,
}

/// Who is calling, or `None`.
pub(crate) async fn identify(app: &App, headers: &HeaderMap) -> Result<Option<Identity>, StoreError> {
    if let Some(token) = bearer(headers) {
        return Ok(app.auth.is_api_token(token).then_some(Identity::Token));
    }
    if let Some(secret) = cookie(headers, COOKIE)
        && session_is_valid(app, secret).await?
    {
        return Ok(Some(Identity::Cookie));
    }
    Ok(app.auth.is_open().then_some(Identity::Open))
}

/// Waits until whoever sent these headers is nobody any more: signed out, or their session is over. What stays open longer than
/// an answer takes ends with this.
pub(crate) async fn gone(app: &App, headers: &HeaderMap) {
    let mut ended = app.auth.ended();
    // They may have signed out before this waits for it.
    ended.mark_changed();
    let mut asked = interval_at(Instant::now() + ASKED, ASKED);
    loop {
        tokio::select! {
            _ = ended.changed() => {}
            _ = asked.tick() => {}
        }
        // While the store does not answer, nobody is sent away.
        if matches!(identify(app, headers).await, Ok(None)) {
            return;
        }
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then_some(value)
    })
}

async fn session_is_valid(app: &App, secret: &str) -> Result<bool, StoreError> {
    let hash = hash_text(secret);
    let now = now_ms();
    if let Some(expires) = app.auth.remembered(&hash) {
        return Ok(now < expires);
    }
    let ended = *app.auth.ended.borrow();
    let Some(record) = find(app, &SESSION, &hash).await? else { return Ok(false) };
    let expires = expiry(&record);
    app.auth.remember(hash, expires, ended);
    Ok(now < expires)
}

fn expiry(record: &Record) -> i64 {
    std::str::from_utf8(&record.body).ok().and_then(|text| text.parse().ok()).unwrap_or(0)
}

async fn find(app: &App, kind: &'static Kind, hash: &str) -> Result<Option<Record>, StoreError> {
    let equals = vec![("hash", hash.to_owned())];
    let query = RecordQuery { equals, limit: 1, ..RecordQuery::all(kind, TenantId::DEFAULT) };
    Ok(app.records.list(query).await?.items.pop())
}

fn insert(app: &App, kind: &'static Kind, secret: &str, body: String) -> RecordWrite {
    RecordWrite {
        kind,
        tenant: TenantId::DEFAULT,
        id: app.ids.next(),
        expect: Expect::Absent,
        content: Some((vec![Some(hash_text(secret))], Bytes::from(body))),
        now_ms: now_ms(),
    }
}

fn delete(kind: &'static Kind, record: &Record) -> RecordWrite {
    RecordWrite {
        kind,
        tenant: TenantId::DEFAULT,
        id: record.id,
        expect: Expect::Revision(record.revision),
        content: None,
        now_ms: now_ms(),
    }
}

/// Makes the secret of a sign-in link and voids the earlier ones.
pub(crate) async fn new_link(app: &App) -> Result<String, StoreError> {
    let secret = new_secret();
    let earlier = app.records.list(RecordQuery::all(&SIGN_IN, TenantId::DEFAULT)).await?;
    let mut writes: Vec<RecordWrite> = earlier.items.iter().map(|record| delete(&SIGN_IN, record)).collect();
    writes.push(insert(app, &SIGN_IN, &secret, String::new()));
    app.records.batch(writes).await?;
    Ok(secret)
}

/// Exchanges the secret of a link, once, or the API token, for the secret of a session. `None` when it is neither.
pub(crate) async fn sign_in(app: &App, secret: &str) -> Result<Option<String>, StoreError> {
    let session = new_secret();
    let expires = now_ms() + SESSION_SECONDS * 1_000;
    let mut writes = vec![insert(app, &SESSION, &session, expires.to_string())];
    if !app.auth.is_api_token(secret) {
        let Some(record) = find(app, &SIGN_IN, &hash_text(secret)).await? else { return Ok(None) };
        // Of two that come at once, one deletes the record and the other finds it changed.
        writes.push(delete(&SIGN_IN, &record));
    }
    let expired = app.records.list(RecordQuery::all(&SESSION, TenantId::DEFAULT)).await?;
    writes.extend(expired.items.iter().filter(|record| expiry(record) < now_ms()).map(|old| delete(&SESSION, old)));
    match app.records.batch(writes).await {
        Ok(_) => Ok(Some(session)),
        Err(StoreError::Conflict(_) | StoreError::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Ends the session of a request, if it has one.
pub(crate) async fn sign_out(app: &App, headers: &HeaderMap) -> Result<(), StoreError> {
    let Some(secret) = cookie(headers, COOKIE) else { return Ok(()) };
    let hash = hash_text(secret);
    if let Some(record) = find(app, &SESSION, &hash).await? {
        match app.records.put(delete(&SESSION, &record)).await {
            Ok(_) | Err(StoreError::Conflict(_) | StoreError::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
    }
    app.auth.forget(&hash);
    Ok(())
}

fn hash_text(secret: &str) -> String {
    blake3::hash(secret.as_bytes()).to_hex().to_string()
}

/// 256 random bits as text.
pub(crate) fn new_secret() -> String {
    let mut bits = [0u8; 32];
    SysRng.try_fill_bytes(&mut bits).expect("the operating system has random numbers");
    URL_SAFE_NO_PAD.encode(bits)
}

/// Name of the file with the API token in a data directory.
pub(crate) const TOKEN_FILE: &str = "api-token";

/// Reads the API token of a data directory, or makes it; only its owner may read the file.
///
/// # Errors
/// The file cannot be read or written.
pub(crate) fn api_token(data: &Path) -> std::io::Result<String> {
    let path = data.join(TOKEN_FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) if text.trim().len() >= 32 => return Ok(text.trim().to_owned()),
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let secret = new_secret();
    write_private(&path, &secret)?;
    Ok(secret)
}

/// Writes a file that only its owner may read.
pub(crate) fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// The tenant of a request: the only way to learn it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tenant(pub(crate) TenantId);

impl FromRequestParts<App> for Tenant {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ApiError> {
        tenant_of(&parts.headers).map(Self)
    }
}

/// The tenant that a request names, which must be the caller's: for now only `default`.
pub(crate) fn tenant_of(headers: &HeaderMap) -> Result<TenantId, ApiError> {
    match headers.get("x-tenant-id").map(|name| name.as_bytes()) {
        None | Some(b"default") => Ok(TenantId::DEFAULT),
        Some(name) => Err(ApiError::not_found(format!("tenant {:?}", String::from_utf8_lossy(name)))),
    }
}
