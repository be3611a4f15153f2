//! What the tests need to judge the engine, and what no part of the product may use: an independent interpreter of the
//! execution semantics, random workflows, and the crash harness.

pub mod crash;
pub mod generate;
pub mod observe;
pub mod random;
pub mod reference;
pub mod simulate;
