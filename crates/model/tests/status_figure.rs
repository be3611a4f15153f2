//! The figure in ARCHITECTURE.md shows exactly the transitions that the code allows.

use std::collections::BTreeSet;

use model::Status;

#[test]
fn figure_shows_the_transitions_of_an_execution() {
    let page = include_str!("../../../ARCHITECTURE.md");
    let figure = page.split("stateDiagram-v2").nth(1).and_then(|rest| rest.split("```").next()).expect("the figure");
    let arrows = figure.lines().filter_map(|line| line.trim().split_once(" --> "));
    let shown: BTreeSet<(&str, &str)> = arrows.filter(|(from, to)| *from != "[*]" && *to != "[*]").collect();
    let mut allowed = BTreeSet::new();
    for from in Status::ALL {
        for to in Status::ALL {
            if from != to && from.leads_to(to) {
                allowed.insert((from.as_str(), to.as_str()));
            }
        }
    }
    assert_eq!(shown, allowed);
}
