//! What all routes share: reading bodies, paging, limits, and the layers around the router.

mod body;
mod graph_body;
pub(crate) mod layers;
pub(crate) mod limits;
mod paging;

pub(crate) use body::{Fields, JsonBody, read_bytes, read_json, too_large};
pub(crate) use graph_body::GraphBody;
pub(crate) use paging::Paging;
