//! The process that crash tests kill.

use clap::Parser;
use proof::crash::{Options, victim};

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> anyhow::Result<()> {
    victim(Options::parse()).await?;
    // What is still running is what a crash would leave.
    std::process::exit(0)
}
