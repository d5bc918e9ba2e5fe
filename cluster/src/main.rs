//! The command `versement-cluster`; see [`versement_cluster::commands`].

use std::process::ExitCode;

fn main() -> ExitCode {
    versement_cluster::commands::main()
}
