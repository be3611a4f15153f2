//! Frames: what is drawn on the canvas and never runs.

use std::sync::LazyLock;

use model::{Category, Node, NodeSpec, Problem, Role};

use crate::description::{DATA, Description};
use crate::params::Params;
use crate::{Compile, NodeType, Outcome, Run, Step};

const FRAME: Description =
    Description { category: Category::Other, role: Role::Frame, inputs: &[], outputs: &[], ..DATA };

static NOTE: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "note",
        aliases: &["sticky_note", "sticky"],
        name: "Note",
        summary: "A sticky note, written in Markdown",
        icon: "sticky-note",
        schema: r#"{"properties": {
            "text": {"title": "Text", "type": "string", "format": "markdown"},
            "content": {"title": "Text", "type": "string", "format": "markdown", "deprecated": true},
            "color": {"title": "Color", "type": "string", "examples": ["yellow"]}
        }}"#,
        example: r#"{"name": "Note example", "nodes": [
            {"id": "note", "type": "note", "position": {"x": 0, "y": 0}, "data": {"text": "**Start here**"}},
            {"id": "start", "type": "manual", "position": {"x": 240, "y": 0}, "data": {}}], "edges": []}"#,
        ..FRAME
    }
    .spec()
});

static GROUP: LazyLock<NodeSpec> = LazyLock::new(|| {
    Description {
        id: "group",
        aliases: &["frame"],
        name: "Group",
        summary: "A frame around nodes that belong together",
        icon: "group",
        schema: r#"{"properties": {
            "color": {"title": "Color", "type": "string", "examples": ["blue"]},
            "collapsed": {"title": "Collapsed", "type": "boolean", "default": false}
        }}"#,
        example: r#"{"name": "Group example", "nodes": [
            {"id": "group", "type": "group", "position": {"x": 0, "y": 0}, "width": 400, "height": 200, "data": {"label": "Start"}},
            {"id": "start", "type": "manual", "parentId": "group", "position": {"x": 40, "y": 60}, "data": {}}], "edges": []}"#,
        ..FRAME
    }
    .spec()
});

/// The types of this folder.
pub(crate) fn types() -> Vec<Box<dyn NodeType>> {
    vec![Box::new(Frame(&NOTE)), Box::new(Frame(&GROUP))]
}

struct Frame(&'static LazyLock<NodeSpec>);

impl NodeType for Frame {
    fn spec(&self) -> &NodeSpec {
        self.0
    }

    fn compile(&self, node: &Node, _: &Compile<'_>) -> Result<Box<dyn Run>, Vec<Problem>> {
        Params::new(node).done(|step: &Step<'_>| Ok(Outcome::first(step.input().clone())))
    }
}
