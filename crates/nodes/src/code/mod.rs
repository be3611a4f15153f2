//! Node types that hold code of their own, and text with values in it.

mod javascript;
mod template;

use crate::{NodeType, Services};

/// The types of this folder.
pub(crate) fn types(services: &Services) -> Vec<Box<dyn NodeType>> {
    vec![Box::new(javascript::JavaScript { pool: services.js.clone() }), Box::new(template::Template)]
}
