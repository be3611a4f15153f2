//! A power cut without cutting power: an ext4 file system in a file, copied as it is when the process dies. What the
//! system had not written to the file by then is lost in the copy, as it would be on a disk.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

/// A file system in a file.
#[derive(Debug)]
pub struct Image {
    folder: TempDir,
    /// The device of the file system in use.
    device: Option<String>,
}

fn run(program: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program).args(arguments).output().with_context(|| format!("{program} is not there"))?;
    if !output.status.success() {
        bail!("{program} {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("a path of plain letters")
}

/// Why there can be no image here, if there cannot.
pub fn unsupported() -> Option<String> {
    Image::new().err().map(|error| format!("{error:#}"))
}

impl Image {
    /// Makes a file system and puts it to use.
    ///
    /// # Errors
    /// We may not, or a program is missing.
    pub fn new() -> Result<Self> {
        let mut image = Self { folder: tempfile::tempdir()?, device: None };
        let file = image.path("image");
        std::fs::File::create(&file)?.set_len(192 << 20)?;
        run("mkfs.ext4", &["-qF", text(&file)?])?;
        let device = run("losetup", &["-f", "--show", text(&file)?])?;
        image.device = Some(device.clone());
        std::fs::create_dir(image.path("live"))?;
        std::fs::create_dir(image.path("after"))?;
        run("mount", &[&device, text(&image.path("live"))?])?;
        Ok(image)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A data directory on it.
    pub fn data(&self) -> PathBuf {
        self.path("live").join("data")
    }

    /// Cuts the power, and answers the data directory as it is after the machine has come up again.
    ///
    /// # Errors
    /// A program fails.
    pub fn cut(&mut self) -> Result<PathBuf> {
        let (file, copy) = (self.path("image"), self.path("copy"));
        run("cp", &["--sparse=always", text(&file)?, text(&copy)?])?;
        run("umount", &[text(&self.path("live"))?])?;
        if let Some(device) = self.device.take() {
            run("losetup", &["-d", &device])?;
        }
        run("mount", &["-o", "loop", text(&copy)?, text(&self.path("after"))?])?;
        Ok(self.path("after").join("data"))
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        for name in ["live", "after"] {
            let path = self.path(name);
            // It may not be in use; then there is nothing to undo.
            drop(text(&path).and_then(|path| run("umount", &[path])));
        }
        if let Some(device) = &self.device {
            drop(run("losetup", &["-d", device]));
        }
    }
}
