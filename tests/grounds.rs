//! What a statement rests on, and what a fund states of the months before its ledger, against the lines of the months themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a property that fails must panic")]

mod any_case;
mod case;
mod oracle;

use chrono::{Months, NaiveDate};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};
use rust_decimal::Decimal;

use any_case::{AnyCase, any_case};
use case::{Answer, LAW, Typed};
use versement::anomaly::{Code, Finding};
use versement::calendar::{Day, Span};
use versement::facts::{EventKind, Followup, Opening, Sourced};
use versement::law::Law;
use versement::law::regime::Population;
use versement::money::Cents;
use versement::settle::{Grounds, JobGrounds, NilReason, Outcome, Reason, Settlement, Settler};

/// The same cases in every run; `PROPTEST_CASES` draws more of them.
fn hold(cases: u32, property: impl Fn(AnyCase) -> Result<(), String>) {
    let mut config = Config { failure_persistence: None, rng_seed: RngSeed::Fixed(2_006), ..Config::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    let outcome = TestRunner::new(config).run(&any_case(), |case| property(case).map_err(TestCaseError::fail));
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(told, smallest)) => panic!("{told}\nthe smallest case: {smallest:#?}"),
        Err(abort) => panic!("{abort}"),
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: T, expected: T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what}: {found:?} instead of {expected:?}")) }
}

/// The first days of the months of a case up to its own, from that of its CRP.
fn months_before(case: &AnyCase) -> Vec<NaiveDate> {
    let start = case.facts.contract_end + chrono::Days::new(1);
    let first = start - chrono::Days::new(u64::from(chrono::Datelike::day0(&start)));
    (0..60).map(|months| first + Months::new(months)).take_while(|month| *month < case.month).collect()
}

/// What the months before a month came to: days and IDR; `None` where one of them is held, so that nobody can state it.
fn stated(typed: &Typed, months: &[NaiveDate]) -> Option<(i64, Cents)> {
    let mut sum = (0, Cents::ZERO);
    for &month in months {
        let answer = typed.settle(month);
        if !answer.held().is_empty() {
            return None;
        }
        let sums = answer.sums();
        sum = (sum.0 + sums.asr_days, sum.1 + sums.idr);
    }
    Some(sum)
}

fn lines(answer: &Answer) -> String {
    let Settlement { asr, idr, amounts, outcome, handover, .. } = &answer.settlement;
    format!("{outcome:?} {amounts:?}\n{asr:#?}\n{idr:#?}\n{handover:#?}")
}

/// R3, R6.5, R6.6: whoever states what the months before came to is settled as whoever has all their facts.
#[test]
fn an_opening_that_says_what_the_months_before_came_to_changes_nothing() {
    hold(1_500, |AnyCase { facts, month }| {
        let case = AnyCase { facts, month };
        let mut typed = Typed::new(&case.facts, case.month);
        let whole = typed.settle(case.month);
        let months = months_before(&case);
        for cut in [months.len() / 2, months.len()] {
            let Some((asr_days, idr_paid)) = stated(&typed, &months[..cut]) else { continue };
            let first = case::day(months.get(cut).copied().unwrap_or(case.month));
            let mut settler = Settler::new(&LAW, case::month(case.month));
            let Ok(frozen) = settler.frozen_before(typed.dossier(), first) else { continue };
            typed.opening = Some(Opening { first, asr_days, idr_paid, frozen });
            let opened = typed.settle(case.month);
            typed.opening = None;
            same(&format!("opening on {first}"), lines(&opened), lines(&whole))?;
            // From a cap that an opening states more is used than it has: nothing is left, and nothing is claimed back here.
            let Some((cap, clock)) = frozen else { continue };
            let more = Opening { first, asr_days, idr_paid: cap + Cents(1), frozen: Some((cap, clock)) };
            typed.opening = Some(more);
            same("more than the cap", typed.settle(case.month).sums().idr, Cents::ZERO)?;
            typed.opening = None;
        }
        Ok(())
    });
}

/// Of the months before an opening only what it states counts.
#[test]
fn an_opening_counts_from_its_first_day_on() {
    hold(300, |case| {
        let mut typed = Typed::new(&case.facts, case.month);
        let whole = typed.settle(case.month);
        let run = case::month(case.month);
        if !whole.held().is_empty() || typed.dossier().beneficiary.fact.contract_end >= run.first_day().eve() {
            return Ok(());
        }
        let state = |asr_days| Some(Opening { first: run.first_day(), asr_days, idr_paid: Cents::ZERO, frozen: None });
        typed.opening = state(7);
        let opened = typed.settle(case.month);
        if let Some(line) = opened.settlement.asr.first() {
            same("rank", line.first_rank, 8)?;
        }
        // One that begins behind the month says nothing of it.
        typed.opening = state(7).map(|opening| Opening { first: run.next().first_day(), ..opening });
        let later = typed.settle(case.month);
        same("a later opening", format!("{:?}", later.settlement.asr), format!("{:?}", whole.settlement.asr))
    });
}

fn grounds<'l>(typed: &Typed, case: &AnyCase) -> Option<(Answer, Grounds<'l>)>
where
    'static: 'l,
{
    let answer = typed.settle(case.month);
    if !answer.held().is_empty() {
        return None;
    }
    let mut settler = Settler::new(&LAW, case::month(case.month));
    let (mut findings, mut settlement): (Vec<Finding>, _) = (Vec::new(), Settlement::default());
    settler.settle(typed.dossier(), &mut findings, &mut settlement);
    // What is not held rests on something.
    let grounds = settler.grounds(typed.dossier(), &settlement).unwrap().unwrap();
    Some((answer, grounds))
}

/// Every day of a month is paid by one line or has its reasons; these are true, and they are all.
#[test]
fn what_is_not_paid_has_its_reasons() {
    hold(1_500, |case| {
        let typed = Typed::new(&case.facts, case.month);
        let Some((answer, grounds)) = grounds(&typed, &case) else { return Ok(()) };
        let month = case::month(case.month);
        let crp = grounds.right.crp;
        same("the CRP in the month", grounds.crp_in(month), crp.intersect(month.span()))?;
        let unpaid_on = |day: Day| grounds.unpaid.iter().filter(move |unpaid| unpaid.days.contains(day));
        let mut day = month.first_day();
        while day <= month.last_day() {
            let paid = answer.settlement.asr.iter().filter(|line| line.span.contains(day)).count();
            same(&format!("lines and reasons of {day}"), paid + unpaid_on(day).count(), 1)?;
            day = day.next();
        }
        for pair in grounds.unpaid.windows(2) {
            let apart = pair[0].days.last.next() < pair[1].days.first || pair[0].reasons != pair[1].reasons;
            same(&format!("{pair:?} are apart"), apart, true)?;
        }
        for unpaid in &grounds.unpaid {
            let told = format!("{unpaid:?} of {crp}");
            let has = |reason: Reason| unpaid.reasons.contains(&reason);
            same(&told, unpaid.reasons.is_empty(), false)?;
            same(&told, has(Reason::BeforeStart), unpaid.days.first < crp.first)?;
            same(&told, has(Reason::AfterTerm), unpaid.days.last > crp.last)?;
            for reason in &unpaid.reasons {
                let (kind, span, is_final) = match *reason {
                    Reason::Event { kind, span, is_final, .. } => (kind, span, is_final),
                    Reason::Job { span, .. } => (EventKind::Work, span, false),
                    Reason::AreDaysUsed => {
                        let limit = grounds.are_days_left.ok_or("days of ARE of somebody who has no such limit")?;
                        let paid: i64 = answer.sums().asr_days;
                        same(&told, paid, limit)?;
                        continue;
                    }
                    Reason::BeforeStart | Reason::AfterTerm => continue,
                };
                let last = if is_final { Day::AFTER_ALL } else { span.last };
                let covered = Span::new(span.first, last).intersect(unpaid.days) == unpaid.days;
                same(&format!("{told}: {kind} covers them"), covered, true)?;
            }
        }
        Ok(())
    });
}

/// R3, R1.3, R6.5, R6.6: days before, days of ARE left, cap and clock are those that the lines were made with.
#[test]
fn what_lines_rest_on_is_what_they_were_made_with() {
    hold(1_500, |case| {
        let typed = Typed::new(&case.facts, case.month);
        let Some((answer, grounds)) = grounds(&typed, &case) else { return Ok(()) };
        if let Some(line) = answer.settlement.asr.first() {
            same("days before", grounds.indemnified_before + 1, line.first_rank)?;
        }
        let limit = case.facts.are_days.filter(|_| grounds.right.population == Population::Article3);
        let left = limit.map(|limit| i64::from(limit) - grounds.indemnified_before);
        same("days of ARE left", grounds.are_days_left, left)?;
        if let Some((days, _)) = stated(&typed, &months_before(&case)) {
            same("days before, month by month", grounds.indemnified_before, days)?;
        }
        for line in &answer.settlement.idr {
            let frozen = grounds.frozen.as_ref().ok_or("an IDR without a hire that froze its cap")?;
            same("cap", line.cap, frozen.cap)?;
            same(
                "the cap is of the residual",
                frozen.cap.0,
                LAW.differential_cap(frozen.residual, frozen.hire).unwrap().0,
            )?;
            same("days within the clock", line.days.intersect(frozen.clock), line.days)?;
            let job = grounds.jobs.iter().find(|job| (job.employer, job.span.first) == (line.employer, line.job_start));
            let job = job.ok_or("an IDR of a job that is not told")?;
            let compared = job.in_month.ok_or("an IDR without a row")?;
            same("monthly", line.monthly, LAW.monthly_differential(&compared, job.span.first).unwrap())?;
        }
        let mut settler = Settler::new(&LAW, case::month(case.month));
        let at =
            |settler: &mut Settler<'_>, day| settler.frozen_before(typed.dossier(), day).map_err(|e| e.to_string());
        if let Some(frozen) = &grounds.frozen {
            same("not before the hire", at(&mut settler, frozen.hire)?, None)?;
            same("behind it", at(&mut settler, frozen.hire.next())?, Some((frozen.cap, frozen.clock)))?;
            let jobs = grounds.jobs.iter().filter(|job| job.span.first == frozen.hire);
            let alike = jobs.filter(|job| {
                job.is_within && job.at_hire.is_some_and(|at| LAW.fall_qualifies(&at, frozen.hire).unwrap())
            });
            same("the hire that froze them", alike.count() > 0, true)?;
        }
        for job in &grounds.jobs {
            let within = grounds.right.crp.contains(job.span.first) && job.ended.is_none();
            same("within", job.is_within, within)?;
            same("ended before", job.ended.is_none_or(|day| day <= job.span.first), true)?;
            same("compared", job.at_hire.is_some(), within && grounds.right.population == Population::Ordinary)?;
            let tells = job.row.is_some() || job.span.meets(case::month(case.month).span());
            let froze = grounds.frozen.is_some_and(|frozen| frozen.hire == job.span.first);
            same("told for something", tells || froze, true)?;
        }
        for row in case.facts.rows.iter().filter(|row| row.month == case.month) {
            let own = (case::siret(&row.employer), case::day(row.job_start));
            let told = grounds.jobs.iter().any(|job| (job.employer, job.span.first) == own && job.row.is_some());
            same("told, as it has a row", told, true)?;
        }
        // A job whose rows have no end runs on: it is told in a month without a row too.
        for row in case.facts.rows.iter().filter(|row| row.month <= case.month && row.job_start <= case.month) {
            let alike = |other: &&oracle::JobRow| (&other.employer, other.job_start) == (&row.employer, row.job_start);
            let runs_on = case.facts.rows.iter().filter(alike).all(|other| other.job_end.is_none());
            let own = (case::siret(&row.employer), case::day(row.job_start));
            let told = grounds.jobs.iter().any(|job| (job.employer, job.span.first) == own);
            same("told, as it runs", told || !runs_on, true)?;
        }
        Ok(())
    });
}

/// R1.4: a line ends where something changes: the worth of a day, the 92nd day, the pension, or the law (on the first of a month,
/// but for the avenant of 7 November 2009).
#[test]
fn days_that_are_worth_the_same_share_a_line() {
    hold(1_500, |case| {
        let answer = Typed::new(&case.facts, case.month).settle(case.month);
        let avenant = Day::from_ymd(2009, 11, 7);
        let pension = case.facts.pension.as_ref();
        let edges = pension.map(|pension| [pension.start, pension.end.map(|end| end + chrono::Days::new(1))]);
        for pair in answer.settlement.asr.windows(2) {
            let day = pair[1].span.first;
            let worth = |at: usize| (pair[at].gross, pair[at].offset, pair[at].participation);
            let edge = edges.into_iter().flatten().flatten().any(|edge| case::day(edge) == day);
            let apart = pair[0].span.last.next() < day || worth(0) != worth(1);
            let may_end = Some(day) == avenant || pair[1].first_rank == 92 || edge;
            same(&format!("two lines of the same worth: {pair:#?}"), apart || may_end, true)?;
        }
        Ok(())
    });
}

/// R1.2, R2: the days of a CRP end with its term or on the eve of a final event, as what is handed over says; a settler that goes
/// from month to month says what a new one says.
#[test]
fn the_days_of_a_crp_are_those_that_its_months_pay() {
    hold(1_500, |case| {
        let typed = Typed::new(&case.facts, case.month);
        let month = case::month(case.month);
        let fresh = typed.settle(case.month);
        let mut settler = Settler::new(&LAW, month.next());
        settler.for_month(month);
        // Written over what another case left behind.
        let (mut findings, mut settlement) = (Vec::new(), Settlement::default());
        let other = Typed::new(&plain("2005-06-10", "2005-06-30"), case.month);
        settler.for_month(case::month(date("2006-02-01")));
        settler.settle(other.dossier(), &mut findings, &mut settlement);
        settler.for_month(month);
        findings.clear();
        settler.settle(typed.dossier(), &mut findings, &mut settlement);
        same("from month to month", format!("{settlement:?}"), format!("{:?}", fresh.settlement))?;
        let Some((right, days)) = settler.days_of_crp(typed.dossier()) else {
            return same("held", fresh.held().is_empty(), false);
        };
        same(
            "the facts as the rules take them",
            settler.right(typed.dossier()).map(|right| right.crp),
            Some(right.crp),
        )?;
        if fresh.held().is_empty() {
            same("its first day", days.first, right.crp.first)?;
            same(
                "paid within them",
                fresh.settlement.asr.iter().all(|line| line.span.intersect(days) == line.span),
                true,
            )?;
            let ended = fresh.settlement.handover.map(|handover| handover.ended.last);
            same("the last day", ended.is_none_or(|last| last == days.last || days.is_empty()), true)?;
        }
        Ok(())
    });
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Somebody with nothing out of the ordinary, at 60.00 a day.
fn plain(procedure: &str, contract_end: &str) -> oracle::Facts {
    oracle::Facts {
        procedure_date: date(procedure),
        contract_end: date(contract_end),
        seniority_months: 30,
        sjr: Decimal::new(6_000, 2),
        weekly_hours: Decimal::from(35),
        part_time_ratio: Decimal::ONE,
        are_days: None,
        notice_daily: None,
        pension: None,
        events: Vec::new(),
        rows: Vec::new(),
    }
}

/// Why nothing is owed is what the days and lines of the month say.
#[test]
fn nothing_is_owed_for_the_reason_that_is_told() {
    hold(1_500, |case| {
        let typed = Typed::new(&case.facts, case.month);
        let Some((answer, grounds)) = grounds(&typed, &case) else { return Ok(()) };
        let Outcome::Nil(reason) = answer.settlement.outcome else { return Ok(()) };
        let (crp, days) = (grounds.right.crp, case::month(case.month).span());
        let expected = if crp.first > days.last {
            NilReason::NotStarted
        } else if crp.last < days.first {
            NilReason::TermPassed
        } else if !answer.settlement.asr.is_empty() {
            NilReason::PensionCovers
        } else if grounds.are_days_left == Some(0) {
            NilReason::AreDaysUsed
        } else {
            NilReason::Interrupted
        };
        same("nothing, as", reason, expected)
    });
}

/// R3.1, R5.1, with an invented law: the minimum ARE is 47.00 from 16 August 2005. 48.00 less 47.00 is less than 3 % of 60.00: 15 days
/// of 1.80 and 16 of 1.00 are 43.00.
#[test]
fn a_value_that_changes_within_a_month_counts_from_its_day_on() {
    let next = "[[minimum_are]]\nfrom = 2006-07-01";
    let invented = "[[minimum_are]]\nfrom = 2005-08-16\nvalue = \"47.00\"\nsource = \"invented\"\n\n";
    assert!(Law::BUILT_IN.contains(next));
    let law = Law::read(&Law::BUILT_IN.replace(next, &format!("{invented}{next}"))).unwrap();
    let month = date("2005-08-01");
    let typed = Typed::new(&plain("2005-06-10", "2005-06-30"), month);
    let (mut findings, mut settlement) = (Vec::new(), Settlement::default());
    Settler::new(&law, case::month(month)).settle(typed.dossier(), &mut findings, &mut settlement);
    let amounts = settlement.amounts;
    assert_eq!((amounts.asr_days, amounts.asr_gross, amounts.participation), (31, Cents(148_800), Cents(4_300)));
    let days: Vec<i64> = settlement.asr.iter().map(|line| line.span.days()).collect();
    assert_eq!(days, [15, 16]);
}

/// R7, by hand: the CRP runs from 27 January to 26 September 2009. 14 days from 20 December are 3 January; 8 days from 27 January are
/// 4 February; a month from 28 January is 28 February; six months from 2 March are 2 September.
#[test]
fn a_month_tells_which_deadlines_are_missed() {
    const IN_TIME: &str = "proposal=2008-12-20 acceptance=2009-01-03 interview=2009-01-28 plan=2009-02-20";
    let rows = [
        ("2009-02", IN_TIME.to_owned(), ""),
        (
            "2009-02",
            IN_TIME.replace("2009-01-03", "2009-01-04"),
            "D701 acceptance_date 2009-01-04, last day 2009-01-03",
        ),
        (
            "2009-02",
            "proposal=2008-12-20".to_owned() + &IN_TIME[41..],
            "D702 acceptance_date none, last day 2009-01-03",
        ),
        // The last day of the month is not over before its end.
        ("2009-02", "proposal=2009-02-14".to_owned() + &IN_TIME[41..], ""),
        (
            "2009-02",
            "proposal=2009-02-13".to_owned() + &IN_TIME[41..],
            "D702 acceptance_date none, last day 2009-02-27",
        ),
        ("2009-01", IN_TIME[..41].to_owned(), ""),
        ("2009-02", IN_TIME[..41].to_owned(), "D703 interview_date none, last day 2009-02-04, 24 days late"),
        ("2009-10", IN_TIME[..41].to_owned(), ""),
        (
            "2009-02",
            IN_TIME.replace("2009-01-28", "2009-02-05"),
            "D703 interview_date 2009-02-05, last day 2009-02-04, 1 days late",
        ),
        ("2009-03", IN_TIME.replace("2009-01-28", "2009-02-05"), ""),
        // What is done in March is not known on the last day of February.
        (
            "2009-02",
            IN_TIME.replace("2009-01-28", "2009-03-02"),
            "D703 interview_date none, last day 2009-02-04, 24 days late",
        ),
        ("2009-02", IN_TIME[..62].to_owned(), ""),
        ("2009-03", IN_TIME[..62].to_owned(), "D704 plan_date none, last day 2009-02-28, 31 days late"),
        (
            "2009-03",
            IN_TIME.replace("2009-02-20", "2009-03-02"),
            "D704 plan_date 2009-03-02, last day 2009-02-28, 2 days late",
        ),
        ("2009-08", format!("{IN_TIME} reclassified=2009-03-02"), ""),
        (
            "2009-09",
            format!("{IN_TIME} reclassified=2009-03-02"),
            "D705 last_contact none, last day 2009-09-02, 28 days late",
        ),
        ("2009-10", format!("{IN_TIME} reclassified=2009-03-02"), ""),
        ("2009-09", format!("{IN_TIME} reclassified=2009-03-31"), ""),
        (
            "2009-10",
            format!("{IN_TIME} reclassified=2009-03-31"),
            "D705 last_contact none, last day 2009-09-30, 31 days late",
        ),
        ("2009-09", format!("{IN_TIME} reclassified=2009-03-02 contact=2009-05-04"), ""),
    ];
    for (month, inputs, expected) in rows {
        let on = |key: &str| {
            let pair = inputs.split(' ').filter_map(|pair| pair.split_once('=')).find(|(name, _)| *name == key);
            pair.map(|(_, day)| day.parse::<Day>().unwrap())
        };
        let followup = Followup {
            proposal: on("proposal"),
            acceptance: on("acceptance"),
            interview: on("interview"),
            plan: on("plan"),
            reclassified_on: on("reclassified"),
            last_contact: on("contact"),
            ..Followup::default()
        };
        let month = date(&format!("{month}-01"));
        let mut typed = Typed::new(&plain("2008-12-15", "2009-01-26"), month);
        typed.followup = Some(Sourced { line: 2, fact: followup });
        let answer = typed.settle(month);
        let told = answer.findings.iter().filter(|finding| finding.code.entry().code.starts_with('D')).map(|finding| {
            let column = finding.place.column.map_or("", |column| column.name());
            format!("{} {column} {}", finding.code.entry().code, finding.found)
        });
        assert_eq!(told.collect::<Vec<_>>().join("; "), expected, "{month} {inputs}");
        // Only a late acceptance holds: silence is told, as the law data has it.
        assert_eq!(answer.held().is_empty(), !expected.starts_with("D701"), "{month} {inputs}");
    }
}

/// R0.2, art. 9 last al.: each job of a month of article 3 is told as one without IDR.
#[test]
fn a_job_of_article_3_is_told() {
    hold(1_500, |case| {
        let answer = Typed::new(&case.facts, case.month).settle(case.month);
        if !answer.held().is_empty() {
            return Ok(());
        }
        let mut jobs: Vec<_> = case.facts.rows.iter().filter(|row| row.month == case.month).collect();
        jobs.dedup_by_key(|row| (&row.employer, row.job_start));
        let expected = if case.facts.seniority_months < 24 { jobs.len() } else { 0 };
        let told = answer.findings.iter().filter(|finding| finding.code == Code::Article3Job).count();
        same("jobs of article 3", told, expected)
    });
}

/// An earlier month that is settled again, with rows of later months. A later hire says nothing of it, even behind the verified law;
/// a hire within it does, though its first row is a later one; so does a row of the month itself, whatever its hire.
#[test]
fn a_later_hire_says_nothing_of_a_month_that_is_settled_again() {
    let mut facts = plain("2011-08-31", "2011-12-31");
    let month = date("2012-05-01");
    let alone = Typed::new(&facts, month).settle(month);
    assert!(alone.settlement.outcome == Outcome::Paid && alone.findings.is_empty());
    for (hire, first_row, codes) in [
        ("2012-08-01", "2012-08-01", ""),
        ("2012-06-01", "2012-06-01", ""),
        ("2012-05-10", "2012-06-01", "RowMissing"),
        ("2012-05-31", "2012-06-01", "RowMissing"),
        ("2012-08-01", "2012-05-01", "UnknownLaw"),
    ] {
        facts.rows = vec![oracle::JobRow {
            employer: "A".to_owned(),
            month: date(first_row),
            job_start: date(hire),
            job_end: None,
            weekly_hours: Decimal::from(35),
            base_monthly_gross: Decimal::from(1_000),
            proof: true,
        }];
        let answer = Typed::new(&facts, date("2012-08-01")).settle(month);
        let told: Vec<_> = answer.findings.iter().map(|finding| format!("{:?}", finding.code)).collect();
        assert_eq!(told.join(" "), codes, "{hire} {first_row}");
        if codes.is_empty() {
            assert_eq!(lines(&answer), lines(&alone));
        }
    }
}

/// R6.2, R6.3, R6.5, R6.6: what gives less than its difference is told, job by job, and nothing else.
#[test]
fn a_job_that_gives_less_is_told_with_its_reason() {
    hold(3_000, |case| {
        let typed = Typed::new(&case.facts, case.month);
        let Some((answer, grounds)) = grounds(&typed, &case) else { return Ok(()) };
        let month = case::month(case.month);
        let falls = |job: &&JobGrounds| job.at_hire.map(|at| LAW.fall_qualifies(&at, job.span.first).unwrap());
        let told = |code| answer.findings.iter().filter(|finding| finding.code == code).count();
        let with_row = || grounds.jobs.iter().filter(|job| job.row.is_some());
        same("fall too small", told(Code::FallTooSmall), with_row().filter(|job| falls(job) == Some(false)).count())?;
        let clock = grounds.frozen.map(|frozen| frozen.clock).filter(|clock| clock.first.month() <= month);
        let (mut behind, mut missing) = (0, 0);
        if let Some(clock) = clock {
            let late = |job: &&JobGrounds| job.span.intersect(month.span()).last > clock.last;
            behind = with_row().filter(|job| falls(job) == Some(true) && late(job)).count();
            let runs = |job: &&JobGrounds| job.row.is_none() && job.span.intersect(clock).meets(month.span());
            missing = grounds.jobs.iter().filter(|job| falls(job) == Some(true) && runs(job)).count();
        }
        same("clock ended", told(Code::ClockEnded), behind)?;
        same("row missing", told(Code::RowMissing), missing)?;
        let paid = &answer.settlement.idr;
        if paid.len() == with_row().filter(|job| falls(job) == Some(true)).count() {
            same("cap reached", told(Code::CapReached), paid.iter().filter(|line| line.due > line.amount).count())?;
        }
        Ok(())
    });
}

/// R6.6, by hand: 8 months from 1 November 2005 end on 30 June 2006, with the month; from 2 November on 1 July, within one.
#[test]
fn a_clock_that_ends_with_the_month_ends_nothing_within_it() {
    for (hire, month, told) in [("2005-11-01", "2006-06-01", false), ("2005-11-02", "2006-07-01", true)] {
        let mut facts = plain("2005-06-10", "2005-06-30");
        let months = (0..9).map(|at| date("2005-11-01") + Months::new(at)).take_while(|at| *at <= date(month));
        facts.rows = months
            .map(|month| oracle::JobRow {
                employer: "A".to_owned(),
                month,
                job_start: date(hire),
                job_end: None,
                weekly_hours: Decimal::from(35),
                base_monthly_gross: Decimal::from(1_500),
                proof: true,
            })
            .collect();
        let answer = Typed::new(&facts, date(month)).settle(date(month));
        assert_eq!((answer.has(Code::ClockEnded), answer.settlement.idr.len()), (told, 1), "{hire}");
    }
}
