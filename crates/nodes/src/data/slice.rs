//! `slice`, `limit`, `chunk`, `reverse`, `sample`: parts of a list, by place.

use std::sync::LazyLock;

use model::{Array, Node, NodeSpec, Problem, Value};

use crate::description::{DATA, Description};
use crate::list::{List, same_or_new};
use crate::number::Random;
use crate::params::{Params, Setting};
use crate::{Compile, NodeType, Outcome, Run, Step, StepError};

static SLICE: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "slice",
        aliases: &[],
        name: "Slice",
        summary: "Gives the items from start up to, not including, end; negative places count from the end",
        icon: "scissors",
        schema: r#"{"properties": {
            "start": {"title": "Start", "type": "integer", "default": 0},
            "end": {"title": "End", "type": "integer", "description": "Where to stop; the end of the list if it is absent"},
            "length": {"title": "Length", "type": "integer", "minimum": 0, "description": "Instead of an end: how many"},
            "items": {"title": "Items", "format": "expression", "description": "The list, if it is not the input: {{ input.rows }}"}
        }}"#,
        example: r#"[["numbers", "range", {"start": 1, "end": 100}], ["page", "slice", {"start": 20, "length": 10}]]"#,
        ..DATA
    }
    .spec()
});

static LIMIT: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "limit",
        aliases: &[],
        name: "Limit",
        summary: "Gives at most so many items of a list, the first or the last ones",
        icon: "list-end",
        schema: r#"{"properties": {
            "count": {"title": "At most", "type": "integer", "minimum": 0, "default": 10},
            "from": {"title": "Which", "enum": ["first", "last"], "default": "first"},
            "items": {"title": "Items", "format": "expression", "description": "The list, if it is not the input: {{ input.rows }}"}
        }}"#,
        example: r#"[["numbers", "range", {"start": 1, "end": 100}], ["few", "limit", {"count": 5}]]"#,
        ..DATA
    }
    .spec()
});

static CHUNK: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "chunk",
        aliases: &["batch_items"],
        name: "Chunk",
        summary: "Cuts a list into lists of some size; the last one may be shorter",
        icon: "group",
        schema: r#"{"properties": {
            "size": {"title": "Size", "type": "integer", "minimum": 1, "default": 10},
            "items": {"title": "Items", "format": "expression", "description": "The list, if it is not the input: {{ input.rows }}"}
        }}"#,
        example: r#"[["numbers", "range", {"start": 1, "end": 7}], ["threes", "chunk", {"size": 3}]]"#,
        ..DATA
    }
    .spec()
});

static REVERSE: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "reverse",
        aliases: &[],
        name: "Reverse",
        summary: "Gives the items of a list from the last to the first",
        icon: "arrow-up-down",
        schema: r#"{"properties": {
            "items": {"title": "Items", "format": "expression", "description": "The list, if it is not the input: {{ input.rows }}"}
        }}"#,
        example: r#"[["numbers", "range", {"start": 1, "end": 3}], ["down", "reverse", {}]]"#,
        ..DATA
    }
    .spec()
});

static SAMPLE: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "sample",
        aliases: &[],
        name: "Sample",
        summary: "Gives some items of a list: at random (the same ones whenever the attempt is made again), the first or the last ones",
        icon: "dices",
        schema: r#"{"properties": {
            "count": {"title": "How many", "type": "integer", "minimum": 1, "default": 1, "description": "All of them, if there are fewer"},
            "method": {"title": "Which", "enum": ["random", "first", "last"], "default": "random"},
            "items": {"title": "Items", "format": "expression", "description": "The list, if it is not the input: {{ input.rows }}"}
        }}"#,
        example: r#"[["numbers", "range", {"start": 1, "end": 49}], ["drawn", "sample", {"count": 6}]]"#,
        ..DATA
    }
    .spec()
});

pub(super) fn types() -> Vec<Box<dyn NodeType>> {
    vec![
        Box::new(Part { spec: &SLICE, compile: slice }),
        Box::new(Part { spec: &CHUNK, compile: chunk }),
        Box::new(Part { spec: &REVERSE, compile: |_| Take::Reverse }),
        Box::new(Part { spec: &SAMPLE, compile: sample }),
        Box::new(Part { spec: &LIMIT, compile: limit }),
    ]
}

struct Part {
    spec: &'static LazyLock<NodeSpec>,
    compile: fn(&mut Params<'_>) -> Take,
}

/// What is taken of a list.
enum Take {
    Slice { start: Setting, end: Setting, length: Setting },
    Limit { count: Setting, from: Setting },
    Chunk(Setting),
    Reverse,
    Sample { count: Setting, method: Setting },
}

impl NodeType for Part {
    fn spec(&self) -> &NodeSpec {
        self.spec
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let (list, take) = (List::new(&mut params), (self.compile)(&mut params));
        params.done(move |step: &Step<'_>| {
            let array = list.read(step)?;
            let taken = take.take(&array, step)?;
            Ok(Outcome::first(same_or_new(&array, taken)))
        })
    }
}

fn slice(params: &mut Params<'_>) -> Take {
    let absent = Value::Null;
    let (start, end) = (params.setting("start", 0i64), params.setting("end", absent.clone()));
    Take::Slice { start, end, length: params.setting("length", absent) }
}

fn limit(params: &mut Params<'_>) -> Take {
    Take::Limit { count: params.setting("count", 10i64), from: params.setting("from", "first") }
}

fn chunk(params: &mut Params<'_>) -> Take {
    Take::Chunk(params.setting("size", 10i64))
}

fn sample(params: &mut Params<'_>) -> Take {
    Take::Sample { count: params.setting("count", 1i64), method: params.setting("method", "random") }
}

impl Take {
    fn take(&self, array: &Array, step: &Step<'_>) -> Result<Vec<Value>, StepError> {
        let items = array.items();
        Ok(match self {
            Self::Slice { start, end, length } => {
                let from = place(start.integer(step)?, items.len());
                let to = match (end.is_set(), length.is_set()) {
                    (true, _) => place(end.integer(step)?, items.len()),
                    (false, true) => from.saturating_add(length.count(step, 0)?).min(items.len()),
                    (false, false) => items.len(),
                };
                items.get(from..to).unwrap_or_default().to_vec()
            }
            Self::Limit { count, from } => some(items, count.count(step, 0)?, &from.text(step)?)?,
            Self::Chunk(size) => items.chunks(size.count(step, 1)?).map(|part| Value::array(part.to_vec())).collect(),
            Self::Reverse => items.iter().rev().cloned().collect(),
            Self::Sample { count, method } => match (count.count(step, 1)?, method.text(step)?) {
                (count, method) if method == "random" => drawn(items, count, step.seed),
                (count, method) => some(items, count, &method)?,
            },
        })
    }
}

/// A place in a list: from its end if negative, inside of it in any case.
fn place(at: i64, length: usize) -> usize {
    let from_end = || length.saturating_sub(usize::try_from(at.unsigned_abs()).unwrap_or(usize::MAX));
    usize::try_from(at).map_or_else(|_| from_end(), |at| at.min(length))
}

fn some(items: &[Value], count: usize, which: &str) -> Result<Vec<Value>, StepError> {
    let count = count.min(items.len());
    match which {
        "first" => Ok(items[..count].to_vec()),
        "last" => Ok(items[items.len() - count..].to_vec()),
        _ => Err(StepError::new("bad_parameter", format!("{which:?} is neither first nor last"))),
    }
}

/// Draws without putting back, by a part of a shuffle.
fn drawn(items: &[Value], count: usize, seed: u64) -> Vec<Value> {
    let mut random = Random(seed);
    let mut items = items.to_vec();
    let count = count.min(items.len());
    for at in 0..count {
        let other = at + random.below(items.len() - at);
        items.swap(at, other);
    }
    items.truncate(count);
    items
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crate::testing::{Try, problems, table};

    #[test]
    fn a_slice_is_what_javascript_slices() {
        table(
            "slice",
            &[
                ("{}", "[1,2,3]", "[1,2,3]"),
                (r#"{"start": 1}"#, "[1,2,3]", "[2,3]"),
                (r#"{"start": 1, "end": 2}"#, "[1,2,3]", "[2]"),
                (r#"{"start": -2, "end": -1}"#, "[1,2,3]", "[2]"),
                (r#"{"start": -9, "end": 9}"#, "[1,2,3]", "[1,2,3]"),
                (r#"{"start": 2, "end": 1}"#, "[1,2,3]", "[]"),
                (r#"{"start": 1, "length": 1}"#, "[1,2,3]", "[2]"),
                (r#"{"start": "{{ input.length - 1 }}"}"#, "[1,2,3]", "[3]"),
                (r#"{"start": 9, "length": 9223372036854775807}"#, "[1,2,3]", "[]"),
                ("{}", "[]", "[]"),
                ("{}", r#""abc""#, "! not_a_list"),
                (r#"{"start": "{{ 'x' }}"}"#, "[]", "! bad_parameter"),
            ],
        );
        assert_eq!(
            problems("slice", r#"{"start": 1.5, "length": -1}"#),
            ["bad_parameter length", "bad_parameter start"]
        );
    }

    #[test]
    fn the_others_take_their_part() {
        table(
            "limit",
            &[(r#"{"count": 2}"#, "[1,2,3]", "[1,2]"), (r#"{"count": 2, "from": "last"}"#, "[1,2,3]", "[2,3]")],
        );
        table("limit", &[("{}", "[1]", "[1]"), (r#"{"count": 0}"#, "[1]", "[]"), ("{}", "null", "! not_a_list")]);
        table(
            "chunk",
            &[(r#"{"size": 2}"#, "[1,2,3]", "[[1,2],[3]]"), ("{}", "[]", "[]"), ("{}", "1", "! not_a_list")],
        );
        table("chunk", &[(r#"{"size": "{{ 0 }}"}"#, "[1]", "! bad_parameter")]);
        assert_eq!(problems("chunk", r#"{"size": 0}"#), ["bad_parameter size"]);
        table("reverse", &[("{}", "[1,2,3]", "[3,2,1]"), ("{}", "[]", "[]"), ("{}", "{}", "! not_a_list")]);
        table("sample", &[(r#"{"count": 2, "method": "first"}"#, "[1,2,3]", "[1,2]")]);
        table("sample", &[(r#"{"count": 9, "method": "last"}"#, "[1,2,3]", "[1,2,3]"), ("{}", "[]", "[]")]);
    }

    #[test]
    fn what_takes_all_gives_the_same_list() {
        let step = Try::input("[1, [2]]");
        for (kind, data) in [("slice", "{}"), ("limit", "{}"), ("sample", r#"{"count": 5, "method": "first"}"#)] {
            assert!(step.run(kind, data).expect("it runs").output.same(&step.input), "{kind}");
        }
    }

    #[test]
    fn a_sample_follows_from_the_seed() {
        let draw = |seed| Try { seed, ..Try::input("[1,2,3,4,5,6,7,8]") }.line("sample", r#"{"count": 3}"#);
        assert_eq!(draw(1), draw(1));
        let draws: HashSet<String> = (0..50).map(draw).collect();
        assert!(draws.len() > 30, "{}", draws.len());
        let all = Try::input("[1,2,3]").run("sample", r#"{"count": 9}"#).expect("it runs").output;
        let mut items: Vec<i64> = all.as_array().expect("a list").iter().filter_map(model::Value::as_i64).collect();
        items.sort_unstable();
        assert_eq!(items, [1, 2, 3]);
    }
}
