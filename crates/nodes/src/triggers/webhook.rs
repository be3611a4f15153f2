//! `webhook`: started by an HTTP request. The request is answered elsewhere; the step passes on its input.

use std::sync::LazyLock;

use model::{Category, Node, NodeSpec, Problem, Role, Value};

use crate::description::{DATA, Description};
use crate::params::Params;
use crate::{Compile, NodeType, Outcome, Run, Step};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "webhook",
        aliases: &["webhook_trigger"],
        name: "Webhook",
        category: Category::Trigger,
        summary: "Starts when an HTTP request comes to /hooks/<path>; its output is the request's body",
        icon: "webhook",
        role: Role::Trigger,
        inputs: &[],
        schema: r#"{"properties": {
            "method": {"title": "Method", "enum": ["ANY", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"], "default": "POST"},
            "path": {"title": "Path", "type": "string", "examples": ["orders/new"],
                "description": "What follows /hooks/ in the address; the workflow's id if it is empty"},
            "auth": {"title": "Who may call", "enum": ["none", "basic", "header", "hmac"], "default": "none",
                "description": "Anybody; with a name and a password; with a secret header; with a signature of the body under a secret"},
            "username": {"title": "Name", "type": "string", "description": "Of basic"},
            "password": {"title": "Password", "type": "string", "format": "password", "description": "Of basic"},
            "header_name": {"title": "Header", "type": "string", "default": "x-webhook-token", "description": "Of header"},
            "header_value": {"title": "Value of the header", "type": "string", "format": "password", "description": "Of header"},
            "secret": {"title": "Secret", "type": "string", "format": "password",
                "description": "Of hmac: the key of an HMAC-SHA256 over the body"},
            "signature_header": {"title": "Header of the signature", "type": "string", "default": "x-hub-signature-256",
                "description": "Of hmac: it carries the signature in hexadecimal or base64, also with sha256= before it"},
            "respond": {"title": "Answer", "enum": ["immediately", "when_finished", "by_node"], "default": "when_finished",
                "description": "At once, with the execution's output, or with what a respond node says"}
        }}"#,
        example: r#"[["hook", "webhook", {"method": "POST", "path": "orders/new", "respond": "by_node"}],
            ["answer", "respond", {"value": {"received": "{{ input }}"}}]]"#,
        ..DATA
    }
    .spec()
});

pub(super) struct Webhook;

impl NodeType for Webhook {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let path = params.word("path").unwrap_or_default();
        if path.contains("{{") || path.contains(['?', '#', ' ']) || path.split('/').any(|part| part == "..") {
            params.bad_parameter("path", "a path is fixed text without spaces, ? and #: orders/new");
        }
        check_proof(&mut params);
        params.done(|step: &Step<'_>| Ok(Outcome::first(step.input().clone())))
    }

    /// What is set beside the wrong `auth` protects nothing: who set it believes that it does.
    fn warnings(&self, node: &Node) -> Vec<Problem> {
        let auth = node.get("auth").and_then(Value::as_str).unwrap_or("none");
        let set = DETAILS.iter().filter(|(kind, ..)| *kind != auth);
        let set = set.filter(|(_, key, _)| node.get(key).is_some_and(|value| !value.is_null()));
        let warn = |(kind, key, _): &(&str, &str, bool)| {
            let message = format!("auth is {auth}: {key} has no effect");
            let problem = Problem::warning("unused_parameter", message).at_node(&node.id).at_path(*key);
            problem.suggest(format!("set auth to {kind:?}, or leave {key} out"))
        };
        set.map(warn).collect()
    }
}

/// What each kind of `auth` reads: the kind, the parameter, and whether it must be there.
const DETAILS: &[(&str, &str, bool)] = &[
    ("basic", "username", true),
    ("basic", "password", true),
    ("header", "header_name", false),
    ("header", "header_value", true),
    ("hmac", "secret", true),
    ("hmac", "signature_header", false),
];

/// Whoever calls is compared with fixed text: what is missing would let nobody in, and an expression is not evaluated.
fn check_proof(params: &mut Params<'_>) {
    let auth = params.word("auth").unwrap_or("none");
    for &(_, key, needed) in DETAILS.iter().filter(|(kind, ..)| *kind == auth) {
        match params.word(key) {
            None if needed && params.raw(key).is_none_or(|value| value.as_str().is_some()) => {
                params.bad_parameter(key, format!("auth is {auth}, which needs {key}"));
            }
            Some(text) if text.contains("{{") => {
                params.bad_parameter(key, "this is fixed text: an expression in it is not evaluated");
            }
            Some(name) if key.ends_with("header") || key == "header_name" => {
                if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)) {
                    params.bad_parameter(key, "the name of a header has letters, digits and hyphens: x-webhook-token");
                }
            }
            None | Some(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, problems, table};

    #[test]
    fn the_request_passes() {
        table("webhook", &[(r#"{"path": "orders/new"}"#, r#"{"id":1}"#, r#"{"id":1}"#)]);
    }

    #[test]
    fn parameters_are_checked() {
        assert_eq!(
            problems("webhook", r#"{"auth": 1, "method": "FETCH"}"#),
            ["bad_parameter auth", "bad_parameter method"]
        );
        assert_eq!(problems("webhook", r#"{"path": "a?b"}"#), ["bad_parameter path"]);
    }

    #[test]
    fn what_callers_must_prove_is_checked() {
        let refused = |data: &str| problems("webhook", data);
        assert_eq!(refused(r#"{"auth": "basic", "username": "ada"}"#), ["bad_parameter password"]);
        assert_eq!(refused(r#"{"auth": "basic", "username": "", "password": 1}"#).len(), 2);
        assert_eq!(refused(r#"{"auth": "header"}"#), ["bad_parameter header_value"]);
        assert_eq!(refused(r#"{"auth": "hmac", "secret": "{{ secrets.key }}"}"#), ["bad_parameter secret"]);
        assert_eq!(
            refused(r#"{"auth": "hmac", "secret": "s", "signature_header": "a b"}"#),
            ["bad_parameter signature_header"]
        );
        for data in [
            r#"{"auth": "basic", "username": "ada", "password": "pw"}"#,
            r#"{"auth": "header", "header_name": "X-Key", "header_value": "s"}"#,
            r#"{"auth": "header", "header_value": "s"}"#,
            r#"{"auth": "hmac", "secret": "s", "signature_header": "x-signature"}"#,
        ] {
            let found = check("webhook", data);
            assert!(found.is_empty(), "{data}: {found:?}");
        }
    }

    #[test]
    fn a_secret_that_protects_nothing_is_told() {
        let found = check("webhook", r#"{"header_value": "CANARY", "auth": "none"}"#);
        let told: Vec<_> = found.iter().map(|problem| (problem.code, problem.path.as_deref())).collect();
        assert_eq!(told, [("unused_parameter", Some("header_value"))]);
        assert!(!format!("{found:?}").contains("CANARY"));
    }

    #[test]
    fn problems_do_not_repeat_secrets() {
        let found = check("webhook", r#"{"auth": "basic", "username": "ada", "password": ["CANARY"]}"#);
        assert_eq!((found.len(), found[0].message.as_str()), (1, "expected a text"));
    }
}
