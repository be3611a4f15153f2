//! The program `tidemill`.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Workers of JavaScript nodes are this program: before threads, files and everything else.
    nodes::js::serve_if_asked();
    server::cli::main()
}
