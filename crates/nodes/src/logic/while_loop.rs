//! `while_loop`: what stands inside it, or comes back to it, runs as long as a condition holds.

use model::expression::Scope;
use model::{Node, NodeSpec, Problem, Value};

use super::container::{CONTAINER, Spec, count, loop_limit};
use crate::description::Description;
use crate::params::{Condition, Params};
use crate::{Compile, NodeType, Outcome, Run, Started, Step, StepError};

/// Rounds, where a node does not say.
const MAX_ITERATIONS: usize = 10_000;

static SPEC: Spec = Spec::new(|| {
    Description {
        id: "while_loop",
        aliases: &["while"],
        name: "While",
        summary: "Runs the nodes inside it as long as a condition holds, each round with the value of the one before; without nodes inside, the value leaves by `loop`",
        icon: "refresh-cw",
        outputs: &["done", "loop"],
        schema: r#"{"properties": {
            "condition": {"title": "While", "type": ["string", "boolean"], "format": "condition", "examples": ["< 100", "input.next != null"],
                "description": "Tested before each round: `input` is the value so far, `index` the round from 0"},
            "until": {"title": "Until", "type": ["string", "boolean"], "format": "condition", "examples": ["input.done"],
                "description": "The other way round: ends as soon as this holds. With both, a round needs the condition and not this"},
            "max_iterations": {"title": "At most", "type": "integer", "minimum": 1, "default": 10000,
                "description": "A loop that would go on after so many rounds fails with loop_limit"}
        }}"#,
        example: r#"{"name": "While example", "nodes": [
            {"id": "start", "type": "number", "position": {"x": 0, "y": 40}, "data": {"value": 1}},
            {"id": "while", "type": "while_loop", "position": {"x": 240, "y": 0}, "width": 320, "height": 160,
                "data": {"condition": "< 100", "max_iterations": 20}},
            {"id": "double", "type": "expression", "parentId": "while", "position": {"x": 40, "y": 60}, "data": {"expression": "input * 2"}},
            {"id": "end", "type": "no_op", "position": {"x": 640, "y": 40}, "data": {}}],
            "edges": [{"id": "e1", "source": "start", "target": "while"}, {"id": "e2", "source": "while", "sourceHandle": "done", "target": "end"}]}"#,
        ..CONTAINER
    }
    .spec()
});

pub(super) struct While;

/// Whether there is another round.
struct Test {
    condition: Option<Condition>,
    until: Option<Condition>,
}

/// With nodes inside: asked before each round.
struct Rounds(Test);

impl NodeType for While {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, context: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        if params.raw("condition").is_none() && params.raw("until").is_none() {
            params.bad_parameter("condition", "the node has neither a condition nor until");
        }
        let max = count(&mut params, "max_iterations").unwrap_or(MAX_ITERATIONS);
        let test = Test { condition: params.condition("condition"), until: params.condition("until") };
        if context.has_children {
            return params.done(Rounds(test));
        }
        params.done(move |step: &Step<'_>| {
            let taken = step.round.map_or(0, |round| round.taken);
            match test.goes_on(step)? {
                false => Ok(Outcome::port(step.input().clone(), 0)),
                true if taken >= max => Err(loop_limit(max)),
                true => Ok(Outcome::port(step.input().clone(), 1)),
            }
        })
    }
}

impl Test {
    fn goes_on(&self, step: &Step<'_>) -> Result<bool, StepError> {
        let scope = Scope { index: Some(i64::from(step.index)), ..step.scope };
        let holds = |test: &Option<Condition>| test.as_ref().map(|test| test.holds(&scope)).transpose();
        Ok(holds(&self.condition)?.unwrap_or(true) && !holds(&self.until)?.unwrap_or(false))
    }
}

impl Run for Rounds {
    fn start(&self, _: &Step<'_>) -> Result<Started, StepError> {
        Ok(Started::Open(Value::Null))
    }

    fn goes_on(&self, step: &Step<'_>) -> Result<bool, StepError> {
        self.0.goes_on(step)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Try, json, problems};

    #[test]
    fn the_condition_is_asked_before_each_round() {
        let goes_on = |data: &str, input: &str, index: u32| {
            let step = Try { has_children: true, index, ..Try::input(input) };
            assert_eq!(step.open("while_loop", data).expect("it opens"), json("null"));
            step.goes_on("while_loop", data).map_err(|error| error.code.to_string())
        };
        let rows = [
            (r#"{"condition": "< 3"}"#, "2", 0, Ok(true)),
            (r#"{"condition": "< 3"}"#, "3", 0, Ok(false)),
            (r#"{"condition": "index < 2"}"#, "9", 1, Ok(true)),
            (r#"{"condition": "index < 2"}"#, "9", 2, Ok(false)),
            (r#"{"condition": "{{ input.next }}"}"#, r#"{"next":"a"}"#, 0, Ok(true)),
            (r#"{"condition": true}"#, "0", 99_999, Ok(true)),
            (r#"{"until": "input.done"}"#, r#"{"done":false}"#, 0, Ok(true)),
            (r#"{"until": "input.done"}"#, r#"{"done":true}"#, 0, Ok(false)),
            (r#"{"condition": "index < 3", "until": "> 5"}"#, "6", 0, Ok(false)),
            (r#"{"condition": "index < 3", "until": "> 5"}"#, "5", 3, Ok(false)),
            (r#"{"condition": "index < 3", "until": "> 5"}"#, "5", 2, Ok(true)),
            (r#"{"condition": "input.a.b"}"#, "{}", 0, Err("TypeError".to_owned())),
        ];
        for (data, input, index, expected) in rows {
            assert_eq!(goes_on(data, input, index), expected, "{data} with {input} at {index}");
        }
    }

    #[test]
    fn without_nodes_inside_the_value_chooses_its_way() {
        let line = |data: &str, input: &str, taken: Option<usize>| {
            let round = taken.map(|taken| (json("null"), taken));
            Try { round, ..Try::input(input) }.line("whileLoopNode", data)
        };
        let below = r#"{"condition": "< 3", "max_iterations": 2}"#;
        assert_eq!([line(below, "1", None), line(below, "3", None)], ["1 [1]", "3"]);
        assert_eq!([line(below, "2", Some(1)), line(below, "2", Some(2))], ["2 [1]", "! loop_limit"]);
        assert_eq!(line(below, "3", Some(2)), "3", "the last round may be the last");
        let forever = r#"{"condition": "true"}"#;
        assert_eq!([line(forever, "1", Some(9_999)), line(forever, "1", Some(10_000))], ["1 [1]", "! loop_limit"]);
        assert_eq!(line(r#"{"until": "> 2"}"#, "3", None), "3");
    }

    #[test]
    fn bad_parameters_are_told() {
        assert_eq!(problems("while_loop", "{}"), ["bad_parameter condition"]);
        assert_eq!(problems("while_loop", r#"{"condition": 3}"#), ["bad_parameter condition"]);
        assert_eq!(problems("while_loop", r#"{"until": "a ="}"#), ["bad_expression until"]);
        for bad in ["0", "1.5", r#""{{ input }}""#] {
            let data = format!(r#"{{"condition": true, "max_iterations": {bad}}}"#);
            assert_eq!(problems("while_loop", &data), ["bad_parameter max_iterations"], "{bad}");
        }
    }
}
