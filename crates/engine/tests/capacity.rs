//! No more executions are under way than the options allow; the others wait in line, durably.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use engine::{Accepted, Engine, Options, Source, Start};
use model::{Category, EffectClass, Graph, Node, NodeSpec, Problem, Role, Status, TenantId, Value, json};
use nodes::{Compile, NodeType, Outcome, Registry, Run, Step, StepError};
use store::{Journal as _, MemoryStore};

/// A node type whose steps wait for a gate to open, on the pool.
struct Gate {
    spec: NodeSpec,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    open: Mutex<bool>,
    opened: Condvar,
    inside: AtomicUsize,
    most: AtomicUsize,
}

struct Pass(Arc<State>);

impl State {
    fn open(&self) {
        *self.open.lock().expect("nobody panics") = true;
        self.opened.notify_all();
    }
}

/// Opens the gate at the end of a test, also of one that fails: nothing else would let the engine stop.
struct Opener(Arc<State>);

impl Drop for Opener {
    fn drop(&mut self) {
        self.0.open();
    }
}

impl NodeType for Gate {
    fn spec(&self) -> &NodeSpec {
        &self.spec
    }

    fn compile(&self, _: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        Ok(Box::new(Pass(self.state.clone())))
    }
}

impl Run for Pass {
    fn run(&self, step: &Step<'_>) -> Result<Outcome, StepError> {
        let inside = self.0.inside.fetch_add(1, Ordering::SeqCst) + 1;
        self.0.most.fetch_max(inside, Ordering::SeqCst);
        let open = self.0.open.lock().expect("nobody panics");
        drop(self.0.opened.wait_while(open, |open| !*open).expect("nobody panics"));
        self.0.inside.fetch_sub(1, Ordering::SeqCst);
        Ok(Outcome::first(step.input().clone()))
    }

    fn is_cheap(&self) -> bool {
        false
    }
}

fn engine_on(store: &Arc<MemoryStore>, max_concurrent: usize) -> (Engine, Opener) {
    let state = Arc::new(State::default());
    let spec = NodeSpec {
        id: "gate",
        aliases: &[],
        name: "Gate",
        category: Category::Other,
        summary: "Waits until a test opens it",
        icon: "door-open",
        effect: EffectClass::Pure,
        role: Role::Step,
        inputs: &["in"],
        outputs: &["out"],
        schema: json::read(br#"{"type": "object", "properties": {}}"#).expect("JSON"),
        example: Value::Null,
    };
    let registry = Arc::new(Registry::new(vec![Box::new(Gate { spec, state: state.clone() })]));
    let options = Options { shards: 4, max_concurrent, ..Options::default() };
    (Engine::open(store.clone(), store.clone(), registry, None, options), Opener(state))
}

async fn start(engine: &Engine, n: i64) -> Accepted {
    let file = json::read(br#"{"nodes":[{"id":"g","type":"gate","data":{}}],"edges":[]}"#).expect("JSON");
    let graph = Graph::from_value(&file).expect("a graph");
    engine.start(Start::new(Source::AdHoc(graph), Value::Int(n))).await.expect("it is accepted")
}

#[tokio::test]
async fn no_more_are_under_way_than_may_be() {
    let (engine, gate) = engine_on(&Arc::default(), 3);
    let mut accepted = Vec::new();
    for n in 0..10 {
        accepted.push(start(&engine, n).await);
    }
    let statuses: Vec<Status> = accepted.iter().map(|accepted| accepted.status).collect();
    assert_eq!(statuses[..3], [Status::Running; 3]);
    assert_eq!(statuses[3..], [Status::Queued; 7]);
    let row = engine.row(TenantId::DEFAULT, accepted[9].execution).await.expect("a row");
    assert_eq!((row.status, row.next_seq), (Status::Queued, 2), "it is accepted, durably, and has not begun");
    // Who waits in line can be told not to come.
    engine.cancel(TenantId::DEFAULT, accepted[5].execution).await.expect("it is open");
    let canceled = engine.wait(TenantId::DEFAULT, accepted[5].execution).await.expect("it ends");
    assert_eq!(canceled.status, Status::Canceled);
    gate.0.open();
    for (n, accepted) in (0..).zip(&accepted).filter(|(n, _)| *n != 5) {
        let ended = engine.wait(TenantId::DEFAULT, accepted.execution).await.expect("it ends");
        assert_eq!((ended.status, ended.output), (Status::Succeeded, Value::Int(n)));
    }
    assert!(gate.0.most.load(Ordering::SeqCst) <= 3);
    // All places are free again.
    assert_eq!(start(&engine, 11).await.status, Status::Running);
}

#[tokio::test]
async fn who_waits_in_line_survives_a_restart() {
    let store = Arc::new(MemoryStore::default());
    let (first, gate) = engine_on(&store, 1);
    let accepted = [start(&first, 1).await, start(&first, 2).await, start(&first, 3).await];
    assert_eq!([0, 1, 2].map(|at| accepted[at].status), [Status::Running, Status::Queued, Status::Queued]);
    // A process that died stops nothing in order.
    std::mem::forget((first, gate));
    let (second, after) = engine_on(&Arc::new(store.restart()), 1);
    after.0.open();
    assert_eq!(second.recover().await.expect("it recovers").adopted, 3);
    for (n, execution) in (1..).zip(accepted.iter().map(|accepted| accepted.execution)) {
        let ended = second.wait(TenantId::DEFAULT, execution).await.expect("it ends");
        assert_eq!((ended.status, ended.output), (Status::Succeeded, Value::Int(n)));
    }
    assert_eq!(after.0.most.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn stopping_does_not_wait_for_a_store_that_refuses() {
    let store = Arc::new(MemoryStore::default());
    let (first, gate) = engine_on(&store, 1);
    let accepted = start(&first, 1).await;
    let mut live = store.subscribe(TenantId::DEFAULT, vec![accepted.execution]);
    // Another process takes the store over: whatever the first one appends now is refused.
    let taken = Arc::new(store.restart());
    gate.0.open();
    // The birth may still be told; nothing is committed after it.
    while let Ok(segment) = tokio::time::timeout(Duration::from_millis(50), live.next()).await {
        assert_eq!(segment.expect("the store lives").seq_to, 1);
    }
    let (tell, told) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        drop((first, gate));
        tell.send(())
    });
    tokio::time::timeout(Duration::from_secs(20), told).await.expect("it stops").expect("without a panic");
    let (second, after) = engine_on(&taken, 1);
    after.0.open();
    assert_eq!(second.recover().await.expect("it recovers").adopted, 1);
    let ended = second.wait(TenantId::DEFAULT, accepted.execution).await.expect("it ends");
    assert_eq!((ended.status, ended.output), (Status::Succeeded, Value::Int(1)));
}

#[tokio::test]
async fn heavy_steps_of_one_execution_run_side_by_side() {
    // As many shards as the pool has threads.
    let (engine, gate) = engine_on(&Arc::default(), 3);
    let file = br#"{"nodes":[{"id":"a","type":"gate"},{"id":"b","type":"gate"},{"id":"c","type":"gate"},{"id":"d","type":"gate"}],"edges":[]}"#;
    let graph = Graph::from_value(&json::read(file).expect("JSON")).expect("a graph");
    let accepted = engine.start(Start::new(Source::AdHoc(graph), Value::Int(1))).await.expect("it is accepted");
    for _ in 0..2_000 {
        if gate.0.inside.load(Ordering::SeqCst) == 4 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(gate.0.inside.load(Ordering::SeqCst), 4, "none waits for another");
    gate.0.open();
    let ended = engine.wait(TenantId::DEFAULT, accepted.execution).await.expect("it ends");
    assert_eq!(ended.status, Status::Succeeded);
}
