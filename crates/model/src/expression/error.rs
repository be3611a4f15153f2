//! The two ways an expression fails: it cannot be compiled, or it fails while it is evaluated.

/// Why a source is not an expression of this language.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CompileError {
    /// The construct that is refused, as one stable word: `assignment`, `global`, `regex`, `syntax` …
    pub construct: String,
    /// What is wrong, as a lowercase fragment that names the construct.
    pub message: String,
    /// Where it begins in the source, in bytes.
    pub offset: u32,
    /// What to write instead, where there is something to suggest.
    pub suggestion: Option<String>,
}

impl CompileError {
    pub(super) fn new(construct: &str, offset: u32, message: impl Into<String>) -> Self {
        Self { construct: construct.into(), message: message.into(), offset, suggestion: None }
    }

    #[must_use]
    pub(super) fn suggest(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion = Some(suggestion.into());
        self
    }
}

/// Why a field of parameters cannot be compiled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {error}")]
pub struct FieldError {
    /// Where in the value the text stands: `$.headers[0].value`.
    pub path: String,
    /// What is wrong with it.
    pub error: CompileError,
}

/// The kind of a failed evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvalErrorName {
    /// A property of null or undefined, a method that the value does not have.
    TypeError,
    /// An argument outside its range.
    RangeError,
    /// Text that `JSON.parse` cannot read.
    SyntaxError,
    /// Text that cannot be encoded or decoded as part of a URI.
    UriError,
    /// NaN, infinity or an invalid date in the result.
    NotFinite,
    /// A regular expression in the result.
    NotJson,
    /// The evaluation took more steps or more memory than it may.
    Budget,
}

impl EvalErrorName {
    /// The name as it stands in a step's error: JavaScript's, or one of ours.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TypeError => "TypeError",
            Self::RangeError => "RangeError",
            Self::SyntaxError => "SyntaxError",
            Self::UriError => "URIError",
            Self::NotFinite => "not_finite",
            Self::NotJson => "not_json",
            Self::Budget => "expression_budget",
        }
    }
}

/// Why an evaluation failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", .name.code())]
pub struct EvalError {
    /// The kind of failure.
    pub name: EvalErrorName,
    /// What failed, as a lowercase fragment that names the path.
    pub message: String,
}

impl EvalError {
    /// The code of a step's error.
    pub const fn code(&self) -> &'static str {
        self.name.code()
    }
}

/// Errors inside an evaluation are boxed, so that what succeeds stays small.
pub(super) type Outcome<T> = Result<T, Box<EvalError>>;

#[cold]
pub(super) fn failure(name: EvalErrorName, message: impl Into<String>) -> Box<EvalError> {
    Box::new(EvalError { name, message: message.into() })
}

#[cold]
pub(super) fn type_error(message: impl Into<String>) -> Box<EvalError> {
    failure(EvalErrorName::TypeError, message)
}

#[cold]
pub(super) fn range_error(message: impl Into<String>) -> Box<EvalError> {
    failure(EvalErrorName::RangeError, message)
}
