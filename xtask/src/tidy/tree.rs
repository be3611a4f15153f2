//! The files that rules look at: what git tracks or would track, with program text already split from comments.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::source::Source;

/// What a file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Rust,
    /// TypeScript or JavaScript.
    Script,
    Other,
}

/// One text file of the repository.
pub(crate) struct File {
    /// Relative to the root, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) language: Language,
    /// Empty for files that are no program.
    pub(crate) source: Source,
}

impl File {
    fn new(path: &str, text: String) -> Self {
        let language = language(path);
        let source = match language {
            Language::Rust => Source::rust(&text),
            Language::Script => Source::script(&text),
            Language::Other => Source::default(),
        };
        Self { path: path.to_owned(), text, language, source }
    }

    /// Whether the whole file is a test.
    pub(crate) fn is_test(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        self.path.split('/').any(|part| part == "tests" || part == "test" || part == "e2e")
            || name == "tests.rs"
            || name.ends_with("_tests.rs")
            || name.contains(".test.")
    }

    /// Whether the path is this folder or lies in it.
    pub(crate) fn is_in(&self, folder: &str) -> bool {
        self.path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

fn language(path: &str) -> Language {
    match path.rsplit_once('.').map(|(_, end)| end) {
        Some("rs") => Language::Rust,
        Some("ts" | "tsx" | "js" | "mjs" | "jsx") => Language::Script,
        _ => Language::Other,
    }
}

/// All files, in the order of their paths.
pub(crate) struct Tree {
    files: Vec<File>,
    paths: BTreeSet<String>,
}

impl Tree {
    /// Reads what git tracks, and new files that it does not ignore. Files that are no text count as empty.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let mut command = Command::new("git");
        command.current_dir(root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let output = command.output().context("cannot start git")?;
        if !output.status.success() {
            bail!("tidy looks at what git tracks: {}", String::from_utf8_lossy(&output.stderr));
        }
        let listed = String::from_utf8(output.stdout).context("a path is not UTF-8")?;
        let paths: BTreeSet<&str> = listed.split('\0').filter(|path| !path.is_empty()).collect();
        let mut files = Vec::with_capacity(paths.len());
        for path in paths {
            // A file deleted on disk and still in the index is gone as far as rules go.
            let Ok(bytes) = std::fs::read(root.join(path)) else { continue };
            files.push(File::new(path, String::from_utf8(bytes).unwrap_or_default()));
        }
        Ok(Self::from_files(files))
    }

    /// A tree of these paths and texts.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        Self::from_files(files.iter().map(|(path, text)| File::new(path, (*text).to_owned())).collect())
    }

    fn from_files(files: Vec<File>) -> Self {
        let paths = files.iter().map(|file| file.path.clone()).collect();
        Self { files, paths }
    }

    /// All files.
    pub(crate) fn files(&self) -> &[File] {
        &self.files
    }

    /// The file at a path.
    pub(crate) fn get(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Whether there is a file or a folder at a path.
    pub(crate) fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let folder = format!("{path}/");
        let inside = self.paths.range(folder.clone()..).next();
        self.paths.contains(path) || inside.is_some_and(|one| one.starts_with(&folder))
    }

    /// Whether a file of this name is anywhere.
    pub(crate) fn has_named(&self, name: &str) -> bool {
        self.paths.iter().any(|path| path.rsplit('/').next() == Some(name))
    }

    /// Rust files.
    pub(crate) fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.language == Language::Rust)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_found_through_their_files() {
        let tree = Tree::of(&[("a/b/c.rs", ""), ("a.rs", "")]);
        assert!(tree.has("a/b") && tree.has("a/b/") && tree.has("a.rs") && tree.has("a/b/c.rs"));
        assert!(!tree.has("a/c") && !tree.has("b"));
    }

    #[test]
    fn test_files_are_known_by_folder_or_name() {
        let tree = Tree::of(&[("a/tests/x.rs", ""), ("web/src/y.test.ts", ""), ("a/src/contests.rs", "")]);
        let are: Vec<bool> = tree.files().iter().map(File::is_test).collect();
        assert_eq!(are, [true, true, false]);
        assert!(tree.files()[0].is_in("a/tests") && !tree.files()[0].is_in("a/test"));
    }
}
