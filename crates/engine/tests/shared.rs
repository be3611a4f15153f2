//! What several executions hold is on the disk once: forks and replays refer to what they take over, outlive where it
//! came from, and the last one takes it along.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use engine::{Ended, Engine, Fork, History, Options, Replay, Source, Start};
use model::{ExecutionId, Graph, Status, TenantId, Value, json};
use nodes::Registry;
use store::journal::Retention;
use store::{Journal as _, SqliteOptions, SqliteStore};

const T: TenantId = TenantId::DEFAULT;
const KIB: usize = 1 << 10;

fn value(text: &str) -> Value {
    json::read(text.as_bytes()).expect("JSON")
}

fn graph(text: &str) -> Graph {
    Graph::from_value(&value(text)).expect("a graph")
}

/// A chain of steps with outputs of so many bytes, of which no two are alike; then a wait, and the end.
fn chain(steps: usize, bytes: usize) -> Graph {
    let (mut nodes, mut edges, mut last) = (r#"{"id":"s","type":"manual"}"#.to_owned(), String::new(), "s".to_owned());
    for at in 0..steps {
        let text = format!("'{at} '.repeat({})", bytes / (at.to_string().len() + 1));
        nodes += &format!(r#",{{"id":"e{at}","type":"expression","data":{{"expression":"{text}"}}}}"#);
        edges += &format!(r#"{{"source":"{last}","target":"e{at}"}},"#);
        last = format!("e{at}");
    }
    nodes += r#",{"id":"w","type":"wait_for_signal","data":{"signal":"go"}}"#;
    nodes +=
        &format!(r#",{{"id":"z","type":"expression","data":{{"expression":"nodes.{last}.output.length + input"}}}}"#);
    edges += &format!(r#"{{"source":"{last}","target":"w"}},{{"source":"w","target":"z"}}"#);
    graph(&format!(r#"{{"nodes":[{nodes}],"edges":[{edges}]}}"#))
}

struct World {
    dir: tempfile::TempDir,
    engine: Engine,
    store: Arc<SqliteStore>,
}

fn open(dir: &Path) -> (Engine, Arc<SqliteStore>) {
    // What an engine before this one still asks may hold the directory for a moment.
    for _ in 0..2_000 {
        match SqliteStore::open(dir, SqliteOptions::default()) {
            Ok(store) => {
                let store = Arc::new(store);
                let options = Options { shards: 2, ..Options::default() };
                let registry = Arc::new(Registry::standard());
                return (Engine::open(store.clone(), store.clone(), registry, None, options), store);
            }
            Err(_) => std::thread::sleep(Duration::from_millis(5)),
        }
    }
    panic!("the directory is never free")
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let (engine, store) = open(dir.path());
        Self { dir, engine, store }
    }

    /// The next process on the same directory.
    async fn restarted(self) -> Self {
        let Self { dir, engine, store } = self;
        drop((engine, store));
        let (engine, store) = open(dir.path());
        engine.recover().await.expect("it recovers");
        Self { dir, engine, store }
    }

    /// Starts an execution and waits until it waits.
    async fn first(&self, graph: Graph) -> ExecutionId {
        let start = Start::new(Source::AdHoc(graph), Value::Null);
        let id = self.engine.start(start).await.expect("it is accepted").execution;
        self.waits(id).await;
        id
    }

    async fn waits(&self, id: ExecutionId) {
        for _ in 0..5_000 {
            if self.engine.row(T, id).await.expect("a row").status == Status::Waiting {
                return;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        panic!("{:?} never waits", self.engine.row(T, id).await);
    }

    async fn fork(&self, of: ExecutionId, from: &str, output: Option<Value>) -> ExecutionId {
        let fork = Fork { from: from.into(), output, ..Fork::default() };
        self.engine.fork(T, of, fork).await.expect("it is forked").execution
    }

    /// Lets one that waits go on to its end.
    async fn end(&self, id: ExecutionId) -> Ended {
        self.engine.signal(T, id, ("go".into(), Value::Int(1)), None).await.expect("it waits");
        self.ended(id).await
    }

    async fn ended(&self, id: ExecutionId) -> Ended {
        let wait = self.engine.wait(T, id);
        tokio::time::timeout(Duration::from_secs(20), wait).await.expect("it ends in time").expect("it is there")
    }

    async fn history(&self, id: ExecutionId) -> History {
        self.engine.examine(T, id).await.expect("it can be read");
        self.engine.history(T, id).await.expect("a history")
    }

    /// Removes the oldest ended executions but so many.
    async fn keep(&self, count: u64) {
        let retention = Retention { max_count: Some(count), ..Retention::default() };
        self.store.retain(retention).await.expect("they go");
    }

    /// Bytes that all of it takes on the disk.
    async fn size(&self) -> usize {
        static COPIES: AtomicUsize = AtomicUsize::new(0);
        let file = self.dir.path().join(format!("copy-{}.db", COPIES.fetch_add(1, Ordering::Relaxed)));
        usize::try_from(self.store.backup(&file).await.expect("a copy")).expect("it is small")
    }
}

/// What is told of the steps that ended.
fn told(history: &History, steps: usize) -> Vec<(String, Value, Value)> {
    let told = history.steps.iter().take(steps);
    told.map(|step| (step.name.clone(), step.input.clone(), step.output.clone())).collect()
}

/// How long the first steps took, which no second run repeats.
fn durations(history: &History, steps: usize) -> Vec<(i64, u64)> {
    history
        .steps
        .iter()
        .take(steps)
        .map(|step| (step.started_us - history.steps[0].started_us, step.duration_us))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn forks_and_replays_share_large_outputs_with_where_they_come_from() {
    let world = World::new();
    let empty = world.size().await;
    let first = world.first(chain(10, 512 * KIB)).await;
    let ended = world.end(first).await;
    let output = ended.output.as_i64().expect("a number");
    assert!(output > 500 * KIB as i64, "{:?}", ended.error);
    let alone = world.size().await;
    assert!(alone - empty > 5_000 * KIB, "{} bytes", alone - empty);

    let waiting = world.fork(first, "e9", None).await;
    world.waits(waiting).await;
    let edited = world.fork(first, "e5", Some(Value::from("another"))).await;
    world.waits(edited).await;
    let forked = world.fork(waiting, "e8", None).await;
    world.waits(forked).await;
    let replay = Replay { from: Some("w".into()), ..Replay::default() };
    let replayed = world.engine.replay(T, first, replay).await.expect("it is replayed").execution;
    world.waits(replayed).await;
    let all = world.size().await;
    assert!(all - alone < 250 * KIB, "{} bytes for four that have the outputs of another", all - alone);

    // A process later, and without the one that they come from.
    let history = world.history(first).await;
    let (original, took) = (told(&history, 11), durations(&history, 9));
    let world = world.restarted().await;
    world.keep(0).await;
    assert!(world.engine.row(T, first).await.is_err());
    assert!(world.size().await - empty > 5_000 * KIB, "what they share stays");
    for id in [waiting, forked, replayed] {
        let history = world.history(id).await;
        assert!(told(&history, 11) == original, "{id} has the steps of its origin");
        assert_eq!(durations(&history, 9), took, "{id} took them over");
    }
    let steps = told(&world.history(edited).await, 11);
    assert!(steps[..6] == original[..6] && steps[8..] == original[8..]);
    assert_eq!((steps[6].0.as_str(), &steps[6].2), ("e5", &Value::from("another")));
    for id in [waiting, edited, forked, replayed] {
        let ended = world.end(id).await;
        assert_eq!(ended.output, Value::Int(output), "{:?}", ended.error);
    }
    let found = world.store.examine().await.expect("it can be read");
    assert!(found.flaws.is_empty() && found.bodies == 10, "{} bodies, {:?}", found.bodies, found.flaws);
    world.keep(0).await;
    let left = world.size().await - empty;
    assert!(left < 250 * KIB, "{left} bytes are left of what nobody has any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn forks_share_what_they_take_over_however_small_its_parts() {
    let world = World::new();
    let first = world.first(chain(500, 10 * KIB)).await;
    world.end(first).await;
    let alone = world.size().await;
    let one = world.fork(first, "e499", None).await;
    world.waits(one).await;
    let with_one = world.size().await;
    assert!(with_one - alone > 4_000 * KIB, "{} bytes: its segments are its own", with_one - alone);
    let others = [world.fork(first, "e499", None).await, world.fork(one, "e499", None).await];
    world.waits(others[0]).await;
    world.waits(others[1]).await;
    let with_three = world.size().await;
    assert!(with_three - with_one < 400 * KIB, "{} bytes for two more", with_three - with_one);
    let earlier = world.fork(first, "e400", Some(Value::from("another"))).await;
    world.waits(earlier).await;
    let with_all = world.size().await;
    // It makes 99 outputs again, and a snapshot has them too.
    assert!(with_all - with_three < 2_500 * KIB, "{} bytes for one from an earlier step", with_all - with_three);

    let history = world.history(first).await;
    let (original, took) = (told(&history, 501), durations(&history, 500));
    let world = world.restarted().await;
    world.keep(0).await;
    for id in [one, others[0], others[1]] {
        let history = world.history(id).await;
        assert!(told(&history, 501) == original, "{id} has the steps of its origin");
        assert_eq!(durations(&history, 500), took, "{id} took them over");
        assert_eq!(world.end(id).await.status, Status::Succeeded);
    }
    world.keep(0).await;
    assert!(told(&world.history(earlier).await, 401) == original[..401]);
    assert_eq!(world.end(earlier).await.status, Status::Succeeded);
}
