//! One suite for every store: what `Journal` and `Records` promise, with their errors.

mod appends;
mod blobs;
mod lists;
mod random;
mod records;
mod retention;
mod subject;
