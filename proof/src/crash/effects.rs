//! Workflows with effects: real calls to the ledger, waits, signals, containers, other workflows. Each has a *twin*
//! without them, in which a `mock` stands for every one of those, so that the reference can say what it gives.

use std::net::SocketAddr;

use arcstr::ArcStr;
use engine::{BoxFuture, Source, Workflows};
use model::{Graph, TenantId, Value, json};
use store::StoreError;

use super::calls::WELCOME;
use crate::generate::{Case, as_the_product_takes_it, looping_case};
use crate::random::Random;
use crate::reference::Order;

/// The name of the workflow that others start.
const CHILD: &str = "effects-child";
/// The name of the signal that some wait for.
pub(super) const SIGNAL: &str = "go";
/// How many shapes there are: the rest of a seed by this number is its shape.
pub(super) const SHAPES: u64 = 10;
/// Steps that a random graph has at most.
const STEPS_MAX: usize = 40;

/// A workflow with effects and its twin.
#[derive(Clone, Debug)]
pub struct EffectCase {
    /// What a victim runs.
    pub case: Case,
    /// What the reference is asked.
    pub twin: Case,
    /// Whether it waits for a signal, and its value.
    pub signal: Option<Value>,
}

/// The case of a seed, with calls to this address.
pub fn effect_case(seed: u64, address: SocketAddr) -> EffectCase {
    let mut draw = Draw { random: Random::new(seed ^ 0xeffe), address, nodes: Vec::new(), edges: Vec::new() };
    let name = format!("effects-{seed}");
    let (input, mut signal) = (Value::from(usize::try_from(seed % 50).unwrap_or(0)), None);
    let graph = match seed % SHAPES {
        0 => draw.chain(&name),
        1 => draw.side_by_side(&name),
        2 => draw.items(&name),
        3 => draw.round(&name),
        4 => draw.sleep(&name),
        5 => {
            let value = Value::from(name.as_str());
            signal = Some(value.clone());
            draw.signal(&name, &value)
        }
        6 => draw.caught(&name),
        7 => draw.other(&name),
        _ => draw.random(seed / SHAPES * 2 + seed % SHAPES - 8, &name, &input),
    };
    pair(&graph, input, signal)
}

/// The workflow that others start: three more than its input.
fn child(address: SocketAddr) -> EffectCase {
    let mut draw = Draw { random: Random::new(0), address, nodes: Vec::new(), edges: Vec::new() };
    draw.node("s", "manual", "{}");
    draw.write("a", r#"{"do":"inc","by":2}"#);
    draw.write("b", r#"{"do":"inc"}"#);
    draw.edges(&[("s", "a"), ("a", "b")]);
    pair(&draw.graph(CHILD), Value::Null, None)
}

/// Whether a workflow of this name is the one that others start: its input is theirs to give.
pub(super) fn is_child(name: &str) -> bool {
    name == CHILD
}

/// The twin of what a workflow of this name runs, unless it has none of these.
pub(super) fn twin_of(name: &str, input: &Value) -> Option<Case> {
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 1));
    if name == CHILD {
        return Some(Case { input: input.clone(), ..child(nowhere).twin });
    }
    let seed = name.strip_prefix("effects-")?.parse().ok()?;
    Some(effect_case(seed, nowhere).twin)
}

/// Finds the workflow that others start.
pub(super) struct Children(pub(super) SocketAddr);

impl Workflows for Children {
    fn published(&self, _: TenantId, workflow: ArcStr) -> BoxFuture<'_, Result<Option<Source>, StoreError>> {
        let found = (workflow == CHILD).then(|| Source::AdHoc(child(self.0).case.graph));
        Box::pin(async move { Ok(found) })
    }
}

fn pair(document: &Value, input: Value, signal: Option<Value>) -> EffectCase {
    let graph = |document: &Value| Graph::from_value(document).expect("a workflow of ours has the right shape");
    let twin = Case { graph: graph(&twin(document)), input: input.clone(), start: None };
    EffectCase { case: Case { graph: graph(document), input, start: None }, twin, signal }
}

/// The same graph with a `mock` wherever a node says which.
fn twin(document: &Value) -> Value {
    let of_node = |node: &Value| {
        let data = node.get("data").expect("parameters");
        let Some(stand_in) = data.get("twin") else { return node.clone() };
        let data = with_kept(stand_in.clone(), data, &["disabled", "on_error"]);
        with(&with(node, "type", "mock".into()), "data", data)
    };
    let nodes = document.get("nodes").and_then(Value::as_array).unwrap_or_default();
    with(document, "nodes", Value::array(nodes.iter().map(of_node).collect()))
}

/// An object with one entry set.
fn with(object: &Value, key: &str, value: Value) -> Value {
    object.as_object().expect("an object").with(key.into(), value).into()
}

/// An object with some entries of another.
fn with_kept(object: Value, from: &Value, keys: &[&str]) -> Value {
    let kept = keys.iter().filter_map(|key| Some((key, from.get(key)?.clone())));
    kept.fold(object, |object, (key, value)| with(&object, key, value))
}

fn read(text: &str) -> Value {
    json::read(text.as_bytes()).expect("this is JSON")
}

struct Draw {
    random: Random,
    address: SocketAddr,
    nodes: Vec<Value>,
    edges: Vec<Value>,
}

impl Draw {
    fn graph(&self, name: &str) -> Value {
        Value::object(vec![
            ("name".into(), Value::from(name)),
            ("nodes".into(), Value::array(self.nodes.clone())),
            ("edges".into(), Value::array(self.edges.clone())),
        ])
    }

    fn node(&mut self, id: &str, kind: &str, data: &str) {
        self.nodes.push(read(&format!(r#"{{"id":"{id}","type":"{kind}","data":{data}}}"#)));
    }

    fn inside(&mut self, parent: &str) {
        let node = self.nodes.pop().expect("a node");
        self.nodes.push(with(&node, "parentId", parent.into()));
    }

    fn write(&mut self, id: &str, stands_for: &str) {
        let data = self.call(id, ("POST", "do"), stands_for);
        self.node(id, "http", &data);
    }

    fn read(&mut self, id: &str, stands_for: &str) {
        let data = self.call(id, ("GET", "do"), stands_for);
        self.node(id, "http", &data);
    }

    /// The parameters of a call that stands for a `mock`.
    fn call(&self, id: &str, (method, path): (&str, &str), stands_for: &str) -> String {
        let (address, attempts) = (self.address, WELCOME + 1);
        format!(
            r#"{{"method":"{method}","url":"http://{address}/{path}","response":"json","body":{{
                "execution":"{{{{ execution.id }}}}","node":"{id}","index":"{{{{ index }}}}",
                "input":"{{{{ input }}}}","inputs":"{{{{ inputs }}}}","do":{stands_for}}},
                "retry":{{"max_attempts":{attempts},"initial_delay":"10ms","max_delay":"60ms"}},"twin":{stands_for}}}"#
        )
    }

    fn edges(&mut self, edges: &[(&str, &str)]) {
        for (source, target) in edges {
            let (source, port) = source.split_once('.').unwrap_or((source, ""));
            let handle = if port.is_empty() { String::new() } else { format!(r#","sourceHandle":"{port}""#) };
            let at = self.edges.len();
            self.edges.push(read(&format!(r#"{{"id":"e{at}","source":"{source}","target":"{target}"{handle}}}"#)));
        }
    }

    // Shapes ---------------------------------------------------------------------------------------------------------

    /// Calls one after the other, reads and pure steps between.
    fn chain(&mut self, name: &str) -> Value {
        self.node("s", "manual", "{}");
        let mut before = "s".to_owned();
        for at in 0..3 + self.random.below(6) {
            let id = format!("n{at}");
            match self.random.below(4) {
                0 => self.read(&id, r#"{"do":"inc","by":10}"#),
                1 => self.node(&id, "mock", r#"{"do":"hash","salt":2}"#),
                _ => self.write(&id, r#"{"do":"hash"}"#),
            }
            self.edges(&[(&before, &id)]);
            before = id;
        }
        self.write("last", r#"{"do":"inc"}"#);
        self.edges(&[(&before, "last")]);
        self.graph(name)
    }

    /// Calls side by side, and one that waits for all.
    fn side_by_side(&mut self, name: &str) -> Value {
        self.node("s", "manual", "{}");
        self.write("all", r#"{"do":"collect"}"#);
        for at in 0..2 + self.random.below(4) {
            let (id, next) = (format!("n{at}"), format!("m{at}"));
            self.write(&id, r#"{"do":"inc","by":7}"#);
            self.read(&next, r#"{"do":"hash"}"#);
            self.edges(&[("s", &id), (&id, &next), (&next, "all")]);
        }
        self.graph(name)
    }

    /// A container over items, some at a time.
    fn items(&mut self, name: &str) -> Value {
        let (items, at_once) = (2 + self.random.below(5), 1 + self.random.below(3));
        self.node("s", "manual", "{}");
        self.write("list", &format!(r#"{{"do":"list","n":{items}}}"#));
        self.node("each", "for_each", &format!(r#"{{"concurrency":{at_once}}}"#));
        self.write("a", r#"{"do":"inc","by":5}"#);
        self.inside("each");
        self.read("b", r#"{"do":"hash"}"#);
        self.inside("each");
        self.write("c", r#"{"do":"hash"}"#);
        self.inside("each");
        self.write("end", r#"{"do":"hash"}"#);
        self.edges(&[("s", "list"), ("list", "each"), ("a", "b"), ("b", "c"), ("each.done", "end")]);
        self.graph(name)
    }

    /// A cycle through a list.
    fn round(&mut self, name: &str) -> Value {
        let items = 2 + self.random.below(4);
        self.node("s", "manual", "{}");
        self.node("list", "mock", &format!(r#"{{"do":"list","n":{items}}}"#));
        self.node("loop", "for_each", "{}");
        self.write("a", r#"{"do":"inc","by":5}"#);
        self.node("wait", "delay", r#"{"duration":"5ms","twin":{"do":"echo"}}"#);
        self.read("b", r#"{"do":"hash"}"#);
        self.write("side", r#"{"do":"hash","salt":1}"#);
        self.write("end", r#"{"do":"hash"}"#);
        self.edges(&[("s", "list"), ("list", "loop"), ("loop.loop", "a"), ("a", "wait"), ("wait", "b"), ("b", "loop")]);
        self.edges(&[("wait", "side"), ("loop.done", "end")]);
        self.graph(name)
    }

    /// A wait for a time, short or so long that it leaves memory.
    fn sleep(&mut self, name: &str) -> Value {
        let ms = *self.random.pick(&[40, 300, 1_100, 1_400]);
        self.node("s", "manual", "{}");
        self.write("a", r#"{"do":"inc"}"#);
        self.node("wait", "delay", &format!(r#"{{"duration":{ms},"twin":{{"do":"echo"}}}}"#));
        self.write("b", r#"{"do":"hash"}"#);
        self.edges(&[("s", "a"), ("a", "wait"), ("wait", "b")]);
        self.graph(name)
    }

    /// A wait for a signal.
    fn signal(&mut self, name: &str, value: &Value) -> Value {
        let value = json::to_text(value);
        self.node("s", "manual", "{}");
        self.write("a", r#"{"do":"inc"}"#);
        let twin = format!(r#"{{"do":"const","value":{value},"ports":["received","timeout"]}}"#);
        self.node("wait", "wait_for_signal", &format!(r#"{{"signal":"{SIGNAL}","twin":{twin}}}"#));
        self.write("b", r#"{"do":"hash"}"#);
        self.edges(&[("s", "a"), ("a", "wait"), ("wait.received", "b")]);
        self.graph(name)
    }

    /// A call that fails for good, caught.
    fn caught(&mut self, name: &str) -> Value {
        self.node("s", "manual", "{}");
        self.node("try", "try_catch", "{}");
        self.write("a", r#"{"do":"inc"}"#);
        self.inside("try");
        let twin = r#""twin":{"do":"fail","code":"http_status"}"#;
        let data = self.call("bad", ("POST", "fail"), r#"{"do":"echo"}"#);
        let data = data.replace(r#""twin":{"do":"echo"}"#, twin);
        let data = data.replace(&format!(r#""max_attempts":{}"#, WELCOME + 1), r#""max_attempts":2"#);
        self.node("bad", "http", &data);
        self.inside("try");
        self.write("well", r#"{"do":"hash"}"#);
        self.node("plain", "mock", r#"{"do":"const","value":8}"#);
        self.write("wrong", r#"{"do":"hash"}"#);
        self.edges(&[("s", "try"), ("a", "bad"), ("try.success", "well"), ("try.error", "plain"), ("plain", "wrong")]);
        self.graph(name)
    }

    /// An execution that starts another one and waits for it.
    fn other(&mut self, name: &str) -> Value {
        self.node("s", "manual", "{}");
        self.write("a", r#"{"do":"inc"}"#);
        self.node("child", "sub_workflow", &format!(r#"{{"workflow":"{CHILD}","twin":{{"do":"inc","by":3}}}}"#));
        self.write("b", r#"{"do":"hash"}"#);
        self.edges(&[("s", "a"), ("a", "child"), ("child", "b")]);
        self.graph(name)
    }

    /// A random graph in which most nodes that compute call instead.
    fn random(&mut self, seed: u64, name: &str, input: &Value) -> Value {
        // Odd seeds have neither failures nor joins that would make the answer one of many.
        let fits = |seed: &u64| {
            let answer = Case { input: input.clone(), ..looping_case(*seed) }.question().answer(&Order::File);
            answer.status == "succeeded" && answer.order_free && (4..STEPS_MAX).contains(&answer.steps.len())
        };
        let seed = (0..).map(|more| (seed * 1_000 + more) * 2 + 1).find(fits).expect("seeds go on");
        let graph = as_the_product_takes_it(&looping_case(seed).graph);
        let document = graph.document();
        let nodes = document.get("nodes").and_then(Value::as_array).unwrap_or_default();
        let nodes = nodes.iter().map(|node| self.calling(node)).collect();
        with(&with(document, "nodes", Value::array(nodes)), "name", name.into())
    }

    fn calling(&mut self, node: &Value) -> Value {
        let data = node.get("data").expect("parameters");
        let has_ports = data.get("ports").is_some() || data.get("in_ports").is_some();
        let text = |key: &str| node.get(key).and_then(Value::as_str).unwrap_or_default();
        if text("type") != "mock" || has_ports || self.random.chance(25) {
            return node.clone();
        }
        let method = if self.random.chance(30) { "GET" } else { "POST" };
        let stands_for = data.as_object().expect("an object").without("max_iterations");
        let calls = read(&self.call(text("id"), (method, "do"), &json::to_text(&stands_for.into())));
        let data = with_kept(calls, data, &["max_iterations", "disabled", "on_error"]);
        with(&with(node, "type", "http".into()), "data", data)
    }
}
