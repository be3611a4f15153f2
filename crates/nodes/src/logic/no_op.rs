//! `no_op`: nothing happens, the input passes on.

use std::sync::LazyLock;

use model::{Node, NodeSpec, Problem};

use crate::description::{Description, LOGIC};
use crate::params::Params;
use crate::{Compile, NodeType, Outcome, Run, Step};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "no_op",
        aliases: &["no-op", "noop", "pass"],
        name: "No operation",
        summary: "Passes its input on: a place to gather edges, or to fill in later",
        icon: "circle-dot",
        schema: r#"{"properties": {}}"#,
        example: r#"[["start", "manual", {}], ["here", "no_op", {}]]"#,
        ..LOGIC
    }
    .spec()
});

pub(super) struct NoOp;

impl NodeType for NoOp {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        Params::new(node).done(|step: &Step<'_>| Ok(Outcome::first(step.input().clone())))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Try;

    #[test]
    fn the_very_input_passes() {
        let step = Try::input("[1]");
        assert!(step.run("no-op", "{}").expect("it runs").output.same(&step.input));
    }
}
