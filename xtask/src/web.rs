//! The page: installing what it needs, building it when its sources changed, testing it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result};

use crate::process;

/// What the page is built from, inside `web/`.
const SOURCES: [&str; 9] = [
    "src",
    "public",
    "tools",
    "index.html",
    "budget.json",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "vite.config.ts",
];

/// Builds the page on the terminal if its sources are newer than what was built. Whether it built.
pub(crate) fn build(root: &Path) -> Result<bool> {
    let web = root.join("web");
    if !web.join("package.json").is_file() {
        println!("web: no page in this tree, nothing to build");
        return Ok(false);
    }
    if !is_stale(&web)? {
        println!("web: up to date");
        return Ok(false);
    }
    install(&web)?;
    println!("web: building");
    process::run(&mut npm(&web, &["run", "build"]))?;
    Ok(true)
}

/// Builds the page whether it is stale or not; prints its chunks and writes the map of what is in them.
pub(crate) fn analyze(root: &Path) -> Result<()> {
    let web = root.join("web");
    install(&web)?;
    process::run(&mut npm(&web, &["run", "build", "--", "--analyze"]))?;
    println!("web: {}", web.join("dist-report").join("index.html").display());
    Ok(())
}

/// Installs what the lock file names, unless it is there.
pub(crate) fn install(web: &Path) -> Result<()> {
    require_node()?;
    if needs_install(web)? {
        println!("web: installing packages");
        process::run(&mut npm(web, &["ci"]))?;
        mark_installed(web)?;
    }
    Ok(())
}

/// Builds and tests the page; what the programs printed. Made to run beside something else.
pub(crate) fn check(root: &Path) -> Result<String> {
    let web = root.join("web");
    if !web.join("package.json").is_file() {
        return Ok("no page in this tree\n".into());
    }
    require_node()?;
    let mut log = String::new();
    if needs_install(&web)? {
        log += &process::gather(&mut npm(&web, &["ci"]))?;
        mark_installed(&web)?;
    }
    if is_stale(&web)? {
        log += &process::gather(&mut npm(&web, &["run", "build"]))?;
    }
    log += &process::gather(npm(&web, &["run", "test"]).env("NO_COLOR", "1"))?;
    Ok(log)
}

fn require_node() -> Result<()> {
    process::require("npm", "install Node 20.19 or newer (https://nodejs.org), or Debian's packages nodejs and npm")
}

fn npm(web: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(web).args(arguments);
    command
}

/// Whether the packages on disk are not those of `package-lock.json`. Compared by content: times lie after a checkout.
fn needs_install(web: &Path) -> Result<bool> {
    let wanted = process::read_if_there(&web.join("package-lock.json"))?;
    Ok(wanted.is_none() || process::read_if_there(&installed(web))? != wanted)
}

fn mark_installed(web: &Path) -> Result<()> {
    let lock = web.join("package-lock.json");
    fs::copy(&lock, installed(web)).with_context(|| format!("cannot copy {}", lock.display()))?;
    Ok(())
}

fn installed(web: &Path) -> PathBuf {
    web.join("node_modules").join(".installed-lock.json")
}

fn is_stale(web: &Path) -> Result<bool> {
    let Ok(built) = fs::metadata(web.join("dist").join("index.html")).and_then(|file| file.modified()) else {
        return Ok(true);
    };
    Ok(newest(SOURCES.iter().map(|name| web.join(name)).collect())?.is_some_and(|source| source > built))
}

/// The newest change under these paths. Folders count too, so that a deleted file is a change.
fn newest(mut open: Vec<PathBuf>) -> Result<Option<SystemTime>> {
    let mut newest = None;
    while let Some(path) = open.pop() {
        let Ok(data) = fs::metadata(&path) else { continue };
        newest = newest.max(Some(data.modified()?));
        if data.is_dir() {
            for entry in fs::read_dir(&path)? {
                open.push(entry?.path());
            }
        }
    }
    Ok(newest)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn page_is_stale_when_a_source_is_newer_than_what_was_built() {
        let web = std::env::temp_dir().join(format!("tidemill-xtask-web-{}", std::process::id()));
        fs::create_dir_all(web.join("src/deep")).unwrap();
        fs::create_dir_all(web.join("dist")).unwrap();
        fs::write(web.join("src/deep/a.ts"), "1").unwrap();
        assert!(is_stale(&web).unwrap(), "nothing built yet");
        fs::write(web.join("dist/index.html"), "").unwrap();
        let built = fs::File::options().write(true).open(web.join("dist/index.html")).unwrap();
        built.set_modified(SystemTime::now() + Duration::from_secs(60)).unwrap();
        assert!(!is_stale(&web).unwrap(), "built after the last change");
        built.set_modified(SystemTime::now() - Duration::from_secs(60)).unwrap();
        assert!(is_stale(&web).unwrap(), "changed after it was built");
        fs::remove_dir_all(&web).unwrap();
    }

    #[test]
    fn packages_are_installed_again_when_the_lock_changed() {
        let web = std::env::temp_dir().join(format!("tidemill-xtask-lock-{}", std::process::id()));
        fs::create_dir_all(web.join("node_modules")).unwrap();
        fs::write(web.join("package-lock.json"), "one").unwrap();
        assert!(needs_install(&web).unwrap());
        mark_installed(&web).unwrap();
        assert!(!needs_install(&web).unwrap());
        fs::write(web.join("package-lock.json"), "two").unwrap();
        assert!(needs_install(&web).unwrap());
        fs::remove_dir_all(&web).unwrap();
    }
}
