//! From source text to a syntax tree: `const` as a name, a leading comparison, a trailing `;`, and syntax errors.

use std::sync::Arc;

use arcstr::ArcStr;
use oxc_allocator::Allocator;
use oxc_ast::ast;
use oxc_parser::{ParseOptions, Parser};
use oxc_span::SourceType;

use super::compile::{Compiled, Compiler};
use super::error::CompileError;
use super::frame::Code;
use super::text::Text;
use super::{References, refuse};

/// What the reserved word `const` is replaced by before parsing, of the same length, so that offsets stay.
pub(super) const CONST: &str = "c\u{f8}ns";

/// The longest source of one expression, in bytes.
const MAX_SOURCE: usize = 64 * 1024;

/// How deep the parser may recurse: open brackets and operators that nest to the right.
const MAX_OPEN: usize = 200;

/// Compiles a source that stands behind a prefix, whose length is taken from the offsets of errors.
pub(super) fn compile(prefix: &str, source: &str) -> Compiled<(Code, References)> {
    let text = format!("{prefix}{source}");
    let behind = |mut error: CompileError| {
        let before = u32::try_from(prefix.len()).unwrap_or(0);
        error.offset = error.offset.saturating_sub(before);
        error
    };
    with_tree(&text, |tree, text| {
        let mut compiler = Compiler::new(ArcStr::from(text));
        let code = compiler.code(tree)?;
        Ok((code, compiler.references))
    })
    .map_err(behind)
}

/// Whether a text is one expression, by its syntax alone.
pub(super) fn parses(source: &str) -> bool {
    with_tree(source, |_, _| Ok(())).is_ok()
}

fn with_tree<T>(source: &str, then: impl FnOnce(&ast::Expression<'_>, &str) -> Compiled<T>) -> Compiled<T> {
    if source.len() > MAX_SOURCE {
        return Err(CompileError::new("size", 0, format!("the expression is longer than {MAX_SOURCE} bytes")));
    }
    if openness(source) > MAX_OPEN {
        return Err(refuse::too_nested(0));
    }
    let trimmed = source.trim_end();
    let source = trimmed.strip_suffix(';').unwrap_or(source);
    let replaced;
    let text = match has_word(source, "const") {
        true => {
            replaced = name_constants(source);
            replaced.as_str()
        }
        false => source,
    };
    let allocator = Allocator::default();
    let options = ParseOptions { preserve_parens: false, enable_ident_hashes: false, ..ParseOptions::default() };
    let parsed = Parser::new(&allocator, text, SourceType::default()).with_options(options).parse_expression();
    match parsed {
        Ok(tree) => then(&tree, text),
        Err(diagnostics) => {
            let first = diagnostics.into_iter().next();
            let offset = first.as_ref().and_then(|error| error.labels.first().map(|label| label.offset())).unwrap_or(0);
            let message = first.map_or_else(String::new, |error| error.message.to_string());
            Err(refuse::syntax(source, offset, &message))
        }
    }
}

/// An upper bound of how deep the parser recurses. Brackets in texts count too, since telling them apart would take a
/// parser.
fn openness(source: &str) -> usize {
    // For each open bracket the operators before the current place that nest to the right.
    let mut open: Vec<usize> = vec![0];
    let (mut right, mut most) = (0, 0);
    let bytes = source.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => open.push(0),
            b')' | b']' | b'}' | b',' => {
                let closed = if *byte == b',' { open.last_mut().map(std::mem::take) } else { open.pop() };
                right -= closed.unwrap_or(0);
                if open.is_empty() {
                    open.push(0);
                }
            }
            _ if nests_right(source, bytes, at) => {
                right += 1;
                if let Some(innermost) = open.last_mut() {
                    *innermost += 1;
                }
            }
            _ => {}
        }
        most = most.max(open.len() + right);
    }
    most
}

/// Whether an operator ends here whose right side may hold the same operator again.
fn nests_right(source: &str, bytes: &[u8], at: usize) -> bool {
    let next = bytes.get(at + 1);
    match bytes[at] {
        b'?' => !matches!(next, Some(b'.' | b'?')) && (at == 0 || bytes[at - 1] != b'?'),
        b'!' | b'~' => next != Some(&b'='),
        b'-' | b'+' => prefix(bytes, at),
        b'*' => next == Some(&b'*'),
        b'>' => at > 0 && bytes[at - 1] == b'=',
        b'=' => !matches!(next, Some(b'=' | b'>')) && (at == 0 || !b"=!<>".contains(&bytes[at - 1])),
        b'd' | b'e' | b'f' | b's' | b't' | b'w' => prefix_word(source, at),
        _ => false,
    }
}

/// Whether a sign stands where an operand is expected.
fn prefix(bytes: &[u8], at: usize) -> bool {
    let before = bytes[..at].iter().rfind(|byte| !byte.is_ascii_whitespace());
    before.is_none_or(|byte| b"+-*/%(,[{?:=<>!~&|^".contains(byte))
}

/// Whether an operator that is a word ends here.
fn prefix_word(source: &str, at: usize) -> bool {
    let before = source.get(..=at).unwrap_or_default();
    ["typeof", "void", "delete", "await", "new", "extends"].iter().any(|word| before.ends_with(word))
}

fn has_word(source: &str, word: &str) -> bool {
    source.match_indices(word).any(|(at, _)| is_name(source, at, word.len()))
}

/// Whether a word stands alone and is not a property.
fn is_name(source: &str, at: usize, length: usize) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let before = &source[..at];
    let property = before.trim_end().ends_with('.') && !before.ends_with("...");
    let after = source[at + length..].chars().next();
    !property && !before.ends_with(part) && !after.is_some_and(part)
}

/// Writes [`CONST`] for each `const` that is used as a name, outside of texts and comments.
fn name_constants(source: &str) -> String {
    let mut result = String::with_capacity(source.len());
    let mut scan = Scan { source, at: 0, templates: Vec::new() };
    while scan.at < source.len() {
        let start = scan.at;
        if source[start..].starts_with("const") && is_name(source, start, 5) && used_as_name(&source[start + 5..]) {
            result.push_str(CONST);
            scan.at += 5;
        } else {
            scan.token();
            result.push_str(&source[start..scan.at]);
        }
    }
    result
}

/// Whether what follows a word lets it be a value.
fn used_as_name(after: &str) -> bool {
    match after.trim_start().as_bytes() {
        [] => true,
        [b':', ..] => false,
        [first, ..] => !first.is_ascii_alphanumeric() && !matches!(first, b'_' | b'$' | b'{' | b'=' | b'"' | b'\''),
    }
}

/// Steps over texts, templates and comments.
struct Scan<'a> {
    source: &'a str,
    at: usize,
    /// Open braces inside each `${` that is open.
    templates: Vec<usize>,
}

impl Scan<'_> {
    fn token(&mut self) {
        let rest = &self.source[self.at..];
        match rest.as_bytes() {
            [quote @ (b'"' | b'\''), ..] => self.skip_text(*quote),
            [b'`', ..] => {
                self.at += 1;
                self.skip_template();
            }
            [b'/', b'/', ..] => self.at += rest.find('\n').unwrap_or(rest.len()),
            [b'/', b'*', ..] => self.at += rest.find("*/").map_or(rest.len(), |end| end + 2),
            [b'{', ..] => {
                if let Some(open) = self.templates.last_mut() {
                    *open += 1;
                }
                self.at += 1;
            }
            [b'}', ..] => {
                self.at += 1;
                match self.templates.last_mut() {
                    Some(0) => {
                        self.templates.pop();
                        self.skip_template();
                    }
                    Some(open) => *open -= 1,
                    None => {}
                }
            }
            _ => self.at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }

    fn skip_text(&mut self, quote: u8) {
        let bytes = self.source.as_bytes();
        self.at += 1;
        while let Some(&byte) = bytes.get(self.at) {
            self.at += 1;
            if byte == quote {
                return;
            }
            if byte == b'\\' {
                self.at = self.boundary(self.at + 1);
            }
        }
    }

    /// Steps over the text of a template, until it ends or a value begins.
    fn skip_template(&mut self) {
        let bytes = self.source.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'`' => return,
                b'\\' => self.at = self.boundary(self.at + 1),
                b'$' if bytes.get(self.at) == Some(&b'{') => {
                    self.at += 1;
                    self.templates.push(0);
                    return;
                }
                _ => {}
            }
        }
    }

    fn boundary(&self, mut at: usize) -> usize {
        while at < self.source.len() && !self.source.is_char_boundary(at) {
            at += 1;
        }
        at.min(self.source.len())
    }
}

/// The text of a literal. The parser writes half of a surrogate pair as U+FFFD and four hexadecimal digits, and in
/// such a literal U+FFFD itself likewise.
pub(super) fn text_of(value: &str, lone_surrogates: bool) -> Text {
    if !lone_surrogates {
        return Text::Plain(value.into());
    }
    let mut units: Vec<u16> = Vec::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        if c == char::REPLACEMENT_CHARACTER {
            let digits: String = chars.by_ref().take(4).collect();
            units.push(u16::from_str_radix(&digits, 16).unwrap_or(0xfffd));
        } else {
            units.extend_from_slice(c.encode_utf16(&mut [0; 2]));
        }
    }
    match String::from_utf16(&units) {
        Ok(text) => Text::Plain(text.into()),
        Err(_) => Text::Wide(Arc::new(units)),
    }
}

/// Compiles a condition, which may stand in `{{ }}` and may begin with a comparison.
pub(super) fn compile_condition(source: &str) -> Compiled<(Code, References)> {
    let trimmed = source.trim();
    let (inner, offset) = match trimmed.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")) {
        Some(inner) => (inner, source.len() - source.trim_start().len() + 2),
        None => (source, 0),
    };
    const COMPARISONS: [&str; 3] = ["<", ">", "="];
    let compares = inner.trim_start().starts_with(COMPARISONS.map(|op| op.chars().next().unwrap_or('<')))
        || inner.trim_start().starts_with("!=");
    compile(if compares { "input " } else { "" }, inner).map_err(|mut error| {
        error.offset += u32::try_from(offset).unwrap_or(0);
        error
    })
}
