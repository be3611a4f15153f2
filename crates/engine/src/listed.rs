//! What a row tells of a failure: enough for a list, so that a list reads no journals.
//!
//! The column holds `code`, or `code`, the step's address and the message on lines of their own. The message is cut; the
//! whole of it stands in the journal.

use model::{ErrorInfo, Status};
use store::ExecutionRow;

/// Bytes of a message in a row.
const MESSAGE_MAX: usize = 300;

/// A failure as a row keeps it.
pub(crate) fn row_text(error: &ErrorInfo) -> String {
    let ErrorInfo { code, message, node } = error;
    let whole = message.len() <= MESSAGE_MAX;
    let (kept, more) = if whole { (message.as_str(), "") } else { (cut(message), "…") };
    format!("{code}\n{node}\n{kept}{more}")
}

fn cut(text: &str) -> &str {
    let end = (0..=MESSAGE_MAX).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    &text[..end]
}

/// Why an execution did not succeed, as far as its row tells. The address is empty where no step is to blame, the
/// message where the row was written before rows kept one.
pub fn listed_error(row: &ExecutionRow) -> Option<ErrorInfo> {
    if row.status == Status::Succeeded {
        return None;
    }
    let mut lines = row.error.as_deref()?.splitn(3, '\n');
    let mut next = || lines.next().unwrap_or_default();
    Some(ErrorInfo { code: next().into(), node: next().into(), message: next().to_owned() })
}
