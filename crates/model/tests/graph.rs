//! Graphs: read without loss, validated with every problem told at once, compiled to plans.

mod support;

use model::validate::validate;
use model::{Graph, Plan, PlanError, json};
use support::{TestCatalog, graph};

fn codes(graph: &Graph) -> Vec<String> {
    let mut graph = graph.clone();
    let catalog = TestCatalog::default();
    graph.resolve_types(&catalog);
    let tell = |problem: model::Problem| {
        let about = problem.node.or(problem.edge).unwrap_or_default();
        if about.is_empty() { problem.code.to_owned() } else { format!("{}:{about}", problem.code) }
    };
    validate(&graph, &catalog).into_iter().map(tell).collect()
}

#[test]
fn keeps_what_it_does_not_know() {
    let text = r#"{"name":"Kept","zeta":[1.10,{"x":null}],"nodes":[{"id":7,"type":"step","position":{"x":1e2,"y":-0},"selected":true,"data":{"a":9007199254740993,"label":"L"}}],"edges":[{"source":"7","target":"7","style":{"stroke":"red"}}],"viewport":{"zoom":0.5}}"#;
    let graph = Graph::from_value(&json::read(text.as_bytes()).expect("JSON")).expect("a graph");
    assert_eq!(json::to_text(graph.document()), text);
    assert_eq!((graph.nodes[0].id.as_str(), graph.nodes[0].label(), graph.edges[0].id.as_str()), ("7", "L", "7->7"));
}

#[test]
fn refuses_what_is_no_graph_and_says_where() {
    let refused = |text: &str| {
        let error = Graph::from_value(&json::read(text.as_bytes()).expect("JSON")).expect_err(text);
        (error.path, error.message)
    };
    assert_eq!(refused("[]").0, "$");
    assert_eq!(refused(r#"{"edges":[]}"#), ("nodes".into(), "expected a list".into()));
    assert_eq!(refused(r#"{"nodes":[{"id":"a"},{}]}"#).0, "nodes[1]");
    assert_eq!(refused(r#"{"nodes":[{"id":true}]}"#).0, "nodes[0].id");
    assert_eq!(refused(r#"{"nodes":[{"id":"a","data":[]}]}"#).0, "nodes[0].data");
    assert_eq!(refused(r#"{"nodes":[],"edges":[{"source":"a"}]}"#).1, "an edge needs a target");
}

#[test]
fn tells_every_problem_at_once() {
    let wrong = graph(
        "s:start a:stpe b:step{\"wrong\":1} b:step c:step{\"on_error\":\"explode\"} x#y:step",
        "s>a s>nowhere a>b c>d",
    );
    let found = codes(&wrong);
    for code in [
        "duplicate_id:b",
        "bad_id:x#y",
        "unknown_type:a",
        "bad_parameter:b",
        "bad_parameter:c",
        "dangling_edge:s>nowhere",
        "dangling_edge:c>d",
    ] {
        assert!(found.contains(&code.to_owned()), "{code} in {found:?}");
    }
}

#[test]
fn suggests_the_nearest_name() {
    let mut wrong = graph("start:start a:brnch", "start>a start>b");
    let catalog = TestCatalog::default();
    wrong.resolve_types(&catalog);
    let problems = validate(&wrong, &catalog);
    let suggestion = |code: &str| problems.iter().find(|p| p.code == code).and_then(|p| p.suggestion.clone());
    assert_eq!(suggestion("unknown_type").as_deref(), Some("did you mean \"branch\"?"));
}

#[test]
fn guesses_for_the_first_of_very_many_slips_and_tells_of_all() {
    let nodes: Vec<_> = (0..1_500).map(|at| format!("node{at:04}:step")).collect();
    let edges: Vec<_> = (0..1_500).map(|at| format!("node{at:04}>mode{at:04}")).collect();
    let mut wrong = graph(&nodes.join(" "), &edges.join(" "));
    let catalog = TestCatalog::default();
    wrong.resolve_types(&catalog);
    let told: Vec<_> =
        validate(&wrong, &catalog).into_iter().filter(|problem| problem.code == "dangling_edge").collect();
    assert_eq!(told.len(), 1_500);
    assert_eq!(told[7].suggestion.as_deref(), Some("did you mean \"node0007\"?"));
    assert_eq!(told[1_499].suggestion.as_deref(), Some("connect the edge to a node, or remove it"));
}

#[test]
fn warns_of_what_runs_otherwise_than_meant() {
    let unreachable = graph("s:start a:step b:step c:step", "s>a b>c");
    assert_eq!(codes(&unreachable), ["unreachable:b", "unreachable:c"]);
    let port = graph("s:start a:branch b:step t:two", "s>a a.maybe>b a.true>t.middle");
    assert_eq!(codes(&port), ["bad_port:a", "bad_port:t"]);
    let varies = graph("s:start a:branch b:step c:step", "s>a a.true>b a>c b>c s>c");
    assert_eq!(codes(&varies), ["input_shape_varies:c"]);
    let steady = graph("s:start a:step b:step c:step", "s>a s>b a>c b>c");
    assert_eq!(codes(&steady), Vec::<String>::new());
}

#[test]
fn names_the_header_of_a_loop_without_a_bound() {
    let simple = graph("s:start a:step b:step", "s>a a>b b>a");
    assert_eq!(codes(&simple), ["loop_default_bound:a"]);
    let bounded = graph("s:start a:step{\"max_iterations\":9} b:step", "s>a a>b b>a");
    assert_eq!(codes(&bounded), Vec::<String>::new());
    // The only entry with a loop port is the header, though it is further from the trigger.
    let by_port = graph("s:start a:step b:step w:while_loop", "s>a a>b b>a s>b b>w w.loop>a");
    assert_eq!(codes(&by_port)[0], "loop_default_bound:a");
    let nested = graph("s:start a:step b:step c:step", "s>a a>b b>c c>b c>a");
    assert_eq!(codes(&nested)[..2], ["loop_default_bound:a", "loop_default_bound:b"]);
}

#[test]
fn plans_hold_only_what_the_start_reaches() {
    let two = graph("t1:start t2:start a:step b:step c:step", "t1>a a>c t2>b b>c");
    let reached = |start: Option<&str>| -> Vec<String> {
        let plan = Plan::compile(&two, &TestCatalog::default(), start).expect("a plan");
        plan.nodes.iter().filter(|node| node.reachable).map(|node| node.id.to_string()).collect()
    };
    assert_eq!(reached(None), ["t1", "a", "c"]);
    assert_eq!(reached(Some("t2")), ["t2", "b", "c"]);
    let nothing = |start: &str| Plan::compile(&two, &TestCatalog::default(), Some(start)).expect_err("no such start");
    assert!(matches!(nothing("zzz"), PlanError::NothingToStart(_)));
}

#[test]
fn a_cycle_that_nothing_leads_to_starts_at_its_loop_node() {
    let starts = |nodes: &str, edges: &str| -> Vec<String> {
        let plan = Plan::compile(&graph(nodes, edges), &TestCatalog::default(), None).expect("a plan");
        plan.starts.iter().map(|&at| plan.nodes[at as usize].id.to_string()).collect()
    };
    let cycle = "a>b b>w w.loop>a";
    assert_eq!(starts("a:step b:step w:while_loop", cycle), ["w"]);
    // With two of them, or none, it is the first in the file.
    assert_eq!(starts("a:step b:for_each w:while_loop", cycle), ["a"]);
    assert_eq!(starts("b:step a:step w:step", cycle.replace(".loop", "").as_str()), ["b"]);
    // Beside it, every node without an edge starts.
    assert_eq!(starts("z:step a:step b:step w:while_loop y:step", &format!("{cycle} z>y")), ["z", "w"]);
}

#[test]
fn edges_leave_no_container_by_any_way() {
    let nodes = "s:start c:parallel a@c:step d@c:parallel b@d:step z:step";
    for edge in ["a>z", "b>a", "b>z", "b>d", "d>b", "a>c", "c>a"] {
        let found = codes(&graph(nodes, &format!("s>c {edge}")));
        assert!(found.contains(&format!("edge_leaves_container:{edge}")), "{edge}: {found:?}");
    }
    for edge in ["s>b", "a>b", "a>d", "c>z"] {
        let found = codes(&graph(nodes, &format!("s>c {edge}")));
        assert!(!found.iter().any(|code| code.starts_with("edge_leaves")), "{edge}: {found:?}");
    }
}

#[test]
fn a_loop_that_nothing_comes_back_to_is_told() {
    assert_eq!(codes(&graph("s:start f:for_each a:step", "s>f f.loop>a")), ["loop_not_closed:f"]);
    let closed = graph("s:start f:for_each a:step z:step", "s>f f.loop>a a>f f.done>z");
    assert_eq!(codes(&closed), Vec::<String>::new());
    // With nodes inside it is a container.
    assert_eq!(codes(&graph("s:start f:for_each a@f:step", "s>f")), Vec::<String>::new());
}

#[test]
fn infers_and_resolves_types() {
    let text = r#"{"nodes":[{"id":"a","data":{"step":1}},{"id":"b","type":"stepNode"},{"id":"c","data":{}}]}"#;
    let mut graph = Graph::from_value(&json::read(text.as_bytes()).expect("JSON")).expect("a graph");
    graph.resolve_types(&TestCatalog::default());
    assert_eq!(graph.nodes.iter().map(|node| node.kind.as_str()).collect::<Vec<_>>(), ["step", "step", ""]);
    assert_eq!(codes(&graph)[0], "unknown_type:c");
}
