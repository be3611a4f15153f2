//! Arrow functions: parameters, patterns and bodies.

use arcstr::ArcStr;
use smallvec::SmallVec;

use super::error::{Outcome, type_error};
use super::frame::{Code, Frame};
use super::operand::{Any, Entries};
use super::path::{self, Key};
use super::{builtin, convert};

/// A compiled arrow function. Its frame holds one value for each name that its parameters bind, in their order.
pub(super) struct Lambda {
    pub(super) parameters: Box<[Pattern]>,
    /// Where the last parameter collects the remaining arguments.
    pub(super) rest: Option<Pattern>,
    pub(super) body: Code,
}

/// What binds names to parts of a value.
pub(super) enum Pattern {
    Name,
    /// A place that is skipped in a list: `[, second]`.
    Skip,
    /// `pattern = default`.
    Default(Box<Self>, Code),
    Object {
        properties: Box<[(PatternKey, Self)]>,
        rest: bool,
    },
    Array {
        elements: Box<[Self]>,
        rest: Option<Box<Self>>,
    },
}

pub(super) enum PatternKey {
    Static(Key),
    Computed(Code),
}

type Values<'s> = SmallVec<[Any<'s>; 4]>;

impl Lambda {
    pub(super) fn call<'s>(&self, outer: &Frame<'_, 's>, args: &[Any<'s>]) -> Outcome<Any<'s>> {
        let simple = self.rest.is_none() && self.parameters.iter().all(|pattern| matches!(pattern, Pattern::Name));
        if simple && let Some(values) = args.get(..self.parameters.len()) {
            return (self.body)(&Frame { values, outer: Some(outer), ..*outer });
        }
        let mut values = Values::new();
        for (at, pattern) in self.parameters.iter().enumerate() {
            pattern.bind(args.get(at).cloned().unwrap_or_default(), &mut values, outer)?;
        }
        if let Some(pattern) = &self.rest {
            let rest = args.get(self.parameters.len()..).unwrap_or_default().to_vec();
            pattern.bind(outer.budget.list(rest)?, &mut values, outer)?;
        }
        (self.body)(&Frame { values: &values, outer: Some(outer), ..*outer })
    }
}

impl Pattern {
    fn bind<'s>(&self, value: Any<'s>, values: &mut Values<'s>, outer: &Frame<'_, 's>) -> Outcome<()> {
        match self {
            Self::Name => values.push(value),
            Self::Skip => {}
            Self::Default(pattern, default) => {
                let value = if value.is_undefined() {
                    default(&Frame { values: &*values, outer: Some(outer), ..*outer })?
                } else {
                    value
                };
                pattern.bind(value, values, outer)?;
            }
            Self::Object { properties, rest } => bind_object(properties, *rest, &value, values, outer)?,
            Self::Array { elements, rest } => {
                let mut items = builtin::iterate(&value, outer.budget)?.into_iter();
                for pattern in elements {
                    pattern.bind(items.next().unwrap_or_default(), values, outer)?;
                }
                if let Some(pattern) = rest {
                    pattern.bind(outer.budget.list(items.collect())?, values, outer)?;
                }
            }
        }
        Ok(())
    }
}

fn bind_object<'s>(
    properties: &[(PatternKey, Pattern)],
    rest: bool,
    value: &Any<'s>,
    values: &mut Values<'s>,
    outer: &Frame<'_, 's>,
) -> Outcome<()> {
    if value.is_nullish() {
        return Err(type_error(format!("cannot take properties of {}", convert::shown(value))));
    }
    let mut taken: Vec<ArcStr> = Vec::new();
    for (key, pattern) in properties {
        let part = match key {
            PatternKey::Static(key) => {
                taken.push(key.text.clone());
                path::property(value, key)
            }
            PatternKey::Computed(code) => {
                let key = code(&Frame { values: &*values, outer: Some(outer), ..*outer })?;
                taken.push(convert::to_key(&key, outer.budget)?);
                path::computed(value, &key, outer.budget)?
            }
        };
        pattern.bind(part, values, outer)?;
    }
    if rest {
        let mut left = Entries::default();
        for (key, value) in builtin::own_entries(value, outer.budget)? {
            if !taken.contains(&key) {
                left.set(key, value);
            }
        }
        values.push(outer.budget.map(left)?);
    }
    Ok(())
}
