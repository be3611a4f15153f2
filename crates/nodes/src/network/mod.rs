//! Node types that call other systems.

mod http;

use crate::{NodeType, Services};

/// The types of this folder.
pub(crate) fn types(services: &Services) -> Vec<Box<dyn NodeType>> {
    vec![Box::new(http::Http::new(services))]
}
