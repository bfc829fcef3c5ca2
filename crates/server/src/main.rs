//! `backline`: reads arguments, and runs what they ask for.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::cli::main()
}
