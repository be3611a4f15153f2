//! Backups, made while running, and what becomes of them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::{Connection, OpenFlags};

use super::SqliteStore;
use super::error::unavailable;
use super::open::{self, DirLock, FILE};
use super::store::SqliteOptions;
use crate::{Clock, Result, StoreError};

/// Lets the writer wait for readers again, however the backup ends.
struct Held<'a>(&'a AtomicBool);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl SqliteStore {
    /// Copies one snapshot into a new file, on a connection and thread of its own.
    pub(super) async fn backup_to(&self, to: PathBuf) -> Result<u64> {
        let (reply, answer) = tokio::sync::oneshot::channel();
        let (shared, path, options) = (self.shared.clone(), self.path.clone(), self.options.clone());
        let run = move || {
            shared.checkpoint.held.store(true, Ordering::Release);
            let held = Held(&shared.checkpoint.held);
            let copied = copy(&path, &options, &to);
            drop(held);
            // A caller that is gone is no reason to fail.
            drop(reply.send(copied));
        };
        std::thread::Builder::new()
            .name("store-backup".into())
            .spawn(run)
            .map_err(|error| StoreError::Unavailable(format!("no thread could be started: {error}")))?;
        answer.await.map_err(|_| StoreError::Unavailable("the backup ended without an answer".into()))?
    }
}

fn copy(path: &Path, options: &SqliteOptions, to: &Path) -> Result<u64> {
    if to.exists() {
        return Err(StoreError::Conflict(format!("the file {}", to.display())));
    }
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    // What an earlier attempt left behind.
    fs::remove_file(&part).ok();
    // SQLite fills an empty file; one that it makes itself everybody could read.
    make_private(&part).map_err(|error| unavailable(to, &error))?;
    let text = part.to_str().ok_or_else(|| StoreError::Unavailable(format!("{} is no text", part.display())))?;
    let copied = open::beside(path, options).and_then(|conn| Ok(conn.execute("VACUUM INTO ?1", (text,))?));
    let moved = copied.and_then(|_| {
        let io = |error| unavailable(to, &error);
        let file = File::open(&part).map_err(io)?;
        file.sync_all().map_err(io)?;
        let bytes = file.metadata().map_err(io)?.len();
        fs::rename(&part, to).map_err(io)?;
        open::sync_dir(to.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or_else(|| Path::new(".")))?;
        Ok(bytes)
    });
    if moved.is_err() {
        fs::remove_file(&part).ok();
    }
    moved
}

/// Makes an empty file that only this user may read: a copy of the database holds whatever secrets workflows hold.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Makes a data directory from a backup. It is a new incarnation of the store: what the copy thinks is running may run
/// elsewhere too, so whoever opens it can tell by [`SqliteStore::incarnation`].
///
/// # Errors
/// `Conflict` when the directory has a database already, `NotFound` when there is no such backup, `Corrupt` when it is
/// damaged or of another program, and what writing can meet.
pub fn restore(from: &Path, dir: &Path, clock: &Clock) -> Result<()> {
    let path = open::prepare_dir(dir)?;
    let _lock = DirLock::take(dir)?;
    if path.exists() {
        return Err(StoreError::Conflict(format!("the database {}", path.display())));
    }
    if !from.is_file() {
        return Err(StoreError::NotFound(format!("the backup {}", from.display())));
    }
    check(from)?;
    let part = dir.join(format!("{FILE}.part"));
    let io = |error| unavailable(&part, &error);
    fs::copy(from, &part).map_err(io)?;
    // The steps to this build's schema are taken on the copy; it gets its name once it is whole.
    let made = open::writer(&part, &SqliteOptions::default()).and_then(|conn| {
        let incarnation = (open::meta(&conn, "incarnation")? + 1).max(clock.now_ms());
        conn.execute_batch("BEGIN IMMEDIATE")?;
        open::set_meta(&conn, "incarnation", incarnation)?;
        open::set_meta(&conn, "restored", 1)?;
        conn.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE")?;
        Ok(())
    });
    let named = made.and_then(|()| {
        File::open(&part).and_then(|file| file.sync_all()).map_err(io)?;
        fs::rename(&part, &path).map_err(io)?;
        open::sync_dir(dir)
    });
    if named.is_err() {
        fs::remove_file(&part).ok();
    }
    named
}

/// Reads a backup through, and changes nothing.
fn check(from: &Path) -> Result<()> {
    let conn = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let verdict: String = conn.query_row("PRAGMA quick_check(1)", (), |row| row.get(0))?;
    if verdict == "ok" { Ok(()) } else { Err(StoreError::Corrupt(format!("{}: {verdict}", from.display()))) }
}

impl SqliteStore {
    /// Reads every page of the database and says whether they are sound.
    ///
    /// # Errors
    /// `Corrupt` with the first thing that is wrong.
    pub async fn check(&self) -> Result<()> {
        self.readers
            .run(|conn| {
                let verdict: String = conn.query_row("PRAGMA integrity_check(1)", (), |row| row.get(0))?;
                if verdict == "ok" { Ok(()) } else { Err(StoreError::Corrupt(verdict)) }
            })
            .await
    }

    /// Which life of this data it is: another number after each restore.
    ///
    /// # Errors
    /// What reading can meet.
    pub async fn incarnation(&self) -> Result<i64> {
        self.readers.run(|conn| open::meta(conn, "incarnation")).await
    }

    /// Whether it was made from a backup and nobody has confirmed yet that triggers may start again.
    ///
    /// # Errors
    /// What reading can meet.
    pub async fn awaits_confirmation(&self) -> Result<bool> {
        self.readers.run(|conn| Ok(open::meta(conn, "restored")? != 0)).await
    }

    /// Confirms that triggers may start again after a restore.
    ///
    /// # Errors
    /// What writing can meet.
    pub async fn confirm_restore(&self) -> Result<()> {
        self.alone(|conn| open::set_meta(conn, "restored", 0)).await
    }
}
