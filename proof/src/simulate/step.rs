//! What a step in flight comes to, by the behaviours of the reference.

use model::execution::{Failure, Outcome, Produced};
use model::plan::{ContainerKind, LoopPort};
use model::{Address, Event, Value};

use super::live::Live;
use super::without_messages;
use crate::reference::{Call, act, holds};

/// Iterations of a loop that sets no bound of its own.
const MAX_ITERATIONS: u64 = 10_000;

impl Live<'_> {
    /// The event of a step in flight that ends, or of a container that begins.
    pub(super) fn ended(&mut self, address: Address) -> Event {
        let planned = &self.trace.plan.nodes[address.node as usize];
        let is_disabled = planned.disabled;
        let input = self.state.input_of(&address);
        let is_bounded = planned.loop_port.is_none() && self.trace.plan.headers().any(|header| header == address.node);
        let limit = planned.max_iterations.unwrap_or(MAX_ITERATIONS);
        let result = if is_bounded && u64::from(address.index()) >= limit {
            Err("loop_limit".into())
        } else if is_disabled {
            Ok(Produced::first(input))
        } else if self.state.is_join_short(&address) {
            Err("join_short".into())
        } else if let Some(container) = &planned.container {
            match self.items(&address, &container.kind, &input) {
                Ok(items) => return self.state.opening(address, self.now_us, items),
                Err(code) => Err(code.into()),
            }
        } else if let Some(port) = planned.loop_port {
            self.turn(&address, port, &input).map_err(Into::into)
        } else {
            self.act(&address, &input)
        };
        let outcome = self.outcome(address, result.map_err(|code: arcstr::ArcStr| Failure::new(code, String::new())));
        self.state.decide(Outcome { disabled: is_disabled && outcome.result.is_ok(), ..outcome })
    }

    /// What a container with a test comes to before its next round.
    pub(super) fn tested(&mut self, address: &Address) -> Event {
        let data = &self.graph.nodes[address.node as usize].data;
        let (value, round) = self.state.round_to_test(address).expect("the state asked for this test");
        let goes_on = holds(data.get("condition"), "false", &without_messages(value), round as usize);
        let outcome = self.outcome(address.clone(), Ok(Produced::default()));
        self.state.decide_round(outcome, goes_on)
    }

    fn outcome(&mut self, address: Address, result: Result<Produced, Failure>) -> Outcome {
        let (started_us, seed) = (self.now_us, self.random_bits());
        Outcome { address, result, disabled: false, started_us, duration_us: 3, seed }
    }

    /// The items that a container goes through.
    fn items(&self, address: &Address, kind: &ContainerKind, input: &Value) -> Result<Value, &'static str> {
        let ContainerKind::ForEach { .. } = kind else { return Ok(Value::Null) };
        let data = &self.graph.nodes[address.node as usize].data;
        let items = data.get("items").unwrap_or(input);
        let count = items.as_array().ok_or("not_a_list")?.len() as u64;
        let limit = self.trace.plan.nodes[address.node as usize].max_iterations.unwrap_or(count);
        if count > limit { Err("loop_limit") } else { Ok(items.clone()) }
    }

    /// One turn of a node with a `loop` port.
    fn turn(&self, address: &Address, port: LoopPort, input: &Value) -> Result<Produced, &'static str> {
        let data = &self.graph.nodes[address.node as usize].data;
        let planned = &self.trace.plan.nodes[address.node as usize];
        let (before, taken) =
            self.state.rounds_before(address).map_or((None, 0), |(items, taken)| (Some(items), taken));
        let goes_on = |output| Produced { output, ports: [1].into_iter().collect(), ..Produced::default() };
        if port == LoopPort::While {
            if !holds(data.get("condition"), "false", &without_messages(input), address.index() as usize) {
                return Ok(Produced::first(input.clone()));
            }
            let is_over = taken as u64 >= planned.max_iterations.unwrap_or(MAX_ITERATIONS);
            return if is_over { Err("loop_limit") } else { Ok(goes_on(input.clone())) };
        }
        let list = before.or_else(|| data.get("items")).unwrap_or(input);
        let items = list.as_array().ok_or("not_a_list")?;
        let first = before.is_none().then(|| list.clone());
        let Some(item) = items.get(taken) else {
            return Ok(Produced { items: first, ..Produced::first(Value::Null) });
        };
        if taken as u64 >= planned.max_iterations.unwrap_or(items.len() as u64) {
            return Err("loop_limit");
        }
        Ok(Produced { items: first, ..goes_on(item.clone()) })
    }

    fn act(&self, address: &Address, input: &Value) -> Result<Produced, arcstr::ArcStr> {
        let planned = &self.trace.plan.nodes[address.node as usize];
        let own = &self.graph.nodes[address.node as usize];
        let inputs = without_messages(&self.state.inputs_of(address));
        let call = Call {
            kind: &own.kind,
            data: &own.data,
            ports: &planned.outputs,
            input: &without_messages(input),
            inputs: &inputs,
            index: address.index() as usize,
            attempt: self.state.tries(address) as usize,
        };
        let (ports, output) = act(&call)?;
        // A value that passes is the same value, as in the engine.
        let output = if output == *call.input { input.clone() } else { output };
        let place = |port: &arcstr::ArcStr| planned.outputs.iter().position(|other| other == port);
        let ports = ports.iter().filter_map(|port| u16::try_from(place(port)?).ok()).collect();
        Ok(Produced { output, ports, ..Produced::default() })
    }
}
