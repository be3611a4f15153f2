//! Rules: comparisons that are put together in a form instead of written as an expression.

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::TimeZone;
use model::Value;
use model::expression::{Field, Scope};
use regex::Regex;

use crate::params::Params;
use crate::{StepError, number, text};

/// A group of rules and groups.
pub(super) struct Rules {
    any: bool,
    entries: Vec<Entry>,
}

enum Entry {
    Group(Rules),
    Rule(Box<Rule>),
}

struct Rule {
    /// The input where it is absent.
    left: Option<Field>,
    right: Option<Field>,
    reads: Reads,
    operator: Operator,
    ignore_case: bool,
    /// A pattern that holds no expression.
    pattern: Option<Regex>,
}

/// What both sides are read as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reads {
    Any,
    Text,
    Number,
    Boolean,
    Date,
    List,
    Object,
}

/// An operator without its `not_`.
#[derive(Clone, Copy)]
struct Operator {
    not: bool,
    word: Word,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Equals,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Contains,
    StartsWith,
    EndsWith,
    Matches,
    Exists,
    Empty,
    IsTrue,
    IsFalse,
}

impl Operator {
    fn read(name: &str) -> Option<Self> {
        let (not, name) = name.strip_prefix("not_").map_or((false, name), |name| (true, name));
        let word = match name {
            "equals" => Word::Equals,
            "greater" => Word::Greater,
            "greater_or_equal" => Word::GreaterOrEqual,
            "less" => Word::Less,
            "less_or_equal" => Word::LessOrEqual,
            "contains" => Word::Contains,
            "starts_with" => Word::StartsWith,
            "ends_with" => Word::EndsWith,
            "matches" => Word::Matches,
            "exists" => Word::Exists,
            "empty" => Word::Empty,
            "is_true" => Word::IsTrue,
            "is_false" => Word::IsFalse,
            _ => return None,
        };
        Some(Self { not, word })
    }
}

impl Rules {
    /// Compiles a group, or a list of rules that must all hold.
    pub(super) fn compile(params: &mut Params<'_>, path: &str, value: &Value) -> Option<Self> {
        let (any, list, inside) = match value {
            Value::Array(_) => (false, value, path.to_owned()),
            _ => {
                let any = value.get("combine").and_then(Value::as_str) == Some("or");
                (any, value.get("rules")?, format!("{path}.rules"))
            }
        };
        let entry = |(at, entry): (usize, &Value)| {
            let path = format!("{inside}[{at}]");
            if entry.get("rules").is_some() {
                return Self::compile(params, &path, entry).map(Entry::Group);
            }
            Rule::compile(params, &path, entry).map(|rule| Entry::Rule(Box::new(rule)))
        };
        let entries = list.as_array()?.iter().enumerate().filter_map(entry).collect();
        Some(Self { any, entries })
    }

    /// Whether they hold: an empty group of `and` does, one of `or` does not.
    pub(super) fn hold(&self, scope: &Scope<'_>) -> Result<bool, StepError> {
        for entry in &self.entries {
            let holds = match entry {
                Entry::Group(rules) => rules.hold(scope)?,
                Entry::Rule(rule) => rule.holds(scope)?,
            };
            if holds == self.any {
                return Ok(self.any);
            }
        }
        Ok(!self.any)
    }
}

impl Rule {
    fn compile(params: &mut Params<'_>, path: &str, entry: &Value) -> Option<Self> {
        let operator = entry.get("operator").and_then(Value::as_str).and_then(Operator::read)?;
        let mut side = |key: &str| entry.get(key).and_then(|value| params.field(&format!("{path}.{key}"), value));
        let (left, right) = (side("left"), side("right"));
        let ignore_case = entry.get("ignore_case").and_then(Value::as_bool).unwrap_or(false);
        let source = right.as_ref().and_then(Field::constant).and_then(Value::as_str);
        let pattern = source.filter(|_| operator.word == Word::Matches).and_then(|source| {
            let compiled = pattern(source, ignore_case);
            compiled.map_err(|error| params.bad_parameter(format!("{path}.right"), error)).ok()
        });
        let reads = match entry.get("type").and_then(Value::as_str).unwrap_or("any") {
            "text" | "string" => Reads::Text,
            "number" => Reads::Number,
            "boolean" => Reads::Boolean,
            "date" => Reads::Date,
            "list" => Reads::List,
            "object" => Reads::Object,
            _ => Reads::Any,
        };
        Some(Self { left, right, reads, operator, ignore_case, pattern })
    }

    fn holds(&self, scope: &Scope<'_>) -> Result<bool, StepError> {
        let left = match &self.left {
            Some(field) => field.evaluate(scope)?,
            None => scope.input.clone(),
        };
        let right = self.right.as_ref().map_or(Ok(Value::Null), |field| field.evaluate(scope))?;
        Ok(self.test(&left, &right)? != self.operator.not)
    }

    fn test(&self, left: &Value, right: &Value) -> Result<bool, StepError> {
        let texts = || Some((self.folded(left)?, self.folded(right)?));
        let ordered = |wanted: fn(std::cmp::Ordering) -> bool| self.order(left, right).is_some_and(wanted);
        Ok(match self.operator.word {
            Word::Exists => !left.is_null(),
            Word::Empty => is_empty(left),
            Word::IsTrue => truth(left) == Some(true),
            Word::IsFalse => truth(left) == Some(false),
            Word::Equals => self.equal(left, right),
            Word::Greater => ordered(std::cmp::Ordering::is_gt),
            Word::GreaterOrEqual => ordered(std::cmp::Ordering::is_ge),
            Word::Less => ordered(std::cmp::Ordering::is_lt),
            Word::LessOrEqual => ordered(std::cmp::Ordering::is_le),
            Word::Contains => match left {
                Value::Array(list) => list.items().iter().any(|item| self.equal(item, right)),
                Value::Object(object) => right.as_str().is_some_and(|key| object.get(key).is_some()),
                _ => texts().is_some_and(|(left, right)| left.contains(&right)),
            },
            Word::StartsWith => texts().is_some_and(|(left, right)| left.starts_with(&right)),
            Word::EndsWith => texts().is_some_and(|(left, right)| left.ends_with(&right)),
            Word::Matches => match &self.pattern {
                Some(pattern) => pattern.is_match(&text::of(left)),
                None => {
                    let compiled = pattern(&text::of(right), self.ignore_case);
                    compiled.map_err(|error| StepError::new("bad_pattern", error))?.is_match(&text::of(left))
                }
            },
        })
    }

    /// The text of a scalar.
    fn folded(&self, value: &Value) -> Option<String> {
        let scalar = !matches!(value, Value::Null | Value::Array(_) | Value::Object(_));
        let text = scalar.then(|| text::of(value))?;
        Some(if self.ignore_case { text.to_lowercase() } else { text.to_string() })
    }

    fn equal(&self, left: &Value, right: &Value) -> bool {
        match self.reads {
            Reads::Boolean => truth(left).is_some() && truth(left) == truth(right),
            Reads::Text => self.folded(left).is_some() && self.folded(left) == self.folded(right),
            Reads::Number | Reads::Date => self.order(left, right).is_some_and(std::cmp::Ordering::is_eq),
            Reads::List => left.as_array().is_some() && left == right,
            Reads::Object => left.as_object().is_some() && left == right,
            Reads::Any if self.ignore_case && left.as_str().is_some() => self.folded(left) == self.folded(right),
            Reads::Any => left == right,
        }
    }

    /// The order of two values of one kind.
    fn order(&self, left: &Value, right: &Value) -> Option<std::cmp::Ordering> {
        match self.reads {
            Reads::Number => number::read(left)?.partial_cmp(&number::read(right)?),
            Reads::Date => Some(moment(left)?.cmp(&moment(right)?)),
            Reads::Text => Some(self.folded(left)?.encode_utf16().cmp(self.folded(right)?.encode_utf16())),
            Reads::List => Some(left.as_array()?.len().cmp(&size(right)?)),
            Reads::Boolean => Some(truth(left)?.cmp(&truth(right)?)),
            Reads::Object => None,
            Reads::Any => {
                let comparable = left.kind() == right.kind() && !matches!(left, Value::Object(_) | Value::Array(_));
                comparable.then(|| text::compare(left, right))
            }
        }
    }
}

/// A list counts by its length, against another list or a number.
fn size(value: &Value) -> Option<usize> {
    value.as_array().map(<[Value]>::len).or_else(|| usize::try_from(value.as_i64()?).ok())
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.items().is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    }
}

fn truth(value: &Value) -> Option<bool> {
    value.as_bool().or_else(|| match value.as_str()?.trim() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    })
}

/// A moment from ISO text, in UTC where it names no offset, or from milliseconds since 1970.
fn moment(value: &Value) -> Option<Timestamp> {
    let Some(text) = value.as_str() else { return Timestamp::from_millisecond(value.as_i64()?).ok() };
    let local = || text.parse::<civil::DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    text.parse().ok().or_else(local)
}

fn pattern(source: &str, ignore_case: bool) -> Result<Regex, String> {
    let compiled = regex::RegexBuilder::new(source).case_insensitive(ignore_case).build();
    compiled.map_err(|error| format!("{source:?} is not a regular expression: {error}"))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Try, problems};

    fn holds(rule: &str, input: &str) -> bool {
        let outcome = Try::input(input).run("condition", &format!(r#"{{"rules": [{rule}]}}"#));
        outcome.unwrap_or_else(|error| panic!("{rule}: {error}")).ports[0] == 0
    }

    #[test]
    fn each_operator_says_what_it_says() {
        let yes = [
            (r#"{"operator": "equals", "right": {"b": 1, "a": [2.0]}}"#, r#"{"a": [2], "b": 1}"#),
            (r#"{"operator": "not_equals", "right": "1"}"#, "1"),
            (r#"{"operator": "equals", "right": "1", "type": "number"}"#, "1"),
            (r#"{"operator": "equals", "right": 1, "type": "text"}"#, r#""1""#),
            (r#"{"operator": "equals", "right": "ADA", "ignore_case": true}"#, r#""ada""#),
            (r#"{"operator": "greater", "right": 3}"#, "4"),
            (r#"{"operator": "greater", "right": "9", "type": "number"}"#, r#""10""#),
            (r#"{"operator": "less_or_equal", "right": "b"}"#, r#""b""#),
            (
                r#"{"operator": "less", "right": "2026-11-21T10:00:00+02:00", "type": "date"}"#,
                r#""2026-11-21T07:59:59Z""#,
            ),
            (r#"{"operator": "greater_or_equal", "right": "2026-11-21", "type": "date"}"#, r#""2026-11-21T00:00:00Z""#),
            (r#"{"operator": "greater", "right": 1, "type": "list"}"#, "[1, 2]"),
            (r#"{"operator": "contains", "right": 2}"#, "[1, 2]"),
            (r#"{"operator": "contains", "right": "a"}"#, r#"{"a": null}"#),
            (r#"{"operator": "not_contains", "right": "x"}"#, r#""abc""#),
            (r#"{"operator": "starts_with", "right": "ab"}"#, r#""abc""#),
            (r#"{"operator": "ends_with", "right": "BC", "ignore_case": true}"#, r#""abc""#),
            (r#"{"operator": "matches", "right": "^a.c$"}"#, r#""abc""#),
            (r#"{"operator": "matches", "left": "abc", "right": "{{ input }}"}"#, r#""b""#),
            (r#"{"operator": "exists", "left": "{{ input.a }}"}"#, r#"{"a": 0}"#),
            (r#"{"operator": "not_exists", "left": "{{ input.b }}"}"#, r#"{"a": 0}"#),
            (r#"{"operator": "empty"}"#, "[]"),
            (r#"{"operator": "not_empty"}"#, "0"),
            (r#"{"operator": "is_true"}"#, r#""true""#),
            (r#"{"operator": "is_false"}"#, "false"),
        ];
        for (rule, input) in yes {
            assert!(holds(rule, input), "{rule} of {input}");
        }
        let no = [
            (r#"{"operator": "equals", "right": 2}"#, "1"),
            (r#"{"operator": "greater", "right": 3}"#, r#""4""#),
            (r#"{"operator": "greater", "right": 3, "type": "number"}"#, "null"),
            (r#"{"operator": "less", "right": 3, "type": "number"}"#, "null"),
            (r#"{"operator": "less", "right": "2026-11-21", "type": "date"}"#, r#""soon""#),
            (r#"{"operator": "contains", "right": "a"}"#, "null"),
            (r#"{"operator": "is_true"}"#, "1"),
            (r#"{"operator": "is_false"}"#, "null"),
            (r#"{"operator": "empty"}"#, "0"),
        ];
        for (rule, input) in no {
            assert!(!holds(rule, input), "{rule} of {input}");
        }
    }

    #[test]
    fn groups_join_their_rules() {
        let rules = r#"{"rules": {"combine": "or", "rules": [
            {"left": "{{ input.a }}", "operator": "greater", "right": 5},
            {"combine": "and", "rules": [{"left": "{{ input.b }}", "operator": "is_true"}, {"left": "{{ input.a }}", "operator": "less", "right": 0}]}]}}"#;
        let port = |input: &str| Try::input(input).run("condition", rules).expect("rules answer").ports[0];
        assert_eq!([port(r#"{"a": 6}"#), port(r#"{"a": -1, "b": true}"#)], [0, 0]);
        assert_eq!([port(r#"{"a": -1}"#), port(r#"{"a": 1, "b": true}"#)], [1, 1]);
        assert!(holds(r#"{"rules": []}"#, "1"));
        assert!(!holds(r#"{"combine": "or", "rules": []}"#, "1"));
    }

    #[test]
    fn wrong_rules_are_told() {
        let rule = r#"{"rules": [{"operator": "matches", "right": "("}, {"left": "{{ 1 + }}", "operator": "empty"}, {"right": 1}]}"#;
        let found = problems("condition", rule);
        let expected =
            ["bad_parameter rules[2].operator", "bad_parameter rules[0].right", "bad_expression rules[1].left"];
        assert_eq!(found, expected);
        assert_eq!(
            Try::input(r#""(""#)
                .line("condition", r#"{"rules": [{"operator": "matches", "left": "a", "right": "{{ input }}"}]}"#),
            "! bad_pattern"
        );
    }
}
