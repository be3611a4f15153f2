//! The handle that calls other machines.

use std::sync::Arc;

use super::Settings;

/// The way to other machines: cheap to clone, usable from any runtime, built when it is first used.
#[derive(Clone, Default)]
pub struct Net(Arc<Settings>);

impl Net {
    /// A door with these bounds.
    pub fn new(settings: Settings) -> Self {
        Self(Arc::new(settings))
    }

    /// Its bounds.
    pub fn settings(&self) -> &Settings {
        &self.0
    }
}
