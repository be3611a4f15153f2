//! The calls of an execution: recorded, ordered once all before them is handed over, broken off.

use std::sync::Arc;
use std::time::Duration;

use arcstr::ArcStr;
use model::{Address, EffectClass};
use nodes::Call;
use store::journal::Seq;
use tokio::task::AbortHandle;

use super::Running;
use crate::calls::{Calls, First, Order};
use crate::durable::Durable;
use crate::shard::Inbox;
use crate::turns::Turn;

/// How long an execution that is about to end waits for calls that change something, in µs.
const LAST_CALLS_US: i64 = 10_000_000;

/// A call to order.
pub(super) struct ToCall {
    /// The seq that has to be durable before.
    needs: Seq,
    pub(super) address: Address,
    call: Call,
    turn: Option<Turn>,
    class: EffectClass,
}

/// A call that is ordered.
pub(super) struct InFlight {
    pub(super) abort: AbortHandle,
    is_write: bool,
    first: Arc<First>,
}

impl Running {
    /// Records a call that changes something, and leaves it to be made when all before it is durable.
    pub(super) fn begin_call(&mut self, address: Address, (call, turn): (Call, Option<Turn>), now: i64) {
        let class = self.program.step(address.node).map_or(EffectClass::Pure, |step| step.run.effect());
        let is_write = class == EffectClass::Write;
        if is_write {
            let event = self.execution.starting(address.clone(), self.since(now));
            self.record(&event);
        }
        // Code stays inside of the machine and changes nothing: it may run ahead of the journal, and takes a core, unless
        // it waits for a turn first.
        let is_code = class == EffectClass::Pure;
        if is_code && turn.is_none() {
            self.computing.insert(address.clone());
        }
        let needs = if is_code { 0 } else { self.next_seq + Seq::from(self.writer.events()) - 1 };
        let turn = turn.map(|turn| Turn { line: self.line(&turn), ..turn });
        self.to_call.push_back(ToCall { needs, address, call, turn, class });
    }

    /// What tells calls of it that the next append is durable, if there is one that waits for that.
    pub(crate) fn gate(&mut self) -> Option<Arc<Durable>> {
        if self.gate.is_none() && self.to_call.iter().any(|order| order.needs > self.durable) {
            self.gate = Some(Arc::default());
        }
        self.gate.clone()
    }

    /// Breaks off all calls, when somebody else owns the execution.
    pub(crate) fn abort_calls(&mut self) {
        self.calls.drain().for_each(|(_, call)| call.abort.abort());
    }

    /// Orders the calls whose events are handed over.
    pub(crate) fn make_calls(&mut self, calls: &Calls, inbox: &Arc<Inbox>) {
        let mut at = 0;
        while at < self.to_call.len() {
            if self.to_call[at].needs >= self.next_seq {
                at += 1;
                continue;
            }
            let Some(ToCall { needs, address, call, turn, class }) = self.to_call.remove(at) else { return };
            let after = (needs > self.durable).then(|| (self.gate.get_or_insert_default().clone(), needs));
            let timeout = self.execution.plan().nodes[address.node as usize].timeout_ms;
            let first = Arc::<First>::default();
            let order = Order {
                execution: self.id,
                address: address.clone(),
                call,
                first: first.clone(),
                after,
                turn,
                is_code: class == EffectClass::Pure,
                timeout: timeout.map(Duration::from_millis),
                accepted_us: self.accepted_us,
                seed: self.id.0.cast_unsigned() ^ u64::from(address.node) << 32 ^ u64::from(address.index()),
                inbox: inbox.clone(),
            };
            let abort = calls.make(order);
            self.calls.insert(address, InFlight { abort, is_write: class == EffectClass::Write, first });
        }
    }

    /// The line that a call stands in: that of its workflow, or of the version of one that has no name.
    fn line(&self, turn: &Turn) -> ArcStr {
        let of = self.workflow.map_or_else(|| self.version.to_string(), |workflow| workflow.to_string());
        format!("{}/{of}/{}", self.tenant.0, turn.line).into()
    }

    /// Breaks off reads, pure work and calls that have not begun, and waits a while for those that change something;
    /// answers whether nothing is left to wait for.
    pub(super) fn let_go_of_calls(&mut self, now: i64) -> bool {
        let until = *self.last_calls_us.get_or_insert(now + LAST_CALLS_US);
        let is_over = now >= until;
        let mut forgotten: Vec<Address> = self.to_call.drain(..).map(|order| order.address).collect();
        forgotten.extend(self.heavy.drain(..).map(|(address, _)| address));
        forgotten.extend(self.computing.drain());
        forgotten.extend(self.to_start.drain(..).map(|(address, _)| address));
        self.calls.retain(|address, call| {
            let stays = call.is_write && !is_over && !call.first.comes();
            if !stays {
                call.abort.abort();
                forgotten.push(address.clone());
            }
            stays
        });
        forgotten.iter().for_each(|address| self.execution.forget(address));
        self.calls.is_empty()
    }
}
