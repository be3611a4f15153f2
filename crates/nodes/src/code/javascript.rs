//! `javascript`: code of the workflow, run in a locked-down process.

use std::sync::LazyLock;

use model::expression::Name;
use model::{Category, Node, NodeSpec, Problem, Value};

use crate::description::{DATA, Description};
use crate::js::{Pool, Request, Source};
use crate::params::Params;
use crate::{Call, Compile, NodeType, Outcome, Run, Started, Step, StepError, duration};

static SPEC: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "javascript",
        aliases: &["code", "js", "java_script"],
        name: "JavaScript",
        category: Category::Code,
        summary: "Runs JavaScript on the input, apart from everything else: without files, network or other clocks",
        icon: "square-code",
        schema: r#"{"properties": {
            "code": {"title": "Code", "type": "string", "format": "javascript", "minLength": 1,
                "description": "The body of a function that returns the output, or one expression. It sees input, inputs, item, index, vars, trigger, execution, workflow and console",
                "examples": ["return input.items.filter(item => item.price > 10)", "input.a + input.b"]}
        }, "required": ["code"]}"#,
        example: r#"[["n", "number", {"value": 20}], ["double", "javascript", {"code": "const doubled = input * 2;\nreturn { doubled };"}]]"#,
        ..DATA
    }
    .spec()
});

/// The type. Its steps are calls of the pool.
pub(super) struct JavaScript {
    pub(super) pool: Pool,
}

impl NodeType for JavaScript {
    fn spec(&self) -> &NodeSpec {
        &SPEC
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        let mut params = Params::new(node);
        let source = params.word("code").map(Source::read);
        if let Some(wrong) = source.as_ref().and_then(Source::wrong) {
            let message = format!("line {}, column {}: {}", wrong.line, wrong.column, wrong.message);
            params.bad_parameter("code", message);
        }
        // The node's own time also bounds the worker; where the node has none, the pool's settings do.
        let timeout = params.raw("timeout").and_then(duration::read).filter(|time| !time.is_zero());
        let timeout_ms = timeout.map(|time| u32::try_from(time.as_millis()).unwrap_or(u32::MAX).max(1));
        let pool = self.pool.clone();
        params.done_with(source, |source| Ready { pool, source, timeout_ms })
    }
}

struct Ready {
    pool: Pool,
    source: Source,
    timeout_ms: Option<u32>,
}

impl Run for Ready {
    fn start(&self, step: &Step<'_>) -> Result<Started, StepError> {
        let request = Request {
            code: self.source.function().clone(),
            names: self.names(step),
            seed: step.seed,
            now_ms: step.scope.names.now(),
            timeout_ms: self.timeout_ms,
        };
        let pool = self.pool.clone();
        let work = Box::pin(async move {
            let answer = pool.run(&request).await;
            answer.result.map(Outcome::first).map_err(|error| with_log(error, &answer.log))
        });
        Ok(Started::Call(Call { host: None, work }))
    }
}

/// So much of the end of the console goes with an error, in bytes: errors stand in lists of executions.
const LOG_BYTES: usize = 4_096;

/// The error, and below it what the code wrote to the console last.
fn with_log(error: StepError, log: &str) -> StepError {
    if log.is_empty() {
        return error;
    }
    let from = log.ceil_char_boundary(log.len().saturating_sub(LOG_BYTES));
    let cut = if from > 0 { "…" } else { "" };
    StepError { message: format!("{}\nconsole:\n{cut}{}", error.message, &log[from..]), ..error }
}

impl Ready {
    /// The names that the code mentions: what it does not is neither looked up nor sent.
    fn names(&self, step: &Step<'_>) -> Vec<(&'static str, Value)> {
        let scope = &step.scope;
        let mut names = Vec::with_capacity(2);
        let mut add = |name: &'static str, value: Option<Value>| names.extend(value.map(|value| (name, value)));
        for name in self.source.names() {
            let known = match name {
                "input" => Some(scope.input.clone()),
                "item" => scope.item.cloned(),
                "index" => scope.index.map(Value::Int),
                "inputs" => scope.names.get(Name::Inputs),
                "vars" => scope.names.get(Name::Vars),
                "trigger" => scope.names.get(Name::Trigger),
                "execution" => scope.names.get(Name::Execution),
                "workflow" => scope.names.get(Name::Workflow),
                _ => None,
            };
            add(name, known);
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, problems};

    #[test]
    fn syntax_errors_are_told_before_a_run_with_their_place() {
        let told = |code: &str| {
            let data = serde_json::json!({ "code": code }).to_string();
            let found = check("javascript", &data);
            found.first().map(|problem| problem.message.clone()).unwrap_or_default()
        };
        for good in [
            "return 1",
            "input.a + 1;",
            "{ const input = 1; return input }",
            "({a: 1}) // so it is",
            "const x = await Promise.resolve(1); return x",
            "for (const a of input) { if (a) return a }",
            "return '}})'",
            "let item = 1, index = 2; return item + index",
        ] {
            assert_eq!(told(good), "", "{good}");
        }
        assert!(
            told("const a = 1;\nconst b = ;").starts_with("line 2, column 11: "),
            "{}",
            told("const a = 1;\nconst b = ;")
        );
        for bad in ["return 1 }", "})(); (function () {", "return 1})(), (function(){ return 2", "import fs from 'fs'"]
        {
            assert!(told(bad).starts_with("line 1, column "), "{bad}: {}", told(bad));
        }
        assert_eq!(problems("javascript", "{}"), ["bad_parameter code"]);
        assert_eq!(problems("code", r#"{"code": ""}"#), ["bad_parameter code"]);
    }

    #[test]
    fn code_that_nests_without_end_does_not_harm_who_reads_it() {
        let nests = [
            ("(", 100_000),
            ("[", 100_000),
            ("{", 100_000),
            ("!", 100_000),
            ("-", 1_000),
            ("a=>", 80_000),
            ("a?b:", 60_000),
            ("if(a)", 50_000),
            ("a=", 100_000),
            ("a**", 80_000),
            ("a:", 100_000),
            ("new ", 60_000),
            ("`${", 80_000),
            ("else if(a){}", 20_000),
            ("if(a){}else ", 20_000),
            ("typeof ", 30_000),
            ("async()=>", 25_000),
            ("for(;;)", 30_000),
        ];
        for (part, times) in nests {
            let data = serde_json::json!({ "code": part.repeat(times) }).to_string();
            let _ = problems("javascript", &data);
        }
    }
}
