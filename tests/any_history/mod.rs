//! Histories for the property tests of the ledger: the true facts of a case, and the exports that told them, month by month,
//! with rows that came late, were wrong, could not be read, or should never have been there.

#![allow(unreachable_pub, missing_docs, reason = "only the test files that include it see it")]

use std::fmt::Write;

use chrono::{Datelike, Days, Months, NaiveDate};
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::Decimal;

use crate::any_case::{AnyCase, any_case};
use crate::case::{self, Rows};
use crate::oracle::{Event, EventKind, Facts};

/// One run: its month, and the rows of its exports.
#[derive(Clone, Debug)]
pub struct Export {
    pub month: NaiveDate,
    pub rows: [Vec<String>; 3],
}

#[derive(Clone)]
pub struct AnyHistory {
    /// The facts as they are known in the end.
    pub facts: Facts,
    /// The exports of all runs but the last, at least one.
    pub exports: Vec<Export>,
    extras: Vec<Event>,
    draft: Draft,
}

impl std::fmt::Debug for AnyHistory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:#?}\n{:#?}", self.facts, self.draft)
    }
}

#[derive(Clone, Debug)]
struct Draft {
    /// The month of the first run, from that of the start.
    first: i32,
    runs: Vec<ARun>,
    last_is_same_month: bool,
}

#[derive(Clone, Debug)]
struct ARun {
    is_same_month: bool,
    beneficiary: ABeneficiary,
    /// Which rows the export has, bit by bit.
    events: u8,
    rows: u64,
    /// Whether the export has earlier months' rows too, or those of its month alone.
    with_earlier: bool,
    wrongs: Vec<Wrong>,
}

#[derive(Clone, Copy, Debug)]
enum ABeneficiary {
    AsItIs,
    Missing,
    Unreadable,
    NoIban,
    Wage(i64),
    ContractEnd(i64),
    Seniority,
    NoPension,
    Procedure(i64),
}

#[derive(Clone, Copy, Debug)]
enum Wrong {
    EventEnd(usize, Option<u64>),
    /// An event that never was, days from the start.
    Extra(EventKind, i64, Option<u64>),
    NoProof(usize),
    Base(usize, i64),
    Hours(usize, i64),
    End(usize, Option<i64>),
    UnreadableEvent,
    UnreadableRow,
}

pub fn any_history() -> impl Strategy<Value = AnyHistory> {
    (any_case(), draft()).prop_map(|(case, draft)| AnyHistory::new(case, draft))
}

fn draft() -> impl Strategy<Value = Draft> {
    let first = prop_oneof![4 => Just(0), 2 => -1..=0_i32, 3 => 1..8_i32];
    (first, prop::collection::vec(a_run(), 1..14), prop::bool::weighted(0.3))
        .prop_map(|(first, runs, last_is_same_month)| Draft { first, runs, last_is_same_month })
}

fn a_run() -> impl Strategy<Value = ARun> {
    use ABeneficiary::*;
    let beneficiary = prop_oneof![
        14 => Just(AsItIs),
        1 => Just(Missing),
        1 => Just(Unreadable),
        1 => Just(NoIban),
        1 => (-500..500_i64).prop_map(Wage),
        1 => (-40..40_i64).prop_map(ContractEnd),
        1 => Just(Seniority),
        1 => Just(NoPension),
        1 => (-400..400_i64).prop_map(Procedure),
    ];
    let events = prop_oneof![3 => Just(u8::MAX), 2 => any::<u8>(), 2 => Just(0)];
    let rows = prop_oneof![3 => Just(u64::MAX), 3 => any::<u64>(), 1 => Just(0)];
    let wrongs = prop_oneof![2 => Just(Vec::new()), 2 => prop::collection::vec(wrong(), 1..4)];
    (prop::bool::weighted(0.25), beneficiary, events, rows, any::<bool>(), wrongs).prop_map(
        |(is_same_month, beneficiary, events, rows, with_earlier, wrongs)| ARun {
            is_same_month,
            beneficiary,
            events,
            rows,
            with_earlier,
            wrongs,
        },
    )
}

fn wrong() -> impl Strategy<Value = Wrong> {
    use EventKind::*;
    let kind = select(vec![Sickness, Maternity, Parental, Abroad, Training, Retirement, Exclusion, BusinessCreation]);
    let row = 0..40_usize;
    prop_oneof![
        2 => (0..5_usize, weighted(0.7, 0..60_u64)).prop_map(|(at, days)| Wrong::EventEnd(at, days)),
        3 => (kind, -10..300_i64, weighted(0.8, 0..60_u64)).prop_map(|(kind, start, days)| Wrong::Extra(kind, start, days)),
        2 => row.clone().prop_map(Wrong::NoProof),
        2 => (row.clone(), -60_000..60_000_i64).prop_map(|(at, cents)| Wrong::Base(at, cents)),
        1 => (row.clone(), 100..4_800_i64).prop_map(|(at, hours)| Wrong::Hours(at, hours)),
        2 => (row, weighted(0.8, -40..40_i64)).prop_map(|(at, days)| Wrong::End(at, days)),
        1 => Just(Wrong::UnreadableEvent),
        1 => Just(Wrong::UnreadableRow),
    ]
}

fn plus(day: NaiveDate, days: i64) -> NaiveDate {
    day + chrono::Duration::days(days)
}

fn months(day: NaiveDate, months: i32) -> NaiveDate {
    let count = Months::new(months.unsigned_abs());
    if months < 0 { day - count } else { day + count }
}

impl AnyHistory {
    fn new(case: AnyCase, draft: Draft) -> Self {
        let mut facts = case.facts;
        // Of the same kind and first day there is one event in the end: two would be two rows of one key.
        facts.events.sort_by_key(|event| (case::kind(event.kind), event.start, event.end));
        let start = facts.contract_end + Days::new(1);
        let first = months(start.with_day(1).expect("a first day"), draft.first);
        let mut history = Self { facts, exports: Vec::new(), extras: Vec::new(), draft };
        let mut month = first;
        for (count, run) in history.draft.runs.clone().iter().enumerate() {
            if count > 0 && !run.is_same_month {
                month = months(month, 1);
            }
            let export = history.export(run, month, start);
            history.exports.push(export);
        }
        history
    }

    /// The month of the last run.
    pub fn last_month(&self) -> NaiveDate {
        let before = self.exports.last().expect("a run").month;
        if self.draft.last_is_same_month { before } else { months(before, 1) }
    }

    /// No month before can be worth anything, or have been held to be.
    pub fn first_possible(&self) -> NaiveDate {
        months(self.facts.contract_end.with_day(1).expect("a first day"), -3)
    }

    /// The last run: all facts as they are, and what never was is withdrawn.
    pub fn last(&self, an_event_is_unread: bool) -> Export {
        let mut rows = Rows::new(&self.facts).0;
        let is_true = |extra: &&Event| {
            self.facts.events.iter().any(|event| (event.kind, event.start) == (extra.kind, extra.start))
        };
        let extras = self.extras.iter().filter(|extra| !is_true(extra));
        rows[1].extend(extras.map(|extra| event_row(extra.kind, extra.start, Some(extra.start - Days::new(1)))));
        if an_event_is_unread {
            let never = NaiveDate::from_ymd_opt(2001, 1, 2).expect("a day");
            rows[1].push(event_row(EventKind::Sickness, never, Some(never - Days::new(1))));
        }
        rows[1].sort();
        rows[1].dedup();
        Export { month: self.last_month(), rows }
    }

    fn export(&mut self, run: &ARun, month: NaiveDate, start: NaiveDate) -> Export {
        let mut facts = self.facts.clone();
        match run.beneficiary {
            ABeneficiary::Wage(cents) => facts.sjr = (facts.sjr + Decimal::new(cents, 2)).max(Decimal::ONE),
            ABeneficiary::ContractEnd(days) => facts.contract_end = plus(facts.contract_end, days),
            ABeneficiary::Seniority => facts.seniority_months = 47 - facts.seniority_months.min(47),
            ABeneficiary::NoPension => facts.pension = None,
            ABeneficiary::Procedure(days) => {
                facts.procedure_date = plus(facts.procedure_date, days).min(facts.contract_end);
            }
            _ => {}
        }
        let (mut bad_event, mut bad_row) = (false, false);
        let mut wrong_rows: Vec<(usize, Wrong)> = Vec::new();
        for wrong in &run.wrongs {
            match *wrong {
                Wrong::EventEnd(at, days) if !facts.events.is_empty() => {
                    let at = at % facts.events.len();
                    let event = &mut facts.events[at];
                    event.end = days.map(|days| event.start + Days::new(days));
                }
                Wrong::EventEnd(..) => {}
                Wrong::Extra(kind, from, days) => {
                    let first = plus(start, from);
                    let extra = Event { kind, start: first, end: days.map(|days| first + Days::new(days)) };
                    self.extras.push(extra.clone());
                    facts.events.push(extra);
                }
                Wrong::NoProof(at) | Wrong::Base(at, _) | Wrong::Hours(at, _) | Wrong::End(at, _) => {
                    wrong_rows.push((at, *wrong));
                }
                Wrong::UnreadableEvent => bad_event = true,
                Wrong::UnreadableRow => bad_row = true,
            }
        }
        let mut count = 0;
        facts.events.retain(|_| {
            count += 1;
            count > 8 || run.events & (1 << (count - 1)) != 0
        });
        let mut count = 0;
        facts.rows.retain(|row| {
            count += 1;
            row.month <= month && (run.with_earlier || row.month == month) && run.rows & (1 << (count % 64)) != 0
        });
        let rows = facts.rows.len();
        for (at, wrong) in wrong_rows.into_iter().filter(|_| rows > 0) {
            let row = &mut facts.rows[at % rows];
            match wrong {
                Wrong::NoProof(_) => row.proof = false,
                Wrong::Base(_, cents) => {
                    row.base_monthly_gross = (row.base_monthly_gross + Decimal::new(cents, 2)).max(Decimal::ONE);
                }
                Wrong::Hours(_, hours) => row.weekly_hours = Decimal::new(hours, 2),
                Wrong::End(_, days) => row.job_end = days.map(|days| plus(row.month, days).max(row.job_start)),
                _ => {}
            }
        }
        let mut rows = Rows::new(&facts).0;
        match run.beneficiary {
            ABeneficiary::Missing => rows[0].clear(),
            ABeneficiary::Unreadable => with_field(&mut rows[0][0], 6, "many"),
            ABeneficiary::NoIban => with_field(&mut rows[0][0], 3, "none"),
            _ => {}
        }
        if bad_event {
            rows[1].push(event_row(EventKind::Sickness, start, None).replace("sickness", "siesta"));
        }
        if bad_row {
            rows[2].push(format!("B1,73282932000074,{},soon,,35,1000.00,1000.00,", case::month(month)));
        }
        Export { month, rows }
    }

    /// The exports as text.
    pub fn told(&self) -> String {
        let mut told = String::new();
        for (export, number) in self.exports.iter().chain([&self.last(false)]).zip(1..) {
            writeln!(told, "run {number} of {}-{:02}", export.month.year(), export.month.month()).expect("memory");
            for row in export.rows.iter().flatten() {
                writeln!(told, "    {row}").expect("memory");
            }
        }
        told
    }
}

fn with_field(row: &mut String, at: usize, text: &str) {
    let mut fields: Vec<_> = row.split(',').collect();
    fields[at] = text;
    *row = fields.join(",");
}

fn event_row(kind: EventKind, start: NaiveDate, end: Option<NaiveDate>) -> String {
    let end = end.map_or_else(String::new, |end| end.to_string());
    format!("B1,{},{start},{end}", case::kind(kind).name())
}
