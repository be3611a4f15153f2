//! One suite for every store: what `Journal` and `Records` promise, with their errors.

mod appends;
mod births;
mod blobs;
mod following;
mod histories;
mod lists;
mod parts;
mod random;
mod records;
mod retention;
mod subject;
mod suspects;
mod tenants;
mod waiting;
