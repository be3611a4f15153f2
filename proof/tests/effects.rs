//! Processes are killed while their workflows call others: every effect happens, under its own key and with its own
//! words; what is recorded does not happen again; what happens twice is what was under way when the process died.

use std::path::Path;
use std::time::Duration;

use proof::crash::{
    Audit, CallLedger, Cases, Check, Counts, Findings, Image, Kill, Ledger, Round, Verdict, effect_case, has_strace,
    unsupported,
};
use proof::random::Random;
use proof::reference::Order;

fn victim() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_victim"))
}

fn long() -> bool {
    std::env::var("TIDEMILL_LONG").is_ok_and(|value| value == "1")
}

/// Executions that a victim has under way.
const IN_FLIGHT: usize = 40;

/// How the victim of a round ends.
fn kill(random: &mut Random, at: u64) -> Kill {
    let life = Duration::from_millis(150 + random.below(600) as u64);
    match at % 4 {
        1 if has_strace() => Kill::At { call: "fdatasync,fsync", nth: 1 + random.below(80) },
        2 if has_strace() => Kill::AfterSlowly(life),
        3 if has_strace() => Kill::At { call: "pwrite64", nth: 1 + random.below(800) },
        _ => Kill::After(life),
    }
}

#[derive(Default)]
struct Tally {
    verdict: Verdict,
    findings: Findings,
    counts: Counts,
    killed: usize,
    signaled: usize,
}

impl Tally {
    fn assert_sound(&self) {
        assert_eq!(self.verdict.faults(), 0, "{}", self.verdict.told.join("\n"));
        assert_eq!(self.findings.faults(), 0, "{}", self.findings.told.join("\n"));
    }

    fn is_sound(&self) -> bool {
        self.verdict.faults() + self.findings.faults() == 0
    }

    fn add_counts(&mut self, other: Counts) {
        self.counts.calls += other.calls;
        self.counts.refused += other.refused;
        self.counts.cut += other.cut;
        self.counts.at_once = self.counts.at_once.max(other.at_once);
    }
}

/// How the victims of a data directory live; one after the other get one of these.
const LIVES: [&[&str]; 3] = [&["--keys"], &[], &["--accept-first"]];

fn arguments(ledger: &CallLedger, more: &[&str]) -> Vec<String> {
    let (in_flight, address) = (IN_FLIGHT.to_string(), ledger.address().to_string());
    let usual = ["--for-ms", "3000", "--cases", "100", "--in-flight", &in_flight, "--calls", &address];
    usual.iter().chain(more).map(|&word| word.to_owned()).collect()
}

/// Victims of one data directory, one after the other; checked after every one or two of them.
fn rounds(tally: &mut Tally, cases: &mut Cases, random: &mut Random, rounds: std::ops::Range<u64>) {
    let life = usize::try_from(rounds.start / 8).expect("few rounds");
    let kills = rounds.map(|at| kill(random, at)).collect();
    lives(tally, cases, LIVES[life % LIVES.len()], (kills, random));
}

fn lives(tally: &mut Tally, cases: &mut Cases, more: &[&str], (kills, random): (Vec<Kill>, &mut Random)) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let calls = CallLedger::begin(&folder.path().join("calls"), random.bits()).expect("a ledger");
    let mut audit = Audit::new(&calls);
    let mut check = Check::new(cases).with_calls(calls.address());
    let mut ledgers: Vec<Ledger> = Vec::new();
    let keys = more.contains(&"--keys");
    for (at, &kill) in kills.iter().enumerate() {
        if !tally.is_sound() {
            break;
        }
        let arguments = arguments(&calls, more);
        let round = Round { program: victim(), data: data.clone(), arguments, kill };
        let ledger = round.run().unwrap_or_else(|error| panic!("round {at}, {kill:?}: {error:#}"));
        assert_eq!(ledger.dropped, 0, "round {at}: the victim could not take over what was open");
        tally.killed += usize::from(ledger.killed);
        tally.signaled += ledger.signaled.len();
        audit.end_life(&data).unwrap_or_else(|error| panic!("round {at}, {kill:?}: {error:#}"));
        ledgers.push(ledger);
        if random.chance(50) || at + 1 == kills.len() {
            let ledgers = std::mem::take(&mut ledgers);
            if keys {
                check.same_keys(&ledgers, &mut tally.verdict);
            }
            let verdict = check.run(&data, &ledgers);
            tally.verdict.add(verdict.unwrap_or_else(|error| panic!("round {at}, {kill:?}: {error:#}")));
            audit.end_life(&data).unwrap_or_else(|error| panic!("round {at}: {error:#}"));
        }
    }
    match audit.finish(&data) {
        Ok(findings) => tally.findings.add(findings),
        Err(error) => assert!(!tally.is_sound(), "{error:#}"),
    }
    tally.add_counts(calls.counts());
}

fn tell(count: u64, tally: &Tally) {
    let Tally { verdict, findings, counts, killed, signaled } = tally;
    println!(
        "{count} rounds, {killed} killed, {} executions, {} acknowledged, {signaled} signals acknowledged, {} open at the \
         crash, {} of them halfway; {} calls, {} for {} steps that change something; {} refused, {} cut off by a kill, at \
         most {} at once; {} retries, {} repeated; lost {}, recorded twice {}, stuck {}, wrong {}; called early {}, again \
         {}, twice {}, mixed up {}, never {}; longest recovery {} ms",
        verdict.executions,
        verdict.acknowledged,
        verdict.open,
        verdict.halfway,
        counts.calls,
        findings.writes,
        findings.steps,
        counts.refused,
        counts.cut,
        counts.at_once,
        findings.retries,
        findings.repeated,
        verdict.lost,
        verdict.repeated,
        verdict.stuck,
        verdict.wrong,
        findings.early,
        findings.again,
        findings.doubled,
        findings.mixed,
        findings.missing,
        verdict.recovery.as_millis(),
    );
}

#[test]
fn killed_processes_repeat_only_what_was_under_way() {
    let count = if long() { 200 } else { 24 };
    let mut cases = Cases::default();
    let (mut random, mut tally) = (Random::new(41), Tally::default());
    for first in (0..count).step_by(8) {
        rounds(&mut tally, &mut cases, &mut random, first..first + 8);
    }
    tell(count, &tally);
    tally.assert_sound();
    let Tally { verdict, findings, counts, killed, signaled } = tally;
    assert!(findings.repeated <= killed * counts.at_once, "{} calls were made again", findings.repeated);
    assert!(killed * 2 > usize::try_from(count).expect("a small number"), "only {killed} victims were killed");
    assert!(verdict.open > 0 && verdict.halfway > 0 && signaled > 0, "{verdict:?}");
    assert!(counts.cut > 0 && findings.repeated > 0 && findings.retries > 0 && findings.steps > 1_000, "{findings:?}");
}

/// Victims that run one shape of workflow only, killed while their writes are slow.
fn one_shape(shape: &str, seed: u64) -> Tally {
    let count = if long() { 40 } else { 6 };
    let (mut cases, mut random, mut tally) = (Cases::default(), Random::new(seed), Tally::default());
    let kill = |at: u64| {
        let life = Duration::from_millis(400 + at * 197 % 500);
        if at % 2 == 1 && has_strace() { Kill::AfterSlowly(life) } else { Kill::After(life) }
    };
    let kills = (0..count).map(kill).collect();
    lives(&mut tally, &mut cases, &["--shape", shape], (kills, &mut random));
    tell(count, &tally);
    tally.assert_sound();
    assert!(tally.verdict.open > 0 && tally.verdict.executions > 20, "{:?}", tally.verdict);
    tally
}

#[test]
fn timers_survive() {
    one_shape("4", 43);
}

#[test]
fn acknowledged_signals_survive() {
    let tally = one_shape("5", 47);
    assert!(tally.signaled > 10, "only {} signals were acknowledged", tally.signaled);
}

/// What a call depends on is on the disk, and not only handed to the system.
#[test]
fn a_power_cut_repeats_only_what_was_under_way() {
    if let Some(reason) = unsupported() {
        println!("not run: {reason}");
        return;
    }
    let count = if long() { 30 } else { 3 };
    let (mut cases, mut random, mut tally) = (Cases::default(), Random::new(53), Tally::default());
    for at in 0..count {
        let folder = tempfile::tempdir().expect("a folder");
        let mut image = Image::new().expect("a file system in a file");
        let calls = CallLedger::begin(&folder.path().join("calls"), at).expect("a ledger");
        let kill = Kill::After(Duration::from_millis(250 + random.below(700) as u64));
        let round = Round { program: victim(), data: image.data(), arguments: arguments(&calls, &[]), kill };
        let ledger = round.run().expect("a victim");
        let data = image.cut().expect("the copy can be used");
        let mut audit = Audit::new(&calls);
        audit.end_life(&data).unwrap_or_else(|error| panic!("power cut {at}: {error:#}"));
        tally.killed += usize::from(ledger.killed);
        tally.signaled += ledger.signaled.len();
        let verdict = Check::new(&mut cases).with_calls(calls.address()).run(&data, &[ledger]);
        tally.verdict.add(verdict.unwrap_or_else(|error| panic!("power cut {at}: {error:#}")));
        audit.end_life(&data).unwrap_or_else(|error| panic!("power cut {at}: {error:#}"));
        tally.findings.add(audit.finish(&data).expect("the data can be read"));
        tally.add_counts(calls.counts());
    }
    tell(count, &tally);
    tally.assert_sound();
    assert!(tally.findings.repeated > 0 && tally.findings.steps > 50, "{:?}", tally.findings);
}

/// A process that starts serves after this at the latest, whatever it has to take over.
const SERVES_WITHIN: Duration = Duration::from_secs(5);
/// Restarts in a row that are looked at.
const RESTARTS: usize = 12;

/// Executions that bring down each process that runs them are set aside, and nothing beside them is: what is under way
/// when they strike, again and again, ends as it should.
#[test]
fn poison_is_set_aside() {
    const POISON: usize = 2;
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let calls = CallLedger::begin(&folder.path().join("calls"), 1).expect("a ledger");
    let (mut ledgers, mut crashes, mut set_aside, mut under_way): (Vec<Ledger>, _, _, _) = (Vec::new(), 0, 0, 0);
    let mut slowest = Duration::ZERO;
    for restart in 0.. {
        let poison = if restart == 0 { POISON.to_string() } else { "0".into() };
        let address = calls.address().to_string();
        let all = ["--for-ms", "1500", "--in-flight", "16", "--poison", &poison, "--calls", &address];
        let arguments = all.map(str::to_owned).to_vec();
        let round = Round { program: victim(), data: data.clone(), arguments, kill: Kill::Itself };
        let ledger = round.run().expect("a victim");
        let crashed = ledger.gave_up.is_some();
        let served = ledger.served.unwrap_or_else(|| panic!("restart {restart} did not serve: {:?}", ledger.gave_up));
        assert!(served <= SERVES_WITHIN, "restart {restart} served after {served:?}");
        assert!(crashed || ledger.ready, "restart {restart} was not ready");
        slowest = slowest.max(served);
        crashes += usize::from(crashed);
        set_aside += ledger.dropped;
        under_way += if crashed { ledger.accepted.len() - ledger.ended.len() } else { 0 };
        ledgers.push(ledger);
        calls.next_life().expect("the victim is gone");
        assert!(crashes < 30, "poison is not found");
        if restart >= RESTARTS && set_aside >= POISON && !crashed {
            break;
        }
    }
    let verdict = Check::new(&mut Cases::default()).with_calls(calls.address()).run(&data, &ledgers).expect("the data");
    println!(
        "{} restarts, the slowest served after {} ms; {crashes} processes brought down, {set_aside} set aside; {} executions, \
         {under_way} of them under way when they died; lost {}, stuck {}, wrong {}",
        ledgers.len() - 1,
        slowest.as_millis(),
        verdict.executions,
        verdict.lost,
        verdict.stuck,
        verdict.wrong
    );
    assert_eq!(verdict.faults(), 0, "{}", verdict.told.join("\n"));
    assert_eq!(set_aside, POISON, "only poison");
    assert!(crashes > engine::Options::default().max_recoveries as usize, "only {crashes} crashes");
    assert!(verdict.executions > 100 && under_way > 20, "{under_way} of {} were under way", verdict.executions);
}

#[test]
fn the_twins_are_known_to_the_reference() {
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], 1));
    let mut kinds = std::collections::HashSet::new();
    for seed in 0..100 {
        let drawn = effect_case(seed, address);
        let answer = drawn.twin.question().answer(&Order::File);
        assert_eq!(answer.status, "succeeded", "seed {seed}: {answer}");
        assert!(
            seed % 10 > 7 || drawn.case.graph.nodes.iter().any(|node| node.kind == "http"),
            "seed {seed} calls nobody"
        );
        assert!(drawn.twin.graph.nodes.iter().all(|node| node.kind != "http"), "seed {seed} calls in its twin");
        kinds.extend(drawn.case.graph.nodes.iter().map(|node| node.kind.to_string()));
    }
    for kind in ["http", "delay", "wait_for_signal", "try_catch", "sub_workflow", "for_each", "while_loop"] {
        assert!(kinds.contains(kind), "no case has a {kind}");
    }
}
