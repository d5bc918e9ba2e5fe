//! A sample shows the faults and the amounts of the original, and tells of nobody.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub, missing_docs)]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use common::{BENEFICIARIES, EARNINGS, EVENTS, IBAN, NAME, NIR, Night, Ran, beneficiary, fixtures, table, versement};
use tempfile::TempDir;

const EXPORTS: [&str; 5] = ["beneficiaries.csv", "events.csv", "earnings.csv", "followup.csv", "employers.csv"];

/// A folder with a key, and where samples and results go.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(TempDir::new().unwrap());
        desk.key(&[0x5A; 32], 0o600);
        desk
    }

    fn key(&self, bytes: &[u8], mode: u32) {
        fs::write(self.path("key"), bytes).unwrap();
        fs::set_permissions(self.path("key"), fs::Permissions::from_mode(mode)).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn redact(&self, exports: &Path, options: &[&str]) -> Ran {
        let mut command = versement();
        command.arg("redact").arg("--exports").arg(exports).arg("--out").arg(self.path("sample"));
        command.arg("--key").arg(self.path("key")).args(options);
        Ran::of(command.output().unwrap())
    }

    fn sample(&self, file: &str) -> String {
        String::from_utf8_lossy(&fs::read(self.path("sample").join(file)).unwrap()).into_owned()
    }

    /// Anomalies as `code effect file line column` and decisions as `line outcome reason net`, of rows with a readable number and of
    /// whole files.
    fn settled(&self, exports: &Path, name: &str, month: &str, options: &[&str]) -> [Vec<String>; 2] {
        let mut command = versement();
        command.args(["run", "--no-ledger", "--quiet", "--month", month, "--exports"]).arg(exports);
        command.arg("--out").arg(self.path(name)).args(options);
        let ran = command.output().unwrap();
        assert!(matches!(ran.status.code(), Some(0 | 1)), "{name}: {}", String::from_utf8_lossy(&ran.stderr));
        let rows = |file: &str, number: usize, places: &[usize]| {
            let mut reader = csv::Reader::from_path(self.path(name).join(file)).unwrap();
            let told =
                |row: csv::StringRecord| places.iter().map(|at| row[*at].to_owned()).collect::<Vec<_>>().join(" ");
            let somebodys = |row: &csv::StringRecord| !row[number].is_empty() || row[0].starts_with("A11");
            let mut rows: Vec<_> = reader.records().map(Result::unwrap).filter(somebodys).map(told).collect();
            rows.sort();
            rows
        };
        // Two jobs that begin on one day stand in the order of their employers, so that the finding may be told of the other one.
        let anomalies = |told: String| if told.starts_with("A304") { "A304".to_owned() } else { told };
        [
            rows("anomalies.csv", 3, &[0, 2, 4, 5, 6]).into_iter().map(anomalies).collect(),
            rows("decisions.csv", 0, &[1, 2, 3, 4]),
        ]
    }

    /// Every number that stands in the first field of a row.
    fn numbers(exports: &Path) -> Vec<String> {
        let mut numbers = BTreeSet::new();
        for file in EXPORTS {
            let Ok(bytes) = fs::read(exports.join(file)) else { continue };
            let text = String::from_utf8_lossy(&bytes);
            let header = text.lines().next().unwrap_or_default().trim_start_matches('\u{FEFF}').to_owned();
            let place = header.split([',', ';']).position(|name| name.contains("benefi")).unwrap();
            let first = |line: &str| {
                line.split([',', ';']).nth(place).unwrap_or_default().trim_matches(['"', ' ', '\r']).to_owned()
            };
            let is_number = |text: &String| {
                (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            };
            numbers.extend(text.lines().skip(1).map(first).filter(is_number));
        }
        numbers.into_iter().collect()
    }
}

/// Redacts everybody, each row on its line, and compares what a run says of both.
fn says_the_same(exports: &Path, month: &str, options: &[&str]) {
    let desk = Desk::new();
    let numbers = Desk::numbers(exports);
    let mut arguments = vec!["--keep-lines", "--beneficiary"];
    arguments.extend(numbers.iter().map(String::as_str));
    arguments.extend(options.iter().filter(|option| **option == "--encoding" || **option == "windows-1252"));
    desk.redact(exports, &arguments).has_status(0);
    let original = desk.settled(exports, "original", month, options);
    let sample = desk.settled(&desk.path("sample"), "of-sample", month, options);
    for (sample, original) in sample.iter().zip(&original) {
        let gone: Vec<_> = original.iter().filter(|told| !sample.contains(told)).collect();
        let new: Vec<_> = sample.iter().filter(|told| !original.contains(told)).collect();
        assert!(gone.is_empty() && new.is_empty(), "{}: gone {gone:?}, new {new:?}", exports.display());
        assert_eq!(sample.len(), original.len());
    }
    for number in numbers.iter().filter(|number| number.len() >= 5) {
        for file in EXPORTS.iter().filter(|file| exports.join(file).exists()) {
            assert!(!desk.sample(file).contains(number.as_str()), "{number} stands in {file}");
        }
    }
}

#[test]
fn every_anomaly_is_the_same_in_a_sample() {
    let mut codes = 0;
    for folder in fs::read_dir(fixtures().join("anomalies")).unwrap().map(|entry| entry.unwrap().path()) {
        let case = fs::read_to_string(folder.join("case.toml")).unwrap();
        let month = case.lines().find_map(|line| line.strip_prefix("month = ")).unwrap().trim_matches('"').to_owned();
        let options: &[&str] = if case.contains("windows-1252") { &["--encoding", "windows-1252"] } else { &[] };
        says_the_same(&folder.join("exports"), &month, options);
        codes += 1;
    }
    assert!(codes > 40, "{codes}");
}

#[test]
fn a_faulty_month_is_the_same_in_a_sample() {
    let folder = TempDir::new().unwrap();
    let mut command = versement();
    command.args([
        "generate",
        "--month",
        "2009-05",
        "--beneficiaries",
        "300",
        "--seed",
        "7",
        "--faults",
        "60",
        "--complete",
    ]);
    assert!(command.arg("--quiet").arg("--out").arg(folder.path()).status().unwrap().success());
    says_the_same(folder.path(), "2009-05", &[]);
    let desk = Desk::new();
    let numbers = Desk::numbers(folder.path());
    let options: Vec<_> = ["--beneficiary"].into_iter().chain(numbers.iter().map(String::as_str)).collect();
    desk.redact(folder.path(), &options).has_status(0);
    // No NIR, name, account, employer or adviser of the original stands in the sample.
    let is_secret = |text: &&str| text.len() >= 5;
    let mut looked = 0;
    for (file, columns) in [
        ("beneficiaries.csv", &["nir", "name", "iban"][..]),
        ("earnings.csv", &["employer"]),
        ("followup.csv", &["adviser"]),
        ("employers.csv", &["employer"]),
    ] {
        let sample = desk.sample(file).replace(' ', "");
        let fields: BTreeSet<_> = sample.split([',', '\n', '"']).collect();
        let bytes = fs::read(folder.path().join(file)).unwrap();
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(&bytes[..]);
        let header = reader.byte_headers().unwrap().clone();
        let places: Vec<_> =
            columns.iter().map(|name| header.iter().position(|column| column == name.as_bytes()).unwrap()).collect();
        for row in reader.byte_records().map(Result::unwrap) {
            for text in
                places.iter().filter_map(|at| row.get(*at)).map(|field| String::from_utf8_lossy(field).replace(' ', ""))
            {
                for secret in [text.as_str()].iter().filter(|text| is_secret(text)) {
                    looked += 1;
                    assert!(!fields.contains(secret), "{secret} of {file}");
                    assert!(secret.len() < 8 || !sample.contains(secret), "{secret} within {file}");
                }
            }
        }
    }
    assert!(looked > 900, "{looked}");
}

/// Where identifiers stand that nobody looks for: in dates, amounts, unknown columns, rows with too many fields, bytes that are no text.
#[test]
fn identifiers_in_the_wrong_place_are_masked_too() {
    let desk = Desk::new();
    let good = beneficiary("B00001");
    let mut bytes = table(
        &format!("{BENEFICIARIES},notes,notice_daily"),
        [
            format!("{good},call {NAME} at home,"),
            format!("{},{NIR},", good.replace("B00001", "B00002").replace("2009-01-05", &format!("{NAME} Anne"))),
            format!("{},,{NIR}", good.replace("B00001", "B00003")),
            format!("{},,,{IBAN},{NAME}", good.replace("B00001", "B00004")),
            format!("{},,", good.replace("B00001", "B00005").replace("60.00", "B00005")),
            format!("{},,", good.replace("B00001", &format!("{NAME} Anne"))),
            format!("{},,", good.replace("B00001", "B00007").replace(IBAN, &format!("{NAME} Anne"))),
        ],
    );
    bytes.extend_from_slice(format!("B00008,{NIR},{NAME} Ren").as_bytes());
    bytes.extend_from_slice(b"\xE9e,");
    bytes.extend_from_slice(format!("{IBAN},2009-01-05,2009-02-28,60,60.00,35,,\n").as_bytes());
    let night = Night::new()
        .with("beneficiaries.csv", bytes)
        .with("events.csv", table(EVENTS, [format!("B00001,{NAME},{NAME},")]));
    let earnings = format!("B00002,{NIR},2009-05,2009-04-01,,35,1200.00,1200.00,{IBAN}");
    let night = night.with("earnings.csv", table(EARNINGS, [earnings]));
    let numbers: Vec<String> = (1..=8).filter(|at| *at != 6).map(|at| format!("B0000{at}")).collect();
    let options: Vec<_> =
        ["--keep-lines", "--beneficiary"].into_iter().chain(numbers.iter().map(String::as_str)).collect();
    desk.redact(&night.exports(), &options).has_status(0);
    let original = desk.settled(&night.exports(), "original", "2009-05", &[]);
    let sample = desk.settled(&desk.path("sample"), "of-sample", "2009-05", &[]);
    assert_eq!(sample[0], original[0]);
    for file in ["beneficiaries.csv", "events.csv", "earnings.csv"] {
        let text = desk.sample(file);
        for secret in [NIR, NAME, IBAN, "SECRETAN", "Anne", "Ren", "B0000", "notes", "home"] {
            assert!(!text.contains(secret), "{secret} stands in {file}:\n{text}");
        }
    }
}

#[test]
fn an_anomaly_is_shown_by_the_rows_of_those_who_have_it() {
    let folder = TempDir::new().unwrap();
    let mut command = versement();
    command.args(["generate", "--month", "2009-05", "--beneficiaries", "400", "--seed", "11", "--faults", "30"]);
    assert!(command.arg("--quiet").arg("--out").arg(folder.path()).status().unwrap().success());
    let desk = Desk::new();
    let [anomalies, _] = desk.settled(folder.path(), "original", "2009-05", &[]);
    for code in ["A102", "A103", "A201", "A202", "A204", "A301"] {
        assert!(anomalies.iter().any(|told| told.starts_with(code)), "{code} is not in the original");
        let of_code = Desk::new();
        of_code.redact(folder.path(), &["--anomaly", code, "--month", "2009-05", "--most", "2"]).has_status(0);
        let [found, decisions] = of_code.settled(&of_code.path("sample"), "of-sample", "2009-05", &[]);
        assert!(found.iter().any(|told| told.starts_with(code)), "{code}: {found:?}");
        assert!(decisions.len() <= 4, "{code}: {decisions:?}");
    }
    // Rows without a readable number are found by their line.
    let rows = [format!(",{NIR},{NAME},{IBAN},2009-01-05,2009-02-28,60,60.00,35"), beneficiary("B00001")];
    let night = Night::new().of(rows);
    let ran = desk.redact(&night.exports(), &["--anomaly", "a101", "--month", "2009-05"]).has_status(0);
    assert!(ran.stdout.starts_with("beneficiaries.csv: 1 of 2 rows\n"), "{ran:?}");
    let none = Desk::new();
    none.redact(&night.exports(), &["--anomaly", "A601", "--month", "2009-05"]).has_status(2);
    none.redact(&night.exports(), &["--anomaly", "A305", "--month", "2009-05"])
        .has_status(2)
        .tells(&["A305 is not found"]);
    assert_eq!(common::names(&none.path("sample")), [""; 0]);
}

#[test]
fn the_same_key_gives_the_same_sample_and_another_one_another() {
    let night = Night::new().of(["B00001", "B00002"].map(beneficiary));
    let sample = |key: u8| {
        let desk = Desk::new();
        desk.key(&[key; 32], 0o600);
        desk.redact(&night.exports(), &["--beneficiary", "B00001", "B00002"]).has_status(0);
        let text = desk.sample("beneficiaries.csv");
        let rows: Vec<Vec<String>> =
            text.lines().skip(1).map(|row| row.split(',').map(str::to_owned).collect()).collect();
        // One person twice: another number, the same NIR, name and account.
        assert_ne!(rows[0][0], rows[1][0]);
        assert_eq!(rows[0][1..], rows[1][1..]);
        text
    };
    assert_eq!(sample(1), sample(1));
    assert_ne!(sample(1), sample(2));
}

#[test]
fn keys_and_folders_that_would_tell_are_refused() {
    let night = Night::new().of([beneficiary("B00001")]);
    let of = ["--beneficiary", "B00001"];
    let desk = Desk::new();
    desk.key(&[1; 32], 0o640);
    desk.redact(&night.exports(), &of).has_status(2).tells(&["others may read it", "chmod 600"]);
    desk.key(&[1; 31], 0o600);
    desk.redact(&night.exports(), &of).has_status(2).tells(&["at least 32 bytes"]);
    fs::remove_file(desk.path("key")).unwrap();
    desk.redact(&night.exports(), &of).has_status(2).tells(&["make a key with"]);
    desk.key(&[1; 32], 0o600);
    desk.redact(&night.exports(), &["--beneficiary", "B00009"]).has_status(2).tells(&["B00009 is not in"]);
    assert_eq!(common::names(&desk.path("sample")), [""; 0]);
    desk.redact(&night.exports(), &of).has_status(0);
    for file in common::names(&desk.path("sample")) {
        assert_eq!(
            fs::metadata(desk.path("sample").join(&file)).unwrap().permissions().mode() & 0o777,
            0o600,
            "{file}"
        );
    }
    assert_eq!(fs::metadata(desk.path("sample")).unwrap().permissions().mode() & 0o777, 0o700);
    desk.redact(&night.exports(), &of).has_status(2).tells(&["stands there already"]);
    let inside = Desk::new();
    fs::create_dir(inside.path("sample")).unwrap();
    fs::rename(inside.path("key"), inside.path("sample/key")).unwrap();
    std::os::unix::fs::symlink(inside.path("sample/key"), inside.path("key")).unwrap();
    inside.redact(&night.exports(), &of).has_status(2).tells(&["given away with the sample"]);
}
