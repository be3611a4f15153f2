//! `schedule` and `form`: triggers that files name and that this version does not fire by itself. They can be started
//! by hand, pass on their input, and no palette lists them.

use std::sync::LazyLock;

use model::{Category, Node, NodeSpec, Problem, Role};

use crate::description::{DATA, Description};
use crate::params::Params;
use crate::{Compile, NodeType, Outcome, Run, Step};

const TRIGGER: Description = Description {
    category: Category::Trigger,
    role: Role::Trigger,
    inputs: &[],
    schema: r#"{"properties": {}}"#,
    ..DATA
};

static SCHEDULE: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "schedule",
        aliases: &["schedule_trigger", "cron"],
        name: "Schedule",
        summary: "Known from files: this version does not fire it, it can be started by hand",
        icon: "calendar-clock",
        example: r#"[["nightly", "schedule", {}], ["end", "no_op", {}]]"#,
        ..TRIGGER
    }
    .spec()
});

static FORM: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "form",
        aliases: &["form_trigger"],
        name: "Form",
        summary: "Known from files: this version shows no form, it can be started by hand",
        icon: "clipboard-list",
        example: r#"[["form", "form", {}], ["end", "no_op", {}]]"#,
        ..TRIGGER
    }
    .spec()
});

pub(super) fn types() -> Vec<Box<dyn NodeType>> {
    vec![Box::new(Unfired(&SCHEDULE)), Box::new(Unfired(&FORM))]
}

struct Unfired(&'static LazyLock<NodeSpec>);

impl NodeType for Unfired {
    fn spec(&self) -> &NodeSpec {
        self.0
    }

    fn is_listed(&self) -> bool {
        false
    }

    fn warnings(&self, node: &Node) -> Vec<Problem> {
        let message =
            format!("this version does not fire a {}: the workflow can only be started by hand", self.spec().id);
        vec![Problem::warning("never_fires", message).at_node(&node.id)]
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        Params::new(node).done(|step: &Step<'_>| Ok(Outcome::first(step.input().clone())))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, table};

    #[test]
    fn they_pass_their_input_and_say_that_nothing_fires_them() {
        for kind in ["schedule", "form"] {
            table(kind, &[("{}", "3", "3")]);
            assert_eq!(check(kind, "{}")[0].code, "never_fires");
        }
    }
}
