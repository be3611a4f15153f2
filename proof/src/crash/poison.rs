//! Poison: a node type that brings down the process that runs it, and a workflow that gets there once it is durable.

use std::net::SocketAddr;

use model::{Category, EffectClass, Graph, Node, NodeSpec, Problem, Role, Value, json};
use nodes::{Compile, NodeType, Outcome, Run, Step, StepError};

/// The name of the workflow.
pub(super) const POISON: &str = "poison";

/// The node type: no panic that somebody might catch.
pub(super) struct Crash(NodeSpec);

impl Default for Crash {
    fn default() -> Self {
        Self(NodeSpec {
            id: "crash",
            aliases: &[],
            name: "Crash",
            category: Category::Other,
            summary: "Ends the process",
            icon: "bomb",
            effect: EffectClass::Pure,
            role: Role::Step,
            inputs: &["in"],
            outputs: &["out"],
            schema: Value::object(Vec::new()),
            example: Value::Null,
        })
    }
}

impl NodeType for Crash {
    fn spec(&self) -> &NodeSpec {
        &self.0
    }

    fn compile(&self, _: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        Ok(Box::new(|_: &Step<'_>| -> Result<Outcome, StepError> { std::process::abort() }))
    }
}

/// The workflow. It waits a while, so that others are under way when it strikes.
pub(super) fn poison(address: SocketAddr) -> Graph {
    let text = format!(
        r#"{{"name":"{POISON}","nodes":[{{"id":"s","type":"manual"}},{{"id":"wait","type":"delay","data":{{"duration":400}}}},
        {{"id":"call","type":"http","data":{{"url":"http://{address}/do","method":"POST","body":
            {{"execution":"{{{{ execution.id }}}}","node":"call","input":"{{{{ input }}}}","do":{{"do":"echo"}}}},
            "retry":{{"max_attempts":5,"initial_delay":1}}}}}},
        {{"id":"crash","type":"crash"}}],
        "edges":[{{"source":"s","target":"wait"}},{{"source":"wait","target":"call"}},{{"source":"call","target":"crash"}}]}}"#
    );
    Graph::from_value(&json::read(text.as_bytes()).expect("this is JSON")).expect("a graph")
}
