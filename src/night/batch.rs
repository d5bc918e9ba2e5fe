//! One batch: rows to dossiers, dossiers to settlements, settlements to the bytes of the files.

use super::NightError;
use super::beside;
use super::ledger_side::{LedgerPlan, Recalled};
use crate::anomaly::Finding;
use crate::calendar::{Day, Month};
use crate::columns::Export;
use crate::dossier::{Joined, RowFate};
use crate::exports::{self, Anonymous, Batch, Cursor, CursorBuffers, Encoding, Header};
use crate::identity::BeneficiaryId;
use crate::law::Law;
use crate::law::handover::Handover;
use crate::ledger::{Entries, KeptBytes, LedgerError};
use crate::money::Cents;
use crate::publish::rows::{self, Decision, MonthText, Spelt};
use crate::publish::{self, Table};
use crate::revision::{Kept, Line, Nature, Payment, Revised, Reviser, Stated};
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
#[derive(Clone, Copy, Debug)]
pub struct Task<'r> {
    /// By which law.
    pub law: &'r Law,
    /// For which month.
    pub month: Month,
    /// To what end.
    pub purpose: Purpose,
    /// The headers of the exports, in the order of [`Export::ALL`].
    pub headers: &'r [Header; Export::COUNT],
    /// The ledger, if there is one.
    pub ledger: Option<&'r LedgerPlan<'r>>,
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
    /// What goes into the ledger.
    pub entries: Entries,
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
        self.entries.clear();
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

/// Settles one batch after the other; its buffers are used again.
#[derive(Debug)]
pub struct BatchSettler<'r> {
    task: Task<'r>,
    settler: Settler<'r>,
    reviser: Option<Reviser<'r>>,
    settlement: Settlement<'r>,
    month: MonthText,
    cursors: [CursorBuffers; Export::COUNT],
    /// What all batches added up to.
    pub totals: Totals,
}

impl<'r> BatchSettler<'r> {
    /// For the batches of a run.
    pub fn new(task: &Task<'r>) -> Self {
        Self {
            task: *task,
            settler: Settler::new(task.law, task.month),
            settlement: Settlement::default(),
            reviser: task.ledger.map(|ledger| Reviser::new(task.law, ledger.period)),
            month: MonthText::new(task.month, task.ledger.map_or(1, |ledger| ledger.sequence)),
            cursors: Default::default(),
            totals: Totals::default(),
        }
    }

    /// Settles a batch whose rows stand in ascending order of beneficiary numbers, and within bounds.
    ///
    /// # Errors
    /// They don't.
    /// What the ledger holds can't be read either.
    pub fn settle(
        &mut self,
        batch: &Batch,
        recalled: &Recalled,
        bounds: Bounds,
        output: &mut Output,
    ) -> Result<(), NightError> {
        output.clear();
        let mut buffers = std::mem::take(&mut self.cursors);
        let settled = self.settle_with(batch, recalled, bounds, output, &mut buffers);
        self.cursors = buffers;
        settled
    }

    fn settle_with(
        &mut self,
        batch: &Batch,
        recalled: &Recalled,
        bounds: Bounds,
        output: &mut Output,
        buffers: &mut [CursorBuffers; Export::COUNT],
    ) -> Result<(), NightError> {
        let task = self.task;
        let mut unread = Unread::new(task.headers);
        let sorted = each_joined(&task, (batch, recalled, bounds), buffers, &mut unread, |id, joined, kept, stated| {
            self.settle_one(id, joined, (kept, stated), output)
        });
        self.totals.add(&unread.totals);
        output.anonymous_anomalies = unread.anomalies;
        output.anonymous_decisions = unread.decisions;
        sorted
    }

    /// Settles one beneficiary whose rows are joined, beside what the ledger holds and what was stated when it began.
    ///
    /// # Errors
    /// What the ledger holds can't be read.
    pub fn settle_one<'b>(
        &mut self,
        id: BeneficiaryId,
        joined: &mut Joined<'b>,
        (kept, stated): (Option<KeptBytes<'b>>, Option<&Stated>),
        output: &mut Output,
    ) -> Result<(), NightError> {
        let Some(reviser) = &mut self.reviser else {
            self.settle_joined(id, joined, output);
            return Ok(());
        };
        let kept = match kept {
            Some(kept) => Some(kept.decode_beside(joined.row_to_keep())?),
            None => None,
        };
        let mut revised = Revised::default();
        revise(reviser, id, (joined, kept.as_ref(), stated), &mut self.settlement, &mut revised, output);
        let keep = revised.keep.as_ref();
        let lines = &reviser.posting.lines;
        let payment = reviser.posting.payment;
        lines.iter().for_each(|line| self.totals.claims.count(line));
        self.totals.claims.opening += kept.iter().flat_map(|kept| &kept.claims).map(|claim| claim.balance).sum();
        self.totals.claims.closing += keep.iter().flat_map(|kept| &kept.claims).map(|claim| claim.balance).sum();
        output.entries.add(id, keep, lines);
        self.write_rows(id, joined, &payment, output);
        Ok(())
    }

    /// What was posted for the beneficiary that was settled last; nothing without a ledger.
    pub fn lines(&self) -> &[Line] {
        self.reviser.as_ref().map_or(&[], |reviser| &reviser.posting.lines)
    }

    fn settle_joined(&mut self, id: BeneficiaryId, joined: &mut Joined<'_>, output: &mut Output) {
        let (dossier, findings) = joined.dossier();
        match dossier {
            Some(dossier) => self.settler.settle(dossier, findings, &mut self.settlement),
            None => self.settlement.outcome = Outcome::Refused,
        }
        let payment = Payment { current: self.settlement.amounts, ..Payment::default() };
        self.write_rows(id, joined, &payment, output);
    }

    /// What came of a beneficiary, as rows of the files.
    fn write_rows(&mut self, id: BeneficiaryId, joined: &mut Joined<'_>, payment: &Payment, output: &mut Output) {
        let Settlement { regime, outcome, .. } = self.settlement;
        let spelt = Spelt::new(id, payment);
        if let Some(row) = joined.beneficiary.as_ref().filter(|_| outcome == Outcome::Paid) {
            rows::payment(output.of(Table::Payments), &spelt, &row.fact, &self.month, regime, payment);
            self.totals.add_payment(regime, payment);
        }
        let has_one = |_: &&Handover| joined.beneficiary.is_some() && beside::is_sure(joined);
        if let Some(handover) = self.settlement.handover.as_ref().filter(has_one) {
            let of = (regime.unwrap_or_default(), outcome);
            publish::handover(output.of(Table::Handover), &spelt, &self.month, of, handover);
        }
        self.totals.add_rows(&joined.counts, joined.later);
        match (&joined.rows[..], &joined.findings[..]) {
            ([(line, RowFate::Settled)], []) if outcome == Outcome::Paid => {
                rows::paid(output.of(Table::Decisions), &spelt, *line);
                self.totals.outcomes.paid += 1;
            }
            _ => self.write_findings(id, joined, payment.net(), output),
        }
        if joined.dismissal().is_some() {
            let out = output.of(Table::Contributions);
            beside::contribution(&self.task, id, &self.month, joined, out, &mut self.totals);
        }
        match self.task.purpose {
            Purpose::Run => {}
            Purpose::Deadlines(on) => {
                output.keep(Some(Table::Deadlines));
                let out = output.of(Table::Deadlines);
                beside::deadlines(&self.task, (id, on), &self.settler, joined, out, &mut self.totals);
            }
            Purpose::Stats => {
                output.keep(None);
                let Task { law, month, .. } = self.task;
                let is_sure = beside::is_sure(joined);
                self.totals.stats.count(law, month, &self.settler, &self.settlement, joined, is_sure);
            }
        }
    }

    /// What was found about a beneficiary, and what became of each of its rows.
    fn write_findings(&mut self, id: BeneficiaryId, joined: &mut Joined<'_>, net: Cents, output: &mut Output) {
        joined.findings.sort_by_key(Finding::order);
        for finding in &joined.findings {
            rows::anomaly(output.of(Table::Anomalies), finding, &self.task.headers[finding.place.export as usize]);
        }
        self.totals.count_findings(&joined.findings);
        for &(line, fate) in &joined.rows {
            let outcome = match fate {
                RowFate::Settled => self.settlement.outcome,
                RowFate::Contradiction => Outcome::Held,
                RowFate::Copy | RowFate::Refused => Outcome::Refused,
            };
            let settled = fate == RowFate::Settled && outcome == Outcome::Paid;
            let net = if settled { net } else { Cents::ZERO };
            let own = if joined.rows.len() > 1 { of_line(&joined.findings, line) } else { &joined.findings[..] };
            let findings = if fate == RowFate::Settled { &joined.findings[..] } else { own };
            let decision = Decision { beneficiary: Some(id), line, outcome, findings, net };
            rows::decision(output.of(Table::Decisions), &decision);
            self.totals.count_outcome(outcome);
        }
    }
}

/// Joins the rows of a batch beneficiary by beneficiary, in ascending order of their numbers, beside what was recalled of each;
/// rows without a readable number go to `unread`.
pub(super) fn each_joined<'b>(
    task: &Task<'_>,
    (batch, recalled, bounds): (&'b Batch, &'b Recalled, Bounds),
    buffers: &mut [CursorBuffers; Export::COUNT],
    unread: &mut Unread<'_>,
    mut each: impl FnMut(
        BeneficiaryId,
        &mut Joined<'b>,
        Option<KeptBytes<'b>>,
        Option<&'b Stated>,
    ) -> Result<(), NightError>,
) -> Result<(), NightError> {
    let headers = task.headers;
    // One encoding is said for all exports.
    let is_utf8 = headers[0].dialect.encoding == Encoding::Utf8;
    let texts = if is_utf8 { batch.texts() } else { [None; Export::COUNT] };
    let mut cursors = exports::cursors(headers, batch, texts, buffers, &mut |export, row| unread.add(export, row));
    let mut joined = Joined::default();
    let mut previous = bounds.above;
    let mut kept = recalled.kept.iter().peekable();
    let mut stated = recalled.stated.iter().peekable();
    while let Some(id) = least(&cursors, kept.peek().map(|kept| kept.id)) {
        if previous.is_some_and(|previous| id <= previous) || bounds.up_to.is_some_and(|up_to| id > up_to) {
            return Err(NightError::Unsorted);
        }
        previous = Some(id);
        joined.gather(id, task.month, &mut cursors, &mut |export, row| unread.add(export, row));
        let kept = kept.next_if(|kept| kept.id == id);
        let stated = stated.next_if(|(of, _)| *of == id).map(|(_, stated)| stated);
        each(id, &mut joined, kept, stated)?;
    }
    match stated.next() {
        Some((id, _)) => Err(LedgerError::OpeningOfNobody(*id).into()),
        None => Ok(()),
    }
}

/// The least number that a cursor or what is kept stands at.
#[inline]
fn least(cursors: &[Cursor<'_, '_>; Export::COUNT], kept: Option<BeneficiaryId>) -> Option<BeneficiaryId> {
    let mut least = kept;
    for cursor in cursors {
        match (cursor.id(), least) {
            (Some(id), Some(lowest)) if id >= lowest => {}
            (Some(id), _) => least = Some(id),
            (None, _) => {}
        }
    }
    least
}

/// Revises a beneficiary by what the ledger holds, and writes what only a ledger tells.
fn revise<'a, 'l>(
    reviser: &mut Reviser<'l>,
    id: BeneficiaryId,
    (joined, kept, stated): (&mut Joined<'a>, Option<&Kept<'a>>, Option<&Stated>),
    settlement: &mut Settlement<'l>,
    revised: &mut Revised<'a>,
    output: &mut Output,
) {
    if let Some(kept) = kept.filter(|_| joined.rows.is_empty()) {
        revised.keep = reviser.miss(id, kept, &mut joined.findings, settlement);
        return;
    }
    reviser.revise(joined, kept, stated, settlement, revised);
    let Revised { reason, changes, old_iban, opened, .. } = &*revised;
    let posted = |line: &&Line| matches!(line.nature, Nature::Arrears | Nature::Claim | Nature::Recovered);
    if reviser.posting.lines.iter().any(|line| posted(&line)) {
        let changed = changes.before(reviser.month());
        for line in reviser.posting.lines.iter().filter(posted) {
            match &line.claim {
                Some(claim) => rows::claim(output.of(Table::Claims), id, line, claim, reason.name(), &changed),
                None => rows::arrears(output.of(Table::Arrears), id, line, reason.name(), &changed),
            }
        }
    }
    let iban = joined.beneficiary.as_ref().and_then(|row| row.fact.iban);
    if let Some((old, new)) = old_iban.as_ref().zip(iban) {
        rows::changed_iban(output.of(Table::ChangedIbans), id, old, &new);
    }
    if let Some(opened) = opened {
        rows::opening(output.of(Table::Opening), id, &opened.before, opened.frozen);
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
