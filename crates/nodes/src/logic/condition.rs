//! `condition`: one of two ways, by an expression or by rules. The input passes on.

use std::sync::LazyLock;

use model::{Node, NodeSpec, Problem};

use super::rules::Rules;
use crate::description::{Description, LOGIC};
use crate::params::{Condition, Params};
use crate::{Compile, NodeType, Outcome, Run, Step};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "condition",
        aliases: &["if"],
        name: "Condition",
        summary: "Passes its input on by `true` or `false`, as an expression or a set of rules says",
        icon: "split",
        outputs: &["true", "false"],
        schema: r#"{"properties": {
            "condition": {"title": "Condition", "type": ["string", "boolean"], "format": "condition",
                "examples": [">= 18", "input.total > 100 && input.paid"],
                "description": "A JavaScript expression; `>= 18` means `input >= 18`"},
            "rules": {"$ref": "\u0023/$defs/group", "title": "Rules", "format": "rules",
                "description": "Instead of a condition: rules joined by and or or, groups of rules among them"}
        },
        "$defs": {
            "group": {"type": ["object", "array"], "items": {"$ref": "\u0023/$defs/entry"}, "required": ["rules"], "properties": {
                "combine": {"title": "Combine", "enum": ["and", "or"], "default": "and"},
                "rules": {"title": "Rules", "type": "array", "items": {"$ref": "\u0023/$defs/entry"}}}},
            "entry": {"if": {"type": "object", "required": ["rules"]}, "then": {"$ref": "\u0023/$defs/group"},
                "else": {"$ref": "\u0023/$defs/rule"}},
            "rule": {"type": "object", "required": ["operator"], "properties": {
                "left": {"title": "Value", "description": "The input if it is absent"},
                "type": {"title": "Type", "default": "any", "enum": ["any", "text", "number", "boolean", "date", "list", "object"],
                    "description": "What both sides are read as; what cannot be read so is not equal, greater or less"},
                "operator": {"title": "Operator", "enum": ["equals", "not_equals", "greater", "greater_or_equal", "less",
                    "less_or_equal", "contains", "not_contains", "starts_with", "not_starts_with", "ends_with", "not_ends_with",
                    "matches", "not_matches", "exists", "not_exists", "empty", "not_empty", "is_true", "is_false"]},
                "right": {"title": "Compared with"},
                "ignore_case": {"title": "Ignore case", "type": "boolean", "default": false}}}
        }}"#,
        example: r#"{"name": "Condition example", "nodes": [
            {"id": "age", "type": "number", "position": {"x": 0, "y": 0}, "data": {"value": 25}},
            {"id": "adult", "type": "condition", "position": {"x": 240, "y": 0}, "data": {"condition": ">= 18"}},
            {"id": "yes", "type": "text_input", "position": {"x": 480, "y": 0}, "data": {"text": "welcome"}},
            {"id": "no", "type": "text_input", "position": {"x": 480, "y": 120}, "data": {"text": "not yet"}}],
            "edges": [{"id": "e1", "source": "age", "target": "adult"},
                {"id": "e2", "source": "adult", "sourceHandle": "true", "target": "yes"},
                {"id": "e3", "source": "adult", "sourceHandle": "false", "target": "no"}]}"#,
        ..LOGIC
    }
    .spec()
});

pub(super) struct If;

enum Test {
    Condition(Condition),
    Rules(Rules),
}

impl NodeType for If {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let test = match (params.raw("condition"), params.raw("rules")) {
            (None, Some(rules)) => Rules::compile(&mut params, "rules", rules).map(Test::Rules),
            (Some(_), _) => params.condition("condition").map(Test::Condition),
            (None, None) => {
                params.bad_parameter("condition", "the node has neither a condition nor rules");
                None
            }
        };
        params.done_with(test, |test| {
            move |step: &Step<'_>| {
                let holds = match &test {
                    Test::Condition(condition) => condition.holds(&step.scope)?,
                    Test::Rules(rules) => rules.hold(&step.scope)?,
                };
                Ok(Outcome::port(step.input().clone(), u16::from(!holds)))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Try, problems, table};

    #[test]
    fn the_input_goes_the_way_the_condition_says() {
        table(
            "condition",
            &[
                (r#"{"condition": ">= 18"}"#, "25", "25"),
                (r#"{"condition": ">=18"}"#, "17", "17 [1]"),
                (r#"{"condition": "input % 2 == 0"}"#, "3", "3 [1]"),
                (r#"{"condition": "{{ $json.ok }}"}"#, r#"{"ok":true}"#, r#"{"ok":true}"#),
                (r#"{"condition": true}"#, "1", "1"),
                (r#"{"condition": "false"}"#, "1", "1 [1]"),
                (r#"{"condition": "input.a.b"}"#, "{}", "! TypeError"),
            ],
        );
        let step = Try::input(r#"{"age": 3}"#);
        let outcome = step.run("if", r#"{"condition": "input.age > 2"}"#).expect("it holds");
        assert!(outcome.output.same(&step.input));
    }

    #[test]
    fn what_cannot_be_compiled_is_told() {
        assert_eq!(problems("condition", "{}"), ["bad_parameter condition"]);
        assert_eq!(problems("condition", r#"{"condition": 3}"#), ["bad_parameter condition"]);
        assert_eq!(problems("condition", r#"{"condition": "input ="}"#), ["bad_expression condition"]);
        assert_eq!(
            problems("condition", r#"{"rules": {"rules": [{"operator": "is"}]}}"#),
            ["bad_parameter rules.rules[0].operator"]
        );
    }
}
