//! The command `versement`; see [`versement::commands`].

use std::process::ExitCode;

fn main() -> ExitCode {
    versement::commands::main()
}
