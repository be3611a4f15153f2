//! Spans of time in parameters: the reader itself is the model's, since the plan reads them too.

use std::time::Duration;

use model::Value;

/// A number of milliseconds or a text such as `5s`; `None` for what is neither, is negative or is longer than a hundred years.
pub(crate) fn read(value: &Value) -> Option<Duration> {
    model::duration::read(value)
}

/// The words that say what a parameter has to be.
pub(crate) const WANTED: &str = "a duration such as 500ms, 5s, 2m or 1h30m, or a number of milliseconds";
