//! Files of executions: recorded with the outcome that made them, kept as long as somebody refers to them, and read by
//! nobody else.

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use arcstr::ArcStr;
use bytes::Bytes;
use engine::{BoxFuture, Ended, Engine, Fork, Options, Replay, Source, Start, Workflows};
use model::file::FileHash;
use model::{
    Category, EffectClass, ExecutionId, File, Graph, Node, NodeSpec, Problem, Role, Status, TenantId, Value, json,
};
use nodes::{Call, Compile, NodeType, Outcome, Registry, Run, Services, Started, Step, StepError};
use store::journal::{Retention, SharedJournal};
use store::{BlobQuery, Clock, Journal as _, SqliteOptions, SqliteStore, StoreError};

const T: TenantId = TenantId::DEFAULT;
const HOUR_MS: i64 = 3_600_000;

fn value(text: &str) -> Value {
    json::read(text.as_bytes()).expect("JSON")
}

fn graph(text: &str) -> Graph {
    Graph::from_value(&value(text)).expect("a graph")
}

/// `make` keeps a file whose bytes its node says, `use` gives the bytes of the file that is its input.
struct FileType {
    spec: NodeSpec,
    journal: SharedJournal,
}

struct FileRun {
    journal: SharedJournal,
    makes: Option<Bytes>,
}

impl NodeType for FileType {
    fn spec(&self) -> &NodeSpec {
        &self.spec
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let text = node.get("text").and_then(Value::as_str);
        let makes = text.map(|text| Bytes::copy_from_slice(text.as_bytes()));
        Ok(Box::new(FileRun { journal: self.journal.clone(), makes }))
    }
}

impl Run for FileRun {
    fn start(&self, step: &Step<'_>) -> Result<Started, StepError> {
        let (journal, tenant, of) = (self.journal.clone(), step.tenant, Some(step.key.execution));
        let (makes, input) = (self.makes.clone(), step.input().clone());
        let failed = |error: StoreError| StepError::new("no_file", error.to_string());
        let work = Box::pin(async move {
            if let Some(bytes) = makes {
                let size = bytes.len() as u64;
                let hash = journal.put_blob(tenant, bytes).await.map_err(failed)?;
                let file = File { hash, name: "made".into(), media_type: "text/plain".into(), size };
                return Ok(Outcome { files: vec![hash], ..Outcome::first(file.to_value()) });
            }
            let file = File::of(&input).ok_or_else(|| StepError::new("no_file", "the input is none"))?;
            let query = BlobQuery { of, ..BlobQuery::whole(tenant, file.hash) };
            let part = journal.get_blob(query).await.map_err(failed)?;
            Ok(Outcome::first(String::from_utf8_lossy(&part.bytes).into_owned().into()))
        });
        Ok(Started::Call(Call { host: None, work }))
    }

    fn effect(&self) -> EffectClass {
        EffectClass::Write
    }
}

/// The workflow `child` uses the file that it gets and gives one of its own.
struct One;

static CHILD: LazyLock<Graph> = LazyLock::new(|| {
    graph(
        r#"{"nodes":[{"id":"s","type":"manual"},{"id":"u","type":"file"},{"id":"m","type":"file","data":{"text":"of the child"}}],
        "edges":[{"source":"s","target":"u"},{"source":"u","target":"m"}]}"#,
    )
});

impl Workflows for One {
    fn published(&self, _: TenantId, workflow: ArcStr) -> BoxFuture<'_, Result<Option<Source>, StoreError>> {
        Box::pin(async move { Ok((workflow == "child").then(|| Source::AdHoc(CHILD.clone()))) })
    }
}

struct World {
    engine: Engine,
    journal: Arc<SqliteStore>,
    now_ms: Arc<AtomicI64>,
}

fn store(dir: &Path, now_ms: &Arc<AtomicI64>) -> SqliteStore {
    let time = now_ms.clone();
    let clock = Clock::new(move || time.load(Ordering::SeqCst));
    let options = SqliteOptions { clock, ..SqliteOptions::default() };
    // What an engine before this one still asks may hold the directory for a moment.
    for _ in 0..2_000 {
        match SqliteStore::open(dir, options.clone()) {
            Ok(store) => return store,
            Err(_) => std::thread::sleep(Duration::from_millis(5)),
        }
    }
    panic!("the directory is never free")
}

fn open(dir: &Path, now_ms: &Arc<AtomicI64>) -> World {
    let journal = Arc::new(store(dir, now_ms));
    let spec = NodeSpec {
        id: "file",
        aliases: &[],
        name: "File",
        category: Category::Network,
        summary: "Makes or reads a file",
        icon: "file",
        effect: EffectClass::Write,
        role: Role::Step,
        inputs: &[],
        outputs: &["out"],
        schema: value(r#"{"type": "object", "properties": {}}"#),
        example: Value::Null,
    };
    let files = FileType { spec, journal: journal.clone() };
    let registry = Registry::with_more(&Services::default(), vec![Box::new(files)]);
    let options = Options { shards: 2, workflows: Some(Arc::new(One)), ..Options::default() };
    let engine = Engine::open(journal.clone(), journal.clone(), Arc::new(registry), None, options);
    World { engine, journal, now_ms: now_ms.clone() }
}

impl World {
    async fn ended(&self, execution: ExecutionId) -> Ended {
        let wait = self.engine.wait(T, execution);
        tokio::time::timeout(Duration::from_secs(20), wait).await.expect("it ends in time").expect("it is there")
    }

    async fn run(&self, text: &str, start: impl FnOnce(Start) -> Start) -> Ended {
        let start = start(Start::new(Source::AdHoc(graph(text)), value("1")));
        self.engine.run(start).await.expect("it runs")
    }

    async fn is_there(&self, hash: FileHash, of: Option<ExecutionId>) -> bool {
        self.journal.get_blob(BlobQuery { of, ..BlobQuery::whole(T, hash) }).await.is_ok()
    }

    /// Lets hours pass and removes all ended executions but so many.
    async fn keep(&self, count: u64) {
        self.now_ms.fetch_add(2 * HOUR_MS, Ordering::SeqCst);
        let retention = Retention { max_count: Some(count), ..Retention::default() };
        self.journal.retain(retention).await.expect("they go");
    }
}

fn ground() -> (tempfile::TempDir, Arc<AtomicI64>) {
    (tempfile::tempdir().expect("a directory"), Arc::new(AtomicI64::new(1_748_736_000_000)))
}

fn hash(text: &str) -> FileHash {
    *blake3::hash(text.as_bytes()).as_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_outlives_restarts_and_goes_with_the_last_execution_that_has_it() {
    const TEXT: &str = r#"{"nodes":[{"id":"s","type":"manual"},{"id":"m","type":"file","data":{"text":"the content"}},
        {"id":"p","type":"expression","data":{"expression":"({ doc: input })"}},
        {"id":"w","type":"wait_for_signal","data":{"signal":"go","timeout":"10h"}},
        {"id":"d","type":"expression","data":{"expression":"nodes.p.output.doc"}},{"id":"u","type":"file"}],
        "edges":[{"source":"s","target":"m"},{"source":"m","target":"p"},{"source":"p","target":"w"},
                 {"source":"w","target":"d"},{"source":"d","target":"u"}]}"#;
    let (dir, now_ms) = ground();
    let world = open(dir.path(), &now_ms);
    let start = Start::new(Source::AdHoc(graph(TEXT)), value("1"));
    let first = world.engine.start(start).await.expect("it is accepted").execution;
    for _ in 0..5_000 {
        if world.engine.row(T, first).await.expect("a row").status == Status::Waiting {
            break;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let made = hash("the content");
    assert!(world.is_there(made, Some(first)).await, "it is referred to with what made it");

    drop(world.engine);
    drop(world.journal);
    let world = open(dir.path(), &now_ms);
    world.engine.recover().await.expect("it recovers");
    world.keep(100).await;
    world.engine.signal(T, first, ("go".into(), Value::Null), None).await.expect("it waits");
    let ended = world.ended(first).await;
    assert_eq!(ended.output, Value::from("the content"), "{:?}", ended.error);

    // What goes on from it has its file too, and keeps it.
    let fork = Fork { from: "w".into(), output: Some(Value::Null), idempotency: None };
    let fork = world.engine.fork(T, first, fork).await.expect("it is forked").execution;
    assert_eq!(world.ended(fork).await.output, Value::from("the content"));
    let replay = Replay { from: Some("d".into()), ..Replay::default() };
    let replay = world.engine.replay(T, first, replay).await.expect("it is replayed").execution;
    assert_eq!(world.ended(replay).await.output, Value::from("the content"));
    world.keep(1).await;
    assert!(world.engine.row(T, first).await.is_err() && world.is_there(made, Some(replay)).await);
    world.keep(0).await;
    assert!(!world.is_there(made, None).await, "nobody has it any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_has_the_files_of_its_input_and_gives_its_own() {
    const TEXT: &str = r#"{"nodes":[{"id":"s","type":"manual"},{"id":"m","type":"file","data":{"text":"of the parent"}},
        {"id":"x","type":"file","data":{"text":"not told of"}},
        {"id":"c","type":"execute_workflow","data":{"workflow":"child","input":"{{ nodes.m.output }}"}},{"id":"u","type":"file"}],
        "edges":[{"source":"s","target":"m"},{"source":"m","target":"x"},{"source":"x","target":"c"},{"source":"c","target":"u"}]}"#;
    let (dir, now_ms) = ground();
    let world = open(dir.path(), &now_ms);
    let ended = world.run(TEXT, |start| start).await;
    assert_eq!(ended.output, Value::from("of the child"), "{:?}", ended.error);
    let parent = ended.execution;
    let query = store::journal::ExecutionQuery::newest(T);
    let rows = world.journal.list(query).await.expect("rows").rows;
    let child = rows.iter().find(|row| row.origin.is_some()).expect("a child").id;
    for (text, of_parent, of_child) in
        [("of the parent", true, true), ("of the child", true, true), ("not told of", true, false)]
    {
        let found = (world.is_there(hash(text), Some(parent)).await, world.is_there(hash(text), Some(child)).await);
        assert_eq!(found, (of_parent, of_child), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_files_that_an_execution_brings_are_its_own() {
    const USE: &str =
        r#"{"nodes":[{"id":"s","type":"manual"},{"id":"u","type":"file"}],"edges":[{"source":"s","target":"u"}]}"#;
    let (dir, now_ms) = ground();
    let world = open(dir.path(), &now_ms);
    let body = Bytes::from_static(b"brought along");
    let hash = world.journal.put_blob(T, body).await.expect("it is kept");
    let file = File { hash, name: ArcStr::new(), media_type: "text/plain".into(), size: 13 };
    let named = world.run(USE, |start| Start { input: file.to_value(), ..start }).await;
    assert_eq!(named.error.map(|error| error.code.to_string()).as_deref(), Some("no_file"), "a name is enough");
    let brought = world.run(USE, |start| Start { input: file.to_value(), files: vec![hash], ..start }).await;
    assert_eq!(brought.output, Value::from("brought along"), "{:?}", brought.error);
    world.keep(1).await;
    assert!(world.is_there(hash, Some(brought.execution)).await);
    // A start with a file that is not there leaves nothing.
    let gone = Start { files: vec![[7; 32]], ..Start::new(Source::AdHoc(graph(USE)), value("1")) };
    assert!(world.engine.start(gone).await.is_err());
}
