//! The list that a step works on, and the scope of each of its items.
//!
//! All types that work on lists read them the same way: the parameter `items`, else the input. What is not a list,
//! null too, is the error `not_a_list`; an empty list is a list. For expressions `item` and `input` are both the item
//! worked on, so that `> 3` and `$json.price > 3` mean what they say, and `index` is its place.

use std::sync::Arc;

use model::expression::Scope;
use model::{Array, Value};

use crate::params::{Params, Setting, kind};
use crate::{Step, StepError};

/// The most items that a type makes that makes many of little.
pub(crate) const MAX_ITEMS: usize = 10_000_000;

/// Where a step finds its list.
pub(crate) struct List(Setting);

impl List {
    pub(crate) fn new(params: &mut Params<'_>) -> Self {
        Self(params.setting("items", Value::Null))
    }

    /// The list itself, or the value that is none.
    pub(crate) fn find(&self, step: &Step<'_>) -> Result<Result<Arc<Array>, Value>, StepError> {
        let value = if self.0.is_set() { self.0.value(step)? } else { step.input().clone() };
        Ok(match value {
            Value::Array(array) => Ok(array),
            other => Err(other),
        })
    }

    /// The list.
    pub(crate) fn read(&self, step: &Step<'_>) -> Result<Arc<Array>, StepError> {
        self.find(step)?.map_err(|value| self.not_a_list(&value))
    }

    fn not_a_list(&self, value: &Value) -> StepError {
        if self.0.is_set() {
            return not_a_list("items", value);
        }
        let hint = match list_inside(value) {
            Some(key) => format!(": set items to {{{{ input.{key} }}}}"),
            None => String::new(),
        };
        let error = not_a_list("the input", value);
        StepError { message: error.message + &hint, ..error }
    }
}

/// The first key of an object that holds a list, to point at it.
fn list_inside(value: &Value) -> Option<&str> {
    let entries = value.as_object()?.entries();
    entries.iter().find(|(_, value)| value.as_array().is_some()).map(|(key, _)| key.as_str())
}

/// The error of a value that has to be a list.
pub(crate) fn not_a_list(what: &str, value: &Value) -> StepError {
    StepError::new("not_a_list", format!("{what} is {}, not a list", kind(value)))
}

/// The scope in which an item of a list is looked at.
pub(crate) fn scope_of<'a>(step: &Step<'a>, item: &'a Value, index: usize) -> Scope<'a> {
    Scope { input: item, item: Some(item), index: i64::try_from(index).ok(), names: step.scope.names }
}

/// A list again, the same one if nothing was taken out of it.
pub(crate) fn same_or_new(before: &Arc<Array>, items: Vec<Value>) -> Value {
    let same = items.len() == before.items().len() && items.iter().zip(before.items()).all(|(a, b)| a.same(b));
    if same { Value::Array(before.clone()) } else { Value::array(items) }
}

/// Says which item an error is about.
pub(crate) fn at_item(index: usize) -> impl Fn(StepError) -> StepError {
    move |error| StepError { message: format!("item {index}: {}", error.message), ..error }
}
