//! `template`: a text with values in it.

use std::sync::LazyLock;

use model::{Node, NodeSpec, Problem, Value};

use crate::description::{DATA, Description};
use crate::params::Params;
use crate::{Compile, NodeType, Outcome, Run, Step, text};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "template",
        aliases: &["template_text", "text_template"],
        name: "Template",
        summary: "Gives a text in which each {{ }} is replaced by its value; the answer is a text whatever is inside",
        icon: "notebook-text",
        schema: r#"{"properties": {
            "template": {"title": "Template", "type": "string", "format": "multiline",
                "examples": ["Dear {{ input.name }},", "{{ input.items.length }} items"]}
        }, "required": ["template"]}"#,
        example: r#"[["start", "manual", {}], ["letter", "template", {"template": "Dear {{ input?.name ?? 'reader' }},"}]]"#,
        ..DATA
    }
    .spec()
});

pub(super) struct Template;

impl NodeType for Template {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let template = params.setting("template", "");
        params.done(move |step: &Step<'_>| {
            // A template that is one {{ }} gives that value; in a text, null is empty and a list its JSON.
            let value = template.value(step)?;
            let text = if value.is_null() { String::new() } else { text::of(&value).to_string() };
            Ok(Outcome::first(Value::from(text)))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{problems, table};

    #[test]
    fn each_value_stands_in_its_place_and_the_answer_is_a_text() {
        let input = r#"{"name": "Ada", "n": 1.5, "list": [1, {"a": null}], "none": null}"#;
        let rows = [
            ("Dear {{ input.name }}, {{ input.n }}", r#""Dear Ada, 1.5""#),
            ("{{ input.name }}", r#""Ada""#),
            ("{{ input.n }}", r#""1.5""#),
            ("{{ input.list }}", r#""[1,{\"a\":null}]""#),
            ("{{ input.none }}", r#""""#),
            ("a{{ input.none }}b", r#""ab""#),
            ("{{ input.n > 1 }}", r#""true""#),
            ("no { braces }", r#""no { braces }""#),
            ("{{ input.list[0].x.y }}", "! TypeError"),
        ];
        for (template, output) in rows {
            table("template", &[(&format!(r#"{{"template": {template:?}}}"#), input, output)]);
        }
        assert_eq!(problems("template", r#"{"template": "{{ 1 + }}"}"#), ["bad_expression template"]);
        assert_eq!(problems("template", "{}"), ["bad_parameter template"]);
    }
}
