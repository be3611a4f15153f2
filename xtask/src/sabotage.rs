//! `sabotage`: plants one fault after the other in a copy of the tree and sees whether the test that is named with it
//! fails there. Nothing of this is in the product, and the copy has a target folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;

/// Where the faults are.
const FAULTS: &str = "proof/sabotage";

/// A planted fault: a patch, and the test that must see it.
struct Fault {
    name: String,
    patch: PathBuf,
    /// The file of the test in `proof/tests`, without its ending, and its name.
    test: (String, String),
}

/// Plants every fault, or those whose name holds a text, and prints a line for each. Whether all are caught.
pub(crate) fn run(root: &Path, filter: Option<&str>) -> Result<bool> {
    let faults: Vec<Fault> =
        faults(root)?.into_iter().filter(|fault| filter.is_none_or(|part| fault.name.contains(part))).collect();
    if faults.is_empty() {
        bail!("no planted fault in {FAULTS} has that name");
    }
    let tree = root.join("target").join("sabotage");
    let mut missed = 0;
    for fault in &faults {
        let said = plant(root, &tree, fault)?;
        println!("{:<28} {}", fault.name, said.as_deref().unwrap_or("NOT CAUGHT"));
        missed += usize::from(said.is_none());
    }
    println!("{} planted faults, {missed} not caught", faults.len());
    Ok(missed == 0)
}

fn faults(root: &Path) -> Result<Vec<Fault>> {
    let mut faults = Vec::new();
    for entry in fs::read_dir(root.join(FAULTS)).with_context(|| format!("cannot list {FAULTS}"))? {
        let patch = entry?.path();
        let text = fs::read_to_string(&patch)?;
        let caught = text.lines().find_map(|line| line.strip_prefix("Caught by: "));
        let test = caught.and_then(|caught| caught.trim().split_once(' '));
        let (file, test) = test.with_context(|| format!("{}: no line `Caught by: FILE TEST`", patch.display()))?;
        let name = patch.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        faults.push(Fault { name, test: (file.to_owned(), test.to_owned()), patch });
    }
    faults.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(faults)
}

/// Plants a fault and runs its test; answers what caught it.
fn plant(root: &Path, tree: &Path, fault: &Fault) -> Result<Option<String>> {
    copy(root, tree)?;
    let mut apply = Command::new("git");
    // The copy lies inside of a repository that must not be taken for its own.
    apply.env("GIT_CEILING_DIRECTORIES", root.join("target")).current_dir(tree);
    process::gather(apply.arg("apply").arg(&fault.patch))?;
    let (file, test) = &fault.test;
    let cargo = |more: &[&str]| {
        let mut command = process::cargo(tree);
        command.env("CARGO_TARGET_DIR", tree.join("target")).env_remove("CARGO_MANIFEST_DIR");
        command.args(["test", "--profile", "fast", "--package", "proof", "--test", file]).args(more);
        command
    };
    // That it does not compile is no catch.
    process::gather(&mut cargo(&["--no-run"])).with_context(|| format!("{} does not compile", fault.name))?;
    match process::gather(&mut cargo(&["--", "--exact", test])) {
        Ok(said) if said.contains("1 passed") => Ok(None),
        Err(error) if format!("{error:#}").contains("1 failed") => Ok(Some(format!("caught by {file}::{test}"))),
        Ok(said) => bail!("{}: the test {test} did not run\n{said}", fault.name),
        Err(error) => Err(error),
    }
}

/// Makes the copy what the tree is; files that are the same keep their time, so that nothing is compiled for them.
fn copy(root: &Path, tree: &Path) -> Result<()> {
    let listed = process::gather(
        Command::new("git").args(["ls-files", "--cached", "--others", "--exclude-standard"]).current_dir(root),
    )?;
    for name in listed.lines() {
        let (from, to) = (root.join(name), tree.join(name));
        if !from.is_file() {
            continue;
        }
        let content = fs::read(&from).with_context(|| format!("cannot read {name}"))?;
        if fs::read(&to).is_ok_and(|there| there == content) {
            continue;
        }
        fs::create_dir_all(to.parent().context("a file is in a folder")?)?;
        fs::write(&to, content).with_context(|| format!("cannot write {}", to.display()))?;
    }
    Ok(())
}
