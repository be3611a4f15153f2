//! Random workflows with cycles, nested cycles, tails, containers in containers, constants: drawn like those of the
//! reference's own generator.

use arcstr::ArcStr;
use model::{Graph, Value, json};

use super::Case;
use crate::random::Random;

/// The deepest container.
const DEPTH_MAX: u32 = 3;

/// The case with loops and containers of a seed: as large as the reference's own check draws them, with joins in every
/// fourth and failures in every second.
pub fn looping_case(seed: u64) -> Case {
    let size = 4 + seed as usize % 40;
    let mut generator = Generator {
        random: Random::new(seed ^ 0x100b),
        left: size,
        joins: seed.is_multiple_of(4),
        failures: seed.is_multiple_of(2),
        nodes: Vec::new(),
        edges: Vec::new(),
    };
    generator.fill();
    let document = Value::object(vec![
        ("name".into(), Value::from(format!("looping-{seed}"))),
        ("nodes".into(), Value::array(generator.nodes.iter().map(Drawn::to_value).collect())),
        ("edges".into(), Value::array(generator.legal_edges())),
    ]);
    let graph = Graph::from_value(&document).expect("a generated workflow has the right shape");
    Case { graph, input: Value::from(generator.random.below(10)), start: None }
}

/// A node as it will stand in the file.
struct Drawn {
    id: ArcStr,
    kind: &'static str,
    data: Vec<(ArcStr, Value)>,
    parent: Option<ArcStr>,
}

impl Drawn {
    fn to_value(&self) -> Value {
        let mut entries = vec![
            ("id".into(), Value::from(self.id.clone())),
            ("type".into(), Value::from(self.kind)),
            ("data".into(), Value::object(self.data.clone())),
        ];
        entries.extend(self.parent.clone().map(|parent| ("parentId".into(), Value::from(parent))));
        Value::object(entries)
    }

    fn ports(&self) -> Vec<ArcStr> {
        let data = |key: &str| self.data.iter().find(|(own, _)| own == key).and_then(|(_, value)| value.as_array());
        let texts = |list: &[&'static str]| list.iter().map(|&text| text.into()).collect();
        match self.kind {
            "switch" => {
                let cases = data("cases").unwrap_or_default().iter();
                cases.filter_map(|case| case.get("output_path")?.as_text().cloned()).collect()
            }
            "condition" => texts(&["true", "false"]),
            "try_catch" => texts(&["success", "error"]),
            "for_each" | "while_loop" => texts(&["loop", "done"]),
            _ => match data("ports") {
                Some(ports) => ports.iter().filter_map(Value::as_text).cloned().collect(),
                None => texts(&["out"]),
            },
        }
    }
}

type Data = Vec<(ArcStr, Value)>;

struct Generator {
    random: Random,
    left: usize,
    joins: bool,
    failures: bool,
    nodes: Vec<Drawn>,
    edges: Vec<(usize, usize, Value)>,
}

impl Generator {
    fn fill(&mut self) {
        let start = self.add("trigger", Vec::new(), None);
        self.scope(None, &[start], 0);
        if self.random.chance(10) {
            let disabled = self.random.chance(50);
            let start = self.add("trigger", vec![("disabled".into(), Value::Bool(disabled))], None);
            let target = self.random.below(self.nodes.len());
            self.edge(start, target);
        }
    }

    fn add(&mut self, kind: &'static str, data: Data, parent: Option<usize>) -> usize {
        let parent = parent.map(|parent| self.nodes[parent].id.clone());
        self.nodes.push(Drawn { id: arcstr::format!("n{}", self.nodes.len()), kind, data, parent });
        self.nodes.len() - 1
    }

    fn edge(&mut self, source: usize, target: usize) {
        let ports = self.nodes[source].ports();
        let mut entries = vec![
            ("id".into(), Value::from(format!("e{}", self.edges.len()))),
            ("source".into(), Value::from(self.nodes[source].id.clone())),
            ("target".into(), Value::from(self.nodes[target].id.clone())),
        ];
        if self.random.chance(70) {
            entries.push(("sourceHandle".into(), Value::from(self.random.pick(&ports).clone())));
        } else if self.random.chance(12) {
            entries.push(("sourceHandle".into(), Value::from("error")));
        }
        self.edges.push((source, target, Value::object(entries)));
    }

    /// The edges that leave no container; in a random order of the file's nodes in every fifth case.
    fn legal_edges(&mut self) -> Vec<Value> {
        let place = |id: &Option<ArcStr>| id.as_ref().and_then(|id| self.nodes.iter().position(|node| node.id == *id));
        let parents: Vec<Option<usize>> = self.nodes.iter().map(|node| place(&node.parent)).collect();
        let legal = |&&(source, target, _): &&(usize, usize, Value)| {
            let mut to = Some(target);
            while let Some(at) = to.filter(|&at| parents[at] != parents[source]) {
                to = parents[at];
            }
            to.is_some_and(|to| to != source || to == target)
        };
        let edges = self.edges.iter().filter(legal).map(|(.., edge)| edge.clone()).collect();
        if self.random.chance(20) {
            // The order in the file breaks ties between headers.
            for at in (1..self.nodes.len()).rev() {
                let other = self.random.below(at + 1);
                self.nodes.swap(at, other);
            }
        }
        edges
    }

    /// A chain-like set of nodes with extra forward edges and some back edges; `before` are nodes outside of it.
    fn scope(&mut self, parent: Option<usize>, before: &[usize], depth: u32) {
        let mut mine: Vec<usize> = Vec::new();
        for _ in 0..=self.random.below(self.left.clamp(1, 12)) {
            if self.left == 0 {
                break;
            }
            self.left -= 1;
            let around: Vec<usize> = mine.iter().chain(before).copied().collect();
            let node = self.node(parent, &around, depth);
            let sources: &[usize] = if mine.is_empty() && parent.is_none() { before } else { &mine };
            if self.random.chance(93) && !sources.is_empty() {
                for _ in 0..*self.random.pick(&[1, 1, 1, 2, 2, 3]) {
                    let source = *self.random.pick(sources);
                    self.edge(source, node);
                }
            }
            if parent.is_some() && !before.is_empty() && self.random.chance(15) {
                let constant = *self.random.pick(before);
                self.edge(constant, node);
            }
            mine.push(node);
        }
        if mine.is_empty() {
            return;
        }
        for _ in 0..*self.random.pick(&[0, 0, 1, 1, 2, 3]) {
            let (one, other) = (self.random.below(mine.len()), self.random.below(mine.len()));
            self.edge(mine[one.max(other)], mine[one.min(other)]);
        }
    }

    fn node(&mut self, parent: Option<usize>, before: &[usize], depth: u32) -> usize {
        let mut data: Data = vec![("max_iterations".into(), Value::from(1 + self.random.below(4)))];
        if self.random.chance(5) {
            data.push(("disabled".into(), Value::Bool(true)));
        }
        let roll = self.random.below(100);
        let (kind, more): (_, &str) = match roll {
            0..14 if depth < DEPTH_MAX && self.left > 0 => return self.container(parent, before, depth, data),
            0..24 => ("condition", *self.random.pick(CONDITIONS)),
            24..28 => ("switch", *self.random.pick(SWITCHES)),
            28..32 => ("for_each", *self.random.pick(LISTS)),
            32..36 => ("while_loop", *self.random.pick(TESTS)),
            36..42 if self.joins => ("join", *self.random.pick(JOINS)),
            36..42 => ("join", "{}"),
            42..45 => (*self.random.pick(&["return", "respond", "no-op"]), "{}"),
            _ if self.failures && self.random.chance(10) => ("mock", *self.random.pick(FAILURES)),
            _ => ("mock", *self.random.pick(BEHAVIOURS)),
        };
        data.extend(read(more));
        if matches!(kind, "for_each" | "while_loop") && self.random.chance(50) {
            data.push(("on_error".into(), Value::from("continue")));
        }
        if kind == "mock"
            && matches!(data.iter().find(|(key, _)| key == "do"), Some((_, what)) if what.as_str().is_some_and(|what| what.starts_with("fail")))
        {
            let policy = *self.random.pick(&["", "continue", "continue", "route"]);
            data.extend((!policy.is_empty()).then(|| ("on_error".into(), Value::from(policy))));
        }
        self.add(kind, data, parent)
    }

    fn container(&mut self, parent: Option<usize>, before: &[usize], depth: u32, mut data: Data) -> usize {
        let kinds = ["for_each", "for_each", "while_loop", "try_catch", "parallel", "retry", "timeout"];
        let kind = *self.random.pick(&kinds);
        match kind {
            "for_each" => {
                data.retain(|(key, _)| key != "max_iterations");
                data.push(("max_iterations".into(), Value::Int(3)));
                data.extend(read(self.random.pick::<&str>(LISTS)));
                data.push(("concurrency".into(), Value::from(1 + self.random.below(3))));
            }
            "while_loop" => {
                let tests = [r#"{"condition":"true"}"#, TESTS[0], TESTS[1], TESTS[2]];
                data.extend(read(self.random.pick::<&str>(&tests)));
            }
            "parallel" => data.push(("max_concurrency".into(), Value::from(self.random.below(4)))),
            "retry" => data.push(("max_attempts".into(), Value::from(1 + self.random.below(3)))),
            _ => {}
        }
        if self.random.chance(30) {
            data.push(("on_error".into(), Value::from("continue")));
        }
        let node = self.add(kind, data, parent);
        self.scope(Some(node), before, depth + 1);
        node
    }
}

fn read(text: &str) -> Data {
    let data = json::read(text.as_bytes()).expect("parameters are JSON");
    data.as_object().expect("parameters are an object").entries().to_vec()
}

const CONDITIONS: &[&str] = &[
    r#"{"condition":"> 500"}"#,
    r#"{"condition":"< 300"}"#,
    r#"{"condition":"!= 7"}"#,
    r#"{"condition":"index < 2"}"#,
    r#"{"condition":"true"}"#,
    r#"{"condition":"false"}"#,
];

const SWITCHES: &[&str] = &[
    r#"{"cases":[{"when":"> 600","output_path":"a"}]}"#,
    r#"{"cases":[{"when":"> 600","output_path":"a"},{"when":"> 300","output_path":"b"}]}"#,
    r#"{"cases":[{"when":"> 600","output_path":"a"},{"when":"> 300","output_path":"b"},{"is_default":true,"output_path":"c"}]}"#,
    r#"{"cases":[{"when":"> 600","output_path":"a"},{"when":"> 300","output_path":"b"},{"is_default":true,"output_path":"error"}]}"#,
];

const LISTS: &[&str] = &[
    r#"{"items":[]}"#,
    r#"{"items":[0]}"#,
    r#"{"items":[0,1]}"#,
    r#"{"items":[0,1,2]}"#,
    r#"{"items":[0,1,{"a":"b"}]}"#,
    r#"{"items":[0,1,2],"collect":false}"#,
    "{}",
];

const TESTS: &[&str] = &[r#"{"condition":"index < 2"}"#, r#"{"condition":"> 400"}"#, r#"{"condition":"false"}"#];

const JOINS: &[&str] =
    &[r#"{"join_strategy":"any"}"#, r#"{"join_strategy":"first"}"#, r#"{"join_strategy":2}"#, r#"{"join_strategy":3}"#];

const FAILURES: &[&str] = &[
    r#"{"do":"fail"}"#,
    r#"{"do":"fail_until","n":2,"by":"index"}"#,
    r#"{"do":"fail_until","n":2,"retry":{"max_attempts":1}}"#,
    r#"{"do":"fail_until","n":2,"retry":{"max_attempts":2}}"#,
    r#"{"do":"fail_until","n":2,"retry":{"max_attempts":3}}"#,
    r#"{"do":"fail_at","n":1}"#,
];

const BEHAVIOURS: &[&str] = &[
    r#"{"do":"hash","salt":1}"#,
    r#"{"do":"hash","salt":5}"#,
    r#"{"do":"hash"}"#,
    r#"{"do":"hash","ports":["x","y"]}"#,
    r#"{"do":"hash","in_ports":["left","right"]}"#,
    r#"{"do":"inc"}"#,
    r#"{"do":"index"}"#,
    r#"{"do":"list","n":2}"#,
    r#"{"do":"list","n":0}"#,
    r#"{"do":"choose","ports":["x","y","z"],"choose":["x","z"]}"#,
    r#"{"do":"choose","ports":["x","y","z"],"choose":["y"]}"#,
    r#"{"do":"choose","ports":["x","y","z"],"choose":[]}"#,
    r#"{"do":"choose_until","n":0,"ports":["again","done"]}"#,
    r#"{"do":"choose_until","n":2,"ports":["again","done"]}"#,
    r#"{"do":"choose_until","n":3,"ports":["again","done"]}"#,
    r#"{"do":"choose_until","n":1,"ports":["done","again"]}"#,
    r#"{"do":"choose_until","n":3,"ports":["done","again"]}"#,
];
