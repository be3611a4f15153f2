//! What a ledger of calls says, held against what was recorded: each step with effects called once unless a crash or a
//! failure came between, always with the same key and the same words; nothing called before it was due, nothing after.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use anyhow::{Context, Result};
use engine::{Engine, EngineError, Extent};
use model::event::Accepted;
use model::segment::fold;
use model::{Event, Execution, ExecutionId, StepStatus, TenantId, Value};
use store::journal::SharedJournal;

use super::calls::{CallLedger, Entry};
use super::check::segments;
use super::victim::{Sync, begin, open};

/// Faults that are told in words.
const TOLD: usize = 5;

/// What an audit found. All faults are 0 where the promises hold.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Steps with effects that were recorded.
    pub steps: usize,
    /// Calls of those.
    pub writes: usize,
    /// Calls that a crash made necessary again: the same attempt of the same step.
    pub repeated: usize,
    /// Calls that another attempt made, after a failure.
    pub retries: usize,
    /// Calls that a process made twice without having died.
    pub doubled: usize,
    /// Calls made before what leads to them was durable.
    pub early: usize,
    /// Calls of steps whose result was recorded before.
    pub again: usize,
    /// Keys that belong to more than one effect, or to none; effects with more than one body.
    pub mixed: usize,
    /// Recorded steps without a call.
    pub missing: usize,
    /// The first faults in words.
    pub told: Vec<String>,
}

impl Findings {
    /// How many faults there are.
    pub const fn faults(&self) -> usize {
        self.doubled + self.early + self.again + self.mixed + self.missing
    }

    /// Adds what another audit found.
    pub fn add(&mut self, other: Self) {
        self.steps += other.steps;
        self.writes += other.writes;
        self.repeated += other.repeated;
        self.retries += other.retries;
        self.doubled += other.doubled;
        self.early += other.early;
        self.again += other.again;
        self.mixed += other.mixed;
        self.missing += other.missing;
        self.told.extend(other.told);
    }

    fn tell(&mut self, fault: String) {
        if self.told.len() < TOLD {
            self.told.push(fault);
        }
    }
}

/// An audit of one data directory and the ledger that its victims call.
#[derive(Debug)]
pub struct Audit<'a> {
    ledger: &'a CallLedger,
    /// Calls that were looked at.
    seen: usize,
    /// Keys of steps whose result is recorded.
    recorded: HashSet<String>,
    /// What was found so far.
    found: Findings,
}

/// What the journal of an execution says of its calls.
#[derive(Default)]
struct Told {
    /// Steps and attempts, from 1, whose start is recorded.
    started: HashSet<(String, u32)>,
    /// Steps whose result is.
    finished: HashSet<String>,
}

impl<'a> Audit<'a> {
    /// An audit of a new data directory.
    pub fn new(ledger: &'a CallLedger) -> Self {
        Self { ledger, seen: 0, recorded: HashSet::new(), found: Findings::default() }
    }

    /// Looks at the calls of a life that is over, as its journal is now: before another process goes on with it, all that
    /// they depend on is there, and none is of a step that was over when it began.
    ///
    /// # Errors
    /// The data cannot be read, or a caller is still there.
    pub fn end_life(&mut self, data: &Path) -> Result<()> {
        self.ledger.next_life()?;
        let calls = self.ledger.from(self.seen);
        self.seen += calls.len();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let engine = look_at(data, self.ledger).await?;
            let mut by_execution: HashMap<&str, Vec<&Entry>> = HashMap::new();
            for call in &calls {
                by_execution.entry(&call.execution).or_default().push(call);
            }
            for (execution, calls) in by_execution {
                self.compare(&engine, execution, &calls).await?;
            }
            Ok(())
        })
    }

    async fn compare(&mut self, engine: &Engine, execution: &str, calls: &[&Entry]) -> Result<()> {
        let Some(told) = told(engine, execution).await? else {
            self.found.early += calls.len();
            self.found.tell(format!("execution {execution} made {} calls and is not in the journal", calls.len()));
            return Ok(());
        };
        for call in calls {
            let Some(key) = &call.key else { continue };
            if self.recorded.contains(key) {
                self.found.again += 1;
                self.found.tell(format!("{key} was called after its result was recorded"));
            }
            let step = key.strip_prefix(execution).and_then(|rest| rest.strip_prefix('.')).unwrap_or_default();
            if !told.started.contains(&(step.to_owned(), call.attempt)) {
                self.found.early += 1;
                self.found.tell(format!("{key} was called before its attempt {} was recorded", call.attempt));
            }
        }
        self.recorded.extend(told.finished.iter().map(|step| format!("{execution}.{step}")));
        Ok(())
    }

    /// Looks at all calls when everything has ended.
    ///
    /// # Errors
    /// The data cannot be read.
    pub fn finish(mut self, data: &Path) -> Result<Findings> {
        let calls = self.ledger.from(0);
        let mut by_key: HashMap<&str, Vec<&Entry>> = HashMap::new();
        for call in &calls {
            if let Some(key) = &call.key {
                by_key.entry(key).or_default().push(call);
            }
        }
        by_key.iter().for_each(|(key, calls)| self.one_key(key, calls));
        let executions: HashSet<&str> = calls.iter().map(|call| call.execution.as_str()).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let engine = look_at(data, self.ledger).await?;
            for execution in executions {
                self.one_execution(&engine, execution, &mut by_key).await?;
            }
            anyhow::Ok(())
        })?;
        for key in by_key.keys() {
            self.found.mixed += 1;
            self.found.tell(format!("{key} was called and belongs to no recorded step"));
        }
        Ok(self.found)
    }

    /// The calls of one key: the same words each time, each attempt once in a life.
    fn one_key(&mut self, key: &str, calls: &[&Entry]) {
        let (mut times, mut attempts): (HashMap<(usize, u32), usize>, HashSet<u32>) = Default::default();
        for call in calls {
            *times.entry((call.life, call.attempt)).or_default() += 1;
            attempts.insert(call.attempt);
            if call.hash != calls[0].hash {
                self.found.mixed += 1;
                self.found.tell(format!("{key} was called with different bodies"));
            }
        }
        let doubled = calls.len() - times.len();
        if doubled > 0 {
            self.found.doubled += doubled;
            self.found.tell(format!("{key} was called {doubled} times more than needed"));
        }
        self.found.writes += calls.len();
        self.found.repeated += times.len() - attempts.len();
        self.found.retries += attempts.iter().filter(|attempt| **attempt > 1).count();
    }

    /// The recorded steps of one execution: each was called, with what was recorded as its input. What is left has no
    /// step.
    async fn one_execution(
        &mut self,
        engine: &Engine,
        execution: &str,
        by_key: &mut HashMap<&str, Vec<&Entry>>,
    ) -> Result<()> {
        let id: ExecutionId = execution.parse()?;
        let history = match engine.history(TenantId::DEFAULT, id).await {
            // Its calls were found to come early when its life was over.
            Err(EngineError::NotFound(_)) => return Ok(()),
            found => found?,
        };
        for step in &history.steps {
            let node = history.program.node(&step.node).and_then(|at| history.program.graph().nodes.get(at as usize));
            let node = node.with_context(|| format!("{} is a node", step.node))?;
            let writes = node.kind == "http" && node.get("method").and_then(Value::as_str) == Some("POST");
            if !writes || !matches!(step.status, StepStatus::Succeeded | StepStatus::Failed) {
                continue;
            }
            self.found.steps += 1;
            let Some(calls) = by_key.remove(format!("{execution}.{}", step.name).as_str()) else {
                self.found.missing += 1;
                self.found.tell(format!("step {} of execution {execution} made no call", step.name));
                continue;
            };
            let said = calls[0].body.get("input");
            if said != Some(&step.input) || calls[0].execution != execution {
                self.found.mixed += 1;
                self.found.tell(format!("step {} of execution {execution} called with another input", step.name));
            }
        }
        Ok(())
    }
}

/// An engine that only looks.
async fn look_at(data: &Path, ledger: &CallLedger) -> Result<Engine> {
    let store = open(data, Sync::Full).context("opening what a life left")?;
    let journal: SharedJournal = store.clone();
    let settings = engine::Options { shards: 1, wakes: false, ..engine::Options::default() };
    begin((journal, store), Some(ledger.address()), settings).await
}

/// What a journal says; none if there is no such execution.
async fn told(engine: &Engine, execution: &str) -> Result<Option<Told>> {
    let id: ExecutionId = execution.parse()?;
    let rows = engine.journal().executions(TenantId::DEFAULT, vec![id]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let program = engine.program(row.tenant, row.version).await?;
    let name = |address: &model::Address| address.text(&program.graph().nodes[address.node as usize].id);
    let (mut told, mut state) = (Told::default(), None);
    for segment in segments(engine.journal(), id).await? {
        let plan = |accepted: &Accepted| program.plan(Extent::of(accepted));
        let each = |event: &Event, _: Option<&Execution>| match event {
            Event::StepStarted(started) => {
                told.started.insert((name(&started.address), started.attempt + 1));
            }
            Event::StepFinished(finished) => {
                told.finished.insert(name(&finished.address));
            }
            _ => {}
        };
        let folded = fold(&segment.bytes, &mut state, plan, each);
        folded.with_context(|| format!("execution {id}, events from {} on", segment.seq_from))??;
    }
    Ok(Some(told))
}
