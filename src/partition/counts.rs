//! Totals and control totals as bytes: what each result adds up to, and what must come back of the facts that were prepared.

use serde::{Deserialize, Serialize};

use super::row::PartRow;
use crate::anomaly::Code;
use crate::calendar::Month;
use crate::columns::Export;
use crate::facts::Wage;
use crate::identity::BeneficiaryId;
use crate::law::contribution::Contribution;
use crate::money::Cents;
use crate::revision::{Kind, Line, Nature, Payment};
use crate::settle::{Amounts, NilReason};
use crate::totals::{Sums, Totals};

/// What is counted of facts when they are prepared, and again when they are settled: both must agree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Control {
    /// Beneficiaries.
    pub beneficiaries: u64,
    /// Their rows, by export.
    pub rows: [u64; Export::COUNT],
    /// Rows of later months among them.
    pub later: u64,
    /// Events.
    pub events: u64,
    /// Months of jobs.
    pub jobs: u64,
    /// What was found about their rows.
    pub findings: u64,
    /// Bytes of what the ledger keeps of them.
    pub kept_bytes: u64,
    /// All amounts of their facts, added up, in cents.
    pub cents: i64,
    /// The digests of their numbers ([`digest`]), added up without carry.
    pub numbers: u64,
}

/// FNV-1a of the characters of a beneficiary's number, in 64 bits. Its remainder by the number of parts is the number of its
/// part.
pub fn digest(id: BeneficiaryId) -> u64 {
    let mut text = Vec::with_capacity(BeneficiaryId::LENGTH);
    id.write(&mut text);
    text.iter().fold(0xCBF2_9CE4_8422_2325, |digest: u64, &byte| {
        (digest ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

/// The part of a beneficiary.
pub fn part_of(id: BeneficiaryId, parts: u32) -> u32 {
    u32::try_from(digest(id) % u64::from(parts.max(1))).unwrap_or_default()
}

impl Control {
    /// Of one beneficiary, as it stands in its part.
    pub fn of(row: &PartRow<'_>) -> Self {
        Self::of_facts(row.id, &row.joined, row.kept, row.stated.as_ref())
    }

    pub(super) fn of_facts(
        id: BeneficiaryId,
        joined: &crate::dossier::Joined<'_>,
        kept: Option<&[u8]>,
        stated: Option<&crate::revision::Stated>,
    ) -> Self {
        let mut cents = 0;
        if let Some(row) = &joined.beneficiary {
            cents += match row.fact.wage {
                Wage::Stated(sjr) => sjr.0,
                Wage::Earned { pay, .. } => pay.0,
            };
            cents += row.fact.notice_daily.unwrap_or_default().0;
            cents += row.fact.pension.map_or(0, |pension| pension.monthly.0);
        }
        cents += joined.earnings.iter().map(|row| row.fact.base.0 + row.fact.gross_paid.0).sum::<i64>();
        cents += joined.first_dismissal.as_ref().map_or(0, |row| row.fact.monthly_pay.0 + row.fact.monthly_gross.0);
        cents += stated.map_or(0, |stated| stated.idr_paid.0);
        Self {
            beneficiaries: 1,
            rows: joined.counts,
            later: joined.later,
            events: joined.events.len() as u64,
            jobs: joined.earnings.len() as u64,
            findings: joined.findings.len() as u64,
            kept_bytes: kept.map_or(0, |kept| kept.len() as u64),
            cents,
            numbers: digest(id),
        }
    }

    /// Adds that of others.
    pub fn add(&mut self, other: &Self) {
        self.beneficiaries += other.beneficiaries;
        self.rows.iter_mut().zip(other.rows).for_each(|(own, other)| *own += other);
        self.later += other.later;
        self.events += other.events;
        self.jobs += other.jobs;
        self.findings += other.findings;
        self.kept_bytes += other.kept_bytes;
        self.cents += other.cents;
        self.numbers = self.numbers.wrapping_add(other.numbers);
    }

    /// The first count in which another one differs: its name, and both.
    pub fn differs(&self, other: &Self) -> Option<String> {
        let told = |name: &str, own: i128, other: i128| format!("{name}: {other} came back of {own}");
        let pairs = [
            ("beneficiaries", self.beneficiaries, other.beneficiaries),
            ("rows of later months", self.later, other.later),
            ("events", self.events, other.events),
            ("months of jobs", self.jobs, other.jobs),
            ("findings", self.findings, other.findings),
            ("bytes that the ledger keeps", self.kept_bytes, other.kept_bytes),
            ("the sum of the digests of their numbers", self.numbers, other.numbers),
        ];
        let rows = Export::ALL.into_iter().map(|export| {
            let at = export as usize;
            (export.file_name(), self.rows[at], other.rows[at])
        });
        let counts = pairs.into_iter().chain(rows).find(|(_, own, other)| own != other);
        let cents = Some(("cents of their facts", self.cents, other.cents)).filter(|(_, own, other)| own != other);
        counts
            .map(|(name, own, other)| told(name, own.into(), other.into()))
            .or_else(|| cents.map(|(name, own, other)| told(name, own.into(), other.into())))
    }
}

/// Whole numbers as bytes, seven bits in each but the last one; numbers below zero take turns with the others.
#[derive(Debug)]
struct Writer<'o>(&'o mut Vec<u8>);

impl Writer<'_> {
    fn count(&mut self, mut rest: u64) {
        while rest > 0x7F {
            self.0.push(rest.to_le_bytes()[0] | 0x80);
            rest >>= 7;
        }
        self.0.push(rest.to_le_bytes()[0]);
    }

    fn number(&mut self, number: i64) {
        self.count(((number << 1) ^ (number >> 63)).cast_unsigned());
    }

    fn place<T: PartialEq>(&mut self, all: &[T], one: &T) {
        let at = all.iter().position(|other| other == one);
        self.count(at.map_or(u64::MAX, |at| at as u64));
    }

    fn amounts(&mut self, amounts: &Amounts) {
        let Amounts { asr_days, asr_gross, pension_offset, participation, idr } = amounts;
        self.number(*asr_days);
        [asr_gross, pension_offset, participation, idr].into_iter().for_each(|amount| self.number(amount.0));
    }

    fn sums(&mut self, sums: &Sums) {
        self.count(sums.count);
        self.amounts(&sums.payment.current);
        self.number(sums.payment.arrears.0);
        self.number(sums.payment.recovered.0);
    }
}

/// Reads what [`Writer`] wrote.
#[derive(Debug)]
struct Reader<'b>(&'b [u8]);

impl Reader<'_> {
    fn count(&mut self) -> Option<u64> {
        let (mut value, mut shift) = (0_u64, 0);
        loop {
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            let part = u64::from(byte & 0x7F);
            if shift > 63 || (shift == 63 && part > 1) {
                return None;
            }
            value |= part << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
            shift += 7;
        }
    }

    fn number(&mut self) -> Option<i64> {
        let value = self.count()?;
        Some((value >> 1).cast_signed() ^ -((value & 1).cast_signed()))
    }

    fn cents(&mut self) -> Option<Cents> {
        self.number().map(Cents)
    }

    fn place<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        all.get(usize::try_from(self.count()?).ok()?).copied()
    }

    fn amounts(&mut self) -> Option<Amounts> {
        Some(Amounts {
            asr_days: self.number()?,
            asr_gross: self.cents()?,
            pension_offset: self.cents()?,
            participation: self.cents()?,
            idr: self.cents()?,
        })
    }

    fn sums(&mut self) -> Option<Sums> {
        let count = self.count()?;
        let current = self.amounts()?;
        Some(Sums { count, payment: Payment { current, arrears: self.cents()?, recovered: self.cents()? } })
    }

    fn text(&mut self) -> Option<String> {
        let length = usize::try_from(self.count()?).ok()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).ok()
    }
}

const REASONS: [NilReason; 6] = [
    NilReason::NotStarted,
    NilReason::TermPassed,
    NilReason::Interrupted,
    NilReason::AreDaysUsed,
    NilReason::PensionCovers,
    NilReason::PaidBefore,
];

/// Appends the totals of one beneficiary in a run, and the control totals of its facts but for its number.
pub(super) fn put(out: &mut Vec<u8>, totals: &Totals, control: &Control) {
    let mut out = Writer(out);
    let counts = [control.later, control.events, control.jobs, control.findings, control.kept_bytes];
    control.rows.into_iter().chain(counts).for_each(|count| out.count(count));
    out.number(control.cents);
    totals.rows.into_iter().chain([totals.later]).for_each(|count| out.count(count));
    let outcomes = &totals.outcomes;
    [outcomes.paid, outcomes.nil, outcomes.held, outcomes.refused].into_iter().for_each(|count| out.count(count));
    let reasons = REASONS.map(NilReason::name);
    let mut nil: Vec<_> = totals.nil_reasons().map(|(reason, count)| (reason.name(), count)).collect();
    nil.sort_unstable();
    out.count(nil.len() as u64);
    for (reason, count) in nil {
        out.place(&reasons, &reason);
        out.count(count);
    }
    out.count(totals.by_regime.len() as u64);
    for (regime, sums) in &totals.by_regime {
        out.count(regime.len() as u64);
        out.0.extend_from_slice(regime.as_bytes());
        out.sums(sums);
    }
    let claims = &totals.claims;
    let claims = [claims.opening, claims.raised, claims.recovered, claims.closing];
    claims.into_iter().for_each(|amount| out.number(amount.0));
    let (count, due) = &totals.contributions;
    out.count(*count);
    let due = [due.notice, due.employee_notice, due.dif, due.penalty, due.state];
    due.into_iter().for_each(|amount| out.number(amount.0));
    out.count(totals.anomalies.len() as u64);
    for (code, count) in &totals.anomalies {
        out.place(Code::ALL, code);
        out.count(*count);
    }
}

/// Adds what [`put`] wrote of a beneficiary; `None` if the bytes are no such thing.
pub(super) fn add(bytes: &[u8], id: BeneficiaryId, totals: &mut Totals, control: &mut Control) -> Option<()> {
    let mut from = Reader(bytes);
    let mut of = Control { beneficiaries: 1, numbers: digest(id), ..Control::default() };
    let counts = [&mut of.later, &mut of.events, &mut of.jobs, &mut of.findings, &mut of.kept_bytes];
    for count in of.rows.iter_mut().chain(counts) {
        *count = from.count()?;
    }
    of.cents = from.number()?;
    let mut one = Totals::default();
    for count in one.rows.iter_mut().chain([&mut one.later]) {
        *count = from.count()?;
    }
    let outcomes = &mut one.outcomes;
    for count in [&mut outcomes.paid, &mut outcomes.nil, &mut outcomes.held, &mut outcomes.refused] {
        *count = from.count()?;
    }
    for _ in 0..from.count()? {
        let reason = from.place(&REASONS)?;
        one.nil[reason as usize] = from.count()?;
    }
    for _ in 0..from.count()? {
        let (regime, sums) = (from.text()?, from.sums()?);
        one.paid.add(&sums);
        one.of_regime(&regime).add(&sums);
    }
    let claims = &mut one.claims;
    for amount in [&mut claims.opening, &mut claims.raised, &mut claims.recovered, &mut claims.closing] {
        *amount = from.cents()?;
    }
    let count = from.count()?;
    let (notice, employee_notice, dif) = (from.cents()?, from.cents()?, from.cents()?);
    let due = Contribution { notice, employee_notice, dif, penalty: from.cents()?, state: from.cents()? };
    one.contributions = (count, due);
    for _ in 0..from.count()? {
        let code = from.place(Code::ALL)?;
        one.anomalies.insert(code, from.count()?);
    }
    if !from.0.is_empty() {
        return None;
    }
    totals.add(&one);
    control.add(&of);
    Some(())
}

/// Appends the lines that were posted for a beneficiary, as the ledger's file has them: without the claims that they belong to.
pub(super) fn put_lines<'l>(out: &mut Vec<u8>, lines: impl ExactSizeIterator<Item = &'l Line>) {
    let mut out = Writer(out);
    out.count(lines.len() as u64);
    for Line { month, kind, nature, amounts, .. } in lines {
        out.number(i64::from(month.year()));
        out.count(u64::from(month.number()));
        out.place(&Kind::ALL, kind);
        out.place(&Nature::ALL, nature);
        out.amounts(amounts);
    }
}

/// Reads what [`put_lines`] wrote; `None` if the bytes are no such thing.
pub(super) fn lines(bytes: &[u8]) -> Option<Vec<Line>> {
    let mut from = Reader(bytes);
    let mut lines = Vec::new();
    for _ in 0..from.count()? {
        let month = Month::new(from.number()?.try_into().ok()?, from.count()?.try_into().ok()?)?;
        let (kind, nature) = (from.place(&Kind::ALL)?, from.place(&Nature::ALL)?);
        lines.push(Line { month, kind, nature, amounts: from.amounts()?, claim: None });
    }
    from.0.is_empty().then_some(lines)
}
