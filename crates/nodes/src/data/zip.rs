//! `zip` and `transpose`: lists side by side.

use std::sync::LazyLock;

use model::{Node, NodeSpec, Problem, Value};

use crate::description::{DATA, Description};
use crate::list::{List, not_a_list};
use crate::operands::Operands;
use crate::params::Params;
use crate::{Compile, NodeType, Outcome, Run, Step, StepError};

static ZIP: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "zip",
        aliases: &[],
        name: "Zip",
        summary: "Gives the first items of several lists together, then the second ones, to the end of the longest list",
        icon: "rows-3",
        schema: r#"{"properties": {
            "arrays": {"title": "Lists", "type": "array", "items": {"type": "array"}, "format": "json", "examples": [[[1, 2], ["a", "b"]]],
                "description": "Where one edge brings a list, the lists that follow it; where several edges do, instead of their lists"},
            "fill_missing": {"title": "Where a list is short", "default": null}
        }}"#,
        example: r#"[["numbers", "range", {"start": 1, "end": 3}], ["pairs", "zip", {"arrays": [["a", "b", "c"]]}]]"#,
        ..DATA
    }
    .spec()
});

static TRANSPOSE: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "transpose",
        aliases: &[],
        name: "Transpose",
        summary: "Makes columns of rows: a list of lists of one length; other lists fail with `not_a_table`",
        icon: "table-2",
        schema: r#"{"properties": {
            "items": {"title": "Rows", "format": "expression", "description": "The list, if it is not the input: {{ input.rows }}"}
        }}"#,
        example: r#"[["rows", "sample_data", {"data": [[1, 2, 3], [4, 5, 6]]}], ["columns", "transpose", {}]]"#,
        ..DATA
    }
    .spec()
});

pub(super) fn types() -> Vec<Box<dyn NodeType>> {
    vec![Box::new(Zip), Box::new(Transpose)]
}

struct Zip;

impl NodeType for Zip {
    fn spec(&self) -> &NodeSpec {
        &ZIP
    }

    fn compile(&self, node: &Node, context: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let (arrays, fill) = (params.setting("arrays", Value::Null), params.setting("fill_missing", Value::Null));
        let operands = Operands::new(node, context);
        params.done(move |step: &Step<'_>| {
            let given = operands.read(step);
            let mut lists = Vec::new();
            match given.as_slice() {
                // What leads to the node need not be a list where the parameters name the lists.
                [one] if arrays.is_set() => lists.extend(one.as_array().map(|_| one.clone())),
                _ if arrays.is_set() => {}
                _ => lists = given,
            }
            if arrays.is_set() {
                let value = arrays.value(step)?;
                lists.extend_from_slice(value.as_array().ok_or_else(|| not_a_list("arrays", &value))?);
            }
            let mut columns = Vec::with_capacity(lists.len());
            for list in &lists {
                columns.push(list.as_array().ok_or_else(|| not_a_list("one of the lists to zip", list))?);
            }
            let (longest, fill) = (columns.iter().map(|list| list.len()).max().unwrap_or(0), fill.value(step)?);
            let row =
                |at: usize| Value::array(columns.iter().map(|list| list.get(at).unwrap_or(&fill).clone()).collect());
            Ok(Outcome::first(Value::array((0..longest).map(row).collect())))
        })
    }
}

struct Transpose;

impl NodeType for Transpose {
    fn spec(&self) -> &NodeSpec {
        &TRANSPOSE
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let list = List::new(&mut params);
        params.done(move |step: &Step<'_>| {
            let table = list.read(step)?;
            let mut rows = Vec::with_capacity(table.items().len());
            for (at, row) in table.items().iter().enumerate() {
                let row = row.as_array().ok_or_else(|| wrong(at, "is not a list"))?;
                if rows.first().is_some_and(|first: &&[Value]| first.len() != row.len()) {
                    return Err(wrong(at, "is not as long as the first"));
                }
                rows.push(row);
            }
            let columns = rows.first().map_or(0, |row| row.len());
            let column = |at: usize| Value::array(rows.iter().map(|row| row[at].clone()).collect());
            Ok(Outcome::first(Value::array((0..columns).map(column).collect())))
        })
    }
}

fn wrong(row: usize, what: &str) -> StepError {
    StepError::new("not_a_table", format!("row {row} {what}"))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Try, problems, table};

    #[test]
    fn lists_stand_side_by_side() {
        let arrays = r#"{"arrays": [["a", "b"], [true]], "fill_missing": 0}"#;
        table(
            "zip",
            &[
                (arrays, "[1,2,3]", r#"[[1,"a",true],[2,"b",0],[3,0,0]]"#),
                (r#"{"arrays": [[1], [2, 3]]}"#, r#"{"no":"list"}"#, "[[1,2],[null,3]]"),
                (r#"{"arrays": ["{{ input.a }}", "{{ input.b }}"]}"#, r#"{"a":[1],"b":[2]}"#, "[[1,2]]"),
                ("{}", "[1,2]", "[[1],[2]]"),
                ("{}", "[]", "[]"),
                ("{}", "5", "! not_a_list"),
                (r#"{"arrays": ["{{ input }}"]}"#, "5", "! not_a_list"),
            ],
        );
        assert_eq!(problems("zip", r#"{"arrays": [1]}"#), ["bad_parameter arrays[0]"]);
        assert_eq!(Try::inputs(r#"{"10": [1, 2], "20": ["x"]}"#).line("zip", "{}"), r#"[["x",1],[null,2]]"#);
    }

    #[test]
    fn rows_become_columns() {
        table(
            "transpose",
            &[
                ("{}", "[[1,2,3],[4,5,6]]", "[[1,4],[2,5],[3,6]]"),
                ("{}", "[]", "[]"),
                ("{}", "[[],[]]", "[]"),
                ("{}", "[[1],[1,2]]", "! not_a_table"),
                ("{}", "[1]", "! not_a_table"),
                ("{}", "null", "! not_a_list"),
            ],
        );
    }
}
