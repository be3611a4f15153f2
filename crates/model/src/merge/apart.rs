//! Two things that were added under one id: mine gets another, and what I led to it follows.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use arcstr::ArcStr;

use super::Renamed;
use super::list::List;
use crate::fields::same_field;
use crate::rows::{Key, Pairs, Row, ends, name_of};
use crate::value::Value;

/// What names a node in an edge, and in another node.
const LINKS: [&str; 2] = ["source", "target"];
const PARENTS: [&str; 2] = ["parentId", "parentNode"];

/// New ids of my nodes by the ids that they had.
pub(super) type Renames = HashMap<String, ArcStr>;

/// A row that both added.
#[derive(Clone, Copy, Debug)]
pub(super) struct Twin {
    pub(super) mine: u32,
    pub(super) theirs: u32,
    /// Whether both say the same, and are one row.
    pub(super) same: bool,
}

/// Rows that both added, found among what is not in the base.
pub(super) fn twins(mine: (&[Row<'_>], &Pairs), theirs: (&[Row<'_>], &Pairs)) -> Vec<Twin> {
    let ((my_places, my_rows), (their_places, their_rows)) = (added(mine), added(theirs));
    let pairs = Pairs::of(&my_rows, &their_rows);
    let all = their_places.iter().zip(&pairs.before).zip(&pairs.same);
    let twin = |((theirs, mine), same): ((&u32, &Option<u32>), &bool)| {
        Some(Twin { mine: my_places[(*mine)? as usize], theirs: *theirs, same: *same })
    };
    all.filter_map(twin).collect()
}

fn added<'v>((rows, pairs): (&[Row<'v>], &Pairs)) -> (Vec<u32>, Vec<Row<'v>>) {
    let all = (0_u32..).zip(rows).zip(&pairs.before);
    all.filter(|(_, before)| before.is_none()).map(|((at, row), _)| (at, row.clone())).unzip()
}

/// Sets my nodes apart from theirs, and leads what I put inside them there. Answers the ids that changed.
pub(super) fn nodes(list: &mut List<'_>, edges: Option<&List<'_>>) -> Renames {
    let mut wanted = different(list, |_, _| true);
    let mut renames = Renames::new();
    if wanted.is_empty() {
        return renames;
    }
    let mut ids = Ids::of(list);
    ids.taken.extend(edges.into_iter().flat_map(linked));
    // What both put inside a node alike is not the same any more once the node is two.
    let mut inside: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, twin) in list.twins.iter().enumerate().filter(|(_, twin)| twin.same) {
        let row = &list.mine[twin.mine as usize].value;
        if let Some(parent) = PARENTS.iter().find_map(|key| row.get(key)).and_then(name_of) {
            inside.entry(parent.into_owned()).or_default().push(at);
        }
    }
    while let Some(at) = wanted.pop() {
        let Some((from, to)) = rename(list, at, &mut ids) else { continue };
        for child in inside.remove(&from).unwrap_or_default() {
            list.twins[child].same = false;
            wanted.push(child);
        }
        renames.insert(from, to);
    }
    follow(list, &PARENTS, &renames);
    renames
}

/// Leads my edges to the new ids, and sets those apart that link something else than theirs under one id. Those that link the
/// same are one edge, to be merged by field.
pub(super) fn edges(list: &mut List<'_>, renames: &Renames) {
    if !renames.is_empty() {
        follow(list, &LINKS, renames);
        list.find_twins();
    }
    let wanted = different(list, |mine, theirs| ends(mine) != ends(theirs));
    if wanted.is_empty() {
        return;
    }
    let mut ids = Ids::of(list);
    for at in wanted {
        rename(list, at, &mut ids);
    }
}

/// Twins that say different things under an id that the base does not have; `is_other` says which are two things.
fn different(list: &List<'_>, is_other: impl Fn(&Value, &Value) -> bool) -> Vec<usize> {
    let rows = |twin: &Twin| (&list.mine[twin.mine as usize], &list.theirs[twin.theirs as usize]);
    let all = list.twins.iter().enumerate().filter(|(_, twin)| !twin.same).map(|(at, twin)| (at, rows(twin)));
    let mut different: Vec<(usize, &Key<'_>)> = all
        .filter(|(_, (mine, theirs))| mine.id().is_some() && is_other(&mine.value, &theirs.value))
        .map(|(at, (mine, _))| (at, &mine.key))
        .collect();
    if !different.is_empty() {
        // An id that the base has was used twice before anybody added anything.
        let known: HashSet<&Key<'_>> = list.base.iter().map(|row| &row.key).collect();
        different.retain(|(_, key)| !known.contains(key));
    }
    different.into_iter().map(|(at, _)| at).collect()
}

/// Gives my row of a pair of twins another id. One that has none stays as it is.
fn rename(list: &mut List<'_>, at: usize, ids: &mut Ids) -> Option<(String, ArcStr)> {
    let row = &mut list.mine[list.twins[at].mine as usize];
    let from = row.id()?.to_owned();
    let to = ids.fresh(&from);
    let object = row.value.as_object()?.with("id".into(), Value::String(to.clone()));
    *row = Row { key: Key::Id(Cow::Owned(to.to_string())), value: Cow::Owned(Value::from(object)) };
    list.renamed.push(Renamed { list: list.key, from: from.as_str().into(), to: to.clone() });
    Some((from, to))
}

/// Leads what I added or changed to the new ids. What the base leads elsewhere stays.
fn follow(list: &mut List<'_>, keys: &[&str], renames: &Renames) {
    for (at, row) in list.mine.iter_mut().enumerate() {
        let base = list.my_pairs.before[at].map(|base| &*list.base[base as usize].value);
        for key in keys {
            let value = row.value.get(key);
            let Some(to) = value.and_then(name_of).and_then(|name| renames.get(&*name)) else { continue };
            let is_mine = !same_field(base.and_then(|base| base.get(key)), value);
            let Some(object) = row.value.as_object().filter(|_| is_mine) else { continue };
            row.value = Cow::Owned(Value::from(object.with((*key).into(), Value::String(to.clone()))));
        }
    }
}

/// Names that edges have for nodes: a new node of such a name would be what they lead to.
fn linked<'l>(edges: &'l List<'_>) -> impl Iterator<Item = String> + 'l {
    let rows = edges.mine.iter().chain(&edges.theirs);
    let names = rows.flat_map(|row| LINKS.map(|key| row.value.get(key).and_then(name_of)));
    names.flatten().map(Cow::into_owned)
}

/// The ids that no row may get any more.
struct Ids {
    taken: HashSet<String>,
}

impl Ids {
    fn of(list: &List<'_>) -> Self {
        let rows = list.base.iter().chain(&list.mine).chain(&list.theirs);
        Self { taken: rows.filter_map(Row::id).map(str::to_owned).collect() }
    }

    /// `stem_2`, or a later number that is free.
    fn fresh(&mut self, stem: &str) -> ArcStr {
        let id = |number: u64| format!("{stem}_{number}");
        // Doubling, then halving: thousands of rows of one stem must not be counted through one by one.
        let mut high = 2;
        while self.taken.contains(&id(high)) {
            high *= 2;
        }
        let mut low = high / 2;
        while high - low > 1 {
            let middle = low.midpoint(high);
            if self.taken.contains(&id(middle)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        self.taken.insert(id(high));
        id(high).into()
    }
}
