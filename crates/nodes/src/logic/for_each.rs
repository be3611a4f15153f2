//! `for_each`: what stands inside it, or comes back to it, runs once for each item of a list.

use std::sync::Arc;

use model::{Array, Node, NodeSpec, Problem, Value};

use super::container::{CONTAINER, Opens, Spec, count, loop_limit};
use crate::description::Description;
use crate::list::{List, not_a_list};
use crate::params::{Params, holds_expression};
use crate::{Compile, NodeType, Outcome, Run, Step, StepError};

static SPEC: Spec = Spec::new(|| {
    Description {
        id: "for_each",
        aliases: &["foreach", "loop", "loop_over_items", "split_in_batches"],
        name: "For each",
        summary: "Runs the nodes inside it once for each item of a list and gives the list of their values; without nodes inside, the items leave by `loop` one by one",
        icon: "repeat",
        outputs: &["done", "loop"],
        schema: r#"{"properties": {
            "items": {"title": "Items", "type": ["string", "array"], "format": "expression",
                "description": "The list, if it is not the input: {{ input.rows }}"},
            "batch_size": {"title": "Items at a time", "type": "integer", "minimum": 1, "default": 1,
                "description": "From 2 on each round gets a list of up to so many items"},
            "concurrency": {"title": "Rounds side by side", "type": "integer", "minimum": 1, "default": 1,
                "description": "Of the nodes inside; the list of values is in the order of the items all the same"},
            "max_iterations": {"title": "At most", "type": "integer", "minimum": 1,
                "description": "A list with more rounds than these fails with loop_limit"},
            "collect": {"title": "Collect values", "type": "boolean", "default": true,
                "description": "Off: the output is null, and the values of the rounds take no memory"}
        }}"#,
        example: r#"{"name": "For each example", "nodes": [
            {"id": "orders", "type": "sample_data", "position": {"x": 0, "y": 40}, "data": {"data": [{"net": 100}, {"net": 50}]}},
            {"id": "each", "type": "for_each", "position": {"x": 240, "y": 0}, "width": 320, "height": 160, "data": {"concurrency": 2}},
            {"id": "gross", "type": "expression", "parentId": "each", "position": {"x": 40, "y": 60}, "data": {"expression": "input.net * 1.2"}},
            {"id": "total", "type": "reduce", "position": {"x": 640, "y": 40}, "data": {"expression": "accumulator + item", "initial_value": 0}}],
            "edges": [{"id": "e1", "source": "orders", "target": "each"}, {"id": "e2", "source": "each", "sourceHandle": "done", "target": "total"}]}"#,
        ..CONTAINER
    }
    .spec()
});

pub(super) struct ForEach;

/// The items of a node, read when it starts.
struct Items {
    list: List,
    batch: usize,
    most: Option<usize>,
}

impl NodeType for ForEach {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, context: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        if let Some(text @ Value::String(path)) = params.raw("items")
            && !holds_expression(text)
        {
            params.bad_parameter("items", "expected a list or an expression that gives one");
            params.suggest(format!("write {{{{ {path} }}}}"));
        }
        params.fixed(&["concurrency", "collect"]);
        let batch = count(&mut params, "batch_size").unwrap_or(1);
        let most = count(&mut params, "max_iterations");
        let items = Items { list: List::new(&mut params), batch, most };
        if context.has_children {
            return params.done(Opens(move |step: &Step<'_>| items.all(step).map(Value::Array)));
        }
        params.done(move |step: &Step<'_>| items.next(step))
    }
}

impl Items {
    /// The items of all rounds.
    fn read(&self, step: &Step<'_>) -> Result<Arc<Array>, StepError> {
        let list = self.list.read(step)?;
        if self.batch < 2 {
            return Ok(list);
        }
        let batches = list.items().chunks(self.batch).map(|batch| Value::array(batch.to_vec()));
        Ok(Arc::new(Array::new(batches.collect())))
    }

    /// The same for the nodes inside: that they are too many is told before the first round.
    fn all(&self, step: &Step<'_>) -> Result<Arc<Array>, StepError> {
        let items = self.read(step)?;
        match self.most {
            Some(most) if items.items().len() > most => Err(loop_limit(most)),
            _ => Ok(items),
        }
    }

    /// The next item by `loop`, or the end by `done`, whose output the engine gathers.
    fn next(&self, step: &Step<'_>) -> Result<Outcome, StepError> {
        let Some(round) = step.round else {
            let items = self.read(step)?;
            let first = items.items().first().cloned();
            let outcome = first.map_or_else(|| Outcome::port(Value::Null, DONE), |item| Outcome::port(item, LOOP));
            return Ok(Outcome { items: Some(Value::Array(items)), ..outcome });
        };
        let items = round.items.as_array().ok_or_else(|| not_a_list("what the loop goes through", round.items))?;
        match (items.get(round.taken), self.most) {
            (None, _) => Ok(Outcome::port(Value::Null, DONE)),
            (Some(_), Some(most)) if round.taken >= most => Err(loop_limit(most)),
            (Some(item), _) => Ok(Outcome::port(item.clone(), LOOP)),
        }
    }
}

const DONE: u16 = 0;
const LOOP: u16 = 1;

#[cfg(test)]
mod tests {
    use crate::testing::{Try, check, json, problems};

    fn open(data: &str, input: &str) -> String {
        let inside = Try { has_children: true, ..Try::input(input) };
        match inside.open("for_each", data) {
            Ok(items) => model::json::to_text(&items),
            Err(error) => format!("! {}", error.code),
        }
    }

    #[test]
    fn the_items_of_nodes_inside_are_known_before() {
        let rows = [
            ("{}", "[1,2,3]", "[1,2,3]"),
            ("{}", "[]", "[]"),
            ("{}", "3", "! not_a_list"),
            ("{}", r#"{"rows":[1]}"#, "! not_a_list"),
            (r#"{"items": "{{ input.rows }}"}"#, r#"{"rows":[1]}"#, "[1]"),
            (r#"{"items": ["{{ input }}", 2]}"#, "1", "[1,2]"),
            (r#"{"items": "{{ input.rows }}"}"#, "{}", "! not_a_list"),
            (r#"{"batch_size": 1}"#, "[1,2]", "[1,2]"),
            (r#"{"batch_size": 2}"#, "[1,2,3]", "[[1,2],[3]]"),
            (r#"{"batch_size": 9}"#, "[]", "[]"),
            (r#"{"max_iterations": 2}"#, "[1,2]", "[1,2]"),
            (r#"{"max_iterations": 2}"#, "[1,2,3]", "! loop_limit"),
            (r#"{"max_iterations": 2, "batch_size": 2}"#, "[1,2,3]", "[[1,2],[3]]"),
        ];
        for (data, input, expected) in rows {
            assert_eq!(open(data, input), expected, "{data} with {input}");
        }
    }

    #[test]
    fn the_list_itself_is_opened() {
        let inside = Try { has_children: true, ..Try::input("[1, 2]") };
        assert!(inside.open("forEachNode", "{}").expect("a list").same(&inside.input));
    }

    #[test]
    fn without_nodes_inside_items_leave_one_by_one() {
        let first = |data: &str, input: &str| Try::input(input).run("for_each", data).expect("it runs");
        let outcome = first("{}", "[7,8]");
        assert_eq!((outcome.output, outcome.ports.as_slice()), (json("7"), &[1][..]));
        assert_eq!(outcome.items, Some(json("[7,8]")));
        let outcome = first(r#"{"batch_size": 2}"#, "[7,8,9]");
        assert_eq!((outcome.output, outcome.items), (json("[7,8]"), Some(json("[[7,8],[9]]"))));
        let outcome = first("{}", "[]");
        assert_eq!((outcome.output, outcome.ports.as_slice()), (json("null"), &[0][..]));
        assert_eq!(outcome.items, Some(json("[]")));
        assert_eq!(Try::input("{}").line("for_each", "{}"), "! not_a_list");
    }

    #[test]
    fn later_rounds_take_from_the_items_of_the_first() {
        let line = |data: &str, taken: usize| {
            let round = Some((json("[7,8,9]"), taken));
            Try { round, ..Try::input(r#""what came back""#) }.line("for_each", data)
        };
        assert_eq!([line("{}", 1), line("{}", 2), line("{}", 3)], ["8 [1]", "9 [1]", "null"]);
        let limited = r#"{"max_iterations": 2}"#;
        assert_eq!([line(limited, 1), line(limited, 2), line(limited, 3)], ["8 [1]", "! loop_limit", "null"]);
        let round = Some((json("[7]"), 1));
        let outcome = Try { round, ..Try::default() }.run("for_each", "{}").expect("it ends");
        assert_eq!(outcome.items, None, "items are given once");
    }

    #[test]
    fn bad_parameters_are_told() {
        for key in ["batch_size", "concurrency", "max_iterations"] {
            for bad in ["0", "-1", "1.5", r#""two""#, r#""{{ input }}""#] {
                let data = format!(r#"{{"{key}": {bad}}}"#);
                assert_eq!(problems("for_each", &data), [format!("bad_parameter {key}")], "{data}");
            }
        }
        assert_eq!(problems("for_each", r#"{"collect": "{{ input }}"}"#), ["bad_parameter collect"]);
        assert_eq!(problems("for_each", r#"{"items": 3}"#), ["bad_parameter items"]);
        assert_eq!(problems("for_each", r#"{"items": "{{ a = }}"}"#), ["bad_expression items"]);
        let found = check("for_each", r#"{"items": "input.rows"}"#);
        assert_eq!(found[0].suggestion.as_deref(), Some("write {{ input.rows }}"));
    }
}
