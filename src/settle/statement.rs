use crate::anomaly::{Effect, Finding};
use crate::calendar::{Month, Span};
use crate::identity::Siret;
use crate::law::allowance::Gross;
use crate::law::handover::Handover;
use crate::money::Cents;

/// Days of the month that are worth the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AsrLine {
    /// The days.
    pub span: Span,
    /// n: the rank of the first of them among the indemnified days (R3).
    pub first_rank: i64,
    /// R3: the daily gross.
    pub gross: Gross,
    /// R4: what the pension takes a day.
    pub offset: Cents,
    /// R5: the participation a day.
    pub participation: Cents,
}

/// The differential indemnity of one month of one job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdrLine {
    /// The month that it is for.
    pub month: Month,
    /// Who employs.
    pub employer: Siret,
    /// The first day of the job.
    pub job_start: crate::calendar::Day,
    /// R6.3: the amount of a whole month.
    pub monthly: Cents,
    /// R6.4: the days under contract, within the clock.
    pub days: Span,
    /// R6.4: the amount of these days.
    pub due: Cents,
    /// R6.5: the cap on all IDR, and how much of it earlier months and jobs used.
    pub cap: Cents,
    /// See `cap`.
    pub used_before: Cents,
    /// What is paid.
    pub amount: Cents,
}

/// The amounts of a month; each is the sum of the lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amounts {
    /// Indemnified days.
    pub asr_days: i64,
    /// R3, over the days.
    pub asr_gross: Cents,
    /// R4, over the days.
    pub pension_offset: Cents,
    /// R5, over the days.
    pub participation: Cents,
    /// R6.
    pub idr: Cents,
}

impl Amounts {
    /// R5: gross less pension less participation.
    pub fn asr_net(&self) -> Cents {
        self.asr_gross - self.pension_offset - self.participation
    }

    /// What is paid.
    pub fn net(&self) -> Cents {
        self.asr_net() + self.idr
    }

    /// Adds those of another statement.
    #[inline]
    pub fn add(&mut self, other: &Self) {
        self.asr_days += other.asr_days;
        self.asr_gross += other.asr_gross;
        self.pension_offset += other.pension_offset;
        self.participation += other.participation;
        self.idr += other.idr;
    }
}

/// What became of a beneficiary row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Something is paid.
    Paid,
    /// Nothing is owed.
    Nil(NilReason),
    /// Something is wrong or missing; nothing is paid until that is settled.
    Held,
    /// The row can't be used.
    Refused,
}

/// Why nothing is owed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NilReason {
    /// The CRP starts after the month.
    NotStarted,
    /// The CRP ended before the month.
    #[default]
    TermPassed,
    /// Every day of the CRP in the month is interrupted (R2).
    Interrupted,
    /// Article 3: the days of ARE are used up (R1.3).
    AreDaysUsed,
    /// The pension takes each day whole (R4).
    PensionCovers,
    /// An earlier run paid all that the month is worth.
    PaidBefore,
}

impl Outcome {
    /// The word in the files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Nil(_) => "nil",
            Self::Held => "held",
            Self::Refused => "refused",
        }
    }
}

impl NilReason {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::NotStarted,
        Self::TermPassed,
        Self::Interrupted,
        Self::AreDaysUsed,
        Self::PensionCovers,
        Self::PaidBefore,
    ];

    /// The word in the files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotStarted => "not-started",
            Self::TermPassed => "term-passed",
            Self::Interrupted => "interrupted",
            Self::AreDaysUsed => "are-days-used",
            Self::PensionCovers => "pension-covers",
            Self::PaidBefore => "paid-before",
        }
    }
}

/// What a month is worth to a beneficiary: lines, and what follows from them.
#[derive(Clone, Debug)]
pub struct Settlement<'l> {
    /// The id of the regime, if there is one.
    pub regime: Option<&'l str>,
    /// The ASR, by stretches of days.
    pub asr: Vec<AsrLine>,
    /// The IDR of the month, by jobs.
    pub idr: Vec<IdrLine>,
    /// R1.6: what is handed over, if the CRP ends in the month.
    pub handover: Option<Handover>,
    /// What became of it.
    pub outcome: Outcome,
    /// The sums of the lines; zero unless paid.
    pub amounts: Amounts,
    pub(super) nil_reason: NilReason,
}

impl Default for Settlement<'_> {
    fn default() -> Self {
        Self {
            regime: None,
            asr: Vec::new(),
            idr: Vec::new(),
            handover: None,
            outcome: Outcome::Nil(NilReason::default()),
            amounts: Amounts::default(),
            nil_reason: NilReason::default(),
        }
    }
}

impl Settlement<'_> {
    /// Forgets all, and keeps the buffers.
    pub fn clear(&mut self) {
        self.regime = None;
        self.nil_reason = NilReason::default();
        self.clear_lines();
    }

    pub(super) fn clear_lines(&mut self) {
        self.asr.clear();
        self.idr.clear();
        self.handover = None;
    }

    /// The outcome and the amounts from the lines and the findings.
    pub(super) fn conclude(&mut self, findings: &[Finding]) {
        let mut amounts = Amounts::default();
        for line in &self.asr {
            let days = line.span.days();
            amounts.asr_days += days;
            amounts.asr_gross += line.gross.amount.times_days(days);
            amounts.pension_offset += line.offset.times_days(days);
            amounts.participation += line.participation.times_days(days);
        }
        amounts.idr = self.idr.iter().map(|line| line.amount).sum();
        self.outcome = if findings.iter().any(Finding::holds) {
            Outcome::Held
        } else if amounts.net() > Cents::ZERO {
            Outcome::Paid
        } else if findings.iter().any(|finding| finding.code.entry().effect == Effect::IdrHeld) {
            Outcome::Held
        } else {
            Outcome::Nil(self.nil_reason)
        };
        self.amounts = if self.outcome == Outcome::Paid { amounts } else { Amounts::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_add_up_part_by_part() {
        let of = |times: i64| Amounts {
            asr_days: times,
            asr_gross: Cents(20 * times),
            pension_offset: Cents(3 * times),
            participation: Cents(4 * times),
            idr: Cents(5 * times),
        };
        let mut sum = of(1);
        sum.add(&of(10));
        assert_eq!(sum, of(11));
        // R5: 20 less 3 less 4; then the IDR.
        assert_eq!((sum.asr_net(), sum.net()), (Cents(143), Cents(198)));
    }

    /// The words of `decisions.csv`, as docs/FORMATS.md has them.
    #[test]
    fn outcomes_and_reasons_have_the_words_of_the_files() {
        let nil = Outcome::Nil(NilReason::TermPassed);
        let words = [Outcome::Paid, nil, Outcome::Held, Outcome::Refused].map(Outcome::name);
        assert_eq!(words, ["paid", "nil", "held", "refused"]);
        let reasons = ["not-started", "term-passed", "interrupted", "are-days-used", "pension-covers", "paid-before"];
        assert_eq!(NilReason::ALL.map(NilReason::name), reasons);
    }
}
