//! The process around the engine: what the system denies it, and how it ends.

use std::time::Duration;

use nodes::js::{Pool, Request, Settings, self_test};

use crate::{line, run, settings};

#[test]
#[cfg(target_os = "linux")]
fn a_worker_is_denied_all_but_its_pipes() {
    let attempts = self_test(&settings()).expect("a worker starts");
    let tried: Vec<&str> = attempts.iter().map(|attempt| attempt.what.as_str()).collect();
    for what in ["go unlocked", "open a file", "connect", "open a socket", "start a program", "start a thread", "trace"]
    {
        assert!(tried.contains(&what), "{what} was tried: {tried:?}");
    }
    let open: Vec<_> = attempts.iter().filter(|attempt| !attempt.is_denied).collect();
    assert!(open.is_empty(), "{open:?}");
    let by_system =
        attempts.iter().filter(|attempt| attempt.told.contains("EPERM") || attempt.told.contains("os error 1)"));
    assert!(by_system.count() >= 9, "{attempts:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn the_system_shows_the_walls() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let pool = Pool::new(Settings { workers: 1, ..settings() });
    assert_eq!(runtime.block_on(run(&pool, "1", "0")), "1");
    let [worker] = pool.idle_workers()[..] else { panic!("one worker") };
    let status = std::fs::read_to_string(format!("/proc/{worker}/status")).expect("the process runs");
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("{name} in {status}")).trim().to_owned()
    };
    assert_eq!(
        (field("Seccomp:").as_str(), field("NoNewPrivs:").as_str(), field("Threads:").as_str()),
        ("2", "1", "1")
    );
    let limits = std::process::Command::new("prlimit")
        .args(["--pid", &worker.to_string(), "--noheadings", "-o", "RESOURCE,HARD"])
        .output();
    if let Ok(limits) = limits.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()) {
        for resource in ["CORE", "FSIZE", "NOFILE", "NPROC"] {
            let line = limits.lines().find(|line| line.starts_with(resource)).unwrap_or_default();
            assert_eq!(line.split_whitespace().last(), Some("0"), "{limits}");
        }
    }
}

/// Waits until a process is gone, or only its exit status is left.
async fn gone(id: u32) {
    let gone = async {
        while std::fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|stat| !stat.contains(") Z ")) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.expect("the process ends");
}

async fn only_worker(pool: &Pool) -> u32 {
    assert_eq!(run(pool, "1", "0").await, "1");
    let [worker] = pool.idle_workers()[..] else { panic!("one worker") };
    worker
}

#[tokio::test]
async fn dropping_a_call_kills_its_worker() {
    let pool = Pool::new(Settings { workers: 1, ..settings() });
    let worker = only_worker(&pool).await;
    let looping = Request { timeout_ms: Some(600_000), ..Request::new("while (true) {}") };
    tokio::time::timeout(Duration::from_millis(100), pool.call(&looping)).await.expect_err("it loops");
    gone(worker).await;
    let next = only_worker(&pool).await;
    assert_ne!(next, worker);
    // A call that still waits for its turn harms nobody.
    let busy = pool.call(&looping);
    tokio::pin!(busy);
    tokio::time::timeout(Duration::from_millis(50), &mut busy).await.expect_err("it loops");
    let waiting = Request::new("1");
    tokio::time::timeout(Duration::from_millis(50), pool.call(&waiting)).await.expect_err("all workers are busy");
    assert!(std::path::Path::new(&format!("/proc/{next}")).exists());
}

#[tokio::test]
async fn workers_end_with_the_pool() {
    let pool = Pool::new(Settings { workers: 1, ..settings() });
    let worker = only_worker(&pool).await;
    drop(pool);
    gone(worker).await;
}

fn kill(id: u32) {
    assert!(std::process::Command::new("kill").args(["-9", &id.to_string()]).status().expect("kill runs").success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_worker_is_one_failed_attempt_or_none() {
    let pool = Pool::new(Settings { workers: 1, ..settings() });
    // While it waits: the next call gets another worker and notices nothing.
    for _ in 0..5 {
        let worker = only_worker(&pool).await;
        kill(worker);
        gone(worker).await;
        assert_ne!(only_worker(&pool).await, worker);
    }
    // While it works: that call fails.
    let worker = only_worker(&pool).await;
    let call = tokio::spawn({
        let pool = pool.clone();
        async move { pool.call(&Request { timeout_ms: Some(600_000), ..Request::new("while (true) {}") }).await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    kill(worker);
    let told = line(call.await.expect("no panic"));
    assert!(told.starts_with("! js_crashed: "), "{told}");
    assert_eq!(run(&pool, "2", "0").await, "2");
}

#[tokio::test]
async fn a_program_that_is_no_worker_is_told() {
    // One says nothing and ends, the other is not there.
    for program in ["/bin/true", "/nowhere"] {
        let pool = Pool::new(Settings { program: Some(program.into()), ..settings() });
        let told = run(&pool, "1", "0").await;
        assert!(told.starts_with("! js_crashed: no worker could be started"), "{program}: {told}");
    }
}

/// What a shell runs before a worker that hides `/proc`, so that the worker cannot close the files it was left.
#[cfg(target_os = "linux")]
const HIDDEN: &str = "mount -t tmpfs none /proc";

#[tokio::test]
#[cfg(target_os = "linux")]
async fn without_walls_code_does_not_run_unless_that_is_allowed() {
    use std::process::Command;

    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("worker");
    let can_hide = Command::new("unshare").args(["-r", "-m", "sh", "-c", HIDDEN]).status();
    let can_hide = can_hide.is_ok_and(|status| status.success());
    let worker = env!("CARGO_BIN_EXE_js-worker");
    let script = if can_hide {
        format!(r#"exec unshare -r -m sh -c '{HIDDEN} && exec "$0" "$@"' {worker} "$@""#)
    } else {
        // Nothing can be hidden here: what a worker says is played, and only the pool is shown.
        format!(r#"[ "$4" = unsandboxed ] && exec {worker} "$@"; printf '\012\000\000\000no seccomp'"#)
    };
    // Written by another process: one of ours could not be run while a thread beside starts a program.
    let write = format!("cat > {0} && chmod +x {0}", program.display());
    let mut writer = Command::new("sh").args(["-c", &write]).stdin(std::process::Stdio::piped()).spawn().expect("sh");
    let text = format!("#!/bin/sh\n{script}\n");
    std::io::Write::write_all(&mut writer.stdin.take().expect("an input"), text.as_bytes()).expect("written");
    assert!(writer.wait().expect("it ends").success());

    let refuses = Pool::new(Settings { program: Some(program.clone()), ..settings() });
    let error = refuses.call(&Request::new("1")).await.expect_err("no walls");
    assert_eq!((error.code.as_str(), error.is_final), ("sandbox_unavailable", true), "{}", error.message);
    assert!(error.message.contains(if can_hide { "closing files" } else { "no seccomp" }), "{}", error.message);
    let allows = Pool::new(Settings { program: Some(program), allow_unsandboxed: true, ..settings() });
    assert_eq!(run(&allows, "input + 1", "1").await, "2");
}
