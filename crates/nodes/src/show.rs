//! `visualization`: shows what comes in, in the editor; the value passes on.

use std::sync::LazyLock;

use model::{Category, Node, NodeSpec, Problem};

use crate::description::{DATA, Description};
use crate::params::Params;
use crate::{Compile, NodeType, Outcome, Run, Step};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "visualization",
        aliases: &["renderer", "viz", "bar_chart", "line_chart", "pie_chart"],
        name: "Show",
        category: Category::Other,
        summary: "Shows its input in the editor, as text, table or chart; the value passes on unchanged",
        icon: "chart-column",
        schema: r#"{"properties": {
            "mode": {"title": "Show as", "type": "string", "default": "auto", "examples": ["auto", "text", "json", "table", "csv", "xml",
                "bar_chart", "line_chart", "pie_chart", "image", "markdown"]}
        }}"#,
        example: r#"[["numbers", "range", {"start": 1, "end": 5}], ["chart", "visualization", {"mode": "bar_chart"}]]"#,
        ..DATA
    }
    .spec()
});

/// The types of this file.
pub(crate) fn types() -> Vec<Box<dyn NodeType>> {
    vec![Box::new(Show)]
}

struct Show;

impl NodeType for Show {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        Params::new(node).done(|step: &Step<'_>| Ok(Outcome::first(step.input().clone())))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Try, problems};

    #[test]
    fn the_very_input_passes() {
        let step = Try::input("[1]");
        for kind in ["visualization", "renderer", "barChartNode"] {
            assert!(step.run(kind, r#"{"mode": "json"}"#).expect("it runs").output.same(&step.input));
        }
        assert_eq!(problems("visualization", r#"{"mode": 3}"#), ["bad_parameter mode"]);
    }
}
