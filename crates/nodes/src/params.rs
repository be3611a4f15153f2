//! Reading a node's parameters when it is compiled: values that may hold `{{ }}`, expressions and conditions.
//!
//! Wrong kinds of values are for the schema check to tell; here they count as absent.

use std::time::Duration;

use arcstr::ArcStr;
use model::expression::{CompileError, Expression, Field, Scope};
use model::{Node, Problem, Value};

use crate::path::Path;
use crate::{Run, Step, StepError, duration, number};

/// A node's parameters while it is compiled, and what is wrong with them.
pub(crate) struct Params<'a> {
    node: &'a Node,
    problems: Vec<Problem>,
}

impl<'a> Params<'a> {
    pub(crate) fn new(node: &'a Node) -> Self {
        Self { node, problems: Vec::new() }
    }

    /// A parameter as it is written; null counts as absent.
    pub(crate) fn raw(&self, key: &str) -> Option<&'a Value> {
        self.node.get(key).filter(|value| !value.is_null())
    }

    /// A parameter whose text is read once and holds no expression.
    pub(crate) fn word(&self, key: &str) -> Option<&'a str> {
        self.raw(key).and_then(Value::as_str).filter(|word| !word.is_empty())
    }

    /// A parameter that may hold `{{ }}`, with the value it has when it is absent.
    pub(crate) fn setting(&mut self, key: &'static str, default: impl Into<Value>) -> Setting {
        let default = default.into();
        let value = self.raw(key).unwrap_or(&default).clone();
        Setting { key, set: self.raw(key).is_some(), field: self.field(key, &value) }
    }

    /// Compiles a value that stands at a path and may hold `{{ }}`.
    pub(crate) fn field(&mut self, path: &str, value: &Value) -> Option<Field> {
        match Field::compile(value) {
            Ok(field) => Some(field),
            Err(error) => {
                let inside = error.path.strip_prefix('$').unwrap_or(&error.path);
                self.bad_expression(&format!("{path}{inside}"), &error.error);
                None
            }
        }
    }

    /// A parameter that is a bare expression; it may also be written in `{{ }}`.
    pub(crate) fn expression(&mut self, key: &str) -> Option<Expression> {
        let source = self.word(key)?;
        self.compiled(key, Expression::compile(bare(source)))
    }

    /// A parameter that is a condition.
    pub(crate) fn condition(&mut self, key: &str) -> Option<Condition> {
        let value = self.raw(key)?;
        self.condition_at(key, value)
    }

    /// A condition that stands at a path: a text, or true or false.
    pub(crate) fn condition_at(&mut self, path: &str, value: &Value) -> Option<Condition> {
        match value {
            Value::Bool(truth) => Some(Condition::Always(*truth)),
            Value::String(source) => {
                self.compiled(path, Expression::condition(source)).map(|test| Condition::Test(Box::new(test)))
            }
            _ => None,
        }
    }

    /// Tells of parameters that hold an expression though they are read once, when the workflow is compiled.
    pub(crate) fn fixed(&mut self, keys: &[&str]) {
        for &key in keys {
            if self.raw(key).is_some_and(holds_expression) {
                self.bad_parameter(key, "this is read before a run: an expression in it is not evaluated");
            }
        }
    }

    /// A parameter that is a span of time and holds no expression.
    pub(crate) fn duration(&mut self, key: &str) -> Option<Duration> {
        self.fixed(&[key]);
        let value = self.raw(key).filter(|value| !holds_expression(value))?;
        let found = duration::read(value);
        if found.is_none() {
            self.bad_parameter(key, format!("expected {}", duration::WANTED));
        }
        found
    }

    /// A parameter that bounds a time: a duration that is not nothing.
    pub(crate) fn timeout(&mut self, key: &str) -> Option<Duration> {
        let found = self.duration(key)?;
        if found.is_zero() {
            self.bad_parameter(key, "a bound on a time is more than nothing: leave it out for none");
        }
        Some(found)
    }

    /// A parameter that names a field of the items worked on; an empty text or `.` is the item itself.
    pub(crate) fn path(&self, key: &str) -> Option<Path> {
        self.word(key).filter(|&path| path != ".").map(Path::new)
    }

    fn compiled(&mut self, path: &str, result: Result<Expression, CompileError>) -> Option<Expression> {
        result.map_err(|error| self.bad_expression(path, &error)).ok()
    }

    pub(crate) fn bad_expression(&mut self, path: &str, error: &CompileError) {
        let message = format!("{} ({})", error.message, error.construct);
        let mut problem = Problem::error("bad_expression", message).at_path(path);
        problem.suggestion.clone_from(&error.suggestion);
        self.problem(problem);
    }

    pub(crate) fn bad_parameter(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.problem(Problem::error("bad_parameter", message).at_path(path));
    }

    /// Says what to do about the problem told last.
    pub(crate) fn suggest(&mut self, suggestion: String) {
        if let Some(last) = self.problems.last_mut() {
            last.suggestion = Some(suggestion);
        }
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem.at_node(&self.node.id));
    }

    /// What the node compiles to, unless something is wrong with its parameters.
    pub(crate) fn done(self, run: impl Run + 'static) -> Result<Box<dyn Run>, Vec<Problem>> {
        if self.problems.is_empty() { Ok(Box::new(run)) } else { Err(self.problems) }
    }

    /// The same for a type that cannot be made without a part that `make` looks for: that it is missing has been told.
    pub(crate) fn done_with<T, R: Run + 'static>(
        self,
        part: Option<T>,
        make: impl FnOnce(T) -> R,
    ) -> Result<Box<dyn Run>, Vec<Problem>> {
        match part {
            Some(part) => self.done(make(part)),
            None if self.problems.is_empty() => {
                let problem = Problem::error("bad_parameter", "a required parameter is missing");
                Err(vec![problem.at_node(&self.node.id)])
            }
            None => Err(self.problems),
        }
    }
}

/// Whether a `{{ }}` may stand somewhere in a value.
pub(crate) fn holds_expression(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains("{{"),
        Value::Array(array) => array.items().iter().any(holds_expression),
        Value::Object(object) => object.entries().iter().any(|(_, value)| holds_expression(value)),
        _ => false,
    }
}

/// An expression without the `{{ }}` around it.
pub(crate) fn bare(source: &str) -> &str {
    let trimmed = source.trim();
    trimmed.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")).unwrap_or(source)
}

/// A compiled condition.
pub(crate) enum Condition {
    Always(bool),
    Test(Box<Expression>),
}

impl Condition {
    pub(crate) fn holds(&self, scope: &Scope<'_>) -> Result<bool, StepError> {
        match self {
            Self::Always(truth) => Ok(*truth),
            Self::Test(test) => Ok(test.test(scope)?),
        }
    }
}

/// A parameter that may hold `{{ }}`: read anew for each step.
pub(crate) struct Setting {
    key: &'static str,
    set: bool,
    field: Option<Field>,
}

impl Setting {
    /// Whether the node has this parameter.
    pub(crate) const fn is_set(&self) -> bool {
        self.set
    }

    /// Its value where no expression is inside.
    pub(crate) fn constant(&self) -> Option<&Value> {
        self.field.as_ref()?.constant()
    }

    pub(crate) fn value(&self, step: &Step<'_>) -> Result<Value, StepError> {
        let Some(field) = &self.field else { return Ok(Value::Null) };
        match field.constant() {
            Some(value) => Ok(value.clone()),
            None => Ok(field.evaluate(&step.scope)?),
        }
    }

    /// A number; a text that is one counts too, since templates give texts.
    pub(crate) fn number(&self, step: &Step<'_>) -> Result<f64, StepError> {
        let value = self.value(step)?;
        number::read(&value).ok_or_else(|| self.wrong("a number", &value))
    }

    /// A whole number.
    pub(crate) fn integer(&self, step: &Step<'_>) -> Result<i64, StepError> {
        let value = self.value(step)?;
        let text = value.as_str().and_then(|text| text.trim().parse().ok());
        value.as_i64().or(text).ok_or_else(|| self.wrong("a whole number", &value))
    }

    /// A whole number from `least` on.
    pub(crate) fn count(&self, step: &Step<'_>, least: usize) -> Result<usize, StepError> {
        let count = usize::try_from(self.integer(step)?).ok().filter(|&count| count >= least);
        count.ok_or_else(|| StepError::new("bad_parameter", format!("{} is at least {least}", self.key)))
    }

    pub(crate) fn text(&self, step: &Step<'_>) -> Result<ArcStr, StepError> {
        match self.value(step)? {
            Value::String(text) => Ok(text),
            value @ (Value::Int(_) | Value::Float(_) | Value::Exact(_) | Value::Bool(_)) => {
                Ok(model::json::to_text(&value).into())
            }
            value => Err(self.wrong("a text", &value)),
        }
    }

    /// True or false.
    pub(crate) fn flag(&self, step: &Step<'_>) -> Result<bool, StepError> {
        match self.value(step)? {
            Value::Bool(flag) => Ok(flag),
            Value::Null => Ok(false),
            value => Err(self.wrong("true or false", &value)),
        }
    }

    /// The error of a value that is not what the parameter has to be.
    pub(crate) fn wrong(&self, wanted: &str, value: &Value) -> StepError {
        StepError::new("bad_parameter", format!("{} is {wanted}, not {}", self.key, kind(value)))
    }
}

/// A kind of value in words: `a list`, `an object`.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Int(_) | Value::Float(_) | Value::Exact(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
