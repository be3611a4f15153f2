//! Which crate may use which: the arrows between rooms, and the libraries that stay out of a room.

use super::{Finding, tree::Tree};

const RULE: &str = "direction";

/// A room, the rooms it may use, and the libraries it must not use.
struct Room {
    folder: &'static str,
    may_use: &'static [&'static str],
    never: &'static [&'static str],
}

const ALL: &[&str] = &["model", "store", "nodes", "engine", "canvas", "bench"];

const ROOMS: [Room; 9] = [
    Room { folder: "crates/model", may_use: &[], never: &["tokio", "rusqlite", "axum", "reqwest", "rand", "tower"] },
    Room { folder: "crates/store", may_use: &["model"], never: &["axum", "reqwest", "tower"] },
    Room { folder: "crates/nodes", may_use: &["model"], never: &["rusqlite", "axum"] },
    Room {
        folder: "crates/engine",
        may_use: &["model", "store", "nodes"],
        never: &["rusqlite", "axum", "tower", "reqwest"],
    },
    Room { folder: "crates/canvas", may_use: &["model"], never: &["tokio", "rusqlite", "axum", "reqwest", "rand"] },
    Room { folder: "crates/server", may_use: ALL, never: &["rusqlite"] },
    Room { folder: "bench", may_use: &["model", "store", "nodes", "engine"], never: &[] },
    Room { folder: "proof", may_use: ALL, never: &["axum"] },
    Room { folder: "xtask", may_use: &[], never: &["rusqlite", "tokio", "axum", "reqwest"] },
];

/// Names of our own packages, which only arrows allow.
const OURS: [&str; 9] = ["model", "store", "nodes", "engine", "canvas", "bench", "proof", "tidemill", "xtask"];

/// A dependency in a manifest.
#[derive(Debug, PartialEq, Eq)]
struct Dependency {
    line: usize,
    package: String,
    /// Only for tests: libraries are free there, arrows are not.
    dev: bool,
}

/// Arrows that no design allows.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files() {
        let Some(folder) = file.path.strip_suffix("/Cargo.toml") else { continue };
        let room = ROOMS.iter().find(|room| room.folder == folder);
        if room.is_none() {
            let message = "a package that the design does not know: add it to the table in ARCHITECTURE.md and here";
            findings.push(Finding::new(&file.path, 1, RULE, message));
        }
        for dependency in room.map_or_else(Vec::new, |_| dependencies(&file.text)) {
            let Some(room) = room else { continue };
            if let Some(message) = room.refuses(&dependency) {
                findings.push(Finding::new(&file.path, dependency.line, RULE, message));
            }
        }
    }
    findings
}

impl Room {
    fn refuses(&self, dependency: &Dependency) -> Option<String> {
        let package = dependency.package.as_str();
        let name = self.folder.rsplit('/').next().unwrap_or_default();
        if OURS.contains(&package) && !self.may_use.contains(&package) {
            let allowed = if self.may_use.is_empty() { "none of our crates".into() } else { self.may_use.join(", ") };
            return Some(format!("{name} must not use {package}; it may use {allowed}"));
        }
        let barred = self.never.contains(&package) && !dependency.dev;
        barred.then(|| format!("{package} stays out of {name}: see the table of rooms in ARCHITECTURE.md"))
    }
}

/// The dependencies of a manifest, by the name of the package behind a renamed one.
fn dependencies(manifest: &str) -> Vec<Dependency> {
    let mut found: Vec<Dependency> = Vec::new();
    let mut section = "";
    for (index, line) in manifest.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if let Some(header) = line.strip_prefix('[') {
            section = header.trim_end_matches(']');
            if let Some((dev, Some(name))) = dependency_section(section) {
                found.push(Dependency { line: index + 1, package: name.to_owned(), dev });
            }
            continue;
        }
        let Some((key, value)) = line.split_once('=') else { continue };
        match dependency_section(section) {
            Some((dev, None)) => {
                let name = key.trim().split('.').next().unwrap_or_default().trim_matches('"');
                let package = value.split_once("package").and_then(|(_, rest)| rest.split('"').nth(1)).unwrap_or(name);
                found.push(Dependency { line: index + 1, package: package.to_owned(), dev });
            }
            Some((_, Some(_))) if key.trim() == "package" => {
                if let (Some(last), Some(package)) = (found.last_mut(), value.split('"').nth(1)) {
                    package.clone_into(&mut last.package);
                }
            }
            _ => {}
        }
    }
    found
}

/// Whether a section lists dependencies: (only for tests, the one package that it is about).
fn dependency_section(section: &str) -> Option<(bool, Option<&str>)> {
    for (kind, dev) in [("dev-dependencies", true), ("build-dependencies", false), ("dependencies", false)] {
        let Some(at) = section.find(kind) else { continue };
        let before = &section[..at];
        let for_some_targets = before.starts_with("target.") && before.ends_with('.');
        if !before.is_empty() && !for_some_targets {
            return None;
        }
        let rest = section[at + kind.len()..].strip_prefix('.');
        return Some((dev, rest.map(|name| name.trim_matches('"'))));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(path: &str, text: &str) -> Vec<String> {
        check(&Tree::of(&[(path, text)])).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn rejects_an_arrow_against_the_direction() {
        let found =
            messages("crates/nodes/Cargo.toml", "[dependencies]\nmodel.workspace = true\nstore.workspace = true\n");
        assert_eq!(found, ["nodes must not use store; it may use model"]);
        assert_eq!(
            messages("crates/model/Cargo.toml", "[dev-dependencies]\nengine = { path = \"../engine\" }").len(),
            1
        );
        assert!(messages("crates/server/Cargo.toml", "[dependencies]\nengine.workspace = true").is_empty());
    }

    #[test]
    fn rejects_a_library_that_stays_out_however_it_is_spelled() {
        for text in [
            "[dependencies]\ntokio = \"1\"",
            "[dependencies.tokio]\nversion = \"1\"",
            "[target.'cfg(unix)'.dependencies]\ntokio.workspace = true",
            "[dependencies]\nrt = { version = \"1\", package = \"tokio\" }",
            "[dependencies.rt]\npackage = \"tokio\"",
        ] {
            assert_eq!(messages("crates/model/Cargo.toml", text).len(), 1, "{text}");
        }
        assert!(messages("crates/model/Cargo.toml", "[dev-dependencies]\ntokio = \"1\"").is_empty());
        assert!(messages("crates/model/Cargo.toml", "[package.metadata]\ntokio = \"1\"").is_empty());
    }

    #[test]
    fn rejects_a_package_that_the_design_does_not_know() {
        assert_eq!(messages("crates/extras/Cargo.toml", "[package]").len(), 1);
        assert!(messages("Cargo.toml", "[workspace]").is_empty());
    }
}
