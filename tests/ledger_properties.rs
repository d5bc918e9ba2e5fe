//! What holds of every history of a beneficiary in a ledger: facts that change, come late, are withdrawn or are missing, over
//! up to fourteen months.
//!
//! The histories are the same in every run. `PROPTEST_CASES=300000 cargo test --test ledger_properties` draws more of them,
//! `PROPTEST_RNG_SEED=2` others.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a property that fails must panic")]

mod any_case;
mod any_history;
mod case;
mod oracle;

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};

use any_history::{AnyHistory, any_history};
use case::{LAW, Rows, Typed};
use versement::calendar::Month;
use versement::columns::Export;
use versement::law::Law;
use versement::ledger::{decode_kept, encode_kept};
use versement::money::Cents;
use versement::revision::{Kept, Kind, Line, Nature, Payment, Period, Position, Revised, Reviser};
use versement::settle::{Amounts, Outcome, Settlement, Settler};

/// Draws histories and tells the smallest one that fails.
fn hold(cases: u32, property: impl Fn(&AnyHistory) -> Result<(), String>) {
    let mut config = Config { failure_persistence: None, max_shrink_iters: 50_000, ..Config::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(2_005);
    }
    let outcome = TestRunner::new(config).run(&any_history(), |value| property(&value).map_err(TestCaseError::fail));
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(told, smallest)) => {
            panic!("{told}\nthe smallest history: {smallest:#?}\n{}", smallest.told())
        }
        Err(abort) => panic!("{abort}"),
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: T, expected: T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what}: {found:?} instead of {expected:?}")) }
}

fn ensure(holds: bool, told: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(told()) }
}

// ---- A ledger of one beneficiary, in memory ----

/// What a run said and did.
#[derive(Clone, Debug)]
struct Ran {
    month: Month,
    outcome: Outcome,
    lines: Vec<Line>,
    payment: Payment,
    codes: Vec<&'static str>,
}

/// A ledger of one beneficiary: what is kept stands as the bytes that the ledger's file holds.
struct Book<'l> {
    law: &'l Law,
    first_month: Month,
    settle_all: bool,
    kept: Option<Vec<u8>>,
    runs: Vec<Ran>,
}

impl<'l> Book<'l> {
    fn new(law: &'l Law, first_month: Month, settle_all: bool) -> Self {
        Self { law, first_month, settle_all, kept: None, runs: Vec::new() }
    }

    fn kept(&self) -> Option<Kept<'_>> {
        self.kept.as_ref().map(|bytes| decode_kept(bytes).expect("what was written can be read"))
    }

    /// As a batch of a night does it.
    fn run(&mut self, run: &any_history::Export) {
        let month = case::month(run.month);
        let period = Period {
            month,
            run: u32::try_from(self.runs.len()).expect("few runs") + 1,
            first_month: self.first_month,
            settle_all: self.settle_all,
            rules: self.law.claim_rules(month.last_day()).ok(),
        };
        let mut reviser = Reviser::new(self.law, period);
        let before = self.kept.clone();
        let (kept, ran) = Rows(run.rows.clone()).joined(run.month, |joined| {
            let kept = before.as_ref().map(|bytes| decode_kept(bytes).expect("what was written can be read"));
            // From here on both live as long as this closure.
            let mut joined = joined;
            let mut settlement = Settlement::default();
            let keep = match kept.as_ref().filter(|_| joined.rows.is_empty()) {
                Some(kept) => reviser.miss(case::id(), kept, &mut joined.findings, &mut settlement),
                None => {
                    let mut revised = Revised::default();
                    reviser.revise(&mut joined, kept.as_ref(), None, &mut settlement, &mut revised);
                    revised.keep
                }
            };
            let bytes = keep.as_ref().map(|keep| {
                let mut bytes = Vec::new();
                encode_kept(&mut bytes, keep);
                assert_eq!(decode_kept(&bytes).as_ref(), Some(keep), "read back otherwise");
                bytes
            });
            let codes = joined.findings.iter().filter(|finding| finding.code.entry().effect.holds());
            let codes = codes.map(|finding| finding.code.entry().code).collect();
            let (lines, payment) = (reviser.posting.lines.clone(), reviser.posting.payment);
            // Without a row there is nobody to pay.
            let outcome = if joined.rows.is_empty() { Outcome::Refused } else { settlement.outcome };
            (bytes, Ran { month, outcome, lines, payment, codes })
        });
        self.kept = kept;
        self.runs.push(ran);
    }
}

fn first_month(history: &AnyHistory) -> Month {
    case::month(history.exports[0].month)
}

/// All runs of a history, after each of which `check` is asked.
fn go_through<'l>(
    history: &AnyHistory,
    law: &'l Law,
    settle_all: bool,
    check: impl Fn(&Book<'l>) -> Result<(), String>,
) -> Result<Book<'l>, String> {
    let mut book = Book::new(law, first_month(history), settle_all);
    for export in &history.exports {
        book.run(export);
        check(&book).map_err(|told| format!("run {}: {told}", book.runs.len()))?;
    }
    book.run(
        &history.last(book.kept().is_some_and(|kept| kept.unread.iter().any(|lost| lost.export == Export::Events))),
    );
    check(&book).map_err(|told| format!("run {}: {told}", book.runs.len()))?;
    Ok(book)
}

// ---- The fast path and the full recomputation ----

#[test]
fn settling_only_what_was_touched_posts_the_same_as_settling_all_months() {
    hold(3_000, |history| {
        let fast = go_through(history, &LAW, false, |_| Ok(()))?;
        let full = go_through(history, &LAW, true, |_| Ok(()))?;
        for (number, (fast, full)) in fast.runs.iter().zip(&full.runs).enumerate() {
            same(&format!("lines of run {}", number + 1), &fast.lines, &full.lines)?;
            same(&format!("payment of run {}", number + 1), &fast.payment, &full.payment)?;
            same(&format!("outcome of run {}", number + 1), &fast.outcome, &full.outcome)?;
        }
        let (fast, full) = (fast.kept(), full.kept());
        let kept = |kept: &Kept<'_>| (kept.positions.iter().collect::<Vec<_>>(), kept.claims.clone(), kept.paid);
        same("what is kept", fast.as_ref().map(kept), full.as_ref().map(kept))
    });
}

// ---- What was paid in the end ----

/// What every month up to the last one is worth by the last facts, worked out without a ledger; `None` for a month that can't
/// be known.
fn worth(history: &AnyHistory, law: &Law) -> Vec<(Month, Option<Amounts>)> {
    let last = history.last_month();
    let typed = Typed::new(&history.facts, last);
    let (mut month, last) = (case::month(history.first_possible()), case::month(last));
    let mut worth = Vec::new();
    while month <= last {
        let mut settler = Settler::new(law, month);
        let (mut findings, mut settlement) = (Vec::new(), Settlement::default());
        settler.settle(typed.dossier(), &mut findings, &mut settlement);
        let held = findings.iter().any(|finding| finding.code.entry().effect.holds());
        worth.push((month, (!held).then_some(settlement.amounts)));
        month = month.next();
    }
    worth
}

#[test]
fn however_the_facts_arrive_each_month_is_paid_what_it_is_worth_by_the_last_ones() {
    let released = RefCell::new(0_u32);
    let all = RefCell::new(0_u32);
    hold(3_000, |history| {
        let book = go_through(history, &LAW, false, |_| Ok(()))?;
        *all.borrow_mut() += 1;
        let last = book.runs.last().expect("a run");
        if !last.codes.is_empty() {
            return Ok(());
        }
        *released.borrow_mut() += 1;
        let kept = book.kept();
        let mut due = Cents::ZERO;
        for (month, worth) in worth(history, &LAW) {
            let position = kept.as_ref().map(|kept| kept.positions.of(month)).unwrap_or_default();
            if let Some(worth) = worth {
                same(&format!("the position of {month}"), position, worth)?;
            }
            due += position.net();
        }
        let settled_before: Cents = of_nature(&book, Nature::Opening);
        let paid: Cents = book.runs.iter().map(|run| run.payment.net() + run.payment.recovered).sum();
        same("paid less claimed", settled_before + paid - of_nature(&book, Nature::Claim), due)
    });
    let (all, released) = (all.into_inner(), released.into_inner());
    assert!(released * 2 > all, "only {released} of {all} histories end with a payment that is not held");
}

fn of_nature(book: &Book<'_>, nature: Nature) -> Cents {
    let lines = book.runs.iter().flat_map(|run| &run.lines).filter(|line| line.nature == nature);
    lines.map(|line| line.amounts.net()).sum()
}

// ---- What holds after every run ----

/// Positions are what all lines add up to, month by month and kind by kind.
fn adds_up(book: &Book<'_>) -> Result<(), String> {
    let mut sums: BTreeMap<(Month, Kind), Amounts> = BTreeMap::new();
    for line in book.runs.iter().flat_map(|run| &run.lines) {
        let sign = match line.nature {
            Nature::Opening | Nature::Current | Nature::Arrears | Nature::Restated => 1,
            Nature::Claim => -1,
            Nature::Recovered => 0,
        };
        let Amounts { asr_days, asr_gross, pension_offset, participation, idr } = line.amounts;
        let signed = |amount: Cents| Cents(amount.0 * sign);
        sums.entry((line.month, line.kind)).or_default().add(&Amounts {
            asr_days: asr_days * sign,
            asr_gross: signed(asr_gross),
            pension_offset: signed(pension_offset),
            participation: signed(participation),
            idr: signed(idr),
        });
    }
    sums.retain(|_, amounts| *amounts != Amounts::default());
    let kept = book.kept();
    let mut positions = BTreeMap::new();
    for Position { month, amounts } in kept.iter().flat_map(|kept| kept.positions.iter()) {
        for kind in Kind::ALL {
            positions.insert((month, kind), kind.of(&amounts));
        }
    }
    positions.retain(|_, amounts| *amounts != Amounts::default());
    same("positions", positions, sums)
}

fn is_sound(book: &Book<'_>) -> Result<(), String> {
    let run = book.runs.last().expect("a run");
    let Payment { current, arrears, recovered } = run.payment;
    ensure(run.payment.net() >= Cents::ZERO, || format!("a payment below zero: {run:?}"))?;
    ensure(current.net() >= Cents::ZERO && current.asr_net() >= Cents::ZERO && current.idr >= Cents::ZERO, || {
        format!("{current:?}")
    })?;
    let of = |nature| run.lines.iter().filter(move |line| line.nature == nature).map(|line| line.amounts.net());
    same("arrears", arrears, of(Nature::Arrears).sum())?;
    same("recovered", recovered, of(Nature::Recovered).sum())?;
    ensure(of(Nature::Arrears).all(|net| net > Cents::ZERO), || format!("{run:?}"))?;
    ensure(of(Nature::Claim).all(|net| net > Cents::ZERO), || format!("{run:?}"))?;
    ensure(of(Nature::Restated).all(|net| net == Cents::ZERO), || format!("{run:?}"))?;
    same("current", current.net(), of(Nature::Current).sum())?;
    same("paid", run.outcome == Outcome::Paid, run.payment.net() > Cents::ZERO)?;
    if !run.codes.is_empty() {
        same("lines of a payment that is held", run.lines.len(), 0)?;
    }
    adds_up(book)
}

#[test]
fn positions_are_the_sums_of_the_lines_and_nothing_below_zero_is_paid() {
    hold(2_000, |history| go_through(history, &LAW, false, is_sound).map(|_| ()));
}

/// The built-in law, by which a share of each payment is kept back for claims.
fn recovering_law(share: &str) -> Law {
    let nothing = "recovered_share = \"0.00\"";
    assert_eq!(Law::BUILT_IN.matches(nothing).count(), 1);
    Law::read(&Law::BUILT_IN.replace(nothing, &format!("recovered_share = \"{share}\"")))
        .expect("the law data has no fault")
}

#[test]
fn what_is_recovered_never_exceeds_the_claims_and_their_balances_agree() {
    let recovered = RefCell::new(0_u32);
    for share in ["0.20", "0.99"] {
        let law = recovering_law(share);
        hold(1_000, |history| {
            let opening = RefCell::new(Cents::ZERO);
            let book = go_through(history, &law, false, |book| {
                is_sound(book)?;
                let run = book.runs.last().expect("a run");
                let sum = |nature| -> Cents {
                    run.lines.iter().filter(|line| line.nature == nature).map(|line| line.amounts.net()).sum()
                };
                let kept = book.kept();
                let claims = kept.iter().flat_map(|kept| &kept.claims);
                for claim in claims.clone() {
                    ensure(claim.balance > Cents::ZERO && claim.balance <= claim.amount, || format!("{claim:?}"))?;
                }
                let closing: Cents = claims.map(|claim| claim.balance).sum();
                let before = opening.replace(closing);
                same("claims after", closing, before + sum(Nature::Claim) - sum(Nature::Recovered))?;
                ensure(run.payment.recovered < run.payment.current.net().max(Cents(1)), || format!("{run:?}"))
            })?;
            *recovered.borrow_mut() += u32::from(of_nature(&book, Nature::Recovered) > Cents::ZERO);
            Ok(())
        });
    }
    let recovered = recovered.into_inner();
    assert!(recovered >= 50, "only {recovered} histories recover anything");
}

#[test]
fn recovery_changes_no_position() {
    let law = recovering_law("0.50");
    hold(500, |history| {
        let with = go_through(history, &law, false, |_| Ok(()))?;
        let without = go_through(history, &LAW, false, |_| Ok(()))?;
        let positions = |book: &Book<'_>| book.kept().map(|kept| kept.positions.iter().collect::<Vec<_>>());
        same("positions", positions(&with), positions(&without))
    });
}

// ---- What the properties found, and what stands near it ----

/// Runs, each a month with the rows of its exports, of one beneficiary who is paid 46.20 a day.
fn book_of(runs: &[(&str, &str, &[&str], &[&str])]) -> Vec<Ran> {
    let date = |month: &str| format!("{month}-01").parse().expect("a month");
    let first = case::month(date(runs[0].0));
    let mut book = Book::new(&LAW, first, false);
    for (month, contract_end, events, earnings) in runs {
        let row =
            format!("B1,295109912611193,A,FR7630006000011234567890189,2009-01-05,{contract_end},60,60.00,35,,,,,,,");
        let of = |rows: &[&str]| rows.iter().map(|row| format!("B1,{row}")).collect();
        book.run(&any_history::Export { month: date(month), rows: [vec![row], of(events), of(earnings)] });
        adds_up(&book).unwrap();
    }
    book.runs
}

#[test]
fn a_contract_that_ends_later_than_was_known_leaves_no_month_paid_before_it() {
    let runs = book_of(&[("2009-02", "2009-01-31", &[], &[]), ("2009-03", "2009-02-28", &[], &[])]);
    assert_eq!(runs[0].payment.net(), Cents(28 * 4_620));
    let claim = runs[1].lines.iter().find(|line| line.nature == Nature::Claim).expect("a claim");
    assert_eq!((claim.month.to_string(), claim.amounts.net()), ("2009-02".to_owned(), Cents(28 * 4_620)));
    assert_eq!(runs[1].payment.net(), Cents(31 * 4_620));
}

#[test]
fn a_row_that_the_settlement_holds_holds_until_it_is_sent_again() {
    // A business creation interrupts nothing under crp-2005, so the law holds it (A307): it is not kept, and not forgotten.
    let facts = |month: &str, events: &[&str]| {
        let row =
            "B1,295109912611193,A,FR7630006000011234567890189,2005-07-01,2005-07-31,60,60.00,35,,,,,,,".to_owned();
        let events = events.iter().map(|row| format!("B1,{row}")).collect();
        any_history::Export { month: format!("{month}-01").parse().unwrap(), rows: [vec![row], events, Vec::new()] }
    };
    let mut book = Book::new(&LAW, Month::new(2005, 8).unwrap(), false);
    book.run(&facts("2005-08", &["business_creation,2005-08-10,"]));
    book.run(&facts("2005-09", &[]));
    book.run(&facts("2005-10", &["business_creation,2005-08-10,2005-08-09"]));
    let codes: Vec<_> = book.runs.iter().map(|run| run.codes.clone()).collect();
    assert_eq!(codes, [vec!["A307"], vec!["A702"], vec![]]);
    assert_eq!(book.runs[2].payment.current.asr_days, 31);
    assert_eq!(book.runs[2].payment.arrears, Cents((31 + 30) * 4_620));
}

#[test]
fn a_job_that_the_settlement_holds_holds_until_it_is_sent_again() {
    let row = "73282932000074,2009-03,2009-03-10,,35,1000.00,1000.00,2009-03-31";
    let april = "73282932000074,2009-04,2009-03-10,,35,1000.00,1000.00,2009-04-30";
    let runs = book_of(&[
        ("2009-03", "2009-03-20", &[], &[row]),
        ("2009-04", "2009-02-28", &[], &[april]),
        ("2009-04", "2009-02-28", &[], &[row, april]),
    ]);
    let codes: Vec<_> = runs.iter().map(|run| run.codes.clone()).collect();
    assert_eq!(codes, [vec!["A303"], vec!["A702"], vec![]]);
    assert_eq!(runs[2].payment.current.idr, Cents(80_000));
    // Nine days of ASR, and the difference of 22 days of 31.
    assert_eq!(runs[2].payment.arrears, Cents(9 * 4_620 + 56_774));
}

#[test]
fn an_event_that_is_withdrawn_does_not_hold_the_next_month() {
    let runs = book_of(&[
        ("2009-03", "2009-02-28", &["sickness,2009-03-10,2009-03-12"], &[]),
        ("2009-04", "2009-02-28", &["sickness,2009-03-10,2009-03-09"], &[]),
        ("2009-05", "2009-02-28", &[], &[]),
    ]);
    assert_eq!(runs[1].payment.arrears, Cents(3 * 4_620));
    assert_eq!(runs[2].outcome, Outcome::Paid);
    assert!(runs[2].codes.is_empty(), "{runs:?}");
}

#[test]
fn a_case_that_is_no_longer_kept_is_not_paid_again() {
    let month = |count: u32| Month::new(2005 + i32::try_from(count / 12).unwrap(), count % 12 + 1).unwrap();
    let mut book = Book::new(&LAW, month(7), false);
    let row = "B1,295109912611193,A,FR7630006000011234567890189,2005-07-01,2005-07-31,60,60.00,35,,,,,,,".to_owned();
    let mut was_dropped = false;
    // Fifty-five months: eight of them paid, three years over, and on.
    for count in 7..62 {
        let first = format!("{}-01", month(count)).parse().unwrap();
        book.run(&any_history::Export { month: first, rows: [vec![row.clone()], Vec::new(), Vec::new()] });
        was_dropped |= book.kept().is_none();
    }
    assert!(was_dropped, "the case is kept for ever: nothing is shown here");
    let paid: Vec<_> = book.runs.iter().map(|run| run.payment.net() > Cents::ZERO).collect();
    assert_eq!(paid, (0..55).map(|count| count < 8).collect::<Vec<_>>());
}

// ---- The histories ----

#[test]
fn the_histories_reach_every_corner() {
    let counts: RefCell<BTreeMap<&str, u32>> = RefCell::default();
    hold(2_000, |history| {
        let book = go_through(history, &LAW, false, |_| Ok(()))?;
        let mut counts = counts.borrow_mut();
        for nature in Nature::ALL {
            if book.runs.iter().any(|run| run.lines.iter().any(|line| line.nature == nature)) {
                *counts.entry(nature.name()).or_default() += 1;
            }
        }
        for kind in Kind::ALL {
            let arrears = |line: &Line| line.nature == Nature::Arrears && line.kind == kind;
            if book.runs.iter().any(|run| run.lines.iter().any(arrears)) {
                *counts.entry(if kind == Kind::Asr { "asr arrears" } else { "idr arrears" }).or_default() += 1;
            }
        }
        let held = |run: &Ran| run.outcome == Outcome::Held;
        if book.runs.iter().any(held) && !book.runs.last().is_some_and(held) {
            *counts.entry("held and released").or_default() += 1;
        }
        for code in book.runs.iter().flat_map(|run| &run.codes) {
            *counts.entry(code).or_default() += 1;
        }
        if book
            .runs
            .windows(2)
            .any(|pair| pair[0].month == pair[1].month && !pair[0].lines.is_empty() && !pair[1].lines.is_empty())
        {
            *counts.entry("two runs of a month that post").or_default() += 1;
        }
        Ok(())
    });
    let counts = counts.into_inner();
    println!("{counts:#?}");
    let corners = [
        "opening",
        "current",
        "arrears",
        "claim",
        "restated",
        "asr arrears",
        "idr arrears",
        "held and released",
        "A701",
        "A702",
        "A303",
        "two runs of a month that post",
    ];
    let rare: Vec<_> = corners.iter().filter(|name| counts.get(*name).is_none_or(|count| *count < 5)).collect();
    assert!(rare.is_empty(), "seldom or never drawn: {rare:?} in {counts:#?}");
}
