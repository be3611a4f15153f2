//! Where nodes and edges stand in the text of a stored file, found without making a value of any of them.
//!
//! The text is one that we wrote: valid JSON without spaces. What is not is told as damage, never guessed at.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use model::Value;

/// A part of a text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: u32,
    pub(super) to: u32,
}

impl Span {
    pub(super) fn of<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        text.get(self.from as usize..self.to as usize).unwrap_or_default()
    }
}

/// A key of the file and where its value stands.
pub(super) struct Key {
    pub(super) key: String,
    pub(super) value: Span,
}

/// The nodes or the edges of a file.
#[derive(Default)]
pub(super) struct Items {
    /// Whether the file has such a list.
    pub(super) is_list: bool,
    pub(super) spans: Vec<Span>,
    pub(super) ids: HashMap<Box<str>, Place>,
    /// Where those objects stand that have no text for an id, or one that an earlier one has.
    pub(super) unnamed: Vec<u32>,
}

/// Where an id stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The first item that has it as a text, or else as a number.
    pub(super) first: u32,
    /// Whether it has it as a text, and is named by it.
    pub(super) named: bool,
    /// Whether others have it, too.
    pub(super) repeated: bool,
}

impl Items {
    fn name(&mut self, slot: u32, text: &[u8]) {
        if text.first() != Some(&b'{') {
            return;
        }
        let Some((id, named)) = id_value(text).and_then(|id| Some((id_text(&id)?, is_name(&id)))) else {
            return self.unnamed.push(slot);
        };
        let place = match self.ids.entry(id.into()) {
            Entry::Vacant(entry) => entry.insert(Place { first: slot, named, repeated: false }),
            Entry::Occupied(entry) => {
                let place = entry.into_mut();
                place.repeated = true;
                if named && !place.named {
                    (place.first, place.named) = (slot, true);
                }
                place
            }
        };
        if !named || place.first != slot {
            self.unnamed.push(slot);
        }
    }

    /// Whether more than one item has an id.
    pub(super) fn is_repeated(&self, id: &str) -> bool {
        self.ids.get(id).is_some_and(|place| place.repeated)
    }
}

/// A file cut into its parts.
#[derive(Default)]
pub(super) struct Cut {
    pub(super) entries: Vec<Key>,
    pub(super) nodes: Items,
    pub(super) edges: Items,
}

impl Cut {
    /// Cuts a text; `None` if it is not a file that we wrote.
    pub(super) fn of(text: &[u8]) -> Option<Self> {
        let mut cut = Self::default();
        let mut walk = Walk { text, at: 0 };
        walk.entries(|walk, key| {
            let from = walk.at;
            match key.as_str() {
                "nodes" if walk.peek() == Some(b'[') => cut.nodes = walk.items()?,
                "edges" if walk.peek() == Some(b'[') => cut.edges = walk.items()?,
                _ => walk.pass()?,
            }
            cut.entries.push(Key { key, value: walk.since(from)? });
            Some(())
        })?;
        (walk.at == text.len()).then_some(cut)
    }
}

/// The id that a node or an edge says of itself; other editors number theirs.
pub(super) fn id_of(text: &[u8]) -> Option<String> {
    id_text(&id_value(text)?)
}

/// The id that names a row: a text that is not empty.
pub(super) fn name_of(text: &[u8]) -> Option<String> {
    id_value(text).filter(is_name).as_ref().and_then(id_text)
}

fn is_name(id: &Value) -> bool {
    id.as_str().is_some_and(|id| !id.is_empty())
}

fn id_text(id: &Value) -> Option<String> {
    match id {
        Value::String(text) => Some(text.to_string()),
        Value::Int(number) => Some(number.to_string()),
        _ => None,
    }
}

fn id_value(text: &[u8]) -> Option<Value> {
    if text.first() != Some(&b'{') {
        return None;
    }
    let mut id = None;
    Walk { text, at: 0 }.entries(|walk, key| {
        let from = walk.at;
        walk.pass()?;
        if key == "id" {
            id = model::json::read(walk.since(from)?.of(text)).ok();
        }
        Some(())
    })?;
    id
}

struct Walk<'t> {
    text: &'t [u8],
    at: usize,
}

impl Walk<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    fn since(&self, from: usize) -> Option<Span> {
        Some(Span { from: u32::try_from(from).ok()?, to: u32::try_from(self.at).ok()? })
    }

    /// Walks over an object; `each` is called where the value of a key begins, and passes it.
    fn entries(&mut self, mut each: impl FnMut(&mut Self, String) -> Option<()>) -> Option<()> {
        self.take(b'{')?;
        if self.take(b'}').is_some() {
            return Some(());
        }
        loop {
            let from = self.at;
            self.string()?;
            let key = read_string(self.text.get(from..self.at)?)?;
            self.take(b':')?;
            each(self, key)?;
            if self.take(b',').is_none() {
                return self.take(b'}');
            }
        }
    }

    fn items(&mut self) -> Option<Items> {
        let mut items = Items { is_list: true, ..Items::default() };
        self.take(b'[')?;
        if self.take(b']').is_some() {
            return Some(items);
        }
        loop {
            let from = self.at;
            self.pass()?;
            let span = self.since(from)?;
            items.name(u32::try_from(items.spans.len()).ok()?, span.of(self.text));
            items.spans.push(span);
            if self.take(b',').is_none() {
                self.take(b']')?;
                return Some(items);
            }
        }
    }

    /// Goes behind a value.
    fn pass(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => self.string()?,
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                _ => self.at += 1,
            }
            let ends = matches!(self.peek(), None | Some(b',' | b'}' | b']'));
            if depth == 0 && ends {
                return Some(());
            }
        }
    }

    fn string(&mut self) -> Option<()> {
        self.take(b'"')?;
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }
}

fn read_string(quoted: &[u8]) -> Option<String> {
    let inside = quoted.get(1..quoted.len().checked_sub(1)?)?;
    if !inside.contains(&b'\\') {
        return String::from_utf8(inside.to_vec()).ok();
    }
    model::json::read(quoted).ok()?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_cut_where_its_parts_begin_and_end() {
        let text = br#"{"name":"a \"b\" {","nodes":[{"id":"x","data":{"id":"no","list":[1,{"k":"]}"}]}},{"id":7},3,{"id":"x"},{}],"other":{"nodes":[1]},"\u0065dges":[],"n":1e400}"#;
        let cut = Cut::of(text).expect("it is a file");
        let keys: Vec<&str> = cut.entries.iter().map(|entry| entry.key.as_str()).collect();
        assert_eq!(keys, ["name", "nodes", "other", "edges", "n"]);
        assert_eq!(cut.entries[4].value.of(text), b"1e400");
        let nodes: Vec<&str> =
            cut.nodes.spans.iter().map(|span| std::str::from_utf8(span.of(text)).expect("text")).collect();
        let first = r#"{"id":"x","data":{"id":"no","list":[1,{"k":"]}"}]}}"#;
        assert_eq!(nodes, [first, r#"{"id":7}"#, "3", r#"{"id":"x"}"#, "{}"]);
        let places = ["x", "7"].map(|id| cut.nodes.ids.get(id).copied());
        let [x, seven] =
            [(0, true, true), (1, false, false)].map(|(first, named, repeated)| Some(Place { first, named, repeated }));
        assert_eq!(places, [x, seven]);
        assert_eq!(cut.nodes.unnamed, [1, 3, 4], "what is no object is no row");
        assert_eq!((cut.nodes.ids.len(), cut.edges.is_list, cut.edges.spans.len()), (2, true, 0));
    }

    #[test]
    fn what_is_damaged_is_not_cut() {
        for text in
            ["", "[]", "{", r#"{"nodes":[}"#, r#"{"nodes":[1]"#, r#"{"a":1}x"#, r#"{"a" :1}"#, r#"{"a":"#, r#"{"a\"#]
        {
            assert!(Cut::of(text.as_bytes()).is_none(), "{text}");
        }
        assert!(Cut::of(b"{}").is_some_and(|cut| !cut.nodes.is_list));
    }
}
