//! Bodies that hold a graph: one with far too many nodes is refused by looking at its brackets, before a value is made
//! of each.

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use model::Value;
use model::graph::{GraphError, MAX_EDGES, MAX_NODES};

use super::body::{read_bytes, read_json};
use crate::App;
use crate::error::ApiError;

/// From this size on it is worth looking before reading.
const LARGE: usize = 1024 * 1024;

/// A JSON body that is a graph, or has one under `definition`.
pub(crate) struct GraphBody {
    /// What it says.
    pub(crate) value: Value,
    /// The body as it came, unpacked.
    pub(crate) bytes: Bytes,
}

impl FromRequest<App> for GraphBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        let bytes = read_bytes(request.into_body(), app.config.limits.body_bytes).await?;
        if bytes.len() >= LARGE
            && let Some((list, max)) = too_long(&bytes)
        {
            let message = format!("a graph has at most {max} {list}, this one has more");
            return Err(GraphError { message, path: list.to_owned() }.into());
        }
        Ok(Self { value: read_json(&bytes).await?, bytes })
    }
}

/// The first of the lists `nodes` and `edges`, at the top or under `definition`, that is longer than a graph's may be.
/// Text that is no JSON gives some answer in the same time; the reader says what is wrong with it.
fn too_long(text: &[u8]) -> Option<(&'static str, usize)> {
    let mut depth = 0_usize;
    let mut in_definition = false;
    let mut key: &[u8] = b"";
    let mut counted: Option<(&'static str, usize, usize)> = None;
    let mut commas = 0;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => {
                let end = end_of_string(text, at);
                // Deeper texts are no keys of the objects around the lists.
                if depth <= 2 && counted.is_none() {
                    key = text.get(at + 1..end).unwrap_or_default();
                }
                at = end;
            }
            b'[' | b'{' => {
                depth += 1;
                in_definition |= byte == b'{' && depth == 2 && key == b"definition";
                let outer = depth == 2 || (depth == 3 && in_definition);
                if byte == b'[' && outer && counted.is_none() {
                    counted = limit(key).map(|(list, max)| (list, max, depth));
                    commas = 0;
                }
            }
            b']' | b'}' => {
                in_definition &= depth != 2;
                counted = counted.filter(|(_, _, opened)| depth > *opened);
                depth = depth.saturating_sub(1);
            }
            b',' => {
                if let Some((list, max, opened)) = counted
                    && depth == opened
                {
                    commas += 1;
                    if commas >= max {
                        return Some((list, max));
                    }
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

fn limit(key: &[u8]) -> Option<(&'static str, usize)> {
    match key {
        b"nodes" => Some(("nodes", MAX_NODES)),
        b"edges" => Some(("edges", MAX_EDGES)),
        _ => None,
    }
}

/// Where the string that begins at `at` has its closing quote.
fn end_of_string(text: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while let Some(&byte) = text.get(end) {
        match byte {
            b'"' => return end,
            b'\\' => end += 2,
            _ => end += 1,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(length: usize) -> String {
        let items: Vec<&str> = std::iter::repeat_n(r#"{"a":[1,2],"b":"],[\","}"#, length).collect();
        format!("[{}]", items.join(","))
    }

    #[test]
    fn only_the_lists_of_the_graph_are_counted() {
        let (most, over) = (list(MAX_NODES), list(MAX_NODES + 1));
        let check = |text: String| too_long(text.as_bytes()).map(|(list, _)| list);
        assert_eq!(check(format!(r#"{{"name":"x","nodes":{most},"edges":{over}}}"#)), None);
        assert_eq!(check(format!(r#"{{"edges":[],"nodes":{over}}}"#)), Some("nodes"));
        assert_eq!(check(format!(r#"{{"name":"nodes","definition":{{"nodes":{over}}}}}"#)), Some("nodes"));
        assert_eq!(check(format!(r#"{{"edges":{}}}"#, list(MAX_EDGES + 1))), Some("edges"));
        for other in ["input", "data", "definitions"] {
            assert_eq!(check(format!(r#"{{"{other}":{{"nodes":{over}}},"nodes":[]}}"#)), None, "{other}");
            assert_eq!(check(format!(r#"{{"{other}":{over}}}"#)), None, "{other}");
        }
        assert_eq!(check(format!(r#"{{"nodes":[{{"id":"a","data":{{"nodes":{over}}}}}]}}"#)), None);
        for broken in [r#"{"nodes":["#, "]]]}", "\"", r#""\"#, ""] {
            assert_eq!(check(broken.into()), None);
        }
    }
}
