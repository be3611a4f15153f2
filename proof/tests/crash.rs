//! Processes are killed while they run workflows, and power is cut: nothing acknowledged is lost, nothing recorded
//! happens twice, nothing is stuck, nothing is wrong. And the harness sees it when that is not so.

use std::path::Path;
use std::time::Duration;

use proof::crash::{Cases, Check, Image, Kill, Ledger, Round, Verdict, has_strace, unsupported};
use proof::random::Random;

fn victim() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_victim"))
}

fn long() -> bool {
    std::env::var("TIDEMILL_LONG").is_ok_and(|value| value == "1")
}

/// How the victim of a round ends.
fn kill(random: &mut Random, at: u64) -> Kill {
    let random_time = Kill::After(Duration::from_millis(50 + random.below(800) as u64));
    match at % 4 {
        1 if has_strace() => Kill::At { call: "fdatasync,fsync", nth: 1 + random.below(50) },
        3 if has_strace() => Kill::At { call: "pwrite64", nth: 1 + random.below(1_000) },
        _ => random_time,
    }
}

/// How the victims of a data directory live; one after the other get one of these.
const LIVES: [&[&str]; 5] = [
    &["--for-ms", "2500", "--keys"],
    &["--for-ms", "2500", "--long-every", "3", "--accept-first"],
    &["--for-ms", "2500", "--long-every", "0", "--keys"],
    &["--for-ms", "2500", "--long-every", "3"],
    &["--for-ms", "2500", "--long-every", "0", "--accept-first"],
];

#[derive(Default)]
struct Tally {
    verdict: Verdict,
    killed: usize,
    at_calls: usize,
    again: usize,
    same_keys: usize,
}

/// Victims of one data directory, one after the other; checked after every one or two of them.
fn rounds(tally: &mut Tally, cases: &mut Cases, random: &mut Random, rounds: std::ops::Range<u64>) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let mut check = Check::new(cases);
    let mut ledgers: Vec<Ledger> = Vec::new();
    let life = LIVES[usize::try_from(rounds.start / 8).expect("few rounds") % LIVES.len()];
    let keys = life.contains(&"--keys");
    for at in rounds.clone() {
        let arguments = life.iter().map(|&word| word.to_owned()).collect();
        let kill = kill(random, at);
        let round = Round { program: victim(), data: data.clone(), arguments, kill };
        let ledger = round.run().unwrap_or_else(|error| panic!("round {at}, {:?}: {error:#}", round.kill));
        assert_eq!(ledger.dropped, 0, "round {at}: the victim could not take over what was open");
        tally.killed += usize::from(ledger.killed);
        tally.at_calls += usize::from(ledger.killed && matches!(round.kill, Kill::At { .. }));
        tally.again += usize::from(ledger.adopted > 0);
        ledgers.push(ledger);
        if random.chance(60) || at + 1 == rounds.end {
            let ledgers = std::mem::take(&mut ledgers);
            if keys {
                tally.same_keys += check.same_keys(&ledgers, &mut tally.verdict);
            }
            let verdict = check.run(&data, &ledgers);
            tally.verdict.add(verdict.unwrap_or_else(|error| panic!("round {at}, {:?}: {error:#}", round.kill)));
        }
    }
}

#[test]
fn killed_processes_lose_nothing() {
    let count = if long() { 200 } else { 40 };
    let mut cases = Cases::default();
    let (mut random, mut tally) = (Random::new(11), Tally::default());
    if !has_strace() {
        println!("strace is missing: every kill comes at a random time, none at a system call");
    }
    for first in (0..count).step_by(8) {
        rounds(&mut tally, &mut cases, &mut random, first..first + 8);
    }
    let Tally { verdict, killed, at_calls, again, same_keys } = tally;
    println!(
        "{count} rounds, {killed} killed, {at_calls} of them at a system call, {again} recoveries by a later victim, \
         {same_keys} starts with a key used before; \
         {} executions, {} acknowledged, {} open at the crash, {} of them halfway, {} steps; longest recovery {} ms; \
         lost {}, repeated {}, stuck {}, wrong {}",
        verdict.executions,
        verdict.acknowledged,
        verdict.open,
        verdict.halfway,
        verdict.steps,
        verdict.recovery.as_millis(),
        verdict.lost,
        verdict.repeated,
        verdict.stuck,
        verdict.wrong,
    );
    assert_eq!(verdict.faults(), 0, "{}", verdict.told.join("\n"));
    assert!(killed * 2 > usize::try_from(count).expect("a small number"), "only {killed} victims were killed");
    assert!(same_keys > 0, "no idempotency key was used again");
    assert!(at_calls > 0 || !has_strace(), "no victim was killed at a system call");
    assert!(verdict.acknowledged > 1_000 && verdict.open > 0 && verdict.halfway > 0, "{verdict:?}");
}

#[test]
fn an_early_acknowledgement_is_seen() {
    let mut cases = Cases::default();
    let mut lost = 0;
    for at in 0..40 {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        let arguments = ["--sabotage", "ack-before-commit", "--long-every", "0"].map(str::to_owned).to_vec();
        let kill = Kill::After(Duration::from_millis(150 + 40 * (at % 10)));
        let ledger = Round { program: victim(), data: data.clone(), arguments, kill }.run().expect("a victim");
        lost += Check::new(&mut cases).run(&data, &[ledger]).expect("the data can be read").lost;
        if lost > 0 {
            println!("acknowledging before the commit: {lost} lost in round {}", at + 1);
            return;
        }
    }
    panic!("acknowledging before the commit went unseen");
}

/// After an error of the disk nobody knows what is on it. The process must end, having acknowledged nothing more, and the
/// next one finds what was acknowledged.
#[test]
fn a_broken_disk_ends_the_process() {
    if !has_strace() {
        println!("not run: strace is missing");
        return;
    }
    let count = if long() { 60 } else { 6 };
    let mut cases = Cases::default();
    let (mut random, mut all, mut gave_up) = (Random::new(31), Verdict::default(), 0);
    for at in 0..count {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        let kill = match at % 2 {
            0 => Kill::Broken { error: "EIO", call: "fdatasync,fsync", nth: 1 + random.below(40) },
            _ => Kill::Broken { error: "EIO", call: "pwrite64", nth: 1 + random.below(600) },
        };
        let ledger = Round { program: victim(), data: data.clone(), arguments: Vec::new(), kill }.run();
        let ledger = ledger.unwrap_or_else(|error| panic!("round {at}, {kill:?}: {error:#}"));
        gave_up += usize::from(ledger.gave_up.is_some());
        all.add(Check::new(&mut cases).run(&data, &[ledger]).expect("the data can be read"));
    }
    println!(
        "{count} broken disks, {gave_up} processes ended; {} acknowledged, lost {}, repeated {}, stuck {}, wrong {}",
        all.acknowledged, all.lost, all.repeated, all.stuck, all.wrong
    );
    assert_eq!(all.faults(), 0, "{}", all.told.join("\n"));
    assert_eq!(gave_up, count, "a process went on after its disk had failed");
}

/// A disk that is full, in the middle of a commit or between two: what was acknowledged by then is there, and nothing is
/// acknowledged that is not.
#[test]
fn a_full_disk_loses_nothing() {
    if !has_strace() {
        println!("not run: strace is missing");
        return;
    }
    let count = if long() { 60 } else { 4 };
    let mut cases = Cases::default();
    let (mut random, mut all) = (Random::new(37), Verdict::default());
    for at in 0..count {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        let kill = Kill::Broken { error: "ENOSPC", call: "pwrite64", nth: 200 + random.below(1_500) };
        let arguments = ["--for-ms", "2000"].map(str::to_owned).to_vec();
        let ledger = Round { program: victim(), data: data.clone(), arguments, kill }.run();
        let ledger = ledger.unwrap_or_else(|error| panic!("round {at}, {kill:?}: {error:#}"));
        all.add(Check::new(&mut cases).run(&data, &[ledger]).expect("the data can be read"));
    }
    println!(
        "{count} full disks; {} acknowledged, {} open, lost {}, repeated {}, stuck {}, wrong {}",
        all.acknowledged, all.open, all.lost, all.repeated, all.stuck, all.wrong
    );
    assert_eq!(all.faults(), 0, "{}", all.told.join("\n"));
    assert!(all.acknowledged > 0, "nothing was acknowledged before the disk was full");
}

/// A victim on a disk whose power is cut.
fn power_cut(cases: &mut Cases, kill: Kill, arguments: &[&str]) -> (usize, anyhow::Result<Verdict>) {
    let mut image = Image::new().expect("a file system in a file");
    let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
    let ledger = Round { program: victim(), data: image.data(), arguments, kill }.run().expect("a victim");
    let acknowledged = ledger.accepted.len();
    let data = image.cut().expect("the copy can be used");
    (acknowledged, Check::new(cases).run(&data, &[ledger]))
}

#[test]
fn a_power_cut_loses_nothing() {
    if let Some(reason) = unsupported() {
        println!("not run: {reason}");
        return;
    }
    let count = if long() { 30 } else { 4 };
    let mut cases = Cases::default();
    let (mut random, mut all) = (Random::new(23), Verdict::default());
    for at in 0..count {
        let kill = Kill::After(Duration::from_millis(200 + random.below(900) as u64));
        let accept_first: &[&str] = if at % 2 == 0 { &["--accept-first"] } else { &[] };
        let (_, verdict) = power_cut(&mut cases, kill, accept_first);
        all.add(verdict.unwrap_or_else(|error| panic!("power cut {at}: {error:#}")));
    }
    println!(
        "{count} power cuts: {} executions, {} acknowledged, lost {}, repeated {}, stuck {}, wrong {}",
        all.executions, all.acknowledged, all.lost, all.repeated, all.stuck, all.wrong
    );
    assert_eq!(all.faults(), 0, "{}", all.told.join("\n"));
    assert!(all.acknowledged > 100, "only {} were acknowledged", all.acknowledged);
}

#[test]
fn a_power_cut_without_sync_is_seen() {
    if let Some(reason) = unsupported() {
        println!("not run: {reason}");
        return;
    }
    let mut cases = Cases::default();
    let life = Duration::from_millis(900);
    // As PRAGMA synchronous = OFF would: nothing reaches the disk before the system finds it time.
    let without_sync = has_strace().then_some((Kill::AfterWithoutSync(life), &[][..], "no sync at all"));
    let normal: (Kill, &[&str], _) = (Kill::After(life), &["--synchronous", "normal"], "synchronous = NORMAL");
    for (kill, arguments, name) in without_sync.into_iter().chain([normal]) {
        let seen = (1..=30).find(|at| {
            let (acknowledged, verdict) = power_cut(&mut cases, kill, arguments);
            // A database that does not even open has lost everything that was acknowledged.
            let lost = verdict.map_or(acknowledged, |verdict| verdict.lost);
            println!("{name}, power cut {at}: {lost} of {acknowledged} lost");
            lost > 0
        });
        assert!(seen.is_some(), "{name} went unseen");
    }
}
