//! What the ledger holds of a beneficiary completes the rows of the export: a fact stands until a later row replaces it.

use std::borrow::Cow;
use std::fmt;

use super::Joined;
use crate::anomaly::{Code, Finding};
use crate::calendar::{Day, Month};
use crate::columns::{Column, Export};
use crate::facts::{Beneficiary, Earning, Event, EventKind, Facts, KeptList, KeptRow, Listed, Sourced};

/// How the facts differ from those that the ledger holds.
#[derive(Debug, Default)]
pub struct Changes {
    /// What is new or other, in the order of the exports.
    pub list: Vec<Change>,
    /// Whether a month before that of the run may be worth something else now.
    pub touch_earlier: bool,
    /// Whether the row of the beneficiary is another one, in any column.
    pub other_row: bool,
}

impl Changes {
    /// What is new or other, but for the rows of earnings of the month itself.
    pub fn before(&self, month: Month) -> String {
        let of_month = |change: &&Change| !matches!(change, Change::Earning(of, _) if *of == month);
        self.list.iter().filter(of_month).map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }
}

/// One fact that is new or other than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A column of the row of `beneficiaries.csv`.
    Beneficiary(Column),
    /// An event that began on a day.
    Event(EventKind, Day, What),
    /// The row of a job for a month: a column, or all of it.
    Earning(Month, Option<Column>),
    /// A job that began on a day: it never was.
    Job(Day),
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// It was not known.
    New,
    /// It ends on another day.
    Moved,
    /// It never was.
    Withdrawn,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Beneficiary(column) => write!(f, "{} {}", Export::Beneficiaries, column.name()),
            Self::Event(kind, start, what) => {
                let what = match what {
                    What::New => "new",
                    What::Moved => "end",
                    What::Withdrawn => "withdrawn",
                };
                write!(f, "{} {kind} {start} {what}", Export::Events)
            }
            Self::Earning(month, column) => {
                write!(f, "{} {month} {}", Export::Earnings, column.map_or("new", Column::name))
            }
            Self::Job(start) => write!(f, "{} {start} withdrawn", Export::Earnings),
        }
    }
}

type JobMonth = (u64, Day, Month);

fn job_month(row: &Earning) -> JobMonth {
    (row.employer.number(), row.job_start, row.month)
}

fn job(row: &Earning) -> (u64, Day) {
    (row.employer.number(), row.job_start)
}

/// The line of a fact that no row of today's exports states.
pub const KEPT: u64 = 0;

/// What is used again from beneficiary to beneficiary.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    /// Today's row as it would be kept, once it was asked for.
    row: Vec<u8>,
    list: Vec<u8>,
    events: Vec<Event>,
    earnings: Vec<Earning>,
    events_today: Vec<Sourced<Event>>,
    earnings_today: Vec<Sourced<Earning>>,
}

impl Buffers {
    pub(super) fn clear(&mut self) {
        self.row.clear();
    }
}

impl<'b> Joined<'b> {
    /// The row of the beneficiary as it would be kept; nothing without one.
    pub fn row_to_keep(&mut self) -> &[u8] {
        let bytes = &mut self.buffers.row;
        if let Some(row) = self.beneficiary.as_ref().filter(|_| bytes.is_empty()) {
            KeptRow::put(bytes, &row.fact);
        }
        bytes
    }

    /// Completes the rows with facts kept from earlier runs, and tells what changed. An event is known by kind and first day,
    /// a row of earnings by job and month. An event that ends on the eve of its first day withdraws one that is kept, or
    /// stands for one that could not be read (`may_withdraw`); so does a job.
    pub fn complete(&mut self, kept: &Facts<'_>, month: Month, may_withdraw: impl Fn(Export) -> bool) -> Changes {
        let mut changes = Changes { other_row: self.row_to_keep() != kept.row.bytes(), ..Changes::default() };
        if let Some(Sourced { fact: row, .. }) = self.beneficiary.as_ref().filter(|_| changes.other_row)
            && let Some(before) = kept.row.fact(row.id)
        {
            let columns = differing_columns(row, &before);
            changes.touch_earlier = !columns.is_empty();
            changes.list.extend(columns.into_iter().map(Change::Beneficiary));
        }
        let first = month.first_day();
        if !(self.events.is_empty() && kept.events.is_empty()) {
            let mut facts = std::mem::take(&mut self.buffers.events);
            facts.clear();
            facts.extend(kept.events.iter());
            self.complete_events(&facts, first, may_withdraw(Export::Events), &mut changes);
            self.buffers.events = facts;
        }
        if !(self.earnings.is_empty() && kept.earnings.is_empty()) {
            let mut facts = std::mem::take(&mut self.buffers.earnings);
            facts.clear();
            facts.extend(kept.earnings.iter());
            self.complete_earnings(&facts, month, may_withdraw(Export::Earnings), &mut changes);
            self.buffers.earnings = facts;
        }
        changes
    }

    fn complete_events(&mut self, kept: &[Event], first: Day, may_withdraw: bool, changes: &mut Changes) {
        let key = |event: &Event| (event.kind, event.span.first);
        self.events.sort_by_key(|row| (key(&row.fact), row.fact.span.last, row.line));
        let today = std::mem::replace(&mut self.events, std::mem::take(&mut self.buffers.events_today));
        self.events.clear();
        let mut kept = kept.chunk_by(|a, b| key(a) == key(b)).peekable();
        for group in today.chunk_by(|a, b| key(&a.fact) == key(&b.fact)) {
            let (kind, start) = key(&group[0].fact);
            while let Some(earlier) = kept.next_if(|earlier| key(&earlier[0]) < (kind, start)) {
                self.events.extend(earlier.iter().map(|&fact| Sourced { line: KEPT, fact }));
            }
            let earlier = kept.next_if(|earlier| key(&earlier[0]) == (kind, start));
            let withdraws = group.len() == 1 && group[0].fact.span.last == start.eve();
            if withdraws && (earlier.is_some() || may_withdraw) {
                let line = group[0].line;
                self.findings.retain(|finding| !is_of(finding, Export::Events, line, Code::DatesOutOfOrder));
                changes.list.push(Change::Event(kind, start, What::Withdrawn));
                changes.touch_earlier |= start < first;
                continue;
            }
            self.events.extend_from_slice(group);
            match earlier {
                None => {
                    changes.list.push(Change::Event(kind, start, What::New));
                    changes.touch_earlier |= start < first;
                }
                Some(earlier) if !group.iter().map(|row| &row.fact).eq(earlier) => {
                    let ends = |events: &mut dyn Iterator<Item = Day>| events.max().unwrap_or(Day::BEFORE_ALL);
                    let now = ends(&mut group.iter().map(|row| row.fact.span.last));
                    let before = ends(&mut earlier.iter().map(|event| event.span.last));
                    changes.list.push(Change::Event(kind, start, What::Moved));
                    changes.touch_earlier |= now.min(before) < first.eve();
                }
                Some(_) => {}
            }
        }
        self.events.extend(kept.flatten().map(|&fact| Sourced { line: KEPT, fact }));
        self.buffers.events_today = today;
    }

    fn complete_earnings(&mut self, kept: &[Earning], month: Month, may_withdraw: bool, changes: &mut Changes) {
        let mut today = std::mem::replace(&mut self.earnings, std::mem::take(&mut self.buffers.earnings_today));
        self.earnings.clear();
        let kept = &*self.withdraw_jobs(&mut today, kept, may_withdraw, changes);
        changes.touch_earlier |=
            changes.list.iter().any(|change| matches!(change, Change::Job(start) if *start < month.first_day()));
        let mut rest = kept.iter().peekable();
        for row in today.drain(..) {
            while let Some(&fact) = rest.next_if(|earlier| job_month(earlier) < job_month(&row.fact)) {
                self.earnings.push(Sourced { line: KEPT, fact });
            }
            let earlier = rest.next_if(|earlier| job_month(earlier) == job_month(&row.fact));
            if earlier != Some(&row.fact) {
                let of = row.fact.month;
                changes.touch_earlier |= of < month;
                match earlier {
                    None => changes.list.push(Change::Earning(of, None)),
                    Some(earlier) => {
                        let columns = differing_cells(&row.fact, earlier).into_iter();
                        changes.list.extend(columns.map(|column| Change::Earning(of, Some(column))));
                    }
                }
            }
            self.earnings.push(row);
        }
        self.earnings.extend(rest.map(|&fact| Sourced { line: KEPT, fact }));
        self.buffers.earnings_today = today;
        if !changes.touch_earlier {
            changes.touch_earlier = self.jobs_ran_otherwise(kept, month.first_day());
        }
    }

    /// What is kept of the jobs that no row of today withdraws.
    fn withdraw_jobs<'k>(
        &mut self,
        today: &mut Vec<Sourced<Earning>>,
        kept: &'k [Earning],
        may_withdraw: bool,
        changes: &mut Changes,
    ) -> Cow<'k, [Earning]> {
        let is_known = |row: &Earning| may_withdraw || kept.iter().any(|earlier| job(earlier) == job(row));
        let ends_before = |row: &Earning| row.job_end == Some(row.job_start.eve());
        let withdrawn: Vec<Earning> = today
            .chunk_by(|a, b| job(&a.fact) == job(&b.fact))
            .filter(|rows| rows.len() == 1 && ends_before(&rows[0].fact) && is_known(&rows[0].fact))
            .map(|rows| rows[0].fact)
            .collect();
        if withdrawn.is_empty() {
            return Cow::Borrowed(kept);
        }
        let is_withdrawn = |row: &Earning| withdrawn.iter().any(|other| job(other) == job(row));
        for row in today.extract_if(.., |row| is_withdrawn(&row.fact)) {
            self.findings.retain(|finding| !is_of(finding, Export::Earnings, row.line, Code::DatesOutOfOrder));
            changes.list.push(Change::Job(row.fact.job_start));
        }
        Cow::Owned(kept.iter().filter(|row| !is_withdrawn(row)).copied().collect())
    }

    /// Whether a job runs on other days before `first` than was known: its first row is today's, or its latest row states
    /// another end.
    fn jobs_ran_otherwise(&self, kept: &[Earning], first: Day) -> bool {
        let mut kept = kept.chunk_by(|a, b| job(a) == job(b)).peekable();
        let end = |row: Option<&Earning>| row.and_then(|row| row.job_end).unwrap_or(Day::AFTER_ALL);
        self.earnings.chunk_by(|a, b| job(&a.fact) == job(&b.fact)).any(|rows| {
            let now = end(rows.last().map(|row| &row.fact));
            match kept.next_if(|earlier| job(&earlier[0]) == job(&rows[0].fact)) {
                None => rows[0].fact.job_start < first,
                Some(earlier) => {
                    let before = end(earlier.last());
                    now != before && now.min(before) < first.eve()
                }
            }
        })
    }

    /// Whether a row of earnings of today's exports is for a month up to this one.
    pub fn states_earnings_up_to(&self, month: Month) -> bool {
        self.earnings.iter().any(|row| row.line != KEPT && row.fact.month <= month)
    }

    /// The facts to be kept for later runs; `None` if there are none, or no row of the beneficiary was ever sent. A row that holds the payment is
    /// not kept: what stood in its place before stays. Where they are those that are kept, their bytes are carried on.
    pub fn facts_to_keep(&mut self, kept: Option<&Facts<'b>>) -> Option<Facts<'b>> {
        // Events and earnings beside a row that could not be read are not sent again with the right one.
        let any = !self.events.is_empty() || !self.earnings.is_empty();
        let are_there = any && !self.rows.is_empty();
        let row = self.kept_row(kept.map(|kept| &kept.row)).or_else(|| are_there.then(KeptRow::default))?;
        let (mut events, mut earnings) = (KeptList::default(), KeptList::default());
        let has_held = self.findings.iter().any(|finding| finding.code.entry().effect.holds());
        let findings = Some(&*self.findings).filter(|_| has_held).unwrap_or_default();
        let Buffers { list, events: kept_events, earnings: kept_earnings, .. } = &mut self.buffers;
        if !self.events.is_empty() {
            kept_events.clear();
            for row in &self.events {
                if is_held(findings, Export::Events, row.line) {
                    let of = |event: &Event| (event.kind, event.span.first) == (row.fact.kind, row.fact.span.first);
                    kept_events.extend(kept.into_iter().flat_map(|kept| kept.events.iter().filter(of)));
                } else {
                    kept_events.push(row.fact);
                }
            }
            kept_events.sort_by_key(|event| (event.kind, event.span.first, event.span.last));
            kept_events.dedup();
            events = list_to_keep(kept_events, kept.map(|kept| &kept.events), list);
        }
        if !self.earnings.is_empty() {
            kept_earnings.clear();
            for row in &self.earnings {
                if is_held(findings, Export::Earnings, row.line) {
                    let of = |earning: &Earning| job_month(earning) == job_month(&row.fact);
                    kept_earnings.extend(kept.and_then(|kept| kept.earnings.iter().find(of)));
                } else {
                    kept_earnings.push(row.fact);
                }
            }
            kept_earnings.sort_by_key(job_month);
            earnings = list_to_keep(kept_earnings, kept.map(|kept| &kept.earnings), list);
        }
        Some(Facts { row, events, earnings })
    }

    fn kept_row(&mut self, kept: Option<&KeptRow<'b>>) -> Option<KeptRow<'b>> {
        let Some(Sourced { fact: today, .. }) = &self.beneficiary else { return kept.cloned() };
        // The next account is compared with the last right one (A602).
        let account = || kept.and_then(KeptRow::iban);
        if let Some(iban) = today.iban.is_none().then(account).flatten() {
            return Some(KeptRow::of(&Beneficiary { iban: Some(iban), ..today.clone() }));
        }
        let bytes = self.row_to_keep();
        Some(match kept.filter(|kept| kept.bytes() == bytes) {
            Some(kept) => kept.clone(),
            None => bytes.to_vec().into(),
        })
    }
}

/// Whether a row of today's holds the payment.
fn is_held(findings: &[Finding], export: Export, line: u64) -> bool {
    let holds = |finding: &Finding| {
        finding.code.entry().effect.holds() && (finding.place.export, finding.place.line) == (export, line)
    };
    line != KEPT && findings.iter().any(holds)
}

fn list_to_keep<'b, T: Listed>(facts: &[T], kept: Option<&KeptList<'b, T>>, buffer: &mut Vec<u8>) -> KeptList<'b, T> {
    buffer.clear();
    facts.iter().for_each(|fact| fact.put(buffer));
    KeptList::carried(buffer, kept)
}

fn is_of(finding: &Finding, export: Export, line: u64, code: Code) -> bool {
    finding.code == code && (finding.place.export, finding.place.line) == (export, line)
}

/// The columns in which two rows differ, as far as an amount hangs on them.
fn differing_columns(now: &Beneficiary<'_>, before: &Beneficiary<'_>) -> Vec<Column> {
    let differs = [
        (Column::ProcedureDate, now.procedure_date != before.procedure_date),
        (Column::ContractEnd, now.contract_end != before.contract_end),
        (Column::SeniorityMonths, now.seniority_months != before.seniority_months),
        (Column::Sjr, now.wage != before.wage),
        (Column::WeeklyHours, now.weekly_hours != before.weekly_hours),
        (Column::PartTimeRatio, now.part_time != before.part_time),
        (Column::AreDays, now.are_days != before.are_days),
        (Column::NoticeDaily, now.notice_daily != before.notice_daily),
        (Column::PensionMonthly, now.pension != before.pension),
    ];
    differs.into_iter().filter_map(|(column, differs)| differs.then_some(column)).collect()
}

fn differing_cells(now: &Earning, before: &Earning) -> Vec<Column> {
    let differs = [
        (Column::JobEnd, now.job_end != before.job_end),
        (Column::WeeklyHours, now.weekly_hours != before.weekly_hours),
        (Column::BaseMonthlyGross, now.base != before.base),
        (Column::GrossPaid, now.gross_paid != before.gross_paid),
        (Column::Proof, now.proof != before.proof),
    ];
    differs.into_iter().filter_map(|(column, differs)| differs.then_some(column)).collect()
}
