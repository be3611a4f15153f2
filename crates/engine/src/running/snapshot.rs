//! The snapshots that an execution under way writes.

use store::Append;

use super::Running;

impl Running {
    /// A snapshot as an entry for the journal, when one is due and all before it was handed over.
    pub(crate) fn take_snapshot(&mut self, least: usize, now_us: i64) -> Option<Append> {
        let can = self.writer.is_empty() && !self.released && !self.status().is_terminal();
        if !can || !self.beyond_snapshot.is_due(least) {
            return None;
        }
        let written = self.beyond_snapshot.write(&self.execution)?;
        Some(Append { snapshot: true, ..self.append(written, now_us) })
    }
}
