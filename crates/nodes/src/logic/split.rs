//! `split`: the input goes on by every port at once.

use std::sync::LazyLock;

use arcstr::{ArcStr, literal};
use model::{Node, NodeSpec, Problem, Value};

use crate::description::{Description, LOGIC};
use crate::params::Params;
use crate::{Compile, NodeType, Outcome, Ports, Run, Step};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "split",
        aliases: &["fan_out"],
        name: "Split",
        summary: "Passes its input on by several named ports at once: one branch each",
        icon: "split",
        outputs: &["path1", "path2"],
        schema: r#"{"properties": {
            "paths": {"title": "Ports", "type": "array", "default": ["path1", "path2"], "uniqueItems": true, "maxItems": 1000,
                "items": {"type": "string", "minLength": 1}}
        }}"#,
        example: r#"{"name": "Split example", "nodes": [
            {"id": "n", "type": "number", "position": {"x": 0, "y": 60}, "data": {"value": 4}},
            {"id": "ways", "type": "split", "position": {"x": 240, "y": 60}, "data": {"paths": ["square", "half"]}},
            {"id": "squared", "type": "expression", "position": {"x": 480, "y": 0}, "data": {"expression": "input * input"}},
            {"id": "halved", "type": "expression", "position": {"x": 480, "y": 120}, "data": {"expression": "input / 2"}}],
            "edges": [{"id": "e1", "source": "n", "target": "ways"},
                {"id": "e2", "source": "ways", "sourceHandle": "square", "target": "squared"},
                {"id": "e3", "source": "ways", "sourceHandle": "half", "target": "halved"}]}"#,
        ..LOGIC
    }
    .spec()
});

pub(super) struct Split;

impl NodeType for Split {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    /// Its paths, each once.
    fn outputs(&self, node: &Node) -> Vec<ArcStr> {
        let mut ports: Vec<ArcStr> = Vec::new();
        for path in node.get("paths").and_then(Value::as_array).unwrap_or_default().iter().filter_map(Value::as_text) {
            if !path.is_empty() && !ports.contains(path) {
                ports.push(path.clone());
            }
        }
        if ports.is_empty() { vec![literal!("path1"), literal!("path2")] } else { ports }
    }

    fn has_dynamic_outputs(&self) -> bool {
        true
    }

    fn compile(&self, node: &Node, context: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        params.fixed(&["paths"]);
        let ports: Ports = (0u16..).take(context.outputs.len()).collect();
        params.done(move |step: &Step<'_>| {
            Ok(Outcome { output: step.input().clone(), ports: ports.clone(), ..Outcome::default() })
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Try, problems, table};

    #[test]
    fn the_input_goes_every_way() {
        table(
            "splitNode",
            &[
                ("{}", "3", "3 [0, 1]"),
                (r#"{"paths": []}"#, "3", "3 [0, 1]"),
                (r#"{"paths": ["a"]}"#, "3", "3"),
                (r#"{"paths": ["a", "b", "c"]}"#, "3", "3 [0, 1, 2]"),
            ],
        );
        let step = Try::input("{}");
        assert!(step.run("split", "{}").expect("it runs").output.same(&step.input));
    }

    #[test]
    fn bad_parameters_are_told() {
        assert_eq!(problems("split", r#"{"paths": "a"}"#), ["bad_parameter paths"]);
        assert_eq!(problems("split", r#"{"paths": ["a", "a"]}"#), ["bad_parameter paths"]);
        assert_eq!(problems("split", r#"{"paths": ["{{ input }}"]}"#), ["bad_parameter paths"]);
        assert_eq!(problems("split", r#"{"paths": ["a", 1]}"#), ["bad_parameter paths[1]"]);
    }
}
