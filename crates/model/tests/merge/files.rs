//! Files to merge: made of anything, and made of one base by random edits whose values are all different.

use arcstr::ArcStr;
use model::{Object, Value, json};
use proptest::prelude::*;

const KEYS: [&str; 12] =
    ["id", "data", "position", "parentId", "source", "target", "nodes", "edges", "name", "a/~", "", "7"];

fn read(text: &str) -> Value {
    json::read(text.as_bytes()).expect("JSON")
}

fn leaf() -> impl Strategy<Value = Value> {
    let odd =
        ["null", "true", "0", "-0", "7", "1.10", "1.1", "1e400", "12345678901234567890", "\"\"", "\"7\"", "\"a\""];
    let texts = ["\"one two three\"", "\"one 2 three\"", "\"{{ input.a }}\"", "\"one two\\nthree 🎉\"", "\"#1\""];
    prop::sample::select([&odd[..], &texts].concat()).prop_map(read)
}

fn object(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let entry = (prop::sample::select(&KEYS[..]), value).prop_map(|(key, value)| (ArcStr::from(key), value));
    prop::collection::vec(entry, 0..6).prop_map(|entries| Value::from(Object::from_last(entries)))
}

/// Any JSON.
pub(crate) fn any_value() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(4, 48, 6, |inner| {
        prop_oneof![prop::collection::vec(inner.clone(), 0..5).prop_map(Value::array), object(inner)]
    })
}

/// A file whose lists are mostly lists, and whose rows are mostly rows.
pub(crate) fn any_file() -> impl Strategy<Value = Value> {
    let row = || prop_oneof![8 => object(any_value()), 1 => any_value()];
    let list = move || prop_oneof![8 => prop::collection::vec(row(), 0..6).prop_map(Value::array), 1 => any_value()];
    let file = (object(any_value()), list(), list());
    file.prop_map(|(file, nodes, edges)| {
        let object = file.as_object().expect("an object").with("nodes".into(), nodes);
        Value::from(object.with("edges".into(), edges))
    })
}

/// One change of a list.
#[derive(Clone, Debug)]
struct Edit {
    list: &'static str,
    /// Of how many rows, in parts of 2^16.
    at: u16,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Set(&'static str),
    Unset(&'static str),
    Word(u16),
    Remove,
    /// A row of this id; none of its own where it is empty.
    Add(&'static str),
    SetFile(&'static str),
    Stray,
}

const FIELDS: [&str; 5] = ["position", "data/url", "data/a~1b", "data/note", "parentId"];
const IDS: [&str; 8] = ["a", "b", "c", "#1", "x/y~", "7", "new", ""];

fn edit() -> impl Strategy<Value = Edit> {
    let what = prop_oneof![
        4 => prop::sample::select(&FIELDS[..]).prop_map(What::Set),
        1 => prop::sample::select(&FIELDS[..]).prop_map(What::Unset),
        2 => any::<u16>().prop_map(What::Word),
        1 => Just(What::Remove),
        2 => prop::sample::select(&IDS[..]).prop_map(What::Add),
        1 => prop::sample::select(&["name", "settings", "k/~"][..]).prop_map(What::SetFile),
        1 => Just(What::Stray),
    ];
    (prop::sample::select(&["nodes", "edges"][..]), any::<u16>(), what).prop_map(|(list, at, what)| Edit {
        list,
        at,
        what,
    })
}

/// A base and what two people made of it. Each value that somebody writes is `b`, `m` or `t` and a number, and stands
/// nowhere else.
pub(crate) fn edits() -> impl Strategy<Value = (Value, Value, Value)> {
    let many = |most| prop::collection::vec(edit(), 0..most);
    (many(24), many(10), many(10)).prop_map(|(base, mine, theirs)| {
        let base = edited(&read("{}"), 'b', &base);
        (base.clone(), edited(&base, 'm', &mine), edited(&base, 't', &theirs))
    })
}

fn edited(file: &Value, who: char, edits: &[Edit]) -> Value {
    let mut file = file.as_object().map(|file| Object::new(file.entries().to_vec())).expect("an object");
    let mut next = 0;
    let mut marker = || {
        next += 1;
        format!("{who}{next}")
    };
    for edit in edits {
        if let What::SetFile(key) = edit.what {
            file = file.with(key.into(), Value::from(marker()));
            continue;
        }
        let mut rows = file.get(edit.list).and_then(Value::as_array).unwrap_or_default().to_vec();
        let at = (usize::from(edit.at) * rows.len()) >> 16;
        match &edit.what {
            What::Add(id) => rows.insert(at, row(id, &mut marker)),
            What::Stray => rows.insert(at, Value::from(marker())),
            What::Remove if !rows.is_empty() => drop(rows.remove(at)),
            _ => {
                if let Some(row) = rows.get_mut(at)
                    && let Some(object) = row.as_object()
                {
                    *row = Value::from(changed(object, &edit.what, &mut marker));
                }
            }
        }
        file = file.with(edit.list.into(), Value::array(rows));
    }
    Value::from(file)
}

fn row(id: &str, mut marker: impl FnMut() -> String) -> Value {
    let note: Vec<String> = (0..6).map(|_| marker()).collect();
    let id = match id {
        "" => String::new(),
        "7" => r#""id":7,"#.to_owned(),
        id => format!(r#""id":"{id}","#),
    };
    let ends = format!(r#""source":"a","target":"new","data":{{"note":"{}"}}"#, note.join(" "));
    read(&format!(r#"{{{id}"kind":"{}",{ends}}}"#, marker()))
}

fn changed(row: &Object, what: &What, mut marker: impl FnMut() -> String) -> Object {
    let data = row.get("data").and_then(Value::as_object);
    let in_data = |field: &'static str| field.strip_prefix("data/");
    let with = |key: &str, value: Value| match data {
        Some(data) => Value::from(data.with(key.into(), value)),
        None => Value::object(vec![(key.into(), value)]),
    };
    match what {
        What::Set("parentId") => row.with("parentId".into(), Value::from("new")),
        What::Set(field) => match in_data(field) {
            Some(key) => row.with("data".into(), with(key, Value::from(marker()))),
            None => row.with((*field).into(), Value::from(marker())),
        },
        What::Unset(field) => match (in_data(field), data) {
            (Some(key), Some(data)) => row.with("data".into(), Value::from(data.without(key))),
            _ => row.without(field),
        },
        What::Word(at) => {
            let note = data.and_then(|data| data.get("note")?.as_str()).unwrap_or_default();
            let mut words: Vec<String> = note.split(' ').map(str::to_owned).collect();
            let at = (usize::from(*at) * words.len()) >> 16;
            words[at] = marker();
            row.with("data".into(), with("note", Value::from(words.join(" "))))
        }
        What::Remove | What::Add(_) | What::SetFile(_) | What::Stray => Object::new(row.entries().to_vec()),
    }
}
