//! The expression language: JavaScript expressions, compiled once and evaluated over JSON without a JavaScript engine.
//!
//! `docs/expressions.md` is the reference for people who write expressions. This module promises: an expression reads
//! its [`Scope`] and nothing else, changes nothing, always ends, and answers like JavaScript but for the listed
//! differences.
//!
//! The source is parsed by `oxc_parser` and compiled into closures ([`frame::Code`]) that answer values
//! ([`operand::Any`]) borrowed from the scope wherever they can. Methods are tables of Rust functions, found by name
//! when compiling and by the kind of their receiver when evaluating. A [`budget::Budget`] bounds each evaluation.

mod arrays;
mod arrow;
mod budget;
mod builtin;
mod chain;
mod compile;
mod convert;
mod date;
mod error;
mod frame;
mod json;
mod matching;
mod math;
mod moments;
mod numbers;
mod objects;
mod operand;
mod operators;
mod ours;
mod path;
mod pattern;
mod references;
mod refuse;
mod scope;
mod sort;
mod source;
mod strings;
mod template;
mod text;

use std::fmt;

pub use error::{CompileError, EvalError, EvalErrorName, FieldError};
pub use references::References;
pub use scope::{Name, Names, NoNames, Scope};
pub use template::Field;

use crate::Value;

/// A compiled expression.
pub struct Expression {
    source: String,
    code: frame::Code,
    references: References,
}

impl Expression {
    /// Compiles a bare expression: `input.total * 2`.
    ///
    /// # Errors
    /// The first construct that is not part of the language.
    pub fn compile(source: &str) -> Result<Self, CompileError> {
        let (code, references) = source::compile("", source)?;
        Ok(Self { source: source.into(), code, references })
    }

    /// Compiles a condition, which may begin with a comparison (`>= 18` means `input >= 18`) and may stand in `{{ }}`.
    ///
    /// # Errors
    /// The first construct that is not part of the language.
    pub fn condition(source: &str) -> Result<Self, CompileError> {
        let (code, references) = source::compile_condition(source)?;
        Ok(Self { source: source.into(), code, references })
    }

    /// The value, as JSON: `undefined` is null, or absent in an object.
    ///
    /// # Errors
    /// What JavaScript would throw, a result that JSON cannot hold, or an exhausted budget.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, EvalError> {
        let budget = budget::Budget::default();
        let value = (self.code)(&frame::Frame::new(scope, &budget)).and_then(json::leave);
        value.map_err(|error| *error)
    }

    /// Whether the value is true in JavaScript's sense.
    ///
    /// # Errors
    /// What JavaScript would throw, or an exhausted budget.
    pub fn test(&self, scope: &Scope<'_>) -> Result<bool, EvalError> {
        let budget = budget::Budget::default();
        let value = (self.code)(&frame::Frame::new(scope, &budget));
        value.map(|value| convert::truthy(&value)).map_err(|error| *error)
    }

    /// The text it was compiled from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Which names it reads.
    pub const fn references(&self) -> &References {
        &self.references
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expression").field("source", &self.source).finish_non_exhaustive()
    }
}

/// Every method, function and constant of the language: the kind of value it is called on (or `function`, `constant`)
/// and its name. The documentation lists the same.
pub fn documented() -> Vec<(&'static str, &'static str)> {
    builtin::documented()
}
