//! What holds for whole exports.

use std::collections::{BTreeMap, HashMap};

use super::*;
use crate::calendar::Day;
use crate::identity::{BeneficiaryId, Iban, Nir, Siret};

fn plan(beneficiaries: u64) -> Plan {
    let month = "2009-05".parse().unwrap();
    Plan { month, beneficiaries, seed: 7, faults: Share::default(), complete: false, shuffled: false }
}

fn bytes(plan: &Plan) -> [Vec<u8>; 3] {
    let mut outs = [Vec::new(), Vec::new(), Vec::new()];
    let written = write_to(plan, outs.each_mut(), |_| ()).unwrap();
    for (out, file) in outs.iter().zip([written.beneficiaries, written.events, written.earnings]) {
        assert_eq!(out.len() as u64, file.bytes);
        assert_eq!(lines(out).len() as u64, file.rows + 1);
    }
    outs
}

fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    let text = bytes.strip_suffix(b"\n").unwrap();
    text.split(|&byte| byte == b'\n').collect()
}

/// The rows of a file without a fault, by the names of their columns.
fn rows(bytes: &[u8]) -> Vec<HashMap<String, String>> {
    csv::Reader::from_reader(bytes).deserialize().map(Result::unwrap).collect()
}

fn cents(text: &str) -> i64 {
    text.replace('.', "").parse().unwrap()
}

fn months() -> impl Iterator<Item = Month> {
    ["2005-06", "2005-07", "2006-02", "2008-02", "2009-04", "2009-12", "2010-05", "2011-08", "2012-02", "2012-06"]
        .into_iter()
        .map(|text| text.parse().unwrap())
}

#[test]
fn the_same_plan_gives_the_same_bytes_and_another_seed_other_ones() {
    let faults = Share(500);
    assert_eq!(bytes(&Plan { faults, ..plan(300) }), bytes(&Plan { faults, ..plan(300) }));
    assert_ne!(bytes(&plan(300)), bytes(&Plan { seed: 8, ..plan(300) }));
}

#[test]
fn the_bytes_never_change() {
    // FNV-1a of the three files: a change here makes every recorded benchmark and fixture incomparable.
    let fnv = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0xcbf2_9ce4_8422_2325, |hash: u64, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
    };
    let hashes = bytes(&Plan { faults: Share(1000), ..plan(2000) }).map(|file| format!("{:016x}", fnv(&file)));
    assert_eq!(hashes, ["8a4822d5d833b121", "b97a8a0c4986f655", "07f44812ee707e3f"]);
}

#[test]
fn no_row_hangs_on_another_beneficiary() {
    let faults = Share(1000);
    let (few, many) = (bytes(&Plan { faults, ..plan(200) }), bytes(&Plan { faults, ..plan(400) }));
    assert!(few.iter().zip(&many).all(|(few, many)| many.starts_with(few)));
    // Those without a fault are who they are without any.
    let clean = bytes(&plan(400));
    let same =
        lines(&clean[0]).iter().filter(|line| many[0].windows(line.len()).any(|window| window == **line)).count();
    assert!((340..=395).contains(&same), "{same}");
}

#[test]
fn shuffled_files_have_the_same_rows() {
    for (seed, faults) in [(1, 0), (2, 3000)] {
        let plan = Plan { seed, faults: Share(faults), ..plan(3000) };
        for (sorted, shuffled) in bytes(&plan).iter().zip(&bytes(&Plan { shuffled: true, ..plan })) {
            let (mut sorted, mut shuffled) = (lines(sorted), lines(shuffled));
            assert_eq!(sorted[0], shuffled[0]);
            let in_place = sorted.iter().zip(&shuffled).filter(|(one, other)| one == other).count();
            assert!(in_place < 20, "{in_place}");
            sorted.sort_unstable();
            shuffled.sort_unstable();
            assert!(sorted == shuffled);
        }
    }
}

#[test]
fn rows_stand_in_the_order_of_the_numbers() {
    for (faults, unreadable) in [(0, 0), (2000, 20)] {
        for file in bytes(&Plan { faults: Share(faults), ..plan(3000) }) {
            let lines = lines(&file);
            let ids = lines[1..].iter().map(|line| line.split(|&byte| byte == b',').next().unwrap());
            let (ids, blank): (Vec<_>, Vec<_>) = ids.partition(|id| BeneficiaryId::new(id).is_some());
            assert!(ids.is_sorted());
            assert!(blank.len() <= unreadable, "{}", blank.len());
        }
    }
}

#[test]
fn progress_grows_to_all_beneficiaries() {
    for shuffled in [false, true] {
        let mut heard = Vec::new();
        let outs = [io::sink(), io::sink(), io::sink()];
        write_to(&Plan { shuffled, ..plan(20_000) }, outs, |done| heard.push(done)).unwrap();
        assert!(heard.is_sorted() && heard.len() > 2 && heard.last() == Some(&20_000), "{heard:?}");
    }
}

#[test]
fn rows_without_faults_are_well_formed_in_every_month() {
    for month in months() {
        let [beneficiaries, events, earnings] = bytes(&Plan { month, ..plan(1500) });
        let date = |text: &str| text.parse::<Day>().unwrap();
        let open = |text: &str| (!text.is_empty()).then(|| date(text));
        let mut starts = HashMap::new();
        for row in rows(&beneficiaries) {
            let number = Nir::new(row["nir"].as_bytes()).unwrap();
            assert!(number.is_valid());
            assert!(Iban::new(row["iban"].as_bytes()).is_some());
            assert!((1..=70).contains(&row["name"].chars().count()));
            let (procedure, end) = (date(&row["procedure_date"]), date(&row["contract_end"]));
            assert!(date("2005-05-31") <= procedure && procedure <= date("2011-08-31") && procedure < end, "{row:?}");
            assert!(
                end.year() <= 2011
                    && (500..=4800).contains(&cents(&format!("{:0<4}", row["weekly_hours"].replace('.', ""))))
            );
            assert!(!row["sjr"].is_empty() || (cents(&row["reference_pay"]) > 0 && cents(&row["reference_days"]) > 0));
            assert!(row["seniority_months"].parse::<u32>().unwrap() >= 24 || !row["are_days"].is_empty());
            assert_eq!(row["pension_category"].is_empty(), row["pension_monthly"].is_empty());
            assert!(open(&row["pension_start"]) <= open(&row["pension_end"]) || row["pension_end"].is_empty());
            starts.insert(row["beneficiary_id"].clone(), end.next());
        }
        for row in rows(&events) {
            assert!(starts.contains_key(&row["beneficiary_id"]));
            assert!(open(&row["end"]).is_none_or(|end| date(&row["start"]) <= end));
            assert!(row["kind"] != "civic_service" || row["start"].as_str() >= "2010");
        }
        let mut jobs: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for row in rows(&earnings) {
            let (start, end, paid) =
                (date(&row["job_start"]), open(&row["job_end"]), row["month"].parse::<Month>().unwrap());
            assert!(starts[&row["beneficiary_id"]] <= start && start.month() <= paid && paid <= month);
            assert!(end.is_none_or(|end| start <= end && paid <= end.month()), "{row:?}");
            assert!(Siret::new(row["employer"].as_bytes()).is_valid());
            assert!(cents(&row["base_monthly_gross"]) > 0 && cents(&row["gross_paid"]) >= 0);
            let _ = open(&row["proof"]);
            jobs.entry((row["beneficiary_id"].clone(), start)).or_default().push((paid, end));
        }
        let mut earlier: Option<((String, Day), Option<Day>)> = None;
        for (job, months) in jobs {
            assert_eq!(months[0].0, job.1.month());
            assert!(months.windows(2).all(|pair| pair[1].0.since(pair[0].0) == 1));
            let (_, end) = *months.last().unwrap();
            if let Some((before, end)) = earlier.filter(|(before, _)| before.0 == job.0) {
                assert!(end.is_some_and(|end| end < job.1), "{before:?} {job:?}");
            }
            earlier = Some((job, end));
        }
    }
}

#[test]
fn the_people_are_those_that_the_law_page_describes() {
    let [beneficiaries, events, earnings] = bytes(&plan(20_000));
    let people = rows(&beneficiaries);
    let count = |test: &dyn Fn(&HashMap<String, String>) -> bool| people.iter().filter(|row| test(row)).count();
    let mut wages: Vec<_> = people.iter().filter(|row| !row["sjr"].is_empty()).map(|row| cents(&row["sjr"])).collect();
    wages.sort_unstable();
    let mean = wages.iter().sum::<i64>() / i64::try_from(wages.len()).unwrap();
    let bands = [
        ("mean wage", mean, 6100..6400),
        ("median wage", wages[wages.len() / 2], 5400..5600),
        ("5th percentile", wages[wages.len() / 20], 3400..3600),
        ("largest wage", wages[wages.len() - 1], 20_000..33_000),
    ];
    for (what, found, band) in bands {
        assert!(band.contains(&found), "{what}: {found}");
    }
    let blank = |column: &'static str| move |row: &HashMap<String, String>| row[column].is_empty();
    let shares = [
        ("article 3", count(&|row| row["seniority_months"].parse::<u32>().unwrap() < 24), 3000..4000),
        ("pension 2, 3, F", count(&|row| matches!(&*row["pension_category"], "2" | "3" | "F")), 80..200),
        ("pension 1", count(&|row| row["pension_category"] == "1"), 70..210),
        ("crp-2009", count(&|row| row["procedure_date"].as_str() >= "2009-04-01"), 2000..5000),
        ("not started", count(&|row| row["contract_end"].as_str() >= "2009-05-31"), 600..1100),
        ("past the term", count(&|row| row["contract_end"].as_str() < "2008-08-31"), 1000..2000),
        ("reference pay", count(&blank("sjr")), 1900..2500),
        ("no ratio", count(&blank("part_time_ratio")), 14_000..17_500),
        ("notice", 20_000 - count(&blank("notice_daily")), 800..1200),
        ("women", count(&|row| row["nir"].starts_with('2')), 8400..9200),
        ("Corsica", count(&|row| matches!(&row["nir"].replace(' ', "")[5..7], "2A" | "2B")), 40..250),
        ("quoted", count(&|row| row["name"].contains(',')), 1400..1800),
        ("French accounts", count(&|row| row["iban"].starts_with("FR")), 19_000..19_400),
        ("earnings", rows(&earnings).len(), 12_000..14_000),
        ("events", rows(&events).len(), 6500..8000),
    ];
    for (what, found, band) in shares {
        assert!(band.contains(&found), "{what}: {found}");
    }
    let kinds: std::collections::BTreeSet<_> = rows(&events).into_iter().map(|row| row["kind"].clone()).collect();
    assert_eq!(kinds.len(), 10, "{kinds:?}");
}

#[test]
fn faults_are_as_many_as_asked_for() {
    let (clean, faulty) = (bytes(&plan(10_000)), bytes(&Plan { faults: Share(500), ..plan(10_000) }));
    let known: std::collections::HashSet<_> = clean.iter().flat_map(|file| lines(file)).collect();
    let mut touched: Vec<_> = Vec::new();
    for file in &faulty {
        touched.extend(
            lines(file)
                .into_iter()
                .filter(|line| !known.contains(line))
                .map(|line| line[..line.len().min(11)].to_vec()),
        );
    }
    touched.sort_unstable();
    touched.dedup();
    assert!((380..=540).contains(&touched.len()), "{}", touched.len());
}

#[test]
fn other_months_and_numbers_are_refused() {
    for text in ["2005-05", "2012-07"] {
        let plan = Plan { month: text.parse().unwrap(), ..plan(1) };
        assert!(matches!(write_to(&plan, [io::sink(), io::sink(), io::sink()], |_| ()), Err(GenerateError::Month(_))));
    }
    let plan = plan(Plan::MOST_BENEFICIARIES + 1);
    assert!(matches!(
        write_to(&plan, [io::sink(), io::sink(), io::sink()], |_| ()),
        Err(GenerateError::Beneficiaries(_))
    ));
    assert_eq!(bytes(&Plan { beneficiaries: 0, ..plan }).map(|file| lines(&file).len()), [1, 1, 1]);
}

#[test]
fn a_file_that_cannot_be_made_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = write_exports(&plan(1), file.path(), |_| ()).unwrap_err();
    assert!(error.to_string().contains(&file.path().display().to_string()), "{error}");
}

#[test]
fn a_share_is_read_from_a_percentage() {
    for (text, parts) in [("0", 0), ("5", 500), ("0.25", 25), ("2.5", 250), ("100", 10_000), ("7.00", 700)] {
        assert_eq!(text.parse(), Ok(Share(parts)), "{text}");
    }
    for text in ["", "-1", "100.01", "5 %", "1.234", "1,5", ".5", "5.", "+5", "1000"] {
        assert_eq!(text.parse::<Share>(), Err(NotAShare), "{text}");
    }
}
