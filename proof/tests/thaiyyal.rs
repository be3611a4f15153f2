//! Workflows of the Go engine Thaiyyal run as they are: the same branches, the same values.

use std::path::Path;

use engine::{Engine, EngineError, History, Options, Source, Start};
use model::{Graph, StepStatus, TenantId, Value, json};
use proof::observe::in_memory;

/// What a node carries on. A branch node, and there also `extract`, reports more beside its value, in a shape of its own.
fn carried(value: &Value) -> &Value {
    let branch = value.get("path").is_some() || value.get("output_path").is_some();
    let extract = value.get("field").is_some() && value.as_object().is_some_and(|object| object.len() == 2);
    value.get("value").filter(|_| branch || extract).map_or(value, carried)
}

fn read(path: &Path) -> Value {
    json::read(&std::fs::read(path).expect("a file")).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

async fn run(engine: &Engine, graph: &Value) -> Result<History, EngineError> {
    let graph = Graph::from_value(graph).expect("a workflow");
    let ended = engine.run(Start::new(Source::AdHoc(graph), Value::Null)).await?;
    engine.history(TenantId::DEFAULT, ended.execution).await
}

#[test]
fn every_graph_takes_the_recorded_branches_and_values() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/thaiyyal");
    if !folder.exists() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let _guard = runtime.enter();
    let engine = in_memory(Options::default());
    let (mut graphs, mut values, mut branches, mut wrong) = (0, 0, 0, Vec::new());
    for entry in std::fs::read_dir(folder).expect("graphs") {
        let path = entry.expect("entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        if name.ends_with(".expected.json") || !name.ends_with(".json") {
            continue;
        }
        let expected = read(&path.with_extension("expected.json"));
        let history = runtime.block_on(run(&engine, &read(&path))).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        graphs += 1;
        assert_eq!(expected.get("errors"), Some(&Value::Null), "{name} is recorded without errors");
        let final_output = expected.get("final_output").expect("a final output");
        if carried(&history.output) != carried(final_output) {
            wrong.push(format!(
                "{name}: {} instead of {}",
                json::to_text(&history.output),
                json::to_text(final_output)
            ));
        }
        let results = expected.get("node_results").and_then(Value::as_object).expect("node results");
        for step in &history.steps {
            let Some(recorded) = results.get(&step.node) else {
                if step.status != StepStatus::Skipped {
                    wrong.push(format!("{name}: {} ran", step.node));
                }
                continue;
            };
            values += 1;
            if step.status != StepStatus::Succeeded || carried(&step.output) != carried(recorded) {
                let (output, recorded) = (json::to_text(&step.output), json::to_text(recorded));
                wrong.push(format!("{name}: {} gave {output} instead of {recorded}", step.node));
            }
            let is_branch = matches!(kind_of(&history, &step.node), "condition" | "switch");
            let branch = recorded.get("path").or_else(|| recorded.get("output_path")).filter(|_| is_branch);
            if let Some(branch) = branch.and_then(Value::as_str) {
                branches += 1;
                if step.ports != [branch] {
                    wrong.push(format!("{name}: {} went by {:?} instead of {branch}", step.node, step.ports));
                }
            }
        }
        let ran = history.steps.iter().filter(|step| step.status == StepStatus::Succeeded).count();
        if ran != results.len() {
            wrong.push(format!("{name}: {ran} steps ran instead of {}", results.len()));
        }
    }
    println!("{graphs} graphs, {values} values and {branches} branches compared");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(graphs >= 11 && branches >= graphs, "only {graphs} graphs with {branches} branches");
}

fn kind_of<'a>(history: &'a History, id: &str) -> &'a str {
    history.program.graph().nodes.iter().find(|node| node.id == id).map_or("", |node| &node.kind)
}
