use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{CommandLine, SETTLED, print, say};

/// Writes the manual pages, one for the program and one for each command.
///
/// They are made from the same definition as the help.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement man --out man1
  man -l man1/versement-run.1")]
pub(super) struct Man {
    /// The folder to write to; made if it is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Prints the completions of a shell, for the program's commands and options.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement completions bash > versement.bash
  versement completions fish > versement.fish")]
pub(super) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

impl Man {
    pub(super) fn carry_out(&self) -> anyhow::Result<u8> {
        let out = self.out.display();
        std::fs::create_dir_all(&self.out).with_context(|| out.to_string())?;
        clap_mangen::generate_to(CommandLine::command(), &self.out).with_context(|| out.to_string())?;
        say(&format!("written to {out}\n"));
        Ok(SETTLED)
    }
}

impl Completions {
    pub(super) fn carry_out(&self) -> anyhow::Result<u8> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut CommandLine::command(), "versement", &mut script);
        print(&String::from_utf8(script)?)?;
        Ok(SETTLED)
    }
}
