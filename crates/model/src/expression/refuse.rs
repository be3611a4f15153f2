//! What is not part of the language, each with the name of the construct and what to write instead.

use std::borrow::Cow;

use oxc_ast::ast::{self, Expression as Ast};
use oxc_span::{GetSpan, Span};
use oxc_syntax::operator::{BinaryOperator, UnaryOperator};

use super::builtin;
use super::compile::Compiled;
use super::error::CompileError;

const SCRIPT: &str = "use a javascript node for this";

fn refused(construct: &str, span: Span, message: impl Into<String>) -> CompileError {
    CompileError::new(construct, span.start, message)
}

/// An expression of a kind that the language does not have.
pub(super) fn expression(expression: &Ast<'_>) -> CompileError {
    let span = expression.span();
    let (construct, what): (&str, &str) = match expression {
        Ast::AssignmentExpression(_) => ("assignment", "an assignment; an expression changes nothing"),
        Ast::UpdateExpression(_) => ("update", "an update with ++ or --; an expression changes nothing"),
        Ast::SequenceExpression(sequence) => return comma(sequence),
        Ast::AwaitExpression(_) => ("await", "await; an expression waits for nothing"),
        Ast::ImportExpression(_) | Ast::ImportMeta(_) => ("import", "an import"),
        Ast::ClassExpression(_) => ("class", "a class"),
        Ast::FunctionExpression(function) if function.generator => {
            ("function", "a function (a generator); write an arrow function: x => …")
        }
        Ast::FunctionExpression(_) => ("function", "a function; write an arrow function: x => …"),
        Ast::ArrowFunctionExpression(arrow) => return arrow_value(arrow),
        Ast::ThisExpression(_) | Ast::Super(_) | Ast::NewTarget(_) => ("this", "this, super or new.target"),
        Ast::TaggedTemplateExpression(_) => ("tagged_template", "a tagged template"),
        Ast::YieldExpression(_) => ("generator", "yield (a generator)"),
        Ast::BigIntLiteral(_) => ("literal", "a BigInt literal; integers keep all their digits without it"),
        _ => return refused("syntax", span, "this syntax is not JavaScript, or not part of the expression language"),
    };
    refused(construct, span, format!("not part of the expression language: {what}")).suggest(SCRIPT)
}

fn comma(sequence: &ast::SequenceExpression<'_>) -> CompileError {
    let eval = sequence.expressions.iter().find_map(|part| match part {
        Ast::Identifier(name) if name.name == "eval" => Some(name.span),
        _ => None,
    });
    match eval {
        Some(span) => global("eval", span),
        None => refused("comma", sequence.span, "the comma operator is not part of the expression language"),
    }
}

fn arrow_value(arrow: &ast::ArrowFunctionExpression<'_>) -> CompileError {
    match arrow_body(arrow) {
        Err(error) => error,
        Ok(_) => refused(
            "arrow_outside_arguments",
            arrow.span,
            "an arrow function is only allowed as an argument, as in list.map(x => x.name)",
        )
        .suggest(SCRIPT),
    }
}

/// The body of an arrow function, which must be an expression.
pub(super) fn arrow_body<'t, 'a>(arrow: &'t ast::ArrowFunctionExpression<'a>) -> Compiled<&'t Ast<'a>> {
    if arrow.r#async {
        return Err(refused(
            "await",
            arrow.span,
            "async functions (and await) are not part of the expression language",
        )
        .suggest(SCRIPT));
    }
    match &arrow.body {
        ast::ArrowFunctionBody::FunctionBody(body) => Err(refused(
            "block_body",
            body.span,
            "the body of an arrow function is an expression, not a block_body { … }",
        )
        .suggest("write x => value; for statements use a javascript node")),
        other => {
            other.as_expression().ok_or_else(|| refused("block_body", arrow.span, "the arrow function has no body"))
        }
    }
}

pub(super) fn same_names(names: &[String], span: Span) -> Compiled<()> {
    match names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
        Some((_, name)) => Err(refused("syntax", span, format!("syntax: two parameters are named {name}"))),
        None => Ok(()),
    }
}

pub(super) fn unary(unary: &ast::UnaryExpression<'_>) -> Compiled<()> {
    let (construct, what) = match unary.operator {
        UnaryOperator::Delete => ("delete", "delete; an expression changes nothing"),
        UnaryOperator::Void => ("void", "void; write undefined"),
        _ => return Ok(()),
    };
    Err(refused(construct, unary.span, format!("not part of the expression language: {what}")))
}

pub(super) fn operator(binary: &ast::BinaryExpression<'_>) -> Compiled<()> {
    if binary.operator == BinaryOperator::Instanceof {
        return Err(refused("instanceof", binary.span, "instanceof is not part of the expression language")
            .suggest("Array.isArray(value) or typeof value"));
    }
    Ok(())
}

/// `value | filter`, as template languages have it, is more likely meant than bits of an unknown name.
pub(super) fn filter(binary: &ast::BinaryExpression<'_>, error: CompileError) -> CompileError {
    match &binary.right {
        Ast::Identifier(name) if binary.operator == BinaryOperator::BitwiseOR && error.construct == "global" => {
            refused(
                "syntax",
                name.span,
                format!("syntax: there is no filter {} after |; methods are called as value.method()", name.name),
            )
        }
        _ => error,
    }
}

/// Refuses `this.key` for `this`, whatever the key.
pub(super) fn object(object: &Ast<'_>) -> Compiled<()> {
    match object {
        Ast::ThisExpression(_) | Ast::Super(_) | Ast::NewTarget(_) | Ast::ImportMeta(_) => Err(expression(object)),
        _ => Ok(()),
    }
}

/// Refuses the spread of a generator by its name.
pub(super) fn spread(argument: &Ast<'_>) -> Compiled<()> {
    match argument {
        Ast::CallExpression(call) => match &call.callee {
            Ast::FunctionExpression(function) if function.generator => {
                Err(refused("generator", function.span, "a generator is not part of the expression language")
                    .suggest(SCRIPT))
            }
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

pub(super) fn unknown_operator(span: Span) -> CompileError {
    refused("syntax", span, "an operator that is not part of the expression language")
}

/// The names through which JavaScript reaches constructors and prototypes.
pub(super) fn is_prototype(name: &str) -> bool {
    matches!(
        name,
        "constructor"
            | "prototype"
            | "__proto__"
            | "__defineGetter__"
            | "__defineSetter__"
            | "__lookupGetter__"
            | "__lookupSetter__"
    )
}

pub(super) fn prototype(name: &str, span: Span) -> CompileError {
    refused("prototype", span, format!("{name} (constructors and the prototype of a value) cannot be reached"))
}

/// Refuses a member by its name.
pub(super) fn member(name: &str, span: Span) -> Compiled<()> {
    if is_prototype(name) { Err(prototype(name, span)) } else { Ok(()) }
}

/// Refuses a method by its name.
pub(super) fn method_name(name: &str, member: &ast::StaticMemberExpression<'_>) -> Compiled<()> {
    let span = member.property.span;
    self::member(name, span)?;
    if matches!(name, "call" | "apply" | "bind") {
        if through_prototype(&member.object) {
            return Err(prototype("prototype", span));
        }
        return Err(refused(
            "call_apply_bind",
            span,
            format!("call_apply_bind: a function cannot be used by .{name}()"),
        )
        .suggest("call it directly, with ...list to pass the elements of a list"));
    }
    if matches!(name, "isPrototypeOf" | "propertyIsEnumerable") {
        return Err(refused("reflection", span, format!("reflection with {name} is not part of the language")));
    }
    Ok(())
}

fn through_prototype(object: &Ast<'_>) -> bool {
    match object {
        Ast::StaticMemberExpression(member) => is_prototype(&member.property.name) || through_prototype(&member.object),
        _ => false,
    }
}

/// Refuses what is called with `()` and is neither a name nor `value.method`.
pub(super) fn callee(callee: &Ast<'_>) -> Compiled<()> {
    if let Ast::ComputedMemberExpression(computed) = callee
        && let Ast::StringLiteral(name) = &computed.expression
    {
        member(&name.value, computed.span)?;
    }
    Ok(())
}

pub(super) fn not_a_method(span: Span) -> CompileError {
    refused("unknown_method", span, "unknown_method: only value.method(…) and built-in functions can be called")
        .suggest(SCRIPT)
}

pub(super) fn unknown_method(name: &str, span: Span) -> CompileError {
    let error = refused("unknown_method", span, format!("unknown_method: no value has a method {name}()"));
    match changing(name) {
        Some(instead) => error.suggest(instead),
        None => match builtin::nearest(name, None) {
            Some(near) => error.suggest(format!("did you mean {near}()?")),
            None => error.suggest(SCRIPT),
        },
    }
}

/// What to write instead of a method that changes its list.
fn changing(name: &str) -> Option<&'static str> {
    Some(match name {
        "push" => "an expression changes nothing; write [...list, value]",
        "unshift" => "an expression changes nothing; write [value, ...list]",
        "splice" => "an expression changes nothing; use list.toSpliced(…)",
        "forEach" => "list.map(x => …)",
        "copyWithin" => "an expression changes nothing; use list.slice(…) and [...a, ...b]",
        _ => return None,
    })
}

pub(super) fn unknown_function(namespace: &str, name: &str, span: Span) -> CompileError {
    if namespace == "Date" && name == "now" {
        return refused("unknown_method", span, "unknown_method: Date.now() is not there").suggest("now.getTime()");
    }
    if namespace == "Math" && name == "random" {
        return refused(
            "unknown_method",
            span,
            "unknown_method: Math.random() is not there, since results are repeatable",
        )
        .suggest(SCRIPT);
    }
    const REFLECTION: [&str; 14] = [
        "create",
        "defineProperties",
        "defineProperty",
        "freeze",
        "getOwnPropertyDescriptor",
        "getOwnPropertyDescriptors",
        "getOwnPropertyNames",
        "getOwnPropertySymbols",
        "getPrototypeOf",
        "isExtensible",
        "preventExtensions",
        "seal",
        "setPrototypeOf",
        "isFrozen",
    ];
    if namespace == "Object" && REFLECTION.contains(&name) {
        return refused("reflection", span, format!("reflection with Object.{name} is not part of the language"));
    }
    let error = refused("unknown_method", span, format!("unknown_method: there is no {namespace}.{name}()"));
    match builtin::nearest(name, Some(namespace)) {
        Some(near) => error.suggest(format!("did you mean {namespace}.{near}()?")),
        None => error.suggest(SCRIPT),
    }
}

/// A built-in function that is used as a value.
pub(super) fn function_value(namespace: &str, name: &str, span: Span) -> CompileError {
    refused("global", span, format!("{namespace}.{name} is not a value (global functions can only be called)"))
}

/// Names that are values of their own.
pub(super) fn is_constant_name(name: &str) -> bool {
    matches!(name, "undefined" | "NaN" | "Infinity")
}

/// A name that is not in scope.
pub(super) fn global(name: &str, span: Span) -> CompileError {
    match name {
        "require" => {
            refused("import", span, "import and require are not part of the expression language").suggest(SCRIPT)
        }
        "arguments" => refused("this", span, "this, super and arguments are not there").suggest("(...args) => …"),
        "BigInt" => refused("literal", span, "BigInt is not there; an integer literal keeps all its digits without it"),
        "RegExp" => refused("regex", span, "a regex is written as a literal: /a+/"),
        "yield" => refused("generator", span, "yield (a generator) is not part of the language"),
        "await" => refused("await", span, "await is not part of the expression language").suggest(SCRIPT),
        "secrets" => refused("secrets", span, "secrets are for fields that are marked sensitive, and this one is not"),
        "Symbol" | "Reflect" | "Proxy" | "WeakRef" => {
            refused("reflection", span, format!("reflection with {name} is not part of the language"))
        }
        _ if builtin::function(name).is_some()
            || builtin::ours(name).is_some()
            || builtin::NAMESPACES.contains(&name) =>
        {
            refused("global", span, format!("the global {name} can be called, but is not a value"))
        }
        "let" | "static" | "async" | "of" => refused("statement", span, format!("{name} begins a statement")),
        _ => unknown_name(name, span),
    }
}

fn unknown_name(name: &str, span: Span) -> CompileError {
    const NAMES: [&str; 16] = [
        "input",
        "inputs",
        "item",
        "index",
        "nodes",
        "$json",
        "$",
        "trigger",
        "vars",
        "variables",
        "context",
        "const",
        "env",
        "execution",
        "workflow",
        "now",
    ];
    let error = refused("global", span, format!("there is no global name {name}"));
    let near = NAMES.into_iter().min_by_key(|other| strsim::damerau_levenshtein(other, name));
    match near {
        Some(near) if strsim::damerau_levenshtein(near, name) <= 2 && name.len() > 2 => {
            error.suggest(format!("did you mean {near}?"))
        }
        _ => error.suggest(format!("a field of the input is input.{name}; text stands in quotes")),
    }
}

pub(super) fn label(span: Span) -> CompileError {
    refused("global", span, "$('…') takes the label of a node, as a text in quotes (it is a global name)")
}

pub(super) fn new(span: Span) -> CompileError {
    refused("new", span, "new is only there for new Date(…)").suggest(SCRIPT)
}

pub(super) fn accessor(span: Span) -> CompileError {
    refused("accessor_or_method", span, "accessor_or_method: an object holds values, not get, set or methods")
}

pub(super) fn private(span: Span) -> CompileError {
    refused("syntax", span, "syntax: a private name (#name) belongs into a class")
}

pub(super) fn hole(span: Span) -> CompileError {
    refused("literal", span, "a list literal has no holes").suggest("write undefined or null")
}

pub(super) fn escape(span: Span) -> CompileError {
    refused("syntax", span, "syntax: an escape that is not JavaScript")
}

/// Refuses integers that begin with 0.
pub(super) fn octal(raw: &str, span: Span) -> Compiled<()> {
    match raw.as_bytes() {
        [b'0', b'0'..=b'9', ..] => Err(refused("literal", span, "a number literal does not begin with 0")),
        _ => Ok(()),
    }
}

/// Refuses `"\1"` and `"\8"`.
pub(super) fn octal_escape(raw: &str, span: Span) -> Compiled<()> {
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            continue;
        }
        let escaped = chars.next();
        let octal = match escaped {
            Some('0') => chars.peek().is_some_and(char::is_ascii_digit),
            Some(digit) => digit.is_ascii_digit(),
            None => false,
        };
        if octal {
            return Err(refused("literal", span, "a text literal has no escape with a digit").suggest("\\u0001"));
        }
    }
    Ok(())
}

pub(super) fn nesting(span: Span) -> CompileError {
    too_nested(span.start)
}

pub(super) fn too_nested(offset: u32) -> CompileError {
    CompileError::new("nesting", offset, "the expression nests too deep").suggest("split it into several nodes")
}

/// The place of what does not stand in the source.
pub(super) const NOWHERE: Span = Span::new(0, 0);

pub(super) fn regex(span: Span, why: impl Into<Cow<'static, str>>) -> CompileError {
    refused("regex", span, format!("this regex cannot be used: {}", why.into())).suggest(SCRIPT)
}

/// A text that the parser refuses. Some of what it refuses is worth another name than syntax.
pub(super) fn syntax(source: &str, offset: u32, message: &str) -> CompileError {
    let message = message.trim_end_matches('.').to_lowercase();
    let before = source.get(..offset as usize).unwrap_or(source);
    let at = source.get(offset as usize..).unwrap_or_default();
    let word =
        |text: &str| -> String { text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    let (first, here) = (word(source), word(at));
    if let Some(error) = statement(source, &first, offset) {
        return error;
    }
    let construct = match () {
        () if at.starts_with('/') && !at.starts_with("/*") => "regex",
        () if first == "await" || here == "await" || before.trim_end().ends_with("await") => "await",
        () if here == "yield" || before.trim_end().ends_with("yield") => "generator",
        () if message.contains("super") || message.contains("new.target") => "this",
        () if message.contains("import") => "import",
        () => "syntax",
    };
    CompileError::new(construct, offset, format!("{construct}: {message}"))
}

/// Whether the text is a statement rather than a broken expression.
fn statement(source: &str, first: &str, offset: u32) -> Option<CompileError> {
    const WORDS: [&str; 19] = [
        "if", "for", "while", "do", "let", "var", "const", "return", "throw", "try", "switch", "debugger", "with",
        "export", "import", "break", "continue", "function", "class",
    ];
    let construct = match first {
        "function" | "class" => first,
        "" => "",
        _ if WORDS.contains(&first) => "statement",
        _ if source.trim_start()[first.len()..].trim_start().starts_with(':') => "statement",
        _ => "",
    };
    let rest = source.get(offset as usize..).unwrap_or_default().trim_start();
    let second =
        rest.strip_prefix(';').map(str::trim_start).is_some_and(|rest| !rest.is_empty() && !rest.starts_with(';'));
    let construct = if construct.is_empty() && second { "statement" } else { construct };
    if construct.is_empty() {
        return None;
    }
    let message = match construct {
        "statement" => "a statement is not an expression; write one value, with a ? b : c for a choice".to_owned(),
        other => format!("a {other} is not part of the expression language"),
    };
    Some(CompileError::new(construct, 0, message).suggest(SCRIPT))
}
