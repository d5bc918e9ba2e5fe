//! Rows with the largest values that every field takes, many of them, by the law of the program and by a law at the bounds of what
//! the law reader takes: docs/RELIABILITY.md has the bound of each sum. Nothing overflows; what is too large is told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a bound that does not hold must panic")]

#[allow(unreachable_pub, missing_docs, reason = "the tests share it")]
mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{Night, Ran, table, versement};
use tempfile::TempDir;
use versement::law::Law;
use versement::money::Cents;

const WHOLE: &str = "beneficiary_id,nir,name,iban,procedure_date,contract_end,seniority_months,sjr,weekly_hours,\
    part_time_ratio,are_days,notice_daily,pension_category,pension_monthly,pension_start,pension_end";
const EARNINGS: &str = common::EARNINGS;
const EMPLOYERS: &str = "beneficiary_id,employer,notice_months,monthly_pay_with_charges,monthly_gross_average,dif_hours,\
    net_hourly_pay,proposed";
/// The largest amount that a field takes.
const LARGEST: &str = "9999999.99";
/// The largest wage that [`largest_law`] does not hold: 4 x 12 x 100,000.00 / 365 with 100 for 4, and so for the notice.
const LARGEST_WAGE: &str = "328767.12";
/// The largest fund that the bounds are stated for.
const FUND: i128 = 30_000_000;

/// In a CRP that begins in May 2009: a row of beneficiaries.csv.
fn beneficiary(at: usize, sjr: &str, rest: &str) -> String {
    let (nir, name, iban) = (common::NIR, common::NAME, common::IBAN);
    format!("B{at:06},{nir},{name},{iban},2009-04-01,2009-04-30,1200,{sjr},{rest}")
}

/// The law of the program with each value the largest that is read, verified as long as there are days.
fn largest_law() -> String {
    let mut table = "";
    let mut law = String::new();
    for line in Law::BUILT_IN.lines() {
        table = line.strip_prefix("[[").and_then(|line| line.strip_suffix("]]")).unwrap_or(table);
        let key = line.split(" = ").next().unwrap();
        let largest = match (table, key) {
            (_, "verified_until") => Some("2199-12-31"),
            (_, "value") if line.contains("\"unknown\"") => Some("\"100000.00\""),
            (_, "value") if line.contains('.') && !line.contains('-') => Some("\"100000.00\""),
            (_, "wage_ceiling_multiple" | "notice_ceiling_multiple") => Some("100"),
            ("regime", "months" | "idr_months") => Some("120"),
            (_, "wage_days") => Some("366"),
            ("contribution", "notice_months" | "not_proposed_months") => Some("24"),
            (_, "dif_hours") => Some("240"),
            (_, "dif_hours_a_year") => Some("10000"),
            (_, "recovered_share") => Some("\"0.999999999\""),
            (_, "delay_days" | "first_days") => Some("1"),
            (
                _,
                "rate" | "first_rate" | "second_rate" | "notice_rate" | "most" | "proportional" | "with_fixed_part"
                | "dif_rate",
            ) if line.contains('"') => (table != "participation").then_some("\"1\""),
            (_, "most_of_former_pay" | "cap_of_residual") => Some("\"1\""),
            _ => None,
        };
        law += &largest.map_or_else(|| line.to_owned(), |value| format!("{key} = {value}"));
        law.push('\n');
    }
    law
}

#[test]
fn the_largest_contribution_is_worked_out_and_the_state_adds_as_much() {
    let people = (0..40).map(|at| beneficiary(at, "60.00", "35.00,1,,,,,,"));
    let employers =
        (0..40).map(|at| format!("B{at:06},73282932000074,24.00,{LARGEST},{LARGEST},9999.99,{LARGEST},yes"));
    let night =
        Night::new().with("beneficiaries.csv", table(WHOLE, people)).with("employers.csv", table(EMPLOYERS, employers));
    assert!(matches!(night.run().status, Some(0 | 1)));
    let rows = night.rows("contributions.csv");
    assert_eq!(rows.len(), 40);
    // R8.3: half of 120 hours at the largest pay; R8.4: the State adds as much.
    let half = "599999999.40";
    assert!(rows.iter().all(|row| row.iter().filter(|field| *field == half).count() == 2), "{:?}", rows[0]);
}

/// A ledger run by [`largest_law`].
struct Fund(TempDir);

impl Fund {
    fn new() -> Self {
        let fund = Self(TempDir::new().unwrap());
        fs::write(fund.path("law.toml"), largest_law()).unwrap();
        fund
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs a month whose beneficiaries have this wage; tells what `summary.json` says.
    fn run(&self, month: &str, sjr: &str, count: usize) -> serde_json::Value {
        let exports = self.path(&format!("exports-{month}"));
        fs::create_dir(&exports).unwrap();
        let people = (0..count).map(|at| beneficiary(at, sjr, &format!("48.00,1,36600,{sjr},,,,")));
        fs::write(exports.join("beneficiaries.csv"), table(WHOLE, people)).unwrap();
        let job = |at: usize| {
            let proof = format!("{month}-28");
            format!("B{at:06},73282932000074,{month},{month}-05,{month}-20,48.00,0.01,{LARGEST},{proof}")
        };
        fs::write(exports.join("earnings.csv"), table(EARNINGS, (0..count).map(job))).unwrap();
        let out = self.path(&format!("out-{month}"));
        let mut command = versement();
        command
            .current_dir(self.0.path())
            .args(["run", "--quiet", "--month", month, "--law", "law.toml", "--ledger", "ledger"]);
        let ran = Ran::of(command.arg("--exports").arg(&exports).arg("--out").arg(&out).output().unwrap());
        assert!(matches!(ran.status, Some(0 | 1)), "{ran:?}");
        summary(&out)
    }
}

fn summary(out: &Path) -> serde_json::Value {
    serde_json::from_str(&fs::read_to_string(out.join("summary.json")).unwrap()).unwrap()
}

/// `1234.56` in cents.
fn cents(text: &serde_json::Value) -> i128 {
    text.as_str().unwrap().replace('.', "").parse().unwrap()
}

#[test]
fn the_largest_amounts_of_the_largest_law_are_paid_claimed_and_recovered() {
    let fund = Fund::new();
    let count = 300_usize;
    let of_all = |amount: i128| amount * i128::try_from(count).unwrap();
    let may = fund.run("2009-05", LARGEST_WAGE, count);
    assert_eq!(may["outcomes"]["paid"], count, "{may}");
    // 15 days without work, and more for the days of the job.
    let paid = cents(&may["totals"]["net"]);
    assert!(paid >= of_all(15 * 32_876_712 - 15 * 986_301), "{may}");
    // The wage was a thousandth: nearly all of it is claimed, and next month nearly all of that month kept back.
    let june = fund.run("2009-06", "300.00", count);
    let raised = cents(&june["claims"]["raised"]);
    assert!(raised > paid / 2, "{june}");
    let july = fund.run("2009-07", LARGEST_WAGE, count);
    assert!(cents(&july["claims"]["recovered"]) > 0, "{july}");
    let verified =
        versement().current_dir(fund.0.path()).args(["verify", "--rebuild", "--law", "law.toml"]).output().unwrap();
    let verified = Ran::of(verified);
    assert!(matches!(verified.status, Some(0 | 1)), "{verified:?}");
}

#[test]
fn the_last_month_of_all_years_has_its_days_only() {
    let law = largest_law();
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("law.toml"), &law).unwrap();
    let row = beneficiary(1, "60.00", "35.00,1,,,,,,").replace("2009-04-30", "2199-11-30");
    let night = Night::new().of([""; 0]).with("beneficiaries.csv", table(WHOLE, [row])).month("2199-12");
    let night = night.option("--provisional").option("--law").option(folder.path().join("law.toml").to_str().unwrap());
    let ran = night.run();
    assert!(matches!(ran.status, Some(0 | 1)), "{ran:?}");
    let told = summary(&night.out());
    assert_eq!(told["totals"]["asr_days"], 31, "{told}");
}

#[test]
fn what_is_larger_than_the_bounds_of_a_law_is_told() {
    for (from, to, told) in [
        ("wage_ceiling_multiple = 4", "wage_ceiling_multiple = 101", "from 1 to 100"),
        ("notice_ceiling_multiple = 40", "notice_ceiling_multiple = 101", "from 1 to 100"),
        ("wage_days = 30", "wage_days = 367", "from 1 to 366"),
        ("idr_months = 8", "idr_months = 121", "from 1 to 120"),
        ("dif_hours = 120", "dif_hours = 241", "from 1 to 240"),
        ("not_proposed_months = 2", "not_proposed_months = 25", "from 1 to 24"),
        ("value = \"26.66\"", "value = \"100000.01\"", "up to 100000.00"),
        ("state_rate = \"1\"", "state_rate = \"1.1\"", "from 0 to 1"),
    ] {
        assert!(Law::BUILT_IN.contains(from), "{from}");
        let faults = Law::read(&Law::BUILT_IN.replacen(from, to, 1)).unwrap_err();
        assert!(faults.iter().any(|fault| fault.to_string().contains(told)), "{to}: {faults:?}");
    }
    Law::read(&largest_law()).unwrap();
}

/// The table in docs/RELIABILITY.md: what anybody can come to, times the largest fund.
#[test]
fn the_bounds_of_the_sums_leave_room() {
    let day = 32_876_712_i128;
    let (month, crp) = (31 * day, 3_653 * day);
    // R6.5: an IDR takes at most the residual of the CRP.
    let case = 2 * crp;
    let opening = i128::from(99_999_999_999_i64);
    let largest = i128::from(Cents::LARGEST.0);
    // R8: notice and penalty of 24 months, 240 hours of DIF.
    let contribution = 24 * largest + 24 * largest + 240 * largest;
    for (what, most) in [("month", month), ("case", case), ("opening", opening), ("contribution", contribution)] {
        let sum = most * FUND;
        println!("{what}: {most} cents, {sum} for the fund, room {}", i128::from(i64::MAX) / sum);
        assert!(sum < i128::from(i64::MAX), "{what}");
    }
}
