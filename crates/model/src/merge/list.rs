//! The rows of a list, merged: theirs in their order, then what only mine has.

use std::collections::HashMap;

use super::apart::{Twin, twins};
use super::kept::Kept;
use super::{Merging, Renamed, Sides};
use crate::fields::escape_id;
use crate::rows::{Names, Pairs, Row, ends, rows};
use crate::value::Value;

/// A list of the three files, and which of its rows are the same.
pub(super) struct List<'v> {
    pub(super) key: &'static str,
    pub(super) base: Vec<Row<'v>>,
    pub(super) mine: Vec<Row<'v>>,
    pub(super) theirs: Vec<Row<'v>>,
    /// Rows of the base and mine.
    pub(super) my_pairs: Pairs,
    /// Rows of the base and theirs.
    pub(super) their_pairs: Pairs,
    /// Rows that both added.
    pub(super) twins: Vec<Twin>,
    pub(super) renamed: Vec<Renamed>,
}

impl<'v> List<'v> {
    /// Reads a list; `None` where one of the files has something else in its place.
    pub(super) fn of(key: &'static str, lists: Sides<'v>) -> Option<Self> {
        let (base, mine, theirs) = (rows(lists.base, key)?, rows(lists.mine, key)?, rows(lists.theirs, key)?);
        let (my_pairs, their_pairs) = (Pairs::of(&base, &mine), Pairs::of(&base, &theirs));
        let mut list = Self { key, base, mine, theirs, my_pairs, their_pairs, twins: Vec::new(), renamed: Vec::new() };
        list.find_twins();
        Some(list)
    }

    pub(super) fn find_twins(&mut self) {
        self.twins = twins((&self.mine, &self.my_pairs), (&self.theirs, &self.their_pairs));
    }

    /// The rows. Of edges, `kept` says which come back though one side deleted them.
    pub(super) fn merge(&self, kept: &Kept, merging: &mut Merging) -> Vec<Value> {
        if self.their_pairs.is_unchanged() && kept.is_nothing_of_mine() {
            return self.mine.iter().map(|row| row.value.clone().into_owned()).collect();
        }
        let names = Names::of(&self.base);
        let mut merged = Vec::with_capacity(self.theirs.len());
        let twins: HashMap<u32, &Twin> = self.twins.iter().map(|twin| (twin.theirs, twin)).collect();
        let mut is_placed = vec![false; self.mine.len()];
        for (at, row) in (0_u32..).zip(&self.theirs) {
            let value = match self.their_pairs.before[at as usize] {
                Some(_) if self.comes_back(at, kept) => Some(row.value.clone().into_owned()),
                Some(base) => self.kept(base, at, &names, merging),
                None => match twins.get(&at).filter(|twin| self.is_one(twin)) {
                    Some(twin) => {
                        is_placed[twin.mine as usize] = true;
                        Some(self.added(twin, merging))
                    }
                    None => Some(row.value.clone().into_owned()),
                },
            };
            merged.extend(value);
        }
        for (at, row) in self.mine.iter().enumerate().filter(|(at, _)| !is_placed[*at]) {
            merged.extend(match self.my_pairs.before[at] {
                Some(base) if self.their_pairs.after[base as usize].is_some() => None,
                Some(_) if self.my_pairs.same[at] && kept.has(&kept.theirs, &row.value) => {
                    Some(row.value.clone().into_owned())
                }
                Some(base) => self.deleted_by_them(base, at, &names, merging),
                None => Some(row.value.clone().into_owned()),
            });
        }
        merged
    }

    /// Whether a row of theirs is an edge that I deleted with its node, which is there all the same.
    fn comes_back(&self, theirs: u32, kept: &Kept) -> bool {
        let base = self.their_pairs.before[theirs as usize];
        let is_deleted = base.is_some_and(|base| self.my_pairs.after[base as usize].is_none());
        is_deleted
            && self.their_pairs.same[theirs as usize]
            && kept.has(&kept.mine, &self.theirs[theirs as usize].value)
    }

    /// A row of the base that theirs still has.
    fn kept(&self, base: u32, theirs: u32, names: &Names<'_>, merging: &mut Merging) -> Option<Value> {
        let (old, their) = (&self.base[base as usize], &self.theirs[theirs as usize]);
        let is_theirs_same = self.their_pairs.same[theirs as usize];
        let Some(mine) = self.my_pairs.after[base as usize].map(|mine| mine as usize) else {
            if is_theirs_same {
                return None;
            }
            let sides = Sides { base: Some(&*old.value), mine: None, theirs: Some(&*their.value) };
            merging.tell(self.path(&names.name(base as usize), ""), sides, None);
            return Some(their.value.clone().into_owned());
        };
        let my = &self.mine[mine];
        if self.my_pairs.same[mine] {
            return Some(their.value.clone().into_owned());
        }
        if is_theirs_same {
            return Some(my.value.clone().into_owned());
        }
        let sides = Sides { base: Some(&*old.value), mine: Some(&*my.value), theirs: Some(&*their.value) };
        Some(self.by_field(sides, old.id().is_some(), || names.name(base as usize), merging))
    }

    /// A row that they deleted: it stays if I changed it.
    fn deleted_by_them(&self, base: u32, mine: usize, names: &Names<'_>, merging: &mut Merging) -> Option<Value> {
        if self.my_pairs.same[mine] {
            return None;
        }
        let (old, my) = (&self.base[base as usize], &self.mine[mine]);
        let sides = Sides { base: Some(&*old.value), mine: Some(&*my.value), theirs: None };
        merging.tell(self.path(&names.name(base as usize), ""), sides, None);
        Some(my.value.clone().into_owned())
    }

    /// Whether what both added is one row: they say the same, or are edges of one id that link the same.
    fn is_one(&self, twin: &Twin) -> bool {
        let (my, their) = (&self.mine[twin.mine as usize], &self.theirs[twin.theirs as usize]);
        let link_alike = || self.key == "edges" && ends(&my.value) == ends(&their.value);
        twin.same || my.id().is_some() && my.id() == their.id() && link_alike()
    }

    /// A row that both added.
    fn added(&self, twin: &Twin, merging: &mut Merging) -> Value {
        let (my, their) = (&self.mine[twin.mine as usize], &self.theirs[twin.theirs as usize]);
        if twin.same {
            return their.value.clone().into_owned();
        }
        let name = || my.id().map(escape_id).unwrap_or_default();
        let sides = Sides { base: None, mine: Some(&*my.value), theirs: Some(&*their.value) };
        self.by_field(sides, true, name, merging)
    }

    fn by_field(&self, row: Sides<'_>, is_named: bool, name: impl Fn() -> String, merging: &mut Merging) -> Value {
        merging.row(row.map(|row| row?.as_object()), is_named, |field| self.path(&name(), field))
    }

    fn path(&self, row: &str, field: &str) -> String {
        format!("{}/{row}/{field}", self.key)
    }
}
