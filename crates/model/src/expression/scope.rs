//! What an expression can read: the values of the step it belongs to.

use crate::Value;

/// The values in scope while an expression is evaluated.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// `input`, also written `$json`.
    pub input: &'a Value,
    /// `item`, the element of a list that is worked on; `undefined` where there is none.
    pub item: Option<&'a Value>,
    /// `index`, the place of that element, from 0; `undefined` where there is none.
    pub index: Option<i64>,
    /// All other names.
    pub names: &'a dyn Names,
}

/// The names that are looked up only when an expression reads them.
pub trait Names {
    /// The value of a name; `None` is `undefined`.
    fn get(&self, name: Name) -> Option<Value>;

    /// The output of a node by its id: `nodes.fetch.output`.
    fn node(&self, id: &str) -> Option<Value>;

    /// The output of the node with this label: `$('Fetch orders').item.json`.
    fn node_labelled(&self, label: &str) -> Option<Value>;

    /// `now`: milliseconds since 1970, one recorded instant for each attempt.
    fn now(&self) -> f64;
}

/// A name that is looked up through [`Names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Name {
    /// `inputs`: each satisfied edge's value by its source.
    Inputs,
    /// `nodes` as a whole: `{id: {output, label}}`.
    Nodes,
    /// `trigger`: what started the execution.
    Trigger,
    /// `vars`, also written `variables`.
    Vars,
    /// `context`: what the execution remembers.
    Context,
    /// `const`, also written `constants`.
    Const,
    /// `env`: the environment variables that the configuration allows.
    Env,
    /// `execution`: about this run.
    Execution,
    /// `workflow`: about the workflow that runs.
    Workflow,
}

/// Names of which none has a value; the time is 1970.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoNames;

impl Names for NoNames {
    fn get(&self, _: Name) -> Option<Value> {
        None
    }

    fn node(&self, _: &str) -> Option<Value> {
        None
    }

    fn node_labelled(&self, _: &str) -> Option<Value> {
        None
    }

    fn now(&self) -> f64 {
        0.0
    }
}
