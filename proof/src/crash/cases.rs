//! The workflows that victims run, and the answers that the reference allows.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result, bail};
use engine::History;
use model::{Status, Value, json};

use super::effects::{is_child, twin_of};
use super::poison::POISON;
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
    known: HashMap<String, (Case, Vec<Value>)>,
}

impl Cases {
    /// Compares what happened in an execution with what may happen; its case is known by the workflow's name.
    ///
    /// # Errors
    /// It was no case, its input is not that of the case, or its answer is none that the reference gives.
    pub fn judge(&mut self, history: &History) -> Result<()> {
        let name = history.program.graph().name();
        if name == POISON {
            return match history.row.status {
                Status::Quarantined => Ok(()),
                other => bail!("what brings down the process is {}", other.as_str()),
            };
        }
        if !self.known.contains_key(name) {
            let drawn = || Some(crash_case(name.strip_prefix("random-")?.parse().ok()?));
            let case = twin_of(name, &history.input).or_else(drawn);
            self.known
                .insert(name.to_owned(), (case.with_context(|| format!("a workflow named {name:?}"))?, Vec::new()));
        }
        let (case, answers) = self.known.get_mut(name).context("it was just put there")?;
        if is_child(name) {
            case.input = history.input.clone();
        }
        if history.input != case.input {
            bail!("case {name} has the input {}", json::to_text(&history.input));
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
            bail!("case {name} gave {}", json::to_text(&told));
        }
        answers.push(told);
        Ok(())
    }
}
