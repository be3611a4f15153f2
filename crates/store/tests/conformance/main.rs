//! One suite for every store: what `Journal` and `Records` promise, with their errors.

mod appends;
mod subject;
