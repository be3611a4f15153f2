//! A world made for tests: calls that are counted and held at a gate, and engines on a journal in memory.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arcstr::ArcStr;
use engine::{BoxFuture, Engine, Options, Source, Start, Workflows};
use model::{Category, EffectClass, Graph, Node, NodeSpec, Problem, Role, Status, TenantId, Value, json};
use nodes::{Call, Compile, NodeType, Outcome, Registry, Run, Services, Started, Step, StepError};
use store::{Journal, MemoryStore, Records, StoreError};
use tokio::sync::Semaphore;

/// A call that a test sees: each waits for a permit, if its node says so, and fails as often as its node says.
pub(crate) struct World {
    /// `<key>#<attempt>` of each call, when it was made.
    pub(crate) calls: Mutex<Vec<String>>,
    /// How many calls of each key were answered.
    pub(crate) answered: Mutex<HashMap<String, usize>>,
    pub(crate) gate: Semaphore,
    /// Where a call waits that waits `"here"`.
    pub(crate) second_gate: Semaphore,
    pub(crate) inside: AtomicUsize,
    pub(crate) most: AtomicUsize,
    pub(crate) dropped: AtomicUsize,
}

pub(crate) struct CallType {
    spec: NodeSpec,
    world: Arc<World>,
}

pub(crate) struct CallRun {
    world: Arc<World>,
    is_write: bool,
    is_code: bool,
    waits: bool,
    waits_here: bool,
    fails: usize,
    /// Brings down the thread that asks whether it is cheap.
    breaks: bool,
    host: Option<ArcStr>,
}

pub(crate) struct Inside(Arc<World>, bool);

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.inside.fetch_sub(1, Ordering::SeqCst);
        self.0.dropped.fetch_add(usize::from(!self.1), Ordering::SeqCst);
    }
}

impl NodeType for CallType {
    fn spec(&self) -> &NodeSpec {
        &self.spec
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let flag = |key: &str| node.get(key).and_then(Value::as_bool).unwrap_or(false);
        Ok(Box::new(CallRun {
            world: self.world.clone(),
            is_write: flag("write"),
            is_code: flag("code"),
            waits: flag("waits"),
            breaks: flag("breaks"),
            waits_here: node.get("waits").and_then(Value::as_str) == Some("here"),
            fails: node.get("fails").and_then(Value::as_i64).map_or(0, |fails| usize::try_from(fails).unwrap_or(0)),
            host: node.get("host").and_then(Value::as_text).cloned(),
        }))
    }
}

impl Run for CallRun {
    fn start(&self, step: &Step<'_>) -> Result<Started, StepError> {
        let (world, key, attempt) = (self.world.clone(), step.key.to_string(), step.attempt);
        let (input, waits, waits_here, fails) = (step.input().clone(), self.waits, self.waits_here, self.fails);
        let work = Box::pin(async move {
            world.calls.lock().expect("nobody panics").push(format!("{key}#{attempt}"));
            let inside = world.inside.fetch_add(1, Ordering::SeqCst) + 1;
            world.most.fetch_max(inside, Ordering::SeqCst);
            let mut inside = Inside(world.clone(), false);
            if waits {
                world.gate.acquire().await.expect("it is open").forget();
            }
            if waits_here {
                world.second_gate.acquire().await.expect("it is open").forget();
            }
            inside.1 = true;
            let mut answered = world.answered.lock().expect("nobody panics");
            let times = answered.entry(key).or_default();
            *times += 1;
            if *times <= fails { Err(StepError::new("refused", "not now")) } else { Ok(Outcome::first(input)) }
        });
        Ok(Started::Call(Call { host: self.host.clone(), work }))
    }

    fn is_cheap(&self) -> bool {
        assert!(!self.breaks, "a node type with a bug where nobody looks for one");
        true
    }

    fn effect(&self) -> EffectClass {
        match (self.is_write, self.is_code) {
            (true, _) => EffectClass::Write,
            (false, true) => EffectClass::Pure,
            (false, false) => EffectClass::Read,
        }
    }
}

pub(crate) fn world() -> Arc<World> {
    Arc::new(World {
        calls: Mutex::default(),
        answered: Mutex::default(),
        gate: Semaphore::new(0),
        second_gate: Semaphore::new(0),
        inside: AtomicUsize::new(0),
        most: AtomicUsize::new(0),
        dropped: AtomicUsize::new(0),
    })
}

impl World {
    pub(crate) fn calls(&self) -> Vec<String> {
        self.calls.lock().expect("nobody panics").clone()
    }

    /// Waits until so many calls are under way.
    pub(crate) async fn inside(&self, count: usize) {
        for _ in 0..5_000 {
            if self.inside.load(Ordering::SeqCst) == count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        panic!("{} calls are under way, not {count}", self.inside.load(Ordering::SeqCst));
    }
}

pub(crate) fn value(text: &str) -> Value {
    json::read(text.as_bytes()).expect("JSON")
}

pub(crate) fn graph(text: &str) -> Graph {
    Graph::from_value(&value(text)).expect("a graph")
}

pub(crate) fn options() -> Options {
    Options { shards: 2, ..Options::default() }
}

pub(crate) fn engine_with<S>(store: &Arc<S>, world: &Arc<World>, options: Options) -> Engine
where
    S: Journal + Records + 'static,
{
    let spec = NodeSpec {
        id: "call",
        aliases: &[],
        name: "Call",
        category: Category::Network,
        summary: "Calls a world made for tests",
        icon: "phone",
        effect: EffectClass::Write,
        role: Role::Step,
        inputs: &[],
        outputs: &["out"],
        schema: value(r#"{"type": "object", "properties": {}}"#),
        example: Value::Null,
    };
    let registry = Registry::with_more(&Services::default(), vec![Box::new(CallType { spec, world: world.clone() })]);
    Engine::open(store.clone(), store.clone(), Arc::new(registry), None, options)
}

pub(crate) fn setup() -> (Engine, Arc<World>, Arc<MemoryStore>) {
    let (store, world) = (Arc::new(MemoryStore::default()), world());
    (engine_with(&store, &world, options()), world, store)
}

/// A process that dies, and another that opens what it left.
pub(crate) async fn restarted(old: Engine, store: &Arc<MemoryStore>, world: &Arc<World>) -> (Engine, Arc<MemoryStore>) {
    let left = Arc::new(store.restart());
    std::mem::forget(old);
    let engine = engine_with(&left, world, options());
    engine.recover().await.expect("it recovers");
    (engine, left)
}

pub(crate) fn start(text: &str, input: &str) -> Start {
    Start::new(Source::AdHoc(graph(text)), value(input))
}

pub(crate) async fn status_is(engine: &Engine, execution: model::ExecutionId, status: Status) {
    for _ in 0..5_000 {
        if engine.row(TenantId::DEFAULT, execution).await.expect("a row").status == status {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let row = engine.row(TenantId::DEFAULT, execution).await.expect("a row");
    panic!("it is {:?}, not {status:?}", row.status);
}

pub(crate) async fn ended(engine: &Engine, execution: model::ExecutionId) -> engine::Ended {
    tokio::time::timeout(Duration::from_secs(20), engine.wait(TenantId::DEFAULT, execution))
        .await
        .expect("it ends in time")
        .expect("it is there")
}

pub(crate) const ONE_CALL: &str = r#"{"nodes":[{"id":"s","type":"manual"},{"id":"c","type":"call","data":{"write":true,"waits":true}}],
    "edges":[{"source":"s","target":"c"}]}"#;

/// One workflow, by name.
pub(crate) struct One(pub(crate) Graph);

impl Workflows for One {
    fn published(&self, _: TenantId, workflow: ArcStr) -> BoxFuture<'_, Result<Option<Source>, StoreError>> {
        let found = (workflow == "double").then(|| Source::AdHoc(self.0.clone()));
        Box::pin(async move { Ok(found) })
    }
}
