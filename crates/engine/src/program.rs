//! A version made ready to run: its nodes compiled, its names indexed, its plans at hand.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use arcstr::ArcStr;
use model::event::Accepted;
use model::settings::StepLimits;
use model::{Catalog, Graph, NodeIndex, Plan, PlanError, Problem, Role, Settings, Severity, Value};
use nodes::{Compile, Incoming, Registry, Run};

/// A version made ready to run. Built once, shared by all its executions.
pub struct Program {
    graph: Graph,
    steps: Vec<Option<Compiled>>,
    by_id: HashMap<ArcStr, NodeIndex>,
    by_label: HashMap<ArcStr, NodeIndex>,
    vars: Value,
    context: Value,
    constants: Value,
    settings: Settings,
    problems: Vec<Problem>,
    /// One for each way in which an execution started.
    plans: Mutex<HashMap<Extent, Arc<Plan>>>,
    registry: Arc<Registry>,
}

/// Where an execution starts, and the node it goes no further than.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Extent {
    /// The trigger or node named; none leaves the choice to the graph.
    pub start: Option<NodeIndex>,
    /// The node.
    pub until: Option<NodeIndex>,
}

impl Extent {
    /// The extent with which an execution was accepted.
    pub const fn of(accepted: &Accepted) -> Self {
        Self { start: accepted.start, until: accepted.until }
    }
}

/// A node made ready to run.
pub(crate) struct Compiled {
    pub(crate) run: Box<dyn Run>,
    /// How its steps share what they call.
    pub(crate) limits: Option<StepLimits>,
}

impl Program {
    /// Validates a graph and compiles its nodes.
    ///
    /// # Errors
    /// Every problem that keeps the graph from running, warnings among them.
    pub fn compile(mut graph: Graph, registry: Arc<Registry>) -> Result<Self, Vec<Problem>> {
        graph.resolve_types(&*registry);
        let mut problems = model::validate::validate(&graph, &*registry);
        let settings = Settings::of(&graph);
        let steps = compile_nodes(&graph, &registry, (settings.batching().is_some(), &mut problems));
        if problems.iter().any(|problem| problem.severity == Severity::Error) {
            return Err(problems);
        }
        let indexed = || graph.nodes.iter().zip(0u32..);
        let by_id = indexed().map(|(node, at)| (node.id.clone(), at)).collect();
        let mut by_label = HashMap::new();
        for (node, at) in indexed() {
            by_label.entry(ArcStr::from(node.label())).or_insert(at);
        }
        let (context, constants) = nodes::context_values(&graph);
        let vars = graph.get("variables").filter(|vars| !vars.is_null()).cloned();
        let vars = vars.unwrap_or_else(|| Value::object(Vec::new()));
        let plans = Mutex::default();
        Ok(Self { graph, steps, by_id, by_label, vars, context, constants, settings, problems, plans, registry })
    }

    /// The graph it was compiled from, with the types of its nodes resolved.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Its warnings.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Its settings.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The node types it was compiled with.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The position of a node in the file.
    pub fn node(&self, id: &str) -> Option<NodeIndex> {
        self.by_id.get(id).copied()
    }

    /// The plan for a start: the node named, else what the graph itself starts with.
    ///
    /// # Errors
    /// There is nothing to start.
    pub fn plan(&self, extent: Extent) -> Result<Arc<Plan>, PlanError> {
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plan) = plans.get(&extent) {
            return Ok(plan.clone());
        }
        let id =
            |at: Option<NodeIndex>| at.and_then(|at| self.graph.nodes.get(at as usize)).map(|node| node.id.as_str());
        let plan = Plan::compile_until(&self.graph, &*self.registry, id(extent.start), id(extent.until))?;
        let plan = Arc::new(plan);
        plans.insert(extent, plan.clone());
        Ok(plan)
    }

    pub(crate) fn step(&self, node: NodeIndex) -> Option<&Compiled> {
        self.steps.get(node as usize)?.as_ref()
    }

    pub(crate) fn node_labelled(&self, label: &str) -> Option<NodeIndex> {
        self.by_label.get(label).copied()
    }

    pub(crate) const fn vars(&self) -> &Value {
        &self.vars
    }

    pub(crate) const fn context(&self) -> &Value {
        &self.context
    }

    pub(crate) const fn constants(&self) -> &Value {
        &self.constants
    }
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Program").field("nodes", &self.graph.nodes.len()).finish_non_exhaustive()
    }
}

fn compile_nodes(
    graph: &Graph,
    registry: &Registry,
    (is_batched, problems): (bool, &mut Vec<Problem>),
) -> Vec<Option<Compiled>> {
    let mut compiled = Vec::with_capacity(graph.nodes.len());
    let incoming = Incoming::of(graph);
    let mut inside = vec![false; graph.nodes.len()];
    for (node, around) in graph.nodes.iter().zip(Plan::scopes(graph, registry)) {
        let runs = registry.spec(&node.kind).is_none_or(|spec| spec.role != Role::Frame);
        if let Some(around) = around.filter(|_| runs) {
            inside[around as usize] = true;
        }
    }
    for (at, node) in graph.nodes.iter().enumerate() {
        let runs = registry.spec(&node.kind).is_some_and(|spec| spec.role != Role::Frame);
        let outputs = if runs { registry.outputs(node) } else { Vec::new() };
        let run = runs.then(|| {
            let has_children = inside[at];
            registry.compile(node, &Compile { incoming: &incoming, outputs: &outputs, has_children, is_batched })
        });
        compiled.push(match run {
            Some(Ok(run)) => Some(Compiled { run, limits: StepLimits::read(node).0 }),
            Some(Err(found)) => {
                // Validation has told most of them already.
                let new: Vec<Problem> = found.into_iter().filter(|problem| !problems.contains(problem)).collect();
                problems.extend(new);
                None
            }
            None => None,
        });
    }
    compiled
}
