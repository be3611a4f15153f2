//! The layered layout: nothing overlaps, edges lead to the right, containers hold what is in them, and it is fast.

use canvas::{Given, Keep, Place, Size, arrange, layout, placed};
use model::{Graph, Value, json};

fn graph(text: &str) -> Graph {
    Graph::from_value(&json::read(text.as_bytes()).expect("JSON")).expect("a graph")
}

/// A graph from edges, `a>b c>d`; ids before a colon are parents: `loop:a`.
fn edges(text: &str) -> Graph {
    let mut nodes: Vec<(String, Option<String>)> = Vec::new();
    let mut add = |word: &str| {
        let (parent, id) = word.split_once(':').map_or((None, word), |(parent, id)| (Some(parent.to_owned()), id));
        if !nodes.iter().any(|(known, _)| known == id) {
            nodes.push((id.to_owned(), parent));
        }
        id.to_owned()
    };
    let mut list = Vec::new();
    for word in text.split_whitespace() {
        match word.split_once('>') {
            Some((source, target)) => {
                list.push(format!(r#"{{"source":"{}","target":"{}"}}"#, add(source), add(target)))
            }
            None => drop(add(word)),
        }
    }
    let nodes = nodes.iter().map(|(id, parent)| match parent {
        Some(parent) => format!(r#"{{"id":"{id}","parentId":"{parent}"}}"#),
        None => format!(r#"{{"id":"{id}"}}"#),
    });
    graph(&format!(r#"{{"nodes":[{}],"edges":[{}]}}"#, nodes.collect::<Vec<_>>().join(","), list.join(",")))
}

fn place(graph: &Graph, places: &[Place], id: &str) -> Place {
    let at = graph.nodes.iter().position(|node| node.id == id).expect("a node");
    places[at]
}

fn size(place: &Place) -> Size {
    place.size.unwrap_or(Size { width: 208.0, height: 60.0 })
}

/// Panics if two nodes with one parent overlap, or a place is off the grid.
fn check(graph: &Graph, places: &[Place]) {
    assert_eq!(places.len(), graph.nodes.len());
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by(|&a, &b| places[a].x.total_cmp(&places[b].x));
    for (at, &one) in order.iter().enumerate() {
        let (a, room) = (&places[one], size(&places[one]));
        assert!(a.x % 4.0 == 0.0 && a.y % 4.0 == 0.0, "{} at {a:?}", graph.nodes[one].id);
        for &other in order[at + 1..].iter().take_while(|&&other| places[other].x < a.x + room.width) {
            if graph.nodes[one].parent != graph.nodes[other].parent {
                continue;
            }
            let b = &places[other];
            let apart = a.y + room.height <= b.y || b.y + size(b).height <= a.y;
            assert!(apart, "{} and {} overlap: {a:?} {b:?}", graph.nodes[one].id, graph.nodes[other].id);
        }
    }
}

#[test]
fn edges_lead_to_the_right_but_where_a_cycle_closes() {
    let graph = edges("start>fetch fetch>more more>fetch more>done config>done start>done");
    let places = layout(&graph, Keep::Nothing);
    check(&graph, &places);
    let x = |id: &str| place(&graph, &places, id).x;
    assert!(x("start") < x("fetch") && x("fetch") < x("more") && x("more") < x("done"));
    assert_eq!(x("config"), x("more"), "what feeds a late node stands before it");
}

#[test]
fn a_chain_is_straight_and_a_fork_is_even() {
    let graph = edges("a>b b>c c>d c>e c>f d>g e>g f>g g>h");
    let places = layout(&graph, Keep::Nothing);
    check(&graph, &places);
    let y = |id: &str| place(&graph, &places, id).y;
    for id in ["b", "c", "e", "g", "h"] {
        assert_eq!(y(id), y("a"), "{id}");
    }
    assert!(y("d") < y("e") && y("e") < y("f"), "ports keep the order of the file");
}

fn chain(nodes: usize) -> String {
    (1..nodes).map(|at| format!("n{}>n{at}", at - 1)).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_very_long_chain_is_folded_into_rows_that_read_from_left_to_right() {
    let line = edges(&chain(40));
    let places = layout(&line, Keep::Nothing);
    assert!(places.iter().all(|place| place.y == 0.0), "what people have is one line");

    let long = edges(&chain(800));
    let places = layout(&long, Keep::Nothing);
    check(&long, &places);
    let right = places.iter().map(|place| place.x + 208.0).fold(0.0, f64::max);
    let bottom = places.iter().map(|place| place.y + 60.0).fold(0.0, f64::max);
    assert!(right < 3.0 * bottom && bottom < 2.0 * right, "{right} x {bottom}");
    for pair in places.windows(2) {
        let [one, next] = pair else { continue };
        assert!((next.y == one.y && next.x > one.x) || (next.y > one.y && next.x == 0.0), "{one:?} {next:?}");
    }
}

#[test]
fn rows_are_cut_where_few_edges_are() {
    // Pairs side by side between single nodes: a row never ends within a pair's edges.
    let pairs = (0..60).map(|at| {
        format!("s{at}>a{at} s{at}>b{at} s{at}>c{at} a{at}>s{next} b{at}>s{next} c{at}>s{next}", next = at + 1)
    });
    let graph = edges(&pairs.collect::<Vec<_>>().join(" "));
    let places = layout(&graph, Keep::Nothing);
    check(&graph, &places);
    assert!(places.iter().all(|place| place.y < 400.0), "three edges at least would be cut everywhere");
    let wide = edges(&format!("{} n0>end n1>end n799>end", chain(800)));
    check(&wide, &layout(&wide, Keep::Nothing));
}

#[test]
fn a_container_is_as_large_as_what_is_inside() {
    let graph = edges("start>outer outer>end outer:inner outer:x>outer:inner inner:a>inner:b outer:y>a x>nobody");
    let places = layout(&graph, Keep::Nothing);
    check(&graph, &places);
    for (id, parent) in [("inner", "outer"), ("x", "outer"), ("a", "inner"), ("b", "inner")] {
        let (inside, around) = (place(&graph, &places, id), place(&graph, &places, parent));
        let room = around.size.expect("a container has a size");
        assert!(inside.x > 0.0 && inside.y > 0.0, "{id}");
        assert!(inside.x + size(&inside).width < room.width && inside.y + size(&inside).height < room.height, "{id}");
    }
    assert!(place(&graph, &places, "start").size.is_none());
    let (outer, end) = (place(&graph, &places, "outer"), place(&graph, &places, "end"));
    assert!(end.x > outer.x + size(&outer).width);
}

#[test]
fn graphs_that_are_wrong_are_drawn_all_the_same() {
    let looped = graph(
        r#"{"nodes":[{"id":"a","parentId":"b"},{"id":"b","parentId":"a"},{"id":"c","parentId":"none"},{"id":"c"}],
            "edges":[{"source":"a","target":"b"},{"source":"c","target":"zero"},{"source":"a","target":"a"}]}"#,
    );
    let places = layout(&looped, Keep::Nothing);
    assert_eq!(places.len(), 4);
    assert!(layout(&graph(r#"{"nodes":[]}"#), Keep::Placed).is_empty());
}

#[test]
fn places_that_are_there_are_kept() {
    let mixed = graph(
        r#"{"name":"x","nodes":[
            {"id":"a","position":{"x":10,"y":20},"data":{"z":1,"label":"A"}},
            {"id":"b"},{"id":"c","position":{"x":700.5,"y":20}},{"id":"d"},{"id":"in","parentId":"box"},
            {"id":"box","position":{"x":0,"y":300},"width":1000,"height":40},{"id":"lone"}],
            "edges":[{"source":"a","target":"b"},{"source":"b","target":"d"},{"source":"a","target":"d"}],"kept":[1.10]}"#,
    );
    let places = layout(&mixed, Keep::Placed);
    let at = |id: &str| place(&mixed, &places, id);
    assert_eq!((at("a").x, at("a").y, at("c").x), (10.0, 20.0, 700.5));
    assert!(at("b").x > at("a").x + 208.0 && at("d").x > at("b").x);
    let all: Vec<Place> = ["a", "b", "c", "d", "box", "lone"].map(at).to_vec();
    for (index, one) in all.iter().enumerate() {
        for other in &all[index + 1..] {
            let apart = one.x + size(one).width <= other.x
                || other.x + size(other).width <= one.x
                || one.y + size(one).height <= other.y
                || other.y + size(other).height <= one.y;
            assert!(apart, "{one:?} {other:?}");
        }
    }
    let room = at("box").size.expect("a size");
    assert!(room.width == 1000.0 && room.height > 100.0, "it grows, and never shrinks");
    let written = json::to_text(&placed(mixed.document(), &places));
    assert!(
        written.starts_with(r#"{"name":"x","nodes":[{"id":"a","position":{"x":10,"y":20},"data":{"z":1,"label":"A"}}"#)
    );
    assert!(written.ends_with(r#""kept":[1.10]}"#), "{written}");
    let again = Graph::from_value(&placed(mixed.document(), &places)).expect("a graph");
    assert_eq!(layout(&again, Keep::Placed), places, "what is placed stays");
}

/// Numbers that look random, the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }
}

fn random(seed: u64, count: usize) -> Graph {
    let mut numbers = Numbers(seed);
    let nodes = (0..count).map(|at| {
        let mut node = vec![("id".into(), Value::from(format!("n{at}")))];
        if at > 4 && numbers.below(6) == 0 {
            node.push(("parentId".into(), Value::from(format!("n{}", numbers.below(at)))));
        }
        Value::object(node)
    });
    let nodes = nodes.collect();
    let edges = (0..count + count / 3).map(|_| {
        let from = numbers.below(count);
        // Mostly near and forward, some far, some back.
        let to =
            if numbers.below(20) == 0 { numbers.below(count) } else { (from + 1 + numbers.below(5)).min(count - 1) };
        Value::object(vec![
            ("source".into(), Value::from(format!("n{from}"))),
            ("target".into(), Value::from(format!("n{to}"))),
        ])
    });
    let edges = edges.collect();
    let document = Value::object(vec![("nodes".into(), Value::array(nodes)), ("edges".into(), Value::array(edges))]);
    Graph::from_value(&document).expect("a graph")
}

#[test]
fn random_graphs_never_overlap() {
    for seed in 0..200 {
        let graph = random(seed, 3 + usize::try_from(seed).expect("small") % 60);
        let places = layout(&graph, Keep::Nothing);
        check(&graph, &places);
        assert_eq!(places, layout(&graph, Keep::Nothing), "seed {seed}: the same each time");
    }
}

#[test]
fn hard_shapes_end() {
    let count = 20_000;
    let id = |at: usize| Value::from(format!("n{at}"));
    let node = |at: usize| Value::object(vec![("id".into(), id(at))]);
    let edge = |from: usize, to: usize| Value::object(vec![("source".into(), id(from)), ("target".into(), id(to))]);
    let build = |edges: Vec<Value>| {
        let nodes = (0..count).map(node).collect();
        let all = vec![("nodes".into(), Value::array(nodes)), ("edges".into(), Value::array(edges))];
        Graph::from_value(&Value::object(all)).expect("a graph")
    };
    let shapes = [
        ("chain", build((1..count).map(|at| edge(at - 1, at)).collect())),
        ("star", build((1..count).map(|at| edge(0, at)).collect())),
        ("ring with a far edge from each", {
            let ring = (0..count).flat_map(|at| [edge(at, (at + 1) % count), edge(at / 2, count - 1)]);
            build(ring.collect())
        }),
        ("alone", build(Vec::new())),
        ("large", random(7, 100_000)),
    ];
    for (name, graph) in shapes {
        let places = layout(&graph, Keep::Nothing);
        assert_eq!(places.len(), graph.nodes.len(), "{name}");
        assert!(places.iter().all(|place| place.x.is_finite() && place.y.is_finite()), "{name}");
    }
}

#[test]
fn boxes_are_arranged_as_a_graph_of_them_is() {
    let graph = edges("a>b b>box box:c>box:d a>e");
    let ids: Vec<&str> = graph.nodes.iter().map(|node| node.id.as_str()).collect();
    let at =
        |id: &str| ids.iter().position(|known| *known == id).and_then(|at| u32::try_from(at).ok()).expect("a node");
    let parent = |id: &str| (id == "c" || id == "d").then(|| at("box"));
    let boxes: Vec<Given> = ids.iter().map(|id| Given { parent: parent(id), ..Given::default() }).collect();
    let between = [("a", "b"), ("b", "box"), ("c", "d"), ("a", "e")].map(|(source, target)| (at(source), at(target)));
    let mut edges = between.to_vec();
    edges.extend([(99, 0), (0, 99)]);
    assert_eq!(arrange(&boxes, edges, Keep::Nothing), layout(&graph, Keep::Nothing));
}

#[test]
fn boxes_of_other_sizes_have_room() {
    let tall = Given { width: Some(400.0), height: Some(600.0), ..Given::default() };
    let places = arrange(&[Given::default(), tall, tall], vec![(0, 1), (0, 2)], Keep::Nothing);
    assert!(places[1].x >= 208.0 && (places[1].y - places[2].y).abs() >= 600.0, "{places:?}");
}
