//! The product's state machine alone, without engine or store: a graph run in a random order of completion, and the
//! segments it leaves, cut at random places.

use std::sync::Arc;

use arcstr::ArcStr;
use model::event::{Accepted, Route};
use model::execution::{Effect, Outcome, Produced};
use model::plan::Join;
use model::segment::SegmentWriter;
use model::{Catalog, Category, EffectClass, Event, Execution, Graph, Node, NodeIndex, NodeSpec, Plan, Role, Value};

use crate::generate::Case;
use crate::random::Random;
use crate::reference::{Answer, Call, Failure, Step, act};

/// What a run left behind.
#[derive(Debug)]
pub struct Trace {
    /// The plan it followed.
    pub plan: Arc<Plan>,
    /// Its events.
    pub events: Vec<Event>,
    /// The state after each event; the first is that after `accepted`.
    pub states: Vec<Execution>,
    /// The events as segments, and how many each holds.
    pub segments: Vec<(Vec<u8>, usize)>,
    /// Addresses of steps in the order in which they ended.
    pub recorded: Vec<String>,
    /// What came out.
    pub answer: Answer,
}

/// Node types that behave as the reference says.
#[derive(Debug)]
pub struct Types(Vec<NodeSpec>);

const TYPES: [(&str, Role, &[&str]); 13] = [
    ("trigger", Role::Trigger, &["out"]),
    ("webhook", Role::Trigger, &["out"]),
    ("manual", Role::Trigger, &["out"]),
    ("group", Role::Frame, &[]),
    ("note", Role::Frame, &[]),
    ("mock", Role::Step, &["out"]),
    ("number", Role::Step, &["out"]),
    ("no-op", Role::Step, &["out"]),
    ("condition", Role::Step, &["true", "false"]),
    ("switch", Role::Step, &["out"]),
    ("join", Role::Join, &["out"]),
    ("return", Role::Return, &["out"]),
    ("respond", Role::Respond, &["out"]),
];

impl Default for Types {
    fn default() -> Self {
        let spec = |&(id, role, outputs): &(&'static str, Role, &'static [&'static str])| NodeSpec {
            id,
            aliases: &[],
            name: id,
            category: Category::Other,
            summary: id,
            icon: "box",
            effect: EffectClass::Pure,
            role,
            inputs: &[],
            outputs,
            schema: Value::Null,
            example: Value::Null,
        };
        Self(TYPES.iter().map(spec).collect())
    }
}

impl Catalog for Types {
    fn spec(&self, name: &str) -> Option<&NodeSpec> {
        let name = if name.is_empty() { "no-op" } else { name };
        self.0.iter().find(|spec| spec.id == name)
    }

    fn outputs(&self, node: &Node) -> Vec<ArcStr> {
        let texts = |list: &[Value]| list.iter().filter_map(|item| item.as_text().cloned()).collect();
        match (&*node.kind, node.get("ports"), node.get("cases")) {
            ("mock", Some(Value::Array(ports)), _) => texts(ports.items()),
            ("switch", _, Some(Value::Array(cases))) => {
                cases.items().iter().filter_map(|case| case.get("output_path")?.as_text().cloned()).collect()
            }
            _ => self.spec(&node.kind).map_or(&[][..], |spec| spec.outputs).iter().map(|&port| port.into()).collect(),
        }
    }

    fn inputs(&self, node: &Node) -> Vec<ArcStr> {
        match node.get("in_ports") {
            Some(Value::Array(ports)) if node.kind == "mock" => {
                ports.items().iter().filter_map(|port| port.as_text().cloned()).collect()
            }
            _ => Vec::new(),
        }
    }

    fn infer(&self, _: &Value) -> Option<&'static str> {
        None
    }

    fn check(&self, _: &Node) -> Vec<model::Problem> {
        Vec::new()
    }

    fn names(&self) -> Vec<&'static str> {
        TYPES.iter().map(|(id, ..)| *id).collect()
    }
}

/// Runs a case on the state machine: any number of steps are in flight, and any of them ends next.
pub fn simulate(case: &Case, seed: u64) -> Result<Trace, model::PlanError> {
    let plan = Arc::new(Plan::compile(&case.graph, &Types::default(), case.start)?);
    let start = case.start.and_then(|start| plan.nodes.iter().position(|node| node.id == start));
    let accepted = Accepted {
        at_ms: 1_700_000_000_000,
        start: start.and_then(|at| NodeIndex::try_from(at).ok()),
        input: case.input.clone(),
        trigger: Value::Null,
        pinned: false,
    };
    let mut live = Live {
        graph: &case.graph,
        state: Execution::begin(plan.clone(), accepted.clone()),
        random: Random::new(seed),
        writer: SegmentWriter::default(),
        failed: false,
        trace: Trace {
            plan,
            events: vec![Event::Accepted(accepted.clone())],
            states: Vec::new(),
            segments: Vec::new(),
            recorded: Vec::new(),
            answer: Answer { status: "", output: Value::Null, error: None, order_free: false, steps: Vec::new() },
        },
    };
    live.writer.push(&Event::Accepted(accepted), &Value::Null);
    live.trace.states.push(live.state.clone());
    Ok(live.run())
}

struct Live<'a> {
    graph: &'a Graph,
    state: Execution,
    random: Random,
    writer: SegmentWriter,
    trace: Trace,
    /// Whether a failure was met that nobody handles.
    failed: bool,
}

impl Live<'_> {
    fn run(mut self) -> Trace {
        let mut in_flight: Vec<NodeIndex> = Vec::new();
        // A failure that nobody handles cancels what is in flight: nothing of it is recorded.
        while !self.failed {
            match self.state.effect() {
                Effect::Record(event) => self.record(&event),
                Effect::Wait => self.end_one(&mut in_flight),
                Effect::End => break,
                Effect::Run(node) => {
                    in_flight.push(node);
                    // Sometimes a step ends before the next one begins.
                    if self.random.chance(30) {
                        self.end_one(&mut in_flight);
                    }
                }
            }
        }
        let event = self.state.ending(1_000_000);
        self.record(&event);
        self.cut();
        if let Event::Finished(finished) = event {
            let answer = &mut self.trace.answer;
            answer.status = finished.status.as_str();
            answer.output = finished.output;
            answer.error = finished.error.map(|error| Failure {
                code: error.code,
                message: None,
                node: Some(error.node.to_string()),
            });
            self.trace.recorded = answer.steps.iter().map(|step| step.address.clone()).collect();
            answer.steps.sort_by(|a, b| a.address.cmp(&b.address));
        }
        self.trace
    }

    fn end_one(&mut self, in_flight: &mut Vec<NodeIndex>) {
        // A join `first` cancels what is ready but not what is in flight, so it ends after the others.
        let cancels = |node: NodeIndex| self.trace.plan.nodes[node as usize].join == Join::First;
        let others: Vec<usize> = (0..in_flight.len()).filter(|&at| !cancels(in_flight[at])).collect();
        let draw = self.random.below(if others.is_empty() { in_flight.len() } else { others.len() });
        let at = others.get(draw).copied().unwrap_or(draw);
        let node = in_flight.swap_remove(at);
        let planned = &self.trace.plan.nodes[node as usize];
        let input = self.state.input_of(node);
        let result = if planned.disabled {
            Ok(Produced::first(input))
        } else if self.state.is_join_short(node) {
            Err(("join_short".into(), String::new()))
        } else {
            self.act(node, &input)
        };
        let began = 10 * self.trace.events.len() as u64;
        let event = self.state.decide(Outcome {
            node,
            result,
            disabled: planned.disabled,
            attempts: 1,
            started_us: began,
            duration_us: 3,
        });
        self.record(&event);
    }

    fn act(&self, node: NodeIndex, input: &Value) -> Result<Produced, (ArcStr, String)> {
        let planned = &self.trace.plan.nodes[node as usize];
        let own = &self.graph.nodes[node as usize];
        let inputs = without_messages(&self.state.inputs_of(node));
        let call = Call {
            kind: &own.kind,
            data: &own.data,
            ports: &planned.outputs,
            input: &without_messages(input),
            inputs: &inputs,
            index: 0,
            attempt: 0,
        };
        let (ports, output) = act(&call).map_err(|code| (code, String::new()))?;
        // A value that passes is the same value, as in the engine.
        let output = if output == *call.input { input.clone() } else { output };
        let place = |port: &ArcStr| planned.outputs.iter().position(|other| other == port);
        let ports = ports.iter().filter_map(|port| u16::try_from(place(port)?).ok()).collect();
        Ok(Produced { output, ports, writes: Vec::new() })
    }

    fn record(&mut self, event: &Event) {
        self.failed |= matches!(event, Event::StepFinished(step) if step.route == Route::Nowhere);
        let known = match event {
            Event::StepFinished(step) => self.state.input_of(step.address.node),
            Event::Finished(_) => self.state.output(),
            _ => Value::Null,
        };
        self.writer.push(event, &known);
        self.note_step(event, known);
        self.state.apply(event).expect("the state asked for this event");
        self.trace.events.push(event.clone());
        self.trace.states.push(self.state.clone());
        if self.random.chance(25) {
            self.cut();
        }
    }

    fn cut(&mut self) {
        let events = self.writer.events() as usize;
        if events > 0 {
            self.trace.segments.push((self.writer.take(), events));
        }
    }

    fn note_step(&mut self, event: &Event, input: Value) {
        let step = match event {
            Event::StepFinished(step) => step_of(&self.trace.plan, step, input),
            Event::StepSkipped(address) => Step {
                address: address.text(&self.trace.plan.nodes[address.node as usize].id),
                status: "skipped",
                input: Value::Null,
                output: Value::Null,
                ports: Vec::new(),
            },
            _ => return,
        };
        self.trace.answer.steps.push(step);
    }
}

fn step_of(plan: &Plan, step: &model::event::StepFinished, input: Value) -> Step {
    let node = &plan.nodes[step.address.node as usize];
    let name = |&port: &u16| node.outputs[usize::from(port)].clone();
    Step {
        address: step.address.text(&node.id),
        status: step.status.as_str(),
        input,
        output: step.output.clone(),
        ports: match &step.route {
            Route::Nowhere => Vec::new(),
            Route::Error => vec!["error".into()],
            Route::Ports(ports) => ports.iter().map(name).collect(),
        },
    }
}

/// A value in which no error as data has a message: messages are for people, and nobody promises their words.
pub fn without_messages(value: &Value) -> Value {
    match value {
        Value::Array(array) => Value::array(array.items().iter().map(without_messages).collect()),
        Value::Object(object) => {
            let is_error = object.get("code").is_some() && object.get("node").is_some();
            let keep = |(key, _): &&(ArcStr, Value)| !(is_error && key == "message");
            let entries = object.entries().iter().filter(keep);
            Value::object(entries.map(|(key, value)| (key.clone(), without_messages(value))).collect())
        }
        scalar => scalar.clone(),
    }
}
