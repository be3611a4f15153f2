//! The names that code sees, on their way in: bytes in the pool, frozen values in an engine.
//!
//! Frozen as they are made: to freeze what `JSON.parse` gave would take longer than to parse it.

use std::collections::HashMap;

use model::Value;
use rquickjs::object::Property;
use rquickjs::{Array, Atom, Ctx, Function, Object, Persistent, String as Text, Value as Inside};

use super::source::NAMES;

/// What a value is; its bytes follow.
const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
/// 4 bytes.
const INT: u8 = 3;
/// 8 bytes.
const FLOAT: u8 = 4;
/// Its length and so many bytes of UTF-8.
const STRING: u8 = 5;
/// Its length and so many values.
const ARRAY: u8 = 6;
/// Its length and so many keys, each a string without its mark, and values.
const OBJECT: u8 = 7;

/// So many keys are known by their text; rows of a table have the same few.
const KEYS: usize = 256;

/// Writes the names that have a value.
pub(super) fn write(names: &[(&'static str, Value)], into: &mut Vec<u8>) {
    for (name, value) in names {
        let Some(at) = NAMES.iter().position(|known| known == name) else { continue };
        into.push(u8::try_from(at).expect("there are eight names"));
        write_value(value, into);
    }
}

fn write_value(value: &Value, into: &mut Vec<u8>) {
    match value {
        Value::Null => into.push(NULL),
        Value::Bool(false) => into.push(FALSE),
        Value::Bool(true) => into.push(TRUE),
        Value::String(text) => {
            into.push(STRING);
            write_text(text, into);
        }
        Value::Array(array) => {
            into.push(ARRAY);
            write_length(array.items().len(), into);
            array.items().iter().for_each(|item| write_value(item, into));
        }
        Value::Object(object) => {
            into.push(OBJECT);
            write_length(object.len(), into);
            for (key, value) in object.entries() {
                write_text(key, into);
                write_value(value, into);
            }
        }
        Value::Int(_) | Value::Float(_) | Value::Exact(_) => match value.as_i64().map(i32::try_from) {
            Some(Ok(int)) if !matches!(value, Value::Float(_)) => {
                into.push(INT);
                into.extend(int.to_le_bytes());
            }
            _ => {
                into.push(FLOAT);
                into.extend(value.as_f64().unwrap_or(f64::NAN).to_le_bytes());
            }
        },
    }
}

fn write_text(text: &str, into: &mut Vec<u8>) {
    write_length(text.len(), into);
    into.extend(text.as_bytes());
}

/// A length of more than 4 bytes is that of a frame that is too long to be sent.
fn write_length(length: usize, into: &mut Vec<u8>) {
    into.extend(u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
}

/// What makes frozen values, taken from an engine before code could replace it.
#[derive(Clone)]
pub(super) struct Freezer {
    freeze: Persistent<Function<'static>>,
    close: Persistent<Function<'static>>,
}

impl Freezer {
    pub(super) fn of(ctx: &Ctx<'_>) -> rquickjs::Result<Self> {
        let object: Object<'_> = ctx.globals().get("Object")?;
        let keep = |name| Ok::<_, rquickjs::Error>(Persistent::save(ctx, object.get::<_, Function<'_>>(name)?));
        Ok(Self { freeze: keep("freeze")?, close: keep("preventExtensions")? })
    }

    /// The values of the names in their order; of one that was not written, `undefined`.
    pub(super) fn read<'js>(&self, ctx: &Ctx<'js>, bytes: &[u8]) -> rquickjs::Result<[Inside<'js>; NAMES.len()]> {
        let (freeze, close) = (self.freeze.clone().restore(ctx)?, self.close.clone().restore(ctx)?);
        let mut reader = Reader { ctx, bytes, keys: HashMap::new(), freeze, close };
        let mut values = NAMES.map(|_| Inside::new_undefined(ctx.clone()));
        while !reader.bytes.is_empty() {
            let [name] = reader.take()?;
            *values.get_mut(usize::from(name)).ok_or_else(broken)? = reader.value()?;
        }
        Ok(values)
    }
}

struct Reader<'a, 'js> {
    ctx: &'a Ctx<'js>,
    bytes: &'a [u8],
    keys: HashMap<&'a str, Atom<'js>>,
    freeze: Function<'js>,
    close: Function<'js>,
}

impl<'a, 'js> Reader<'a, 'js> {
    fn value(&mut self) -> rquickjs::Result<Inside<'js>> {
        let ctx = self.ctx.clone();
        let [mark] = self.take()?;
        Ok(match mark {
            NULL => Inside::new_null(ctx),
            FALSE => Inside::new_bool(ctx, false),
            TRUE => Inside::new_bool(ctx, true),
            INT => Inside::new_int(ctx, i32::from_le_bytes(self.take()?)),
            FLOAT => Inside::new_float(ctx, f64::from_le_bytes(self.take()?)),
            STRING => Text::from_str(ctx, self.text()?)?.into_value(),
            ARRAY => self.array()?,
            OBJECT => self.object()?,
            _ => return Err(broken()),
        })
    }

    fn array(&mut self) -> rquickjs::Result<Inside<'js>> {
        let array = Array::new(self.ctx.clone())?;
        for at in 0..self.length()? {
            array.set(at, self.value()?)?;
        }
        self.freeze.call::<_, ()>((array.clone(),))?;
        Ok(array.into_value())
    }

    fn object(&mut self) -> rquickjs::Result<Inside<'js>> {
        let object = Object::new(self.ctx.clone())?;
        for _ in 0..self.length()? {
            let key = self.key()?;
            object.prop(key, Property::from(self.value()?).enumerable())?;
        }
        self.close.call::<_, ()>((object.clone(),))?;
        Ok(object.into_value())
    }

    fn key(&mut self) -> rquickjs::Result<Atom<'js>> {
        let text = self.text()?;
        if let Some(known) = self.keys.get(text) {
            return Ok(known.clone());
        }
        let key = Atom::from_str(self.ctx.clone(), text)?;
        if self.keys.len() < KEYS {
            self.keys.insert(text, key.clone());
        }
        Ok(key)
    }

    fn text(&mut self) -> rquickjs::Result<&'a str> {
        let length = self.length()?;
        let (text, rest) = self.bytes.split_at_checked(length).ok_or_else(broken)?;
        self.bytes = rest;
        std::str::from_utf8(text).map_err(|_| broken())
    }

    fn length(&mut self) -> rquickjs::Result<usize> {
        self.take().map(|bytes| usize::try_from(u32::from_le_bytes(bytes)).unwrap_or(usize::MAX))
    }

    fn take<const N: usize>(&mut self) -> rquickjs::Result<[u8; N]> {
        let (bytes, rest) = self.bytes.split_first_chunk::<N>().ok_or_else(broken)?;
        self.bytes = rest;
        Ok(*bytes)
    }
}

/// What a pool never writes.
fn broken() -> rquickjs::Error {
    rquickjs::Error::new_from_js_message("bytes", "value", "the inputs are not as a pool writes them")
}
