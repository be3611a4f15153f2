//! The workflows that victims run, and the answers that the reference allows.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result, bail};
use engine::History;
use model::{Value, json};

use crate::generate::{Case, Shape, case, case_of};
use crate::observe::{order_of, told_by};
use crate::simulate::without_messages;

/// Cases with more steps than one commit takes: the first of all.
pub(super) const LONG: u64 = 4;

/// The case of a seed in the crash harness: as elsewhere, except that the first few are long.
pub fn crash_case(seed: u64) -> Case {
    if seed < LONG {
        return case_of(seed, Shape { size: 4_000, joins: false, failures: false });
    }
    case(seed)
}

/// What the reference allows, remembered.
#[derive(Debug, Default)]
pub struct Cases {
    known: HashMap<u64, (Case, Vec<Value>)>,
}

impl Cases {
    /// Compares what happened in an execution with what may happen; its case is known by the workflow's name.
    ///
    /// # Errors
    /// It was no case, its input is not that of the case, or its answer is none that the reference gives.
    pub fn judge(&mut self, history: &History) -> Result<()> {
        let name = history.program.graph().name();
        let seed = name.strip_prefix("random-").and_then(|seed| seed.parse().ok());
        let seed: u64 = seed.with_context(|| format!("a workflow named {name:?}"))?;
        let (case, answers) = self.known.entry(seed).or_insert_with(|| (crash_case(seed), Vec::new()));
        if history.input != case.input {
            bail!("case {seed} has the input {}", json::to_text(&history.input));
        }
        let told = told_by(history);
        if answers.contains(&told) {
            return Ok(());
        }
        let mut reference = case.question().answer(&order_of(history));
        if reference.error.is_some() {
            // A failure ends a run where it stands; the reference goes on with what it had found dead by then.
            let recorded: HashSet<&str> = history.steps.iter().map(|step| step.name.as_str()).collect();
            reference.steps.retain(|step| step.status != "skipped" || recorded.contains(&*step.address));
        }
        if without_messages(&reference.to_value()) != told {
            bail!("case {seed} gave {}", json::to_text(&told));
        }
        answers.push(told);
        Ok(())
    }
}
