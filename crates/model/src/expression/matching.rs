//! Methods of text that take a regular expression or a text, and those of a regular expression.

use std::sync::Arc;

use arcstr::ArcStr;
use regex_automata::hybrid::dfa::Cache;

use super::budget::Budget;
use super::convert;
use super::error::{Outcome, type_error};
use super::frame::{Call, Function, Native};
use super::operand::{Any, Entries, Found};
use super::pattern::Regex;
use super::strings::found_index;
use super::text::{Builder, Text, length};
use super::{numbers, refuse};

/// Methods of text.
pub(super) const STRING_METHODS: &[(&str, Native)] = &[
    ("match", match_one),
    ("matchAll", match_all),
    ("replace", |call| replace(call, false)),
    ("replaceAll", |call| replace(call, true)),
    ("search", search),
    ("split", split),
];

/// Methods of a regular expression.
pub(super) const REGEX_METHODS: &[(&str, Native)] = &[
    ("exec", exec),
    ("test", |call| {
        let text = call.text(0)?.plain();
        let mut subject = Subject::new(&text, call.budget());
        Ok(subject.find(&*regex_of(&call.this)?, 0)?.is_some().into())
    }),
    ("toString", |call| Ok(call.this_text()?.into())),
];

/// From this many bytes on it is counted how far a search looks.
const COUNTED: usize = 4096;

/// A match: where it stands, and where its groups stand, in bytes.
struct Hit {
    start: usize,
    end: usize,
    groups: Vec<Option<(usize, usize)>>,
}

/// A text that is searched from left to right. Half of a surrogate pair in it is seen as U+FFFD.
struct Subject<'t> {
    text: &'t str,
    budget: &'t Budget,
    ascii: bool,
    /// A place whose count of UTF-16 units is known: bytes and units.
    counted: (usize, usize),
    /// What the searches of a long text share; one subject is searched for one pattern.
    cache: Option<Cache>,
}

impl<'t> Subject<'t> {
    fn new(text: &'t str, budget: &'t Budget) -> Self {
        Self { text, budget, ascii: text.is_ascii(), counted: (0, 0), cache: None }
    }

    /// The first match at or after a byte.
    fn find(&mut self, regex: &Regex, from: usize) -> Outcome<Option<Hit>> {
        let mut range = from..self.text.len();
        if range.len() > COUNTED {
            // How far a search looks beyond the match it finds is not known from its answer, so it is counted.
            let (end, looked) = regex.end_of_match(self.text, range.clone(), &mut self.cache);
            self.budget.step(2 + regex.cost(looked))?;
            match end {
                Some(end) => range.end = end,
                None => return Ok(None),
            }
        } else {
            self.budget.step(2 + range.len() as u64 / 32)?;
        }
        let input = regex_automata::Input::new(self.text).range(range);
        if regex.names.is_empty() {
            let found = regex.matcher.search(&input);
            return Ok(found.map(|found| Hit { start: found.start(), end: found.end(), groups: Vec::new() }));
        }
        let mut captures = regex.matcher.create_captures();
        regex.matcher.search_captures(&input, &mut captures);
        let Some(whole) = captures.get_match() else { return Ok(None) };
        self.budget.step(4 * regex.cost(whole.len()))?;
        let group = |at: usize| captures.get_group(at).map(|span| (span.start, span.end));
        let groups = (1..=regex.names.len()).map(group).collect();
        Ok(Some(Hit { start: whole.start(), end: whole.end(), groups }))
    }

    /// All matches.
    fn find_all(&mut self, regex: &Regex) -> Outcome<Vec<Hit>> {
        let mut hits = Vec::new();
        let mut from = 0;
        while from <= self.text.len() {
            let Some(hit) = self.find(regex, from)? else { break };
            from = if hit.end == hit.start { self.after(hit.end) } else { hit.end };
            self.budget.room(1, size_of::<Hit>() + 16 * hit.groups.len())?;
            hits.push(hit);
        }
        Ok(hits)
    }

    /// The place after the character at a place; one more than the end at the end.
    fn after(&self, at: usize) -> usize {
        at + self.text[at..].chars().next().map_or(1, char::len_utf8)
    }

    /// The UTF-16 units before a byte. Asked for from left to right it costs one walk.
    fn units(&mut self, at: usize) -> usize {
        if self.ascii {
            return at;
        }
        if at < self.counted.0 {
            self.counted = (0, 0);
        }
        let (bytes, units) = self.counted;
        self.counted = (at, units + length(&self.text[bytes..at]));
        self.counted.1
    }

    fn part<'s>(&self, place: Option<(usize, usize)>) -> Any<'s> {
        place.map_or(Any::Undefined, |(start, end)| self.text[start..end].into())
    }

    /// The named groups of a match as an object; `undefined` where none has a name.
    fn named<'s>(&self, regex: &Regex, hit: &Hit) -> Outcome<Any<'s>> {
        let mut entries = Entries::default();
        for (name, place) in regex.names.iter().zip(&hit.groups) {
            if let Some(name) = name {
                entries.set(name.clone(), self.part(*place));
            }
        }
        if entries.len() == 0 { Ok(Any::Undefined) } else { self.budget.map(entries) }
    }

    /// A match as `match` and `exec` answer it.
    fn answer<'s>(&mut self, regex: &Regex, hit: &Hit, input: &Any<'s>) -> Outcome<Any<'s>> {
        let mut items = vec![self.part(Some((hit.start, hit.end)))];
        items.extend(hit.groups.iter().map(|place| self.part(*place)));
        let index = numbers::float(self.units(hit.start));
        let groups = self.named(regex, hit)?;
        self.budget.list_found(items, Some(Box::new(Found { index, input: input.clone(), groups })))
    }
}

fn regex_of(value: &Any<'_>) -> Outcome<Arc<Regex>> {
    match value {
        Any::Regex(regex) => Ok(regex.clone()),
        other => Err(type_error(format!("{} is not a regular expression", convert::shown(other)))),
    }
}

/// The argument as a regular expression; a text is compiled as the pattern that it is.
fn pattern(call: &Call<'_, '_>) -> Outcome<Arc<Regex>> {
    match call.arg(0) {
        Any::Regex(regex) => Ok(regex),
        Any::Undefined => Ok(Arc::new(Regex::of_text("(?:)", call.budget())?)),
        value => Ok(Arc::new(Regex::of_text(&convert::to_text(&value, call.budget())?.plain(), call.budget())?)),
    }
}

fn match_one<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let regex = pattern(call)?;
    let text = call.this_text()?.plain();
    let mut subject = Subject::new(&text, call.budget());
    if !regex.global {
        return first(&mut subject, &regex, &call.this);
    }
    let hits = subject.find_all(&regex)?;
    if hits.is_empty() {
        return Ok(Any::NULL);
    }
    call.budget().list(hits.iter().map(|hit| subject.part(Some((hit.start, hit.end)))).collect())
}

fn first<'s>(subject: &mut Subject<'_>, regex: &Regex, input: &Any<'s>) -> Outcome<Any<'s>> {
    match subject.find(regex, 0)? {
        Some(hit) => subject.answer(regex, &hit, input),
        None => Ok(Any::NULL),
    }
}

fn exec<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let text = call.text(0)?;
    let plain = text.plain();
    first(&mut Subject::new(&plain, call.budget()), &*regex_of(&call.this)?, &text.into())
}

fn match_all<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let given = matches!(call.arg(0), Any::Regex(_));
    let regex = pattern(call)?;
    if given && !regex.global {
        return Err(type_error(format!("matchAll needs the flag g: {regex}g")));
    }
    let text = call.this_text()?.plain();
    let mut subject = Subject::new(&text, call.budget());
    let hits = subject.find_all(&regex)?;
    let answers = hits.iter().map(|hit| subject.answer(&regex, hit, &call.this)).collect::<Outcome<_>>()?;
    call.budget().list(answers)
}

fn search<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let regex = pattern(call)?;
    let text = call.this_text()?.plain();
    let mut subject = Subject::new(&text, call.budget());
    let at = subject.find(&regex, 0)?.map(|hit| subject.units(hit.start));
    Ok(found_index(at).into())
}

/// Where a text stands in another, in units; one after the other without overlap.
fn occurrences(text: &Text, needle: &Text, all: bool, budget: &Budget) -> Outcome<Vec<usize>> {
    let (units, sought) = (text.units(), needle.units());
    budget.copy(text.bytes())?;
    let mut places = Vec::new();
    let mut from = 0;
    while from + sought.len() <= units.len() {
        budget.step(u64::from(from % 64 == 0))?;
        if units[from..].starts_with(&sought) {
            budget.step(1)?;
            places.push(from);
            if !all {
                break;
            }
            from += sought.len().max(1);
        } else {
            from += 1;
        }
    }
    Ok(places)
}

/// What a match is replaced by.
enum Replacement<'c, 's> {
    Template(Text),
    Callback(Function<'c, 's>),
}

fn replace<'s>(call: &Call<'_, 's>, all: bool) -> Outcome<Any<'s>> {
    let text = call.this_text()?;
    let replacement = match call.function(1) {
        Some(callback) => Replacement::Callback(callback),
        None => Replacement::Template(call.text(1)?),
    };
    match call.arg(0) {
        Any::Regex(regex) if all && !regex.global => {
            Err(type_error(format!("replaceAll needs the flag g: {regex}g; or use replace")))
        }
        Any::Regex(regex) => replace_regex(call.budget(), &text.plain(), &regex, &replacement),
        value => {
            let needle = convert::to_text(&value, call.budget())?;
            replace_text(call.budget(), &text, &needle, &replacement, all)
        }
    }
}

fn replace_text<'s>(
    budget: &Budget,
    text: &Text,
    needle: &Text,
    replacement: &Replacement<'_, 's>,
    all: bool,
) -> Outcome<Any<'s>> {
    let places = occurrences(text, needle, all, budget)?;
    if places.is_empty() {
        return Ok(text.clone().into());
    }
    let units = text.units();
    let piece = |start: usize, end: usize| match text.ascii() {
        Some(plain) => Text::from(&plain[start..end]),
        None => Text::of_units(units[start..end].to_vec()),
    };
    let mut result = Builder::default();
    let (mut done, width) = (0, needle.len());
    for at in places {
        result.push(&piece(done, at));
        match replacement {
            Replacement::Callback(callback) => {
                let answer = callback.call(&[needle.clone().into(), at.into(), text.clone().into()])?;
                result.push(&convert::to_text(&answer, budget)?);
            }
            Replacement::Template(template) => {
                let around = |part: char| match part {
                    '&' => needle.clone(),
                    '`' => piece(0, at),
                    _ => piece(at + width, units.len()),
                };
                let expansion = Expansion { around: &around, group: &|_| None, named: None };
                expansion.push(&mut result, template, budget)?;
            }
        }
        budget.fits(result.bytes())?;
        budget.step(1)?;
        done = at + width;
    }
    result.push(&piece(done, units.len()));
    budget.copy(result.bytes())?;
    Ok(result.finish().into())
}

fn replace_regex<'s>(
    budget: &Budget,
    text: &ArcStr,
    regex: &Regex,
    replacement: &Replacement<'_, 's>,
) -> Outcome<Any<'s>> {
    let mut subject = Subject::new(text, budget);
    let hits = if regex.global { subject.find_all(regex)? } else { subject.find(regex, 0)?.into_iter().collect() };
    let mut result = Builder::default();
    let mut done = 0;
    for hit in &hits {
        result.push_str(&text[done..hit.start]);
        match replacement {
            Replacement::Callback(callback) => {
                let mut args = vec![subject.part(Some((hit.start, hit.end)))];
                args.extend(hit.groups.iter().map(|place| subject.part(*place)));
                args.push(subject.units(hit.start).into());
                args.push(text.clone().into());
                let named = subject.named(regex, hit)?;
                if !named.is_undefined() {
                    args.push(named);
                }
                result.push(&convert::to_text(&callback.call(&args)?, budget)?);
            }
            Replacement::Template(template) => {
                let around = |part: char| match part {
                    '&' => Text::from(&text[hit.start..hit.end]),
                    '`' => Text::from(&text[..hit.start]),
                    _ => Text::from(&text[hit.end..]),
                };
                let group = |at: usize| {
                    hit.groups
                        .get(at.checked_sub(1)?)
                        .map(|place| place.map_or(Text::EMPTY, |(start, end)| Text::from(&text[start..end])))
                };
                let named = |name: &str| {
                    let at = regex.names.iter().position(|other| other.as_deref() == Some(name));
                    at.and_then(|at| group(at + 1)).unwrap_or(Text::EMPTY)
                };
                let any_name = regex.names.iter().any(Option::is_some);
                let named: Option<&dyn Fn(&str) -> Text> = if any_name { Some(&named) } else { None };
                Expansion { around: &around, group: &group, named }.push(&mut result, template, budget)?;
            }
        }
        budget.fits(result.bytes())?;
        done = hit.end;
    }
    result.push_str(&text[done..]);
    budget.copy(result.bytes())?;
    Ok(result.finish().into())
}

/// What the `$` of a replacement text stand for.
struct Expansion<'c> {
    /// `$&`, `` $` `` and `$'`.
    around: &'c dyn Fn(char) -> Text,
    /// `$1`
    group: &'c dyn Fn(usize) -> Option<Text>,
    /// `$<name>`
    named: Option<&'c dyn Fn(&str) -> Text>,
}

impl Expansion<'_> {
    /// Appends a replacement text.
    fn push(&self, result: &mut Builder, template: &Text, budget: &Budget) -> Outcome<()> {
        let Text::Plain(template) = template else {
            result.push(template);
            return Ok(());
        };
        let mut rest: &str = template;
        while let Some(at) = rest.find('$') {
            result.push_str(&rest[..at]);
            let after = &rest[at + 1..];
            match self.one(after) {
                Some((text, taken)) => {
                    budget.step(4 + text.bytes() as u64 / 64)?;
                    result.push(&text);
                    rest = &after[taken..];
                }
                None => {
                    result.push_str("$");
                    rest = after;
                }
            }
        }
        result.push_str(rest);
        Ok(())
    }

    /// What stands for the text after a `$`, and how much of that text it takes.
    fn one(&self, after: &str) -> Option<(Text, usize)> {
        match after.chars().next()? {
            '$' => return Some((Text::from("$"), 1)),
            part @ ('&' | '`' | '\'') => return Some(((self.around)(part), 1)),
            '<' => return Some((self.named?(&after[1..after.find('>')?]), after.find('>')? + 1)),
            _ => {}
        }
        let digit =
            |at: usize| Some(usize::from(after.as_bytes().get(at).filter(|byte| byte.is_ascii_digit())? - b'0'));
        let group = |at: usize| if at == 0 { None } else { (self.group)(at) };
        let ones = digit(0)?;
        let two = digit(1).and_then(|second| group(ones * 10 + second));
        two.map(|text| (text, 2)).or_else(|| group(ones).map(|text| (text, 1)))
    }
}

fn split<'s>(call: &Call<'_, 's>) -> Outcome<Any<'s>> {
    let limit = match call.arg(1) {
        Any::Undefined => usize::MAX,
        value => numbers::to_uint32(convert::to_number(&value)) as usize,
    };
    let text = call.this_text()?;
    let mut parts = match call.arg(0) {
        Any::Regex(regex) => split_regex(call.budget(), &text.plain(), &regex)?,
        Any::Undefined => vec![text.into()],
        value => split_text(call.budget(), &text, &convert::to_text(&value, call.budget())?)?,
    };
    parts.truncate(limit);
    call.budget().list(parts)
}

fn split_text<'s>(budget: &Budget, text: &Text, separator: &Text) -> Outcome<Vec<Any<'s>>> {
    budget.copy(text.bytes())?;
    if let (Text::Plain(text), Text::Plain(separator)) = (text, separator)
        && !separator.is_empty()
    {
        let parts: Vec<Any<'s>> = text.split(separator.as_str()).map(Any::from).collect();
        budget.room(parts.len(), 48)?;
        return Ok(parts);
    }
    let units = text.units();
    if separator.is_empty() {
        budget.room(units.len(), 48)?;
        budget.look(units.len())?;
        return Ok(units.iter().map(|&unit| Text::of_units(vec![unit]).into()).collect());
    }
    let mut parts = Vec::new();
    let mut done = 0;
    for at in occurrences(text, separator, true, budget)? {
        parts.push(Text::of_units(units[done..at].to_vec()).into());
        done = at + separator.len();
    }
    parts.push(Text::of_units(units[done..].to_vec()).into());
    Ok(parts)
}

/// Splits at matches; captures stand between the parts.
fn split_regex<'s>(budget: &Budget, text: &str, regex: &Regex) -> Outcome<Vec<Any<'s>>> {
    let mut subject = Subject::new(text, budget);
    if text.is_empty() {
        return Ok(if subject.find(regex, 0)?.is_some() { Vec::new() } else { vec!["".into()] });
    }
    let mut parts = Vec::new();
    let (mut done, mut from) = (0, 0);
    while from < text.len() {
        let Some(hit) = subject.find(regex, from)? else { break };
        if hit.start >= text.len() {
            break;
        }
        // An empty match at the end of the part before does not split.
        if hit.end == done {
            from = subject.after(from);
            continue;
        }
        budget.room(1 + hit.groups.len(), 48)?;
        parts.push(subject.part(Some((done, hit.start))));
        parts.extend(hit.groups.iter().map(|place| subject.part(*place)));
        done = hit.end;
        from = if hit.end == hit.start { subject.after(hit.end) } else { hit.end };
    }
    parts.push(subject.part(Some((done, text.len()))));
    Ok(parts)
}

impl Regex {
    /// The pattern of a text, as `"text".match("pattern")` uses it.
    fn of_text(source: &str, budget: &Budget) -> Outcome<Self> {
        budget.step(2_000 + 20 * source.len() as u64)?;
        Self::compile_text(source, "", refuse::NOWHERE)
            .map_err(|error| super::error::failure(super::EvalErrorName::SyntaxError, error.message))
    }
}
