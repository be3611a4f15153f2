//! What the disk does to the SQLite store, and what the store does to the disk.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use model::{ExecutionId, Status, TenantId, VersionId, WorkflowId};
use store::journal::{Append, Batch, NewExecution, ReadFrom, RowState};
use store::{Journal, Result, SqliteOptions, SqliteStore, StoreError};

fn create(id: i64, bytes: usize) -> Append {
    Append {
        tenant: TenantId(1),
        execution: ExecutionId(id),
        create: Some(Box::new(NewExecution {
            tenant: TenantId(1),
            workflow: Some(WorkflowId(7)),
            version: VersionId(70),
            trigger: "manual",
            idempotency: None,
            origin: None,
            priority: 0,
            flow_key: None,
        })),
        seq_from: 1,
        seq_to: 2,
        bytes: Bytes::from(vec![b'e'; bytes]),
        state: RowState { before: None, status: Status::Succeeded, wake_at: None, duration_us: 1_000, error: None },
        consumed: Vec::new(),
        blobs: Vec::new(),
        lends: Vec::new(),
        large: Vec::new(),
        records: Vec::new(),
        births: Vec::new(),
        posts: Vec::new(),
        snapshot: false,
        proven: false,
    }
}

fn append(store: &SqliteStore, entries: Vec<Append>) -> Vec<Result<()>> {
    let (reply, answer) = std::sync::mpsc::channel();
    store.append(Batch { entries, done: Box::new(move |answers| drop(reply.send(answers))) });
    answer.recv().expect("every batch is answered")
}

fn segments(store: &SqliteStore, id: i64) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime
        .block_on(store.read(TenantId(1), ExecutionId(id), ReadFrom::After(0), usize::MAX))
        .expect("reads go on")
        .len()
}

#[test]
fn a_second_process_is_told_who_has_the_directory() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let first = SqliteStore::open(dir.path(), SqliteOptions::default()).expect("it is free");
    let Err(StoreError::Unavailable(text)) = SqliteStore::open(dir.path(), SqliteOptions::default()) else {
        panic!("two have the directory")
    };
    assert!(text.contains(&format!("process {}", std::process::id())), "{text}");
    assert!(text.contains(&dir.path().display().to_string()), "{text}");
    drop(first);
    SqliteStore::open(dir.path(), SqliteOptions::default()).expect("it is free again");
}

#[test]
fn a_newer_schema_and_a_foreign_file_are_refused_untouched() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    drop(SqliteStore::open(dir.path(), SqliteOptions::default()).expect("it is free"));
    let file = dir.path().join("tidemill.db");
    let conn = rusqlite::Connection::open(&file).expect("the database");
    conn.execute_batch("PRAGMA user_version = 99").expect("a later schema");
    drop(conn);
    let before = fs::read(&file).expect("the file");
    let Err(StoreError::Corrupt(text)) = SqliteStore::open(dir.path(), SqliteOptions::default()) else {
        panic!("a newer schema is opened")
    };
    assert!(text.contains("schema 99") && text.contains("newer program"), "{text}");
    assert_eq!(fs::read(&file).expect("the file"), before, "it was changed");

    let dir = tempfile::tempdir().expect("a temporary directory");
    let file = dir.path().join("tidemill.db");
    let conn = rusqlite::Connection::open(&file).expect("a database");
    conn.execute_batch("CREATE TABLE theirs (x)").expect("a table");
    drop(conn);
    let before = fs::read(&file).expect("the file");
    let Err(StoreError::Corrupt(text)) = SqliteStore::open(dir.path(), SqliteOptions::default()) else {
        panic!("a foreign database is opened")
    };
    assert!(text.contains("another program"), "{text}");
    assert_eq!(fs::read(&file).expect("the file"), before, "it was changed");
}

#[test]
fn another_program_that_holds_the_database_only_delays() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let options = SqliteOptions { busy_timeout: Duration::from_millis(20), ..SqliteOptions::default() };
    let store = SqliteStore::open(dir.path(), options).expect("it is free");
    let conn = rusqlite::Connection::open(dir.path().join("tidemill.db")).expect("the database");
    conn.execute_batch("BEGIN IMMEDIATE").expect("it is free");
    let held = Arc::new(AtomicBool::new(true));
    let holder = std::thread::spawn({
        let held = held.clone();
        move || {
            std::thread::sleep(Duration::from_millis(300));
            held.store(false, Ordering::SeqCst);
            conn.execute_batch("ROLLBACK").expect("it ends");
        }
    });
    assert_eq!(append(&store, vec![create(1, 100)]), [Ok(())]);
    assert!(!held.load(Ordering::SeqCst), "it wrote while another held the database");
    holder.join().expect("it ends");
}

#[test]
fn what_comes_while_a_commit_runs_is_the_next_commit() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let options = SqliteOptions { busy_timeout: Duration::from_millis(20), ..SqliteOptions::default() };
    let store = SqliteStore::open(dir.path(), options).expect("it is free");
    let before = store.health().commits;
    let conn = rusqlite::Connection::open(dir.path().join("tidemill.db")).expect("the database");
    // Its first commit cannot go on while somebody else holds the database.
    conn.execute_batch("BEGIN IMMEDIATE").expect("it is free");
    let (reply, answers) = std::sync::mpsc::channel();
    for id in 1..=100 {
        let reply = reply.clone();
        let done = Box::new(move |answers: Vec<Result<()>>| drop(reply.send(answers)));
        store.append(Batch { entries: vec![create(id, 100)], done });
    }
    assert!(answers.recv_timeout(Duration::from_millis(50)).is_err(), "nothing is acknowledged before its commit");
    conn.execute_batch("ROLLBACK").expect("it ends");
    for _ in 1..=100 {
        assert_eq!(answers.recv().expect("an answer"), [Ok(())]);
    }
    let commits = store.health().commits - before;
    assert!((1..=10).contains(&commits), "{commits} commits for 100 entries");
}

/// Length of the log's file.
fn wal_bytes(dir: &Path) -> u64 {
    fs::metadata(dir.join("tidemill.db-wal")).map_or(0, |file| file.len())
}

#[test]
fn the_log_stays_short_under_load() {
    let long = std::env::var_os("TIDEMILL_LONG").is_some_and(|long| long == "1");
    let span = Duration::from_secs(if long { 60 } else { 4 });
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary directory");
    let store = SqliteStore::open(dir.path(), SqliteOptions::default()).expect("it is free");
    let (began, open, refused) = (Instant::now(), Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let (mut id, mut longest) = (0, 0);
    while began.elapsed() < span {
        let entries: Vec<_> = (0..64).map(|n| create(id + n, 2_000)).collect();
        id += 64;
        open.fetch_add(1, Ordering::SeqCst);
        let (open_after, refused) = (open.clone(), refused.clone());
        let done = move |answers: Vec<Result<()>>| {
            refused.fetch_add(answers.iter().filter(|answer| answer.is_err()).count() as u64, Ordering::SeqCst);
            open_after.fetch_sub(1, Ordering::SeqCst);
        };
        store.append(Batch { entries, done: Box::new(done) });
        while open.load(Ordering::SeqCst) > 16 {
            std::thread::sleep(Duration::from_micros(200));
        }
        longest = longest.max(wal_bytes(dir.path()));
    }
    while open.load(Ordering::SeqCst) > 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let health = store.health();
    eprintln!("{id} executions, {} commits, longest log {longest} bytes", health.commits);
    assert_eq!(refused.load(Ordering::SeqCst), 0);
    assert!(id >= 5_000, "{id} executions are no load");
    // Twice what was written would be there if the log never began anew.
    assert!(longest <= (256 << 20).min(id.cast_unsigned() * 2_000), "{longest} bytes of log after {id} executions");
}

/// A small file system in memory, gone when dropped.
struct Small(PathBuf, tempfile::TempDir);

impl Small {
    fn mount(bytes: &str) -> Option<Self> {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let path = dir.path().join("small");
        fs::create_dir(&path).expect("a directory");
        let size = format!("size={bytes}");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&path).output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self(path, dir)),
            other => {
                eprintln!("skipped: a small file system cannot be mounted here: {other:?}");
                None
            }
        }
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg("-l").arg(&self.0).status();
        assert!(unmounted.is_ok_and(|status| status.success()), "{} stays mounted", self.1.path().display());
    }
}

/// Writes until the disk is full; then reads go on, and writes too once there is space.
fn fill(reserve_bytes: Option<u64>) {
    let Some(small) = Small::mount("12m") else { return };
    let ballast = small.0.join("ballast");
    fs::write(&ballast, vec![1; 6 << 20]).expect("there is space");
    let options = SqliteOptions { reserve_bytes, ..SqliteOptions::default() };
    let store = SqliteStore::open(&small.0, options.clone()).expect("there is space");
    let (mut kept, mut refused) = (Vec::new(), Vec::new());
    for id in 1..2_000 {
        match append(&store, vec![create(2 * id, 20_000), create(2 * id + 1, 10)]).as_slice() {
            [Ok(()), Ok(())] => kept.extend([2 * id, 2 * id + 1]),
            [Err(StoreError::Full(_)), Err(StoreError::Full(_))] => refused.extend([2 * id, 2 * id + 1]),
            other => panic!("half of a transaction: {other:?}"),
        }
        if refused.len() > 20 {
            break;
        }
    }
    assert!(kept.len() > 20 && refused.len() > 20, "{} kept, {} refused", kept.len(), refused.len());
    assert!(store.health().read_only.is_some());
    assert!(kept.iter().all(|&id| segments(&store, id) == 1), "reads go on");
    assert!(refused.iter().all(|&id| segments(&store, id) == 0), "a refused one is there");

    fs::remove_file(&ballast).expect("there is a file");
    let since = Instant::now();
    while append(&store, vec![create(999_999, 10)]) != [Ok(())] {
        assert!(since.elapsed() < Duration::from_secs(10), "it does not resume: {:?}", store.health());
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(store.health().read_only, None);
    drop(store);
    let store = SqliteStore::open(&small.0, options).expect("it opens again");
    kept.push(999_999);
    assert!(kept.iter().all(|&id| segments(&store, id) == 1));
    assert!(refused.iter().all(|&id| segments(&store, id) == 0));
    drop(store);
    let conn = rusqlite::Connection::open(small.0.join("tidemill.db")).expect("the database");
    let verdict: String = conn.query_row("PRAGMA integrity_check", (), |row| row.get(0)).expect("a verdict");
    assert_eq!(verdict, "ok");
}

#[test]
fn a_full_disk_refuses_writes_until_there_is_space() {
    fill(SqliteOptions::default().reserve_bytes);
}

#[test]
fn a_disk_that_fills_inside_a_transaction_rolls_it_back_whole() {
    fill(None);
}

const CHILD_DIR: &str = "TIDEMILL_TEST_FAILING_DIR";

/// Appends until the disk fails, noting what was acknowledged; the store must end the process.
#[test]
fn child_of_a_failing_disk() {
    let Some(dir) = std::env::var_os(CHILD_DIR) else { return };
    let dir = PathBuf::from(dir);
    let store =
        SqliteStore::open(&dir, SqliteOptions { reserve_bytes: None, ..SqliteOptions::default() }).expect("open");
    for id in 1..100_000 {
        let answers = append(&store, vec![create(id, 20_000)]);
        assert_eq!(answers, [Ok(())], "an answer after the disk failed");
        fs::write(dir.join("acknowledged"), id.to_string()).expect("a short file");
    }
}

#[test]
fn a_disk_that_fails_ends_the_process_and_loses_nothing() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let program = std::env::current_exe().expect("this test");
    // Files may not grow over 4 MiB, and the signal for it is ignored: writes fail as on a broken disk.
    let script = "trap '' XFSZ; ulimit -c 0; ulimit -f 8192; exec \"$0\" child_of_a_failing_disk --exact";
    let output =
        Command::new("sh").args(["-c", script]).arg(program).env(CHILD_DIR, dir.path()).output().expect("a shell");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.signal(), Some(6), "it should abort: {text}");
    let acknowledged: i64 =
        fs::read_to_string(dir.path().join("acknowledged")).expect("some were acknowledged").parse().expect("a number");
    assert!(acknowledged > 20, "{acknowledged}");
    let store = SqliteStore::open(dir.path(), SqliteOptions::default()).expect("it opens again");
    assert!((1..=acknowledged).all(|id| segments(&store, id) == 1), "an acknowledged one is lost");
}
