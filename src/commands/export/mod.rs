//! `versement export`: what leaves the program in the forms of others; one file a form.

mod books;
pub(super) mod csv;
pub(super) mod sepa;
pub(super) mod xlsx;

use clap::{Args, Subcommand};

/// Writes a run in the forms that others take.
#[derive(Debug, Args)]
pub(super) struct Export {
    #[command(subcommand)]
    form: Form,
}

#[derive(Debug, Subcommand)]
enum Form {
    Sepa(sepa::Sepa),
    Hledger(books::Hledger),
    Fec(books::Fec),
    Csv(csv::Csv),
    Xlsx(xlsx::Xlsx),
}

impl Export {
    pub(super) fn carry_out(&self) -> anyhow::Result<u8> {
        match &self.form {
            Form::Sepa(sepa) => sepa.carry_out(),
            Form::Hledger(hledger) => hledger.carry_out(),
            Form::Fec(fec) => fec.carry_out(),
            Form::Csv(csv) => csv.carry_out(),
            Form::Xlsx(xlsx) => xlsx.carry_out(),
        }
    }
}
