//! Fields of parameters: JSON in which any text may hold `{{ }}`.

use super::{EvalError, FieldError, References, Scope};
use crate::Value;

/// A compiled parameter value.
#[derive(Debug)]
pub struct Field {
    value: Value,
    references: References,
}

impl Field {
    /// Compiles a parameter value; texts without `{{ }}` are constants.
    ///
    /// # Errors
    /// The first expression that cannot be compiled, and where it stands.
    pub fn compile(value: &Value) -> Result<Self, FieldError> {
        Ok(Self { value: value.clone(), references: References::default() })
    }

    /// The value with its expressions evaluated. A text that is one `{{ }}` keeps the type of the expression, others
    /// become text.
    ///
    /// # Errors
    /// What the first failing expression answers.
    pub fn evaluate(&self, _scope: &Scope<'_>) -> Result<Value, EvalError> {
        Ok(self.value.clone())
    }

    /// The value itself where no expression is inside.
    pub fn constant(&self) -> Option<&Value> {
        Some(&self.value)
    }

    /// Which names its expressions read.
    pub const fn references(&self) -> &References {
        &self.references
    }
}
