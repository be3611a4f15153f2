//! What differs between two states of a workflow: its draft now or at an earlier rev, what is published, and its versions.

use bytes::Bytes;
use engine::versions;
use model::VersionId;
use model::diff::Diff;
use model::merge::MadeFrom;

use super::save;
use super::{Head, Whose, off_thread};
use crate::App;
use crate::error::ApiError;
use crate::workflows::{self, Lineage};

/// A state of a workflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Draft,
    Published,
    Version(VersionId),
    Rev(u64),
}

/// What a side was when it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resolved {
    Version(VersionId),
    Rev(u64),
}

/// What differs, and between what.
pub(crate) struct Compared {
    pub(crate) from: Resolved,
    pub(crate) to: Resolved,
    pub(crate) diff: Diff,
}

/// Compares two states of a workflow; at most so many rows of each kind are told.
pub(crate) async fn compare(app: &App, whose: Whose, [from, to]: [Side; 2], most: usize) -> Result<Compared, ApiError> {
    let (from, before) = read(app, whose, from).await?;
    let (to, after) = read(app, whose, to).await?;
    let diff = off_thread(before.len() + after.len(), move || {
        Ok(Diff::of(&save::file_of_text(&before)?, &save::file_of_text(&after)?).limited(most))
    });
    Ok(Compared { from, to, diff: diff.await? })
}

async fn read(app: &App, whose: Whose, side: Side) -> Result<(Resolved, Bytes), ApiError> {
    let version = match side {
        Side::Version(version) => version,
        Side::Published => workflows::find(app, whose.0, whose.1).await?.kept.version,
        Side::Draft => {
            let shown = super::read(app, whose.0, whose.1).await?;
            return Ok((Resolved::Rev(shown.head.rev), shown.text));
        }
        Side::Rev(rev) => return Ok((Resolved::Rev(rev), at(app, whose, rev).await?)),
    };
    // A version of another workflow, or of one that is gone, is none of this one.
    workflows::find(app, whose.0, whose.1).await?;
    Lineage::of(app, whose, version).await?;
    let text = versions::text(&*app.records, whose.0, version).await?;
    Ok((Resolved::Version(version), text.ok_or_else(|| ApiError::not_found(format!("version {version}")))?))
}

/// The draft as it was at an earlier rev.
async fn at(app: &App, whose: Whose, rev: u64) -> Result<Bytes, ApiError> {
    let mut held = app.drafts.hold(app, whose.0, whose.1).await;
    let workflow = workflows::find(app, whose.0, whose.1).await?;
    let newest: Head = held.open(&workflow).await?.head.clone();
    let document = save::at(&mut held, newest.rev, MadeFrom::Rev(rev)).await?;
    drop(held);
    off_thread(document.base.text.len(), move || Ok(document.text()?)).await
}
