//! The `stscope` command.

use stscope::internals::cli::{self, Exit};

fn main() -> Exit {
    cli::run(std::env::args_os())
}
