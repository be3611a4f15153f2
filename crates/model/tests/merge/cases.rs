//! Merges that are told apart by name.

use model::merge::{Merged, merge};
use model::{Value, json};

fn merged(base: &str, mine: &str, theirs: &str) -> Merged {
    let [base, mine, theirs] = [base, mine, theirs].map(|text| json::read(text.as_bytes()).expect("JSON"));
    merge(&base, &mine, &theirs)
}

/// Merges files with these nodes; answers the nodes and the conflicts.
fn nodes(base: &str, mine: &str, theirs: &str) -> (String, String) {
    let [base, mine, theirs] = [base, mine, theirs].map(|rows| format!(r#"{{"nodes":[{rows}]}}"#));
    told(&merged(&base, &mine, &theirs), "nodes")
}

fn told(merged: &Merged, list: &str) -> (String, String) {
    let rows = merged.file.get(list).map(json::to_text).unwrap_or_default();
    (rows, serde_json::to_string(&merged.conflicts).expect("JSON"))
}

fn assert_merges((rows, conflicts): (String, String), expected_rows: &str, expected_conflicts: &str) {
    assert_eq!(rows, expected_rows);
    assert_eq!(conflicts, expected_conflicts);
}

#[test]
fn fields_of_one_row_that_each_changed_one_of_are_both_taken() {
    assert_merges(
        nodes(
            r#"{"id":"a","x":1,"data":{"p":1,"q":1,"r":1}}"#,
            r#"{"id":"a","x":2,"data":{"p":2,"q":1,"s":5}}"#,
            r#"{"y":3,"id":"a","x":1,"data":{"p":1,"q":2,"r":1}}"#,
        ),
        r#"[{"y":3,"id":"a","x":2,"data":{"p":2,"q":2,"s":5}}]"#,
        "[]",
    );
}

#[test]
fn where_both_changed_a_field_mine_stands_and_it_is_told() {
    assert_merges(
        nodes(
            r#"{"id":"a/~","data":{"k/":"x","gone":1,"both":1}}"#,
            r#"{"id":"a/~","data":{"k/":"m","new":1,"both":2}}"#,
            r#"{"id":"a/~","data":{"k/":"t","gone":2,"new":2,"both":2}}"#,
        ),
        r#"[{"id":"a/~","data":{"k/":"m","new":1,"both":2}}]"#,
        concat!(
            r#"[{"path":"nodes/a~1~0/data/k~1","base":"x","mine":"m","theirs":"t"},"#,
            r#"{"path":"nodes/a~1~0/data/gone","base":1,"theirs":2},"#,
            r#"{"path":"nodes/a~1~0/data/new","mine":1,"theirs":2}]"#,
        ),
    );
}

#[test]
fn a_node_that_stays_has_its_edges_again() {
    let file = |nodes: &[&str], edges: &[&str]| {
        let nodes = nodes.iter().map(|node| match node.strip_suffix('*') {
            Some(id) => format!(r#"{{"id":"{id}","changed":true}}"#),
            None => format!(r#"{{"id":"{node}"}}"#),
        });
        let edges = edges.iter().map(|edge| match edge.split_at(2) {
            // One without an id, and one that was changed.
            (ends, "-") => format!(r#"{{"source":"{}","target":"{}"}}"#, &ends[..1], &ends[1..]),
            (ends, mark) => {
                let [source, target] = [&ends[..1], &ends[1..]];
                format!(r#"{{"id":"{ends}","source":"{source}","target":"{target}","mark":"{mark}"}}"#)
            }
        });
        let [nodes, edges] = [nodes.collect::<Vec<_>>(), edges.collect()].map(|rows| rows.join(","));
        format!(r#"{{"nodes":[{nodes}],"edges":[{edges}]}}"#)
    };
    let base = file(&["a", "b", "c", "d"], &["ab", "bc", "bd", "cd", "ac", "bb", "ca-", "cb-", "bx"]);
    // One takes out b and d, and what links them; the other changes b, an edge of it, and takes out an edge too.
    let deleted = file(&["a", "c"], &["ac", "ca-"]);
    let changed = file(&["a", "b*", "c", "d"], &["ab", "bc*", "bd", "cd", "ac", "ca-", "cb-", "bx"]);
    for (mine, theirs) in [(&deleted, &changed), (&changed, &deleted)] {
        let merged = merged(&base, mine, theirs);
        let names = |list: &str| {
            let rows = merged.file.get(list).and_then(Value::as_array).expect("rows").iter();
            let name = |row: &Value| match row.get("id").and_then(Value::as_str) {
                Some(id) => id.to_owned(),
                None => {
                    ["source", "target"].map(|key| row.get(key).and_then(Value::as_str).unwrap_or("?")).concat() + "-"
                }
            };
            let mut names: Vec<String> = rows.map(name).collect();
            names.sort_unstable();
            names.join(" ")
        };
        // Not bd and cd, since d is gone; not bb, which both took out; not bx, which led nowhere.
        assert_eq!((names("nodes").as_str(), names("edges").as_str()), ("a b c", "ab ac bc ca- cb-"));
        let paths: Vec<&str> = merged.conflicts.iter().map(|conflict| conflict.path.as_str()).collect();
        assert_eq!(paths, ["nodes/b/", "edges/bc/"]);
    }
    // Where only the node was changed, its edges are in the file of one side alone.
    let only = file(&["a", "b*", "c", "d"], &["ab", "bc", "bd", "cd", "ac", "bb", "ca-", "cb-", "bx"]);
    let back = merged(&base, &deleted, &only);
    assert_eq!(back.file.get("edges").and_then(Value::as_array).map(<[Value]>::len), Some(6));
}

#[test]
fn a_deletion_never_wins_over_an_edit() {
    let (one, other) = (r#"{"id":"a","x":1},{"id":"b"},{"id":"c"}"#, r#"{"id":"a","x":2},{"id":"c"}"#);
    assert_merges(
        nodes(one, r#"{"id":"b"}"#, other),
        r#"[{"id":"a","x":2}]"#,
        r#"[{"path":"nodes/a/","base":{"id":"a","x":1},"theirs":{"id":"a","x":2}}]"#,
    );
    assert_merges(
        nodes(one, other, r#"{"id":"b"}"#),
        r#"[{"id":"a","x":2}]"#,
        r#"[{"path":"nodes/a/","base":{"id":"a","x":1},"mine":{"id":"a","x":2}}]"#,
    );
}

#[test]
fn what_both_added_under_one_id_is_two_and_mine_is_followed() {
    let base = r#"{"nodes":[{"id":"a"},{"id":"new_2"},{"id":"kid","parentId":"a"}],"edges":[{"id":"old","source":"a","target":"kid"}]}"#;
    let mine = r#"{"nodes":[{"id":"a"},{"id":"new_2"},{"id":"kid","parentId":"new"},{"id":"new","x":"m"},{"id":"in","parentId":"new"},{"id":3,"x":"m"}],
        "edges":[{"id":"old","source":"a","target":"new"},{"id":"e","source":"a","target":"new"},{"source":"new","target":"a"}]}"#;
    let theirs = r#"{"nodes":[{"id":"a"},{"id":"new_2"},{"id":"kid","parentId":"a"},{"id":"new","x":"t"},{"id":"in","parentId":"new"},{"id":3,"x":"t"}],
        "edges":[{"id":"old","source":"a","target":"kid"},{"id":"e","source":"a","target":"new"},{"source":"new","target":"a"}]}"#;
    let merged = merged(base, mine, theirs);
    assert_merges(
        told(&merged, "nodes"),
        concat!(
            r#"[{"id":"a"},{"id":"new_2"},{"id":"kid","parentId":"new_3"},{"id":"new","x":"t"},"#,
            r#"{"id":"in","parentId":"new"},{"id":3,"x":"t"},"#,
            r#"{"id":"new_3","x":"m"},{"id":"in_2","parentId":"new_3"},{"id":"3_2","x":"m"}]"#,
        ),
        "[]",
    );
    assert_eq!(
        told(&merged, "edges").0,
        concat!(
            r#"[{"id":"old","source":"a","target":"new_3"},{"id":"e","source":"a","target":"new"},{"source":"new","target":"a"},"#,
            r#"{"id":"e_2","source":"a","target":"new_3"},{"source":"new_3","target":"a"}]"#,
        )
    );
    let renamed: Vec<String> = merged.renamed.iter().map(|it| format!("{} {} {}", it.list, it.from, it.to)).collect();
    assert_eq!(renamed.len(), 4, "{renamed:?}");
    assert!(renamed.contains(&"nodes new new_3".to_owned()) && renamed.contains(&"edges e e_2".to_owned()));
}

#[test]
fn what_both_added_alike_is_one() {
    assert_merges(
        nodes("", r#"{"id":"a","x":1},{"y":1},7"#, r#"{"x":1,"id":"a"},{"y":1},7"#),
        r#"[{"x":1,"id":"a"},{"y":1},7]"#,
        "[]",
    );
    let edge =
        |label: &str| format!(r#"{{"nodes":[],"edges":[{{"id":"e","source":"a","target":"b","label":"{label}"}}]}}"#);
    let merged = merged(r#"{"nodes":[]}"#, &edge("m"), &edge("t"));
    assert_merges(
        told(&merged, "edges"),
        r#"[{"id":"e","source":"a","target":"b","label":"m"}]"#,
        r#"[{"path":"edges/e/label","mine":"m","theirs":"t"}]"#,
    );
}

#[test]
fn rows_without_an_id_of_their_own_are_found_by_what_they_say() {
    assert_merges(
        nodes(
            r#"{"id":"a","x":1},{"id":"a","x":2},{"x":3},{"id":"","x":4}"#,
            r#"{"id":"a","x":2},{"id":"","x":5}"#,
            r#"{"x":3,"t":1},{"id":"a","x":2,"t":1},{"id":"a","x":1},{"id":"","x":4}"#,
        ),
        r#"[{"x":5,"t":1,"id":""},{"id":"a","x":2,"t":1}]"#,
        "[]",
    );
    assert_merges(
        nodes(
            r##"{"id":"#1"},{"x":0},{"id":"#1","x":1}"##,
            r##"{"id":"#1","x":2},{"x":0},{"id":"#1","x":3}"##,
            r##"{"id":"#1","x":4},{"x":0},{"id":"#1","x":5}"##,
        ),
        r##"[{"id":"#1","x":2},{"x":0},{"id":"#1","x":3}]"##,
        r##"[{"path":"nodes/~21/x","mine":2,"theirs":4},{"path":"nodes/#1/x","base":1,"mine":3,"theirs":5}]"##,
    );
}

#[test]
fn texts_merge_and_names_do_not() {
    assert_merges(
        nodes(
            r#"{"id":"a","data":{"label":"Get all orders","method":"GET","code":"a b"}}"#,
            r#"{"id":"a","data":{"label":"Fetch all orders","method":"PUT","code":"a m"}}"#,
            r#"{"id":"a","data":{"label":"Get all bills","method":"POST","code":"a t"}}"#,
        ),
        r#"[{"id":"a","data":{"label":"Fetch all bills","method":"PUT","code":"a m"}}]"#,
        concat!(
            r#"[{"path":"nodes/a/data/method","base":"GET","mine":"PUT","theirs":"POST"},"#,
            r#"{"path":"nodes/a/data/code","base":"a b","mine":"a m","theirs":"a t","merged":"a m"}]"#,
        ),
    );
}

#[test]
fn keys_of_the_file_and_lists_that_are_none() {
    let merged = merged(
        r#"{"name":"n","a":1,"nodes":{"x":1},"edges":[{"id":"e"}],"data":{"x":1}}"#,
        r#"{"name":"n","a":2,"nodes":[1],"data":{"x":2}}"#,
        r#"{"name":"t","a":3,"nodes":null,"edges":[{"id":"e"}],"data":{"x":1,"y":1},"b":1}"#,
    );
    assert_eq!(json::to_text(&merged.file), r#"{"name":"t","a":2,"nodes":[1],"data":{"x":2},"b":1}"#);
    let paths: Vec<&str> = merged.conflicts.iter().map(|conflict| conflict.path.as_str()).collect();
    assert_eq!(paths, ["file/a", "file/nodes", "file/data"]);
    assert_eq!(self::merged("1", "2", "{}").conflicts[0].path, "file");
}

#[test]
fn data_that_is_no_object_is_one_field() {
    assert_merges(
        nodes(r#"{"id":"a","data":{"x":1}}"#, r#"{"id":"a","data":[1]}"#, r#"{"id":"a","data":{"x":2}}"#),
        r#"[{"id":"a","data":[1]}]"#,
        r#"[{"path":"nodes/a/data","base":{"x":1},"mine":[1],"theirs":{"x":2}}]"#,
    );
    assert_merges(
        nodes(r#"{"id":"a","data":{"x":1}}"#, r#"{"id":"a"}"#, r#"{"id":"a","data":{"x":1},"t":1}"#),
        r#"[{"id":"a","t":1}]"#,
        "[]",
    );
    assert_merges(
        nodes(r#"{"id":"a"}"#, r#"{"id":"a","data":{}}"#, r#"{"id":"a","t":1}"#),
        r#"[{"id":"a","t":1,"data":{}}]"#,
        "[]",
    );
}

#[test]
fn numbers_stay_as_they_were_written() {
    let text = r#"{"id":"a","n":1.10,"m":12345678901234567890,"o":1e400}"#;
    let browser = r#"{"id":"a","n":1.1,"m":12345678901234567000,"o":1e400,"x":1}"#;
    let theirs = r#"{"id":"a","n":1.10,"m":12345678901234567890,"o":1e500}"#;
    assert_merges(
        nodes(text, browser, theirs),
        r#"[{"id":"a","n":1.10,"m":12345678901234567890,"o":1e500,"x":1}]"#,
        "[]",
    );
}

#[test]
fn mine_alone_stands_as_it_is() {
    let file = |nodes: &str| Value::from(nodes);
    assert_eq!(merge(&file("a"), &file("b"), &file("a")).file, file("b"));
    assert_merges(
        nodes(r#"{"id":"a"},{"id":"b"}"#, r#"{"id":"c"},{"id":"b"},{"id":"a"}"#, r#"{"id":"a"},{"id":"b"}"#),
        r#"[{"id":"c"},{"id":"b"},{"id":"a"}]"#,
        "[]",
    );
}
