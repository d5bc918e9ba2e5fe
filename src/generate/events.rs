//! What happens to a beneficiary beside jobs: the kinds of R2.

use super::cases::{Case, Regime, day};
use super::damage::Damage;
use super::random::Random;
use crate::calendar::{Day, Span};

#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    pub(super) kind: &'static str,
    pub(super) start: Day,
    pub(super) end: Option<Day>,
    /// The row names a beneficiary that nobody knows.
    pub(super) orphan: bool,
    pub(super) damage: Option<Damage>,
}

/// The most events that are drawn for one beneficiary.
pub(super) const MOST: u64 = 3;

const KINDS: [(u32, &str); 11] = [
    (330, "sickness"),
    (70, "maternity"),
    (30, "accident"),
    (40, "parental"),
    (10, "presence"),
    (50, "abroad"),
    (20, "civic_service"),
    (45, "business_creation"),
    (30, "retirement"),
    (40, "exclusion"),
    (335, "training"),
];

/// How many events a beneficiary has, told from the first numbers of their run.
pub(super) fn count(random: &mut Random) -> u64 {
    if random.chance(300) { random.weighted(&[(170, 2), (30, MOST), (800, 1)]) } else { 0 }
}

/// Up to three events.
pub(super) fn draw(random: &mut Random, case: &Case, month: Span, events: &mut Vec<Event>) {
    for _ in 0..count(random) {
        let latest = case.term.plus_days(20).min(month.last.plus_days(8)).max(case.start);
        let start = match events.last() {
            Some(earlier) if random.chance(150) => earlier.start.plus_days(random.between(0, 10)),
            _ if random.chance(40) => case.start.plus_days(-random.between(1, 30)),
            _ => case.start.plus_days(random.between(0, Span::new(case.start, latest).days() - 1)),
        };
        let kind = possible(random.weighted(&KINDS), case, start);
        let end = last_day(random, kind, start);
        events.push(Event { kind, start, end, orphan: false, damage: None });
    }
}

/// A contrat de transition professionnelle, for a few of those who can have one.
pub(super) fn draw_ctp(random: &mut Random, case: &Case, month: Span, events: &mut Vec<Event>) {
    let last = case.term.min(month.last);
    if random.chance(20) && case.start >= day(2006, 4, 15) && case.start <= last {
        let start = case.start.plus_days(random.between(0, Span::new(case.start, last).days() - 1));
        events.push(Event { kind: "ctp", start, end: None, orphan: false, damage: None });
    }
}

/// The kind, or another where the person or the law excludes it.
fn possible(kind: &'static str, case: &Case, start: Day) -> &'static str {
    match kind {
        "maternity" | "parental" if !case.female || case.age() > 44 => "sickness",
        "retirement" if case.age() < 58 => "training",
        "civic_service" if case.age() > 30 || start < day(2010, 1, 1) => "training",
        "business_creation" if case.regime == Regime::Crp2005 => "training",
        _ => kind,
    }
}

fn last_day(random: &mut Random, kind: &str, start: Day) -> Option<Day> {
    let (shortest, longest) = match kind {
        "business_creation" | "retirement" | "exclusion" => return None,
        "sickness" => random.weighted(&[(700, (3, 21)), (250, (22, 90)), (50, (91, 250))]),
        "maternity" => random.pick(&[(112, 112), (182, 182), (98, 112)]),
        "accident" => (10, 90),
        "parental" => (180, 700),
        "presence" => (30, 150),
        "abroad" => (7, 200),
        "civic_service" => (180, 365),
        _ => (5, 150),
    };
    let last = start.plus_days(random.between(shortest, longest) - 1);
    (!random.chance(80)).then_some(last)
}
