//! The expression language: JavaScript expressions, compiled once and evaluated over JSON without a JavaScript engine.
//!
//! `docs/expressions.md` is the reference for people who write expressions. This module promises: an expression reads
//! its [`Scope`] and nothing else, changes nothing, always ends, and answers like JavaScript but for the listed
//! differences.

mod error;
mod references;
mod scope;
mod template;

pub use error::{CompileError, EvalError, EvalErrorName, FieldError};
pub use references::References;
pub use scope::{Name, Names, NoNames, Scope};
pub use template::Field;

use crate::Value;

/// A compiled expression.
#[derive(Debug)]
pub struct Expression {
    source: String,
    references: References,
}

impl Expression {
    /// Compiles a bare expression: `input.total * 2`.
    ///
    /// # Errors
    /// The first construct that is not part of the language.
    pub fn compile(source: &str) -> Result<Self, CompileError> {
        Err(CompileError::new("syntax", 0, format!("{source:?} cannot be compiled yet")))
    }

    /// Compiles a condition, which may begin with a comparison (`>= 18` means `input >= 18`) and may stand in `{{ }}`.
    ///
    /// # Errors
    /// The first construct that is not part of the language.
    pub fn condition(source: &str) -> Result<Self, CompileError> {
        Self::compile(source)
    }

    /// The value, as JSON: `undefined` is null, or absent in an object.
    ///
    /// # Errors
    /// What JavaScript would throw, a result that JSON cannot hold, or an exhausted budget.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, EvalError> {
        Ok(scope.input.clone())
    }

    /// Whether the value is true in JavaScript's sense.
    ///
    /// # Errors
    /// What JavaScript would throw, or an exhausted budget.
    pub fn test(&self, scope: &Scope<'_>) -> Result<bool, EvalError> {
        Ok(scope.input.is_null())
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
