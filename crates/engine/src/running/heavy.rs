//! Steps of an execution that are left to the pool, and what comes back of them.

use std::sync::Arc;

use model::{Address, Value};

use super::Running;
use crate::attempt::Made;
use crate::pool::Work;
use crate::shard::Inbox;

impl Running {
    /// Steps for the pool, since the last time this was asked.
    pub(crate) fn take_heavy(&mut self, env: &Value, inbox: &Arc<Inbox>) -> Vec<Work> {
        let heavy = std::mem::take(&mut self.heavy);
        let work = |(address, input): (Address, Value)| {
            self.computing.insert(address.clone());
            Work {
                id: self.id,
                tenant: self.tenant,
                program: self.program.clone(),
                execution: self.execution.seen_from(&address),
                address,
                input,
                env: env.clone(),
                accepted_us: self.accepted_us,
                inbox: inbox.clone(),
            }
        };
        heavy.into_iter().map(work).collect()
    }

    /// Takes in what the pool made of a step.
    pub(crate) fn take_from_pool(&mut self, address: Address, made: Made, now_us: i64) {
        let awaited = self.computing.remove(&address);
        if awaited && !self.execution.status().is_terminal() && self.execution.is_in_flight(&address) {
            let input = self.execution.input_of(&address);
            self.take_made(address, made, &input, now_us);
        }
    }
}
