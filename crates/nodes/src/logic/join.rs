//! `join`: waits for branches as its strategy says; the engine does the waiting, the step passes on what came.

use std::sync::LazyLock;

use model::{Node, NodeSpec, Problem, Role};

use crate::description::{Description, LOGIC};
use crate::params::Params;
use crate::{Compile, NodeType, Outcome, Run, Step};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "join",
        aliases: &[],
        name: "Join",
        summary: "Waits for its branches: for all, any, the first, or a number of them; several values are an object by node",
        icon: "merge",
        role: Role::Join,
        schema: r#"{"properties": {
            "join_strategy": {"title": "Wait for", "default": "all",
                "anyOf": [{"enum": ["all", "any", "first"]}, {"type": "integer", "minimum": 1}, {"type": "string", "pattern": "^[1-9][0-9]*$"}],
                "description": "any goes on with the first branch that comes, first also ends the others, a number waits for so many"},
            "timeout": {"title": "At most for", "type": ["string", "number"], "examples": ["30s"],
                "description": "A duration from the first branch on; after it the step fails with join_timeout"}
        }}"#,
        example: r#"{"name": "Join example", "nodes": [
            {"id": "start", "type": "manual", "position": {"x": 0, "y": 0}, "data": {}},
            {"id": "a", "type": "number", "position": {"x": 240, "y": 0}, "data": {"value": 1}},
            {"id": "b", "type": "number", "position": {"x": 240, "y": 120}, "data": {"value": 2}},
            {"id": "both", "type": "join", "position": {"x": 480, "y": 60}, "data": {"join_strategy": "all"}}],
            "edges": [{"id": "e1", "source": "start", "target": "a"}, {"id": "e2", "source": "start", "target": "b"},
                {"id": "e3", "source": "a", "target": "both"}, {"id": "e4", "source": "b", "target": "both"}]}"#,
        ..LOGIC
    }
    .spec()
});

pub(super) struct Join;

impl NodeType for Join {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        params.fixed(&["join_strategy"]);
        params.timeout("timeout");
        params.done(|step: &Step<'_>| Ok(Outcome::first(step.input().clone())))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{problems, table};

    #[test]
    fn what_came_passes() {
        table("join", &[("{}", r#"{"a":1,"b":2}"#, r#"{"a":1,"b":2}"#), (r#"{"join_strategy": "any"}"#, "1", "1")]);
    }

    #[test]
    fn strategies_are_checked() {
        for good in [r#""all""#, r#""first""#, "2", r#""3""#, "null"] {
            assert!(problems("join", &format!(r#"{{"join_strategy": {good}}}"#)).is_empty(), "{good}");
        }
        for bad in [r#""some""#, "0", "1.5", "true", r#""{{ input }}""#] {
            assert_eq!(problems("join", &format!(r#"{{"join_strategy": {bad}}}"#)), ["bad_parameter join_strategy"]);
        }
        for good in ["5000", r#""30s""#, r#""1h30m""#, "null"] {
            assert!(problems("join", &format!(r#"{{"timeout": {good}}}"#)).is_empty(), "{good}");
        }
        for bad in ["0", r#""0s""#, "-1", "true", r#""soon""#, r#""{{ input }}""#] {
            assert_eq!(problems("join", &format!(r#"{{"timeout": {bad}}}"#)), ["bad_parameter timeout"], "{bad}");
        }
    }
}
