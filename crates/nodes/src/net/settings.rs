//! What calls to other machines may do and how much they may take.

use std::time::Duration;

use super::Place;

/// Bounds of calls to other machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Places that may be called though they lie inside: none unless somebody says so.
    pub allowed_private: Vec<Place>,
    /// How long one connection may take to be made, its encryption too.
    pub connect_timeout: Duration,
    /// How long a call may take from the first byte to the last, where it does not say so itself.
    pub total_timeout: Duration,
    /// The most bytes of a response, counted as they come and again as they are unpacked.
    pub response_bytes: usize,
    /// The most bytes of a response that is kept as a file, counted in the same way.
    pub file_bytes: u64,
    /// The most redirects that a call follows.
    pub redirects: usize,
    /// The most bytes of answers that are kept for nodes that ask for it; with 0 none are.
    pub cache_bytes: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            allowed_private: Vec::new(),
            connect_timeout: Duration::from_secs(10),
            total_timeout: Duration::from_secs(60),
            response_bytes: 64 << 20,
            file_bytes: 1 << 30,
            redirects: 10,
            cache_bytes: 32 << 20,
        }
    }
}
