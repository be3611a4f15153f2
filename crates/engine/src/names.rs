//! What a step's expressions can read.

use std::cell::OnceCell;

use arcstr::{ArcStr, literal};
use model::expression::{Name, Names};
use model::{Address, Execution, ExecutionId, NodeIndex, Object, Value};
use nodes::State;

use crate::program::Program;

/// The names in scope of one step.
pub(crate) struct StepNames<'a> {
    pub(crate) execution: &'a Execution,
    pub(crate) program: &'a Program,
    pub(crate) address: &'a Address,
    pub(crate) id: ExecutionId,
    pub(crate) env: &'a Value,
    /// When the attempt began, in ms since 1970.
    pub(crate) now_ms: f64,
    /// `vars`, once somebody asked for it.
    pub(crate) vars: OnceCell<Value>,
}

/// What stands before the name of a variable among the values of an execution's state.
const VARIABLE: &str = "variable/";

impl StepNames<'_> {
    /// The workflow's variables, then those that `variable` nodes have set, by name; what was set wins.
    fn vars(&self) -> Value {
        let variable = |(key, value): (&ArcStr, &Value)| Some((key.strip_prefix(VARIABLE)?.into(), value.clone()));
        let mut set: Vec<(ArcStr, Value)> = self.execution.values().filter_map(variable).collect();
        let of_workflow = self.program.vars();
        if set.is_empty() {
            return of_workflow.clone();
        }
        set.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut entries = of_workflow.as_object().map(|vars| vars.entries().to_vec()).unwrap_or_default();
        entries.extend(set);
        Value::from(Object::from_last(entries))
    }

    fn output(&self, node: NodeIndex) -> Option<Value> {
        self.execution.seen(self.address, node).cloned()
    }

    fn all_nodes(&self) -> Value {
        let nodes = &self.program.graph().nodes;
        let entry = |(node, at): (&model::Node, NodeIndex)| {
            let output = self.output(at)?;
            let label = Value::from(node.label());
            let entry = Value::object(vec![(literal!("output"), output), (literal!("label"), label)]);
            Some((node.id.clone(), entry))
        };
        Value::object(nodes.iter().zip(0u32..).filter_map(entry).collect())
    }
}

impl Names for StepNames<'_> {
    fn get(&self, name: Name) -> Option<Value> {
        Some(match name {
            Name::Inputs => self.execution.inputs_of(self.address),
            Name::Nodes => self.all_nodes(),
            Name::Trigger => self.execution.accepted().trigger.clone(),
            Name::Vars => self.vars.get_or_init(|| self.vars()).clone(),
            Name::Context => self.program.context().clone(),
            Name::Const => self.program.constants().clone(),
            Name::Env => self.env.clone(),
            Name::Execution => {
                let id = Value::from(self.id.to_string());
                Value::object(vec![(literal!("id"), id)])
            }
            Name::Workflow => {
                let name = Value::from(self.program.graph().name());
                Value::object(vec![(literal!("name"), name)])
            }
        })
    }

    fn node(&self, id: &str) -> Option<Value> {
        self.output(self.program.node(id)?)
    }

    fn node_labelled(&self, label: &str) -> Option<Value> {
        self.output(self.program.node_labelled(label)?)
    }

    fn now(&self) -> f64 {
        self.now_ms
    }
}

impl State for StepNames<'_> {
    fn get(&self, key: &str) -> Option<Value> {
        self.execution.value(key).cloned()
    }
}

/// Random bits that a step gets again whenever the attempt is made again (FNV-1a over what names the attempt).
pub(crate) fn seed(id: ExecutionId, (node, path): (&ArcStr, &[u32]), attempt: u32) -> u64 {
    let path = path.iter().flat_map(|index| index.to_le_bytes());
    let named = id.0.to_le_bytes().into_iter().chain(node.bytes()).chain(path).chain(attempt.to_le_bytes());
    named.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
