//! Linux: resource limits, no new privileges, and a list of the few calls that the kernel still answers.

use std::collections::BTreeMap;
use std::io;

use nix::libc;
use nix::sys::prctl;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::Signal;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};

/// CPU seconds of a worker's whole life: far beyond what its calls may take, short of for ever.
const CPU_SECONDS: u64 = 7 * 24 * 3_600;

/// Locks the process in: it keeps its memory, its two pipes and its processor, and can reach nothing else.
///
/// # Errors
/// Why it could not.
pub(in crate::js) fn enter(memory_bytes: usize) -> Result<(), String> {
    let step = |what: &str, error: &dyn std::fmt::Display| format!("{what}: {error}");
    close_files().map_err(|error| step("closing files", &error))?;
    std::env::set_current_dir("/").map_err(|error| step("leaving the folder", &error))?;
    prctl::set_pdeathsig(Signal::SIGKILL).map_err(|error| step("tying to the parent", &error))?;
    prctl::set_dumpable(false).map_err(|error| step("forbidding dumps", &error))?;
    prctl::set_no_new_privs().map_err(|error| step("giving up privileges", &error))?;
    limit(memory_bytes).map_err(|error| step("setting limits", &error))?;
    let program = filter().map_err(|error| step("writing the filter of system calls", &error))?;
    seccompiler::apply_filter(&program).map_err(|error| step("setting the filter of system calls", &error))
}

/// Closes all but the three standard streams: what the parent did not mean to pass on.
fn close_files() -> io::Result<()> {
    let open: Vec<i32> = std::fs::read_dir("/proc/self/fd")?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    for file in open.into_iter().filter(|&file| file > 2) {
        // The folder that was just read is among them, and closed already.
        let _ = nix::unistd::close(file);
    }
    Ok(())
}

fn limit(memory_bytes: usize) -> io::Result<()> {
    // What is mapped already, the engine's memory, and its input and output as text beside it.
    let room = memory_bytes.saturating_mul(4).saturating_add(64 << 20);
    let space = mapped_bytes()?.saturating_add(u64::try_from(room).unwrap_or(u64::MAX));
    let limits = [
        (Resource::RLIMIT_AS, space),
        (Resource::RLIMIT_CPU, CPU_SECONDS),
        (Resource::RLIMIT_CORE, 0),
        (Resource::RLIMIT_FSIZE, 0),
        (Resource::RLIMIT_NOFILE, 0),
        (Resource::RLIMIT_NPROC, 0),
    ];
    for (resource, most) in limits {
        let (_, hard) = nix::sys::resource::getrlimit(resource)?;
        setrlimit(resource, most.min(hard), most.min(hard))?;
    }
    Ok(())
}

fn mapped_bytes() -> io::Result<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm")?;
    let pages = statm.split(' ').next().and_then(|pages| pages.parse::<u64>().ok());
    // Pages are at least this large; where they are larger the room is what the engine's own limit leaves of it.
    pages.map(|pages| pages * 4_096).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// The calls that a worker makes once it runs: all others are answered with "not permitted".
fn filter() -> Result<BpfProgram, seccompiler::BackendError> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
    let free = [
        libc::SYS_brk,
        libc::SYS_clock_getres,
        libc::SYS_clock_gettime,
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_futex,
        libc::SYS_getrandom,
        libc::SYS_gettimeofday,
        libc::SYS_madvise,
        libc::SYS_mremap,
        libc::SYS_munmap,
        libc::SYS_restart_syscall,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sched_yield,
        libc::SYS_sigaltstack,
    ];
    for call in free {
        rules.insert(call, Vec::new());
    }
    // Each stream in its direction only, and memory that never becomes code.
    let is = |argument, value| SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value);
    let execute = u64::from(libc::PROT_EXEC.unsigned_abs());
    let no_code = || SeccompCondition::new(2, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(execute), 0);
    rules.insert(libc::SYS_read, vec![SeccompRule::new(vec![is(0, 0)?])?]);
    rules.insert(libc::SYS_write, vec![SeccompRule::new(vec![is(0, 1)?])?]);
    rules.insert(libc::SYS_mmap, vec![SeccompRule::new(vec![no_code()?])?]);
    rules.insert(libc::SYS_mprotect, vec![SeccompRule::new(vec![no_code()?])?]);
    let denied = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let arch = std::env::consts::ARCH.try_into()?;
    SeccompFilter::new(rules, denied, SeccompAction::Allow, arch)?.try_into()
}
