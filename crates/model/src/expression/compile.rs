//! From the parsed source to code.

use arcstr::ArcStr;
use oxc_ast::ast::{self, ArrayExpressionElement, Expression as Ast, ObjectPropertyKind, PropertyKey, PropertyKind};
use oxc_span::{GetSpan, Span};
use oxc_syntax::operator::UnaryOperator;

use super::arrow::{Lambda, Pattern, PatternKey};
use super::error::CompileError;
use super::frame::{Code, code};
use super::operand::{Any, Entries};
use super::operators::{self, Piece};
use super::path::Key;
use super::pattern::Regex;
use super::text::Text;
use super::{References, builtin, convert, refuse, source};
use crate::Value;

pub(super) type Compiled<T> = Result<T, CompileError>;

/// Nesting of an expression. What is deeper would need more of the stack than a thread may have.
const MAX_NESTING: u32 = 256;

/// The state of compiling one source.
pub(super) struct Compiler {
    /// The text that was parsed, for error messages at run time.
    pub(super) text: ArcStr,
    /// Names bound by the arrow functions around the current place, the innermost last.
    pub(super) locals: Vec<Vec<String>>,
    pub(super) references: References,
    nesting: u32,
}

/// A name that an arrow function binds.
pub(super) struct Local {
    pub(super) depth: usize,
    pub(super) slot: usize,
}

impl Compiler {
    pub(super) fn new(text: ArcStr) -> Self {
        Self { text, locals: Vec::new(), references: References::default(), nesting: 0 }
    }

    pub(super) fn code(&mut self, expression: &Ast<'_>) -> Compiled<Code> {
        self.expression(expression).map(Piece::code)
    }

    pub(super) fn expression(&mut self, expression: &Ast<'_>) -> Compiled<Piece> {
        self.nested(expression.span(), |compiler| compiler.dispatch(expression))
    }

    /// Compiles something inside of another, unless it nests too deep.
    pub(super) fn nested<T>(&mut self, span: Span, inner: impl FnOnce(&mut Self) -> Compiled<T>) -> Compiled<T> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return Err(refuse::nesting(span));
        }
        let compiled = inner(self);
        self.nesting -= 1;
        compiled
    }

    fn dispatch(&mut self, expression: &Ast<'_>) -> Compiled<Piece> {
        Ok(match expression {
            Ast::NullLiteral(_) => Piece::Value(Value::Null),
            Ast::BooleanLiteral(literal) => Piece::Value(Value::Bool(literal.value)),
            Ast::NumericLiteral(literal) => number(literal)?,
            Ast::StringLiteral(literal) => {
                refuse::octal_escape(self.slice(literal.span), literal.span)?;
                constant(source::text_of(&literal.value, literal.lone_surrogates))
            }
            Ast::TemplateLiteral(literal) => self.template(literal)?,
            Ast::RegExpLiteral(literal) => Piece::Code(regex(literal)?),
            Ast::Identifier(identifier) => self.identifier(identifier)?,
            Ast::ParenthesizedExpression(inner) => self.expression(&inner.expression)?,
            Ast::ArrayExpression(array) => Piece::Code(self.array(array)?),
            Ast::ObjectExpression(object) => Piece::Code(self.object(object)?),
            Ast::UnaryExpression(unary) => self.unary(unary)?,
            Ast::BinaryExpression(binary) => {
                refuse::operator(binary)?;
                let left = self.expression(&binary.left)?;
                let right = self.expression(&binary.right).map_err(|error| refuse::filter(binary, error))?;
                match operators::binary(binary.operator, left, right) {
                    Some(code) => Piece::Code(code),
                    None => return Err(refuse::expression(expression)),
                }
            }
            Ast::LogicalExpression(logical) => {
                let (left, right) = (self.code(&logical.left)?, self.code(&logical.right)?);
                Piece::Code(operators::logical(logical.operator, left, right))
            }
            Ast::ConditionalExpression(conditional) => {
                let test = self.code(&conditional.test)?;
                let (yes, no) = (self.code(&conditional.consequent)?, self.code(&conditional.alternate)?);
                Piece::Code(operators::conditional(test, yes, no))
            }
            Ast::CallExpression(_)
            | Ast::ChainExpression(_)
            | Ast::StaticMemberExpression(_)
            | Ast::ComputedMemberExpression(_) => self.chain(expression)?,
            Ast::NewExpression(new) => Piece::Code(self.new_expression(new)?),
            other => return Err(refuse::expression(other)),
        })
    }

    pub(super) fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// The arrow function's parameter that a name means here.
    pub(super) fn local(&self, name: &str) -> Option<Local> {
        self.locals.iter().rev().enumerate().find_map(|(depth, names)| {
            let slot = names.iter().rposition(|other| other == name)?;
            Some(Local { depth, slot })
        })
    }

    fn unary(&mut self, unary: &ast::UnaryExpression<'_>) -> Compiled<Piece> {
        refuse::unary(unary)?;
        Ok(match unary.operator {
            UnaryOperator::LogicalNot => Piece::Code(operators::not(self.code(&unary.argument)?)),
            UnaryOperator::Typeof => Piece::Code(operators::kind(self.code(&unary.argument)?)),
            operator => {
                let argument = self.expression(&unary.argument)?;
                operators::unary(operator, argument).ok_or_else(|| refuse::unknown_operator(unary.span))?
            }
        })
    }

    fn template(&mut self, literal: &ast::TemplateLiteral<'_>) -> Compiled<Piece> {
        let mut texts = Vec::with_capacity(literal.quasis.len());
        for quasi in &literal.quasis {
            let Some(cooked) = &quasi.value.cooked else { return Err(refuse::escape(quasi.span)) };
            texts.push(source::text_of(cooked, quasi.lone_surrogates));
        }
        if literal.expressions.is_empty() {
            return Ok(constant(texts.pop().unwrap_or(Text::EMPTY)));
        }
        let values = literal.expressions.iter().map(|value| self.code(value)).collect::<Compiled<_>>()?;
        Ok(Piece::Code(operators::template(texts, values)))
    }

    fn array(&mut self, array: &ast::ArrayExpression<'_>) -> Compiled<Code> {
        let mut parts: Vec<(Code, bool)> = Vec::with_capacity(array.elements.len());
        for element in &array.elements {
            parts.push(match element {
                ArrayExpressionElement::SpreadElement(spread) => {
                    refuse::spread(&spread.argument)?;
                    (self.code(&spread.argument)?, true)
                }
                ArrayExpressionElement::Elision(hole) => return Err(refuse::hole(hole.span)),
                other => (self.code(other.to_expression())?, false),
            });
        }
        Ok(code(move |frame| {
            let mut items = Vec::with_capacity(parts.len());
            for (part, spread) in &parts {
                let value = part(frame)?;
                if *spread {
                    items.append(&mut builtin::iterate(&value, frame.budget)?);
                } else {
                    items.push(value);
                }
            }
            frame.budget.list(items)
        }))
    }

    fn object(&mut self, object: &ast::ObjectExpression<'_>) -> Compiled<Code> {
        let mut parts: Vec<Part> = Vec::with_capacity(object.properties.len());
        for property in &object.properties {
            match property {
                ObjectPropertyKind::SpreadProperty(spread) => parts.push(Part::Spread(self.code(&spread.argument)?)),
                ObjectPropertyKind::ObjectProperty(property) => {
                    if property.method || property.kind != PropertyKind::Init {
                        return Err(refuse::accessor(property.span));
                    }
                    let key = self.property_key(&property.key, property.computed, true)?;
                    parts.push(Part::Entry(key, self.code(&property.value)?));
                }
            }
        }
        Ok(code(move |frame| {
            let mut entries = Entries::default();
            for part in &parts {
                match part {
                    Part::Spread(value) => {
                        for (key, value) in builtin::own_entries(&value(frame)?, frame.budget)? {
                            entries.set(key, value);
                        }
                    }
                    Part::Entry(PatternKey::Static(key), value) => entries.set(key.text.clone(), value(frame)?),
                    Part::Entry(PatternKey::Computed(key), value) => {
                        let key = convert::to_key(&key(frame)?, frame.budget)?;
                        entries.set(key, value(frame)?);
                    }
                }
            }
            frame.budget.map(entries)
        }))
    }

    /// A key of an object literal or pattern.
    fn property_key(&mut self, key: &PropertyKey<'_>, computed: bool, literal: bool) -> Compiled<PatternKey> {
        let text: ArcStr = match key {
            PropertyKey::StaticIdentifier(name) => name.name.as_str().into(),
            PropertyKey::PrivateIdentifier(name) => return Err(refuse::private(name.span)),
            PropertyKey::StringLiteral(text) if !computed || !literal => text.value.as_str().into(),
            PropertyKey::NumericLiteral(number) if !computed => super::numbers::text(number.value).into(),
            other => return Ok(PatternKey::Computed(self.code(other.to_expression())?)),
        };
        let text = if text == source::CONST { arcstr::literal!("const") } else { text };
        let refused = if literal { text == "__proto__" } else { refuse::is_prototype(&text) };
        if refused {
            return Err(refuse::prototype(&text, key.span()));
        }
        Ok(PatternKey::Static(Key::new(text)))
    }

    /// An arrow function among the arguments of a call.
    pub(super) fn lambda(&mut self, arrow: &ast::ArrowFunctionExpression<'_>) -> Compiled<Lambda> {
        let body = refuse::arrow_body(arrow)?;
        let mut names = Vec::new();
        self.locals.push(Vec::new());
        let mut parameters = Vec::with_capacity(arrow.params.items.len());
        for parameter in &arrow.params.items {
            let default = parameter.initializer.as_deref();
            parameters.push(self.pattern_default(&parameter.pattern, default, &mut names)?);
        }
        let rest = match &arrow.params.rest {
            Some(rest) => Some(self.pattern(&rest.rest.argument, &mut names)?),
            None => None,
        };
        refuse::same_names(&names, arrow.span)?;
        self.bind(&names);
        let body = self.code(body)?;
        self.locals.pop();
        Ok(Lambda { parameters: parameters.into(), rest, body })
    }

    /// Lets the names bound so far be seen by what follows.
    fn bind(&mut self, names: &[String]) {
        if let Some(innermost) = self.locals.last_mut() {
            innermost.clear();
            innermost.extend_from_slice(names);
        }
    }

    fn pattern_default(
        &mut self,
        pattern: &ast::BindingPattern<'_>,
        default: Option<&Ast<'_>>,
        names: &mut Vec<String>,
    ) -> Compiled<Pattern> {
        let Some(default) = default else { return self.pattern(pattern, names) };
        self.bind(names);
        let default = self.code(default)?;
        Ok(Pattern::Default(Box::new(self.pattern(pattern, names)?), default))
    }

    fn pattern(&mut self, pattern: &ast::BindingPattern<'_>, names: &mut Vec<String>) -> Compiled<Pattern> {
        Ok(match pattern {
            ast::BindingPattern::BindingIdentifier(name) => {
                names.push(name.name.as_str().to_owned());
                Pattern::Name
            }
            ast::BindingPattern::AssignmentPattern(inner) => {
                self.pattern_default(&inner.left, Some(&inner.right), names)?
            }
            ast::BindingPattern::ObjectPattern(object) => {
                let mut properties = Vec::with_capacity(object.properties.len());
                for property in &object.properties {
                    self.bind(names);
                    let key = self.property_key(&property.key, property.computed, false)?;
                    properties.push((key, self.pattern(&property.value, names)?));
                }
                if let Some(rest) = &object.rest {
                    self.pattern(&rest.argument, names)?;
                }
                Pattern::Object { properties: properties.into(), rest: object.rest.is_some() }
            }
            ast::BindingPattern::ArrayPattern(array) => {
                let mut elements = Vec::with_capacity(array.elements.len());
                for element in &array.elements {
                    elements.push(match element {
                        Some(element) => self.pattern(element, names)?,
                        None => Pattern::Skip,
                    });
                }
                let rest = match &array.rest {
                    Some(rest) => Some(Box::new(self.pattern(&rest.argument, names)?)),
                    None => None,
                };
                Pattern::Array { elements: elements.into(), rest }
            }
        })
    }
}

/// A part of an object literal.
enum Part {
    Entry(PatternKey, Code),
    Spread(Code),
}

fn constant(text: Text) -> Piece {
    match text {
        Text::Plain(text) => Piece::Value(Value::String(text)),
        Text::Wide(units) => {
            let units: Vec<u16> = units.to_vec();
            Piece::Code(code(move |_| Ok(Any::Wide(std::sync::Arc::new(units.clone())))))
        }
    }
}

/// A number literal; an integer keeps all its digits.
fn number(literal: &ast::NumericLiteral<'_>) -> Compiled<Piece> {
    let raw = literal.raw.as_ref().map_or("", |raw| raw.as_str());
    refuse::octal(raw, literal.span)?;
    let digits: String = raw.chars().filter(|&c| c != '_').collect();
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(Piece::Value(match digits.parse() {
            Ok(int) => Value::Int(int),
            Err(_) => Value::Exact(digits.into()),
        }));
    }
    Ok(Piece::Number(literal.value))
}

fn regex(literal: &ast::RegExpLiteral<'_>) -> Compiled<Code> {
    let regex = std::sync::Arc::new(Regex::compile(literal)?);
    Ok(code(move |_| Ok(Any::Regex(regex.clone()))))
}
