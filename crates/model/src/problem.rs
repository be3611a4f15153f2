//! What is wrong with a graph, told so that a person can mend it.

use arcstr::ArcStr;
use serde::Serialize;

/// Whether a problem keeps a graph from running.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It cannot run.
    Error,
    /// It runs, perhaps not as meant.
    Warning,
}

/// One thing that is wrong with a graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A stable name: `unknown_type`, `dangling_edge` …
    pub code: &'static str,
    /// Whether it keeps the graph from running.
    pub severity: Severity,
    /// The node it is about.
    pub node: Option<ArcStr>,
    /// The edge it is about.
    pub edge: Option<ArcStr>,
    /// Where in the node's parameters: `cases[0].when`.
    pub path: Option<String>,
    /// What is wrong, in words.
    pub message: String,
    /// What to do about it.
    pub suggestion: Option<String>,
}

impl Problem {
    /// A problem that keeps the graph from running.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            node: None,
            edge: None,
            path: None,
            message: message.into(),
            suggestion: None,
        }
    }

    /// A problem that lets the graph run.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// Names the node it is about.
    #[must_use]
    pub fn at_node(mut self, node: &ArcStr) -> Self {
        self.node = Some(node.clone());
        self
    }

    /// Names the edge it is about.
    #[must_use]
    pub fn at_edge(mut self, edge: &ArcStr) -> Self {
        self.edge = Some(edge.clone());
        self
    }

    /// Names the place in the node's parameters.
    #[must_use]
    pub fn at_path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn suggest(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion = Some(suggestion.into());
        self
    }
}
