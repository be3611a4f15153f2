//! `JSON`, and the boundary where a value of an evaluation becomes JSON.

use arcstr::ArcStr;

use super::budget::{Budget, LARGEST, exhausted};
use super::error::{EvalErrorName, Outcome, failure};
use super::frame::{Call, Function, Native};
use super::numbers;
use super::operand::{Any, View};
use super::{builtin, convert, date};
use crate::Value;
use crate::json::{Limits, read_with, write, write_string};

/// `JSON`.
pub(super) const FUNCTIONS: &[(&str, Native)] = &[("JSON.parse", parse), ("JSON.stringify", stringify)];

/// Reads JSON text as `JSON.parse` does.
pub(super) fn parse_text<'s>(text: &str, budget: &Budget) -> Outcome<Any<'s>> {
    budget.copy(text.len())?;
    // Reading takes longer and more room than copying.
    budget.step(text.len() as u64 / 4)?;
    budget.room(text.len(), 8)?;
    match read_with(text.as_bytes(), Limits::JAVASCRIPT) {
        Ok(value) if overflows(&value) => widened(&value, budget),
        Ok(value) => Ok(Any::Own(value)),
        Err(error) => Err(failure(EvalErrorName::SyntaxError, format!("not JSON: {error}"))),
    }
}

/// Whether a value holds a number beyond the range of f64, which `JSON.parse` reads as infinity.
fn overflows(value: &Value) -> bool {
    match value {
        Value::Exact(text) => numbers::exact_value(text).is_infinite(),
        Value::Array(array) => array.items().iter().any(overflows),
        Value::Object(object) => object.entries().iter().any(|(_, value)| overflows(value)),
        _ => false,
    }
}

/// A value with numbers beyond the range of f64 as infinity.
fn widened<'s>(value: &Value, budget: &Budget) -> Outcome<Any<'s>> {
    match value {
        value if !overflows(value) => Ok(Any::Own(value.clone())),
        Value::Array(array) => {
            budget.list(array.items().iter().map(|item| widened(item, budget)).collect::<Outcome<_>>()?)
        }
        Value::Object(object) => {
            let mut entries = super::operand::Entries::default();
            for (key, value) in object.entries() {
                entries.set(key.clone(), widened(value, budget)?);
            }
            budget.map(entries)
        }
        number => Ok(Any::Number(number.as_f64().unwrap_or(f64::NAN))),
    }
}

fn parse<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let value = parse_text(&call.text(0)?.plain(), call.budget())?;
    match call.function(1) {
        None => Ok(value),
        Some(reviver) => revive("".into(), value, reviver, call.budget()),
    }
}

fn revive<'s>(key: ArcStr, value: Any<'s>, reviver: Function<'_, 's>, budget: &Budget) -> Outcome<Any<'s>> {
    let value = if let Some(items) = value.items() {
        let revived = items.iter().enumerate().map(|(at, item)| revive(at.to_string().into(), item, reviver, budget));
        budget.list(revived.collect::<Outcome<_>>()?)?
    } else if let Some(entries) = value.entries() {
        let mut kept = super::operand::Entries::default();
        for (key, value) in entries {
            let value = revive(key.clone(), value, reviver, budget)?;
            if !value.is_undefined() {
                kept.set(key, value);
            }
        }
        budget.map(kept)?
    } else {
        value
    };
    reviver.call(&[key.into(), value])
}

/// What `JSON.stringify` is told beside the value.
struct Writer<'c, 's> {
    budget: &'c Budget,
    replacer: Option<Function<'c, 's>>,
    /// The keys that are written, where they are listed.
    keys: Option<Vec<ArcStr>>,
    indent: String,
    out: Vec<u8>,
    charged: usize,
}

fn stringify<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let mut writer = Writer {
        budget: call.budget(),
        replacer: call.function(1),
        keys: keys(call)?,
        indent: indent(call)?,
        out: Vec::new(),
        charged: 0,
    };
    let value = writer.replaced("", call.arg(0))?;
    if !writer.value(&value, 0)? {
        return Ok(Any::Undefined);
    }
    String::from_utf8(writer.out).map(Any::from).map_err(|_| failure(EvalErrorName::NotJson, "the text is not UTF-8"))
}

fn keys(call: &Call<'_, '_>) -> Outcome<Option<Vec<ArcStr>>> {
    let Some(items) = call.arg(1).items() else { return Ok(None) };
    let mut keys = Vec::new();
    for item in items.iter() {
        if matches!(convert::type_of(&item), "string" | "number") {
            let key = convert::to_key(&item, call.budget())?;
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    Ok(Some(keys))
}

fn indent(call: &Call<'_, '_>) -> Outcome<String> {
    let value = call.arg(2);
    Ok(match convert::type_of(&value) {
        "number" => " ".repeat(numbers::index(call.integer(2).clamp(0.0, 10.0))),
        "string" => call.text(2)?.plain().chars().take(10).collect(),
        _ => String::new(),
    })
}

impl<'s> Writer<'_, 's> {
    fn replaced(&self, key: &str, value: Any<'s>) -> Outcome<Any<'s>> {
        // A date is text before a replacer sees it.
        let value = match value {
            Any::Date(time) => date::iso(time).map_or(Any::NULL, Any::from),
            other => other,
        };
        match self.replacer {
            Some(replacer) => replacer.call(&[key.into(), value]),
            None => Ok(value),
        }
    }

    /// Writes a value; `false` if it has no JSON text.
    fn value(&mut self, value: &Any<'s>, depth: usize) -> Outcome<bool> {
        if self.out.len() > self.charged + 4096 {
            self.budget.fits(self.out.len())?;
            self.budget.step((self.out.len() - self.charged) as u64 / 16)?;
            self.charged = self.out.len();
        }
        match value.view() {
            View::Undefined => return Ok(false),
            View::Float(number) if !number.is_finite() => self.out.extend_from_slice(b"null"),
            View::Float(number) => self.out.extend_from_slice(numbers::text(number).as_bytes()),
            View::Exact(text) => self.out.extend_from_slice(numbers::exact_text(text).as_bytes()),
            View::Text(text) => write_string(text, &mut self.out),
            View::Wide(units) => write_units(units, &mut self.out),
            View::Array(_) | View::List(_) => self.list(value, depth)?,
            View::Object(_) | View::Map(_) => self.object(value, depth)?,
            View::Date(time) => match date::iso(time) {
                Some(text) => write_string(&text, &mut self.out),
                None => self.out.extend_from_slice(b"null"),
            },
            View::Regex(_) => self.out.extend_from_slice(b"{}"),
            View::Null | View::Bool(_) | View::Int(_) => match value.json() {
                Some(json) => write(json, &mut self.out),
                None => return Ok(false),
            },
        }
        Ok(true)
    }

    fn line(&mut self, depth: usize) -> Outcome<()> {
        if !self.indent.is_empty() {
            self.budget.step(1 + (depth * self.indent.len()) as u64 / 64)?;
            self.out.push(b'\n');
            for _ in 0..depth {
                self.out.extend_from_slice(self.indent.as_bytes());
            }
        }
        Ok(())
    }

    fn list(&mut self, value: &Any<'s>, depth: usize) -> Outcome<()> {
        let Some(items) = value.items() else { return Ok(()) };
        self.budget.look(items.len())?;
        self.out.push(b'[');
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.out.push(b',');
            }
            self.line(depth + 1)?;
            let item = if self.replacer.is_some() { self.replaced(&at.to_string(), item)? } else { item };
            if !self.value(&item, depth + 1)? {
                self.out.extend_from_slice(b"null");
            }
        }
        if items.len() > 0 {
            self.line(depth)?;
        }
        self.out.push(b']');
        Ok(())
    }

    fn object(&mut self, value: &Any<'s>, depth: usize) -> Outcome<()> {
        let mut entries = builtin::own_entries(value, self.budget)?;
        if let Some(keys) = &self.keys {
            let listed = |key: &ArcStr| entries.iter().find(|(other, _)| other == key).cloned();
            entries = keys.iter().filter_map(listed).collect();
        }
        self.out.push(b'{');
        let mut first = true;
        for (key, item) in entries {
            let item = self.replaced(&key, item)?;
            let before = self.out.len();
            if !first {
                self.out.push(b',');
            }
            self.line(depth + 1)?;
            write_string(&key, &mut self.out);
            self.out.extend_from_slice(if self.indent.is_empty() { b":" } else { b": " });
            if self.value(&item, depth + 1)? {
                first = false;
            } else {
                self.out.truncate(before);
            }
        }
        if !first {
            self.line(depth)?;
        }
        self.out.push(b'}');
        Ok(())
    }
}

/// Half of a surrogate pair is written as an escape.
fn write_units(units: &[u16], out: &mut Vec<u8>) {
    let mut quoted = Vec::new();
    out.push(b'"');
    for part in char::decode_utf16(units.iter().copied()) {
        match part {
            Ok(c) => {
                quoted.clear();
                write_string(c.encode_utf8(&mut [0; 4]), &mut quoted);
                out.extend_from_slice(&quoted[1..quoted.len() - 1]);
            }
            Err(half) => out.extend_from_slice(format!("\\u{:04x}", half.unpaired_surrogate()).as_bytes()),
        }
    }
    out.push(b'"');
}

/// A value as JSON: `undefined` is left out of objects and null elsewhere, a date is its text.
#[inline]
pub(super) fn leave(value: Any<'_>) -> Outcome<Value> {
    match value {
        Any::Ref(value) => Ok(value.clone()),
        Any::Own(value) => Ok(value),
        Any::Number(number) => Value::number(number).ok_or_else(|| not_finite(&numbers::text(number))),
        other => Ok(leave_defined(other)?.unwrap_or(Value::Null)),
    }
}

fn leave_defined(value: Any<'_>) -> Outcome<Option<Value>> {
    Ok(Some(match value {
        Any::Undefined => return Ok(None),
        Any::Ref(_) | Any::Own(_) | Any::Number(_) => leave(value)?,
        Any::Wide(units) => Value::string(String::from_utf16_lossy(&units)),
        Any::Date(time) => match date::iso(time) {
            Some(text) => Value::string(text),
            None => return Err(not_finite("an invalid date")),
        },
        Any::Regex(regex) => {
            return Err(failure(EvalErrorName::NotJson, format!("the result holds {regex}, which JSON cannot hold")));
        }
        Any::List(list) => {
            if list.weight > LARGEST {
                return Err(exhausted("its result is too large"));
            }
            Value::array(list.items.iter().map(|item| leave(item.clone())).collect::<Outcome<_>>()?)
        }
        Any::Map(map) => {
            let mut entries = Vec::with_capacity(map.entries.len());
            for (key, item) in &map.entries {
                if let Some(value) = leave_defined(item.clone())? {
                    entries.push((key.clone(), value));
                }
            }
            Value::object(entries)
        }
    }))
}

#[cold]
fn not_finite(what: &str) -> Box<super::EvalError> {
    failure(
        EvalErrorName::NotFinite,
        format!("the result holds {what}, which is not a number or date that JSON can hold"),
    )
}
