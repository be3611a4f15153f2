//! Functions and how long they are, found by their braces.

use super::source::{Source, Word, is_word};

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// Line of its name.
    pub(crate) line: usize,
    /// Lines of code between its braces, without blank lines and comments.
    pub(crate) length: usize,
}

/// Functions of a Rust file.
pub(crate) fn rust(source: &Source) -> Vec<Function> {
    let words = source.words();
    let mut functions = Vec::new();
    for pair in words.windows(2) {
        let [keyword, name] = pair else { continue };
        if keyword.text != "fn" || !source.code[keyword.end()..name.start].trim().is_empty() {
            continue;
        }
        let Some(open) = body_of(&source.code, name.end()) else { continue };
        functions.push(function(source, name.text, name.line, open));
    }
    functions
}

/// The brace that opens a body, unless a `;` outside brackets comes first.
fn body_of(code: &str, from: usize) -> Option<usize> {
    let mut depth = 0_i32;
    for (at, char) in code[from..].char_indices() {
        match char {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '{' if depth == 0 => return Some(from + at),
            ';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

fn function(source: &Source, name: &str, line: usize, open: usize) -> Function {
    let close = closing(&source.code, open).unwrap_or(source.code.len());
    let body = &source.code[open + 1..close];
    let length = body.lines().skip(1).filter(|line| !line.trim().is_empty()).count();
    Function { name: name.to_owned(), line, length }
}

/// The brace that closes the one at `open`.
fn closing(code: &str, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, char) in code[open..].char_indices() {
        match char {
            '{' => depth += 1,
            '}' if depth == 1 => return Some(open + at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Functions, methods and arrow functions of a TypeScript file. Groups of tests (`describe`) do not count.
pub(crate) fn script(source: &Source) -> Vec<Function> {
    let words = source.words();
    let mut functions = Vec::new();
    for (open, _) in source.code.match_indices('{') {
        if let Some(name) = opener(&source.code, &words, open) {
            functions.push(function(source, name.text, name.line, open));
        }
    }
    functions
}

/// The word that names the function whose body opens here; nothing where another kind of block does.
fn opener<'a>(code: &'a str, words: &[Word<'a>], open: usize) -> Option<Word<'a>> {
    let before = code[..open].trim_end();
    if let Some(head) = before.strip_suffix("=>") {
        return arrow(code, words, head);
    }
    let parameters = match parameters_end(before) {
        Some(end) => opening(&before[..end])?,
        None => return None,
    };
    let name = *words.iter().rfind(|word| word.end() <= parameters)?;
    let directly =
        code[name.end()..parameters].trim().is_empty() || code[name.end()..parameters].trim().starts_with('<');
    let control = ["if", "for", "while", "switch", "catch", "with", "await"].contains(&name.text);
    (directly && !control).then_some(name)
}

/// Where the parameter list ends, if what stands before a brace is one, perhaps with the type of the result.
fn parameters_end(before: &str) -> Option<usize> {
    if before.ends_with(')') {
        return Some(before.len());
    }
    let colon = before.rfind(':')?;
    let type_is_plain = before[colon + 1..].chars().all(|char| is_word(char) || " <>[]|,.\n".contains(char));
    let list = before[..colon].trim_end();
    (type_is_plain && list.ends_with(')')).then_some(list.len())
}

/// The bracket that opens the list ending this text.
fn opening(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, char) in text.char_indices().rev() {
        match char {
            ')' => depth += 1,
            '(' if depth == 1 => return Some(at),
            '(' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The name an arrow function is bound or handed to: the last word in front of its parameters.
fn arrow<'a>(code: &str, words: &[Word<'a>], head: &str) -> Option<Word<'a>> {
    let head = head.trim_end();
    let from = match parameters_end(head) {
        Some(end) => opening(&head[..end])?,
        None => words.iter().rfind(|word| word.end() <= head.len())?.start,
    };
    let name = words.iter().rfind(|word| word.end() <= from && !["async", "const", "return"].contains(&word.text));
    let name = name.or_else(|| words.first()).copied()?;
    let called = code[name.end()..from].trim_start().starts_with('(');
    (!(called && name.text == "describe")).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(functions: Vec<Function>) -> Vec<(String, usize)> {
        functions.into_iter().map(|one| (one.name, one.length)).collect()
    }

    #[test]
    fn rust_bodies_count_code_lines_only() {
        let text = "trait T { fn declared(&self, a: [u8; 3]); }\nfn long() -> u8 {\n    // why\n\n    if a {\n        b();\n    }\n    \"{\".len()\n}\nfn short() {}\n";
        let found = measure(rust(&Source::rust(text)));
        assert_eq!(found, [("long".into(), 4), ("short".into(), 0)]);
    }

    #[test]
    fn function_pointers_are_no_functions() {
        assert!(rust(&Source::rust("type Rule = fn(&Tree) -> u8;\nstruct A { f: fn() }\n")).is_empty());
    }

    #[test]
    fn script_functions_of_every_spelling_are_found() {
        let text = "\
export function plain(a: number): Promise<void> {
  one();
}
const bound = async (a: string) => {
  one();
  two();
};
class A {
  method(a: number) {
    if (a) {
      b();
    }
  }
}
list.forEach((x) => {
  x();
});
const value = { a: 1 };
";
        let found = measure(script(&Source::script(text)));
        let want = [("plain", 1), ("bound", 2), ("method", 3), ("forEach", 1)];
        assert_eq!(found, want.map(|(name, length)| (name.to_owned(), length)));
    }

    #[test]
    fn groups_of_tests_do_not_count_but_tests_do() {
        let text = "describe(\"a\", () => {\n  it(\"b\", () => {\n    c();\n  });\n});\n";
        assert_eq!(measure(script(&Source::script(text))), [("it".to_owned(), 1)]);
    }
}
