//! The facts of a beneficiary as they are kept from run to run: as bytes, which are read where a fact is asked for, and carried on as
//! they are where nothing changed.
mod list;
mod row;

pub use list::{KeptList, Listed};
pub use row::KeptRow;

use super::{Beneficiary, Dossier, Earning, Event, Opening, Sourced};
use crate::calendar::{Day, Span};
use crate::identity::BeneficiaryId;
use crate::money::Cents;

/// The facts of one beneficiary as they are kept from run to run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts<'a> {
    /// Its row.
    pub row: KeptRow<'a>,
    /// Its events by kind and first day.
    pub events: KeptList<'a, Event>,
    /// Its earnings by job and month.
    pub earnings: KeptList<'a, Earning>,
}

/// Facts that were kept, read: what a settlement by them alone needs.
#[derive(Debug)]
pub struct KnownFacts<'a> {
    beneficiary: Sourced<Beneficiary<'a>>,
    events: Vec<Sourced<Event>>,
    earnings: Vec<Sourced<Earning>>,
}

impl<'a> KnownFacts<'a> {
    /// All of a beneficiary's facts; `None` where its row was never read.
    pub fn of(id: BeneficiaryId, facts: &'a Facts<'_>) -> Option<Self> {
        Some(Self {
            beneficiary: Sourced { line: 0, fact: facts.row.fact(id)? },
            events: facts.events.iter().map(|fact| Sourced { line: 0, fact }).collect(),
            earnings: facts.earnings.iter().map(|fact| Sourced { line: 0, fact }).collect(),
        })
    }

    /// They as one dossier.
    pub fn dossier(&self, opening: Option<Opening>) -> Dossier<'_> {
        let Self { beneficiary, events, earnings } = self;
        Dossier { beneficiary, events, earnings, opening, followup: None, dismissal: None }
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*taken)
}

fn cents(bytes: &mut &[u8]) -> Option<Cents> {
    take(bytes).map(|bytes| Cents(i64::from_le_bytes(bytes)))
}

fn day(bytes: &mut &[u8]) -> Option<Day> {
    Day::from_number(i32::from_le_bytes(take(bytes)?))
}

fn put_span(out: &mut Vec<u8>, span: Span) {
    out.extend_from_slice(&span.first.number().to_le_bytes());
    out.extend_from_slice(&span.last.number().to_le_bytes());
}

fn place<T: PartialEq>(all: &[T], one: T) -> u8 {
    all.iter().position(|other| *other == one).and_then(|at| at.try_into().ok()).unwrap_or(u8::MAX)
}
