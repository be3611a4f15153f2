//! `run`: from a fresh clone to a page in the browser.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::{first, process, web};

/// Builds what is out of date, then becomes the server.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<()> {
    let clean = first::is_clean(root);
    web::build(root)?;
    if clean {
        println!("building the server; the first time its libraries are compiled too, which takes some minutes");
    }
    process::run(process::cargo(root).args(["build", "--profile", "fast", "--package", "tidemill"]))?;
    let mut server = Command::new(root.join("target").join("fast").join("tidemill"));
    server.args(server_arguments(arguments));
    if clean {
        first::attach(root, &mut server)?;
    }
    // Only returns if the server cannot be started: from here on we are the server, and Ctrl-C reaches it alone.
    Err(server.exec()).context("cannot start target/fast/tidemill")
}

fn server_arguments(arguments: &[String]) -> Vec<&str> {
    let extra =
        arguments.iter().map(String::as_str).skip(usize::from(arguments.first().is_some_and(|one| one == "--")));
    ["serve", "--examples"].into_iter().chain(extra).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_behind_two_dashes_go_to_the_server() {
        let given = ["--".to_owned(), "--port".to_owned(), "9000".to_owned()];
        assert_eq!(server_arguments(&given), ["serve", "--examples", "--port", "9000"]);
        assert_eq!(server_arguments(&given[1..]), ["serve", "--examples", "--port", "9000"]);
        assert_eq!(server_arguments(&[]), ["serve", "--examples"]);
    }
}
