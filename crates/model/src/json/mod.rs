//! JSON text and [`Value`]: a reader that keeps numbers as written and names the path of what it refuses, and a writer.
//!
//! Our own rather than `serde_json`, because three promises meet here that no library keeps together: exact numbers
//! (`1.10`, `1e400`), errors that carry a path (duplicate keys, lone surrogates, depth), and no recursion on input.

mod read;
mod serde;
mod write;

pub use read::{Limits, ReadError, read, read_with};
pub(crate) use write::write_string;
pub use write::{number_text, to_pretty, to_text, write};
