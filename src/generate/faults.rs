//! The faults that `--faults` spreads over the beneficiaries: as many of each code of the anomaly table.

use super::accounts;
use super::cases::{Band, Case, Regime, Stated, day};
use super::damage::Damage;
use super::events::Event;
use super::jobs::{self, Job, share_of_former};
use super::misprints;
use super::random::Random;
use super::sample::{Copy, Sample};
use crate::calendar::Span;
use crate::money::Cents;

/// What is wrong with a beneficiary, by the code that it calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[rustfmt::skip]
pub(super) enum Fault {
    A101, A102, A103, A104, A105, A106, A107, A108,
    A201, A202, A203, A204Identical, A204Different, A205,
    A301, A302, A303, A304, A305, A306,
    A401, A403,
    A501, A502, A503, A504, A505, A506,
}

/// A402 comes with the month alone.
#[rustfmt::skip]
const ALL: [Fault; 28] = [
    Fault::A101, Fault::A102, Fault::A103, Fault::A104, Fault::A105, Fault::A106, Fault::A107, Fault::A108,
    Fault::A201, Fault::A202, Fault::A203, Fault::A204Identical, Fault::A204Different, Fault::A205,
    Fault::A301, Fault::A302, Fault::A303, Fault::A304, Fault::A305, Fault::A306,
    Fault::A401, Fault::A403,
    Fault::A501, Fault::A502, Fault::A503, Fault::A504, Fault::A505, Fault::A506,
];

/// The faults of a beneficiary, as many in ten thousand as asked for; one in sixteen of them has two.
pub(super) fn drawn(random: &mut Random, in_ten_thousand: u32) -> [Option<Fault>; 2] {
    if random.below(10_000) >= in_ten_thousand {
        return [None; 2];
    }
    let first = random.pick(&ALL);
    let second = (random.below(16) == 0).then(|| random.pick(&ALL)).filter(|&second| second != first);
    [Some(first), second]
}

/// What a case needs so that its faults can show.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    pub(super) band: Option<Band>,
    pub(super) job: bool,
}

pub(super) fn wish(faults: [Option<Fault>; 2]) -> Wish {
    use Fault::{A203, A205, A303, A304, A501, A502, A503, A504, A505, A506};
    let any = |list: &[Fault]| faults.into_iter().flatten().any(|fault| list.contains(&fault));
    let job = any(&[A203, A205, A303, A304, A501, A502, A503, A504]);
    let band = match () {
        () if any(&[A505, A506]) => Some(Band::Past),
        () if job => Some(Band::Inside),
        () => None,
    };
    Wish { band, job }
}

/// Makes a beneficiary's facts or rows wrong.
pub(super) fn commit(fault: Fault, sample: &mut Sample, month: Span, random: &mut Random) {
    let case = &mut sample.case;
    let rows = &mut sample.earnings;
    match fault {
        Fault::A101
        | Fault::A102
        | Fault::A103
        | Fault::A104
        | Fault::A105
        | Fault::A106
        | Fault::A107
        | Fault::A108 => {
            misprints::commit(fault, sample, random);
        }
        Fault::A201 => sample.damage = Some(Damage::LastDigit { column: "nir" }),
        Fault::A202 => sample.damage = Some(misprints::iban(random)),
        Fault::A203 => {
            for row in rows.iter_mut() {
                row.damage = Some(Damage::LastDigit { column: "employer" });
            }
        }
        Fault::A204Identical => sample.copy = Some(Copy::Identical),
        Fault::A204Different => sample.copy = Some(Copy::Different),
        Fault::A205 => {
            if let Some(&row) = rows.last() {
                rows.push(jobs::Earning { base: row.base + Cents(2500), ..row });
            }
        }
        Fault::A301 => match rows.last() {
            Some(&row) if random.chance(500) => rows.push(jobs::Earning { orphan: true, ..row }),
            _ => sample.events.push(Event {
                kind: "sickness",
                start: case.start,
                end: Some(case.start.plus_days(9)),
                orphan: true,
                damage: None,
            }),
        },
        Fault::A302 => disorder(sample, random),
        Fault::A303 => {
            if let Some(&jobs::Earning { job_start, .. }) = rows.first() {
                let early = case.start.plus_days(-random.between(1, 40));
                rows.iter_mut().filter(|row| row.job_start == job_start).for_each(|row| row.job_start = early);
            }
        }
        Fault::A304 => {
            if let Some(&row) = rows.last() {
                rows.push(jobs::Earning { employer: other_than(row.employer, random), job_end: None, ..row });
            }
        }
        Fault::A305 => {
            case.wage = Cents(random.between(40_000, 95_000));
            case.stated = Stated::Wage;
        }
        Fault::A306 => match rows.last_mut() {
            Some(row) if random.chance(500) => row.hours = random.between(4900, 16_900),
            _ => case.hours = random.between(4900, 16_900),
        },
        Fault::A401 => {
            let after = day(2011, 9, 1);
            let late = after <= case.contract_end && after <= month.last;
            case.procedure = if late { after } else { day(2005, 5, 30).plus_days(-random.between(0, 60)) };
        }
        Fault::A403 => (case.seniority, case.are_days) = (random.between(4, 23), None),
        _ => differential(fault, sample, month, random),
    }
}

/// A302.
fn disorder(sample: &mut Sample, random: &mut Random) {
    let case = &mut sample.case;
    match (sample.earnings.last_mut(), sample.events.last_mut(), random.below(3)) {
        (Some(row), _, 0) => row.job_end = Some(row.job_start.plus_days(-random.between(1, 30))),
        (Some(row), _, 1) => row.month = row.job_start.month().minus(1),
        (_, Some(event), 0..2) => event.end = Some(event.start.plus_days(-random.between(1, 90))),
        _ => case.contract_end = case.procedure.plus_days(-random.between(1, 20)),
    }
}

fn other_than(employer: u64, random: &mut Random) -> u64 {
    let mut other = accounts::siret(random);
    while other == employer {
        other = accounts::siret(random);
    }
    other
}

/// A501 to A506: a single job that calls for the finding, and nothing that stands in its way.
fn differential(fault: Fault, sample: &mut Sample, month: Span, random: &mut Random) {
    let case = &mut sample.case;
    sample.events.clear();
    let article_three = fault == Fault::A503;
    (case.seniority, case.are_days) =
        if article_three { (random.between(4, 23), Some(700)) } else { (random.between(24, 300), case.are_days) };
    let (share, proved) = match fault {
        Fault::A501 => (700, (0, 1000)),
        Fault::A502 => (900, (1000, 1000)),
        // A pay so low uses up half of the allowance in four to six months.
        Fault::A504 => (150, (1000, 1000)),
        _ => (700, (1000, 1000)),
    };
    let start = match fault {
        Fault::A505 => case.start.plus_days(random.between(1, 25)),
        Fault::A504 => case.start.plus_days(random.between(0, 3)),
        Fault::A506 if case.term < month.last => case.term.plus_days(random.between(1, 15)),
        Fault::A506 => {
            let kind = if case.regime == Regime::Crp2005 { "exclusion" } else { "business_creation" };
            sample.events.push(Event { kind, start: case.start, end: None, orphan: false, damage: None });
            case.start.plus_days(3)
        }
        _ => middle(case, month, random),
    };
    let start = start.min(month.last);
    let job = Job {
        employer: accounts::siret(random),
        start,
        end: None,
        fixed_term: false,
        hours: case.hours,
        base: share_of_former(case, case.hours, share),
        proved,
    };
    sample.earnings.clear();
    jobs::fill(random, &job, month, &mut sample.earnings);
}

/// A day of the CRP that has come.
fn middle(case: &Case, month: Span, random: &mut Random) -> crate::calendar::Day {
    let days = Span::new(case.start, case.term.min(month.last)).days();
    case.start.plus_days(random.between(0, (days - 1).max(0)))
}

#[cfg(test)]
mod tests {
    use super::super::random::Topic;
    use super::*;

    #[test]
    fn all_faults_are_as_frequent_and_few_have_two() {
        let drawn: Vec<_> = (0..28_000).map(|index| drawn(&mut Random::new(5, index, Topic::Faults), 10_000)).collect();
        for fault in ALL {
            let count = drawn.iter().filter(|faults| faults[0] == Some(fault)).count();
            assert!((850..1150).contains(&count), "{fault:?}: {count}");
        }
        let two = drawn.iter().filter(|faults| faults[1].is_some()).count();
        assert!((1400..2000).contains(&two), "{two}");
    }
}
