//! One batch: rows to dossiers, dossiers to settlements, settlements to the bytes of the files.

use super::beside;
use crate::anomaly::Finding;
use crate::calendar::{Day, Month};
use crate::columns::Export;
use crate::dossier::{Joined, RowFate};
use crate::exports::{self, Anonymous, Batch, Cursor, CursorBuffers, Encoding, Header};
use crate::identity::BeneficiaryId;
use crate::law::Law;
use crate::money::Cents;
use crate::publish::rows::{self, Decision, MonthText};
use crate::publish::{self, Table};
use crate::settle::{Outcome, Settlement, Settler};
use crate::totals::Totals;

/// To what end exports are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To pay.
    Run,
    /// To tell what is due by when, on a day.
    Deadlines(Day),
    /// To count.
    Stats,
}

/// What every batch of a run has in common.
#[derive(Debug)]
pub struct Task<'r> {
    /// By which law.
    pub law: &'r Law,
    /// For which month.
    pub month: Month,
    /// To what end.
    pub purpose: Purpose,
    /// The headers of the exports, in the order of [`Export::ALL`].
    pub headers: &'r [Header; Export::COUNT],
}

/// The bytes that a batch adds to each file.
#[derive(Debug, Default)]
pub struct Output {
    /// Rows with a readable number, by [`Table`].
    pub tables: [Vec<u8>; Table::COUNT],
    /// Rows of `anomalies.csv` without one, by export.
    pub anonymous_anomalies: [Vec<u8>; Export::COUNT],
    /// Rows of `decisions.csv` without one.
    pub anonymous_decisions: Vec<u8>,
}

impl Output {
    fn of(&mut self, table: Table) -> &mut Vec<u8> {
        &mut self.tables[table as usize]
    }

    /// Forgets the rows of all other tables.
    fn keep(&mut self, table: Option<Table>) {
        let kept = table.map(|table| table as usize);
        let others = self.tables.iter_mut().enumerate().filter(|(at, _)| Some(*at) != kept);
        others.for_each(|(_, rows)| rows.clear());
    }

    /// Forgets all rows and keeps the buffers.
    pub fn clear(&mut self) {
        self.tables.iter_mut().for_each(Vec::clear);
        self.anonymous_anomalies.iter_mut().for_each(Vec::clear);
        self.anonymous_decisions.clear();
    }
}

/// The numbers that a batch of sorted exports may hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// All lie above this one.
    pub above: Option<BeneficiaryId>,
    /// None lies above this one.
    pub up_to: Option<BeneficiaryId>,
}

/// The exports are not sorted by beneficiary number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsorted;

/// Settles one batch after the other; its buffers are used again.
#[derive(Debug)]
pub struct BatchSettler<'r> {
    task: &'r Task<'r>,
    settler: Settler<'r>,
    settlement: Settlement<'r>,
    month: MonthText,
    cursors: [CursorBuffers; Export::COUNT],
    /// What all batches added up to.
    pub totals: Totals,
}

impl<'r> BatchSettler<'r> {
    /// For the batches of a run.
    pub fn new(task: &'r Task<'r>) -> Self {
        Self {
            task,
            settler: Settler::new(task.law, task.month),
            settlement: Settlement::default(),
            month: MonthText::new(task.month),
            cursors: Default::default(),
            totals: Totals::default(),
        }
    }

    /// Settles a batch whose rows stand in ascending order of beneficiary numbers, and within bounds.
    ///
    /// # Errors
    /// They don't.
    pub fn settle(&mut self, batch: &Batch, bounds: Bounds, output: &mut Output) -> Result<(), Unsorted> {
        output.clear();
        let mut buffers = std::mem::take(&mut self.cursors);
        let settled = self.settle_with(batch, bounds, output, &mut buffers);
        self.cursors = buffers;
        settled
    }

    fn settle_with(
        &mut self,
        batch: &Batch,
        bounds: Bounds,
        output: &mut Output,
        buffers: &mut [CursorBuffers; Export::COUNT],
    ) -> Result<(), Unsorted> {
        let headers = self.task.headers;
        let mut unread = Unread::new(headers);
        // One encoding is said for all exports. One look at all bytes costs less than one at each row.
        let is_utf8 = headers[0].dialect.encoding == Encoding::Utf8;
        let text = Some(&batch.bytes).filter(|_| is_utf8).and_then(|bytes| simdutf8::basic::from_utf8(bytes).ok());
        let mut cursors = exports::cursors(headers, batch, text, buffers, &mut |export, row| unread.add(export, row));
        let mut joined = Joined::default();
        let mut previous = bounds.above;
        let mut sorted = Ok(());
        while let Some(id) = cursors.iter().filter_map(Cursor::id).min() {
            if previous.is_some_and(|previous| id <= previous) || bounds.up_to.is_some_and(|up_to| id > up_to) {
                sorted = Err(Unsorted);
                break;
            }
            previous = Some(id);
            joined.gather(id, self.task.month, &mut cursors, &mut |export, row| unread.add(export, row));
            self.settle_joined(id, &mut joined, output);
        }
        self.totals.add(&unread.totals);
        output.anonymous_anomalies = unread.anomalies;
        output.anonymous_decisions = unread.decisions;
        sorted
    }

    fn settle_joined(&mut self, id: BeneficiaryId, joined: &mut Joined<'_>, output: &mut Output) {
        let is_sure = beside::is_sure(joined);
        let (dossier, findings) = joined.dossier();
        match dossier {
            Some(dossier) => {
                self.settler.settle(dossier, findings, &mut self.settlement);
                if self.settlement.outcome == Outcome::Paid {
                    let out = output.of(Table::Payments);
                    rows::payment(out, &dossier.beneficiary.fact, &self.month, &self.settlement);
                    self.totals.add_payment(&self.settlement);
                }
                if let Some(handover) = self.settlement.handover.as_ref().filter(|_| is_sure) {
                    let of = (self.settlement.regime.unwrap_or_default(), self.settlement.outcome);
                    publish::handover(output.of(Table::Handover), id, &self.month, of, handover);
                }
            }
            None => self.settlement.outcome = Outcome::Refused,
        }
        if findings.len() > 1 {
            findings.sort_by_key(Finding::order);
        }
        for finding in &*findings {
            rows::anomaly(output.of(Table::Anomalies), finding, &self.task.headers[finding.place.export as usize]);
        }
        self.totals.count_findings(findings);
        self.totals.later += joined.later;
        for export in Export::ALL {
            self.totals.rows[export as usize] += joined.counts[export as usize];
        }
        for &(line, fate) in &joined.rows {
            let outcome = match fate {
                RowFate::Settled => self.settlement.outcome,
                RowFate::Contradiction => Outcome::Held,
                RowFate::Copy | RowFate::Refused => Outcome::Refused,
            };
            let settled = fate == RowFate::Settled && outcome == Outcome::Paid;
            let net = if settled { self.settlement.amounts.net() } else { Cents::ZERO };
            let own = if joined.rows.len() > 1 { of_line(&joined.findings, line) } else { &joined.findings[..] };
            let findings = if fate == RowFate::Settled { &joined.findings[..] } else { own };
            let decision = Decision { beneficiary: Some(id), line, outcome, findings, net };
            rows::decision(output.of(Table::Decisions), &decision);
            self.totals.count_outcome(outcome);
        }
        if joined.dismissal().is_some() {
            let out = output.of(Table::Contributions);
            beside::contribution(self.task, id, &self.month, joined, out, &mut self.totals);
        }
        match self.task.purpose {
            Purpose::Run => {}
            Purpose::Deadlines(on) => {
                output.keep(Some(Table::Deadlines));
                let out = output.of(Table::Deadlines);
                beside::deadlines(self.task, (id, on), &self.settler, joined, out, &mut self.totals);
            }
            Purpose::Stats => {
                output.keep(None);
                let Task { law, month, .. } = self.task;
                self.totals.stats.count(law, *month, &self.settler, &self.settlement, joined, is_sure);
            }
        }
    }
}

/// The findings about one row of `beneficiaries.csv`; they stand in the order of their places.
fn of_line(findings: &[Finding], line: u64) -> &[Finding] {
    let place = |finding: &Finding| (finding.place.export, finding.place.line);
    let start = findings.partition_point(|finding| place(finding) < (Export::Beneficiaries, line));
    let end = findings.partition_point(|finding| place(finding) <= (Export::Beneficiaries, line));
    &findings[start..end]
}

/// Gathers rows whose beneficiary number can't be read.
#[derive(Debug)]
pub(super) struct Unread<'r> {
    headers: &'r [Header; Export::COUNT],
    pub(super) totals: Totals,
    pub(super) anomalies: [Vec<u8>; Export::COUNT],
    pub(super) decisions: Vec<u8>,
}

impl<'r> Unread<'r> {
    pub(super) fn new(headers: &'r [Header; Export::COUNT]) -> Self {
        Self { headers, totals: Totals::default(), anomalies: Default::default(), decisions: Vec::new() }
    }

    pub(super) fn clear(&mut self) {
        self.totals = Totals::default();
        self.anomalies.iter_mut().for_each(Vec::clear);
        self.decisions.clear();
    }

    #[cold]
    pub(super) fn add(&mut self, export: Export, row: Anonymous<'_>) {
        let at = export as usize;
        self.totals.rows[at] += 1;
        self.totals.count_findings(row.findings);
        for finding in row.findings {
            rows::anomaly(&mut self.anomalies[at], finding, &self.headers[at]);
        }
        if export == Export::Beneficiaries {
            let (line, outcome) = (row.row.line, Outcome::Refused);
            let decision = Decision { beneficiary: None, line, outcome, findings: row.findings, net: Cents::ZERO };
            rows::decision(&mut self.decisions, &decision);
            self.totals.count_outcome(outcome);
        }
    }
}
