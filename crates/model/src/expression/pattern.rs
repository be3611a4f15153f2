//! Regular expressions: JavaScript's syntax, as far as it can be matched in linear time, with JavaScript's meaning.

use std::fmt;
use std::ops::Range;
use std::sync::OnceLock;

use arcstr::ArcStr;
use oxc_allocator::Allocator;
use oxc_ast::ast;
use oxc_regular_expression::ast::{
    Alternative, BoundaryAssertionKind, Character, CharacterClass, CharacterClassContents, CharacterClassContentsKind,
    CharacterClassEscapeKind, CharacterKind, Disjunction, Quantifier, Term, UnicodePropertyEscape,
};
use oxc_regular_expression::{LiteralParser, Options};
use oxc_span::Span;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson;
use regex_automata::{Input, meta};
use regex_syntax::hir::{Capture, Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look, Repetition};

use super::compile::Compiled;
use super::operand::Any;
use super::refuse;

/// The memory that a compiled pattern may take, in bytes.
const MAX_COMPILED: usize = 1 << 20;

/// The memory for states of a search that is counted, in bytes.
const STATES: usize = 2 << 20;

/// The longest pattern, in bytes.
const MAX_SOURCE: usize = 16 * 1024;

/// Groups and classes of a pattern.
const MAX_GROUPS: usize = 200;

/// A compiled regular expression.
#[derive(Debug)]
pub(super) struct Regex {
    source: ArcStr,
    flags: ArcStr,
    pub(super) global: bool,
    pub(super) matcher: meta::Regex,
    /// The names of the groups after the whole match; `None` for one without a name.
    pub(super) names: Vec<Option<ArcStr>>,
    /// How many characters, classes and their repetitions the pattern has.
    weight: u64,
    hir: Hir,
    counting: OnceLock<Option<DFA>>,
}

impl Regex {
    pub(super) fn compile(literal: &ast::RegExpLiteral<'_>) -> Compiled<Self> {
        let mut flags: Vec<char> = literal.regex.flags.to_string().chars().collect();
        flags.sort_unstable();
        Self::compile_text(&literal.regex.pattern.text, &flags.into_iter().collect::<String>(), literal.span)
    }

    /// Compiles a pattern; flags in alphabetical order.
    pub(super) fn compile_text(source: &str, flags: &str, span: Span) -> Compiled<Self> {
        if let Some(flag) = flags.chars().find(|flag| !"gimsu".contains(*flag)) {
            return Err(refuse::regex(span, format!("it has the flag {flag}; g, i, m, s and u are there")));
        }
        if source.len() > MAX_SOURCE || source.matches(['(', '[']).count() > MAX_GROUPS {
            return Err(refuse::regex(span, "it is too long, or has too many groups"));
        }
        let allocator = Allocator::default();
        let pattern = LiteralParser::new(&allocator, source, Some(flags), Options::default())
            .parse()
            .map_err(|error| refuse::regex(span, error.message.to_string()))?;
        let mut translator = Translator { span, flags, names: Vec::new() };
        let hir = translator.disjunction(&pattern.body)?;
        let config = meta::Config::new().nfa_size_limit(Some(MAX_COMPILED)).onepass_size_limit(Some(MAX_COMPILED));
        let matcher = meta::Builder::new()
            .configure(config)
            .build_from_hir(&hir)
            .map_err(|_| refuse::regex(span, "it is too large, as by a count of a count ({0,1000})"))?;
        let global = flags.contains('g');
        Ok(Self {
            source: source.into(),
            flags: flags.into(),
            global,
            matcher,
            names: translator.names,
            weight: weight(&hir),
            hir,
            counting: OnceLock::new(),
        })
    }

    /// The steps of searching this many bytes in the worst case.
    pub(super) fn cost(&self, bytes: usize) -> u64 {
        (bytes as u64).saturating_mul(2 + self.weight) / 8
    }

    /// Where the first match in a range ends, and how many bytes had to be looked at to know it. A search
    /// that goes on in the same text gives the same cache.
    pub(super) fn end_of_match(
        &self,
        text: &str,
        range: Range<usize>,
        cache: &mut Option<Cache>,
    ) -> (Option<usize>, usize) {
        let (start, end) = (range.start, range.end);
        let Some(dfa) = self.counting.get_or_init(|| automaton(&self.hir)) else { return (Some(end), end - start) };
        let cache = cache.get_or_insert_with(|| dfa.create_cache());
        let input = Input::new(text).range(range);
        let Ok(mut state) = dfa.start_state_forward(cache, &input) else { return (Some(end), end - start) };
        let mut found = None;
        for at in start..end {
            // The state after a byte says whether a match ended before it.
            state = match dfa.next_state(cache, state, text.as_bytes()[at]) {
                Ok(state) => state,
                Err(_) => return (Some(end), end - start),
            };
            if state.is_tagged() {
                if state.is_match() {
                    found = Some(at);
                } else if state.is_dead() {
                    return (found, at - start);
                }
            }
        }
        match dfa.next_eoi_state(cache, state) {
            Ok(state) if state.is_match() => found = Some(end),
            _ => {}
        }
        (found, end - start)
    }

    pub(super) fn property<'s>(&self, key: &str) -> Option<Any<'s>> {
        Some(match key {
            "source" => self.source.clone().into(),
            "flags" => self.flags.clone().into(),
            "global" => self.flags.contains('g').into(),
            "ignoreCase" => self.flags.contains('i').into(),
            "multiline" => self.flags.contains('m').into(),
            "dotAll" => self.flags.contains('s').into(),
            "unicode" => self.flags.contains('u').into(),
            "sticky" | "hasIndices" | "unicodeSets" => false.into(),
            "lastIndex" => 0.0.into(),
            _ => return None,
        })
    }
}

/// A lazily built automaton that can be walked byte by byte.
fn automaton(hir: &Hir) -> Option<DFA> {
    let config = thompson::Config::new().which_captures(thompson::WhichCaptures::None);
    let nfa = thompson::Compiler::new().configure(config).build_from_hir(hir).ok()?;
    DFA::builder().configure(DFA::config().cache_capacity(STATES)).build_from_nfa(nfa).ok()
}

fn weight(hir: &Hir) -> u64 {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 0,
        HirKind::Literal(literal) => literal.0.len() as u64 / 4,
        HirKind::Class(_) => 1,
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min).max(1);
            weight(&repetition.sub).saturating_mul(times.into())
        }
        HirKind::Capture(capture) => 1 + weight(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().map(weight).sum(),
    }
}

impl fmt::Display for Regex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/{}", self.source, self.flags)
    }
}

/// From JavaScript's syntax tree to that of the matcher.
struct Translator<'p> {
    span: Span,
    flags: &'p str,
    names: Vec<Option<ArcStr>>,
}

impl Translator<'_> {
    fn refuse<T>(&self, what: &'static str) -> Compiled<T> {
        Err(refuse::regex(self.span, what))
    }

    fn has(&self, flag: char) -> bool {
        self.flags.contains(flag)
    }

    fn disjunction(&mut self, disjunction: &Disjunction<'_>) -> Compiled<Hir> {
        let parts = disjunction.body.iter().map(|part| self.alternative(part)).collect::<Compiled<Vec<_>>>()?;
        Ok(Hir::alternation(parts))
    }

    fn alternative(&mut self, alternative: &Alternative<'_>) -> Compiled<Hir> {
        let mut parts = Vec::with_capacity(alternative.body.len());
        let mut terms = alternative.body.iter().peekable();
        while let Some(term) = terms.next() {
            // Without the flag u the parser sees a character beyond U+FFFF as two.
            let pair = high(term).zip(terms.peek().and_then(|next| low(next)));
            parts.push(match pair {
                Some((high, low)) => {
                    let c = self.character(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))?;
                    match terms.next() {
                        Some(Term::Quantifier(quantifier)) => self.repeated(quantifier, c)?,
                        _ => c,
                    }
                }
                None => self.term(term)?,
            });
        }
        Ok(Hir::concat(parts))
    }

    fn term(&mut self, term: &Term<'_>) -> Compiled<Hir> {
        match term {
            Term::BoundaryAssertion(boundary) => Ok(Hir::look(match (boundary.kind, self.has('m')) {
                (BoundaryAssertionKind::Start, false) => Look::Start,
                (BoundaryAssertionKind::Start, true) => Look::StartCRLF,
                (BoundaryAssertionKind::End, false) => Look::End,
                (BoundaryAssertionKind::End, true) => Look::EndCRLF,
                (BoundaryAssertionKind::Boundary, _) => Look::WordAscii,
                (BoundaryAssertionKind::NegativeBoundary, _) => Look::WordAsciiNegate,
            })),
            Term::LookAroundAssertion(_) => self.refuse("it looks ahead or behind: (?=…) (?!…) (?<=…) (?<!…)"),
            Term::IndexedReference(_) | Term::NamedReference(_) => {
                self.refuse("it refers back to a group: \\1, \\k<name>")
            }
            Term::Quantifier(quantifier) => {
                let body = self.term(&quantifier.body)?;
                self.repeated(quantifier, body)
            }
            Term::Character(character) => {
                self.plain(character)?;
                self.character(character.value)
            }
            Term::Dot(_) if self.has('s') => Ok(Hir::class(Class::Unicode(class(&[('\0', char::MAX)])))),
            Term::Dot(_) => {
                let mut lines = class(&[('\n', '\n'), ('\r', '\r'), ('\u{2028}', '\u{2029}')]);
                lines.negate();
                Ok(Hir::class(Class::Unicode(lines)))
            }
            Term::CharacterClassEscape(escape) => Ok(Hir::class(Class::Unicode(shorthand(escape.kind)))),
            Term::UnicodePropertyEscape(property) => Ok(Hir::class(Class::Unicode(self.property(property)?))),
            Term::CharacterClass(class) => self.class(class),
            Term::CapturingGroup(group) => {
                let name: Option<ArcStr> = group.name.as_ref().map(|name| name.as_str().into());
                self.names.push(name);
                let Ok(index) = u32::try_from(self.names.len()) else { return self.refuse("it has too many groups") };
                let sub = Box::new(self.disjunction(&group.body)?);
                Ok(Hir::capture(Capture { index, name: None, sub }))
            }
            Term::IgnoreGroup(group) if group.modifiers.is_some() => self.refuse("it sets flags inside: (?i:…)"),
            Term::IgnoreGroup(group) => self.disjunction(&group.body),
        }
    }

    fn repeated(&self, quantifier: &Quantifier<'_>, sub: Hir) -> Compiled<Hir> {
        let bound = |count: u64| u32::try_from(count).ok().filter(|&count| count <= 100_000);
        let (Some(min), Some(max)) =
            (bound(quantifier.min), quantifier.max.map_or(Some(None), |max| bound(max).map(Some)))
        else {
            return self.refuse("it repeats more than 100,000 times");
        };
        Ok(Hir::repetition(Repetition { min, max, greedy: quantifier.greedy, sub: Box::new(sub) }))
    }

    /// Refuses ways to write a character that are not worth their surprises.
    fn plain(&self, character: &Character) -> Compiled<()> {
        match character.kind {
            CharacterKind::ControlLetter => self.refuse("\\c is not there; write \\u0001"),
            CharacterKind::Octal1 | CharacterKind::Octal2 | CharacterKind::Octal3 => {
                self.refuse("it has an escape of digits: \\1, \\01")
            }
            _ => Ok(()),
        }
    }

    fn scalar(&self, value: u32) -> Compiled<char> {
        match char::from_u32(value) {
            Some(c) => Ok(c),
            None => self.refuse("it has half of a surrogate pair"),
        }
    }

    fn character(&self, value: u32) -> Compiled<Hir> {
        let c = self.scalar(value)?;
        if !self.has('i') {
            return Ok(Hir::literal(c.encode_utf8(&mut [0; 4]).as_bytes()));
        }
        self.folded(class(&[(c, c)])).map(|class| Hir::class(Class::Unicode(class)))
    }

    /// A class without regard to case, where the flag i says so.
    fn folded(&self, mut class: ClassUnicode) -> Compiled<ClassUnicode> {
        if self.has('i') && class.try_case_fold_simple().is_err() {
            return self.refuse("the flag i needs the Unicode case tables");
        }
        Ok(class)
    }

    fn property(&self, property: &UnicodePropertyEscape<'_>) -> Compiled<ClassUnicode> {
        let sign = if property.negative { 'P' } else { 'p' };
        let text = match &property.value {
            Some(value) => format!("\\{sign}{{{}={value}}}", property.name),
            None => format!("\\{sign}{{{}}}", property.name),
        };
        match regex_syntax::parse(&text).map(Hir::into_kind) {
            Ok(HirKind::Class(Class::Unicode(class))) => Ok(class),
            _ => self.refuse("it has a Unicode property that is not known"),
        }
    }

    fn class(&self, class: &CharacterClass<'_>) -> Compiled<Hir> {
        if class.body.is_empty() {
            return self.refuse("it has an empty class: [] or [^]; write [\\s\\S] for any character");
        }
        if class.kind != CharacterClassContentsKind::Union {
            return self.refuse("it has a class of classes");
        }
        // The shorthands keep their ASCII meaning where the flag i is set.
        let (mut listed, mut fixed) = (ClassUnicode::empty(), ClassUnicode::empty());
        let mut pending: Option<u32> = None;
        for part in &class.body {
            if let CharacterClassContents::Character(character) = part {
                self.plain(character)?;
                match (pending.take(), character.value) {
                    (Some(high), low @ 0xdc00..=0xdfff) => {
                        let c = self.scalar(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))?;
                        listed.push(ClassUnicodeRange::new(c, c));
                    }
                    (None, high @ 0xd800..=0xdbff) => pending = Some(high),
                    (None, value) => {
                        let c = self.scalar(value)?;
                        listed.push(ClassUnicodeRange::new(c, c));
                    }
                    (Some(_), _) => return self.refuse("it has half of a surrogate pair"),
                }
                continue;
            }
            match part {
                CharacterClassContents::CharacterClassRange(range) => {
                    self.plain(&range.min)?;
                    self.plain(&range.max)?;
                    listed.push(ClassUnicodeRange::new(self.scalar(range.min.value)?, self.scalar(range.max.value)?));
                }
                CharacterClassContents::CharacterClassEscape(escape) => fixed.union(&shorthand(escape.kind)),
                CharacterClassContents::UnicodePropertyEscape(property) => fixed.union(&self.property(property)?),
                _ => return self.refuse("it has a class in a class"),
            }
        }
        if pending.is_some() {
            return self.refuse("it has half of a surrogate pair");
        }
        let mut all = self.folded(listed)?;
        all.union(&fixed);
        if class.negative {
            all.negate();
        }
        Ok(Hir::class(Class::Unicode(all)))
    }
}

/// The first half of a character that the parser sees as two.
fn high(term: &Term<'_>) -> Option<u32> {
    match term {
        Term::Character(character) => Some(character.value).filter(|value| (0xd800..0xdc00).contains(value)),
        _ => None,
    }
}

/// The second half, which a quantifier may follow.
fn low(term: &Term<'_>) -> Option<u32> {
    match term {
        Term::Character(character) => Some(character.value).filter(|value| (0xdc00..0xe000).contains(value)),
        Term::Quantifier(quantifier) => low(&quantifier.body),
        _ => None,
    }
}

fn class(ranges: &[(char, char)]) -> ClassUnicode {
    ClassUnicode::new(ranges.iter().map(|&(start, end)| ClassUnicodeRange::new(start, end)))
}

/// `\d`, `\w`, `\s` and their opposites as JavaScript has them.
fn shorthand(kind: CharacterClassEscapeKind) -> ClassUnicode {
    use CharacterClassEscapeKind as Kind;
    let mut class = match kind {
        Kind::D | Kind::NegativeD => class(&[('0', '9')]),
        Kind::W | Kind::NegativeW => class(&[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]),
        Kind::S | Kind::NegativeS => class(&[
            ('\t', '\r'),
            (' ', ' '),
            ('\u{a0}', '\u{a0}'),
            ('\u{1680}', '\u{1680}'),
            ('\u{2000}', '\u{200a}'),
            ('\u{2028}', '\u{2029}'),
            ('\u{202f}', '\u{202f}'),
            ('\u{205f}', '\u{205f}'),
            ('\u{3000}', '\u{3000}'),
            ('\u{feff}', '\u{feff}'),
        ]),
    };
    if matches!(kind, Kind::NegativeD | Kind::NegativeW | Kind::NegativeS) {
        class.negate();
    }
    class
}
