//! What nodes do: the abstract behaviours of `mock`, and the few real types that semantics are about.

use arcstr::ArcStr;
use model::Value;

use super::frame::Owner;
use super::owner::{Turns, count, max_iterations};
use super::plan::{Node, texts};
use super::python;
use super::run::Run;

/// One try of a step, as its node sees it.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Its type, as the file names it.
    pub kind: &'a str,
    /// Its parameters.
    pub data: &'a Value,
    /// Its output ports.
    pub ports: &'a [ArcStr],
    /// Its input.
    pub input: &'a Value,
    /// The values by source.
    pub inputs: &'a Value,
    /// The last index of its address; 0 if there is none.
    pub index: usize,
    /// 0 for the first try.
    pub attempt: usize,
}

/// Chosen ports and output, or the code of an error.
pub type Tried = Result<(Vec<ArcStr>, Value), ArcStr>;

/// What a node does that heads no loop.
pub fn act(call: &Call<'_>) -> Tried {
    let Call { data, input, index, .. } = *call;
    match call.kind {
        "mock" => mock(call),
        "number" => Ok((vec![arcstr::literal!("out")], data.get("value").cloned().unwrap_or(Value::Int(0)))),
        "condition" => {
            let held = holds(data.get("condition"), "true", input, index);
            Ok((vec![if held { "true".into() } else { "false".into() }], input.clone()))
        }
        "switch" => {
            let cases = data.get("cases").and_then(Value::as_array).unwrap_or_default();
            let is_default = |case: &Value| case.get("is_default").and_then(Value::as_bool).unwrap_or(false);
            let chosen = cases.iter().find(|case| is_default(case) || holds(case.get("when"), "false", input, index));
            let path = chosen.and_then(|case| case.get("output_path")?.as_text().cloned());
            Ok((path.into_iter().collect(), input.clone()))
        }
        _ => Ok((first(call), input.clone())),
    }
}

fn first(call: &Call<'_>) -> Vec<ArcStr> {
    call.ports.first().cloned().into_iter().collect()
}

/// Where a step is tried.
pub(super) struct Place {
    pub(super) id: usize,
    pub(super) frame: usize,
    pub(super) attempt: usize,
}

impl Run<'_> {
    pub(super) fn run_node(&mut self, place: &Place, input: &Value, inputs: &Value) -> Tried {
        let node = &self.plan.nodes[place.id];
        let index = self.frames[place.frame].path.last().copied().unwrap_or(0);
        let Place { attempt, .. } = *place;
        let Node { kind, data, ports, .. } = node;
        if node.loop_port {
            return self.run_loop_node(place, input, index);
        }
        act(&Call { kind, data, ports, input, inputs, index, attempt })
    }

    fn run_loop_node(&mut self, place: &Place, input: &Value, index: usize) -> Tried {
        let (node, frame) = (&self.plan.nodes[place.id], &self.frames[place.frame]);
        let heads = self.plan.bodies[frame.body].header == Some(place.id);
        let mut alone = Turns::default();
        let turns = match frame.owner {
            Owner::Loop(run) if heads => &mut self.loops[run].turns,
            _ => &mut alone,
        };
        let data = &node.data;
        if node.kind == "while_loop" {
            if !holds(data.get("condition"), "false", input, index) {
                return Ok((vec!["done".into()], input.clone()));
            }
            if turns.taken >= max_iterations(data) {
                return Err("loop_limit".into());
            }
            turns.taken += 1;
            return Ok((vec!["loop".into()], input.clone()));
        }
        if turns.items.is_none() {
            let items = data.get("items").unwrap_or(input).as_array().ok_or("not_a_list")?;
            turns.items = Some(items.to_vec());
        } else {
            turns.collected.push(input.clone());
        }
        let items = turns.items.as_deref().unwrap_or_default();
        if turns.taken == items.len() {
            let keep = data.get("collect").and_then(Value::as_bool).unwrap_or(true);
            let output = if keep { Value::array(turns.collected.clone()) } else { Value::Null };
            return Ok((vec!["done".into()], output));
        }
        if turns.taken >= count(data, "max_iterations").unwrap_or(items.len()) {
            return Err("loop_limit".into());
        }
        turns.taken += 1;
        Ok((vec!["loop".into()], items[turns.taken - 1].clone()))
    }
}

/// What `data.do` says.
fn mock(call: &Call<'_>) -> Tried {
    let Call { data, index, .. } = *call;
    let (first, input) = (first(call), || call.input.clone());
    let fail = || Err(data.get("code").and_then(Value::as_text).cloned().unwrap_or("mock_failed".into()));
    match data.get("do").and_then(Value::as_str).unwrap_or("echo") {
        "const" => Ok((first, data.get("value").cloned().unwrap_or_default())),
        "inc" => Ok((first, python::add(call.input, data.get("by").unwrap_or(&Value::Int(1))))),
        "collect" => Ok((first, call.inputs.clone())),
        "index" => Ok((first, Value::from(index))),
        "list" => Ok((first, Value::array((0..count(data, "n").unwrap_or(3)).map(Value::from).collect()))),
        "hash" => {
            let salt = data.get("salt").cloned().unwrap_or_default();
            let all = Value::array(vec![input(), call.inputs.clone(), salt]);
            Ok((first, Value::from(i64::from(python::crc32(python::dumps(&all).as_bytes()) % 1000))))
        }
        "fail" => fail(),
        "fail_until" => {
            let by_index = data.get("by").and_then(Value::as_str) == Some("index");
            let reached = if by_index { index } else { call.attempt };
            if reached < count(data, "n").unwrap_or(1) { fail() } else { Ok((first, input())) }
        }
        "fail_at" if index == count(data, "n").unwrap_or(0) => fail(),
        "choose" if data.get("choose").is_some() => Ok((texts(data.get("choose")), input())),
        "choose_until" => {
            let (key, otherwise) =
                if index >= count(data, "n").unwrap_or(2) { ("then", "done") } else { ("else", "again") };
            let port = data.get(key).and_then(Value::as_text).cloned().unwrap_or(otherwise.into());
            Ok((vec![port], input()))
        }
        _ => Ok((first, input())),
    }
}

/// `>= 3`, `input >= 3`, `index < 3`, `true`, `false`, compared as JavaScript does; other text is false.
pub fn holds(condition: Option<&Value>, otherwise: &str, input: &Value, index: usize) -> bool {
    let text = match condition {
        None => otherwise,
        Some(Value::Bool(true)) => "true",
        Some(Value::String(text)) => text.as_str(),
        Some(_) => return false,
    };
    if text == "true" {
        return true;
    }
    let Some((by_index, operator, right)) = comparison(text.trim()) else { return false };
    let left = match input {
        _ if by_index => u32::try_from(index).map_or(f64::NAN, f64::from),
        Value::Null if matches!(operator, "==" | "!=") => return operator == "!=",
        value => python::to_number(value),
    };
    match operator {
        ">=" => left >= right,
        "<=" => left <= right,
        "==" => left == right,
        "!=" => left != right,
        ">" => left > right,
        _ => left < right,
    }
}

/// Whether `index` is compared, the operator, and the number it is compared with.
fn comparison(text: &str) -> Option<(bool, &'static str, f64)> {
    let (by_index, rest) = match (text.strip_prefix("input"), text.strip_prefix("index")) {
        (Some(rest), _) => (false, rest.trim_start()),
        (_, Some(rest)) => (true, rest.trim_start()),
        _ => (false, text),
    };
    let operator = [">=", "<=", "==", "!=", ">", "<"].into_iter().find(|&operator| rest.starts_with(operator))?;
    let number = rest[operator.len()..].trim_start();
    let digits = number.strip_prefix('-').unwrap_or(number);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (all_digits(whole) && all_digits(fraction)).then(|| number.parse().ok())?.map(|right| (by_index, operator, right))
}
