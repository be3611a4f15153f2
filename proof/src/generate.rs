//! Random workflows from a seed: branches, joins, errors, disabled and unreachable nodes, edges that make little sense.
//!
//! [`case`] draws acyclic graphs of nodes that compute, [`looping_case`] graphs with cycles and containers.

mod looping;

use arcstr::ArcStr;
use model::{Graph, Value, json};

use crate::random::Random;
use crate::reference::Question;

pub use looping::looping_case;

/// What to vary.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Nodes beside the trigger, at least one.
    pub size: usize,
    /// Whether joins other than `all` may occur: their answer depends on the order of completion.
    pub joins: bool,
    /// Whether steps may fail.
    pub failures: bool,
}

impl Shape {
    /// The shape that stands for a seed when nothing else is asked: small where the order of completion matters, so
    /// that the possible answers can be listed.
    pub const fn of(seed: u64) -> Self {
        let joins = seed.is_multiple_of(4);
        let failures = seed.is_multiple_of(2);
        let size = if joins || failures { 1 + seed as usize / 4 % 10 } else { 3 + seed as usize / 4 % 40 };
        Self { size, joins, failures }
    }
}

/// A workflow and an input for it.
#[derive(Clone, Debug)]
pub struct Case {
    /// The workflow.
    pub graph: Graph,
    /// Its input.
    pub input: Value,
    /// The start to name, if not the one that a run takes by itself.
    pub start: Option<&'static str>,
}

impl Case {
    /// The case as the reference is asked about it.
    pub fn question(&self) -> Question<'_> {
        Question { start: self.start, ..Question::new(&self.graph, &self.input) }
    }
}

/// The case of a seed.
pub fn case(seed: u64) -> Case {
    case_of(seed, Shape::of(seed))
}

/// The case of a seed and a shape.
pub fn case_of(seed: u64, shape: Shape) -> Case {
    let mut generator = Generator { random: Random::new(seed), shape, nodes: Vec::new(), edges: Vec::new() };
    let start = generator.fill();
    let input = generator.input();
    let document = Value::object(vec![
        ("name".into(), Value::from(format!("random-{seed}"))),
        ("nodes".into(), Value::array(generator.nodes.iter().map(Drawn::to_value).collect())),
        ("edges".into(), Value::array(generator.edges)),
    ]);
    let graph = Graph::from_value(&document).expect("a generated workflow has the right shape");
    Case { graph, input, start }
}

/// A graph whose attempts follow one another at once, since the reference knows no time, and without a limit of 0, which
/// the product refuses.
pub fn as_the_product_takes_it(graph: &Graph) -> Graph {
    let mut document: serde_json::Value = serde_json::to_value(graph.document()).expect("JSON");
    for node in document.get_mut("nodes").and_then(|nodes| nodes.as_array_mut()).into_iter().flatten() {
        let is_retry = node.get("type").is_some_and(|kind| kind == "retry");
        let Some(data) = node.get_mut("data").and_then(|data| data.as_object_mut()) else { continue };
        if let Some(retry) = data.get_mut("retry").and_then(|retry| retry.as_object_mut()) {
            retry.insert("initial_delay".into(), 0.into());
        }
        if is_retry {
            data.insert("initial_delay".into(), 0.into());
        }
        if data.get("max_concurrency").is_some_and(|most| most == 0) {
            data.remove("max_concurrency");
        }
    }
    let text = document.to_string();
    Graph::from_value(&json::read(text.as_bytes()).expect("JSON")).expect("a graph")
}

/// A node as it will stand in the file.
struct Drawn {
    id: ArcStr,
    kind: &'static str,
    data: Vec<(ArcStr, Value)>,
    parent: Option<ArcStr>,
    ports: Vec<&'static str>,
}

impl Drawn {
    fn to_value(&self) -> Value {
        let mut entries = vec![
            ("id".into(), Value::from(self.id.clone())),
            ("type".into(), Value::from(self.kind)),
            ("data".into(), Value::object(self.data.clone())),
        ];
        if let Some(parent) = &self.parent {
            entries.push(("parentId".into(), Value::from(parent.clone())));
        }
        Value::object(entries)
    }
}

struct Generator {
    random: Random,
    shape: Shape,
    nodes: Vec<Drawn>,
    edges: Vec<Value>,
}

/// What a node does: its type, its parameters as JSON, its ports.
type Behaviour = (&'static str, &'static str, &'static [&'static str]);

const BEHAVIOURS: &[Behaviour] = &[
    ("mock", r#"{"do":"hash"}"#, &["out"]),
    ("mock", r#"{"do":"hash","salt":3}"#, &["out"]),
    ("mock", r#"{"do":"hash","salt":"é"}"#, &["out"]),
    ("mock", r#"{"do":"hash","ports":["x","y"]}"#, &["x", "y"]),
    ("mock", r#"{"do":"hash","in_ports":["left","right"]}"#, &["out"]),
    ("mock", r#"{"do":"collect"}"#, &["out"]),
    ("mock", r#"{"do":"echo","in_ports":["left","right"]}"#, &["out"]),
    ("mock", r#"{"do":"inc"}"#, &["out"]),
    ("mock", r#"{"do":"inc","by":40}"#, &["out"]),
    ("mock", r#"{"do":"list","n":2}"#, &["out"]),
    ("mock", r#"{"do":"const","value":{"a":[1,null,"x"]}}"#, &["out"]),
    ("mock", r#"{"do":"choose","ports":["x","y","z"],"choose":["x","z"]}"#, &["x", "y", "z"]),
    ("mock", r#"{"do":"choose","ports":["x","y","z"],"choose":["y"]}"#, &["x", "y", "z"]),
    ("mock", r#"{"do":"choose","ports":["x","y"],"choose":[]}"#, &["x", "y"]),
    ("condition", r#"{"condition":"> 500"}"#, &["true", "false"]),
    ("condition", r#"{"condition":"input < 300"}"#, &["true", "false"]),
    ("condition", r#"{"condition":"!= 7"}"#, &["true", "false"]),
    ("condition", r#"{"condition":"false"}"#, &["true", "false"]),
    ("switch", SWITCH, &["a", "b", "c"]),
    ("switch", r#"{"cases":[{"when":"> 600","output_path":"a"}]}"#, &["a"]),
    (
        "switch",
        r#"{"cases":[{"when":"> 400","output_path":"a"},{"is_default":true,"output_path":"error"}]}"#,
        &["a", "error"],
    ),
    ("no-op", "{}", &["out"]),
    ("number", r#"{"value":450}"#, &["out"]),
    ("return", "{}", &["out"]),
    ("respond", "{}", &["out"]),
    ("join", "{}", &["out"]),
];

const SWITCH: &str = concat!(
    r#"{"cases":[{"when":"> 600","output_path":"a"},{"when":"> 300","output_path":"b"},"#,
    r#"{"is_default":true,"output_path":"c"}]}"#
);

const JOINS: &[Behaviour] = &[
    ("join", r#"{"join_strategy":"any"}"#, &["out"]),
    ("join", r#"{"join_strategy":"first"}"#, &["out"]),
    ("join", r#"{"join_strategy":2}"#, &["out"]),
    ("join", r#"{"join_strategy":3}"#, &["out"]),
];

const FAILURES: &[Behaviour] = &[
    ("mock", r#"{"do":"fail"}"#, &["out"]),
    ("mock", r#"{"do":"fail","code":"no_luck","on_error":"continue"}"#, &["out"]),
    ("mock", r#"{"do":"fail","on_error":"continue","ports":["x","y"]}"#, &["x", "y"]),
    ("mock", r#"{"do":"fail","on_error":"route"}"#, &["out"]),
    ("mock", r#"{"do":"fail_at","n":0,"on_error":"fail"}"#, &["out"]),
    ("mock", r#"{"do":"fail_at","n":1}"#, &["out"]),
];

impl Generator {
    /// Draws nodes and edges; the answer is the start to name.
    fn fill(&mut self) -> Option<&'static str> {
        self.add("start", "trigger", Vec::new(), &["out"]);
        if self.random.chance(10) {
            self.add("frame", "group", Vec::new(), &[]);
        }
        for at in 0..self.shape.size {
            self.draw_node(at);
        }
        self.connect();
        let second = self.random.chance(15);
        if second {
            let disabled = self.random.chance(40);
            let data = if disabled { vec![("disabled".into(), Value::Bool(true))] } else { Vec::new() };
            self.add("start2", "trigger", data, &["out"]);
            self.edge(self.nodes.len() - 1, 1);
            if !disabled && self.random.chance(50) {
                return Some("start2");
            }
        }
        if self.random.chance(20) {
            // The order in the file decides which of two triggers fires, and the order of ready steps.
            for at in (1..self.nodes.len()).rev() {
                let other = self.random.below(at + 1);
                self.nodes.swap(at, other);
            }
        }
        None
    }

    fn add(&mut self, id: impl Into<ArcStr>, kind: &'static str, data: Vec<(ArcStr, Value)>, ports: &[&'static str]) {
        self.nodes.push(Drawn { id: id.into(), kind, data, parent: None, ports: ports.to_vec() });
    }

    fn draw_node(&mut self, at: usize) {
        let from = match self.random.below(100) {
            0..12 if self.shape.joins => JOINS,
            12..24 if self.shape.failures => FAILURES,
            _ => BEHAVIOURS,
        };
        let &(kind, data, ports) = self.random.pick(from);
        let data = json::read(data.as_bytes()).expect("parameters are JSON");
        let mut data = data.as_object().expect("parameters are an object").entries().to_vec();
        if self.random.chance(5) {
            data.push(("disabled".into(), Value::Bool(true)));
        }
        self.add(arcstr::format!("n{at}"), kind, data, ports);
        if self.nodes[1].kind == "group" && self.random.chance(30) {
            self.nodes.last_mut().expect("a node was added").parent = Some("frame".into());
        }
    }

    /// Edges from earlier nodes to later ones, some twice.
    fn connect(&mut self) {
        let runs: Vec<usize> = (0..self.nodes.len()).filter(|&at| self.nodes[at].kind != "group").collect();
        for place in 1..runs.len() {
            if self.random.chance(7) {
                continue; // unreachable, or a second beginning
            }
            for _ in 0..*self.random.pick(&[1, 1, 1, 2, 2, 3]) {
                // Mostly from close before, so that depth grows with size.
                let back =
                    1 + if self.random.chance(60) { self.random.below(place.min(4)) } else { self.random.below(place) };
                self.edge(runs[place - back.min(place)], runs[place]);
            }
            if self.random.chance(5) {
                let again = self.edges.last().cloned();
                self.edges.extend(again);
            }
        }
    }

    fn edge(&mut self, source: usize, target: usize) {
        if self.nodes[target].kind == "group" {
            return;
        }
        let mut entries = vec![
            ("id".into(), Value::from(format!("e{}", self.edges.len()))),
            ("source".into(), Value::from(self.nodes[source].id.clone())),
            ("target".into(), Value::from(self.nodes[target].id.clone())),
        ];
        let handle = match self.random.below(100) {
            0..65 => Some(*self.random.pick(&self.nodes[source].ports)),
            65..72 => Some("error"),
            72..75 => Some("nowhere"),
            _ => None,
        };
        entries.extend(handle.map(|handle| ("sourceHandle".into(), Value::from(handle))));
        if self.random.chance(30) {
            let handle = *self.random.pick(&["left", "right", "middle"]);
            entries.push(("targetHandle".into(), Value::from(handle)));
        }
        self.edges.push(Value::object(entries));
    }

    fn input(&mut self) -> Value {
        let texts = ["null", "true", "\"text\"", "\"450\"", "[1,[2]]", "{\"a\":{\"b\":1},\"c\":\"ä\"}", "450.5", "{}"];
        if self.random.chance(70) {
            return Value::from(self.random.below(1000));
        }
        json::read(self.random.pick(&texts).as_bytes()).expect("inputs are JSON")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::Order;

    #[test]
    fn cases_repeat_and_vary() {
        let mut seen = std::collections::HashMap::<&str, usize>::new();
        for seed in 0..2_000 {
            let (first, second) = (case(seed), case(seed));
            assert_eq!(first.graph, second.graph);
            assert_eq!(first.input, second.input);
            let answer = first.question().answer(&Order::File);
            *seen.entry(answer.status).or_default() += 1;
            *seen.entry(if answer.order_free { "order-free" } else { "ordered" }).or_default() += 1;
            for step in &answer.steps {
                *seen.entry(step.status).or_default() += 1;
            }
        }
        for (what, at_least) in
            [("failed", 100), ("order-free", 1_000), ("ordered", 300), ("skipped", 500), ("disabled", 100)]
        {
            assert!(seen.get(what).is_some_and(|&count| count >= at_least), "{what}: {seen:?}");
        }
        assert!(!seen.contains_key("invalid"), "{seen:?}");
    }
}
