//! The program against the day-by-day oracle, and what must hold of every month of anybody.
//!
//! The cases are the same in every run. `PROPTEST_CASES=300000 cargo test --test properties` draws more of them,
//! `PROPTEST_RNG_SEED=2` others.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a property that fails must panic")]

mod any_case;
mod case;
mod oracle;

use std::cell::RefCell;
use std::collections::BTreeMap;

use chrono::{Datelike, Months, NaiveDate};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};
use rust_decimal::Decimal;

use any_case::{AnyCase, any_case};
use case::agree::{agree, due_but_for_an_unjudged_hire, ensure, same};
use case::{Answer, LAW, Rows, Typed, cents, day};
use oracle::{Reason, Worth, month_worth};
use versement::anomaly::Code;
use versement::calendar::{Day, Span};
use versement::money::Cents;

/// Draws cases and tells the smallest one that fails.
fn hold<S: Strategy>(cases: u32, strategy: S, property: impl Fn(S::Value) -> Result<(), String>) {
    let mut config = Config { failure_persistence: None, max_shrink_iters: 50_000, ..Config::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(2_005);
    }
    let outcome = TestRunner::new(config).run(&strategy, |value| property(value).map_err(TestCaseError::fail));
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(told, smallest)) => panic!("{told}\nthe smallest case: {smallest:#?}"),
        Err(abort) => panic!("{abort}"),
    }
}

fn typed(case: &AnyCase) -> Answer {
    Typed::new(&case.facts, case.month).settle(case.month)
}

// ---- The oracle ----

#[test]
fn the_program_agrees_with_the_oracle_to_the_cent() {
    hold(20_000, any_case(), |case| agree(&case.facts, case.month));
}

// ---- What holds of every statement ----

#[test]
fn every_end_of_a_crp_is_handed_over_as_the_oracle_counts_it() {
    hold(2_000, any_case(), |case| {
        let answer = typed(&case);
        if !answer.held().is_empty() {
            return Ok(());
        }
        let Ok(expected) = oracle::handover(&case.facts, case.month) else { return Ok(()) };
        same("handover", answer.handover_in_words(), expected)
    });
}

fn is_sound(case: &AnyCase) -> Result<(), String> {
    let answer = typed(case);
    let run = case::month(case.month);
    let mut last = Day::BEFORE_ALL;
    let mut rank = None;
    for line in &answer.settlement.asr {
        let told = || format!("{line:?}");
        ensure(!line.span.is_empty() && line.span.intersect(run.span()) == line.span, told)?;
        ensure(line.span.first > last, told)?;
        ensure(rank.is_none_or(|rank| rank == line.first_rank) && line.first_rank >= 1, told)?;
        ensure(line.offset >= Cents::ZERO && line.participation >= Cents::ZERO, told)?;
        ensure(line.gross.amount - line.offset - line.participation >= Cents::ZERO, told)?;
        (last, rank) = (line.span.last, Some(line.first_rank + line.span.days()));
    }
    let mut asr_days = answer.settlement.asr.iter().map(|line| line.span);
    let mut left: Option<Cents> = None;
    for line in &answer.settlement.idr {
        let told = || format!("{line:?}");
        ensure(line.month == run && line.amount > Cents::ZERO && line.amount <= line.due, told)?;
        ensure(line.due <= line.monthly && line.used_before + line.amount <= line.cap, told)?;
        ensure(!line.days.is_empty() && line.days.intersect(run.span()) == line.days, told)?;
        ensure(line.days.first >= line.job_start, told)?;
        ensure(left.is_none_or(|left| left == line.cap - line.used_before), told)?;
        ensure(asr_days.all(|asr| !asr.meets(line.days)), || format!("{line:?} on a day of ASR"))?;
        left = Some(line.cap - line.used_before - line.amount);
    }
    answer.check_payment()?;
    ensure(answer.sums().net() >= Cents::ZERO && answer.settlement.amounts.net() >= Cents::ZERO, || answer.in_words())
}

#[test]
fn no_net_is_negative_and_every_line_adds_up() {
    hold(3_000, any_case(), |case| is_sound(&case));
}

#[test]
fn more_pension_never_pays_more() {
    let more = (any_case(), 1..200_000_i64);
    let with_pension = |(case, more): (AnyCase, i64)| {
        let pension =
            oracle::Pension { category: oracle::Category::Two, monthly: Decimal::ZERO, start: None, end: None };
        let mut case = case;
        case.facts.pension.get_or_insert(pension);
        (case, more)
    };
    hold(3_000, more.prop_map(with_pension), |(case, more)| {
        let before = typed(&case).sums();
        let mut after = case;
        let pension = after.facts.pension.as_mut().expect("given above");
        pension.monthly += Decimal::new(more, 2);
        let after = typed(&after).sums();
        same("asr_days", after.asr_days, before.asr_days)?;
        same("asr_gross", after.asr_gross, before.asr_gross)?;
        for (what, before, after) in [
            ("asr_net", before.asr_net(), after.asr_net()),
            ("participation", before.participation, after.participation),
            ("idr", before.idr, after.idr),
        ] {
            ensure(after <= before, || format!("{what} rises from {before} to {after}"))?;
        }
        ensure(after.pension_offset >= before.pension_offset, || format!("{before:?} becomes {after:?}"))
    });
}

/// What a month comes to, whatever the lines are that the rows stand on.
fn told(answer: &Answer) -> (String, Vec<(Code, &str)>) {
    // What is found of a copy is the lines of both.
    let found = |finding: &versement::anomaly::Finding| finding.code != Code::SameRow;
    let mut findings: Vec<_> = answer
        .findings
        .iter()
        .map(|finding| (finding.code, if found(finding) { finding.found.as_str() } else { "" }))
        .collect();
    findings.sort_unstable();
    (format!("{:?}", answer.settlement), findings)
}

/// Sorted by keys that are drawn with the case.
fn shuffled<T: Clone>(items: &[T], keys: &[u16]) -> Vec<T> {
    let mut keyed: Vec<_> = items.iter().zip(keys.iter().cycle()).collect();
    keyed.sort_by_key(|(_, key)| **key);
    keyed.into_iter().map(|(item, _)| item.clone()).collect()
}

#[test]
fn the_order_of_rows_says_nothing() {
    let keys = prop::collection::vec(any::<u16>(), 80);
    hold(1_500, (any_case(), keys), |(case, keys)| {
        let rows = Rows::new(&case.facts);
        let in_order = rows.settle(case.month);
        let mut other = rows;
        for of_export in &mut other.0 {
            *of_export = shuffled(of_export, &keys);
        }
        same("other order", told(&other.settle(case.month)), told(&in_order))?;
        // A dossier takes its events in any order; its earnings stand by job and month.
        let mut dossier = Typed::new(&case.facts, case.month);
        same("read from rows", in_order.in_words(), dossier.settle(case.month).in_words())?;
        let settled = dossier.settle(case.month);
        dossier.events = shuffled(&dossier.events, &keys);
        same("other order of events", told(&dossier.settle(case.month)), told(&settled))
    });
}

#[test]
fn identical_rows_change_nothing() {
    let copies = prop::collection::vec(0..40_usize, 0..6);
    hold(1_500, (any_case(), copies, any::<bool>()), |(case, copies, twice)| {
        let rows = Rows::new(&case.facts);
        let once = rows.settle(case.month);
        let mut copied = rows;
        let mut count = 0;
        for at in copies {
            let of_export = if at % 2 == 0 { 1 } else { 2 };
            let list = &mut copied.0[of_export];
            if !list.is_empty() {
                list.insert(at % list.len(), list[at / 2 % list.len()].clone());
                count += 1;
            }
        }
        if twice {
            let beneficiary = copied.0[0][0].clone();
            copied.0[0].push(beneficiary);
        }
        let more = copied.settle(case.month);
        same("settlement", format!("{:?}", more.settlement), format!("{:?}", once.settlement))?;
        same("held", more.held(), once.held())?;
        same("the beneficiary's copy", more.has(Code::SameBeneficiary), twice)?;
        // Copies of rows of later months are ignored with these.
        let told = |answer: &Answer| answer.findings.iter().filter(|finding| finding.code == Code::SameRow).count();
        let (before, after) = (told(&once), told(&more));
        ensure(before <= after && after <= before + count, || format!("{after} copies told of {before} + {count}"))?;
        // Two of the same event in a dossier are one.
        let mut dossier = Typed::new(&case.facts, case.month);
        let settled = format!("{:?}", dossier.settle(case.month).settlement);
        dossier.events.extend(dossier.events.clone());
        same("twice the same events", format!("{:?}", dossier.settle(case.month).settlement), settled)
    });
}

// ---- The cases ----

/// What a case shows, told from the oracle and the answer; a property over cases that show nothing would prove nothing.
fn shows(case: &AnyCase) -> Vec<&'static str> {
    let facts = &case.facts;
    let answer = typed(case);
    let mut shown = Vec::new();
    let mut add = |name, holds| {
        if holds {
            shown.push(name);
        }
    };
    match month_worth(facts, case.month) {
        Worth::Held(Reason::NoRegime) => add("held: no regime", true),
        Worth::Held(Reason::NoAreDays) => add("held: no days of ARE", true),
        Worth::Held(Reason::EventUnknownToLaw) => add("held: unknown event", true),
        Worth::Held(Reason::JobBeforeCrp) => add("held: job before the CRP", true),
        Worth::Held(Reason::SjrAboveCeiling) => add("held: wage above the ceiling", true),
        Worth::Held(Reason::LawUnknown) => add("held: unknown law", true),
        Worth::Due(due) => {
            add("ASR", due.asr_days > 0);
            add("IDR", !due.idr.is_zero());
            add("ASR and IDR in one month", due.asr_days > 0 && !due.idr.is_zero());
            add("IDR held", due.idr_held);
            let due_but = due_but_for_an_unjudged_hire(facts, case.month, &due, &answer);
            add("hire behind the verified law", due_but);
        }
    }
    let lines = &answer.settlement.asr;
    let idr = &answer.settlement.idr;
    let article_3 = facts.seniority_months < 24;
    let regime = answer.settlement.regime;
    add("crp-2005", regime == Some("crp-2005") && !lines.is_empty());
    add("crp-2006", regime == Some("crp-2006") && !lines.is_empty());
    add("crp-2009", regime == Some("crp-2009") && !lines.is_empty());
    add("article 3", article_3 && !lines.is_empty());
    let days: i64 = lines.iter().map(|line| line.span.days()).sum();
    let used_up = |line: &versement::settle::AsrLine| {
        facts.are_days.is_some_and(|limit| line.first_rank + line.span.days() - 1 == i64::from(limit))
    };
    add("article 3 ends with its days of ARE", article_3 && lines.last().is_some_and(used_up));
    let tiers = |line: &versement::settle::AsrLine| line.first_rank <= 91;
    let both = lines.iter().any(tiers) && !lines.iter().all(tiers);
    add("the 92nd day", both && !article_3 && regime != Some("crp-2009"));
    add("three lines or more", lines.len() > 2);
    add("part of the month", days > 0 && days < case::month(case.month).span().days());
    add("new values on 1 July", case.month.month() == 7 && lines.iter().any(|line| line.span.first == day(case.month)));
    add("avenant", (case.month.year(), case.month.month()) == (2009, 11) && regime == Some("crp-2009") && days > 0);
    add(
        "pension over part of the month",
        lines.iter().any(|l| l.offset == Cents::ZERO) && lines.iter().any(|l| l.offset > Cents::ZERO),
    );
    add("pension takes all", lines.iter().any(|line| line.offset == line.gross.amount));
    let of_wage = cents(facts.sjr * Decimal::new(3, 2));
    let cut = |line: &versement::settle::AsrLine| line.participation > Cents::ZERO && line.participation < of_wage;
    add("participation cut", lines.iter().any(cut));
    for (name, basis) in [("AREF", "Aref"), ("notice", "Notice"), ("ARE", "Are")] {
        let wins = lines.iter().any(|line| format!("{:?}", line.gross.basis) == basis);
        add(name, wins && !article_3);
    }
    add("cap reached", idr.iter().any(|line| line.amount < line.due));
    add("cap used before", idr.iter().any(|line| line.used_before > Cents::ZERO));
    add("clock ends within the month", answer.has(Code::ClockEnded) && !idr.is_empty());
    let months = if regime == Some("crp-2009") { 12 } else { 8 };
    let term = facts.contract_end + chrono::Days::new(1) + Months::new(months) - chrono::Days::new(1);
    add("IDR behind the term", idr.iter().any(|line| line.days.first > day(term)));
    add("two IDR lines", idr.len() > 1);
    add("two jobs on a day", answer.has(Code::TwoJobs));
    add("no proof", answer.has(Code::ProofMissing));
    add("fall too small", answer.has(Code::FallTooSmall));
    add("hired outside", answer.has(Code::HiredOutside));
    add("article 3 with a job", answer.has(Code::Article3Job));
    add("part of a month of IDR", idr.iter().any(|line| line.days != case::month(case.month).span()));
    let eight = facts.contract_end + chrono::Days::new(1) + Months::new(8);
    let av1 = |line: &versement::settle::IdrLine| {
        line.job_start < day(NaiveDate::from_ymd_opt(2009, 11, 7).unwrap())
            && Span::new(line.job_start, day(facts.contract_end + Months::new(12))).contains(day(eight))
    };
    add("cap by the law before the avenant", regime == Some("crp-2009") && idr.iter().any(av1));
    shown
}

#[test]
fn the_cases_reach_every_corner() {
    let counts: RefCell<BTreeMap<&str, u32>> = RefCell::default();
    hold(6_000, any_case(), |case| {
        for name in shows(&case) {
            *counts.borrow_mut().entry(name).or_default() += 1;
        }
        Ok(())
    });
    let counts = counts.into_inner();
    println!("{counts:#?}");
    let rare: Vec<_> = CORNERS.iter().filter(|name| counts.get(*name).is_none_or(|count| *count < 5)).collect();
    assert!(rare.is_empty(), "seldom or never drawn: {rare:?} in {counts:#?}");
    assert_eq!(counts.len(), CORNERS.len(), "every corner is listed: {counts:#?}");
    assert!(LAW.regimes().len() == 3);
}

const CORNERS: [&str; 39] = [
    "held: no regime",
    "held: no days of ARE",
    "held: unknown event",
    "held: job before the CRP",
    "held: wage above the ceiling",
    "held: unknown law",
    "ASR",
    "IDR",
    "ASR and IDR in one month",
    "IDR held",
    "hire behind the verified law",
    "crp-2005",
    "crp-2006",
    "crp-2009",
    "article 3",
    "article 3 ends with its days of ARE",
    "the 92nd day",
    "three lines or more",
    "part of the month",
    "new values on 1 July",
    "avenant",
    "pension over part of the month",
    "pension takes all",
    "participation cut",
    "AREF",
    "notice",
    "ARE",
    "cap reached",
    "cap used before",
    "clock ends within the month",
    "IDR behind the term",
    "two IDR lines",
    "two jobs on a day",
    "no proof",
    "fall too small",
    "hired outside",
    "article 3 with a job",
    "part of a month of IDR",
    "cap by the law before the avenant",
];
