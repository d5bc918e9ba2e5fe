//! What is known of the lost job, for the contributions of its employer.

use super::accounts;
use super::damage::{self, Damage};
use super::random::Random;
use super::rows::{self, Export};
use super::sample::Sample;
use crate::money::Cents;

/// One row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dismissal {
    suffix: &'static str,
    employer: u64,
    /// Hundredths of a month.
    notice: i64,
    pay: Cents,
    gross: Cents,
    /// Hundredths of an hour.
    dif: i64,
    hourly: Cents,
    proposed: bool,
    damage: Option<Damage>,
}

/// The most rows: the own one, a copy of it, and one for each refused proposal and for one never made.
pub(super) const MOST: u64 = 6;

/// The rows of a beneficiary and of the proposals drawn with it; `faulty` in ten thousand are wrong.
pub(super) fn draw(random: &mut Random, faulty: u32, sample: &mut Sample) {
    let case = &sample.case;
    let gross = Cents(case.wage.0 * 365 / 12);
    let earned = (case.seniority / 12 * 2000).min(12_000);
    let months = if case.seniority < 24 { 100 } else { random.weighted(&[(850, 200), (120, 300), (30, 150)]) };
    let row = Dismissal {
        suffix: "",
        employer: accounts::siret(random),
        notice: months,
        pay: Cents(gross.0 * random.between(1380, 1460) / 1000),
        gross,
        dif: earned * random.between(0, 1100) / 1000,
        hourly: Cents(gross.0 * 7800 / 1_516_700).max(Cents(600)),
        proposed: !random.chance(10),
        damage: None,
    };
    let refused: Vec<_> =
        sample.followup.iter().map(|row| row.suffix).filter(|suffix| suffix.starts_with('R')).collect();
    let is_faulty = random.below(10_000) < faulty;
    let fault = random.below(5);
    let damage = match fault {
        0 => Some(Damage::Instead { column: "proposed", text: b"maybe" }),
        1 => Some(Damage::Instead { column: "monthly_pay_with_charges", text: b"-1.00" }),
        2 => Some(Damage::LastDigit { column: "employer" }),
        _ => None,
    };
    sample.dismissals.push(Dismissal { damage: damage.filter(|_| is_faulty), ..row });
    match fault {
        3 if is_faulty => sample.dismissals.push(row),
        4 if is_faulty => sample.dismissals.push(Dismissal { notice: row.notice + 100, ..row }),
        _ => {}
    }
    for suffix in refused {
        sample.dismissals.push(Dismissal { suffix, proposed: true, ..row });
    }
    if random.chance(15) {
        sample.dismissals.push(Dismissal { suffix: "S", proposed: false, ..row });
    }
}

impl Dismissal {
    /// Appends the row.
    pub(super) fn write(&self, sample: &Sample, out: &mut Vec<u8>) {
        let from = out.len();
        rows::id(sample.index, out);
        out.extend_from_slice(self.suffix.as_bytes());
        out.extend_from_slice(format!(",{:014},", self.employer).as_bytes());
        rows::decimals(self.notice, 2, sample.case.terse, out);
        for amount in [self.pay, self.gross] {
            out.push(b',');
            amount.write(out);
        }
        out.push(b',');
        rows::decimals(self.dif, 2, sample.case.terse, out);
        out.push(b',');
        self.hourly.write(out);
        out.extend_from_slice(if self.proposed { b",yes" } else { b",no" });
        if let Some(damage) = self.damage {
            damage::inflict(damage, Export::Employers, out, from);
        }
        out.push(b'\n');
    }
}
