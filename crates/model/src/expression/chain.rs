//! Names, members and calls: what begins with a name and goes on with `.key`, `[key]` and `.method(…)`.

use arcstr::ArcStr;
use oxc_ast::ast::{self, Argument, ChainElement, Expression as Ast};
use oxc_span::{GetSpan, Span};
use smallvec::SmallVec;

use super::arrow::Lambda;
use super::builtin::{self, Methods};
use super::compile::{Compiled, Compiler};
use super::error::{Outcome, type_error};
use super::frame::{Arg, Call, Code, Frame, Function, Native, code};
use super::operand::{Any, Entries};
use super::operators::Piece;
use super::path::{self, Key, Path, Step};
use super::{Name, convert, date, refuse};
use crate::Value;

/// Where a chain begins.
enum Root {
    Input,
    Item,
    Name(Name),
    /// `nodes.<id>.output`
    Node(String),
    /// `$('Label')` with what is taken from it.
    Labelled(String),
    Local {
        depth: usize,
        slot: usize,
    },
    Code(Code),
}

/// What follows in a chain.
enum Link {
    Key(Step),
    Computed { key: Code, optional: bool, object: (u32, u32) },
    Method(Method),
}

struct Method {
    name: ArcStr,
    methods: &'static Methods,
    arguments: Arguments,
    /// Whether it is written `?.method()`.
    optional: bool,
    /// Whether it is written `method?.()`.
    optional_call: bool,
    object: (u32, u32),
}

/// The arguments of a call.
pub(super) struct Arguments(Box<[Argument_]>);

enum Argument_ {
    Value(Code),
    Spread(Code),
    Lambda(Lambda),
    Native(Native),
}

const fn pair(span: Span) -> (u32, u32) {
    (span.start, span.end)
}

impl Compiler {
    pub(super) fn identifier(&mut self, identifier: &ast::IdentifierReference<'_>) -> Compiled<Piece> {
        let name = identifier.name.as_str();
        if self.local(name).is_none() {
            match name {
                "undefined" => return Ok(Piece::Undefined),
                "NaN" => return Ok(Piece::Number(f64::NAN)),
                "Infinity" => return Ok(Piece::Number(f64::INFINITY)),
                _ => {}
            }
        }
        let root = self.root(identifier)?;
        Ok(Piece::Code(self.finish(root, Vec::new())))
    }

    fn root(&mut self, identifier: &ast::IdentifierReference<'_>) -> Compiled<Root> {
        let name = identifier.name.as_str();
        if let Some(local) = self.local(name) {
            return Ok(Root::Local { depth: local.depth, slot: local.slot });
        }
        let named = match name {
            "input" | "$json" => {
                self.references.input = true;
                return Ok(Root::Input);
            }
            "item" => {
                self.references.item = true;
                return Ok(Root::Item);
            }
            "index" => {
                self.references.index = true;
                return Ok(Root::Code(code(|frame| {
                    Ok(frame.scope.index.map_or(Any::Undefined, |index| Any::Own(Value::Int(index))))
                })));
            }
            "now" => {
                self.references.now = true;
                return Ok(Root::Code(code(|frame| Ok(Any::Date(frame.scope.names.now())))));
            }
            "inputs" => Name::Inputs,
            "nodes" | "node" => {
                self.references.all_nodes = true;
                Name::Nodes
            }
            "trigger" => Name::Trigger,
            "vars" | "variables" => Name::Vars,
            "context" => Name::Context,
            "constants" => Name::Const,
            _ if self.slice(identifier.span) == super::source::CONST => Name::Const,
            "env" => Name::Env,
            "execution" => Name::Execution,
            "workflow" => Name::Workflow,
            other => return Err(refuse::global(other, identifier.span)),
        };
        self.references.add(named);
        Ok(Root::Name(named))
    }

    /// A member or call with all that stands before it.
    pub(super) fn chain(&mut self, expression: &Ast<'_>) -> Compiled<Piece> {
        if let Some(constant) = self.constant_member(expression) {
            return Ok(Piece::Number(constant));
        }
        let mut links = Vec::new();
        let root = match expression {
            Ast::ChainExpression(chain) => match &chain.expression {
                ChainElement::CallExpression(call) => self.call(call, &mut links)?,
                ChainElement::StaticMemberExpression(member) => self.static_member(member, &mut links)?,
                ChainElement::ComputedMemberExpression(member) => self.computed_member(member, &mut links)?,
                _ => return Err(refuse::expression(expression)),
            },
            other => self.links(other, &mut links)?,
        };
        Ok(Piece::Code(self.finish(root, links)))
    }

    fn links(&mut self, expression: &Ast<'_>, links: &mut Vec<Link>) -> Compiled<Root> {
        let span = expression.span();
        match expression {
            Ast::ParenthesizedExpression(inner) => self.links(&inner.expression, links),
            Ast::CallExpression(call) => self.nested(span, |compiler| compiler.call(call, links)),
            Ast::StaticMemberExpression(member) => self.nested(span, |compiler| compiler.static_member(member, links)),
            Ast::ComputedMemberExpression(member) => {
                self.nested(span, |compiler| compiler.computed_member(member, links))
            }
            Ast::Identifier(identifier) if !refuse::is_constant_name(&identifier.name) => self.root(identifier),
            other => Ok(Root::Code(self.code(other)?)),
        }
    }

    fn static_member(&mut self, member: &ast::StaticMemberExpression<'_>, links: &mut Vec<Link>) -> Compiled<Root> {
        let name = member.property.name.as_str();
        refuse::object(&member.object)?;
        refuse::member(name, member.property.span)?;
        if let Some(namespace) = self.namespace(&member.object) {
            return Err(refuse::function_value(namespace, name, member.span));
        }
        let root = self.node(&member.object, name, links)?;
        if let Some(root) = root {
            return Ok(root);
        }
        let root = self.links(&member.object, links)?;
        links.push(Link::Key(Step {
            key: Key::new(name.into()),
            optional: member.optional,
            object: pair(member.object.span()),
        }));
        Ok(root)
    }

    fn computed_member(&mut self, member: &ast::ComputedMemberExpression<'_>, links: &mut Vec<Link>) -> Compiled<Root> {
        let object = pair(member.object.span());
        let key: Option<ArcStr> = match &member.expression {
            Ast::StringLiteral(text) if !text.lone_surrogates => Some(text.value.as_str().into()),
            Ast::TemplateLiteral(template) if template.expressions.is_empty() => {
                template.quasis.first().and_then(|quasi| quasi.value.cooked).map(|text| text.as_str().into())
            }
            Ast::NumericLiteral(number) => Some(super::numbers::text(number.value).into()),
            _ => None,
        };
        let Some(key) = key else {
            if let Some(namespace) = self.namespace(&member.object) {
                return Err(refuse::function_value(namespace, "[…]", member.span));
            }
            let root = self.links(&member.object, links)?;
            let key = self.code(&member.expression)?;
            links.push(Link::Computed { key, optional: member.optional, object });
            return Ok(root);
        };
        refuse::object(&member.object)?;
        refuse::member(&key, member.expression.span())?;
        if let Some(root) = self.node(&member.object, &key, links)? {
            return Ok(root);
        }
        let root = self.links(&member.object, links)?;
        links.push(Link::Key(Step { key: Key::new(key), optional: member.optional, object }));
        Ok(root)
    }

    /// `nodes.<id>`, where only `.output` may follow to be read without building all nodes; `$node["Label"]`.
    fn node(&mut self, object: &Ast<'_>, key: &str, links: &mut Vec<Link>) -> Compiled<Option<Root>> {
        if key == "output"
            && let Some(id) = self.node_id(object)
        {
            self.references.nodes.insert(id.clone());
            return Ok(Some(Root::Node(id)));
        }
        let Ast::Identifier(identifier) = object else { return Ok(None) };
        if self.local(&identifier.name).is_some() {
            return Ok(None);
        }
        match identifier.name.as_str() {
            "$node" => {
                self.references.labels.insert(key.to_owned());
                links.push(selected("item", object.span()));
                Ok(Some(Root::Labelled(key.to_owned())))
            }
            "nodes" | "node" => {
                self.references.nodes.insert(key.to_owned());
                self.references.add(Name::Nodes);
                links.push(Link::Key(Step { key: Key::new(key.into()), optional: false, object: pair(object.span()) }));
                Ok(Some(Root::Name(Name::Nodes)))
            }
            _ => Ok(None),
        }
    }

    /// The id in `nodes.<id>` or `nodes["id"]`.
    fn node_id(&self, object: &Ast<'_>) -> Option<String> {
        let (names, id) = match object {
            Ast::StaticMemberExpression(member) if !member.optional => (&member.object, member.property.name.as_str()),
            Ast::ComputedMemberExpression(member) if !member.optional => match &member.expression {
                Ast::StringLiteral(id) if !id.lone_surrogates => (&member.object, id.value.as_str()),
                _ => return None,
            },
            _ => return None,
        };
        match names {
            Ast::Identifier(name)
                if matches!(name.name.as_str(), "nodes" | "node") && self.local(&name.name).is_none() =>
            {
                (!refuse::is_prototype(id)).then(|| id.to_owned())
            }
            _ => None,
        }
    }

    /// `Math.PI` and the like.
    fn constant_member(&self, expression: &Ast<'_>) -> Option<f64> {
        let Ast::StaticMemberExpression(member) = expression else { return None };
        let namespace = self.namespace(&member.object)?;
        builtin::constant(&format!("{namespace}.{}", member.property.name))
    }

    /// The name of a built-in object that only holds functions.
    fn namespace(&self, object: &Ast<'_>) -> Option<&'static str> {
        let Ast::Identifier(identifier) = object else { return None };
        if self.local(&identifier.name).is_some() {
            return None;
        }
        builtin::NAMESPACES.into_iter().find(|name| *name == identifier.name.as_str())
    }

    /// A built-in function named here, called or passed as an argument.
    fn function(&self, expression: &Ast<'_>) -> Option<Native> {
        match expression {
            Ast::Identifier(identifier) if self.local(&identifier.name).is_none() => {
                builtin::function(&identifier.name)
            }
            Ast::StaticMemberExpression(member) => {
                let namespace = self.namespace(&member.object)?;
                builtin::function(&format!("{namespace}.{}", member.property.name))
            }
            _ => None,
        }
    }

    fn call(&mut self, call: &ast::CallExpression<'_>, links: &mut Vec<Link>) -> Compiled<Root> {
        if let Some(run) = self.function(&call.callee) {
            let arguments = self.arguments(&call.arguments)?;
            return Ok(Root::Code(code(move |frame| arguments.call(frame, Any::Undefined, run))));
        }
        match &call.callee {
            Ast::Identifier(identifier) if self.local(&identifier.name).is_none() => self.named_call(call, identifier),
            Ast::StaticMemberExpression(member) => self.method(call, member, links),
            Ast::ParenthesizedExpression(_) | Ast::ArrowFunctionExpression(_) => {
                // What it holds may be worth a better error.
                let _ = self.code(&call.callee)?;
                Err(refuse::not_a_method(call.span))
            }
            other => {
                refuse::callee(other)?;
                let _ = self.code(other)?;
                Err(refuse::not_a_method(call.span))
            }
        }
    }

    fn named_call(&mut self, call: &ast::CallExpression<'_>, callee: &ast::IdentifierReference<'_>) -> Compiled<Root> {
        let name = callee.name.as_str();
        if name == "$" {
            return match call.arguments.as_slice() {
                [Argument::StringLiteral(label)] => {
                    self.references.labels.insert(label.value.as_str().to_owned());
                    Ok(Root::Labelled(label.value.as_str().to_owned()))
                }
                _ => Err(refuse::label(call.span)),
            };
        }
        if let Some(run) = builtin::ours(name) {
            let arguments = self.arguments(&call.arguments)?;
            return Ok(Root::Code(code(move |frame| arguments.call_on_first(frame, run))));
        }
        self.root(callee)?;
        Err(refuse::not_a_method(call.span))
    }

    fn method(
        &mut self,
        call: &ast::CallExpression<'_>,
        member: &ast::StaticMemberExpression<'_>,
        links: &mut Vec<Link>,
    ) -> Compiled<Root> {
        let name = member.property.name.as_str();
        if let Ast::Identifier(identifier) = &member.object
            && self.namespace(&member.object).is_none()
            && !refuse::is_constant_name(&identifier.name)
        {
            let _ = self.root(identifier)?;
        }
        refuse::method_name(name, member)?;
        if let Some(namespace) = self.namespace(&member.object) {
            return Err(refuse::unknown_function(namespace, name, member.property.span));
        }
        let root = self.links(&member.object, links)?;
        if matches!(root, Root::Labelled(_)) && links.is_empty() {
            if !matches!(name, "first" | "last" | "all" | "item") || !call.arguments.is_empty() {
                return Err(refuse::unknown_method(name, member.property.span));
            }
            links.push(selected(name, member.object.span()));
            return Ok(root);
        }
        let Some(methods) = builtin::methods(name) else {
            return Err(refuse::unknown_method(name, member.property.span));
        };
        links.push(Link::Method(Method {
            name: name.into(),
            methods,
            arguments: self.arguments(&call.arguments)?,
            optional: member.optional,
            optional_call: call.optional,
            object: pair(member.object.span()),
        }));
        Ok(root)
    }

    pub(super) fn arguments(&mut self, arguments: &[Argument<'_>]) -> Compiled<Arguments> {
        let mut compiled = Vec::with_capacity(arguments.len());
        for argument in arguments {
            compiled.push(match argument {
                Argument::SpreadElement(spread) => Argument_::Spread(self.code(&spread.argument)?),
                other => self.argument(other.to_expression())?,
            });
        }
        Ok(Arguments(compiled.into()))
    }

    fn argument(&mut self, expression: &Ast<'_>) -> Compiled<Argument_> {
        if let Ast::ParenthesizedExpression(inner) = expression {
            return self.argument(&inner.expression);
        }
        if let Some(run) = self.function(expression) {
            return Ok(Argument_::Native(run));
        }
        Ok(match expression {
            Ast::ArrowFunctionExpression(arrow) => Argument_::Lambda(self.lambda(arrow)?),
            other => Argument_::Value(self.code(other)?),
        })
    }

    pub(super) fn new_expression(&mut self, new: &ast::NewExpression<'_>) -> Compiled<Code> {
        let is_date = matches!(&new.callee, Ast::Identifier(name) if name.name == "Date");
        if !is_date || self.local("Date").is_some() {
            return Err(refuse::new(new.span));
        }
        let arguments = self.arguments(&new.arguments)?;
        self.references.now |= new.arguments.is_empty();
        Ok(code(move |frame| arguments.call(frame, Any::Undefined, date::construct)))
    }

    /// The code of a chain.
    fn finish(&self, root: Root, links: Vec<Link>) -> Code {
        let mut links = links.into_iter().peekable();
        if let Root::Labelled(label) = root {
            let selector = match links.next() {
                Some(Link::Key(step)) => step.key.text,
                _ => ArcStr::new(),
            };
            let first = code(move |frame| labelled(frame, &label, &selector));
            return self.rest(first, links.collect());
        }
        let mut steps = Vec::new();
        while let Some(Link::Key(step)) = links.next_if(|link| matches!(link, Link::Key(_))) {
            steps.push(step);
        }
        let path = Path { steps: steps.into(), source: self.text.clone() };
        let first = match root {
            Root::Input => code(move |frame| path.walk(frame.scope.input)),
            Root::Item => code(move |frame| match frame.scope.item {
                Some(item) => path.walk(item),
                None => path.follow(Any::Undefined, 0),
            }),
            Root::Local { depth, slot } => code(move |frame| match frame.local(depth, slot) {
                Any::Ref(value) => path.walk(value),
                value => path.follow(value, 0),
            }),
            Root::Name(name) => code(move |frame| match frame.scope.names.get(name) {
                Some(value) => path.walk_owned(&value),
                None => path.follow(Any::Undefined, 0),
            }),
            Root::Node(id) => code(move |frame| match frame.scope.names.node(&id) {
                Some(value) => path.walk_owned(&value),
                None => Err(no_output(&id)),
            }),
            Root::Code(root) if path.steps.is_empty() => root,
            Root::Code(root) => code(move |frame| path.follow(root(frame)?, 0)),
            Root::Labelled(_) => unreachable!("handled above"),
        };
        self.rest(first, links.collect())
    }

    fn rest(&self, first: Code, links: Vec<Link>) -> Code {
        if links.is_empty() {
            return first;
        }
        let source = self.text.clone();
        code(move |frame| {
            let mut value = first(frame)?;
            for link in &links {
                match link.apply(value, frame, &source)? {
                    Some(next) => value = next,
                    None => return Ok(Any::Undefined),
                }
            }
            Ok(value)
        })
    }
}

#[cold]
fn no_output(id: &str) -> Box<super::EvalError> {
    type_error(format!("nodes.{id} has no output here: no node has this id, or it has not run before this step"))
}

/// The link that says what is taken from `$('Label')`.
fn selected(selector: &str, span: Span) -> Link {
    Link::Key(Step { key: Key::new(selector.into()), optional: false, object: pair(span) })
}

/// What a node with a label answers: `item`, `first()` and `last()` hold an output in `json`, `all()` is a list of
/// them, `output` is the output itself.
fn labelled<'s>(frame: &Frame<'_, 's>, label: &str, selector: &str) -> Outcome<Any<'s>> {
    let output = frame.scope.names.node_labelled(label).map_or(Any::Undefined, Any::Own);
    let wrap = |json: Any<'s>| {
        let mut entries = Entries::default();
        entries.set(arcstr::literal!("json"), json);
        frame.budget.map(entries)
    };
    let items = output.items();
    match (selector, items) {
        ("output", _) => Ok(output),
        ("all", Some(items)) => {
            let items = items.iter().map(wrap).collect::<Outcome<Vec<_>>>()?;
            frame.budget.list(items)
        }
        ("all", None) => frame.budget.list(vec![wrap(output)?]),
        ("item" | "first", Some(items)) => wrap(items.get(0)),
        ("last", Some(items)) => wrap(items.get(items.len().wrapping_sub(1))),
        ("item" | "first" | "last", None) => wrap(output),
        _ => Ok(Any::Undefined),
    }
}

impl Link {
    /// The next value of a chain; `None` where `?.` ends it.
    fn apply<'s>(&self, value: Any<'s>, frame: &Frame<'_, 's>, source: &str) -> Outcome<Option<Any<'s>>> {
        let (optional, object) = match self {
            Self::Key(step) => (step.optional, step.object),
            Self::Computed { optional, object, .. } => (*optional, *object),
            Self::Method(method) => (method.optional, method.object),
        };
        if value.is_nullish() {
            if optional {
                return Ok(None);
            }
            let key = match self {
                Self::Key(step) => step.key.text.as_str(),
                Self::Computed { .. } => "[…]",
                Self::Method(method) => method.name.as_str(),
            };
            return Err(path::nullish(&value, key, source, object));
        }
        match self {
            Self::Key(step) => Ok(Some(path::property(&value, &step.key))),
            Self::Computed { key, .. } => path::computed(&value, &key(frame)?, frame.budget).map(Some),
            Self::Method(method) => method.call(value, frame, source),
        }
    }
}

impl Method {
    fn call<'s>(&self, value: Any<'s>, frame: &Frame<'_, 's>, source: &str) -> Outcome<Option<Any<'s>>> {
        match self.methods.of(&value) {
            Some(run) => self.arguments.call(frame, value, run).map(Some),
            None if self.optional_call => Ok(None),
            None => {
                let path = path::path_text(source, self.object);
                let shown = convert::shown(&value);
                Err(type_error(format!("{path}.{}() is not there: {path} is {shown}", self.name)))
            }
        }
    }
}

impl Arguments {
    fn call<'s>(&self, frame: &Frame<'_, 's>, this: Any<'s>, run: Native) -> Outcome<Any<'s>> {
        let args = self.evaluate(frame)?;
        run(&Call { frame, this, args: &args })
    }

    /// Calls one of our own functions, whose first argument is the receiver.
    fn call_on_first<'s>(&self, frame: &Frame<'_, 's>, run: Native) -> Outcome<Any<'s>> {
        let args = self.evaluate(frame)?;
        let (this, args) = match args.split_first() {
            Some((Arg::Value(this), args)) => (this.clone(), args),
            _ => (Any::Undefined, &[][..]),
        };
        run(&Call { frame, this, args })
    }

    fn evaluate<'c, 's>(&'c self, frame: &'c Frame<'_, 's>) -> Outcome<SmallVec<[Arg<'c, 's>; 3]>> {
        let mut args = SmallVec::with_capacity(self.0.len());
        for argument in &self.0 {
            match argument {
                Argument_::Value(code) => args.push(Arg::Value(code(frame)?)),
                Argument_::Spread(code) => {
                    args.extend(builtin::iterate(&code(frame)?, frame.budget)?.into_iter().map(Arg::Value));
                }
                Argument_::Lambda(lambda) => args.push(Arg::Function(Function::Lambda(lambda, frame))),
                Argument_::Native(run) => args.push(Arg::Function(Function::Native(*run, frame))),
            }
        }
        Ok(args)
    }
}
