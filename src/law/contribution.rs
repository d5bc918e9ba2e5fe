//! R8: what the employer of the lost job owes, and what the State adds.

use super::Law;
use super::regime::Population;
use super::timeline::UnknownLaw;
use crate::calendar::Day;
use crate::facts::Dismissal;
use crate::money::{Cents, Rate};

/// What the law data says of contributions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContributionRules {
    /// The most months of notice that go to the fund.
    pub notice_months: u32,
    /// Months of average gross pay, where the CRP was not proposed.
    pub not_proposed_months: i64,
    /// Hours of DIF a year of seniority.
    pub dif_hours_a_year: u32,
    /// The most hours of DIF.
    pub dif_hours: u32,
    /// The allocation de formation, of the net pay of an hour.
    pub dif_rate: Rate,
    /// What the State adds, of the sums of the DIF.
    pub state_rate: Rate,
}

/// Choices of R8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ContributionChoices {
    pub(super) short_notice_to_fund: bool,
    pub(super) employee_with_charges: bool,
    pub(super) whole_years: bool,
    pub(super) penalty_alone: bool,
}

/// What is due for one dismissal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contribution {
    /// R8.1: the notice, to the fund.
    pub notice: Cents,
    /// R8.2: the notice, to the employee; no affair of the fund.
    pub employee_notice: Cents,
    /// R8.3: the DIF, to the fund.
    pub dif: Cents,
    /// R8.4: to the fund, as the CRP was not proposed.
    pub penalty: Cents,
    /// R8.5: what the State adds.
    pub state: Cents,
}

impl Contribution {
    /// What the employer owes the fund.
    pub fn due(&self) -> Cents {
        self.notice + self.dif + self.penalty
    }

    /// Adds another one.
    pub fn add(&mut self, other: &Self) {
        self.notice += other.notice;
        self.employee_notice += other.employee_notice;
        self.dif += other.dif;
        self.penalty += other.penalty;
        self.state += other.state;
    }
}

/// Months or hours in hundredths.
const HUNDREDTHS: i64 = 100;

impl Law {
    /// R8: what is due for a dismissal whose procedure was engaged on a day; `seniority_months` of somebody who is in the CRP, by
    /// proposal of the employer or not.
    ///
    /// # Errors
    /// No law for the day.
    pub fn contribution(
        &self,
        dismissal: &Dismissal,
        procedure: Day,
        seniority_months: Option<u32>,
    ) -> Result<Contribution, UnknownLaw> {
        let rules = self.contribution.on(procedure)?;
        let mut due = Contribution::default();
        if !dismissal.proposed {
            due.penalty = dismissal.monthly_gross.times_days(rules.not_proposed_months);
        }
        let Some(seniority) =
            seniority_months.filter(|_| dismissal.proposed || !self.contribution_choices.penalty_alone)
        else {
            return Ok(due);
        };
        let population = self.population(seniority, procedure)?;
        self.notice(rules, dismissal, population, &mut due);
        due.dif = self.dif(rules, dismissal, seniority);
        due.state = rules.state_rate.rounded(due.dif, self.rounding);
        Ok(due)
    }

    /// R8.1, R8.2, Code du travail arts L1233-65 to L1233-70; ASH 2410: up to two months of the notice of an ordinary
    /// beneficiary go to the fund; what is above them, and the whole notice of article 3, to the employee.
    fn notice(&self, rules: &ContributionRules, dismissal: &Dismissal, population: Population, due: &mut Contribution) {
        let choices = &self.contribution_choices;
        let most = rules.notice_months * 100;
        let is_short = dismissal.notice_months < most;
        let to_fund = match population {
            Population::Ordinary if is_short && !choices.short_notice_to_fund => 0,
            Population::Ordinary => dismissal.notice_months.min(most),
            Population::Article3 => 0,
        };
        let to_employee = dismissal.notice_months - to_fund;
        let employee_pay = if choices.employee_with_charges { dismissal.monthly_pay } else { dismissal.monthly_gross };
        due.notice = self.rounding.fraction(dismissal.monthly_pay, i64::from(to_fund), HUNDREDTHS);
        due.employee_notice = self.rounding.fraction(employee_pay, i64::from(to_employee), HUNDREDTHS);
    }

    /// R8.3, whatever the seniority: the hours of DIF that were not used, at most so many a year and in all, at the allocation de
    /// formation.
    fn dif(&self, rules: &ContributionRules, dismissal: &Dismissal, seniority_months: u32) -> Cents {
        let a_year = u64::from(rules.dif_hours_a_year) * 100;
        let months = u64::from(seniority_months);
        let earned = if self.contribution_choices.whole_years { a_year * (months / 12) } else { a_year * months / 12 };
        let hours = u64::from(dismissal.dif_hours).min(earned).min(u64::from(rules.dif_hours) * 100);
        let numerator =
            i128::from(hours) * i128::from(dismissal.net_hourly.0) * i128::from(rules.dif_rate.billionths());
        let denominator = i128::from(HUNDREDTHS) * i128::from(Rate::ONE.billionths());
        Cents(self.rounding.wide_quotient(numerator, denominator))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contributions_add_up_part_by_part() {
        let part = |cents| Cents(cents);
        let mut sum = Contribution::default();
        for times in [1, 10] {
            sum.add(&Contribution {
                notice: part(times),
                employee_notice: part(2 * times),
                dif: part(3 * times),
                penalty: part(4 * times),
                state: part(5 * times),
            });
        }
        let Contribution { notice, employee_notice, dif, penalty, state } = sum;
        assert_eq!([notice, employee_notice, dif, penalty, state].map(|cents| cents.0), [11, 22, 33, 44, 55]);
        // R8.1, R8.3, R8.4: to the fund; R8.2 and R8.5 are no debts of the employer to it.
        assert_eq!(sum.due(), Cents(88));
    }
}
