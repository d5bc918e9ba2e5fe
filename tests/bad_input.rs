//! Hostile input: whatever stands in the exports, the command says what and where, loses nobody and publishes no half file.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub, missing_docs)]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::{BENEFICIARIES, EARNINGS, EVENTS, FILES, IBAN, NAME, NIR, Night, Ran, beneficiary, table};

/// The whole night is refused: status 2, what is wrong on stderr, nothing in the folder of results.
#[track_caller]
fn is_refused(night: &Night, texts: &[&str]) {
    night.run().has_status(2).tells(texts);
    assert_eq!(night.published(), [""; 0]);
}

/// Published with trouble: these anomalies as `code file line column`, and each row read has its decision.
#[track_caller]
fn has_anomalies(night: &Night, expected: &[&str]) {
    let ran = night.run().has_status(1);
    assert_eq!(ran.stderr, "");
    assert_eq!(night.anomalies(), expected);
    loses_nobody(night);
    for row in night.rows("anomalies.csv") {
        let place = if row[6].is_empty() { String::new() } else { format!(":{}", row[6]) };
        let told = format!("{}:{}{place}: {}: found \"{}\"; ", row[4], row[5], row[0], row[7]);
        assert!(row[8].starts_with(&told) && row[8].len() > told.len(), "{row:?}");
    }
}

/// As many decisions as rows were read, each row once.
#[track_caller]
fn loses_nobody(night: &Night) {
    let summary: serde_json::Value = serde_json::from_slice(&night.bytes("summary.json")).unwrap();
    let decisions = night.rows("decisions.csv");
    assert_eq!(summary["rows"]["beneficiaries.csv"]["read"], decisions.len());
    let outcomes = ["paid", "nil", "held", "refused"].map(|outcome| summary["outcomes"][outcome].as_u64().unwrap());
    assert_eq!(outcomes.iter().sum::<u64>(), decisions.len() as u64);
    let mut lines: Vec<_> = decisions.iter().map(|row| row[1].clone()).collect();
    lines.sort();
    lines.dedup();
    assert_eq!(lines.len(), decisions.len());
}

#[test]
fn a_missing_folder_or_file_is_named() {
    let night = Night::new();
    fs::remove_file(night.exports().join("earnings.csv")).unwrap();
    is_refused(&night, &["earnings.csv: No such file", "check the path"]);
    fs::remove_file(night.exports().join("beneficiaries.csv")).unwrap();
    is_refused(&night, &["beneficiaries.csv: No such file", &night.exports().display().to_string()]);
    fs::remove_dir(night.exports()).unwrap();
    is_refused(&night, &["No such file", &night.exports().display().to_string()]);
}

#[test]
fn what_is_no_regular_file_is_refused_without_waiting_for_it() {
    for file in ["beneficiaries.csv", "events.csv", "earnings.csv"] {
        let night = Night::new();
        let path = night.exports().join(file);
        let _ = fs::remove_file(&path);
        fs::create_dir(&path).unwrap();
        is_refused(&night, &[file, "not a regular file"]);

        fs::remove_dir(&path).unwrap();
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        let mut child = night.command().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let start = Instant::now();
        while child.try_wait().unwrap().is_none() {
            if start.elapsed() > Duration::from_secs(20) {
                child.kill().unwrap();
                panic!("{file}: waits for a FIFO");
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let ran = Ran::of(child.wait_with_output().unwrap());
        ran.has_status(2).tells(&[file, "not a regular file"]);
        assert_eq!(night.published(), [""; 0]);
    }
}

#[test]
fn events_behind_a_link_to_nowhere_are_not_taken_for_absent() {
    let night = Night::new();
    let path = night.exports().join("events.csv");
    let _ = fs::remove_file(&path);
    std::os::unix::fs::symlink("/nonexistent/events.csv", &path).unwrap();
    is_refused(&night, &["events.csv", "No such file or directory"]);
}

#[test]
fn a_link_under_a_name_of_ours_never_leads_to_another_file() {
    for name in [".versement-lock", ".versement-publishing", "payments.csv", "summary.json"] {
        let night = Night::new();
        let (kept, unborn) = (night.exports().join("kept"), night.exports().join("unborn"));
        fs::write(&kept, "kept").unwrap();
        for victim in [&kept, &unborn] {
            fs::create_dir_all(night.out()).unwrap();
            std::os::unix::fs::symlink(victim, night.out().join(name)).unwrap();
            let ran = night.command().arg("--force").output().unwrap();
            Ran::of(ran).has_status(2).tells(&[name, "something that is no file stands here", "nothing was published"]);
            fs::remove_dir_all(night.out()).unwrap();
        }
        assert_eq!(fs::read(&kept).unwrap(), b"kept", "{name}");
        assert!(!unborn.exists(), "{name}");
    }
}

#[test]
fn empty_files_are_refused_and_a_header_alone_is_no_fault() {
    for bytes in ["", "\u{feff}", "\n", "\r\n", "  \n"] {
        for file in ["beneficiaries.csv", "events.csv", "earnings.csv"] {
            is_refused(&Night::new().with(file, bytes), &[&format!("{file}:1: "), "empty", "export it again"]);
        }
    }
    for end in ["", "\n", "\r\n"] {
        let night = Night::new()
            .with("beneficiaries.csv", format!("{BENEFICIARIES}{end}"))
            .with("events.csv", format!("{EVENTS}{end}"))
            .with("earnings.csv", format!("{EARNINGS}{end}"));
        night.run().has_status(0);
        assert_eq!(night.decisions(), [""; 0]);
        assert_eq!(night.bytes("payments.csv").iter().filter(|&&byte| byte == b'\n').count(), 1);
    }
}

#[test]
fn a_missing_or_double_column_refuses_the_file() {
    for (file, header) in [("beneficiaries.csv", BENEFICIARIES), ("events.csv", EVENTS), ("earnings.csv", EARNINGS)] {
        let columns: Vec<_> = header.split(',').collect();
        for (at, column) in columns.iter().enumerate() {
            let without: Vec<_> = columns.iter().filter(|other| other != &column).copied().collect();
            is_refused(
                &Night::new().with(file, without.join(",") + "\n"),
                &[&format!("{file}:1: missing column {column}")],
            );
            let double = format!("{file}:1:{}: column {column} stands twice; keep one", columns.len() + 1);
            is_refused(&Night::new().with(file, format!("{header},{}\n", columns[at].to_uppercase())), &[&double]);
        }
    }
    // Its French name is the same column.
    let night = Night::new().with("beneficiaries.csv", format!("{BENEFICIARIES},salaire_journalier_reference\n"));
    is_refused(&night, &["beneficiaries.csv:1:10: column sjr stands twice"]);
    let no_wage = BENEFICIARIES.replace("sjr", "reference_pay");
    is_refused(&Night::new().with("beneficiaries.csv", no_wage), &["sjr (or reference_pay and reference_days)"]);
}

#[test]
fn a_row_with_another_number_of_fields_is_refused_alone() {
    let night = Night::new()
        .of([
            beneficiary("B001"),
            format!("{},", beneficiary("B002")),
            beneficiary("B003").replace(",35", ""),
            ",".repeat(20),
        ])
        .with("earnings.csv", table(EARNINGS, ["B001,1,2"]));
    let anomalies =
        ["A105 earnings.csv 2 ", "A105 beneficiaries.csv 3 ", "A105 beneficiaries.csv 4 ", "A105 beneficiaries.csv 5 "];
    has_anomalies(&night, &anomalies);
    assert_eq!(
        night.decisions(),
        ["B001 2 held A105 0.00", "B002 3 refused A105 0.00", "B003 4 refused A105 0.00", " 5 refused A105 0.00"]
    );
    let found: Vec<_> = night.rows("anomalies.csv").iter().map(|row| row[7].clone()).collect();
    assert_eq!(
        found,
        ["3 fields instead of 9", "10 fields instead of 9", "8 fields instead of 9", "21 fields instead of 9"]
    );
}

#[test]
fn a_line_of_ten_megabytes_is_refused_alone() {
    let long = "x".repeat(10 << 20);
    let night = Night::new().of([beneficiary("B001").replace(NAME, &long), long.clone(), beneficiary("B003")]);
    has_anomalies(
        &night,
        &["A107 beneficiaries.csv 2 3", "A105 beneficiaries.csv 3 ", "A107 beneficiaries.csv 3 1"][..2],
    );
    assert_eq!(night.decisions()[1], "B003 4 paid  1426.20");
    let told = fs::metadata(night.out().join("anomalies.csv")).unwrap().len();
    assert!(told < 2_000, "{told}");
    // In quotes, over many lines.
    let lines = format!("\"{}\"", "x\n".repeat(5 << 20));
    let night = Night::new().of([beneficiary("B001").replace(&format!("{NAME} Anne"), &lines), beneficiary("B003")]);
    let next = 3 + (5 << 20);
    has_anomalies(&night, &["A107 beneficiaries.csv 2 3"]);
    assert_eq!(night.decisions()[1], format!("B003 {next} paid  1426.20"));
}

#[test]
fn nul_bytes_refuse_their_row_or_header() {
    let night = Night::new().of([
        beneficiary("B001").replace(NAME, "SEC\0RETAN"),
        beneficiary("B0\x0002"),
        beneficiary("B003").replace("60.00", "60\0.00"),
        beneficiary("B004").replace("2009-01-05", "2009-01-05\0"),
    ]);
    let anomalies = [
        "A106 beneficiaries.csv 2 3",
        "A103 beneficiaries.csv 4 8",
        "A102 beneficiaries.csv 5 5",
        "A107 beneficiaries.csv 3 1",
    ];
    has_anomalies(&night, &anomalies);
    let header = BENEFICIARIES.replace("name", "na\0me");
    is_refused(
        &Night::new().with("beneficiaries.csv", table(&header, [""; 0])),
        &["beneficiaries.csv:1: the header is not text"],
    );
    // UTF-16, as some spreadsheets export "Unicode".
    let utf16: Vec<u8> = format!("\u{feff}{BENEFICIARIES}\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
    is_refused(
        &Night::new().with("beneficiaries.csv", utf16),
        &["beneficiaries.csv:1: the header is not text", "UTF-8"],
    );
}

#[test]
fn bytes_that_are_not_utf_8_refuse_their_row_and_never_become_letters() {
    let latin = |row: String| {
        row.into_bytes().into_iter().map(|byte| if byte == b'#' { 0xE9 } else { byte }).collect::<Vec<_>>()
    };
    let mut bytes = table(BENEFICIARIES, [""; 0]);
    for row in [beneficiary("B001").replace(NAME, "REN#"), beneficiary("B#02"), beneficiary("B003")] {
        bytes.extend(latin(row + "\n"));
    }
    let night = Night::new().with("beneficiaries.csv", &bytes);
    has_anomalies(&night, &["A106 beneficiaries.csv 2 3", "A106 beneficiaries.csv 3 1"]);
    assert_eq!(night.decisions(), ["B001 2 refused A106 0.00", "B003 4 paid  1426.20", " 3 refused A106 0.00"]);
    assert!(night.text("anomalies.csv").contains("--encoding windows-1252"));
    let header = latin(format!("{BENEFICIARIES},pr#nom\n"));
    is_refused(
        &Night::new().with("beneficiaries.csv", header),
        &["beneficiaries.csv:1: the header is not text", "windows-1252"],
    );
    // Said to be windows-1252 the name is a name; the number still is none.
    let night = Night::new().with("beneficiaries.csv", &bytes).option("--encoding").option("windows-1252");
    has_anomalies(&night, &["A107 beneficiaries.csv 3 1"]);
    assert!(night.text("payments.csv").contains("RENé Anne"));
    // Five bytes mean nothing in windows-1252 either.
    let undefined = bytes.iter().map(|&byte| if byte == 0xE9 { 0x81 } else { byte }).collect::<Vec<_>>();
    let night = Night::new().with("beneficiaries.csv", undefined).option("--encoding=windows-1252");
    has_anomalies(&night, &["A106 beneficiaries.csv 2 3", "A106 beneficiaries.csv 3 1"]);
}

#[test]
fn a_truncated_last_line_is_told() {
    let whole = table(BENEFICIARIES, [beneficiary("B001"), beneficiary("B002")]);
    let night = Night::new().with("beneficiaries.csv", &whole[..whole.len() - 1]);
    night.run().has_status(0);
    assert_eq!(night.anomalies(), ["A112 beneficiaries.csv 3 "]);
    assert_eq!(night.rows("payments.csv").len(), 2);
    // Cut within the last field nothing else shows: 35 hours become 3.
    let night = Night::new().with("beneficiaries.csv", &whole[..whole.len() - 2]);
    night.run().has_status(0);
    assert_eq!(night.anomalies(), ["A112 beneficiaries.csv 3 "]);
    let night = Night::new().with("beneficiaries.csv", &whole[..whole.len() - 20]);
    has_anomalies(&night, &["A105 beneficiaries.csv 3 ", "A112 beneficiaries.csv 3 "]);
    assert_eq!(night.decisions(), ["B001 2 paid  1426.20", "B002 3 refused A105 0.00"]);
}

#[test]
fn quotes_that_hide_rows_refuse_the_file_with_the_place_where_they_open() {
    let open = beneficiary("B002").replace(NAME, "\"SECRETAN");
    let rows = [beneficiary("B001").replace(&format!("{NAME} Anne"), "\"A\nB\""), open.clone(), beneficiary("B003")];
    is_refused(&Night::new().of(&rows), &["beneficiaries.csv:4:3: this quote never closes"]);
    let behind = beneficiary("B002").replace(&format!("{NAME} Anne"), "\"SECRETAN\" Anne");
    is_refused(
        &Night::new().of([beneficiary("B001"), behind]),
        &["beneficiaries.csv:3:3: text stands behind the quote", "double"],
    );
    is_refused(&Night::new().with("beneficiaries.csv", format!("\"{BENEFICIARIES}\n")), &["beneficiaries.csv:1:1: "]);
    // A quote within an unquoted field hides nothing.
    let night = Night::new().of([beneficiary("B001").replace("Anne", "dite \"Nanou\"")]);
    night.run().has_status(0);
    assert!(night.text("payments.csv").contains("\"SECRETAN dite \"\"Nanou\"\"\""));
}

#[test]
fn quoted_line_breaks_and_mixed_line_ends_keep_the_lines_right() {
    let quoted = beneficiary("B001").replace(&format!("{NAME} Anne"), "\"A\r\nB\n\nC\"");
    let text = format!(
        "{BENEFICIARIES}\r\n{quoted}\n\r\n\n{}\r\n{}\n",
        beneficiary("B002"),
        beneficiary("B003").replace("60.00", "x")
    );
    let night = Night::new().with("beneficiaries.csv", text);
    has_anomalies(&night, &["A103 beneficiaries.csv 9 8"]);
    assert_eq!(night.decisions(), ["B001 2 paid  1426.20", "B002 8 paid  1426.20", "B003 9 refused A103 0.00"]);
    assert!(night.text("payments.csv").contains("\"A\r\nB\n\nC\""));
}

#[test]
fn a_semicolon_file_may_write_in_french() {
    let header = "id_beneficiaire;nir_beneficiaire;nom;iban;date_procedure;date_fin_contrat;anciennete_mois;salaire_journalier_reference;heures_hebdo";
    let row = |id: &str, wage: &str| format!("{id};{NIR};{NAME} Anne;{IBAN};05/01/2009;28/02/2009;60;{wage};35,00");
    let wages = ["60,00", "60", "60.00", "0 060,00", "1.060,00", "60,0,0", "60,", "1\u{2009}060,00"];
    let rows: Vec<_> = wages.iter().enumerate().map(|(at, wage)| row(&format!("B{at}"), wage)).collect();
    let text = format!("\u{feff}{header}\r\n{}\r\n", rows.join("\r\n"));
    let night = Night::new().with("beneficiaries.csv", text);
    let faulty: Vec<_> = (6..=9).map(|line| format!("A103 beneficiaries.csv {line} 8")).collect();
    has_anomalies(&night, &faulty.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(night.rows("payments.csv").iter().filter(|row| row[14] == "1426.20").count(), 4);
    // A comma file has no decimal comma, not even in quotes.
    let night = Night::new().of([beneficiary("B001").replace("60.00", "\"60,00\"")]);
    has_anomalies(&night, &["A103 beneficiaries.csv 2 8"]);
}

#[test]
fn a_hundred_thousand_copies_of_one_beneficiary_pay_once() {
    let row = beneficiary("B001") + "\n";
    let night = Night::new().with("beneficiaries.csv", format!("{BENEFICIARIES}\n{}", row.repeat(100_000)));
    night.run().has_status(1);
    assert_eq!(night.rows("payments.csv").len(), 1);
    loses_nobody(&night);
    assert_eq!(night.rows("anomalies.csv").len(), 99_999);
    assert!(night.rows("anomalies.csv").iter().all(|row| row[0] == "A204" && row[2] == "none"));
}

#[test]
fn days_that_do_not_exist_are_refused() {
    let days = [
        "2009-02-29",
        "2009-02-30",
        "2009-13-01",
        "2009-00-10",
        "2009-1-5",
        "05/13/2009",
        "1/2/2009",
        "2009-01-05T00:00",
        "20090105",
        "0000-01-01",
        "9999-12-31",
        "39818",
        "２009-01-05",
        "-2009-01-05",
    ];
    for day in days {
        let night = Night::new().of([beneficiary("B001").replace("2009-01-05", day)]);
        has_anomalies(&night, &["A102 beneficiaries.csv 2 5"]);
        assert_eq!(night.rows("anomalies.csv")[0][7], day);
    }
}

#[test]
fn amounts_that_are_none_are_refused_with_their_place() {
    let amounts = [
        ("1e3", "A103"),
        ("NaN", "A103"),
        ("inf", "A103"),
        ("12O0.00", "A103"),
        ("\u{2212}0.00", "A103"),
        ("-0.00", "A107"),
        ("-60.00", "A107"),
        ("0", "A107"),
        ("99999999999999999999", "A107"),
        ("10000000.00", "A107"),
        ("9223372036854775808", "A107"),
        ("60.001", "A103"),
        ("60.", "A103"),
        (".5", "A103"),
        ("+60", "A103"),
        ("0x3C", "A103"),
        ("6 0", "A103"),
        ("６０", "A103"),
        ("60.00€", "A103"),
        ("\"1,060.00\"", "A103"),
        ("=60", "A103"),
        ("", "A101"),
    ];
    for (amount, code) in amounts {
        let night = Night::new().of([beneficiary("B001").replace("60.00", amount), beneficiary("B002")]);
        has_anomalies(&night, &[&format!("{code} beneficiaries.csv 2 8")]);
        assert_eq!(night.rows("anomalies.csv")[0][7], amount.trim_matches('"'));
        assert_eq!(night.decisions(), [format!("B001 2 refused {code} 0.00"), "B002 3 paid  1426.20".to_owned()]);
    }
}

#[test]
fn the_largest_amounts_add_up() {
    let header = format!("{BENEFICIARIES},notice_daily,pension_category,pension_monthly");
    // S at the ceiling of 2009 (48 × 2859 / 365 = 375.978), 80 % of the largest notice indemnity that is not held.
    let row = |at: u32| beneficiary(&format!("B{at:04}")).replace("60.00", "375.97") + ",3759.78,,";
    let covered = beneficiary("C").replace("60.00", "375.97") + ",3759.78,2,9999999.99";
    // The shortest hours against the longest: a former pay 4800 times as large.
    let hired = beneficiary("D").replace("60.00,35", "375.97,0.01") + ",3759.78,,";
    let rows = (0..1000).map(row).chain([covered, hired]);
    let job = "D,73282932000074,2009-05,2009-05-01,,48,9999999.99,9999999.99,2009-06-02";
    let night =
        Night::new().with("beneficiaries.csv", table(&header, rows)).with("earnings.csv", table(EARNINGS, [job]));
    night.run().has_status(0);
    loses_nobody(&night);
    let paid = night.rows("payments.csv");
    // Up to the 91st day, 30 May: 30 × 3,007.82 + 263.18 − 31 × 11.28.
    assert_eq!(paid[0][10], "90148.10");
    // The largest pension takes each day whole: 30 × 3,007.82 + 263.18; the row is nil and not paid.
    assert_eq!(night.decisions()[1000], "C 1002 nil pension-covers 0.00");
    // 30 × 375.97 × 4800 − 9,999,999.99, down to half of 30 × 3,007.82 + 154 × 263.18.
    assert_eq!(paid[1000][11], "65382.16");
    let summary: serde_json::Value = serde_json::from_slice(&night.bytes("summary.json")).unwrap();
    let cents = |text: &str| text.replace('.', "").parse::<i64>().unwrap();
    for (at, name) in [(7, "asr_gross"), (10, "asr_net"), (11, "idr"), (14, "net")] {
        let sum: i64 = paid.iter().map(|row| cents(&row[at])).sum();
        assert_eq!(cents(summary["totals"][name].as_str().unwrap()), sum, "{name}");
    }
}

#[test]
fn a_number_with_spaces_around_it_is_the_same_in_any_order() {
    // The first version took a number behind more than 28 bytes for none when the rows were not sorted: the totals disagreed.
    let padded = |id: &str| beneficiary(&format!("{id}{}", " ".repeat(40)));
    for rows in [[padded("B001"), padded("B002")], [padded("B002"), padded("B001")]] {
        let night = Night::new().of(rows);
        night.run().has_status(0);
        assert_eq!(night.rows("payments.csv").len(), 2);
    }
}

#[test]
fn a_number_behind_a_form_feed_vanishes_in_no_order() {
    // The first version read such a number when it scattered unsorted rows, and did not when it settled them: nobody was told.
    for marker in ['\u{c}', '\r', '\u{b}', '\u{a0}'] {
        for rows in [["B001", "B002", "B003"], ["B003", "B001", "B002"]] {
            let rows =
                rows.map(|id| if id == "B001" { format!("{marker}{}", beneficiary(id)) } else { beneficiary(id) });
            let line = 2 + rows.iter().position(|row| row.starts_with(marker)).unwrap();
            let night = Night::new().of(&rows);
            has_anomalies(&night, &[&format!("A107 beneficiaries.csv {line} 1")]);
            assert_eq!(night.rows("payments.csv").len(), 2);
        }
    }
}

#[test]
fn results_that_stand_are_left_alone_when_the_next_exports_are_refused() {
    let night = Night::new();
    night.run().has_status(0);
    let before = FILES.map(|file| night.bytes(file));
    let night = night.with("beneficiaries.csv", "nothing of use\n").option("--force");
    night.run().has_status(2).tells(&["beneficiaries.csv:1: missing column beneficiary_id"]);
    assert_eq!(FILES.map(|file| night.bytes(file)), before);
    let mut files = FILES;
    files.sort();
    assert_eq!(night.published(), files);
}

#[test]
fn an_output_folder_that_cannot_be_is_told() {
    let night = Night::new();
    fs::write(night.out(), "a file").unwrap();
    night.run().has_status(2).tells(&["out: ", "nothing was published"]);
    assert_eq!(fs::read(night.out()).unwrap(), b"a file");

    let night = Night::new();
    fs::create_dir(night.out()).unwrap();
    fs::set_permissions(night.out(), fs::Permissions::from_mode(0o500)).unwrap();
    let all_powerful = fs::write(night.out().join("probe"), "").is_ok();
    let out = if all_powerful { "/sys/versement-out".to_owned() } else { night.out().display().to_string() };
    let mut command = common::versement();
    command.args(["run", "--no-ledger", "--month", "2009-05", "--out", &out, "--exports"]).arg(night.exports());
    Ran::of(command.output().unwrap()).has_status(2).tells(&[&out, "nothing was published"]);
}

/// Enough rows for files of some 100 kB, sorted or not.
fn many(sorted: bool) -> Night {
    let mut rows: Vec<_> = (0..1000).map(|at| beneficiary(&format!("B{at:04}"))).collect();
    if !sorted {
        rows.swap(0, 999);
    }
    Night::new().of(rows)
}

/// The command of a night, behind a shell that does something first.
fn behind(shell: &[&str], script: &str, night: &Night) -> Command {
    let own = night.command();
    let mut command = Command::new(shell[0]);
    command.args(&shell[1..]).args(["sh", "-c", &format!("{script}; exec \"$0\" \"$@\"")]).arg(own.get_program());
    command.args(own.get_args());
    command
}

#[test]
fn a_file_that_may_not_grow_leaves_nothing() {
    for sorted in [true, false] {
        let night = many(sorted);
        let ran = Ran::of(behind(&["env"], "trap '' XFSZ; ulimit -f 8", &night).output().unwrap());
        ran.has_status(2).tells(&["File too large"]);
        assert_eq!(night.published(), [""; 0]);
        // Nothing stands in the way of the next run.
        night.run().has_status(0);
        assert_eq!(night.rows("payments.csv").len(), 1000);
    }
}

#[test]
fn a_full_disk_leaves_nothing() {
    let night = many(true);
    fs::create_dir(night.out()).unwrap();
    let out = night.out().display().to_string();
    let mount = format!("mount -t tmpfs -o size=64k none '{out}'");
    let may_mount = Command::new("unshare").args(["-m", "sh", "-c", &mount]).output();
    if !may_mount.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED a_full_disk_leaves_nothing: no file system can be mounted here");
        return;
    }
    // The folder is looked at from within, as the mount is gone with the command.
    let script = format!("{mount} || exit 99; \"$0\" \"$@\"; status=$?; ls -A '{out}'; exit $status");
    let own = night.command();
    let mut command = Command::new("unshare");
    command.args(["-m", "sh", "-c", &script]).arg(own.get_program()).args(own.get_args());
    let ran = Ran::of(command.output().unwrap()).has_status(2).tells(&["No space left on device"]);
    assert_eq!(ran.stdout, ".versement-lock\n");
}

#[test]
fn rows_without_a_number_lose_none_of_their_faults_and_hold_nobody() {
    let night = Night::new()
        .of([beneficiary("B001"), beneficiary("").replace("60.00", "x"), beneficiary("É").replace("2009-01-05", "x")])
        .with("events.csv", table(EVENTS, [",sickness,2009-05-01,", "?,holiday,x,"]))
        .with("earnings.csv", table(EARNINGS, [",,,,,,,,"]));
    let blank: Vec<_> = [1, 2, 3, 4, 6, 7, 8].map(|column| format!("A101 earnings.csv 2 {column}")).into();
    let mut anomalies = vec![
        "A101 beneficiaries.csv 3 1",
        "A103 beneficiaries.csv 3 8",
        "A107 beneficiaries.csv 4 1",
        "A102 beneficiaries.csv 4 5",
        "A101 events.csv 2 1",
        "A107 events.csv 3 1",
        "A108 events.csv 3 2",
        "A102 events.csv 3 3",
    ];
    anomalies.extend(blank.iter().map(String::as_str));
    has_anomalies(&night, &anomalies);
    assert_eq!(night.decisions(), ["B001 2 paid  1426.20", " 3 refused A101 A103 0.00", " 4 refused A102 A107 0.00"]);
}

#[test]
fn rows_of_later_months_are_ignored_whoever_they_are_for() {
    // The first version refused such a row of an unknown beneficiary, who may come with the exports of that month.
    let later = ["B001", "B999"].map(|id| format!("{id},73282932000074,2009-06,2009-06-01,,35,1200.00,1200.00,"));
    let night = Night::new().with("earnings.csv", table(EARNINGS, later));
    night.run().has_status(0);
    assert_eq!(night.anomalies(), ["A111 earnings.csv 1 3"]);
    assert_eq!(night.rows("anomalies.csv")[0][7], "rows after 2009-05: 2");
}
