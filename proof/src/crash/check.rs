//! What is left after crashes: recovered, finished, and compared.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use engine::{Engine, EngineError};
use model::{ExecutionId, Status, TenantId};
use store::journal::{ExecutionPage, ExecutionQuery, ExecutionRow, ReadFrom, Segment, SharedJournal};

use super::cases::Cases;
use super::effects::effect_case;
use super::process::Ledger;
use super::victim::{Sync, begin, newest, open, signal};

/// How long a recovery may take to finish what was open.
const PATIENCE: Duration = Duration::from_secs(60);
/// Faults that are told in words.
const TOLD: usize = 5;

/// What a check found. All faults are 0 where the promises hold.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Executions looked at.
    pub executions: usize,
    /// Acknowledged acceptances looked for.
    pub acknowledged: usize,
    /// Executions that were open when the process died.
    pub open: usize,
    /// Of those, executions that go on in the middle: some of their steps were recorded.
    pub halfway: usize,
    /// Steps recorded.
    pub steps: usize,
    /// Acknowledged acceptances or ends that are not in the journal.
    pub lost: usize,
    /// Results recorded twice, gaps in a journal, recorded events that changed.
    pub repeated: usize,
    /// Executions that did not end.
    pub stuck: usize,
    /// Answers that the reference does not give.
    pub wrong: usize,
    /// The longest recovery.
    pub recovery: Duration,
    /// The first faults in words.
    pub told: Vec<String>,
}

impl Verdict {
    /// How many faults there are.
    pub const fn faults(&self) -> usize {
        self.lost + self.repeated + self.stuck + self.wrong
    }

    /// Adds what another check found.
    pub fn add(&mut self, other: Self) {
        self.executions += other.executions;
        self.acknowledged += other.acknowledged;
        self.open += other.open;
        self.halfway += other.halfway;
        self.steps += other.steps;
        self.lost += other.lost;
        self.repeated += other.repeated;
        self.stuck += other.stuck;
        self.wrong += other.wrong;
        self.recovery = self.recovery.max(other.recovery);
        self.told.extend(other.told);
    }

    fn tell(&mut self, fault: String) {
        if self.told.len() < TOLD {
            self.told.push(fault);
        }
    }
}

/// A check of one data directory, which may come again after more crashes.
#[derive(Debug)]
pub struct Check<'a> {
    cases: &'a mut Cases,
    /// The ledger of calls, where there are effects.
    calls: Option<SocketAddr>,
    /// Executions whose signal was acknowledged.
    signaled: HashSet<ExecutionId>,
    /// Everything up to this execution has been looked at.
    seen: ExecutionId,
    /// What was found there.
    known: HashSet<ExecutionId>,
    /// The execution of each start with an idempotency key.
    by_key: HashMap<u64, ExecutionId>,
}

impl<'a> Check<'a> {
    /// A check of a new data directory.
    pub fn new(cases: &'a mut Cases) -> Self {
        Self {
            cases,
            calls: None,
            signaled: HashSet::new(),
            seen: ExecutionId(0),
            known: HashSet::new(),
            by_key: HashMap::new(),
        }
    }

    /// The same for victims that call this ledger.
    #[must_use]
    pub fn with_calls(self, address: SocketAddr) -> Self {
        Self { calls: Some(address), ..self }
    }

    /// Compares what victims said whose starts had idempotency keys: the same key, the same execution, also over
    /// crashes. Answers how many keys were used again.
    pub fn same_keys(&mut self, ledgers: &[Ledger], verdict: &mut Verdict) -> usize {
        let known = self.by_key.len();
        for &(execution, _, turn) in ledgers.iter().flat_map(|ledger| &ledger.accepted) {
            let first = *self.by_key.entry(turn).or_insert(execution);
            if first != execution {
                verdict.repeated += 1;
                verdict.tell(format!("executions {first} and {execution} have the same key"));
            }
        }
        ledgers.iter().map(|ledger| ledger.accepted.len()).sum::<usize>() - (self.by_key.len() - known)
    }

    /// Lets a recovery finish everything in a data directory, and compares it with what victims said.
    ///
    /// # Errors
    /// The data cannot be opened or read.
    pub fn run(&mut self, data: &Path, ledgers: &[Ledger]) -> Result<Verdict> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        runtime.block_on(self.look(data, ledgers))
    }

    async fn look(&mut self, data: &Path, ledgers: &[Ledger]) -> Result<Verdict> {
        let began = Instant::now();
        let store = open(data, Sync::Full).context("opening what the crash left")?;
        let journal: SharedJournal = store.clone();
        let mut verdict = Verdict::default();
        let open = Self::open_before(&journal, &mut verdict).await?;
        self.ends_are_durable(&journal, ledgers, &mut verdict).await?;
        let newest = newest(&journal).await?;
        let engine = begin((journal.clone(), store), self.calls, engine::Options::default()).await?;
        let found = engine.recover().await?;
        for _ in 0..found.quarantined + found.unreadable {
            verdict.stuck += 1;
            verdict.tell("an execution was set aside".into());
        }
        self.signaled.extend(ledgers.iter().flat_map(|ledger| &ledger.signaled));
        self.send_missing_signals(&engine).await?;
        while !unfinished(&journal).await?.is_empty() && began.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        verdict.recovery = began.elapsed();
        for row in unfinished(&journal).await? {
            verdict.stuck += 1;
            verdict.tell(format!("execution {} is {}", row.id, row.status.as_str()));
        }
        let ids = self.judge_all(&engine, &open, &mut verdict).await?;
        for (execution, seed, _) in ledgers.iter().flat_map(|ledger| &ledger.accepted) {
            verdict.acknowledged += 1;
            // One that was seen before is there: what had ended stays.
            if !ids.contains(execution) && !self.known.contains(execution) {
                verdict.lost += 1;
                verdict.tell(format!("execution {execution} of case {seed} was accepted and is gone"));
            }
        }
        self.seen = newest.unwrap_or(self.seen).max(self.seen);
        self.known.extend(ids);
        Ok(verdict)
    }

    /// Sends signals that no victim came to send. One that was acknowledged is not sent again.
    async fn send_missing_signals(&self, engine: &Engine) -> Result<()> {
        let Some(address) = self.calls else { return Ok(()) };
        for row in unfinished(engine.journal()).await? {
            let program = engine.program(row.tenant, row.version).await?;
            let seed = program.graph().name().strip_prefix("effects-").and_then(|seed| seed.parse().ok());
            let value = seed.and_then(|seed| effect_case(seed, address).signal);
            if let Some(value) = value.filter(|_| !self.signaled.contains(&row.id)) {
                match signal(engine, row.id, value).await {
                    // It may have got the signal of a victim that was killed before it could say so.
                    Ok(()) | Err(EngineError::HasEnded(_)) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(())
    }

    /// What was open when the process died, with what was recorded of it.
    async fn open_before(journal: &SharedJournal, verdict: &mut Verdict) -> Result<HashMap<ExecutionId, Vec<Segment>>> {
        let mut open = HashMap::new();
        for row in unfinished(journal).await? {
            open.insert(row.id, segments(journal, row.id).await?);
            verdict.open += 1;
            verdict.halfway += usize::from(row.next_seq > 2);
        }
        Ok(open)
    }

    /// What was said to have ended has, before any recovery. That it is there at all is looked at with the others.
    async fn ends_are_durable(&self, journal: &SharedJournal, ledgers: &[Ledger], verdict: &mut Verdict) -> Result<()> {
        let ended: Vec<ExecutionId> = ledgers.iter().flat_map(|ledger| &ledger.ended).copied().collect();
        for ids in ended.chunks(500) {
            let rows = journal.executions(TenantId::DEFAULT, ids.to_vec()).await?;
            for row in rows.iter().filter(|row| !row.status.is_terminal()) {
                verdict.lost += 1;
                verdict.tell(format!("execution {} was said to have ended and is {}", row.id, row.status.as_str()));
            }
        }
        Ok(())
    }

    /// Judges every execution that no check has seen, and answers their ids.
    async fn judge_all(
        &mut self,
        engine: &Engine,
        open: &HashMap<ExecutionId, Vec<Segment>>,
        verdict: &mut Verdict,
    ) -> Result<HashSet<ExecutionId>> {
        let (mut ids, mut before) = (HashSet::new(), None);
        loop {
            let page = page(engine.journal(), Vec::new(), before).await?;
            let seen = self.seen;
            for row in page.rows.iter().filter(|row| row.id > seen) {
                ids.insert(row.id);
                self.judge(engine, row, open.get(&row.id), verdict).await?;
            }
            before = page.rows.last().map(|row| row.id);
            if !page.more || before.is_none_or(|before| before <= self.seen) {
                return Ok(ids);
            }
        }
    }

    async fn judge(
        &mut self,
        engine: &Engine,
        row: &ExecutionRow,
        before: Option<&Vec<Segment>>,
        verdict: &mut Verdict,
    ) -> Result<()> {
        verdict.executions += 1;
        let segments = segments(engine.journal(), row.id).await?;
        if let Some(fault) = broken(row, &segments, before) {
            verdict.repeated += 1;
            verdict.tell(format!("execution {}: {fault}", row.id));
        }
        if !row.status.is_terminal() {
            return Ok(());
        }
        let history = engine.history(TenantId::DEFAULT, row.id).await?;
        verdict.steps += history.steps.len();
        let addresses: HashSet<&str> = history.steps.iter().map(|step| &*step.name).collect();
        if addresses.len() < history.steps.len() {
            verdict.repeated += 1;
            verdict.tell(format!("execution {} has two results for a step", row.id));
        }
        if let Err(error) = self.cases.judge(&history) {
            verdict.wrong += 1;
            verdict.tell(format!("execution {}: {error}", row.id));
        }
        Ok(())
    }
}

/// What is wrong with a journal: it begins at 1, has no gap, ends where its row says, and goes on from what there was.
fn broken(row: &ExecutionRow, segments: &[Segment], before: Option<&Vec<Segment>>) -> Option<String> {
    let mut next = 1;
    for segment in segments {
        if segment.seq_from != next || segment.seq_to < segment.seq_from {
            return Some(format!("events {}..={} come where {next} should", segment.seq_from, segment.seq_to));
        }
        next = segment.seq_to + 1;
    }
    if next != row.next_seq {
        return Some(format!("its row says {} and its journal {next}", row.next_seq));
    }
    let kept = before.is_none_or(|before| segments.starts_with(before));
    (!kept).then(|| "what was recorded has changed".into())
}

pub(super) async fn segments(journal: &SharedJournal, execution: ExecutionId) -> Result<Vec<Segment>> {
    let mut all: Vec<Segment> = Vec::new();
    loop {
        let after = all.last().map_or(0, |segment| segment.seq_to);
        let part = journal.read(TenantId::DEFAULT, execution, ReadFrom::After(after), 1 << 20).await?;
        if part.is_empty() {
            return Ok(all);
        }
        all.extend(part);
    }
}

async fn unfinished(journal: &SharedJournal) -> Result<Vec<ExecutionRow>> {
    let statuses: Vec<Status> = Status::ALL.into_iter().filter(|status| !status.is_terminal()).collect();
    let (mut rows, mut before): (Vec<ExecutionRow>, _) = (Vec::new(), None);
    loop {
        let page = page(journal, statuses.clone(), before).await?;
        rows.extend(page.rows);
        before = rows.last().map(|row| row.id);
        if !page.more {
            return Ok(rows);
        }
    }
}

async fn page(journal: &SharedJournal, statuses: Vec<Status>, before: Option<ExecutionId>) -> Result<ExecutionPage> {
    let query = ExecutionQuery { statuses, before, limit: 1_000, ..ExecutionQuery::newest(TenantId::DEFAULT) };
    Ok(journal.list(query).await?)
}
