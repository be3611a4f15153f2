//! What compiled code runs on: the scope, the budget, and the parameters of the arrow functions around it.

use smallvec::SmallVec;

use super::Scope;
use super::arrow::Lambda;
use super::budget::Budget;
use super::error::{Outcome, type_error};
use super::operand::Any;
use super::text::Text;
use super::{convert, numbers};

/// Compiled code.
pub(super) type Code = Box<dyn for<'f, 's> Fn(&Frame<'f, 's>) -> Outcome<Any<'s>> + Send + Sync>;

/// Boxes a closure as [`Code`]; the bound lets the compiler infer its lifetimes.
pub(super) fn code<F>(run: F) -> Code
where
    F: for<'f, 's> Fn(&Frame<'f, 's>) -> Outcome<Any<'s>> + Send + Sync + 'static,
{
    Box::new(run)
}

/// The state of an evaluation. `'f` is the life of the frame, `'s` that of the scope.
#[derive(Clone, Copy)]
pub(super) struct Frame<'f, 's> {
    pub(super) scope: &'f Scope<'s>,
    pub(super) budget: &'f Budget,
    /// Parameters of the innermost arrow function.
    pub(super) values: &'f [Any<'s>],
    pub(super) outer: Option<&'f Self>,
}

impl<'f, 's> Frame<'f, 's> {
    pub(super) const fn new(scope: &'f Scope<'s>, budget: &'f Budget) -> Self {
        Self { scope, budget, values: &[], outer: None }
    }

    /// A parameter of the arrow function `depth` levels further out.
    #[inline]
    pub(super) fn local(&self, depth: usize, slot: usize) -> Any<'s> {
        let mut frame = self;
        for _ in 0..depth {
            let Some(outer) = frame.outer else { return Any::Undefined };
            frame = outer;
        }
        frame.values.get(slot).cloned().unwrap_or_default()
    }
}

/// A function of the language, written in Rust.
pub(super) type Native = for<'c, 's> fn(&Call<'c, 's>) -> Outcome<Any<'s>>;

/// A function that is passed as an argument.
#[derive(Clone, Copy)]
pub(super) enum Function<'c, 's> {
    Lambda(&'c Lambda, &'c Frame<'c, 's>),
    Native(Native, &'c Frame<'c, 's>),
}

impl<'s> Function<'_, 's> {
    pub(super) fn call(&self, args: &[Any<'s>]) -> Outcome<Any<'s>> {
        match self {
            Self::Lambda(lambda, frame) => {
                frame.budget.step(8)?;
                lambda.call(frame, args)
            }
            Self::Native(run, frame) => {
                frame.budget.step(8)?;
                let args: SmallVec<[Arg<'_, 's>; 4]> = args.iter().cloned().map(Arg::Value).collect();
                run(&Call { frame, this: Any::Undefined, args: &args })
            }
        }
    }
}

/// An argument of a call.
#[derive(Clone)]
pub(super) enum Arg<'c, 's> {
    Value(Any<'s>),
    Function(Function<'c, 's>),
}

/// A call of a [`Native`] function.
pub(super) struct Call<'c, 's> {
    pub(super) frame: &'c Frame<'c, 's>,
    pub(super) this: Any<'s>,
    pub(super) args: &'c [Arg<'c, 's>],
}

impl<'c, 's> Call<'c, 's> {
    pub(super) fn budget(&self) -> &'c Budget {
        self.frame.budget
    }

    /// An argument; `undefined` where it is missing.
    pub(super) fn arg(&self, at: usize) -> Any<'s> {
        match self.args.get(at) {
            Some(Arg::Value(value)) => value.clone(),
            _ => Any::Undefined,
        }
    }

    /// All arguments from a place on.
    pub(super) fn rest(&self, from: usize) -> Vec<Any<'s>> {
        (from..self.args.len()).map(|at| self.arg(at)).collect()
    }

    /// A function among the arguments, if one is there.
    pub(super) fn function(&self, at: usize) -> Option<Function<'c, 's>> {
        match self.args.get(at) {
            Some(Arg::Function(function)) => Some(*function),
            _ => None,
        }
    }

    /// A function that must be there.
    pub(super) fn callback(&self, at: usize) -> Outcome<Function<'c, 's>> {
        self.function(at).ok_or_else(|| {
            type_error(format!("{} is not a function; write an arrow function: x => …", convert::shown(&self.arg(at))))
        })
    }

    pub(super) fn number(&self, at: usize) -> Outcome<f64> {
        Ok(convert::to_number(&self.arg(at)))
    }

    /// An argument as text.
    pub(super) fn text(&self, at: usize) -> Outcome<Text> {
        convert::to_text(&self.arg(at), self.budget())
    }

    /// An argument as a whole number; NaN is 0.
    pub(super) fn integer(&self, at: usize) -> f64 {
        numbers::integer(convert::to_number(&self.arg(at)))
    }

    /// An argument as a place in something of a length, where negative counts from the end.
    pub(super) fn place(&self, at: usize, length: usize, missing: usize) -> usize {
        match self.arg(at) {
            Any::Undefined => missing,
            value => numbers::place(convert::to_number(&value), length),
        }
    }

    /// The receiver as text.
    pub(super) fn this_text(&self) -> Outcome<Text> {
        convert::to_text(&self.this, self.budget())
    }
}
