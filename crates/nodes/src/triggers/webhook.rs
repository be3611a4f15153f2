//! `webhook`: started by an HTTP request. The request is answered elsewhere; the step passes on its input.

use std::sync::LazyLock;

use model::{Category, Node, NodeSpec, Problem, Role};

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
            "auth": {"title": "Who may call", "enum": ["none", "basic", "header", "hmac"], "default": "none"},
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
        params.done(|step: &Step<'_>| Ok(Outcome::first(step.input().clone())))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{problems, table};

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
}
