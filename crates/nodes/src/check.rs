//! Whether a node's parameters are what its type's schema says, told in plain words.

use std::fmt::Write as _;

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::paths::LocationSegment;
use jsonschema::{PatternOptions, ValidationError, Validator};
use model::graph::RESERVED;
use model::{Node, NodeSpec, Problem, Value};

/// Keys of `node.data` that any node may have besides [`RESERVED`]: bounds of the loop it heads, looks in an editor.
const GENERAL: &[&str] = &["max_iterations", "description", "color", "icon"];
/// How far a name may be from a known one to be taken for a slip of the finger.
const NEAR: usize = 2;

/// A type's schema, compiled.
pub(crate) struct Checker {
    validator: Validator,
    known: Vec<String>,
    /// Parameters whose values no message repeats: those with the format `password`.
    secret: Vec<String>,
}

impl Checker {
    /// Compiles a schema of a node type.
    pub(crate) fn new(spec: &NodeSpec) -> Self {
        let validator = compile(&spec.schema).expect("schemas of node types are valid: a test compiles them all");
        let properties = spec.schema.get("properties").and_then(Value::as_object);
        let entries = properties.map(model::Object::entries).unwrap_or_default();
        let known = entries.iter().map(|(key, _)| key.to_string()).collect();
        let is_secret = |schema: &Value| schema.get("format").and_then(Value::as_str) == Some("password");
        let secret = entries.iter().filter(|(_, schema)| is_secret(schema)).map(|(key, _)| key.to_string()).collect();
        Self { validator, known, secret }
    }

    /// All violations. A value that holds `{{ }}` is not known yet: whatever it breaks is left out.
    pub(crate) fn violations(&self, node: &Node) -> Vec<Problem> {
        let data = plain(&self.parameters(node));
        if self.validator.is_valid(&data) {
            return Vec::new();
        }
        let told = self.validator.iter_errors(&data).filter(|error| !is_open(error));
        told.map(|error| self.discreet(&error, problem(&error)).at_node(&node.id)).collect()
    }

    /// The parameters proper: without what is null, which means absent, and without the keys that every node has and of
    /// which the type says nothing itself.
    fn parameters(&self, node: &Node) -> Value {
        let entries = node.data.as_object().map(model::Object::entries).unwrap_or_default();
        let is_proper = |key: &str| !RESERVED.contains(&key) || self.known.iter().any(|known| known == key);
        let proper = entries.iter().filter(|(key, value)| !value.is_null() && is_proper(key));
        Value::object(proper.cloned().collect())
    }

    /// The problem without the value, where that is a secret.
    fn discreet(&self, error: &ValidationError<'_>, mut problem: Problem) -> Problem {
        let Some(LocationSegment::Property(name)) = error.instance_path().into_iter().next() else { return problem };
        if self.secret.iter().any(|key| **key == *name) {
            problem.message = match error.kind() {
                ValidationErrorKind::Type { kind } => format!("expected {}", types(kind)),
                _ => "this is not what the schema asks for".to_owned(),
            };
            problem.suggestion = None;
        }
        problem
    }

    /// Unknown parameters that look like known ones.
    pub(crate) fn slips(&self, node: &Node) -> Vec<Problem> {
        let Some(data) = node.data.as_object() else { return Vec::new() };
        let unknown = data.keys().filter(|key| {
            let key = key.as_str();
            !self.known.iter().any(|known| known == key) && !RESERVED.contains(&key) && !GENERAL.contains(&key)
        });
        let slip = |key: &arcstr::ArcStr| {
            let free = self.known.iter().map(String::as_str).chain(RESERVED.iter().copied());
            let near = free.filter(|known| data.get(known).is_none() && is_near(key, known));
            let near = near.min_by_key(|known| strsim::damerau_levenshtein(key, known))?;
            let message = format!("there is no parameter {key:?}: it is kept, and has no effect");
            let problem = Problem::warning("unknown_parameter", message).at_node(&node.id).at_path(key.as_str());
            Some(problem.suggest(format!("did you mean {near:?}?")))
        };
        unknown.filter_map(slip).collect()
    }
}

/// Compiles any schema: patterns run in linear time, and nothing is fetched.
pub(crate) fn compile(schema: &Value) -> Result<Validator, String> {
    let options = jsonschema::options().with_pattern_options(PatternOptions::regex());
    options.build(&plain(schema)).map_err(|error| error.to_string())
}

/// What is wrong with a value, as `path: message`, at most ten.
pub(crate) fn complaints(validator: &Validator, value: &Value) -> Vec<String> {
    let data = plain(value);
    let line = |error: ValidationError<'_>| match path_of(&error) {
        path if path.is_empty() => words(&error),
        path => format!("{path}: {}", words(&error)),
    };
    validator.iter_errors(&data).take(10).map(line).collect()
}

fn problem(error: &ValidationError<'_>) -> Problem {
    let mut path = path_of(error);
    if let ValidationErrorKind::Required { property } = error.kind() {
        let name = property.as_str().unwrap_or_default();
        path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    }
    let problem = Problem::error("bad_parameter", words(error)).at_path(path);
    match suggestion(error) {
        Some(suggestion) => problem.suggest(suggestion),
        None => problem,
    }
}

/// Where it is: `cases[0].when`.
fn path_of(error: &ValidationError<'_>) -> String {
    let mut path = String::new();
    for segment in error.instance_path() {
        match segment {
            LocationSegment::Index(at) => {
                // Writing to a String cannot fail.
                write!(path, "[{at}]").unwrap_or_default();
            }
            LocationSegment::Property(key) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&key);
            }
        }
    }
    path
}

fn words(error: &ValidationError<'_>) -> String {
    let got = shown(error.instance());
    match error.kind() {
        ValidationErrorKind::Type { kind } => format!("expected {}, got {got}", types(kind)),
        ValidationErrorKind::Enum { options } => format!("expected {}, got {got}", choices(options)),
        ValidationErrorKind::Required { property } => format!("{} is missing", property.as_str().unwrap_or("a member")),
        ValidationErrorKind::Minimum { limit } => format!("expected at least {limit}, got {got}"),
        ValidationErrorKind::Maximum { limit } => format!("expected at most {limit}, got {got}"),
        ValidationErrorKind::ExclusiveMinimum { limit } => format!("expected more than {limit}, got {got}"),
        ValidationErrorKind::ExclusiveMaximum { limit } => format!("expected less than {limit}, got {got}"),
        ValidationErrorKind::MinLength { limit: 1 } => "expected a text, got an empty one".to_owned(),
        ValidationErrorKind::MinItems { limit } => format!("expected at least {limit} entries"),
        ValidationErrorKind::AnyOf { .. } | ValidationErrorKind::OneOfNotValid { .. } => {
            format!("{got} has none of the forms that are allowed here")
        }
        _ => error.to_string(),
    }
}

fn suggestion(error: &ValidationError<'_>) -> Option<String> {
    let given = error.instance().as_str()?;
    if let ValidationErrorKind::Enum { options } = error.kind() {
        let known = options.as_array()?.iter().filter_map(serde_json::Value::as_str);
        let near = known.min_by_key(|option| strsim::damerau_levenshtein(option, given))?;
        return is_near(given, near).then(|| format!("did you mean {near:?}?"));
    }
    let ValidationErrorKind::Type { .. } = error.kind() else { return None };
    let number = given.trim().parse::<f64>().is_ok_and(f64::is_finite);
    (number || given == "true" || given == "false").then(|| format!("write {given} without quotes"))
}

fn types(kind: &TypeKind) -> String {
    let words = |name: String| match name.as_str() {
        "string" => "a text".to_owned(),
        "array" => "a list".to_owned(),
        "object" => "an object".to_owned(),
        "boolean" => "true or false".to_owned(),
        "integer" => "a whole number".to_owned(),
        "number" => "a number".to_owned(),
        _ => name,
    };
    match kind {
        TypeKind::Single(one) => words(one.to_string()),
        TypeKind::Multiple(many) => many.iter().map(|one| words(one.to_string())).collect::<Vec<_>>().join(" or "),
    }
}

fn choices(options: &serde_json::Value) -> String {
    let shown: Vec<String> = options.as_array().into_iter().flatten().map(shown).collect();
    format!("one of {}", shown.join(", "))
}

/// A value as it stands in a message, cut to a few words.
fn shown(value: &serde_json::Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Whether what is wrong may be right once the expressions inside are evaluated.
fn is_open(error: &ValidationError<'_>) -> bool {
    let deep = matches!(
        error.kind(),
        ValidationErrorKind::AnyOf { .. } | ValidationErrorKind::OneOfNotValid { .. } | ValidationErrorKind::Not { .. }
    );
    let instance = error.instance();
    if deep { holds_expression(instance) } else { instance.as_str().is_some_and(|text| text.contains("{{")) }
}

fn holds_expression(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(text) => text.contains("{{"),
        serde_json::Value::Array(items) => items.iter().any(holds_expression),
        serde_json::Value::Object(entries) => entries.values().any(holds_expression),
        _ => false,
    }
}

fn is_near(given: &str, known: &str) -> bool {
    let folded = |name: &str| name.replace(['_', '-', ' '], "").to_lowercase();
    let (given, known) = (folded(given), folded(known));
    let allowed = NEAR.min(known.chars().count() / 3);
    given == known || strsim::damerau_levenshtein(&given, &known) <= allowed
}

/// The value in the form the validator reads; numbers beyond its range become the largest it has.
fn plain(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(truth) => (*truth).into(),
        Value::Int(int) => (*int).into(),
        Value::Float(_) | Value::Exact(_) => match value.as_i64() {
            Some(int) => int.into(),
            None => value.as_f64().map_or(f64::MAX, |number| number.clamp(f64::MIN, f64::MAX)).into(),
        },
        Value::String(text) => text.as_str().into(),
        Value::Array(array) => array.items().iter().map(plain).collect(),
        Value::Object(object) => object.entries().iter().map(|(key, value)| (key.to_string(), plain(value))).collect(),
    }
}
