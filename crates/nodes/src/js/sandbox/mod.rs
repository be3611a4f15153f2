//! What a worker gives up before the first code runs. There is no way back.

#[cfg(target_os = "linux")]
mod linux;

#[cfg(target_os = "linux")]
pub(super) use linux::enter;

/// Locks the process in.
///
/// # Errors
/// Why it could not.
#[cfg(not(target_os = "linux"))]
pub(super) fn enter(_: usize) -> Result<(), String> {
    Err("only Linux has the means to lock a worker in".to_owned())
}
