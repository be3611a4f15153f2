//! Program text without its comments and strings, so that rules see code only.
//!
//! A heuristic, not a parser: comments become blanks and the content of literals becomes `_`, each line stays where it
//! is. An apostrophe in the text of a TSX element reads like a string; that ends with its line.

/// A string literal.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Literal {
    /// Line of its first character, from 1.
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// What a scan found.
#[derive(Debug, Default)]
pub(crate) struct Source {
    /// The text with comments blanked and literals filled with `_`; as many lines as the file.
    pub(crate) code: String,
    pub(crate) literals: Vec<Literal>,
}

/// An identifier or keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word<'a> {
    pub(crate) text: &'a str,
    /// From 1.
    pub(crate) line: usize,
    /// Byte offset in the code.
    pub(crate) start: usize,
    /// Characters before it in its line.
    pub(crate) column: usize,
}

impl Word<'_> {
    /// Byte offset behind it.
    pub(crate) fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

impl Source {
    /// Scans Rust.
    pub(crate) fn rust(text: &str) -> Self {
        let mut scanner = Scanner::new(text);
        while scanner.at < scanner.chars.len() {
            match (scanner.peek(0), scanner.peek(1)) {
                ('/', '/') => scanner.line_comment(),
                ('/', '*') => scanner.block_comment(true),
                ('"', _) => scanner.quoted('"', true),
                ('\'', _) => scanner.apostrophe(),
                _ => match scanner.raw_start() {
                    Some((prefix, hashes)) => scanner.raw(prefix, hashes),
                    None => scanner.keep(),
                },
            }
        }
        scanner.finish()
    }

    /// Scans TypeScript or JavaScript.
    pub(crate) fn script(text: &str) -> Self {
        let mut scanner = Scanner::new(text);
        while scanner.at < scanner.chars.len() {
            match (scanner.peek(0), scanner.peek(1)) {
                ('/', '/') => scanner.line_comment(),
                ('/', '*') => scanner.block_comment(false),
                (quote @ ('"' | '\''), _) => scanner.quoted(quote, false),
                ('`', _) => scanner.template(),
                ('/', _) if scanner.regex_may_start() => scanner.regex(),
                _ => scanner.keep(),
            }
        }
        scanner.finish()
    }

    /// Identifiers and keywords in order.
    pub(crate) fn words(&self) -> Vec<Word<'_>> {
        let mut words = Vec::new();
        let mut offset = 0;
        for (index, line) in self.code.split_inclusive('\n').enumerate() {
            let mut start = None;
            for (at, char) in line.char_indices().chain([(line.len(), ' ')]) {
                match (is_word(char), start) {
                    (true, None) => start = Some(at),
                    (false, Some(from)) => {
                        let text = &line[from..at];
                        let column = line[..from].chars().count();
                        // What fills literals is no name.
                        if text.bytes().any(|byte| byte != b'_') {
                            words.push(Word { text, line: index + 1, start: offset + from, column });
                        }
                        start = None;
                    }
                    _ => {}
                }
            }
            offset += line.len();
        }
        words
    }

    /// Lines with this text outside comments and strings, where it is not the end of a longer word.
    pub(crate) fn lines_with<'a>(&'a self, needle: &'a str) -> impl Iterator<Item = usize> + 'a {
        let lines = self.code.lines().enumerate();
        lines.filter(move |(_, line)| starts_word(line, needle)).map(|(index, _)| index + 1)
    }

    /// The line on which the tests inside a Rust file begin; they stand at its end.
    pub(crate) fn tests_begin(&self) -> usize {
        let mut lines = self.code.lines().zip(self.code.lines().skip(1)).enumerate();
        let found = lines.find(|(_, (line, next))| line.trim() == "#[cfg(test)]" && next.contains("mod "));
        found.map_or(usize::MAX, |(index, _)| index + 1)
    }
}

fn starts_word(line: &str, needle: &str) -> bool {
    line.match_indices(needle).any(|(at, _)| !line[..at].ends_with(is_word))
}

/// Whether a character can be part of a name.
pub(crate) fn is_word(char: char) -> bool {
    char.is_alphanumeric() || char == '_' || char == '$'
}

struct Scanner {
    chars: Vec<char>,
    at: usize,
    line: usize,
    source: Source,
}

impl Scanner {
    fn new(text: &str) -> Self {
        Self { chars: text.chars().collect(), at: 0, line: 1, source: Source::default() }
    }

    fn finish(self) -> Source {
        self.source
    }

    /// The character so far ahead; NUL behind the end.
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn step(&mut self, shown: char) -> char {
        let char = self.peek(0);
        self.at += 1;
        self.line += usize::from(char == '\n');
        self.source.code.push(if char == '\n' { '\n' } else { shown });
        char
    }

    fn keep(&mut self) {
        self.step(self.peek(0));
    }

    fn skip(&mut self, count: usize, shown: char) {
        for _ in 0..count.min(self.chars.len() - self.at) {
            self.step(shown);
        }
    }

    fn line_comment(&mut self) {
        while self.at < self.chars.len() && self.peek(0) != '\n' {
            self.step(' ');
        }
    }

    fn block_comment(&mut self, nested: bool) {
        let mut depth = 0_usize;
        while self.at < self.chars.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') if nested || depth == 0 => depth += 1,
                ('*', '/') => depth -= 1,
                _ => {
                    self.step(' ');
                    continue;
                }
            }
            self.skip(2, ' ');
            if depth == 0 {
                return;
            }
        }
    }

    /// A literal in quotes, with escapes. One that may not span lines ends with its line.
    fn quoted(&mut self, quote: char, spans_lines: bool) {
        let line = self.line;
        let mut text = String::new();
        self.keep();
        while self.at < self.chars.len() && self.peek(0) != quote {
            match self.peek(0) {
                '\n' if !spans_lines => break,
                '\\' => {
                    text.push(self.step('_'));
                    if self.at < self.chars.len() {
                        text.push(self.step('_'));
                    }
                }
                _ => text.push(self.step('_')),
            }
        }
        if self.peek(0) == quote {
            self.keep();
        }
        self.source.literals.push(Literal { line, text });
    }

    /// A character literal, or the mark of a lifetime.
    fn apostrophe(&mut self) {
        if self.peek(1) == '\\' || self.peek(2) == '\'' {
            self.keep();
            self.skip(if self.peek(0) == '\\' { 2 } else { 1 }, '_');
            while self.at < self.chars.len() && self.peek(0) != '\'' && self.peek(0) != '\n' {
                self.step('_');
            }
        }
        if self.at < self.chars.len() {
            self.keep();
        }
    }

    /// Length of `r`, `br` or `cr`, and the number of `#`, where a raw string starts here.
    fn raw_start(&self) -> Option<(usize, usize)> {
        if self.at > 0 && is_word(self.chars[self.at - 1]) {
            return None;
        }
        let prefix = match (self.peek(0), self.peek(1)) {
            ('r', _) => 1,
            ('b' | 'c', 'r') => 2,
            _ => return None,
        };
        let mut hashes = 0;
        while self.peek(prefix + hashes) == '#' {
            hashes += 1;
        }
        (self.peek(prefix + hashes) == '"').then_some((prefix, hashes))
    }

    fn raw(&mut self, prefix: usize, hashes: usize) {
        let line = self.line;
        self.skip(prefix + hashes + 1, '_');
        let mut text = String::new();
        while self.at < self.chars.len() {
            if self.peek(0) == '"' && (1..=hashes).all(|ahead| self.peek(ahead) == '#') {
                self.skip(1 + hashes, '_');
                break;
            }
            text.push(self.step('_'));
        }
        self.source.literals.push(Literal { line, text });
    }

    /// A template literal with everything inside it, whatever is nested.
    fn template(&mut self) {
        let line = self.line;
        let mut text = String::new();
        self.keep();
        let mut depth = 0_usize;
        while self.at < self.chars.len() {
            match (self.peek(0), self.peek(1)) {
                ('`', _) if depth == 0 => break,
                ('`', _) => self.template(),
                ('\\', _) => {
                    text.push(self.step('_'));
                    self.skip(1, '_');
                }
                ('$', '{') => {
                    depth += 1;
                    self.skip(2, '_');
                }
                ('{', _) if depth > 0 => {
                    depth += 1;
                    self.step('_');
                }
                ('}', _) if depth > 0 => {
                    depth -= 1;
                    self.step('_');
                }
                _ => text.push(self.step('_')),
            }
        }
        if self.at < self.chars.len() {
            self.keep();
        }
        self.source.literals.push(Literal { line, text });
    }

    /// Whether a `/` here begins a regular expression: nothing that could be divided stands before it.
    fn regex_may_start(&self) -> bool {
        let before = self.source.code.trim_end();
        before.ends_with(['(', ',', '=', ':', '[', '!', '&', '|', '?', ';', '{', '+'])
            || before.ends_with("return")
            || before.is_empty()
    }

    fn regex(&mut self) {
        self.keep();
        let mut in_class = false;
        while self.at < self.chars.len() && self.peek(0) != '\n' {
            match self.peek(0) {
                '\\' => self.skip(1, '_'),
                '[' => in_class = true,
                ']' => in_class = false,
                '/' if !in_class => break,
                _ => {}
            }
            self.skip(1, '_');
        }
        if self.peek(0) == '/' {
            self.keep();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literals(source: &Source) -> Vec<&str> {
        source.literals.iter().map(|literal| literal.text.as_str()).collect()
    }

    #[test]
    fn rust_comments_and_literals_leave_the_code() {
        let text = "let a = \"x { \\\" \"; // fn {\n/* a /* b */ { */ let r = r#\"raw \" {\"#;\nlet c = '{'; let d = '\\''; fn f<'a>(x: &'a str) {}\n";
        let source = Source::rust(text);
        assert_eq!(source.code.matches('{').count(), 1, "{}", source.code);
        assert_eq!(source.code.lines().count(), text.lines().count());
        assert_eq!(literals(&source), ["x { \\\" ", "raw \" {"]);
        assert!(source.code.contains("fn f<'a>(x: &'a str) {}"));
    }

    #[test]
    fn byte_and_raw_strings_are_told_from_names() {
        let source = Source::rust("let a = br\"{\"; let bar = four; let b = b\"{\";");
        assert!(source.code.contains("let bar = four;") && !source.code.contains('{'));
        assert_eq!(literals(&source), ["{", "{"]);
    }

    #[test]
    fn script_templates_and_regexes_leave_the_code() {
        let text = "const a = `x ${b ? `{` : \"}\"} {`; const r = /[/{]\\/{/g; // {\nconst q = a / b; const e = <p>it's {x}</p>;\nf();";
        let source = Source::script(text);
        assert_eq!(source.code.matches('{').count(), 0, "{}", source.code);
        assert!(source.code.contains("const q = a / b;"));
        assert!(source.code.ends_with("\nf();"), "an apostrophe in text hides no more than its line");
    }

    #[test]
    fn words_know_their_place() {
        let source = Source::rust("fn é() {}\n  struct B;\n");
        let words: Vec<(&str, usize, usize)> = source.words().iter().map(|w| (w.text, w.line, w.column)).collect();
        assert_eq!(words, [("fn", 1, 0), ("é", 1, 3), ("struct", 2, 2), ("B", 2, 9)]);
    }
}
