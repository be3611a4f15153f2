//! What a webhook asks of its callers: nothing, a name and password, a secret header, or a signature of the body.

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::Node;
use sha2::{Digest as _, Sha256};

/// What a caller must prove.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Nothing: the path itself is the secret, if there is one.
    Nothing,
    /// `Authorization: Basic` with this name and password.
    Basic {
        /// `name:password`.
        pair: String,
    },
    /// A header with a secret value.
    Header {
        /// Its name in lower case.
        name: String,
        /// Its value.
        value: String,
    },
    /// HMAC-SHA256 of the body under a secret, in hexadecimal or base64, with or without `sha256=` before it.
    Hmac {
        /// The header that carries it, in lower case.
        name: String,
        /// The secret.
        secret: String,
    },
    /// The node asks for something that it does not describe: nobody gets in.
    Closed,
}

impl Proof {
    /// What a webhook node asks for: `auth` names the kind, and holds or stands beside the details.
    pub(super) fn of(node: &Node) -> Self {
        let auth = node.get("auth");
        let kind = auth.and_then(|auth| auth.as_str().or_else(|| auth.get("type")?.as_str())).unwrap_or("none");
        let detail = |names: &[&str]| {
            let inside = names.iter().find_map(|name| auth?.get(name)?.as_str());
            let beside = || names.iter().find_map(|name| node.get(name)?.as_str());
            inside.or_else(beside).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let found = match kind {
            "none" => Some(Self::Nothing),
            "basic" => detail(&["username", "user"])
                .zip(detail(&["password"]))
                .map(|(name, password)| Self::Basic { pair: format!("{name}:{password}") }),
            "header" => detail(&["header_value", "value", "secret"]).map(|value| Self::Header {
                name: detail(&["header_name", "header", "name"])
                    .unwrap_or_else(|| "x-webhook-token".to_owned())
                    .to_lowercase(),
                value,
            }),
            "hmac" => detail(&["secret"]).map(|secret| Self::Hmac {
                name: detail(&["signature_header", "header_name", "header"])
                    .unwrap_or_else(|| "x-hub-signature-256".to_owned())
                    .to_lowercase(),
                secret,
            }),
            _ => None,
        };
        found.unwrap_or(Self::Closed)
    }

    /// Whether a request proves it.
    pub(crate) fn holds(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let get = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        match self {
            Self::Nothing => true,
            Self::Closed => false,
            Self::Basic { pair } => get(header::AUTHORIZATION.as_str())
                .and_then(|value| value.split_once(' '))
                .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
                .and_then(|(_, said)| STANDARD.decode(said.trim()).ok())
                .is_some_and(|said| same(&said, pair.as_bytes())),
            Self::Header { name, value } => get(name).is_some_and(|said| same(said.as_bytes(), value.as_bytes())),
            Self::Hmac { name, secret } => {
                let signature = hmac_sha256(secret.as_bytes(), body);
                let said = get(name).map(|said| said.trim().strip_prefix("sha256=").unwrap_or(said.trim()));
                let hex: String = signature.iter().map(|byte| format!("{byte:02x}")).collect();
                said.is_some_and(|said| {
                    same(said.to_lowercase().as_bytes(), hex.as_bytes())
                        || same(said.as_bytes(), STANDARD.encode(signature).as_bytes())
                })
            }
        }
    }

    /// The header that carries the proof; it never reaches the journal.
    pub(crate) fn header(&self) -> Option<&str> {
        match self {
            Self::Header { name, .. } | Self::Hmac { name, .. } => Some(name),
            Self::Nothing | Self::Basic { .. } | Self::Closed => None,
        }
    }
}

/// Equality in a time that says nothing of where two texts differ: their hashes are compared.
fn same(a: &[u8], b: &[u8]) -> bool {
    blake3::hash(a) == blake3::hash(b)
}

/// HMAC with SHA-256 (RFC 2104).
fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    const BLOCK: usize = 64;
    let mut block = [0u8; BLOCK];
    if key.len() > BLOCK {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proof(data: &str) -> Proof {
        let file = format!(r#"{{"nodes": [{{"id": "w", "type": "webhook", "data": {data}}}]}}"#);
        let value = model::json::read(file.as_bytes()).expect("JSON");
        Proof::of(&model::Graph::from_value(&value).expect("a graph").nodes[0])
    }

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().expect("a header"));
        headers
    }

    #[test]
    fn hmac_is_that_of_rfc_4231() {
        let hex = |bytes: [u8; 32]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(
            hex(hmac_sha256(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            hex(hmac_sha256(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }

    #[test]
    fn each_kind_lets_in_only_who_knows_the_secret() {
        let basic = proof(r#"{"auth": {"type": "basic", "username": "ada", "password": "pw"}}"#);
        assert!(basic.holds(&headers("authorization", "Basic YWRhOnB3"), b""));
        assert!(!basic.holds(&headers("authorization", "Basic YWRhOnB4"), b""));
        let header = proof(r#"{"auth": "header", "header_name": "X-Key", "header_value": "s"}"#);
        assert!(header.holds(&headers("x-key", "s"), b"") && !header.holds(&headers("x-key", "t"), b""));
        let hmac = proof(r#"{"auth": {"type": "hmac", "secret": "Jefe"}}"#);
        let signed = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert!(hmac.holds(&headers("x-hub-signature-256", signed), b"what do ya want for nothing?"));
        assert!(!hmac.holds(&headers("x-hub-signature-256", signed), b"what do ya want for nothing!"));
        assert!(!hmac.holds(&HeaderMap::new(), b""));
    }

    #[test]
    fn a_proof_that_is_not_described_lets_nobody_in() {
        for data in [r#"{"auth": "basic"}"#, r#"{"auth": "hmac", "secret": ""}"#, r#"{"auth": "oauth"}"#] {
            assert_eq!(proof(data), Proof::Closed, "{data}");
        }
        assert_eq!(proof("{}"), Proof::Nothing);
    }
}
