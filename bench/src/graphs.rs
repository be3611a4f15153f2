//! The graphs that are measured.

use model::{Graph, Value, json};

/// A payload of about 150 bytes, as webhooks send them.
pub(crate) const PAYLOAD: &str = r#"{"id":48213,"customer":{"name":"Ada Lovelace","tier":"gold"},"total":149.5,"items":3,"paid":true,"note":"leave at the door","placed":"2026-05-06T07:08:09Z"}"#;

/// The payload as a value.
pub(crate) fn payload() -> Value {
    json::read(PAYLOAD.as_bytes()).expect("the payload is JSON")
}

/// A trigger and pure nodes one after the other, `steps` in all: conditions, fields that are set, values passed on.
pub(crate) fn chain(steps: usize) -> Graph {
    let mut nodes = vec![r#"{"id":"start","type":"manual","data":{}}"#.to_owned()];
    let mut edges = Vec::new();
    for step in 1..steps {
        nodes.push(match step % 5 {
            1 => format!(
                r#"{{"id":"n{step}","type":"set_fields","data":{{"fields":[{{"name":"checked","value":true}}]}}}}"#
            ),
            3 => format!(r#"{{"id":"n{step}","type":"condition","data":{{"condition":"input.total > 100"}}}}"#),
            _ => format!(r#"{{"id":"n{step}","type":"no_op","data":{{}}}}"#),
        });
        let source = if step == 1 { "start".to_owned() } else { format!("n{}", step - 1) };
        let port = if step % 5 == 4 { r#","sourceHandle":"true""# } else { "" };
        edges.push(format!(r#"{{"id":"e{step}","source":"{source}","target":"n{step}"{port}}}"#));
    }
    graph(&nodes, &edges)
}

/// A trigger, `width` pure nodes side by side, and a join.
pub(crate) fn fan_out(width: usize) -> Graph {
    let mut nodes = vec![
        r#"{"id":"start","type":"manual","data":{}}"#.to_owned(),
        r#"{"id":"all","type":"join","data":{"join_strategy":"all"}}"#.to_owned(),
    ];
    let mut edges = Vec::new();
    for step in 0..width {
        nodes.push(format!(r#"{{"id":"n{step}","type":"expression","data":{{"expression":"input.total + {step}"}}}}"#));
        edges.push(format!(r#"{{"id":"a{step}","source":"start","target":"n{step}"}}"#));
        edges.push(format!(r#"{{"id":"b{step}","source":"n{step}","target":"all"}}"#));
    }
    graph(&nodes, &edges)
}

/// A webhook that answers when finished, and three pure steps.
pub(crate) fn webhook() -> String {
    let nodes = [
        r#"{"id":"hook","type":"webhook","data":{"method":"POST","path":"bench","respond":"when_finished"}}"#
            .to_owned(),
        r#"{"id":"check","type":"condition","data":{"condition":"input.total > 100"}}"#.to_owned(),
        r#"{"id":"mark","type":"set_fields","data":{"fields":[{"name":"large","value":true}]}}"#.to_owned(),
        r#"{"id":"answer","type":"expression","data":{"expression":"({ id: input.id, large: input.large })"}}"#
            .to_owned(),
    ];
    let edges = [
        r#"{"id":"e1","source":"hook","target":"check"}"#.to_owned(),
        r#"{"id":"e2","source":"check","target":"mark","sourceHandle":"true"}"#.to_owned(),
        r#"{"id":"e3","source":"mark","target":"answer"}"#.to_owned(),
    ];
    document(&nodes, &edges)
}

fn graph(nodes: &[String], edges: &[String]) -> Graph {
    let document = json::read(document(nodes, edges).as_bytes()).expect("the graph is JSON");
    Graph::from_value(&document).expect("the graph has the right shape")
}

fn document(nodes: &[String], edges: &[String]) -> String {
    format!(r#"{{"name":"bench","nodes":[{}],"edges":[{}]}}"#, nodes.join(","), edges.join(","))
}
