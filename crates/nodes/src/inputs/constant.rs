//! `number`, `text_input`, `boolean_input`: one value each, whatever comes in.

use std::sync::LazyLock;

use model::{Node, NodeSpec, Problem, Value};

use crate::description::{DATA, Description};
use crate::params::Params;
use crate::{Compile, NodeType, Outcome, Run, Step};

static NUMBER: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "number",
        aliases: &["number_input"],
        name: "Number",
        summary: "Gives a number, 0 if none is set",
        icon: "hash",
        schema: r#"{"properties": {
            "value": {"title": "Value", "format": "number", "default": 0,
                "description": "A number, or {{ }}; what is not a number is passed on with a warning"}
        }}"#,
        example: r#"[["age", "number", {"value": 25}], ["adult", "condition", {"condition": ">= 18"}]]"#,
        ..DATA
    }
    .spec()
});

static TEXT: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "text_input",
        aliases: &["text"],
        name: "Text",
        summary: "Gives a text, which may be a template",
        icon: "type",
        schema: r#"{"properties": {
            "text": {"title": "Text", "type": "string", "format": "multiline", "default": ""}
        }}"#,
        example: r#"[["start", "manual", {}], ["greeting", "text_input", {"text": "Hello {{ input?.name ?? 'world' }}"}]]"#,
        ..DATA
    }
    .spec()
});

static BOOLEAN: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "boolean_input",
        aliases: &["boolean"],
        name: "True or false",
        summary: "Gives true or false, false if nothing is set",
        icon: "toggle-left",
        schema: r#"{"properties": {
            "boolean_value": {"title": "Value", "type": "boolean", "default": false}
        }}"#,
        example: r#"[["on", "boolean_input", {"boolean_value": true}], ["if", "condition", {"condition": "input"}]]"#,
        ..DATA
    }
    .spec()
});

pub(super) fn types() -> Vec<Box<dyn NodeType>> {
    vec![
        Box::new(Constant { spec: &NUMBER, key: "value", default: Value::Int(0) }),
        Box::new(Constant { spec: &TEXT, key: "text", default: Value::EMPTY }),
        Box::new(Constant { spec: &BOOLEAN, key: "boolean_value", default: Value::Bool(false) }),
    ]
}

struct Constant {
    spec: &'static LazyLock<NodeSpec>,
    key: &'static str,
    default: Value,
}

impl NodeType for Constant {
    fn spec(&self) -> &NodeSpec {
        self.spec
    }

    fn warnings(&self, node: &Node) -> Vec<Problem> {
        let value = node.get("value").filter(|_| self.key == "value");
        let open = |value: &&Value| value.as_str().is_some_and(|text| text.contains("{{"));
        match value.filter(|value| !value.is_number() && !value.is_null() && !open(value)) {
            Some(value) => {
                let message =
                    format!("expected a number, got {}: it is passed on as it is", model::json::to_text(value));
                vec![Problem::warning("bad_parameter", message).at_node(&node.id).at_path("value")]
            }
            None => Vec::new(),
        }
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let setting = params.setting(self.key, self.default.clone());
        params.done(move |step: &Step<'_>| Ok(Outcome::first(setting.value(step)?)))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, problems, table};

    #[test]
    fn they_give_their_value() {
        table(
            "number",
            &[(r#"{"value": 1.10}"#, "9", "1.10"), ("{}", "9", "0"), (r#"{"value": "{{ input + 1 }}"}"#, "9", "10")],
        );
        table("number", &[(r#"{"value": [1]}"#, "9", "[1]"), (r#"{"value": null}"#, "9", "0")]);
        table("text_input", &[(r#"{"text": "a"}"#, "9", r#""a""#), ("{}", "9", r#""""#)]);
        table("text_input", &[(r#"{"text": "n = {{ input.n }}"}"#, r#"{"n": 3}"#, r#""n = 3""#)]);
        table("boolean_input", &[(r#"{"boolean_value": true}"#, "9", "true"), ("{}", "9", "false")]);
    }

    #[test]
    fn wrong_kinds_are_told() {
        assert_eq!(check("number", r#"{"value": "x"}"#)[0].code, "bad_parameter");
        assert!(problems("number", r#"{"value": "x"}"#).is_empty());
        assert_eq!(problems("text_input", r#"{"text": 3}"#), ["bad_parameter text"]);
        assert_eq!(problems("boolean_input", r#"{"boolean_value": "true"}"#), ["bad_parameter boolean_value"]);
        let problem = &check("boolean_input", r#"{"boolean_value": "true"}"#)[0];
        assert_eq!(problem.suggestion.as_deref(), Some("write true without quotes"));
        assert!(problems("boolean_input", r#"{"boolean_value": "{{ input }}"}"#).is_empty());
        assert_eq!(problems("text_input", r#"{"text": "{{ 1 + }}"}"#), ["bad_expression text"]);
    }
}
