//! What the bars were measured on, and how busy it was.

use std::time::Duration;

use serde::Serialize;

/// The machine under a report.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// Cores.
    pub cores: usize,
    /// Name of the processor.
    pub processor: String,
    /// Memory in MB.
    pub memory_mb: u64,
    /// Kernel and system.
    pub system: String,
    /// Cores that other processes kept busy during a quiet second before the run.
    pub busy_cores: f64,
    /// Share of time that the host took away in that second, in percent.
    pub steal_percent: f64,
}

impl Machine {
    /// Looks at the machine for one second.
    pub fn read() -> Self {
        let mut system = sysinfo::System::new();
        if let Ok(system) = &mut system {
            system.refresh_memory();
            system.refresh_cpu_all();
        }
        let memory_mb = system.as_ref().map_or(0, |system| system.total_memory() / 1_048_576);
        let processor =
            system.ok().and_then(|s| s.cpus().first().map(|cpu| cpu.brand().to_owned())).unwrap_or_default();
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let (busy_cores, steal_percent) = busyness(Duration::from_secs(1)).unwrap_or_default();
        let system = format!(
            "{} {}",
            sysinfo::System::name().unwrap_or_default(),
            sysinfo::System::kernel_version().unwrap_or_default()
        );
        Self { cores, processor, memory_mb, system, busy_cores, steal_percent }
    }
}

/// Busy cores and stolen percent over a time in which this process sleeps, from `/proc/stat`.
fn busyness(time: Duration) -> Option<(f64, f64)> {
    let before = ticks()?;
    std::thread::sleep(time);
    let after = ticks()?;
    let spent: Vec<f64> = after.iter().zip(&before).map(|(a, b)| a - b).collect();
    let all: f64 = spent.iter().sum();
    let idle = spent.get(3)? + spent.get(4)?;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    #[expect(clippy::cast_precision_loss, reason = "a count of cores")]
    let busy = (all - idle) / all * cores as f64;
    Some((busy, spent.get(7)? / all * 100.0))
}

fn ticks() -> Option<Vec<f64>> {
    let stat = std::fs::read_to_string("/proc/stat").ok()?;
    Some(stat.lines().next()?.split_whitespace().skip(1).filter_map(|tick| tick.parse().ok()).collect())
}

/// Resident memory of a process in MB.
pub(crate) fn resident_mb(process: u32) -> f64 {
    status_mb(process, "VmRSS:")
}

/// The most memory that this process has had since [`forget_peak`], in MB.
pub(crate) fn peak_mb() -> f64 {
    status_mb(std::process::id(), "VmHWM:")
}

/// Begins to count the peak anew.
pub(crate) fn forget_peak() {
    // Without the right to do so the peak is that of the whole run: a higher figure, never a lower one.
    drop(std::fs::write("/proc/self/clear_refs", "5"));
}

fn status_mb(process: u32, key: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(key)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}
