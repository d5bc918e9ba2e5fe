//! The oracle itself against worked examples, and against edges worked out by hand.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that can't read its own values must fail")]

mod oracle;

use chrono::NaiveDate;
use oracle::{Amounts, Category, Event, EventKind, Facts, JobRow, Pension, Reason, Worth, month_worth};
use rust_decimal::Decimal;

// ---- Building facts ----

/// A day "2005-07-01", or the first day of a month "2005-07".
fn day(text: &str) -> NaiveDate {
    let full = if text.len() == 7 { format!("{text}-01") } else { text.to_owned() };
    full.parse().expect("a date of this file")
}

fn eur(text: &str) -> Decimal {
    Decimal::from_str_exact(text).expect("an amount of this file")
}

/// An ordinary beneficiary at 35 hours, engaged and ended on the given days.
fn ordinary(procedure: &str, contract_end: &str, sjr: &str) -> Facts {
    Facts {
        procedure_date: day(procedure),
        contract_end: day(contract_end),
        seniority_months: 24,
        sjr: eur(sjr),
        weekly_hours: eur("35"),
        part_time_ratio: Decimal::ONE,
        are_days: None,
        notice_daily: None,
        pension: None,
        events: Vec::new(),
        rows: Vec::new(),
    }
}

/// crp-2005 from 2005-07-01 to 2006-02-28, as in examples 1 to 7.
fn example(sjr: &str) -> Facts {
    ordinary("2005-06-01", "2005-06-30", sjr)
}

fn article_3(mut facts: Facts, are_days: u32) -> Facts {
    facts.seniority_months = 23;
    facts.are_days = Some(are_days);
    facts
}

fn pension(category: Category, monthly: &str, start: Option<&str>, end: Option<&str>) -> Option<Pension> {
    Some(Pension { category, monthly: eur(monthly), start: start.map(day), end: end.map(day) })
}

fn event(kind: EventKind, start: &str, end: Option<&str>) -> Event {
    Event { kind, start: day(start), end: end.map(day) }
}

/// One proved row of 35 hours.
fn row(employer: &str, month: &str, start: &str, end: Option<&str>, base: &str) -> JobRow {
    JobRow {
        employer: employer.to_owned(),
        month: day(month),
        job_start: day(start),
        job_end: end.map(day),
        weekly_hours: eur("35"),
        base_monthly_gross: eur(base),
        proof: true,
    }
}

/// Proved rows of an open job for each of the months.
fn open_job(start: &str, base: &str, months: &[&str]) -> Vec<JobRow> {
    months.iter().map(|month| row("A", month, start, None, base)).collect()
}

const NOV_TO_AUG: [&str; 10] =
    ["2005-11", "2005-12", "2006-01", "2006-02", "2006-03", "2006-04", "2006-05", "2006-06", "2006-07", "2006-08"];

// ---- Asking ----

#[track_caller]
fn due(facts: &Facts, month: &str) -> Amounts {
    match month_worth(facts, day(month)) {
        Worth::Due(amounts) => {
            let net = amounts.asr_gross - amounts.pension_offset - amounts.participation;
            assert_eq!(amounts.asr_net, net, "{month}: net is gross less offset less participation");
            amounts
        }
        Worth::Held(reason) => panic!("{month}: held, {reason:?}"),
    }
}

/// month, days, gross, offset, participation, net
#[track_caller]
fn asr_is(facts: &Facts, month: &str, days: u32, amounts: [&str; 4]) {
    let found = due(facts, month);
    let found = (found.asr_days, [found.asr_gross, found.pension_offset, found.participation, found.asr_net]);
    assert_eq!(found, (days, amounts.map(eur)), "ASR of {month}");
}

#[track_caller]
fn days_are(facts: &Facts, expected: &[(&str, u32)]) {
    for (month, days) in expected {
        assert_eq!(due(facts, month).asr_days, *days, "days of {month}");
    }
}

#[track_caller]
fn net_is(facts: &Facts, expected: &[(&str, &str)]) {
    for (month, net) in expected {
        assert_eq!(due(facts, month).asr_net, eur(net), "net ASR of {month}");
    }
}

/// Nothing held in these months.
#[track_caller]
fn idr_is(facts: &Facts, expected: &[(&str, &str)]) {
    for (month, idr) in expected {
        let found = due(facts, month);
        assert_eq!((found.idr, found.idr_held), (eur(idr), false), "IDR of {month}");
    }
}

#[track_caller]
fn idr_held(facts: &Facts, month: &str, paid: &str) {
    let found = due(facts, month);
    assert_eq!((found.idr, found.idr_held), (eur(paid), true), "IDR of {month}");
}

#[track_caller]
fn held(facts: &Facts, month: &str, reason: Reason) {
    assert_eq!(month_worth(facts, day(month)), Worth::Held(reason), "{month}");
}

// ---- Worked examples ----

#[test]
fn example_1_eighty_then_seventy_percent() {
    let facts = example("60.00");
    asr_is(&facts, "2005-06", 0, ["0", "0", "0", "0"]);
    asr_is(&facts, "2005-07", 31, ["1488.00", "0", "55.80", "1432.20"]);
    asr_is(&facts, "2005-09", 30, ["1434.00", "0", "54.00", "1380.00"]); // n = 91 on the 29th
    asr_is(&facts, "2005-10", 31, ["1302.00", "0", "55.80", "1246.20"]);
    asr_is(&facts, "2006-02", 28, ["1176.00", "0", "50.40", "1125.60"]); // the term
    asr_is(&facts, "2006-03", 0, ["0", "0", "0", "0"]);
}

#[test]
fn example_2_are_capped_at_three_quarters() {
    let facts = example("30.00");
    asr_is(&facts, "2005-07", 31, ["744.00", "0", "0", "744.00"]); // 24.00, under 25.01
    asr_is(&facts, "2005-10", 31, ["697.50", "0", "0", "697.50"]); // 22.50, not 21.00
}

#[test]
fn example_3_participation_stops_at_the_minimum() {
    let facts = example("32.00");
    asr_is(&facts, "2005-07", 31, ["793.60", "0", "18.29", "775.31"]); // 25.60 - 0.59
    asr_is(&facts, "2005-10", 31, ["744.00", "0", "0", "744.00"]); // 24.00
}

#[test]
fn example_4_pension() {
    let mut facts = example("60.00");
    for category in [Category::Two, Category::Three, Category::Foreign] {
        facts.pension = pension(category, "450.00", None, None);
        asr_is(&facts, "2005-07", 31, ["1488.00", "458.49", "55.80", "973.71"]); // 14.79 a day
    }
    facts.pension = pension(Category::One, "450.00", None, None);
    net_is(&facts, &[("2005-07", "1432.20")]);
}

#[test]
fn example_5_the_clock_ends_the_idr() {
    let mut facts = example("60.00");
    facts.rows = open_job("2005-11-01", "1500.00", &NOV_TO_AUG);
    idr_is(&facts, &[("2005-10", "0")]);
    for month in &NOV_TO_AUG[..8] {
        idr_is(&facts, &[(month, "300.00")]);
    }
    idr_is(&facts, &[("2006-07", "0"), ("2006-08", "0")]);
    days_are(&facts, &[("2005-10", 31), ("2005-11", 0), ("2006-02", 0)]);
}

#[test]
fn example_6_the_cap_ends_the_idr() {
    let mut facts = example("60.00");
    facts.rows = open_job("2005-11-01", "1200.00", &NOV_TO_AUG);
    for month in &NOV_TO_AUG[..4] {
        idr_is(&facts, &[(month, "600.00")]);
    }
    idr_is(&facts, &[("2006-03", "120.00"), ("2006-04", "0")]); // 4 x 600 + 120 = 2,520
}

#[test]
fn example_7_just_fifteen_percent() {
    let mut facts = example("60.00");
    facts.rows = open_job("2005-11-01", "1530.00", &["2005-11"]);
    idr_is(&facts, &[("2005-11", "270.00")]);
    facts.rows = open_job("2005-11-01", "1530.01", &["2005-11"]);
    idr_is(&facts, &[("2005-11", "0")]);
    days_are(&facts, &[("2005-11", 0)]); // work all the same
}

#[test]
fn example_8_are_by_article_3() {
    let of_2005 = [("40", "26.41"), ("50", "30.45"), ("60", "34.49"), ("80", "45.92"), ("120", "68.88")];
    for (sjr, are) in of_2005 {
        let found = due(&article_3(example(sjr), 300), "2005-07");
        assert_eq!(found.asr_gross, eur(are) * Decimal::from(31), "S {sjr} in 2005");
    }
    let of_2009 = [("40", "27.20"), ("50", "31.24"), ("60", "35.28"), ("80", "45.92"), ("120", "68.88")];
    for (sjr, are) in of_2009 {
        let found = due(&article_3(ordinary("2009-05-01", "2009-06-30", sjr), 300), "2009-07");
        assert_eq!(found.asr_gross, eur(are) * Decimal::from(31), "S {sjr} in July 2009");
    }
}

#[test]
fn example_9_crp_2009() {
    let facts = ordinary("2009-05-01", "2009-06-30", "85.47");
    asr_is(&facts, "2009-07", 31, ["2119.78", "0", "79.36", "2040.42"]); // (68.38 - 2.56) x 31
}

#[test]
fn published_by_others() {
    assert_eq!(due(&example("45.85"), "2005-07").asr_gross, eur("1137.08")); // 36.68 x 31
    let seven_days = ordinary("2005-06-01", "2005-07-24", "48.00");
    assert_eq!(due(&seven_days, "2005-07").participation, eur("10.08")); // 1.44 x 7
}

// ---- R0: regime; R3.4: S; what is held ----

#[test]
fn regimes_by_the_day_of_the_procedure() {
    held(&ordinary("2005-05-30", "2005-06-30", "60"), "2005-07", Reason::NoRegime);
    held(&ordinary("2011-09-01", "2011-10-31", "60"), "2011-11", Reason::NoRegime);
    days_are(&ordinary("2011-08-31", "2011-10-31", "60"), &[("2011-11", 30)]);
    // S 22: crp-2005 pays 17.60, crp-2006 the AREF of 17.92 (participation none, under the minimum).
    net_is(&ordinary("2005-05-31", "2006-01-31", "22"), &[("2006-02", "492.80")]);
    net_is(&ordinary("2006-01-17", "2006-01-31", "22"), &[("2006-02", "492.80")]);
    net_is(&ordinary("2006-01-18", "2006-01-31", "22"), &[("2006-02", "501.76")]);
    // 8 months, then 12.
    days_are(&ordinary("2009-03-31", "2009-06-30", "60"), &[("2010-02", 28), ("2010-03", 0)]);
    days_are(&ordinary("2009-04-01", "2009-06-30", "60"), &[("2010-03", 31), ("2010-06", 30), ("2010-07", 0)]);
}

#[test]
fn sjr_at_the_ceiling() {
    // 48 x ceiling / 365 by the year the contract ended, cut to the cent: the highest S that is paid.
    let table = [
        ("2005-06-01", "2005", "330.87"), // 330.871
        ("2006-02-01", "2006", "340.47"), // 340.471
        ("2006-02-01", "2007", "352.70"), // 352.701
        ("2006-02-01", "2008", "364.66"), // 364.668
        ("2009-05-01", "2009", "375.97"), // 375.978
        ("2009-05-01", "2010", "379.39"), // 379.397
        ("2009-05-01", "2011", "387.41"), // 387.419
    ];
    for (procedure, year, sjr) in table {
        for last_day in ["06-30", "12-31"] {
            let mut facts = ordinary(procedure, &format!("{year}-{last_day}"), sjr);
            due(&facts, &format!("{year}-07"));
            facts.sjr += eur("0.01");
            held(&facts, &format!("{year}-07"), Reason::SjrAboveCeiling);
        }
    }
    held(&ordinary("2011-08-31", "2012-01-01", "60"), "2012-01", Reason::LawUnknown);
}

#[test]
fn cases_held() {
    let mut facts = example("60.00");
    facts.seniority_months = 23;
    held(&facts, "2005-07", Reason::NoAreDays);

    let mut facts = example("60.00");
    facts.events = vec![event(EventKind::BusinessCreation, "2005-09-01", None)];
    held(&facts, "2005-07", Reason::EventUnknownToLaw);
    let mut facts = ordinary("2009-05-01", "2009-06-30", "60");
    facts.events = vec![event(EventKind::CivicService, "2009-12-31", None)];
    held(&facts, "2009-12", Reason::EventUnknownToLaw);
    facts.events = vec![event(EventKind::CivicService, "2010-01-01", None)];
    days_are(&facts, &[("2009-12", 31), ("2010-01", 0)]);

    let mut facts = example("60.00");
    facts.rows = vec![row("A", "2005-07", "2005-06-30", Some("2005-07-02"), "900")];
    held(&facts, "2005-07", Reason::JobBeforeCrp);
    days_are(&facts, &[("2005-06", 0)]); // not known yet
    facts.rows = vec![row("A", "2005-07", "2005-07-01", Some("2005-07-02"), "900")];
    days_are(&facts, &[("2005-07", 29)]);
}

#[test]
fn law_unknown_after_june_2012() {
    let mut facts = ordinary("2011-08-31", "2011-09-30", "60"); // to 2012-09-30
    days_are(&facts, &[("2012-06", 30)]);
    held(&facts, "2012-07", Reason::LawUnknown);
    days_are(&facts, &[("2012-10", 0)]);
    // July needs its 1st only, or no day at all.
    facts.events = vec![event(EventKind::Sickness, "2012-07-02", None)];
    held(&facts, "2012-07", Reason::LawUnknown);
    facts.events = vec![event(EventKind::Sickness, "2012-07-01", None)];
    days_are(&facts, &[("2012-07", 0)]);
    facts.events.clear();

    facts.rows = open_job("2012-01-01", "1500", &["2012-01", "2012-06", "2012-07"]);
    idr_is(&facts, &[("2012-06", "300.00")]);
    held(&facts, "2012-07", Reason::LawUnknown); // an IDR day
    idr_is(&facts, &[("2012-08", "0")]); // neither an ASR day nor a row

    facts.rows = open_job("2012-07-01", "1500", &["2012-07"]);
    held(&facts, "2012-07", Reason::LawUnknown);
    facts.rows = open_job("2012-07-01", "1800", &["2012-07"]);
    idr_is(&facts, &[("2012-07", "0")]); // not qualifying, so no IDR day
}

// ---- R1, R2: days ----

#[test]
fn terms_date_to_date() {
    days_are(&ordinary("2007-06-01", "2007-06-30", "60"), &[("2008-02", 29), ("2008-03", 0)]);
    days_are(&ordinary("2006-02-01", "2006-03-14", "60"), &[("2006-03", 17), ("2006-11", 14), ("2006-12", 0)]);
    days_are(&ordinary("2011-02-01", "2011-02-28", "60"), &[("2012-02", 29), ("2012-03", 0)]);
    // 2005-06-30 + 8 months = 2006-02-28, the term is the eve.
    days_are(&ordinary("2005-06-01", "2005-06-29", "60"), &[("2005-06", 1), ("2006-02", 27), ("2006-03", 0)]);
    // The last of February, 12 months on; and into a leap year.
    days_are(&ordinary("2010-01-01", "2010-02-27", "60"), &[("2010-02", 1), ("2011-02", 27)]);
    days_are(&ordinary("2007-06-01", "2007-06-29", "60"), &[("2008-02", 28), ("2008-03", 0)]);
}

#[test]
fn each_kind_of_event() {
    let pays_again = 21; // 31 less the 10th to the 19th
    let final_event = 9;
    let table = [
        (EventKind::Sickness, pays_again),
        (EventKind::Maternity, pays_again),
        (EventKind::Accident, pays_again),
        (EventKind::Parental, pays_again),
        (EventKind::Presence, pays_again),
        (EventKind::Abroad, pays_again),
        (EventKind::CivicService, pays_again),
        (EventKind::BusinessCreation, final_event),
        (EventKind::Retirement, final_event),
        (EventKind::Exclusion, final_event),
        (EventKind::Ctp, final_event),
        (EventKind::Training, 31),
    ];
    for (kind, days) in table {
        let mut facts = ordinary("2010-06-01", "2010-06-30", "60");
        facts.events = vec![event(kind, "2010-08-10", Some("2010-08-19"))];
        let september = if days == final_event { 0 } else { 30 };
        days_are(&facts, &[("2010-07", 31), ("2010-08", days), ("2010-09", september)]);
    }
}

#[test]
fn overlapping_interruptions_count_once_and_open_ones_never_end() {
    let mut facts = example("60.00");
    facts.events = vec![
        event(EventKind::Sickness, "2005-07-10", Some("2005-07-19")),
        event(EventKind::Accident, "2005-07-15", Some("2005-07-24")),
        event(EventKind::Abroad, "2006-01-10", None),
    ];
    days_are(&facts, &[("2005-07", 16), ("2005-08", 31), ("2006-01", 9), ("2006-02", 0)]);
}

#[test]
fn interruption_moves_n_91_but_not_the_term() {
    let mut facts = example("60.00");
    facts.events = vec![event(EventKind::Sickness, "2005-07-10", Some("2005-07-19"))];
    // The 91st indemnified day is 10 days later, 2005-10-09: 9 x 46.20 + 22 x 40.20.
    net_is(&facts, &[("2005-07", "970.20"), ("2005-09", "1386.00"), ("2005-10", "1300.20")]);
    days_are(&facts, &[("2006-02", 28), ("2006-03", 0)]);
}

#[test]
fn article_3_runs_out_of_are_days() {
    days_are(&article_3(example("60"), 40), &[("2005-07", 31), ("2005-08", 9), ("2005-09", 0)]);
    days_are(&article_3(example("60"), 0), &[("2005-07", 0)]);
    days_are(&article_3(example("60"), 300), &[("2006-02", 28), ("2006-03", 0)]);
    // Ten days of sickness push the last ten paid days back: 4, then from the 15th, to the 19th.
    let mut facts = article_3(example("60"), 40);
    facts.events = vec![event(EventKind::Sickness, "2005-08-05", Some("2005-08-14"))];
    days_are(&facts, &[("2005-08", 9), ("2005-09", 0)]);
    facts.events = vec![event(EventKind::Sickness, "2005-08-05", Some("2005-08-31"))];
    days_are(&facts, &[("2005-08", 4), ("2005-09", 5), ("2005-10", 0)]);
    // An ordinary beneficiary's are_days limits nothing.
    let mut facts = example("60");
    facts.are_days = Some(40);
    days_are(&facts, &[("2005-09", 30)]);
}

// ---- R3, R5: amounts of a day ----

#[test]
fn first_of_july() {
    // crp-2006, S 22: the AREF of the day, 18.28 then 18.64. n = 91 on 30 June.
    let facts = ordinary("2007-03-01", "2007-03-31", "22");
    net_is(&facts, &[("2007-06", "548.40"), ("2007-07", "577.84")]);
    // Article 3, S 40: 27.20 - 0.27 = 26.93, then 27.33 - 0.08 = 27.25: the minimum of each year.
    let facts = article_3(ordinary("2010-02-01", "2010-02-28", "40"), 365);
    asr_is(&facts, "2010-06", 30, ["816.00", "0", "8.10", "807.90"]);
    asr_is(&facts, "2010-07", 31, ["847.23", "0", "2.48", "844.75"]);
    // 2011: F 11.34, M 27.66: ARE 16.16 + 11.34 = 27.50, then 27.66 by the minimum.
    let facts = article_3(ordinary("2011-05-01", "2011-05-31", "40"), 365);
    asr_is(&facts, "2011-06", 30, ["819.90", "0", "2.40", "817.50"]); // 27.33
    asr_is(&facts, "2011-07", 31, ["857.46", "0", "0", "857.46"]); // 27.66
}

#[test]
fn dated_values_change_on_first_of_july() {
    // June and July of a CRP that starts on 1 June: article 3 at S 45 shows F (18.18 + F), at S 37 the
    // minimum; S 20 under crp-2006 shows the AREF.
    let table = [
        ("2006", ["28.43", "25.20", "17.92"], ["28.64", "25.51", "18.28"]),
        ("2007", ["28.64", "25.51", "18.28"], ["28.84", "26.01", "18.64"]),
        ("2008", ["28.84", "26.01", "18.64"], ["29.11", "26.66", "19.11"]),
        ("2009", ["29.11", "26.66", "19.11"], ["29.22", "26.93", "19.30"]),
        ("2010", ["29.22", "26.93", "19.30"], ["29.35", "27.25", "19.53"]),
        ("2011", ["29.35", "27.25", "19.53"], ["29.52", "27.66", "19.82"]),
    ];
    for (year, june, july) in table {
        let contract_end = format!("{year}-05-31");
        let facts = |sjr| ordinary("2006-02-01", &contract_end, sjr);
        let all = [article_3(facts("45"), 365), article_3(facts("37"), 365), facts("20")];
        for (facts, (june, july)) in all.iter().zip(june.into_iter().zip(july)) {
            let gross = |month: &str| due(facts, &format!("{year}-{month}")).asr_gross;
            assert_eq!(gross("06"), eur(june) * Decimal::from(30), "June {year}");
            assert_eq!(gross("07"), eur(july) * Decimal::from(31), "July {year}");
        }
    }
}

#[test]
fn part_time() {
    // p 0.5, S 40: 0.574 S = 22.96 above 16.16 + 5.52; the minimum left is r(13.465) = 13.47.
    let mut facts = article_3(ordinary("2009-05-01", "2009-06-30", "40"), 365);
    facts.part_time_ratio = eur("0.5");
    asr_is(&facts, "2009-07", 31, ["711.76", "0", "37.20", "674.56"]);
    // S 18: the ARE is the minimum, r(13.465) = 13.47, and nothing can be withheld.
    facts.sjr = eur("18");
    asr_is(&facts, "2009-07", 31, ["417.57", "0", "0", "417.57"]);
}

#[test]
fn notice_floor() {
    // crp-2005: 56.00 to the 91st day, then 42.00.
    let mut facts = example("60.00");
    facts.notice_daily = Some(eur("70"));
    net_is(&facts, &[("2005-07", "1680.20"), ("2005-09", "1612.00"), ("2005-10", "1246.20")]);
    // crp-2009: to the end. 54.20 a day.
    let mut facts = ordinary("2009-05-01", "2009-06-30", "60");
    facts.notice_daily = Some(eur("70"));
    net_is(&facts, &[("2009-10", "1680.20"), ("2010-06", "1626.00")]);
    // Article 3: none. 35.28 - 1.80.
    net_is(&article_3(facts, 365), &[("2009-07", "1037.88")]);
}

#[test]
fn crp_2009_pays_eighty_percent_to_the_end() {
    let facts = ordinary("2009-04-01", "2009-04-01", "60"); // 8 months end 2009-12-01
    net_is(&facts, &[("2009-11", "1386.00"), ("2009-12", "1432.20"), ("2010-03", "1432.20"), ("2010-04", "46.20")]);
}

#[test]
fn half_a_cent_goes_up() {
    // 0.8 x 60.63 = 48.504, 3 % = 1.8189; 0.8 x 60.65 = 48.52, 3 % = 1.8195; 0.7 x 60.65 = 42.455.
    asr_is(&example("60.63"), "2005-07", 31, ["1503.50", "0", "56.42", "1447.08"]);
    asr_is(&example("60.65"), "2005-10", 31, ["1316.26", "0", "56.42", "1259.84"]);
    // 3 % of 60.50 is 1.815.
    asr_is(&example("60.50"), "2005-07", 31, ["1500.40", "0", "56.42", "1443.98"]);
}

// ---- R4: pension ----

#[test]
fn pension_that_covers_everything_still_counts_days() {
    let mut facts = example("60.00");
    facts.pension = pension(Category::Two, "2000.00", None, Some("2005-09-28"));
    asr_is(&facts, "2005-07", 31, ["1488.00", "1488.00", "0", "0"]);
    // n = 91 on the 29th, the first day without the pension: 46.20 + 40.20.
    asr_is(&facts, "2005-09", 30, ["1434.00", "1344.00", "3.60", "86.40"]);
}

#[test]
fn pension_leaves_less_than_the_minimum() {
    // 800 x 12 / 365 = 26.30; 48.00 - 26.30 = 21.70, under 25.01: no participation.
    let mut facts = example("60.00");
    facts.pension = pension(Category::Foreign, "800.00", Some("2005-07-31"), None);
    asr_is(&facts, "2005-07", 31, ["1488.00", "26.30", "54.00", "1407.70"]);
    asr_is(&facts, "2005-08", 31, ["1488.00", "815.30", "0", "672.70"]);
    // 680 x 12 / 365 = 22.36; 25.64 - 25.01 = 0.63 can be withheld.
    facts.pension = pension(Category::Three, "680.00", None, None);
    asr_is(&facts, "2005-07", 31, ["1488.00", "693.16", "19.53", "775.31"]);
}

// ---- R6: IDR ----

#[test]
fn who_has_an_idr() {
    // Hired on the first day, on the last day, and the day after the term.
    for (start, month, days, idr) in [
        ("2005-07-01", "2005-07", 0, "300.00"),
        ("2006-02-28", "2006-02", 27, "10.71"), // 300 / 28
        ("2006-03-01", "2006-03", 0, "0"),
    ] {
        let mut facts = example("60.00");
        facts.rows = open_job(start, "1500", &[month]);
        idr_is(&facts, &[(month, idr)]);
        days_are(&facts, &[(month, days)]);
    }
    // Article 3 has none.
    let mut facts = article_3(example("60.00"), 300);
    facts.rows = open_job("2005-11-01", "500", &["2005-11"]);
    idr_is(&facts, &[("2005-11", "0")]);
}

#[test]
fn final_event_and_hire() {
    let mut facts = example("60.00");
    facts.rows = open_job("2005-11-10", "1500", &["2005-11", "2005-12"]);
    for (exclusion, december) in [("2005-11-09", "0"), ("2005-11-10", "0"), ("2005-11-11", "300.00")] {
        facts.events = vec![event(EventKind::Exclusion, exclusion, None)];
        idr_is(&facts, &[("2005-12", december)]);
    }
    // A sickness says nothing of the IDR.
    facts.events = vec![event(EventKind::Sickness, "2005-11-01", None)];
    idr_is(&facts, &[("2005-12", "300.00")]);
}

#[test]
fn part_months_and_the_end_in_the_latest_row() {
    let mut facts = example("60.00");
    facts.rows = vec![
        row("A", "2005-11", "2005-11-16", None, "1500"),
        row("A", "2005-12", "2005-11-16", Some("2005-12-10"), "1500"),
    ];
    idr_is(&facts, &[("2005-11", "150.00"), ("2005-12", "96.77"), ("2006-01", "0")]); // 10 / 31
    days_are(&facts, &[("2005-11", 15), ("2005-12", 21), ("2006-01", 31)]);
    // The row of January takes the end back: known in January only.
    facts.rows.push(row("A", "2006-01", "2005-11-16", None, "1500"));
    idr_is(&facts, &[("2005-12", "96.77"), ("2006-01", "300.00")]);
    days_are(&facts, &[("2005-12", 21), ("2006-01", 0)]);
}

#[test]
fn month_without_a_row_gives_nothing() {
    let mut facts = example("60.00");
    facts.rows = open_job("2005-11-01", "1500", &["2005-11", "2006-01"]);
    idr_is(&facts, &[("2005-11", "300.00"), ("2005-12", "0"), ("2006-01", "300.00")]);
    days_are(&facts, &[("2005-12", 0)]);
}

#[test]
fn part_month_is_rounded_twice() {
    // 299.99 x 15 / 30 = 149.995.
    let mut facts = example("60.00");
    facts.rows = open_job("2005-11-16", "1500.01", &["2005-11"]);
    idr_is(&facts, &[("2005-11", "150.00")]);
    // 20 of 35 hours: 1,028.5714... - 874.28 = r 154.29; x 15 / 30 = 77.145, up; unrounded 77.1457.
    facts.rows[0].weekly_hours = eur("20");
    facts.rows[0].base_monthly_gross = eur("874.28");
    idr_is(&facts, &[("2005-11", "77.15")]);
    // 1,028.5714... - 873.36 = r 155.21; x 23 / 30 = 118.99433 = 118.99; unrounded 118.9954, 119.00.
    facts.rows = open_job("2005-11-08", "873.36", &["2005-11"]);
    facts.rows[0].weekly_hours = eur("20");
    idr_is(&facts, &[("2005-11", "118.99")]);
}

#[test]
fn other_hours_are_compared_exactly() {
    // 1,800 x 20 / 35 = 1,028.5714..., 85 % of it 874.2857...
    let mut facts = example("60.00");
    facts.rows = open_job("2005-11-01", "874.28", &["2005-11", "2005-12", "2006-01"]);
    for row in &mut facts.rows {
        row.weekly_hours = eur("20");
    }
    idr_is(&facts, &[("2005-11", "154.29")]);
    // The amount follows the month's hours and base; the test was made at hire.
    facts.rows[1].weekly_hours = eur("35");
    facts.rows[1].base_monthly_gross = eur("1790.00");
    facts.rows[2].base_monthly_gross = eur("1100.00");
    idr_is(&facts, &[("2005-12", "10.00"), ("2006-01", "0")]);
    facts.rows[0].base_monthly_gross = eur("874.29");
    idr_is(&facts, &[("2005-11", "0"), ("2005-12", "0")]);
    // 26 of 39 hours: 1,200 exactly, 85 % is 1,020; 26 / 39 has no end.
    facts.weekly_hours = eur("39");
    facts.rows = open_job("2005-11-01", "1020.00", &["2005-11"]);
    facts.rows[0].weekly_hours = eur("26");
    idr_is(&facts, &[("2005-11", "180.00")]);
    facts.rows[0].base_monthly_gross = eur("1020.01");
    idr_is(&facts, &[("2005-11", "0")]);
}

#[test]
fn cap_goes_on_with_n() {
    // 45 days paid before: 46 x 48.00 + 152 x 42.00 = 8,592.00, half 4,296.00. 658.06 + 3 x 1,200 + 37.94.
    let mut facts = example("60.00");
    facts.rows = open_job("2005-08-15", "600", &["2005-08", "2005-09", "2005-10", "2005-11", "2005-12", "2006-01"]);
    idr_is(&facts, &[("2005-08", "658.06"), ("2005-11", "1200.00"), ("2005-12", "37.94"), ("2006-01", "0")]);
    // Ten unpaid days before: 56 x 48.00 + 142 x 42.00 = 8,652.00, half 4,326.00.
    facts.events = vec![event(EventKind::Sickness, "2005-07-10", Some("2005-07-19"))];
    idr_is(&facts, &[("2005-12", "67.94")]);
    // An event after the hire plays no part (R6.5).
    facts.events.push(event(EventKind::Exclusion, "2005-09-01", None));
    idr_is(&facts, &[("2005-12", "67.94")]);
}

#[test]
fn cap_takes_the_pension_by_its_own_dates() {
    // 120 x 42.00 less 59 x 14.79 (Jan and Feb) = 4,167.39, half 2,083.695, up to 2,083.70.
    let mut facts = example("60.00");
    facts.rows = open_job("2005-11-01", "1200", &NOV_TO_AUG);
    facts.pension = pension(Category::Two, "450.00", Some("2006-01-01"), None);
    idr_is(&facts, &[("2006-01", "600.00"), ("2006-02", "283.70"), ("2006-03", "0")]);
}

#[test]
fn cap_by_the_law_of_the_day_of_hire() {
    // Hired the eve of AV1: 87 days of 80.00 to 2010-01-31, 120 of 70.00: half is 7,680.00.
    let months = ["2009-11", "2009-12", "2010-01", "2010-02", "2010-03", "2010-04"];
    let mut facts = ordinary("2009-04-15", "2009-05-31", "100");
    facts.rows = open_job("2009-11-06", "1000", &months);
    idr_is(&facts, &[("2009-11", "1666.67"), ("2010-02", "2000.00"), ("2010-03", "13.33"), ("2010-04", "0")]);
    // Hired on the day of AV1: 206 days of 80.00: half is 8,240.00.
    facts.rows = open_job("2009-11-07", "1000", &months);
    idr_is(&facts, &[("2009-11", "1600.00"), ("2010-02", "2000.00"), ("2010-03", "640.00"), ("2010-04", "0")]);
    // crp-2006, S 22, hired 2007-06-01: the AREF of June (18.28) for all 183 days to the term, not 18.64
    // from July: 3,345.24, half 1,672.62. 600.00 a month: June, July, then 472.62.
    let mut facts = ordinary("2007-03-01", "2007-03-31", "22");
    facts.rows = open_job("2007-06-01", "60.00", &["2007-06", "2007-07", "2007-08", "2007-09"]);
    idr_is(&facts, &[("2007-06", "600.00"), ("2007-08", "472.62"), ("2007-09", "0")]);
}

#[test]
fn clock_ends_within_a_month() {
    // 2005-11-10 + 8 months: to 2006-07-09. 280 x 9 / 31 = 81.29. Cap 2,331.00, not reached.
    let mut facts = example("60.00");
    facts.rows = open_job("2005-11-10", "1520", &NOV_TO_AUG);
    idr_is(&facts, &[("2005-11", "196.00"), ("2006-06", "280.00"), ("2006-07", "81.29"), ("2006-08", "0")]);
    // At 1,500: 210 + 7 x 300 = 2,310, so the cap leaves 21.00 of 87.10.
    facts.rows = open_job("2005-11-10", "1500", &NOV_TO_AUG);
    idr_is(&facts, &[("2006-06", "300.00"), ("2006-07", "21.00"), ("2006-08", "0")]);
}

#[test]
fn later_jobs_use_what_is_left() {
    // A fails R6.2 and starts neither clock nor cap; B and C do, on the cap and clock of B.
    let mut facts = example("60.00");
    facts.rows = vec![
        row("A", "2005-10", "2005-10-01", Some("2005-10-31"), "1600"),
        row("B", "2005-11", "2005-11-01", Some("2005-11-10"), "1500"),
        row("C", "2005-11", "2005-11-11", None, "1200"),
    ];
    for month in &NOV_TO_AUG[1..] {
        facts.rows.push(row("C", month, "2005-11-11", None, "1200"));
    }
    idr_is(&facts, &[("2005-10", "0"), ("2005-11", "500.00")]); // 100 + 400
    // 92 days before the hire: cap 2,520. 500 + 3 x 600 = 2,300, then 220.
    idr_is(&facts, &[("2006-02", "600.00"), ("2006-03", "220.00"), ("2006-04", "0")]);
    facts.rows.reverse(); // the order of the rows says nothing
    idr_is(&facts, &[("2005-11", "500.00"), ("2006-03", "220.00")]);
}

#[test]
fn the_clock_is_that_of_the_first_hire() {
    let mut facts = example("60.00");
    facts.rows = vec![row("A", "2005-09", "2005-09-01", Some("2005-09-30"), "1500")];
    for month in NOV_TO_AUG {
        facts.rows.push(row("B", month, "2005-11-01", None, "1500"));
    }
    // To 2006-04-30, not 2006-06-30.
    idr_is(&facts, &[("2005-09", "300.00"), ("2005-10", "0"), ("2006-04", "300.00"), ("2006-05", "0")]);
    days_are(&facts, &[("2005-08", 31), ("2005-09", 0), ("2005-10", 31)]);
}

#[test]
fn no_proof_holds_the_month_and_uses_no_cap() {
    let mut facts = example("60.00");
    facts.rows = open_job("2005-11-01", "1200", &NOV_TO_AUG);
    facts.rows[0].proof = false;
    idr_held(&facts, "2005-11", "0");
    idr_is(&facts, &[("2005-12", "600.00"), ("2006-03", "600.00"), ("2006-04", "120.00"), ("2006-05", "0")]);
    // Nothing left to hold once the cap is used up.
    facts.rows[6].proof = false;
    idr_is(&facts, &[("2006-05", "0")]);
    // One of two jobs proved: its part is paid, the other's held.
    facts.rows = vec![
        row("A", "2005-11", "2005-11-01", Some("2005-11-10"), "1500"),
        row("B", "2005-11", "2005-11-11", None, "1200"),
    ];
    facts.rows[0].proof = false;
    idr_held(&facts, "2005-11", "400.00");
}

#[test]
fn two_jobs_hold_their_months_only() {
    let mut facts = example("60.00");
    facts.rows = open_job("2005-11-01", "1200", &NOV_TO_AUG);
    facts.rows.push(row("B", "2005-12", "2005-12-15", Some("2006-01-10"), "1800")); // does not qualify
    idr_is(&facts, &[("2005-11", "600.00")]);
    idr_held(&facts, "2005-12", "0");
    idr_held(&facts, "2006-01", "0");
    // 600 in November, February, March and April, then what is left.
    idr_is(&facts, &[("2006-02", "600.00"), ("2006-04", "600.00"), ("2006-05", "120.00"), ("2006-06", "0")]);
    // One ends on the eve of the other: no overlap.
    facts.rows = vec![
        row("A", "2005-11", "2005-11-01", Some("2005-11-15"), "1500"),
        row("A", "2005-11", "2005-11-16", None, "1500"),
    ];
    idr_is(&facts, &[("2005-11", "300.00")]);
    facts.rows[0].job_end = Some(day("2005-11-16"));
    idr_held(&facts, "2005-11", "0");
    // Two employers from the same day on.
    facts.rows = vec![row("A", "2005-11", "2005-11-01", None, "700"), row("B", "2005-11", "2005-11-01", None, "700")];
    idr_held(&facts, "2005-11", "0");
}
