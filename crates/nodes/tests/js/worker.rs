//! A program that is a worker of JavaScript nodes and nothing else, for tests.

fn main() {
    nodes::js::serve_if_asked();
}
