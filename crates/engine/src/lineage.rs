//! How many executions led to one, each started by the one before. A workflow that starts itself without end comes to a
//! limit, whether it waits for what it starts or not.

use arcstr::literal;
use model::Value;
use model::execution::Failure;
use store::journal::{Origin, OriginKind};

/// Executions that wait one for the other, below the first.
const WAITING_MAX: u32 = 32;
/// Executions that start one another, below the first.
const DEPTH_MAX: u32 = 1_000;

/// Where an execution stands below others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lineage {
    /// Executions above it.
    pub(crate) depth: u32,
    /// Those of them, from the nearest on, of which each waits for the next.
    pub(crate) waiting: u32,
    /// Whether a failure led here: then a failure here is told to nobody.
    pub(crate) is_told: bool,
}

impl Lineage {
    /// That of an execution with this origin, by what it sees as `trigger`.
    pub(crate) fn of(origin: Option<Origin>, trigger: &Value) -> Self {
        // Only what the engine starts has a trigger that the engine made.
        let Some(kind @ (OriginKind::Child | OriginKind::Error)) = origin.map(|origin| origin.kind) else {
            return Self::default();
        };
        let number = |key: &str| trigger.get(key).and_then(Value::as_i64).and_then(|number| u32::try_from(number).ok());
        let is_told = kind == OriginKind::Error || trigger.get("told").and_then(Value::as_bool).unwrap_or(false);
        Self { depth: number("depth").unwrap_or(0), waiting: number("waiting").unwrap_or(0), is_told }
    }

    /// That of an execution which it starts.
    ///
    /// # Errors
    /// There are as many already as may be.
    pub(crate) fn next(self, is_awaited: bool) -> Result<Self, Failure> {
        let waiting = if is_awaited { self.waiting + 1 } else { 0 };
        let next = Self { depth: self.depth + 1, waiting, ..self };
        let message = if next.waiting > WAITING_MAX {
            format!("{WAITING_MAX} executions above this one wait one for the other")
        } else if next.depth > DEPTH_MAX {
            format!("{DEPTH_MAX} executions led to this one, each started by the one before")
        } else {
            return Ok(next);
        };
        let message = format!("{message}: a workflow that starts itself needs a condition that ends it");
        Err(Failure { code: literal!("depth_limit"), message, is_final: true, retry_after_ms: None })
    }
}

#[cfg(test)]
mod tests {
    use model::ExecutionId;

    use super::*;

    #[test]
    fn only_what_waits_counts_as_waiting() {
        let mut lineage = Lineage::default();
        for depth in 1..=DEPTH_MAX {
            lineage = lineage.next(depth % 20 > 0).expect("it is not too deep");
            assert_eq!(lineage, Lineage { depth, waiting: depth % 20, is_told: false });
        }
        assert_eq!(lineage.next(false).expect_err("too deep").code, "depth_limit");
        let waits = (0..WAITING_MAX).try_fold(Lineage::default(), |lineage, _| lineage.next(true));
        let waits = waits.expect("not too many");
        assert!(waits.next(true).expect_err("too many").is_final);
        assert_eq!(waits.next(false).expect("nobody waits for it").waiting, 0);
    }

    #[test]
    fn a_trigger_from_outside_is_not_believed() {
        let told = Value::object(vec![(literal!("depth"), Value::Int(7)), (literal!("waiting"), Value::Int(3))]);
        let from = |kind| Some(Origin { execution: ExecutionId(1), kind });
        let here = |is_told| Lineage { depth: 7, waiting: 3, is_told };
        assert_eq!(Lineage::of(from(OriginKind::Child), &told), here(false));
        assert_eq!(Lineage::of(from(OriginKind::Error), &told), here(true));
        for origin in [None, from(OriginKind::Fork), from(OriginKind::Replay)] {
            assert_eq!(Lineage::of(origin, &told), Lineage::default());
        }
    }
}
