//! The file of a draft: a text that stays as it is, and beside it what changed since.
//!
//! A graph of 100,000 nodes is 20 MB of text. A change of one node reads and writes the text of that node; all others
//! are handed on as they stand.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use model::{Object, Value, json};

use super::cut::{Cut, Items, Place, id_of};

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

    pub(super) fn items(&self, list: List) -> Result<&Items, Damaged> {
        let cut = self.cut()?;
        Ok(match list {
            List::Nodes => &cut.nodes,
            List::Edges => &cut.edges,
        })
    }

    /// The text of a key of the file.
    pub(super) fn key(&self, key: &str) -> Result<Option<&[u8]>, Damaged> {
        let known = self.cut()?.entries.iter().find(|entry| entry.key == key);
        Ok(known.map(|entry| entry.value.of(&self.text)))
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
pub(super) struct Changed {
    /// Texts in place of those of the base; none where the item is gone.
    pub(super) items: BTreeMap<u32, Option<Text>>,
    /// Items behind those of the base; none where one is gone again.
    pub(super) added: Vec<Option<Text>>,
    /// Ids that lead elsewhere than in the base, or nowhere.
    ids: HashMap<Arc<str>, Option<u32>>,
}

/// What changed in a file since its base.
#[derive(Clone, Default)]
pub(super) struct Overlay {
    nodes: Changed,
    edges: Changed,
    /// Values of other keys of the file, in the order in which they were first set; none where a key is gone.
    pub(super) file: Vec<(Arc<str>, Option<Text>)>,
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
    /// A base without changes.
    pub(super) fn of(base: &Base) -> Self {
        Self { base: base.clone(), overlay: Overlay::default() }
    }

    pub(super) fn changed(&self, list: List) -> &Changed {
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
            Some(Place { repeated: true, .. }) => Found::Many,
            Some(place) => Found::One(place.first),
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

    /// The slots of all items that there are.
    pub(super) fn slots(&self, list: List) -> Result<Vec<u32>, Damaged> {
        let changed = self.changed(list);
        let count = u32::try_from(self.base.items(list)?.spans.len()).map_err(|_| Damaged)?;
        let living = (0..count).filter(|slot| !matches!(changed.items.get(slot), Some(None)));
        let added = (count..).zip(&changed.added).filter(|(_, text)| text.is_some()).map(|(slot, _)| slot);
        Ok(living.chain(added).collect())
    }

    /// Which rows of the base were taken out of a list that has rows without a name, those by their number: who reads the file can
    /// tell by that which the others are.
    pub(super) fn gone(&self, list: List) -> Result<Vec<serde_json::Value>, Damaged> {
        let removed = || self.changed(list).items.iter().filter(|(_, text)| text.is_none());
        if removed().next().is_none() || self.base.items(list)?.unnamed.is_empty() {
            return Ok(Vec::new());
        }
        let items = self.base.items(list)?;
        let name = |slot: u32| match items.unnamed.binary_search(&slot) {
            Ok(number) => Some(number.into()),
            Err(_) => super::cut::name_of(items.spans.get(slot as usize)?.of(&self.base.text)).map(Into::into),
        };
        Ok(removed().filter_map(|(slot, _)| name(*slot)).collect())
    }

    /// The text of a key of the file.
    pub(super) fn key(&self, key: &str) -> Result<Option<Vec<u8>>, Damaged> {
        match self.overlay.file.iter().find(|(other, _)| &**other == key) {
            Some((_, value)) => Ok(value.as_deref().map(|value| value.as_bytes().to_vec())),
            None => Ok(self.base.key(key)?.map(<[u8]>::to_vec)),
        }
    }

    /// The keys of the file, also those that were taken out.
    pub(super) fn keys(&self) -> Result<Vec<String>, Damaged> {
        let base = self.base.cut()?.entries.iter().map(|entry| entry.key.clone());
        Ok(base.chain(self.overlay.file.iter().map(|(key, _)| key.to_string())).collect())
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
            before.filter(|id| !items.is_repeated(id)).map(|id| changed.ids.insert(id.into(), None));
            after.map(|id| changed.ids.insert(id.into(), Some(slot)));
        }
        Ok(())
    }

    /// Takes an item out.
    pub(super) fn remove_item(&mut self, list: List, slot: u32) -> Result<(), Damaged> {
        let id = id_of(self.item(list, slot)?);
        let base = self.base.clone();
        let items = base.items(list)?;
        let changed = self.changed_mut(list);
        match (slot as usize).checked_sub(items.spans.len()) {
            None => drop(changed.items.insert(slot, None)),
            Some(at) => *changed.added.get_mut(at).ok_or(Damaged)? = None,
        }
        id.filter(|id| !items.is_repeated(id)).map(|id| changed.ids.insert(id.into(), None));
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
        let value = value.map(into_text).transpose()?;
        let file = &mut self.overlay.file;
        file.retain(|(other, _)| &**other != key);
        let same = base.key(key)? == value.as_deref().map(str::as_bytes);
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

impl Overlay {
    /// About how many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        let len = |text: &Option<Text>| text.as_deref().map_or(4, str::len) + 16;
        let list = |list: &Changed| list.items.values().chain(&list.added).map(len).sum::<usize>();
        let file = self.file.iter().map(|(key, value)| key.len() + len(value)).sum::<usize>();
        list(&self.nodes) + list(&self.edges) + file + 64
    }
}

/// The object of an item's text; `None` where it is none.
pub(super) fn read_object(text: &[u8]) -> Option<Object> {
    let limits = json::Limits { depth: u32::MAX, ..json::Limits::JAVASCRIPT };
    let value = json::read_with(text, limits).ok()?;
    let object = value.as_object()?;
    Some(Object::new(object.entries().to_vec()))
}
