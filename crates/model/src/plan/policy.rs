//! What a node's parameters say of failures, rounds and what stands inside: read once, when the plan is made.

use arcstr::ArcStr;

use crate::duration;
use crate::graph::Node;
use crate::value::Value;

/// How often and when a failed attempt is made again.
#[derive(Clone, Debug, PartialEq)]
pub struct Retry {
    /// Attempts in all.
    pub max_attempts: u32,
    /// How the delay grows.
    pub backoff: Backoff,
    /// Before the second attempt, in ms.
    pub initial_ms: u64,
    /// The longest, in ms.
    pub max_ms: u64,
    /// By what an exponential delay grows.
    pub multiplier: f64,
    /// Codes of the errors that are tried again; empty means all.
    pub on_errors: Vec<ArcStr>,
}

/// How the delay between attempts grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Backoff {
    /// By a factor each time.
    #[default]
    Exponential,
    /// By the same amount each time.
    Linear,
    /// Not at all.
    Constant,
}

/// What becomes of a call that was under way when the process ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnUncertain {
    /// It is made again, with the same key.
    #[default]
    Retry,
    /// The step fails.
    Fail,
    /// The execution pauses until a person decides.
    Ask,
}

/// A container with nodes inside.
#[derive(Clone, Debug, PartialEq)]
pub struct Container {
    /// What it does with them.
    pub kind: ContainerKind,
    /// The body of what stands inside.
    pub body: u32,
    /// How long the inside may take, in ms.
    pub timeout_ms: Option<u64>,
    /// The most steps inside that run at a time.
    pub max_concurrency: Option<u32>,
}

/// The kinds of containers.
#[derive(Clone, Debug, PartialEq)]
pub enum ContainerKind {
    /// Once for each item of a list.
    ForEach {
        /// Items under way at a time.
        concurrency: u32,
        /// Whether the values are gathered into a list.
        collect: bool,
    },
    /// While a condition holds, the value of one round being the input of the next.
    While {
        /// Rounds.
        max_iterations: u64,
    },
    /// A failure inside is data.
    TryCatch {
        /// What its output is then instead of the error, by `success`.
        fallback: Option<Value>,
        /// Whether a failure that no edge takes is caught, too.
        always: bool,
    },
    /// Side by side.
    Parallel,
    /// A failure inside begins it anew.
    Retry(Retry),
    /// For so long.
    Timeout {
        /// Whether what is there when the time is up is its output.
        keeps_partial: bool,
    },
}

/// A `loop` port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoopPort {
    /// Once for each item of a list.
    ForEach {
        /// Whether the values that come back are gathered into a list.
        collect: bool,
    },
    /// While a condition holds.
    While,
}

impl Retry {
    /// Reads the reserved key `retry` of a node, or the parameters of a `retry` container.
    pub(super) fn read(from: &Value, default_attempts: u32) -> Self {
        let words = |key: &str| from.get(key).and_then(Value::as_array).unwrap_or_default().iter();
        let time = |key: &str, default| from.get(key).and_then(duration::read_ms).unwrap_or(default);
        Self {
            max_attempts: count(from.get("max_attempts")).unwrap_or(default_attempts).max(1),
            backoff: match from.get("backoff_strategy").or_else(|| from.get("backoff")).and_then(Value::as_str) {
                Some("linear") => Backoff::Linear,
                Some("constant" | "fixed") => Backoff::Constant,
                _ => Backoff::Exponential,
            },
            initial_ms: time("initial_delay", 1_000),
            max_ms: time("max_delay", 60_000),
            multiplier: from.get("multiplier").and_then(Value::as_f64).filter(|by| *by >= 1.0).unwrap_or(2.0),
            on_errors: words("retry_on_errors").filter_map(Value::as_text).cloned().collect(),
        }
    }

    /// Whether another attempt follows the one with this number, from 0, that failed with this code.
    pub fn goes_on(&self, attempt: u32, code: &str) -> bool {
        attempt + 1 < self.max_attempts && (self.on_errors.is_empty() || self.on_errors.iter().any(|on| on == code))
    }

    /// ms from the failure of an attempt to the next: between a half and the whole of the delay, so that those that
    /// failed together do not come back together. The same seed and attempt give the same delay.
    pub fn delay_ms(&self, attempt: u32, seed: u64) -> u64 {
        let initial = to_f64(self.initial_ms);
        let grown = match self.backoff {
            Backoff::Constant => initial,
            Backoff::Linear => initial * f64::from(attempt + 1),
            Backoff::Exponential => initial * self.multiplier.powi(i32::try_from(attempt).unwrap_or(i32::MAX)),
        };
        let whole = grown.min(to_f64(self.max_ms));
        let random = mix(seed ^ u64::from(attempt)) >> 11;
        let part = 0.5 + to_f64(random) / to_f64(1 << 53) / 2.0;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and max_ms")]
        let delay = (whole * part).round() as u64;
        delay
    }
}

/// Spreads the bits of a number over all of it (the finalizer of SplitMix64, by Steele, Lea and Flood).
const fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[expect(clippy::cast_precision_loss, reason = "delays and 53 random bits fit")]
const fn to_f64(number: u64) -> f64 {
    number as f64
}

impl Container {
    /// Reads the parameters of a container by the id of its type; `None` for a type that this model does not know.
    pub(super) fn read(kind: &str, node: &Node, body: u32) -> Option<Self> {
        let flag = |key: &str, default| node.get(key).and_then(Value::as_bool).unwrap_or(default);
        let kind = match kind {
            "for_each" => ContainerKind::ForEach {
                concurrency: count(node.get("concurrency")).unwrap_or(1).max(1),
                collect: flag("collect", true),
            },
            "while_loop" => ContainerKind::While { max_iterations: bound(node).unwrap_or(super::MAX_ITERATIONS) },
            "try_catch" => ContainerKind::TryCatch {
                fallback: node.get("fallback_value").cloned(),
                always: flag("continue_on_error", true),
            },
            "parallel" => ContainerKind::Parallel,
            "retry" => ContainerKind::Retry(Retry::read(&node.data, 3)),
            "timeout" => ContainerKind::Timeout {
                keeps_partial: node.get("timeout_action").and_then(Value::as_str) == Some("continue_with_partial"),
            },
            _ => return None,
        };
        let max_concurrency = count(node.get("max_concurrency")).filter(|most| *most > 0);
        Some(Self { kind, body, timeout_ms: timeout(node), max_concurrency })
    }

    /// Whether each round of it adds an index to the addresses inside.
    pub const fn is_iterating(&self) -> bool {
        matches!(self.kind, ContainerKind::ForEach { .. } | ContainerKind::While { .. } | ContainerKind::Retry(_))
    }
}

impl LoopPort {
    pub(super) fn read(kind: &str, node: &Node) -> Option<Self> {
        match kind {
            "for_each" => Some(Self::ForEach { collect: node.get("collect").and_then(Value::as_bool).unwrap_or(true) }),
            "while_loop" => Some(Self::While),
            _ => None,
        }
    }
}

/// The key `timeout`, in ms.
pub(super) fn timeout(node: &Node) -> Option<u64> {
    node.get("timeout").and_then(duration::read_ms).filter(|ms| *ms > 0)
}

/// The parameter `max_iterations`.
pub(super) fn bound(node: &Node) -> Option<u64> {
    count(node.get("max_iterations")).map(u64::from)
}

pub(super) fn on_uncertain(node: &Node) -> OnUncertain {
    match node.get("on_uncertain").and_then(Value::as_str) {
        Some("fail") => OnUncertain::Fail,
        Some("ask") => OnUncertain::Ask,
        _ => OnUncertain::Retry,
    }
}

/// A whole number, also written as a text.
fn count(value: Option<&Value>) -> Option<u32> {
    let number = value.and_then(Value::as_i64).or_else(|| value?.as_str()?.trim().parse().ok())?;
    Some(u32::try_from(number.max(0)).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn delays_grow_as_the_policy_says_and_differ() {
        for (strategy, wholes) in [
            ("exponential", [1_000, 3_000, 9_000, 27_000, 50_000, 50_000]),
            ("linear", [1_000, 2_000, 3_000, 4_000, 5_000, 6_000]),
            ("constant", [1_000; 6]),
        ] {
            let text = format!(
                r#"{{"backoff_strategy":"{strategy}","initial_delay":"1s","max_delay":"50s","multiplier":3,"max_attempts":9}}"#
            );
            let retry = Retry::read(&json::read(text.as_bytes()).expect("JSON"), 1);
            for (attempt, whole) in (0..).zip(wholes) {
                let delays: Vec<u64> = (0..100).map(|seed| retry.delay_ms(attempt, seed)).collect();
                let (least, most) = (delays.iter().min().expect("some"), delays.iter().max().expect("some"));
                assert!(*least >= whole / 2 && *most <= whole, "{strategy} {attempt}: {least} to {most} ms of {whole}");
                assert!(most - least > whole / 3, "{strategy} {attempt}: they come back together");
                assert_eq!(delays[7], retry.delay_ms(attempt, 7), "the same attempt waits alike");
            }
        }
    }
}
