//! What node types share while they run: the door to the network, the pool that runs JavaScript, and the way to files.
//! Built once by whoever builds the registry.

use crate::files::Files;
use crate::js;
use crate::net::Net;

/// The parts of the machine that node types reach out through. Each is cheap to make and to clone: what costs is made
/// when it is first used.
#[derive(Clone, Default)]
pub struct Services {
    /// The way to other machines.
    pub net: Net,
    /// The processes that run JavaScript.
    pub js: js::Pool,
    /// Where bodies are kept that are too large for a value.
    pub files: Files,
}

impl Services {
    /// The same with another way to other machines.
    #[must_use]
    pub fn with_net(mut self, net: Net) -> Self {
        self.net = net;
        self
    }

    /// The same with another pool for JavaScript.
    #[must_use]
    pub fn with_js(mut self, js: js::Pool) -> Self {
        self.js = js;
        self
    }

    /// The same with another place for files.
    #[must_use]
    pub fn with_files(mut self, files: Files) -> Self {
        self.files = files;
        self
    }
}
