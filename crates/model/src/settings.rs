//! Settings of a workflow: how much of it runs at a time, how long it may take, where its failures go, and what is kept.
//!
//! They stand under `settings` in the file:
//!
//! ```json
//! {"concurrency": 1, "deadline": "2h", "error_workflow": "On failure",
//!  "limits": {"key": "{{ input.customer }}", "concurrency": 2, "singleton": "refuse",
//!           "rate_limit": {"limit": 10, "per": "1m", "beyond": "wait"}, "debounce": "5s", "priority": 10},
//!  "retention": {"keep": "errors", "max_age": "30d", "max_count": 1000}}
//! ```
//!
//! Instead of `debounce` or `singleton` the limits may hold `"batch": {"size": 100, "wait": "5s"}`.

use arcstr::ArcStr;
use serde::{Deserialize, Serialize};

use crate::duration;
use crate::expression::Field;
use crate::graph::{Graph, Node};
use crate::problem::Problem;
use crate::status::Status;
use crate::value::Value;

/// Settings of a workflow.
#[derive(Debug, Default)]
pub struct Settings {
    /// Steps of one execution that are under way at a time; 1 runs them one after the other.
    pub concurrency: Option<u32>,
    /// From acceptance to the end by the clock on the wall, in ms, whatever it waits for.
    pub deadline_ms: Option<u64>,
    /// Id or name of the workflow that is started when an execution fails.
    pub error_workflow: Option<ArcStr>,
    /// How executions of it share the machine.
    pub limits: Option<Limits>,
    /// What is kept of its ended executions.
    pub retention: Option<Retention>,
}

/// How executions of a workflow share the machine. All bounds count those with the same key.
#[derive(Debug, Default)]
pub struct Limits {
    /// What executions are told apart by; an expression over `input` and `trigger`. Without it all count together.
    pub key: Option<Field>,
    /// Executions under way at a time; those asleep do not count, the others wait in line.
    pub concurrency: Option<usize>,
    /// What becomes of a start while another execution is open.
    pub singleton: Option<Singleton>,
    /// Starts in a time.
    pub rate_limit: Option<RateLimit>,
    /// How long a start waits for a later one that takes its place, in ms.
    pub debounce_ms: Option<u64>,
    /// How starts become one.
    pub batch: Option<Batching>,
    /// Turn among those that wait: -128 to 127, higher is earlier; a number or an expression.
    pub priority: Option<Field>,
}

/// How the steps of a node share what they call: bounds over all executions of the workflow in a process. They stand under
/// `limits` beside the node's parameters, and count those with the same key.
#[derive(Debug, Default)]
pub struct StepLimits {
    /// What steps are told apart by; an expression as in the node's parameters. Without it all count together.
    pub key: Option<Field>,
    /// Calls under way at a time; the others wait in line.
    pub concurrency: Option<usize>,
    /// Calls in a time.
    pub rate_limit: Option<RateLimit>,
}

/// What is kept of a workflow's ended executions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// The statuses of those that are kept; others go soon after they ended.
    pub keep: Vec<Status>,
    /// How long they are kept from acceptance on, in ms; without it as long as those of others.
    pub max_age_ms: Option<u64>,
    /// How many of them are kept; without it they count with those of others.
    pub max_count: Option<u32>,
}

/// What becomes of a start while another execution with the same key is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Singleton {
    /// The start is refused.
    Refuse,
    /// The open execution is canceled.
    Replace,
}

/// How starts become one execution, whose input is the list of theirs: the first sleeps, and others join it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batching {
    /// With so many it begins at once.
    pub size: u32,
    /// How long the first waits for others, in ms.
    pub wait_ms: u64,
}

/// Starts that become one at most, and where nothing is said.
const BATCH_MAX: u32 = 10_000;
const BATCH_USUAL: u32 = 100;

/// Starts, or calls, in a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// How many.
    pub limit: u32,
    /// In how many ms.
    pub per_ms: u64,
    /// Whether one beyond them is refused; else it begins later.
    pub refuses: bool,
}

impl Settings {
    /// Reads the settings of a graph, and what is wrong with them. What is wrong counts as not set.
    pub fn read(graph: &Graph) -> (Self, Vec<Problem>) {
        let mut read = Read { problems: Vec::new() };
        let settings = match graph.get("settings") {
            None | Some(Value::Null) => Self::default(),
            Some(settings) if settings.as_object().is_none() => {
                read.wrong("settings", "an object: {\"concurrency\": 1}");
                Self::default()
            }
            Some(settings) => Self {
                concurrency: read.count(settings, ("settings", "concurrency")),
                deadline_ms: read.time(settings, ("settings", "deadline")),
                error_workflow: read.name(settings, ("settings", "error_workflow")),
                limits: read.limits(settings),
                retention: read.retention(settings),
            },
        };
        (settings, read.problems)
    }

    /// How starts become one, if they do.
    pub fn batching(&self) -> Option<Batching> {
        self.limits.as_ref()?.batch
    }

    /// The settings of a graph; what is wrong counts as not set.
    pub fn of(graph: &Graph) -> Self {
        Self::read(graph).0
    }
}

impl StepLimits {
    /// Reads the limits of a node, and what is wrong with them. What is wrong counts as not set.
    pub fn read(node: &Node) -> (Option<Self>, Vec<Problem>) {
        let mut read = Read { problems: Vec::new() };
        let limits = said(&node.data, "limits").and_then(|limits| read.step_limits(limits));
        (limits, read.problems.into_iter().map(|problem| problem.at_node(&node.id)).collect())
    }
}

/// Where the limits of a workflow, and those of a node, stand.
const OF_WORKFLOW: &str = "settings.limits";
const OF_NODE: &str = "limits";
/// Where a workflow says what is kept.
const RETENTION: &str = "settings.retention";

/// What a setting stands in, and its key.
type Place<'a> = (&'a str, &'a str);

struct Read {
    problems: Vec<Problem>,
}

impl Read {
    fn wrong(&mut self, path: &str, wanted: &str) {
        self.problems.push(Problem::error("bad_setting", format!("{path} is {wanted}")).at_path(path));
    }

    fn limits(&mut self, settings: &Value) -> Option<Limits> {
        let limits = said(settings, "limits")?;
        if limits.as_object().is_none() {
            self.wrong("settings.limits", "an object: {\"concurrency\": 2, \"key\": \"{{ input.customer }}\"}");
            return None;
        }
        let batch = self.batch(limits);
        for other in ["singleton", "debounce"] {
            if batch.is_some() && said(limits, other).is_some() {
                self.wrong("settings.limits.batch", &format!("no setting beside settings.limits.{other}: choose one"));
            }
        }
        Some(Limits {
            batch,
            key: self.field(limits, (OF_WORKFLOW, "key")),
            concurrency: self.at_a_time(limits, OF_WORKFLOW),
            singleton: self.singleton(limits),
            rate_limit: self.rate_limit(limits, OF_WORKFLOW),
            debounce_ms: self.time(limits, (OF_WORKFLOW, "debounce")),
            priority: self.field(limits, (OF_WORKFLOW, "priority")),
        })
    }

    fn batch(&mut self, limits: &Value) -> Option<Batching> {
        let batch = said(limits, "batch")?;
        if said(batch, "wait").is_none() {
            self.wrong("settings.limits.batch", "an object: {\"size\": 100, \"wait\": \"5s\"}");
            return None;
        }
        let wait_ms = self.time(batch, ("settings.limits.batch", "wait"));
        let size = match said(batch, "size") {
            None => Some(BATCH_USUAL),
            Some(size) => {
                size.as_i64().and_then(|size| u32::try_from(size).ok()).filter(|size| (1..=BATCH_MAX).contains(size))
            }
        };
        if size.is_none() {
            self.wrong("settings.limits.batch.size", &format!("a whole number from 1 to {BATCH_MAX}"));
        }
        Some(Batching { size: size?, wait_ms: wait_ms? })
    }

    fn retention(&mut self, settings: &Value) -> Option<Retention> {
        let retention = said(settings, "retention")?;
        if retention.as_object().is_none() {
            self.wrong(RETENTION, "an object: {\"keep\": \"errors\", \"max_age\": \"30d\", \"max_count\": 1000}");
            return None;
        }
        Some(Retention {
            // What cannot be read deletes nothing.
            keep: self.keep(retention).unwrap_or_else(|| Status::ENDED.to_vec()),
            max_age_ms: self.time(retention, (RETENTION, "max_age")),
            max_count: self.count(retention, (RETENTION, "max_count")),
        })
    }

    fn keep(&mut self, retention: &Value) -> Option<Vec<Status>> {
        let keep = said(retention, "keep")?;
        let ended = |word: &Value| Status::parse(word.as_str()?).filter(|status| status.is_terminal());
        let kept = match (keep.as_str(), keep.as_array()) {
            (Some("all"), _) => Some(Status::ENDED.to_vec()),
            (Some("errors"), _) => Some(Status::ERRORS.to_vec()),
            (Some("none"), _) => Some(Vec::new()),
            (_, Some(words)) => words.iter().map(ended).collect(),
            (Some(_), None) => ended(keep).map(|status| vec![status]),
            (None, None) => None,
        };
        if kept.is_none() {
            let statuses = Status::ENDED.map(Status::as_str).join(", ");
            let wanted = format!("all, errors, none, or a list of statuses in which an execution ends: {statuses}");
            self.wrong("settings.retention.keep", &wanted);
        }
        kept
    }

    fn step_limits(&mut self, limits: &Value) -> Option<StepLimits> {
        if limits.as_object().is_none() {
            self.wrong(OF_NODE, "an object: {\"concurrency\": 2, \"rate_limit\": {\"limit\": 10, \"per\": \"1m\"}}");
            return None;
        }
        Some(StepLimits {
            key: self.field(limits, (OF_NODE, "key")),
            concurrency: self.at_a_time(limits, OF_NODE),
            rate_limit: self.rate_limit(limits, OF_NODE),
        })
    }

    fn at_a_time(&mut self, limits: &Value, of: &str) -> Option<usize> {
        self.count(limits, (of, "concurrency")).and_then(|count| usize::try_from(count).ok())
    }

    fn count(&mut self, of: &Value, (around, key): Place<'_>) -> Option<u32> {
        let count = said(of, key)?.as_i64().and_then(|count| u32::try_from(count).ok()).filter(|count| *count > 0);
        if count.is_none() {
            self.wrong(&format!("{around}.{key}"), "a whole number from 1 on");
        }
        count
    }

    fn time(&mut self, of: &Value, (around, key): Place<'_>) -> Option<u64> {
        let time = duration::read_ms(said(of, key)?).filter(|ms| *ms > 0);
        if time.is_none() {
            self.wrong(&format!("{around}.{key}"), "a span of time, like \"90s\" or \"2h\"");
        }
        time
    }

    fn name(&mut self, of: &Value, (around, key): Place<'_>) -> Option<ArcStr> {
        let name = said(of, key)?.as_text().filter(|name| !name.is_empty()).cloned();
        if name.is_none() {
            self.wrong(&format!("{around}.{key}"), "the id or the name of a workflow");
        }
        name
    }

    fn field(&mut self, of: &Value, (around, key): Place<'_>) -> Option<Field> {
        match Field::compile(said(of, key)?) {
            Ok(field) => Some(field),
            Err(error) => {
                let path = format!("{around}.{key}");
                let message = format!("{path}: {} ({})", error.error.message, error.error.construct);
                self.problems.push(Problem::error("bad_expression", message).at_path(path));
                None
            }
        }
    }

    fn singleton(&mut self, limits: &Value) -> Option<Singleton> {
        match said(limits, "singleton")? {
            Value::Bool(is_on) => is_on.then_some(Singleton::Refuse),
            mode => match mode.as_str() {
                Some("refuse") => Some(Singleton::Refuse),
                Some("replace") => Some(Singleton::Replace),
                _ => {
                    self.wrong("settings.limits.singleton", "refuse or replace");
                    None
                }
            },
        }
    }

    fn rate_limit(&mut self, limits: &Value, of: &str) -> Option<RateLimit> {
        let limit = said(limits, "rate_limit")?;
        let around = format!("{of}.rate_limit");
        let refuses = match limit.get("beyond").and_then(Value::as_str) {
            None if said(limit, "beyond").is_none() => false,
            Some("wait") => false,
            Some("refuse") => true,
            _ => {
                self.wrong(&format!("{around}.beyond"), "wait or refuse");
                return None;
            }
        };
        let count = self.count(limit, (&around, "limit"));
        let per = self.time(limit, (&around, "per"));
        if said(limit, "limit").is_none() || said(limit, "per").is_none() {
            self.wrong(&around, "an object: {\"limit\": 10, \"per\": \"1m\"}");
        }
        Some(RateLimit { limit: count?, per_ms: per?, refuses })
    }
}

/// A setting that is there; null counts as absent.
fn said<'a>(of: &'a Value, key: &str) -> Option<&'a Value> {
    of.get(key).filter(|value| !value.is_null())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn read(settings: &str) -> (Settings, Vec<Problem>) {
        let text = format!(r#"{{"nodes":[],"edges":[],"settings":{settings}}}"#);
        Settings::read(&Graph::from_value(&json::read(text.as_bytes()).expect("JSON")).expect("a graph"))
    }

    #[test]
    fn settings_are_read_as_they_are_documented() {
        let (settings, problems) = read(
            r#"{"concurrency": 1, "deadline": "2h", "error_workflow": "On failure",
            "limits": {"key": "{{ input.customer }}", "concurrency": 2, "singleton": "refuse",
            "rate_limit": {"limit": 10, "per": "1m", "beyond": "wait"}, "debounce": "5s", "priority": 10}}"#,
        );
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!((settings.concurrency, settings.deadline_ms), (Some(1), Some(7_200_000)));
        assert_eq!(settings.error_workflow.as_deref(), Some("On failure"));
        let limits = settings.limits.expect("limits");
        assert_eq!(
            (limits.concurrency, limits.singleton, limits.debounce_ms),
            (Some(2), Some(Singleton::Refuse), Some(5_000))
        );
        assert_eq!(limits.rate_limit, Some(RateLimit { limit: 10, per_ms: 60_000, refuses: false }));
        assert_eq!(limits.priority.and_then(|field| field.constant().cloned()), Some(Value::Int(10)));
        assert!(limits.key.is_some_and(|key| key.constant().is_none()));
    }

    #[test]
    fn what_is_kept_is_read_as_it_is_documented() {
        let kept = |retention: &str| {
            let (settings, problems) = read(&format!(r#"{{"retention": {retention}}}"#));
            assert!(problems.is_empty(), "{problems:?}");
            settings.retention
        };
        let all = Retention { keep: Status::ENDED.to_vec(), max_age_ms: None, max_count: None };
        let errors = [Status::Failed, Status::TimedOut, Status::Quarantined];
        let both = kept(r#"{"keep": "errors", "max_age": "30d", "max_count": 1000}"#);
        let month = Some(30 * 86_400_000);
        assert_eq!(both, Some(Retention { keep: errors.to_vec(), max_age_ms: month, max_count: Some(1_000) }));
        assert_eq!((kept("null"), kept("{}"), kept(r#"{"keep": "all"}"#)), (None, Some(all.clone()), Some(all)));
        let statuses = |keep: &str| kept(&format!(r#"{{"keep": {keep}}}"#)).expect("it is set").keep;
        assert_eq!(statuses(r#""none""#), []);
        assert_eq!(statuses("[]"), []);
        assert_eq!(statuses(r#""canceled""#), [Status::Canceled]);
        assert_eq!(statuses(r#"["failed", "timed_out"]"#), [Status::Failed, Status::TimedOut]);
        for (retention, path) in [
            (r#""errors""#, "settings.retention"),
            (r#"{"keep": 7}"#, "settings.retention.keep"),
            (r#"{"keep": "running"}"#, "settings.retention.keep"),
            (r#"{"keep": ["failed", "some"]}"#, "settings.retention.keep"),
            (r#"{"max_age": "soon"}"#, "settings.retention.max_age"),
            (r#"{"max_count": 0}"#, "settings.retention.max_count"),
        ] {
            let (settings, problems) = read(&format!(r#"{{"retention": {retention}}}"#));
            assert_eq!(problems.iter().map(|at| at.path.as_deref()).collect::<Vec<_>>(), [Some(path)], "{retention}");
            let keeps = settings.retention.map(|retention| retention.keep);
            assert!(keeps.is_none_or(|keep| keep == Status::ENDED), "what is wrong deletes nothing: {retention}");
        }
    }

    fn read_of_a_node(limits: &str) -> (Option<StepLimits>, Vec<Problem>) {
        let text = format!(r#"{{"nodes":[{{"id":"n","type":"http","data":{{"limits":{limits}}}}}],"edges":[]}}"#);
        let graph = Graph::from_value(&json::read(text.as_bytes()).expect("JSON")).expect("a graph");
        StepLimits::read(&graph.nodes[0])
    }

    #[test]
    fn the_limits_of_a_node_are_read_as_they_are_documented() {
        let (limits, problems) = read_of_a_node(
            r#"{"key": "{{ input.account }}", "concurrency": 2, "rate_limit": {"limit": 5, "per": "1s", "beyond": "refuse"}}"#,
        );
        assert!(problems.is_empty(), "{problems:?}");
        let limits = limits.expect("limits");
        assert_eq!(limits.concurrency, Some(2));
        assert_eq!(limits.rate_limit, Some(RateLimit { limit: 5, per_ms: 1_000, refuses: true }));
        assert!(limits.key.is_some_and(|key| key.constant().is_none()));
        assert!(read_of_a_node("null").0.is_none());
        for (limits, path) in [
            ("2", "limits"),
            (r#"{"concurrency": 0}"#, "limits.concurrency"),
            (r#"{"key": "{{ input. }}"}"#, "limits.key"),
            (r#"{"rate_limit": {"limit": 3, "per": "x"}}"#, "limits.rate_limit.per"),
        ] {
            let problems = read_of_a_node(limits).1;
            let places: Vec<_> = problems.iter().map(|at| (at.node.as_deref(), at.path.as_deref())).collect();
            assert_eq!(places, [(Some("n"), Some(path))], "{limits}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (settings, path) in [
            ("7", "settings"),
            (r#"{"concurrency": 0}"#, "settings.concurrency"),
            (r#"{"deadline": "soon"}"#, "settings.deadline"),
            (r#"{"error_workflow": 7}"#, "settings.error_workflow"),
            (r#"{"limits": []}"#, "settings.limits"),
            (r#"{"limits": {"concurrency": 1.5}}"#, "settings.limits.concurrency"),
            (r#"{"limits": {"singleton": "both"}}"#, "settings.limits.singleton"),
            (r#"{"limits": {"debounce": 0}}"#, "settings.limits.debounce"),
            (r#"{"limits": {"key": "{{ input. }}"}}"#, "settings.limits.key"),
            (r#"{"limits": {"batch": 7}}"#, "settings.limits.batch"),
            (r#"{"limits": {"batch": {"size": 3}}}"#, "settings.limits.batch"),
            (r#"{"limits": {"batch": {"wait": "never"}}}"#, "settings.limits.batch.wait"),
            (r#"{"limits": {"batch": {"wait": "1s", "size": 10001}}}"#, "settings.limits.batch.size"),
            (r#"{"limits": {"batch": {"wait": "1s"}, "singleton": "refuse"}}"#, "settings.limits.batch"),
            (r#"{"limits": {"batch": {"wait": "1s"}, "debounce": "1s"}}"#, "settings.limits.batch"),
            (r#"{"limits": {"rate_limit": {"limit": 3}}}"#, "settings.limits.rate_limit"),
            (
                r#"{"limits": {"rate_limit": {"limit": 3, "per": "1s", "beyond": "x"}}}"#,
                "settings.limits.rate_limit.beyond",
            ),
        ] {
            let paths: Vec<Option<String>> = read(settings).1.into_iter().map(|problem| problem.path).collect();
            assert_eq!(paths, [Some(path.to_owned())], "{settings}");
        }
        let batch = |text: &str| read(text).0.limits.expect("limits").batch;
        let of = |size, wait_ms| Some(Batching { size, wait_ms });
        assert_eq!(batch(r#"{"limits": {"batch": {"wait": "1s"}}}"#), of(BATCH_USUAL, 1_000));
        assert_eq!(batch(r#"{"limits": {"batch": {"wait": "1s", "size": 3}}}"#), of(3, 1_000));
        assert!(read(r#"{"limits": {"singleton": false}, "deadline": null, "theme": "x"}"#).1.is_empty());
    }
}
