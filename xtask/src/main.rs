//! The workshop: everything a contributor runs goes through `cargo xtask <command>`.
//!
//! Written in Rust, so that it behaves alike on every machine; it needs Rust, Node and git, nothing else.

mod bars;
mod coverage;
mod first;
mod journeys;
mod process;
mod run;
mod sabotage;
mod test;
mod tidy;
mod web;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

const USAGE: &str = "\
cargo xtask <command>

  run [-- ARGS]            build the page and the server, then run `tidemill serve --examples ARGS`
  test [OPTIONS] [FILTER]  everything a change must pass; with FILTER only the matching Rust tests
        --long             the long forms too (hours of random graphs, all kill rounds)
        --services         tests that need services (a database server, a cache server)
        --cluster          tests that start several servers
        --no-browser       leave the walks through the page out; without it, no Chromium is a failure
  tidy                     the rules of the house: crate directions, sizes, names, proofs, dead files
  web [--analyze]          build the page
        --analyze          build it again, print its chunks and write web/dist-report/index.html, a map of what is in them
  bars [--area NAME]       measure, and compare with the bars; non-zero exit if one is short
  sabotage [NAME]          plant known faults in a copy of the tree, one after the other; non-zero exit if one is not caught
  coverage [PREFIX]        how much of the requirements is done; with PREFIX (R2, RN, R0-1) the rows themselves
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one command. `false` means: it ran and found something wrong, which it has printed.
fn dispatch(arguments: &[String]) -> Result<bool> {
    let (command, rest) = arguments.split_first().map_or(("help", arguments), |(first, rest)| (first.as_str(), rest));
    let root = root()?;
    match command {
        "run" => run::run(&root, rest).map(|()| true),
        "test" => test::run(&root, &test::Options::parse(rest)?),
        "tidy" => no_arguments("tidy", rest).and_then(|()| tidy::run(&root)),
        "web" if rest == ["--analyze"] => web::analyze(&root).map(|()| true),
        "web" => no_arguments("web", rest).and_then(|()| web::build(&root).map(|_| true)),
        "bars" => bars::run(&root, rest),
        "sabotage" => sabotage::run(&root, rest.first().map(String::as_str)),
        "coverage" => coverage::run(&root, rest.first().map(String::as_str)),
        first::COMMAND => first::watch(&root, rest).map(|()| true),
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(true)
        }
        other => bail!("no command `{other}`\n\n{USAGE}"),
    }
}

fn no_arguments(command: &str, rest: &[String]) -> Result<()> {
    match rest.first() {
        None => Ok(()),
        Some(extra) => bail!("`{command}` takes no argument, found `{extra}`"),
    }
}

/// The repository's root: the folder above this package.
fn root() -> Result<PathBuf> {
    let package =
        std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    package.parent().map(Path::to_path_buf).context("the package has no parent folder")
}
