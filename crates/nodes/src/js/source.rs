//! The code of a node: whether it is an expression or the body of a function, and what is wrong with its syntax.

use arcstr::ArcStr;
use oxc_allocator::Allocator;
use oxc_ast::ast::{Expression, FunctionBody, Statement};
use oxc_parser::{ParseOptions, Parser};
use oxc_span::{GetSpan as _, SourceType};

/// The names that code sees, in the order in which a worker passes them.
pub(crate) const NAMES: [&str; 8] = ["input", "inputs", "item", "index", "vars", "trigger", "execution", "workflow"];

/// The longest code whose syntax is read ahead of its first run, in bytes.
const MAX_READ: usize = 256 * 1024;

/// How deep brackets may be nested in it.
const MAX_OPEN: usize = 500;

/// The stack that reading takes at most: some, and more for each byte that may nest.
const STACK: usize = 16 << 20;
const STACK_PER_BYTE: usize = 4 << 10;

/// Code, ready to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    function: ArcStr,
    names: Vec<&'static str>,
    wrong: Option<Wrong>,
}

/// What is wrong with the syntax of some code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) message: String,
    /// From 1.
    pub(crate) line: u32,
    /// In characters, from 1.
    pub(crate) column: u32,
}

/// What a text of code is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Expression,
    Body,
}

impl Source {
    fn new(code: &str, form: Form, wrong: Option<Wrong>) -> Self {
        // A name may be written with escapes, and then all are taken as mentioned.
        let mentions = |name: &&'static str| code.contains(*name) || code.contains("\\u");
        Self { function: wrapped(code, form).into(), names: NAMES.into_iter().filter(mentions).collect(), wrong }
    }

    /// The names that the code may mention.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.names.iter().copied()
    }

    /// Reads code.
    pub(crate) fn read(code: &str) -> Self {
        if code.len() > MAX_READ || openness(code) > MAX_OPEN {
            // Left to the worker, whose parser knows the end of its stack.
            return Self::new(code, Form::Body, None);
        }
        // The parser recurses as deep as code nests, so it gets a stack that no code of this length can use up.
        let stack = STACK + code.len() * STACK_PER_BYTE;
        std::thread::scope(|scope| {
            let reader = std::thread::Builder::new().stack_size(stack).spawn_scoped(scope, || parsed(code));
            reader.ok().and_then(|reader| reader.join().ok())
        })
        .unwrap_or_else(|| Self::new(code, Form::Body, None))
    }

    /// The text of a function expression of [`NAMES`]; its first line is ours, the code begins on the second.
    pub(crate) const fn function(&self) -> &ArcStr {
        &self.function
    }

    /// What is wrong with the syntax.
    pub(crate) const fn wrong(&self) -> Option<&Wrong> {
        self.wrong.as_ref()
    }
}

fn parsed(code: &str) -> Source {
    let expression = code.trim_end().trim_end_matches(';');
    if !expression.trim().is_empty() {
        let function = wrapped(expression, Form::Expression);
        if check(&function).is_ok() {
            return Source::new(expression, Form::Expression, None);
        }
    }
    let function = wrapped(code, Form::Body);
    let wrong = check(&function).err().map(|wrong| inside(code, wrong));
    Source::new(code, Form::Body, wrong)
}

/// The function around the code. Another one inside, so that code may have variables of the same names.
fn wrapped(code: &str, form: Form) -> String {
    let names = NAMES.join(",");
    let kind = if code.contains("await") { "async " } else { "" };
    let (open, close) = if form == Form::Expression { ("return (", "\n)") } else { ("", "\n") };
    format!("(function({names}){{\"use strict\";return ({kind}function(){{{open}\n{code}{close}}})()}})")
}

/// Whether a text is one function and nothing beside it: code may not close the function that it stands in.
fn check(function: &str) -> Result<(), Wrong> {
    let allocator = Allocator::default();
    let options = ParseOptions { preserve_parens: false, ..ParseOptions::default() };
    let parsed = Parser::new(&allocator, function, SourceType::cjs()).with_options(options).parse();
    if let Some(first) = parsed.diagnostics.first() {
        let offset = first.labels.first().map_or(0, |label| usize::try_from(label.offset()).unwrap_or(0));
        return Err(wrong(function, offset, first.message.to_string()));
    }
    let body = match parsed.program.body.as_slice() {
        [Statement::ExpressionStatement(statement)] => match &statement.expression {
            Expression::FunctionExpression(outer) => outer.body.as_deref().and_then(body_of_code),
            _ => None,
        },
        _ => None,
    };
    let Some(body) = body else {
        return Err(wrong(function, function.len(), "a bracket is closed that was not opened".to_owned()));
    };
    // The parser lets them stand in a function too, and leaves it to others to look where they are.
    match body.statements.iter().find(|statement| statement.is_module_declaration()) {
        Some(module) => {
            let offset = usize::try_from(module.span().start).unwrap_or(0);
            Err(wrong(function, offset, "there are no modules: code cannot import or export".to_owned()))
        }
        None => Ok(()),
    }
}

/// The inner body of `"use strict"; return (function () {…})()` and nothing more.
fn body_of_code<'a, 'b>(body: &'b FunctionBody<'a>) -> Option<&'b FunctionBody<'a>> {
    let [Statement::ReturnStatement(only)] = body.statements.as_slice() else { return None };
    let Some(Expression::CallExpression(call)) = &only.argument else { return None };
    let Expression::FunctionExpression(inner) = &call.callee else { return None };
    inner.body.as_deref().filter(|_| call.arguments.is_empty())
}

/// Names a place in the code rather than in the function around it.
fn wrong(function: &str, offset: usize, message: String) -> Wrong {
    let mut at = offset.min(function.len());
    while !function.is_char_boundary(at) {
        at -= 1;
    }
    let before = &function[..at];
    let lines = before.matches('\n').count();
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Wrong { message, line: number(lines).max(1), column: number(column) }
}

/// What is found behind the code, such as a bracket that is missing, is wrong at its end.
fn inside(code: &str, wrong: Wrong) -> Wrong {
    let lines = u32::try_from(code.split('\n').count()).unwrap_or(u32::MAX);
    if wrong.line <= lines {
        return wrong;
    }
    let last = code.rsplit('\n').next().unwrap_or_default().chars().count();
    Wrong { line: lines, column: u32::try_from(last + 1).unwrap_or(u32::MAX), ..wrong }
}

/// How deep brackets nest. Those in texts count too: to tell them apart would take a parser.
fn openness(code: &str) -> usize {
    let (mut open, mut most) = (0usize, 0);
    for byte in code.bytes() {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        most = most.max(open);
    }
    most
}
