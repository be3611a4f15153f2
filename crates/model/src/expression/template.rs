//! Fields of parameters: JSON in which any text may hold `{{ }}`.

use std::fmt;

use arcstr::ArcStr;

use super::budget::Budget;
use super::error::Outcome;
use super::frame::{Code, Frame};
use super::operand::{Any, View};
use super::text::Builder;
use super::{CompileError, EvalError, FieldError, References, Scope, convert, json, source};
use crate::Value;

/// How many `}}` are tried as the end of one expression.
const MAX_ENDS: usize = 100;

/// A compiled parameter value.
pub struct Field {
    node: Node,
    references: References,
}

/// A part of a parameter value.
enum Node {
    Constant(Value),
    /// A text that is one `{{ }}`.
    Code(Code),
    /// A text with `{{ }}` in it.
    Text(Vec<Part>),
    Array(Vec<Self>),
    Object(Vec<(ArcStr, Self)>),
}

enum Part {
    Text(ArcStr),
    Code(Code),
}

impl Field {
    /// Compiles a parameter value; texts without `{{ }}` are constants.
    ///
    /// # Errors
    /// The first expression that cannot be compiled, and where it stands.
    pub fn compile(value: &Value) -> Result<Self, FieldError> {
        let mut references = References::default();
        let node = Node::compile(value, &mut references).map_err(|(path, error)| {
            let path: String = std::iter::once("$".to_owned()).chain(path.into_iter().rev()).collect();
            FieldError { path, error }
        })?;
        Ok(Self { node, references })
    }

    /// The value with its expressions evaluated. A text that is one `{{ }}` keeps the type of the expression, others
    /// become text.
    ///
    /// # Errors
    /// What the first failing expression answers.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, EvalError> {
        if let Node::Constant(value) = &self.node {
            return Ok(value.clone());
        }
        let budget = Budget::default();
        self.node.evaluate(&Frame::new(scope, &budget)).map_err(|error| *error)
    }

    /// The value itself where no expression is inside.
    pub const fn constant(&self) -> Option<&Value> {
        match &self.node {
            Node::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// Which names its expressions read.
    pub const fn references(&self) -> &References {
        &self.references
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Field").field("constant", &self.constant()).finish_non_exhaustive()
    }
}

type Failed = (Vec<String>, CompileError);

impl Node {
    fn compile(value: &Value, references: &mut References) -> Result<Self, Failed> {
        let at = |segment: String| {
            move |(mut path, error): Failed| {
                path.push(segment);
                (path, error)
            }
        };
        let node = match value {
            Value::String(text) => Self::text(text, references).map_err(|error| (Vec::new(), error))?,
            Value::Array(array) => {
                let mut nodes = Vec::with_capacity(array.items().len());
                for (place, item) in array.items().iter().enumerate() {
                    nodes.push(Self::compile(item, references).map_err(at(format!("[{place}]")))?);
                }
                Self::Array(nodes)
            }
            Value::Object(object) => {
                let mut nodes = Vec::with_capacity(object.len());
                for (key, item) in object.entries() {
                    nodes.push((key.clone(), Self::compile(item, references).map_err(at(format!(".{key}")))?));
                }
                Self::Object(nodes)
            }
            _ => Self::Constant(value.clone()),
        };
        let constant = match &node {
            Self::Array(nodes) => nodes.iter().all(Self::is_constant),
            Self::Object(nodes) => nodes.iter().all(|(_, node)| node.is_constant()),
            _ => false,
        };
        Ok(if constant { Self::Constant(value.clone()) } else { node })
    }

    const fn is_constant(&self) -> bool {
        matches!(self, Self::Constant(_))
    }

    fn text(text: &ArcStr, references: &mut References) -> Result<Self, CompileError> {
        let mut parts = Vec::new();
        let mut done = 0;
        while let Some(start) = text[done..].find("{{").map(|at| at + done) {
            let Some(end) = end_of(text, start + 2)? else { break };
            if start > done {
                parts.push(Part::Text(text[done..start].into()));
            }
            let (code, read) = source::compile("", &text[start + 2..end]).map_err(|error| within(error, start + 2))?;
            references.merge(&read);
            parts.push(Part::Code(code));
            done = end + 2;
        }
        if parts.is_empty() {
            return Ok(Self::Constant(Value::String(text.clone())));
        }
        if done < text.len() {
            parts.push(Part::Text(text[done..].into()));
        }
        match parts.pop() {
            Some(Part::Code(code)) if parts.is_empty() => Ok(Self::Code(code)),
            last => {
                parts.extend(last);
                Ok(Self::Text(parts))
            }
        }
    }

    fn evaluate<'s>(&self, frame: &Frame<'_, 's>) -> Outcome<Value> {
        match self {
            Self::Constant(value) => Ok(value.clone()),
            Self::Code(code) => code(frame).and_then(json::leave),
            Self::Text(parts) => {
                let mut text = Builder::default();
                for part in parts {
                    match part {
                        Part::Text(part) => text.push_str(part),
                        Part::Code(code) => push_value(&mut text, &code(frame)?, frame.budget)?,
                    }
                    frame.budget.fits(text.bytes())?;
                }
                frame.budget.copy(text.bytes())?;
                Ok(Value::String(text.finish().plain()))
            }
            Self::Array(nodes) => {
                Ok(Value::array(nodes.iter().map(|node| node.evaluate(frame)).collect::<Outcome<_>>()?))
            }
            Self::Object(nodes) => {
                let entries = nodes.iter().map(|(key, node)| Ok((key.clone(), node.evaluate(frame)?)));
                Ok(Value::object(entries.collect::<Outcome<_>>()?))
            }
        }
    }
}

/// Appends a value to a text: null and `undefined` are empty, lists and objects are their JSON text, and a date is its
/// ISO text.
fn push_value(text: &mut Builder, value: &Any<'_>, budget: &Budget) -> Outcome<()> {
    match value.view() {
        View::Undefined | View::Null => {}
        View::Array(_) | View::Object(_) | View::List(_) | View::Map(_) | View::Date(_) => {
            match json::leave(value.clone())? {
                Value::String(date) => text.push_str(&date),
                other => text.push_str(&crate::json::to_text(&other)),
            }
        }
        _ => text.push(&convert::to_text(value, budget)?),
    }
    Ok(())
}

/// Where the expression that begins at a byte ends: at the first `}}` with which it parses. `None` where no `}}`
/// follows, and so nothing is meant as an expression.
fn end_of(text: &str, start: usize) -> Result<Option<usize>, CompileError> {
    let mut first = None;
    let mut from = start;
    for _ in 0..MAX_ENDS {
        let Some(end) = text[from..].find("}}").map(|at| at + from) else { break };
        if source::parses(&text[start..end]) {
            return Ok(Some(end));
        }
        first = first.or(Some(end));
        from = end + 1;
    }
    match first {
        None => Ok(None),
        Some(end) => match source::compile("", &text[start..end]) {
            Err(error) => Err(within(error, start)),
            Ok(_) => Ok(Some(end)),
        },
    }
}

/// An error of an expression that stands inside a text.
fn within(mut error: CompileError, start: usize) -> CompileError {
    error.offset = error.offset.saturating_add(u32::try_from(start).unwrap_or(u32::MAX));
    error
}
