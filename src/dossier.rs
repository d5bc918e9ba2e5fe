//! Joins the rows of the exports, beneficiary by beneficiary; orphans and doubles become findings.

mod changes;

pub use changes::{Change, Changes, KEPT, What};

use crate::anomaly::{Code, Finding, Place};
use crate::calendar::Month;
use crate::columns::{Column, Export};
use crate::exports::{Cursor, Read};
use crate::facts::{Beneficiary, Dismissal, Dossier, Earning, Event, Followup, Opening, Sourced};
use crate::identity::BeneficiaryId;

/// All rows with one beneficiary number; its buffers are used again.
#[derive(Debug, Default)]
pub struct Joined<'b> {
    /// The first row of `beneficiaries.csv` that could be read.
    pub beneficiary: Option<Sourced<Beneficiary<'b>>>,
    /// Every row of `beneficiaries.csv` in the order of lines, and what became of it.
    pub rows: Vec<(u64, RowFate)>,
    /// What was found about any of the rows.
    pub findings: Vec<Finding>,
    /// What was stated when the ledger began.
    pub opening: Option<Opening>,
    /// How many rows of each export there were.
    pub counts: [u64; Export::COUNT],
    /// Rows of months behind that of the run, and the first line with one.
    pub later: u64,
    /// Its events, each once.
    pub events: Vec<Sourced<Event>>,
    /// Its earnings by job and month, one row each.
    pub earnings: Vec<Sourced<Earning>>,
    /// The first row of `followup.csv` that could be read; see [`Joined::followup`].
    pub first_followup: Option<Sourced<Followup<'b>>>,
    /// The first row of `employers.csv` that could be read; see [`Joined::dismissal`].
    pub first_dismissal: Option<Sourced<Dismissal>>,
    /// Two rows of `employers.csv` differ: nobody can tell what is due.
    pub contradicted: bool,
    /// Two rows of `followup.csv` differ: nobody can tell which one holds.
    pub followed_twice: bool,
    pub(crate) buffers: changes::Buffers,
}

/// What becomes of a row of `beneficiaries.csv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowFate {
    /// The settlement decides.
    Settled,
    /// It repeats an earlier row and is dropped.
    Copy,
    /// It contradicts an earlier row.
    Contradiction,
    /// It can't be read.
    Refused,
}

impl<'b> Joined<'b> {
    /// Reads all rows with the number `id`, to which the cursors stand or behind which they stand already.
    pub fn gather(
        &mut self,
        id: BeneficiaryId,
        month: Month,
        cursors: &mut [Cursor<'b, '_>; Export::COUNT],
        anonymous: &mut impl FnMut(Export, crate::exports::Anonymous<'_>),
    ) {
        self.clear();
        let [beneficiaries, events, earnings, followups, dismissals] = cursors;
        while beneficiaries.id() == Some(id) {
            self.add_beneficiary(beneficiaries);
            beneficiaries.advance(&mut |row| anonymous(Export::Beneficiaries, row));
        }
        if self.rows.len() > 1 {
            self.tell_doubles(id);
        }
        while events.id() == Some(id) {
            self.counts[Export::Events as usize] += 1;
            if let Read::Fact(event) = events.event(&mut self.findings) {
                self.events.push(event);
            }
            self.tell_orphan(id, Export::Events, events);
            events.advance(&mut |row| anonymous(Export::Events, row));
        }
        while earnings.id() == Some(id) {
            self.counts[Export::Earnings as usize] += 1;
            let later = self.later;
            match earnings.earning(month, &mut self.findings) {
                Read::Fact(earning) => self.earnings.push(earning),
                Read::Refused => {}
                Read::LaterMonth => self.later += 1,
            }
            if self.later == later {
                self.tell_orphan(id, Export::Earnings, earnings);
            }
            earnings.advance(&mut |row| anonymous(Export::Earnings, row));
        }
        while followups.id() == Some(id) {
            self.add_followup(id, followups);
            followups.advance(&mut |row| anonymous(Export::Followup, row));
        }
        while dismissals.id() == Some(id) {
            self.add_dismissal(id, dismissals);
            dismissals.advance(&mut |row| anonymous(Export::Employers, row));
        }
        if self.events.len() > 1 {
            self.drop_double_events(id);
        }
        if self.earnings.len() > 1 {
            self.drop_double_earnings(id);
        }
    }

    /// The rows as one dossier, the findings, and the fates of the beneficiary's rows; `None` without a readable row.
    pub fn dossier(&mut self) -> (Option<Dossier<'_>>, &mut Vec<Finding>) {
        let dismissal = self.first_dismissal.as_ref().filter(|_| !self.contradicted);
        let followup = self.first_followup.as_ref().filter(|_| !self.followed_twice);
        let dossier = self.beneficiary.as_ref().map(|beneficiary| Dossier {
            beneficiary,
            events: &self.events,
            earnings: &self.earnings,
            opening: self.opening,
            followup,
            dismissal,
        });
        (dossier, &mut self.findings)
    }

    /// The row of `followup.csv`, if there is one and it is the only one.
    pub fn followup(&self) -> Option<&Followup<'b>> {
        self.first_followup.as_ref().filter(|_| !self.followed_twice).map(|row| &row.fact)
    }

    /// The row of `employers.csv`, if there is one and it is the only one.
    pub fn dismissal(&self) -> Option<&Sourced<Dismissal>> {
        self.first_dismissal.as_ref().filter(|_| !self.contradicted)
    }

    /// A proposal without a beneficiary is one that was not accepted, or not yet: only an accepted one misses somebody.
    #[cold]
    fn add_followup(&mut self, id: BeneficiaryId, cursor: &Cursor<'b, '_>) {
        self.counts[Export::Followup as usize] += 1;
        let Read::Fact(row) = cursor.followup(&mut self.findings) else { return };
        if row.fact.acceptance.is_some() {
            self.tell_orphan(id, Export::Followup, cursor);
        }
        if let Some(first) = &self.first_followup {
            let code = if row.fact == first.fact { Code::SameRow } else { Code::TwoFollowups };
            self.findings.push(double(code, Export::Followup, id, first.line, row.line));
            self.followed_twice |= code == Code::TwoFollowups;
            return;
        }
        self.first_followup = Some(row);
    }

    /// Who refused the CRP has no row of a beneficiary, and whom it was never proposed to neither.
    #[cold]
    fn add_dismissal(&mut self, id: BeneficiaryId, cursor: &Cursor<'b, '_>) {
        self.counts[Export::Employers as usize] += 1;
        let Read::Fact(row) = cursor.dismissal(&mut self.findings) else { return };
        let refused = self.first_followup.as_ref().is_some_and(|followup| followup.fact.acceptance.is_none());
        if row.fact.proposed && !refused {
            self.tell_orphan(id, Export::Employers, cursor);
        }
        if let Some(first) = &self.first_dismissal {
            let code = if row.fact == first.fact { Code::SameRow } else { Code::TwoDismissals };
            self.findings.push(double(code, Export::Employers, id, first.line, row.line));
            self.contradicted |= code == Code::TwoDismissals;
            return;
        }
        self.first_dismissal = Some(row);
    }

    /// Forgets all and keeps the buffers.
    pub fn clear(&mut self) {
        self.beneficiary = None;
        self.rows.clear();
        self.findings.clear();
        self.opening = None;
        self.counts = [0; Export::COUNT];
        self.later = 0;
        self.events.clear();
        self.earnings.clear();
        self.first_followup = None;
        self.first_dismissal = None;
        self.contradicted = false;
        self.followed_twice = false;
        self.buffers.clear();
    }

    fn add_beneficiary(&mut self, cursor: &Cursor<'b, '_>) {
        self.counts[Export::Beneficiaries as usize] += 1;
        let line = cursor.row().line;
        let fate = match &self.beneficiary {
            None => {
                cursor.read_beneficiary(&mut self.beneficiary, &mut self.findings);
                if self.beneficiary.is_some() { RowFate::Settled } else { RowFate::Refused }
            }
            Some(first) => {
                let known = self.findings.len();
                match cursor.beneficiary(&mut self.findings) {
                    Some(row) if row.fact == first.fact => {
                        // What is wrong with the copy was told of the first row.
                        self.findings.truncate(known);
                        RowFate::Copy
                    }
                    Some(_) => RowFate::Contradiction,
                    None => RowFate::Refused,
                }
            }
        };
        self.rows.push((line, fate));
    }

    /// Says A204 of each row: copies are dropped; where any row differs or can't be read, none of the others is paid.
    #[cold]
    fn tell_doubles(&mut self, id: BeneficiaryId) {
        let differ = self.rows.iter().any(|(_, fate)| matches!(fate, RowFate::Contradiction | RowFate::Refused));
        let first = self.rows[0].0;
        let other = self.rows[1..].iter().find(|(_, fate)| *fate != RowFate::Copy).map_or(first, |&(line, _)| line);
        for &(line, fate) in &self.rows {
            let found = format!("lines {first} and {}", if line == first { other } else { line });
            let place = Place { export: Export::Beneficiaries, line, column: Some(Column::BeneficiaryId) };
            match fate {
                RowFate::Copy => self.findings.push(Finding::new(Code::SameBeneficiary, place, Some(id), found)),
                _ if differ => self.findings.push(Finding::new(Code::TwoBeneficiaries, place, Some(id), found)),
                _ => {}
            }
        }
    }

    fn tell_orphan(&mut self, id: BeneficiaryId, export: Export, cursor: &Cursor<'b, '_>) {
        if self.rows.is_empty() {
            let place = Place { export, line: cursor.row().line, column: Some(Column::BeneficiaryId) };
            self.findings.push(Finding::new(Code::UnknownBeneficiary, place, Some(id), id.to_string()));
        }
    }

    fn drop_double_events(&mut self, id: BeneficiaryId) {
        let findings = &mut self.findings;
        self.events.sort_by_key(|row| (row.fact.span.first, row.fact.span.last, row.fact.kind, row.line));
        self.events.dedup_by(|row, first| {
            let same = row.fact == first.fact;
            if same {
                findings.push(double(Code::SameRow, Export::Events, id, first.line, row.line));
            }
            same
        });
    }

    /// One row a job and month is kept; it stands by job and month afterwards.
    fn drop_double_earnings(&mut self, id: BeneficiaryId) {
        let findings = &mut self.findings;
        let job_and_month = |row: &Sourced<Earning>| {
            let Earning { employer, job_start, month, .. } = row.fact;
            (employer.number(), job_start, month)
        };
        if self.earnings.is_sorted_by(|row, next| job_and_month(row) < job_and_month(next)) {
            return;
        }
        self.earnings.sort_by_key(|row| (job_and_month(row), row.line));
        self.earnings.dedup_by(|row, first| {
            let double_row = job_and_month(row) == job_and_month(first);
            if double_row {
                let code = if row.fact == first.fact { Code::SameRow } else { Code::TwoEarnings };
                findings.push(double(code, Export::Earnings, id, first.line, row.line));
            }
            double_row
        });
    }
}

#[cold]
fn double(code: Code, export: Export, id: BeneficiaryId, first: u64, line: u64) -> Finding {
    let column = if export == Export::Earnings { Column::Month } else { Column::BeneficiaryId };
    Finding::new(code, Place { export, line, column: Some(column) }, Some(id), format!("lines {first} and {line}"))
}
