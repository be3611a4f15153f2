//! The file of a draft: a text that stays as it is, and beside it what changed since.
//!
//! A graph of 100,000 nodes is 20 MB of text. A change of one node reads and writes the text of that node; all others
//! are handed on as they stand.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use model::{Object, Value, json};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::cut::{Cut, Items, MANY, id_of};

/// The text of a node, an edge, or a value of the file.
pub(super) type Text = Arc<str>;

/// Which of the two lists of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    Nodes,
    Edges,
}

impl List {
    pub(super) const BOTH: [Self; 2] = [Self::Nodes, Self::Edges];

    /// Its key in the file.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Nodes => "nodes",
            Self::Edges => "edges",
        }
    }
}

/// A text and, once somebody asks, where its parts stand.
#[derive(Clone)]
pub(super) struct Base {
    pub(super) text: Bytes,
    cut: Arc<OnceLock<Option<Cut>>>,
}

/// A stored text that is not one of ours.
#[derive(Clone, Copy, Debug)]
pub(super) struct Damaged;

impl Base {
    pub(super) fn new(text: Bytes) -> Self {
        Self { text, cut: Arc::default() }
    }

    pub(super) fn cut(&self) -> Result<&Cut, Damaged> {
        self.cut.get_or_init(|| Cut::of(&self.text)).as_ref().ok_or(Damaged)
    }

    fn items(&self, list: List) -> Result<&Items, Damaged> {
        let cut = self.cut()?;
        Ok(match list {
            List::Nodes => &cut.nodes,
            List::Edges => &cut.edges,
        })
    }

    /// About how much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        let items = match self.cut.get() {
            Some(Some(cut)) => cut.nodes.spans.len() + cut.edges.spans.len(),
            _ => 0,
        };
        self.text.len() + items * 72
    }
}

/// What changed in one list.
#[derive(Clone, Default)]
struct Changed {
    /// Texts in place of those of the base; none where the item is gone.
    items: BTreeMap<u32, Option<Text>>,
    /// Items behind those of the base; none where one is gone again.
    added: Vec<Option<Text>>,
    /// Ids that lead elsewhere than in the base, or nowhere.
    ids: HashMap<Arc<str>, Option<u32>>,
}

/// What changed in a file since its base.
#[derive(Clone, Default)]
pub(super) struct Overlay {
    nodes: Changed,
    edges: Changed,
    /// Values of other keys of the file, in the order in which they were first set; none where a key is gone.
    file: Vec<(Arc<str>, Option<Text>)>,
}

/// A base with its overlay.
#[derive(Clone)]
pub(super) struct Document {
    pub(super) base: Base,
    pub(super) overlay: Overlay,
}

/// Where an id leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    One(u32),
    Many,
}

impl Document {
    pub(super) fn new(text: Bytes) -> Self {
        Self { base: Base::new(text), overlay: Overlay::default() }
    }

    fn changed(&self, list: List) -> &Changed {
        match list {
            List::Nodes => &self.overlay.nodes,
            List::Edges => &self.overlay.edges,
        }
    }

    fn changed_mut(&mut self, list: List) -> &mut Changed {
        match list {
            List::Nodes => &mut self.overlay.nodes,
            List::Edges => &mut self.overlay.edges,
        }
    }

    /// Whether nothing changed since the base.
    pub(super) fn is_base(&self) -> bool {
        let none = |list: &Changed| list.items.is_empty() && list.added.iter().all(Option::is_none);
        none(&self.overlay.nodes) && none(&self.overlay.edges) && self.overlay.file.is_empty()
    }

    /// Where the item with an id stands.
    pub(super) fn find(&self, list: List, id: &str) -> Result<Found, Damaged> {
        if let Some(known) = self.changed(list).ids.get(id) {
            return Ok(known.map_or(Found::Nothing, Found::One));
        }
        Ok(match self.base.items(list)?.ids.get(id) {
            None => Found::Nothing,
            Some(&MANY) => Found::Many,
            Some(&slot) => Found::One(slot),
        })
    }

    /// The slot of an item by its place among those that there are.
    pub(super) fn slot_at(&self, list: List, index: usize) -> Result<Option<u32>, Damaged> {
        let changed = self.changed(list);
        let count = u32::try_from(self.base.items(list)?.spans.len()).unwrap_or(u32::MAX);
        let gone = changed.items.values().filter(|text| text.is_none()).count();
        let added = (count..).zip(&changed.added).filter(|(_, text)| text.is_some()).map(|(slot, _)| slot);
        if gone == 0 && index < count as usize {
            return Ok(u32::try_from(index).ok());
        }
        let living = (0..count).filter(|slot| !matches!(changed.items.get(slot), Some(None)));
        Ok(living.chain(added).nth(index))
    }

    /// How many items there are.
    pub(super) fn count(&self, list: List) -> Result<usize, Damaged> {
        let changed = self.changed(list);
        let gone = changed.items.values().filter(|text| text.is_none()).count();
        let added = changed.added.iter().filter(|text| text.is_some()).count();
        Ok(self.base.items(list)?.spans.len() - gone + added)
    }

    /// The text of an item.
    pub(super) fn item(&self, list: List, slot: u32) -> Result<&[u8], Damaged> {
        let (changed, items) = (self.changed(list), self.base.items(list)?);
        if let Some(text) = changed.items.get(&slot) {
            return text.as_deref().map(str::as_bytes).ok_or(Damaged);
        }
        if let Some(span) = items.spans.get(slot as usize) {
            return Ok(span.of(&self.base.text));
        }
        let added = changed.added.get(slot as usize - items.spans.len()).and_then(Option::as_deref);
        added.map(str::as_bytes).ok_or(Damaged)
    }

    /// Puts a text in place of an item's.
    pub(super) fn set_item(&mut self, list: List, slot: u32, text: Vec<u8>) -> Result<(), Damaged> {
        let (before, after) = (id_of(self.item(list, slot)?), id_of(&text));
        let base = self.base.clone();
        let items = base.items(list)?;
        let text = into_text(text)?;
        let changed = self.changed_mut(list);
        match items.spans.get(slot as usize) {
            // What is again as it was is no change.
            Some(span) if span.of(&base.text) == text.as_bytes() => drop(changed.items.remove(&slot)),
            Some(_) => drop(changed.items.insert(slot, Some(text))),
            None => *changed.added.get_mut(slot as usize - items.spans.len()).ok_or(Damaged)? = Some(text),
        }
        if before != after {
            before.map(|id| changed.ids.insert(id.into(), None));
            after.map(|id| changed.ids.insert(id.into(), Some(slot)));
        }
        Ok(())
    }

    /// Takes an item out.
    pub(super) fn remove_item(&mut self, list: List, slot: u32) -> Result<(), Damaged> {
        let id = id_of(self.item(list, slot)?);
        let count = self.base.items(list)?.spans.len();
        let changed = self.changed_mut(list);
        match (slot as usize).checked_sub(count) {
            None => drop(changed.items.insert(slot, None)),
            Some(at) => *changed.added.get_mut(at).ok_or(Damaged)? = None,
        }
        id.map(|id| changed.ids.insert(id.into(), None));
        Ok(())
    }

    /// Adds an item at the end.
    pub(super) fn add_item(&mut self, list: List, text: Vec<u8>) -> Result<(), Damaged> {
        let id = id_of(&text);
        let slot = self.base.items(list)?.spans.len() + self.changed(list).added.len();
        let slot = u32::try_from(slot).map_err(|_| Damaged)?;
        let changed = self.changed_mut(list);
        changed.added.push(Some(into_text(text)?));
        id.map(|id| changed.ids.insert(id.into(), Some(slot)));
        Ok(())
    }

    /// Sets a key of the file beside its lists, or takes it out.
    pub(super) fn set_key(&mut self, key: &str, value: Option<Vec<u8>>) -> Result<(), Damaged> {
        let base = self.base.clone();
        let known = base.cut()?.entries.iter().find(|entry| entry.key == key);
        let value = value.map(into_text).transpose()?;
        let file = &mut self.overlay.file;
        file.retain(|(other, _)| &**other != key);
        let same = known.map(|entry| entry.value.of(&base.text)) == value.as_deref().map(str::as_bytes);
        if !same {
            file.push((key.into(), value));
        }
        Ok(())
    }

    /// The whole text.
    pub(super) fn text(&self) -> Result<Bytes, Damaged> {
        if self.is_base() {
            return Ok(self.base.text.clone());
        }
        let cut = self.base.cut()?;
        let mut out = Vec::with_capacity(self.base.text.len() + self.overlay.bytes());
        let mut first = true;
        let mut key = |out: &mut Vec<u8>, key: &str| {
            out.push(if std::mem::take(&mut first) { b'{' } else { b',' });
            json::write(&Value::from(key), out);
            out.push(b':');
        };
        for entry in &cut.entries {
            let list = List::BOTH.into_iter().find(|list| list.key() == entry.key);
            let set = self.overlay.file.iter().find(|(other, _)| **other == *entry.key).map(|(_, value)| value);
            match (list, set) {
                (Some(list), _) if self.base.items(list)?.is_list || self.count(list)? > 0 => {
                    key(&mut out, &entry.key);
                    self.write_list(list, &mut out)?;
                }
                (_, Some(None)) => {}
                (_, Some(Some(value))) => {
                    key(&mut out, &entry.key);
                    out.extend_from_slice(value.as_bytes());
                }
                (_, None) => {
                    key(&mut out, &entry.key);
                    out.extend_from_slice(entry.value.of(&self.base.text));
                }
            }
        }
        let is_there = |key: &str| cut.entries.iter().any(|entry| entry.key == key);
        for list in List::BOTH {
            if !is_there(list.key()) && self.count(list)? > 0 {
                key(&mut out, list.key());
                self.write_list(list, &mut out)?;
            }
        }
        for (name, value) in &self.overlay.file {
            if let Some(value) = value.as_deref().filter(|_| !is_there(name)) {
                key(&mut out, name);
                out.extend_from_slice(value.as_bytes());
            }
        }
        out.extend_from_slice(if out.is_empty() { b"{}" } else { b"}" });
        Ok(out.into())
    }

    /// Writes a list; neighbors that did not change are copied at once.
    fn write_list(&self, list: List, out: &mut Vec<u8>) -> Result<(), Damaged> {
        let (changed, items) = (self.changed(list), self.base.items(list)?);
        let text = &self.base.text;
        out.push(b'[');
        let begins = out.len();
        let comma = |out: &mut Vec<u8>| {
            if out.len() > begins {
                out.push(b',');
            }
        };
        let run = |out: &mut Vec<u8>, from: usize, to: usize| {
            if let (Some(first), Some(last)) =
                (items.spans.get(from), to.checked_sub(1).and_then(|at| items.spans.get(at)))
                && from < to
            {
                comma(out);
                out.extend_from_slice(text.get(first.from as usize..last.to as usize).unwrap_or_default());
            }
        };
        let mut next = 0;
        for (&slot, item) in &changed.items {
            run(out, next, slot as usize);
            next = slot as usize + 1;
            if let Some(item) = item {
                comma(out);
                out.extend_from_slice(item.as_bytes());
            }
        }
        run(out, next, items.spans.len());
        for item in changed.added.iter().flatten() {
            comma(out);
            out.extend_from_slice(item.as_bytes());
        }
        out.push(b']');
        Ok(())
    }
}

fn into_text(text: Vec<u8>) -> Result<Text, Damaged> {
    String::from_utf8(text).map(Into::into).map_err(|_| Damaged)
}

/// An overlay as it is stored.
#[derive(Deserialize)]
struct Stored<'a> {
    #[serde(borrow)]
    nodes: StoredList<'a>,
    #[serde(borrow)]
    edges: StoredList<'a>,
    #[serde(borrow)]
    file: Vec<(String, Option<[&'a RawValue; 1]>)>,
}

#[derive(Deserialize)]
struct StoredList<'a> {
    #[serde(borrow)]
    items: Vec<(u32, Option<[&'a RawValue; 1]>)>,
    #[serde(borrow)]
    added: Vec<&'a RawValue>,
}

impl Overlay {
    /// About how many bytes its stored form has.
    pub(super) fn bytes(&self) -> usize {
        let len = |text: &Option<Text>| text.as_deref().map_or(4, str::len) + 16;
        let list = |list: &Changed| list.items.values().chain(&list.added).map(len).sum::<usize>();
        let file = self.file.iter().map(|(key, value)| key.len() + len(value)).sum::<usize>();
        list(&self.nodes) + list(&self.edges) + file + 64
    }

    /// Its stored form. A value stands in a list of one, so that `null` is told from nothing.
    pub(super) fn write(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.bytes());
        for (list, changed) in [(List::Nodes, &self.nodes), (List::Edges, &self.edges)] {
            out.extend_from_slice(if list == List::Nodes { b"{\"nodes\":" } else { b",\"edges\":" });
            out.extend_from_slice(b"{\"items\":[");
            for (at, (slot, text)) in changed.items.iter().enumerate() {
                out.extend_from_slice(if at > 0 { b",[" } else { b"[" });
                out.extend_from_slice(slot.to_string().as_bytes());
                write_boxed(text.as_deref(), &mut out);
            }
            out.extend_from_slice(b"],\"added\":[");
            for (at, text) in changed.added.iter().flatten().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                out.extend_from_slice(text.as_bytes());
            }
            out.extend_from_slice(b"]}");
        }
        out.extend_from_slice(b",\"file\":[");
        for (at, (key, value)) in self.file.iter().enumerate() {
            out.extend_from_slice(if at > 0 { b",[" } else { b"[" });
            json::write(&Value::from(&**key), &mut out);
            write_boxed(value.as_deref(), &mut out);
        }
        out.extend_from_slice(b"]}");
        out
    }

    /// Reads a stored form; ids are found again from the texts and the base.
    pub(super) fn read(stored: &[u8], base: &Base) -> Result<Self, Damaged> {
        let stored: Stored<'_> = serde_json::from_slice(stored).map_err(|_| Damaged)?;
        let text = |value: &Option<[&RawValue; 1]>| value.map(|[value]| Text::from(value.get()));
        let list = |list: List, stored: StoredList<'_>| {
            let items = base.items(list)?;
            let mut changed = Changed::default();
            // What leaves an id first, then what takes it: a node may have got the id of another.
            for (slot, value) in &stored.items {
                let span = items.spans.get(*slot as usize).ok_or(Damaged)?;
                id_of(span.of(&base.text)).map(|id| changed.ids.insert(id.into(), None));
                changed.items.insert(*slot, text(value));
            }
            changed.added = stored.added.iter().map(|value| Some(Text::from(value.get()))).collect();
            let count = u32::try_from(items.spans.len()).map_err(|_| Damaged)?;
            let kept = changed.items.iter().filter_map(|(slot, text)| Some((*slot, text.as_deref()?)));
            let added = (count..).zip(changed.added.iter().flatten().map(|text| &**text));
            let ids = kept.chain(added).filter_map(|(slot, text)| Some((id_of(text.as_bytes())?, slot)));
            let ids: Vec<(String, u32)> = ids.collect();
            for (id, slot) in ids {
                changed.ids.insert(id.into(), Some(slot));
            }
            Ok(changed)
        };
        Ok(Self {
            nodes: list(List::Nodes, stored.nodes)?,
            edges: list(List::Edges, stored.edges)?,
            file: stored.file.iter().map(|(key, value)| (key.as_str().into(), text(value))).collect(),
        })
    }
}

fn write_boxed(text: Option<&str>, out: &mut Vec<u8>) {
    match text {
        None => out.extend_from_slice(b",null]"),
        Some(text) => {
            out.extend_from_slice(b",[");
            out.extend_from_slice(text.as_bytes());
            out.extend_from_slice(b"]]");
        }
    }
}

/// The object of an item's text; `None` where it is none.
pub(super) fn read_object(text: &[u8]) -> Option<Object> {
    let limits = json::Limits { depth: u32::MAX, ..json::Limits::JAVASCRIPT };
    let value = json::read_with(text, limits).ok()?;
    let object = value.as_object()?;
    Some(Object::new(object.entries().to_vec()))
}
