//! The `stscope` command.

use stscope::internals::cli::{self, Exit};

/// musl's own makes threads wait for one another.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Exit {
    cli::run(std::env::args_os())
}
