//! `tidemill demo`: shows what the product promises on a server of its own, with nothing made up.

mod crash;
mod ledger;
mod own_server;

use clap::{Args, Subcommand};

use super::Exit;

/// What to show.
#[derive(Args)]
pub(super) struct Demo {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Kill a server in the middle of a workflow, start it again, and see the workflow go on where it was
    Crash(crash::Crash),
}

impl Demo {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        match self.what {
            What::Crash(args) => args.run(),
        }
    }
}
