//! The `stscope` command.

use stscope::cli::{self, Exit};

fn main() -> Exit {
    cli::run(std::env::args_os())
}
