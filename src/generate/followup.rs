//! What advisers know of a beneficiary, and proposals that were refused.

use super::cases::day;
use super::damage::{self, Damage};
use super::random::Random;
use super::rows::{self, DayTexts, Export};
use super::sample::Sample;
use crate::calendar::{Day, Span};

/// One row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Followup {
    /// What stands behind the number of the beneficiary; nothing in the beneficiary's own row.
    pub(super) suffix: &'static str,
    adviser: u32,
    proposal: Day,
    pub(super) acceptance: Option<Day>,
    decision: Option<Day>,
    interview: Option<Day>,
    plan: Option<Day>,
    pub(super) reclassified_on: Option<Day>,
    last_contact: Option<Day>,
    /// The last day to accept.
    pub(super) due: Day,
    damage: Option<Damage>,
}

/// The most rows: the own one, a copy of it, one of somebody unknown, and refused proposals.
pub(super) const MOST: u64 = 3 + REFUSED.len() as u64;
const REFUSED: [&str; 3] = ["R1", "R2", "R3"];

/// The rows of a beneficiary; `faulty` in ten thousand are wrong.
pub(super) fn draw(random: &mut Random, faulty: u32, month: Span, sample: &mut Sample) {
    let case = &sample.case;
    let hire = sample.earnings.last().map(|row| row.job_start);
    let due = case.procedure.plus_days(delay(case.procedure));
    let in_time = Span::new(case.procedure, due.min(case.contract_end)).days() - 1;
    let known = |day: Day| Some(day).filter(|&day| day <= month.last);
    let mut row = Followup {
        suffix: "",
        adviser: random.below(900) + 1,
        proposal: case.procedure,
        acceptance: Some(case.procedure.plus_days(random.between(0, in_time.max(0)))),
        decision: None,
        interview: known(case.start.plus_days(random.between(0, 8) + if random.chance(40) { 9 } else { 0 })),
        plan: None,
        reclassified_on: hire.filter(|_| random.chance(600)),
        last_contact: None,
        due,
        damage: None,
    };
    if random.chance(30) {
        let decision = case.procedure.plus_days(random.between(25, 40));
        (row.decision, row.due) = (Some(decision), decision.next());
        row.acceptance = Some(decision.plus_days(random.between(0, 1)));
    }
    let longest = if random.chance(40) { 50 } else { 28 };
    row.plan = row.interview.and_then(|day| known(day.plus_days(random.between(1, longest))));
    let since = row.reclassified_on.filter(|_| !random.chance(40)).unwrap_or(case.start);
    if since <= month.last {
        let days = Span::new(since, month.last).days();
        row.last_contact = Some(since.plus_days(random.between(0, (days - 1).min(150))));
    }
    let is_faulty = random.below(10_000) < faulty;
    let fault = random.below(6);
    sample.followup.push(row);
    if let Some(own) = sample.followup.last_mut().filter(|_| is_faulty) {
        match fault {
            0 => own.acceptance = Some(own.due.plus_days(random.between(1, 20))),
            1 => own.acceptance = None,
            2 => own.damage = Some(Damage::Instead { column: "acceptance_date", text: b"31/02/2009" }),
            3 => sample.followup.push(row),
            4 => sample.followup.push(Followup { adviser: row.adviser + 1, ..row }),
            _ => sample.followup.push(Followup { suffix: "A", ..row }),
        }
    }
    for suffix in REFUSED.into_iter().take(random.weighted(&[(150, 0), (200, 1), (300, 2), (350, 3)])) {
        let proposal = sample.case.procedure.plus_days(-random.between(0, 60)).max(day(2005, 5, 31));
        let due = proposal.plus_days(delay(proposal));
        let (acceptance, interview) = (None, None);
        let nothing = Followup { plan: None, reclassified_on: None, last_contact: None, decision: None, ..row };
        sample.followup.push(Followup { suffix, proposal, due, acceptance, interview, ..nothing });
    }
}

/// Days to think it over: two weeks, from April 2009 on three.
fn delay(procedure: Day) -> i64 {
    if procedure < day(2009, 4, 1) { 14 } else { 21 }
}

impl Followup {
    /// Appends the row.
    pub(super) fn write(&self, sample: &Sample, days: &DayTexts, out: &mut Vec<u8>) {
        let from = out.len();
        rows::id(sample.index, out);
        out.extend_from_slice(self.suffix.as_bytes());
        out.extend_from_slice(format!(",C{:04}", self.adviser).as_bytes());
        let dates =
            [Some(self.proposal), self.acceptance, self.decision, self.interview, self.plan, self.reclassified_on];
        for date in dates.into_iter().chain([self.last_contact]) {
            out.push(b',');
            days.day(date, out);
        }
        if let Some(damage) = self.damage {
            damage::inflict(damage, Export::Followup, out, from);
        }
        out.push(b'\n');
    }
}
