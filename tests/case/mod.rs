//! The facts of a case as the oracle takes them, turned into the program's own facts and into the rows of the exports;
//! and what the program answers, told in the same words for both ways.

#![allow(unreachable_pub, dead_code, missing_docs, reason = "each test file takes what it needs")]

pub mod agree;

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::LazyLock;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use versement::anomaly::{Code, Effect, Finding};
use versement::calendar::{Day, Month, Span};
use versement::columns::Export;
use versement::dossier::Joined;
use versement::exports::{self, Batch, BlockReader, CursorBuffers, Encoding, Header};
use versement::facts::{
    Beneficiary, Dossier, Earning, Event, EventKind, Followup, Opening, Pension, PensionCategory, Sourced, Wage,
    WeeklyHours,
};
use versement::identity::{BeneficiaryId, Iban, Nir, Siret};
use versement::law::Law;
use versement::money::{Cents, Rate};
use versement::settle::{Amounts, Outcome, Settlement, Settler};

use crate::oracle;

/// The law that the program carries.
pub static LAW: LazyLock<Law> = LazyLock::new(|| Law::read(Law::BUILT_IN).expect("the law data has no fault"));

const ID: &str = "B1";
const NIR: &str = "295109912611193";
const IBAN: &str = "FR7630006000011234567890189";

// ---- To the program's facts ----

pub fn day(date: NaiveDate) -> Day {
    Day::from_date(date)
}

pub fn month(first: NaiveDate) -> Month {
    day(first).month()
}

pub fn cents(amount: Decimal) -> Cents {
    Cents((amount * Decimal::ONE_HUNDRED).to_i64().expect("an amount that fits"))
}

fn hours(hours: Decimal) -> WeeklyHours {
    WeeklyHours((hours * Decimal::ONE_HUNDRED).to_u32().expect("hours that fit"))
}

/// An employer's letter as the SIRET of an establishment.
pub fn siret(letter: &str) -> Siret {
    let number = match letter {
        "A" => "73282932000074",
        "B" => "35600000000048",
        "C" => "35600000049837",
        other => panic!("no employer {other}"),
    };
    Siret::new(number.as_bytes())
}

pub fn kind(kind: oracle::EventKind) -> EventKind {
    match kind {
        oracle::EventKind::Sickness => EventKind::Sickness,
        oracle::EventKind::Maternity => EventKind::Maternity,
        oracle::EventKind::Accident => EventKind::Accident,
        oracle::EventKind::Parental => EventKind::Parental,
        oracle::EventKind::Presence => EventKind::Presence,
        oracle::EventKind::Abroad => EventKind::Abroad,
        oracle::EventKind::CivicService => EventKind::CivicService,
        oracle::EventKind::BusinessCreation => EventKind::BusinessCreation,
        oracle::EventKind::Retirement => EventKind::Retirement,
        oracle::EventKind::Exclusion => EventKind::Exclusion,
        oracle::EventKind::Training => EventKind::Training,
        oracle::EventKind::Ctp => EventKind::Ctp,
    }
}

fn pension(pension: &oracle::Pension) -> Pension {
    let category = match pension.category {
        oracle::Category::One => PensionCategory::First,
        oracle::Category::Two => PensionCategory::Second,
        oracle::Category::Three => PensionCategory::Third,
        oracle::Category::Foreign => PensionCategory::Foreign,
    };
    let span = Span::open(pension.start.map(day), pension.end.map(day));
    Pension { category, monthly: cents(pension.monthly), span }
}

/// The program's facts of one beneficiary, as its dossier takes them.
#[derive(Debug)]
pub struct Typed {
    beneficiary: Sourced<Beneficiary<'static>>,
    pub events: Vec<Sourced<Event>>,
    pub earnings: Vec<Sourced<Earning>>,
    pub opening: Option<Opening>,
    pub followup: Option<Sourced<Followup<'static>>>,
}

impl Typed {
    /// Earnings of months up to the month of the run, by job and month.
    pub fn new(facts: &oracle::Facts, run: NaiveDate) -> Self {
        let beneficiary = Beneficiary {
            id: BeneficiaryId::new(ID.as_bytes()).expect("an id"),
            nir: Nir::new(NIR.as_bytes()).expect("a NIR"),
            name: Cow::Borrowed("Beneficiary"),
            iban: Iban::new(IBAN.as_bytes()),
            procedure_date: day(facts.procedure_date),
            contract_end: day(facts.contract_end),
            seniority_months: facts.seniority_months,
            wage: Wage::Stated(cents(facts.sjr)),
            weekly_hours: hours(facts.weekly_hours),
            part_time: Rate::from_decimal(facts.part_time_ratio).expect("a ratio"),
            are_days: facts.are_days,
            notice_daily: facts.notice_daily.map(cents),
            pension: facts.pension.as_ref().map(pension),
        };
        let events = facts.events.iter().map(|event| Event {
            kind: kind(event.kind),
            span: Span::open(Some(day(event.start)), event.end.map(day)),
        });
        let mut rows: Vec<_> = facts.rows.iter().filter(|row| row.month <= run).collect();
        rows.sort_by_key(|row| (siret(&row.employer).number(), row.job_start, row.month));
        let earnings = rows.into_iter().map(|row| Earning {
            employer: siret(&row.employer),
            month: month(row.month),
            job_start: day(row.job_start),
            job_end: row.job_end.map(day),
            weekly_hours: hours(row.weekly_hours),
            base: cents(row.base_monthly_gross),
            gross_paid: cents(row.base_monthly_gross),
            proof: row.proof.then(|| month(row.month).last_day()),
        });
        Self {
            beneficiary: Sourced { line: 2, fact: beneficiary },
            events: sourced(events),
            earnings: sourced(earnings),
            opening: None,
            followup: None,
        }
    }

    pub fn settle(&self, run: NaiveDate) -> Answer {
        Answer::of(self.dossier(), run, Vec::new())
    }

    pub fn dossier(&self) -> Dossier<'_> {
        Dossier {
            beneficiary: &self.beneficiary,
            events: &self.events,
            earnings: &self.earnings,
            opening: self.opening,
            followup: self.followup.as_ref(),
            dismissal: None,
        }
    }
}

fn sourced<T>(facts: impl Iterator<Item = T>) -> Vec<Sourced<T>> {
    facts.zip(2..).map(|(fact, line)| Sourced { line, fact }).collect()
}

// ---- To the rows of the exports ----

/// The rows of the three exports about one beneficiary, without their headers.
#[derive(Clone, Debug)]
pub struct Rows(pub [Vec<String>; 3]);

const HEADERS: [&str; 3] = [
    "beneficiary_id,nir,name,iban,procedure_date,contract_end,seniority_months,sjr,weekly_hours,part_time_ratio,\
     are_days,notice_daily,pension_category,pension_monthly,pension_start,pension_end",
    "beneficiary_id,kind,start,end",
    "beneficiary_id,employer,month,job_start,job_end,weekly_hours,base_monthly_gross,gross_paid,proof",
];

fn blank<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

impl Rows {
    pub fn new(facts: &oracle::Facts) -> Self {
        let oracle::Facts { procedure_date, contract_end, seniority_months, sjr, weekly_hours, .. } = facts;
        let part_time = blank(Some(facts.part_time_ratio).filter(|ratio| *ratio != Decimal::ONE));
        let (are_days, notice) = (blank(facts.are_days), blank(facts.notice_daily));
        let pension = facts.pension.as_ref().map_or_else(
            || ",,,".to_owned(),
            |pension| {
                let category = match pension.category {
                    oracle::Category::One => "1",
                    oracle::Category::Two => "2",
                    oracle::Category::Three => "3",
                    oracle::Category::Foreign => "F",
                };
                format!("{category},{},{},{}", pension.monthly, blank(pension.start), blank(pension.end))
            },
        );
        let beneficiary = format!(
            "{ID},{NIR},Beneficiary,{IBAN},{procedure_date},{contract_end},{seniority_months},{sjr},{weekly_hours},\
             {part_time},{are_days},{notice},{pension}"
        );
        let events = facts
            .events
            .iter()
            .map(|event| format!("{ID},{},{},{}", kind(event.kind).name(), event.start, blank(event.end)));
        let earnings = facts.rows.iter().map(|row| {
            let (employer, of_month) = (siret(&row.employer).number(), month(row.month));
            let (end, base) = (blank(row.job_end), row.base_monthly_gross);
            let proof = blank(row.proof.then(|| of_month.last_day()));
            format!("{ID},{employer},{of_month},{},{end},{},{base},{base},{proof}", row.job_start, row.weekly_hours)
        });
        Self([vec![beneficiary], events.collect(), earnings.collect()])
    }

    /// Reads the rows as exports, joins them to a dossier, and settles that.
    pub fn settle(&self, run: NaiveDate) -> Answer {
        self.joined(run, |mut joined| {
            let (dossier, findings) = joined.dossier();
            let findings = std::mem::take(findings);
            let Some(dossier) = dossier else { panic!("the beneficiary is refused: {findings:?}") };
            Answer::of(dossier, run, findings)
        })
    }

    /// Reads the rows as exports and joins them.
    pub fn joined<T>(&self, run: NaiveDate, then: impl FnOnce(Joined<'_>) -> T) -> T {
        let mut batch = Batch::default();
        let mut headers = Vec::new();
        for export in Export::ALL {
            let rows = self.0.get(export as usize).map_or(&[][..], Vec::as_slice);
            let columns = || export.columns().iter().map(|column| column.name()).collect::<Vec<_>>().join(",");
            let mut text = HEADERS.get(export as usize).map_or_else(columns, |header| (*header).to_owned());
            for row in rows {
                write!(text, "\n{row}").expect("memory");
            }
            text.push('\n');
            let mut reader = BlockReader::open(export, text.as_bytes(), Encoding::Utf8, false).expect("a header");
            reader.fill(text.len()).expect("rows");
            let read = reader.buffered().len();
            assert_eq!(read, rows.len(), "{export}");
            reader.take(read, &mut batch);
            headers.push(reader.header().clone());
        }
        let mut anonymous = |_: Export, _: versement::exports::Anonymous<'_>| panic!("a row without a number");
        let mut buffers: [CursorBuffers; Export::COUNT] = Default::default();
        let headers: [Header; Export::COUNT] = headers.try_into().expect("a header of each export");
        let mut cursors = exports::cursors(&headers, &batch, [None; Export::COUNT], &mut buffers, &mut anonymous);
        let mut joined = Joined::default();
        joined.gather(id(), month(run), &mut cursors, &mut anonymous);
        then(joined)
    }
}

/// The number of the one beneficiary.
pub fn id() -> BeneficiaryId {
    BeneficiaryId::new(ID.as_bytes()).expect("an id")
}

// ---- The answer ----

/// What the program says of a month.
#[derive(Clone, Debug)]
pub struct Answer {
    pub settlement: Settlement<'static>,
    pub findings: Vec<Finding>,
}

impl Answer {
    fn of(dossier: Dossier<'_>, run: NaiveDate, mut findings: Vec<Finding>) -> Self {
        let mut settlement = Settlement::default();
        Settler::new(&LAW, month(run)).settle(dossier, &mut findings, &mut settlement);
        Self { settlement, findings }
    }

    /// The sums of the lines, whatever the outcome.
    pub fn sums(&self) -> Amounts {
        let mut sums = Amounts::default();
        for line in &self.settlement.asr {
            for _ in 0..line.span.days() {
                sums.asr_days += 1;
                sums.asr_gross += line.gross.amount;
                sums.pension_offset += line.offset;
                sums.participation += line.participation;
            }
        }
        sums.idr = self.settlement.idr.iter().map(|line| line.amount).sum();
        sums
    }

    /// What is paid must be the sums of the lines; what is not paid is nothing.
    pub fn check_payment(&self) -> Result<(), String> {
        let Settlement { outcome, amounts, .. } = &self.settlement;
        let sums = self.sums();
        let paid = *outcome == Outcome::Paid;
        if paid != (sums.net() > Cents::ZERO) {
            return Err(format!("{outcome:?} at a net of {}", sums.net()));
        }
        let expected = if paid { sums } else { Amounts::default() };
        if *amounts != expected { Err(format!("{amounts:?} published, the lines say {sums:?}")) } else { Ok(()) }
    }

    /// Codes with an effect, each once, in their order.
    pub fn codes(&self, effects: &[Effect]) -> Vec<&'static str> {
        let entries = self.findings.iter().map(|finding| finding.code.entry());
        let mut codes: Vec<_> =
            entries.filter(|entry| effects.contains(&entry.effect)).map(|entry| entry.code).collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    /// Why nothing is computed; empty where something is.
    pub fn held(&self) -> Vec<&'static str> {
        self.codes(&[Effect::RowRefused, Effect::PaymentHeld])
    }

    pub fn has(&self, code: Code) -> bool {
        self.findings.iter().any(|finding| finding.code == code)
    }

    pub fn idr_held(&self) -> bool {
        !self.codes(&[Effect::IdrHeld]).is_empty()
    }

    /// R1.6: the handover, in the words of the law tables.
    pub fn handover_in_words(&self) -> String {
        fn known<T: ToString>(value: Option<T>) -> String {
            value.map_or_else(|| "-".to_owned(), |value| value.to_string())
        }
        let Some(handover) = &self.settlement.handover else { return "none".to_owned() };
        let ended = &handover.ended;
        format!(
            "reason={} last={} asr_days={} left={} next={} register={} ctp={}",
            ended.end.name(),
            ended.last,
            known(ended.asr_days),
            known(handover.are_days_left),
            handover.next.name(),
            known(handover.register_on),
            known(handover.ctp.map(|ctp| ctp.last)),
        )
    }

    /// In the words of the law tables.
    pub fn in_words(&self) -> String {
        let held = self.held();
        if !held.is_empty() {
            return format!("held={}", held.join("+"));
        }
        let sums = self.sums();
        words(
            sums.asr_days,
            [sums.asr_gross, sums.pension_offset, sums.participation, sums.asr_net(), sums.idr, sums.net()],
            self.idr_held(),
        )
    }
}

/// What the oracle says, in the words of the law tables.
pub fn oracle_in_words(facts: &oracle::Facts, run: NaiveDate) -> String {
    match oracle::month_worth(facts, run) {
        oracle::Worth::Held(reason) => format!("held={}", code(reason)),
        oracle::Worth::Due(due) => words(
            i64::from(due.asr_days),
            [due.asr_gross, due.pension_offset, due.participation, due.asr_net, due.idr, due.asr_net + due.idr]
                .map(cents),
            due.idr_held,
        ),
    }
}

/// The code of the program for a reason of the oracle.
pub fn code(reason: oracle::Reason) -> &'static str {
    match reason {
        oracle::Reason::NoRegime => "A401",
        oracle::Reason::NoAreDays => "A403",
        oracle::Reason::EventUnknownToLaw => "A307",
        oracle::Reason::JobBeforeCrp => "A303",
        oracle::Reason::SjrAboveCeiling => "A305",
        oracle::Reason::LawUnknown => "A402",
    }
}

fn words(days: i64, [gross, offset, participation, asr, idr, net]: [Cents; 6], idr_held: bool) -> String {
    let held = if idr_held { " idr_held=yes" } else { "" };
    format!(
        "days={days} gross={gross} offset={offset} participation={participation} asr={asr} idr={idr} net={net}{held}"
    )
}
