//! Properties: a chain of keys over borrowed JSON, and one property of any value.

use arcstr::ArcStr;

use super::convert;
use super::error::{EvalError, Outcome, type_error};
use super::numbers;
use super::operand::{Any, View};
use super::text::Text;
use crate::Value;

/// A property's name, with what lists need to know of it.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) text: ArcStr,
    index: Option<usize>,
}

impl Key {
    pub(super) fn new(text: ArcStr) -> Self {
        let shortest = text.len() == 1 || !text.starts_with('0');
        let digits = shortest && text.len() < 16 && text.bytes().all(|byte| byte.is_ascii_digit());
        let index = if digits { text.parse().ok() } else { None };
        Self { text, index }
    }

    fn is_length(&self) -> bool {
        self.text == "length"
    }
}

/// A step of a path: one key, and where the value it is looked up in stands in the source.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) key: Key,
    /// Whether it is written `?.`.
    pub(super) optional: bool,
    /// The bytes of the source that say what it is looked up in.
    pub(super) object: (u32, u32),
}

/// Keys one after the other, compiled.
#[derive(Clone, Debug, Default)]
pub(super) struct Path {
    pub(super) steps: Box<[Step]>,
    pub(super) source: ArcStr,
}

impl Path {
    /// Follows the path in JSON, without copying on the way.
    #[inline]
    pub(super) fn walk<'v>(&self, root: &'v Value) -> Outcome<Any<'v>> {
        let mut value = root;
        for (at, step) in self.steps.iter().enumerate() {
            let next = match value {
                Value::Object(object) => object.get(&step.key.text),
                Value::Array(array) => step.key.index.and_then(|index| array.items().get(index)),
                _ => None,
            };
            match next {
                Some(next) => value = next,
                None => return self.follow(Any::Ref(value), at),
            }
        }
        Ok(Any::Ref(value))
    }

    /// Follows the path in a value that a name answered, which nothing else holds.
    pub(super) fn walk_owned<'s>(&self, root: &Value) -> Outcome<Any<'s>> {
        self.walk(root).map(Any::shared)
    }

    /// Follows the path in any value, beginning with one step of it.
    pub(super) fn follow<'s>(&self, mut value: Any<'s>, from: usize) -> Outcome<Any<'s>> {
        for step in &self.steps[from..] {
            if value.is_nullish() {
                if step.optional {
                    return Ok(Any::Undefined);
                }
                return Err(nullish(&value, &step.key.text, &self.source, step.object));
            }
            value = property(&value, &step.key);
        }
        Ok(value)
    }
}

/// The error of reading a property of null or `undefined`.
#[cold]
pub(super) fn nullish(value: &Any<'_>, key: &str, source: &str, object: (u32, u32)) -> Box<EvalError> {
    let path = path_text(source, object);
    let shown = convert::shown(value);
    type_error(format!("cannot read {key} of {path}: it is {shown} (write {path}?.{key} where that may be)"))
}

/// The source of a path, `['key']` written as `.key`.
pub(super) fn path_text(source: &str, (start, end): (u32, u32)) -> String {
    let mut rest = source.get(start as usize..end as usize).unwrap_or_default().trim();
    let mut text = String::new();
    while let Some(at) = rest.find(['[']) {
        let (before, bracket) = rest.split_at(at);
        text.push_str(before);
        let quoted = bracket.get(1..).and_then(|inside| {
            let quote = inside.chars().next().filter(|c| matches!(c, '\'' | '"' | '`'))?;
            let (key, after) = inside[1..].split_once(quote)?;
            let word = key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$');
            let word = word && !key.starts_with(|c: char| c.is_ascii_digit()) && !key.is_empty();
            word.then(|| Some((key, after.strip_prefix(']')?)))?
        });
        match quoted {
            Some((key, after)) => {
                if !text.ends_with('.') {
                    text.push('.');
                }
                text.push_str(key);
                rest = after;
            }
            None => {
                text.push('[');
                rest = &bracket[1..];
            }
        }
    }
    text.push_str(rest);
    let text = text.replace(super::source::CONST, "const");
    if text.chars().count() > 120 { text.chars().take(119).chain(['…']).collect() } else { text }
}

/// A property of a value that is neither null nor `undefined`: its own, or `undefined`.
pub(super) fn property<'s>(value: &Any<'s>, key: &Key) -> Any<'s> {
    own(value, key).unwrap_or_default()
}

/// A property that the value itself has.
pub(super) fn own<'s>(value: &Any<'s>, key: &Key) -> Option<Any<'s>> {
    match value {
        Any::Ref(Value::Object(object)) => object.get(&key.text).map(Any::Ref),
        Any::Own(Value::Object(object)) => object.get(&key.text).cloned().map(Any::Own),
        Any::Map(map) => map.get(&key.text).cloned(),
        Any::List(list) => match key.index {
            Some(index) => list.items.get(index).cloned(),
            None if key.is_length() => Some(list.items.len().into()),
            None => list.found.as_ref().and_then(|found| match key.text.as_str() {
                "index" => Some(found.index.into()),
                "input" => Some(found.input.clone()),
                "groups" => Some(found.groups.clone()),
                _ => None,
            }),
        },
        Any::Ref(Value::Array(_)) | Any::Own(Value::Array(_)) => {
            let items = value.items()?;
            match key.index {
                Some(index) if index < items.len() => Some(items.get(index)),
                None if key.is_length() => Some(items.len().into()),
                _ => None,
            }
        }
        Any::Regex(regex) => regex.property(&key.text),
        other => text_property(&other.text()?, key),
    }
}

fn text_property<'s>(text: &Text, key: &Key) -> Option<Any<'s>> {
    match key.index {
        Some(index) if index < text.len() => Some(text.slice(index, index + 1).into()),
        None if key.is_length() => Some(text.len().into()),
        _ => None,
    }
}

/// A property whose name is computed.
pub(super) fn computed<'s>(value: &Any<'s>, key: &Any<'s>, budget: &super::budget::Budget) -> Outcome<Any<'s>> {
    if let (Some(items), Some(number)) = (value.items(), numbers::plain(key))
        && number >= 0.0
        && number.fract() == 0.0
    {
        return Ok(items.get(numbers::index(number)));
    }
    if let View::Text(text) = value.view() {
        // Finding a unit reads the text.
        budget.copy(text.len())?;
    }
    Ok(property(value, &Key::new(convert::to_key(key, budget)?)))
}
