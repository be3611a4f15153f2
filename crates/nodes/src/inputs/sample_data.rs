//! `sample_data`: any value, written into the graph.

use std::sync::LazyLock;

use model::{Node, NodeSpec, Problem, Value};

use crate::description::{DATA, Description};
use crate::params::Params;
use crate::{Compile, NodeType, Outcome, Run, Step};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "sample_data",
        aliases: &["sample_input", "json_input"],
        name: "Sample data",
        summary: "Gives the value written here; texts in it may hold {{ }}",
        icon: "braces",
        schema: r#"{"properties": {
            "data": {"title": "Data", "format": "json", "default": [], "description": "Any JSON"}
        }}"#,
        example: r#"[["people", "sample_data", {"data": [{"name": "Ada", "age": 36}, {"name": "Bo", "age": 12}]}],
            ["adults", "filter", {"condition": "item.age >= 18"}]]"#,
        ..DATA
    }
    .spec()
});

pub(super) struct SampleData;

impl NodeType for SampleData {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let data = params.setting("data", Value::array(Vec::new()));
        params.done(move |step: &Step<'_>| Ok(Outcome::first(data.value(step)?)))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::table;

    #[test]
    fn it_gives_what_is_written() {
        let inside = r#"{"data": {"n": ["{{ input }}", "x{{ input }}"]}}"#;
        table("sample_data", &[("{}", "1", "[]"), (r#"{"data": {"a": 1.0}}"#, "1", r#"{"a":1.0}"#)]);
        table("sample_data", &[(inside, "1", r#"{"n":[1,"x1"]}"#)]);
    }
}
